package dafny

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// fakeDafny answers with what no real Dafny can be made to say. It takes what it
// is given for what Dafny prints of it.
type fakeDafny struct {
	reports []transport.Report // the last one is repeated
	err     error              // of Batch
	refuses string             // a text that is not resolved
	wait    bool               // for the end of the context
	calls   int
}

func (f *fakeDafny) Batch(ctx context.Context, _ string, _ BatchLimits) (transport.Report, error) {
	f.calls++
	if f.wait {
		<-ctx.Done()
		return transport.Report{}, fmt.Errorf("fake: %w", ctx.Err())
	}
	if f.err != nil {
		return transport.Report{}, f.err
	}
	return f.reports[min(f.calls, len(f.reports))-1], nil
}

func (f *fakeDafny) resolved(_ context.Context, text string, _ BatchLimits) (string, error) {
	if text == f.refuses {
		return "", fmt.Errorf("fake: %w", &refusedError{"(1,1): Error: no"})
	}
	return text, nil
}

const (
	plain     = "method M(n: nat)\n{\n  var i := 0;\n}\n"
	annotated = "method M(n: nat)\n{\n  var i := 0;\n  assert n == i + n;\n}\n"
)

func claim(original, candidate string) provers.Claim {
	return provers.Claim{Problem: provers.Problem{Name: "test", Kind: provers.Prove, Statement: original}, Proof: candidate}
}

func TestVerdictOfReports(t *testing.T) {
	good := func() transport.Report {
		return transport.Report{Resolved: true, Complete: true, Results: []transport.Result{
			{Name: "M", WellFormed: true, Status: transport.Verified}, {Name: "M", Status: transport.Verified},
		}}
	}
	report := func(edit func(*transport.Report)) *fakeDafny {
		r := good()
		edit(&r)
		return &fakeDafny{reports: []transport.Report{r}}
	}
	failure := transport.Diagnostic{
		Position: transport.Position{Line: 4, Column: 11}, Severity: transport.SeverityError, Kind: transport.KindAssertion, Message: "assertion violation",
		Related: []transport.Related{{Position: transport.Position{Line: 1, Column: 0}, Message: "here"}},
	}
	for name, test := range map[string]struct {
		dafny  *fakeDafny
		class  string // empty if it is accepted
		reason string // a part of it
		calls  int
	}{
		"verified":    {report(func(*transport.Report) {}), "", "", 1},
		"with a hint": {report(func(r *transport.Report) { r.Diagnostics = []transport.Diagnostic{{Severity: transport.SeverityInfo}} }), "", "", 1},
		"with warning": {report(func(r *transport.Report) {
			r.Diagnostics = []transport.Diagnostic{{Severity: transport.SeverityWarning}}
		}), "", "", 1},
		"a failure": {report(func(r *transport.Report) {
			r.Results[1].Status = transport.Failed
			r.Diagnostics = []transport.Diagnostic{failure}
		}), "unproved", "M was not verified: 4:12: error: assertion violation (1:1: here)", 1},
		"a failure without a diagnostic": {report(func(r *transport.Report) { r.Results[1].Status = transport.Failed }), "unproved", "M was not verified", 1},
		"a diagnostic without a failure": {report(func(r *transport.Report) { r.Diagnostics = []transport.Diagnostic{failure} }), "unproved", "4:12", 1},
		"an unknown severity":            {report(func(r *transport.Report) { r.Diagnostics = []transport.Diagnostic{{Severity: "odd"}} }), "unproved", "odd", 1},
		"a time-out":                     {report(func(r *transport.Report) { r.Results[1].Status = transport.TimedOut }), "timed_out", "M used up", 1},
		"out of resources":               {report(func(r *transport.Report) { r.Results[0].Status = transport.OutOfResource }), "timed_out", "M used up", 1},
		"unknown":                        {report(func(r *transport.Report) { r.Results[1].Status = transport.Unknown }), "prover_error", "nothing is known of M", 2},
		"unknown without a name":         {report(func(r *transport.Report) { r.Results[1] = transport.Result{Status: "odd"} }), "prover_error", "declaration at 0:1", 2},
		"incomplete":                     {report(func(r *transport.Report) { r.Complete = false }), "prover_error", "whole program", 2},
		"not resolved":                   {report(func(r *transport.Report) { *r = transport.Report{Diagnostics: []transport.Diagnostic{failure}} }), "prover_error", "does not accept", 1},
		"not resolved, in silence":       {report(func(r *transport.Report) { r.Resolved = false }), "prover_error", "does not accept", 1},
		"a declaration is not listed":    {report(func(r *transport.Report) { r.Results = nil }), "prover_error", "verified M", 2},
		"unknown once":                   {&fakeDafny{reports: []transport.Report{{Resolved: true}, good()}}, "", "", 2},
		"lost":                           {&fakeDafny{err: fmt.Errorf("x: %w", &transport.Lost{Reason: "killed by signal 9"})}, "crashed", "signal 9", 1},
		"too long":                       {&fakeDafny{wait: true}, "timed_out", "longer than", 1},
		"the given one is not resolved":  {&fakeDafny{reports: []transport.Report{good()}, refuses: plain}, "prover_error", "in the given program", 1},
		"the other one is not resolved":  {&fakeDafny{reports: []transport.Report{good()}, refuses: annotated}, "prover_error", "in the annotated program", 1},
	} {
		t.Run(name, func(t *testing.T) {
			wall := time.Minute
			if test.dafny.wait {
				wall = time.Nanosecond
			}
			v := newVerifier(provers.Info{Name: "dafny"}, test.dafny, VerifyConfig{Wall: wall})
			verdict, err := v.Verify(t.Context(), claim(plain, annotated))
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Accepted != (test.class == "") || verdict.Class != test.class || !strings.Contains(verdict.Reason, test.reason) {
				t.Errorf("got %v, %q, %q", verdict.Accepted, verdict.Class, verdict.Reason)
			}
			if verdict.Text != annotated || verdict.Prover.Name != "dafny" || verdict.Axioms == nil {
				t.Errorf("got %+v", verdict)
			}
			if test.dafny.calls != test.calls {
				t.Errorf("%d runs, want %d", test.dafny.calls, test.calls)
			}
		})
	}
}

