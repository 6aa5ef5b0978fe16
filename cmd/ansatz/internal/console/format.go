package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The functions of this file are pure: values in, text out.

// Duration writes a duration as people read it: 0.4s, 12.3s, 2m 05s, 1h 02m.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0.0s"
	case d < 99950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour-500*time.Millisecond:
		s := int(d.Round(time.Second).Seconds())
		return fmt.Sprintf("%dm %02ds", s/60, s%60)
	}
	m := int(d.Round(time.Minute).Minutes())
	return fmt.Sprintf("%dh %02dm", m/60, m%60)
}

// Size writes a number of bytes with a decimal unit.
func Size(n int64) string {
	for _, u := range byteUnits[4:8] {
		if f := float64(n) / u.factor; f < 999.5 && f >= 1 {
			return strconv.FormatFloat(f, 'f', -1, 64) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

// Count writes a number with its thousands apart: 12,345.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Plural writes a count with its noun.
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// Percent writes part of whole.
func Percent(part, whole float64) string {
	if whole <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*part/whole)
}

// Printable makes text that came from elsewhere safe for a terminal: what is
// not a printing character, other than a line's end, is replaced.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsPrint(r) || unicode.Is(unicode.Zs, r):
			return r
		}
		return '�'
	}, s)
}

// OneLine is printable text on one line, every run of white space one blank.
func OneLine(s string) string { return Printable(strings.Join(strings.Fields(s), " ")) }

// Clip shortens a line to a number of characters. A width of 0 or less means no bound.
func Clip(s string, width int) string {
	if width <= 0 || utf8.RuneCountInString(s) <= width {
		return s
	}
	runes := []rune(s)
	return string(runes[:max(width-1, 0)]) + "…"
}

// Pad fills a line up with blanks to a number of characters.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
}

// ProofLine is a proof on one line: "by intro n; omega".
func ProofLine(proof string, width int) string {
	head, rest, isBlock := strings.Cut(strings.TrimSpace(proof), "\n")
	if !isBlock || strings.TrimSpace(head) != "by" {
		return Clip(OneLine(proof), width)
	}
	var steps []string
	for line := range strings.Lines(rest) {
		if step := OneLine(line); step != "" {
			steps = append(steps, step)
		}
	}
	return Clip("by "+strings.Join(steps, "; "), width)
}

// Indent puts a margin before every line of a text.
func Indent(text, margin string) string {
	return margin + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+margin)
}

// Columns lays out rows of cells. Columns whose header begins with ">" are
// aligned to the right. Without headers, pass nil.
func Columns(headers []string, rows [][]string) string {
	right := make([]bool, len(headers))
	titles := make([]string, len(headers))
	for i, h := range headers {
		titles[i], right[i] = strings.CutPrefix(h, ">")
	}
	all := rows
	if strings.Join(titles, "") != "" {
		all = append([][]string{titles}, rows...)
	}
	var widths []int
	for _, row := range all {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			if i < len(right) && right[i] {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
				line.WriteString(cell)
			} else {
				line.WriteString(Pad(cell, widths[i]))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
