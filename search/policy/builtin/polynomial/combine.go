package polynomial

import "math/big"

// Rational is a polynomial with rational coefficients.
type Rational map[Monomial]*big.Rat

// Integral is the same polynomial with integer coefficients, if it has such.
func (r Rational) Integral() (Polynomial, bool) {
	p := make(Polynomial, len(r))
	for m, c := range r {
		if !c.IsInt() {
			return nil, false
		}
		if c.Sign() != 0 {
			p[m] = new(big.Int).Set(c.Num())
		}
	}
	return p, true
}

// Limits of the linear system that [Combine] solves.
const (
	maxUnknowns  = 160
	maxEquations = 300
)

// Combine finds multipliers m with target = Σ m[i] * generators[i], where the
// degree of m[i] is at most degrees[i] (negative: the generator is not used).
// The coefficients of the multipliers are the unknowns of a linear system over
// the rationals; where it leaves a choice, unknowns of later generators and of
// lower monomials are 0. It reports false if there is no solution or if the
// system is too large.
func Combine(target Polynomial, generators []Polynomial, degrees []int) ([]Rational, bool) {
	var used Monomial
	for _, p := range append([]Polynomial{target}, generators...) {
		for m := range p {
			for i, e := range m {
				used[i] |= e
			}
		}
	}
	type unknown struct {
		generator int
		monomial  Monomial
	}
	var (
		unknowns []unknown
		columns  []Polynomial
	)
	rows := map[Monomial]int{}
	addRows := func(p Polynomial) {
		for _, m := range p.Monomials() {
			if _, ok := rows[m]; !ok {
				rows[m] = len(rows)
			}
		}
	}
	addRows(target)
	for g, p := range generators {
		if degrees[g] < 0 || len(p) == 0 {
			continue
		}
		for _, m := range monomialsUpTo(used, degrees[g]) {
			column, ok := p.Mul(Polynomial{m: big.NewInt(1)})
			if !ok {
				return nil, false
			}
			unknowns = append(unknowns, unknown{g, m})
			columns = append(columns, column)
			addRows(column)
			if len(unknowns) > maxUnknowns || len(rows) > maxEquations {
				return nil, false
			}
		}
	}
	system := make([]equation, len(rows))
	for j, column := range columns {
		for m, c := range column {
			system[rows[m]].set(j, c)
		}
	}
	for m, c := range target {
		system[rows[m]].set(len(columns), c)
	}
	values, ok := solve(system, len(columns))
	if !ok {
		return nil, false
	}
	multipliers := make([]Rational, len(generators))
	for g := range multipliers {
		multipliers[g] = Rational{}
	}
	for j, u := range unknowns {
		if values[j] != nil && values[j].Sign() != 0 {
			multipliers[u.generator][u.monomial] = values[j]
		}
	}
	return multipliers, true
}

// monomialsUpTo are the monomials in the used variables of at most the degree,
// highest first.
func monomialsUpTo(used Monomial, degree int) []Monomial {
	list := []Monomial{{}}
	for i, e := range used {
		if e == 0 {
			continue
		}
		for _, m := range list {
			for k := 1; k+m.Degree() <= degree; k++ {
				n := m
				n[i] = uint8(k)
				list = append(list, n)
			}
		}
		if len(list) > maxUnknowns {
			break
		}
	}
	sortMonomials(list)
	return list
}

// equation is Σ entry j * unknown j = entry n, sparse.
type equation map[int]*big.Rat

func (e *equation) set(j int, c *big.Int) {
	if *e == nil {
		*e = equation{}
	}
	(*e)[j] = new(big.Rat).SetInt(c)
}

// solve does Gaussian elimination on equations in n unknowns; unknowns that are
// not determined are nil, which stands for 0.
func solve(system []equation, n int) ([]*big.Rat, bool) {
	pivots := make([]equation, n)
	for _, e := range system {
		for {
			first := n
			for j := range e {
				first = min(first, j)
			}
			if first == n {
				if c, ok := e[n]; ok && c.Sign() != 0 {
					return nil, false
				}
				break
			}
			if pivots[first] == nil {
				scale(e, new(big.Rat).Inv(e[first]))
				pivots[first] = e
				break
			}
			subtract(e, pivots[first], e[first])
		}
	}
	values := make([]*big.Rat, n)
	for j := n - 1; j >= 0; j-- {
		if pivots[j] == nil {
			continue
		}
		value := new(big.Rat)
		for k, c := range pivots[j] {
			switch {
			case k == n:
				value.Add(value, c)
			case k != j && values[k] != nil:
				value.Sub(value, new(big.Rat).Mul(c, values[k]))
			}
		}
		values[j] = value
	}
	return values, true
}

func scale(e equation, by *big.Rat) {
	for j, c := range e {
		e[j] = new(big.Rat).Mul(c, by)
	}
}

// subtract takes factor times the pivot row away.
func subtract(e, pivot equation, factor *big.Rat) {
	factor = new(big.Rat).Set(factor)
	for j, c := range pivot {
		d := new(big.Rat).Mul(c, factor)
		if old, ok := e[j]; ok {
			d.Sub(old, d)
		} else {
			d.Neg(d)
		}
		if d.Sign() == 0 {
			delete(e, j)
		} else {
			e[j] = d
		}
	}
}
