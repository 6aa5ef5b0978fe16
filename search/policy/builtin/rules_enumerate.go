package builtin

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// kernelCases bounds how many cases the kernel is asked to decide at once; it
// takes about a millisecond for each.
const kernelCases = 8000

// verdict is what computing all cases says.
type verdict int

const (
	unknown verdict = iota // a value was not representable, or nothing can compute it
	holds                  // the facts imply the target in every case
	fails                  // there is a case in which they don't
)

// finiteProblem is a set of variables with literal bounds, and the facts about only them.
type finiteProblem struct {
	variables []variable
	facts     []fact
	cases     int64
}

// enumerateByKernel lets the kernel try all values of variables that have
// literal bounds: of as few variables as decide the target, which is computed here first.
func (v *view) enumerateByKernel(bounds map[string]interval, emit emitter) {
	if !v.isArithmetic(v.target) || v.hugePower() {
		return
	}
	for _, p := range v.finiteProblems(bounds) {
		weight := 0.0
		switch v.decide(p, bounds) {
		case holds:
			weight = 0.93
			if p.cases > 1000 {
				weight = 0.8
			}
		case unknown:
			weight = 0.6
		case fails:
			continue
		}
		if script, ok := v.kernelScript(p, bounds); ok {
			emit(weight, "enumerate_kernel", script)
		}
		return
	}
}

// finiteProblems are growing sets of bounded variables around those of the target.
func (v *view) finiteProblems(bounds map[string]interval) []finiteProblem {
	bounded := func(x variable) bool {
		i := bounds[x.name]
		return i.hasLow && i.hasHigh && i.size() <= kernelCases
	}
	var (
		inside []variable
		rest   []variable
	)
	for _, x := range v.arithmeticVariables() {
		switch {
		case v.target.Mentions(x.name) && !bounded(x):
			return nil
		case v.target.Mentions(x.name):
			inside = append(inside, x)
		case bounded(x):
			rest = append(rest, x)
		}
	}
	// The variable with the fewest values next.
	sort.SliceStable(rest, func(a, b int) bool { return bounds[rest[a].name].size() < bounds[rest[b].name].size() })
	var problems []finiteProblem
	for n := 0; n <= len(rest); n++ {
		p := finiteProblem{variables: slices.Concat(inside, rest[:n]), cases: 1}
		if len(p.variables) == 0 {
			continue
		}
		for _, x := range p.variables {
			if p.cases *= max(kernelValues(x, bounds[x.name]), 1); p.cases > kernelCases {
				return problems
			}
		}
		p.facts = v.factsAbout(p.variables)
		problems = append(problems, p)
	}
	return problems
}

// kernelValues is how many values of a variable the kernel goes through: a natural
// number counts up from 0, whatever its lower bound.
func kernelValues(x variable, i interval) int64 {
	if x.sort == natSort {
		return i.high
	}
	return i.size()
}

// solve proposes the values of the variables that have only one.
func (v *view) solve(before, source string, emit emitter) {
	if steps := v.determined(v.intervals()); len(steps) > 0 {
		script := before + strings.Join(steps, "\n")
		emit(0.9, source+"_omega", script+"\nfirst | omega | (subst_vars; simp_all; done) | (subst_vars; grind)")
		emit(0.8, source, script)
	}
}

// factsAbout are the arithmetic facts whose variables are all among the given ones.
func (v *view) factsAbout(variables []variable) []fact {
	var list []fact
	for _, h := range v.facts {
		if !v.isArithmetic(h.term) || v.isBound(h.term) || strings.Contains(h.name, "✝") {
			continue
		}
		about := false
		for _, x := range v.variables {
			if h.term.Mentions(x.name) {
				if about = slices.Contains(variables, x); !about {
					break
				}
			}
		}
		if about {
			list = append(list, h)
		}
	}
	return list
}

// decide computes the target for all values of the variables that satisfy the facts.
func (v *view) decide(p finiteProblem, bounds map[string]interval) verdict {
	target := newEvaluator(v, p.variables).proposition(v.target)
	if target == nil {
		return unknown
	}
	result := holds
	if !v.solutions(p, bounds, func(values []int64) bool {
		switch h, ok := target(values); {
		case !ok:
			result = unknown
		case !h:
			result = fails
		}
		return result == holds
	}) {
		return unknown
	}
	return result
}

