package term

import "testing"

func TestParsePrintsBack(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"n + 0 = n", ""},
		{"x ^ 2 * y + x * y ^ 2 = 880", ""},
		{"a - b - c", ""},
		{"a - (b - c)", ""},
		{"2 ^ 3 ^ 2", ""},
		{"(2 ^ 3) ^ 2", ""},
		{"¬7 ∣ 2 ^ n + 1", ""},
		{"¬(p ∧ q)", ""},
		{"p → q → r", ""},
		{"(p → q) → r", ""},
		{"p ∧ q ∨ r ↔ s", ""},
		{"∀ (n : Nat), n ≥ 5 → x n = x (n - 1) - x (n - 2)", ""},
		{"∀ n ≥ 5, f n = 0", "∀ n, n ≥ 5 → f n = 0"},
		{"∃ x y, x + y = 3", ""},
		{"∃ n > 3, n < 5", "∃ n, n > 3 ∧ n < 5"},
		{"↑a - ↑b = ↑d", ""},
		{"-x + 3 < -(x + 3)", ""},
		{"Nat.gcd (n + 7) (2 * n + 1) ≤ 13", ""},
		{"f (f n) ≠ n + 1987", ""},
		{"n✝ + 1 < 5", ""},
		{"l ++ [1, 2] = 3 :: m", ""},
		{"fun x => x + 1", ""},
		{"(a + b).gcd c = 1", "(a + b).gcd c = 1"},
	} {
		if tt.want == "" {
			tt.want = tt.in
		}
		if got := Parse(tt.in).String(); got != tt.want {
			t.Errorf("Parse(%q) prints %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestShape(t *testing.T) {
	e := Parse("3 ∣ n ^ 3 + 2 * n")
	if !e.Is("∣") || !e.Right().Is("+") || !e.Right().Left().Is("^") {
		t.Errorf("wrong shape: %#v", e)
	}
	if v, ok := e.Left().IsNumeral(); !ok || v != 3 {
		t.Errorf("left side of %v is no numeral 3", e)
	}
	if !e.Mentions("n") || e.Mentions("m") {
		t.Error("Mentions is wrong")
	}
	if Parse("∀ n, n = m").Mentions("n") {
		t.Error("a bound variable counts as mentioned")
	}
}

func TestSubstitute(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"x n = 3 ^ n", "x (n + 1) = 3 ^ (n + 1)"},
		{"m + 2 = m", "m + 2 = m"},
		{"∀ n, n = m", "∀ n, n = m"},
		{"∀ m, n = m", "∀ m, n + 1 = m"},
		{"n.succ = 1", ""},
		{"if n = 0 then 1 else 2", ""},
	} {
		got, ok := Parse(tt.in).Substitute("n", Parse("n + 1"))
		if ok != (tt.want != "") || ok && got.String() != tt.want {
			t.Errorf("%s with n + 1 for n is %v, %v; want %q", tt.in, got, ok, tt.want)
		}
	}
	if _, ok := Parse("∀ m, n = m").Substitute("n", Parse("m")); ok {
		t.Error("a variable was captured")
	}
}

func TestReplace(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"x * y = 6", "(71 - z) * y = 6"},
		{"2 ^ x ∣ f x", "2 ^ (71 - z) ∣ f (71 - z)"},
		{"(∀ x, x = 1) → x = 2", "(∀ x, x = 1) → 71 - z = 2"},
		{"y = 3", "y = 3"},
	} {
		if got := Parse(tt.in).Replace("x", Parse("71 - z")).String(); got != tt.want {
			t.Errorf("replacing x in %q gives %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"n + 0 = n", "∀ (n : Nat), ∃ m > n, m ∣ 3", "((((", "if a then b else c", "∃ ", "fun x =>", "a.1.2!", "⟨a, b⟩"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := Parse(s)
		if e == nil {
			t.Fatal("nil")
		}
		_ = e.String()
	})
}
