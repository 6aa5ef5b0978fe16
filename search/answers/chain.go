package answers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// Budgets of [Chain].
const (
	chainSteps     = 2_000_000 // of the evaluator
	chainInstances = 4000
	chainWords     = 24 // the size of a value, in machine words
	chainMargin    = 16 // how far outside of the arguments at hand it looks
)

// Equation is an equation between numbers that a hypothesis states, perhaps for
// all values of bound variables and under premises.
type Equation struct {
	Hypothesis string
	Bound      []term.Binder // with their types
	Premises   []*term.Term
	Body       *term.Term
	// Unknowns are the values of unknown functions, and the unknown numbers, that
	// occur in Body and Premises outside of what the term reader does not
	// understand: each once, and what is inside another before it.
	Unknowns []*term.Term
	// Types are those of Unknowns.
	Types []string

	spine    []link
	sorts    []*sort
	premises []*node
	body     *node
	unknowns []*node
}

// link is one step from a hypothesis to a part of it.
type link struct {
	kind     linkKind
	argument int    // the number of the bound variable
	field    string // of a conjunction
}

type linkKind uint8

const (
	linkArgument linkKind = iota
	linkPremise
	linkField
)

// Proof is a Lean term for the equation at arguments, with the given proof of
// every premise.
func (e *Equation) Proof(arguments []string, premise string) string {
	text, applied := e.Hypothesis, false
	for _, l := range e.spine {
		switch l.kind {
		case linkArgument:
			text, applied = text+" "+arguments[l.argument], true
		case linkPremise:
			text, applied = text+" "+premise, true
		case linkField:
			if applied {
				text, applied = "("+text+")", false
			}
			text += l.field
		}
	}
	return text
}

// Instance is an equation at arguments.
type Instance struct {
	Equation  *Equation
	Arguments []string // one for each bound variable
	Unknowns  []string // the equation's Unknowns at the arguments, such as "f 19"; "" for one that has no name yet
}

// Step says what a value follows from.
type Step struct {
	Term  string // "f 20", or the name of a number
	Value string
	// Instances are the equations that force the value: one, unless several have to
	// be solved together.
	Instances []Instance
	// Uses has the numbers of the earlier steps whose values the equations need.
	Uses []int
}

// chain computes values by instances of equations.
type chain struct {
	p         *problem
	solver    *solver
	equations []*Equation
	instances []*chainInstance
	made      map[string]bool
	arguments []cellOf // all values of functions that have occurred, in order
	cells     map[int]cellOf
	pool      []value
	low, high value
	watching  map[int][]*chainInstance // by symbol
	agenda    []*chainInstance
	steps     []Step
	stepOf    map[int]int // by symbol
	wanted    []int
}

// cellOf is a function at arguments.
type cellOf struct {
	function int
	args     []value
}

type chainInstance struct {
	equation *Equation
	binding  []value
	closed   bool // it has nothing more to say
}

// Chain computes the wanted values of unknown functions, such as "f 94", from the
// hypotheses: which instance of which equation gives the value at which next
// argument. The steps are in an order in which they can be proved, and only those
// that the wanted values need; at has the number of the step that gives each
// wanted value, or -1.
func Chain(hypotheses []provers.Hypothesis, wanted []string) (steps []Step, at []int) {
	c := &chain{
		p:        &problem{elaborator: elaborator{names: map[string]*node{}}},
		made:     map[string]bool{},
		watching: map[int][]*chainInstance{},
		stepOf:   map[int]int{},
		cells:    map[int]cellOf{},
	}
	m := &c.p.machine
	m.steps = chainSteps
	m.onCell = func(f, id int, args []value) {
		c.cells[id] = cellOf{f, slices.Clone(args)}
		c.arguments = append(c.arguments, c.cells[id])
	}
	c.solver = &solver{m: m}
	for _, h := range hypotheses {
		if s := parseSort(h.Type); s != nil {
			for _, name := range h.Names {
				c.p.declare(name, s)
			}
		}
	}
	for _, h := range hypotheses {
		if parseSort(h.Type) == nil {
			for _, name := range h.Names {
				c.read(&Equation{Hypothesis: name}, term.Parse(h.Type))
			}
		}
	}
	ids := make([]int, len(wanted))
	for i, text := range wanted {
		ids[i] = -1
		c.p.elaborator.locals = c.p.elaborator.locals[:0]
		if n := c.p.elaborator.elaborate(term.Parse(text), nil); understood(n) {
			m.locals = m.locals[:0]
			c.p.touch(n)
			if id, ok := c.symbol(n); ok {
				ids[i] = id
				c.wanted = append(c.wanted, id)
			}
		}
	}
	if len(c.wanted) == 0 {
		return nil, ids
	}
	for _, e := range c.equations {
		if len(e.sorts) == 0 {
			c.add(e, nil)
		}
	}
	c.run()
	for i, id := range ids {
		ids[i] = -1
		if step, ok := c.stepOf[id]; ok {
			ids[i] = step
		}
	}
	return c.needed(ids), ids
}

