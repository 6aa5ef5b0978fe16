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

func TestStructure(t *testing.T) {
	for _, tt := range []struct {
		in    string
		form  Form
		parts []string
		text  string
	}{
		{"(a, b + 1)", Tuple, []string{"a", "b + 1"}, ""},
		{"⟨1, 2⟩", Tuple, []string{"1", "2"}, ""},
		{"[1, f 2]", List, []string{"1", "f 2"}, ""},
		{"[]", List, []string{}, ""},
		{"(a - b : Int)", Ascription, []string{"a - b"}, "Int"},
		{"if a < b then a else if c then b else d", Conditional, []string{"a < b", "a", "if c then b else d"}, ""},
		{"if a then if b then c else d else e", Conditional, []string{"a", "if b then c else d", "e"}, ""},
		{"n!", Unknown, nil, ""},
		{"(n + 1)!", Factorial, []string{"n + 1"}, ""},
		{"(n + 1)⁻¹", Inverse, []string{"n + 1"}, ""},
		{"(a + b).gcd", Field, []string{"a + b"}, "gcd"},
		{"1.25", Decimal, nil, "1.25"},
		{"{x : Nat | x < 3}", SetBuilder, []string{"fun (x : Nat) => x < 3"}, ""},
		{"{1, 2}", SetLiteral, []string{"1", "2"}, ""},
		{"a + b", Unknown, nil, ""},
	} {
		s := Parse(tt.in).Structure()
		if s.Form != tt.form || s.Text != tt.text || len(s.Parts) != len(tt.parts) {
			t.Errorf("%s has form %d with %d parts, %q", tt.in, s.Form, len(s.Parts), s.Text)
			continue
		}
		for i, p := range s.Parts {
			if p.String() != tt.parts[i] {
				t.Errorf("part %d of %s is %s, want %s", i, tt.in, p, tt.parts[i])
			}
		}
	}
}

func TestMathlibNotation(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"|x - 3| = 5", "abs (x - 3) = 5"},
		{"∑ k ∈ s, k + 1 = 5", "Finset.sum s (fun k => k) + 1 = 5"},
		{"∏ k in Finset.range 4, 2 * k", "Finset.prod (Finset.range 4) (fun k => 2 * k)"},
		{"fun x ↦ x + 1", "fun x => x + 1"},
		{"a⁻¹ * b", "a⁻¹ * b"},
	} {
		if got := Parse(tt.in).String(); got != tt.want {
			t.Errorf("Parse(%q) prints %q, want %q", tt.in, got, tt.want)
		}
	}
}
