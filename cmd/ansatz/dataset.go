package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/spf13/cobra"
)

// datasetFlags say how to read a dataset, and which of its records are meant.
type datasetFlags struct {
	options  dataset.Options
	layout   string
	requires []string
	live     bool
	names    []string
}

func (f *datasetFlags) register(cmd *cobra.Command) {
	f.registerReading(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.requires, "requires", nil, "only records that need no more than these `libraries`: core, mathlib, ...")
	flags.BoolVar(&f.live, "live", false, "only Dafny problems that are live by what their file says: proved with their hints, and not without")
	flags.StringArrayVar(&f.names, "name", nil, "only records whose name matches this `glob` (may be repeated)")
	mustComplete(cmd, "requires", []string{"core", "mathlib"})
}

func (f *datasetFlags) registerReading(cmd *cobra.Command) {
	layouts := make([]string, 0, len(dataset.Layouts()))
	for _, l := range dataset.Layouts() {
		layouts = append(layouts, string(l))
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.layout, "layout", "", "the layout of the files instead of what their content shows: "+strings.Join(layouts, ", "))
	flags.BoolVar(&f.options.Core, "core", false, "read records of layout fps that do not say whether they need Mathlib as if they did not")
	flags.StringVar(&f.options.References, "references", "", "the `file` with the references for a .lean file (default NAME.answers.json beside it)")
	mustComplete(cmd, "layout", layouts)
}

