package annotations

import (
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// variants says formulas again of other variables.
type variants struct {
	// with are the terms that take another's place: the integers that change, and
	// their neighbours.
	with []*syntax.Expr
	// copies are what stands for a parameter or a result within the loop: local
	// variables that began as it, or end as it.
	copies []map[string]*syntax.Expr
	// integral says of a variable whether a number can take its place.
	integral func(name string) bool
}

// maxOccurrences bounds how many occurrences of a term are replaced apart.
const maxOccurrences = 3

// maxVariants bounds what is made of one formula.
const maxVariants = 600

func newVariants(l *loop, ints []string, integral func(name string) bool) *variants {
	v := &variants{integral: integral}
	for _, i := range ints {
		for _, n := range []int64{0, 1, -1} {
			v.with = append(v.with, plus(name(i), n))
		}
	}
	all := make(map[string]*syntax.Expr)
	one := func(from string, to *syntax.Expr) {
		v.copies = append(v.copies, map[string]*syntax.Expr{from: to})
		if all[from] == nil {
			all[from] = to
		}
	}
	for _, local := range l.vars {
		if e := l.initial[local.Name]; e != nil && e.Kind == syntax.Ident && l.modified[local.Name] && !l.modified[e.Name] {
			one(e.Name, name(local.Name))
		}
	}
	values := returned(l.decl)
	for _, r := range l.decl.Results {
		for _, e := range values[r.Name] {
			for x := range names(e) {
				if l.modified[x] && x != r.Name {
					one(r.Name, e)
					break
				}
			}
		}
	}
	if len(all) > 1 {
		v.copies = append(v.copies, all)
	}
	return v
}

// of yields the formula itself and what can be made of it.
func (v *variants) of(e *syntax.Expr, yield func(*syntax.Expr) bool) {
	seen := make(map[string]bool)
	count := 0
	give := func(e *syntax.Expr) bool {
		text := e.String()
		if seen[text] {
			return true
		}
		seen[text] = true
		count++
		return yield(e) && count < maxVariants
	}
	bases := []*syntax.Expr{e}
	for _, c := range v.copies {
		if changed := substitute(e, c); changed != e {
			bases = append(bases, changed)
		}
	}
	for _, base := range bases {
		if !give(base) {
			return
		}
	}
	for _, base := range bases {
		if !v.replaced(base, give) {
			return
		}
	}
}

// replaced yields what one or two replacements of terms make of a formula.
func (v *variants) replaced(e *syntax.Expr, yield func(*syntax.Expr) bool) bool {
	terms := replaceable(e, v.integral)
	for _, t := range terms {
		which := []int{all}
		if n := occurrences(e, t.String()); n > 1 {
			// An end of a range may be written like a term that stays as it is.
			for only := range min(n, maxOccurrences) {
				which = append(which, only)
			}
		}
		for _, only := range which {
			for _, by := range v.at(t) {
				if !yield(replaceTerm(e, t.String(), by, only)) {
					return false
				}
			}
		}
	}
	// Two terms at a time, only by the variables themselves.
	for i, t := range terms {
		for _, u := range terms[i+1:] {
			for _, x := range v.at(t) {
				for _, y := range v.at(u) {
					if simple(x) && simple(y) && x.String() != y.String() {
						if !yield(replaceTerm(replaceTerm(e, t.String(), x, all), u.String(), y, all)) {
							return false
						}
					}
				}
			}
		}
	}
	return true
}

// simple reports whether a term is a variable, or a slice that ends at one.
func simple(e *syntax.Expr) bool {
	return e.Kind == syntax.Ident || e.Kind == syntax.Slice && (e.Args[1] == nil || e.Args[1].Kind == syntax.Ident) && (e.Args[2] == nil || e.Args[2].Kind == syntax.Ident)
}

// at are the terms that can take a term's place.
func (v *variants) at(t *syntax.Expr) []*syntax.Expr {
	if t.Kind != syntax.Slice {
		return v.with
	}
	var list []*syntax.Expr
	for _, w := range v.with {
		if t.Args[2] == nil {
			list = append(list, slice(t.Args[0], t.Args[1], w))
		}
		if t.Args[1] == nil {
			list = append(list, slice(t.Args[0], w, t.Args[2]))
		}
	}
	return list
}

// maxTerms bounds how many terms of one formula are replaced.
const maxTerms = 8

// replaceable are the parts of a formula that a variable may take the place of:
// ends of ranges, arguments, lengths, numbers; and slices, which may become
// shorter. They mention no variable that the formula binds.
func replaceable(e *syntax.Expr, integral func(name string) bool) []*syntax.Expr {
	var list []*syntax.Expr
	seen := make(map[string]bool)
	add := func(t *syntax.Expr) {
		if text := t.String(); !seen[text] && len(list) < maxTerms {
			seen[text] = true
			list = append(list, t)
		}
	}
	var visit func(e *syntax.Expr, bound []string, called bool)
	visit = func(e *syntax.Expr, bound []string, called bool) {
		if e == nil {
			return
		}
		free := !slices.ContainsFunc(bound, func(v string) bool { return names(e)[v] })
		switch e.Kind {
		case syntax.Literal:
			if free && len(e.Name) > 0 && '0' <= e.Name[0] && e.Name[0] <= '9' {
				add(e)
			}
		case syntax.Ident:
			if free && !called && integral(e.Name) {
				add(e)
			}
			return
		case syntax.Member:
			if free && (e.Name == "Length" || e.Name == "Length0" || e.Name == "Length1") {
				add(e)
				return
			}
		case syntax.Unary:
			if e.Name == "#" && free {
				add(e)
				return
			}
		case syntax.Slice:
			if free && (e.Args[1] == nil || e.Args[2] == nil) {
				add(e)
			}
		case syntax.Binary:
			if free && (e.Name == "+" || e.Name == "-" || e.Name == "/") && !slices.ContainsFunc(e.Args, func(x *syntax.Expr) bool {
				return x.Kind == syntax.Ident && !integral(x.Name) || x.Kind == syntax.SeqDisplay || x.Kind == syntax.Slice
			}) {
				add(e)
			}
		}
		for _, v := range e.Vars {
			bound = append(slices.Clip(bound), v.Name)
		}
		for i, a := range e.Args {
			visit(a, bound, e.Kind == syntax.Apply && i == 0 || (e.Kind == syntax.Index || e.Kind == syntax.Slice || e.Kind == syntax.Member) && i == 0)
		}
	}
	visit(e, nil, false)
	return list
}

// cuttable writes the sequences and arrays of a formula as slices of themselves,
// so that they can be made shorter.
func cuttable(e *syntax.Expr, isSeq func(string) bool) *syntax.Expr {
	var walk func(e *syntax.Expr, kept bool) *syntax.Expr
	walk = func(e *syntax.Expr, kept bool) *syntax.Expr {
		if e == nil {
			return nil
		}
		if e.Kind == syntax.Ident && !kept && isSeq(e.Name) {
			return slice(e, nil, nil)
		}
		c := *e
		c.Args = make([]*syntax.Expr, len(e.Args))
		for i, a := range e.Args {
			part := i == 0 && (e.Kind == syntax.Index || e.Kind == syntax.Slice || e.Kind == syntax.Member || e.Kind == syntax.Apply || e.Kind == syntax.Unary && e.Name == "#" || e.Kind == syntax.Update)
			c.Args[i] = walk(a, part)
		}
		return &c
	}
	if c := walk(e, false); c.String() != e.String() {
		return c
	}
	return nil
}
