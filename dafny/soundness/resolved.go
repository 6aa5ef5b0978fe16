package soundness

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// CheckResolved compares what Dafny itself printed of the original and of the
// candidate after it had resolved them, with the types of all variables. It finds
// what [Check] cannot see: that Dafny reads a text differently than package
// syntax does, and that an annotation changes an inferred type. The violation's
// place would be in a text that nobody has, so it has none.
func CheckResolved(original, candidate string) *Violation {
	o, err := readResolved(original)
	if err != nil {
		return &Violation{Class: Changed, Rule: "resolved", Reason: "what Dafny printed of the given program cannot be read: " + err.Error()}
	}
	r, err := readResolved(candidate)
	if err != nil {
		return &Violation{Class: Changed, Rule: "resolved", Reason: "what Dafny printed of the candidate cannot be read: " + err.Error()}
	}
	v := newChecker(o).check(r)
	if v == nil {
		return nil
	}
	excerpt := v.Excerpt
	if v.Line > 0 {
		excerpt = shorten(strings.TrimSpace(r.Lines.Line(v.Line)), 80)
	}
	return &Violation{
		Class: Changed, Rule: "resolved", Excerpt: excerpt,
		Reason: "Dafny reads this differently than the same part of the given program, or infers another type " +
			"(writing down the types of variables may help): " + v.Reason,
	}
}

// serial matches the number of a name that Dafny makes up, as in "_t#12". The
// numbers go through the whole program, so that annotations shift them.
var serial = regexp.MustCompile(`#[0-9]+\b`)

func readResolved(text string) (*reading, error) {
	r, err := read(serial.ReplaceAllString(text, "_"))
	if err != nil {
		return nil, fmt.Errorf("reading a resolved program: %w", err)
	}
	for d := range r.All {
		d.Body.Walk(func(s *syntax.Stmt) bool {
			r.loosen(s)
			return true
		})
	}
	return r, nil
}

// loosen makes equal those types of a variable with a given value that differ
// only in what values they exclude: nat and int, a class without and with null.
// The value is the same, whatever is proved of it. (Which one Dafny infers can
// depend on where the variable is used.)
func (r *reading) loosen(s *syntax.Stmt) {
	if s.Kind != syntax.VarDecl || s.Op != ":=" {
		return
	}
	for _, e := range s.Rhs {
		if e.Kind == syntax.Literal && e.Name == "*" {
			return
		}
	}
	for _, v := range s.Vars {
		if v.Type == nil {
			continue
		}
		first, end := r.tokens(v.Span)
		for i := first + 1; i < end; i++ { // the first is the name
			if t := &r.Tokens[i]; t.Text == "nat" {
				t.Text = "int"
			} else if t.Kind == syntax.Word {
				t.Text = strings.TrimSuffix(t.Text, "?")
			}
		}
	}
}
