package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// Log stores events. Append is called by one goroutine, with batches that never
// split what one expansion led to, so that a log that stores each batch as a
// whole can be resumed to exactly the same frontier. Append must not keep the
// slice. An error ends the search; what was stored before stays.
type Log interface {
	Append(ctx context.Context, batch []Event) error
}

// Config says what to search and with what.
type Config struct {
	// Info is the problem, the seed, the budget and the stages. Without stages,
	// [DefaultStages] are used. Info.Policy is filled in if empty.
	Info RunInfo
	// Open begins a session for one worker. It is called when the worker gets
	// its first work, and again when a session became unusable.
	Open func(ctx context.Context) (provers.Session, error)
	// Workers is the number of sessions that work at the same time; 0 is 1. Runs
	// with the same seed and the same number of workers do the same, as long as
	// the prover and the policy do and, with more than one worker, no batch of
	// actions keeps what was begun after it waiting for more than two seconds.
	Workers int
	Policy  policy.Policy
	// Log receives every event, if it is set.
	Log Log
	// Verify is the final check of a proof of the root. Without it, a proof
	// that was found counts as unverified.
	Verify func(ctx context.Context, c provers.Claim) (provers.Verdict, error)
	// Resume is the fold of the events of an earlier run of the same problem.
	// The search takes it over and goes on from its frontier.
	Resume *Tree
	// Observe, if set, is told how the search is getting on: at most ten times a
	// second, and once at the end. It is called by a goroutine of its own and
	// does not hold up the search.
	Observe func(Progress)
}

// Result is what a run came to.
type Result struct {
	End    EndReason
	Detail string
	// Proof is the proof of the root, if one was found and not refused.
	Proof *provers.Proof
	// Script is the proof as source text, the text after the statement's ":=".
	Script string
	// Verdict is the last one that was given, also where it refused a proof.
	Verdict *provers.Verdict
	// Refused counts the proofs that the final check refused.
	Refused int
	Spent   Spent
	// Tree is the whole search. It belongs to the caller now.
	Tree *Tree
}

func (c *Config) check() error {
	switch {
	case c.Open == nil:
		return errors.New("search: no way to open a session")
	case c.Policy == nil:
		return errors.New("search: no policy")
	case len(c.Info.Stages) > math.MaxUint8:
		return fmt.Errorf("search: %d stages", len(c.Info.Stages))
	}
	c.Workers = max(c.Workers, 1)
	if len(c.Info.Stages) == 0 {
		c.Info.Stages = DefaultStages()
	}
	if c.Info.Policy == "" {
		c.Info.Policy = c.Policy.Name()
	}
	for i, s := range c.Info.Stages {
		if err := s.check(); err != nil {
			return fmt.Errorf("search: stage %d (%s): %w", i+1, s.Name, err)
		}
	}
	return nil
}
