package report

import (
	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Side is one side of a comparison: a variant of a run. Both sides may be of the
// same run.
type Side struct {
	Run     trial.Run
	Trials  []trial.Trial
	Variant string
}

// Compared identifies a side of a [Comparison] and says what of it was counted.
type Compared struct {
	Run     string `json:"run"` // its ID
	Name    string `json:"name"`
	Variant string `json:"variant"`
	Ansatz  string `json:"ansatz"`
	// Problems are those of the run.
	Problems int `json:"problems"`
	// NotShared counts the problems that the other side does not have, NotRecorded
	// those that both have and that have no trial recorded on this side. Both
	// are left out.
	NotShared   int `json:"not_shared"`
	NotRecorded int `json:"not_recorded"`
	// Trials counts the recorded trials at the problems that are compared, Solved
	// those that are solved.
	Trials int `json:"trials"`
	Solved int `json:"solved"`
}

// Comparison is what two sides came to at the problems that both tried. A is the
// base: differences are B - A and ratios B / A.
type Comparison struct {
	A Compared `json:"a"`
	B Compared `json:"b"`
	// Warnings are plain sentences that say why the sides may not be comparable.
	Warnings []string `json:"warnings"`
	// Specification has the lines in which the specifications differ.
	Specification []SpecificationLine `json:"specification,omitempty"`
	// Inference is how intervals were found.
	Inference metrics.Bootstrap `json:"inference"`
	// Paired has the counts, the rates, their difference and the test.
	Paired metrics.Paired `json:"paired"`
	// Costs has an entry for each of [RatioMeasures], in that order.
	Costs []CostRatio `json:"costs"`
	// Problems are those that are compared, in the order of A.
	Problems []ComparedProblem `json:"problems"`
}

// SpecificationLine is a line of one side's specification that the other has not.
type SpecificationLine struct {
	Side string `json:"side"` // "a" or "b"
	// Table is the heading of the TOML table that the line is in, as "[search]".
	Table string `json:"table,omitempty"`
	Line  string `json:"line"`
}

// CostRatio is the geometric mean over the problems that both sides solve of B's
// cost divided by A's, where a side's cost at a problem is the mean of its solved
// trials.
type CostRatio struct {
	Measure Measure `json:"measure"`
	metrics.Ratio
}

// Outcome says which sides solved a problem at least once.
type Outcome string

// The outcomes.
const (
	OnlyA   Outcome = "only_a"
	OnlyB   Outcome = "only_b"
	Both    Outcome = "both"
	Neither Outcome = "neither"
)

// ComparedProblem is a problem that is compared.
type ComparedProblem struct {
	Name    string  `json:"name"`
	Source  string  `json:"source,omitempty"` // as A has it
	Outcome Outcome `json:"outcome"`
	A       Cell    `json:"a"`
	B       Cell    `json:"b"`
}

// Names are the problems with an outcome, in order.
func (c Comparison) Names(o Outcome) []string {
	var names []string
	for _, p := range c.Problems {
		if p.Outcome == o {
			names = append(names, p.Name)
		}
	}
	return names
}

// Compare compares two sides. It is an error if a side's run does not have its
// variant, if the runs are of different kinds, or if they share no problem.
func Compare(a, b Side) (Comparison, error) { return Comparison{}, nil }
