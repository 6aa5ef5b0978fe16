package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// asks is a record with outros written as "name : type".
func asks(outros ...string) Record {
	return Record{Name: "r", Find: &fps.Problem{Name: "r", Answers: []fps.Binder{{Name: "answer", Type: "ℕ"}}, Outros: binderList(outros)},
		Reference: &Reference{Text: "@Eq ℕ answer 9", Kind: Proposition}}
}

func binderList(texts []string) []fps.Binder {
	var list []fps.Binder
	for _, text := range texts {
		name, typ, _ := strings.Cut(text, " : ")
		list = append(list, fps.Binder{Name: name, Type: typ})
	}
	return list
}

func TestLint(t *testing.T) {
	with := func(r Record, change func(*Record)) Record {
		change(&r)
		return r
	}
	for _, c := range []struct {
		name   string
		record Record
		want   []string // "rule/severity"
	}{
		{"nothing", asks("n : ℕ", "h : n = answer * 2"), nil},
		{"unused", asks("h : 1 = 1"), []string{"answer-unused/error"}},
		{"not in the query", asks("n : ℕ", "h : answer > n", "q : 1 = 1"), []string{"answer-not-in-query/warning", "answer-in-assumption/note"}},
		{"in an assumption", asks("n : ℕ", "h : answer > n", "q : answer = n"), []string{"answer-in-assumption/note"}},
		{"in an assumption as written", with(asks("n : ℕ", "h : answer > n", "q : answer = n"), func(r *Record) { r.Find.Written = "theorem r : ∃ answer, ..." }), []string{"answer-in-assumption/warning"}},
		{"another answer's type", with(asks("n : ℕ", "h : b > n", "q : b < n"), func(r *Record) {
			r.Find.Answers = append(r.Find.Answers, fps.Binder{Name: "b", Type: "Fin answer"})
		}), []string{"answer-in-assumption/note"}},
		{"premise", asks("n : ℕ", "h : n > answer → n > 2"), []string{"premise-mentions-answer/warning"}},
		{"premise behind a quantifier", asks("h : (∀ x, x > 0) ∧ ∀ n : ℕ, n > 1 → n ∈ answer → n > 2"), []string{"premise-mentions-answer/warning"}},
		{"bounded by the answer", asks("h : ∀ n ∈ answer, n > 2"), []string{"premise-mentions-answer/warning"}},
		{"conclusion", asks("h : ∀ n, n > 2 → n ∈ answer"), nil},
		{"equivalence", asks("h : ∀ n, n ∈ answer ↔ n > 2 → n > 1"), nil},
		{"leaked", asks("n : ℕ", "h : answer = 9"), []string{"reference-leaked/error"}},
		{"leaked, reversed", asks("n : ℕ", "h : n = 1 ∧ (-9 : ℤ) = answer"), []string{"reference-leaked/error"}},
		{"leaked earlier", asks("h : answer = 9", "q : answer > 2"), []string{"answer-in-assumption/note", "reference-leaked/error"}},
		{"the numbers of the reference", with(asks("n : ℕ", "h : answer = 2 * sqrt 21"), func(r *Record) {
			r.Reference.Text = "answer = (nat_lit 2) * f (inst (nat_lit 21) (@instNatAtLeastTwo (nat_lit 19)))"
		}), []string{"reference-leaked/warning"}},
		{"the reference itself", with(asks("h : answer = sqrt  2"), func(r *Record) { r.Reference = &Reference{Text: "sqrt 2", Kind: Term} }), []string{"reference-leaked/error"}},
		{"a part of the preamble", with(asks("n : ℕ", "h : answer = n"), func(r *Record) {
			r.Reference = &Reference{Text: "12345678", Kind: Term}
			r.Find.Preamble = "-- 12345678\n"
		}), []string{"reference-leaked/warning"}},
		{"an equation of the preamble", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Find.Preamble = "axiom a : answer = 9\n" }), nil},
		{"closed", asks("h : answer = sqrt 1 - 2"), []string{"closed-query/note"}},
		{"closed among others", asks("n : ℕ", "h : answer = 180 - 29"), []string{"closed-query/warning"}},
		{"not closed", asks("n : ℕ", "h : answer = n - 29"), nil},
		{"closed by a function", asks("n : ℕ", "h : answer = fun n => n + 1"), []string{"closed-query/warning"}},
		{"an absolute value", asks("n : ℕ", "h : answer = |n - 29|"), nil},
		{"a match", asks("h : answer = match answer with | 0 => 1 | k => k"), nil},
		{"open reference", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Reference.Text = "answer = n" }), []string{"reference-open/error"}},
		{"bound in the reference", with(asks("n : ℕ", "h : answer n = n"), func(r *Record) { r.Reference.Text = "answer = fun (n, m) => n" }), nil},
		{"a reference to an intro", with(asks("h : answer = n + 1"), func(r *Record) {
			r.Find.Intros = binderList([]string{"n : ℕ"})
			r.Reference.Text = "answer = n"
		}), nil},
		{"unrelated reference", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Reference.Text = "1 = 1" }), []string{"reference-unrelated/error"}},
		{"a reference that is more", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Reference = &Reference{Text: "def f := 1", Kind: Term} }), []string{"reference-malformed/error"}},
		{"no reference", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Reference = nil }), []string{"no-reference/note"}},
		{"no type", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Find.Answers[0].Type = "" }), []string{"no-answer-type/error"}},
		{"no type as written", with(asks("n : ℕ", "h : answer = n"), func(r *Record) { r.Find.Answers[0].Type, r.Find.Written = "", "theorem r : ∃ answer, ..." }), []string{"no-answer-type/warning"}},
		{"auto-bound", asks("h : ∀ n, n < x₁ → n ∈ answer"), []string{"auto-bound/warning"}},
		{"declared too late", asks("h : k = 2", "k : ℕ", "q : answer = k"), []string{"auto-bound/warning"}},
		{"bound inside", asks("h : (fun (a, b) => a + b) = {(c, d) : ℕ × ℕ | ∃ ⟨e, f⟩ ∈ s(c, d), e = f} ∧ ∑ i ∈ answer, i = let j := 1; j ∧ ∃ o : P ↪o P, w.m = {q // q > 1}"), []string{"auto-bound/warning"}}, // P
		{"letters of Mathlib", asks("h : answer = π * X + φ n", "n : ℕ"), []string{"auto-bound/warning", "answer-not-in-query/warning", "answer-in-assumption/note"}},                                           // n
		{"declared by the preamble", with(asks("h : f answer = 2"), func(r *Record) { r.Find.Preamble = "def f (n : ℕ) := n\n" }), nil},
		{"old sum", asks("m : ℕ", "h : ∑ k in Finset.range m, k = answer"), []string{"old-sum-notation/warning"}},
		{"new sum", asks("h : ∑ k ∈ Finset.range 3, (if k in m then 1 else 0) = answer", "m : ℕ"), []string{"auto-bound/warning", "answer-not-in-query/warning", "answer-in-assumption/note"}}, // m
		{"factorial", asks("n : ℕ", "h : n! = answer + n"), []string{"factorial-name/warning"}},
		{"a variable like a factorial", asks("n! : ℕ", "h : n! = answer"), []string{"factorial-name/warning", "factorial-name/warning"}},
		{"elided", asks("n : ℕ", "h : ⟨n, ⋯⟩ = answer"), []string{"elided-term/error"}},
		{"a proposition to prove", Record{Name: "p", Prove: &provers.Problem{Name: "p", Statement: "theorem p (n : ℕ) : ∑ i in range n, i = m"}}, []string{"old-sum-notation/warning", "auto-bound/warning"}},
		{"not readable", Record{Name: "p", Prove: &provers.Problem{Name: "p", Statement: "theorem"}}, nil},
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

func TestLintAll(t *testing.T) {
	first, second, third := asks("n : ℕ", "h : answer = n"), asks("n : ℕ", "h : answer =  n"), asks("n : ℕ", "h : answer = n + 1")
	first.Name, second.Name, third.Name = "first", "second", "third"
	first.Informal.Problem, third.Informal.Problem = "Find  n.", "Find n."
	second.Find.Answers = []fps.Binder{{Name: "other", Type: "ℕ"}}
	second.Find.Outros[1].Type = "other = n"
	second.Reference.Text = "other = 9"
	all := LintAll([]Record{first, second, third})
	want := [][]Finding{nil,
		{{SameStatement, Doubtful, "its formal statement is that of first"}},
		{{SameInformal, Doubtful, "its informal problem is that of first"}}}
	for i := range want {
		if !slices.Equal(all[i], want[i]) {
			t.Errorf("record %d: %v, want %v", i, all[i], want[i])
		}
	}
}
