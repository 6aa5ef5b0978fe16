package fps

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Form says what kind of term an answer is.
type Form string

// The forms of an answer.
const (
	// NormalForm is an evaluated answer: a numeral, a list of numerals, a
	// proposition that says of the answer what it is, and so on by type.
	NormalForm Form = "normal"
	// Unevaluated is an answer that may be right but is not worked out, such as
	// "54 % 6". Three quarters of the published "solved" numeral answers are.
	Unevaluated Form = "unevaluated"
	// NoAnswer is a term that gives nothing away: it chooses, has holes, or asks
	// the question again.
	NoAnswer Form = "no_answer"
)

// evasions are constants that name an answer without giving it.
var evasions = []string{
	"Classical.choice", "Classical.choose", "Classical.epsilon", "Classical.arbitrary", "Classical.some", "Classical.indefiniteDescription",
	"Classical.strongIndefiniteDescription", "Classical.byContradiction'", "Exists.choose", "Nonempty.some", "Nat.find", "Nat.findGreatest",
	"Nat.sInf", "sSup", "sInf", "iSup", "iInf", "Inhabited.default", "default", "Classical.inhabited_of_nonempty", "Exists.classicalRecOn",
	"Quot.out", "Quotient.out", "Function.invFun", "Function.surjInv", "Function.argmin", "WellFounded.min", "WellFounded.fix", "sorryAx",
	"Set.encard", "Set.ncard", "Nat.card", "Cardinal.mk", "lcProof", "ofReduceBool",
}

// Judge says which form an answer has. Explicit is [provers.Answer.Explicit]: a
// term without notation. The names in scope are the introductions, which the
// answer may mention, and, of a deductive submission, the answers' own names.
// is not normal, why says what is in the way.
func Judge(explicit string, scope []string) (form Form, why string) {
	t, ok := readExplicit(explicit)
	if !ok {
		return Unevaluated, "the term could not be read"
	}
	for _, name := range t.constants(nil) {
		if strings.HasPrefix(name, "?") {
			return NoAnswer, "it has a hole: " + name
		}
		if slices.Contains(evasions, name) {
			return NoAnswer, name + " names an answer without giving it"
		}
	}
	if why := t.normal(scope); why != "" {
		return Unevaluated, why
	}
	return NormalForm, ""
}

// explicitTerm is a term in Lean's notation without notations.
type explicitTerm struct {
	head     string // an identifier or a literal; "fun" for a function; empty if the function is a term itself
	function *explicitTerm
	args     []*explicitTerm
	binders  []string // of a function
}

// literal is the value of a numeral.
func (t *explicitTerm) literal() (*big.Int, bool) {
	switch {
	case t.head == "nat_lit" && len(t.args) == 1:
		return t.args[0].literal()
	case t.head == "OfNat.ofNat" && len(t.args) == 3:
		return t.args[1].literal()
	case len(t.args) == 0:
		n, ok := new(big.Int).SetString(t.head, 10)
		return n, ok && n.Sign() >= 0
	}
	return nil, false
}

// rational is the value of a numeral with a sign, or of a fraction in lowest terms.
func (t *explicitTerm) rational() (*big.Rat, bool) {
	if n, ok := t.literal(); ok {
		return new(big.Rat).SetInt(n), true
	}
	switch {
	case t.head == "Neg.neg" && len(t.args) == 3:
		if r, ok := t.args[2].rational(); ok && r.Sign() > 0 {
			return new(big.Rat).Neg(r), true
		}
	case t.head == "HDiv.hDiv" && len(t.args) == 6 && isField(t.args[0]):
		a, ok := t.args[4].rational()
		b, ok2 := t.args[5].literal()
		if ok && ok2 && a.IsInt() && b.Cmp(big.NewInt(1)) > 0 {
			if r := new(big.Rat).SetFrac(a.Num(), b); r.Denom().Cmp(b) == 0 {
				return r, true
			}
		}
	}
	return nil, false
}

func isField(t *explicitTerm) bool {
	return len(t.args) == 0 && slices.Contains([]string{"Rat", "Real", "Complex", "ℚ", "ℝ", "ℂ", "NNReal", "NNRat"}, t.head)
}

// arithmetic are operations with the number of their arguments; the operands are the last ones.
var arithmetic = map[string]struct{ args, operands int }{
	"HAdd.hAdd": {6, 2}, "HSub.hSub": {6, 2}, "HMul.hMul": {6, 2}, "HDiv.hDiv": {6, 2}, "HPow.hPow": {6, 2}, "HMod.hMod": {6, 2}, "Neg.neg": {3, 1},
	"Real.sqrt": {1, 1}, "Nat.cast": {3, 1}, "Int.cast": {3, 1}, "IntCast.intCast": {3, 1}, "NatCast.natCast": {3, 1}, "Int.ofNat": {1, 1},
	"Real.exp": {1, 1}, "Real.log": {1, 1}, "Real.sin": {1, 1}, "Real.cos": {1, 1}, "Real.tan": {1, 1}, "Inv.inv": {3, 1},
	"Real.arctan": {1, 1}, "Real.arcsin": {1, 1}, "Real.arccos": {1, 1},
}

