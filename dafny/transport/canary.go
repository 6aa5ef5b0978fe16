package transport

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// Canary is a declaration that is put behind a program. Dafny says nothing of a
// part of the text that it did not read (behind an open comment, or behind an
// include), so only a word about the canary shows that it read to the end.
//
// It is a ghost method because Dafny does not accept the word "ghost" twice, nor
// most modifiers with it: a text that ends in one is not made whole. ("static" it
// accepts with a warning; soundness is not at stake, since an added word of a
// program is refused by its comparison.) The loop has the front end say something
// about the canary, and the verifier something to do. The name is random, so that
// no text can forge what is said about it.
//
// Where it can be avoided, what is to be verified is verified without the canary:
// any declaration that is added changes which proofs the solver finds.
type Canary struct {
	Name string
	Line int // where it is, and its name; the column of the name is [CanaryColumn]
}

// canaryWords come before a canary's name.
const canaryWords = "ghost method "

// CanaryColumn is the column of a canary's name.
const CanaryColumn = len(canaryWords)

// NewCanary makes a canary for a program and returns the two together.
func NewCanary(text string) (c Canary, whole string) {
	var random [8]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	c = Canary{Name: "ansatzCanary" + hex.EncodeToString(random[:]), Line: lines(text) + 1}
	return c, fmt.Sprintf("%s\n%s%s(n: nat) { var i := 0; while i < n { i := i + 1; } }\n", text, canaryWords, c.Name)
}

// lines counts the lines of a text as Dafny does, to which "\r" alone ends one.
func lines(text string) int {
	return 1 + strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

// Named reports whether a name is that of the canary.
func (c Canary) Named(name string) bool { return c.Name != "" && name == c.Name }

// Kept is a diagnostic on the program with the canary, as one on the program. It
// is false if it is about the canary. An error of the front end there is the
// program's: it ends too early.
func (c Canary) Kept(d Diagnostic) (Diagnostic, bool) {
	switch {
	case c.Name == "" || d.Position.Line != c.Line && d.Declaration != c.Name:
		return d, true
	case d.Severity == SeverityError && (d.Kind == KindSyntax || d.Kind == KindResolution):
		d.Position = Position{Line: c.Line - 1}
		d.Message += " (behind the end of the program)"
		return d, true
	}
	return d, false
}
