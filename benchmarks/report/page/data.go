package page

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// data is what the script draws the problem table and the problem pages from. The
// names in JSON are short, since some stand there once for each trial. A text is a
// place in Texts, so that equal ones are stored once; the first is empty, which
// is why a text that is left out is none.
type data struct {
	Texts    []string      `json:"t"`
	Results  []string      `json:"r"` // for people; the first is solved
	Variants []int         `json:"v"` // their names
	Problems []problemData `json:"p"`
	Trials   int           `json:"n"` // of a variant at a problem
	Digits   int           `json:"d"` // of seconds, behind the point
	// Sides is set if the variants are the two sides of a comparison.
	Sides bool `json:"sides,omitempty"`
}

type problemData struct {
	Name      int          `json:"n"`
	Source    int          `json:"s,omitempty"`
	Statement int          `json:"q,omitempty"`
	Trials    []*trialData `json:"k,omitempty"` // by variant, then number
}

type trialData struct {
	Variant int    `json:"v,omitempty"`
	Number  int    `json:"n,omitempty"`
	Seed    string `json:"s"` // a number may be more than a script can hold
	Result  int    `json:"r,omitempty"`
	Reason  int    `json:"w,omitempty"`
	Costs   costs  `json:"c"`
	Proof   int    `json:"p,omitempty"`
	// Text is in pieces: most texts are a beginning that all trials at a problem
	// share, the proof, and an end.
	Text      []int `json:"x,omitempty"`
	Axioms    []int `json:"a,omitempty"`
	Answer    int   `json:"f,omitempty"`
	Reference int   `json:"g,omitempty"`
	Method    int   `json:"m,omitempty"`
	Worker    int   `json:"h,omitempty"`
	Delivery  int   `json:"d,omitempty"` // if above 1
	// Tree is the drawn tree with the ID TreeID; TreeFailed says why there is none.
	TreeID     int `json:"i,omitempty"`
	Tree       int `json:"y,omitempty"`
	TreeFailed int `json:"z,omitempty"`

	trial *trial.Trial
}

// costs are in the order in which the script knows them.
type costs [12]float64

func costsOf(c trial.Cost) costs {
	return costs{
		c.Wall, c.Starting, c.Checking, c.Prover, c.Policy, c.Store,
		float64(c.Expansions), float64(c.Attempts), float64(c.Nodes), float64(c.Units),
		float64(c.PromptTokens), float64(c.CompletionTokens),
	}
}

// MarshalJSON writes the costs up to the last that is not zero. Times are rounded
// to what is shown of them at most; what is not a number is zero.
func (c costs) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	last := len(c) - 1
	for last >= 0 && c[last] == 0 {
		last--
	}
	for i, v := range c[:last+1] {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			v = 0
		}
		out = strconv.AppendFloat(out, math.Round(v*1e5)/1e5, 'f', -1, 64)
	}
	return append(out, ']'), nil
}

// builder puts data together.
type builder struct {
	data
	texts    map[string]int
	results  map[trial.Result]int
	problems map[string]int
	seen     map[trial.Key]bool
}

func newBuilder(kind trial.Kind) *builder {
	b := &builder{texts: map[string]int{}, results: map[trial.Result]int{}, problems: map[string]int{}, seen: map[trial.Key]bool{}}
	b.Variants, b.Problems = []int{}, []problemData{} // null would be nothing to loop over
	b.text("")
	for _, r := range trial.Results() {
		b.result(r)
	}
	b.Digits = 2
	if kind == trial.Prover {
		b.Digits = 4
	}
	return b
}

func (b *builder) text(s string) int {
	if at, ok := b.texts[s]; ok {
		return at
	}
	at := len(b.Texts)
	b.texts[s] = at
	b.Texts = append(b.Texts, clean(cut(s)))
	return at
}

func (b *builder) result(r trial.Result) int {
	at, ok := b.results[r]
	if !ok {
		at = len(b.Results)
		b.results[r] = at
		b.Results = append(b.Results, clean(resultTitle(r)))
	}
	return at
}

func resultTitle(r trial.Result) string { return strings.ReplaceAll(string(r), "_", " ") }

func (b *builder) variant(name string) { b.Variants = append(b.Variants, b.text(name)) }

func (b *builder) problem(p trial.Problem) {
	if _, ok := b.problems[p.Name]; ok {
		return
	}
	b.problems[p.Name] = len(b.Problems)
	b.Problems = append(b.Problems, problemData{Name: b.text(p.Name), Source: b.text(p.Source), Statement: b.text(p.Statement)})
}

// trial adds a trial, unless its problem is none of the page's.
func (b *builder) trial(variant int, t *trial.Trial) {
	at, ok := b.problems[t.Problem]
	if !ok {
		return
	}
	d := &trialData{
		Variant: variant, Number: t.Number, Seed: strconv.FormatUint(t.Seed, 10), Result: b.result(t.Result),
		Reason: b.text(t.Reason), Costs: costsOf(t.Cost), Proof: b.text(t.Proof),
		Answer: b.text(t.Answer), Reference: b.text(t.Reference), Method: b.text(t.Method),
		Worker: b.text(t.Worker), trial: t,
	}
	if t.Delivery > 1 {
		d.Delivery = t.Delivery
	}
	if t.Text != "" {
		d.Text = b.pieces(t.Text, t.Proof)
	}
	for _, a := range t.Axioms {
		d.Axioms = append(d.Axioms, b.text(a))
	}
	b.Problems[at].Trials = append(b.Problems[at].Trials, d)
}

func (b *builder) pieces(text, proof string) []int {
	if before, after, ok := strings.Cut(text, proof); ok && proof != "" && len(text) <= maxText {
		return []int{b.text(before), b.text(proof), b.text(after)}
	}
	return []int{b.text(text)}
}

// run adds a run's variants, problems and trials: of trials with the same key the
// first, as in a summary.
func (b *builder) run(run trial.Run, trials []trial.Trial) {
	b.Trials = run.Trials
	variants := map[string]int{}
	for i, v := range run.Variants {
		variants[v.Name] = i
		b.variant(v.Name)
	}
	for _, p := range run.Problems {
		b.problem(p)
	}
	for i, t := range trials {
		variant, ok := variants[t.Variant]
		if !ok || t.Number < 0 || t.Number >= run.Trials || b.seen[t.Key] {
			continue
		}
		b.seen[t.Key] = true
		b.trial(variant, &trials[i])
	}
	b.sort()
}

func (b *builder) sort() {
	for _, p := range b.Problems {
		slices.SortStableFunc(p.Trials, func(x, y *trialData) int {
			return cmp.Or(cmp.Compare(x.Variant, y.Variant), cmp.Compare(x.Number, y.Number))
		})
	}
}

// encode writes the data as JSON that can stand within a script element:
// encoding/json escapes <, > and &.
func (b *builder) encode() ([]byte, error) { return json.Marshal(b.data) }
