package source

import (
	"fmt"
	"strings"
)

// Kind is the lexical class of a [Token].
type Kind uint8

// The kinds of tokens.
const (
	Ident      Kind = iota + 1 // an identifier or a keyword, with all its dotted components: foo.bar, h', «a b».c
	Numeral                    // 12, 2_000, 0xff, 1.5e3
	String                     // "..." without interpolation
	RawString                  // r"..." and r#"..."#
	StringPart                 // a literal part of an interpolated string: s!"a{, }b{, }c"
	Char                       // 'a', '\n'
	NameLit                    // `foo, ``foo.bar
	Symbol                     // everything else: punctuation, operators, letters that no identifier may have
	Comment                    // -- ... and /- ... -/
	DocComment                 // /-- ... -/ and /-! ... -/
)

var kindNames = [...]string{"", "identifier", "numeral", "string", "raw string", "string part", "character",
	"name literal", "symbol", "comment", "doc comment"}

// String names the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Token is one lexical unit of a text.
type Token struct {
	Kind Kind
	// Text is the token as written; it shares memory with the scanned text.
	Text string
	// Start and End are byte offsets, End exclusive.
	Start, End int
	// Line and Column are the place of Start, from 1; Column counts code points.
	Line, Column int
	// Ambiguous is set when Lean's reading of the text from here on depends on
	// what the scanner cannot know, for example whether a notation has a token
	// that ends in a quote. Soundness rules must then not rely on which parts of
	// the text are strings or comments.
	Ambiguous bool
}

// Is reports whether the token is the identifier, keyword or symbol s, unquoted.
func (t Token) Is(s string) bool {
	return (t.Kind == Ident || t.Kind == Symbol) && t.Text == s
}

// Trivia reports whether Lean skips the token. Doc comments are not skipped:
// they belong to the declaration that follows.
func (t Token) Trivia() bool { return t.Kind == Comment }

// Components splits an identifier or a name literal at its dots and takes the
// quotes «» off: «a.b».c has the components "a.b" and "c".
func (t Token) Components() []string {
	s := t.Text
	if t.Kind == NameLit {
		s = strings.TrimLeft(s, "`")
	} else if t.Kind != Ident {
		return nil
	}
	var parts []string
	for s != "" {
		var part string
		if rest, ok := strings.CutPrefix(s, "«"); ok {
			part, s, _ = strings.Cut(rest, "»")
			s = strings.TrimPrefix(s, ".")
		} else {
			part, s, _ = strings.Cut(s, ".")
		}
		parts = append(parts, part)
	}
	return parts
}

// Error is a place in a text that cannot be read, and why.
type Error struct {
	// Name is the file or dataset, or empty.
	Name string
	// Offset is in bytes from 0; Line and Column count from 1.
	Offset, Line, Column int
	// Reason says in one line what is wrong.
	Reason string
}

// Error implements error in the form "file:line:column: reason".
func (e *Error) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Reason)
}

// Code returns the tokens that are not comments. Doc comments stay.
func Code(tokens []Token) []Token {
	out := make([]Token, 0, len(tokens))
	for _, t := range tokens {
		if !t.Trivia() {
			out = append(out, t)
		}
	}
	return out
}
