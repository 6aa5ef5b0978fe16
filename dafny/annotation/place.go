package annotation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// placeKind says what may be inserted at a place.
type placeKind uint8

const (
	clausePlace    placeKind = iota // clauses of a loop or a declaration
	statementPlace                  // before a statement or a closing brace
	lemmaPlace                      // before a declaration
)

// place is somewhere in the program without insertions.
type place struct {
	kind placeKind
	// at is the offset by which the place is named: where the loop, the statement
	// or the declaration begins.
	at int
	// insert is the offset before which something is inserted.
	insert int
	// inner says that what is inserted is indented by one more than its line: it
	// comes before a closing brace.
	inner bool
	// annotation is what can be dropped there, if it is an annotation.
	annotation syntax.Span
	// decl is the declaration that the place is in.
	decl *syntax.Decl
}

// Places are those of a program at which something can be inserted.
type Places struct {
	program *syntax.Program
	all     []place
}

// NewPlaces finds the places of a program.
func NewPlaces(p *syntax.Program) *Places {
	s := &Places{program: p}
	for d := range p.All {
		s.declaration(d)
	}
	slices.SortStableFunc(s.all, func(a, b place) int { return a.at - b.at })
	return s
}

func (s *Places) declaration(d *syntax.Decl) {
	switch d.Kind {
	case syntax.Method, syntax.Lemma, syntax.Constructor, syntax.Function, syntax.Predicate, syntax.Iterator:
	default:
		return
	}
	s.all = append(s.all, place{kind: lemmaPlace, at: d.Begin, insert: d.Begin, decl: d})
	if !d.BodySpan.Empty() {
		s.all = append(s.all, place{kind: clausePlace, at: d.Begin, insert: d.BodySpan.Begin, decl: d})
	}
	for _, c := range d.Clauses {
		if c.Kind == syntax.Decreases {
			s.all = append(s.all, place{kind: clausePlace, at: c.Begin, insert: d.BodySpan.Begin, annotation: c.Span, decl: d})
		}
	}
	if d.Value != nil && d.Value.Kind != syntax.Opaque {
		s.all = append(s.all, place{kind: statementPlace, at: d.Value.Begin, insert: d.Value.Begin, decl: d})
	}
	s.block(d, d.Body)
}

// block adds the places within a block or a case.
func (s *Places) block(d *syntax.Decl, b *syntax.Stmt) {
	if b == nil {
		return
	}
	for _, inner := range b.Body {
		s.statement(d, inner)
	}
	if b.Kind == syntax.Block && strings.HasSuffix(b.Span.In(s.program.Text), "}") {
		s.all = append(s.all, place{kind: statementPlace, at: b.End - 1, insert: b.End - 1, inner: true, decl: d})
	}
}

func (s *Places) statement(d *syntax.Decl, st *syntax.Stmt) {
	p := place{kind: statementPlace, at: st.Begin, insert: st.Begin, decl: d}
	if st.Kind == syntax.Assert || st.Kind == syntax.Calc {
		p.annotation = st.Span
	}
	s.all = append(s.all, p)
	s.within(d, st)
}

// within adds the places inside a statement.
func (s *Places) within(d *syntax.Decl, st *syntax.Stmt) {
	if st == nil {
		return
	}
	switch st.Kind {
	case syntax.Block:
		s.block(d, st)
		return
	case syntax.While, syntax.For:
		if len(st.Body) == 1 {
			body := st.Body[0].Begin
			s.all = append(s.all, place{kind: clausePlace, at: st.Begin, insert: body, decl: d})
			for _, c := range st.Clauses {
				if c.Kind == syntax.Invariant || c.Kind == syntax.Decreases {
					s.all = append(s.all, place{kind: clausePlace, at: c.Begin, insert: body, annotation: c.Span, decl: d})
				}
			}
		}
	case syntax.OpaqueStmt, syntax.Calc:
		return
	}
	for _, b := range st.Body {
		s.block(d, b)
	}
	for _, c := range st.Cases {
		s.block(d, c)
	}
	s.within(d, st.Else)
}

var firstWord = regexp.MustCompile(`^\s*(?:ghost\s+)?([a-z]+)`)

// kindOf is the kind of place that a text needs.
func kindOf(text string) placeKind {
	m := firstWord.FindStringSubmatch(text)
	if m == nil {
		return statementPlace
	}
	switch m[1] {
	case "invariant", "decreases":
		return clausePlace
	case "lemma":
		return lemmaPlace
	}
	return statementPlace
}

// find is the place that an edit means.
func (s *Places) find(e Edit) (place, error) {
	fits := func(p place) bool { return p.kind == kindOf(e.Text) && p.annotation.Empty() }
	what := map[placeKind]string{clausePlace: "a loop or a declaration with a body", statementPlace: "a statement or a closing brace", lemmaPlace: "a declaration"}[kindOf(e.Text)]
	if e.Drop {
		fits, what = func(p place) bool { return !p.annotation.Empty() }, "an assert, an invariant or a decreases clause"
	} else if kindOf(e.Text) == statementPlace {
		fits = func(p place) bool { return p.kind == statementPlace }
	}
	lines := s.program.Lines
	begin, end := lines.Offset(e.Line, 0), lines.Offset(e.Line+1, 0)
	if e.Line >= lines.Count() {
		end = len(s.program.Text) + 1
	}
	if e.Column >= 0 {
		begin = lines.Offset(e.Line, e.Column)
		end = begin + 1
	}
	i, _ := slices.BinarySearchFunc(s.all, begin, func(p place, at int) int { return p.at - at })
	for ; i < len(s.all) && s.all[i].at < end; i++ {
		if fits(s.all[i]) {
			return s.all[i], nil
		}
	}
	where := fmt.Sprintf("line %d", e.Line)
	if e.Column >= 0 {
		where += fmt.Sprintf(", column %d", e.Column)
	}
	return place{}, fmt.Errorf("%s: there is no %s", where, strings.TrimPrefix(strings.TrimPrefix(what, "a "), "an "))
}

// Declaration is the declaration that an edit is in or comes before, or an error
// that says that there is no such place.
func (s *Places) Declaration(e Edit) (*syntax.Decl, error) {
	p, err := s.find(e)
	return p.decl, err
}
