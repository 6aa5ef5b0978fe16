package policy

import "sort"

// Best returns the likeliest candidates, in order, at most as many as asked for
// (0: all) and each action once.
func Best(list []Candidate, most int) []Candidate {
	sort.SliceStable(list, func(i, j int) bool { return list[i].LogProb > list[j].LogProb })
	seen := make(map[string]bool, len(list))
	out := list[:0]
	for _, c := range list {
		key := string(rune(c.Action.Goal)) + c.Action.Text
		if seen[key] {
			continue
		}
		seen[key] = true
		if out = append(out, c); most > 0 && len(out) == most {
			break
		}
	}
	return out
}
