package languageserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

func service(t *testing.T, o Options) *Service {
	t.Helper()
	o.Argv = []string{os.Args[0]}
	o.Env = []string{fakeVariable + "=1"}
	o.TempDir = t.TempDir()
	s := New(o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, err := filepath.Glob(o.TempDir + "/*"); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
	return s
}

func verify(t *testing.T, s *Service, r transport.Request) (transport.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return s.Verify(ctx, r)
}

// told writes a report: the results with their places, and the diagnostics.
func told(r transport.Report) string {
	var all []string
	for _, result := range r.Results {
		all = append(all, fmt.Sprintf("%s %s", result.Name, result.Status))
	}
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityError {
			all = append(all, fmt.Sprintf("%s %d:%d %s", d.Kind, d.Position.Line, d.Position.Column, d.Declaration))
		}
	}
	return strings.Join(all, ", ")
}

// TestPrograms has one server for all programs.
func TestPrograms(t *testing.T) {
	s := service(t, Options{})
	const two = "method A() {}\nmethod B() { x } // fail\n"
	for _, test := range []struct {
		name               string
		request            transport.Request
		resolved, complete bool
		want               string
	}{
		{"verified", transport.Request{Text: "method A() {}\nlemma B() {}"}, true, true, "A verified, B verified"},
		{"failed", transport.Request{Text: two}, true, true, "A verified, B failed, assertion 2:13 B"},
		{"only the good one", transport.Request{Text: two, Only: []transport.Declaration{{Name: "A", Position: transport.Position{Line: 1, Column: 7}}}}, true, true, "A verified"},
		{"only the bad one", transport.Request{Text: two, Only: []transport.Declaration{{Name: "B", Position: transport.Position{Line: 2, Column: 7}}}}, true, true, "B failed, assertion 2:13 B"},
		{"only what is not there", transport.Request{Text: two, Only: []transport.Declaration{{Name: "C", Position: transport.Position{Line: 9}}}}, true, true, ""},
		{"front end", transport.Request{Text: two, FrontEndOnly: true}, true, true, ""},
		{"syntax", transport.Request{Text: "SYNTAX"}, false, false, "syntax 1:0 "},
		{"resolution", transport.Request{Text: "UNRESOLVED"}, false, false, "resolution 1:0 "},
		{"resolution, front end", transport.Request{Text: "UNRESOLVED", FrontEndOnly: true}, false, false, "resolution 1:0 "},
		{"exception", transport.Request{Text: "// scenario exception"}, false, false, "prover 0:0 "},
		{"open comment", transport.Request{Text: "method A() {}\n/* open"}, true, false, "A verified"},
		{"open comment, front end", transport.Request{Text: "method A() {}\n/* open", FrontEndOnly: true}, true, false, ""},
		{"empty", transport.Request{Text: ""}, true, true, ""},
		{"no declarations", transport.Request{Text: "// scenario no declarations\n"}, true, false, ""},
		{"the list comes late", transport.Request{Text: "// scenario list comes late\nmethod A() {}"}, true, true, "A verified"},
		{"time out", transport.Request{Text: "method A() // time out\nmethod B() { x } // fail"}, true, true, "A timed_out, B failed, timeout 1:7 A, assertion 2:13 B"},
		{"resources", transport.Request{Text: "method A() // resources"}, true, true, "A out_of_resource, out_of_resource 1:7 A"},
		{"solver", transport.Request{Text: "method A() // solver"}, true, true, "A unknown, prover 1:7 A"},
		{"an error without a word", transport.Request{Text: "method A() // without a word"}, true, true, "A unknown"},
		{"refused", transport.Request{Text: "method A() // refuse\nmethod B() {}"}, true, true, "A unknown, B verified"},
		{"two parts", transport.Request{Text: "method A() { x } // fail later"}, true, true, "A failed, assertion 1:13 A"},
		{"telemetry", transport.Request{Text: "method A() // telemetry\nmethod B() {}"}, true, false, "A unknown, B unknown, prover 0:0 "},
		{"after telemetry", transport.Request{Text: "method A() {}"}, true, true, "A verified"},
		{"columns", transport.Request{Text: "/* \u00e9\U0001d538 */ method A() { x } // fail"}, true, true, "A failed, assertion 1:26 A"},
		{"modules", transport.Request{Text: "module M { class C {\n method A() {}\n}\nmethod B() {} }"}, true, true, "M.C.A verified, M.B verified"},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, err := verify(t, s, test.request)
			if err != nil {
				t.Fatal(err)
			}
			if report.Resolved != test.resolved || report.Complete != test.complete || told(report) != test.want {
				t.Errorf("resolved %v, complete %v, %q, want %q", report.Resolved, report.Complete, told(report), test.want)
			}
			for _, d := range report.Diagnostics {
				if strings.Contains(d.Message, "late") || strings.HasPrefix(d.Message, outdated) {
					t.Errorf("diagnostic %+v", d)
				}
				if d.Kind == transport.KindAssertion && (len(d.Related) != 1 || d.Related[0].Position != d.Position) {
					t.Errorf("related %+v", d.Related)
				}
			}
		})
	}
	if n, reason := s.Restarts(); n != 0 {
		t.Errorf("%d restarts: %s", n, reason)
	}
}

