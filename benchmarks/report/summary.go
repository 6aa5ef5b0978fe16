package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

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
	// Occupation is what the workers did with their time.
	Occupation Occupation `json:"occupation"`
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
func Summarize(run trial.Run, trials []trial.Trial) Summary {
	s := Summary{
		Run:       run,
		Expected:  run.Total(),
		Notes:     []string{},
		Inference: Inference(),
		Variants:  make([]Variant, len(run.Variants)),
		Problems:  make([]Problem, len(run.Problems)),
	}
	sorted := sortTrials(run, trials)
	s.Recorded = sorted.recorded
	s.Results = sorted.results
	for i, p := range run.Problems {
		s.Problems[i] = Problem{Name: p.Name, Source: p.Source, Cells: make([]Cell, len(run.Variants))}
		for j := range run.Variants {
			s.Problems[i].Cells[j] = newCell(sorted.cell(j, i), s.Results)
		}
	}
	for j, v := range run.Variants {
		s.Variants[j] = s.variant(v, j, sorted)
	}
	if run.Kind == trial.Prover {
		for i, p := range run.Problems {
			for j, v := range run.Variants {
				s.Operations = append(s.Operations, newOperation(p.Name, v.Name, sorted.cell(j, i)))
			}
		}
	}
	if run.Kind == trial.Search {
		s.Occupation = occupation(trials)
	}
	s.Notes = s.notes(sorted)
	return s
}

// sortedTrials are the trials of a run by variant and problem.
type sortedTrials struct {
	cells    [][]*trial.Trial // of variant j and problem i at j*problems+i, by number
	problems int
	recorded int
	results  []trial.Result
	// twice counts trials with the key of another, strange those of a variant,
	// problem or number that the run does not have.
	twice, strange int
}

func (s sortedTrials) cell(variant, problem int) []*trial.Trial {
	return s.cells[variant*s.problems+problem]
}

// ofVariant are all trials of a variant.
func (s sortedTrials) ofVariant(variant int) [][]*trial.Trial {
	return s.cells[variant*s.problems : (variant+1)*s.problems]
}

func sortTrials(run trial.Run, trials []trial.Trial) sortedTrials {
	s := sortedTrials{problems: len(run.Problems), cells: make([][]*trial.Trial, len(run.Variants)*len(run.Problems))}
	variants, problems := make(map[string]int, len(run.Variants)), make(map[string]int, len(run.Problems))
	for i, v := range run.Variants {
		variants[v.Name] = i
	}
	for i, p := range run.Problems {
		problems[p.Name] = i
	}
	unknown := map[trial.Result]bool{}
	s.results = trial.Results()
	for i := range trials {
		t := &trials[i]
		variant, isVariant := variants[t.Variant]
		problem, isProblem := problems[t.Problem]
		if !isVariant || !isProblem || t.Number < 0 || t.Number >= run.Trials {
			s.strange++
			continue
		}
		cell := &s.cells[variant*s.problems+problem]
		if *cell == nil {
			*cell = make([]*trial.Trial, 0, min(run.Trials, 64))
		}
		at, twice := slices.BinarySearchFunc(*cell, t.Number, func(t *trial.Trial, number int) int { return cmp.Compare(t.Number, number) })
		if twice {
			s.twice++
			continue
		}
		*cell = slices.Insert(*cell, at, t)
		s.recorded++
		if !slices.Contains(s.results, t.Result) {
			unknown[t.Result] = true
		}
	}
	s.results = append(s.results, slices.Sorted(maps.Keys(unknown))...)
	return s
}

// countResults counts trials by result, for each of results.
func countResults(cells [][]*trial.Trial, results []trial.Result) []ResultCount {
	counts := make([]ResultCount, len(results))
	for i, r := range results {
		counts[i].Result = r
	}
	for _, cell := range cells {
		for _, t := range cell {
			counts[slices.Index(results, t.Result)].Count++
		}
	}
	return counts
}

