import Mathlib

/-- Show that one is one. -/
theorem putnam_2999_a2 : ∃ n : ℕ, n = 1 :=
sorry

theorem putnam_2999_a3 (h : sorry) : 1 = 1 := sorry
