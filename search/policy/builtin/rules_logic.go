package builtin

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// closing proposes tactics that finish a goal or fail.
func closing(v *view, emit emitter) {
	arithmetic := len(v.arithmeticVariables()) > 0 || v.isArithmetic(v.target)
	closed := v.closed(v.target)
	if v.coupled {
		emit(0.5, "assumption", "assumption")
		emit(0.5, "rfl", "rfl")
		emit(0.3, "omega", "omega")
		emit(0.3, "simp", "simp")
		return
	}
	if arithmetic {
		emit(0.95, "omega", "omega")
	} else {
		emit(0.3, "omega", "omega")
	}
	if closed {
		emit(0.9, "decide", "decide")
		emit(0.6, "rfl", "rfl")
		if !v.hugePower() {
			emit(0.55, "decide_kernel", "decide +kernel")
		}
	} else {
		emit(0.3, "rfl", "rfl")
	}
	emit(0.85, "simp_all", "simp_all")
	emit(0.9, "grind", "grind")
	emit(0.6, "simp", "simp")
	emit(0.25, "simp_arith", "simp +arith")
	if arithmetic {
		emit(0.4, "simp_arith_all", "simp_all +arith")
		emit(0.3, "simp_omega", "simp at *; omega")
	}
	if v.mathlib {
		emit(0.9, "norm_num", "norm_num")
		emit(0.85, "nlinarith", "nlinarith")
		emit(0.8, "linarith", "linarith")
		emit(0.7, "ring", "ring")
		emit(0.5, "positivity", "positivity")
		emit(0.7, "aesop", "aesop")
		emit(0.5, "norm_num_all", "norm_num at *")
		emit(0.5, "field_simp", "field_simp")
		emit(0.5, "ring_nf_all", "ring_nf at *")
	}
	if len(v.facts) > 0 {
		emit(0.2, "contradiction", "contradiction")
	}
	emit(0.06, "exact?", "exact?")
	if v.bigPower() {
		emit(0.7, "big_power", "set_option exponentiation.threshold 100000 in simp")
		emit(0.6, "big_power_omega", "set_option exponentiation.threshold 100000 in omega")
		emit(0.5, "big_power_all", "set_option exponentiation.threshold 100000 in simp_all")
	}
}

// bigPower reports an exponent above the default threshold of Lean's evaluation.
func (v *view) bigPower() bool { return v.exponentAbove(256) }

// hugePower reports an exponent that nothing should try to evaluate: the kernel panics.
func (v *view) hugePower() bool { return v.exponentAbove(1 << 20) }

func (v *view) exponentAbove(limit int64) bool {
	found := false
	v.subterms(func(t *term.Term) bool {
		if t.Is("^") && t.Right().Kind == term.Numeral {
			if n, ok := t.Right().IsNumeral(); !ok || n > limit {
				found = true
			}
		}
		return !found
	})
	return found
}

// introduction proposes the steps that a target's shape asks for.
func introduction(v *view, emit emitter) {
	t := v.target
	switch {
	case t.Kind == term.Quantifier && t.Text == "∀", t.Is("→"), t.Kind == term.Prefix && t.Text == "¬", t.Is("≠"):
		emit(0.97, "intro", "intro "+strings.Join(v.introNames(t), " "))
	case t.Is("∧"), t.Is("↔"):
		emit(0.93, "constructor", "constructor")
	case t.Is("∨"):
		emit(0.35, "left", "left")
		emit(0.35, "right", "right")
		h := v.fresh("h")
		emit(0.3, "not_left", fmt.Sprintf("by_cases %s : %s\n· left\n  exact %s\n· right", h, t.Left(), h))
	case t.Is("="):
		if x := v.functionSide(t); x {
			emit(0.6, "funext", "funext "+v.fresh("x"))
		}
		if t.Left().Head() != "" && t.Left().Head() == t.Right().Head() && t.Left().Kind == term.Apply {
			emit(0.15, "congr", "congr 1")
		}
	}
	if strings.Contains(v.goal.Target, "if ") || strings.Contains(v.goal.Target, "match ") {
		emit(0.6, "split", "split")
	}
	if t.Kind == term.Binary && relations[t.Text] && len(v.facts) > 0 && !t.Is("≠") {
		emit(0.2, "by_contradiction", fmt.Sprintf("apply Classical.byContradiction\nintro %s", v.fresh("hn")))
	}
	if v.goal.Target != "False" && len(v.facts) > 1 {
		emit(0.03, "exfalso", "exfalso")
	}
	switch t.Head() {
	case "Function.Injective", "Injective", "Function.Surjective", "Surjective":
		emit(0.5, "intro_unfold", "intro "+v.fresh("a")+" "+v.fresh("b"))
	}
}

