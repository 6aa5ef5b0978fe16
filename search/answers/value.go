package answers

import (
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// valueKind says what a value is.
type valueKind uint8

const (
	number   valueKind = iota // ref is nil for a small integer, else *big.Int or *big.Rat
	truth                     // small is 0 or 1; a proposition or a Bool
	list                      // ref is []value
	tuple                     // ref is []value, right-nested pairs flattened
	function                  // ref is *closure
)

// value is what a Lean term evaluates to. A number is kept in its smallest form,
// so that a cast between number types is the identity.
type value struct {
	kind  valueKind
	small int64
	ref   any
}

func integer(n int64) value { return value{small: n} }

func truthOf(b bool) value {
	if b {
		return value{kind: truth, small: 1}
	}
	return value{kind: truth}
}

func fromBig(n *big.Int) value {
	if n.IsInt64() {
		return integer(n.Int64())
	}
	return value{ref: n}
}

func fromRat(r *big.Rat) value {
	if r.IsInt() {
		return fromBig(new(big.Int).Set(r.Num()))
	}
	return value{ref: r}
}

// rat is the number as a fraction, which must not be changed.
func (v value) rat() *big.Rat {
	switch r := v.ref.(type) {
	case *big.Rat:
		return r
	case *big.Int:
		return new(big.Rat).SetInt(r)
	}
	return new(big.Rat).SetInt64(v.small)
}

// big is the number as an integer, which must not be changed; a fraction is rounded down.
func (v value) big() *big.Int {
	switch r := v.ref.(type) {
	case *big.Int:
		return r
	case *big.Rat:
		return floorOf(r)
	}
	return big.NewInt(v.small)
}

func floorOf(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // the denominator is positive
}

func (v value) elements() []value {
	e, _ := v.ref.([]value)
	return e
}

func (v value) isSmall() bool { return v.kind == number && v.ref == nil }

func (v value) isFraction() bool {
	_, ok := v.ref.(*big.Rat)
	return ok
}

func (v value) sign() int {
	switch r := v.ref.(type) {
	case *big.Rat:
		return r.Sign()
	case *big.Int:
		return r.Sign()
	}
	switch {
	case v.small < 0:
		return -1
	case v.small > 0:
		return 1
	}
	return 0
}

// size is about the number of machine words that the number takes.
func (v value) size() int {
	switch r := v.ref.(type) {
	case *big.Int:
		return 1 + r.BitLen()/64
	case *big.Rat:
		return 2 + (r.Num().BitLen()+r.Denom().BitLen())/64
	}
	return 1
}

func add(a, b value) value {
	if a.ref == nil && b.ref == nil {
		if s := a.small + b.small; (s > a.small) == (b.small > 0) {
			return integer(s)
		}
	}
	if a.isFraction() || b.isFraction() {
		return fromRat(new(big.Rat).Add(a.rat(), b.rat()))
	}
	return fromBig(new(big.Int).Add(a.big(), b.big()))
}

func negate(a value) value {
	if a.ref == nil && a.small != math.MinInt64 {
		return integer(-a.small)
	}
	if a.isFraction() {
		return value{ref: new(big.Rat).Neg(a.rat())}
	}
	return fromBig(new(big.Int).Neg(a.big()))
}

func subtract(a, b value) value { return add(a, negate(b)) }

func multiply(a, b value) value {
	if a.ref == nil && b.ref == nil {
		if hi, lo := bits.Mul64(magnitude(a.small), magnitude(b.small)); hi == 0 && lo < math.MaxInt64 {
			return integer(a.small * b.small)
		}
	}
	if a.isFraction() || b.isFraction() {
		return fromRat(new(big.Rat).Mul(a.rat(), b.rat()))
	}
	return fromBig(new(big.Int).Mul(a.big(), b.big()))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// quotient is a / b among fractions; it is 0 for b = 0, as in Lean.
func quotient(a, b value) value {
	if b.sign() == 0 {
		return integer(0)
	}
	return fromRat(new(big.Rat).Quo(a.rat(), b.rat()))
}

// divide is Lean's / on integers, whose remainder is never negative.
func divide(a, b value) value {
	switch {
	case b.sign() == 0:
		return integer(0)
	case a.ref == nil && b.ref == nil && b.small > 0:
		q := a.small / b.small
		if a.small%b.small < 0 {
			q--
		}
		return integer(q)
	}
	return fromBig(new(big.Int).Div(a.big(), b.big()))
}

// remainder is Lean's % on integers, which is never negative; a % 0 = a.
func remainder(a, b value) value {
	switch {
	case b.sign() == 0:
		return a
	case a.ref == nil && b.ref == nil && b.small > 0:
		r := a.small % b.small
		if r < 0 {
			r += b.small
		}
		return integer(r)
	}
	return fromBig(new(big.Int).Mod(a.big(), b.big()))
}

func compare(a, b value) int {
	if a.ref == nil && b.ref == nil {
		switch {
		case a.small < b.small:
			return -1
		case a.small > b.small:
			return 1
		}
		return 0
	}
	if a.isFraction() || b.isFraction() {
		return a.rat().Cmp(b.rat())
	}
	return a.big().Cmp(b.big())
}

// equal compares values of one type; functions are never equal.
func equal(a, b value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case number:
		return compare(a, b) == 0
	case truth:
		return a.small == b.small
	case list, tuple:
		x, y := a.elements(), b.elements()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return false
}

// String is the value as a Lean term in normal form.
func (v value) String() string {
	switch v.kind {
	case number:
		if r, ok := v.ref.(*big.Rat); ok {
			return r.Num().String() + " / " + r.Denom().String()
		}
		return v.big().String()
	case truth:
		if v.small != 0 {
			return "True"
		}
		return "False"
	case list:
		return "[" + join(v.elements()) + "]"
	case tuple:
		return "(" + join(v.elements()) + ")"
	}
	return "?"
}

func join(values []value) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.String()
	}
	return strings.Join(parts, ", ")
}

// format is the value as a Lean term of the sort: a Bool is written in lower case.
func (v value) format(s *sort) string {
	switch {
	case v.kind == truth && s.is(boolean):
		return strings.ToLower(v.String())
	case v.kind == list && s.is(listOf):
		parts := make([]string, len(v.elements()))
		for i, e := range v.elements() {
			parts[i] = e.format(s.args[0])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case v.kind == tuple && s.is(product) && len(v.elements()) == len(s.args):
		parts := make([]string, len(v.elements()))
		for i, e := range v.elements() {
			parts[i] = e.format(s.args[i])
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return v.String()
}
