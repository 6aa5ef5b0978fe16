package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/report/page"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/treeview"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

func newBench(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", GroupID: "bench", Short: "Run benchmarks, compare them and report",
		Long: `Run a method over the problems of a dataset, compare variants of it, and report
what came out. A run has a trial for each variant, problem and try. Every trial
starts from nothing: it learns nothing from stored searches or other trials, so
that it comes to the same in any order and on any worker.

RUN is the ID of a run, a beginning of it, last, or the run's name (the newest of
that name).`,
		Example: `  ansatz bench run benchmarks/bundled.toml
  ansatz bench run --dataset valid.jsonl --strategy best-first --trials 4 --timeout 1m
  ansatz bench show last
  ansatz bench report last -o report.html
  ansatz bench compare last:best-first last:beam
  ansatz bench resume last`,
		Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBenchRun(a), newBenchResume(a), newBenchList(a), newBenchShow(a), newBenchReport(a), newBenchCompare(a), newBenchCheck(a), newBenchMerge(a), newBenchDelete(a))
	return cmd
}

// storedRun is a benchmark run from the database.
type storedRun struct {
	prooftree.Benchmark
	run    trial.Run
	trials []trial.Trial
}

// storedBenchmark opens the database for reading and reads a benchmark run by what
// the user typed.
func (a *app) storedBenchmark(ctx context.Context, typed string) (*prooftree.Store, storedRun, error) {
	store, err := a.readStore()
	if err != nil {
		return nil, storedRun{}, err
	}
	found, err := readRun(ctx, store, typed)
	if err != nil {
		_ = store.Close() // opened for reading
		return nil, storedRun{}, err
	}
	return store, found, nil
}

// readRun reads a benchmark run by what the user typed.
func readRun(ctx context.Context, store *prooftree.Store, typed string) (storedRun, error) {
	b, err := store.Benchmark(ctx, typed)
	if err != nil {
		return storedRun{}, err
	}
	return readTrials(ctx, store, b)
}

// readTrials reads the trials of a benchmark run.
func readTrials(ctx context.Context, store *prooftree.Store, b prooftree.Benchmark) (storedRun, error) {
	out := storedRun{Benchmark: b}
	var err error
	if out.run, err = decodeRun(b); err != nil {
		return out, err
	}
	stored, err := store.Trials(ctx, b.ID)
	if err != nil {
		return out, err
	}
	out.trials = make([]trial.Trial, len(stored))
	for i, s := range stored {
		if err := json.Unmarshal(s.Document, &out.trials[i]); err != nil {
			return out, fmt.Errorf("reading a trial of benchmark %s: %w", b.ID, err)
		}
	}
	return out, nil
}

func decodeRun(b prooftree.Benchmark) (run trial.Run, err error) {
	if err := json.Unmarshal(b.Document, &run); err != nil {
		return run, fmt.Errorf("reading benchmark %s: %w", b.ID, err)
	}
	return run, nil
}

