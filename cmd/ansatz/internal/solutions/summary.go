package solutions

import (
	"fmt"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Row is one line of the table that compares methods, with the columns of the
// paper's Table 1 and what it leaves out.
type Row struct {
	Method string `json:"method"` // "fps", "dfps" or "union"
	// Solved counts problems whose first checked answer equals a reference, in
	// whatever form: the published figure.
	Solved int `json:"solved"`
	// Gated counts those of them that have a checked answer in normal form that
	// equals a reference.
	Gated int `json:"gated"`
	// Answered counts checked answers in normal form, also without a reference.
	Answered int `json:"answered"`
	// NotEquivalent counts problems with a checked answer and none that was shown
	// to equal a reference (NE-Submitted in the paper).
	NotEquivalent int `json:"submitted_not_equivalent"`
	// Sound counts submissions of which the backward part is proved as well.
	Sound int `json:"sound"`
}

// Summary adds up the solutions of one command; it is also its JSON form.
type Summary struct {
	Version     int            `json:"version"`
	Type        string         `json:"type"` // "solutions"
	Prover      provers.Info   `json:"prover"`
	Policy      string         `json:"policy"`
	Profile     string         `json:"profile,omitempty"` // of the comparison with references
	Seed        uint64         `json:"seed"`
	Workers     int            `json:"workers"`
	Problems    int            `json:"problems"`
	NotTried    int            `json:"not_tried"`
	LeftOut     map[string]int `json:"left_out,omitempty"` // by reason, of the input
	InputErrors int            `json:"input_errors"`
	Results     map[Result]int `json:"results"`
	Table       []Row          `json:"table"`
	// Proven counts problems whose reference was proved to be an answer, of those
	// where that was tried.
	Proven      int     `json:"proven"`
	ProvenTried int     `json:"proven_tried"`
	References  int     `json:"references"` // problems with a reference
	Elapsed     float64 `json:"elapsed_s"`
	Interrupted bool    `json:"interrupted,omitempty"`
}

// NewSummary begins to sum up so many problems, tried with the methods.
func NewSummary(problems int, methods []prooftree.Method) *Summary {
	s := &Summary{Version: results.Version, Type: "solutions", Problems: problems, NotTried: problems, Results: make(map[Result]int)}
	for _, m := range methods {
		s.Table = append(s.Table, Row{Method: string(m)})
	}
	if len(methods) > 1 {
		s.Table = append(s.Table, Row{Method: union})
	}
	return s
}

const union = "union"

// counts are what one method adds to its row.
type counts struct{ solved, gated, answered, submitted, sound bool }

func (c *counts) add(d counts) {
	c.solved = c.solved || d.solved
	c.gated = c.gated || d.gated
	c.answered = c.answered || d.answered
	c.submitted = c.submitted || d.submitted
	c.sound = c.sound || d.sound
}

func count(a *Attempt) counts {
	var c counts
	if s := a.Submitted(); s != nil && s.Form != fps.NoAnswer {
		judged, equal := s.Judged()
		c.solved, c.submitted = equal, judged
	}
	if a.Submission != nil {
		c.answered = true
		judged, equal := a.Submission.Judged()
		c.gated = equal
		c.solved, c.submitted = c.solved || equal, c.submitted || judged
	}
	c.sound = a.Sound == Proved
	return c
}

// Add takes in one solution.
func (s *Summary) Add(solution Solution) {
	s.NotTried--
	s.Results[solution.Result]++
	if solution.Proven != "" {
		s.ProvenTried++
		if solution.Proven == results.Proved {
			s.Proven++
		}
	}
	var all counts
	for i := range s.Table {
		c := all
		if s.Table[i].Method != union {
			c = counts{}
			for k := range solution.Attempts {
				if string(solution.Attempts[k].Method) == s.Table[i].Method {
					c = count(&solution.Attempts[k])
				}
			}
			all.add(c)
		}
		s.Table[i].add(c)
	}
}

func (r *Row) add(c counts) {
	one := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	r.Solved += one(c.solved)
	r.Gated += one(c.gated)
	r.Answered += one(c.answered)
	r.NotEquivalent += one(c.submitted && !c.solved)
	r.Sound += one(c.sound)
}

// done counts the problems with an answer against which nothing speaks.
func (s *Summary) done() int { return s.Results[Solved] + s.Results[Answered] }

// Complete reports whether all of the input was solved.
func (s *Summary) Complete() bool { return s.done() == s.Problems && s.InputErrors == 0 }

// Finish sets what is known at the end.
func (s *Summary) Finish(elapsed time.Duration) { s.Elapsed = elapsed.Seconds() }

// Text is the summary for people.
func (s *Summary) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "solved %d of %d in %s\n", s.done(), s.Problems, console.Duration(results.Seconds(s.Elapsed)))
	var rows [][]string
	add := func(label string, n int, what string) {
		if n > 0 {
			rows = append(rows, []string{"  " + label, console.Plural(int64(n), what)})
		}
	}
	for _, r := range order {
		add(string(r), s.Results[r], "problem")
	}
	add("not tried", s.NotTried, "problem")
	add("unreadable", s.InputErrors, "place")
	b.WriteString(console.Columns(nil, rows))
	if s.References == 0 {
		return b.String()
	}
	proven := "not tried"
	if s.ProvenTried > 0 {
		proven = fmt.Sprintf("%d of %d", s.Proven, s.ProvenTried)
	}
	table := make([][]string, 0, len(s.Table))
	for _, r := range s.Table {
		sound := ""
		if r.Method != string(prooftree.FPS) {
			sound = fmt.Sprint(r.Sound)
		}
		table = append(table, []string{"  " + r.Method, s.share(r.Solved), s.share(r.Gated), s.share(r.NotEquivalent), sound})
	}
	fmt.Fprintf(&b, "\n%s", console.Columns([]string{"  method", ">solved", ">solved, normal form", ">submitted, not equivalent", ">sound"}, table))
	fmt.Fprintf(&b, "  proven with the reference given: %s; compared by %s\n", proven, s.Profile)
	return b.String()
}

func (s *Summary) share(n int) string {
	return fmt.Sprintf("%d (%s)", n, console.Percent(float64(n), float64(s.Problems)))
}
