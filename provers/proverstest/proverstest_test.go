package proverstest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

func act(text string) provers.Action { return provers.Action{Text: text} }

func step(text string, children ...proverstest.Tactic) proverstest.Tactic {
	return proverstest.Tactic{Action: act(text), Children: children}
}

func TestConformance(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{Faults: []proverstest.Fault{
		{Kind: proverstest.Hang, On: func(_, action string) bool { return action == "hang" }},
	}})
	proverstest.Conformance(t, proverstest.Suite{
		Prover: p, Verifier: p,
		Samples: []proverstest.Sample{
			{
				Problem:   provers.Problem{Name: "five", Kind: provers.Prove, Statement: "reach 5"},
				Proof:     step("split 2", step("halve", step("done")), step("dec", step("halve", step("done")))),
				Wrong:     []provers.Action{act("halve"), act("done"), act("what")},
				Forbidden: []provers.Action{act("sorry"), act("exact sorry")},
				Slow:      act("hang"),
				Ran:       p.Ran,
			},
			{Problem: provers.Problem{Name: "one", Kind: provers.Prove, Statement: "reach 1"}, Proof: step("done")},
		},
	})
	if opened, closed := p.Sessions(); opened != closed {
		t.Errorf("%d sessions opened, %d closed", opened, closed)
	}
}

// TestNotes keeps to the contract also where steps have layouts, and restores
// no state by a step that has another one.
func TestNotes(t *testing.T) {
	p := proverstest.New(&proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"split": {Next: []string{"b", "c"}, Layouts: []string{"", "second"}}, "ask": {Rejected: true, Suggestions: []string{"split"}}},
		"b": {"end": {}}, "c": {"end": {}},
	}}, proverstest.Options{})
	proverstest.Conformance(t, proverstest.Suite{Prover: p, Verifier: p, Samples: []proverstest.Sample{{
		Problem: provers.Problem{Name: "two"}, Proof: step("split", step("end"), step("end")), Wrong: []provers.Action{act("ask")},
	}}})
	s, err := p.Open(t.Context(), provers.Problem{}, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Try(t.Context(), s.Root(), []provers.Action{act("split"), act("ask")}, provers.Limits{})
	if err != nil || o[0].Next[1].Path[0].Layout != "second" || len(o[1].Suggestions) != 1 || o[1].Status != provers.Rejected {
		t.Errorf("outcomes %+v, %v", o, err)
	}
	path := o[0].Next[1].Path
	path[0].Layout = "first"
	if _, err := s.Restore(t.Context(), path); err == nil || !strings.Contains(err.Error(), `"first"`) {
		t.Errorf("a path with another layout is restored: %v", err)
	}
}

func TestInvalidProblem(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	_, err := p.Open(t.Context(), provers.Problem{Statement: "reach nothing"}, provers.Limits{})
	var e *provers.Error
	if !errors.As(err, &e) || e.Kind != provers.InvalidProblem {
		t.Errorf("error %v", err)
	}
}

