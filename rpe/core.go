package rpe

import "strings"

// onValues turns "answer = A ↔ answer = B" into A = B. It says the same with
// less around it, and closed terms can be evaluated then.
const onValues = "refine iff_of_eq (congrArg (Eq _) ?_)\n"

// witnessed are the existential statements that say no more than a division
// does, with the division: "b = a * k + r for some k". They are "divides", "even"
// and "odd" in other words; nothing else is known here of what a witness could be.
const witnessed = `simp only [
  show ∀ a b : Nat, (∃ k, b = a * k) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Nat.mul_mod_right a k, fun h => ⟨b / a, (Nat.mul_div_cancel' (Nat.dvd_of_mod_eq_zero h)).symm⟩⟩,
  show ∀ a b : Nat, (∃ k, b = k * a) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Nat.mul_mod_left k a, fun h => ⟨b / a, (Nat.div_mul_cancel (Nat.dvd_of_mod_eq_zero h)).symm⟩⟩,
  show ∀ a b : Nat, (∃ k, a * k = b) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Nat.mul_mod_right a k, fun h => ⟨b / a, Nat.mul_div_cancel' (Nat.dvd_of_mod_eq_zero h)⟩⟩,
  show ∀ a r b : Nat, (∃ k, b = a * k + r) ↔ r ≤ b ∧ (b - r) % a = 0 from fun a r b =>
    ⟨fun ⟨k, h⟩ => ⟨by omega, by rw [h, Nat.add_sub_cancel]; exact Nat.mul_mod_right a k⟩,
      fun ⟨l, h⟩ => ⟨(b - r) / a, by rw [Nat.mul_div_cancel' (Nat.dvd_of_mod_eq_zero h)]; omega⟩⟩,
  show ∀ b : Nat, (∃ k, b = k + k) ↔ b % 2 = 0 from fun b =>
    ⟨fun ⟨k, h⟩ => by omega, fun h => ⟨b / 2, by omega⟩⟩,
  show ∀ a b : Int, (∃ k, b = a * k) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Int.mul_emod_right a k, fun h => ⟨b / a, (Int.mul_ediv_cancel' (Int.dvd_of_emod_eq_zero h)).symm⟩⟩,
  show ∀ a b : Int, (∃ k, b = k * a) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Int.mul_emod_left k a, fun h => ⟨b / a, (Int.ediv_mul_cancel (Int.dvd_of_emod_eq_zero h)).symm⟩⟩,
  show ∀ a b : Int, (∃ k, a * k = b) ↔ b % a = 0 from fun a b =>
    ⟨fun ⟨k, h⟩ => h ▸ Int.mul_emod_right a k, fun h => ⟨b / a, Int.mul_ediv_cancel' (Int.dvd_of_emod_eq_zero h)⟩⟩,
  show ∀ a r b : Int, (∃ k, b = a * k + r) ↔ (b - r) % a = 0 from fun a r b =>
    ⟨fun ⟨k, h⟩ => by rw [h, Int.add_sub_cancel]; exact Int.mul_emod_right a k,
      fun h => ⟨(b - r) / a, by rw [Int.mul_ediv_cancel' (Int.dvd_of_emod_eq_zero h)]; omega⟩⟩,
  show ∀ b : Int, (∃ k, b = k + k) ↔ b % 2 = 0 from fun b =>
    ⟨fun ⟨k, h⟩ => by omega, fun h => ⟨b / 2, by omega⟩⟩]
first
| done
| omega`

// coreTactics is the list for Lean without Mathlib: what the paper's list does,
// as far as core Lean can. Each has the whole goal for itself, the cheap ones
// first. What each is there for:
//
//   - rfl, decide and kernel evaluate (the paper's rfl and norm_num): numerals,
//     2004 % 12, gcd, lists, user functions. The kernel counts in machine numbers.
//   - omega is linear arithmetic: intervals against lists of values, parity,
//     min, max, absolute values, conditions.
//   - simp and simp_omega compute with data (lists, tuples, options) and arithmetic
//     that is left then.
//   - grind is the paper's ring_nf and aesop: polynomials, fields, rearranged
//     propositions.
//   - finite goes over all values of a small type.
//   - values, functions, pointwise and components are about equal functions and
//     data by their parts.
//   - witness knows "n = 2 * k for some k" and the like, see [witnessed].
//
// There is no induction, no library search and no guess at a witness, so that
// nothing is solved that was not evaluated.
func coreTactics() []Tactic {
	lines := func(s ...string) string { return strings.Join(s, "\n") }
	return []Tactic{
		{Name: "rfl"},
		{Name: "omega"},
		{Name: "simp"},
		{Name: "decide", Text: onValues + "decide"},
		{Name: "simp_omega", Text: lines("simp only [List.mem_cons, List.not_mem_nil, or_false, Prod.mk.injEq, Option.some.injEq, Fin.ext_iff]", "omega")},
		{Name: "finite", Text: "decide +revert"},
		{Name: "values", Text: onValues + "first\n| ac_rfl\n| (simp; done)\n| (congr 1 <;> first | ac_rfl | omega | grind)"},
		{Name: "functions", Text: onValues + "repeat (apply funext; intro _)\nfirst\n| rfl\n| omega\n| (simp; done)\n| ac_rfl\n| grind"},
		{Name: "grind"},
		{Name: "pointwise", Text: "simp only [funext_iff]\nfirst\n| done\n| omega\n| grind"},
		{Name: "components", Text: "simp only [Prod.ext_iff, Option.ext_iff]\nfirst\n| done\n| omega\n| grind"},
		{Name: "witness", Text: witnessed},
		{Name: "kernel", Text: onValues + "decide +kernel"},
	}
}
