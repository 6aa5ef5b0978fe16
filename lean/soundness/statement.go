package soundness

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// CheckStatement checks that a claimed problem is the original one: preamble,
// statement and closing text are equal byte for byte. The violation has the
// place of the first difference in the original's text.
func CheckStatement(original, claimed provers.Problem) *Violation {
	if v := firstDifference(original.Preamble+original.Statement, claimed.Preamble+claimed.Statement, 0); v != nil {
		return v
	}
	if v := firstDifference(original.Closing, claimed.Closing, 0); v != nil {
		v.Line, v.Column = 0, 0
		v.Reason = "behind the proof, " + v.Reason
		return v
	}
	if len(original.Preamble) != len(claimed.Preamble) {
		return &Violation{Class: ClassStatement, Rule: "statement", Reason: "the statement begins at another place"}
	}
	return nil
}

// firstDifference compares texts that begin at the same offset of a file; from
// is where to begin.
func firstDifference(original, claimed string, from int) *Violation {
	at := from
	for at < len(original) && at < len(claimed) && original[at] == claimed[at] {
		at++
	}
	if at == len(original) && at == len(claimed) {
		return nil
	}
	for at > 0 && at < len(original) && !utf8.RuneStart(original[at]) {
		at--
	}
	lineStart := strings.LastIndexByte(original[:at], '\n') + 1
	v := &Violation{
		Class: ClassStatement, Rule: "statement",
		Line: strings.Count(original[:at], "\n") + 1, Column: utf8.RuneCountInString(original[lineStart:at]) + 1,
		Excerpt: excerpt(claimed, at),
	}
	v.Reason = fmt.Sprintf("the given text has %q here", excerpt(original, at))
	return v
}

// excerpt is the text from an offset to the end of its line, or a word for its end.
func excerpt(text string, at int) string {
	if at >= len(text) {
		return "(end of text)"
	}
	if text[at] == '\n' {
		return "(end of line)"
	}
	return shorten(strings.ToValidUTF8(text[at:], "?"), 40)
}

// CheckAgainst compares a file with the original that it claims to prove. It
// returns one claim for each theorem of the original whose proof is sorry, with
// the original's own preamble and statement. The two files must be the same byte
// for byte outside of those proofs. The claims still need [CheckProof] and a
// fresh check by the prover.
func CheckAgainst(original, claimed source.File) ([]provers.Claim, *Violation) {
	targets := make(map[int]source.Target, len(original.Targets))
	for _, t := range original.Targets {
		targets[t.Command] = t
	}
	var claims []provers.Claim
	before, beforeClaimed := 0, 0 // what was compared so far
	originalText, claimedText := string(original.Text), string(claimed.Text)
	compare := func(end, endClaimed int) *Violation {
		v := firstDifference(originalText[before:end], claimedText[beforeClaimed:endClaimed], 0)
		if v != nil && v.Line > 0 {
			if v.Line == 1 {
				lineStart := strings.LastIndexByte(originalText[:before], '\n') + 1
				v.Column += utf8.RuneCountInString(originalText[lineStart:before])
			}
			v.Line += strings.Count(originalText[:before], "\n")
		}
		return v
	}
	for i, c := range original.Commands {
		t, ok := targets[i]
		if !ok {
			continue
		}
		// The proof begins where the sorry did, and ends with its command.
		start := beforeClaimed + t.BodyStart - before
		if start > len(claimedText) {
			return nil, compare(t.BodyStart, len(claimedText))
		}
		if v := compare(t.BodyStart, start); v != nil {
			return nil, v
		}
		if i >= len(claimed.Commands) || claimed.Commands[i].Start != beforeClaimed+c.Start-before || claimed.Commands[i].End <= start {
			return nil, &Violation{
				Class: ClassStatement, Rule: "statement", Line: c.Line, Column: c.Column,
				Reason: "this declaration cannot be found in the claimed file",
			}
		}
		end := claimed.Commands[i].End
		claims = append(claims, provers.Claim{Problem: t.Problem, Proof: claimedText[start:end]})
		before, beforeClaimed = t.BodyEnd, end
	}
	if v := compare(len(originalText), len(claimedText)); v != nil {
		return nil, v
	}
	return claims, nil
}
