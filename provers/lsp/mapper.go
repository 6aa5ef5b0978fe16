package lsp

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Mapper converts between byte offsets and positions in one text. Lines end
// with "\n", "\r\n" or "\r", as the protocol has it. A byte that is not part of
// valid UTF-8 counts as one UTF-16 code unit, because it is sent as U+FFFD.
//
// Places that do not exist are mapped to the nearest existing one before them:
// within a character to its start, after the end of a line to before its line
// ending, after the end of the text to the end.
type Mapper struct {
	text   string
	starts []int // the offset of each line
}

// NewMapper prepares a text for conversion.
func NewMapper(text string) *Mapper {
	m := &Mapper{text: text, starts: make([]int, 1, 1+strings.Count(text, "\n"))}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			m.starts = append(m.starts, i+1)
		}
	}
	return m
}

// Lines is the number of lines, which is one more than that of line endings.
func (m *Mapper) Lines() int { return len(m.starts) }

// line returns the offsets of a line's start and of its end before the line
// ending.
func (m *Mapper) line(n int) (start, end int) {
	start, end = m.starts[n], len(m.text)
	if n+1 < len(m.starts) {
		end = m.starts[n+1] - 1
		if end > start && m.text[end] == '\n' && m.text[end-1] == '\r' {
			end--
		}
	}
	return start, end
}

// Position converts a byte offset.
func (m *Mapper) Position(offset int) Position {
	offset = max(0, min(offset, len(m.text)))
	n := sort.SearchInts(m.starts, offset+1) - 1
	start, end := m.line(n)
	offset = min(offset, end)
	column := 0
	for i := start; i < offset; {
		r, size := utf8.DecodeRuneInString(m.text[i:end])
		if i+size > offset {
			break
		}
		column += units(r)
		i += size
	}
	return Position{Line: n, Character: column}
}

// Offset converts a position.
func (m *Mapper) Offset(p Position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(m.starts) {
		return len(m.text)
	}
	start, end := m.line(p.Line)
	i := start
	for column := 0; i < end; {
		r, size := utf8.DecodeRuneInString(m.text[i:end])
		column += units(r)
		if column > p.Character {
			break
		}
		i += size
	}
	return i
}

// Range converts the text from one byte offset up to another.
func (m *Mapper) Range(start, end int) Range {
	return Range{Start: m.Position(start), End: m.Position(end)}
}

// Slice is the text in a range.
func (m *Mapper) Slice(r Range) string {
	start, end := m.Offset(r.Start), m.Offset(r.End)
	return m.text[start:max(start, end)]
}

// units is the number of UTF-16 code units of a rune.
func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
