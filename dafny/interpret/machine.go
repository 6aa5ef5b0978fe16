package interpret

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// The limits of one run or evaluation.
const (
	maxCalls = 2000
	// maxWeight bounds the depths of the nested expressions and statements of all
	// active calls together, and so the use of Go's stack.
	maxWeight = 60_000
	// evalSteps are calls, instances of quantifiers and such.
	evalSteps = 60_000
	maxMemo   = 20_000
)

// machine is the state of a run or an evaluation.
type machine struct {
	ctx  context.Context
	heap *heap
	// err is the first error. When it is set, values mean nothing, and what loops
	// or recurses must stop.
	err    error
	steps  int
	ticks  int
	calls  int
	weight int
	// inside is the number of active functions.
	inside int
	stack  []Value
	top    int
	frames []*frame
	memo   map[memoKey]Value
	rand   *rand.Rand
	// running says that statements are run: there are random choices.
	running bool
	// label is where a break or continue goes to, empty for the innermost loop.
	label string
	// levels is how many loops further out.
	levels int
}

type memoKey struct {
	r *routine
	a [4]Value
}

// frame is an active call. Slot 0 is "this".
type frame struct {
	slots []Value
	// old is the heap at the beginning of the method.
	old *heap
	// labels are the heaps of labels, those that an old@L(...) refers to. The map is
	// never changed: states share it.
	labels map[string]*heap
	// observer is set where the states of the frame are recorded.
	observer *observer
}

func (m *machine) fail(err error) Value {
	if m.err == nil {
		m.err = err
	}
	return Value{}
}

func (m *machine) undefined(reason string) Value {
	if m.err == nil {
		m.err = &Undefined{Reason: reason}
	}
	return Value{}
}

func (m *machine) limit(reason string) Value {
	if m.err == nil {
		m.err = &Undefined{Reason: reason, Limit: true}
	}
	return Value{}
}

func (m *machine) unsupported(what string) Value {
	if m.err == nil {
		m.err = fmt.Errorf("%w: %s", ErrUnsupported, what)
	}
	return Value{}
}

// confused says that an operator does not fit its operands: the program has a type
// error, or a type was not understood.
func (m *machine) confused(op string) Value {
	if m.err == nil {
		m.err = fmt.Errorf("%w: the operands of %s", ErrUnsupported, op)
	}
	return Value{}
}

// charge counts steps.
func (m *machine) charge(n int) {
	if m.steps -= n; m.steps < 0 {
		m.limit("too many steps")
		return
	}
	if m.ticks += n; m.ticks > 2000 && m.ctx != nil {
		m.ticks = 0
		if err := m.ctx.Err(); err != nil {
			m.fail(err)
		}
	}
}

func (m *machine) truth(v Value) bool {
	if v.kind != Bool {
		if m.err == nil {
			m.confused("a condition")
		}
		return false
	}
	return v.n != 0
}

// small returns an integer that fits; others are no index.
func (m *machine) small(v Value) int64 {
	if v.kind != Int {
		m.confused("an index")
		return 0
	}
	if v.p != nil {
		m.undefined("index out of range")
		return 0
	}
	return v.n
}

// enter makes a frame with n slots, of which all are unset. Leave ends it.
func (m *machine) enter(n, weight int) (f *frame, s saved) {
	s = saved{m.stack, m.top, m.weight}
	if m.calls >= maxCalls || m.weight+weight > maxWeight {
		m.limit("calls are nested too deeply")
		return nil, s
	}
	m.charge(1)
	if m.top+n > len(m.stack) {
		// The frames of the old stack keep it.
		m.stack = make([]Value, max(2*len(m.stack), n, 256))
		m.top = 0
	}
	if m.calls == len(m.frames) {
		m.frames = append(m.frames, &frame{})
	}
	f = m.frames[m.calls]
	slots := m.stack[m.top : m.top+n : m.top+n]
	clear(slots)
	*f = frame{slots: slots}
	m.top += n
	m.calls++
	m.weight += weight
	return f, s
}

type saved struct {
	stack  []Value
	top    int
	weight int
}

func (m *machine) leave(s saved) {
	m.stack, m.top, m.weight = s.stack, s.top, s.weight
	m.calls--
}
