package treeview

import (
	"context"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// source is where nodes are read from.
type source interface {
	NodeView(ctx context.Context, id search.NodeID) (prooftree.NodeView, error)
	Attempts(ctx context.Context, id search.NodeID, after search.AttemptID, limit int) ([]search.Attempt, error)
}

// whole is a tree that was read at once, with the stored one behind it for what
// came meanwhile. A few queries for all are much faster than some for each node.
type whole struct {
	nodes    map[search.NodeID]search.Node
	attempts map[search.NodeID][]search.Attempt
	view     *prooftree.View
}

// wholeMost bounds the trees that are read at once, in attempts.
const wholeMost = 20_000

// ReadWhole is [Read] for when most of a small tree is needed, or many trees are.
func ReadWhole(ctx context.Context, view *prooftree.View, depth, nodes int) (root *Node, truncated bool, err error) {
	r := reader{view: view, depth: depth, nodes: nodes, seen: make(map[search.NodeID]bool)}
	w := whole{nodes: make(map[search.NodeID]search.Node), attempts: make(map[search.NodeID][]search.Attempt), view: view}
	small := true
	count := 0
	for a, err := range view.AllAttempts(ctx) {
		if err != nil {
			return nil, false, err
		}
		if count++; count > wholeMost {
			small = false
			break
		}
		w.attempts[a.Node] = append(w.attempts[a.Node], a)
	}
	if small {
		for n, err := range view.Nodes(ctx) {
			if err != nil {
				return nil, false, err
			}
			w.nodes[n.ID] = n
		}
		r.view = w
	}
	root, err = r.read(ctx, 1, 0)
	return root, r.truncated, err
}

// NodeView implements source. Of what a view of a node has, only what is drawn is set.
func (w whole) NodeView(ctx context.Context, id search.NodeID) (prooftree.NodeView, error) {
	n, known := w.nodes[id]
	if !known {
		return w.view.NodeView(ctx, id)
	}
	return prooftree.NodeView{Node: n, Attempts: w.attempts[id][:min(len(w.attempts[id]), prooftree.MaxAttempts)]}, nil
}

// Attempts implements source.
func (w whole) Attempts(_ context.Context, id search.NodeID, after search.AttemptID, limit int) ([]search.Attempt, error) {
	list := w.attempts[id]
	for len(list) > 0 && list[0].ID <= after {
		list = list[1:]
	}
	return list[:min(len(list), limit)], nil
}
