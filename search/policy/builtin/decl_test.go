package builtin

import "testing"

func TestDeclarationsLeaveOutWhatRestsOnSorry(t *testing.T) {
	list := declarations("def f (n : Nat) := n\n\ntheorem a : 1 = 1 := sorry\n\ntheorem b (n : Nat) :\n    n = n := by\n  sorry\n\ntheorem c : 2 = 2 := rfl\n-- no sorry here\ninductive T | x\n")
	var names string
	for _, d := range list {
		names += d.keyword + " " + d.name + ", "
	}
	if want := "def f, theorem c, inductive T, "; names != want {
		t.Errorf("got %s want %s", names, want)
	}
}
