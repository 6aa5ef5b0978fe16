package dafny

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// program is the program that a session explores, without insertions.
type program struct {
	*syntax.Program
	places *annotation.Places
	// decls are its declarations by qualified name.
	decls map[string]*syntax.Decl
}

func newProgram(text string) (*program, error) {
	parsed, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	return &program{Program: parsed, places: annotation.NewPlaces(parsed), decls: parsed.ByName()}, nil
}

// finding is what a verification said, told in terms of the program without
// insertions and of the edits.
type finding struct {
	// frontEnd are the front end's errors; if there are any, nothing was verified.
	frontEnd []located
	// errors are the obligations that were not proved.
	errors []located
	// undecided are the declarations of which nothing is known, because of a limit
	// or of a failure of the solver, with the reason.
	undecided map[string]transport.Status
	// unproved are the qualified names of the declarations that were not verified,
	// in the order of the program. Those of undecided are among them.
	unproved []string
	// incomplete says that Dafny did not read the text to its end.
	incomplete bool
}

// located is a diagnostic with its place.
type located struct {
	transport.Diagnostic
	origin annotation.Origin
	// decl is the qualified name of the declaration of the program that it is in,
	// or empty.
	decl    string
	related []annotation.RelatedPlace
}

// read tells a report in terms of the program and its edits.
func (p *program) read(a *annotation.Annotated, r transport.Report) finding {
	f := finding{undecided: make(map[string]transport.Status), incomplete: !r.Complete}
	failed := make(map[string]bool)
	for _, d := range r.Diagnostics {
		if d.Severity != transport.SeverityError {
			continue
		}
		l := located{Diagnostic: d, origin: a.At(d.Position.Line, d.Position.Column)}
		if decl := p.At(l.origin.Offset); decl != nil {
			l.decl = decl.QualifiedName()
		}
		for _, r := range d.Related {
			place := annotation.RelatedPlace{Source: strings.TrimSpace(a.Lines.Line(r.Position.Line))}
			place.Line, place.Column = p.Lines.Position(a.At(r.Position.Line, r.Position.Column).Offset)
			if !slices.Contains(l.related, place) {
				l.related = append(l.related, place)
			}
		}
		if d.Kind == transport.KindSyntax || d.Kind == transport.KindResolution {
			f.frontEnd = append(f.frontEnd, l)
			continue
		}
		f.errors = append(f.errors, l)
		failed[l.decl] = true
	}
	for _, result := range r.Results {
		if result.Status == transport.Verified {
			continue
		}
		name := p.nameOf(result)
		failed[name] = true
		if result.Status != transport.Failed {
			f.undecided[name] = result.Status
		}
	}
	for name := range failed {
		f.unproved = append(f.unproved, name)
	}
	slices.SortFunc(f.unproved, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.offset(a), p.offset(b)), strings.Compare(a, b))
	})
	return f
}

func (p *program) offset(name string) int {
	if d := p.decls[name]; d != nil {
		return d.Begin
	}
	return len(p.Text)
}

// nameOf is the qualified name of the declaration that a result is about. What is
// not in the program is an inserted lemma; its name is as Dafny gives it.
func (p *program) nameOf(r transport.Result) string {
	if p.decls[r.Name] != nil {
		return r.Name
	}
	// A transport may not know the modules.
	for name := range p.decls {
		if strings.HasSuffix(name, "."+r.Name) {
			return name
		}
	}
	return r.Name
}

// state is the state that is left of some declarations: the program with these
// edits, of which these obligations are open.
func (p *program) state(f finding, names []string, edits []annotation.Edit) provers.State {
	var goals []provers.Goal
	for _, name := range names {
		scope := p.scope(name)
		count := len(goals)
		for _, l := range f.errors {
			if l.decl == name {
				goals = append(goals, p.obligation(name, l).Goal(scope))
			}
		}
		if status, ok := f.undecided[name]; ok || len(goals) == count {
			goals = append(goals, p.undecided(name, cmp.Or(status, transport.Unknown)).Goal(scope))
		}
	}
	return provers.State{Goals: goals, Key: p.key(names, edits, goals)}
}

func (p *program) obligation(name string, l located) annotation.Obligation {
	line, column := p.Lines.Position(l.origin.Offset)
	return annotation.Obligation{Declaration: name, Kind: string(l.Kind), Line: line, Column: column, Message: oneLine(l.Message), Source: strings.TrimSpace(p.Lines.Line(line)), Related: l.related}
}

func (p *program) undecided(name string, s transport.Status) annotation.Obligation {
	kind, message := transport.KindProver, "nothing is known about this declaration"
	switch s {
	case transport.TimedOut:
		kind, message = transport.KindTimeout, "the solver ran out of time on this declaration"
	case transport.OutOfResource:
		kind, message = transport.KindOutOfResource, "the solver ran out of its resources on this declaration"
	}
	o := annotation.Obligation{Declaration: name, Kind: string(kind), Line: 1, Message: message}
	if d := p.decls[name]; d != nil {
		o.Line, o.Column = p.Lines.Position(d.Begin)
	}
	o.Source = strings.TrimSpace(p.Lines.Line(o.Line))
	return o
}

// scope are the variables that a declaration's annotations can mention, as
// hypotheses: parameters, results and local variables, and what is required.
func (p *program) scope(name string) []provers.Hypothesis {
	d := p.decls[name]
	if d == nil {
		return nil
	}
	var list []provers.Hypothesis
	add := func(vars []syntax.Variable) {
		for _, v := range vars {
			h := provers.Hypothesis{Names: []string{v.Name}}
			if v.Type != nil {
				h.Type = v.Type.String()
			}
			list = append(list, h)
		}
	}
	add(d.Params)
	add(d.Results)
	d.Body.Walk(func(s *syntax.Stmt) bool {
		if s.Kind == syntax.VarDecl || s.Kind == syntax.For {
			add(s.Vars)
		}
		return true
	})
	for _, c := range d.Clauses {
		if c.Kind == syntax.Requires && len(c.Exprs) == 1 {
			list = append(list, provers.Hypothesis{Names: []string{"requires"}, Type: oneLine(c.Exprs[0].Span.In(p.Text))})
		}
	}
	return list
}

// key is canonical: the same edits of the same declarations with the same
// obligations are the same state.
func (p *program) key(names []string, edits []annotation.Edit, goals []provers.Goal) string {
	h := sha256.New()
	for _, name := range names {
		h.Write([]byte(name + "\n"))
	}
	texts := make([]string, len(edits))
	for i, e := range edits {
		texts[i] = e.String()
	}
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		h.Write([]byte(text + "\n"))
	}
	for _, g := range goals {
		h.Write([]byte(g.Case + "\n" + g.Target + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
