package annotations

import (
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// measures are what may decrease in a loop, the likeliest first.
func measures(a *analysis, k *knowledge, l *loop) (list []string) {
	add := func(e ...*syntax.Expr) {
		text := ""
		for i, x := range e {
			if i > 0 {
				text += ", "
			}
			text += x.String()
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	var flags []*syntax.Expr
	if l.stmt.Guard != nil {
		for _, c := range conjuncts(l.stmt.Guard) {
			switch c.Kind {
			case syntax.Ident:
				flags = append(flags, c)
			case syntax.Unary:
				if c.Name == "!" && c.Args[0].Kind == syntax.Ident {
					flags = append(flags, not(c))
				}
			}
		}
		for _, c := range conjuncts(l.stmt.Guard) {
			if c.Kind != syntax.Binary {
				continue
			}
			x, y := c.Args[0], c.Args[1]
			switch c.Name {
			case "<", "<=":
				add(difference(y, x))
			case ">", ">=":
				add(difference(x, y))
			case "!=":
				if x.Kind == syntax.Ident && a.classify(typeIn(l, x.Name)) == classInt {
					add(difference(y, x))
					add(difference(x, y))
				} else if x.Kind == syntax.Ident {
					add(x)
					add(length(x))
				}
			}
			for _, f := range flags {
				if len(list) > 0 {
					text := list[len(list)-1] + ", " + f.String()
					if !slices.Contains(list, text) {
						list = append(list, text)
					}
				}
			}
		}
	}
	// A flag that ends the loop, while something else goes on.
	var moving []*syntax.Expr
	for _, v := range l.vars {
		if l.modified[v.Name] && a.classify(v.Type) == classInt {
			moving = append(moving, name(v.Name))
		}
	}
	for _, x := range moving {
		for _, v := range l.vars {
			switch a.classify(v.Type) {
			case classArray:
				add(difference(member(name(v.Name), "Length"), x))
			case classSeq:
				add(difference(length(name(v.Name)), x))
			case classInt:
				if v.Name != x.Name {
					add(difference(name(v.Name), x))
				}
			}
		}
		add(x)
	}
	for i, x := range moving {
		for _, y := range moving[i+1:] {
			add(binary("+", x, y))
		}
	}
	for _, v := range l.vars {
		if l.modified[v.Name] {
			switch a.classify(v.Type) {
			case classSeq, classSet, classMultiset, classMap:
				add(length(name(v.Name)))
			case classDatatype:
				add(name(v.Name))
			}
		}
	}
	for _, f := range flags {
		add(f)
	}
	const most = 12
	return list[:min(len(list), most)]
}

func difference(x, y *syntax.Expr) *syntax.Expr {
	if y.Kind == syntax.Literal && y.Name == "0" {
		return x
	}
	return binary("-", x, y)
}

func typeIn(l *loop, n string) *syntax.Type {
	for _, v := range l.vars {
		if v.Name == n {
			return v.Type
		}
	}
	return nil
}

// recursion are what may decrease in calls of a declaration to itself.
func (a *analysis) recursion(k *knowledge) (list []string) {
	var ints []string
	for _, p := range k.decl.Params {
		switch a.classify(p.Type) {
		case classInt:
			ints = append(ints, p.Name)
			list = append(list, p.Name)
		case classSeq, classSet, classMultiset, classMap:
			list = append(list, "|"+p.Name+"|")
		case classDatatype:
			list = append(list, p.Name)
		case classArray:
			for _, q := range k.decl.Params {
				if a.classify(q.Type) == classInt {
					list = append(list, p.Name+".Length - "+q.Name)
				}
			}
		}
	}
	for i, x := range ints {
		for j, y := range ints {
			if i != j {
				list = append(list, x+" - "+y, x+", "+y)
			}
			if i < j {
				list = append(list, x+" + "+y)
			}
		}
	}
	const most = 16
	return list[:min(len(list), most)]
}
