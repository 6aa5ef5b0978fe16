package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/rogpeppe/go-internal/testscript"
)

// envMemory makes the command use an in-memory prover in tests.
const envMemory = "ANSATZ_TEST_MEMORY_PROVER"

// envDafny says that Dafny is installed, so that no test may do without.
const envDafny = "ANSATZ_TEST_DAFNY"

// envLeanDir is where the tests with the real Lean find it.
const envLeanDir = "ANSATZ_TEST_LEAN_DIR"

func TestMain(m *testing.M) {
	if program := standIn(filepath.Base(os.Args[0])); program != nil {
		os.Exit(program(os.Args[1:]))
	}
	testscript.Main(m, map[string]func(){
		"ansatz": func() {
			a := newApp()
			if os.Getenv(envMemory) != "" {
				a.connect = connectMemory
			}
			os.Exit(run(a, os.Args[1:]))
		},
	})
}

// connectMemory connects an in-memory prover over puzzles.
func connectMemory(_ context.Context, _ connectOptions) (*connection, error) {
	if os.Getenv(envMemory) == "broken" {
		return nil, &provers.Error{Kind: provers.StartFailed, Doing: "starting the prover", Detail: "it died", Hint: "repair it"}
	}
	p := proverstest.New(puzzles{}, proverstest.Options{
		Faults: []proverstest.Fault{
			{Kind: proverstest.Hang, On: func(state, _ string) bool { return state == "hang" }},
			{Kind: proverstest.Late, Delay: 2 * time.Millisecond, On: func(state, _ string) bool { return strings.HasPrefix(state, "endless") }},
			{Kind: proverstest.Break, On: func(state, _ string) bool { return state == "breaks" }},
		},
		Distrust: func(action string) bool { return action == "grind" },
	})
	return &connection{prover: p, verifier: p, memory: 1}, nil
}

// puzzles is a space whose statements say what they are like. Its actions are
// tactics that the built-in policy proposes anywhere.
type puzzles struct{}

// Root implements [proverstest.Space].
func (puzzles) Root(statement string) (string, error) {
	for _, word := range []string{"easy", "chain", "endless", "hopeless", "hang", "breaks", "distrusted"} {
		if strings.Contains(statement, word) {
			if word == "chain" {
				return "chain 3", nil
			}
			return word, nil
		}
	}
	return "", fmt.Errorf("nothing is known about %q", statement)
}

// Actions implements [proverstest.Space].
func (puzzles) Actions(string) []string { return []string{"omega", "simp", "grind"} }

// Apply implements [proverstest.Space].
func (puzzles) Apply(state, action string) proverstest.Effect {
	word, rest, _ := strings.Cut(state, " ")
	switch {
	case word == "easy" && action == "omega", word == "chain" && rest == "0" && action == "omega", word == "distrusted" && action == "grind":
		return proverstest.Effect{}
	case word == "chain" && action == "simp":
		if n, err := strconv.Atoi(rest); err == nil && n > 0 {
			return proverstest.Effect{Next: []string{fmt.Sprintf("chain %d", n-1)}}
		}
	case word == "endless":
		h := fnv.New32()
		fmt.Fprint(h, state, action)
		if h.Sum32()%3 == 0 {
			return proverstest.Effect{Next: []string{fmt.Sprintf("endless %d", h.Sum32())}}
		}
	}
	return proverstest.Effect{Rejected: true}
}

func params(t *testing.T, dir string, env ...string) testscript.Params {
	return testscript.Params{
		Dir: dir, RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: golden.Update(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
			for _, pair := range env {
				name, value, _ := strings.Cut(pair, "=")
				e.Setenv(name, value)
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await-attempts": awaitAttempts,
			"await-text":     awaitText,
			"no-process":     noProcess,
			"long-lines":     longLines,
			"exit-code":      exitCode,
			"many-lines":     manyLines,
			"redact":         redact,
			"steady-rows":    steadyRows,
			"permissions":    permissions,
		},
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, params(t, "testdata/script", envMemory+"=1"))
}

// TestWithLean runs the scripts that need the real Lean.
func TestWithLean(t *testing.T) {
	dir := os.Getenv(envLeanDir)
	if dir == "" {
		t.Skipf("SKIPPED: the scripts with the real Lean need %s, the folder of 'ansatz provers install lean --dir'", envLeanDir)
	}
	p := params(t, "testdata/lean", "ANSATZ_NPM_DIR="+dir, "ANSATZ_WORKERS=1")
	p.Deadline = time.Now().Add(20 * time.Minute)
	testscript.RunT(serial{t}, p)
}

// TestWithDafny runs the scripts that need the real Dafny.
func TestWithDafny(t *testing.T) {
	const version = "2.3." // whose messages the scripts know
	why := ""
	if found, err := findDafny(t.Context(), places{}); err != nil {
		why = err.Error()
	} else if !strings.HasPrefix(found.Info.Version, version) {
		why = "this is Dafny " + found.Info.Version
	}
	if why != "" && os.Getenv(envDafny) == "1" {
		t.Fatalf("%s=1 says that Dafny %sx is installed: %s", envDafny, version, why)
	} else if why != "" {
		t.Skipf("SKIPPED: the scripts with the real Dafny need Dafny %sx (Debian 12: apt-get install dafny): %s", version, why)
	}
	p := params(t, "testdata/dafny", "ANSATZ_WORKERS=1")
	p.Deadline = time.Now().Add(20 * time.Minute)
	testscript.RunT(serial{t}, p)
}

// serial runs scripts one after another: each Lean takes gigabytes, and each Dafny
// all processors.
type serial struct{ *testing.T }

func (s serial) Parallel() {}

func (s serial) Verbose() bool { return testing.Verbose() }

func (s serial) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(serial{t}) })
}