// solutions calls f for all values of the variables within their bounds that
// satisfy the facts, until f returns false. It reports false if a fact cannot be computed.
func (v *view) solutions(p finiteProblem, bounds map[string]interval, f func([]int64) bool) bool {
	e := newEvaluator(v, p.variables)
	var facts []truth
	for _, h := range p.facts {
		t := e.proposition(h.term)
		if t == nil {
			return false
		}
		facts = append(facts, t)
	}
	values := make([]int64, len(p.variables))
	for i, x := range p.variables {
		if values[i] = bounds[x.name].low; bounds[x.name].size() <= 0 {
			return true
		}
	}
	for {
		satisfied := true
		for _, t := range facts {
			h, ok := t(values)
			if !ok {
				return false
			}
			if satisfied = h; !h {
				break
			}
		}
		if satisfied && !f(values) {
			return true
		}
		i := 0
		for ; i < len(values); i++ {
			if values[i]++; values[i] < bounds[p.variables[i].name].high {
				break
			}
			values[i] = bounds[p.variables[i].name].low
		}
		if i == len(values) {
			return true
		}
	}
}

// determined finds the variables, and the expressions of the target, that the facts
// and literal bounds leave one value, and returns the steps that prove it. There may be none.
func (v *view) determined(bounds map[string]interval) (steps []string) {
	p := finiteProblem{cases: 1}
	for _, x := range v.arithmeticVariables() {
		i := bounds[x.name]
		if !i.hasLow || !i.hasHigh || i.size() < 1 || i.size() > kernelCases || p.cases*i.size() > kernelCases {
			continue
		}
		p.cases *= i.size()
		p.variables = append(p.variables, x)
	}
	if p.facts = v.factsAbout(p.variables); len(p.facts) == 0 {
		return nil
	}
	e := newEvaluator(v, p.variables)
	var (
		wanted []*term.Term
		values []number
	)
	want := func(t *term.Term, sort sortKind) {
		if n := e.number(t, sort); n != nil && len(wanted) < 8 {
			wanted, values = append(wanted, t), append(values, n)
		}
	}
	// What the target needs: the largest expressions that can be computed.
	v.target.Walk(func(t *term.Term) bool {
		if t.Kind != term.Binary && t.Kind != term.Name || !v.isNumber(t) {
			return t.Kind != term.Quantifier
		}
		if v.closed(t) || bounds[t.Text].size() == 1 {
			return false
		}
		before := len(wanted)
		want(t, v.relationSort(&term.Term{Kind: term.Binary, Text: "=", Args: []*term.Term{t, t}}))
		return len(wanted) == before
	})
	if len(wanted) == 0 {
		for _, x := range p.variables {
			if bounds[x.name].size() > 1 {
				want(&term.Term{Kind: term.Name, Text: x.name}, x.sort)
			}
		}
	}
	only, single := v.onlyValues(p, bounds, values)
	w := v
	for i, t := range wanted {
		if !single[i] || v.closed(t) {
			continue
		}
		statement := fmt.Sprintf("%s = %d", t, only[i])
		if v.proof(statement) != "" {
			continue
		}
		h := w.fresh("hv")
		w = w.with()
		w.target = term.Parse(statement)
		w.enumerateByKernel(bounds, func(_ float64, _, script string) {
			steps = append(steps, fmt.Sprintf("have %s : %s := by\n  %s", h, statement, strings.ReplaceAll(script, "\n", "\n  ")))
		})
		w = w.with(fact{h, statement, w.target})
	}
	return steps
}

// onlyValues computes the expressions for all solutions; single says which of them
// always have the same value.
func (v *view) onlyValues(p finiteProblem, bounds map[string]interval, expressions []number) (only []int64, single []bool) {
	only, single = make([]int64, len(expressions)), make([]bool, len(expressions))
	first, known := true, true
	complete := v.solutions(p, bounds, func(values []int64) bool {
		any := false
		for i, f := range expressions {
			n, ok := f(values)
			known = known && ok
			if first {
				only[i], single[i] = n, true
			}
			single[i] = single[i] && n == only[i]
			any = any || single[i]
		}
		first = false
		return any && known
	})
	if !complete || !known {
		clear(single)
	}
	return only, single
}

