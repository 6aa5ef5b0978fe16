package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/insertions"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/treeview"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

// showJSON is what "ansatz show --json" prints.
type showJSON struct {
	Version int             `json:"version"`
	Type    string          `json:"type"` // "run"
	Run     runJSON         `json:"run"`
	Problem provers.Problem `json:"problem"`
	Counts  search.Counts   `json:"counts"`
	Budget  search.Budget   `json:"budget"`
	Spent   search.Spent    `json:"spent"`
	Proof   string          `json:"proof,omitempty"`
	// Insertions are what a proof for Dafny, which is a whole program, adds.
	Insertions []insertions.Insertion `json:"insertions,omitzero"`
	Verdicts   []provers.Verdict      `json:"verdicts"`
	Question   *questionJSON          `json:"question,omitempty"` // of a run that looks for an answer
	Tree       *treeview.Node         `json:"tree,omitempty"`
	Failures   []treeview.Failure     `json:"failures,omitempty"`
	Truncated  bool                   `json:"truncated,omitempty"` // the tree has more than is shown
}

type showFlags struct {
	tree, proof, failures bool
	depth, nodes, width   int
}

func newShow(a *app) *cobra.Command {
	var f showFlags
	cmd := &cobra.Command{
		Use: "show RUN", GroupID: "look", Short: "Show a search: its verdict, proof and tree, and why branches failed",
		Long: `Show a stored search, also while it runs: what it was started with, the verdict,
the proof, the tree (states, the attempts that led on, how many failed and why)
and the reasons of failures. RUN is a run's ID, a beginning of it, last, or the name
of a problem, which means its last run.

In the tree, ✓ is proved, ✗ given up, ○ open; ? is a tactic that was tried. A state
of a program for Dafny is what fails there (declaration, line:column, kind, text), an
attempt the annotations with the lines of the program that they are put at.`,
		Example: `  ansatz show last
  ansatz show last --tree --depth 4
  ansatz show seven_divides
  ansatz show 260410-f2k --failures`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.runIDs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.tree, "tree", false, "only the tree")
	flags.BoolVar(&f.proof, "proof", false, "only the proof")
	flags.BoolVar(&f.failures, "failures", false, "only why branches failed")
	flags.IntVar(&f.depth, "depth", 6, "levels of the tree (0: all)")
	flags.IntVar(&f.nodes, "nodes", 200, "states of the tree (0: all)")
	flags.IntVar(&f.width, "width", 0, "columns (0: those of the terminal, or 120)")
	return cmd
}

func (a *app) show(ctx context.Context, f showFlags, typed string) error {
	if f.depth < 0 || f.nodes < 0 || f.width < 0 {
		return usagef("", "--depth, --nodes and --width must not be negative")
	}
	store, err := a.readStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	run, err := resolveRun(ctx, store, typed)
	if err != nil {
		return err
	}
	all := !f.tree && !f.proof && !f.failures
	s, err := readShow(ctx, store, run, f, all)
	if err != nil {
		return err
	}
	if a.json {
		a.printJSON(s)
		return nil
	}
	width := f.width
	if width == 0 {
		if width = a.width(); width == 0 {
			width = 120
		}
	}
	style := languageOf(s.Run.Prover.Name).style
	var parts []string
	if all {
		parts = append(parts, s.header(time.Local))
	}
	if all || f.proof {
		switch {
		case s.Insertions != nil:
			parts = append(parts, console.Printable(insertions.Text(s.Insertions)))
		case s.Proof != "":
			parts = append(parts, console.Indent(console.Printable(s.Problem.Statement+source.Assign+s.Proof), "  ")+"\n")
		case f.proof:
			return &exitError{code: exitUnproved, err: fmt.Errorf("run %s has no proof that was accepted", run)}
		}
	}
	if s.Tree != nil {
		parts = append(parts, s.Tree.Text(width, style))
	}
	if (all || f.failures) && len(s.Failures) > 0 {
		parts = append(parts, treeview.FailuresText(s.Failures, width, style))
	}
	a.printf("%s", strings.Join(parts, "\n"))
	return nil
}

