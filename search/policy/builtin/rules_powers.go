package builtin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// power is base ^ exponent with a numeral base and an exponent that is not a
// numeral.
type power struct {
	base     int64
	exponent *term.Term
}

// text is the power in Nat, whatever the goal's type is.
func (p power) text() string { return fmt.Sprintf("(%d : Nat) ^ %s", p.base, group(p.exponent)) }

// symbolicPowers are the powers of numerals in the goal, without duplicates,
// outside binders.
func (v *view) symbolicPowers() []power {
	var list []power
	seen := map[string]bool{}
	v.subterms(func(t *term.Term) bool {
		if t.Kind == term.Quantifier {
			return false
		}
		if t.Is("^") && t.Right().Kind != term.Numeral && !v.closed(t.Right()) {
			if b, ok := t.Left().IsNumeral(); ok && (b >= 2 || b == -1) && !seen[t.String()] {
				seen[t.String()] = true
				list = append(list, power{b, t.Right()})
			}
		}
		return true
	})
	return list
}

// powerFacts are true statements about powers that linear arithmetic needs and
// cannot find.
func (v *view) powerFacts() []string {
	var facts []string
	for _, p := range v.symbolicPowers() {
		if p.base < 2 || len(facts) >= 6 {
			continue
		}
		facts = append(facts,
			fmt.Sprintf("have %s : 0 < %s := Nat.pow_pos (by decide)", v.fresh("hp"), p.text()),
			fmt.Sprintf("have %s : %s < %s := Nat.lt_pow_self (by decide)", v.fresh("hp"), p.exponent, p.text()))
	}
	return facts
}

// Bounds of what [cycles] tries: a period that makes too many cases, and a
// power of the base that simp does not evaluate.
const (
	maxPeriod    = 24
	maxEvaluated = 250
)

// cycles proposes to reduce powers with symbolic exponents modulo the numerals
// by which expressions with them are divided, using that powers are periodic.
func cycles(v *view, emit emitter) {
	powers := v.symbolicPowers()
	if len(powers) == 0 || len(powers) > 4 {
		return
	}
	set := map[int64]bool{}
	v.divisions(func(m int64, dividend *term.Term) {
		if m < 2 || m > 5000 {
			return
		}
		dividend.Walk(func(t *term.Term) bool {
			if t.Is("^") && t.Right().Kind != term.Numeral {
				set[m] = true
			}
			return !set[m]
		})
	})
	moduli := sortedKeys(set)
	if len(moduli) > 3 {
		moduli = moduli[:3]
	}
	if len(moduli) == 0 {
		return
	}
	v.closedExponents(powers, moduli, emit)
	inInt := slices.ContainsFunc(powers, func(p power) bool { return p.base < 0 }) || strings.Contains(v.goal.Target, "ℤ") || strings.Contains(v.goal.Target, "Int")
	for _, m := range moduli {
		nat, integer := 0.6, 0.25
		if inInt {
			nat, integer = 0.1, 0.6
		}
		if script, ok := v.powerCycle(powers, m, false); ok {
			emit(nat, "power_cycle", script)
		}
		if script, ok := v.powerCycle(powers, m, true); ok {
			emit(integer, "power_cycle_int", script)
		}
	}
}

// splitOn is the term by whose remainder powers are split: exponent =
// factor * text + offset.
type splitOn struct {
	text           string
	factor, offset int64
}

// exponentSplit reads an exponent as linear in one natural number; any other
// exponent is a unit of its own.
func (v *view) exponentSplit(e *term.Term) splitOn {
	if l, ok := v.linear(e); ok && len(l.coefficients) == 1 && l.constant >= 0 {
		for x, a := range l.coefficients {
			if a > 0 && v.byName[x].sort == natSort {
				return splitOn{x, a, l.constant}
			}
		}
	}
	return splitOn{"(" + e.String() + ")", 1, 0}
}

