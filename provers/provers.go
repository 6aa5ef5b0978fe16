// Package provers is the contract between the search and the proof assistants
// that it drives. The search sees a prover as a function that may fail:
//
//	(state, actions, limits) -> outcomes
//
// Everything impure (processes, documents, protocol versions, crashes) ends in
// an adapter: package lean, dafny or fstar. This package imports nothing of
// ansatz and does no I/O.
//
// Two interfaces are kept apart on purpose. A [Session] explores and may be
// wrong; a [Verifier] is fresh, small, and the only thing that makes a result
// count as proved.
package provers

import (
	"context"
	"maps"
	"time"
)

// Kind says what a [Problem] asks for.
type Kind string

const (
	// Prove asks for a proof of a proposition.
	Prove Kind = "prove"
	// Find asks for an answer together with a proof that it is one.
	Find Kind = "find"
)

// Problem is one formal statement with everything that comes before it. The
// reference answer of a [Find] problem is never a part of it: the search must
// not be able to see it.
type Problem struct {
	// Name identifies the problem within its source, for example the theorem's name.
	Name string `json:"name"`
	// Source says where the problem came from: a file name and line, or a dataset and record.
	Source string `json:"source,omitempty"`
	// Kind is [Prove] or [Find].
	Kind Kind `json:"kind"`
	// Preamble is the source text before the statement: imports, opens, options,
	// notations, earlier declarations. It is given to the prover byte for byte.
	Preamble string `json:"preamble,omitempty"`
	// Statement is the declaration without its proof, for example
	// "theorem add_zero (n : Nat) : n + 0 = n", with no trailing ":= by".
	Statement string `json:"statement"`
	// Closing is the text that must follow the proof for the preamble to be well
	// formed, such as "end Foo". It is usually empty.
	Closing string `json:"closing,omitempty"`
}

// Variant tells apart installations of one prover that behave differently.
type Variant string

// The variants that ansatz knows.
const (
	Native Variant = "native" // compiled for this machine, found on PATH or given by path
	Npm    Variant = "npm"    // the WebAssembly build of Lean from npm
	Replay Variant = "replay" // recorded traffic, see package transcript
	Fake   Variant = "fake"   // the in-memory prover of package proverstest
)

// Info identifies one found installation. If any field changes, a stored
// [Verdict] is stale: it may be shown, but must not be counted.
type Info struct {
	Name    string            `json:"name"`    // "lean", "dafny", "fstar"
	Version string            `json:"version"` // as the prover prints it, for example "4.28.0-pre"
	Variant Variant           `json:"variant"`
	Path    string            `json:"path"`              // executable or project folder
	Options map[string]string `json:"options,omitempty"` // options that change what is accepted
}

// SameBuild reports whether another installation can be expected to come to the
// same: all but where it is installed is equal.
func (i Info) SameBuild(other Info) bool {
	return i.Name == other.Name && i.Version == other.Version && i.Variant == other.Variant && maps.Equal(i.Options, other.Options)
}

// Limits bounds one action. A zero field means no limit of that kind.
type Limits struct {
	// Units is the prover's own reproducible unit: Lean heartbeats (in
	// thousands, as in the option maxHeartbeats), Dafny and F* resource units.
	Units int64 `json:"units,omitempty"`
	// Wall is the backstop for an action that does not count its units.
	Wall time.Duration `json:"wall,omitempty"`
	// Memory bounds the resident set of the prover's whole process tree, in bytes.
	Memory int64 `json:"memory,omitempty"`
}

// Hypothesis is one entry of a goal's local context.
type Hypothesis struct {
	Names []string `json:"names"`
	Type  string   `json:"type"`
	// Value is the body of a let-bound hypothesis, or empty.
	Value string `json:"value,omitempty"`
}

