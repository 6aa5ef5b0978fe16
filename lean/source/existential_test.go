package source

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func listed(list []Binder) string {
	text := make([]string, len(list))
	for i, b := range list {
		text[i] = b.Open + "|" + b.Name + "|" + b.Type
	}
	return strings.Join(text, " ; ")
}

func TestParseExistential(t *testing.T) {
	for _, c := range []struct {
		name, statement                string
		intros, answers, outros, query string
		bound                          int
	}{
		{"one answer", "theorem t : ∃ a : Nat, a > 2", "", "|a|Nat", "", "a > 2", 0},
		{"no type", "theorem t : ∃ a, a > 2", "", "|a|", "", "a > 2", 0},
		{"several without brackets", "theorem t : ∃ a b : Nat, a > b", "", "|a|Nat ; |b|Nat", "", "a > b", 0},
		{"several with brackets", "theorem t : ∃ (a b : Nat) (f : Nat → Nat), f a = b", "", "(|a|Nat ; (|b|Nat ; (|f|Nat → Nat", "", "f a = b", 0},
		{"only the first block counts", "theorem t : ∃ a, ∃ b, a < b", "", "|a|", "", "∃ b, a < b", 0},
		{"before the colon", "theorem t (m n : Nat) {k} [Group G] [i : Ring R] ⦃x : Nat⦄ : ∃ a, a > n",
			"(|m|Nat ; (|n|Nat ; {|k| ; [||Group G ; [|i|Ring R ; ⦃|x|Nat", "|a|", "", "a > n", 6},
		{"before and behind the colon", "theorem t (n : Nat) : ∀ (m : Nat), ∀ x y : Int, ∃ a, a > n", "(|n|Nat ; (|m|Nat ; |x|Int ; |y|Int", "|a|", "", "a > n", 1},
		{"bounded intro", "theorem t : ∀ n ≥ 5, ∃ a, a > n", "|n| ; (||n ≥ 5", "|a|", "", "a > n", 0},
		{"premise", "theorem t : ∀ n : Nat, 0 < n → n < 9 → ∃ a, a > n", "|n|Nat ; (||0 < n ; (||n < 9", "|a|", "", "a > n", 0},
		{"dependent arrow", "theorem t : (n : Nat) → (0 < n) → ∃ a, a > n", "(|n|Nat ; (||(0 < n)", "|a|", "", "a > n", 0},
		{"outros", "theorem t : ∃ a : Nat, ∀ (x : Nat) (h : x > 0), ∀ y, x + y > a", "", "|a|Nat", "(|x|Nat ; (|h|x > 0 ; |y|", "x + y > a", 0},
		{"bounded variable in the body", "theorem t : ∃ a, ∀ n ≥ 5, n > a", "", "|a|", "", "∀ n ≥ 5, n > a", 0},
		{"bounded variable behind outros", "theorem t : ∃ a, ∀ m, ∀ n ∈ s, n > a + m", "", "|a|", "|m|", "∀ n ∈ s, n > a + m", 0},
		{"implication in the body", "theorem t : ∃ a, ∀ n, n > 5 → n > a", "", "|a|", "|n|", "n > 5 → n > a", 0},
		{"bounded answer", "theorem t : ∃ x > 0, ∀ n, n < x", "", "|x|", "", "x > 0 ∧ (∀ n, n < x)", 0},
		{"bounded answer, a set", "theorem t : ∃ x ∈ {y | ∃ z, y = z}, x = 2", "", "|x|", "", "x ∈ {y | ∃ z, y = z} ∧ (x = 2)", 0},
		{"bounded answer in brackets", "theorem t : ∃ (x > 0) (y : Nat), x = y", "", "(|x| ; (|y|Nat", "", "x > 0 ∧ (x = y)", 0},
		{"quantifier in a type", "theorem t : ∀ h : ∀ x, p x, ∃ a, p a", "|h|∀ x, p x", "|a|", "", "p a", 0},
		{"parentheses", "theorem t : (∃ a, p a)", "", "|a|", "", "p a", 0},
		{"comments", "/-- find -/ @[simp] theorem t -- here\n  (n : Nat) : -- a\n  ∃ a, /- b -/ a = n -- c", "(|n|Nat", "|a|", "", "a = n", 1},
		{"universe", "theorem t.{u} (G : Type u) : ∃ a : G, a = a", "(|G|Type u", "|a|G", "", "a = a", 1},
		{"default value", "theorem t (f : Nat := 0) : ∃ a, a = f", "(|f|Nat := 0", "|a|", "", "a = f", 1},
		{"words", "theorem t : forall n, exists a, a > n", "|n|", "|a|", "", "a > n", 0},
		{"lines", "lemma t :\n    ∃ (a : Set\n      Nat),\n      ∀ n,\n        n ∈ a", "", "(|a|Set\n      Nat", "|n|", "n ∈ a", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := ParseExistential(provers.Problem{Name: "t", Statement: c.statement})
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []struct{ what, got, want string }{
				{"intros", listed(e.Intros), c.intros}, {"answers", listed(e.Answers), c.answers},
				{"outros", listed(e.Outros), c.outros}, {"body", e.Body, c.query},
			} {
				if part.got != part.want {
					t.Errorf("%s: %q, want %q", part.what, part.got, part.want)
				}
			}
			if e.Bound != c.bound {
				t.Errorf("bound: %d, want %d", e.Bound, c.bound)
			}
		})
	}
}

