package interpret

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// bounds are what conditions say of the values of variables.
type bounds struct {
	// open are the variables that have no value yet.
	open      map[string]bool
	low, high map[string][]bound
	sets      map[string][]*syntax.Expr
	equals    map[string][]*syntax.Expr
	depth     int
	work      int
	inlined   int
	// inline replaces the call of a predicate by its body.
	inline func(*syntax.Expr) *syntax.Expr
}

// maxBoundWork bounds the search for bounds.
const maxBoundWork = 2000

// bound is a limit of an integer or a character.
type bound struct {
	e      *syntax.Expr
	strict bool
}

// collect reads a condition that holds, or does not hold.
func (b *bounds) collect(e *syntax.Expr, holds bool) {
	if b.work++; e == nil || b.depth > 200 || b.work > maxBoundWork {
		return
	}
	b.depth++
	defer func() { b.depth-- }()
	switch e.Kind {
	case syntax.Then:
		b.collect(e.Args[0], holds)
	case syntax.Apply:
		if b.inline != nil && b.inlined < 3 {
			b.inlined++
			b.collect(b.inline(e), holds)
			b.inlined--
		}
	case syntax.Unary:
		if e.Name == "!" {
			b.collect(e.Args[0], !holds)
		}
	case syntax.Chain:
		if holds {
			for i, op := range e.Names {
				b.relation(op, e.Args[i], e.Args[i+1])
			}
		}
	case syntax.Binary:
		switch {
		case e.Name == "&&" && holds || e.Name == "||" && !holds:
			b.collect(e.Args[0], holds)
			b.collect(e.Args[1], holds)
		case e.Name == "==>" && !holds:
			b.collect(e.Args[0], true)
			b.collect(e.Args[1], false)
		case e.Name == "<==" && !holds:
			b.collect(e.Args[1], true)
			b.collect(e.Args[0], false)
		case holds:
			b.relation(e.Name, e.Args[0], e.Args[1])
		default:
			if op := negation(e.Name); op != "" {
				b.relation(op, e.Args[0], e.Args[1])
			}
		}
	}
}

func negation(op string) string {
	switch op {
	case "<":
		return ">="
	case "<=":
		return ">"
	case ">":
		return "<="
	case ">=":
		return "<"
	case "!=":
		return "=="
	case "!in":
		return "in"
	}
	return ""
}

func (b *bounds) relation(op string, x, y *syntax.Expr) {
	switch op {
	case "in":
		if x.Kind == syntax.Ident && b.open[x.Name] {
			b.sets[x.Name] = append(b.sets[x.Name], y)
		}
	case "==":
		for _, p := range [2][2]*syntax.Expr{{x, y}, {y, x}} {
			if p[0].Kind == syntax.Ident && b.open[p[0].Name] {
				b.equals[p[0].Name] = append(b.equals[p[0].Name], p[1])
			}
		}
		b.relation("<=", x, y)
		b.relation("<=", y, x)
	case ">", ">=":
		b.relation(map[string]string{">": "<", ">=": "<="}[op], y, x)
	case "<", "<=":
		strict := op == "<"
		for name := range b.open {
			if e, exact, ok := isolate(x, y, name); ok && !occurs(e, name) {
				b.high[name] = append(b.high[name], bound{e, strict && exact})
			}
			if e, exact, ok := isolate(y, x, name); ok && !occurs(e, name) {
				b.low[name] = append(b.low[name], bound{e, strict && exact})
			}
			if isSquare(x, name) && !occurs(y, name) { // v * v <= y
				b.high[name] = append(b.high[name], bound{y, false})
				b.low[name] = append(b.low[name], bound{&syntax.Expr{Kind: syntax.Unary, Name: "-", Args: []*syntax.Expr{y}}, false})
			}
		}
	}
}

func isSquare(e *syntax.Expr, name string) bool {
	is := func(e *syntax.Expr) bool { return e.Kind == syntax.Ident && e.Name == name }
	return e.Kind == syntax.Binary && e.Name == "*" && is(e.Args[0]) && is(e.Args[1])
}

