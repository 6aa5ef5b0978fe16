package interpret

import (
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// check tests whether a value, which is of the base type, is of the type.
type check func(m *machine, v Value) bool

// maxExpansion bounds how often a type's name is replaced by what it stands for.
const maxExpansion = 20

// expand replaces the names of types by what they stand for. Constraints are the
// declarations of the subset types on the way.
func (in *Interpreter) expand(t syntax.Type, path []string) (base syntax.Type, constraints []*syntax.Decl) {
	for range maxExpansion {
		d := in.lookup(t.Name, path)
		if d == nil || d.Kind != syntax.TypeDecl {
			break
		}
		switch {
		case d.Value != nil && len(d.Params) == 1:
			constraints = append(constraints, d)
			if d.Params[0].Type == nil {
				c := &compiler{in: in, path: d.Path, static: true}
				if t := c.guess(d.Params[0].Name, d.Value); t != nil {
					return *t, constraints
				}
				return syntax.Type{Name: "int"}, constraints
			}
			t = substitute(*d.Params[0].Type, d.TypeParams, t.Args)
		case d.ResultType != nil:
			t = substitute(*d.ResultType, d.TypeParams, t.Args)
		default:
			// An opaque type: whatever it is, integers are as good as others.
			return syntax.Type{Name: "int"}, constraints
		}
	}
	return t, constraints
}

// base is the type that decides how a value is represented. It is not ok if the
// type is not supported.
func (in *Interpreter) base(t syntax.Type, path []string) (base syntax.Type, ok bool) {
	base, _ = in.expand(t, path)
	switch base.Name {
	case "nat", "ORDINAL":
		return syntax.Type{Name: "int"}, true
	case "string":
		return syntax.Type{Name: "seq", Args: []syntax.Type{{Name: "char"}}}, true
	}
	return base, !isBitVector(base.Name)
}

func isBitVector(name string) bool {
	digits, ok := strings.CutPrefix(name, "bv")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// substitute replaces type parameters.
func substitute(t syntax.Type, params []string, args []syntax.Type) syntax.Type {
	if len(params) == 0 || len(params) != len(args) {
		return t
	}
	for i, p := range params {
		if t.Name == p {
			return args[i]
		}
	}
	if len(t.Args) == 0 {
		return t
	}
	r := t
	r.Args = make([]syntax.Type, len(t.Args))
	for i, a := range t.Args {
		r.Args[i] = substitute(a, params, args)
	}
	return r
}

// check compiles the test of a subset type; it is nil if there is nothing to test.
func (c *compiler) check(t syntax.Type) check {
	base, constraints := c.in.expand(t, c.path)
	var list []check
	if base.Name == "nat" {
		list = append(list, func(_ *machine, v Value) bool { return v.kind != Int || v.big().Sign() >= 0 })
	}
	for _, d := range constraints {
		r := c.in.routine(d, nil)
		list = append(list, func(m *machine, v Value) bool {
			m.inside++
			ok := m.truth(m.call(r, Value{}, []Value{v}))
			m.inside--
			return ok
		})
	}
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return func(m *machine, v Value) bool {
		for i := len(list) - 1; i >= 0; i-- {
			if !list[i](m, v) {
				return false
			}
		}
		return true
	}
}
