import Mathlib
import Foo.Bar

/-! # Module comment with theorem words -/

namespace Outer.Inner
open Nat Finset
noncomputable section Names
variable (n : Nat)

-- theorem commented : False := sorry
/-- A doc comment that says sorry. -/
@[simp, norm_num]
protected theorem first (m : Nat := 5) (h : let k := m; k = m) : |(m : Int)| = m -- why not
  := by
  -- to do
  sorry -- keep

theorem second : let x := 2
    have h : 1 < x := by decide
    x > 1 := sorry
section
private lemma third {α : Type*} [Inhabited α] : ∃ x : α, True := by sorry
  end
open scoped Classical in
set_option maxHeartbeats 400000 in
theorem _root_.rooted : match 1 with | 0 => False | _ => True := sorry

example : 1 = 1 := rfl
example (s : Set Nat) : {x | x ∈ s} = s := by { sorry }
theorem «odd name».x.{u, v} (f : Nat → Nat) (hf : f = fun x => x) : f 1 = 1 := by
  sorry
end Names
end Outer.Inner
  theorem indented : True ∧ True := by
    sorry
theorem last : 1 = 1 := sorry
