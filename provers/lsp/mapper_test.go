package lsp

import (
	"fmt"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

var awkwardTexts = []string{
	"",
	"\n",
	"\r\n",
	"\r",
	"a",
	"theorem e : 1 = 1 := by\n  rfl\n",
	"no newline at the end\nλ",
	"∀ x, 𝔸 x ∧ 𝒞\n⟨?w, ?h⟩",
	"mixed\rline\r\nendings\n\r\r\n\n\r",
	"e\u0301 combining, n\u0303\r\n",
	"👩‍👩‍👧‍👦 family\r\n🇨🇭",
	"𝔸𝔸\r𝔸\r\n𝔸\n",
	"\u2028 is no line ending \u0085 nor is this\v\f\n",
	"\ufeffmark",
	"bad \xff\xfe\xc3 bytes \xf0\x9f\n\x80\xe2\x82",
	"\xf0\x9f\r\n\x98\x80",
	"surrogate \xed\xa0\x80 in UTF-8",
	"nul \x00 byte\U0010ffff",
}

// oracle finds the position of each byte offset by going through the text once,
// a rune at a time, in the words of the protocol.
func oracle(text string) []Position {
	positions := make([]Position, len(text)+1)
	line, column := 0, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		for k := range size {
			positions[i+k] = Position{line, column}
		}
		switch {
		case r == '\r' && i+1 < len(text) && text[i+1] == '\n':
			positions[i+1] = Position{line, column} // within the line ending
			size = 2
			line, column = line+1, 0
		case r == '\r' || r == '\n':
			line, column = line+1, 0
		default:
			column += len(utf16.Encode([]rune{r}))
		}
		i += size
	}
	positions[len(text)] = Position{line, column}
	return positions
}

// checkMapper checks a mapper at every offset and at every column.
func checkMapper(t *testing.T, text string) {
	t.Helper()
	m := NewMapper(text)
	want := oracle(text)
	first := make(map[Position]int) // the first offset of each position
	for offset := len(text); offset >= 0; offset-- {
		first[want[offset]] = offset
	}
	for offset, p := range want {
		if got := m.Position(offset); got != p {
			t.Errorf("Position(%d) = %v, want %v", offset, got, p)
		}
		if got := m.Offset(p); got != first[p] {
			t.Errorf("Offset(%v) = %d, want %d", p, got, first[p])
		}
		// The second half of a surrogate pair, or the place after the line's end.
		next := Position{p.Line, p.Character + 1}
		if _, exists := first[next]; !exists {
			if got := m.Offset(next); got != first[p] {
				t.Errorf("Offset(%v) = %d, want %d", next, got, first[p])
			}
		}
	}
	last := want[len(text)]
	if m.Lines() != last.Line+1 {
		t.Errorf("%d lines, want %d", m.Lines(), last.Line+1)
	}
	for _, c := range []struct{ got, want any }{
		{m.Position(-1), Position{}},
		{m.Position(len(text) + 1), last},
		{m.Offset(Position{-1, 5}), 0},
		{m.Offset(Position{0, -1}), 0},
		{m.Offset(Position{last.Line + 1, 0}), len(text)},
		{m.Offset(Position{last.Line, 1 << 30}), len(text)},
		{m.Slice(m.Range(0, len(text))), text},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestMapper(t *testing.T) {
	for _, text := range awkwardTexts {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) { checkMapper(t, text) })
	}
}

func TestMapperSlice(t *testing.T) {
	m := NewMapper("let 𝔸 := 1\r\nlet b := 2\n")
	for _, test := range []struct {
		r    Range
		want string
	}{
		{Range{Position{0, 4}, Position{0, 6}}, "𝔸"},
		{Range{Position{0, 5}, Position{0, 6}}, "𝔸"}, // begins within the character
		{Range{Position{0, 10}, Position{0, 99}}, "1"},
		{Range{Position{0, 11}, Position{1, 3}}, "\r\nlet"},
		{Range{Position{1, 3}, Position{0, 0}}, ""},
	} {
		if got := m.Slice(test.r); got != test.want {
			t.Errorf("Slice(%v) = %q, want %q", test.r, got, test.want)
		}
	}
}

func FuzzMapper(f *testing.F) {
	for _, text := range awkwardTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 512 {
			checkMapper(t, text)
		}
	})
}
