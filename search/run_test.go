package search_test

import (
	"fmt"
	"testing"

	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

func TestNumbers(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
			cfg := config(p, proverstest.Numbers{}, "reach 37")
			cfg.Workers = workers
			log := &memoryLog{}
			cfg.Log = log
			r := run(t, cfg)
			if r.End != search.EndProved || r.Verdict == nil || !r.Verdict.Accepted {
				t.Fatalf("end %s (%s), verdict %+v", r.End, r.Detail, r.Verdict)
			}
			if r.Script != r.Verdict.Text {
				t.Errorf("the script %q is not what was checked: %q", r.Script, r.Verdict.Text)
			}
			if opened, closed := p.Sessions(); opened != closed || opened > workers {
				t.Errorf("%d sessions opened, %d closed", opened, closed)
			}
			tree := fold(t, log.all())
			if err := tree.Check(); err != nil {
				t.Error(err)
			}
			if got, want := tree.Counts(), r.Tree.Counts(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the fold of the log has %+v, the search %+v", got, want)
			}
		})
	}
}

// TestBruteForce compares exhaustive searches of random graphs, which have
// cycles and shared states, with brute force, and checks the tree after every
// event.
func TestBruteForce(t *testing.T) {
	proved := 0
	for seed := range uint64(150) {
		g := proverstest.RandomGraph(seed, 2+int(seed%14), 1+int(seed%4), []float64{0.03, 0.1, 0.2}[seed%3])
		annotate(g, seed, 1+int(seed%4))
		want := g.Provable(nil)[g.Start]
		cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
		cfg.Workers = 1 + int(seed%2)*2
		cfg.Info.Seed = seed
		cfg.Info.Stages[0].Batch = 1 + int(seed%3)
		strict(t, &cfg)
		log := &memoryLog{}
		cfg.Log = log
		r := run(t, cfg)
		tree := search.NewTree()
		for _, e := range log.all() {
			if err := tree.Apply(e); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if err := tree.Check(); err != nil {
				t.Fatalf("seed %d, after event %d (%s): %v", seed, e.Seq, e.Kind, err)
			}
		}
		if want {
			proved++
			if r.End != search.EndProved {
				t.Errorf("seed %d: end %s (%s), but there is a proof", seed, r.End, r.Detail)
			}
			continue
		}
		if r.End != search.EndExhausted {
			t.Errorf("seed %d: end %s (%s), but there is no proof", seed, r.End, r.Detail)
		}
		if s := tree.Status(1); s != search.NodeIsDead {
			t.Errorf("seed %d: the root is %s after an exhaustive search without proof", seed, s)
		}
	}
	if proved < 20 || proved > 130 {
		t.Errorf("%d of 150 graphs are provable: the test is lopsided", proved)
	}
}
