package interpret

import (
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// values computes the right side of an assignment: one value or, for the call of a
// method, as many as it has results.
type values func(m *machine, f *frame) []Value

// right compiles the right side of an assignment. Types are those of the left side,
// for values that are left to chance.
func (c *compiler) right(list []*syntax.Expr, types []*syntax.Type) values {
	if len(list) == 1 {
		if call := c.methodCall(list[0]); call != nil {
			return call
		}
	}
	codes := make([]code, len(list))
	for i, e := range list {
		var t *syntax.Type
		if i < len(types) {
			t = types[i]
		}
		codes[i] = c.rightOne(e, t)
	}
	return func(m *machine, f *frame) []Value { return m.eval(codes, f) }
}

func (c *compiler) rightOne(e *syntax.Expr, t *syntax.Type) code {
	switch {
	case e.Kind == syntax.Literal && e.Name == "*":
		return c.arbitrary(t)
	case e.New != nil:
		return c.allocation(e.New, t)
	}
	if call := c.methodCall(e); call != nil {
		return func(m *machine, f *frame) Value {
			list := call(m, f)
			if m.err != nil || len(list) != 1 {
				return m.confused("a method call")
			}
			return list[0]
		}
	}
	return c.expr(e)
}

// methodCall compiles the call of a method; it is nil if the expression is none.
func (c *compiler) methodCall(e *syntax.Expr) values {
	if e.Kind != syntax.Apply {
		return nil
	}
	t := c.target(e)
	switch {
	case t.routine != nil:
		if !t.routine.decl.Callable() {
			return nil
		}
		r, this, args := t.routine, t.this, c.exprs(e.Args[1:])
		return func(m *machine, f *frame) []Value {
			v := Value{}
			if this != nil {
				v = this(m, f)
			}
			return m.runMethod(r, v, m.eval(args, f))
		}
	case t.name != "" && t.constructor == nil:
		// Only the object tells. What else it may be, a function, is tried then.
		if !c.maybeMethod(t) {
			return nil
		}
		this, args, name := c.expr(t.object), c.exprs(e.Args[1:]), t.name
		other := dispatch(c.in, this, t.name, args)
		in := c.in
		return func(m *machine, f *frame) []Value {
			v := this(m, f)
			if m.err != nil {
				return nil
			}
			if r := m.method(in, v, name); r != nil && r.decl.Callable() {
				return m.runMethod(r, v, m.eval(args, f))
			}
			return []Value{other(m, f)}
		}
	}
	return nil
}

// maybeMethod reports whether some class has a method of the name, and no class
// that the type of the object is known to be has a function of it.
func (c *compiler) maybeMethod(t target) bool {
	if owner := c.classOfType(c.typeOf(t.object)); owner != nil {
		d := owner.members[t.name]
		return d != nil && d.Callable()
	}
	for _, k := range c.in.classes {
		if d := k.members[t.name]; d != nil && d.Callable() {
			return true
		}
	}
	return false
}

func (c *compiler) callStmt(e *syntax.Expr) step {
	t := c.target(e)
	if t.routine != nil && t.routine.decl.Kind == syntax.Lemma {
		return nothing // a proof
	}
	if t.name != "" {
		if owner := c.classOfType(c.typeOf(t.object)); owner != nil {
			if d := owner.members[t.name]; d != nil && d.Kind == syntax.Lemma {
				return nothing
			}
		}
	}
	call := c.methodCall(e)
	if call == nil {
		return failing("the call " + e.String())
	}
	return func(m *machine, f *frame) flow {
		call(m, f)
		return onward
	}
}

func (c *compiler) varDecl(s *syntax.Stmt) step {
	switch s.Op {
	case ":|":
		if len(s.Rhs) != 1 {
			break
		}
		choose := c.choice(s.Vars, s.Rhs[0])
		return func(m *machine, f *frame) flow {
			if !choose(m, f) {
				m.unsupported("no value was found for :|")
			}
			return onward
		}
	case ":=":
		return c.varInit(s)
	case "", "var", "ghost": // no value: chance decides
		var slots []int
		var codes []code
		for _, v := range s.Vars {
			codes = append(codes, c.arbitrary(v.Type))
			slots = append(slots, c.bind(v.Name, v.Type))
			c.scope.ghost = s.Ghost || v.Ghost
		}
		return func(m *machine, f *frame) flow {
			for i, slot := range slots {
				f.slots[slot] = Value{}
				f.slots[slot] = codes[i](m, f)
			}
			return onward
		}
	}
	return failing("this form of var")
}

func (c *compiler) varInit(s *syntax.Stmt) step {
	types := make([]*syntax.Type, len(s.Vars))
	for i, v := range s.Vars {
		types[i] = v.Type
	}
	right := c.right(s.Rhs, types)
	inits := make([]*syntax.Type, len(s.Vars))
	if len(s.Rhs) == len(s.Vars) {
		for i, e := range s.Rhs {
			inits[i] = widened(c.typeOf(e))
		}
	} else if len(s.Rhs) == 1 {
		inits = c.resultTypes(s.Rhs[0], len(s.Vars))
	}
	matchers := make([]matcher, len(s.Vars))
	ghost := s.Ghost || len(s.Rhs) == 1 && c.isLemma(s.Rhs[0])
	for i, v := range s.Vars {
		if v.Type == nil {
			v.Type = inits[i]
		}
		matchers[i] = c.variable(v, nil)
		if v.Pattern == nil {
			c.scope.ghost = ghost
		}
	}
	return func(m *machine, f *frame) flow {
		list := right(m, f)
		if m.err != nil && ghost && m.forgive() {
			list = make([]Value, len(matchers)) // what is ghost does not matter to the rest
		}
		if m.err == nil && len(list) != len(matchers) {
			m.confused("var")
		}
		for i, matches := range matchers {
			if m.err == nil && !matches(m, f, list[i]) {
				m.undefined("the pattern does not match")
			}
		}
		return onward
	}
}

// isLemma reports whether an expression calls a lemma, whose results are ghost.
func (c *compiler) isLemma(e *syntax.Expr) bool {
	if e.Kind != syntax.Apply {
		return false
	}
	t := c.target(e)
	return t.routine != nil && t.routine.decl.Kind == syntax.Lemma
}

// forgive drops an error, unless it ends the run.
func (m *machine) forgive() bool {
	if m.steps < 0 || m.ctx != nil && m.ctx.Err() != nil || m.err == errDiscard {
		return false
	}
	m.err = nil
	return true
}

// resultTypes are the types of a method's results.
func (c *compiler) resultTypes(e *syntax.Expr, n int) []*syntax.Type {
	types := make([]*syntax.Type, n)
	if e.Kind != syntax.Apply {
		return types
	}
	t := c.target(e)
	var d *syntax.Decl
	switch {
	case t.routine != nil:
		d = t.routine.decl
	case t.name != "":
		if owner := c.classOfType(c.typeOf(t.object)); owner != nil {
			d = owner.members[t.name]
		}
	}
	if d != nil {
		for i, v := range d.Results {
			if i < n {
				types[i] = v.Type
			}
		}
	}
	return types
}

// place compiles the left side of an assignment: what it computes is where to put
// the value.
func (c *compiler) place(e *syntax.Expr) func(m *machine, f *frame) func(Value) {
	nowhere := func(Value) {}
	switch e.Kind {
	case syntax.Ident:
		if v := c.scope.find(e.Name); v != nil {
			slot := v.slot
			return func(_ *machine, f *frame) func(Value) {
				return func(v Value) { f.slots[slot] = v }
			}
		}
		if c.class == nil || c.static {
			break
		}
		return c.fieldPlace(thisCode, e.Name)
	case syntax.Member:
		return c.fieldPlace(c.expr(e.Args[0]), e.Name)
	case syntax.Index:
		x, args := c.expr(e.Args[0]), c.exprs(e.Args[1:])
		return func(m *machine, f *frame) func(Value) {
			v, indices := x(m, f), m.eval(args, f)
			if m.err != nil {
				return nowhere
			}
			o := m.object(v)
			if o == nil {
				return nowhere
			}
			at, ok := m.cell(o, indices)
			if !ok {
				return nowhere
			}
			return func(x Value) { m.write(v, at, x) }
		}
	}
	return func(m *machine, _ *frame) func(Value) {
		m.unsupported("an assignment to " + e.String())
		return nowhere
	}
}

func (c *compiler) fieldPlace(this code, name string) func(m *machine, f *frame) func(Value) {
	return func(m *machine, f *frame) func(Value) {
		v := this(m, f)
		if m.err != nil {
			return func(Value) {}
		}
		o := m.object(v)
		if o == nil || o.class == nil {
			m.confused("an assignment to a field")
			return func(Value) {}
		}
		at, ok := o.class.index[name]
		if !ok {
			m.unsupported("the field " + name)
			return func(Value) {}
		}
		return func(x Value) { m.write(v, at, x) }
	}
}

func (c *compiler) assign(s *syntax.Stmt) step {
	switch s.Op {
	case ":=":
		return c.assignValues(s)
	case ":|":
		return c.assignSuchThat(s)
	}
	return failing("this form of assignment")
}

func (c *compiler) assignValues(s *syntax.Stmt) step {
	types := make([]*syntax.Type, len(s.Lhs))
	for i, e := range s.Lhs {
		types[i] = c.typeOf(e)
	}
	c.refine(s)
	right := c.right(s.Rhs, types)
	// One local variable is by far the most frequent.
	if len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Lhs[0].Kind == syntax.Ident {
		if v := c.scope.find(s.Lhs[0].Name); v != nil {
			slot, one, ghost := v.slot, code(nil), v.ghost
			if c.methodCall(s.Rhs[0]) == nil {
				one = c.rightOne(s.Rhs[0], types[0])
			}
			if one != nil {
				return func(m *machine, f *frame) flow {
					v := one(m, f)
					if m.err != nil && ghost && m.forgive() {
						v = Value{}
					}
					if m.err == nil {
						f.slots[slot] = v
					}
					return onward
				}
			}
		}
	}
	places := make([]func(m *machine, f *frame) func(Value), len(s.Lhs))
	for i, e := range s.Lhs {
		places[i] = c.place(e)
	}
	return func(m *machine, f *frame) flow {
		stores := make([]func(Value), len(places))
		for i, to := range places {
			stores[i] = to(m, f)
		}
		list := right(m, f)
		if m.err == nil && len(list) != len(stores) {
			m.confused("an assignment")
		}
		for i, store := range stores {
			if m.err == nil {
				store(list[i])
			}
		}
		return onward
	}
}

// refine learns the type of a variable that was declared without one, or as an empty
// collection, from what is assigned to it.
func (c *compiler) refine(s *syntax.Stmt) {
	for i, e := range s.Lhs {
		if e.Kind != syntax.Ident {
			continue
		}
		v := c.scope.find(e.Name)
		if v == nil || complete(v.typ) {
			continue
		}
		var t *syntax.Type
		if len(s.Rhs) == len(s.Lhs) {
			t = c.typeOf(s.Rhs[i])
		} else if len(s.Rhs) == 1 {
			t = c.resultTypes(s.Rhs[0], len(s.Lhs))[i]
		}
		if t != nil && (complete(t) || v.typ == nil) {
			v.typ = t
		}
	}
}

// complete reports whether all of a type is known.
func complete(t *syntax.Type) bool {
	if t == nil || t.Name == "" {
		return false
	}
	for i := range t.Args {
		if !complete(&t.Args[i]) {
			return false
		}
	}
	return true
}

// assignSuchThat compiles x :| P for variables that exist.
func (c *compiler) assignSuchThat(s *syntax.Stmt) step {
	mark := c.mark()
	defer c.release(mark)
	var vars []syntax.Variable
	var slots []int
	for _, e := range s.Lhs {
		if e.Kind != syntax.Ident || c.scope.find(e.Name) == nil {
			return failing("an assignment with :|")
		}
		v := c.scope.find(e.Name)
		vars = append(vars, syntax.Variable{Name: e.Name, Type: v.typ})
		slots = append(slots, v.slot)
	}
	from := c.next
	choose := c.choice(vars, s.Rhs[0])
	return func(m *machine, f *frame) flow {
		if !choose(m, f) {
			m.unsupported("no value was found for :|")
			return returning
		}
		for i, slot := range slots {
			f.slots[slot] = f.slots[from+i]
		}
		return onward
	}
}

func (c *compiler) returnStmt(s *syntax.Stmt) step {
	if len(s.Rhs) == 0 {
		return func(*machine, *frame) flow { return returning }
	}
	var types []*syntax.Type
	for _, v := range c.results {
		types = append(types, v.Type)
	}
	right, first, n := c.right(s.Rhs, types), c.firstResult, len(c.results)
	return func(m *machine, f *frame) flow {
		list := right(m, f)
		if m.err == nil && len(list) != n {
			m.confused("return")
		}
		if m.err == nil {
			copy(f.slots[first:], list)
		}
		return returning
	}
}

// allocation compiles new.
func (c *compiler) allocation(a *syntax.Allocation, left *syntax.Type) code {
	if a.Array {
		return c.newArray(a, left)
	}
	name, init := a.Type.Name, ""
	k := c.in.classOf(name, c.path)
	if k == nil {
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name, init = name[:i], name[i+1:]
			k = c.in.classOf(name, c.path)
		}
	}
	if k == nil || k.decl.Kind != syntax.Class {
		return unsupported("new " + a.Type.String())
	}
	if a.Constructor != "" {
		init = a.Constructor
	}
	if init == "" && a.Called {
		init = "constructor"
	}
	var r *routine
	if init != "" {
		d := k.members[init]
		if d == nil || !d.Callable() {
			if init != "constructor" || len(a.Args) > 0 {
				return unsupported("new " + a.Type.String())
			}
		} else {
			r = c.in.routine(d, k)
		}
	}
	args := c.exprs(a.Args)
	fields := c.fieldsOf(k)
	return func(m *machine, f *frame) Value {
		list := m.eval(args, f)
		if m.err != nil {
			return Value{}
		}
		cells := m.eval(fields, f)
		if m.err != nil {
			return Value{}
		}
		// To a constructor, its object is new.
		old := m.freeze()
		v := m.allocate(&object{class: k, cells: cells})
		if r != nil && m.err == nil {
			m.runSince(old, r, v, list)
		}
		return v
	}
}

