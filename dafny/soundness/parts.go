package soundness

import (
	"cmp"
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// part is a pure annotation within a program, as a range of its tokens.
type part struct {
	first, end int
	// matched says that the original may have the same part and must then keep
	// it: it is left out only where the original has something else.
	matched bool
	// inner are the annotations within, for when the part is not left out.
	inner []part
}

// refusal is something that is no pure annotation, and why.
type refusal struct {
	first, end int
	why        *Violation
}

// finder finds the annotations of a program.
type finder struct {
	*reading
	// additions says that what may be added but not taken away is looked for, too.
	additions bool
	// unsure is set behind what was not understood, where statements may not
	// begin where they seem to.
	unsure bool

	refusals []refusal
	// ends are where the parts end, by where they begin.
	ends map[int]int
	// statements are the ends of those statements that are not left out, by where
	// they begin.
	statements map[int]int
}

// find returns the annotations of the program in the order of the text.
func (f *finder) find() []part {
	f.statements, f.ends = map[int]int{}, map[int]int{}
	return f.decls(f.Decls)
}

func (f *finder) decls(list []*syntax.Decl) (parts []part) {
	for _, d := range list {
		if f.additions {
			if v := f.pureLemma(d); v == nil {
				parts = f.add(parts, d.Span)
				continue
			} else {
				f.refuse(d.Span, v)
			}
		}
		parts = append(parts, f.decl(d)...)
	}
	return parts
}

func (f *finder) decl(d *syntax.Decl) (parts []part) {
	f.unsure = false
	switch d.Kind {
	case syntax.Unknown:
		return nil
	case syntax.Function, syntax.Predicate:
		parts = f.clauses(d.Clauses, syntax.Decreases)
		parts = append(parts, f.chain(d.Value)...)
	case syntax.Method, syntax.Lemma, syntax.Constructor:
		parts = f.clauses(d.Clauses, syntax.Decreases)
	}
	if d.Body != nil {
		parts = append(parts, f.stmts(d.Body.Body, d.Kind == syntax.Lemma)...)
	}
	parts = append(parts, f.decls(d.Members)...)
	f.unsure = false
	slices.SortStableFunc(parts, func(x, y part) int { return cmp.Compare(x.first, y.first) })
	return parts
}

func (f *finder) add(parts []part, s syntax.Span) []part {
	if first, end := f.tokens(s); first < end {
		f.ends[first] = end
		return append(parts, part{first: first, end: end})
	}
	return parts
}

func (f *finder) refuse(s syntax.Span, why *Violation) {
	first, end := f.tokens(s)
	f.refusals = append(f.refusals, refusal{first, end, why})
}

// behind is the first token from one on that is in no annotation that begins there.
func (f *finder) behind(token int) int {
	for f.ends[token] > token {
		token = f.ends[token]
	}
	return min(token, len(f.Tokens)-1)
}

func (f *finder) clauses(list []syntax.Clause, kinds ...syntax.ClauseKind) (parts []part) {
	for i := range list {
		if v := f.pureClause(&list[i], kinds...); v == nil {
			parts = f.add(parts, list[i].Span)
		} else {
			f.refuse(list[i].Span, v)
		}
	}
	return parts
}

// chain finds annotations before the values that a function's body comes down to.
// Anywhere else within an expression they could change what belongs together:
// "a - assert true; b + c" is a - (b + c).
func (f *finder) chain(e *syntax.Expr) (parts []part) {
	if e == nil {
		return nil
	}
	switch e.Kind {
	case syntax.Then:
		if e.Stmt != nil && slices.Contains(removable, e.Stmt.Kind) {
			if v := f.pureStmt(e.Stmt, scope{ghost: true}); v == nil {
				parts = f.add(parts, e.Stmt.Span)
			} else {
				f.refuse(e.Stmt.Span, v)
			}
		}
		return append(parts, f.chain(e.Args[0])...)
	case syntax.If:
		return append(f.chain(e.Args[1]), f.chain(e.Args[2])...)
	case syntax.Match:
		for _, a := range e.Args[1:] {
			parts = append(parts, f.chain(a)...)
		}
	case syntax.Let:
		return f.chain(e.Args[len(e.Args)-1])
	}
	return parts
}

// removable are the statements that, if they are pure, the candidate may have or
// lack as it likes.
var removable = []syntax.StmtKind{syntax.Assert, syntax.Calc, syntax.Call, syntax.Other}

// fleeting are the statements that, if they are pure, can only have been added:
// they are about names that the original does not have.
var fleeting = []syntax.StmtKind{syntax.VarDecl, syntax.Assign}

func (f *finder) stmts(list []*syntax.Stmt, ghost bool) (parts []part) {
	for _, s := range list {
		f.unsure = f.unsure || s.Kind == syntax.OpaqueStmt
		if f.unsure {
			continue
		}
		plain := slices.Contains(removable, s.Kind)
		if plain || f.additions {
			if v := f.pureStmt(s, scope{ghost: ghost}); v != nil {
				f.refuse(s.Span, v)
			} else if plain || slices.Contains(fleeting, s.Kind) {
				parts = f.add(parts, s.Span)
				continue
			} else {
				first, end := f.tokens(s.Span)
				f.ends[first] = end
				parts = append(parts, part{first, end, true, f.within(s, ghost)})
				continue
			}
		}
		first, end := f.tokens(s.Span)
		f.statements[first] = end
		parts = append(parts, f.within(s, ghost)...)
	}
	return parts
}

// within finds the annotations in the parts of a statement.
func (f *finder) within(s *syntax.Stmt, ghost bool) (parts []part) {
	switch s.Kind {
	case syntax.While, syntax.For:
		// The invariants of a loop without a body are assumed.
		if len(s.Body) > 0 || len(s.Cases) > 0 {
			parts = f.clauses(s.Clauses, syntax.Invariant, syntax.Decreases)
		}
		parts = append(parts, f.stmtsOf(s.Body, ghost)...)
		return append(parts, f.stmtsOf(s.Cases, ghost)...)
	case syntax.Block:
		return f.stmts(s.Body, ghost)
	case syntax.IfStmt:
		parts = f.stmtsOf(s.Body, ghost)
		if s.Else != nil {
			parts = append(parts, f.within(s.Else, ghost)...)
		}
		return parts
	case syntax.Alternative:
		return f.stmtsOf(s.Cases, ghost)
	case syntax.ForallStmt:
		return f.stmtsOf(s.Body, ghost)
	}
	return nil
}

// stmtsOf goes through blocks that belong to a statement and are none by themselves.
func (f *finder) stmtsOf(blocks []*syntax.Stmt, ghost bool) (parts []part) {
	for _, b := range blocks {
		parts = append(parts, f.within(b, ghost)...)
	}
	return parts
}
