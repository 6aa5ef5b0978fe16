package verification

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
)

const program = "\uFEFFmethod Läng(a: seq<int>) returns (n: int)\n" +
	"\tensures n == |a|\r\n" +
	"{ /* 𝒳 */ n := 0; }\r" + // a carriage return by itself ends a line
	"lemma Slow()\n{\n}\n"

func at(line, column int) transport.Position { return transport.Position{Line: line, Column: column} }

func report() transport.Report {
	return transport.Report{Resolved: true, Complete: true, Elapsed: time.Second,
		Diagnostics: []transport.Diagnostic{
			{Position: at(3, 13), Severity: transport.SeverityError, Kind: transport.KindPostcondition, Message: "A postcondition might not hold.", Declaration: "Läng",
				Related: []transport.Related{{Position: at(2, 1), Message: "This is the postcondition."}, {Position: at(2, 9)}}},
			{Position: at(1, 10), Severity: transport.SeverityWarning, Kind: transport.KindOther, Message: "a warning\nof two lines"},
			{Position: at(1, 0), Severity: transport.SeverityInfo, Kind: transport.KindOther, Message: "not shown"},
			{Severity: transport.SeverityError, Kind: transport.KindOther, Message: "elsewhere\x1b[31m", Undecided: true},
		},
		Results: []transport.Result{
			{Name: "Läng", WellFormed: true, Status: transport.Verified, Obligations: 1},
			{Name: "Läng", Status: transport.Failed, Obligations: 3},
			{Name: "Slow", Status: transport.TimedOut},
		}}
}

func TestText(t *testing.T) {
	r := New("läng.dfy", program, report(), provers.Info{})
	golden.Check(t, "text.txt", r.Text(80))
	if r.Result != Failed || r.Errors() != 2 {
		t.Errorf("%s, %d errors", r.Result, r.Errors())
	}
}

func TestPlaces(t *testing.T) {
	r := New("läng.dfy", program, report(), provers.Info{})
	for _, c := range []struct {
		got  Place
		want Place
	}{
		{r.Diagnostics[2].Place, Place{Line: 3, Column: 11, ByteColumn: 14, UTF16Column: 12}},
		{r.Declarations[1].Place, Place{Line: 4, Column: 7, ByteColumn: 7, UTF16Column: 7}},
		{r.Declarations[0].Place, Place{Line: 1, Column: 8, ByteColumn: 8, UTF16Column: 8}},
		{r.lines.place(at(99, 4)), Place{Line: 99, Column: 1, ByteColumn: 1, UTF16Column: 1}},
		{r.lines.place(at(2, 400)), Place{Line: 2, Column: 18, ByteColumn: 18, UTF16Column: 18}},
	} {
		if c.got != c.want {
			t.Errorf("got %+v, want %+v", c.got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	diagnostic := func(k transport.Kind) []transport.Diagnostic {
		return []transport.Diagnostic{{Severity: transport.SeverityError, Kind: k, Message: "m"}}
	}
	status := func(s ...transport.Status) (list []transport.Result) {
		for i, s := range s {
			list = append(list, transport.Result{Name: fmt.Sprint("L", i), Status: s})
		}
		return list
	}
	for _, c := range []struct {
		name   string
		report transport.Report
		want   Verdict
	}{
		{"nothing to verify", transport.Report{Resolved: true, Complete: true}, Verified},
		{"verified", transport.Report{Resolved: true, Complete: true, Results: status(transport.Verified)}, Verified},
		{"not read to its end", transport.Report{Resolved: true, Results: status(transport.Verified)}, Unknown},
		{"syntax", transport.Report{Diagnostics: diagnostic(transport.KindSyntax)}, Invalid},
		{"no word", transport.Report{}, Invalid},
		{"failed", transport.Report{Resolved: true, Complete: true, Results: status(transport.Failed, transport.TimedOut)}, Failed},
		{"an error without a result", transport.Report{Resolved: true, Complete: true, Diagnostics: diagnostic(transport.KindIndex)}, Failed},
		{"timed out", transport.Report{Resolved: true, Complete: true, Results: status(transport.TimedOut, transport.Unknown)}, TimedOut},
		{"out of resource", transport.Report{Resolved: true, Complete: true, Diagnostics: diagnostic(transport.KindOutOfResource)}, TimedOut},
		{"the solver failed", transport.Report{Resolved: true, Complete: true, Results: status(transport.Unknown)}, Unknown},
	} {
		r := New("a.dfy", "lemma L0() {}", c.report, provers.Info{})
		if r.Result != c.want {
			t.Errorf("%s: %s, want %s", c.name, r.Result, c.want)
		}
		if (r.Text(80) == "") != (r.Result == Verified) {
			t.Errorf("%s: says %q", c.name, r.Text(80))
		}
	}
}

func TestStopped(t *testing.T) {
	sum := NewSummary(4, provers.Info{})
	for _, r := range []Result{
		Stopped("a.dfy", "", Interrupted, "stopped", 0, provers.Info{}),
		Failure("b.dfy", "", fmt.Errorf("checking: %w", &transport.Lost{Reason: "killed"}), 0, provers.Info{}),
		Refused("c.dfy", "a\xff", 1, "not UTF-8", provers.Info{}),
	} {
		sum.Add(r)
		data, err := json.Marshal(r)
		if err != nil || !strings.Contains(string(data), `"declarations":[]`) {
			t.Errorf("%s, %v", data, err)
		}
	}
	if got, want := sum.Text(), "4 files: 0 verified, 2 with errors (1 unknown), 2 not finished\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if r := Failure("b.dfy", "", errors.New("no memory"), 0, provers.Info{}); r.Text(80) != "b.dfy: error: no memory\n" {
		t.Errorf("%q", r.Text(80))
	}
}

func FuzzText(f *testing.F) {
	f.Add(program, 3, 12)
	f.Add("", 0, 0)
	f.Fuzz(func(t *testing.T, text string, line, column int) {
		r := transport.Report{Diagnostics: []transport.Diagnostic{{Position: at(line, column), Severity: transport.SeverityError, Kind: transport.KindIndex, Message: "m"}}}
		for said := range strings.Lines(New("f.dfy", text, r, provers.Info{}).Text(80)) {
			if len([]rune(said)) > 90 {
				t.Errorf("a line of %d characters: %q", len([]rune(said)), said)
			}
		}
	})
}
