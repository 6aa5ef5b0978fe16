package answers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// context reads "a b : Nat; h : a < b", with one hypothesis per entry.
func context(text string) []provers.Hypothesis {
	var hypotheses []provers.Hypothesis
	for entry := range strings.SplitSeq(text, ";") {
		names, typ, ok := strings.Cut(strings.TrimSpace(entry), " : ")
		if ok {
			hypotheses = append(hypotheses, provers.Hypothesis{Names: strings.Fields(names), Type: typ})
		}
	}
	return hypotheses
}

func TestEvaluate(t *testing.T) {
	for _, tt := range []struct{ term, want string }{
		{"3 - 5 + 4", "4"},
		{"(3 - 5 + 4 : Int)", "2"},
		{"7 / 2", "3"},
		{"7 / 0", "0"},
		{"7 % 0", "7"},
		{"(-7 / 2 : Int)", "-4"},
		{"(-7 % 2 : Int)", "1"},
		{"(7 / -2 : Int)", "-3"},
		{"Int.tdiv (-7) 2", "-3"},
		{"Int.tmod (-7) 2", "-1"},
		{"(7 / 2 : Rat)", "7 / 2"},
		{"(1 / 0 : Rat)", "0"},
		{"2 ^ 10", "1024"},
		{"2 ^ 100", "1267650600228229401496703205376"},
		{"1 ^ (2 ^ 235423523)", "1"},
		{"7 ^ 222222222222 % 10", "9"},
		{"(129 ^ 34 + 96 ^ 38) % 11", "9"},
		{"(29 ^ 13 - 5 ^ 13) % 7", "3"},
		{"Nat.gcd 180 168", "12"},
		{"Nat.lcm 9999 100001", "90900909"},
		{"Int.gcd (-12) 18", "6"},
		{"Int.natAbs (-5)", "5"},
		{"Int.toNat (-5)", "0"},
		{"Nat.succ (Nat.pred 0)", "1"},
		{"min 3 5 + max 3 5", "8"},
		{"Nat.log2 1000", "9"},
		{"Nat.sqrt 99", "9"},
		{"Nat.factorial 20", "2432902008176640000"},
		{"Nat.choose 10 3", "120"},
		{"Nat.digits 10 1234", "[4, 3, 2, 1]"},
		{"(Nat.digits 10 1234).sum", "10"},
		{"List.range 4", "[0, 1, 2, 3]"},
		{"(List.range 101).sum", "5050"},
		{"(List.map (fun x => x * x) (List.range 5)).sum", "30"},
		{"((List.range 10).filter (fun x => x % 3 = 0)).length", "4"},
		{"List.foldl (fun x y => x + 2 * y) 1 [1, 2, 3]", "13"},
		{"List.foldr (fun x y => x - y) 1 [7, 2]", "6"},
		{"[3, 1, 2].head!", "3"},
		{"[3, 1, 2].getLast!", "2"},
		{"1 :: [2] ++ [3]", "[1, 2, 3]"},
		{"(2, 3).1 + (1, 4).2", "6"},
		{"if 3 < 4 then 10 else 20", "10"},
		{"decide (3 ∣ 12) && !decide (2 = 3)", "true"},
		{"(5 == 6) || (5 != 6)", "true"},
		{"∀ (k : Nat), k < 3 → k * k < 5", "True"},
		{"∃ k, k < 3 ∧ k * k = 9", "False"},
		{"∃ k < 10, 7 * k = 42", "True"},
		{"∀ k ∈ [1, 2, 3], k ∣ 6", "True"},
		{"¬∃ k, 1 < k ∧ k < 41 ∧ 41 % k = 0", "True"},
		{"∃ k, 2 * k = 1000", "True"},
		{"4 ∈ [1, 2, 3]", "False"},
		{"Nat.Prime 97 ∧ ¬Nat.Prime 91", "True"},
		{"((fun x => x + 1) 3)", ""},
		{"2 ^ 235423523", ""},
		{"undefined 3", ""},
	} {
		p := read(nil)
		n := p.elaborator.elaborate(term.Parse(tt.term), nil)
		p.machine.steps = 1_000_000
		got := ""
		if understood(n) {
			if v, st := p.machine.eval(n); st == done {
				got = v.format(n.sort)
			}
		}
		if got != tt.want {
			t.Errorf("%s is %q, want %q", tt.term, got, tt.want)
		}
	}
}

