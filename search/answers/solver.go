package answers

import (
	"math/big"
	"slices"
)

// solver searches for assignments of the symbols under which all constraints
// hold: it propagates what follows and then tries the values of one symbol.
type solver struct {
	m         *machine
	variables []int // the symbols that every model gives a value to
	bounds    []bounds
	reduced   []choice
	undecided *node // a truncated difference that kept an equation from being read
	seed      int   // varies the order of values, and the values of what is free
	limit     int64 // how far symbols without bounds are tried
	partial   bool  // something was not tried
	trail     []int
	watched   []int // the symbols whose values matter; models that agree on them are one
	onModel   func() bool
	stopped   bool
	free      bool // a model left open what is watched
	depth     int
	resume    int // alternatives after this length of the trail cannot give another value of what is watched
	pending   int // constraints that were left open in the model at hand
}

// maxSearchDepth bounds the nesting of choices.
const maxSearchDepth = 60

// inSort reports whether a number is a value of the sort.
func inSort(v value, s *sort) bool {
	switch {
	case s.is(natural):
		return v.kind == number && !v.isFraction() && v.sign() >= 0
	case s.is(whole):
		return v.kind == number && !v.isFraction()
	case s.is(fraction):
		return v.kind == number
	case s.is(proposition), s.is(boolean):
		return v.kind == truth
	}
	return true
}

// assign gives a symbol a value; false if it cannot have it.
func (s *solver) assign(id int, v value) bool {
	if s.m.assigned[id] {
		return equal(s.m.values[id], v)
	}
	if !inSort(v, s.m.symbols[id].sort) {
		return false
	}
	if id < len(s.bounds) && v.kind == number {
		if b := boundsOf(v); b.high < s.bounds[id].low || b.low > s.bounds[id].high {
			return false
		}
	}
	s.m.assigned[id], s.m.values[id] = true, v
	s.trail = append(s.trail, id)
	return true
}

func (s *solver) undo(to int) {
	for _, id := range s.trail[to:] {
		s.m.assigned[id] = false
	}
	s.trail = s.trail[:to]
}

// outcome of a look at one constraint.
type outcome uint8

const (
	open outcome = iota
	holds
	fails
	moved // it was replaced by others, or a symbol got a value
)

// look works on one constraint; what it becomes is appended to rest.
func (s *solver) look(c constraint, rest *[]constraint) outcome {
	m := s.m
	m.locals = append(m.locals[:0], c.locals...)
	become := func(nodes ...*node) outcome {
		for _, n := range nodes {
			*rest = append(*rest, constraint{node: n, locals: c.locals, exact: c.exact})
		}
		return moved
	}
	v, st := m.eval(c.node)
	switch st {
	case done:
		if v.small != 0 {
			return holds
		}
		return fails
	case spent, unread:
		if c.node.op != opAnd {
			*rest = append(*rest, c)
			return open
		}
	}
	blocked := m.blocked
	n := c.node
	side := func(i int) (bool, bool) {
		v, st := m.eval(n.args[i])
		return v.small != 0, st == done
	}
	switch n.op {
	case opUnknown:
		if s.assign(n.index, truthOf(true)) {
			return moved
		}
		return fails
	case opAnd:
		return become(n.args...)
	case opImplies:
		if p, ok := side(0); ok && p {
			return become(n.args[1])
		}
		if q, ok := side(1); ok && !q {
			return become(not(n.args[0]))
		}
	case opOr:
		for i := range 2 {
			if p, ok := side(i); ok && !p {
				return become(n.args[1-i])
			}
			if s.refuted(n.args[i]) {
				return become(n.args[1-i])
			}
		}
	case opIff:
		for i := range 2 {
			if p, ok := side(i); ok {
				if p {
					return become(n.args[1-i])
				}
				return become(not(n.args[1-i]))
			}
		}
	case opNot:
		switch inner := n.args[0]; inner.op {
		case opUnknown:
			if s.assign(inner.index, truthOf(false)) {
				return moved
			}
			return fails
		case opNot:
			return become(inner.args[0])
		case opOr:
			return become(not(inner.args[0]), not(inner.args[1]))
		case opImplies:
			return become(inner.args[0], not(inner.args[1]))
		case opLess, opAtMost:
			flipped := *inner
			flipped.op = opLess + opAtMost - inner.op
			flipped.args = []*node{inner.args[1], inner.args[0]}
			return become(&flipped)
		}
	case opEqual:
		return s.lookEquation(c, blocked, rest)
	case opCall:
		// The least element of a set that can be listed.
		least := n.call == primitives["IsLeast"]
		if !least && n.call != primitives["IsGreatest"] {
			break
		}
		if v, st := m.eval(n.args[0]); st == done && len(v.elements()) > 0 {
			e := v.elements()
			best := e[0]
			if !least {
				best = e[len(e)-1]
			}
			return become(&node{op: opEqual, sort: sortProp, args: []*node{n.args[1], literal(best, n.args[1].sort)}})
		}
	}
	c.waits = []int{blocked}
	*rest = append(*rest, c)
	return open
}

