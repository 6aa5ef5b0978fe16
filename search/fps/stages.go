package fps

import (
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// spread keeps an answer that was computed apart from guesses, and from steps
// that would fill in another one meanwhile.
const spread = 1.8

// Stages is the portfolio for problems that ask for an answer: as the default,
// but for the sweep, since the root has only the shell, and with small batches
// in the beginning.
func Stages() []search.Stage {
	return []search.Stage{
		{Name: "answers first", Strategy: search.BestFirst, Batch: 8, First: 3, Spread: spread, MaxCandidates: 40, MaxDepth: 40, LengthPenalty: 0.5,
			Limits: provers.Limits{Units: 20_000, Wall: 10 * time.Second}, Share: 0.5},
		{Name: "deeper", Strategy: search.BestFirst, Batch: 16, MaxCandidates: 128, MaxDepth: 200, LengthPenalty: 1,
			Limits: provers.Limits{Units: 200_000, Wall: time.Minute}, Retry: true},
	}
}
