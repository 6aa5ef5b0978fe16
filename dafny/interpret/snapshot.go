package interpret

import (
	"math/big"
	"strings"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Snapshot is a state that a run came by: the variables that are visible at a
// point of a method, the heap, and the heap of the method's beginning. It does not
// change. It may be used by several goroutines at once.
type Snapshot struct {
	point *point
	slots []Value
	heap  *heap
	old   *heap
	// labels are as in a frame.
	labels map[string]*heap
	// Run tells the runs apart, from 0 on.
	Run int
}

// point is a place in a method where states are observed.
type point struct {
	in *Interpreter
	// compiler is as it was there.
	compiler compiler
	codes    sync.Map // *syntax.Expr to *compiled
}

type compiled struct {
	x             code
	slots, weight int
}

// points are those of one method.
type points struct {
	loops, before map[int]*point
	exit          *point
}

func (p *points) add(to map[int]*point, offset int, c *compiler) *point {
	x := newPoint(c)
	to[offset] = x
	return x
}

func newPoint(c *compiler) *point {
	p := &point{in: c.in, compiler: *c}
	p.compiler.points = nil
	p.compiler.depth, p.compiler.deep, p.compiler.work = 0, 0, 0
	p.compiler.max = p.compiler.next
	return p
}

func (p *point) compile(e *syntax.Expr) *compiled {
	if x, ok := p.codes.Load(e); ok {
		return x.(*compiled)
	}
	c := p.compiler
	x := &compiled{}
	x.x = c.expr(e)
	x.slots, x.weight = c.max, c.deep+1
	p.codes.Store(e, x)
	return x
}

// Eval evaluates an expression in the state. The error is an *[Undefined] if the
// expression has no value, and [ErrUnsupported] if it is not understood. What is
// compiled is kept with the expression as long as the traces are.
func (s *Snapshot) Eval(e *syntax.Expr) (v Value, err error) {
	defer guard(&err)
	x := s.point.compile(e)
	m := s.point.in.machine()
	m.heap = s.heap
	f, saved := m.enter(x.slots, x.weight)
	if f != nil {
		copy(f.slots, s.slots)
		f.old, f.labels = s.old, s.labels
		v = x.x(m, f)
		m.leave(saved)
	}
	err = m.err
	s.point.in.machines.Put(m)
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// machine returns one for an evaluation. What it remembers of pure functions may
// be from earlier ones.
func (in *Interpreter) machine() *machine {
	m, ok := in.machines.Get().(*machine)
	if !ok {
		m = &machine{memo: map[memoKey]Value{}, stack: make([]Value, 512)}
	}
	m.err, m.steps, m.top, m.calls, m.weight, m.inside = nil, evalSteps, 0, 0, 0, 0
	return m
}

// Holds evaluates a condition.
func (s *Snapshot) Holds(e *syntax.Expr) (bool, error) {
	v, err := s.Eval(e)
	if err == nil && v.kind != Bool {
		err = (&machine{}).mistyped()
	}
	return v.Bool(), err
}

func (m *machine) mistyped() error {
	m.confused("a condition")
	return m.err
}

// Variable returns the value of a variable that is visible.
func (s *Snapshot) Variable(name string) (Value, bool) {
	v := s.point.compiler.scope.find(name)
	if v == nil || v.slot >= len(s.slots) || s.slots[v.slot].kind == Invalid {
		return Value{}, false
	}
	return s.slots[v.slot], true
}

// Ints returns the integers of the state by how they are written: the variables of
// integral types and those fields of "this", and the lengths of arrays, sequences
// and other collections.
func (s *Snapshot) Ints() map[string]*big.Int {
	terms := map[string]*big.Int{}
	seen := map[string]bool{}
	for v := s.point.compiler.scope; v != nil; v = v.outer {
		if v.name == "" || v.name == "_" || seen[v.name] || v.slot >= len(s.slots) {
			continue
		}
		seen[v.name] = true
		s.ints(terms, v.name, s.slots[v.slot])
	}
	c := s.point.compiler
	if c.class == nil || c.static || s.slots[0].kind != Ref || s.slots[0].n == 0 {
		return terms
	}
	o := s.heap.objects[s.slots[0].n]
	for i, v := range c.class.fields {
		if !seen[v.Name] && i < len(o.cells) {
			s.ints(terms, v.Name, o.cells[i])
		}
	}
	return terms
}

func (s *Snapshot) ints(terms map[string]*big.Int, name string, v Value) {
	switch v.kind {
	case Int:
		terms[name] = v.Int()
	case Seq, Set, Multiset, Map:
		terms["|"+name+"|"] = (&machine{steps: evalSteps}).size(v).Int()
	case Ref:
		if v.n <= 0 || int(v.n) >= len(s.heap.objects) {
			return
		}
		lengths := s.heap.objects[v.n].lengths
		switch len(lengths) {
		case 0:
		case 1:
			terms[name+".Length"] = big.NewInt(lengths[0])
		default:
			for i, n := range lengths {
				terms[name+".Length"+string(rune('0'+i%10))] = big.NewInt(n)
			}
		}
	}
}

// String shows the variables of the state.
func (s *Snapshot) String() string {
	var list []string
	seen := map[string]bool{}
	for v := s.point.compiler.scope; v != nil; v = v.outer {
		if v.name == "" || seen[v.name] || v.slot >= len(s.slots) {
			continue
		}
		seen[v.name] = true
		list = append([]string{v.name + " = " + s.show(s.slots[v.slot])}, list...)
	}
	if c := s.point.compiler; c.class != nil && !c.static {
		list = append(list, "this = "+s.show(s.slots[0]))
	}
	return strings.Join(list, ", ")
}

// show writes a value, and of a reference what it refers to.
func (s *Snapshot) show(v Value) string {
	if v.kind != Ref || v.n <= 0 || int(v.n) >= len(s.heap.objects) {
		return v.String()
	}
	o := s.heap.objects[v.n]
	if o.class == nil {
		return v.String() + seqOf(o.cells).String()
	}
	var b strings.Builder
	b.WriteString(v.String() + "{")
	for i, f := range o.class.fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name + ": " + o.cells[i].String())
	}
	return b.String() + "}"
}
