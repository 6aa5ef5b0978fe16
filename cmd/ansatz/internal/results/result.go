// Package results sums up searches, for people and for machines.
package results

import (
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/insertions"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// Version is the version of all JSON output, as "ansatz help json"
// documents it. Fields may be added to a version; nothing else may change.
const Version = 1

// Verdict is what became of one problem. The set is closed.
type Verdict string

// The verdicts.
const (
	Proved      Verdict = "proved"      // a fresh check accepted a proof
	Unproved    Verdict = "unproved"    // the budget is spent, or nothing is left to try
	Unverified  Verdict = "unverified"  // proofs were found, but the final check accepted none
	Invalid     Verdict = "invalid"     // the statement does not elaborate
	Failed      Verdict = "error"       // the prover or the search failed
	Interrupted Verdict = "interrupted" // the user stopped it
)

// verdicts lists them in the order of summaries.
var verdicts = [...]Verdict{Proved, Unproved, Unverified, Invalid, Failed, Interrupted}

// Result is what became of one problem; it is also its JSON form.
type Result struct {
	Version  int     `json:"version"`
	Type     string  `json:"type"` // "result"
	Name     string  `json:"name"`
	Source   string  `json:"source,omitempty"`
	Result   Verdict `json:"result"`
	Reason   string  `json:"reason,omitempty"`
	Run      string  `json:"run,omitempty"`
	Elapsed  float64 `json:"elapsed_s"` // of the search and the final check, starts of workers left out
	Starting float64 `json:"starting_s"`
	Checking float64 `json:"checking_s"` // of the last final check, a part of Elapsed
	Workers  int     `json:"workers,omitempty"`
	// Attempts, Expansions, Nodes, Depth and Units sum up the tree.
	Attempts   int64                    `json:"attempts"`
	Expansions int64                    `json:"expansions"`
	Nodes      int                      `json:"nodes"`
	Depth      int                      `json:"depth"`
	Units      int64                    `json:"units,omitempty"`
	Restarts   int                      `json:"restarts,omitempty"`
	Refused    int                      `json:"refused,omitempty"`
	Outcomes   map[provers.Status]int   `json:"outcomes,omitempty"`
	Proof      string                   `json:"proof,omitempty"`
	Insertions []insertions.Insertion   `json:"insertions,omitzero"` // of a proof for Dafny, which is the whole program
	Axioms     []string                 `json:"axioms,omitempty"`
	Seconds    map[string]float64       `json:"seconds,omitempty"` // prover (all workers), policy, store
	sources    map[string]sourceOutcome `json:"-"`
	// End and Detail are why the search ended, and Text is the whole text that the
	// final check accepted.
	End    search.EndReason `json:"-"`
	Detail string           `json:"-"`
	Text   string           `json:"-"`
}

// sourceOutcome counts what one source of candidates led to.
type sourceOutcome struct{ tried, accepted, solved int }

// New sums up a search.
func New(p provers.Problem, run string, r search.Result, workers int, before search.Spent) Result {
	s := r.Spent
	s.Wall -= before.Wall
	s.Attempts -= before.Attempts
	s.Expansions -= before.Expansions
	s.Units -= before.Units
	s.InProver -= before.InProver
	s.InPolicy -= before.InPolicy
	s.InStore -= before.InStore
	out := Result{
		Version: Version, Type: "result", Name: p.Name, Source: p.Source, Run: run, Workers: workers,
		Elapsed: s.Wall.Seconds(), Attempts: s.Attempts, Expansions: s.Expansions, Units: s.Units,
		Refused: r.Refused, Proof: r.Script,
		Seconds: map[string]float64{"prover": s.InProver.Seconds(), "policy": s.InPolicy.Seconds(), "store": s.InStore.Seconds()},
	}
	if r.Tree != nil {
		c := r.Tree.Counts()
		out.Nodes, out.Depth, out.Restarts, out.Outcomes = c.Nodes, c.MaxDepth, c.Restarts, c.ByStatus
		out.sources = make(map[string]sourceOutcome)
		for _, source := range r.Tree.Sources() {
			out.sources[source.Source] = sourceOutcome{source.Tried, source.Accepted, source.Solved}
		}
	}
	if r.Verdict != nil {
		out.Checking = r.Verdict.Elapsed.Seconds()
	}
	if r.Verdict != nil && r.Verdict.Accepted {
		out.Axioms, out.Text = r.Verdict.Axioms, r.Verdict.Text
	}
	out.End, out.Detail = r.End, r.Detail
	out.Result, out.Reason = judge(r)
	if out.Result != Proved {
		out.Proof = ""
	}
	return out
}

// judge says what the end of a search means.
func judge(r search.Result) (Verdict, string) {
	switch r.End {
	case search.EndProved:
		return Proved, ""
	case search.EndBudget:
		if r.Detail == "wall" {
			return Unproved, "time is up"
		}
		return Unproved, "the budget of " + r.Detail + " is spent"
	case search.EndExhausted:
		return Unproved, "nothing is left to try"
	case search.EndInterrupted:
		return Interrupted, ""
	case search.EndUnverified:
		reason := r.Detail
		if r.Verdict != nil && !r.Verdict.Accepted {
			reason = fmt.Sprintf("the final check refused %s, the last because: %s", console.Plural(int64(r.Refused), "proof"), r.Verdict.Reason)
		}
		return Unverified, reason
	}
	return Failed, r.Detail
}

// NotSearched is the result of a problem whose search could not begin.
func NotSearched(p provers.Problem, what Verdict, reason string) Result {
	return Result{Version: Version, Type: "result", Name: p.Name, Source: p.Source, Result: what, Reason: reason}
}

// Line is the result on one line.
func (r Result) Line(nameWidth int) string {
	s := fmt.Sprintf("%-11s  %s", r.Result, console.Pad(console.Clip(console.OneLine(r.Name), max(nameWidth, 1)), nameWidth))
	if r.Run != "" || r.Attempts > 0 {
		s += fmt.Sprintf("  %7s  %14s", console.Duration(time.Duration(r.Elapsed*float64(time.Second))), console.Plural(r.Attempts, "attempt"))
	}
	switch {
	case r.Insertions != nil && len(r.Insertions) == 0:
		s += "  " + r.Reason
	case r.Insertions != nil:
		s += "  " + console.Plural(int64(len(r.Insertions)), "annotation")
	case r.Result == Proved:
		s += "  " + console.ProofLine(r.Proof, 60)
	case r.Reason != "":
		s += "  " + console.Clip(console.OneLine(r.Reason), 160)
	}
	return s
}
