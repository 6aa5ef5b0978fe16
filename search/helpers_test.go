package search_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// spacePolicy proposes the actions of a space, with probabilities that come
// from a hash of state and action.
type spacePolicy struct {
	space proverstest.Space
	// extra are proposed at every state too.
	extra []policy.Candidate
	slow  bool
	err   error

	mu      sync.Mutex
	asked   int
	learned []policy.Observation
}

func (p *spacePolicy) Name() string { return "space" }
func (p *spacePolicy) Slow() bool   { return p.slow }

func (p *spacePolicy) Propose(ctx context.Context, r policy.Request) ([]policy.Candidate, error) {
	p.mu.Lock()
	p.asked++
	p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	state := r.State.Goals[0].Target
	var all []policy.Candidate
	for _, a := range p.space.Actions(state) {
		h := fnv.New32a()
		h.Write([]byte(state + "/" + a))
		all = append(all, policy.Candidate{Action: provers.Action{Text: a}, LogProb: -0.1 - float64(h.Sum32()%1000)/300, Source: "space"})
	}
	all = append(all, p.extra...)
	slices.SortStableFunc(all, func(a, b policy.Candidate) int {
		switch {
		case a.LogProb > b.LogProb:
			return -1
		case a.LogProb < b.LogProb:
			return 1
		}
		return strings.Compare(a.Action.Text, b.Action.Text)
	})
	return all[:min(len(all), r.Max)], nil
}

// learner is a spacePolicy that learns.
type learner struct{ *spacePolicy }

func (l learner) Learn(o policy.Observation) { l.learned = append(l.learned, o) }

// memoryLog keeps the events, batch by batch.
type memoryLog struct {
	batches [][]search.Event
	after   func(*memoryLog) error // called after each batch
	events  int
	fail    int // fail at the batch with this number, from 1
}

func (l *memoryLog) Append(_ context.Context, batch []search.Event) error {
	if l.fail > 0 && len(l.batches)+1 == l.fail {
		return errors.New("disk full")
	}
	l.batches = append(l.batches, slices.Clone(batch))
	l.events += len(batch)
	if l.after != nil {
		return l.after(l)
	}
	return nil
}

func (l *memoryLog) all() []search.Event { return slices.Concat(l.batches...) }

