package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/ansatz-prover/ansatz/benchmarks/metrics"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
)

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenSummaries(t *testing.T) {
	for name, make := range map[string]func() (trial.Run, []trial.Trial){
		"finished": finishedRun, "unfinished": unfinishedRun, "prover": proverRun,
		"empty": func() (trial.Run, []trial.Trial) { return newRun(trial.Search, nil, nil, 1), nil },
		"none_recorded": func() (trial.Run, []trial.Trial) {
			return newRun(trial.Search, []string{"base"}, []string{"add_zero"}, 4), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			run, trials := make()
			s := Summarize(run, trials)
			golden.Check(t, name+".txt", safeText(t, written(t, func(w io.Writer) error { return Text(w, s, true) })))
			golden.Check(t, name+".md", safeMarkdown(t, written(t, func(w io.Writer) error { return Markdown(w, s, true) })))
			if name != "finished" {
				golden.Check(t, name+".csv", written(t, func(w io.Writer) error { return CSV(w, trials) }))
				return
			}
			golden.Check(t, name+".json", written(t, func(w io.Writer) error { return JSON(w, s, trials[:2]) }))
		})
	}
}

// sides are two runs with a difference in everything that is warned of.
func sides() (a, b Side) {
	run, trials := finishedRun()
	other, others := unfinishedRun()
	other.ID, other.Name, other.Ansatz, other.Workers = "77aa", "ranking, again", "0.9.1", 4
	other.Dataset.SHA256 = "99"
	other.Provers = map[string]provers.Info{
		"lean":  {Name: "lean", Version: "4.29.0", Options: map[string]string{"autoImplicit": "false"}},
		"dafny": {Name: "dafny", Version: "4.9\x1b[0m"},
	}
	other.Machine.Cores = 64
	other.Spec = "# changed\nname = \"ranking\"\n[search]\nwidth = 8\ntimeout = \"30s\"\n[[variant]]\nname = \"x\x1b|\"\n"
	other.Problems = slices.Clone(other.Problems)
	other.Problems[0].Statement += " restated"
	other.Problems = append(other.Problems[1:], trial.Problem{Name: "new"}, other.Problems[0])
	twice := others[slices.IndexFunc(others, func(t trial.Trial) bool { return t.Variant == "ranked" })]
	return Side{run, trials, "base"}, Side{other, append(others, twice), "ranked"}
}

func TestGoldenComparisons(t *testing.T) {
	run, trials := finishedRun()
	a, b := sides()
	one := newRun(trial.Search, []string{"base", "ranked"}, []string{"a", "b", "c", "d", "e", "f"}, 1)
	ones := newTrials(one, func(v, _ int) float64 { return 0.5 + 0.3*float64(v) })
	for name, sides := range map[string][2]Side{
		"variants":   {{run, trials, "base"}, {run, trials, "ranked"}},
		"runs":       {a, b},
		"one_trial":  {{one, ones, "base"}, {one, ones, "ranked"}},
		"no_trials":  {{one, nil, "base"}, {one, nil, "ranked"}},
		"none_solve": {{run, trials, "base"}, {run, trials, oddName}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Compare(sides[0], sides[1])
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "compare_"+name+".txt", safeText(t, written(t, func(w io.Writer) error { return ComparisonText(w, c, false) })))
			golden.Check(t, "compare_"+name+".md", safeMarkdown(t, written(t, func(w io.Writer) error { return ComparisonMarkdown(w, c, true) })))
			data := safeText(t, written(t, func(w io.Writer) error { return ComparisonJSON(w, c) }))
			table := written(t, func(w io.Writer) error { return ComparisonCSV(w, c) })
			if name == "runs" {
				golden.Check(t, "compare_"+name+".json", data)
				golden.Check(t, "compare_"+name+".csv", table)
			}
			var back ComparisonDocument
			if err := json.Unmarshal([]byte(data), &back); err != nil || back.Version != Version || back.Comparison.Paired != c.Paired || len(back.Comparison.Problems) != len(c.Problems) {
				t.Errorf("the JSON reads as %+v, %v", back, err)
			}
		})
	}
}

