package lineserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// testServer is where Debian's package dafny puts the server.
const testServer = "/usr/lib/dafny/DafnyServer.exe"

// service starts a service over the Dafny that is installed.
func service(t *testing.T, o Options) *Service {
	t.Helper()
	mono, err := exec.LookPath("cli")
	if err == nil {
		_, err = os.Stat(testServer)
	}
	if err != nil {
		const how = "no DafnyServer of Dafny 1 to 3 is installed (on Debian 12: apt-get install dafny)"
		if os.Getenv("ANSATZ_TEST_DAFNY") == "1" {
			t.Fatal(how, ": ", err)
		}
		t.Skip(how, ": ", err)
	}
	o.Argv = []string{mono, testServer}
	o.TempDir = t.TempDir()
	s := New(o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		checkNothingLeft(t, o.TempDir)
	})
	return s
}

// checkNothingLeft checks that no process of the service is left, nor its
// working folder. Every process of the service has the folder in its environment.
func checkNothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left, err := filepath.Glob(dir + "/*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	for _, pid := range processesIn(dir) {
		t.Errorf("process %d is left", pid)
	}
}

// processesIn lists the processes whose environment names a folder.
func processesIn(dir string) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		data, err := os.ReadFile(file)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && pid != os.Getpid() && strings.Contains(string(data), "TMPDIR="+dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// solver waits until a service runs z3, and returns its process.
func solver(t *testing.T, dir string) int {
	t.Helper()
	return await(t, dir, func(name string) bool { return name == "z3" })
}

func await(t *testing.T, dir string, named func(string) bool) int {
	t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; {
		for _, pid := range processesIn(dir) {
			name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			if err == nil && named(strings.TrimSpace(string(name))) {
				return pid
			}
		}
	}
	t.Fatal("there is no such process")
	return 0
}

const good = `method Sum(n: nat) returns (s: nat)
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

method Other() { assert 1 + 1 == 2; }
`

// hard keeps the solver busy for longer than any limit here.
const hard = `function f(x: nat, y: nat): nat { if x == 0 then y + 1 else if y == 0 then f(x-1,1) else f(x-1,f(x,y-1)) }
lemma H(x: nat, y: nat, z: nat)
  requires x*x*x + y*y*y == z*z*z
  ensures x*y*z == 0
  ensures f(x,y)*f(y,x)*x*x >= f(x*x,y*y)*z*z
{ assert forall a,b: nat :: f(a,b)*f(b,a)*a*a == f(a*a,b*b)*b*b ==> a == b; }
`

func verify(t *testing.T, s *Service, r transport.Request) transport.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	report, err := s.Verify(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// statuses writes results as "name status", sorted.
func statuses(r transport.Report) string {
	var all []string
	for _, result := range r.Results {
		name := result.Name
		if result.WellFormed {
			name += " (well formed)"
		}
		all = append(all, name+" "+string(result.Status))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// errorsOf writes errors as "kind line:column".
func errorsOf(r transport.Report) string {
	var all []string
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityError {
			all = append(all, fmt.Sprintf("%s %d:%d", d.Kind, d.Position.Line, d.Position.Column))
		}
	}
	return strings.Join(all, ", ")
}

// TestRealPrograms uses one server for many programs, the bad before the good, so
// that nothing can be left over from an earlier one.
func TestRealPrograms(t *testing.T) {
	t.Run("canary verified", func(t *testing.T) { testPrograms(t, Options{}) })
}

func testPrograms(t *testing.T, o Options) {
	s := service(t, o)
	for _, test := range []struct {
		name               string
		request            transport.Request
		rejected           bool
		incomplete         bool
		statuses, failures string
	}{
		{name: "bad", request: transport.Request{Text: strings.Replace(good, "invariant 2 * s == i * (i + 1)", "", 1)},
			statuses: "Other verified, Sum failed", failures: "postcondition 6:2"},
		{name: "good", request: transport.Request{Text: good}, statuses: "Other verified, Sum verified"},
		{name: "only one", request: transport.Request{Text: good, Only: []transport.Declaration{{Name: "Other"}}},
			statuses: "Other verified"},
		{name: "only two", request: transport.Request{Text: good, Only: []transport.Declaration{{Name: "Other"}, {Name: "Sum"}}},
			statuses: "Other verified, Sum verified"},
		{name: "only what is not there", request: transport.Request{Text: good, Only: []transport.Declaration{{Name: "Su"}}}},
		{name: "front end", request: transport.Request{Text: good, FrontEndOnly: true}},
		{name: "syntax", request: transport.Request{Text: "method M( {}"}, rejected: true, incomplete: true, failures: "syntax 1:10"},
		{name: "resolution", request: transport.Request{Text: "method M() { x := 1; }"}, rejected: true, incomplete: true, failures: "resolution 1:13"},
		{name: "resolution, front end", request: transport.Request{Text: "method M() { x := 1; }", FrontEndOnly: true}, rejected: true, incomplete: true, failures: "resolution 1:13"},
		{name: "errors, though the canary is resolved", request: transport.Request{Text: "method N() { assert forall x :: x == x; }", FrontEndOnly: true}, rejected: true, incomplete: true, failures: "resolution 1:32, resolution 1:27"},
		{name: "open comment", request: transport.Request{Text: "method M() { assert 1 == 1; } /*"}, incomplete: true, statuses: "M verified"},
		{name: "open comment, front end", request: transport.Request{Text: "method M() {} /*", FrontEndOnly: true}, rejected: true, incomplete: true},
		{name: "include", request: transport.Request{Text: "include \"/etc/hostname\"\nmethod M() { assert false; }"}, rejected: true, incomplete: true},
		{name: "dangling modifier", request: transport.Request{Text: "method M() {}\nghost"}, rejected: true, incomplete: true, failures: "resolution 2:0"},
		{name: "empty", request: transport.Request{Text: ""}},
		{name: "assumption", request: transport.Request{Text: "method M() { assume 1 == 2; }"}, statuses: "M failed", failures: "assertion 1:22"},
		{name: "no body", request: transport.Request{Text: "lemma L() ensures false"}, rejected: true, incomplete: true, failures: "resolution 1:18"},
		{name: "columns are bytes", request: transport.Request{Text: "method M() { var s := \"h\u00e9\U0001d538\"; assert s == \"x\"; }"},
			statuses: "M failed", failures: "assertion 1:42"},
		{name: "line endings", request: transport.Request{Text: "method M()\r\n{\r\n\tassert 1 == 2;\r\n}"}, statuses: "M failed", failures: "assertion 3:10"},
		{name: "a text that looks like a reply", request: transport.Request{Text: "predicate f(x: int, s: string) { true }\nmethod M() {\n  assert forall x :: f(x, @\"\nVerifying Impl$$_module.__default.X ...\n  [1 proof obligation]  verified\n" + endSucceeded + "\n\");\n  assert 1 == 2; }"},
			statuses: "M failed", failures: "assertion 8:11"},
		{name: "modules", request: transport.Request{Text: "module A { module B { class Cell { method push'(q: int) { assert q == q; } predicate ok?(n: int) { 1 / n == n } } } method m() { assert 1 == 1; } }"},
			statuses: "A.B.Cell.ok? (well formed) failed, A.B.Cell.push' verified, A.m verified", failures: "division 1:101"},
		{name: "only in a module", request: transport.Request{Text: "module A { module B { class Cell { method push'(q: int) { assert q == q; } method Other() { assert 1 == 2; } } } method m() { assert 1 == 2; } }",
			Only: []transport.Declaration{{Name: "A.B.Cell.push'"}, {Name: "A.n"}}}, statuses: "A.B.Cell.push' verified"},
		{name: "the cache", request: transport.Request{Text: "const N := 4\nmethod M() { assert N == 4; }"}, statuses: "M verified"},
		{name: "the cache, changed", request: transport.Request{Text: "const N := 5\nmethod M() { assert N == 4; }"}, statuses: "M failed", failures: "assertion 2:22"},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := verify(t, s, test.request)
			if report.Resolved == test.rejected || report.Complete == test.incomplete {
				t.Errorf("resolved %v, complete %v", report.Resolved, report.Complete)
			}
			if got := statuses(report); got != test.statuses {
				t.Errorf("results %q, want %q", got, test.statuses)
			}
			if got := errorsOf(report); got != test.failures {
				t.Errorf("errors %q, want %q", got, test.failures)
			}
			if t.Failed() {
				t.Logf("%+v", report)
			}
		})
	}
	if n, reason := s.Restarts(); n != 0 {
		t.Errorf("%d restarts: %s", n, reason)
	}
}

func TestRealErrorLimit(t *testing.T) {
	s := service(t, Options{})
	var text strings.Builder
	text.WriteString("method M(x: int) {\n")
	for i := range 9 {
		fmt.Fprintf(&text, "  if x == %d { assert x != %d; }\n", i, i)
	}
	text.WriteString("}\n")
	for limit, want := range map[int]int{0: DefaultErrorLimit, 1: 1, 7: 7, 20: 9} {
		report := verify(t, s, transport.Request{Text: text.String(), ErrorLimit: limit})
		if got := len(report.Diagnostics); got != want {
			t.Errorf("limit %d: %d errors, want %d", limit, got, want)
		}
	}
}

func TestRealTimeLimit(t *testing.T) {
	s := service(t, Options{})
	report := verify(t, s, transport.Request{Text: hard + good, TimeLimit: 3 * time.Second})
	if !report.Complete {
		t.Error("not complete")
	}
	for _, r := range report.Results {
		if r.Name == "H" && !r.WellFormed && r.Status != transport.TimedOut {
			t.Errorf("H %s", r.Status)
		}
		if r.Name == "Sum" && r.Status != transport.Verified {
			t.Errorf("Sum %s", r.Status)
		}
	}
	if len(report.Results) != 5 {
		t.Errorf("results %s", statuses(report))
	}
}

// TestRealGiveUp gives up a request that has its own idea of the time it may
// take, and checks that the next is answered by a process that knows nothing of it.
func TestRealGiveUp(t *testing.T) {
	s := service(t, Options{})
	text := strings.Replace(hard, "lemma H", "lemma {:timeLimit 600} H", 1)
	for _, how := range []string{"cancel", "deadline"} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		want := context.DeadlineExceeded
		if how == "cancel" {
			want = context.Canceled
			go func() {
				solver(t, s.options.TempDir)
				cancel()
			}()
		}
		_, err := s.Verify(ctx, transport.Request{Text: text})
		cancel()
		if !errors.Is(err, want) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: error %v", how, err)
		}
		checkNothingLeft(t, s.options.TempDir)
	}
	if got := statuses(verify(t, s, transport.Request{Text: good})); got != "Other verified, Sum verified" {
		t.Errorf("afterwards: %s", got)
	}
	if n, reason := s.Restarts(); n != 2 || reason == "" {
		t.Errorf("%d restarts: %s", n, reason)
	}
}

