package polynomial

import (
	"math/big"
	"testing"
)

var names = []string{"x", "y", "z"}

func variables() (x, y, z Polynomial) { return Variable(0), Variable(1), Variable(2) }

func mul(t testing.TB, factors ...Polynomial) Polynomial {
	t.Helper()
	out := Int(1)
	for _, f := range factors {
		var ok bool
		if out, ok = out.Mul(f); !ok {
			t.Fatal("product overflows")
		}
	}
	return out
}

func pow(t testing.TB, p Polynomial, n int) Polynomial {
	t.Helper()
	out, ok := p.Pow(n)
	if !ok {
		t.Fatal("power is too large")
	}
	return out
}

func TestFormat(t *testing.T) {
	x, y, _ := variables()
	for _, tt := range []struct {
		p    Polynomial
		want string
	}{
		{Polynomial{}, "0"},
		{Int(-7), "-7"},
		{x.Sub(y), "x - y"},
		{y.Sub(x), "y - x"},
		{pow(t, x.Add(Int(1)), 3), "x ^ 3 + 3 * x ^ 2 + 3 * x + 1"},
		{mul(t, x.Sub(y), x.Add(y)), "x ^ 2 - y ^ 2"},
		{Int(5).Sub(mul(t, Int(2), x, y)), "5 - 2 * x * y"},
	} {
		if got := tt.p.Format(names); got != tt.want {
			t.Errorf("printed %q, want %q", got, tt.want)
		}
	}
}

func TestRing(t *testing.T) {
	x, y, z := variables()
	s := x.Add(y).Add(z)
	square := pow(t, s, 2)
	sum := pow(t, x, 2).Add(pow(t, y, 2)).Add(pow(t, z, 2))
	mixed := mul(t, x, y).Add(mul(t, y, z)).Add(mul(t, z, x))
	if !square.Equal(sum.Add(mul(t, Int(2), mixed))) {
		t.Error("(x+y+z)^2 is wrong")
	}
	if !square.Sub(square).Equal(Polynomial{}) {
		t.Error("p - p is not 0")
	}
	if square.Degree() != 2 || mul(t, square, x).DegreeIn(0) != 3 {
		t.Error("degrees are wrong")
	}
	if _, ok := pow(t, x, 200).Mul(pow(t, x, 200)); ok {
		t.Error("an exponent of 400 was represented")
	}
}

func TestSubstitute(t *testing.T) {
	x, y, _ := variables()
	p := mul(t, pow(t, x, 3), y).Sub(mul(t, Int(4), x)).Add(Int(9))
	for _, tt := range []struct {
		offset int64
		sign   int
	}{{0, 1}, {0, -1}, {5, 1}, {-3, -1}} {
		replaced := Int(tt.offset).Add(mul(t, Int(int64(tt.sign)), x))
		want := mul(t, pow(t, replaced, 3), y).Sub(mul(t, Int(4), replaced)).Add(Int(9))
		if got := p.Substitute(0, big.NewInt(tt.offset), tt.sign); !got.Equal(want) {
			t.Errorf("x := %d + %d x gives %s, want %s", tt.offset, tt.sign, got.Format(names), want.Format(names))
		}
	}
	if got, want := p.Evaluate(0, big.NewInt(2)), mul(t, Int(8), y).Add(Int(1)); !got.Equal(want) {
		t.Errorf("x := 2 gives %s", got.Format(names))
	}
	if _, _, ok := p.Split(0); ok {
		t.Error("a cubic was split as if linear")
	}
	slope, rest, ok := p.Split(1)
	if !ok || !slope.Equal(pow(t, x, 3)) || !rest.Equal(Int(9).Sub(mul(t, Int(4), x))) {
		t.Errorf("split in y gives %s and %s", slope.Format(names), rest.Format(names))
	}
}

func TestCombine(t *testing.T) {
	x, y, z := variables()
	cubes := pow(t, x, 3).Add(pow(t, y, 3)).Add(pow(t, z, 3))
	squares := pow(t, x.Sub(y), 2).Add(pow(t, y.Sub(z), 2)).Add(pow(t, z.Sub(x), 2)).Sub(mul(t, x, y, z))
	for _, tt := range []struct {
		name       string
		target     Polynomial
		generators []Polynomial
		degrees    []int
		ok         bool
	}{
		{"difference of powers", pow(t, x, 5).Sub(pow(t, y, 5)), []Polynomial{x.Sub(y)}, []int{4}, true},
		{"not divisible", pow(t, x, 5).Add(pow(t, y, 5)), []Polynomial{x.Sub(y)}, []int{4}, false},
		{"degree too small", pow(t, x, 5).Sub(pow(t, y, 5)), []Polynomial{x.Sub(y)}, []int{3}, false},
		{"modulo a hypothesis", cubes, []Polynomial{x.Add(y).Add(z).Add(Int(6)), squares}, []int{2, 0}, true},
		{"unused generator", pow(t, x, 2), []Polynomial{y, x}, []int{-1, 1}, true},
	} {
		multipliers, ok := Combine(tt.target, tt.generators, tt.degrees)
		if ok != tt.ok {
			t.Errorf("%s: found %v, want %v", tt.name, ok, tt.ok)
			continue
		}
		if !ok {
			continue
		}
		// Exact check: clear denominators and compare.
		denominator := big.NewInt(1)
		for _, m := range multipliers {
			for _, c := range m {
				denominator.Mul(denominator, c.Denom())
			}
		}
		sum := Polynomial{}
		for i, m := range multipliers {
			p := Polynomial{}
			for mono, c := range m {
				scaled := new(big.Rat).Mul(c, new(big.Rat).SetInt(denominator))
				p[mono] = scaled.Num()
			}
			sum = sum.Add(mul(t, p, tt.generators[i]))
		}
		if want := mul(t, Constant(denominator), tt.target); !sum.Equal(want) {
			t.Errorf("%s: the combination is %s, want %s", tt.name, sum.Format(names), want.Format(names))
		}
	}
}

func BenchmarkCombine(b *testing.B) {
	x, y, z := variables()
	cubes := pow(b, x, 3).Add(pow(b, y, 3)).Add(pow(b, z, 3))
	squares := pow(b, x.Sub(y), 2).Add(pow(b, y.Sub(z), 2)).Add(pow(b, z.Sub(x), 2)).Sub(mul(b, x, y, z))
	generators := []Polynomial{x.Add(y).Add(z).Add(Int(6)), squares}
	for b.Loop() {
		if _, ok := Combine(cubes, generators, []int{2, 1}); !ok {
			b.Fatal("no combination")
		}
	}
}
