package search

import (
	"container/heap"
	"iter"
)

// beam goes down depth by depth. At each depth it expands the best nodes, up to
// its width, until nothing is left to try at them, and leaves the others out. A
// depth begins when all work at lower depths is over, so that which nodes are
// the best does not depend on how long the prover takes.
type beam struct {
	width  int
	levels []level
}

type level struct {
	heap     nodeHeap
	admitted map[NodeID]bool
	busy     int // nodes of the level that are being expanded
}

func (b *beam) at(depth int) *level {
	for depth >= len(b.levels) {
		b.levels = append(b.levels, level{admitted: make(map[NodeID]bool)})
	}
	return &b.levels[depth]
}

func (b *beam) push(o *openNode) {
	o.level = o.depth
	heap.Push(&b.at(o.level).heap, o)
}

func (b *beam) remove(o *openNode) { heap.Remove(&b.at(o.level).heap, o.slot) }
func (b *beam) done(o *openNode)   { b.at(o.level).busy-- }

// pop counts a node against the width when it is about to be expanded, not when
// only its candidates are asked for.
func (b *beam) pop() *openNode {
	for i := range b.levels {
		l := &b.levels[i]
		for len(l.heap) > 0 {
			o := heap.Pop(&l.heap).(*openNode)
			if !l.admitted[o.id] {
				if len(l.admitted) >= b.width {
					continue
				}
				if o.ready {
					l.admitted[o.id] = true
				}
			}
			l.busy++
			return o
		}
		if l.busy > 0 {
			return nil
		}
	}
	return nil
}

func (b *beam) heaps() iter.Seq[nodeHeap] {
	return func(yield func(nodeHeap) bool) {
		for i := range b.levels {
			if !yield(b.levels[i].heap) {
				return
			}
		}
	}
}

func (b *beam) best() *openNode {
	for i := range b.levels {
		if h := b.levels[i].heap; len(h) > 0 {
			return h[0]
		}
	}
	return nil
}
