package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Side is one side of a comparison: a variant of a run. Both sides may be of the
// same run.
type Side struct {
	Run     trial.Run
	Trials  []trial.Trial
	Variant string
}

// Compared identifies a side of a [Comparison] and says what of it was counted.
type Compared struct {
	Run     string `json:"run"` // its ID
	Name    string `json:"name"`
	Variant string `json:"variant"`
	Ansatz  string `json:"ansatz"`
	// Problems are those of the run.
	Problems int `json:"problems"`
	// NotShared counts the problems that the other side does not have, NotRecorded
	// those that both have and that have no trial recorded on this side. Both
	// are left out.
	NotShared   int `json:"not_shared"`
	NotRecorded int `json:"not_recorded"`
	// Trials counts the recorded trials at the problems that are compared, Solved
	// those that are solved.
	Trials int `json:"trials"`
	Solved int `json:"solved"`
}

// Comparison is what two sides came to at the problems that both tried. A is the
// base: differences are B - A and ratios B / A.
type Comparison struct {
	A Compared `json:"a"`
	B Compared `json:"b"`
	// Warnings are plain sentences that say why the sides may not be comparable.
	Warnings []string `json:"warnings"`
	// Specification has the lines in which the specifications differ.
	Specification []SpecificationLine `json:"specification,omitempty"`
	// Inference is how intervals were found.
	Inference metrics.Bootstrap `json:"inference"`
	// Paired has the counts, the rates, their difference and the test.
	Paired metrics.Paired `json:"paired"`
	// Costs has an entry for each of [RatioMeasures], in that order.
	Costs []CostRatio `json:"costs"`
	// Problems are those that are compared, in the order of A.
	Problems []ComparedProblem `json:"problems"`
}

// SpecificationLine is a line of one side's specification that the other has not.
type SpecificationLine struct {
	Side string `json:"side"` // "a" or "b"
	// Table is the heading of the TOML table that the line is in, as "[search]".
	Table string `json:"table,omitempty"`
	Line  string `json:"line"`
}

// CostRatio is the geometric mean over the problems that both sides solve of B's
// cost divided by A's, where a side's cost at a problem is the mean of its solved
// trials.
type CostRatio struct {
	Measure Measure `json:"measure"`
	metrics.Ratio
}

// Outcome says which sides solved a problem at least once.
type Outcome string

// The outcomes.
const (
	OnlyA   Outcome = "only_a"
	OnlyB   Outcome = "only_b"
	Both    Outcome = "both"
	Neither Outcome = "neither"
)

// ComparedProblem is a problem that is compared.
type ComparedProblem struct {
	Name    string  `json:"name"`
	Source  string  `json:"source,omitempty"` // as A has it
	Outcome Outcome `json:"outcome"`
	A       Cell    `json:"a"`
	B       Cell    `json:"b"`
}

// Names are the problems with an outcome, in order.
func (c Comparison) Names(o Outcome) []string {
	var names []string
	for _, p := range c.Problems {
		if p.Outcome == o {
			names = append(names, p.Name)
		}
	}
	return names
}