// safeText checks that a text has nothing that a terminal would obey.
func safeText(t *testing.T, text string) string {
	t.Helper()
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("the text has %q", r)
		}
	}
	return text
}

// safeMarkdown also checks that all rows of a table have as many cells.
func safeMarkdown(t *testing.T, text string) string {
	t.Helper()
	cells := 0
	for line := range strings.Lines(safeText(t, text)) {
		if !strings.HasPrefix(line, "|") {
			cells = 0
			continue
		}
		bars := strings.Count(line, "|") - strings.Count(line, `\|`)
		if cells == 0 {
			cells = bars
		}
		if bars != cells {
			t.Errorf("a row with %d bars in a table with %d: %s", bars, cells, line)
		}
	}
	if strings.Contains(text, "<b>") {
		t.Error("HTML is not escaped")
	}
	return text
}

// tally is trials given by hand: a letter each, s solved, t timed out, "." not recorded.
func tally(run trial.Run, variant string, problems map[string]string) []trial.Trial {
	var trials []trial.Trial
	for _, p := range run.Problems {
		for n, letter := range problems[p.Name] {
			if letter == '.' {
				continue
			}
			t := trial.Trial{Key: trial.Key{Variant: variant, Problem: p.Name, Number: n}, Result: trial.TimeOut}
			t.Cost = trial.Cost{Wall: float64(10 - n), Expansions: int64(n)}
			if letter == 's' {
				t.Result = trial.Solved
			}
			trials = append(trials, t)
		}
	}
	return trials
}

func TestSummarizeArithmetic(t *testing.T) {
	run := newRun(trial.Search, []string{"v", "untouched"}, []string{"p", "q", "r", "s"}, 4)
	trials := tally(run, "v", map[string]string{"p": "sstt", "q": "tttt", "r": "s.", "s": ""})
	slices.Reverse(trials) // the order does not matter
	s := Summarize(run, trials)
	if s.Recorded != 9 || s.Expected != 32 || s.Finished() {
		t.Errorf("recorded %d of %d", s.Recorded, s.Expected)
	}
	v := s.Variants[0]
	if v.Problems != 4 || v.Tried != 3 || v.SolvedProblems != 2 || v.Recorded != 9 || v.Expected != 16 || v.Solved != 3 {
		t.Errorf("%+v", v)
	}
	type pass struct {
		k, problems, left int
		value             float64
	}
	var got []pass
	for _, p := range v.Pass {
		got = append(got, pass{p.K, p.Estimate.N, p.LeftOut, math.Round(p.Estimate.Value*1e9) / 1e9})
	}
	// p: 1/2, 5/6, 1; q: 0; r: 1 and only for k = 1; s never.
	if want := []pass{{1, 3, 1, 0.5}, {2, 2, 2, 0.416666667}, {4, 2, 2, 0.5}}; !slices.Equal(got, want) {
		t.Errorf("pass@k %v, want %v", got, want)
	}
	wall := v.Cost(Wall)
	if wall.All.N != 9 || wall.All.Total != 2*(10+9+8+7)+10 || wall.Solved.N != 3 || wall.Solved.Median != 10 || wall.Solved.Min != 9 {
		t.Errorf("wall %+v", wall)
	}
	if c := v.Curve(Wall); c.Trials != 9 || c.Solved != 3 || c.At(9) != 1.0/9 || c.At(10) != 3.0/9 || c.Least != 7 || c.Most != 10 {
		t.Errorf("curve %+v", c)
	}
	if c := v.Curve("no measure"); c.Trials != 0 || v.Cost("no measure").All.Known() {
		t.Errorf("of a measure that is none: %+v", c)
	}
	want := []Cell{
		{Solved: 2, Recorded: 4, Results: []ResultCount{{trial.Solved, 2}, {trial.TimeOut, 2}}, Best: &Best{Number: 1, Wall: 9}},
		{Recorded: 4, Results: []ResultCount{{trial.TimeOut, 4}}},
		{Solved: 1, Recorded: 1, Results: []ResultCount{{trial.Solved, 1}}, Best: &Best{Number: 0, Wall: 10}},
		{},
	}
	for i, p := range s.Problems {
		if !reflect.DeepEqual(p.Cells[0], want[i]) || !reflect.DeepEqual(p.Cells[1], Cell{}) {
			t.Errorf("cells of %s: %+v, want %+v", p.Name, p.Cells, want[i])
		}
	}
	if u := s.Variants[1]; u.Recorded != 0 || u.Pass[0].LeftOut != 4 || u.Pass[0].Estimate.Known() {
		t.Errorf("untouched: %+v", u)
	}
	wantNotes := []string{"23 of 32 trials are not recorded.", "pass@8 needs 8 trials at a problem; the run has 4."}
	if !slices.Equal(s.Notes, wantNotes) {
		t.Errorf("notes %q, want %q", s.Notes, wantNotes)
	}
}

