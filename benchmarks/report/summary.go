package report

import (
	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Summary is what the trials of one run came to.
type Summary struct {
	// Run is the run; in JSON it stands beside the summary.
	Run trial.Run `json:"-"`
	// Recorded counts the run's trials that are recorded, of Expected.
	Recorded int `json:"recorded"`
	Expected int `json:"expected"`
	// Notes are plain sentences about what a reader must know: trials that are
	// missing, recorded twice, or not of this run, and results that this version
	// does not know.
	Notes []string `json:"notes"`
	// Inference is how intervals were found.
	Inference metrics.Bootstrap `json:"inference"`
	// Results are all results that are counted: those of [trial.Results] in their
	// order, then by name those that occur and are unknown to this version.
	Results []trial.Result `json:"results"`
	// Variants are those of the run, in its order.
	Variants []Variant `json:"variants"`
	// Problems are those of the run, in its order.
	Problems []Problem `json:"problems"`
	// Operations are those of a run of kind [trial.Prover], by problem and then
	// variant; empty in other runs.
	Operations []Operation `json:"operations,omitempty"`
}

// Finished reports whether all trials are recorded.
func (s Summary) Finished() bool { return s.Recorded == s.Expected }

// Variant is what the trials of one variant came to.
type Variant struct {
	Name     string   `json:"name"`
	Settings []string `json:"settings,omitempty"`
	// Problems are those of the run; Tried have a trial recorded, and SolvedProblems
	// were solved at least once.
	Problems       int `json:"problems"`
	Tried          int `json:"tried"`
	SolvedProblems int `json:"solved_problems"`
	// Recorded counts trials, of Expected; Solved are those that were solved.
	Recorded int `json:"recorded"`
	Expected int `json:"expected"`
	Solved   int `json:"solved"`
	// Pass is pass@k for each k of the run's PassAt that is at most its Trials.
	Pass []metrics.Pass `json:"pass"`
	// Results counts the trials by result, for each of [Summary.Results].
	Results []ResultCount `json:"results"`
	// Costs has an entry for each of [Measures], in that order.
	Costs []Cost `json:"costs"`
	// Curves has an entry for each of [CurveMeasures], in that order.
	Curves []Curve `json:"curves"`
}

// Cost is the variant's cost in a measure.
func (v Variant) Cost(m Measure) Cost {
	for _, c := range v.Costs {
		if c.Measure == m {
			return c
		}
	}
	return Cost{Measure: m}
}

// Curve is the variant's curve for a measure.
func (v Variant) Curve(m Measure) Curve {
	for _, c := range v.Curves {
		if c.Measure == m {
			return c
		}
	}
	return Curve{Measure: m}
}

// ResultCount is how many trials had a result.
type ResultCount struct {
	Result trial.Result `json:"result"`
	Count  int          `json:"count"`
}

// Cost is what trials took in one measure: All over all that are recorded, Solved
// over those that are solved.
type Cost struct {
	Measure Measure              `json:"measure"`
	All     metrics.Distribution `json:"all"`
	Solved  metrics.Distribution `json:"solved"`
}

// Curve is the fraction of the variant's recorded trials that is solved, by budget.
type Curve struct {
	Measure Measure `json:"measure"`
	metrics.Curve
}

// Problem is a row of the matrix of problems and variants.
type Problem struct {
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	// Cells has one entry for each of [Summary.Variants], in that order.
	Cells []Cell `json:"cells"`
}

// Cell is what the trials of one variant at one problem came to.
type Cell struct {
	Solved   int `json:"solved"`
	Recorded int `json:"recorded"`
	// Results has the results that occur, in the order of [Summary.Results].
	Results []ResultCount `json:"results,omitempty"`
	// Best is the solved trial with the least wall time, nil if none is solved.
	Best *Best `json:"best,omitempty"`
}

// Best names a trial of a cell.
type Best struct {
	// Number is [trial.Key.Number].
	Number int     `json:"number"`
	Wall   float64 `json:"wall_s"`
}

// Operation is what one operation of one prover took.
type Operation struct {
	Problem string `json:"problem"`
	Variant string `json:"variant"`
	// Recorded counts trials; Failures are those that are not solved.
	Recorded int `json:"recorded"`
	Failures int `json:"failures"`
	// Wall is over the solved trials, in seconds.
	Wall metrics.Distribution `json:"wall_s"`
}

// Summarize sums a run up. Trials may be in any order and need not be all. Of
// trials with the same key, the first counts.
func Summarize(run trial.Run, trials []trial.Trial) Summary { return Summary{Run: run} }
