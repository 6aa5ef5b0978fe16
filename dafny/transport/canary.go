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
// It is a newtype because no modifier may precede one: a text that ends in
// "ghost" is not made whole by it. Its name is random, so that no text can
// forge what is said about it.
type Canary struct {
	Name string
	Line int // where it is, and its name; the column of the name is [CanaryColumn]
}

// CanaryColumn is the column of a canary's name.
const CanaryColumn = len("newtype ")

// NewCanary makes a canary for a program and returns the two together.
func NewCanary(text string) (c Canary, whole string) {
	var random [8]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	c = Canary{Name: "ansatzCanary" + hex.EncodeToString(random[:]), Line: lines(text) + 1}
	return c, fmt.Sprintf("%s\nnewtype %s = n: int | 0 <= n < 10\n", text, c.Name)
}

// lines counts the lines of a text as Dafny does, to which "\r" alone ends one.
func lines(text string) int {
	return 1 + strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

// Named reports whether a name is that of the canary.
func (c Canary) Named(name string) bool { return name == c.Name }

// Owns reports whether a diagnostic is about the canary.
func (c Canary) Owns(d Diagnostic) bool {
	return d.Position.Line == c.Line || d.Declaration == c.Name
}
