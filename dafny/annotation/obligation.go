package annotation

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// Obligation is something about a program that was not proved.
type Obligation struct {
	// Declaration is the qualified name of what it is in.
	Declaration string
	// Kind is one of those of package transport: "postcondition", "assertion".
	Kind string
	// Line and Column are the place in the program without insertions.
	Line, Column int
	// Message is what Dafny says.
	Message string
	// Source is the text there, one line.
	Source string
	// Related are other places, such as the postcondition that a return path
	// does not establish.
	Related []RelatedPlace
}

// RelatedPlace is a second place that an obligation points at.
type RelatedPlace struct {
	Line, Column int
	Source       string
}

// Goal writes the obligation as a goal: what it is and where as the case, what is
// in scope as hypotheses.
func (o Obligation) Goal(scope []provers.Hypothesis) provers.Goal {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%6d | %s", o.Message, o.Line, o.Source)
	for _, r := range o.Related {
		fmt.Fprintf(&b, "\n%6d | %s", r.Line, r.Source)
	}
	return provers.Goal{
		Case:       fmt.Sprintf("%s %s %d:%d", o.Declaration, o.Kind, o.Line, o.Column),
		Hypotheses: scope,
		Target:     b.String(),
	}
}

// ObligationOf reads what [Obligation.Goal] wrote, as far as a policy needs it.
// It reports false for a goal that is none of a program's.
func ObligationOf(g provers.Goal) (Obligation, bool) {
	var o Obligation
	if n, err := fmt.Sscanf(g.Case, "%s %s %d:%d", &o.Declaration, &o.Kind, &o.Line, &o.Column); err != nil || n != 4 {
		return Obligation{}, false
	}
	lines := strings.Split(g.Target, "\n")
	o.Message = lines[0]
	for i, line := range lines[1:] {
		number, source, ok := strings.Cut(line, " | ")
		if !ok {
			continue
		}
		var r RelatedPlace
		if _, err := fmt.Sscan(number, &r.Line); err != nil {
			continue
		}
		if r.Source = source; i == 0 {
			o.Source = source
		} else {
			o.Related = append(o.Related, r)
		}
	}
	return o, true
}
