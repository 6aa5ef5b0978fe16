package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/internal/golden"
)

func written(t *testing.T, in Input) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(t.Context(), &b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writtenComparison(t *testing.T, in ComparisonInput) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteComparison(t.Context(), &b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var scripts = regexp.MustCompile(`(?s)<script[^>]*>(.*?)</script>`)

// parts are the JSON data of a page, and the page without it.
func parts(t *testing.T, page string) (data, string) {
	t.Helper()
	found := scripts.FindAllStringSubmatch(page, -1)
	if len(found) != 2 {
		t.Fatalf("%d scripts instead of the data and the program", len(found))
	}
	var d struct {
		data
		Problems []struct {
			problemData
			Trials []struct {
				trialData
				Costs []float64 `json:"c"`
			} `json:"k"`
		} `json:"p"`
	}
	decoder := json.NewDecoder(strings.NewReader(found[0][1]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatalf("the data is not JSON: %v", err)
	}
	out := d.data
	for _, p := range d.Problems {
		for i := range p.Trials {
			p.problemData.Trials = append(p.problemData.Trials, &p.Trials[i].trialData)
		}
		out.Problems = append(out.Problems, p.problemData)
	}
	return out, strings.Replace(page, found[0][1], "", 1)
}

// unstyled is a page without its style and script, for golden files.
func unstyled(page string) string {
	for _, own := range []string{styleSheet, script} {
		page = strings.Replace(page, own, "", 1)
	}
	policies := regexp.MustCompile(`(Content-Security-Policy" content=")[^"]*`)
	return policies.ReplaceAllString(page, "$1")
}

func TestGolden(t *testing.T) {
	golden.Check(t, "run.html", unstyled(written(t, sampleInput(4, 2, "plain", "ranked"))))
	golden.Check(t, "prover.html", unstyled(written(t, proverInput())))
	c, err := comparisonInput(4, 2)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "comparison.html", unstyled(writtenComparison(t, c)))
}

// What is on the page does not depend on which tree is drawn first.
func TestDeterministic(t *testing.T) {
	in := sampleInput(20, 3, "plain", "ranked")
	first := written(t, in)
	slow := in
	slow.Tree = func(ctx context.Context, id string) (string, error) {
		if len(id)%2 == 0 {
			time.Sleep(time.Millisecond)
		}
		return sampleTree(ctx, id)
	}
	if written(t, slow) != first {
		t.Error("the page depends on how long trees take")
	}
	in.Tree = nil
	if page := written(t, in); strings.Contains(page, "├─") {
		t.Error("there are trees without a function that draws them")
	}
}

func TestTrees(t *testing.T) {
	in := sampleInput(5, 3, "plain", "ranked")
	for i := range in.Trials {
		tr := &in.Trials[i]
		tr.Result, tr.Proof, tr.Text = trial.TimeOut, "", ""
		switch tr.Problem {
		case "theorem_0001": // ranked is faster in its last trial, plain has one
			if tr.Variant == "ranked" || tr.Number == 1 {
				tr.Result = trial.Solved
			}
			tr.Cost.Wall = float64(10 - tr.Number)
		case "theorem_0002": // nothing is solved, and the first trial has no tree
			if tr.Variant == "plain" && tr.Number == 0 {
				tr.Trees = nil
			}
		case "theorem_0003": // not one has a tree
			tr.Trees = nil
		case "theorem_0004": // its tree cannot be drawn
			tr.Trees = []string{"broken"}
		}
	}
	asked := make(chan string, 100)
	in.Tree = func(_ context.Context, id string) (string, error) {
		asked <- id
		if id == "broken" {
			return "", errors.New("no <b>such</b> tree")
		}
		return "tree of " + id, nil
	}
	d, _ := parts(t, written(t, in))
	close(asked)
	n := 0
	for range asked {
		n++
	}
	if n != 5 {
		t.Errorf("%d trees were drawn instead of 5", n)
	}
	var got []string
	for _, p := range d.Problems {
		for _, tr := range p.Trials {
			if tr.TreeID != 0 {
				got = append(got, fmt.Sprintf("%s %d %d: %s|%s", d.Texts[p.Name], tr.Variant, tr.Number, d.Texts[tr.Tree], d.Texts[tr.TreeFailed]))
			}
		}
	}
	want := []string{
		"theorem_0001 0 1: tree of r1-0-0-1|",
		"theorem_0001 1 2: tree of r1-0-1-2|",
		"theorem_0002 0 1: tree of r1-1-0-1|",
		"theorem_0004 0 0: |no <b>such</b> tree",
		"theorem_0005 0 0: tree of r1-4-0-0|",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in := sampleInput(50, 1, "plain")
	in.Tree = func(ctx context.Context, id string) (string, error) { cancel(); return "", ctx.Err() }
	var b bytes.Buffer
	if err := Write(ctx, &b, in); !errors.Is(err, context.Canceled) || b.Len() != 0 {
		t.Errorf("error %v and %d bytes, instead of being cancelled", err, b.Len())
	}
}

// hostile are texts that try to break out of where they stand.
var hostile = []string{
	"</script><script>alert(1)</script>",
	`"><img src=x onerror=alert(2)>`,
	"<!--<script>", "-->", "]]>", "`${alert(3)}`", "{{.}}", "javascript:alert(4)",
	"back\u202edrawkcab\u202c", "nul\x00bell\a\x1b[31m", "bad \xff\xc0 bytes", "line\u2028separator", "a\r\nb\rc",
	"100%#?&/\\'\"+ \t%zz",
	strings.Repeat("long ", 30_000),
}

func hostileInput() Input {
	run, trials := sampleRun("r1", len(hostile), 2, "plain", "ranked")
	all := strings.Join(hostile[:len(hostile)-1], " ")
	run.Name, run.Description, run.ID, run.Ansatz = all, all, all, all
	run.Spec, run.SpecHash, run.Merged = all, all, []string{all}
	run.Dataset.Files[0].Path, run.Dataset.LeftOut = all, map[string]int{all: 1}
	info := run.Provers["lean"]
	info.Version, info.Options = all, map[string]string{all: all}
	delete(run.Provers, "lean")
	run.Provers[all] = info
	run.Machine.Processor = all
	run.Variants[0] = trial.Variant{Name: all, Settings: hostile}
	for i := range run.Problems {
		run.Problems[i] = trial.Problem{Name: hostile[i], Source: hostile[i], Statement: hostile[i]}
	}
	for i := range trials {
		tr := &trials[i]
		h := hostile[i%len(hostile)]
		tr.Problem = hostile[i/4]
		if tr.Variant == "plain" {
			tr.Variant = all
		}
		tr.Result = trial.Result(hostile[i%5])
		if i%2 == 0 {
			tr.Result = trial.Solved
		}
		tr.Reason, tr.Proof, tr.Text, tr.Answer, tr.Reference = h, h, "before "+h+" after", h, h
		tr.Axioms, tr.Method, tr.Worker, tr.Trees = hostile, h, h, []string{h}
		tr.Cost.Wall, tr.Cost.Prover = math.NaN(), math.Inf(1)
		tr.Seed = math.MaxUint64
	}
	return Input{Summary: report.Summarize(run, trials), Run: run, Trials: trials, Now: noon,
		Tree: func(_ context.Context, id string) (string, error) {
			if len(id)%2 == 0 {
				return "", errors.New(id)
			}
			return id, nil
		}}
}

// safe checks that nothing of the hostile texts stands on a page as markup, and
// that nothing on it is invisible.
func safe(t *testing.T, page string) {
	t.Helper()
	d, rest := parts(t, page)
	if !utf8.ValidString(page) {
		t.Error("the page is not UTF-8")
	}
	for i, r := range page {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Fatalf("%U stands at byte %d", r, i)
		}
	}
	for _, raw := range []string{"<img", "<script>alert", "<!--", "ZgotmplZ", `href="javascript`} {
		if strings.Contains(rest, raw) {
			t.Errorf("%s stands on the page", raw)
		}
	}
	if n := strings.Count(page, "</script"); n != 2 {
		t.Errorf("%d scripts end", n)
	}
	for _, text := range d.Texts {
		if clean(text) != text {
			t.Errorf("the data has a text that is not clean: %q", text)
		}
	}
}

func TestHostile(t *testing.T) {
	in := hostileInput()
	page := written(t, in)
	safe(t, page)
	d, _ := parts(t, page)
	if len(d.Problems) != len(hostile) {
		t.Fatalf("%d problems", len(d.Problems))
	}
	for i, p := range d.Problems {
		if got, want := d.Texts[p.Name], clean(hostile[i]); got != want {
			t.Errorf("problem %d is %q instead of %q", i, got, want)
		}
		if len(p.Trials) != 4 {
			t.Errorf("problem %d has %d trials", i, len(p.Trials))
		}
	}
	if d.Problems[0].Trials[0].Seed != "18446744073709551615" {
		t.Errorf("a seed is %s", d.Problems[0].Trials[0].Seed)
	}

	c := ComparisonInput{
		A: report.Side{Run: in.Run, Trials: in.Trials, Variant: in.Run.Variants[0].Name},
		B: report.Side{Run: in.Run, Trials: in.Trials, Variant: in.Run.Variants[1].Name}, Tree: in.Tree,
	}
	var err error
	if c.Comparison, err = report.Compare(c.A, c.B); err != nil {
		t.Fatal(err)
	}
	c.Comparison.Warnings = hostile
	safe(t, writtenComparison(t, c))

	in.Run.Kind = trial.Prover
	in.Summary = report.Summarize(in.Run, in.Trials)
	safe(t, written(t, in))
}

func TestComparedOperations(t *testing.T) {
	in := proverInput()
	c := ComparisonInput{
		A: report.Side{Run: in.Run, Trials: in.Trials, Variant: "lean"},
		B: report.Side{Run: in.Run, Trials: in.Trials, Variant: "dafny"}, Now: noon,
	}
	var err error
	if c.Comparison, err = report.Compare(c.A, c.B); err != nil {
		t.Fatal(err)
	}
	page := writtenComparison(t, c)
	safe(t, page)
	v := newComparisonView(c)
	if n := len(v.Operations.Rows); n != 6 {
		t.Fatalf("%d rows of operations", n)
	}
	own := newRunView(in)
	for i, row := range v.Operations.Rows {
		if want := own.Operations.Rows[i]; row.Median != want.Median || row.Variant != v.Names[i%2] {
			t.Errorf("row %d is of %s with %s, not of %s with %s", i, row.Variant, row.Median, v.Names[i%2], want.Median)
		}
	}
	if n := len(v.Operations.Charts[2].Rows[1].Dots); n != 39 {
		t.Errorf("%d dots instead of one for each solved trial", n)
	}
}

func TestSideNames(t *testing.T) {
	side := func(run, name, variant string) report.Compared {
		return report.Compared{Run: run, Name: name, Variant: variant}
	}
	for _, test := range []struct {
		a, b report.Compared
		want [2]string
	}{
		{side("1", "x", "v"), side("1", "x", "w"), [2]string{"A: v", "B: w"}},
		{side("1", "x", "v"), side("2", "y", "v"), [2]string{"A: x", "B: y"}},
		{side("1", "x", "v"), side("2", "x", "v"), [2]string{"A: x (1)", "B: x (2)"}},
		{side("1", "x", "v"), side("2", "y", "w"), [2]string{"A: x, v", "B: y, w"}},
	} {
		if got := sideNames(test.a, test.b); got != test.want {
			t.Errorf("%q instead of %q", got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{count(0), "0"}, {count(999), "999"}, {count(-1234), "-1,234"}, {count(12345678), "12,345,678"},
		{points(0.0541), "+5.4"}, {points(-0.0541), "\u22125.4"}, {points(-0.0001), "0.0"},
		{share(1, 0), "-"}, {percent(0.5), "50.0\u00a0%"},
		{probability(0.00001), "< 0.0001"}, {probability(0.0642), "= 0.064"},
		{heading("wall time"), "Wall time"}, {heading("étude"), "Étude"}, {heading(""), ""},
		{label("a\n\tb   cde", 5), "a b …"},
	} {
		if test.got != test.want {
			t.Errorf("%q instead of %q", test.got, test.want)
		}
	}
}

func TestTextsAreStoredOnce(t *testing.T) {
	in := sampleInput(1, 8, "plain")
	for i := range in.Trials {
		in.Trials[i].Result, in.Trials[i].Proof, in.Trials[i].Text = trial.Solved, ":= by omega", "theorem t :\n  True := by omega\n#print axioms t"
	}
	page := written(t, in)
	d, rest := parts(t, page)
	if n := strings.Count(page, ":= by omega"); n != 1 {
		t.Errorf("the proof stands %d times on the page", n)
	}
	var text strings.Builder
	for _, piece := range d.Problems[0].Trials[7].Text {
		text.WriteString(d.Texts[piece])
	}
	if text.String() != in.Trials[7].Text {
		t.Errorf("the text is %q", text.String())
	}
	if strings.Contains(rest, "omega") {
		t.Error("the document has the proof")
	}
}

// Trials that a summary does not count are not on the page.
func TestOtherTrials(t *testing.T) {
	in := sampleInput(2, 2, "plain")
	again := in.Trials[0]
	again.Reason = "recorded twice"
	stranger, late, elsewhere := again, again, again
	stranger.Variant, late.Number, elsewhere.Problem = "other", 2, "other"
	in.Trials = append(in.Trials, again, stranger, late, elsewhere)
	d, _ := parts(t, written(t, in))
	if n := len(d.Problems[0].Trials) + len(d.Problems[1].Trials); n != 4 {
		t.Errorf("%d trials instead of 4", n)
	}
}

func TestNothingRecorded(t *testing.T) {
	for _, kind := range []trial.Kind{trial.Search, trial.Prover} {
		run, _ := sampleRun("r1", 3, 2, "plain")
		run.Kind, run.Ended = kind, time.Time{}
		page := written(t, Input{Summary: report.Summarize(run, nil), Run: run, Now: noon})
		safe(t, page)
		if !strings.Contains(page, "Not finished: 6 of 6 trials are missing") {
			t.Errorf("%s: the page does not say that trials are missing", kind)
		}
		empty := trial.Run{Kind: kind}
		safe(t, written(t, Input{Summary: report.Summarize(empty, nil), Run: empty}))
	}
}

func TestNoNetwork(t *testing.T) {
	page := written(t, sampleInput(2, 1, "plain"))
	for _, pattern := range []string{`\bsrc=`, `<link`, `@import`, `url\(`, `\bfetch\(`, `XMLHttpRequest`, `innerHTML`, `https?://`, `\bstyle="`} {
		if at := regexp.MustCompile(pattern).FindString(page); at != "" {
			t.Errorf("the page has %s", at)
		}
	}
	found := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if found == nil || html.UnescapeString(found[1]) != policy {
		t.Errorf("the page's policy is %v", found)
	}
	if own := scripts.FindAllStringSubmatch(page, -1)[1][1]; !strings.Contains(policy, "'"+digest(own)+"'") {
		t.Error("the policy does not let the page's own script run")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"∀ x : ℕ, x ≤ x\n\tby simp": "∀ x : ℕ, x ≤ x\n\tby simp",
		"a\r\nb\rc":                 "a\nb⟨U+000D⟩c",
		"\x00\x1b\x7f\u0085":        "⟨U+0000⟩⟨U+001B⟩⟨U+007F⟩⟨U+0085⟩",
		"\u202eabc\u2069\ufeff":     "⟨U+202E⟩abc⟨U+2069⟩⟨U+FEFF⟩",
		"\xff\xc0a�":                "⟨FF⟩⟨C0⟩a�",
		"نام\u200cه":                "نام\u200cه",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) is %q instead of %q", in, got, want)
		}
		if got := clean(want); got != want {
			t.Errorf("clean(%q) is %q: not the same again", want, got)
		}
	}
}

func TestCut(t *testing.T) {
	if s := strings.Repeat("x", maxText); cut(s) != s {
		t.Error("a text that fits is cut")
	}
	s := cut(strings.Repeat("x", maxText-1) + "∀∀")
	if want := strings.Repeat("x", maxText-1) + "\n… (6 more bytes are left out of this report)"; s != want {
		t.Errorf("the end is %q", s[maxText-10:])
	}
}

func BenchmarkWrite(b *testing.B) {
	in := sampleInput(1000, 8, "default")
	trees := map[string]string{}
	for _, t := range in.Trials {
		trees[t.Trees[0]], _ = sampleTree(b.Context(), t.Trees[0])
	}
	in.Tree = func(_ context.Context, id string) (string, error) { return trees[id], nil }
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Write(b.Context(), &out, in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1e6, "MB")
}
