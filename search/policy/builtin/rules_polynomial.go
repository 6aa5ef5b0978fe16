package builtin

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/polynomial"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// polynomials proposes steps that need polynomials multiplied out: to eliminate
// a variable, to find a cofactor.
func polynomials(v *view, emit emitter) {
	if len(v.arithmeticVariables()) == 0 || v.hugePower() {
		return
	}
	v.eliminate(emit)
	if v.target.Is("∣") {
		v.cofactor(emit)
	}
	v.combineDivisors(emit)
}

// substitution is a step that expresses a variable by others, and the goal after it.
type substitution struct {
	step  string
	after *view
}

// eliminate proposes eliminations, and to try all values of what is left.
func (v *view) eliminate(emit emitter) {
	for _, e := range v.eliminations() {
		e.enumerate("", "eliminate_enumerate", emit)
		emit(0.6, "eliminate", e.step)
	}
}

// enumerate proposes to try all values after the substitution and the steps before
// it; it reports whether that is of use.
func (e substitution) enumerate(before, source string, emit emitter) bool {
	decided := false
	e.after.enumerateByKernel(e.after.intervals(), func(weight float64, _, rest string) {
		if weight > 0.7 {
			decided = true
			emit(weight, source, before+e.step+"\n"+rest)
		}
	})
	if !decided {
		e.after.solve(before+e.step+"\n", source+"_solve", func(weight float64, source, tactic string) {
			decided = true
			emit(weight, source, tactic)
		})
	}
	return decided
}

// eliminations solve an equation for a variable of which it has no power, where the
// coefficient has variables too (otherwise linear arithmetic does it), so that
// what is left to enumerate has one variable less.
func (v *view) eliminations() []substitution {
	const most = 3
	s := newSystem(v)
	var list []substitution
	for _, c := range s.constraints {
		if !c.equal || c.mixed || c.full.Degree() < 2 {
			continue
		}
		for _, i := range s.occurring(c.full) {
			a := s.atoms[i]
			slope, rest, ok := c.full.Split(i)
			if !a.variable || !ok || slope.Degree() == 0 || s.mentionedByAtoms(a.text, c.full) || len(list) >= most {
				continue
			}
			sign := s.sign(slope)
			if sign == 0 || !v.worthEliminating(s, i, s.occurring(slope.Add(rest))) {
				continue
			}
			if sign < 0 {
				slope, rest = slope.Neg(), rest.Neg()
			}
			lemma := "Int.ediv_eq_of_eq_mul_left"
			if c.sort == natSort {
				if !natural(slope) {
					continue
				}
				lemma = "Nat.div_eq_of_eq_mul_left"
			}
			names := s.names()
			quotient := term.Parse(fmt.Sprintf("(%s) / (%s)", rest.Neg().Format(names), slope.Format(names)))
			list = append(list, substitution{
				fmt.Sprintf("obtain rfl : %s = %s := (%s (by first | omega | grind) (by grind)).symm", a.text, quotient, lemma),
				v.replace(a.text, quotient),
			})
		}
	}
	return list
}

// sign of a polynomial wherever the atoms are within their bounds; 0 if it is not seen.
func (s *system) sign(p polynomial.Polynomial) int {
	atoms := s.occurring(p)
	isFree := func(j int) bool { return !s.atoms[j].interval.hasLow && !s.atoms[j].interval.hasHigh }
	for _, way := range s.directions(atoms) {
		shifted := s.shift(p, atoms, way)
		for _, sign := range []int{1, -1} {
			if definite(shifted, sign, isFree) {
				return sign
			}
		}
	}
	return 0
}

// replace is the goal after a variable has been replaced by a term.
func (v *view) replace(name string, by *term.Term) *view {
	w := *v
	w.used = maps.Clone(v.used)
	w.byName = maps.Clone(v.byName)
	delete(w.byName, name)
	w.variables = slices.DeleteFunc(slices.Clone(v.variables), func(x variable) bool { return x.name == name })
	w.facts = nil
	for _, h := range v.facts {
		if h.term.Mentions(name) {
			h.term = h.term.Replace(name, by)
			h.text = h.term.String()
		}
		w.facts = append(w.facts, h)
	}
	w.target = v.target.Replace(name, by)
	return &w
}