// read takes a statement apart into equations.
func (c *chain) read(e *Equation, t *term.Term) {
	el := &c.p.elaborator
	extended := func(l link) *Equation {
		u := *e
		u.spine = append(slices.Clone(e.spine), l)
		u.Bound, u.sorts, u.Premises = slices.Clone(e.Bound), slices.Clone(e.sorts), slices.Clone(e.Premises)
		return &u
	}
	switch {
	case t.Is("∧"):
		c.read(extended(link{kind: linkField, field: ".1"}), t.Left())
		c.read(extended(link{kind: linkField, field: ".2"}), t.Right())
	case t.Is("→"):
		u := extended(link{kind: linkPremise})
		u.Premises = append(u.Premises, t.Left())
		c.read(u, t.Right())
	case t.Kind == term.Quantifier && t.Text == "∀" && len(t.Binders) > 0:
		b := t.Binders[0]
		rest := t.Args[0]
		if len(t.Binders) > 1 {
			u := *t
			u.Binders = t.Binders[1:]
			rest = &u
		}
		s := binderSort(b)
		if s == nil && b.Type != "" { // a premise with a name
			u := extended(link{kind: linkPremise})
			u.Premises = append(u.Premises, term.Parse(b.Type))
			c.read(u, rest)
			return
		}
		if s == nil {
			el.locals = el.locals[:0]
			for i, x := range e.Bound {
				el.locals = append(el.locals, local{x.Name, e.sorts[i]})
			}
			el.locals = append(el.locals, local{b.Name, nil})
			s = settled(el.infer(len(e.Bound), rest))
		}
		name := map[sortKind]string{natural: "Nat", whole: "Int"}[s.kind]
		if name == "" || slices.ContainsFunc(e.Bound, func(x term.Binder) bool { return x.Name == b.Name }) {
			return
		}
		u := extended(link{kind: linkArgument, argument: len(e.Bound)})
		u.Bound, u.sorts = append(u.Bound, term.Binder{Name: b.Name, Type: name}), append(u.sorts, s)
		c.read(u, rest)
	case t.Is("="):
		e.Body = t
		c.elaborate(e)
	}
}

// elaborate adds an equation that is understood and speaks of integers.
func (c *chain) elaborate(e *Equation) {
	el := &c.p.elaborator
	el.locals = el.locals[:0]
	for i, x := range e.Bound {
		el.locals = append(el.locals, local{x.Name, e.sorts[i]})
	}
	e.body = el.elaborate(e.Body, sortProp)
	if !understood(e.body) || !integral(e.body.args[0].sort) || len(e.Bound) > 0 && !mentionsFunction(e.body, -1) {
		return
	}
	for _, p := range e.Premises {
		n := el.elaborate(p, sortProp)
		if !understood(n) {
			return
		}
		e.premises = append(e.premises, n)
	}
	seen := map[string]bool{}
	var visit func(t *term.Term)
	visit = func(t *term.Term) {
		if t.Kind == term.Quantifier {
			return
		}
		for i, a := range t.Args {
			if t.Kind != term.Apply || i > 0 {
				visit(a)
			}
		}
		if t.Kind != term.Name && t.Kind != term.Apply || seen[t.String()] {
			return
		}
		if n, ok := el.names[t.Head()]; !ok || n.op != opCell && n.op != opUnknown || slices.ContainsFunc(e.Bound, func(b term.Binder) bool { return b.Name == t.Head() }) {
			return
		}
		n := el.elaborate(t, nil)
		if !understood(n) || !integral(n.sort) {
			return
		}
		seen[t.String()] = true
		e.Unknowns, e.unknowns = append(e.Unknowns, t), append(e.unknowns, n)
		e.Types = append(e.Types, map[sortKind]string{natural: "Nat", whole: "Int"}[n.sort.kind])
	}
	for _, t := range append(slices.Clone(e.Premises), e.Body) {
		visit(t)
	}
	c.equations = append(c.equations, e)
}

