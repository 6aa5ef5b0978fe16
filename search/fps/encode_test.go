package fps

import (
	"errors"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func binderList(pairs ...string) []Binder {
	var list []Binder
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Binder{pairs[i], pairs[i+1]})
	}
	return list
}

func TestEncoding(t *testing.T) {
	tests := []struct {
		name      string
		problem   Problem
		statement string
		shell     string
	}{
		{
			name: "the query alone",
			problem: Problem{Name: "a", Answers: binderList("answer", "ℕ"),
				Outros: binderList("h_answer", "answer = 71 % 3")},
			statement: "theorem a :\n  ∃ (answer : ℕ),\n  (answer = 71 % 3)",
			shell:     "refine ⟨?w, ?h⟩",
		},
		{
			name: "introductions come before the answer, assumptions behind it",
			problem: Problem{Name: "b", Intros: binderList("n", "Nat"), Answers: binderList("answer", "ℕ"),
				Outros: binderList("x", "ℕ", "h₀", "x = n + 1", "h", "answer = x")},
			statement: "theorem b :\n  ∀ (n : Nat),\n  ∃ (answer : ℕ),\n  ∀ (x : ℕ) (h₀ : x = n + 1),\n  (answer = x)",
			shell:     "intro n\nrefine ⟨?w, ?h⟩\ncase' h => intro x h₀",
		},
		{
			name: "what depends on the answer is required, not assumed (trap T1)",
			problem: Problem{Name: "c", Intros: binderList("n", "Nat"), Answers: binderList("answer", "ℕ"),
				Outros: binderList("h₀", "0 ≤ answer ∧ answer < 11", "h₁", "(3 * answer) % 11 = 2", "k", "ℕ", "h", "answer = n % 11")},
			statement: "theorem c :\n  ∀ (n : Nat),\n  ∃ (answer : ℕ),\n  ∀ (k : ℕ),\n  (0 ≤ answer ∧ answer < 11) ∧ ((3 * answer) % 11 = 2) ∧ (answer = n % 11)",
			shell:     "intro n\nrefine ⟨?w, ?h⟩\ncase' h => intro k",
		},
		{
			name: "what depends on a requirement is one too",
			problem: Problem{Name: "d", Answers: binderList("answer", "ℕ"),
				Outros: binderList("h₀", "0 < answer", "h₁", "f answer h₀ = 2", "h", "P h₀")},
			statement: "theorem d :\n  ∃ (answer : ℕ),\n  (∃ (h₀ : 0 < answer), (f answer h₀ = 2) ∧ (P h₀))",
			shell:     "refine ⟨?w, ?h⟩",
		},
		{
			name: "a variable whose type depends on the answer",
			problem: Problem{Name: "e", Answers: binderList("answer", "ℕ"),
				Outros: binderList("x", "Fin answer", "h₀", "x.val = 3", "h", "answer = 4")},
			statement: "theorem e :\n  ∃ (answer : ℕ),\n  (∀ (x : Fin answer), (∀ (h₀ : x.val = 3), (answer = 4)))",
			shell:     "refine ⟨?w, ?h⟩",
		},
		{
			name: "an instance has no name",
			problem: Problem{Name: "f", Answers: binderList("answer", "ℕ"),
				Outros: binderList("G", "Type", "", "Group G", "h", "answer = 1")},
			statement: "theorem f :\n  ∃ (answer : ℕ),\n  ∀ (G : Type) [Group G],\n  (answer = 1)",
			shell:     "refine ⟨?w, ?h⟩\ncase' h => intro G _",
		},
		{
			name: "names that only look alike",
			problem: Problem{Name: "0-g", Answers: binderList("answer", "ℕ"),
				Outros: binderList("answer'", "ℕ", "h₀", "answer' = s.answer", "h", "answer = answer'")},
			statement: "theorem problem_0_g :\n  ∃ (answer : ℕ),\n  ∀ (answer' : ℕ) (h₀ : answer' = s.answer),\n  (answer = answer')",
			shell:     "refine ⟨?w, ?h⟩\ncase' h => intro answer' h₀",
		},
		{
			name: "two answers",
			problem: Problem{Name: "h", Answers: binderList("x", "ℕ", "y", "ℤ"),
				Outros: binderList("h", "x = 1 ∧ y = 2")},
			statement: "theorem h :\n  ∃ (x : ℕ) (y : ℤ),\n  (x = 1 ∧ y = 2)",
			shell:     "refine ⟨?w, ?w_2, ?h⟩",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := test.problem.Prover()
			if err != nil {
				t.Fatal(err)
			}
			if p.Statement != test.statement {
				t.Errorf("got\n%s\nwant\n%s", p.Statement, test.statement)
			}
			if got := test.problem.Shell(); got != test.shell {
				t.Errorf("shell\n%s\nwant\n%s", got, test.shell)
			}
			if p.Kind != provers.Find || !strings.Contains(p.Preamble, "autoImplicit false") {
				t.Errorf("kind %s, preamble %q", p.Kind, p.Preamble)
			}
		})
	}
}

func TestWrittenStatementsStay(t *testing.T) {
	p := Problem{Name: "a", Preamble: "open Nat\n", Written: "theorem a (n : Nat) : ∀ m : Nat, ∃ x, x = n + m", Bound: 1,
		Intros: binderList("n", "Nat", "m", "Nat"), Answers: binderList("x", ""), Outros: binderList("h", "x = n + m")}
	got, err := p.Prover()
	if err != nil || got.Statement != p.Written || got.Preamble != "open Nat\n" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := p.Shell(); got != "intro m\nrefine ⟨?w, ?h⟩" {
		t.Errorf("shell %q", got)
	}
}

func TestCheck(t *testing.T) {
	good := Problem{Name: "a", Answers: binderList("answer", "ℕ"), Outros: binderList("h", "answer = 1")}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Problem){
		"no answer":        func(p *Problem) { p.Answers = nil },
		"no query":         func(p *Problem) { p.Outros = nil },
		"no answer's name": func(p *Problem) { p.Answers = binderList("_", "ℕ") },
		"no answer type":   func(p *Problem) { p.Answers = binderList("answer", " ") },
		"no type":          func(p *Problem) { p.Intros = binderList("x", "") },
	} {
		p := good
		change(&p)
		err := p.Check()
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if errors.Is(err, ErrNoAnswerType) != (name == "no answer type") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRestates(t *testing.T) {
	const requirement = "(answer = {x : Int | x * x - 1 = 0}) ∧ (p ↔ 91 % 7 = 0)"
	for answer, want := range map[string]bool{
		"{x | x * x - 1 = 0}": false, // printed in another way
		"91 % 7 = 0":          true,
		"(91 %  7) = 0":       true,
		"True":                false,
		"91 % 7":              false, // a number that is not worked out
	} {
		if got := Restates(answer, requirement); got != want {
			t.Errorf("%s: %v", answer, got)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("x", "Fin answer", "h", "answer = x!")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		p := Problem{Name: a, Answers: binderList("answer", "Nat"), Outros: binderList(a, b, c, d, "h", "answer = 1")}
		parts := p.Parts()
		if len(parts.Assumptions)+len(parts.Requirements) != len(p.Outros) {
			t.Errorf("%d assumptions and %d requirements of %d outros", len(parts.Assumptions), len(parts.Requirements), len(p.Outros))
		}
		for _, b := range parts.Assumptions {
			if Mentions(b.Type, "answer") {
				t.Errorf("%v is assumed", b)
			}
		}
		p.Shell()
	})
}
