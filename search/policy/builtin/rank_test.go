package builtin

import (
	"reflect"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func observe(p *Policy, r policy.Request, source string, status provers.Status, times int) {
	for range times {
		p.Learn(policy.Observation{Request: r, Candidate: policy.Candidate{Source: source}, Outcome: provers.Outcome{Status: status}})
	}
}

// place is the index of the source's first candidate.
func place(t *testing.T, p *Policy, r policy.Request, source string) int {
	t.Helper()
	for i, c := range propose(t, p, r) {
		if c.Source == source {
			return i
		}
	}
	t.Fatalf("no candidate of %s", source)
	return -1
}

func TestWhatFailsSinksBelowWhatSucceeds(t *testing.T) {
	p := New()
	r := requestFor("", "n : ℕ ⊢ 6 ∣ n * (n + 1) * (2 * n + 1)")
	if before := place(t, p, r, "simp_all") < place(t, p, r, "induction_close"); !before {
		t.Fatal("the test assumes that simp_all comes first")
	}
	observe(p, r, "simp_all", provers.Rejected, 30)
	observe(p, r, "induction_close", provers.Solved, 30)
	if place(t, p, r, "simp_all") < place(t, p, r, "induction_close") {
		t.Error("a rule that always failed still comes before one that always succeeded")
	}
	// Goals of another shape share only the most general feature.
	weight := func(text string) float64 {
		return p.ranker.adjust(0.85, "simp_all", newView(goalOf(text)).features())
	}
	if near, far := weight("n : ℕ ⊢ 6 ∣ n * (n + 1) * (2 * n + 1)"), weight("p q : Prop ⊢ p ∨ q"); near >= far || far >= 0.85 {
		t.Errorf("after failures the weight 0.85 is %.3f on such a goal and %.3f on another", near, far)
	}
}

func TestAdjust(t *testing.T) {
	features := []string{"any", "target:∣"}
	for _, tt := range []struct {
		name   string
		lesson tally
		times  int
		want   func(weight float64) bool
	}{
		{"refusals lower", tally{all: 1}, 20, func(w float64) bool { return w < 0.4 }},
		{"a few refusals hardly", tally{all: 1}, 1, func(w float64) bool { return w > 0.36 && w < 0.4 }},
		{"never to nothing", tally{all: 1}, 10_000, func(w float64) bool { return w > 0.1 }},
		{"success raises", tally{good: 2, all: 2}, 10, func(w float64) bool { return w > 0.5 }},
		{"never to certainty", tally{good: 5, all: 5}, 10_000, func(w float64) bool { return w < 0.8 }},
		{"progress alone says nothing", tally{neutral: 0.5}, 1000, func(w float64) bool { return w > 0.3999 && w < 0.4001 }},
	} {
		r := newRanker()
		for range tt.times {
			r.observe("rule", features, tt.lesson)
		}
		if got := r.adjust(0.4, "rule", features); !tt.want(got) {
			t.Errorf("%s: weight 0.4 became %.4f", tt.name, got)
		}
		if got := r.adjust(0.4, "another rule", features); got != 0.4 {
			t.Errorf("%s: another rule's weight became %.4f", tt.name, got)
		}
	}
}

func TestLearningIsReproducible(t *testing.T) {
	a, b := New(), New()
	for i, g := range goals {
		r := requestFor("", g)
		for j, c := range propose(t, New(), r) {
			o := policy.Observation{Request: r, Candidate: c, OnProof: (i+j)%17 == 0}
			o.Outcome.Status = []provers.Status{provers.Rejected, provers.Progress, provers.Solved, provers.OutOfBudget}[(i*7+j)%4]
			a.Learn(o)
			b.Learn(o)
		}
	}
	for _, g := range goals {
		r := requestFor("", g)
		if !reflect.DeepEqual(propose(t, a, r), propose(t, b, r)) {
			t.Errorf("%s: the same observations led to different candidates", g)
		}
	}
}

func TestLearnIgnoresWhatItCannotPlace(t *testing.T) {
	p := New()
	r := requestFor("", "⊢ False")
	p.Learn(policy.Observation{Request: r, Candidate: policy.Candidate{Source: "", Action: provers.Action{Text: "simp"}}})
	p.Learn(policy.Observation{Request: r, Candidate: policy.Candidate{Source: "simp", Action: provers.Action{Goal: 7}}})
	if len(p.ranker.counts) != 0 {
		t.Errorf("learned %d tallies from observations without a rule or goal", len(p.ranker.counts))
	}
}
