package annotations

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func without(t *testing.T, names ...string) *Policy {
	t.Helper()
	o, err := Without(names...)
	if err != nil {
		t.Fatal(err)
	}
	return New(o)
}

const (
	squares = `method Squares(n: nat) returns (s: nat) ensures s == n * n
{ var i, d := 0, 1; s := 0; while i < n { s := s + d; d := d + 2; i := i + 1; } }`
	increments = `method Inc(a: array<int>) modifies a ensures forall k :: 0 <= k < a.Length ==> a[k] == old(a[k]) + 1
{ var i := 0; while i < a.Length { a[i] := a[i] + 1; i := i + 1; } }`
	siblings = `method Sum(n: nat) returns (s: nat) ensures s == 3 * n
{ s := 0; var i := 0; while i < n invariant s % 3 == 0 && s / 3 == i { s := s + 3; i := i + 1; } }
method Other(n: nat) returns (s: nat) requires n % 2 == 0 ensures s >= 0
{ s := 0; var i := 0; while i < n { s := s + 3; i := i + 1; } }
method Caller() { var t := Other(4); }`
	largest = `method Largest(a: array<int>) returns (m: int) requires a.Length > 0 ensures exists k :: 0 <= k < a.Length && a[k] == m
{ m := a[0]; var i := 1; var best := 0; while i < a.Length { if a[i] > m { m := a[i]; best := i; } i := i + 1; } }`
	prefix = `predicate Small(s: seq<int>, n: int) { |s| <= n }
method Copy(s: seq<int>) returns (r: seq<int>) ensures r == s
{ r := []; var i := 0; while i < |s| { r := r + [s[i]]; i := i + 1; } }`
	flag = `method Has(a: array<int>, key: int) returns (r: int) ensures r == 1 ==> exists k :: 0 <= k < a.Length && a[k] == key
{ var found := false; var i := 0; while i < a.Length { if a[i] == key { found := true; } i := i + 1; } r := if found then 1 else 0; }`
	lemmas = `function Sum(a: seq<int>, i: int, j: int): int requires 0 <= i <= j <= |a| { if i == j then 0 else a[i] + Sum(a, i + 1, j) }
lemma Split(a: seq<int>, i: int, k: int, j: int) requires 0 <= i <= k <= j <= |a| ensures Sum(a, i, j) == Sum(a, i, k) + Sum(a, k, j)
{ }
method Total(a: seq<int>) returns (s: int) ensures s == Sum(a, 0, |a|)
{ s := 0; var i := 0; while i < |a| { s := s + a[i]; i := i + 1; } }`
)

// workings has for each part a program for which it proposes a line that no other
// part does. What the part is called among invariants is in clauses.
var workings = map[string]struct {
	program, line string
	clauses       []string
}{
	partBounds:        {squares, "invariant i <= n", []string{"bound", "length"}},
	partRelations:     {squares, "invariant d == 1 + 2 * i", []string{"relation"}},
	partSpecification: {increments, "invariant forall k :: 0 <= k < i ==> a[k] == old(a[k]) + 1", []string{"specification"}},
	partSiblings:      {siblings, "invariant s % 3 == 0 && s / 3 == i", []string{"sibling"}},
	partFrame:         {increments, "invariant forall k_ :: i <= k_ < a.Length ==> a[k_] == old(a[k_])", []string{"frame"}},
	partPredicates:    {prefix, "invariant Small(r, i)", []string{"predicate"}},
	partElements:      {largest, "invariant forall k_ :: 0 <= k_ < i ==> a[k_] <= m", []string{"elements"}},
	partFlags:         {flag, "invariant found <==> (exists k :: 0 <= k < i && a[k] == key)", []string{"flag"}},
	partTermination:   {squares, "decreases n - i", nil},
	partSlices:        {prefix, "assert s[..i + 1] == s[..i] + [s[i]];", nil},
	partWitnesses:     {largest, "assert 0 <= best < a.Length && a[best] == m;", nil},
	partEquations:     {prefix, "assert multiset(s) == multiset(r);", nil},
	partPreconditions: {siblings, "assert 4 % 2 == 0;", nil},
	partLemmas:        {lemmas, "Split(a, 0, i, i);", nil},
	partInduction:     {lemmas, "if i < k { Split(a, i + 1, k, j); }", nil},
	partExecution:     {squares, "invariant d == 1 + 2 * i", nil},
}

