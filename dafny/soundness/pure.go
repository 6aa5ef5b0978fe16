package soundness

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// attributes are those that an annotation may have: they guide the prover and
// change neither what is to be proved nor how long that may take.
var attributes = []string{"trigger", "induction", "fuel", "autotriggers", "nowarn"}

func isHarmless(attribute string) bool { return slices.Contains(attributes, attribute) }

// words may not occur in an annotation, wherever they stand.
var words = map[string]string{
	"assume": "an assumption proves anything",
	"expect": "what is expected when the program runs is assumed by the verifier",
	"free":   "a free clause is assumed and never proved",
	"new":    "an annotation allocates nothing",
	"print":  "an annotation prints nothing", "modify": "an annotation modifies nothing",
	"yield": "an annotation does not change what is executed next", "break": "an annotation does not change what is executed next",
	"continue": "an annotation does not change what is executed next", "return": "an annotation does not change what is executed next",
	"label": "an annotation labels nothing", "include": "an annotation includes no file", "import": "an annotation imports nothing",
}

// scope says where an annotation stands.
type scope struct {
	// ghost: nothing here is executed.
	ghost bool
	// lemma: within an added lemma, where all names that can be assigned to are its own.
	lemma bool
	// proof: within a proof (behind "by", in a hint, in a forall statement), of
	// which nothing may be left but what it proves. Dafny 2.3 lets "assert x == 1 by
	// { x := 1; }" prove that x, which is 0 behind it, is 1.
	proof bool
	// locals are the variables that were declared in the proof and can be assigned to.
	locals []string
}

// intoProof is the scope of a proof that begins in another.
func (in scope) intoProof() scope { return scope{ghost: true, lemma: in.lemma, proof: true} }

// pureTokens looks for what no annotation may contain, from one token to before another.
func (r *reading) pureTokens(first, end int, in scope) *Violation {
	for i := first; i < end; i++ {
		t := r.Tokens[i]
		switch {
		case t.Kind == syntax.Word:
			if reason, bad := words[t.Text]; bad && !(in.lemma && t.Text == "return") {
				return r.at(i, Forbidden, t.Text, reason)
			}
			for j := range len(t.Text) {
				if t.Text[j] > '~' {
					return r.at(i, Forbidden, "look_alike", "Dafny's words are of ASCII letters")
				}
			}
		case t.Is("..."):
			return r.at(i, Forbidden, "skeleton", "an annotation leaves nothing out")
		case t.Is("{") && r.Tokens[i+1].Is(":"):
			if !isHarmless(r.Tokens[i+2].Text) {
				return r.at(i+2, Forbidden, "attribute", "the attribute may change what is verified")
			}
		case t.Is("@") && (i == first || !slices.Contains([]string{"old", "unchanged", "allocated"}, r.Tokens[i-1].Text)):
			return r.at(i, Forbidden, "attribute", "such attributes are not allowed")
		}
	}
	return nil
}

// pureStmt says why a statement is no pure annotation, or nil. All of it is
// looked at: what it contains must be pure too.
func (r *reading) pureStmt(s *syntax.Stmt, in scope) *Violation {
	first, end := r.tokens(s.Span)
	if v := r.pureTokens(first, end, in); v != nil {
		return v
	}
	return r.pureForm(s, in)
}

// pureForm is pureStmt for a statement of whose tokens nothing is forbidden.
func (r *reading) pureForm(s *syntax.Stmt, in scope) *Violation {
	for _, e := range slices.Concat([]*syntax.Expr{s.Guard}, s.Lhs, s.Rhs) {
		if v := r.pureExpr(e); v != nil {
			return v
		}
	}
	switch s.Kind {
	case syntax.Assert:
		if v := r.freshLabel(s, in); v != nil {
			return v
		}
		return r.pureList(s.Body, in.intoProof())
	case syntax.Calc:
		return r.pureList(s.Cases, in.intoProof())
	case syntax.Call:
		return r.pureCall(s)
	case syntax.Other:
		if s.Op == "reveal" {
			return nil
		}
	case syntax.ForallStmt:
		return r.pureForall(s, in)
	case syntax.Block:
		return r.pureList(s.Body, in)
	case syntax.IfStmt:
		if v := r.pureList(s.Body, in); v != nil || s.Else == nil {
			return v
		}
		return r.pureForm(s.Else, in)
	case syntax.Alternative:
		return r.pureList(s.Cases, in)
	case syntax.While, syntax.For:
		return r.pureLoop(s, in)
	case syntax.VarDecl:
		return r.pureVar(s, in)
	case syntax.Assign:
		return r.pureAssign(s, in)
	case syntax.Return:
		if in.lemma && !in.proof {
			return r.pureRights(s)
		}
	case syntax.OpaqueStmt:
		return &Violation{Class: Syntax, Rule: "statement", Reason: "this statement is not understood", Excerpt: shorten(s.In(r.Text), 40)}
	}
	return r.forbidden(s.Span, "statement", "such a statement is no annotation")
}

