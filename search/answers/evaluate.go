package answers

import (
	"math/big"
	"slices"
)

// status says how an evaluation ended.
type status uint8

const (
	done    status = iota
	unknown        // an unknown without a value is needed; machine.blocked has it
	unread         // something was not understood
	spent          // the budget of steps or the size of a number is used up
)

// symbol is one unknown of a problem: a variable, or the value of an unknown
// function at known arguments.
type symbol struct {
	name string
	sort *sort
}

// definition says what a function is where its condition holds.
type definition struct {
	condition *node // nil if there is none
	body      *node
}

// unknownFunction is a function of which only facts are known.
type unknownFunction struct {
	name        string
	sort        *sort
	cells       map[string]int // arguments → symbol
	arguments   [][]value      // in the order in which the cells came up
	order       []int          // the symbols of the cells, in the same order
	definitions []definition
}

// machine evaluates nodes under an assignment of the unknowns.
type machine struct {
	symbols   []symbol
	functions []*unknownFunction
	assigned  []bool
	values    []value
	locals    []value
	steps     int // what is left of the budget
	blocked   int
	depth     int
	weak      bool // a quantifier was only tried on a window
	onCell    func(function, symbol int, args []value)
}

// maxDepth bounds how deep definitions unfold.
const maxDepth = 60

// maxWords bounds the size of numbers.
const maxWords = 4096

// window is how far an unbounded quantifier is tried.
const window = 40

type closure struct {
	body   *node
	level  int
	width  int
	locals []value
}

func (m *machine) addSymbol(name string, s *sort) int {
	m.symbols = append(m.symbols, symbol{name, s})
	m.assigned = append(m.assigned, false)
	m.values = append(m.values, value{})
	return len(m.symbols) - 1
}

// cell is the symbol for a function at arguments.
func (m *machine) cell(f int, args []value) int {
	fn := m.functions[f]
	key := join(args)
	if id, ok := fn.cells[key]; ok {
		return id
	}
	_, result := fn.sort.signature()
	id := m.addSymbol(fn.name+" "+key, result)
	fn.cells[key] = id
	fn.arguments = append(fn.arguments, append([]value(nil), args...))
	fn.order = append(fn.order, id)
	if m.onCell != nil {
		m.onCell(f, id, args)
	}
	return id
}

func (m *machine) spend(n int) bool {
	m.steps -= n
	return m.steps > 0
}

func (m *machine) bind(level int, v value) {
	for len(m.locals) <= level {
		m.locals = append(m.locals, value{})
	}
	m.locals[level] = v
}

// eval computes a node.
func (m *machine) eval(n *node) (value, status) {
	if !m.spend(1) {
		return value{}, spent
	}
	switch n.op {
	case opLiteral:
		return n.value, done
	case opUnknown:
		if !m.assigned[n.index] {
			m.blocked = n.index
			return value{}, unknown
		}
		return m.values[n.index], done
	case opLocal:
		if n.index >= len(m.locals) {
			return value{}, unread
		}
		return m.locals[n.index], done
	case opCell:
		if len(n.args) == 0 {
			return m.functionValue(n), done
		}
		return m.evalCell(n)
	case opAdd, opSubtract, opMultiply, opDivide, opRemainder:
		return m.evalArithmetic(n)
	case opPower:
		return m.evalPower(n)
	case opNegate:
		v, st := m.eval(n.args[0])
		if st != done {
			return v, st
		}
		return negate(v), done
	case opEqual, opLess, opAtMost, opDivides:
		return m.evalRelation(n)
	case opAnd, opOr, opImplies:
		return m.evalConnective(n)
	case opNot:
		v, st := m.eval(n.args[0])
		return truthOf(v.small == 0), st
	case opIff:
		a, st := m.eval(n.args[0])
		if st != done {
			return a, st
		}
		b, st := m.eval(n.args[1])
		return truthOf(a.small == b.small), st
	case opMember:
		return m.evalMember(n)
	case opForall, opExists:
		return m.evalQuantifier(n)
	case opBuilder:
		return m.evalBuilder(n)
	case opLambda:
		return value{kind: function, ref: &closure{n.args[0], n.index, n.width, append([]value(nil), m.locals[:min(n.index, len(m.locals))]...)}}, done
	case opApply:
		f, args, st := m.evalMany(n.args)
		if st != done {
			return value{}, st
		}
		return m.apply(f, args...)
	case opCondition:
		c, st := m.eval(n.args[0])
		if st != done {
			return c, st
		}
		if c.small != 0 {
			return m.eval(n.args[1])
		}
		return m.eval(n.args[2])
	case opTuple, opList:
		values, failed, st := m.evalAll(n.args)
		if st != done {
			return failed, st
		}
		if n.op == opTuple {
			return value{kind: tuple, ref: values}, done
		}
		return value{kind: list, ref: values}, done
	case opProject:
		v, st := m.eval(n.args[0])
		if st != done {
			return v, st
		}
		parts := v.elements()
		switch {
		case len(parts) < 2:
			return value{}, unread
		case n.index == 0:
			return parts[0], done
		case len(parts) == 2:
			return parts[1], done
		}
		return value{kind: tuple, ref: parts[1:]}, done
	case opCall:
		return m.evalCall(n)
	}
	return value{}, unread
}

