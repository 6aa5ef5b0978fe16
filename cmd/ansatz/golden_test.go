package main

import (
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

func exampleRuns() []runJSON {
	created := time.Date(2026, 4, 10, 9, 8, 7, 0, time.UTC)
	info := provers.Info{Name: "lean", Version: "4.28.0-pre", Variant: provers.Npm}
	return []runJSON{
		{Run: "260410-f2k7qx", Name: "add_zero", State: "proved", Created: created, Elapsed: 3.2, Attempts: 41, Prover: info},
		{Run: "260409-0000aa", Name: "λ a name that is longer than its column is wide", State: "interrupted", Created: created.Add(-30 * time.Hour), Elapsed: 4000, Attempts: 1234567, Prover: info},
	}
}

func TestRunsText(t *testing.T) {
	golden.Check(t, "runs.txt", runsText(exampleRuns(), time.UTC))
	if got := runsText(nil, time.UTC); got != "no runs\n" {
		t.Errorf("no runs: %q", got)
	}
}

func TestHeader(t *testing.T) {
	s := showJSON{Run: exampleRuns()[0],
		Counts: search.Counts{Nodes: 9, Proved: 3, Open: 5, Dead: 1, MaxDepth: 2, ByStatus: map[provers.Status]int{provers.Solved: 2, provers.OutOfBudget: 4}},
		Spent:  search.Spent{Wall: 3200 * time.Millisecond, Attempts: 41, Expansions: 6},
		Verdicts: []provers.Verdict{{Accepted: true, Axioms: []string{"propext"},
			Prover: provers.Info{Name: "lean", Version: "4.28.0-pre", Variant: provers.Npm}}},
	}
	s.Run.Source, s.Run.Policy, s.Run.Seed = "Todo.lean:3", "builtin", 7
	golden.Check(t, "header.txt", s.header(time.UTC))
}

func TestProversText(t *testing.T) {
	golden.Check(t, "provers.txt", proversText([]proverJSON{
		{Source: "lean on PATH", Prover: provers.Info{Name: "lean", Variant: provers.Native}, Problem: "there is no `lean` on PATH", Hint: "install elan"},
		{Source: "npm", Prover: provers.Info{Name: "lean", Version: "4.28.0-pre", Variant: provers.Npm, Path: "/opt/lean"}, Usable: true, Chosen: true, Notes: []string{"no Mathlib"}},
		{Source: "dafny on PATH", Prover: provers.Info{Name: "dafny", Version: "2.3.0.10506", Variant: provers.Native, Path: "/usr/bin/dafny"}, Usable: true, Chosen: true,
			Transport: "DafnyServer", Solver: &solverJSON{"/usr/bin/z3", "4.8.12"}},
		{Source: "given path", Prover: provers.Info{Name: "dafny", Variant: provers.Native, Path: "/opt/dafny"}, Problem: "there is no Dafny in this folder", Hint: "it must have Dafny.dll in it"},
	}))
}
