package annotations

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// request is about the state of a program before any action, of which every
// method is said to fail.
func request(t *testing.T, program string) policy.Request {
	t.Helper()
	p, err := syntax.Parse(program)
	if err != nil {
		t.Fatal(err)
	}
	r := policy.Request{Problem: provers.Problem{Name: "test", Statement: program}, Max: 200}
	for d := range p.All {
		if d.Body == nil {
			continue
		}
		line, column := p.Lines.Position(d.Begin)
		r.State.Goals = append(r.State.Goals, annotation.Obligation{Declaration: d.QualifiedName(), Kind: "postcondition", Line: line, Column: column, Message: "A postcondition might not hold."}.Goal(nil))
		d.Body.Walk(func(s *syntax.Stmt) bool {
			if s.Kind == syntax.While {
				line, column := p.Lines.Position(s.Begin)
				r.State.Goals = append(r.State.Goals, annotation.Obligation{Declaration: d.QualifiedName(), Kind: "decreases", Line: line, Column: column, Message: "cannot prove termination"}.Goal(nil))
			}
			return true
		})
	}
	return r
}

// proposed are the lines of all candidates without their places.
func proposed(t *testing.T, p *Policy, r policy.Request) (lines []string) {
	t.Helper()
	list, err := p.Propose(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		a, err := annotation.Parse(c.Action.Text)
		if c.Action.Text == "split" {
			continue
		}
		if err != nil {
			t.Fatalf("%q: %v", c.Action.Text, err)
		}
		if c.LogProb > 0 || c.Source == "" {
			t.Errorf("%q: log-probability %g, source %q", c.Action.Text, c.LogProb, c.Source)
		}
		for _, e := range a.Edits {
			lines = append(lines, e.Text)
		}
	}
	return lines
}