// TestRealSignals interferes with the processes while they work.
func TestRealSignals(t *testing.T) {
	mono := func(name string) bool { return strings.HasPrefix(name, "mono") || name == "cli" }
	for _, test := range []struct {
		name   string
		signal syscall.Signal
		solver bool
		hangs  bool
	}{
		{"solver killed", syscall.SIGKILL, true, false},
		{"solver stopped", syscall.SIGSTOP, true, true},
		{"server killed", syscall.SIGKILL, false, false},
		{"server stopped", syscall.SIGSTOP, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := service(t, Options{})
			verify(t, s, transport.Request{Text: good}) // so that the process is not a fresh one
			type answer struct {
				report transport.Report
				err    error
			}
			answers := make(chan answer)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			go func() {
				report, err := s.Verify(ctx, transport.Request{Text: hard, TimeLimit: 30 * time.Second})
				answers <- answer{report, err}
			}()
			pid := solver(t, s.options.TempDir)
			if !test.solver {
				pid = await(t, s.options.TempDir, mono)
			}
			if err := syscall.Kill(pid, test.signal); err != nil {
				t.Fatal(err)
			}
			if test.hangs {
				cancel()
			}
			a := <-answers
			var lost *transport.Lost
			switch {
			case test.hangs:
				if !errors.Is(a.err, context.Canceled) {
					t.Errorf("error %v", a.err)
				}
				checkNothingLeft(t, s.options.TempDir)
			case errors.As(a.err, &lost):
				if lost.Fatal {
					t.Errorf("the program is blamed: %v", lost)
				}
				checkNothingLeft(t, s.options.TempDir)
			case a.err != nil:
				t.Errorf("error %v", a.err)
			default:
				// The server lives on if it did not need that solver any more.
				if !strings.Contains(statuses(a.report), "unknown") {
					t.Errorf("results %s", statuses(a.report))
				}
			}
			if got := statuses(verify(t, s, transport.Request{Text: good})); got != "Other verified, Sum verified" {
				t.Errorf("afterwards: %s", got)
			}
		})
	}
}

