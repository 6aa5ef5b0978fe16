package search_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

func flatPolicyOf(space proverstest.Space) flatPolicy {
	var flat flatPolicy
	for _, a := range space.Actions("") {
		flat = append(flat, candidate(a, -1))
	}
	return flat
}

func count(events []search.Event, kind search.EventKind) int {
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// TestFaults runs searches that a fault gets in the way of.
func TestFaults(t *testing.T) {
	halve := func(_, a string) bool { return a == "halve" }
	tests := []struct {
		name     string
		fault    proverstest.Fault
		statuses []provers.Status // that must occur
		restarts bool
	}{
		{"hang", proverstest.Fault{Kind: proverstest.Hang, On: halve}, []provers.Status{provers.TimedOut}, false},
		{"crash", proverstest.Fault{Kind: proverstest.Crash, On: halve}, []provers.Status{provers.Crashed}, true},
		{"lose once", proverstest.Fault{Kind: proverstest.Lose, Times: 1}, []provers.Status{provers.Lost}, true},
		{"late", proverstest.Fault{Kind: proverstest.Late, Delay: 5 * time.Second}, nil, false},
		{"break once", proverstest.Fault{Kind: proverstest.Break, Times: 1}, nil, true},
		{"break twice", proverstest.Fault{Kind: proverstest.Break, Times: 2}, nil, true},
		{"break four times", proverstest.Fault{Kind: proverstest.Break, Times: 4}, nil, true},
		{"flood", proverstest.Fault{Kind: proverstest.Flood}, nil, false},
	}
	for _, test := range tests {
		for _, workers := range []int{1, 3} {
			t.Run(test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := proverstest.New(proverstest.Numbers{}, proverstest.Options{Faults: []proverstest.Fault{test.fault}})
					cfg := config(p, proverstest.Numbers{}, "reach 12")
					cfg.Info.Stages[0].Limits.Wall = time.Minute
					cfg.Workers = workers
					log := &memoryLog{}
					cfg.Log = log
					r := run(t, cfg)
					if r.End != search.EndProved {
						t.Fatalf("end %s (%s)", r.End, r.Detail)
					}
					c := r.Tree.Counts()
					for _, s := range test.statuses {
						if c.ByStatus[s] == 0 {
							t.Errorf("no outcome is %s: %v", s, c.ByStatus)
						}
					}
					if got := count(log.all(), search.ProverRestarted) > 0; got != test.restarts {
						t.Errorf("restarts: %t, want %t", got, test.restarts)
					}
					if opened, closed := p.Sessions(); opened != closed {
						t.Errorf("%d sessions opened, %d closed", opened, closed)
					}
					if err := r.Tree.Check(); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// TestLostForGood gives up an action that is lost again, and no other.
func TestLostForGood(t *testing.T) {
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"bad": {}, "good": {Next: []string{"b"}}}, "b": {"x": {Rejected: true}},
	}}
	p := proverstest.New(g, proverstest.Options{Faults: []proverstest.Fault{
		{Kind: proverstest.Lose, On: func(_, a string) bool { return a == "bad" }},
	}})
	cfg := config(p, g, "")
	cfg.Info.Stages[0].Batch = 1
	r := run(t, cfg)
	if r.End != search.EndExhausted {
		t.Errorf("end %s (%s)", r.End, r.Detail)
	}
	if c := r.Tree.Counts(); c.ByStatus[provers.Lost] != 2 || c.ByStatus[provers.Progress] != 1 {
		t.Errorf("outcomes %v", c.ByStatus)
	}
}

func TestSessionsThatCannotBeOpened(t *testing.T) {
	broken := errors.New("no such program")
	tests := []struct {
		name    string
		workers int
		fail    func(n int) error
		faults  []proverstest.Fault
		end     search.EndReason
	}{
		{"none", 3, func(int) error { return broken }, nil, search.EndFailed},
		{"one of three", 3, func(n int) error {
			if n == 1 {
				return broken
			}
			return nil
		}, nil, search.EndProved},
		{"not again", 1, func(n int) error {
			if n > 1 {
				return broken
			}
			return nil
		}, []proverstest.Fault{{Kind: proverstest.Break}}, search.EndFailed},
		{"later again", 1, func(n int) error {
			if n == 2 || n == 3 {
				return broken
			}
			return nil
		}, []proverstest.Fault{{Kind: proverstest.Break, Times: 1}}, search.EndProved},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := proverstest.New(proverstest.Numbers{}, proverstest.Options{FailOpen: test.fail, Faults: test.faults})
			cfg := config(p, proverstest.Numbers{}, "reach 12")
			cfg.Workers = test.workers
			log := &memoryLog{}
			cfg.Log = log
			r, err := search.Run(t.Context(), cfg)
			if r.End != test.end || (err != nil) != (test.end == search.EndFailed) {
				t.Errorf("end %s (%s), error %v", r.End, r.Detail, err)
			}
			if test.end == search.EndFailed && !errors.Is(err, broken) {
				t.Errorf("error %v", err)
			}
			if end, _ := fold(t, log.all()).End(); end != test.end {
				t.Errorf("the log says %q", end)
			}
		})
	}
}

