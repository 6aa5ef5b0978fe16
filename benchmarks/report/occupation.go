package report

import (
	"math"
	"slices"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Occupation is what the workers of a run did with their time, each from its first
// trial to its last: Searching is in searches, starts of the prover included, and
// Beside is all else, such as waiting for the next trial, sending results, and
// comparing answers with references. Times are in seconds, summed over workers.
type Occupation struct {
	Workers   int     `json:"workers"`
	Searching float64 `json:"searching_s"`
	Beside    float64 `json:"beside_s"`
}

// Share is the part of the workers' time that went into anything but searches, or
// 0 if nothing is known of it.
func (o Occupation) Share() float64 {
	if o.Searching+o.Beside <= 0 {
		return 0
	}
	return o.Beside / (o.Searching + o.Beside)
}

// occupation sums up the times of workers. Trials without times, or with times that
// are no numbers, are left out.
func occupation(trials []trial.Trial) Occupation {
	byWorker := make(map[string][]trial.Trial)
	for _, t := range trials {
		took := t.Cost.Starting + t.Cost.Wall
		if t.Worker != "" && t.Ended.After(t.Started) && !math.IsNaN(took) && !math.IsInf(took, 0) {
			byWorker[t.Worker] = append(byWorker[t.Worker], t)
		}
	}
	var o Occupation
	for _, list := range byWorker {
		slices.SortFunc(list, func(a, b trial.Trial) int { return a.Started.Compare(b.Started) })
		o.Workers++
		span := list[len(list)-1].Ended.Sub(list[0].Started).Seconds()
		searching := 0.0
		for _, t := range list {
			searching += t.Cost.Starting + t.Cost.Wall
		}
		o.Searching += searching
		o.Beside += max(span-searching, 0)
	}
	return o
}
