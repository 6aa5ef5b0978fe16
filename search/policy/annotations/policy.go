// Package annotations proposes annotations for Dafny programs: loop invariants,
// decreases clauses, asserts, calls of lemmas. It reads the program's text and runs
// it on made-up inputs (package dafny/interpret) to throw away what is wrong; it
// starts no Dafny, and nothing that it says is believed.
//
// Invariants come from the program itself. What shall hold in the end is said of
// the part that is done: in the clauses of the specification, ends of ranges,
// lengths and arguments are replaced by the variables that the loop changes.
// Integers are bounded by what they are compared with, related by equations that
// hold whenever the program runs; arrays that are not written to, or not yet, are
// as they were. All that was not refuted is proposed at once, as a Houdini action.
package annotations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// The sources of candidates.
const (
	sourceHoudini   = "houdini"
	sourceSplit     = "split"
	sourceDecreases = "decreases"
	sourceAssert    = "assert"
	sourceLemma     = "lemma"
)

// maxAnalyses bounds how many programs are remembered.
const maxAnalyses = 16

// Policy proposes annotations. It implements [policy.Policy].
type Policy struct {
	houdiniOnly bool
	without     map[string]bool // parts that are left out
	experience  experience

	mu       sync.Mutex
	analyses map[string]*analysis
	order    []string
}

var (
	_ policy.Policy  = (*Policy)(nil)
	_ policy.Learner = (*Policy)(nil)
)

// Option changes what a policy does.
type Option func(*Policy)

// HoudiniOnly leaves nothing but one Houdini action with the first set of
// candidates: the baseline of Flanagan and Leino.
func HoudiniOnly() Option { return func(p *Policy) { p.houdiniOnly = true } }

// New makes a policy.
func New(options ...Option) *Policy {
	p := &Policy{without: make(map[string]bool), analyses: make(map[string]*analysis)}
	for _, o := range options {
		o(p)
	}
	return p
}

// Name implements [policy.Policy]. It tells which parts are left out.
func (p *Policy) Name() string {
	name := "annotations"
	if p.houdiniOnly {
		name = "houdini"
	}
	return Parts().Without(name, p.without)
}

// Slow implements [policy.Slow]: running the program takes a while.
func (p *Policy) Slow() bool { return true }

func (p *Policy) analysis(text string) (*analysis, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.analyses[text]; a != nil {
		return a, nil
	}
	a, err := newAnalysis(text)
	if err != nil {
		return nil, err
	}
	a.without = p.without
	if len(p.order) == maxAnalyses {
		delete(p.analyses, p.order[0])
		p.order = p.order[1:]
	}
	p.analyses[text] = a
	p.order = append(p.order, text)
	return a, nil
}

// Propose implements [policy.Policy].
func (p *Policy) Propose(ctx context.Context, r policy.Request) ([]policy.Candidate, error) {
	a, err := p.analysis(r.Problem.Statement)
	if err != nil {
		return nil, err
	}
	q := proposal{analysis: a, experience: &p.experience, request: r}
	if err := q.read(ctx); err != nil {
		return nil, err
	}
	switch {
	case p.houdiniOnly:
		if len(r.State.Path) == 0 {
			q.sets()
			q.list = q.list[:min(len(q.list), 1)]
		}
	case len(q.obligations) == 0:
		return nil, nil
	default:
		q.sets()
		q.decreases()
		q.statements()
		if len(q.known) > 1 && !q.without[partSplitting] {
			q.propose("split", sourceSplit, 0.5)
		}
	}
	return policy.Best(q.list, r.Max), nil
}

// proposal is what is proposed at one state.
type proposal struct {
	*analysis
	experience  *experience
	request     policy.Request
	obligations []annotation.Obligation
	// known are the declarations that the state is about.
	known []*knowledge
	// present are the edits on the way to the state.
	present map[string]bool
	list    []policy.Candidate
}

func (q *proposal) read(ctx context.Context) error {
	var names []string
	for _, g := range q.request.State.Goals {
		o, ok := annotation.ObligationOf(g)
		if !ok {
			continue
		}
		q.obligations = append(q.obligations, o)
		if !slices.Contains(names, o.Declaration) {
			names = append(names, o.Declaration)
		}
	}
	for _, name := range names {
		k, err := q.know(ctx, name)
		if err != nil {
			return fmt.Errorf("looking at %s: %w", name, err)
		}
		if k != nil {
			q.known = append(q.known, k)
		}
	}
	q.present = make(map[string]bool)
	for _, step := range q.request.State.Path {
		if a, err := annotation.Parse(step.Action.Text); err == nil {
			for _, e := range a.Edits {
				q.present[e.String()] = true
			}
		}
	}
	return nil
}

func (q *proposal) propose(text, source string, weight float64) {
	q.list = append(q.list, policy.Candidate{Action: provers.Action{Text: text}, LogProb: policy.LogProb(weight), Source: source})
}

// clauseEdit is the insertion of a clause at a loop.
func (q *proposal) clauseEdit(l *loop, text string) annotation.Edit {
	line, column := q.program.Lines.Position(l.stmt.Begin)
	return annotation.Edit{Line: line, Column: column, Text: text}
}

