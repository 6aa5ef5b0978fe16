package search

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// SourceSuggestion is the source of candidates that the prover itself proposed
// (Lean's "Try this"), see [policy.Candidate].
const SourceSuggestion = "suggestion"

// What the prover suggests comes on top of Stage.MaxCandidates, or a query that
// is the policy's last candidate would be asked for nothing. So it has bounds of
// its own, without which a query that suggests other queries would never end.
const (
	// maxSuggestions bounds what one attempt adds to a node.
	maxSuggestions = 4
	// maxSuggested bounds what all attempts add to a node.
	maxSuggested = 16
)

// suggestionLogProb is the log-probability of a suggestion, if no untried
// candidate of the policy has a larger one. The prover suggests what it has seen
// to work, so it is high (0.9); it is not 0, or a chain of suggestions would cost
// nothing and the search would follow it for ever.
const suggestionLogProb = -0.105

// suggest notes what the prover suggested at node n, but for what was noted or
// tried there before.
func (t *Tree) suggest(n int32, goal int, texts []string) {
	known := t.suggested[n]
	before := len(known)
	for _, text := range texts {
		if len(known) == min(before+maxSuggestions, maxSuggested) {
			break
		}
		a := provers.Action{Goal: goal, Text: text}
		if strings.TrimSpace(text) != "" && !slices.Contains(known, a) && !t.triedAt(n, a) {
			known = append(known, provers.Action{Goal: goal, Text: strings.Clone(text)})
		}
	}
	if len(known) == before {
		return
	}
	if t.suggested == nil {
		t.suggested = make(map[int32][]provers.Action)
	}
	t.suggested[n] = known
}

func (t *Tree) triedAt(n int32, action provers.Action) bool {
	for i := t.nodes[n].lastAttempt; i != none; i = t.attempts[i].prev {
		if t.attempts[i].action() == action {
			return true
		}
	}
	return false
}

// suggest puts what the prover suggested at a node in front of its queue, in the
// order in which it came, but for what was tried there since: what becomes of
// that is the affair of history.untried. It depends on the tree only, so that a
// queue that was dropped, by eviction or by the end of a process, is made again
// as it was.
func (f *frontier) suggest(o *openNode, past map[provers.Action]*history) {
	suggested := f.tree.suggested[int32(o.id-1)]
	var queue []policy.Candidate
	for _, a := range suggested {
		if past[a] == nil {
			queue = append(queue, policy.Candidate{Action: a, Source: SourceSuggestion})
		}
	}
	if len(queue) == 0 {
		return
	}
	n, logProb := len(queue), suggestionLogProb
	for _, c := range o.queue {
		if !slices.Contains(suggested, c.Action) || past[c.Action] != nil {
			logProb = max(logProb, c.LogProb)
			queue = append(queue, c)
		}
	}
	for i := range queue[:n] {
		queue[i].LogProb = logProb
	}
	f.queued += len(queue) - len(o.queue)
	o.queue = queue
}