func TestFaults(t *testing.T) {
	on := func(text string) func(_, a string) bool { return func(_, a string) bool { return a == text } }
	tests := []struct {
		name     string
		fault    proverstest.Fault
		actions  []string
		limits   provers.Limits
		want     []provers.Status
		err      bool
		restarts int
	}{
		{name: "none", actions: []string{"dec", "sorry", "what"}, want: []provers.Status{provers.Progress, provers.Forbidden, provers.Rejected}},
		{name: "units", actions: []string{"dec"}, limits: provers.Limits{Units: 1}, want: []provers.Status{provers.Progress}},
		{name: "hang", fault: proverstest.Fault{Kind: proverstest.Hang, On: on("dec")}, actions: []string{"dec", "halve"},
			limits: provers.Limits{Wall: time.Hour}, want: []provers.Status{provers.TimedOut, provers.Progress}},
		{name: "crash", fault: proverstest.Fault{Kind: proverstest.Crash, On: on("dec")}, actions: []string{"dec", "halve"},
			want: []provers.Status{provers.Crashed, provers.Progress}, restarts: 1},
		{name: "lose", fault: proverstest.Fault{Kind: proverstest.Lose, On: on("halve"), Times: 1}, actions: []string{"dec", "halve"},
			want: []provers.Status{provers.Lost, provers.Lost}, restarts: 1},
		{name: "late", fault: proverstest.Fault{Kind: proverstest.Late, Delay: time.Hour}, actions: []string{"dec"}, want: []provers.Status{provers.Progress}},
		{name: "break", fault: proverstest.Fault{Kind: proverstest.Break}, actions: []string{"dec"}, err: true},
		{name: "flood", fault: proverstest.Fault{Kind: proverstest.Flood}, actions: []string{"dec"}, want: []provers.Status{provers.Progress}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := proverstest.Options{}
				if test.name != "none" && test.name != "units" {
					o.Faults = []proverstest.Fault{test.fault}
				}
				s, err := proverstest.New(proverstest.Numbers{}, o).Open(t.Context(), provers.Problem{Statement: "reach 4"}, provers.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				var actions []provers.Action
				for _, a := range test.actions {
					actions = append(actions, act(a))
				}
				outcomes, err := s.Try(t.Context(), s.Root(), actions, test.limits)
				if (err != nil) != test.err {
					t.Fatalf("error %v", err)
				}
				for i, o := range outcomes {
					if o.Status != test.want[i] {
						t.Errorf("%q is %s, not %s", test.actions[i], o.Status, test.want[i])
					}
					if test.name == "flood" && len(o.Message) < 1<<20 {
						t.Errorf("only %d bytes of message", len(o.Message))
					}
				}
				if n, _ := s.Restarts(); n != test.restarts {
					t.Errorf("%d restarts, not %d", n, test.restarts)
				}
			})
		})
	}
}

func TestHangIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proverstest.New(proverstest.Numbers{}, proverstest.Options{Faults: []proverstest.Fault{{Kind: proverstest.Hang}}})
		s, err := p.Open(t.Context(), provers.Problem{Statement: "reach 4"}, provers.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		o, err := s.Try(ctx, s.Root(), []provers.Action{act("dec"), act("halve")}, provers.Limits{})
		if err != nil || o[0].Status != provers.Interrupted || o[1].Status != provers.Interrupted {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestVerify(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{Distrust: func(a string) bool { return a == "halve" }})
	tests := []struct {
		script, class string
	}{
		{"dec\ndec\ndone\n", ""},
		{"split 1\ndone\nsplit 1\ndone\ndone\n", ""},
		{"dec\nhalve\ndone\n", "axiom"},
		{"dec\n", "prover_error"},
		{"dec\ndec\ndone\ndone\n", "prover_error"},
		{"halve2\n", "prover_error"},
		{"dec\nsorry\n", "sorry"},
		{"", "prover_error"},
	}
	for _, test := range tests {
		v, err := p.Verify(t.Context(), provers.Claim{Problem: provers.Problem{Statement: "reach 3"}, Proof: test.script})
		if err != nil || v.Accepted != (test.class == "") || v.Class != test.class {
			t.Errorf("%q: %+v, %v", strings.ReplaceAll(test.script, "\n", "; "), v, err)
		}
	}
}

func TestProvable(t *testing.T) {
	edge := func(next ...string) proverstest.Effect { return proverstest.Effect{Next: next} }
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"x": edge("b", "c"), "y": edge("a")},
		"b": {"x": edge("c"), "y": edge()},
		"c": {"x": edge("b"), "bad": {Rejected: true}},
		"d": {"x": edge("d")},
	}}
	got := g.Provable(nil)
	if !got["a"] || !got["b"] || !got["c"] || got["d"] {
		t.Errorf("provable: %v", got)
	}
	got = g.Provable(func(s, a string) bool { return s == "b" && a == "y" })
	if len(got) > 0 {
		t.Errorf("provable without b's y: %v", got)
	}
}
