package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// style is what sets a text for a terminal apart from Markdown.
type style struct {
	w io.Writer
	// markdown says which of the two it is.
	markdown bool
}

// show makes text from elsewhere fit to be written.
func (s style) show(text string) string {
	if s.markdown {
		return markdown(text)
	}
	return Printable(text)
}

// line writes a line; in Markdown it is a paragraph.
func (s style) line(format string, args ...any) {
	fmt.Fprintf(s.w, format+"\n", args...)
	if s.markdown {
		fmt.Fprintln(s.w)
	}
}

// section begins a part of a report.
func (s style) section(title string) {
	if s.markdown {
		fmt.Fprintf(s.w, "### %s\n\n", title)
		return
	}
	fmt.Fprintf(s.w, "\n%s\n", title)
}

// list writes items below one another.
func (s style) list(items []string) {
	if len(items) == 0 {
		return
	}
	mark := "  "
	if s.markdown {
		mark = "- "
	}
	for _, item := range items {
		fmt.Fprintf(s.w, "%s%s\n", mark, item)
	}
	if s.markdown {
		fmt.Fprintln(s.w)
	}
}

// table writes a table with its title, unless it has no rows.
func (s style) table(title string, t *table) {
	if len(t.rows) == 0 {
		return
	}
	s.section(title)
	if s.markdown {
		t.markdown(s.w)
		fmt.Fprintln(s.w)
		return
	}
	t.text(s.w)
}

// Text writes a summary for a terminal. The matrix of problems and variants is
// written too if matrix is set, and costs over all trials and not only the solved ones.
func Text(w io.Writer, s Summary, matrix bool) error {
	c := &checked{w: w}
	writeSummary(style{w: c}, s, matrix)
	return c.err
}

// Markdown writes a summary as GitHub's Markdown. The matrix of problems and
// variants is written too if matrix is set, and costs over all trials.
func Markdown(w io.Writer, s Summary, matrix bool) error {
	c := &checked{w: w}
	writeSummary(style{w: c, markdown: true}, s, matrix)
	return c.err
}

func writeSummary(to style, s Summary, matrix bool) {
	title := to.show(s.Run.Name)
	if title == "" {
		title = to.show(s.Run.ID)
	}
	if to.markdown {
		fmt.Fprintf(to.w, "## %s\n\n", title)
	} else {
		fmt.Fprintln(to.w, title)
	}
	if s.Run.Description != "" {
		to.line("%s", to.show(s.Run.Description))
	}
	to.list(facts(to, s))
	if len(s.Notes) > 0 {
		notes := make([]string, len(s.Notes))
		for i, note := range s.Notes {
			notes[i] = to.show(note)
		}
		to.section("Notes")
		to.list(notes)
	}
	if s.Run.Kind == trial.Prover {
		to.table("Times of operations, over those that succeeded", operationsTable(to, s))
	} else {
		to.table("Solved", solvedTable(to, s))
		if explanation := intervalText(s); explanation != "" {
			to.line("%s", explanation)
		}
		to.table("Medians over the solved trials", costTable(to, s, func(c Cost) (float64, bool) { return c.Solved.Median, c.Solved.Known() }))
		if matrix {
			to.table("Medians over all trials", costTable(to, s, func(c Cost) (float64, bool) { return c.All.Median, c.All.Known() }))
			to.table("Totals over all trials", costTable(to, s, func(c Cost) (float64, bool) { return c.All.Total, c.All.Known() }))
		}
	}
	to.table("Trials by result", resultsTable(to, s))
	if matrix {
		to.table("Solved trials and least wall time by problem", matrixTable(to, s))
	}
}

