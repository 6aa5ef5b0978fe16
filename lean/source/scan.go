package source

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Scan splits text into tokens, comments among them. On a text that cannot be
// read (an unterminated comment or string, invalid UTF-8, an invisible
// character) it returns the tokens before that place and an *[Error]; name is
// used in the error only. It never panics.
func Scan(name, text string) ([]Token, error) {
	s := scanner{name: name, text: text, line: 1, column: 1}
	for s.err == nil && s.pos < len(s.text) {
		s.next()
	}
	if s.err == nil && len(s.interpolation) > 0 {
		open := s.interpolation[len(s.interpolation)-1]
		s.failAt(open.at, "this interpolated string is not terminated")
	}
	if s.err != nil {
		return s.tokens, s.err
	}
	return s.tokens, nil
}

// place is a position in the text.
type place struct{ pos, line, column int }

// interpolation is an interpolated string whose {...} is being read.
type interpolation struct {
	at     place // of the opening quote
	braces int   // open braces inside of the current {...}
}

type scanner struct {
	name, text    string
	pos           int
	line, column  int
	tokens        []Token
	interpolation []interpolation
	err           *Error
}

func (s *scanner) place() place { return place{s.pos, s.line, s.column} }

func (s *scanner) failAt(p place, format string, args ...any) {
	if s.err == nil {
		s.err = &Error{Name: s.name, Offset: p.pos, Line: p.line, Column: p.column, Reason: fmt.Sprintf(format, args...)}
	}
}

// peek returns the character at the position plus skip bytes, or 0 at the end.
func (s *scanner) peek(skip int) rune {
	if s.pos+skip >= len(s.text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos+skip:])
	return r
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.pos:], prefix) }

// advance reads one character, wherever it stands: every character of the text
// passes here, and so the rules about encoding hold inside strings and comments.
func (s *scanner) advance() rune {
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	if r == utf8.RuneError && size <= 1 {
		s.failAt(s.place(), "the text is not valid UTF-8 (byte 0x%02x)", s.text[s.pos])
	} else if why := refusedRune(r); why != "" {
		s.failAt(s.place(), "%s U+%04X", why, r)
	} else if r == '\r' && !strings.HasPrefix(s.text[s.pos+1:], "\n") {
		s.failAt(s.place(), "carriage return without a line feed")
	}
	s.pos += size
	if r == '\n' {
		s.line, s.column = s.line+1, 1
	} else {
		s.column++
	}
	return r
}

// skip reads n bytes that are known to be ASCII.
func (s *scanner) skip(n int) {
	for end := s.pos + n; s.pos < end && s.err == nil; {
		s.advance()
	}
}

func (s *scanner) emit(kind Kind, from place, ambiguous bool) {
	s.tokens = append(s.tokens, Token{
		Kind: kind, Text: s.text[from.pos:s.pos], Start: from.pos, End: s.pos,
		Line: from.line, Column: from.column, Ambiguous: ambiguous,
	})
}

// last is the token directly before, comments skipped.
func (s *scanner) last() (Token, bool) {
	for i := len(s.tokens) - 1; i >= 0; i-- {
		if !s.tokens[i].Trivia() {
			return s.tokens[i], true
		}
	}
	return Token{}, false
}

func (s *scanner) next() {
	start := s.place()
	r := s.peek(0)
	switch {
	case r == ' ' || r == '\n' || r == '\r':
		s.advance()
	case r == '\t':
		s.failAt(start, "Lean does not allow tabs")
	case s.has("--"):
		for s.pos < len(s.text) && s.peek(0) != '\n' && s.err == nil {
			s.advance()
		}
		s.emit(Comment, start, false)
	case s.has("/-"):
		s.blockComment(start)
	case r == '"':
		s.stringLiteral(start)
	case s.has(`r"`) || s.has("r#"):
		if !s.rawString(start) {
			s.identifier(start)
		}
	case r == '\'' && s.peek(1) != '\'':
		s.charLiteral(start)
	case isDigit(r):
		s.numeral(start)
	case isIdentStart(r) || r == '«':
		s.identifier(start)
	case r == '`' && (isNameStart(s.peek(1)) || s.peek(1) == '`' && isNameStart(s.peek(2))):
		s.advance()
		if s.peek(0) == '`' {
			s.advance()
		}
		if s.dottedName() {
			s.emit(NameLit, start, false)
		}
	default:
		s.symbol(start)
	}
}

func isNameStart(r rune) bool { return isIdentStart(r) || r == '«' }

