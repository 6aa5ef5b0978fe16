package transcript

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
)

// ServerOptions says how exactly the client must repeat the record.
type ServerOptions struct {
	// IgnoreMethods are methods of the client whose messages, and the answers
	// to them, are left out of the record and of the replay: those that depend
	// on time, such as "$/lean/rpc/keepAlive" or "$/cancelRequest".
	IgnoreMethods []string
	// IgnoreMembers are members of the client's messages that may differ, as
	// paths like "params.rootUri". "params.processId" always may.
	IgnoreMembers []string
}

// MismatchError says that the client did not do what it did in the record.
type MismatchError struct {
	// Line is the line of the transcript that was expected; if the transcript
	// had ended, its last line.
	Line int
	// Difference says where the client's message differs from it.
	Difference string
}

// Error implements error.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("transcript line %d: %s", e.Line, e.Difference)
}

// Server plays a transcript back. It is the stream of a language server as a
// client sees it: what the client writes is compared with the record, and what
// the prover answered in the record can be read. Time plays no part; ids of
// requests and versions of documents may differ from the record.
//
// Messages of the client must come in the order of the record, except for
// responses, which are matched by their ids. When the record has ended and the
// process had exited, Read returns io.EOF; otherwise it waits until Close, as
// for a server with nothing to say.
type Server struct {
	opts    ServerOptions
	entries []Entry

	mu      sync.Mutex
	changed sync.Cond
	in      []byte             // what the client wrote and is not yet a whole message
	inbox   []object           // requests and notifications of the client not yet expected
	answers map[string]object  // responses of the client, by id
	ids     map[string]any     // of requests: recorded to the client's
	skipped map[string]bool    // recorded ids of ignored requests
	known   map[versionKey]int // versions: recorded to the client's
	next    int                // the index of the next entry
	out     bytes.Buffer
	err     error
	ended   bool
	closed  bool
}

type versionKey struct {
	uri     string
	version int
}

// NewServer returns a server for one session.
func NewServer(entries []Entry, opts ServerOptions) *Server {
	s := &Server{
		opts:    opts,
		entries: entries,
		answers: make(map[string]object),
		ids:     make(map[string]any),
		skipped: make(map[string]bool),
		known:   make(map[versionKey]int),
	}
	s.opts.IgnoreMembers = append([]string{"params.processId"}, opts.IgnoreMembers...)
	s.changed.L = &s.mu
	s.advance()
	return s
}

// Err returns the *[MismatchError] that ended the replay, or nil.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Remaining is how many messages of the record were not played yet.
func (s *Server) Remaining() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.entries[s.next:] {
		if e.Kind != Mark {
			n++
		}
	}
	return n
}

// Read implements io.Reader.
func (s *Server) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return 0, os.ErrClosed
		case s.out.Len() > 0:
			return s.out.Read(p)
		case s.err != nil:
			return 0, s.err
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

// Write implements io.Writer. Its error is that of Err.
func (s *Server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, os.ErrClosed
	}
	s.in = append(s.in, p...)
	for s.err == nil {
		body, rest, err := cutFrame(s.in)
		if err != nil {
			s.fail("the client's message: %v", err)
			break
		}
		if body == nil {
			return len(p), nil
		}
		s.take(body)
		s.in = rest
	}
	return 0, s.err
}

// Close implements io.Closer.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changed.Broadcast()
	return nil
}

// cutFrame cuts off a whole message with its header; body is nil if there is
// none yet.
func cutFrame(b []byte) (body, rest []byte, err error) {
	header, rest, found := bytes.Cut(b, []byte("\r\n\r\n"))
	if !found {
		return nil, b, nil
	}
	for line := range strings.SplitSeq(string(header), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		length, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || length < 0 {
			return nil, b, fmt.Errorf("invalid header %q", line)
		}
		if len(rest) < length {
			return nil, b, nil
		}
		return rest[:length:length], rest[length:], nil
	}
	return nil, b, errors.New("header without Content-Length")
}

// fail ends the replay. The caller holds mu.
func (s *Server) fail(format string, args ...any) {
	line := 0
	if len(s.entries) > 0 {
		line = s.entries[min(s.next, len(s.entries)-1)].Line
	}
	s.err = &MismatchError{Line: line, Difference: fmt.Sprintf(format, args...)}
	s.changed.Broadcast()
}

// take takes in a message of the client. The caller holds mu.
func (s *Server) take(body []byte) {
	m, err := decode(body)
	if err != nil {
		s.fail("the client's message is no JSON object: %v", err)
		return
	}
	switch {
	case s.ignored(m):
		return
	case m.method() == "":
		s.answers[key(m["id"])] = m
	default:
		s.inbox = append(s.inbox, m)
	}
	s.advance()
}

