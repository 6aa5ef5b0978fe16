package interpret

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// expr compiles an expression. What is not understood becomes code that says so
// when it is reached.
func (c *compiler) expr(e *syntax.Expr) code {
	if e == nil {
		return unsupported("a missing expression")
	}
	c.depth++
	c.deep = max(c.deep, c.depth)
	c.within++
	defer func() {
		c.depth--
		c.within--
	}()
	if c.depth > maxNesting || c.exhausted() {
		return unsupported("expressions that are nested too deeply")
	}
	switch e.Kind {
	case syntax.Ident:
		return c.ident(e)
	case syntax.Literal:
		return c.literal(e)
	case syntax.Unary:
		return c.unary(e)
	case syntax.Binary:
		return c.binary(e)
	case syntax.Chain:
		return c.chain(e)
	case syntax.Apply:
		return c.apply(e)
	case syntax.Member:
		return c.member(e)
	case syntax.Index:
		return c.indexed(e)
	case syntax.Slice:
		return c.slice(e)
	case syntax.Update:
		return c.update(e)
	case syntax.With:
		return c.with(e)
	case syntax.Forall, syntax.Exists:
		return c.quantifier(e)
	case syntax.SetOf:
		return c.setOf(e)
	case syntax.MapOf:
		return c.mapOf(e)
	case syntax.SeqDisplay, syntax.SetDisplay, syntax.MapDisplay, syntax.Tuple:
		return c.display(e)
	case syntax.SeqInit:
		return c.seqInit(e)
	case syntax.If:
		return c.conditional(e)
	case syntax.Match:
		return c.match(e)
	case syntax.Let:
		return c.let(e)
	case syntax.Lambda:
		return c.lambda(e)
	case syntax.Then:
		return c.expr(e.Args[0])
	case syntax.Convert:
		return c.convert(e)
	case syntax.MultisetOf:
		return applied((*machine).multisetOf, c.expr(e.Args[0]))
	}
	return unsupported(e.String())
}

func (c *compiler) exprs(list []*syntax.Expr) []code {
	codes := make([]code, len(list))
	for i, e := range list {
		codes[i] = c.expr(e)
	}
	return codes
}

func (m *machine) eval(codes []code, f *frame) []Value {
	list := make([]Value, len(codes))
	for i, x := range codes {
		list[i] = x(m, f)
	}
	return list
}

func (c *compiler) literal(e *syntax.Expr) code {
	if e.Name == "this" {
		if c.static || c.class == nil {
			return unsupported("this")
		}
		return thisCode
	}
	if v, ok := literalValue(e.Name); ok {
		return constant(v)
	}
	return unsupported("the literal " + e.Name)
}

func thisCode(m *machine, f *frame) Value {
	if v := f.slots[0]; v.kind != Invalid {
		return v
	}
	return m.unsupported("this")
}

func literalValue(s string) (Value, bool) {
	switch {
	case s == "true":
		return boolean(true), true
	case s == "false":
		return boolean(false), true
	case s == "null":
		return reference(0), true
	case s == "":
		return Value{}, false
	case s[0] == '"':
		t, ok := unescape(s[1:max(1, len(s)-1)])
		return text(t), ok
	case strings.HasPrefix(s, `@"`):
		return text(strings.ReplaceAll(s[2:max(2, len(s)-1)], `""`, `"`)), true
	case s[0] == '\'':
		t, ok := unescape(s[1:max(1, len(s)-1)])
		r := []rune(t)
		if !ok || len(r) != 1 {
			return Value{}, false
		}
		return character(r[0]), true
	}
	s = strings.ReplaceAll(s, "_", "")
	if len(s) > 2000 {
		return Value{}, false
	}
	if strings.Contains(s, ".") {
		r, ok := new(big.Rat).SetString(s)
		return rational(r), ok
	}
	base := 10
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		s, base = digits, 16
	}
	b, ok := new(big.Int).SetString(s, base)
	if !ok {
		return Value{}, false
	}
	return bigInteger(b), true
}