// TestProposals says which clauses a program must make the policy think of, and
// which its runs must make it drop.
func TestProposals(t *testing.T) {
	for _, test := range []struct {
		name, program string
		want, never   []string
	}{
		{
			name: "an accumulator in closed form",
			program: `method Squares(n: nat) returns (s: nat) ensures s == n * n
{ var i, d := 0, 1; s := 0; while i < n { s := s + d; d := d + 2; i := i + 1; } }`,
			want:  []string{"invariant i <= n", "invariant 0 <= i", "invariant d == 1 + 2 * i", "invariant s == i * i"},
			never: []string{"invariant s <= n", "invariant i < n", "invariant s == n * n"},
		},
		{
			name: "an accumulator and a function",
			program: `function Fact(n: nat): nat { if n == 0 then 1 else n * Fact(n - 1) }
method F(n: nat) returns (r: nat) ensures r == Fact(n)
{ r := 1; var i := 0; while i != n { i := i + 1; r := r * i; } }`,
			want: []string{"invariant r == Fact(i)", "decreases n - i"},
		},
		{
			name: "a search that returns early",
			program: `method Find(a: array<int>, key: int) returns (i: int)
  ensures 0 <= i ==> i < a.Length && a[i] == key
  ensures i < 0 ==> forall k :: 0 <= k < a.Length ==> a[k] != key
{ i := 0; while i < a.Length { if a[i] == key { return; } i := i + 1; } i := -1; }`,
			want: []string{"invariant forall k :: 0 <= k < i ==> a[k] != key", "invariant i <= a.Length"},
		},
		{
			name: "a bound variable with the name of the loop's",
			program: `method Fill(a: array<int>) modifies a ensures forall i :: 0 <= i < a.Length ==> a[i] == i % 7
{ var i := 0; while i < a.Length { a[i] := i % 7; i := i + 1; } }`,
			want: []string{"invariant forall i_a :: 0 <= i_a < i ==> a[i_a] == i_a % 7"},
		},
		{
			name: "what is not reached yet is as it was",
			program: `method Inc(a: array<int>) modifies a ensures forall k :: 0 <= k < a.Length ==> a[k] == old(a[k]) + 1
{ var i := 0; while i < a.Length { a[i] := a[i] + 1; i := i + 1; } }`,
			want: []string{"invariant forall k :: 0 <= k < i ==> a[k] == old(a[k]) + 1", "invariant forall k_ :: i <= k_ < a.Length ==> a[k_] == old(a[k_])"},
		},
		{
			name: "an order that a predicate speaks of, and a permutation",
			program: `predicate Sorted(a: array<int>, from: int, to: int) requires 0 <= from <= to <= a.Length reads a
{ forall x, y :: from <= x < y < to ==> a[x] <= a[y] }
method Sort(a: array<int>) modifies a ensures Sorted(a, 0, a.Length) ensures multiset(a[..]) == multiset(old(a[..]))
{
  var i := 0;
  while i < a.Length {
    var j := i;
    while 0 < j && a[j - 1] > a[j] { a[j - 1], a[j] := a[j], a[j - 1]; j := j - 1; }
    i := i + 1;
  }
}`,
			want: []string{"invariant Sorted(a, 0, i)", "invariant multiset(a[..]) == multiset(old(a[..]))",
				"invariant forall p_, q_ :: 0 <= p_ < q_ < i + 1 && q_ != j ==> a[p_] <= a[q_]"},
			never: []string{"invariant Sorted(a, 0, a.Length)", "invariant a[..] == old(a[..])"},
		},
		{
			name: "a copy of a parameter that is used up",
			program: `function Power(x: int, n: nat): int { if n == 0 then 1 else x * Power(x, n - 1) }
method Pow(x: int, n: nat) returns (r: int) ensures r == Power(x, n)
{ var e := n; r := 1; while e > 0 { r := r * x; e := e - 1; } }`,
			want: []string{"invariant r * Power(x, e) == Power(x, n)"},
		},
		{
			name: "what a sibling's loop has already, and what a call needs",
			program: `method Sum(n: nat) returns (s: nat) ensures s == 3 * n
{ s := 0; var i := 0; while i < n invariant s % 3 == 0 && s / 3 == i { s := s + 3; i := i + 1; } }
method Other(n: nat) returns (s: nat) requires n % 2 == 0 ensures s >= 0
{ s := 0; var i := 0; while i < n { s := s + 3; i := i + 1; } }
method Caller() { var t := Other(4); }`,
			want: []string{"invariant s % 3 == 0 && s / 3 == i", "assert 4 % 2 == 0;"},
		},
		{
			name: "a recursion towards a second parameter",
			program: `function Sum(a: seq<int>, i: int, j: int): int requires 0 <= i <= j <= |a| { if i == j then 0 else a[i] + Sum(a, i + 1, j) }
lemma Split(a: seq<int>, i: int, k: int, j: int) requires 0 <= i <= k <= j <= |a| ensures Sum(a, i, j) == Sum(a, i, k) + Sum(a, k, j)
{ }`,
			want: []string{"if i < k { Split(a, i + 1, k, j); }"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines := proposed(t, New(), request(t, test.program))
			for _, want := range test.want {
				if !slices.Contains(lines, want) {
					t.Errorf("%q is not proposed; proposed are\n%s", want, strings.Join(lines, "\n"))
				}
			}
			for _, never := range test.never {
				if slices.Contains(lines, never) {
					t.Errorf("%q is proposed", never)
				}
			}
		})
	}
}

// TestSame proposes twice, by two policies, and compares.
func TestSame(t *testing.T) {
	r := request(t, `method M(a: array<int>) returns (m: int) requires a.Length > 0 ensures forall k :: 0 <= k < a.Length ==> a[k] <= m
{ m := a[0]; var i := 1; while i < a.Length { if a[i] > m { m := a[i]; } i := i + 1; } }`)
	if a, b := proposed(t, New(), r), proposed(t, New(), r); !slices.Equal(a, b) {
		t.Errorf("\n%q\n%q", a, b)
	}
	// Several lemmas that are all alike.
	r = request(t, `lemma A(n: nat) { } lemma B(n: nat) { } lemma C(n: nat) { } lemma D(n: nat) { } method M(n: nat) { }`)
	want := proposed(t, New(), r)
	if !slices.Contains(want, "D(n);") {
		t.Fatalf("no lemma is called: %q", want)
	}
	for range 10 {
		if got := proposed(t, New(), r); !slices.Equal(got, want) {
			t.Fatalf("\n%q\n%q", got, want)
		}
	}
}

