package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// BenchmarkReport writes the HTML report of 1,000 problems with 8 trials each, all
// of them with a proof tree of 200 attempts in the database. Its time goal is two
// seconds.
func BenchmarkReport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "synthetic.db")
	syntheticRun(b, path, 1000, 8, 200)
	a := &app{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }, db: path}
	out := filepath.Join(b.TempDir(), "report.html")
	for b.Loop() {
		if err := a.benchReport(b.Context(), reportFlags{out: out, trees: true, treeDepth: 6, nodes: 40}, "last"); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(out)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
	if keep := os.Getenv("ANSATZ_KEEP_REPORT"); keep != "" {
		text, err := os.ReadFile(out)
		if err == nil {
			err = os.WriteFile(keep, text, 0o644)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// syntheticRun stores a finished run of made-up trials.
func syntheticRun(tb testing.TB, path string, problems, trials, attempts int) {
	tb.Helper()
	check := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	store, err := prooftree.Open(path, prooftree.Options{})
	check(err)
	defer func() { check(store.Close()) }()
	s := spec.Default()
	s.Name, s.Trials, s.PassAt = "synthetic", trials, spec.DefaultPassAt(trials)
	run := trial.Run{ID: "b260101-000000", Name: s.Name, Kind: trial.Search, Created: time.Unix(1767225600, 0).UTC(), Ended: time.Unix(1767229200, 0).UTC(),
		Ansatz: "devel", Spec: string(s.Canonical()), Variants: []trial.Variant{{Name: "portfolio"}}, Trials: trials, PassAt: s.PassAt, Seed: 1, Workers: 2, Elapsed: 3600}
	encoded := make([]json.RawMessage, problems)
	for i := range problems {
		run.Problems = append(run.Problems, trial.Problem{Name: fmt.Sprintf("theorem_%04d", i), Source: fmt.Sprintf("synthetic.lean:%d", 3*i+1),
			Statement: fmt.Sprintf("theorem theorem_%04d (a b c : Nat) (h : a < b) : a + c + %d < b + c + %d", i, i, i+1)})
		encoded[i] = json.RawMessage(`{"name":"` + run.Problems[i].Name + `"}`)
	}
	document, err := json.Marshal(run)
	check(err)
	check(store.CreateBenchmark(tb.Context(), prooftree.Benchmark{ID: run.ID, Created: run.Created, Ended: run.Ended, Document: document}, encoded))
	events := syntheticTree(tb, attempts)
	for p := range problems {
		for n := range trials {
			id := fmt.Sprintf("%s.0.%d.%d", run.ID, p, n)
			info := *events[0].Run
			info.ID = id
			w, err := store.CreateRun(tb.Context(), info)
			check(err)
			events[0].Run = &info
			check(w.Append(tb.Context(), events))
			check(w.Close())
			t := trial.Trial{Key: trial.Key{Variant: "portfolio", Problem: run.Problems[p].Name, Number: n}, Source: run.Problems[p].Source, Seed: 1 + uint64(n),
				Result: trial.TimeOut, Reason: "time is up", Trees: []string{id}, Worker: "host/1/1", Delivery: 1, Started: run.Created, Ended: run.Created,
				Cost: trial.Cost{Wall: float64(1 + (p*7+n*13)%120), Prover: float64(1 + (p*7+n*13)%110), Expansions: int64(1 + (p+n)%90), Attempts: int64(attempts)}}
			if (p*31+n*17)%10 < p%11 {
				t.Result, t.Reason = trial.Solved, ""
				t.Proof = "by\n  have h' : a + c < b + c := by omega\n  omega"
				t.Text = run.Problems[p].Statement + " := " + t.Proof + "\n"
			}
			document, err := json.Marshal(t)
			check(err)
			_, err = store.AddTrial(tb.Context(), run.ID, prooftree.StoredTrial{Place: prooftree.Place{Problem: p, Number: n}, Document: document}, t.Trees)
			check(err)
		}
	}
}

// syntheticTree is the events of a search with so many attempts.
func syntheticTree(tb testing.TB, attempts int) []search.Event {
	tb.Helper()
	space := proverstest.Endless{Branching: 16}
	prover := proverstest.New(space, proverstest.Options{})
	var list actionList
	for i := range 32 {
		list = append(list, policy.Candidate{Action: provers.Action{Text: strconv.Itoa(i * 5 % 32)}, LogProb: -0.5 - float64(i)/16, Source: "simp"})
	}
	var log eventList
	problem := provers.Problem{Name: "synthetic", Statement: "theorem synthetic : True", Kind: provers.Prove}
	_, err := search.Run(tb.Context(), search.Config{
		Info: search.RunInfo{Problem: problem, Prover: prover.Info(), Budget: search.Budget{Attempts: int64(attempts)},
			Stages: []search.Stage{{Name: "all", Strategy: search.BestFirst, Batch: 8, MaxCandidates: 32}}},
		Open: func(ctx context.Context) (provers.Session, error) { return prover.Open(ctx, problem, provers.Limits{}) }, Policy: list, Log: &log})
	if err != nil {
		tb.Fatal(err)
	}
	return log
}

type actionList []policy.Candidate

func (actionList) Name() string { return "list" }
func (l actionList) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	return l[:min(len(l), r.Max)], nil
}

type eventList []search.Event

func (l *eventList) Append(_ context.Context, batch []search.Event) error {
	*l = append(*l, batch...)
	return nil
}