// No trial is lost: results add up to what is recorded, and that with what notes
// tell of to what was given.
func TestSummarizeLosesNothing(t *testing.T) {
	run, trials := unfinishedRun()
	s := Summarize(run, trials)
	total, melted := 0, 0
	for _, v := range s.Variants {
		if len(v.Results) != len(s.Results) {
			t.Errorf("%d counts of %d results", len(v.Results), len(s.Results))
		}
		for _, r := range v.Results {
			total += r.Count
			if r.Result == "melted" {
				melted += r.Count
			}
		}
	}
	if total != s.Recorded || total != len(trials)-2 || melted != 1 {
		t.Errorf("%d results of %d trials, %d recorded, %d melted", total, len(trials), s.Recorded, melted)
	}
	want := []string{
		"36 of 72 trials are not recorded.",
		"1 trial is recorded again under a key that has one already; the first counts.",
		"1 trial is of a variant, problem or number that the run does not have, and left out.",
		`The result "abandoned�[0m" of 1 trial is unknown to this version, and counted as a failure.`,
		`The result "melted" of 1 trial is unknown to this version, and counted as a failure.`,
		"pass@8 needs 8 trials at a problem; the run has 4.",
	}
	if !slices.Equal(s.Notes, want) {
		t.Errorf("notes %q\nwant %q", s.Notes, want)
	}
}

func TestAllAndNoneSolved(t *testing.T) {
	run := newRun(trial.Search, []string{"all", "none"}, []string{"p", "q"}, 2)
	run.PassAt = []int{1, 2}
	trials := append(tally(run, "all", map[string]string{"p": "ss", "q": "ss"}), tally(run, "none", map[string]string{"p": "tt", "q": "tt"})...)
	s := Summarize(run, trials)
	for i, want := range []float64{1, 0} {
		for _, p := range s.Variants[i].Pass {
			if p.Estimate.Value != want || p.Method != metrics.MethodWilson || p.Estimate.Interval.Width() < 0.5 {
				t.Errorf("%+v, want %v with a wide interval", p, want)
			}
		}
		if c := s.Variants[i].Curve(Wall); c.At(100) != want {
			t.Errorf("the curve ends at %v, want %v", c.At(100), want)
		}
	}
	if !s.Finished() || len(s.Notes) != 0 || s.Variants[1].Cost(Wall).Solved.Known() {
		t.Errorf("%+v", s)
	}
}