// Goal is one open obligation.
type Goal struct {
	// Case is the prover's name for the goal ("succ", "h.mp"), or empty.
	Case       string       `json:"case,omitempty"`
	Hypotheses []Hypothesis `json:"hypotheses,omitempty"`
	// Target is what is to be proved, as the prover prints it.
	Target string `json:"target"`
	// Metavariables are the unassigned metavariables that the goal mentions
	// ("?w"), sorted. Goals with one in common must be solved together.
	Metavariables []string `json:"metavariables,omitempty"`
	// Metavariable is the goal's own metavariable where it has a name that other
	// goals mention ("?w" for the goal of a witness), or empty.
	Metavariable string `json:"metavariable,omitempty"`
}

// State is one cluster: a list of goals that share metavariables and so must be
// solved together, most often a single goal. An action that leaves goals which
// share nothing leads to several states, each to be solved apart.
type State struct {
	Goals []Goal `json:"goals"`
	// Key is canonical: two states of one problem with the same key have the
	// same proofs. It is never empty.
	Key string `json:"key"`
	// Path leads from the root of the problem to this state. It is enough to
	// re-create the state in a new session ([Session.Restore]).
	Path []Step `json:"path,omitempty"`
}

// Step is one edge on the way to a state: an action, and which of the states
// that it left is meant.
type Step struct {
	Action Action `json:"action"`
	// Index is the number of the state among the Outcome's Next.
	Index int `json:"index"`
	// Layout is the adapter's note on how the action's result must be arranged
	// to get at this state (how many goals were left, which of them these are,
	// what names to give). It is opaque to everybody else, and must be kept:
	// equal states that were reached in different ways have different layouts.
	Layout string `json:"layout,omitempty"`
}

// Action is one step to try at a state: a tactic (Lean), an edit (Dafny, F*).
type Action struct {
	// Goal is the index of the goal in [State.Goals] that the action works on.
	Goal int `json:"goal,omitempty"`
	// Text is what to run there. It may span lines.
	Text string `json:"text"`
}

// Status says what became of an action. The set is closed.
type Status string

// The statuses of an outcome.
const (
	Progress    Status = "progress"      // accepted, and states are left
	Solved      Status = "solved"        // accepted, and nothing is left of the state
	Rejected    Status = "rejected"      // the prover refused it
	Unparsed    Status = "unparsed"      // it is not well-formed syntax
	Forbidden   Status = "forbidden"     // it could fake a proof (sorry, axioms, code that runs); never sent
	OutOfBudget Status = "out_of_budget" // it used up its prover units
	TimedOut    Status = "timed_out"     // it used up its wall time
	Interrupted Status = "interrupted"   // we stopped it
	Crashed     Status = "crashed"       // it killed a fresh prover by itself
	Lost        Status = "lost"          // the prover went away, not this action's fault
)

// Conclusive reports whether the outcome would be the same if it were tried
// again with the same limits. Only conclusive outcomes close an action, enter
// the table of equal states or teach a policy.
func (s Status) Conclusive() bool {
	switch s {
	case Progress, Solved, Rejected, Unparsed, Forbidden, OutOfBudget, Crashed:
		return true
	}
	return false
}

// Accepted reports whether the prover took the action as a step.
func (s Status) Accepted() bool { return s == Progress || s == Solved }

// Outcome is what one action led to.
type Outcome struct {
	Status Status `json:"status"`
	// Next has one state a cluster of goals that are left. It is empty unless
	// Status is [Progress].
	Next []State `json:"next,omitempty"`
	// Message is what the prover said, shortened to a few kilobytes.
	Message string `json:"message,omitempty"`
	// Class is the adapter's name for the kind of error ("unknown_identifier",
	// "type_mismatch"), or empty.
	Class string `json:"class,omitempty"`
	// Suggestions are actions that the prover itself proposed (Lean's "Try this").
	Suggestions []string `json:"suggestions,omitempty"`
	// Units and Elapsed are the cost; zero if unknown. Elapsed of an action
	// that ran in a batch is its share of the batch.
	Units   int64         `json:"units,omitempty"`
	Elapsed time.Duration `json:"elapsed,omitempty"`
}

