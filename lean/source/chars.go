package source

import "unicode"

// The character classes below are those of Lean's own lexer (isIdFirst,
// isIdRest, isLetterLike, isSubScriptAlnum in Init/Meta), in their widest form
// over the versions since 4.9.

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isLetterLike(r rune) bool {
	switch {
	case r < 0xc0:
		return false
	case r == 'λ', r == 'Π', r == 'Σ', r == '×', r == '÷':
		return false
	case r <= 0x17f: // Latin-1 letters and Latin Extended-A
		return true
	case 0x3b1 <= r && r <= 0x3c9, 0x391 <= r && r <= 0x3a9: // Greek
		return true
	case 0x3ca <= r && r <= 0x3fb: // Coptic
		return true
	case 0x1f00 <= r && r <= 0x1ffe: // polytonic Greek
		return true
	case 0x2100 <= r && r <= 0x214f: // letter-like symbols: ℕ, ℝ
		return true
	case 0x1d49c <= r && r <= 0x1d59f: // script, double-struck, Fraktur
		return true
	}
	return false
}

func isSubscript(r rune) bool {
	return 0x2080 <= r && r <= 0x2089 || 0x2090 <= r && r <= 0x209c ||
		0x1d62 <= r && r <= 0x1d6a || r == 0x2c7c
}

func isIdentStart(r rune) bool { return isASCIILetter(r) || r == '_' || isLetterLike(r) }

func isIdentRest(r rune) bool {
	return isIdentStart(r) || isDigit(r) || r == '\'' || r == '!' || r == '?' || isSubscript(r)
}

// refusedRune says why a character may appear nowhere in a source text, not
// even in a comment: a reader could not see what the prover reads. It returns
// the empty string for every other character.
func refusedRune(r rune) string {
	switch {
	case r == 0:
		return "NUL character"
	case r == '\n' || r == '\r' || r == '\t':
		return ""
	case r < 0x20 || 0x7f <= r && r <= 0x9f:
		return "control character"
	case 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
		return "bidirectional control character, which shows text in another order than it is read"
	case 0x200b <= r && r <= 0x200d, 0x2060 <= r && r <= 0x2064, r == 0xfeff, r == 0xad, r == 0x180e, r == 0x34f,
		r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, 0xe0000 <= r && r <= 0xe007f:
		return "invisible character"
	case r == 0x2028, r == 0x2029:
		return "Unicode line separator"
	case 0xd800 <= r && r <= 0xdfff, 0xfff9 <= r && r <= 0xfffb, r&0xfffe == 0xfffe, 0xfdd0 <= r && r <= 0xfdef:
		return "character that is not for interchange"
	}
	return ""
}

// isOddSpace reports a space that Lean does not take for white space.
func isOddSpace(r rune) bool { return r > 0x7f && unicode.IsSpace(r) }
