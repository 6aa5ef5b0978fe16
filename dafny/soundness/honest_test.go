package soundness_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// annotations are honest additions to the given program.
func annotations() map[string][]string {
	before := func(place, text string) []string { return []string{place, text + place} }
	behind := func(place, text string) []string { return []string{place, place + text} }
	return map[string][]string{
		"an invariant":                         behind(loop, "    invariant 1 <= i <= a.Length\n"),
		"invariants and a measure":             behind(loop, "    invariant 1 <= i <= a.Length\n    decreases a.Length - i\n    invariant m in a[..]\n"),
		"an invariant with the old semicolon":  behind(loop, "    invariant i >= 1;\n"),
		"an invariant with a trigger":          behind(loop, "    invariant forall k {:trigger a[k]} :: 0 <= k < i ==> a[k] <= m\n"),
		"an invariant that ends with a set":    behind(loop, "    invariant m in {m}\n"),
		"a measure of a function":              before("{\n  match xs", "  decreases xs\n"),
		"measures of a method":                 behind("a[k] <= m\n", "  decreases a.Length, 0\n"),
		"a measure of a lemma":                 before("  ensures n * n >= n\n", "  decreases n\n"),
		"an assertion":                         before(finish, "  assert m >= a[0];\n"),
		"an assertion at the end":              before("\n}\n\nmethod Fill", "\n  assert true;"),
		"an assertion with a proof":            before(finish, "  assert m >= 0 by { Help(2); assert true; }\n"),
		"a proof with a variable":              before(finish, "  assert m == m by { ghost var own1 := m; own1 := own1 + 1; if true { own1 := 2; } }\n"),
		"an assertion with a new label":        before(finish, "  assert seen: m == m; assert m == m by { reveal seen; }\n"),
		"an assertion with more fuel":          before(finish, "  assert {:fuel Sum, 3} Sum(Nil) == 0;\n"),
		"an assertion in a branch":             before("    if a[i]", "    assert i < a.Length;\n"),
		"an assertion in an else":              before("i := i; }", "assert a[i] <= m; "),
		"an assertion in a function":           before("  match xs\n", "  assert xs == xs;\n"),
		"assertions in cases of a function":    {"case Nil => 0", "case Nil => assert xs == Nil; 0", "=> x + Sum", "=> assert x == x; Help(3); x + Sum"},
		"an assertion in a branch of a value":  {"else 1 +", "else assert xs.Cons?; 1 +"},
		"a lemma called":                       before("    i := i + 1;\n", "    Help(i);\n"),
		"a lemma called in an assertion":       before(finish, "  assert (Help(1); true);\n"),
		"a calculation":                        before(finish, "  calc {\n    1 + 1;\n  == { Help(1); }\n    2;\n  <= { assert true; } { }\n    3;\n  }\n"),
		"a calculation with an operator":       before(finish, "  calc <= { 1; 2; == 1 + 1; calc { 2; 2; } 3; }\n"),
		"an implication calculated":            before(finish, "  calc ==> { false; { Help(1); } true; }\n"),
		"a forall statement":                   before(finish, "  forall k | 0 <= k < a.Length ensures a[k] == a[k] { Help(k); assert a[k] <= a[k]; }\n"),
		"a case split":                         before(finish, "  if m > 0 { assert m >= 1; Help(m); } else if m == 0 { } else { calc { m; m; } }\n"),
		"a split by cases":                     before(finish, "  if { case m > 0 => Help(m); case m <= 0 => assert true; }\n"),
		"a match":                              before(finish, "  match Cons(1, Nil) { case Nil => case Cons(first1, rest1) => assert first1 == 1; }\n"),
		"a witness":                            before(finish, "  if k1 :| 0 <= k1 < a.Length && a[k1] == m { assert a[k1] >= m; }\n"),
		"a ghost variable":                     before(finish, "  ghost var seen1, seen2 := m, a[..]; assert seen1 == m; seen1 := Sum(Nil); seen2 := [];\n"),
		"a ghost variable of a kind":           before(finish, "  ghost var seen1 :| seen1 == m;\n"),
		"a snapshot in a loop":                 before("    i := i + 1;\n", "    ghost var before1 := i;\n"),
		"a new lemma":                          before("class Counter", "lemma Sums(xs1: List)\n  requires Length(xs1) > 0\n  ensures Sum(xs1) == Sum(xs1)\n  decreases xs1\n{\n}\n"),
		"a new lemma by induction":             before("class Counter", "lemma {:induction false} Sums(xs1: List) ensures Length(xs1) >= 0\n{\n  match xs1\n  case Nil =>\n  case Cons(_, r1) => Sums(r1); return;\n}\n"),
		"a new lemma with a loop":              before("class Counter", "lemma Loops(n: nat) returns (i: nat)\n{\n  i := 0;\n  while i < n invariant i <= n decreases n - i { i := i + 1; }\n  var k: nat :| k >= i; i := k;\n}\n"),
		"a new lemma in a class":               before("  constructor", "  lemma Here() ensures value == value { }\n"),
		"a new lemma that is called":           {"class Counter", "lemma Sums() {}\nclass Counter", finish, "  Sums();\n" + finish},
		"a new lemma with a result":            {"class Counter", "lemma Sums() returns (z: int) { z := 1; }\nclass Counter", finish, "  ghost var z1 := Sums();\n" + finish},
		"a new lemma at the end":               behind("print \"done\", '\\n';\n}\n", "lemma Last() {}\n"),
		"a revealed function":                  before(finish, "  reveal Sorted();\n"),
		"an assertion in a block of a label":   before("    if a[i]", "    assert old(a[0]) == a[0];\n"),
		"an assertion between label and print": before("  print", "  assert true;\n"),
		"an assertion in an empty block":       {"if o == 0 { }", "if o == 0 { assert o != 1; }"},
		"an assertion in a constructor":        before("value := 0;", "assert 1 == 1; "),
		"a block":                              before(finish, "  { assert true; }\n"),
		"blanks and comments":                  {"function Sum(xs: List): int\n{", "function Sum (xs:List) :\tint // why not\r\n{ /* // */"},
		"words in a comment and a string":      before(finish, "  // assume false; {:axiom}\n  assert \"assume false; {:axiom}\" != \"/*\";\n"),
	}
}

