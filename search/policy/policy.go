// Package policy is the contract between the search and whatever proposes
// actions: the built-in policy, a model on a GPU, a model server.
package policy

import (
	"context"

	"github.com/ansatz-prover/ansatz/provers"
)

// Candidate is a proposed action.
type Candidate struct {
	Action provers.Action `json:"action"`
	// LogProb is the natural logarithm of the policy's probability for the
	// action, at most 0.
	LogProb float64 `json:"logprob"`
	// Source names the rule or the model that proposed it, for statistics.
	Source string `json:"source,omitempty"`
}

// Request asks for actions at a state.
type Request struct {
	Problem provers.Problem
	State   provers.State
	// Depth is the number of actions from the root to the state.
	Depth int
	// Stage is the number of the search's stage, from 0: a later one has more
	// patience for what seldom leads anywhere.
	Stage int
	// Max is the largest number of candidates that the caller will look at.
	Max int
}

// Policy proposes actions. Propose is safe for concurrent use, returns
// candidates without duplicates, the likeliest first, and for equal requests
// (and equal observations so far) the same candidates.
type Policy interface {
	Name() string
	Propose(ctx context.Context, r Request) ([]Candidate, error)
}

// Observation is what a conclusive attempt taught.
type Observation struct {
	Request Request
	// Candidate is what was tried and Outcome what became of it.
	Candidate Candidate
	Outcome   provers.Outcome
	// OnProof is set when the attempt turned out to be a part of a proof; it is
	// reported again then.
	OnProof bool
}

// Learner is the optional ability of a policy to learn while the search runs.
// Learn is called by one goroutine, in an order that is the same in every run
// with the same seed.
type Learner interface {
	Learn(o Observation)
}

// Valuer is the optional ability to say how promising a state is.
type Valuer interface {
	// Value is the estimated natural logarithm of the probability that the
	// state will be proved, at most 0.
	Value(ctx context.Context, r Request) (float64, error)
}

// Slow is the optional ability to say that Propose waits for something outside
// the process (a model), so that the search calls it away from its own loop.
type Slow interface {
	Slow() bool
}
