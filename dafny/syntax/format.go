package syntax

import "strings"

// The precedences of operators, from loose to tight.
const (
	looseTight = iota
	precedenceEquivalence
	precedenceImplication
	precedenceLogical
	precedenceRelation
	precedenceShift
	precedenceSum
	precedenceProduct
	precedenceBits
	precedenceConvert
	precedenceUnary
	precedenceSuffix
)

func precedence(op string) int {
	switch op {
	case "<==>":
		return precedenceEquivalence
	case "==>", "<==":
		return precedenceImplication
	case "&&", "||":
		return precedenceLogical
	case "<<", ">>":
		return precedenceShift
	case "+", "-":
		return precedenceSum
	case "*", "/", "%":
		return precedenceProduct
	case "&", "|", "^":
		return precedenceBits
	}
	return precedenceRelation
}

// String writes the expression as Dafny reads it, with no more parentheses than
// it needs.
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b, looseTight)
	return b.String()
}

// open is the precedence of an expression as an operand.
func (e *Expr) open() int {
	switch e.Kind {
	case Binary:
		return precedence(e.Name)
	case Chain:
		return precedenceRelation
	case Convert:
		return precedenceConvert
	case Unary:
		if e.Name == "-" || e.Name == "!" {
			return precedenceUnary
		}
	case Forall, Exists, SetOf, MapOf, If, Match, Let, Lambda, Then, Opaque:
		return looseTight
	}
	return precedenceSuffix
}

