theorem pattern : ∀ n : Nat, n = n
  | 0 => rfl
  | n + 1 => calc n + 1 = n + 1 := sorry
theorem structured : True ∧ True where
  left := sorry
  right := trivial
def value : Nat := sorry
abbrev solution : Nat := sorry
instance : Inhabited Nat := sorry
theorem deeper : 1 = 1 := by
  have h : 2 = 2 := by
    sorry
  open Nat in exact rfl
theorem skip_first : 1 = 1 := by
  skip
  sorry
theorem more : 1 = 1 := by sorry; done
theorem unbalanced (h : 1 = 1 : 2 = 2 := by
  sorry
theorem fine : 1 = 1 := by sorry
theorem : 1 = 1 := sorry
mutual
theorem one : 1 = 1 := sorry
theorem two : 1 = 1 := sorry
end
theorem admitted : 1 = 1 := by admit
macro "quoted" : command => `(
theorem inside : 1 = 1 := sorry)
theorem complete : 1 = 1 := rfl
deriving instance Repr for Foo
#check (sorry : Nat)
theorem hollow : sorry = 1 := by sorry