func newCell(trials []*trial.Trial, results []trial.Result) Cell {
	c := Cell{Recorded: len(trials)}
	if len(trials) == 0 {
		return c
	}
	for _, t := range trials {
		at := slices.IndexFunc(c.Results, func(r ResultCount) bool { return r.Result == t.Result })
		if at < 0 {
			at = len(c.Results)
			c.Results = append(c.Results, ResultCount{Result: t.Result})
		}
		c.Results[at].Count++
		if t.Result != trial.Solved {
			continue
		}
		c.Solved++
		if finite(t.Cost.Wall) && (c.Best == nil || t.Cost.Wall < c.Best.Wall) {
			c.Best = &Best{Number: t.Number, Wall: t.Cost.Wall}
		}
	}
	slices.SortFunc(c.Results, func(a, b ResultCount) int {
		return cmp.Compare(slices.Index(results, a.Result), slices.Index(results, b.Result))
	})
	return c
}

func finite(v float64) bool { return v-v == 0 }

// variant sums up the j-th variant, of which the cells are known.
func (s Summary) variant(v trial.Variant, j int, sorted sortedTrials) Variant {
	cells := sorted.ofVariant(j)
	out := Variant{
		Name:     v.Name,
		Settings: v.Settings,
		Problems: len(s.Problems),
		Expected: len(s.Problems) * s.Run.Trials,
		Pass:     []metrics.Pass{},
		Results:  countResults(cells, s.Results),
	}
	counts := make([]metrics.Count, len(s.Problems))
	for i, p := range s.Problems {
		cell := p.Cells[j]
		counts[i] = metrics.Count{Solved: cell.Solved, Trials: cell.Recorded}
		out.Recorded += cell.Recorded
		out.Solved += cell.Solved
		if cell.Recorded > 0 {
			out.Tried++
		}
		if cell.Solved > 0 {
			out.SolvedProblems++
		}
	}
	for _, k := range s.Run.PassAt {
		if k <= s.Run.Trials {
			out.Pass = append(out.Pass, metrics.PassOver(counts, k, s.Inference))
		}
	}
	all, solved := make([]float64, 0, out.Recorded), make([]float64, 0, out.Solved)
	for _, m := range Measures() {
		all, solved = all[:0], solved[:0]
		for _, cell := range cells {
			for _, t := range cell {
				value := m.Of(t.Cost)
				all = append(all, value)
				if t.Result == trial.Solved {
					solved = append(solved, value)
				}
			}
		}
		out.Costs = append(out.Costs, Cost{Measure: m, All: metrics.Describe(all), Solved: metrics.Describe(solved)})
	}
	for _, m := range CurveMeasures() {
		spent := make([]metrics.Spent, 0, out.Recorded)
		for _, cell := range cells {
			for _, t := range cell {
				spent = append(spent, metrics.Spent{Cost: m.Of(t.Cost), Solved: t.Result == trial.Solved})
			}
		}
		out.Curves = append(out.Curves, Curve{Measure: m, Curve: metrics.SolvedAtBudget(spent)})
	}
	return out
}

func newOperation(problem, variant string, trials []*trial.Trial) Operation {
	o := Operation{Problem: problem, Variant: variant, Recorded: len(trials)}
	var wall []float64
	for _, t := range trials {
		if t.Result == trial.Solved {
			wall = append(wall, t.Cost.Wall)
		}
	}
	o.Failures = len(trials) - len(wall)
	o.Wall = metrics.Describe(wall)
	return o
}

// notes says what a reader must know of how complete and clean the trials are.
func (s Summary) notes(sorted sortedTrials) []string {
	notes := []string{}
	say := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if missing := s.Expected - s.Recorded; missing > 0 {
		say("%s of %s %s not recorded.", count(missing), plural(s.Expected, "trial"), are(missing))
	}
	if n := sorted.twice; n > 0 {
		say("%s %s recorded again under a key that has one already; the first counts.", plural(n, "trial"), are(n))
	}
	if n := sorted.strange; n > 0 {
		say("%s %s of a variant, problem or number that the run does not have, and left out.", plural(n, "trial"), are(n))
	}
	for _, r := range s.Results[len(trial.Results()):] {
		n := 0
		for _, v := range s.Variants {
			for _, c := range v.Results {
				if c.Result == r {
					n += c.Count
				}
			}
		}
		say("The result %q of %s is unknown to this version, and counted as a failure.", Printable(string(r)), plural(n, "trial"))
	}
	for _, k := range s.Run.PassAt {
		if k > s.Run.Trials && s.Run.Kind != trial.Prover {
			say("pass@%d needs %d trials at a problem; the run has %d.", k, k, s.Run.Trials)
		}
	}
	return notes
}
