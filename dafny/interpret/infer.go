package interpret

import (
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

func named(name string, args ...syntax.Type) *syntax.Type {
	return &syntax.Type{Name: name, Args: args}
}

// typeOf infers an expression's type as well as it can; nil says that it cannot.
func (c *compiler) typeOf(e *syntax.Expr) *syntax.Type {
	if e == nil || c.depth > maxNesting || c.exhausted() {
		return nil
	}
	c.depth++
	defer func() { c.depth-- }()
	switch e.Kind {
	case syntax.Ident:
		return c.typeOfName(e.Name)
	case syntax.Literal:
		return c.typeOfLiteral(e.Name)
	case syntax.Unary:
		switch e.Name {
		case "-", "old":
			return c.typeOf(e.Args[0])
		case "#":
			return named("int")
		}
		return named("bool")
	case syntax.Binary:
		switch e.Name {
		case "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>":
			t := c.typeOf(e.Args[0])
			if !complete(t) {
				t = c.typeOf(e.Args[1])
			}
			return widened(t)
		}
		return named("bool")
	case syntax.Chain, syntax.Forall, syntax.Exists:
		return named("bool")
	case syntax.Apply:
		return c.typeOfCall(e)
	case syntax.Member:
		return c.typeOfMember(e)
	case syntax.Index:
		t := c.typeOf(e.Args[0])
		if t == nil {
			return nil
		}
		base, _ := c.in.base(*t, c.path)
		switch {
		case base.Name == "multiset":
			return named("int")
		case base.Name == "map" && len(base.Args) == 2:
			return &base.Args[1]
		case len(base.Args) == 1:
			return &base.Args[0]
		}
	case syntax.Slice:
		t := c.typeOf(e.Args[0])
		if t == nil {
			return nil
		}
		if base, _ := c.in.base(*t, c.path); base.Name == "array" && len(base.Args) == 1 {
			return named("seq", base.Args[0])
		}
		return t
	case syntax.Update:
		t := c.typeOf(e.Args[0])
		if t != nil && !complete(t) && strings.HasSuffix(t.Name, "map") && len(e.Args) > 2 {
			if k, v := c.typeOf(e.Args[1]), c.typeOf(e.Args[2]); k != nil && v != nil {
				return named(t.Name, *k, *v)
			}
		}
		return t
	case syntax.With:
		return c.typeOf(e.Args[0])
	default:
		return c.typeOfConstruct(e)
	}
	return nil
}

// widened is the type that computing with values of a type gives.
func widened(t *syntax.Type) *syntax.Type {
	if t != nil && t.Name == "nat" {
		return named("int")
	}
	return t
}

func (c *compiler) typeOfConstruct(e *syntax.Expr) *syntax.Type {
	element := func() syntax.Type {
		if len(e.Args) > 0 {
			if t := c.typeOf(e.Args[0]); t != nil {
				return *t
			}
		}
		return syntax.Type{}
	}
	switch e.Kind {
	case syntax.SeqDisplay:
		return named("seq", element())
	case syntax.SetDisplay:
		return named(e.Name, element())
	case syntax.MapDisplay:
		if len(e.Args) > 1 {
			if v := c.typeOf(e.Args[1]); v != nil {
				return named(e.Name, element(), *v)
			}
		}
		return named(e.Name, syntax.Type{}, syntax.Type{})
	case syntax.Tuple:
		t := named("()")
		for _, a := range e.Args {
			x := c.typeOf(a)
			if x == nil {
				return nil
			}
			t.Args = append(t.Args, *x)
		}
		return t
	case syntax.If:
		if t := c.typeOf(e.Args[1]); complete(t) {
			return t
		}
		return c.typeOf(e.Args[2])
	case syntax.Match:
		if len(e.Args) > 1 {
			return c.typeOf(e.Args[1])
		}
	case syntax.Let, syntax.Then:
		return c.typeOf(e.Args[len(e.Args)-1])
	case syntax.Convert:
		if e.Name == "is" {
			return named("bool")
		}
		return e.Type
	case syntax.MultisetOf:
		if t := c.typeOf(e.Args[0]); t != nil && len(t.Args) == 1 {
			return named("multiset", t.Args[0])
		}
	case syntax.SetOf:
		term := e.Args[1]
		if term == nil {
			term = &syntax.Expr{Kind: syntax.Ident, Name: e.Vars[0].Name}
		}
		return named(e.Name, c.typesWithin(e, term)...)
	case syntax.MapOf:
		key := &syntax.Expr{Kind: syntax.Ident, Name: e.Vars[0].Name}
		if len(e.Args) > 2 && e.Args[1] != nil {
			key = e.Args[1]
		}
		return named(e.Name, c.typesWithin(e, key, e.Args[len(e.Args)-1])...)
	case syntax.Lambda:
		t := named("->")
		for _, v := range e.Vars {
			if v.Type == nil {
				return nil
			}
			t.Args = append(t.Args, *v.Type)
		}
		t.Args = append(t.Args, c.typesWithin(e, e.Args[0])...)
		return t
	case syntax.SeqInit:
		if f := c.typeOf(e.Args[1]); f != nil && len(f.Args) == 2 {
			return named("seq", f.Args[1])
		}
		return named("seq", syntax.Type{})
	case syntax.Opaque:
		return c.typeOfNew(e.New)
	}
	return nil
}

// typesWithin infers the types of expressions where the variables of a
// comprehension are visible.
func (c *compiler) typesWithin(e *syntax.Expr, list ...*syntax.Expr) []syntax.Type {
	mark := c.mark()
	c.within++
	defer func() {
		c.release(mark)
		c.within--
	}()
	for _, v := range e.Vars {
		t := v.Type
		if t == nil && e.Kind != syntax.Lambda {
			t = c.guess(v.Name, e.Args[0])
		}
		c.bind(v.Name, t)
	}
	types := make([]syntax.Type, len(list))
	for i, x := range list {
		if t := c.typeOf(x); t != nil {
			types[i] = *t
		}
	}
	return types
}

func (c *compiler) typeOfNew(a *syntax.Allocation) *syntax.Type {
	switch {
	case a == nil:
		return nil
	case !a.Array:
		t := *a.Type
		if i := strings.LastIndexByte(t.Name, '.'); i >= 0 {
			if d := c.in.lookup(t.Name, c.path); d == nil || c.in.classes[d] == nil {
				t.Name = t.Name[:i] // the constructor's name
			}
		}
		return &t
	}
	name := "array"
	if n := len(a.Lengths); n > 1 && n < 10 {
		name += string(rune('0' + n))
	}
	switch {
	case a.Type != nil:
		return named(name, *a.Type)
	case a.Init != nil:
		if t := c.typeOf(a.Init); t != nil && len(t.Args) > 0 {
			return named(name, t.Args[len(t.Args)-1])
		}
	}
	return named(name, syntax.Type{})
}

func (c *compiler) typeOfName(name string) *syntax.Type {
	if v := c.scope.find(name); v != nil {
		return v.typ
	}
	if c.class != nil {
		if t := c.typeOfField(c.class, name); t != nil {
			return t
		}
	}
	if d := c.in.lookup(name, c.path); d != nil && d.Kind == syntax.Constant {
		if d.ResultType == nil {
			return c.typeOf(d.Value)
		}
		return d.ResultType
	}
	if k := c.in.constructorNamed(name, nil); k != nil {
		return c.typeOfData(k)
	}
	return nil
}

func (c *compiler) typeOfField(owner *class, name string) *syntax.Type {
	if at, ok := owner.index[name]; ok {
		return owner.fields[at].Type
	}
	if d := owner.members[name]; d != nil && d.Kind == syntax.Constant {
		return d.ResultType
	}
	if strings.HasSuffix(name, "?") {
		return named("bool")
	}
	for _, k := range owner.constructors {
		if at, ok := k.index[name]; ok {
			return k.fields[at].Type
		}
	}
	return nil
}

// typeOfData is a datatype; its arguments are known only if it has none.
func (c *compiler) typeOfData(k *constructor) *syntax.Type {
	t := named(k.class.decl.Name)
	for range k.class.decl.TypeParams {
		t.Args = append(t.Args, syntax.Type{})
	}
	return t
}

func (c *compiler) typeOfLiteral(s string) *syntax.Type {
	if s == "this" {
		if c.class == nil {
			return nil
		}
		return named(c.class.decl.Name)
	}
	if v, ok := literalValue(s); ok {
		switch v.kind {
		case Int:
			return named("int")
		case Bool:
			return named("bool")
		case Char:
			return named("char")
		case Real:
			return named("real")
		case Seq:
			return named("string")
		}
	}
	return nil
}

func (c *compiler) typeOfCall(e *syntax.Expr) *syntax.Type {
	t := c.target(e)
	switch {
	case t.constructor != nil:
		return c.typeOfData(t.constructor)
	case t.routine != nil:
		return c.resultOf(t.routine.decl, e)
	case t.name != "":
		if owner := c.classOfType(c.typeOf(t.object)); owner != nil {
			if d := owner.members[t.name]; d != nil && isRoutine(d) {
				return c.resultOf(d, e)
			}
		}
	}
	if f := c.typeOf(e.Args[0]); f != nil && strings.HasSuffix(f.Name, ">") && len(f.Args) > 0 {
		return &f.Args[len(f.Args)-1]
	}
	return nil
}

// resultOf is the type of the first result of a call. Type parameters that an
// argument's type tells are replaced.
func (c *compiler) resultOf(d *syntax.Decl, call *syntax.Expr) *syntax.Type {
	t := d.ResultType
	if d.Callable() {
		if len(d.Results) == 0 {
			return nil
		}
		t = d.Results[0].Type
	}
	if t == nil || len(d.TypeParams) == 0 {
		return t
	}
	known := map[string]syntax.Type{}
	for i, p := range d.Params {
		if i+1 < len(call.Args) && p.Type != nil {
			if a := c.typeOf(call.Args[i+1]); a != nil {
				unify(*p.Type, *a, known, 0)
			}
		}
	}
	args := make([]syntax.Type, len(d.TypeParams))
	for i, name := range d.TypeParams {
		args[i] = known[name]
	}
	r := substitute(*t, d.TypeParams, args)
	return &r
}

func unify(p, a syntax.Type, known map[string]syntax.Type, depth int) {
	if len(p.Args) == 0 {
		known[p.Name] = a
	}
	for i := range p.Args {
		if i < len(a.Args) && depth < maxExpansion {
			unify(p.Args[i], a.Args[i], known, depth+1)
		}
	}
}

func (c *compiler) classOfType(t *syntax.Type) *class {
	if t == nil {
		return nil
	}
	base, _ := c.in.expand(*t, c.path)
	return c.in.classOf(base.Name, c.path)
}

func (c *compiler) typeOfMember(e *syntax.Expr) *syntax.Type {
	if d := c.named(e.Args[0]); d != nil {
		if owner := c.in.classes[d]; owner != nil {
			if x := owner.members[e.Name]; x != nil {
				return x.ResultType
			}
			if k := c.in.constructorNamed(e.Name, owner); k != nil {
				return c.typeOfData(k)
			}
		}
		if d.Kind == syntax.Module {
			if x := c.in.lookup(d.Name+"."+e.Name, c.path); x != nil {
				return x.ResultType
			}
		}
		return nil
	}
	if first, second, ok := strings.Cut(e.Name, "."); ok {
		return c.typeOfMember(&syntax.Expr{Kind: syntax.Member, Name: second, Args: []*syntax.Expr{{Kind: syntax.Member, Name: first, Args: e.Args}}})
	}
	t := c.typeOf(e.Args[0])
	if t == nil {
		return nil
	}
	base, _ := c.in.base(*t, c.path)
	switch {
	case strings.HasPrefix(base.Name, "array") && strings.HasPrefix(e.Name, "Length"), base.Name == "real" && e.Name == "Floor":
		return named("int")
	case base.Name == "()" && len(e.Name) == 1 && int(e.Name[0]-'0') < len(base.Args):
		return &base.Args[e.Name[0]-'0']
	case (base.Name == "map" || base.Name == "imap") && len(base.Args) == 2:
		switch e.Name {
		case "Keys":
			return named("set", base.Args[0])
		case "Values":
			return named("set", base.Args[1])
		}
		return named("set", *named("()", base.Args...))
	}
	owner := c.classOfType(&base)
	if owner == nil {
		return nil
	}
	f := c.typeOfField(owner, e.Name)
	if f == nil {
		return nil
	}
	r := substitute(*f, owner.decl.TypeParams, base.Args)
	return &r
}
