/-- Find a number above 2. -/
theorem above (n : Nat) (h : n = 2) : ∃ a : Nat, a > n := by sorry

theorem pair : ∃ (a b : Nat), a < b := by sorry

theorem untyped : ∀ n > 0, ∃ m, ∀ _ : m > n, m < 2 * n := sorry

theorem plain : 1 = 1 := by sorry

theorem three : ∃ (a b : Nat), a = b := by sorry
