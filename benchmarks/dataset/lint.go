package dataset

import (
	"fmt"
	"slices"
	"strings"

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
	case r.Prover == ForDafny && r.Prove != nil:
		l.dafny(r.Prove.Statement)
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
// that the prover reads but white space, comments and a theorem's name.
func statementKey(r Record) string {
	p, err := r.Problem()
	if err != nil {
		return ""
	}
	if r.Prover == ForDafny {
		return programKey(p.Statement)
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
			if !ok || source.Mentions(value, a.Name) {
				continue
			}
			bound := boundNames(value) // "fun x => x" has no x of the problem in it
			if slices.ContainsFunc(variables, func(name string) bool { return !bound[name] && source.Mentions(value, name) }) {
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
