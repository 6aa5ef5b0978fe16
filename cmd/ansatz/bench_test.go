package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/rogpeppe/go-internal/testscript"
)

// benchVaries are the columns of a report in CSV that are another at each run.
var benchVaries = []string{"wall_s", "starting_s", "checking_s", "prover_s", "policy_s", "store_s", "worker", "delivery", "started", "ended"}

// benchRows are the rows of a report in CSV without what varies from run to run.
func benchRows(report []byte) (rows [][]string, err error) {
	rows, err = csv.NewReader(bytes.NewReader(report)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, errors.Join(err, errors.New("there is no header"))
	}
	header := slices.Clone(rows[0])
	for i, row := range rows {
		var kept []string
		for c, value := range row {
			if !slices.Contains(benchVaries, header[c]) {
				kept = append(kept, value)
			}
		}
		rows[i] = kept
	}
	return rows, nil
}

// steadyRows writes a report in CSV anew without what varies: steady-rows FILE NEW.
func steadyRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: steady-rows FILE NEW")
	}
	rows, err := benchRows([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	var out bytes.Buffer
	ts.Check(csv.NewWriter(&out).WriteAll(rows))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out.Bytes(), 0o644))
}

// longSpec is a run of a few seconds with the prover in memory.
const (
	longSpec = `name = "long"
trials = 2

[dataset]
files = ["long.lean"]

[search]
strategy = "best-first"

[budget]
attempts = 120
wall = "5m"
`
	longProblems = `theorem one : easy := sorry
theorem two : endless := sorry
theorem three : chain := sorry
theorem four : endless := sorry
theorem five : endless := sorry
`
	longTrials = 10
)

// commands runs this program in processes of their own, in a folder with the
// files of a run, and with the prover in memory.
type commands struct {
	t   *testing.T
	dir string
}

func newCommands(t *testing.T) commands {
	t.Helper()
	c := commands{t, t.TempDir()}
	for name, text := range map[string]string{"long.toml": longSpec, "long.lean": longProblems} {
		if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// command is one that was started.
type command struct {
	*exec.Cmd
	stdout, stderr *spoken
}

// spoken is what a process has said so far.
type spoken struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *spoken) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *spoken) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// start starts a command. It is killed when the test ends.
func (c commands) start(args ...string) *command {
	c.t.Helper()
	self, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := &command{exec.CommandContext(c.t.Context(), self, args...), &spoken{}, &spoken{}}
	cmd.Args[0] = "ansatz" // this is how the binary knows what it is
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, cmd.stdout, cmd.stderr
	cmd.Env = append(os.Environ(), envMemory+"=1", "HOME="+c.dir, "XDG_DATA_HOME="+c.dir, "XDG_CONFIG_HOME="+c.dir, "GORACE=atexit_sleep_ms=0")
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

// ends waits until a command ends, which must be with an exit code; -1 is by a
// signal. One that hangs says where.
func (c commands) ends(cmd *command, code int) {
	c.t.Helper()
	hangs := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer hangs.Stop()
	_ = cmd.Wait() // the exit code says it
	if got := cmd.ProcessState.ExitCode(); got != code {
		c.t.Fatalf("%v: exit code %d, want %d\n%s%s", cmd.Args, got, code, cmd.stdout, cmd.stderr)
	}
}

// do runs a command that must succeed, and returns what it prints.
func (c commands) do(args ...string) string {
	c.t.Helper()
	cmd := c.start(args...)
	c.ends(cmd, 0)
	return cmd.stdout.String()
}

// await waits until something is so.
func (c commands) await(what string, ready func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); !ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("gave up waiting: %s", what)
		}
	}
}

// recorded is the number of trials that the newest run in a database has.
func (c commands) recorded(db string) int {
	store, err := prooftree.OpenReadOnly(filepath.Join(c.dir, db))
	if err != nil {
		return 0 // it is not there yet
	}
	defer func() { _ = store.Close() }()
	all, err := store.Benchmarks(context.Background())
	if err != nil || len(all) == 0 {
		return 0
	}
	return all[0].Recorded
}

// rows are the trials of the newest run in a database.
func (c commands) rows(db string) [][]string {
	c.t.Helper()
	rows, err := benchRows([]byte(c.do("--db", db, "bench", "report", "last", "--format", "csv")))
	if err != nil {
		c.t.Fatal(err)
	}
	return rows
}

