package interpret

import (
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// matcher tries a value and puts the parts it consists of into slots.
type matcher func(m *machine, f *frame, v Value) bool

// pattern compiles a pattern, whose variables are in scope from there on.
func (c *compiler) pattern(p *syntax.Pattern) matcher {
	refuse := func(m *machine, _ *frame, _ Value) bool {
		m.unsupported("a pattern")
		return false
	}
	c.depth++
	defer func() { c.depth-- }()
	switch {
	case p == nil || c.depth > maxNesting || c.exhausted():
		return refuse
	case len(p.Or) > 0:
		var list []matcher
		for _, x := range p.Or {
			list = append(list, c.pattern(x))
		}
		return func(m *machine, f *frame, v Value) bool {
			for _, x := range list {
				if m.err == nil && x(m, f, v) {
					return true
				}
			}
			return false
		}
	case p.Literal:
		w, ok := literalValue(strings.TrimPrefix(p.Name, "-"))
		if !ok {
			return refuse
		}
		if strings.HasPrefix(p.Name, "-") {
			w = (&machine{}).negate(w)
		}
		return func(m *machine, _ *frame, v Value) bool { return m.equal(v, w) }
	case p.Name == "_":
		return func(*machine, *frame, Value) bool { return true }
	case p.Name == "":
		args := c.patterns(p.Args)
		return func(m *machine, f *frame, v Value) bool {
			t, ok := v.p.(*tuple)
			if !ok || len(t.list) != len(args) {
				m.confused("a pattern")
				return false
			}
			return matchAll(m, f, args, t.list)
		}
	}
	if !p.Applied && (strings.Contains(p.Name, ".") || c.in.constructorNamed(p.Name, nil) != nil) || p.Applied {
		name := p.Name[strings.LastIndexByte(p.Name, '.')+1:]
		slot := -1
		if !p.Applied && name == p.Name {
			slot = c.bind(name, c.typeOfData(c.in.constructorNamed(name, nil))) // what is called like another type's constructor
		}
		args := c.patterns(p.Args)
		return func(m *machine, f *frame, v Value) bool {
			d, ok := v.p.(*data)
			if slot >= 0 {
				f.slots[slot] = v
				if !ok || foreign(d, name) {
					return true
				}
			}
			if !ok {
				m.confused("a pattern")
				return false
			}
			if d.constructor.name != name {
				return false
			}
			if len(args) != len(d.fields) {
				m.confused("a pattern")
				return false
			}
			return matchAll(m, f, args, d.fields)
		}
	}
	slot := c.bind(p.Name, p.Type)
	return func(_ *machine, f *frame, v Value) bool {
		f.slots[slot] = v
		return true
	}
}

// foreign reports whether a value's type has no constructor of the name.
func foreign(d *data, name string) bool {
	for _, k := range d.constructor.class.constructors {
		if k.name == name {
			return false
		}
	}
	return true
}

func (c *compiler) patterns(list []*syntax.Pattern) []matcher {
	matchers := make([]matcher, len(list))
	for i, p := range list {
		matchers[i] = c.pattern(p)
	}
	return matchers
}

func matchAll(m *machine, f *frame, matchers []matcher, list []Value) bool {
	for i, x := range matchers {
		if !x(m, f, list[i]) {
			return false
		}
	}
	return true
}

func (c *compiler) match(e *syntax.Expr) code {
	x := c.expr(e.Args[0])
	if len(e.Patterns) != len(e.Args)-1 {
		return unsupported("a match")
	}
	matchers, bodies := make([]matcher, len(e.Patterns)), make([]code, len(e.Patterns))
	for i, p := range e.Patterns {
		mark := c.mark()
		matchers[i] = c.pattern(p)
		bodies[i] = c.expr(e.Args[i+1])
		c.release(mark)
	}
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		for i, matches := range matchers {
			if m.err != nil {
				return Value{}
			}
			if matches(m, f, v) {
				return bodies[i](m, f)
			}
		}
		return m.undefined("no case matches")
	}
}

// let compiles var x := e; body and var x :| P; body.
func (c *compiler) let(e *syntax.Expr) code {
	n := len(e.Args) - 1
	mark := c.mark()
	defer c.release(mark)
	switch e.Name {
	case ":|":
		choose := c.choice(e.Vars, e.Args[0])
		body := c.expr(e.Args[n])
		return func(m *machine, f *frame) Value {
			if !choose(m, f) {
				return m.undefined("no value was found")
			}
			return body(m, f)
		}
	case ":=":
		if n != len(e.Vars) {
			break
		}
		args := c.exprs(e.Args[:n])
		matchers := make([]matcher, n)
		for i, v := range e.Vars {
			matchers[i] = c.variable(v, e.Args[i])
		}
		body := c.expr(e.Args[n])
		return func(m *machine, f *frame) Value {
			for i, x := range args {
				v := x(m, f)
				if m.err != nil || !matchers[i](m, f, v) {
					return m.undefined("no pattern matches")
				}
			}
			return body(m, f)
		}
	}
	return unsupported("this form of var")
}

// variable declares a variable or the variables of a pattern. The type is inferred
// from the initial value if there is one.
func (c *compiler) variable(v syntax.Variable, init *syntax.Expr) matcher {
	if v.Pattern != nil {
		return c.pattern(v.Pattern)
	}
	t := v.Type
	if t == nil && init != nil {
		t = widened(c.typeOf(init))
	}
	slot := c.bind(v.Name, t)
	return func(_ *machine, f *frame, v Value) bool {
		f.slots[slot] = v
		return true
	}
}
