package metrics

// McNemar is the exact two-sided p-value of b and c discordant pairs, under the
// hypothesis that each is as likely to fall on either side (McNemar, Note on the
// sampling error of the difference between correlated proportions or percentages,
// Psychometrika 12, 1947; exact by the binomial distribution): twice the smaller
// tail, at most 1. It is 1 without discordant pairs, and NaN of negative counts.
func McNemar(b, c int) float64 { return 0 }

// Flips is the number of random signs that [Compare] uses.
const Flips = 10_000

// Test is the result of a test of significance.
type Test struct {
	P      float64 `json:"p"`
	Method Method  `json:"method"`
	// Discordant is the number of problems that differ.
	Discordant int `json:"discordant"`
}

// SignFlip is the two-sided paired permutation test of the mean of differences
// being 0 (Fisher, The Design of Experiments, 1935, section 21; Good, Permutation,
// Parametric and Bootstrap Tests of Hypotheses, 2005). Where there are no more than
// flips ways to choose the signs of the differences that are not 0, all are tried.
// Else as many random ones are, and p is (1+hits)/(1+flips) (Phipson and Smyth,
// Permutation p-values should never be zero, 2010). p is never 0.
func SignFlip(differences []float64, flips int, seed uint64) Test { return Test{} }

// Pair is what both sides of a comparison came to at one problem.
type Pair struct{ A, B Count }

// Paired is a comparison of two sides at the same problems.
type Paired struct {
	// OnlyA counts the problems that A solved at least once and B never, and so on.
	OnlyA   int `json:"only_a"`
	OnlyB   int `json:"only_b"`
	Both    int `json:"both"`
	Neither int `json:"neither"`
	// RateA and RateB are the means over the problems of the fraction of trials
	// that is solved.
	RateA float64 `json:"rate_a"`
	RateB float64 `json:"rate_b"`
	// Difference is RateB - RateA, with the interval of a bootstrap over the problems.
	Difference Estimate `json:"difference"`
	// Test is McNemar's where each side has one trial at each problem, else a sign
	// flip test of the differences of the fractions.
	Test Test `json:"test"`
}

// Compare compares two sides. Problems without a trial on either side are left
// out; Difference.N is how many were counted.
func Compare(pairs []Pair, b Bootstrap) Paired { return Paired{} }

// Ratio is a geometric mean of ratios.
type Ratio struct {
	// Estimate has the number of pairs as its N.
	Estimate Estimate `json:"estimate"`
	// LeftOut is the number of pairs that have no ratio, as one side is 0 or not finite.
	LeftOut int `json:"left_out"`
}

// CostRatio is the geometric mean of b[i]/a[i] with a bootstrap interval over the
// pairs; it is the summary of normalized costs that does not depend on which side
// is the base (Fleming and Wallace, How not to lie with statistics, CACM 29, 1986).
// a and b have the same length; what is longer is ignored.
func CostRatio(a, b []float64, boot Bootstrap) Ratio { return Ratio{} }
