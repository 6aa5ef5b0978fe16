// Package metrics holds the statistics that benchmark runs are reported with:
// pure functions of numbers, each with its source. What is random is drawn from
// a seed, so that the same numbers always give the same report.
//
// What cannot be known (a mean of nothing, a ratio to zero) is said with a count
// of zero next to the value, never with a made-up number; such values are null in
// JSON, and no value that is written as JSON is infinite or not a number.
package metrics

import "encoding/json"

// Interval is a confidence interval, ends included.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Width is High - Low. A bootstrap interval of width 0 says only that the sample
// does not vary.
func (i Interval) Width() float64 { return i.High - i.Low }

// Method says how an interval or a p-value was found.
type Method string

// The methods.
const (
	// MethodWilson is the score interval of a proportion; see [Wilson].
	MethodWilson Method = "wilson"
	// MethodBootstrap is the percentile bootstrap over problems; see [Bootstrap].
	MethodBootstrap Method = "bootstrap"
	// MethodMcNemar is the exact test of discordant pairs; see [McNemar].
	MethodMcNemar Method = "mcnemar"
	// MethodSignFlipExact is the permutation test with all signs; see [SignFlip].
	MethodSignFlipExact Method = "sign_flip_exact"
	// MethodSignFlip is the permutation test with random signs; see [SignFlip].
	MethodSignFlip Method = "sign_flip"
)

// Estimate is a number with its confidence interval.
type Estimate struct {
	Value    float64
	Interval Interval
	// N is how many values it is over, as a rule problems. 0 means that it is not
	// known; all else is then 0, and its JSON form is null.
	N int
}

// Known reports whether there is an estimate.
func (e Estimate) Known() bool { return e.N > 0 }

type estimateJSON struct {
	Value    float64  `json:"value"`
	Interval Interval `json:"interval"`
	N        int      `json:"n"`
}

// MarshalJSON writes null where the estimate is not known.
func (e Estimate) MarshalJSON() ([]byte, error) {
	if !e.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(estimateJSON(e))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var j estimateJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*e = Estimate(j)
	return nil
}