func (s *scanner) blockComment(start place) {
	kind := Comment
	switch {
	case s.has("/-/-"):
		// Lean up to now skips the character after "/-", so that the second
		// "/-" opens nothing. The reader of the text expects otherwise.
		s.failAt(start, `"/-/-" is ambiguous: put a space between the two comment openings`)
		return
	case s.has("/--/"):
		s.failAt(start, `"/--/" is ambiguous: write "/- -/" for an empty comment`)
		return
	case s.has("/--"), s.has("/-!"):
		kind = DocComment
		s.skip(3)
	default:
		s.skip(2)
		if s.pos < len(s.text) && s.peek(0) != '-' {
			s.advance()
		}
	}
	for depth := 1; depth > 0; {
		switch {
		case s.err != nil:
			return
		case s.pos >= len(s.text):
			s.failAt(start, "this comment is not terminated")
			return
		case s.has("-/"):
			depth--
			s.skip(2)
		case s.has("/-"):
			depth++
			s.skip(2)
		default:
			s.advance()
		}
	}
	s.emit(kind, start, false)
}

// interpolating are the words after which core Lean reads an interpolated string.
func interpolating(t Token) bool {
	switch t.Text {
	case "s!", "m!", "f!", "throwError", "throwErrorAt", "logInfo", "logInfoAt", "logWarning", "logWarningAt",
		"logError", "logErrorAt", "panic!", "dbg_trace", "throw_error":
		return t.Kind == Ident
	}
	return false
}

func (s *scanner) stringLiteral(start place) {
	before, ok := s.last()
	interpolated := ok && interpolating(before)
	s.advance()
	s.stringRest(start, start, interpolated)
}

// stringRest reads a string literal from behind its quote, or, if it is
// interpolated, from behind a "}", up to its end or its next "{". The part of the
// string begins at start, the string itself at opened.
func (s *scanner) stringRest(start, opened place, interpolated bool) {
	ambiguous := interpolated
	for s.err == nil {
		if s.pos >= len(s.text) {
			s.failAt(opened, "this string is not terminated")
			return
		}
		at := s.place()
		switch s.advance() {
		case '"':
			kind := String
			if interpolated {
				kind = StringPart
			}
			s.emit(kind, start, ambiguous)
			return
		case '\\':
			s.escape(at, interpolated)
		case '{':
			ambiguous = true // a macro of the preamble or of a library may interpolate any string
			if interpolated {
				s.emit(StringPart, start, true)
				s.interpolation = append(s.interpolation, interpolation{at: opened})
				return
			}
		}
	}
}

// escape reads what follows a backslash in a string.
func (s *scanner) escape(at place, interpolated bool) {
	if s.pos >= len(s.text) {
		s.failAt(at, "this string is not terminated")
		return
	}
	switch r := s.advance(); {
	case strings.ContainsRune(`\"'rnt`, r):
	case r == '{' && interpolated:
	case r == '{': // only an interpolated string may have it: let the rules look at it
		s.failAt(at, `"\{" in a string that is not known to be interpolated`)
	case r == 'x':
		s.hex(at, 2)
	case r == 'u':
		s.hex(at, 4)
	case r == '\n', r == '\r': // a string gap: the white space at the start of the next line is skipped
	default:
		s.failAt(at, `invalid escape "\%c"`, r)
	}
}

func (s *scanner) hex(at place, n int) {
	for range n {
		if !isHex(s.peek(0)) {
			s.failAt(at, "invalid escape: %d hexadecimal digits are expected", n)
			return
		}
		s.advance()
	}
}

