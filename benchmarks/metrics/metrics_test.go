package metrics

import (
	"encoding/json"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

var nan = math.NaN()

func near(got, want, tolerance float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(got)
	}
	return math.Abs(got-want) <= tolerance
}

var standard = Bootstrap{Seed: 1, Resamples: 2000, Confidence: 0.95}

func TestPassAtKByEnumeration(t *testing.T) {
	// All subsets of k of n trials, of which the first c are solved.
	for n := 1; n <= 10; n++ {
		for c := 0; c <= n; c++ {
			all, hit := make([]int, n+1), make([]int, n+1)
			for set := range 1 << n {
				k := bits.OnesCount(uint(set))
				all[k]++
				if set&(1<<c-1) != 0 {
					hit[k]++
				}
			}
			for k := 1; k <= n; k++ {
				want := float64(hit[k]) / float64(all[k])
				if got := PassAtK(n, c, k); !near(got, want, 1e-12) {
					t.Errorf("PassAtK(%d, %d, %d) = %v, want %v", n, c, k, got, want)
				}
			}
		}
	}
}

func TestPassAtKValues(t *testing.T) {
	for _, x := range []struct {
		n, c, k int
		want    float64
	}{
		{200, 1, 100, 0.5}, {200, 20, 1, 0.1}, {4, 2, 2, 5.0 / 6}, {10, 3, 5, 11.0 / 12}, {1, 1, 1, 1}, {1, 0, 1, 0},
		{1_000_000, 1, 1, 1e-6}, {1_000_000, 999_999, 1, 0.999999}, {1_000_000, 500_000, 1_000_000, 1},
		{4, 2, 5, nan}, {4, 2, 0, nan}, {4, 2, -1, nan}, {4, 5, 1, nan}, {4, -1, 1, nan}, {0, 0, 1, nan}, {-3, 0, 1, nan},
	} {
		if got := PassAtK(x.n, x.c, x.k); !near(got, x.want, 1e-12) {
			t.Errorf("PassAtK(%d, %d, %d) = %v, want %v", x.n, x.c, x.k, got, x.want)
		}
	}
}

func FuzzPassAtK(f *testing.F) {
	f.Add(10, 3, 5)
	f.Add(0, 0, 0)
	f.Add(math.MaxInt, 1, 1)
	f.Fuzz(func(t *testing.T, n, c, k int) {
		if n > 10_000 && k > 10_000 && c > 10_000 {
			t.Skip("long products")
		}
		p := PassAtK(n, c, k)
		if defined := 1 <= k && k <= n && 0 <= c && c <= n; defined == math.IsNaN(p) {
			t.Fatalf("PassAtK(%d, %d, %d) = %v", n, c, k, p)
		} else if !defined {
			return
		}
		if p < 0 || p > 1 {
			t.Fatalf("PassAtK(%d, %d, %d) = %v", n, c, k, p)
		}
		if more := PassAtK(n, c, k+1); k < n && more < p-1e-9 {
			t.Errorf("of n %d and c %d: %v at k %d, less at the next: %v", n, c, p, k, more)
		}
		if more := PassAtK(n, c+1, k); c < n && more < p-1e-9 {
			t.Errorf("of n %d and k %d: %v at c %d, less at the next: %v", n, k, p, c, more)
		}
	})
}

func TestWilson(t *testing.T) {
	for _, x := range []struct {
		successes, n int
		confidence   float64
		low, high    float64
	}{
		{8, 10, 0.95, 0.4902, 0.9433},
		{0, 10, 0.95, 0, 0.2775}, // z²/(n+z²)
		{10, 10, 0.95, 0.7225, 1},
		{1, 1, 0.95, 0.2065, 1},
		{81, 263, 0.95, 0.2553, 0.3662}, // this and the next three: Newcombe, Statistics in Medicine 17, 1998, table I
		{15, 148, 0.95, 0.0624, 0.1605},
		{0, 20, 0.95, 0, 0.1611},
		{1, 29, 0.95, 0.0061, 0.1718},
		{50, 100, 0.99, 0.3753, 0.6247},
		{0, 0, 0.95, 0, 1}, {-1, 10, 0.95, 0, 1}, {11, 10, 0.95, 0, 1}, {5, -1, 0.95, 0, 1}, {5, 10, 1, 0, 1}, {5, 10, 0, 0, 1}, {5, 10, nan, 0, 1},
	} {
		got := Wilson(x.successes, x.n, x.confidence)
		if !near(got.Low, x.low, 5e-5) || !near(got.High, x.high, 5e-5) {
			t.Errorf("Wilson(%d, %d, %v) = %v, want [%v, %v]", x.successes, x.n, x.confidence, got, x.low, x.high)
		}
	}
}

