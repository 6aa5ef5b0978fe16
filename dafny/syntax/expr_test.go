package syntax_test

import (
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// TestExpr: what is understood (with all parentheses), and how it is written again.
func TestExpr(t *testing.T) {
	for _, test := range [][3]string{
		// operators
		{"a+b*c-d", "( - ( + a ( * b c)) d)", "a + b * c - d"},
		{"a-(b+c)", "( - a ( + b c))", "a - (b + c)"},
		{"(a-b)+c", "( + ( - a b) c)", "a - b + c"},
		{"-a*b", "( * (unary - a) b)", "-a * b"},
		{"-(a*b)", "(unary - ( * a b))", "-(a * b)"},
		{"!a&&b", "( && (unary ! a) b)", "!a && b"},
		{"a&&b&&c", "( && ( && a b) c)", "a && b && c"},
		{"&& a && b", "( && a b)", "a && b"},
		{"a==>b==>c", "( ==> a ( ==> b c))", "a ==> b ==> c"},
		{"(a==>b)==>c", "( ==> ( ==> a b) c)", "(a ==> b) ==> c"},
		{"a<==b<==c", "( <== ( <== a b) c)", "a <== b <== c"},
		{"a<==>b==>c||d", "( <==> a ( ==> b ( || c d)))", "a <==> b ==> c || d"},
		{"a<b<=c==d", "(chain '<' '<=' '==' a b c d)", "a < b <= c == d"},
		{"x in s+t", "( in x ( + s t))", "x in s + t"},
		{"x !in s", "( !in x s)", "x !in s"},
		{"s!!t", "( !! s t)", "s !! t"},
		{"a<<1>>b", "( >> ( << a 1) b)", "a << 1 >> b"},
		{"a&b|c^d", "( ^ ( | ( & a b) c) d)", "a & b | c ^ d"},
		{"x as int<y", "( < (convert as : int x) y)", "x as int < y"},
		{"x is C<int>", "(convert is : C<int> x)", "x is C<int>"},
		// suffixes
		{"f(a,b).c[1].0", "(member 0 (index (member c (apply f a b)) 1))", "f(a, b).c[1].0"},
		{"a[i][..][j..][..k][j..k]", "(slice (slice (slice (slice (index a i) _ _) j _) _ k) j k)", "a[i][..][j..][..k][j..k]"},
		{"m[i,j]", "(index m i j)", "m[i, j]"},
		{"s[i:=v,j:=w]", "(update s i v j w)", "s[i := v, j := w]"},
		{"d.(x:=1,y:=2)", "(with 'x' 'y' d 1 2)", "d.(x := 1, y := 2)"},
		{"f<int>(x)", "(apply f x)", "f(x)"},
		{"a<b>(c)", "(apply a c)", "a(c)"}, // as Dafny reads it
		{"(a+b).c", "(member c ( + a b))", "(a + b).c"},
		{"|s|+1", "( + (unary # s) 1)", "|s| + 1"},
		{"|s + t| <= |[a|b]|", "( <= (unary # ( + s t)) (unary # (seq ( | a b))))", "|s + t| <= |[a | b]|"},
		{"old(x.f)+old@L(y)", "( + (unary old (member f x)) (unary old 'L' y))", "old(x.f) + old@L(y)"},
		{"fresh(c)&&unchanged(this`f,c)", "( && (unary fresh c) (unary unchanged (member `f this) c))", "fresh(c) && unchanged(this`f, c)"},
		// displays
		{"[]", "(seq)", "[]"},
		{"[1,2]+{3}+iset{4}+multiset{5}", "( + ( + ( + (seq 1 2) (display set 3)) (display iset 4)) (display multiset 5))", "[1, 2] + {3} + iset{4} + multiset{5}"},
		{"map[1:=2,3:=4]", "(display map 1 2 3 4)", "map[1 := 2, 3 := 4]"},
		{"multiset(s)", "(multiset s)", "multiset(s)"},
		{"seq(n,i=>i)", "(init n (lambda i i))", "seq(n, (i) => i)"},
		{"()", "(tuple)", "()"},
		{"(1,(2))", "(tuple 1 2)", "(1, 2)"},
		{`"a"+['b']`, `( + "a" (seq 'b'))`, `"a" + ['b']`},
		// binders
		{"forall x::P(x)", "(forall x _ (apply P x))", "forall x :: P(x)"},
		{"forall x:int,y|x<y::P(x,y)&&q", "(forall x:int y ( < x y) ( && (apply P x y) q))", "forall x: int, y | x < y :: P(x, y) && q"},
		{"(forall x::P(x))&&q", "( && (forall x _ (apply P x)) q)", "(forall x :: P(x)) && q"},
		{"exists x {:trigger P(x)} :: P(x)", "(exists x _ (apply P x))", "exists x :: P(x)"},
		{"forall x <- s :: x > 0", "(forall x ( in x s) ( > x 0))", "forall x | x in s :: x > 0"},
		{"forall x <- s, y <- t | x < y :: p", "(forall x y ( && ( && ( in x s) ( in y t)) ( < x y)) p)", "forall x, y | x in s && y in t && x < y :: p"},
		{"set x|x in s", "(comprehension set x ( in x s) _)", "set x | x in s"},
		{"iset x,y|p::x+y", "(comprehension iset x y p ( + x y))", "iset x, y | p :: x + y"},
		{"set x | exists y | q :: y == x :: f(x)", "(comprehension set x (exists y q ( == y x)) (apply f x))", "set x | exists y | q :: y == x :: f(x)"},
		{"|set x | x in s|", "(unary # (comprehension set x ( in x s) _))", "|(set x | x in s)|"},
		{"map x|p::f(x)", "(comprehension map x p (apply f x))", "map x | p :: f(x)"},
		{"imap x|p::g(x):=f(x)", "(comprehension imap x p (apply g x) (apply f x))", "imap x | p :: g(x) := f(x)"},
		{"(x:int,y)=>x+y", "(lambda x:int y ( + x y))", "(x: int, y) => x + y"},
		{"x requires x>0 reads {x}=>f(x)", "(lambda 'requires x>0' 'reads {x}' x (apply f x))", "(x) requires x>0 reads {x} => f(x)"},
		// control
		{"if a then b else c+d", "(if a b ( + c d))", "if a then b else c + d"},
		{"(if a then b else c)+d", "( + (if a b c) d)", "(if a then b else c) + d"},
		{"match x case A=>1 case B(y,_)=>y", "(match 'A' 'B(y,_)' x 1 y)", "match x { case A => 1 case B(y,_) => y }"},
		{"(match x {case A=>1})+2", "( + (match 'A' x 1) 2)", "(match x { case A => 1 }) + 2"},
		{"var x:=1;x+y", "(let := x 1 ( + x y))", "var x := 1; x + y"},
		{"var x:int,y:=1,2;x", "(let := x:int y 1 2 x)", "var x: int, y := 1, 2; x"},
		{"var (a,b):=p;a", "(let := (a,b) p a)", "var (a,b) := p; a"},
		{"var x:|P(x);x", "(let :| x (apply P x) x)", "var x :| P(x); x"},
		{"assert a;b", "(then assert a; b)", "assert a; b"},
		{"calc{1;==2;}b", "(then calc{1;==2;} b)", "calc{1;==2;} b"},
		{"assert a by{L();}b", "(then assert a by{L();} b)", "assert a by{L();} b"},
		// what is none
		{"", "", ""}, {"a +", "", ""}, {"a b", "", ""}, {"(a", "", ""}, {"forall :: p", "", ""}, {"if a then b", "", ""},
		{"new C()", "", ""}, {"a := b", "", ""}, {"assert", "", ""}, {"method", "", ""}, {"f(,)", "", ""}, {"..", "", ""}, {"seq(1)", "", ""},
	} {
		t.Run(test[0], func(t *testing.T) {
			e, err := syntax.ParseExpr(test[0])
			if test[1] == "" {
				if err == nil {
					t.Fatalf("understood as %s", dump(e))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(e); got != test[1] {
				t.Errorf("got %s\nwant %s", got, test[1])
			}
			if got := e.String(); got != test[2] {
				t.Errorf("written as %s\nwant       %s", got, test[2])
			}
			again, err := syntax.ParseExpr(e.String())
			if err != nil {
				t.Fatalf("%s: %v", e, err)
			}
			if again.String() != e.String() {
				t.Errorf("%s is written again as %s", e, again)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	for text, want := range map[string]string{
		"int": "int", "seq<seq<int>>": "seq<seq<int>>", "map<int,(bool,C?)>": "map<int, (bool, C?)>", "int->bool": "(int) -> bool",
		"(int,nat)~>()": "(int, nat) ~> ()", "A-->B->C": "(A) --> (B) -> C", "M.N.T<X>": "M.N.T<X>", "((int))": "int", "array2?<int>": "array2?<int>",
		"C<int>.D": "C<int>", "bv8": "bv8",
	} {
		e, err := syntax.ParseExpr("x as " + text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.Type.String(); got != want {
			t.Errorf("%s is written as %s, want %s", text, got, want)
		}
	}
}
