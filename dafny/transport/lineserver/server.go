package lineserver

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// dyingTime is how long a process that closed its output may take to end.
const dyingTime = time.Second

// errFlood says that a reply is longer than [Options.MaxOutput].
var errFlood = errors.New("its reply is too long")

// server is one process. It has one request at a time.
type server struct {
	process *process.Process
	dir     string // its working folder, into which it writes model.bvd
	limited *io.LimitedReader
	out     *bufio.Reader
	served  int // requests that were answered
}

// startServer starts a process that lives until it is closed.
func startServer(o Options) (*server, error) {
	dir, err := os.MkdirTemp(o.TempDir, "ansatz-dafny-")
	if err != nil {
		return nil, fmt.Errorf("making a working folder for Dafny: %w", err)
	}
	child, err := process.Start(context.Background(), process.Options{
		Path: o.Argv[0], Args: o.Argv[1:], Dir: dir,
		// Replies quote the program, so they must be UTF-8.
		Env:         append([]string{"LC_ALL=C.UTF-8", "TMPDIR=" + dir}, o.Env...),
		MemoryLimit: o.MemoryLimit,
	})
	if err != nil {
		return nil, errors.Join(&provers.Error{
			Kind: provers.StartFailed, Doing: "starting Dafny", Err: err,
			Hint: "Run 'ansatz provers' to see what was found and how to repair it.",
		}, os.RemoveAll(dir))
	}
	limited := &io.LimitedReader{R: child.Stdout()}
	return &server{process: child, dir: dir, limited: limited, out: bufio.NewReader(limited)}, nil
}

// request is the payload of a verb.
type request struct {
	Args         []string `json:"args"`
	Filename     string   `json:"filename"`
	Source       string   `json:"source"`
	SourceIsFile bool     `json:"sourceIsFile"`
}

// ask sends a request and reads the reply, of at most maxOutput bytes. After an
// error the server is of no use, and must be closed.
func (s *server) ask(ctx context.Context, verb string, r request, maxOutput int64) (reply string, err error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encoding a request: %w", err)
	}
	message := verb + "\n" + base64.StdEncoding.EncodeToString(payload) + "\n[[DAFNY-CLIENT: EOM]]\n"

	// Reading and writing cannot be interrupted but by the end of the process.
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		s.process.Kill(process.Interrupted)
		_ = s.process.Close() // ends our reading even if something escaped
	})
	reply, err = s.exchange(message, maxOutput)
	if !stop() {
		<-killed
		return "", ctx.Err()
	}
	if err != nil {
		return "", s.lost(err)
	}
	s.served++
	return reply, nil
}

// exchange writes a request and reads the reply up to its end mark.
func (s *server) exchange(message string, maxOutput int64) (string, error) {
	if _, err := io.WriteString(s.process.Stdin(), message); err != nil {
		return "", fmt.Errorf("writing a request: %w", err)
	}
	s.limited.N = maxOutput
	var reply strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		reply.WriteString(line)
		switch {
		case err == io.EOF && s.limited.N <= 0:
			return "", errFlood
		case err != nil:
			return "", fmt.Errorf("reading a reply: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == endSucceeded || line == endFailed {
			break
		}
	}
	if s.out.Buffered() > 0 {
		return "", errors.New("it wrote more than its reply")
	}
	return reply.String(), nil
}

// lost says what became of a process with which the exchange failed.
func (s *server) lost(cause error) error {
	if errors.Is(cause, errFlood) {
		s.process.Kill(process.OutputLimit)
		return &transport.Lost{Reason: errFlood.Error(), Fatal: true}
	}
	// Its output can end a moment before the process does.
	dying, cancel := context.WithTimeout(context.Background(), dyingTime)
	defer cancel()
	exit, err := s.process.Wait(dying)
	if err != nil {
		s.process.Kill(process.Closed)
		return &transport.Lost{Reason: cause.Error(), Fatal: s.served == 0}
	}
	return &transport.Lost{Reason: exit.String(), Fatal: s.served == 0}
}

// close ends the process and removes its working folder.
func (s *server) close() error {
	return errors.Join(s.process.Close(), os.RemoveAll(s.dir))
}
