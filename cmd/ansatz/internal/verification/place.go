package verification

import (
	"slices"
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

// lines is a text by lines, without a byte order mark: neither Dafny nor an editor
// counts it. As for Dafny and for most editors, a carriage return by itself ends a
// line too.
type lines struct {
	texts  []string
	starts []int // in bytes of the text as it was given
}

const byteOrderMark = "\uFEFF"

func newLines(text string) lines {
	var l lines
	start := 0
	if strings.HasPrefix(text, byteOrderMark) {
		start = len(byteOrderMark)
	}
	for {
		rest := text[start:]
		l.starts = append(l.starts, start)
		i := strings.IndexAny(rest, "\r\n")
		if i < 0 {
			l.texts = append(l.texts, rest)
			return l
		}
		l.texts = append(l.texts, rest[:i])
		if strings.HasPrefix(rest[i:], "\r\n") {
			i++
		}
		start += i + 1
	}
}

// line is a line's text, counted from 1, or empty if there is none.
func (l lines) line(n int) string {
	if n < 1 || n > len(l.texts) {
		return ""
	}
	return l.texts[n-1]
}

// position is the place of an offset in the text as it was given.
func (l lines) position(offset int) transport.Position {
	i, found := slices.BinarySearch(l.starts, offset)
	if !found {
		i = max(i-1, 0)
	}
	return transport.Position{Line: i + 1, Column: max(offset-l.starts[i], 0)}
}

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
	return Place{
		Line: p.Line, Column: utf8.RuneCountInString(before) + 1, ByteColumn: len(before) + 1,
		UTF16Column: len(utf16.Encode([]rune(before))) + 1,
	}
}
