package interpret

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// indexed compiles s[i], m[k], a[i] and a[i, j].
func (c *compiler) indexed(e *syntax.Expr) code {
	x, args := c.expr(e.Args[0]), c.exprs(e.Args[1:])
	if len(args) != 1 {
		return func(m *machine, f *frame) Value {
			o, indices := m.object(x(m, f)), m.eval(args, f)
			if m.err != nil {
				return Value{}
			}
			return m.element(o, indices)
		}
	}
	index := args[0]
	return func(m *machine, f *frame) Value {
		v, i := x(m, f), index(m, f)
		if m.err != nil {
			return Value{}
		}
		switch p := v.p.(type) {
		case *sequence:
			if i.kind == Int && i.p == nil && i.n >= 0 && i.n < int64(len(p.list)) {
				return p.list[i.n]
			}
			if i.kind != Int {
				return m.confused("[ ]")
			}
			return m.undefined("index out of range")
		case *mapping:
			if w, ok := m.mapGet(p, i); ok {
				return w
			}
			return m.undefined("the key is not in the map")
		case *bag:
			return integer(m.count(p, i))
		}
		o := m.object(v)
		if o == nil {
			return Value{}
		}
		return m.element(o, []Value{i})
	}
}

func (m *machine) element(o *object, indices []Value) Value {
	if len(indices) == 1 && len(o.lengths) == 1 { // without allocation
		if i := indices[0]; i.kind == Int && i.p == nil && i.n >= 0 && i.n < o.lengths[0] {
			return m.assigned(o.cells[i.n])
		}
	}
	at, ok := m.cell(o, indices)
	if !ok {
		return Value{}
	}
	return m.assigned(o.cells[at])
}

func (m *machine) assigned(v Value) Value {
	if v.kind == Invalid {
		return m.undefined("the element or field is not assigned")
	}
	return v
}

// list is what a sequence or an array consists of.
func (m *machine) list(v Value) []Value {
	switch v.kind {
	case Seq:
		return v.p.(*sequence).list
	case Ref:
		o := m.object(v)
		if o == nil {
			return nil
		}
		if len(o.lengths) == 1 {
			return o.cells
		}
	}
	if m.err == nil {
		m.confused("[..]")
	}
	return nil
}

func (c *compiler) slice(e *syntax.Expr) code {
	x := c.expr(e.Args[0])
	var low, high code
	if e.Args[1] != nil {
		low = c.expr(e.Args[1])
	}
	if e.Args[2] != nil {
		high = c.expr(e.Args[2])
	}
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		if m.err != nil {
			return Value{}
		}
		list := m.list(v)
		from, to := int64(0), int64(len(list))
		if low != nil {
			from = m.small(low(m, f))
		}
		if high != nil {
			to = m.small(high(m, f))
		}
		switch {
		case m.err != nil:
			return Value{}
		case from < 0 || from > to || to > int64(len(list)):
			return m.undefined("index out of range")
		case v.kind == Seq:
			if from == 0 && int(to) == len(list) {
				return v
			}
			return seqOf(list[from:to:to])
		case !m.room(int(to - from)):
			return Value{}
		}
		list = slices.Clone(list[from:to])
		if slices.ContainsFunc(list, func(v Value) bool { return v.kind == Invalid }) {
			return m.undefined("an element is not assigned")
		}
		return seqOf(list)
	}
}

// update compiles s[i := x].
func (c *compiler) update(e *syntax.Expr) code {
	x, args := c.expr(e.Args[0]), c.exprs(e.Args[1:])
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		list := m.eval(args, f)
		for i := 0; i+1 < len(list) && m.err == nil; i += 2 {
			v = m.updated(v, list[i], list[i+1])
		}
		if m.err != nil {
			return Value{}
		}
		return v
	}
}

