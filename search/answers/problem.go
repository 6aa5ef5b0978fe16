package answers

import (
	"slices"
	"strconv"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// constraint is a proposition that is to hold, with values for its bound variables.
type constraint struct {
	node   *node
	locals []value
	// waits has unknowns of which one has to get a value before another look is worth it.
	waits []int
	// exact says of truncated differences whether they are taken to be exact.
	exact map[*node]bool
}

// universal is a fact about all values of its bound variables, which have the
// levels from 0 on.
type universal struct {
	sorts []*sort
	body  *node
}

// problem is a context that has been read.
type problem struct {
	machine    machine
	elaborator elaborator
	facts      []constraint
	universals []universal
	variables  []int // the symbols that are variables, in order
	// openArguments says that a function is applied to what only a model decides.
	openArguments bool
	unreadable    int      // facts that were not understood
	names         []string // the variables by name, as the context has them
	numerals      []value  // in the order in which they occur
}

// read takes in a local context.
func read(hypotheses []provers.Hypothesis) *problem {
	p := &problem{elaborator: elaborator{names: map[string]*node{}}}
	var statements []string
	for _, h := range hypotheses {
		s := parseSort(h.Type)
		if s == nil {
			statements = append(statements, h.Type)
			continue
		}
		for _, name := range h.Names {
			p.declare(name, s)
			p.names = append(p.names, name)
			if h.Value != "" {
				statements = append(statements, name+" = ("+h.Value+")")
			}
		}
	}
	for _, s := range statements {
		p.assume(term.Parse(s))
	}
	return p
}

// declare makes a variable known.
func (p *problem) declare(name string, s *sort) *node {
	n := p.fresh(name, s)
	p.elaborator.names[name] = n
	return n
}

func (p *problem) fresh(name string, s *sort) *node {
	switch s.kind {
	case product:
		n := &node{op: opTuple, sort: s}
		for i, a := range s.args {
			n.args = append(n.args, p.fresh(name+"."+strconv.Itoa(i+1), a))
		}
		return n
	case arrow:
		p.machine.functions = append(p.machine.functions, &unknownFunction{name: name, sort: s, cells: map[string]int{}})
		return &node{op: opCell, sort: s, index: len(p.machine.functions) - 1}
	}
	id := p.machine.addSymbol(name, s)
	p.variables = append(p.variables, id)
	return &node{op: opUnknown, sort: s, index: id}
}

// proposition elaborates a statement; nil if a part of it is not understood.
func (p *problem) proposition(t *term.Term) *node {
	t.Walk(func(u *term.Term) bool {
		if u.Kind == term.Numeral {
			if v := fromBig(u.Value); !contains(p.numerals, v) {
				p.numerals = append(p.numerals, v)
			}
		}
		return true
	})
	p.elaborator.locals = p.elaborator.locals[:0]
	n := p.elaborator.elaborate(t, sortProp)
	if !understood(n) {
		return nil
	}
	return n
}

func understood(n *node) bool {
	if n.op == opBroken {
		return false
	}
	for _, a := range n.args {
		if a == nil || !understood(a) {
			return false
		}
	}
	return true
}

// assume adds a statement to the facts, conjunct by conjunct, so that one that is
// not understood does not spoil the others.
func (p *problem) assume(t *term.Term) {
	if t.Is("∧") {
		p.assume(t.Left())
		p.assume(t.Right())
		return
	}
	n := p.proposition(t)
	if n == nil {
		p.unreadable++
		return
	}
	p.add(n)
}

// add takes a fact apart as far as that is possible without a choice.
func (p *problem) add(n *node) {
	switch n.op {
	case opAnd:
		p.add(n.args[0])
		p.add(n.args[1])
		return
	case opExists:
		s, _ := n.value.ref.(*sort)
		p.add(substitute(n.args[0], n.index, p.fresh("∃"+strconv.Itoa(len(p.machine.symbols)), s)))
		return
	case opNot:
		inner := n.args[0]
		switch inner.op {
		case opNot:
			p.add(inner.args[0])
			return
		case opOr:
			p.add(not(inner.args[0]))
			p.add(not(inner.args[1]))
			return
		case opImplies:
			p.add(inner.args[0])
			p.add(not(inner.args[1]))
			return
		case opExists:
			all := *inner
			all.op, all.args = opForall, []*node{not(inner.args[0])}
			p.add(&all)
			return
		case opForall:
			some := *inner
			some.op, some.args = opExists, []*node{not(inner.args[0])}
			p.add(&some)
			return
		}
	case opForall:
		if p.addUniversal(n) {
			return
		}
	case opEqual:
		// A function that is given by a formula.
		f, lambda := n.args[0], n.args[1]
		if lambda.op == opCell && len(lambda.args) == 0 {
			f, lambda = lambda, f
		}
		if f.op == opCell && len(f.args) == 0 && lambda.op == opLambda && lambda.index == 0 && lambda.width == len(f.sort.args)-1 {
			fn := p.machine.functions[f.index]
			fn.definitions = append(fn.definitions, definition{body: lambda.args[0]})
			return
		}
	}
	p.facts = append(p.facts, constraint{node: n})
}

func not(n *node) *node { return &node{op: opNot, sort: n.sort, args: []*node{n}} }

// substitute puts a node in the place of the local at a level.
func substitute(n *node, level int, by *node) *node {
	if n.op == opLocal && n.index == level {
		return by
	}
	if len(n.args) == 0 || !usesLocal(n, level) {
		return n
	}
	u := *n
	u.args = make([]*node, len(n.args))
	for i, a := range n.args {
		u.args[i] = substitute(a, level, by)
	}
	return &u
}

// addUniversal takes a fact ∀ x, … about unknown functions or over everything.
func (p *problem) addUniversal(n *node) bool {
	u := universal{body: n}
	for u.body.op == opForall && u.body.index == len(u.sorts) {
		s, _ := u.body.value.ref.(*sort)
		u.sorts = append(u.sorts, s)
		u.body = u.body.args[0]
	}
	if len(u.sorts) == 0 {
		return false
	}
	if u.body.op == opAnd {
		for _, a := range u.body.args {
			p.universals = append(p.universals, universal{u.sorts, a})
		}
		return true
	}
	conclusion, condition := u.body, (*node)(nil)
	for conclusion.op == opImplies {
		if condition == nil {
			condition = conclusion.args[0]
		} else {
			condition = &node{op: opAnd, sort: sortProp, args: []*node{condition, conclusion.args[0]}}
		}
		conclusion = conclusion.args[1]
	}
	// The elements of a set.
	if conclusion.op == opIff && condition == nil && len(u.sorts) == 1 {
		if m := conclusion.args[0]; m.op == opMember && m.args[0].op == opLocal && m.args[1].op == opUnknown {
			set := m.args[1]
			builder := &node{op: opBuilder, sort: set.sort, index: 0, args: []*node{conclusion.args[1]}}
			p.facts = append(p.facts, constraint{node: &node{op: opEqual, sort: sortProp, args: []*node{set, builder}}})
			return true
		}
	}
	if conclusion.op == opEqual {
		left, right := conclusion.args[0], conclusion.args[1]
		if f, ok := p.pattern(left, len(u.sorts)); ok && !mentionsFunction(right, f) {
			fn := p.machine.functions[f]
			fn.definitions = append(fn.definitions, definition{condition, right})
			return true
		}
	}
	if !mentionsFunction(u.body, -1) && (conclusion.op != opEqual || condition != nil) {
		return false // the interpreter tries it on a window
	}
	p.universals = append(p.universals, u)
	return true
}

// pattern reports whether the node is f x₀ x₁ … with exactly the bound variables.
func (p *problem) pattern(n *node, width int) (f int, ok bool) {
	if n.op != opCell || len(n.args) != width {
		return 0, false
	}
	for i, a := range n.args {
		if a.op != opLocal || a.index != i {
			return 0, false
		}
	}
	return n.index, true
}

// mentionsFunction reports whether a value of the function, or of any if f < 0, occurs.
func mentionsFunction(n *node, f int) bool {
	if n.op == opCell && (f < 0 || n.index == f) {
		return true
	}
	for _, a := range n.args {
		if mentionsFunction(a, f) {
			return true
		}
	}
	return false
}

// openWindow is up to where functions are computed if their arguments are not known yet.
const openWindow = 110

// maxInstances bounds the instances of universal facts.
const maxInstances = 6000

// instantiate adds instances of the universal facts around the arguments at which
// functions are known or wanted; wanted has nodes in which they occur.
func (p *problem) instantiate(wanted ...*node) {
	m := &p.machine
	m.locals = m.locals[:0]
	for _, c := range p.facts {
		p.touch(c.node)
	}
	for _, w := range wanted {
		p.touch(w)
	}
	var low, high *value
	small := []value{}
	for _, fn := range m.functions {
		for _, args := range fn.arguments {
			for _, a := range args {
				if a.kind != number {
					continue
				}
				if low == nil || compare(a, *low) < 0 {
					low = &a
				}
				if high == nil || compare(a, *high) > 0 {
					high = &a
				}
				if !contains(small, a) {
					small = append(small, a)
				}
			}
		}
	}
	for i := range int64(4) {
		if v := integer(i); !contains(small, v) {
			small = append(small, v)
		}
	}
	first := len(p.facts)
	// In the order of their arguments a recurrence is worked off in one pass.
	defer func() {
		slices.SortStableFunc(p.facts[first:], func(a, b constraint) int {
			if a.locals[0].kind != number || b.locals[0].kind != number {
				return 0
			}
			return compare(a.locals[0], b.locals[0])
		})
	}()
	made, seen := 0, map[string]bool{}
	instance := func(i int, binding []value) {
		key := strconv.Itoa(i) + ":" + join(binding)
		if made >= maxInstances || seen[key] {
			return
		}
		seen[key] = true
		made++
		p.facts = append(p.facts, constraint{node: p.universals[i].body, locals: binding})
		m.locals = append(m.locals[:0], binding...)
		p.touch(p.universals[i].body)
	}
	for i, u := range p.universals {
		if len(u.sorts) > 1 || !mentionsFunction(u.body, -1) {
			p.combine(small, u, func(binding []value) { instance(i, binding) })
		}
	}
	if low == nil {
		return
	}
	from, to := subtract(*low, integer(3)), add(*high, integer(3))
	if far := integer(openWindow); p.openArguments && compare(to, far) < 0 {
		to = far
	}
	worked := make([]int, len(m.functions))
	for progress := true; progress && made < maxInstances; {
		progress = false
		for f, fn := range m.functions {
			for ; worked[f] < len(fn.arguments); worked[f]++ {
				progress = true
				args := fn.arguments[worked[f]]
				if outside(args, from, to) {
					continue
				}
				for i, u := range p.universals {
					if len(u.sorts) == 1 {
						p.match(u.body, u.sorts[0], f, args, func(x value) { instance(i, []value{x}) })
					}
				}
			}
		}
	}
}

func outside(args []value, from, to value) bool {
	for _, a := range args {
		if a.kind == number && (compare(a, from) < 0 || compare(a, to) > 0) {
			return true
		}
	}
	return false
}

// combine goes through bindings of several variables to a few values.
func (p *problem) combine(pool []value, u universal, yield func([]value)) {
	limit := map[int]int{1: 8, 2: 14, 3: 6}[len(u.sorts)]
	if limit == 0 {
		limit = 3
	}
	pool = pool[:min(limit, len(pool))]
	binding := make([]value, len(u.sorts))
	var choose func(i int)
	choose = func(i int) {
		if i == len(binding) {
			yield(append([]value(nil), binding...))
			return
		}
		for _, v := range pool {
			if u.sorts[i].is(natural) && (v.sign() < 0 || v.isFraction()) || u.sorts[i].is(whole) && v.isFraction() {
				continue
			}
			binding[i] = v
			choose(i + 1)
		}
	}
	choose(0)
}

// touch makes the cells known that occur at known arguments.
func (p *problem) touch(n *node) {
	if n.op == opForall || n.op == opExists || n.op == opLambda || n.op == opBuilder {
		p.openArguments = p.openArguments || n.op == opLambda && mentionsFunction(n, -1)
		return
	}
	for _, a := range n.args {
		p.touch(a)
	}
	if n.op != opCell {
		return
	}
	if len(n.args) == 0 {
		p.openArguments = true
		return
	}
	p.machine.evalCell(n)
	for _, a := range n.args {
		if _, st := p.machine.eval(a); st == unknown {
			p.openArguments = true
		}
	}
}

// match finds the values of the bound variable for which f occurs at the arguments.
func (p *problem) match(n *node, s *sort, f int, args []value, yield func(value)) {
	m := &p.machine
	for _, a := range n.args {
		p.match(a, s, f, args, yield)
	}
	if n.op != opCell || n.index != f || len(n.args) != len(args) {
		return
	}
	for i, a := range n.args {
		if !usesLocal(a, 0) || args[i].kind != number {
			continue
		}
		at := func(x int64) (value, bool) {
			m.bind(0, integer(x))
			v, st := m.eval(a)
			return v, st == done && v.kind == number
		}
		v, ok := at(1_000_000)
		w, ok2 := at(1_000_001)
		slope := subtract(w, v)
		if !ok || !ok2 || slope.sign() == 0 {
			continue
		}
		x := add(integer(1_000_000), quotient(subtract(args[i], v), slope))
		if !s.is(fraction) && (x.isFraction() || s.is(natural) && x.sign() < 0) {
			continue
		}
		yield(x)
	}
}
