// Package polynomial has exact arithmetic on polynomials in a few variables
// with integer coefficients, and the linear algebra over the rationals that
// finds how one polynomial is a combination of others.
//
// It serves a policy that looks for certificates: what it finds is checked by
// the prover, but it must be right often enough to be worth proposing.
package polynomial

import (
	"math/big"
	"sort"
	"strings"
)

// MaxVariables is the largest number of variables of a polynomial.
const MaxVariables = 12

// Monomial is a product of powers: entry i is the exponent of variable i.
type Monomial [MaxVariables]uint8

// Degree is the sum of the exponents.
func (m Monomial) Degree() int {
	d := 0
	for _, e := range m {
		d += int(e)
	}
	return d
}

func (m Monomial) times(n Monomial) (Monomial, bool) {
	for i, e := range n {
		if int(m[i])+int(e) > 255 {
			return m, false
		}
		m[i] += e
	}
	return m, true
}

// Polynomial maps monomials to their coefficients; none of them is zero. The
// nil map is the zero polynomial. Operations return new polynomials and leave
// their arguments as they are; the coefficients must not be changed.
type Polynomial map[Monomial]*big.Int

// Constant is the polynomial without variables.
func Constant(n *big.Int) Polynomial {
	if n.Sign() == 0 {
		return Polynomial{}
	}
	return Polynomial{Monomial{}: n}
}

// Int is the constant polynomial n.
func Int(n int64) Polynomial { return Constant(big.NewInt(n)) }

// Variable is the polynomial that is the variable i, which is below [MaxVariables].
func Variable(i int) Polynomial {
	var m Monomial
	m[i] = 1
	return Polynomial{m: big.NewInt(1)}
}

func (p Polynomial) add(m Monomial, c *big.Int) {
	old, ok := p[m]
	if !ok {
		if c.Sign() != 0 {
			p[m] = c
		}
		return
	}
	if sum := new(big.Int).Add(old, c); sum.Sign() != 0 {
		p[m] = sum
	} else {
		delete(p, m)
	}
}

// Add is p + q.
func (p Polynomial) Add(q Polynomial) Polynomial {
	sum := make(Polynomial, len(p)+len(q))
	for m, c := range p {
		sum[m] = c
	}
	for m, c := range q {
		sum.add(m, c)
	}
	return sum
}

// Neg is -p.
func (p Polynomial) Neg() Polynomial {
	out := make(Polynomial, len(p))
	for m, c := range p {
		out[m] = new(big.Int).Neg(c)
	}
	return out
}

// Sub is p - q.
func (p Polynomial) Sub(q Polynomial) Polynomial { return p.Add(q.Neg()) }

// Mul is p * q. It reports false if an exponent is too large to represent.
func (p Polynomial) Mul(q Polynomial) (Polynomial, bool) {
	product := make(Polynomial, len(p)*len(q))
	for m, c := range p {
		for n, d := range q {
			mn, ok := m.times(n)
			if !ok {
				return nil, false
			}
			product.add(mn, new(big.Int).Mul(c, d))
		}
	}
	return product, true
}

// maxTerms bounds the size of powers.
const maxTerms = 400

// Pow is p ^ n. It reports false if the result is too large to be of use.
func (p Polynomial) Pow(n int) (Polynomial, bool) {
	out := Int(1)
	for range n {
		var ok bool
		if out, ok = out.Mul(p); !ok || len(out) > maxTerms {
			return nil, false
		}
	}
	return out, true
}

// Degree is the largest degree of a monomial; 0 for the zero polynomial.
func (p Polynomial) Degree() int {
	d := 0
	for m := range p {
		d = max(d, m.Degree())
	}
	return d
}

// DegreeIn is the largest exponent of variable i.
func (p Polynomial) DegreeIn(i int) int {
	d := 0
	for m := range p {
		d = max(d, int(m[i]))
	}
	return d
}

