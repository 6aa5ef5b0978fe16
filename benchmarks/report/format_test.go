package report

import (
	"math"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
)

func TestNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	known := func(v, low, high float64) metrics.Estimate {
		return metrics.Estimate{Value: v, Interval: metrics.Interval{Low: low, High: high}, N: 3}
	}
	for _, x := range []struct{ got, want string }{
		{seconds(0), "0s"}, {seconds(0.00312), "3.1ms"}, {seconds(0.099949), "99.9ms"}, {seconds(0.09995), "0.100s"}, {seconds(0.4123), "0.412s"},
		{seconds(9.9994), "9.999s"}, {seconds(9.9996), "10.0s"}, {seconds(99.94), "99.9s"}, {seconds(99.96), "1m 40s"}, {seconds(125.4), "2m 05s"},
		{seconds(3599.6), "1h 00m"}, {seconds(3720), "1h 02m"}, {seconds(1e300), "1e+300s"}, {seconds(-2), "-2.000s"}, {seconds(nan), "-"}, {seconds(inf), "-"},
		{number(0), "0"}, {number(999), "999"}, {number(1000), "1,000"}, {number(1234567), "1,234,567"}, {number(12345.67), "12,345.7"},
		{number(2.04), "2"}, {number(999.96), "1,000"}, {number(-1500), "-1,500"}, {number(nan), "-"}, {number(1e30), "1e+30"},
		{Percent(0.92647), "92.6 %"}, {Percent(1), "100.0 %"}, {Percent(0), "0.0 %"}, {Percent(-0.0001), "0.0 %"},
		{PercentInterval(known(0.926, 0.824, 0.971)), "92.6 % [82.4, 97.1]"}, {PercentInterval(known(0.5, 0.5, 0.5)), "50.0 %"}, {PercentInterval(metrics.Estimate{}), "-"},
		{Ratio(known(0.834, 0.71, 1.2)), "0.83 [0.71, 1.20]"}, {Ratio(known(2, 2, 2)), "2.00"}, {Ratio(metrics.Estimate{}), "-"},
		{Ratio(known(12.34, 0.0123, 123.4)), "12.3 [0.0123, 123]"}, {Ratio(known(1e7, 1e-5, 1e8)), "1.0e+07 [1.0e-05, 1.0e+08]"},
		{points(known(0.083, -0.021, 0.17)), "+8.3 points [-2.1, +17.0]"}, {points(known(0, 0, 0)), "0.0 points"}, {points(metrics.Estimate{}), "-"},
		{PValue(1), "1.000"}, {PValue(0.0312), "0.031"}, {PValue(0.00234), "0.0023"}, {PValue(0.00001), "< 0.0001"}, {PValue(nan), "-"}, {equals(0.00001), "< 0.0001"}, {equals(0.5), "= 0.500"},
		{plural(1, "trial"), "1 trial"}, {plural(0, "trial"), "0 trials"}, {plural(2000, "trial"), "2,000 trials"},
		{Printable("a\x1b[31m\n\tb\u202e\u00a0c\x00"), "a�[31m b� c�"}, {Printable("∀ε>0 数"), "∀ε>0 数"}, {Printable("\xff"), "�"},
		{markdown("a|b_c\n<i>`&`\\"), "a\\|b\\_c &lt;i&gt;\\`&amp;\\`\\\\"},
		{clip("αβγδ", 4), "αβγδ"}, {clip("αβγδε", 4), "αβγ…"},
	} {
		if x.got != x.want {
			t.Errorf("%q, want %q", x.got, x.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add(oddName)
	f.Add("\x9b31m\r\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		safeText(t, Printable(s))
		safeMarkdown(t, "| "+markdown(s)+" |")
	})
}
