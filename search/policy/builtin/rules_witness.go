package builtin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// evaluatedWitness proposes numbers for an existential target whose body has no other
// variables, after computing that they satisfy it.
func evaluatedWitness(v *view, emit emitter) {
	t := v.target
	var names, types []string
	for t.Kind == term.Quantifier && t.Text == "∃" {
		for _, b := range t.Binders {
			names, types = append(names, b.Name), append(types, b.Type)
		}
		t = t.Args[0]
	}
	if len(names) == 0 || len(names) > 3 || !v.closed(v.target) {
		return
	}
	// Lean does not print the binders' type where the body shows it.
	for _, sort := range []sortKind{natSort, intSort} {
		var variables []variable
		for i, n := range names {
			s := sort
			if types[i] != "" {
				s = sortOf(term.Parse(types[i]))
			}
			variables = append(variables, variable{n, s, types[i]})
		}
		values, ok := v.satisfy(t, variables)
		if !ok {
			continue
		}
		var list []string
		for _, n := range values {
			list = append(list, fmt.Sprint(n))
		}
		emit(0.93, "evaluated_witness", fmt.Sprintf("exact ⟨%s, by decide +kernel⟩", strings.Join(list, ", ")))
		emit(0.7, "evaluated_witness_step", fmt.Sprintf("refine ⟨%s, ?_⟩", strings.Join(list, ", ")))
		return
	}
}

// trials bounds the number of assignments that are computed.
const trials = 3000

// satisfy looks for small values of the variables that satisfy a proposition
// about only them.
func (v *view) satisfy(t *term.Term, variables []variable) ([]int64, bool) {
	w := *v
	w.byName = maps.Clone(v.byName)
	for _, x := range variables {
		if x.sort != natSort && x.sort != intSort {
			return nil, false
		}
		w.byName[x.name] = x
	}
	body := newEvaluator(&w, variables).proposition(t)
	if body == nil {
		return nil, false
	}
	ranges := make([][]int64, len(variables))
	for i, x := range variables {
		ranges[i] = smallValues(x.sort, 0, len(variables))
	}
	return search(ranges, func(values []int64) bool { h, ok := body(values); return h && ok })
}

// smallValues are numbers near 0, or from low upwards, as many as can be tried
// for each of count variables.
func smallValues(sort sortKind, low int64, count int) []int64 {
	n := []int64{trials, trials, 50, 14, 7, 4}[min(count, 5)]
	var list []int64
	for i := range n {
		x := low + i
		if sort == intSort && low == 0 {
			if x = (i + 1) / 2; i%2 == 0 {
				x = -x
			}
		}
		list = append(list, x)
	}
	return list
}

// search tries all combinations, the first position fastest.
func search(ranges [][]int64, accept func([]int64) bool) ([]int64, bool) {
	at := make([]int, len(ranges))
	values := make([]int64, len(ranges))
	for {
		for i, r := range ranges {
			values[i] = r[at[i]]
		}
		if accept(values) {
			return slices.Clone(values), true
		}
		i := 0
		for ; i < len(at); i++ {
			if at[i]++; at[i] < len(ranges[i]) {
				break
			}
			at[i] = 0
		}
		if i == len(at) {
			return nil, false
		}
	}
}

// refuted reports whether small values of the variables satisfy every fact and not
// the target: then nothing proves the goal.
func (v *view) refuted() bool {
	if v.coupled || !v.isArithmetic(v.target) {
		return false
	}
	variables := v.arithmeticVariables()
	bounds := v.intervals()
	if len(variables) > 5 {
		return false
	}
	e := newEvaluator(v, variables)
	target := e.proposition(v.target)
	if target == nil {
		return false
	}
	var facts []truth
	for _, h := range v.facts {
		f := e.proposition(h.term)
		if f == nil {
			return false // it may exclude every case
		}
		facts = append(facts, f)
	}
	ranges := make([][]int64, len(variables))
	for i, x := range variables {
		ranges[i] = smallValues(x.sort, bounds[x.name].low, len(variables))
	}
	_, found := search(ranges, func(values []int64) bool {
		for _, f := range facts {
			if h, ok := f(values); !ok || !h {
				return false
			}
		}
		h, ok := target(values)
		return ok && !h
	})
	return found
}