// The ends of Wilson's interval are the proportions that a score test just does not refuse.
func TestWilsonInvertsTheScoreTest(t *testing.T) {
	z := math.Sqrt2 * math.Erfinv(0.95)
	for n := 1; n < 60; n++ {
		for s := 0; s <= n; s++ {
			i := Wilson(s, n, 0.95)
			p := float64(s) / float64(n)
			if i.Low < 0 || i.Low > p || i.High < p || i.High > 1 {
				t.Fatalf("Wilson(%d, %d) = %v", s, n, i)
			}
			for _, end := range []float64{i.Low, i.High} {
				if end == 0 || end == 1 {
					continue
				}
				if score := math.Abs(p-end) / math.Sqrt(end*(1-end)/float64(n)); !near(score, z, 1e-6) {
					t.Errorf("Wilson(%d, %d): the score at %v is %v", s, n, end, score)
				}
			}
		}
	}
}

func TestBootstrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	values := make([]float64, 400)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	e := standard.Mean(values)
	m, s := mean(values), 0.0
	for _, v := range values {
		s += (v - m) * (v - m)
	}
	se := math.Sqrt(s/float64(len(values))) / math.Sqrt(float64(len(values)))
	if e.N != 400 || e.Value != m || !near(e.Interval.Low, m-1.96*se, 0.15*se) || !near(e.Interval.High, m+1.96*se, 0.15*se) {
		t.Errorf("%+v, want nearly the normal interval %v ± %v", e, m, 1.96*se)
	}
	if again := standard.Mean(values); again != e {
		t.Errorf("the same seed gave %v and %v", e, again)
	}
	if other := (Bootstrap{Seed: 2, Resamples: 2000, Confidence: 0.95}).Mean(values); other.Interval == e.Interval {
		t.Error("another seed gave the same interval")
	}
	if wide := (Bootstrap{Seed: 1, Resamples: 2000, Confidence: 0.99}).Mean(values); wide.Interval.Width() <= e.Interval.Width() {
		t.Errorf("99 %% %v, 95 %% %v", wide, e)
	}
}

// The exact distribution of the resamples' mean is known for two values of 0 and 1:
// 0, 1/2, 1 with 1/4, 1/2, 1/4. The quartiles are at 0 to 1/2 and 1/2 to 1.
func TestBootstrapReachesAllValues(t *testing.T) {
	for _, values := range [][]float64{{0, 1}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 0, 0, 1}, {1, 0, 0, 0, 0}} {
		b := Bootstrap{Seed: 3, Resamples: 100_000, Confidence: 0.9999}
		if e := b.Mean(values); e.Interval.Low != 0 || e.Interval.High < 0.8 {
			t.Errorf("of %v: %+v", values, e)
		}
		// An interval in which next to nothing is left out of the middle is about the median.
		b.Confidence = 1e-9
		share := 1 / float64(len(values))
		if e := b.Mean(values); math.Abs(e.Interval.Low-e.Value) > share || e.Interval.Width() != 0 {
			t.Errorf("of %v: %+v", values, e)
		}
	}
}

