package builtin

import (
	"fmt"
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
	add := func(t *term.Term) {
		if n, ok := t.IsNumeral(); ok && n >= 2 && n <= limit {
			set[n] = true
		}
	}
	v.subterms(func(t *term.Term) bool {
		if t.Is("%") || t.Is("/") {
			add(t.Right())
		}
		if t.Is("∣") {
			add(t.Left())
			if t.Left().Is("^") {
				add(t.Left().Left())
			}
		}
		return true
	})
	return sortedKeys(set)
}

// modular proposes to split by the remainder of a variable.
func modular(v *view, emit emitter) {
	moduli := v.moduli(64)
	extra := map[int64]bool{}
	for _, m := range moduli {
		extra[m] = true
	}
	if len(moduli) == 0 {
		// Squares and parity arguments work modulo small numbers even where none is named.
		for _, m := range []int64{2, 3, 4} {
			if v.hasPower() {
				extra[m] = false
			}
		}
	}
	variables := v.arithmeticVariables()
	for _, m := range sortedKeys(extra) {
		named := extra[m]
		for _, x := range variables {
			weight := 0.3
			if !named {
				weight = 0.06
			}
			if m > 16 {
				weight *= 0.5
			}
			if !v.polynomialIn(x.name) {
				weight *= 0.4 // an exponent does not care about its remainder modulo m
			}
			v.remainderSplit([]variable{x}, m, weight, emit)
		}
		if named && len(variables) == 2 && m <= 9 {
			v.remainderSplit(variables, m, 0.25, emit)
		}
	}
	if len(variables) > 0 && len(moduli) > 0 {
		v.remainderRewrite(emit)
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
			if t.Left().Mentions(name) {
				found = true
			}
			return false
		}
		if t.Kind == term.Name && t.Text == name {
			found = true
		}
		return !found
	})
	return found
}

func (v *view) remainderSplit(variables []variable, m int64, weight float64, emit emitter) {
	var (
		steps []string
		names []string
	)
	remainders := natRemainders
	for _, x := range variables {
		h := v.fresh("hr")
		names = append(names, h)
		var cases, patterns []string
		for r := range m {
			cases = append(cases, fmt.Sprintf("%s %% %d = %d", x.name, m, r))
			patterns = append(patterns, h)
		}
		steps = append(steps, fmt.Sprintf("rcases (by omega : %s) with %s", strings.Join(cases, " ∨ "), strings.Join(patterns, " | ")))
		if x.sort == intSort {
			remainders = intRemainders
		}
	}
	split := strings.Join(steps, " <;> ")
	// The remainders of facts: a square is determined modulo m by its root.
	list := strings.Join(names, ", ")
	var facts []string
	for _, h := range v.facts {
		if v.isArithmetic(h.term) && h.term.Kind == term.Binary {
			facts = append(facts, h.name)
		}
	}
	emit(weight, "mod_split_simp", fmt.Sprintf("%s <;> simp [%s, %s]", split, remainders, list))
	emit(weight*0.8, "mod_split_omega", split+" <;> first | omega | (simp_all; done) | (simp_all; omega)")
	if len(facts) > 0 {
		emit(weight*0.8, "mod_split_simp_all", fmt.Sprintf("%s <;> simp_all [%s]", split, remainders))
		emit(weight*0.8, "mod_split_simp_all_omega", fmt.Sprintf("%s <;> simp [%s, %s] at * <;> omega", split, remainders, list))
	}
	if len(variables) == 1 {
		x := variables[0]
		// x = m * q + r, so that polynomial identities can be used.
		q := v.fresh("q")
		h := names[0]
		var each []string
		for r := range m {
			each = append(each, fmt.Sprintf("(∃ %s, %s = %d * %s + %d)", q, x.name, m, q, r))
		}
		var proofs []string
		for r := range m {
			proof := fmt.Sprintf("⟨%s / %d, by omega⟩", x.name, m)
			inner := "Or.inl " + proof
			if r == m-1 {
				inner = proof
			}
			proofs = append(proofs, strings.Repeat("Or.inr (", int(r))+inner+strings.Repeat(")", int(r)))
		}
		_ = proofs
		var tries []string
		for r := range m {
			tries = append(tries, fmt.Sprintf("· obtain ⟨%s, rfl⟩ : ∃ %s, %s = %d * %s + %d := ⟨%s / %d, by omega⟩\n  first | grind | (simp [%s]; done) | omega", q, q, x.name, m, q, r, x.name, m, remainders))
		}
		emit(weight*0.5, "mod_split_grind", fmt.Sprintf("%s\n%s", split, strings.Join(tries, "\n")))
		if m <= 4 {
			emit(weight*0.25, "mod_split", split)
		}
		_ = h
	}
}

