package search

import (
	"cmp"
	"math"
	"slices"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// openNode is what the search knows of a node beyond the tree: what is left to
// try there. It is never stored; a resumed search asks the policy again.
type openNode struct {
	id NodeID
	// ready is set once the policy was asked in this stage.
	ready bool
	// complete is set when the policy had nothing beyond what it returned.
	complete bool
	inFlight bool
	queue    []policy.Candidate // untried, the likeliest first
	// next is the log-probability of the next untried action, 0 if it is not
	// known yet. It outlives a queue that was dropped to save memory.
	next float64
	lost map[provers.Action]int

	depth    int
	priority float64
	tie      uint64
	slot     int // in the heap, or none
	level    int // for beam: the depth at which the node was put in
}

// minLogProb stands in for a log-probability that is not a finite number.
const minLogProb = -1e6

// maxLost is how many times in one stage an action is tried that was lost
// through no fault of its own.
const maxLost = 2

// before orders the frontier: the better priority, then the shorter path, then
// by the seed, then the node that was reached first.
func (o *openNode) before(p *openNode) bool {
	if o.priority != p.priority {
		return o.priority > p.priority
	}
	return cmp.Or(cmp.Compare(o.depth, p.depth), cmp.Compare(o.tie, p.tie), cmp.Compare(o.id, p.id)) < 0
}

// rank sets the priority. Before the policy was asked, the next action counts
// as certain, so that the priority is an upper bound and the node is asked
// about before any that is worse.
func (o *openNode) rank(t *Tree, s *Stage) {
	n := &t.nodes[o.id-1]
	if len(o.queue) > 0 {
		o.next = o.queue[0].LogProb
	}
	o.depth = int(n.depth)
	o.priority = normalise(n.score+o.next, o.depth+1, s.LengthPenalty)
}

// tieBreak mixes the seed with the number of a node (the finalizer of
// splitmix64). Seed 0 keeps the order in which the nodes were reached.
func tieBreak(seed uint64, id NodeID) uint64 {
	if seed == 0 {
		return 0
	}
	x := seed + uint64(id)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// history is what became of an action at a node before.
type history struct {
	status provers.Status
	stage  int
	lost   int // how often it was lost in the current stage
	logged policy.Candidate
}

// untried reports whether the action is to be tried (again) in a stage.
func (h *history) untried(s *Stage, stage int) bool {
	again := s.Retry && h.stage < stage
	switch h.status {
	case provers.Interrupted:
		return true
	case provers.Lost:
		return again || h.lost < maxLost
	case provers.OutOfBudget, provers.TimedOut:
		return again
	}
	return false
}

// fill makes the queue of a node from what the policy proposed, without what
// was tried before, and with what an earlier stage left unfinished if the stage
// tries such things again.
func (f *frontier) fill(o *openNode, stage int, proposed []policy.Candidate) {
	t, s := f.tree, &f.stage
	o.ready = true
	o.complete = len(proposed) < s.MaxCandidates
	o.lost = nil
	past := t.historyAt(o.id, stage)
	if f.seen == nil {
		f.seen = make(map[provers.Action]bool)
	}
	seen := f.seen
	clear(seen)
	queue := make([]policy.Candidate, 0, min(len(proposed), s.MaxCandidates))
	for _, c := range proposed[:min(len(proposed), s.MaxCandidates)] {
		if c.Action.Text == "" || seen[c.Action] {
			continue
		}
		seen[c.Action] = true
		if h := past[c.Action]; h == nil || h.untried(s, stage) {
			c.LogProb = cleanLogProb(c.LogProb)
			queue = append(queue, c)
		}
	}
	for a := t.nodes[o.id-1].lastAttempt; a != none; a = t.attempts[a].prev {
		action := t.attempts[a].action()
		if h := past[action]; !seen[action] && h.untried(s, stage) {
			seen[action] = true
			queue = append(queue, h.logged)
		}
		if h := past[action]; h.lost > 0 {
			o.countLost(action, h.lost)
		}
	}
	likeliest := func(a, b policy.Candidate) int { return cmp.Compare(b.LogProb, a.LogProb) }
	if !slices.IsSortedFunc(queue, likeliest) {
		slices.SortStableFunc(queue, likeliest)
	}
	o.queue = queue
	f.queued += len(queue)
	f.suggest(o, past)
	if f.queued > f.limit && !f.keep {
		f.evict()
	}
}

// maxQueued is how many untried candidates the frontier keeps. Beyond that, the
// worse nodes forget theirs and the policy is asked again if they come up.
const maxQueued = 1 << 17

// evict drops the queues of the worse nodes.
func (f *frontier) evict() {
	for h := range f.order.heaps() {
		// A heap is not sorted, but its later part holds the worse nodes.
		for _, o := range h[len(h)/4:] {
			f.queued -= len(o.queue)
			o.queue, o.ready = nil, false
		}
	}
	// Asking again is not worth it for the few that matter.
	f.limit = max(maxQueued, 2*f.queued)
}

func cleanLogProb(p float64) float64 {
	if math.IsNaN(p) || p < minLogProb {
		return minLogProb
	}
	return min(p, 0)
}

func (o *openNode) countLost(a provers.Action, n int) {
	if o.lost == nil {
		o.lost = make(map[provers.Action]int)
	}
	o.lost[a] = n
}

// take removes the next n candidates from a node's queue.
func (f *frontier) take(o *openNode, n int) []policy.Candidate {
	taken := o.queue[:n:n]
	o.queue = o.queue[n:]
	f.queued -= n
	return taken
}

// batch is how many of the actions in a node's queue are tried in one go.
func (f *frontier) batch(o *openNode) int {
	s := &f.stage
	n := min(len(o.queue), s.Batch)
	if s.First > 0 && f.tree.nodes[o.id-1].attempts == 0 {
		n = min(n, s.First)
	}
	if s.Spread > 0 {
		for i := 1; i < n; i++ {
			if o.queue[i].LogProb < o.queue[0].LogProb-s.Spread {
				return i
			}
		}
	}
	return n
}

// requeue puts a lost action back in its place, if it was not lost too often.
func (f *frontier) requeue(o *openNode, c policy.Candidate) {
	n := o.lost[c.Action] + 1
	o.countLost(c.Action, n)
	if n >= maxLost {
		return
	}
	i, _ := slices.BinarySearchFunc(o.queue, c.LogProb, func(q policy.Candidate, p float64) int { return cmp.Compare(p, q.LogProb) })
	o.queue = slices.Insert(o.queue, i, c)
	f.queued++
}

// historyAt says what became of the actions at a node; nil if none was tried.
func (t *Tree) historyAt(id NodeID, stage int) map[provers.Action]*history {
	n := &t.nodes[id-1]
	if n.attempts == 0 {
		return nil
	}
	past := make(map[provers.Action]*history, n.attempts)
	for i := n.lastAttempt; i != none; i = t.attempts[i].prev {
		a := &t.attempts[i]
		h := past[a.action()]
		if h == nil {
			h = &history{status: a.outcome(), stage: int(a.stage),
				logged: policy.Candidate{Action: a.action(), LogProb: a.logProb, Source: t.sources.list[a.source]}}
			past[h.logged.Action] = h
		}
		if int(a.stage) == stage && a.outcome() == provers.Lost {
			h.lost++
		}
	}
	return past
}

// finished reports whether no action at a node would be worth trying again
// under other limits.
func (t *Tree) finished(id NodeID, stage int) bool {
	for i := t.nodes[id-1].lastAttempt; i != none; i = t.attempts[i].prev {
		if !t.attempts[i].unfinished() {
			continue
		}
		for _, h := range t.historyAt(id, stage) {
			if unfinished(h.status) {
				return false
			}
		}
		return true
	}
	return true
}

func (a *attempt) unfinished() bool { return unfinished(a.outcome()) }

// unfinished reports whether more time or another try could change an outcome.
func unfinished(s provers.Status) bool {
	return s == provers.OutOfBudget || s == provers.TimedOut || s == provers.Lost || s == provers.Interrupted
}
