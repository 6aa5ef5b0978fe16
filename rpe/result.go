package rpe

import (
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// Status says what became of a query. The set is closed.
type Status string

// The statuses of a [Result].
const (
	// Equivalent means that Lean accepted a proof of the whole theorem.
	Equivalent Status = "equivalent"
	// NotShown means that the profile's tactics do not prove it. That is no proof
	// of the contrary.
	NotShown Status = "not_shown"
	// Failed means that there was nothing to decide: [Result.Kind] says why.
	Failed Status = "error"
)

// Kind says why there is no equivalence to speak of. The names are stable.
type Kind string

// The kinds.
const (
	NoType                 Kind = "no_type"                  // the query does not give the answer's type
	PreambleNotElaborated  Kind = "preamble_not_elaborated"  // Lean refuses the text before the theorem
	GivenNotElaborated     Kind = "given_not_elaborated"     // Lean refuses a given variable or hypothesis
	TypeNotElaborated      Kind = "type_not_elaborated"      // Lean refuses the type
	AutoBound              Kind = "auto_bound"               // a name of the type or of what is given is not known, and would silently be bound
	AnswerNotElaborated    Kind = "answer_not_elaborated"    // Lean refuses the answer
	ReferenceNotElaborated Kind = "reference_not_elaborated" // Lean refuses the reference
	AnswerNotClosed        Kind = "answer_not_closed"        // the answer mentions what is neither given nor known
	ReferenceNotClosed     Kind = "reference_not_closed"     // the reference does
	TypeMismatch           Kind = "type_mismatch"            // a side is not of the type
	UniverseMismatch       Kind = "universe_mismatch"        // a side is not of the type's universe
	SelfReference          Kind = "self_reference"           // the answer is a term and mentions the answer
	Forbidden              Kind = "forbidden"                // a text is more than one term, or could cheat
	TimedOut               Kind = "timed_out"                // with [NotShown]: the time was up before the list was
	Refused                Kind = "refused"                  // with [NotShown]: the check refused what a tactic had found
	OfProver               Kind = "prover"                   // Lean died of the theorem
)

// Result is what came of one query.
type Result struct {
	Status Status `json:"status"`
	Kind   Kind   `json:"kind,omitempty"`
	// Part is the text that Kind is about: answer, reference, type, given or preamble.
	Part string `json:"part,omitempty"`
	// Message explains a status other than [Equivalent].
	Message string `json:"message,omitempty"`
	// Profile is the list of tactics; Tactic is the one that closed the goal.
	Profile string `json:"profile,omitempty"`
	Tactic  string `json:"tactic,omitempty"`
	// Statement is the theorem, and Proof the text after its ":=".
	Statement string `json:"statement,omitempty"`
	Proof     string `json:"proof,omitempty"`
	// Fresh says that a fresh process checked the proof.
	Fresh bool `json:"fresh,omitempty"`
	// Verdict is the evidence for [Equivalent] and [Refused].
	Verdict *provers.Verdict `json:"-"`
	// Elapsed is the time for the query; Checking is the part of it that the check
	// of the proof took.
	Elapsed  time.Duration `json:"-"`
	Checking time.Duration `json:"-"`
}

// Report is what came of a query with several references.
type Report struct {
	// Result is the first that is equivalent, or else the first that was decided,
	// or else the first.
	Result
	// References has one result a reference, in order.
	References []Result `json:"references"`
}
