package soundness_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

func TestTactic(t *testing.T) {
	c := soundness.NewChecker(provers.Problem{
		Preamble: "theorem s1 : 1 = 2 := by sorry\n", Statement: "theorem t : 1 = 1",
	})
	for _, text := range []string{"simp", "induction n with\n| zero => rfl\n| succ n ih => simp", "exact (foo", "rcases h with ⟨a"} {
		if v := c.Tactic(text); v != nil {
			t.Errorf("%q is refused: %v", text, v)
		}
	}
	for _, text := range []string{"sorry", "exact s1", "native_decide", "simp\n#eval 1", "", "exact?", "rfl /-"} {
		if c.Tactic(text) == nil {
			t.Errorf("%q passes", text)
		}
	}
	broken := soundness.NewChecker(provers.Problem{Preamble: "/-", Statement: "theorem t : 1 = 1"})
	if broken.Tactic("rfl") == nil {
		t.Error("a tactic passes though the problem cannot be read")
	}
}

func TestViolationHasItsPlace(t *testing.T) {
	v := soundness.CheckProof(provers.Problem{Statement: "theorem t : 1 = 1"}, "by\n  have ε : a := foo\n  exact (ε sorry)")
	if v == nil || v.Line != 3 || v.Column != 12 || v.Excerpt != "sorry" {
		t.Fatalf("got %+v", v)
	}
	if want := `line 3, column 12: "sorry": sorry leaves the proof incomplete`; v.Error() != want {
		t.Errorf("got %q, want %q", v.Error(), want)
	}
}

