package source

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// Binder is one variable or hypothesis of a statement. A group such as
// "(a b : Nat)" is one Binder a name.
type Binder struct {
	// Name is empty for an instance without one, as in "[Group G]", and for a
	// hypothesis that the statement does not name, as in "0 < n → ...".
	Name string
	// Type is the text behind the colon, or empty where the statement leaves the
	// type to the prover. A default value ("Nat := 0") is a part of it.
	Type string
	// Open is the bracket of the binder: "(", "{", "[" or "⦃". It is empty for a
	// variable without one, as in "∀ n, ...".
	Open string
}

// String prints the binder in its brackets, as Lean reads it.
func (b Binder) String() string {
	open, end := b.Open, closing[b.Open]
	if open == "" {
		open, end = "(", ")"
	}
	name := b.Name
	switch {
	case b.Name == "" && b.Open == "[":
		return open + b.Type + end
	case b.Name == "":
		name = "_"
	}
	if b.Type == "" {
		return open + name + end
	}
	return open + name + " : " + b.Type + end
}

var closing = map[string]string{"(": ")", "{": "}", "[": "]", "⦃": "⦄"}

// Signature is a theorem's statement, taken apart at its colon.
type Signature struct {
	// Head is the text before the name: doc comment, attributes, "theorem ".
	Head string
	// Name is as written, and so without the namespaces around the theorem.
	Name    string
	Binders []Binder
	// BindersText is the text of the binders as written.
	BindersText string
	// Body is the text behind the colon.
	Body string
}

// Existential is a statement that asks for something to be found:
//
//	theorem Name (intros) : ∀ intros, ∃ answers, ∀ outros, body
//
// Every text is copied from the statement, byte for byte.
type Existential struct {
	Name string
	// Intros are the variables and hypotheses before the ∃. A bounded variable
	// "∀ n > 0," and a premise "0 < n →" give a hypothesis without a name.
	Intros []Binder
	// Bound is how many of Intros stand before the theorem's colon.
	Bound int
	// Answers are the variables of the first ∃, at least one.
	Answers []Binder
	// Outros are the variables and hypotheses directly behind the ∃, up to the
	// first bounded one.
	Outros []Binder
	// Body is what follows. Of a bounded answer "∃ x > 0, P" it is "x > 0 ∧ (P)",
	// which is what Lean makes of it.
	Body string
}

// ErrNotExistential is the error of a statement that is not of the form of an
// [Existential].
var ErrNotExistential = errors.New("the statement does not ask for anything: it is not of the form ∀ x, ∃ y, P x y")

// Abbreviation is a problem whose answer is a definition of its own:
//
//	abbrev AnswerName : AnswerType := sorry
//	theorem Name (binders) : body
//
// The definition's value is the answer, or sorry while it is to be found.
type Abbreviation struct {
	AnswerName, AnswerType string
	// Answer is the definition's value, or empty if it is sorry.
	Answer string
	// Declaration is the definition up to its type, for example
	// "noncomputable abbrev x : Nat".
	Declaration string
	// Before and Between are the texts before the definition, and between it and
	// the theorem; Closing follows the theorem.
	Before, Between, Closing string
	Theorem                  Signature
}

// ErrNoAbbreviation is the error of a problem without a definition for its answer.
var ErrNoAbbreviation = errors.New("there is no abbreviation for the answer: no abbrev or def without parameters " +
	"is sorry, or has a name in _answer or _solution, and is mentioned by the theorem")

// ParseSignature takes a problem's statement apart at its colon.
func ParseSignature(p provers.Problem) (Signature, error) {
	s, _, err := parseSignature(p)
	if err != nil {
		return s, fmt.Errorf("reading the statement of %s: %w", p.Name, err)
	}
	return s, nil
}