func (v *view) functionSide(t *term.Term) bool {
	for _, side := range t.Args {
		if side.Kind == term.Quantifier && side.Text == "fun" {
			return true
		}
		if side.Kind == term.Name {
			if x, ok := v.byName[side.Text]; ok && x.sort == functionSort {
				return true
			}
		}
	}
	return false
}

// introNames names everything that can be introduced at once.
func (v *view) introNames(t *term.Term) []string {
	var names []string
	for len(names) < 20 {
		switch {
		case t.Kind == term.Quantifier && t.Text == "∀":
			for _, b := range t.Binders {
				names = append(names, v.fresh(accessibleName(b.Name)))
			}
			t = t.Args[0]
		case t.Is("→"):
			names = append(names, v.fresh("h"))
			t = t.Right()
		case t.Kind == term.Prefix && t.Text == "¬", t.Is("≠"):
			return append(names, v.fresh("h"))
		default:
			return names
		}
	}
	return names
}

func accessibleName(s string) string {
	s, _, _ = strings.Cut(s, "✝")
	if s == "" || s == "_" || strings.Contains(s, ".") {
		return "x"
	}
	return s
}

// witnesses proposes values for an existential target.
func witnesses(v *view, emit emitter) {
	t := v.target
	if t.Kind != term.Quantifier || t.Text != "∃" && t.Text != "∃!" || len(t.Binders) == 0 {
		return
	}
	body := t.Args[0]
	sortName := v.target.Binders[0].Type
	emit(0.25, "exists_metavariable", "refine ⟨?w, ?h⟩")
	seen := map[string]bool{}
	give := func(weight float64, t string) {
		if seen[t] {
			return
		}
		seen[t] = true
		emit(weight, "witness", "refine ⟨"+t+", ?_⟩")
		emit(weight*0.9, "witness_close", "exact ⟨"+t+", by first | rfl | decide | omega | simp_all | grind⟩")
	}
	// What the body equates with the bound variable is the likeliest.
	name := v.target.Binders[0].Name
	for _, c := range conjuncts(stripExists(body)) {
		if c.Is("=") {
			if c.Left().Kind == term.Name && c.Left().Text == name && !c.Right().Mentions(name) {
				give(0.8, c.Right().String())
			}
			if c.Right().Kind == term.Name && c.Right().Text == name && !c.Left().Mentions(name) {
				give(0.8, c.Left().String())
			}
		}
	}
	for _, x := range v.variables {
		if sortName == "" || strings.TrimSpace(x.typ) == sortName {
			give(0.3, x.name)
			if x.sort == natSort {
				give(0.2, x.name+" + 1")
				give(0.1, x.name+" - 1")
				give(0.1, "2 * "+x.name)
			}
			if x.sort == intSort {
				give(0.1, "-"+x.name)
			}
		}
	}
	if sortName == "" || sortName == "Nat" || sortName == "ℕ" || sortName == "Int" || sortName == "ℤ" {
		for _, n := range v.numerals(1 << 40) {
			give(0.25, fmt.Sprint(n))
		}
		for n := range 12 {
			give(0.22-0.01*float64(n), fmt.Sprint(n))
		}
		if sortName == "Int" || sortName == "ℤ" {
			for n := 1; n < 6; n++ {
				give(0.1, fmt.Sprintf("-%d", n))
			}
		}
		// A search over small values, by the prover itself.
		for _, bound := range []int{20, 200} {
			var tries []string
			for n := range bound {
				tries = append(tries, fmt.Sprintf("exact ⟨%d, by decide⟩", n))
			}
			emit(0.12, "witness_search", "first\n  | "+strings.Join(tries, "\n  | "))
		}
	}
}

