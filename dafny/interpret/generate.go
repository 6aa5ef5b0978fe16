package interpret

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// style is what the elements of collections are like.
type style uint8

const (
	anything style = iota
	ascending
	descending
	equals
	distinct
	positive
	binaryDigits
	styles
)

// generator makes up values.
type generator struct {
	in   *Interpreter
	m    *machine
	rand *rand.Rand
	// plain says that nothing is allocated: arrays and objects have no value.
	plain bool
	// length is that of the next collections, or negative.
	length int
	style  style
	// largest bounds lengths.
	largest int
	// building is how many objects are being made one within the other.
	building int
}

const maxGenerated = 4

func (g *generator) value(t syntax.Type, path []string, depth int) Value {
	if g.m.charge(1); g.m.err != nil {
		return Value{}
	}
	if depth > 6 {
		return g.m.unsupported("a value of a type that is nested too deeply")
	}
	base, constraints := g.in.expand(t, path)
	if len(constraints) > 0 {
		return g.constrained(base, t, path, depth)
	}
	switch base.Name {
	case "int":
		return g.int(-2)
	case "nat", "ORDINAL":
		return g.int(0)
	case "bool":
		return boolean(g.rand.IntN(2) == 0)
	case "char":
		return g.char()
	case "real":
		return rational(big.NewRat(int64(g.rand.IntN(21)-6), []int64{1, 1, 2, 4}[g.rand.IntN(4)]))
	case "string":
		return g.text()
	case "object":
		return g.known(nil)
	}
	arg := func(i int) syntax.Type {
		if i < len(base.Args) {
			return base.Args[i]
		}
		return syntax.Type{Name: "int"}
	}
	switch base.Name {
	case "seq":
		return seqOf(g.list(arg(0), path, depth))
	case "set", "iset":
		if !g.plain && g.isReference(arg(0), path) {
			return g.knownSet(arg(0), path)
		}
		return g.m.setOf(g.list(arg(0), path, depth))
	case "multiset":
		return g.m.multisetOf(seqOf(g.list(arg(0), path, depth)))
	case "map", "imap":
		r := &mapping{}
		for _, k := range g.list(arg(0), path, depth) {
			r = g.m.mapSet(r, k, g.value(arg(1), path, depth+1))
		}
		return Value{kind: Map, p: r}
	case "()":
		list := make([]Value, len(base.Args))
		for i, a := range base.Args {
			list[i] = g.value(a, path, depth+1)
		}
		return tupleOf(list)
	case "->", "~>", "-->":
		return g.function(base, path, depth)
	}
	if strings.HasPrefix(base.Name, "array") && g.in.lookup(base.Name, path) == nil {
		return g.array(base, path, depth)
	}
	if isBitVector(base.Name) {
		return g.m.unsupported("bit vectors")
	}
	k := g.in.classOf(base.Name, path)
	switch {
	case k == nil: // a type parameter
		return g.int(-2)
	case k.decl.Kind == syntax.Datatype:
		return g.data(k, base, depth)
	case k.decl.Kind == syntax.Class:
		return g.object(k, base, depth)
	case k.decl.Kind == syntax.TypeDecl:
		return g.int(-2)
	case k.decl.Kind == syntax.Trait && !g.plain:
		if list := g.in.implementations(k); len(list) > 0 {
			return g.object(list[g.rand.IntN(len(list))], base, depth)
		}
	}
	return g.m.unsupported("a value of the type " + base.Name)
}

// constrained makes up values of the base type until one is of the subset type.
func (g *generator) constrained(base, t syntax.Type, path []string, depth int) Value {
	c := &compiler{in: g.in, path: path, static: true, next: 1, max: 1}
	check := c.check(t)
	for range 100 {
		v := g.value(base, path, depth+1)
		if g.m.err != nil || check == nil {
			return v
		}
		g.m.inside++
		ok := check(g.m, v)
		g.m.inside--
		if g.m.err == nil && ok {
			return v
		}
		if !g.m.forgive() {
			return Value{}
		}
	}
	return g.m.undefined("no value of the type " + t.Name + " was found")
}

func (g *generator) int(low int64) Value {
	if g.style == binaryDigits {
		return integer(int64(g.rand.IntN(2)))
	}
	if g.style == positive {
		low = 1
	}
	n := low + g.rand.Int64N(9-low)
	if list := g.in.literals.ints; len(list) > 0 && g.rand.IntN(5) == 0 {
		n = list[g.rand.IntN(len(list))] + int64(g.rand.IntN(3)) - 1
	}
	if g.rand.IntN(40) == 0 {
		n = int64(10 + g.rand.IntN(30))
	}
	return integer(max(n, low))
}

func (g *generator) char() Value {
	if list := g.in.literals.chars; len(list) > 0 && g.rand.IntN(3) == 0 {
		return character(list[g.rand.IntN(len(list))])
	}
	if g.rand.IntN(12) == 0 {
		return character([]rune("AZ09 z")[g.rand.IntN(6)])
	}
	return character([]rune("abc")[g.rand.IntN(3)])
}

