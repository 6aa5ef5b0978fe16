package builtin

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// divisibility proposes to combine statements that something divides linear
// expressions so that the variables cancel, as Euclid's algorithm does.
func divisibility(v *view, emit emitter) {
	// Greatest common divisors of linear expressions.
	multiples := v.binaryCalls("lcm")
	for _, g := range v.binaryCalls("gcd") {
		v.gcd(g.text, g.a, g.b, emit)
		for _, l := range multiples {
			if l.a.String() == g.a.String() && l.b.String() == g.b.String() {
				// Once both are known, so is the product of the numbers.
				h := v.fresh("hg")
				script := fmt.Sprintf("have %s := Nat.gcd_mul_lcm (%s) (%s)", h, g.a, g.b)
				emit(0.8, "gcd_mul_lcm", script+fmt.Sprintf("\nfirst\n  | (simp [*] at %s; omega)\n  | (simp_all; omega)\n  | grind", h))
				emit(0.3, "gcd_mul_lcm_step", script+fmt.Sprintf("\nsimp [*] at %s", h))
			}
		}
	}
	if v.target.Is("∣") {
		emit(0.1, "dvd_add", "apply Nat.dvd_add")
		emit(0.1, "dvd_sub", "apply Nat.dvd_sub")
		emit(0.1, "dvd_mul_right", "apply Dvd.dvd.mul_right")
		emit(0.1, "dvd_mul_left", "apply Dvd.dvd.mul_left")
	}
}

// binaryCall is a function of two numbers with its arguments, as a text that
// occurs in the goal.
type binaryCall struct {
	text string
	a, b *term.Term
}

// binaryCalls finds Nat.name a b and a.name b in the goal, outside of quantifiers.
func (v *view) binaryCalls(name string) []binaryCall {
	var list []binaryCall
	seen := map[string]bool{}
	v.subterms(func(t *term.Term) bool {
		if t.Kind == term.Quantifier {
			return false
		}
		method, arguments, ok := methodCall(t)
		if !ok || method != name || seen[t.String()] {
			return true
		}
		seen[t.String()] = true
		switch {
		case len(arguments) == 2: // Nat.gcd a b
			list = append(list, binaryCall{t.String(), arguments[0], arguments[1]})
		case len(arguments) == 1: // a.gcd b
			head := t.Args[0].Text
			list = append(list, binaryCall{t.String(), term.Parse(head[:strings.LastIndexByte(head, '.')]), arguments[0]})
		}
		return true
	})
	return list
}

// gcd bounds g = gcd a b by a combination of a and b without variables.
func (v *view) gcd(g string, a, b *term.Term, emit emitter) {
	h1, h2, h3, h4 := v.fresh("hg"), v.fresh("hg"), v.fresh("hg"), v.fresh("hg")
	n := v.fresh("g")
	setup := fmt.Sprintf("have %s := Nat.gcd_dvd_left (%s) (%s)\nhave %s := Nat.gcd_dvd_right (%s) (%s)", h1, a, b, h2, a, b)
	la, oka := v.linear(a)
	lb, okb := v.linear(b)
	if oka && okb {
		for _, c := range cancellations(la, lb) {
			// c.p * a - c.q * b = c.rest, a numeral.
			x, y, hx, hy := a, b, h1, h2
			p, q, rest := c.p, c.q, c.rest
			if rest < 0 {
				x, y, hx, hy, p, q, rest = b, a, h2, h1, q, p, -rest
			}
			script := fmt.Sprintf("%s\nhave %s : Nat.gcd (%s) (%s) ∣ %d * (%s) - %d * (%s) := Nat.dvd_sub (Nat.dvd_mul_left_of_dvd %s %d) (Nat.dvd_mul_left_of_dvd %s %d)\nrw [show %d * (%s) - %d * (%s) = %d by omega] at %s",
				setup, h3, a, b, p, x, q, y, hx, p, hy, q, p, x, q, y, rest, h3)
			bound := fmt.Sprintf("have %s := Nat.le_of_dvd (by decide) %s", h4, h3)
			emit(0.5, "gcd_combination", script+"\n"+bound+fmt.Sprintf("\nfirst\n  | exact Nat.dvd_one.mp %s\n  | omega\n  | (have := Nat.gcd_pos_of_pos_left (%s) (show 0 < %s by omega); omega)\n  | simp_all\n  | grind", h3, b, a))
			emit(0.3, "gcd_combination_generalize", script+"\n"+bound+fmt.Sprintf("\ngeneralize Nat.gcd (%s) (%s) = %s at *", a, b, n))
		}
	}
	emit(0.15, "gcd_divides", setup)
	emit(0.1, "gcd_exists", fmt.Sprintf("%s\nobtain ⟨c, hc⟩ := %s\nobtain ⟨d, hd⟩ := %s", setup, h1, h2))
	emit(0.1, "gcd_rec", "simp [Nat.gcd_rec]")
	emit(0.1, "gcd_comm", "rw [Nat.gcd_comm]")
}

