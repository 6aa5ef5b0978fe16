package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/ansatz-prover/ansatz/search/prooftree/export"
)

var update = flag.Bool("update", false, "write the golden files anew")

// events is a search in which a case split leaves two nodes, both are proved,
// and another way is dead.
func events() []search.Event {
	info := search.RunInfo{ID: "260410-f2k7qx",
		Problem: provers.Problem{Name: "add_zero", Source: "a.lean:3", Kind: provers.Prove, Statement: "theorem add_zero (n : Nat) : n + 0 = n"},
		Prover:  provers.Info{Name: "lean", Version: "4.28.0", Variant: provers.Native, Path: "lean"},
		Policy:  "builtin", Seed: 7, Budget: search.Budget{Attempts: 100},
		Stages: []search.Stage{{Name: "all", Strategy: "best-first", Batch: 4, MaxCandidates: 16}}}
	state := func(key string, target string) *provers.State {
		return &provers.State{Key: key, Goals: []provers.Goal{{Hypotheses: []provers.Hypothesis{{Names: []string{"n"}, Type: "Nat"}}, Target: target}}}
	}
	try := func(id search.AttemptID, node search.NodeID, text string, logProb float64, o provers.Outcome, children ...search.NodeID) search.Event {
		return search.Event{Kind: search.AttemptTried, Attempt: id, Node: node, Outcome: &o, Children: children,
			Candidate: &policy.Candidate{Action: provers.Action{Text: text}, LogProb: logProb, Source: "shape"}}
	}
	spent := search.Spent{Expansions: 3, Attempts: 6, Units: 60, Wall: time.Second}
	all := []search.Event{
		{Kind: search.RunStarted, Run: &info},
		{Kind: search.StageStarted, Spent: &search.Spent{}},
		{Kind: search.StateReached, Node: 1, State: state("root", "n + 0 = n")},
		try(1, 1, "omega_nat", -1, provers.Outcome{Status: provers.Unparsed, Class: "syntax", Message: "unknown tactic \"omega_nat\"\nexpected ⊢"}),
		{Kind: search.StateReached, Node: 2, Depth: 1, Attempt: 2, State: state("k2", `"a\b" = n`)},
		try(2, 1, "exfalso", math.Inf(-1), provers.Outcome{Status: provers.Progress, Units: 10}, 2),
		{Kind: search.NodeExhausted, Node: 2, Final: true},
		{Kind: search.NodeDead, Node: 2},
		{Kind: search.StateReached, Node: 3, Depth: 1, Attempt: 3, State: state("k3", "0 + 0 = 0")},
		{Kind: search.StateReached, Node: 4, Depth: 1, Attempt: 3, State: state("k4", "n + 1 + 0 = n + 1")},
		try(3, 1, "induction n with\n| zero => ?_\n| succ n ih => ?_", -0.5, provers.Outcome{Status: provers.Progress, Units: 20, Elapsed: time.Millisecond}, 3, 4),
		try(4, 3, "rfl", -0.25, provers.Outcome{Status: provers.Solved, Units: 5}),
		{Kind: search.NodeProved, Node: 3, Attempt: 4},
		try(5, 4, "rfl", -0.25, provers.Outcome{Status: provers.TimedOut, Suggestions: []string{"simp"}}),
		try(6, 4, "simp", -0.75, provers.Outcome{Status: provers.Solved, Units: 25}),
		{Kind: search.NodeProved, Node: 4, Attempt: 6},
		{Kind: search.NodeProved, Node: 1, Attempt: 3},
		{Kind: search.VerdictGiven, Verdict: &provers.Verdict{Accepted: true, Axioms: []string{"propext"}, Prover: info.Prover, Text: "theorem ... := by ...", Elapsed: time.Second}},
		{Kind: search.RunEnded, End: search.EndProved, Spent: &spent},
	}
	all[10].Layouts = []string{"", "second of two"} // of the case split
	for i := range all {
		all[i].Seq, all[i].Time = int64(i+1), time.Date(2026, 4, 10, 12, 0, i, 0, time.UTC)
	}
	return all
}

func store(t *testing.T) *prooftree.Store {
	t.Helper()
	s, err := prooftree.Open(filepath.Join(t.TempDir(), "runs.db"), prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	all := events()
	tree := search.NewTree()
	for _, e := range all {
		if err := tree.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	w, err := s.CreateRun(context.Background(), *all[0].Run)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Append(context.Background(), all), w.Close()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGolden(t *testing.T) {
	ctx, s := context.Background(), store(t)
	const run = "260410-f2k7qx"
	tests := map[string]func(*bytes.Buffer) error{
		"tree.json":  func(b *bytes.Buffer) error { return export.JSON(ctx, b, s, run) },
		"tree.dot":   func(b *bytes.Buffer) error { return export.DOT(ctx, b, s, run, export.DOTOptions{}) },
		"failed.dot": func(b *bytes.Buffer) error { return export.DOT(ctx, b, s, run, export.DOTOptions{Failed: true}) },
		"proof.dot":  func(b *bytes.Buffer) error { return export.DOT(ctx, b, s, run, export.DOTOptions{ProofOnly: true}) },
	}
	for name, write := range tests {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(name) == ".json" && !json.Valid(got.Bytes()) {
				t.Error("it is no JSON")
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, got.Bytes(), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s is not as before (write it anew with -update):\n%s", path, got.Bytes())
			}
		})
	}
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ room int }

var errBroken = errors.New("broken pipe")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if len(p) > w.room {
		return 0, errBroken
	}
	w.room -= len(p)
	return len(p), nil
}

func TestErrors(t *testing.T) {
	ctx, s := context.Background(), store(t)
	if err := export.JSON(ctx, &brokenWriter{10}, s, "260410-f2k7qx"); !errors.Is(err, errBroken) {
		t.Errorf("writing JSON to a broken pipe: %v", err)
	}
	if err := export.DOT(ctx, &brokenWriter{10}, s, "260410-f2k7qx", export.DOTOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("writing DOT to a broken pipe: %v", err)
	}
	var b bytes.Buffer
	if err := export.JSON(ctx, &b, s, "none"); prooftree.KindOf(err) != prooftree.UnknownRun {
		t.Errorf("exporting no run: %v", err)
	}
	if err := export.DOT(ctx, &b, s, "none", export.DOTOptions{}); prooftree.KindOf(err) != prooftree.UnknownRun {
		t.Errorf("drawing no run: %v", err)
	}
	if b.Len() > 0 {
		t.Errorf("something was written: %s", b.Bytes())
	}
}
