package prooftree_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// generator makes valid sequences of events, the same for the same seed. What
// follows from an event is emitted after it, as a search does it.
type generator struct {
	rand   *rand.Rand
	info   search.RunInfo
	tree   *search.Tree
	events []search.Event
	proved map[search.NodeID]search.AttemptID
	clock  time.Time
	spent  search.Spent
}

func newGenerator(id string, seed uint64) *generator {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 1)), tree: search.NewTree(), proved: make(map[search.NodeID]search.AttemptID),
		clock: time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)}
	g.info = search.RunInfo{ID: id,
		Problem: provers.Problem{Name: "add_zero", Source: "a.lean:3", Kind: provers.Prove, Preamble: "import Init\n", Statement: "theorem add_zero (n : Nat) : n + 0 = n"},
		Prover:  provers.Info{Name: "lean", Version: "4.28.0", Variant: provers.Fake, Path: "/opt/lean", Options: map[string]string{"b": "2", "a": "1"}},
		Policy:  "builtin", Seed: 1<<63 + seed, Budget: search.Budget{Attempts: 1000, Wall: time.Minute, Units: 5},
		Stages: []search.Stage{{Name: "all", Strategy: "best-first", Batch: 4, MaxCandidates: 16, LengthPenalty: 0.5, Limits: provers.Limits{Units: 200, Wall: time.Second}}},
	}
	return g
}

func (g *generator) emit(e search.Event) {
	g.follow(e)
	for _, id := range slices.Clone(g.tree.Changed()) {
		n, _ := g.tree.Node(id)
		switch {
		case n.Status == search.NodeIsProved:
			g.proved[id] = n.ProvedBy
			g.follow(search.Event{Kind: search.NodeProved, Node: id, Attempt: n.ProvedBy})
		case n.Status == search.NodeIsDead:
			delete(g.proved, id)
			g.follow(search.Event{Kind: search.NodeDead, Node: id})
		default:
			delete(g.proved, id)
			if e.Kind != search.NodeReopened || e.Node != id {
				g.follow(search.Event{Kind: search.NodeReopened, Node: id})
			}
		}
	}
}

func (g *generator) follow(e search.Event) {
	g.clock = g.clock.Add(time.Duration(g.rand.IntN(1e9)))
	e.Seq, e.Time = g.tree.Seq()+1, g.clock
	if err := g.tree.Apply(e); err != nil {
		panic(fmt.Sprintf("the generator made an invalid event: %v", err))
	}
	g.events = append(g.events, e)
}

func (g *generator) start() {
	info := g.info
	g.emit(search.Event{Kind: search.RunStarted, Run: &info})
	g.emit(search.Event{Kind: search.StageStarted, Stage: 0, Spent: &search.Spent{}})
	if g.tree.Nodes() == 0 {
		g.emit(search.Event{Kind: search.StateReached, Node: 1, State: g.state(1)})
	}
}

func (g *generator) state(n int) *provers.State {
	return &provers.State{Key: fmt.Sprintf("key %d of %s", n, g.info.ID), Goals: []provers.Goal{{
		Case: "succ", Hypotheses: []provers.Hypothesis{{Names: []string{"n", "m"}, Type: "Nat"}, {Names: []string{"h"}, Type: "n < m", Value: "⟨2⟩"}},
		Target: fmt.Sprintf("n + %d = ?w", n), Metavariables: []string{"?w"}, Metavariable: "?w"}}}
}

// attempt tries something at a random node.
func (g *generator) attempt() {
	node := search.NodeID(1 + g.rand.IntN(g.tree.Nodes()))
	id := search.AttemptID(g.tree.Attempts() + 1)
	depth := 1
	if n, _ := g.tree.Node(node); true {
		depth = n.Depth + 1
	}
	c := &policy.Candidate{Action: provers.Action{Text: fmt.Sprintf("simp [h%d]", g.rand.IntN(30)), Goal: g.rand.IntN(2)},
		LogProb: -g.rand.Float64(), Source: []string{"simp", "omega", "model"}[g.rand.IntN(3)]}
	o := &provers.Outcome{Units: g.rand.Int64N(100), Elapsed: time.Duration(g.rand.Int64N(1e7))}
	var children []search.NodeID
	switch g.rand.IntN(10) {
	case 0, 1, 2, 3:
		o.Status = provers.Progress
		for range 1 + g.rand.IntN(3) {
			child := search.NodeID(1 + g.rand.IntN(g.tree.Nodes()))
			if g.rand.IntN(3) > 0 {
				child = search.NodeID(g.tree.Nodes() + 1)
				g.emit(search.Event{Kind: search.StateReached, Node: child, Attempt: id, Depth: depth, State: g.state(int(child))})
			}
			children = append(children, child)
		}
	case 4:
		o.Status = provers.Solved
	case 5:
		o.Status, o.Suggestions = provers.TimedOut, []string{"exact rfl", "omega"}
	default:
		o.Status, o.Class, o.Message = provers.Rejected, "type_mismatch", fmt.Sprintf("type mismatch ⊢ %d\x00é", g.rand.IntN(5))
	}
	g.emit(search.Event{Kind: search.AttemptTried, Attempt: id, Node: node, Candidate: c, Outcome: o, Children: children, Layouts: g.layouts(len(children))})
}

