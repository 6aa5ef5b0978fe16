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

// farBound is beyond every bound that is of use.
const farBound = 1 << 24

// derivation is a bound that the constraints imply, with the reason.
type derivation struct {
	atom   int
	upper  bool
	bound  int64 // atom < bound, or bound ≤ atom
	linear bool  // the flat polynomial shows it
	// What the proof is made of: the polynomial of the constraint after others have been shifted.
	shifted polynomial.Polynomial
	others  []int
	way     []direction
	sort    sortKind
	source  string   // the fact that is the constraint; empty if it is not one alone
	steps   []string // that replaced variables in it
}

// maxShifts bounds the work of deriving bounds for one goal.
const maxShifts = 1500

// boundFinder derives bounds until nothing new comes.
type boundFinder struct {
	*system
	lines  []string
	facts  []fact // what the lines prove
	work   int
	gained bool // some variable got its first bound on a side
	empty  bool // the bounds of an atom contradict each other
}

// run derives bounds for every variable and power, and notes how Lean proves them.
func (f *boundFinder) run() {
	const rounds = 4
	for range rounds {
		changed := false
		for i := range f.atoms {
			a := &f.atoms[i]
			if !a.variable && a.base == 0 && a.difference == nil {
				continue
			}
			for _, upper := range []bool{true, false} {
				if d, ok := f.best(i, upper); ok {
					f.apply(d)
					changed = true
				}
				if f.empty || f.work > maxShifts {
					return
				}
			}
			if a.base > 0 && a.interval.hasHigh && f.boundExponent(a) {
				changed = true
			}
		}
		if !changed {
			return
		}
	}
}

// best is the best new bound of an atom that any constraint gives.
func (f *boundFinder) best(i int, upper bool) (derivation, bool) {
	var best derivation
	found := false
	iv := f.atoms[i].interval
	if upper && iv.hasHigh && iv.hasLow && iv.size() <= 40 || !upper && iv.hasLow && (f.atoms[i].sort == intSort || iv.low > 0) {
		return best, false // tight enough to enumerate
	}
	for k := range f.constraints {
		c := &f.constraints[k]
		for _, linear := range []bool{true, false} {
			p := c.full
			if linear {
				p = c.flat
			} else if f.atoms[i].difference != nil || c.mixed || c.flat.Equal(c.full) {
				continue
			}
			if p.DegreeIn(i) == 0 {
				continue
			}
			d, ok := f.derive(c, p, i, upper, linear)
			if !ok || !improves(iv, d) {
				continue
			}
			if !found || worthMore(d, best) {
				best, found = d, true
			}
		}
	}
	return best, found
}

// improves reports whether a bound is worth proving: the first one on its side, a
// much smaller range, or that a natural number is not 0.
func improves(iv interval, d derivation) bool {
	if d.upper {
		return !iv.hasHigh || d.bound-iv.low < iv.size()/2
	}
	return !iv.hasLow || iv.low == 0 && d.bound == 1
}

// worthMore prefers tight bounds, but a cheap proof to a slightly tighter one.
func worthMore(d, than derivation) bool {
	a, b := d.bound, than.bound
	if !d.upper {
		a, b = -a, -b
	}
	if d.linear != than.linear {
		if d.linear {
			return a <= max(2*b, b+12)
		}
		return max(2*a, a+12) < b
	}
	return a < b
}

// derive looks for the best bound that one constraint gives.
func (f *boundFinder) derive(c *constraint, p polynomial.Polynomial, i int, upper, linear bool) (derivation, bool) {
	var others []int
	for _, j := range f.occurring(p) {
		if j != i {
			others = append(others, j)
		}
	}
	if len(others) > 5 {
		return derivation{}, false
	}
	signs := []int{-1}
	if c.equal {
		signs = []int{-1, 1}
	}
	iv := f.atoms[i].interval
	var best derivation
	found := false
	for _, way := range f.directions(others) {
		if !linear && c.sort == natSort && hasDirection(way, fromHigh) {
			continue // subtraction of natural numbers makes the proof hard
		}
		f.work++
		shifted := f.shift(p, others, way)
		isFree := func(j int) bool {
			for k, o := range others {
				if o == j {
					return way[k] == free
				}
			}
			return false
		}
		for _, sign := range signs {
			// contradicts reports whether atom ≥ n (or ≤ n) is impossible.
			contradicts := func(n int64) bool {
				f.work++
				if upper {
					return definite(shifted.Substitute(i, big.NewInt(n), 1), sign, isFree)
				}
				return definite(shifted.Substitute(i, big.NewInt(n), -1), sign, isFree)
			}
			d := derivation{atom: i, upper: upper, linear: linear, shifted: shifted, others: others, way: way, sort: c.sort, source: c.source, steps: c.replaced}
			switch {
			case upper:
				low := int64(-farBound)
				if iv.hasLow {
					low = iv.low
				}
				if !contradicts(farBound) {
					continue
				}
				d.bound = leastTrue(low, farBound, contradicts)
			case iv.hasLow:
				// Only that the least value is impossible.
				f.work++
				if !definite(shifted.Evaluate(i, big.NewInt(iv.low)), sign, isFree) {
					continue
				}
				d.bound = iv.low + 1
			default:
				if !contradicts(-farBound) {
					continue
				}
				d.bound = 1 - leastTrue(-farBound, farBound, func(n int64) bool { return contradicts(-n) })
			}
			if !found || worthMore(d, best) {
				best, found = d, true
			}
		}
	}
	return best, found
}

