package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// tableMeasures are those that the table of variants has medians of; the others
// are in the table of costs.
var tableMeasures = []report.Measure{report.Wall, report.Expansions, report.Attempts}

// shareMeasures are the times that are parts of the wall time.
var shareMeasures = []report.Measure{report.Prover, report.Policy, report.Store}

// runView is what run.html writes.
type runView struct {
	Run        trial.Run
	Summary    report.Summary
	State      string
	Search     bool // of a run of searches
	Figures    []figure
	Measures   []report.Measure // of the table of variants
	Shares     []report.Measure
	Pass       []int // the k of the table of variants
	Variants   []variantRow
	Costs      []costRow
	Legend     []legendLine
	Plots      []*plot
	Failures   failures
	Operations operations
	Provenance provenance
	Now        time.Time
}

func (v runView) title() string { return cmp.Or(v.Run.Name, v.Run.ID, "Benchmark run") }

// Title heads the report.
func (v runView) Title() string { return v.title() }

type variantRow struct {
	report.Variant
	Pass    []estimate
	Medians []distribution
	Shares  []timeShare
}

// timeShare is the part of the wall time that was spent waiting for something.
type timeShare struct{ Name, Value string }

// costRow is one variant's cost in one measure.
type costRow struct {
	Variant, Measure              string
	Total, Median, Max            string
	SolvedMedian, SolvedQuartiles string
}

// failures counts trials that are not solved, by variant and result.
type failures struct {
	Results []trial.Result // those that occur
	Rows    []failureRow
}

type failureRow struct {
	Name   string
	Counts []int
	Total  int
}

func newRunView(in Input) runView {
	s := in.Summary
	v := runView{
		Run: in.Run, Summary: s, State: state(in.Run, s), Search: in.Run.Kind != trial.Prover,
		Figures: runFigures(in.Run, s), Provenance: newProvenance(in.Run), Now: in.Now,
	}
	if !v.Search {
		v.Operations = newOperations(s.Operations, solvedTimes(in.Trials, func(t trial.Trial) string { return t.Variant }))
		return v
	}
	v.Measures = used(tableMeasures, s)
	v.Shares = used(shareMeasures, s)
	for _, variant := range s.Variants {
		row := variantRow{Variant: variant}
		for _, m := range v.Measures {
			row.Medians = append(row.Medians, quartiles(m, variant.Cost(m).Solved))
		}
		for _, m := range v.Shares {
			part := timeShare{m.Title(), "-"}
			if wall := variant.Cost(report.Wall).All.Total; wall > 0 {
				part.Value = percent(variant.Cost(m).All.Total / wall)
			}
			row.Shares = append(row.Shares, part)
		}
		for _, p := range variant.Pass {
			e := percentEstimate(p.Estimate)
			if p.LeftOut > 0 {
				e.More = count(p.LeftOut) + " problems left out"
			}
			row.Pass = append(row.Pass, e)
		}
		if v.Pass == nil {
			for _, p := range variant.Pass {
				v.Pass = append(v.Pass, p.K)
			}
		}
		v.Variants = append(v.Variants, row)
	}
	v.Costs = costRows(s)
	v.Legend = legend(variantNames(s))
	for _, m := range report.CurveMeasures() {
		var curves []metrics.Curve
		for _, variant := range s.Variants {
			curves = append(curves, variant.Curve(m).Curve)
		}
		if p := curvePlot(m, variantNames(s), curves); p != nil {
			v.Plots = append(v.Plots, p)
		}
	}
	v.Failures = newFailures(s)
	return v
}

func state(run trial.Run, s report.Summary) string {
	if !s.Finished() {
		return fmt.Sprintf("not finished: %s of %s trials are missing", count(s.Expected-s.Recorded), count(s.Expected))
	}
	if run.Ended.IsZero() {
		return "finished"
	}
	return "finished " + date(run.Ended)
}

func runFigures(run trial.Run, s report.Summary) []figure {
	var figures []figure
	if run.Kind == trial.Prover {
		failed := 0
		for _, o := range s.Operations {
			failed += o.Failures
		}
		figures = append(figures, figure{"Operations", count(len(s.Problems)), ""},
			figure{"Provers", count(len(s.Variants)), ""}, figure{"Failures", count(failed), ""})
	} else {
		solved := 0
		for _, p := range s.Problems {
			if slices.ContainsFunc(p.Cells, func(c report.Cell) bool { return c.Solved > 0 }) {
				solved++
			}
		}
		name := "Problems solved"
		if len(s.Variants) > 1 {
			name += " by any variant"
		}
		figures = append(figures, figure{name, count(solved), fmt.Sprintf("of %s, %s", count(len(s.Problems)), share(solved, len(s.Problems)))})
		if best, at := highestPass(s); best != nil {
			name := fmt.Sprintf("pass@%d, with its interval", best.K)
			if len(s.Variants) > 1 {
				name = fmt.Sprintf("Highest pass@%d, of %s", best.K, label(s.Variants[at].Name, 40))
			}
			e := percentEstimate(best.Estimate)
			figures = append(figures, figure{name, e.Value, e.Interval})
		}
	}
	figures = append(figures, figure{"Trials recorded", count(s.Recorded), "of " + count(s.Expected)})
	if run.Elapsed > 0 {
		more := ""
		if run.Workers > 0 {
			more = fmt.Sprintf("%d at a time", run.Workers)
		}
		figures = append(figures, figure{"Elapsed", report.Wall.Format(run.Elapsed), more})
	}
	return figures
}