// irrational are constants and functions whose value no numeral names.
var irrational = []string{"Real.pi", "Complex.I", "Real.sqrt", "Real.exp", "Real.log", "Real.sin", "Real.cos", "Real.tan", "Real.arctan", "Real.arcsin", "Real.arccos"}

// constructors of data, with the number of their arguments; the last are data.
var constructors = map[string]struct{ args, data int }{
	"Prod.mk": {4, 2}, "List.cons": {3, 2}, "List.nil": {1, 0}, "Option.some": {2, 1}, "Option.none": {1, 0}, "Sum.inl": {3, 1}, "Sum.inr": {3, 1},
	"Bool.true": {0, 0}, "Bool.false": {0, 0}, "true": {0, 0}, "false": {0, 0}, "True": {0, 0}, "False": {0, 0}, "Unit.unit": {0, 0}, "PUnit.unit": {0, 0},
	"Singleton.singleton": {4, 1}, "Insert.insert": {5, 2}, "EmptyCollection.emptyCollection": {2, 0}, "Set.univ": {1, 0},
	"Set.Icc": {4, 2}, "Set.Ico": {4, 2}, "Set.Ioc": {4, 2}, "Set.Ioo": {4, 2}, "Set.Ici": {3, 1}, "Set.Iic": {3, 1}, "Set.Ioi": {3, 1}, "Set.Iio": {3, 1},
	"Union.union": {4, 2}, "Complex.mk": {2, 2},
}

// normal is empty for a normal form, and otherwise says what is in the way.
func (t *explicitTerm) normal(scope []string) string {
	if _, ok := t.rational(); ok {
		return ""
	}
	if c, ok := constructors[t.head]; ok && len(t.args) == c.args {
		for _, a := range t.args[c.args-c.data:] {
			if why := a.normal(scope); why != "" {
				return why
			}
		}
		return ""
	}
	switch {
	case strings.HasPrefix(t.head, `"`) || strings.HasPrefix(t.head, "'"):
		return ""
	case len(t.args) == 0 && slices.Contains(scope, t.head):
		return ""
	case t.head == "fun":
		return t.args[0].normal(append(slices.Clone(scope), t.binders...))
	case t.head == "setOf" && len(t.args) == 2 && t.args[1].head == "fun":
		return t.args[1].args[0].proposition(append(slices.Clone(scope), t.args[1].binders...), t.args[1].binders)
	case t.isProposition():
		return t.proposition(scope, scope)
	}
	return t.expression(scope)
}

// expression checks arithmetic over names in scope and constants such as π: a part
// that is rational must be worked out.
func (t *explicitTerm) expression(scope []string) string {
	if _, ok := t.rational(); ok {
		return ""
	}
	if len(t.args) == 0 && t.function == nil {
		if slices.Contains(scope, t.head) || slices.Contains(irrational, t.head) {
			return ""
		}
		return t.head + " is not worked out"
	}
	op, ok := arithmetic[t.head]
	if !ok || len(t.args) != op.args {
		if t.head == "" {
			return "a function is applied that could be worked out"
		}
		return t.head + " is not worked out"
	}
	open := false
	for _, name := range t.constants(nil) {
		open = open || slices.Contains(scope, name) || slices.Contains(irrational, name)
	}
	if !open {
		return t.head + " of numerals is not worked out"
	}
	for _, a := range t.args[op.args-op.operands:] {
		if why := a.expression(scope); why != "" {
			return why
		}
	}
	return ""
}

// relationHeads are relations, with the number of their arguments; the last two are related.
var relationHeads = map[string]int{"Eq": 3, "Ne": 3, "LT.lt": 4, "LE.le": 4, "GT.gt": 4, "GE.ge": 4, "Membership.mem": 5, "Dvd.dvd": 4}

func (t *explicitTerm) isProposition() bool {
	if _, ok := relationHeads[t.head]; ok {
		return true
	}
	return slices.Contains([]string{"And", "Or", "Not", "Exists", "Iff", "True", "False"}, t.head)
}

// proposition checks a propositional normal form: relations between one of the
// names (or its remainder by a numeral) and a term that is worked out, joined by
// and, or, not; and families "∃ k, x = 2 * k + 1".
func (t *explicitTerm) proposition(scope, about []string) string {
	switch {
	case t.head == "True" || t.head == "False":
		return ""
	case (t.head == "And" || t.head == "Or") && len(t.args) == 2:
		if why := t.args[0].proposition(scope, about); why != "" {
			return why
		}
		return t.args[1].proposition(scope, about)
	case t.head == "Not" && len(t.args) == 1:
		return t.args[0].proposition(scope, about)
	case t.head == "Exists" && len(t.args) == 2 && t.args[1].head == "fun":
		f := t.args[1]
		return f.args[0].proposition(append(slices.Clone(scope), f.binders...), append(slices.Clone(about), f.binders...))
	}
	count, ok := relationHeads[t.head]
	if !ok || len(t.args) != count {
		return fmt.Sprintf("%q does not say what the answer is", t.head)
	}
	a, b := t.args[count-2], t.args[count-1]
	if t.head == "Membership.mem" {
		a, b = b, a // the collection comes first
	}
	for _, sides := range [][2]*explicitTerm{{a, b}, {b, a}} {
		x, value := sides[0], sides[1]
		if x.subject(about) && !value.mentions(x) {
			return value.normal(scope)
		}
	}
	return "a relation does not have the answer alone on one side"
}

