package search

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// maxMessage bounds what the tree keeps of a prover's message, in bytes. The
// whole message is in the event.
const maxMessage = 200

// none is the value of a link that leads nowhere.
const none = -1

// node is one state. Links are indices into the slices of Tree.
type node struct {
	goals []provers.Goal
	key   string
	// score is the largest sum of log-probabilities over the paths from the
	// root, depth the length of the path that has it.
	score float64
	depth int32
	// firstEdge is the edge by which the node was reached first, parentEdge the
	// head of the list of all edges that lead here.
	firstEdge, parentEdge int32
	// lastAttempt is the head of the list of attempts at the node.
	lastAttempt, attempts int32
	support               [factCount]int32
	status                nodeState
	exhausted, final      bool
}

// attempt is one action tried at a node. Its children are the edges
// [firstEdge, firstEdge+edgeCount).
type attempt struct {
	text, message        string
	logProb              float64
	units                int64
	elapsed              time.Duration
	node, prev           int32 // prev is the attempt before at the same node
	firstEdge, edgeCount int32
	goal                 int32
	source, class        uint32
	missing              [factCount]int32 // children for which the fact does not hold
	status               uint8
	stage                uint8
	barred               bool
}

// edge leads from an attempt to one of its children.
type edge struct {
	child, attempt int32
	layout         uint32 // see Tree.layouts
	next           int32  // the next edge that leads to the same child
}

// Tree is the fold of a sequence of events: the states that were reached, the
// attempts at them, and what follows: which nodes are proved and which are dead.
// The running search, the store's resume and every viewer fold the same one.
// A Tree is not safe for concurrent use; a viewer of a running search folds its
// own from the batches that the search gives to its [Log].
//
// The zero value is not usable; see [NewTree].
type Tree struct {
	nodes    []node
	attempts []attempt
	edges    []edge
	byKey    map[string]int32
	sources  names
	classes  names
	// layouts are the adapter's notes on edges; number 0 is none.
	layouts names
	// suggested are the actions that the prover itself proposed, by node.
	suggested map[int32][]provers.Action

	// What changed in the last Apply.
	changed  []NodeID
	improved []NodeID
	flipped  []int32
	lost     []lostProof
	work     []int32
	dropped  []int32

	info       RunInfo
	seq        int64
	stage      int
	stageSpent Spent // what was spent when the stage began
	spent      Spent
	end        EndReason
	detail     string
	verdict    *provers.Verdict
	refused    [][]AttemptID // the attempts of each proof that was refused
	restarts   int
	maxDepth   int32
	byState    [3]int
	byStatus   [statusCount]int
	sourceStat []SourceStats
}

// NewTree returns the fold of no events.
func NewTree() *Tree {
	t := &Tree{byKey: make(map[string]int32), stage: none}
	t.layouts.id("")
	return t
}

// names interns the few strings that many attempts share.
type names struct {
	list  []string
	index map[string]uint32
}

func (s *names) id(name string) uint32 {
	if id, ok := s.index[name]; ok {
		return id
	}
	if s.index == nil {
		s.index = make(map[string]uint32)
	}
	id := uint32(len(s.list))
	name = strings.Clone(name)
	s.list = append(s.list, name)
	s.index[name] = id
	return id
}

// Apply folds one more event. An error means that the event does not follow
// from those before it: the sequence is damaged, and the tree must not be used.
func (t *Tree) Apply(e Event) error {
	t.changed, t.improved, t.flipped, t.lost = t.changed[:0], t.improved[:0], t.flipped[:0], t.lost[:0]
	if e.Seq != t.seq+1 {
		return fmt.Errorf("event %d (%s): expected event %d", e.Seq, e.Kind, t.seq+1)
	}
	if err := t.apply(&e); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind, err)
	}
	t.seq = e.Seq
	if e.Spent != nil {
		t.spend(*e.Spent)
	}
	t.settle()
	return nil
}

