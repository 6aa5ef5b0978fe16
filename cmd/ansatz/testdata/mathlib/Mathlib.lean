-- What the tests need of Mathlib, in core Lean. Its tactics have the names of
-- Mathlib's and are weaker.
module
public import Aesop
public section

-- The interpreter does not find extracted terms of other modules in Lean from npm.
set_option compiler.extract_closed false

notation "ℕ" => Nat
notation "ℤ" => Int

namespace BigOperators
end BigOperators
namespace Real
end Real
namespace Topology
end Topology

/-- What core Lean has no name for. -/
@[expose] def Nat.double (n : ℕ) : ℕ := n + n

@[simp] theorem Nat.double_eq (n : ℕ) : n.double = 2 * n := by unfold Nat.double; omega

macro "norm_num" : tactic => `(tactic| simp)
macro "ring_nf" : tactic => `(tactic| simp only [Nat.add_comm, Nat.add_left_comm, Nat.mul_comm, Nat.mul_left_comm])
