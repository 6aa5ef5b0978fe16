package interpret

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Options say how much is observed; what is zero has a default.
type Options struct {
	// Runs is how many inputs that satisfy the preconditions are wanted (40).
	Runs int
	// Tries is how many inputs are made up for that (2000).
	Tries int
	// Seed decides all that is left to chance.
	Seed int64
	// MaxSteps is the length of a run in statements, calls and instances of
	// quantifiers (20000). A longer one is cut: the states that it came by are
	// observations, too.
	MaxSteps int
	// MaxSnapshots is how many states are kept of a point (60).
	MaxSnapshots int
}

func (o Options) withDefaults() Options {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	set(&o.Runs, 40)
	set(&o.Tries, 2000)
	set(&o.MaxSteps, 20_000)
	set(&o.MaxSnapshots, 60)
	return o
}

// Traces are the states that the runs of a method came by.
type Traces struct {
	// Runs are those that came to the method's end.
	Runs int
	// Cut are those that ended earlier: by a limit, by what is not supported, or by an
	// assumption that does not hold. The states that they came by count, too.
	Cut int
	// Reason is why the first of them was cut, or why no input was found; or nil.
	Reason error
	// Loops are the states in which a loop's guard is evaluated, by the offset of
	// the loop. The last one, when it does not hold, is among them.
	Loops map[int][]*Snapshot
	// Before are the states before statements, by their offset, and at the end of
	// blocks, by the offset of the brace.
	Before map[int][]*Snapshot
	// Exits are the states at the method's end.
	Exits []*Snapshot
}

// perRun is how many early, late and random states of one run are kept of a point.
const perRun = 2

// observer collects the states of one run.
type observer struct {
	run  int
	rand *rand.Rand
	seen map[*point]*sample
}

// sample are states of one point: the first ones, the last ones, and random ones
// from between.
type sample struct {
	count  int
	first  []*Snapshot
	late   [perRun]*Snapshot
	middle []*Snapshot
}

func (o *observer) record(p *point, m *machine, f *frame) {
	if m.err != nil {
		return
	}
	s := o.seen[p]
	if s == nil {
		s = &sample{}
		o.seen[p] = s
	}
	x := &Snapshot{point: p, slots: append([]Value(nil), f.slots[:p.compiler.next]...), heap: m.freeze(), old: f.old, labels: f.labels, Run: o.run}
	s.count++
	if len(s.first) < perRun {
		s.first = append(s.first, x)
		return
	}
	// What leaves the last ones may become one of the random ones.
	at := s.count % perRun
	out := s.late[at]
	s.late[at] = x
	switch {
	case out == nil:
	case len(s.middle) < perRun:
		s.middle = append(s.middle, out)
	default:
		if i := o.rand.IntN(s.count); i < perRun {
			s.middle[i] = out
		}
	}
}

func (s *sample) all() []*Snapshot {
	list := append(append([]*Snapshot(nil), s.first...), s.middle...)
	for i := 1; i <= perRun; i++ {
		if x := s.late[(s.count+i)%perRun]; x != nil {
			list = append(list, x)
		}
	}
	return list
}

// Observe runs a method on made-up inputs. It is an error only if the method cannot
// be run at all; that no input was found, or that runs were cut, is said in the
// traces.
func (in *Interpreter) Observe(ctx context.Context, d *syntax.Decl, o Options) (t *Traces, err error) {
	defer guard(&err)
	o = o.withDefaults()
	if !d.Callable() || d.Body == nil {
		return nil, fmt.Errorf("%w: %s has no body of statements", ErrUnsupported, d.Name)
	}
	x := in.experiment(ctx, d, o)
	for tries := 0; x.runs < o.Runs && tries < o.Tries; tries++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !x.once(tries) && x.hopeless() {
			break
		}
	}
	return x.traces(), nil
}

// experiment is one method that is observed.
type experiment struct {
	in      *Interpreter
	ctx     context.Context
	decl    *syntax.Decl
	options Options
	routine *routine
	points  *points
	rand    *rand.Rand
	runs    int
	cut     int
	reason  error
	all     map[*point][]*Snapshot
	inputs  map[string]int
	refused int // inputs since the last run
	memo    map[memoKey]Value
	spent   int // steps for inputs that were refused
}

func (in *Interpreter) experiment(ctx context.Context, d *syntax.Decl, o Options) *experiment {
	x := &experiment{in: in, ctx: ctx, decl: d, options: o, rand: rand.New(rand.NewPCG(uint64(o.Seed), 0)), all: map[*point][]*Snapshot{}, inputs: map[string]int{}, memo: map[memoKey]Value{}}
	x.points = &points{loops: map[int]*point{}, before: map[int]*point{}}
	r := &routine{in: in, decl: d, class: in.owner(d)}
	r.once.Do(func() { r.compileObserved(x.points) })
	x.routine = r
	return x
}