// TestWithout leaves each part out for a program for which it works.
func TestWithout(t *testing.T) {
	for _, part := range Parts().Names() {
		if part == partLearning || part == partSplitting {
			continue // they have tests of their own
		}
		t.Run(part, func(t *testing.T) {
			w, ok := workings[part]
			if !ok {
				t.Fatal("there is no program for it")
			}
			r := request(t, w.program)
			if lines := proposed(t, New(), r); !slices.Contains(lines, w.line) {
				t.Fatalf("%q is not proposed, so that the test says nothing; proposed are\n%s", w.line, strings.Join(lines, "\n"))
			}
			p := without(t, part)
			if slices.Contains(proposed(t, p, r), w.line) {
				t.Errorf("%q is still proposed", w.line)
			}
			if w.clauses == nil {
				return
			}
			if n := clausesFrom(t, New(), r, w.clauses); n == 0 {
				t.Errorf("no invariant is of %v: the test says nothing", w.clauses)
			}
			if n := clausesFrom(t, p, r, w.clauses); n > 0 {
				t.Errorf("%d invariants are still of %v", n, w.clauses)
			}
		})
	}
}

// clausesFrom counts the invariants of a program that are of some sources.
func clausesFrom(t *testing.T, p *Policy, r policy.Request, sources []string) (count int) {
	t.Helper()
	a, err := p.analysis(r.Problem.Statement)
	if err != nil {
		t.Fatal(err)
	}
	for name := range a.decls {
		k, err := a.know(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range k.clauses {
			for _, c := range list {
				if slices.Contains(sources, c.source) {
					count++
				}
			}
		}
	}
	return count
}

// TestWithoutTermination has no candidate of its own source be left.
func TestWithoutTermination(t *testing.T) {
	from := func(p *Policy) bool {
		list, err := p.Propose(t.Context(), request(t, squares))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(list, func(c policy.Candidate) bool {
			return c.Source == sourceDecreases || strings.Contains(c.Action.Text, "decreases")
		})
	}
	if !from(New()) || from(without(t, partTermination)) {
		t.Errorf("with it: %v, without: %v", from(New()), from(without(t, partTermination)))
	}
}

func TestWithoutSplitting(t *testing.T) {
	splits := func(p *Policy) bool {
		list, err := p.Propose(t.Context(), request(t, siblings))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(list, func(c policy.Candidate) bool { return c.Source == sourceSplit })
	}
	if !splits(New()) || splits(without(t, partSplitting)) {
		t.Errorf("with it: %v, without: %v", splits(New()), splits(without(t, partSplitting)))
	}
}

// TestWithoutExecution has candidates be proposed that a run would have refuted.
func TestWithoutExecution(t *testing.T) {
	r := request(t, squares)
	const wrong = "invariant s == n * n"
	if slices.Contains(proposed(t, New(), r), wrong) || !slices.Contains(proposed(t, without(t, partExecution), r), wrong) {
		t.Errorf("%q is proposed with runs, or not without them", wrong)
	}
}

// TestWithoutLearning has the order stay, whatever is reported.
func TestWithoutLearning(t *testing.T) {
	r := request(t, prefix)
	r.State.Path = []provers.Step{{Action: provers.Action{Text: "2: invariant i <= |s|"}}}
	learned, ignorant := New(), without(t, partLearning)
	order := func(p *Policy) string { return strings.Join(proposed(t, p, r), "\n") }
	before := order(ignorant)
	if before != order(learned) {
		t.Error("before anything is learned, the policies differ")
	}
	for range 30 {
		for _, p := range []*Policy{learned, ignorant} {
			p.Learn(policy.Observation{Candidate: policy.Candidate{Action: provers.Action{Text: "7: assert x[..|x|] == x;"}}, Outcome: provers.Outcome{Status: provers.Rejected}})
		}
	}
	if order(learned) == before {
		t.Fatal("nothing was learned: the test says nothing")
	}
	if order(ignorant) != before {
		t.Error("it learned")
	}
}

func TestNames(t *testing.T) {
	some, err := Without("termination", "bounds")
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]*Policy{
		"annotations":                            New(),
		"annotations-without-bounds+termination": New(some),
		"houdini":                                New(HoudiniOnly()),
		"houdini-without-bounds+termination":     New(HoudiniOnly(), some),
	} {
		if got := p.Name(); got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
	}
	if o, err := Without("magic"); o != nil || err == nil || !strings.Contains(err.Error(), `"magic"`) {
		t.Errorf("an unknown part: %v", err)
	}
}
