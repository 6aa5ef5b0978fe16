package treeview

import (
	"testing"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

func exampleTree() *Node {
	goal := func(target, name string) []provers.Goal { return []provers.Goal{{Target: target, Case: name}} }
	shared := &Node{ID: 4, Status: search.NodeIsDead, Goals: goal("False", ""), Attempts: 12, Exhausted: true, Failed: map[string]int{"arithmetic": 9, "timed out": 3}}
	again := &Node{ID: 4, Status: search.NodeIsDead, Goals: goal("False", ""), Attempts: 12, Elsewhere: true}
	return &Node{ID: 1, Status: search.NodeIsProved, Attempts: 20, Goals: goal("∀ n : ℕ, n ≤ n * n + this is a goal that is far too long for one line of the tree", ""),
		Failed: map[string]int{"type mismatch": 2, "no progress": 14},
		Led: []Edge{
			{Attempt: 3, Action: "induction n with\n| zero => skip\n| succ n ih => skip", Fate: search.NodeIsProved, States: []*Node{
				{ID: 2, Status: search.NodeIsProved, Attempts: 1, Goals: goal("0 ≤ 0 * 0", "zero"), Led: []Edge{{Attempt: 7, Action: "rfl", Fate: search.NodeIsProved}}},
				{ID: 3, Status: search.NodeIsProved, Attempts: 8, Goals: goal("n + 1 ≤ (n + 1) * (n + 1)", "succ"), Hidden: true},
			}},
			{Attempt: 4, Action: "cases h", Goal: 1, Fate: search.NodeIsDead, States: []*Node{shared}},
			{Attempt: 5, Action: "exfalso", Fate: search.NodeIsDead, Barred: true, States: []*Node{again, {ID: 5, Status: search.NodeOpen, Goals: nil}}},
		}}
}

func TestTreeText(t *testing.T) {
	golden.Check(t, "tree.txt", exampleTree().Text(60))
}

func TestFailuresText(t *testing.T) {
	golden.Check(t, "failures.txt", FailuresText([]Failure{
		{Class: "arithmetic", Status: provers.Rejected, Count: 1234, Node: 4, Action: "omega", Message: "omega could not prove the goal:\n  a possible counterexample"},
		{Class: "timed out", Status: provers.TimedOut, Count: 3, Node: 9, Action: "grind"},
	}, 70))
}
