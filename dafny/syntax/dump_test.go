package syntax_test

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// dump writes an expression with all parentheses, so that its structure shows.
func dump(e *syntax.Expr) string {
	if e == nil {
		return "_"
	}
	var b strings.Builder
	b.WriteString(exprKinds[e.Kind])
	if e.Name != "" {
		b.WriteString(" " + e.Name)
	}
	for _, n := range e.Names {
		b.WriteString(" '" + n + "'")
	}
	for _, v := range e.Vars {
		b.WriteString(" " + variable(v))
	}
	if e.Type != nil {
		b.WriteString(" : " + e.Type.String())
	}
	for _, a := range e.Args {
		b.WriteString(" " + dump(a))
	}
	if e.Kind == syntax.Ident || e.Kind == syntax.Literal {
		return e.Name
	}
	return "(" + b.String() + ")"
}

var exprKinds = map[syntax.ExprKind]string{
	syntax.Opaque: "opaque", syntax.Unary: "unary", syntax.Binary: "", syntax.Chain: "chain", syntax.Apply: "apply", syntax.Member: "member",
	syntax.Index: "index", syntax.Slice: "slice", syntax.Update: "update", syntax.With: "with", syntax.Forall: "forall", syntax.Exists: "exists",
	syntax.SetOf: "comprehension", syntax.MapOf: "comprehension", syntax.SeqDisplay: "seq", syntax.SetDisplay: "display", syntax.MapDisplay: "display",
	syntax.SeqInit: "init", syntax.If: "if", syntax.Match: "match", syntax.Let: "let", syntax.Lambda: "lambda", syntax.Tuple: "tuple",
	syntax.Then: "then", syntax.Convert: "convert", syntax.MultisetOf: "multiset",
}

func variable(v syntax.Variable) string {
	s := v.Name
	if v.Ghost {
		s = "ghost " + s
	}
	if v.Type != nil {
		s += ":" + v.Type.String()
	}
	return s
}

func variables(list []syntax.Variable) string {
	var all []string
	for _, v := range list {
		all = append(all, variable(v))
	}
	return "(" + strings.Join(all, ", ") + ")"
}

var stmtKinds = [...]string{
	syntax.OpaqueStmt: "OPAQUE", syntax.Block: "block", syntax.VarDecl: "var", syntax.Assign: "assign", syntax.Call: "call", syntax.IfStmt: "if",
	syntax.Alternative: "alternative", syntax.While: "while", syntax.For: "for", syntax.Return: "return", syntax.Assert: "assert", syntax.Assume: "assume",
	syntax.Expect: "expect", syntax.ForallStmt: "forall", syntax.Calc: "calc", syntax.Print: "print", syntax.Jump: "jump", syntax.Other: "other",
}

// outline writes what was understood of a program, a line a declaration,
// clause or statement.
func outline(p *syntax.Program) string {
	var b strings.Builder
	o := outliner{&b, p}
	o.decls(p.Decls, "")
	for _, e := range p.Opaque {
		line, column := p.Lines.Position(e.Offset)
		fmt.Fprintf(&b, "not understood at %d:%d: %s\n", line, column, e.Message)
	}
	return b.String()
}

type outliner struct {
	*strings.Builder
	p *syntax.Program
}

// line writes a line with the place of what it is about.
func (o outliner) line(indent string, at syntax.Span, format string, args ...any) {
	line, column := o.p.Lines.Position(at.Begin)
	end, last := o.p.Lines.Position(at.End)
	fmt.Fprintf(o, "%s%s [%d:%d-%d:%d]\n", indent, strings.TrimSpace(fmt.Sprintf(format, args...)), line, column, end, last)
}

func (o outliner) decls(list []*syntax.Decl, indent string) {
	for _, d := range list {
		text := strings.Join(d.Words, " ") + " " + d.QualifiedName()
		if len(d.Words) > 1 || d.Kind == syntax.Unknown {
			text = string(d.Kind) + ": " + text
		}
		for _, a := range d.Attributes {
			text += " {:" + a + "}"
		}
		if len(d.TypeParams) > 0 {
			text += " <" + strings.Join(d.TypeParams, " ") + ">"
		}
		if d.Callable() || len(d.Params) > 0 {
			text += " " + variables(d.Params)
		}
		if len(d.Results) > 0 {
			text += " -> " + variables(d.Results)
		}
		if d.ResultType != nil {
			text += ": " + d.ResultType.String()
		}
		for _, c := range d.Constructors {
			text += " | " + c.Name + variables(c.Fields)
		}
		o.line(indent, d.Span, "%s", text)
		inner := indent + "  "
		o.clauses(d.Clauses, inner)
		if d.Value != nil {
			o.line(inner, d.Value.Span, "= %s", dump(d.Value))
		}
		if d.Body != nil {
			o.stmts("body", d.Body.Body, inner)
		}
		o.decls(d.Members, inner)
	}
}

func (o outliner) clauses(list []syntax.Clause, indent string) {
	for _, c := range list {
		text := string(c.Kind)
		for _, a := range c.Attributes {
			text += " {:" + a + "}"
		}
		o.line(indent, c.Span, "%s%s", text, exprs(c.Exprs))
	}
}

func exprs(list []*syntax.Expr) (s string) {
	for _, e := range list {
		s += " " + dump(e)
	}
	return s
}

func (o outliner) stmts(title string, list []*syntax.Stmt, indent string) {
	fmt.Fprintf(o, "%s%s:\n", indent, title)
	for _, s := range list {
		o.stmt(s, indent+"  ")
	}
}

func (o outliner) stmt(s *syntax.Stmt, indent string) {
	text := stmtKinds[s.Kind]
	if s.Ghost {
		text += " ghost"
	}
	if s.Op != "" && s.Op != text {
		text += " " + strings.Join(strings.Fields(s.Op), " ")
	}
	for _, a := range s.Attributes {
		text += " {:" + a + "}"
	}
	if len(s.Vars) > 0 {
		text += " " + variables(s.Vars)
	}
	if len(s.Lhs) > 0 {
		text += exprs(s.Lhs) + " <-"
	}
	text += exprs(s.Rhs)
	if s.Guard != nil {
		text += " ? " + dump(s.Guard)
	}
	o.line(indent, s.Span, "%s", text)
	o.clauses(s.Clauses, indent+"  ")
	if len(s.Body) > 0 {
		o.stmts("body", s.Body, indent+"  ")
	}
	if s.Else != nil {
		o.stmts("else", []*syntax.Stmt{s.Else}, indent+"  ")
	}
	if len(s.Cases) > 0 {
		o.stmts("cases", s.Cases, indent+"  ")
	}
}