// facts say what was run, when, with what and where.
func facts(to style, s Summary) []string {
	r := s.Run
	out := []string{
		fmt.Sprintf("Run %s, %s of %s × %s × %s", to.show(r.ID), plural(s.Expected, "trial"),
			plural(len(r.Variants), "variant"), plural(len(r.Problems), "problem"), plural(r.Trials, "trial")),
	}
	when := ""
	if !r.Created.IsZero() {
		when = "Created " + date(r.Created)
		if !r.Ended.IsZero() {
			when += ", ended " + date(r.Ended)
		}
	}
	if r.Elapsed > 0 {
		when = strings.TrimPrefix(when+", worked on for "+seconds(r.Elapsed), ", ")
	}
	with := []string{"ansatz " + orNone(r.Ansatz)}
	for _, name := range slices.Sorted(maps.Keys(r.Provers)) {
		with = append(with, proverText(r, name))
	}
	where := machineText(r.Machine)
	if r.Workers > 0 {
		where = strings.TrimPrefix(where+", "+plural(r.Workers, "trial")+" at the same time", ", ")
	}
	var left []string
	for _, why := range slices.Sorted(maps.Keys(r.Dataset.LeftOut)) {
		left = append(left, plural(r.Dataset.LeftOut[why], "problem")+" ("+why+")")
	}
	leftOut := ""
	if len(left) > 0 {
		leftOut = "Left out: " + strings.Join(left, ", ")
	}
	occupied := ""
	if o := s.Occupation; o.Workers > 0 {
		occupied = fmt.Sprintf("Beside searches: %.2f %% of the time of %s", 100*o.Share(), plural(o.Workers, "worker"))
	}
	for _, fact := range []string{when, strings.Join(with, ", "), where, occupied, leftOut} {
		if fact != "" {
			out = append(out, to.show(fact))
		}
	}
	return out
}

// solvedTable has a row for each variant, with pass@k and how many problems each
// leaves out.
func solvedTable(to style, s Summary) *table {
	t := newTable("Variant", ">Solved", ">Share", ">Problems")
	if len(s.Variants) == 0 {
		return t
	}
	left := false
	for _, p := range s.Variants[0].Pass {
		t.column(fmt.Sprintf("pass@%d", p.K), true)
	}
	for _, v := range s.Variants {
		for _, p := range v.Pass {
			left = left || p.LeftOut > 0
		}
	}
	if left {
		t.column("Left out", false)
	}
	for _, v := range s.Variants {
		row := []string{
			to.show(v.Name),
			fmt.Sprintf("%s/%s", count(v.Solved), count(v.Recorded)),
			share(v.Solved, v.Recorded),
			fmt.Sprintf("%s/%s", count(v.SolvedProblems), count(v.Tried)),
		}
		var out []string
		for _, p := range v.Pass {
			row = append(row, PercentInterval(p.Estimate))
			if p.LeftOut > 0 {
				out = append(out, fmt.Sprintf("pass@%d %s", p.K, count(p.LeftOut)))
			}
		}
		if left {
			row = append(row, strings.Join(out, ", "))
		}
		t.row(row...)
	}
	return t
}

func share(part, whole int) string {
	if whole == 0 {
		return none
	}
	return Percent(float64(part) / float64(whole))
}

// intervalText says how the intervals of pass@k were found.
func intervalText(s Summary) string {
	var wilson, bootstrap bool
	for _, v := range s.Variants {
		for _, p := range v.Pass {
			wilson = wilson || p.Method == metrics.MethodWilson
			bootstrap = bootstrap || p.Method == metrics.MethodBootstrap
		}
	}
	var methods []string
	if bootstrap {
		methods = append(methods, bootstrapText(s.Inference))
	}
	if wilson {
		methods = append(methods, "Wilson's where each problem has one trial or all problems come to the same")
	}
	if len(methods) == 0 {
		return ""
	}
	return fmt.Sprintf("Intervals of %s %%: %s.", number(100*s.Inference.Confidence), strings.Join(methods, "; "))
}

func bootstrapText(b metrics.Bootstrap) string {
	return fmt.Sprintf("percentile bootstrap over the problems, %s, seed %d", plural(b.Resamples, "resample"), b.Seed)
}

