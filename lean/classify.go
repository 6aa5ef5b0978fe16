package lean

import (
	"regexp"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// rule maps what Lean says to a class of errors and a status. The first row
// that matches counts.
type rule struct {
	class   string
	status  provers.Status
	pattern *regexp.Regexp
}

func row(class string, status provers.Status, pattern string) rule {
	return rule{class, status, regexp.MustCompile(pattern)}
}

// classifier is the table of error classes. Lean's wording changed over the
// years ("unknown identifier 'x'" became "Unknown identifier `x`"), so patterns
// ignore case and quotes.
type classifier []rule

func newClassifier() classifier {
	return classifier{
		row("heartbeats", provers.OutOfBudget, `(?i)\(deterministic\) timeout|maximum number of heartbeats`),
		row("decide", provers.Rejected, `(?i)expected type must not contain (free|meta)|did not reduce to|proposition is false|evaluated that the proposition`),
		row("syntax", provers.Unparsed, `(?i)^(<input>:[0-9:]+ )?(unexpected |expected |unknown tactic|unterminated |invalid escape|missing end of|token |elaboration function for .* has not been implemented)`),
		row("recursion", provers.Rejected, `(?i)maximum recursion depth|stack overflow`),
		row("unknown_identifier", provers.Rejected, `(?i)unknown (identifier|constant|free variable|namespace|option)|the environment does not contain|invalid field|not found in the current context`),
		row("ambiguous", provers.Rejected, `(?i)ambiguous, `),
		row("instance", provers.Rejected, `(?i)failed to synthesize|typeclass instance problem is stuck`),
		row("no_progress", provers.Rejected, `(?i)made no progress|no progress|nothing to rewrite`),
		row("rewrite", provers.Rejected, `(?i)did not find (an )?(instance|occurrence) of (the )?pattern|motive is not type correct`),
		row("arithmetic", provers.Rejected, `(?i)omega could not prove|linarith failed|could not prove the goal`),
		row("automation", provers.Rejected, `(?i)^.grind. failed|.simp_all. failed|aesop|.try\?. failed|.exact\?. could not|could not close the goal`),
		row("type_mismatch", provers.Rejected, `(?i)type mismatch|application type mismatch|has type.*but is expected|is not definitionally equal|could not unify|argument has type`),
		row("not_a_goal_shape", provers.Rejected, `(?i)no additional binders|not an inductive|is not a proposition|no goals|target is not|no applicable constructors|insufficient number of`),
		row("unsolved", provers.Rejected, `(?i)^unsolved goals`),
		row("tactic_failed", provers.Rejected, `(?i)^tactic .* failed`),
	}
}

// classify says what an error message means.
func (c classifier) classify(message string) (class string, status provers.Status) {
	for _, r := range c {
		if r.pattern.MatchString(message) {
			return r.class, r.status
		}
	}
	return "other", provers.Rejected
}

// suggestion matches what exact?, try? and simp? propose.
var suggestion = regexp.MustCompile(`(?m)^\s*(?:\[[a-z]+\] )?(\S.*)$`)

// suggestions reads the tactics of a "Try this" message.
func suggestions(message string) []string {
	_, rest, ok := strings.Cut(message, "Try this:")
	if !ok {
		if _, rest, ok = strings.Cut(message, "Try these:"); !ok {
			return nil
		}
	}
	var list []string
	for _, m := range suggestion.FindAllStringSubmatch(rest, -1) {
		text := strings.TrimPrefix(strings.TrimSpace(m[1]), "• ")
		if text != "" && !strings.HasPrefix(text, "Remaining subgoals") && !strings.HasPrefix(text, "--") {
			list = append(list, text)
		}
	}
	return list
}
