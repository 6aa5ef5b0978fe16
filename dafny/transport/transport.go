// Package transport is what the Dafny adapter needs of a running Dafny, whichever
// protocol it speaks: package lineserver drives the DafnyServer of Dafny 1 to 3,
// package languageserver the "dafny server" of Dafny 4.
//
// A [Service] explores: its answers are used to search. What counts as verified
// is decided elsewhere, by a fresh process.
package transport

import (
	"context"
	"errors"
	"time"
)

// Position is a place in a program: the line, counted from 1, and the column,
// counted from 0 in bytes of UTF-8. (Dafny 2 counts so; the language server
// counts UTF-16 units, which its transport converts.)
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Declaration names something that is verified apart: a method, a function, a
// lemma, an iterator, a datatype or a subset type.
type Declaration struct {
	// Name is qualified with the modules and the class it is in, joined by dots:
	// "Sum", "Queue.Push", "M.Queue.Push".
	Name string `json:"name"`
	// Position is where its name begins.
	Position Position `json:"position"`
}

// Request asks for the verification of a program.
type Request struct {
	// Text is the whole program.
	Text string
	// Only, if it is not empty, limits the verification to these declarations.
	// The whole program is parsed and resolved in any case. A service that cannot
	// tell declarations of one name apart verifies all of them.
	Only []Declaration
	// FrontEndOnly asks for parsing and resolution alone.
	FrontEndOnly bool
	// AllowAssumptions lets the program assume what it wants, as Dafny does. Without
	// it, a Dafny that can be told so takes assumptions for assertions.
	AllowAssumptions bool
	// TimeLimit bounds each verification condition; 0 is the service's default.
	// It is rounded up to whole seconds. What the program says of its own limits
	// ({:timeLimit 600}) is bounded by the context's deadline alone.
	TimeLimit time.Duration
	// ErrorLimit is the most errors that are reported for one declaration; 0 is
	// the service's default.
	ErrorLimit int
}

// Severity says how bad a diagnostic is.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Kind says what a diagnostic is about, in one vocabulary for every version of
// Dafny. What fits nothing else is [KindOther].
type Kind string

// The kinds of diagnostics. The first two are the front end's, the others are
// obligations that were not proved.
const (
	KindSyntax              Kind = "syntax"
	KindResolution          Kind = "resolution"
	KindAssertion           Kind = "assertion"
	KindPostcondition       Kind = "postcondition"
	KindPrecondition        Kind = "precondition"
	KindInvariantEntry      Kind = "invariant_entry"
	KindInvariantMaintained Kind = "invariant_maintained"
	KindDecreases           Kind = "decreases"
	KindIndex               Kind = "index"
	KindDivision            Kind = "division"
	KindNull                Kind = "null"
	KindFrame               Kind = "frame" // reads and modifies clauses
	KindValue               Kind = "value" // subset types, existence, uniqueness
	KindCalculation         Kind = "calculation"
	KindForall              Kind = "forall"
	KindCase                Kind = "case" // missing cases
	KindTimeout             Kind = "timeout"
	KindOutOfResource       Kind = "out_of_resource"
	KindProver              Kind = "prover" // the SMT solver failed; nothing is known
	KindOther               Kind = "other"
)

// Related is a second place that a diagnostic points at, such as the
// postcondition that a return path does not establish.
type Related struct {
	Position Position `json:"position"`
	Message  string   `json:"message"`
}

// Diagnostic is what Dafny says about a place. Equal ones (one a path through
// the program) are given once.
type Diagnostic struct {
	// Position is zero if Dafny gave none, or one in another file.
	Position Position  `json:"position"`
	Severity Severity  `json:"severity"`
	Kind     Kind      `json:"kind"`
	Message  string    `json:"message"`
	Related  []Related `json:"related,omitempty"`
	// Undecided says that the solver ran out of time or steps at this obligation:
	// it may be true. Kind says what obligation it is.
	Undecided bool `json:"undecided,omitempty"`
	// Declaration is the [Result.Name] of what was being verified, if it is known.
	Declaration string `json:"declaration,omitempty"`
}

// Status is what became of a declaration. The set is closed.
type Status string

// The statuses of a declaration. Only [Verified] means that it was verified.
const (
	Verified      Status = "verified"
	Failed        Status = "failed"          // an obligation may be false
	TimedOut      Status = "timed_out"       // the solver ran into the time limit
	OutOfResource Status = "out_of_resource" // ... or into its limit of steps or memory
	Unknown       Status = "unknown"         // nothing is known, for example after a failure of the solver
)

// Result is what became of one declaration, or of one of the two parts that
// Dafny 2 verifies apart: whether its specification is well formed, and its body.
type Result struct {
	// Name is like [Declaration.Name], or empty if only the position is known.
	Name string `json:"name,omitempty"`
	// WellFormed says that this is about the specification's being well formed.
	WellFormed bool   `json:"well_formed,omitempty"`
	Status     Status `json:"status"`
	// Obligations is the number of proof obligations, or 0 if unknown.
	Obligations int `json:"obligations,omitempty"`
	// Position is where the name begins, or zero if unknown.
	Position Position `json:"position,omitzero"`
}

// Report is what Dafny says about a program.
type Report struct {
	// Resolved says that the front end accepted the program.
	Resolved bool `json:"resolved"`
	// Complete says that the service is sure to have seen the whole program: the
	// text is one that Dafny read to its end. Without it, the absence of errors
	// means nothing.
	Complete    bool         `json:"complete"`
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
	Results     []Result     `json:"results,omitempty"`
	// Units are the solver's resource units, 0 if unknown.
	Units   int64         `json:"units,omitempty"`
	Elapsed time.Duration `json:"elapsed"`
}

// Service is a running Dafny. It is used by one goroutine at a time.
//
// Verify returns ctx.Err() (wrapped) if the context is done first; what was
// begun is then stopped, and a late answer is never taken for that of a later
// request. If the process died, which includes that it was killed for its use of
// memory, the error is an [*Lost]. The service starts a new process for the next
// request by itself.
type Service interface {
	Verify(ctx context.Context, r Request) (Report, error)
	// Restarts says how many times a new process had to be started, and why the
	// last time.
	Restarts() (n int, reason string)
	// Close ends every process.
	Close() error
}

// ErrClosed is the error of a service that was closed.
var ErrClosed = errors.New("the Dafny service is closed")

// Lost says that the process died while it had a request.
type Lost struct {
	// Reason says what became of it: "killed by signal 9", "over the memory limit".
	Reason string
	// Fatal says that the program did it: Dafny itself said so, or it killed a
	// fresh process.
	Fatal bool
}

// Error implements error.
func (l *Lost) Error() string { return "Dafny went away: " + l.Reason }
