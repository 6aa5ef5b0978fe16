package builtin

import (
	"math"
	"sync"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// ranker re-weighs rules by how they fared on goals with the same features: an
// online naive-Bayes estimate whose prior is the rule's own weight. Every
// feature keeps counts for each rule; the posterior of the most specific
// features with enough evidence moves the weight.
type ranker struct {
	mu     sync.RWMutex
	counts map[rankKey]*tally
}

type rankKey struct{ feature, source string }

// tally is what was seen of a rule, with old observations fading: how much of
// all was good, and how much was neither good nor bad.
type tally struct{ good, all, neutral float64 }

const (
	// priorStrength is the number of observations that the prior weight is worth.
	priorStrength = 12
	// fade is what an observation is multiplied by when the next one comes: the
	// running search matters more than stored ones.
	fade = 0.995
)

func newRanker() *ranker { return &ranker{counts: map[rankKey]*tally{}} }

// adjust returns the posterior weight of a rule on a goal with the features. No
// ranker at all leaves weights as they are.
func (r *ranker) adjust(weight float64, source string, features []string) float64 {
	if r == nil {
		return weight
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var shift float64
	for _, f := range features {
		t, ok := r.counts[rankKey{f, source}]
		if !ok {
			continue
		}
		// What was neutral makes the prior weigh more.
		prior := priorStrength + t.neutral
		posterior := (weight*prior + t.good) / (prior + t.all)
		shift += logit(posterior) - logit(weight)
	}
	if shift == 0 {
		return weight
	}
	shift /= float64(len(features))
	// Evidence reorders rules; it never silences one.
	shift = math.Max(-1.5, math.Min(1.5, shift))
	return 1 / (1 + math.Exp(-(logit(weight) + shift)))
}

func logit(p float64) float64 {
	p = math.Max(0.001, math.Min(0.999, p))
	return math.Log(p / (1 - p))
}

// observe adds one outcome to the tallies of a rule.
func (r *ranker) observe(source string, features []string, seen tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range features {
		k := rankKey{f, source}
		t := r.counts[k]
		if t == nil {
			t = &tally{}
			r.counts[k] = t
		}
		t.good = t.good*fade + seen.good
		t.all = t.all*fade + seen.all
		t.neutral = t.neutral*fade + seen.neutral
	}
}

// Learn implements [policy.Learner].
func (p *Policy) Learn(o policy.Observation) {
	if p.ranker == nil || o.Candidate.Source == "" || o.Candidate.Action.Goal >= len(o.Request.State.Goals) {
		return
	}
	features := newView(o.Request.State.Goals[o.Candidate.Action.Goal]).features()
	p.ranker.observe(o.Candidate.Source, features, lesson(o))
}

// lesson is what an observation says about the rule that proposed the action.
func lesson(o policy.Observation) tally {
	switch {
	case o.OnProof:
		return tally{good: 5, all: 5}
	case o.Outcome.Status == provers.Solved:
		return tally{good: 2, all: 2}
	case o.Outcome.Status == provers.Progress:
		// A step that goes through says nothing yet: most lead nowhere, and the
		// one that leads to a proof is reported again.
		return tally{neutral: 0.5}
	case o.Outcome.Status == provers.OutOfBudget:
		return tally{all: 3} // as useless as a refusal, and dear
	}
	return tally{all: 1}
}

// features describe a goal coarsely, from general to specific.
func (v *view) features() []string {
	head := headOf(v.target)
	list := []string{"any", "target:" + head}
	shape := ""
	for _, s := range []sortKind{natSort, intSort, listSort, functionSort, otherSort} {
		for _, x := range v.variables {
			if x.sort == s {
				shape += string(rune('0' + int(s)))
				break
			}
		}
	}
	list = append(list, "sorts:"+shape+":"+head)
	ops := ""
	for _, op := range []string{"^", "%", "∣", "*", "∀"} {
		found := false
		v.subterms(func(t *term.Term) bool {
			found = found || t.Text == op && (t.Kind == term.Binary || t.Kind == term.Quantifier)
			return !found
		})
		if found {
			ops += op
		}
	}
	return append(list, "ops:"+ops+":"+head)
}

func headOf(t *term.Term) string {
	switch t.Kind {
	case term.Binary, term.Quantifier, term.Prefix:
		return t.Text
	}
	return t.Head()
}