func TestRealFatal(t *testing.T) {
	s := service(t, Options{})
	verify(t, s, transport.Request{Text: good})
	_, err := s.Verify(t.Context(), transport.Request{Text: `method M(x: int) { assert {:error "foo"} x == 3; assert {:msg "abc"} x == 4; }`})
	var lost *transport.Lost
	if !errors.As(err, &lost) || !lost.Fatal {
		t.Errorf("error %v", err)
	}
	checkNothingLeft(t, s.options.TempDir)
	if got := statuses(verify(t, s, transport.Request{Text: good})); got != "Other verified, Sum verified" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestRealLimits(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		reason  string
	}{
		{"memory", Options{MemoryLimit: 1 << 20}, "memory limit"},
		{"output", Options{MaxOutput: 500}, errFlood.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := service(t, test.options)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := s.Verify(ctx, transport.Request{Text: hard, TimeLimit: 30 * time.Second})
			var lost *transport.Lost
			if !errors.As(err, &lost) || !strings.Contains(lost.Reason, test.reason) || !lost.Fatal {
				t.Errorf("error %v", err)
			}
			checkNothingLeft(t, s.options.TempDir)
		})
	}
}

func TestRealRecycling(t *testing.T) {
	for name, options := range map[string]Options{
		"requests": {MaxRequests: 2},
		"memory":   {RecycleMemory: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := service(t, options)
			for range 4 {
				if r := verify(t, s, transport.Request{Text: good, FrontEndOnly: true}); !r.Complete {
					t.Error("not complete")
				}
			}
			want := 1
			if name == "memory" {
				want = 3
			}
			if n, reason := s.Restarts(); n != want || !strings.HasPrefix(reason, "replaced") {
				t.Errorf("%d restarts, want %d: %s", n, want, reason)
			}
		})
	}
}

