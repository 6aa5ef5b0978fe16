package lineserver

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// Canary is a declaration that is put behind a program. Dafny says nothing of a
// part of the text that it did not read (behind an open comment, or behind an
// include), so only a word about the canary shows that it read to the end.
//
// It is a newtype because no modifier may precede one: a text that ends in
// "ghost" is not made whole by it. Its name is random, so that no text can
// forge what is said about it.
type Canary struct {
	name string
	line int
}

// NewCanary makes a canary for a program and returns the two together.
func NewCanary(text string) (c Canary, whole string) {
	var random [8]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	c = Canary{name: "ansatzCanary" + hex.EncodeToString(random[:]), line: lines(text) + 1}
	return c, fmt.Sprintf("%s\nnewtype %s = n: int | 0 <= n < 10\n", text, c.name)
}

// lines counts the lines of a text as Dafny does, to which "\r" alone ends one.
func lines(text string) int {
	return 1 + strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

// Named reports whether a name is that of the canary.
func (c Canary) Named(name string) bool { return name == c.name }

// Owns reports whether a diagnostic is about the canary.
func (c Canary) Owns(d transport.Diagnostic) bool {
	return d.Position.Line == c.line || d.Declaration == c.name
}

// resolved reports whether the front end said that it has resolved the canary:
// the native type that it chose for it.
func (c Canary) resolved(r Reply) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d transport.Diagnostic) bool {
		return d.Position.Line == c.line && d.Severity == transport.SeverityInfo && strings.Contains(d.Message, "nativeType")
	})
}

// verified reports whether the canary was verified.
func (c Canary) verified(r Reply) bool {
	return slices.ContainsFunc(r.Results, func(e Entry) bool {
		return c.Named(e.Name) && e.Status == transport.Verified
	})
}

// Report makes a report of a reply about a text with the canary. What is said
// about the canary is not in it.
func (c Canary) Report(r Reply, frontEndOnly bool) transport.Report {
	report := transport.Report{Resolved: c.resolved(r), Complete: c.resolved(r)}
	if !frontEndOnly {
		report.Complete = c.verified(r)
		// Behind an open comment there is no canary, but what was read was resolved.
		report.Resolved = len(r.Results) > 0
	}
	if r.Rejected {
		report.Resolved = false
	}
	for _, d := range r.Diagnostics {
		if !c.Owns(d) {
			report.Diagnostics = append(report.Diagnostics, d)
		}
	}
	for _, e := range r.Results {
		if !c.Named(e.Name) {
			report.Results = append(report.Results, e.Result)
		}
	}
	return report
}