func (m *machine) evalMany(nodes []*node) (first value, rest []value, st status) {
	all := make([]value, len(nodes))
	for i, a := range nodes {
		if all[i], st = m.eval(a); st != done {
			return first, nil, st
		}
	}
	return all[0], all[1:], done
}

func (m *machine) apply(f value, args ...value) (value, status) {
	c, ok := f.ref.(*closure)
	if !ok || len(args) < c.width || m.depth > maxDepth || !m.spend(4) {
		return value{}, unread
	}
	saved := m.locals
	m.locals = append(make([]value, 0, c.level+c.width+2), c.locals...)
	for i := range c.width {
		m.bind(c.level+i, args[i])
	}
	m.depth++
	v, st := m.eval(c.body)
	m.depth--
	m.locals = saved
	if st == done && len(args) > c.width {
		return m.apply(v, args[c.width:]...)
	}
	return v, st
}

// functionValue is an unknown function as a value, fun x => f x.
func (m *machine) functionValue(n *node) value {
	parameters, result := n.sort.signature()
	body := &node{op: opCell, sort: result, index: n.index}
	for i, s := range parameters {
		body.args = append(body.args, &node{op: opLocal, sort: s, index: i})
	}
	return value{kind: function, ref: &closure{body: body, width: len(parameters)}}
}

// evalAll is the values of all nodes, or else the first that has none and why.
func (m *machine) evalAll(nodes []*node) (values []value, failed value, st status) {
	values = make([]value, len(nodes))
	for i, n := range nodes {
		if values[i], st = m.eval(n); st != done {
			return nil, values[i], st
		}
	}
	return values, value{}, done
}

func (m *machine) evalCell(n *node) (value, status) {
	if !m.spend(10) { // the arguments are looked up by what they print as
		return value{}, spent
	}
	args, failed, st := m.evalAll(n.args)
	if st != done {
		return failed, st
	}
	return m.at(n.index, args)
}

// at is the value of an unknown function at arguments.
func (m *machine) at(f int, args []value) (value, status) {
	fn := m.functions[f]
	id, known := fn.cells[join(args)]
	if known && m.assigned[id] {
		return m.values[id], done
	}
	defined := false
	if m.depth < maxDepth {
		for _, d := range fn.definitions {
			saved := m.locals
			m.locals = append(make([]value, 0, len(args)+2), args...)
			m.depth++
			holds, st := truthOf(true), done
			if d.condition != nil {
				holds, st = m.eval(d.condition)
			}
			var v value
			if st == done && holds.small != 0 {
				v, st = m.eval(d.body)
				defined = defined || st == unknown
			} else if st == done {
				st = unread
			}
			m.depth--
			m.locals = saved
			if st == done || st == spent {
				return v, st
			}
		}
	}
	if defined { // what the definition waits for is in m.blocked
		return value{}, unknown
	}
	m.blocked = m.cell(f, args)
	return value{}, unknown
}