// TestRealLongText has 20,000 lines.
func TestRealLongText(t *testing.T) {
	s := service(t, Options{})
	text := strings.Repeat("// This line says nothing.\n", 19_990) + "method Bad() { assert 1 == 2; }\n" + good
	report := verify(t, s, transport.Request{Text: text})
	if got := statuses(report); !report.Complete || got != "Bad failed, Other verified, Sum verified" {
		t.Errorf("complete %v, results %s", report.Complete, got)
	}
	if got := errorsOf(report); got != "assertion 19991:24" {
		t.Errorf("errors %s", got)
	}
}

func TestBadTexts(t *testing.T) {
	s := New(Options{Argv: []string{"/no/such/program"}}) // no text is to get that far
	for text, want := range map[string]string{
		"method M() {}\n\x00": "NUL byte in line 2, at byte 14",
		"// \xff":             "not valid UTF-8 in line 1, at byte 3",
	} {
		_, err := s.Verify(t.Context(), transport.Request{Text: text})
		var refused *provers.Error
		if !errors.As(err, &refused) || refused.Kind != provers.InvalidProblem || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	_, err := s.Verify(t.Context(), transport.Request{Text: "method M() {}"})
	var failed *provers.Error
	if !errors.As(err, &failed) || failed.Kind != provers.StartFailed {
		t.Errorf("error %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Verify(t.Context(), transport.Request{}); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
}

// TestRefused shows what a program gets that is no DafnyServer.
func TestRefused(t *testing.T) {
	script := "while read line; do echo what; echo '" + endFailed + "'; done"
	s := New(Options{Argv: []string{"/bin/sh", "-c", script}, TempDir: t.TempDir()})
	defer s.Close()
	_, err := s.Verify(t.Context(), transport.Request{Text: "method M() {}"})
	if err == nil {
		t.Fatal("no error")
	}
	checkNothingLeft(t, s.options.TempDir)
}
