// Package runlock gives one process at a time the right to write a run.
//
// The right is an exclusive lock on a file, which the kernel releases when the
// process ends, however it ends. The file's existence means nothing, only the
// lock does.
package runlock

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrTaken says that another writer holds the lock.
var ErrTaken = errors.New("the lock is taken")

// Lock is a lock that is held.
type Lock struct{ file *os.File }

// Acquire takes the lock whose file is at path, or returns [ErrTaken]. It creates
// the file and its folder.
func Acquire(ctx context.Context, path string) (*Lock, error) {
	// Taken holds a shared lock for a moment. It must not be mistaken for an
	// owner, so try again while a shared lock can be had.
	const tries = 50
	for range tries {
		file, free, err := openLocked(path)
		switch {
		case err != nil:
			return nil, err
		case !free:
			return nil, ErrTaken
		case file != nil:
			return &Lock{file}, nil
		}
		timer := time.NewTimer(2 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
	return nil, ErrTaken
}

// openLocked opens and locks the file once. A nil file with free set means:
// nobody owns the run, but the lock was not to be had just now.
func openLocked(path string) (file *os.File, free bool, err error) {
	// Release may remove the folder at any moment until the file is there.
	if err := os.MkdirAll(filepath.Dir(path), 0o755); errors.Is(err, fs.ErrExist) {
		return nil, true, nil
	} else if err != nil {
		return nil, false, err
	}
	file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	locked, err := lockExclusive(file)
	if err == nil && locked {
		// Release removes the file while it holds the lock: a lock on a file
		// that has no name any more is worth nothing.
		opened, statErr := file.Stat()
		named, nameErr := os.Stat(path)
		if statErr == nil && nameErr == nil && os.SameFile(opened, named) {
			return file, true, nil
		}
		return nil, true, file.Close()
	}
	if err == nil {
		free, err = lockShared(file)
	}
	return nil, free, errors.Join(err, file.Close())
}

// Release gives the lock up, and removes its file and, if it was the last one, the folder.
func (l *Lock) Release() error {
	path := l.file.Name()
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	// That the folder is not empty is no error.
	_ = os.Remove(filepath.Dir(path))
	return errors.Join(err, l.file.Close())
}

// Taken reports whether the lock whose file is at path is held. It writes nothing.
func Taken(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	free, err := lockShared(file)
	return !free && err == nil, errors.Join(err, file.Close())
}
