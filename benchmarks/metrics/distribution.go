package metrics

import (
	"encoding/json"
	"math"
	"slices"
)

// Quantile is the q-quantile of values in ascending order, by linear interpolation
// between order statistics: type 7 of Hyndman and Fan, Sample quantiles in
// statistical packages, The American Statistician 50, 1996 (the default of R and
// NumPy). q is held to
// [0, 1]. The quantile is NaN without values, and where q is.
func Quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 || math.IsNaN(q) {
		return math.NaN()
	}
	at := min(max(q, 0), 1) * float64(len(sorted)-1)
	below := int(at)
	if below == len(sorted)-1 {
		return sorted[below]
	}
	low, high := sorted[below], sorted[below+1]
	return low + (at-float64(below))*(high-low)
}

// Median is the 0.5-[Quantile] of values in any order, NaN without values.
func Median(values []float64) float64 { return Quantile(slices.Sorted(slices.Values(values)), 0.5) }

// Distribution describes a sample. N is 0 without values; all else is then 0, and
// its JSON form is null.
type Distribution struct {
	N      int
	Total  float64
	Min    float64
	Q1     float64
	Median float64
	Q3     float64
	Max    float64
}

// Mean is the arithmetic mean, 0 without values.
func (d Distribution) Mean() float64 {
	if d.N == 0 {
		return 0
	}
	return d.Total / float64(d.N)
}

// Known reports whether there are values.
func (d Distribution) Known() bool { return d.N > 0 }

// Describe describes values, with quartiles by [Quantile]. Values that are not
// finite are left out.
func Describe(values []float64) Distribution {
	sorted := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !finite(v) })
	if len(sorted) == 0 {
		return Distribution{}
	}
	slices.Sort(sorted)
	d := Distribution{
		N:      len(sorted),
		Min:    sorted[0],
		Q1:     Quantile(sorted, 0.25),
		Median: Quantile(sorted, 0.5),
		Q3:     Quantile(sorted, 0.75),
		Max:    sorted[len(sorted)-1],
	}
	// Summed in ascending order, so that the order of the trials does not show.
	for _, v := range sorted {
		d.Total += v
	}
	return d
}

type distributionJSON struct {
	N      int     `json:"n"`
	Total  float64 `json:"total"`
	Min    float64 `json:"min"`
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
	Max    float64 `json:"max"`
}

// MarshalJSON writes null without values.
func (d Distribution) MarshalJSON() ([]byte, error) {
	if d.N == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(distributionJSON(d))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Distribution) UnmarshalJSON(data []byte) error {
	var j distributionJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*d = Distribution(j)
	return nil
}
