package syntax

import (
	"sort"
	"strings"
)

// Lines finds lines and columns in a text.
type Lines struct {
	text   string
	starts []int
}

// NewLines reads where the lines of a text begin.
func NewLines(text string) *Lines {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return &Lines{text: text, starts: starts}
}

// Count is the number of lines; the last may be empty.
func (l *Lines) Count() int { return len(l.starts) }

// Position returns the line of an offset, counted from 1, and its column, counted
// from 0 in bytes.
func (l *Lines) Position(offset int) (line, column int) {
	line = sort.SearchInts(l.starts, offset+1)
	return line, offset - l.starts[line-1]
}

// Offset is the opposite of Position. A place outside the text becomes the
// nearest one inside.
func (l *Lines) Offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(l.starts) {
		return len(l.text)
	}
	end := len(l.text)
	if line < len(l.starts) {
		end = l.starts[line] - 1
	}
	return min(l.starts[line-1]+max(column, 0), end)
}

// Line is the text of a line without its end, or empty if there is none.
func (l *Lines) Line(line int) string {
	if line < 1 || line > len(l.starts) {
		return ""
	}
	return strings.TrimRight(l.text[l.starts[line-1]:l.Offset(line, len(l.text))], "\r\n")
}

// Indent is the white space that the line of an offset begins with.
func (l *Lines) Indent(offset int) string {
	line, _ := l.Position(offset)
	text := l.Line(line)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}
