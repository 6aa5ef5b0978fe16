package lean

import (
	"reflect"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func TestReadAnswers(t *testing.T) {
	tests := []struct {
		name, plain, explicit string
		want                  []provers.Answer
	}{
		{
			name:     "a numeral under an introduction",
			plain:    "private theorem foo : ∀ (x : Nat), ∃ answer, answer = 9 :=\nfun (x : Nat) => Exists.intro 9 (fun a b => trivial)",
			explicit: "theorem foo : ∀ (x : Nat), @Exists Nat fun answer => answer = 9 :=\nfun (x : Nat) =>\n  @Exists.intro Nat (fun (answer : Nat) =>\n      a)\n    (@OfNat.ofNat Nat (nat_lit 9)\n      (instOfNatNat (nat_lit 9)))\n    fun a b => trivial",
			want:     []provers.Answer{{Text: "9", Explicit: "@OfNat.ofNat Nat (nat_lit 9) (instOfNatNat (nat_lit 9))"}},
		},
		{
			name:     "two answers",
			plain:    "theorem foo : ∃ x y, x = y :=\nExists.intro 3 (Exists.intro (-2) rfl)",
			explicit: "theorem foo : a :=\n@Exists.intro Nat P a (@Exists.intro Int (Q (f 1)) (@Neg.neg Int i b) r)",
			want:     []provers.Answer{{Text: "3", Explicit: "a"}, {Text: "-2", Explicit: "@Neg.neg Int i b"}},
		},
		{
			name:     "a pair and a text with brackets",
			plain:    "theorem foo : s :=\nExists.intro (\")\", 2) h",
			explicit: "theorem foo : s :=\n@Exists.intro T P (@Prod.mk String Nat \"(\" c) h",
			want:     []provers.Answer{{Text: "(\")\", 2)", Explicit: "@Prod.mk String Nat \"(\" c"}},
		},
		{
			name:     "the statement has an assignment of its own",
			explicit: "theorem foo : let x :=\n  5;\n∃ y, y = x :=\n@Exists.intro T P w h",
			want:     []provers.Answer{{Text: "w", Explicit: "w"}},
		},
		{name: "what was left out is no answer", plain: "theorem foo : s :=\nExists.intro ⋯ h", explicit: "theorem foo : s :=\n@Exists.intro T P (f ⋯) h", want: []provers.Answer{}},
		{name: "another proof shows no answer", plain: "theorem foo : s :=\nbar 5", explicit: "theorem foo : s :=\n@bar 5", want: []provers.Answer{}},
		{name: "a constant of a similar name", explicit: "theorem foo : s :=\n@Exists.introduced T P w h", want: []provers.Answer{}},
		{name: "nothing was printed", want: []provers.Answer{}},
		{name: "the print is cut off", explicit: "theorem foo : s :=\n@Exists.intro T (P", want: []provers.Answer{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := readAnswers(test.plain, test.explicit); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add("theorem foo : s :=\nExists.intro (1, \"a\\\"\") h", "theorem foo : s :=\nfun (x : Nat) => @Exists.intro T P (f x) h")
	f.Fuzz(func(t *testing.T, plain, explicit string) {
		for _, a := range readAnswers(plain, explicit) {
			if a.Explicit == "" || a.Text == "" {
				t.Errorf("an empty answer: %+v", a)
			}
		}
	})
}
