package search

import (
	"errors"
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// dispatch gives out work until the window is full or nothing is left to give.
func (r *run) dispatch() {
	for r.flight.room() && r.end == "" && r.tree.stage >= 0 && r.front.order != nil {
		if r.rootIs(stateDead) || r.stageSpent() {
			return
		}
		if bound := r.overBudget(); bound != "" {
			// What is in flight was begun within the budget and is waited for.
			if r.flight.empty() {
				r.stop(EndBudget, bound, nil)
			}
			return
		}
		if !r.dispatchOne() {
			return
		}
	}
}

// dispatchOne gives out the next job of the frontier, if there is one.
func (r *run) dispatchOne() bool {
	for r.try.Err() == nil {
		o := r.front.next()
		if o == nil {
			return false
		}
		j := &job{node: o.id, request: r.request(o)}
		if o.ready {
			r.expand(o, j)
			return true
		}
		j.kind = jobPropose
		if r.slow {
			o.inFlight = true
			r.give(j)
			return true
		}
		begin := time.Now()
		j.proposed, j.err = r.cfg.Policy.Propose(r.try, j.request)
		j.inPolicy = time.Since(begin)
		r.proposed(o, j)
	}
	return false
}

func (r *run) request(o *openNode) policy.Request {
	s, _ := r.tree.State(o.id)
	return policy.Request{Problem: r.cfg.Info.Problem, State: s, Depth: int(r.tree.nodes[o.id-1].depth), Stage: max(r.tree.stage, 0), Max: r.front.stage.MaxCandidates}
}

// expand gives out the next batch of a node's actions.
func (r *run) expand(o *openNode, j *job) {
	n := r.front.batch(o)
	if b := r.cfg.Info.Budget.Attempts; b > 0 {
		n = min(n, int(max(b-r.tree.spent.Attempts-r.flying.Attempts, 1)))
	}
	j.kind, j.limits = jobTry, r.front.stage.Limits
	j.candidates = r.front.take(o, n)
	j.actions = make([]provers.Action, n)
	for i := range j.candidates {
		j.actions[i] = j.candidates[i].Action
	}
	o.inFlight = true
	r.flying.Expansions++
	r.flying.Attempts += int64(n)
	r.give(j)
}

// apply takes in the outcome of a job.
func (r *run) apply(j *job) {
	for _, detail := range j.restarts {
		r.emit(Event{Kind: ProverRestarted, Detail: detail})
	}
	switch j.kind {
	case jobRoot:
		r.spent.InProver += j.inProver
		r.reachRoot(j)
	case jobPropose:
		r.proposed(r.front.node(j.node), j)
	case jobTry:
		r.tried(j)
	}
	if len(r.batch) >= longBatch {
		r.flush()
	}
}

func (r *run) reachRoot(j *job) {
	if j.err != nil {
		return // stopped before it began
	}
	if j.root.Key == "" {
		r.fail(errors.New("the session has no root state"))
		return
	}
	r.emit(Event{Kind: StateReached, Node: 1, State: &provers.State{Goals: j.root.Goals, Key: j.root.Key}})
}

// proposed takes in what the policy proposed at a node.
func (r *run) proposed(o *openNode, j *job) {
	o.inFlight = false
	r.front.order.done(o)
	r.spent.InPolicy += j.inPolicy
	switch {
	case r.end != "":
		return
	case j.err != nil:
		if r.try.Err() == nil {
			r.fail(fmt.Errorf("asking the policy %s: %w", r.cfg.Policy.Name(), j.err))
		}
		return
	}
	r.front.fill(o, r.tree.stage, j.proposed)
	r.putBack(o)
}

// putBack returns a node to the frontier, or notes that nothing is left to try
// there.
func (r *run) putBack(o *openNode) {
	n := &r.tree.nodes[o.id-1]
	switch {
	case n.status != stateOpen:
		r.front.drop(o)
	case len(o.queue) > 0:
		r.front.add(o.id)
	default:
		r.emit(Event{Kind: NodeExhausted, Node: o.id, Stage: r.tree.stage, Final: o.complete && r.tree.finished(o.id, r.tree.stage)})
		r.front.drop(o)
	}
}

// tried takes in the outcomes of an expansion.
func (r *run) tried(j *job) {
	o := r.front.node(j.node)
	r.front.order.done(o)
	r.flying.Expansions--
	r.flying.Attempts -= int64(len(j.actions))
	r.spent.InProver += j.inProver
	if j.outcomes == nil || r.end == EndFailed {
		o.inFlight = false
		return // stopped before it began, or nothing is recorded any more
	}
	r.spent.Expansions++
	for i := range j.outcomes {
		r.record(o, j, i)
	}
	if len(r.tree.suggested[int32(o.id-1)]) > 0 {
		// Not before all of the batch is known to have been tried.
		r.front.suggest(o, r.tree.historyAt(o.id, r.tree.stage))
	}
	// Until here the node is in flight: an action may lead back to where it was
	// tried, and must not put the node into the frontier as it was.
	o.inFlight = false
	if r.end == "" {
		r.putBack(o)
	}
}

// record adds one attempt to the tree, with the states that it reached.
func (r *run) record(o *openNode, j *job, i int) {
	id := AttemptID(len(r.tree.attempts) + 1)
	outcome := &j.outcomes[i]
	depth := int(r.tree.nodes[j.node-1].depth) + 1
	next := outcome.Next
	var (
		children []NodeID
		layouts  []string
	)
	if len(next) > 0 {
		children = make([]NodeID, len(next))
	}
	for k := range next {
		child, known := r.tree.Find(next[k].Key)
		if !known {
			child = NodeID(len(r.tree.nodes) + 1)
			r.emit(Event{Kind: StateReached, Node: child, Attempt: id, Depth: depth, State: &provers.State{Goals: next[k].Goals, Key: next[k].Key}})
		}
		children[k] = child
		if path := next[k].Path; len(path) > 0 && path[len(path)-1].Layout != "" {
			if layouts == nil {
				layouts = make([]string, len(next))
			}
			layouts[k] = path[len(path)-1].Layout
		}
	}
	recorded := *outcome
	recorded.Next = nil
	r.emit(Event{Kind: AttemptTried, Attempt: id, Node: j.node, Candidate: &j.candidates[i], Outcome: &recorded, Children: children, Layouts: layouts, Stage: r.tree.stage})
	if r.learner != nil && outcome.Status.Conclusive() {
		r.learner.Learn(policy.Observation{Request: j.request, Candidate: j.candidates[i], Outcome: *outcome})
	}
	if outcome.Status == provers.Lost {
		r.front.requeue(o, j.candidates[i])
	}
	if r.end == EndFailed {
		return
	}
	for _, child := range children {
		r.enter(child)
		r.front.revive(child, id)
	}
}

// enter puts a node that an attempt led to into the frontier, unless it is too
// deep for the stage.
func (r *run) enter(id NodeID) {
	n := &r.tree.nodes[id-1]
	if limit := r.front.stage.MaxDepth; limit > 0 && int(n.depth) >= limit && n.status == stateOpen && !n.exhausted && !r.front.node(id).inFlight {
		r.emit(Event{Kind: NodeExhausted, Node: id, Stage: r.tree.stage})
		return
	}
	r.front.add(id)
}

// teachPast tells a learning policy what the resumed tree holds, as if it had
// been there.
func (r *run) teachPast() {
	if r.learner == nil {
		return
	}
	for id := range AttemptID(len(r.tree.attempts)) {
		if r.tree.attempts[id].outcome().Conclusive() {
			r.teach(id+1, false)
		}
	}
}

// teach tells a learning policy of an attempt in the tree.
func (r *run) teach(id AttemptID, onProof bool) {
	if r.learner == nil {
		return
	}
	a, _ := r.tree.Attempt(id)
	state, _ := r.tree.State(a.Node)
	n := &r.tree.nodes[a.Node-1]
	o := policy.Observation{
		Request:   policy.Request{Problem: r.cfg.Info.Problem, State: state, Depth: int(n.depth)},
		Candidate: a.Candidate,
		Outcome:   provers.Outcome{Status: a.Status, Message: a.Message, Class: a.Class, Units: a.Units, Elapsed: a.Elapsed},
		OnProof:   onProof,
	}
	for _, child := range a.Children {
		s, _ := r.tree.State(child)
		o.Outcome.Next = append(o.Outcome.Next, s)
	}
	r.learner.Learn(o)
}
