package soundness_test

import (
	"slices"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
)

func TestAssumptions(t *testing.T) {
	for program, want := range map[string][]string{
		given:                              {},
		"method M() {\n  assume 1 > 2;\n}": {"assume at 2:3"},
		"function F(x: int): int { assume x > 0; 1 }":                          {"assume at 1:27"},
		"method M() { var x :| assume x > 0; }":                                {"assume at 1:23"},
		"lemma {:axiom} L() ensures false":                                     {"{:axiom} lemma L at 1:9", "lemma L without a body at 1:16"},
		"module A {\n\tlemma L() ensures false\n}":                             {"lemma L without a body at 2:8"},
		"method {:verify false} M() { }":                                       {"{:verify} method M at 1:10"},
		"function {:extern} F(): int ensures F() > 0":                          {"{:extern} function F at 1:12", "function F without a body at 1:20"},
		"function F(): int":                                                    {}, // nothing is said of it
		"function method F(): int ensures F() == 1":                            {"function method F without a body at 1:17"},
		"method M() { while true invariant false }":                            {"while without a body at 1:14"},
		"method M() { forall x ensures P(x); }":                                {"forall without a body at 1:14"},
		"method M() decreases * { while true decreases * { } }":                {"decreases * (termination is not promised) at 1:12", "decreases * (termination is not promised) at 1:37"},
		"method M() free ensures false { }":                                    {"free at 1:12"},
		"include \"a.dfy\"":                                                    {"include at 1:1"},
		"trait T { method M() ensures false } abstract module A { lemma L() }": {},
		"class C { var expect: int method M() { this.expect := 1; } }":         {},
		"method M() { expect 1 == 2; }":                                        {"expect at 1:14"},
		"// assume false\nmethod M() { assert \"{:axiom}\" == \"assume\"; }\n": {},
		"@Axiom\nmethod M() { }":                                               {}, // see TestCheats for added ones
	} {
		list, err := soundness.Assumptions(program)
		if err != nil {
			t.Errorf("%s: %v", program, err)
			continue
		}
		got := []string{}
		for _, a := range list {
			got = append(got, a.String())
		}
		if !slices.Equal(got, want) || list == nil {
			t.Errorf("%s\n got %q\nwant %q", program, got, want)
		}
	}
	if _, err := soundness.Assumptions("/*"); err == nil {
		t.Error("an unreadable program assumes nothing")
	}
}

// TestInheritedAssumptionsStay: what the given program assumes must be there
// unchanged, at the same place, and nothing may be added to it.
func TestInheritedAssumptionsStay(t *testing.T) {
	const original = "lemma {:axiom} L(n: nat) ensures n > 1\nmethod M(n: nat) {\n  assume n > 2;\n  assert n > 2 by { assume false; }\n  while n > 0 invariant n > 2\n}\n"
	checker, v := soundness.NewChecker(original)
	if v != nil {
		t.Fatal(v)
	}
	if n := len(checker.Inherited()); n != 5 {
		t.Errorf("%d assumptions: %v", n, checker.Inherited())
	}
	if v := checker.Check(edit(original, "  assert", "  L(n);\n  assert")); v != nil {
		t.Error(v)
	}
	for _, edits := range [][]string{
		{"n > 2;", "n > 3;"}, {"  assume n > 2;\n", ""}, {"by { assume false; }", "by { assume n > 9; }"},
		{"  assert n > 2 by { assume false; }\n", ""}, {"invariant n > 2", "invariant n > 2 invariant false"},
		{"invariant n > 2", ""}, {"{:axiom} ", ""}, {"assume n > 2;\n", "assume n > 2; assume n > 2;\n"},
		{"  assume n > 2;\n  assert n > 2 by { assume false; }\n", "  assert n > 2 by { assume false; }\n  assume n > 2;\n"},
	} {
		if candidate := edit(original, edits...); checker.Check(candidate) == nil {
			t.Errorf("accepted:\n%s", candidate)
		}
	}
}
