package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
)

// style tells the lines of a chart apart: by colour, dash and mark. Their numbers
// share no factor, so that many lines differ in at least one.
type style struct {
	Class string // of the style sheet
	Dash  string
	mark  int
}

const colours = 7

var dashes = []string{"", "7 3", "2 3", "9 3 2 3", "14 4", "5 2 1 2 1 2"}

func styleOf(i int) style {
	return style{Class: "s" + strconv.Itoa(i%colours), Dash: dashes[i%len(dashes)], mark: i % len(marks)}
}

// Mark is the path of the style's mark at a place.
func (s style) Mark(x, y float64) string { return fmt.Sprintf(marks[s.mark], x, y) }

var marks = []string{
	"M%.1f %.1fm-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", // circle
	"M%.1f %.1fm-3.2-3.2h6.4v6.4h-6.4z",                      // square
	"M%.1f %.1fm0-4.4l4.4 4.4-4.4 4.4-4.4-4.4z",              // diamond
	"M%.1f %.1fm0-4l4.2 7h-8.4z",                             // triangle
	"M%.1f %.1fm0 4l4.2-7h-8.4z",                             // triangle, point down
}

// A plot has room for the labels of its axes around it.
const (
	plotWidth, plotHeight = 400.0, 250.0
	plotLeft, plotRight   = 44.0, 382.0
	plotTop, plotBottom   = 10.0, 210.0
)

// plot is a chart of curves, ready to be written.
type plot struct {
	ID, Title, Description string
	Width, Height          float64
	Left, Right            float64
	Top, Bottom            float64
	X, Y                   []tick
	XTitle                 string
	Lines                  []plotLine
	Table                  plotTable
}

type plotLine struct {
	style
	Name  string
	Path  string
	Marks []string
}

// plotTable says in numbers what a plot shows.
type plotTable struct {
	Budgets []string
	Rows    []plotRow
}

type plotRow struct {
	Name   string
	Values []string
}

// legendLine is a line's name with a piece of the line.
type legendLine struct {
	style
	Name string
}

func legend(names []string) []legendLine {
	lines := make([]legendLine, len(names))
	for i, n := range names {
		lines[i] = legendLine{styleOf(i), n}
	}
	return lines
}

// curvePlot draws the curves of one measure, one for each name. Nil means that
// nothing is to be seen: no trial cost anything in the measure.
func curvePlot(m report.Measure, names []string, curves []metrics.Curve) *plot {
	var least, most, highest float64
	for _, c := range curves {
		if c.Least > 0 && (least == 0 || c.Least < least) {
			least = c.Least
		}
		most = max(most, c.Most)
		if n := len(c.Steps); n > 0 {
			highest = max(highest, c.Steps[n-1].Fraction)
		}
	}
	if most <= 0 {
		return nil
	}
	x := costAxis(least, most, m.Seconds(), plotLeft, plotRight)
	y := fractionAxis(highest, plotBottom, plotTop)
	p := &plot{
		ID: "curve-" + string(m), Title: "Solved by " + m.Title(),
		Width: plotWidth, Height: plotHeight, Left: plotLeft, Right: plotRight, Top: plotTop, Bottom: plotBottom,
		X: x.ticks, Y: y.ticks, XTitle: m.Title(),
	}
	if x.log {
		p.XTitle += " (logarithmic)"
	}
	budgets := make([]float64, 0, len(x.ticks)+1)
	for _, t := range x.ticks {
		if t.Value > 0 && t.Value < most {
			budgets = append(budgets, t.Value)
			p.Table.Budgets = append(p.Table.Budgets, t.Label)
		}
	}
	budgets = append(budgets, most)
	p.Table.Budgets = append(p.Table.Budgets, "all")
	var ends []string
	for i, c := range curves {
		line := plotLine{style: styleOf(i), Name: names[i], Path: stepPath(c.Steps, x, y)}
		for at := x.first + 40 + 17*float64(i%5); at < x.last; at += 90 {
			line.Marks = append(line.Marks, line.Mark(at, y.at(c.At(x.value(at)))))
		}
		p.Lines = append(p.Lines, line)
		row := plotRow{Name: names[i]}
		for _, b := range budgets {
			row.Values = append(row.Values, percent(c.At(b)))
		}
		p.Table.Rows = append(p.Table.Rows, row)
		ends = append(ends, names[i]+" "+percent(c.At(most)))
	}
	p.Description = "The fraction of trials that are solved within a budget. With the largest: " + strings.Join(ends, ", ") + "."
	return p
}

