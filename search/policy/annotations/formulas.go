package annotations

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// A loop's invariant most often is what shall hold in the end, said of the part
// that is done (Furia, Meyer and Velder, "Loop invariants: analysis,
// classification, and examples", 2014). So the formulas that a specification has
// are collected, taken apart, and said again of the variables that change.

// formula is what a specification says. Required says that it is a precondition:
// of what does not change it holds all the time.
type formula struct {
	expr     *syntax.Expr
	required bool
}

// formulas are those that a declaration's specification and its asserts have,
// with all parts of them that may be said apart.
func (a *analysis) formulas(d *syntax.Decl) []formula {
	var list, required []*syntax.Expr
	for _, c := range d.Clauses {
		switch c.Kind {
		case syntax.Ensures:
			list = append(list, c.Exprs...)
		case syntax.Requires:
			required = append(required, c.Exprs...)
		}
	}
	d.Body.Walk(func(s *syntax.Stmt) bool {
		if s.Kind == syntax.Assert && s.Guard != nil {
			list = append(list, s.Guard)
		}
		for _, c := range s.Clauses {
			if c.Kind == syntax.Invariant || c.Kind == syntax.Ensures {
				list = append(list, c.Exprs...)
			}
		}
		return true
	})
	// Variables that the formulas bind must not capture those that are put into them.
	taken := make(map[string]bool)
	for _, v := range slices.Concat(d.Params, d.Results) {
		taken[v.Name] = true
	}
	d.Body.Walk(func(s *syntax.Stmt) bool {
		for _, v := range s.Vars {
			taken[v.Name] = true
		}
		return true
	})
	c := collector{analysis: a, seen: make(map[string]bool)}
	for _, e := range list {
		c.add(renamed(e, taken), 2)
	}
	wanted := len(c.list)
	for _, e := range required {
		c.add(renamed(e, taken), 2)
	}
	all := make([]formula, len(c.list))
	for i, e := range c.list { // what was unfolded may bind others
		all[i] = formula{renamed(e, taken), i >= wanted}
	}
	return all
}

type collector struct {
	*analysis
	seen map[string]bool
	list []*syntax.Expr
}

// maxFormulas bounds what is collected of one declaration.
const maxFormulas = 60

// add notes a formula and its parts. Predicates are unfolded as often as depth says.
func (c *collector) add(e *syntax.Expr, depth int) {
	if e == nil || e.Kind == syntax.Opaque || len(c.list) >= maxFormulas {
		return
	}
	if parts := conjuncts(e); len(parts) > 1 {
		for _, part := range parts {
			c.add(part, depth)
		}
		return
	}
	text := e.String()
	if c.seen[text] || len(text) > 400 {
		return
	}
	c.seen[text] = true
	c.list = append(c.list, e)
	switch e.Kind {
	case syntax.Binary:
		c.addBinary(e, depth)
	case syntax.Unary:
		if e.Name == "!" {
			c.add(negation(e.Args[0]), depth)
		}
	case syntax.If:
		c.add(binary("==>", e.Args[0], e.Args[1]), depth)
		c.add(binary("==>", not(e.Args[0]), e.Args[2]), depth)
	case syntax.Exists:
		// While it was not found, it is not there.
		c.add(negation(e), depth)
	case syntax.Forall:
		c.addForall(e, depth)
	case syntax.Apply:
		if body := c.unfold(e); body != nil && depth > 0 {
			c.add(body, depth-1)
		}
	}
}

func (c *collector) addBinary(e *syntax.Expr, depth int) {
	x, y := e.Args[0], e.Args[1]
	switch e.Name {
	case "==>":
		c.add(y, depth)
		if y.Kind == syntax.Binary && y.Name == "&&" {
			for _, part := range conjuncts(y) {
				c.add(binary("==>", x, part), depth)
			}
		}
	case "<==":
		c.add(binary("==>", y, x), depth)
	case "<==>":
		c.add(binary("==>", x, y), depth)
		c.add(binary("==>", y, x), depth)
		c.add(binary("==>", not(x), negation(y)), depth)
	case "==":
		if isFormula(y) {
			c.add(binary("==>", x, y), depth)
			c.add(binary("==>", not(x), negation(y)), depth)
			c.add(y, depth)
		} else if isFormula(x) {
			c.addBinary(binary("==", y, x), depth)
		}
	case "||":
		c.add(x, depth)
		c.add(y, depth)
		c.add(binary("==>", negation(x), y), depth)
	}
}

// addForall notes a quantified formula's unfolded body, where it is a predicate.
func (c *collector) addForall(e *syntax.Expr, depth int) {
	if depth == 0 || e.Args[1] == nil {
		return
	}
	unfolded := rewrite(e.Args[1], func(x *syntax.Expr) *syntax.Expr {
		if x.Kind == syntax.Apply {
			return c.unfold(x)
		}
		return nil
	})
	if unfolded != e.Args[1] {
		f := *e
		f.Args = []*syntax.Expr{e.Args[0], unfolded}
		c.add(&f, depth-1)
	}
}

