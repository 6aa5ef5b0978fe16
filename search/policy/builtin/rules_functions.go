package builtin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// functions proposes how to use hypotheses about unknown functions: functional
// equations along a chain of arguments, recurrences through their period.
func functions(v *view, emit emitter) {
	defer v.scope()()
	for _, h := range v.facts {
		v.additiveChain(h, emit)
		v.periodic(h, emit)
	}
}

// additiveChain instantiates an equation about f (x + y) at 1 + 1, 2 + 1, … up
// to the largest numeral that f is applied to.
func (v *view) additiveChain(h fact, emit emitter) {
	t := h.term
	if t.Kind != term.Quantifier || t.Text != "∀" || len(t.Binders) != 2 || !t.Args[0].Is("=") {
		return
	}
	a, b := t.Binders[0].Name, t.Binders[1].Name
	f := ""
	t.Args[0].Walk(func(u *term.Term) bool {
		if u.Kind == term.Apply && len(u.Args) == 2 && u.Args[1].Is("+") && u.Args[1].Left().Mentions(a) && u.Args[1].Right().Mentions(b) {
			f = u.Head()
		}
		return f == ""
	})
	if f == "" {
		return
	}
	last := int64(0)
	for _, n := range v.numeralArguments(f) {
		last = max(last, n)
	}
	if last < 2 || last > 40 {
		return
	}
	steps := []string{fmt.Sprintf("have %s := %s 0 0", v.fresh("hf"), h.name)}
	for i := int64(1); i < last; i++ {
		steps = append(steps, fmt.Sprintf("have %s := %s %d 1", v.fresh("hf"), h.name, i))
	}
	chain := strings.Join(steps, "\n")
	emit(0.5, "additive_chain_simp", chain+"\nsimp_all")
	emit(0.45, "additive_chain_omega", chain+"\nsimp at *\nomega")
	emit(0.4, "additive_chain_grind", chain+"\ngrind")
}

// numeralArguments are the numerals that f is applied to outside binders, ascending.
func (v *view) numeralArguments(f string) []int64 {
	set := map[int64]bool{}
	v.subterms(func(t *term.Term) bool {
		if t.Kind == term.Quantifier {
			return false
		}
		if t.Kind == term.Apply && len(t.Args) == 2 && t.Head() == f {
			if n, ok := t.Args[1].IsNumeral(); ok {
				set[n] = true
			}
		}
		return true
	})
	return sortedKeys(set)
}

// recurrence is f (n + lead) = Σ coefficient j * f (n + lead - 1 - j), for n ≥ from.
type recurrence struct {
	function     string
	lead, from   int64
	coefficients []int64
	premises     int
}

