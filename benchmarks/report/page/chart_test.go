package page

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
)

func TestCostAxis(t *testing.T) {
	for _, test := range []struct {
		least, most float64
		seconds     bool
		want        string
	}{
		{1, 900, false, "1 10 100"},
		{1, 30, false, "0 10 20 30"},
		{1, 3, false, "0 1 2 3"},
		{1, 20_000_000, false, "1 100 10 k 1 M"},
		{300, 18_000, false, "500 1 k 2 k 5 k 10 k"},
		{0.002, 90, true, "10 ms 100 ms 1 s 10 s 1 min"},
		{0.5, 7200, true, "1 s 10 s 1 min 10 min 1 h"},
		{0.4, 1.7, true, "0 500 ms 1 s 1.5 s"},
		{90, 900, true, "0 5 min 10 min 15 min"},
		{0, 0, false, "0 1"},
		{5, 5, false, "0 1 2 3 4 5"},
	} {
		a := costAxis(test.least, test.most, test.seconds, 0, 100)
		var labels []string
		last := math.Inf(-1)
		for _, tick := range a.ticks {
			labels = append(labels, tick.Label)
			if tick.At <= last || tick.At < 0 || tick.At > 100 {
				t.Errorf("%v: tick %s is at %g", test, tick.Label, tick.At)
			}
			last = tick.At
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("from %g to %g (seconds: %t): ticks %s instead of %s", test.least, test.most, test.seconds, got, test.want)
		}
	}
}

// Axes of all extents have enough ticks, and not too many.
func TestCostAxisTicks(t *testing.T) {
	for _, seconds := range []bool{false, true} {
		for e := -5.0; e < 8; e += 0.13 {
			for span := 0.0; span < 8; span += 0.37 {
				most := math.Pow(10, e)
				if !seconds && most < 1 {
					continue
				}
				least := most / math.Pow(10, span)
				if !seconds {
					least = max(least, 1)
				}
				if n := len(costAxis(least, most, seconds, 0, 100).ticks); n < 2 || n > 7 {
					t.Errorf("from %g to %g (seconds: %t): %d ticks", least, most, seconds, n)
				}
			}
		}
	}
}

func TestFractionAxis(t *testing.T) {
	for most, want := range map[float64]string{
		0: "0 25 50 75 100", 0.004: "0 1", 0.1: "0 5 10", 0.3: "0 10 20 30", 0.62: "0 20 40 60 80", 1: "0 25 50 75 100",
	} {
		var labels []string
		for _, tick := range fractionAxis(most, 100, 0).ticks {
			labels = append(labels, strings.TrimSuffix(tick.Label, " %"))
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("up to %g: ticks %s instead of %s", most, got, want)
		}
	}
}

// A curve with many steps is drawn with few, and nowhere far from where it is.
func TestThinning(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	spent := make([]metrics.Spent, 8000)
	for i := range spent {
		spent[i] = metrics.Spent{Cost: math.Exp(2 * random.NormFloat64()), Solved: i%3 > 0}
	}
	c := metrics.SolvedAtBudget(spent)
	x := costAxis(c.Least, c.Most, true, plotLeft, plotRight)
	y := fractionAxis(1, plotBottom, plotTop)
	path := stepPath(c.Steps, x, y)
	points := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("MHV ", r) })
	if n := len(points); n > 700 {
		t.Errorf("the path has %d numbers", n)
	}
	// After the first two numbers come places and heights in turns, then the end.
	var ats, heights []float64
	for i, p := range points[2:] {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			ats = append(ats, v)
		} else {
			heights = append(heights, v)
		}
	}
	if !slices.IsSorted(ats) || ats[len(ats)-1] != plotRight {
		t.Error("the path does not go from left to right")
	}
	if last, want := heights[len(heights)-1], round(y.at(c.At(c.Most))); last != want {
		t.Errorf("the path ends at %g instead of %g", last, want)
	}
	for i, at := range ats[:len(heights)] {
		// Where the path rises to, the curve is within a unit to either side.
		low, high := y.at(c.At(x.value(at-1.1))), y.at(c.At(x.value(at+1.1)))
		if heights[i] > low+0.1 || heights[i] < high-0.1 {
			t.Errorf("at %g the path is at %g, the curve between %g and %g", at, heights[i], low, high)
		}
	}
}

// Lines can be told apart without their colours, and many differ in something.
func TestStyles(t *testing.T) {
	seen := map[style]bool{}
	for i := range 30 {
		s := styleOf(i)
		if seen[s] {
			t.Errorf("line %d looks like another", i)
		}
		seen[s] = true
		if other := styleOf(i + 1); s.Dash == other.Dash || s.mark == other.mark {
			t.Errorf("lines %d and %d have the same dash or mark", i, i+1)
		}
	}
}

func TestNothingSolved(t *testing.T) {
	c := metrics.SolvedAtBudget([]metrics.Spent{{Cost: 3}, {Cost: 9}})
	p := curvePlot(report.Expansions, []string{"a"}, []metrics.Curve{c})
	if p == nil || p.Lines[0].Path != "M44 210H382" {
		t.Errorf("the plot is %+v", p)
	}
	if p := curvePlot(report.Wall, []string{"a"}, []metrics.Curve{{}}); p != nil {
		t.Error("there is a plot of no cost")
	}
}