func (m *machine) evalArithmetic(n *node) (value, status) {
	if n.op == opRemainder && n.sort.kind != fraction {
		if v, st := m.evalRemainder(n); st != unread {
			return v, st
		}
	}
	a, st := m.eval(n.args[0])
	if st != done {
		// A product with 0 is 0, whatever the other factor is.
		if n.op == opMultiply && st == unknown {
			if b, st := m.eval(n.args[1]); st == done && b.kind == number && b.ref == nil && b.small == 0 {
				return b, done
			}
			st = unknown
		}
		return a, st
	}
	b, st := m.eval(n.args[1])
	if st != done {
		if n.op == opMultiply && st == unknown && a.kind == number && a.ref == nil && a.small == 0 {
			return a, done
		}
		return b, st
	}
	if a.kind != number || b.kind != number {
		return m.setArithmetic(n.op, a, b)
	}
	if a.ref != nil || b.ref != nil {
		if size := a.size() + b.size(); size > maxWords || !m.spend(4+2*size) {
			return value{}, spent
		}
	}
	switch n.op {
	case opAdd:
		return add(a, b), done
	case opSubtract:
		v := subtract(a, b)
		if n.sort.is(natural) && v.sign() < 0 {
			v = integer(0)
		}
		return v, done
	case opMultiply:
		return multiply(a, b), done
	case opDivide:
		if n.sort.is(fraction) {
			return quotient(a, b), done
		}
		return divide(a, b), done
	}
	return remainder(a, b), done
}

// setArithmetic has the operators that mean something for sets.
func (m *machine) setArithmetic(o op, a, b value) (value, status) {
	if o == opSubtract && a.kind == list && b.kind == list {
		var rest []value
		for _, x := range a.elements() {
			if !contains(b.elements(), x) {
				rest = append(rest, x)
			}
		}
		return value{kind: list, ref: rest}, done
	}
	return value{}, unread
}

func contains(list []value, v value) bool {
	for _, x := range list {
		if equal(x, v) {
			return true
		}
	}
	return false
}

// evalRemainder computes modulo the modulus, so that powers need not be written
// out; unread means that it has to be done in the long way.
func (m *machine) evalRemainder(n *node) (value, status) {
	if !hasPower(n.args[0]) {
		return value{}, unread
	}
	b, st := m.eval(n.args[1])
	if st != done {
		return b, st
	}
	if b.sign() <= 0 {
		return value{}, unread
	}
	return m.modulo(n.args[0], b)
}

func hasPower(n *node) bool {
	switch n.op {
	case opPower:
		return true
	case opAdd, opMultiply, opSubtract, opNegate:
		for _, a := range n.args {
			if hasPower(a) {
				return true
			}
		}
	}
	return false
}

func (m *machine) modulo(n *node, by value) (value, status) {
	if !m.spend(1) {
		return value{}, spent
	}
	switch {
	case n.op == opAdd || n.op == opMultiply || n.op == opSubtract && !n.sort.is(natural):
		a, st := m.modulo(n.args[0], by)
		if st != done {
			return a, st
		}
		b, st := m.modulo(n.args[1], by)
		if st != done {
			return b, st
		}
		v := multiply(a, b)
		switch n.op {
		case opAdd:
			v = add(a, b)
		case opSubtract:
			v = subtract(a, b)
		}
		return remainder(v, by), done
	case n.op == opPower:
		a, st := m.modulo(n.args[0], by)
		if st != done {
			return a, st
		}
		e, st := m.eval(n.args[1])
		if st != done {
			return e, st
		}
		if e.sign() < 0 || e.isFraction() {
			return value{}, unread
		}
		if !m.spend(e.big().BitLen() * (1 + by.size()*by.size())) {
			return value{}, spent
		}
		return fromBig(new(big.Int).Exp(a.big(), e.big(), by.big())), done
	}
	v, st := m.eval(n)
	if st != done {
		return v, st
	}
	return remainder(v, by), done
}

func (m *machine) evalPower(n *node) (value, status) {
	a, st := m.eval(n.args[0])
	if st != done {
		return a, st
	}
	// The exponent may be a number that cannot be written out.
	if a.isSmall() && a.small == 1 {
		return a, done
	}
	e, st := m.eval(n.args[1])
	if st != done {
		return e, st
	}
	return m.power(a, e)
}

