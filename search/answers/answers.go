// Package answers guesses the values that the answer of a find problem can have,
// by computing: it evaluates the terms that Lean prints, with Lean's meaning of
// the operators, and searches for models of a context.
//
// Nothing here is trusted. A wrong guess is refused by the prover, which has to
// prove every statement about the answer; so where Lean's meaning is not known, a
// fact is left out, and a quantifier without bounds is tried on a window. All
// functions are deterministic and bounded by a number of steps, not by the clock.
package answers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// Question is one goal that mentions an answer.
type Question struct {
	Hypotheses []provers.Hypothesis // the local context, as the prover prints it
	Target     string               // what is to hold of the answer
	Answer     string               // the answer's name in Target or Hypotheses: a metavariable or a variable
	Type       string               // the answer's type, as the prover prints it
	Scope      []string             // the variables that the answer may mention
}

// Guess is a value that the answer may have.
type Guess struct {
	Term   string  // a Lean term in normal form
	Source string  // how it was found: "evaluated", "forced", "models", "formula", "numeral"
	Weight float64 // how likely it is, from 0 to 1
}

// Budgets, in steps of the evaluator; a step takes some tens of nanoseconds.
const (
	readSteps   = 500_000
	modelSteps  = 600_000
	answerSteps = 600_000
	allSteps    = 1_200_000
)

// wantedModels is how many models a guess has to fit.
const wantedModels = 16

// maxValues bounds the values that All lists.
const maxValues = 8

// model is a snapshot of the symbols' values.
type model struct {
	assigned []bool
	values   []value
}

func (m *machine) snapshot() model { return model{slices.Clone(m.assigned), slices.Clone(m.values)} }

// load sets the symbols to the values of a model.
func (m *machine) load(from model) {
	clear(m.assigned)
	copy(m.assigned, from.assigned)
	copy(m.values, from.values)
}

// models searches for several models that differ as much as is cheap.
func (p *problem) models(count, steps int) []model {
	m := &p.machine
	var found []model
	seen := map[string]bool{}
	left := steps
	for seed := 0; seed < 3*count && len(found) < count && left > 0; seed++ {
		for _, limit := range []int64{20, 200, 3000} {
			m.steps = min(left, steps/3)
			if seed == 0 { // without a first model the others are of no use
				m.steps = left
			}
			before := m.steps
			added, models := false, 0
			s := &solver{m: m, variables: p.variables, seed: seed, limit: limit}
			s.onModel = func() bool {
				models++
				var values []value
				for _, id := range p.variables {
					values = append(values, m.values[id])
				}
				if k := join(values); !seen[k] {
					seen[k], added = true, true
					found = append(found, m.snapshot())
				}
				return models < 1+count/4 && len(found) < count
			}
			clear(m.assigned)
			s.search(p.facts)
			left -= before - m.steps
			if added || !s.partial || left <= 0 {
				if !added && !s.partial && seed == 0 {
					return nil
				}
				break
			}
		}
		if seed > 2 && len(found) <= 1 { // the model is the only one, or as good as that
			break
		}
	}
	clear(m.assigned)
	return found
}

// guesses collects guesses, the best of those with the same term.
type guesses struct {
	list []Guess
	at   map[string]int
}

func (g *guesses) add(text, source string, weight float64) {
	if g.at == nil {
		g.at = map[string]int{}
	}
	if i, ok := g.at[text]; ok {
		if g.list[i].Weight < weight {
			g.list[i].Weight, g.list[i].Source = weight, source
		}
		return
	}
	g.at[text] = len(g.list)
	g.list = append(g.list, Guess{text, source, weight})
}

func (g *guesses) strongest() float64 {
	most := 0.0
	for _, guess := range g.list {
		most = max(most, guess.Weight)
	}
	return most
}

// best are the guesses in the order of their weight.
func (g *guesses) best(count int) []Guess {
	slices.SortStableFunc(g.list, func(a, b Guess) int { return cmp.Compare(b.Weight, a.Weight) })
	return g.list[:min(max(count, 0), len(g.list))]
}

// Values guesses values with which the target holds in all models of the
// hypotheses, the likeliest first and at most max of them.
func Values(q Question, max int) []Guess {
	g := &guesses{}
	q.collect(g)
	return g.best(max)
}

