package lean

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// layout says how the goals that an action leaves are arranged, and which of
// them make up the state that a step leads to. It is what [provers.Step] keeps
// for this adapter.
type layout struct {
	Goals int   `json:"n"`  // goals that the action left in all
	At    []int `json:"at"` // those of this state, in order
	// Names are, for each goal of the state, the arguments of rename_i that
	// make its hypotheses accessible.
	Names [][]string `json:"as,omitempty"`
}

func (l layout) encode() string {
	if l.Goals == 1 && len(l.Names) == 1 && len(l.Names[0]) == 0 {
		return "" // by far the most common: one goal is left, all of it accessible
	}
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // a struct of integers and strings always marshals
	}
	return string(b)
}

func decodeLayout(s string) (layout, error) {
	if s == "" {
		return layout{Goals: 1, At: []int{0}, Names: [][]string{nil}}, nil
	}
	var l layout
	if err := json.Unmarshal([]byte(s), &l); err != nil {
		return layout{}, fmt.Errorf("reading the layout %q of a step: %w", s, err)
	}
	if len(l.At) == 0 || len(l.At) > l.Goals {
		return layout{}, fmt.Errorf("the layout %q of a step names no goal", s)
	}
	return l, nil
}

func (l layout) names(goal int) []string {
	if goal < len(l.Names) {
		return l.Names[goal]
	}
	return nil
}

// writer writes tactic blocks.
type writer struct {
	b      strings.Builder
	line   int // number of the next line, from 0
	indent int
	// bullet makes the next line begin a focused block: what follows is indented below it.
	bullet bool
}

// put writes text, which may span lines, at the current indentation.
func (w *writer) put(text string) {
	pad := strings.Repeat(" ", w.indent)
	first := pad
	if w.bullet {
		first += "· "
		w.indent += 2
		pad += "  "
		w.bullet = false
	}
	for i, line := range strings.Split(strings.TrimRight(text, "\n "), "\n") {
		switch {
		case i == 0:
			w.b.WriteString(first)
		case strings.TrimSpace(line) != "":
			w.b.WriteString(pad)
		}
		w.b.WriteString(line)
		w.b.WriteByte('\n')
		w.line++
	}
}

// raw writes whole lines as they are.
func (w *writer) raw(text string) {
	w.b.WriteString(text)
	w.line += strings.Count(text, "\n")
}

// name makes the hypotheses of a goal accessible.
func (w *writer) name(names []string) {
	if len(names) > 0 {
		w.put("rename_i " + strings.Join(names, " "))
	}
}

// act writes one action at a state that was laid out by l.
func (w *writer) act(l layout, a provers.Action) {
	if a.Goal > 0 {
		w.put(fmt.Sprintf("rotate_left %d", a.Goal))
	}
	w.name(l.names(a.Goal))
	w.put(a.Text)
}

// enter writes what is needed after an action so that the next tactic works on
// the state that is laid out by l. The other goals are admitted, which is fine
// while exploring.
func (w *writer) enter(l layout) {
	switch {
	case l.Goals == len(l.At):
	case len(l.At) == 1:
		for range l.At[0] {
			w.put("· sorry")
		}
		w.bullet = true
	default:
		for i := range l.Goals {
			if slices.Contains(l.At, i) {
				w.put("rotate_left 1")
			} else {
				w.put("· sorry")
			}
		}
	}
}

// proof writes a proof of a state that was laid out by l.
func (w *writer) proof(l layout, p provers.Proof) error {
	w.act(l, p.Action)
	if len(p.Children) == 0 {
		return nil
	}
	type child struct {
		layout
		proof provers.Proof
	}
	var (
		children = make([]child, len(p.Children))
		at       = map[int]int{} // goal -> child
	)
	for i, c := range p.Children {
		cl, err := decodeLayout(c.Layout)
		if err != nil {
			return err
		}
		children[i] = child{cl, c}
		for _, g := range cl.At {
			at[g] = i
		}
	}
	goals := children[0].Goals
	if len(at) != goals {
		return fmt.Errorf("the proof of %q has parts for %d of the %d goals that it leaves", p.Action.Text, len(at), goals)
	}
	if len(children) == 1 {
		return w.proof(children[0].layout, children[0].proof)
	}
	// Goals that stand alone are proved where they stand, each focused; the
	// coupled ones are moved behind them and proved together at the end.
	last := -1
	for g := range goals {
		c := children[at[g]]
		if len(c.At) > 1 {
			last = at[g]
			w.put("rotate_left 1")
			continue
		}
		indent := w.indent
		w.bullet = true
		if err := w.proof(c.layout, c.proof); err != nil {
			return err
		}
		w.indent = indent
	}
	if last < 0 {
		return nil
	}
	return w.proof(children[last].layout, children[last].proof)
}
