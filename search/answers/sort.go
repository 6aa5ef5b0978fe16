package answers

import (
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// sortKind is the head of a type.
type sortKind uint8

const (
	natural  sortKind = iota
	whole             // ℤ
	fraction          // ℚ, ℝ and other fields, of which only the rational part is known
	proposition
	boolean
	listOf  // args[0] is the type of the elements
	setOf   // args[0] is the type of the elements; sets are kept as sorted lists
	product // args are the components
	arrow   // args are the parameters and then the result
)

// sort is a type that can be computed with. A nil sort is one that is not known yet.
type sort struct {
	kind sortKind
	args []*sort
}

var (
	sortNat  = &sort{kind: natural}
	sortInt  = &sort{kind: whole}
	sortRat  = &sort{kind: fraction}
	sortProp = &sort{kind: proposition}
	sortBool = &sort{kind: boolean}
)

var basicSorts = map[string]*sort{
	"Nat": sortNat, "ℕ": sortNat, "Int": sortInt, "ℤ": sortInt, "Rat": sortRat, "ℚ": sortRat, "Real": sortRat, "ℝ": sortRat,
	"NNReal": sortRat, "ℝ≥0": sortRat, "Prop": sortProp, "Bool": sortBool, "ℕ+": sortNat,
}

func (s *sort) is(k sortKind) bool { return s != nil && s.kind == k }

func (s *sort) isNumeric() bool { return s != nil && s.kind <= fraction }

// parseSort reads a type; nil if it is none that can be computed with.
func parseSort(text string) *sort {
	// The type of pairs is no operator to the term reader.
	if parts := splitTop(text, '→'); len(parts) > 1 {
		s := &sort{kind: arrow}
		for i, p := range parts {
			a := parseSort(p)
			if a == nil {
				return nil
			}
			if i == len(parts)-1 && a.kind == arrow {
				s.args = append(s.args, a.args...)
			} else {
				s.args = append(s.args, a)
			}
		}
		return s
	}
	if parts := splitTop(text, '×'); len(parts) > 1 {
		s := &sort{kind: product}
		for _, p := range parts {
			a := parseSort(p)
			if a == nil {
				return nil
			}
			s.args = append(s.args, a)
		}
		if last := s.args[len(s.args)-1]; last.kind == product {
			s.args = append(s.args[:len(s.args)-1:len(s.args)-1], last.args...)
		}
		return s
	}
	text = strings.TrimSpace(text)
	if inner, ok := unwrap(text); ok {
		return parseSort(inner)
	}
	if s, ok := basicSorts[text]; ok {
		return s
	}
	for _, head := range []string{"List ", "Finset ", "Set "} {
		if rest, ok := strings.CutPrefix(text, head); ok {
			if a := parseSort(rest); a != nil {
				kind := listOf
				if head != "List " {
					kind = setOf
				}
				return &sort{kind: kind, args: []*sort{a}}
			}
		}
	}
	return nil
}

// unwrap takes off parentheses that enclose the whole text.
func unwrap(text string) (string, bool) {
	if !strings.HasPrefix(text, "(") || !strings.HasSuffix(text, ")") {
		return "", false
	}
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 && i < len(text)-1 {
				return "", false
			}
		}
	}
	return text[1 : len(text)-1], true
}

// splitTop splits at a rune outside parentheses.
func splitTop(text string, at rune) []string {
	var parts []string
	depth, from := 0, 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == at && depth == 0:
			parts = append(parts, text[from:i])
			from = i + len(string(r))
		}
	}
	return append(parts, text[from:])
}

// joined is the type to which values of both types are brought, as Lean does it
// for the leaves of arithmetic: ℕ goes to ℤ, and ℤ to ℚ.
func joined(a, b *sort) *sort {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.isNumeric() && b.isNumeric():
		if a.kind < b.kind {
			return b
		}
		return a
	case a.kind == b.kind && len(a.args) == len(b.args) && len(a.args) > 0:
		s := &sort{kind: a.kind}
		for i := range a.args {
			s.args = append(s.args, joined(a.args[i], b.args[i]))
		}
		return s
	}
	return a
}

// settled replaces what is not known in a sort by ℕ, as Lean does for numerals.
func settled(s *sort) *sort {
	if s == nil {
		return sortNat
	}
	if len(s.args) == 0 {
		return s
	}
	u := &sort{kind: s.kind}
	for _, a := range s.args {
		u.args = append(u.args, settled(a))
	}
	return u
}

// parameters of a function type, and its result.
func (s *sort) signature() (parameters []*sort, result *sort) {
	return s.args[:len(s.args)-1], s.args[len(s.args)-1]
}

// binderSort is the type that a binder states, or nil.
func binderSort(b term.Binder) *sort {
	if b.Type == "" {
		return nil
	}
	return parseSort(b.Type)
}
