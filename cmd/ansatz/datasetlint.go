package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// lintDatasetFlags are the flags of "ansatz dataset lint".
type lintDatasetFlags struct {
	datasetFlags
	connect   connectOptions
	elaborate bool
}

func newDatasetLint(a *app) *cobra.Command {
	var f lintDatasetFlags
	cmd := &cobra.Command{
		Use: "lint FILE|FOLDER...", Short: "Look for mistakes in the problems of datasets",
		Long: `Look for what makes a problem easier, harder or other than it was meant: answers that
nothing is asked of, references that stand in the problem, names that are declared
nowhere, old notation, duplicates. In programs for Dafny: what is not the ground truth
without whole hints, and what is trusted without a proof (assume, {:axiom}, {:verify
false}, {:extern}, include, lemmas without a body). An error means that a result on the
problem means nothing, a warning that it may mean something else than it seems to. Notes
are worth knowing when results are compared; -v shows them.

With --elaborate, a prover opens each statement, and confirms that a problem that was
converted from an abbreviation still means the same; this works with Lean alone. With
--json: one object a line, dataset_finding and, at the end, dataset_lint_summary.`,
		Example: `  ansatz dataset lint formal_math500.jsonl
  ansatz dataset lint formal_math500.jsonl --requires core --elaborate
  ansatz dataset lint putnam.json --elaborate --project ~/mathlib4`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: datasetFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.lintDataset(cmd.Context(), f, args) },
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.elaborate, "elaborate", false, "have a prover open each statement and check the conversions")
	// The flags for a prover go behind those for the files.
	connect := pflag.NewFlagSet("connect", pflag.ContinueOnError)
	connect.SortFlags = false
	f.connect.register(connect)
	cmd.Flags().AddFlagSet(connect)
	return cmd
}

// What only a prover can find.
const (
	doesNotElaborate    dataset.Rule = "does-not-elaborate"
	notEncodable        dataset.Rule = "not-encodable"
	conversionUnchecked dataset.Rule = "conversion-not-confirmed"
)

