package builtin

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// add appends a step that proves a statement.
func (f *boundFinder) add(h, statement, proof string) {
	f.lines = append(f.lines, fmt.Sprintf("have %s : %s := %s", h, statement, proof))
	f.facts = append(f.facts, fact{h, statement, term.Parse(statement)})
}

// prove appends the Lean step that proves a bound.
func (f *boundFinder) prove(d derivation) {
	a := f.atoms[d.atom]
	h := f.v.fresh("hb")
	statement := fmt.Sprintf("%s < %d", a.text, d.bound)
	if !d.upper {
		statement = fmt.Sprintf("%d ≤ %s", d.bound, a.text)
	}
	if d.linear {
		f.add(h, statement, "by omega")
		return
	}
	defer f.v.scope()() // names inside the proof are free again after it
	steps := slices.Concat(f.distractions(d), d.steps, f.positive(d))
	if d.sort == natSort {
		steps = append(steps, f.naturalProof(d)...)
	} else {
		steps = append(steps, f.integerProof(d)...)
	}
	f.add(h, statement, "by\n  "+strings.Join(steps, "\n  "))
}

// distractions clears the facts that are not linear and not the one that the proof is about.
func (f *boundFinder) distractions(d derivation) []string {
	var names []string
	for _, h := range f.v.facts {
		if h.name == d.source || d.source == "" || strings.Contains(h.name, "✝") {
			continue
		}
		linear := true
		for _, x := range f.v.variables {
			linear = linear && !nonlinearIn(h.term, x.name)
		}
		if !linear {
			names = append(names, h.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"clear " + strings.Join(names, " ")}
}

// positive states that the powers in the constraint are not 0.
func (f *boundFinder) positive(d derivation) []string {
	var steps []string
	for _, i := range append([]int{d.atom}, d.others...) {
		if a := f.atoms[i]; a.base > 0 {
			steps = append(steps, fmt.Sprintf("have %s : 0 < %s := Nat.pow_pos (by decide)", f.v.fresh("hp"), a.text))
		}
	}
	return steps
}

// naturalProof writes every atom as its least value and a natural number, so
// that all terms of the constraint are on one side.
func (f *boundFinder) naturalProof(d derivation) []string {
	var steps []string
	hc := f.v.fresh("hc")
	if d.upper {
		steps = append(steps, "apply Nat.lt_of_not_ge", "intro "+hc)
	} else {
		steps = append(steps, "apply Nat.pos_of_ne_zero", "intro "+hc)
	}
	names := map[int]string{}
	for _, i := range append([]int{d.atom}, d.others...) {
		a := f.atoms[i]
		names[i] = a.text
		if !a.variable {
			names[i] = f.v.fresh("u")
			steps = append(steps, fmt.Sprintf("generalize %s = %s at *", a.text, names[i]))
		}
	}
	split := func(i int, low int64) {
		if low <= 0 {
			return
		}
		t := f.v.fresh("t")
		steps = append(steps, fmt.Sprintf("obtain ⟨%s, rfl⟩ : ∃ %s, %s = %d + %s := ⟨%s - %d, by omega⟩", t, t, names[i], low, t, names[i], low))
	}
	if d.upper {
		split(d.atom, d.bound)
	} else if f.atoms[d.atom].variable {
		steps = append(steps, "subst "+hc)
	}
	for _, i := range d.others {
		split(i, f.atoms[i].interval.low)
	}
	return append(steps, "grind")
}

// integerProof multiplies what is not negative.
func (f *boundFinder) integerProof(d derivation) []string {
	hc := f.v.fresh("hc")
	steps := []string{"apply Int.lt_of_not_ge", "intro " + hc}
	if !d.upper {
		steps[0] = "apply Int.le_of_not_gt"
	}
	parts := map[int]string{}
	part := func(i int, text string) {
		h := f.v.fresh("hs")
		parts[i] = h
		steps = append(steps, fmt.Sprintf("have %s : 0 ≤ %s := by omega", h, text))
	}
	p := d.shifted
	a := f.atoms[d.atom].text
	if d.upper {
		p = p.Substitute(d.atom, big.NewInt(d.bound), 1)
		part(d.atom, offset(a, d.bound))
	} else {
		p = p.Substitute(d.atom, big.NewInt(d.bound-1), -1)
		part(d.atom, fmt.Sprintf("%d - %s", d.bound-1, a))
	}
	isFree := map[int]bool{}
	for k, i := range d.others {
		name, iv := f.atoms[i].text, f.atoms[i].interval
		if !f.atoms[i].variable {
			name = "(" + name + ")"
		}
		switch d.way[k] {
		case fromLow:
			part(i, offset(name, iv.low))
		case fromHigh:
			part(i, fmt.Sprintf("%d - %s", iv.high-1, name))
		default:
			isFree[i] = true
			if p.DegreeIn(i) > 1 {
				h := f.v.fresh("hs")
				parts[i] = h
				steps = append(steps, fmt.Sprintf("have %s : 0 ≤ %s * %s := (Int.le_total 0 %s).elim (fun h => Int.mul_nonneg h h) (fun h => Int.mul_nonneg_of_nonpos_of_nonpos h h)", h, name, name, name))
			}
		}
	}
	for _, m := range p.Monomials() {
		var product string
		count := 0
		for i, e := range m {
			n := int(e)
			if isFree[i] {
				n /= 2
			}
			for range n {
				if count++; count == 1 {
					product = parts[i]
				} else {
					product = fmt.Sprintf("Int.mul_nonneg %s %s", groupText(product), parts[i])
				}
			}
		}
		if count > 1 {
			steps = append(steps, fmt.Sprintf("have %s := %s", f.v.fresh("hm"), product))
		}
	}
	return append(steps, "grind")
}

func groupText(s string) string {
	if strings.Contains(s, " ") {
		return "(" + s + ")"
	}
	return s
}

// offset prints x - low.
func offset(x string, low int64) string {
	switch {
	case low == 0:
		return x
	case low < 0:
		return fmt.Sprintf("%s + %d", x, -low)
	}
	return fmt.Sprintf("%s - %d", x, low)
}