// sets proposes Houdini actions: everything; what has no quantifiers; what comes
// from the specification.
func (q *proposal) sets() {
	families := []struct {
		weight float64
		keeps  func(clause) bool
	}{
		{0.6, func(c clause) bool {
			return !c.redundant && c.source != "elements" && c.source != "flag" && c.source != "predicate"
		}},
		{0.45, func(c clause) bool { return !c.redundant }},
		{0.25, func(c clause) bool { return !annotation.Quantified(c.text) }},
		{0.2, func(clause) bool { return true }},
		{0.15, func(c clause) bool { return !c.redundant && c.weight >= 0.7 }},
	}
	seen := make(map[string]bool)
	// Houdini's result is the largest that stands, so that trying again is of use
	// only where something else was added.
	patience := 1.0
	for _, step := range q.request.State.Path {
		if step.Action.Text != "split" {
			patience = 0.25
		}
	}
	for _, f := range families {
		var edits []annotation.Edit
		for _, k := range q.known {
			for i, l := range k.loops {
				for _, c := range k.clauses[i] {
					e := q.clauseEdit(l, "invariant "+c.text)
					if f.keeps(c) && !q.present[e.String()] {
						edits = append(edits, e)
					}
				}
				if e, ok := q.measure(l); ok && !q.present[e.String()] {
					edits = append(edits, e)
				}
			}
			if e, ok := q.recursionMeasure(k); ok && !q.present[e.String()] {
				edits = append(edits, e)
			}
		}
		if len(edits) == 0 {
			continue
		}
		text := annotation.Action{Houdini: true, Edits: edits}.String()
		if !seen[text] {
			seen[text] = true
			q.propose(text, sourceHoudini, f.weight*patience)
		}
	}
}

// failing reports whether Dafny complained about a loop's termination.
func (q *proposal) failing(l *loop) bool {
	line, _ := q.program.Lines.Position(l.stmt.Begin)
	return slices.ContainsFunc(q.obligations, func(o annotation.Obligation) bool {
		return o.Kind == "decreases" && o.Line == line
	})
}

// measure is the decreases clause that goes with the invariants of a loop about
// whose termination Dafny complained.
func (q *proposal) measure(l *loop) (annotation.Edit, bool) {
	if !q.failing(l) || hasClause(l.stmt.Clauses, syntax.Decreases) {
		return annotation.Edit{}, false
	}
	if len(l.measures) == 0 {
		return annotation.Edit{}, false
	}
	return q.clauseEdit(l, "decreases "+l.measures[0]), true
}

// recurses reports whether Dafny complained about a declaration's termination, of
// which nothing is said yet.
func (q *proposal) recurses(k *knowledge) bool {
	if k.decl.BodySpan.Empty() || hasClause(k.decl.Clauses, syntax.Decreases) {
		return false
	}
	lines := make(map[int]bool) // of loops: they have clauses of their own
	for _, l := range k.loops {
		line, _ := q.program.Lines.Position(l.stmt.Begin)
		lines[line] = true
	}
	return slices.ContainsFunc(q.obligations, func(o annotation.Obligation) bool {
		return o.Kind == "decreases" && o.Declaration == k.decl.QualifiedName() && !lines[o.Line]
	})
}

// recursionMeasure is the likeliest measure of a declaration that calls itself.
func (q *proposal) recursionMeasure(k *knowledge) (annotation.Edit, bool) {
	if !q.recurses(k) {
		return annotation.Edit{}, false
	}
	if len(k.recursion) == 0 {
		return annotation.Edit{}, false
	}
	return q.declarationEdit(k, "decreases "+k.recursion[0]), true
}

// declarationEdit is the insertion of a clause at a declaration.
func (q *proposal) declarationEdit(k *knowledge, text string) annotation.Edit {
	line, column := q.program.Lines.Position(k.decl.Begin)
	return annotation.Edit{Line: line, Column: column, Text: text}
}

func hasClause(list []syntax.Clause, kind syntax.ClauseKind) bool {
	return slices.ContainsFunc(list, func(c syntax.Clause) bool { return c.Kind == kind })
}

// decreases proposes clauses where termination was not proved.
func (q *proposal) decreases() {
	for _, k := range q.known {
		for _, l := range k.loops {
			if !q.failing(l) || hasClause(l.stmt.Clauses, syntax.Decreases) {
				continue
			}
			for i, m := range l.measures {
				q.propose(q.clauseEdit(l, "decreases "+m).String(), sourceDecreases, 0.3/float64(i+1))
			}
		}
		if !slices.ContainsFunc(q.obligations, func(o annotation.Obligation) bool {
			return o.Kind == "decreases" && o.Declaration == k.decl.QualifiedName()
		}) {
			continue
		}
		if k.decl.BodySpan.Empty() || hasClause(k.decl.Clauses, syntax.Decreases) {
			continue
		}
		for i, m := range k.recursion {
			q.propose(q.declarationEdit(k, "decreases "+m).String(), sourceDecreases, 0.3/float64(i+1))
		}
	}
}

// statements proposes the statements that were found for the declarations.
func (q *proposal) statements() {
	type candidate struct {
		annotation.Edit
		source string
		weight float64
	}
	var all []candidate
	for _, k := range q.known {
		for _, s := range k.asserts {
			e := annotation.Edit{Line: s.line, Column: s.column, Text: s.text}
			if !q.present[e.String()] {
				all = append(all, candidate{e, s.source, s.weight * q.experience.factor(s.text)})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(y.weight, x.weight) })
	for _, c := range all {
		q.propose(c.String(), c.source, c.weight*0.1)
	}
	const batch = 24
	weight := 0.5
	for _, k := range q.known {
		if len(k.loops) > 0 {
			weight = 0.2 // invariants come first
		}
	}
	for i := 0; i < len(all) && i < 4*batch; i += batch {
		var part []annotation.Edit
		for _, c := range all[i:min(i+batch, len(all))] {
			part = append(part, c.Edit)
		}
		if len(part) > 1 {
			q.propose(annotation.Action{Houdini: true, Edits: part}.String(), sourceHoudini, weight/float64(1+i/batch))
		}
	}
}
