// Package solutions sums up how problems that ask for an answer were solved, for
// people and for machines.
package solutions

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Result is what became of one problem. The set is closed.
type Result string

// The results, the best first.
const (
	// Solved is a checked answer in normal form that equals a reference.
	Solved Result = "solved"
	// Answered is a checked answer in normal form without a reference to compare it with.
	Answered Result = "answered"
	// Different is a checked answer in normal form that was not shown to equal a reference.
	Different Result = "different"
	// Unevaluated is a checked answer that is not worked out.
	Unevaluated Result = "unevaluated"
	// Vacuous is a problem whose hypotheses contradict one another: every answer
	// solves it. It is not searched.
	Vacuous Result = "vacuous"
	// IllPosed is a problem that any value solves, or that gives its answer away.
	IllPosed Result = "ill_posed"
	// Unsolved is a problem without a checked answer.
	Unsolved Result = "unsolved"
	// Invalid is a problem that does not elaborate, or cannot be encoded.
	Invalid Result = "invalid"
	// Failed is a problem on which the prover or the search failed.
	Failed Result = "error"
	// Interrupted is a problem that the user stopped.
	Interrupted Result = "interrupted"
)

// order lists the results in the order of summaries.
var order = [...]Result{Solved, Answered, Different, Unevaluated, Vacuous, IllPosed, Unsolved, Invalid, Failed, Interrupted}

// Part says what became of a part of the deductive variant.
type Part string

// The states of a part.
const (
	Proved   Part = "proved"
	NotShown Part = "not_shown"
)

// Submission is an answer from a checked proof.
type Submission struct {
	Answers []provers.Answer `json:"answers"`
	Form    fps.Form         `json:"form"`
	// Why says what keeps the form from being normal.
	Why          string                  `json:"why,omitempty"`
	Equivalences []prooftree.Equivalence `json:"equivalences,omitempty"`
}

// Text is the submission as it is printed.
func (s *Submission) Text() string {
	list := make([]string, len(s.Answers))
	for i, a := range s.Answers {
		list[i] = a.Text
	}
	return strings.Join(list, ", ")
}

// Judged reports whether the submission was compared with a reference, and
// whether it equals one. A reference that could not be read says nothing.
func (s *Submission) Judged() (judged, equal bool) {
	for _, e := range s.Equivalences {
		judged = judged || e.Status != "error"
		equal = equal || e.Status == "equivalent"
	}
	return judged, equal
}

// Attempt is what one method made of a problem.
type Attempt struct {
	Method prooftree.Method `json:"method"`
	Run    string           `json:"run,omitempty"`
	Result results.Verdict  `json:"result"`
	Reason string           `json:"reason,omitempty"`
	// Submission is the answer in normal form, if one was found.
	Submission *Submission `json:"submission,omitempty"`
	// Raw is the first answer of a checked proof that was refused for its form.
	Raw   *Submission `json:"raw,omitempty"`
	Proof string      `json:"proof,omitempty"`
	// Text is the whole text that the final check accepted.
	Text string `json:"-"`
	// End and Detail are why the search ended.
	End    search.EndReason `json:"-"`
	Detail string           `json:"-"`
	// Complete and Sound are the parts of the deductive variant: the submission
	// follows from the problem, and implies it.
	Complete      Part    `json:"complete,omitempty"`
	Sound         Part    `json:"sound,omitempty"`
	BackwardRun   string  `json:"backward_run,omitempty"`
	BackwardProof string  `json:"backward_proof,omitempty"`
	Elapsed       float64 `json:"elapsed_s"` // of the search with its final check, of both parts
	Attempts      int64   `json:"attempts"`
	Expansions    int64   `json:"expansions"`
}

// Submitted is the answer that counts without a look at its form: the raw one if
// it came first.
func (a *Attempt) Submitted() *Submission {
	if a.Raw != nil {
		return a.Raw
	}
	return a.Submission
}