func TestParseExistentialErrors(t *testing.T) {
	for statement, want := range map[string]string{
		"theorem t : 1 = 1":                       "does not ask for anything",
		"theorem t : ∀ n : Nat, n = n":            "does not ask for anything",
		"theorem t : ∃! a, a = 1":                 "∃! is another quantifier",
		"theorem t (h : ∃ a, p a) : p 0":          "does not ask for anything",
		"theorem t : p ↔ q → ∃ a, p a":            "does not ask for anything",
		"theorem t : ¬ ∃ a, p a":                  "does not ask for anything",
		"theorem t : ∃ a":                         "nothing follows",
		"theorem t : ∃ a : , p a":                 "no type follows the colon",
		"theorem t : ∃ , p":                       "a variable is expected",
		"theorem t : ∃ a b > 0, p a":              "several variables",
		"theorem t : ∃ ⟨a, b⟩ : Nat × Nat, a = b": "a variable is expected",
		"theorem t : ":                            "states nothing",
		"theorem t (n : Nat)":                     "a colon and a proposition are missing",
		"theorem t (n : Nat : ∃ a, p a":           "not balanced",
		"theorem t () : ∃ a, p a":                 "is empty",
		"theorem t (n : ) : ∃ a, p a":             "no type behind its colon",
		"theorem : ∃ a, p a":                      "no name",
		"def t : ∃ a, p a":                        "neither a theorem",
		"theorem t : ∃ a, \"":                     "not terminated",
		"theorem t : ∃ a, p a theorem":            "2 commands",
		"":                                        "0 commands",
	} {
		_, err := ParseExistential(provers.Problem{Name: "t", Statement: statement})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", statement, err, want)
			continue
		}
		if asks := strings.Contains(want, "ask") || strings.Contains(want, "quantifier"); errors.Is(err, ErrNotExistential) != asks {
			t.Errorf("%q: ErrNotExistential is %t", statement, !asks)
		}
	}
}

