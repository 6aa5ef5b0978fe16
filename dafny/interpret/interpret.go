// Package interpret runs Dafny's methods and evaluates expressions on made-up
// inputs. A search over annotations throws away with it, before the real verifier
// sees them, the candidates that a run contradicts, and guesses relations between
// numbers from what it observes.
//
// It is not trusted and is never evidence of anything: that an expression holds in
// every observed state does not say that it holds. Nor does it check types or
// specifications; it takes the program to be one that Dafny accepts. What it does
// not understand, it says so of with [ErrUnsupported].
package interpret

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// ErrUnsupported says that something is not understood, or has no finite meaning
// that could be computed. It says nothing about the expression or the program.
var ErrUnsupported = errors.New("not supported by the interpreter")

// Undefined says that an expression has no value: an index is out of range, a
// divisor is zero, a precondition does not hold, a quantifier ranges over too
// much, or there were too many steps.
type Undefined struct {
	Reason string
	// Limit says that a limit of the interpreter was met; the expression may well
	// have a value.
	Limit bool
}

// Error implements error.
func (u *Undefined) Error() string { return "undefined: " + u.Reason }

// errInternal marks faults of this package, for its tests.
var errInternal = errors.New("fault of the interpreter")

// guard turns a panic into an error. No program is known to cause one; but the
// caller goes through thousands of programs that others wrote, and none of them
// may end it.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %w: %v", ErrUnsupported, errInternal, r)
	}
}

// Interpreter is a program that is ready to be run. It may be used by several
// goroutines at once.
type Interpreter struct {
	program *syntax.Program
	// global are the declarations outside of classes and datatypes.
	global map[string][]*syntax.Decl
	// members are the classes, traits and datatypes, and types with members.
	classes map[*syntax.Decl]*class
	// constructors are those of datatypes.
	constructors map[string][]*constructor
	literals     literals

	mu       sync.Mutex
	routines map[*syntax.Decl]*routine
	machines sync.Pool
}

// New prepares a program.
func New(p *syntax.Program) *Interpreter {
	in := &Interpreter{
		program:      p,
		global:       map[string][]*syntax.Decl{},
		classes:      map[*syntax.Decl]*class{},
		constructors: map[string][]*constructor{},
		routines:     map[*syntax.Decl]*routine{},
	}
	in.declare(p.Decls)
	for _, c := range in.classes {
		in.inherit(c, 0)
	}
	in.literals = readLiterals(p)
	return in
}
