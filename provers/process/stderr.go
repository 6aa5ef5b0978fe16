//go:build unix

package process

import (
	"bytes"
	"os"
	"sync"
	"time"
)

// maxStderrLine is the longest piece that Options.OnStderr gets, in bytes.
const maxStderrLine = 8 << 10

// stderrReader drains a process's standard error, so that it never blocks, and
// keeps the end of it.
type stderrReader struct {
	file   *os.File
	keep   int
	onLine func(string)
	ended  chan struct{}

	mu      sync.Mutex
	kept    []byte // up to twice keep, so that bytes are moved seldom
	dropped int64

	line []byte // the unfinished line; used by run only
}

func newStderrReader(f *os.File, keep int, onLine func(string)) *stderrReader {
	return &stderrReader{file: f, keep: keep, onLine: onLine, ended: make(chan struct{})}
}

func (s *stderrReader) run() {
	defer close(s.ended)
	defer s.file.Close()
	buf := make([]byte, 16<<10)
	for {
		n, err := s.file.Read(buf)
		s.store(buf[:n])
		if s.onLine != nil {
			s.split(buf[:n])
		}
		if err != nil {
			if s.onLine != nil && len(s.line) > 0 {
				s.onLine(string(s.line))
			}
			return
		}
	}
}

func (s *stderrReader) store(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, b...)
	if len(s.kept) > 2*s.keep {
		s.cut()
	}
}

// cut drops all but the last keep bytes. The caller holds mu.
func (s *stderrReader) cut() {
	if extra := len(s.kept) - s.keep; extra > 0 {
		s.dropped += int64(extra)
		s.kept = s.kept[:copy(s.kept, s.kept[extra:])]
	}
}

func (s *stderrReader) split(b []byte) {
	for len(b) > 0 {
		piece, rest, complete := bytes.Cut(b, []byte{'\n'})
		room := maxStderrLine - len(s.line)
		if len(piece) > room {
			piece, rest, complete = b[:room], b[room:], true
		}
		s.line = append(s.line, piece...)
		if complete {
			s.onLine(string(bytes.TrimSuffix(s.line, []byte{'\r'})))
			s.line = s.line[:0]
		}
		b = rest
	}
}

func (s *stderrReader) tail() (string, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut()
	return string(s.kept), s.dropped
}

// finish waits until standard error is closed, but no longer than grace: a
// process that escaped may hold it open.
func (s *stderrReader) finish(grace time.Duration) (string, int64) {
	// A deadline can always be set on a pipe that os.Pipe made.
	_ = s.file.SetReadDeadline(time.Now().Add(grace))
	<-s.ended
	return s.tail()
}