func (r *reading) pureList(list []*syntax.Stmt, in scope) *Violation {
	in.locals = slices.Clip(in.locals) // what is declared here is not known outside
	for _, s := range list {
		if v := r.pureForm(s, in); v != nil {
			if v.Line == 0 {
				v.place(r.Lines, s.Begin)
			}
			return v
		}
		if s.Kind == syntax.VarDecl {
			for _, v := range s.Vars {
				in.locals = append(in.locals, v.Name)
			}
		}
	}
	return nil
}

// freshLabel wants the label of an assertion, if it has one, to be new: nothing of
// the original can then refer to it.
func (r *reading) freshLabel(s *syntax.Stmt, in scope) *Violation {
	i := r.token(s.Begin)
	for i++; r.Tokens[i].Is("{") && r.Tokens[i+1].Is(":"); i++ {
		i = closing(r.Tokens, i)
	}
	if r.Tokens[i+1].Is(":") && !in.lemma && !r.fresh(r.Tokens[i].Text) {
		return r.at(i, Forbidden, "label", "the name of an added label must not occur in the given program")
	}
	return nil
}

// pureExpr refuses what is not understood, and calls of other than lemmas before
// an expression.
func (r *reading) pureExpr(e *syntax.Expr) (v *Violation) {
	e.Walk(func(e *syntax.Expr) bool {
		switch {
		case e.Kind == syntax.Opaque:
			v = r.forbidden(e.Span, "expression", "this expression is not understood")
		case e.Kind == syntax.Then && e.Stmt == nil:
			v = r.forbidden(e.Span, "statement", "only a statement can stand before an expression")
		case e.Kind == syntax.Then:
			v = r.pureForm(e.Stmt, scope{ghost: true, proof: true})
		}
		return v == nil
	})
	return v
}

func (r *reading) pureCall(s *syntax.Stmt) *Violation {
	if _, end := r.tokens(s.Span); !r.Tokens[end-1].Is(";") {
		return r.at(end-1, Forbidden, "call", "such a call is not understood")
	}
	if !r.names.lemma(callee(s.Rhs[0])) {
		return r.forbidden(s.Span, "call", "only a lemma may be called, and every declaration of its name must be a lemma")
	}
	return nil
}

// callee is the name of what an expression applies, or empty.
func callee(e *syntax.Expr) string {
	if e.Kind != syntax.Apply {
		return ""
	}
	if f := e.Args[0]; f.Kind == syntax.Ident || f.Kind == syntax.Member {
		return f.Name
	}
	return ""
}

// pureForall wants a body, without which what the statement ensures is assumed.
func (r *reading) pureForall(s *syntax.Stmt, in scope) *Violation {
	if len(s.Body) == 0 {
		return r.forbidden(s.Span, "no_body", "without a body, what a forall statement ensures is not proved")
	}
	if v := r.pureClauses(s.Clauses, syntax.Ensures); v != nil {
		return v
	}
	return r.pureList(s.Body, in.intoProof())
}

// pureLoop allows loops where nothing is executed.
func (r *reading) pureLoop(s *syntax.Stmt, in scope) *Violation {
	switch {
	case !in.ghost:
		return r.forbidden(s.Span, "loop", "a loop would be executed")
	case len(s.Body) == 0 && len(s.Cases) == 0:
		return r.forbidden(s.Span, "no_body", "without a body, the invariants of a loop are not proved")
	}
	if v := r.pureClauses(s.Clauses, syntax.Invariant, syntax.Decreases); v != nil {
		return v
	}
	if v := r.pureList(s.Body, in); v != nil {
		return v
	}
	return r.pureList(s.Cases, in)
}

func (r *reading) pureClauses(list []syntax.Clause, kinds ...syntax.ClauseKind) *Violation {
	for i := range list {
		if v := r.pureClause(&list[i], kinds...); v != nil {
			return v
		}
	}
	return nil
}

