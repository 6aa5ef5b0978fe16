package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// fakeServer is the other end of a connection.
type fakeServer struct {
	t      *testing.T
	end    net.Conn
	frames *frameReader
}

// message is any JSON-RPC message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *ResponseError  `json:"error"`
}

// connect makes a connection and the server's end of it, closes both in the
// end, and checks that no goroutine is left.
func connect(t *testing.T, opts Options) (*Conn, *fakeServer) {
	t.Helper()
	checkGoroutines(t)
	ours, theirs := net.Pipe()
	c := NewConn(t.Context(), ours, opts)
	s := &fakeServer{t: t, end: theirs, frames: newFrameReader(theirs, 1<<20, 0)}
	t.Cleanup(func() {
		theirs.Close()
		if err := errors.Join(c.Close(), c.Close()); err != nil {
			t.Error(err)
		}
	})
	return c, s
}

// checkGoroutines fails the test if, in the end, there are more goroutines than
// at the beginning.
func checkGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		deadline := time.Now().Add(5 * time.Second)
		for runtime.NumGoroutine() > before {
			if time.Now().After(deadline) {
				buf := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, %d at the beginning:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
			}
			runtime.Gosched()
		}
	})
}

// receive reads a message of the client, which must have the given method, or
// none if that is empty.
func (s *fakeServer) receive(method string) message {
	s.t.Helper()
	var m message
	body, err := s.frames.next()
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	if err != nil || m.Method != method {
		s.t.Fatalf("received %s, error %v, want method %q", body, err, method)
	}
	return m
}

// sendf sends a message; "jsonrpc" is added.
func (s *fakeServer) sendf(format string, args ...any) {
	s.t.Helper()
	s.raw(`{"jsonrpc":"2.0",` + strings.TrimPrefix(fmt.Sprintf(format, args...), "{"))
}

func (s *fakeServer) raw(body string) {
	s.t.Helper()
	if err := writeFrame(s.end, []byte(body)); err != nil {
		s.t.Fatal(err)
	}
}

// async runs f as a goroutine that the test waits for.
func async(t *testing.T, f func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return func() {
		t.Helper()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			buf := make([]byte, 1<<20)
			t.Fatalf("stuck:\n%s", buf[:runtime.Stack(buf, true)])
		}
	}
}

func await(t *testing.T, c <-chan struct{}) {
	t.Helper()
	async(t, func() { <-c })()
}
