package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ansatz-prover/ansatz/lean/npm"
)

// A stand-in for the two programs of a native Lean, lake and lean, where only Lean
// from npm is to be had. What elaborates and checks is the real Lean; this does
// around it what those programs do that npm's cannot: the search path of a Lake
// project, the watchdog between a client and the workers. One thing that Lean
// says is made up: see [standInBatch].

// standIn is the main function of this test binary under the name of one of the
// programs, or nil.
func standIn(name string) func(args []string) int {
	switch name {
	case "lake":
		return standInLake
	case "lean":
		return func(args []string) int { return standInLean(nil, args) }
	}
	return nil
}

// standInLake knows what ansatz may ask of lake. It builds and fetches nothing.
func standInLake(args []string) int {
	switch {
	case len(args) >= 2 && args[0] == "serve" && args[1] == "--":
		return standInLean(packages(), append([]string{"--server"}, args[2:]...))
	case len(args) >= 2 && args[0] == "env" && args[1] == "lean":
		return standInLean(packages(), args[2:])
	}
	return complain(fmt.Errorf("the stand-in for lake does not know %q", args))
}

// packages are the folders of compiled modules of the Lake project in the working
// directory, by its manifest.
func packages() []string {
	manifest := struct {
		PackagesDir string
		Packages    []struct{ Name string }
	}{}
	data, err := os.ReadFile("lake-manifest.json")
	if err == nil {
		err = json.Unmarshal(data, &manifest)
	}
	if err != nil {
		complain(err)
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		complain(err)
		return nil
	}
	built := filepath.Join(".lake", "build", "lib", "lean")
	folders := []string{filepath.Join(dir, built)}
	for _, p := range manifest.Packages {
		folders = append(folders, filepath.Join(dir, manifest.PackagesDir, p.Name, built))
	}
	return folders
}

func standInLean(folders, args []string) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Printf("Lean (version %s, x86_64-unknown-linux-gnu, commit 0123456789ab, Release)\n", npm.Version)
		return 0
	}
	if len(args) > 0 && args[0] == "--server" {
		return complain(newWatchdog(folders, args[1:]).serve())
	}
	return standInBatch(folders, args)
}

func complain(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "stand-in:", err)
	return 1
}

// npmLean is Lean from npm with further folders of compiled modules.
func npmLean(folders []string, args ...string) (*exec.Cmd, error) {
	in, ok, err := npm.Find(os.Getenv(envLeanDir))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("there is no Lean in %s=%s", envLeanDir, os.Getenv(envLeanDir))
	}
	argv, env := in.Command(args...)
	// Lean needs the whole stack; see npm.StackLimit.
	const unlimited = `ulimit -s unlimited 2>/dev/null || ulimit -s "$(ulimit -H -s)"; exec "$@"`
	c := exec.Command("sh", append([]string{"-c", unlimited, "lean"}, argv...)...)
	c.Env = append(os.Environ(), env...)
	c.Env = append(c.Env, "LEAN_PATH="+strings.Join(append([]string{in.LeanPath}, folders...), string(filepath.ListSeparator)))
	c.Stderr = os.Stderr
	return c, nil
}

// axiomsRefused begins what Lean from npm says to #print axioms: it takes every
// file for a module, and the proofs of its library are not in the package.
const axiomsRefused = "cannot use `#print axioms` in a `module`"

// axioms is what a native Lean would have said instead of a message about a line
// of a text, counted from 0. It is the one thing that is made up: the most that a
// proof may depend on without being refused, in Lean's words. The real answer is
// not to be had here; that a wrong one is refused is tested elsewhere.
func axioms(said, text string, line int) (answer string, ok bool) {
	lines := strings.Split(text, "\n")
	if !strings.HasPrefix(said, axiomsRefused) || line < 0 || line >= len(lines) {
		return "", false
	}
	name := strings.TrimSpace(strings.TrimPrefix(lines[line], "#print axioms"))
	return fmt.Sprintf("'%s' depends on axioms: [propext, Classical.choice, Quot.sound]", name), true
}