func (t *Tree) apply(e *Event) error {
	switch e.Kind {
	case RunStarted:
		if e.Run == nil {
			return errors.New("no run")
		}
		t.info = *e.Run
		t.end, t.detail = "", ""
	case StageStarted:
		return t.startStage(e)
	case StateReached:
		return t.reach(e)
	case AttemptTried:
		return t.try(e)
	case NodeExhausted:
		n, err := t.index(e.Node)
		if err != nil {
			return err
		}
		t.nodes[n].exhausted, t.nodes[n].final = true, e.Final
		t.derive(alive, n)
	case NodeProved:
		return t.expect(e.Node, stateProved)
	case NodeDead:
		return t.expect(e.Node, stateDead)
	case NodeReopened:
		if e.Attempt == 0 {
			return t.expect(e.Node, stateOpen)
		}
		return t.bar(e, true)
	case AttemptCleared:
		return t.bar(e, false)
	case VerdictGiven:
		if e.Verdict == nil {
			return errors.New("no verdict")
		}
		t.verdict = e.Verdict
		if ids := t.proofAttempts(); !e.Verdict.Accepted && len(ids) > 0 {
			t.refused = append(t.refused, ids)
		}
	case RunEnded:
		t.end, t.detail = e.End, e.Detail
	case ProverRestarted:
		t.restarts++
	case BudgetSpent, UserActed:
	default:
		return errors.New("unknown kind")
	}
	return nil
}

// spend takes in what the events say that was spent. Attempts and units are
// counted from the attempts themselves, so that they hold at any cut.
func (t *Tree) spend(s Spent) {
	s.Attempts, s.Units = t.spent.Attempts, t.spent.Units
	t.spent = s
}

func (t *Tree) startStage(e *Event) error {
	if e.Stage < 0 || e.Stage > math.MaxUint8 {
		return fmt.Errorf("stage %d", e.Stage)
	}
	t.stage = e.Stage
	if e.Spent != nil {
		t.stageSpent = *e.Spent
	}
	var reopened []int32
	for i := range t.nodes {
		if n := &t.nodes[i]; n.exhausted && !n.final {
			n.exhausted = false
			reopened = append(reopened, int32(i))
		}
	}
	t.derive(alive, reopened...)
	return nil
}

func (t *Tree) reach(e *Event) error {
	switch {
	case e.State == nil:
		return errors.New("no state")
	case e.State.Key == "":
		return errors.New("the state has no key")
	case e.Node != NodeID(len(t.nodes)+1):
		return fmt.Errorf("node %d: expected %d", e.Node, len(t.nodes)+1)
	case (e.Attempt == 0) != (e.Node == 1):
		return fmt.Errorf("node %d was reached by attempt %d", e.Node, e.Attempt)
	}
	if old, ok := t.byKey[e.State.Key]; ok {
		return fmt.Errorf("node %d has the key of node %d", e.Node, old+1)
	}
	n := node{goals: e.State.Goals, key: e.State.Key, depth: int32(e.Depth), score: math.Inf(-1),
		firstEdge: none, parentEdge: none, lastAttempt: none}
	if e.Node == 1 {
		n.score = 0
	}
	i := int32(len(t.nodes))
	t.nodes = append(t.nodes, n)
	t.byKey[n.key] = i
	t.byState[stateOpen]++
	t.maxDepth = max(t.maxDepth, n.depth)
	t.derive(alive, i)
	return nil
}

