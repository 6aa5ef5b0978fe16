package annotations

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// counters are the integers that say how far something has come: those that a
// loop's guard compares, that are used as indices, or that go by a fixed step.
func counters(d *syntax.Decl) map[string]bool {
	set := make(map[string]bool)
	idents := func(e *syntax.Expr) {
		e.Walk(func(x *syntax.Expr) bool {
			if x.Kind == syntax.Ident {
				set[x.Name] = true
			}
			return x.Kind != syntax.Index && x.Kind != syntax.Apply
		})
	}
	indices := func(e *syntax.Expr) {
		e.Walk(func(x *syntax.Expr) bool {
			if x.Kind == syntax.Index || x.Kind == syntax.Slice {
				for _, i := range x.Args[1:] {
					idents(i)
				}
			}
			return true
		})
	}
	d.Body.Walk(func(s *syntax.Stmt) bool {
		switch s.Kind {
		case syntax.While:
			if s.Guard != nil {
				for _, c := range conjuncts(s.Guard) {
					if c.Kind == syntax.Binary || c.Kind == syntax.Chain {
						idents(c)
					}
				}
			}
		case syntax.For:
			set[s.Vars[0].Name] = true
		case syntax.Assign:
			for i, lhs := range s.Lhs {
				if lhs.Kind == syntax.Ident && i < len(s.Rhs) && steps(lhs.Name, s.Rhs[i]) {
					set[lhs.Name] = true
				}
			}
		}
		indices(s.Guard)
		for _, e := range s.Lhs {
			indices(e)
		}
		for _, e := range s.Rhs {
			indices(e)
		}
		return true
	})
	return set
}

// steps reports whether an expression is a variable plus or minus a number.
func steps(variable string, e *syntax.Expr) bool {
	return e != nil && e.Kind == syntax.Binary && (e.Name == "+" || e.Name == "-") &&
		e.Args[0].Kind == syntax.Ident && e.Args[0].Name == variable && e.Args[1].Kind == syntax.Literal
}
