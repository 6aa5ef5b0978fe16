package source

import (
	"errors"
	"fmt"

	"github.com/ansatz-prover/ansatz/provers"
)

// GoalName is the theorem's name where a statement comes without one.
const GoalName = "ansatz_goal"

// FromStatement makes a problem of a statement typed by hand. It may be
//
//	∀ n : Nat, n + 0 = n                          a proposition
//	(n : Nat) (h : 0 < n) : n ≠ 0                 binders and a goal
//	theorem foo (n : Nat) : n + 0 = n := by sorry a declaration, with or without its sorry
//
// and a declaration may come after other commands (open, variable, ...), which
// become the preamble. The first two become a theorem named [GoalName].
func FromStatement(text string) (provers.Problem, error) {
	const name = "statement"
	tokens, err := Scan(name, text)
	if err != nil {
		return provers.Problem{}, err
	}
	code := Code(tokens)
	if len(code) == 0 {
		return provers.Problem{}, errors.New("reading the statement: it is empty")
	}
	for _, c := range Commands(tokens) {
		if c.Keyword != "" {
			return declared(name, text)
		}
	}
	// The text is between its first and last tokens: a comment at the end would
	// swallow the proof.
	goal := text[code[0].Start:code[len(code)-1].End]
	head := "theorem " + GoalName + " : "
	if startsWithBinders(code) {
		head = "theorem " + GoalName + " "
	}
	p, err := declared(name, head+goal)
	if err != nil {
		return provers.Problem{}, err
	}
	p.Source = name
	return p, nil
}

// startsWithBinders reports whether the text is bracketed binders followed by a
// colon, as in "(n : Nat) : goal", or a colon alone.
func startsWithBinders(code []Token) bool {
	depth := 0
	for _, t := range code {
		switch {
		case opener(t):
			depth++
		case closes(t) != "":
			depth--
		case depth > 0, t.Is("⦃"), t.Is("⦄"):
		default:
			return t.Is(":")
		}
	}
	return false
}

// declared makes a problem of a text whose last declaration is a theorem
// without a proof: nothing, ":=", ":= by" or a sorry follows its statement. What
// is before the theorem becomes the preamble.
func declared(name, text string) (provers.Problem, error) {
	tokens, err := Scan(name, text)
	if err != nil {
		return provers.Problem{}, err
	}
	commands := Commands(tokens)
	var scopes, atTarget scopeStack
	target, ends := -1, 0
	for i, c := range commands {
		switch scopes.apply(c); c.Keyword {
		case "theorem", "lemma", "example":
			target, atTarget, ends = i, append(scopeStack(nil), scopes...), 0
		case "end":
			ends++
		}
	}
	if target < 0 {
		return provers.Problem{}, fmt.Errorf("reading %s: it has no theorem, lemma or example", name)
	}
	c := commands[target]
	if len(commands)-1-target != ends {
		after := commands[len(commands)-1]
		return provers.Problem{}, fmt.Errorf("reading %s: %s at %d:%d comes after the theorem at line %d",
			name, commandLabel(after), after.Line, after.Column, c.Line)
	}
	d, err := unproved(c)
	if err != nil {
		return provers.Problem{}, fmt.Errorf("reading %s: %s at line %d: %w", name, c.Keyword, c.Line, err)
	}
	if atTarget.inMutual() {
		return provers.Problem{}, fmt.Errorf("reading %s: the theorem at line %d is inside of a mutual block", name, c.Line)
	}
	p := provers.Problem{
		Name:      GoalName,
		Source:    fmt.Sprintf("%s:%d", name, c.Line),
		Kind:      provers.Prove,
		Preamble:  text[:c.Start],
		Statement: text[c.Start:d.statementEnd],
		Closing:   atTarget.closing(),
	}
	if d.name != "" {
		p.Name = atTarget.qualify(d.name)
	}
	return p, nil
}

func commandLabel(c Command) string {
	if c.Keyword == "" {
		return fmt.Sprintf("%q", c.Tokens[0].Text)
	}
	return c.Keyword
}

// unproved reads a theorem that has no proof yet.
func unproved(c Command) (declaration, error) {
	d := describe(c)
	code := c.Tokens[c.KeywordIndex:]
	switch {
	case d.problem != "":
		return d, errors.New(d.problem)
	case d.hasBody && d.bodyEnd == 0 && !d.bodyOpen:
		return d, errors.New("it already has a proof")
	}
	typed, depth := false, 0
	for _, t := range code {
		if t.End > d.statementEnd {
			break
		}
		if opener(t) {
			depth++
		} else if closes(t) != "" {
			depth--
		}
		typed = typed || depth == 0 && t.Is(":")
	}
	if !typed {
		return d, errors.New("it states nothing: a colon and a proposition are missing")
	}
	if code[len(code)-1].Is(":") {
		return d, errors.New("it states nothing after its colon")
	}
	return d, nil
}

// Requires returns the modules that the problem's preamble imports, in order,
// for example "Mathlib". An unreadable preamble has the imports before the
// place that cannot be read.
func Requires(p provers.Problem) []string {
	tokens, _ := Scan("", p.Preamble)
	return Imports(Commands(tokens))
}

// Imports returns the modules that a file's commands import, in order and
// without duplicates.
func Imports(commands []Command) []string {
	var modules []string
	seen := map[string]bool{}
	for _, c := range commands {
		if c.Keyword != "import" {
			continue
		}
		for i, t := range c.Tokens[c.KeywordIndex+1:] {
			all := i == 0 && t.Is("all") && len(c.Tokens) > c.KeywordIndex+2
			if t.Kind == Ident && !all && !seen[t.Text] {
				seen[t.Text] = true
				modules = append(modules, t.Text)
			}
		}
	}
	return modules
}
