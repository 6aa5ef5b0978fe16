package soundness

import (
	"sort"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// reading is a program with what is needed to tell its annotations from the rest.
type reading struct {
	*syntax.Program
	names *names
	// known are the words of the original program. What has another name was added.
	known map[string]bool
}

func read(text string) (*reading, error) {
	p, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	return &reading{Program: p, names: readNames(p.Tokens)}, nil
}

// token is the index of the first token at or behind an offset.
func (r *reading) token(offset int) int {
	return sort.Search(len(r.Tokens)-1, func(i int) bool { return r.Tokens[i].Offset >= offset })
}

// tokens are the indices of the tokens of a span: the first, and behind the last.
func (r *reading) tokens(s syntax.Span) (first, end int) {
	return r.token(s.Begin), r.token(s.End)
}

// fresh reports whether the original program has no such word. A fresh name can
// neither hide nor catch anything of the original.
func (r *reading) fresh(name string) bool { return name != "" && !r.known[name] }

// at makes a violation at a token.
func (r *reading) at(token int, class, rule, reason string) *Violation {
	t := r.Tokens[token]
	v := &Violation{Class: class, Rule: rule, Excerpt: shorten(t.Text, 40), Reason: reason}
	return v.place(r.Lines, t.Offset)
}

// forbidden makes a violation at the beginning of a span.
func (r *reading) forbidden(s syntax.Span, rule, reason string) *Violation {
	v := &Violation{Class: Forbidden, Rule: rule, Excerpt: shorten(s.In(r.Text), 40), Reason: reason}
	return v.place(r.Lines, s.Begin)
}
