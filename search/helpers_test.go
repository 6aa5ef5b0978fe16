package search_test

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
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
