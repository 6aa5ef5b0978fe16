package prooftree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// ErrorKind says what a user can do about an [Error].
type ErrorKind string

// The kinds of errors.
const (
	Failed        ErrorKind = "failed"         // none of the others
	Busy          ErrorKind = "busy"           // another process kept the write lock for too long
	Full          ErrorKind = "full"           // no space is left on the device
	ReadOnly      ErrorKind = "read_only"      // the file, its folder or the device cannot be written
	IOFailed      ErrorKind = "io_failed"      // reading or writing the device failed
	Corrupt       ErrorKind = "corrupt"        // the file is damaged
	NotDatabase   ErrorKind = "not_database"   // the file is no database of ansatz
	NotFound      ErrorKind = "not_found"      // there is no such file
	NewerSchema   ErrorKind = "newer_schema"   // a newer ansatz wrote the file
	OlderSchema   ErrorKind = "older_schema"   // an older ansatz wrote the file, and it was opened for reading only
	RunActive     ErrorKind = "run_active"     // another writer owns the run
	RunExists     ErrorKind = "run_exists"     // the run's ID is taken
	UnknownRun    ErrorKind = "unknown_run"    // no run has the ID
	AmbiguousRun  ErrorKind = "ambiguous_run"  // several runs' IDs begin so
	UnknownNode   ErrorKind = "unknown_node"   // the run has no such node
	InvalidEvents ErrorKind = "invalid_events" // the events do not continue the run's sequence
)

// Error is what every function of the package returns, except for the error of
// a context that ended. The hint tells a user what to do next and is not a part
// of the text.
type Error struct {
	Kind   ErrorKind
	Doing  string // what was being done, and to what
	Detail string // what went wrong
	Hint   string
	Err    error // the cause, if any
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Doing
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first [Error] in the chain of err, or "".
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// describe turns an error of SQLite or of the file system into an [Error] that
// says in plain words what happened. An error of this package that says so
// already, and the error of a context, keep their kind.
func describe(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	doing := fmt.Sprintf(format, args...)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	e := &Error{Kind: Failed, Doing: doing, Err: err}
	var ours *Error
	if errors.As(err, &ours) {
		e.Kind, e.Hint = ours.Kind, ours.Hint
		return e
	}
	var sq sqlite3.Error
	if errors.As(err, &sq) {
		e.Kind, e.Detail, e.Hint = explain(sq)
		return e
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Kind, e.Hint = Full, hintFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Kind, e.Hint = ReadOnly, hintReadOnly
	case errors.Is(err, fs.ErrNotExist):
		e.Kind = NotFound
	}
	return e
}

const (
	hintFull     = "free some space or choose a database on another device; what was stored before is intact, and the run can be resumed"
	hintReadOnly = "make the database file and its folder writable (SQLite keeps two files beside it), or choose another database"
	hintCorrupt  = "restore the file from a backup, or recover what is readable with: sqlite3 FILE .recover"
)

// explain says what a result code of SQLite means for the user.
func explain(err sqlite3.Error) (kind ErrorKind, detail, hint string) {
	switch err.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return Busy, "another process is writing to the database", "try again when it is done"
	case sqlite3.ErrFull:
		return Full, "no space is left for the database", hintFull
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return ReadOnly, "the database cannot be written", hintReadOnly
	case sqlite3.ErrCantOpen:
		return ReadOnly, "the database cannot be opened", hintReadOnly
	case sqlite3.ErrIoErr:
		if err.SystemErrno == syscall.ENOSPC || err.SystemErrno == syscall.EDQUOT {
			return Full, "no space is left for the database", hintFull
		}
		return IOFailed, "reading or writing the device failed", "see the system's log; what was stored before is intact if the device is"
	case sqlite3.ErrCorrupt:
		return Corrupt, "the database is damaged", hintCorrupt
	case sqlite3.ErrNotADB:
		return NotDatabase, "the file is no SQLite database", "choose another path"
	}
	return Failed, "", ""
}

func isBusy(err error) bool {
	var sq sqlite3.Error
	return errors.As(err, &sq) && (sq.Code == sqlite3.ErrBusy || sq.Code == sqlite3.ErrLocked)
}

func isUniqueViolation(err error) bool {
	var sq sqlite3.Error
	return errors.As(err, &sq) && sq.ExtendedCode == sqlite3.ErrConstraintUnique
}
