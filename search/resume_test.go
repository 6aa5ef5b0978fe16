package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// slowly makes every action take a second, so that every expansion is stored
// by itself.
var slowly = proverstest.Options{Faults: []proverstest.Fault{{Kind: proverstest.Late, Delay: time.Second}}}

// attempts tells a tree's attempts in words.
func attempts(tree *search.Tree) []string {
	var all []string
	for id := range search.AttemptID(tree.Attempts()) {
		a, _ := tree.Attempt(id + 1)
		all = append(all, fmt.Sprintf("%d %q: %s %v", a.Node, a.Candidate.Action.Text, a.Status, a.Children))
	}
	return all
}

func TestDeterminism(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			for seed := range uint64(20) {
				g := proverstest.RandomGraph(seed, 30, 3, 0.05)
				annotate(g, seed, 3)
				var first []search.Event
				for try := range 3 {
					log := &memoryLog{}
					synctest.Test(t, func(t *testing.T) {
						// How long each action takes is different each time.
						rng := rand.New(rand.NewPCG(seed, uint64(try)))
						var faults []proverstest.Fault
						for action := range 3 {
							faults = append(faults, proverstest.Fault{Kind: proverstest.Late, Delay: time.Duration(rng.IntN(5)) * 200 * time.Millisecond,
								On: func(_, a string) bool { return a == fmt.Sprintf("a%d", action) }})
						}
						cfg := config(proverstest.New(g, proverstest.Options{Faults: faults}), g, "")
						cfg.Workers, cfg.Info.Seed, cfg.Log = workers, seed, log
						cfg.Info.Stages[0].Batch = 2
						run(t, cfg)
					})
					events := essence(log.all())
					if try == 0 {
						first = events
					} else if !reflect.DeepEqual(first, events) {
						t.Fatalf("seed %d: run %d differs from the first", seed, try)
					}
				}
			}
		})
	}
}

func TestSeedBreaksTies(t *testing.T) {
	orders := make(map[string]bool)
	for seed := range uint64(8) {
		space := proverstest.Endless{Branching: 6}
		cfg := config(proverstest.New(space, proverstest.Options{}), space, "")
		cfg.Policy = flatPolicyOf(space)
		cfg.Info.Seed = seed
		cfg.Info.Budget.Attempts = 60
		orders[fmt.Sprint(attempts(run(t, cfg).Tree))] = true
	}
	if len(orders) < 4 {
		t.Errorf("8 seeds lead to only %d different searches", len(orders))
	}
}

// TestResume cuts the stored events between two batches and goes on: the
// search must become the one that was not cut, attempt by attempt.
func TestResume(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			g := proverstest.RandomGraph(seed, 25, 5, 0.06)
			annotate(g, seed, 5)
			newConfig := func() search.Config {
				cfg := config(proverstest.New(g, slowly), g, "")
				cfg.Policy = &spacePolicy{space: hiding{g, []string{"a3", "a4"}}}
				strict(t, &cfg)
				cfg.Info.Seed = seed
				cfg.Info.Stages = append([]search.Stage{{Name: "sweep", Strategy: search.Sweep, Batch: 2, MaxCandidates: 2}}, cfg.Info.Stages...)
				cfg.Info.Stages[1].Batch = 2
				return cfg
			}
			log := &memoryLog{}
			cfg := newConfig()
			cfg.Log = log
			whole := run(t, cfg)
			rng := rand.New(rand.NewPCG(seed, 1))
			cut := 1 + rng.IntN(len(log.batches))
			rest := &memoryLog{batches: log.batches[:cut]}
			cfg = newConfig()
			cfg.Resume, cfg.Log = fold(t, rest.all()), rest
			resumed := run(t, cfg)
			if resumed.End != whole.End || resumed.Script != whole.Script {
				t.Errorf("seed %d, cut after batch %d of %d: end %s, script %q; uncut %s, %q", seed, cut, len(log.batches), resumed.End, resumed.Script, whole.End, whole.Script)
			}
			if a, b := attempts(whole.Tree), attempts(resumed.Tree); !reflect.DeepEqual(a, b) {
				t.Errorf("seed %d, cut after batch %d of %d: the attempts are not the same", seed, cut, len(log.batches))
			}
			if a, b := whole.Spent, resumed.Spent; a.Expansions != b.Expansions || a.Attempts != b.Attempts || a.Units != b.Units {
				t.Errorf("seed %d: spent %+v, uncut %+v", seed, b, a)
			}
			if err := fold(t, rest.all()).Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestResumeAnywhere cuts after any event, also between those of one expansion,
// as a store that was killed may have to.
func TestResumeAnywhere(t *testing.T) {
	for seed := range uint64(60) {
		g := proverstest.RandomGraph(seed, 20, 3, 0.06)
		annotate(g, seed, 3)
		log := &memoryLog{}
		cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
		strict(t, &cfg)
		cfg.Log, cfg.Workers = log, 1+int(seed%3)
		whole := run(t, cfg)
		events := log.all()
		rng := rand.New(rand.NewPCG(seed, 2))
		for range 5 {
			cut := rng.IntN(len(events))
			rest := &memoryLog{batches: [][]search.Event{events[:cut]}}
			cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
			strict(t, &cfg)
			cfg.Resume, cfg.Log = fold(t, events[:cut]), rest
			if resumed := run(t, cfg); resumed.End != whole.End {
				t.Errorf("seed %d, cut after event %d of %d (%s): end %s, uncut %s", seed, cut, len(events), events[max(cut-1, 0)].Kind, resumed.End, whole.End)
			}
			if err := fold(t, rest.all()).Check(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestInterruptAndResume stops a run while actions are being tried and goes on.
func TestInterruptAndResume(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			g := proverstest.RandomGraph(seed, 15, 3, 0.06)
			want := search.EndExhausted
			if g.Provable(nil)[g.Start] {
				want = search.EndProved
			}
			log := &memoryLog{}
			var tree *search.Tree
			for try := 0; ; try++ {
				if try > 100 {
					t.Fatal("no progress")
				}
				prover := proverstest.New(g, slowly)
				cfg := config(prover, g, "")
				cfg.Workers, cfg.Log, cfg.Resume = 1+int(seed%3), log, tree
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
				r, err := search.Run(ctx, cfg)
				cancel()
				if err != nil {
					t.Fatal(err)
				}
				if opened, closed := prover.Sessions(); opened != closed {
					t.Errorf("%d sessions opened, %d closed", opened, closed)
				}
				tree = fold(t, log.all())
				if err := tree.Check(); err != nil {
					t.Fatal(err)
				}
				if end, _ := tree.End(); end != r.End {
					t.Errorf("the log ends with %q, the run with %q", end, r.End)
				}
				if r.End != search.EndInterrupted {
					if r.End != want {
						t.Errorf("seed %d: end %s, want %s", seed, r.End, want)
					}
					return
				}
				if d := time.Since(began); d > 2600*time.Millisecond {
					t.Errorf("it took %s to stop", d)
				}
			}
		})
	}
}

// TestResumeOtherProblem does not go on with what belongs to another problem.
func TestResumeOtherProblem(t *testing.T) {
	space := proverstest.Numbers{}
	p := proverstest.New(space, proverstest.Options{})
	cfg := config(p, space, "reach 1000")
	cfg.Info.Budget.Attempts = 10
	r := run(t, cfg)
	cfg = config(p, space, "reach 999")
	cfg.Resume = r.Tree
	r, err := search.Run(t.Context(), cfg)
	if err == nil || r.End != search.EndFailed {
		t.Errorf("end %s, error %v", r.End, err)
	}
}
