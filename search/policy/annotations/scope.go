package annotations

import (
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// loop is a loop of a declaration with what can be said in its invariants.
type loop struct {
	decl *syntax.Decl
	stmt *syntax.Stmt
	// outer are the loops around it, the outermost first.
	outer []*syntax.Stmt
	// vars are the variables in scope at the loop, in the order of declaration.
	vars []syntax.Variable
	// modified are the variables that the body assigns, and the names of the
	// arrays or objects whose elements or fields it assigns. Called says that the
	// body calls something that may change the heap.
	modified map[string]bool
	written  map[string]bool
	called   bool
	// initial are the values that variables were last given before the loop by
	// statements that are certain to run.
	initial map[string]*syntax.Expr
	// measures are what may decrease, the likeliest first.
	measures []string
}

// loops finds the loops of a declaration.
func loops(d *syntax.Decl, types map[string]syntax.Type, lemmas map[string]*syntax.Decl) (list []*loop) {
	vars := slices.Concat(d.Params, d.Results)
	f := finder{decl: d, types: types, lemmas: lemmas, initial: make(map[string]*syntax.Expr)}
	f.block(d.Body, vars, nil)
	return f.found
}

type finder struct {
	decl    *syntax.Decl
	types   map[string]syntax.Type
	lemmas  map[string]*syntax.Decl // change nothing
	initial map[string]*syntax.Expr
	found   []*loop
}

func (f *finder) block(b *syntax.Stmt, vars []syntax.Variable, outer []*syntax.Stmt) {
	if b == nil {
		return
	}
	vars = slices.Clip(vars)
	for _, s := range b.Body {
		vars = f.statement(s, vars, outer)
	}
}

// statement goes over a statement and returns the variables in scope after it.
func (f *finder) statement(s *syntax.Stmt, vars []syntax.Variable, outer []*syntax.Stmt) []syntax.Variable {
	switch s.Kind {
	case syntax.VarDecl:
		for i, v := range declared(s, f.types) {
			vars = append(vars, v)
			if len(s.Rhs) == len(s.Vars) && s.Op == ":=" {
				f.initial[v.Name] = s.Rhs[i]
			}
		}
		return vars
	case syntax.Assign:
		for i, lhs := range s.Lhs {
			if lhs.Kind == syntax.Ident {
				delete(f.initial, lhs.Name)
				if len(s.Rhs) == len(s.Lhs) && s.Op == ":=" {
					f.initial[lhs.Name] = s.Rhs[i]
				}
			}
		}
	case syntax.While, syntax.For:
		f.loop(s, vars, outer)
		return vars
	case syntax.Block:
		f.block(s, vars, outer)
		return vars
	}
	for _, list := range [][]*syntax.Stmt{s.Body, {s.Else}, s.Cases} {
		for _, inner := range list {
			if inner != nil {
				f.branch(inner, vars, outer)
			}
		}
	}
	for name := range assigned(s) {
		delete(f.initial, name)
	}
	return vars
}

// branch goes over what may not run.
func (f *finder) branch(s *syntax.Stmt, vars []syntax.Variable, outer []*syntax.Stmt) {
	if s.Kind == syntax.Block {
		f.block(s, vars, outer)
	} else {
		f.statement(s, vars, outer)
	}
}

func (f *finder) loop(s *syntax.Stmt, vars []syntax.Variable, outer []*syntax.Stmt) {
	l := &loop{decl: f.decl, stmt: s, outer: outer, vars: slices.Clip(vars), modified: assigned(s), written: make(map[string]bool), initial: make(map[string]*syntax.Expr)}
	if s.Kind == syntax.For {
		v := s.Vars[0]
		if v.Type == nil {
			v.Type = &syntax.Type{Name: "int"}
		}
		l.vars = append(l.vars, v)
		l.modified[v.Name] = true
		l.initial[v.Name] = s.Rhs[0]
	}
	for name, e := range f.initial {
		l.initial[name] = e
	}
	s.Walk(func(inner *syntax.Stmt) bool {
		l.writes(inner, f.lemmas)
		return true
	})
	f.found = append(f.found, l)
	// Within the body nothing is known of what the body changes.
	for name := range l.modified {
		delete(f.initial, name)
	}
	inner := append(slices.Clip(outer), s)
	for _, b := range slices.Concat(s.Body, s.Cases) {
		f.branch(b, l.vars, inner)
	}
	for name := range l.modified {
		delete(f.initial, name)
	}
}

// writes notes what a statement of the body changes in the heap.
func (l *loop) writes(s *syntax.Stmt, lemmas map[string]*syntax.Decl) {
	for _, lhs := range s.Lhs {
		if lhs.Kind == syntax.Index || lhs.Kind == syntax.Member {
			if base := lhs.Args[0]; base.Kind == syntax.Ident {
				l.written[base.Name] = true
			} else {
				l.called = true
			}
		} else if lhs.Kind == syntax.Ident && !slices.ContainsFunc(l.vars, func(v syntax.Variable) bool { return v.Name == lhs.Name }) {
			l.written[lhs.Name] = true // a field, or a variable of the body
		}
	}
	switch {
	case s.Kind == syntax.Call && s.Rhs[0].Args[0].Kind == syntax.Ident && lemmas[s.Rhs[0].Args[0].Name] != nil:
	case s.Kind == syntax.Call || s.Kind == syntax.ForallStmt:
		l.called = true
	}
}

// assigned are the variables that a statement or those within it assign.
func assigned(s *syntax.Stmt) map[string]bool {
	names := make(map[string]bool)
	s.Walk(func(inner *syntax.Stmt) bool {
		for _, lhs := range inner.Lhs {
			if lhs.Kind == syntax.Ident {
				names[lhs.Name] = true
			}
		}
		return true
	})
	return names
}

// class says of a type what the rules need to know.
type class uint8

const (
	classOther class = iota
	classInt
	classBool
	classReal
	classSeq // also string
	classSet
	classMultiset
	classMap
	classArray
	classMatrix
	classDatatype
	classObject
)

// classify says what a type is. Names of the program's own types are looked up.
func (a *analysis) classify(t *syntax.Type) class {
	if t == nil {
		return classOther
	}
	switch t.Name {
	case "int", "nat":
		return classInt
	case "bool":
		return classBool
	case "real":
		return classReal
	case "seq", "string":
		return classSeq
	case "set", "iset":
		return classSet
	case "multiset":
		return classMultiset
	case "map", "imap":
		return classMap
	case "array":
		return classArray
	case "array2":
		return classMatrix
	}
	d := a.types[t.Name]
	switch {
	case d == nil:
		return classOther
	case d.Kind == syntax.Datatype:
		return classDatatype
	case d.Kind == syntax.Class || d.Kind == syntax.Trait:
		return classObject
	case d.Kind == syntax.TypeDecl && d.ResultType != nil:
		return a.classify(d.ResultType)
	case d.Kind == syntax.TypeDecl && len(d.Params) == 1:
		return a.classify(d.Params[0].Type)
	}
	return classOther
}

// element is the type of what a sequence, a set or an array has.
func element(t *syntax.Type) *syntax.Type {
	if t == nil {
		return nil
	}
	if t.Name == "string" {
		return &syntax.Type{Name: "char"}
	}
	if len(t.Args) == 0 {
		return nil
	}
	return &t.Args[0]
}
