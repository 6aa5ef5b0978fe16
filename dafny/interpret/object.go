package interpret

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// maxBuilding bounds how many objects are made one within the other.
const maxBuilding = 4

// maxObjects is how many objects and arrays there are in the heap before those that
// exist are taken instead of new ones.
const maxObjects = 30

// object makes up an object: with a constructor and a few calls of methods, so that
// it satisfies the invariant of its class, or with random fields.
func (g *generator) object(k *class, t syntax.Type, depth int) Value {
	if g.plain {
		if t.Nullable {
			return reference(0)
		}
		return Value{}
	}
	if t.Nullable && (depth > 2 || g.building > 1 || g.rand.IntN(2) == 0) {
		return reference(0)
	}
	many := g.building >= maxBuilding || len(g.m.heap.objects) > maxObjects
	if many || g.building > 0 && g.rand.IntN(3) == 0 {
		if v := g.known(k); v.kind == Ref || g.building >= maxBuilding {
			return v
		}
	}
	g.building++
	defer func() { g.building-- }()
	if g.rand.IntN(4) > 0 {
		if v := g.construct(k, t); v.kind == Ref {
			return v
		}
		if g.m.err != nil && !g.m.forgive() {
			return Value{}
		}
	}
	return g.randomObject(k, t, depth)
}

// randomObject makes up an object with random fields. Sets of objects are made
// last, so that those in the other fields may be in them.
func (g *generator) randomObject(k *class, t syntax.Type, depth int) Value {
	o := &object{class: k, cells: make([]Value, len(k.fields))}
	v := g.m.allocate(o)
	for _, late := range []bool{false, true} {
		for i, f := range k.fields {
			if f.Type == nil {
				continue
			}
			typ := substitute(*f.Type, k.decl.TypeParams, t.Args)
			sets := (typ.Name == "set" || typ.Name == "seq") && len(typ.Args) == 1 && g.isReference(typ.Args[0], k.decl.Path)
			if sets == late {
				o.cells[i] = g.value(typ, k.decl.Path, depth+1)
			}
		}
	}
	return v
}

// isReference reports whether values of a type refer to objects or arrays.
func (g *generator) isReference(t syntax.Type, path []string) bool {
	base, _ := g.in.expand(t, path)
	if base.Name == "object" || strings.HasPrefix(base.Name, "array") {
		return true
	}
	k := g.in.classOf(base.Name, path)
	return k != nil && (k.decl.Kind == syntax.Class || k.decl.Kind == syntax.Trait)
}

// known is an object that exists, of a class if that is not nil.
func (g *generator) known(k *class) Value {
	list := g.allKnown(k)
	if len(list) == 0 {
		return Value{}
	}
	return list[g.rand.IntN(len(list))]
}

func (g *generator) allKnown(k *class) (list []Value) {
	for id, o := range g.m.heap.objects {
		if id > 0 && (k == nil || o.class == k) {
			list = append(list, reference(id))
		}
	}
	return list
}

// knownSet is a set of objects that exist: all, or some.
func (g *generator) knownSet(t syntax.Type, path []string) Value {
	base, _ := g.in.expand(t, path)
	list := g.allKnown(g.in.classOf(base.Name, path))
	if strings.HasPrefix(base.Name, "array") {
		list = slices.DeleteFunc(list, func(v Value) bool { return len(g.m.heap.objects[v.n].lengths) == 0 })
	}
	if g.rand.IntN(2) == 0 {
		list = slices.DeleteFunc(list, func(Value) bool { return g.rand.IntN(2) == 0 })
	}
	return g.m.setOf(list)
}

// maxMutations is how many methods are called on a new object.
const maxMutations = 5

// construct makes an object with one of its constructors. What is no reference
// says that it did not succeed.
func (g *generator) construct(k *class, t syntax.Type) Value {
	var constructors, mutators []*syntax.Decl
	for _, name := range sortedKeys(k.members) {
		d := k.members[name]
		switch {
		case d.Body == nil:
		case d.Kind == syntax.Constructor, d.Kind == syntax.Method && (strings.HasPrefix(d.Name, "Init") || strings.HasPrefix(d.Name, "init")):
			constructors = append(constructors, d)
		case d.Kind == syntax.Method && !isStatic(d) && slices.ContainsFunc(d.Clauses, func(c syntax.Clause) bool { return c.Kind == syntax.Modifies }):
			mutators = append(mutators, d)
		}
	}
	if len(constructors) == 0 {
		return Value{}
	}
	c := &compiler{in: g.in, path: k.decl.Path}
	v := g.m.allocate(&object{class: k, cells: g.m.eval(c.fieldsOf(k), nil)})
	if !g.perform(k, t, constructors[g.rand.IntN(len(constructors))], v) {
		return Value{}
	}
	for n := g.rand.IntN(maxMutations+1) / g.building; n > 0 && len(mutators) > 0 && g.m.err == nil; n-- {
		g.perform(k, t, mutators[g.rand.IntN(len(mutators))], v)
	}
	return v
}

// perform calls a method with arguments that it permits.
func (g *generator) perform(k *class, t syntax.Type, d *syntax.Decl, this Value) bool {
	r := g.in.routine(d, k)
	r.prepare()
	for range 6 {
		args := make([]Value, len(d.Params))
		for i, p := range d.Params {
			if p.Type == nil {
				return false
			}
			args[i] = g.value(substitute(*p.Type, k.decl.TypeParams, t.Args), k.decl.Path, 1)
		}
		if g.m.err != nil {
			return false
		}
		if g.m.admits(r, this, args) {
			g.m.runMethod(r, this, args)
			return g.m.err == nil
		}
	}
	return false
}

// admits reports whether the arguments satisfy what a method requires.
func (m *machine) admits(r *routine, this Value, args []Value) bool {
	f, s := m.enter(r.slots, r.weight)
	if f == nil {
		return false
	}
	f.slots[0] = this
	copy(f.slots[1:], args)
	ok := m.permits(r, f)
	m.leave(s)
	if !ok {
		m.forgive()
	}
	return ok
}