func isHex(r rune) bool { return isDigit(r) || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F' }

// rawString reads r"..." or r#"..."#; it reports false if the text is neither.
func (s *scanner) rawString(start place) bool {
	hashes := len(s.text[s.pos+1:]) - len(strings.TrimLeft(s.text[s.pos+1:], "#"))
	if s.peek(1+hashes) != '"' {
		return false
	}
	closing := `"` + strings.Repeat("#", hashes)
	s.skip(1 + hashes + 1)
	for s.err == nil && !s.has(closing) {
		if s.pos >= len(s.text) {
			s.failAt(start, "this raw string is not terminated (%s is expected)", closing)
			return true
		}
		s.advance()
	}
	if s.err == nil {
		s.skip(len(closing))
		// Raw strings came with Lean 4.5; before, r was an identifier.
		s.emit(RawString, start, true)
	}
	return true
}

func (s *scanner) charLiteral(start place) {
	// A notation may have a token that ends in a quote (Mathlib: ⁻¹', ∑'), so
	// that a quote directly after a symbol need not begin a character.
	ambiguous := false
	if n := len(s.tokens); n > 0 && s.tokens[n-1].End == start.pos {
		ambiguous = !strings.Contains("([{⟨,", s.tokens[n-1].Text)
	}
	s.advance()
	length := literalLength(s.text[s.pos:])
	if length < 0 {
		// As a character literal it would be an error in Lean too, and so it can
		// only be a part of some notation's token.
		s.emit(Symbol, start, false)
		return
	}
	at := s.place()
	if s.peek(0) == '\\' {
		s.advance()
		s.escape(at, false)
	} else {
		s.advance()
	}
	if s.err == nil {
		s.skip(1)
		s.emit(Char, start, ambiguous)
	}
}

// literalLength is the length of a character literal without its first quote,
// or -1 if text does not go on like one.
func literalLength(text string) int {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || r == '\n' {
		return -1
	}
	if r == '\\' {
		rest := text[1:]
		switch {
		case rest == "":
			return -1
		case rest[0] == 'x':
			size = 4
		case rest[0] == 'u':
			size = 6
		default:
			size = 2
		}
	}
	if len(text) <= size || text[size] != '\'' {
		return -1
	}
	return size + 1
}

func (s *scanner) numeral(start place) {
	digits := func(ok func(rune) bool) {
		for s.err == nil && (ok(s.peek(0)) || s.peek(0) == '_' && ok(s.peek(1))) {
			s.advance()
		}
	}
	switch {
	case (s.has("0x") || s.has("0X")) && isHex(s.peek(2)):
		s.skip(2)
		digits(isHex)
	case (s.has("0b") || s.has("0B")) && (s.peek(2) == '0' || s.peek(2) == '1'):
		s.skip(2)
		digits(func(r rune) bool { return r == '0' || r == '1' })
	case (s.has("0o") || s.has("0O")) && '0' <= s.peek(2) && s.peek(2) <= '7':
		s.skip(2)
		digits(func(r rune) bool { return '0' <= r && r <= '7' })
	default:
		digits(isDigit)
		// After "x." a numeral is a field: x.1.2 has no decimal fraction.
		n := len(s.tokens)
		field := n > 0 && s.tokens[n-1].End == start.pos && s.tokens[n-1].Text == "."
		if !field && s.peek(0) == '.' && isDigit(s.peek(1)) {
			s.advance()
			digits(isDigit)
		}
		if e := s.peek(0); !field && (e == 'e' || e == 'E') {
			if sign := s.peek(1); isDigit(sign) || (sign == '-' || sign == '+') && isDigit(s.peek(2)) {
				s.skip(2)
				digits(isDigit)
			}
		}
	}
	s.emit(Numeral, start, false)
}

func (s *scanner) identifier(start place) {
	if s.dottedName() {
		s.emit(Ident, start, false)
	}
}

// dottedName reads a dotted name.
func (s *scanner) dottedName() bool {
	for s.err == nil {
		if s.peek(0) == '«' {
			open := s.place()
			s.advance()
			for s.err == nil && s.peek(0) != '»' {
				if s.pos >= len(s.text) || s.peek(0) == '\n' {
					s.failAt(open, "this quoted identifier is not terminated (» is expected)")
					return false
				}
				s.advance()
			}
			if s.err == nil {
				s.advance()
			}
		} else {
			for s.err == nil && s.pos < len(s.text) && isIdentRest(s.peek(0)) {
				s.advance()
			}
		}
		if s.peek(0) != '.' || !isNameStart(s.peek(1)) {
			break
		}
		s.advance()
	}
	return s.err == nil
}

// symbols are the tokens of several characters that matter to a reader of
// declarations, the longest first. Every other symbol is one character.
var symbols = [...]string{
	"<|>", "<;>", "...", "|>.", "`(", ":=", "=>", "->", "<-", "::", "||", "&&", "|>", "<|", "..", "==", "!=", "<=",
	">=", "++", "#[", "@[", "-/", "''",
}

func (s *scanner) symbol(start place) {
	r := s.peek(0)
	if isOddSpace(r) {
		s.failAt(start, "Lean does not take the space U+%04X for white space", r)
		return
	}
	for _, symbol := range symbols {
		if s.has(symbol) {
			s.skip(len(symbol))
			s.emit(Symbol, start, symbol == "-/")
			return
		}
	}
	s.advance()
	if s.err != nil {
		return
	}
	s.emit(Symbol, start, false)
	if n := len(s.interpolation); n > 0 {
		inner := &s.interpolation[n-1]
		switch {
		case r == '{':
			inner.braces++
		case r == '}' && inner.braces > 0:
			inner.braces--
		case r == '}':
			// The brace belongs to the string that goes on behind it.
			s.tokens = s.tokens[:len(s.tokens)-1]
			opened := inner.at
			s.interpolation = s.interpolation[:n-1]
			s.stringRest(start, opened, true)
		}
	}
}
