package metrics

// PassAtK is the unbiased estimate 1 - C(n-c,k)/C(n,k) of the probability that at
// least one of k trials solves a problem, from n trials of which c solved it
// (Chen et al., Evaluating Large Language Models Trained on Code, 2021,
// arXiv:2107.03374, section 2.1). It is NaN unless 1 ≤ k ≤ n and 0 ≤ c ≤ n.
func PassAtK(n, c, k int) float64 { return 0 }

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
// would have no width, and Wilson's interval for that share of the problems is
// given instead; it is the wider one, since it lets each problem count once.
func PassOver(problems []Count, k int, b Bootstrap) Pass { return Pass{K: k} }