// write writes the expression as an operand of something of a precedence, in
// parentheses if it is looser.
func (e *Expr) write(b *strings.Builder, outer int) {
	if e == nil {
		return
	}
	if e.open() < outer {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e.Kind {
	case Opaque, Ident, Literal:
		b.WriteString(e.Name)
	case Unary:
		e.writeUnary(b)
	case Binary:
		e.writeBinary(b)
	case Chain:
		for i, a := range e.Args {
			if i > 0 {
				b.WriteString(" " + e.Names[i-1] + " ")
			}
			a.write(b, precedenceShift)
		}
	case Convert:
		e.Args[0].write(b, precedenceConvert)
		b.WriteString(" " + e.Name + " " + e.Type.String())
	default:
		e.writeSuffixed(b)
	}
}

func (e *Expr) writeUnary(b *strings.Builder) {
	switch e.Name {
	case "#":
		b.WriteByte('|')
		// A bar within would end it.
		inner := looseTight
		if e.Args[0].Kind == SetOf || e.Args[0].Kind == MapOf || e.Args[0].Kind == Forall || e.Args[0].Kind == Exists {
			inner = precedenceSuffix
		}
		e.Args[0].write(b, inner)
		b.WriteByte('|')
	case "-", "!":
		b.WriteString(e.Name)
		e.Args[0].write(b, precedenceUnary)
	default:
		b.WriteString(e.Name)
		if len(e.Names) > 0 { // the label of a heap
			b.WriteString("@" + e.Names[0])
		}
		writeList(b, "(", e.Args, ")")
	}
}

func (e *Expr) writeBinary(b *strings.Builder) {
	p := precedence(e.Name)
	left, right := p, p+1
	switch e.Name {
	case "==>":
		left, right = p+1, p
	case "&&", "||":
		left = p + 1 // the two must not be mixed without parentheses
		if e.Args[0].Kind == Binary && e.Args[0].Name == e.Name {
			left = p
		}
	default:
		if p == precedenceRelation {
			left = p + 1
		}
	}
	e.Args[0].write(b, left)
	b.WriteString(" " + e.Name + " ")
	e.Args[1].write(b, right)
}

func (e *Expr) writeSuffixed(b *strings.Builder) {
	switch e.Kind {
	case Apply:
		e.Args[0].write(b, precedenceSuffix)
		writeList(b, "(", e.Args[1:], ")")
	case Member:
		e.Args[0].write(b, precedenceSuffix)
		if !strings.HasPrefix(e.Name, "`") {
			b.WriteByte('.')
		}
		b.WriteString(e.Name)
	case Index:
		e.Args[0].write(b, precedenceSuffix)
		writeList(b, "[", e.Args[1:], "]")
	case Slice:
		e.Args[0].write(b, precedenceSuffix)
		b.WriteByte('[')
		e.Args[1].write(b, looseTight)
		b.WriteString("..")
		e.Args[2].write(b, looseTight)
		b.WriteByte(']')
	case Update:
		e.Args[0].write(b, precedenceSuffix)
		b.WriteByte('[')
		writePairs(b, e.Args[1:])
		b.WriteByte(']')
	case With:
		e.Args[0].write(b, precedenceSuffix)
		b.WriteString(".(")
		for i, name := range e.Names {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(name + " := ")
			e.Args[i+1].write(b, looseTight)
		}
		b.WriteByte(')')
	case SeqDisplay:
		writeList(b, "[", e.Args, "]")
	case SetDisplay:
		if e.Name != "set" {
			b.WriteString(e.Name)
		}
		writeList(b, "{", e.Args, "}")
	case MapDisplay:
		b.WriteString(e.Name + "[")
		writePairs(b, e.Args)
		b.WriteByte(']')
	case SeqInit:
		writeList(b, "seq(", e.Args, ")")
	case Tuple:
		writeList(b, "(", e.Args, ")")
	case MultisetOf:
		writeList(b, "multiset(", e.Args, ")")
	default:
		e.writeBinding(b)
	}
}

// writeBinding writes what binds variables or branches.
func (e *Expr) writeBinding(b *strings.Builder) {
	switch e.Kind {
	case Forall, Exists:
		b.WriteString(map[ExprKind]string{Forall: "forall ", Exists: "exists "}[e.Kind])
		writeVars(b, e.Vars)
		if e.Args[0] != nil {
			b.WriteString(" | ")
			e.Args[0].write(b, looseTight)
		}
		b.WriteString(" :: ")
		e.Args[1].write(b, looseTight)
	case SetOf, MapOf:
		b.WriteString(e.Name + " ")
		writeVars(b, e.Vars)
		if e.Args[0] != nil {
			b.WriteString(" | ")
			e.Args[0].write(b, looseTight)
		}
		if e.Args[1] != nil {
			b.WriteString(" :: ")
			e.Args[1].write(b, looseTight)
		}
		if len(e.Args) > 2 {
			b.WriteString(" := ")
			e.Args[2].write(b, looseTight)
		}
	case If:
		b.WriteString("if ")
		e.Args[0].write(b, looseTight)
		b.WriteString(" then ")
		e.Args[1].write(b, looseTight)
		b.WriteString(" else ")
		e.Args[2].write(b, looseTight)
	case Match:
		b.WriteString("match ")
		e.Args[0].write(b, precedenceEquivalence)
		b.WriteString(" { ")
		for i, name := range e.Names {
			b.WriteString("case " + name + " => ")
			e.Args[i+1].write(b, precedenceEquivalence)
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case Let:
		b.WriteString("var ")
		writeVars(b, e.Vars)
		b.WriteString(" " + e.Name + " ")
		n := len(e.Args) - 1
		writeList(b, "", e.Args[:n], "; ")
		e.Args[n].write(b, looseTight)
	case Lambda:
		b.WriteByte('(')
		writeVars(b, e.Vars)
		b.WriteByte(')')
		for _, clause := range e.Names {
			b.WriteString(" " + clause)
		}
		b.WriteString(" => ")
		e.Args[0].write(b, looseTight)
	case Then:
		b.WriteString(e.Name + " ")
		e.Args[0].write(b, looseTight)
	}
}

func writeList(b *strings.Builder, opening string, list []*Expr, closing string) {
	b.WriteString(opening)
	for i, e := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		e.write(b, looseTight)
	}
	b.WriteString(closing)
}

func writePairs(b *strings.Builder, list []*Expr) {
	for i := 0; i+1 < len(list); i += 2 {
		if i > 0 {
			b.WriteString(", ")
		}
		list[i].write(b, looseTight)
		b.WriteString(" := ")
		list[i+1].write(b, looseTight)
	}
}

func writeVars(b *strings.Builder, vars []Variable) {
	for i, v := range vars {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.Name)
		if v.Type != nil {
			b.WriteString(": " + v.Type.String())
		}
	}
}

// String writes the type as Dafny reads it.
func (t Type) String() string {
	args := make([]string, len(t.Args))
	for i, a := range t.Args {
		args[i] = a.String()
	}
	switch t.Name {
	case "()":
		return "(" + strings.Join(args, ", ") + ")"
	case "->", "~>", "-->":
		n := len(args) - 1
		return "(" + strings.Join(args[:n], ", ") + ") " + t.Name + " " + args[n]
	}
	s := t.Name
	if t.Nullable {
		s += "?"
	}
	if len(args) > 0 {
		s += "<" + strings.Join(args, ", ") + ">"
	}
	return s
}
