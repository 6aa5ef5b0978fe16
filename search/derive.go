package search

// fact is a property of nodes that is defined as a least fixpoint over the
// tree: it holds at a node that is grounded by itself, or that has an accepted
// attempt all of whose children have it. States can repeat on a path, so the
// graph may have cycles; least means that a cycle does not hold itself up.
type fact int

const (
	// provable: some attempt closes the node, or leaves only proved ones.
	provable fact = iota
	// alive: the node might still be proved. It is grounded where something is
	// left to try. A node that is not alive is dead.
	alive
	factCount
)

// The values of node.support besides the number of an attempt.
const (
	unsupported = 0
	grounded    = -1
)

// nodeState is what follows for a node.
type nodeState uint8

const (
	stateOpen nodeState = iota
	stateProved
	stateDead
)

func (s nodeState) String() string { return string(statuses[s]) }

var statuses = [...]NodeStatus{stateOpen: NodeOpen, stateProved: NodeIsProved, stateDead: NodeIsDead}

// derive restores one fact after something changed at the touched nodes: an
// attempt was added or barred, or the node was exhausted or opened again.
//
// It is the delete and re-derive algorithm for incremental fixpoints (Gupta,
// Mumick, Subrahmanian, "Maintaining views incrementally", SIGMOD 1993): every
// node remembers one attempt that supports it; when a support breaks, the fact
// is first taken from everything that was supported through it, and then given
// back where another support is found. Supports are found in order, so that
// following them never leads back to where one came from.
func (t *Tree) derive(f fact, touched ...int32) {
	dropped := t.dropped[:0]
	work := append(t.work[:0], touched...)
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		n := &t.nodes[i]
		if n.support[f] == unsupported || t.holds(f, i, n.support[f]) {
			continue
		}
		if f == provable {
			t.lost = append(t.lost, lostProof{node: i, by: n.support[f]})
		}
		n.support[f] = unsupported
		dropped = append(dropped, i)
		t.flipped = append(t.flipped, i)
		for e := n.parentEdge; e != none; e = t.edges[e].next {
			a := t.edges[e].attempt
			t.attempts[a].missing[f]++
			if parent := t.attempts[a].node; t.nodes[parent].support[f] == a+1 {
				work = append(work, parent)
			}
		}
	}
	work = append(append(work, touched...), dropped...)
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		n := &t.nodes[i]
		if n.support[f] != unsupported {
			continue
		}
		if n.support[f] = t.findSupport(f, i); n.support[f] == unsupported {
			continue
		}
		t.flipped = append(t.flipped, i)
		for e := n.parentEdge; e != none; e = t.edges[e].next {
			a := t.edges[e].attempt
			t.attempts[a].missing[f]--
			if t.attempts[a].missing[f] == 0 {
				work = append(work, t.attempts[a].node)
			}
		}
	}
	t.work, t.dropped = work, dropped
}

// holds reports whether a support of node i is a valid one.
func (t *Tree) holds(f fact, i, support int32) bool {
	if support == grounded {
		return t.grounded(f, i)
	}
	a := &t.attempts[support-1]
	return a.accepted() && !a.barred && a.missing[f] == 0
}

func (t *Tree) grounded(f fact, i int32) bool { return f == alive && !t.nodes[i].exhausted }

func (t *Tree) findSupport(f fact, i int32) int32 {
	if t.grounded(f, i) {
		return grounded
	}
	for a := t.nodes[i].lastAttempt; a != none; a = t.attempts[a].prev {
		if t.holds(f, i, a+1) {
			return a + 1
		}
	}
	return unsupported
}

// lostProof says by which attempt a node was proved, counted from 1, before the
// fact was taken from it.
type lostProof struct{ node, by int32 }

// settle turns the facts that changed into statuses, and finds the nodes that
// stay proved, but by another attempt.
func (t *Tree) settle() {
	for _, i := range t.flipped {
		n := &t.nodes[i]
		state := stateOpen
		switch {
		case n.support[provable] != unsupported:
			state = stateProved
		case n.support[alive] == unsupported:
			state = stateDead
		}
		if state == n.status {
			continue
		}
		t.byState[n.status]--
		t.byState[state]++
		n.status = state
		t.changed = append(t.changed, NodeID(i+1))
	}
	for _, l := range t.lost {
		n := &t.nodes[l.node]
		if n.status == stateProved && n.support[provable] != l.by {
			t.changed = append(t.changed, NodeID(l.node+1))
		}
	}
}
