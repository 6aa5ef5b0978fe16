package dafny

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
	"github.com/ansatz-prover/ansatz/provers"
)

// realDafny finds the Dafny that is installed. With ANSATZ_TEST_DAFNY=1 there
// must be one.
func realDafny(tb testing.TB) Found {
	tb.Helper()
	all, err := Find(tb.Context(), FindOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	found, err := Choose(all)
	if err != nil {
		if os.Getenv("ANSATZ_TEST_DAFNY") == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	return found
}

const (
	sumProgram = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0;
  s := 0;
  while i < n
    invariant 0 <= i <= n
    invariant 2 * s == i * (i + 1)
  {
    i := i + 1;
    s := s + i;
  }
}

method Max(a: int, b: int) returns (m: int)
  ensures m >= a && m >= b
{
  if a > b { m := a; } else { m := b; }
}
`
	hardProgram = `function f(x: nat, y: nat): nat { if x == 0 then y + 1 else if y == 0 then f(x-1,1) else f(x-1,f(x,y-1)) }
lemma {:timeLimit 600} H(x: nat, y: nat, z: nat)
  requires x*x*x + y*y*y == z*z*z
  ensures x*y*z == 0
  ensures f(x,y)*f(y,x)*x*x >= f(x*x,y*y)*z*z
{ assert forall a,b: nat :: f(a,b)*f(b,a)*a*a == f(a*a,b*b)*b*b ==> a == b; }
`
)

// summary writes the results and errors of a report.
func summary(r transport.Report) string {
	var all []string
	for _, result := range r.Results {
		all = append(all, fmt.Sprintf("%s %s", result.Name, result.Status))
	}
	slices.Sort(all)
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityError {
			all = append(all, fmt.Sprintf("%s %d:%d", d.Kind, d.Position.Line, d.Position.Column))
		}
	}
	return strings.Join(all, ", ")
}

// TestRealBatch runs with whichever Dafny is installed.
func TestRealBatch(t *testing.T) {
	found := realDafny(t)
	for _, test := range []struct {
		name, text           string
		resolved, incomplete bool
		want                 string
		only2                bool // the expectation is of Dafny 2
	}{
		{name: "verified", text: sumProgram, resolved: true, want: "Max verified, Sum verified"},
		{name: "failed", text: strings.Replace(sumProgram, "2 * s == i * (i + 1)", "s >= 0", 1), resolved: true,
			want: "Max verified, Sum failed, postcondition 6:2", only2: true},
		{name: "syntax", text: "method M( {}", incomplete: true, want: "syntax 1:10"},
		{name: "resolution", text: "method M() { x := 1; }", incomplete: true, want: "resolution 1:13"},
		{name: "open comment", text: "method M() { assert 1 == 1; } /*", resolved: true, incomplete: true, want: "M unknown"},
		{name: "missing include", text: "include \"no.dfy\"\nmethod M() { assert 1 == 1; }", incomplete: true, want: "resolution 1:8", only2: true},
		{name: "dangling modifier", text: "method M() { assert 1 == 1; } ghost", incomplete: true, want: "syntax 2:0", only2: true},
		{name: "assumption", text: "method M() { assume 1 == 2; }", resolved: true, want: "M failed, assertion 1:22", only2: true},
		{name: "nothing", text: "", resolved: true},
		{name: "modules", text: "module A { module B { lemma L() { assert 1 == 1; } } }\nmodule C { lemma L() { assert 1 == 2; } }", resolved: true,
			want: "A.B.L verified, C.L failed, assertion 2:32", only2: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.only2 && found.Protocol != LineServer {
				t.Skip("this is what Dafny 2 says")
			}
			report, err := found.Batch(t.Context(), test.text, BatchLimits{TimeLimit: 20 * time.Second, Wall: 2 * time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if report.Resolved != test.resolved || report.Complete == test.incomplete || summary(report) != test.want {
				t.Errorf("resolved %v, complete %v, %s", report.Resolved, report.Complete, summary(report))
			}
		})
	}
}

func TestRealBatchLimits(t *testing.T) {
	found := realDafny(t)
	t.Setenv("TMPDIR", t.TempDir())
	var lost *transport.Lost
	if _, err := found.Batch(t.Context(), hardProgram, BatchLimits{Wall: 3 * time.Second}); !errors.As(err, &lost) || !strings.Contains(lost.Reason, "time limit") {
		t.Errorf("wall time: error %v", err)
	}
	if _, err := found.Batch(t.Context(), hardProgram, BatchLimits{Memory: 1 << 20}); !errors.As(err, &lost) || !strings.Contains(lost.Reason, "memory limit") {
		t.Errorf("memory: error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := found.Batch(ctx, hardProgram, BatchLimits{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("deadline: error %v", err)
	}
	if found.Protocol == LineServer {
		fatal := `method M(x: int) { assert {:error "foo"} x == 3; assert {:msg "abc"} x == 4; }`
		if _, err := found.Batch(t.Context(), fatal, BatchLimits{}); !errors.As(err, &lost) || !lost.Fatal {
			t.Errorf("a program that Dafny fails on: error %v", err)
		}
	}
	// What has no time is never verified, and does not hide what is.
	slow := strings.Replace(hardProgram, "{:timeLimit 600} ", "", 1) + "method M() { assert 1 + 1 == 2; }\n"
	report, err := found.Batch(t.Context(), slow, BatchLimits{TimeLimit: 3 * time.Second, Wall: 5 * time.Minute})
	if err != nil || !report.Complete || strings.Contains(summary(report), "H verified, H verified") || !strings.Contains(summary(report), "M verified") {
		t.Errorf("time limit: complete %v, %s, error %v", report.Complete, summary(report), err)
	}
	var refused *provers.Error
	if _, err := found.Batch(t.Context(), "\xff", BatchLimits{}); !errors.As(err, &refused) {
		t.Errorf("bad text: error %v", err)
	}
	if left, _ := filepath.Glob(os.Getenv("TMPDIR") + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestReadBatch shows outputs in which the signs do not agree, of which none may
// confirm anything.
func TestReadBatch(t *testing.T) {
	lemma := "Verifying Impl$$_module.__default.L ...\n  [1 proof obligation]  "
	other := "Verifying Impl$$_module.__default.M ...\n  [2 proof obligations]  verified\n"
	trailer := "\nDafny program verifier finished with %d verified, %d error%s\n"
	for _, test := range []struct {
		name, output string
		status       int
		confirmed    bool
	}{
		{"all agrees", other + lemma + "verified\n" + fmt.Sprintf(trailer, 2, 0, "s"), 0, true},
		{"another failed", other + lemma + "error\n" + fmt.Sprintf(trailer, 1, 1, ""), 4, true},
		{"no trailer", other + lemma + "verified\n", 0, false},
		{"another status", other + lemma + "verified\n" + fmt.Sprintf(trailer, 2, 0, "s"), 4, false},
		{"status says verified", other + lemma + "error\n" + fmt.Sprintf(trailer, 1, 1, ""), 0, false},
		{"fewer were counted", other + lemma + "verified\n" + fmt.Sprintf(trailer, 1, 0, "s"), 0, false},
		{"more were counted", other + lemma + "verified\n" + fmt.Sprintf(trailer, 3, 0, "s"), 0, false},
		{"an error was counted", other + lemma + "verified\n" + fmt.Sprintf(trailer, 2, 1, ""), 4, false},
		{"a time-out was counted", other + lemma + "verified\n" + fmt.Sprintf(trailer, 2, 0, "s, 1 time out"), 0, false},
		{"a failure of the solver", "Prover error: out of memory\n" + other + lemma + "verified\n" + fmt.Sprintf(trailer, 2, 0, "s"), 0, false},
		{"an unknown line", other + lemma + "verified\nSomething else.\n" + fmt.Sprintf(trailer, 2, 0, "s"), 0, false},
		{"a front end's error", "program.dfy(1,2): Error: invalid Rhs\n1 parse errors detected in program.dfy\n", 2, false},
		{"nothing", "", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := readBatch(test.output, test.status, lineserver.ParseOptions{File: batchFile, Parallel: true})
			for _, r := range report.Results {
				if r.Status == transport.Verified && !report.Complete {
					t.Errorf("%s is verified in a report that is not complete", r.Name)
				}
			}
			if report.Complete != test.confirmed {
				t.Errorf("complete %v, %s", report.Complete, summary(report))
			}
		})
	}
}

// TestReadToTheEnd looks for the canary in outputs about programs.
func TestReadToTheEnd(t *testing.T) {
	canary, _ := transport.NewCanary("")
	verified := "Verifying Impl$$_module.__default." + canary.Name + " ...\n  [6 proof obligations]  verified\n"
	trailer := "\nDafny program verifier finished with %d verified, 0 errors\n"
	for _, test := range []struct {
		name, output string
		status       int
		want         bool
	}{
		{"verified", verified + fmt.Sprintf(trailer, 1), 0, true},
		{"another declaration", strings.Replace(verified, canary.Name, "ansatzCanary0", 1) + fmt.Sprintf(trailer, 1), 0, false},
		{"nothing", fmt.Sprintf(trailer, 0), 0, false},
		{"another status", verified + fmt.Sprintf(trailer, 1), 4, false},
		{"no trailer", verified, 0, false},
	} {
		if got := readToTheEnd(test.output, test.status, canary, lineserver.ParseOptions{File: batchFile}); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// TestReadVerify reads output in the form that Dafny 4.11 documents.
func TestReadVerify(t *testing.T) {
	const text = "method M() {\n  var s := \"\U0001d538\"; assert s == \"x\";\n}\n"
	const failure = `{"location":{"filename":"program.dfy","range":{"start":{"pos":30,"line":2,"character":25},"end":{"pos":31,"line":2,"character":27}}},"severity":1,"message":"Error: assertion might not hold","source":"Verifier","relatedInformation":[{"location":{"filename":"program.dfy","range":{"start":{"pos":0,"line":1,"character":7}}},"message":"here"}]}` + "\n"
	canary, _ := transport.NewCanary(text)
	result := func(name, outcome, batch string) map[string]any {
		return map[string]any{"name": name, "outcome": outcome, "resourceCount": 100,
			"vcResults": []any{map[string]any{"outcome": batch, "assertions": []any{map[string]any{"line": 2}}}}}
	}
	good := result(canary.Name+" (correctness)", "Correct", "Valid")
	const trailer = "\nDafny program verifier finished with %d verified, %d error%s\n"
	for _, test := range []struct {
		name, output string
		status       int
		log          any
		complete     bool
		resolved     bool
		want         string
	}{
		{"verified", fmt.Sprintf(trailer, 2, 0, "s"), 0, []any{good, result("M (correctness)", "Correct", "Valid")}, true, true, "M verified"},
		{"failed", failure + fmt.Sprintf(trailer, 1, 1, ""), 4, []any{good, result("M (correctness)", "Errors", "Invalid")}, true, true, "M failed, assertion 2:27"},
		{"timed out", fmt.Sprintf(trailer, 1, 0, "s, 1 time out"), 4, []any{good, result("M (correctness)", "TimedOut", "TimeOut")}, true, true, "M timed_out"},
		{"no canary", fmt.Sprintf(trailer, 1, 0, "s"), 0, []any{result("M (correctness)", "Correct", "Valid")}, false, true, "M verified"},
		{"a batch failed", fmt.Sprintf(trailer, 1, 0, "s"), 0, []any{good, result("M (correctness)", "Correct", "Undetermined")}, false, true, "M unknown"},
		{"a warning fails the run", fmt.Sprintf(trailer, 2, 0, "s"), 4, []any{good, result("M (correctness)", "Correct", "Valid")}, false, true, "M unknown"},
		{"no trailer", "", 0, []any{good, result("M (correctness)", "Correct", "Valid")}, false, true, "M unknown"},
		{"no log", fmt.Sprintf(trailer, 2, 0, "s"), 0, nil, false, true, ""},
		{"refused", strings.Replace(failure, "Verifier", "Resolver", 1), 2, nil, false, false, "resolution 2:27"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.log != nil {
				data, err := json.Marshal(map[string]any{"verificationResults": test.log})
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, verifyLog), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			report := readVerify(dir, text, test.output, test.status, canary)
			if report.Complete != test.complete || report.Resolved != test.resolved || summary(report) != test.want {
				t.Errorf("resolved %v, complete %v, %s", report.Resolved, report.Complete, summary(report))
			}
		})
	}
}

// BenchmarkFresh verifies a program of two methods in a fresh process each time.
// BenchmarkProcess is one fresh process of Dafny 2; a final check takes two and more.
func BenchmarkProcess(b *testing.B) {
	found := realDafny(b)
	if found.Protocol != LineServer {
		b.Skip("this is about Dafny 2")
	}
	dir := b.TempDir()
	for b.Loop() {
		out, err := found.runBatch(b.Context(), dir, sumProgram, []string{"/compile:0", batchFile}, BatchLimits{})
		if err != nil || !out.Exit.Success() {
			b.Fatal(out.Exit, err)
		}
	}
}

func BenchmarkFresh(b *testing.B) {
	found := realDafny(b)
	for b.Loop() {
		if r, err := found.Batch(b.Context(), sumProgram, BatchLimits{TimeLimit: 10 * time.Second}); err != nil || !r.Complete {
			b.Fatal(r, err)
		}
	}
}

// BenchmarkWarm verifies the same program with a server that has done so before:
// all of it, one of its methods, or with the front end alone.
func BenchmarkWarm(b *testing.B) {
	found := realDafny(b)
	all := transport.Request{Text: sumProgram}
	one := transport.Request{Text: sumProgram, Only: []transport.Declaration{{Name: "Sum", Position: transport.Position{Line: 1, Column: 7}}}}
	for _, test := range []struct {
		name    string
		request transport.Request
		config  ServiceConfig
	}{
		{"all", all, ServiceConfig{}},
		{"one", one, ServiceConfig{}},
		{"frontend", transport.Request{Text: sumProgram, FrontEndOnly: true}, ServiceConfig{}},
	} {
		b.Run(test.name, func(b *testing.B) {
			s := found.NewService(test.config)
			defer s.Close()
			if r, err := s.Verify(b.Context(), test.request); err != nil || !r.Complete {
				b.Fatal(r, err)
			}
			for b.Loop() {
				if r, err := s.Verify(b.Context(), test.request); err != nil || !r.Complete {
					b.Fatal(r, err)
				}
			}
		})
	}
}
