package search

import (
	"errors"
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// The names of the strategies, for [Stage].Strategy.
const (
	// BestFirst expands the state with the best priority: the sum of
	// log-probabilities on its path and of its next action, divided by the
	// path's length to the power of Stage.LengthPenalty (Polu and Sutskever,
	// "Generative language modeling for automated theorem proving", 2020;
	// Yang et al., "LeanDojo", 2023).
	BestFirst = "best-first"
	// Beam goes down depth by depth and expands the Stage.BeamWidth best states
	// of each depth.
	Beam = "beam"
	// Sweep tries actions at the root only.
	Sweep = "sweep"
)

// DefaultStages is the portfolio that suits a prover about which nothing else
// is known: most easy statements fall to one action, so these are tried first
// and cheaply; then the search goes deeper, and at last tries again with larger
// limits what ran out of them.
func DefaultStages() []Stage {
	return []Stage{
		{Name: "sweep", Strategy: Sweep, Batch: 8, MaxCandidates: 64,
			Limits: provers.Limits{Units: 20_000, Wall: 10 * time.Second}, Share: 0.15},
		{Name: "best-first", Strategy: BestFirst, Batch: 8, MaxCandidates: 32, MaxDepth: 40, LengthPenalty: 0.5,
			Limits: provers.Limits{Units: 20_000, Wall: 10 * time.Second}, Share: 0.5},
		{Name: "deeper", Strategy: BestFirst, Batch: 16, MaxCandidates: 128, MaxDepth: 200, LengthPenalty: 1,
			Limits: provers.Limits{Units: 200_000, Wall: time.Minute}, Retry: true},
	}
}

func (s *Stage) check() error {
	switch {
	case s.Batch < 1:
		return errors.New("batch must be at least 1")
	case s.First < 0:
		return errors.New("first must not be negative")
	case s.Spread < 0:
		return errors.New("spread must not be negative")
	case s.MaxCandidates < 1:
		return errors.New("max_candidates must be at least 1")
	case s.MaxDepth < 0:
		return errors.New("max_depth must not be negative")
	case s.LengthPenalty < 0:
		return errors.New("length_penalty must not be negative")
	case s.Share < 0 || s.Share > 1:
		return errors.New("share must be between 0 and 1")
	}
	_, err := newStrategy(s)
	return err
}

func newStrategy(s *Stage) (strategy, error) {
	switch s.Strategy {
	case BestFirst:
		return &bestFirst{}, nil
	case Sweep:
		return &sweep{}, nil
	case Beam:
		if s.BeamWidth < 1 {
			return nil, errors.New("beam_width must be at least 1")
		}
		return &beam{width: s.BeamWidth}, nil
	}
	return nil, fmt.Errorf("unknown strategy %q: known are %q, %q and %q", s.Strategy, BestFirst, Beam, Sweep)
}

// spentUp reports whether the stage has used its share of the budget.
func (s *Stage) spentUp(b Budget, begin, now Spent) bool {
	if s.Share == 0 {
		return false
	}
	over := func(bound, used int64) bool { return bound > 0 && float64(used) >= s.Share*float64(bound) }
	return over(int64(b.Wall), int64(now.Wall-begin.Wall)) ||
		over(b.Expansions, now.Expansions-begin.Expansions) ||
		over(b.Attempts, now.Attempts-begin.Attempts) ||
		over(b.Units, now.Units-begin.Units)
}
