package builtin

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// goalOf reads "x y : T; h : P ⊢ target".
func goalOf(text string) provers.Goal {
	facts, target, _ := strings.Cut(text, "⊢")
	g := provers.Goal{Target: strings.TrimSpace(target)}
	for h := range strings.SplitSeq(facts, ";") {
		if names, typ, ok := strings.Cut(h, " : "); ok {
			g.Hypotheses = append(g.Hypotheses, provers.Hypothesis{Names: strings.Fields(names), Type: strings.TrimSpace(typ)})
		}
	}
	return g
}

func requestFor(preamble, text string) policy.Request {
	return policy.Request{
		Problem: provers.Problem{Preamble: preamble},
		State:   provers.State{Goals: []provers.Goal{goalOf(text)}, Key: text},
	}
}

func propose(t testing.TB, p *Policy, r policy.Request) []policy.Candidate {
	t.Helper()
	list, err := p.Propose(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

const listPreamble = `inductive Tree where
  | leaf : Tree
  | node : Tree → Nat → Tree → Tree
@[simp] def Tree.mirror : Tree → Tree
  | .leaf => .leaf
  | .node l x r => .node r.mirror x l.mirror
def fib : Nat → Nat
  | 0 => 0
  | 1 => 1
  | n + 2 => fib (n + 1) + fib n
private theorem helper : fib 3 = 2 := rfl
`

func TestProposals(t *testing.T) {
	for _, tt := range []struct {
		name, preamble, goal string
		source, text         string // a candidate of the source has the text
	}{
		{"arithmetic", "", "n : ℕ ⊢ n + 0 = n", "omega", "omega"},
		{"introduce all", "", "⊢ ∀ (a b : ℕ), a = b → b = a", "intro", "intro a b h"},
		{"fresh name", "", "h : 1 = 1 ⊢ 2 = 2 → 3 = 3", "intro", "intro h₁"},
		{"disjunction", "", "p q : Prop; h : p ∨ q ⊢ q ∨ p", "or_elimination", "rcases h with h | h"},
		{"existential hypothesis", "", "h : ∃ k, n = 2 * k; n : ℕ ⊢ n % 2 = 0", "exists_elimination", "obtain ⟨k, h₁⟩ := h"},
		{"parity", "", "n : ℕ ⊢ 2 ∣ n * (n + 1)", "mod_split_simp", "rcases (by omega : n % 2 = 0 ∨ n % 2 = 1) with hr | hr <;> simp ["},
		{"residues", "", "a b : ℤ; h : 3 ∣ a ^ 2 + b ^ 2 ⊢ 3 ∣ a", "residues_omega", "(a % 3 = 0 ∧ a ^ 2 % 3 = 0) ∨ (a % 3 = 1 ∧ a ^ 2 % 3 = 1) ∨ (a % 3 = 2 ∧ a ^ 2 % 3 = 1)"},
		{"period", "", "n : ℕ; h : 7 ∣ 2 ^ n - 1 ⊢ 3 ∣ n", "power_cycle", "(2 : Nat) ^ n % 7 = 2 ^ (n % 3) % 7"},
		{"period of a linear exponent", "", "n : ℕ ⊢ 5 ∣ 3 ^ (3 * n + 1) + 2 ^ (n + 1)", "power_cycle", "show 3 * n + 1 = 12 * (n / 4) + (3 * (n % 4) + 1) by omega"},
		{"not coprime", "", "k : ℕ ⊢ 2 ^ k % 10 = 6", "power_cycle", "1 ≤ k → (2 : Nat) ^ k % 2 = 0"},
		{"sign", "", "n : ℕ ⊢ 11 ∣ 10 ^ n - (-1) ^ n", "power_cycle_int", "(-1 : Int) ^ k = -1"},
		{"closed exponent", "", "k : ℕ; h : k = 2008 ^ 2 + 2 ^ 2008 ⊢ (k ^ 2 + 2 ^ k) % 10 = 6", "closed_remainder", "k % 20 = 0 ∧ 6 < k"},
		{"induction", "", "n : ℕ ⊢ n < 2 ^ n", "induction_close", "induction n with"},
		{"induction from a bound", "", "n : ℕ; h : 5 ≤ n ⊢ n ^ 2 < 2 ^ n", "induction_from", "∃ m, n = m + 5"},
		{"pair induction", "", "n : ℕ; x : ℕ → ℕ ⊢ x n = 3 ^ n", "induction_pair", "∀ n : Nat, (x n = 3 ^ n) ∧ (x (n + 1) = 3 ^ (n + 1))"},
		{"recursion at the variable", "", "n : ℕ; u : ℕ → ℕ; h : ∀ n, u (n + 1) = 2 * u n ⊢ u n = 0", "induction_facts", "try have hx := h n"},
		{"list", "", "xs ys : List Nat ⊢ (xs ++ ys).length = xs.length + ys.length", "induction_simp_all", "induction xs <;> simp_all"},
		{"own type", listPreamble, "t : Tree ⊢ t.mirror.mirror = t", "induction_grind", "induction t <;> grind [Tree.mirror, helper]"},
		{"own recursion", listPreamble, "n : ℕ ⊢ fib n < 2 ^ n", "fun_induction_grind", "fun_induction fib n <;> grind [fib, helper]"},
		{"functional equation", "", "f : ℕ → ℕ; h₀ : f 1 = 2; h : ∀ (x y : ℕ), f (x + y) = f x * f y ⊢ f 3 = 8", "additive_chain_simp", "have hf₂ := h 2 1"},
		{"periodic recurrence", "", "x : ℕ → ℤ; h₁ : x 1 = 1; h₂ : x 2 = 3; h : ∀ n ≥ 3, x n = x (n - 1) - x (n - 2) ⊢ x 100 = -3", "periodic_recurrence", "∀ k : Nat, x (k + 7) = x (k + 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tactics []string
			for _, c := range propose(t, New(), requestFor(tt.preamble, tt.goal)) {
				if c.Source == tt.source {
					tactics = append(tactics, c.Action.Text)
					if strings.Contains(c.Action.Text, tt.text) {
						return
					}
				}
			}
			t.Errorf("no candidate of %s with %q; it proposed\n%s", tt.source, tt.text, strings.Join(tactics, "\n"))
		})
	}
}

func TestNoProposals(t *testing.T) {
	for _, tt := range []struct{ name, goal, source string }{
		{"an exponent has no use for its remainder", "n : ℕ ⊢ 7 ∣ 2 ^ n", "mod_split_simp"},
		{"a power too large to evaluate", "k : ℕ; h : k = 2 ^ 100000000 ⊢ 2 ^ k % 10 = 6", "closed_remainder"},
		{"a tower of powers", "k : ℕ; h : k = 2 ^ 2008 ⊢ 2 ^ k % 10 = 6", "simp_all"},
		{"a tower of powers", "k : ℕ; h : k = 2 ^ 2008 ⊢ 2 ^ k % 10 = 6", "induction_close"},
		{"no common period", "n : ℕ ⊢ 2 ^ n % 1009 = 1", "power_cycle"},
		{"natural differences are cut off", "x : ℕ → ℕ; h : ∀ n ≥ 3, x n = x (n - 1) - x (n - 2) ⊢ x 100 = 3", "periodic_recurrence"},
		{"a growing recurrence", "x : ℕ → ℤ; h : ∀ n ≥ 3, x n = x (n - 1) + x (n - 2) ⊢ x 100 = 3", "periodic_recurrence"},
		{"a hypothesis about the variable", "n : ℕ; h : 3 < n ⊢ n < 2 ^ n", "induction_pair"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range propose(t, New(), requestFor("", tt.goal)) {
				if c.Source == tt.source {
					t.Errorf("%s proposed\n%s", c.Source, c.Action.Text)
				}
			}
		})
	}
}