// ParseExistential takes a problem that asks for something apart. A statement
// that asks for nothing is an [ErrNotExistential].
func ParseExistential(p provers.Problem) (Existential, error) {
	fail := func(err error) (Existential, error) {
		return Existential{}, fmt.Errorf("reading the statement of %s: %w", p.Name, err)
	}
	s, r, err := parseSignature(p)
	if err != nil {
		return fail(err)
	}
	e := Existential{Name: s.Name, Intros: s.Binders, Bound: len(s.Binders)}
	if e.Intros, err = r.intros(e.Intros); err != nil {
		return fail(err)
	}
	block, err := r.quantified()
	if err != nil {
		return fail(err)
	}
	e.Answers = block.binders
	bounds := block.bounds
	if len(bounds) > 0 {
		e.Body = strings.Join(bounds, " ∧ ") + " ∧ (" + r.rest() + ")"
		return e, nil
	}
	for r.at("∀") {
		start := r.pos
		inner, err := r.quantified()
		if err != nil || len(inner.bounds) > 0 {
			r.pos = start
			break
		}
		e.Outros = append(e.Outros, inner.binders...)
	}
	e.Body = r.rest()
	return e, nil
}

// ParseAbbreviation takes a problem apart whose answer is a definition in its
// preamble: the one that is sorry. If several are or none is, it is the one that
// is named by the usual convention (its name ends in _answer or _solution), of
// several with a value the last. A problem without one is an [ErrNoAbbreviation].
func ParseAbbreviation(p provers.Problem) (Abbreviation, error) {
	fail := func(err error) (Abbreviation, error) {
		return Abbreviation{}, fmt.Errorf("reading the answer's abbreviation of %s: %w", p.Name, err)
	}
	preamble, err := Scan("", p.Preamble)
	if err != nil {
		return fail(err)
	}
	statement, err := Scan("", p.Statement)
	if err != nil {
		return fail(err)
	}
	var open, named []Abbreviation
	for _, c := range Commands(preamble) {
		a, ok := answerDefinition(p.Preamble, c)
		if !ok || !Mentions(statement, a.AnswerName) {
			continue
		}
		if a.Answer == "" {
			open = append(open, a)
		}
		if strings.HasSuffix(a.AnswerName, "_answer") || strings.HasSuffix(a.AnswerName, "_solution") {
			named = append(named, a)
		}
	}
	var found Abbreviation
	switch {
	case len(open) == 1:
		found = open[0]
	case len(open) > 1 && len(named) != 1:
		return fail(fmt.Errorf("both %s and %s are sorry: only one answer can be asked for", open[0].AnswerName, open[1].AnswerName))
	case len(named) > 0:
		found = named[len(named)-1]
	default:
		return fail(ErrNoAbbreviation)
	}
	found.Closing = p.Closing
	if found.Theorem, err = ParseSignature(p); err != nil {
		return Abbreviation{}, err
	}
	return found, nil
}

// answerDefinition reads a definition "abbrev NAME : TYPE := VALUE".
func answerDefinition(text string, c Command) (Abbreviation, bool) {
	tokens := c.Tokens[c.KeywordIndex:]
	if c.Keyword != "abbrev" && c.Keyword != "def" || c.Unbalanced || len(tokens) < 6 || tokens[1].Kind != Ident || !tokens[2].Is(":") {
		return Abbreviation{}, false
	}
	assign, problem := findAssign(tokens)
	if problem != "" || assign < 4 || assign == len(tokens)-1 {
		return Abbreviation{}, false
	}
	a := Abbreviation{
		AnswerName: tokens[1].Text, AnswerType: text[tokens[3].Start:tokens[assign-1].End],
		Declaration: text[c.Start:tokens[assign-1].End],
		Before:      text[:c.Start], Between: text[c.End:],
	}
	if body := tokens[assign+1:]; !isSorry(body) {
		a.Answer = text[body[0].Start:c.End]
	}
	return a, true
}

// Mentions reports whether one of the tokens is the identifier name, or a field
// of it such as name.1 or name.foo.
func Mentions(tokens []Token, name string) bool {
	return slices.ContainsFunc(tokens, func(t Token) bool { return t.Mentions(name) })
}

