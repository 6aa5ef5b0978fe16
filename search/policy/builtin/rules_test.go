package builtin

import (
	"math/big"
	"reflect"
	"testing"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

func TestMultiplicativeOrder(t *testing.T) {
	for m := int64(1); m <= 200; m++ {
		for b := int64(2); b <= 20; b++ {
			coprime := coprimePart(m, b)
			if m%coprime != 0 || gcd(coprime, b) != 1 {
				t.Fatalf("coprimePart(%d, %d) = %d", m, b, coprime)
			}
			e, ok := multiplicativeOrder(b, coprime)
			power := new(big.Int).Exp(big.NewInt(b), big.NewInt(e), nil)
			if !ok || new(big.Int).Mod(power.Sub(power, big.NewInt(1)), big.NewInt(coprime)).Sign() != 0 {
				t.Fatalf("multiplicativeOrder(%d, %d) = %d, %v", b, coprime, e, ok)
			}
		}
	}
}

func TestEvaluateModulo(t *testing.T) {
	values := map[string]int64{"x": 5, "y": 3}
	for _, tt := range []struct {
		text        string
		differences bool
		want        int64
		ok          bool
	}{
		{"x ^ 2 + y", false, 0, true},
		{"(x + 1) * (y + 1)", false, 3, true},
		{"x - y", false, 0, false},
		{"y - x", true, 5, true},
		{"-x", true, 2, true},
		{"2 ^ x", false, 0, false},
		{"z", false, 0, false},
		{"2008 ^ 2 + 2 ^ 2008", false, 3, true},
	} {
		got, ok := evaluateModulo(term.Parse(tt.text), values, 7, tt.differences)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s modulo 7 = %d, %v; want %d, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestRecurrence(t *testing.T) {
	for _, tt := range []struct {
		text   string
		want   recurrence
		ok     bool
		period int64 // 0 for none
	}{
		{"∀ n ≥ 3, x n = x (n - 1) - x (n - 2)", recurrence{"x", 0, 3, []int64{1, -1}, 1}, true, 6},
		{"∀ (n : ℕ), x (n + 2) = -x n", recurrence{"x", 2, 0, []int64{0, -1}, 0}, true, 4},
		{"∀ n ≥ 5, x n = x (n - 1) - x (n - 2) + x (n - 3) - x (n - 4)", recurrence{"x", 0, 5, []int64{1, -1, 1, -1}, 1}, true, 10},
		{"∀ (n : ℕ), x (n + 2) = x (n + 1) + x n", recurrence{"x", 2, 0, []int64{1, 1}, 0}, true, 0},
		{"∀ (n : ℕ), x (n + 1) = 2 * x n", recurrence{"x", 1, 0, []int64{2}, 0}, true, 0},
		{"∀ (n : ℕ), x (n + 1) = x n + 1", recurrence{}, false, 0},
		{"∀ (n : ℕ), x (n + 1) = x n * x n", recurrence{}, false, 0},
		{"∀ (n : ℕ), x n = x (n + 1)", recurrence{}, false, 0},
	} {
		v := newView(goalOf("x : ℕ → ℤ ⊢ False"))
		got, ok := v.recurrence(fact{text: tt.text, term: term.Parse(tt.text)})
		if ok != tt.ok || ok && !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v, %v", tt.text, got, ok, tt.want, tt.ok)
			continue
		}
		if ok {
			if p, periodic := got.period(); p != tt.period || periodic != (tt.period > 0) {
				t.Errorf("%s: period %d, %v; want %d", tt.text, p, periodic, tt.period)
			}
		}
	}
}

func TestDeclarations(t *testing.T) {
	got := declarations("import X\nnotation \"ℕ\" => Nat\n@[simp] private def f (n : Nat) := n\nlemma a.b: True := trivial\n  | def\nstructure P where\nabbrev g := f\nnoncomputable def h := 1\ndefinition\n")
	want := []declaration{{"def", "f"}, {"theorem", "a.b"}, {"structure", "P"}, {"def", "g"}, {"def", "h"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("declarations are %v, want %v", got, want)
	}
}

func TestLowerBound(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"n ≥ 5", 5, true}, {"5 ≤ n", 5, true}, {"n > 5", 6, true}, {"0 < n", 1, true}, {"n ≠ 0", 1, true}, {"0 ≠ n", 1, true},
		{"n ≤ 5", 0, false}, {"n = 5", 0, false}, {"n ≠ 3", 0, false}, {"m ≥ 5", 0, false}, {"n ≥ m", 0, false}, {"¬n = 0", 0, false},
	} {
		if got, ok := lowerBound(term.Parse(tt.text), "n"); ok != tt.ok || ok && got != tt.want {
			t.Errorf("lowerBound(%s) = %d, %v; want %d, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestViewTellsFactsFromData(t *testing.T) {
	v := newView(goalOf("n : ℕ; z : ℤ; f : ℕ → ℕ; xs : List Nat; p : Prop; hp : p; h : n = 1; P : ℕ → Prop; hP : P n; hall : ∀ (x : ℕ), P x; hnot : ¬p; hd : 3 ∣ n ⊢ False"))
	var facts, data []string
	for _, h := range v.facts {
		facts = append(facts, h.name)
	}
	for _, x := range v.variables {
		data = append(data, x.name)
	}
	if want := []string{"hp", "h", "hP", "hall", "hnot", "hd"}; !reflect.DeepEqual(facts, want) {
		t.Errorf("facts %v, want %v", facts, want)
	}
	if want := []string{"n", "z", "f", "xs", "p", "P"}; !reflect.DeepEqual(data, want) {
		t.Errorf("data %v, want %v", data, want)
	}
	if a, b := v.fresh("h"), v.fresh("h"); a != "h₁" || b != "h₂" {
		t.Errorf("fresh names %s and %s, want h₁ and h₂", a, b)
	}
}