func TestBinderString(t *testing.T) {
	for want, b := range map[string]Binder{
		"(n : Nat)": {Name: "n", Type: "Nat"}, "{n : Nat}": {Name: "n", Type: "Nat", Open: "{"}, "⦃n⦄": {Name: "n", Open: "⦃"},
		"[Group G]": {Type: "Group G", Open: "["}, "[i : Group G]": {Name: "i", Type: "Group G", Open: "["}, "(_ : 0 < n)": {Type: "0 < n", Open: "("},
	} {
		if got := b.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestParseAbbreviation(t *testing.T) {
	const theorem = "theorem t (n : Nat) : n = t_answer ∧ n = helper"
	for _, c := range []struct {
		name, preamble                  string
		answerName, typ, answer, before string
		between                         string
		err                             string
	}{
		{"sorry", "import M\nnoncomputable abbrev t_answer : Set (Nat → Nat) := sorry\n-- note\n", "t_answer", "Set (Nat → Nat)", "", "import M\n", "\n-- note\n", ""},
		{"a value", "abbrev t_answer : Nat := 2 + 3\ndef other : Nat := 1\n", "t_answer", "Nat", "2 + 3", "", "\ndef other : Nat := 1\n", ""},
		{"a sorry goes before a name", "def helper : Nat := sorry\nabbrev t_answer : Nat := 2\n", "helper", "Nat", "", "", "\nabbrev t_answer : Nat := 2\n", ""},
		{"tactics", "def t_answer : Nat := by sorry\n", "t_answer", "Nat", "", "", "\n", ""},
		{"none", "def helper : Nat := 1\n", "", "", "", "", "", "no abbreviation"},
		{"parameters", "def t_answer (n : Nat) : Nat := 1\n", "", "", "", "", "", "no abbreviation"},
		{"not mentioned", "abbrev u_answer : Nat := sorry\n", "", "", "", "", "", "no abbreviation"},
		{"two, one of them named", "abbrev t_answer : Nat := sorry\nabbrev helper : Nat := sorry\n", "t_answer", "Nat", "", "", "\nabbrev helper : Nat := sorry\n", ""},
		{"two", "abbrev n : Nat := sorry\nabbrev helper : Nat := sorry\n", "", "", "", "", "", "only one answer"},
		{"broken", "abbrev t_answer : Nat := \"", "", "", "", "", "", "not terminated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseAbbreviation(provers.Problem{Name: "t", Preamble: c.preamble, Statement: theorem, Closing: "end"})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v, want %q", err, c.err)
				}
				if want := strings.HasPrefix(c.err, "no "); errors.Is(err, ErrNoAbbreviation) != want {
					t.Errorf("ErrNoAbbreviation is %t", !want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := []string{a.AnswerName, a.AnswerType, a.Answer, a.Before, a.Between, a.Closing, a.Theorem.Head, a.Theorem.Name, a.Theorem.BindersText, a.Theorem.Body}
			want := []string{c.answerName, c.typ, c.answer, c.before, c.between, "end", "theorem ", "t", "(n : Nat)", "n = t_answer ∧ n = helper"}
			if !slices.Equal(got, want) {
				t.Errorf("\n%q, want\n%q", got, want)
			}
		})
	}
}

// FuzzParseExistential checks that no text makes the reader panic, and that what
// it returns was in the text.
func FuzzParseExistential(f *testing.F) {
	for _, seed := range []string{
		"theorem t (n m : Nat) [i : A n] : ∀ k > 0, k < n → ∃ (a : Nat) (b > 0), ∀ x, x ∈ a",
		"theorem t : ∃ x ∈ {y | y > 0}, ∀ h : ∀ z, p z, q", "theorem t.{u} ⦃a : Type u⦄ : (∃ b : a, b = b)",
		"abbrev t_answer : Nat := sorry\ntheorem t : t_answer = 2", "theorem t (", "theorem t : ∃ ( ) , ∀",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := provers.Problem{Name: "t", Preamble: text, Statement: text}
		if a, err := ParseAbbreviation(p); err == nil && (!strings.Contains(text, a.Declaration) || a.AnswerType == "") {
			t.Errorf("the abbreviation %q is not in the text", a.Declaration)
		}
		e, err := ParseExistential(p)
		if err != nil {
			return
		}
		if len(e.Answers) == 0 || e.Body == "" || e.Bound > len(e.Intros) {
			t.Errorf("no answers or no body: %+v", e)
		}
		for _, b := range slices.Concat(e.Intros, e.Answers, e.Outros) {
			if !strings.Contains(text, b.Name) || !strings.Contains(text, b.Type) {
				t.Errorf("the binder %v is not in the text", b)
			}
		}
	})
}
