package answers

import (
	"math/big"
	"math/bits"
	"slices"
)

// infinite stands for no bound; larger numbers are not told from it.
const infinite = int64(1) << 61

// bounds are where an integer, or a fraction, can be.
type bounds struct{ low, high int64 }

var everything = bounds{-infinite, infinite}

func clamp(n int64) int64 { return max(-infinite, min(infinite, n)) }

func clampSum(a, b int64) int64 {
	switch {
	case a >= infinite || b >= infinite:
		return infinite
	case a <= -infinite || b <= -infinite:
		return -infinite
	}
	return clamp(a + b)
}

func clampProduct(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	n := infinite
	if hi == 0 && lo < uint64(infinite) {
		n = int64(lo)
	}
	if (a < 0) != (b < 0) {
		n = -n
	}
	return n
}

func boundsOf(v value) bounds {
	if v.kind != number {
		return everything
	}
	low := fromBig(v.big())
	if !low.isSmall() {
		if low.sign() < 0 {
			return bounds{-infinite, -infinite}
		}
		return bounds{infinite, infinite}
	}
	n := clamp(low.small)
	if v.isFraction() {
		return bounds{n, clampSum(n, 1)}
	}
	return bounds{n, n}
}

// interval bounds a numeric node by the bounds of the symbols in it.
func (s *solver) interval(n *node) bounds {
	m := s.m
	if !m.spend(1) {
		return everything
	}
	least := func(b bounds) bounds {
		if n.sort.is(natural) {
			b.low, b.high = max(b.low, 0), max(b.high, 0)
		}
		return b
	}
	switch n.op {
	case opLiteral:
		return boundsOf(n.value)
	case opLocal:
		if n.index >= len(m.locals) {
			return everything
		}
		return boundsOf(m.locals[n.index])
	case opUnknown:
		if m.assigned[n.index] {
			return boundsOf(m.values[n.index])
		}
		return s.boundsFor(n.index)
	case opCell:
		if v, st := m.evalCell(n); st == done {
			return boundsOf(v)
		} else if st == unknown && m.symbols[m.blocked].sort == n.sort {
			return least(s.boundsFor(m.blocked))
		}
		return least(everything)
	case opAdd, opSubtract, opMultiply, opDivide, opRemainder:
		a, b := s.interval(n.args[0]), s.interval(n.args[1])
		switch n.op {
		case opAdd:
			return bounds{clampSum(a.low, b.low), clampSum(a.high, b.high)}
		case opSubtract:
			return least(bounds{clampSum(a.low, -b.high), clampSum(a.high, -b.low)})
		case opMultiply:
			p := [4]int64{clampProduct(a.low, b.low), clampProduct(a.low, b.high), clampProduct(a.high, b.low), clampProduct(a.high, b.high)}
			return bounds{min(p[0], p[1], p[2], p[3]), max(p[0], p[1], p[2], p[3])}
		case opDivide:
			switch {
			case n.sort.is(fraction):
				return everything
			case b.low > 0 && a.low >= 0:
				low, high := int64(0), a.high
				if b.high < infinite {
					low = a.low / b.high
				}
				if high < infinite {
					high /= b.low
				}
				return bounds{low, high}
			case n.sort.is(natural):
				return bounds{0, a.high}
			}
			return everything
		}
		switch {
		case n.sort.is(fraction):
			return everything
		case b.low > 0 && a.low >= 0 && a.high < b.low:
			return a
		case b.low > 0:
			high := b.high
			if high < infinite {
				high--
			}
			if a.low >= 0 {
				high = min(high, a.high)
			}
			return bounds{0, high}
		}
		return least(everything)
	case opPower:
		a, e := s.interval(n.args[0]), s.interval(n.args[1])
		if e.low < 0 {
			return everything
		}
		if a.low >= 0 {
			low, high := int64(1), clampPower(a.high, e.high)
			if a.low > 0 || e.high < infinite {
				low = clampPower(a.low, e.low)
			}
			if a.low == 0 && e.low == 0 || a.low == 0 {
				low = 0
				high = max(high, 1)
			}
			return bounds{low, high}
		}
		if e.low == e.high {
			high := max(clampPower(-a.low, e.low), clampPower(max(a.high, 0), e.low))
			if e.low%2 == 0 {
				low := int64(0)
				if a.high < 0 {
					low = clampPower(-a.high, e.low)
				}
				return bounds{low, high}
			}
			return bounds{-clampPower(-a.low, e.low), clampPower(max(a.high, 0), e.low)}
		}
		return everything
	case opNegate:
		a := s.interval(n.args[0])
		return bounds{-a.high, -a.low}
	case opCall:
		switch n.call {
		case primitives["cast"], primitives["Nat.cast"], primitives["Int.ofNat"]:
			return s.interval(n.args[0])
		case primitives["Nat.gcd"]:
			a, b := s.interval(n.args[0]), s.interval(n.args[1])
			if a.low > 0 && b.low > 0 {
				return bounds{1, min(a.high, b.high)}
			}
		case primitives["Nat.lcm"]:
			a, b := s.interval(n.args[0]), s.interval(n.args[1])
			if a.low > 0 && b.low > 0 {
				return bounds{max(a.low, b.low), clampProduct(a.high, b.high)}
			}
		case primitives["min"], primitives["max"]:
			a, b := s.interval(n.args[0]), s.interval(n.args[1])
			if n.call == primitives["min"] {
				return bounds{min(a.low, b.low), min(a.high, b.high)}
			}
			return bounds{max(a.low, b.low), max(a.high, b.high)}
		case primitives["Int.natAbs"], primitives["abs"]:
			a := s.interval(n.args[0])
			high := max(a.high, -a.low)
			if a.low >= 0 {
				return a
			} else if a.high <= 0 {
				return bounds{-a.high, -a.low}
			}
			return bounds{0, high}
		case primitives["Nat.succ"]:
			a := s.interval(n.args[0])
			return bounds{clampSum(a.low, 1), clampSum(a.high, 1)}
		case primitives["Nat.factorial"], primitives["List.length"]:
			return bounds{0, infinite}
		}
	}
	if !n.sort.isNumeric() {
		return everything
	}
	if v, st := m.eval(n); st == done {
		return boundsOf(v)
	}
	return least(everything)
}