// remainderRewrite evaluates a remainder from the known remainders of variables.
func (v *view) remainderRewrite(emit emitter) {
	var known []string
	ints := false
	for _, h := range v.facts {
		for _, c := range conjuncts(h.term) {
			if (c.Is("=") || c.Is("≡")) && c.Left().Is("%") || c.Is("∣") {
				if len(known) == 0 || known[len(known)-1] != h.name {
					known = append(known, h.name)
				}
			}
		}
	}
	for _, x := range v.arithmeticVariables() {
		ints = ints || x.sort == intSort
	}
	set := natRemainders
	if ints {
		set = intRemainders
	}
	with := set
	if len(known) > 0 {
		with += ", " + strings.Join(known, ", ")
	}
	emit(0.35, "remainder_simp", fmt.Sprintf("simp [%s]", with))
	emit(0.2, "remainder_simp_omega", fmt.Sprintf("simp [%s] at *\nomega", set))
	emit(0.15, "remainder_simp_all", fmt.Sprintf("simp_all [%s]", set))
	// Powers of something with a known remainder.
	v.target.Walk(func(t *term.Term) bool {
		if t.Is("%") {
			if n, ok := t.Right().IsNumeral(); ok && !ints {
				emit(0.12, "pow_mod", fmt.Sprintf("rw [Nat.pow_mod]\nfirst | omega | (simp_all; done) | skip -- modulo %d", n))
			}
			return false
		}
		return true
	})
}

// power is b ^ e with a numeral base and an exponent that is not one.
type power struct {
	base     int64
	exponent *term.Term
	text     string
	sort     sortKind
}

func (v *view) symbolicPowers() []power {
	var list []power
	seen := map[string]bool{}
	v.subterms(func(t *term.Term) bool {
		if t.Kind == term.Quantifier {
			return false
		}
		if t.Is("^") {
			if b, ok := t.Left().IsNumeral(); ok && b >= 2 && t.Right().Kind != term.Numeral && !seen[t.String()] {
				seen[t.String()] = true
				list = append(list, power{base: b, exponent: t.Right(), text: t.String()})
			}
		}
		return true
	})
	return list
}

// powerFacts are true statements about powers and products that linear
// arithmetic needs and cannot find.
func (v *view) powerFacts() []string {
	var facts []string
	for _, p := range v.symbolicPowers() {
		e := p.exponent.String()
		facts = append(facts, fmt.Sprintf("have %s : 0 < %d ^ (%s) := Nat.pow_pos (by decide)", v.fresh("hp"), p.base, e))
		facts = append(facts, fmt.Sprintf("have %s : %s < %d ^ (%s) := Nat.lt_pow_self (by decide)", v.fresh("hp"), e, p.base, e))
		if len(facts) >= 6 {
			break
		}
	}
	return facts
}

// cycles proposes to reduce b ^ n modulo m by the period of the powers of b.
func cycles(v *view, emit emitter) {
	for _, p := range v.symbolicPowers() {
		for _, m := range v.moduli(2000) {
			start, period := cycle(p.base, m)
			if period == 0 || period > 24 || start > 6 {
				continue
			}
			v.cycle(p, m, start, period, emit)
		}
	}
}

// cycle gives the least start and period with b^(start+period) = b^start modulo m.
func cycle(b, m int64) (start, period int64) {
	seen := map[int64]int64{}
	x := int64(1) % m
	for i := int64(0); i < 200; i++ {
		if at, ok := seen[x]; ok {
			return at, i - at
		}
		seen[x] = i
		x = x * (b % m) % m
	}
	return 0, 0
}

