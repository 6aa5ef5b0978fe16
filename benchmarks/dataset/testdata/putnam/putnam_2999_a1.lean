import Mathlib
open Nat

abbrev putnam_2999_a1_solution : ℕ → ℕ := sorry
-- fun n : ℕ =>
--   n + 1
-- Note: the author counts from 0.
/--
Find the successor of $n$.
-/
theorem putnam_2999_a1 (n : ℕ) : putnam_2999_a1_solution n = n.succ :=
sorry
