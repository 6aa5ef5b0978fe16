package soundness

import (
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// directives are what Dafny's preprocessor and scanner look for at the beginning
// of a line, before anything else, comments and strings included.
var directives = [...]string{"if", "els", "end", "line", "pragma", "define", "undef", "region", "error", "warning"}

// checkText looks for what makes Dafny read another text than is written.
func checkText(text string) *Violation {
	lines := syntax.NewLines(text)
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			v := &Violation{Class: Forbidden, Rule: "control_character", Reason: "a program has no control characters"}
			return v.place(lines, i)
		}
	}
	at := 0
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		at += strings.Index(text[at:], line)
		// What .NET trims differs between versions, so everything is that does not
		// print in ASCII.
		rest := strings.TrimLeftFunc(line, func(r rune) bool { return r <= ' ' || r > '~' })
		if rest, ok := strings.CutPrefix(rest, "#"); ok {
			rest = strings.TrimLeft(rest, " \t")
			for _, d := range directives {
				if strings.HasPrefix(rest, d) {
					v := &Violation{
						Class: Forbidden, Rule: "directive", Excerpt: shorten(line, 40),
						Reason: "a directive hides text from Dafny, also within a comment",
					}
					return v.place(lines, at)
				}
			}
		}
		at += len(line)
	}
	return nil
}