// layouts makes the layouts of n children: for many attempts none, and for
// others not of every child.
func (g *generator) layouts(n int) []string {
	var all []string
	for i := range n {
		if g.rand.IntN(2) > 0 {
			if all == nil {
				all = make([]string, n)
			}
			all[i] = fmt.Sprintf(`{"n":%d,"at":[%d],"as":[["h✝%c"]]}`, n, i, "\x00ab"[g.rand.IntN(3)])
		}
	}
	return all
}

// step emits some event.
func (g *generator) step() {
	node := search.NodeID(1 + g.rand.IntN(g.tree.Nodes()))
	g.spent.Expansions++
	g.spent.Wall += time.Second
	spent := g.spent
	switch n := g.rand.IntN(60); {
	case n < 5:
		g.emit(search.Event{Kind: search.NodeExhausted, Node: node, Final: g.rand.IntN(2) == 0})
	case n == 5:
		g.emit(search.Event{Kind: search.BudgetSpent, Spent: &spent})
	case n == 6:
		g.emit(search.Event{Kind: search.UserActed, Detail: "paused"})
	case n == 7:
		g.emit(search.Event{Kind: search.ProverRestarted, Detail: "it died"})
	case n == 8:
		g.emit(search.Event{Kind: search.StageStarted, Stage: g.rand.IntN(3), Spent: &spent})
	case n == 9 && len(g.proved) > 0:
		var ids []search.NodeID
		for id := range g.proved {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		id := ids[g.rand.IntN(len(ids))]
		if _, proved := g.tree.Proof(); proved {
			g.emit(search.Event{Kind: search.VerdictGiven, Verdict: &provers.Verdict{Class: "sorry", Reason: "it uses sorry", Axioms: []string{},
				Messages: []string{"1:2: warning"}, Prover: g.info.Prover, Text: "theorem ...", Elapsed: time.Second}})
		}
		barred := g.proved[id]
		g.emit(search.Event{Kind: search.NodeReopened, Node: id, Attempt: barred, Detail: "it uses sorry"})
		if g.rand.IntN(3) == 0 {
			g.emit(search.Event{Kind: search.AttemptCleared, Node: id, Attempt: barred})
		}
	case n == 10:
		g.emit(search.Event{Kind: search.RunEnded, End: search.EndBudget, Detail: "wall", Spent: &spent})
		resumed := g.info
		resumed.Budget.Wall *= 2
		g.emit(search.Event{Kind: search.RunStarted, Run: &resumed})
	default:
		g.attempt()
	}
}

func (g *generator) end() {
	spent := g.spent
	g.emit(search.Event{Kind: search.VerdictGiven, Verdict: &provers.Verdict{Accepted: true, Prover: g.info.Prover, Text: "theorem x := by simp", Elapsed: time.Second}})
	g.emit(search.Event{Kind: search.RunEnded, End: search.EndProved, Spent: &spent})
}

// generate makes a whole run of about n events.
func generate(id string, seed uint64, n int) *generator {
	g := newGenerator(id, seed)
	g.start()
	for len(g.events) < n {
		g.step()
	}
	g.end()
	return g
}

func open(t testing.TB) *prooftree.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "new folder?", "runs 100%.db"), prooftree.Options{})
}

func openAt(t testing.TB, path string, o prooftree.Options) *prooftree.Store {
	t.Helper()
	s, err := prooftree.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// create creates the run of a generator. The writer is closed with the test.
func create(t testing.TB, s *prooftree.Store, g *generator) *prooftree.Writer {
	t.Helper()
	w, err := s.CreateRun(context.Background(), g.info)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// store stores a whole run in batches of random length.
func store(t testing.TB, s *prooftree.Store, g *generator) {
	t.Helper()
	w := create(t, s, g)
	for rest := g.events; len(rest) > 0; {
		n := min(len(rest), 1+g.rand.IntN(50))
		if err := w.Append(context.Background(), rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func events(t testing.TB, s *prooftree.Store, id string) []search.Event {
	t.Helper()
	var all []search.Event
	for e, err := range s.Events(context.Background(), id) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func wantKind(t testing.TB, err error, want prooftree.ErrorKind) {
	t.Helper()
	if got := prooftree.KindOf(err); got != want {
		t.Fatalf("error of kind %q: %v; want kind %q", got, err, want)
	}
}