func (m *machine) updated(v, k, x Value) Value {
	switch p := v.p.(type) {
	case *sequence:
		i := m.small(k)
		if m.err != nil {
			return Value{}
		}
		if i < 0 || i >= int64(len(p.list)) {
			return m.undefined("index out of range")
		}
		if !m.room(len(p.list)) {
			return Value{}
		}
		list := slices.Clone(p.list)
		list[i] = x
		return seqOf(list)
	case *mapping:
		return Value{kind: Map, p: m.mapSet(p, k, x)}
	case *bag:
		n := m.small(x)
		if n < 0 {
			return m.undefined("a negative number of elements")
		}
		r := &bag{slices.Clone(p.list), slices.Clone(p.counts)}
		at, found := m.find(r.list, k)
		switch {
		case found && n == 0:
			r.list, r.counts = slices.Delete(r.list, at, at+1), slices.Delete(r.counts, at, at+1)
		case found:
			r.counts[at] = n
		case n > 0:
			r.list, r.counts = slices.Insert(r.list, at, k), slices.Insert(r.counts, at, n)
		}
		return Value{kind: Multiset, p: r}
	}
	return m.confused("[ := ]")
}

// with compiles d.(field := x).
func (c *compiler) with(e *syntax.Expr) code {
	x, args := c.expr(e.Args[0]), c.exprs(e.Args[1:])
	names := e.Names
	return func(m *machine, f *frame) Value {
		v, list := x(m, f), m.eval(args, f)
		if m.err != nil {
			return Value{}
		}
		fields := slices.Clone(v.elements())
		for i, name := range names {
			at := -1
			switch p := v.p.(type) {
			case *data:
				if j, ok := p.constructor.index[name]; ok {
					at = j
				}
			case *tuple:
				if j, err := strconv.Atoi(name); err == nil && j < len(fields) {
					at = j
				}
			}
			if at < 0 || at >= len(fields) {
				return m.undefined("the value has no field " + name)
			}
			fields[at] = list[i]
		}
		if d, ok := v.p.(*data); ok {
			return Value{kind: Data, p: &data{d.constructor, fields}}
		}
		return tupleOf(fields)
	}
}

// named is the module, class or type that an expression names, or nil.
func (c *compiler) named(e *syntax.Expr) *syntax.Decl {
	switch e.Kind {
	case syntax.Ident:
		if c.scope.find(e.Name) != nil || c.class != nil && c.class.members[e.Name] != nil {
			return nil
		}
		return c.typeNamed(e.Name)
	case syntax.Member:
		if outer := c.named(e.Args[0]); outer != nil && outer.Kind == syntax.Module {
			return c.typeNamed(outer.Name + "." + e.Name)
		}
	}
	return nil
}

func (c *compiler) typeNamed(name string) *syntax.Decl {
	d := c.in.lookup(name, c.path)
	if d == nil {
		return nil
	}
	switch d.Kind {
	case syntax.Module, syntax.Class, syntax.Trait, syntax.Datatype, syntax.TypeDecl:
		return d
	}
	return nil
}

func (c *compiler) member(e *syntax.Expr) code {
	if d := c.named(e.Args[0]); d != nil {
		if d.Kind == syntax.Module {
			if x := c.in.lookup(d.Name+"."+e.Name, c.path); x != nil && (x.Kind == syntax.Constant || x.Kind == syntax.Function || x.Kind == syntax.Predicate) {
				return c.memberOf(nil, nil, x, e.Name)
			}
		}
		owner := c.in.classes[d]
		if owner != nil {
			if x := owner.members[e.Name]; x != nil {
				return c.memberOf(nil, owner, x, e.Name)
			}
		}
		if k := c.in.constructorNamed(e.Name, owner); k != nil && len(k.fields) == 0 {
			return constant(Value{kind: Data, p: &data{constructor: k}})
		}
		return unsupported("the name " + e.String())
	}
	if strings.HasPrefix(e.Name, "`") {
		return unsupported("a frame")
	}
	x := c.expr(e.Args[0])
	if first, second, ok := strings.Cut(e.Name, "."); ok { // x.1.0 is read as a number
		return dynamicMember(c.in, dynamicMember(c.in, x, first), second)
	}
	if e.Name == "Length" {
		return lengthOf(c.in, x)
	}
	return dynamicMember(c.in, x, e.Name)
}

func lengthOf(in *Interpreter, x code) code {
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		if v.kind == Ref && v.n > 0 && int(v.n) < len(m.heap.objects) {
			if o := m.heap.objects[v.n]; len(o.lengths) == 1 {
				return integer(o.lengths[0])
			}
		}
		return m.member(in, v, "Length", -1)
	}
}