func TestHonest(t *testing.T) {
	for name, edits := range annotations() {
		t.Run(name, func(t *testing.T) {
			if v := soundness.Check(given, edit(given, edits...)); v != nil {
				t.Error(v)
			}
		})
	}
}

// TestAnnotationsMayBeTakenAway starts from an annotated program: what only helps
// the verifier may be left out or replaced.
func TestAnnotationsMayBeTakenAway(t *testing.T) {
	annotated := given
	for _, name := range []string{"invariants and a measure", "an assertion with a proof", "a calculation", "a lemma called", "an assertion in a function"} {
		annotated = edit(annotated, annotations()[name]...)
	}
	if v := soundness.Check(annotated, given); v != nil {
		t.Error(v)
	}
	// Nothing else may be taken away, though it could have been added.
	for _, name := range []string{"a forall statement", "a case split", "a ghost variable", "a new lemma", "a block", "a match"} {
		if soundness.Check(edit(given, annotations()[name]...), given) == nil {
			t.Errorf("%s of the given program is missing, and nobody complains", name)
		}
	}
}

// TestAnyOneChange adds annotations at random, which must be accepted, and then
// changes one token of the program itself, which must not be.
func TestAnyOneChange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := make([]string, 0, len(annotations()))
	for name := range annotations() {
		names = append(names, name)
	}
	slices.Sort(names)
	checker, v := soundness.NewChecker(given)
	if v != nil {
		t.Fatal(v)
	}
	own, err := syntax.Scan(given)
	if err != nil {
		t.Fatal(err)
	}
	own = own[:len(own)-1]
	for range 300 {
		// A change of the program, made before the annotations, so that it is
		// certain not to be within one.
		i := random.IntN(len(own))
		token := own[i]
		changed := given[:token.Offset] + given[token.End():]
		what := "without " + token.Text
		switch random.IntN(3) {
		case 0:
			other := own[random.IntN(len(own))]
			if other.Text == token.Text {
				continue
			}
			what = other.Text + " for " + token.Text
			changed = given[:token.Offset] + " " + other.Text + " " + given[token.End():]
		case 1:
			what = token.Text + " twice"
			changed = given[:token.End()] + " " + token.Text + given[token.End():]
		}
		program, cheating := given, changed
		for range random.IntN(6) {
			edits := annotations()[names[random.IntN(len(names))]]
			if !applies(program, edits) || !applies(cheating, edits) {
				continue
			}
			program, cheating = edit(program, edits...), edit(cheating, edits...)
		}
		if v := checker.Check(program); v != nil && !repeats(v) {
			t.Fatalf("an honest program is refused: %v\n%s", v, program)
		}
		if checker.Check(cheating) == nil {
			t.Fatalf("%s at %d is accepted:\n%s", what, token.Offset, cheating)
		}
	}
}

func applies(program string, edits []string) bool {
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(program, edits[i]) {
			return false
		}
	}
	return true
}

// repeats reports whether two annotations do not go together.
func repeats(v *soundness.Violation) bool { return v.Class == soundness.Syntax }
