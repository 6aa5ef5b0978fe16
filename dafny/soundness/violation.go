package soundness

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// The classes of a [Violation], as they go into [provers.Verdict].
const (
	Syntax    = "unparsed"          // it is not well formed, as far as can be told without Dafny
	Changed   = "statement_changed" // it is another program than was given
	Forbidden = "forbidden"         // what was added is no annotation, or assumes something
)

// Violation says why a candidate does not count.
type Violation struct {
	// Class is [Syntax], [Changed] or [Forbidden].
	Class string
	// Rule is a stable name of the rule that was broken, for statistics.
	Rule string
	// Line and Column are a place in the candidate, from 1 and in bytes, or 0 if
	// there is none.
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

// place sets where the violation is.
func (v *Violation) place(lines *syntax.Lines, offset int) *Violation {
	line, column := lines.Position(offset)
	v.Line, v.Column = line, column+1
	return v
}

// shorten keeps a text to one line of at most n code points.
func shorten(s string, n int) string {
	s, _, more := strings.Cut(s, "\n")
	s = strings.TrimRight(s, "\r")
	if utf8.RuneCountInString(s) > n {
		return string([]rune(s)[:n]) + "…"
	}
	if more {
		return s + "…"
	}
	return s
}