// benchIDs completes the ID of a benchmark run.
func (a *app) benchIDs(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most || a.configure(cmd) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		store, err := a.readStore()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer func() { _ = store.Close() }() // opened for reading
		all, err := store.Benchmarks(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list := []cobra.Completion{cobra.CompletionWithDesc("last", "the run that was created last")}
		for _, b := range all {
			if run, err := decodeRun(b); err == nil && strings.HasPrefix(b.ID, typed) {
				list = append(list, cobra.CompletionWithDesc(b.ID, console.OneLine(run.Name)))
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

func newBenchList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List benchmark runs, the newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.benchList(cmd.Context()) },
	}
}

// benchJSON is one run of "ansatz bench list --json".
type benchJSON struct {
	Run      string    `json:"run"`
	Name     string    `json:"name"`
	State    string    `json:"state"` // finished, running, unfinished
	Recorded int       `json:"recorded"`
	Trials   int       `json:"trials"`
	Variants []string  `json:"variants"`
	Problems int       `json:"problems"`
	Created  time.Time `json:"created"`
	Elapsed  float64   `json:"elapsed_s"`
}

// benchesJSON is what "ansatz bench list --json" prints.
type benchesJSON struct {
	Version int         `json:"version"`
	Type    string      `json:"type"` // "benchmarks"
	Runs    []benchJSON `json:"runs"`
}

func (a *app) benchList(ctx context.Context) error {
	store, err := a.readStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	all, err := store.Benchmarks(ctx)
	if err != nil {
		return err
	}
	out := benchesJSON{Version: results.Version, Type: "benchmarks", Runs: []benchJSON{}}
	var rows [][]string
	for _, b := range all {
		run, err := decodeRun(b)
		if err != nil {
			return err
		}
		row := benchJSON{Run: b.ID, Name: run.Name, State: benchState(b), Recorded: b.Recorded, Trials: run.Total(), Problems: len(run.Problems),
			Created: b.Created, Elapsed: run.Elapsed}
		for _, v := range run.Variants {
			row.Variants = append(row.Variants, v.Name)
		}
		out.Runs = append(out.Runs, row)
		rows = append(rows, []string{b.ID, console.Clip(console.OneLine(run.Name), 30), row.State, fmt.Sprintf("%d/%d", b.Recorded, run.Total()),
			console.Count(int64(len(run.Variants))), console.Count(int64(len(run.Problems))), console.Duration(results.Seconds(run.Elapsed)),
			b.Created.Local().Format(time.DateTime)})
	}
	if a.json {
		a.printJSON(out)
		return nil
	}
	if len(rows) == 0 {
		a.errorf("no benchmark was run yet; start one with: ansatz bench run\n")
		return nil
	}
	a.printf("%s", console.Columns([]string{"run", "name", "state", ">trials", ">variants", ">problems", ">took", "created"}, rows))
	return nil
}

func benchState(b prooftree.Benchmark) string {
	switch {
	case b.Running:
		return "running"
	case b.Ended.IsZero():
		return "unfinished"
	}
	return "finished"
}

func newBenchShow(a *app) *cobra.Command {
	var problems bool
	cmd := &cobra.Command{
		Use: "show RUN", Short: "Show what a benchmark run came to, also while it runs",
		Example: `  ansatz bench show last
  ansatz bench show minif2f-core --problems`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.benchIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchShow(cmd.Context(), args[0], problems) },
	}
	cmd.Flags().BoolVar(&problems, "problems", false, "also a row for each problem, and costs over all trials")
	return cmd
}

func (a *app) benchShow(ctx context.Context, typed string, problems bool) error {
	store, found, err := a.storedBenchmark(ctx, typed)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	summary := report.Summarize(found.run, found.trials)
	if a.json {
		return a.printReport(summary, found.trials)
	}
	return report.Text(a.stdout, summary, problems)
}

// printReport prints a run with its summary as JSON, on one line.
func (a *app) printReport(s report.Summary, trials []trial.Trial) error {
	var document, line bytes.Buffer
	if err := report.JSON(&document, s, trials); err != nil {
		return err
	}
	if err := json.Compact(&line, document.Bytes()); err != nil {
		return err
	}
	a.printf("%s\n", line.Bytes())
	return nil
}

// reportFormats are the formats of reports by the extension of a file.
var reportFormats = map[string]string{".html": "html", ".htm": "html", ".md": "markdown", ".csv": "csv", ".json": "json", ".txt": "text"}

// formats are the values of --format.
var formats = []string{"html", "markdown", "csv", "json", "text"}

// reportFlags say what kind of report is written, and where.
type reportFlags struct {
	format, out      string
	problems, trees  bool
	treeDepth, nodes int
}

func (f *reportFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.out, "output", "o", "", "write to this `file`, in the format that its name says (.html, .md, .csv, .json, .txt)")
	flags.StringVar(&f.format, "format", "", "html, markdown, csv, json or text (default: by the file's name, or markdown)")
	flags.BoolVar(&f.problems, "problems", false, "in markdown and text, also a row for each problem, and costs over all trials")
	flags.BoolVar(&f.trees, "trees", true, "in HTML, also proof trees")
	flags.IntVar(&f.treeDepth, "depth", 6, "depth of the trees that are drawn")
	flags.IntVar(&f.nodes, "nodes", 40, "states of the trees that are drawn")
	mustComplete(cmd, "format", formats)
}

