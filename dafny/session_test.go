package dafny

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

func act(text string) provers.Action { return provers.Action{Text: text} }

// realProver is a prover over the Dafny that is installed.
func realProver(t *testing.T, c Config) (*Prover, Found) {
	t.Helper()
	found := realDafny(t)
	c.Service = func() transport.Service { return found.NewService(ServiceConfig{}) }
	p := New(found.Info, c)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, found
}

const twoMethods = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0;
  s := 0;
  while i < n
  {
    i := i + 1;
    s := s + i;
  }
}

method Twice(n: nat) returns (r: nat)
  ensures r == 2 * n
{
  r := 0;
  var i := 0;
  while i < n { i := i + 1; r := r + 2; }
}
`

// oneMethod is a program in the dialect of Dafny 4, which Dafny 2 reads too.
const oneMethod = `module Folds {
  ghost function Sum(s: seq<int>): int { if |s| == 0 then 0 else s[0] + Sum(s[1..]) }

  lemma Cons(s: seq<int>, x: int)
    ensures Sum([x] + s) == x + Sum(s)
  {
    assert ([x] + s)[1..] == s;
  }

  function Double(x: int): int { x + x }

  method Total(s: seq<int>) returns (t: int)
    ensures t == Sum(s)
  {
    t := 0;
    var k := |s|;
    while k > 0 {
      k := k - 1;
      t := t + s[k];
    }
    assert s[0..] == s;
  }
}
`

func TestConformance(t *testing.T) {
	p, found := realProver(t, Config{})
	proverstest.Conformance(t, conformanceSuite(p, NewVerifier(found, VerifyConfig{})))
}

// conformanceSuite is the same over either protocol.
func conformanceSuite(p *Prover, v *Verifier) proverstest.Suite {
	return proverstest.Suite{Prover: p, Verifier: v, Limits: provers.Limits{Wall: 30 * time.Second}, Samples: []proverstest.Sample{{
		Problem: provers.Problem{Name: "two methods", Kind: provers.Prove, Statement: twoMethods},
		Proof: proverstest.Tactic{Action: act("split"), Children: []proverstest.Tactic{
			{Action: act("6: invariant 0 <= i <= n\n6: invariant 2 * s == i * (i + 1)")},
			{Action: act("18: invariant 0 <= i <= n"), Children: []proverstest.Tactic{
				{Action: act("18:2: invariant r == 2 * i")},
			}},
		}},
		Wrong: []provers.Action{
			act("6: invariant s == i"),
			act("6: invariant s = i"),
			act("6: invariant unknown == i"),
			act("7: invariant 0 <= i"),
			act("nonsense"),
			act("8: assert i == n;"),
			act("8: assert true; }"),
			act("houdini\n6: invariant s == i\n6: invariant i == 7"),
		},
		Forbidden: []provers.Action{
			act("8: assume false;"),
			act("13: lemma Bad() ensures false"),
			act("13: lemma {:axiom} Bad() ensures false"),
			act("6: decreases *"),
			act("8: i := n;"),
		},
		// A claim on which the solver spends all the time that it is given.
		Slow: act(`13: lemma Cubes(x: int, y: int, z: int) requires x > 0 && y > 0 && z > 0 ensures x * x * x + y * y * y != z * z * z {}`),
	}, {
		Problem: provers.Problem{Name: "a module in the other dialect", Kind: provers.Prove, Statement: oneMethod},
		Proof: proverstest.Tactic{Action: act("19: assert s[k..] == [s[k]] + s[k + 1..];\n17: invariant 0 <= k <= |s|"), Children: []proverstest.Tactic{
			{Action: act("17: invariant t == Sum(s[k..])")},
		}},
		Wrong: []provers.Action{act("17: invariant t == Sum(s[..k])"), act("split")},
	}}}
}

func TestOpenErrors(t *testing.T) {
	p, _ := realProver(t, Config{})
	for _, test := range []struct{ name, program, want string }{
		{"syntax", "method M() {\n  var := 1;\n}", "line 2, column 7"},
		{"names", "method M() {\n  assert \"äö\" == x;\n}", "line 2, column 20: unresolved identifier: x"},
		{"an open comment", "method M() {}\n/* method N()", "line 2, column 1: this comment has no end"},
		{"a file that is not there", "include \"nowhere.dfy\"\nmethod M() ensures false {}", "line 1, column 9: Unable to open included file"},
		{"not UTF-8", "method M() { assert '\xff' == 'a'; }", "UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := p.Open(t.Context(), provers.Problem{Name: "bad", Statement: test.program}, provers.Limits{})
			e := (*provers.Error)(nil)
			if !errors.As(err, &e) || e.Kind != provers.InvalidProblem || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

// TestHoudini gives more clauses than stand, and follows what is suggested.
func TestHoudini(t *testing.T) {
	p, found := realProver(t, Config{})
	problem := provers.Problem{Name: "houdini", Kind: provers.Prove, Statement: twoMethods}
	s, err := p.Open(t.Context(), problem, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	query := act(`houdini
