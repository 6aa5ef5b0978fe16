package prooftree_test

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// checkView compares the view of a stored tree with the fold of its events.
func checkView(t *testing.T, s *prooftree.Store, g *generator) {
	t.Helper()
	ctx := context.Background()
	v, err := s.View(ctx, g.info.ID)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := v.Counts(ctx)
	want := g.tree.Counts()
	want.MaxDepth = counts.MaxDepth // by another path
	if err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("counts are %+v, %v; want %+v", counts, err, want)
	}
	nodes := search.NodeID(0)
	for n, err := range v.Nodes(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		nodes++
		want, _ := g.tree.Node(n.ID)
		want.Score, want.Depth = n.Score, n.Depth // those of another path
		if n.ID != nodes || !reflect.DeepEqual(n, want) {
			t.Fatalf("node is %+v; want %+v", n, want)
		}
		state, err := v.State(ctx, n.ID)
		if wantState, _ := g.tree.State(n.ID); err != nil || !reflect.DeepEqual(state, wantState) {
			t.Fatalf("state of node %d is %+v, %v; want %+v", n.ID, state, err, wantState)
		}
		if one, err := v.Node(ctx, n.ID); err != nil || !reflect.DeepEqual(one, n) {
			t.Errorf("node %d is %+v, %v", n.ID, one, err)
		}
		checkChildren(t, v, g, n.ID)
		view, err := v.NodeView(ctx, n.ID)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, n := range view.ByStatus {
			sum += n
		}
		if !reflect.DeepEqual(view.Node, n) || sum != n.Attempts || len(view.Attempts) != n.Attempts {
			t.Errorf("view of node %d is %+v", n.ID, view)
		}
		if want := g.tree.Parents(n.ID); !reflect.DeepEqual(view.Parents, want) {
			t.Errorf("parents of node %d are %v; want %v", n.ID, view.Parents, want)
		}
		for i, id := range g.tree.AttemptsAt(n.ID) {
			if want, _ := g.tree.Attempt(id); !reflect.DeepEqual(view.Attempts[i], want) {
				t.Errorf("attempt is %+v; want %+v", view.Attempts[i], want)
			}
		}
	}
	if int(nodes) != g.tree.Nodes() {
		t.Errorf("%d nodes came; want %d", nodes, g.tree.Nodes())
	}
	id := search.AttemptID(0)
	for a, err := range v.AllAttempts(ctx) {
		id++
		if want, _ := g.tree.Attempt(id); err != nil || !reflect.DeepEqual(a, want) {
			t.Fatalf("attempt %d is %+v, %v; want %+v", id, a, err, want)
		}
	}
	best, err := v.BestOpen(ctx, 3)
	if err != nil || len(best) == 0 {
		t.Errorf("the best open nodes are %v, %v", best, err)
	}
	mean := func(n search.Node) float64 { return n.Score / float64(n.Depth+1) }
	for n := range v.Nodes(ctx) {
		if n.Status == search.NodeOpen && !n.Exhausted && len(best) > 0 && mean(n) > mean(best[0]) {
			t.Errorf("node %d is better than the best, node %d", n.ID, best[0].ID)
		}
		if a, ok := g.tree.Attempt(n.Parent); ok {
			parent, err := v.Node(ctx, a.Node)
			if want := parent.Score + a.Candidate.LogProb; err != nil || math.Abs(n.Score-want) > 1e-9 {
				t.Errorf("the score of node %d is %v, %v; want %v", n.ID, n.Score, err, want)
			}
		}
	}
	for _, n := range best {
		if n.Status != search.NodeOpen || n.Exhausted {
			t.Errorf("a best open node is %+v", n)
		}
	}
	steps, err := v.Proof(ctx)
	if proof, ok := g.tree.Proof(); err != nil || ok != (len(steps) > 0) || ok && steps[0].Attempt.Candidate.Action != proof.Action {
		t.Errorf("the proof is %+v, %v; want %+v", steps, err, proof)
	}
	shown := make(map[search.NodeID]bool)
	byKey := make(map[string]prooftree.ProofStep)
	for _, step := range steps {
		shown[step.Node.ID] = true
		byKey[step.Node.Key] = step
	}
	if proof, ok := g.tree.Proof(); ok {
		checkProof(t, proof, byKey)
	}
	for _, step := range steps {
		if step.Attempt.Fate != search.NodeIsProved || step.Attempt.Node != step.Node.ID {
			t.Errorf("a step of the proof is %+v", step)
		}
		for _, child := range step.Attempt.Children {
			if !shown[child] {
				t.Errorf("the proof of node %d leaves node %d open", step.Node.ID, child)
			}
		}
	}
}

// checkProof compares each step of a tree's proof, its layouts included, with
// what a view says of its state.
func checkProof(t *testing.T, p provers.Proof, steps map[string]prooftree.ProofStep) {
	t.Helper()
	step := steps[p.State.Key].Attempt
	layouts := make([]string, len(p.Children))
	copy(layouts, step.Layouts)
	if step.Candidate.Action != p.Action || len(step.Children) != len(p.Children) {
		t.Errorf("%s is proved by %+v; want %+v", p.State.Key, step, p.Action)
		return
	}
	for i, c := range p.Children {
		if layouts[i] != c.Layout {
			t.Errorf("child %d of %s is laid out as %q; want %q", i, p.State.Key, layouts[i], c.Layout)
		}
		checkProof(t, c, steps)
	}
}

// checkChildren compares the children of a node with those of its attempts.
func checkChildren(t *testing.T, v *prooftree.View, g *generator, id search.NodeID) {
	t.Helper()
	var want []search.NodeID
	for _, attempt := range g.tree.AttemptsAt(id) {
		a, _ := g.tree.Attempt(attempt)
		want = append(want, a.Children...)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	children, err := v.Children(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	var got []search.NodeID
	for _, n := range children {
		got = append(got, n.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the children of node %d are %v; want %v", id, got, want)
	}
}

func TestViewPages(t *testing.T) {
	s, ctx := open(t), context.Background()
	g := newGenerator("pages", 1)
	g.start()
	for range 10 {
		g.emit(search.Event{Kind: search.AttemptTried, Attempt: search.AttemptID(g.tree.Attempts() + 1), Node: 1,
			Candidate: &policy.Candidate{LogProb: math.Inf(-1)}, Outcome: &provers.Outcome{Status: provers.Rejected}})
	}
	store(t, s, g)
	v, err := s.View(ctx, "pages")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v.Info(), g.info) {
		t.Errorf("the run was created with %+v", v.Info())
	}
	page, err := v.Attempts(ctx, 1, 4, 3)
	if err != nil || len(page) != 3 || page[0].ID != 5 || page[2].ID != 7 {
		t.Errorf("the page is %+v, %v", page, err)
	}
	_, err = v.NodeView(ctx, 2)
	wantKind(t, err, prooftree.UnknownNode)
	_, err = s.View(ctx, "none")
	wantKind(t, err, prooftree.UnknownRun)
}
