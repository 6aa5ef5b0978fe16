package fps

import "testing"

const (
	nat     = "(@OfNat.ofNat Nat (nat_lit 41) (instOfNatNat (nat_lit 41)))"
	two     = "(@OfNat.ofNat Nat (nat_lit 2) (instOfNatNat (nat_lit 2)))"
	minus   = "(@Neg.neg Int Int.instNegInt (@OfNat.ofNat Int (nat_lit 3) (@instOfNat (nat_lit 3))))"
	real7   = "(@OfNat.ofNat Real (nat_lit 7) i)"
	real15  = "(@OfNat.ofNat Real (nat_lit 15) i)"
	isTwo   = "(@Eq Nat answer " + two + ")"
	sqrtOf7 = "(Real.sqrt " + real7 + ")"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name, term string
		scope      []string
		want       Form
	}{
		{name: "numeral", term: nat, want: NormalForm},
		{name: "bare literal", term: "41", want: NormalForm},
		{name: "negative", term: minus, want: NormalForm},
		{name: "negative of negative", term: "(@Neg.neg Int i " + minus + ")", want: Unevaluated},
		{name: "remainder", term: "(@HMod.hMod Nat Nat Nat (@instHMod Nat Nat.instModNat) " + nat + " " + two + ")", want: Unevaluated},
		{name: "sum", term: "(@HAdd.hAdd Nat Nat Nat i " + nat + " " + two + ")", want: Unevaluated},
		{name: "power", term: "(@HPow.hPow Nat Nat Nat i " + two + " " + two + ")", want: Unevaluated},
		{name: "gcd", term: "(Nat.gcd " + nat + " " + two + ")", want: Unevaluated},
		{name: "the problem's own function", term: "(f " + two + ")", scope: nil, want: Unevaluated},
		{name: "introduction", term: "n", scope: []string{"n"}, want: NormalForm},
		{name: "not an introduction", term: "m", scope: []string{"n"}, want: Unevaluated},
		{name: "linear in an introduction", term: "(@HAdd.hAdd Nat Nat Nat i n " + two + ")", scope: []string{"n"}, want: NormalForm},
		{name: "with a part to be worked out", term: "(@HAdd.hAdd Nat Nat Nat i n (@HAdd.hAdd Nat Nat Nat i " + two + " " + two + "))", scope: []string{"n"}, want: Unevaluated},
		{name: "fraction", term: "(@HDiv.hDiv Real Real Real i " + real7 + " " + real15 + ")", want: NormalForm},
		{name: "fraction not in lowest terms", term: "(@HDiv.hDiv Real Real Real i " + real15 + " " + real15 + ")", want: Unevaluated},
		{name: "quotient of natural numbers", term: "(@HDiv.hDiv Nat Nat Nat i " + nat + " " + two + ")", want: Unevaluated},
		{name: "root", term: sqrtOf7, want: NormalForm},
		{name: "multiple of a root", term: "(@HMul.hMul Real Real Real i " + real15 + " " + sqrtOf7 + ")", want: NormalForm},
		{name: "root of a sum", term: "(Real.sqrt (@HAdd.hAdd Real Real Real i " + real7 + " " + real15 + "))", want: Unevaluated},
		{name: "pair", term: "(@Prod.mk Nat Int " + nat + " " + minus + ")", want: NormalForm},
		{name: "list", term: "(@List.cons Nat " + nat + " (@List.cons Nat " + two + " (@List.nil Nat)))", want: NormalForm},
		{name: "list with a sum", term: "(@List.cons Nat (@HAdd.hAdd Nat Nat Nat i " + nat + " " + two + ") (@List.nil Nat))", want: Unevaluated},
		{name: "list by a function", term: "(List.range " + two + ")", want: Unevaluated},
		{name: "boolean", term: "true", want: NormalForm},
		{name: "proposition", term: "True", want: NormalForm},
		{name: "decided", term: "(@Decidable.decide p i)", want: Unevaluated},
		{name: "function", term: "(fun (n : Nat) => @HMul.hMul Nat Nat Nat i " + two + " n)", want: NormalForm},
		{name: "function that recurses", term: "(fun (n : Nat) => fib n)", want: Unevaluated},
		{name: "set", term: "(@setOf Nat fun (x : Nat) => Or (@Eq Nat x " + two + ") (@Eq Nat x " + nat + "))", want: NormalForm},
		{name: "set by the question", term: "(@setOf Int fun (x : Int) => @Eq Int (@HMul.hMul Int Int Int i x x) " + minus + ")", want: Unevaluated},
		{name: "set by a remainder", term: "(@setOf Nat fun (x : Nat) => @Eq Nat (@HMod.hMod Nat Nat Nat i x " + two + ") 1)", want: NormalForm},
		{name: "family", term: "(@setOf Nat fun (x : Nat) => @Exists Nat fun (k : Nat) => @Eq Nat x (@HMul.hMul Nat Nat Nat i " + two + " k))", want: NormalForm},
		{name: "interval", term: "(@Set.Icc Real p " + real7 + " " + real15 + ")", want: NormalForm},
		{name: "submission", term: isTwo, scope: []string{"answer"}, want: NormalForm},
		{name: "submissions", term: "(Or " + isTwo + " (@Eq Nat answer " + nat + "))", scope: []string{"answer"}, want: NormalForm},
		{name: "submission not worked out", term: "(@Eq Nat answer (Nat.gcd " + nat + " " + two + "))", scope: []string{"answer"}, want: Unevaluated},
		{name: "submission of an equation", term: "(@Eq Nat (@HMul.hMul Nat Nat Nat i answer " + two + ") " + nat + ")", scope: []string{"answer"}, want: Unevaluated},
		{name: "submission by itself", term: "(@Eq Nat answer answer)", scope: []string{"answer"}, want: Unevaluated},
		{name: "choice", term: "(@Classical.choose Nat (fun (x : Nat) => p x) h)", want: NoAnswer},
		{name: "least number", term: "(@Nat.find (fun (n : Nat) => p n) d h)", want: NoAnswer},
		{name: "hole", term: "(@HAdd.hAdd Nat Nat Nat i ?m.12 " + two + ")", want: NoAnswer},
		{name: "hidden choice", term: "(@ite Nat (@Eq Nat (@Classical.epsilon Nat i p) " + two + ") d " + two + " " + two + ")", want: NoAnswer},
		{name: "unbalanced", term: "(@Eq Nat", want: Unevaluated},
		{name: "nothing", term: "", want: Unevaluated},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, why := Judge(test.term, test.scope)
			if got != test.want {
				t.Errorf("got %s (%s), want %s", got, why, test.want)
			}
			if (got == NormalForm) != (why == "") {
				t.Errorf("%s with the reason %q", got, why)
			}
		})
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(nat, "answer")
	f.Add("(fun (n : Nat) => @HMul.hMul Nat Nat Nat i n n) [x] \"a\\\"", "n")
	f.Fuzz(func(_ *testing.T, term, name string) { Judge(term, []string{name}) })
}
