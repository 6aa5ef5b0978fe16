// Package dialect lets a Dafny of one language version read programs of another.
// Dafny 4 took away the word "method" of functions that are compiled, and put
// "ghost" before those that are not:
//
//	Dafny 2 and 3                Dafny 4
//	function f()                 ghost function f()
//	function method f()          function f()
//	inductive predicate p()      least predicate p()
//	copredicate p()              greatest predicate p()
//
// Both ways of writing mean the same. A program is tried as it is first.
package dialect

import (
	"context"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// Version is a version of the language.
type Version uint8

// The versions that differ in how functions are written.
const (
	Old Version = iota // Dafny 1 to 3
	New                // Dafny 4
)

// Converted is a program in another dialect. Its lines are those of the original.
type Converted struct {
	Text  string
	lines *syntax.Lines // of the converted text
	edits []edit        // in the order of the text
}

// edit is a replacement. at is its place in the converted text.
type edit struct{ at, inserted, removed int }

// Convert writes a program as a version of the language does. It reports false if
// nothing is to be changed, or the text cannot be read.
func Convert(text string, to Version) (Converted, bool) {
	tokens, err := syntax.Scan(text)
	if err != nil {
		return Converted{}, false
	}
	var c Converted
	var b strings.Builder
	at := 0
	for i := range tokens {
		begin, end, by, ok := replacement(tokens, i, to)
		if !ok || begin < at {
			continue
		}
		b.WriteString(text[at:begin])
		c.edits = append(c.edits, edit{at: b.Len(), inserted: len(by), removed: end - begin})
		b.WriteString(by)
		at = end
	}
	b.WriteString(text[at:])
	c.Text = b.String()
	c.lines = syntax.NewLines(c.Text)
	return c, len(c.edits) > 0
}

// replacement is what to do at a token: replace the bytes from begin to end.
func replacement(tokens []syntax.Token, i int, to Version) (begin, end int, by string, ok bool) {
	t := tokens[i]
	if t.Kind != syntax.Word {
		return 0, 0, "", false
	}
	before, after := syntax.Token{}, tokens[min(i+1, len(tokens)-1)]
	if i > 0 {
		before = tokens[i-1]
	}
	function := t.Text == "function" || t.Text == "predicate"
	declares := function && after.Kind == syntax.Word || function && after.Is("{")
	switch {
	case to == Old && t.Text == "ghost" && (after.Is("function") || after.Is("predicate")):
		return t.Offset, after.Offset, strings.Repeat(" ", after.Offset-t.Offset), true
	case to == Old && t.Text == "least" && after.Is("predicate"):
		return t.Offset, t.End(), "inductive", true
	case to == Old && t.Text == "greatest" && after.Is("predicate"):
		return t.Offset, after.End(), "copredicate", true
	case to == Old && declares && !after.Is("method") && !specified(before):
		return t.End(), t.End(), " method", true
	case to == New && t.Text == "inductive" && (after.Is("predicate") || after.Is("lemma")):
		return t.Offset, t.End(), "least", true
	case to == New && t.Text == "copredicate":
		return t.Offset, t.End(), "greatest predicate", true
	case to == New && t.Text == "colemma":
		return t.Offset, t.End(), "greatest lemma", true
	case to == New && function && after.Is("method"):
		return t.End(), after.End(), strings.Repeat(" ", after.End()-t.End()), true
	case to == New && declares && !specified(before):
		return t.Offset, t.Offset, "ghost ", true
	}
	return 0, 0, "", false
}

// specified reports whether a word before "function" says already what it is, or
// that it is none that could be compiled.
func specified(before syntax.Token) bool {
	return slices.Contains([]string{"ghost", "least", "greatest", "inductive", "twostate"}, before.Text)
}

// Back is the place in the original of a place in the converted text.
func (c Converted) Back(p transport.Position) transport.Position {
	if p.Line < 1 || p.Line > c.lines.Count() {
		return p
	}
	offset := c.lines.Offset(p.Line, p.Column)
	begin := c.lines.Offset(p.Line, 0)
	shift := 0
	for _, e := range c.edits {
		if e.at < begin || e.at > offset {
			continue
		}
		// A place within what was inserted is where it was inserted.
		if within := offset - e.at; within < e.inserted {
			shift += max(within-e.removed, 0)
		} else {
			shift += e.inserted - e.removed
		}
	}
	p.Column = max(p.Column-shift, 0)
	return p
}

// Forth is the opposite of Back.
func (c Converted) Forth(p transport.Position) transport.Position {
	begin := c.lines.Offset(p.Line, 0)
	for _, e := range c.edits {
		if line, _ := c.lines.Position(e.at); line == p.Line && e.at-begin < p.Column+1 {
			p.Column += e.inserted - e.removed
		}
	}
	return p
}

// Report puts the places of a report on the converted text back into the original.
func (c Converted) Report(r transport.Report) transport.Report {
	r.Diagnostics = slices.Clone(r.Diagnostics)
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		d.Position = c.Back(d.Position)
		d.Related = slices.Clone(d.Related)
		for k := range d.Related {
			d.Related[k].Position = c.Back(d.Related[k].Position)
		}
	}
	r.Results = slices.Clone(r.Results)
	for i := range r.Results {
		r.Results[i].Position = c.Back(r.Results[i].Position)
	}
	return r
}

// Check has a program checked, as it is and then, if the front end refuses it and
// not the converted one, as the version of the language writes it. A report on the
// converted program has the places of the original.
func Check(text string, to Version, check func(text string, c *Converted) (transport.Report, error)) (transport.Report, error) {
	report, err := check(text, nil)
	if err != nil || report.Resolved {
		return report, err
	}
	c, ok := Convert(text, to)
	if !ok {
		return report, nil
	}
	other, err := check(c.Text, &c)
	if err != nil || !other.Resolved {
		return report, err
	}
	return c.Report(other), nil
}

// Service is a service that reads programs of both dialects.
type Service struct {
	transport.Service
	// Version is the one that the service itself reads.
	Version Version
}

// Verify implements [transport.Service].
func (s Service) Verify(ctx context.Context, r transport.Request) (transport.Report, error) {
	return Check(r.Text, s.Version, func(text string, c *Converted) (transport.Report, error) {
		q := r
		q.Text = text
		if c != nil {
			q.Only = slices.Clone(r.Only)
			for i := range q.Only {
				q.Only[i].Position = c.Forth(q.Only[i].Position)
			}
		}
		return s.Service.Verify(ctx, q)
	})
}
