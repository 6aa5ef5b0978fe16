package annotations

import (
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// measures are what may decrease in a loop, the likeliest first.
func (a *analysis) measures(l *loop) (list []string) {
	add := func(e *syntax.Expr) {
		if text := e.String(); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	var flags []*syntax.Expr
	if l.stmt.Guard != nil {
		for _, c := range conjuncts(l.stmt.Guard) {
			switch c.Kind {
			case syntax.Ident:
				flags = append(flags, c)
			case syntax.Unary:
				if c.Name == "!" && c.Args[0].Kind == syntax.Ident {
					flags = append(flags, not(c))
				}
			}
		}
		for _, c := range conjuncts(l.stmt.Guard) {
			if c.Kind != syntax.Binary {
				continue
			}
			x, y := c.Args[0], c.Args[1]
			switch c.Name {
			case "<", "<=":
				add(difference(y, x))
			case ">", ">=":
				add(difference(x, y))
			case "!=":
				if x.Kind == syntax.Ident && a.classify(typeIn(l, x.Name)) == classInt {
					add(difference(y, x))
					add(difference(x, y))
				} else if x.Kind == syntax.Ident {
					add(x)
					add(length(x))
				}
			}
			for _, f := range flags {
				if len(list) > 0 {
					text := list[len(list)-1] + ", " + f.String()
					if !slices.Contains(list, text) {
						list = append(list, text)
					}
				}
			}
		}
	}
	// A flag that ends the loop, while something else goes on.
	var moving []*syntax.Expr
	for _, v := range l.vars {
		if l.modified[v.Name] && a.classify(v.Type) == classInt {
			moving = append(moving, name(v.Name))
		}
	}
	for _, x := range moving {
		for _, v := range l.vars {
			switch a.classify(v.Type) {
			case classArray:
				add(difference(member(name(v.Name), "Length"), x))
			case classSeq:
				add(difference(length(name(v.Name)), x))
			case classInt:
				if v.Name != x.Name {
					add(difference(name(v.Name), x))
				}
			}
		}
		add(x)
	}
	for i, x := range moving {
		for _, y := range moving[i+1:] {
			add(binary("+", x, y))
		}
	}
	for _, v := range l.vars {
		if l.modified[v.Name] {
			switch a.classify(v.Type) {
			case classSeq, classSet, classMultiset, classMap:
				add(length(name(v.Name)))
			case classDatatype:
				add(name(v.Name))
			}
		}
	}
	for _, f := range flags {
		add(f)
	}
	const most = 12
	return list[:min(len(list), most)]
}

func difference(x, y *syntax.Expr) *syntax.Expr {
	if y.Kind == syntax.Literal && y.Name == "0" {
		return x
	}
	return binary("-", x, y)
}

func typeIn(l *loop, n string) *syntax.Type {
	for _, v := range l.vars {
		if v.Name == n {
			return v.Type
		}
	}
	return nil
}

// recursion are what may decrease in calls of a declaration to itself, those first
// that do in all calls that can be seen.
func (a *analysis) recursion(d *syntax.Decl) []string {
	var terms []*syntax.Expr // what may be measured
	for _, p := range d.Params {
		x := name(p.Name)
		switch a.classify(p.Type) {
		case classInt:
			terms = append(terms, x)
		case classSeq, classSet, classMultiset, classMap:
			terms = append(terms, length(x))
		case classArray:
			terms = append(terms, member(x, "Length"))
		case classDatatype:
			terms = append(terms, x)
		}
	}
	var list []*syntax.Expr
	for i, x := range terms {
		if x.Kind != syntax.Member {
			list = append(list, x)
		}
		for j, y := range terms {
			if i == j || a.isData(d, x) || a.isData(d, y) {
				continue
			}
			if y.Kind != syntax.Member {
				list = append(list, binary("-", x, y))
			}
			if i < j {
				list = append(list, binary("+", x, y))
			}
		}
	}
	calls := a.selfCalls(d)
	compared := comparisons(d)
	score := func(e *syntax.Expr) int {
		n := 0
		for _, c := range calls {
			if decreases(d, e, c) {
				n += 4
			}
		}
		switch {
		case e.Kind != syntax.Binary:
			n++
		case e.Name == "-" && (compared[e.Args[0].String()+" "+e.Args[1].String()] || compared[e.Args[1].String()+" "+e.Args[0].String()]):
			n += 2
		}
		return n
	}
	slices.SortStableFunc(list, func(x, y *syntax.Expr) int { return score(y) - score(x) })
	var texts []string
	for _, e := range list {
		texts = append(texts, e.String())
	}
	for i, x := range list {
		for j, y := range list {
			if i != j && x.Kind != syntax.Binary && y.Kind != syntax.Binary {
				texts = append(texts, x.String()+", "+y.String())
			}
		}
	}
	const most = 16
	return texts[:min(len(texts), most)]
}

// comparisons are the pairs of terms that a declaration compares: in what it
// requires and in its conditions.
func comparisons(d *syntax.Decl) map[string]bool {
	pairs := make(map[string]bool)
	visit := func(e *syntax.Expr) {
		e.Walk(func(x *syntax.Expr) bool {
			if x.Kind == syntax.Chain || x.Kind == syntax.Binary && len(x.Args) == 2 {
				for i := 1; i < len(x.Args); i++ {
					pairs[x.Args[i-1].String()+" "+x.Args[i].String()] = true
				}
			}
			return true
		})
	}
	visit(d.Value)
	for _, c := range d.Clauses {
		if c.Kind == syntax.Requires {
			visit(c.Exprs[0])
		}
	}
	d.Body.Walk(func(s *syntax.Stmt) bool {
		visit(s.Guard)
		return true
	})
	return pairs
}

// isData reports whether a term is a parameter that is no number.
func (a *analysis) isData(d *syntax.Decl, e *syntax.Expr) bool {
	return e.Kind == syntax.Ident && slices.ContainsFunc(d.Params, func(p syntax.Variable) bool {
		return p.Name == e.Name && a.classify(p.Type) != classInt
	})
}

// selfCalls are the calls of a declaration to itself.
func (a *analysis) selfCalls(d *syntax.Decl) (calls []*syntax.Expr) {
	visit := func(e *syntax.Expr) {
		e.Walk(func(x *syntax.Expr) bool {
			if x.Kind == syntax.Apply && x.Args[0].Kind == syntax.Ident && x.Args[0].Name == d.Name && len(x.Args)-1 == len(d.Params) {
				calls = append(calls, x)
			}
			return true
		})
	}
	visit(d.Value)
	d.Body.Walk(func(s *syntax.Stmt) bool {
		for _, e := range s.Rhs {
			visit(e)
		}
		return true
	})
	return calls
}

// decreases reports whether a measure is smaller for a call's arguments than for
// the parameters, as far as sums of numbers tell.
func decreases(d *syntax.Decl, measure, call *syntax.Expr) bool {
	by := make(map[string]*syntax.Expr)
	for i, p := range d.Params {
		by[p.Name] = call.Args[i+1]
	}
	// Several values, of which no sum is by chance the same.
	for _, seed := range []int64{101, 1009, 7919} {
		before, ok := linear(measure, seed)
		if !ok {
			return false
		}
		after, ok := linear(substitute(measure, by), seed)
		if !ok || after >= before {
			return false
		}
	}
	return true
}

// linear evaluates sums of variables, lengths and numbers, with made-up values.
func linear(e *syntax.Expr, seed int64) (int64, bool) {
	switch {
	case e.Kind == syntax.Literal:
		n, err := strconv.ParseInt(e.Name, 10, 32)
		return n, err == nil
	case e.Kind == syntax.Unary && e.Name == "#" && e.Args[0].Kind == syntax.Slice:
		// |s[1..]| is |s| - 1
		s := e.Args[0]
		size, ok := linear(length(s.Args[0]), seed)
		low, high := int64(0), size
		for i, at := range []*int64{&low, &high} {
			if x := s.Args[i+1]; x != nil && ok {
				*at, ok = linear(x, seed)
			}
		}
		return high - low, ok
	case e.Kind == syntax.Ident, e.Kind == syntax.Member, e.Kind == syntax.Unary && e.Name == "#":
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.String())) // it never fails
		return seed*1000 + int64(h.Sum32()%997), true
	case e.Kind == syntax.Binary && (e.Name == "+" || e.Name == "-" || e.Name == "/"):
		x, ok := linear(e.Args[0], seed)
		y, ok2 := linear(e.Args[1], seed)
		switch {
		case !ok || !ok2 || e.Name == "/" && y <= 0:
			return 0, false
		case e.Name == "+":
			return x + y, true
		case e.Name == "-":
			return x - y, true
		}
		return x / y, true
	}
	return 0, false
}
