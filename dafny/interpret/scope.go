package interpret

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// code is a compiled expression.
type code func(m *machine, f *frame) Value

// scope is the innermost variable that is visible at a point, and all that are
// outside of it.
type scope struct {
	outer *scope
	name  string
	slot  int
	typ   *syntax.Type
	// ghost says that nothing but specifications depends on it.
	ghost bool
}

func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

// compiler turns the syntax of one routine, or of an expression at a point of one,
// into code: names become slots of the frame.
type compiler struct {
	in *Interpreter
	// path are the modules that it is in, class the class or datatype whose members
	// are visible, or nil.
	path  []string
	class *class
	// static says that there is no "this".
	static bool
	scope  *scope
	next   int // the first free slot
	max    int // how many slots are needed
	depth  int
	deep   int // the greatest depth
	// points are set where statements are to report states.
	points *points
	// results are the method's, from the slot firstResult on.
	results     []syntax.Variable
	firstResult int
	// splits is how many quantifiers that are being split this is within.
	splits int
	// work counts what is compiled and inferred, also in vain. It is bounded: parts
	// are looked at several times, and nested ones more often still.
	work int
	// within is how many expressions this is within.
	within int
	// locals collects what the statements declare, if it is not nil.
	locals *[]*scope
}

// maxNesting bounds how deep expressions may be nested.
const maxNesting = 1000

// maxWork bounds how much is compiled for one routine or expression.
const maxWork = 200_000

// exhausted counts work and reports whether it is too much.
func (c *compiler) exhausted() bool {
	c.work++
	return c.work > maxWork
}

func (c *compiler) bind(name string, t *syntax.Type) (slot int) {
	slot = c.next
	c.scope = &scope{outer: c.scope, name: name, slot: slot, typ: t}
	c.next++
	c.max = max(c.max, c.next)
	if c.locals != nil && c.within == 0 && name != "" {
		*c.locals = append(*c.locals, c.scope)
	}
	return slot
}

// hidden reserves a slot without a name.
func (c *compiler) hidden() (slot int) { return c.bind("", nil) }

type mark struct {
	scope *scope
	next  int
}

// mark and release delimit where variables are visible.
func (c *compiler) mark() mark { return mark{c.scope, c.next} }

func (c *compiler) release(m mark) { c.scope, c.next = m.scope, m.next }

func unsupported(what string) code {
	return func(m *machine, _ *frame) Value { return m.unsupported(what) }
}

func constant(v Value) code {
	return func(*machine, *frame) Value { return v }
}
