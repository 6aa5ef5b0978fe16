package page

import (
	"math"
	"strconv"
)

// axis maps values to places of a chart.
type axis struct {
	low, high   float64 // the values at the ends
	first, last float64 // the places of the ends
	log         bool
	ticks       []tick
}

type tick struct {
	At    float64 // a place
	Value float64
	Label string
}

// wide is from which ratio on an axis is logarithmic.
const wide = 40

// costAxis is an axis for costs, times if seconds is set, of which least is the
// smallest above 0 and most the largest.
func costAxis(least, most float64, seconds bool, first, last float64) axis {
	a := axis{high: most, first: first, last: last}
	if most <= 0 {
		a.high = 1
	}
	if least > 0 && most/least >= wide {
		a.log, a.low = true, least
		marks := coarse(seconds)
		if within(marks, least, most) < 3 {
			marks = fine(seconds)
		}
		// Only every so many marks are kept, so that their labels have room.
		every := 1
		for within(marks, least, most) > 6*every {
			every++
		}
		seen := 0
		for _, v := range marks {
			if v < least || v > most {
				continue
			}
			if seen%every == 0 {
				a.tick(v, costLabel(v, seconds))
			}
			seen++
		}
		return a
	}
	steps := fine(seconds)
	step := steps[len(steps)-1]
	for _, s := range steps {
		if a.high/s <= 5.5 {
			step = s
			break
		}
	}
	for i := 0; float64(i)*step <= a.high; i++ {
		a.tick(float64(i)*step, costLabel(float64(i)*step, seconds))
	}
	return a
}

// fractionAxis is an axis from 0 to a round number that is at least most.
func fractionAxis(most float64, first, last float64) axis {
	step := 0.25
	for _, s := range []float64{0.01, 0.02, 0.05, 0.1, 0.2} {
		if most/s <= 4.5 {
			step = s
			break
		}
	}
	count := max(1, math.Ceil(most/step-1e-9))
	if most <= 0 {
		count, step = 4, 0.25
	}
	a := axis{high: count * step, first: first, last: last}
	for i := range int(count) + 1 {
		v := float64(i) * step
		a.tick(v, strconv.Itoa(int(math.Round(100*v)))+" %")
	}
	return a
}

func (a *axis) tick(v float64, label string) {
	a.ticks = append(a.ticks, tick{At: round(a.at(v)), Value: v, Label: label})
}

// at is the place of a value; values beyond the ends are at the ends.
func (a axis) at(v float64) float64 {
	share := (v - a.low) / (a.high - a.low)
	if a.log {
		share = 0
		if v > 0 {
			share = math.Log(v/a.low) / math.Log(a.high/a.low)
		}
	}
	return a.first + min(max(share, 0), 1)*(a.last-a.first)
}

// value is what stands at a place between the ends.
func (a axis) value(at float64) float64 {
	share := (at - a.first) / (a.last - a.first)
	if a.log {
		return a.low * math.Pow(a.high/a.low, share)
	}
	return a.low + share*(a.high-a.low)
}

func round(place float64) float64 { return math.Round(10*place) / 10 }

func within(marks []float64, low, high float64) int {
	n := 0
	for _, v := range marks {
		if v >= low && v <= high {
			n++
		}
	}
	return n
}

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// coarse are the marks of a logarithmic axis, fine those of a short one and the
// steps of a linear one.
func coarse(seconds bool) []float64 {
	if seconds {
		return append(powers(1e-6, 10, 1), minute, 10*minute, hour, 10*hour, 4*day, 40*day, 400*day)
	}
	return powers(1, 1e15, 1)
}

func fine(seconds bool) []float64 {
	if seconds {
		return append(powers(1e-6, 1, 1, 2, 5),
			10, 20, 30, minute, 2*minute, 5*minute, 10*minute, 20*minute, 30*minute,
			hour, 2*hour, 4*hour, 12*hour, day, 2*day, 5*day, 10*day, 20*day, 50*day, 100*day, 400*day)
	}
	return powers(1, 1e15, 1, 2, 5)
}

// powers are the digits times powers of ten from low to high.
func powers(low, high float64, digits ...float64) []float64 {
	var marks []float64
	for e := math.Round(math.Log10(low)); e <= math.Round(math.Log10(high)); e++ {
		for _, d := range digits {
			// Powers below 1 are divided by, so that the marks are the nearest numbers.
			if e < 0 {
				marks = append(marks, d/math.Pow(10, -e))
			} else {
				marks = append(marks, d*math.Pow(10, e))
			}
		}
	}
	return marks
}

type unit struct {
	size float64
	name string
}

var (
	countUnits = []unit{{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, ""}}
	timeUnits  = []unit{{day, " d"}, {hour, " h"}, {minute, " min"}, {1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}}
)

// costLabel writes a value at a mark, in the largest unit that fits.
func costLabel(v float64, seconds bool) string {
	units := countUnits
	if seconds {
		units = timeUnits
	}
	if v == 0 {
		return "0"
	}
	for _, u := range units {
		if v >= u.size*(1-1e-9) {
			return strconv.FormatFloat(v/u.size, 'g', 3, 64) + u.name
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
