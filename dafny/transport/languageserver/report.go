package languageserver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/internal/outline"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// outdated begins the message of a diagnostic about an earlier version.
const outdated = "Outdated: "

// position converts a position, of which Dafny 4 counts the column in UTF-16 units.
func (a answer) position(p lsp.Position) transport.Position {
	start := a.mapper.Offset(lsp.Position{Line: p.Line})
	return transport.Position{Line: p.Line + 1, Column: a.mapper.Offset(p) - start}
}

// report tells what came of a request about a text without the canary.
func (a answer) report(text string, r transport.Request, canary transport.Canary) transport.Report {
	report := transport.Report{Resolved: a.status == resolutionSucceeded}
	for _, d := range a.diagnostics {
		if strings.HasPrefix(d.Message, outdated) {
			continue
		}
		if d, kept := canary.Kept(a.convert(d)); kept {
			report.Diagnostics = append(report.Diagnostics, d)
		}
	}
	// The order in which declarations were verified is chance.
	slices.SortStableFunc(report.Diagnostics, func(x, y transport.Diagnostic) int { return compare(x.Position, y.Position) })
	if a.status == internalException || a.exception != "" {
		message := strings.TrimSpace(a.message + " " + a.exception)
		report.Diagnostics = append(report.Diagnostics, transport.Diagnostic{
			Severity: transport.SeverityError, Kind: transport.KindProver, Message: "Dafny failed: " + message,
		})
	}
	y, listed := canaryOf(a.snapshot, canary)
	report.Complete = report.Resolved && listed && (r.FrontEndOnly || y.Status == correct) && a.exception == ""
	if r.FrontEndOnly || !report.Resolved {
		return report
	}
	containers := outline.Containers(text)
	for _, asked := range a.byPosition() {
		if asked.NameRange == y.NameRange && listed {
			continue
		}
		result := transport.Result{Position: a.position(asked.NameRange.Start), Status: a.statusOf(asked)}
		result.Name = outline.Qualify(containers, a.mapper.Offset(asked.NameRange.Start), a.mapper.Slice(asked.NameRange))
		for _, d := range r.Only {
			if d.Position == result.Position {
				result.Name = d.Name
			}
		}
		a.own(report.Diagnostics, result)
		if result.Status == transport.Failed {
			result.Status = blame(report.Diagnostics, result.Name)
		}
		report.Results = append(report.Results, result)
	}
	return report
}

// byPosition are the declarations that were asked for, the first in the text first.
func (a answer) byPosition() []symbol {
	return slices.SortedFunc(slices.Values(a.asked), func(x, y symbol) int {
		return x.NameRange.Start.Compare(y.NameRange.Start)
	})
}

// statusOf is what became of a declaration, as far as its status tells.
func (a answer) statusOf(asked symbol) transport.Status {
	y, listed := a.find(asked)
	switch {
	case !listed || a.exception != "" || a.status != resolutionSucceeded:
		return transport.Unknown
	case y.Status == correct:
		return transport.Verified
	case y.Status == failed:
		return transport.Failed
	}
	return transport.Unknown
}

// own gives the diagnostics between a declaration's name and the next one's to it.
func (a answer) own(list []transport.Diagnostic, r transport.Result) {
	end := transport.Position{Line: a.mapper.Lines() + 1}
	for _, y := range a.symbols {
		if at := a.position(y.NameRange.Start); compare(at, r.Position) > 0 && compare(at, end) < 0 {
			end = at
		}
	}
	for i, d := range list {
		if compare(d.Position, r.Position) >= 0 && compare(d.Position, end) < 0 {
			list[i].Declaration = r.Name
		}
	}
}

func compare(a, b transport.Position) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// blame finds out why a declaration was not verified: its status is the same
// whether an obligation is false or the solver gave up. Without an error nothing
// is known.
func blame(list []transport.Diagnostic, declaration string) transport.Status {
	status := transport.Unknown
	for _, d := range list {
		if d.Declaration != declaration || d.Severity != transport.SeverityError {
			continue
		}
		switch d.Kind {
		case transport.KindTimeout:
			status = transport.TimedOut
		case transport.KindOutOfResource:
			status = transport.OutOfResource
		case transport.KindProver:
			return transport.Unknown
		default:
			return transport.Failed
		}
	}
	return status
}

// convert makes a diagnostic of one of the protocol.
func (a answer) convert(d diagnostic) transport.Diagnostic {
	c := transport.Diagnostic{
		Position: a.position(d.Range.Start), Severity: transport.SeverityInfo, Kind: transport.KindOther, Message: d.Message,
	}
	switch d.Severity {
	case lsp.SeverityError:
		c.Severity = transport.SeverityError
		c.Kind = transport.KindOfSource(d.Source, d.Message)
	case lsp.SeverityWarning:
		c.Severity = transport.SeverityWarning
	}
	for _, r := range d.Related {
		related := transport.Related{Message: r.Message}
		if r.Location.URI == a.uri {
			related.Position = a.position(r.Location.Range.Start)
		} else {
			related.Message = fmt.Sprintf("%s: %s", r.Location.URI, r.Message)
		}
		c.Related = append(c.Related, related)
	}
	return c
}