// isolate turns x ~ y, where x is a variable plus or minus something, or times a
// positive number, into variable ~ e. If it is not exact, e was rounded down, and
// only comparisons that are not strict follow.
func isolate(x, y *syntax.Expr, name string) (e *syntax.Expr, exact, ok bool) {
	exact = true
	for range 20 {
		if x.Kind == syntax.Ident {
			return y, exact, x.Name == name
		}
		if x.Kind != syntax.Binary {
			return nil, false, false
		}
		switch l, r := x.Args[0], x.Args[1]; {
		case x.Name == "+" && occurs(l, name) && !occurs(r, name):
			x, y = l, binary("-", y, r)
		case x.Name == "+" && occurs(r, name) && !occurs(l, name):
			x, y = r, binary("-", y, l)
		case x.Name == "-" && occurs(l, name) && !occurs(r, name):
			x, y = l, binary("+", y, r)
		case x.Name == "*" && isPositive(r):
			x, y, exact = l, binary("/", y, r), false
		case x.Name == "*" && isPositive(l):
			x, y, exact = r, binary("/", y, l), false
		default:
			return nil, false, false
		}
	}
	return nil, false, false
}

// isPositive reports whether an expression is a positive integer.
func isPositive(e *syntax.Expr) bool {
	if e.Kind != syntax.Literal {
		return false
	}
	v, ok := literalValue(e.Name)
	n, small := v.Int64()
	return ok && small && n > 0
}

func binary(op string, x, y *syntax.Expr) *syntax.Expr {
	return &syntax.Expr{Kind: syntax.Binary, Name: op, Args: []*syntax.Expr{x, y}, Span: x.Span}
}

func occurs(e *syntax.Expr, name string) bool {
	for x := range e.Walk {
		if x.Kind == syntax.Ident && x.Name == name {
			return true
		}
	}
	return false
}

// mentions reports whether an expression depends on a variable that has no value,
// or on the named one.
func (b *bounds) mentions(e *syntax.Expr, name string) bool {
	for x := range e.Walk {
		if x.Kind == syntax.Ident && (b.open[x.Name] || x.Name == name) {
			return true
		}
	}
	return false
}

// closed are the bounds of a variable that can be computed. From i < j and j < n
// follows i < n, which is of use as long as j has no value.
func (b *bounds) closed(of map[string][]bound, name string, depth int) (list []bound) {
	for _, x := range of[name] {
		if b.work++; b.work > maxBoundWork {
			return list
		}
		if !b.mentions(x.e, name) {
			list = append(list, x)
			continue
		}
		if depth >= len(b.open) || len(list) > 8 {
			continue
		}
		for other := range b.open {
			if other == name || !occurs(x.e, other) {
				continue
			}
			offset, exact, ok := isolate(x.e, &syntax.Expr{Kind: syntax.Literal, Name: "0"}, other)
			if !ok || !exact || b.mentions(offset, name) {
				continue
			}
			for _, y := range b.closed(of, other, depth+1) {
				// x.e is other - offset.
				if occurs(y.e, name) {
					continue
				}
				e := y.e
				if x.e.Kind != syntax.Ident {
					e = binary("-", y.e, offset)
				}
				list = append(list, bound{e, x.strict || y.strict})
			}
		}
	}
	return list
}

// score says how well a variable's values are known.
func (b *bounds) score(name string, d *domain) int {
	score := 0
	for _, e := range b.equals[name] {
		if !b.mentions(e, name) {
			return 10
		}
	}
	for _, e := range b.sets[name] {
		if !b.mentions(e, name) {
			return 8
		}
	}
	if d.finite != nil || d.class != nil {
		return 7
	}
	if d.natural || len(b.closed(b.low, name, 0)) > 0 {
		score++
	}
	if len(b.closed(b.high, name, 0)) > 0 {
		score++
	}
	if score == 2 {
		return 6
	}
	return score
}

// rename replaces a free variable's name.
func rename(e *syntax.Expr, from, to string) *syntax.Expr {
	if e == nil || from == to {
		return e
	}
	if e.Kind == syntax.Ident {
		if e.Name != from {
			return e
		}
		x := *e
		x.Name = to
		return &x
	}
	for _, v := range e.Vars {
		if v.Name == from {
			return e
		}
	}
	x := *e
	x.Args = make([]*syntax.Expr, len(e.Args))
	for i, a := range e.Args {
		x.Args[i] = rename(a, from, to)
	}
	return &x
}
