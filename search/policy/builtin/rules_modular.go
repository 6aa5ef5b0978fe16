package builtin

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// Simp sets that push remainders through sums, products and powers.
const (
	natRemainders = "Nat.dvd_iff_mod_eq_zero, Nat.pow_succ, Nat.mul_mod, Nat.add_mod"
	intRemainders = "Int.dvd_iff_emod_eq_zero, Int.pow_succ, Int.mul_emod, Int.add_emod, Int.sub_emod, Int.neg_emod"
)

// moduli are the numerals by which something is divided, or that divide
// something, smallest first.
func (v *view) moduli(limit int64) []int64 {
	set := map[int64]bool{}
	v.divisions(func(m int64, _ *term.Term) {
		if m >= 2 && m <= limit {
			set[m] = true
		}
	})
	return sortedKeys(set)
}

// divisions calls f for every numeral modulus and what is taken modulo it; for
// a power of a numeral as the divisor, the modulus is its base.
func (v *view) divisions(f func(m int64, dividend *term.Term)) {
	v.subterms(func(t *term.Term) bool {
		switch {
		case t.Is("%"), t.Is("/"):
			if m, ok := t.Right().IsNumeral(); ok {
				f(m, t.Left())
			}
		case t.Is("∣"):
			divisor := t.Left()
			if divisor.Is("^") {
				divisor = divisor.Left()
			}
			if m, ok := divisor.IsNumeral(); ok {
				f(m, t.Right())
			}
		}
		return true
	})
}

// usualModuli tell squares (4, 8, 3, 5), cubes (7, 9) and fourth powers (16)
// apart, where the goal names no modulus itself.
var usualModuli = []int64{4, 3, 8, 5, 7, 9, 16}

// modular proposes to split by the remainder of a variable.
func modular(v *view, emit emitter) {
	variables := slices.DeleteFunc(v.arithmeticVariables(), func(x variable) bool { return !v.polynomialIn(x.name) })
	moduli := v.moduli(64)
	named := len(moduli) > 0
	if named {
		v.remainderRewrite(emit)
	} else if v.hasPower() {
		moduli = usualModuli
	}
	if len(variables) == 0 || len(variables) > 4 {
		return
	}
	for i, m := range moduli {
		if named && i == 3 {
			break
		}
		weight := 0.3
		switch {
		case !named:
			weight = 0.05
		case m > 16:
			weight = 0.15
		}
		v.residues(variables, m, weight*1.3, emit)
		if !named {
			continue
		}
		for _, x := range variables[:min(2, len(variables))] {
			v.remainderSplit([]variable{x}, m, weight, emit)
		}
		if len(variables) == 2 && m <= 9 {
			v.remainderSplit(variables, m, weight*0.8, emit)
		}
	}
}

func (v *view) hasPower() bool {
	found := false
	v.subterms(func(t *term.Term) bool {
		found = found || t.Is("^") || t.Is("*")
		return !found
	})
	return found
}

// polynomialIn reports whether the variable occurs outside exponents.
func (v *view) polynomialIn(name string) bool {
	found := false
	v.subterms(func(t *term.Term) bool {
		if t.Is("^") {
			found = found || t.Left().Mentions(name)
			return false
		}
		found = found || t.Kind == term.Name && t.Text == name
		return !found
	})
	return found
}

// caseSplit is a disjunction of text = 0, …, text = m - 1 that omega proves,
// split into one goal for each case, with the hypothesis named h.
func caseSplit(text string, m int64, h string) string {
	var cases []string
	for r := range m {
		cases = append(cases, fmt.Sprintf("%s %% %d = %d", text, m, r))
	}
	return fmt.Sprintf("rcases (by omega : %s) with %s", strings.Join(cases, " ∨ "), strings.Join(repeat(h, int(m)), " | "))
}

