package interpret

import "slices"

// heap holds the arrays and objects; a reference is an index. The one at 0 stands
// for null.
type heap struct {
	objects []*object
	// epoch grows with every copy: objects of an earlier epoch belong to a copy, too.
	epoch int
	// frozen is a copy that is still the same, or nil.
	frozen *heap
	// cells bounds the memory.
	cells int
}

// maxCells bounds the elements and fields that a run allocates.
const maxCells = 1 << 17

// object is an array or an object of a class.
type object struct {
	epoch int
	// class is nil for arrays.
	class *class
	// lengths are an array's.
	lengths []int64
	cells   []Value
}

func newHeap() *heap { return &heap{objects: []*object{{}}} }

// freeze returns a copy that does not change. Only what is written afterwards
// takes memory.
func (h *heap) freeze() *heap {
	if h.frozen == nil {
		h.frozen = &heap{objects: slices.Clone(h.objects)}
		h.epoch++
	}
	return h.frozen
}

// freeze copies the heap, which takes steps: a run that allocates much pays for it.
func (m *machine) freeze() *heap {
	if m.heap.frozen == nil {
		m.charge(len(m.heap.objects) / 32)
	}
	return m.heap.freeze()
}

func (m *machine) allocate(o *object) Value {
	h := m.heap
	if h.cells += len(o.cells) + 4; h.cells > maxCells {
		return m.limit("too much memory is allocated")
	}
	o.epoch = h.epoch
	h.objects = append(h.objects, o)
	h.frozen = nil
	return reference(len(h.objects) - 1)
}

// object is what a reference refers to.
func (m *machine) object(v Value) *object {
	switch {
	case v.kind != Ref:
		if m.err == nil {
			m.confused("a reference")
		}
	case v.n == 0:
		m.undefined("null is dereferenced")
	case int(v.n) >= len(m.heap.objects):
		m.undefined("the object is not allocated") // in old(...)
	default:
		return m.heap.objects[v.n]
	}
	return nil
}

// write changes an array's element or an object's field.
func (m *machine) write(v Value, cell int, x Value) {
	o := m.object(v)
	if o == nil {
		return
	}
	h := m.heap
	if o.epoch != h.epoch {
		o = &object{epoch: h.epoch, class: o.class, lengths: o.lengths, cells: slices.Clone(o.cells)}
		m.charge(len(o.cells) / 16)
		h.objects[v.n] = o
	}
	h.frozen = nil
	o.cells[cell] = x
}

// cell finds an array's element.
func (m *machine) cell(o *object, indices []Value) (at int, ok bool) {
	if o.class != nil || len(indices) != len(o.lengths) {
		m.confused("[ ]")
		return 0, false
	}
	for i, v := range indices {
		n := m.small(v)
		if m.err != nil {
			return 0, false
		}
		if n < 0 || n >= o.lengths[i] {
			m.undefined("index out of range")
			return 0, false
		}
		at = at*int(o.lengths[i]) + int(n)
	}
	return at, true
}
