package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestCall(t *testing.T) {
	c, s := connect(t, Options{})
	for _, test := range []struct {
		name, answer string
		want         string // the result
		code         int64  // or the error's
		text         string // or a part of its text
	}{
		{name: "result", answer: `"result":{"a":"∀ <𝔸>"}`, want: "map[a:∀ <𝔸>]"},
		{name: "null", answer: `"result":null`, want: "map[]"},
		{name: "error", answer: `"error":{"code":-32801,"message":"file changed"}`, code: CodeContentModified, text: "test/name"},
		{name: "wrong type", answer: `"result":[1]`, text: `unexpected result: json: cannot unmarshal array`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got map[string]string
			var err error
			wait := async(t, func() { err = c.Call(t.Context(), "test/name", map[string]int{"x": 1}, &got) })
			m := s.receive("test/name")
			if string(m.Params) != `{"x":1}` {
				t.Errorf("params %s", m.Params)
			}
			s.sendf(`{"id":%s,%s}`, m.ID, test.answer)
			wait()
			var response *ResponseError
			switch {
			case test.want != "" && (err != nil || fmt.Sprint(got) != test.want):
				t.Errorf("got %v, error %v", got, err)
			case test.code != 0 && (!errors.As(err, &response) || response.Code != test.code):
				t.Errorf("error %v", err)
			case test.text != "" && (err == nil || !strings.Contains(err.Error(), test.text)):
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestCancel checks that a cancelled call tells the server, is forgotten, and
// that an error, a late result, or one for the second time does no harm.
func TestCancel(t *testing.T) {
	c, s := connect(t, Options{})
	for _, late := range []string{
		`"error":{"code":-32800,"message":"cancelled"}`,
		`"result":{}`,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		wait := async(t, func() { err = c.Call(ctx, "slow", nil, nil) })
		m := s.receive("slow")
		cancel()
		wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if got := s.receive("$/cancelRequest"); string(got.Params) != fmt.Sprintf(`{"id":%s}`, m.ID) {
			t.Errorf("params %s, want the id %s", got.Params, m.ID)
		}
		s.sendf(`{"id":%s,%s}`, m.ID, late)
		s.sendf(`{"id":%s,%s}`, m.ID, late)

		wait = async(t, func() { err = c.Call(t.Context(), "quick", nil, nil) })
		s.sendf(`{"id":%s,"result":1}`, s.receive("quick").ID)
		wait()
		if err != nil {
			t.Errorf("the next call: %v", err)
		}
		if c.wire.abandonedCalls() != 0 {
			t.Error("the cancelled call is still known")
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{
		c.Call(cancelled, "x", nil, nil), c.Notify(cancelled, "x", nil), c.Post(cancelled, "x", nil),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
}

func (w *wire) abandonedCalls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.abandoned)
}

// TestOrder checks that notifications are handled in order, and all of them
// before the call whose response came after them returns.
func TestOrder(t *testing.T) {
	const many = 500
	var got []string // guarded by the guarantee under test
	c, s := connect(t, Options{OnNotification: func(method string, params json.RawMessage) {
		got = append(got, method+string(params))
	}})
	wait := async(t, func() {
		if err := c.Call(t.Context(), "barrier", nil, nil); err != nil {
			t.Error(err)
		}
		if len(got) != many {
			t.Errorf("%d of %d notifications were handled before the call returned", len(got), many)
		}
	})
	m := s.receive("barrier")
	for i := range many {
		s.sendf(`{"method":"n","params":{"i":%d}}`, i)
	}
	s.sendf(`{"id":%s,"result":{}}`, m.ID)
	wait()
	for i, n := range got {
		if n != fmt.Sprintf(`n{"i":%d}`, i) {
			t.Fatalf("notification %d is %s", i, n)
		}
	}
}

func TestServerRequests(t *testing.T) {
	tests := []struct{ method, params, want string }{
		{"client/registerCapability", `{"registrations":[]}`, "null"},
		{"workspace/configuration", `{"items":[{"section":"lean"},{}]}`, `["=lean","="]`},
		{"workspace/configuration", `[]`, "-32602"},
		{"window/workDoneProgress/create", `{"token":1}`, "null"},
		{"workspace/semanticTokens/refresh", `null`, "null"},
		{"workspace/inlayHint/refresh", `null`, "null"},
		{"workspace/applyEdit", `{}`, `{"applied":false,"failureReason":"the client changes documents only by itself"}`},
		{"no/such", `{}`, "-32601"},
	}
	check := func(t *testing.T, s *fakeServer, method, params, want string) {
		t.Helper()
		s.sendf(`{"id":"a","method":%q,"params":%s}`, method, params)
		m := s.receive("")
		got := string(m.Result)
		if m.Error != nil {
			got = fmt.Sprint(m.Error.Code)
		} else if got == "" {
			got = "null" // encoding/json cannot tell null from absent
		}
		if got != want || string(m.ID) != `"a"` {
			t.Errorf("%s: answer %s to %s, want %s", method, got, m.ID, want)
		}
	}
	configuration := func(section string) any { return "=" + section }
	t.Run("built in", func(t *testing.T) {
		_, s := connect(t, Options{Configuration: configuration})
		for _, test := range tests {
			check(t, s, test.method, test.params, test.want)
		}
	})
	t.Run("left to the built-in ones", func(t *testing.T) {
		_, s := connect(t, Options{
			Configuration: configuration,
			OnRequest: func(_ context.Context, method string, _ json.RawMessage) (any, error) {
				switch method {
				case "own":
					return "mine", nil
				case "fails":
					return nil, &ResponseError{Code: -5, Message: "no"}
				case "cannot be encoded":
					return func() {}, nil
				case "plain error":
					return nil, io.ErrNoProgress
				}
				return nil, ErrNotHandled
			},
		})
		for _, test := range tests {
			check(t, s, test.method, test.params, test.want)
		}
		check(t, s, "own", "1", `"mine"`)
		check(t, s, "fails", "1", "-5")
		check(t, s, "cannot be encoded", "1", "-32603")
		check(t, s, "plain error", "1", "-32603")
	})
	t.Run("too many", func(t *testing.T) {
		release := make(chan struct{})
		_, s := connect(t, Options{OnRequest: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return 1, nil
		}})
		for i := range maxConcurrentRequests + 1 {
			s.sendf(`{"id":%d,"method":"slow"}`, i+1)
		}
		if m := s.receive(""); m.Error == nil || m.Error.Code != CodeRequestFailed {
			t.Errorf("answer %+v", m)
		}
		close(release)
		for range maxConcurrentRequests {
			if m := s.receive(""); m.Error != nil {
				t.Errorf("answer %+v", m)
			}
		}
	})
}

// TestBroken checks what ends a connection and how a pending call learns of it.
func TestBroken(t *testing.T) {
	for _, test := range []struct {
		name string
		opts Options
		do   func(c *Conn, s *fakeServer)
		is   error
		text string
	}{
		{name: "invalid JSON", do: func(_ *Conn, s *fakeServer) { s.raw(`{"method": "x",, λ}`) }, text: "invalid message: invalid character ',' looking for beginning of object key string: received \"{\\\"method\\\": \\\"x\\\",, λ}\""},
		{name: "no message", do: func(_ *Conn, s *fakeServer) { s.raw(`{"a":1}`) }, text: "invalid message"},
		{name: "null", do: func(_ *Conn, s *fakeServer) { s.raw(`null`) }, text: "invalid message"},
		{name: "batch", do: func(_ *Conn, s *fakeServer) { s.raw(`[{"method":"x"}]`) }, text: "invalid message"},
		{name: "garbage", do: func(_ *Conn, s *fakeServer) { io.WriteString(s.end, "stack overflow!\n") }, text: `not a message header: received "stack overflow!\n"`},
		{name: "too long", opts: Options{MaxMessage: 10}, do: func(_ *Conn, s *fakeServer) {
			io.WriteString(s.end, "Content-Length: 11\r\n\r\n") // the reader stops here
		}, text: "message of 11 bytes"},
		{name: "unreadable request", do: func(_ *Conn, s *fakeServer) {
			s.sendf(`{"id":null,"error":{"code":-32700,"message":"what?"}}`)
		}, text: "could not read a message: jsonrpc2: code -32700 message: what?"},
		{name: "invalid diagnostics", do: func(_ *Conn, s *fakeServer) {
			s.sendf(`{"method":"textDocument/publishDiagnostics","params":{"uri":7}}`)
		}, text: "invalid textDocument/publishDiagnostics"},
		{name: "invalid progress", do: func(_ *Conn, s *fakeServer) {
			s.sendf(`{"method":"$/lean/fileProgress","params":[]}`)
		}, text: "invalid $/lean/fileProgress"},
		{name: "server closes", do: func(_ *Conn, s *fakeServer) { s.end.Close() }, is: ErrServerClosed},
		{name: "client closes", do: func(c *Conn, _ *fakeServer) { c.Close() }, is: ErrClosed},
		{name: "does not read", opts: Options{MaxUnsent: 1000}, do: func(c *Conn, _ *fakeServer) {
			for c.Notify(context.Background(), "fill", strings.Repeat("x", 100)) == nil {
			}
		}, is: ErrNotReading},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, s := connect(t, test.opts)
			var err error
			wait := async(t, func() { err = c.Call(context.Background(), "pending", nil, nil) })
			s.receive("pending")
			test.do(c, s)
			wait()
			for _, err := range []error{err, c.Err(), c.Call(context.Background(), "later", nil, nil), c.Notify(context.Background(), "later", nil)} {
				if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.text) {
					t.Errorf("error %v, want %v %s", err, test.is, test.text)
				}
				var broken *ProtocolError
				if errors.As(err, &broken) && len(broken.Excerpt) > 200 {
					t.Errorf("an excerpt of %d bytes", len(broken.Excerpt))
				}
			}
			await(t, c.Done())
		})
	}
}

func TestContextEndsConnection(t *testing.T) {
	checkGoroutines(t)
	ours, theirs := net.Pipe()
	defer theirs.Close()
	cause := errors.New("the run is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := NewConn(ctx, ours, Options{})
	defer c.Close()
	cancel(cause)
	await(t, c.Done())
	if err := c.Err(); !errors.Is(err, ErrClosed) || !errors.Is(err, cause) {
		t.Errorf("error %v", err)
	}
}

func TestFlood(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	defer once.Do(func() { close(release) })
	c, s := connect(t, Options{MaxUnhandled: 10, OnNotification: func(string, json.RawMessage) { <-release }})
	for range 12 {
		if writeFrame(s.end, []byte(`{"jsonrpc":"2.0","method":"n"}`)) != nil {
			break
		}
	}
	await(t, c.Done())
	if err := c.Err(); !strings.Contains(err.Error(), "flood of notifications") {
		t.Errorf("error %v", err)
	}
	once.Do(func() { close(release) })
}

// stuck is a stream whose Close does not return.
type stuck struct {
	net.Conn
	release chan struct{}
}

func (s stuck) Close() error {
	<-s.release
	return s.Conn.Close()
}

func TestCloseIsBounded(t *testing.T) {
	checkGoroutines(t)
	ours, theirs := net.Pipe()
	defer theirs.Close()
	release := make(chan struct{})
	defer close(release)
	c := NewConn(t.Context(), stuck{ours, release}, Options{CloseTimeout: 1})
	if err := c.Close(); err == nil || !strings.Contains(err.Error(), "not done after") {
		t.Errorf("error %v", err)
	}
}

func TestTap(t *testing.T) {
	var mu sync.Mutex
	var got []string
	c, s := connect(t, Options{Tap: func(d Direction, message []byte) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprintf("%v %s", d, message))
	}})
	wait := async(t, func() { c.Call(t.Context(), "a", nil, nil) })
	s.sendf(`{"id":%s,"result":2}`, s.receive("a").ID)
	wait()
	want := []string{
		`to {"id":1,"jsonrpc":"2.0","method":"a"}`,
		`from {"jsonrpc":"2.0","id":1,"result":2}`,
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInitialize(t *testing.T) {
	params := InitializeParams{InitializationOptions: map[string]bool{"hasWidgets": false}}
	const want = `{"processId":null,"rootUri":null,"capabilities":{},"initializationOptions":{"hasWidgets":false}}`
	sameJSON := func(t *testing.T, got json.RawMessage) {
		t.Helper()
		var a, b any
		if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(want), &b) != nil || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("params %s, want %s", got, want)
		}
	}
	t.Run("watchdog", func(t *testing.T) {
		c, s := connect(t, Options{})
		var result InitializeResult
		var err error
		wait := async(t, func() { result, err = c.Initialize(t.Context(), params) })
		m := s.receive("initialize")
		sameJSON(t, m.Params)
		s.sendf(`{"id":%s,"result":{"capabilities":{"hoverProvider":true},"serverInfo":{"name":"Lean 4 Server","version":"0.3.0"}}}`, m.ID)
		if got := s.receive("initialized"); string(got.Params) != "{}" {
			t.Errorf("params %s", got.Params)
		}
		wait()
		if err != nil || result.ServerInfo == nil || result.ServerInfo.Name != "Lean 4 Server" {
			t.Errorf("result %+v, error %v", result, err)
		}
		wait = async(t, func() { err = c.Shutdown(t.Context()) })
		s.sendf(`{"id":%s,"result":null}`, s.receive("shutdown").ID)
		s.receive("exit")
		s.end.Close()
		wait()
		if err != nil || !errors.Is(c.Err(), ErrServerClosed) {
			t.Errorf("error %v, connection ended by %v", err, c.Err())
		}
	})
	t.Run("worker", func(t *testing.T) {
		c, s := connect(t, Options{})
		if err := c.InitializeWorker(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		if _, err := c.OpenDocument(t.Context(), DocumentOptions{URI: "file:///a.lean", LanguageID: "lean4", Text: "λ", Extra: map[string]any{"dependencyBuildMode": "never"}}); err != nil {
			t.Fatal(err)
		}
		m := s.receive("initialize")
		sameJSON(t, m.Params)
		if len(m.ID) == 0 {
			t.Error("initialize is not a request")
		}
		m = s.receive("textDocument/didOpen")
		if got, want := string(m.Params), `{"dependencyBuildMode":"never","textDocument":{"languageId":"lean4","text":"λ","uri":"file:///a.lean","version":1}}`; got != want {
			t.Errorf("params %s, want %s", got, want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		wait := async(t, func() { err = c.Exit(ctx) })
		s.receive("exit")
		cancel() // it hangs
		wait()
		if !errors.Is(err, context.Canceled) || !errors.Is(c.Err(), ErrClosed) {
			t.Errorf("error %v, connection ended by %v", err, c.Err())
		}
	})
}
