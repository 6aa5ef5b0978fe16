package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// functions are those that templates call.
var functions = template.FuncMap{
	"clean":   clean, // where a text becomes an address; all else is cleaned at the end
	"count":   count,
	"percent": percent,
	"share":   share,
	"date":    date,
	"result":  resultTitle,
	"elapsed": report.Wall.Format,
	"heading": heading,
	"plain":   func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) },
	"hundred": func(v float64) float64 { return 100 * v },
	"add":     func(a, b float64) float64 { return a + b },
	"middle":  func(a, b float64) float64 { return (a + b) / 2 },
}

// count writes a number with its thousands apart.
func count(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// share writes a part of a whole, "-" of nothing.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return percent(float64(part) / float64(whole))
}

// percent writes a fraction, in one piece where lines are broken.
func percent(fraction float64) string {
	return strings.ReplaceAll(report.Percent(fraction), " ", "\u00a0")
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// heading begins with a capital letter.
func heading(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

// figure is one of the numbers that stand at the head of a report.
type figure struct {
	Name, Value, More string
}

// estimate is a number with its interval, for a table.
type estimate struct {
	Value, Interval, More string
}

func between(low, high string) string { return low + " to " + high }

func percentEstimate(e metrics.Estimate) estimate {
	if !e.Known() {
		return estimate{Value: "-"}
	}
	low, high := percent(e.Interval.Low), percent(e.Interval.High)
	return estimate{Value: percent(e.Value), Interval: between(strings.TrimSuffix(low, "\u00a0%"), high)}
}

// points writes a difference of fractions in percentage points, with its sign.
func points(difference float64) string {
	switch tenths := math.Round(1000 * difference); {
	case tenths > 0:
		return fmt.Sprintf("+%.1f", tenths/10)
	case tenths < 0:
		return fmt.Sprintf("−%.1f", -tenths/10)
	}
	return "0.0"
}

// distribution is a distribution of costs, for a table.
type distribution struct {
	Median, Quartiles string
}

func quartiles(m report.Measure, d metrics.Distribution) distribution {
	if !d.Known() {
		return distribution{Median: "-"}
	}
	return distribution{m.Format(d.Median), between(m.Format(d.Q1), m.Format(d.Q3))}
}

// provenance says what a run depends on.
type provenance struct {
	Run     trial.Run
	LeftOut []leftOut // by reason
}

type leftOut struct {
	Reason string
	Count  int
}

// Memory is the machine's memory for people.
func (p provenance) Memory() string {
	return strconv.FormatFloat(float64(p.Run.Machine.Memory)/(1<<30), 'f', 1, 64) + " GiB"
}

// Specification is the run's whole specification, bounded.
func (p provenance) Specification() string { return cut(p.Run.Spec) }

func newProvenance(run trial.Run) provenance {
	p := provenance{Run: run}
	for _, reason := range sortedKeys(run.Dataset.LeftOut) {
		p.LeftOut = append(p.LeftOut, leftOut{reason, run.Dataset.LeftOut[reason]})
	}
	return p
}
