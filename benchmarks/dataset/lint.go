package dataset

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// Severity says what a [Finding] means for a result on the problem.
type Severity string

// The severities.
const (
	// Wrong: a result on the problem means nothing.
	Wrong Severity = "error"
	// Doubtful: a result may mean something else than it seems to.
	Doubtful Severity = "warning"
	// Notable: worth knowing when results are compared.
	Notable Severity = "note"
)

// Rule is the name of what [Lint] looks for.
type Rule string

// The rules.
const (
	// AnswerUnused: no outro mentions the answer, so that any value solves it.
	AnswerUnused Rule = "answer-unused"
	// AnswerNotInQuery: the answer is mentioned, but not in the last outro.
	AnswerNotInQuery Rule = "answer-not-in-query"
	// AnswerInAssumption: an outro before the last mentions the answer. As an
	// assumption it lets a wrong answer win by contradiction (trap T1).
	AnswerInAssumption Rule = "answer-in-assumption"
	// PremiseMentionsAnswer: the query is an implication whose premise mentions
	// the answer, so that a wrong answer can win by making it false.
	PremiseMentionsAnswer Rule = "premise-mentions-answer"
	// ReferenceLeaked: the reference stands in the problem.
	ReferenceLeaked Rule = "reference-leaked"
	// ClosedQuery: the answer is to equal an expression without variables, so
	// that copying it solves the problem.
	ClosedQuery Rule = "closed-query"
	// ReferenceOpen: the reference mentions a variable that the answer may not.
	ReferenceOpen Rule = "reference-open"
	// ReferenceUnrelated: the reference is a proposition that does not mention
	// the answer.
	ReferenceUnrelated Rule = "reference-unrelated"
	// ReferenceMalformed: the reference is more than a term.
	ReferenceMalformed Rule = "reference-malformed"
	// NoReference: there is nothing to judge an answer by.
	NoReference Rule = "no-reference"
	// NoAnswerType: the problem does not say of which type its answer is.
	NoAnswerType Rule = "no-answer-type"
	// AutoBound: an identifier is declared nowhere and looks like one that Lean's
	// autoImplicit would make a variable of.
	AutoBound Rule = "auto-bound"
	// ElidedTerm: "⋯" stands for a term that Lean left out when it printed the
	// statement. The text cannot be read back.
	ElidedTerm Rule = "elided-term"
	// OldSum: "∑ x in s", which newer Mathlib writes "∑ x ∈ s".
	OldSum Rule = "old-sum-notation"
	// FactorialName: "n!" is one identifier to Lean.
	FactorialName Rule = "factorial-name"
	// SameInformal and SameStatement: two records have the same informal problem,
	// or the same formal one.
	SameInformal  Rule = "same-informal-problem"
	SameStatement Rule = "same-statement"
)