// linearForm is constant + Σ coefficient * variable.
type linearForm struct {
	constant     int64
	coefficients map[string]int64
}

// linear reads a term as a linear form in the goal's variables.
func (v *view) linear(t *term.Term) (linearForm, bool) {
	none := linearForm{}
	switch t.Kind {
	case term.Numeral:
		n, ok := t.IsNumeral()
		return linearForm{n, map[string]int64{}}, ok && n < 1<<31
	case term.Name:
		if _, ok := v.byName[t.Text]; ok {
			return linearForm{0, map[string]int64{t.Text: 1}}, true
		}
	case term.Binary:
		a, ok := v.linear(t.Left())
		b, ok2 := v.linear(t.Right())
		if !ok || !ok2 {
			return none, false
		}
		switch t.Text {
		case "+", "-":
			sign := int64(1)
			if t.Text == "-" {
				sign = -1
			}
			sum := linearForm{a.constant + sign*b.constant, map[string]int64{}}
			for x, c := range a.coefficients {
				sum.coefficients[x] = c
			}
			for x, c := range b.coefficients {
				sum.coefficients[x] += sign * c
			}
			return sum, true
		case "*":
			if len(a.coefficients) > 0 {
				a, b = b, a
			}
			if len(a.coefficients) > 0 {
				return none, false
			}
			product := linearForm{a.constant * b.constant, map[string]int64{}}
			for x, c := range b.coefficients {
				product.coefficients[x] = a.constant * c
			}
			return product, true
		}
	}
	return none, false
}

// cancellation is p * a - q * b = rest.
type cancellation struct{ p, q, rest int64 }