// recurrence reads a hypothesis ∀ n, … → f (n + i) = … as a linear recurrence
// with integer coefficients and without a constant.
func (v *view) recurrence(h fact) (recurrence, bool) {
	t := h.term
	if t.Kind != term.Quantifier || t.Text != "∀" || len(t.Binders) != 1 {
		return recurrence{}, false
	}
	n := t.Binders[0].Name
	r := recurrence{}
	body := t.Args[0]
	for ; body.Is("→"); body = body.Right() {
		least, ok := lowerBound(body.Left(), n)
		if !ok {
			return recurrence{}, false
		}
		r.from = max(r.from, least)
		r.premises++
	}
	if !body.Is("=") || body.Left().Kind != term.Apply || len(body.Left().Args) != 2 {
		return recurrence{}, false
	}
	r.function = body.Left().Head()
	offset := func(u *term.Term) (int64, bool) {
		if u.Kind != term.Apply || len(u.Args) != 2 || u.Head() != r.function {
			return 0, false
		}
		if a := u.Args[1]; a.Kind == term.Name && a.Text == n {
			return 0, true
		} else if (a.Is("+") || a.Is("-")) && a.Left().Kind == term.Name && a.Left().Text == n {
			k, ok := a.Right().IsNumeral()
			if a.Is("-") {
				k = -k
			}
			return k, ok
		}
		return 0, false
	}
	var ok bool
	if r.lead, ok = offset(body.Left()); !ok {
		return recurrence{}, false
	}
	terms := map[int64]int64{}
	var collect func(u *term.Term, factor int64) bool
	collect = func(u *term.Term, factor int64) bool {
		switch {
		case u.Is("+"):
			return collect(u.Left(), factor) && collect(u.Right(), factor)
		case u.Is("-"):
			return collect(u.Left(), factor) && collect(u.Right(), -factor)
		case u.Is("*"):
			k, ok := u.Left().IsNumeral()
			return ok && max(k, -k) < 1000 && collect(u.Right(), factor*k)
		case u.Kind == term.Prefix && u.Text == "-":
			return collect(u.Args[0], -factor)
		}
		k, ok := offset(u)
		if back := r.lead - 1 - k; ok && back >= 0 && back < 8 {
			terms[back] += factor
			return true
		}
		return false
	}
	if !collect(body.Right(), 1) {
		return recurrence{}, false
	}
	for back, c := range terms {
		for int64(len(r.coefficients)) <= back {
			r.coefficients = append(r.coefficients, 0)
		}
		r.coefficients[back] = c
	}
	return r, len(r.coefficients) > 0
}

// period is the least p with f (n + p) = f n for all solutions of the
// recurrence: the order of its companion matrix.
func (r recurrence) period() (int64, bool) {
	order := len(r.coefficients)
	// rows are f (n), …, f (n + order - 1) in terms of the first order values.
	rows := make([][]int64, order)
	for i := range rows {
		rows[i] = make([]int64, order)
		rows[i][i] = 1
	}
	identity := func() bool {
		for i, row := range rows {
			for j, c := range row {
				if (i == j) != (c == 1) || i != j && c != 0 {
					return false
				}
			}
		}
		return true
	}
	for p := int64(1); p <= 60; p++ {
		next := make([]int64, order)
		for back, c := range r.coefficients {
			for j, x := range rows[order-1-back] {
				if next[j] += c * x; max(next[j], -next[j]) > 1<<40 {
					return 0, false
				}
			}
		}
		rows = append(rows[1:], next)
		if identity() {
			return p, true
		}
	}
	return 0, false
}

// periodic evaluates a periodic recurrence far out: the period follows from the
// recurrence by linear arithmetic, and brings every argument close to the start.
func (v *view) periodic(h fact, emit emitter) {
	r, ok := v.recurrence(h)
	if !ok {
		return
	}
	f := v.byName[r.function]
	if negative := slices.ContainsFunc(r.coefficients, func(c int64) bool { return c < 0 }); negative && !strings.HasSuffix(f.typ, "ℤ") && !strings.HasSuffix(f.typ, "Int") {
		return // differences of natural numbers are cut off at zero
	}
	p, ok := r.period()
	if !ok {
		return
	}
	order := int64(len(r.coefficients))
	start := max(r.from+r.lead-order, 0) // the least argument that the recurrence reaches
	arguments := v.numeralArguments(r.function)
	if len(arguments) == 0 || arguments[len(arguments)-1] < start+p {
		return
	}
	proof := strings.Repeat(" (by omega)", r.premises)
	period, cycle := v.fresh("hperiod"), v.fresh("hcycle")
	var script, instances []string
	script = append(script, fmt.Sprintf("have %s : ∀ k : Nat, %s (k + %d) = %s (k + %d) := by\n  intro k", period, f.name, start+p, f.name, start))
	for n := start + order - r.lead; n+r.lead <= start+p+order-1; n++ {
		name := fmt.Sprintf("e%d", n)
		instances = append(instances, name)
		script = append(script, fmt.Sprintf("  have %s := %s (k + %d)%s", name, h.name, n, proof))
	}
	script = append(script, fmt.Sprintf("  simp at %s\n  omega", strings.Join(instances, " ")))
	script = append(script, fmt.Sprintf("have %s : ∀ q r : Nat, %s (%d * q + r + %d) = %s (r + %d) := by\n  intro q r\n  induction q with\n  | zero => simp\n  | succ q ih => rw [← ih, show %d * (q + 1) + r + %d = %d * q + r + %d by omega, %s]",
		cycle, f.name, p, start, f.name, start, p, start, p, start+p, period))
	near := start
	for _, n := range arguments {
		if n < start+p {
			near = max(near, n)
			continue
		}
		q, rest := (n-start)/p, (n-start)%p
		near = max(near, start+rest)
		script = append(script, fmt.Sprintf("have %s : %s %d = %s %d := %s %d %d", v.fresh("hv"), f.name, n, f.name, start+rest, cycle, q, rest))
	}
	for n := start + order - r.lead; n+r.lead <= near; n++ {
		name := v.fresh("hw")
		script = append(script, fmt.Sprintf("have %s := %s %d%s\ntry simp at %s", name, h.name, n, proof, name))
	}
	emit(0.6, "periodic_recurrence", strings.Join(append(script, "omega"), "\n"))
}