func hasDirection(way []direction, d direction) bool {
	for _, w := range way {
		if w == d {
			return true
		}
	}
	return false
}

// leastTrue is the least n in low..high with holds(n), where holds is monotone and
// holds at high. It looks near the number closest to 0 first.
func leastTrue(low, high int64, holds func(int64) bool) int64 {
	start := max(low, min(high, 0))
	step := int64(1)
	if holds(start) {
		high = start
		for high > low && holds(max(low, high-step)) {
			high = max(low, high-step)
			step *= 2
		}
		low = max(low, high-step)
	} else {
		low = start + 1
		for low < high && !holds(min(high, low+step)) {
			low = min(high, low+step) + 1
			step *= 2
		}
		high = min(high, low+step)
	}
	for low < high {
		middle := low + (high-low)/2
		if holds(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return high
}

// apply records a bound and its proof.
func (f *boundFinder) apply(d derivation) {
	iv := &f.atoms[d.atom].interval
	if f.atoms[d.atom].difference == nil { // otherwise linear arithmetic sees it when it is needed
		f.gained = f.gained || d.upper && (!iv.hasHigh || iv.size() > kernelCases) || !d.upper
		f.prove(d)
	}
	if d.upper {
		iv.high, iv.hasHigh = d.bound, true
	} else {
		iv.low, iv.hasLow = d.bound, true
	}
	if iv.hasLow && iv.hasHigh && iv.low >= iv.high {
		f.empty = true
	}
}

// boundExponent bounds an exponent because its power has a bound.
func (f *boundFinder) boundExponent(a *atom) bool {
	limit, power := int64(0), int64(1)
	for power < a.interval.high {
		power *= a.base
		limit++
	}
	statement := fmt.Sprintf("%s < %d", a.exponent, limit)
	if a.exponent.Kind == term.Name {
		if iv := f.v.intervals()[a.exponent.Text]; iv.hasHigh && iv.high <= limit {
			return false
		}
	}
	for _, h := range f.facts {
		if h.text == statement {
			return false
		}
	}
	f.add(f.v.fresh("hb"), statement, fmt.Sprintf("(Nat.pow_lt_pow_iff_right (show 1 < %d by decide)).mp (Nat.lt_of_lt_of_le (show %s < %d by omega) (by decide))",
		a.base, a.text, a.interval.high))
	before := len(f.constraints)
	f.read(term.Parse(statement), false)
	for i := range f.atoms {
		// The exponent may bring an atom of its own.
		if f.atoms[i].sort == natSort {
			f.atoms[i].interval.hasLow = true
		}
		if a.exponent.Kind == term.Name && f.atoms[i].text == a.exponent.Text {
			f.atoms[i].interval.high, f.atoms[i].interval.hasHigh = limit, true
		}
	}
	f.gained = true
	return len(f.constraints) > before
}

// bounds proposes literal bounds for the variables that need them, as far as
// sums, products and powers that cannot cancel imply them, and at once to try all
// values if that decides the goal.
func bounds(v *view, emit emitter) {
	variables := v.arithmeticVariables()
	if len(variables) == 0 || len(variables) > 8 || v.hugePower() {
		return
	}
	base := v.findBounds()
	if base.gained {
		base.propose("bounds", "", 0.88, emit)
	}
	if base.empty || v.target.Kind != term.Binary || !v.isArithmetic(v.target) {
		return
	}
	// What the negation of the target adds.
	op := negatedRelation(v.target.Text)
	if op == "" || v.target.Text == "≠" {
		return
	}
	negation := &term.Term{Kind: term.Binary, Text: op, Args: v.target.Args}
	defer v.scope()()
	hn := v.fresh("hn")
	w := v.with(fact{hn, negation.String(), negation})
	w.target = &term.Term{Kind: term.Name, Text: "False"}
	if against := w.findBounds(); against.empty || against.gained && len(against.lines) > len(base.lines) {
		against.propose("bounds_by_contradiction", fmt.Sprintf("refine Decidable.byContradiction fun %s => ?_\n", hn), 0.86, emit)
	}
}

// findBounds derives bounds from the facts.
func (v *view) findBounds() *boundFinder {
	defer v.scope()()
	f := &boundFinder{system: newSystem(v)}
	f.run()
	return f
}

// propose emits the bounds that were found, and what follows from them at once.
func (f *boundFinder) propose(source, start string, weight float64, emit emitter) {
	script := start + strings.Join(f.lines, "\n")
	if f.empty {
		emit(0.93, source+"_omega", script+"\nomega")
		return
	}
	w := f.v.with(f.facts...)
	decided := false
	w.enumerateByKernel(w.intervals(), func(enumerated float64, _, rest string) {
		if enumerated > 0.7 {
			decided = true
			emit(enumerated, source+"_enumerate", script+"\n"+rest)
		}
	})
	if !decided {
		w.solve(script+"\n", source+"_solve", emit)
	}
	for _, e := range w.eliminations() {
		if e.enumerate(script+"\n", source+"_eliminate", emit) {
			break
		}
	}
	emit(weight, source, script)
}

// with is the view of the goal with further facts.
func (v *view) with(facts ...fact) *view {
	w := *v
	w.facts = append(slices.Clone(v.facts), facts...)
	w.used = maps.Clone(v.used)
	for _, h := range facts {
		w.used[h.name] = true
	}
	return &w
}

// scope makes the names that are used from now on fresh again when the returned
// function is called: tactics that are alternatives need no different names.
func (v *view) scope() func() {
	saved := maps.Clone(v.used)
	return func() { v.used = saved }
}
