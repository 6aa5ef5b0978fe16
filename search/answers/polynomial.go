package answers

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// monomial is a coefficient times a product of symbols, which are sorted.
type monomial struct {
	symbols     []int
	coefficient value
}

// polynomial maps products of symbols, written out, to monomials that are not 0.
type polynomial map[string]monomial

// ratio is a quotient of polynomials; a nil denominator is 1.
type ratio struct{ numerator, denominator polynomial }

// maxMonomials bounds the size of polynomials.
const maxMonomials = 160

func key(symbols []int) string {
	var b strings.Builder
	for _, s := range symbols {
		b.WriteString(strconv.Itoa(s))
		b.WriteByte(' ')
	}
	return b.String()
}

func constantPolynomial(v value) polynomial {
	if v.sign() == 0 {
		return polynomial{}
	}
	return polynomial{"": {nil, v}}
}

func symbolPolynomial(id int) polynomial {
	return polynomial{key([]int{id}): {[]int{id}, integer(1)}}
}

func (p polynomial) plus(q polynomial, factor value) polynomial {
	sum := make(polynomial, len(p)+len(q))
	for k, m := range p {
		sum[k] = m
	}
	for k, m := range q {
		c := multiply(m.coefficient, factor)
		if old, ok := sum[k]; ok {
			c = add(c, old.coefficient)
		}
		if c.sign() == 0 {
			delete(sum, k)
		} else {
			sum[k] = monomial{m.symbols, c}
		}
	}
	return sum
}

func (p polynomial) times(q polynomial) (polynomial, bool) {
	product := polynomial{}
	for _, a := range p {
		for _, b := range q {
			symbols := slices.Concat(a.symbols, b.symbols)
			slices.Sort(symbols)
			product = product.plus(polynomial{key(symbols): {symbols, multiply(a.coefficient, b.coefficient)}}, integer(1))
			if len(product) > maxMonomials {
				return nil, false
			}
		}
	}
	return product, true
}