// unescape reads what stands between the quotes of a string or a character.
func unescape(s string) (string, bool) {
	if !strings.Contains(s, `\`) {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '0':
			b.WriteByte(0)
		case 'u':
			if i+4 >= len(s) {
				return "", false
			}
			n, err := strconv.ParseUint(s[i+1:i+5], 16, 32)
			if err != nil {
				return "", false
			}
			b.WriteRune(rune(n))
			i += 4
		case '\\', '\'', '"':
			b.WriteByte(s[i])
		default:
			return "", false
		}
	}
	return b.String(), true
}

// ident compiles a name: a variable, a member of the class, or what is declared
// outside of classes.
func (c *compiler) ident(e *syntax.Expr) code {
	if v := c.scope.find(e.Name); v != nil {
		slot, name := v.slot, e.Name
		return func(m *machine, f *frame) Value {
			v := f.slots[slot]
			if v.kind == Invalid {
				return m.undefined(name + " is not assigned")
			}
			return v
		}
	}
	if c.class != nil {
		if d := c.class.members[e.Name]; d != nil {
			return c.memberOf(thisCode, c.class, d, e.Name)
		}
		if k := c.in.constructorNamed(e.Name, c.class); k != nil && len(k.fields) == 0 {
			return constant(Value{kind: Data, p: &data{constructor: k}})
		}
		if _, ok := c.class.destructor(e.Name); ok && !c.static {
			return dynamicMember(c.in, thisCode, e.Name)
		}
	}
	if d := c.in.lookup(e.Name, c.path); d != nil {
		switch d.Kind {
		case syntax.Function, syntax.Predicate, syntax.Constant:
			return c.memberOf(nil, nil, d, e.Name)
		}
	}
	if k := c.in.constructorNamed(e.Name, nil); k != nil {
		if len(k.fields) > 0 {
			return unsupported("a constructor as a function")
		}
		return constant(Value{kind: Data, p: &data{constructor: k}})
	}
	return unsupported("the name " + e.Name)
}

// destructor reports whether a name takes apart a datatype's values.
func (c *class) destructor(name string) (k *constructor, ok bool) {
	for _, k := range c.constructors {
		if k.name+"?" == name {
			return k, true
		}
		if _, ok := k.index[name]; ok && name != "" {
			return k, true
		}
	}
	return nil, false
}

// applied is an operation on the value of x, if that has one.
func applied(op func(*machine, Value) Value, x code) code {
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		if m.err != nil {
			return v
		}
		return op(m, v)
	}
}

func (c *compiler) unary(e *syntax.Expr) code {
	if len(e.Names) > 0 && e.Name != "old" {
		return unsupported(e.Name + " since a label")
	}
	if e.Name == "unchanged" {
		return c.unchanged(e)
	}
	x := c.expr(e.Args[0])
	switch e.Name {
	case "!":
		return func(m *machine, f *frame) Value {
			v := x(m, f)
			if v.kind != Bool {
				return m.confused("!")
			}
			return boolean(v.n == 0)
		}
	case "-":
		return applied((*machine).negate, x)
	case "#":
		return applied((*machine).size, x)
	case "old":
		label := ""
		if len(e.Names) > 0 {
			label = e.Names[0]
		}
		return func(m *machine, f *frame) Value {
			old := f.old
			if label != "" {
				old = f.labels[label]
			}
			if old == nil {
				return m.unsupported("old")
			}
			now := m.heap
			m.heap = old
			v := x(m, f)
			m.heap = now
			return v
		}
	case "fresh":
		return func(m *machine, f *frame) Value {
			v := x(m, f)
			if f.old == nil {
				return m.unsupported("fresh")
			}
			if m.err != nil {
				return v
			}
			list := []Value{v}
			if v.kind == Set || v.kind == Seq {
				list = v.elements()
			}
			for _, o := range list {
				if o.kind != Ref {
					return m.confused("fresh")
				}
				if int(o.n) < len(f.old.objects) {
					return boolean(false)
				}
			}
			return boolean(true)
		}
	case "allocated":
		return func(m *machine, f *frame) Value {
			v := x(m, f)
			if v.kind == Ref {
				return boolean(int(v.n) < len(m.heap.objects))
			}
			return boolean(true)
		}
	}
	return unsupported(e.Name)
}

func (c *compiler) unchanged(e *syntax.Expr) code {
	for _, a := range e.Args {
		if a.Kind == syntax.Member && strings.HasPrefix(a.Name, "`") || strings.HasPrefix(a.Name, "`") {
			return unsupported("unchanged of a field")
		}
	}
	args := c.exprs(e.Args)
	return func(m *machine, f *frame) Value {
		if f.old == nil {
			return m.unsupported("unchanged")
		}
		for _, x := range args {
			v := x(m, f)
			if m.err != nil {
				return v
			}
			list := []Value{v}
			if v.kind == Set || v.kind == Seq {
				list = v.elements()
			}
			for _, o := range list {
				if o.kind != Ref || int(o.n) >= len(f.old.objects) || int(o.n) >= len(m.heap.objects) {
					return m.undefined("unchanged of what was not allocated")
				}
				budget := comparisonBudget
				if compareLists(m.heap.objects[o.n].cells, f.old.objects[o.n].cells, &budget) != 0 {
					return boolean(false)
				}
			}
		}
		return boolean(true)
	}
}

func (c *compiler) conditional(e *syntax.Expr) code {
	x, y, z := c.expr(e.Args[0]), c.expr(e.Args[1]), c.expr(e.Args[2])
	return func(m *machine, f *frame) Value {
		if m.truth(x(m, f)) {
			return y(m, f)
		}
		if m.err != nil {
			return Value{}
		}
		return z(m, f)
	}
}

func (c *compiler) display(e *syntax.Expr) code {
	args := c.exprs(e.Args)
	kind, name := e.Kind, e.Name
	if len(args) == 0 {
		switch {
		case kind == syntax.SeqDisplay:
			return constant(seqOf(nil))
		case kind == syntax.MapDisplay:
			return constant(emptyMap())
		case kind == syntax.SetDisplay && name == "multiset":
			return constant(emptyMultiset())
		case kind == syntax.SetDisplay:
			return constant(emptySet())
		}
	}
	return func(m *machine, f *frame) Value {
		list := m.eval(args, f)
		if m.err != nil || !m.room(len(list)) {
			return Value{}
		}
		switch kind {
		case syntax.SeqDisplay:
			return seqOf(list)
		case syntax.Tuple:
			return tupleOf(list)
		case syntax.SetDisplay:
			if name == "multiset" {
				return m.multisetOf(seqOf(list))
			}
			return m.setOf(list)
		}
		r := &mapping{}
		for i := 0; i+1 < len(list); i += 2 {
			r = m.mapSet(r, list[i], list[i+1])
		}
		return Value{kind: Map, p: r}
	}
}

func (c *compiler) seqInit(e *syntax.Expr) code {
	length, init := c.expr(e.Args[0]), c.expr(e.Args[1])
	return func(m *machine, f *frame) Value {
		n, g := m.small(length(m, f)), init(m, f)
		if m.err == nil && n < 0 {
			return m.undefined("a negative length")
		}
		if m.err != nil || !m.room(int(min(n, maxLength+1))) {
			return Value{}
		}
		list := make([]Value, n)
		for i := range list {
			list[i] = m.applyValue(g, []Value{integer(int64(i))})
			if m.err != nil {
				return Value{}
			}
		}
		return seqOf(list)
	}
}

func (c *compiler) lambda(e *syntax.Expr) code {
	mark := c.mark()
	slots := make([]int, len(e.Vars))
	for i, v := range e.Vars {
		slots[i] = c.bind(v.Name, v.Type)
	}
	n := mark.next
	body := c.expr(e.Args[0])
	// The body has its own frame, which begins as a copy of this one.
	inner := c.max
	c.release(mark)
	weight := c.deep
	return func(_ *machine, f *frame) Value {
		captured := append([]Value(nil), f.slots[:n]...)
		old := f.old
		return Value{kind: Func, p: &closure{params: len(slots), call: func(m *machine, args []Value) Value {
			g, s := m.enter(inner, weight)
			defer m.leaveIf(g, s)
			if g == nil {
				return Value{}
			}
			copy(g.slots, captured)
			g.old = old
			for i, slot := range slots {
				g.slots[slot] = args[i]
			}
			return body(m, g)
		}}}
	}
}

// leaveIf leaves a frame if it was entered.
func (m *machine) leaveIf(f *frame, s saved) {
	if f != nil {
		m.leave(s)
	}
}

// applyValue calls a function that is a value.
func (m *machine) applyValue(v Value, args []Value) Value {
	g, ok := v.p.(*closure)
	if !ok || g.params != len(args) {
		if m.err == nil {
			m.confused("a call")
		}
		return Value{}
	}
	return g.call(m, args)
}

func (c *compiler) convert(e *syntax.Expr) code {
	x := c.expr(e.Args[0])
	base, ok := c.in.base(*e.Type, c.path)
	if e.Name == "is" || !ok {
		return unsupported(e.Name + " " + e.Type.String())
	}
	check := c.check(*e.Type)
	to := base.Name
	return func(m *machine, f *frame) Value {
		v := x(m, f)
		if m.err != nil {
			return v
		}
		v = m.convert(v, to)
		if m.err == nil && check != nil && !check(m, v) && m.err == nil {
			return m.undefined("the value is not of the type")
		}
		return v
	}
}

func (m *machine) convert(v Value, to string) Value {
	switch {
	case to == "int" && v.kind == Real:
		r := v.p.(*big.Rat)
		if !r.IsInt() {
			return m.undefined("a real that is no integer")
		}
		return floor(r)
	case to == "int" && v.kind == Char:
		return integer(v.n)
	case to == "char" && v.kind == Int:
		if v.p != nil || v.n < 0 || v.n > 0x10FFFF {
			return m.undefined("no character has this code")
		}
		return character(rune(v.n))
	case to == "real" && v.kind == Int:
		return rational(new(big.Rat).SetInt(v.big()))
	case to == "int" && v.kind == Int, to == "real" && v.kind == Real, to == "char" && v.kind == Char,
		to == "bool" && v.kind == Bool, v.kind == Ref, v.kind == Seq, v.kind == Data:
		return v
	}
	return m.unsupported("a conversion to " + to)
}