// Compare compares two sides. It is an error if a side's run does not have its
// variant, if the runs are of different kinds, or if they share no problem.
func Compare(a, b Side) (Comparison, error) {
	for _, side := range []Side{a, b} {
		if !slices.ContainsFunc(side.Run.Variants, func(v trial.Variant) bool { return v.Name == side.Variant }) {
			return Comparison{}, fmt.Errorf("comparing runs: run %s has no variant %q; it has %s", side.Run.ID, side.Variant, quoted(side.Run.Variants))
		}
	}
	if a.Run.Kind != b.Run.Kind {
		return Comparison{}, fmt.Errorf("comparing runs: run %s is of kind %q and run %s of kind %q", a.Run.ID, a.Run.Kind, b.Run.ID, b.Run.Kind)
	}
	c := Comparison{
		A: newCompared(a), B: newCompared(b),
		Warnings: []string{}, Inference: Inference(), Problems: []ComparedProblem{},
	}
	left, right := a.cells(), b.cells()
	ofB := make(map[string]trial.Problem, len(b.Run.Problems))
	for _, p := range b.Run.Problems {
		ofB[p.Name] = p
	}
	shared, restated := 0, 0
	var pairs []metrics.Pair
	var solved [][2][]*trial.Trial // of the problems that both sides solve
	for _, p := range a.Run.Problems {
		other, isShared := ofB[p.Name]
		if !isShared {
			c.A.NotShared++
			continue
		}
		shared++
		if other.Statement != p.Statement {
			restated++
		}
		trialsA, trialsB := left.of(p.Name), right.of(p.Name)
		c.A.NotRecorded += one(len(trialsA) == 0)
		c.B.NotRecorded += one(len(trialsB) == 0)
		if len(trialsA) == 0 || len(trialsB) == 0 {
			continue
		}
		compared := ComparedProblem{
			Name: p.Name, Source: p.Source,
			A: newCell(trialsA, left.results), B: newCell(trialsB, right.results),
		}
		switch {
		case compared.A.Solved > 0 && compared.B.Solved > 0:
			compared.Outcome = Both
			solved = append(solved, [2][]*trial.Trial{trialsA, trialsB})
		case compared.A.Solved > 0:
			compared.Outcome = OnlyA
		case compared.B.Solved > 0:
			compared.Outcome = OnlyB
		default:
			compared.Outcome = Neither
		}
		c.A.count(compared.A)
		c.B.count(compared.B)
		c.Problems = append(c.Problems, compared)
		pairs = append(pairs, metrics.Pair{
			A: metrics.Count{Solved: compared.A.Solved, Trials: compared.A.Recorded},
			B: metrics.Count{Solved: compared.B.Solved, Trials: compared.B.Recorded},
		})
	}
	if shared == 0 {
		return Comparison{}, fmt.Errorf("comparing runs: runs %s and %s have no problem in common; problems are matched by name", a.Run.ID, b.Run.ID)
	}
	c.B.NotShared = len(b.Run.Problems) - shared
	c.Paired = metrics.Compare(pairs, c.Inference)
	for _, m := range RatioMeasures() {
		costsA, costsB := make([]float64, len(solved)), make([]float64, len(solved))
		for i, trials := range solved {
			costsA[i], costsB[i] = meanSolved(trials[0], m), meanSolved(trials[1], m)
		}
		c.Costs = append(c.Costs, CostRatio{Measure: m, Ratio: metrics.CostRatio(costsA, costsB, c.Inference)})
	}
	c.Specification = specificationDiff(a.Run.Spec, b.Run.Spec)
	c.Warnings = append(c.Warnings, c.warnings(a, b, left, right, restated)...)
	return c, nil
}

func newCompared(s Side) Compared {
	return Compared{Run: s.Run.ID, Name: s.Run.Name, Variant: s.Variant, Ansatz: s.Run.Ansatz, Problems: len(s.Run.Problems)}
}

func (c *Compared) count(cell Cell) {
	c.Trials += cell.Recorded
	c.Solved += cell.Solved
}

// sideTrials are the trials of a side's variant.
type sideTrials struct {
	sortedTrials
	index map[string]int // of problems, by name
}

func (s sideTrials) of(problem string) []*trial.Trial { return s.cell(0, s.index[problem]) }

func (s Side) cells() sideTrials {
	run := s.Run
	run.Variants = []trial.Variant{{Name: s.Variant}}
	out := sideTrials{index: make(map[string]int, len(run.Problems))}
	of := make([]trial.Trial, 0, len(run.Problems)*max(run.Trials, 0))
	for _, t := range s.Trials {
		if t.Variant == s.Variant {
			of = append(of, t)
		}
	}
	out.sortedTrials = sortTrials(run, of)
	for i, p := range run.Problems {
		out.index[p.Name] = i
	}
	return out
}