// withoutVariable is the question with what the hypotheses say of the answer moved
// to the target, and without the answer among the hypotheses.
func (q Question) withoutVariable() Question {
	var rest []provers.Hypothesis
	var target []string
	for _, h := range q.Hypotheses {
		if term.Parse(h.Type).Mentions(q.Answer) {
			target = append(target, "("+h.Type+")")
			continue
		}
		if slices.Contains(h.Names, q.Answer) {
			h.Names = slices.DeleteFunc(slices.Clone(h.Names), func(name string) bool { return name == q.Answer })
		}
		rest = append(rest, h)
	}
	q.Hypotheses = rest
	if len(target) > 0 {
		if term.Parse(q.Target).Mentions(q.Answer) {
			target = append(target, "("+q.Target+")")
		}
		q.Target = strings.Join(target, " ∧ ")
	}
	return q
}

// mentioned reports whether a hypothesis other than its declaration mentions the answer.
func (q Question) mentioned() bool {
	for _, h := range q.Hypotheses {
		if term.Parse(h.Type).Mentions(q.Answer) {
			return true
		}
	}
	return false
}

func (q Question) collect(g *guesses) {
	s := parseSort(q.Type)
	if s == nil {
		return
	}
	if q.mentioned() {
		values, complete := All(q)
		weight := 0.5
		if complete {
			weight = 0.9
		}
		for i, v := range values {
			g.add(v.Term, v.Source, weight-0.01*float64(i))
		}
	}
	q = q.withoutVariable()
	p := read(q.Hypotheses)
	variables := slices.Clone(p.variables)
	answer := p.declare(q.Answer, s)
	ids := p.variables[len(variables):]
	p.variables = variables
	var conjuncts []*node
	var statements []*term.Term
	var split func(t *term.Term)
	unread := 0
	split = func(t *term.Term) {
		if t.Is("∧") {
			split(t.Left())
			split(t.Right())
		} else if n := p.proposition(t); n != nil {
			conjuncts, statements = append(conjuncts, n), append(statements, t)
		} else {
			statements = append(statements, t)
			unread++
		}
	}
	split(term.Parse(q.Target))
	p.machine.steps = readSteps
	p.instantiate(conjuncts...)
	models := p.models(wantedModels, modelSteps)
	trust := 1.0
	if p.unreadable > 0 || unread > 0 {
		trust = 0.8
	}
	if len(models) == 0 { // closed parts of the target can still be computed
		models = []model{p.machine.snapshot()}
		trust *= 0.6
	}
	if !p.direct(g, q, answer, conjuncts, models, trust) {
		p.forced(g, answer, ids, conjuncts, models, trust)
		// What is said of the answer alone is worth a guess, even where the rest
		// cannot hold for all values of the variables.
		var closed []*node
		for _, c := range conjuncts {
			if !p.mentionsVariable(c) {
				closed = append(closed, c)
			}
		}
		if len(closed) > 0 && len(closed) < len(conjuncts) {
			p.forced(g, answer, ids, closed, models[:1], 0.5*trust)
		}
		if len(g.list) == 0 {
			q.possible(g)
		}
	}
	q.formulas(g, s, statements)
	if len(q.Scope) > 0 && g.strongest() < 0.7 {
		p.fit(g, q, answer, ids, conjuncts, models)
	}
	p.fallback(g, s)
}

// formulas adds what the target itself says that the answer is, if that may be
// written in the answer's place: it mentions no variable that the answer may not.
func (q Question) formulas(g *guesses, s *sort, statements []*term.Term) {
	forbidden := []string{q.Answer}
	for _, h := range q.Hypotheses {
		for _, name := range h.Names {
			if !slices.Contains(q.Scope, name) {
				forbidden = append(forbidden, name)
			}
		}
	}
	for _, t := range statements {
		var bound []term.Binder
		for s.is(arrow) && t.Kind == term.Quantifier && t.Text == "∀" {
			bound = append(bound, t.Binders...)
			t = t.Args[0]
		}
		if !t.Is("=") && !t.Is("↔") {
			continue
		}
		for _, side := range [2][2]*term.Term{{t.Left(), t.Right()}, {t.Right(), t.Left()}} {
			answer, e := side[0], side[1]
			if !isAnswerAt(answer, q.Answer, bound) || slices.ContainsFunc(forbidden, e.Mentions) {
				continue
			}
			if len(bound) > 0 {
				e = &term.Term{Kind: term.Quantifier, Text: "fun", Binders: bound, Args: []*term.Term{e}}
			}
			if e.Kind == term.Opaque && e.Structure().Form == term.Unknown {
				continue
			}
			// A value is better than the term that it is computed from.
			if weight := 0.7; len(g.list) == 0 || g.list[0].Weight < 0.9 {
				g.add(e.String(), "formula", weight)
			}
		}
	}
}

