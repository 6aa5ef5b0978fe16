package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// maxPending bounds, in bytes, what may wait for a slow disk. A single message
// is always taken, whatever its length.
const maxPending = 16 << 20

// Recorder writes the transcript of one process. Recording never blocks and
// never fails the session: lines that cannot be written are dropped, a mark in
// the transcript says so, and the first error is reported. The methods of a nil
// Recorder do nothing, so that a session need not ask whether it is recorded.
// Methods may be used by several goroutines at once.
type Recorder struct {
	peer    string
	path    string
	file    io.WriteCloser
	began   time.Time
	onError func(error)
	limit   int // maxPending, or less in tests

	mu      sync.Mutex
	pending []byte
	dropped int // lines since the last mark
	closed  bool
	err     error
	wake    chan struct{} // holds a token when there is something to do
	ended   chan struct{}
}

// Create begins a transcript in a new file in a folder, which is made if it
// does not exist. The file's name begins with the time, so that names sort in
// the order of the processes. peer names the prover ("lean"). onError, if not
// nil, is called with the first error of writing, from another goroutine.
func Create(dir, peer string, onError func(error)) (*Recorder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating a transcript: %w", err)
	}
	for {
		began := time.Now()
		name := began.UTC().Format("20060102T150405.000000000Z") + "-" + fileName(peer) + ".jsonl"
		path := filepath.Join(dir, name)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, os.ErrExist) {
			continue // another process began in the same tick of the clock
		}
		if err != nil {
			return nil, fmt.Errorf("creating a transcript: %w", err)
		}
		return newRecorder(file, path, peer, began, onError), nil
	}
}

func newRecorder(file io.WriteCloser, path, peer string, began time.Time, onError func(error)) *Recorder {
	r := &Recorder{
		peer: peer, path: path, file: file, began: began, onError: onError, limit: maxPending,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go r.write()
	return r
}

// fileName replaces what a file name should not hold.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, s)
}

// Path is the name of the file.
func (r *Recorder) Path() string {
	if r == nil {
		return ""
	}
	return r.path
}

// line is one line of a transcript.
type line struct {
	At      float64         `json:"at"`
	Event   string          `json:"event,omitempty"`
	To      string          `json:"to,omitempty"`
	From    string          `json:"from,omitempty"`
	Message json.RawMessage `json:"message,omitempty"`
	Text    *string         `json:"text,omitempty"`
	Command []string        `json:"command,omitempty"`
	Dir     string          `json:"dir,omitempty"`
	Count   int             `json:"count,omitempty"`
}

// Started marks the start of the process, in a working directory.
func (r *Recorder) Started(command []string, dir string) {
	r.add(line{Event: EventStart, Command: command, Dir: dir})
}

// Exited marks the end of the process; text says how it ended.
func (r *Recorder) Exited(text string) { r.add(line{Event: EventExit, Text: &text}) }

// Stderr marks a line of standard error.
func (r *Recorder) Stderr(text string) { r.add(line{Event: EventStderr, Text: &text}) }

// Tap records a message; it is made for [lsp.Options.Tap].
func (r *Recorder) Tap(d lsp.Direction, message []byte) {
	if r == nil {
		return
	}
	l := line{From: r.peer}
	if d == lsp.ToServer {
		l = line{To: r.peer}
	}
	if json.Valid(message) && utf8.Valid(message) {
		l.Message = message
	} else {
		text := string(message)
		l.Text = &text
	}
	r.add(l)
}

func (r *Recorder) add(l line) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.err != nil {
		return
	}
	// The time is taken under the lock, so that times are in order.
	l.At = time.Since(r.began).Round(time.Microsecond).Seconds()
	encoded, err := encode(l)
	if err != nil {
		// Only Message could fail to encode, and it was found valid.
		r.dropped++
		return
	}
	if len(r.pending) > 0 && len(r.pending)+len(encoded) > r.limit {
		r.dropped++
		return
	}
	if r.dropped > 0 {
		r.pending = fmt.Appendf(r.pending, `{"at":%g,"event":%q,"count":%d}`+"\n", l.At, EventDropped, r.dropped)
		r.dropped = 0
	}
	r.pending = append(r.pending, encoded...)
	r.signal()
}

// encode leaves "<" and such as they are, for people read transcripts.
func encode(l line) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(l)
	return b.Bytes(), err
}

func (r *Recorder) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// write writes what is pending until the recorder is closed.
func (r *Recorder) write() {
	defer close(r.ended)
	var spare []byte
	for range r.wake {
		r.mu.Lock()
		batch, closed := r.pending, r.closed
		r.pending = spare[:0]
		if closed && r.dropped > 0 {
			batch = fmt.Appendf(batch, `{"at":%g,"event":%q,"count":%d}`+"\n", time.Since(r.began).Seconds(), EventDropped, r.dropped)
		}
		r.mu.Unlock()
		if _, err := r.file.Write(batch); err != nil {
			r.failed(err)
		}
		if spare = batch; cap(spare) > 1<<20 {
			spare = nil // after a burst
		}
		if closed {
			if err := r.file.Close(); err != nil {
				r.failed(err)
			}
			return
		}
	}
}

func (r *Recorder) failed(err error) {
	err = fmt.Errorf("writing the transcript %s: %w", r.path, err)
	r.mu.Lock()
	first := r.err == nil
	if first {
		r.err = err
	}
	r.mu.Unlock()
	if first && r.onError != nil {
		r.onError(err)
	}
}

// Close writes what is pending and closes the file. It returns the first error
// of writing. Only the first call has an effect.
func (r *Recorder) Close() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	r.closed = true
	r.signal()
	r.mu.Unlock()
	<-r.ended
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
