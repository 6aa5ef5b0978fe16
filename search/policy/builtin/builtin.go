// Package builtin is a policy that needs no model and no network. It makes
// Lean tactics from the goal itself: from its shape, its hypotheses and the
// numbers and functions that it mentions. A rule gives each tactic a prior
// weight; what happened to earlier tactics, in this search and in stored ones,
// re-ranks them (see [Policy.Learn]).
//
// Weights are independent estimates that an action is worth its time, not a
// distribution over actions: the sum over a state's candidates is not 1.
package builtin

import (
	"context"
	"math"
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// emitter receives a rule's proposals: a weight between 0 and 1, the name of
// the rule for statistics and learning, and the tactic.
type emitter func(weight float64, source, tactic string)

// rule makes tactics from a goal.
type rule func(v *view, emit emitter)

// Policy is the built-in policy. The zero value is not usable; see [New].
type Policy struct {
	name    string
	without map[string]bool
	rules   []rule
	ranker  *ranker // nil if nothing is learned
}

var (
	_ policy.Policy  = (*Policy)(nil)
	_ policy.Learner = (*Policy)(nil)
)

// New makes a policy that has learned nothing yet.
func New(options ...Option) *Policy {
	p := &Policy{without: make(map[string]bool)}
	for _, o := range options {
		o(p)
	}
	p.name = Parts().Without("builtin", p.without)
	p.rules = rulesWithout(p.without)
	if !p.without[partLearning] {
		p.ranker = newRanker()
	}
	return p
}

// Name implements [policy.Policy]. It tells which parts are left out.
func (p *Policy) Name() string { return p.name }

// Propose implements [policy.Policy]. It does no I/O and takes well under a millisecond.
func (p *Policy) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	type proposal struct {
		action provers.Action
		source string
		weight float64
		order  int
	}
	var list []proposal
	seen := map[provers.Action]int{}
	mathlib := strings.Contains(r.Problem.Preamble, "import Mathlib")
	own := declarations(r.Problem.Preamble)
	for i, g := range r.State.Goals {
		v := newView(g)
		v.declare(own)
		v.index, v.mathlib, v.depth = i, mathlib, r.Depth
		features := v.features()
		towering := v.towering()
		hope := 1.0
		if v.refuted() {
			hope = 0.02 // the search should look elsewhere
		}
		emit := func(weight float64, source, tactic string) {
			if towering && substitutes(tactic) {
				return
			}
			action := provers.Action{Goal: i, Text: tactic}
			weight = hope * p.ranker.adjust(weight, source, features)
			if i > 0 {
				weight *= 0.7 // the first goal of a cluster is where Lean's tactics work
			}
			if at, ok := seen[action]; ok {
				list[at].weight = max(list[at].weight, weight)
				return
			}
			seen[action] = len(list)
			list = append(list, proposal{action, source, weight, len(list)})
		}
		for _, rule := range p.rules {
			free := v.scope()
			rule(v, emit)
			free()
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].weight > list[j].weight })
	if r.Max > 0 && len(list) > r.Max {
		list = list[:r.Max]
	}
	candidates := make([]policy.Candidate, len(list))
	for i, c := range list {
		candidates[i] = policy.Candidate{Action: c.action, LogProb: math.Log(min(c.weight, 1)), Source: c.source}
	}
	return candidates, nil
}
