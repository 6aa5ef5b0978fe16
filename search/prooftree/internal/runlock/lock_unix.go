//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package runlock

import (
	"errors"
	"os"
	"syscall"
)

// flock takes a lock on the open file, which the kernel releases when the file
// is closed, also by the end of the process. It returns false if the lock is taken.
func flock(f *os.File, how int) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

func lockExclusive(f *os.File) (bool, error) { return flock(f, syscall.LOCK_EX) }
func lockShared(f *os.File) (bool, error)    { return flock(f, syscall.LOCK_SH) }
