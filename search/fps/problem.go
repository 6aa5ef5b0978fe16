// Package fps is formal problem solving: a problem that asks for an answer
// becomes a Lean goal in which the answer is a metavariable, and a proof of the
// goal fills it in. "Beyond Theorem Proving: Formulation, Framework and Benchmark
// for Formal Problem-Solving" (arXiv 2505.04528) has the framework and its notation.
//
// The statement is
//
//	∀ introductions, ∃ (answer : T), ∀ assumptions, requirements
//
// in this order, so that the answer can mention the introductions and nothing
// else. The framework runs the shell of the proof (intro, refine ⟨?w, ?h⟩, intro)
// and no policy does; what follows are steps on goals that share ?w.
package fps

// Binder is a variable or a hypothesis with its type as Lean text.
type Binder struct {
	// Name is empty (or "_") for an instance.
	Name string `json:"name"`
	Type string `json:"type"`
}

// String prints the binder as Lean reads it.
func (b Binder) String() string {
	if b.anonymous() {
		return "[" + b.Type + "]"
	}
	return "(" + b.Name + " : " + b.Type + ")"
}

func (b Binder) anonymous() bool { return b.Name == "" || b.Name == "_" }

// Problem asks for one or more answers. Its reference answer is kept elsewhere:
// nothing that searches can see it.
type Problem struct {
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	// Preamble is the source text before the statement, as in [provers.Problem].
	Preamble string `json:"preamble,omitempty"`
	// Closing is the text that must follow, as in [provers.Problem].
	Closing string `json:"closing,omitempty"`
	// Intros are the variables and hypotheses that the answer may mention.
	Intros []Binder `json:"intros,omitempty"`
	// Answers are what is asked for, most often one, named "answer".
	Answers []Binder `json:"answers"`
	// Outros are further variables and hypotheses, in order; the last is the query.
	Outros []Binder `json:"outros"`
	// Written is the statement as its author wrote it, for example "theorem t (n :
	// Nat) : ∃ m : Nat, m > n"; it is what gets proved, unchanged. If it is empty,
	// the statement is made of the parts.
	Written string `json:"written,omitempty"`
	// Bound is how many of Intros stand before the colon of Written.
	Bound int `json:"bound,omitempty"`
}