func (s *solver) lookEquation(c constraint, blocked int, rest *[]constraint) outcome {
	m, n := s.m, c.node
	keep := func(waits ...int) outcome {
		c.waits = waits
		*rest = append(*rest, c)
		return open
	}
	l, r := n.args[0], n.args[1]
	if l.op == opTuple && r.op == opTuple && len(l.args) == len(r.args) {
		for i := range l.args {
			*rest = append(*rest, constraint{node: &node{op: opEqual, sort: sortProp, args: []*node{l.args[i], r.args[i]}}, locals: c.locals})
		}
		return moved
	}
	if !l.sort.isNumeric() {
		for range 2 {
			if l.op == opUnknown && !m.assigned[l.index] {
				if v, st := m.eval(r); st == done {
					if s.assign(l.index, v) {
						return moved
					}
					return fails
				}
			}
			l, r = r, l
		}
		return keep(blocked)
	}
	s.undecided = nil
	p, ok := s.equationPolynomial(c)
	if !ok {
		return keep(blocked)
	}
	if v, ok := p.constant(); ok {
		if v.sign() != 0 {
			return fails
		}
		return keep(blocked) // a denominator may still vanish
	}
	ids := p.symbols()
	if len(ids) > 1 {
		return keep(ids...)
	}
	found, all := m.roots(p)
	if !all {
		return keep(ids[0])
	}
	fitting := found[:0:0]
	for _, v := range found {
		if inSort(v, m.symbols[ids[0]].sort) {
			fitting = append(fitting, v)
		}
	}
	switch {
	case len(fitting) == 0 && m.symbols[ids[0]].sort.is(fraction) && p.degree() > 1:
		return keep(ids[0]) // the roots may be irrational
	case len(fitting) == 0:
		return fails
	case len(fitting) == 1 && (p.degree() == 1 || !m.symbols[ids[0]].sort.is(fraction)):
		if !s.assign(ids[0], fitting[0]) {
			return fails
		}
		*rest = append(*rest, c)
		return moved
	}
	return keep(ids[0])
}

// equationPolynomial is a polynomial that vanishes if the equation holds.
func (s *solver) equationPolynomial(c constraint) (polynomial, bool) {
	s.m.locals = append(s.m.locals[:0], c.locals...)
	l, ok := s.polynomialOf(c.node.args[0], &c)
	if !ok {
		return nil, false
	}
	r, ok := s.polynomialOf(c.node.args[1], &c)
	if !ok {
		return nil, false
	}
	d, ok := s.sumOf(l, r, integer(-1))
	return d.numerator, ok
}

// propagate works on the constraints until nothing more follows.
func (s *solver) propagate(constraints []constraint) ([]constraint, bool) {
	for {
		s.m.spend(len(constraints) / 4)
		changed := false
		rest := make([]constraint, 0, len(constraints))
		for _, c := range constraints {
			if len(c.waits) > 0 && !slices.ContainsFunc(c.waits, func(id int) bool { return s.m.assigned[id] }) {
				rest = append(rest, c)
				continue
			}
			c.waits = nil
			switch s.look(c, &rest) {
			case fails:
				return nil, false
			case moved:
				changed = true
			}
			if s.m.steps <= 0 {
				s.partial, s.stopped = true, true
				return nil, false
			}
		}
		constraints = rest
		if changed {
			continue
		}
		progress, ok := s.eliminate(constraints)
		if !ok {
			return nil, false
		}
		if !progress {
			return constraints, true
		}
	}
}