// settle finds the format out.
func (f *reportFlags) settle(a *app) error {
	if f.format == "" {
		switch {
		case f.out != "":
			extension := strings.ToLower(filepath.Ext(f.out))
			if f.format = reportFormats[extension]; f.format == "" {
				return usagef("name a file with .html, .md, .csv, .json or .txt, or give --format", "the format of %s cannot be told from its name", f.out)
			}
		case a.json:
			f.format = "json"
		default:
			f.format = "markdown"
		}
	}
	if !slices.Contains(formats, f.format) {
		return usagef("known are: "+strings.Join(formats, ", "), "unknown format %q", f.format)
	}
	return nil
}

// write writes a report to the file, all of it or nothing, or to stdout.
func (f *reportFlags) write(a *app, report func(w io.Writer) error) error {
	if f.out == "" || f.out == "-" {
		return report(a.stdout)
	}
	temp, err := os.CreateTemp(filepath.Dir(f.out), "."+filepath.Base(f.out)+".*")
	if err != nil {
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			err = path.Err // its path is made up
		}
		return usage(fmt.Errorf("writing the report to %s: %w", f.out, err), "")
	}
	err = report(temp)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp.Name(), f.out)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // it may be there in part
		return fmt.Errorf("writing the report to %s: %w", f.out, err)
	}
	a.errorf("wrote %s\n", f.out)
	return nil
}

func newBenchReport(a *app) *cobra.Command {
	f := reportFlags{}
	cmd := &cobra.Command{
		Use: "report RUN [-o FILE]", Short: "Write a report: HTML with curves, proofs and trees, Markdown, CSV or JSON",
		Long: `Write a report of a benchmark run. The HTML page is one file that needs no network:
tables, curves of what is solved at which budget, and a page for each problem with
its proof and its tree. CSV has a row for each trial. A run that is not finished is
reported as far as it is.`,
		Example: `  ansatz bench report last -o report.html
  ansatz bench report last --format markdown --problems
  ansatz bench report last -o trials.csv`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.benchIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchReport(cmd.Context(), f, args[0]) },
	}
	f.register(cmd)
	return cmd
}

func (a *app) benchReport(ctx context.Context, f reportFlags, typed string) error {
	if err := f.settle(a); err != nil {
		return err
	}
	store, found, err := a.storedBenchmark(ctx, typed)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	summary := report.Summarize(found.run, found.trials)
	return f.write(a, func(w io.Writer) error {
		switch f.format {
		case "html":
			in := page.Input{Summary: summary, Run: found.run, Trials: found.trials, Now: time.Now()}
			if f.trees {
				in.Tree = drawTrees(store, f)
			}
			return page.Write(ctx, w, in)
		case "csv":
			return report.CSV(w, found.trials)
		case "json":
			return report.JSON(w, summary, found.trials)
		case "text":
			return report.Text(w, summary, f.problems)
		}
		return report.Markdown(w, summary, f.problems)
	})
}

// treeWidth is the width in which trees of reports are drawn.
const treeWidth = 110

// drawTrees draws stored proof trees as text.
func drawTrees(store *prooftree.Store, f reportFlags) func(ctx context.Context, id string) (string, error) {
	return func(ctx context.Context, id string) (string, error) {
		view, err := store.View(ctx, id)
		if err != nil {
			return "", err
		}
		root, truncated, err := treeview.ReadWhole(ctx, view, f.treeDepth, f.nodes)
		if err != nil || root == nil {
			return "", err
		}
		text := root.Text(treeWidth, languageOf(view.Info().Prover.Name).style)
		if truncated {
			text += "… (all of it: ansatz show " + id + ")\n"
		}
		return text, nil
	}
}

