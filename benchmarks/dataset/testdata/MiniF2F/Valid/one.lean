import Mathlib.Tactic

theorem one_is_one : 1 = 1 := by sorry

theorem something : ∃ n : Nat, n = 1 := by sorry
