package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// TestRefused distrusts an action: the search must find a proof without it if
// there is one, and end otherwise.
func TestRefused(t *testing.T) {
	refused, proved, replaced := 0, 0, 0
	for seed := range uint64(60) {
		g := proverstest.RandomGraph(seed, 12, 3, 0.15)
		distrust := func(a string) bool { return a == "a0" }
		p := proverstest.New(g, proverstest.Options{Distrust: distrust})
		cfg := config(p, g, "")
		cfg.Workers = 1 + int(seed%3)
		strict(t, &cfg)
		log := &memoryLog{}
		cfg.Log = log
		r := run(t, cfg)
		tree, reader := search.NewTree(), newReader()
		for _, e := range log.all() {
			if diff := reader.differs(tree); diff != "" && !follows(e) {
				t.Fatalf("seed %d, before event %d (%s): %s", seed, e.Seq, e.Kind, diff)
			}
			reader.read(e)
			if err := tree.Apply(e); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			// Checking is slow, and the barring of attempts repeats itself.
			if e.Seq > 500 && e.Seq%50 > 0 {
				continue
			}
			if err := tree.Check(); err != nil {
				t.Fatalf("seed %d, after event %d (%s): %v", seed, e.Seq, e.Kind, err)
			}
		}
		if n := count(log.all(), search.VerdictGiven); r.Refused > 0 && n < r.Refused {
			t.Errorf("seed %d: %d proofs refused, %d verdicts stored", seed, r.Refused, n)
		}
		refused += r.Refused
		replaced += reader.replaced
		honest := g.Provable(func(_, a string) bool { return distrust(a) })[g.Start]
		if got := r.End == search.EndProved; got != honest {
			t.Errorf("seed %d: end %s after %d refused proofs, but there is a proof without them: %t", seed, r.End, r.Refused, honest)
		}
		switch {
		case r.End == search.EndProved:
			proved++
			if slices.Contains(strings.Fields(r.Script), "a0") {
				t.Errorf("seed %d: the proof has the distrusted action", seed)
			}
		case !g.Provable(nil)[g.Start]:
			if r.End != search.EndExhausted {
				t.Errorf("seed %d: end %s", seed, r.End)
			}
		case r.End != search.EndUnverified || r.Refused == 0:
			t.Errorf("seed %d: end %s after %d refused proofs", seed, r.End, r.Refused)
		}
	}
	if refused < 20 || proved < 15 || replaced < 20 {
		t.Errorf("%d proofs refused, %d proved, %d nodes proved otherwise: the test is lopsided", refused, proved, replaced)
	}
}

// TestProvedOtherwise bars the attempt that proves a node which has another
// proof: nothing changes but who proves it, and that is said.
func TestProvedOtherwise(t *testing.T) {
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"go": {Next: []string{"b"}}}, "b": {"cheat": {}, "work": {}},
	}}
	cfg := config(proverstest.New(g, proverstest.Options{Distrust: func(a string) bool { return a == "cheat" }}), g, "")
	cfg.Info.Stages[0].Batch = 3
	cfg.Policy = flatPolicyWith("go", "cheat", "work") // both of which prove b
	log := &memoryLog{}
	cfg.Log = log
	r := run(t, cfg)
	var events []string
	barred := false
	for _, e := range log.all() {
		if barred = barred || e.Kind == search.NodeReopened && e.Attempt > 0; barred && e.Node > 0 {
			events = append(events, fmt.Sprintf("%s %d %d", e.Kind, e.Node, e.Attempt))
		}
	}
	b, _ := r.Tree.Find("state:b")
	n, _ := r.Tree.Node(b)
	cheat, _ := r.Tree.Attempt(n.ProvedBy - 1)
	want := []string{fmt.Sprintf("node_reopened %d %d", b, cheat.ID), fmt.Sprintf("node_proved %d %d", b, n.ProvedBy)}
	if r.End != search.EndProved || r.Script != "go\nwork\n" || cheat.Candidate.Action.Text != "cheat" || !slices.Equal(events, want) {
		t.Errorf("end %s, script %q, events %q; want %q", r.End, r.Script, events, want)
	}
}

