package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

// pair is a record of a program and its ground truth.
func pair(program, truth string) Record {
	r := dafnyRecord("r", program, truth)
	r.Prover = ForDafny
	return r
}

// loop is a method with a loop that has these clauses, and statements behind it.
func loop(clauses, behind string) string {
	return "method M(s: seq<int>, t: set<int>)\n  requires |s| > 0\n{\n  var i := 0;\n  while i < |s|\n" + clauses + "  {\n    i := i + 1;\n  }\n" + behind + "}\n"
}

func TestLintDafny(t *testing.T) {
	yes := true
	bare := loop("", "")
	for _, c := range []struct {
		name   string
		record Record
		want   []string // "rule/severity"
	}{
		{"one assert", pair(bare, loop("", "  assert i == |s|;\n")), nil},
		{"comments and blanks", pair("/* one */ lemma  L() { }", "lemma L() { // two\n  assert true;\n}"), nil},
		{"one invariant", pair(bare, loop("    invariant i <= |s|\n", "")), nil},
		{"a clause that ends in a bar or a set", pair(bare, loop("    invariant i <= |s|\n    invariant t - {i} != {}\n    invariant i in t ==> t == {i}\n    invariant t == set x | x in t\n", "")), nil},
		{"clauses with semicolons", pair(bare, loop("    invariant i <= |s|;\n    invariant 0 <= i;\n", "")), nil},
		{"a match in an invariant", pair(bare, loop("    invariant match i { case 0 => true case _ => i > 0 }\n", "")), nil},
		{"a proof", pair(bare, loop("", "  assert P(i) by {\n    assert i == |s|;\n  }\n")), nil},
		{"a label", pair(bare, loop("", "  assert A: i == |s|;\n")), nil},
		{"in an expression", pair("function F(x: int): int { x }", "function F(x: int): int { assert x == x; x }"), nil},
		{"in a calculation", pair("lemma L() { calc { 1; == { } 1; } }", "lemma L() { calc { 1; == { assert 1 == 1; } 1; } }"), nil},
		{"decreases clauses", pair(bare, loop("    decreases |s| - i\n", "")), []string{"decreases-removed/note"}},
		{"some hints left", pair(loop("    invariant 0 <= i\n", "  assert i > 0;\n"), loop("    invariant 0 <= i\n    invariant 0 <= i <= |s|\n", "  assert i > 0;\n  assert i > 0;\n")), []string{"hints-left/note"}},
		{"a proof without its assert", pair(loop("", "  assert P(i) by { }\n"), loop("", "  assert P(i) by { assert Q(i); }\n")), []string{"hints-left/note"}},
		{"no hints", pair(bare, "// the same\n"+bare), []string{"no-hints/note"}},
		{"half an invariant", pair(loop("      && i > 1\n", ""), loop("    invariant i > 0\n      && i > 1\n", "")), []string{"not-only-hints/error"}},
		{"half a proof", pair(loop("", "    Q(i);\n  }\n"), loop("", "  assert P(i) by {\n    Q(i);\n  }\n")), []string{"not-only-hints/error"}},
		{"a body behind a clause", pair("function F(n: nat): nat\n", "function F(n: nat): nat\n  decreases n { n }\n"), []string{"not-only-hints/error", "decreases-removed/note"}},
		{"a lemma call", pair(bare, loop("", "  L();\n")), []string{"not-only-hints/error"}},
		{"something more", pair(loop("", "  L();\n"), bare), []string{"not-only-hints/error"}},
		{"less than the ground truth", pair("lemma L() {}", "lemma L() {}\nlemma M() {}"), []string{"not-only-hints/error"}},
		{"an empty ground truth", pair("lemma L() {}", "// nothing"), []string{"not-only-hints/error"}},
		{"an assert without an end", pair("lemma L() { }", "lemma L() { assert true }"), []string{"not-only-hints/error"}},
		{"empty", pair("// omitted\n", "lemma L() { assert true; }"), []string{"empty-program/error"}},
		{"malformed", pair("lemma L() { /* }", "lemma L() { }"), []string{"malformed-program/error"}},
		{"a malformed ground truth", pair("lemma L() { }", "lemma L() { \" }"), []string{"malformed-program/error"}},
		{"no ground truth", pair("lemma L() { }", ""), []string{"no-reference/note"}},
		{"trusted", pair("include \"A.dfy\"\nmethod {:verify false} M() { assume 1 > 2; }\nmethod {:extern} N()\nlemma {:axiom} L()\n", ""),
			[]string{"no-reference/note", "assume/warning", "axiom/warning", "verify-false/warning", "extern/warning", "include/warning", "bodyless-lemma/warning"}},
		{"trusted by the ground truth alone", pair("lemma L() { }", "lemma L() { assert true by { assume false; } }"), []string{"assume/warning"}},
		{"not trusted", pair("method {:verify true} M() { var axiom := 1; } // assume {:axiom}\nlemma L()\n  ensures 1 in {1}\n  decreases *\n{ }", ""), []string{"no-reference/note"}},
		{"proved as it stands", Record{Name: "r", Prover: ForDafny, Prove: &provers.Problem{Statement: "lemma L() { }"}, Dafny: &DafnyFacts{VerifiesWithoutHints: &yes}},
			[]string{"no-reference/note", "proved-as-it-stands/note"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range Lint(c.record) {
				got = append(got, fmt.Sprintf("%s/%s", f.Rule, f.Severity))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestLintDafnyMessages(t *testing.T) {
	for _, c := range []struct {
		record Record
		want   string
	}{
		{pair("lemma L()\n{\n  assume 1 > 2; assume 2 > 3;\n  assume false;\n}\n", ""), "the program has assume on lines 3, 4"},
		{pair("lemma L() { }", "lemma L() {\n  assert true by { assume false; }\n}"), "the ground truth has assume on line 2"},
		{pair(loop("      && i > 1\n", ""), loop("    invariant i > 0\n      && i > 1\n", "")), `the program has "&&" on line 6 where the ground truth has "invariant" on line 6: more or less than whole hints was removed`},
		{pair("lemma L() {}", "lemma L() {}\n\nlemma M() {}\n"), `the program has the end on line 1 where the ground truth has "lemma" on line 3: more or less than whole hints was removed`},
		{pair("lemma L()\n/* {}", "lemma L() {}"), "the program, line 2: this comment has no end"},
		{pair(loop("", "  assert i > 0;\n"), loop("    invariant i > 0\n    decreases |s| - i\n", "  assert i > 0;\n")), "the program still has 1 of 2 asserts and invariants"},
		{pair(loop("", ""), loop("    decreases |s| - i\n", "")), "1 decreases clause was removed: asserts and invariants may not be all that is missing"},
	} {
		var got []string
		for _, f := range Lint(c.record) {
			got = append(got, f.Message)
		}
		if !slices.Contains(got, c.want) {
			t.Errorf("%q, want %q", strings.Join(got, "\n"), c.want)
		}
	}
}

// TestLintDafnyDuplicates checks that programs which differ in comments alone are
// the same, and empty ones are not.
func TestLintDafnyDuplicates(t *testing.T) {
	records := []Record{pair("lemma L() { }", ""), pair("lemma L()\n{ // the same\n}", ""), pair("lemma L() { L(); }", ""), pair("//", ""), pair("/* */", "")}
	for i := range records {
		records[i].Name = fmt.Sprintf("r%d", i)
	}
	var got []string
	for i, findings := range LintAll(records) {
		for _, f := range findings {
			if f.Rule == SameStatement {
				got = append(got, fmt.Sprintf("r%d: %s", i, f.Message))
			}
		}
	}
	if want := []string{"r1: its formal statement is that of r0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