func newDataset(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "dataset", GroupID: "look", Short: "List, show and check the problems of benchmarks",
		Long: `Look at benchmarks of formal problems: what is in a file, what a problem says and
what is wrong with it. The layout of a file is told from its content:

  fps                FormalMath500, MiniF2F-Solving, PutnamBench-Solving (JSON lines)
  minif2f            JSON lines with formal_statement, or a folder of .lean files
  putnam             .lean files with abbrev NAME_solution := sorry
  constructivebench  JSON with the answer as an abbreviation or an existential
  lean               a .lean file: theorem NAME : ∃ ... := by sorry asks for an answer
  dafnybench         JSON with ground_truth and hints_removed, or folders of these names
  dafny              a .dfy file: one program to be proved

Reference answers, the ground truth of a Dafny program among them, are never a part of
what a search gets to see.`,
		Example: `  ansatz dataset list formal_math500.jsonl --requires core
  ansatz dataset show formal_math500.jsonl formal_math500_14
  ansatz dataset lint formal_math500.jsonl --requires core --elaborate
  ansatz dataset list DafnyBench/dataset --name 'Clover_*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDatasetList(a), newDatasetShow(a), newDatasetLint(a))
	return cmd
}

// datasetFiles completes the names of files that may be a dataset.
func datasetFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"jsonl", "json", "lean", "dfy"}, cobra.ShellCompDirectiveFilterFileExt
}

func newDatasetList(a *app) *cobra.Command {
	var f datasetFlags
	cmd := &cobra.Command{
		Use: "list FILE|FOLDER...", Short: "List the problems of datasets",
		Long: `List the problems of files and folders: what each asks for, the type of the answer,
the libraries that it needs, and whether there is a reference answer. Of a problem for
Dafny: its size, whether it is live (Dafny 2.3.0 proves it with its hints, and not
without), and whether it verifies without hints, as far as the file says so. With
--json: one object a line, dataset_record and, at the end, dataset_summary with the
hash of each file.`,
		Example: `  ansatz dataset list formal_math500.jsonl
  ansatz dataset list PutnamBench/lean4/src --json > putnam.jsonl
  ansatz dataset list *.jsonl --requires core --name '*_1?'
  ansatz dataset list dafnybench.jsonl --live`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: datasetFiles,
		RunE:              func(_ *cobra.Command, args []string) error { return a.listDataset(f, args) },
	}
	f.register(cmd)
	return cmd
}

// recordJSON is one record of "ansatz dataset list --json" and show.
type recordJSON struct {
	Version      int          `json:"version"`
	Type         string       `json:"type"` // "dataset_record"
	Name         string       `json:"name"`
	Prover       string       `json:"prover"` // for which it is written: "lean", "dafny"
	Origin       string       `json:"origin,omitempty"`
	Kind         provers.Kind `json:"kind"`
	File         string       `json:"file"`
	Line         int          `json:"line"`
	Index        *int         `json:"index,omitempty"`
	Split        string       `json:"split,omitempty"`
	Answers      []fps.Binder `json:"answers,omitempty"`
	Requires     []string     `json:"requires"`
	HasReference bool         `json:"has_reference"`
	Core         *bool        `json:"core,omitempty"`
	Tags         []string     `json:"tags,omitempty"`
	// Of a problem for Dafny: the length of the program, and what the file says of it.
	Lines int                 `json:"lines,omitempty"`
	Dafny *dataset.DafnyFacts `json:"dafny,omitempty"`
	// The rest is only shown by "ansatz dataset show".
	Problem   *provers.Problem   `json:"problem,omitempty"`
	Parts     *fps.Problem       `json:"parts,omitempty"`
	Reference *dataset.Reference `json:"reference,omitempty"`
	Informal  *dataset.Informal  `json:"informal,omitempty"`
}

func newRecordJSON(r dataset.Record) recordJSON {
	out := recordJSON{Version: results.Version, Type: "dataset_record", Name: r.Name, Prover: r.Prover, Origin: r.Origin, Kind: r.Kind(), File: r.File, Line: r.Line,
		Split: r.Split, Requires: r.Requires, HasReference: r.Reference != nil, Core: r.Core, Tags: r.Tags,
		Lines: programLines(r), Dafny: r.Dafny}
	if r.Index >= 0 {
		out.Index = &r.Index
	}
	if out.Requires == nil {
		out.Requires = []string{}
	}
	if r.Find != nil {
		out.Answers = r.Find.Answers
	}
	return out
}

// datasetSummary adds the records up.
type datasetSummary struct {
	Version     int               `json:"version"`
	Type        string            `json:"type"` // "dataset_summary"
	Records     int               `json:"records"`
	Find        int               `json:"find"`
	Prove       int               `json:"prove"`
	References  int               `json:"references"`
	Requires    map[string]int    `json:"requires"` // of those for Lean; "core" for none
	Dafny       *dafnySummary     `json:"dafny,omitempty"`
	LeftOut     []dataset.LeftOut `json:"left_out,omitempty"`
	InputErrors int               `json:"input_errors"`
	Files       []dataset.File    `json:"files"`
}

// selection is the records of a command line, and what is known of the others.
type selection struct {
	records []dataset.Record
	leftOut []dataset.LeftOut
	errors  []source.LineError
	files   []dataset.File
}

// readDataset reads what a command line names, and reports what cannot be read.
func (a *app) readDataset(f datasetFlags, paths []string) (selection, error) {
	var none problems.Input
	if err := none.Choose(f.names); err != nil {
		return selection{}, usage(err, "a pattern is a name with *, ? and [a-z]")
	}
	f.options.Layout = dataset.Layout(f.layout)
	set, err := dataset.Read(paths, f.options)
	if err != nil {
		return selection{}, usage(err, "give .jsonl, .json, .lean and .dfy files, or folders of them")
	}
	for _, e := range set.Errors {
		a.reportMistake(problems.Mistake{File: e.File, Line: e.Line, Column: e.Column, Reason: e.Reason})
	}
	s := selection{records: set.Records, errors: set.Errors, files: set.Files}
	if len(f.names) > 0 {
		s.records = slices.DeleteFunc(s.records, func(r dataset.Record) bool { return !problems.NameMatches(r.Name, f.names) })
	}
	if len(s.records) == 0 {
		what := "no problem was found"
		if len(f.names) > 0 {
			what = "no problem has a name that matches " + strings.Join(f.names, " or ")
		}
		return s, usagef("see: ansatz dataset --help", "%s in %s", what, strings.Join(paths, ", "))
	}
	if len(f.requires) > 0 {
		s.records, s.leftOut = dataset.Filter(s.records, f.requires)
	}
	if f.live {
		kept, out := dataset.Live(s.records)
		s.records, s.leftOut = kept, append(s.leftOut, out...)
	}
	return s, nil
}

// outcome is the error that says by its exit code that not all could be read.
func (s selection) outcome() error {
	if len(s.errors) > 0 {
		return &exitError{code: exitUnproved}
	}
	return nil
}

func (s selection) summary() datasetSummary {
	sum := datasetSummary{Version: results.Version, Type: "dataset_summary", Records: len(s.records), Requires: map[string]int{},
		LeftOut: s.leftOut, InputErrors: len(s.errors), Files: s.files}
	for _, r := range s.records {
		if r.Find != nil {
			sum.Find++
		} else {
			sum.Prove++
		}
		if r.Reference != nil {
			sum.References++
		}
		if r.Prover == dataset.ForDafny {
			if sum.Dafny == nil {
				sum.Dafny = &dafnySummary{}
			}
			sum.Dafny.add(r)
			continue
		}
		sum.Requires[needs(r)]++
	}
	return sum
}

// needs are the libraries that a record needs, in one word.
func needs(r dataset.Record) string {
	if len(r.Requires) == 0 {
		return "core"
	}
	return strings.Join(r.Requires, ", ")
}

func (a *app) listDataset(f datasetFlags, paths []string) error {
	s, err := a.readDataset(f, paths)
	if err != nil {
		return err
	}
	if a.json {
		for _, r := range s.records {
			a.printJSON(newRecordJSON(r))
		}
		a.printJSON(s.summary())
		return s.outcome()
	}
	a.printf("%s\n%s", datasetText(s.records), s.summary().text())
	return s.outcome()
}

// datasetText is the list for people, a table for each prover.
func datasetText(records []dataset.Record) string {
	var lean, dafny [][]string
	for _, r := range records {
		if r.Prover == dataset.ForDafny {
			dafny = append(dafny, dafnyRow(r))
			continue
		}
		var types []string
		if r.Find != nil {
			for _, answer := range r.Find.Answers {
				types = append(types, console.OneLine(answer.Type))
			}
		}
		lean = append(lean, []string{console.Clip(console.OneLine(r.Name), 40), string(r.Kind()), console.Clip(strings.Join(types, "; "), 40), needs(r), hasReference(r)})
	}
	var tables []string
	if len(lean) > 0 || len(dafny) == 0 {
		tables = append(tables, console.Columns([]string{"name", "kind", "answer type", "requires", "reference"}, lean))
	}
	if len(dafny) > 0 {
		tables = append(tables, console.Columns([]string{"name", ">lines", "live", "without hints", "reference"}, dafny))
	}
	return strings.Join(tables, "\n")
}

// hasReference is "yes" for a record with a reference.
func hasReference(r dataset.Record) string {
	if r.Reference != nil {
		return "yes"
	}
	return ""
}

func (sum datasetSummary) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s: %s to find, %s to prove; %s\n", console.Plural(int64(sum.Records), "problem"), console.Plural(int64(len(sum.Files)), "file"),
		console.Count(int64(sum.Find)), console.Count(int64(sum.Prove)), console.Plural(int64(sum.References), "reference"))
	libraries := make([]string, 0, len(sum.Requires))
	for library, n := range sum.Requires {
		libraries = append(libraries, fmt.Sprintf("%s (%s)", library, console.Count(int64(n))))
	}
	slices.Sort(libraries)
	if len(libraries) > 0 {
		fmt.Fprintf(&b, "requires: %s\n", strings.Join(libraries, ", "))
	}
	if sum.Dafny != nil {
		b.WriteString(sum.Dafny.text())
	}
	total := 0
	reasons := make([]string, 0, len(sum.LeftOut))
	for _, out := range sum.LeftOut {
		total += out.Records
		reasons = append(reasons, fmt.Sprintf("%s (%s)", out.Reason, console.Count(int64(out.Records))))
	}
	if total > 0 {
		fmt.Fprintf(&b, "left out %s: %s\n", console.Count(int64(total)), strings.Join(reasons, ", "))
	}
	if sum.InputErrors > 0 {
		fmt.Fprintf(&b, "unreadable: %s\n", console.Plural(int64(sum.InputErrors), "place"))
	}
	return b.String()
}

// showDatasetFlags are the flags of "ansatz dataset show".
type showDatasetFlags struct {
	datasetFlags
	reference, informal bool
}

func newDatasetShow(a *app) *cobra.Command {
	var f showDatasetFlags
	cmd := &cobra.Command{
		Use: "show FILE NAME", Short: "Show one problem: its parts and its text",
		Long: `Show a problem as it is given to a prover, and its parts. The reference answer (of a
problem for Dafny: the program with its hints) and the informal text are only shown if
they are asked for. With --json: one object, dataset_record.`,
		Example: `  ansatz dataset show formal_math500.jsonl formal_math500_14
  ansatz dataset show putnam.json putnam_1962_a2 --reference --informal`,
		Args: cobra.ExactArgs(2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return datasetFiles(nil, nil, "")
			}
			return recordNames(f.datasetFlags, args, typed)
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.showDataset(f, args[0], args[1]) },
	}
	f.registerReading(cmd)
	cmd.Flags().BoolVar(&f.reference, "reference", false, "show the reference answer too")
	cmd.Flags().BoolVar(&f.informal, "informal", false, "show the informal problem too, and with --reference its answer")
	return cmd
}

// recordNames completes the name of a record.
func recordNames(f datasetFlags, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const most = 100
	f.options.Layout = dataset.Layout(f.layout)
	set, err := dataset.Read(args[:1], f.options)
	if err != nil || len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	for _, r := range set.Records {
		if strings.HasPrefix(r.Name, typed) && len(list) < most {
			list = append(list, r.Name)
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

func (a *app) showDataset(f showDatasetFlags, path, name string) error {
	f.options.Layout = dataset.Layout(f.layout)
	set, err := dataset.Read([]string{path}, f.options)
	if err != nil {
		return usage(err, "give a .jsonl, .json, .lean or .dfy file, or a folder of them")
	}
	i := slices.IndexFunc(set.Records, func(r dataset.Record) bool { return r.Name == name })
	if i < 0 {
		// The record may be one of those that cannot be read.
		for _, e := range set.Errors {
			if strings.Contains(e.Reason, name) {
				return usage(e, "")
			}
		}
		return usagef("see: ansatz dataset list "+path, "%s has no record %s", path, name)
	}
	r := set.Records[i]
	p, err := r.Problem()
	if err != nil {
		return usage(err, "see: ansatz dataset lint "+path)
	}
	if a.json {
		out := newRecordJSON(r)
		out.Problem, out.Parts = &p, r.Find
		if f.reference {
			out.Reference = r.Reference
		}
		if f.informal {
			out.Informal = &dataset.Informal{Problem: r.Informal.Problem}
			if f.reference {
				out.Informal.Answer = r.Informal.Answer
			}
		}
		a.printJSON(out)
		return nil
	}
	a.printf("%s", console.Printable(recordText(r, p, f)))
	return nil
}

// recordText is one record for people.
func recordText(r dataset.Record, p provers.Problem, f showDatasetFlags) string {
	rows := [][]string{{"name", r.Name}, {"source", fmt.Sprintf("%s:%d", r.File, r.Line)}, {"kind", string(r.Kind())}}
	language, text := "Lean", source.Text(p, "sorry")
	if r.Prover == dataset.ForDafny {
		language, text = "Dafny", p.Statement
		rows = append(rows, dafnyFacts(r)...)
	} else {
		rows = append(rows, []string{"requires", needs(r)})
	}
	for _, row := range [][]string{{"origin", r.Origin}, {"split", r.Split}, {"tags", strings.Join(r.Tags, ", ")}} {
		if row[1] != "" {
			rows = append(rows, row)
		}
	}
	if r.Find != nil {
		part := func(title string, list []fps.Binder) {
			for _, b := range list {
				rows = append(rows, []string{title, console.OneLine(b.String())})
				title = ""
			}
		}
		last := max(len(r.Find.Outros)-1, 0)
		part("intros", r.Find.Intros)
		part("answer", r.Find.Answers)
		part("outros", r.Find.Outros[:last])
		part("query", r.Find.Outros[last:])
	}
	var b strings.Builder
	b.WriteString(console.Columns(nil, rows))
	section := func(title, text string) { fmt.Fprintf(&b, "\n-- %s\n%s\n", title, strings.TrimSpace(text)) }
	section(language, text)
	if f.informal {
		section("informal problem", r.Informal.Problem)
	}
	if f.reference {
		section("reference", referenceText(r.Reference))
		if f.informal && r.Informal.Answer != "" {
			section("informal answer", r.Informal.Answer)
		}
	}
	return b.String()
}

func referenceText(r *dataset.Reference) string {
	if r == nil {
		return "there is none"
	}
	if r.Kind == dataset.Program {
		return r.Text
	}
	return fmt.Sprintf("%s (a %s)", strings.Join(append([]string{r.Text}, r.Further...), "\n"), r.Kind)
}
