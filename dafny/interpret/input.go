package interpret

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// input makes up arguments that satisfy what is required, in the frame of the
// method. If it is not ok, there is no frame.
func (x *experiment) input(m *machine, try int) (f *frame, s saved, ok bool) {
	f, s = m.enter(x.routine.slots, x.routine.weight)
	if f == nil {
		return nil, s, false
	}
	p := &proposal{x: x, m: m, f: f}
	p.propose(try)
	if m.err == nil && p.satisfy() {
		return f, s, true
	}
	if m.err != nil && x.reason == nil {
		x.reason = m.err
	}
	m.leave(s)
	return nil, s, false
}

// proposal is an input that is made up.
type proposal struct {
	x *experiment
	m *machine
	f *frame
	g generator
}

func (p *proposal) propose(try int) {
	x := p.x
	p.g = generator{in: x.in, m: p.m, rand: x.rand, length: -1}
	p.g.largest = 6
	if try%5 == 0 {
		p.g.largest = 2 // short ones satisfy more
	}
	if x.rand.IntN(2) == 0 {
		p.g.style = style(x.rand.IntN(int(styles)))
	}
	if x.rand.IntN(3) == 0 { // several of the same length
		p.g.length = x.rand.IntN(p.g.largest + 1)
	}
	if x.routine.class != nil && !isStatic(x.decl) && x.decl.Kind != syntax.Constructor {
		p.f.slots[0] = p.self()
	}
	for i := range x.decl.Params {
		p.redraw(i)
	}
	p.relate()
}

// redraw makes up a parameter.
func (p *proposal) redraw(i int) {
	v := p.x.decl.Params[i]
	if v.Type == nil {
		p.m.unsupported("a parameter without a type")
		return
	}
	p.f.slots[1+i] = p.g.value(*v.Type, p.x.routine.compiler().path, 0)
}

// self makes up the object that the method is called on.
func (p *proposal) self() Value {
	k := p.x.routine.class
	t := syntax.Type{Name: k.decl.Name}
	switch k.decl.Kind {
	case syntax.Datatype:
		return p.g.data(k, t, 0)
	case syntax.Trait:
		return p.g.value(t, k.decl.Path, 0)
	}
	return p.g.object(k, t, 0)
}

// relate makes numbers elements or lengths of the other arguments, now and then.
func (p *proposal) relate() {
	var lists [][]Value
	for i := range p.x.decl.Params {
		if list := p.elements(p.f.slots[1+i]); len(list) > 0 {
			lists = append(lists, list)
		}
	}
	if len(lists) == 0 || p.m.err != nil {
		return
	}
	for i := range p.x.decl.Params {
		v := p.f.slots[1+i]
		list := lists[p.x.rand.IntN(len(lists))]
		switch p.x.rand.IntN(4) {
		case 0:
			if w := list[p.x.rand.IntN(len(list))]; w.kind == v.kind && v.kind >= Int && v.kind <= Char {
				p.f.slots[1+i] = w
			}
		case 1:
			if v.kind == Int {
				p.f.slots[1+i] = integer(int64(p.x.rand.IntN(len(list) + 1)))
			}
		}
	}
}

// elements are what an argument consists of, if it is a sequence or an array.
func (p *proposal) elements(v Value) []Value {
	switch {
	case v.kind == Seq:
		return v.elements()
	case v.kind == Ref && v.n > 0 && int(v.n) < len(p.m.heap.objects):
		if o := p.m.heap.objects[v.n]; len(o.lengths) == 1 {
			return o.cells
		}
	}
	return nil
}

// failing is the number of the first condition that does not hold, or -1.
func (p *proposal) failing() int {
	r := p.x.routine
	p.m.inside++
	defer func() { p.m.inside-- }()
	p.f.old = p.m.heap
	for i, k := range r.checks {
		if k != nil && !k(p.m, p.f.slots[1+i]) {
			p.m.forgive()
			return i
		}
	}
	for i, x := range r.requires {
		v, ok := p.m.attempt(x, p.f)
		if !ok || v.kind != Bool || v.n == 0 {
			return len(r.checks) + i
		}
	}
	return -1
}

// key tells inputs apart.
func (x *experiment) key(m *machine, f *frame) string {
	var b strings.Builder
	s := Snapshot{heap: m.heap}
	for i := range len(x.decl.Params) + 1 {
		b.WriteString(s.show(f.slots[i]))
		b.WriteByte(';')
	}
	return b.String()
}
