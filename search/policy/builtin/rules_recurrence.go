package builtin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/answers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// maxChain bounds the steps of a chain of values: Lean takes about ten
// milliseconds for one (WebAssembly), and more where hundreds are in the context.
const maxChain = 1200

// recurrences proves the values of unknown functions that the goal asks for, one
// instance of a hypothesis after the other, and closes the goal with them.
func recurrences(v *view, emit emitter) {
	wanted, inTarget := v.wantedValues()
	if len(wanted) == 0 {
		return
	}
	steps, at := answers.Chain(v.goal.Hypotheses, wanted)
	if len(steps) == 0 || len(steps) > maxChain {
		return
	}
	complete := !slices.Contains(at[:inTarget], -1)
	c := &valueChain{view: v, steps: steps, names: make([]string, len(steps)), texts: make([]string, len(steps)), lemmas: map[lemmaKey]string{}}
	script := c.script(wanted, at)
	if script == "" {
		return
	}
	weight := 0.7
	switch {
	case !complete:
		weight = 0.1
	case len(steps) > 400:
		weight = 0.3 // half a minute, and a period may be known
	case inTarget > 0 && len(steps) <= 150:
		// It takes a second at most, and general simplification unfolds a recurrence for longer.
		weight = 0.95
	}
	known := strings.Join(c.results, ", ")
	emit(weight, "recurrence", fmt.Sprintf("%sfirst | omega | (simp [%s]; done) | (simp [%s] at *; omega)", script, known, known))
	emit(weight*0.3, "recurrence_values", strings.TrimSuffix(script, "\n"))
}

// wantedValues are the values of unknown functions at numerals: first those in
// the target, whose number is inTarget, then those that facts without quantifiers
// speak of. There are none unless a fact says something of a function for all
// arguments.
func (v *view) wantedValues() (wanted []string, inTarget int) {
	general := false
	for _, h := range v.facts {
		h.term.Walk(func(t *term.Term) bool {
			general = general || t.Kind == term.Quantifier && t.Text == "∀"
			return !general
		})
	}
	if !general {
		return nil, 0
	}
	collect := func(t *term.Term) {
		t.Walk(func(u *term.Term) bool {
			if u.Kind == term.Quantifier {
				return false
			}
			if u.Kind != term.Apply || v.byName[u.Head()].sort != functionSort || !v.numerical(u.Args[1:]) {
				return true
			}
			if text := u.String(); !slices.Contains(wanted, text) {
				wanted = append(wanted, text)
			}
			return true
		})
	}
	collect(v.target)
	inTarget = len(wanted)
	for _, h := range v.facts {
		collect(h.term)
	}
	return wanted, inTarget
}

// numerical reports whether the terms have numerals and function values only.
func (v *view) numerical(args []*term.Term) bool {
	return !slices.ContainsFunc(args, func(a *term.Term) bool {
		return slices.ContainsFunc(v.variables, func(x variable) bool { return x.sort != functionSort && a.Mentions(x.name) })
	})
}

// lemmaKey is an equation with the number of the unknown that it is solved for.
type lemmaKey struct {
	equation *answers.Equation
	lead     int
}

// valueChain writes the proof of the steps of a chain.
//
// Most steps are instances of one lemma for each hypothesis and direction: it
// takes the proofs of the values that go in, and what is left to check is an
// equation between numerals. To Lean that is several times less work than
// rewriting and linear arithmetic for each step.
type valueChain struct {
	view         *view
	steps        []answers.Step
	names        []string            // of the proofs of the steps
	lemmas       map[lemmaKey]string // by name; "" for one that cannot be stated
	statedLemmas []string            // their text
	texts        []string            // of the steps
	results      []string            // the proofs of the wanted values
}

// script proves the wanted values that are computed, and names the proofs in
// results; it ends with a line break.
func (c *valueChain) script(wanted []string, at []int) string {
	leave := c.view.scope()
	for i := range c.steps {
		c.step(i)
	}
	leave()
	var roots []int
	var statements []string
	for k, i := range at {
		if i >= 0 && !given(c.steps[i]) {
			roots = append(roots, i)
			statements = append(statements, wanted[k]+" = "+c.steps[i].Value)
		}
	}
	if len(roots) == 0 {
		return ""
	}
	for range roots {
		c.results = append(c.results, c.view.fresh("hvalue"))
	}
	// The values on the way stay out of the context: linear arithmetic looks at all of it.
	return block(c.results, statements, c.body(roots), c.proofs(roots))
}

// blockSteps is how many steps are proved together. To Lean a step costs more the
// more values are in its context, so only those that are needed later leave a block.
const blockSteps = 50

