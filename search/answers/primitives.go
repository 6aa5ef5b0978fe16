package answers

import (
	"math/big"
	"slices"
)

// These stand for a choice in the signature of a primitive.
var (
	anyNumber   = &sort{kind: fraction} // one numeric type, the same wherever it occurs
	anyList     = &sort{kind: listOf}
	anyElement  = &sort{kind: listOf} // the type of the list's elements
	anyFunction = &sort{kind: arrow}  // a function of the list's elements
	anyValue    = &sort{kind: arrow}  // an element, or what is accumulated
)

// primitive is a function of Lean's library.
type primitive struct {
	parameters  []*sort
	result      *sort
	receiver    int  // which argument field notation gives
	accumulates bool // a fold: anyValue is what is accumulated
	predicate   bool // the function says yes or no
	produces    bool // the result has the type of the function's results
	order       func(accumulator, element *sort) []*sort
	compute     func(m *machine, args []value) (value, status)
}

func (m *machine) evalCall(n *node) (value, status) {
	args, failed, st := m.evalAll(n.args)
	if st != done {
		return failed, st
	}
	for i, p := range n.call.parameters {
		want := number
		switch {
		case p == anyList || p == anyElement || p.is(listOf) || p.is(setOf):
			want = list
		case p == anyFunction:
			want = function
		case p == anyValue:
			continue
		case p.is(proposition) || p.is(boolean):
			want = truth
		}
		if args[i].kind != want {
			return value{}, unread
		}
		if (p.is(natural) || p.is(whole)) && args[i].isFraction() {
			return value{}, unread
		}
	}
	return n.call.compute(m, args)
}

// numeric is a primitive on numbers that never fails.
func numeric(result *sort, f func(args []value) value, parameters ...*sort) *primitive {
	return &primitive{parameters: parameters, result: result, compute: func(m *machine, args []value) (value, status) {
		for _, a := range args {
			if !m.spend(a.size()) || a.size() > maxWords {
				return value{}, spent
			}
		}
		return f(args), done
	}}
}

// partial is a primitive that may fail or cost more.
func partial(result *sort, f func(m *machine, args []value) (value, status), parameters ...*sort) *primitive {
	return &primitive{parameters: parameters, result: result, compute: f}
}

func onLists(result *sort, f func(m *machine, elements []value, args []value) (value, status), at int, parameters ...*sort) *primitive {
	p := &primitive{parameters: parameters, result: result, receiver: at}
	p.compute = func(m *machine, args []value) (value, status) {
		elements := args[at].elements()
		if !m.spend(len(elements)) {
			return value{}, spent
		}
		return f(m, elements, args)
	}
	return p
}

func gcd(a, b value) value {
	if a.isSmall() && b.isSmall() {
		x, y := magnitude(a.small), magnitude(b.small)
		for y != 0 {
			x, y = y, x%y
		}
		if x < 1<<62 {
			return integer(int64(x))
		}
	}
	return fromBig(new(big.Int).GCD(nil, nil, new(big.Int).Abs(a.big()), new(big.Int).Abs(b.big())))
}

func absolute(a value) value {
	if a.sign() < 0 {
		return negate(a)
	}
	return a
}

func lcm(a, b value) value {
	g := gcd(a, b)
	if g.sign() == 0 {
		return g
	}
	return absolute(multiply(divide(a, g), b))
}

func minimum(args []value) value {
	if compare(args[0], args[1]) <= 0 {
		return args[0]
	}
	return args[1]
}

func maximum(args []value) value {
	if compare(args[0], args[1]) >= 0 {
		return args[0]
	}
	return args[1]
}

func truncated(a value) value {
	if a.sign() < 0 {
		return integer(0)
	}
	return a
}

// towardZero is division that rounds towards 0.
func towardZero(a, b value) value {
	if b.sign() == 0 {
		return integer(0)
	}
	return fromBig(new(big.Int).Quo(a.big(), b.big()))
}

func isPrime(m *machine, n value) (value, status) {
	if !m.spend(100 * n.size()) {
		return value{}, spent
	}
	return truthOf(n.sign() > 0 && n.big().ProbablyPrime(0)), done
}

// factorialUpTo bounds the argument of a factorial.
const factorialUpTo = 3000

