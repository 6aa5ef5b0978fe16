package transport

import "testing"

func TestLines(t *testing.T) {
	for text, want := range map[string]int{"": 1, "a": 1, "a\n": 2, "a\r\nb": 2, "a\rb\n": 3, "\r\r\n\n": 4} {
		if got := lines(text); got != want {
			t.Errorf("%q has %d lines, want %d", text, got, want)
		}
	}
}

func TestByteColumn(t *testing.T) {
	const line = "a\u00e9\U0001d538b"
	for units, want := range map[int]int{0: 0, 1: 1, 2: 3, 3: 3, 4: 7, 5: 8, 9: 8} {
		if got := ByteColumn(line, units); got != want {
			t.Errorf("column %d is byte %d, want %d", units, got, want)
		}
	}
}
