package builtin

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// interval is what the facts say about a variable by literal bounds: low ≤ x < high.
type interval struct {
	low, high       int64
	hasLow, hasHigh bool
}

func (i interval) size() int64 { return i.high - i.low }

// intervals reads the literal bounds of the variables from the facts.
func (v *view) intervals() map[string]interval {
	out := map[string]interval{}
	for _, x := range v.variables {
		if x.sort == natSort {
			out[x.name] = interval{hasLow: true}
		}
	}
	lower := func(name string, n int64) {
		i := out[name]
		if !i.hasLow || n > i.low {
			i.low, i.hasLow = n, true
		}
		out[name] = i
	}
	upper := func(name string, n int64) {
		i := out[name]
		if !i.hasHigh || n < i.high {
			i.high, i.hasHigh = n, true
		}
		out[name] = i
	}
	for _, h := range v.facts {
		for _, c := range conjuncts(h.term) {
			if c.Kind != term.Binary {
				continue
			}
			l, r, op := c.Left(), c.Right(), c.Text
			if _, ok := l.IsNumeral(); ok {
				l, r = r, l
				op = map[string]string{"<": ">", "≤": "≥", ">": "<", "≥": "≤"}[op]
			}
			n, ok := r.IsNumeral()
			if !ok || l.Kind != term.Name {
				continue
			}
			switch op {
			case "<":
				upper(l.Text, n)
			case "≤":
				upper(l.Text, n+1)
			case ">":
				lower(l.Text, n+1)
			case "≥":
				lower(l.Text, n)
			}
		}
	}
	return out
}

// finite proposes to enumerate variables that have bounds, or that can be given
// bounds: by linear arithmetic over the hypotheses and over facts about products
// and powers, or because they divide a number.
func finite(v *view, emit emitter) {
	variables := v.arithmeticVariables()
	if len(variables) == 0 || len(variables) > 6 {
		return
	}
	bounds := v.intervals()
	v.findBounds(variables, bounds, emit)
	v.productFacts(variables, emit)
	v.enumerateByKernel(variables, bounds, emit)
	for _, x := range variables {
		if i := bounds[x.name]; i.hasLow && i.hasHigh {
			v.enumerate(x, i, emit)
		}
		v.divisor(x, emit)
	}
}

// boundCandidates are values below which a variable may be provable to lie,
// ascending: the numerals of the goal, their roots, and a few round numbers.
func (v *view) boundCandidates(limit int64) []int64 {
	set := map[int64]bool{}
	for _, n := range v.numerals(5000) {
		if n > 0 {
			set[n] = true
			set[n+1] = true
		}
		for k := 2; k <= 3 && n > 3; k++ {
			set[root(n, k)+1] = true
		}
	}
	for _, n := range []int64{3, 6, 10, 20, 50, 120, 400, 1500} {
		set[n] = true
	}
	var list []int64
	for _, n := range sortedKeys(set) {
		if n <= limit {
			list = append(list, n)
		}
	}
	const most = 14 // each that fails costs a call of omega
	if len(list) <= most {
		return list
	}
	thinned := make([]int64, most)
	for i := range thinned {
		thinned[i] = list[i*(len(list)-1)/(most-1)]
	}
	return thinned
}

func root(n int64, k int) int64 {
	for r := int64(1); ; r++ {
		p := int64(1)
		for range k {
			p *= r + 1
		}
		if p > n {
			return r
		}
	}
}