func factorial(m *machine, args []value) (value, status) {
	n := args[0]
	if !n.isSmall() || n.small > factorialUpTo || !m.spend(int(n.small)) {
		return value{}, spent
	}
	return fromBig(new(big.Int).MulRange(1, max(n.small, 1))), done
}

func digits(m *machine, base, n value) (value, status) {
	places := []value{}
	if !base.isSmall() || base.small < 2 || !m.spend(n.size()*n.size()*8) {
		return value{}, unread
	}
	for n.sign() > 0 {
		places = append(places, remainder(n, base))
		n = divide(n, base)
	}
	return value{kind: list, ref: places}, done
}

// divisors of n > 0 in increasing order, if n can be factored by trial; with
// proper, n itself is left out.
func divisors(m *machine, n value, proper bool) (value, status) {
	found := []value{}
	if n.sign() == 0 {
		return value{kind: list, ref: found}, done
	}
	all, ok := m.divisorsOf(n.big())
	if !ok {
		return value{}, spent
	}
	for _, d := range all {
		if v := fromBig(d); !proper || compare(v, n) != 0 {
			found = append(found, v)
		}
	}
	return value{kind: list, ref: found}, done
}

// maxDivisors bounds the divisors that are listed.
const maxDivisors = 4000

// divisorsOf lists the positive divisors of |n| > 0 in increasing order; false
// if that takes too long.
func (m *machine) divisorsOf(n *big.Int) ([]*big.Int, bool) {
	n = new(big.Int).Abs(n)
	all := []*big.Int{big.NewInt(1)}
	extend := func(p *big.Int, times int) {
		count, power := len(all), new(big.Int).Set(p)
		for range times {
			for _, d := range all[:count] {
				all = append(all, new(big.Int).Mul(d, power))
			}
			power = new(big.Int).Mul(power, p)
		}
	}
	rest, q, r := new(big.Int).Set(n), new(big.Int), new(big.Int)
	for p := int64(2); rest.Cmp(big.NewInt(p*p)) >= 0; p++ {
		if rest.ProbablyPrime(0) {
			break
		}
		if p > 100_000 || !m.spend(2*(rest.BitLen()/64+2)) || len(all) > maxDivisors {
			return nil, false
		}
		prime, times := big.NewInt(p), 0
		for {
			if q.QuoRem(rest, prime, r); r.Sign() != 0 {
				break
			}
			rest.Set(q)
			times++
		}
		if times > 0 {
			extend(prime, times)
		}
	}
	if rest.Cmp(big.NewInt(1)) > 0 {
		extend(rest, 1)
	}
	if !m.spend(8 * len(all)) {
		return nil, false
	}
	slices.SortFunc(all, func(a, b *big.Int) int { return a.Cmp(b) })
	return all, len(all) <= maxDivisors
}

func floorValue(args []value) value { return fromBig(args[0].big()) }

func ceiling(args []value) value { return negate(fromBig(negate(args[0]).big())) }

// logarithm is the exact logarithm to a base, if it is rational.
func logarithm(m *machine, base, n value) (value, status) {
	if compare(base, integer(1)) <= 0 || n.sign() <= 0 || n.size() > 4 || base.size() > 4 {
		return value{}, unread
	}
	one := integer(1)
	inverted := compare(n, one) < 0
	if inverted {
		n = quotient(one, n)
	}
	var lifted [13]value // n ^ d
	lifted[0] = one
	for d := 1; d < len(lifted); d++ {
		lifted[d] = multiply(lifted[d-1], n)
	}
	for e, power := int64(0), one; e < 400 && compare(power, lifted[12]) <= 0; e, power = e+1, multiply(power, base) {
		if !m.spend(20 * power.size()) {
			return value{}, spent
		}
		for d := 1; d < len(lifted); d++ {
			if compare(lifted[d], power) == 0 {
				v := fromRat(big.NewRat(e, int64(d)))
				if inverted {
					v = negate(v)
				}
				return v, done
			}
		}
	}
	return value{}, unread
}

func interval(m *machine, from, to value) (value, status) {
	n := subtract(to, from)
	if !n.isSmall() || n.small > 100_000 || !m.spend(int(max(n.small, 1))) {
		return value{}, spent
	}
	values := []value{}
	for v := from; compare(v, to) <= 0; v = add(v, integer(1)) {
		values = append(values, v)
	}
	return value{kind: list, ref: values}, done
}

