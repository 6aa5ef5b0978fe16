package search

import (
	"github.com/ansatz-prover/ansatz/provers"
)

// frontier holds the nodes that have something left to try, in the order that a
// strategy gives them.
type frontier struct {
	tree  *Tree
	seed  uint64
	stage Stage
	order strategy
	open  []*openNode // by node
	// parked is how many nodes were left out because they did not matter when
	// they came up. See revive.
	parked int

	queued int  // candidates in all queues
	limit  int  // of queued
	keep   bool // keep all queues, because the policy is slow

	// Scratch space.
	seen   map[provers.Action]bool
	stamps []uint64
	epoch  uint64
	work   []int32
}

// begin empties the frontier for a stage.
func (f *frontier) begin(s Stage) error {
	order, err := newStrategy(&s)
	if err != nil {
		return err
	}
	f.stage, f.order, f.open, f.parked = s, order, nil, 0
	f.queued, f.limit = 0, maxQueued
	return nil
}

func (f *frontier) node(id NodeID) *openNode {
	for len(f.open) < len(f.tree.nodes) {
		f.open = append(f.open, nil)
	}
	o := f.open[id-1]
	if o == nil {
		o = &openNode{id: id, slot: none, tie: tieBreak(f.seed, id)}
		f.open[id-1] = o
	}
	return o
}

// add puts a node into the frontier, if it is open and not there already.
func (f *frontier) add(id NodeID) {
	n := &f.tree.nodes[id-1]
	if n.status != stateOpen || n.exhausted {
		return
	}
	o := f.node(id)
	if o.inFlight || o.slot != none {
		return
	}
	o.rank(f.tree, &f.stage)
	f.order.push(o)
}

// improved moves the nodes up to which a better path was found.
func (f *frontier) improved(ids []NodeID) {
	for _, id := range ids {
		if int(id) <= len(f.open) && f.open[id-1] != nil && f.open[id-1].slot != none {
			o := f.open[id-1]
			f.order.remove(o)
			o.rank(f.tree, &f.stage)
			f.order.push(o)
		}
	}
}

// drop forgets what was left to try at a node.
func (f *frontier) drop(o *openNode) {
	if o.inFlight {
		return
	}
	f.queued -= len(o.queue)
	f.open[o.id-1] = nil
}

// next takes the best node out of the frontier that still matters, or returns
// nil. Others that come up on the way are dropped or parked.
func (f *frontier) next() *openNode {
	for {
		o := f.order.pop()
		if o == nil {
			return nil
		}
		n := &f.tree.nodes[o.id-1]
		switch {
		case n.status != stateOpen || n.exhausted:
			f.order.done(o)
			f.drop(o)
		case !f.relevant(o.id, 0):
			f.order.done(o)
			f.parked++
		default:
			return o
		}
	}
}

// revive is called when an attempt has led to a node that was known before. If
// that makes the node matter again, what lies behind it does so too, and is
// brought back.
func (f *frontier) revive(id NodeID, by AttemptID) {
	if f.parked == 0 || f.relevant(id, by) || !f.relevant(id, 0) {
		return
	}
	t := f.tree
	f.epoch++
	f.stamps[id-1] = f.epoch
	work := append(f.work[:0], int32(id-1))
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		if t.nodes[i].status != stateOpen {
			continue
		}
		f.add(NodeID(i + 1))
		for b := t.nodes[i].lastAttempt; b != none; b = t.attempts[b].prev {
			a := &t.attempts[b]
			if a.barred || a.missing[alive] > 0 {
				continue
			}
			for e := range t.edgesOf(a) {
				if f.stamps[e.child] != f.epoch {
					f.stamps[e.child] = f.epoch
					work = append(work, e.child)
				}
			}
		}
	}
	f.work = work
}

// relevant reports whether proving a node can still help to prove the root: a
// path of open nodes and of attempts that may succeed leads to it from there.
// One attempt can be left out; 0 leaves out none.
func (f *frontier) relevant(id NodeID, without AttemptID) bool {
	t := f.tree
	for len(f.stamps) < len(t.nodes) {
		f.stamps = append(f.stamps, 0)
	}
	f.epoch++
	f.stamps[id-1] = f.epoch
	work := append(f.work[:0], int32(id-1))
	defer func() { f.work = work }()
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		if t.nodes[i].status != stateOpen {
			continue
		}
		if i == 0 {
			return true
		}
		for e := t.nodes[i].parentEdge; e != none; e = t.edges[e].next {
			up := t.edges[e].attempt
			a := &t.attempts[up]
			if up == int32(without-1) || a.barred || a.missing[alive] > 0 || f.stamps[a.node] == f.epoch {
				continue
			}
			f.stamps[a.node] = f.epoch
			work = append(work, a.node)
		}
	}
	return false
}