// powerCycle proves the goal by cases of exponents modulo the periods of the
// powers modulo m: for each power b ^ e, with m = m₁ * m₂, b coprime to m₁ and
// every prime of m₂ a divisor of b,
//
//   - b ^ e % m₁ depends on e modulo the order of b, and
//   - b ^ e % m₂ is 0 once e is large enough.
//
// The rest is linear arithmetic. With casts the powers are those of Int.
func (v *view) powerCycle(powers []power, m int64, casts bool) (string, bool) {
	defer v.scope()()
	type exponentGroup struct {
		period int64
		facts  []string
	}
	groups := map[string]*exponentGroup{}
	var order []string
	at := func(text string) *exponentGroup {
		if groups[text] == nil {
			groups[text] = &exponentGroup{period: 1}
			order = append(order, text)
		}
		return groups[text]
	}
	for _, p := range powers {
		s := v.exponentSplit(p.exponent)
		g := at(s.text)
		period := int64(2)
		if p.base > 0 {
			var ok bool
			if period, ok = multiplicativeOrder(p.base, coprimePart(m, p.base)); !ok {
				return "", false
			}
		}
		g.period = lcm(g.period, period/gcd(period, s.factor))
	}
	cases := int64(1)
	for _, g := range groups {
		cases *= g.period
	}
	if cases > maxPeriod {
		return "", false
	}
	var script []string
	for _, p := range powers {
		s := v.exponentSplit(p.exponent)
		g := at(s.text)
		if p.base < 0 {
			if !casts {
				return "", false
			}
			h := v.fresh("hsign")
			script = append(script, fmt.Sprintf("have %s : ∀ k : Nat, (k %% 2 = 0 ∧ (-1 : Int) ^ k = 1) ∨ (k %% 2 = 1 ∧ (-1 : Int) ^ k = -1) := by\n  intro k\n  induction k with\n  | zero => decide\n  | succ k ih => omega\nhave %s := %s (%s)", h, v.fresh("hsign"), h, p.exponent))
			continue
		}
		script = append(script, fmt.Sprintf("have %s : 0 < %s := Nat.pow_pos (by decide)", v.fresh("hp"), p.text()))
		if casts {
			script = append(script, fmt.Sprintf("have %s : ((%s : Nat) : Int) = (%d : Int) ^ %s := by simp", v.fresh("hcast"), p.text(), p.base, group(p.exponent)))
		}
		coprime := coprimePart(m, p.base)
		if coprime > 1 {
			if s.factor*g.period > maxEvaluated || s.offset > maxEvaluated {
				return "", false
			}
			h := v.fresh("hcycle")
			reduced, whole := fmt.Sprint(s.offset), s.text
			if g.period > 1 {
				reduced = linearText(s.factor, fmt.Sprintf("(%s %% %d)", s.text, g.period), s.offset)
				whole = fmt.Sprintf("(%s / %d)", s.text, g.period)
				g.facts = append(g.facts, h)
			}
			script = append(script, fmt.Sprintf("have %s : %s %% %d = %d ^ %s %% %d := by\n  conv => lhs; rw [show %s = %d * %s + %s by omega, Nat.pow_add, Nat.pow_mul, Nat.mul_mod, Nat.pow_mod]\n  simp",
				h, p.text(), coprime, p.base, reduced, coprime, p.exponent, s.factor*g.period, whole, reduced))
		}
		if rest := m / coprime; rest > 1 {
			least := int64(1)
			for ; powMod(p.base, least, rest) != 0; least++ {
			}
			if least > 6 {
				return "", false
			}
			script = append(script, fmt.Sprintf("have %s : %d ≤ %s → %s %% %d = 0 := by\n  intro h\n  rw [show %s = (%s - %d) + %d by omega, Nat.pow_add]\n  omega",
				v.fresh("hz"), least, p.exponent, p.text(), rest, p.exponent, p.exponent, least, least))
			for e := range least {
				if s.offset <= e {
					script = append(script, fmt.Sprintf("have %s : %s = %d → %s = %d ^ %d := by\n  intro h\n  simp [h]",
						v.fresh("hz"), p.exponent, e, p.text(), p.base, e))
				}
			}
		}
	}
	// Larger powers of the same exponent, so that a difference is not cut off at zero.
	for i, p := range powers {
		for _, q := range powers[i+1:] {
			if p.base > q.base {
				p, q = q, p
			}
			if p.base > 1 && p.exponent.String() == q.exponent.String() {
				script = append(script, fmt.Sprintf("have %s : %s ≤ %s := Nat.pow_le_pow_left (by decide) _", v.fresh("hle"), p.text(), q.text()))
			}
		}
	}
	script = append(script, v.residueTables(v.arithmeticVariables(), m)...)
	var steps []string
	for _, text := range order {
		if g := groups[text]; g.period > 1 {
			h := v.fresh("hr")
			steps = append(steps, caseSplit(text, g.period, h))
			if len(g.facts) > 0 {
				steps = append(steps, fmt.Sprintf("rw [%s] at %s", h, strings.Join(g.facts, " ")))
			}
		}
	}
	return strings.Join(append(script, strings.Join(append(steps, "omega"), " <;> ")), "\n"), true
}