func (v *view) cycle(p power, m, start, period int64, emit emitter) {
	t, ih := v.fresh("t"), v.fresh("ih")
	key, hr, he := v.fresh("hcycle"), v.fresh("hr"), v.fresh("he")
	e := p.exponent.String()
	// ∀ t, b ^ (period * t + start) % m = b ^ start % m, by induction on t.
	value := int64(1) % m
	for range start {
		value = value * (p.base % m) % m
	}
	lemma := fmt.Sprintf("have %s : ∀ %s : Nat, %d ^ (%d * %s + %d) %% %d = %d := by\n  intro %s\n  induction %s with\n  | zero => decide\n  | succ %s %s => rw [show %d * (%s + 1) + %d = (%d * %s + %d) + %d by omega, Nat.pow_add, Nat.mul_mod, %s]",
		key, t, p.base, period, t, start, m, value, t, t, t, ih, period, t, start, period, t, start, period, ih)
	// Exponents below the start of the cycle are cases of their own.
	var split []string
	for s := range start {
		split = append(split, fmt.Sprintf("%s = %d", e, s))
	}
	for r := range period {
		split = append(split, fmt.Sprintf("(%d ≤ %s ∧ (%s - %d) %% %d = %d)", start, e, e, start, period, r))
	}
	closers := "first | omega | (simp_all; done) | (simp_all; omega) | grind"
	var blocks []string
	for s := range start {
		blocks = append(blocks, fmt.Sprintf("· rw [%s] at *\n  %s", he, closers))
		_ = s
	}
	for r := range period {
		blocks = append(blocks, fmt.Sprintf("· have %s : %s = (%d * ((%s - %d) / %d) + %d) + %d := by omega\n  have %s := %s ((%s - %d) / %d)\n  have hq : %d ^ (%s) %% %d = %d := by\n    conv => lhs; rw [%s]\n    rw [Nat.pow_add, Nat.mul_mod, %s]\n  %s",
			hr, e, period, e, start, period, start, r, "hc", key, e, start, period,
			p.base, e, m, value*powMod(p.base, r, m)%m, hr, "hc", closers))
	}
	script := lemma + "\n"
	if len(split) > 1 {
		script += fmt.Sprintf("rcases (by omega : %s) with %s\n%s", strings.Join(split, " ∨ "), strings.Join(repeat(he, len(split)), " | "), strings.Join(blocks, "\n"))
	} else {
		script += fmt.Sprintf("have %s : %s := by omega\n%s", he, split[0], strings.Join(blocks, "\n"))
	}
	emit(0.3, "power_cycle", script)
	// A huge closed exponent: prove its remainder first, with large numerals allowed.
	for _, h := range v.facts {
		if h.term.Is("=") && h.term.Left().Kind == term.Name && h.term.Left().Text == e && v.closed(h.term.Right()) {
			r := v.fresh("hres")
			var cases []string
			for c := range period {
				rest := value * powMod(p.base, c, m) % m
				cases = append(cases, fmt.Sprintf("(have %s : ∃ %s, %s = (%d * %s + %d) + %d := ⟨(%s - %d) / %d, by set_option exponentiation.threshold 100000 in omega⟩\n   obtain ⟨%s, %s⟩ := %s\n   have %s : %d ^ %s %% %d = %d := by\n     have hc := %s %s\n     conv => lhs; rw [%s]\n     rw [Nat.pow_add, Nat.mul_mod, hc])",
					r, t, e, period, t, start, c, e, start+c, period, t, he, r, hr, p.base, e, m, rest, key, t, he))
			}
			base := v.fresh("hbase")
			evaluate := fmt.Sprintf("have %s : %s %% %d = (%s) %% %d := by rw [%s]\nrw [show (%s) %% %d = _ from by set_option exponentiation.threshold 100000 in rfl] at %s",
				base, e, m, h.term.Right(), m, h.name, h.term.Right(), m, base)
			_ = evaluate
			emit(0.3, "power_cycle_closed", lemma+"\nfirst\n | "+strings.Join(cases, "\n | ")+
				fmt.Sprintf("\nhave %s : ∃ r, r = %s %% %d ∧ r = (%s) %% %d := ⟨_, rfl, by rw [%s]⟩\nobtain ⟨r, hx, hy⟩ := %s\nhave hz : (%s) %% %d = %s := by set_option exponentiation.threshold 100000 in decide +kernel\nfirst | omega | (simp [Nat.add_mod, Nat.mul_mod, Nat.pow_succ, Nat.pow_mod, ← hx, hy, hz, %s]; done)",
					base, e, m, h.term.Right(), m, h.name, base, h.term.Right(), m, v.closedMod(h.term.Right(), m), hr))
		}
	}
}

// closedMod evaluates a closed term of sums, products and powers modulo m; "_" if it cannot.
func (v *view) closedMod(t *term.Term, m int64) string {
	if n, ok := evalMod(t, m); ok {
		return fmt.Sprint(n)
	}
	return "0"
}

func evalMod(t *term.Term, m int64) (int64, bool) {
	switch t.Kind {
	case term.Numeral:
		n, ok := t.IsNumeral()
		return n % m, ok
	case term.Binary:
		if t.Text == "^" {
			b, ok := evalMod(t.Left(), m)
			e, ok2 := t.Right().IsNumeral()
			return powMod(b, e, m), ok && ok2
		}
		a, ok := evalMod(t.Left(), m)
		b, ok2 := evalMod(t.Right(), m)
		if !ok || !ok2 {
			return 0, false
		}
		switch t.Text {
		case "+":
			return (a + b) % m, true
		case "*":
			return a * b % m, true
		}
	}
	return 0, false
}

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

func repeat(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}
