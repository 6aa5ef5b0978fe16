package dataset

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// The functions of this file read terms as far as their tokens allow. Lean's
// grammar is open, so that they guess; what is wrong by a guess must only be a
// finding too many or too few.

// notations are single letters that Mathlib gives a meaning, in one namespace or
// another.
const notations = "πφσΓζμΛωψχXCI𝓝𝓤ℵℶ"

// autoBound reports whether Lean, with its old defaults, makes a variable of an
// undeclared name: one letter, with digits, subscripts or primes behind it.
func autoBound(name string) bool {
	first, size := utf8.DecodeRuneInString(name)
	ascii := 'a' <= first && first <= 'z' || 'A' <= first && first <= 'Z'
	greek := 'α' <= first && first <= 'ω'
	if !ascii && !greek || strings.ContainsRune(notations, first) && len(name) == size {
		return false
	}
	return strings.Trim(name[size:], "0123456789'₀₁₂₃₄₅₆₇₈₉") == ""
}

// field reports whether a token is a field, an argument's name or a part of some
// notation (α ↪o β, s(a, b)), and no variable.
func field(tokens []source.Token, i int) bool {
	t := tokens[i]
	if i > 0 {
		before := tokens[i-1]
		if before.Is(".") || before.End == t.Start && slices.Contains([]string{"↪", "≃", "→", "⟶"}, before.Text) {
			return true
		}
	}
	if i+1 == len(tokens) {
		return false
	}
	after := tokens[i+1]
	return after.Is(":=") || t.Text == "s" && after.Is("(") && after.Start == t.End
}

// boundNames are the names that a term binds itself, anywhere: those behind a
// quantifier, fun, let and the like, and the patterns of set builders. It errs
// towards too many.
func boundNames(tokens []source.Token) map[string]bool {
	bound := map[string]bool{}
	for i, t := range tokens {
		rest := tokens[i+1:]
		switch t.Text {
		case "∀", "∃", "∑", "∏", "Σ", "Π", "∫", "⨆", "⨅", "⋃", "⋂", "⨍", "let", "have", "letI", "haveI", "rec", "if", "intro":
			bindPattern(bound, rest, ",", ":=", "=>", "↦", "∈", "in", "then", ">", "<", "≥", "≤", "≠", "⊆", "∂")
		case "fun", "λ":
			bindPattern(bound, rest, "=>", "↦", "∈")
		case "|":
			switch {
			case beginsArm(rest):
				bindPattern(bound, rest, "=>")
			case len(rest) > 1 && rest[0].Kind == source.Ident && rest[1].Is("∈"): // {f x | x ∈ s}
				bound[rest[0].Text] = true
			}
		case "{":
			if end := closingBar(rest); end >= 0 {
				bindPattern(bound, rest[:end])
			}
		case ":":
			if i > 0 && tokens[i-1].Kind == source.Ident {
				bound[tokens[i-1].Text] = true
			}
		}
	}
	return bound
}

// beginsArm reports whether tokens behind a bar are an arm of a match, and not an
// absolute value or what a set builder says.
func beginsArm(tokens []source.Token) bool {
	arm := false
	level(tokens, func(_ int, t source.Token) bool {
		arm = t.Is("=>")
		return !arm && !t.Is("|") && !t.Is("fun") && !t.Is("λ")
	})
	return arm
}

// bindPattern adds the identifiers of a pattern, up to one of the ends outside of
// brackets. What is behind a colon is a type.
func bindPattern(bound map[string]bool, tokens []source.Token, ends ...string) {
	depth, typeDepth := 0, -1
	for _, t := range tokens {
		switch t.Text {
		case "(", "[", "{", "⟨", "⦃":
			depth++
		case ")", "]", "}", "⟩", "⦄":
			if depth--; depth < 0 {
				return
			}
			if depth < typeDepth {
				typeDepth = -1
			}
		case ":":
			if typeDepth < 0 {
				typeDepth = depth
			}
		default:
			if depth == 0 && slices.Contains(ends, t.Text) {
				return
			}
			if t.Kind == source.Ident && typeDepth < 0 {
				bound[t.Text] = true
			}
		}
	}
}

