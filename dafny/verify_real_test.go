package dafny

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// deceits are programs that a plain Dafny verifies, and that are not the given
// ones with annotations.
var deceits = []struct{ name, given, candidate, class string }{
	{
		"assume", "method A() ensures false { }",
		"method A() ensures false { assume false; }", "forbidden",
	},
	{
		"assume in a proof", "method B() ensures false { }",
		"method B() ensures false { assert false by { assume false; } }", "forbidden",
	},
	{
		"assume that there is a value", "method C() ensures false { }",
		"method C() ensures false { ghost var c :| assume c < 0 && c > 0; }", "forbidden",
	},
	{
		"assume behind a carriage return", "method D() ensures false { }",
		"method D() ensures false { // all is well \r assume false;\n}", "forbidden",
	},
	{
		"a lemma without a body", "method E() ensures false { }",
		"lemma NoBody() ensures false\nmethod E() ensures false { NoBody(); }", "forbidden",
	},
	{
		"an axiom", "method F() ensures false { }",
		"lemma {:axiom} Axiom() ensures false\nmethod F() ensures false { Axiom(); }", "forbidden",
	},
	{
		"not verified", "method G() ensures false { }",
		"method {:verify false} G() ensures false { }", "forbidden",
	},
	{
		"a lemma that is not verified", "method H() ensures false { }",
		"lemma {:verify false} Trust() ensures false { }\nmethod H() ensures false { Trust(); }", "forbidden",
	},
	{
		"somebody else's", "method I() ensures false { }",
		"method {:extern \"I\"} I() ensures false", "forbidden",
	},
	{
		"no end", "method J() ensures false { }",
		"method J() ensures false decreases * { while true decreases * { } }", "forbidden",
	},
	{
		"a forall statement without a body", "method K() ensures false { }",
		"method K() ensures false { forall k: int ensures k < k; assert 1 < 1; }", "forbidden",
	},
	{
		"a specification that the preprocessor takes away", "method L() returns (r: int)\n  ensures r > 0\n{ r := 0; }",
		"method L() returns (r: int)\n/*\n#if NEVER\n*/\n  ensures r > 0\n/*\n#endif\n*/\n{ r := 0; }", "forbidden",
	},
	{
		"an expression that is regrouped", "function M(a: int, b: int, c: int): int ensures M(a, b, c) == a - (b + c) { a - b + c }",
		"function M(a: int, b: int, c: int): int ensures M(a, b, c) == a - (b + c) { a - assert true; b + c }", "statement_changed",
	},
	{
		// Dafny 2.3 takes the value that the proof gives to x for that behind it.
		"a proof that changes what it is about", "method S() ensures false { }",
		"method S() ensures false { ghost var x := 0; assert x == 1 by { x := 1; } }", "forbidden",
	},
	{
		"a weaker specification", "method N() returns (n: int) ensures n > 0 { n := 0; }",
		"method N() returns (n: int) ensures n >= 0 { n := 0; }", "statement_changed",
	},
	{
		"other code", "method O() returns (n: int) ensures n > 0 { n := 0; }",
		"method O() returns (n: int) ensures n > 0 { n := 0; n := 1; }", "forbidden",
	},
	{
		"a method called for a ghost variable", "class P { var p: int method Set() modifies this ensures p == 1 { p := 1; } method Get() modifies this ensures p == 1 { } }",
		"class P { var p: int method Set() modifies this ensures p == 1 { p := 1; } method Get() modifies this ensures p == 1 { Set(); } }", "forbidden",
	},
	{
		"a hidden name", "class Q { var q: int method Set() modifies this ensures q == 1 { q := 0; } }",
		"class Q { var q: int method Set() modifies this ensures q == 1 { var q := 0; q := 0; this.q := 1; } }", "forbidden",
	},
	{
		// The assertion makes a bit-vector of r, so that 200 + 100 is 44.
		"an inferred type", "method R() returns (n: int) ensures n < 256 { var r := 200; r := r + 100; n := r as int; }",
		"method R() returns (n: int) ensures n < 256 { var r := 200; r := r + 100; assert r == r + (0 as bv8); n := r as int; }", "statement_changed",
	},
}

// plainDafny runs Dafny as a user would, and returns the numbers in its last line.
func plainDafny(t *testing.T, found Found, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plain.dfy")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append(found.Command[1:len(found.Command):len(found.Command)], "/compile:0", "/timeLimit:30", file)
	out, err := process.Run(t.Context(), process.Options{Path: found.Command[0], Args: args, TimeLimit: 5 * time.Minute}, nil, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`finished with (\d+ verified, \d+ errors?)`).FindStringSubmatch(string(out.Stdout))
	if m == nil {
		t.Fatalf("no last line: %s", out.Stdout)
	}
	return m[1]
}

// TestRealDeceits: Dafny by itself has no complaint about any of these, and the
// verifier refuses them all.
func TestRealDeceits(t *testing.T) {
	found := realDafny(t)
	var given, candidates strings.Builder
	for _, d := range deceits {
		given.WriteString(d.given + "\n")
		candidates.WriteString(d.candidate + "\n")
	}
	if found.Protocol == LineServer {
		if got := plainDafny(t, found, candidates.String()); !strings.HasSuffix(got, " verified, 0 errors") {
			t.Errorf("plain Dafny sees through one of them: %s", got)
		}
		if got := plainDafny(t, found, given.String()); strings.HasSuffix(got, " 0 errors") {
			t.Errorf("the given programs need no deceit: %s", got)
		}
	}
	v := NewVerifier(found, VerifyConfig{})
	for _, d := range deceits {
		t.Run(d.name, func(t *testing.T) {
			verdict, err := v.Verify(t.Context(), claim(d.given, d.candidate))
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Accepted || verdict.Class != d.class || verdict.Reason == "" {
				t.Errorf("got %v, %q, %q", verdict.Accepted, verdict.Class, verdict.Reason)
			}
		})
	}
}

