package search

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// NodeStatus says what is known of a node.
type NodeStatus string

// The statuses of a node.
const (
	NodeOpen     NodeStatus = "open"
	NodeIsProved NodeStatus = "proved"
	NodeIsDead   NodeStatus = "dead" // given up, as long as no later stage opens it again
)

// Node is a view of one node of a [Tree]. Its slices must not be changed.
type Node struct {
	ID     NodeID
	Status NodeStatus
	// Exhausted is set when nothing is left to try at the node in the current
	// stage. If it is open, what it led to may still prove it.
	Exhausted bool
	Goals     []provers.Goal
	Key       string
	// Score is the largest sum of log-probabilities over the paths from the
	// root, Depth the length of that path.
	Score float64
	Depth int
	// Parent is the attempt that reached the node first; 0 for the root.
	Parent AttemptID
	// Attempts is the number of attempts at the node.
	Attempts int
	// ProvedBy is the attempt that proves the node, or 0.
	ProvedBy AttemptID
}

// Attempt is a view of one attempt of a [Tree].
type Attempt struct {
	ID        AttemptID
	Node      NodeID
	Candidate policy.Candidate
	Status    provers.Status
	Class     string
	Message   string // shortened; the event has all of it
	Units     int64
	Elapsed   time.Duration
	Stage     int
	// Barred is set when the final check refused a proof because of the attempt.
	Barred bool
	// Children are the states that it left, in order.
	Children []NodeID
	// Layouts are the adapter's notes on how each child is arranged in what the
	// attempt left ([provers.Step].Layout); nil if all are empty.
	Layouts []string
	// Fate is what follows for the attempt: proved if nothing of it is left to
	// prove, dead if it failed or led to a dead node.
	Fate NodeStatus
}

// SourceStats counts the attempts that one source of candidates proposed.
type SourceStats struct {
	Source   string `json:"source"`
	Tried    int    `json:"tried"`
	Accepted int    `json:"accepted"`
	Solved   int    `json:"solved"`
}

// Counts sums up a tree.
type Counts struct {
	Nodes    int                    `json:"nodes"`
	Open     int                    `json:"open"`
	Proved   int                    `json:"proved"`
	Dead     int                    `json:"dead"`
	Attempts int                    `json:"attempts"`
	MaxDepth int                    `json:"max_depth"`
	Restarts int                    `json:"restarts"`
	Refused  int                    `json:"refused"` // proofs that the final check refused
	ByStatus map[provers.Status]int `json:"by_status"`
}

// outcomeStatuses gives each status of an outcome its index in a tree.
var outcomeStatuses = [...]provers.Status{
	provers.Progress, provers.Solved, provers.Rejected, provers.Unparsed, provers.Forbidden,
	provers.OutOfBudget, provers.TimedOut, provers.Interrupted, provers.Crashed, provers.Lost,
}

const statusCount = len(outcomeStatuses)

func statusIndex(s provers.Status) (uint8, bool) {
	i := slices.Index(outcomeStatuses[:], s)
	return uint8(max(i, 0)), i >= 0
}

func (a *attempt) outcome() provers.Status { return outcomeStatuses[a.status] }
func (a *attempt) accepted() bool          { return a.outcome().Accepted() }
func (a *attempt) action() provers.Action {
	return provers.Action{Goal: int(a.goal), Text: a.text}
}

func (t *Tree) countSource(id uint32, s provers.Status) {
	for int(id) >= len(t.sourceStat) {
		t.sourceStat = append(t.sourceStat, SourceStats{Source: t.sources.list[len(t.sourceStat)]})
	}
	st := &t.sourceStat[id]
	st.Tried++
	if s.Accepted() {
		st.Accepted++
	}
	if s == provers.Solved {
		st.Solved++
	}
}

// Info is what the run was last started with.
func (t *Tree) Info() RunInfo { return t.info }

// Seq is the number of the last event.
func (t *Tree) Seq() int64 { return t.seq }

// Stage is the number of the current stage, or -1 before the first.
func (t *Tree) Stage() int { return t.stage }

// Spent is what the run had used, as far as its events tell.
func (t *Tree) Spent() Spent { return t.spent }

// End says why the run ended; it is empty while the run goes on.
func (t *Tree) End() (reason EndReason, detail string) { return t.end, t.detail }

// Verdict is the last verdict on a proof of the root, or nil.
func (t *Tree) Verdict() *provers.Verdict { return t.verdict }

