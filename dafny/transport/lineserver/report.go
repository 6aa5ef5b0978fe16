package lineserver

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// resolved reports whether the front end said that it has resolved the canary:
// how it sees that the loop ends.
func (r Reply) resolved(c transport.Canary) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d transport.Diagnostic) bool {
		return d.Position.Line == c.Line && d.Severity == transport.SeverityInfo && strings.HasPrefix(d.Message, "decreases ")
	})
}

// verified reports whether the canary was verified.
func (r Reply) verified(c transport.Canary) bool {
	return slices.ContainsFunc(r.Results, func(e Entry) bool {
		return c.Named(e.Name) && e.Status == transport.Verified
	})
}

// Evidence is what shows that Dafny read a program to its end.
type Evidence int

// The kinds of evidence.
const (
	CanaryVerified Evidence = iota // it was verified, which takes about 50 ms
	CanaryResolved                 // the front end said something about it
)

// Whole makes a report of what was said about a text without a canary, on the
// assumption that Dafny read it to its end.
func (r Reply) Whole() transport.Report {
	report := r.Report(transport.Canary{}, CanaryResolved)
	report.Resolved = !r.Rejected && !slices.ContainsFunc(r.Diagnostics, func(d transport.Diagnostic) bool {
		return d.Severity == transport.SeverityError && (d.Kind == transport.KindSyntax || d.Kind == transport.KindResolution)
	})
	report.Complete = report.Resolved
	return report
}

// Report makes a report of what was said about a text with the canary. What is said
// about the canary is not in it.
func (r Reply) Report(c transport.Canary, e Evidence) transport.Report {
	report := transport.Report{Resolved: r.resolved(c), Complete: r.verified(c)}
	if e == CanaryResolved {
		report.Complete = report.Resolved
	}
	// Behind an open comment there is no canary, but what was read was resolved.
	report.Resolved = report.Resolved || len(r.Results) > 0
	if r.Rejected {
		report.Resolved, report.Complete = false, false
	}
	for _, d := range r.Diagnostics {
		if d, kept := c.Kept(d); kept {
			report.Diagnostics = append(report.Diagnostics, d)
		}
	}
	for _, e := range r.Results {
		if !c.Named(e.Name) {
			report.Results = append(report.Results, e.Result)
		}
	}
	return report
}
