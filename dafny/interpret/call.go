package interpret

import (
	"slices"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// routine is a function, a constant or a method, compiled when it is first called.
type routine struct {
	in    *Interpreter
	decl  *syntax.Decl
	class *class

	once     sync.Once
	missing  string // why it cannot be called
	slots    int
	weight   int
	results  int  // the slot of the first result
	pure     bool // it depends on its arguments only
	oldHeap  bool // the body looks at the heap of the beginning
	body     code
	run      step
	requires []code
	checks   []check // of the parameters' types, or nil
	zero     []code  // the values that results have in the beginning
	scope    *scope
}

func (in *Interpreter) routine(d *syntax.Decl, owner *class) *routine {
	in.mu.Lock()
	defer in.mu.Unlock()
	r := in.routines[d]
	if r == nil {
		r = &routine{in: in, decl: d, class: owner}
		in.routines[d] = r
	}
	return r
}

func (r *routine) compiler() *compiler {
	c := &compiler{in: r.in, path: r.decl.Path, class: r.class, static: r.class == nil || isStatic(r.decl)}
	c.next, c.max = 1, 1
	if r.class != nil {
		c.path = r.class.decl.Path
	}
	return c
}

// prepare compiles the routine.
func (r *routine) prepare() { r.once.Do(r.compile) }

func (r *routine) compile() {
	d := r.decl
	c := r.compiler()
	r.pure = (r.class == nil || isStatic(d)) && len(d.Params) <= len(memoKey{}.a)
	for _, v := range d.Params {
		c.bind(v.Name, v.Type)
		var k check
		if v.Type != nil {
			k = c.check(*v.Type)
		}
		r.checks = append(r.checks, k)
	}
	for _, clause := range d.Clauses {
		switch clause.Kind {
		case syntax.Requires:
			r.requires = append(r.requires, c.exprs(clause.Exprs)...)
		case syntax.Reads:
			r.pure = false
		}
	}
	r.requires = append(r.requires, c.contract(d)...)
	if d.HasWord("twostate") {
		r.pure = false
	}
	r.results = c.next
	if d.Callable() {
		r.compileMethod(c)
	} else if d.Value == nil {
		r.missing = "a function without a body: " + d.Name
	} else {
		r.body = c.expr(d.Value)
	}
	r.slots, r.weight = c.max, c.deep+1
}

// contract is what {:autocontracts} requires without saying so.
func (c *compiler) contract(d *syntax.Decl) []code {
	if c.static || d.Kind != syntax.Method || !slices.Contains(c.class.decl.Attributes, "autocontracts") {
		return nil
	}
	if v := c.class.members["Valid"]; v == nil || v.Value == nil {
		return nil
	}
	return []code{direct(c.in.routine(c.class.members["Valid"], c.class), thisCode, nil)}
}

func (r *routine) compileMethod(c *compiler) {
	d := r.decl
	c.results, c.firstResult = d.Results, c.next
	for _, v := range d.Results {
		c.bind(v.Name, v.Type)
		r.zero = append(r.zero, c.arbitrary(v.Type))
	}
	r.scope = c.scope
	if d.Body == nil {
		r.missing = "a method without a body: " + d.Name
		r.oldHeap = true
		r.compileContract(c)
		return
	}
	r.oldHeap = true
	r.run = c.block(d.Body)
}

// call calls a function or evaluates a constant.
func (m *machine) call(r *routine, this Value, args []Value) Value {
	return m.callAt(nil, r, this, args)
}

// callAt calls a function that may look at an earlier heap.
func (m *machine) callAt(old *heap, r *routine, this Value, args []Value) Value {
	r.prepare()
	f, s := m.enter(r.slots, r.weight)
	if f == nil {
		return Value{}
	}
	f.slots[0] = this
	f.old = old
	if len(args) != len(r.decl.Params) {
		m.unsupported("default arguments")
	} else {
		copy(f.slots[1:], args)
	}
	v := m.invoke(r, f)
	m.leave(s)
	return v
}

// invoke runs a function whose arguments are in their slots.
func (m *machine) invoke(r *routine, f *frame) Value {
	if r.body == nil {
		return m.unsupported(r.missing)
	}
	if m.err != nil {
		return Value{}
	}
	key, memo := m.key(r, f)
	if memo {
		if v, ok := m.memo[key]; ok {
			return v
		}
	}
	if m.inside == 0 && !m.permits(r, f) {
		return Value{}
	}
	m.inside++
	v := r.body(m, f)
	m.inside--
	if m.err != nil {
		return Value{}
	}
	if memo {
		if len(m.memo) >= maxMemo {
			clear(m.memo)
		}
		m.memo[key] = v
	}
	return v
}

// permits checks what a call requires. Within functions nothing is checked: the
// verifier has seen them.
func (m *machine) permits(r *routine, f *frame) bool {
	m.inside++ // what is required is not checked itself
	defer func() { m.inside-- }()
	for i, k := range r.checks {
		if k != nil && !k(m, f.slots[1+i]) {
			m.undefined("an argument is not of its type")
			return false
		}
	}
	for _, x := range r.requires {
		if !m.truth(x(m, f)) {
			m.undefined("a precondition does not hold")
			return false
		}
	}
	return m.err == nil
}

// key is what the result of a call is remembered under.
func (m *machine) key(r *routine, f *frame) (k memoKey, ok bool) {
	if !r.pure || m.memo == nil || len(r.decl.Params) == 0 {
		return k, false
	}
	k.r = r
	for i := range r.decl.Params {
		v := f.slots[1+i]
		if v.p != nil || v.kind == Ref {
			return k, false
		}
		k.a[i] = v
	}
	return k, true
}

// apply compiles a call.
func (c *compiler) apply(e *syntax.Expr) code {
	target := c.target(e)
	args := c.exprs(e.Args[1:])
	switch {
	case target.constructor != nil:
		return construct(target.constructor, args)
	case target.routine != nil:
		if target.routine.decl.Callable() {
			return unsupported("a method in an expression")
		}
		return direct(target.routine, target.this, args)
	case target.name != "":
		return dispatch(c.in, c.expr(target.object), target.name, args)
	}
	x := c.expr(e.Args[0])
	return func(m *machine, f *frame) Value {
		v, list := x(m, f), m.eval(args, f)
		if m.err != nil {
			return Value{}
		}
		return m.applyValue(v, list)
	}
}

// target is what a call goes to: a constructor; a routine, with the code of its
// object or nil; a member of the value of "this"; or, if all is zero, the value of
// the function's expression.
type target struct {
	constructor *constructor
	routine     *routine
	this        code
	name        string
	object      *syntax.Expr // whose member the name is
}

func (c *compiler) target(e *syntax.Expr) target {
	callee := e.Args[0]
	switch callee.Kind {
	case syntax.Ident:
		return c.targetNamed(callee.Name)
	case syntax.Member:
		d := c.named(callee.Args[0])
		if d == nil {
			if callee.Args[0].Kind == syntax.Literal && callee.Args[0].Name == "this" && c.class != nil {
				if x := c.class.members[callee.Name]; x != nil && isRoutine(x) && c.class.decl.Kind != syntax.Trait {
					return target{routine: c.in.routine(x, c.class), this: thisCode}
				}
			}
			return target{name: callee.Name, object: callee.Args[0]}
		}
		if d.Kind == syntax.Module {
			if x := c.in.lookup(d.Name+"."+callee.Name, c.path); x != nil && isRoutine(x) {
				return target{routine: c.in.routine(x, nil)}
			}
			return target{constructor: c.in.constructorNamed(callee.Name, nil)}
		}
		owner := c.in.classes[d]
		if owner == nil {
			return target{}
		}
		if x := owner.members[callee.Name]; x != nil && isRoutine(x) {
			return target{routine: c.in.routine(x, owner)}
		}
		return target{constructor: c.in.constructorNamed(callee.Name, owner)}
	}
	return target{}
}

func (c *compiler) targetNamed(name string) target {
	if c.scope.find(name) != nil {
		return target{}
	}
	if c.class != nil {
		if x := c.class.members[name]; x != nil {
			switch {
			case !isRoutine(x):
				return target{}
			case isStatic(x) || c.static:
				return target{routine: c.in.routine(x, c.class)}
			case c.class.decl.Kind == syntax.Trait:
				return target{name: name, object: &syntax.Expr{Kind: syntax.Literal, Name: "this"}}
			}
			return target{routine: c.in.routine(x, c.class), this: thisCode}
		}
	}
	if x := c.in.lookup(name, c.path); x != nil && isRoutine(x) {
		return target{routine: c.in.routine(x, nil)}
	}
	if c.class != nil {
		if k := c.in.constructorNamed(name, c.class); k != nil {
			return target{constructor: k}
		}
	}
	return target{constructor: c.in.constructorNamed(name, nil)}
}

func isRoutine(d *syntax.Decl) bool {
	return d.Callable() || d.Kind == syntax.Function || d.Kind == syntax.Predicate
}

func construct(k *constructor, args []code) code {
	return func(m *machine, f *frame) Value {
		list := m.eval(args, f)
		if m.err != nil {
			return Value{}
		}
		if len(list) != len(k.fields) {
			return m.unsupported("default arguments")
		}
		m.charge(1)
		return Value{kind: Data, p: &data{k, list}}
	}
}

// direct compiles the call of a known function; the arguments are computed into
// their slots.
func direct(r *routine, this code, args []code) code {
	if len(args) != len(r.decl.Params) {
		return unsupported("default arguments")
	}
	return func(m *machine, f *frame) Value {
		r.prepare()
		g, s := m.enter(r.slots, r.weight)
		if g == nil {
			return Value{}
		}
		if this != nil {
			g.slots[0] = this(m, f)
		}
		g.old = f.old // for what compares two states
		for i, x := range args {
			g.slots[1+i] = x(m, f)
		}
		v := m.invoke(r, g)
		m.leave(s)
		return v
	}
}

// dispatch compiles x.name(args), where the value of x tells what is called.
func dispatch(in *Interpreter, this code, name string, args []code) code {
	return func(m *machine, f *frame) Value {
		v, list := this(m, f), m.eval(args, f)
		if m.err != nil {
			return Value{}
		}
		if r := m.method(in, v, name); r != nil {
			if r.decl.Callable() {
				return m.unsupported("a method in an expression")
			}
			return m.callAt(f.old, r, v, list)
		}
		return m.applyValue(m.member(in, v, name, -1), list)
	}
}

// method is the member of a value's class that is called by a name, or nil.
func (m *machine) method(in *Interpreter, v Value, name string) *routine {
	var owner *class
	switch v.kind {
	case Data:
		owner = v.p.(*data).constructor.class
	case Ref:
		if o := m.object(v); o != nil {
			owner = o.class
		}
	}
	if owner == nil {
		return nil
	}
	if d := owner.members[name]; d != nil && isRoutine(d) {
		return in.routine(d, owner)
	}
	return nil
}
