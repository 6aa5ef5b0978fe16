// Package syntax reads Dafny programs: tokens, declarations, statements and
// expressions, as far as a search over annotations and a comparison of two
// programs need them. It accepts the language of Dafny 2 to 4, checks no types,
// starts no process, and knows of every node where in the text it is.
//
// It is no judge of what a program means. What it does not understand it says so
// of ([Program.Opaque]), and leaves as it is.
package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TokenKind is the lexical class of a token.
type TokenKind uint8

// The kinds of tokens.
const (
	EOF    TokenKind = iota
	Word             // identifiers and keywords, digits of tuples' members included
	Number           // 12, 0xFF, 1.5
	Text             // "..." and @"..."
	Char             // 'a'
	Symbol           // operators and punctuation
)

// Token is a lexical element. Comments and blanks are none.
type Token struct {
	Kind TokenKind
	// Text is the token as it is written.
	Text string
	// Offset is where it begins, in bytes.
	Offset int
}

// End is the offset behind the token.
func (t Token) End() int { return t.Offset + len(t.Text) }

// Is reports whether the token is this word or symbol.
func (t Token) Is(text string) bool {
	return (t.Kind == Word || t.Kind == Symbol) && t.Text == text
}

// Error is a text that is not well formed.
type Error struct {
	// Offset is the place, in bytes.
	Offset  int
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Message) }

// symbols are the operators of more than one character, longer ones before their
// beginnings. Two angle brackets are two tokens: they also close two lists of
// type arguments.
var symbols = [...]string{
	"<==>", "==>", "<==", "-->", "...", "==", "!=", "<=", ">=", ":=", ":|", ":-", "::", "=>", "->", "~>", "<-", "&&", "||", "!!", "..",
}

// Scan splits a program into tokens, of which the last is of kind [EOF]. It
// returns an *[Error] for a text that no Dafny reads: an unterminated comment or
// string, a character that begins no token, text that is not UTF-8.
func Scan(text string) ([]Token, error) {
	s := scanner{text: text}
	tokens := make([]Token, 0, len(text)/4+1)
	for {
		if err := s.blanks(); err != nil {
			return nil, err
		}
		if s.at == len(text) {
			return append(tokens, Token{Kind: EOF, Offset: s.at}), nil
		}
		begin := s.at
		kind, err := s.token()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, Token{Kind: kind, Text: text[begin:s.at], Offset: begin})
	}
}

type scanner struct {
	text string
	at   int
}

func (s *scanner) rest() string { return s.text[s.at:] }

// byteOrderMark may stand at the beginning of a file.
const byteOrderMark = "\uFEFF"

// blanks goes over white space and comments, which may be nested. What is white
// space and where a line ends is taken from Dafny's own scanner: a carriage
// return by itself ends a line, and with it a comment.
func (s *scanner) blanks() error {
	if s.at == 0 && strings.HasPrefix(s.text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.at++
		case strings.HasPrefix(s.rest(), "//"):
			if n := strings.IndexAny(s.rest(), "\r\n"); n >= 0 {
				s.at += n
			} else {
				s.at = len(s.text)
			}
		case strings.HasPrefix(s.rest(), "/*"):
			if err := s.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (s *scanner) comment() error {
	begin, depth := s.at, 0
	for s.at < len(s.text) {
		switch {
		case strings.HasPrefix(s.rest(), "/*"):
			depth++
			s.at += 2
		case strings.HasPrefix(s.rest(), "*/"):
			s.at += 2
			if depth--; depth == 0 {
				return nil
			}
		default:
			s.at++
		}
	}
	return &Error{begin, "this comment has no end"}
}

func (s *scanner) token() (TokenKind, error) {
	begin := s.at
	r, size := utf8.DecodeRuneInString(s.rest())
	switch {
	case r == utf8.RuneError && size == 1:
		return 0, &Error{begin, "this is not UTF-8"}
	case r == '"':
		return Text, s.quoted()
	case strings.HasPrefix(s.rest(), `@"`):
		return Text, s.verbatim()
	case r == '\'':
		if n := charLength(s.rest()); n > 0 {
			s.at += n
			return Char, nil
		}
	case '0' <= r && r <= '9':
		return s.number(), nil
	}
	if wordRune(r) {
		for s.at < len(s.text) {
			r, size := utf8.DecodeRuneInString(s.rest())
			if !wordRune(r) && !('0' <= r && r <= '9') {
				break
			}
			s.at += size
		}
		return Word, nil
	}
	// "!in" is one operator, but "!index" is a negation.
	if rest := s.rest(); strings.HasPrefix(rest, "!in") && (len(rest) == 3 || !wordByte(rest[3])) {
		s.at += 3
		return Symbol, nil
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(s.rest(), symbol) {
			s.at += len(symbol)
			return Symbol, nil
		}
	}
	if r < ' ' || r == 0x7F {
		return 0, &Error{begin, fmt.Sprintf("a program has no character %#x", r)}
	}
	s.at += size
	return Symbol, nil
}

// wordRune reports whether a character may begin a word. Dafny's own words are
// ASCII; others are let through, for Dafny to refuse.
func wordRune(r rune) bool {
	return r == '_' || r == '?' || r == '\'' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 127 && unicode.IsLetter(r)
}

func wordByte(b byte) bool { return b < utf8.RuneSelf && wordRune(rune(b)) || '0' <= b && b <= '9' }

// charLength is the length of the character literal that a text begins with, or 0.
func charLength(text string) int {
	if len(text) < 3 {
		return 0
	}
	if text[1] == '\\' {
		// '\n', '\'', '\u1234', '\U{10FFFF}'
		for i := 3; i < len(text) && i < 14; i++ {
			if text[i] == '\'' {
				return i + 1
			}
		}
		return 0
	}
	_, size := utf8.DecodeRuneInString(text[1:])
	if len(text) > 1+size && text[1+size] == '\'' && text[1] != '\n' && text[1] != '\'' {
		return size + 2
	}
	return 0
}

func (s *scanner) quoted() error {
	begin := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '\n', '\r':
			return &Error{begin, "this string has no end"}
		case '"':
			s.at++
			return nil
		}
	}
	s.at = len(s.text)
	return &Error{begin, "this string has no end"}
}

func (s *scanner) verbatim() error {
	begin := s.at
	for s.at += 2; s.at < len(s.text); s.at++ {
		if s.text[s.at] != '"' {
			continue
		}
		if !strings.HasPrefix(s.text[s.at:], `""`) {
			s.at++
			return nil
		}
		s.at++
	}
	return &Error{begin, "this string has no end"}
}

// number goes over a number. Letters that follow are a part of it, so that "0x1F"
// is one token, as is what no Dafny reads, such as "1a".
func (s *scanner) number() TokenKind {
	hex := strings.HasPrefix(s.rest(), "0x")
	digits := func() {
		for s.at < len(s.text) && wordByte(s.text[s.at]) {
			s.at++
		}
	}
	digits()
	if rest := s.rest(); !hex && len(rest) > 1 && rest[0] == '.' && '0' <= rest[1] && rest[1] <= '9' {
		s.at++
		digits()
	}
	return Number
}
