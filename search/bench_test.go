package search_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// flatPolicy proposes the same few actions everywhere, at no cost.
type flatPolicy []policy.Candidate

func (flatPolicy) Name() string { return "flat" }
func (p flatPolicy) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	return p[:min(len(p), r.Max)], nil
}

func candidate(text string, logProb float64) policy.Candidate {
	return policy.Candidate{Action: provers.Action{Text: text}, LogProb: logProb, Source: "flat"}
}

// BenchmarkRun measures the search core on an in-memory prover: a tree without
// end, in which a quarter of 64 actions are accepted. One operation is one
// outcome. Run it with -cpu 1. What the search holds, its frontier included, is
// measured when it ends.
func BenchmarkRun(b *testing.B) {
	space := proverstest.Endless{Branching: 16}
	var flat flatPolicy
	for i := range 64 {
		flat = append(flat, candidate(strconv.Itoa(i*5%64), -0.5-float64(i)/16))
	}
	prover := proverstest.New(space, proverstest.Options{})
	cfg := config(prover, space, "")
	cfg.Policy = flat
	cfg.Info.Stages = []search.Stage{{Name: "b", Strategy: search.BestFirst, Batch: 8, MaxCandidates: 64, LengthPenalty: 0.5}}
	cfg.Info.Budget.Attempts = int64(b.N)
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before, after := heap(), 0.0
	cfg.Log = logFunc(func(batch []search.Event) {
		if batch[len(batch)-1].Kind == search.RunEnded {
			b.StopTimer()
			after = heap()
		}
	})
	b.ReportAllocs()
	b.ResetTimer()
	r := run(b, cfg)
	if n := int64(r.Tree.Attempts()); n != int64(b.N) {
		b.Fatalf("%d attempts, not %d", n, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "outcomes/s")
	b.ReportMetric((after-before)/float64(b.N), "B-held/outcome")
}

type logFunc func(batch []search.Event)

func (f logFunc) Append(_ context.Context, batch []search.Event) error {
	f(batch)
	return nil
}

// BenchmarkFold measures the fold of stored events, as resume and viewers do it.
func BenchmarkFold(b *testing.B) {
	space := proverstest.Endless{Branching: 16, Rejecting: 2}
	cfg := config(proverstest.New(space, proverstest.Options{}), space, "")
	cfg.Info.Budget.Attempts = 50_000
	log := &memoryLog{}
	cfg.Log = log
	run(b, cfg)
	events := log.all()
	b.ReportAllocs()
	for b.Loop() {
		fold(b, events)
	}
	b.ReportMetric(50_000*float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
}
