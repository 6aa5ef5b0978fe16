package interpret

import (
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// runMethod runs a method and returns its results.
func (m *machine) runMethod(r *routine, this Value, args []Value) []Value {
	return m.runSince(nil, r, this, args)
}

// runSince runs a method whose old heap is another one than that of now.
func (m *machine) runSince(old *heap, r *routine, this Value, args []Value) []Value {
	if m.err != nil {
		return nil
	}
	if m.inside > 0 {
		m.unsupported("a method in a function")
		return nil
	}
	r.prepare()
	if r.run == nil {
		m.unsupported(r.missing)
		return nil
	}
	if len(args) != len(r.decl.Params) {
		m.unsupported("default arguments")
		return nil
	}
	f, s := m.enter(r.slots, r.weight)
	if f == nil {
		return nil
	}
	defer m.leave(s)
	m.begin(r, f, this, args)
	if old != nil && r.decl.Kind == syntax.Constructor {
		f.old = old
	}
	r.run(m, f)
	if m.err != nil {
		return nil
	}
	return append([]Value(nil), f.slots[r.results:r.results+len(r.decl.Results)]...)
}

// compileContract prepares a method without a body: what it ensures decides on its
// results, if it changes nothing.
func (r *routine) compileContract(c *compiler) {
	ensures := &syntax.Expr{Kind: syntax.Literal, Name: "true"}
	for _, clause := range r.decl.Clauses {
		switch clause.Kind {
		case syntax.Ensures:
			for _, e := range clause.Exprs {
				ensures = binary("&&", ensures, e)
			}
		case syntax.Modifies:
			return
		}
	}
	n := len(r.decl.Results)
	if r.class != nil && slices.Contains(r.class.decl.Attributes, "autocontracts") {
		return // it may change the object without saying so
	}
	if n == 0 {
		test := c.expr(ensures)
		r.run = func(m *machine, f *frame) flow {
			if v, ok := m.attempt(test, f); ok && v.n == 0 {
				m.fail(errDiscard) // nothing satisfies what it ensures
			}
			return returning
		}
		return
	}
	first, from := r.results, c.next
	choose := c.choice(r.decl.Results, ensures)
	r.run = func(m *machine, f *frame) flow {
		if !choose(m, f) {
			m.unsupported(r.missing)
			return returning
		}
		copy(f.slots[first:first+n], f.slots[from:from+n])
		return returning
	}
}

// begin puts the arguments into a frame.
func (m *machine) begin(r *routine, f *frame, this Value, args []Value) {
	f.slots[0] = this
	copy(f.slots[1:], args)
	if r.oldHeap {
		f.old = m.freeze()
	}
	for i, x := range r.zero {
		f.slots[r.results+i] = x(m, f)
	}
}

// arbitrary compiles a value of a type that is left to chance. Where there is none,
// as of arrays, the variable has no value.
func (c *compiler) arbitrary(t *syntax.Type) code {
	if t == nil {
		return func(*machine, *frame) Value { return Value{} }
	}
	in, path, typ := c.in, c.path, *t
	return func(m *machine, _ *frame) Value {
		if m.err != nil || m.rand == nil {
			return Value{}
		}
		g := generator{in: in, m: m, rand: m.rand, plain: true}
		return g.value(typ, path, 0)
	}
}