// cancellations are the combinations of two linear forms in which no variable is left.
func cancellations(a, b linearForm) []cancellation {
	var p, q int64
	for x, c := range a.coefficients {
		d := b.coefficients[x]
		if c == 0 && d == 0 {
			continue
		}
		if c <= 0 || d <= 0 {
			return nil
		}
		g := gcd(c, d)
		if p == 0 {
			p, q = d/g, c/g
		} else if p*c != q*d {
			return nil
		}
	}
	for x, d := range b.coefficients {
		if d != 0 && a.coefficients[x] == 0 {
			return nil
		}
	}
	if p == 0 {
		return nil
	}
	if rest := p*a.constant - q*b.constant; rest != 0 {
		return []cancellation{{p, q, rest}}
	}
	return nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// algebra proposes steps about polynomials: squares are not negative, products
// of what is positive are positive, an identity decides.
func algebra(v *view, emit emitter) {
	variables := v.arithmeticVariables()
	if len(variables) == 0 {
		return
	}
	var ints []string
	for _, x := range variables {
		if x.sort == intSort {
			ints = append(ints, x.name)
		}
	}
	order := v.target.Is("≤") || v.target.Is("<") || v.target.Is("≥") || v.target.Is(">") || v.goal.Target == "False" || v.target.Is("=") || v.target.Is("≠")
	if order && v.hasPower() && len(variables) <= 4 {
		var squares []string
		for i, x := range variables {
			for j, y := range variables {
				if j < i {
					continue
				}
				square := fmt.Sprintf("(%s - %s) * (%s - %s)", x.name, y.name, x.name, y.name)
				lemma := fmt.Sprintf("have : 0 ≤ %s := by\n  rcases Int.le_total 0 (%s - %s) with hs | hs\n  · exact Int.mul_nonneg hs hs\n  · exact Int.mul_nonneg_of_nonpos_of_nonpos hs hs", square, x.name, y.name)
				if i == j {
					square = fmt.Sprintf("%s * %s", x.name, x.name)
					lemma = fmt.Sprintf("have : 0 ≤ %s := by\n  rcases Int.le_total 0 %s with hs | hs\n  · exact Int.mul_nonneg hs hs\n  · exact Int.mul_nonneg_of_nonpos_of_nonpos hs hs", square, x.name)
				}
				if x.sort == intSort && y.sort == intSort {
					squares = append(squares, lemma)
				}
			}
		}
		if len(squares) > 0 {
			emit(0.3, "squares_grind", strings.Join(squares, "\n")+"\ngrind")
			emit(0.2, "squares_omega", strings.Join(squares, "\n")+"\nsimp only [Int.pow_succ, Int.mul_sub, Int.sub_mul] at *\nomega")
		}
	}
	// Multiply inequalities: the differences of both sides are not negative.
	var differences []string
	for _, h := range v.facts {
		for _, c := range conjuncts(h.term) {
			if c != h.term && !h.term.Is("∧") {
				continue
			}
			if !v.isArithmetic(c) {
				continue
			}
			switch c.Text {
			case "≤", "<":
				differences = append(differences, strictness(c.Right(), c.Left(), c.Text == "<"))
			case "≥", ">":
				differences = append(differences, strictness(c.Left(), c.Right(), c.Text == ">"))
			}
		}
	}
	if len(ints) > 0 && len(differences) > 1 && len(differences) <= 5 {
		var products []string
		for i, a := range differences {
			for _, b := range differences[i:] {
				products = append(products, fmt.Sprintf("try have := Int.mul_nonneg (show (0:Int) ≤ %s by omega) (show (0:Int) ≤ %s by omega)", a, b))
			}
		}
		if len(products) <= 10 {
			emit(0.25, "multiply_inequalities", strings.Join(products, "\n")+"\ngrind")
		}
	}
	// A cofactor for a divisibility between polynomials.
	if v.target.Is("∣") {
		emit(0.1, "dvd_exists", "refine ⟨?_, ?_⟩")
	}
}

func strictness(greater, less *term.Term, strict bool) string {
	s := fmt.Sprintf("(%s) - (%s)", greater, less)
	if strict {
		s += " - 1"
	}
	return s
}

// tupleEquations takes equations of pairs apart into equations of their parts.
func tupleEquations(v *view, emit emitter) {
	isTuple := func(t *term.Term) bool {
		return t.Kind == term.Opaque && t.Structure().Form == term.Tuple
	}
	equation := func(t *term.Term) bool { return t.Is("=") && (isTuple(t.Left()) || isTuple(t.Right())) }
	if equation(v.target) {
		const parts = "simp only [Prod.mk.injEq]"
		emit(0.85, "tuple_omega", parts+"\nomega")
		emit(0.7, "tuple_parts", parts+"\nrefine ⟨?_, ?_⟩")
		emit(0.3, "tuple_simp", "simp_all [Prod.mk.injEq]")
	}
	for _, h := range v.facts {
		if equation(h.term) && isTuple(h.term.Left()) && isTuple(h.term.Right()) && !strings.Contains(h.name, "✝") {
			emit(0.5, "tuple_fact", "simp only [Prod.mk.injEq] at "+h.name)
		}
	}
}
