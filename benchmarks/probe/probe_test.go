package probe_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

// space has one state at which "step N" and "other N" make progress and "close"
// solves. It notes which actions were applied.
type space struct {
	mu      sync.Mutex
	applied []string
}

func (s *space) Root(statement string) (string, error) {
	if statement != "statement" {
		return "", errors.New("not the statement")
	}
	return "root", nil
}

func (s *space) Actions(string) []string { return nil }

func (s *space) Apply(_, action string) proverstest.Effect {
	s.mu.Lock()
	s.applied = append(s.applied, action)
	s.mu.Unlock()
	word, _, _ := strings.Cut(action, " ")
	switch word {
	case "step", "other":
		return proverstest.Effect{Next: []string{"left"}}
	case "close":
		return proverstest.Effect{}
	}
	return proverstest.Effect{Rejected: true}
}

func target() probe.Target {
	return probe.Target{
		Problem: provers.Problem{Name: "t", Statement: "statement"},
		Step:    "step " + probe.Number, Batch: []string{"step " + probe.Number, "other " + probe.Number},
		Proof: "close\n",
	}
}

// fixture is a prover over the space, and how often it was asked for.
type fixture struct {
	space     space
	options   proverstest.Options
	connected []*proverstest.Prover
}

func (f *fixture) connect(context.Context) (provers.Prover, provers.Verifier, error) {
	p := proverstest.New(&f.space, f.options)
	f.connected = append(f.connected, p)
	return p, p, nil
}

// delay makes actions take a time that is told from none.
const delay = 20 * time.Millisecond

func slow(actions ...string) proverstest.Options {
	return proverstest.Options{Faults: []proverstest.Fault{{Kind: proverstest.Late, Delay: delay, On: func(_, action string) bool {
		return len(actions) == 0 || slices.Contains(actions, action)
	}}}}
}