func TestCheckStatement(t *testing.T) {
	base := provers.Problem{Preamble: "open Nat\n", Statement: "theorem t (ε : Nat) : ε = ε", Closing: "\n\nend A\n"}
	if v := soundness.CheckStatement(base, base); v != nil {
		t.Fatalf("a problem differs from itself: %v", v)
	}
	for name, test := range map[string]struct {
		edit         func(*provers.Problem)
		line, column int
		excerpt      string
	}{
		"statement":     {func(p *provers.Problem) { p.Statement = "theorem t (ε : Nat) : ε = 0" }, 2, 27, "0"},
		"one code unit": {func(p *provers.Problem) { p.Statement = "theorem t (δ : Nat) : ε = ε" }, 2, 12, "δ : Nat) : ε = ε"},
		"shorter":       {func(p *provers.Problem) { p.Statement = "theorem t (ε : Nat) : ε =" }, 2, 26, "(end of text)"},
		"longer":        {func(p *provers.Problem) { p.Statement += " ∨ True" }, 2, 28, " ∨ True"},
		"preamble":      {func(p *provers.Problem) { p.Preamble = "open Int\n" }, 1, 6, "Int…"},
		"dropped end":   {func(p *provers.Problem) { p.Closing = "" }, 0, 0, "(end of text)"},
		"border":        {func(p *provers.Problem) { p.Preamble += "theorem"; p.Statement = p.Statement[7:] }, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			claimed := base
			test.edit(&claimed)
			v := soundness.CheckStatement(base, claimed)
			if v == nil {
				t.Fatal("no difference was found")
			}
			if v.Class != soundness.ClassStatement || v.Line != test.line || v.Column != test.column || v.Excerpt != test.excerpt {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestCheckAgainst(t *testing.T) {
	const original = "import A\nnamespace N\n/-- one -/\ntheorem a : 1 = 1 := by\n  sorry -- later\n\nlemma b : 2 = 2 := rfl\n" +
		"theorem c : 3 = 3 := sorry\nend N\n"
	const proved = "import A\nnamespace N\n/-- one -/\ntheorem a : 1 = 1 := by\n  simp\n  rfl -- later\n\nlemma b : 2 = 2 := rfl\n" +
		"theorem c : 3 = 3 := by decide\nend N\n"
	parse := func(text string) source.File {
		t.Helper()
		f, err := source.ParseFile("f.lean", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	claims, v := soundness.CheckAgainst(parse(original), parse(proved))
	if v != nil {
		t.Fatalf("refused: %v", v)
	}
	if len(claims) != 2 || claims[0].Proof != "by\n  simp\n  rfl" || claims[1].Proof != "by decide" || claims[1].Problem.Name != "N.c" {
		t.Fatalf("got %+v", claims)
	}
	for _, edit := range [][2]string{
		{"1 = 1", "1 = 2"}, {"import A", "import B"}, {"end N\n", ""}, {"end N\n", "end N\naxiom x : False\n"},
		{"lemma b : 2 = 2 := rfl", "lemma b : 2 = 2 := by simp"}, {"theorem c : 3 = 3 := by decide", "-- gone"},
		{"  rfl -- later", "  rfl\naxiom x : False -- later"}, {"-- later", ""}, {"theorem c", "theorem d"},
	} {
		changed := strings.Replace(proved, edit[0], edit[1], 1)
		if claims, v := soundness.CheckAgainst(parse(original), parse(changed)); v == nil {
			t.Errorf("%q for %q is not noticed: %+v", edit[1], edit[0], claims)
		} else if v.Class != soundness.ClassStatement {
			t.Errorf("%q for %q: class %s", edit[1], edit[0], v.Class)
		}
	}
	_, v = soundness.CheckAgainst(parse(original), parse(strings.Replace(proved, "3 = 3", "3 = 4", 1)))
	if v == nil || v.Line != 8 || v.Column != 17 {
		t.Errorf("the difference is placed at %+v, want 8:17", v)
	}
	if claims, v := soundness.CheckAgainst(parse(original), parse(original)); v != nil || len(claims) != 2 || claims[1].Proof != "sorry" {
		t.Errorf("an unchanged file must yield claims that fail by their sorry: %+v %v", claims, v)
	}
}

func TestCheckPreamble(t *testing.T) {
	for text, want := range map[string]string{ // "!" marks what is relative
		"import Mathlib\nopen Nat Real\nset_option maxHeartbeats 400000\nset_option pp.all true\n": "",
		"axiom ax : False\n":                                               "axiom!",
		"notation \"ℕ\" => Nat\n":                                          "notation",
		"local infixl:65 \" + \" => foo\n":                                 "notation",
		"macro \"x\" : tactic => `(tactic| sorry)\n":                       "macro sorry!",
		"instance : Foo := ⟨1⟩\n":                                          "instance",
		"#eval 1\n":                                                        "hash_command",
		"set_option autoImplicit true\n":                                   "option",
		"set_option debug.skipKernelTC true\n":                             "option!",
		"set_option warn.sorry false\n":                                    "option!",
		"set_option Elab.async false in\ndef x := 1":                       "option!",
		"set_option foo.bar 1\n":                                           "option",
		"@[implemented_by f] def g := 1\n":                                 "unsound_name!",
		"@[extern \"c\"] def g := 1\n":                                     "compiled_code!",
		"unsafe def g := 1\n":                                              "unsafe!",
		"theorem a : 1 = 1 := by sorry\n":                                  "sorry",
		"@[simp] theorem a : 1 = 1 := by sorry\n":                          "sorry!",
		"def a : Nat := sorry\n":                                           "sorry!",
		"instance : Foo := sorry\n":                                        "instance sorry!",
		"theorem a : 1 = 1 := by native_decide\n":                          "unsound_name!",
		"run_cmd foo\n":                                                    "code! unsound_name!",
		"elab \"x\" : tactic => foo\n":                                     "code!",
		"theorem a : 1 = 1 := by -- axiom sorry\n":                         "",
		"theorem a : 1 = 1 := sorry\ntheorem b : 1 = 1 := a\n":             "sorry sorry",
		"theorem a : 1 = 1 := sorry\n@[simp] theorem b : 1 = 1 := a\n":     "sorry sorry!",
		"theorem a : 1 = 1 := sorry\nattribute [simp] a\n":                 "sorry sorry!",
		"example : 1 = 1 := sorry\n":                                       "sorry",
		"theorem a : 1 = 1 := sorry\ntheorem b : 1 = 1 := rfl\n#print a\n": "sorry hash_command",
		"/- oh": "unreadable!",
		"theorem a : 1 = 1 := rfl\naxiom b : 1 = 2\n": "axiom!",
	} {
		findings := soundness.CheckPreamble(provers.Problem{Preamble: text})
		var got []string
		relative := false
		for _, f := range findings {
			rule := f.Rule
			if f.Relative {
				rule, relative = rule+"!", true
			}
			got = append(got, rule)
			if f.Line == 0 || f.Reason == "" {
				t.Errorf("%q: finding without a place or reason: %v", text, f)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %q", text, findings, want)
		}
		if soundness.Relative(findings) != relative {
			t.Errorf("%q: Relative is wrong", text)
		}
	}
}

func TestCheckMessages(t *testing.T) {
	m := func(severity, text string, line int) soundness.Message {
		return soundness.Message{Severity: severity, Text: text, Line: line}
	}
	for name, test := range map[string]struct {
		messages []soundness.Message
		complete bool
		want     string
	}{
		"nothing":             {nil, true, ""},
		"nothing and no end":  {nil, false, "prover_error/no_end"},
		"sorry, old quotes":   {[]soundness.Message{m("warning", "declaration uses 'sorry'", 10)}, true, "sorry/sorry_message"},
		"sorry, new quotes":   {[]soundness.Message{m("warning", "declaration uses `sorry`", 12)}, true, "sorry/sorry_message"},
		"sorry, no quotes":    {[]soundness.Message{m("warning", "declaration uses sorry", 0)}, true, "sorry/sorry_message"},
		"sorry, broken line":  {[]soundness.Message{m("warning", "declaration uses\n  'sorry'", 0)}, true, "sorry/sorry_message"},
		"sorryAx":             {[]soundness.Message{m("information", "'t' depends on axioms: [sorryAx]", 11)}, true, "sorry/sorry_message"},
		"sorry in preamble":   {[]soundness.Message{m("warning", "declaration uses 'sorry'", 9)}, true, ""},
		"error in preamble":   {[]soundness.Message{m("error", "unknown identifier", 1)}, true, "prover_error/error"},
		"error before sorry":  {[]soundness.Message{m("warning", "declaration uses 'sorry'", 10), m("error", "x", 11)}, true, "prover_error/error"},
		"linter":              {[]soundness.Message{m("warning", "unused variable `h_sorry`\n[linter.unusedVariables]", 10)}, true, ""},
		"suggestion":          {[]soundness.Message{m("information", "Try this: simp", 10)}, true, ""},
		"unknown severity":    {[]soundness.Message{m("fatal", "x", 10)}, true, "prover_error/severity"},
		"linter but no end":   {[]soundness.Message{m("warning", "unused variable", 10)}, false, "prover_error/no_end"},
		"sorry but no end":    {[]soundness.Message{m("warning", "declaration uses 'sorry'", 10)}, false, "sorry/sorry_message"},
		"names with sorry in": {[]soundness.Message{m("information", "sorryFree : Prop", 10)}, true, ""},
	} {
		got := ""
		if v := soundness.CheckMessages(test.messages, 10, test.complete); v != nil {
			got = v.Class + "/" + v.Rule
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestAxioms(t *testing.T) {
	for message, want := range map[string][]string{
		"'foo' depends on axioms: [propext, Classical.choice, Quot.sound]":       {"propext", "Classical.choice", "Quot.sound"},
		"'Foo.h'' depends on axioms: [propext,\n Classical.choice,\n sorryAx]\n": {"propext", "Classical.choice", "sorryAx"},
		"'foo' does not depend on any axioms":                                    {},
		"'t' depends on axioms: [t._native.native_decide.ax_1]":                  {"t._native.native_decide.ax_1"},
	} {
		got, err := soundness.Axioms(message)
		if err != nil || got == nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v", message, got, err)
		}
	}
	for _, message := range []string{
		"", "foo", "unknown constant 'foo'", "'foo' depends on axioms: [propext", "'foo' depends on axioms: []",
		"'foo' depends on axioms: [a,, b]", "'foo' does not depend on any axioms'bar' depends on axioms: [x]",
		"'' does not depend on any axioms", "'a' depends on axioms: [x] 'b' depends on axioms: [y]",
	} {
		if got, err := soundness.Axioms(message); err == nil {
			t.Errorf("%q: got %q, want an error", message, got)
		}
	}
	if v := soundness.CheckAxioms([]string{"propext", "Classical.choice", "Quot.sound"}); v != nil {
		t.Errorf("the library's axioms are refused: %v", v)
	}
	if v := soundness.CheckAxioms([]string{"mine", "propext"}, "mine"); v != nil {
		t.Errorf("the preamble's axiom is refused: %v", v)
	}
	for axiom, class := range map[string]string{
		"sorryAx": soundness.ClassSorry, "Lean.ofReduceBool": soundness.ClassAxiom, "Lean.trustCompiler": soundness.ClassAxiom,
		"t._native.native_decide.ax_1": soundness.ClassAxiom, "Propext": soundness.ClassAxiom,
	} {
		if v := soundness.CheckAxioms([]string{"propext", axiom}); v == nil || v.Class != class {
			t.Errorf("%s: got %v", axiom, v)
		}
	}
}

// FuzzCheckProof looks for panics, and for an accepted proof that holds the word
// sorry outside of strings and comments.
func FuzzCheckProof(f *testing.F) {
	for _, s := range []string{"by simp", "by\n  exact «a».b 'x' \"s\"", "s!\"{x}\"", "open A in simp", "set_option a b in c", "(a).b"} {
		f.Add("", "theorem t : 1 = 1", s)
		f.Add("open A\n", "theorem t : 1 = 1", s+" sorry")
	}
	f.Fuzz(func(t *testing.T, preamble, statement, proof string) {
		v := soundness.CheckProof(provers.Problem{Preamble: preamble, Statement: statement}, proof)
		if v != nil {
			return
		}
		tokens, err := source.Scan("", proof)
		if err != nil {
			t.Fatalf("accepted what cannot be read: %q", proof)
		}
		for _, token := range tokens {
			if token.Is("sorry") {
				t.Fatalf("accepted %q", proof)
			}
		}
	})
}