func integral(s *sort) bool { return s.is(natural) || s.is(whole) }

// symbol is the symbol that a node stands for.
func (c *chain) symbol(n *node) (int, bool) {
	switch {
	case n.op == opUnknown:
		return n.index, true
	case n.op != opCell || len(n.args) == 0:
		return 0, false
	}
	args := make([]value, len(n.args))
	for i, a := range n.args {
		v, st := c.p.machine.eval(a)
		if st != done {
			return 0, false
		}
		args[i] = v
	}
	return c.p.machine.cell(n.index, args), true
}

// symbols are those of a node that are known by now: the arguments of a function may not be.
func (c *chain) symbols(n *node, yield func(int)) {
	for _, a := range n.args {
		c.symbols(a, yield)
	}
	if id, ok := c.symbol(n); ok {
		yield(id)
	}
}

// add makes an instance, once.
func (c *chain) add(e *Equation, binding []value) {
	key := e.Hypothesis + strconv.Itoa(slices.Index(c.equations, e)) + ":" + join(binding)
	if c.made[key] || len(c.instances) >= chainInstances {
		return
	}
	c.made[key] = true
	i := &chainInstance{equation: e, binding: binding}
	c.instances = append(c.instances, i)
	c.agenda = append(c.agenda, i)
	c.bind(i)
	c.p.touch(e.body)
}

func (c *chain) bind(i *chainInstance) {
	c.p.machine.locals = append(c.p.machine.locals[:0], i.binding...)
}

// run goes on until the wanted values are there or nothing more follows.
func (c *chain) run() {
	c.frame()
	for worked := 0; ; {
		c.propagate()
		if c.finished() {
			return
		}
		if worked < len(c.arguments) && len(c.instances) < chainInstances {
			c.expand(c.arguments[worked])
			worked++
			continue
		}
		if !c.solve() {
			return
		}
	}
}

func (c *chain) finished() bool {
	return c.p.machine.steps <= 0 || !slices.ContainsFunc(c.wanted, func(id int) bool { return !c.p.machine.assigned[id] })
}

// frame finds how far the arguments at hand reach.
func (c *chain) frame() {
	first := true
	for _, cell := range c.arguments {
		for _, a := range cell.args {
			if a.kind != number {
				continue
			}
			if first || compare(a, c.low) < 0 {
				c.low = a
			}
			if first || compare(a, c.high) > 0 {
				c.high = a
			}
			first = false
			if !contains(c.pool, a) && len(c.pool) < 6 {
				c.pool = append(c.pool, a)
			}
		}
	}
	for i := range int64(3) {
		if v := integer(i); !contains(c.pool, v) {
			c.pool = append(c.pool, v)
		}
	}
	c.low, c.high = subtract(c.low, integer(chainMargin)), add(c.high, integer(chainMargin))
}

// expand makes the instances in which a function occurs at arguments.
func (c *chain) expand(at cellOf) {
	if outside(at.args, c.low, c.high) {
		return
	}
	for _, e := range c.equations {
		if len(e.sorts) == 0 {
			continue
		}
		var visit func(n *node)
		visit = func(n *node) {
			for _, a := range n.args {
				visit(a)
			}
			if n.op == opCell && n.index == at.function && len(n.args) == len(at.args) {
				c.match(e, n, at.args, make([]value, len(e.sorts)), make([]bool, len(e.sorts)))
			}
		}
		visit(e.body)
	}
}

