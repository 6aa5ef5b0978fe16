package transport

import "unicode/utf8"

// ByteColumn converts a column of a line from UTF-16 units, in which Dafny 4
// counts, to bytes of UTF-8. A column behind the end of the line becomes the end.
func ByteColumn(line string, units int) int {
	at := 0
	for units > 0 && at < len(line) {
		r, size := utf8.DecodeRuneInString(line[at:])
		units--
		if r > 0xFFFF {
			units--
		}
		if units < 0 {
			return at
		}
		at += size
	}
	return at
}