// closingBar is the index of the bar of a set builder or the "//" of a subtype,
// of which the tokens are the inside; -1 if there is none.
func closingBar(tokens []source.Token) int {
	depth := 0
	for i, t := range tokens {
		switch t.Text {
		case "(", "[", "{", "⟨", "⦃":
			depth++
		case ")", "]", "}", "⟩", "⦄":
			if depth--; depth < 0 {
				return -1
			}
		case "|", "/":
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// mentions reports whether a text mentions a name, its factorial "name!" too.
func mentions(text, name string) bool {
	return slices.ContainsFunc(code(text), func(t source.Token) bool { return t.Mentions(name) || t.Is(name+"!") })
}

// level calls f for each token outside of brackets until it returns false.
func level(tokens []source.Token, f func(i int, t source.Token) bool) {
	depth := 0
	for i, t := range tokens {
		switch t.Text {
		case "(", "[", "{", "⟨", "⦃", "@[", "#[":
			depth++
		case ")", "]", "}", "⟩", "⦄":
			depth--
		default:
			if depth == 0 && !f(i, t) {
				return
			}
		}
	}
}

// stripped takes brackets around a whole term off.
func stripped(tokens []source.Token) []source.Token {
	for len(tokens) > 2 && tokens[0].Is("(") && tokens[len(tokens)-1].Is(")") {
		whole := true
		depth := 0
		for i, t := range tokens {
			if t.Is("(") {
				depth++
			} else if t.Is(")") {
				depth--
			}
			whole = whole && (depth > 0 || i == len(tokens)-1)
		}
		if !whole {
			break
		}
		tokens = tokens[1 : len(tokens)-1]
	}
	return tokens
}

// conjuncts splits a proposition at its outermost ∧. What is behind a quantifier
// or an implication belongs to it.
func conjuncts(tokens []source.Token) [][]source.Token {
	tokens = stripped(tokens)
	var cuts []int
	implication := false
	level(tokens, func(i int, t source.Token) bool {
		switch t.Text {
		case "∀", "∃", "fun", "λ", "let":
			return false
		case "→", "↔", "∨":
			implication = true
			return false
		case "∧":
			cuts = append(cuts, i)
		}
		return true
	})
	if implication || len(cuts) == 0 {
		return [][]source.Token{tokens}
	}
	var parts [][]source.Token
	start := 0
	for _, cut := range cuts {
		parts = append(parts, conjuncts(tokens[start:cut])...)
		start = cut + 1
	}
	return append(parts, conjuncts(tokens[start:])...)
}

// premises are the tokens of all premises of a proposition, behind its quantifiers.
func premises(tokens []source.Token) []source.Token {
	tokens = stripped(tokens)
	if len(tokens) > 0 && tokens[0].Is("∀") {
		comma := -1
		level(tokens, func(i int, t source.Token) bool {
			if t.Is(",") {
				comma = i
			}
			return comma < 0
		})
		if comma < 0 {
			return nil
		}
		// The bound of "∀ x ∈ answer," is a premise too.
		var bounds []source.Token
		if !slices.ContainsFunc(tokens[:comma], func(t source.Token) bool { return t.Is(":") }) {
			bounds = tokens[1:comma]
		}
		return append(slices.Clone(bounds), premises(tokens[comma+1:])...)
	}
	arrow := -1
	level(tokens, func(i int, t source.Token) bool {
		switch t.Text {
		case "→":
			arrow = i
		case "↔", "∀", "∃", "fun", "λ", "let":
			return false
		}
		return arrow < 0
	})
	if arrow < 0 {
		return nil
	}
	return append(slices.Clone(tokens[:arrow]), premises(tokens[arrow+1:])...)
}

// equated returns what a proposition or one of its conjuncts equates a name with.
func equated(tokens []source.Token, name string) ([]source.Token, bool) {
	for _, part := range conjuncts(tokens) {
		n := len(part)
		switch {
		case n > 2 && part[0].Is(name) && (part[1].Is("=") || part[1].Is("↔")) && simple(part[2:]):
			return part[2:], true
		case n > 2 && part[n-1].Is(name) && (part[n-2].Is("=") || part[n-2].Is("↔")) && simple(part[:n-2]):
			return part[:n-2], true
		}
	}
	return nil, false
}

// simple reports whether tokens are one term, without a relation outside of
// brackets.
func simple(tokens []source.Token) bool {
	ok := true
	level(tokens, func(_ int, t source.Token) bool {
		switch t.Text {
		case "fun", "λ":
			return false // what follows is inside of the function
		case "=", "≠", "<", ">", "≤", "≥", "→", "↔", "∨", "∧", "∀", "∃", "∈":
			ok = false
		}
		return ok
	})
	return ok
}

// literal reports whether a term is a number, a truth value or made of such.
func literal(tokens []source.Token) bool {
	numbers := false
	for i, t := range tokens {
		switch {
		case t.Is("-") && i > 0 && (tokens[i-1].Kind == source.Numeral || tokens[i-1].Is(")")):
			return false // a subtraction is something to compute
		case t.Kind == source.Numeral, t.Is("True"), t.Is("False"), t.Is("true"), t.Is("false"), t.Is("∅"):
			numbers = true
		case t.Kind == source.Ident:
			switch t.Text {
			case "ℕ", "ℤ", "ℚ", "ℝ", "ℂ", "Nat", "Int", "Rat", "Real", "Complex": // a type ascription
			default:
				return false
			}
		case !slices.Contains([]string{"(", ")", "{", "}", "[", "]", "⟨", "⟩", ",", "-", ":"}, t.Text):
			return false
		}
	}
	return numbers
}

func firstLine(text string) string {
	line, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if rest != "" {
		line += " …"
	}
	return line
}

func spaced(tokens []source.Token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Text
	}
	return strings.Join(words, " ")
}

// numbers lists the numbers of a term. The instances that tell Lean of a number
// that it is at least two have another number in them, which is not meant.
func numbers(tokens []source.Token) string {
	var list []string
	depth, inside := 0, -1
	for _, t := range tokens {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			if depth--; depth < inside {
				inside = -1
			}
		case inside < 0 && t.Kind == source.Ident && strings.HasSuffix(t.Text, "instNatAtLeastTwo"):
			inside = depth
		case inside < 0 && t.Kind == source.Numeral:
			list = append(list, t.Text)
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}
