package builtin

import (
	"fmt"
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// finite proposes to enumerate variables that have bounds, or that can be given
// bounds: by linear arithmetic over the hypotheses and over facts about products
// and powers, or because they divide a number.
func finite(v *view, emit emitter) {
	variables := v.arithmeticVariables()
	if len(variables) == 0 || len(variables) > 4 {
		return
	}
	hasInt := false
	for _, x := range variables {
		hasInt = hasInt || x.sort == intSort
	}
	bounds := v.boundCandidates()
	if hasInt {
		v.intToNat(variables, bounds, emit)
	}
	if !hasInt {
		v.enumerateByKernel(variables, bounds, emit)
	}
	for _, x := range variables {
		v.enumerate(x, bounds, emit)
	}
	v.productFacts(emit)
}

// boundCandidates are values below which a variable may be provable to lie,
// ascending: the numerals of the goal and a few round numbers.
func (v *view) boundCandidates() []int64 {
	set := map[int64]bool{}
	for _, n := range v.numerals(5000) {
		if n > 0 {
			set[n] = true
			set[n+1] = true
		}
		if r := root(n, 2); n > 3 {
			set[r+1] = true
		}
		if r := root(n, 3); n > 7 {
			set[r+1] = true
		}
	}
	for _, n := range []int64{2, 4, 8, 12, 20, 40, 100, 300, 1000} {
		set[n] = true
	}
	return sortedKeys(set)
}

func root(n int64, k int) int64 {
	r := int64(1)
	for {
		p := int64(1)
		for range k {
			p *= r + 1
			if p > n {
				return r
			}
		}
		r++
	}
}

// boundScript proves some bound of x, the least that works, as hypothesis h.
// Facts that linear arithmetic cannot find by itself are tried after it alone failed.
func (v *view) boundScript(x variable, h string, bounds []int64, limit int64) string {
	var list []int64
	for _, b := range bounds {
		if b <= limit {
			list = append(list, b)
		}
	}
	facts := v.boundingFacts(x)
	// Every alternative that fails costs a call of omega, so at most a dozen.
	if len(list) > 12 {
		var thinned []int64
		for i := range 12 {
			thinned = append(thinned, list[i*len(list)/12])
		}
		thinned[11] = list[len(list)-1]
		list = thinned
	}
	var alternatives []string
	for _, b := range list {
		alternatives = append(alternatives, fmt.Sprintf("have %s : %s < %d := by omega", h, x.name, b))
	}
	if len(facts) > 0 {
		for _, b := range list {
			alternatives = append(alternatives, fmt.Sprintf("have %s : %s < %d := by\n      %s\n      omega", h, x.name, b, strings.Join(facts, "\n      ")))
		}
	}
	return "first\n  | " + strings.Join(alternatives, "\n  | ")
}

// boundingFacts are statements about the products and powers in which x occurs
// that follow from positivity. Each is optional: it may fail.
func (v *view) boundingFacts(x variable) []string {
	var facts []string
	seen := map[string]bool{}
	add := func(format string, args ...any) {
		s := fmt.Sprintf(format, args...)
		if !seen[s] && len(facts) < 8 {
			seen[s] = true
			facts = append(facts, "try "+s)
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
			if aNumeral || bNumeral || !a.Mentions(x.name) && !b.Mentions(x.name) {
				return true
			}
			if x.sort == natSort {
				add("have := Nat.le_mul_of_pos_right (%s) (show 0 < %s by first | omega | (apply Nat.pos_of_ne_zero; intro hz; simp [hz] at *; done))", a, b)
				add("have := Nat.le_mul_of_pos_left (%s) (show 0 < %s by first | omega | (apply Nat.pos_of_ne_zero; intro hz; simp [hz] at *; done))", b, a)
			} else {
				add("have := Int.mul_pos (show 0 < %s by omega) (show 0 < %s by omega)", a, b)
				add("have := Int.mul_nonneg (show 0 ≤ %s - 1 by omega) (show 0 ≤ %s - 1 by omega)", a, b)
			}
		case t.Is("^"):
			if n, ok := t.Right().IsNumeral(); ok && n >= 2 && t.Left().Mentions(x.name) && x.sort == natSort {
				add("have := Nat.le_self_pow (show %d ≠ 0 by decide) (%s)", n, t.Left())
			}
			if b, ok := t.Left().IsNumeral(); ok && b >= 2 && t.Right().Mentions(x.name) {
				add("have : %s < %s := Nat.lt_pow_self (by decide)", t.Right(), t)
			}
		}
		return true
	})
	return facts
}

