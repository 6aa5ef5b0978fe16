package rpe_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/rpe"
)

// envTestLean names the folder of the npm Lean that tests drive.
const envTestLean = "ANSATZ_TEST_LEAN_DIR"

// realJudge is a judge with the npm Lean, or the test is skipped aloud.
func realJudge(t testing.TB, freshOnly bool) *rpe.Judge {
	t.Helper()
	dir := os.Getenv(envTestLean)
	if dir == "" {
		t.Skip("SKIPPED: no real Lean; set " + envTestLean + " to the folder of 'ansatz provers install lean --dir', or run 'make test'")
	}
	all, err := lean.Find(t.Context(), lean.FindOptions{NpmDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(f lean.Found) bool { return f.Npm != nil && f.Usable })
	if i < 0 {
		t.Fatalf("%s=%s has no usable npm Lean", envTestLean, dir)
	}
	installation, config := all[i].Installation(), lean.Config{StopAtSolved: true, RecycleAbove: 6e9}
	prover := lean.New(installation, config)
	t.Cleanup(func() { prover.Close() })
	return rpe.New(rpe.Config{Prover: prover, Warm: prover.WarmVerifier(), Fresh: lean.NewVerifier(installation, config), FreshOnly: freshOnly})
}

func readPairs(t *testing.T) []rpe.Pair {
	t.Helper()
	file, err := os.Open("testdata/pairs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	pairs, err := rpe.ReadPairs(file)
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}

// TestRealPairs judges the table. No pair that is not equivalent may be accepted,
// and of those that are, nine in ten must be.
func TestRealPairs(t *testing.T) {
	j := realJudge(t, false)
	equal, accepted := 0, 0
	var times []time.Duration
	for _, p := range readPairs(t) {
		q, references, err := p.Query()
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		r, err := j.All(t.Context(), q, references)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if !strings.HasPrefix(p.Expected, "error:") {
			times = append(times, r.Elapsed)
		}
		t.Logf("%-30s %-12s %-24s %-10s %4d ms, check %4d ms %s", p.Name, r.Status, r.Kind, r.Tactic, r.Elapsed.Milliseconds(), r.Checking.Milliseconds(), r.Message)
		if p.Expected == "equivalent" {
			equal++
			if r.Status == rpe.Equivalent {
				accepted++
			} else {
				t.Logf("MISSED: %s: %q and %+v are not shown to be equivalent", p.Name, p.Answer, references)
			}
			continue
		}
		if !p.Meets(r.Result) {
			t.Errorf("%s: %q and %+v: %s %s, want %s: %s", p.Name, p.Answer, references, r.Status, r.Kind, p.Expected, r.Message)
		}
	}
	slices.Sort(times)
	t.Logf("equivalent pairs accepted: %d of %d; median time of a decision with its check %s, longest %s", accepted, equal, times[len(times)/2], times[len(times)-1])
	if accepted*10 < equal*9 {
		t.Errorf("only %d of %d equivalent pairs are accepted", accepted, equal)
	}
}
