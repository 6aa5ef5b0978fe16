/-
Problems that come with ansatz, from easy to olympiad-like. They need no
library, so that any Lean 4 can be used:

    ansatz prove benchmarks/bundled/first.lean
-/

/-! ## Warming up -/

theorem add_three_reversed (a b c : Nat) : a + b + c = c + b + a := sorry

theorem and_swap (p q : Prop) (h : p ∧ q) : q ∧ p := sorry

theorem not_or_iff (p q : Prop) : ¬(p ∨ q) ↔ ¬p ∧ ¬q := sorry

theorem chain (p q r s : Prop) (hpq : p → q) (hqr : q → r) (hrs : r → s) (hp : p) : s := sorry

theorem something_below (n : Nat) (h : 2 ≤ n) : ∃ k, 1 ≤ k ∧ k < n := sorry

theorem linear_system (x y : Int) (h₁ : x + y = 10) (h₂ : x - y = 4) : x = 7 ∧ y = 3 := sorry

theorem append_length (xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length := sorry

theorem last_digit : 7 ^ 2026 % 10 = 9 := sorry

/-! ## Remainders -/

theorem even_product (n : Nat) : 2 ∣ n * (n + 1) := sorry

theorem odd_square (n : Nat) (h : n % 2 = 1) : n ^ 2 % 8 = 1 := sorry

theorem square_never_three (a : Int) : a ^ 2 % 4 ≠ 3 := sorry

theorem square_mod_seven (n k : Nat) : n ^ 2 ≠ 7 * k + 3 := sorry

/-! ## Finitely many cases -/

theorem coins (a b : Nat) (h : 5 * a + 3 * b = 31) (hb : b < 5) : a = 5 ∧ b = 2 := sorry

theorem rectangle (l w : Nat) (h₁ : l * w = 24) (h₂ : 2 * (l + w) = 20) (h₃ : l ≤ w) : l = 4 := sorry

theorem two_digits (a b : Nat) (h₁ : 1 ≤ a ∧ a ≤ 9) (h₂ : b ≤ 9) (h : 10 * a + b = 2 * a * b) :
    a = 3 ∧ b = 6 := sorry

/-! ## Induction -/

def triangle : Nat → Nat
  | 0 => 0
  | n + 1 => triangle n + (n + 1)

theorem triangle_formula (n : Nat) : 2 * triangle n = n * (n + 1) := sorry

theorem doubling (f : Nat → Nat) (h₀ : f 0 = 1) (h : ∀ n, f (n + 1) = 2 * f n) (n : Nat) :
    f n = 2 ^ n := sorry

theorem power_beats_successor (n : Nat) : n + 1 ≤ 2 ^ n := sorry

theorem eight_divides (n : Nat) : 8 ∣ 9 ^ n - 1 := sorry

/-! ## Olympiad-like -/

theorem seven_divides (n : Nat) : 7 ∣ 3 ^ (2 * n + 1) + 2 ^ (n + 2) := sorry

theorem lowest_terms (n : Nat) : Nat.gcd (2 * n + 3) (n + 1) = 1 := sorry

theorem power_of_two_mod_seven (n : Nat) : 2 ^ n % 7 ≠ 3 := sorry

theorem arithmetic_mean (a b : Int) : 2 * a * b ≤ a ^ 2 + b ^ 2 := sorry

theorem sum_equals_product (x y : Nat) (hx : 0 < x) (hy : 0 < y) (h : x * y = x + y) :
    x = 2 ∧ y = 2 := sorry

theorem period_six (x : Nat → Int) (h : ∀ n, x (n + 2) = x (n + 1) - x n) (n : Nat) :
    x (n + 6) = x n := sorry