// pureClause says why a clause is none of some kinds that only asks for a proof.
func (r *reading) pureClause(c *syntax.Clause, kinds ...syntax.ClauseKind) *Violation {
	if !slices.Contains(kinds, c.Kind) {
		v := r.forbidden(c.Span, "clause", "such a clause is a part of the specification")
		v.Class = Changed
		return v
	}
	first, end := r.tokens(c.Span)
	if !r.Tokens[first].Is(string(c.Kind)) {
		return r.forbidden(c.Span, "clause", "a free clause is assumed and never proved")
	}
	if v := r.pureTokens(first, end, scope{}); v != nil {
		return v
	}
	for _, e := range c.Exprs {
		if e.Kind == syntax.Literal && e.Name == "*" {
			return r.forbidden(c.Span, "decreases_star", "termination would not be proved")
		}
		if v := r.pureExpr(e); v != nil {
			return v
		}
	}
	return nil
}

// pureVar allows new ghost variables that have a value. (Without one, Dafny 2
// takes for granted that the type has any.)
func (r *reading) pureVar(s *syntax.Stmt, in scope) *Violation {
	if !s.Ghost && !in.ghost {
		return r.forbidden(s.Span, "variable", "an added variable must be ghost")
	}
	for _, v := range s.Vars {
		if strings.ContainsAny(v.Name, "(,") { // a pattern
			return r.forbidden(v.Span, "variable", "an added variable must have a name")
		}
		if !in.lemma && !r.fresh(v.Name) {
			return r.forbidden(v.Span, "name", "the name of an added variable must not occur in the given program")
		}
	}
	if len(s.Rhs) == 0 {
		return r.forbidden(s.Span, "variable", "an added variable needs a value")
	}
	return r.pureRights(s)
}

// pureAssign allows assignments to what was added.
func (r *reading) pureAssign(s *syntax.Stmt, in scope) *Violation {
	for _, e := range s.Lhs {
		if e.Kind != syntax.Ident || !in.lemma && !r.fresh(e.Name) {
			return r.forbidden(s.Span, "assignment", "an annotation assigns only to variables that it declares")
		}
		if in.proof && !slices.Contains(in.locals, e.Name) {
			return r.forbidden(s.Span, "assignment", "a proof assigns only to variables that it declares")
		}
	}
	return r.pureRights(s)
}

// pureRights looks at what is to the right of an assignment or a return, where
// methods could be called.
func (r *reading) pureRights(s *syntax.Stmt) *Violation {
	if s.Op == ":-" || slices.Contains(s.Attributes, "assume") {
		return r.forbidden(s.Span, "assignment", "such an assignment is no annotation")
	}
	for _, e := range s.Rhs {
		if e.Kind == syntax.Literal && e.Name == "*" {
			return r.forbidden(s.Span, "variable", "an added variable needs a value")
		}
		if name := callee(e); name != "" && !r.names.harmless(name) {
			return r.forbidden(e.Span, "call", "only lemmas and functions may be called, and every declaration of the name must be one")
		}
	}
	return nil
}

// lemmaWords may come before the name of an added lemma. The kinds that are about
// extreme predicates or two states are left out, for they are rarely wanted.
var lemmaWords = []string{"lemma", "static"}

// pureLemma says why a declaration may not be added.
func (r *reading) pureLemma(d *syntax.Decl) *Violation {
	first, end := r.tokens(d.Span)
	switch {
	case d.Kind == syntax.Unknown:
		v := r.forbidden(d.Span, "declaration", "this declaration is not understood")
		v.Class = Syntax
		return v
	case d.Kind != syntax.Lemma:
		return r.forbidden(d.Span, "declaration", "only lemmas may be added")
	case !r.fresh(d.Name):
		return r.forbidden(d.NameAt, "name", "the name of an added lemma must not occur in the given program")
	case d.Body == nil:
		return r.forbidden(d.Span, "no_body", "a lemma without a body is not proved")
	}
	for _, w := range d.Words {
		if !slices.Contains(lemmaWords, w) {
			return r.forbidden(d.Span, "declaration", "only lemmas may be added")
		}
	}
	if v := r.pureTokens(first, end, scope{ghost: true, lemma: true}); v != nil {
		return v
	}
	if v := r.pureClauses(d.Clauses, syntax.Requires, syntax.Ensures, syntax.Decreases); v != nil {
		return v
	}
	return r.pureList(d.Body.Body, scope{ghost: true, lemma: true})
}
