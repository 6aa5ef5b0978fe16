package lineserver

import (
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// resolved reports whether the front end said that it has resolved the canary:
// the native type that it chose for it.
func (r Reply) resolved(c transport.Canary) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d transport.Diagnostic) bool {
		return d.Position.Line == c.Line && d.Severity == transport.SeverityInfo && strings.Contains(d.Message, "nativeType")
	})
}

// verified reports whether the canary was verified.
func (r Reply) verified(c transport.Canary) bool {
	return slices.ContainsFunc(r.Results, func(e Entry) bool {
		return c.Named(e.Name) && e.Status == transport.Verified
	})
}

// Report makes a report of what was said about a text with the canary. What is said
// about the canary is not in it.
func (r Reply) Report(c transport.Canary, frontEndOnly bool) transport.Report {
	report := transport.Report{Resolved: r.resolved(c), Complete: r.resolved(c)}
	if !frontEndOnly {
		report.Complete = r.verified(c)
		// Behind an open comment there is no canary, but what was read was resolved.
		report.Resolved = len(r.Results) > 0
	}
	if r.Rejected {
		report.Resolved = false
	}
	for _, d := range r.Diagnostics {
		if !c.Owns(d) {
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
