package builtin

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// induction proposes induction on natural numbers, lists and the problem's own
// inductive types.
func induction(v *view, emit emitter) {
	if v.coupled {
		return
	}
	defer v.scope()()
	for _, x := range v.variables {
		if !v.target.Mentions(x.name) {
			continue
		}
		switch {
		case x.sort == natSort:
			v.natInduction(x, emit)
		case x.sort == listSort || v.inductiveType(x.typ):
			v.structuralInduction(x, emit)
		}
	}
	v.functionInduction(emit)
}

// The tactics that may finish the base case and the step, the quickest to fail first.
const (
	closeBase = "first | omega | (simp_all; done) | decide | rfl | grind"
	closeStep = `first
  | omega
  | (simp_all; done)
  | (simp_all; omega)
  | (simp only [Nat.mul_succ, Nat.mul_add, Nat.add_mul, Nat.pow_succ, Nat.pow_add, Nat.mul_one, Nat.one_mul] at *; omega)
  | grind`
)

// inductionSteps is the text of an induction on x with the tactics for both cases.
func inductionSteps(x, generalizing, ih, base string, step ...string) string {
	if generalizing != "" {
		generalizing = " generalizing " + generalizing
	}
	return fmt.Sprintf("induction %s%s with\n| zero => %s\n| succ %s %s =>\n  %s", x, generalizing, base, x, ih,
		strings.ReplaceAll(strings.Join(step, "\n"), "\n", "\n  "))
}

func (v *view) natInduction(x variable, emit emitter) {
	ih := v.fresh("ih")
	others := v.generalizable(x)
	emit(0.4, "induction_close", inductionSteps(x.name, "", ih, closeBase, closeStep))
	emit(0.3, "induction", "induction "+x.name)
	emit(0.1, "cases", "cases "+x.name)
	if others != "" {
		emit(0.3, "induction_generalizing_close", inductionSteps(x.name, others, ih, closeBase, closeStep))
		emit(0.2, "induction_generalizing", fmt.Sprintf("induction %s generalizing %s", x.name, others))
	}
	// Facts that the step needs: recursion equations at x, and what arithmetic
	// does not know of powers.
	defer v.scope()()
	facts := append(v.instancesAt(x.name), v.powerFacts()...)
	if len(facts) > 0 {
		emit(0.42, "induction_facts", inductionSteps(x.name, "", ih, closeBase, append(facts, closeStep)...))
	}
	if hints := v.hints(); hints != "" {
		emit(0.42, "induction_grind", inductionSteps(x.name, "", ih, "first | grind ["+hints+"] | (simp ["+hints+"]; done)", "first | grind ["+hints+"] | (simp_all ["+hints+"]; done) | (simp_all ["+hints+"]; omega)"))
		if others != "" {
			emit(0.35, "induction_generalizing_grind", fmt.Sprintf("induction %s generalizing %s <;> grind [%s]", x.name, others, hints))
		}
	}
	v.inductionFrom(x, emit)
	v.pairInduction(x, emit)
	emit(0.08, "induction_strong", fmt.Sprintf("induction %s using Nat.strongRecOn", x.name))
}

// inductionFrom begins the induction at the variable's lower bound.
func (v *view) inductionFrom(x variable, emit emitter) {
	for _, h := range v.facts {
		least, ok := lowerBound(h.term, x.name)
		if !ok || least <= 0 || least > 1000 {
			continue
		}
		m, ih := v.fresh("m"), v.fresh("ih")
		shift := fmt.Sprintf("obtain ⟨%s, rfl⟩ : ∃ %s, %s = %s + %d := ⟨%s - %d, by omega⟩\nclear %s", m, m, x.name, m, least, x.name, least, h.name)
		emit(0.4, "induction_from", shift+"\n"+inductionSteps(m, "", ih, closeBase, closeStep))
		emit(0.15, "induction_from_open", shift+"\ninduction "+m)
		return
	}
}

// lowerBound reads a fact as least ≤ name.
func lowerBound(t *term.Term, name string) (least int64, ok bool) {
	if t.Kind != term.Binary {
		return 0, false
	}
	left, right, op := t.Left(), t.Right(), t.Text
	if right.Kind == term.Name && right.Text == name {
		left, right = right, left
		op = map[string]string{"<": ">", "≤": "≥", "≠": "≠"}[op]
	}
	n, numeral := right.IsNumeral()
	if !numeral || left.Kind != term.Name || left.Text != name {
		return 0, false
	}
	switch {
	case op == ">":
		return n + 1, true
	case op == "≥":
		return n, true
	case op == "≠" && n == 0:
		return 1, true
	}
	return 0, false
}

// pairInduction proves the claim for x and x + 1 together, as recursions of
// second order need.
func (v *view) pairInduction(x variable, emit emitter) {
	for _, h := range v.facts {
		if h.term.Mentions(x.name) {
			return
		}
	}
	next, ok := v.target.Substitute(x.name, term.Parse(x.name+" + 1"))
	if !ok {
		return
	}
	key, ih, ih2 := v.fresh("key"), v.fresh("ih"), v.fresh("ih")
	closer := closeStep
	if hints := v.hints(); hints != "" {
		closer += "\n  | grind [" + hints + "]\n  | (simp_all [" + hints + "]; omega)"
	}
	weight := 0.2
	for _, h := range v.facts {
		if h.term.Kind == term.Quantifier && (strings.Contains(h.text, "+ 2)") || strings.Contains(h.text, "- 2)")) {
			weight = 0.75 // a recursion of second order
		}
	}
	emit(weight, "induction_pair", fmt.Sprintf("suffices %s : ∀ %s : Nat, (%s) ∧ (%s) from (%s %s).1\nintro %s\n%s",
		key, x.name, v.target, next, key, x.name, x.name,
		inductionSteps(x.name, "", ih, "constructor <;> "+closerInline(closer), fmt.Sprintf("obtain ⟨%s, %s⟩ := %s\nrefine ⟨%s, ?_⟩", ih, ih2, ih, ih2), closer)))
}

