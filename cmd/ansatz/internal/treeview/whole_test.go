package treeview

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

type actions []policy.Candidate

func (actions) Name() string { return "actions" }
func (a actions) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	return a[:min(len(a), r.Max)], nil
}

// TestReadWhole compares trees that are read at once with those that are read node
// by node.
func TestReadWhole(t *testing.T) {
	store, err := prooftree.Open(filepath.Join(t.TempDir(), "a.db"), prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	for seed := range uint64(4) {
		graph := proverstest.RandomGraph(seed, 60, 12, 0.1)
		prover := proverstest.New(graph, proverstest.Options{})
		var list actions
		for i := range 12 {
			list = append(list, policy.Candidate{Action: provers.Action{Text: fmt.Sprint(i)}, LogProb: -float64(i), Source: "a"})
		}
		problem := provers.Problem{Name: "p", Statement: "theorem p : True", Kind: provers.Prove}
		info := search.RunInfo{ID: fmt.Sprint("run", seed), Problem: problem, Prover: prover.Info(), Policy: "actions", Budget: search.Budget{Attempts: 400},
			Stages: []search.Stage{{Name: "all", Strategy: search.BestFirst, Batch: 4, MaxCandidates: 12}}}
		writer, err := store.CreateRun(t.Context(), info)
		if err != nil {
			t.Fatal(err)
		}
		_, err = search.Run(t.Context(), search.Config{Info: info, Policy: list, Log: writer,
			Open: func(ctx context.Context) (provers.Session, error) { return prover.Open(ctx, problem, provers.Limits{}) }})
		if err != nil {
			t.Log(err) // there is no final check here; the tree is what counts
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		view, err := store.View(t.Context(), info.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, bounds := range [][2]int{{0, 0}, {2, 0}, {0, 5}, {3, 20}} {
			want, truncated, err := Read(t.Context(), view, bounds[0], bounds[1])
			if err != nil {
				t.Fatal(err)
			}
			got, cut, err := ReadWhole(t.Context(), view, bounds[0], bounds[1])
			if err != nil || cut != truncated || !reflect.DeepEqual(got, want) {
				t.Errorf("seed %d, %v: %v, truncated %t and %t\ngot  %+v\nwant %+v", seed, bounds, err, cut, truncated, got, want)
			}
			if bounds == [2]int{} && len(want.Led) == 0 && want.Attempts == 0 {
				t.Errorf("seed %d: the tree is empty", seed)
			}
		}
	}
}
