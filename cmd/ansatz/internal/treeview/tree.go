// Package treeview shows proof trees as text.
package treeview

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Node is a state of a tree that is shown.
type Node struct {
	ID        search.NodeID     `json:"id"`
	Status    search.NodeStatus `json:"status"`
	Exhausted bool              `json:"exhausted,omitempty"`
	Goals     []provers.Goal    `json:"goals"`
	Attempts  int               `json:"attempts"`
	// Led are the attempts that were accepted, those that prove the node first.
	Led []Edge `json:"led,omitempty"`
	// Failed counts the others by class, or by status where there is none.
	Failed map[string]int `json:"failed,omitempty"`
	// Elsewhere is set if the node is shown at another place of the tree, and
	// Hidden if what is below it is left out.
	Elsewhere bool `json:"elsewhere,omitempty"`
	Hidden    bool `json:"hidden,omitempty"`
}

// Edge is an attempt that led on.
type Edge struct {
	Attempt search.AttemptID  `json:"attempt"`
	Action  string            `json:"action"`
	Goal    int               `json:"goal,omitempty"`
	Source  string            `json:"source,omitempty"`
	Fate    search.NodeStatus `json:"fate"`
	Barred  bool              `json:"barred,omitempty"`
	States  []*Node           `json:"states,omitempty"`
}

// reader reads the part of a tree that is to be shown.
type reader struct {
	view         source
	depth, nodes int // bounds; 0 is none
	seen         map[search.NodeID]bool
	truncated    bool
}

// Read reads a tree from its root: so many levels and states, or all for 0.
// truncated says that there is more.
func Read(ctx context.Context, view *prooftree.View, depth, nodes int) (root *Node, truncated bool, err error) {
	r := reader{view: view, depth: depth, nodes: nodes, seen: make(map[search.NodeID]bool)}
	root, err = r.read(ctx, 1, 0)
	return root, r.truncated, err
}

func (r *reader) read(ctx context.Context, id search.NodeID, depth int) (*Node, error) {
	view, err := r.view.NodeView(ctx, id)
	if err != nil {
		return nil, err
	}
	n := &Node{ID: id, Status: view.Status, Exhausted: view.Exhausted, Goals: view.Goals, Attempts: view.Node.Attempts}
	if r.seen[id] {
		n.Elsewhere = true
		return n, nil
	}
	r.seen[id] = true
	if view.Node.Attempts == 0 {
		return n, nil
	}
	if r.depth > 0 && depth >= r.depth || r.nodes > 0 && len(r.seen) >= r.nodes {
		n.Hidden, r.truncated = true, true
		return n, nil
	}
	n.Failed = make(map[string]int)
	var led []search.Attempt
	for list := view.Attempts; len(list) > 0; {
		for _, a := range list {
			if a.Status.Accepted() {
				led = append(led, a)
			} else {
				n.Failed[failureClass(a)]++
			}
		}
		if len(list) < prooftree.MaxAttempts {
			break
		}
		if list, err = r.view.Attempts(ctx, id, list[len(list)-1].ID, prooftree.MaxAttempts); err != nil {
			return nil, err
		}
	}
	order := []search.NodeStatus{search.NodeIsProved, search.NodeOpen, search.NodeIsDead}
	slices.SortStableFunc(led, func(a, b search.Attempt) int { return slices.Index(order, a.Fate) - slices.Index(order, b.Fate) })
	for _, a := range led {
		e := Edge{Attempt: a.ID, Action: a.Candidate.Action.Text, Goal: a.Candidate.Action.Goal, Source: a.Candidate.Source, Fate: a.Fate, Barred: a.Barred}
		for _, child := range a.Children {
			c, err := r.read(ctx, child, depth+1)
			if err != nil {
				return nil, err
			}
			e.States = append(e.States, c)
		}
		n.Led = append(n.Led, e)
	}
	return n, nil
}

// failureClass is the kind of a failure, in words.
func failureClass(a search.Attempt) string {
	switch {
	case a.Barred:
		return "refused by the final check"
	case a.Class != "":
		return strings.ReplaceAll(a.Class, "_", " ")
	}
	return StatusText(a.Status)
}

// Text draws the tree.
func (n *Node) Text(width int, style Style) string {
	d := drawing{width: width, style: style}
	d.node(n, "", "")
	return d.String()
}

// drawing is a tree that is being drawn.
type drawing struct {
	strings.Builder
	width int
	style Style
}