// Mentions reports whether the token is the identifier name or a field of it.
func (t Token) Mentions(name string) bool {
	return t.Kind == Ident && (t.Text == name || strings.HasPrefix(t.Text, name) && t.Text[len(name)] == '.')
}

// parseSignature also returns a reader that stands behind the colon.
func parseSignature(p provers.Problem) (Signature, *statementReader, error) {
	tokens, err := Scan("", p.Statement)
	if err != nil {
		return Signature{}, nil, err
	}
	commands := Commands(tokens)
	if len(commands) != 1 {
		return Signature{}, nil, fmt.Errorf("it is %d commands and not one", len(commands))
	}
	c := commands[0]
	switch c.Keyword {
	case "theorem", "lemma":
	default:
		return Signature{}, nil, errors.New("it is neither a theorem nor a lemma")
	}
	if c.Unbalanced {
		return Signature{}, nil, errors.New("a bracket in it is not balanced")
	}
	r := &statementReader{text: p.Statement, tokens: c.Tokens, pos: c.KeywordIndex + 1}
	if r.pos == len(r.tokens) || r.tokens[r.pos].Kind != Ident {
		return Signature{}, nil, errors.New("it has no name")
	}
	name := r.tokens[r.pos]
	s := Signature{Head: p.Statement[:name.Start], Name: name.Text}
	r.pos++
	if r.at(".") && r.pos+1 < len(r.tokens) && r.tokens[r.pos+1].Is("{") { // universes: foo.{u}
		r.pos = r.matching(r.pos+1) + 1
	}
	first := r.pos
	for !r.at(":") {
		if r.pos >= len(r.tokens) {
			return s, nil, errors.New("it states nothing: a colon and a proposition are missing")
		}
		group, err := r.binderGroup()
		if err != nil {
			return s, nil, err
		}
		if len(group.bounds) > 0 {
			return s, nil, fmt.Errorf("the binder at %s is not understood", r.place(r.pos-1))
		}
		s.Binders = append(s.Binders, group.binders...)
	}
	if r.pos > first {
		s.BindersText = r.slice(first, r.pos)
	}
	r.pos++
	if r.pos >= len(r.tokens) {
		return s, nil, errors.New("it states nothing after its colon")
	}
	s.Body = r.rest()
	return s, r, nil
}

// statementReader reads the tokens of one command.
type statementReader struct {
	text   string
	tokens []Token // without comments
	pos    int
}

func (r *statementReader) at(text string) bool {
	return r.pos < len(r.tokens) && r.tokens[r.pos].Is(text)
}

func (r *statementReader) place(i int) string {
	if i >= len(r.tokens) {
		return "the end"
	}
	return fmt.Sprintf("%d:%d (%s)", r.tokens[i].Line, r.tokens[i].Column, r.tokens[i].Text)
}

// slice is the text of the tokens from first up to end, exclusive.
func (r *statementReader) slice(first, end int) string {
	if first >= end {
		return ""
	}
	return r.text[r.tokens[first].Start:r.tokens[end-1].End]
}

// rest is all text that is left.
func (r *statementReader) rest() string { return r.slice(r.pos, len(r.tokens)) }

// opensBracket and closesBracket know the binder brackets ⦃ ⦄ too, which the
// splitter of commands leaves to Lean.
func opensBracket(t Token) bool  { return opener(t) || t.Is("⦃") }
func closesBracket(t Token) bool { return closes(t) != "" || t.Is("⦄") }

// matching is the index of the bracket that closes the one at i, or the end.
func (r *statementReader) matching(i int) int {
	depth := 0
	for ; i < len(r.tokens); i++ {
		if opensBracket(r.tokens[i]) {
			depth++
		} else if closesBracket(r.tokens[i]) {
			if depth--; depth <= 0 {
				return i
			}
		}
	}
	return i
}