// worthEliminating reports whether the others have few values and all together
// have many.
func (v *view) worthEliminating(s *system, i int, others []int) bool {
	cases := int64(1)
	for _, j := range others {
		iv := s.atoms[j].interval
		if j == i {
			continue
		}
		if !s.atoms[j].variable || !iv.hasLow || !iv.hasHigh {
			return false
		}
		if cases *= max(1, iv.size()); cases > kernelCases {
			return false
		}
	}
	iv := s.atoms[i].interval
	return !iv.hasLow || !iv.hasHigh || cases*iv.size() > 600
}

// mentionedByAtoms reports whether the variable also occurs inside another atom
// of the polynomial.
func (s *system) mentionedByAtoms(name string, p polynomial.Polynomial) bool {
	for i, a := range s.atoms {
		if !a.variable && p.DegreeIn(i) > 0 && term.Parse(a.text).Mentions(name) {
			return true
		}
	}
	return false
}

// natural reports whether no coefficient is negative.
func natural(p polynomial.Polynomial) bool {
	for _, c := range p {
		if c.Sign() < 0 {
			return false
		}
	}
	return true
}

// cofactor looks for c with target = divisor * c, given the equations and the
// divisibilities by the same divisor among the facts.
func (v *view) cofactor(emit emitter) {
	sort := v.relationSort(v.target)
	if sort == otherSort {
		return
	}
	s := newSystem(v)
	var c constraint
	divisor, ok := s.polynomial(v.target.Left(), sort, false, &c)
	if !ok || len(divisor) == 0 {
		return
	}
	dividend, ok := s.polynomial(v.target.Right(), sort, false, &c)
	if !ok || c.mixed || len(divisor) == 1 && divisor.Degree() == 0 && divisor.ConstantTerm().CmpAbs(big.NewInt(1)) == 0 {
		return
	}
	generators := []polynomial.Polynomial{divisor}
	var setup []string
	cofactors := []string{""} // what the multiplier of a generator is multiplied with
	for _, h := range v.facts {
		if h.term.Is("∣") && v.relationSort(h.term) == sort && h.term.Left().String() == v.target.Left().String() {
			p, ok := s.polynomial(h.term.Right(), sort, false, &c)
			if !ok {
				continue
			}
			k := v.fresh("k")
			setup = append(setup, fmt.Sprintf("obtain ⟨%s, %s⟩ := %s", k, v.fresh("hk"), h.name))
			generators = append(generators, p)
			cofactors = append(cofactors, k)
		}
	}
	named := len(generators)
	for _, e := range s.constraints {
		if e.equal && e.sort == sort && !e.mixed {
			generators = append(generators, e.full)
		}
	}
	degrees := make([]int, len(generators))
	for i, g := range generators {
		degrees[i] = min(dividend.Degree()-g.Degree(), 4)
		if i > 0 && len(generators) > 3 {
			degrees[i] = min(degrees[i], 1)
		}
	}
	multipliers, ok := polynomial.Combine(dividend, generators, degrees)
	if !ok {
		return
	}
	var sum []string
	names := s.names()
	for i := range named {
		m, ok := multipliers[i].Integral()
		if !ok || sort == natSort && !natural(m) {
			return
		}
		switch {
		case len(m) == 0:
		case cofactors[i] == "":
			sum = append(sum, m.Format(names))
		default:
			sum = append(sum, fmt.Sprintf("%s * (%s)", cofactors[i], m.Format(names)))
		}
	}
	if len(sum) == 0 {
		sum = []string{"0"}
	}
	emit(0.9, "cofactor", strings.Join(append(setup, fmt.Sprintf("exact ⟨%s, by grind⟩", strings.Join(sum, " + "))), "\n"))
}