func TestBootstrapEdges(t *testing.T) {
	same := []float64{0.25, 0.25, 0.25}
	for _, x := range []struct {
		b      Bootstrap
		values []float64
		want   Estimate
	}{
		{standard, nil, Estimate{}},
		{standard, []float64{3}, Estimate{3, Interval{3, 3}, 1}},
		{standard, same, Estimate{0.25, Interval{0.25, 0.25}, 3}},
		{Bootstrap{Confidence: 0.95}, []float64{1, 2}, Estimate{1.5, Interval{1.5, 1.5}, 2}},
		{Bootstrap{Resamples: -1, Confidence: 0.95}, []float64{1, 2}, Estimate{1.5, Interval{1.5, 1.5}, 2}},
		{Bootstrap{Resamples: 10, Confidence: nan}, []float64{1, 2}, Estimate{1.5, Interval{1.5, 1.5}, 2}},
	} {
		if got := x.b.Mean(x.values); got != x.want {
			t.Errorf("%+v of %v: %+v, want %+v", x.b, x.values, got, x.want)
		}
	}
}

// The interval of about 95 % of samples holds the mean that they are drawn from.
func TestBootstrapCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 5))
	b := Bootstrap{Resamples: 500, Confidence: 0.95}
	held, values := 0, make([]float64, 60)
	const samples = 1000
	for i := range uint64(samples) {
		for j := range values {
			values[j] = rng.Float64()
		}
		b.Seed = i
		if e := b.Mean(values).Interval; e.Low <= 0.5 && 0.5 <= e.High {
			held++
		}
	}
	if share := float64(held) / samples; share < 0.92 || share > 0.97 {
		t.Errorf("%.1f %% of the intervals hold the mean", 100*share)
	}
}

