package page

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// sampleRun has as many problems and trials as asked for, with texts and trees of
// the usual sizes; the same arguments give the same run.
func sampleRun(id string, problems, trials int, variants ...string) (trial.Run, []trial.Trial) {
	run := trial.Run{
		ID: id, Name: "Small theorems", Description: "All problems of the first file.\nOn one machine.", Kind: trial.Search,
		Created: noon, Ended: noon.Add(2 * time.Hour), Ansatz: "0.9.0",
		Provers: map[string]provers.Info{"lean": {Name: "lean", Version: "4.28.0", Variant: provers.Native, Options: map[string]string{"maxHeartbeats": "200000"}}},
		Dataset: trial.Dataset{
			Files:   []trial.File{{Path: "problems/first.lean", SHA256: strings.Repeat("ab", 32)}},
			SHA256:  strings.Repeat("cd", 32),
			LeftOut: map[string]int{"asks for an answer": 3, "does not elaborate": 1},
		},
		Spec: "name = \"small\"\n\n[budget]\nexpansions = 200\n", SpecHash: strings.Repeat("ef", 32),
		Machine: trial.Machine{System: "linux/amd64", Processor: "Example 9000", Cores: 8, Memory: 32 << 30},
		Trials:  trials, Seed: 7, PassAt: []int{1, min(4, trials)}, Workers: 4, Elapsed: 7322,
	}
	if trials == 1 {
		run.PassAt = []int{1}
	}
	for i, name := range variants {
		run.Variants = append(run.Variants, trial.Variant{Name: name, Settings: []string{fmt.Sprintf("search.weight = %d", i), "policy.ranking = true"}})
	}
	random := rand.New(rand.NewPCG(1, uint64(problems)))
	preamble := "import Mathlib\n\nopen Nat Real\n\nset_option maxHeartbeats 200000\n\n"
	var all []trial.Trial
	for p := range problems {
		name := fmt.Sprintf("theorem_%04d", p+1)
		statement := fmt.Sprintf("theorem %s (a b c : ℕ) (h₀ : a + %d ≤ b) (h₁ : b < c) :\n    a + %d < c + %d", name, p, p, p/2)
		run.Problems = append(run.Problems, trial.Problem{Name: name, Source: fmt.Sprintf("problems/first.lean:%d", 3*p+1), Statement: statement})
		hard := random.Float64()
		for v, variant := range variants {
			for n := range trials {
				t := trial.Trial{
					Key: trial.Key{Variant: variant, Problem: name, Number: n}, Source: run.Problems[p].Source,
					Seed: 7 + uint64(n), Worker: fmt.Sprintf("host%d/%d", n%2, 100+n%4), Delivery: 1,
					Started: noon, Ended: noon.Add(time.Minute), Trees: []string{fmt.Sprintf("%s-%d-%d-%d", id, p, v, n)},
				}
				spent := math.Exp(4*hard + random.NormFloat64())
				t.Cost = trial.Cost{
					Wall: 0.4 * spent, Starting: 1.5, Checking: 0.05 * spent, Prover: 0.3 * spent, Policy: 0.05 * spent, Store: 0.01 * spent,
					Expansions: int64(2 * spent), Attempts: int64(30 * spent), Nodes: int64(9 * spent), Units: int64(5000 * spent),
				}
				switch u := random.Float64() + 0.08*float64(v); {
				case u > hard:
					t.Result = trial.Solved
					t.Proof = fmt.Sprintf(":= by\n  have h : a + %d < b + 1 := by omega\n  induction c with\n  | zero => simp_all\n  | succ n ih =>\n    norm_num at *\n    nlinarith [sq_nonneg (a - %d), h₀, h₁]", p, random.IntN(1000))
					t.Text = preamble + statement + " " + t.Proof + "\n"
					t.Axioms = []string{"propext", "Classical.choice", "Quot.sound"}
				case u > 0.7*hard:
					t.Result, t.Reason = trial.OutOfBudget, "200 expansions are spent"
				case u > 0.15*hard:
					t.Result, t.Reason = trial.TimeOut, "60s of wall time are spent"
				default:
					t.Result, t.Reason = trial.CheckRefused, "the kernel refuses the proof: (kernel) declaration has metavariables '_example'"
				}
				all = append(all, t)
			}
		}
	}
	return run, all
}

// sampleTree is a tree of 40 lines.
func sampleTree(_ context.Context, id string) (string, error) {
	if strings.HasSuffix(id, "-3-0-0") {
		return "", errors.New("the store has no tree " + id)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "proved  a + b < c  (%s)\n", id)
	for i := range 39 {
		fmt.Fprintf(&b, "%s├─ nlinarith [sq_nonneg (a - %d)]  → h₀ : a ≤ b ⊢ a + %d < c\n", strings.Repeat("│  ", i%4), i, i)
	}
	return b.String(), nil
}

func sampleInput(problems, trials int, variants ...string) Input {
	run, all := sampleRun("r1", problems, trials, variants...)
	return Input{Summary: report.Summarize(run, all), Run: run, Trials: all, Tree: sampleTree, Now: noon.Add(24 * time.Hour)}
}

// proverInput is a run of a microbenchmark of provers.
func proverInput() Input {
	run, _ := sampleRun("r9", 0, 40, "lean", "dafny")
	run.Kind, run.Name, run.PassAt = trial.Prover, "Prover operations", nil
	run.Variants = []trial.Variant{{Name: "lean"}, {Name: "dafny"}}
	random := rand.New(rand.NewPCG(2, 2))
	var all []trial.Trial
	for p, name := range []string{"start", "expand 8 tactics", "fresh check"} {
		run.Problems = append(run.Problems, trial.Problem{Name: name, Statement: "What is measured: " + name + "."})
		for v, variant := range run.Variants {
			for n := range run.Trials {
				t := trial.Trial{Key: trial.Key{Variant: variant.Name, Problem: name, Number: n}, Seed: uint64(n), Result: trial.Solved}
				t.Cost.Wall = []float64{1.2, 0.02, 0.4}[p] * float64(v+1) * math.Exp(0.3*random.NormFloat64())
				if p == 2 && v == 1 && n == 0 {
					t.Result, t.Reason = trial.TimeOut, "10s are spent"
				}
				all = append(all, t)
			}
		}
	}
	return Input{Summary: report.Summarize(run, all), Run: run, Trials: all, Now: noon}
}

func comparisonInput(problems, trials int) (ComparisonInput, error) {
	run, all := sampleRun("r1", problems, trials, "plain", "ranked")
	in := ComparisonInput{
		A:    report.Side{Run: run, Trials: all, Variant: "plain"},
		B:    report.Side{Run: run, Trials: all, Variant: "ranked"},
		Tree: sampleTree, Now: noon,
	}
	var err error
	in.Comparison, err = report.Compare(in.A, in.B)
	return in, err
}