func fold(t testing.TB, events []search.Event) *search.Tree {
	t.Helper()
	tree := search.NewTree()
	for _, e := range events {
		if err := tree.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

func exhaustive() []search.Stage {
	return []search.Stage{{Name: "all", Strategy: search.BestFirst, Batch: 3, MaxCandidates: 1000, LengthPenalty: 0.5}}
}

// config returns a search of a space with everything wired up.
func config(prover *proverstest.Prover, space proverstest.Space, statement string) search.Config {
	problem := provers.Problem{Name: "p", Kind: provers.Prove, Statement: statement}
	return search.Config{
		Info: search.RunInfo{ID: "r", Problem: problem, Prover: prover.Info(), Stages: exhaustive()},
		Open: func(ctx context.Context) (provers.Session, error) {
			return prover.Open(ctx, problem, provers.Limits{})
		},
		Policy: &spacePolicy{space: space},
		Verify: prover.Verify,
	}
}

// annotate makes a graph's prover note how states are arranged, and suggest
// actions: some that apply, some that do not, and some that are no actions.
func annotate(g *proverstest.Graph, seed uint64, actions int) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for _, state := range slices.Sorted(maps.Keys(g.Edges)) {
		for _, action := range slices.Sorted(maps.Keys(g.Edges[state])) {
			e := g.Edges[state][action]
			for i := range e.Next {
				e.Layouts = append(e.Layouts, "")
				if rng.IntN(3) > 0 {
					e.Layouts[i] = fmt.Sprintf("%d of %s at %s", i, action, state)
				}
			}
			for range rng.IntN(4) {
				e.Suggestions = append(e.Suggestions, []string{fmt.Sprintf("a%d", rng.IntN(actions)), fmt.Sprintf("a%d", rng.IntN(actions)), "odd", " "}[rng.IntN(4)])
			}
			g.Edges[state][action] = e
		}
	}
}

// hiding is a graph of whose actions a policy does not know some.
type hiding struct {
	*proverstest.Graph
	hidden []string
}

func (h hiding) Actions(state string) []string {
	return slices.DeleteFunc(h.Graph.Actions(state), func(a string) bool { return slices.Contains(h.hidden, a) })
}

// strict makes a search fail the test if it gives its sessions a state whose
// path does not lead there, or a proof with a step that is not laid out as the
// prover said.
func strict(t testing.TB, cfg *search.Config) {
	open := cfg.Open
	cfg.Open = func(ctx context.Context) (provers.Session, error) {
		s, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return strictSession{s, t}, nil
	}
}

type strictSession struct {
	provers.Session
	t testing.TB
}

func (s strictSession) check(ctx context.Context, state provers.State) {
	got, err := s.Restore(context.WithoutCancel(ctx), state.Path)
	if err != nil {
		s.t.Error(err)
	} else if got.Key != state.Key {
		s.t.Errorf("the path of %q leads to %q", state.Key, got.Key)
	}
}

func (s strictSession) Try(ctx context.Context, from provers.State, actions []provers.Action, l provers.Limits) ([]provers.Outcome, error) {
	s.check(ctx, from)
	return s.Session.Try(ctx, from, actions, l)
}

func (s strictSession) Script(p provers.Proof) (string, error) {
	s.checkProof(p, "")
	return s.Session.Script(p)
}

func (s strictSession) checkProof(p provers.Proof, layout string) {
	s.check(context.Background(), p.State)
	if p.Layout != layout {
		s.t.Errorf("the proof of %q has the layout %q, its path %q", p.State.Key, p.Layout, layout)
	}
	for _, c := range p.Children {
		s.checkProof(c, c.State.Path[len(c.State.Path)-1].Layout)
	}
}

// reader knows of a tree what the events say that follow from others, as one
// that does not fold them.
type reader struct {
	status   map[search.NodeID]search.NodeStatus
	provedBy map[search.NodeID]search.AttemptID
	replaced int // how often a node was proved otherwise than before
}

func newReader() *reader {
	return &reader{status: make(map[search.NodeID]search.NodeStatus), provedBy: make(map[search.NodeID]search.AttemptID)}
}

func (r *reader) read(e search.Event) {
	switch e.Kind {
	case search.StateReached:
		r.status[e.Node] = search.NodeOpen
	case search.NodeProved:
		if r.status[e.Node] == search.NodeIsProved {
			r.replaced++
		}
		r.status[e.Node], r.provedBy[e.Node] = search.NodeIsProved, e.Attempt
	case search.NodeDead:
		r.status[e.Node], r.provedBy[e.Node] = search.NodeIsDead, 0
	case search.NodeReopened:
		if e.Attempt == 0 || e.Attempt == r.provedBy[e.Node] {
			r.status[e.Node], r.provedBy[e.Node] = search.NodeOpen, 0
		}
	}
}

// differs says where a tree is not what the events said.
func (r *reader) differs(tree *search.Tree) string {
	for id := range search.NodeID(tree.Nodes()) {
		n, _ := tree.Node(id + 1)
		if n.Status != r.status[n.ID] || n.ProvedBy != r.provedBy[n.ID] {
			return fmt.Sprintf("node %d is %s by %d, and the events say %s by %d", n.ID, n.Status, n.ProvedBy, r.status[n.ID], r.provedBy[n.ID])
		}
	}
	return ""
}

// follows reports whether an event says what follows from the one before.
func follows(e search.Event) bool {
	return e.Kind == search.NodeProved || e.Kind == search.NodeDead || e.Kind == search.NodeReopened && e.Attempt == 0
}

func run(t testing.TB, cfg search.Config) search.Result {
	t.Helper()
	r, err := search.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// essence is what must be the same in two runs: events without times and
// without what depends on time.
func essence(events []search.Event) []search.Event {
	var all []search.Event
	for _, e := range events {
		if e.Kind == search.BudgetSpent {
			continue
		}
		e.Seq, e.Spent = 0, nil
		e.Time = e.Time.Truncate(math.MaxInt64)
		e.Verdict, e.Run = nil, nil
		all = append(all, e)
	}
	return all
}
