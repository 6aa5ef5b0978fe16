package soundness

import (
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// directives are what Dafny's preprocessor and scanner look for at the beginning
// of a line, before anything else, comments and strings included.
var directives = [...]string{"if", "els", "end", "line", "pragma", "define", "undef", "region", "error", "warning"}

// checkText looks for what makes Dafny read another text than is written.
func checkText(text string) *Violation {
	lines := syntax.NewLines(text)
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return &Violation{Class: Forbidden, Rule: "encoding", Reason: "a program is UTF-8 without NUL"}
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
