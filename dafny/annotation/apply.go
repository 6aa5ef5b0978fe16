package annotation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Origin says where a part of an annotated program comes from.
type Origin struct {
	// Edit is the index of the edit that inserted it, or -1.
	Edit int
	// Offset is where it is in the program without insertions, if it comes from there.
	Offset int
}

// Annotated is a program with insertions.
type Annotated struct {
	// Text is the whole program.
	Text  string
	Lines *syntax.Lines
	parts []part
}

// part is a piece of the text that comes from one place.
type part struct {
	begin  int // in the annotated text
	origin Origin
}

// change is a replacement of a part of the program.
type change struct {
	syntax.Span
	text string
	edit int
}

// Apply inserts edits into the program, in their order where several are at one
// place.
func (s *Places) Apply(edits []Edit) (*Annotated, error) {
	changes := make([]change, 0, len(edits))
	for i, e := range edits {
		p, err := s.find(e)
		if err != nil {
			return nil, err
		}
		if e.Drop {
			changes = append(changes, change{Span: p.annotation, edit: i})
			continue
		}
		changes = append(changes, s.insertion(p, e.Text, i))
	}
	changes = merge(changes)
	if strings.Contains(s.program.Text, "\r\n") {
		for i := range changes {
			changes[i].text = strings.ReplaceAll(changes[i].text, "\n", "\r\n")
		}
	}
	return s.assemble(changes)
}

// insertion lays out a text at a place: on lines of its own.
func (s *Places) insertion(p place, text string, edit int) change {
	lines := s.program.Lines
	line, column := lines.Position(p.insert)
	start := p.insert - column
	indent := lines.Indent(p.at)
	if p.kind == clausePlace || p.inner {
		indent += unit(s.program.Text, indent)
	}
	text = strings.ReplaceAll(text, "\n", "\n"+indent)
	if strings.TrimSpace(lines.Line(line)[:column]) == "" {
		// The place begins its line: the text comes before the line.
		return change{Span: syntax.Span{Begin: start, End: start}, text: indent + text + "\n", edit: edit}
	}
	after := lines.Indent(p.at)
	begin := p.insert
	for begin > start && (s.program.Text[begin-1] == ' ' || s.program.Text[begin-1] == '\t') {
		begin--
	}
	return change{Span: syntax.Span{Begin: begin, End: p.insert}, text: "\n" + indent + text + "\n" + after, edit: edit}
}

// unit is one step of indentation.
func unit(text, indent string) string {
	if strings.Contains(indent, "\t") || indent == "" && strings.Contains(text, "\n\t") {
		return "\t"
	}
	if strings.Contains(text, "\n    ") && !strings.Contains(text, "\n  ") {
		return "    "
	}
	return "  "
}

// merge sorts changes, and lets those at one place follow each other without an
// empty line between.
func merge(changes []change) []change {
	slices.SortStableFunc(changes, func(a, b change) int { return a.Begin - b.Begin })
	for i := 1; i < len(changes); i++ {
		before := &changes[i-1]
		if before.End != changes[i].End || before.Begin != changes[i].Begin || before.text == "" {
			continue
		}
		// Only the last of them restores the indentation of what follows, and only
		// the first takes the blanks before away.
		if cut := strings.LastIndexByte(before.text, '\n'); strings.TrimSpace(before.text[cut+1:]) == "" && strings.HasPrefix(before.text, "\n") {
			before.text = before.text[:cut]
			changes[i].Begin = changes[i].End
		}
	}
	return changes
}

func (s *Places) assemble(changes []change) (*Annotated, error) {
	var b strings.Builder
	a := &Annotated{}
	at := 0
	original := func(end int) {
		if at < end {
			a.parts = append(a.parts, part{b.Len(), Origin{Edit: -1, Offset: at}})
			b.WriteString(s.program.Text[at:end])
			at = end
		}
	}
	for _, c := range changes {
		if c.Begin < at {
			if c.End > at {
				return nil, fmt.Errorf("edit %d changes what another one drops", c.edit+1)
			}
			c.Begin = at
		}
		original(c.Begin)
		if c.text != "" {
			a.parts = append(a.parts, part{b.Len(), Origin{Edit: c.edit, Offset: c.Begin}})
			b.WriteString(c.text)
		}
		at = c.End
	}
	original(len(s.program.Text))
	a.Text = b.String()
	a.Lines = syntax.NewLines(a.Text)
	return a, nil
}

// Origin says where the text at an offset comes from.
func (a *Annotated) Origin(offset int) Origin {
	i, found := slices.BinarySearchFunc(a.parts, offset, func(p part, at int) int { return p.begin - at })
	if !found {
		i--
	}
	if i < 0 {
		return Origin{Edit: -1}
	}
	o := a.parts[i].origin
	if o.Edit < 0 {
		o.Offset += offset - a.parts[i].begin
	}
	return o
}

// At is Origin for a line, counted from 1, and a column in bytes.
func (a *Annotated) At(line, column int) Origin { return a.Origin(a.Lines.Offset(line, column)) }