// closerInline puts alternatives on one line.
func closerInline(closer string) string {
	return strings.ReplaceAll(closer, "\n  |", " |")
}

// structuralInduction is induction on a list or a value of the problem's own type.
func (v *view) structuralInduction(x variable, emit emitter) {
	hints := v.hints()
	set := ""
	if hints != "" {
		set = " [" + hints + "]"
	}
	emit(0.35, "induction", "induction "+x.name)
	emit(0.5, "induction_simp_all", fmt.Sprintf("induction %s <;> simp_all%s", x.name, set))
	emit(0.5, "induction_grind", fmt.Sprintf("induction %s <;> grind%s", x.name, set))
	emit(0.25, "induction_simp_omega", fmt.Sprintf("induction %s <;> simp_all%s <;> omega", x.name, set))
	emit(0.3, "cases_simp_all", fmt.Sprintf("cases %s <;> simp_all%s", x.name, set))
	emit(0.3, "cases_rfl", fmt.Sprintf("cases %s <;> rfl", x.name))
	emit(0.12, "cases", "cases "+x.name)
	if others := v.generalizable(x); others != "" {
		emit(0.4, "induction_generalizing_simp_all", fmt.Sprintf("induction %s generalizing %s <;> simp_all%s", x.name, others, set))
		emit(0.4, "induction_generalizing_grind", fmt.Sprintf("induction %s generalizing %s <;> grind%s", x.name, others, set))
		emit(0.2, "induction_generalizing", fmt.Sprintf("induction %s generalizing %s", x.name, others))
	}
	if x.sort != listSort {
		return
	}
	// A function on lists that is not yet known to respect appending.
	for _, f := range v.definitions() {
		if !v.appliedToOne(f) || !v.target.Mentions(f) {
			continue
		}
		key := v.fresh("key")
		for _, law := range []string{"%[1]s b ++ %[1]s a", "%[1]s a ++ %[1]s b", "%[1]s a + %[1]s b"} {
			emit(0.12, "append_law", fmt.Sprintf("have %s : ∀ a b, %s (a ++ b) = "+law+" := by\n  intro a b\n  induction a <;> grind%s\ninduction %s <;> grind%s",
				key, f, set, x.name, set))
		}
	}
}

// functionInduction follows the recursion of the problem's own functions.
func (v *view) functionInduction(emit emitter) {
	set := ""
	if hints := v.hints(); hints != "" {
		set = " [" + hints + "]"
	}
	seen := map[string]bool{}
	for _, f := range v.definitions() {
		v.target.Walk(func(t *term.Term) bool {
			if t.Kind == term.Quantifier {
				return false
			}
			if t.Kind == term.Apply && t.Head() == f && !seen[t.String()] && len(seen) < 3 {
				for _, a := range t.Args[1:] {
					if _, ok := v.byName[a.Text]; !ok || a.Kind != term.Name {
						return true
					}
				}
				seen[t.String()] = true
				emit(0.45, "fun_induction_grind", fmt.Sprintf("fun_induction %s <;> grind%s", t, set))
				emit(0.4, "fun_induction_simp_all", fmt.Sprintf("fun_induction %s <;> simp_all%s", t, set))
				emit(0.3, "fun_induction_omega", fmt.Sprintf("fun_induction %s <;> simp_all%s <;> omega", t, set))
				emit(0.2, "fun_induction", fmt.Sprintf("fun_induction %s", t))
			}
			return true
		})
	}
}

// generalizable are the other data variables, which may vary in an induction.
func (v *view) generalizable(x variable) string {
	var names []string
	for _, y := range v.variables {
		data := y.sort == natSort || y.sort == intSort || y.sort == listSort || v.inductiveType(y.typ)
		if y.name != x.name && data && v.target.Mentions(y.name) && !strings.Contains(y.typ, x.name) {
			names = append(names, y.name)
		}
	}
	return strings.Join(names, " ")
}

// instancesAt are the universal hypotheses about one natural number, at x: the
// recursion equations of an induction's step, monotonicity from x to x + 1.
func (v *view) instancesAt(x string) []string {
	var list []string
	for _, h := range v.facts {
		t := h.term
		if t.Kind != term.Quantifier || t.Text != "∀" || len(list) >= 6 {
			continue
		}
		arguments := []string{x, "(" + x + " + 1)"}
		premises := 0
		for body := t.Args[0]; body.Is("→"); body = body.Right() {
			premises++
		}
		proofs := strings.Repeat(" (by omega)", premises)
		switch len(t.Binders) {
		case 1:
			for _, a := range arguments {
				list = append(list, fmt.Sprintf("try have %s := %s %s%s", v.fresh("hx"), h.name, a, proofs))
			}
		case 2:
			list = append(list, fmt.Sprintf("try have %s := %s %s%s", v.fresh("hx"), h.name, strings.Join(arguments, " "), proofs))
			list = append(list, fmt.Sprintf("try have %s := %s %s 1%s", v.fresh("hx"), h.name, x, proofs))
		}
	}
	return list
}