// binding are the signs after which variables and a comma come.
func binding(t Token) bool {
	if t.Kind == Ident {
		return t.Text == "exists" || t.Text == "forall"
	}
	return t.Kind == Symbol && strings.Contains("∀∃∄ΣΠ∑∏∫⨆⨅⋃⋂⨍", t.Text)
}

// until is the index of the first token from i that stop accepts, outside of
// brackets; commas that belong to a quantifier on the way are passed over. It is
// the end if there is none.
func (r *statementReader) until(i int, stop func(Token) bool) int {
	commas := 0
	for ; i < len(r.tokens); i++ {
		t := r.tokens[i]
		switch {
		case opensBracket(t):
			i = r.matching(i)
		case binding(t):
			commas++
		case commas > 0 && t.Is(","):
			commas--
		case stop(t):
			return i
		}
	}
	return len(r.tokens)
}

// bound is a group of binders, and what it says of them on the way: "x > 0".
type bound struct {
	binders []Binder
	bounds  []string
}

// binderGroup reads the binders of one bracket, or one variable without any.
func (r *statementReader) binderGroup() (bound, error) {
	t := r.tokens[r.pos]
	if t.Kind == Ident {
		r.pos++
		return bound{binders: []Binder{{Name: t.Text}}}, nil
	}
	if closing[t.Text] == "" || t.Kind != Symbol {
		return bound{}, fmt.Errorf("a binder is expected at %s", r.place(r.pos))
	}
	end := r.matching(r.pos)
	if end >= len(r.tokens) || !r.tokens[end].Is(closing[t.Text]) {
		return bound{}, fmt.Errorf("the bracket at %s is not closed", r.place(r.pos))
	}
	inner := statementReader{text: r.text, tokens: r.tokens[:end], pos: r.pos + 1}
	r.pos = end + 1
	first := inner.pos
	if first == end {
		return bound{}, fmt.Errorf("the binder at %s is empty", r.place(first-1))
	}
	var names []string
	for inner.pos < end && inner.tokens[inner.pos].Kind == Ident {
		names = append(names, inner.tokens[inner.pos].Text)
		inner.pos++
	}
	var out bound
	switch {
	case inner.at(":") && len(names) > 0 && (t.Text != "[" || len(names) == 1):
		inner.pos++
		if inner.pos == end {
			return bound{}, fmt.Errorf("the binder at %s has no type behind its colon", r.place(first-1))
		}
		out.binders = typed(names, inner.rest(), t.Text)
	case t.Text == "[":
		out.binders = []Binder{{Type: inner.slice(first, end), Open: t.Text}}
	case inner.pos == end:
		out.binders = typed(names, "", t.Text)
	case len(names) == 1 && inner.tokens[inner.pos].Kind == Symbol && !inner.at(":"):
		out.binders = typed(names, "", t.Text)
		out.bounds = []string{inner.slice(first, end)}
	default:
		return bound{}, fmt.Errorf("the binder at %s is not understood", r.place(first-1))
	}
	return out, nil
}

func typed(names []string, typ, open string) []Binder {
	binders := make([]Binder, len(names))
	for i, name := range names {
		binders[i] = Binder{Name: name, Type: typ, Open: open}
	}
	return binders
}

