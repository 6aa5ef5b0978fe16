package npm

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// lock waits until this process may change the folder. With create, the folder
// is made if need be; without, its absence is fs.ErrNotExist.
func lock(ctx context.Context, o *Options, create bool) (unlock func(), err error) {
	path := filepath.Join(o.Dir, lockName)
	announced := false
	for {
		if create {
			if err := os.MkdirAll(o.Dir, 0o755); err != nil {
				return nil, err
			}
		} else if _, err := os.Stat(path); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if errors.Is(err, fs.ErrNotExist) && create {
			continue // uninstalled between the two calls
		}
		if err != nil {
			return nil, err
		}
		for {
			locked, err := tryLock(f)
			if err != nil {
				f.Close()
				return nil, err
			}
			if locked {
				break
			}
			if !announced {
				announced = true
				o.Progress(Progress{Phase: Waiting, Text: "another process is at work in " + o.Dir})
			}
			// A blocking flock could not be cancelled.
			if err := wait(ctx, lockPoll); err != nil {
				f.Close()
				return nil, err
			}
		}
		// The file may have been removed by an uninstallation, and then another one
		// be what others lock now.
		mine, err1 := f.Stat()
		current, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(mine, current) {
			return func() { f.Close() }, nil
		}
		f.Close()
	}
}
