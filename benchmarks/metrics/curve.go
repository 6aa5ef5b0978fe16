package metrics

import (
	"cmp"
	"slices"
)

// Spent is one trial for a curve: what it cost, and whether that solved the problem.
type Spent struct {
	Cost   float64
	Solved bool
}

// Step is where a curve rises: from Cost on, Solved trials are solved, which is
// Fraction of all trials.
type Step struct {
	Cost     float64 `json:"cost"`
	Solved   int     `json:"solved"`
	Fraction float64 `json:"fraction"`
}

// Curve is the fraction of all trials that are solved within a budget, as a
// right-continuous step function of the budget: the mean pass@1 at that budget,
// where each problem has as many trials. It is 0 before the first step.
type Curve struct {
	// Steps ascend in Cost and in Fraction; the last Fraction is the solve rate.
	Steps []Step `json:"steps"`
	// Trials are all trials, Solved those that are solved.
	Trials int `json:"trials"`
	Solved int `json:"solved"`
	// Least is the least cost above 0 of any trial, solved or not, and Most the
	// largest cost: the ends of an axis, also of a logarithmic one. Both are 0 where
	// no trial cost anything.
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// SolvedAtBudget is the curve of trials (the empirical distribution function of the
// cost of a solution, with unsolved trials in the denominator: a run-length
// distribution, Hoos and Stützle, Stochastic Local Search, 2004, section 4.2). A
// trial with a cost that is negative or not finite counts as never solved.
func SolvedAtBudget(trials []Spent) Curve {
	curve := Curve{Steps: []Step{}, Trials: len(trials)}
	var solved []float64
	for _, t := range trials {
		if !finite(t.Cost) || t.Cost < 0 {
			continue
		}
		if t.Solved {
			solved = append(solved, t.Cost)
		}
		if t.Cost > 0 && (curve.Least == 0 || t.Cost < curve.Least) {
			curve.Least = t.Cost
		}
		curve.Most = max(curve.Most, t.Cost)
	}
	curve.Solved = len(solved)
	slices.Sort(solved)
	for i, cost := range solved {
		if i+1 < len(solved) && solved[i+1] == cost {
			continue // one step for trials of the same cost
		}
		curve.Steps = append(curve.Steps, Step{Cost: cost, Solved: i + 1, Fraction: float64(i+1) / float64(len(trials))})
	}
	return curve
}

// At is the fraction solved within a budget.
func (c Curve) At(budget float64) float64 {
	after, reached := slices.BinarySearchFunc(c.Steps, budget, func(s Step, b float64) int { return cmp.Compare(s.Cost, b) })
	if reached {
		after++
	}
	if after == 0 {
		return 0
	}
	return c.Steps[after-1].Fraction
}
