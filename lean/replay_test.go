package lean

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
	"github.com/ansatz-prover/ansatz/provers/transcript"
)

var update = flag.Bool("update", false, "record the transcripts again, with the real Lean")

// envReplay makes this test binary a language server that plays a transcript.
const envReplay = "ANSATZ_TEST_REPLAY"

// replay is the main function of that server.
func replay(file string) int {
	entries, err := transcript.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	server := transcript.NewServer(entries, transcript.ServerOptions{})
	go func() {
		if _, err := io.Copy(server, os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3) // the client did something else than in the record
		}
		server.Close()
	}()
	_, err = io.Copy(os.Stdout, server)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

// replaying is a prover whose server plays a transcript.
func replaying(file string, watchdog bool) *Prover {
	return New(Installation{
		Info:     provers.Info{Name: "lean", Version: "4.28.0-pre", Variant: provers.Replay},
		Watchdog: watchdog,
		Server: func([]string) process.Options {
			return process.Options{Path: os.Args[0], Env: []string{envReplay + "=" + file}}
		},
		DocumentURI: func(n int64) string { return fmt.Sprintf("file:///ansatz/AnsatzProblem%d.lean", n) },
	}, Config{})
}

// recorderOf is a recorder that leaves out what depends on the machine.
type recorderOf struct{ *transcript.Recorder }

func (recorderOf) Stderr(string) {}

// session plays the same conversation with a real Lean and with its record.
func conversation(t *testing.T, p *Prover) string {
	t.Helper()
	var b strings.Builder
	s := open(t, p, problem("theorem replayed (n m : Nat) (h : n = m) (h : m = 3) : (∃ k, k + m = n) ∧ n < 5"))
	fmt.Fprintf(&b, "root %v\n", s.Root().Goals)
	l := provers.Limits{Units: 20_000, Wall: time.Minute}
	show := func(tactics []string, outcomes []provers.Outcome) {
		for i, o := range outcomes {
			fmt.Fprintf(&b, "%q: %s %s\n", tactics[i], o.Status, o.Class)
			for _, n := range o.Next {
				for _, g := range n.Goals {
					fmt.Fprintf(&b, "  %s %v ⊢ %s %v\n", g.Case, g.Hypotheses, g.Target, g.Metavariables)
				}
				b.WriteString("  --\n")
			}
		}
	}
	first := []string{"constructor", "omega", "no tactic at all", "cases n"}
	outcomes := try(t, s, s.Root(), l, first...)
	show(first, outcomes)
	for i, tactics := range [][]string{{"refine ⟨?w, ?h⟩", "exact ⟨0, by omega⟩"}, {"simp_all", "omega"}} {
		show(tactics, try(t, s, outcomes[0].Next[i], l, tactics...))
	}
	return b.String()
}

// TestReplay drives the adapter with traffic recorded from the real Lean, so that
// this runs where there is none. With -update it is recorded again.
func TestReplay(t *testing.T) {
	record, golden := filepath.Join("testdata", "conversation.jsonl"), filepath.Join("testdata", "conversation.golden")
	if *update {
		dir := t.TempDir()
		p := New(realLean(t), Config{Record: func(name string) (Recorder, error) {
			r, err := transcript.Create(dir, name, func(err error) { t.Error(err) })
			return recorderOf{r}, err
		}})
		said := conversation(t, p)
		p.Close()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%d transcripts, not 1: %v", len(files), err)
		}
		for to, from := range map[string]func() ([]byte, error){record: func() ([]byte, error) { return os.ReadFile(files[0]) }, golden: func() ([]byte, error) { return []byte(said), nil }} {
			text, err := from()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	file, err := filepath.Abs(record)
	if err != nil {
		t.Fatal(err)
	}
	p := replaying(file, false)
	defer p.Close()
	if got := conversation(t, p); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestReplayWatchdog plays the same conversation as Lean's watchdog would: it
// answers initialize and is told initialized. There is no native Lean where this
// project is built; from didOpen on, its messages are those of its file worker.
func TestReplayWatchdog(t *testing.T) {
	record, err := os.ReadFile(filepath.Join("testdata", "conversation.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(record)), "\n") {
		lines = append(lines, line)
		if strings.Contains(line, `"method":"initialize"`) {
			lines = append(lines,
				`{"from":"lean","message":{"jsonrpc":"2.0","id":1,"result":{"capabilities":{},"serverInfo":{"name":"Lean 4 Server","version":"0.3.0"}}}}`,
				`{"to":"lean","message":{"jsonrpc":"2.0","method":"initialized","params":{}}}`)
		}
	}
	if len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), "Lean 4 Server") {
		t.Fatal("the record has no initialize")
	}
	file := filepath.Join(t.TempDir(), "watchdog.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := replaying(file, true)
	defer p.Close()
	want, err := os.ReadFile(filepath.Join("testdata", "conversation.golden"))
	if err != nil {
		t.Fatal(err)
	}
	if got := conversation(t, p); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWatchdogWithoutWorker: the worker dies of what it imports, and the watchdog
// lives on to say so.
func TestWatchdogWithoutWorker(t *testing.T) {
	file := filepath.Join(t.TempDir(), "watchdog.jsonl")
	record := `{"to":"lean","message":{"id":1,"jsonrpc":"2.0","method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{},"initializationOptions":{"hasWidgets":false}}}}
{"from":"lean","message":{"jsonrpc":"2.0","id":1,"result":{"capabilities":{},"serverInfo":{"name":"Lean 4 Server","version":"0.3.0"}}}}
{"to":"lean","message":{"jsonrpc":"2.0","method":"initialized","params":{}}}
{"to":"lean","message":{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"dependencyBuildMode":"never","textDocument":{"languageId":"lean4","text":"import Mathlib\n","uri":"file:///ansatz/AnsatzProblem1.lean","version":1}}}}
{"to":"lean","message":{"id":2,"jsonrpc":"2.0","method":"textDocument/waitForDiagnostics","params":{"uri":"file:///ansatz/AnsatzProblem1.lean","version":1}}}
{"from":"lean","message":{"jsonrpc":"2.0","id":2,"error":{"code":-32902,"message":"Server process crashed, likely due to a stack overflow or a bug."}}}
`
	if err := os.WriteFile(file, []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	p := replaying(file, true)
	defer p.Close()
	_, err := p.Open(t.Context(), provers.Problem{Name: "p", Preamble: "import Mathlib\n", Statement: "theorem p : True"}, provers.Limits{})
	if shaped := (*provers.Error)(nil); !errors.As(err, &shaped) || shaped.Kind != provers.StartFailed || !strings.Contains(shaped.Detail, "Server process crashed") || shaped.Hint == "" {
		t.Errorf("Open: %v", err)
	}
}