func TestLogFails(t *testing.T) {
	for _, fail := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			p := proverstest.New(proverstest.Numbers{}, slowly)
			cfg := config(p, proverstest.Numbers{}, "reach 1000")
			log := &memoryLog{fail: fail}
			cfg.Log = log
			r, err := search.Run(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), "disk full") || r.End != search.EndFailed {
				t.Errorf("end %s, error %v", r.End, err)
			}
			if len(log.batches) != fail-1 {
				t.Errorf("%d batches are stored", len(log.batches))
			}
			if err := fold(t, log.all()).Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPolicyFails(t *testing.T) {
	for _, slow := range []bool{false, true} {
		p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
		cfg := config(p, proverstest.Numbers{}, "reach 12")
		broken := errors.New("model server is down")
		cfg.Policy = &spacePolicy{space: proverstest.Numbers{}, slow: slow, err: broken}
		r, err := search.Run(t.Context(), cfg)
		if r.End != search.EndFailed || !errors.Is(err, broken) {
			t.Errorf("slow %t: end %s, error %v", slow, r.End, err)
		}
	}
}

// TestCancelDuringHang stops a run whose workers all hang. The bubble of
// synctest makes sure that no goroutine is left.
func TestCancelDuringHang(t *testing.T) {
	for _, workers := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			p := proverstest.New(proverstest.Numbers{}, proverstest.Options{Faults: []proverstest.Fault{
				{Kind: proverstest.Hang, On: func(state, _ string) bool { return state != "100" }},
			}})
			cfg := config(p, proverstest.Numbers{}, "reach 100")
			cfg.Workers = workers
			log := &memoryLog{}
			cfg.Log = log
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			began := time.Now()
			r, err := search.Run(ctx, cfg)
			if err != nil || r.End != search.EndInterrupted {
				t.Errorf("end %s, error %v", r.End, err)
			}
			if d := time.Since(began); d != time.Hour {
				t.Errorf("it ended after %s", d)
			}
			c := fold(t, log.all()).Counts()
			if c.ByStatus[provers.Interrupted] == 0 {
				t.Errorf("outcomes %v", c.ByStatus)
			}
			if opened, closed := p.Sessions(); opened != closed {
				t.Errorf("%d sessions opened, %d closed", opened, closed)
			}
		})
	}
}

func TestCancelledBeforeStart(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	cfg := config(p, proverstest.Numbers{}, "reach 100")
	log := &memoryLog{}
	cfg.Log = log
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := search.Run(ctx, cfg)
	if err != nil || r.End != search.EndInterrupted {
		t.Errorf("end %s, error %v", r.End, err)
	}
	if n := count(log.all(), search.RunEnded); n != 1 {
		t.Errorf("%d events say that the run ended", n)
	}
}