// findBounds proposes to prove the least literal bounds that linear arithmetic
// can find, for all variables that have none.
func (v *view) findBounds(variables []variable, known map[string]interval, emit emitter) {
	var all []string
	candidates := v.boundCandidates(2000)
	for _, x := range variables {
		i := known[x.name]
		if !i.hasHigh {
			all = append(all, v.leastBound(x.name, candidates, "have %s : %s < %d := by omega"))
		}
		if !i.hasLow {
			lows := []int64{1, 0, -3, -10, -30, -100, -400, -1500}
			all = append(all, v.leastBound(x.name, lows, "have %s : %[3]d ≤ %[2]s := by omega"))
		}
	}
	if len(all) > 0 {
		emit(0.45, "bounds", strings.Join(all, "\n"))
	}
	// An exponent is bounded because its power is.
	for _, p := range v.symbolicPowers() {
		if p.exponent.Kind != term.Name || known[p.exponent.Text].hasHigh {
			continue
		}
		var alternatives []string
		h := v.fresh("hb")
		tried := map[int64]bool{}
		for _, n := range v.numerals(1 << 40) {
			limit, power := int64(0), int64(1)
			for power <= n {
				power *= p.base
				limit++
			}
			if n > 1 && !tried[limit] {
				tried[limit] = true
				alternatives = append(alternatives, fmt.Sprintf("have %s : %s < %d := by\n      apply Nat.lt_of_not_le\n      intro hc\n      have hd := Nat.pow_le_pow_right (show 0 < %d by decide) hc\n      omega", h, p.exponent, limit, p.base))
			}
		}
		if len(alternatives) > 0 {
			emit(0.4, "bound_exponent", "first\n  | "+strings.Join(alternatives, "\n  | "))
		}
	}
}

// leastBound tries bounds one after another; format gets the hypothesis, the
// variable and the bound. That none holds is no failure.
func (v *view) leastBound(name string, bounds []int64, format string) string {
	h := v.fresh("hb")
	var alternatives []string
	for _, b := range bounds {
		alternatives = append(alternatives, fmt.Sprintf(format, h, name, b))
	}
	return "first\n  | " + strings.Join(alternatives, "\n  | ") + "\n  | skip"
}

// productFacts proposes to add what linear arithmetic cannot see: how products
// and powers compare with their parts.
func (v *view) productFacts(variables []variable, emit emitter) {
	known := map[string]bool{}
	for _, h := range v.facts {
		known[h.text] = true
	}
	var facts []string
	add := func(statement, proof string) {
		if known[statement] || len(facts) >= 10 {
			return
		}
		known[statement] = true
		facts = append(facts, fmt.Sprintf("try have %s : %s := %s", v.fresh("hp"), statement, proof))
	}
	isInt := func(t *term.Term) bool {
		for _, x := range variables {
			if x.sort == intSort && t.Mentions(x.name) {
				return true
			}
		}
		return false
	}
	// A product that is a positive number has positive factors.
	for _, h := range v.facts {
		if !h.term.Is("=") {
			continue
		}
		product, value := h.term.Left(), h.term.Right()
		if n, ok := value.IsNumeral(); !ok || n <= 0 || isInt(product) {
			continue
		}
		if list := factors(product); len(list) > 1 {
			for _, f := range list {
				if _, numeral := f.IsNumeral(); !numeral {
					add(less("0", f), fmt.Sprintf("Nat.pos_of_ne_zero (by intro hz; rw [hz] at %s; simp at %s)", h.name, h.name))
				}
			}
		}
	}
	v.subterms(func(t *term.Term) bool {
		switch {
		case t.Kind == term.Quantifier:
			return false
		case t.Is("*"):
			a, b := t.Left(), t.Right()
			_, aNumeral := a.IsNumeral()
			_, bNumeral := b.IsNumeral()
			switch {
			case aNumeral || bNumeral || v.closed(a) || v.closed(b):
			case isInt(t):
				add(less("0", t), fmt.Sprintf("Int.mul_pos (by omega) (by omega)"))
			default:
				positive := "(by first | omega | exact Nat.pow_pos (by omega))"
				add(atMost(a, t), fmt.Sprintf("Nat.le_mul_of_pos_right %s %s", group(a), positive))
				add(atMost(b, t), fmt.Sprintf("Nat.le_mul_of_pos_left %s %s", group(b), positive))
			}
		case t.Is("^"):
			if n, ok := t.Right().IsNumeral(); ok && n >= 2 && !v.closed(t.Left()) && !isInt(t) {
				add(atMost(t.Left(), t), "Nat.le_self_pow (by decide) _")
			}
			if b, ok := t.Left().IsNumeral(); ok && b >= 2 && !v.closed(t.Right()) {
				add(fmt.Sprintf("%s < %s", t.Right(), t), "Nat.lt_pow_self (by decide)")
				add(less("0", t), "Nat.pow_pos (by decide)")
			}
		}
		return true
	})
	if len(facts) > 0 {
		emit(0.4, "product_facts", strings.Join(facts, "\n"))
	}
}

