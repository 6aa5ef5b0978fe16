//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package runlock

import (
	"errors"
	"fmt"
	"os"
)

// Without a lock that ends with its process, a run cannot be owned safely.
var errNoLocks = fmt.Errorf("locking a run is not possible: %w on this operating system", errors.ErrUnsupported)

func lockExclusive(*os.File) (bool, error) { return false, errNoLocks }
func lockShared(*os.File) (bool, error)    { return false, errNoLocks }