// bare is a program that needs annotations, and honest has them.
const bare = `datatype List = Nil | Cons(head: int, tail: List)

function Append(xs: List, ys: List): List
{
  match xs
  case Nil => ys
  case Cons(x, rest) => Cons(x, Append(rest, ys))
}

function Reverse(xs: List): List
{
  match xs
  case Nil => Nil
  case Cons(x, rest) => Append(Reverse(rest), Cons(x, Nil))
}

method Sum(n: nat) returns (s: nat)
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

lemma Twice(xs: List)
  ensures Reverse(Reverse(xs)) == xs
{
}
`

var honest = strings.NewReplacer(
	"  while i < n\n", "  while i < n\n    invariant 0 <= i <= n\n    invariant 2 * s == i * (i + 1)\n    decreases n - i\n",
	"    s := s + i;\n", "    s := s + i;\n    ghost var seen := s;\n    assert seen == s;\n",
	"lemma Twice(xs: List)\n  ensures Reverse(Reverse(xs)) == xs\n{\n", `lemma ReverseAppend(xs: List, ys: List)
  ensures Reverse(Append(xs, ys)) == Append(Reverse(ys), Reverse(xs))
{
  match xs
  case Nil => AppendNil(Reverse(ys));
  case Cons(x, rest) =>
    calc {
      Reverse(Append(xs, ys));
    == { ReverseAppend(rest, ys); }
      Append(Append(Reverse(ys), Reverse(rest)), Cons(x, Nil));
    == { AppendAssoc(Reverse(ys), Reverse(rest), Cons(x, Nil)); }
      Append(Reverse(ys), Reverse(xs));
    }
}

lemma AppendNil(xs: List)
  ensures Append(xs, Nil) == xs
{
}

lemma AppendAssoc(xs: List, ys: List, zs: List)
  ensures Append(Append(xs, ys), zs) == Append(xs, Append(ys, zs))
{
}

lemma Twice(xs: List)
  ensures Reverse(Reverse(xs)) == xs
{
  match xs {
    case Nil =>
    case Cons(x, rest) => ReverseAppend(Reverse(rest), Cons(x, Nil));
  }
`,
).Replace(bare)

func TestRealVerdicts(t *testing.T) {
	v := NewVerifier(realDafny(t), VerifyConfig{TimeLimit: 60 * time.Second})
	for _, test := range []struct {
		name, given, candidate string
		class, reason          string // of a refusal
		axioms                 string
	}{
		{"honest annotations", bare, honest, "", "", ""},
		{"what the program itself assumes", "lemma {:axiom} A(n: nat) ensures n < 9\nmethod M(n: nat) ensures n < 9 { }\n", "lemma {:axiom} A(n: nat) ensures n < 9\nmethod M(n: nat) ensures n < 9 { A(n); }\n", "", "", "{:axiom} lemma A at 1:9; lemma A without a body at 1:16"},
		{"not enough annotations", twoMethods, twoMethods, "unproved", "was not verified", ""},
		{"a false assertion", sumProgram, strings.Replace(sumProgram, "  s := 0;", "  s := 0;\n  assert i == 1;", 1), "unproved", "6:12: error: assertion violation", ""},
		{"an unknown name", sumProgram, strings.Replace(sumProgram, "  s := 0;", "  s := 0;\n  assert k == 1;", 1), "prover_error", "6:10: error:", ""},
		{"a type that an annotation would decide", "method M() { var x := {}; }", "method M() { var x := {}; assert x <= {1}; }", "prover_error", "in the given program", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdict, err := v.Verify(t.Context(), claim(test.given, test.candidate))
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Accepted != (test.class == "") || verdict.Class != test.class || !strings.Contains(verdict.Reason, test.reason) {
				t.Errorf("got %v, %q, %q", verdict.Accepted, verdict.Class, verdict.Reason)
			}
			if axioms := strings.Join(verdict.Axioms, "; "); !strings.HasPrefix(axioms, test.axioms) || test.axioms == "" && axioms != "" {
				t.Errorf("axioms: %q", axioms)
			}
			if test.class == "unproved" && len(verdict.Messages) == 0 {
				t.Error("no messages")
			}
		})
	}
}

func TestRealVerifierIsBounded(t *testing.T) {
	found := realDafny(t)
	given := strings.Replace(hardProgram, "{:timeLimit 600} ", "", 1)
	for name, config := range map[string]VerifyConfig{"a verification condition": {TimeLimit: time.Second}, "all": {Wall: 2 * time.Second}} {
		verdict, err := NewVerifier(found, config).Verify(t.Context(), provers.Claim{Problem: provers.Problem{Statement: given}, Proof: given})
		if err != nil || verdict.Accepted || verdict.Class != "timed_out" {
			t.Errorf("%s: got %+v, %v", name, verdict, err)
		}
	}
}