// stepPath is the path of a step function from the first to the last place of x.
// Of the steps within one unit of the chart only the last is drawn, so that a path
// has at most as many as the chart is wide, and the eye sees no difference.
func stepPath(steps []metrics.Step, x, y axis) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%g %g", x.first, round(y.at(0)))
	for i, s := range steps {
		at := x.at(s.Cost)
		if i+1 < len(steps) && math.Floor(x.at(steps[i+1].Cost)) == math.Floor(at) {
			continue
		}
		fmt.Fprintf(&b, "H%gV%g", round(at), round(y.at(s.Fraction)))
	}
	fmt.Fprintf(&b, "H%g", x.last)
	return b.String()
}

// boxes is a chart of distributions, one row for each variant.
type boxes struct {
	ID, Title, Description string
	Width, Height          float64
	Left, Right, Bottom    float64
	X                      []tick
	XTitle                 string
	Rows                   []boxRow
}

type boxRow struct {
	style
	Name             string
	Label            float64 // where the name stands
	Middle           float64
	Top, Height      float64 // of the box
	Min, Max, Median float64
	Box              float64 // where the box begins
	BoxWidth         float64
	Known            bool
	Dots             []dot
}

type dot struct{ X, Y float64 }

const (
	boxRowHeight = 40.0
	boxHeight    = 14.0
	boxLeft      = 14.0
	maxDots      = 150
)

// boxPlot draws one operation: its distributions and the times of its trials.
func boxPlot(id, title string, names []string, ds []metrics.Distribution, times [][]float64) *boxes {
	var least, most float64
	for _, d := range ds {
		if d.Known() && (least == 0 || d.Min < least) {
			least = d.Min
		}
		most = max(most, d.Max)
	}
	b := &boxes{
		ID: id, Title: title, Width: plotWidth, Left: boxLeft, Right: plotRight,
		Bottom: 6 + boxRowHeight*float64(len(names)), XTitle: report.Wall.Title(),
	}
	b.Height = b.Bottom + 38
	x := costAxis(least, most, true, boxLeft, plotRight)
	b.X = x.ticks
	if x.log {
		b.XTitle += " (logarithmic)"
	}
	var parts []string
	for i, d := range ds {
		top := 6 + boxRowHeight*float64(i)
		r := boxRow{
			style: styleOf(i), Name: label(names[i], 60), Label: top + 11,
			Middle: top + 17 + boxHeight/2, Top: top + 17, Height: boxHeight, Known: d.Known(),
		}
		if d.Known() {
			r.Min, r.Max, r.Median = round(x.at(d.Min)), round(x.at(d.Max)), round(x.at(d.Median))
			r.Box = round(x.at(d.Q1))
			r.BoxWidth = max(1, round(x.at(d.Q3)-x.at(d.Q1)))
			every := (len(times[i]) + maxDots - 1) / maxDots
			for j, t := range times[i] {
				if j%every == 0 {
					r.Dots = append(r.Dots, dot{round(x.at(t)), round(r.Middle + float64(j/every%3-1)*3.5)})
				}
			}
			parts = append(parts, fmt.Sprintf("%s: median %s, quartiles %s and %s", names[i],
				report.Wall.Format(d.Median), report.Wall.Format(d.Q1), report.Wall.Format(d.Q3)))
		} else {
			parts = append(parts, names[i]+": no time")
		}
		b.Rows = append(b.Rows, r)
	}
	b.Description = strings.Join(parts, ". ") + "."
	return b
}
