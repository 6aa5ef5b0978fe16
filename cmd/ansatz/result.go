package main

import (
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// jsonVersion is the version of all JSON output, as "ansatz help json"
// documents it. Fields may be added to a version; nothing else may change.
const jsonVersion = 1

// verdict is what became of one problem. The set is closed.
type verdict string

const (
	proved      verdict = "proved"      // a fresh check accepted a proof
	unproved    verdict = "unproved"    // the budget is spent, or nothing is left to try
	unverified  verdict = "unverified"  // proofs were found, but the final check accepted none
	invalid     verdict = "invalid"     // the statement does not elaborate
	failed      verdict = "error"       // the prover or the search failed
	interrupted verdict = "interrupted" // the user stopped it
)

// verdicts lists them in the order of summaries.
var verdicts = [...]verdict{proved, unproved, unverified, invalid, failed, interrupted}

// result is what became of one problem; it is also its JSON form.
type result struct {
	Version  int     `json:"version"`
	Type     string  `json:"type"` // "result"
	Name     string  `json:"name"`
	Source   string  `json:"source,omitempty"`
	Result   verdict `json:"result"`
	Reason   string  `json:"reason,omitempty"`
	Run      string  `json:"run,omitempty"`
	Elapsed  float64 `json:"elapsed_s"` // of the search and the final check, starts of workers left out
	Starting float64 `json:"starting_s"`
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
	Axioms     []string                 `json:"axioms,omitempty"`
	Seconds    map[string]float64       `json:"seconds,omitempty"` // prover (all workers), policy, store
	spent      search.Spent             `json:"-"`
	sources    map[string]sourceOutcome `json:"-"`
}

// sourceOutcome counts what one source of candidates led to.
type sourceOutcome struct{ tried, accepted, solved int }

// newResult sums up a search.
func newResult(p provers.Problem, run string, r search.Result, workers int, before search.Spent) result {
	s := r.Spent
	s.Wall -= before.Wall
	s.Attempts -= before.Attempts
	s.Expansions -= before.Expansions
	s.Units -= before.Units
	s.InProver -= before.InProver
	s.InPolicy -= before.InPolicy
	s.InStore -= before.InStore
	out := result{
		Version: jsonVersion, Type: "result", Name: p.Name, Source: p.Source, Run: run, Workers: workers,
		Elapsed: s.Wall.Seconds(), Attempts: s.Attempts, Expansions: s.Expansions, Units: s.Units,
		Refused: r.Refused, Proof: r.Script, spent: s,
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
	if r.Verdict != nil && r.Verdict.Accepted {
		out.Axioms = r.Verdict.Axioms
	}
	out.Result, out.Reason = judge(r)
	if out.Result != proved {
		out.Proof = ""
	}
	return out
}

// judge says what the end of a search means.
func judge(r search.Result) (verdict, string) {
	switch r.End {
	case search.EndProved:
		return proved, ""
	case search.EndBudget:
		if r.Detail == "wall" {
			return unproved, "time is up"
		}
		return unproved, "the budget of " + r.Detail + " is spent"
	case search.EndExhausted:
		return unproved, "nothing is left to try"
	case search.EndInterrupted:
		return interrupted, ""
	case search.EndUnverified:
		reason := r.Detail
		if r.Verdict != nil && !r.Verdict.Accepted {
			reason = fmt.Sprintf("the final check refused %s, the last because: %s", plural(int64(r.Refused), "proof"), r.Verdict.Reason)
		}
		return unverified, reason
	}
	return failed, r.Detail
}

// notSearched is the result of a problem whose search could not begin.
func notSearched(p provers.Problem, what verdict, reason string) result {
	return result{Version: jsonVersion, Type: "result", Name: p.Name, Source: p.Source, Result: what, Reason: reason}
}

// line is the result on one line.
func (r result) line(nameWidth int) string {
	s := fmt.Sprintf("%-11s  %s", r.Result, pad(clip(oneLine(r.Name), max(nameWidth, 1)), nameWidth))
	if r.Run != "" || r.Attempts > 0 {
		s += fmt.Sprintf("  %7s  %14s", durationText(time.Duration(r.Elapsed*float64(time.Second))), plural(r.Attempts, "attempt"))
	}
	switch {
	case r.Result == proved:
		s += "  " + proofLine(r.Proof, 60)
	case r.Reason != "":
		s += "  " + clip(oneLine(r.Reason), 160)
	}
	return s
}
