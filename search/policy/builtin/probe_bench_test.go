package builtin

import (
	"context"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func BenchmarkProbe(b *testing.B) {
	g := provers.Goal{Target: "answer = x ^ 2 + y ^ 2 ↔ answer = 146", Hypotheses: []provers.Hypothesis{{Names: []string{"x", "y", "answer"}, Type: "Nat"}, {Names: []string{"h0"}, Type: "0 < x ∧ 0 < y"}, {Names: []string{"h1"}, Type: "x * y + (x + y) = 71"}, {Names: []string{"h2"}, Type: "x ^ 2 * y + x * y ^ 2 = 880"}}}
	for b.Loop() {
		New().Propose(context.Background(), policy.Request{State: provers.State{Goals: []provers.Goal{g}}})
	}
}