func (t *Tree) try(e *Event) error {
	n, err := t.index(e.Node)
	if err != nil {
		return err
	}
	status, known := statusIndex(outcomeStatus(e))
	switch {
	case e.Candidate == nil || e.Outcome == nil:
		return errors.New("no candidate or no outcome")
	case !known:
		return fmt.Errorf("unknown status %q", e.Outcome.Status)
	case n != 0 && t.nodes[n].firstEdge == none:
		return fmt.Errorf("attempt %d is at node %d, to which nothing led", e.Attempt, e.Node)
	case e.Attempt != AttemptID(len(t.attempts)+1):
		return fmt.Errorf("attempt %d: expected %d", e.Attempt, len(t.attempts)+1)
	case (e.Outcome.Status == provers.Progress) != (len(e.Children) > 0):
		return fmt.Errorf("attempt %d: %s with %d states left", e.Attempt, e.Outcome.Status, len(e.Children))
	case e.Stage < 0 || e.Stage > math.MaxUint8:
		return fmt.Errorf("stage %d", e.Stage)
	}
	if e.Layouts != nil && len(e.Layouts) != len(e.Children) {
		return fmt.Errorf("attempt %d: %d layouts for %d states", e.Attempt, len(e.Layouts), len(e.Children))
	}
	for _, c := range e.Children {
		if _, err := t.index(c); err != nil {
			return fmt.Errorf("attempt %d leads to: %w", e.Attempt, err)
		}
	}
	message := e.Outcome.Message
	if len(message) > maxMessage {
		message = strings.Clone(strings.ToValidUTF8(message[:maxMessage], ""))
	}
	source := t.sources.id(e.Candidate.Source)
	i := int32(len(t.attempts))
	t.attempts = append(t.attempts, attempt{
		text: e.Candidate.Action.Text, message: message, logProb: e.Candidate.LogProb,
		units: e.Outcome.Units, elapsed: e.Outcome.Elapsed,
		node: n, prev: t.nodes[n].lastAttempt,
		firstEdge: int32(len(t.edges)), edgeCount: int32(len(e.Children)),
		goal: int32(e.Candidate.Action.Goal), source: source, class: t.classes.id(e.Outcome.Class),
		status: status, stage: uint8(e.Stage),
	})
	t.nodes[n].lastAttempt = i
	t.nodes[n].attempts++
	t.byStatus[status]++
	t.spent.Attempts++
	t.spent.Units += e.Outcome.Units
	t.countSource(source, e.Outcome.Status)
	for k, id := range e.Children {
		layout := ""
		if e.Layouts != nil {
			layout = e.Layouts[k]
		}
		t.link(i, int32(id-1), t.layouts.id(layout))
	}
	if len(e.Outcome.Suggestions) > 0 {
		t.suggest(n, e.Candidate.Action.Goal, e.Outcome.Suggestions)
	}
	if e.Outcome.Status.Accepted() {
		t.derive(provable, n)
		t.derive(alive, n)
	}
	return nil
}

func outcomeStatus(e *Event) provers.Status {
	if e.Outcome == nil {
		return ""
	}
	return e.Outcome.Status
}

// link adds the edge from an attempt to a child and lets the child's score
// profit from the new path.
func (t *Tree) link(a, child int32, layout uint32) {
	i := int32(len(t.edges))
	c := &t.nodes[child]
	t.edges = append(t.edges, edge{child: child, attempt: a, layout: layout, next: c.parentEdge})
	c.parentEdge = i
	if c.firstEdge == none && child != 0 {
		c.firstEdge = i
	}
	for f := range factCount {
		if c.support[f] == 0 {
			t.attempts[a].missing[f]++
		}
	}
	t.improve(i)
}

// improve raises the scores of the nodes behind an edge, as far as the path
// through it is better than what they had. Sums of log-probabilities do not
// rise along a cycle, so it ends.
func (t *Tree) improve(start int32) {
	work := append(t.work[:0], start)
	for len(work) > 0 {
		e := &t.edges[work[len(work)-1]]
		work = work[:len(work)-1]
		a, c := &t.attempts[e.attempt], &t.nodes[e.child]
		from := &t.nodes[a.node]
		score, depth := from.score+min(a.logProb, 0), from.depth+1
		if !(score > c.score) {
			continue
		}
		if !math.IsInf(c.score, -1) {
			t.improved = append(t.improved, NodeID(e.child+1))
		}
		c.score, c.depth = score, depth
		t.maxDepth = max(t.maxDepth, depth)
		for b := c.lastAttempt; b != none; b = t.attempts[b].prev {
			for k := range t.attempts[b].edgeCount {
				work = append(work, t.attempts[b].firstEdge+k)
			}
		}
	}
	t.work = work
}

// bar takes an attempt out of the tree's proofs, or back in.
func (t *Tree) bar(e *Event, barred bool) error {
	n, err := t.index(e.Node)
	if err != nil {
		return err
	}
	if e.Attempt < 1 || int(e.Attempt) > len(t.attempts) || t.attempts[e.Attempt-1].node != n {
		return fmt.Errorf("attempt %d is not one at node %d", e.Attempt, e.Node)
	}
	t.attempts[e.Attempt-1].barred = barred
	t.derive(provable, n)
	t.derive(alive, n)
	return nil
}

// expect checks an event that only says what follows.
func (t *Tree) expect(id NodeID, want nodeState) error {
	n, err := t.index(id)
	if err != nil {
		return err
	}
	if got := t.nodes[n].status; got != want {
		return fmt.Errorf("node %d is %s, not %s", id, got, want)
	}
	return nil
}

func (t *Tree) index(id NodeID) (int32, error) {
	if id < 1 || int(id) > len(t.nodes) {
		return 0, fmt.Errorf("there is no node %d", id)
	}
	return int32(id - 1), nil
}