// maxEquations bounds the systems that are solved.
const maxEquations = 40

// eliminate solves the linear equations among the constraints and puts the
// solutions into the others; it reports whether a symbol got a value, and false
// if the equations contradict each other. What is left with several roots goes
// to s.reduced.
func (s *solver) eliminate(constraints []constraint) (progress, ok bool) {
	s.reduced = s.reduced[:0]
	var system, linear, others []polynomial
	for _, c := range constraints {
		if c.node.op != opEqual || !c.node.args[0].sort.isNumeric() || len(c.waits) < 2 || len(system) >= maxEquations {
			continue
		}
		if p, ok := s.equationPolynomial(c); ok && p.degree() <= 6 {
			system = append(system, p)
		}
	}
	if len(system) < 2 || !s.combine(system) {
		return false, true
	}
	for _, p := range system {
		if p.degree() == 1 {
			linear = append(linear, p)
		} else {
			others = append(others, p)
		}
	}
	// Gauss and Jordan: each pivot symbol is left in one equation only.
	pivots := make([]int, len(linear))
	for i := range linear {
		pivots[i] = -1
		ids := linear[i].symbols()
		if len(ids) == 0 {
			if len(linear[i]) > 0 {
				return false, false
			}
			continue
		}
		pivots[i] = ids[len(ids)-1]
		pivot := key(ids[len(ids)-1:])
		for j := range linear {
			if c, ok := linear[j][pivot]; ok && j != i {
				linear[j] = linear[j].plus(linear[i], negate(quotient(c.coefficient, linear[i][pivot].coefficient)))
			}
		}
		if !s.m.spend(len(linear) * len(linear[i])) {
			return false, true
		}
	}
	for _, p := range linear {
		if len(p.symbols()) == 0 && len(p) > 0 {
			return false, false
		}
		if len(p.symbols()) == 1 {
			found, _ := s.m.roots(p)
			if len(found) != 1 || !s.assign(p.symbols()[0], found[0]) {
				return false, false
			}
			progress = true
		}
	}
	if progress {
		return true, true
	}
	for _, p := range others {
		for i, id := range pivots {
			if id < 0 || !slices.Contains(p.symbols(), id) {
				continue
			}
			// id = the rest of its equation, with the sign changed, over its coefficient.
			pivot := key([]int{id})
			by := polynomial{}.plus(linear[i], negate(quotient(integer(1), linear[i][pivot].coefficient)))
			delete(by, pivot)
			if p, ok = s.replaced(p, id, by); !ok {
				break
			}
		}
		ids := p.symbols()
		if !ok || len(ids) > 1 {
			ok = true
			continue
		}
		if len(ids) == 0 {
			if len(p) > 0 {
				return false, false
			}
			continue
		}
		found, all := s.m.roots(p)
		t := s.m.symbols[ids[0]].sort
		fitting := slices.DeleteFunc(found, func(v value) bool { return !inSort(v, t) })
		switch {
		case !all || t.is(fraction) && len(found) < p.degree():
			if len(fitting) > 0 {
				s.reduced = append(s.reduced, choice{symbol: ids[0], values: fitting})
			}
		case len(fitting) == 0:
			return false, false
		case len(fitting) == 1:
			if !s.assign(ids[0], fitting[0]) {
				return false, false
			}
			return true, true
		default:
			s.reduced = append(s.reduced, choice{symbol: ids[0], values: fitting, whole: true})
		}
	}
	return false, true
}

// combine subtracts the equations from each other so that their highest monomials
// go away, as if each product of symbols were one; false if it is not worth it.
func (s *solver) combine(system []polynomial) bool {
	for i, p := range system {
		top, highest := "", -1
		for k, t := range p {
			if d := len(t.symbols); d > highest || d == highest && k > top {
				top, highest = k, d
			}
		}
		if highest < 2 { // linear equations come later
			continue
		}
		if !s.m.spend(4 * len(system) * (1 + len(p))) {
			return false
		}
		for j, q := range system {
			if c, ok := q[top]; ok && j != i {
				system[j] = q.plus(p, negate(quotient(c.coefficient, p[top].coefficient)))
			}
		}
	}
	return true
}