// isAnswerAt reports whether the term is the answer, at the bound variables in their order.
func isAnswerAt(t *term.Term, answer string, bound []term.Binder) bool {
	if len(bound) == 0 {
		return t.Kind == term.Name && t.Text == answer
	}
	if t.Kind != term.Apply || len(t.Args) != len(bound)+1 || !isAnswerAt(t.Args[0], answer, nil) {
		return false
	}
	for i, b := range bound {
		if a := t.Args[i+1]; a.Kind != term.Name || a.Text != b.Name {
			return false
		}
	}
	return true
}

// possible guesses what the answer can be if the target holds for some values of
// the variables only.
func (q Question) possible(g *guesses) {
	hypotheses := append(slices.Clone(q.Hypotheses),
		provers.Hypothesis{Names: []string{q.Answer}, Type: q.Type}, provers.Hypothesis{Names: []string{"_"}, Type: q.Target})
	values, _ := All(Question{Hypotheses: hypotheses, Answer: q.Answer, Type: q.Type})
	for i, v := range values {
		g.add(v.Term, v.Source, 0.4/float64(len(values))-0.001*float64(i))
	}
}

// mentionsVariable reports whether a variable of the context, or a function, occurs.
func (p *problem) mentionsVariable(n *node) bool {
	if n.op == opUnknown && slices.Contains(p.variables, n.index) || n.op == opCell {
		return true
	}
	return slices.ContainsFunc(n.args, p.mentionsVariable)
}

// sameNode reports whether both are the same unknown, or tuples of the same.
func sameNode(a, b *node) bool {
	if a.op != b.op || a.index != b.index || len(a.args) != len(b.args) || a.op != opUnknown && a.op != opTuple {
		return false
	}
	for i := range a.args {
		if !sameNode(a.args[i], b.args[i]) {
			return false
		}
	}
	return true
}

// mentionsAny reports whether the node mentions a part of the answer.
func mentionsAny(n, answer *node) bool {
	switch answer.op {
	case opUnknown:
		return mentionsSymbol(n, answer.index)
	case opTuple:
		for _, a := range answer.args {
			if mentionsAny(n, a) {
				return true
			}
		}
	case opCell:
		return mentionsFunction(n, answer.index)
	}
	return false
}

// direct evaluates e of a conjunct answer = e in the models; false if there is none.
func (p *problem) direct(g *guesses, q Question, answer *node, conjuncts []*node, models []model, trust float64) bool {
	m := &p.machine
	settled, left := false, answerSteps
	for _, c := range conjuncts {
		if c.op != opEqual && c.op != opIff {
			continue
		}
		e := c.args[1]
		if sameNode(e, answer) {
			e = c.args[0]
		} else if !sameNode(c.args[0], answer) {
			continue
		}
		if mentionsAny(e, answer) {
			continue
		}
		var values []value
		var counts []int
		for _, from := range models {
			m.load(from)
			m.steps = left
			m.locals = m.locals[:0]
			v, st := m.eval(e)
			left = m.steps
			if st != done || v.kind == function {
				continue
			}
			if i := slices.IndexFunc(values, func(u value) bool { return equal(u, v) }); i >= 0 {
				counts[i]++
			} else {
				values, counts = append(values, v), append(counts, 1)
			}
		}
		for i, v := range values {
			weight := trust
			if len(values) > 1 {
				weight *= 0.5 * float64(counts[i]) / float64(len(models))
			}
			g.add(v.format(answer.sort), "evaluated", weight)
		}
		if len(values) > 0 {
			settled = len(values) == 1
		}
	}
	return settled
}

// maxCandidates bounds the values that are looked at for one answer.
const maxCandidates = 80