func (m *machine) power(a, e value) (value, status) {
	if a.kind != number || e.kind != number {
		return value{}, unread
	}
	if a.isSmall() && (a.small == 1 || a.small == 0 && e.sign() != 0) {
		return a, done
	}
	if e.isFraction() { // a ^ (p / q), if it is rational
		r := e.rat()
		base, ok := rootOf(a, r.Denom())
		if !ok {
			return value{}, unread
		}
		return m.power(base, fromBig(r.Num()))
	}
	if e.sign() < 0 {
		v, st := m.power(a, negate(e))
		return quotient(integer(1), v), st
	}
	if !e.isSmall() {
		return value{}, spent
	}
	if a.isSmall() && a.small == -1 {
		return integer(1 - 2*(e.small&1)), done
	}
	if words := int64(a.size()) * e.small; e.small > 64*maxWords || words > 16*maxWords || words > 8 && !m.spend(int(words)) {
		return value{}, spent
	}
	exponent := big.NewInt(e.small)
	if r, ok := a.ref.(*big.Rat); ok {
		return value{ref: new(big.Rat).SetFrac(new(big.Int).Exp(r.Num(), exponent, nil), new(big.Int).Exp(r.Denom(), exponent, nil))}, done
	}
	return fromBig(new(big.Int).Exp(a.big(), exponent, nil)), done
}

// rootOf is the exact k-th root of a number that is not negative.
func rootOf(a value, k *big.Int) (value, bool) {
	if !k.IsInt64() || k.Int64() > 64 || a.sign() < 0 {
		return value{}, false
	}
	num, ok := integerRoot(a.rat().Num(), k.Int64())
	if !ok {
		return value{}, false
	}
	den, ok := integerRoot(a.rat().Denom(), k.Int64())
	if !ok {
		return value{}, false
	}
	return fromRat(new(big.Rat).SetFrac(num, den)), true
}

// integerRoot is the k-th root of n ≥ 0 rounded down, and whether it is exact.
func integerRoot(n *big.Int, k int64) (root *big.Int, exact bool) {
	if k == 2 {
		r := new(big.Int).Sqrt(n)
		return r, new(big.Int).Mul(r, r).Cmp(n) == 0
	}
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(n.BitLen())/uint(k)+1)
	exponent := big.NewInt(k)
	for one := big.NewInt(1); new(big.Int).Sub(high, low).Cmp(one) > 0; {
		middle := new(big.Int).Add(low, high)
		middle.Rsh(middle, 1)
		if new(big.Int).Exp(middle, exponent, nil).Cmp(n) <= 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return low, new(big.Int).Exp(low, exponent, nil).Cmp(n) == 0
}

func (m *machine) evalRelation(n *node) (value, status) {
	a, st := m.eval(n.args[0])
	if st != done {
		return a, st
	}
	b, st := m.eval(n.args[1])
	if st != done {
		return b, st
	}
	if n.op == opEqual {
		if a.kind == function || b.kind == function {
			return value{}, unread
		}
		return truthOf(equal(a, b)), done
	}
	if a.kind != number || b.kind != number {
		return value{}, unread
	}
	switch n.op {
	case opLess:
		return truthOf(compare(a, b) < 0), done
	case opAtMost:
		return truthOf(compare(a, b) <= 0), done
	}
	if n.args[0].sort.is(fraction) { // among fractions everything but 0 divides
		return truthOf(a.sign() != 0 || b.sign() == 0), done
	}
	if a.sign() == 0 {
		return truthOf(b.sign() == 0), done
	}
	return truthOf(remainder(b, a).sign() == 0), done
}

// evalConnective decides as early as one side allows it.
func (m *machine) evalConnective(n *node) (value, status) {
	// decisive is the truth of a side that settles the whole.
	left, right := n.op == opOr, n.op == opOr || n.op == opImplies
	if n.op == opImplies {
		left = false
	}
	result := n.op != opAnd
	a, st := m.eval(n.args[0])
	if st == spent {
		return a, st
	}
	if st == done && (a.small != 0) == left {
		return truthOf(result), done
	}
	blocked := m.blocked
	b, st2 := m.eval(n.args[1])
	switch {
	case st2 == spent:
		return b, st2
	case st2 == done && (b.small != 0) == right:
		return truthOf(result), done
	case st != done:
		m.blocked = blocked
		return a, st
	case st2 != done:
		return b, st2
	}
	return truthOf(!result), done
}

func (m *machine) evalMember(n *node) (value, status) {
	if c := n.args[1]; c.op == opBuilder {
		v, st := m.eval(n.args[0])
		if st != done {
			return v, st
		}
		m.bind(c.index, v)
		return m.eval(c.args[0])
	}
	c, st := m.eval(n.args[1])
	if st != done {
		return c, st
	}
	v, st := m.eval(n.args[0])
	if st != done {
		return v, st
	}
	if !m.spend(len(c.elements())) {
		return value{}, spent
	}
	return truthOf(contains(c.elements(), v)), done
}

