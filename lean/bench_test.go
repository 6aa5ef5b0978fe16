package lean

import (
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// BenchmarkTry measures tactic outcomes on one npm Lean worker: batches of eight
// ordinary tactics at one state.
func BenchmarkTry(b *testing.B) {
	s := open(b, realProver(b), problem("theorem bench (n m : Nat) (h : n < 5) (e : m = n * n) : m < 25 ∧ 3 ∣ n ^ 3 + 2 * n"))
	state := try(b, s, s.Root(), provers.Limits{}, "constructor")[0].Next[0]
	batches := [][]string{
		{"omega", "simp", "subst e", "cases n", "induction m", "rfl", "exfalso", "constructor"},
		{"simp_all", "rw [e]", "have := h", "rcases h with _ | h", "decide", "intro x", "simp +arith", "generalize n = k"},
	}
	b.ResetTimer()
	outcomes := 0
	for i := range b.N {
		outcomes += len(try(b, s, state, provers.Limits{Units: 20_000}, batches[i%2]...))
	}
	b.ReportMetric(float64(outcomes)/b.Elapsed().Seconds(), "outcomes/s")
}

// BenchmarkEdit is one edit that tries one tactic, what a step of a search costs at most.
func BenchmarkEdit(b *testing.B) {
	s := open(b, realProver(b), problem("theorem bench (n m : Nat) (h : n < 5) (e : m = n * n) : m < 25"))
	for i := range b.N {
		try(b, s, s.Root(), provers.Limits{}, []string{"subst e", "cases n"}[i%2])
	}
}

// BenchmarkFreshFile is what a script pays that starts Lean on a file for each
// attempt: compare with BenchmarkEdit.
func BenchmarkFreshFile(b *testing.B) {
	in := realLean(b)
	in.SlowBatch = false // lean FILE, as a script has it
	v := NewVerifier(in, Config{})
	for range b.N {
		verdict, err := v.Verify(b.Context(), provers.Claim{Problem: problem("theorem bench (n m : Nat) (h : n < 5) (e : m = n * n) : n < 25"), Proof: "by\n  omega"})
		if err != nil || !verdict.Accepted {
			b.Fatal(verdict.Reason, err)
		}
	}
}

// BenchmarkStart is a worker from nothing to its first checked document.
func BenchmarkStart(b *testing.B) {
	in := realLean(b)
	for range b.N {
		p := New(in, Config{StartTimeout: 2 * time.Minute})
		w, err := p.start(b.Context(), "", "theorem x : 1 = 1 := rfl\n", serverOptions(in.Info.Version))
		if err != nil {
			b.Fatal(err)
		}
		if used, err := w.process.Memory(); err == nil {
			b.ReportMetric(float64(used)/(1<<20), "MiB")
		}
		w.close()
		p.Close()
	}
}
