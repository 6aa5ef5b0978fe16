package interpret

import (
	"math/big"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func (c *compiler) binary(e *syntax.Expr) code {
	x, y := c.expr(e.Args[0]), c.expr(e.Args[1])
	switch e.Name {
	case "&&":
		return func(m *machine, f *frame) Value {
			if v := x(m, f); v.kind != Bool || v.n == 0 {
				return m.checked(v)
			}
			return m.checked(y(m, f))
		}
	case "||":
		return func(m *machine, f *frame) Value {
			if v := x(m, f); v.kind != Bool || v.n != 0 {
				return m.checked(v)
			}
			return m.checked(y(m, f))
		}
	case "==>":
		return implication(x, y)
	case "<==":
		return implication(y, x)
	case "<==>":
		return func(m *machine, f *frame) Value {
			a, b := m.truth(x(m, f)), m.truth(y(m, f))
			return boolean(a == b)
		}
	case "+", "-", "*", "/", "%":
		return arithmetic(e.Name, x, y)
	case "==", "!=":
		negated := e.Name == "!="
		return func(m *machine, f *frame) Value {
			v, w := x(m, f), y(m, f)
			if v.kind == Int && w.kind == Int && v.p == nil && w.p == nil {
				return boolean((v.n == w.n) != negated)
			}
			if m.err != nil {
				return Value{}
			}
			return boolean(m.equal(v, w) != negated)
		}
	}
	if relation := relationOf(e.Name); relation != nil {
		return func(m *machine, f *frame) Value {
			v, w := x(m, f), y(m, f)
			if m.err != nil {
				return Value{}
			}
			return boolean(relation(m, v, w))
		}
	}
	return unsupported("the operator " + e.Name)
}

// checked lets truth values through.
func (m *machine) checked(v Value) Value {
	if v.kind != Bool {
		return m.confused("a condition")
	}
	return v
}

func implication(x, y code) code {
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		if v.kind != Bool {
			return m.confused("a condition")
		}
		if v.n == 0 {
			return boolean(true)
		}
		return m.checked(y(m, f))
	}
}

func arithmetic(op string, x, y code) code {
	var small func(m *machine, v, w Value) Value
	switch op {
	case "+":
		small = (*machine).add
	case "-":
		small = (*machine).subtract
	case "*":
		small = (*machine).multiply
	case "/":
		small = (*machine).divide
	default:
		small = (*machine).modulo
	}
	return func(m *machine, f *frame) Value {
		v, w := x(m, f), y(m, f)
		if v.kind == Int && w.kind == Int {
			return small(m, v, w)
		}
		if m.err != nil {
			return Value{}
		}
		return m.otherOp(op, v, w)
	}
}

// otherOp computes operators of other values than two integers.
func (m *machine) otherOp(op string, v, w Value) Value {
	switch {
	case v.kind == Real && w.kind == Real:
		return m.realOp(op, v, w)
	case v.kind == Char && w.kind == Char && (op == "+" || op == "-"):
		n := v.n + w.n
		if op == "-" {
			n = v.n - w.n
		}
		if n < 0 || n > 0x10FFFF {
			return m.undefined("no character has this code")
		}
		return character(rune(n))
	}
	return m.collectionOp(op, v, w)
}

// relationOf returns what a relational operator computes, or nil.
func relationOf(op string) func(m *machine, v, w Value) bool {
	switch op {
	case "==":
		return (*machine).equal
	case "!=":
		return func(m *machine, v, w Value) bool { return !m.equal(v, w) }
	case "<":
		return func(m *machine, v, w Value) bool { return m.less(v, w, true) }
	case "<=":
		return func(m *machine, v, w Value) bool { return m.less(v, w, false) }
	case ">":
		return func(m *machine, v, w Value) bool { return m.less(w, v, true) }
	case ">=":
		return func(m *machine, v, w Value) bool { return m.less(w, v, false) }
	case "in":
		return (*machine).contains
	case "!in":
		return func(m *machine, v, w Value) bool { return !m.contains(v, w) }
	case "!!":
		return (*machine).disjoint
	}
	return nil
}

func (m *machine) less(v, w Value, strict bool) bool {
	if v.kind != w.kind {
		m.confused("<")
		return false
	}
	switch v.kind {
	case Int:
		if v.p == nil && w.p == nil {
			return v.n < w.n || !strict && v.n == w.n
		}
		c := v.big().Cmp(w.big())
		return c < 0 || !strict && c == 0
	case Char:
		return v.n < w.n || !strict && v.n == w.n
	case Real:
		c := v.p.(*big.Rat).Cmp(w.p.(*big.Rat))
		return c < 0 || !strict && c == 0
	}
	return m.within(v, w) && (!strict || !m.equal(v, w))
}

// chain compiles a <= b < c; every operand is computed once.
func (c *compiler) chain(e *syntax.Expr) code {
	args := c.exprs(e.Args)
	relations := make([]func(*machine, Value, Value) bool, len(e.Names))
	for i, op := range e.Names {
		if relations[i] = relationOf(op); relations[i] == nil {
			return unsupported("the operator " + op)
		}
	}
	return func(m *machine, f *frame) Value {
		v := args[0](m, f)
		for i, relation := range relations {
			w := args[i+1](m, f)
			if m.err != nil {
				return Value{}
			}
			if !relation(m, v, w) {
				return boolean(false)
			}
			v = w
		}
		return boolean(true)
	}
}