func (g *generator) text() Value {
	if list := g.in.literals.strings; len(list) > 0 && g.rand.IntN(8) == 0 {
		return text(list[g.rand.IntN(len(list))])
	}
	return seqOf(g.list(syntax.Type{Name: "char"}, nil, 0))
}

// size is a length; those in the middle are the most frequent.
func (g *generator) size(depth int) int {
	if g.length >= 0 && depth == 0 {
		return g.length
	}
	largest := 6
	if g.largest > 0 {
		largest = g.largest
	}
	if depth > 0 || g.plain {
		largest = min(largest, 4)
	}
	return min((g.rand.IntN(largest+2)+g.rand.IntN(largest+2))/2, largest)
}

func (g *generator) list(t syntax.Type, path []string, depth int) []Value {
	list := make([]Value, g.size(depth))
	for i := range list {
		list[i] = g.value(t, path, depth+1)
	}
	if depth == 0 {
		g.arrange(list)
	}
	return list
}

// arrange gives a list the style.
func (g *generator) arrange(list []Value) {
	if g.m.err != nil {
		return
	}
	switch g.style {
	case ascending:
		slices.SortFunc(list, g.m.compare)
	case descending:
		slices.SortFunc(list, func(v, w Value) int { return g.m.compare(w, v) })
	case equals:
		for i := range list {
			list[i] = list[0]
		}
	case distinct:
		for i := range list {
			if list[i].kind == Int && i > 0 && list[i].p == nil && slices.ContainsFunc(list[:i], list[i].Equal) {
				top := slices.MaxFunc(list[:i], g.m.compare)
				list[i] = g.m.add(top, integer(1))
			}
		}
		if g.rand.IntN(2) == 0 {
			slices.SortFunc(list, g.m.compare)
		}
	}
}

func (g *generator) array(t syntax.Type, path []string, depth int) Value {
	if g.plain {
		if t.Nullable {
			return reference(0)
		}
		return Value{}
	}
	if t.Nullable && g.rand.IntN(6) == 0 {
		return reference(0)
	}
	dims := 1
	if digits := strings.TrimPrefix(t.Name, "array"); digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > 4 {
			return g.m.unsupported("the type " + t.Name)
		}
		dims = n
	}
	element := syntax.Type{Name: "int"}
	if len(t.Args) > 0 {
		element = t.Args[0]
	}
	if dims == 1 {
		list := g.list(element, path, depth)
		return g.m.allocate(&object{lengths: []int64{int64(len(list))}, cells: list})
	}
	o := &object{}
	size := 1
	for range dims {
		n := g.rand.IntN(4)
		o.lengths = append(o.lengths, int64(n))
		size *= n
	}
	for range size {
		o.cells = append(o.cells, g.value(element, path, depth+1))
	}
	return g.m.allocate(o)
}

// data makes up a value of a datatype. Deep down only constructors without fields
// are taken, if there are any.
func (g *generator) data(k *class, t syntax.Type, depth int) Value {
	var list []*constructor
	for _, x := range k.constructors {
		if len(x.fields) == 0 || depth < maxGenerated {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		for _, x := range k.constructors {
			if !slices.ContainsFunc(x.fields, func(v syntax.Variable) bool { return v.Type.Name == k.decl.Name }) {
				list = append(list, x)
			}
		}
	}
	if len(list) == 0 {
		return g.m.unsupported("a value of the type " + k.decl.Name)
	}
	x := list[g.rand.IntN(len(list))]
	if len(x.fields) == 0 && depth == 0 { // the interesting ones have fields
		x = list[g.rand.IntN(len(list))]
	}
	d := &data{constructor: x}
	for _, v := range x.fields {
		d.fields = append(d.fields, g.value(substitute(*v.Type, k.decl.TypeParams, t.Args), k.decl.Path, depth+1))
	}
	return Value{kind: Data, p: d}
}

// function makes up one of a few simple functions.
func (g *generator) function(t syntax.Type, path []string, depth int) Value {
	n := len(t.Args) - 1
	if n < 0 {
		return g.m.unsupported("a function")
	}
	result := t.Args[n]
	seed := g.rand.Int64N(1000)
	fixed := g.value(result, path, depth+1)
	if n == 2 && fixed.kind == Bool && g.rand.IntN(3) > 0 { // it may be to compare
		relation := relationOf([]string{"<", "<=", ">", ">=", "==", "!="}[g.rand.IntN(6)])
		return Value{kind: Func, p: &closure{params: n, call: func(m *machine, args []Value) Value {
			return boolean(relation(m, args[0], args[1]))
		}}}
	}
	in := g.in
	return Value{kind: Func, p: &closure{params: n, call: func(m *machine, args []Value) Value {
		if n == 0 {
			return fixed
		}
		// The same arguments have the same result: they decide what is random.
		h := seed
		for _, v := range args {
			for _, b := range []byte(v.String()) {
				h = (h*31 + int64(b)) % 1_000_003
			}
		}
		inner := generator{in: in, m: m, rand: rand.New(rand.NewPCG(uint64(h), 0)), plain: true, length: -1}
		return inner.value(result, path, depth+1)
	}}}
}
