package rpe_test

import (
	"testing"

	"github.com/ansatz-prover/ansatz/rpe"
)

// BenchmarkDecision is one decision on a warm worker together with the check of
// its proof: on the same worker, and in a fresh process.
func BenchmarkDecision(b *testing.B) {
	for _, tt := range []struct {
		name  string
		fresh bool
	}{{"warm", false}, {"fresh", true}} {
		b.Run(tt.name, func(b *testing.B) {
			j := realJudge(b, tt.fresh)
			q := rpe.Query{Name: "bench", Type: "Int", AnswerName: "x", Answer: rpe.Side{Text: "-1 ≤ x ∧ x < 2", Proposition: true},
				Reference: rpe.Side{Text: "x = -1 ∨ x = 0 ∨ x = 1", Proposition: true}}
			for range b.N {
				if r, err := j.Judge(b.Context(), q); err != nil || r.Status != rpe.Equivalent {
					b.Fatal(r.Message, err)
				}
			}
		})
	}
}