// node writes a node behind head, and what is below it behind margin.
func (d *drawing) node(n *Node, head, margin string) {
	mark := map[search.NodeStatus]string{search.NodeIsProved: "✓", search.NodeIsDead: "✗", search.NodeOpen: "○"}[n.Status]
	line := fmt.Sprintf("%s%s %d  %s", head, mark, n.ID, d.style.goals(n.Goals))
	suffix := ""
	switch {
	case n.Elsewhere:
		suffix = "  (see above)"
	case n.Hidden:
		suffix = fmt.Sprintf("  (%s, not shown)", console.Plural(int64(n.Attempts), "attempt"))
	case n.Attempts == 0:
		suffix = "  (not tried)"
	}
	if suffix != "" {
		line = console.Clip(line, d.width-len([]rune(suffix))) + suffix
	}
	d.line(line)
	failed := failedText(n.Failed)
	for i, e := range n.Led {
		last := i == len(n.Led)-1 && failed == ""
		branch, below := "├─ ", "│  "
		if last {
			branch, below = "└─ ", "   "
		}
		d.edge(&e, margin+branch, margin+below)
	}
	if failed != "" {
		d.line(margin + "└─ " + failed)
	}
}

func (d *drawing) edge(e *Edge, head, margin string) {
	mark := map[search.NodeStatus]string{search.NodeIsProved: "✓", search.NodeIsDead: "✗", search.NodeOpen: "?"}[e.Fate]
	line := head + mark + " " + d.style.action(e.Action)
	if e.Goal > 0 {
		line += fmt.Sprintf("  (goal %d)", e.Goal+1)
	}
	if e.Barred {
		line += "  (refused by the final check)"
	}
	d.line(line)
	for i, s := range e.States {
		if i == len(e.States)-1 {
			d.node(s, margin+"└─ ", margin+"   ")
		} else {
			d.node(s, margin+"├─ ", margin+"│  ")
		}
	}
}

func (d *drawing) line(text string) {
	d.WriteString(console.Clip(text, d.width))
	d.WriteByte('\n')
}

// goalsText is a state on one line.
func goalsText(goals []provers.Goal) string {
	if len(goals) == 0 {
		return "no goals"
	}
	parts := make([]string, 0, len(goals))
	for _, g := range goals {
		s := "⊢ " + console.OneLine(g.Target)
		if g.Case != "" {
			s = "case " + console.OneLine(g.Case) + " " + s
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "  |  ")
}

// failedText counts failures, the most frequent class first.
func failedText(failed map[string]int) string {
	total := 0
	classes := slices.Sorted(maps.Keys(failed))
	for _, n := range failed {
		total += n
	}
	if total == 0 {
		return ""
	}
	slices.SortStableFunc(classes, func(a, b string) int { return failed[b] - failed[a] })
	parts := make([]string, 0, len(classes))
	for _, c := range classes {
		parts = append(parts, fmt.Sprintf("%s %s", c, console.Count(int64(failed[c]))))
	}
	return fmt.Sprintf("%s failed: %s", console.Count(int64(total)), strings.Join(parts, ", "))
}

// Failure is one class of failures, with an example.
type Failure struct {
	Class   string           `json:"class"`
	Status  provers.Status   `json:"status"`
	Count   int              `json:"count"`
	Attempt search.AttemptID `json:"attempt"` // the example
	Node    search.NodeID    `json:"node"`
	Action  string           `json:"action"`
	Message string           `json:"message,omitempty"`
}

// ReadFailures counts all failures of a tree by class. The example is the first
// that has a message.
func ReadFailures(ctx context.Context, view *prooftree.View) ([]Failure, error) {
	type key struct {
		class  string
		status provers.Status
	}
	index := make(map[key]int)
	var all []Failure
	for a, err := range view.AllAttempts(ctx) {
		if err != nil {
			return nil, err
		}
		if a.Status.Accepted() && !a.Barred {
			continue
		}
		k := key{failureClass(a), a.Status}
		i, ok := index[k]
		if !ok {
			i = len(all)
			index[k] = i
			all = append(all, Failure{Class: k.class, Status: k.status})
		}
		f := &all[i]
		f.Count++
		if f.Attempt == 0 || f.Message == "" && a.Message != "" {
			f.Attempt, f.Node, f.Action, f.Message = a.ID, a.Node, a.Candidate.Action.Text, a.Message
		}
	}
	slices.SortStableFunc(all, func(a, b Failure) int { return b.Count - a.Count })
	return all, nil
}

// FailuresText lists why branches failed.
func FailuresText(all []Failure, width int, style Style) string {
	d := drawing{width: width, style: style}
	d.line("why attempts failed")
	for _, f := range all {
		title := f.Class
		if status := StatusText(f.Status); status != title && !f.Status.Accepted() {
			title += " (" + status + ")"
		}
		d.line(fmt.Sprintf("  %8s  %s", console.Count(int64(f.Count)), title))
		const margin = "            such as "
		at := fmt.Sprintf(", at state %d", f.Node)
		d.line(margin + console.Clip(style.action(f.Action), max(width-len(margin)-len(at), 20)) + at)
		if f.Message != "" {
			d.line("            " + console.OneLine(f.Message))
		}
	}
	return d.String()
}
