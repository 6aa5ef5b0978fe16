package interpret

import (
	"strconv"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// maxAlternatives bounds into how many quantifiers one is split.
const maxAlternatives = 8

// alternative is one of several ranges that together are the range of a quantifier.
type alternative struct {
	vars  []syntax.Variable
	parts []*syntax.Expr // all of them hold
}

// alternatives splits a range at its disjunctions, and draws the variables of
// existential quantifiers out: forall x | exists k :: P is forall x, k | P.
func alternatives(vars []syntax.Variable, parts []*syntax.Expr) []alternative {
	list := []alternative{{vars: vars, parts: parts}}
	for changed := true; changed && len(list) < maxAlternatives; {
		changed = false
		for i, a := range list {
			split := a.split()
			if split == nil {
				continue
			}
			list = append(append(list[:i:i], split...), list[i+1:]...)
			changed = true
			break
		}
	}
	return list
}

// split takes the first part that can be split apart; nil says that there is none.
func (a alternative) split() []alternative {
	for i, e := range a.parts {
		rest := func(more ...*syntax.Expr) []*syntax.Expr {
			return append(append(append([]*syntax.Expr(nil), a.parts[:i]...), more...), a.parts[i+1:]...)
		}
		switch {
		case e.Kind == syntax.Binary && e.Name == "&&":
			return []alternative{{a.vars, rest(e.Args[0], e.Args[1])}}
		case e.Kind == syntax.Binary && e.Name == "||":
			return []alternative{{a.vars, rest(e.Args[0])}, {a.vars, rest(e.Args[1])}}
		case e.Kind == syntax.Exists:
			vars, body, within := append([]syntax.Variable(nil), a.vars...), e.Args[1], e.Args[0]
			for _, v := range e.Vars {
				// No program has such names, so that nothing is captured.
				fresh := v
				fresh.Name = v.Name + "#" + strconv.Itoa(len(vars))
				body, within = rename(body, v.Name, fresh.Name), rename(within, v.Name, fresh.Name)
				vars = append(vars, fresh)
			}
			if within == nil {
				return []alternative{{vars, rest(body)}}
			}
			return []alternative{{vars, rest(within, body)}}
		}
	}
	return nil
}

func (a alternative) within() (e *syntax.Expr) {
	for _, p := range a.parts {
		if e == nil {
			e = p
		} else {
			e = binary("&&", e, p)
		}
	}
	return e
}

// rewritten splits forall into several ones that together say the same; nil says
// that it cannot be split.
func rewritten(e *syntax.Expr) (list []*syntax.Expr) {
	body := e.Args[1]
	var parts []*syntax.Expr
	if e.Args[0] != nil {
		parts = append(parts, e.Args[0])
	}
	for body.Kind == syntax.Binary && body.Name == "==>" {
		parts = append(parts, body.Args[0])
		body = body.Args[1]
	}
	add := func(within []*syntax.Expr, body *syntax.Expr) {
		for _, a := range alternatives(e.Vars, within) {
			list = append(list, &syntax.Expr{Kind: syntax.Forall, Span: e.Span, Vars: a.vars, Args: []*syntax.Expr{a.within(), body}})
		}
	}
	switch {
	case body.Kind == syntax.Binary && body.Name == "<==>":
		x, y := body.Args[0], body.Args[1]
		add(append(parts[:len(parts):len(parts)], x), y)
		add(append(parts[:len(parts):len(parts)], y), x)
	case body.Kind == syntax.Binary && body.Name == "&&":
		add(parts, body.Args[0])
		// The second conjunct may rely on the first.
		add(append(parts[:len(parts):len(parts)], body.Args[0]), body.Args[1])
	default:
		add(parts, body)
		if len(list) < 2 && (len(list) == 0 || len(list[0].Vars) == len(e.Vars)) {
			return nil
		}
	}
	return list
}

// bounded reports whether the values of all variables are known to be finite.
func (s *search) bounded() bool {
	for _, d := range s.in {
		if !d.bounded() {
			return false
		}
	}
	return true
}

func (d *domain) bounded() bool {
	return len(d.equals) > 0 || len(d.sets) > 0 || d.finite != nil || d.class != nil || (d.natural || len(d.lows) > 0) && len(d.highs) > 0
}

// conjunction compiles a list of conditions, all of which are to hold.
func (c *compiler) conjunction(list []*syntax.Expr) code {
	codes := c.exprs(list)
	return func(m *machine, f *frame) Value {
		for _, x := range codes {
			if v := x(m, f); v.kind != Bool || v.n == 0 {
				return m.checked(v)
			}
		}
		return boolean(true)
	}
}

// inline is the body of a predicate with the arguments of a call, so that it can
// be looked at for bounds; nil if the predicate binds names or is not global.
func (c *compiler) inline(e *syntax.Expr) *syntax.Expr {
	if e.Kind != syntax.Apply || e.Args[0].Kind != syntax.Ident {
		return nil
	}
	t := c.target(e)
	if t.routine == nil || t.this != nil {
		return nil
	}
	d := t.routine.decl
	if d.Value == nil || len(d.Params) != len(e.Args)-1 {
		return nil
	}
	args := map[string]*syntax.Expr{}
	for i, p := range d.Params {
		args[p.Name] = e.Args[i+1]
	}
	budget := 400
	return c.replaced(d.Value, args, &budget)
}

// replaced puts expressions for names. Only what has a meaning here as well as
// there is kept: a conjunct that has none becomes true, and is no bound.
func (c *compiler) replaced(e *syntax.Expr, args map[string]*syntax.Expr, budget *int) *syntax.Expr {
	if *budget--; e == nil || *budget < 0 || len(e.Vars) > 0 || len(e.Patterns) > 0 || e.Kind == syntax.Lambda || e.New != nil {
		return nil
	}
	if e.Kind == syntax.Ident {
		if x, ok := args[e.Name]; ok {
			return x
		}
		if c.scope.find(e.Name) != nil || c.class != nil && c.class.members[e.Name] != nil {
			return nil
		}
		return e
	}
	if e.Kind == syntax.Literal {
		return e
	}
	x := *e
	x.Args = make([]*syntax.Expr, len(e.Args))
	conjunction := e.Kind == syntax.Binary && e.Name == "&&"
	for i, a := range e.Args {
		if a == nil {
			continue
		}
		x.Args[i] = c.replaced(a, args, budget)
		if x.Args[i] == nil {
			if !conjunction {
				return nil
			}
			x.Args[i] = &syntax.Expr{Kind: syntax.Literal, Name: "true"}
		}
	}
	return &x
}

// guess infers the type of a variable from what a condition compares it with.
func (c *compiler) guess(name string, e *syntax.Expr) *syntax.Type {
	if e == nil {
		return nil
	}
	for x := range e.Walk {
		var pairs [][2]*syntax.Expr
		switch x.Kind {
		case syntax.Binary:
			pairs = [][2]*syntax.Expr{{x.Args[0], x.Args[1]}}
		case syntax.Apply:
			if t := c.argument(name, x); t != nil {
				return t
			}
		case syntax.Chain:
			for i := range x.Names {
				pairs = append(pairs, [2]*syntax.Expr{x.Args[i], x.Args[i+1]})
			}
		}
		for i, p := range pairs {
			op := x.Name
			if x.Kind == syntax.Chain {
				op = x.Names[i]
			}
			if t := c.compared(name, op, p[0], p[1]); t != nil {
				return t
			}
		}
	}
	return nil
}

// argument is the type of the parameter that a variable is given for.
func (c *compiler) argument(name string, call *syntax.Expr) *syntax.Type {
	for i, a := range call.Args[1:] {
		if a.Kind != syntax.Ident || a.Name != name {
			continue
		}
		t := c.target(call)
		switch {
		case t.constructor != nil && i < len(t.constructor.fields) && len(t.constructor.class.decl.TypeParams) == 0:
			return widened(t.constructor.fields[i].Type)
		case t.routine != nil && i < len(t.routine.decl.Params) && len(t.routine.decl.TypeParams) == 0:
			return widened(t.routine.decl.Params[i].Type)
		}
	}
	return nil
}

func (c *compiler) compared(name, op string, x, y *syntax.Expr) *syntax.Type {
	is := func(e *syntax.Expr) bool { return e.Kind == syntax.Ident && e.Name == name }
	switch op {
	case "in", "!in":
		if !is(x) {
			return nil
		}
		if t := c.typeOf(y); t != nil && len(t.Args) > 0 && t.Args[0].Name != "" {
			return &t.Args[0]
		} else if t != nil && t.Name == "string" {
			return named("char")
		}
	case "<", "<=", ">", ">=", "==", "!=":
		if is(y) {
			x, y = y, x
		}
		if is(x) {
			// Variables do not inherit the constraint of a subset type.
			if t := c.typeOf(y); t != nil {
				base, _ := c.in.base(*t, c.path)
				return &base
			}
		}
	}
	return nil
}
