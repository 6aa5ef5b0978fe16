package annotations

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/interpret"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// point is a place for a statement, with the variables in scope there.
type point struct {
	offset int
	vars   []syntax.Variable
	// depth is how many loops are around it, and last says that it is the end of a
	// block or before a return: where something is about to be claimed.
	depth int
	last  bool
	// first says that it is the beginning of a loop's body, after that a loop ends there.
	first, after bool
	stmt         *syntax.Stmt // what follows, or nil at the end of a block
	snaps        []*interpret.Snapshot
}

// points finds the places for statements in a declaration.
func (k *knowledge) points() (list []*point) {
	var block func(b *syntax.Stmt, vars []syntax.Variable, depth int)
	var statement func(s *syntax.Stmt, vars []syntax.Variable, depth int) []syntax.Variable
	add := func(offset int, vars []syntax.Variable, depth int, last bool) {
		p := &point{offset: offset, vars: slices.Clip(vars), depth: depth, last: last}
		if k.traces != nil {
			p.snaps = k.traces.Before[offset]
		}
		list = append(list, p)
	}
	block = func(b *syntax.Stmt, vars []syntax.Variable, depth int) {
		if b == nil || b.Kind != syntax.Block {
			return
		}
		vars = slices.Clip(vars)
		ended, after := false, false
		for i, s := range b.Body {
			add(s.Begin, vars, depth, s.Kind == syntax.Return)
			p := list[len(list)-1]
			p.first, p.after, p.stmt = i == 0 && depth > 0, after, s
			after = s.Kind == syntax.While || s.Kind == syntax.For
			vars = statement(s, vars, depth)
			ended = s.Kind == syntax.Return || s.Kind == syntax.Jump
		}
		if !ended && b.Op == "" {
			add(b.End-1, vars, depth, true)
			list[len(list)-1].after = after
		}
	}
	statement = func(s *syntax.Stmt, vars []syntax.Variable, depth int) []syntax.Variable {
		inner := vars
		switch s.Kind {
		case syntax.VarDecl:
			return append(vars, declared(s, k.types)...)
		case syntax.While, syntax.For:
			depth++
			if s.Kind == syntax.For {
				inner = append(slices.Clip(vars), s.Vars...)
			}
		case syntax.Assert, syntax.Calc, syntax.OpaqueStmt, syntax.ForallStmt:
			return vars
		case syntax.Block:
			block(s, vars, depth)
			return vars
		}
		for _, b := range slices.Concat(s.Body, s.Cases) {
			block(b, inner, depth)
		}
		if s.Else != nil {
			if s.Else.Kind == syntax.Block {
				block(s.Else, inner, depth)
			} else {
				statement(s.Else, inner, depth)
			}
		}
		return vars
	}
	block(k.decl.Body, slices.Concat(k.decl.Params, k.decl.Results), 0)
	return list
}

// suggester collects statements for one declaration.
type suggester struct {
	*analysis
	know *knowledge
	seen map[string]bool
	list []statement
}

// maxStatements bounds what is kept of one declaration.
const maxStatements = 120