// kernelScript turns the goal into a closed statement with bounded quantifiers.
func (v *view) kernelScript(p finiteProblem, bounds map[string]interval) (script string, ok bool) {
	// Smaller ranges outermost: the inner loop is cheap to leave.
	order := slices.Clone(p.variables)
	sort.SliceStable(order, func(a, b int) bool { return bounds[order[a].name].size() < bounds[order[b].name].size() })
	var steps, reverts, names []string
	for _, h := range p.facts {
		names = append(names, h.name)
	}
	var ready []string
	for _, x := range order {
		i := bounds[x.name]
		if x.sort == natSort {
			statement := fmt.Sprintf("%s < %d", x.name, i.high)
			h := v.proof(statement)
			if h == "" {
				h = v.fresh("hb")
				steps = append(steps, fmt.Sprintf("have %s : %s := by omega", h, statement))
			}
			ready = append(ready, h)
			reverts = append([]string{fmt.Sprintf("revert %s\nrevert %s", h, x.name)}, reverts...)
			continue
		}
		k, h := v.fresh("k"), v.fresh("hb")
		steps = append(steps, v.asNatural(x, i, k, h))
		reverts = append([]string{fmt.Sprintf("revert %s\nrevert %s", h, k)}, reverts...)
	}
	// Other facts about the variables would be reverted with them, in a place
	// where they make the statement undecidable.
	var others []string
	for _, h := range v.facts {
		if slices.Contains(names, h.name) || slices.Contains(ready, h.name) {
			continue
		}
		if slices.ContainsFunc(order, func(x variable) bool { return h.term.Mentions(x.name) }) {
			if strings.Contains(h.name, "✝") {
				return "", false // it cannot be named
			}
			others = append(others, h.name)
		}
	}
	if len(others) > 0 {
		steps = append(steps, "clear "+strings.Join(others, " "))
	}
	if len(names) > 0 {
		steps = append(steps, "revert "+strings.Join(names, " "))
	}
	steps = append(steps, reverts...)
	return strings.Join(append(steps, "set_option synthInstance.maxSize 2000 in\nset_option synthInstance.maxHeartbeats 200000 in\ndecide +kernel"), "\n"), true
}

// asNatural replaces an integer with literal bounds by a natural number k.
func (v *view) asNatural(x variable, i interval, k, h string) string {
	value, shifted := fmt.Sprintf("(%s : Int)", k), x.name
	switch {
	case i.low > 0:
		value, shifted = fmt.Sprintf("(%s : Int) + %d", k, i.low), fmt.Sprintf("(%s - %d)", x.name, i.low)
	case i.low < 0:
		value, shifted = fmt.Sprintf("(%s : Int) - %d", k, -i.low), fmt.Sprintf("(%s + %d)", x.name, -i.low)
	}
	return fmt.Sprintf("obtain ⟨%s, %s, rfl⟩ : ∃ %s : Nat, %s < %d ∧ %s = %s := ⟨%s.toNat, by omega, by omega⟩", k, h, k, k, i.size(), x.name, value, shifted)
}

// isBound reports whether the proposition only bounds a variable by a numeral, on
// a side that quantifiers over its values express.
func (v *view) isBound(t *term.Term) bool {
	if t.Kind != term.Binary {
		return false
	}
	l, r := t.Left(), t.Right()
	if t.Text == ">" || t.Text == "≥" {
		l, r = r, l
	} else if t.Text != "<" && t.Text != "≤" {
		return false
	}
	if _, ok := l.IsNumeral(); ok {
		return r.Kind == term.Name && v.byName[r.Text].sort == intSort
	}
	_, ok := r.IsNumeral()
	return ok && l.Kind == term.Name
}

// enumerate splits one variable into its values; what is left of each case can
// be linear.
func (v *view) enumerate(x variable, i interval, emit emitter) {
	if i.size() <= 0 || i.size() > 130 || !v.nonlinearIn(x.name) {
		return
	}
	var split string
	if x.sort == natSort {
		if i.high > 130 {
			return
		}
		split = fmt.Sprintf("rcases %s with %s", x.name, strings.Join(append(repeat("_", int(i.high)), x.name), " | "))
	} else {
		k, h := v.fresh("k"), v.fresh("hb")
		split = v.asNatural(x, i, k, h) + fmt.Sprintf("\nrcases %s with %s", k, strings.Join(append(repeat("_", int(i.size())), k), " | "))
	}
	weight := 0.5
	if i.size() > 20 {
		weight = 0.25
	}
	emit(weight, "enumerate_omega", split+" <;> omega")
	emit(weight*0.7, "enumerate_close", split+" <;> first | omega | (simp at *; done) | (simp at *; omega) | (simp_all; done) | grind")
	if i.size() <= 12 {
		emit(weight*0.4, "enumerate", split+" <;> try omega")
	}
}

// nonlinearIn reports whether a value for the variable makes some term of the goal
// simpler than linear arithmetic sees it.
func (v *view) nonlinearIn(name string) bool {
	found := false
	v.terms(func(t *term.Term) { found = found || nonlinearIn(t, name) })
	return found
}

// nonlinearIn reports whether the variable is in a product, a power, a divisor or
// an argument of a function.
func nonlinearIn(t *term.Term, name string) bool {
	found := false
	t.Walk(func(t *term.Term) bool {
		if t.Kind == term.Apply || t.Kind == term.Opaque || t.Kind == term.Quantifier {
			found = found || t.Mentions(name)
			return false
		}
		if t.Is("*") && t.Left().Kind != term.Numeral && t.Right().Kind != term.Numeral || t.Is("^") {
			found = found || t.Mentions(name)
		}
		if t.Is("%") || t.Is("/") {
			found = found || t.Right().Mentions(name)
		}
		if t.Is("∣") {
			found = found || t.Left().Mentions(name)
		}
		return !found
	})
	return found
}