// linearText is factor * x + offset as an operand; x is one.
func linearText(factor int64, x string, offset int64) string {
	if factor != 1 {
		x = fmt.Sprintf("%d * %s", factor, x)
	}
	if offset != 0 {
		x = fmt.Sprintf("%s + %d", x, offset)
	}
	if factor != 1 || offset != 0 {
		return "(" + x + ")"
	}
	return x
}

// coprimePart is the largest divisor of m that is coprime to b.
func coprimePart(m, b int64) int64 {
	for g := gcd(m, b); g > 1; g = gcd(m, b) {
		m /= g
	}
	return m
}

// multiplicativeOrder is the least e > 0 with b^e = 1 modulo m, if it is small.
func multiplicativeOrder(b, m int64) (int64, bool) {
	x := int64(1) % m
	for e := int64(1); e <= maxEvaluated; e++ {
		if x = x * (b % m) % m; x == 1%m {
			return e, true
		}
	}
	return 0, false
}

func lcm(a, b int64) int64 { return a / gcd(a, b) * b }

// evaluablePower bounds the exponents that the kernel is asked to evaluate: it
// panics far above this.
const evaluablePower = 1 << 16

// closedExponents proposes, for a variable that equals a closed expression, to
// replace the equation by the remainders that matter: those modulo m and modulo
// the periods of powers.
func (v *view) closedExponents(powers []power, moduli []int64, emit emitter) {
	for _, h := range v.facts {
		x := h.term
		if !x.Is("=") || x.Left().Kind != term.Name || v.byName[x.Left().Text].sort != natSort || !v.closed(x.Right()) || !evaluableClosed(x.Right()) {
			continue
		}
		modulus := int64(1)
		for _, m := range moduli {
			modulus = lcm(modulus, m)
			for _, p := range powers {
				if order, ok := multiplicativeOrder(max(p.base, 1), coprimePart(m, max(p.base, 1))); ok && p.exponent.Mentions(x.Left().Text) {
					modulus = lcm(modulus, order)
				}
			}
		}
		value, ok := evaluateModulo(x.Right(), nil, modulus, false)
		if !ok || modulus > 1<<30 {
			continue
		}
		emit(0.55, "closed_remainder", fmt.Sprintf("have %s : %s %% %d = %d ∧ 6 < %s := by rw [%s]; decide +kernel\nclear %s",
			v.fresh("hk"), x.Left().Text, modulus, value, x.Left().Text, h.name, h.name))
	}
}

// evaluableClosed reports whether all exponents are small enough to evaluate.
func evaluableClosed(t *term.Term) bool {
	ok := true
	t.Walk(func(t *term.Term) bool {
		if t.Is("^") {
			n, numeral := t.Right().IsNumeral()
			ok = ok && numeral && n <= evaluablePower
		}
		return ok
	})
	return ok
}

// towering reports whether a variable in an exponent equals a closed power. To
// put the one in place of the other gives a number that nothing can evaluate,
// and Lean's kernel ends the process when it is asked to.
func (v *view) towering() bool {
	powers := v.symbolicPowers()
	for _, h := range v.facts {
		if !h.term.Is("=") || h.term.Left().Kind != term.Name || !v.closed(h.term.Right()) {
			continue
		}
		closedPower := false
		h.term.Right().Walk(func(t *term.Term) bool {
			closedPower = closedPower || t.Is("^")
			return !closedPower
		})
		if closedPower && slices.ContainsFunc(powers, func(p power) bool { return p.exponent.Mentions(h.term.Left().Text) }) {
			return true
		}
	}
	return false
}

// substitutes reports whether the tactic may replace variables by what they equal.
func substitutes(tactic string) bool {
	for _, word := range []string{"simp_all", "subst", "grind", "induction", "at *", "try?", "exact?"} {
		if strings.Contains(tactic, word) {
			return true
		}
	}
	return false
}