// replaced is a polynomial with another in the place of a symbol.
func (s *solver) replaced(p polynomial, id int, by polynomial) (polynomial, bool) {
	sum := polynomial{}
	for _, k := range p {
		rest := slices.DeleteFunc(slices.Clone(k.symbols), func(x int) bool { return x == id })
		product, ok := polynomial{key(rest): {rest, k.coefficient}}, true
		for range len(k.symbols) - len(rest) {
			if product, ok = product.times(by); !ok || !s.m.spend(len(product)) {
				return nil, false
			}
		}
		sum = sum.plus(product, integer(1))
	}
	return sum, true
}

// choice is what is tried next: values of a symbol, or alternatives.
type choice struct {
	symbol       int
	values       []value
	whole        bool // no other value is possible
	alternatives [][]constraint
	constraint   int // the one that the alternatives replace
	cost         int
}

// search goes through the models.
func (s *solver) search(constraints []constraint) {
	if s.stopped || s.depth > maxSearchDepth {
		s.partial = true
		return
	}
	s.depth++
	mark, saved := len(s.trail), slices.Clone(s.bounds)
	defer func() {
		s.depth--
		s.undo(mark)
		s.bounds = saved
	}()
	constraints, ok := s.propagate(constraints)
	if !ok {
		return
	}
	c, ok, consistent := s.choose(constraints)
	switch {
	case s.stopped || !consistent:
		return
	case !ok:
		s.leaf(constraints)
		return
	}
	if c.alternatives != nil {
		rest := slices.Delete(slices.Clone(constraints), c.constraint, c.constraint+1)
		for _, alternative := range c.alternatives {
			if s.search(append(slices.Clone(rest), alternative...)); s.skip(mark) {
				return
			}
		}
		return
	}
	if !c.whole {
		s.partial = true
	}
	if s.seed > 0 {
		c.values = shuffled(c.values, s.seed+s.depth)
	}
	for _, v := range c.values {
		if s.stopped {
			return
		}
		before := len(s.trail)
		if s.assign(c.symbol, v) {
			s.search(constraints)
		}
		s.undo(before)
		if s.skip(before) {
			return
		}
	}
}

// skip reports whether other choices at this length of the trail would only give
// models with the same values of what is watched.
func (s *solver) skip(length int) bool {
	if s.resume == 0 {
		return false
	}
	if length >= s.resume {
		return true
	}
	s.resume = 0
	return false
}