// multiple is the statement that the divisor divides the value, with a Lean term that
// proves it.
type multiple struct {
	divisor  string
	value    polynomial.Polynomial
	evidence string
}

// combineDivisors eliminates a variable from two statements with the same
// divisor, so that a number remains that the divisor divides.
func (v *view) combineDivisors(emit emitter) {
	s := newSystem(v)
	var list []multiple
	for _, h := range v.facts {
		if m, ok := s.multiple(h); ok {
			list = append(list, m)
		}
	}
	seen := map[string]bool{}
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.divisor != b.divisor || a.value.Degree() != 1 || b.value.Degree() != 1 {
				continue
			}
			for _, j := range s.occurring(a.value) {
				p, _, ok := a.value.Split(j)
				q, _, ok2 := b.value.Split(j)
				if !ok || !ok2 {
					continue
				}
				// q * a - p * b has no variable j.
				f, g := q.ConstantTerm(), p.ConstantTerm()
				d := new(big.Int).GCD(nil, nil, new(big.Int).Abs(f), new(big.Int).Abs(g))
				f, g = new(big.Int).Quo(f, d), new(big.Int).Quo(g, d)
				x, _ := polynomial.Constant(f).Mul(a.value)
				y, _ := polynomial.Constant(g).Mul(b.value)
				rest := x.Sub(y)
				if rest.Degree() > 0 || len(rest) == 0 {
					continue
				}
				n := rest.ConstantTerm()
				if n.Sign() < 0 {
					n, f, g = new(big.Int).Neg(n), new(big.Int).Neg(f), new(big.Int).Neg(g)
				}
				statement := fmt.Sprintf("%s ∣ %s", a.divisor, n)
				if seen[statement] || v.proof(statement) != "" {
					continue
				}
				seen[statement] = true
				ka, kb := v.fresh("k"), v.fresh("k")
				hd := v.fresh("hd")
				step := fmt.Sprintf("have %s : %s := by\n  obtain ⟨%s, %s⟩ := %s\n  obtain ⟨%s, %s⟩ := %s\n  exact ⟨%s * %s - %s * %s, by grind⟩",
					hd, statement, ka, v.fresh("hk"), a.evidence, kb, v.fresh("hk"), b.evidence, signed(f), ka, signed(g), kb)
				w := v.with(fact{hd, statement, term.Parse(statement)})
				w.enumerateByKernel(w.intervals(), func(weight float64, _, rest string) {
					if weight > 0.7 {
						emit(weight, "combine_divisors_enumerate", step+"\n"+rest)
					}
				})
				emit(0.75, "combine_divisors", step)
			}
		}
	}
}

// signed prints a number as a factor.
func signed(n *big.Int) string {
	if n.Sign() < 0 {
		return "(" + n.String() + ")"
	}
	return n.String()
}

// proof is the name of a fact with exactly this text; empty if there is none.
func (v *view) proof(text string) string {
	for _, h := range v.facts {
		if h.text == text && !strings.Contains(h.name, "✝") {
			return h.name
		}
	}
	return ""
}

// multiple reads d ∣ e and e % d = r between integers.
func (s *system) multiple(h fact) (multiple, bool) {
	t := h.term
	if s.v.relationSort(t) != intSort {
		return multiple{}, false
	}
	var c constraint
	switch {
	case t.Is("∣"):
		p, ok := s.polynomial(t.Right(), intSort, false, &c)
		return multiple{t.Left().String(), p, h.name}, ok && !c.mixed
	case t.Is("=") && t.Left().Is("%"):
		r, ok := t.Right().IsNumeral()
		if !ok {
			return multiple{}, false
		}
		p, ok := s.polynomial(t.Left().Left(), intSort, false, &c)
		if !ok || c.mixed {
			return multiple{}, false
		}
		return multiple{group(t.Left().Right()), p.Sub(polynomial.Int(r)), "Int.dvd_self_sub_of_emod_eq " + h.name}, true
	}
	return multiple{}, false
}