// remainderSplit proposes a case for every combination of remainders modulo m.
func (v *view) remainderSplit(variables []variable, m int64, weight float64, emit emitter) {
	if m > 32 {
		return
	}
	defer v.scope()()
	var steps, names []string
	remainders := natRemainders
	for _, x := range variables {
		h := v.fresh("hr")
		names = append(names, h)
		steps = append(steps, caseSplit(x.name, m, h))
		if x.sort == intSort {
			remainders = intRemainders
		}
	}
	split := strings.Join(steps, " <;> ")
	emit(weight, "mod_split_simp", fmt.Sprintf("%s <;> simp [%s, %s]", split, remainders, strings.Join(names, ", ")))
	if slices.ContainsFunc(v.facts, func(h fact) bool { return v.isArithmetic(h.term) && h.term.Kind == term.Binary }) {
		emit(weight*0.8, "mod_split_simp_all", fmt.Sprintf("%s <;> simp_all [%s]", split, remainders))
		emit(weight*0.7, "mod_split_simp_omega", fmt.Sprintf("%s <;> simp [%s, %s] at * <;> omega", split, remainders, strings.Join(names, ", ")))
	}
	if len(variables) == 1 && m <= 8 {
		// With x = m * q + r, identities between polynomials in q can be used.
		x, q, h := variables[0], v.fresh("q"), v.fresh("hq")
		var cases []string
		for r := range m {
			cases = append(cases, fmt.Sprintf("%s = %d * %s + %d", x.name, m, q, r))
		}
		quotient := fmt.Sprintf("obtain ⟨%s, %s⟩ : ∃ %s, %s := ⟨%s / %d, by omega⟩\nrcases %s with %s",
			q, h, q, strings.Join(cases, " ∨ "), x.name, m, h, strings.Join(repeat("rfl", int(m)), " | "))
		emit(weight*0.4, "quotient_grind", quotient+" <;> grind")
		if m <= 3 {
			emit(weight*0.2, "quotient", quotient)
		}
	}
}

// tableEntries bounds the table of remainders of a product or power.
const tableEntries = 36

// residues proposes to give linear arithmetic the remainders modulo m of the
// products and powers in the goal, which it takes for unknowns: for each a table
// by the remainders of its variables.
func (v *view) residues(variables []variable, m int64, weight float64, emit emitter) {
	defer v.scope()()
	facts := v.residueTables(variables, m)
	if len(facts) == 0 {
		return
	}
	script := strings.Join(facts, "\n")
	emit(weight, "residues_omega", script+"\nomega")
	emit(weight*0.3, "residues", script)
}

func (v *view) residueTables(variables []variable, m int64) []string {
	var facts []string
	for _, t := range v.monomials() {
		var inside []variable
		for _, x := range variables {
			if t.Mentions(x.name) {
				inside = append(inside, x)
			}
		}
		if fact, ok := v.residueTable(t, inside, m); ok && len(facts) < 4 {
			facts = append(facts, fact)
		}
	}
	return facts
}

// residueTable states the remainders of t for all remainders of its variables.
func (v *view) residueTable(t *term.Term, variables []variable, m int64) (string, bool) {
	entries := int64(1)
	for range variables {
		if entries *= m; entries > tableEntries {
			return "", false
		}
	}
	remainders, sort := natRemainders, otherSort
	for _, x := range variables {
		if sort != otherSort && x.sort != sort {
			return "", false // a cast would be needed
		}
		sort = x.sort
	}
	if sort == intSort {
		remainders = intRemainders
	}
	var splits, names, rows []string
	for _, x := range variables {
		h := v.fresh("hr")
		names = append(names, h)
		splits = append(splits, caseSplit(x.name, m, h))
	}
	for i := range entries {
		values := map[string]int64{}
		var row []string
		for rest, j := i, 0; j < len(variables); j++ {
			values[variables[j].name] = rest % m
			row = append(row, fmt.Sprintf("%s %% %d = %d", variables[j].name, m, rest%m))
			rest /= m
		}
		value, ok := evaluateModulo(t, values, m, sort == intSort)
		if !ok {
			return "", false
		}
		rows = append(rows, fmt.Sprintf("(%s ∧ %s %% %d = %d)", strings.Join(row, " ∧ "), t, m, value))
	}
	if len(splits) == 0 {
		return "", false
	}
	return fmt.Sprintf("have %s : %s := by\n  %s <;> simp [%s, %s]",
		v.fresh("hs"), strings.Join(rows, " ∨ "), strings.Join(splits, " <;> "), remainders, strings.Join(names, ", ")), true
}

