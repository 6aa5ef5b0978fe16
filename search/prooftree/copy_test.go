package prooftree_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/search/prooftree"
)

func TestCopyRun(t *testing.T) {
	ctx := t.Context()
	from, to := open(t), open(t)
	g := generate("original", 7, 5000)
	store(t, from, g)
	w, err := from.OpenRun(ctx, "original")
	if err != nil {
		t.Fatal(err)
	}
	question := prooftree.Question{Method: prooftree.DFPSBackward, Problem: json.RawMessage(`{"name":"p"}`)}
	equivalence := prooftree.Equivalence{Time: time.Unix(5, 0).UTC(), Answer: "2", Reference: "1 + 1", Status: "equivalent", Tactic: "rfl"}
	if err := errors.Join(w.SetQuestion(ctx, question), w.Close(), from.AddEquivalence(ctx, "original", equivalence)); err != nil {
		t.Fatal(err)
	}
	// Twice: a copy replaces one that is there.
	for range 2 {
		if err := to.CopyRun(ctx, from, "original", "", "copy", nil); err != nil {
			t.Fatal(err)
		}
	}
	got := events(t, to, "copy")
	if len(got) != len(g.events) {
		t.Fatalf("%d of %d events were copied", len(got), len(g.events))
	}
	for i, e := range got {
		if e.Run != nil {
			if e.Run.ID != "copy" {
				t.Errorf("event %d starts %s", i+1, e.Run.ID)
			}
			info := *e.Run
			info.ID = "original"
			e.Run = &info
		}
		if !reflect.DeepEqual(e, g.events[i]) {
			t.Fatalf("event %d was copied as\n%+v\nof\n%+v", i+1, e, g.events[i])
		}
	}
	if q, found, err := to.Question(ctx, "copy"); err != nil || !found || !reflect.DeepEqual(q, question) {
		t.Errorf("the question is %+v, %t, %v", q, found, err)
	}
	if all, err := to.Equivalences(ctx, "copy"); err != nil || !reflect.DeepEqual(all, []prooftree.Equivalence{equivalence}) {
		t.Errorf("the equivalences are %+v, %v", all, err)
	}
	if err := to.CopyRun(ctx, from, "no-run", "", "x", nil); prooftree.KindOf(err) != prooftree.UnknownRun {
		t.Errorf("copying what is not there: %v", err)
	}
	if err := to.Check(ctx); err != nil {
		t.Error(err)
	}
}