func newBenchCompare(a *app) *cobra.Command {
	f := reportFlags{}
	cmd := &cobra.Command{
		Use: "compare A[:VARIANT] B[:VARIANT]", Short: "Compare two runs, or two variants of one, problem by problem",
		Long: `Compare two runs, or two variants of the same run, at the problems that both have:
which only one of them solves, a test of whether the difference could be chance
(McNemar's, or a sign-flip test where problems were tried several times), and the
ratio of what the solved ones cost. What speaks against comparing them is said.`,
		Example: `  ansatz bench compare last:best-first last:beam
  ansatz bench compare b261125-k3f9q1 b261126-0m2x7d -o compare.html
  ansatz bench compare baseline new-policy --problems`,
		Args: cobra.ExactArgs(2), ValidArgsFunction: a.benchIDs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchCompare(cmd.Context(), f, args) },
	}
	f.register(cmd)
	return cmd
}

// side reads one side of a comparison.
func (a *app) side(ctx context.Context, store *prooftree.Store, typed string) (report.Side, error) {
	name, variant, named := strings.Cut(typed, ":")
	found, err := readRun(ctx, store, name)
	if err != nil {
		return report.Side{}, err
	}
	var variants []string
	for _, v := range found.run.Variants {
		variants = append(variants, v.Name)
	}
	switch {
	case !named && len(variants) > 1:
		return report.Side{}, usagef("choose one, as in "+found.ID+":"+variants[0], "run %s has the variants %s", found.ID, strings.Join(variants, ", "))
	case !named:
		variant = variants[0]
	case !slices.Contains(variants, variant):
		return report.Side{}, usagef("it has: "+strings.Join(variants, ", "), "run %s has no variant %q", found.ID, variant)
	}
	return report.Side{Run: found.run, Trials: found.trials, Variant: variant}, nil
}

func (a *app) benchCompare(ctx context.Context, f reportFlags, typed []string) error {
	if f.format == "" && f.out == "" && !a.json {
		f.format = "text"
	}
	if err := f.settle(a); err != nil {
		return err
	}
	store, err := a.readStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	one, err := a.side(ctx, store, typed[0])
	if err != nil {
		return err
	}
	other, err := a.side(ctx, store, typed[1])
	if err != nil {
		return err
	}
	if one.Run.ID == other.Run.ID && one.Variant == other.Variant {
		return usagef("ansatz bench show "+one.Run.ID+" shows what it came to", "both sides are the variant %s of run %s", one.Variant, one.Run.ID)
	}
	compared, err := report.Compare(one, other)
	if err != nil {
		return usage(err, "")
	}
	return f.write(a, func(w io.Writer) error {
		switch f.format {
		case "html":
			in := page.ComparisonInput{Comparison: compared, A: one, B: other, Now: time.Now()}
			if f.trees {
				in.Tree = drawTrees(store, f)
			}
			return page.WriteComparison(ctx, w, in)
		case "csv":
			return report.ComparisonCSV(w, compared)
		case "json":
			return report.ComparisonJSON(w, compared)
		case "markdown":
			return report.ComparisonMarkdown(w, compared, f.problems)
		}
		return report.ComparisonText(w, compared, f.problems)
	})
}

func newBenchDelete(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "delete RUN", Short: "Delete a benchmark run with its trials and proof trees",
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.benchIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchDelete(cmd.Context(), args[0]) },
	}
}

func (a *app) benchDelete(ctx context.Context, typed string) error {
	if _, err := a.readStore(); err != nil {
		return err
	}
	store, err := a.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // what was deleted is
	b, err := store.Benchmark(ctx, typed)
	if err != nil {
		return err
	}
	if b.ID != typed {
		// last and names are for looking, not for deleting.
		return usagef("ansatz bench delete "+b.ID, "give the whole ID of the run to delete it: %s", b.ID)
	}
	if err := store.DeleteBenchmark(ctx, b.ID); err != nil {
		return err
	}
	if err := os.RemoveAll(queueDir(store, b.ID)); err != nil {
		return fmt.Errorf("deleting the queue of benchmark %s: %w", b.ID, err)
	}
	a.errorf("deleted %s with %s\n", b.ID, console.Plural(int64(b.Recorded), "trial"))
	return nil
}