// monomials are the largest products of non-constants and powers with numeral
// exponents in the goal: what linear arithmetic takes for an unknown.
func (v *view) monomials() []*term.Term {
	var list []*term.Term
	seen := map[string]bool{}
	v.subterms(func(t *term.Term) bool {
		switch {
		case t.Kind == term.Quantifier:
			return false
		case t.Is("^"):
			if n, ok := t.Right().IsNumeral(); !ok || n < 2 || n > 64 || v.closed(t.Left()) {
				return false
			}
		case t.Is("*"):
			if v.closed(t.Left()) || v.closed(t.Right()) {
				return true
			}
		default:
			return true
		}
		if text := t.String(); !seen[text] {
			seen[text] = true
			list = append(list, t)
		}
		return false
	})
	return list
}

// evaluateModulo evaluates sums, products and powers with numeral exponents.
// Differences only where they cannot be cut off at zero.
func evaluateModulo(t *term.Term, values map[string]int64, m int64, differences bool) (int64, bool) {
	switch t.Kind {
	case term.Numeral:
		return new(big.Int).Mod(t.Value, big.NewInt(m)).Int64(), true
	case term.Name:
		value, ok := values[t.Text]
		return value % m, ok
	case term.Prefix:
		if a, ok := evaluateModulo(t.Args[0], values, m, differences); ok && t.Text == "-" && differences {
			return (m - a) % m, true
		}
	case term.Binary:
		a, ok := evaluateModulo(t.Left(), values, m, differences)
		if !ok {
			return 0, false
		}
		if t.Text == "^" {
			e, ok := t.Right().IsNumeral()
			return powMod(a, e, m), ok && e >= 0
		}
		b, ok := evaluateModulo(t.Right(), values, m, differences)
		switch t.Text {
		case "+":
			return (a + b) % m, ok
		case "*":
			return a * b % m, ok
		case "-":
			return (a + m - b) % m, ok && differences
		}
	}
	return 0, false
}

// powMod is b^e modulo m, for m below 2^31.
func powMod(b, e, m int64) int64 {
	r := int64(1) % m
	for b %= m; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * b % m
		}
		b = b * b % m
	}
	return r
}

// remainderRewrite evaluates a remainder from the known remainders of variables.
func (v *view) remainderRewrite(emit emitter) {
	var known []string
	for _, h := range v.facts {
		if slices.ContainsFunc(conjuncts(h.term), func(c *term.Term) bool { return c.Is("=") && c.Left().Is("%") || c.Is("∣") }) {
			known = append(known, h.name)
		}
	}
	set := natRemainders
	if slices.ContainsFunc(v.arithmeticVariables(), func(x variable) bool { return x.sort == intSort }) {
		set = intRemainders
	}
	emit(0.35, "remainder_simp", fmt.Sprintf("simp [%s]", strings.Join(append([]string{set}, known...), ", ")))
	emit(0.2, "remainder_simp_omega", fmt.Sprintf("simp [%s] at *\nomega", set))
	emit(0.15, "remainder_simp_all", fmt.Sprintf("simp_all [%s]", set))
	if v.target.Is("=") && v.target.Left().Is("%") && v.target.Left().Left().Is("^") {
		emit(0.12, "pow_mod", "rw [Nat.pow_mod]")
	}
}

func repeat(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}
