package builtin

import (
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// sort of a variable, as far as the rules tell them apart.
type sortKind int

const (
	otherSort sortKind = iota
	natSort
	intSort
	boolSort
	propSort
	listSort
	functionSort
)

// variable is a hypothesis that is data, not a fact.
type variable struct {
	name string
	sort sortKind
	typ  string
}

// fact is a hypothesis that is a proposition.
type fact struct {
	name string
	text string
	term *term.Term
}

// view is a goal, read.
type view struct {
	goal      provers.Goal
	index     int // of the goal in its state
	mathlib   bool
	depth     int
	target    *term.Term
	facts     []fact
	variables []variable
	byName    map[string]variable
	used      map[string]bool
	coupled   bool            // the goal has metavariables
	declared  []declaration   // by the problem's own preamble
	words     map[string]bool // of facts and target; only with declared
}

func newView(g provers.Goal) *view {
	v := &view{goal: g, target: term.Parse(g.Target), byName: map[string]variable{}, used: map[string]bool{}, coupled: len(g.Metavariables) > 0}
	for _, h := range g.Hypotheses {
		for _, n := range h.Names {
			v.used[n] = true
		}
		t := term.Parse(h.Type)
		if v.isProposition(t) {
			for _, n := range h.Names {
				v.facts = append(v.facts, fact{n, h.Type, t})
			}
			continue
		}
		for _, n := range h.Names {
			x := variable{n, sortOf(t), h.Type}
			v.variables = append(v.variables, x)
			v.byName[n] = x
		}
	}
	return v
}

func sortOf(t *term.Term) sortKind {
	if t.Is("→") {
		return functionSort
	}
	switch t.Head() {
	case "Nat", "ℕ":
		return natSort
	case "Int", "ℤ":
		return intSort
	case "Bool":
		return boolSort
	case "Prop":
		return propSort
	case "List", "Array":
		return listSort
	}
	return otherSort
}

var relations = map[string]bool{"=": true, "≠": true, "<": true, ">": true, "≤": true, "≥": true, "∣": true, "∈": true, "∉": true, "==": true, "!=": true, "≡": true, "⊆": true}

var connectives = map[string]bool{"∧": true, "∨": true, "↔": true}

// isProposition tells facts from data by the printed type: Lean does not print
// the type's type.
func (v *view) isProposition(t *term.Term) bool {
	switch t.Kind {
	case term.Binary:
		if t.Text == "→" {
			return v.isProposition(t.Right())
		}
		return relations[t.Text] || connectives[t.Text]
	case term.Prefix:
		return t.Text == "¬"
	case term.Quantifier:
		return t.Text != "fun" && (t.Text == "∃" || t.Text == "∃!" || v.isProposition(t.Args[0]))
	case term.Name, term.Apply:
		head := t.Head()
		if head == "True" || head == "False" || head == "Nat.Prime" || head == "Nat.Coprime" || head == "Even" || head == "Odd" {
			return true
		}
		if x, ok := v.byName[head]; ok {
			// A variable of type Prop, or a predicate.
			return x.sort == propSort || strings.HasSuffix(x.typ, "→ Prop")
		}
		return strings.HasSuffix(head, ".Coprime") || strings.HasSuffix(head, ".Prime")
	case term.Opaque:
		return strings.Contains(t.Text, ".Coprime") || strings.ContainsAny(t.Text, "=<>≤≥≠∣∧∨→¬↔") && !strings.HasPrefix(t.Text, "{")
	}
	return false
}

// fresh is a name that the goal does not use yet.
func (v *view) fresh(base string) string {
	name := base
	for i := 1; v.used[name]; i++ {
		name = base + subscript(i)
	}
	v.used[name] = true
	return name
}

func subscript(n int) string {
	digits := []rune("₀₁₂₃₄₅₆₇₈₉")
	var s string
	for ; n > 0; n /= 10 {
		s = string(digits[n%10]) + s
	}
	return s
}

// terms calls f for every fact's and the target's term.
func (v *view) terms(f func(*term.Term)) {
	for _, h := range v.facts {
		f(h.term)
	}
	f(v.target)
}

// subterms calls f for every subterm of facts and target, not going below binders
// unless closed is false.
func (v *view) subterms(f func(*term.Term) bool) { v.terms(func(t *term.Term) { t.Walk(f) }) }

// arithmetic variables that some fact or the target mentions.
func (v *view) arithmeticVariables() []variable {
	var list []variable
	for _, x := range v.variables {
		if x.sort != natSort && x.sort != intSort {
			continue
		}
		mentioned := false
		v.terms(func(t *term.Term) { mentioned = mentioned || t.Mentions(x.name) })
		if mentioned {
			list = append(list, x)
		}
	}
	return list
}

// isArithmetic reports whether the proposition is built by connectives from
// relations between Nat and Int terms without quantifiers or unknown functions,
// so that it is decidable once its variables have values.
func (v *view) isArithmetic(t *term.Term) bool {
	switch t.Kind {
	case term.Binary:
		if connectives[t.Text] || t.Text == "→" {
			return v.isArithmetic(t.Left()) && v.isArithmetic(t.Right())
		}
		return relations[t.Text] && t.Text != "∈" && v.isNumber(t.Left()) && v.isNumber(t.Right())
	case term.Prefix:
		return t.Text == "¬" && v.isArithmetic(t.Args[0])
	case term.Name:
		return t.Text == "False" || t.Text == "True"
	}
	return false
}

// evaluable are the functions on numbers that the kernel computes.
var evaluable = map[string]bool{"Nat.gcd": true, "Nat.lcm": true, "Int.gcd": true, "Nat.succ": true, "max": true, "min": true, "Int.natAbs": true, "Nat.log2": true, "Int.toNat": true, "Nat.pred": true}

func (v *view) isNumber(t *term.Term) bool {
	switch t.Kind {
	case term.Numeral:
		return true
	case term.Name:
		x, ok := v.byName[t.Text]
		return ok && (x.sort == natSort || x.sort == intSort)
	case term.Prefix:
		return (t.Text == "-" || t.Text == "↑") && v.isNumber(t.Args[0])
	case term.Binary:
		switch t.Text {
		case "+", "-", "*", "/", "%", "^":
			return v.isNumber(t.Left()) && v.isNumber(t.Right())
		}
		return false
	case term.Apply:
		if !evaluable[t.Head()] {
			return false
		}
		for _, a := range t.Args[1:] {
			if !v.isNumber(a) {
				return false
			}
		}
		return true
	}
	if method, arguments, ok := methodCall(t); ok {
		_ = arguments
		return evaluable["Nat."+method] || evaluable["Int."+method]
	}
	return false
}

// methodCall reads Lean's "a.gcd b" notation.
func methodCall(t *term.Term) (method string, arguments []*term.Term, ok bool) {
	head := t
	if t.Kind == term.Apply {
		head, arguments = t.Args[0], t.Args[1:]
	}
	if head.Kind != term.Name && head.Kind != term.Opaque {
		return "", nil, false
	}
	i := strings.LastIndexByte(head.Text, '.')
	if i <= 0 {
		return "", nil, false
	}
	return head.Text[i+1:], arguments, true
}

// closed reports whether the term has no variables, only numerals and constants.
func (v *view) closed(t *term.Term) bool {
	closed := true
	for _, x := range v.variables {
		if closed && t.Mentions(x.name) {
			closed = false
		}
	}
	return closed
}

// numerals of facts and target, ascending, without duplicates, at most limit each.
func (v *view) numerals(limit int64) []int64 {
	set := map[int64]bool{}
	v.subterms(func(t *term.Term) bool {
		if t.Kind == term.Numeral {
			if n, ok := t.IsNumeral(); ok && n <= limit {
				set[n] = true
			}
		}
		return true
	})
	list := make([]int64, 0, len(set))
	for n := range set {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}

// conjuncts splits a fact at its conjunctions.
func conjuncts(t *term.Term) []*term.Term {
	if t.Is("∧") {
		return append(conjuncts(t.Left()), conjuncts(t.Right())...)
	}
	return []*term.Term{t}
}
