package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// DOTOptions says what of a tree is drawn.
type DOTOptions struct {
	// Failed draws the attempts that the prover did not accept too. Otherwise
	// they are counted at their node.
	Failed bool
	// ProofOnly draws the proof of the root and nothing else.
	ProofOnly bool
}

// DOT writes the proof tree of a run as a directed graph for Graphviz: ellipses
// are nodes, boxes the attempts at them, from which an arrow leads to each node
// that is left to prove. The proof is bold, what is dead is grey.
func DOT(ctx context.Context, w io.Writer, store *prooftree.Store, run string, o DOTOptions) error {
	if err := writeDOT(ctx, w, store, run, o); err != nil {
		return fmt.Errorf("exporting run %s as a graph: %w", run, err)
	}
	return nil
}

func writeDOT(ctx context.Context, w io.Writer, store *prooftree.Store, run string, o DOTOptions) error {
	view, err := store.View(ctx, run)
	if err != nil {
		return err
	}
	proof, err := view.Proof(ctx)
	if err != nil {
		return err
	}
	g := &graph{out: bufio.NewWriter(w), options: o, failed: make(map[search.NodeID]int),
		nodes: make(map[search.NodeID]bool), attempts: make(map[search.AttemptID]bool)}
	for _, step := range proof {
		g.nodes[step.Node.ID], g.attempts[step.Attempt.ID] = true, true
	}
	// A bufio.Writer keeps its first error: Flush reports it.
	fmt.Fprintf(g.out, "digraph %s {\n\tnode [fontname=\"monospace\"];\n", quoted(run))
	for a, err := range view.AllAttempts(ctx) {
		if err != nil {
			return err
		}
		g.attempt(a)
	}
	for n, err := range view.Nodes(ctx) {
		if err != nil {
			return err
		}
		g.node(n)
	}
	fmt.Fprintln(g.out, "}")
	return g.out.Flush()
}

// graph writes the parts of a graph. Its maps hold what the proof consists of.
type graph struct {
	out      *bufio.Writer
	options  DOTOptions
	nodes    map[search.NodeID]bool
	attempts map[search.AttemptID]bool
	failed   map[search.NodeID]int
}

func (g *graph) attempt(a search.Attempt) {
	inProof := g.attempts[a.ID]
	if !a.Status.Accepted() {
		g.failed[a.Node]++
		if !g.options.Failed {
			return
		}
	}
	if g.options.ProofOnly && !inProof {
		return
	}
	style := look(a.Fate, inProof)
	label := shortened(a.Candidate.Action.Text, 60)
	switch {
	case a.Barred:
		label += "\nbarred"
	case !a.Status.Accepted():
		label += "\n" + string(a.Status)
	}
	fmt.Fprintf(g.out, "\ta%d [shape=box label=%s%s];\n\tn%d -> a%d%s;\n", a.ID, quoted(label), attributes(" ", style, ""), a.Node, a.ID, attributes(" [", style, "]"))
	for _, child := range a.Children {
		fmt.Fprintf(g.out, "\ta%d -> n%d%s;\n", a.ID, child, attributes(" [", style, "]"))
	}
}

func (g *graph) node(n search.Node) {
	if g.options.ProofOnly && !g.nodes[n.ID] {
		return
	}
	lines := []string{fmt.Sprintf("#%d", n.ID)}
	for _, goal := range n.Goals {
		lines = append(lines, shortened("⊢ "+goal.Target, 60))
	}
	if failed := g.failed[n.ID]; failed > 0 && !g.options.Failed {
		lines = append(lines, fmt.Sprintf("%d failed", failed))
	}
	fmt.Fprintf(g.out, "\tn%d [label=%s%s];\n", n.ID, quoted(strings.Join(lines, "\n")), attributes(" ", look(n.Status, g.nodes[n.ID]), ""))
}

// look is the style of what has a status.
func look(s search.NodeStatus, inProof bool) string {
	switch {
	case inProof:
		return "style=bold penwidth=3"
	case s == search.NodeIsDead:
		return "color=grey fontcolor=grey"
	}
	return ""
}

func attributes(before, list, after string) string {
	if list == "" {
		return ""
	}
	return before + list + after
}

// quoted is a string of the DOT language, with the lines of s centred.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", "", "\x00", "").Replace(s) + `"`
}

// shortened is the first line of s, at most n runes of it.
func shortened(s string, n int) string {
	line, rest, more := strings.Cut(s, "\n")
	runes := []rune(line)
	if len(runes) > n {
		return string(runes[:n]) + "…"
	}
	if more && rest != "" {
		return line + " …"
	}
	return line
}
