package report

import (
	"math"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

func TestOccupation(t *testing.T) {
	at := func(worker string, from, to, starting, wall float64) trial.Trial {
		begin := time.Unix(1000, 0)
		return trial.Trial{Worker: worker, Started: begin.Add(time.Duration(from * 1e9)), Ended: begin.Add(time.Duration(to * 1e9)),
			Cost: trial.Cost{Starting: starting, Wall: wall}}
	}
	for _, c := range []struct {
		name   string
		trials []trial.Trial
		want   Occupation
		share  float64
	}{
		{"nothing", nil, Occupation{}, 0},
		{"no times", []trial.Trial{{Worker: "a"}, at("", 0, 5, 0, 5)}, Occupation{}, 0},
		// The first worker waits 1 s between its trials and spends 0.5 s in one; what
		// the second does before and after the first does not matter.
		{"two workers", []trial.Trial{at("a", 6, 10, 0.5, 3), at("a", 0, 5, 1, 4), at("b", 100, 110, 0, 10)}, Occupation{2, 18.5, 1.5}, 0.075},
		{"clocks that differ", []trial.Trial{at("a", 0, 5, 1, 5)}, Occupation{1, 6, 0}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := occupation(c.trials)
			if got.Workers != c.want.Workers || math.Abs(got.Searching-c.want.Searching) > 1e-9 || math.Abs(got.Beside-c.want.Beside) > 1e-9 || math.Abs(got.Share()-c.share) > 1e-9 {
				t.Errorf("got %+v with share %g, want %+v with share %g", got, got.Share(), c.want, c.share)
			}
		})
	}
}
