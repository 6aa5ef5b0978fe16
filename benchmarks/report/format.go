package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
)

// The functions of this file are pure: values in, text out.

// none stands where there is no number.
const none = "-"

// seconds writes a time as people read it: 3.1ms, 0.412s, 12.3s, 2m 05s, 1h 02m.
func seconds(s float64) string {
	switch {
	case math.IsNaN(s) || math.IsInf(s, 0):
		return none
	case s < 0:
		return "-" + seconds(-s)
	case s == 0:
		return "0s"
	case s < 0.09995:
		return fmt.Sprintf("%.1fms", 1000*s)
	case s < 9.9995:
		return fmt.Sprintf("%.3fs", s)
	case s < 99.95:
		return fmt.Sprintf("%.1fs", s)
	case s < 3599.5:
		whole := int(math.Round(s))
		return fmt.Sprintf("%dm %02ds", whole/60, whole%60)
	case s > math.MaxInt32*60.0:
		return strconv.FormatFloat(s, 'g', 3, 64) + "s"
	}
	m := int(math.Round(s / 60))
	return fmt.Sprintf("%dh %02dm", m/60, m%60)
}

// number writes a count, or a mean of counts, with its thousands apart: 12,345 or 2.5.
func number(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case v < 0:
		return "-" + number(-v)
	case v > 1<<53:
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	digits, fraction, isFraction := strings.Cut(strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64), ".")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if isFraction {
		return digits + "." + fraction
	}
	return digits
}

func count(n int) string { return number(float64(n)) }

// plural writes a count with its noun: "1 trial", "2 trials".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// are is the verb for n things.
func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// Percent writes a fraction: "92.6 %".
func Percent(fraction float64) string { return percentDigits(fraction) + " %" }

func percentDigits(fraction float64) string {
	text := strconv.FormatFloat(100*fraction, 'f', 1, 64)
	if text == "-0.0" {
		return "0.0"
	}
	return text
}

// PercentInterval writes a fraction with its interval: "92.6 % [82.4, 97.1]", or
// "-" where it is not known. An interval without width is left out: it says
// nothing, as a bootstrap's has no width where the problems do not vary.
func PercentInterval(e metrics.Estimate) string {
	if !e.Known() {
		return none
	}
	if e.Interval.Width() == 0 {
		return Percent(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", Percent(e.Value), percentDigits(e.Interval.Low), percentDigits(e.Interval.High))
}

// Ratio writes a ratio with its interval: "0.83 [0.71, 0.98]", or "-" where it is
// not known. An interval without width is left out.
func Ratio(e metrics.Estimate) string {
	if !e.Known() {
		return none
	}
	if e.Interval.Width() == 0 {
		return significant(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", significant(e.Value), significant(e.Interval.Low), significant(e.Interval.High))
}

// significant writes a positive number with about three digits, never with an
// exponent between a thousandth and a million.
func significant(v float64) string {
	switch {
	case v >= 1e6 || v < 0.001 && v > 0:
		return strconv.FormatFloat(v, 'e', 1, 64)
	case v >= 99.5:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 0.0995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}

// PValue writes a p-value: "0.031", "< 0.0001".
func PValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return none
	case p < 0.0001:
		return "< 0.0001"
	case p < 0.01:
		return strconv.FormatFloat(p, 'f', 4, 64)
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Printable is text from elsewhere on one line that is safe for a terminal: runs of
// white space are one blank, and what does not print, such as control characters
// and those that turn the direction of writing, is replaced.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '�'
	}, strings.Join(strings.Fields(s), " "))
}

// clip shortens a line to a number of characters.
func clip(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

// markdownEscapes are the characters that GitHub's Markdown may give a meaning.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "$", `\$`, "!", `\!`,
)

// markdown is text from elsewhere that is shown in Markdown, also in a table, as it is.
func markdown(s string) string { return markdownEscapes.Replace(Printable(s)) }

// table is a table to be written. Its cells must be printable; in Markdown they
// must be escaped too.
type table struct {
	heads []string
	right []bool // aligned to the right
	rows  [][]string
}

// newTable makes a table. Heads that begin with ">" are of columns that are
// aligned to the right.
func newTable(heads ...string) *table {
	t := &table{}
	for _, h := range heads {
		head, right := strings.CutPrefix(h, ">")
		t.column(head, right)
	}
	return t
}

func (t *table) column(head string, right bool) {
	t.heads, t.right = append(t.heads, head), append(t.right, right)
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// text writes the table in aligned columns.
func (t *table) text(w io.Writer) {
	widths := make([]int, len(t.heads))
	all := append([][]string{t.heads}, t.rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			blanks := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if t.right[i] {
				line.WriteString(blanks + cell)
			} else {
				line.WriteString(cell + blanks)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// markdown writes the table as GitHub's Markdown.
func (t *table) markdown(w io.Writer) {
	marks := make([]string, len(t.heads))
	for i, right := range t.right {
		marks[i] = "---"
		if right {
			marks[i] = "---:"
		}
	}
	for _, row := range append([][]string{t.heads, marks}, t.rows...) {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
}

// checked keeps the first error of a writer, so that it is looked at once.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(p []byte) (int, error) {
	if c.err != nil {
		return len(p), nil
	}
	_, c.err = c.w.Write(p)
	return len(p), nil
}