// shuffled puts values into another order, always the same for a seed.
func shuffled(values []value, seed int) []value {
	out := slices.Clone(values)
	state := uint64(seed)*0x9E3779B97F4A7C15 + 1
	// The first values are the likely ones: they are mixed among themselves.
	n := min(len(out), 4+4*seed)
	for i := n - 1; i > 0; i-- {
		state = state*6364136223846793005 + 1442695040888963407
		j := int(state>>33) % (i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// leaf completes a model: what no constraint speaks of gets some value.
func (s *solver) leaf(constraints []constraint) {
	defaults := []int64{1, 2, 3, 5, 4, 7, 0, 10, 6, 11, 12, 20}
	for i, id := range s.variables {
		if s.m.assigned[id] {
			continue
		}
		if slices.Contains(s.watched, id) {
			s.partial, s.free = true, true
		}
		v := integer(defaults[(i*3+s.seed)%len(defaults)])
		switch t := s.m.symbols[id].sort; {
		case t.is(proposition) || t.is(boolean):
			v = truthOf((i+s.seed)%2 == 0)
		case t.is(listOf) || t.is(setOf):
			continue
		case id < len(s.bounds):
			v = integer(max(s.bounds[id].low, min(s.bounds[id].high, v.small)))
		}
		if !s.assign(id, v) {
			return
		}
	}
	s.pending = 0
	for _, c := range constraints {
		s.m.locals = append(s.m.locals[:0], c.locals...)
		v, st := s.m.eval(c.node)
		switch {
		case st == done && v.small == 0:
			return
		case st != done && c.locals == nil:
			s.pending++
		}
	}
	if !s.onModel() {
		s.stopped = true
	}
	if len(s.watched) == 0 {
		return
	}
	for i, id := range s.trail {
		if slices.Contains(s.watched, id) {
			s.resume = i + 1
		}
	}
}

// choose picks what to branch on: the least number of values. It reports false
// in ok if nothing is left to choose, and false in consistent if a symbol has no value.
func (s *solver) choose(constraints []constraint) (best choice, ok, consistent bool) {
	m := s.m
	ids := []int{}
	for _, c := range constraints {
		for _, id := range c.waits {
			if slices.Contains(s.variables, id) && !m.assigned[id] && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return choice{}, false, true
	}
	for _, c := range constraints {
		if c.node.op == opEqual && len(c.waits) > 1 && c.node.args[0].sort.isNumeric() {
			if p, ok := s.equationPolynomial(c); ok && p.degree() == 2 {
				s.completeSquares(p)
			}
		}
	}
	for _, id := range ids {
		if t := m.symbols[id].sort; t.isNumeric() {
			m.locals = m.locals[:0]
			if !s.shave(id, constraints) {
				return choice{}, false, false
			}
		}
	}
	consider := func(c choice) {
		if c.alternatives == nil {
			c.cost = len(c.values)
		}
		if !ok || c.cost < best.cost {
			best, ok = c, true
		}
	}
	for _, c := range s.reduced {
		if !m.assigned[c.symbol] && slices.Contains(s.variables, c.symbol) {
			consider(c)
		}
	}
	for i := range constraints {
		c := &constraints[i]
		m.locals = append(m.locals[:0], c.locals...)
		for _, found := range s.fromConstraint(c) {
			if !slices.Contains(s.variables, found.symbol) {
				continue
			}
			kept := found.values[:0:0]
			for _, v := range found.values {
				if inSort(v, m.symbols[found.symbol].sort) && s.fits(found.symbol, v) {
					kept = append(kept, v)
				}
			}
			if found.values = kept; len(kept) == 0 && found.whole {
				return choice{}, false, false
			}
			consider(found)
		}
		if c.node.op == opOr && c.locals == nil {
			a, b := *c, *c
			a.node, b.node, a.waits, b.waits = c.node.args[0], c.node.args[1], nil, nil
			consider(choice{alternatives: [][]constraint{{a}, {b}}, constraint: i, cost: 2})
		}
	}
	for _, id := range ids {
		switch t := m.symbols[id].sort; {
		case t.is(proposition) || t.is(boolean):
			consider(choice{symbol: id, values: []value{truthOf(true), truthOf(false)}, whole: true})
		case t.isNumeric():
			if ok && best.cost <= 3 {
				continue
			}
			if c, usable := s.fromBounds(id, constraints); usable {
				if len(c.values) == 0 && c.whole {
					return choice{}, false, false
				}
				consider(c)
			}
		}
	}
	// A truncated difference on which everything waits.
	if !ok || best.cost > 6 && !best.whole {
		for i := range constraints {
			c := &constraints[i]
			if c.node.op != opEqual || !c.node.args[0].sort.isNumeric() {
				continue
			}
			s.undecided = nil
			if _, readable := s.equationPolynomial(*c); readable || s.undecided == nil {
				continue
			}
			n := s.undecided
			split := func(exact bool, l, r *node) []constraint {
				d := constraint{node: c.node, locals: c.locals, exact: map[*node]bool{n: exact}}
				for k, v := range c.exact {
					d.exact[k] = v
				}
				o := opLess
				if exact {
					o = opAtMost
				}
				return []constraint{d, {node: &node{op: o, sort: sortProp, args: []*node{l, r}}, locals: c.locals}}
			}
			return choice{alternatives: [][]constraint{split(true, n.args[1], n.args[0]), split(false, n.args[0], n.args[1])}, constraint: i}, true, true
		}
	}
	return best, ok, true
}

func (s *solver) fits(id int, v value) bool {
	if id >= len(s.bounds) || v.kind != number {
		return true
	}
	b := boundsOf(v)
	return b.high >= s.bounds[id].low && b.low <= s.bounds[id].high
}

// fromConstraint reads off one constraint which values some symbol can have.
func (s *solver) fromConstraint(c *constraint) []choice {
	m, n := s.m, c.node
	var found []choice
	switch n.op {
	case opMember:
		if n.args[0].op == opUnknown && !m.assigned[n.args[0].index] {
			if v, st := m.eval(n.args[1]); st == done {
				found = append(found, choice{symbol: n.args[0].index, values: v.elements(), whole: true})
			}
		}
	case opDivides:
		if n.args[0].op == opUnknown && !m.assigned[n.args[0].index] {
			if v, st := m.eval(n.args[1]); st == done && v.sign() != 0 {
				if all, ok := m.divisorsOf(v.big()); ok {
					found = append(found, choice{symbol: n.args[0].index, values: signed(all), whole: true})
				}
			}
		}
	case opEqual:
		if !n.args[0].sort.isNumeric() {
			break
		}
		if p, ok := s.equationPolynomial(*c); ok {
			ids := p.symbols()
			switch {
			case len(ids) == 1:
				values, all := m.roots(p)
				t := m.symbols[ids[0]].sort
				if all && (!t.is(fraction) || len(values) == p.degree()) || len(values) > 0 {
					found = append(found, choice{symbol: ids[0], values: values, whole: all && (!t.is(fraction) || len(values) == p.degree())})
				}
			case len(ids) == 2:
				found = append(found, s.bilinear(p, ids)...)
			}
		}
		if !n.args[0].sort.is(fraction) {
			m.locals = append(m.locals[:0], c.locals...)
			found = append(found, s.factors(n.args[0], n.args[1], c)...)
			found = append(found, s.factors(n.args[1], n.args[0], c)...)
		}
	}
	return found
}

func signed(all []*big.Int) []value {
	var out []value
	for _, d := range all {
		v := fromBig(d)
		out = append(out, v, negate(v))
	}
	return out
}

// factors uses that a factor of a known product divides it.
func (s *solver) factors(product, other *node, c *constraint) []choice {
	if product.op != opMultiply {
		return nil
	}
	v, st := s.m.eval(other)
	if st != done || v.sign() == 0 {
		return nil
	}
	var found []choice
	var visit func(n *node)
	visit = func(n *node) {
		if n.op == opMultiply {
			visit(n.args[0])
			visit(n.args[1])
			return
		}
		p, ok := s.polynomialOf(n, c)
		if !ok || p.denominator != nil || p.numerator.degree() != 1 {
			return
		}
		ids := p.numerator.symbols()
		if len(ids) != 1 {
			return
		}
		all, ok := s.m.divisorsOf(v.big())
		if !ok {
			return
		}
		k := p.numerator.coefficients()
		ch := choice{symbol: ids[0], whole: true}
		for _, d := range signed(all) {
			ch.values = append(ch.values, quotient(subtract(d, k[0]), k[1]))
		}
		found = append(found, ch)
	}
	visit(product)
	return found
}

// bilinear uses that a x y + b x + c y + d = 0 means (a x + c) (a y + b) = b c - a d.
func (s *solver) bilinear(p polynomial, ids []int) []choice {
	x, y := ids[0], ids[1]
	if s.m.symbols[x].sort.is(fraction) || s.m.symbols[y].sort.is(fraction) {
		return nil
	}
	a, ok := p[key(ids)]
	if !ok {
		return nil
	}
	for _, k := range p {
		if len(k.symbols) > 2 || len(k.symbols) == 2 && k.symbols[0] == k.symbols[1] {
			return nil
		}
	}
	b, c, d := p[key(ids[:1])].coefficient, p[key(ids[1:])].coefficient, p[""].coefficient
	for _, v := range []value{a.coefficient, b, c, d} {
		if v.isFraction() {
			return nil
		}
	}
	right := subtract(multiply(b, c), multiply(a.coefficient, d))
	if right.sign() == 0 {
		return nil
	}
	all, ok := s.m.divisorsOf(right.big())
	if !ok {
		return nil
	}
	ch := choice{symbol: x, whole: true}
	for _, v := range signed(all) {
		ch.values = append(ch.values, quotient(subtract(v, c), a.coefficient))
	}
	return []choice{ch}
}

// maxDomain bounds the values that are listed for one symbol.
const maxDomain = 20_000

// fromBounds lists the values between the bounds of a symbol, or some of them.
func (s *solver) fromBounds(id int, constraints []constraint) (choice, bool) {
	m := s.m
	c := choice{symbol: id}
	if m.symbols[id].sort.is(fraction) {
		for i := int64(0); i <= min(s.limit, 30); i++ {
			c.values = append(c.values, integer(i), integer(-i), fromRat(big.NewRat(2*i+1, 2)))
		}
		return c, true
	}
	b := s.boundsFor(id)
	step, from := s.stride(id, b, constraints)
	c.whole = b.low > -infinite && b.high < infinite && (b.high-b.low)/step < maxDomain
	reach := min(clampProduct(s.limit, step), infinite/4)
	low, high := b.low, b.high
	if !c.whole {
		switch {
		case b.low > -infinite:
			high = min(high, b.low+reach)
		case b.high < infinite:
			low = max(low, b.high-reach)
		default:
			low, high = -reach, reach
		}
	}
	if from < low {
		from += (low - from + step - 1) / step * step
	} else {
		from -= (from - low) / step * step
	}
	for x := from; x <= high && len(c.values) <= maxDomain; x += step {
		if !m.spend(1) {
			s.stopped, s.partial = true, true
			return c, false
		}
		c.values = append(c.values, integer(x))
	}
	if low < 0 { // small numbers first
		slices.SortStableFunc(c.values, func(a, b value) int {
			return int(magnitude(a.small)) - int(magnitude(b.small))
		})
	}
	return c, true
}

// stride reads congruences: the symbol is from plus a multiple of step.
func (s *solver) stride(id int, b bounds, constraints []constraint) (step, from int64) {
	step = 1
	if b.low > -infinite {
		from = b.low
	}
	m := s.m
	for i := range constraints {
		c := &constraints[i]
		var of, by *node
		rest := integer(0)
		switch {
		case c.locals != nil:
			continue
		case c.node.op == opDivides:
			by, of = c.node.args[0], c.node.args[1]
		case c.node.op == opEqual && c.node.args[0].op == opRemainder:
			of, by = c.node.args[0].args[0], c.node.args[0].args[1]
			v, st := m.eval(c.node.args[1])
			if st != done {
				continue
			}
			rest = v
		default:
			continue
		}
		modulus, st := m.eval(by)
		if st != done || !modulus.isSmall() || modulus.small < 2 || modulus.small > 1_000_000_000 || step > 1_000_000_000 {
			continue
		}
		p, ok := s.polynomialOf(of, c)
		if !ok || p.denominator != nil || p.numerator.degree() != 1 {
			continue
		}
		if ids := p.numerator.symbols(); len(ids) != 1 || ids[0] != id {
			continue
		}
		// k₀ + k₁ x ≡ rest: x is determined modulo modulus / gcd(k₁, modulus).
		k := p.numerator.coefficients()
		if k[0].isFraction() || k[1].isFraction() {
			continue
		}
		g := gcd(k[1], modulus)
		target := subtract(rest, k[0])
		if remainder(target, g).sign() != 0 {
			continue
		}
		reduced := divide(modulus, g)
		inverse := new(big.Int).ModInverse(new(big.Int).Mod(divide(k[1], g).big(), reduced.big()), reduced.big())
		if inverse == nil || reduced.small == 1 {
			continue
		}
		x := remainder(multiply(divide(target, g), fromBig(inverse)), reduced)
		// Combine with what is known already.
		common := gcd(integer(step), reduced).small
		for range reduced.small / common {
			if !m.spend(1) {
				return step, from
			}
			if remainder(subtract(integer(from), x), reduced).sign() == 0 {
				step *= reduced.small / common
				break
			}
			from += step
		}
	}
	return step, from
}
