package soundness

import (
	"fmt"
	"regexp"
)

// Message is one thing that the prover said during the fresh check.
type Message struct {
	// Severity is "error", "warning", "information" or "hint".
	Severity string
	Text     string
	// Line is the message's line in the checked text, from 1, or 0 if unknown.
	Line int
}

// sorryMessage matches Lean's warning in all the quotes that its versions use,
// and every other message that names the axiom behind it.
var sorryMessage = regexp.MustCompile("(?i)declaration uses\\s+['`‘’\"]*sorry|contains\\s+['`‘’\"]*sorry\\b|\\bsorryAx\\b")

// CheckMessages looks at what the prover said about a whole text. From
// firstLine on, the text is the claim (its statement and proof); an incomplete
// proof before that is the preamble's, see [CheckPreamble]. A message without a
// line counts for the claim. Complete says that the prover reported the end of
// its check: without it, silence proves nothing.
func CheckMessages(messages []Message, firstLine int, complete bool) *Violation {
	refuse := func(m Message, class, rule, reason string) *Violation {
		return &Violation{Class: class, Rule: rule, Line: m.Line, Column: min(m.Line, 1), Excerpt: shorten(m.Text, 200), Reason: reason}
	}
	// An error says more than a sorry, for Lean puts a sorry in the place of
	// what it could not elaborate.
	for _, m := range messages {
		switch m.Severity {
		case "error":
			return refuse(m, ClassProver, "error", "the prover reported an error")
		case "warning", "information", "hint":
		default:
			return refuse(m, ClassProver, "severity", fmt.Sprintf("the prover sent a message of the unknown severity %q", m.Severity))
		}
	}
	for _, m := range messages {
		if (m.Line == 0 || m.Line >= firstLine) && sorryMessage.MatchString(m.Text) {
			return refuse(m, ClassSorry, "sorry_message", "the prover says that the proof is incomplete")
		}
	}
	if !complete {
		return &Violation{Class: ClassProver, Rule: "no_end", Reason: "the prover did not report the end of its check"}
	}
	return nil
}