func stripExists(t *term.Term) *term.Term {
	for t.Kind == term.Quantifier && t.Text == "∃" {
		t = t.Args[0]
	}
	return t
}

// elimination proposes to take hypotheses apart.
func elimination(v *view, emit emitter) {
	compound := 0
	for _, h := range v.facts {
		switch t := h.term; {
		case t.Is("∧"):
			compound++
			a, b := v.fresh(h.name+"a"), v.fresh(h.name+"b")
			emit(0.35, "and_elimination", fmt.Sprintf("obtain ⟨%s, %s⟩ := %s", a, b, h.name))
		case t.Is("∨"):
			emit(0.6, "or_elimination", fmt.Sprintf("rcases %s with %s | %s", h.name, h.name, h.name))
		case t.Is("↔"):
			emit(0.15, "iff_elimination", fmt.Sprintf("obtain ⟨%s, %s⟩ := %s", v.fresh(h.name+"mp"), v.fresh(h.name+"mpr"), h.name))
		case t.Kind == term.Quantifier && (t.Text == "∃" || t.Text == "∃!"):
			var names []string
			for _, b := range t.Binders {
				names = append(names, v.fresh(accessibleName(b.Name)))
			}
			names = append(names, v.fresh("h"+strings.TrimLeft(h.name, "h")))
			emit(0.75, "exists_elimination", fmt.Sprintf("obtain ⟨%s⟩ := %s", strings.Join(names, ", "), h.name))
		case t.Is("="):
			for i, side := range t.Args {
				other := t.Args[1-i]
				if side.Kind == term.Name && v.byName[side.Text].name != "" && !other.Mentions(side.Text) {
					emit(0.5, "subst", "subst "+h.name)
					break
				}
			}
		case t.Is("→"):
			left := t.Left()
			if v.isArithmetic(left) {
				emit(0.35, "specialize", fmt.Sprintf("have %s := %s (by omega)", v.fresh(h.name), h.name))
			}
			emit(0.2, "by_premise", fmt.Sprintf("by_cases %s : %s", v.fresh("hc"), left))
			emit(0.25, "apply", "apply "+h.name)
		case t.Kind == term.Prefix && t.Text == "¬":
			if v.goal.Target == "False" {
				emit(0.4, "apply_not", "apply "+h.name)
			}
			emit(0.06, "absurd", "exact absurd (by assumption) "+h.name)
		case t.Kind == term.Quantifier && t.Text == "∀":
			if conclusion(t).Head() != "" && conclusion(t).Head() == v.target.Head() || conclusion(t).Kind == term.Binary && conclusion(t).Text == v.target.Text {
				emit(0.3, "apply", "apply "+h.name)
			}
		}
	}
	if compound > 1 {
		// All conjunctions at once keep the tree shallow.
		var steps []string
		for _, h := range v.facts {
			if h.term.Is("∧") {
				n := len(conjuncts(h.term))
				var names []string
				for range n {
					names = append(names, v.fresh(h.name))
				}
				steps = append(steps, fmt.Sprintf("obtain ⟨%s⟩ := %s", strings.Join(names, ", "), h.name))
			}
		}
		emit(0.4, "and_elimination_all", strings.Join(steps, "\n"))
	}
	for _, x := range v.variables {
		switch x.sort {
		case boolSort:
			emit(0.3, "cases_bool", "cases "+x.name)
		case otherSort:
			if strings.HasPrefix(x.typ, "Fin ") {
				emit(0.2, "cases_fin", fmt.Sprintf("obtain ⟨%s, %s⟩ := %s", x.name, v.fresh("h"), x.name))
			} else if strings.ContainsAny(x.typ, "×") || strings.HasPrefix(x.typ, "Option ") {
				emit(0.3, "cases", "cases "+x.name)
			}
		}
	}
	// A goal that asks about a condition nobody decided yet.
	v.target.Walk(func(t *term.Term) bool {
		if t.Kind == term.Opaque && strings.HasPrefix(t.Text, "if ") {
			if c, _, ok := strings.Cut(strings.TrimPrefix(t.Text, "if "), " then "); ok {
				emit(0.3, "by_cases_if", fmt.Sprintf("by_cases %s : %s", v.fresh("hc"), c))
			}
		}
		return true
	})
}