func less(a string, b *term.Term) string { return a + " < " + b.String() }

func atMost(a, b *term.Term) string { return a.String() + " ≤ " + b.String() }

func group(t *term.Term) string {
	if t.Kind == term.Name || t.Kind == term.Numeral {
		return t.String()
	}
	return "(" + t.String() + ")"
}

// kernelCases bounds how many cases the kernel is asked to decide at once; it
// takes about a millisecond for each.
const kernelCases = 8000

// enumerateByKernel lets the kernel try all values of variables that have
// literal bounds.
func (v *view) enumerateByKernel(variables []variable, bounds map[string]interval, emit emitter) {
	if !v.isArithmetic(v.target) || v.hugePower() {
		return
	}
	relevant := variables
	cases := int64(1)
	for _, x := range relevant {
		i := bounds[x.name]
		if !i.hasLow || !i.hasHigh || i.size() > kernelCases {
			return
		}
		cases *= max(i.size(), 1)
		if cases > kernelCases {
			return
		}
	}
	// Smaller ranges outermost: the inner loop is cheap to leave.
	order := slices.Clone(relevant)
	sort.SliceStable(order, func(a, b int) bool { return bounds[order[a].name].size() < bounds[order[b].name].size() })
	var script, reverts []string
	names := v.relevantFacts(relevant)
	for _, x := range order {
		i := bounds[x.name]
		if x.sort == natSort {
			h := v.fresh("hb")
			script = append(script, fmt.Sprintf("have %s : %s < %d := by omega", h, x.name, i.high))
			reverts = append([]string{"revert " + h + "\nrevert " + x.name}, reverts...)
			continue
		}
		k, h := v.fresh("k"), v.fresh("hb")
		script = append(script, v.asNatural(x, i, k, h))
		reverts = append([]string{"revert " + h + "\nrevert " + k}, reverts...)
	}
	if len(names) > 0 {
		script = append(script, "revert "+strings.Join(names, " "))
	}
	script = append(append(script, reverts...), "set_option synthInstance.maxSize 2000 in\nset_option synthInstance.maxHeartbeats 200000 in\ndecide +kernel")
	emit(0.75, "enumerate_kernel", strings.Join(script, "\n"))
}

// asNatural replaces an integer with literal bounds by a natural number k.
func (v *view) asNatural(x variable, i interval, k, h string) string {
	value, offset := fmt.Sprintf("(%s : Int)", k), x.name
	switch {
	case i.low > 0:
		value, offset = fmt.Sprintf("(%s : Int) + %d", k, i.low), fmt.Sprintf("(%s - %d)", x.name, i.low)
	case i.low < 0:
		value, offset = fmt.Sprintf("(%s : Int) - %d", k, -i.low), fmt.Sprintf("(%s + %d)", x.name, -i.low)
	}
	return fmt.Sprintf("obtain ⟨%s, %s, rfl⟩ : ∃ %s : Nat, %s < %d ∧ %s = %s := ⟨%s.toNat, by omega, by omega⟩", k, h, k, k, i.size(), x.name, value, offset)
}

// relevantFacts are the arithmetic hypotheses that mention one of the variables.
func (v *view) relevantFacts(variables []variable) []string {
	var names []string
	for _, h := range v.facts {
		if !v.isArithmetic(h.term) || isUpperBound(h.term) {
			continue
		}
		for _, x := range variables {
			if h.term.Mentions(x.name) {
				names = append(names, h.name)
				break
			}
		}
	}
	return names
}