// match finds values of the bound variables with which the node is the function at
// the arguments. Those that the arguments do not tell are tried on a few values.
func (c *chain) match(e *Equation, n *node, args, binding []value, bound []bool) {
	m := &c.p.machine
	if m.steps <= 0 || len(c.instances) >= chainInstances {
		return
	}
	give := func(level int, x value) {
		if !inSort(x, e.sorts[level]) {
			return
		}
		b, k := slices.Clone(binding), slices.Clone(bound)
		b[level], k[level] = x, true
		c.match(e, n, args, b, k)
	}
	free := -1
	for i, a := range n.args {
		level, open := -1, 0
		for l := range e.sorts {
			if !bound[l] && usesLocal(a, l) {
				level = l
				open++
			}
		}
		at := func(x int64) (value, bool) {
			m.locals = append(m.locals[:0], binding...)
			if level >= 0 {
				m.locals[level] = integer(x)
			}
			v, st := m.eval(a)
			return v, st == done && v.kind == number
		}
		switch {
		case open > 1:
			free = level
			continue
		case args[i].kind != number:
			return
		case open == 0:
			if v, ok := at(0); ok && !equal(v, args[i]) {
				return
			}
			continue
		}
		// Far out, where truncated differences are exact, the argument is linear.
		const far = 1_000_000_007
		v, ok := at(far)
		w, ok2 := at(far + 1)
		slope := subtract(w, v)
		if !ok || !ok2 || slope.sign() == 0 {
			continue
		}
		give(level, add(integer(far), quotient(subtract(args[i], v), slope)))
		return
	}
	if free < 0 {
		free = slices.Index(bound, false)
	}
	if free < 0 {
		c.add(e, binding)
		return
	}
	for _, x := range c.pool {
		give(free, x)
	}
}

// propagate looks at the instances of which something has become known.
func (c *chain) propagate() {
	m := &c.p.machine
	for len(c.agenda) > 0 && m.steps > 0 {
		i := c.agenda[0]
		c.agenda = c.agenda[1:]
		if i.closed {
			continue
		}
		p, ok := c.look(i)
		if i.closed {
			continue
		}
		ids := p.symbols()
		if !ok || len(ids) != 1 || p.degree() != 1 {
			c.bind(i)
			note := func(id int) {
				if !m.assigned[id] && !slices.Contains(c.watching[id], i) {
					c.watching[id] = append(c.watching[id], i)
				}
			}
			c.symbols(i.equation.body, note)
			for _, n := range i.equation.premises {
				c.symbols(n, note)
			}
			continue
		}
		k := p.coefficients()
		c.settle(ids[0], negate(quotient(k[0], k[1])), []*chainInstance{i})
		if c.finished() {
			return
		}
	}
}

// look reads an instance as a polynomial that vanishes; false if a premise is
// open or the equation is not one.
func (c *chain) look(i *chainInstance) (polynomial, bool) {
	m := &c.p.machine
	c.bind(i)
	for _, n := range i.equation.premises {
		c.bind(i)
		v, st := m.eval(n)
		if st != done {
			return nil, false
		}
		if v.small == 0 {
			i.closed = true
			return nil, false
		}
	}
	p, ok := c.solver.equationPolynomial(constraint{node: i.equation.body, locals: i.binding})
	if !ok {
		return nil, false
	}
	if _, constant := p.constant(); constant {
		i.closed = true
	}
	return p, true
}

// settle records that instances force a value.
func (c *chain) settle(id int, v value, from []*chainInstance) {
	m := &c.p.machine
	for _, i := range from {
		i.closed = len(from) == 1
	}
	if m.assigned[id] || !inSort(v, m.symbols[id].sort) || v.size() > chainWords {
		return
	}
	step := Step{Term: c.name(id), Value: v.String()}
	uses := map[int]bool{}
	use := func(id int) {
		if at, ok := c.stepOf[id]; ok && !uses[at] {
			uses[at] = true
			step.Uses = append(step.Uses, at)
		}
	}
	for _, i := range from {
		c.bind(i)
		instance := Instance{Equation: i.equation}
		for _, v := range i.binding {
			instance.Arguments = append(instance.Arguments, grouped(v))
		}
		for _, n := range append(slices.Clone(i.equation.premises), i.equation.body) {
			c.symbols(n, use)
		}
		for _, n := range i.equation.unknowns {
			name := ""
			if id, ok := c.symbol(n); ok {
				name = c.name(id)
			}
			instance.Unknowns = append(instance.Unknowns, name)
		}
		step.Instances = append(step.Instances, instance)
	}
	slices.Sort(step.Uses)
	m.assigned[id], m.values[id] = true, v
	c.stepOf[id] = len(c.steps)
	c.steps = append(c.steps, step)
	c.agenda = append(c.agenda, c.watching[id]...)
	delete(c.watching, id)
	for _, i := range from { // a value may be an argument: f (f 1)
		c.bind(i)
		c.p.touch(i.equation.body)
	}
}