// domain is where a bound variable can be, read off the conditions on it; whole
// is false if that is only a window.
func (m *machine) domain(level int, s *sort, conditions []*node) (values []value, whole bool, st status) {
	var low, high *value
	var chosen []value
	if s.is(natural) {
		zero := integer(0)
		low = &zero
	}
	raise := func(v value) {
		if low == nil || compare(v, *low) > 0 {
			low = &v
		}
	}
	lower := func(v value) {
		if high == nil || compare(v, *high) < 0 {
			high = &v
		}
	}
	is := func(n *node) bool { return n.op == opLocal && n.index == level }
	for _, c := range conditions {
		if len(c.args) != 2 {
			continue
		}
		l, r := c.args[0], c.args[1]
		side := func(n *node) (value, bool) {
			if usesLocal(n, level) {
				return value{}, false
			}
			v, st := m.eval(n)
			return v, st == done && v.kind == number && s.isNumeric()
		}
		switch c.op {
		case opMember:
			if v, st := m.eval(r); is(l) && st == done && !usesLocal(r, level) && r.op != opBuilder {
				return v.elements(), true, done
			}
		case opEqual:
			if is(r) {
				l, r = r, l
			}
			if v, st := m.eval(r); is(l) && !usesLocal(r, level) && st == done {
				chosen = []value{v}
			} else if product := l; product.op == opMultiply && s.is(natural) {
				// k * e = c bounds k by c.
				if v, ok := side(r); ok && v.sign() > 0 && (is(product.args[0]) || is(product.args[1])) {
					lower(v)
				}
			}
		case opLess, opAtMost:
			strict := int64(0)
			if c.op == opLess {
				strict = 1
			}
			if is(l) {
				if v, ok := side(r); ok {
					lower(fromBig(subtract(v, integer(strict)).big()))
					if v.isFraction() {
						lower(fromBig(v.big()))
					}
				}
			} else if is(r) {
				if v, ok := side(l); ok {
					raise(fromBig(add(v, integer(strict)).big()))
				}
			} else if s.is(natural) && within(l, level) {
				// A sum or product of natural numbers that is bounded bounds its parts, if they are not 0.
				if v, ok := side(r); ok {
					lower(v)
				}
			}
		case opDivides:
			if v, ok := side(r); ok && is(l) && v.sign() != 0 {
				if v.sign() < 0 {
					v = negate(v)
				}
				lower(v)
				if !s.is(natural) {
					raise(negate(v))
				}
			}
		}
	}
	switch {
	case chosen != nil:
		return chosen, true, done
	case s.is(proposition) || s.is(boolean):
		return []value{truthOf(false), truthOf(true)}, true, done
	case s.is(fraction):
		for i := int64(-6); i <= 6; i++ {
			values = append(values, integer(i), fromRat(big.NewRat(2*i+1, 2)))
		}
		return values, false, done
	case !s.isNumeric():
		return nil, false, unread
	}
	whole = low != nil && high != nil
	switch {
	case low == nil && high == nil:
		a, b := integer(-window), integer(window)
		low, high = &a, &b
	case low == nil:
		a := subtract(*high, integer(2*window))
		low = &a
	case high == nil:
		b := add(*low, integer(2*window))
		high = &b
	}
	if n := subtract(*high, *low); n.sign() < 0 {
		return nil, true, done
	} else if !n.isSmall() || n.small > 200_000 {
		return nil, false, spent
	}
	for v := *low; compare(v, *high) <= 0; v = add(v, integer(1)) {
		if !m.spend(1) {
			return nil, false, spent
		}
		values = append(values, v)
	}
	return values, whole, done
}

// within reports whether the node is x + e or x * x … with the local x on some level.
func within(n *node, level int) bool {
	switch n.op {
	case opLocal:
		return n.index == level
	case opAdd:
		return within(n.args[0], level) || within(n.args[1], level)
	case opPower:
		return within(n.args[0], level)
	case opMultiply:
		for i, a := range n.args {
			if other := n.args[1-i]; within(a, level) && (other.op == opLiteral && other.value.sign() > 0 || within(other, level)) {
				return true
			}
		}
	}
	return false
}

func usesLocal(n *node, level int) bool { return n.has(opLocal, level) }

