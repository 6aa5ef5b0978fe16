package answers

import (
	"fmt"
	"strings"
	"testing"
)

// summary writes steps as "f 20 = 306 by h 20; …".
func summary(steps []Step) string {
	var list []string
	for _, s := range steps {
		var by []string
		for _, i := range s.Instances {
			by = append(by, i.Equation.Proof(i.Arguments, "_"))
		}
		list = append(list, fmt.Sprintf("%s = %s by %s", s.Term, s.Value, strings.Join(by, ", ")))
	}
	return strings.Join(list, "; ")
}

func TestChain(t *testing.T) {
	for _, tt := range []struct{ name, context, wanted, want string }{
		{"forward", "f : ℤ → ℤ; h0 : ∀ (x : ℤ), f x + f (x - 1) = x ^ 2; h1 : f 19 = 94", "f 21", "f 19 = 94 by h1; f 20 = 306 by h0 20; f 21 = 135 by h0 21"},
		{"backward", "f : ℤ → ℤ; h0 : ∀ (x : ℤ), f x + f (x - 1) = x ^ 2; h1 : f 1 = 4", "f (-1)", "f 1 = 4 by h1; f 0 = -3 by h0 1; f (-1) = 3 by h0 0"},
		{"two values back", "a : ℕ → ℕ; h₀ : a 1 = 1; h₁ : a 2 = 1; h₂ : ∀ (n : ℕ), a (n + 2) = a (n + 1) + a n", "a 4", "a 1 = 1 by h₀; a 2 = 1 by h₁; a 3 = 2 by h₂ 1; a 4 = 3 by h₂ 2"},
		{"premise", "x : ℕ → ℤ; h1 : x 1 = 2; h : ∀ n ≥ 2, x n = 3 - x (n - 1)", "x 3", "x 1 = 2 by h1; x 2 = 1 by h 2 _; x 3 = 2 by h 3 _"},
		{"two arguments", "s : ℕ → ℕ → ℕ; h : ∀ (a b : ℕ), 0 < a ∧ 0 < b → s a b = a ^ b + b ^ a", "s 2 6", "s 2 6 = 100 by h 2 6 _"},
		{"nested recursion", "s : ℕ → ℕ → ℕ; h0 : ∀ (b : ℕ), s 0 b = b + 1; h1 : ∀ (a : ℕ), s (a + 1) 0 = s a 1", "s 2 0", ""},
		{"relation", "f : ℕ → ℕ; h : f 3 = 2 * f 1 + 5; k : 7 = f 1", "f 3", "f 1 = 7 by k; f 3 = 19 by h"},
		{"not linear", "a : ℕ → ℕ; h0 : a 0 = 1; h : ∀ (n : ℕ), a (n + 1) = a n ^ 2 + 1", "a 3", "a 0 = 1 by h0; a 1 = 2 by h 0; a 2 = 5 by h 1; a 3 = 26 by h 2"},
		{"truncated", "a : ℕ → ℕ; h0 : a 0 = 5; h : ∀ (n : ℕ), a (n + 1) = a n - 3", "a 2", "a 0 = 5 by h0; a 1 = 2 by h 0; a 2 = 0 by h 1"},
		{"doubling", "f : ℕ → ℕ; h0 : f 1 = 1; h : ∀ (n : ℕ), f (2 * n) = f n + 1", "f 1024", "f 1 = 1 by h0; f 2 = 2 by h 1; f 4 = 3 by h 2; f 8 = 4 by h 4; f 16 = 5 by h 8; f 32 = 6 by h 16; f 64 = 7 by h 32; f 128 = 8 by h 64; f 256 = 9 by h 128; f 512 = 10 by h 256; f 1024 = 11 by h 512"},
		{"value as argument", "f : ℕ → ℕ; h0 : f 1 = 2; h : ∀ (n : ℕ), f (f n) = 3 * n", "f 6", "f 1 = 2 by h0; f 2 = 3 by h 1; f 3 = 6 by h 2; f 6 = 9 by h 3"},
		{"system", "f : ℤ → ℤ; h : ∀ (x : ℤ), f x + 2 * f (3 - x) = 3 * x", "f 1", "f 1 = 3 by h 2, h 1"},
		{"coefficients", "f : ℕ → ℤ; a b : ℤ; h : ∀ (x : ℕ), f x = a * x + b; h1 : f 1 = 5; h2 : f 3 = 9", "f 10", "f 1 = 5 by h1; f 3 = 9 by h2; f 10 = 23 by h 10, h 1, h 3"},
		{"conjunctions", "f : ℕ → ℕ; h : f 0 = 1 ∧ ∀ (n : ℕ), (n % 2 = 0 → f (n + 1) = f n + 1) ∧ (n % 2 = 1 → f (n + 1) = 2 * f n)", "f 2", "f 0 = 1 by h.1; f 1 = 2 by (h.2 0).1 _; f 2 = 4 by (h.2 1).2 _"},
		{"premise on a value", "c : ℕ → ℕ; h0 : c 0 = 3; h1 : ∀ (n : ℕ), c n % 2 = 1 → c (n + 1) = 3 * c n + 1; h2 : ∀ (n : ℕ), c n % 2 = 0 → c (n + 1) = c n / 2", "c 2", "c 0 = 3 by h0; c 1 = 10 by h1 0 _; c 2 = 5 by h2 1 _"},
		{"condition", "c : ℕ → ℕ; h0 : c 0 = 3; h : ∀ (n : ℕ), c (n + 1) = if c n % 2 = 0 then c n / 2 else 3 * c n + 1", "c 2", "c 0 = 3 by h0; c 1 = 10 by h 0; c 2 = 5 by h 1"},
		{"nothing known", "f : ℕ → ℕ; h : ∀ (n : ℕ), f (n + 1) = f n + 1", "f 5", ""},
		{"no integer", "f : ℕ → ℕ; h : 2 * f 1 = 5", "f 1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps, at := Chain(context(tt.context), []string{tt.wanted})
			if got := summary(steps); got != tt.want || at[0] != len(steps)-1 {
				t.Errorf("steps are\n%s (at %d), want\n%s", got, at[0], tt.want)
			}
		})
	}
}

func TestChainIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name, context, wanted string
		steps                 int
	}{
		{"long", "a : ℕ → ℤ; h0 : a 0 = 1; h : ∀ (n : ℕ), a (n + 1) = 1 - a n", "a 1000", 1001},
		{"too long", "a : ℕ → ℤ; h0 : a 0 = 1; h : ∀ (n : ℕ), a (n + 1) = 1 - a n", "a 1000000", 0},
		{"numbers too large", "a : ℕ → ℕ; h0 : a 0 = 2; h : ∀ (n : ℕ), a (n + 1) = a n ^ 2", "a 40", 0},
		{"many instances", "f : ℤ → ℤ; h : ∀ (x y : ℤ), f (x + y) = f x + f y + x * y", "f 500", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if steps, _ := Chain(context(tt.context), []string{tt.wanted}); len(steps) != tt.steps {
				t.Errorf("%d steps, want %d", len(steps), tt.steps)
			}
		})
	}
}

func BenchmarkChain(b *testing.B) {
	hypotheses := context("a : ℕ → ℤ; h0 : a 0 = 1; h : ∀ (n : ℕ), a (n + 1) = 1 - a n")
	for b.Loop() {
		Chain(hypotheses, []string{"a 1000"})
	}
}
