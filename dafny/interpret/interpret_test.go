package interpret

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func parse(t testing.TB, text string) *syntax.Program {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Opaque) > 0 {
		t.Fatal(p.Opaque[0])
	}
	return p
}

func method(t testing.TB, p *syntax.Program, name string) *syntax.Decl {
	t.Helper()
	for d := range p.All {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func expr(t testing.TB, text string) *syntax.Expr {
	t.Helper()
	e, err := syntax.ParseExpr(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

func observe(t testing.TB, text, name string) *Traces {
	t.Helper()
	p := parse(t, text)
	traces, err := New(p).Observe(context.Background(), method(t, p, name), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return traces
}

// always checks that conditions hold in states, and that those after "never" are
// false in one of them.
func always(t *testing.T, list []*Snapshot, conditions ...string) {
	t.Helper()
	if len(list) == 0 {
		t.Error("there are no states")
	}
	for _, text := range conditions {
		condition, never := strings.CutPrefix(text, "never ")
		e := expr(t, condition)
		refuted := false
		for _, s := range list {
			ok, err := s.Holds(e)
			if err != nil {
				t.Errorf("%s: %v in %s", condition, err, s)
				break
			}
			refuted = refuted || !ok
			if !ok && !never {
				t.Errorf("%s is false in %s", condition, s)
				break
			}
		}
		if never && !refuted {
			t.Errorf("nothing refutes %s", condition)
		}
	}
}

// library is what the expressions of the table below may use.
const library = `
datatype List<T> = Nil | Cons(head: T, tail: List<T>)
datatype Color = Red | Green | Blue
type Small = x: int | 0 <= x < 10
const Limit := 7
function Length<T>(l: List<T>): nat { match l case Nil => 0 case Cons(_, t) => 1 + Length(t) }
function Fact(n: nat): nat { if n == 0 then 1 else n * Fact(n - 1) }
function Fib(n: nat): nat { if n < 2 then n else Fib(n - 1) + Fib(n - 2) }
function Sum(s: seq<int>): int { if s == [] then 0 else s[0] + Sum(s[1..]) }
function Loop(n: int): int { 1 + Loop(n + 1) }
function Odd(n: int): bool requires n > 0 { n % 2 == 1 }
function Unknown(n: int): int
predicate InRange(i: int, n: int) { 0 <= i < n }
module M { const C: int := 3 function F(x: int): int { x + C } }
method State(ghost unused: int) {
  var a := new int[3];
  a[0], a[1], a[2] := 3, 1, 2;
  var m := new int[2, 3]((i, j) => 10 * i + j);
  var s := [1, 2, 2, 3];
  var u := {1, 2, 3};
  var d := map[1 := "one", 2 := "two"];
  var l := Cons(1, Cons(2, Nil));
  var t := (1, (true, 'x'));
  var f := (x: int) => x + s[0];
  var r := 1.5;
  var n: int := 5;
  var none: array?<int> := null;
  s := s;
}
`

var expressions = []struct{ text, want string }{
	{"1 + 2 * 3 - -4", "11"},
	{"-7 / 2", "-4"},
	{"-7 % 2", "1"},
	{"7 / -2", "-3"},
	{"-7 / -2", "4"},
	{"-7 % -2", "1"},
	{"9223372036854775807 + 1", "9223372036854775808"},
	{"9223372036854775808 - 1 - 9223372036854775807", "0"},
	{"-9223372036854775807 - 2", "-9223372036854775809"},
	{"4294967296 * 4294967296", "18446744073709551616"},
	{"18446744073709551616 / 4294967296 / 4294967296", "1"},
	{"Fact(25)", "15511210043330985984000000"},
	{"Fib(60)", "1548008755920"},
	{"0x10 + 1_0", "26"},
	{"r * 2.0", "3"},
	{"r.Floor", "1"},
	{"(n as real) / 2.0", "5/2"},
	{"'a' < 'b' && ('a' as int) == 97", "true"},
	{"true <==> !false", "true"},
	{"false ==> 1 / 0 == 1", "true"},
	{"1 / 0 == 1 <== false", "true"},
	{"0 <= n < 6 == 6", "true"},
	{"if n > 3 then 1 else 2", "1"},
	{"|s|", "4"},
	{"s[1..3]", "[2, 2]"},
	{"s[..1] + s[3..]", "[1, 3]"},
	{"s[1 := 9]", "[1, 9, 2, 3]"},
	{"[1, 2] <= s && !(s < s) && s != [1]", "true"},
	{"2 in s && 5 !in s", "true"},
	{`"abc" + ['d']`, `"abcd"`},
	{`"a\n"[1]`, `'\n'`},
	{"multiset(s)", "multiset{1, 2, 2, 3}"},
	{"multiset(s)[2]", "2"},
	{"multiset(a[..]) == multiset{3, 2, 1}", "true"},
	{"multiset{1, 1} - multiset{1} + multiset{2}", "multiset{1, 2}"},
	{"multiset{1, 1, 2} * multiset{1, 3}", "multiset{1}"},
	{"|multiset{1, 1}|", "2"},
	{"u * {2, 3, 4} - {3}", "{2}"},
	{"{1} <= u && {1} < u && u !! {5} && u >= {}", "true"},
	{"|{1, 1, 2}|", "2"},
	{"set x | x in u && x > 1 :: x * x", "{4, 9}"},
	{"set x, y | x in u && y in u && x + y == 4 :: (x, y)", "{(1, 3), (2, 2), (3, 1)}"},
	{"d[1] + d[2]", `"onetwo"`},
	{"d[3 := \"x\"]", `map[1 := "one", 2 := "two", 3 := "x"]`},
	{"d.Keys + {7}", "{1, 2, 7}"},
	{"d.Values", `{"one", "two"}`},
	{"(1, \"one\") in d.Items", "true"},
	{"1 in d && |d| == 2", "true"},
	{"map i | 0 <= i < 3 :: i * i", "map[0 := 0, 1 := 1, 2 := 4]"},
	{"map i | i in u :: i + 1 := i", "map[2 := 1, 3 := 2, 4 := 3]"},
	{"map[1 := 2] + map[1 := 3, 2 := 4] - {2}", "map[1 := 3]"},
	{"l.head + l.tail.head", "3"},
	{"l.Cons? && l.tail.tail.Nil? && !l.Nil?", "true"},
	{"Length(l)", "2"},
	{"l.(head := 5)", "Cons(5, Cons(2, Nil))"},
	{"match l { case Cons(x, Cons(y, _)) => x * 10 + y case _ => 0 }", "12"},
	{"match n { case 4 => 'a' case 5 => 'b' case _ => 'c' }", "'b'"},
	{"match t { case (x, (b, c)) => c }", "'x'"},
	{"t.0 + (if t.1.0 then 1 else 0)", "2"},
	{"a[0] + a.Length", "6"},
	{"a[..]", "[3, 1, 2]"},
	{"m[1, 2] + m.Length0 * 100 + m.Length1", "215"},
	{"f(4)", "5"},
	{"((x, y) => x - y)(5, 3)", "2"},
	{"seq(3, i => i * n)", "[0, 5, 10]"},
	{"var x := 3; var y := x + 1; x * y", "12"},
	{"var (x, y) := (1, 2); x - y", "-1"},
	{"var x :| x in u && x > 2; x", "3"},
	{"Sum([1, 2, 3])", "6"},
	{"Limit + M.C + M.F(1)", "14"},
	{"Red != Green && Color.Blue == Blue", "true"},
	{"none == null", "true"},
	{"forall i :: 0 <= i < |s| ==> s[i] > 0", "true"},
	{"forall i, j :: 0 <= i < j < |s| ==> s[i] <= s[j]", "true"},
	{"forall i, j :: 0 <= i < j < |s| ==> s[i] < s[j]", "false"},
	{"forall j, i | j < |s| && 0 <= i && i < j :: s[i] <= s[j]", "true"},
	{"forall i :: 1 <= i + 1 <= |s| ==> s[i] in s", "true"},
	{"forall i | InRange(i, |s|) :: s[i] > 0", "true"},
	{"exists i :: 0 <= i < |s| && s[i] == 3", "true"},
	{"exists i | 0 <= i < |s| :: s[i] == 4", "false"},
	{"exists i :: i > 100", "true"},
	{"forall i :: i < 5", "false"},
	{"forall x :: x in s <==> x in u", "true"},
	{"forall x :: x in u ==> x in s && x in s[..3]", "false"},
	{"forall x :: x in u <==> exists i :: 0 <= i < |s| && s[i] == x", "true"},
	{"forall i: nat :: i < 1 || 2 <= i < 4 ==> i != 1", "true"},
	{"forall k :: 0 < k * k < 30 ==> -6 < k < 6", "true"},
	{"forall k :: 0 < k * k <= 25 ==> -5 < k < 6", "false"},
	{"forall k :: 0 <= 2 * k + 1 < 8 ==> k != 3", "false"},
	{"forall k :: -7 < 2 * k && k * 3 < -5 ==> k == -3 || k == -2", "true"},
	{"forall k :: -7 < 2 * k && k * 3 < -5 ==> k == -2", "false"},
	{"forall b: bool :: b || !b", "true"},
	{"forall c: Color :: c == Red || c == Green || c == Blue", "true"},
	{"exists c: Color :: c != Red && c != Green", "true"},
	{"forall x: Small :: x * x < 82", "true"},
	{"forall k :: k in d ==> |d[k]| == 3", "true"},
	{"forall i :: 0 <= i < 2 ==> forall j :: 0 <= j < 3 ==> m[i, j] == 10 * i + j", "true"},
	{"forall c | 'a' <= c <= 'e' :: c < 'f'", "true"},
	{"old(n) == n", "true"},
	// What has no value:
	{"s[4]", "undefined"},
	{"s[-1]", "undefined"},
	{"s[3..2]", "undefined"},
	{"a[3]", "undefined"},
	{"m[0, 3]", "undefined"},
	{"n / 0", "undefined"},
	{"d[7]", "undefined"},
	{"none.Length", "undefined"},
	{"l.tail.tail.head", "undefined"},
	{"Odd(0)", "undefined"},
	{"Fact(-1)", "undefined"},
	{"Loop(0)", "undefined"},
	{"n > 0 && Loop(0) == 1", "undefined"},
	{"forall i :: i > 5 ==> i >= 6", "true"},
	{"forall i :: i > 5 ==> i * i * i > 30", "undefined"},
	{"exists i: int :: i > 0 && i < 0 - n * i * i", "undefined"},
	{"match n { case 1 => 2 }", "undefined"},
	{"old(a[0])", "undefined"},
	{"|seq(1000000, i => i)|", "undefined"},
	// What is not understood:
	{"missing", "unsupported"},
	{"Unknown(1)", "unsupported"},
	{"n && true", "unsupported"},
	{"n + s", "unsupported"},
	{"n == s", "unsupported"},
	{"this", "unsupported"},
	{"1 & 2", "unsupported"},
	{"l.nothing", "unsupported"},
}

func TestEval(t *testing.T) {
	traces := observe(t, library, "State")
	s := traces.Before[strings.LastIndex(library, "s := s;")][0]
	for _, tt := range expressions {
		v, err := s.Eval(expr(t, tt.text))
		got := v.String()
		var u *Undefined
		switch {
		case errors.Is(err, errInternal):
			got = err.Error()
		case errors.Is(err, ErrUnsupported):
			got = "unsupported"
		case errors.As(err, &u):
			got = "undefined"
		case err != nil:
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s is %s (%v), want %s", tt.text, got, err, tt.want)
		}
	}
}

func TestStatements(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		exits      []string
	}{
		{"assignments", `method T(x: int, y: int) returns (p: int, q: int) {
			p, q := x, y; p, q := q, p; }`, []string{"p == y && q == x"}},
		{"swap of elements", `method T(a: array<int>) requires a.Length >= 2 modifies a {
			a[0], a[1] := a[1], a[0]; }`,
			[]string{"a[0] == old(a[0 + 1]) && a[1] == old(a[0])", "old(a[..]) == [a[1], a[0]] + a[2..]", "never a[0] == old(a[0])"}},
		{"labels", `method T(a: array<int>) returns (n: int) requires a.Length > 0 modifies a {
			a[0] := 1; label L: a[0] := a[0] + 1; n := old@L(a[0]) + old(a[0]); }`, []string{"n == 1 + old(a[0]) && a[0] == 2"}},
		{"aliases", `method T(n: int) returns (r: int) {
			var a := new int[2]; var b := a; a[0] := 1; b[0] := n; r := a[0]; }`, []string{"r == n"}},
		{"calls", `method Two(x: int) returns (a: int, b: int) { a := x; return a + 1, a + 2; }
			method Id(x: int) returns (r: int) { r := x; }
			method T(x: int) returns (s: int) { var u, v := Two(x); s := Id(u + v); }`, []string{"s == 2 * x + 3"}},
		{"recursion", `method F(n: nat) returns (r: nat) { if n == 0 { return 1; } var s := F(n - 1); r := n * s; }
			function Fact(n: nat): nat { if n == 0 then 1 else n * Fact(n - 1) }
			method T(n: nat) returns (r: nat) { r := F(n); }`, []string{"r == Fact(n)"}},
		{"if", `method T(x: int) returns (r: int) { if x < 0 { r := -1; } else if x == 0 { r := 0; } else { r := 1; } }`,
			[]string{"x * r >= 0", "r == 0 <==> x == 0", "-1 <= r <= 1"}},
		{"cases", `method T(x: int) returns (r: int) { if { case x <= 0 => r := 0; case x >= 0 => r := 1; } }`,
			[]string{"x < 0 ==> r == 0", "x > 0 ==> r == 1", "never x == 0 ==> r == 1", "never x == 0 ==> r == 0"}},
		{"chance", `method T() returns (r: int, s: int) { r := 0; s := *; if * { r := 1; } }`, []string{"r == 0 || r == 1"}},
		{"binding guard", `method T(s: seq<int>) returns (r: int) { if i :| 0 <= i < |s| && s[i] > 3 { r := i; } else { r := -1; } }`,
			[]string{"r == -1 ==> forall i :: 0 <= i < |s| ==> s[i] <= 3", "r != -1 ==> 0 <= r < |s| && s[r] > 3"}},
		{"match", `datatype L = N | C(h: int, t: L)
			method T(l: L) returns (r: int) { match l { case N => r := 0; case C(h, N) => r := 1; case C(_, C(x, y)) => { r := 2; } } }`,
			[]string{"r == 0 <==> l.N?", "r == 1 ==> l.t.N?", "r == 2 ==> l.t.C?", "never r == 0", "never r != 2"}},
		{"such that", `method T(s: set<int>) returns (x: int) requires s != {} { x :| x in s; var y: int :| y > x; assert y > x; }`,
			[]string{"x in s"}},
		{"while", `method T(n: nat) returns (s: int) { s := 0; var i := 0; while i < n { s := s + i; i := i + 1; } }`,
			[]string{"2 * s == n * (n - 1)"}},
		{"loop with cases", `method T(n: nat) returns (i: nat, j: nat) { i, j := 0, 0; while { case i < n => i := i + 1; case j < n => j := j + 1; } }`,
			[]string{"i == n && j == n"}},
		{"for", `method T(n: nat) returns (s: int, d: int) { s, d := 0, 0; for i := 0 to n { s := s + i; } for i := n downto 0 { d := d * 2 + i; if i == 0 { break; } } }`,
			[]string{"2 * s == n * (n - 1)"}},
		{"jumps", `method T(n: nat) returns (c: int) {
			c := 0;
			label outer: for i := 0 to n { for j := 0 to n { if j == 1 { continue outer; } if i == 3 { break outer; } c := c + 1; } }
			while true { while true { break break; } }
			label b: { if c > 0 { break b; } c := -1; } }`,
			[]string{"c == (if n == 0 then -1 else if n < 3 then n else 3)"}},
		{"forall", `method T(a: array<int>) modifies a { forall i | 0 <= i < a.Length { a[i] := a[a.Length - 1 - i]; } }`,
			[]string{"forall i :: 0 <= i < a.Length ==> a[i] == old(a[a.Length - 1 - i])"}},
		{"arrays", `method T(n: nat) returns (a: array<int>, m: array2<bool>, b: array<int>) {
			a := new int[n](i => i * i); m := new bool[2, n]((i, j) => i == j); b := new int[] [1, 2, 3]; }`,
			[]string{"a.Length == n && m.Length0 == 2 && m.Length1 == n && b[..] == [1, 2, 3]", "forall i :: 0 <= i < n ==> a[i] == i * i", "fresh(a)"}},
		{"strings", `method T(s: string) returns (r: string) { r := ""; var i := |s|; while i > 0 { i := i - 1; r := r + [s[i]]; } }`,
			[]string{"|r| == |s|", "forall i :: 0 <= i < |s| ==> r[i] == s[|s| - 1 - i]", "never r == s"}},
		{"assumptions", `method T(x: int) returns (r: int) { assume x > 3; expect x != 5; r := x; }`, []string{"r > 3 && r != 5"}},
		{"ghost", `ghost function G(x: int): int
			method T(x: int) returns (r: int) { ghost var g := G(x); r := x; L(r); calc { 1; == 1; } assert r == x by { L(x); } }
			lemma L(x: int) ensures x == x { }`, []string{"r == x"}},
		{"requires", `predicate Sorted(a: array<int>) reads a { forall i, j :: 0 <= i < j < a.Length ==> a[i] <= a[j] }
			method T(a: array<int>, b: array<int>, n: nat, k: int) returns (r: int)
			requires Sorted(a) && a.Length == b.Length && n <= a.Length && k == n * n && a.Length > 3 { r := n; }`,
			[]string{"Sorted(a)", "a.Length == b.Length > 3", "r * r == k", "never r == 0", "never n == a.Length"}},
		{"subset types", `newtype Digit = d: int | 0 <= d < 10
			type Even = x: int | x % 2 == 0 witness 0
			method T(d: Digit, e: Even) returns (r: int) { r := d as int + e; }`, []string{"0 <= r - e < 10 && e % 2 == 0"}},
		{"methods without bodies", `method Larger(x: int) returns (r: int) ensures x < r < x + 3
			method T(x: int) returns (r: int) { r := Larger(x); var a, b := Proof(x); ghost var g := 0; g := a; }
			lemma Proof(x: int) returns (a: int, b: int)`, []string{"x < r < x + 3", "never r == x + 1"}},
		{"functions", `method T(s: seq<int>, f: int -> int) returns (r: seq<int>) { r := seq(|s|, i requires 0 <= i < |s| => f(s[i])); }`,
			[]string{"|r| == |s| && forall i :: 0 <= i < |s| ==> r[i] == f(s[i])"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			traces := observe(t, tt.text, "T")
			if traces.Runs < 3 || traces.Cut > 0 && !errors.Is(traces.Reason, errDiscard) {
				t.Errorf("%d runs, %d cut: %v", traces.Runs, traces.Cut, traces.Reason)
			}
			always(t, traces.Exits, tt.exits...)
		})
	}
}

const counter = `
trait Named { var name: int }
class Counter extends Named {
  var count: int
  ghost var history: seq<int>
  const step: int
  predicate Valid() reads this { count == |history| && step > 0 }
  constructor (s: int) requires s > 0 ensures Valid() { step := s; count := 0; history := []; new; name := 0; }
  method Add(x: int) returns (old_count: int)
    requires Valid() modifies this ensures Valid()
  {
    old_count := count;
    Put(x);
    this.name := x;
  }
  method Put(x: int) modifies this { history := history + [x]; count := count + 1; }
  function Twice(): int reads this { 2 * count }
  static function Half(n: int): int { n / 2 }
}
class Node { var next: Node?  var v: int  constructor (n: Node?, x: int) { next := n; v := x; } }
method Client(n: nat) returns (c: Counter, k: int) {
  c := new Counter(2);
  var i := 0;
  while i < n { k := c.Add(i); i := i + 1; }
  k := c.Twice() + Counter.Half(6);
}
method Chain(n: nat) returns (l: Node?, s: int) {
  l := null;
  for i := 0 to n { l := new Node(l, i); }
  s := 0;
  var p := l;
  while p != null { s := s + p.v; p := p.next; }
}
method OfTrait(n: Named) modifies n { n.name := 3; }
method Both(c: Counter, d: Counter) requires c.Valid() && d.Valid() modifies c, d { c.Put(1); }
`

func TestClasses(t *testing.T) {
	add := observe(t, counter, "Add")
	always(t, add.Exits, "Valid() && count == old(count) + 1", "history == old(history) + [x]", "this.name == x", "old_count == old(count)", "unchanged(this) ==> false",
		"never count == 1")
	always(t, observe(t, counter, "Client").Exits, "k == 2 * n + 3", "c.count == n && c.step == 2 && fresh(c)", "|c.history| == n")
	always(t, observe(t, counter, "Chain").Exits, "2 * s == n * (n - 1)", "l == null <==> n == 0", "l != null ==> l.v == n - 1")
	always(t, observe(t, counter, "OfTrait").Exits, "n.name == 3", "never n.name == old(n.name)")
	always(t, observe(t, counter, "Both").Exits, "c != d ==> unchanged(d)", "c.Valid() && d.Valid() || c.Valid()")
}

func TestTraces(t *testing.T) {
	text := `method Find(a: array<int>, key: int) returns (r: int)
{
  r := 0;
  while r < a.Length
  {
    if a[r] == key {
      return;
    }
    r := r + 1;
  }
  r := -1;
}`
	traces := observe(t, text, "Find")
	head := traces.Loops[strings.Index(text, "while")]
	always(t, head, "0 <= r <= a.Length", "key !in a[..r]", "never r < a.Length", "never r == 0")
	always(t, traces.Before[strings.Index(text, "r := r + 1")], "r < a.Length && a[r] != key", "never a[0] == 5")
	always(t, traces.Before[strings.Index(text, "  }\n  r := -1")+2], "r > 0 && a[r - 1] != key")
	always(t, traces.Before[strings.LastIndex(text, "}")], "r == -1")
	always(t, traces.Exits, "r == -1 <==> key !in a[..]", "r >= 0 ==> a[r] == key", "never r == -1", "never r >= 0")
	if traces.Runs != 40 || len(traces.Exits) != 40 || len(head) != 60 {
		t.Errorf("%d runs, %d exits, %d at the head of the loop", traces.Runs, len(traces.Exits), len(head))
	}
	s := head[len(head)-1]
	r, _ := s.Variable("r")
	ints := s.Ints()
	if len(ints) != 3 || ints["r"].Cmp(r.Int()) != 0 || ints["a.Length"] == nil || ints["key"] == nil {
		t.Errorf("the integers of %s are %v", s, ints)
	}
	if _, ok := s.Variable("nothing"); ok {
		t.Error("there is a variable that was not declared")
	}
}

func TestObserveIsDeterministic(t *testing.T) {
	show := func(seed int64) (lines []string) {
		p := parse(t, counter)
		traces, err := New(p).Observe(t.Context(), method(t, p, "Client"), Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		for _, offset := range sortedKeys(traces.Before) {
			for _, s := range traces.Before[offset] {
				lines = append(lines, fmt.Sprint(offset, s))
			}
		}
		return lines
	}
	if !reflect.DeepEqual(show(1), show(1)) {
		t.Error("two runs with the same seed differ")
	}
	if reflect.DeepEqual(show(1), show(2)) {
		t.Error("the seed does not matter")
	}
}

func TestLimits(t *testing.T) {
	for name, body := range map[string]string{
		"a loop without end": "while true { x := x + 1; }",
		"a large number":     "x := 2; while true { x := x * x; }",
		"a large string":     `var s := "ab"; while true { s := s + s; }`,
		"many objects":       "var p: C? := null; while true { var q := new C; q.next := p; p := q; }",
		"much memory":        "while true { var a := new int[1000]; }",
		"recursion":          "M(x);",
		"nothing to choose":  "x :| x > 0 && x < 0;",
		"an index":           "var s := [1]; x := s[7];",
	} {
		p := parse(t, "method M(x0: int) { var x := x0; "+body+" } class C { var next: C? }")
		traces, err := New(p).Observe(t.Context(), method(t, p, "M"), Options{Runs: 2})
		if err != nil {
			t.Fatal(err)
		}
		if traces.Runs > 0 || traces.Cut == 0 || traces.Reason == nil {
			t.Errorf("%s: %d runs, %d cut: %v", name, traces.Runs, traces.Cut, traces.Reason)
		}
		if len(traces.Before) == 0 {
			t.Errorf("%s: nothing was observed", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := parse(t, library)
	if _, err := New(p).Observe(ctx, method(t, p, "State"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if _, err := New(p).Observe(t.Context(), method(t, p, "Sum"), Options{}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a function: %v", err)
	}
}

func TestSnapshotsAreConcurrent(t *testing.T) {
	s := observe(t, library, "State").Exits[0]
	e := expr(t, "Fib(20) == 6765 && Sum([1, 2]) == 3")
	done := make(chan error)
	for range 4 {
		go func() {
			var err error
			for range 50 {
				if ok, e := s.Holds(e); e != nil || !ok {
					err = fmt.Errorf("%v, %w", ok, e)
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestLocals(t *testing.T) {
	p := parse(t, `
datatype P = P(x: nat, y: seq<bool>)
class C<T> { var f: map<int, T> method N() returns (r: T) function G(): int { 1 } }
function F<T>(s: seq<T>): T
method Two() returns (a: char, b: set<int>)
method M(n: nat, c: C<bool>, a: array<real>, p: P) returns (r: string) {
  var i := n; var e := []; var j, k := Two(); var l := c.f; var m := c.f[1]; var o := a[0]; var q := a[..];
  var s := F([1, 2]); var t := (1, true); var u := p.y[0]; var v := new int[3]; var w := new C<int>; var x: nat;
  var y :| y in {1, 2}; var z := map[]; var b := |r| > 0; var h := c.G() + 1; var g := set x | x in l; var d := p.(x := 1);
  e := e + [p.x]; z := z[1 := 'c'];
  for f := 0 to n { }
}`)
	got := New(p).Locals(method(t, p, "M"))
	for name, want := range map[string]string{
		"n": "nat", "r": "string", "i": "int", "e": "seq<nat>", "j": "char", "k": "set<int>", "l": "map<int, bool>", "m": "bool", "o": "real", "q": "seq<real>",
		"s": "int", "t": "(int, bool)", "u": "bool", "v": "array<int>", "w": "C<int>", "x": "nat", "y": "int", "z": "map<int, char>", "b": "bool", "h": "int",
		"g": "set<int>", "d": "P", "f": "int",
	} {
		if typ, ok := got[name]; !ok || typ.String() != want {
			t.Errorf("%s is of type %q, want %s", name, typ, want)
		}
	}
}

func FuzzObserve(f *testing.F) {
	f.Add(library)
	f.Add(counter)
	f.Add(`method M(a: array<int>, s: string) returns (r: int) requires |s| == a.Length { while r < |s| { r := r + a[r]; match r case 0 => case _ => } }`)
	f.Add(`method M(f: int -> bool, m: map<int, set<char>>) { forall i | i in m { } var x :| x in m && f(x); label l: while * { break l; } }`)
	conditions := []*syntax.Expr{expr(f, "forall i :: i in s <==> exists j :: 0 <= j < |s| && s[j] == i"), expr(f, "old(a[..]) == a[..]"), expr(f, "r <= n")}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := syntax.Parse(text)
		if err != nil || len(text) > 3000 {
			return
		}
		begin := time.Now()
		defer func() {
			if d := time.Since(begin); d > 20*time.Second {
				t.Errorf("this took %s", d)
			}
		}()
		in := New(p)
		for d := range p.All {
			in.Locals(d)
			traces, err := in.Observe(t.Context(), d, Options{Runs: 3, Tries: 20, MaxSteps: 2000})
			if errors.Is(err, errInternal) {
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			for _, list := range traces.Before {
				for _, s := range list[:min(len(list), 2)] {
					_, _ = s.Ints(), s.String()
					for _, e := range conditions {
						if _, err := s.Holds(e); errors.Is(err, errInternal) {
							t.Fatal(err)
						}
					}
				}
			}
		}
	})
}

// BenchmarkHolds is one candidate in one state.
func BenchmarkHolds(b *testing.B) {
	text := `method M(a: array<int>, n: nat) returns (s: int) { s := 0; var i := 0; while i < a.Length { s := s + a[i]; i := i + 1; } }`
	traces := observe(b, text, "M")
	for _, condition := range []string{"0 <= i <= a.Length", "forall j :: 0 <= j < i ==> a[j] <= s", "forall j, k :: 0 <= j < k < a.Length ==> a[j] <= a[k]", "a[i] == 0", "multiset(a[..]) == old(multiset(a[..]))"} {
		b.Run(condition, func(b *testing.B) {
			e := expr(b, condition)
			list := traces.Loops[strings.Index(text, "while")]
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, _ = list[i%len(list)].Holds(e)
			}
		})
	}
}

// BenchmarkObserve is one method.
func BenchmarkObserve(b *testing.B) {
	p := parse(b, `method M(a: array<int>, n: nat) returns (s: int) { s := 0; var i := 0; while i < a.Length { s := s + a[i]; i := i + 1; } }`)
	d := method(b, p, "M")
	for b.Loop() {
		if _, err := New(p).Observe(b.Context(), d, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