// body has the lemmas and the steps.
func (c *valueChain) body(roots []int) string {
	lemmas := strings.Join(c.statedLemmas, "")
	if len(c.steps) <= blockSteps {
		return lemmas + strings.Join(c.texts, "")
	}
	last := make([]int, len(c.steps)) // the step that uses the value last
	for i, s := range c.steps {
		for _, j := range s.Uses {
			last[j] = i
		}
	}
	for _, i := range roots {
		last[i] = len(c.steps)
	}
	var b strings.Builder
	b.WriteString(lemmas)
	for from := 0; from < len(c.steps); from += blockSteps {
		to := min(from+blockSteps, len(c.steps))
		var leaving []int
		var names, statements []string
		for i := from; i < to; i++ {
			if last[i] >= to && c.texts[i] != "" {
				leaving = append(leaving, i)
				names, statements = append(names, c.names[i]), append(statements, c.steps[i].Term+" = "+c.steps[i].Value)
			}
		}
		if len(leaving) > 0 {
			b.WriteString(block(names, statements, strings.Join(c.texts[from:to], ""), c.proofs(leaving)))
		}
	}
	return b.String()
}

// proofs are the names of the proofs of steps.
func (c *valueChain) proofs(steps []int) []string {
	list := make([]string, len(steps))
	for k, i := range steps {
		list[k] = c.names[i]
	}
	return list
}

// block proves statements, which get names, by the lines of a body and by proofs
// that are known at its end.
func block(names, statements []string, body string, proofs []string) string {
	name, proof := names[0], proofs[0]
	if len(names) > 1 {
		name, proof = "⟨"+strings.Join(names, ", ")+"⟩", "⟨"+strings.Join(proofs, ", ")+"⟩"
	}
	lines := strings.ReplaceAll(body+"exact "+proof, "\n", "\n  ")
	return fmt.Sprintf("have %s : %s := by\n  %s\n", name, strings.Join(statements, " ∧ "), lines)
}

// given reports whether the step restates a hypothesis.
func given(s answers.Step) bool {
	return len(s.Instances) == 1 && len(s.Uses) == 0 && len(s.Instances[0].Arguments) == 0 && len(s.Instances[0].Equation.Premises) == 0
}

// step proves the value of one step and names the proof.
func (c *valueChain) step(i int) {
	s := c.steps[i]
	if given(s) {
		body, proof := s.Instances[0].Equation.Body, s.Instances[0].Equation.Proof(nil, "")
		switch {
		case body.Left().String() == s.Term && body.Right().String() == s.Value:
			c.names[i] = proof
			return
		case body.Right().String() == s.Term && body.Left().String() == s.Value:
			c.names[i] = proof + ".symm"
			return
		}
	}
	name := c.view.fresh("v")
	if proof, ok := c.byLemma(s); ok {
		c.texts[i] = fmt.Sprintf("have %s : %s = %s := %s\n", name, s.Term, s.Value, proof)
	} else {
		c.texts[i] = c.direct(name, s)
	}
	c.names[i] = name
}

// direct solves the equations of a step by rewriting and linear arithmetic.
func (c *valueChain) direct(name string, s answers.Step) string {
	leave := c.view.scope()
	defer leave()
	used := c.proofs(s.Uses)
	simp := "simp"
	if len(used) > 0 {
		simp += " [" + strings.Join(used, ", ") + "]"
	}
	var b strings.Builder
	var equations []string
	fmt.Fprintf(&b, "have %s : %s = %s := by\n", name, s.Term, s.Value)
	for _, instance := range s.Instances {
		e := c.view.fresh("e")
		equations = append(equations, e)
		fmt.Fprintf(&b, "  have %s := %s\n", e, instance.Equation.Proof(instance.Arguments, "(by first | decide | omega | "+simp+")"))
	}
	fmt.Fprintf(&b, "  first | omega | (%s at %s; omega)\n", simp, strings.Join(equations, " "))
	return b.String()
}

