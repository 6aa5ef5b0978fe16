package transcript

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers/lsp"
)

func frame(body string) []byte {
	return fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

const sessionURI = "file:///w/T.lean"

const sessionText = "example (p q : Prop) (𝔥 : p ∧ q) : q ∧ p := by\n"

// session is what the client does in testdata/session.jsonl, where ids and
// versions are others.
func session(ctx context.Context, stream io.ReadWriteCloser, tap func(lsp.Direction, []byte), secondText string) (string, error) {
	c := lsp.NewConn(ctx, stream, lsp.Options{Tap: tap})
	defer c.Close()
	pid := os.Getpid()
	if err := c.InitializeWorker(ctx, lsp.InitializeParams{ProcessID: &pid}); err != nil {
		return "", err
	}
	d, err := c.OpenDocument(ctx, lsp.DocumentOptions{
		URI: sessionURI, LanguageID: "lean4", Text: sessionText + "  constructor\n",
		Extra: map[string]any{"dependencyBuildMode": "never"},
	})
	if err != nil {
		return "", err
	}
	first, err := d.WaitForDiagnostics(ctx, d.Version())
	if err != nil {
		return "", err
	}
	var goal lsp.PlainGoal
	err = c.Call(ctx, "$/lean/plainGoal", lsp.TextDocumentPositionParams{
		TextDocument: lsp.TextDocumentIdentifier{URI: sessionURI}, Position: lsp.Position{Line: 1, Character: 2},
	}, &goal)
	if err != nil {
		return "", err
	}
	version, err := d.Change(ctx, secondText)
	if err != nil {
		return "", err
	}
	second, err := d.WaitForDiagnostics(ctx, version)
	if err != nil {
		return "", err
	}
	report := fmt.Sprintf("%d diagnostics (%d published), goals %q, %d diagnostics (%d published), %d stale",
		len(first.Diagnostics), first.Published, goal.Goals, len(second.Diagnostics), second.Published, d.Stale())
	return report, c.Exit(ctx)
}

const sessionReport = `1 diagnostics (2 published), goals ["p q : Prop\n𝔥 : p ∧ q\n⊢ q ∧ p"], 0 diagnostics (1 published), 1 stale`

func readSession(t *testing.T) []Entry {
	t.Helper()
	entries, err := ReadFile("testdata/session.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestReplay plays a session back, records it meanwhile, and plays the new
// record back too.
func TestReplay(t *testing.T) {
	before := runtime.NumGoroutine()
	entries := readSession(t)
	for _, round := range []string{"the file", "its record"} {
		r, err := Create(t.TempDir(), "lean", nil)
		if err != nil {
			t.Fatal(err)
		}
		s := NewServer(entries, ServerOptions{})
		report, err := session(bounded(t), s, r.Tap, sessionText+"  exact ⟨𝔥.2, 𝔥.1⟩\n")
		if err != nil || report != sessionReport {
			t.Errorf("%s: report %s, error %v", round, report, err)
		}
		if s.Err() != nil || s.Remaining() != 0 {
			t.Errorf("%s: %d messages remain, error %v", round, s.Remaining(), s.Err())
		}
		r.Exited("exit status 0")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if entries, err = ReadFile(r.Path()); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d at the beginning", runtime.NumGoroutine(), before)
		}
	}
}

// TestReplayDiffers checks that a client that does something else learns of it
// through its connection.
func TestReplayDiffers(t *testing.T) {
	s := NewServer(readSession(t), ServerOptions{})
	_, err := session(bounded(t), s, nil, sessionText+"  exact ⟨𝔥.1, 𝔥.1⟩\n")
	var mismatch *MismatchError
	if !errors.As(err, &mismatch) || mismatch.Line != 15 {
		t.Fatalf("error %v, want one of line 15", err)
	}
	for _, part := range []string{"textDocument/didChange", "params.contentChanges[0].text", "exact ⟨𝔥.1", "exact ⟨𝔥.2"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not mention %s", err, part)
		}
	}
}

// play writes messages to a server, and returns what it sent by then.
func play(t *testing.T, record string, opts ServerOptions, messages ...string) (sent string, err error) {
	t.Helper()
	entries, err := Read(strings.NewReader(record))
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(entries, opts)
	defer s.Close()
	for _, m := range messages {
		// In pieces, for a pipe does not keep messages together.
		for _, b := range frame(m) {
			if _, err := s.Write([]byte{b}); err != nil {
				return s.out.String(), err
			}
		}
	}
	return s.out.String(), s.Err()
}

func TestServer(t *testing.T) {
	const request = `{"to":"p","message":{"id":5,"method":"m","params":{"a":1}}}` + "\n"
	const answer = `{"from":"p","message":{"id":5,"result":12345678901234567890}}` + "\n"
	for _, test := range []struct {
		name, record string
		opts         ServerOptions
		client       []string
		sent         []string // bodies
		err          string
	}{
		{name: "id", record: request + answer, client: []string{`{"id":"x","method":"m","params":{"a":1}}`},
			sent: []string{`{"id":"x","result":12345678901234567890}`}},
		{name: "nothing yet", record: request + answer},
		{name: "greeting", record: answer, sent: []string{`{"id":5,"result":12345678901234567890}`}},
		{name: "method", record: request, client: []string{`{"id":1,"method":"n","params":{"a":1}}`},
			err: `line 1: the client sent the request n: method is "n", the record has "m"; they differ from byte 0 on`},
		{name: "params", record: request, client: []string{`{"id":1,"method":"m","params":{"a":2}}`},
			err: `line 1: the client sent the request m: params.a is 2, the record has 1`},
		{name: "type", record: request, client: []string{`{"id":1,"method":"m","params":{"a":"1"}}`},
			err: `params.a is "1", the record has 1`},
		{name: "absent", record: request, client: []string{`{"id":1,"method":"m"}`},
			err: `params is absent, the record has {"a":1}`},
		{name: "more", record: request, client: []string{`{"id":1,"method":"m","params":{"a":1,"b":[]}}`},
			err: `params.b is [], the record has absent`},
		{name: "items", record: `{"to":"p","message":{"method":"m","params":[1,2]}}`, client: []string{`{"method":"m","params":[1]}`},
			err: `params has 1 items, the record has 2`},
		{name: "notification", record: request, client: []string{`{"method":"m","params":{"a":1}}`},
			err: `the client sent the notification m, the record has the request m`},
		{name: "ignored member", record: request, opts: ServerOptions{IgnoreMembers: []string{"params.a", "no.such"}},
			client: []string{`{"id":1,"method":"m","params":{"a":2}}`}},
		{name: "ignored method", opts: ServerOptions{IgnoreMethods: []string{"m", "k"}},
			record: request + answer + `{"from":"p","message":{"method":"end"}}`,
			client: []string{`{"method":"k"}`}, sent: []string{`{"method":"end"}`}},
		{name: "too much", record: request, client: []string{`{"id":1,"method":"m","params":{"a":1}}`, `{"method":"late"}`},
			err: `line 1: the client sent late after the end of the record`},
		{name: "cancel", record: request + `{"to":"p","message":{"method":"$/cancelRequest","params":{"id":5}}}`,
			client: []string{`{"id":8,"method":"m","params":{"a":1}}`, `{"method":"$/cancelRequest","params":{"id":8}}`}},
		{name: "cancels another", record: request + `{"to":"p","message":{"method":"$/cancelRequest","params":{"id":5}}}`,
			client: []string{`{"id":8,"method":"m","params":{"a":1}}`, `{"method":"$/cancelRequest","params":{"id":5}}`},
			err:    `line 2: the client sent the notification $/cancelRequest: params.id is 5, the record has 8`},
		{name: "answers in any order", record: `{"from":"p","message":{"id":1,"method":"a"}}
{"from":"p","message":{"id":2,"method":"b"}}
{"to":"p","message":{"id":1,"result":null}}
{"to":"p","message":{"id":2,"result":7}}
{"from":"p","message":{"method":"end"}}`,
			client: []string{`{"id":2,"result":7}`, `{"id":1,"result":null}`},
			sent:   []string{`{"id":1,"method":"a"}`, `{"id":2,"method":"b"}`, `{"method":"end"}`}},
		{name: "another answer", record: `{"from":"p","message":{"id":1,"method":"a"}}
{"to":"p","message":{"id":1,"result":true}}`,
			client: []string{`{"id":1,"result":false}`}, sent: []string{`{"id":1,"method":"a"}`},
			err: `line 2: the client sent a response: result is false, the record has true`},
		{name: "versions", record: `{"to":"p","message":{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"u","version":40}}}}
{"from":"p","message":{"method":"d","params":{"uri":"u","version":40}}}
{"from":"p","message":{"method":"d","params":{"uri":"other","version":40}}}
{"to":"p","message":{"id":1,"method":"w","params":{"uri":"u","version":40}}}
{"from":"p","message":{"method":"f","params":{"textDocument":{"uri":"u","version":40}}}}`,
			client: []string{`{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"u","version":3}}}`, `{"id":1,"method":"w","params":{"uri":"u","version":3}}`},
			sent: []string{`{"method":"d","params":{"uri":"u","version":3}}`, `{"method":"d","params":{"uri":"other","version":40}}`,
				`{"method":"f","params":{"textDocument":{"uri":"u","version":3}}}`}},
		{name: "wrong version", record: `{"to":"p","message":{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"u","version":40}}}}
{"to":"p","message":{"id":1,"method":"w","params":{"uri":"u","version":40}}}`,
			client: []string{`{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"u","version":3}}}`, `{"id":1,"method":"w","params":{"uri":"u","version":40}}`},
			err:    `line 2: the client sent the request w: params.version is 40, the record has 3`},
		{name: "text", record: `{"from":"p","text":"Segmentation fault"}`, sent: []string{"Segmentation fault"}},
		{name: "no object", record: request, client: []string{`[1]`}, err: "the client's message is no JSON object"},
		{name: "recorded no object", record: `{"to":"p","text":"x"}`, err: "line 1: the recorded message is no JSON object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sent, err := play(t, test.record, test.opts, test.client...)
			var want strings.Builder
			for _, body := range test.sent {
				want.Write(frame(body))
			}
			if sent != want.String() {
				t.Errorf("sent %q, want %q", sent, want.String())
			}
			var mismatch *MismatchError
			if (err == nil) != (test.err == "") || err != nil && (!errors.As(err, &mismatch) || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
}

func TestServerHeaders(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"Content-Type: x\r\ncontent-length: 2\r\n\r\n{}", ""},
		{"Content-Type: x\r\n\r\n{}", "header without Content-Length"},
		{"Content-Length: -1\r\n\r\n{}", "invalid header"},
	} {
		s := NewServer(nil, ServerOptions{IgnoreMethods: []string{""}})
		if _, err := s.Write([]byte(test.in)); (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.in, err, test.want)
		}
	}
}

func TestServerEnds(t *testing.T) {
	read := func(s *Server) (string, error) {
		data, err := io.ReadAll(s)
		return string(data), err
	}
	exited := NewServer([]Entry{
		{Line: 1, Kind: FromProver, Message: json.RawMessage(`{"method":"x"}`)},
		{Line: 2, Kind: Mark, Event: EventExit},
	}, ServerOptions{})
	if data, err := read(exited); err != nil || data != string(frame(`{"method":"x"}`)) {
		t.Errorf("read %q, error %v", data, err)
	}

	quiet := NewServer(nil, ServerOptions{})
	result := make(chan error)
	go func() {
		_, err := read(quiet)
		result <- err
	}()
	if err := quiet.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if _, err := quiet.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
