package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a flag's value in bytes, such as 10GB.
type ByteSize int64

// byteUnits has the longest suffixes first.
var byteUnits = []struct {
	suffix string
	factor float64
}{
	{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"B", 1}, {"", 1},
}

// Set implements pflag.Value.
func (b *ByteSize) Set(s string) error {
	upper := strings.ToUpper(strings.TrimSpace(s))
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(upper, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n) || n*u.factor >= math.MaxInt64 {
			break
		}
		*b = ByteSize(n * u.factor)
		return nil
	}
	return fmt.Errorf("not a size: give a number with a unit, such as 10GB or 512MiB (0 is no limit)")
}

// String implements pflag.Value.
func (b *ByteSize) String() string { return Size(int64(*b)) }

// Type implements pflag.Value.
func (b *ByteSize) Type() string { return "size" }
