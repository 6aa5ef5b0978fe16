// Package fakeserver is the server's side of the protocol of "dafny server", for
// tests: how messages are framed, and in which order and how often Dafny 4.11 says
// what it knows of a document. What it knows is up to the test.
//
// It shares nothing with package languageserver, which is tested with it.
package fakeserver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// Message is a request or a notification of the client, with those of its
// parameters that a server of Dafny looks at.
type Message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		TextDocument struct {
			URI     string `json:"uri"`
			Version int    `json:"version"`
			Text    string `json:"text"`
		} `json:"textDocument"`
		Position lsp.Position `json:"position"`
	} `json:"params"`
}

// Handler is told what the client says, one message after the other. What it
// hears nothing of is the handshake.
type Handler interface {
	Handle(c *Conn, m Message)
}

// Symbol is a declaration that can be verified.
type Symbol struct {
	NameRange lsp.Range `json:"nameRange"`
	Status    int       `json:"status"`
}

// The statuses of a [Symbol].
const (
	Stale   = 0
	Queued  = 1
	Running = 2
	Error   = 4
	Correct = 5
)

// Diagnostic is one of the protocol, as Dafny fills it in.
type Diagnostic struct {
	Range    lsp.Range `json:"range"`
	Severity int       `json:"severity"` // 1 error, 2 warning, 4 information
	Source   string    `json:"source"`
	Message  string    `json:"message"`
	Related  []Related `json:"relatedInformation"`
}

// Related is a second place of a [Diagnostic].
type Related struct {
	Location Location `json:"location"`
	Message  string   `json:"message"`
}

// Location is a place in a document.
type Location struct {
	URI   string    `json:"uri"`
	Range lsp.Range `json:"range"`
}

// Document is what the server knows of one.
type Document struct {
	URI     string
	Version int
	// Diagnostics are those found so far.
	Diagnostics []Diagnostic
	// Symbols are nil until they are known.
	Symbols []Symbol
	// published is what was said last, by method.
	published map[string]any
}

// Conn is a connection to a client. Its methods may be called from several
// goroutines.
type Conn struct {
	mu  sync.Mutex // guards what follows
	out io.Writer
	err error // of the first write that failed
}

// Serve answers a client until it says no more.
func Serve(in io.Reader, out io.Writer, h Handler) error {
	c := &Conn{out: out}
	for r := bufio.NewReader(in); ; {
		m, err := receive(r)
		if errors.Is(err, io.EOF) {
			return c.failure()
		}
		if err != nil {
			return fmt.Errorf("reading a message of the client: %w", err)
		}
		if m.Method != "initialize" {
			h.Handle(c, m)
			continue
		}
		c.Respond(m, map[string]any{"capabilities": map[string]any{}})
		c.Notify("dafnyLanguageServerVersionReceived", []string{"4.11.0.0"})
		c.Notify("telemetry/event", map[string]any{"kind": 2, "payload": "/z3"})
	}
}

func (c *Conn) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// receive reads a message. The error is io.EOF if there are no more.
func receive(r *bufio.Reader) (m Message, err error) {
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(value); err != nil {
				return m, err
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

func (c *Conn) send(message map[string]any) {
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		_, c.err = fmt.Fprintf(c.out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// Notify says something by itself.
func (c *Conn) Notify(method string, params any) {
	c.send(map[string]any{"method": method, "params": params})
}

// Respond answers a request.
func (c *Conn) Respond(m Message, result any) {
	c.send(map[string]any{"id": m.ID, "result": result})
}

// Unknown answers a request that there is not.
func (c *Conn) Unknown(m Message) {
	c.send(map[string]any{"id": m.ID, "error": map[string]any{"code": -32601, "message": "no such method"}})
}

// Publish says what changed since it was last said, and then the status of the
// compilation unless that is empty, in the order in which Dafny does.
func (c *Conn) Publish(d *Document, status string) {
	if d.published == nil {
		d.published = make(map[string]any)
	}
	for _, p := range []struct {
		method, name string
		value        any
		left         bool
	}{
		{"textDocument/publishDiagnostics", "diagnostics", append([]Diagnostic{}, d.Diagnostics...), len(d.Diagnostics) == 0},
		{"dafny/textDocument/symbolStatus", "namedVerifiables", append([]Symbol{}, d.Symbols...), d.Symbols == nil},
	} {
		if !p.left && !reflect.DeepEqual(d.published[p.method], p.value) {
			d.published[p.method] = p.value
			c.Notify(p.method, map[string]any{"uri": d.URI, "version": d.Version, p.name: p.value})
		}
	}
	if status != "" {
		c.Compilation(d, status, nil)
	}
}

// Compilation says the status of the compilation, perhaps with a message.
func (c *Conn) Compilation(d *Document, status string, message any) {
	c.Notify("dafny/compilation/status", map[string]any{"uri": d.URI, "version": d.Version, "status": status, "message": message})
}

// Closed says what Dafny says of a document that was closed.
func (c *Conn) Closed(d *Document) {
	c.Notify("textDocument/publishDiagnostics", map[string]any{"uri": d.URI, "diagnostics": []any{}})
}
