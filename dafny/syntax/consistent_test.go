package syntax_test

import (
	"fmt"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// consistent checks what holds of every tree: spans are within the text, parts
// are within the wholes, and an expression that was understood is read again from
// what it is written as.
func consistent(p *syntax.Program) error {
	c := checker{p: p}
	whole := syntax.Span{Begin: 0, End: len(p.Text)}
	for _, d := range p.Decls {
		c.decl(d, whole)
	}
	for _, e := range p.Opaque {
		if e.Offset < 0 || e.Offset > len(p.Text) || e.Message == "" {
			c.fail("an error is at %d: %q", e.Offset, e.Message)
		}
	}
	return c.err
}

type checker struct {
	p   *syntax.Program
	err error
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *checker) span(what string, s, outer syntax.Span) {
	if s.Begin < outer.Begin || s.End > outer.End || s.End < s.Begin {
		c.fail("%s at %v is not within %v", what, s, outer)
	}
}

func (c *checker) decl(d *syntax.Decl, outer syntax.Span) {
	c.span("declaration "+d.Name, d.Span, outer)
	if d.Name != "" && !d.NameAt.Empty() {
		c.span("name of "+d.Name, d.NameAt, d.Span)
	}
	if !d.BodySpan.Empty() {
		c.span("body of "+d.Name, d.BodySpan, d.Span)
	}
	c.clauses(d.Clauses, d.Span)
	c.expr(d.Value, d.Span)
	c.stmt(d.Body, d.Span)
	for _, m := range d.Members {
		c.decl(m, d.Span)
	}
}

func (c *checker) clauses(list []syntax.Clause, outer syntax.Span) {
	for _, clause := range list {
		c.span("clause", clause.Span, outer)
		for _, e := range clause.Exprs {
			c.expr(e, clause.Span)
		}
	}
}

func (c *checker) stmt(s *syntax.Stmt, outer syntax.Span) {
	if s == nil {
		return
	}
	c.span("statement", s.Span, outer)
	c.clauses(s.Clauses, s.Span)
	c.expr(s.Guard, s.Span)
	for _, list := range [][]*syntax.Expr{s.Lhs, s.Rhs} {
		for _, e := range list {
			c.expr(e, s.Span)
		}
	}
	for _, list := range [][]*syntax.Stmt{s.Body, {s.Else}, s.Cases} {
		for _, inner := range list {
			c.stmt(inner, s.Span)
		}
	}
}

func (c *checker) expr(e *syntax.Expr, outer syntax.Span) {
	if e == nil {
		return
	}
	c.spans(e, outer)
	if c.err != nil || !understood(e) {
		return
	}
	text := e.String()
	again, err := syntax.ParseExpr(text)
	if err != nil {
		c.fail("%q is written as %q, which cannot be read: %v", e.In(c.p.Text), text, err)
	} else if again.String() != text {
		c.fail("%q is written as %q, and that as %q", e.In(c.p.Text), text, again)
	}
}

func (c *checker) spans(e *syntax.Expr, outer syntax.Span) {
	if e == nil {
		return
	}
	c.span("expression "+e.Name, e.Span, outer)
	if e.Kind == syntax.Then && e.Stmt != nil {
		c.stmt(e.Stmt, e.Span)
	}
	for _, a := range e.Args {
		c.spans(a, e.Span)
	}
}

// understood reports whether there is nothing in an expression that only certain
// places may have: frames, what is allocated, what is not understood.
func understood(e *syntax.Expr) bool {
	ok := true
	e.Walk(func(e *syntax.Expr) bool {
		if e.Kind == syntax.Opaque || e.Kind == syntax.Literal && e.Name == "*" || (e.Kind == syntax.Ident || e.Kind == syntax.Member) && e.Name[0] == '`' {
			ok = false
		}
		return ok
	})
	return ok
}