// fold combines a function's values at the elements.
func fold(start value, combine func(a, b value) value) func(*machine, []value, []value) (value, status) {
	return func(m *machine, elements, args []value) (value, status) {
		total := start
		for _, x := range elements {
			if len(args) > 1 {
				v, st := m.apply(args[1], x)
				if st != done {
					return v, st
				}
				x = v
			}
			if x.kind != number || !m.spend(x.size()+total.size()) || total.size() > maxWords {
				return value{}, unread
			}
			total = combine(total, x)
		}
		return total, done
	}
}

func mapList(m *machine, elements, args []value) (value, status) {
	out := make([]value, len(elements))
	for i, x := range elements {
		v, st := m.apply(args[functionAt(args)], x)
		if st != done {
			return v, st
		}
		out[i] = v
	}
	return value{kind: list, ref: out}, done
}

func functionAt(args []value) int {
	return slices.IndexFunc(args, func(v value) bool { return v.kind == function })
}

func filterList(m *machine, elements, args []value) (value, status) {
	out := []value{}
	for _, x := range elements {
		v, st := m.apply(args[functionAt(args)], x)
		if st != done {
			return v, st
		}
		if v.small != 0 {
			out = append(out, x)
		}
	}
	return value{kind: list, ref: out}, done
}

// quantified is List.all or List.any; decisive is the truth that ends it.
func quantified(decisive bool) func(*machine, []value, []value) (value, status) {
	return func(m *machine, elements, args []value) (value, status) {
		for _, x := range elements {
			v, st := m.apply(args[functionAt(args)], x)
			if st != done {
				return v, st
			}
			if (v.small != 0) == decisive {
				return v, done
			}
		}
		return truthOf(!decisive), done
	}
}

func length(_ *machine, elements, _ []value) (value, status) {
	return integer(int64(len(elements))), done
}

func element(index func(n int) int, otherwise status) func(*machine, []value, []value) (value, status) {
	return func(_ *machine, elements, args []value) (value, status) {
		if len(elements) == 0 {
			if len(args) > 1 {
				return args[1], done
			}
			return value{}, otherwise
		}
		return elements[index(len(elements))], done
	}
}

func foldList(left bool) *primitive {
	p := &primitive{parameters: []*sort{anyFunction, anyValue, anyList}, result: anyValue, receiver: 2, accumulates: true}
	p.order = func(accumulator, element *sort) []*sort {
		if left {
			return []*sort{accumulator, element, accumulator}
		}
		return []*sort{element, accumulator, accumulator}
	}
	p.compute = func(m *machine, args []value) (value, status) {
		total, elements := args[1], args[2].elements()
		for i := range elements {
			x, pair := elements[i], [2]value{}
			if pair = [2]value{total, x}; !left {
				x = elements[len(elements)-1-i]
				pair = [2]value{x, total}
			}
			v, st := m.apply(args[0], pair[:]...)
			if st != done {
				return v, st
			}
			total = v
		}
		return total, done
	}
	return p
}

// extreme is IsLeast or IsGreatest: the value is in the set and bounds it.
func extreme(m *machine, args []value, sign int) (value, status) {
	elements := args[0].elements()
	if !contains(elements, args[1]) {
		return truthOf(false), done
	}
	for _, x := range elements {
		if x.kind != number || args[1].kind != number {
			return value{}, unread
		}
		if compare(x, args[1])*sign < 0 {
			return truthOf(false), done
		}
	}
	return truthOf(true), done
}

var sortLists = &sort{kind: listOf, args: []*sort{sortNat}}

// primitives are the functions that can be computed, by their full names.
var primitives map[string]*primitive

