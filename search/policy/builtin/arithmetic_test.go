package builtin

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

func TestArithmeticProposals(t *testing.T) {
	for _, tt := range []struct {
		name, goal   string
		source, text string // a candidate of the source has the text
	}{
		{"linear bound", "x y : ℕ; h : 3 * x + y = 20 ⊢ x * x < 40", "bounds", "have hb : x < 7 := by omega"},
		{"product of positive integers", "x y : ℤ; h₀ : 0 < y; h₁ : y < x; h₂ : x + y + x * y = 80 ⊢ x = 26", "bounds", "have hm := Int.mul_nonneg hs₁ hs"},
		{"both sides of a cube", "n : ℤ; h : (n - 1) * n * (n + 1) = 720 ⊢ n + 1 = 10", "bounds", "have hb₁ : 0 ≤ n := by\n  apply Int.le_of_not_gt\n  intro hc\n  have hs : 0 ≤ -1 - n := by omega"},
		{"product of naturals", "x y : ℕ; h₀ : 0 < x; h₁ : 0 < y; h : x * y + x * x = 90 ⊢ x < 30", "bounds", "x < 10 := by\n  apply Nat.lt_of_not_ge\n  intro hc\n  obtain ⟨t, rfl⟩ : ∃ t, x = 10 + t"},
		{"exponents", "x y : ℕ; h : 2 ^ x * 3 ^ y = 1296 ⊢ x + y = 8", "bounds", "x < 11 := (Nat.pow_lt_pow_iff_right (show 1 < 2 by decide)).mp"},
		{"cut-off difference", "x : ℕ; h : 10 ^ x - 10 = 9990 ⊢ x = 4", "bounds_enumerate", "have hb₁ : x < 5 := (Nat.pow_lt_pow_iff_right (show 1 < 10 by decide)).mp"},
		{"the only value", "a b c answer : ℤ; h₀ : b = a + 1; h₁ : c = b + 1; h₂ : a * b * c = 120 ⊢ c = answer ↔ answer = 6", "bounds_solve_omega", "have hv : c = 6 := by"},
		{"the only value of an expression", "m n answer : ℕ; h₀ : 1 < m; h₁ : 1 < n; h₂ : m * n = 2005 ⊢ answer = m + n ↔ answer = 406", "bounds_eliminate_solve_omega", "2005 / n + n = 406"},
		{"sum of squares", "a b : ℤ; h : a * a + b * b = 25 ⊢ a ≠ 1", "bounds", "0 ≤ b * b := (Int.le_total 0 b).elim"},
		{"after a substitution", "x y : ℤ; h : x * y = 12; h₁ : x + y = 7 ⊢ x = 3 ∨ x = 4", "bounds_enumerate", "have hb : x < 5"},
		{"negated target", "a b : ℤ; h₀ : 0 < a ∧ 0 < b; h₁ : 11 ∣ a * b + 1 ⊢ 7 ≤ a + b", "bounds_by_contradiction_enumerate", "refine Decidable.byContradiction fun hn => ?_\nhave hb : a < 6 := by omega"},
		{"positive on the box", "a b : ℤ; h₀ : 2 ≤ a; h₁ : 3 ≤ b ⊢ 6 ≤ a * b", "bounds_by_contradiction_omega", "Int.mul_nonneg"},
		{"values of a natural number", "n : ℕ; h₀ : n < 30; h₁ : n * n % 30 = 4; h₂ : n % 5 = 2 ⊢ n = 2 ∨ n = 22", "enumerate_kernel", "revert h₁ h₂\nrevert h₀\nrevert n"},
		{"values of an integer", "x : ℤ; h₀ : -3 ≤ x; h₁ : x ≤ 3; h : x ^ 2 = 4 ⊢ x = 2 ∨ x = -2", "enumerate_kernel", "∃ k : Nat, k < 7 ∧ x = (k : Int) - 3 := ⟨(x + 3).toNat, by omega, by omega⟩"},
		{"facts that do not help are cleared", "m x : ℤ; h₀ : 1 ≤ m; h₁ : m ≤ 9; h₂ : x % m = 1; h : m * m = 9 ⊢ m = 3", "enumerate_kernel", "clear h₀ h₁ h₂\nrevert h\n"},
		{"elimination", "x y : ℕ; h₀ : 0 < x; h₁ : x < 900; h : x * y = 899; h₂ : y * y < 900 ⊢ 29 ≤ x", "eliminate", "obtain rfl : y = 899 / x := (Nat.div_eq_of_eq_mul_left"},
		{"cofactor", "x y : ℤ ⊢ x - y ∣ x ^ 3 - y ^ 3", "cofactor", "exact ⟨x ^ 2 + x * y + y ^ 2, by grind⟩"},
		{"cofactor modulo an equation", "x y : ℤ; h : x * y = 1 ⊢ x + y ∣ x ^ 2 + y ^ 2 + 2", "cofactor", "exact ⟨x + y, by grind⟩"},
		{"cofactor from a divisibility", "d a b : ℤ; h : d ∣ a ⊢ d ∣ a * b + d", "cofactor", "obtain ⟨k, hk⟩ := h\nexact ⟨1 + k * (b), by grind⟩"},
		{"combined divisors", "m x : ℤ; h₁ : 6 * x % m = 1; h₂ : (x - 36) % m = 0 ⊢ m ≤ 215", "combine_divisors", "m ∣ 215"},
		{"witness", "⊢ ∃ x y, x * x + y * y = 25 ∧ 0 < x ∧ x < y", "evaluated_witness", "exact ⟨3, 4, by decide +kernel⟩"},
		{"integer witness", "⊢ ∃ (x : ℤ), x * x = 9 ∧ x < 0", "evaluated_witness", "exact ⟨-3, by decide +kernel⟩"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tactics []string
			for _, c := range propose(t, New(), requestFor("", tt.goal)) {
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

func TestNoArithmeticProposals(t *testing.T) {
	for _, tt := range []struct{ name, goal, source string }{
		{"a counterexample among the values", "n : ℕ; h₀ : n < 30; h₁ : n * n % 30 = 4 ⊢ n = 2", "enumerate_kernel"},
		{"known bounds", "n : ℕ; h : n < 7 ⊢ n * n < 50", "bounds"},
		{"unbounded", "x y : ℤ; h : x * y = x + y ⊢ x = y", "bounds"},
		{"too many cases", "a b c : ℕ; h₀ : a < 50; h₁ : b < 50; h₂ : c < 50 ⊢ a * b * c < 125000", "enumerate_kernel"},
		{"no cofactor", "x y : ℤ ⊢ x - y ∣ x ^ 3 + y ^ 3", "cofactor"},
		{"a rational cofactor", "x : ℤ ⊢ 2 * x ∣ x ^ 2", "cofactor"},
		{"a slope that may be 0", "x y : ℤ; h : x * y = x; h₀ : -3000 < x; h₁ : x < 3000 ⊢ x = 0 ∨ y = 1", "eliminate"},
		{"no witness", "⊢ ∃ x, x * x = 2", "evaluated_witness"},
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

func TestEvaluator(t *testing.T) {
	v := newView(goalOf("a b : ℕ; x y : ℤ ⊢ False"))
	values := []int64{3, 7, -5, 2} // a, b, x, y
	e := newEvaluator(v, v.variables)
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"a - b = 0", true},
		{"a - b + 4 = 4", true},
		{"b / 2 = 3", true},
		{"a / 0 = 0", true},
		{"b % 0 = b", true},
		{"x / 2 = -3", true},
		{"x / -2 = 3", true},
		{"x % 2 = 1", true},
		{"x % -2 = 1", true},
		{"x - y = -7", true},
		{"↑a - ↑b = -4", true},
		{"x ^ 3 = -125", true},
		{"2 ^ a = 8", true},
		{"5 ∣ x", true},
		{"0 ∣ y", false},
		{"Nat.gcd (2 * a) (3 * a) = a", true},
		{"a.lcm b = 21", true},
		{"a < b ∧ ¬y < x → x ≠ y", true},
		{"a = b ↔ x = y", true},
		{"a > b ∨ a ≥ b", false},
	} {
		p := e.proposition(term.Parse(tt.text))
		if p == nil {
			t.Errorf("%s cannot be computed", tt.text)
			continue
		}
		if got, ok := p(values); !ok || got != tt.want {
			t.Errorf("%s is %v (representable: %v), want %v", tt.text, got, ok, tt.want)
		}
	}
	for _, text := range []string{"a ^ 60 < b ^ 60", "9223372036854775807 + a = b", "9223372036854775808 = a"} {
		if p := e.proposition(term.Parse(text)); p != nil {
			if got, ok := p(values); ok {
				t.Errorf("%s is %v although it overflows", text, got)
			}
		}
	}
	for _, text := range []string{"f a = b", "∃ c, a = c", "3 - 5 = 0"} {
		if e.proposition(term.Parse(text)) != nil {
			t.Errorf("%s was computed", text)
		}
	}
}

func TestRefuted(t *testing.T) {
	for _, tt := range []struct {
		goal string
		want bool
	}{
		{"n : ℕ ⊢ n * n = n", true},
		{"n : ℕ ⊢ n * n ≥ n", false},
		{"n : ℤ; h : n * n = 4 ⊢ n = 2", true},
		{"n : ℕ; h : n * n = 4 ⊢ n = 2", false},
		{"n : ℕ; h : 3 < n ⊢ n < 3", true},
		{"n : ℕ; f : ℕ → ℕ; h : f n = 0 ⊢ n = 1", false}, // the fact may exclude everything
		{"⊢ 2 + 2 = 5", true},
		{"n : ℕ; h : False ⊢ n = 1", false},
	} {
		if got := newView(goalOf(tt.goal)).refuted(); got != tt.want {
			t.Errorf("%s: refuted is %v, want %v", tt.goal, got, tt.want)
		}
	}
}

// TestBoundsHold compares derived bounds with all small solutions of random constraints.
func TestBoundsHold(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	terms := []string{"x", "y", "x * y", "x ^ 2", "y ^ 2", "x * (y + 2)", "(x - y) ^ 2"}
	derived := 0
	for range 400 {
		sum := fmt.Sprint(random.IntN(9))
		for range 2 + random.IntN(2) {
			sum += fmt.Sprintf(" + %d * %s", 1+random.IntN(3), group(term.Parse(terms[random.IntN(len(terms))])))
		}
		relation := []string{"=", "<", "≤"}[random.IntN(3)]
		goal := fmt.Sprintf("x y : ℤ; h₀ : %d ≤ x; h : %s %s %d ⊢ False", random.IntN(4)-2, sum, relation, 5+random.IntN(40))
		v := newView(goalOf(goal))
		f := v.findBounds()
		derived += len(f.facts)
		e := newEvaluator(v, v.variables)
		compile := func(facts []fact) (list []truth) {
			for _, h := range facts {
				list = append(list, e.proposition(h.term))
			}
			return list
		}
		given, claims := compile(v.facts), compile(f.facts)
		first := func(list []truth, values []int64) int { // that does not hold; len(list) if all do
			for i, p := range list {
				if h, ok := p(values); !ok || !h {
					return i
				}
			}
			return len(list)
		}
		for x := int64(-2); x <= 60; x++ {
			for y := int64(-60); y <= 60; y++ {
				values := []int64{x, y}
				if first(given, values) < len(given) {
					continue
				}
				if i := first(claims, values); i < len(claims) {
					t.Fatalf("%s\nimplies %s, which is false at x = %d, y = %d", goal, f.facts[i].text, x, y)
				}
				if f.empty {
					t.Fatalf("%s\nis contradictory, but has the solution x = %d, y = %d", goal, x, y)
				}
			}
		}
	}
	if derived < 100 {
		t.Errorf("only %d bounds were derived", derived)
	}
}

func TestLeastTrue(t *testing.T) {
	for want := int64(-20); want <= 20; want++ {
		calls := 0
		got := leastTrue(-20, 20, func(n int64) bool { calls++; return n >= want })
		if got != want || calls > 20 {
			t.Errorf("found %d with %d calls, want %d", got, calls, want)
		}
	}
}