var questions = []struct {
	name, context, target, typ, want string
}{
	{"closed", "", "?w = 71 % 3", "Nat", "2"},
	{"reversed", "", "54 % 6 = ?w", "Nat", "0"},
	{"truncated difference", "", "?w = 3 - 5", "Nat", "0"},
	{"integer difference", "", "?w = 3 - 5", "Int", "-2"},
	{"rational", "", "?w = 7 / 15", "Rat", "7 / 15"},
	{"pair", "a b : Nat; h : a = 3; h' : b = a + 4", "?w = (a, b)", "Nat × Nat", "(3, 7)"},
	{"triple reversed", "a b : Int; h : a = -3; h' : b = a - 4", "(a, b, 0) = ?w", "Int × Int × Int", "(-3, -7, 0)"},
	{"list", "a : Nat; h : a = 3", "?w = [a, a + 1]", "List Nat", "[3, 4]"},
	{"definition", "s : Nat; h : s = 1 + 2 + 3", "s % 4 = ?w", "Nat", "2"},
	{"chain", "a b c : Nat; h : a = 21; h' : b = 2 * a; h'' : c = b / 4", "c = ?w", "Nat", "10"},
	{"linear system", "d n : Nat; h : d + n = 11; h' : 10 * d + 5 * n = 75", "n = ?w", "Nat", "7"},
	{"truncated system", "c i : Nat; h : c + i = 80; h' : 5 * c - 2 * i = 232", "c = ?w", "Nat", "56"},
	{"rational system", "x y z : Real; h : 3 * x + y = 17; h' : 5 * y + z = 14; h'' : 3 * x + 5 * z = 41", "?w = x + y + z", "Real", "12"},
	{"divisors", "m n : Nat; h : 1 < m; h' : 1 < n; h'' : m * n = 2005", "?w = m + n", "Nat", "406"},
	{"shifted divisors", "r s : Nat; h : r * s = 450; h' : (r + 5) * (s - 3) = 450", "?w = r", "Nat", "25"},
	{"bilinear", "x y : Nat; h : 0 < x ∧ 0 < y; h' : x * y + (x + y) = 71; h'' : x ^ 2 * y + x * y ^ 2 = 880", "?w = x ^ 2 + y ^ 2", "Nat", "146"},
	{"exponents", "x y : Nat; h : 2 ^ x * 3 ^ y = 1296", "?w = x + y", "Nat", "8"},
	{"exponent under difference", "x : Nat; h : 10 ^ x - 10 = 9990", "x = ?w", "Nat", "4"},
	{"cube", "a b : Nat; h : 1 ≤ a ∧ a ≤ 9 ∧ b ≤ 9; h' : (10 * a + b) ^ 3 = 912673", "?w = a + b", "Nat", "16"},
	{"members", "a b : Nat; h : a ∈ [1, 2, 3, 4, 5, 6, 7, 8, 9]; h' : b ∈ [0, 1, 2, 3]; h'' : 10 * a + b = 72", "?w = a * b", "Nat", "14"},
	{"congruences", "x y : Nat; h : x % 19 = 4; h' : y % 19 = 7", "?w = ((x + 1) ^ 2 * (y + 5) ^ 3) % 19", "Nat", "13"},
	{"large modulus", "x : Nat; h : x % 100003 = 5; h' : x % 99991 = 7; h'' : x < 9999399973", "?w = x % 100003", "Nat", "5"},
	{"inverse", "n : Nat; h : (2 * n) % 47 = 15", "?w = n % 47", "Nat", "31"},
	{"divisibility", "n : Nat; h : n ≤ 9; h' : 18 ∣ 374 * 10 + n", "?w = n", "Nat", "4"},
	{"multiple", "n : Nat; h : 0 < n; h' : 3 ∣ n", "?w = (n + 4 + (n + 6) + (n + 8)) % 9", "Nat", "0"},
	{"gcd and lcm", "n : Nat; h : 0 < n; h' : n.gcd 40 = 10; h'' : n.lcm 40 = 280", "?w = n", "Nat", "70"},
	{"integers in a row", "a b c : Int; h : b = a + 1; h' : c = b + 1; h'' : a * b * c = 120", "c = ?w", "Int", "6"},
	{"existential hypothesis", "x : Int; h : ∃ d, x = 9 + d ∧ 81 = x + d", "x = ?w", "Int", "45"},
	{"disjunction", "x : Int; h : x = 3 ∨ x = 5; h' : x ≠ 3", "?w = x", "Int", "5"},
	{"negation", "x : Nat; h : ¬x < 4; h' : x ≤ 4", "?w = x", "Nat", "4"},
	{"sum bound", "x y : Nat; h : x + y < 2; h' : x > 0", "?w = x", "Nat", "1"},
	{"quartic", "x : Int; h : x ^ 4 + x ^ 3 - x ^ 2 + x - 2 = 0; h' : 0 < x", "?w = x", "Int", "1"},
	{"real quadratic", "x : Real; h : x ^ 2 - x / 2 = 1 / 2; h' : x < 0", "?w = x", "Real", "-1 / 2"},
	{"real fraction", "x : Real; h : 3 + 1 / x = 7 / x; h' : x ≠ 0", "?w = x", "Real", "2"},
	{"casts", "a b : Nat; h : a = 3; h' : b = 5", "?w = ↑a - ↑b", "Int", "-2"},
	{"cast of a difference", "a b : Nat; h : a = 3; h' : b = 5", "?w = ↑(a - b)", "Int", "0"},
	{"pair variable", "p : Nat × Nat; h : p.1 + p.2 = 10; h' : p.1 = p.2 + 4", "?w = p.1 * p.2", "Nat", "21"},
	{"let-bound", "x : Nat; h : x + 3 = 5", "x ^ 10 = ?w", "Nat", "1024"},
	{"function by definition", "s : Nat → Nat → Nat; h : ∀ (a b : Nat), 0 < a ∧ 0 < b → s a b = a ^ b + b ^ a", "?w = s 2 6", "Nat", "100"},
	{"function by lambda", "f : Nat → Nat; h : f = fun x => x * x + 1", "?w = f (f 2)", "Nat", "26"},
	{"composition", "f g : Int → Int; h : ∀ (x : Int), f x = 2 * x - 4; h' : ∀ (x : Int), g x = x ^ 2 + f (x - 1)", "?w = g (f 1)", "Int", "-6"},
	{"recurrence", "a : Nat → Nat; h : a 1 = 1; h' : a 2 = 1; h'' : ∀ (n : Nat), a (n + 2) = a (n + 1) + a n", "?w = a 100 % 4", "Nat", "3"},
	{"recurrence downward", "f : Int → Int; h : ∀ (x : Int), f x + f (x - 1) = x ^ 2; h' : f 19 = 94", "?w = f 94 % 1000", "Int", "561"},
	{"recurrence from five on", "x : Nat → Nat; a : x 1 = 2; b : x 2 = 3; h : ∀ n ≥ 3, x n = x (n - 1) + 2 * x (n - 2)", "?w = x 10", "Nat", "853"},
	{"backward", "a : Nat → Nat; h : a 5 = 96; h' : ∀ (n : Nat), a (n + 1) = 2 * a n", "?w = a 1", "Nat", "6"},
	{"unknown coefficients", "f : Int → Int; a b : Int; h : ∀ (x : Int), f x = a * x + b; h' : f 1 = 5; h'' : f 3 = 11", "?w = f 10", "Int", "32"},
	{"identity", "a b : Int; h : ∀ (x : Int), (x + 2) * (x + 3) = x ^ 2 + a * x + b", "?w = a + b", "Int", "11"},
	{"ratio", "d y b : Nat; h : 4 * d = 7 * y; h' : 5 * y = 3 * b", "?w * d = 42 * b", "Nat", "40"},
	{"solved", "", "(?w - 2) * 180 = 1080", "Nat", "8"},
	{"congruence for the answer", "", "3 * ?w % 11 = 2 ∧ ?w < 11", "Nat", "8"},
	{"cubic for the answer", "", "?w ^ 3 = 27", "Int", "3"},
	{"greatest", "", "(∀ (k : Nat), k ∣ 36 ∧ k < 10 → k ≤ ?w) ∧ ?w ∣ 36 ∧ ?w < 10", "Nat", "9"},
	{"least", "", "0 < ?w ∧ 6 ∣ ?w ∧ 15 ∣ ?w ∧ ∀ (k : Nat), 0 < k ∧ 6 ∣ k ∧ 15 ∣ k → ?w ≤ k", "Nat", "30"},
	{"with a remainder", "n : Nat; h : n % 3 = 2", "∃ k, k < 3 ∧ n % 3 = k ∧ ?w = k", "Nat", "2"},
	{"true", "", "?w ↔ 91 = 7 * 13", "Prop", "True"},
	{"false", "a : Nat; h : a % 2 = 1", "?w ↔ a ^ 2 % 2 = 0", "Prop", "False"},
	{"Bool", "", "?w = decide (3 ∣ 10)", "Bool", "false"},
	{"only what is said of the answer", "n : Nat", "?w < 11 ∧ 3 * ?w % 11 = 2 ∧ ?w = n % 11", "Nat", "8"},
	{"digits", "n : Nat; h : n = 11; h' : True", "?w = (Nat.digits 2 n).sum", "Nat", "3"},
	{"difference of quadratics", "x y : Int; h : x ^ 2 + y ^ 2 + x = 28; h' : x ^ 2 + y ^ 2 - y = 21; i : x * y = 12", "?w = x + y", "Int", "7"},
	{"identity of quadratics", "b c : Real; h : ∀ (x : Real), x ^ 2 + 2.6 * x + 3.6 = (x + b) ^ 2 + c", "?w = b + c", "Real", "321 / 100"},
	{"coefficient in an argument", "b : Int; f q : Int → Int; h : ∀ (x : Int), f x = x - 3; h' : ∀ (x : Int), q x = b * x + 1; i : f (q 1) = -3", "?w = b", "Int", "-1"},
	{"far recurrence by parity", "f : Nat → Int; h : f 1 = 2; i : ∀ (n : Nat), 1 < n ∧ n % 2 = 0 → f n = f (n - 1) + 1; j : ∀ (n : Nat), 1 < n ∧ n % 2 = 1 → f n = f (n - 2) + 2", "?w = f 2017", "Int", "2018"},
	{"open argument", "a : Nat; t : Nat → Nat; h : t 0 = 0; h' : t 1 = 1; i : ∀ (n : Nat), n > 1 → t n = t (n - 2) + t (n - 1); j : a % 16 = 5", "?w = t a % 7", "Nat", "5"},
	{"sum of a function", "a : Nat → Nat; h : a 0 = 1; h' : ∀ (n : Nat), a (n + 1) = 2 * a n", "?w = (List.map a (List.range 10)).sum", "Nat", "1023"},
	{"sum under a binder", "a : Nat → Nat; h : a 0 = 3; h' : ∀ (n : Nat), a (n + 1) = a n + 2", "?w = ((List.range 5).map (fun k => a (k + 1))).sum", "Nat", "45"},
	{"function", "", "∀ (n m : Nat), ?w n m = n ^ 2 + m", "Nat → Nat → Nat", "fun (n : Nat) (m : Nat) => n ^ 2 + m"},
	{"field notation", "a b : Int; h : a.natAbs.gcd b.natAbs = 6; h' : a = 12; h'' : 12 < b; i : b < 20", "?w = b", "Int", "18"},
	{"prime by its divisors", "p : Nat; h : 40 < p; h' : ∀ (m : Nat), m ∣ p → m = 1 ∨ m = p; i : p < 43", "?w = p", "Nat", "41"},
	{"definition in the context", "x : Nat; h : x = if 3 < 2 then 5 else 7", "?w = x", "Nat", "7"},
	{"unread hypothesis", "x : Nat; h : mystery x; h' : x + 1 = 5", "?w = x", "Nat", "4"},
}