func TestPassOver(t *testing.T) {
	repeat := func(n int, c Count) []Count { return slices.Repeat([]Count{c}, n) }
	for _, x := range []struct {
		name     string
		problems []Count
		k        int
		want     Pass
	}{
		{"nothing", nil, 1, Pass{K: 1}},
		{"no trials", repeat(3, Count{}), 1, Pass{K: 1, LeftOut: 3}},
		{"too few", repeat(3, Count{1, 2}), 4, Pass{K: 4, LeftOut: 3}},
		{"one trial each", append(repeat(8, Count{1, 1}), Count{0, 1}, Count{0, 1}, Count{}), 1,
			Pass{K: 1, Estimate: Estimate{0.8, Wilson(8, 10, 0.95), 10}, Method: MethodWilson, LeftOut: 1}},
		{"all solved", repeat(10, Count{4, 4}), 2, Pass{K: 2, Estimate: Estimate{1, Wilson(10, 10, 0.95), 10}, Method: MethodWilson}},
		{"none solved", repeat(10, Count{0, 4}), 2, Pass{K: 2, Estimate: Estimate{0, Wilson(0, 10, 0.95), 10}, Method: MethodWilson}},
		{"alike", repeat(10, Count{2, 4}), 1, Pass{K: 1, Estimate: Estimate{0.5, Wilson(5, 10, 0.95), 10}, Method: MethodWilson}},
		{"mixed", []Count{{4, 4}, {0, 4}, {2, 4}, {1, 1}}, 2,
			Pass{K: 2, Estimate: standard.Mean([]float64{1, 0, 5.0 / 6}), Method: MethodBootstrap, LeftOut: 1}},
	} {
		got := PassOver(x.problems, x.k, standard)
		if !near(got.Estimate.Value, x.want.Estimate.Value, 1e-12) || !near(got.Estimate.Interval.Low, x.want.Estimate.Interval.Low, 1e-12) ||
			!near(got.Estimate.Interval.High, x.want.Estimate.Interval.High, 1e-12) {
			t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
		}
		got.Estimate, x.want.Estimate = Estimate{N: got.Estimate.N}, Estimate{N: x.want.Estimate.N}
		if got != x.want {
			t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	one := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, x := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		// R: quantile(1:10, c(0, .25, .5, .9, 1), type = 7)
		{one, 0, 1}, {one, 0.25, 3.25}, {one, 0.5, 5.5}, {one, 0.9, 9.1}, {one, 1, 10},
		{one, -1, 1}, {one, 2, 10}, {one, nan, nan}, {nil, 0.5, nan}, {[]float64{7}, 0.3, 7},
		{[]float64{1, 2, 4}, 0.25, 1.5},
	} {
		if got := Quantile(x.values, x.q); !near(got, x.want, 1e-12) {
			t.Errorf("Quantile(%v, %v) = %v, want %v", x.values, x.q, got, x.want)
		}
	}
	unsorted := []float64{3, 1, 2}
	if got := Median(unsorted); got != 2 || unsorted[0] != 3 {
		t.Errorf("Median = %v, and the values are %v", got, unsorted)
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("Median of nothing = %v", got)
	}
}

func TestDescribe(t *testing.T) {
	got := Describe([]float64{4, 1, nan, 2, math.Inf(1), 3})
	want := Distribution{N: 4, Total: 10, Min: 1, Q1: 1.75, Median: 2.5, Q3: 3.25, Max: 4}
	if got != want || got.Mean() != 2.5 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := Describe([]float64{nan}); got.Known() || got != (Distribution{}) || got.Mean() != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestSolvedAtBudget(t *testing.T) {
	curve := SolvedAtBudget([]Spent{{3, true}, {1, true}, {9, false}, {3, true}, {0.5, false}, {0, true}, {nan, true}, {-1, true}})
	want := Curve{
		Steps:  []Step{{0, 1, 0.125}, {1, 2, 0.25}, {3, 4, 0.5}},
		Trials: 8, Solved: 4, Least: 0.5, Most: 9,
	}
	if !reflect.DeepEqual(curve, want) {
		t.Errorf("%+v, want %+v", curve, want)
	}
	for budget, want := range map[float64]float64{-1: 0, 0: 0.125, 0.99: 0.125, 1: 0.25, 2.9: 0.25, 3: 0.5, 1e9: 0.5} {
		if got := curve.At(budget); got != want {
			t.Errorf("At(%v) = %v, want %v", budget, got, want)
		}
	}
	if empty := SolvedAtBudget(nil); len(empty.Steps) != 0 || empty.At(5) != 0 {
		t.Errorf("of nothing: %+v", empty)
	}
}

func FuzzSolvedAtBudget(f *testing.F) {
	f.Add(uint64(1), 20)
	f.Add(uint64(2), 0)
	f.Fuzz(func(t *testing.T, seed uint64, n int) {
		rng := rand.New(rand.NewPCG(seed, 0))
		trials := make([]Spent, max(0, n%100))
		solved := 0
		for i := range trials {
			trials[i] = Spent{Cost: float64(rng.IntN(30)), Solved: rng.IntN(2) == 0}
			if trials[i].Solved {
				solved++
			}
		}
		curve := SolvedAtBudget(trials)
		for i, s := range curve.Steps {
			if i > 0 && (s.Cost <= curve.Steps[i-1].Cost || s.Fraction <= curve.Steps[i-1].Fraction) {
				t.Errorf("step %d does not rise: %v", i, curve.Steps)
			}
		}
		for budget := range 31 {
			within := 0
			for _, x := range trials {
				if x.Solved && x.Cost <= float64(budget) {
					within++
				}
			}
			if want := float64(within) / float64(max(len(trials), 1)); curve.At(float64(budget)) != want {
				t.Errorf("At(%d) = %v, want %v", budget, curve.At(float64(budget)), want)
			}
		}
		if curve.Solved != solved || len(curve.Steps) > 0 && curve.Steps[len(curve.Steps)-1].Solved != solved {
			t.Errorf("the curve does not end at the solve rate: %+v", curve)
		}
	})
}

func TestMcNemar(t *testing.T) {
	for _, x := range []struct {
		b, c int
		want float64
	}{
		{0, 0, 1}, {1, 0, 1}, {0, 5, 0.0625}, {6, 0, 0.03125}, {10, 0, 2.0 / 1024}, {3, 3, 1}, {2, 3, 1},
		{1, 7, 0.0703125}, {2, 10, 0.0385742188}, // 2·(1+12+66)/4096
		{150, 86, 3.716e-5}, // Agresti, Categorical Data Analysis, table 10.1
		{-1, 3, nan},
	} {
		got := McNemar(x.b, x.c)
		if !near(got, x.want, 1e-3*math.Abs(x.want)) {
			t.Errorf("McNemar(%d, %d) = %v, want %v", x.b, x.c, got, x.want)
		}
		if swapped := McNemar(x.c, x.b); swapped != got && !math.IsNaN(got) {
			t.Errorf("McNemar(%d, %d) = %v, swapped %v", x.b, x.c, got, swapped)
		}
	}
}

func TestMcNemarByExactArithmetic(t *testing.T) {
	for _, n := range []int{1, 2, 7, 30, 61, 500, 3000} {
		for _, b := range []int{0, 1, n / 3, n/2 - 1, n / 2, n} {
			if b < 0 {
				continue
			}
			sum := new(big.Int)
			for i := range min(b, n-b) + 1 {
				sum.Add(sum, new(big.Int).Binomial(int64(n), int64(i)))
			}
			p := new(big.Rat).SetFrac(sum.Lsh(sum, 1), new(big.Int).Lsh(big.NewInt(1), uint(n)))
			want, _ := p.Float64()
			want = min(want, 1)
			if got := McNemar(b, n-b); !near(got, want, 1e-9*want+1e-300) {
				t.Errorf("McNemar(%d, %d) = %v, want %v", b, n-b, got, want)
			}
		}
	}
}

func FuzzMcNemar(f *testing.F) {
	f.Add(3, 4)
	f.Add(100_000, 200_000)
	f.Fuzz(func(t *testing.T, b, c int) {
		if b > 1e7 || c > 1e7 {
			t.Skip("long sums")
		}
		if p := McNemar(b, c); (b < 0 || c < 0) != math.IsNaN(p) || p < 0 || p > 1 {
			t.Errorf("McNemar(%d, %d) = %v", b, c, p)
		}
	})
}

func TestSignFlipExact(t *testing.T) {
	for _, x := range []struct {
		differences []float64
		want        Test
	}{
		{nil, Test{1, MethodSignFlipExact, 0}},
		{[]float64{0, 0}, Test{1, MethodSignFlipExact, 0}},
		{[]float64{1}, Test{1, MethodSignFlipExact, 1}},
		{[]float64{0.5, 0, 0.25, 0.25}, Test{0.25, MethodSignFlipExact, 3}},
		{[]float64{0.1, 0.2, -0.3}, Test{1, MethodSignFlipExact, 3}},                   // a sum of 0, but for rounding
		{[]float64{0.1, 0.2, 0.3, -0.3, 0.3}, Test{14.0 / 32, MethodSignFlipExact, 5}}, // ties, but for rounding; counted by hand
	} {
		if got := SignFlip(x.differences, Flips, 1); got != x.want {
			t.Errorf("SignFlip(%v) = %+v, want %+v", x.differences, got, x.want)
		}
	}
}

// With differences of ±1 the sign flip test is McNemar's.
func TestSignFlipIsMcNemar(t *testing.T) {
	for _, x := range []struct{ b, c int }{{0, 5}, {2, 8}, {6, 7}, {10, 20}, {50, 70}, {0, 40}, {100, 101}} {
		differences := append(slices.Repeat([]float64{1}, x.b), slices.Repeat([]float64{-1}, x.c)...)
		differences = append(differences, make([]float64, 30)...)
		got, want := SignFlip(differences, Flips, 1), McNemar(x.b, x.c)
		tolerance := 1e-12
		if got.Method == MethodSignFlip {
			tolerance = 4*math.Sqrt(want*(1-want)/Flips) + 2.0/Flips
		}
		if !near(got.P, want, tolerance) || got.P <= 0 {
			t.Errorf("%d and %d: %+v, want %v", x.b, x.c, got, want)
		}
		if exact := x.b+x.c <= 13; exact != (got.Method == MethodSignFlipExact) {
			t.Errorf("%d and %d: %+v", x.b, x.c, got)
		}
		if again := SignFlip(differences, Flips, 1); again != got {
			t.Errorf("the same seed gave %v and %v", got, again)
		}
	}
	if got := SignFlip(slices.Repeat([]float64{1}, 100), Flips, 1); got.P != 1.0/(1+Flips) {
		t.Errorf("without a hit, p is %v", got.P)
	}
}

func TestCompare(t *testing.T) {
	one := func(a, b int) Pair { return Pair{Count{a, 1}, Count{b, 1}} }
	single := Compare([]Pair{one(1, 1), one(1, 0), one(0, 1), one(0, 1), one(0, 1), one(0, 0), {A: Count{1, 1}}, {B: Count{1, 1}}}, standard)
	if single.OnlyA != 1 || single.OnlyB != 3 || single.Both != 1 || single.Neither != 1 || single.Difference.N != 6 {
		t.Errorf("counts: %+v", single)
	}
	if !near(single.RateA, 2.0/6, 1e-12) || !near(single.RateB, 4.0/6, 1e-12) || !near(single.Difference.Value, 2.0/6, 1e-12) {
		t.Errorf("rates: %+v", single)
	}
	if want := (Test{P: 0.625, Method: MethodMcNemar, Discordant: 4}); !near(single.Test.P, want.P, 1e-12) || single.Test.Method != want.Method || single.Test.Discordant != 4 {
		t.Errorf("test: %+v, want %+v", single.Test, want)
	}
	several := Compare([]Pair{{Count{1, 4}, Count{2, 4}}, {Count{0, 4}, Count{4, 4}}, {Count{1, 2}, Count{2, 4}}}, standard)
	if !near(several.Difference.Value, 1.25/3, 1e-12) || several.Test != (Test{P: 0.5, Method: MethodSignFlipExact, Discordant: 2}) {
		t.Errorf("several trials: %+v", several)
	}
	if i := several.Difference.Interval; i.Low < 0 || i.High > 1 || i.Width() == 0 {
		t.Errorf("interval: %+v", i)
	}
	if none := Compare(nil, standard); none.Difference.Known() || none.Test.P != 1 {
		t.Errorf("of nothing: %+v", none)
	}
}

func TestCostRatio(t *testing.T) {
	got := CostRatio([]float64{1, 2, 0, 3, 0, nan, -2, 5}, []float64{4, 2, 1, 0, 0, 1, -4, math.Inf(1)}, standard)
	if !near(got.Estimate.Value, 2, 1e-12) || got.Estimate.N != 2 || got.LeftOut != 6 ||
		!near(got.Estimate.Interval.Low, 1, 1e-12) || !near(got.Estimate.Interval.High, 4, 1e-12) {
		t.Errorf("%+v", got)
	}
	if got := CostRatio([]float64{0}, []float64{0}, standard); got.Estimate.Known() || got.LeftOut != 1 {
		t.Errorf("of zeros: %+v", got)
	}
	a, b := []float64{1, 2, 3, 4.5}, []float64{3, 1, 5, 2}
	x, y := CostRatio(a, b, standard).Estimate, CostRatio(b, a, standard).Estimate
	if !near(x.Value*y.Value, 1, 1e-12) || !near(x.Interval.Low*y.Interval.High, 1, 1e-9) {
		t.Errorf("the sides do not mirror one another: %+v, %+v", x, y)
	}
	if got := CostRatio([]float64{math.SmallestNonzeroFloat64}, []float64{math.MaxFloat64}, standard); got.LeftOut != 1 {
		t.Errorf("a ratio beyond all numbers: %+v", got)
	}
}

func TestJSON(t *testing.T) {
	type values struct {
		E  Estimate
		U  Estimate
		D  Distribution
		UD Distribution
	}
	want := values{E: Estimate{0.5, Interval{0.25, 0.75}, 4}, D: Describe([]float64{1, 2})}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"E":{"value":0.5,"interval":{"low":0.25,"high":0.75},"n":4},"U":null,` +
		`"D":{"n":2,"total":3,"min":1,"q1":1.25,"median":1.5,"q3":1.75,"max":2},"UD":null}`
	if string(data) != text {
		t.Errorf("%s", data)
	}
	var got values
	if err := json.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func BenchmarkBootstrapMean(b *testing.B) {
	values := make([]float64, 1000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range values {
		values[i] = rng.Float64()
	}
	b.ReportAllocs()
	for b.Loop() {
		standard.Mean(values)
	}
}

func BenchmarkSignFlip(b *testing.B) {
	values := make([]float64, 1000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range values {
		values[i] = rng.Float64() - 0.5
	}
	b.ReportAllocs()
	for b.Loop() {
		SignFlip(values, Flips, 1)
	}
}