// instantiation proposes to use universal hypotheses at terms that are at hand.
func instantiation(v *view, universal []fact, emit emitter) {
	for _, h := range universal {
		count := 0
		for t := h.term; t.Kind == term.Quantifier && t.Text == "∀"; t = t.Args[0] {
			count += len(t.Binders)
		}
		if count == 0 || count > 3 {
			continue
		}
		values := v.arguments(h)
		var all []string
		for _, tuple := range tuples(values, count, 12) {
			name := v.fresh(h.name)
			instance := fmt.Sprintf("have %s := %s %s", name, h.name, strings.Join(tuple, " "))
			emit(0.12, "instance", instance)
			all = append(all, instance)
		}
		if len(all) > 1 {
			emit(0.3, "instances_omega", strings.Join(all, "\n")+"\nfirst | omega | simp_all | grind")
			emit(0.1, "instances", strings.Join(all, "\n"))
		}
	}
}

// arguments are terms to which a universal hypothesis may be applied: what the
// target and the other facts apply the same function to, variables, small numerals.
func (v *view) arguments(h fact) []string {
	var list []string
	seen := map[string]bool{}
	add := func(s string) {
		if !seen[s] && len(list) < 8 {
			seen[s] = true
			list = append(list, s)
		}
	}
	heads := map[string]bool{}
	h.term.Walk(func(t *term.Term) bool {
		if t.Kind == term.Apply {
			heads[t.Head()] = true
		}
		return true
	})
	group := func(t *term.Term) string {
		if t.Kind == term.Name || t.Kind == term.Numeral {
			return t.String()
		}
		return "(" + t.String() + ")"
	}
	visit := func(t *term.Term) bool {
		if t.Kind == term.Quantifier {
			return false
		}
		if t.Kind == term.Apply && heads[t.Head()] {
			for _, a := range t.Args[1:] {
				add(group(a))
			}
		}
		return true
	}
	v.target.Walk(visit)
	for _, x := range v.variables {
		if x.sort == natSort || x.sort == intSort || x.sort == otherSort {
			add(x.name)
		}
	}
	for _, f := range v.facts {
		if f.name != h.name {
			f.term.Walk(visit)
		}
	}
	for _, n := range []string{"0", "1", "2"} {
		add(n)
	}
	return list
}

// tuples are the first of all ways to choose count values.
func tuples(values []string, count, limit int) [][]string {
	out := [][]string{{}}
	for range count {
		var next [][]string
		for _, t := range out {
			for _, x := range values {
				next = append(next, append(append([]string{}, t...), x))
			}
		}
		out = next
	}
	if len(out) > limit {
		out = out[:limit]
	}
	return out
}