// Finding is something about a record that whoever uses it should know.
type Finding struct {
	Rule     Rule     `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
}

// Lint looks for mistakes and traps in a record. It reads text and guesses from
// it; what only a prover can tell is not its business.
func Lint(r Record) []Finding {
	l := linter{record: r}
	switch {
	case r.Find != nil:
		l.find(r.Find)
	case r.Prove != nil:
		l.prove(*r.Prove)
	}
	return l.findings
}

// LintAll looks for mistakes in each record, and for records that are the same.
// The result has one list of findings a record.
func LintAll(records []Record) [][]Finding {
	out := make([][]Finding, len(records))
	informal, formal := map[string]string{}, map[string]string{}
	for i, r := range records {
		l := linter{record: r, findings: Lint(r)}
		key := strings.Join(strings.Fields(r.Informal.Problem), " ")
		l.same(informal, key, SameInformal, Doubtful, "its informal problem is that of %s")
		l.same(formal, statementKey(r), SameStatement, Doubtful, "its formal statement is that of %s")
		out[i] = l.findings
	}
	return out
}

// statementKey is what two records with the same statement have in common: all
// that Lean reads but white space, comments and the theorem's name.
func statementKey(r Record) string {
	p, err := r.Problem()
	if err != nil {
		return ""
	}
	s, err := source.ParseSignature(p)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, t := range slices.Concat(code(p.Preamble), code(s.BindersText), code(s.Body)) {
		text := t.Text
		if r.Find != nil {
			for i, a := range r.Find.Answers {
				if t.Mentions(a.Name) {
					text = fmt.Sprintf("answer %d", i) + strings.TrimPrefix(text, a.Name)
				}
			}
		}
		b.WriteString(text + " ")
	}
	return b.String()
}

type linter struct {
	record   Record
	findings []Finding
}

func (l *linter) report(rule Rule, severity Severity, format string, args ...any) {
	f := Finding{rule, severity, fmt.Sprintf(format, args...)}
	if !slices.Contains(l.findings, f) {
		l.findings = append(l.findings, f)
	}
}

func (l *linter) same(seen map[string]string, key string, rule Rule, severity Severity, format string) {
	if key == "" {
		return
	}
	if first, ok := seen[key]; ok {
		l.report(rule, severity, format, first)
		return
	}
	seen[key] = l.record.Name
}

func (l *linter) prove(p provers.Problem) {
	s, err := source.ParseSignature(p)
	if err != nil {
		return
	}
	scope := newScope(p.Preamble)
	for _, b := range s.Binders {
		l.text(b.Name, b.Type, scope)
	}
	l.text("", s.Body, scope)
}

func (l *linter) find(p *fps.Problem) {
	scope := newScope(p.Preamble)
	for _, b := range slices.Concat(p.Intros, p.Answers, p.Outros) {
		l.text(b.Name, b.Type, scope)
	}
	for _, a := range p.Answers {
		switch {
		case strings.TrimSpace(a.Type) != "":
		case p.Written != "":
			l.report(NoAnswerType, Doubtful, "the type of %s is not written: Lean finds it out, but nothing that builds on the problem's parts can", a.Name)
		default:
			l.report(NoAnswerType, Wrong, "the type of %s is not written", a.Name)
		}
		l.mentions(p, a.Name)
	}
	l.leaks(p)
	l.reference(p)
}

// mentions looks at where an answer is mentioned.
func (l *linter) mentions(p *fps.Problem, answer string) {
	in := func(list []fps.Binder) []string {
		var names []string
		for _, b := range list {
			if mentions(b.Type, answer) {
				names = append(names, b.Name)
			}
		}
		return names
	}
	last := len(p.Outros) - 1
	if last < 0 {
		return
	}
	earlier, query := in(p.Outros[:last]), mentions(p.Outros[last].Type, answer)
	others := slices.ContainsFunc(p.Answers, func(a fps.Binder) bool { return a.Name != answer && mentions(a.Type, answer) })
	switch {
	case !query && len(earlier) == 0 && !others:
		l.report(AnswerUnused, Wrong, "no outro mentions %s: any value solves it", answer)
	case !query && !others:
		l.report(AnswerNotInQuery, Doubtful, "the query does not mention %s, which is only in %s", answer, strings.Join(earlier, ", "))
	}
	if len(earlier) > 0 {
		if p.Written != "" {
			l.report(AnswerInAssumption, Doubtful, "%s mentions %s and stays an assumption, since the statement is kept as it is written: a wrong answer can win by contradiction",
				strings.Join(earlier, ", "), answer)
		} else {
			l.report(AnswerInAssumption, Notable, "%s mentions %s; it is encoded as a requirement, not as an assumption that a wrong answer could contradict",
				strings.Join(earlier, ", "), answer)
		}
	}
	for _, part := range conjuncts(code(p.Outros[last].Type)) {
		if premise := premises(part); source.Mentions(premise, answer) {
			l.report(PremiseMentionsAnswer, Doubtful, "a premise of the query mentions %s: a wrong answer can win by making it false", answer)
		}
	}
}

// leaks looks for the answer in the problem itself.
func (l *linter) leaks(p *fps.Problem) {
	var variables []string
	for _, b := range slices.Concat(p.Intros, p.Outros) {
		if b.Name != "" {
			variables = append(variables, b.Name)
		}
	}
	for _, a := range p.Answers {
		for _, o := range p.Outros {
			value, ok := equated(code(o.Type), a.Name)
			if !ok || slices.ContainsFunc(value, func(t source.Token) bool {
				return t.Mentions(a.Name) || slices.ContainsFunc(variables, t.Mentions)
			}) {
				continue
			}
			text := spaced(value)
			switch {
			case literal(value):
				l.report(ReferenceLeaked, Wrong, "%s says what the answer is: %s = %s", o.Name, a.Name, text)
			case l.isReference(value):
				l.report(ReferenceLeaked, Wrong, "%s equates %s with %s, which is the reference", o.Name, a.Name, text)
			case l.sameNumbers(value):
				l.report(ReferenceLeaked, Doubtful, "%s equates %s with %s, which may be the reference: it has the same numbers", o.Name, a.Name, text)
			case len(p.Outros) > 1 || len(p.Intros) > 0:
				l.report(ClosedQuery, Doubtful, "%s equates %s with %s, which depends on nothing else of the problem: copying it solves the problem", o.Name, a.Name, text)
			default:
				l.report(ClosedQuery, Notable, "%s is to equal an expression without variables: copying it solves the problem", a.Name)
			}
		}
		if value, ok := equated(code(p.Preamble), a.Name); ok && literal(value) {
			l.report(ReferenceLeaked, Wrong, "the preamble says what the answer is: %s = %s", a.Name, spaced(value))
		}
	}
	const telling = 6 // shorter texts are found everywhere
	for _, term := range l.record.Reference.Terms() {
		if len(term) >= telling && (strings.Contains(p.Preamble, term) || strings.Contains(p.Written, term)) {
			l.report(ReferenceLeaked, Doubtful, "the text of the reference is a part of the problem's text")
		}
	}
}

// isReference reports whether a term is the reference, word for word.
func (l *linter) isReference(value []source.Token) bool {
	return slices.ContainsFunc(l.record.Reference.Terms(), func(term string) bool { return spaced(code(term)) == spaced(value) })
}

// sameNumbers reports whether a term has the numbers of a reference in it, and no
// others, that Lean has printed with everything explicit: there is no comparing
// the texts.
func (l *linter) sameNumbers(value []source.Token) bool {
	if r := l.record.Reference; r == nil || r.Kind != Proposition {
		return false
	}
	own := numbers(value)
	return own != "" && own == numbers(code(l.record.Reference.Text))
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

// reference looks at the reference itself.
func (l *linter) reference(p *fps.Problem) {
	r := l.record.Reference
	if r == nil {
		l.report(NoReference, Notable, "there is no reference answer")
		return
	}
	var allowed []string
	for _, b := range slices.Concat(p.Intros, p.Answers) {
		allowed = append(allowed, b.Name)
	}
	texts := append([]string{r.Text}, r.Further...)
	if r.Kind == Proposition && !slices.ContainsFunc(p.Answers, func(a fps.Binder) bool { return mentions(r.Text, a.Name) }) {
		l.report(ReferenceUnrelated, Wrong, "the reference does not mention the answer")
	}
	for _, text := range texts {
		tokens := code(text)
		bound := boundNames(tokens)
		if commands := source.Commands(tokens); len(commands) > 1 || len(commands) == 0 || commands[0].Keyword != "" {
			l.report(ReferenceMalformed, Wrong, "the reference is no term: %s", firstLine(text))
		}
		for _, o := range p.Outros {
			if o.Name != "" && o.Name != "_" && !slices.Contains(allowed, o.Name) && !bound[o.Name] && source.Mentions(tokens, o.Name) {
				l.report(ReferenceOpen, Wrong, "the reference mentions %s, which the answer may not depend on", o.Name)
			}
		}
	}
}

// scope is the names that are declared so far.
type scope map[string]bool

// newScope has every identifier of the preamble: what it declares, and what it
// opens, may give any of them a meaning.
func newScope(preamble string) scope {
	s := scope{}
	for _, t := range code(preamble) {
		if t.Kind == source.Ident {
			s[t.Text] = true
		}
	}
	return s
}

// notations are single letters that Mathlib gives a meaning, in one namespace or
// another.
const notations = "πφσΓζμΛωψχθXCIKLMDQSTU𝓝𝓤ℵℶ"

// text looks at the type of a name, and declares the name.
func (l *linter) text(name, text string, declared scope) {
	tokens := code(text)
	bound := boundNames(tokens)
	for i, t := range tokens {
		switch {
		case t.Is("⋯"):
			l.report(ElidedTerm, Wrong, "⋯ stands for a term that was left out when the statement was printed")
		case t.Is("∑") || t.Is("∏"):
			for _, u := range tokens[i+1:] {
				if u.Is(",") || u.Is("∈") {
					break
				}
				if u.Is("in") {
					l.report(OldSum, Doubtful, "%s x in s is old notation: newer Mathlib has %s x ∈ s", t.Text, t.Text)
					break
				}
			}
		case t.Kind != source.Ident:
		case strings.HasSuffix(t.Text, "!"):
			if base := strings.TrimSuffix(t.Text, "!"); declared[base] || bound[base] || declared[t.Text] {
				l.report(FactorialName, Doubtful, "%s is one identifier to Lean, not the factorial of %s", t.Text, base)
			}
		case autoBound(t.Text) && !declared[t.Text] && !bound[t.Text] && !field(tokens, i):
			l.report(AutoBound, Doubtful, "%s is declared nowhere: with autoImplicit it becomes a variable, without it is an error", t.Text)
		}
	}
	if name != "" {
		declared[name] = true
		if strings.HasSuffix(name, "!") {
			l.report(FactorialName, Doubtful, "a variable is called %s: it is not the factorial of %s", name, strings.TrimSuffix(name, "!"))
		}
	}
}

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
		case "fun", "λ", "|":
			bindPattern(bound, rest, "=>", "↦", "∈")
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
