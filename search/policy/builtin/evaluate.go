package builtin

import (
	"math"
	"math/bits"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// number computes a term from the values of the variables; ok is false if the
// value is not representable.
type number func(values []int64) (n int64, ok bool)

// truth computes a proposition from the values of the variables.
type truth func(values []int64) (holds, ok bool)

// evaluator compiles arithmetic over variables with known positions, with the
// meaning that Lean's core gives to the operators: subtraction of natural numbers
// stops at 0, division by 0 gives 0, integer division rounds so that remainders
// are not negative.
type evaluator struct {
	v         *view
	positions map[string]int
	sorts     map[string]sortKind
}

func newEvaluator(v *view, variables []variable) *evaluator {
	e := &evaluator{v, map[string]int{}, map[string]sortKind{}}
	for i, x := range variables {
		e.positions[x.name] = i
		e.sorts[x.name] = x.sort
	}
	return e
}

// proposition compiles a proposition without quantifiers; nil if it cannot.
func (e *evaluator) proposition(t *term.Term) truth {
	switch t.Kind {
	case term.Name:
		switch t.Text {
		case "True":
			return func([]int64) (bool, bool) { return true, true }
		case "False":
			return func([]int64) (bool, bool) { return false, true }
		}
	case term.Prefix:
		if t.Text == "¬" {
			if p := e.proposition(t.Args[0]); p != nil {
				return func(x []int64) (bool, bool) { h, ok := p(x); return !h, ok }
			}
		}
	case term.Binary:
		if connectives[t.Text] || t.Text == "→" {
			return e.connective(t)
		}
		return e.relation(t)
	}
	return nil
}

func (e *evaluator) connective(t *term.Term) truth {
	p, q := e.proposition(t.Left()), e.proposition(t.Right())
	if p == nil || q == nil {
		return nil
	}
	op := t.Text
	return func(x []int64) (bool, bool) {
		a, ok := p(x)
		if !ok {
			return false, false
		}
		switch {
		case op == "∧" && !a:
			return false, true
		case op == "∨" && a, op == "→" && !a:
			return true, true
		}
		b, ok := q(x)
		if op == "↔" {
			return a == b, ok
		}
		return b, ok
	}
}

func (e *evaluator) relation(t *term.Term) truth {
	sort := e.v.relationSort(t)
	if sort == otherSort {
		sort = natSort // a relation between numerals
		subtracts := false
		t.Walk(func(u *term.Term) bool {
			subtracts = subtracts || u.Is("-") || u.Kind == term.Prefix
			return true
		})
		if subtracts {
			return nil
		}
	}
	a, b := e.number(t.Left(), sort), e.number(t.Right(), sort)
	if a == nil || b == nil {
		return nil
	}
	var compare func(a, b int64) bool
	switch t.Text {
	case "=":
		compare = func(a, b int64) bool { return a == b }
	case "≠":
		compare = func(a, b int64) bool { return a != b }
	case "<":
		compare = func(a, b int64) bool { return a < b }
	case "≤":
		compare = func(a, b int64) bool { return a <= b }
	case ">":
		compare = func(a, b int64) bool { return a > b }
	case "≥":
		compare = func(a, b int64) bool { return a >= b }
	case "∣":
		compare = func(a, b int64) bool {
			if a == 0 {
				return b == 0
			}
			return b%a == 0
		}
	default:
		return nil
	}
	return func(x []int64) (bool, bool) {
		m, ok := a(x)
		if !ok {
			return false, false
		}
		n, ok := b(x)
		return ok && compare(m, n), ok
	}
}

// number compiles a term of the sort; nil if it cannot.
func (e *evaluator) number(t *term.Term, sort sortKind) number {
	switch t.Kind {
	case term.Numeral:
		n, ok := t.IsNumeral()
		return func([]int64) (int64, bool) { return n, ok }
	case term.Name:
		if i, ok := e.positions[t.Text]; ok && e.sorts[t.Text] == sort {
			return func(x []int64) (int64, bool) { return x[i], true }
		}
		return nil
	case term.Prefix:
		switch {
		case t.Text == "↑" && sort == intSort:
			return e.number(t.Args[0], natSort)
		case t.Text == "-" && sort == intSort:
			if a := e.number(t.Args[0], sort); a != nil {
				return func(x []int64) (int64, bool) { n, ok := a(x); return -n, ok && n != math.MinInt64 }
			}
		}
		return nil
	case term.Binary:
		right := sort
		if t.Text == "^" {
			right = natSort
		}
		a, b := e.number(t.Left(), sort), e.number(t.Right(), right)
		operation := operations[t.Text]
		if a == nil || b == nil || operation == nil {
			return nil
		}
		natural := sort == natSort
		return func(x []int64) (int64, bool) {
			m, ok := a(x)
			if !ok {
				return 0, false
			}
			n, ok := b(x)
			if !ok {
				return 0, false
			}
			return operation(m, n, natural)
		}
	}
	return e.function(t, sort)
}

// function compiles the greatest common divisor and its kin, of natural numbers.
func (e *evaluator) function(t *term.Term, sort sortKind) number {
	method, arguments, ok := methodCall(t)
	if !ok {
		return nil
	}
	receiver := t
	if t.Kind == term.Apply {
		receiver = t.Args[0]
	}
	if prefix := receiver.Text[:len(receiver.Text)-len(method)-1]; prefix != "Nat" {
		if prefix == "Int" {
			return nil
		}
		arguments = append([]*term.Term{term.Parse(prefix)}, arguments...)
	}
	if sort != natSort || len(arguments) != 2 || method != "gcd" && method != "lcm" {
		return nil
	}
	a, b := e.number(arguments[0], natSort), e.number(arguments[1], natSort)
	if a == nil || b == nil {
		return nil
	}
	return func(x []int64) (int64, bool) {
		m, ok := a(x)
		n, ok2 := b(x)
		if !ok || !ok2 {
			return 0, false
		}
		g := gcd(m, n)
		if method == "gcd" || g == 0 {
			return g, true
		}
		return multiply(m/g, n)
	}
}

// operations are Lean's, on representable numbers; natural says for which sort.
var operations = map[string]func(a, b int64, natural bool) (int64, bool){
	"+": func(a, b int64, _ bool) (int64, bool) {
		s := a + b
		return s, (s > a) == (b > 0)
	},
	"-": func(a, b int64, natural bool) (int64, bool) {
		d := a - b
		if natural && d < 0 {
			return 0, true
		}
		return d, (d < a) == (b > 0)
	},
	"*": func(a, b int64, _ bool) (int64, bool) { return multiply(a, b) },
	"/": func(a, b int64, _ bool) (int64, bool) {
		if b == 0 {
			return 0, true
		}
		if a == math.MinInt64 {
			return 0, false
		}
		q := a / b
		if a%b < 0 {
			if b > 0 {
				q--
			} else {
				q++
			}
		}
		return q, true
	},
	"%": func(a, b int64, _ bool) (int64, bool) {
		if b == 0 {
			return a, true
		}
		if b == math.MinInt64 {
			return 0, false
		}
		r := a % b
		if r < 0 {
			r += max(b, -b)
		}
		return r, true
	},
	"^": func(a, b int64, _ bool) (int64, bool) {
		out := int64(1)
		if b > 64 && (a > 1 || a < -1) {
			return 0, false
		}
		if b > 64 {
			b = 64 + b%2
		}
		for range b {
			var ok bool
			if out, ok = multiply(out, a); !ok {
				return 0, false
			}
		}
		return out, true
	},
}

func multiply(a, b int64) (int64, bool) {
	if a == math.MinInt64 || b == math.MinInt64 {
		return 0, false
	}
	high, low := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}
