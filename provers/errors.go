package provers

import "fmt"

// ErrorKind says whose fault an [Error] is, and so what a user can do about it.
type ErrorKind string

// The kinds of errors that adapters return.
const (
	NotFound       ErrorKind = "not_found"       // the prover is not installed
	InvalidProblem ErrorKind = "invalid_problem" // the statement or its preamble does not elaborate
	StartFailed    ErrorKind = "start_failed"    // the prover did not start in time, or died while starting
	ProtocolBroken ErrorKind = "protocol_broken" // the prover sent what its protocol does not allow
	Unusable       ErrorKind = "unusable"        // the prover keeps dying; the session cannot go on
)

// Error is an error of an adapter. Hint, if set, tells the user what to do next.
type Error struct {
	Kind   ErrorKind
	Doing  string // what was being done, for example "opening theorem foo"
	Detail string // what went wrong, in the prover's words if it has any
	Hint   string
	Err    error // the cause, if any
}

// Error implements error. The hint is not a part of the text.
func (e *Error) Error() string {
	s := e.Doing
	if e.Detail != "" {
		s = fmt.Sprintf("%s: %s", s, e.Detail)
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