// relevantFacts are the arithmetic hypotheses that mention one of the variables.
func (v *view) relevantFacts(variables []variable) []string {
	var names []string
	for _, h := range v.facts {
		if !v.isArithmetic(h.term) {
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

// enumerateByKernel bounds every variable and lets the kernel try all values.
func (v *view) enumerateByKernel(variables []variable, bounds []int64, emit emitter) {
	if !v.isArithmetic(v.target) || v.hugePower() {
		return
	}
	limits := map[int]int64{1: 3000, 2: 130, 3: 25, 4: 10}
	limit := limits[len(variables)]
	script, reverts := []string{}, []string{}
	for _, x := range variables {
		h := v.fresh("hb")
		script = append(script, v.boundScript(x, h, bounds, limit))
		reverts = append([]string{"revert " + h + "\nrevert " + x.name}, reverts...)
	}
	if names := v.relevantFacts(variables); len(names) > 0 {
		script = append(script, "revert "+strings.Join(names, " "))
	}
	script = append(script, reverts...)
	script = append(script, "decide +kernel")
	emit(0.4, "enumerate_kernel", strings.Join(script, "\n"))
	if v.target.Is("=") || v.target.Is("≤") || v.target.Is("<") || v.target.Is("≥") || v.target.Is(">") || v.target.Is("∣") {
		// The negated target may be what bounds the variables.
		emit(0.25, "enumerate_kernel_contradiction", "apply Classical.byContradiction\nintro hneg\n"+strings.Replace(strings.Join(script, "\n"), "\nrevert ", "\nrevert hneg\nrevert ", 1))
	}
}

// intToNat replaces an integer variable by a natural number, so that it can be enumerated.
func (v *view) intToNat(variables []variable, bounds []int64, emit emitter) {
	var all []string
	for _, x := range variables {
		if x.sort != intSort {
			continue
		}
		k := v.fresh("k")
		var alternatives []string
		alternatives = append(alternatives, fmt.Sprintf("obtain ⟨%s, rfl⟩ : ∃ %s : Nat, %s = (%s : Int) := ⟨%s.toNat, by omega⟩", k, k, x.name, k, x.name))
		for _, b := range []int64{2, 10, 30, 100, 1000} {
			alternatives = append(alternatives, fmt.Sprintf("obtain ⟨%s, rfl⟩ : ∃ %s : Nat, %s = (%s : Int) - %d := ⟨(%s + %d).toNat, by omega⟩", k, k, x.name, k, b, x.name, b))
		}
		script := "first\n  | " + strings.Join(alternatives, "\n  | ")
		all = append(all, script)
		emit(0.1, "int_to_nat", script)
	}
	if len(all) > 1 {
		emit(0.2, "int_to_nat_all", strings.Join(all, "\n"))
	}
	// All at once: bounds, conversion, enumeration.
	if !v.isArithmetic(v.target) || v.hugePower() {
		return
	}
	limit := map[int]int64{1: 1500, 2: 60, 3: 14, 4: 7}[len(variables)]
	for _, contradiction := range []bool{false, true} {
		var script, reverts []string
		if contradiction {
			script = append(script, "apply Classical.byContradiction\nintro hneg")
		}
		facts := v.relevantFacts(variables)
		if contradiction {
			facts = append(facts, "hneg")
		}
		for _, x := range variables {
			k, h := v.fresh("k"), v.fresh("hb")
			if x.sort == natSort {
				script = append(script, v.boundScript(x, h, bounds, limit))
				reverts = append([]string{"revert " + h + "\nrevert " + x.name}, reverts...)
				continue
			}
			var alternatives []string
			extra := v.boundingFacts(x)
			for _, prelude := range []string{"", strings.Join(extra, "; ")} {
				if prelude == "" || len(extra) > 0 {
					for _, low := range []int64{0, 10, 40, 400} {
						for _, high := range []int64{10, 40, 100, 400, 1000} {
							if high+low > limit {
								continue
							}
							proof := "by omega"
							if prelude != "" {
								proof = "by (" + prelude + "; omega)"
							}
							alternatives = append(alternatives, fmt.Sprintf("obtain ⟨%s, %s, rfl⟩ : ∃ %s : Nat, %s < %d ∧ %s = (%s : Int) - %d := ⟨(%s + %d).toNat, %s, %s⟩", k, h, k, k, low+high, x.name, k, low, x.name, low, proof, proof))
						}
					}
				}
			}
			script = append(script, "first\n  | "+strings.Join(alternatives, "\n  | "))
			reverts = append([]string{"revert " + h + "\nrevert " + k}, reverts...)
		}
		if len(facts) > 0 {
			script = append(script, "revert "+strings.Join(facts, " "))
		}
		script = append(script, reverts...)
		script = append(script, "decide +kernel")
		weight := 0.35
		if contradiction {
			weight = 0.22
		}
		emit(weight, "enumerate_kernel_int", strings.Join(script, "\n"))
	}
}

// enumerate splits one variable into its values and closes each case by
// arithmetic, which can be linear once the value is known.
func (v *view) enumerate(x variable, bounds []int64, emit emitter) {
	if x.sort == natSort {
		for _, limit := range []int64{12, 48, 130} {
			h := v.fresh("hb")
			patterns := strings.Join(append(repeat("_", int(limit)), x.name), " | ")
			var list []int64
			for _, b := range bounds {
				if b <= limit {
					list = append(list, b)
				}
			}
			bound := fmt.Sprintf("have %s : %s < %d := by\n  first\n  | omega\n  | (%s; omega)", h, x.name, limit, strings.Join(append(v.boundingFacts(x), "skip"), "; "))
			weight := map[int64]float64{12: 0.3, 48: 0.2, 130: 0.12}[limit]
			emit(weight, "enumerate_omega", fmt.Sprintf("%s\nrcases %s with %s <;> first | omega | (simp at *; done) | (simp at *; omega) | (simp_all; omega) | grind", bound, x.name, patterns))
			if limit == 12 {
				emit(0.12, "enumerate", fmt.Sprintf("%s\nrcases %s with %s <;> try omega", bound, x.name, patterns))
			}
		}
	}
	v.divisor(x, emit)
}

// divisor enumerates a variable that divides a numeral: an equation with a
// product on one side and a numeral on the other says so.
func (v *view) divisor(x variable, emit emitter) {
	for _, h := range v.facts {
		for _, c := range conjuncts(h.term) {
			if !c.Is("=") || c != h.term {
				continue
			}
			n, ok := c.Right().IsNumeral()
			if !ok || n <= 0 || n > 100000 {
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
						rest = append(rest, "("+g.String()+")")
					}
				}
				v.divisorSplit(x, h.name, n, strings.Join(rest, " * "), emit)
				break
			}
		}
	}
}

func factors(t *term.Term) []*term.Term {
	if t.Is("*") {
		return append(factors(t.Left()), factors(t.Right())...)
	}
	return []*term.Term{t}
}

func (v *view) divisorSplit(x variable, h string, n int64, rest string, emit emitter) {
	var divisors []int64
	for d := int64(1); d <= n; d++ {
		if n%d == 0 {
			divisors = append(divisors, d)
		}
	}
	if len(divisors) > 40 {
		return
	}
	hd, hle := v.fresh("hd"), v.fresh("hle")
	closer := "first | omega | (simp at *; omega) | (simp_all; done) | grind"
	if x.sort == natSort {
		var cases, patterns []string
		for _, d := range divisors {
			cases = append(cases, fmt.Sprintf("%s = %d", x.name, d))
			patterns = append(patterns, "rfl")
		}
		all := strings.Join(cases, " ∨ ")
		lemma := fmt.Sprintf("have %s : %s ∣ %d := ⟨%s, by first | omega | grind⟩\nhave %s : %s ≤ %d := Nat.le_of_dvd (by decide) %s\nhave %s : %s := by\n  clear * - %s %s\n  revert %s\n  revert %s\n  revert %s\n  decide +kernel",
			hd, x.name, n, rest, hle, x.name, n, hd, v.fresh("hcases"), all, hd, hle, hd, hle, x.name)
		if n <= 3000 {
			name := v.fresh("hcases")
			_ = name
			emit(0.35, "divisors", strings.Replace(lemma, "hcases", "hcases", 1)+fmt.Sprintf("\nrcases hcases with %s <;> %s", strings.Join(patterns, " | "), closer))
		}
		return
	}
	k := v.fresh("k")
	emit(0.35, "divisors_int", fmt.Sprintf("have %s : %s ∣ %d := ⟨%s, by grind⟩\nhave %s := Int.le_of_dvd (by decide) %s\nhave hneg := Int.le_of_dvd (by decide) (Int.neg_dvd.mpr %s)\nobtain ⟨%s, hk, rfl⟩ : ∃ %s : Nat, %s < %d ∧ %s = (%s : Int) - %d := ⟨(%s + %d).toNat, by omega, by omega⟩\nclear %s %s hneg\nrevert %s\nrevert hk\nrevert %s\ndecide +kernel",
		hd, x.name, n, rest, hle, hd, hd, k, k, k, 2*n+1, x.name, k, n, x.name, n, hd, hle, strings.Join(v.relevantFacts([]variable{x}), " "), k))
}

// productFacts adds what linear arithmetic cannot see: signs of products.
func (v *view) productFacts(emit emitter) {
	var facts []string
	for _, x := range v.arithmeticVariables() {
		for _, f := range v.boundingFacts(x) {
			facts = append(facts, f)
		}
	}
	facts = append(facts, prefixAll("try ", v.powerFacts())...)
	facts = unique(facts)
	if len(facts) == 0 {
		return
	}
	if len(facts) > 8 {
		facts = facts[:8]
	}
	emit(0.3, "product_facts_omega", strings.Join(facts, "\n")+"\nomega")
	emit(0.25, "product_facts_grind", strings.Join(facts, "\n")+"\ngrind")
}

func prefixAll(p string, list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = p + s
	}
	return out
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func sortedKeys[V any](set map[int64]V) []int64 {
	list := make([]int64, 0, len(set))
	for n := range set {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