// Changed lists the nodes whose status, or the attempt that proves them, changed
// by the last event. It is valid until the next call of Apply.
func (t *Tree) Changed() []NodeID { return t.changed }

// Nodes is the number of nodes; their numbers are 1 to Nodes.
func (t *Tree) Nodes() int { return len(t.nodes) }

// Attempts is the number of attempts; their numbers are 1 to Attempts.
func (t *Tree) Attempts() int { return len(t.attempts) }

// Counts sums up the tree.
func (t *Tree) Counts() Counts {
	c := Counts{Nodes: len(t.nodes), Open: t.byState[stateOpen], Proved: t.byState[stateProved], Dead: t.byState[stateDead],
		Attempts: len(t.attempts), MaxDepth: int(t.maxDepth), Restarts: t.restarts, Refused: len(t.refused),
		ByStatus: make(map[provers.Status]int)}
	for i, n := range t.byStatus {
		if n > 0 {
			c.ByStatus[outcomeStatuses[i]] = n
		}
	}
	return c
}

// Sources counts the attempts of each source, in the order in which the sources came up.
func (t *Tree) Sources() []SourceStats { return slices.Clone(t.sourceStat) }

// Find returns the node of the state with a key.
func (t *Tree) Find(key string) (NodeID, bool) {
	i, ok := t.byKey[key]
	return NodeID(i + 1), ok
}

// Node returns a view of a node.
func (t *Tree) Node(id NodeID) (Node, bool) {
	i, err := t.index(id)
	if err != nil {
		return Node{}, false
	}
	n := &t.nodes[i]
	return Node{
		ID: id, Status: statuses[n.status], Exhausted: n.exhausted, Goals: n.goals, Key: n.key,
		Score: n.score, Depth: int(n.depth), Parent: t.parent(n), Attempts: int(n.attempts),
		ProvedBy: AttemptID(max(n.support[provable], 0)),
	}, true
}

func (t *Tree) parent(n *node) AttemptID {
	if n.firstEdge == none {
		return 0
	}
	return AttemptID(t.edges[n.firstEdge].attempt + 1)
}

// Status returns the status of a node, or the empty string if there is none.
func (t *Tree) Status(id NodeID) NodeStatus {
	i, err := t.index(id)
	if err != nil {
		return ""
	}
	return statuses[t.nodes[i].status]
}

// Attempt returns a view of an attempt.
func (t *Tree) Attempt(id AttemptID) (Attempt, bool) {
	if id < 1 || int(id) > len(t.attempts) {
		return Attempt{}, false
	}
	a := &t.attempts[id-1]
	v := Attempt{
		ID: id, Node: NodeID(a.node + 1),
		Candidate: policy.Candidate{Action: a.action(), LogProb: a.logProb, Source: t.sources.list[a.source]},
		Status:    a.outcome(), Class: t.classes.list[a.class], Message: a.message,
		Units: a.units, Elapsed: a.elapsed, Stage: int(a.stage), Barred: a.barred, Fate: NodeOpen,
	}
	for e := range t.edgesOf(a) {
		v.Children = append(v.Children, NodeID(e.child+1))
		if e.layout != 0 && v.Layouts == nil {
			v.Layouts = make([]string, a.edgeCount)
		}
		if v.Layouts != nil {
			v.Layouts[len(v.Children)-1] = t.layouts.list[e.layout]
		}
	}
	switch conclusive := v.Status.Conclusive(); {
	case a.barred, conclusive && !a.accepted():
		v.Fate = NodeIsDead
	case !a.accepted():
	case a.missing[provable] == 0:
		v.Fate = NodeIsProved
	case a.missing[alive] > 0:
		v.Fate = NodeIsDead
	}
	return v, true
}

func (t *Tree) edgesOf(a *attempt) iter.Seq[edge] {
	return slices.Values(t.edges[a.firstEdge : a.firstEdge+a.edgeCount])
}

// AttemptsAt returns the numbers of the attempts at a node, the oldest first.
func (t *Tree) AttemptsAt(id NodeID) []AttemptID {
	i, err := t.index(id)
	if err != nil {
		return nil
	}
	ids := make([]AttemptID, 0, t.nodes[i].attempts)
	for a := t.nodes[i].lastAttempt; a != none; a = t.attempts[a].prev {
		ids = append(ids, AttemptID(a+1))
	}
	slices.Reverse(ids)
	return ids
}

