package soundness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Assumption is something that a program takes for granted, so that its being
// verified means less than it seems to.
type Assumption struct {
	// Text names it: "assume", "{:axiom} lemma Foo", "lemma Bar without a body".
	Text string
	// Line and Column are its place in the program, from 1 and in bytes.
	Line, Column int
}

// String is the assumption with its place.
func (a Assumption) String() string { return fmt.Sprintf("%s at %d:%d", a.Text, a.Line, a.Column) }

// Assumptions are what a program takes for granted, in the order of the text. A
// program that cannot be read is an error.
func Assumptions(program string) ([]Assumption, error) {
	r, err := read(program)
	if err != nil {
		return nil, fmt.Errorf("looking for assumptions: %w", err)
	}
	return r.assumptions(), nil
}

// assuming are the words that take something for granted wherever they stand, and
// unchecked the attributes.
var (
	assuming  = []string{"assume", "expect", "free", "include"}
	unchecked = []string{"axiom", "verify", "extern", "only", "assumption", "termination", "options", "abstemious", "assume_concurrent"}
)

func (r *reading) assumptions() []Assumption {
	found := map[int]string{} // by offset
	for i, t := range r.Tokens {
		switch {
		case t.Kind != syntax.Word:
		case slices.Contains(assuming, t.Text) && !r.isName(i):
			found[t.Offset] = t.Text
		case t.Text == "decreases" && r.Tokens[i+1].Is("*"):
			found[t.Offset] = "decreases * (termination is not promised)"
		case slices.Contains(unchecked, t.Text) && i >= 2 && (r.Tokens[i-1].Is(":") && r.Tokens[i-2].Is("{") || r.Tokens[i-1].Is("@")):
			found[t.Offset] = "{:" + t.Text + "}"
			if d := r.At(t.Offset); d != nil && d.Name != "" && (d.BodySpan.Empty() || t.Offset < d.BodySpan.Begin) {
				found[t.Offset] += " " + strings.Join(d.Words, " ") + " " + d.Name
			}
		}
	}
	r.missingBodies(r.Decls, false, found)
	offsets := make([]int, 0, len(found))
	for offset := range found {
		offsets = append(offsets, offset)
	}
	slices.Sort(offsets)
	list := make([]Assumption, 0, len(offsets))
	for _, offset := range offsets {
		line, column := r.Lines.Position(offset)
		list = append(list, Assumption{found[offset], line, column + 1})
	}
	return list
}

// isName reports whether a word is used as a name, as "expect" could be before it
// was a keyword.
func (r *reading) isName(i int) bool {
	return i > 0 && (r.Tokens[i-1].Is(".") || r.Tokens[i-1].Is("var")) || r.Tokens[i+1].Is(":") || r.Tokens[i+1].Is(":=")
}

// missingBodies finds what is not proved because there is nothing to prove it
// with. What traits and abstract modules declare, others have to define.
func (r *reading) missingBodies(list []*syntax.Decl, abstract bool, found map[int]string) {
	for _, d := range list {
		open := abstract || d.Kind == syntax.Trait || d.HasWord("abstract")
		if !open && d.BodySpan.Empty() {
			missing := d.Callable()
			if d.Kind == syntax.Function || d.Kind == syntax.Predicate {
				missing = slices.ContainsFunc(d.Clauses, func(c syntax.Clause) bool { return c.Kind == syntax.Ensures })
			}
			if missing {
				found[d.NameAt.Begin] = strings.Join(d.Words, " ") + " " + d.Name + " without a body"
			}
		}
		d.Body.Walk(func(s *syntax.Stmt) bool {
			switch s.Kind {
			case syntax.While, syntax.For, syntax.ForallStmt:
				if len(s.Body) == 0 && len(s.Cases) == 0 {
					found[s.Begin] = s.Op + " without a body"
				}
			}
			return true
		})
		r.missingBodies(d.Members, open, found)
	}
}