// costTable has a row for each variant and a column for each measure that is
// anywhere above 0.
func costTable(to style, s Summary, value func(Cost) (float64, bool)) *table {
	t := newTable("Variant")
	var shown []Measure
	for _, m := range Measures() {
		if slices.ContainsFunc(s.Variants, func(v Variant) bool { return v.Cost(m).All.Max > 0 }) {
			shown = append(shown, m)
			t.column(measures[m].short, true)
		}
	}
	known := false
	for _, v := range s.Variants {
		row := []string{to.show(v.Name)}
		for _, m := range shown {
			cell := none
			if number, ok := value(v.Cost(m)); ok {
				cell, known = m.Format(number), true
			}
			row = append(row, cell)
		}
		t.row(row...)
	}
	if !known {
		t.rows = nil
	}
	return t
}

// resultsTable has a row for each variant and a column for each result that occurs.
func resultsTable(to style, s Summary) *table {
	t := newTable("Variant")
	var shown []int
	for i, r := range s.Results {
		if slices.ContainsFunc(s.Variants, func(v Variant) bool { return v.Results[i].Count > 0 }) {
			shown = append(shown, i)
			t.column(to.show(string(r)), true)
		}
	}
	t.column("missing", true)
	for _, v := range s.Variants {
		row := []string{to.show(v.Name)}
		for _, i := range shown {
			row = append(row, count(v.Results[i].Count))
		}
		t.row(append(row, count(v.Expected-v.Recorded))...)
	}
	return t
}

func operationsTable(to style, s Summary) *table {
	t := newTable("Operation", "Variant", ">n", ">Failures", ">Median", ">Lower quartile", ">Upper quartile", ">Least", ">Most")
	for _, o := range s.Operations {
		row := []string{to.show(o.Problem), to.show(o.Variant), count(o.Wall.N), count(o.Failures)}
		for _, v := range []float64{o.Wall.Median, o.Wall.Q1, o.Wall.Q3, o.Wall.Min, o.Wall.Max} {
			if !o.Wall.Known() {
				row = append(row, none)
				continue
			}
			row = append(row, seconds(v))
		}
		t.row(row...)
	}
	return t
}

func matrixTable(to style, s Summary) *table {
	t := newTable("Problem")
	for _, v := range s.Variants {
		t.column(to.show(v.Name), false)
	}
	for _, p := range s.Problems {
		row := []string{to.show(clip(p.Name, nameWidth))}
		for _, c := range p.Cells {
			row = append(row, to.show(cellText(c)))
		}
		t.row(row...)
	}
	return t
}

// nameWidth is how much of a problem's name is shown in a table.
const nameWidth = 60

// cellText is "3/4 0.812s" of what is solved, the kinds of failure of what is not,
// and "-" of what is not recorded.
func cellText(c Cell) string {
	if c.Recorded == 0 {
		return none
	}
	text := fmt.Sprintf("%d/%d", c.Solved, c.Recorded)
	if c.Best != nil {
		return text + " " + seconds(c.Best.Wall)
	}
	for _, r := range c.Results {
		if r.Result != trial.Solved {
			text += " " + string(r.Result)
		}
	}
	return text
}

// ComparisonText writes a comparison for a terminal. All problems are listed if
// matrix is set; else those that only one side solves.
func ComparisonText(w io.Writer, c Comparison, matrix bool) error {
	to := &checked{w: w}
	writeComparison(style{w: to}, c, matrix)
	return to.err
}

// ComparisonMarkdown writes a comparison as GitHub's Markdown. All problems are
// listed if matrix is set; else those that only one side solves.
func ComparisonMarkdown(w io.Writer, c Comparison, matrix bool) error {
	to := &checked{w: w}
	writeComparison(style{w: to, markdown: true}, c, matrix)
	return to.err
}

