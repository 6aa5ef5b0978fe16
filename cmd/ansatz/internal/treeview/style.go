package treeview

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/provers"
)

// Style writes what is particular to a prover's language on one line.
type Style struct {
	goals  func([]provers.Goal) string
	action func(string) string
}

// Tactics is the style of goals with a target and of actions that are tactics.
var Tactics = Style{goals: goalsText, action: console.OneLine}

// Annotations is the style of Dafny: goals are obligations in a program, actions
// are annotations that are inserted.
var Annotations = Style{goals: obligationsText, action: editsText}

// obligationsText is a state on one line: where it fails, and what.
func obligationsText(goals []provers.Goal) string {
	parts := make([]string, 0, len(goals))
	last := ""
	for _, g := range goals {
		o, ok := annotation.ObligationOf(g)
		if !ok {
			parts = append(parts, console.OneLine(g.Target))
			continue
		}
		text := fmt.Sprintf("%d:%d %s", o.Line, o.Column+1, strings.ReplaceAll(o.Kind, "_", " "))
		// What was not established says more than where.
		if source := o.Source; len(o.Related) > 0 {
			text += ": " + o.Related[0].Source
		} else if source != "" {
			text += ": " + source
		}
		if o.Declaration != last {
			text = o.Declaration + " " + text
			last = o.Declaration
		}
		parts = append(parts, console.OneLine(text))
	}
	if len(parts) == 0 {
		return "nothing is open"
	}
	return strings.Join(parts, "  |  ")
}

// editsText is an action on one line: the annotations by the line of the program
// before or at which they are put.
func editsText(text string) string {
	a, err := annotation.Parse(text)
	if err != nil {
		return console.OneLine(text)
	}
	var b strings.Builder
	if a.Houdini {
		fmt.Fprintf(&b, "houdini of %s: ", console.Plural(int64(len(a.Edits)), "annotation"))
	}
	for i, e := range a.Edits {
		sign, what := " + ", e.Text
		if e.Drop {
			sign, what = " - ", "what is there"
		}
		if i > 0 {
			b.WriteString("; ")
		}
		if i == 0 || e.Line != a.Edits[i-1].Line || e.Drop != a.Edits[i-1].Drop {
			fmt.Fprintf(&b, "%d%s", e.Line, sign)
		}
		b.WriteString(strings.TrimSuffix(strings.TrimSpace(what), ";"))
	}
	return console.OneLine(b.String())
}