// symbols are those that occur, sorted.
func (p polynomial) symbols() []int {
	var ids []int
	for _, m := range p {
		ids = append(ids, m.symbols...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (p polynomial) degree() int {
	d := 0
	for _, m := range p {
		d = max(d, len(m.symbols))
	}
	return d
}

// constant is the value of a polynomial without symbols.
func (p polynomial) constant() (value, bool) {
	switch {
	case len(p) == 0:
		return integer(0), true
	case len(p) == 1 && len(p[""].symbols) == 0 && p[""].coefficient.sign() != 0:
		return p[""].coefficient, true
	}
	return value{}, false
}

// coefficients of a polynomial in one symbol, the constant one first.
func (p polynomial) coefficients() []value {
	list := make([]value, p.degree()+1)
	for _, m := range p {
		list[len(m.symbols)] = m.coefficient
	}
	return list
}

// polynomialOf is the node as a quotient of polynomials in the symbols without a
// value. Truncated differences are taken as c says; one on which it says nothing
// is reported in undecided.
func (s *solver) polynomialOf(n *node, c *constraint) (ratio, bool) {
	m := s.m
	if !m.spend(1) {
		return ratio{}, false
	}
	whole := func(p polynomial) (ratio, bool) { return ratio{numerator: p}, true }
	switch n.op {
	case opUnknown:
		if !m.assigned[n.index] {
			return whole(symbolPolynomial(n.index))
		}
	case opCell:
		return s.cellPolynomial(n, c)
	case opAdd, opSubtract, opMultiply:
		a, ok := s.polynomialOf(n.args[0], c)
		if !ok {
			return ratio{}, false
		}
		b, ok := s.polynomialOf(n.args[1], c)
		if !ok {
			return ratio{}, false
		}
		if n.op == opMultiply {
			return s.productOf(a, b)
		}
		factor := integer(1)
		if n.op == opSubtract {
			factor = integer(-1)
			if n.sort.is(natural) {
				v, st := m.eval(n)
				if st == done {
					return whole(constantPolynomial(v))
				}
				exact, decided := s.isExact(n, c)
				switch {
				case !decided:
					s.undecided = n
					return ratio{}, false
				case !exact:
					return whole(polynomial{})
				}
			}
		}
		return s.sumOf(a, b, factor)
	case opNegate:
		a, ok := s.polynomialOf(n.args[0], c)
		return ratio{polynomial{}.plus(a.numerator, integer(-1)), a.denominator}, ok
	case opDivide:
		if !n.sort.is(fraction) {
			break
		}
		a, ok := s.polynomialOf(n.args[0], c)
		if !ok {
			return ratio{}, false
		}
		b, ok := s.polynomialOf(n.args[1], c)
		if !ok || len(b.numerator) == 0 {
			return ratio{}, ok
		}
		if b.denominator == nil {
			if v, ok := b.numerator.constant(); ok {
				return s.productOf(a, ratio{numerator: constantPolynomial(quotient(integer(1), v))})
			}
			return s.productOf(a, ratio{constantPolynomial(integer(1)), b.numerator})
		}
		return s.productOf(a, ratio{b.denominator, b.numerator})
	case opPower:
		e, st := m.eval(n.args[1])
		if st != done || !e.isSmall() || e.small < 0 || e.small > 16 {
			break
		}
		a, ok := s.polynomialOf(n.args[0], c)
		if !ok {
			return ratio{}, false
		}
		p := ratio{numerator: constantPolynomial(integer(1))}
		for range e.small {
			if p, ok = s.productOf(p, a); !ok {
				return ratio{}, false
			}
		}
		return p, true
	case opCall:
		if n.call == primitives["cast"] || n.call == primitives["Nat.cast"] || n.call == primitives["Int.ofNat"] {
			return s.polynomialOf(n.args[0], c)
		}
	}
	v, st := m.eval(n)
	if st != done || v.kind != number {
		return ratio{}, false
	}
	return whole(constantPolynomial(v))
}

func (s *solver) productOf(a, b ratio) (ratio, bool) {
	if !s.m.spend(8 * (1 + len(a.numerator)) * (1 + len(b.numerator)) * (2 + max(len(a.numerator), len(b.numerator))/4)) {
		return ratio{}, false
	}
	p, ok := a.numerator.times(b.numerator)
	if !ok {
		return ratio{}, false
	}
	switch {
	case a.denominator == nil:
		return ratio{p, b.denominator}, true
	case b.denominator == nil:
		return ratio{p, a.denominator}, true
	}
	q, ok := a.denominator.times(b.denominator)
	return ratio{p, q}, ok
}

func (s *solver) sumOf(a, b ratio, factor value) (ratio, bool) {
	if !s.m.spend(6 * (len(a.numerator) + len(b.numerator))) {
		return ratio{}, false
	}
	if a.denominator == nil && b.denominator == nil {
		return ratio{numerator: a.numerator.plus(b.numerator, factor)}, true
	}
	one := constantPolynomial(integer(1))
	if a.denominator == nil {
		a.denominator = one
	}
	if b.denominator == nil {
		b.denominator = one
	}
	l, ok := a.numerator.times(b.denominator)
	r, ok2 := b.numerator.times(a.denominator)
	d, ok3 := a.denominator.times(b.denominator)
	return ratio{l.plus(r, factor), d}, ok && ok2 && ok3
}

func (s *solver) cellPolynomial(n *node, c *constraint) (ratio, bool) {
	m := s.m
	args := make([]value, len(n.args))
	for i, a := range n.args {
		v, st := m.eval(a)
		if st != done {
			return ratio{}, false
		}
		args[i] = v
	}
	v, st := m.at(n.index, args)
	if st == done {
		if v.kind != number {
			return ratio{}, false
		}
		return ratio{numerator: constantPolynomial(v)}, true
	}
	fn := m.functions[n.index]
	for _, d := range fn.definitions {
		if m.depth > maxDepth/4 {
			return ratio{}, false
		}
		saved := m.locals
		m.locals = append(make([]value, 0, len(args)+2), args...)
		m.depth++
		holds, st := truthOf(true), done
		if d.condition != nil {
			holds, st = m.eval(d.condition)
		}
		var r ratio
		ok := st == done && holds.small != 0
		if ok {
			r, ok = s.polynomialOf(d.body, c)
		}
		m.depth--
		m.locals = saved
		if ok {
			return r, true
		}
	}
	id, ok := fn.cells[join(args)]
	if !ok || m.assigned[id] {
		return ratio{}, false
	}
	return ratio{numerator: symbolPolynomial(id)}, true
}

// isExact says whether a truncated difference is the true one, if that is known.
func (s *solver) isExact(n *node, c *constraint) (exact, decided bool) {
	if c != nil {
		if exact, ok := c.exact[n]; ok {
			return exact, true
		}
	}
	a, b := s.interval(n.args[0]), s.interval(n.args[1])
	switch {
	case a.low >= b.high && b.high < infinite:
		return true, true
	case a.high <= b.low && a.high < infinite:
		return false, true
	}
	return false, false
}

// roots are the rational roots of a polynomial in one symbol that is not
// constant; all is false if some may be missing.
func (m *machine) roots(p polynomial) (found []value, all bool) {
	c := p.coefficients()
	for len(c) > 1 && c[0].sign() == 0 {
		if len(found) == 0 {
			found = append(found, integer(0))
		}
		c = c[1:]
	}
	note := func(v value) {
		if !contains(found, v) {
			found = append(found, v)
		}
	}
	switch degree := len(c) - 1; {
	case degree == 0:
		return found, true
	case degree == 1:
		note(negate(quotient(c[0], c[1])))
		return found, true
	case degree == 2:
		d := subtract(multiply(c[1], c[1]), multiply(integer(4), multiply(c[0], c[2])))
		if root, ok := rootOf(d, big.NewInt(2)); ok {
			twice := multiply(integer(2), c[2])
			note(quotient(subtract(root, c[1]), twice))
			note(quotient(negate(add(root, c[1])), twice))
		}
		return found, true
	}
	if degree := len(c) - 1; !slices.ContainsFunc(c[1:degree], func(v value) bool { return v.sign() != 0 }) {
		target := negate(quotient(c[0], c[degree]))
		if root, ok := rootOf(absolute(target), big.NewInt(int64(degree))); ok {
			if target.sign() > 0 {
				note(root)
			}
			if target.sign() > 0 == (degree%2 == 0) {
				note(negate(root))
			}
		}
		return found, true
	}
	// The numerator of a root divides the constant, its denominator the leading coefficient.
	scale := integer(1)
	for _, v := range c {
		scale = lcm(scale, fromBig(v.rat().Denom()))
	}
	for i := range c {
		c[i] = multiply(c[i], scale)
	}
	numerators, ok := m.divisorsOf(c[0].big())
	denominators, ok2 := m.divisorsOf(c[len(c)-1].big())
	if !ok || !ok2 {
		return found, false
	}
	for _, d := range denominators {
		for _, n := range numerators {
			if !m.spend(12 * len(c)) {
				return found, false
			}
			for _, x := range []value{quotient(fromBig(n), fromBig(d)), negate(quotient(fromBig(n), fromBig(d)))} {
				total := integer(0)
				for _, v := range slices.Backward(c) {
					total = add(multiply(total, x), v)
				}
				if total.sign() == 0 {
					note(x)
				}
			}
		}
	}
	return found, true
}