// Equal reports whether both are the same polynomial.
func (p Polynomial) Equal(q Polynomial) bool {
	if len(p) != len(q) {
		return false
	}
	for m, c := range p {
		if d, ok := q[m]; !ok || c.Cmp(d) != 0 {
			return false
		}
	}
	return true
}

// ConstantTerm is the coefficient of the empty monomial.
func (p Polynomial) ConstantTerm() *big.Int {
	if c, ok := p[Monomial{}]; ok {
		return c
	}
	return new(big.Int)
}

// Substitute replaces variable i by offset + sign * (variable i).
func (p Polynomial) Substitute(i int, offset *big.Int, sign int) Polynomial {
	if offset.Sign() == 0 && sign == 1 {
		return p
	}
	out := make(Polynomial, 2*len(p))
	for m, c := range p {
		e := int(m[i])
		// (offset + sign x)^e, term by term: binomial(e, k) offset^(e-k) (sign x)^k.
		power := big.NewInt(1) // offset^(e-k), from k = e downwards
		for k := e; k >= 0; k-- {
			n := m
			n[i] = uint8(k)
			d := new(big.Int).Binomial(int64(e), int64(k))
			d.Mul(d, power).Mul(d, c)
			if sign < 0 && k%2 == 1 {
				d.Neg(d)
			}
			out.add(n, d)
			power = new(big.Int).Mul(power, offset)
		}
	}
	return out
}

// Evaluate replaces variable i by a number.
func (p Polynomial) Evaluate(i int, n *big.Int) Polynomial {
	out := make(Polynomial, len(p))
	for m, c := range p {
		d := new(big.Int).Exp(n, big.NewInt(int64(m[i])), nil)
		m[i] = 0
		out.add(m, d.Mul(d, c))
	}
	return out
}

// Split writes p as slope * (variable i) + rest, if p has degree 1 in it.
func (p Polynomial) Split(i int) (slope, rest Polynomial, ok bool) {
	slope, rest = Polynomial{}, Polynomial{}
	for m, c := range p {
		switch m[i] {
		case 0:
			rest[m] = c
		case 1:
			m[i] = 0
			slope[m] = c
		default:
			return nil, nil, false
		}
	}
	return slope, rest, len(slope) > 0
}

// Monomials are the monomials of p: by degree, highest first, then by their
// first variables.
func (p Polynomial) Monomials() []Monomial {
	list := make([]Monomial, 0, len(p))
	for m := range p {
		list = append(list, m)
	}
	sortMonomials(list)
	return list
}

func sortMonomials(list []Monomial) {
	sort.Slice(list, func(a, b int) bool {
		if da, db := list[a].Degree(), list[b].Degree(); da != db {
			return da > db
		}
		for i := range list[a] {
			if list[a][i] != list[b][i] {
				return list[a][i] > list[b][i]
			}
		}
		return false
	})
}

// Format prints p in Lean's notation with the names of the variables, which must
// not need parentheses. Positive terms come first, so that a natural number
// written this way is not cut off at 0 on the way.
func (p Polynomial) Format(names []string) string {
	if len(p) == 0 {
		return "0"
	}
	var b strings.Builder
	for _, wanted := range []int{1, -1} {
		for _, m := range p.Monomials() {
			c := p[m]
			if c.Sign() != wanted {
				continue
			}
			switch {
			case wanted > 0 && b.Len() > 0:
				b.WriteString(" + ")
			case wanted < 0 && b.Len() > 0:
				b.WriteString(" - ")
			case wanted < 0:
				b.WriteString("-")
			}
			b.WriteString(formatTerm(new(big.Int).Abs(c), m, names))
		}
	}
	return b.String()
}

func formatTerm(c *big.Int, m Monomial, names []string) string {
	var list []string
	if c.Cmp(big.NewInt(1)) != 0 || m.Degree() == 0 {
		list = append(list, c.String())
	}
	for i, e := range m {
		switch {
		case e == 1:
			list = append(list, names[i])
		case e > 1:
			list = append(list, names[i]+" ^ "+big.NewInt(int64(e)).String())
		}
	}
	return strings.Join(list, " * ")
}