func TestVerdictBeforeAnythingRuns(t *testing.T) {
	for name, test := range map[string]struct{ original, candidate, class string }{
		"forbidden":       {plain, strings.Replace(annotated, "assert", "assume", 1), "forbidden"},
		"changed":         {plain, strings.Replace(annotated, "nat", "int", 1), "statement_changed"},
		"not a program":   {plain, annotated + "/*", "unparsed"},
		"an unread given": {plain + "/*", annotated, "unparsed"},
	} {
		dafny := &fakeDafny{}
		verdict, err := newVerifier(provers.Info{}, dafny, VerifyConfig{}).Verify(t.Context(), claim(test.original, test.candidate))
		if err != nil || verdict.Accepted || verdict.Class != test.class || dafny.calls != 0 {
			t.Errorf("%s: got %+v, %v, %d runs", name, verdict, err, dafny.calls)
		}
	}
}

func TestNoVerdict(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newVerifier(provers.Info{}, &fakeDafny{wait: true}, VerifyConfig{}).Verify(ctx, claim(plain, annotated))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "test") {
		t.Errorf("got %v", err)
	}
	disk := errors.New("the disk is full")
	if _, err := newVerifier(provers.Info{}, &fakeDafny{err: disk}, VerifyConfig{}).Verify(t.Context(), claim(plain, annotated)); !errors.Is(err, disk) {
		t.Errorf("got %v", err)
	}
	var missing *provers.Error
	if _, err := NewVerifier(Found{}, VerifyConfig{}).Verify(t.Context(), claim(plain, annotated)); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestInheritedAssumptionsAreTold(t *testing.T) {
	given := "lemma {:axiom} A()\n  ensures 1 < 2\n" + plain
	dafny := &fakeDafny{reports: []transport.Report{{Resolved: true, Complete: true, Results: []transport.Result{{Name: "M", Status: transport.Verified}}}}}
	verdict, err := newVerifier(provers.Info{}, dafny, VerifyConfig{}).Verify(t.Context(), claim(given, strings.Replace(given, plain, annotated, 1)))
	if err != nil || !verdict.Accepted {
		t.Fatalf("got %+v, %v", verdict, err)
	}
	if want := []string{"{:axiom} lemma A at 1:9", "lemma A without a body at 1:16"}; !slices.Equal(verdict.Axioms, want) {
		t.Errorf("got %q, want %q", verdict.Axioms, want)
	}
}