6: invariant 0 <= i <= n
6: invariant i < n
6: invariant s == i
6: invariant nothing == i
6: invariant 2 * s == i * (i + 1)
6: invariant s >= 0
18: invariant i <= n
18: invariant r == 2 * i
18: invariant r == i`)
	outcomes, err := s.Try(t.Context(), s.Root(), []provers.Action{query}, provers.Limits{Wall: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	o := outcomes[0]
	if o.Status != provers.Rejected || len(o.Suggestions) == 0 {
		t.Fatalf("%s, %q, suggested %q", o.Status, o.Message, o.Suggestions)
	}
	want := "6: invariant 0 <= i <= n\n6: invariant 2 * s == i * (i + 1)\n18: invariant i <= n\n18: invariant r == 2 * i"
	if o.Suggestions[0] != want {
		t.Errorf("suggested is\n%s\nwanted\n%s", o.Suggestions[0], want)
	}
	step := act(o.Suggestions[0])
	if outcomes, err = s.Try(t.Context(), s.Root(), []provers.Action{step}, provers.Limits{}); err != nil || outcomes[0].Status != provers.Solved {
		t.Fatalf("the suggestion: %+v, %v", outcomes, err)
	}
	// The proof of a search that went another way has more than it needs.
	proof := provers.Proof{State: s.Root(), Action: act(want + "\n6: invariant s >= 0\n8: assert i < n;")}
	text, err := s.(provers.Minimizer).Minimize(t.Context(), proof)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "s >= 0") || strings.Contains(text, "assert") || !strings.Contains(text, "2 * s == i * (i + 1)") {
		t.Errorf("minimized:\n%s", text)
	}
	v, err := NewVerifier(found, VerifyConfig{}).Verify(t.Context(), provers.Claim{Problem: problem, Proof: text})
	if err != nil || !v.Accepted {
		t.Errorf("the minimized program is not accepted: %+v, %v", v, err)
	}
}

// scripted answers requests as a test says, for what a real Dafny cannot be made
// to do when it is wanted.
type scripted struct {
	answer   func(ctx context.Context, r transport.Request) (transport.Report, error)
	requests int
}

func (s *scripted) Verify(ctx context.Context, r transport.Request) (transport.Report, error) {
	s.requests++
	return s.answer(ctx, r)
}
func (s *scripted) Restarts() (int, string) { return 0, "it was scripted" }
func (s *scripted) Close() error            { return nil }

// unproved is a report on twoMethods of which one method is not verified.
func unproved(status transport.Status) transport.Report {
	return transport.Report{Resolved: true, Complete: true, Results: []transport.Result{{Name: "Sum", Status: status}, {Name: "Twice", Status: transport.Verified}}}
}

// TestFaults has the service fail in every way, and looks at what becomes of the action.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(ctx context.Context) (transport.Report, error)
		want   provers.Status
	}{
		{"the process died", func(context.Context) (transport.Report, error) {
			return transport.Report{}, &transport.Lost{Reason: "killed by signal 9"}
		}, provers.Lost},
		{"the program kills Dafny", func(context.Context) (transport.Report, error) {
			return transport.Report{}, &transport.Lost{Reason: "FATAL", Fatal: true}
		}, provers.Crashed},
		{"the protocol is broken", func(context.Context) (transport.Report, error) {
			return transport.Report{}, errors.New("what is this")
		}, provers.Lost},
		{"it hangs", func(ctx context.Context) (transport.Report, error) {
			<-ctx.Done()
			return transport.Report{}, ctx.Err()
		}, provers.TimedOut},
		{"it says nothing", func(context.Context) (transport.Report, error) {
			return transport.Report{Resolved: true}, nil
		}, provers.Rejected},
		{"the solver runs out of time", func(context.Context) (transport.Report, error) {
			return unproved(transport.TimedOut), nil
		}, provers.OutOfBudget},
		{"the solver fails", func(context.Context) (transport.Report, error) {
			return unproved(transport.Unknown), nil
		}, provers.OutOfBudget},
		{"all is verified", func(context.Context) (transport.Report, error) {
			return unproved(transport.Verified), nil
		}, provers.Solved},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := &scripted{}
			service.answer = func(ctx context.Context, r transport.Request) (transport.Report, error) {
				if service.requests == 1 {
					return unproved(transport.Failed), nil
				}
				return test.answer(ctx)
			}
			p := New(provers.Info{Name: "dafny", Version: "scripted", Variant: provers.Fake}, Config{Service: func() transport.Service { return service }})
			s, err := p.Open(t.Context(), provers.Problem{Name: "faults", Statement: twoMethods}, provers.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			outcomes, err := s.Try(t.Context(), s.Root(), []provers.Action{act("6: invariant i <= n")}, provers.Limits{Wall: 50 * time.Millisecond})
			if err != nil || outcomes[0].Status != test.want {
				t.Errorf("outcome %+v, %v; wanted %s", outcomes, err, test.want)
			}
		})
	}
}

// TestUnusable gives up a session whose process dies at every request.
func TestUnusable(t *testing.T) {
	service := &scripted{}
	service.answer = func(context.Context, transport.Request) (transport.Report, error) {
		if service.requests == 1 {
			return unproved(transport.Failed), nil
		}
		return transport.Report{}, &transport.Lost{Reason: "it was shot"}
	}
	p := New(provers.Info{Name: "dafny"}, Config{Service: func() transport.Service { return service }})
	s, err := p.Open(t.Context(), provers.Problem{Name: "faults", Statement: twoMethods}, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	actions := slices.Repeat([]provers.Action{act("6: invariant i <= n")}, 2*maxRestarts)
	_, err = s.Try(t.Context(), s.Root(), actions, provers.Limits{})
	if e := (*provers.Error)(nil); !errors.As(err, &e) || e.Kind != provers.Unusable {
		t.Errorf("error %v", err)
	}
}

// memory keeps replies in a map.
type memory map[string][]byte

func (m memory) Reply(_ context.Context, key []byte) ([]byte, bool, error) {
	v, ok := m[string(key)]
	return v, ok, nil
}

func (m memory) KeepReply(_ context.Context, key, value []byte) error {
	m[string(key)] = value
	return nil
}

// TestMemory asks twice for the same, in two sessions of two provers.
func TestMemory(t *testing.T) {
	m := make(memory)
	requests := func(version string, status transport.Status) int {
		service := &scripted{answer: func(context.Context, transport.Request) (transport.Report, error) { return unproved(status), nil }}
		p := New(provers.Info{Name: "dafny", Version: version}, Config{Service: func() transport.Service { return service }, Memory: m})
		s, err := p.Open(t.Context(), provers.Problem{Name: "memory", Statement: twoMethods}, provers.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Root().Key == "" {
			t.Error("the root has no key")
		}
		return service.requests
	}
	if n := requests("1", transport.TimedOut); n != 1 {
		t.Errorf("%d requests", n)
	}
	if n := requests("1", transport.Failed); n != 1 {
		t.Errorf("%d requests: that time ran out must not be remembered", n)
	}
	if n := requests("1", transport.Failed); n != 0 {
		t.Errorf("%d requests: what failed must be remembered", n)
	}
	if n := requests("2", transport.Failed); n != 1 {
		t.Errorf("%d requests: another version must be asked itself", n)
	}
}

// TestAssumptions annotates a program that takes something for granted itself:
// that is kept, and said in the verdict.
func TestAssumptions(t *testing.T) {
	p, found := realProver(t, Config{})
	problem := provers.Problem{Name: "assumptions", Kind: provers.Prove, Statement: `function f(n: int): int