func TestValues(t *testing.T) {
	for _, tt := range questions {
		t.Run(tt.name, func(t *testing.T) {
			q := Question{Hypotheses: context(tt.context), Target: tt.target, Answer: "?w", Type: tt.typ}
			got := Values(q, 5)
			if len(got) == 0 || got[0].Term != tt.want {
				t.Errorf("guesses %v, want %s first", got, tt.want)
			}
			if again := Values(q, 5); !slices.Equal(got, again) {
				t.Errorf("another call guesses %v", again)
			}
			for i, g := range got {
				if g.Weight < 0 || g.Weight > 1 || i > 0 && g.Weight > got[i-1].Weight {
					t.Errorf("wrong weight: %v", got)
				}
			}
		})
	}
}

func TestScope(t *testing.T) {
	q := Question{Hypotheses: context("n m : Nat; h : 0 < n"), Target: "?w = n ^ 2 + 1", Answer: "?w", Type: "Nat", Scope: []string{"n"}}
	if got := Values(q, 3); len(got) == 0 || got[0] != (Guess{"n ^ 2 + 1", "formula", 0.7}) {
		t.Errorf("guesses %v", got)
	}
	q.Target = "?w + 3 = 2 * n + 7"
	if got := Values(q, 1); len(got) == 0 || got[0] != (Guess{"2 * n + 4", "formula", 0.6}) {
		t.Errorf("guesses %v", got)
	}
	q.Target = "?w = n ^ 2 + m"
	for _, g := range Values(q, 50) {
		if g.Source == "formula" {
			t.Errorf("%v mentions what is not in scope", g)
		}
	}
}