// owner is the class that a member belongs to.
func (in *Interpreter) owner(d *syntax.Decl) *class {
	for _, c := range in.classes {
		for _, x := range c.decl.Members {
			if x == d {
				return c
			}
		}
	}
	return nil
}

func (x *experiment) machine() *machine {
	return &machine{ctx: x.ctx, heap: newHeap(), steps: x.options.MaxSteps, rand: x.rand, running: true, memo: x.memo, stack: make([]Value, 512)}
}

// maxRepeats is how often the same input is run; runs may differ by chance.
const maxRepeats = 3

// once makes up an input and runs the method on it, if it satisfies what is
// required.
func (x *experiment) once(try int) bool {
	m := x.machine()
	f, saved, ok := x.input(m, try)
	if !ok {
		x.refused++
		x.spent += x.options.MaxSteps - m.steps + 20
		return false
	}
	key := x.key(m, f)
	if x.inputs[key] >= maxRepeats {
		m.leave(saved)
		x.refused++
		return false
	}
	x.inputs[key]++
	x.refused = 0
	m.steps = x.options.MaxSteps
	obs := &observer{run: x.runs + x.cut, rand: x.rand, seen: map[*point]*sample{}}
	f.observer = obs
	f.old = m.freeze()
	if x.decl.Kind == syntax.Constructor && x.routine.class != nil {
		c := x.routine.compiler()
		f.slots[0] = m.allocate(&object{class: x.routine.class, cells: m.eval(c.fieldsOf(x.routine.class), f)})
	}
	for i, zero := range x.routine.zero {
		f.slots[x.routine.results+i] = zero(m, f)
	}
	x.routine.run(m, f)
	if m.err == nil {
		obs.record(x.points.exit, m, f)
	}
	m.leave(saved)
	switch {
	case m.err != nil:
		x.cut++
		if x.reason == nil {
			x.reason = m.err
		}
	default:
		x.runs++
	}
	for p, s := range obs.seen {
		x.all[p] = append(x.all[p], s.all()...)
		if len(x.all[p]) > 4*x.options.MaxSnapshots {
			x.all[p] = x.thin(x.all[p], 2*x.options.MaxSnapshots)
		}
	}
	return true
}

// refusedSteps bounds the steps for inputs that are refused.
const refusedSteps = 2_000_000

// hopeless reports whether further tries are not worth their time.
func (x *experiment) hopeless() bool {
	return x.cut > 3*x.options.Runs || x.runs == 0 && x.cut >= x.options.Runs || x.spent > refusedSteps || x.refused > 50 && x.trivial()
}

// trivial reports whether there is only one input.
func (x *experiment) trivial() bool {
	return len(x.decl.Params) == 0 && (x.routine.class == nil || isStatic(x.decl))
}

// thin keeps n of the states, in their order.
func (x *experiment) thin(list []*Snapshot, n int) []*Snapshot {
	if len(list) <= n {
		return list
	}
	var kept []*Snapshot
	for i, s := range list {
		// Each is kept with the probability that makes it n in all.
		if x.rand.IntN(len(list)-i) < n-len(kept) {
			kept = append(kept, s)
		}
	}
	return kept
}

func (x *experiment) traces() *Traces {
	t := &Traces{Runs: x.runs, Cut: x.cut, Reason: x.reason, Loops: map[int][]*Snapshot{}, Before: map[int][]*Snapshot{}}
	take := func(from map[int]*point, to map[int][]*Snapshot) {
		for _, offset := range sortedKeys(from) {
			if list := x.all[from[offset]]; len(list) > 0 {
				to[offset] = x.thin(list, x.options.MaxSnapshots)
			}
		}
	}
	take(x.points.loops, t.Loops)
	take(x.points.before, t.Before)
	t.Exits = x.thin(x.all[x.points.exit], x.options.MaxSnapshots)
	return t
}

// compileObserved compiles a method so that it reports its states.
func (r *routine) compileObserved(p *points) {
	c := r.compiler()
	for _, v := range r.decl.Params {
		c.bind(v.Name, v.Type)
		var k check
		if v.Type != nil {
			k = c.check(*v.Type)
		}
		r.checks = append(r.checks, k)
	}
	r.results = c.next
	c.results, c.firstResult = r.decl.Results, c.next
	for _, clause := range r.decl.Clauses {
		if clause.Kind == syntax.Requires {
			r.requires = append(r.requires, c.exprs(clause.Exprs)...)
		}
	}
	r.requires = append(r.requires, c.contract(r.decl)...)
	for _, v := range r.decl.Results {
		c.bind(v.Name, v.Type)
		r.zero = append(r.zero, c.arbitrary(v.Type))
	}
	r.scope = c.scope
	p.exit = newPoint(c)
	c.points = p
	r.run = c.block(r.decl.Body)
	r.slots, r.weight = c.max, c.deep+1
}
