package builtin

import (
	"strings"
	"testing"
)

// recurrenceScript is what the rule proposes, or "".
func recurrenceScript(goal string) string {
	script := ""
	recurrences(newView(goalOf(goal)), func(_ float64, source, tactic string) {
		if source == "recurrence" {
			script = tactic
		}
	})
	return script
}

func TestRecurrenceScript(t *testing.T) {
	got := recurrenceScript("f : ℤ → ℤ; h0 : ∀ (x : ℤ), f x + f (x - 1) = x ^ 2; h1 : f 1 = 4 ⊢ f 3 + f (-1) = 11")
	want := `have ⟨hvalue, hvalue₁⟩ : f 3 = 9 ∧ f (-1) = 3 := by
  have step : ∀ (x : Int) (y : Int) (r : Int), f x = y → y + r = x ^ 2 → f (x - 1) = r := by
    intro x y r e e₁
    subst e
    have e₂ := h0 x
    first | exact e₂.trans e₁.symm | omega
  have step₁ : ∀ (x : Int) (y : Int) (r : Int), f (x - 1) = y → r + y = x ^ 2 → f x = r := by
    intro x y r e e₁
    subst e
    have e₂ := h0 x
    first | exact e₂.trans e₁.symm | omega
  have v : f 0 = -3 := step 1 _ _ h1 rfl
  have v₁ : f 2 = 0 := step₁ 2 _ _ h1 rfl
  have v₂ : f (-1) = 3 := step 0 _ _ v rfl
  have v₃ : f 3 = 9 := step₁ 3 _ _ v₁ rfl
  exact ⟨v₃, v₂⟩
first | omega | (simp [hvalue, hvalue₁]; done) | (simp [hvalue, hvalue₁] at *; omega)`
	if got != want {
		t.Errorf("the script is\n%s\nwant\n%s", got, want)
	}
}

func TestRecurrenceSteps(t *testing.T) {
	for _, tt := range []struct {
		name, goal string
		parts      []string // of the script, in this order
	}{
		{"premise", "s : ℕ → ℕ → ℕ; h : ∀ (a b : ℕ), 0 < a ∧ 0 < b → s a b = a ^ b + b ^ a ⊢ 100 = s 2 6",
			[]string{"(0 < a ∧ 0 < b) → r = a ^ b + b ^ a → s a b = r", "have e₁ := h a b (by assumption)", "have v : s 2 6 = 100 := step 2 6 _ (of_decide_eq_true rfl) rfl"}},
		{"two values", "a : ℕ → ℕ; h₀ : a 1 = 1; h₁ : a 2 = 1; h₂ : ∀ (n : ℕ), a (n + 2) = a (n + 1) + a n ⊢ 3 = a 4",
			[]string{"have v : a 3 = 2 := step 1 _ _ _ h₁ h₀ rfl", "have v₁ : a 4 = 3 := step 2 _ _ _ v h₁ rfl"}},
		{"wanted by a fact", "u : ℕ → ℕ; k : ℕ; h0 : 3 = u 0; h1 : ∀ (n : ℕ), u (n + 1) = 2 * u n + 1; h : k = u 1 ⊢ k = 7",
			[]string{"have hvalue : u 1 = 7 := by", "step 0 _ _ h0.symm rfl", "omega"}},
		{"system", "f : ℤ → ℤ; h : ∀ (x : ℤ), f x + 2 * f (3 - x) = 3 * x ⊢ f 1 = 3",
			[]string{"have v : f 1 = 3 := by", "have e := h 2", "have e₁ := h 1", "first | omega | (simp at e e₁; omega)"}},
		{"value as argument", "f : ℕ → ℕ; h0 : f 1 = 2; h : ∀ (n : ℕ), f (f n) = 3 * n ⊢ f 2 = 3",
			[]string{"f n = y → r = 3 * n → f y = r", "step 1 _ _ h0 rfl"}},
		{"coefficients", "f : ℕ → ℤ; a b : ℤ; h : ∀ (x : ℕ), f x = a * ↑x + b; ha : a = 2; hb : b = 1 ⊢ f 5 = 11",
			[]string{"a = y → b = y₁ → r = y * ↑x + y₁ → f x = r", "step 5 _ _ _ ha hb rfl"}},
		{"condition", "c : ℕ → ℕ; h0 : c 0 = 3; h : ∀ (n : ℕ), c (n + 1) = if c n % 2 = 0 then c n / 2 else 3 * c n + 1 ⊢ c 1 = 10",
			[]string{"have v : c 1 = 10 := by", "have e := h 0", "(simp [h0] at e; omega)"}},
		{"name of a bound variable", "u : ℕ → ℕ; n : ℕ; h0 : u 0 = 3; h1 : ∀ (n : ℕ), u (n + 1) = 2 * u n + 1; hn : u 1 < n ⊢ 7 < n",
			[]string{"have e := h1 0"}},
		{"blocks", "a : ℕ → ℕ; h : a 0 = 0; k : ∀ (n : ℕ), a (n + 1) = a n + 1 ⊢ a 120 = 120",
			[]string{"have v₄₈ : a 49 = 49 := by\n    have v : a 1 = 1", "have v₉₈ : a 99 = 99 := by\n    have v₄₉ : a 50 = 50", "exact v₁₁₉\nfirst"}},
		{"unknown", "f : ℕ → ℕ; h : ∀ (n : ℕ), f (n + 1) = f n + 1 ⊢ f 5 = 7", nil},
		{"nothing general", "f : ℕ → ℕ; h : f 1 = 2 ⊢ f 1 = 2", nil},
		{"nothing to compute", "f : ℕ → ℕ; h : f 1 = 2; g : ∀ (n : ℕ), f n < 9 ⊢ f 1 = 2", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			script := recurrenceScript(tt.goal)
			if (script == "") != (tt.parts == nil) {
				t.Fatalf("the script is %q", script)
			}
			rest := script
			for _, part := range tt.parts {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("%q is missing or out of order in\n%s", part, script)
				}
				rest = after
			}
		})
	}
}
