package search_test

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// late delays the actions that are told.
func late(d time.Duration, on func(state, action string) bool) proverstest.Fault {
	return proverstest.Fault{Kind: proverstest.Late, Delay: d, On: on}
}

// TestSlowAction lets one action take a minute: the other workers must go on.
func TestSlowAction(t *testing.T) {
	space := proverstest.Endless{Branching: 3}
	for _, workers := range []int{2, 4} {
		synctest.Test(t, func(t *testing.T) {
			slow := late(time.Minute, func(state, action string) bool { return state == "r.1" && action == "0" })
			p := proverstest.New(space, proverstest.Options{Faults: append([]proverstest.Fault{slow}, slowly.Faults...)})
			cfg := config(p, space, "")
			cfg.Workers = workers
			cfg.Info.Stages[0].Batch = 1
			cfg.Info.Budget.Wall = time.Minute
			r := run(t, cfg)
			// A second an action, but for the first few, when there is only the root,
			// and for the two seconds that the others wait.
			if most := int64(60 * (workers - 1)); r.Spent.Attempts < most-5*int64(workers) {
				t.Errorf("%d workers tried %d actions of %d for which there was time", workers, r.Spent.Attempts, most)
			}
			if c := r.Tree.Counts(); c.ByStatus[provers.Interrupted] == 0 {
				t.Errorf("the slow action is not the last: %v", c.ByStatus)
			}
		})
	}
}

// TestProofBehindSlowAction finds a proof while an action that was begun before
// hangs.
func TestProofBehindSlowAction(t *testing.T) {
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"left": {Next: []string{"b"}}, "right": {Next: []string{"c"}}},
		"b": {"hang": {}},
		"c": {"on": {Next: []string{"d"}}},
		"d": {"end": {}},
	}}
	synctest.Test(t, func(t *testing.T) {
		p := proverstest.New(g, proverstest.Options{Faults: []proverstest.Fault{
			{Kind: proverstest.Hang, On: func(state, action string) bool { return state == "b" && action == "hang" }},
		}})
		cfg := config(p, g, "")
		cfg.Workers = 2
		cfg.Policy = flatPolicyWith("hang", "left", "right", "on", "end")
		cfg.Info.Stages[0].Batch = 5
		cfg.Info.Budget.Wall = time.Hour
		log := &memoryLog{}
		cfg.Log = log
		began := time.Now()
		r := run(t, cfg)
		if d := time.Since(began); r.End != search.EndProved || r.Script != "right\non\nend\n" || d > 3*time.Second {
			t.Errorf("end %s after %s, script %q", r.End, d, r.Script)
		}
		if err := fold(t, log.all()).Check(); err != nil {
			t.Error(err)
		}
	})
}

// TestLateOutcomes compares searches in which some actions take minutes with
// brute force.
func TestLateOutcomes(t *testing.T) {
	different := 0
	for seed := range uint64(40) {
		g := proverstest.RandomGraph(seed, 15, 3, 0.08)
		annotate(g, seed, 3)
		want := search.EndExhausted
		if g.Provable(nil)[g.Start] {
			want = search.EndProved
		}
		var found [2][]string
		for try, options := range []proverstest.Options{{}, {Faults: []proverstest.Fault{
			late(3*time.Minute, func(state, action string) bool {
				h := fnv.New32a()
				fmt.Fprint(h, seed, state, action)
				return h.Sum32()%4 == 0
			}),
			late(time.Second, nil),
		}}} {
			synctest.Test(t, func(t *testing.T) {
				p := proverstest.New(g, options)
				cfg := config(p, g, "")
				cfg.Workers, cfg.Info.Seed = 2+int(seed%3), seed
				cfg.Info.Stages[0].Batch = 1
				strict(t, &cfg)
				log := &memoryLog{}
				cfg.Log = log
				r := run(t, cfg)
				if r.End != want {
					t.Errorf("seed %d: end %s (%s), want %s", seed, r.End, r.Detail, want)
				}
				found[try] = attempts(r.Tree)
				tree, reader := search.NewTree(), newReader()
				for _, e := range log.all() {
					if diff := reader.differs(tree); diff != "" && !follows(e) {
						t.Fatalf("seed %d, before event %d (%s): %s", seed, e.Seq, e.Kind, diff)
					}
					reader.read(e)
					if err := tree.Apply(e); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					if err := tree.Check(); err != nil {
						t.Fatalf("seed %d, after event %d (%s): %v", seed, e.Seq, e.Kind, err)
					}
				}
				if opened, closed := p.Sessions(); opened != closed {
					t.Errorf("seed %d: %d sessions opened, %d closed", seed, opened, closed)
				}
			})
		}
		if !reflect.DeepEqual(found[0], found[1]) {
			different++
		}
	}
	if different < 10 {
		t.Errorf("only %d searches do not apply all outcomes in order: the test is lopsided", different)
	}
}
