package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/treeview"
	"github.com/ansatz-prover/ansatz/provers"
)

// Summary adds up the results of one command; it is also its JSON form.
type Summary struct {
	Version     int                    `json:"version"`
	Type        string                 `json:"type"` // "summary"
	Prover      provers.Info           `json:"prover"`
	Policy      string                 `json:"policy"`
	Seed        uint64                 `json:"seed"`
	Workers     int                    `json:"workers"`
	Problems    int                    `json:"problems"`
	NotTried    int                    `json:"not_tried"`
	Results     map[Verdict]int        `json:"results"`
	Reasons     map[string]int         `json:"reasons,omitempty"` // of problems that were tried and not proved
	InputErrors int                    `json:"input_errors"`
	Learned     int                    `json:"learned"` // stored outcomes that the policy learned from at the start
	Elapsed     float64                `json:"elapsed_s"`
	Starting    float64                `json:"starting_s"`
	Searching   float64                `json:"searching_s"`
	Checking    float64                `json:"checking_s"` // of final checks, a part of Searching
	Seconds     map[string]float64     `json:"seconds"`    // prover (all workers), policy, store
	Attempts    int64                  `json:"attempts"`
	Expansions  int64                  `json:"expansions"`
	Outcomes    map[provers.Status]int `json:"outcomes"`
	Sources     []sourceJSON           `json:"sources,omitempty"`
	Interrupted bool                   `json:"interrupted,omitempty"`

	workerTime float64 // searching time times workers
	sources    map[string]sourceOutcome
}

// sourceJSON counts what one source of candidates led to.
type sourceJSON struct {
	Source   string `json:"source"`
	Tried    int    `json:"tried"`
	Accepted int    `json:"accepted"`
	Solved   int    `json:"solved"`
}

// NewSummary begins to sum up so many problems.
func NewSummary(problems int) *Summary {
	return &Summary{Version: Version, Type: "summary", Problems: problems, NotTried: problems,
		Results: make(map[Verdict]int), Reasons: make(map[string]int), Seconds: make(map[string]float64),
		Outcomes: make(map[provers.Status]int), sources: make(map[string]sourceOutcome)}
}

// Add takes in one result.
func (s *Summary) Add(r Result) {
	s.NotTried--
	s.Results[r.Result]++
	if r.Result == Unproved {
		s.Reasons[r.Reason]++
	}
	s.Starting += r.Starting
	s.Searching += r.Elapsed
	s.Checking += r.Checking
	s.workerTime += r.Elapsed * float64(r.Workers)
	s.Attempts += r.Attempts
	s.Expansions += r.Expansions
	for name, seconds := range r.Seconds {
		s.Seconds[name] += seconds
	}
	for status, n := range r.Outcomes {
		s.Outcomes[status] += n
	}
	for name, o := range r.sources {
		sum := s.sources[name]
		s.sources[name] = sourceOutcome{sum.tried + o.tried, sum.accepted + o.accepted, sum.solved + o.solved}
	}
}

// Complete reports whether all of the input was proved.
func (s *Summary) Complete() bool { return s.Results[Proved] == s.Problems && s.InputErrors == 0 }

// Finish computes what is derived.
func (s *Summary) Finish(elapsed time.Duration) {
	s.Elapsed = elapsed.Seconds()
	for _, name := range slices.Sorted(maps.Keys(s.sources)) {
		o := s.sources[name]
		s.Sources = append(s.Sources, sourceJSON{name, o.tried, o.accepted, o.solved})
	}
	slices.SortStableFunc(s.Sources, func(a, b sourceJSON) int { return b.Solved - a.Solved })
}

// Text is the summary for people. With verbose, it lists the sources of candidates.
func (s *Summary) Text(verbose bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "proved %d of %d", s.Results[Proved], s.Problems)
	if s.Problems > 1 {
		fmt.Fprintf(&b, " (%s)", console.Percent(float64(s.Results[Proved]), float64(s.Problems)))
	}
	fmt.Fprintf(&b, " in %s\n", console.Duration(Seconds(s.Elapsed)))

	var rows [][]string
	for _, v := range verdicts[1:] {
		if n := s.Results[v]; n > 0 {
			rows = append(rows, []string{string(v), console.Plural(int64(n), "problem"), s.reasonsOf(v)})
		}
	}
	if s.NotTried > 0 {
		rows = append(rows, []string{"not tried", console.Plural(int64(s.NotTried), "problem"), ""})
	}
	if s.InputErrors > 0 {
		rows = append(rows, []string{"unreadable", console.Plural(int64(s.InputErrors), "place") + " of the input", ""})
	}
	if s.Searching > 0 {
		rows = append(rows,
			[]string{"time", "starting " + console.Duration(Seconds(s.Starting)), "searching " + console.Duration(Seconds(s.Searching)) + " with " + console.Plural(int64(s.Workers), "worker") +
				", final checks " + console.Duration(Seconds(s.Checking)) + " of it"},
			[]string{"shares", "prover " + console.Percent(s.Seconds["prover"], s.workerTime) + " of the workers' time",
				fmt.Sprintf("policy %s, store %s of the search", console.Percent(s.Seconds["policy"], s.Searching), console.Percent(s.Seconds["store"], s.Searching))},
			[]string{"attempts", fmt.Sprintf("%s, %.1f/s", console.Count(s.Attempts), float64(s.Attempts)/max(s.Searching-s.Checking, 1e-3)), console.Plural(s.Expansions, "expansion")})
	}
	if list := treeview.OutcomesText(s.Outcomes); list != "" {
		rows = append(rows, []string{"outcomes", list, ""})
	}
	if s.Learned > 0 {
		rows = append(rows, []string{"learned", "from " + console.Plural(int64(s.Learned), "stored outcome") + " at the start", ""})
	}
	for i := range rows {
		rows[i] = []string{"  " + rows[i][0], strings.TrimSuffix(rows[i][1]+"; "+rows[i][2], "; ")}
	}
	b.WriteString(console.Columns(nil, rows))
	if verbose && len(s.Sources) > 0 {
		var table [][]string
		for _, o := range s.Sources {
			table = append(table, []string{"  " + o.Source, console.Count(int64(o.Tried)), console.Count(int64(o.Accepted)), console.Count(int64(o.Solved))})
		}
		b.WriteString("\n" + console.Columns([]string{"  source", ">tried", ">accepted", ">solved"}, table))
	}
	return b.String()
}

// Seconds makes a duration of a number of seconds.
func Seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// reasonsOf lists why problems were not proved, the most frequent first.
func (s *Summary) reasonsOf(v Verdict) string {
	if v != Unproved {
		return ""
	}
	reasons := slices.Sorted(maps.Keys(s.Reasons))
	slices.SortStableFunc(reasons, func(a, b string) int { return s.Reasons[b] - s.Reasons[a] })
	parts := make([]string, 0, len(reasons))
	for _, r := range reasons {
		parts = append(parts, fmt.Sprintf("%s: %d", r, s.Reasons[r]))
	}
	return strings.Join(parts, ", ")
}