func (s *Server) ignored(m object) bool {
	for _, method := range s.opts.IgnoreMethods {
		if m.method() == method {
			return true
		}
	}
	return false
}

// advance plays the record up to the next message of the client that has not
// come yet. The caller holds mu.
func (s *Server) advance() {
	defer s.changed.Broadcast()
	for ; s.err == nil && s.next < len(s.entries); s.next++ {
		switch e := s.entries[s.next]; e.Kind {
		case Mark:
			switch e.Event {
			case EventExit:
				s.ended = true
			case EventDropped:
				s.fail("%d lines are missing in the record", e.Count)
				return
			}
		case FromProver:
			s.play(e)
		case ToProver:
			if !s.expect(e) {
				return
			}
		}
	}
	if s.err == nil && len(s.inbox) > 0 {
		s.fail("the client sent %s after the end of the record", s.inbox[0].method())
	}
}

// play sends a recorded message of the prover. The caller holds mu.
func (s *Server) play(e Entry) {
	if e.Message == nil {
		// What was no JSON goes out as it came, for the client to stumble over.
		s.send([]byte(e.Text))
		return
	}
	m, err := decode(e.Message)
	if err != nil {
		s.fail("the recorded message is no JSON object: %v", err)
		return
	}
	if m.method() == "" { // a response
		recorded := key(m["id"])
		if s.skipped[recorded] {
			return
		}
		if id, found := s.ids[recorded]; found {
			m["id"] = id
		}
	}
	s.translateVersion(m)
	body, err := m.encode()
	if err != nil {
		s.fail("the recorded message: %v", err)
		return
	}
	s.send(body)
}

func (s *Server) send(body []byte) {
	fmt.Fprintf(&s.out, "Content-Length: %d\r\n\r\n", len(body))
	s.out.Write(body)
}

// expect compares a recorded message of the client with the next one that it
// sent. It returns false if that has not come yet or differs. The caller holds
// mu.
func (s *Server) expect(e Entry) bool {
	recorded, err := decode(e.Message)
	if err != nil {
		s.fail("the recorded message is no JSON object: %v", err)
		return false
	}
	id := key(recorded["id"])
	if s.ignored(recorded) {
		if id != "" {
			s.skipped[id] = true
		}
		return true
	}
	var got object
	if recorded.method() == "" {
		answer, found := s.answers[id]
		if !found {
			return false
		}
		delete(s.answers, id)
		got = answer
	} else {
		if len(s.inbox) == 0 {
			return false
		}
		got, s.inbox = s.inbox[0], s.inbox[1:]
		if (got["id"] == nil) != (recorded["id"] == nil) {
			s.fail("the client sent %s, the record has %s", describe(got), describe(recorded))
			return false
		}
		s.learn(recorded, got)
	}
	what := describe(got) // compare removes the id
	if difference := s.compare(recorded, got); difference != "" {
		s.fail("the client sent %s: %s", what, difference)
		return false
	}
	return true
}

// learn remembers how ids and versions of the record are called by the client.
// The caller holds mu.
func (s *Server) learn(recorded, got object) {
	if id := key(recorded["id"]); id != "" {
		s.ids[id] = got["id"]
	}
	switch recorded.method() {
	case "textDocument/didOpen", "textDocument/didChange":
		uri, old, ok1 := recorded.version()
		_, now, ok2 := got.version()
		if ok1 && ok2 && recorded.method() == got.method() {
			s.known[versionKey{uri, old}] = now
		}
	}
}

// translateVersion replaces the version that a recorded message names by that
// of the client. The caller holds mu.
func (s *Server) translateVersion(m object) {
	if uri, old, ok := m.version(); ok {
		if now, found := s.known[versionKey{uri, old}]; found {
			m.setVersion(now)
		}
	}
}

// compare says how a message differs from the record. It removes what does not
// matter from both. The caller holds mu.
func (s *Server) compare(recorded, got object) string {
	if recorded.method() == "$/cancelRequest" {
		if params, ok := recorded["params"].(map[string]any); ok {
			if id, found := s.ids[key(params["id"])]; found {
				params["id"] = id
			}
		}
	}
	s.translateVersion(recorded)
	for _, m := range []object{recorded, got} {
		delete(m, "id")
		delete(m, "jsonrpc")
		for _, member := range s.opts.IgnoreMembers {
			m.remove(strings.Split(member, "."))
		}
	}
	return difference("", map[string]any(recorded), map[string]any(got))
}