// assertions proposes statements: facts that the solver does not look for by
// itself, and calls of lemmas.
func (a *analysis) assertions(ctx context.Context, k *knowledge) error {
	if k.decl.Body == nil {
		return nil
	}
	s := &suggester{analysis: a, know: k, seen: make(map[string]bool)}
	for _, p := range k.points() {
		for _, step := range []struct {
			part string
			find func(*point)
		}{
			{partSlices, s.slices}, {partWitnesses, s.witnesses}, {partEquations, s.equations},
			{partPreconditions, s.preconditions}, {partLemmas, s.calls}, {partInduction, s.inductive},
		} {
			if !a.without[step.part] {
				step.find(p)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	slices.SortStableFunc(s.list, func(x, y statement) int { return cmp.Compare(y.weight, x.weight) })
	k.asserts = s.list[:min(len(s.list), maxStatements)]
	return nil
}

func (s *suggester) add(p *point, text, source string, weight float64) {
	line, column := s.program.Lines.Position(p.offset)
	key := strconv.Itoa(p.offset) + text
	if s.seen[key] || len(text) > 400 {
		return
	}
	s.seen[key] = true
	if p.last {
		weight += 0.05
	}
	s.list = append(s.list, statement{line: line, column: column, text: strings.ReplaceAll(text, "\n", " "), source: source, weight: min(weight, 1)})
}

// assert proposes an assertion that held whenever the program came there.
func (s *suggester) assert(p *point, e *syntax.Expr, weight float64) bool {
	if ask(e, p.snaps) != holds {
		return false
	}
	s.add(p, "assert "+e.String()+";", sourceAssert, weight)
	return true
}

// slices proposes how sequences are put together of their parts. The solver
// compares sequences element by element only where it is told to.
func (s *suggester) slices(p *point) {
	if !p.first && !p.last && !p.after {
		return
	}
	var ints []*syntax.Expr
	for _, v := range p.vars {
		if s.classify(v.Type) == classInt {
			ints = append(ints, name(v.Name))
		}
	}
	for _, v := range p.vars {
		x := name(v.Name)
		var size *syntax.Expr
		switch s.classify(v.Type) {
		case classSeq:
			size = length(x)
		case classArray:
			size = member(x, "Length")
		default:
			continue
		}
		whole := x
		if s.classify(v.Type) == classArray {
			whole = slice(x, nil, nil)
		}
		if p.last || p.after {
			s.assert(p, binary("==", slice(x, nil, size), whole), 0.6)
		}
		for _, i := range ints {
			element := &syntax.Expr{Kind: syntax.SeqDisplay, Args: []*syntax.Expr{index(x, i)}}
			if p.depth > 0 {
				s.assert(p, binary("==", slice(x, nil, plus(i, 1)), binary("+", slice(x, nil, i), element)), 0.6)
				s.assert(p, binary("==", slice(x, i, nil), binary("+", element, slice(x, plus(i, 1), nil))), 0.45)
			} else if p.last {
				s.assert(p, binary("==", slice(x, nil, i), whole), 0.5)
				s.assert(p, binary("==", slice(x, i, nil), whole), 0.4)
			}
		}
	}
}

// witnesses proposes what exists: the body of an existential formula, said of a
// variable in scope.
func (s *suggester) witnesses(p *point) {
	if !p.last {
		return
	}
	for _, f := range s.know.formulas {
		g := f.expr
		var condition *syntax.Expr
		if g.Kind == syntax.Binary && g.Name == "==>" {
			condition, g = g.Args[0], g.Args[1]
		}
		if g.Kind != syntax.Exists || len(g.Vars) != 1 {
			continue
		}
		body := g.Args[1]
		if g.Args[0] != nil {
			body = conjunction(g.Args[0], body)
		}
		for _, v := range p.vars {
			if s.classify(v.Type) != classInt && g.Vars[0].Type == nil {
				continue
			}
			for _, n := range []int64{0, -1, 1} {
				e := substitute(body, map[string]*syntax.Expr{g.Vars[0].Name: plus(name(v.Name), n)})
				if condition != nil {
					e = binary("==>", condition, e)
				}
				s.assert(p, e, 0.55)
			}
		}
	}
}

// equations proposes that collections are equal which were so whenever the
// program came there: equality by elements is what the solver has to be told.
func (s *suggester) equations(p *point) {
	if !p.last || len(p.snaps) < 5 {
		return
	}
	type term struct {
		expr   *syntax.Expr
		class  class
		simple bool
	}
	var terms []term
	add := func(e *syntax.Expr, c class, simple bool) {
		const most = 60
		if len(terms) < most {
			terms = append(terms, term{e, c, simple})
		}
	}
	for _, v := range p.vars {
		x := name(v.Name)
		switch c := s.classify(v.Type); c {
		case classSeq:
			add(x, c, true)
			add(slice(x, number(1), nil), c, false)
			add(multiset(x), classMultiset, false)
		case classArray:
			add(slice(x, nil, nil), classSeq, true)
			add(multiset(slice(x, nil, nil)), classMultiset, false)
		case classSet, classMultiset:
			add(x, c, true)
		case classMap:
			add(member(x, "Keys"), classSet, false)
		}
	}
	base := slices.Clone(terms)
	for _, t := range base {
		for _, u := range base {
			if t.class == u.class && t.expr != u.expr {
				add(binary("+", t.expr, u.expr), t.class, false)
			}
		}
		for _, v := range p.vars {
			one := &syntax.Expr{Kind: syntax.SetDisplay, Name: "set", Args: []*syntax.Expr{name(v.Name)}}
			if t.class == classSet {
				add(binary("-", t.expr, one), t.class, false)
				add(binary("+", t.expr, one), t.class, false)
			}
		}
	}
	for i, t := range base {
		for j, u := range terms {
			if j <= i || t.class != u.class {
				continue
			}
			e := binary("==", t.expr, u.expr)
			if ask(e, p.snaps) == holds {
				s.assert(p, e, 0.35)
			}
		}
	}
}

// preconditions proposes that what is called next may be called: proved before, it
// can be taken apart.
func (s *suggester) preconditions(p *point) {
	if p.stmt == nil || len(p.stmt.Rhs) == 0 || p.stmt.Rhs[0] == nil {
		return
	}
	call := p.stmt.Rhs[0]
	if call.Kind != syntax.Apply || call.Args[0].Kind != syntax.Ident {
		return
	}
	callee := s.decls[call.Args[0].Name]
	if callee == nil || len(callee.Params) != len(call.Args)-1 {
		return
	}
	by := make(map[string]*syntax.Expr)
	for i, param := range callee.Params {
		by[param.Name] = call.Args[i+1]
	}
	for _, c := range callee.Clauses {
		if c.Kind != syntax.Requires {
			continue
		}
		for _, part := range conjuncts(substitute(c.Exprs[0], by)) {
			s.assert(p, part, 0.4)
			if part.Kind == syntax.Apply {
				if body := s.unfold(part); body != nil {
					s.assert(p, body, 0.45)
				}
			}
		}
	}
}

// maxArguments bounds the calls of one lemma at one place.
const maxArguments = 24

// calls proposes calls of the program's lemmas with what is in scope.
func (s *suggester) calls(p *point) {
	for _, n := range slices.Sorted(maps.Keys(s.lemmas)) {
		l := s.lemmas[n]
		if l == s.know.decl || len(l.Params) > 4 || len(l.TypeParams) > 0 && len(l.Params) == 0 {
			continue
		}
		s.callsOf(p, l)
	}
}

func (s *suggester) callsOf(p *point, l *syntax.Decl) {
	options := make([][]*syntax.Expr, len(l.Params))
	total := 1
	for i, param := range l.Params {
		options[i] = s.arguments(p, param)
		total *= max(len(options[i]), 1)
		if len(options[i]) == 0 {
			return
		}
	}
	if total > 4000 {
		return
	}
	count := 0
	choice := make([]int, len(l.Params))
	for {
		by := make(map[string]*syntax.Expr)
		var args []string
		for i, param := range l.Params {
			by[param.Name] = options[i][choice[i]]
			args = append(args, options[i][choice[i]].String())
		}
		if s.allowed(p, l, by) {
			s.add(p, l.Name+"("+strings.Join(args, ", ")+");", sourceLemma, 0.5)
			if count++; count >= maxArguments {
				return
			}
		}
		i := len(choice) - 1
		for ; i >= 0; i-- {
			if choice[i]++; choice[i] < len(options[i]) {
				break
			}
			choice[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// arguments are the terms in scope that fit a parameter.
func (s *suggester) arguments(p *point, param syntax.Variable) (list []*syntax.Expr) {
	c := s.classify(param.Type)
	for _, v := range p.vars {
		x := name(v.Name)
		switch vc := s.classify(v.Type); {
		case vc == c && (c != classOther && c != classDatatype && c != classObject || sameType(v.Type, param.Type)):
			list = append(list, x)
			if c == classInt {
				list = append(list, plus(x, 1), plus(x, -1))
			}
		case c == classSeq && vc == classArray:
			list = append(list, slice(x, nil, nil))
		case c == classInt && vc == classArray:
			list = append(list, member(x, "Length"))
		case c == classInt && vc == classSeq:
			list = append(list, length(x))
		}
	}
	if c == classInt {
		list = append(list, number(0))
	}
	return list
}

func sameType(x, y *syntax.Type) bool {
	return x != nil && y != nil && x.String() == y.String()
}

// allowed reports whether a lemma's preconditions held of some arguments whenever
// the program came there. Without runs nothing speaks against it.
func (s *suggester) allowed(p *point, l *syntax.Decl, by map[string]*syntax.Expr) bool {
	for _, c := range l.Clauses {
		if c.Kind == syntax.Requires && ask(substitute(c.Exprs[0], by), p.snaps) == fails {
			return false
		}
	}
	return true
}

// inductive proposes that a lemma calls itself: the induction hypothesis.
func (s *suggester) inductive(p *point) {
	d := s.know.decl
	if d.Kind != syntax.Lemma || !p.last {
		return
	}
	for i, param := range d.Params {
		args := make([]string, len(d.Params))
		for j, q := range d.Params {
			args[j] = q.Name
		}
		call := func(arg, guard string) {
			args[i] = arg
			text := d.Name + "(" + strings.Join(args, ", ") + ");"
			if guard != "" {
				text = "if " + guard + " { " + text + " }"
			}
			s.add(p, text, sourceLemma, 0.5)
		}
		switch s.classify(param.Type) {
		case classInt:
			call(param.Name+" - 1", param.Name+" > 0")
			for _, q := range d.Params {
				if q.Name != param.Name && s.classify(q.Type) == classInt {
					call(param.Name+" + 1", param.Name+" < "+q.Name)
					call(param.Name+" - 1", q.Name+" < "+param.Name)
				}
			}
			call(param.Name+" - 1", "")
		case classSeq:
			call(param.Name+"[1..]", "|"+param.Name+"| > 0")
			call(param.Name+"[..|"+param.Name+"| - 1]", "|"+param.Name+"| > 0")
		case classDatatype:
			if t := s.types[param.Type.Name]; t != nil {
				for _, c := range t.Constructors {
					for _, f := range c.Fields {
						if f.Name != "" && f.Type != nil && f.Type.Name == param.Type.Name {
							call(param.Name+"."+f.Name, param.Name+"."+c.Name+"?")
						}
					}
				}
			}
		}
	}
}
