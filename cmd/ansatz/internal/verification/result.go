// Package verification tells what Dafny says about a file, for people as a
// compiler's messages and for machines as JSON.
package verification

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// Verdict is what became of a file. The set is closed.
type Verdict string

// The verdicts.
const (
	Verified    Verdict = "verified"    // all of it
	Failed      Verdict = "failed"      // an obligation was not proved
	Invalid     Verdict = "invalid"     // it is not a program that Dafny accepts
	TimedOut    Verdict = "timed_out"   // a limit was reached, and nothing is known to be wrong
	Unknown     Verdict = "unknown"     // Dafny or its solver failed
	Interrupted Verdict = "interrupted" // the user stopped it
)

// Result is what became of one file; it is also its JSON form.
type Result struct {
	Version      int           `json:"version"`
	Type         string        `json:"type"` // "verification"
	File         string        `json:"file"`
	Result       Verdict       `json:"result"`
	Reason       string        `json:"reason,omitempty"`
	Diagnostics  []Diagnostic  `json:"diagnostics"`
	Declarations []Declaration `json:"declarations"`
	Elapsed      float64       `json:"elapsed_s"`
	Prover       provers.Info  `json:"prover"`

	lines lines
}

// Diagnostic is what Dafny says about a place.
type Diagnostic struct {
	Severity transport.Severity `json:"severity"`
	Kind     transport.Kind     `json:"kind"`
	Message  string             `json:"message"`
	Place
	// Undecided says that a limit was reached there: it may be true.
	Undecided   bool      `json:"undecided,omitempty"`
	Declaration string    `json:"declaration,omitempty"`
	Related     []Related `json:"related,omitempty"`
}

// Related is a second place that a diagnostic points at.
type Related struct {
	Message string `json:"message"`
	Place
}

// Declaration is what became of one declaration.
type Declaration struct {
	Name        string           `json:"name"`
	Status      transport.Status `json:"status"`
	Obligations int              `json:"obligations,omitempty"`
	Place
}

// New tells a report.
func New(file, text string, r transport.Report, info provers.Info) Result {
	out := empty(file, text, info)
	out.Elapsed = r.Elapsed.Seconds()
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityInfo {
			continue
		}
		c := Diagnostic{Severity: d.Severity, Kind: d.Kind, Message: d.Message, Place: out.lines.place(d.Position), Undecided: d.Undecided, Declaration: d.Declaration}
		for _, related := range d.Related {
			c.Related = append(c.Related, Related{Message: related.Message, Place: out.lines.place(related.Position)})
		}
		out.Diagnostics = append(out.Diagnostics, c)
	}
	slices.SortStableFunc(out.Diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.ByteColumn, b.ByteColumn))
	})
	out.addDeclarations(text, r)
	out.judge(r)
	if (out.Result == Invalid || !r.Complete) && out.Errors() == 0 {
		out.explain(text)
	}
	return out
}

func empty(file, text string, info provers.Info) Result {
	return Result{Version: results.Version, Type: "verification", File: file, Prover: info,
		Diagnostics: []Diagnostic{}, Declarations: []Declaration{}, lines: newLines(text)}
}

// Refused is the result of a file that is not given to Dafny, because of what is
// at an offset, in bytes; a negative one is no place.
func Refused(file, text string, offset int, reason string, info provers.Info) Result {
	out := empty(file, text, info)
	out.Result = Invalid
	out.blame(offset, reason)
	return out
}

// blame adds an error of the text.
func (r *Result) blame(offset int, reason string) {
	r.Reason = reason
	d := Diagnostic{Severity: transport.SeverityError, Kind: transport.KindSyntax, Message: reason}
	if offset >= 0 {
		d.Place = r.lines.place(r.lines.position(offset))
	}
	r.Diagnostics = append(r.Diagnostics, d)
}

// Stopped is the result of a file about which Dafny did not say anything.
func Stopped(file, text string, what Verdict, reason string, elapsed time.Duration, info provers.Info) Result {
	out := empty(file, text, info)
	out.Result, out.Reason, out.Elapsed = what, reason, elapsed.Seconds()
	return out
}

// worst orders statuses: that of a declaration is the worst of its parts.
var worst = []transport.Status{transport.Failed, transport.Unknown, transport.TimedOut, transport.OutOfResource, transport.Verified}

