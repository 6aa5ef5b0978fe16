package dataset

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// problem reads a text whose last declaration is a theorem.
func problem(t *testing.T, text string) provers.Problem {
	t.Helper()
	p, err := source.ParseProblem("test", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestToExistential(t *testing.T) {
	for _, c := range []struct{ name, text, preamble, statement, err string }{
		{"with binders", "open Nat\nabbrev t_answer : Nat := sorry\ndef f : Nat := 1\n\n/-- doc -/ theorem t (n : Nat) {m} (h : n = m) : n = t_answer",
			"open Nat\n\ndef f : Nat := 1\n\n", "/-- doc -/ theorem t :\n  ∃ (t_answer : Nat),\n  ∀ (n : Nat) {m} (h : n = m),\n  n = t_answer", ""},
		{"without binders", "abbrev t_answer : Set (Nat → Nat) := ∅\ntheorem t : t_answer = ∅", "\n", "theorem t :\n  ∃ (t_answer : Set (Nat → Nat)),\n  t_answer = ∅", ""},
		{"used before the theorem", "abbrev t_answer : Nat := sorry\ndef f : Nat := t_answer\ntheorem t : t_answer = f", "", "", "cannot become a variable"},
		{"mentioned in a comment only", "abbrev t_answer : Nat := sorry\n-- t_answer\ntheorem t : t_answer = 1", "\n-- t_answer\n", "theorem t :\n  ∃ (t_answer : Nat),\n  t_answer = 1", ""},
		{"a name in a namespace", "abbrev N.t_answer : Nat := sorry\ntheorem t : N.t_answer = 1", "", "", "cannot be that of a variable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := source.ParseAbbreviation(problem(t, c.text))
			if err != nil {
				t.Fatal(err)
			}
			p, err := ToExistential(a)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Preamble != c.preamble || p.Statement != c.statement || p.Kind != provers.Find {
				t.Errorf("%+v", p)
			}
			if _, err := source.ParseExistential(p); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestToAbbreviation(t *testing.T) {
	for _, c := range []struct {
		name, text string
		values     []string
		preamble   string
		statement  string
		err        string
	}{
		{"sorry", "open Nat\ntheorem t : ∃ a : Nat, ∀ (n : Nat), n < 2 → a = n", nil,
			"open Nat\nnoncomputable abbrev t_answer : Nat := sorry\n\n", "theorem t (n : Nat) :\n  n < 2 → t_answer = n", ""},
		{"a value", "theorem t : ∃ a : Nat, a = 1", []string{"1"}, "noncomputable abbrev t_answer : Nat := 1\n\n", "theorem t :\n  t_answer = 1", ""},
		{"a function of the intros", "theorem t (n : Nat) [Inhabited (Fin n)] : n > 0 → ∃ a : Fin n, a = a", []string{"default"},
			"noncomputable abbrev t_answer : ∀ (n : Nat) [h : Inhabited (Fin n)] (h_1 : n > 0), Fin n := fun n h h_1 => default\n\n",
			"theorem t (n : Nat) [h : Inhabited (Fin n)] (h_1 : n > 0) :\n  (@t_answer n h h_1) = (@t_answer n h h_1)", ""},
		{"several", "theorem t : ∃ (a : Nat) (b : Fin a), b.1 = a ∧ f (a := 2) ∧ (x).a = 1", []string{"3", "2"},
			"noncomputable abbrev t_answer : Nat := 3\n\nnoncomputable abbrev t_answer_2 : Fin t_answer := 2\n\n",
			"theorem t :\n  t_answer_2.1 = t_answer ∧ f (a := 2) ∧ (x).a = 1", ""},
		{"too few values", "theorem t : ∃ (a b : Nat), a = b", []string{"1"}, "", "", "asks for 2 answers"},
		{"no type", "theorem t : ∃ a, a = 1", nil, "", "", "which type"},
		{"nothing asked", "theorem t : 1 = 1", nil, "", "", "does not ask"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ToAbbreviation(problem(t, c.text), c.values)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Preamble != c.preamble || p.Statement != c.statement || p.Kind != provers.Prove {
				t.Errorf("preamble %q\nstatement %q", p.Preamble, p.Statement)
			}
		})
	}
}

// TestRoundTrip checks that an answer without introductions is the same problem
// again after both conversions, but for the answer's name.
func TestRoundTrip(t *testing.T) {
	first := problem(t, "theorem t : ∃ (t_answer : Nat),\n  ∀ (n : Nat) (h : n = 1),\n  n = t_answer")
	p, err := ToAbbreviation(first, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := source.ParseAbbreviation(p)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ToExistential(a)
	if err != nil {
		t.Fatal(err)
	}
	if spaced(code(again.Statement)) != spaced(code(first.Statement)) {
		t.Errorf("%q became %q", first.Statement, again.Statement)
	}
}

func TestConversionCheck(t *testing.T) {
	const text = "import M\nabbrev t_answer : Nat := sorry\ndef f : Nat := 1\ntheorem t (n : Nat) (h : n = f) : n = t_answer"
	abbreviation := func(text string) *source.Abbreviation {
		a, err := source.ParseAbbreviation(problem(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return &a
	}
	record := func(text string, r *Reference) Record {
		a := abbreviation(text)
		find, err := findOfAbbreviation(*a)
		if err != nil {
			t.Fatal(err)
		}
		find.Name = "t"
		return Record{Name: "t", Find: find, Abbreviation: a, Reference: r}
	}
	one := &Reference{Text: "1", Kind: Term}
	published := record(text, one)
	written := problem(t, "theorem t : ∃ (t_answer : Nat), ∀ (n : Nat), (n = f) → n = t_answer")
	e, err := source.ParseExistential(written)
	if err != nil {
		t.Fatal(err)
	}
	written.Preamble = published.Find.Preamble
	published.Find = findOfExistential(written, e)
	const options = "set_option autoImplicit false\nset_option relaxedAutoImplicit false\nset_option pp.fullNames true\n"
	for _, c := range []struct {
		name                       string
		record                     Record
		preamble, statement, proof string
	}{
		{"with a reference", record(text, one), "import M\nabbrev t_answer : Nat := 1\ndef f : Nat := 1\n" + options,
			"theorem t_conversion :\n  (∀ (n : Nat) (h : n = f),\n  n = t_answer) →\n  (∃ (t_answer : Nat),\n  ∀ (n : Nat) (h : n = f),\n  (n = t_answer))", "fun h => ⟨t_answer, @h⟩"},
		{"without", record(text, nil), "import M\n\ndef f : Nat := 1\n" + options,
			"theorem t_conversion :\n  ∀ (t_answer : Nat),\n  (∀ (n : Nat) (h : n = f),\n  n = t_answer) →\n  (∃ (t_answer : Nat),\n  ∀ (n : Nat) (h : n = f),\n  (n = t_answer))", "fun t_answer h => ⟨t_answer, @h⟩"},
		{"a hypothesis on the answer", record("abbrev t_answer : Nat := sorry\ntheorem t (n : Nat) (h : t_answer > n) : n = t_answer", one), "abbrev t_answer : Nat := 1\n",
			"theorem t_conversion :\n  (∀ (n : Nat) (h : t_answer > n),\n  n = t_answer) →\n  (∃ (t_answer : Nat),\n  ∀ (n : Nat) (h : t_answer > n),\n  n = t_answer)", "fun h => ⟨t_answer, @h⟩"},
		{"a published statement", published, "import M\nabbrev t_answer : Nat := 1\ndef f : Nat := 1\n",
			"theorem t_conversion :\n  (∀ (n : Nat) (h : n = f),\n  n = t_answer) ↔\n  (∀ (n : Nat),\n  (n = f) → n = t_answer)",
			"by\n  first\n    | exact Iff.rfl\n    | exact ⟨fun h_1 => fun n h_1_1 => @h_1 n h_1_1, fun h_1 => fun n h_1_1 => @h_1 n h_1_1⟩\n    | (constructor <;> intro h_1 <;> intros <;> simp_all)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, proof, err := ConversionCheck(c.record)
			if err != nil {
				t.Fatal(err)
			}
			if p.Preamble != c.preamble || p.Statement != c.statement || proof != c.proof || p.Kind != provers.Prove {
				t.Errorf("preamble %q\nstatement %q\nproof %q", p.Preamble, p.Statement, proof)
			}
		})
	}
	if _, _, err := ConversionCheck(Record{Find: &fps.Problem{}}); !errors.Is(err, ErrNoConversion) {
		t.Error(err)
	}
}

func TestImplication(t *testing.T) {
	for text, want := range map[string][]string{
		"a = 1":                           {"a = 1"},
		"0 < n → n ≤ 9 → answer = n":      {"0 < n", "n ≤ 9", "answer = n"},
		"(p → q) → q":                     {"(p → q)", "q"},
		"0 < n → ∀ k, k < n → a = k":      {"0 < n", "∀ k, k < n → a = k"},
		"∃ k, k < 3 → a = k":              {"∃ k, k < 3 → a = k"},
		"p → q ↔ r":                       {"p → q ↔ r"},
		"f = (fun x => x → x) → a = f":    {"f = (fun x => x → x)", "a = f"},
		"x = 1 -> /- → -/ y = 2 -> x = y": {"x = 1", "/- → -/ y = 2", "x = y"},
	} {
		assumed, query := implication(text)
		if got := append(assumed, query); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
