package builtin

import (
	"fmt"
	"math/big"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/polynomial"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// atom is what polynomials are polynomials in: a variable, or a term that is
// none of sum, product and power with a numeral exponent.
type atom struct {
	text     string
	sort     sortKind // natSort or intSort
	variable bool
	base     int64      // of a power with a numeral base, otherwise 0
	exponent *term.Term // of such a power
	// difference is set for a difference of natural numbers, which is cut off at 0.
	difference *term.Term
	interval   interval
}

// constraint is a fact read as polynomial = 0 or polynomial ≥ 0.
type constraint struct {
	sort  sortKind
	equal bool
	// full is the polynomial with everything multiplied out.
	full polynomial.Polynomial
	// flat has products and powers as atoms, as linear arithmetic sees them.
	flat polynomial.Polynomial
	// source is the name of the fact; empty for a proposition that is none.
	source string
	// replaced are the steps that replaced variables in the fact.
	replaced []string
	// mixed is set if the fact casts natural numbers to integers.
	mixed bool
}

// system is the arithmetic facts of a goal as constraints on atoms.
type system struct {
	v           *view
	atoms       []atom
	index       map[string]int
	constraints []constraint
}

// maxConstraints bounds the work that is spent on a goal.
const maxConstraints = 12

// newSystem reads the facts and the further propositions.
func newSystem(v *view, further ...*term.Term) *system {
	s := &system{v: v, index: map[string]int{}}
	for _, h := range v.facts {
		before := len(s.constraints)
		s.read(h.term, false)
		for k := before; k < len(s.constraints); k++ {
			s.constraints[k].source = h.name
		}
	}
	for _, t := range further {
		s.read(t, false)
	}
	s.differences()
	s.substitute()
	known := v.intervals()
	for i := range s.atoms {
		a := &s.atoms[i]
		if a.sort == natSort {
			a.interval.hasLow = true
		}
		if a.base > 0 {
			a.interval.low = 1
		}
		if k, ok := known[a.text]; ok && a.variable {
			a.interval = k
		}
	}
	return s
}

// differences adds what linear arithmetic knows about differences of natural
// numbers: a ≤ (a - b) + b, and a - b ≤ a.
func (s *system) differences() {
	for i := 0; i < len(s.atoms); i++ { // reading may add atoms
		t := s.atoms[i].difference
		if t == nil {
			continue
		}
		self := &term.Term{Kind: term.Binary, Text: "+", Args: []*term.Term{t, t.Right()}}
		s.read(&term.Term{Kind: term.Binary, Text: "≤", Args: []*term.Term{t.Left(), self}}, false)
		s.read(&term.Term{Kind: term.Binary, Text: "≤", Args: []*term.Term{t, t.Left()}}, false)
	}
}

// substitute adds what nonlinear constraints say after linear equations have
// replaced variables, by each equation alone and by all. Natural numbers are only
// replaced by sums.
func (s *system) substitute() {
	type replacement struct {
		atom int
		by   polynomial.Polynomial
		sort sortKind
	}
	given := s.constraints
	var all []replacement
	add := func(c constraint, list ...replacement) {
		full := c.full
		var steps []string
		for _, r := range list {
			if r.sort == c.sort && full.DegreeIn(r.atom) > 0 {
				var ok bool
				if full, ok = compose(full, r.atom, r.by); !ok {
					return
				}
				steps = append(steps, fmt.Sprintf("obtain rfl : %s = %s := by omega", s.atoms[r.atom].text, r.by.Format(s.names())))
			}
		}
		if len(steps) > 0 && len(full) > 0 && len(s.constraints) < 2*maxConstraints {
			// Linear arithmetic does not see this: the flat polynomial says nothing.
			s.constraints = append(s.constraints, constraint{sort: c.sort, source: c.source, replaced: steps, equal: c.equal, full: full, flat: polynomial.Polynomial{}})
		}
	}
	nonlinear := func(f func(constraint)) {
		for _, c := range given {
			if !c.mixed && c.full.Degree() > 1 {
				f(c)
			}
		}
	}
	for _, line := range given {
		if !line.equal || line.mixed || line.full.Degree() != 1 {
			continue
		}
		first := true
		reduced := line.full
		for _, r := range all {
			reduced, _ = compose(reduced, r.atom, r.by) // degree 1 stays
		}
		for _, i := range s.occurring(line.full) {
			if !s.atoms[i].variable {
				continue
			}
			if by, ok := solveFor(line.full, i); ok && (line.sort == intSort || natural(by)) {
				nonlinear(func(c constraint) { add(c, replacement{i, by, line.sort}) })
			}
			if by, ok := solveFor(reduced, i); ok && first && (line.sort == intSort || natural(by)) {
				first = false
				all = append(all, replacement{i, by, line.sort})
			}
		}
	}
	if len(all) > 1 {
		nonlinear(func(c constraint) { add(c, all...) })
	}
}

// solveFor solves p = 0 for a variable with coefficient 1 or -1.
func solveFor(p polynomial.Polynomial, i int) (polynomial.Polynomial, bool) {
	slope, rest, ok := p.Split(i)
	if !ok || slope.Degree() > 0 || slope.ConstantTerm().CmpAbs(big.NewInt(1)) != 0 {
		return nil, false
	}
	if slope.ConstantTerm().Sign() > 0 {
		rest = rest.Neg()
	}
	return rest, true
}

// compose replaces variable i of p by q.
func compose(p polynomial.Polynomial, i int, q polynomial.Polynomial) (polynomial.Polynomial, bool) {
	out := polynomial.Polynomial{}
	for m, c := range p {
		power, ok := q.Pow(int(m[i]))
		if !ok {
			return nil, false
		}
		m[i] = 0
		product, ok := power.Mul(polynomial.Polynomial{m: c})
		if !ok {
			return nil, false
		}
		out = out.Add(product)
	}
	return out, true
}

func negatedRelation(op string) string {
	return map[string]string{"<": "≥", "≤": ">", ">": "≤", "≥": "<", "≠": "="}[op]
}

// read adds the constraints that a proposition, or its negation, states.
func (s *system) read(t *term.Term, negated bool) {
	switch {
	case t.Kind == term.Prefix && t.Text == "¬":
		s.read(t.Args[0], !negated)
		return
	case t.Is("∧") && !negated, t.Is("∨") && negated:
		s.read(t.Left(), negated)
		s.read(t.Right(), negated)
		return
	case t.Kind != term.Binary || len(s.constraints) >= maxConstraints:
		return
	}
	op := t.Text
	if negated {
		op = negatedRelation(op)
	}
	sort := s.v.relationSort(t)
	if sort == otherSort {
		return
	}
	c := constraint{sort: sort}
	left, right := t.Left(), t.Right()
	strict := false
	switch op {
	case "=":
		c.equal = true
	case "≥", ">":
		strict = op == ">"
	case "≤", "<":
		left, right = right, left
		strict = op == "<"
	default:
		return
	}
	difference := func(flat bool) (polynomial.Polynomial, bool) {
		a, ok := s.polynomial(left, sort, flat, &c)
		if !ok {
			return nil, false
		}
		b, ok := s.polynomial(right, sort, flat, &c)
		if !ok {
			return nil, false
		}
		d := a.Sub(b)
		if strict {
			d = d.Sub(polynomial.Int(1))
		}
		return d, true
	}
	full, ok := difference(false)
	flat, ok2 := difference(true)
	if ok && ok2 && len(full) > 0 {
		c.full, c.flat = full, flat
		s.constraints = append(s.constraints, c)
	}
}

// relationSort is the type of the numbers that a relation compares: natural
// numbers, integers, or otherSort if that cannot be seen.
func (v *view) relationSort(t *term.Term) sortKind {
	if t.Kind != term.Binary {
		return otherSort
	}
	found := otherSort
	var visit func(*term.Term)
	visit = func(t *term.Term) {
		switch t.Kind {
		case term.Name:
			if x, ok := v.byName[t.Text]; ok && (x.sort == natSort || x.sort == intSort) && found == otherSort {
				found = x.sort
			}
		case term.Prefix:
			if t.Text == "↑" {
				found = intSort
				return
			}
			visit(t.Args[0])
		case term.Binary:
			visit(t.Left())
			if t.Text != "^" {
				visit(t.Right())
			} else if found == otherSort && t.Left().Kind == term.Numeral {
				// The type of a power of a numeral shows nowhere; an integer says so elsewhere.
				found = natSort
				return
			}
		case term.Apply:
			if x, ok := v.byName[t.Head()]; ok && x.sort == functionSort {
				switch sortOf(term.Parse(lastArrow(x.typ))) {
				case natSort:
					found = natSort
				case intSort:
					found = intSort
				}
			}
		}
	}
	visit(t.Left())
	left := found
	found = otherSort
	visit(t.Right())
	if left == intSort || found == intSort {
		return intSort
	}
	if left == natSort || found == natSort {
		return natSort
	}
	return otherSort
}

// lastArrow is what a function type ends in.
func lastArrow(typ string) string {
	t := term.Parse(typ)
	for t.Is("→") {
		t = t.Right()
	}
	return t.String()
}

// maxNumeralExponent bounds the numeral exponents that are multiplied out.
const maxNumeralExponent = 9

// polynomial reads a number of the given sort; flat keeps products and powers whole.
func (s *system) polynomial(t *term.Term, sort sortKind, flat bool, c *constraint) (polynomial.Polynomial, bool) {
	switch t.Kind {
	case term.Numeral:
		return polynomial.Constant(t.Value), true
	case term.Name:
		if x, ok := s.v.byName[t.Text]; ok && x.sort == sort {
			return s.atom(atom{text: t.Text, sort: sort, variable: true})
		}
	case term.Prefix:
		switch t.Text {
		case "-":
			p, ok := s.polynomial(t.Args[0], sort, flat, c)
			return p.Neg(), ok && sort == intSort
		case "↑":
			if sort == intSort {
				c.mixed = true
				return s.polynomial(t.Args[0], natSort, flat, c)
			}
		}
	case term.Binary:
		return s.operation(t, sort, flat, c)
	}
	return s.atom(atom{text: t.String(), sort: sort})
}

func (s *system) operation(t *term.Term, sort sortKind, flat bool, c *constraint) (polynomial.Polynomial, bool) {
	if t.Text == "^" {
		if n, ok := t.Right().IsNumeral(); ok && n <= maxNumeralExponent {
			p, ok := s.polynomial(t.Left(), sort, flat, c)
			if !ok {
				return nil, false
			}
			if !flat || p.Degree() == 0 || n == 1 {
				return p.Pow(int(n))
			}
			return s.atom(atom{text: t.String(), sort: sort})
		}
		a := atom{text: t.String(), sort: sort}
		if b, ok := t.Left().IsNumeral(); ok && b >= 2 && sort == natSort && s.v.isNumber(t.Right()) && t.Right().Kind != term.Numeral {
			a.base, a.exponent = b, t.Right()
		}
		return s.atom(a)
	}
	if t.Text != "+" && t.Text != "*" && t.Text != "-" || t.Text == "-" && sort == natSort {
		a := atom{text: t.String(), sort: sort}
		if t.Text == "-" {
			a.difference = t
		}
		return s.atom(a)
	}
	a, ok := s.polynomial(t.Left(), sort, flat, c)
	if !ok {
		return nil, false
	}
	b, ok := s.polynomial(t.Right(), sort, flat, c)
	if !ok {
		return nil, false
	}
	switch {
	case t.Text == "+":
		return a.Add(b), true
	case t.Text == "-":
		return a.Sub(b), true
	case flat && a.Degree() > 0 && b.Degree() > 0:
		return s.atom(atom{text: t.String(), sort: sort})
	}
	return a.Mul(b)
}

func (s *system) atom(a atom) (polynomial.Polynomial, bool) {
	i, ok := s.index[a.text]
	if !ok {
		if i = len(s.atoms); i == polynomial.MaxVariables {
			return nil, false
		}
		s.index[a.text] = i
		s.atoms = append(s.atoms, a)
	}
	return polynomial.Variable(i), true
}

// occurring are the atoms of a polynomial.
func (s *system) occurring(p polynomial.Polynomial) []int {
	var list []int
	for i := range s.atoms {
		if p.DegreeIn(i) > 0 {
			list = append(list, i)
		}
	}
	return list
}

// names of the atoms, in parentheses where needed.
func (s *system) names() []string {
	list := make([]string, len(s.atoms))
	for i, a := range s.atoms {
		list[i] = a.text
		if !a.variable {
			list[i] = "(" + a.text + ")"
		}
	}
	return list
}

// direction says how an atom is written as a number that is not negative.
type direction int

const (
	free     direction = iota // as itself: only its even powers are not negative
	fromLow                   // low + t
	fromHigh                  // high - 1 - t
)

// directions are the useful ways to write the other atoms of a constraint.
func (s *system) directions(others []int) [][]direction {
	ways := [][]direction{{}}
	for _, i := range others {
		iv := s.atoms[i].interval
		var options []direction
		if iv.hasLow {
			options = append(options, fromLow)
		}
		if iv.hasHigh {
			options = append(options, fromHigh)
		}
		if len(options) == 0 {
			options = []direction{free}
		}
		var next [][]direction
		for _, w := range ways {
			for _, o := range options {
				next = append(next, append(append([]direction{}, w...), o))
			}
		}
		if ways = next; len(ways) > 8 {
			ways = ways[:8]
		}
	}
	return ways
}

// shift writes the atoms in the directions.
func (s *system) shift(p polynomial.Polynomial, others []int, way []direction) polynomial.Polynomial {
	for k, i := range others {
		iv := s.atoms[i].interval
		switch way[k] {
		case fromLow:
			p = p.Substitute(i, big.NewInt(iv.low), 1)
		case fromHigh:
			p = p.Substitute(i, big.NewInt(iv.high-1), -1)
		}
	}
	return p
}

// definite reports whether the polynomial is positive (sign 1) or negative (sign
// -1) wherever the atoms that are not free are not negative: every coefficient has the
// sign, and the constant is not zero.
func definite(p polynomial.Polynomial, sign int, isFree func(int) bool) bool {
	if p.ConstantTerm().Sign() != sign {
		return false
	}
	for m, c := range p {
		if c.Sign() != sign {
			return false
		}
		for i, e := range m {
			if e%2 == 1 && isFree(i) {
				return false
			}
		}
	}
	return true
}