// awaitAttempts waits until the newest run of a database has so many attempts:
// await-attempts DATABASE COUNT.
func awaitAttempts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await-attempts DATABASE COUNT")
	}
	want, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	poll(ts, 4*time.Minute, func() error {
		store, err := prooftree.OpenReadOnly(path)
		if err != nil {
			return err
		}
		defer func() { _ = store.Close() }()
		runs, err := store.Runs(context.Background(), prooftree.RunFilter{Limit: 1})
		if err != nil {
			return err
		}
		if len(runs) == 0 || runs[0].Spent.Attempts < want {
			return errors.New("not yet")
		}
		return nil
	})
}

// awaitText waits until a file has a text: await-text FILE TEXT.
func awaitText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await-text FILE TEXT")
	}
	path := ts.MkAbs(args[0])
	poll(ts, 4*time.Minute, func() error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.Contains(string(data), args[1]) {
			return errors.New("not yet")
		}
		return nil
	})
}

// noProcess waits until no process is left that the script's commands began:
// they all inherit its folder in their environment. It gives up after ten seconds.
func noProcess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: no-process")
	}
	if runtime.GOOS != "linux" {
		ts.Logf("cannot look for processes on %s", runtime.GOOS)
		return
	}
	mark := "HOME=" + ts.Getenv("WORK") + "\x00"
	poll(ts, 10*time.Second, func() error {
		files, err := filepath.Glob("/proc/[0-9]*/environ")
		if err != nil {
			return err
		}
		for _, f := range files {
			// A process that has just ended has no file.
			if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), mark) {
				command, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline"))
				return fmt.Errorf("%s still runs: %q", filepath.Dir(f), command)
			}
		}
		return nil
	})
}

func poll(ts *testscript.TestScript, limit time.Duration, ready func() error) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			ts.Fatalf("gave up after %s: %v", limit, err)
		}
	}
}

// longLines replaces LONG in a file by a million letters: long-lines FILE.
func longLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: long-lines FILE")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "LONG", strings.Repeat("x", 1_000_000))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// manyLines writes a program for Dafny of so many lines that is verified: many-lines FILE COUNT.
func manyLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: many-lines FILE COUNT")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := "lemma L() {}\n" + strings.Repeat("// a line\n", count-1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// varying matches what of JSON and of tables is another at each run.
var varying = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`("[a-z_]+_s"|"(?:prover|policy|store|elapsed|created)"):(?:[0-9.e+-]+|"[0-9T:.Z+-]+")`), `$1:0`},
	{regexp.MustCompile(`"(path|version)":"(?:/[^"]*|[0-9]+\.[0-9]+\.[0-9.]+)"`), `"$1":"?"`},
	{regexp.MustCompile(`"z3":"[0-9.]+"`), `"z3":"?"`},
	{regexp.MustCompile(`"(started|ended|worker)":"[^"]*"`), `"$1":"?"`},
	{regexp.MustCompile(`\bb?[0-9]{6}-[0-9a-z]{6}\b`), `RUN`},
	{regexp.MustCompile(`(?m) +[0-9.]+s( |$)`), ` TIME$1`},
}

// redact writes a file, or stdout, anew without what varies from run to run:
// redact FILE|stdout NEW.
func redact(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: redact FILE|stdout NEW")
	}
	text := ts.ReadFile(args[0])
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.replacement)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// permissions checks those of a file: permissions FILE 0640.
func permissions(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: permissions FILE MODE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has permissions %s, want %s", args[0], got, args[1])
	}
}

// exitCode runs a command that must end with an exit code: exit-code CODE COMMAND ARGUMENT...
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit-code CODE COMMAND ARGUMENT...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = strconv.Itoa(exit.ExitCode())
	} else {
		ts.Check(err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}
