package languageserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// dyingTime is how long a process that closed its output may take to end.
const dyingTime = time.Second

// server is one process. It has one request at a time.
type server struct {
	process *process.Process
	conn    *lsp.Conn
	dir     string        // its working folder, in which there is no dfyconfig.toml
	silence time.Duration // see Options
	answer  time.Duration // Options.AnswerTime
	served  int           // requests that were answered
	number  int           // of the last document
	// unsettled says that work was given up, and it is not known whether the
	// server has noticed.
	unsettled bool

	mu      sync.Mutex
	current *file // the document that is open, or nil
	broken  error // what the server said that it must not
}

// startServer starts a process that lives until it is closed. ctx bounds the start.
func startServer(ctx context.Context, o *Options, c class) (_ *server, err error) {
	doing := "starting the language server of Dafny"
	dir, err := os.MkdirTemp(o.TempDir, "ansatz-dafny-")
	if err != nil {
		return nil, fmt.Errorf("%s: making a working folder: %w", doing, err)
	}
	child, err := process.Start(context.Background(), process.Options{
		Path: o.Argv[0], Args: append(o.Argv[1:len(o.Argv):len(o.Argv)], o.args(c)...), Dir: dir,
		Env:         append([]string{"TMPDIR=" + dir}, o.Env...),
		MemoryLimit: o.MemoryLimit,
	})
	if err != nil {
		return nil, errors.Join(&provers.Error{
			Kind: provers.StartFailed, Doing: doing, Err: err,
			Hint: "Run 'ansatz provers' to see what was found and how to repair it.",
		}, os.RemoveAll(dir))
	}
	s := &server{process: child, dir: dir, silence: o.silence(c), answer: o.AnswerTime}
	s.conn = lsp.NewConn(context.Background(), child.Stream(), lsp.Options{OnNotification: s.notified, MaxGarbage: 64 << 10})
	starting, cancel := context.WithTimeout(ctx, o.StartTimeout)
	defer cancel()
	pid := os.Getpid()
	if _, err := s.conn.Initialize(starting, lsp.InitializeParams{ProcessID: &pid}); err != nil {
		if ctx.Err() == nil {
			err = &provers.Error{
				Kind: provers.StartFailed, Doing: doing, Err: s.lost(err),
				Hint: "Try 'dafny server' by hand: it must wait for input. A slow machine may need more time.",
			}
		}
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// notified takes in what the server says by itself.
func (s *server) notified(method string, params json.RawMessage) {
	var err error
	switch method {
	case methodStatus:
		var p statusParams
		if err = json.Unmarshal(params, &p); err == nil {
			s.about(p.URI, func(f *file) { f.status, f.message = p.Status, p.Message })
		}
	case methodSymbols:
		var p symbolsParams
		if err = json.Unmarshal(params, &p); err == nil {
			s.about(p.URI, func(f *file) { f.symbols = p.Symbols })
		}
	case methodDiagnostics:
		var p diagnosticsParams
		if err = json.Unmarshal(params, &p); err == nil {
			s.about(p.URI, func(f *file) { f.diagnostics = p.Diagnostics })
		}
	case methodTelemetry:
		var p telemetryParams
		if err = json.Unmarshal(params, &p); err == nil && p.isException() {
			s.about("", func(f *file) { f.exception = fmt.Sprint(p.Payload) })
		}
	}
	if err != nil {
		err = fmt.Errorf("the language server sent a %s that cannot be read: %w", method, err)
		s.mu.Lock()
		s.broken = err
		s.mu.Unlock()
		s.about("", func(*file) {})
	}
}

func (p telemetryParams) isException() bool {
	return p.Kind == float64(unhandledException) || p.Kind == "UnhandledException"
}

// about changes what is known of the open document, if that is the one meant. An
// empty URI means whichever is open. What is said of others came late.
func (s *server) about(uri string, change func(*file)) {
	s.mu.Lock()
	f := s.current
	s.mu.Unlock()
	if f != nil && (uri == "" || uri == f.uri) {
		f.update(func() { change(f) })
	}
}

// open opens a document that no other had the name of.
func (s *server) open(ctx context.Context, text string) (*lsp.Document, *file, error) {
	s.number++
	f := newFile("file://" + filepath.ToSlash(filepath.Join(s.dir, fmt.Sprintf("r%d.dfy", s.number))))
	s.mu.Lock()
	s.current = f
	s.mu.Unlock()
	doc, err := s.conn.OpenDocument(ctx, lsp.DocumentOptions{URI: f.uri, LanguageID: "dafny", Text: text})
	if err != nil {
		return nil, nil, err
	}
	return doc, f, nil
}

// shut closes the document.
func (s *server) shut(ctx context.Context, doc *lsp.Document) {
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	// If it fails the connection has ended, which whoever comes next will see.
	_ = doc.Close(context.WithoutCancel(ctx))
}

// await waits until what is known of the document satisfies a condition. The
// server may be silent for a while, but not for ever.
func (s *server) await(ctx context.Context, f *file, satisfied func(snapshot) bool) (snapshot, error) {
	silent := time.NewTimer(s.silence)
	defer silent.Stop()
	for {
		known := f.snapshot()
		if satisfied(known) {
			return known, nil
		}
		s.mu.Lock()
		broken := s.broken
		s.mu.Unlock()
		if broken != nil {
			return snapshot{}, &provers.Error{Kind: provers.ProtocolBroken, Doing: "verifying with Dafny", Err: broken}
		}
		select {
		case <-f.changed:
			silent.Reset(s.silence)
		case <-s.conn.Done():
			return snapshot{}, s.lost(s.conn.Err())
		case <-silent.C:
			return snapshot{}, &transport.Lost{Reason: fmt.Sprintf("it said nothing for %s", s.silence), Fatal: s.served == 0}
		case <-ctx.Done():
			return snapshot{}, ctx.Err()
		}
	}
}

// barrier returns when the server has answered a request, which it may refuse:
// everything that it said before has then been taken in.
func (s *server) barrier(ctx context.Context, method string, params any) error {
	limited, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	err := s.conn.Call(limited, method, params, nil)
	var refused *lsp.ResponseError
	switch {
	case err == nil || errors.As(err, &refused):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return &transport.Lost{Reason: fmt.Sprintf("it did not answer %s within %s", method, s.answer), Fatal: s.served == 0}
	}
	return s.lost(err)
}

// settle makes sure that a server whose work was given up still answers.
func (s *server) settle(ctx context.Context) error {
	if !s.unsettled {
		return nil
	}
	if err := s.barrier(ctx, "workspace/symbol", map[string]string{"query": ""}); err != nil {
		return err
	}
	s.unsettled = false
	return nil
}

// lost says what became of a process whose connection ended.
func (s *server) lost(cause error) error {
	dying, cancel := context.WithTimeout(context.Background(), dyingTime)
	defer cancel()
	reason := cause.Error()
	// Its output can end a moment before the process does.
	if exit, err := s.process.Wait(dying); err == nil {
		reason = exit.String()
	}
	return &transport.Lost{Reason: reason, Fatal: s.served == 0}
}

// close ends the process and removes its working folder.
func (s *server) close() error {
	s.process.Kill(process.Closed)
	// The process is gone, so the connection has ended; its error is old news.
	_ = s.conn.Close()
	return errors.Join(s.process.Close(), os.RemoveAll(s.dir))
}