// forced solves the target for the answer in each model, and keeps what holds in all.
func (p *problem) forced(g *guesses, answer *node, ids []int, conjuncts []*node, models []model, trust float64) {
	if answer.op == opCell {
		return
	}
	m := &p.machine
	var goal []constraint
	for _, c := range conjuncts {
		goal = append(goal, constraint{node: c})
	}
	var candidates []value
	var only bool
	for i, from := range models[:min(len(models), 4)] {
		m.load(from)
		for _, limit := range []int64{60, 3000} {
			m.steps = answerSteps / 8
			s := &solver{m: m, variables: ids, watched: ids, limit: limit}
			found := 0
			s.onModel = func() bool {
				m.locals = m.locals[:0]
				v, st := m.eval(answer)
				if st != done {
					return true
				}
				if found++; !contains(candidates, v) {
					candidates = append(candidates, v)
				}
				return found < maxCandidates/4
			}
			s.search(goal)
			if i == 0 {
				only = !s.partial
			}
			if found > 0 || !s.partial {
				break
			}
		}
	}
	for _, id := range ids {
		m.assigned[id] = false
	}
	type scored struct {
		v     value
		share float64
	}
	var kept []scored
	left := answerSteps
	for _, v := range candidates {
		agree, refuse := 0, 0
		for _, from := range models {
			m.load(from)
			m.steps = min(left, answerSteps/40)
			before := m.steps
			if !p.give(answer, v) {
				refuse++
				continue
			}
			truth := 1
			for _, c := range conjuncts {
				m.locals = m.locals[:0]
				r, st := m.eval(c)
				if st == done && r.small == 0 {
					truth = -1
					break
				} else if st != done {
					truth = 0
				}
			}
			left -= before - m.steps
			switch truth {
			case 1:
				agree++
			case -1:
				refuse++
			}
		}
		if refuse == 0 {
			kept = append(kept, scored{v, float64(agree) / float64(len(models))})
		}
	}
	for i, k := range kept {
		source, weight := "models", 0.6*trust*(0.5+0.5*k.share)
		if only && len(kept) == 1 {
			source, weight = "forced", 0.95*trust
		}
		g.add(k.v.format(answer.sort), source, weight-0.005*float64(min(i, 50)))
	}
}

// fit looks for a x + b, with a variable x that the answer may mention, that is
// the only answer in each of several models.
func (p *problem) fit(g *guesses, q Question, answer *node, ids []int, conjuncts []*node, models []model) {
	if answer.op != opUnknown || !answer.sort.isNumeric() {
		return
	}
	m := &p.machine
	var goal []constraint
	for _, c := range conjuncts {
		goal = append(goal, constraint{node: c})
	}
	type sample struct {
		model model
		v     value
	}
	var samples []sample
	for _, from := range models[:min(len(models), 8)] {
		m.load(from)
		m.steps = answerSteps / 8
		s := &solver{m: m, variables: ids, limit: 200}
		var found []value
		s.onModel = func() bool {
			found = append(found, m.values[answer.index])
			return len(found) < 2
		}
		s.search(goal)
		if len(found) == 1 {
			samples = append(samples, sample{from, found[0]})
		}
	}
	for _, name := range q.Scope {
		x := p.elaborator.names[name]
		if x == nil || x.op != opUnknown || x.sort.kind != answer.sort.kind || len(samples) < 3 {
			continue
		}
		at := func(i int) value { return samples[i].model.values[x.index] }
		other := slices.IndexFunc(samples, func(s sample) bool { return !equal(s.model.values[x.index], at(0)) })
		if other < 0 {
			continue
		}
		slope := quotient(subtract(samples[other].v, samples[0].v), subtract(at(other), at(0)))
		offset := subtract(samples[0].v, multiply(slope, at(0)))
		fits := !slope.isFraction() && !offset.isFraction() || x.sort.is(fraction)
		distinct := []value{}
		for i, s := range samples {
			fits = fits && equal(s.v, add(multiply(slope, at(i)), offset))
			if !contains(distinct, at(i)) {
				distinct = append(distinct, at(i))
			}
		}
		if fits && len(distinct) >= 3 && slope.sign() != 0 && (slope.sign() > 0 || !x.sort.is(natural)) {
			g.add(linear(name, slope, offset), "formula", 0.6)
		}
	}
}

// linear writes slope * name + offset.
func linear(name string, slope, offset value) string {
	text := name
	if !equal(slope, integer(1)) {
		text = grouped(slope) + " * " + name
	}
	switch offset.sign() {
	case 1:
		text += " + " + grouped(offset)
	case -1:
		text += " - " + grouped(negate(offset))
	}
	return text
}

