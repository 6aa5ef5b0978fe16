package transcript

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// The events that a transcript marks.
const (
	EventStart   = "start"   // the process started
	EventExit    = "exit"    // the process ended
	EventStderr  = "stderr"  // it wrote a line to standard error
	EventDropped = "dropped" // lines are missing here
)

// maxLine bounds a line of a transcript, in bytes.
const maxLine = 256 << 20

// Kind says what an entry of a transcript is.
type Kind int

// The kinds of entries.
const (
	ToProver   Kind = iota // a message of the client
	FromProver             // a message of the prover
	Mark                   // an event
)

// Entry is one line of a transcript.
type Entry struct {
	Line int // counted from 1
	At   time.Duration
	Kind Kind
	// Message is the message; nil if it is Text, which is no JSON.
	Message json.RawMessage
	// Text belongs to an event, or is a message that is no JSON.
	Text string
	// Event, Command, Dir and Count belong to marks.
	Event   string
	Command []string
	Dir     string
	Count   int
}

// ReadFile reads a transcript. See [Read].
func ReadFile(path string) ([]Entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a transcript: %w", err)
	}
	defer file.Close()
	entries, err := Read(file)
	if err != nil {
		return entries, fmt.Errorf("reading the transcript %s: %w", path, err)
	}
	return entries, nil
}

// Read reads a transcript. An error names the line; the entries before it are
// returned with it, because the record of a session that was cut off is still
// useful.
func Read(r io.Reader) ([]Entry, error) {
	var entries []Entry
	reader := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		data, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) {
			return entries, fmt.Errorf("line %d: %w", number, err)
		}
		if content := bytes.TrimSpace(data); len(content) > 0 {
			entry, problem := parse(content)
			if problem != nil {
				return entries, fmt.Errorf("line %d: %w", number, problem)
			}
			entry.Line = number
			entries = append(entries, entry)
		}
		if err != nil {
			return entries, nil
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var whole []byte
	for {
		piece, err := r.ReadSlice('\n')
		whole = append(whole, piece...)
		if len(whole) > maxLine {
			return nil, fmt.Errorf("longer than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return whole, err
		}
	}
}

func parse(data []byte) (Entry, error) {
	var l line
	if err := json.Unmarshal(data, &l); err != nil {
		return Entry{}, err
	}
	e := Entry{
		At:      time.Duration(l.At * float64(time.Second)),
		Message: l.Message, Event: l.Event, Command: l.Command, Dir: l.Dir, Count: l.Count,
	}
	if l.Text != nil {
		e.Text = *l.Text
	}
	kinds := 0
	for kind, name := range []string{ToProver: l.To, FromProver: l.From, Mark: l.Event} {
		if name != "" {
			e.Kind = Kind(kind)
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return Entry{}, errors.New(`not exactly one of "to", "from" and "event"`)
	case e.Kind != Mark && (l.Message == nil) == (l.Text == nil):
		return Entry{}, errors.New(`not exactly one of "message" and "text"`)
	case e.Kind == Mark && l.Message != nil:
		return Entry{}, errors.New(`an event with a "message"`)
	}
	return e, nil
}