func TestHoudiniOnly(t *testing.T) {
	r := request(t, `method M(n: nat) returns (s: nat) ensures s == n { s := 0; while s < n { s := s + 1; } }`)
	p := New(HoudiniOnly())
	list, err := p.Propose(t.Context(), r)
	if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].Action.Text, "houdini\n") {
		t.Errorf("proposed %v, %v", list, err)
	}
	r.State.Path = []provers.Step{{Action: list[0].Action}}
	if list, err = p.Propose(t.Context(), r); err != nil || len(list) > 0 {
		t.Errorf("after it, proposed %v, %v", list, err)
	}
}

func TestBadPrograms(t *testing.T) {
	for _, program := range []string{"", "/*", "method M() {", "method M() { while true { } }", strings.Repeat("method M() { { ", 500)} {
		r := policy.Request{Problem: provers.Problem{Statement: program}, Max: 10}
		r.State.Goals = []provers.Goal{annotation.Obligation{Declaration: "M", Kind: "decreases", Line: 1, Message: "?"}.Goal(nil)}
		_, _ = New().Propose(t.Context(), r) // must not panic
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New().Propose(ctx, request(t, "method M(n: nat) { var i := 0; while i < n { i := i + 1; } }")); err == nil {
		t.Error("a cancelled proposal has no error")
	}
}

// TestRecursion says which measure comes first.
func TestRecursion(t *testing.T) {
	for _, test := range []struct{ program, want string }{
		{"function F(a: array<int>, i: int, j: int): int reads a { if i == j then 0 else F(a, i + 1, j) }", "j - i"},
		{"function F(a: array<int>, i: int): int reads a { if i == a.Length then 0 else F(a, i + 1) }", "a.Length - i"},
		{"function F(s: seq<int>, n: int): int { if s == [] then n else F(s[1..], n + 1) }", "|s|"},
		{"function F(n: int, m: int): int { if m <= 0 then n else F(n, m - 1) }", "m"},
		{"function F(m: int, n: int): int { if m == n then 1 else if m > n then F(m - n, n) else F(m, n - m) }", "m + n"},
	} {
		a, err := newAnalysis(test.program)
		if err != nil {
			t.Fatal(err)
		}
		got := a.recursion(a.decls["F"])
		if len(got) == 0 || got[0] != test.want {
			t.Errorf("%s: the measures are %q", test.program, got)
		}
	}
}

// TestLearn has one shape of statements be of use and another not: the first must
// come to be proposed before the second, whatever the names are.
func TestLearn(t *testing.T) {
	r := request(t, `method M(s: seq<int>) returns (r: seq<int>) ensures r == s
{ r := []; var i := 0; while i < |s| { r := r + [s[i]]; i := i + 1; } }`)
	r.State.Path = []provers.Step{{Action: provers.Action{Text: "2: invariant i <= |s|"}}}
	rank := func(p *Policy) (slice, multiset int) {
		list, err := p.Propose(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		find := func(part string) int {
			return slices.IndexFunc(list, func(c policy.Candidate) bool {
				return c.Source == "assert" && strings.Contains(c.Action.Text, part)
			})
		}
		return find("s[..|s|]"), find("multiset(")
	}
	p := New()
	slice, multiset := rank(p)
	if slice < 0 || multiset < 0 || slice > multiset {
		t.Fatalf("before it learned: %d, %d", slice, multiset)
	}
	observe := func(text string, status provers.Status, onProof bool) {
		p.Learn(policy.Observation{Candidate: policy.Candidate{Action: provers.Action{Text: text}}, Outcome: provers.Outcome{Status: status}, OnProof: onProof})
	}
	for range 30 {
		observe("7: assert multiset(x) == multiset(y);", provers.Progress, false)
		observe("7: assert multiset(x) == multiset(y);", provers.Progress, true)
		observe("7: assert x[..|x|] == x;", provers.Progress, false)
		observe("houdini\n7: assert x[..|x|] == x;", provers.Rejected, false)
	}
	if slice, multiset = rank(p); slice < multiset {
		t.Errorf("after it learned: %d, %d", slice, multiset)
	}
}
