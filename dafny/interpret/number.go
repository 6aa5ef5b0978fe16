package interpret

import (
	"math"
	"math/big"
	"math/bits"
)

// maxBits bounds integers, so that repeated squaring does not use up the memory.
const maxBits = 1 << 14

// big returns an integer for reading only.
func (v Value) big() *big.Int {
	if b, ok := v.p.(*big.Int); ok {
		return b
	}
	return big.NewInt(v.n)
}

// bigInteger makes a value of an integer, which must not change afterwards. What
// fits in a word is always kept in one.
func bigInteger(b *big.Int) Value {
	if b.IsInt64() {
		return integer(b.Int64())
	}
	return Value{kind: Int, p: b}
}

func (m *machine) big(b *big.Int) Value {
	if b.BitLen() > maxBits {
		return m.limit("an integer is too large")
	}
	return bigInteger(b)
}

func (m *machine) add(v, w Value) Value {
	if v.p == nil && w.p == nil {
		s := v.n + w.n
		if (s > v.n) == (w.n > 0) {
			return integer(s)
		}
	}
	return m.big(new(big.Int).Add(v.big(), w.big()))
}

func (m *machine) subtract(v, w Value) Value {
	if v.p == nil && w.p == nil {
		d := v.n - w.n
		if (d < v.n) == (w.n > 0) {
			return integer(d)
		}
	}
	return m.big(new(big.Int).Sub(v.big(), w.big()))
}

func (m *machine) multiply(v, w Value) Value {
	if v.p == nil && w.p == nil && v.n != math.MinInt64 && w.n != math.MinInt64 {
		high, low := bits.Mul64(uint64(max(v.n, -v.n)), uint64(max(w.n, -w.n)))
		if high == 0 && low <= math.MaxInt64 {
			return integer(v.n * w.n)
		}
	}
	return m.big(new(big.Int).Mul(v.big(), w.big()))
}

// divide is the Euclidean division: the remainder is never negative.
func (m *machine) divide(v, w Value) Value {
	switch {
	case w.p == nil && w.n == 0:
		return m.undefined("division by zero")
	case v.p == nil && w.p == nil && v.n != math.MinInt64:
		q, r := v.n/w.n, v.n%w.n
		if r < 0 {
			if w.n > 0 {
				q--
			} else {
				q++
			}
		}
		return integer(q)
	}
	q, _ := new(big.Int).DivMod(v.big(), w.big(), new(big.Int))
	return m.big(q)
}

func (m *machine) modulo(v, w Value) Value {
	switch {
	case w.p == nil && w.n == 0:
		return m.undefined("division by zero")
	case v.p == nil && w.p == nil && w.n != math.MinInt64:
		r := v.n % w.n
		if r < 0 {
			r += max(w.n, -w.n)
		}
		return integer(r)
	}
	_, r := new(big.Int).DivMod(v.big(), w.big(), new(big.Int))
	return m.big(r)
}

func (m *machine) negate(v Value) Value {
	switch v.kind {
	case Int:
		return m.subtract(integer(0), v)
	case Real:
		return rational(new(big.Rat).Neg(v.p.(*big.Rat)))
	}
	return m.confused("-")
}

func (m *machine) realOp(op string, v, w Value) Value {
	a, b := v.p.(*big.Rat), w.p.(*big.Rat)
	if a.Num().BitLen()+a.Denom().BitLen()+b.Num().BitLen()+b.Denom().BitLen() > maxBits {
		return m.limit("a real number is too large")
	}
	r := new(big.Rat)
	switch op {
	case "+":
		r.Add(a, b)
	case "-":
		r.Sub(a, b)
	case "*":
		r.Mul(a, b)
	case "/":
		if b.Sign() == 0 {
			return m.undefined("division by zero")
		}
		r.Quo(a, b)
	default:
		return m.confused(op)
	}
	return rational(r)
}

// floor is the largest integer that is not above a rational.
func floor(r *big.Rat) Value {
	q, _ := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	return bigInteger(q)
}
