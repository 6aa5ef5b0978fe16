package page

import (
	"fmt"
	"strconv"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// comparisonView is what comparison.html writes.
type comparisonView struct {
	Comparison   report.Comparison
	Search       bool // of runs of searches
	Names        [2]string
	Sides        []sideRow
	Figures      []figure
	Ratios       []ratioRow
	OnlyA, OnlyB []string
	Legend       []legendLine
	Plots        []*plot
	Operations   operations
	Provenance   [2]provenance
	Now          time.Time
}

func (v comparisonView) title() string { return v.Names[0] + " · " + v.Names[1] }

type sideRow struct {
	report.Compared
	Side string
	Rate float64
}

type ratioRow struct {
	Measure         string
	Ratio, Interval string
	N, LeftOut      int
}

// sideNames name the sides by what they differ in.
func sideNames(a, b report.Compared) [2]string {
	name := func(letter string, c report.Compared) string {
		run := c.Name
		if a.Name == b.Name {
			run += " (" + c.Run + ")"
		}
		switch {
		case a.Run == b.Run:
			return letter + ": " + c.Variant
		case a.Variant == b.Variant:
			return letter + ": " + run
		}
		return letter + ": " + run + ", " + c.Variant
	}
	return [2]string{name("A", a), name("B", b)}
}

func newComparisonView(in ComparisonInput) comparisonView {
	c := in.Comparison
	names := sideNames(c.A, c.B)
	v := comparisonView{
		Comparison: c, Search: in.A.Run.Kind != trial.Prover, Names: names,
		Sides:      []sideRow{{c.A, names[0], c.Paired.RateA}, {c.B, names[1], c.Paired.RateB}},
		OnlyA:      c.Names(report.OnlyA),
		OnlyB:      c.Names(report.OnlyB),
		Provenance: [2]provenance{newProvenance(in.A.Run), newProvenance(in.B.Run)},
		Now:        in.Now,
	}
	for _, r := range c.Costs {
		if !v.Search && !r.Estimate.Known() {
			continue // an operation has no such cost
		}
		row := ratioRow{Measure: heading(r.Measure.Title()), Ratio: "-", N: r.Estimate.N, LeftOut: r.LeftOut}
		if r.Estimate.Known() {
			row.Ratio = factor(r.Estimate.Value)
			row.Interval = between(factor(r.Estimate.Interval.Low), factor(r.Estimate.Interval.High))
		}
		v.Ratios = append(v.Ratios, row)
	}
	if !v.Search {
		for _, r := range v.Ratios {
			v.Figures = append(v.Figures, figure{r.Measure + ", B / A", r.Ratio, r.Interval})
		}
		v.Figures = append(v.Figures, figure{"Operations compared", count(len(c.Problems)), ""})
		v.Operations = comparedOperations(in, names)
		return v
	}
	v.Figures = comparisonFigures(c)
	v.Legend = legend(names[:])
	a, b := comparedTrials(in.A, c), comparedTrials(in.B, c)
	for _, m := range report.CurveMeasures() {
		if p := curvePlot(m, names[:], []metrics.Curve{curve(m, a), curve(m, b)}); p != nil {
			v.Plots = append(v.Plots, p)
		}
	}
	return v
}

func comparisonFigures(c report.Comparison) []figure {
	var figures []figure
	if d := c.Paired.Difference; d.Known() {
		figures = append(figures, figure{
			"Difference of the rates, B - A", points(d.Value),
			fmt.Sprintf("points, %s", between(points(d.Interval.Low), points(d.Interval.High))),
		}, figure{testTitle(c.Paired.Test.Method), "p " + probability(c.Paired.Test.P),
			fmt.Sprintf("%s of %s problems differ", count(c.Paired.Test.Discordant), count(d.N))})
	}
	return append(figures,
		figure{"Rate of A", percent(c.Paired.RateA), ""},
		figure{"Rate of B", percent(c.Paired.RateB), ""},
		figure{"Problems compared", count(len(c.Problems)), ""})
}

func testTitle(m metrics.Method) string {
	switch m {
	case metrics.MethodMcNemar:
		return "McNemar's exact test"
	case metrics.MethodSignFlipExact:
		return "Exact sign flip test"
	case metrics.MethodSignFlip:
		return "Sign flip test"
	}
	return "Test"
}

// probability writes what a p-value is equal to or less than.
func probability(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return "= " + strconv.FormatFloat(p, 'g', 2, 64)
}

// factor writes a ratio.
func factor(ratio float64) string { return strconv.FormatFloat(ratio, 'f', 2, 64) + "×" }

// comparedTrials are a side's trials at the problems that are compared.
func comparedTrials(s report.Side, c report.Comparison) []*trial.Trial {
	shared := make(map[string]bool, len(c.Problems))
	for _, p := range c.Problems {
		shared[p.Name] = true
	}
	seen := map[trial.Key]bool{}
	var trials []*trial.Trial
	for i := range s.Trials {
		t := &s.Trials[i]
		if t.Variant == s.Variant && shared[t.Problem] && t.Number >= 0 && t.Number < s.Run.Trials && !seen[t.Key] {
			seen[t.Key] = true
			trials = append(trials, t)
		}
	}
	return trials
}

func curve(m report.Measure, trials []*trial.Trial) metrics.Curve {
	spent := make([]metrics.Spent, len(trials))
	for i, t := range trials {
		spent[i] = metrics.Spent{Cost: m.Of(t.Cost), Solved: t.Result == trial.Solved}
	}
	return metrics.SolvedAtBudget(spent)
}

// comparison adds what is compared; the variants are the sides.
func (b *builder) comparison(in ComparisonInput) {
	b.Sides = true
	b.Trials = max(in.A.Run.Trials, in.B.Run.Trials)
	texts := map[string]trial.Problem{}
	for _, p := range in.A.Run.Problems {
		texts[p.Name] = p
	}
	for _, p := range in.Comparison.Problems {
		b.problem(trial.Problem{Name: p.Name, Source: p.Source, Statement: texts[p.Name].Statement})
	}
	names := sideNames(in.Comparison.A, in.Comparison.B)
	for i, s := range []report.Side{in.A, in.B} {
		b.variant(names[i])
		for _, t := range comparedTrials(s, in.Comparison) {
			b.trial(i, t)
		}
	}
	b.sort()
}

// comparedOperations are the operations that both sides measured.
func comparedOperations(in ComparisonInput, names [2]string) operations {
	of := map[operationKey]report.Operation{}
	times := map[operationKey][]float64{}
	for i, s := range []report.Side{in.A, in.B} {
		var trials []trial.Trial
		for _, t := range comparedTrials(s, in.Comparison) {
			trials = append(trials, *t)
		}
		for _, o := range report.Summarize(s.Run, trials).Operations {
			if o.Variant == s.Variant {
				o.Variant = names[i]
				of[operationKey{o.Problem, names[i]}] = o
			}
		}
		for k, values := range solvedTimes(trials, func(trial.Trial) string { return names[i] }) {
			times[k] = values
		}
	}
	var all []report.Operation
	for _, p := range in.Comparison.Problems {
		for _, name := range names {
			all = append(all, of[operationKey{p.Name, name}])
		}
	}
	return newOperations(all, times)
}
