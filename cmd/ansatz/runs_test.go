package main

import (
	"path/filepath"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// A problem's name stands for its last search, but not for the backward part of it.
func TestResolveRunByName(t *testing.T) {
	ctx := t.Context()
	store, err := prooftree.Open(filepath.Join(t.TempDir(), "proofs.db"), prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	create := func(name string, q prooftree.Question) string {
		t.Helper()
		w, err := store.CreateRun(ctx, search.RunInfo{Problem: provers.Problem{Name: name, Kind: provers.Find, Statement: "theorem t : True"}})
		if err != nil {
			t.Fatal(err)
		}
		q.Problem = []byte("{}")
		if q.Method != "" {
			if err := w.SetQuestion(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return w.Info().ID
	}
	create("both", prooftree.Question{Method: prooftree.FPS})
	forward := create("both", prooftree.Question{Method: prooftree.DFPS})
	create("both", prooftree.Question{Method: prooftree.DFPSBackward, PartOf: forward})
	plain := create("plain", prooftree.Question{})
	only := create("only", prooftree.Question{Method: prooftree.DFPSBackward})
	for name, want := range map[string]string{"both": forward, "plain": plain, "only": only} {
		if got, err := resolveRun(ctx, store, name); got != want || err != nil {
			t.Errorf("%s is run %s, not %s: %v", name, got, want, err)
		}
	}
	if _, err := resolveRun(ctx, store, "none"); prooftree.KindOf(err) != prooftree.UnknownRun {
		t.Errorf("an unknown name: %v", err)
	}
}
