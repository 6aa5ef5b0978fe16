package soundness

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// The classes of a [Violation], as they go into [provers.Verdict].
const (
	ClassSorry     = "sorry"             // the proof is incomplete
	ClassAxiom     = "axiom"             // it rests on an axiom that is not permitted
	ClassStatement = "statement_changed" // it proves another statement than was given
	ClassForbidden = "forbidden"         // it could fake a proof
	ClassProver    = "prover_error"      // the prover refused it
)

// Violation says why a claim does not count.
type Violation struct {
	Class string
	// Rule is a stable name of the rule that was broken, for statistics.
	Rule string
	// Line and Column are a place in the checked text, from 1, or 0 if there is none.
	Line, Column int
	// Excerpt is the offending text, shortened, or empty.
	Excerpt string
	// Reason explains the rule in one line.
	Reason string
}

// Error implements error.
func (v *Violation) Error() string {
	var b strings.Builder
	if v.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", v.Line, v.Column)
	}
	if v.Excerpt != "" {
		fmt.Fprintf(&b, "%q: ", v.Excerpt)
	}
	b.WriteString(v.Reason)
	return b.String()
}

func forbidden(rule string, t source.Token, format string, args ...any) *Violation {
	return &Violation{
		Class: ClassForbidden, Rule: rule, Line: t.Line, Column: t.Column,
		Excerpt: shorten(t.Text, 60), Reason: fmt.Sprintf(format, args...),
	}
}

// shorten keeps a text to one line of at most n code points.
func shorten(s string, n int) string {
	s, _, more := strings.Cut(s, "\n")
	if utf8.RuneCountInString(s) > n {
		return string([]rune(s)[:n]) + "…"
	}
	if more {
		return s + "…"
	}
	return s
}
