package annotations

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// canonical writes a formula so that it does not matter what the variables are
// called that it binds.
func canonical(e *syntax.Expr) string {
	n := 0
	var rename func(e *syntax.Expr) *syntax.Expr
	rename = func(e *syntax.Expr) *syntax.Expr {
		return rewrite(e, func(x *syntax.Expr) *syntax.Expr {
			if len(x.Vars) == 0 {
				return nil
			}
			c := *x
			c.Vars = make([]syntax.Variable, len(x.Vars))
			by := make(map[string]*syntax.Expr)
			for i, v := range x.Vars {
				fresh := fmt.Sprintf("%%%d", n)
				n++
				by[v.Name] = name(fresh)
				c.Vars[i] = syntax.Variable{Name: fresh}
			}
			c.Args = make([]*syntax.Expr, len(x.Args))
			for i, a := range x.Args {
				if a != nil {
					c.Args[i] = rename(substitute(a, by))
				}
			}
			return &c
		})
	}
	return rename(e).String()
}

// redundant marks clauses that others say already: a predicate written out, and
// what holds of a part of a range where the same was found to hold of more. They
// may still be what can be proved.
func (g *generator) redundant() {
	unfolded := make(map[string]bool)
	for _, c := range g.list {
		if c.expr.Kind == syntax.Apply {
			if body := g.unfold(c.expr); body != nil {
				unfolded[canonical(body)] = true
			}
		}
	}
	narrower := make(map[int]bool)
	type ranged struct {
		clause    int
		low, high *syntax.Expr
	}
	groups := make(map[string][]ranged)
	for i := range g.list {
		c := &g.list[i]
		c.redundant = unfolded[canonical(c.expr)]
		if low, high, rest, ok := rangeOf(c.expr); ok && c.checked {
			groups[rest] = append(groups[rest], ranged{i, low, high})
		}
	}
	for _, group := range groups { // their order does not matter
		for _, weak := range group {
			for _, strong := range group {
				if weak.clause == strong.clause || narrower[strong.clause] {
					continue
				}
				wider := g.atMost(strong.low, weak.low) && g.atMost(weak.high, strong.high)
				same := g.atMost(weak.low, strong.low) && g.atMost(strong.high, weak.high)
				if wider && (!same || weak.clause > strong.clause) {
					narrower[weak.clause] = true
				}
			}
		}
	}
	for i := range narrower {
		g.list[i].redundant = true
	}
}

// atMost reports whether a term was at most another whenever the program ran.
func (g *generator) atMost(x, y *syntax.Expr) bool {
	return x.String() == y.String() || ask(binary("<=", x, y), g.snaps) == holds
}

// rangeOf takes apart a universal formula over low <= v < high, and writes the
// rest of it.
func rangeOf(e *syntax.Expr) (low, high *syntax.Expr, rest string, ok bool) {
	if e.Kind != syntax.Forall || e.Args[0] != nil {
		return nil, nil, "", false
	}
	limits, body := split(e)
	if limits == nil {
		return nil, nil, "", false
	}
	parts := conjuncts(limits)
	c := parts[0]
	if c.Kind != syntax.Chain || len(c.Args) < 3 {
		return nil, nil, "", false
	}
	for _, op := range c.Names {
		if op != "<" && op != "<=" {
			return nil, nil, "", false
		}
	}
	last := len(c.Args) - 1
	low, high = c.Args[0], c.Args[last]
	if c.Names[0] == "<" {
		low = plus(low, 1)
	}
	if c.Names[last-1] == "<=" {
		high = plus(high, 1)
	}
	inner := *c
	inner.Args = append([]*syntax.Expr{name("%low")}, c.Args[1:last]...)
	inner.Args = append(inner.Args, name("%high"))
	inner.Names = append([]string{"<="}, c.Names[1:last-1]...)
	inner.Names = append(inner.Names, "<")
	f := *e
	whole := []string{}
	for _, p := range parts[1:] {
		whole = append(whole, p.String())
	}
	f.Args = []*syntax.Expr{nil, binary("==>", &inner, body)}
	return low, high, canonical(&f) + strings.Join(whole, "&"), true
}