// byLemma is a proof of the step by a lemma, which is written first if it is new.
func (c *valueChain) byLemma(s answers.Step) (proof string, ok bool) {
	if len(s.Instances) != 1 {
		return "", false
	}
	instance := s.Instances[0]
	e := instance.Equation
	lead := slices.Index(instance.Unknowns, s.Term)
	if lead < 0 || len(e.Bound) == 0 {
		return "", false
	}
	arguments := slices.Clone(instance.Arguments)
	var known []string
	for k, u := range instance.Unknowns {
		if k == lead {
			continue
		}
		j := slices.IndexFunc(s.Uses, func(j int) bool { return c.steps[j].Term == u })
		if j < 0 { // unknown, or the same as the lead
			return "", false
		}
		arguments = append(arguments, "_")
		known = append(known, c.names[s.Uses[j]])
	}
	arguments = append(append(arguments, "_"), known...)
	for range e.Premises {
		arguments = append(arguments, "(of_decide_eq_true rfl)")
	}
	key := lemmaKey{e, lead}
	name, stated := c.lemmas[key]
	if !stated {
		if statement, proof, ok := c.lemma(e, lead); ok {
			name = c.view.fresh("step")
			c.statedLemmas = append(c.statedLemmas, fmt.Sprintf("have %s : %s := by\n%s\n", name, statement, proof))
		}
		c.lemmas[key] = name
	}
	if name == "" {
		return "", false
	}
	return fmt.Sprintf("%s %s rfl", name, strings.Join(arguments, " ")), true
}

// lemma says that the unknown with the number lead has the value r if the others
// have the values y, the premises hold and r solves the equation.
func (c *valueChain) lemma(e *answers.Equation, lead int) (statement, proof string, ok bool) {
	leave := c.view.scope()
	defer leave()
	var binders, names, arguments []string
	for _, b := range e.Bound {
		if c.view.used[b.Name] {
			return "", "", false // the hypothesis that is applied may have this name
		}
		c.view.used[b.Name] = true
		binders = append(binders, fmt.Sprintf(" (%s : %s)", b.Name, b.Type))
		names, arguments = append(names, b.Name), append(arguments, b.Name)
	}
	values := make([]string, len(e.Unknowns))
	replace := func(t *term.Term) *term.Term { return replaceTerms(t, e.Unknowns, values) }
	var hypotheses, substituted, premises []string
	conclusion := ""
	for k, u := range e.Unknowns {
		at := replace(u).String()
		if k == lead {
			conclusion = at
			continue
		}
		y, h := c.view.fresh("y"), c.view.fresh("e")
		binders, names = append(binders, fmt.Sprintf(" (%s : %s)", y, e.Types[k])), append(names, y)
		hypotheses, substituted = append(hypotheses, at+" = "+y), append(substituted, h)
		values[k] = y
	}
	// What is inside of others comes first; an unknown inside of them has no value yet.
	for _, u := range e.Unknowns[lead+1:] {
		if contains(u, e.Unknowns[lead]) {
			return "", "", false
		}
	}
	for _, p := range e.Premises {
		if contains(p, e.Unknowns[lead]) {
			return "", "", false
		}
		hypotheses = append(hypotheses, "("+replace(p).String()+")")
		premises = append(premises, c.view.fresh("p"))
	}
	r, last, at := c.view.fresh("r"), c.view.fresh("e"), c.view.fresh("e")
	values[lead] = r
	equation := replace(e.Body)
	for _, t := range append(slices.Clone(e.Premises), e.Body) {
		for _, x := range c.view.variables {
			if replace(t).Mentions(x.name) { // in what the term reader does not understand
				return "", "", false
			}
		}
	}
	binders, names = append(binders, fmt.Sprintf(" (%s : %s)", r, e.Types[lead])), append(names, r)
	hypotheses = append(hypotheses, equation.String(), conclusion+" = "+r)
	var b strings.Builder
	fmt.Fprintf(&b, "  intro %s\n", strings.Join(slices.Concat(names, substituted, premises, []string{last}), " "))
	if len(substituted) > 0 {
		fmt.Fprintf(&b, "  subst %s\n", strings.Join(substituted, " "))
	}
	fmt.Fprintf(&b, "  have %s := %s\n", at, e.Proof(arguments, "(by assumption)"))
	fmt.Fprintf(&b, "  first | exact %s.trans %s.symm | omega", at, last)
	return "∀" + strings.Join(binders, "") + ", " + strings.Join(hypotheses, " → "), b.String(), true
}

// contains reports whether the part occurs in the term.
func contains(t, part *term.Term) bool {
	found, text := false, part.String()
	t.Walk(func(u *term.Term) bool {
		found = found || u.String() == text
		return !found
	})
	return found
}

// replaceTerms puts names in the place of terms; those with an empty name stay.
func replaceTerms(t *term.Term, terms []*term.Term, names []string) *term.Term {
	text := t.String()
	for i, u := range terms {
		if names[i] != "" && u.String() == text {
			return &term.Term{Kind: term.Name, Text: names[i]}
		}
	}
	if len(t.Args) == 0 {
		return t
	}
	r := *t
	r.Args = make([]*term.Term, len(t.Args))
	for i, a := range t.Args {
		r.Args[i] = replaceTerms(a, terms, names)
	}
	return &r
}
