package interpret

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// class is a class, a trait or a datatype with its members.
type class struct {
	decl    *syntax.Decl
	members map[string]*syntax.Decl
	// fields are those of objects: their names and where they are in an object.
	fields []syntax.Variable
	index  map[string]int
	// constructors are a datatype's.
	constructors []*constructor
	inherited    bool
}

// constructor is one of a datatype.
type constructor struct {
	id     int
	name   string
	class  *class
	fields []syntax.Variable
	index  map[string]int
}

func (in *Interpreter) declare(list []*syntax.Decl) {
	for _, d := range list {
		if d.Name != "" {
			in.global[d.Name] = append(in.global[d.Name], d)
		}
		switch d.Kind {
		case syntax.Module:
			in.declare(d.Members)
		case syntax.Class, syntax.Trait, syntax.Datatype, syntax.TypeDecl, syntax.Iterator:
			in.declareClass(d)
		}
	}
}

func (in *Interpreter) declareClass(d *syntax.Decl) {
	c := &class{decl: d, members: map[string]*syntax.Decl{}, index: map[string]int{}}
	in.classes[d] = c
	for _, x := range d.Members {
		if x.Kind == syntax.Constructor && x.Name == "" {
			c.members["constructor"] = x
			continue
		}
		c.members[x.Name] = x
		if x.Kind == syntax.Field {
			c.addField(syntax.Variable{Name: x.Name, Type: x.ResultType})
			for _, v := range x.Params {
				c.addField(v)
				c.members[v.Name] = x
			}
		}
		if x.Kind == syntax.Constant && x.Value == nil {
			c.addField(syntax.Variable{Name: x.Name, Type: x.ResultType})
		}
	}
	for i, x := range d.Constructors {
		k := &constructor{id: i, name: x.Name, class: c, fields: x.Fields, index: map[string]int{}}
		for j, v := range x.Fields {
			k.index[v.Name] = j
		}
		c.constructors = append(c.constructors, k)
		in.constructors[x.Name] = append(in.constructors[x.Name], k)
	}
}

func (c *class) addField(v syntax.Variable) {
	if _, ok := c.index[v.Name]; !ok {
		c.index[v.Name] = len(c.fields)
		c.fields = append(c.fields, v)
	}
}

// inherit adds what traits declare.
func (in *Interpreter) inherit(c *class, depth int) {
	if c.inherited || depth > 20 {
		return
	}
	c.inherited = true
	for _, t := range c.decl.Extends {
		d := in.lookup(t.Name, c.decl.Path)
		if d == nil || in.classes[d] == nil {
			continue
		}
		parent := in.classes[d]
		in.inherit(parent, depth+1)
		for name, x := range parent.members {
			if own := c.members[name]; own == nil || own.Body == nil && own.Value == nil {
				c.members[name] = x
			}
		}
		for _, v := range parent.fields {
			c.addField(v)
		}
	}
}

// implementations are the classes that extend a trait, in the order of the text.
func (in *Interpreter) implementations(trait *class) (list []*class) {
	for d := range in.program.All {
		k := in.classes[d]
		if k == nil || d.Kind != syntax.Class {
			continue
		}
		for _, t := range d.Extends {
			if in.lookup(t.Name, d.Path) == trait.decl {
				list = append(list, k)
				break
			}
		}
	}
	return list
}

// lookup finds a declaration outside of classes by its name, perhaps qualified,
// as it is seen from within modules.
func (in *Interpreter) lookup(name string, path []string) *syntax.Decl {
	qualifier := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name, qualifier = name[i+1:], name[:i]
		qualifier = qualifier[strings.LastIndexByte(qualifier, '.')+1:]
	}
	var found *syntax.Decl
	best := -1
	for _, d := range in.global[name] {
		score := 0
		for score < len(d.Path) && score < len(path) && d.Path[score] == path[score] {
			score++
		}
		score = 2*score + 1
		if len(d.Path) > score/2 {
			score-- // it is in a module that is imported
		}
		if qualifier != "" && slices.Contains(d.Path, qualifier) {
			score += 1000
		}
		if d.Kind == syntax.Import || d.Kind == syntax.Export {
			score = 0
		}
		if score > best {
			found, best = d, score
		}
	}
	return found
}

// constructorNamed finds a datatype's constructor; of is the datatype, or nil.
func (in *Interpreter) constructorNamed(name string, of *class) *constructor {
	if of != nil {
		for _, k := range of.constructors {
			if k.name == name {
				return k
			}
		}
		return nil
	}
	name = name[strings.LastIndexByte(name, '.')+1:]
	if list := in.constructors[name]; len(list) > 0 {
		return list[0]
	}
	return nil
}

// classOf finds a type's class or datatype.
func (in *Interpreter) classOf(name string, path []string) *class {
	if d := in.lookup(name, path); d != nil {
		return in.classes[d]
	}
	return nil
}

// isStatic reports whether a member of a class needs no object.
func isStatic(d *syntax.Decl) bool { return d.HasWord("static") }
