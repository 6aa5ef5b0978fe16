package prooftree_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// A search appends to a writer.
var _ search.Log = (*prooftree.Writer)(nil)

func TestEventsComeBack(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := open(t)
			g := generate("a-run", seed, 600)
			store(t, s, g)
			store(t, s, generate("another", seed+100, 50))
			got := events(t, s, "a-run")
			if len(got) != len(g.events) {
				t.Fatalf("%d events came back of %d", len(got), len(g.events))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], g.events[i]) {
					t.Fatalf("event %d came back as\n%+v\nof\n%+v", i+1, got[i], g.events[i])
				}
			}
			if err := s.Check(context.Background()); err != nil {
				t.Error(err)
			}
			checkView(t, s, g)
		})
	}
}

func TestInvalidEventsLeaveNothing(t *testing.T) {
	ctx := context.Background()
	g := newGenerator("run", 3)
	g.start()
	good := g.events
	at := int64(len(good))
	candidate, outcome := &policy.Candidate{}, &provers.Outcome{Status: provers.Solved}
	other := g.info
	other.ID = "other"
	tests := map[string]search.Event{
		"gap":                {Seq: at + 2, Kind: search.UserActed},
		"again":              {Seq: at, Kind: search.UserActed},
		"unknown kind":       {Seq: at + 1, Kind: "dreamt"},
		"no state":           {Seq: at + 1, Kind: search.StateReached, Node: 2, Attempt: 1},
		"no key":             {Seq: at + 1, Kind: search.StateReached, Node: 2, Attempt: 1, State: &provers.State{}},
		"node skipped":       {Seq: at + 1, Kind: search.StateReached, Node: 3, Attempt: 1, State: &provers.State{Key: "k"}},
		"from nowhere":       {Seq: at + 1, Kind: search.StateReached, Node: 2, State: &provers.State{Key: "k"}},
		"no outcome":         {Seq: at + 1, Kind: search.AttemptTried, Node: 1, Attempt: 1, Candidate: candidate},
		"attempt skipped":    {Seq: at + 1, Kind: search.AttemptTried, Node: 1, Attempt: 2, Candidate: candidate, Outcome: outcome},
		"unknown node":       {Seq: at + 1, Kind: search.AttemptTried, Node: 2, Attempt: 1, Candidate: candidate, Outcome: outcome},
		"unknown child":      {Seq: at + 1, Kind: search.AttemptTried, Node: 1, Attempt: 1, Candidate: candidate, Outcome: outcome, Children: []search.NodeID{7}},
		"layouts too few":    {Seq: at + 1, Kind: search.AttemptTried, Node: 1, Attempt: 1, Candidate: candidate, Outcome: &provers.Outcome{Status: provers.Progress}, Children: []search.NodeID{1, 1}, Layouts: []string{"x"}},
		"no probability":     {Seq: at + 1, Kind: search.AttemptTried, Node: 1, Attempt: 1, Candidate: &policy.Candidate{LogProb: math.NaN()}, Outcome: outcome},
		"unknown proved":     {Seq: at + 1, Kind: search.NodeProved, Node: 2, Attempt: 1},
		"unknown attempt":    {Seq: at + 1, Kind: search.NodeReopened, Node: 1, Attempt: 9},
		"unknown cleared":    {Seq: at + 1, Kind: search.AttemptCleared, Node: 1, Attempt: 9},
		"nothing spent":      {Seq: at + 1, Kind: search.BudgetSpent},
		"no verdict":         {Seq: at + 1, Kind: search.VerdictGiven},
		"nothing started":    {Seq: at + 1, Kind: search.RunStarted},
		"other run started":  {Seq: at + 1, Kind: search.RunStarted, Run: &other},
		"unknown exhausted":  {Seq: at + 1, Kind: search.NodeExhausted, Node: 5},
		"unknown dead":       {Seq: at + 1, Kind: search.NodeDead, Node: 5},
		"unknown and opened": {Seq: at + 1, Kind: search.NodeReopened, Node: 5},
	}
	s := open(t)
	w := create(t, s, g)
	if err := w.Append(ctx, good); err != nil {
		t.Fatal(err)
	}
	for name, bad := range tests {
		t.Run(name, func(t *testing.T) {
			batch := []search.Event{bad}
			if bad.Seq == at+1 {
				// A good event before it must not be stored either.
				bad.Seq++
				batch = []search.Event{{Seq: at + 1, Kind: search.UserActed, Detail: "x"}, bad}
			}
			wantKind(t, w.Append(ctx, batch), prooftree.InvalidEvents)
		})
	}
	if err := w.Append(ctx, []search.Event{{Seq: at + 1, Kind: search.UserActed, Detail: "good"}}); err != nil {
		t.Error(err)
	}
	if got := events(t, s, "run"); len(got) != int(at)+1 || got[at].Detail != "good" {
		t.Errorf("%d events came back, the last %+v", len(got), got[len(got)-1])
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	wantKind(t, w.Append(ctx, []search.Event{{Seq: at + 2, Kind: search.UserActed}}), prooftree.Failed)
}

func TestLongMessagesAreShortened(t *testing.T) {
	s := open(t)
	g := newGenerator("run", 1)
	g.start()
	g.emit(search.Event{Kind: search.AttemptTried, Attempt: 1, Node: 1, Candidate: &policy.Candidate{},
		Outcome: &provers.Outcome{Status: provers.Rejected, Message: strings.Repeat("é", prooftree.MaxMessage)}})
	store(t, s, g)
	all := events(t, s, "run")
	got := all[len(all)-1].Outcome.Message
	if len(got) > prooftree.MaxMessage || len(got) < prooftree.MaxMessage-64 || !utf8.ValidString(got) || !strings.HasSuffix(got, "more bytes]") {
		t.Errorf("the message has %d bytes and ends with %q", len(got), got[max(0, len(got)-40):])
	}
}

func TestRuns(t *testing.T) {
	s, ctx := open(t), context.Background()
	store(t, s, generate("one", 1, 100))
	cut := newGenerator("two", 2)
	cut.info.Problem.Name, cut.info.Prover.Name = "other", "dafny"
	cut.start()
	store(t, s, cut)
	w := create(t, s, newGenerator("three", 3))
	if again, err := s.CreateRun(ctx, newGenerator("one", 1).info); err == nil {
		again.Close()
		t.Error("a run was created twice")
	} else {
		wantKind(t, err, prooftree.RunExists)
	}

	tests := []struct {
		filter prooftree.RunFilter
		want   string
	}{
		{prooftree.RunFilter{}, "three running, two stale, one ended"},
		{prooftree.RunFilter{Limit: 2}, "three running, two stale"},
		{prooftree.RunFilter{Status: prooftree.RunDone}, "one ended"},
		{prooftree.RunFilter{Status: prooftree.RunStale, Limit: 1}, "two stale"},
		{prooftree.RunFilter{Problem: "other"}, "two stale"},
		{prooftree.RunFilter{Prover: "lean"}, "three running, one ended"},
		{prooftree.RunFilter{Source: "b.lean"}, ""},
		{prooftree.RunFilter{Since: time.Now().Add(time.Hour)}, ""},
	}
	for _, test := range tests {
		all, err := s.Runs(ctx, test.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range all {
			got = append(got, fmt.Sprintf("%s %s", r.ID, r.Status))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("the runs of %+v are %s; want %s", test.filter, got, test.want)
		}
	}

	g := generate("one", 1, 100)
	r, err := s.Run(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	wantSpent := g.tree.Spent()
	_, proved := g.tree.Proof()
	if !reflect.DeepEqual(r.RunInfo, g.info) || r.Spent != wantSpent || r.EndReason != search.EndProved || r.Proved != proved || !r.Verified() ||
		!r.Started.Equal(g.events[0].Time) || !r.Ended.Equal(g.events[len(g.events)-1].Time) {
		t.Errorf("the summary is %+v; want %+v, spent %+v", r, g.info, wantSpent)
	}
	if prooftree.Stale(*r.Verdict, g.info.Prover) {
		t.Error("the verdict is stale at once")
	}
	changes := map[string]func(*provers.Info){
		"name":    func(i *provers.Info) { i.Name = "x" },
		"version": func(i *provers.Info) { i.Version = "x" },
		"variant": func(i *provers.Info) { i.Variant = "x" },
		"path":    func(i *provers.Info) { i.Path = "x" },
		"options": func(i *provers.Info) { i.Options = map[string]string{"a": "1"} },
	}
	for name, change := range changes {
		info := g.info.Prover
		change(&info)
		if !prooftree.Stale(*r.Verdict, info) {
			t.Errorf("the verdict does not depend on the prover's %s", name)
		}
	}
	if v, found, err := s.Proof(ctx, "one"); err != nil || !found || !reflect.DeepEqual(v, *g.events[len(g.events)-2].Verdict) {
		t.Errorf("the proof is %+v, %v, %v", v, found, err)
	}
	if _, found, err := s.Proof(ctx, "two"); err != nil || found {
		t.Errorf("a run without a proof has one: %v", err)
	}

	_, err = s.OpenRun(ctx, "three")
	wantKind(t, err, prooftree.RunActive)
	wantKind(t, s.DeleteRun(ctx, "three"), prooftree.RunActive)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// A run that is opened again goes on where it was.
	again, err := s.OpenRun(ctx, "two")
	if err != nil {
		t.Fatal(err)
	}
	for len(cut.events) < 200 {
		cut.step()
	}
	if err := errors.Join(again.Append(ctx, cut.events[cutLength(t, s):]), again.Close()); err != nil {
		t.Fatal(err)
	}
	if got := events(t, s, "two"); !reflect.DeepEqual(got, cut.events) {
		t.Error("the resumed run is not what was appended")
	}

	if err := errors.Join(s.DeleteRun(ctx, "one"), s.Vacuum(ctx), s.Check(ctx)); err != nil {
		t.Fatal(err)
	}
	if got := events(t, s, "two"); !reflect.DeepEqual(got, cut.events) {
		t.Error("deleting a run changed another")
	}
	_, err = s.Run(ctx, "one")
	wantKind(t, err, prooftree.UnknownRun)
	wantKind(t, s.DeleteRun(ctx, "one"), prooftree.UnknownRun)
}

func cutLength(t *testing.T, s *prooftree.Store) int { return len(events(t, s, "two")) }

func TestOutcomes(t *testing.T) {
	s, ctx := open(t), context.Background()
	old, young := generate("old", 1, 200), generate("young", 2, 200)
	young.info.Prover.Name = "fstar"
	for i := range young.events {
		if young.events[i].Run != nil {
			young.events[i].Run.Prover.Name = "fstar"
		}
	}
	store(t, s, old)
	store(t, s, young)
	tests := []struct {
		filter prooftree.OutcomeFilter
		from   []*generator
	}{
		{prooftree.OutcomeFilter{}, []*generator{young, old}},
		{prooftree.OutcomeFilter{Limit: 10}, []*generator{young, old}},
		{prooftree.OutcomeFilter{Run: "old"}, []*generator{old}},
		{prooftree.OutcomeFilter{Prover: "fstar"}, []*generator{young}},
		{prooftree.OutcomeFilter{Since: young.clock.Add(time.Hour * 24)}, nil},
	}
	for _, test := range tests {
		var want []policy.Observation
		for _, g := range test.from {
			for i := len(g.events) - 1; i >= 0; i-- {
				e := g.events[i]
				if e.Kind != search.AttemptTried || !e.Outcome.Status.Conclusive() {
					continue
				}
				n, _ := g.tree.Node(e.Node)
				state, _ := g.tree.State(e.Node)
				state.Path = nil
				depth := 0
				for _, reached := range g.events {
					if reached.Kind == search.StateReached && reached.Node == e.Node {
						depth = reached.Depth
					}
				}
				want = append(want, policy.Observation{Request: policy.Request{Problem: g.info.Problem, State: state, Depth: depth},
					Candidate: *e.Candidate, Outcome: *e.Outcome, OnProof: n.ProvedBy == e.Attempt})
			}
		}
		if test.filter.Limit > 0 {
			want = want[:test.filter.Limit]
		}
		var got []policy.Observation
		for o, err := range s.Outcomes(ctx, test.filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, o)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the outcomes of %+v are %d; want %d", test.filter, len(got), len(want))
		}
	}

	stats, err := s.Sources(ctx, prooftree.OutcomeFilter{Run: "old"})
	if err != nil {
		t.Fatal(err)
	}
	proved := make(map[string]int64)
	for _, id := range old.proved {
		a, _ := old.tree.Attempt(id)
		proved[a.Candidate.Source]++
	}
	byName := make(map[string]prooftree.SourceStats)
	for _, st := range stats {
		byName[st.Source] = st
	}
	for _, want := range old.tree.Sources() {
		got := byName[want.Source]
		if got.Attempts != int64(want.Tried) || got.ByStatus[provers.Solved] != int64(want.Solved) || got.Proved != proved[want.Source] {
			t.Errorf("the counts of %s are %+v; want %+v, proved %d", want.Source, got, want, proved[want.Source])
		}
	}
}

func TestInvalidRunIDs(t *testing.T) {
	s := open(t)
	for _, id := range []string{"last", "latest", "../x", "a/b", ".x", "a b", strings.Repeat("x", 65)} {
		g := newGenerator(id, 1)
		if w, err := s.CreateRun(context.Background(), g.info); err == nil {
			w.Close()
			t.Errorf("a run was created with the ID %q", id)
		}
	}
	_, err := s.OpenRun(context.Background(), "../x")
	wantKind(t, err, prooftree.UnknownRun)
}

func TestResolveRun(t *testing.T) {
	s, ctx := open(t), context.Background()
	_, err := s.ResolveRun(ctx, "last")
	wantKind(t, err, prooftree.UnknownRun)
	for _, id := range []string{"260410-abc", "260410-abcd", "260411-x_z", "260411-xyz", ""} {
		w := create(t, s, newGenerator(id, 1))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if id == "" && len(w.Info().ID) != 13 {
			t.Errorf("the made ID is %q", w.Info().ID)
		}
	}
	newest, err := s.Runs(ctx, prooftree.RunFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		typed, want string
		kind        prooftree.ErrorKind
		mentions    string
	}{
		{"260410-abc", "260410-abc", "", ""},
		{"260410-abcd", "260410-abcd", "", ""},
		{"260411-xy", "260411-xyz", "", ""},
		{"x_", "260411-x_z", "", ""},
		{"abcd", "260410-abcd", "", ""},
		{"last", newest[0].ID, "", ""},
		{"latest", newest[0].ID, "", ""},
		{"260410", "", prooftree.AmbiguousRun, "260410-abcd, 260410-abc"},
		{"%", "", prooftree.UnknownRun, "260411-xyz"},
		{"", "", prooftree.UnknownRun, "260411-xyz"},
	}
	for _, test := range tests {
		got, err := s.ResolveRun(ctx, test.typed)
		if got != test.want || prooftree.KindOf(err) != test.kind || err != nil && !strings.Contains(err.Error(), test.mentions) {
			t.Errorf("%q is %q, %v; want %q, %s", test.typed, got, err, test.want, test.kind)
		}
	}
}

func TestContextEnds(t *testing.T) {
	s := open(t)
	g := generate("run", 1, 300)
	store(t, s, g)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range s.Events(ctx, "run") {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n >= len(g.events) {
		t.Errorf("after %d events the error is %v", n, last)
	}
	for range s.Events(context.Background(), "run") {
		break // and nothing may be left open
	}
	if _, err := s.CreateRun(ctx, newGenerator("late", 1).info); !errors.Is(err, context.Canceled) {
		t.Errorf("creating a run under an ended context: %v", err)
	}
	if _, err := s.ResolveRun(context.Background(), "late"); prooftree.KindOf(err) != prooftree.UnknownRun {
		t.Errorf("the run was created nevertheless: %v", err)
	}
}