// subject reports whether a term is one of the names, a part of it, or its
// remainder by a numeral.
func (t *explicitTerm) subject(about []string) bool {
	switch {
	case len(t.args) == 0:
		return slices.Contains(about, t.head) || slices.Contains(about, strings.TrimSuffix(strings.TrimSuffix(t.head, ".1"), ".2"))
	case (t.head == "Prod.fst" || t.head == "Prod.snd") && len(t.args) == 3:
		return t.args[2].subject(about)
	case t.head == "Prod.mk" && len(t.args) == 4:
		return t.args[2].subject(about) && t.args[3].subject(about)
	case t.head == "HMod.hMod" && len(t.args) == 6:
		_, ok := t.args[5].literal()
		return ok && t.args[4].subject(about)
	}
	return false
}

// mentions reports whether a name of the subject x is in the term.
func (t *explicitTerm) mentions(x *explicitTerm) bool {
	names := x.constants(nil)
	for _, name := range t.constants(nil) {
		if slices.Contains(names, name) && !strings.Contains(name, ".") && name != "nat_lit" && !isDigits(name) && !isTypeName(name) {
			return true
		}
	}
	return false
}

func isTypeName(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r) || strings.HasPrefix(name, "inst")
}

func isDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// constants are the identifiers and literals of the term.
func (t *explicitTerm) constants(list []string) []string {
	if t.head != "" {
		list = append(list, t.head)
	}
	if t.function != nil {
		list = t.function.constants(list)
	}
	for _, a := range t.args {
		list = a.constants(list)
	}
	return list
}

// readExplicit reads a term without notation: applications, functions, and
// anything else as an application of a sign.
func readExplicit(text string) (*explicitTerm, bool) {
	r := explicitReader{tokens: explicitTokens(text)}
	t := r.term()
	return t, t != nil && r.at == len(r.tokens)
}

type explicitReader struct {
	tokens []string
	at     int
	depth  int
}

func (r *explicitReader) peek() string {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return ""
}

// maxNesting bounds the recursion on terms that nobody wants as an answer.
const maxNesting = 5000

func (r *explicitReader) term() *explicitTerm {
	if r.depth++; r.depth > maxNesting {
		return nil
	}
	defer func() { r.depth-- }()
	if r.peek() == "fun" {
		return r.function()
	}
	var parts []*explicitTerm
	for {
		switch token := r.peek(); token {
		case "", ")":
			switch {
			case len(parts) == 0:
				return nil
			case len(parts) == 1:
				return parts[0]
			case parts[0].head == "fun" || len(parts[0].args) > 0 || parts[0].head == "":
				return &explicitTerm{function: parts[0], args: parts[1:]}
			}
			return &explicitTerm{head: parts[0].head, args: parts[1:]}
		case "(":
			r.at++
			t := r.term()
			if t == nil || r.peek() != ")" {
				return nil
			}
			r.at++
			parts = append(parts, t)
		case "fun":
			t := r.function()
			if t == nil {
				return nil
			}
			parts = append(parts, t)
		default:
			r.at++
			parts = append(parts, &explicitTerm{head: strings.TrimPrefix(token, "@")})
		}
	}
}

// function reads "fun (x : Nat) y => body", which goes as far as its brackets.
func (r *explicitReader) function() *explicitTerm {
	r.at++
	t := &explicitTerm{head: "fun"}
	for depth := 0; ; r.at++ {
		token := r.peek()
		switch {
		case token == "":
			return nil
		case depth == 0 && token == "=>":
			r.at++
			body := r.term()
			if body == nil || len(t.binders) == 0 {
				return nil
			}
			t.args = []*explicitTerm{body}
			return t
		case token == "(":
			depth++
			if depth == 1 && r.at+1 < len(r.tokens) {
				t.binders = append(t.binders, r.tokens[r.at+1])
			}
		case token == ")":
			depth--
		case depth == 0:
			t.binders = append(t.binders, token)
		}
	}
}

func explicitTokens(text string) []string {
	var tokens []string
	start := -1
	flush := func(to int) {
		if start >= 0 {
			tokens = append(tokens, text[start:to])
		}
		start = -1
	}
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(c):
			flush(i)
		case strings.ContainsRune("(){}[]", c):
			flush(i)
			bracket := string(c)
			switch c {
			case '{', '[':
				bracket = "("
			case '}', ']':
				bracket = ")"
			}
			tokens = append(tokens, bracket)
		case c == '"' && start < 0:
			end := i + 1
			for end < len(text) && text[end] != '"' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(text))
			tokens = append(tokens, text[i:end])
			i = end
			continue
		case start < 0:
			start = i
		}
		i += size
	}
	flush(len(text))
	return tokens
}
