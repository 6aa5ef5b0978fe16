package metrics

import (
	"math"
	"math/rand/v2"
)

// McNemar is the exact two-sided p-value of b and c discordant pairs, under the
// hypothesis that each is as likely to fall on either side (McNemar, Note on the
// sampling error of the difference between correlated proportions or percentages,
// Psychometrika 12, 1947; exact by the binomial distribution): twice the smaller
// tail, at most 1. It is 1 without discordant pairs, and NaN of negative counts.
func McNemar(b, c int) float64 {
	if b < 0 || c < 0 {
		return math.NaN()
	}
	n, least := b+c, min(b, c)
	if b == c {
		return 1
	}
	// The terms C(n,i)/2ⁿ are summed from the largest, i = least, down, relative to
	// it: only the largest needs a logarithm, and the sum is finite for any n.
	sum, term := 0.0, 1.0
	for i := least; i >= 0 && term > 1e-18; i-- {
		sum += term
		term *= float64(i) / float64(n-i+1)
	}
	p := 2 * sum * math.Exp(logChoose(n, least)-float64(n)*math.Ln2)
	return min(p, 1)
}

// logChoose is the logarithm of C(n,k).
func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

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
func SignFlip(differences []float64, flips int, seed uint64) Test {
	var sizes []float64
	observed, scale := 0.0, 0.0
	for _, d := range differences {
		if d == 0 {
			continue // its sign makes no difference
		}
		sizes = append(sizes, math.Abs(d))
		observed += d
		scale += math.Abs(d)
	}
	// Sums that are equal but for rounding are as extreme as the observed one.
	extreme := math.Abs(observed) - 1e-12*scale
	test := Test{Discordant: len(sizes)}
	if m := len(sizes); m < 63 && 1<<m <= max(flips, 1) {
		test.Method = MethodSignFlipExact
		test.P = float64(countSigns(sizes, 0, extreme)) / float64(uint64(1)<<m)
		return test
	}
	test.Method = MethodSignFlip
	pcg := rand.NewPCG(seed, pcgStream)
	hits := 0
	for range flips {
		sum := 0.0
		for start := 0; start < len(sizes); start += 64 {
			signs := pcg.Uint64()
			for _, size := range sizes[start:min(start+64, len(sizes))] {
				sum += math.Float64frombits(math.Float64bits(size) | signs<<63) // sizes are positive
				signs >>= 1
			}
		}
		if math.Abs(sum) >= extreme {
			hits++
		}
	}
	test.P = float64(1+hits) / float64(1+flips)
	return test
}

// countSigns counts the choices of signs with which sizes, added to sum, come to
// an absolute value of at least extreme.
func countSigns(sizes []float64, sum, extreme float64) int {
	if len(sizes) == 0 {
		if math.Abs(sum) >= extreme {
			return 1
		}
		return 0
	}
	return countSigns(sizes[1:], sum+sizes[0], extreme) + countSigns(sizes[1:], sum-sizes[0], extreme)
}

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
func Compare(pairs []Pair, b Bootstrap) Paired {
	var p Paired
	var differences []float64
	single := true
	for _, pair := range pairs {
		if pair.A.Trials <= 0 || pair.B.Trials <= 0 {
			continue
		}
		switch a, b := pair.A.Solved > 0, pair.B.Solved > 0; {
		case a && b:
			p.Both++
		case a:
			p.OnlyA++
		case b:
			p.OnlyB++
		default:
			p.Neither++
		}
		p.RateA += pair.A.Rate()
		p.RateB += pair.B.Rate()
		differences = append(differences, pair.B.Rate()-pair.A.Rate())
		single = single && pair.A.Trials == 1 && pair.B.Trials == 1
	}
	if len(differences) == 0 {
		p.Test = Test{P: 1, Method: MethodMcNemar}
		return p
	}
	p.RateA /= float64(len(differences))
	p.RateB /= float64(len(differences))
	p.Difference = b.Mean(differences)
	if single {
		p.Test = Test{P: McNemar(p.OnlyA, p.OnlyB), Method: MethodMcNemar, Discordant: p.OnlyA + p.OnlyB}
	} else {
		p.Test = SignFlip(differences, Flips, b.Seed)
	}
	return p
}

// Ratio is a geometric mean of ratios.
type Ratio struct {
	// Estimate has the number of pairs as its N.
	Estimate Estimate `json:"estimate"`
	// LeftOut is the number of pairs that have no ratio, as a side is not a finite
	// number above 0.
	LeftOut int `json:"left_out"`
}

// CostRatio is the geometric mean of b[i]/a[i] with a bootstrap interval over the
// pairs; it is the summary of normalized costs that does not depend on which side
// is the base (Fleming and Wallace, How not to lie with statistics, CACM 29, 1986).
// a and b have the same length; what is longer is ignored.
func CostRatio(a, b []float64, boot Bootstrap) Ratio {
	var ratio Ratio
	var logs []float64
	for i := range min(len(a), len(b)) {
		r := b[i] / a[i]
		if !(a[i] > 0) || !(r > 0) || !finite(r) {
			ratio.LeftOut++
			continue
		}
		logs = append(logs, math.Log(r))
	}
	// A percentile interval carries over to any monotone function: the interval of
	// the mean logarithm is that of the geometric mean.
	e := boot.Mean(logs)
	if e.Known() {
		e.Value, e.Interval = math.Exp(e.Value), Interval{Low: math.Exp(e.Interval.Low), High: math.Exp(e.Interval.High)}
	}
	ratio.Estimate = e
	return ratio
}
