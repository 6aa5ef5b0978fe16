package main

import (
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

func TestLanguages(t *testing.T) {
	for _, l := range languages {
		if got := languageOf(l.name); got.name != l.name {
			t.Errorf("%s is %s", l.name, got.name)
		}
		if _, err := l.policy(policyBuiltin); err != nil {
			t.Errorf("%s: %v", l.name, err)
		}
		for _, strategy := range strategies {
			f := proveFlags{strategy: strategy, beamWidth: 4}
			stages, err := f.stages(&l)
			if err != nil {
				t.Errorf("%s, %s: %v", l.name, strategy, err)
			}
			for _, s := range stages {
				if s.Batch < 1 || s.MaxCandidates < 1 || s.Limits.Wall <= 0 {
					t.Errorf("%s, %s: %+v", l.name, strategy, s)
				}
			}
		}
	}
	if languageOf("proverstest").name != languages[0].name {
		t.Error("an unknown prover has no language")
	}
	if got := proverTitle(provers.Info{Name: "dafny"}) + proverTitle(provers.Info{Name: "other"}); got != "Dafnyother" {
		t.Error(got)
	}
}

// TestDafnyStages checks that the first stage leaves time to the second, which
// tries again what ran out of the first one's limits.
func TestDafnyStages(t *testing.T) {
	stages := dafnyStages()
	if len(stages) != 2 || stages[0].Share <= 0 || stages[0].Share >= 1 || !stages[1].Retry || stages[1].Limits.Wall <= stages[0].Limits.Wall {
		t.Errorf("%+v", stages)
	}
	for _, s := range stages {
		if s.Strategy != search.BestFirst || s.Batch != 1 {
			t.Errorf("%+v", s)
		}
	}
}

func TestNothingOpen(t *testing.T) {
	for _, c := range []struct {
		goals []provers.Goal
		want  bool
	}{
		{nil, true},
		{[]provers.Goal{{Target: "nothing is left to prove"}}, true},
		{[]provers.Goal{{Case: "Sum postcondition 6:2", Target: "m\n     6 | while i < n"}}, false},
	} {
		if got := nothingOpen(provers.State{Goals: c.goals}); got != c.want {
			t.Errorf("%+v: %t", c.goals, got)
		}
	}
}