// addDeclarations puts the parts together that Dafny verifies apart.
func (r *Result) addDeclarations(text string, report transport.Report) {
	names := names(text)
	index := make(map[string]int)
	for _, part := range report.Results {
		i, ok := index[part.Name]
		if !ok || part.Name == "" {
			i = len(r.Declarations)
			index[part.Name] = i
			r.Declarations = append(r.Declarations, Declaration{Name: part.Name, Status: transport.Verified})
		}
		d := &r.Declarations[i]
		if slices.Index(worst, part.Status) < slices.Index(worst, d.Status) {
			d.Status = part.Status
		}
		d.Obligations += part.Obligations
		if d.Line == 0 {
			position := part.Position
			if offset, ok := names[part.Name]; ok && position.Line == 0 {
				position = r.lines.position(offset)
			}
			d.Place = r.lines.place(position)
		}
	}
}

// names says where the names of a program's declarations are, in bytes: Dafny 2
// says of what it verifies only what it is called.
func names(text string) map[string]int {
	found := make(map[string]int)
	program, err := syntax.Parse(text)
	if err != nil {
		return found
	}
	for d := range program.All {
		if _, again := found[d.QualifiedName()]; !again {
			found[d.QualifiedName()] = d.NameAt.Begin
		}
	}
	return found
}

// explain says what is wrong with a program of which Dafny does not say it: it
// stops without a word at a comment that has no end.
func (r *Result) explain(text string) {
	_, err := syntax.Scan(text)
	if e := (*syntax.Error)(nil); errors.As(err, &e) {
		r.blame(e.Offset, e.Message)
	}
}

// judge says what a report comes to.
func (r *Result) judge(report transport.Report) {
	frontEnd, failed, timedOut, unknown := false, false, false, false
	for _, d := range r.Diagnostics {
		switch {
		case d.Severity != transport.SeverityError:
		case d.Kind == transport.KindSyntax || d.Kind == transport.KindResolution:
			frontEnd = true
		case d.Kind == transport.KindTimeout || d.Kind == transport.KindOutOfResource || d.Undecided:
			timedOut = true
		case d.Kind == transport.KindProver:
			unknown = true
		default:
			failed = true
		}
	}
	for _, d := range r.Declarations {
		switch d.Status {
		case transport.Verified:
		case transport.Failed:
			failed = true
		case transport.TimedOut, transport.OutOfResource:
			timedOut = true
		default:
			unknown = true
		}
	}
	switch {
	case frontEnd || !report.Resolved:
		r.Result = Invalid
		if !frontEnd {
			r.Reason = "Dafny does not accept the program, and does not say why"
		}
	case failed:
		r.Result = Failed
	case timedOut:
		r.Result, r.Reason = TimedOut, "the solver ran into a limit"
	case unknown:
		r.Result, r.Reason = Unknown, "the solver failed"
	case !report.Complete:
		r.Result, r.Reason = Unknown, "Dafny did not say that it read the program to its end; is a comment open?"
	default:
		r.Result = Verified
	}
}

// Failure is the result of a file on which Dafny itself failed.
func Failure(file, text string, err error, elapsed time.Duration, info provers.Info) Result {
	if lost := (*transport.Lost)(nil); errors.As(err, &lost) {
		return Stopped(file, text, Unknown, "Dafny ended: "+lost.Reason, elapsed, info)
	}
	return Stopped(file, text, Unknown, err.Error(), elapsed, info)
}

// Errors counts the diagnostics that are errors.
func (r Result) Errors() (n int) {
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityError {
			n++
		}
	}
	return n
}

// Summary adds results up; it is also their JSON form.
type Summary struct {
	Version     int             `json:"version"`
	Type        string          `json:"type"` // "verify_summary"
	Prover      provers.Info    `json:"prover"`
	Files       int             `json:"files"`
	NotTried    int             `json:"not_tried"`
	Results     map[Verdict]int `json:"results"`
	Errors      int             `json:"errors"`
	InputErrors int             `json:"input_errors"`
	Elapsed     float64         `json:"elapsed_s"`
	Interrupted bool            `json:"interrupted,omitempty"`
}

// NewSummary begins to sum up so many files.
func NewSummary(files int, info provers.Info) *Summary {
	return &Summary{Version: results.Version, Type: "verify_summary", Prover: info, Files: files, NotTried: files, Results: make(map[Verdict]int)}
}

// Add takes in one result.
func (s *Summary) Add(r Result) {
	s.NotTried--
	s.Results[r.Result]++
	s.Errors += r.Errors()
}

// Complete reports whether everything was verified.
func (s *Summary) Complete() bool { return s.Results[Verified] == s.Files && s.InputErrors == 0 }

// reason is why a file was not verified, in words.
func (r Result) reason() string {
	if r.Reason != "" {
		return r.Reason
	}
	return fmt.Sprintf("the result is %s", r.Result)
}