// goals are of many shapes, for properties that hold of all proposals.
var goals = []string{
	"⊢ False", "⊢ 2 + 2 = 4", "p q : Prop ⊢ p ∧ q ↔ q ∧ p",
	"n : ℕ; h : 7 ∣ 2 ^ n - 1 ⊢ 3 ∣ n",
	"x y z : ℤ; h : (x - y) ^ 2 + (y - z) ^ 2 = x * y * z; h₁ : 0 < x ∧ x < 10 ⊢ 6 ∣ x ^ 3 + y ^ 3",
	"f : ℕ → ℕ; h₀ : f 1 = 2; h : ∀ (x y : ℕ), f (x + y) = f x * f y ⊢ f 10 = 1024",
	"xs ys : List Nat; n : ℕ ⊢ (xs ++ ys).length = xs.length + ys.length",
	"⊢ ∃ x, x * x = 49", "t : Tree; n : ℕ ⊢ t.mirror.mirror = t ∧ fib n ≤ fib (n + 1)",
	"a b n : ℕ; h₀ : 1 ≤ a ∧ a ≤ 9; h₁ : 0 ≤ b ∧ b ≤ 9; h₂ : n = 10 * a + b; h₃ : n = a * b + a + b ⊢ b = 9",
}

func TestProposeIsOrderedAndWithoutDuplicates(t *testing.T) {
	for _, g := range goals {
		r := requestFor(listPreamble, g)
		list := propose(t, New(), r)
		if len(list) == 0 {
			t.Errorf("nothing proposed for %s", g)
		}
		seen := map[provers.Action]bool{}
		last := 0.0
		for _, c := range list {
			if seen[c.Action] {
				t.Errorf("%s: proposed twice:\n%s", g, c.Action.Text)
			}
			seen[c.Action] = true
			if c.LogProb > last || math.IsNaN(c.LogProb) || math.IsInf(c.LogProb, 0) {
				t.Errorf("%s: log-probability %v of %q after %v", g, c.LogProb, c.Action.Text, last)
			}
			last = c.LogProb
			if c.Source == "" || strings.TrimSpace(c.Action.Text) == "" || strings.Contains(c.Action.Text, "%!") {
				t.Errorf("%s: malformed candidate %+v", g, c)
			}
		}
		if again := propose(t, New(), r); !reflect.DeepEqual(list, again) {
			t.Errorf("%s: the same request gave other candidates", g)
		}
		r.Max = 5
		if first := propose(t, New(), r); len(first) > 5 || !reflect.DeepEqual(first, list[:len(first)]) {
			t.Errorf("%s: Max cut off the wrong candidates", g)
		}
	}
}

func TestCandidatesNameTheirGoal(t *testing.T) {
	r := requestFor("", "⊢ ?w = 3")
	r.State.Goals[0].Metavariables = []string{"?w"}
	r.State.Goals = append(r.State.Goals, provers.Goal{Target: "ℕ", Metavariable: "?w"})
	found := map[int]bool{}
	for _, c := range propose(t, New(), r) {
		found[c.Action.Goal] = true
	}
	if !found[0] || !found[1] {
		t.Errorf("candidates for goals %v, want both", found)
	}
}

func BenchmarkPropose(b *testing.B) {
	p := New()
	for _, g := range goals {
		r := requestFor(listPreamble, g)
		for _, c := range propose(b, p, r) {
			p.Learn(policy.Observation{Request: r, Candidate: c, Outcome: provers.Outcome{Status: provers.Rejected}})
		}
	}
	for i := 0; b.Loop(); i++ {
		propose(b, p, requestFor(listPreamble, goals[i%len(goals)]))
	}
}
