package treeview

import (
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/internal/golden"
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
	golden.Check(t, "tree.txt", exampleTree().Text(60, Tactics))
}

func TestFailuresText(t *testing.T) {
	golden.Check(t, "failures.txt", FailuresText([]Failure{
		{Class: "arithmetic", Status: provers.Rejected, Count: 1234, Node: 4, Action: "omega", Message: "omega could not prove the goal:\n  a possible counterexample"},
		{Class: "timed out", Status: provers.TimedOut, Count: 3, Node: 9, Action: "grind"},
	}, 70, Tactics))
}

func TestAnnotations(t *testing.T) {
	obligation := func(o annotation.Obligation) provers.Goal { return o.Goal(nil) }
	post := obligation(annotation.Obligation{Declaration: "Sum", Kind: "postcondition", Line: 6, Column: 2, Message: "A postcondition might not hold on this return path.",
		Source: "while i < n", Related: []annotation.RelatedPlace{{Line: 2, Column: 16, Source: "ensures 2 * s == n * (n + 1)"}}})
	index := obligation(annotation.Obligation{Declaration: "Sum", Kind: "invariant_entry", Line: 8, Column: 8, Message: "This loop invariant might not hold on entry.", Source: "invariant a[0] == s"})
	other := obligation(annotation.Obligation{Declaration: "M.Twice", Kind: "decreases", Line: 20, Message: "decreases expression might not decrease", Source: "while r < n"})
	tree := &Node{ID: 1, Status: search.NodeOpen, Attempts: 9, Goals: []provers.Goal{post, index, other}, Failed: map[string]int{"houdini": 3},
		Led: []Edge{
			{Attempt: 1, Action: "split", Fate: search.NodeOpen, States: []*Node{
				{ID: 2, Status: search.NodeIsProved, Attempts: 2, Goals: []provers.Goal{post}, Led: []Edge{
					{Attempt: 3, Action: "6:2: invariant i <= n\n6:2: invariant forall k ::\n  k < i\n8: assert i == i;", Fate: search.NodeIsProved}}},
				{ID: 3, Status: search.NodeOpen, Goals: []provers.Goal{other}},
			}},
			{Attempt: 4, Action: "5: drop\n20: decreases n - r", Fate: search.NodeIsDead},
		}}
	golden.Check(t, "annotations.txt", tree.Text(100, Annotations)+FailuresText([]Failure{
		{Class: "houdini", Status: provers.Rejected, Count: 3, Node: 1, Action: "houdini\n6:2: invariant s == 0\n6:2: invariant i <= n\n20: invariant r <= n", Message: "nothing of it holds"},
		{Class: "syntax", Status: provers.Unparsed, Count: 1, Node: 1, Action: "no place", Message: "it says no place"},
	}, 100, Annotations))
}
