package verification

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// Place is a place in a file, all counted from 1. What Dafny did not say is 0.
type Place struct {
	Line int `json:"line,omitempty"`
	// Column counts characters (Unicode code points), as an editor shows it.
	Column int `json:"column,omitempty"`
	// ByteColumn counts bytes of UTF-8, UTF16Column UTF-16 units, as the Language
	// Server Protocol does.
	ByteColumn  int `json:"byte_column,omitempty"`
	UTF16Column int `json:"utf16_column,omitempty"`
}

// lines is a text by lines. As for Dafny and for most editors, a carriage return
// by itself ends a line too.
type lines []string

func newLines(text string) lines {
	var list lines
	for {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return append(list, text)
		}
		list = append(list, text[:i])
		if strings.HasPrefix(text[i:], "\r\n") {
			i++
		}
		text = text[i+1:]
	}
}

// line is a line's text, counted from 1, or empty if there is none.
func (l lines) line(n int) string {
	if n < 1 || n > len(l) {
		return ""
	}
	return l[n-1]
}

// byteOrderMark may stand at the beginning of a file. Editors do not show it.
const byteOrderMark = "\uFEFF"

// place tells a position of Dafny's as an editor counts.
func (l lines) place(p transport.Position) Place {
	if p.Line < 1 {
		return Place{}
	}
	text := l.line(p.Line)
	at := min(max(p.Column, 0), len(text))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	before := text[:at]
	if p.Line == 1 {
		before = strings.TrimPrefix(before, byteOrderMark)
	}
	return Place{
		Line: p.Line, Column: utf8.RuneCountInString(before) + 1, ByteColumn: len(before) + 1,
		UTF16Column: len(utf16.Encode([]rune(before))) + 1,
	}
}