// meanSolved is the mean cost of the solved trials of a problem, of which there is one.
func meanSolved(trials []*trial.Trial, m Measure) float64 {
	sum, n := 0.0, 0
	for _, t := range trials {
		if t.Result == trial.Solved {
			sum += m.Of(t.Cost)
			n++
		}
	}
	return sum / float64(n)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// warnings says why the sides may not be comparable.
func (c Comparison) warnings(a, b Side, left, right sideTrials, restated int) []string {
	var out []string
	warn := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	differ := func(what, inA, inB string) {
		if inA != inB {
			warn("%s: A has %s, B has %s.", what, orNone(Printable(inA)), orNone(Printable(inB)))
		}
	}
	for _, side := range []struct {
		name   string
		side   Side
		trials sideTrials
	}{{"A", a, left}, {"B", b, right}} {
		if expected := len(side.side.Run.Problems) * side.side.Run.Trials; side.trials.recorded < expected {
			warn("%s is not finished: %s of %s %s recorded.", side.name, count(side.trials.recorded), plural(expected, "trial"), are(side.trials.recorded))
		}
		if n := side.trials.twice + side.trials.strange; n > 0 {
			warn("%s has %s that %s recorded twice or not of its run, and left out.", side.name, plural(n, "trial"), are(n))
		}
	}
	if a.Run.Dataset.SHA256 != b.Run.Dataset.SHA256 {
		warn("The datasets differ: the chosen problems, their texts or their order are not the same.")
	}
	if restated > 0 {
		warn("%s of the same name %s stated differently by A and B.", plural(restated, "problem"), are(restated))
	}
	names := map[string]bool{}
	for name := range a.Run.Provers {
		names[name] = true
	}
	for name := range b.Run.Provers {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		differ("The prover "+Printable(name)+" differs", proverText(a.Run, name), proverText(b.Run, name))
	}
	differ("The versions of ansatz differ", a.Run.Ansatz, b.Run.Ansatz)
	if a.Run.Trials != b.Run.Trials {
		warn("The numbers of trials at a problem differ: A has %d, B has %d.", a.Run.Trials, b.Run.Trials)
	}
	differ("The machines differ", machineText(a.Run.Machine), machineText(b.Run.Machine))
	if a.Run.Workers != b.Run.Workers {
		warn("The numbers of trials at the same time differ, which changes times: A has %d, B has %d.", a.Run.Workers, b.Run.Workers)
	}
	if n := len(c.Specification); n > 0 {
		warn("The specifications differ in %s.", plural(n, "line"))
	} else if a.Run.Spec != b.Run.Spec {
		warn("The specifications differ in the order of their lines or in comments only.")
	}
	if len(c.Problems) == 0 {
		warn("No problem has a trial recorded on both sides.")
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// proverText is what of a prover may change results: all but where it stands.
func proverText(run trial.Run, name string) string {
	info, ok := run.Provers[name]
	if !ok {
		return ""
	}
	text := strings.TrimSpace(info.Name + " " + info.Version)
	if info.Variant != "" {
		text += " (" + string(info.Variant) + ")"
	}
	for _, option := range slices.Sorted(maps.Keys(info.Options)) {
		text += ", " + option + "=" + info.Options[option]
	}
	return text
}

func machineText(m trial.Machine) string {
	parts := []string{}
	for _, part := range []string{m.System, m.Processor} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if m.Cores > 0 {
		parts = append(parts, plural(m.Cores, "core"))
	}
	if m.Memory > 0 {
		parts = append(parts, fmt.Sprintf("%.0f GiB", float64(m.Memory)/(1<<30)))
	}
	return strings.Join(parts, ", ")
}

func quoted(variants []trial.Variant) string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = fmt.Sprintf("%q", v.Name)
	}
	return orNone(strings.Join(names, ", "))
}

// specificationDiff lists the lines that one specification has and the other does
// not have in the same table, those of a first. Comments, empty lines and the order
// of lines do not matter.
func specificationDiff(a, b string) []SpecificationLine {
	if a == b {
		return nil
	}
	linesA, linesB := specificationLines("a", a), specificationLines("b", b)
	return append(subtract(linesA, linesB), subtract(linesB, linesA)...)
}

// subtract lists the lines that others does not have, or has less often.
func subtract(lines, others []SpecificationLine) []SpecificationLine {
	left := map[SpecificationLine]int{}
	for _, l := range others {
		l.Side = ""
		left[l]++
	}
	var out []SpecificationLine
	for _, l := range lines {
		key := l
		key.Side = ""
		if left[key] > 0 {
			left[key]--
			continue
		}
		out = append(out, l)
	}
	return out
}

// specificationLines reads TOML by lines, which is enough to show differences of
// texts that the same program wrote.
func specificationLines(side, text string) []SpecificationLine {
	var lines []SpecificationLine
	table := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			table = line
			if !strings.HasPrefix(line, "[[") {
				continue // a table without lines changes nothing
			}
			lines = append(lines, SpecificationLine{Side: side, Line: line})
		default:
			lines = append(lines, SpecificationLine{Side: side, Table: table, Line: line})
		}
	}
	return lines
}