// readShow reads what is to be shown.
func readShow(ctx context.Context, store *prooftree.Store, run string, f showFlags, all bool) (showJSON, error) {
	s := showJSON{Version: results.Version, Type: "run"}
	summary, err := store.Run(ctx, run)
	if err != nil {
		return s, err
	}
	s.Run, s.Problem, s.Budget, s.Spent = newRunJSON(summary), summary.Problem, summary.Budget, summary.Spent
	if s.Verdicts, err = store.Verdicts(ctx, run); err != nil {
		return s, err
	}
	if i := slices.IndexFunc(s.Verdicts, func(v provers.Verdict) bool { return v.Accepted }); i >= 0 {
		s.Proof = proofIn(summary.Problem, s.Verdicts[i].Text)
		if summary.Prover.Name == dataset.ForDafny {
			s.Proof = s.Verdicts[i].Text
			s.Insertions = insertions.Between(summary.Problem.Statement, s.Proof)
		}
	}
	if s.Question, err = readQuestion(ctx, store, run, s.Verdicts); err != nil {
		return s, err
	}
	view, err := store.View(ctx, run)
	if err != nil {
		return s, err
	}
	if s.Counts, err = view.Counts(ctx); err != nil {
		return s, err
	}
	if (all || f.tree) && s.Counts.Nodes > 0 {
		if s.Tree, s.Truncated, err = treeview.Read(ctx, view, f.depth, f.nodes); err != nil {
			return s, err
		}
	}
	if all || f.failures {
		s.Failures, err = treeview.ReadFailures(ctx, view)
	}
	return s, err
}

// proofIn takes the proof out of a text that was checked.
func proofIn(p provers.Problem, text string) string {
	text = strings.TrimPrefix(text, p.Preamble+p.Statement+source.Assign)
	return strings.TrimSpace(strings.TrimSuffix(text, p.Closing))
}

// header says what the run is and what came of it.
func (s showJSON) header(zone *time.Location) string {
	r := s.Run
	verdict := r.State
	if r.Detail != "" {
		verdict += " (" + console.OneLine(r.Detail) + ")"
	}
	if len(s.Verdicts) > 0 {
		v := s.Verdicts[0]
		word := "refused: " + v.Reason
		if v.Accepted {
			word = "accepted"
		}
		verdict += fmt.Sprintf("; the final check by %s %s (%s) %s", v.Prover.Name, v.Prover.Version, v.Prover.Variant, console.Clip(console.OneLine(word), 160))
		switch {
		case v.Accepted && v.Prover.Name == dataset.ForDafny:
			for _, assumption := range v.Axioms {
				verdict += "; the program takes for granted: " + console.OneLine(assumption)
			}
		case v.Accepted && v.Axioms != nil:
			verdict += ", axioms: " + strings.Join(append(v.Axioms, "none")[:max(len(v.Axioms), 1)], ", ")
		}
	}
	rows := [][]string{
		{"run", r.Run},
		{"problem", strings.TrimSuffix(console.OneLine(r.Name)+"  "+console.OneLine(r.Source), "  ")},
		{"state", verdict},
	}
	if s.Question != nil {
		rows = append(rows, s.Question.rows()...)
	}
	rows = append(rows, [][]string{
		{"created", r.Created.In(zone).Format("2006-01-02 15:04:05")},
		{"searched", fmt.Sprintf("%s, %s, %s", console.Duration(s.Spent.Wall), console.Plural(s.Spent.Attempts, "attempt"), console.Plural(s.Spent.Expansions, "expansion"))},
		{"tree", fmt.Sprintf("%s: %s proved, %s open, %s given up; depth %d", console.Plural(int64(s.Counts.Nodes), "state"),
			console.Count(int64(s.Counts.Proved)), console.Count(int64(s.Counts.Open)), console.Count(int64(s.Counts.Dead)), s.Counts.MaxDepth)},
		{"outcomes", treeview.OutcomesText(s.Counts.ByStatus)},
		{"prover", fmt.Sprintf("%s %s (%s)", r.Prover.Name, r.Prover.Version, r.Prover.Variant)},
		{"policy", fmt.Sprintf("%s, seed %d", r.Policy, r.Seed)},
	}...)
	return console.Columns(nil, rows)
}
