package page

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds each text of a page, in bytes. A text that is longer is cut, and
// says so.
const maxText = 256 << 10

// clean makes what a reader cannot see visible: control and format characters
// (among them those that turn the direction of writing around) and bytes that
// are not UTF-8. Line feeds and tabs stay, and so do the joiners that some
// scripts are written with. Clean text stays as it is.
func clean(s string) string {
	at := strings.IndexFunc(s, hidden)
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:at])
	for i := at; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "⟨%02X⟩", s[i])
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			// the end of a line, in Windows' way
		case hidden(r) && r != utf8.RuneError:
			fmt.Fprintf(&b, "⟨%U⟩", r)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// hidden reports whether clean has to look at a rune. An error of decoding is
// among them, as is U+FFFD itself, which stays.
func hidden(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f
	case r == utf8.RuneError:
		return true
	case r == '\u200c' || r == '\u200d': // non-joiner and joiner
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// cut bounds a text.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	at := maxText
	for at > maxText-utf8.UTFMax && !utf8.RuneStart(s[at]) {
		at--
	}
	return fmt.Sprintf("%s\n… (%d more bytes are left out of this report)", s[:at], len(s)-at)
}

// label is a short text on one line, for places that cannot wrap.
func label(s string, runes int) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}