// Parents returns the attempts that led to a node, the oldest first.
func (t *Tree) Parents(id NodeID) []AttemptID {
	i, err := t.index(id)
	if err != nil {
		return nil
	}
	var ids []AttemptID
	for e := t.nodes[i].parentEdge; e != none; e = t.edges[e].next {
		ids = append(ids, AttemptID(t.edges[e].attempt+1))
	}
	slices.Reverse(ids)
	return slices.Compact(ids)
}

// Path returns the steps from the root by which a node was reached first.
func (t *Tree) Path(id NodeID) []provers.Step {
	i, err := t.index(id)
	if err != nil {
		return nil
	}
	var path []provers.Step
	for e := t.nodes[i].firstEdge; e != none; e = t.nodes[i].firstEdge {
		a := &t.attempts[t.edges[e].attempt]
		path = append(path, provers.Step{Action: a.action(), Index: int(e - a.firstEdge), Layout: t.layouts.list[t.edges[e].layout]})
		i = a.node
	}
	slices.Reverse(path)
	return path
}

// State returns the state of a node, with the path by which it was reached first.
func (t *Tree) State(id NodeID) (provers.State, bool) {
	i, err := t.index(id)
	if err != nil {
		return provers.State{}, false
	}
	return provers.State{Goals: t.nodes[i].goals, Key: t.nodes[i].key, Path: t.Path(id)}, true
}

// BestOpen returns the node with the best score that still has something to
// try, the score divided by the path's length to the power of lengthPenalty.
// It looks at every node.
func (t *Tree) BestOpen(lengthPenalty float64) (NodeID, bool) {
	best, found := int32(none), math.Inf(-1)
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.status != stateOpen || n.exhausted {
			continue
		}
		if p := normalise(n.score, int(n.depth)+1, lengthPenalty); best == none || p > found {
			best, found = int32(i), p
		}
	}
	return NodeID(best + 1), best != none
}

// normalise divides a sum of log-probabilities by length^penalty.
func normalise(sum float64, length int, penalty float64) float64 {
	switch penalty {
	case 0:
		return sum
	case 1:
		return sum / float64(length)
	}
	return sum / math.Pow(float64(length), penalty)
}

// Proof returns the proof of the root, if there is one. It follows the attempt
// by which each node was proved. Every attempt's children were proved before
// it, so it ends even where states repeat. The paths of its states lead through
// the proof.
func (t *Tree) Proof() (provers.Proof, bool) {
	if len(t.nodes) == 0 || t.nodes[0].status != stateProved {
		return provers.Proof{}, false
	}
	return t.proof(0, nil), true
}

func (t *Tree) proof(i int32, path []provers.Step) provers.Proof {
	n := &t.nodes[i]
	a := &t.attempts[n.support[provable]-1]
	p := provers.Proof{State: provers.State{Goals: n.goals, Key: n.key, Path: path}, Action: a.action()}
	for e := range t.edgesOf(a) {
		step := provers.Step{Action: p.Action, Index: len(p.Children), Layout: t.layouts.list[e.layout]}
		child := t.proof(e.child, append(slices.Clip(path), step))
		child.Layout = step.Layout
		p.Children = append(p.Children, child)
	}
	return p
}

// proofSize is the number of steps of the root's proof, at most limit. Where
// states are shared, a proof can be much larger than the tree that it is in.
func (t *Tree) proofSize(limit int) int {
	sizes := make(map[int32]int)
	var size func(i int32) int
	size = func(i int32) int {
		if s, ok := sizes[i]; ok {
			return s
		}
		s := 1
		for e := range t.edgesOf(&t.attempts[t.nodes[i].support[provable]-1]) {
			s = min(s+size(e.child), limit)
		}
		sizes[i] = s
		return s
	}
	return size(0)
}

// proofAttempts returns the attempts of the root's proof, without repetition,
// in the order of their numbers.
func (t *Tree) proofAttempts() []AttemptID {
	if len(t.nodes) == 0 || t.nodes[0].status != stateProved {
		return nil
	}
	seen := map[int32]bool{0: true}
	var ids []AttemptID
	for work := []int32{0}; len(work) > 0; {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		a := t.nodes[i].support[provable] - 1
		ids = append(ids, AttemptID(a+1))
		for e := range t.edgesOf(&t.attempts[a]) {
			if !seen[e.child] {
				seen[e.child] = true
				work = append(work, e.child)
			}
		}
	}
	slices.Sort(ids)
	return ids
}