// findingJSON is one finding of "ansatz dataset lint --json".
type findingJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "dataset_finding"
	Name    string `json:"name"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	dataset.Finding
}

// lintSummary adds the findings up.
type lintSummary struct {
	Version     int                      `json:"version"`
	Type        string                   `json:"type"` // "dataset_lint_summary"
	Records     int                      `json:"records"`
	Findings    map[dataset.Severity]int `json:"findings"`
	Rules       map[dataset.Rule]int     `json:"rules"`
	InputErrors int                      `json:"input_errors"`
	LeftOut     []dataset.LeftOut        `json:"left_out,omitempty"`
	// The rest is only there with --elaborate.
	Prover      *provers.Info     `json:"prover,omitempty"`
	Elaborated  int               `json:"elaborated,omitempty"`
	Conversions int               `json:"conversions,omitempty"` // that were confirmed
	NotChecked  []dataset.LeftOut `json:"not_checked,omitempty"`
	Elapsed     float64           `json:"elapsed_s,omitempty"`
}

func (a *app) lintDataset(ctx context.Context, f lintDatasetFlags, paths []string) error {
	s, err := a.readDataset(f.datasetFlags, paths)
	if err != nil {
		return err
	}
	if f.elaborate {
		if err := refuseDafny("--elaborate", s.records); err != nil {
			return err
		}
	}
	sum := &lintSummary{Version: results.Version, Type: "dataset_lint_summary", Records: len(s.records), LeftOut: s.leftOut,
		Findings: map[dataset.Severity]int{}, Rules: map[dataset.Rule]int{}, InputErrors: len(s.errors)}
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	report := func(r dataset.Record, finding dataset.Finding) {
		sum.Findings[finding.Severity]++
		sum.Rules[finding.Rule]++
		d.Above(func() { a.reportFinding(r, finding) })
	}
	for i, findings := range dataset.LintAll(s.records) {
		for _, finding := range findings {
			report(s.records[i], finding)
		}
	}
	if f.elaborate && len(s.records) > 0 {
		err = a.elaborateDataset(ctx, f, s.records, d, sum, report)
	}
	d.Above(func() {
		if a.json {
			a.printJSON(sum)
		} else {
			a.printf("%s", sum.text(a.verbose))
		}
	})
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		return &exitError{code: exitInterrupted}
	case err != nil:
		return err
	case sum.Findings[dataset.Wrong] > 0 || sum.InputErrors > 0:
		return &exitError{code: exitUnproved}
	}
	return nil
}

func (a *app) reportFinding(r dataset.Record, finding dataset.Finding) {
	if a.json {
		a.printJSON(findingJSON{Version: results.Version, Type: "dataset_finding", Name: r.Name, File: r.File, Line: r.Line, Finding: finding})
		return
	}
	if finding.Severity == dataset.Notable && !a.verbose {
		return // there can be one for each record
	}
	a.printf("%s\n", console.Clip(console.OneLine(fmt.Sprintf("%s:%d: %s: %s: %s (%s)", r.File, r.Line, r.Name, finding.Severity, finding.Message, finding.Rule)), 400))
}

func (sum *lintSummary) text(verbose bool) string {
	var b strings.Builder
	if len(sum.Rules) > 0 {
		rows := make([][]string, 0, len(sum.Rules))
		for rule, n := range sum.Rules {
			rows = append(rows, []string{string(rule), console.Count(int64(n))})
		}
		slices.SortFunc(rows, slices.Compare)
		b.WriteString("\n" + console.Columns([]string{"rule", ">findings"}, rows) + "\n")
	}
	notes := console.Plural(int64(sum.Findings[dataset.Notable]), "note")
	switch n := sum.Findings[dataset.Notable]; {
	case verbose || n == 0:
	case n == 1:
		notes += " (-v shows it)"
	default:
		notes += " (-v shows them)"
	}
	fmt.Fprintf(&b, "%s: %s, %s, %s\n", console.Plural(int64(sum.Records), "problem"), console.Plural(int64(sum.Findings[dataset.Wrong]), "error"),
		console.Plural(int64(sum.Findings[dataset.Doubtful]), "warning"), notes)
	if sum.Prover != nil {
		fmt.Fprintf(&b, "elaborated: %s with %s %s, %s confirmed, in %s\n", console.Plural(int64(sum.Elaborated), "statement"),
			sum.Prover.Name, sum.Prover.Version, console.Plural(int64(sum.Conversions), "conversion"), console.Duration(results.Seconds(sum.Elapsed)))
	}
	for _, out := range sum.NotChecked {
		fmt.Fprintf(&b, "not checked %s: %s\n", console.Count(int64(out.Records)), out.Reason)
	}
	for _, out := range sum.LeftOut {
		fmt.Fprintf(&b, "left out %s: %s\n", console.Count(int64(out.Records)), out.Reason)
	}
	if sum.InputErrors > 0 {
		fmt.Fprintf(&b, "unreadable: %s\n", console.Plural(int64(sum.InputErrors), "place"))
	}
	return b.String()
}

// elaborateDataset has a prover open each statement.
func (a *app) elaborateDataset(ctx context.Context, f lintDatasetFlags, records []dataset.Record, d *console.Display, sum *lintSummary, report func(dataset.Record, dataset.Finding)) error {
	begin := time.Now()
	f.connect.say = func(what string) { d.Say("%s", what) }
	conn, err := a.connect(ctx, f.connect)
	if err != nil {
		return err
	}
	info := conn.prover.Info()
	sum.Prover = &info
	e := elaboration{conn: conn, display: d}
	err = e.all(ctx, records, sum, report)
	d.Idle()
	sum.Elapsed = time.Since(begin).Seconds()
	return errors.Join(err, conn.close())
}

// elaboration checks records one after another.
type elaboration struct {
	conn    *connection
	display *console.Display
}

func (e *elaboration) all(ctx context.Context, records []dataset.Record, sum *lintSummary, report func(dataset.Record, dataset.Finding)) error {
	e.display.Phase("looking for libraries")
	available, err := e.libraries(ctx, records)
	if err != nil {
		return err
	}
	records, missing := dataset.Filter(records, available)
	for _, out := range missing {
		sum.NotChecked = append(sum.NotChecked, dataset.LeftOut{Reason: out.Reason + ", which this prover does not have", Records: out.Records})
	}
	for i, r := range records {
		e.display.Update(func(s *console.Status) { s.Index, s.Total, s.Name = i+1, len(records), r.Name })
		e.display.Phase("elaborating")
		finding, err := e.statement(ctx, r)
		if err != nil {
			return err
		}
		if finding != nil {
			report(r, *finding)
			continue
		}
		sum.Elaborated++
		if r.Abbreviation == nil {
			continue
		}
		e.display.Phase("checking the conversion")
		if finding, err = e.conversion(ctx, r); err != nil {
			return err
		}
		if finding != nil {
			report(r, *finding)
			continue
		}
		sum.Conversions++
	}
	return nil
}

// libraries are those that the prover has of the libraries that records need.
func (e *elaboration) libraries(ctx context.Context, records []dataset.Record) ([]string, error) {
	var available []string
	tried := map[string]bool{}
	for _, r := range records {
		for _, library := range r.Requires {
			if tried[library] {
				continue
			}
			tried[library] = true
			finding, err := e.open(ctx, provers.Problem{Name: "import_" + library, Kind: provers.Prove, Preamble: "import " + library + "\n", Statement: "theorem import_check : True"})
			if err != nil {
				return nil, err
			}
			if finding == nil {
				available = append(available, library)
			}
		}
	}
	return available, nil
}

// statement has the prover open a record.
func (e *elaboration) statement(ctx context.Context, r dataset.Record) (*dataset.Finding, error) {
	p, err := r.Problem()
	if err != nil {
		return &dataset.Finding{Rule: notEncodable, Severity: dataset.Wrong, Message: err.Error()}, nil
	}
	return e.open(ctx, p)
}

func (e *elaboration) open(ctx context.Context, p provers.Problem) (*dataset.Finding, error) {
	session, err := e.conn.prover.Open(ctx, p, provers.Limits{})
	if message, ok := refusedStatement(err); ok {
		return &dataset.Finding{Rule: doesNotElaborate, Severity: dataset.Wrong, Message: message}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("elaborating %s: %w", p.Name, err)
	}
	return nil, session.Close()
}

// conversion has the prover confirm that a record means what its author wrote.
func (e *elaboration) conversion(ctx context.Context, r dataset.Record) (*dataset.Finding, error) {
	p, proof, err := dataset.ConversionCheck(r)
	if err != nil {
		return &dataset.Finding{Rule: conversionUnchecked, Severity: dataset.Doubtful, Message: err.Error()}, nil
	}
	verdict, err := e.conn.verifier.Verify(ctx, provers.Claim{Problem: p, Proof: proof})
	if err != nil {
		return nil, fmt.Errorf("checking the conversion of %s: %w", r.Name, err)
	}
	if verdict.Accepted {
		return nil, nil
	}
	message := verdict.Reason
	if len(verdict.Messages) > 0 && !strings.Contains(message, verdict.Messages[0]) {
		message += ": " + verdict.Messages[0]
	}
	return &dataset.Finding{Rule: conversionUnchecked, Severity: dataset.Doubtful, Message: message}, nil
}