// memberOf compiles a field, a constant, or a function as a value. The code of
// "this" is nil for what is static.
func (c *compiler) memberOf(this code, owner *class, d *syntax.Decl, name string) code {
	in := c.in
	switch d.Kind {
	case syntax.Field:
		if this == nil {
			return unsupported("the field " + name)
		}
		return dynamicMember(in, this, name)
	case syntax.Constant:
		if d.Value == nil {
			if this != nil && owner != nil {
				return dynamicMember(in, this, name)
			}
			return unsupported("a constant without a value")
		}
		r := in.routine(d, owner)
		return func(m *machine, f *frame) Value {
			v := Value{}
			if this != nil && !c.static {
				v = f.slots[0]
			}
			return m.call(r, v, nil)
		}
	case syntax.Function, syntax.Predicate:
		r := in.routine(d, owner)
		return func(m *machine, f *frame) Value {
			v := Value{}
			if this != nil {
				v = f.slots[0]
			}
			return functionValue(r, v)
		}
	}
	return unsupported("the name " + name)
}

func functionValue(r *routine, this Value) Value {
	return Value{kind: Func, p: &closure{params: len(r.decl.Params), call: func(m *machine, args []Value) Value {
		return m.call(r, this, args)
	}}}
}

// dynamicMember compiles x.name, where only the value of x tells what that is.
func dynamicMember(in *Interpreter, x code, name string) code {
	digit, err := strconv.Atoi(name)
	if err != nil {
		digit = -1
	}
	return func(m *machine, f *frame) Value {
		return m.member(in, x(m, f), name, digit)
	}
}

// member is v.name; digit is the name as a number, or negative.
func (m *machine) member(in *Interpreter, v Value, name string, digit int) Value {
	if m.err != nil {
		return Value{}
	}
	switch p := v.p.(type) {
	case *tuple:
		if digit >= 0 && digit < len(p.list) {
			return p.list[digit]
		}
	case *data:
		return m.dataMember(in, v, p, name)
	case *mapping:
		return m.mapMember(p, name)
	case *big.Rat:
		if name == "Floor" {
			return floor(p)
		}
	}
	if v.kind == Ref {
		return m.objectMember(in, v, name)
	}
	return m.confused("." + name)
}

func (m *machine) dataMember(in *Interpreter, v Value, p *data, name string) Value {
	k := p.constructor
	if at, ok := k.index[name]; ok {
		return p.fields[at]
	}
	if name == k.name+"?" {
		return boolean(true)
	}
	if _, ok := k.class.destructor(name); ok {
		if strings.HasSuffix(name, "?") {
			return boolean(false)
		}
		return m.undefined("the value has no field " + name)
	}
	return m.declaredMember(in, v, k.class, name)
}

func (m *machine) declaredMember(in *Interpreter, v Value, c *class, name string) Value {
	d := c.members[name]
	switch {
	case d == nil:
	case d.Kind == syntax.Constant && d.Value != nil:
		return m.call(in.routine(d, c), v, nil)
	case d.Kind == syntax.Function || d.Kind == syntax.Predicate:
		return functionValue(in.routine(d, c), v)
	}
	return m.confused("." + name)
}

func (m *machine) objectMember(in *Interpreter, v Value, name string) Value {
	o := m.object(v)
	if o == nil {
		return Value{}
	}
	if o.class == nil {
		digits, ok := strings.CutPrefix(name, "Length")
		at := 0
		if digits != "" {
			n, err := strconv.Atoi(digits)
			ok = ok && err == nil && n < len(o.lengths)
			at = n
		}
		if ok && at >= 0 {
			return integer(o.lengths[at])
		}
		return m.confused("." + name)
	}
	if at, ok := o.class.index[name]; ok {
		return m.assigned(o.cells[at])
	}
	return m.declaredMember(in, v, o.class, name)
}

func (m *machine) mapMember(p *mapping, name string) Value {
	switch name {
	case "Keys":
		return Value{kind: Set, p: &set{p.keys}}
	case "Values":
		return m.setOf(p.values)
	case "Items":
		items := make([]Value, len(p.keys))
		for i, k := range p.keys {
			items[i] = tupleOf([]Value{k, p.values[i]})
		}
		return m.setOf(items)
	}
	return m.confused("." + name)
}
