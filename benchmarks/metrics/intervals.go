package metrics

// Wilson is the score interval of a proportion, of so many successes among n
// (Wilson, Probable inference, the law of succession, and statistical inference,
// JASA 22, 1927). It is [0, 1] if nothing can be said: unless 0 ≤ successes ≤ n,
// n > 0 and 0 < confidence < 1.
func Wilson(successes, n int, confidence float64) Interval { return Interval{} }

// Bootstrap is the percentile bootstrap (Efron, Bootstrap methods: another look at
// the jackknife, Annals of Statistics 7, 1979). The same values and the same
// Bootstrap give the same interval.
type Bootstrap struct {
	Seed       uint64  `json:"seed"`
	Resamples  int     `json:"resamples"`
	Confidence float64 `json:"confidence"`
}

// Mean is the mean of values, with the interval of the means of resamples. Values
// that are not finite must not be among them.
func (b Bootstrap) Mean(values []float64) Estimate { return Estimate{} }
