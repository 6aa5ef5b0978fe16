package soundness

import (
	"errors"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// Checker checks proofs of one problem. It is safe for concurrent use.
type Checker struct {
	// broken is set if the problem's own text makes every proof unsafe.
	broken *Violation
	// unproved are the names of the preamble that rest on a sorry, see findUnproved.
	unproved map[string]bool
	// hasUnproved is set if there is any such declaration, with a name or without.
	hasUnproved bool
	// commands are words that the preamble's macros may have made into commands.
	commands map[string]bool
	// strict is set if the preamble has tokens that change how text is scanned.
	strict bool
}

// NewChecker reads the problem's preamble and statement once.
func NewChecker(p provers.Problem) *Checker {
	c := &Checker{commands: map[string]bool{}}
	c.broken = checkFrame(p)
	if c.broken != nil {
		return c
	}
	tokens, err := source.Scan("", p.Preamble)
	if err != nil {
		return c // checkFrame has seen to it
	}
	commands := source.Commands(tokens)
	for _, command := range commands {
		c.addTokens(command)
	}
	u := findUnproved(commands)
	c.unproved, c.hasUnproved = u.names, len(u.commands) > 0
	return c
}

// addTokens notes the tokens that a syntax-defining command declares.
func (c *Checker) addTokens(command source.Command) {
	switch command.Keyword {
	case "notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix", "syntax", "macro", "elab",
		"binder_predicate", "simproc":
	default:
		return
	}
	isCommand := slices.ContainsFunc(command.Tokens, func(t source.Token) bool { return t.Is("command") })
	for _, t := range command.Tokens {
		if t.Kind != source.String {
			continue
		}
		text := strings.TrimSpace(strings.Trim(t.Text, `"`))
		// A token with one of these in it makes Lean read text differently from here on.
		for _, s := range []string{`"`, "'", "--", "/-", "-/", "`", "«", "»", `\`} {
			c.strict = c.strict || strings.Contains(text, s)
		}
		if isCommand {
			c.commands[text] = true
		}
	}
}

// checkFrame checks that the text around the proof is such that the proof
// cannot change what it means.
func checkFrame(p provers.Problem) *Violation {
	frame := func(rule, reason string) *Violation {
		return &Violation{Class: ClassStatement, Rule: rule, Reason: reason}
	}
	head := p.Preamble + p.Statement + source.Assign
	tokens, err := source.Scan("", head)
	if err != nil {
		v := frame("problem_unreadable", "the problem's own text cannot be read: ")
		var place *source.Error
		if errors.As(err, &place) {
			v.Line, v.Column, v.Reason = place.Line, place.Column, v.Reason+place.Reason
		}
		return v
	}
	code := source.Code(tokens)
	seam := len(p.Preamble) + len(p.Statement) + 1
	if len(code) == 0 || !code[len(code)-1].Is(":=") || code[len(code)-1].Start != seam {
		return frame("seam", `the statement ends in a comment, or in a symbol that runs into the ":=" behind it`)
	}
	statement := code[:len(code)-1]
	for len(statement) > 0 && statement[0].Start < len(p.Preamble) {
		statement = statement[1:]
	}
	if t, found := source.Unmatched(statement); found {
		v := frame("problem_unbalanced", "the statement has a bracket without its partner")
		v.Line, v.Column, v.Excerpt = t.Line, t.Column, t.Text
		return v
	}
	if p.Closing != "" && !strings.HasPrefix(p.Closing, "\n") && !strings.HasPrefix(p.Closing, "\r\n") {
		return frame("seam", "the text behind the proof must begin on a line of its own")
	}
	return nil
}

// CheckProof checks the text that follows a problem's ":=". It returns nil if
// no rule is broken; that alone does not make the proof right. Places in the
// violation count from the start of the proof.
func CheckProof(p provers.Problem, proof string) *Violation { return NewChecker(p).Proof(proof) }

// Proof is [CheckProof] for the checker's problem.
func (c *Checker) Proof(proof string) *Violation {
	if c.broken != nil {
		return c.broken
	}
	for i, line := range strings.Split(proof, "\n") {
		if i > 0 && strings.TrimSpace(line) != "" && line[0] != ' ' {
			return &Violation{
				Class: ClassForbidden, Rule: "unindented", Line: i + 1, Column: 1, Excerpt: shorten(line, 60),
				Reason: "every line after the first must be indented, so that it can begin no command",
			}
		}
	}
	return c.check(proof, true)
}

// Tactic checks one tactic, or another part of a proof, before it is tried. It
// leaves out the rules about the text's place in the file.
func (c *Checker) Tactic(text string) *Violation {
	if c.broken != nil {
		return c.broken
	}
	return c.check(text, false)
}

func (c *Checker) check(text string, whole bool) *Violation {
	tokens, err := source.Scan("", text)
	if err != nil {
		v := &Violation{Class: ClassForbidden, Rule: "unreadable", Reason: err.Error()}
		var place *source.Error
		if errors.As(err, &place) {
			v.Line, v.Column, v.Reason = place.Line, place.Column, place.Reason
		}
		return v
	}
	code := source.Code(tokens)
	if len(code) == 0 {
		return &Violation{Class: ClassSorry, Rule: "empty", Reason: "there is no proof"}
	}
	if v := c.rules(code); v != nil {
		return v
	}
	if whole {
		if v := structure(code); v != nil {
			return v
		}
	}
	if !c.strict && !slices.ContainsFunc(tokens, func(t source.Token) bool { return t.Ambiguous }) {
		return nil
	}
	// Without quotes and comment signs every word is code, whatever the reading.
	flat, err := source.Scan("", flatten.Replace(text))
	if err != nil {
		return &Violation{Class: ClassForbidden, Rule: "ambiguous", Reason: "the proof can be read in several ways: " + err.Error()}
	}
	if v := c.rules(source.Code(flat)); v != nil {
		v.Reason += " (the text can be read in several ways, so that strings and comments count too)"
		return v
	}
	return nil
}

// flatten turns every sign that delimits strings, characters, comments, quoted
// names and name literals into blanks of the same width.
var flatten = strings.NewReplacer(`"`, " ", "'", " ", "`", " ", "«", " ", "»", " ", `\`, " ", "-", " ", "/", " ", "\t", " ")

// structure checks what needs the whole proof.
func structure(code []source.Token) *Violation {
	if t, found := source.Unmatched(code); found {
		return forbidden("unbalanced", t, "a bracket without its partner could close or open one outside of the proof")
	}
	return nil
}

// rules checks every token of code.
func (c *Checker) rules(code []source.Token) *Violation {
	for i, t := range code {
		var v *Violation
		switch t.Kind {
		case source.Ident, source.NameLit:
			v = c.checkName(code, i)
		case source.Symbol:
			v = checkSymbol(code, i)
		case source.DocComment:
			v = forbidden("doc_comment", t, "a doc comment belongs to a declaration; a proof cannot have one")
		}
		if v != nil {
			return v
		}
	}
	return nil
}

func checkSymbol(code []source.Token, i int) *Violation {
	t := code[i]
	switch t.Text {
	case "@[":
		return forbidden("attribute", t, "a proof cannot give attributes")
	case "`(", "`":
		return forbidden("quotation", t, "a syntax quotation has no place in a proof")
	case "-/":
		return forbidden("comment_end", t, "this ends a comment that was not opened in the proof")
	case "#":
		if word, ok := adjacent(code, i); ok && !cardinality(word.Text) {
			word.Text = "#" + word.Text
			return forbidden("hash_command", word, "a proof cannot contain a command")
		}
	}
	for _, r := range t.Text {
		if foreignLetter(r) {
			return forbidden("lookalike", t, "letter U+%04X looks like a Latin letter", r)
		}
	}
	return nil
}

// adjacent returns the identifier that follows token i without a space.
func adjacent(code []source.Token, i int) (source.Token, bool) {
	if i+1 < len(code) && code[i+1].Kind == source.Ident && code[i+1].Start == code[i].End {
		return code[i+1], true
	}
	return source.Token{}, false
}

// cardinality reports whether what follows "#" is a set's or a type's name in
// the notation for its size, and not the name of a command: every command's name
// begins with a lower-case letter and has more than two letters.
func cardinality(word string) bool {
	r := []rune(word)
	return len(r) > 0 && (r[0] < 'a' || r[0] > 'z') || len(r) < 3
}

func (c *Checker) checkName(code []source.Token, i int) *Violation {
	t := code[i]
	parts := t.Components()
	for _, part := range parts {
		if v := checkComponent(t, part); v != nil {
			return v
		}
		if c.unproved[part] {
			return &Violation{
				Class: ClassSorry, Rule: "uses_unproved", Line: t.Line, Column: t.Column, Excerpt: shorten(t.Text, 60),
				Reason: "the preamble declares this name with sorry, so that a proof by it is not complete",
			}
		}
	}
	if v := checkNamespace(t, parts); v != nil {
		return v
	}
	if t.Kind != source.Ident || len(parts) != 1 || strings.HasPrefix(t.Text, "«") {
		return nil
	}
	return c.checkWord(code, i)
}

// checkComponent checks one component of a name, without its quotes.
func checkComponent(t source.Token, part string) *Violation {
	folded := foldLookalikes.Replace(part)
	// Lean before 4.12 ends an identifier before an accented Latin letter.
	pieces := strings.FieldsFunc(part, func(r rune) bool { return r > 0x7f })
	for i, word := range append([]string{strings.TrimSpace(part), folded}, pieces...) {
		why, found := forbiddenNames[word]
		if !found {
			continue
		}
		v := forbidden("name", t, "%s %s", word, why)
		if i == 1 && folded != part {
			v.Rule, v.Reason = "lookalike", "this name looks like "+word+", which "+why
		}
		if word == "sorry" || word == "admit" || word == "sorryAx" || word == "mkSorry" {
			v.Class = ClassSorry
		}
		return v
	}
	return nil
}

// checkNamespace refuses names of Lean's implementation.
func checkNamespace(t source.Token, parts []string) *Violation {
	if parts[0] == "_root_" {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return nil
	}
	switch parts[0] {
	case "Lean":
		name := strings.Join(parts, ".") + "."
		if !slices.ContainsFunc(allowedLean, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			return forbidden("lean_internal", t, "names of Lean's implementation have no place in a proof")
		}
	case "Elab", "Meta":
		if len(parts) > 1 {
			return forbidden("lean_internal", t, "names of Lean's implementation have no place in a proof")
		}
	}
	return nil
}

// checkWord checks an unquoted name of one component, which may be a keyword.
func (c *Checker) checkWord(code []source.Token, i int) *Violation {
	t := code[i]
	word := t.Text
	// In "(e).stop" the word is a field, whatever else it means.
	field := i > 1 && code[i-1].Is(".") && code[i-1].End == t.Start && code[i-2].End == code[i-1].Start &&
		strings.Contains(")]}⟩", code[i-2].Text)
	if field {
		return nil
	}
	if why, found := forbiddenWords[word]; found {
		return forbidden("word", t, "%s %s", word, why)
	}
	if c.commands[word] {
		return forbidden("command", t, "the preamble makes this word a command")
	}
	switch word {
	case "open":
		return checkOpen(code, i)
	case "set_option":
		return checkOption(code, i)
	case "scoped":
		if i > 0 && code[i-1].Is("open") {
			return nil
		}
	case "native":
		if setsOption(code, i) {
			return forbidden("native", t, "the option native trusts compiled code by an axiom")
		}
	case "suggestions", "locals", "premises":
		if c.hasUnproved && setsOption(code, i) {
			return forbidden("uses_unproved", t, "with this option a tactic may use what the preamble declares with sorry")
		}
	case "decide":
		if i+2 < len(code) && code[i+1].Is("(") && code[i+2].Is("config") {
			return forbidden("native", t, "a configuration of decide can make it trust compiled code; write decide +kernel")
		}
	case "eval":
		if i+1 < len(code) && code[i+1].Is("%") && code[i+1].Start == t.End {
			return forbidden("word", t, "eval%% runs code in the prover")
		}
	}
	if source.CommandWord(word) {
		return forbidden("command", t, "%s begins a command, so that what follows would not be a part of the proof", word)
	}
	return nil
}

// setsOption reports whether the word at i may set an option of a tactic, as in
// "+native", "(config := {native := true})" and "{native}". Elsewhere the word is
// a variable.
func setsOption(code []source.Token, i int) bool {
	if i > 0 {
		switch code[i-1].Text {
		case "+", "{", ",", "with":
			return true
		}
	}
	return i+1 < len(code) && (code[i+1].Is(":=") || code[i+1].Is("}"))
}

// checkOpen accepts "open Foo in" and its forms.
func checkOpen(code []source.Token, i int) *Violation {
	for _, t := range code[i+1:] {
		switch {
		case t.Is("in"):
			return nil
		case t.Kind == source.Ident && t.Line == code[i].Line, t.Is("("), t.Is(")"), t.Is("→"), t.Is("->"), t.Is(","):
		default:
			return forbidden("command", code[i], "open without in is a command")
		}
	}
	return forbidden("command", code[i], "open without in is a command")
}

// checkOption accepts "set_option name value in" for harmless options.
func checkOption(code []source.Token, i int) *Violation {
	if i+3 >= len(code) || code[i+1].Kind != source.Ident || !code[i+3].Is("in") {
		return forbidden("option", code[i], "set_option name value in was expected")
	}
	if name := strings.Join(code[i+1].Components(), "."); !allowedOption(name) {
		return forbidden("option", code[i+1], "the option %s may not be set in a proof", name)
	}
	return nil
}
