package annotations

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/interpret"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// generator collects the candidates for one loop.
type generator struct {
	*analysis
	know  *knowledge
	loop  *loop
	snaps []*interpret.Snapshot
	seen  map[string]bool
	list  []clause
	// ints are the integers that change in the loop, bounds the other terms of
	// integral type in scope.
	ints   []string
	bounds []*syntax.Expr
	// counters are those of ints that say how far the loop has come, places those
	// of this loop and of the loops around it.
	counters, places []string
	// arrays and seqs are in scope.
	arrays, seqs []syntax.Variable
}

// How many clauses are kept of each source, the likeliest first.
const (
	keptBounds    = 24
	keptRelations = 12
	keptFormulas  = 40
	keptElements  = 20
	keptUnchecked = 30
)

// invariants proposes clauses for a loop, the likeliest first.
func (a *analysis) invariants(ctx context.Context, k *knowledge, l *loop) ([]clause, error) {
	g := &generator{analysis: a, know: k, loop: l, snaps: k.observed(l), seen: make(map[string]bool)}
	g.terms()
	for _, step := range []struct {
		part string
		find func()
	}{
		{partBounds, g.bound}, {partRelations, g.relate}, {partSpecification, g.say}, {partSiblings, g.siblings},
		{partFrame, g.frame}, {partPredicates, g.predicates}, {partElements, g.elements}, {partFlags, g.flags},
	} {
		if !a.without[step.part] {
			step.find()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	g.redundant()
	g.rank()
	return g.list, nil
}

// terms finds what the rules speak of.
func (g *generator) terms() {
	counts := counters(g.loop.decl)
	for _, v := range g.loop.vars {
		switch g.classify(v.Type) {
		case classInt:
			around := slices.ContainsFunc(g.loop.outer, func(s *syntax.Stmt) bool {
				return assigned(s)[v.Name] || s.Kind == syntax.For && s.Vars[0].Name == v.Name
			})
			if counts[v.Name] && (g.loop.modified[v.Name] || around) {
				g.places = append(g.places, v.Name)
			}
			if g.loop.modified[v.Name] {
				g.ints = append(g.ints, v.Name)
				if counts[v.Name] {
					g.counters = append(g.counters, v.Name)
				}
			} else {
				g.bounds = append(g.bounds, name(v.Name))
			}
		case classSeq:
			g.seqs = append(g.seqs, v)
			g.bounds = append(g.bounds, length(name(v.Name)))
		case classSet, classMultiset, classMap:
			g.bounds = append(g.bounds, length(name(v.Name)))
		case classArray:
			g.arrays = append(g.arrays, v)
			g.bounds = append(g.bounds, member(name(v.Name), "Length"))
		case classMatrix:
			g.bounds = append(g.bounds, member(name(v.Name), "Length0"), member(name(v.Name), "Length1"))
		}
	}
	// Whatever else the guards and the specification compare with.
	add := func(e *syntax.Expr) {
		text := e.String()
		if mentions(e, g.loop.modified) || slices.ContainsFunc(g.bounds, func(b *syntax.Expr) bool { return b.String() == text }) || len(g.bounds) > 16 {
			return
		}
		g.bounds = append(g.bounds, e)
	}
	guards := []*syntax.Expr{g.loop.stmt.Guard}
	for _, s := range g.loop.outer {
		guards = append(guards, s.Guard)
	}
	guards = append(guards, g.loop.stmt.Rhs...)
	for _, guard := range guards {
		guard.Walk(func(e *syntax.Expr) bool {
			if e.Kind == syntax.Binary && slices.Contains([]string{"<", "<=", ">", ">=", "!=", "=="}, e.Name) {
				for _, side := range e.Args {
					if side.Kind != syntax.Ident && side.Kind != syntax.SeqDisplay && side.Kind != syntax.SetDisplay && !(side.Kind == syntax.Literal && (side.Name == "true" || side.Name == "false" || side.Name == "null")) {
						add(side)
					}
				}
			}
			return true
		})
	}
	if g.loop.stmt.Kind == syntax.For {
		for _, e := range g.loop.stmt.Rhs {
			if e != nil {
				add(e)
			}
		}
	}
}

// add notes a candidate, if it is new, says something of the loop, and was not
// refuted.
func (g *generator) add(e *syntax.Expr, source string, weight float64) judge {
	if e == nil {
		return fails
	}
	text := e.String()
	key := canonical(e)
	if g.seen[key] {
		return fails
	}
	g.seen[key] = true
	if trivial(e, g.loop) || pointless(e) || len(text) > 500 || !g.inScope(e) {
		return fails
	}
	j := ask(e, g.snaps)
	if j == holds && g.vacuous(e) {
		return fails
	}
	if j != fails {
		g.list = append(g.list, clause{expr: e, text: text, source: source, weight: weight, checked: j == holds})
	}
	return j
}

// vacuous reports whether a formula spoke of nothing whenever the program ran.
func (g *generator) vacuous(e *syntax.Expr) bool {
	switch {
	case e.Kind == syntax.Binary && e.Name == "==>":
		return ask(negation(e.Args[0]), g.snaps) == holds
	case e.Kind == syntax.Apply:
		if e = g.unfold(e); e == nil {
			return false
		}
	}
	if e.Kind != syntax.Forall {
		return false
	}
	limits, _ := split(e)
	if e.Args[0] != nil {
		limits = conjunction(e.Args[0], limits)
	}
	if limits == nil {
		return false
	}
	f := *e
	f.Args = []*syntax.Expr{nil, binary("==>", limits, &syntax.Expr{Kind: syntax.Literal, Name: "false"})}
	return ask(&f, g.snaps) == holds
}

// inScope reports whether a formula's variables are those of the loop, or what is
// declared for all.
func (g *generator) inScope(e *syntax.Expr) bool {
	for n := range names(e) {
		known := slices.ContainsFunc(g.loop.vars, func(v syntax.Variable) bool { return v.Name == n })
		if !known && slices.ContainsFunc(g.loop.decl.Results, func(v syntax.Variable) bool { return v.Name == n }) {
			known = true
		}
		if _, local := g.know.types[n]; local && !known {
			return false
		}
	}
	return true
}

// integral reports whether a variable is an integer. What is not known, such as a
// field, may be one.
func (g *generator) integral(n string) bool {
	for _, v := range slices.Concat(g.loop.vars, g.loop.decl.Results) {
		if v.Name == n {
			return g.classify(v.Type) == classInt
		}
	}
	return true
}

// pointless reports whether a comparison has a term twice.
func pointless(e *syntax.Expr) bool {
	if e.Kind != syntax.Chain && (e.Kind != syntax.Binary || precedes(e.Name)) {
		return false
	}
	for i := 1; i < len(e.Args); i++ {
		if e.Args[i-1].String() == e.Args[i].String() {
			return true
		}
	}
	return false
}

// precedes reports whether an operator is none that compares.
func precedes(op string) bool {
	switch op {
	case "==", "<", "<=", ">", ">=", "!=", "<==>", "==>":
		return false
	}
	return true
}

// bound compares each integer that changes with every other term.
func (g *generator) bound() {
	others := slices.Concat([]*syntax.Expr{number(0), number(1)}, g.bounds)
	for i, v := range g.ints {
		x := name(v)
		if e := g.loop.initial[v]; e != nil && !mentions(e, g.loop.modified) {
			g.add(binary("<=", e, x), "bound", 0.85)
			g.add(binary("<=", x, e), "bound", 0.85)
		}
		for k, t := range others {
			weight := 0.9 - 0.02*float64(min(k, 20))
			g.compare(x, t, weight)
		}
		for _, w := range g.ints[i+1:] {
			g.compare(x, name(w), 0.75)
			g.add(binary("==", x, name(w)), "bound", 0.7)
		}
	}
	for _, s := range g.seqs {
		if !g.loop.modified[s.Name] {
			continue
		}
		size := length(name(s.Name))
		for _, v := range g.ints {
			g.add(binary("==", size, name(v)), "length", 0.85)
			g.compare(size, name(v), 0.6)
		}
		for _, t := range g.bounds {
			if text := t.String(); text != size.String() {
				g.add(binary("==", size, t), "length", 0.8)
				g.compare(size, t, 0.6)
			}
		}
	}
	for _, a := range g.arrays {
		if g.loop.modified[a.Name] {
			for _, t := range g.bounds {
				g.add(binary("==", member(name(a.Name), "Length"), t), "length", 0.8)
			}
		}
	}
}

// compare proposes how two terms are ordered. Where the strict order holds, the
// other is proposed too, since it may be the one that is maintained.
func (g *generator) compare(x, t *syntax.Expr, weight float64) {
	g.order(x, t, weight)
	g.order(t, x, weight)
}

func (g *generator) order(x, y *syntax.Expr, weight float64) {
	if len(g.snaps) == 0 {
		g.add(binary("<=", x, y), "bound", weight)
		return
	}
	switch holds {
	case ask(binary("<", x, y), g.snaps):
		g.add(binary("<=", x, y), "bound", weight)
		g.add(binary("<", x, y), "bound", weight-0.1)
	case ask(binary("<=", x, y), g.snaps):
		g.add(binary("<=", x, y), "bound", weight)
	default:
		if y.Kind == syntax.Literal {
			return
		}
		if x.Kind == syntax.Ident {
			g.add(binary("<=", x, plus(y, 1)), "bound", weight-0.2)
		} else {
			g.add(binary("<=", plus(x, -1), y), "bound", weight-0.2)
		}
	}
}

// say proposes the formulas of the specification, said of the loop's variables.
func (g *generator) say() {
	v := newVariants(g.loop, g.counters, g.integral)
	isSeq := func(n string) bool {
		return slices.ContainsFunc(g.seqs, func(s syntax.Variable) bool { return s.Name == n })
	}
	for _, f := range g.know.formulas {
		if !isFormula(f.expr) && f.expr.Kind != syntax.Apply || f.required && !mentions(f.expr, g.loop.written) && !mentions(f.expr, g.loop.modified) {
			continue
		}
		f := f.expr
		forms := []*syntax.Expr{f}
		if c := cuttable(f, isSeq); c != nil {
			forms = append(forms, c)
		}
		for _, form := range forms {
			count := 0
			v.of(form, func(e *syntax.Expr) bool {
				j := g.add(e, "specification", 0.8-0.005*float64(min(count, 60)))
				if j != fails {
					count++
				}
				return count < 60 && (j != unknown || count < 12)
			})
		}
	}
}

// siblings proposes the invariants that other loops of the program have already,
// where what they speak of has the same names here.
func (g *generator) siblings() {
	for d := range g.program.All {
		d.Body.Walk(func(s *syntax.Stmt) bool {
			if s == g.loop.stmt {
				return true
			}
			for _, c := range s.Clauses {
				if c.Kind == syntax.Invariant && g.known(c.Exprs[0]) {
					g.add(c.Exprs[0], "sibling", 0.65)
				}
			}
			return true
		})
	}
}

// known reports whether everything that an expression speaks of is in scope.
func (g *generator) known(e *syntax.Expr) bool {
	for n := range names(e) {
		local := slices.ContainsFunc(slices.Concat(g.loop.vars, g.loop.decl.Results), func(v syntax.Variable) bool { return v.Name == n })
		if !local && g.functions[n] == nil && g.types[n] == nil {
			return false
		}
	}
	return true
}

// frame proposes that what is not reached yet is as it was.
func (g *generator) frame() {
	for _, a := range g.arrays {
		if !g.loop.written[a.Name] && !g.loop.called {
			continue
		}
		x := name(a.Name)
		size := member(x, "Length")
		all := slice(x, nil, nil)
		g.add(binary("==", multiset(all), multiset(old(all))), "frame", 0.8)
		g.add(binary("==", all, old(all)), "frame", 0.5)
		k := name("k_")
		same := binary("==", index(x, k), old(index(x, k)))
		for _, i := range g.ints {
			for _, end := range []*syntax.Expr{name(i), plus(name(i), 1)} {
				g.add(forall([]string{"k_"}, chain(end, "<=", k, "<", size), same), "frame", 0.75)
				g.add(forall([]string{"k_"}, chain(number(0), "<=", k, "<", end), same), "frame", 0.6)
			}
		}
	}
}

// flags proposes what a variable of type bool says.
func (g *generator) flags() {
	var flags []string
	for _, v := range g.loop.vars {
		if g.loop.modified[v.Name] && g.classify(v.Type) == classBool {
			flags = append(flags, v.Name)
		}
	}
	if len(flags) == 0 || len(g.snaps) == 0 {
		return
	}
	v := newVariants(g.loop, g.counters, g.integral)
	for _, f := range g.know.formulas {
		f := f.expr
		if f.Kind != syntax.Forall && f.Kind != syntax.Exists {
			continue
		}
		v.of(f, func(e *syntax.Expr) bool {
			for _, flag := range flags {
				if g.add(binary("<==>", name(flag), e), "flag", 0.7) != holds {
					g.add(binary("==>", name(flag), e), "flag", 0.6)
					g.add(binary("==>", not(name(flag)), e), "flag", 0.6)
				}
			}
			return len(g.list) < 400
		})
	}
}

// rank keeps the likeliest of each source, and puts bounds first: what is said of
// elements is only defined within them.
func (g *generator) rank() {
	order := map[string]int{"length": 0, "bound": 0, "relation": 1, "frame": 2, "specification": 2, "sibling": 2, "predicate": 3, "flag": 3, "elements": 4}
	most := map[string]int{"length": keptBounds, "bound": keptBounds, "relation": keptRelations, "frame": 12, "specification": keptFormulas, "sibling": 12, "predicate": 16, "flag": 16, "elements": keptElements}
	slices.SortStableFunc(g.list, func(a, b clause) int {
		return cmp.Or(cmp.Compare(order[a.source], order[b.source]), cmp.Compare(b.weight, a.weight), cmp.Compare(len(a.text), len(b.text)))
	})
	kept, unchecked := make(map[string]int), 0
	g.list = slices.DeleteFunc(g.list, func(c clause) bool {
		if !c.checked {
			unchecked++
			if unchecked > keptUnchecked {
				return true
			}
		}
		kept[c.source]++
		return kept[c.source] > most[c.source]
	})
	for i := range g.list {
		g.list[i].text = strings.ReplaceAll(g.list[i].text, "\n", " ")
	}
}
