package search

import (
	"container/heap"
	"iter"
)

// strategy decides which node of the frontier is expanded next. A node is in
// it once at most; while it is being expanded it is not.
type strategy interface {
	push(o *openNode)
	// pop takes out the node to expand next. It returns nil if there is none
	// now; there may be one once a node in flight is done.
	pop() *openNode
	// done says that the expansion of a popped node is over.
	done(o *openNode)
	remove(o *openNode)
	// best is the node that pop would take first, or nil.
	best() *openNode
	// heaps are all nodes that are in the frontier.
	heaps() iter.Seq[nodeHeap]
}

// nodeHeap implements heap.Interface; the best node is at the top.
type nodeHeap []*openNode

func (h nodeHeap) Len() int           { return len(h) }
func (h nodeHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h nodeHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i, j
}

func (h *nodeHeap) Push(x any) {
	o := x.(*openNode)
	o.slot = len(*h)
	*h = append(*h, o)
}

func (h *nodeHeap) Pop() any {
	old := *h
	o := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	o.slot = none
	return o
}

// bestFirst expands the best node of all.
type bestFirst struct{ heap nodeHeap }

func (b *bestFirst) push(o *openNode)   { heap.Push(&b.heap, o) }
func (b *bestFirst) done(*openNode)     {}
func (b *bestFirst) remove(o *openNode) { heap.Remove(&b.heap, o.slot) }

func (b *bestFirst) pop() *openNode {
	if len(b.heap) == 0 {
		return nil
	}
	return heap.Pop(&b.heap).(*openNode)
}

func (b *bestFirst) heaps() iter.Seq[nodeHeap] {
	return func(yield func(nodeHeap) bool) { yield(b.heap) }
}

func (b *bestFirst) best() *openNode {
	if len(b.heap) == 0 {
		return nil
	}
	return b.heap[0]
}

// sweep expands the root only.
type sweep struct{ bestFirst }

func (s *sweep) push(o *openNode) {
	if o.id == 1 {
		s.bestFirst.push(o)
	}
}
