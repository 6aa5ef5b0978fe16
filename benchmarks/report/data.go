package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// Document is the JSON form of a run with its summary and trials. What is not
// known is null or left out. A time of a cost that is not a finite number, which
// no version of this program records, is null.
type Document struct {
	// Version is [Version].
	Version int           `json:"version"`
	Type    string        `json:"type"` // "benchmark"
	Run     trial.Run     `json:"run"`
	Summary Summary       `json:"summary"`
	Trials  []trial.Trial `json:"trials"`
}

// ComparisonDocument is the JSON form of a comparison.
type ComparisonDocument struct {
	// Version is [Version].
	Version    int        `json:"version"`
	Type       string     `json:"type"` // "comparison"
	Comparison Comparison `json:"comparison"`
}

// JSON writes a [Document].
func JSON(w io.Writer, s Summary, trials []trial.Trial) error {
	type safeTrial struct {
		trial.Trial
		Cost any `json:"cost"` // in place of the trial's
	}
	safe := make([]any, len(trials))
	for i := range trials {
		safe[i] = &trials[i]
		if cost, changed := safeCost(trials[i].Cost); changed {
			safe[i] = safeTrial{trials[i], cost}
		}
	}
	run := s.Run
	if !finite(run.Elapsed) {
		run.Elapsed = 0
	}
	return encode(w, struct {
		Version int       `json:"version"`
		Type    string    `json:"type"`
		Run     trial.Run `json:"run"`
		Summary Summary   `json:"summary"`
		Trials  []any     `json:"trials"`
	}{Version, "benchmark", run, s, safe})
}

// safeCost is a cost in which times that are not finite are null, as JSON has no
// other way to write them, and whether there are any.
func safeCost(c trial.Cost) (any, bool) {
	changed := false
	safe := func(v float64) *float64 {
		if finite(v) {
			return &v
		}
		changed = true
		return nil
	}
	// The fields hide those of the same JSON name in the embedded cost.
	cost := struct {
		trial.Cost
		Wall     *float64 `json:"wall_s"`
		Starting *float64 `json:"starting_s"`
		Checking *float64 `json:"checking_s"`
		Prover   *float64 `json:"prover_s"`
		Policy   *float64 `json:"policy_s"`
		Store    *float64 `json:"store_s"`
	}{c, safe(c.Wall), safe(c.Starting), safe(c.Checking), safe(c.Prover), safe(c.Policy), safe(c.Store)}
	return cost, changed
}

// ComparisonJSON writes a [ComparisonDocument].
func ComparisonJSON(w io.Writer, c Comparison) error {
	return encode(w, ComparisonDocument{Version, "comparison", c})
}

// encode writes a document. Its bytes are safe for a terminal too.
func encode(w io.Writer, document any) error {
	e := json.NewEncoder(escaping{w})
	e.SetEscapeHTML(false) // proofs have many < and >
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// escaping writes JSON with what does not print as \u escapes: encoding/json
// leaves the control characters from U+007F on, and those that turn the direction
// of writing, as they are. Such characters occur in strings only, and each write
// must end with a whole character, as those of a [json.Encoder] do.
type escaping struct{ w io.Writer }

func (e escaping) Write(p []byte) (int, error) {
	total := len(p)
	plain := func(r rune) bool { return r == '\n' || unicode.IsPrint(r) }
	escaped := p
	if bytes.ContainsFunc(p, func(r rune) bool { return !plain(r) }) {
		escaped = make([]byte, 0, len(p)+len(p)/8)
		for len(p) > 0 {
			r, size := utf8.DecodeRune(p)
			if plain(r) {
				escaped = append(escaped, p[:size]...)
			} else {
				for _, unit := range utf16.Encode([]rune{r}) {
					escaped = fmt.Appendf(escaped, `\u%04x`, unit)
				}
			}
			p = p[size:]
		}
	}
	if _, err := e.w.Write(escaped); err != nil {
		return 0, err
	}
	return total, nil
}

// columns are those of [CSV]. Their names are those of the JSON form.
var columns = []struct {
	name string
	of   func(*trial.Trial) string
}{
	{"variant", func(t *trial.Trial) string { return t.Variant }},
	{"problem", func(t *trial.Trial) string { return t.Problem }},
	{"number", func(t *trial.Trial) string { return strconv.Itoa(t.Number) }},
	{"source", func(t *trial.Trial) string { return t.Source }},
	{"seed", func(t *trial.Trial) string { return strconv.FormatUint(t.Seed, 10) }},
	{"result", func(t *trial.Trial) string { return string(t.Result) }},
	{"reason", func(t *trial.Trial) string { return t.Reason }},
	{"wall_s", func(t *trial.Trial) string { return exact(t.Cost.Wall) }},
	{"starting_s", func(t *trial.Trial) string { return exact(t.Cost.Starting) }},
	{"checking_s", func(t *trial.Trial) string { return exact(t.Cost.Checking) }},
	{"prover_s", func(t *trial.Trial) string { return exact(t.Cost.Prover) }},
	{"policy_s", func(t *trial.Trial) string { return exact(t.Cost.Policy) }},
	{"store_s", func(t *trial.Trial) string { return exact(t.Cost.Store) }},
	{"expansions", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.Expansions, 10) }},
	{"attempts", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.Attempts, 10) }},
	{"nodes", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.Nodes, 10) }},
	{"units", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.Units, 10) }},
	{"prompt_tokens", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.PromptTokens, 10) }},
	{"completion_tokens", func(t *trial.Trial) string { return strconv.FormatInt(t.Cost.CompletionTokens, 10) }},
	{"proof", func(t *trial.Trial) string { return t.Proof }},
	{"text", func(t *trial.Trial) string { return t.Text }},
	{"answer", func(t *trial.Trial) string { return t.Answer }},
	{"reference", func(t *trial.Trial) string { return t.Reference }},
	{"method", func(t *trial.Trial) string { return t.Method }},
	{"worker", func(t *trial.Trial) string { return t.Worker }},
	{"delivery", func(t *trial.Trial) string { return strconv.Itoa(t.Delivery) }},
	{"started", func(t *trial.Trial) string { return instant(t.Started) }},
	{"ended", func(t *trial.Trial) string { return instant(t.Ended) }},
}

// exact writes a number with all its digits, and nothing where it is not finite.
func exact(v float64) string {
	if !finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// CSV writes one row for each trial with all its fields that are not lists, under
// their JSON names and as they are (RFC 4180, but with line feeds as line ends:
// with others the line feeds inside fields would be changed). It is for files and
// programs: control characters stay in it, and fields are not guarded against
// spreadsheets that read them as formulas.
func CSV(w io.Writer, trials []trial.Trial) error {
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for i := range trials {
		for j, c := range columns {
			row[j] = c.of(&trials[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// ComparisonCSV writes one row for each problem that is compared, with both sides.
// It is written as [CSV] is; a best trial's number and wall time are empty where
// nothing is solved.
func ComparisonCSV(w io.Writer, c Comparison) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"problem", "source", "outcome",
		"a_solved", "a_recorded", "a_best_number", "a_best_wall_s",
		"b_solved", "b_recorded", "b_best_number", "b_best_wall_s",
	}}
	for _, p := range c.Problems {
		row := []string{p.Name, p.Source, string(p.Outcome)}
		for _, cell := range []Cell{p.A, p.B} {
			number, wall := "", ""
			if cell.Best != nil {
				number, wall = strconv.Itoa(cell.Best.Number), exact(cell.Best.Wall)
			}
			row = append(row, strconv.Itoa(cell.Solved), strconv.Itoa(cell.Recorded), number, wall)
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}