// Solution is what became of one problem; it is also its JSON form.
type Solution struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "solution"
	Name    string `json:"name"`
	Source  string `json:"source,omitempty"`
	Result  Result `json:"result"`
	Reason  string `json:"reason,omitempty"`
	// Kind names what is wrong with an invalid problem, for programs: no_answer_type,
	// not_encoded, not_elaborated, auto_bound, unknown_identifier, type_mismatch,
	// universe_mismatch, syntax.
	Kind     string    `json:"kind,omitempty"`
	Answer   string    `json:"answer,omitempty"` // of the better method
	Warnings []string  `json:"warnings,omitempty"`
	Attempts []Attempt `json:"attempts,omitempty"`
	// Proven says whether the problem with its reference filled in was proved, if
	// that was tried.
	Proven    results.Verdict `json:"proven,omitempty"`
	ProvenRun string          `json:"proven_run,omitempty"`
	Elapsed   float64         `json:"elapsed_s"`
}

// Conclude derives the result from what the methods made of the problem.
func (s *Solution) Conclude() {
	best := Unsolved
	reasons := make([]string, 0, len(s.Attempts))
	for i := range s.Attempts {
		a := &s.Attempts[i]
		r, submission := a.judge()
		if rank(r) < rank(best) || s.Answer == "" && submission != nil && rank(r) == rank(best) {
			best = r
			if submission != nil {
				s.Answer = submission.Text()
			}
		}
		if submission == nil && a.Reason != "" {
			reasons = append(reasons, string(a.Method)+": "+a.Reason)
		}
	}
	if len(s.Attempts) > 0 {
		// A failure is a result only where nothing else is.
		if best == Unsolved {
			for i := range s.Attempts {
				if r, _ := s.Attempts[i].judge(); rank(r) > rank(best) {
					best = r
				}
			}
		}
		s.Result = best
	}
	if s.Reason == "" && (s.Result == Unsolved || rank(s.Result) > rank(Unsolved)) {
		s.Reason = strings.Join(reasons, "; ")
	}
}

func rank(r Result) int {
	for i, o := range order {
		if r == o {
			return i
		}
	}
	return len(order)
}

func (a *Attempt) judge() (Result, *Submission) {
	if a.Submission != nil {
		switch judged, equal := a.Submission.Judged(); {
		case equal:
			return Solved, a.Submission
		case judged:
			return Different, a.Submission
		}
		return Answered, a.Submission
	}
	switch {
	case a.Raw != nil && a.Raw.Form == fps.Unevaluated:
		return Unevaluated, a.Raw
	case a.Result == results.Invalid:
		return Invalid, nil
	case a.Result == results.Failed:
		return Failed, nil
	case a.Result == results.Interrupted:
		return Interrupted, nil
	}
	return Unsolved, nil
}

// Line is the solution on one line.
func (s Solution) Line(nameWidth int) string {
	line := fmt.Sprintf("%-11s  %s", s.Result, console.Pad(console.Clip(console.OneLine(s.Name), max(nameWidth, 1)), nameWidth))
	if s.Elapsed > 0 {
		line += fmt.Sprintf("  %7s", console.Duration(results.Seconds(s.Elapsed)))
	}
	var parts []string
	if s.Answer != "" {
		parts = append(parts, console.Clip(console.OneLine(s.Answer), 60))
	}
	for i := range s.Attempts {
		if text := s.Attempts[i].text(); text != "" {
			parts = append(parts, text)
		}
	}
	if s.Proven != "" {
		parts = append(parts, "reference "+string(s.Proven))
	}
	if s.Reason != "" {
		parts = append(parts, console.Clip(console.OneLine(s.Reason), 160))
	}
	if len(parts) > 0 {
		line += "  " + strings.Join(parts, "  ")
	}
	return line
}

// text says in a few words what a method came to.
func (a *Attempt) text() string {
	submission := a.Submission
	words := []string{string(a.Method)}
	switch {
	case submission != nil:
	case a.Raw != nil:
		submission = a.Raw
		words = append(words, string(a.Raw.Form))
	default:
		return ""
	}
	if a.Sound != "" {
		words = append(words, "complete")
		if a.Sound == Proved {
			words = append(words, "and sound")
		}
	}
	for _, e := range submission.Equivalences {
		switch e.Status {
		case "equivalent":
			return strings.Join(append(words, "= reference by "+e.Tactic), " ")
		case "error":
			words = append(words, "comparison failed: "+console.Clip(console.OneLine(e.Message), 80))
		default:
			words = append(words, "≠? reference")
		}
	}
	return strings.Join(words, " ")
}
