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

// tally is what was seen of a rule, with old observations fading.
type tally struct{ good, all float64 }

const (
	// priorStrength is the number of observations that the prior weight is worth.
	priorStrength = 12
	// fade is what an observation is multiplied by when the next one comes: the
	// running search matters more than stored ones.
	fade = 0.995
)

func newRanker() *ranker { return &ranker{counts: map[rankKey]*tally{}} }

// adjust returns the posterior weight of a rule on a goal with the features.
func (r *ranker) adjust(weight float64, source string, features []string) float64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var shift float64
	for _, f := range features {
		t, ok := r.counts[rankKey{f, source}]
		if !ok {
			continue
		}
		posterior := (weight*priorStrength + t.good) / (priorStrength + t.all)
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

// observe counts one outcome; worth is between 0 (refused) and 1 (on a proof).
func (r *ranker) observe(source string, features []string, worth, weight float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range features {
		k := rankKey{f, source}
		t := r.counts[k]
		if t == nil {
			t = &tally{}
			r.counts[k] = t
		}
		t.good = t.good*fade + worth*weight
		t.all = t.all*fade + weight
	}
}

// Learn implements [policy.Learner].
func (p *Policy) Learn(o policy.Observation) {
	if o.Candidate.Source == "" || o.Candidate.Action.Goal >= len(o.Request.State.Goals) {
		return
	}
	features := newView(o.Request.State.Goals[o.Candidate.Action.Goal]).features()
	worth, weight := 0.0, 1.0
	switch {
	case o.OnProof:
		worth, weight = 1, 5
	case o.Outcome.Status == provers.Solved:
		worth, weight = 1, 2
	case o.Outcome.Status == provers.Progress:
		// Progress alone is cheap: most steps that go through lead nowhere.
		worth, weight = 0.3, 0.5
	}
	p.ranker.observe(o.Candidate.Source, features, worth, weight)
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