// isFormula reports whether an expression is surely a proposition.
func isFormula(e *syntax.Expr) bool {
	switch e.Kind {
	case syntax.Forall, syntax.Exists, syntax.Chain:
		return true
	case syntax.Binary:
		switch e.Name {
		case "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^":
			return false
		}
		return true
	case syntax.Unary:
		return e.Name == "!"
	}
	return false
}

// negation pushes a negation inward, so that quantifiers become useful.
func negation(e *syntax.Expr) *syntax.Expr {
	switch e.Kind {
	case syntax.Exists:
		bounds, body := split(e)
		f := *e
		f.Kind = syntax.Forall
		f.Args = []*syntax.Expr{e.Args[0], implication(bounds, negation(body))}
		return &f
	case syntax.Forall:
		bounds, body := split(e)
		f := *e
		f.Kind = syntax.Exists
		f.Args = []*syntax.Expr{e.Args[0], conjunction(bounds, negation(body))}
		return &f
	case syntax.Binary:
		if op := opposite(e.Name); op != "" {
			return binary(op, e.Args[0], e.Args[1])
		}
	}
	return not(e)
}

// opposite is the relation that holds where another does not, or empty.
func opposite(op string) string {
	for _, pair := range [...][2]string{{"==", "!="}, {"<", ">="}, {"<=", ">"}, {"in", "!in"}} {
		switch op {
		case pair[0]:
			return pair[1]
		case pair[1]:
			return pair[0]
		}
	}
	return ""
}

// split parts what a quantifier says into the range and the rest: "a ==> b" of a
// universal one, the conjuncts that bound its variables of an existential one.
func split(e *syntax.Expr) (bounds, body *syntax.Expr) {
	body = e.Args[1]
	if e.Kind == syntax.Forall {
		if body.Kind == syntax.Binary && body.Name == "==>" {
			return body.Args[0], body.Args[1]
		}
		return nil, body
	}
	bound := make(map[string]bool)
	for _, v := range e.Vars {
		bound[v.Name] = true
	}
	var limits, rest *syntax.Expr
	for _, c := range conjuncts(body) {
		if isRange(c, bound) {
			limits = conjunction(limits, c)
		} else {
			rest = conjunction(rest, c)
		}
	}
	if rest == nil {
		return nil, body
	}
	return limits, rest
}

// isRange reports whether a conjunct bounds variables by order or membership.
func isRange(c *syntax.Expr, bound map[string]bool) bool {
	switch c.Kind {
	case syntax.Chain:
		return mentions(c, bound)
	case syntax.Binary:
		switch c.Name {
		case "<", "<=", ">", ">=", "in":
			return c.Args[0].Kind == syntax.Ident && bound[c.Args[0].Name] || c.Args[1].Kind == syntax.Ident && bound[c.Args[1].Name]
		}
	}
	return false
}

func implication(x, y *syntax.Expr) *syntax.Expr {
	if x == nil {
		return y
	}
	return binary("==>", x, y)
}

func conjunction(x, y *syntax.Expr) *syntax.Expr {
	if x == nil {
		return y
	}
	if y == nil {
		return x
	}
	return binary("&&", x, y)
}

// unfold is the body of a predicate or a function with the arguments of a call,
// or nil if it has none, or calls itself.
func (a *analysis) unfold(call *syntax.Expr) *syntax.Expr {
	if call.Args[0].Kind != syntax.Ident {
		return nil
	}
	d := a.functions[call.Args[0].Name]
	if d == nil || d.Value == nil || d.Value.Kind == syntax.Opaque || len(d.Params) != len(call.Args)-1 || names(d.Value)[d.Name] {
		return nil
	}
	by := make(map[string]*syntax.Expr)
	for i, p := range d.Params {
		by[p.Name] = call.Args[i+1]
	}
	// A variable that the body binds must not capture one of the arguments'.
	taken := make(map[string]bool)
	for _, arg := range call.Args[1:] {
		for n := range names(arg) {
			taken[n] = true
		}
	}
	clash := false
	d.Value.Walk(func(e *syntax.Expr) bool {
		for _, v := range e.Vars {
			clash = clash || taken[v.Name]
		}
		return !clash
	})
	if clash {
		fresh := renamed(d.Value, taken)
		return substitute(fresh, by)
	}
	return substitute(d.Value, by)
}

// renamed gives bound variables that are taken another name.
func renamed(e *syntax.Expr, taken map[string]bool) *syntax.Expr {
	return rewrite(e, func(x *syntax.Expr) *syntax.Expr {
		if !slices.ContainsFunc(x.Vars, func(v syntax.Variable) bool { return taken[v.Name] }) {
			return nil
		}
		c := *x
		c.Vars = slices.Clone(x.Vars)
		by := make(map[string]*syntax.Expr)
		for i, v := range c.Vars {
			if taken[v.Name] {
				c.Vars[i].Name = strings.TrimRight(v.Name, "0123456789") + "_" + string(rune('a'+i))
				by[v.Name] = name(c.Vars[i].Name)
			}
		}
		c.Args = slices.Clone(x.Args)
		for i, arg := range c.Args {
			if arg != nil {
				c.Args[i] = renamed(substitute(arg, by), taken)
			}
		}
		return &c
	})
}