func TestOperations(t *testing.T) {
	run := newRun(trial.Prover, []string{"lean", "dafny"}, []string{"start"}, 4)
	trials := append(tally(run, "lean", map[string]string{"start": "stss"}), tally(run, "dafny", map[string]string{"start": "tt"})...)
	want := []Operation{
		{Problem: "start", Variant: "lean", Recorded: 4, Failures: 1, Wall: metrics.Distribution{N: 3, Total: 25, Min: 7, Q1: 7.5, Median: 8, Q3: 9, Max: 10}},
		{Problem: "start", Variant: "dafny", Recorded: 2, Failures: 2},
	}
	if got := Summarize(run, trials).Operations; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCompareArithmetic(t *testing.T) {
	run := newRun(trial.Search, []string{"a", "b"}, []string{"p", "q", "r", "s", "t"}, 2)
	trials := append(tally(run, "a", map[string]string{"p": "ss", "q": "st", "r": "tt", "s": "tt", "t": "s"}),
		tally(run, "b", map[string]string{"p": "ts", "q": "tt", "r": "ss", "s": "t"})...)
	c, err := Compare(Side{run, trials, "a"}, Side{run, trials, "b"})
	if err != nil {
		t.Fatal(err)
	}
	for outcome, want := range map[Outcome][]string{Both: {"p"}, OnlyA: {"q"}, OnlyB: {"r"}, Neither: {"s"}} {
		if got := c.Names(outcome); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", outcome, got, want)
		}
	}
	if c.A.Trials != 8 || c.A.Solved != 3 || c.B.Trials != 7 || c.B.Solved != 3 || c.B.NotRecorded != 1 || c.A.NotRecorded != 0 || c.A.NotShared != 0 {
		t.Errorf("%+v, %+v", c.A, c.B)
	}
	if p := c.Paired; p.RateA != 0.375 || p.RateB != 0.375 || p.Difference.Value != 0 || p.Difference.N != 4 || p.Test.P != 1 || p.Test.Discordant != 3 {
		t.Errorf("%+v", p)
	}
	if r := c.Costs[0]; r.Measure != Wall || math.Abs(r.Estimate.Value-9/9.5) > 1e-12 || r.Estimate.N != 1 {
		t.Errorf("wall %+v", r)
	}
	if r := c.Costs[1]; r.Measure != Prover || r.Estimate.Known() || r.LeftOut != 1 {
		t.Errorf("prover %+v", r)
	}
	want := []string{
		"A is not finished: 9 of 10 trials are recorded.",
		"B is not finished: 7 of 10 trials are recorded.",
	}
	if !slices.Equal(c.Warnings, want) {
		t.Errorf("warnings %q, want %q", c.Warnings, want)
	}
}

func TestCompareWarns(t *testing.T) {
	c, err := Compare(sides())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"B is not finished: 16 of 28 trials are recorded.",
		"B has 1 trial that is recorded twice or not of its run, and left out.",
		"The datasets differ: the chosen problems, their texts or their order are not the same.",
		"1 problem of the same name is stated differently by A and B.",
		"The prover dafny differs: A has none, B has dafny 4.9�[0m.",
		"The prover lean differs: A has lean 4.28.0, B has lean 4.29.0, autoImplicit=false.",
		"The versions of ansatz differ: A has 0.9.0, B has 0.9.1.",
		"The machines differ: A has linux/amd64, EPYC, 2 cores, 8 GiB, B has linux/amd64, EPYC, 64 cores, 8 GiB.",
		"The numbers of trials at the same time differ, which changes times: A has 2, B has 4.",
		"The specifications differ in 4 lines.",
	}
	for _, w := range c.Warnings {
		if !slices.Contains(want, w) {
			t.Errorf("warned of %q", w)
		}
	}
	for _, w := range want {
		if !slices.Contains(c.Warnings, w) {
			t.Errorf("not warned of %q", w)
		}
	}
	lines := []SpecificationLine{
		{"a", "[search]", `timeout = "60s"`}, {"b", "[search]", `timeout = "30s"`},
		{"b", "", "[[variant]]"}, {"b", "[[variant]]", "name = \"x\x1b|\""},
	}
	if !slices.Equal(c.Specification, lines) {
		t.Errorf("%q, want %q", c.Specification, lines)
	}
}

