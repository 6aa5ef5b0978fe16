package fps

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// unifier proposes what fills in the answer by unification.
type unifier struct{}

func (unifier) Name() string { return "unifier" }

func (unifier) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	list := []policy.Candidate{{Action: provers.Action{Text: "rfl"}, Source: "closing"}}
	if len(r.State.Goals) > 1 {
		list = append(list, policy.Candidate{Action: provers.Action{Goal: 1, Text: "exact 5"}, Source: "model"})
	}
	return list, nil
}

func TestPolicy(t *testing.T) {
	problem := Problem{Name: "p", Answers: binderList("answer", "Nat"), Outros: binderList("b", "Nat", "h", "b = 3", "q", "answer = b % 2")}
	p := NewPolicy(problem, unifier{})
	stage := 1
	propose := func(depth int, goals ...provers.Goal) []policy.Candidate {
		list, err := p.Propose(t.Context(), policy.Request{State: provers.State{Goals: goals}, Depth: depth, Stage: stage, Max: 40})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := propose(0, provers.Goal{Target: "∃ answer, …"}); len(list) != 1 || list[0].Action.Text != problem.Shell() {
		t.Errorf("at the root: %v", list)
	}

	context := []provers.Hypothesis{{Names: []string{"b"}, Type: "Nat"}, {Names: []string{"h"}, Type: "b = 3"}}
	goal := provers.Goal{Case: "h", Hypotheses: context, Target: "?w = b % 2", Metavariables: []string{"?w"}}
	witness := provers.Goal{Case: "w", Target: "Nat", Metavariable: "?w"}
	list := propose(1, goal, witness)
	if len(list) == 0 || list[0].Action != (provers.Action{Goal: 1, Text: "exact 1"}) {
		t.Errorf("the computed answer does not come first: %v", list)
	}
	place := func(text string) int {
		return slices.IndexFunc(list, func(c policy.Candidate) bool { return c.Action.Text == text })
	}
	if place("rfl") < 0 || place("exact 5") < 0 {
		t.Errorf("what the inner policy proposes is lost: %v", list)
	}
	for i := 1; i < len(list); i++ {
		if list[i].LogProb > list[i-1].LogProb || list[i].LogProb > 0 {
			t.Errorf("the candidates are not in order: %v", list)
		}
	}

	// In the first stage, nothing races with an answer that is sure.
	stage = 0
	if list := propose(1, goal, witness); len(list) != 1 || list[0].Action.Text != "exact 1" {
		t.Errorf("in the first stage: %v", list)
	}
	// The goal of the answer is found wherever it stands.
	list = propose(2, witness, goal)
	if len(list) == 0 || list[0].Action != (provers.Action{Goal: 0, Text: "exact 1"}) {
		t.Errorf("with the answer's goal in front: %v", list)
	}
	// Once the answer is filled in, the inner policy is alone.
	if list := propose(2, provers.Goal{Hypotheses: context, Target: "1 = b % 2"}); len(list) != 1 || list[0].Action.Text != "rfl" {
		t.Errorf("without an open answer: %v", list)
	}
	// What cannot be computed is enumerated by the prover.
	list = propose(1, provers.Goal{Case: "h", Target: "mystery ?w", Metavariables: []string{"?w"}}, witness)
	if !slices.ContainsFunc(list, func(c policy.Candidate) bool {
		return strings.HasPrefix(c.Action.Text, "first | (exact 0; ") && c.Action.Goal == 1
	}) {
		t.Errorf("nothing is enumerated: %v", list)
	}
}

func TestWorkOut(t *testing.T) {
	p := NewPolicy(Problem{Intros: binderList("n", "Nat"), Answers: binderList("answer", "Nat"), Outros: binderList("h", "answer = n")}, unifier{})
	for guess, want := range map[string]string{
		"n + n + 7 % 4": "n + n + 3",
		"(2 * 3) * n":   "6 * n",
		"n ^ (1 + 1)":   "n ^ 2",
		"n":             "n",
		"n * m":         "n * m",
	} {
		if got := p.workOut(guess, "Nat"); got != want {
			t.Errorf("%s: %s, want %s", guess, got, want)
		}
	}
}