func clampPower(base, exponent int64) int64 {
	switch {
	case exponent == 0:
		return 1
	case base <= 1:
		return base
	case exponent >= 64 || base >= infinite:
		return infinite
	}
	n := int64(1)
	for range exponent {
		if n = clampProduct(n, base); n >= infinite {
			return infinite
		}
	}
	return n
}

func (s *solver) boundsFor(id int) bounds {
	for len(s.bounds) <= id {
		b := everything
		if s.m.symbols[len(s.bounds)].sort.is(natural) {
			b.low = 0
		}
		s.bounds = append(s.bounds, b)
	}
	return s.bounds[id]
}

// refuted reports whether a proposition is false under the bounds.
func (s *solver) refuted(n *node) bool {
	switch n.op {
	case opEqual:
		if !n.args[0].sort.isNumeric() {
			return false
		}
		a, b := s.interval(n.args[0]), s.interval(n.args[1])
		return a.low > b.high || b.low > a.high
	case opLess:
		a, b := s.interval(n.args[0]), s.interval(n.args[1])
		return a.low >= b.high && a.low < infinite && b.high > -infinite && !(n.args[0].sort.is(fraction) && a.low == b.high)
	case opAtMost:
		a, b := s.interval(n.args[0]), s.interval(n.args[1])
		return a.low > b.high
	case opDivides:
		if n.args[0].sort.is(fraction) {
			return false
		}
		a, b := s.interval(n.args[0]), s.interval(n.args[1])
		return b.low > 0 && a.low > b.high
	case opAnd:
		return s.refuted(n.args[0]) || s.refuted(n.args[1])
	case opOr:
		return s.refuted(n.args[0]) && s.refuted(n.args[1])
	case opNot:
		inner := n.args[0]
		if len(inner.args) != 2 {
			return false
		}
		flipped := *inner
		flipped.args = []*node{inner.args[1], inner.args[0]}
		switch inner.op {
		case opLess:
			flipped.op = opAtMost
		case opAtMost:
			flipped.op = opLess
		default:
			return false
		}
		return s.refuted(&flipped)
	}
	return false
}