// name is the term that a symbol stands for.
func (c *chain) name(id int) string {
	cell, ok := c.cells[id]
	if !ok {
		return c.p.machine.symbols[id].name
	}
	var b strings.Builder
	b.WriteString(c.p.machine.functions[cell.function].name)
	for _, a := range cell.args {
		b.WriteString(" " + grouped(a))
	}
	return b.String()
}

// row is a linear combination of equations.
type row struct {
	polynomial polynomial
	from       []*chainInstance
}

// solve eliminates unknowns from the linear equations that are left, and settles
// the values that a few of them force together; false if there are none.
func (c *chain) solve() bool {
	m := &c.p.machine
	var rows []row
	for _, i := range c.instances {
		if i.closed || len(rows) >= maxEquations {
			continue
		}
		p, ok := c.look(i)
		if !ok || i.closed || p.degree() != 1 {
			continue
		}
		r := row{p, []*chainInstance{i}}
		for _, pivot := range rows {
			r = r.without(pivot)
		}
		if len(r.polynomial.symbols()) == 0 {
			continue
		}
		// Each pivot is left in its own row only.
		for j := range rows {
			rows[j] = rows[j].without(r)
		}
		rows = append(rows, r)
		if !m.spend(len(rows) * (1 + len(p))) {
			return false
		}
	}
	// What is wanted first; the others mostly follow from the first by themselves.
	slices.SortStableFunc(rows, func(a, b row) int { return c.rank(b) - c.rank(a) })
	for _, r := range rows {
		if c.rank(r) == 0 {
			continue
		}
		id := r.polynomial.symbols()[0]
		k := r.polynomial.coefficients()
		c.settle(id, negate(quotient(k[0], k[1])), r.from)
		if m.assigned[id] {
			return true
		}
	}
	return false
}

// rank is 2 for a row that forces a wanted value, and 1 for one that forces another.
func (c *chain) rank(r row) int {
	ids := r.polynomial.symbols()
	switch {
	case len(ids) != 1:
		return 0
	case slices.Contains(c.wanted, ids[0]):
		return 2
	}
	return 1
}

// without eliminates the pivot of another row, its last symbol.
func (r row) without(pivot row) row {
	ids := pivot.polynomial.symbols()
	k := key(ids[len(ids)-1:])
	t, ok := r.polynomial[k]
	if !ok {
		return r
	}
	sum := row{r.polynomial.plus(pivot.polynomial, negate(quotient(t.coefficient, pivot.polynomial[k].coefficient))), slices.Clone(r.from)}
	for _, i := range pivot.from {
		if !slices.Contains(sum.from, i) {
			sum.from = append(sum.from, i)
		}
	}
	return sum
}

// needed are the steps on which the roots depend; they and the roots are renumbered.
func (c *chain) needed(roots []int) []Step {
	keep := make([]bool, len(c.steps))
	for _, i := range roots {
		if i >= 0 {
			keep[i] = true
		}
	}
	for i, s := range slices.Backward(c.steps) {
		for _, j := range s.Uses {
			keep[j] = keep[j] || keep[i]
		}
	}
	number := make([]int, len(c.steps))
	renumber := func(list []int) {
		for k, j := range list {
			if j >= 0 {
				list[k] = number[j]
			}
		}
	}
	var list []Step
	for i, s := range c.steps {
		if keep[i] {
			renumber(s.Uses)
			number[i] = len(list)
			list = append(list, s)
		}
	}
	renumber(roots)
	return list
}
