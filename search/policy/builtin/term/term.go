// Package term reads terms in the notation in which Lean prints them, as far as
// a policy needs it: arithmetic, relations, connectives, quantifiers and
// applications. What it cannot read becomes an [Opaque] leaf, so that a rule
// sees the shape around it.
//
// Nothing here is trusted: a misread term leads to a tactic that the prover refuses.
package term

import (
	"math/big"
	"strings"
)

// Kind says what a term is at its head.
type Kind int

// The kinds of terms.
const (
	Opaque     Kind = iota // text that was not understood; Text has it
	Name                   // an identifier; Text has it
	Numeral                // a natural number; Value has it
	Apply                  // function application; Args[0] is the function
	Binary                 // an infix operator; Text has it, Args are both sides
	Prefix                 // a prefix operator (-, ¬, ↑); Text has it, Args[0] is the operand
	Quantifier             // ∀, ∃, fun; Text has the symbol, Binders the variables, Args[0] the body
)

// Binder is one bound variable with its type, which is empty if not printed.
type Binder struct {
	Name string
	Type string
}

// Term is a node of a syntax tree.
type Term struct {
	Kind    Kind
	Text    string
	Value   *big.Int
	Args    []*Term
	Binders []Binder
	atomic  bool // an Opaque term that needs no parentheses
}

// Parse reads a term. It never fails: what cannot be read is Opaque.
func Parse(s string) *Term {
	p := parser{source: s, tokens: lex(s)}
	t := p.expression(0)
	if p.at < len(p.tokens) {
		return &Term{Kind: Opaque, Text: s}
	}
	return t
}

// Is reports whether the term is the binary operator op.
func (t *Term) Is(op string) bool { return t != nil && t.Kind == Binary && t.Text == op }

// Left and Right are the sides of a binary operator.
func (t *Term) Left() *Term { return t.Args[0] }

// Right is the right side of a binary operator.
func (t *Term) Right() *Term { return t.Args[1] }

// IsNumeral reports whether the term is a numeral, and its value if it fits.
func (t *Term) IsNumeral() (int64, bool) {
	if t == nil {
		return 0, false
	}
	if t.Kind == Numeral && t.Value.IsInt64() {
		return t.Value.Int64(), true
	}
	if t.Kind == Prefix && t.Text == "-" {
		if v, ok := t.Args[0].IsNumeral(); ok {
			return -v, true
		}
	}
	return 0, false
}

// Head is the name of what is applied, or the name itself; empty for others.
func (t *Term) Head() string {
	switch {
	case t == nil:
		return ""
	case t.Kind == Name:
		return t.Text
	case t.Kind == Apply:
		return t.Args[0].Head()
	}
	return ""
}

// Walk calls f for the term and everything below it, outermost first; f says
// whether to go below its argument.
func (t *Term) Walk(f func(*Term) bool) {
	if t == nil || !f(t) {
		return
	}
	for _, a := range t.Args {
		a.Walk(f)
	}
}

// Mentions reports whether the free name occurs in the term.
func (t *Term) Mentions(name string) bool {
	found := false
	t.Walk(func(u *Term) bool {
		switch u.Kind {
		case Name:
			// A field of the variable mentions it too.
			if u.Text == name || strings.HasPrefix(u.Text, name+".") {
				found = true
			}
		case Opaque:
			for _, tok := range lex(u.Text) {
				if tok.text == name {
					found = true
				}
			}
		case Quantifier:
			for _, b := range u.Binders {
				if b.Name == name {
					return false
				}
			}
		}
		return !found
	})
	return found
}

// Replace is the term with another in the place of a free name. Opaque parts stay
// as they are, and so do bodies of quantifiers that bind the name. The
// names of the replacement are not kept from being captured.
func (t *Term) Replace(name string, by *Term) *Term {
	switch {
	case t.Kind == Name && t.Text == name:
		return by
	case t.Kind == Quantifier:
		for _, b := range t.Binders {
			if b.Name == name {
				return t
			}
		}
	case len(t.Args) == 0:
		return t
	}
	u := *t
	u.Args = make([]*Term, len(t.Args))
	for i, a := range t.Args {
		u.Args[i] = a.Replace(name, by)
	}
	return &u
}

// String prints the term so that Lean reads it back.
func (t *Term) String() string {
	var b strings.Builder
	t.print(&b, 0)
	return b.String()
}

func (t *Term) print(b *strings.Builder, min int) {
	parens := func(level int, f func()) {
		if level < min {
			b.WriteByte('(')
			f()
			b.WriteByte(')')
			return
		}
		f()
	}
	switch t.Kind {
	case Opaque:
		if min > 0 && !t.atomic {
			b.WriteString("(" + t.Text + ")")
			return
		}
		b.WriteString(t.Text)
	case Name:
		b.WriteString(t.Text)
	case Numeral:
		b.WriteString(t.Value.String())
	case Apply:
		parens(levelApply, func() {
			t.Args[0].print(b, levelApply)
			for _, a := range t.Args[1:] {
				b.WriteByte(' ')
				a.print(b, levelMax)
			}
		})
	case Binary:
		op := operators[t.Text]
		parens(op.level, func() {
			t.Args[0].print(b, op.left)
			b.WriteString(" " + t.Text + " ")
			t.Args[1].print(b, op.right)
		})
	case Prefix:
		op := prefixes[t.Text]
		parens(op.level, func() {
			b.WriteString(t.Text)
			t.Args[0].print(b, op.operand)
		})
	case Quantifier:
		parens(levelQuantifier, func() {
			b.WriteString(t.Text)
			for _, v := range t.Binders {
				if v.Type == "" {
					b.WriteString(" " + v.Name)
				} else {
					b.WriteString(" (" + v.Name + " : " + v.Type + ")")
				}
			}
			if t.Text == "fun" {
				b.WriteString(" => ")
			} else {
				b.WriteString(", ")
			}
			t.Args[0].print(b, 0)
		})
	}
}

// Substitute is the term with by in place of the free variable name. It reports
// false where that cannot be told: in opaque text, and under a binder whose
// variable occurs in by.
func (t *Term) Substitute(name string, by *Term) (*Term, bool) {
	if !t.Mentions(name) {
		return t, true
	}
	switch t.Kind {
	case Name:
		return by, t.Text == name
	case Opaque:
		return nil, false
	case Quantifier:
		for _, b := range t.Binders {
			if by.Mentions(b.Name) {
				return nil, false
			}
		}
	}
	u := *t
	u.Args = make([]*Term, len(t.Args))
	for i, a := range t.Args {
		var ok bool
		if u.Args[i], ok = a.Substitute(name, by); !ok {
			return nil, false
		}
	}
	return &u, true
}