// shave tightens the bounds of a symbol by what the constraints refute; it
// reports false if nothing is left.
func (s *solver) shave(id int, constraints []constraint) bool {
	if s.m.symbols[id].sort.is(fraction) {
		return true
	}
	b := s.boundsFor(id)
	impossible := func(low, high int64) bool {
		if low > high {
			return true
		}
		saved := s.bounds[id]
		s.bounds[id] = bounds{low, high}
		defer func() { s.bounds[id] = saved }()
		for i := range constraints {
			if c := &constraints[i]; c.locals == nil && mentionsSymbol(c.node, id) && s.refuted(c.node) {
				return true
			}
		}
		return false
	}
	if impossible(b.low, b.high) {
		return false
	}
	// An end that is open is looked for among the powers of 2, if there is one at all.
	const far = int64(1) << 50
	if b.high >= infinite && impossible(max(b.low, far), infinite) {
		for k := range 48 {
			if cut := max(b.low, 0) + int64(1)<<k; impossible(cut+1, infinite) {
				b.high = cut
				break
			}
		}
	}
	if b.low <= -infinite && impossible(-infinite, min(b.high, -far)) {
		for k := range 48 {
			if cut := min(b.high, 0) - int64(1)<<k; impossible(-infinite, cut-1) {
				b.low = cut
				break
			}
		}
	}
	s.bounds[id] = b
	if b.high < infinite {
		for step := (b.high - max(b.low, -infinite/2)) / 2; step > 0; {
			if impossible(b.high-step+1, b.high) {
				b.high -= step
				s.bounds[id] = b
			}
			step = min(step/2, b.high-b.low)
		}
	}
	if b.low > -infinite {
		for step := (min(b.high, infinite/2) - b.low) / 2; step > 0; {
			if impossible(b.low, b.low+step-1) {
				b.low += step
				s.bounds[id] = b
			}
			step = min(step/2, b.high-b.low)
		}
	}
	for tries := 0; tries < 8 && b.low < b.high && b.high < infinite && impossible(b.high, b.high); tries++ {
		b.high--
		s.bounds[id] = b
	}
	for tries := 0; tries < 8 && b.low < b.high && b.low > -infinite && impossible(b.low, b.low); tries++ {
		b.low++
		s.bounds[id] = b
	}
	return b.low <= b.high
}

// completeSquares tightens bounds by completing squares: Σ aᵢ xᵢ² + bᵢ xᵢ + c = 0 with
// all aᵢ > 0 means that no term (xᵢ + bᵢ / 2 aᵢ)² is larger than what the constants leave.
func (s *solver) completeSquares(p polynomial) {
	ids := p.symbols()
	squares, linear := make([]value, len(ids)), make([]value, len(ids))
	free := integer(0)
	for _, k := range p {
		switch {
		case len(k.symbols) == 0:
			free = k.coefficient
		case len(k.symbols) == 1:
			linear[slices.Index(ids, k.symbols[0])] = k.coefficient
		case len(k.symbols) == 2 && k.symbols[0] == k.symbols[1]:
			squares[slices.Index(ids, k.symbols[0])] = k.coefficient
		default:
			return
		}
	}
	sign := squares[0].sign()
	total := multiply(negate(free), integer(int64(sign)))
	for i := range ids {
		if sign == 0 || squares[i].sign() != sign || s.m.symbols[ids[i]].sort.is(fraction) {
			return
		}
		squares[i], linear[i] = multiply(squares[i], integer(int64(sign))), multiply(linear[i], integer(int64(sign)))
		total = add(total, quotient(multiply(linear[i], linear[i]), multiply(integer(4), squares[i])))
	}
	if total.sign() < 0 {
		return
	}
	for i, id := range ids {
		// |x + b / 2a| ≤ √(total / a), with one to spare for the rounding.
		root := fromBig(new(big.Int).Sqrt(quotient(total, squares[i]).big()))
		center := negate(quotient(linear[i], multiply(integer(2), squares[i])))
		low, high := boundsOf(subtract(center, add(root, integer(2)))), boundsOf(add(center, add(root, integer(2))))
		b := s.boundsFor(id)
		s.bounds[id] = bounds{max(b.low, low.low), min(b.high, high.high)}
	}
}

func mentionsSymbol(n *node, id int) bool { return n.has(opUnknown, id) }