func TestCompareErrors(t *testing.T) {
	run, trials := finishedRun()
	other := newRun(trial.Search, []string{"base"}, []string{"elsewhere"}, 1)
	kind := run
	kind.Kind = trial.Prover
	for want, sides := range map[string][2]Side{
		`run 4f1c2a has no variant "nope"; it has "base", "ranked", `: {{run, trials, "base"}, {run, trials, "nope"}},
		"no problem in common":         {{run, trials, "base"}, {other, nil, "base"}},
		`kind "search" and run 4f1c2a`: {{run, trials, "base"}, {kind, trials, "base"}},
		"has no variant":               {},
	} {
		if _, err := Compare(sides[0], sides[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// The document reads back as what was written.
func TestJSONReadsBack(t *testing.T) {
	run, trials := unfinishedRun()
	trials[0].Reason = "c1 \u009b31m del \x7f bidi \u202e tag \U000e0041 separator \u2028 space \u00a0 ∀😀 <x>"
	s := Summarize(run, trials)
	data := written(t, func(w io.Writer) error { return JSON(w, s, trials) })
	safeText(t, data)
	var d Document
	decoder := json.NewDecoder(strings.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Version != 1 || !reflect.DeepEqual(d.Run, run) || !reflect.DeepEqual(d.Trials, trials) {
		t.Error("the run or its trials do not read back")
	}
	d.Summary.Run = run
	if !reflect.DeepEqual(d.Summary, s) {
		t.Errorf("the summary reads as %+v", d.Summary)
	}
}

// Costs that are not finite reach no encoder, and no other field is lost by that.
func TestNotFinite(t *testing.T) {
	run, trials := finishedRun()
	run.Elapsed = math.Inf(1)
	cost := reflect.ValueOf(&trials[3].Cost).Elem()
	for i := range cost.NumField() {
		if cost.Field(i).Kind() == reflect.Float64 {
			cost.Field(i).SetFloat([]float64{math.NaN(), math.Inf(-1)}[i%2])
		}
	}
	trials[3].Result = trial.Solved
	s := Summarize(run, trials)
	var d struct {
		Trials []map[string]any `json:"trials"`
	}
	if err := json.Unmarshal([]byte(written(t, func(w io.Writer) error { return JSON(w, s, trials) })), &d); err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	data, _ := json.Marshal(trials[2])
	if err := json.Unmarshal(data, &plain); err != nil {
		t.Fatal(err)
	}
	safe := d.Trials[3]["cost"].(map[string]any)
	for name := range plain["cost"].(map[string]any) {
		value, is := safe[name]
		if !is || strings.HasSuffix(name, "_s") != (value == nil) {
			t.Errorf("%s is %v", name, value)
		}
	}
	if d.Trials[3]["problem"] != trials[3].Problem || d.Trials[3]["seed"] == nil {
		t.Errorf("%v", d.Trials[3])
	}
	for _, write := range []func(io.Writer) error{
		func(w io.Writer) error { return Text(w, s, true) },
		func(w io.Writer) error { return Markdown(w, s, true) },
		func(w io.Writer) error { return CSV(w, trials) },
	} {
		if text := written(t, write); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("not finite: %s", text)
		}
	}
}

// The rows are the trials, and the columns all their fields that are not lists.
func TestCSV(t *testing.T) {
	_, trials := finishedRun()
	trials[0].Reason = "=1+1"
	trials[1].Reason = "a\nb,\"c\"\r" + oddName
	rows, err := csv.NewReader(strings.NewReader(written(t, func(w io.Writer) error { return CSV(w, trials) }))).ReadAll()
	if err != nil || len(rows) != len(trials)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var want []string
	var fields func(reflect.Type)
	fields = func(of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Type == reflect.TypeFor[trial.Key](), f.Type == reflect.TypeFor[trial.Cost]():
				fields(f.Type)
			case f.Type.Kind() != reflect.Slice:
				want = append(want, name)
			}
		}
	}
	fields(reflect.TypeFor[trial.Trial]())
	if !slices.Equal(rows[0], want) {
		t.Errorf("columns %v, want %v", rows[0], want)
	}
	for i, row := range rows[1:] {
		if row[1] != trials[i].Problem || row[6] != trials[i].Reason || row[7] != exact(trials[i].Cost.Wall) {
			t.Errorf("row %d is %q", i, row)
		}
	}
}

// Every cost has a measure, and every measure reads its own.
func TestMeasures(t *testing.T) {
	seen := map[Measure]bool{}
	for i := range reflect.TypeFor[trial.Cost]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[trial.Cost]().Field(i).Tag.Get("json"), ",")
		m := Measure(name)
		seen[m] = true
		var c trial.Cost
		f := reflect.ValueOf(&c).Elem().Field(i)
		if f.CanFloat() {
			f.SetFloat(3)
		} else {
			f.SetInt(3)
		}
		if m.Of(c) != 3 || m.Title() == name && strings.HasSuffix(name, "_s") || m.Seconds() != f.CanFloat() || !slices.Contains(Measures(), m) {
			t.Errorf("%s: %v of %+v", m, m.Of(c), c)
		}
	}
	if len(seen) != len(Measures()) || len(seen) != len(measures) {
		t.Errorf("%d measures of %d costs", len(Measures()), len(seen))
	}
	if m := Measure("other"); m.Title() != "other" || m.Of(trial.Cost{Wall: 1}) != 0 {
		t.Errorf("an unknown measure: %q", m.Title())
	}
}

