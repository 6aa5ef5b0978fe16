// Package report says what the trials of a benchmark run came to: a [Summary] of
// one run, a [Comparison] of two, and both as text, Markdown, CSV and JSON.
//
// A report counts what is recorded and says what is missing. It never drops a
// trial, a problem or a result without saying so.
package report

import (
	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Version is that of the JSON documents. It changes when a field changes its
// meaning or goes; new fields do not change it.
const Version = 1

// Inference is how all intervals are found: 95 % intervals, with 2,000 resamples.
func Inference() metrics.Bootstrap {
	return metrics.Bootstrap{Seed: 1, Resamples: 2000, Confidence: 0.95}
}

// Measure names a cost of a trial. Its text is the JSON name in [trial.Cost].
type Measure string

// The measures.
const (
	Wall             Measure = "wall_s"
	Starting         Measure = "starting_s"
	Checking         Measure = "checking_s"
	Prover           Measure = "prover_s"
	Policy           Measure = "policy_s"
	Store            Measure = "store_s"
	Expansions       Measure = "expansions"
	Attempts         Measure = "attempts"
	Nodes            Measure = "nodes"
	Units            Measure = "units"
	PromptTokens     Measure = "prompt_tokens"
	CompletionTokens Measure = "completion_tokens"
)

// Measures lists all measures in the order of tables.
func Measures() []Measure {
	return []Measure{Wall, Prover, Policy, Store, Checking, Starting, Expansions, Attempts, Nodes, Units, PromptTokens, CompletionTokens}
}

// CurveMeasures lists the measures that a [Summary] has curves for.
func CurveMeasures() []Measure { return []Measure{Expansions, Prover, Wall} }

// RatioMeasures lists the measures that a [Comparison] has cost ratios for.
func RatioMeasures() []Measure { return []Measure{Wall, Prover, Expansions, Attempts} }

// Title names the measure for people, as "prover time".
func (m Measure) Title() string { return "" }

// Seconds reports whether the measure is a time in seconds; else it is a count.
func (m Measure) Seconds() bool { return false }

// Of is the measure's value in a cost.
func (m Measure) Of(c trial.Cost) float64 { return 0 }

// Format writes a value of the measure for people: "12.3s", "1,234".
func (m Measure) Format(value float64) string { return "" }

// Percent writes a fraction: "92.6 %".
func Percent(fraction float64) string { return "" }

// PercentInterval writes a fraction with its interval: "92.6 % [82.4, 97.1]", or
// "-" where it is not known.
func PercentInterval(e metrics.Estimate) string { return "" }

// Printable is text from elsewhere on one line that is safe for a terminal: runs of
// white space are one blank, and what does not print, such as control characters
// and escape sequences, is replaced.
func Printable(s string) string { return s }
