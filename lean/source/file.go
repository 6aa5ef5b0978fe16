package source

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// File is a .lean file that was read.
type File struct {
	Name string
	Text []byte
	// Sum is the hash of Text; [WriteFile] refuses to overwrite a file that no
	// longer has it.
	Sum [sha256.Size]byte
	// Commands are the top-level commands in order.
	Commands []Command
	// Targets are the theorems to prove, in order.
	Targets []Target
	// Skipped are the declarations with a sorry that are no targets.
	Skipped []Skipped
}

// Target is a theorem, lemma or example whose whole proof is sorry.
type Target struct {
	// Problem is ready for a prover. Its Preamble is every byte before the
	// declaration, earlier declarations with sorry included.
	Problem provers.Problem
	// Line and Column are the place of the declaration, from 1.
	Line, Column int
	// BodyStart and BodyEnd are the byte offsets of the body that a proof
	// replaces: "sorry" or "by sorry".
	BodyStart, BodyEnd int
	// Command is the index of the declaration in File.Commands.
	Command int
}

// Skipped is a declaration that contains sorry but is not a [Target].
type Skipped struct {
	Name         string
	Line, Column int
	// Reason says why, and what to do about it if that is known.
	Reason string
}

// ParseFile reads a .lean file. The error, an *[Error], is for text that cannot
// be scanned; a declaration that is not understood is in Skipped.
func ParseFile(name string, text []byte) (File, error) {
	file := File{Name: name, Text: text, Sum: sha256.Sum256(text)}
	source := string(text)
	tokens, err := Scan(name, source)
	if err != nil {
		return file, err
	}
	file.Commands = Commands(tokens)
	var scopes scopeStack
	examples := 0
	for i, c := range file.Commands {
		scopes.apply(c)
		if c.Keyword == "example" {
			examples++
		}
		sorry, ok := findSorry(c.Tokens[c.KeywordIndex:])
		if !ok {
			continue
		}
		d := describe(c)
		declared := scopes.qualify(d.name)
		if c.Keyword == "example" {
			declared = fmt.Sprintf("example_%d", examples)
		}
		reason := d.problem
		if reason == "" && scopes.inMutual() {
			reason = "it is inside of a mutual block"
		}
		if reason == "" && d.bodyEnd == 0 {
			reason = fmt.Sprintf("its proof is more than sorry (line %d has one inside of a longer proof)", sorry.Line)
		}
		if reason != "" {
			file.Skipped = append(file.Skipped, Skipped{Name: declared, Line: c.Line, Column: c.Column, Reason: reason})
			continue
		}
		file.Targets = append(file.Targets, Target{
			Problem: provers.Problem{
				Name:      declared,
				Source:    fmt.Sprintf("%s:%d", name, c.Line),
				Kind:      provers.Prove,
				Preamble:  source[:c.Start],
				Statement: source[c.Start:d.statementEnd],
				Closing:   scopes.closing(),
			},
			Line: c.Line, Column: c.Column,
			BodyStart: d.bodyStart, BodyEnd: d.bodyEnd,
			Command: i,
		})
	}
	return file, nil
}

// Text is the whole text that claims the problem with a proof, which is what
// follows ":=". It is what the prover must be given.
func Text(p provers.Problem, proof string) string {
	return p.Preamble + p.Statement + Assign + proof + p.Closing
}

// Assign stands between a statement and its proof.
const Assign = " := "

func findSorry(tokens []Token) (Token, bool) {
	for _, t := range tokens {
		if t.Is("sorry") || t.Is("admit") {
			return t, true
		}
	}
	return Token{}, false
}

// declaration is what is known of a theorem's text.
type declaration struct {
	name         string
	statementEnd int // behind the last token of the statement
	// bodyStart and bodyEnd are the place of a body that is nothing but sorry;
	// bodyEnd is 0 if there is no body or another one.
	bodyStart, bodyEnd int
	hasBody            bool
	// bodyOpen is set for a body that is left to be written: ":=" or ":= by".
	bodyOpen bool
	// problem says why the declaration cannot be attempted, or is empty.
	problem string
}

// describe finds the end of a theorem's statement: the first ":=" outside of
// brackets that belongs to no let or have within the statement. That is a
// heuristic, for Lean's own reading depends on the notations in scope. It errs
// to the safe side: a target needs a body of sorry alone right behind it.
func describe(c Command) declaration {
	tokens := c.Tokens[c.KeywordIndex:]
	d := declaration{statementEnd: c.End}
	switch c.Keyword {
	case "theorem", "lemma":
		if len(tokens) < 2 || tokens[1].Kind != Ident {
			d.problem = "it has no name"
			return d
		}
		d.name = tokens[1].Text
	case "example":
	default:
		if len(tokens) > 1 && tokens[1].Kind == Ident {
			d.name = tokens[1].Text
		}
		d.problem = fmt.Sprintf("only theorem, lemma and example can be attempted, not %s", c.Keyword)
		return d
	}
	if c.Unbalanced {
		d.problem = "a bracket in it is not balanced"
		return d
	}
	assign, problem := findAssign(tokens)
	if problem != "" {
		d.problem = problem
		return d
	}
	statement := tokens
	if assign >= 0 {
		statement = tokens[:assign]
	}
	if t, found := findSorry(statement); found {
		d.problem = "its statement contains " + t.Text
		return d
	}
	if assign < 0 {
		return d
	}
	d.hasBody = true
	d.statementEnd = tokens[assign-1].End
	body := tokens[assign+1:]
	d.bodyOpen = len(body) == 0 || len(body) == 1 && body[0].Is("by")
	if isSorry(body) {
		d.bodyStart, d.bodyEnd = body[0].Start, body[len(body)-1].End
	}
	return d
}

// findAssign returns the index of the ":=" that ends the statement, or -1. The
// problem is set for declarations whose body has no ":=".
func findAssign(tokens []Token) (assign int, problem string) {
	depth, bindings := 0, 0
	bar, matching := false, false
	for i, t := range tokens[1:] {
		switch {
		case opener(t):
			depth++
		case closes(t) != "":
			depth--
		case depth > 0:
		case t.Kind == Ident:
			switch t.Text {
			case "let", "have", "letI", "haveI", "let_fun", "set":
				bindings++
			case "match", "nomatch":
				matching = true
			case "where":
				return -1, "its body is given by where"
			}
		case t.Is("|"):
			// A bar at the start of a line, or after white space and before it,
			// may begin an equation; an absolute value hugs its term.
			bar = bar || !matching && tokens[i].Line < t.Line
		case t.Is("=>") && bar:
			return -1, "its body is given by pattern matching"
		case t.Is(":="):
			if bindings == 0 {
				return i + 1, ""
			}
			bindings--
		}
	}
	return -1, ""
}

// isSorry reports whether a body is nothing but sorry.
func isSorry(body []Token) bool {
	texts := make([]string, 0, 4)
	for _, t := range body {
		if len(texts) == 4 {
			return false
		}
		texts = append(texts, t.Text)
	}
	switch strings.Join(texts, " ") {
	case "sorry", "by sorry", "by { sorry }", "by ( sorry )":
		return true
	}
	return false
}