// TestRefusedLeaf finds the second way when the first is refused.
func TestRefusedLeaf(t *testing.T) {
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"go": {Next: []string{"b", "c"}}}, "b": {"cheat": {}, "work": {}}, "c": {"fine": {}},
	}}
	p := proverstest.New(g, proverstest.Options{Distrust: func(a string) bool { return a == "cheat" }})
	cfg := config(p, g, "")
	cfg.Policy = flatPolicyWith("go", "fine", "cheat", "work")
	r := run(t, cfg)
	if r.End != search.EndProved || r.Script != "go\nwork\nfine\n" || r.Refused != 1 {
		t.Errorf("end %s, %d refused, script %q", r.End, r.Refused, r.Script)
	}
}

// TestHugeProof does not write down a proof that doubles with each step.
func TestHugeProof(t *testing.T) {
	g := &proverstest.Graph{Start: "0", Edges: map[string]map[string]proverstest.Effect{"60": {"end": {}}}}
	for i := range 60 {
		next := fmt.Sprint(i + 1)
		g.Edges[fmt.Sprint(i)] = map[string]proverstest.Effect{"double": {Next: []string{next, next}}}
	}
	r := run(t, config(proverstest.New(g, proverstest.Options{}), g, ""))
	if r.End != search.EndUnverified || r.Refused != 1 || !strings.Contains(r.Verdict.Reason, "steps") {
		t.Errorf("end %s, %d refused, verdict %+v", r.End, r.Refused, r.Verdict)
	}
}

func flatPolicyWith(texts ...string) flatPolicy {
	var flat flatPolicy
	for i, text := range texts {
		flat = append(flat, candidate(text, -float64(i+1)))
	}
	return flat
}

func TestWithoutVerify(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	cfg := config(p, proverstest.Numbers{}, "reach 9")
	cfg.Verify = nil
	r := run(t, cfg)
	if r.End != search.EndUnverified || r.Proof == nil || r.Script == "" || r.Verdict != nil {
		t.Errorf("end %s, proof %v, script %q, verdict %v", r.End, r.Proof != nil, r.Script, r.Verdict)
	}
	v, err := p.Verify(t.Context(), provers.Claim{Problem: cfg.Info.Problem, Proof: r.Script})
	if err != nil || !v.Accepted {
		t.Errorf("verdict %+v, %v", v, err)
	}
	// A later run with a check only has to check it.
	before := p.Ran()
	cfg.Verify, cfg.Resume = p.Verify, r.Tree
	if r := run(t, cfg); r.End != search.EndProved || p.Ran() != before {
		t.Errorf("end %s after %d more actions", r.End, p.Ran()-before)
	}
}

func TestVerifyFails(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	cfg := config(p, proverstest.Numbers{}, "reach 9")
	broken := errors.New("no prover")
	cfg.Verify = func(context.Context, provers.Claim) (provers.Verdict, error) { return provers.Verdict{}, broken }
	r, err := search.Run(t.Context(), cfg)
	if r.End != search.EndUnverified || !errors.Is(err, broken) || r.Proof == nil || r.Script == "" {
		t.Errorf("end %s, error %v, script %q", r.End, err, r.Script)
	}
}

// TestCancelDuringVerify stops the final check; resuming checks again.
func TestCancelDuringVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
		cfg := config(p, proverstest.Numbers{}, "reach 9")
		cfg.Workers = 3
		log := &memoryLog{}
		cfg.Log = log
		cfg.Verify = func(ctx context.Context, _ provers.Claim) (provers.Verdict, error) {
			<-ctx.Done()
			return provers.Verdict{}, ctx.Err()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := search.Run(ctx, cfg)
		if err != nil || r.End != search.EndInterrupted {
			t.Errorf("end %s, error %v", r.End, err)
		}
		cfg.Verify, cfg.Resume = p.Verify, fold(t, log.all())
		if r := run(t, cfg); r.End != search.EndProved {
			t.Errorf("end %s after resuming", r.End)
		}
	})
}

