package builtin

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func TestProbe(t *testing.T) {
	data, _ := os.ReadFile("/tmp/scratchA/goals.txt")
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		parts := strings.Split(line, " ; ")
		g := provers.Goal{Target: parts[len(parts)-1]}
		for _, p := range parts[:len(parts)-1] {
			n, ty, _ := strings.Cut(p, " : ")
			g.Hypotheses = append(g.Hypotheses, provers.Hypothesis{Names: strings.Fields(n), Type: ty})
		}
		start := time.Now()
		cs, _ := New().Propose(context.Background(), policy.Request{State: provers.State{Goals: []provers.Goal{g}}})
		fmt.Println("#####", line, len(cs), time.Since(start))
		for _, c := range cs {
			if strings.HasPrefix(c.Source, "bounds") || strings.HasPrefix(c.Source, "enumerate_kernel") || strings.HasPrefix(c.Source, "elim") || strings.HasPrefix(c.Source, "combine") || strings.HasPrefix(c.Source, "cof") {
				fmt.Printf("== %.2f %s\n%s\n", c.LogProb, c.Source, c.Action.Text)
			}
		}
	}
}
