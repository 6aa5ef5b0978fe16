package search

import (
	"fmt"
	"math"
)

// Check derives from scratch what Apply derives step by step, and compares. It
// goes over the whole tree many times: it is meant for tests.
func (t *Tree) Check() error {
	if err := t.checkLinks(); err != nil {
		return err
	}
	for f := range factCount {
		holds := t.fixpoint(f)
		for i := range t.nodes {
			if got := t.nodes[i].support[f] != unsupported; got != holds[i] {
				return fmt.Errorf("node %d: fact %d is %t, from scratch %t", i+1, f, got, holds[i])
			}
		}
		if err := t.checkSupports(f); err != nil {
			return err
		}
	}
	var byState [3]int
	for i := range t.nodes {
		n := &t.nodes[i]
		want := stateOpen
		switch {
		case n.support[provable] != unsupported:
			want = stateProved
			if n.support[alive] == unsupported {
				return fmt.Errorf("node %d is proved and cannot be proved", i+1)
			}
		case n.support[alive] == unsupported:
			want = stateDead
		}
		if n.status != want {
			return fmt.Errorf("node %d is %s, should be %s", i+1, n.status, want)
		}
		byState[want]++
	}
	if byState != t.byState {
		return fmt.Errorf("counts of nodes are %v, should be %v", t.byState, byState)
	}
	return nil
}

// fixpoint finds where a fact holds by going over all nodes until nothing changes.
func (t *Tree) fixpoint(f fact) []bool {
	holds := make([]bool, len(t.nodes))
	for changed := true; changed; {
		changed = false
		for i := range t.nodes {
			if holds[i] {
				continue
			}
			ok := f == alive && !t.nodes[i].exhausted
			for a := range t.attempts {
				if at := &t.attempts[a]; ok || at.node != int32(i) || at.barred || !at.accepted() {
					continue
				}
				ok = true
				for e := range t.edgesOf(&t.attempts[a]) {
					ok = ok && holds[e.child]
				}
			}
			if ok {
				holds[i], changed = true, true
			}
		}
	}
	return holds
}

// checkSupports follows the supports of a fact: they must be attempts at their
// nodes that may be used, and must never lead back.
func (t *Tree) checkSupports(f fact) error {
	const (
		unseen = iota
		active
		done
	)
	state := make([]int, len(t.nodes))
	var visit func(i int32) error
	visit = func(i int32) error {
		s := t.nodes[i].support[f]
		switch {
		case state[i] == done:
			return nil
		case state[i] == active:
			return fmt.Errorf("node %d supports fact %d by itself", i+1, f)
		case s == unsupported:
			return fmt.Errorf("node %d is used as a support of fact %d, which does not hold there", i+1, f)
		}
		state[i] = active
		if s == grounded {
			if f != alive || t.nodes[i].exhausted {
				return fmt.Errorf("node %d is not grounded", i+1)
			}
		} else {
			a := &t.attempts[s-1]
			if a.node != i || a.barred || !a.accepted() {
				return fmt.Errorf("attempt %d cannot support node %d", s, i+1)
			}
			for e := range t.edgesOf(a) {
				if err := visit(e.child); err != nil {
					return err
				}
			}
		}
		state[i] = done
		return nil
	}
	for i := range t.nodes {
		if t.nodes[i].support[f] != unsupported {
			if err := visit(int32(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLinks checks the lists, the counts on attempts and the scores.
func (t *Tree) checkLinks() error {
	best := make([]float64, len(t.nodes))
	into := make([]int, len(t.nodes))
	for i := range best {
		best[i] = math.Inf(-1)
	}
	if len(best) > 0 {
		best[0] = 0
	}
	for i := range t.attempts {
		a := &t.attempts[i]
		var missing [factCount]int32
		for e := range t.edgesOf(a) {
			if e.attempt != int32(i) {
				return fmt.Errorf("attempt %d has an edge of attempt %d", i+1, e.attempt+1)
			}
			into[e.child]++
			best[e.child] = max(best[e.child], t.nodes[a.node].score+min(a.logProb, 0))
			for f := range factCount {
				if t.nodes[e.child].support[f] == unsupported {
					missing[f]++
				}
			}
		}
		if missing != a.missing {
			return fmt.Errorf("attempt %d misses %v, should be %v", i+1, a.missing, missing)
		}
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		for e := n.parentEdge; e != none; e = t.edges[e].next {
			into[i]--
		}
		if into[i] != 0 {
			return fmt.Errorf("node %d: %d edges are not listed", i+1, into[i])
		}
		if n.score != best[i] {
			return fmt.Errorf("node %d: score %g, should be %g", i+1, n.score, best[i])
		}
	}
	return nil
}
