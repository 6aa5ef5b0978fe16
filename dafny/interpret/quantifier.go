package interpret

import (
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func (c *compiler) quantifier(e *syntax.Expr) code {
	mark := c.mark()
	defer c.release(mark)
	universal := e.Kind == syntax.Forall
	if universal && c.splits < maxAlternatives {
		if x := c.split(e); x != nil {
			return x
		}
	}
	s := c.search(e.Vars, e.Args, func(b *bounds) {
		b.collect(e.Args[0], true)
		// Of a forall, only instances matter where the body is false.
		b.collect(e.Args[1], !universal)
	})
	var within code
	if e.Args[0] != nil {
		within = c.expr(e.Args[0])
	}
	body := c.expr(e.Args[1])
	return func(m *machine, f *frame) Value {
		decided := false
		complete := s.run(m, f, 0, func() bool {
			if within != nil && !m.truth(within(m, f)) {
				return m.err == nil
			}
			v := body(m, f)
			if v.kind != Bool {
				m.confused("a quantifier")
				return false
			}
			decided = (v.n != 0) != universal
			return !decided
		})
		switch {
		case m.err != nil:
			return Value{}
		case decided:
			return boolean(!universal)
		case !complete:
			return m.undefined("a quantifier without finite bounds")
		}
		return boolean(universal)
	}
}

// split compiles a forall whose variables have no bounds as several, if that helps.
func (c *compiler) split(e *syntax.Expr) code {
	mark := c.mark()
	s := c.search(e.Vars, e.Args, func(b *bounds) {
		b.collect(e.Args[0], true)
		b.collect(e.Args[1], false)
	})
	c.release(mark)
	if s.bounded() {
		return nil
	}
	list := rewritten(e)
	if list == nil {
		return nil
	}
	c.splits++
	defer func() { c.splits-- }()
	return c.conjunction(list)
}

// setOf compiles set x | P :: e.
func (c *compiler) setOf(e *syntax.Expr) code {
	mark := c.mark()
	defer c.release(mark)
	s, within := c.comprehension(e)
	if e.Args[1] == nil && len(e.Vars) != 1 {
		return unsupported("a set without a term")
	}
	term := c.termOf(e.Args[1], e.Vars[0])
	return func(m *machine, f *frame) Value {
		var list []Value
		complete := s.run(m, f, 0, func() bool {
			if m.truth(within(m, f)) {
				list = append(list, term(m, f))
				m.room(len(list))
			}
			return m.err == nil
		})
		if m.err != nil {
			return Value{}
		}
		if !complete {
			return m.undefined("a set without finite bounds")
		}
		return m.setOf(list)
	}
}

// comprehension compiles what a set or a map goes over, and which of that it takes.
func (c *compiler) comprehension(e *syntax.Expr) (s *search, within code) {
	s = c.search(e.Vars, e.Args, func(b *bounds) { b.collect(e.Args[0], true) })
	if e.Args[0] == nil {
		return s, constant(boolean(true))
	}
	return s, c.expr(e.Args[0])
}

// termOf is a comprehension's term, or its variable.
func (c *compiler) termOf(e *syntax.Expr, v syntax.Variable) code {
	if e == nil {
		e = &syntax.Expr{Kind: syntax.Ident, Name: v.Name}
	}
	return c.expr(e)
}

// mapOf compiles map x | P :: v and map x | P :: k := v.
func (c *compiler) mapOf(e *syntax.Expr) code {
	mark := c.mark()
	defer c.release(mark)
	s, within := c.comprehension(e)
	var keyExpr *syntax.Expr
	if len(e.Args) > 2 {
		keyExpr = e.Args[1]
	}
	if keyExpr == nil && len(e.Vars) != 1 {
		return unsupported("a map without a key")
	}
	key, value := c.termOf(keyExpr, e.Vars[0]), c.expr(e.Args[len(e.Args)-1])
	return func(m *machine, f *frame) Value {
		r := &mapping{}
		complete := s.run(m, f, 0, func() bool {
			if m.truth(within(m, f)) {
				k, v := key(m, f), value(m, f)
				if m.err == nil {
					r = m.mapSet(r, k, v)
				}
			}
			return m.err == nil
		})
		if m.err != nil {
			return Value{}
		}
		if !complete {
			return m.undefined("a map without finite bounds")
		}
		return Value{kind: Map, p: r}
	}
}

// maxChoices is how many values of "x :| P" a random one is taken from.
const maxChoices = 8

// choice declares the variables of "x :| P" and compiles the search for their
// values.
func (c *compiler) choice(vars []syntax.Variable, p *syntax.Expr) func(m *machine, f *frame) bool {
	s := c.search(vars, []*syntax.Expr{p}, func(b *bounds) { b.collect(p, true) })
	test := c.expr(p)
	random := make([]code, len(vars))
	for i, v := range vars {
		random[i] = c.arbitrary(v.Type)
	}
	return func(m *machine, f *frame) bool {
		var found [][]Value
		take := func() bool {
			v, ok := m.attempt(test, f)
			if ok && m.truth(v) {
				var values []Value
				for _, d := range s.all {
					values = append(values, f.slots[d.slot])
				}
				found = append(found, values)
			}
			return m.err == nil && len(found) < maxChoices && (m.running || len(found) == 0)
		}
		s.run(m, f, 0, take)
		if len(found) == 0 && m.running {
			for range 200 {
				if m.charge(1); m.err != nil {
					break
				}
				for i, d := range s.all {
					f.slots[d.slot] = random[i](m, f)
				}
				if !take() || len(found) > 0 {
					break
				}
			}
		}
		if m.err != nil || len(found) == 0 {
			return false
		}
		i := 0
		if m.running {
			i = m.rand.IntN(len(found))
		}
		for j, d := range s.all {
			f.slots[d.slot] = found[i][j]
		}
		return true
	}
}

// attempt evaluates something that may well be undefined.
func (m *machine) attempt(x code, f *frame) (Value, bool) {
	if m.err != nil {
		return Value{}, false
	}
	calls, inside := m.calls, m.inside
	v := x(m, f)
	if m.err == nil {
		return v, true
	}
	if u, ok := m.err.(*Undefined); !ok || !u.Limit || m.steps >= 0 {
		if m.ctx == nil || m.ctx.Err() == nil {
			m.err = nil
		}
	}
	m.calls, m.inside = calls, inside
	return Value{}, false
}

// search goes through the values of variables.
type search struct {
	all []*domain // in the order of the declaration
	in  []*domain // in the order in which they are chosen
}

// domain says which values a variable can have. All but the first of the parts
// that can be computed are left to the test of the instance.
type domain struct {
	slot    int
	equals  []code
	sets    []code
	lows    []limit
	highs   []limit
	finite  []Value // of the type
	class   *class  // of the objects
	natural bool
	number  bool // that the type is int is known
	untyped bool // nothing is known of the type; integers are the most frequent
	check   check
}

type limit struct {
	x      code
	strict bool
}

// search declares variables and finds out what they range over.
//
// The conditions in about tell the types that are not written.
func (c *compiler) search(vars []syntax.Variable, about []*syntax.Expr, collect func(*bounds)) *search {
	s := &search{}
	b := &bounds{inline: c.inline, open: map[string]bool{}, low: map[string][]bound{}, high: map[string][]bound{}, sets: map[string][]*syntax.Expr{}, equals: map[string][]*syntax.Expr{}}
	byName := map[string]*domain{}
	for _, v := range vars {
		if v.Type == nil {
			for _, e := range about {
				if v.Type = c.guess(v.Name, e); v.Type != nil {
					break
				}
			}
			if v.Type != nil && (v.Type.Name == "" || v.Type.Nullable) {
				v.Type = nil
			}
		}
		d := &domain{slot: c.bind(v.Name, v.Type)}
		s.all = append(s.all, d)
		byName[v.Name] = d
		b.open[v.Name] = true
		c.typeDomain(d, b, v)
	}
	collect(b)
	order := make([]string, 0, len(vars))
	for _, v := range vars {
		order = append(order, v.Name)
	}
	for len(order) > 0 {
		best, score := 0, -1
		for i, name := range order {
			if n := b.score(name, byName[name]); n > score {
				best, score = i, n
			}
		}
		name := order[best]
		order = append(order[:best:best], order[best+1:]...)
		d := byName[name]
		c.compileDomain(d, b, name)
		s.in = append(s.in, d)
		delete(b.open, name)
	}
	return s
}

// typeDomain adds what is known from the variable's type.
func (c *compiler) typeDomain(d *domain, b *bounds, v syntax.Variable) {
	if v.Type == nil {
		d.untyped = true
		return
	}
	base, constraints := c.in.expand(*v.Type, c.path)
	for _, p := range constraints {
		b.collect(rename(p.Value, p.Params[0].Name, v.Name), true)
	}
	d.check = c.check(*v.Type)
	switch base.Name {
	case "bool":
		d.finite = []Value{boolean(false), boolean(true)}
	case "nat":
		d.natural, d.number = true, true
	case "int":
		d.number = true
	default:
		if k := c.in.classOf(base.Name, c.path); k != nil {
			if k.decl.Kind == syntax.Class || k.decl.Kind == syntax.Trait {
				d.class = k
			}
			d.finite = c.in.enumeration(k)
		}
	}
}

// enumeration are the values of a datatype whose constructors have no fields.
func (in *Interpreter) enumeration(k *class) (list []Value) {
	for _, x := range k.constructors {
		if len(x.fields) > 0 {
			return nil
		}
		list = append(list, Value{kind: Data, p: &data{constructor: x}})
	}
	return list
}

func (c *compiler) compileDomain(d *domain, b *bounds, name string) {
	for _, e := range b.equals[name] {
		if !b.mentions(e, name) {
			d.equals = append(d.equals, c.expr(e))
		}
	}
	for _, e := range b.sets[name] {
		if !b.mentions(e, name) {
			d.sets = append(d.sets, c.expr(e))
		}
	}
	for _, x := range b.closed(b.low, name, 0) {
		d.lows = append(d.lows, limit{c.expr(x.e), x.strict})
	}
	for _, x := range b.closed(b.high, name, 0) {
		d.highs = append(d.highs, limit{c.expr(x.e), x.strict})
	}
}

// window is how many values are tried of a variable that has no bounds. They can
// refute a forall and prove an exists, but not more.
const window = 12

// run goes through all values of the variables from the i-th on. It returns
// whether these were all that there are. Visit returns whether to go on.
func (s *search) run(m *machine, f *frame, i int, visit func() bool) (complete bool) {
	complete, _ = s.step(m, f, i, visit)
	return complete
}

func (s *search) step(m *machine, f *frame, i int, visit func() bool) (complete, more bool) {
	if i == len(s.in) {
		m.charge(1)
		if m.err != nil {
			return false, false
		}
		return true, visit() && m.err == nil
	}
	d := s.in[i]
	complete = true
	each := func(v Value) bool {
		f.slots[d.slot] = v
		if d.check != nil {
			if m.inside++; !d.check(m, v) {
				m.inside--
				return m.err == nil
			}
			m.inside--
		}
		c, more := s.step(m, f, i+1, visit)
		complete = complete && c
		return more
	}
	all, more := d.values(m, f, each)
	return complete && all, more
}

// values yields the values of the variable. It returns whether these are all.
func (d *domain) values(m *machine, f *frame, each func(Value) bool) (all, more bool) {
	for _, x := range d.equals {
		if v, ok := m.attempt(x, f); ok {
			return true, each(v)
		}
	}
	for _, x := range d.sets {
		v, ok := m.attempt(x, f)
		if !ok {
			continue
		}
		// The values of a sequence may be equal; the test does not mind.
		for _, w := range v.elements() {
			if !each(w) {
				return true, false
			}
		}
		if v.kind == Seq || v.kind == Set || v.kind == Multiset || v.kind == Map {
			return true, true
		}
	}
	if d.finite != nil {
		for _, v := range d.finite {
			if !each(v) {
				return true, false
			}
		}
		return true, true
	}
	if d.class != nil {
		for id, o := range m.heap.objects {
			if o.class == d.class && !each(reference(id)) {
				return true, false
			}
		}
		return d.class.decl.Kind == syntax.Class, true
	}
	return d.numbers(m, f, each)
}

// numbers yields integers or characters between the limits.
func (d *domain) numbers(m *machine, f *frame, each func(Value) bool) (all, more bool) {
	kind, low, high := Int, int64(0), int64(0)
	hasLow, hasHigh := d.natural, false
	for i, list := range [2][]limit{d.lows, d.highs} {
		for _, l := range list {
			v, ok := m.attempt(l.x, f)
			if !ok || v.kind != Int && v.kind != Char || v.p != nil || v.n < -1<<40 || v.n > 1<<40 {
				continue
			}
			kind = v.kind
			switch {
			case i == 0:
				if l.strict {
					v.n++
				}
				if !hasLow || v.n > low {
					low, hasLow = v.n, true
				}
			default:
				if l.strict {
					v.n--
				}
				if !hasHigh || v.n < high {
					high, hasHigh = v.n, true
				}
			}
		}
	}
	if m.err != nil {
		return false, false
	}
	all = hasLow && hasHigh
	switch {
	case all:
	case kind == Char:
		return false, true
	case hasLow:
		high = low + window
	case hasHigh:
		low = high - window
	case d.number || d.untyped:
		low, high = -window/4, window
	default:
		return false, true
	}
	for n := low; n <= high; n++ {
		if !each(Value{kind: kind, n: n}) {
			return all, false
		}
	}
	return all, true
}