// standInBatch checks a file, which is the last argument, with JSON messages.
func standInBatch(folders, args []string) int {
	if len(args) < 2 || args[0] != "--json" {
		return complain(fmt.Errorf("the stand-in for lean does not know %q", args))
	}
	text, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return complain(err)
	}
	c, err := npmLean(folders, args...)
	if err != nil {
		return complain(err)
	}
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return complain(err)
	}
	failed, changed := false, false
	for line := range bytes.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal(line, &m); err != nil {
			return complain(fmt.Errorf("lean printed %q: %w", line, err))
		}
		said, _ := m["data"].(string)
		place, _ := m["pos"].(map[string]any)
		number, _ := place["line"].(float64)
		if answer, ok := axioms(said, string(text), int(number)-1); ok {
			m["severity"], m["data"], changed = "information", answer, true
			if line, err = json.Marshal(m); err != nil {
				return complain(err)
			}
			line = append(line, '\n')
		}
		failed = failed || m["severity"] == "error"
		if _, err := os.Stdout.Write(line); err != nil {
			return complain(err)
		}
	}
	if code := c.ProcessState.ExitCode(); code != 1 || !changed || failed {
		return code
	}
	return 0
}

// message is as much of a JSON-RPC message as a watchdog looks at.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		URI          string `json:"uri"`
		TextDocument struct {
			URI  string `json:"uri"`
			Text string `json:"text"`
		} `json:"textDocument"`
		ContentChanges []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	} `json:"params"`
}

func (m message) uri() string {
	if m.Params.TextDocument.URI != "" {
		return m.Params.TextDocument.URI
	}
	return m.Params.URI
}

// watchdog is the process that a client of "lean --server" speaks to. It has a
// worker for each document.
type watchdog struct {
	folders, args []string
	initialize    []byte // of the client; each worker gets it
	workers       map[string]*standInWorker
	in            io.Reader

	mu  sync.Mutex
	out io.Writer
}

type standInWorker struct {
	in io.WriteCloser

	mu      sync.Mutex
	text    string          // the document; the client always sends the whole of it
	waiting map[string]bool // requests without an answer
	ended   bool            // there will be no answers any more
}

func newWatchdog(folders, args []string) *watchdog {
	return &watchdog{folders: folders, args: args, workers: map[string]*standInWorker{}, in: os.Stdin, out: os.Stdout}
}

