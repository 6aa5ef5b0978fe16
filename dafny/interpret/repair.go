package interpret

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// maxRepairs bounds how often an input is changed until it satisfies what is
// required.
const maxRepairs = 12

// satisfy changes the input until it satisfies what is required.
func (p *proposal) satisfy() bool {
	last, repeated := -1, 0
	for range maxRepairs {
		n := p.failing()
		if n < 0 || p.m.err != nil {
			return n < 0 && p.m.err == nil
		}
		if n == last {
			repeated++
		} else {
			last, repeated = n, 0
		}
		p.repair(n, repeated)
		if p.m.err != nil {
			return false
		}
	}
	return p.failing() < 0 && p.m.err == nil
}

// repair changes what the condition that fails is about.
func (p *proposal) repair(n, repeated int) {
	params := p.x.decl.Params
	if n < len(params) {
		p.redraw(n)
		return
	}
	e := p.x.condition(n - len(params))
	if e == nil {
		return
	}
	var about []int
	for i, v := range params {
		if occurs(e, v.Name) {
			about = append(about, i)
		}
	}
	rand := p.x.rand
	if repeated < 4 && p.solve(e) {
		return
	}
	object := p.x.routine.class != nil && p.f.slots[0].kind != Invalid
	if object && (len(about) == 0 || rand.IntN(4) == 0) {
		p.f.slots[0] = p.self()
		return
	}
	if len(about) == 0 {
		return
	}
	if len(about) == 1 || rand.IntN(2) == 0 {
		about = about[rand.IntN(len(about)):][:1]
	}
	p.g.style = style(rand.IntN(int(styles)))
	p.g.length = -1
	if rand.IntN(2) == 0 {
		p.g.length = rand.IntN(5)
	}
	for _, i := range about {
		p.redraw(i)
	}
}

// condition is the n-th of the preconditions.
func (x *experiment) condition(n int) *syntax.Expr {
	for _, clause := range x.decl.Clauses {
		if clause.Kind != syntax.Requires {
			continue
		}
		if n < len(clause.Exprs) {
			return clause.Exprs[n]
		}
		n -= len(clause.Exprs)
	}
	return nil
}

// longest bounds the lengths that a precondition may demand.
const longest = 1500

// solve looks for a comparison within a condition that fails and that a new value
// of one parameter makes true.
func (p *proposal) solve(e *syntax.Expr) bool {
	switch {
	case e.Kind == syntax.Binary && e.Name == "&&":
		return p.solve(e.Args[0]) || p.solve(e.Args[1])
	case e.Kind == syntax.Chain:
		for i, op := range e.Names {
			if p.compare(op, e.Args[i], e.Args[i+1]) {
				return true
			}
		}
	case e.Kind == syntax.Binary:
		return p.compare(e.Name, e.Args[0], e.Args[1])
	}
	return false
}

// compare makes a comparison true if one of its sides is a parameter or the length
// of one.
func (p *proposal) compare(op string, x, y *syntax.Expr) bool {
	if p.holds(binary(op, x, y)) {
		return false
	}
	if op == "in" {
		return p.put(op, x, y)
	}
	if p.x.rand.IntN(2) == 0 {
		x, y, op = y, x, mirrored(op)
	}
	return p.put(op, x, y) || p.put(mirrored(op), y, x)
}

func mirrored(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

func (p *proposal) eval(e *syntax.Expr) (Value, bool) {
	c := *p.x.start()
	f := p.f
	g, s := p.m.enter(max(c.next, len(f.slots))+64, 0)
	if g == nil {
		return Value{}, false
	}
	defer p.m.leave(s)
	copy(g.slots, f.slots)
	g.old = p.m.heap
	x := c.expr(e)
	if c.max > len(g.slots) {
		return Value{}, false
	}
	p.m.inside++
	defer func() { p.m.inside-- }()
	return p.m.attempt(x, g)
}

// start is a compiler for expressions over the parameters.
func (x *experiment) start() *compiler {
	c := x.routine.compiler()
	for _, v := range x.decl.Params {
		c.bind(v.Name, v.Type)
	}
	return c
}

func (p *proposal) holds(e *syntax.Expr) bool {
	v, ok := p.eval(e)
	return ok && v.Bool()
}

// put gives x a value that compares with that of y as the operator says.
func (p *proposal) put(op string, x, y *syntax.Expr) bool {
	i, length := p.x.settable(x)
	if i < 0 {
		return false
	}
	v, ok := p.eval(y)
	if !ok {
		return false
	}
	rand := p.x.rand
	if op == "in" && !length {
		list := v.elements()
		if len(list) == 0 || list[0].kind != p.f.slots[1+i].kind {
			return false
		}
		p.f.slots[1+i] = list[rand.IntN(len(list))]
		return true
	}
	if op == "==" && !length {
		if v.kind != p.f.slots[1+i].kind || v.kind == Ref {
			return false
		}
		p.f.slots[1+i] = v
		return true
	}
	n, small := v.Int64()
	if !small {
		return false
	}
	switch op {
	case "<":
		n -= 1 + int64(rand.IntN(3))
	case "<=":
		n -= int64(rand.IntN(3))
	case ">":
		n += 1 + int64(rand.IntN(3))
	case ">=":
		n += int64(rand.IntN(3))
	case "!=":
		n += 1 + int64(rand.IntN(2))
	case "==":
	default:
		return false
	}
	if length {
		if n < 0 || n > longest {
			return false
		}
		p.g.length = int(n)
		p.redraw(i)
		p.g.length = -1
		return true
	}
	if p.f.slots[1+i].kind != Int {
		return false
	}
	p.f.slots[1+i] = integer(n)
	return true
}

// settable is the parameter that an expression is, or is the length of; negative
// if it is neither.
func (x *experiment) settable(e *syntax.Expr) (param int, length bool) {
	switch {
	case e.Kind == syntax.Member && e.Name == "Length", e.Kind == syntax.Unary && e.Name == "#":
		e, length = e.Args[0], true
	}
	if e.Kind == syntax.Ident {
		for i, v := range x.decl.Params {
			if v.Name == e.Name {
				return i, length
			}
		}
	}
	return -1, false
}