// TestTrouble shows what becomes of a request, and that the next is answered.
func TestTrouble(t *testing.T) {
	for _, test := range []struct {
		name, text string
		options    Options
		cancel     bool
		lost       string
		fresh      bool // the process has answered nothing before
		restarts   int
	}{
		{name: "crash", text: "method A() // crash", lost: "exit status 3", restarts: 1},
		{name: "crash of a fresh one", text: "method A() // crash", lost: "exit status 3", fresh: true, restarts: 1},
		{name: "given up", text: "method A() // never", cancel: true},
		{name: "given up, and deaf", text: "// scenario deaf", cancel: true, options: Options{AnswerTime: 300 * time.Millisecond}, restarts: 1},
		{name: "silence", text: "method A() // never", options: Options{Silence: 300 * time.Millisecond}, lost: "said nothing", restarts: 1},
		{name: "malformed", text: "// scenario malformed", restarts: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := service(t, test.options)
			if !test.fresh {
				if _, err := verify(t, s, transport.Request{Text: "method A() {}"}); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if test.cancel {
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
			}
			_, err := s.Verify(ctx, transport.Request{Text: test.text})
			var lost *transport.Lost
			var broken *provers.Error
			switch {
			case test.cancel:
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
			case test.lost != "":
				if !errors.As(err, &lost) || !strings.Contains(lost.Reason, test.lost) || lost.Fatal != test.fresh {
					t.Errorf("error %v", err)
				}
			case !errors.As(err, &broken) || broken.Kind != provers.ProtocolBroken:
				t.Errorf("error %v", err)
			}
			report, err := verify(t, s, transport.Request{Text: "method A() {}"})
			if err != nil || !report.Complete || told(report) != "A verified" {
				t.Errorf("afterwards: %+v, error %v", report, err)
			}
			if n, reason := s.Restarts(); n != test.restarts {
				t.Errorf("%d restarts, want %d: %s", n, test.restarts, reason)
			}
		})
	}
}

// TestClasses shows that a time limit is that of one of two processes.
func TestClasses(t *testing.T) {
	s := service(t, Options{TimeLimit: 1500 * time.Millisecond, Args: []string{"--cores:1"}})
	for limit, want := range map[time.Duration]string{
		0: "--verification-time-limit:2 ", time.Second: "--verification-time-limit:2 ", 5 * time.Second: "--verification-time-limit:60 ",
	} {
		report, err := verify(t, s, transport.Request{Text: "// scenario args", TimeLimit: limit, FrontEndOnly: true})
		if err != nil || len(report.Diagnostics) != 1 {
			t.Fatalf("report %+v, error %v", report, err)
		}
		args := report.Diagnostics[0].Message
		if !strings.Contains(args, want) || !strings.Contains(args, "--verify-on:Never") || !strings.HasSuffix(args, "--cores:1") {
			t.Errorf("limit %s: %s", limit, args)
		}
	}
	if n, reason := s.Restarts(); n != 0 {
		t.Errorf("%d restarts: %s", n, reason)
	}
}

func TestRecycling(t *testing.T) {
	s := service(t, Options{MaxRequests: 2})
	for range 5 {
		if report, err := verify(t, s, transport.Request{Text: "method A() {}"}); err != nil || !report.Complete {
			t.Fatalf("report %+v, error %v", report, err)
		}
	}
	if n, reason := s.Restarts(); n != 2 || reason != "replaced after 2 requests" {
		t.Errorf("%d restarts: %s", n, reason)
	}
}

func TestCounterExamples(t *testing.T) {
	s := service(t, Options{})
	list, err := s.CounterExamples(t.Context(), "/*\U0001d538*/ method A() {}")
	if err != nil || len(list) != 1 || list[0].Assumption != "assume -1 == y;" || list[0].Position != (transport.Position{Line: 1, Column: 6}) {
		t.Errorf("counterexamples %+v, error %v", list, err)
	}
	if list, err := s.CounterExamples(t.Context(), "UNRESOLVED"); err != nil || len(list) != 0 {
		t.Errorf("counterexamples %+v, error %v", list, err)
	}
}

func TestNotStarted(t *testing.T) {
	s := New(Options{Argv: []string{"/no/such/program"}, TempDir: t.TempDir()})
	var failed *provers.Error
	if _, err := s.Verify(t.Context(), transport.Request{}); !errors.As(err, &failed) || failed.Kind != provers.StartFailed {
		t.Errorf("error %v", err)
	}
	if _, err := s.Verify(t.Context(), transport.Request{Text: "\xff"}); !errors.As(err, &failed) || failed.Kind != provers.InvalidProblem {
		t.Errorf("bad text: error %v", err)
	}
	s = New(Options{Argv: []string{"/bin/true"}, TempDir: t.TempDir()})
	if _, err := s.Verify(t.Context(), transport.Request{}); !errors.As(err, &failed) || failed.Kind != provers.StartFailed {
		t.Errorf("a program that ends: error %v", err)
	}
	s = New(Options{Argv: []string{"/bin/cat"}, TempDir: t.TempDir(), StartTimeout: 300 * time.Millisecond})
	if _, err := s.Verify(t.Context(), transport.Request{}); err == nil {
		t.Error("a program that does not speak the protocol: no error")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Verify(t.Context(), transport.Request{}); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
}
