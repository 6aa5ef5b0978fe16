package policy

import "math"

// Around is embedded by a policy that adds to another one. It passes on what was
// observed.
type Around struct{ Inner Policy }

// Learn implements [Learner].
func (a Around) Learn(o Observation) {
	if l, ok := a.Inner.(Learner); ok {
		l.Learn(o)
	}
}

// leastWeight keeps the logarithm of a weight finite.
const leastWeight = 1e-4

// LogProb is the log-probability of a candidate with a weight between 0 and 1.
func LogProb(weight float64) float64 { return math.Log(min(max(weight, leastWeight), 1)) }
