package verification

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// Text writes a result as a compiler writes its messages. A file that is verified
// and of which nothing is to be said has no text.
func (r Result) Text(width int) string {
	var b strings.Builder
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&b, "%s: %s: %s\n", r.at(d.Place), d.Severity, console.OneLine(d.text()))
		r.quote(&b, d.Place, width)
		if d.Undecided {
			b.WriteString("  note: the solver ran into a limit here; it may hold\n")
		}
		for _, related := range d.Related {
			fmt.Fprintf(&b, "  related: %s\n", strings.TrimSuffix(r.at(related.Place)+": "+console.OneLine(related.Message), ": "))
			r.quote(&b, related.Place, width)
		}
	}
	for _, d := range r.Declarations {
		if d.Status == transport.Verified || d.Status == transport.Failed && r.blames(d.Name) || r.blames(d.Name, transport.KindTimeout, transport.KindOutOfResource) {
			continue
		}
		severity := "error"
		if r.blames(d.Name) {
			severity = "note" // there may be more than what was said
		}
		fmt.Fprintf(&b, "%s: %s: %s: %s\n", r.at(d.Place), severity, console.OneLine(d.Name), statusText[d.Status])
		r.quote(&b, d.Place, width)
	}
	if r.Result != Verified && b.Len() == 0 {
		fmt.Fprintf(&b, "%s: error: %s\n", r.at(Place{}), console.OneLine(r.reason()))
	}
	return b.String()
}

// text is the message. That of a limit names Boogie's procedure, which nobody
// knows, so that it is said in other words.
func (d Diagnostic) text() string {
	status := map[transport.Kind]transport.Status{transport.KindTimeout: transport.TimedOut, transport.KindOutOfResource: transport.OutOfResource}[d.Kind]
	if status == "" || d.Declaration == "" {
		return d.Message
	}
	return d.Declaration + ": " + statusText[status]
}

// blames reports whether a diagnostic is an error of a declaration, of one of the
// kinds if there are any.
func (r Result) blames(declaration string, kinds ...transport.Kind) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d Diagnostic) bool {
		return d.Declaration == declaration && d.Severity == transport.SeverityError && (len(kinds) == 0 || slices.Contains(kinds, d.Kind))
	})
}

var statusText = map[transport.Status]string{
	transport.Failed:        "an obligation was not proved",
	transport.TimedOut:      "the solver ran out of time (--time-limit)",
	transport.OutOfResource: "the solver ran out of its resources",
	transport.Unknown:       "nothing is known, because the solver failed",
}

// at names a place.
func (r Result) at(p Place) string {
	if p.Line == 0 {
		return console.OneLine(r.File)
	}
	return fmt.Sprintf("%s:%d:%d", console.OneLine(r.File), p.Line, p.Column)
}

// quote writes the line of a place and a caret below the place. Of a long line,
// the part around the place is written.
func (r Result) quote(b *strings.Builder, p Place, width int) {
	text := r.lines.line(p.Line)
	if strings.TrimSpace(text) == "" {
		return
	}
	const margin = 8 // before the text: the number and a bar
	text, column := window(text, p, max(width-margin, 20))
	fmt.Fprintf(b, "%5d | %s\n", p.Line, text)
	fmt.Fprintf(b, "      | %s^\n", strings.Repeat(" ", column))
}

// window is the part of a line around a place, safe for a terminal, and the
// number of characters in it before the place.
func window(text string, p Place, width int) (part string, column int) {
	at := min(p.ByteColumn-1, len(text))
	// What is far from the place is not looked at: a line can be very long.
	begin := max(0, at-4*width)
	end := min(len(text), at+4*width)
	for begin > 0 && !utf8.RuneStart(text[begin]) {
		begin--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	before, after := []rune(console.Printable(text[begin:at])), []rune(console.Printable(strings.TrimRight(text[at:end], " \t")))
	cut := begin > 0
	if most := max(width*2/3, width-len(after)-1); len(before) > most {
		before, cut = before[len(before)-most:], true
	}
	if cut && len(before) > 0 {
		before[0] = '…'
	}
	return string(before) + console.Clip(string(after), width-len(before)), len(before)
}

// Text is the last line.
func (s *Summary) Text() string {
	with := s.Files - s.NotTried - s.Results[Verified] - s.Results[Interrupted]
	text := fmt.Sprintf("%s: %d verified, %d with errors", console.Plural(int64(s.Files), "file"), s.Results[Verified], with)
	for _, v := range []Verdict{TimedOut, Unknown} {
		if n := s.Results[v]; n > 0 {
			text += fmt.Sprintf(" (%d %s)", n, strings.ReplaceAll(string(v), "_", " "))
		}
	}
	if n := s.NotTried + s.Results[Interrupted]; n > 0 {
		text += fmt.Sprintf(", %d not finished", n)
	}
	if s.InputErrors > 0 {
		text += fmt.Sprintf(", %d not read", s.InputErrors)
	}
	return text + "\n"
}
