package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/ansatz-prover/ansatz/search/prooftree/export"
	"github.com/spf13/cobra"
)

// exportFormats are the names for --format.
var exportFormats = []string{"json", "dot", "lean", "dfy"}

type exportFlags struct {
	format, output string
	dot            export.DOTOptions
}

func newExport(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use: "export RUN", GroupID: "look", Short: "Write a stored search for other programs",
		Long: `Write a stored search:
  json  the whole tree: run, counts, verdicts, attempts and nodes (see the
        documentation of package search/prooftree/export)
  dot   a graph for Graphviz
  lean  the text that the final check accepted
  dfy   for Dafny, the program with its annotations that the final check accepted`,
		Example: `  ansatz export last --format lean -o Done.lean
  ansatz export last --format dfy -o Sum-annotated.dfy
  ansatz export last --format dot | dot -Tsvg > tree.svg`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.runIDs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.export(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "format", "f", "json", "json, dot, lean or dfy")
	flags.StringVarP(&f.output, "output", "o", "", "write to this new `file` (default stdout)")
	flags.BoolVar(&f.dot.Failed, "failed", false, "for dot: draw failed attempts too")
	flags.BoolVar(&f.dot.ProofOnly, "proof-only", false, "for dot: draw only the proof")
	mustComplete(cmd, "format", exportFormats)
	return cmd
}

func (a *app) export(ctx context.Context, f exportFlags, typed string) error {
	store, err := a.readStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	run, err := resolveRun(ctx, store, typed)
	if err != nil {
		return err
	}
	write, err := exporter(ctx, store, run, f)
	if err != nil {
		return err
	}
	if f.output == "" {
		out := bufio.NewWriter(a.stdout)
		if err := write(out); err != nil {
			return err
		}
		return out.Flush()
	}
	if _, err := os.Lstat(f.output); err == nil {
		return usagef("choose another name", "%s exists already", f.output)
	}
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	return writeNew(f.output, text.Bytes())
}

// exporter chooses how to write a run.
func exporter(ctx context.Context, store *prooftree.Store, run string, f exportFlags) (func(io.Writer) error, error) {
	switch f.format {
	case "json":
		return func(w io.Writer) error { return export.JSON(ctx, w, store, run) }, nil
	case "dot":
		return func(w io.Writer) error { return export.DOT(ctx, w, store, run, f.dot) }, nil
	case "lean", "dfy":
		summary, err := store.Run(ctx, run)
		if err != nil {
			return nil, err
		}
		if l := languageOf(summary.Prover.Name); l.extension != f.format {
			return nil, usagef("use --format "+l.extension, "run %s is one with %s", run, proverTitle(summary.Prover))
		}
		verdict, found, err := store.Proof(ctx, run)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, &exitError{code: exitUnproved, err: fmt.Errorf("run %s has no proof that was accepted", run), hint: "see: ansatz show " + run}
		}
		return func(w io.Writer) error {
			_, err := io.WriteString(w, verdict.Text)
			return err
		}, nil
	}
	return nil, usagef("known are: "+strings.Join(exportFormats, ", "), "unknown format %q", f.format)
}
