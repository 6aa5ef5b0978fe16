package metrics

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Wilson is the score interval of a proportion, of so many successes among n
// (Wilson, Probable inference, the law of succession, and statistical inference,
// JASA 22, 1927). It is [0, 1] if nothing can be said: unless 0 ≤ successes ≤ n,
// n > 0 and 0 < confidence < 1.
func Wilson(successes, n int, confidence float64) Interval {
	if n <= 0 || successes < 0 || successes > n {
		return Interval{0, 1}
	}
	return wilson(float64(successes)/float64(n), float64(n), confidence)
}

// wilson is [Wilson] for a proportion p among n > 0.
func wilson(p, n, confidence float64) Interval {
	if !(confidence > 0 && confidence < 1) {
		return Interval{0, 1}
	}
	z := math.Sqrt2 * math.Erfinv(confidence) // the normal quantile of (1+confidence)/2
	z2 := z * z
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := z / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	// The interval holds p by its definition. Rounding must not say otherwise, nor
	// leave [0, 1].
	return Interval{Low: max(0, min(centre-half, p)), High: min(1, max(centre+half, p))}
}

// Bootstrap is the percentile bootstrap (Efron, Bootstrap methods: another look at
// the jackknife, Annals of Statistics 7, 1979). The same values and the same
// Bootstrap give the same interval. Of fewer than some 20 values its intervals are
// too narrow: by a factor of the square root of (n-1)/n and by what a normal
// quantile is less than Student's.
type Bootstrap struct {
	Seed uint64 `json:"seed"`
	// Resamples is how many are drawn, and Confidence is between 0 and 1, as 0.95.
	// Out of these bounds intervals have no width.
	Resamples  int     `json:"resamples"`
	Confidence float64 `json:"confidence"`
}

// Mean is the mean of values, with the interval of the means of resamples. Values
// that are not finite must not be among them. Where all values are the same the
// interval has no width: a bootstrap knows only what it has seen.
func (b Bootstrap) Mean(values []float64) Estimate {
	n := len(values)
	if n == 0 {
		return Estimate{}
	}
	m := mean(values)
	e := Estimate{Value: m, Interval: Interval{m, m}, N: n}
	if b.Resamples < 1 || !(b.Confidence > 0 && b.Confidence < 1) || !varies(values) {
		return e
	}
	means := make([]float64, b.Resamples)
	pcg := rand.NewPCG(b.Seed, pcgStream)
	for i := range means {
		sum := 0.0
		// Each half of 64 random bits is scaled to an index (Lemire, Fast random integer
		// generation in an interval, 2019, without the rejection). Its bias is below
		// n/2³², far below what the resamples can show.
		for j := 0; j+1 < n; j += 2 {
			r := pcg.Uint64()
			sum += values[uint64(uint32(r))*uint64(n)>>32] + values[(r>>32)*uint64(n)>>32]
		}
		if n%2 == 1 {
			index, _ := bits.Mul64(pcg.Uint64(), uint64(n))
			sum += values[index]
		}
		means[i] = sum / float64(n)
	}
	slices.Sort(means)
	tail := (1 - b.Confidence) / 2
	e.Interval = Interval{Low: Quantile(means, tail), High: Quantile(means, 1-tail)}
	return e
}

// pcgStream is the second half of every seed: any fixed number.
const pcgStream = 0x9e3779b97f4a7c15

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// varies reports whether any two values differ.
func varies(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return true
		}
	}
	return false
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
