package annotations

import (
	"maps"
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// collection is a sequence or an array whose elements are spoken of.
type collection struct {
	name   string
	expr   *syntax.Expr
	length *syntax.Expr
	class  class // of its elements
	array  bool
}

func (g *generator) collections() (list []collection) {
	for _, v := range slices.Concat(g.seqs, g.arrays) {
		c := collection{name: v.Name, expr: name(v.Name), length: length(name(v.Name)), class: g.classify(element(v.Type))}
		if t := element(v.Type); t != nil && t.Name == "char" {
			c.class = classInt // characters are ordered
		}
		if g.classify(v.Type) == classArray {
			c.length, c.array = member(c.expr, "Length"), true
		}
		list = append(list, c)
	}
	return list
}

// maxElements bounds the candidates about elements; each is evaluated.
const maxElements = 1500

// elements proposes what holds of all or some elements in a range that grows or
// shrinks. Without runs of the program there are too many candidates to say
// anything.
func (g *generator) elements() {
	if len(g.snaps) == 0 || len(g.places) == 0 {
		return
	}
	tried := 0
	try := func(e *syntax.Expr, weight float64) {
		if tried++; tried <= maxElements {
			g.add(e, "elements", weight)
		}
	}
	for _, c := range g.collections() {
		for _, r := range g.ranges(c) {
			g.each(c, r, try)
			if c.class == classInt || c.class == classReal {
				g.sorted(c, r, try)
			}
		}
		if c.class == classInt || c.class == classReal {
			g.parted(c, try)
			g.disturbed(c, try)
		}
	}
}

// interval is a range of indices: low <= k < high.
type interval struct{ low, high *syntax.Expr }

// ranges are what was gone over, and what is left.
func (g *generator) ranges(c collection) (list []interval) {
	for _, i := range g.places {
		x := name(i)
		list = append(list, interval{number(0), x}, interval{x, c.length}, interval{plus(x, 1), c.length}, interval{number(0), plus(x, 1)})
		for _, j := range g.places {
			if i != j {
				list = append(list, interval{x, name(j)}, interval{x, plus(name(j), 1)}, interval{plus(x, 1), name(j)})
			}
		}
	}
	if g.loop.modified[c.name] {
		list = append(list, interval{number(0), c.length})
	}
	return list
}

// each proposes what all elements of a range are.
func (g *generator) each(c collection, r interval, try func(*syntax.Expr, float64)) {
	k := name("k_")
	limits := chain(r.low, "<=", k, "<", r.high)
	x := index(c.expr, k)
	ordered := c.class == classInt || c.class == classReal
	for _, v := range g.loop.vars {
		if g.classify(v.Type) != c.class || !ordered && g.classify(v.Type) == classOther || slices.Contains(g.places, v.Name) {
			continue
		}
		y := name(v.Name)
		ops := []string{"!=", "=="}
		if ordered {
			ops = []string{"<=", ">=", "!=", "<", ">", "=="}
		}
		for n, op := range ops {
			try(forall([]string{"k_"}, limits, binary(op, x, y)), 0.6-0.02*float64(n))
		}
		if g.loop.modified[v.Name] {
			try(exists([]string{"k_"}, limits, binary("==", x, y)), 0.55)
		}
	}
	if ordered {
		for n, op := range []string{"!=", ">=", "<=", ">", "<", "=="} {
			try(forall([]string{"k_"}, limits, binary(op, x, number(0))), 0.4-0.02*float64(n))
		}
		try(forall([]string{"k_"}, limits, binary("==", x, k)), 0.4)
	}
	for _, d := range g.collections() {
		if d.name != c.name && d.class == c.class {
			try(forall([]string{"k_"}, limits, binary("==", x, index(d.expr, k))), 0.6)
		}
	}
}

// sorted proposes orders within a range.
func (g *generator) sorted(c collection, r interval, try func(*syntax.Expr, float64)) {
	if !g.loop.written[c.name] && !g.loop.modified[c.name] && !g.loop.called {
		return
	}
	p, q := name("p_"), name("q_")
	for n, op := range []string{"<=", "<", ">=", ">"} {
		try(forall([]string{"p_", "q_"}, chain(r.low, "<=", p, "<", q, "<", r.high), binary(op, index(c.expr, p), index(c.expr, q))), 0.55-0.02*float64(n))
	}
}

// disturbed proposes that a range is sorted but for one place: where an element is
// on its way to where it belongs.
func (g *generator) disturbed(c collection, try func(*syntax.Expr, float64)) {
	if !g.loop.written[c.name] && !g.loop.called {
		return
	}
	p, q := name("p_"), name("q_")
	for _, i := range g.places {
		for _, hole := range g.places {
			if i == hole {
				continue
			}
			for _, high := range []*syntax.Expr{name(i), plus(name(i), 1)} {
				for _, off := range []*syntax.Expr{name(hole), plus(name(hole), 1)} {
					limits := chain(number(0), "<=", p, "<", q, "<", high)
					for n, op := range []string{"<=", ">="} {
						ordered := binary(op, index(c.expr, p), index(c.expr, q))
						try(forall([]string{"p_", "q_"}, binary("&&", limits, binary("!=", q, off)), ordered), 0.56-0.02*float64(n))
						try(forall([]string{"p_", "q_"}, binary("&&", limits, binary("!=", p, off)), ordered), 0.54-0.02*float64(n))
					}
				}
			}
		}
	}
	// The element is kept in a variable meanwhile.
	all := slice(c.expr, nil, nil)
	for _, v := range g.loop.vars {
		if g.classify(v.Type) != c.class || g.loop.modified[v.Name] || slices.Contains(g.places, v.Name) {
			continue
		}
		for _, i := range g.places {
			one := func(x *syntax.Expr) *syntax.Expr {
				return &syntax.Expr{Kind: syntax.SetDisplay, Name: "multiset", Args: []*syntax.Expr{x}}
			}
			kept := binary("+", binary("-", multiset(all), one(index(c.expr, name(i)))), one(name(v.Name)))
			try(binary("==", kept, multiset(old(all))), 0.6)
			k := name("k_")
			for _, j := range g.places {
				for _, high := range []*syntax.Expr{name(j), plus(name(j), 1)} {
					for n, op := range []string{"<", "<=", ">", ">="} {
						try(forall([]string{"k_"}, chain(name(i), "<", k, "<", high), binary(op, name(v.Name), index(c.expr, k))), 0.56-0.02*float64(n))
					}
				}
			}
		}
	}
}

// parted proposes that all elements before a place are at most those behind it.
func (g *generator) parted(c collection, try func(*syntax.Expr, float64)) {
	if !g.loop.written[c.name] && !g.loop.called {
		return
	}
	p, q := name("p_"), name("q_")
	for _, i := range g.places {
		for _, cut := range []*syntax.Expr{name(i), plus(name(i), 1)} {
			for n, op := range []string{"<=", ">="} {
				try(forall([]string{"p_", "q_"}, binary("&&", chain(number(0), "<=", p, "<", cut), chain(cut, "<=", q, "<", c.length)), binary(op, index(c.expr, p), index(c.expr, q))), 0.5-0.02*float64(n))
			}
		}
		for _, j := range g.places {
			if i == j {
				continue
			}
			// One element against those before or behind, as in a selection.
			for n, op := range []string{"<=", ">="} {
				k := name("k_")
				try(forall([]string{"k_"}, chain(name(i), "<=", k, "<", name(j)), binary(op, index(c.expr, name(i)), index(c.expr, k))), 0.5-0.02*float64(n))
				try(forall([]string{"k_"}, chain(number(0), "<=", k, "<", name(j)), binary(op, index(c.expr, name(i)), index(c.expr, k))), 0.5-0.02*float64(n))
				try(forall([]string{"k_"}, chain(number(0), "<=", k, "<", name(j)), binary(op, index(c.expr, name(j)), index(c.expr, k))), 0.5-0.02*float64(n))
			}
		}
	}
	// An element at a place that the loop remembers.
	for _, i := range g.places {
		for _, v := range g.loop.vars {
			if g.loop.modified[v.Name] && g.classify(v.Type) == c.class && !slices.Contains(g.places, v.Name) {
				try(binary("==", index(c.expr, name(i)), name(v.Name)), 0.5)
			}
		}
	}
}

// maxInstances bounds the calls of one predicate that are tried.
const maxInstances = 300

// predicates proposes that the program's own predicates hold of what is in scope:
// they were written because something is said with them.
func (g *generator) predicates() {
	if len(g.snaps) == 0 {
		return
	}
	for _, n := range slices.Sorted(maps.Keys(g.functions)) {
		d := g.functions[n]
		if d.Kind != syntax.Predicate && (d.ResultType == nil || d.ResultType.Name != "bool") || len(d.Params) == 0 || len(d.Params) > 4 || len(d.Path) > 0 {
			continue
		}
		options, total := make([][]*syntax.Expr, len(d.Params)), 1
		for i, p := range d.Params {
			options[i] = g.arguments(p)
			total *= len(options[i])
		}
		if total == 0 {
			continue
		}
		choice := make([]int, len(options))
		for count := 0; count < min(total, maxInstances); count++ {
			args := make([]*syntax.Expr, len(options))
			for i := range options {
				args[i] = options[i][choice[i]]
			}
			g.add(apply(d.Name, args...), "predicate", 0.6)
			for i := range choice {
				if choice[i]++; choice[i] < len(options[i]) {
					break
				}
				choice[i] = 0
			}
		}
	}
}

// arguments are the terms in scope that fit a parameter, those that change first.
func (g *generator) arguments(p syntax.Variable) (list []*syntax.Expr) {
	c := g.classify(p.Type)
	if c == classInt {
		for _, i := range g.ints {
			list = append(list, name(i), plus(name(i), 1))
		}
		list = append(list, number(0))
		for _, b := range g.bounds {
			list = append(list, b)
			if b.Kind == syntax.Ident && slices.Contains(g.places, b.Name) {
				list = append(list, plus(b, 1))
			}
		}
		const most = 9
		return list[:min(len(list), most)]
	}
	for _, v := range g.loop.vars {
		switch vc := g.classify(v.Type); {
		case vc == c && (c != classOther && c != classDatatype && c != classObject || sameType(v.Type, p.Type)):
			list = append(list, name(v.Name))
		case c == classSeq && vc == classArray:
			list = append(list, slice(name(v.Name), nil, nil))
			for _, i := range g.ints {
				list = append(list, slice(name(v.Name), nil, name(i)))
			}
		}
	}
	return list
}
