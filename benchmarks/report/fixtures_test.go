package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
)

// Names that a report must survive: an escape sequence, a Markdown table's bar, a
// line's end, an override of the direction of writing, HTML, and Unicode.
const (
	oddName   = "odd\x1b[31m|name\n`x` <b>*a*</b>\u202e"
	greekName = "∀ε>0"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newRun is a run with names for variants and problems.
func newRun(kind trial.Kind, variants, problems []string, trials int) trial.Run {
	run := trial.Run{
		ID: "4f1c2a", Name: "ranking", Description: "Does the ranking help?", Kind: kind,
		Created: noon, Ended: noon.Add(10 * time.Minute), Ansatz: "0.9.0",
		Provers:  map[string]provers.Info{"lean": {Name: "lean", Version: "4.28.0", Path: "/opt/lean"}},
		Dataset:  trial.Dataset{Files: []trial.File{{Path: "find.lean", SHA256: "ab12"}}, SHA256: "cd34", LeftOut: map[string]int{"needs Mathlib": 2, "another name\x1b[31m": 1}},
		Spec:     "name = \"ranking\"\n\n[search]\ntimeout = \"60s\"\nwidth = 8\n",
		SpecHash: "ef56",
		Machine:  trial.Machine{System: "linux/amd64", Processor: "EPYC", Cores: 2, Memory: 8 << 30},
		Trials:   trials, Seed: 1, PassAt: []int{1, 2, 4, 8}, Workers: 2, Elapsed: 540.5,
	}
	for _, name := range variants {
		run.Variants = append(run.Variants, trial.Variant{Name: name, Settings: []string{"policy = " + name}})
	}
	for i, name := range problems {
		run.Problems = append(run.Problems, trial.Problem{Name: name, Source: fmt.Sprintf("find.lean:%d", 10*i+1), Statement: "theorem " + name})
	}
	return run
}

// newTrials are all trials of a run. rate is the chance that a variant solves a problem.
func newTrials(run trial.Run, rate func(variant, problem int) float64) []trial.Trial {
	rng := rand.New(rand.NewPCG(5, 5))
	failures := trial.Results()[1:]
	var trials []trial.Trial
	for i, v := range run.Variants {
		for j, p := range run.Problems {
			for n := range run.Trials {
				steps := int64(1 + rng.IntN(500))
				t := trial.Trial{
					Key:    trial.Key{Variant: v.Name, Problem: p.Name, Number: n},
					Source: p.Source, Seed: run.Seed + uint64(n), Worker: "host/1/0", Delivery: 1,
					Started: noon, Ended: noon.Add(time.Duration(steps) * time.Second / 8),
					Cost: trial.Cost{
						Wall: float64(steps) / 8, Starting: 0.75, Prover: float64(steps) / 16, Policy: 0.125, Store: 0.0625,
						Expansions: steps, Attempts: 8 * steps, Nodes: 3 * steps,
					},
				}
				if rng.Float64() < rate(i, j) {
					t.Result, t.Proof, t.Text, t.Cost.Checking = trial.Solved, "by omega", "theorem : x < 1 := by omega", 0.5
					t.Axioms = []string{"propext"}
				} else {
					t.Result = failures[rng.IntN(3)]
					t.Reason = "a reason, with \"quotes\"\nand lines"
				}
				trials = append(trials, t)
			}
		}
	}
	return trials
}

func finishedRun() (trial.Run, []trial.Trial) {
	run := newRun(trial.Search, []string{"base", "ranked", oddName}, []string{"add_zero", "mul_comm", "sq_nonneg", "cauchy", greekName, oddName}, 4)
	return run, newTrials(run, func(v, p int) float64 { return []float64{0.35, 0.7, 0}[v] + 0.1*float64(p%3) })
}

// unfinishedRun lacks trials, and has some that are not its own, twice, or of a
// newer version.
func unfinishedRun() (trial.Run, []trial.Trial) {
	run, trials := finishedRun()
	run.Ended = time.Time{}
	trials = slices.DeleteFunc(trials, func(t trial.Trial) bool {
		return t.Variant == oddName || t.Problem == "cauchy" && t.Variant == "ranked" || t.Number == 3 && t.Problem > "m"
	})
	trials[1].Result = "melted"
	trials[2].Result = "abandoned\x1b[0m"
	again, stranger := trials[0], trials[0]
	stranger.Variant = "gone"
	return run, append(trials, again, stranger)
}

func proverRun() (trial.Run, []trial.Trial) {
	run := newRun(trial.Prover, []string{"lean 4.28", "lean 4.9"}, []string{"start", "first step", "step", "check"}, 5)
	run.Name = "provers"
	trials := newTrials(run, func(v, p int) float64 { return []float64{1, 0.7, 1, float64(v)}[p] })
	for i := range trials {
		trials[i].Cost.Wall /= 1000
	}
	return run, trials
}
