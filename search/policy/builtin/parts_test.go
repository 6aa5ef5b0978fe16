package builtin

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func without(t *testing.T, names ...string) *Policy {
	t.Helper()
	o, err := Without(names...)
	if err != nil {
		t.Fatal(err)
	}
	return New(o)
}

// workings has a goal for each part of rules on which it works, and a source of
// candidates that only this part has.
var workings = map[string]struct{ goal, source string }{
	partClosing:      {"n : ℕ ⊢ n + 0 = n", "omega"},
	partIntroduction: {"⊢ ∀ (a b : ℕ), a = b → b = a", "intro"},
	partWitnesses:    {"⊢ ∃ x, x * x = 49", "evaluated_witness"},
	partElimination:  {"p q : Prop; h : p ∨ q ⊢ q ∨ p", "or_elimination"},
	partRewriting:    {"a b : ℕ; h : a = b ⊢ b = a", "rewrite"},
	partInduction:    {"n : ℕ ⊢ n < 2 ^ n", "induction_close"},
	partDefinitions:  {"n : ℕ ⊢ fib n < 2 ^ n", "hints_grind"},
	partFunctional:   {"f : ℕ → ℕ; h₀ : f 1 = 2; h : ∀ (x y : ℕ), f (x + y) = f x * f y ⊢ f 3 = 8", "additive_chain_simp"},
	partRecurrences:  {"f : ℕ → ℕ; h₀ : f 0 = 1; h : ∀ n, f (n + 1) = 2 * f n ⊢ f 5 = 32", "recurrence"},
	partModular:      {"n : ℕ ⊢ 2 ∣ n * (n + 1)", "mod_split_simp"},
	partPowers:       {"n : ℕ; h : 7 ∣ 2 ^ n - 1 ⊢ 3 ∣ n", "power_cycle"},
	partBounds:       {"x y : ℤ; h : x * y = 12; h₁ : x + y = 7 ⊢ x = 3 ∨ x = 4", "bounds_enumerate"},
	partEnumeration:  {"a : ℕ; h : a < 5; h₁ : a * a = 9 ⊢ a = 3", "enumerate_kernel"},
	partPolynomials:  {"x y : ℤ ⊢ x - y ∣ x ^ 3 - y ^ 3", "cofactor"},
	partDivisibility: {"n : ℕ ⊢ Nat.gcd (21 * n + 4) (14 * n + 3) = 1", "gcd_combination"},
	partTuples:       {"a b : ℕ ⊢ (a, b) = (a, b)", "tuple_omega"},
	partInequalities: {"a b : ℤ ⊢ 2 * a * b ≤ a ^ 2 + b ^ 2", "squares_grind"},
}

// only is a policy of one part.
func only(part string) *Policy {
	left := make(map[string]bool)
	for _, name := range Parts().Names() {
		left[name] = name != part
	}
	return &Policy{rules: rulesWithout(left)}
}

// TestWithout leaves each part out on a goal on which it works. What is proposed
// then is what the other parts propose, and nothing of the part.
func TestWithout(t *testing.T) {
	for _, part := range Parts().Names() {
		if part == partLearning {
			continue
		}
		t.Run(part, func(t *testing.T) {
			w, ok := workings[part]
			if !ok {
				t.Fatal("there is no goal for it")
			}
			r := requestFor(listPreamble, w.goal)
			from := func(p *Policy, source string) bool {
				return slices.ContainsFunc(propose(t, p, r), func(c policy.Candidate) bool { return c.Source == source })
			}
			if !from(New(), w.source) || !from(only(part), w.source) {
				t.Fatalf("%s is not proposed for %s: the test says nothing", w.source, w.goal)
			}
			reduced := without(t, part)
			if from(reduced, w.source) {
				t.Errorf("%s is still proposed", w.source)
			}
			others := make(map[string]bool)
			for _, other := range Parts().Names() {
				if other != part {
					for _, c := range propose(t, only(other), r) {
						others[c.Source+"\x00"+c.Action.Text] = true
					}
				}
			}
			list := propose(t, reduced, r)
			for _, c := range list {
				if !others[c.Source+"\x00"+c.Action.Text] {
					t.Errorf("%s: %q is of no other part", c.Source, c.Action.Text)
				}
			}
			if full := propose(t, New(), r); len(list) >= len(full) {
				t.Errorf("%d candidates without it, %d with it", len(list), len(full))
			}
		})
	}
}

// TestWithoutLearning has all parts of rules propose the same, whatever was learned.
func TestWithoutLearning(t *testing.T) {
	r := requestFor("", "n : ℕ ⊢ n + 0 = n")
	learned, ignorant := New(), without(t, partLearning)
	before := propose(t, ignorant, r)
	if !reflect.DeepEqual(before, propose(t, learned, r)) {
		t.Error("before anything is learned, the policies differ")
	}
	for range 20 {
		for _, p := range []*Policy{learned, ignorant} {
			p.Learn(policy.Observation{Request: r, Candidate: before[0], Outcome: provers.Outcome{Status: provers.Rejected}})
		}
	}
	if reflect.DeepEqual(before, propose(t, learned, r)) {
		t.Fatal("nothing was learned: the test says nothing")
	}
	if !reflect.DeepEqual(before, propose(t, ignorant, r)) {
		t.Error("it learned")
	}
}

func TestNames(t *testing.T) {
	for want, p := range map[string]*Policy{
		"builtin":                   New(),
		"builtin-without-induction": without(t, "induction"),
		"builtin-without-induction+bounds+learning": without(t, "learning", "bounds", "induction"),
		"one-tactic": OneTactic(),
	} {
		if got := p.Name(); got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
	}
	if o, err := Without("bounds", "magic"); o != nil || err == nil || !strings.Contains(err.Error(), `"magic"`) || !strings.Contains(err.Error(), "closing, ") {
		t.Errorf("an unknown part: %v", err)
	}
	for _, p := range Parts() {
		if p.Name == "" || p.Description == "" || strings.ContainsAny(p.Description, "\n.") {
			t.Errorf("part %+v", p)
		}
	}
}

// TestOneTactic wants the same tactics for all goals, one tactic each.
func TestOneTactic(t *testing.T) {
	p := OneTactic()
	var first []string
	for i, g := range goals {
		var tactics []string
		for _, c := range propose(t, p, requestFor(listPreamble, g)) {
			tactics = append(tactics, c.Action.Text)
			if strings.ContainsAny(c.Action.Text, ";\n?[<") {
				t.Errorf("%q is more than one tactic", c.Action.Text)
			}
			p.Learn(policy.Observation{Request: requestFor("", g), Candidate: c, Outcome: provers.Outcome{Status: provers.Rejected}})
		}
		if i == 0 {
			first = tactics
		}
		if !slices.Equal(tactics, first) {
			t.Errorf("%s: %v, for others %v", g, tactics, first)
		}
	}
	if !slices.Equal(first, coreTactics) {
		t.Errorf("proposed are %v, want %v", first, coreTactics)
	}
	mathlib := propose(t, p, requestFor("import Mathlib\n", goals[1]))
	if len(mathlib) != len(coreTactics)+len(mathlibTactics) {
		t.Errorf("with Mathlib %d tactics", len(mathlib))
	}
	for _, c := range propose(t, p, requestFor("", "⊢ 2 ^ 100000000 % 10 = 6")) {
		if c.Action.Text == "decide +kernel" {
			t.Error("it has the kernel compute a huge power")
		}
	}
}