// grouped is a number in parentheses if it is more than a numeral.
func grouped(v value) string {
	if v.isFraction() || v.sign() < 0 {
		return "(" + v.String() + ")"
	}
	return v.String()
}

// give assigns a value to the answer, component by component.
func (p *problem) give(answer *node, v value) bool {
	m := &p.machine
	switch answer.op {
	case opUnknown:
		if !inSort(v, answer.sort) {
			return false
		}
		m.assigned[answer.index], m.values[answer.index] = true, v
		return true
	case opTuple:
		parts := v.elements()
		if len(parts) != len(answer.args) {
			return false
		}
		for i, a := range answer.args {
			if !p.give(a, parts[i]) {
				return false
			}
		}
		return true
	}
	return false
}

// fallback adds what an answer often is when nothing could be computed.
func (p *problem) fallback(g *guesses, s *sort) {
	switch s.kind {
	case proposition, boolean:
		g.add(truthOf(true).format(s), "default", 0.2)
		g.add(truthOf(false).format(s), "default", 0.19)
	case listOf:
		g.add("[]", "default", 0.05)
	case natural, whole, fraction:
		weight := 0.1
		for _, v := range append([]value{integer(0), integer(1), integer(2)}, p.numerals...) {
			if inSort(v, s) {
				g.add(v.format(s), "numeral", weight)
				weight *= 0.95
			}
		}
	}
}

// All lists the values that the answer, a variable of the hypotheses, has in their
// models. It is complete if there are no others as far as could be computed.
func All(q Question) (values []Guess, complete bool) {
	p := read(q.Hypotheses)
	answer := p.elaborator.names[q.Answer]
	if answer == nil {
		s := parseSort(q.Type)
		if s == nil {
			return nil, false
		}
		answer = p.declare(q.Answer, s)
	}
	if answer.op == opCell {
		return nil, false
	}
	var watched []int
	var collect func(n *node)
	collect = func(n *node) {
		if n.op == opUnknown {
			watched = append(watched, n.index)
		}
		for _, a := range n.args {
			collect(a)
		}
	}
	collect(answer)
	m := &p.machine
	m.steps = readSteps
	p.instantiate()
	var found []value
	left, agreed := allSteps, 0
	for _, limit := range []int64{25, 150, 1200} {
		m.steps = left
		clear(m.assigned)
		s := &solver{m: m, variables: p.variables, watched: watched, limit: limit}
		var round []value
		certain := true
		s.onModel = func() bool {
			m.locals = m.locals[:0]
			v, st := m.eval(answer)
			if st != done || s.pending > 0 {
				certain = false
			}
			if st == done && !contains(round, v) {
				round = append(round, v)
			}
			return len(round) <= maxValues
		}
		s.search(p.facts)
		left = m.steps
		certain = certain && !s.free && p.unreadable == 0
		if len(round) > len(found) {
			agreed = 0
		} else if len(found) > 0 {
			agreed++
		}
		for _, v := range round {
			if !contains(found, v) {
				found = append(found, v)
			}
		}
		if !s.partial && !s.stopped {
			complete = certain
			break
		}
		if len(found) > maxValues || left <= 0 {
			// What a wider search does not add to seems to be all.
			complete = agreed > 0 && certain
			break
		}
		complete = agreed > 0 && certain
	}
	if len(found) > maxValues {
		found, complete = found[:maxValues], false
	}
	weight := 0.6
	if complete && m.weak {
		weight = 0.8
	} else if complete {
		weight = 1
	}
	for _, v := range found {
		values = append(values, Guess{v.format(answer.sort), "models", weight})
	}
	return values, complete
}

// Satisfiable searches for a model of the hypotheses, to see that they do not
// contradict each other. The model has a Lean term for each variable.
func Satisfiable(hypotheses []provers.Hypothesis) (found map[string]string, ok bool) {
	p := read(hypotheses)
	p.machine.steps = readSteps
	p.instantiate()
	models := p.models(1, modelSteps)
	if len(models) == 0 {
		return nil, false
	}
	m := &p.machine
	m.load(models[0])
	m.steps = answerSteps
	found = map[string]string{}
	for _, name := range p.names {
		n := p.elaborator.names[name]
		m.locals = m.locals[:0]
		if n.op == opCell {
			continue
		}
		if v, st := m.eval(n); st == done {
			found[name] = v.format(n.sort)
		}
	}
	return found, true
}