lemma Positive(n: int) ensures f(n) > 0

method M(n: int) returns (s: int)
  ensures s >= n
{
  s := 0;
  var i := 0;
  while i < n {
    Positive(i);
    s := s + f(i);
    i := i + 1;
  }
  assume s != 7;
}
`}
	s, err := p.Open(t.Context(), problem, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	step := act("9: invariant s >= i")
	outcomes, err := s.Try(t.Context(), s.Root(), []provers.Action{step}, provers.Limits{})
	if err != nil || outcomes[0].Status != provers.Solved {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	text, err := s.Script(provers.Proof{State: s.Root(), Action: step})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	verifier := NewVerifier(found, VerifyConfig{})
	v, err := verifier.Verify(t.Context(), provers.Claim{Problem: problem, Proof: text})
	if err != nil || !v.Accepted || len(v.Axioms) != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	v, err = verifier.Verify(t.Context(), provers.Claim{Problem: problem, Proof: strings.Replace(text, "s := 0;", "s := 0; assume n < 0;", 1)})
	if err != nil || v.Accepted || v.Class != "forbidden" {
		t.Errorf("one more assumption: %+v, %v", v, err)
	}
}

// TestHoudiniOutOfTime has the solver run out of time as long as there is a
// quantified clause: those are dropped, the last first, and the others stay.
func TestHoudiniOutOfTime(t *testing.T) {
	service := &scripted{}
	service.answer = func(_ context.Context, r transport.Request) (transport.Report, error) {
		switch {
		case service.requests == 1 || !strings.Contains(r.Text, "i <= n"):
			return unproved(transport.Failed), nil
		case strings.Contains(r.Text, "forall"):
			return unproved(transport.TimedOut), nil
		}
		return unproved(transport.Verified), nil
	}
	p := New(provers.Info{Name: "dafny", Variant: provers.Fake}, Config{Service: func() transport.Service { return service }})
	s, err := p.Open(t.Context(), provers.Problem{Name: "slow", Statement: twoMethods}, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	query := act("houdini\n6: invariant i <= n\n6: invariant forall k :: k < i ==> k < n\n6: invariant 0 <= i\n6: invariant forall k :: k <= i ==> k <= n")
	outcomes, err := s.Try(t.Context(), s.Root(), []provers.Action{query}, provers.Limits{})
	if err != nil || len(outcomes[0].Suggestions) != 2 {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	if got := outcomes[0].Suggestions; got[0] != "6: invariant i <= n" || got[1] != "6: invariant i <= n\n6: invariant 0 <= i" {
		t.Errorf("suggested %q", got)
	}
}