// highestPass is the highest of the variants' first pass@k, with the place of the
// variant; nil if there is none.
func highestPass(s report.Summary) (*metrics.Pass, int) {
	var best *metrics.Pass
	at := 0
	for i, v := range s.Variants {
		if len(v.Pass) == 0 || !v.Pass[0].Estimate.Known() {
			continue
		}
		if best == nil || v.Pass[0].Estimate.Value > best.Estimate.Value {
			best, at = &v.Pass[0], i
		}
	}
	return best, at
}

// used are the measures in which any trial cost anything.
func used(measures []report.Measure, s report.Summary) []report.Measure {
	var of []report.Measure
	for _, m := range measures {
		if slices.ContainsFunc(s.Variants, func(v report.Variant) bool { return v.Cost(m).All.Max > 0 }) {
			of = append(of, m)
		}
	}
	return of
}

func costRows(s report.Summary) []costRow {
	var rows []costRow
	for _, m := range used(report.Measures(), s) {
		for _, v := range s.Variants {
			c := v.Cost(m)
			row := costRow{Variant: v.Name, Measure: heading(m.Title()), Total: "-", Median: "-", Max: "-"}
			if c.All.Known() {
				row.Total, row.Median, row.Max = m.Format(c.All.Total), m.Format(c.All.Median), m.Format(c.All.Max)
			}
			solved := quartiles(m, c.Solved)
			row.SolvedMedian, row.SolvedQuartiles = solved.Median, solved.Quartiles
			rows = append(rows, row)
		}
	}
	return rows
}

func newFailures(s report.Summary) failures {
	var f failures
	counts := make([]map[trial.Result]int, len(s.Variants))
	for i, v := range s.Variants {
		counts[i] = map[trial.Result]int{}
		for _, r := range v.Results {
			counts[i][r.Result] = r.Count
		}
	}
	for _, r := range s.Results {
		if r != trial.Solved && slices.ContainsFunc(counts, func(c map[trial.Result]int) bool { return c[r] > 0 }) {
			f.Results = append(f.Results, r)
		}
	}
	for i, v := range s.Variants {
		row := failureRow{Name: v.Name}
		for _, r := range f.Results {
			row.Counts = append(row.Counts, counts[i][r])
			row.Total += counts[i][r]
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

func variantNames(s report.Summary) []string {
	names := make([]string, len(s.Variants))
	for i, v := range s.Variants {
		names[i] = v.Name
	}
	return names
}

// operations are the measurements of provers: a table, and a chart for each
// operation.
type operations struct {
	Rows   []operationRow
	Charts []*boxes
}

type operationRow struct {
	report.Operation
	Min, Max string
	Q1, Q3   string
	Median   string
}

type operationKey struct{ operation, variant string }

// newOperations shows operations; those of one name stand together. times are
// the wall times of the solved trials.
func newOperations(all []report.Operation, times map[operationKey][]float64) operations {
	var o operations
	for len(all) > 0 {
		name := all[0].Problem
		end := slices.IndexFunc(all, func(x report.Operation) bool { return x.Problem != name })
		if end < 0 {
			end = len(all)
		}
		var names []string
		var ds []metrics.Distribution
		var of [][]float64
		for _, x := range all[:end] {
			row := operationRow{Operation: x, Min: "-", Q1: "-", Median: "-", Q3: "-", Max: "-"}
			if d, form := x.Wall, report.Wall.Format; d.Known() {
				row.Min, row.Q1, row.Median, row.Q3, row.Max = form(d.Min), form(d.Q1), form(d.Median), form(d.Q3), form(d.Max)
			}
			o.Rows = append(o.Rows, row)
			names, ds, of = append(names, x.Variant), append(ds, x.Wall), append(of, times[operationKey{name, x.Variant}])
		}
		o.Charts = append(o.Charts, boxPlot(fmt.Sprintf("operation-%d", len(o.Charts)+1), name, names, ds, of))
		all = all[end:]
	}
	return o
}

// solvedTimes are the wall times of the solved trials, by operation and what
// variant names.
func solvedTimes(trials []trial.Trial, variant func(trial.Trial) string) map[operationKey][]float64 {
	times := map[operationKey][]float64{}
	for _, t := range trials {
		if t.Result == trial.Solved {
			k := operationKey{t.Problem, variant(t)}
			times[k] = append(times[k], t.Cost.Wall)
		}
	}
	return times
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
