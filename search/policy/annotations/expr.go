package annotations

import (
	"slices"
	"strconv"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Constructors of expressions. They share their parts.

func name(s string) *syntax.Expr { return &syntax.Expr{Kind: syntax.Ident, Name: s} }

func number(n int64) *syntax.Expr {
	if n < 0 {
		return &syntax.Expr{Kind: syntax.Unary, Name: "-", Args: []*syntax.Expr{number(-n)}}
	}
	return &syntax.Expr{Kind: syntax.Literal, Name: strconv.FormatInt(n, 10)}
}

func binary(op string, x, y *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Binary, Name: op, Args: []*syntax.Expr{x, y}}
}

func not(x *syntax.Expr) *syntax.Expr {
	if x.Kind == syntax.Unary && x.Name == "!" {
		return x.Args[0]
	}
	return &syntax.Expr{Kind: syntax.Unary, Name: "!", Args: []*syntax.Expr{x}}
}

func length(x *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Unary, Name: "#", Args: []*syntax.Expr{x}}
}

func member(x *syntax.Expr, field string) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Member, Name: field, Args: []*syntax.Expr{x}}
}

func index(x, i *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Index, Args: []*syntax.Expr{x, i}}
}

func slice(x, low, high *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Slice, Args: []*syntax.Expr{x, low, high}}
}

func old(x *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Unary, Name: "old", Args: []*syntax.Expr{x}}
}

func multiset(x *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.MultisetOf, Args: []*syntax.Expr{x}}
}

func apply(f string, args ...*syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Apply, Args: append([]*syntax.Expr{name(f)}, args...)}
}

func forall(vars []string, bounds, body *syntax.Expr) *syntax.Expr {
	return quantified(syntax.Forall, vars, binary("==>", bounds, body))
}

func exists(vars []string, bounds, body *syntax.Expr) *syntax.Expr {
	return quantified(syntax.Exists, vars, binary("&&", bounds, body))
}

func quantified(kind syntax.ExprKind, vars []string, body *syntax.Expr) *syntax.Expr {
	e := &syntax.Expr{Kind: kind, Args: []*syntax.Expr{nil, body}}
	for _, v := range vars {
		e.Vars = append(e.Vars, syntax.Variable{Name: v})
	}
	return e
}

// chain is a <= b < c and the like.
func chain(first *syntax.Expr, rest ...any) *syntax.Expr {
	e := &syntax.Expr{Kind: syntax.Chain, Args: []*syntax.Expr{first}}
	for i := 0; i+1 < len(rest); i += 2 {
		e.Names = append(e.Names, rest[i].(string))
		e.Args = append(e.Args, rest[i+1].(*syntax.Expr))
	}
	if len(e.Names) == 1 {
		return binary(e.Names[0], e.Args[0], e.Args[1])
	}
	return e
}

// plus adds a number to an expression.
func plus(x *syntax.Expr, n int64) *syntax.Expr {
	switch {
	case n == 0:
		return x
	case x.Kind == syntax.Literal:
		if v, err := strconv.ParseInt(x.Name, 10, 32); err == nil {
			return number(v + n)
		}
	case n < 0:
		return binary("-", x, number(-n))
	}
	if n < 0 {
		return binary("-", x, number(-n))
	}
	return binary("+", x, number(n))
}

// rewrite makes a copy of an expression in which parts are replaced. For each
// part, outer ones first, replace returns what takes its place, or nil.
func rewrite(e *syntax.Expr, replace func(*syntax.Expr) *syntax.Expr) *syntax.Expr {
	if e == nil {
		return nil
	}
	if r := replace(e); r != nil {
		return r
	}
	var args []*syntax.Expr
	for i, a := range e.Args {
		b := rewrite(a, replace)
		if b != a && args == nil {
			args = slices.Clone(e.Args)
		}
		if args != nil {
			args[i] = b
		}
	}
	if args == nil {
		return e
	}
	c := *e
	c.Args = args
	return &c
}

// substitute replaces variables. A variable that the expression binds itself is
// another one, and stops what is beneath.
func substitute(e *syntax.Expr, by map[string]*syntax.Expr) *syntax.Expr {
	return rewrite(e, func(x *syntax.Expr) *syntax.Expr {
		if x.Kind == syntax.Ident {
			return by[x.Name]
		}
		for _, v := range x.Vars {
			if by[v.Name] != nil {
				return x
			}
		}
		return nil
	})
}

// replaceTerm replaces the parts that are written like a term: all of them, or
// only the one with a number, counted from 0.
func replaceTerm(e *syntax.Expr, term string, by *syntax.Expr, only int) *syntax.Expr {
	n := 0
	return rewrite(e, func(x *syntax.Expr) *syntax.Expr {
		if x.String() != term {
			return nil
		}
		if n++; only != all && n-1 != only {
			return x
		}
		return by
	})
}

// all stands for every occurrence of a term.
const all = -1

// occurrences counts the parts that are written like a term.
func occurrences(e *syntax.Expr, term string) (n int) {
	rewrite(e, func(x *syntax.Expr) *syntax.Expr {
		if x.String() != term {
			return nil
		}
		n++
		return x
	})
	return n
}

// conjuncts splits a conjunction. A chain is one conjunct.
func conjuncts(e *syntax.Expr) []*syntax.Expr {
	if e.Kind == syntax.Binary && e.Name == "&&" {
		return append(conjuncts(e.Args[0]), conjuncts(e.Args[1])...)
	}
	return []*syntax.Expr{e}
}

// names are the free variables of an expression, functions included.
func names(e *syntax.Expr) map[string]bool {
	set := make(map[string]bool)
	var visit func(e *syntax.Expr, bound []string)
	visit = func(e *syntax.Expr, bound []string) {
		if e == nil {
			return
		}
		if e.Kind == syntax.Ident && !slices.Contains(bound, e.Name) {
			set[e.Name] = true
		}
		for _, v := range e.Vars {
			bound = append(slices.Clip(bound), v.Name)
		}
		for _, a := range e.Args {
			visit(a, bound)
		}
	}
	visit(e, nil)
	return set
}

// mentions reports whether an expression has one of the names.
func mentions(e *syntax.Expr, set map[string]bool) bool {
	for n := range names(e) {
		if set[n] {
			return true
		}
	}
	return false
}