// isUpperBound reports whether the proposition only bounds a variable from above by a numeral.
func isUpperBound(t *term.Term) bool {
	if t.Kind != term.Binary {
		return false
	}
	l, r := t.Left(), t.Right()
	if t.Text == ">" || t.Text == "≥" {
		l, r = r, l
	} else if t.Text != "<" && t.Text != "≤" {
		return false
	}
	_, ok := r.IsNumeral()
	return ok && l.Kind == term.Name
}

// enumerate splits one variable into its values; what is left of each case can
// be linear.
func (v *view) enumerate(x variable, i interval, emit emitter) {
	if i.size() <= 0 || i.size() > 130 {
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
		weight = 0.3
	}
	emit(weight, "enumerate_omega", split+" <;> omega")
	emit(weight*0.7, "enumerate_close", split+" <;> first | omega | (simp at *; done) | (simp at *; omega) | (simp_all; done) | grind")
	if i.size() <= 12 {
		emit(weight*0.4, "enumerate", split+" <;> try omega")
	}
}

// divisor enumerates a variable that divides a numeral: an equation with a
// product on one side and a numeral on the other says so.
func (v *view) divisor(x variable, emit emitter) {
	for _, h := range v.facts {
		c := h.term
		if !c.Is("=") && !c.Is("∣") {
			continue
		}
		n, ok := c.Right().IsNumeral()
		if !ok || n <= 0 || n > 100_000 {
			continue
		}
		if c.Is("∣") {
			if c.Left().Kind == term.Name && c.Left().Text == x.name {
				v.divisorSplit(x, n, h.name, emit)
			}
			continue
		}
		factors := factors(c.Left())
		if len(factors) < 2 {
			continue
		}
		for i, f := range factors {
			if f.Kind != term.Name || f.Text != x.name {
				continue
			}
			var rest []string
			for j, g := range factors {
				if j != i {
					rest = append(rest, group(g))
				}
			}
			v.divisorSplit(x, n, fmt.Sprintf("⟨%s, by first | omega | grind⟩", strings.Join(rest, " * ")), emit)
			break
		}
	}
}

func factors(t *term.Term) []*term.Term {
	if t.Is("*") {
		return append(factors(t.Left()), factors(t.Right())...)
	}
	return []*term.Term{t}
}

// divisorSplit proposes to split x into the divisors of n, given a proof that x divides n.
func (v *view) divisorSplit(x variable, n int64, proof string, emit emitter) {
	var divisors []int64
	for d := int64(1); d <= n; d++ {
		if n%d == 0 {
			divisors = append(divisors, d)
		}
	}
	hd, hle := v.fresh("hd"), v.fresh("hb")
	if x.sort == intSort {
		// Only the range: enumeration of the integers in it follows.
		hneg := v.fresh("hb")
		emit(0.4, "divisor_range", fmt.Sprintf("have %s : %s ∣ %d := %s\nhave %s : %s ≤ %d := Int.le_of_dvd (by decide) %s\nhave %s : -%d ≤ %s := by\n  have := Int.le_of_dvd (by decide) (Int.neg_dvd.mpr %s)\n  omega",
			hd, x.name, n, proof, hle, x.name, n, hd, hneg, n, x.name, hd))
		return
	}
	if len(divisors) > 40 || n > 3000 {
		return
	}
	var cases []string
	for _, d := range divisors {
		cases = append(cases, fmt.Sprintf("d = %d", d))
	}
	hc := v.fresh("hc")
	emit(0.4, "divisors", fmt.Sprintf("have %s : %s ∣ %d := %s\nhave %s : %s < %d := Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) %s)\nhave %s : ∀ d : Nat, d < %d → d ∣ %d → (%s) := by decide +kernel\nrcases %s %s %s %s with %s <;> first | omega | (simp at *; omega) | (simp_all; done) | grind",
		hd, x.name, n, proof, hle, x.name, n+1, hd, hc, n+1, n, strings.Join(cases, " ∨ "), hc, x.name, hle, hd, strings.Join(repeat("rfl", len(divisors)), " | ")))
}

func sortedKeys[V any](set map[int64]V) []int64 {
	list := make([]int64, 0, len(set))
	for n := range set {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