// TestProofAtTheDeadline checks a proof although the budget of wall time ran
// out while it was found.
func TestProofAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proverstest.New(proverstest.Numbers{}, slowly)
		cfg := config(p, proverstest.Numbers{}, "reach 1")
		cfg.Info.Budget.Wall = 1500 * time.Millisecond
		cfg.Verify = func(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
			select {
			case <-ctx.Done():
				return provers.Verdict{}, ctx.Err()
			case <-time.After(time.Hour):
				return p.Verify(ctx, c)
			}
		}
		if r := run(t, cfg); r.End != search.EndProved {
			t.Errorf("end %s (%s)", r.End, r.Detail)
		}
	})
}

func TestLearner(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	cfg := config(p, proverstest.Numbers{}, "reach 9")
	l := learner{&spacePolicy{space: proverstest.Numbers{}}}
	cfg.Policy = l
	r := run(t, cfg)
	tried, onProof := 0, 0
	for _, o := range l.learned {
		if o.OnProof {
			onProof++
			if !o.Outcome.Status.Accepted() {
				t.Errorf("%q is on the proof and %s", o.Candidate.Action.Text, o.Outcome.Status)
			}
			continue
		}
		tried++
		a, _ := r.Tree.Attempt(search.AttemptID(tried))
		if a.Candidate != o.Candidate || a.Status != o.Outcome.Status || len(a.Children) != len(o.Outcome.Next) {
			t.Errorf("observation %d is %+v, the attempt %+v", tried, o, a)
		}
	}
	if tried != r.Tree.Attempts() || onProof == 0 {
		t.Errorf("%d observations of %d attempts, %d on the proof", tried, r.Tree.Attempts(), onProof)
	}
	// A resumed run learns first what the tree holds.
	again := learner{&spacePolicy{space: proverstest.Numbers{}}}
	cfg.Policy, cfg.Resume = again, r.Tree
	run(t, cfg)
	if fmt.Sprint(again.learned[0].Candidate) != fmt.Sprint(l.learned[0].Candidate) || len(again.learned) < tried {
		t.Errorf("the resumed run taught %d observations", len(again.learned))
	}
}

// TestSlowPolicy asks the policy in the workers, with the same result as in the loop.
func TestSlowPolicy(t *testing.T) {
	for seed := range uint64(20) {
		g := proverstest.RandomGraph(seed, 20, 3, 0.08)
		cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
		fast := run(t, cfg)
		cfg = config(proverstest.New(g, proverstest.Options{}), g, "")
		cfg.Policy = &spacePolicy{space: g, slow: true}
		if slow := run(t, cfg); slow.End != fast.End || slow.Script != fast.Script {
			t.Errorf("seed %d: a slow policy ends with %s, a fast one with %s", seed, slow.End, fast.End)
		}
		cfg = config(proverstest.New(g, proverstest.Options{}), g, "")
		cfg.Policy, cfg.Workers = &spacePolicy{space: g, slow: true}, 3
		if slow := run(t, cfg); slow.End != fast.End {
			t.Errorf("seed %d: with three workers it ends with %s, with one %s", seed, slow.End, fast.End)
		}
	}
}

func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		space := proverstest.Endless{Branching: 3, Rejecting: 3}
		cfg := config(proverstest.New(space, slowly), space, "")
		cfg.Info.Budget.Wall = 100 * time.Second
		var seen []search.Progress
		var calls atomic.Int64
		cfg.Observe = func(p search.Progress) {
			if calls.Add(1) != 1 {
				t.Error("Observe is called twice at a time")
			}
			time.Sleep(150 * time.Millisecond) // slower than the search shows itself
			seen = append(seen, p)
			calls.Add(-1)
		}
		r := run(t, cfg)
		if r.Spent.Wall != 100*time.Second {
			t.Errorf("the observer held the search up: %s", r.Spent.Wall)
		}
		last := seen[len(seen)-1]
		if last.End != search.EndBudget || last.Counts.Attempts != r.Tree.Attempts() {
			t.Errorf("the last snapshot is %+v", last)
		}
		middle := seen[len(seen)/2]
		if middle.Rate < 0.5 || middle.Rate > 1.5 || middle.StageName != "all" || middle.Left <= 0 || middle.Counts.ByStatus[provers.Rejected] == 0 {
			t.Errorf("a snapshot is %+v", middle)
		}
		if len(seen) < 300 || len(seen) > 1002 {
			t.Errorf("%d snapshots", len(seen))
		}
	})
}