// quantified reads a quantifier with its binders, up to behind the comma.
func (r *statementReader) quantified() (bound, error) {
	sign := r.tokens[r.pos]
	r.pos++
	var out bound
	for r.pos < len(r.tokens) && !r.at(",") && !r.at(":") {
		t := r.tokens[r.pos]
		if t.Kind != Ident && closing[t.Text] == "" {
			break
		}
		group, err := r.binderGroup()
		if err != nil {
			return out, err
		}
		out.binders, out.bounds = append(out.binders, group.binders...), append(out.bounds, group.bounds...)
	}
	if len(out.binders) == 0 {
		return out, fmt.Errorf("a variable is expected behind %s at %s", sign.Text, r.place(r.pos))
	}
	end := r.until(r.pos, func(t Token) bool { return t.Is(",") })
	if end >= len(r.tokens)-1 {
		return out, fmt.Errorf("nothing follows the variables of %s at %d:%d", sign.Text, sign.Line, sign.Column)
	}
	switch {
	case r.at(","):
	case r.at(":"):
		if end == r.pos+1 {
			return out, fmt.Errorf("no type follows the colon at %s", r.place(r.pos))
		}
		for i := range out.binders {
			if out.binders[i].Type == "" {
				out.binders[i].Type = r.slice(r.pos+1, end)
			}
		}
	case len(out.binders) == 1 && len(out.bounds) == 0:
		out.bounds = []string{r.slice(r.pos-1, end)}
		if out.binders[0].Open != "" {
			return out, fmt.Errorf("the binder before %s is not understood", r.place(r.pos))
		}
	default:
		return out, fmt.Errorf("the bound at %s belongs to several variables", r.place(r.pos))
	}
	r.pos = end + 1
	return out, nil
}

// intros reads what comes before the first ∃ and stops at it.
func (r *statementReader) intros(list []Binder) ([]Binder, error) {
	for r.pos < len(r.tokens) {
		switch {
		case r.at("∃"), r.at("exists"):
			if next := r.pos + 1; next < len(r.tokens) && (r.tokens[next].Is("!") || r.tokens[next].Is("ᵉ")) {
				return list, fmt.Errorf("%w (∃%s is another quantifier)", ErrNotExistential, r.tokens[next].Text)
			}
			return list, nil
		case r.at("∀"), r.at("forall"):
			block, err := r.quantified()
			if err != nil {
				return list, err
			}
			list = append(list, block.binders...)
			for _, b := range block.bounds {
				list = append(list, Binder{Type: b, Open: "("})
			}
		case r.at("(") && r.matching(r.pos) == len(r.tokens)-1:
			// The whole statement is in parentheses.
			r.pos, r.tokens = r.pos+1, r.tokens[:len(r.tokens)-1]
		default:
			premise, ok := r.premise()
			if !ok {
				return list, ErrNotExistential
			}
			list = append(list, premise...)
		}
	}
	return list, ErrNotExistential
}

// premise reads "A →" or "(x : A) →".
func (r *statementReader) premise() ([]Binder, bool) {
	arrow := func(i int) bool {
		return i < len(r.tokens)-1 && (r.tokens[i].Is("→") || r.tokens[i].Is("->"))
	}
	if start := r.pos; opensBracket(r.tokens[start]) && arrow(r.matching(start)+1) {
		if group, err := r.binderGroup(); err == nil && len(group.bounds) == 0 && group.binders[0].Type != "" {
			r.pos++
			return group.binders, true
		}
		r.pos = start
	}
	// Signs that bind less tightly than an arrow, or reach as far to the right
	// as they can, would swallow it.
	weak := func(t Token) bool {
		switch t.Text {
		case "→", "->", "↔", "<|", "|>", "$", "fun", "λ", "let", "have", "if", "match", "show", "∃", "∀", "Σ", "Π", "∑", "∏":
			return t.Kind == Ident || t.Kind == Symbol
		}
		return false
	}
	end := r.pos
	for end < len(r.tokens) && !weak(r.tokens[end]) {
		if opensBracket(r.tokens[end]) {
			end = r.matching(end)
		}
		end++
	}
	if !arrow(end) || end == r.pos {
		return nil, false
	}
	hypothesis := Binder{Type: r.slice(r.pos, end), Open: "("}
	r.pos = end + 1
	return []Binder{hypothesis}, true
}

// ParseProblem reads a text whose last declaration is a theorem without a proof
// (nothing, ":=", ":= by" or a sorry follows its statement). What is before the
// theorem becomes the preamble; name is used in errors and in Source.
func ParseProblem(name, text string) (provers.Problem, error) { return declared(name, text) }
