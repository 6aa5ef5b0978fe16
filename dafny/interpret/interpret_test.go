package interpret

import (
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func parse(t *testing.T, text string) *syntax.Program {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func method(t *testing.T, p *syntax.Program, name string) *syntax.Decl {
	t.Helper()
	for d := range p.All {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func TestObserve(t *testing.T) {
	p := parse(t, `
method Sum(a: array<int>) returns (s: int)
{
  s := 0;
  var i := 0;
  while i < a.Length
  {
    s := s + a[i];
    i := i + 1;
  }
}`)
	d := method(t, p, "Sum")
	traces, err := New(p).Observe(t.Context(), d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if traces.Runs != 40 || len(traces.Loops) != 1 || len(traces.Exits) != 40 {
		t.Errorf("%d runs, %d loops, %d exits", traces.Runs, len(traces.Loops), len(traces.Exits))
	}
	e, err := syntax.ParseExpr("0 <= i <= a.Length")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range traces.Loops {
		for _, s := range list {
			if ok, err := s.Holds(e); !ok || err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
}
