// Package search explores proofs as a deterministic Markov decision process
// over an AND/OR tree: a node is a state (proved if one of its attempts
// succeeds), an attempt is an action tried there (successful if every state
// that it leaves is proved). A proof tree is the fold of an append-only
// sequence of events; the store, the reports and resume all fold the same one.
//
// The package knows no prover: it drives the contract of package provers.
package search

import (
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// NodeID numbers the states of one tree from 1, in the order in which they were
// reached; 1 is the root.
type NodeID int64

// AttemptID numbers the attempts of one tree from 1, in the order in which
// their outcomes were applied, which is the order in which they were dispatched,
// but for those that others would have had to wait for too long.
type AttemptID int64

// EventKind is the kind of an [Event]. The set is closed.
type EventKind string

// The kinds of events. The comment names the fields that are set.
//
// Some events are facts that the fold takes in; NodeProved, NodeDead and a
// NodeReopened without an attempt follow from the facts before them. They are
// stored for readers that do not fold, and [Tree.Apply] only checks them.
const (
	RunStarted      EventKind = "run_started"      // Run; a resumed run starts again
	StageStarted    EventKind = "stage_started"    // Stage, Spent; nodes that were only exhausted for the stage before are open again
	StateReached    EventKind = "state_reached"    // Node, State without Path, Depth; Attempt that led there (0 for the root), which is the next AttemptTried
	AttemptTried    EventKind = "attempt_tried"    // Attempt, Node, Candidate, Outcome without Next, Children, Stage
	NodeExhausted   EventKind = "node_exhausted"   // Node, Stage: nothing is left to try there in this stage; Final: in no stage
	NodeProved      EventKind = "node_proved"      // Node, Attempt that proves it; again if another attempt does so now
	NodeDead        EventKind = "node_dead"        // Node: it and what it leads to are exhausted and every attempt failed
	NodeReopened    EventKind = "node_reopened"    // Node: it is not proved or dead any more; Attempt, if set, is barred because the final check refused a proof with it
	AttemptCleared  EventKind = "attempt_cleared"  // Node, Attempt: it is not barred any more, another one is suspected
	BudgetSpent     EventKind = "budget_spent"     // Spent
	UserActed       EventKind = "user_acted"       // Detail
	ProverRestarted EventKind = "prover_restarted" // Detail
	VerdictGiven    EventKind = "verdict_given"    // Verdict
	RunEnded        EventKind = "run_ended"        // End, Detail, Spent
)

// Event is one entry of the sequence whose fold is a proof tree. Seq counts
// from 1 without gaps within a tree; a resumed run goes on counting.
type Event struct {
	Seq       int64             `json:"seq"`
	Time      time.Time         `json:"time"`
	Kind      EventKind         `json:"kind"`
	Run       *RunInfo          `json:"run,omitempty"`
	Node      NodeID            `json:"node,omitempty"`
	State     *provers.State    `json:"state,omitempty"`
	Depth     int               `json:"depth,omitempty"`
	Attempt   AttemptID         `json:"attempt,omitempty"`
	Candidate *policy.Candidate `json:"candidate,omitempty"`
	Outcome   *provers.Outcome  `json:"outcome,omitempty"`
	// Children are the nodes that the attempt leaves, in the order of the
	// prover's Outcome.Next. A child that was known before (an equal state)
	// appears again with its old number.
	Children []NodeID `json:"children,omitempty"`
	// Layouts are the adapter's notes on how each child is arranged in what the
	// attempt left ([provers.Step].Layout); nil if all are empty.
	Layouts []string         `json:"layouts,omitempty"`
	Stage   int              `json:"stage,omitempty"`
	Final   bool             `json:"final,omitempty"`
	Spent   *Spent           `json:"spent,omitempty"`
	Verdict *provers.Verdict `json:"verdict,omitempty"`
	End     EndReason        `json:"end,omitempty"`
	Detail  string           `json:"detail,omitempty"`
}

// RunInfo is what a run was started with. It is enough to start it again.
type RunInfo struct {
	ID      string          `json:"id"`
	Problem provers.Problem `json:"problem"`
	Prover  provers.Info    `json:"prover"`
	Policy  string          `json:"policy"`
	Seed    uint64          `json:"seed"`
	Budget  Budget          `json:"budget"`
	Stages  []Stage         `json:"stages"`
}

// EndReason says why a run ended. The set is closed.
type EndReason string

// The reasons for a run's end.
const (
	EndProved      EndReason = "proved"      // a proof was found and the final check accepted it
	EndExhausted   EndReason = "exhausted"   // nothing is left to try
	EndBudget      EndReason = "budget"      // the budget is spent
	EndInterrupted EndReason = "interrupted" // the user or the caller stopped it
	EndFailed      EndReason = "failed"      // an error; see Detail
	EndUnverified  EndReason = "unverified"  // proofs were found but the final check accepted none
)

// Spent counts what a run has used. Its fields grow only.
type Spent struct {
	Expansions int64         `json:"expansions"` // batches of actions tried at one state
	Attempts   int64         `json:"attempts"`   // actions tried
	Units      int64         `json:"units"`      // prover units, where the prover tells
	Wall       time.Duration `json:"wall"`       // since the start, pauses left out
	// Where the wall time went, summed over all workers: waiting for the prover,
	// the policy and the store; the rest is the search itself.
	InProver time.Duration `json:"in_prover"`
	InPolicy time.Duration `json:"in_policy"`
	InStore  time.Duration `json:"in_store"`
}

// Budget bounds a run. A zero field means no bound.
type Budget struct {
	Expansions int64         `json:"expansions,omitempty"`
	Attempts   int64         `json:"attempts,omitempty"`
	Nodes      int64         `json:"nodes,omitempty"`
	Wall       time.Duration `json:"wall,omitempty"`
	Units      int64         `json:"units,omitempty"`
}

// Stage is one part of a portfolio: a way to choose the next node, with limits.
// Stages run one after another until one proves the root.
type Stage struct {
	Name string `json:"name"`
	// Strategy is "best-first", "beam" or "sweep" (the root only).
	Strategy string `json:"strategy"`
	// BeamWidth is the number of states kept a depth, for "beam".
	BeamWidth int `json:"beam_width,omitempty"`
	// Batch is the number of actions tried at a state in one go.
	Batch int `json:"batch"`
	// First is the size of the first batch at a state, if it is set: a prover may
	// tell of a batch only at its end, and most states that fall at all fall to
	// what is tried first.
	First int `json:"first,omitempty"`
	// Spread, if it is set, is how much less likely than the first action of a
	// batch its others may be, as a difference of log-probabilities. What is much
	// less likely is left for later, when the first may have made it pointless.
	Spread float64 `json:"spread,omitempty"`
	// MaxCandidates bounds the actions of the policy that are tried at one state.
	// What the prover suggests there comes on top: up to 4 actions an attempt,
	// and 16 in all.
	MaxCandidates int `json:"max_candidates"`
	MaxDepth      int `json:"max_depth,omitempty"`
	// LengthPenalty is the exponent of the path length by which the sum of
	// log-probabilities is divided: 0 is none, 1 is the mean.
	LengthPenalty float64 `json:"length_penalty"`
	// Limits bounds each action.
	Limits provers.Limits `json:"limits"`
	// Share is the part of each bound of the run's budget (nodes left out) that
	// the stage may use; 0 means what is left.
	Share float64 `json:"share,omitempty"`
	// Retry tries again what ended OutOfBudget, TimedOut or Lost in an earlier stage.
	Retry bool `json:"retry,omitempty"`
}