// TestVariable asks for an answer that is a variable of the context.
func TestVariable(t *testing.T) {
	q := Question{Hypotheses: context("answer n : Nat; h : n % 5 = 3; h' : answer = 2 * n % 5"), Target: "answer = 7", Answer: "answer", Type: "Nat"}
	if got := Values(q, 1); len(got) != 1 || got[0].Term != "1" {
		t.Errorf("guesses %v", got)
	}
}

func TestAll(t *testing.T) {
	for _, tt := range []struct {
		name, context string
		want          []string
		complete      bool
	}{
		{"one", "answer : Nat; h : answer + 3 = 44", []string{"41"}, true},
		{"two", "answer : Int; h : answer ^ 4 + 5 * answer ^ 3 + 9 * answer ^ 2 - answer - 14 = 0", []string{"-2", "1"}, true},
		{"interval", "answer : Nat; h : 3 < answer; h' : answer ^ 2 < 50", []string{"4", "5", "6", "7"}, true},
		{"through a variable", "answer x : Nat; h : x ∣ 6; h' : answer = 2 * x", []string{"12", "2", "4", "6"}, true},
		{"pairs", "a b q r : Nat; answer : Nat × Nat; h : r < a + b; h' : a ^ 2 + b ^ 2 = (a + b) * q + r; i : q ^ 2 + r = 1977; j : answer = (a, b)", []string{"(37, 50)", "(50, 37)", "(50, 7)", "(7, 50)"}, true},
		{"congruence", "answer n : Nat; h : 2 * n % 47 = 15; h' : answer = n % 47", []string{"31"}, true},
		{"infinite", "answer : Nat; h : 3 ∣ answer", nil, false},
		{"free", "answer : Nat; x : Nat; h : x = 3", nil, false},
		{"contradiction", "answer : Nat; h : answer < 3; h' : 5 < answer", []string{}, true},
		{"truth", "answer : Prop; h : answer ↔ 2 ∣ 7", []string{"False"}, true},
		{"unread", "answer : Nat; h : answer < 2; h' : mystery answer", []string{"0", "1"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, complete := All(Question{Hypotheses: context(tt.context), Answer: "answer"})
			if complete != tt.complete {
				t.Errorf("complete is %v", complete)
			}
			var terms []string
			for _, g := range got {
				terms = append(terms, g.Term)
			}
			slices.Sort(terms)
			if tt.want != nil && !slices.Equal(terms, tt.want) {
				t.Errorf("values %v, want %v", terms, tt.want)
			}
		})
	}
}