// Proof is a tree of actions that closes a state: the action, and one proof for
// each of the states that it leaves, in the order of [Outcome.Next].
type Proof struct {
	State  State  `json:"state"`
	Action Action `json:"action"`
	// Layout is that of the step which leads here from the parent's action
	// ([Step.Layout]); empty at the root.
	Layout   string  `json:"layout,omitempty"`
	Children []Proof `json:"children,omitempty"`
}

// Prover is one found installation.
type Prover interface {
	// Info does no I/O.
	Info() Info
	// Open begins to explore a problem. A statement that does not elaborate is
	// an *[Error] of kind [InvalidProblem].
	Open(ctx context.Context, p Problem, l Limits) (Session, error)
	// Close ends every process of the prover.
	Close() error
}

// Session explores one problem. It is used by one goroutine at a time.
type Session interface {
	// Root is the state of the statement before any action.
	Root() State
	// Try runs each action at the state and returns one outcome an action, in
	// order. Actions do not see one another. A crash, a hang and a lost worker
	// are outcomes; an error means that the session is unusable.
	Try(ctx context.Context, from State, actions []Action, l Limits) ([]Outcome, error)
	// Restore re-creates the state at the end of a path, in this session.
	Restore(ctx context.Context, path []Step) (State, error)
	// Script writes a proof of the root as the source text that follows the
	// statement's ":=".
	Script(p Proof) (string, error)
	// Restarts says how many times the session had to start a new prover
	// process, and why the last time.
	Restarts() (n int, reason string)
	Close() error
}

// Minimizer is the optional ability of a [Session] to write a proof without what
// it does not need.
type Minimizer interface {
	// Minimize writes a proof of the root like Session.Script, as a text that
	// does with less. It takes a bounded time. An error means that there is no
	// such text, or none that could be found before ctx was done.
	Minimize(ctx context.Context, p Proof) (string, error)
}

// Claim is a whole text together with what it claims to prove.
type Claim struct {
	Problem Problem `json:"problem"`
	// Proof is the text after the statement's ":=", for example "by simp".
	Proof string `json:"proof"`
}

// Verdict says whether a fresh check agrees with a claim.
type Verdict struct {
	Accepted bool `json:"accepted"`
	// Reason says in one line why the claim was refused.
	Reason string `json:"reason,omitempty"`
	// Class names the rule that refused it ("sorry", "axiom", "statement_changed",
	// "forbidden", "prover_error", "timed_out", "crashed"), or is empty.
	Class string `json:"class,omitempty"`
	// Axioms are those that the proof uses; nil if the installation cannot tell.
	Axioms []string `json:"axioms,omitempty"`
	// Answers are the witnesses of the statement's leading existential
	// quantifiers, read from the checked proof of a [Find] problem, the outermost
	// first. It is empty if the proof does not show them.
	Answers  []Answer      `json:"answers,omitempty"`
	Messages []string      `json:"messages,omitempty"`
	Prover   Info          `json:"prover"`
	Text     string        `json:"text"` // exactly what was checked
	Elapsed  time.Duration `json:"elapsed"`
}

// Answer is a term that a checked proof gives for what a [Find] problem asks.
type Answer struct {
	// Text is the term as the prover prints it for a reader. Reading it back may
	// fail or give another term.
	Text string `json:"text"`
	// Explicit is the term with everything that the prover usually leaves out
	// (implicit arguments, instances, types of literals), without notation, so
	// that it reads back as the same term. Empty if the prover has no such form.
	Explicit string `json:"explicit,omitempty"`
}

// Verifier checks a claim in a fresh process, on the whole text. An error means
// that no verdict could be reached (no prover, interrupted), not that the claim
// is false.
type Verifier interface {
	Verify(ctx context.Context, c Claim) (Verdict, error)
}
