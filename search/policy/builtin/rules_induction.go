package builtin

import (
	"fmt"
	"strings"
)

// induction proposes induction on natural numbers and lists, in the forms that
// problems need: plain, generalised, strong, from two base cases.
func induction(v *view, emit emitter) {
	for _, x := range v.variables {
		if !v.target.Mentions(x.name) {
			continue
		}
		switch x.sort {
		case natSort:
			v.natInduction(x, emit)
		case listSort:
			emit(0.4, "induction_list", "induction "+x.name)
			emit(0.3, "induction_list_close", fmt.Sprintf("induction %s with\n| nil => first | rfl | simp | simp_all | grind\n| cons head tail ih => first | simp_all | grind | (simp [ih]; done) | (simp_all; omega)", x.name))
			emit(0.1, "cases_list", "cases "+x.name)
		case otherSort:
			// An inductive type of the problem's own preamble.
			if x.typ != "" && !strings.ContainsAny(x.typ, " →(") && x.typ != "Type" && x.typ != "Real" && x.typ != "ℝ" {
				emit(0.2, "induction_other", "induction "+x.name)
				emit(0.2, "induction_other_close", fmt.Sprintf("induction %s <;> simp_all", x.name))
				emit(0.15, "cases_other", fmt.Sprintf("cases %s <;> simp_all", x.name))
			}
		}
	}
}

func (v *view) natInduction(x variable, emit emitter) {
	ih := v.fresh("ih")
	base := "first | omega | decide | rfl | simp_all | grind"
	step := strings.Join([]string{
		"first",
		"  | omega",
		"  | grind",
		"  | (simp_all; done)",
		"  | (simp only [Nat.mul_succ, Nat.mul_add, Nat.pow_succ, Nat.pow_add, Nat.mul_one] at *; omega)",
		"  | (simp [Nat.mul_succ, Nat.mul_add, Nat.add_mul, Nat.pow_succ, Nat.pow_add] at *; omega)",
	}, "\n  ")
	others := v.generalizable(x)
	emit(0.4, "induction_close", fmt.Sprintf("induction %s with\n| zero => %s\n| succ %s %s =>\n  %s", x.name, base, x.name, ih, step))
	emit(0.3, "induction", "induction "+x.name)
	emit(0.12, "cases", "cases "+x.name)
	if others != "" {
		emit(0.3, "induction_generalizing_close", fmt.Sprintf("induction %s generalizing %s with\n| zero => %s\n| succ %s %s =>\n  %s", x.name, others, base, x.name, ih, step))
		emit(0.25, "induction_generalizing", fmt.Sprintf("induction %s generalizing %s", x.name, others))
	}
	emit(0.15, "induction_strong", fmt.Sprintf("induction %s using Nat.strongRecOn", x.name))
	// Facts that an induction step on powers needs and that arithmetic cannot see.
	facts := v.powerFacts()
	if len(facts) > 0 {
		emit(0.35, "induction_power_facts", fmt.Sprintf("induction %s with\n| zero => %s\n| succ %s %s =>\n  %s\n  %s", x.name, base, x.name, ih, strings.Join(facts, "\n  "), step))
	}
	// Rewriting with the recursion equations first.
	if equations := v.recursionEquations(); len(equations) > 0 {
		rewrite := "simp only [" + strings.Join(append(equations, ih), ", ") + ", Nat.pow_succ, Nat.mul_add] at *"
		emit(0.3, "induction_recursion", fmt.Sprintf("induction %s with\n| zero => %s\n| succ %s %s =>\n  %s\n  %s\n  first | omega | grind", x.name, base, x.name, ih, strings.Join(facts, "\n  "), rewrite))
	}
	// Steps of two or three: the claim for n, n+1 and n+2 together.
	h := v.fresh("hk")
	if !v.coupled {
		emit(0.1, "induction_two", fmt.Sprintf("induction %s using Nat.strongRecOn with\n| _ %s %s =>\n  match %s with\n  | 0 => %s\n  | 1 => %s\n  | %s + 2 =>\n    have %s := %s %s (by omega)\n    have %s := %s (%s + 1) (by omega)\n    first | omega | grind | (simp_all; omega)",
			x.name, x.name, ih, x.name, base, base, x.name, h, ih, x.name, v.fresh("hk"), ih, x.name))
	}
}

// generalizable are the other data variables, which may vary in an induction.
func (v *view) generalizable(x variable) string {
	var names []string
	for _, y := range v.variables {
		if y.name != x.name && (y.sort == natSort || y.sort == intSort || y.sort == listSort) && v.target.Mentions(y.name) && !strings.Contains(y.typ, x.name) {
			names = append(names, y.name)
		}
	}
	return strings.Join(names, " ")
}

// recursionEquations are universal hypotheses that define a function at a successor.
func (v *view) recursionEquations() []string {
	var names []string
	for _, h := range v.facts {
		if c := conclusion(h.term); c != h.term && c.Is("=") && strings.Contains(h.text, "+ 1)") {
			names = append(names, h.name)
		}
	}
	return names
}