func (c commands) sameRows(got, want [][]string) {
	c.t.Helper()
	if len(want) != longTrials+1 {
		c.t.Errorf("the undisturbed run has %d trials, want %d", len(want)-1, longTrials)
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		c.t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestBenchGoesOn stops a run in the middle, in a friendly way and not, and goes
// on: the table is that of a run which nobody disturbed.
func TestBenchGoesOn(t *testing.T) {
	t.Parallel()
	c := newCommands(t)
	c.do("--db", "whole.db", "bench", "run", "long.toml")
	want := c.rows("whole.db")
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, exitInterrupted}, {syscall.SIGTERM, exitInterrupted}, {syscall.SIGKILL, -1}} {
		t.Run(test.signal.String(), func(t *testing.T) {
			c := commands{t, c.dir}
			db := strconv.Itoa(int(test.signal)) + ".db"
			run := c.start("--db", db, "bench", "run", "long.toml")
			c.await("two trials", func() bool { return c.recorded(db) >= 2 })
			if err := run.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			c.ends(run, test.code)
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it ended after %s", took)
			}
			said := regexp.MustCompile(`stopped; what was recorded is kept\. To go on: ansatz bench resume (b\S+)`).FindStringSubmatch(run.stderr.String())
			if test.code == exitInterrupted && said == nil {
				t.Errorf("it does not say how to go on:\n%s", run.stderr)
			}
			before := c.recorded(db)
			if before == longTrials {
				t.Fatal("the run was finished before the signal came")
			}
			if list := c.do("--db", db, "bench", "list"); !regexp.MustCompile(fmt.Sprintf(`long +unfinished +%d/%d `, before, longTrials)).MatchString(list) {
				t.Errorf("it is listed as\n%s", list)
			}
			resumed := c.start("--db", db, "bench", "resume", "last")
			c.ends(resumed, 0)
			if again := len(regexp.MustCompile(`(?m)^(solved|out_of_budget) `).FindAllString(resumed.stdout.String(), -1)); again != longTrials-before {
				t.Errorf("of %d trials %d were recorded, and %d were done afterwards", longTrials, before, again)
			}
			c.sameRows(c.rows(db), want)
			left, err := filepath.Glob(filepath.Join(c.dir, db+".queues", "*"))
			if err != nil || len(left) > 0 {
				t.Errorf("of the queue is left %q, error %v", left, err)
			}
		})
	}
}

var joinURL = regexp.MustCompile(`workers join with: ansatz worker --nats '([^']+)'`)

// share starts a run that leaves its trials to others, and returns where they join.
func (c commands) share(args ...string) (run *command, url string) {
	c.t.Helper()
	run = c.start(append([]string{"bench", "run", "long.toml", "--listen", "127.0.0.1:0", "--workers", "0", "--silence", "1s"}, args...)...)
	c.await("the URL", func() bool {
		found := joinURL.FindStringSubmatch(run.stderr.String())
		if found != nil {
			url = found[1]
		}
		return found != nil
	})
	return run, url
}

// TestBenchWorkers has the trials done by two other processes, of which one is
// killed in the middle of one: each trial is there once, and as it always is.
func TestBenchWorkers(t *testing.T) {
	t.Parallel()
	c := newCommands(t)
	c.do("--db", "whole.db", "bench", "run", "long.toml")
	run, url := c.share("--db", "shared.db")

	token, _, _ := strings.Cut(strings.TrimPrefix(url, "nats://"), "@")
	wrong := c.start("worker", "--nats", strings.Replace(url, token, "OPENSESAME", 1))
	c.ends(wrong, exitUsage)
	if said := wrong.stderr.String(); !strings.Contains(said, "Authorization Violation") || strings.Contains(said, "OPENSESAME") {
		t.Errorf("with a wrong token a worker says: %s", said)
	}

	worker := func() *command {
		return c.start("worker", "--nats", url, "--workers", "1", "--silence", "1s", "--until-done")
	}
	doomed, other := worker(), worker()
	c.await("a trial of the worker that is killed", func() bool { return doomed.stdout.String() != "" })
	time.Sleep(100 * time.Millisecond) // into its next trial
	if err := doomed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.ends(doomed, -1)
	c.ends(run, 0)
	c.ends(other, 0)
	if said := other.stderr.String(); !strings.Contains(said, "working on run b") || strings.Contains(said, token) {
		t.Errorf("the worker says: %s", said)
	}
	c.sameRows(c.rows("shared.db"), c.rows("whole.db"))
	t.Logf("the coordinator:\n%s%s", run.stdout, run.stderr)
}

// TestBenchCoordinatorKilled kills the coordinator of a run while a worker is at it.
// The worker waits for it, and finds back to the one that goes on.
func TestBenchCoordinatorKilled(t *testing.T) {
	t.Parallel()
	c := newCommands(t)
	c.do("--db", "whole.db", "bench", "run", "long.toml")
	run, url := c.share("--db", "shared.db")
	worker := c.start("worker", "--nats", url, "--workers", "1", "--silence", "1s", "--until-done")
	c.await("two trials", func() bool { return c.recorded("shared.db") >= 2 })
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.ends(run, -1)
	_, at, _ := strings.Cut(url, "@")
	again := c.start("--db", "shared.db", "bench", "resume", "last", "--listen", at, "--workers", "0", "--silence", "1s")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the worker says:\n%s%s", worker.stdout, worker.stderr)
		}
	})
	c.ends(again, 0)
	c.ends(worker, 0)
	if found := joinURL.FindStringSubmatch(again.stderr.String()); found == nil || found[1] != url {
		t.Errorf("the URL was %s, and afterwards: %s", url, again.stderr)
	}
	c.sameRows(c.rows("shared.db"), c.rows("whole.db"))
}
