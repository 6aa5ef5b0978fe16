package annotations

import (
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
	if len(g.snaps) == 0 || len(g.ints) == 0 {
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
		}
	}
}

// interval is a range of indices: low <= k < high.
type interval struct{ low, high *syntax.Expr }

// ranges are what was gone over, and what is left.
func (g *generator) ranges(c collection) (list []interval) {
	for _, i := range g.ints {
		x := name(i)
		list = append(list, interval{number(0), x}, interval{x, c.length}, interval{plus(x, 1), c.length}, interval{number(0), plus(x, 1)})
		for _, j := range g.ints {
			if i != j {
				list = append(list, interval{x, name(j)})
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
		if g.classify(v.Type) != c.class || !ordered && g.classify(v.Type) == classOther {
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

// parted proposes that all elements before a place are at most those behind it.
func (g *generator) parted(c collection, try func(*syntax.Expr, float64)) {
	if !g.loop.written[c.name] && !g.loop.called {
		return
	}
	p, q := name("p_"), name("q_")
	for _, i := range g.ints {
		for _, cut := range []*syntax.Expr{name(i), plus(name(i), 1)} {
			for n, op := range []string{"<=", ">="} {
				try(forall([]string{"p_", "q_"}, binary("&&", chain(number(0), "<=", p, "<", cut), chain(cut, "<=", q, "<", c.length)), binary(op, index(c.expr, p), index(c.expr, q))), 0.5-0.02*float64(n))
			}
		}
		for _, j := range g.ints {
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
	for _, i := range g.ints {
		for _, v := range g.loop.vars {
			if g.loop.modified[v.Name] && g.classify(v.Type) == c.class && v.Name != i {
				try(binary("==", index(c.expr, name(i)), name(v.Name)), 0.5)
			}
		}
	}
}
