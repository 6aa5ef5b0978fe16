package metrics

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
func SolvedAtBudget(trials []Spent) Curve { return Curve{} }

// At is the fraction solved within a budget.
func (c Curve) At(budget float64) float64 { return 0 }