// TestMeasure measures everything twice with one runner: what is warm is kept, and
// no action comes twice.
func TestMeasure(t *testing.T) {
	f := &fixture{options: slow()}
	r := probe.New(f.connect, target())
	for range 2 {
		for operation, least := range map[string]time.Duration{probe.Start: 0, probe.WarmStep: delay, probe.Batch: probe.BatchSize * delay, probe.FreshCheck: 0} {
			took, err := r.Measure(t.Context(), operation)
			if err != nil || took <= 0 || took < least {
				t.Errorf("%s: %v, %v; want at least %v", operation, took, err, least)
			}
		}
	}
	if n := len(f.connected); n != 3 {
		t.Errorf("connected %d times, want once for all that is warm and once for each start", n)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for _, p := range f.connected {
		if opened, closed := p.Sessions(); opened != 1 || closed != 1 {
			t.Errorf("%d sessions were opened and %d closed, want 1", opened, closed)
		}
	}
	var tried []string
	for _, a := range f.space.applied {
		if a != "close" {
			tried = append(tried, a)
		}
	}
	// Each of the two once to warm up, and twice.
	if want := 3 * (1 + probe.BatchSize); len(tried) != want {
		t.Errorf("%d actions were tried, want %d", len(tried), want)
	}
	slices.Sort(tried)
	if n := len(tried); len(slices.Compact(tried)) != n {
		t.Errorf("an action was tried twice: %q", f.space.applied)
	}
}

// TestWarmUp does not count what a session does for the first time.
func TestWarmUp(t *testing.T) {
	f := &fixture{options: proverstest.Options{Faults: []proverstest.Fault{{Kind: proverstest.Late, Delay: time.Second, Times: 1}}}}
	took, err := probe.Measure(t.Context(), probe.WarmStep, f.connect, target())
	if err != nil || took >= time.Second {
		t.Errorf("%v, %v", took, err)
	}
}

// TestWrongOutcomes has everything that does not end as it should be an error.
func TestWrongOutcomes(t *testing.T) {
	for _, test := range []struct {
		name, operation string
		change          func(*probe.Target, *fixture)
		want            string
	}{
		{"a step that is rejected", probe.WarmStep, func(t *probe.Target, _ *fixture) { t.Step = "no " + probe.Number }, "ended as rejected"},
		{"a step that solves", probe.WarmStep, func(t *probe.Target, _ *fixture) { t.Step = "close " + probe.Number }, "ended as solved"},
		{"one of a batch", probe.Batch, func(t *probe.Target, _ *fixture) { t.Batch[1] = "no " + probe.Number }, `"no 1001" ended as rejected`},
		{"a proof that is refused", probe.FreshCheck, func(t *probe.Target, _ *fixture) { t.Proof = "no\n" }, "the proof is refused"},
		{"a statement that is none", probe.Start, func(t *probe.Target, _ *fixture) { t.Problem.Statement = "x" }, "not the statement"},
		{"a crash", probe.WarmStep, func(_ *probe.Target, f *fixture) {
			f.options.Faults = []proverstest.Fault{{Kind: proverstest.Crash, On: func(_, a string) bool { return a == "step 1001" }}}
		}, "ended as crashed"},
		{"a session that breaks", probe.Batch, func(_ *probe.Target, f *fixture) {
			f.options.Faults = []proverstest.Fault{{Kind: proverstest.Break}}
		}, "the session broke"},
		{"a step that is the same each time", probe.WarmStep, func(t *probe.Target, _ *fixture) { t.Step = "step 1" }, probe.Number},
		{"no batch", probe.Batch, func(t *probe.Target, _ *fixture) { t.Batch = nil }, "not 0"},
		{"no proof", probe.FreshCheck, func(t *probe.Target, _ *fixture) { t.Proof = " " }, "needs a proof"},
		{"no operation", "jump", func(*probe.Target, *fixture) {}, `unknown operation "jump"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fixture{}
			on := target()
			test.change(&on, f)
			took, err := probe.Measure(t.Context(), test.operation, f.connect, on)
			if err == nil || took != 0 || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.operation+" of t") {
				t.Errorf("%v, %v; want %q", took, err, test.want)
			}
			for _, p := range f.connected {
				if opened, closed := p.Sessions(); opened != closed {
					t.Errorf("%d sessions were opened and %d closed", opened, closed)
				}
			}
		})
	}
}

// TestAfterAnError has a runner measure on a new session.
func TestAfterAnError(t *testing.T) {
	f := &fixture{options: proverstest.Options{Faults: []proverstest.Fault{{Kind: proverstest.Lose, Times: 1, On: func(_, a string) bool { return a == "step 1001" }}}}}
	r := probe.New(f.connect, target())
	defer r.Close()
	if _, err := r.Measure(t.Context(), probe.WarmStep); err == nil {
		t.Fatal("no error")
	}
	if _, err := r.Measure(t.Context(), probe.WarmStep); err != nil {
		t.Error(err)
	}
}

func TestConnectFails(t *testing.T) {
	none := errors.New("no prover")
	connect := func(context.Context) (provers.Prover, provers.Verifier, error) { return nil, nil, none }
	for _, operation := range probe.Operations() {
		if _, err := probe.Measure(t.Context(), operation, connect, target()); !errors.Is(err, none) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// measureReal measures every operation, those in a session twice, on the target of a prover in provers.toml.
func measureReal(t *testing.T, prover string, connect probe.Connect) {
	s, err := spec.Load("../provers.toml")
	if err != nil {
		t.Fatal(err)
	}
	measured := false
	for _, on := range s.Probe.Targets {
		if on.Prover != prover {
			continue
		}
		r := probe.New(connect, on.Probe())
		for _, operation := range []string{probe.Start, probe.WarmStep, probe.WarmStep, probe.Batch, probe.Batch, probe.FreshCheck} {
			took, err := r.Measure(t.Context(), operation)
			if err != nil {
				t.Error(err)
			}
			t.Logf("%s, %s: %v", on.Name, operation, took.Round(time.Millisecond/10))
			measured = true
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if !measured {
		t.Errorf("nothing in provers.toml is for %s", prover)
	}
}

func TestRealLean(t *testing.T) {
	const env = "ANSATZ_TEST_LEAN_DIR"
	dir := os.Getenv(env)
	if dir == "" {
		t.Skip("SKIPPED: no real Lean; set " + env + " to the folder of 'ansatz provers install lean --dir', or run 'make test'")
	}
	all, err := lean.Find(t.Context(), lean.FindOptions{NpmDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(f lean.Found) bool { return f.Npm != nil && f.Usable })
	if i < 0 {
		t.Fatalf("%s=%s has no usable npm Lean", env, dir)
	}
	found := all[i].Installation()
	measureReal(t, "lean", func(context.Context) (provers.Prover, provers.Verifier, error) {
		return lean.New(found, lean.Config{}), lean.NewVerifier(found, lean.Config{}), nil
	})
}

func TestRealDafny(t *testing.T) {
	all, err := dafny.Find(t.Context(), dafny.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := dafny.Choose(all)
	if err != nil {
		if os.Getenv("ANSATZ_TEST_DAFNY") == "1" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: no real Dafny: ", err)
	}
	service := func() transport.Service { return found.NewService(dafny.ServiceConfig{}) }
	measureReal(t, "dafny", func(context.Context) (provers.Prover, provers.Verifier, error) {
		return dafny.New(found.Info, dafny.Config{Service: service}), dafny.NewVerifier(found, dafny.VerifyConfig{}), nil
	})
}
