package prooftree_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// batchOfEvents is about the length of a search's batches.
const batchOfEvents = 512

// bulk makes a large tree: each node has 16 attempts, of which every eighth
// leads to a new node.
type bulk struct {
	seq     int64
	nodes   search.NodeID
	attempt search.AttemptID
	depths  []int
	events  []search.Event
	clock   time.Time
}

func (b *bulk) emit(e search.Event) {
	b.seq++
	e.Seq, e.Time = b.seq, b.clock.Add(time.Duration(b.seq)*time.Millisecond)
	b.events = append(b.events, e)
}

func (b *bulk) reach(attempt search.AttemptID, depth int) {
	b.nodes++
	b.depths = append(b.depths, depth)
	b.emit(search.Event{Kind: search.StateReached, Node: b.nodes, Attempt: attempt, Depth: depth, State: &provers.State{
		Key: fmt.Sprintf("%064x", b.nodes),
		Goals: []provers.Goal{{Case: "succ", Target: fmt.Sprintf("n + 1 + (m * %d) = m * %d + 1 + n", b.nodes, b.nodes),
			Hypotheses: []provers.Hypothesis{{Names: []string{"n", "m"}, Type: "Nat"}, {Names: []string{"ih"}, Type: "n + m = m + n"}}}}}})
}

// more makes the events of n more attempts.
func (b *bulk) more(n int) []search.Event {
	b.events = b.events[:0]
	if b.nodes == 0 {
		b.reach(0, 0)
	}
	for range n {
		b.attempt++
		node := search.NodeID(b.attempt-1)/16 + 1
		e := search.Event{Kind: search.AttemptTried, Attempt: b.attempt, Node: node,
			Candidate: &policy.Candidate{Action: provers.Action{Text: fmt.Sprintf("simp [Nat.add_comm, h%d]", b.attempt%97)},
				LogProb: -float64(b.attempt%13) / 4, Source: []string{"simp", "omega", "lemma"}[b.attempt%3]},
			Outcome: &provers.Outcome{Status: provers.Rejected, Class: "type_mismatch", Units: 30, Elapsed: time.Millisecond,
				Message: fmt.Sprintf("type mismatch\n  h%d\nhas type\n  n + 1 + m = m + 1 + n : Prop\nbut is expected to have type\n  n + %d = m : Prop", b.attempt%97, b.attempt)}}
		if b.attempt%8 == 0 {
			b.reach(b.attempt, b.depths[node-1]+1)
			e.Outcome, e.Children = &provers.Outcome{Status: provers.Progress, Elapsed: time.Millisecond}, []search.NodeID{b.nodes}
		}
		b.emit(e)
	}
	return b.events
}

func BenchmarkAppend(b *testing.B) {
	s := open(b)
	w := create(b, s, newGenerator("run", 1))
	var tree bulk
	b.ReportAllocs()
	for done := 0; done < b.N; {
		b.StopTimer()
		n := min(batchOfEvents, b.N-done)
		events := tree.more(n)
		b.StartTimer()
		if err := w.Append(context.Background(), events); err != nil {
			b.Fatal(err)
		}
		done += n
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
}

// BenchmarkOpenForViewing measures what a viewer does first on a tree of a million attempts.
func BenchmarkOpenForViewing(b *testing.B) {
	path := million(b)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		s, err := prooftree.OpenReadOnly(path)
		if err != nil {
			b.Fatal(err)
		}
		runs, err := s.Runs(ctx, prooftree.RunFilter{Limit: 20})
		if err != nil {
			b.Fatal(err)
		}
		v, err := s.View(ctx, runs[0].ID)
		if err != nil {
			b.Fatal(err)
		}
		if c, err := v.Counts(ctx); err != nil || c.Attempts != 1_000_000 {
			b.Fatalf("%d attempts: %v", c.Attempts, err)
		}
		if _, err := v.NodeView(ctx, 1); err != nil {
			b.Fatal(err)
		}
		if _, err := v.Children(ctx, 1); err != nil {
			b.Fatal(err)
		}
		if best, err := v.BestOpen(ctx, 50); err != nil || len(best) != 50 {
			b.Fatalf("%d nodes: %v", len(best), err)
		}
		if _, err := v.Proof(ctx); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvents measures the reading of all events, as a resume does.
func BenchmarkEvents(b *testing.B) {
	s, err := prooftree.OpenReadOnly(million(b))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		for _, err := range s.Events(context.Background(), "run") {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// million stores a tree of a million attempts.
func million(b *testing.B) string {
	if testing.Short() {
		b.Skip("storing a million attempts takes long")
	}
	path := filepath.Join(b.TempDir(), "runs.db")
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.CreateRun(context.Background(), newGenerator("run", 1).info)
	if err != nil {
		b.Fatal(err)
	}
	var tree bulk
	for tree.attempt < 1_000_000 {
		if err := w.Append(context.Background(), tree.more(min(batchOfEvents, 1_000_000-int(tree.attempt)))); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}