func TestSatisfiable(t *testing.T) {
	model, ok := Satisfiable(context("a b : Nat; h : a * b = 35; h' : a < b; h'' : 1 < a"))
	if !ok || model["a"] != "5" || model["b"] != "7" {
		t.Errorf("model %v, %v", model, ok)
	}
	if model, ok := Satisfiable(context("a : Nat; h : a * a = 2")); ok {
		t.Errorf("a contradiction has the model %v", model)
	}
}

// TestHard asks what cannot be answered: it has to end soon all the same.
func TestHard(t *testing.T) {
	for _, c := range []string{
		"x y z : Int; h : x ^ 3 + y ^ 3 + z ^ 3 = 33; answer : Int; h' : answer = x",
		"a b c d : Nat; h : a ^ 4 + b ^ 4 + c ^ 4 = d ^ 4; h' : 0 < a * b * c; answer : Nat; k : answer = d",
		"n : Nat; h : 2 ^ (2 ^ (2 ^ n)) % 1000003 = 5; answer : Nat; h' : answer = n",
		"f : Nat → Nat; h : ∀ (m n : Nat), f (m + n) = f m + f n; h' : f 100000 = 3; answer : Nat; k : answer = f (f 7)",
		"n : Nat; h : n.factorial = 10 ^ 100; answer : Nat; h' : answer = n",
		"answer : Nat; h : ∀ (a b c : Nat), a < 1000 → b < 1000 → c < 1000 → a * b * c ≠ answer",
		"answer : Nat; h : answer * answer = 340282366920938463463374607431768211457 * 3",
	} {
		q := Question{Hypotheses: context(c), Answer: "answer", Target: "answer = answer", Type: "Nat"}
		start := time.Now()
		All(q)
		Values(q, 5)
		Satisfiable(q.Hypotheses)
		// The bound is one of steps; the clock only tells whether they are honest.
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", c, took)
		}
	}
}

func FuzzValues(f *testing.F) {
	for _, q := range questions {
		f.Add(q.context, q.target, q.typ)
	}
	f.Fuzz(func(t *testing.T, hypotheses, target, typ string) {
		q := Question{Hypotheses: context(hypotheses), Target: target, Answer: "?w", Type: typ}
		for _, g := range Values(q, 8) {
			if g.Term == "" {
				t.Errorf("an empty guess: %v", g)
			}
		}
		All(q)
		Satisfiable(q.Hypotheses)
	})
}

func BenchmarkValues(b *testing.B) {
	for b.Loop() {
		for _, q := range questions {
			Values(Question{Hypotheses: context(q.context), Target: q.target, Answer: "?w", Type: q.typ}, 5)
		}
	}
}
