package builtin

import (
	"fmt"
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
				op = map[string]string{"<": ">", "≤": "≥", ">": "<", "≥": "≤", "=": "="}[op]
			}
			n, ok := r.IsNumeral()
			if !ok || l.Kind != term.Name {
				continue
			}
			switch op {
			case "=":
				lower(l.Text, n)
				upper(l.Text, n+1)
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

// finite proposes to enumerate variables that have literal bounds, or that divide
// a number.
func finite(v *view, emit emitter) {
	variables := v.arithmeticVariables()
	if len(variables) == 0 || len(variables) > 6 {
		return
	}
	bounds := v.intervals()
	v.productFacts(variables, emit)
	decided := false
	v.enumerateByKernel(bounds, func(weight float64, source, tactic string) {
		decided = decided || weight > 0.7
		emit(weight, source, tactic)
	})
	if !decided {
		v.solve("", "solve", emit)
	}
	for _, x := range variables {
		if i := bounds[x.name]; i.hasLow && i.hasHigh {
			v.enumerate(x, i, emit)
		}
		v.divisor(x, emit)
	}
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
				add(less("0", t), "Int.mul_pos (by omega) (by omega)")
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
		emit(0.2, "product_facts", strings.Join(facts, "\n"))
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
		emit(0.25, "divisor_range", fmt.Sprintf("have %s : %s ∣ %d := %s\nhave %s : %s ≤ %d := Int.le_of_dvd (by decide) %s\nhave %s : -%d ≤ %s := by\n  have := Int.le_of_dvd (by decide) (Int.neg_dvd.mpr %s)\n  omega",
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
	emit(0.3, "divisors", fmt.Sprintf("have %s : %s ∣ %d := %s\nhave %s : %s < %d := Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) %s)\nhave %s : ∀ d : Nat, d < %d → d ∣ %d → (%s) := by decide +kernel\nrcases %s %s %s %s with %s <;> first | omega | (simp at *; omega) | (simp_all; done) | grind",
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
