package metrics

import "math"

// PassAtK is the unbiased estimate 1 - C(n-c,k)/C(n,k) of the probability that at
// least one of k trials solves a problem, from n trials of which c solved it
// (Chen et al., Evaluating Large Language Models Trained on Code, 2021,
// arXiv:2107.03374, section 2.1). It is NaN unless 1 ≤ k ≤ n and 0 ≤ c ≤ n.
func PassAtK(n, c, k int) float64 {
	if k < 1 || k > n || c < 0 || c > n {
		return math.NaN()
	}
	if k > n-c {
		return 1 // any k trials have a solved one among them
	}
	// C(n-c,k)/C(n,k) is the probability that k trials drawn one after another
	// all fail: each factor is at most 1, so nothing overflows. It is as well the
	// probability that c drawn trials all miss the k; the shorter product is taken.
	draws, others := k, c
	if c < k {
		draws, others = c, k
	}
	fail := 1.0
	for i := range draws {
		fail *= float64(n-others-i) / float64(n-i)
	}
	return 1 - fail
}

// Count is what the trials at one problem came to.
type Count struct {
	Solved int `json:"solved"`
	Trials int `json:"trials"`
}

// Rate is the fraction solved, 0 without trials.
func (c Count) Rate() float64 {
	if c.Trials == 0 {
		return 0
	}
	return float64(c.Solved) / float64(c.Trials)
}

// Pass is pass@k: the mean of [PassAtK] over problems.
type Pass struct {
	K int `json:"k"`
	// Estimate has the problems that were counted as its N.
	Estimate Estimate `json:"estimate"`
	// Method is [MethodWilson] or [MethodBootstrap], and empty where nothing is known.
	Method Method `json:"method,omitempty"`
	// LeftOut is the number of problems with fewer than K trials, which are not counted.
	LeftOut int `json:"left_out"`
}

// PassOver is pass@k over problems. With one trial at each problem the interval
// is Wilson's; else it is the bootstrap's over the problems, which takes the
// trials at each as they are. Where all problems have the same pass@k a bootstrap
// would have no width; then Wilson's interval for that share of the problems is
// given, which lets each problem count as one trial and so is rather too wide.
func PassOver(problems []Count, k int, b Bootstrap) Pass {
	pass := Pass{K: k}
	values := make([]float64, 0, len(problems))
	single, alike := k == 1, true
	for _, p := range problems {
		v := PassAtK(p.Trials, p.Solved, k)
		if math.IsNaN(v) {
			pass.LeftOut++
			continue
		}
		values = append(values, v)
		single = single && p.Trials == 1
		alike = alike && v == values[0]
	}
	if len(values) == 0 {
		return pass
	}
	if single || alike {
		pass.Method = MethodWilson
		value := mean(values)
		pass.Estimate = Estimate{Value: value, Interval: wilson(value, float64(len(values)), b.Confidence), N: len(values)}
		return pass
	}
	pass.Method = MethodBootstrap
	pass.Estimate = b.Mean(values)
	return pass
}