// conclusion is what a universally quantified implication ends in.
func conclusion(t *term.Term) *term.Term {
	for {
		switch {
		case t.Kind == term.Quantifier && t.Text == "∀":
			t = t.Args[0]
		case t.Is("→"):
			t = t.Right()
		default:
			return t
		}
	}
}

// rewriting proposes to use equations, and to unfold.
func rewriting(v *view, emit emitter) {
	var equations, universal []fact
	for _, h := range v.facts {
		c := conclusion(h.term)
		if c.Is("=") || c.Is("↔") {
			if c == h.term {
				equations = append(equations, h)
			} else {
				universal = append(universal, h)
			}
		}
	}
	for _, h := range universal {
		emit(0.3, "rewrite", fmt.Sprintf("rw [%s]", h.name))
		emit(0.12, "rewrite_backwards", fmt.Sprintf("rw [← %s]", h.name))
		emit(0.35, "simp_hypothesis", fmt.Sprintf("simp [%s]", h.name))
		emit(0.2, "simp_hypothesis_only", fmt.Sprintf("simp only [%s]", h.name))
	}
	for _, h := range equations {
		emit(0.2, "rewrite", fmt.Sprintf("rw [%s]", h.name))
		emit(0.1, "rewrite_backwards", fmt.Sprintf("rw [← %s]", h.name))
		for _, g := range v.facts {
			if g.name != h.name && sharesApplication(g.term, h.term) {
				emit(0.05, "rewrite_at", fmt.Sprintf("rw [%s] at %s", h.name, g.name))
			}
		}
	}
	if n := len(equations) + len(universal); n > 1 && n <= 12 {
		var names []string
		for _, h := range append(universal, equations...) {
			names = append(names, h.name)
		}
		list := strings.Join(names, ", ")
		emit(0.4, "simp_hypotheses", fmt.Sprintf("simp [%s]", list))
		emit(0.2, "simp_hypotheses_deep", fmt.Sprintf("set_option maxRecDepth 100000 in simp [%s]", list))
		emit(0.2, "simp_hypotheses_omega", fmt.Sprintf("simp [%s]\nomega", list))
	}
	if len(universal) > 0 {
		instantiation(v, universal, emit)
	}
	emit(0.1, "simp_at_all", "simp at *")
	emit(0.05, "simp_all_no_close", "simp_all only []")
	// Constants of the problem's own preamble can only be unfolded.
	seen := map[string]bool{}
	v.target.Walk(func(t *term.Term) bool {
		if t.Kind == term.Apply && t.Args[0].Kind == term.Name {
			name := t.Args[0].Text
			if _, isVariable := v.byName[name]; !isVariable && !seen[name] && !evaluable[name] && !strings.HasPrefix(name, "?") {
				seen[name] = true
				emit(0.3, "unfold", "unfold "+name)
				emit(0.3, "simp_unfold", fmt.Sprintf("simp [%s]", name))
				emit(0.25, "simp_all_unfold", fmt.Sprintf("simp_all [%s]", name))
				emit(0.25, "grind_unfold", fmt.Sprintf("grind [%s]", name))
			}
		}
		return true
	})
}

func sharesApplication(a, b *term.Term) bool {
	heads := map[string]bool{}
	a.Walk(func(t *term.Term) bool {
		if t.Kind == term.Apply {
			heads[t.Head()] = true
		}
		return true
	})
	shared := false
	b.Walk(func(t *term.Term) bool {
		if t.Kind == term.Apply && heads[t.Head()] {
			shared = true
		}
		return !shared
	})
	return shared
}