func writeComparison(to style, c Comparison, matrix bool) {
	title := fmt.Sprintf("%s compared with %s", to.show(c.B.Variant), to.show(c.A.Variant))
	if to.markdown {
		fmt.Fprintf(to.w, "## %s\n\n", title)
	} else {
		fmt.Fprintln(to.w, title)
	}
	if len(c.Warnings) > 0 {
		warnings := make([]string, len(c.Warnings))
		for i, warning := range c.Warnings {
			warnings[i] = to.show(warning)
		}
		to.section("Warnings")
		to.list(warnings)
	}
	if len(c.Specification) > 0 {
		lines := newTable("Side", "Table", "Line")
		for _, l := range c.Specification {
			lines.row(strings.ToUpper(l.Side), to.show(l.Table), to.show(l.Line))
		}
		to.table("Specification", lines)
	}

	sides := newTable("Side", "Variant", "Run", ">Solved", ">Solve rate", ">Not shared", ">Not recorded")
	for _, side := range []struct {
		name string
		Compared
		rate float64
	}{{"A", c.A, c.Paired.RateA}, {"B", c.B, c.Paired.RateB}} {
		rate := none
		if len(c.Problems) > 0 {
			rate = Percent(side.rate)
		}
		sides.row(side.name, to.show(side.Variant), to.show(strings.TrimSpace(side.Name+" "+side.Run)),
			fmt.Sprintf("%s/%s", count(side.Solved), count(side.Trials)), rate, count(side.NotShared), count(side.NotRecorded))
	}
	to.table(fmt.Sprintf("Solved, of %s that %s compared", plural(len(c.Problems), "problem"), are(len(c.Problems))), sides)
	p := c.Paired
	if len(c.Problems) > 0 {
		to.line("B - A: %s, p %s by %s; %s.", points(p.Difference), equals(p.Test.P), testText(p.Test), differText(p.Test.Discordant))
		to.line("Solved at least once: by both %s, only by A %s, only by B %s, by neither %s.", count(p.Both), count(p.OnlyA), count(p.OnlyB), count(p.Neither))
		to.line("Intervals of %s %%: %s.", number(100*c.Inference.Confidence), bootstrapText(c.Inference))
	}

	if p.Both > 0 {
		costs := newTable("Cost", ">B / A", ">Problems", ">Left out")
		for _, r := range c.Costs {
			costs.row(r.Measure.Title(), Ratio(r.Estimate), count(r.Estimate.N), count(r.LeftOut))
		}
		to.table("Cost where both solve, geometric mean of the ratios", costs)
	}

	problems := newTable("Problem", "Solved by", "A", "B")
	for _, p := range c.Problems {
		if matrix || p.Outcome == OnlyA || p.Outcome == OnlyB {
			problems.row(to.show(clip(p.Name, nameWidth)), outcomeText(p.Outcome), to.show(cellText(p.A)), to.show(cellText(p.B)))
		}
	}
	if matrix {
		to.table("Problems", problems)
	} else {
		to.table("Problems that only one side solves", problems)
	}
}

func outcomeText(o Outcome) string {
	switch o {
	case OnlyA:
		return "only A"
	case OnlyB:
		return "only B"
	case Both, Neither:
		return string(o)
	}
	return Printable(string(o))
}

// points writes a difference of fractions: "+8.3 points [-2.1, 17.0]".
func points(e metrics.Estimate) string {
	if !e.Known() {
		return none
	}
	if e.Interval.Width() == 0 {
		return signed(e.Value) + " points"
	}
	return fmt.Sprintf("%s points [%s, %s]", signed(e.Value), signed(e.Interval.Low), signed(e.Interval.High))
}

func signed(fraction float64) string {
	digits := percentDigits(fraction)
	if digits == "0.0" || strings.HasPrefix(digits, "-") {
		return digits
	}
	return "+" + digits
}

// equals writes a p-value behind the letter: "= 0.031", "< 0.0001".
func equals(p float64) string {
	if text := PValue(p); strings.HasPrefix(text, "<") {
		return text
	}
	return "= " + PValue(p)
}

func testText(t metrics.Test) string {
	switch t.Method {
	case metrics.MethodMcNemar:
		return "McNemar's exact test"
	case metrics.MethodSignFlipExact:
		return "a sign flip test with all signs"
	case metrics.MethodSignFlip:
		return fmt.Sprintf("a sign flip test with %s random signs", count(metrics.Flips))
	case metrics.MethodWilson, metrics.MethodBootstrap:
	}
	return string(t.Method)
}

func differText(n int) string {
	if n == 1 {
		return "1 problem differs"
	}
	return plural(n, "problem") + " differ"
}