// limited fails after some bytes.
type limited int

func (l *limited) Write(p []byte) (int, error) {
	if *l -= limited(len(p)); *l < 0 {
		return 0, errFull
	}
	return len(p), nil
}

var errFull = errors.New("full")

func TestWriteErrors(t *testing.T) {
	run, trials := finishedRun()
	s := Summarize(run, trials)
	c, err := Compare(Side{run, trials, "base"}, Side{run, trials, "ranked"})
	if err != nil {
		t.Fatal(err)
	}
	for i, write := range []func(io.Writer) error{
		func(w io.Writer) error { return Text(w, s, true) },
		func(w io.Writer) error { return Markdown(w, s, true) },
		func(w io.Writer) error { return CSV(w, trials) },
		func(w io.Writer) error { return JSON(w, s, trials) },
		func(w io.Writer) error { return ComparisonText(w, c, true) },
		func(w io.Writer) error { return ComparisonMarkdown(w, c, true) },
		func(w io.Writer) error { return ComparisonCSV(w, c) },
		func(w io.Writer) error { return ComparisonJSON(w, c) },
	} {
		for _, room := range []limited{0, 100} {
			if err := write(&room); !errors.Is(err, errFull) {
				t.Errorf("writer %d: %v", i, err)
			}
		}
	}
}

func BenchmarkSummarize(b *testing.B) {
	problems := make([]string, 1000)
	for i := range problems {
		problems[i] = "problem_" + count(i)
	}
	run := newRun(trial.Search, []string{"a", "b", "c"}, problems, 8)
	trials := newTrials(run, func(v, p int) float64 { return float64((p+v)%5) / 5 })
	b.ReportAllocs()
	for b.Loop() {
		Summarize(run, trials)
	}
}

func BenchmarkCompare(b *testing.B) {
	problems := make([]string, 1000)
	for i := range problems {
		problems[i] = "problem_" + count(i)
	}
	run := newRun(trial.Search, []string{"a", "b"}, problems, 8)
	trials := newTrials(run, func(v, p int) float64 { return float64((p+v)%5) / 5 })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compare(Side{run, trials, "a"}, Side{run, trials, "b"}); err != nil {
			b.Fatal(err)
		}
	}
}
