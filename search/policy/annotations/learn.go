package annotations

import (
	"strings"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// experience counts what became of annotations, by their shapes: of which kind
// they are and what they speak of, whatever the names are. So what was learned from
// one program is of use for the next.
type experience struct {
	mu     sync.Mutex
	shapes map[string]*tally
}

// tally counts the annotations of one shape.
type tally struct {
	tried float64 // conclusively, by themselves or in a set of which all had to hold
	held  float64
	used  float64 // in a proof
}

// Learn implements [policy.Learner].
func (p *Policy) Learn(o policy.Observation) {
	if !p.without[partLearning] {
		p.experience.learn(o)
	}
}

func (e *experience) learn(o policy.Observation) {
	a, err := annotation.Parse(o.Candidate.Action.Text)
	if err != nil || a.Houdini || !o.Outcome.Status.Conclusive() {
		// What a Houdini action keeps is tried again as what was suggested.
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shapes == nil {
		e.shapes = make(map[string]*tally)
	}
	// A set has one outcome, which says less of each of its parts.
	share := 1 / float64(len(a.Edits))
	for _, edit := range a.Edits {
		t := e.shapes[shape(edit.Text)]
		if t == nil {
			t = &tally{}
			e.shapes[shape(edit.Text)] = t
		}
		if o.OnProof {
			t.used += share
			continue // it was reported before
		}
		t.tried += share
		if o.Outcome.Status.Accepted() || o.Outcome.Status == provers.OutOfBudget {
			t.held += share
		}
	}
}

// What is expected of a shape of which nothing is known counts as so many tries.
const (
	priorTries = 8
	priorUsed  = 1
)

// factor says how much likelier than an unknown one an annotation is to be of
// use, between a third and three.
func (e *experience) factor(text string) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.shapes[shape(text)]
	if t == nil {
		return 1
	}
	rate := (t.used + priorUsed) / (max(t.tried, t.used) + priorTries)
	return min(max(rate*priorTries/priorUsed, 1./3), 3)
}

// marks are what an annotation's shape is made of, besides its first word.
var marks = [...]string{"forall", "exists", "multiset", "old(", "..", "==>", "==", "!=", "<=", "*", "|", " in ", "if ", "%"}

// shape is what annotations have in common that are alike but for names and numbers.
func shape(text string) string {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch word {
	case "invariant", "decreases", "assert", "lemma", "if", "calc", "ghost":
	default: // the call of a lemma
		word = "call"
	}
	var b strings.Builder
	b.WriteString(word)
	for _, m := range marks {
		if strings.Contains(rest, m) {
			b.WriteByte(' ')
			b.WriteString(strings.TrimSpace(m))
		}
	}
	return b.String()
}