// has reports whether the operation on the index is in the node or below it.
func (n *node) has(op op, index int) bool {
	return n.op == op && n.index == index || slices.ContainsFunc(n.args, func(a *node) bool { return a.has(op, index) })
}

// conditions are the conjuncts of a body, or the premises before its conclusion;
// those under further quantifiers of the same kind count too.
func conditions(n *node, o op) []*node {
	switch {
	case n.op == opAnd:
		return append(conditions(n.args[0], opExists), conditions(n.args[1], opExists)...)
	case o == opForall && n.op == opImplies:
		return append(conditions(n.args[0], opExists), conditions(n.args[1], opForall)...)
	case o == opForall && n.op == opNot: // ¬(p ∧ q) refutes the same conditions
		return conditions(n.args[0], opExists)
	case o == opForall && n.op != opForall:
		return nil
	case n.op == o && (o == opForall || o == opExists):
		var free []*node
		for _, c := range conditions(n.args[0], o) {
			if !usesLocal(c, n.index) {
				free = append(free, c)
			}
		}
		return free
	}
	return []*node{n}
}

func (m *machine) evalQuantifier(n *node) (value, status) {
	s, _ := n.value.ref.(*sort)
	values, whole, st := m.domain(n.index, s, conditions(n.args[0], n.op))
	if st != done {
		return value{}, st
	}
	decisive := n.op == opExists
	if !whole {
		if decisive {
			values = append(values, m.solutions(n, s)...)
		}
		m.weak = true
	}
	pending := done
	for _, v := range values {
		m.bind(n.index, v)
		r, st := m.eval(n.args[0])
		switch {
		case st == spent || st == unread:
			return r, st
		case st == unknown:
			pending = unknown
		case (r.small != 0) == decisive:
			return truthOf(decisive), done
		}
	}
	if pending != done {
		return value{}, pending
	}
	return truthOf(!decisive), done
}

// solutions are the values of a bound variable for which a linear equation in
// the body holds.
func (m *machine) solutions(n *node, s *sort) []value {
	var found []value
	for _, c := range conditions(n.args[0], opExists) {
		if c.op != opEqual || !c.args[0].sort.isNumeric() || !usesLocal(c, n.index) {
			continue
		}
		difference := func(x int64) (value, bool) {
			m.bind(n.index, integer(x))
			a, st := m.eval(c.args[0])
			b, st2 := m.eval(c.args[1])
			return subtract(a, b), st == done && st2 == done && a.kind == number && b.kind == number
		}
		// Far from 0, so that truncated subtraction does not spoil the line.
		at, ok := difference(1000)
		next, ok2 := difference(1001)
		slope := subtract(next, at)
		if !ok || !ok2 || slope.sign() == 0 {
			continue
		}
		if root := subtract(integer(1000), quotient(at, slope)); s.is(fraction) || !root.isFraction() && (s.is(whole) || root.sign() >= 0) {
			found = append(found, root)
		}
	}
	return found
}

// evalBuilder lists a set that is finite as far as its condition shows it.
func (m *machine) evalBuilder(n *node) (value, status) {
	s := n.sort.args[0]
	values, whole, st := m.domain(n.index, s, conditions(n.args[0], opExists))
	if st != done {
		return value{}, st
	}
	members := []value{}
	collect := func(values []value) status {
		for _, v := range values {
			m.bind(n.index, v)
			r, st := m.eval(n.args[0])
			if st != done {
				return st
			}
			if r.small != 0 {
				members = append(members, v)
			}
		}
		return done
	}
	if st := collect(values); st != done {
		return value{}, st
	}
	if !whole {
		m.weak = true
		// The least element of a set can be far.
		for far := int64(2*window + 1); s.is(natural) && len(members) == 0 && far < 3000; far++ {
			if st := collect([]value{integer(far)}); st != done {
				return value{}, st
			}
		}
	}
	return toSet(members), done
}

// toSet sorts numbers and takes out what is double.
func toSet(members []value) value {
	if slices.ContainsFunc(members, func(v value) bool { return v.kind != number }) {
		set := []value{}
		for _, v := range members {
			if !contains(set, v) {
				set = append(set, v)
			}
		}
		return value{kind: list, ref: set}
	}
	set := slices.Clone(members)
	slices.SortFunc(set, compare)
	return value{kind: list, ref: slices.CompactFunc(set, equal)}
}