// fieldsOf are the values that the fields of a new object have.
func (c *compiler) fieldsOf(k *class) []code {
	inner := &compiler{in: c.in, path: k.decl.Path, class: k}
	list := make([]code, len(k.fields))
	for i, v := range k.fields {
		list[i] = inner.arbitrary(v.Type)
	}
	return list
}

func (c *compiler) newArray(a *syntax.Allocation, left *syntax.Type) code {
	lengths := c.exprs(a.Lengths)
	t := a.Type
	if t == nil && left != nil && len(left.Args) == 1 {
		t = &left.Args[0]
	}
	element := c.arbitrary(t)
	var init code
	if a.Init != nil {
		init = c.expr(a.Init)
	}
	return func(m *machine, f *frame) Value {
		dims, size := []int64(nil), int64(1)
		for _, x := range lengths {
			n := m.small(x(m, f))
			if m.err == nil && n < 0 {
				m.undefined("a negative length")
			}
			dims = append(dims, n)
			size *= min(max(n, 0), maxLength+1)
			if m.err != nil || !m.room(int(min(size, maxLength+1))) {
				return Value{}
			}
		}
		var from Value
		if init != nil {
			from = init(m, f)
		}
		if len(dims) == 0 && from.kind == Seq { // new T[] [...]
			dims, size = []int64{int64(len(from.elements()))}, int64(len(from.elements()))
		}
		cells := make([]Value, size)
		indices := make([]int64, len(dims))
		for i := range cells {
			if m.err != nil {
				return Value{}
			}
			switch from.kind {
			case Seq:
				if len(from.elements()) != len(cells) {
					return m.undefined("as many elements as the length says")
				}
				cells[i] = from.elements()[i]
			case Func:
				args := make([]Value, len(dims))
				for j, n := range indices {
					args[j] = integer(n)
				}
				cells[i] = m.applyValue(from, args)
			default:
				cells[i] = element(m, f)
			}
			for j := len(indices) - 1; j >= 0; j-- {
				if indices[j]++; indices[j] < dims[j] {
					break
				}
				indices[j] = 0
			}
		}
		return m.allocate(&object{lengths: dims, cells: cells})
	}
}
