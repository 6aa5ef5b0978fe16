package policy

import (
	"sort"

	"github.com/ansatz-prover/ansatz/provers"
)

// Best returns the likeliest candidates, in order, at most as many as asked for
// (0: all) and each action once.
func Best(list []Candidate, most int) []Candidate {
	sort.SliceStable(list, func(i, j int) bool { return list[i].LogProb > list[j].LogProb })
	seen := make(map[provers.Action]bool, len(list))
	out := list[:0]
	for _, c := range list {
		if seen[c.Action] {
			continue
		}
		seen[c.Action] = true
		if out = append(out, c); most > 0 && len(out) == most {
			break
		}
	}
	return out
}