func init() {
	n, z, q, p := sortNat, sortInt, sortRat, sortProp
	type values = []value
	primitives = map[string]*primitive{
		"cast":          numeric(anyNumber, func(a values) value { return a[0] }, anyNumber),
		"Nat.succ":      numeric(n, func(a values) value { return add(a[0], integer(1)) }, n),
		"Nat.pred":      numeric(n, func(a values) value { return truncated(subtract(a[0], integer(1))) }, n),
		"Nat.add":       numeric(n, func(a values) value { return add(a[0], a[1]) }, n, n),
		"Nat.sub":       numeric(n, func(a values) value { return truncated(subtract(a[0], a[1])) }, n, n),
		"Nat.mul":       numeric(n, func(a values) value { return multiply(a[0], a[1]) }, n, n),
		"Nat.div":       numeric(n, func(a values) value { return divide(a[0], a[1]) }, n, n),
		"Nat.mod":       numeric(n, func(a values) value { return remainder(a[0], a[1]) }, n, n),
		"Nat.pow":       partial(n, func(m *machine, a values) (value, status) { return m.power(a[0], a[1]) }, n, n),
		"Nat.gcd":       numeric(n, func(a values) value { return gcd(a[0], a[1]) }, n, n),
		"Nat.lcm":       numeric(n, func(a values) value { return lcm(a[0], a[1]) }, n, n),
		"Nat.Coprime":   numeric(p, func(a values) value { return truthOf(equal(gcd(a[0], a[1]), integer(1))) }, n, n),
		"Nat.Prime":     partial(p, func(m *machine, a values) (value, status) { return isPrime(m, a[0]) }, n),
		"Nat.min":       numeric(n, minimum, n, n),
		"Nat.max":       numeric(n, maximum, n, n),
		"Nat.sqrt":      numeric(n, func(a values) value { return fromBig(new(big.Int).Sqrt(a[0].big())) }, n),
		"Nat.log2":      numeric(n, func(a values) value { return integer(int64(max(a[0].big().BitLen()-1, 0))) }, n),
		"Nat.factorial": partial(n, factorial, n),
		"Nat.choose": partial(n, func(m *machine, a values) (value, status) {
			if !a[0].isSmall() || a[0].small > factorialUpTo || !m.spend(int(a[0].small)) {
				return value{}, spent
			}
			if compare(a[1], a[0]) > 0 {
				return integer(0), done
			}
			return fromBig(new(big.Int).Binomial(a[0].small, a[1].small)), done
		}, n, n),
		"Nat.digits": partial(sortLists, func(m *machine, a values) (value, status) { return digits(m, a[0], a[1]) }, n, n),
		"Nat.ofDigits": partial(n, func(m *machine, a values) (value, status) {
			total := integer(0)
			for _, d := range slices.Backward(a[1].elements()) {
				if !m.spend(total.size()) {
					return value{}, spent
				}
				total = add(multiply(total, a[0]), d)
			}
			return total, done
		}, n, sortLists),
		"Nat.divisors":       partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return divisors(m, a[0], false) }, n),
		"Nat.properDivisors": partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return divisors(m, a[0], true) }, n),
		"Nat.cast":           numeric(z, func(a values) value { return a[0] }, n),
		"Int.ofNat":          numeric(z, func(a values) value { return a[0] }, n),
		"Int.natAbs":         numeric(n, func(a values) value { return absolute(a[0]) }, z),
		"Int.toNat":          numeric(n, func(a values) value { return truncated(a[0]) }, z),
		"Int.gcd":            numeric(n, func(a values) value { return gcd(a[0], a[1]) }, z, z),
		"Int.lcm":            numeric(n, func(a values) value { return lcm(a[0], a[1]) }, z, z),
		"Int.sign":           numeric(z, func(a values) value { return integer(int64(a[0].sign())) }, z),
		"Int.emod":           numeric(z, func(a values) value { return remainder(a[0], a[1]) }, z, z),
		"Int.ediv":           numeric(z, func(a values) value { return divide(a[0], a[1]) }, z, z),
		"Int.tdiv":           numeric(z, func(a values) value { return towardZero(a[0], a[1]) }, z, z),
		"Int.tmod": numeric(z, func(a values) value {
			return subtract(a[0], multiply(a[1], towardZero(a[0], a[1])))
		}, z, z),
		"Int.fdiv": numeric(z, func(a values) value {
			if a[1].sign() == 0 {
				return integer(0)
			}
			return fromBig(floorOf(new(big.Rat).SetFrac(a[0].big(), a[1].big())))
		}, z, z),
		"Int.floor": numeric(z, floorValue, q),
		"Int.ceil":  numeric(z, ceiling, q),
		"Nat.floor": numeric(n, func(a values) value { return truncated(floorValue(a)) }, q),
		"Nat.ceil":  numeric(n, func(a values) value { return truncated(ceiling(a)) }, q),
		"Int.fract": numeric(q, func(a values) value { return subtract(a[0], floorValue(a)) }, q),
		"min":       numeric(anyNumber, minimum, anyNumber, anyNumber),
		"max":       numeric(anyNumber, maximum, anyNumber, anyNumber),
		"abs":       numeric(anyNumber, func(a values) value { return absolute(a[0]) }, anyNumber),
		"Even":      numeric(p, func(a values) value { return truthOf(remainder(a[0], integer(2)).sign() == 0) }, anyNumber),
		"Odd":       numeric(p, func(a values) value { return truthOf(remainder(a[0], integer(2)).sign() != 0) }, anyNumber),
		"decide":    {parameters: []*sort{p}, result: sortBool, compute: func(_ *machine, a values) (value, status) { return a[0], done }},
		"Not":       {parameters: []*sort{p}, result: p, compute: func(_ *machine, a values) (value, status) { return truthOf(a[0].small == 0), done }},
		"xor": {parameters: []*sort{sortBool, sortBool}, result: sortBool, compute: func(_ *machine, a values) (value, status) {
			return truthOf(a[0].small != a[1].small), done
		}},
		"Real.sqrt": partial(q, func(_ *machine, a values) (value, status) {
			if a[0].sign() < 0 {
				return integer(0), done
			}
			if r, ok := rootOf(a[0], big.NewInt(2)); ok {
				return r, done
			}
			return value{}, unread
		}, q),
		"Real.logb": partial(q, func(m *machine, a values) (value, status) { return logarithm(m, a[0], a[1]) }, q, q),

		"List.range":   partial(sortLists, func(m *machine, a values) (value, status) { return interval(m, integer(0), subtract(a[0], integer(1))) }, n),
		"Finset.range": partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return interval(m, integer(0), subtract(a[0], integer(1))) }, n),
		"Finset.card":  onLists(n, length, 0, anyList),
		"Set.encard":   onLists(n, length, 0, anyList),
		"Set.ncard":    onLists(n, length, 0, anyList),
		"Nat.card":     onLists(n, length, 0, anyList),
		"Rat.num":      numeric(z, func(a values) value { return fromBig(a[0].rat().Num()) }, q),
		"Rat.den":      numeric(n, func(a values) value { return fromBig(a[0].rat().Denom()) }, q),
		"List.range'": partial(sortLists, func(m *machine, a values) (value, status) {
			return interval(m, a[0], subtract(add(a[0], a[1]), integer(1)))
		}, n, n),
		"List.length": onLists(n, length, 0, anyList),
		"List.sum":    onLists(anyElement, fold(integer(0), add), 0, anyList),
		"List.prod":   onLists(anyElement, fold(integer(1), multiply), 0, anyList),
		"List.reverse": onLists(anyList, func(_ *machine, l, _ values) (value, status) {
			l = slices.Clone(l)
			slices.Reverse(l)
			return value{kind: list, ref: l}, done
		}, 0, anyList),
		"List.head!":    onLists(anyElement, element(func(int) int { return 0 }, unread), 0, anyList),
		"List.getLast!": onLists(anyElement, element(func(n int) int { return n - 1 }, unread), 0, anyList),
		"List.headD":    onLists(anyElement, element(func(int) int { return 0 }, unread), 0, anyList, anyValue),
		"List.getLastD": onLists(anyElement, element(func(n int) int { return n - 1 }, unread), 0, anyList, anyValue),
		"List.map":      {parameters: []*sort{anyFunction, anyList}, result: anyList, receiver: 1, produces: true, compute: func(m *machine, a values) (value, status) { return mapList(m, a[1].elements(), a) }},
		"List.filter":   {parameters: []*sort{anyFunction, anyList}, result: anyList, receiver: 1, predicate: true, compute: func(m *machine, a values) (value, status) { return filterList(m, a[1].elements(), a) }},
		"Finset.filter": {parameters: []*sort{anyFunction, anyList}, result: anyList, receiver: 1, predicate: true, compute: func(m *machine, a values) (value, status) { return filterList(m, a[1].elements(), a) }},
		"List.all":      {parameters: []*sort{anyList, anyFunction}, result: sortBool, predicate: true, compute: func(m *machine, a values) (value, status) { return quantified(false)(m, a[0].elements(), a) }},
		"List.any":      {parameters: []*sort{anyList, anyFunction}, result: sortBool, predicate: true, compute: func(m *machine, a values) (value, status) { return quantified(true)(m, a[0].elements(), a) }},
		"List.countP": {parameters: []*sort{anyFunction, anyList}, result: n, receiver: 1, predicate: true, compute: func(m *machine, a values) (value, status) {
			v, st := filterList(m, a[1].elements(), a)
			return integer(int64(len(v.elements()))), st
		}},
		"List.foldl": foldList(true),
		"List.foldr": foldList(false),
		"List.append": onLists(anyList, func(_ *machine, l, a values) (value, status) {
			return value{kind: list, ref: append(slices.Clone(l), a[1].elements()...)}, done
		}, 0, anyList, anyList),
		"List.cons": {parameters: []*sort{anyValue, anyList}, result: anyList, receiver: 1, compute: func(_ *machine, a values) (value, status) {
			return value{kind: list, ref: append(values{a[0]}, a[1].elements()...)}, done
		}},
		"List.contains": onLists(sortBool, func(_ *machine, l, a values) (value, status) { return truthOf(contains(l, a[1])), done }, 0, anyList, anyValue),
		"List.count": {parameters: []*sort{anyValue, anyList}, result: n, receiver: 1, compute: func(_ *machine, a values) (value, status) {
			count := int64(0)
			for _, x := range a[1].elements() {
				if equal(x, a[0]) {
					count++
				}
			}
			return integer(count), done
		}},
		"List.replicate": {parameters: []*sort{n, anyValue}, result: sortLists, compute: func(m *machine, a values) (value, status) {
			if !a[0].isSmall() || a[0].small > 100_000 || !m.spend(int(a[0].small)) {
				return value{}, spent
			}
			return value{kind: list, ref: slices.Repeat(values{a[1]}, int(a[0].small))}, done
		}},
		"List.take": {parameters: []*sort{n, anyList}, result: anyList, receiver: 1, compute: func(_ *machine, a values) (value, status) {
			l := a[1].elements()
			if a[0].isSmall() && a[0].small < int64(len(l)) {
				l = l[:a[0].small]
			}
			return value{kind: list, ref: l}, done
		}},
		"List.drop": {parameters: []*sort{n, anyList}, result: anyList, receiver: 1, compute: func(_ *machine, a values) (value, status) {
			l := a[1].elements()
			if a[0].isSmall() && a[0].small < int64(len(l)) {
				l = l[a[0].small:]
			} else {
				l = nil
			}
			return value{kind: list, ref: l}, done
		}},
		"Finset.Icc":  partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return interval(m, a[0], a[1]) }, n, n),
		"Finset.Ico":  partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return interval(m, a[0], subtract(a[1], integer(1))) }, n, n),
		"Finset.Ioc":  partial(&sort{kind: setOf, args: []*sort{n}}, func(m *machine, a values) (value, status) { return interval(m, add(a[0], integer(1)), a[1]) }, n, n),
		"Finset.sum":  {parameters: []*sort{anyList, anyFunction}, result: anyValue, produces: true, compute: func(m *machine, a values) (value, status) { return fold(integer(0), add)(m, a[0].elements(), a) }},
		"Finset.prod": {parameters: []*sort{anyList, anyFunction}, result: anyValue, produces: true, compute: func(m *machine, a values) (value, status) { return fold(integer(1), multiply)(m, a[0].elements(), a) }},
		"toSet":       {parameters: []*sort{anyList}, result: anyList, compute: func(_ *machine, a values) (value, status) { return toSet(a[0].elements()), done }},
		"IsLeast":     {parameters: []*sort{anyList, anyValue}, result: p, compute: func(m *machine, a values) (value, status) { return extreme(m, a, 1) }},
		"IsGreatest":  {parameters: []*sort{anyList, anyValue}, result: p, compute: func(m *machine, a values) (value, status) { return extreme(m, a, -1) }},
	}
	for name, as := range map[string]string{
		"Bool.xor": "xor", "NNReal.sqrt": "Real.sqrt", "List.card": "List.length", "Int.max": "max", "Int.min": "min",
	} {
		if p := primitives[as]; p != nil {
			primitives[name] = p
		}
	}
}
