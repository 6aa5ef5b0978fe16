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

// measures says how each measure is named, read and written.
var measures = map[Measure]struct {
	title   string
	short   string // for the head of a narrow column
	seconds bool
	of      func(trial.Cost) float64
}{
	Wall:             {"wall time", "wall", true, func(c trial.Cost) float64 { return c.Wall }},
	Starting:         {"starting time", "starting", true, func(c trial.Cost) float64 { return c.Starting }},
	Checking:         {"checking time", "checking", true, func(c trial.Cost) float64 { return c.Checking }},
	Prover:           {"prover time", "prover", true, func(c trial.Cost) float64 { return c.Prover }},
	Policy:           {"policy time", "policy", true, func(c trial.Cost) float64 { return c.Policy }},
	Store:            {"store time", "store", true, func(c trial.Cost) float64 { return c.Store }},
	Expansions:       {"expansions", "expansions", false, func(c trial.Cost) float64 { return float64(c.Expansions) }},
	Attempts:         {"attempts", "attempts", false, func(c trial.Cost) float64 { return float64(c.Attempts) }},
	Nodes:            {"nodes", "nodes", false, func(c trial.Cost) float64 { return float64(c.Nodes) }},
	Units:            {"prover units", "units", false, func(c trial.Cost) float64 { return float64(c.Units) }},
	PromptTokens:     {"prompt tokens", "prompt", false, func(c trial.Cost) float64 { return float64(c.PromptTokens) }},
	CompletionTokens: {"completion tokens", "completion", false, func(c trial.Cost) float64 { return float64(c.CompletionTokens) }},
}

// Title names the measure for people, as "prover time".
func (m Measure) Title() string {
	if known, ok := measures[m]; ok {
		return known.title
	}
	return string(m)
}

// Seconds reports whether the measure is a time in seconds; else it is a count.
func (m Measure) Seconds() bool { return measures[m].seconds }

// Of is the measure's value in a cost, 0 of an unknown measure.
func (m Measure) Of(c trial.Cost) float64 {
	if known, ok := measures[m]; ok {
		return known.of(c)
	}
	return 0
}

// Format writes a value of the measure for people: "12.3s", "1,234".
func (m Measure) Format(value float64) string {
	if m.Seconds() {
		return seconds(value)
	}
	return number(value)
}
