package results

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/insertions"
	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
)

func exampleResults() []Result {
	return []Result{
		{Name: "add_zero", Result: Proved, Run: "r1", Elapsed: 3.21, Checking: 2.5, Workers: 2, Attempts: 41, Expansions: 6, Starting: 18.4,
			Proof: "by\n  intro n\n  omega", Outcomes: map[provers.Status]int{provers.Rejected: 30, provers.Progress: 10, provers.Solved: 1},
			Seconds: map[string]float64{"prover": 6.2, "policy": 0.02, "store": 0.01},
			sources: map[string]sourceOutcome{"omega": {10, 2, 1}, "intro": {8, 8, 0}}},
		{Name: "Tower.«of names» that is much longer than the column for it", Result: Unproved, Reason: "time is up", Run: "r2", Elapsed: 120, Workers: 2, Attempts: 12345,
			Expansions: 1500, Outcomes: map[provers.Status]int{provers.Rejected: 12000, provers.OutOfBudget: 345}, Seconds: map[string]float64{"prover": 230, "policy": 1.5, "store": 0.8}},
		{Name: "∀ε>0", Result: Unproved, Reason: "nothing is left to try", Run: "r3", Elapsed: 0.05, Workers: 2, Attempts: 1},
		{Name: "typo", Result: Invalid, Reason: "the statement does not elaborate (its line 1):\nunknown identifier 'Foo'\x1b[31m"},
		{Name: "hollow", Result: Unverified, Reason: "the final check refused 1 proof, the last because: axiom", Run: "r4", Elapsed: 7, Workers: 2, Attempts: 9},
	}
}

func TestSummaryText(t *testing.T) {
	s := NewSummary(7)
	s.Workers, s.InputErrors, s.Learned = 2, 1, 5000
	out := ""
	for _, r := range exampleResults() {
		s.Add(r)
		out += r.Line(20) + "\n"
	}
	s.Finish(150 * time.Second)
	golden.Check(t, "summary.txt", out+"\n"+s.Text(true))
}

func TestLineOfAProgram(t *testing.T) {
	r := Result{Name: "sum", Result: Proved, Run: "260410-f2k7qx", Elapsed: 4.9, Attempts: 2, Insertions: make([]insertions.Insertion, 2)}
	if got, want := r.Line(5), "proved       sum       4.9s      2 attempts  2 annotations"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r = NotSearched(provers.Problem{Name: "sum"}, Proved, "nothing to insert: it is verified as it is")
	r.Insertions = []insertions.Insertion{}
	if got, want := r.Line(5), "proved       sum    nothing to insert: it is verified as it is"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	data, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(data), `"insertions":[]`) {
		t.Errorf("%s, %v", data, err)
	}
	// A proof in Lean has none.
	if data, err = json.Marshal(Result{Proof: "by simp"}); err != nil || strings.Contains(string(data), "insertions") {
		t.Errorf("%s, %v", data, err)
	}
}