// serve returns when the client has said exit or is gone; that ends the workers.
func (w *watchdog) serve() error {
	in := bufio.NewReader(w.in)
	for {
		body, err := readMessage(in)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		switch m.Method {
		case "initialize":
			w.initialize = body
			err = w.say(`{"jsonrpc":"2.0","id":%s,"result":{"serverInfo":{"version":"0.3.0","name":"Lean 4 Server"},"capabilities":{"textDocumentSync":{"willSaveWaitUntil":false,"willSave":false,"save":{"includeText":true},"openClose":true,"change":2}}}}`, m.ID)
		case "initialized":
			err = w.say(`{"jsonrpc":"2.0","id":"register_lean_watcher","method":"client/registerCapability","params":{"registrations":[{"id":"lean_watcher","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{"globPattern":"**/*.lean"},{"globPattern":"**/*.ilean"}]}}]}}`)
		case "shutdown":
			err = w.say(`{"jsonrpc":"2.0","id":%s,"result":null}`, m.ID)
		case "exit":
			return nil
		case "", "$/cancelRequest":
			// Which worker asked is not known, but a client of ours has one document.
			// An answer to register_lean_watcher is for none.
			for _, worker := range w.workers {
				if m.Method != "" || string(m.ID) != `"register_lean_watcher"` {
					_ = worker.send(body)
				}
			}
		case "textDocument/didOpen":
			err = w.open(m, body)
		default:
			worker := w.workers[m.uri()]
			switch {
			case worker != nil:
				if !worker.hears(m) {
					err = w.crashed(m.ID)
					break
				}
				_ = worker.send(body) // if it has died, forward answers
			case m.ID != nil:
				err = w.say(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32801,"message":"the stand-in has no worker for %s"}}`, m.ID, m.Method)
			}
			if m.Method == "textDocument/didClose" {
				delete(w.workers, m.uri())
			}
		}
		if err != nil {
			return err
		}
	}
}

// open starts a worker for a document.
func (w *watchdog) open(m message, body []byte) error {
	c, err := npmLean(w.folders, append([]string{"--worker"}, w.args...)...)
	if err != nil {
		return err
	}
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	worker := &standInWorker{in: in, text: m.Params.TextDocument.Text, waiting: map[string]bool{}}
	w.workers[m.uri()] = worker
	go func() {
		err := w.forward(worker, bufio.NewReader(out))
		if !errors.Is(err, io.EOF) {
			// Nobody reads any more what the worker says.
			err = errors.Join(err, c.Process.Kill())
		}
		for _, id := range worker.end() {
			err = errors.Join(err, w.crashed(json.RawMessage(id)))
		}
		complain(errors.Join(err, c.Wait()))
	}()
	return errors.Join(worker.send(w.initialize), worker.send(body))
}

// crashed answers a request to a worker that has ended. Without an answer it would
// look as if the worker hung.
func (w *watchdog) crashed(id json.RawMessage) error {
	return w.say(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32902,"message":"Server process crashed, likely due to a stack overflow or a bug."}}`, id)
}

// forward passes on what a worker says, until it ends.
func (w *watchdog) forward(worker *standInWorker, out *bufio.Reader) error {
	for {
		body, err := readMessage(out)
		if err != nil {
			return err
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		switch {
		case m.Method == "" && m.ID != nil:
			worker.answered(m.ID)
		case strings.HasPrefix(m.Method, "$/lean/ilean"), m.Method == "$/lean/importClosure":
			continue // these are for the watchdog
		case m.Method == "textDocument/publishDiagnostics":
			if body, err = worker.diagnostics(body); err != nil {
				return err
			}
		}
		w.mu.Lock()
		err = writeMessage(w.out, body)
		w.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

func (w *watchdog) say(format string, args ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return writeMessage(w.out, fmt.Appendf(nil, format, args...))
}

func (s *standInWorker) send(body []byte) error { return writeMessage(s.in, body) }

// hears takes note of what the client says to a worker. It is false for a request
// that the worker has ended too early for.
func (s *standInWorker) hears(m message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.ID != nil {
		if s.ended {
			return false
		}
		s.waiting[string(m.ID)] = true
	}
	for _, change := range m.Params.ContentChanges {
		s.text = change.Text
	}
	return true
}

// diagnostics is a message of a worker about its document, with the answers to
// #print axioms.
func (s *standInWorker) diagnostics(body []byte) ([]byte, error) {
	if !bytes.Contains(body, []byte(axiomsRefused)) {
		return body, nil
	}
	var m struct {
		JSONRPC string         `json:"jsonrpc"`
		Method  string         `json:"method"`
		Params  map[string]any `json:"params"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, err
	}
	s.mu.Lock()
	text := s.text
	s.mu.Unlock()
	list, _ := m.Params["diagnostics"].([]any)
	for _, e := range list {
		d, _ := e.(map[string]any)
		said, _ := d["message"].(string)
		place, _ := d["range"].(map[string]any)
		start, _ := place["start"].(map[string]any)
		line, _ := start["line"].(float64)
		if answer, ok := axioms(said, text, int(line)); ok {
			d["severity"], d["message"] = 3, answer
		}
	}
	return json.Marshal(m)
}

func (s *standInWorker) answered(id json.RawMessage) {
	s.mu.Lock()
	delete(s.waiting, string(id))
	s.mu.Unlock()
}

// end says that there will be no answers any more, and which are missing.
func (s *standInWorker) end() (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for id := range s.waiting {
		ids = append(ids, id)
	}
	clear(s.waiting)
	return ids
}

func readMessage(r *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return nil, err
	}
	body := make([]byte, length)
	_, err = io.ReadFull(r, body)
	return body, err
}

func writeMessage(w io.Writer, body []byte) error {
	_, err := w.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...))
	return err
}

// TestStandInCrash: a request to a worker that has ended is answered, as Lean's
// watchdog does, and not left waiting.
func TestStandInCrash(t *testing.T) {
	worker := &standInWorker{waiting: map[string]bool{}}
	if ids := worker.end(); len(ids) != 0 {
		t.Errorf("unanswered requests %q", ids)
	}
	var in, out bytes.Buffer
	if err := writeMessage(&in, []byte(`{"jsonrpc":"2.0","id":7,"method":"textDocument/waitForDiagnostics","params":{"uri":"file:///a.lean","version":1}}`)); err != nil {
		t.Fatal(err)
	}
	w := &watchdog{workers: map[string]*standInWorker{"file:///a.lean": worker}, in: &in, out: &out}
	if err := w.serve(); err != nil {
		t.Fatal(err)
	}
	body, err := readMessage(bufio.NewReader(&out))
	if err != nil || !bytes.Contains(body, []byte(`"id":7,"error"`)) {
		t.Errorf("the answer is %s, error %v", body, err)
	}
}
