package source

import "strings"

// Command is one top-level command of a file.
type Command struct {
	// Keyword says what the command is: "theorem", "def", "namespace", "open",
	// "#eval", "/-!" for a module comment. It is empty for text that begins
	// with none.
	Keyword string
	// Start and End are byte offsets of the first and behind the last token,
	// with attributes, modifiers, doc comments and prefixes such as "open Foo in".
	Start, End int
	// Line and Column are the place of Start, from 1.
	Line, Column int
	// Tokens are the command's tokens without comments.
	Tokens []Token
	// KeywordIndex is the place of the keyword among Tokens.
	KeywordIndex int
	// Unbalanced is set when a bracket in the command is not closed or not
	// opened, so that its end is a guess.
	Unbalanced bool
}

// Commands splits the tokens of a file into its top-level commands.
func Commands(tokens []Token) []Command {
	s := splitter{tokens: Code(tokens)}
	for i := 0; i < len(s.tokens); {
		if keyword, ok := s.commandAt(i); ok {
			s.begin(i, keyword)
			for ; i <= keyword; i++ {
				s.track(i)
			}
			continue
		}
		if len(s.commands) == 0 {
			s.begin(i, i)
		}
		s.track(i)
		i++
	}
	s.finish(len(s.tokens))
	return s.commands
}

type splitter struct {
	tokens   []Token
	commands []Command
	first    int      // index of the current command's first token
	brackets []string // open brackets
	// modifiers and afterModifiers are the last result of skipModifiers, so that
	// a long row of attributes is not walked again from each of them.
	modifiers, afterModifiers int
}

// commandAt reports whether a command begins at token i, and at which token its keyword is.
func (s *splitter) commandAt(i int) (keyword int, ok bool) {
	t := s.tokens[i]
	lineStart := i == 0 || s.tokens[i-1].Line < t.Line
	if n := len(s.brackets); n > 0 && (!lineStart || t.Column != 1 || s.brackets[n-1] == "`(") {
		return 0, false
	}
	if t.Kind == DocComment && t.Text[2] == '!' {
		return i, true
	}
	j := s.afterModifiers
	if len(s.brackets) > 0 || i < s.modifiers || j <= i {
		j = s.skipModifiers(i)
		s.modifiers, s.afterModifiers = i, j
	}
	if j >= len(s.tokens) {
		return 0, false
	}
	word := s.tokens[j]
	if word.Is("#") {
		hash := lineStart && j+1 < len(s.tokens) && s.tokens[j+1].Kind == Ident && s.tokens[j+1].Start == word.End
		return j + 1, hash && (t.Column == 1 || bodiless(s.keyword()))
	}
	if word.Kind != Ident {
		return 0, false
	}
	switch classifyCommand(word.Text) {
	case reserved:
		switch {
		case word.Text == "deriving": // otherwise a part of an inductive type
			return j, j+1 < len(s.tokens) && s.tokens[j+1].Is("instance")
		case j > 0 && s.tokens[j-1].Is("deriving"), j > 0 && s.tokens[j-1].Is("class") && word.Text == "inductive":
			return 0, false
		}
		return j, true
	case soft:
		return j, lineStart
	case dual:
		return j, bodiless(s.keyword()) || lineStart && t.Column <= s.commands[len(s.commands)-1].Column
	}
	return 0, false
}

// skipModifiers returns the index of the first token from i that is neither a
// doc comment, an attribute list nor a modifier.
func (s *splitter) skipModifiers(i int) int {
	for i < len(s.tokens) {
		t := s.tokens[i]
		switch {
		case t.Kind == DocComment && t.Text[2] == '-':
			i++
		case t.Is("@["):
			i = s.skipBrackets(i)
		case t.Kind == Ident && isModifier(t.Text):
			i++
			if i < len(s.tokens) && t.Text == "scoped" && s.tokens[i].Is("[") {
				i = s.skipBrackets(i)
			}
		default:
			return i
		}
	}
	return i
}

func (s *splitter) skipBrackets(i int) int {
	for depth := 0; i < len(s.tokens); i++ {
		if opener(s.tokens[i]) {
			depth++
		} else if closes(s.tokens[i]) != "" {
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return i
}

func (s *splitter) keyword() string {
	if len(s.commands) == 0 {
		return ""
	}
	return s.commands[len(s.commands)-1].Keyword
}

// begin ends the current command before token i and begins another, unless the
// current one ends in "in" and so is a prefix of what begins now.
func (s *splitter) begin(i, keyword int) {
	word := s.tokens[keyword].Text
	if t := s.tokens[keyword]; t.Kind == DocComment {
		word = t.Text[:3]
	} else if keyword > 0 && s.tokens[keyword-1].Is("#") {
		word = "#" + word
	} else if t.Kind != Ident || classifyCommand(word) == notCommand {
		word = ""
	}
	if n := len(s.commands); n > 0 && i > s.first && s.tokens[i-1].Is("in") && len(s.brackets) == 0 {
		s.commands[n-1].Keyword, s.commands[n-1].KeywordIndex = word, keyword-s.first
		return
	}
	s.finish(i)
	s.first = i
	t := s.tokens[i]
	s.commands = append(s.commands, Command{
		Keyword: word, Start: t.Start, Line: t.Line, Column: t.Column, KeywordIndex: keyword - i,
	})
}

func (s *splitter) finish(end int) {
	n := len(s.commands)
	if n == 0 {
		return
	}
	c := &s.commands[n-1]
	c.Tokens = s.tokens[s.first:end:end]
	c.End = s.tokens[end-1].End
	c.Unbalanced = c.Unbalanced || len(s.brackets) > 0
	s.brackets = s.brackets[:0]
}

// track keeps the stack of open brackets.
func (s *splitter) track(i int) {
	t := s.tokens[i]
	if opener(t) {
		s.brackets = append(s.brackets, t.Text)
		return
	}
	want := closes(t)
	if want == "" {
		return
	}
	n := len(s.brackets)
	if n == 0 || !strings.HasSuffix(s.brackets[n-1], want) {
		s.commands[len(s.commands)-1].Unbalanced = true
	}
	if n > 0 {
		s.brackets = s.brackets[:n-1]
	}
}

// opener reports whether the token opens a bracket.
func opener(t Token) bool {
	if t.Kind != Symbol {
		return false
	}
	switch t.Text {
	case "(", "[", "{", "⟨", "#[", "@[", "`(":
		return true
	}
	return false
}

// closes returns the bracket that the token closes, or the empty string.
func closes(t Token) string {
	if t.Kind == Symbol {
		switch t.Text {
		case ")":
			return "("
		case "]":
			return "["
		case "}":
			return "{"
		case "⟩":
			return "⟨"
		}
	}
	return ""
}

// Unmatched returns the first token of code that closes a bracket which is not
// open, or else the last one that opens a bracket which is never closed.
func Unmatched(code []Token) (Token, bool) {
	var open []Token
	for _, t := range code {
		if opener(t) {
			open = append(open, t)
			continue
		}
		want := closes(t)
		if want == "" {
			continue
		}
		if len(open) == 0 {
			return t, true
		}
		if !strings.HasSuffix(open[len(open)-1].Text, want) {
			return t, true
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return open[len(open)-1], true
	}
	return Token{}, false
}
