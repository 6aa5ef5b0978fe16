package lean

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// serverOptions are given to every server; Lean refuses to start with one that it
// does not know. The default of reportDelayMs adds 200 ms to each edit. Without
// Elab.async, which came with Lean 4.17, the messages of one declaration come in
// order. The others keep printed goals whole and on one line each, so that they
// can be read back.
func serverOptions(version string) []string {
	options := []string{
		"-Dserver.reportDelayMs=0",
		"-Dformat.width=100000",
		"-Dpp.deepTerms=true",
		"-Dpp.maxSteps=100000",
		"-Dlinter.all=false",
	}
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil || major > 4 || major == 4 && minor >= 17 {
		options = append(options, "-DElab.async=false")
	}
	return options
}

// worker is one Lean server process with one open document.
type worker struct {
	process     *process.Process
	conn        *lsp.Conn
	doc         *lsp.Document
	header      string // the imports that it has loaded
	edits       int
	rest        rest
	updated     chan struct{} // has a value when something new was said about the document
	hangs       time.Duration // see [hangTime]
	closeRecord func() error
}

// rest is what a worker may still be at of a text that it was told to drop.
type rest int

const (
	// nothing: Lean has said that it is done with the last text.
	nothing rest = iota
	// dropped: it was not asked to go on, since what it had said was enough.
	dropped
	// cut: it took too long, or its caller was gone.
	cut
)

// start starts a server and opens a document with the given text. It returns
// when the text is elaborated. ctx bounds the start only. A server that hangs is
// replaced once.
func (p *Prover) start(ctx context.Context, header, text string, flags []string) (*worker, error) {
	ctx, cancel := context.WithTimeout(ctx, p.config.StartTimeout)
	defer cancel()
	w, err := p.startOnce(ctx, header, text, flags)
	if errors.Is(err, errHangs) && ctx.Err() == nil {
		w, err = p.startOnce(ctx, header, text, flags)
	}
	return w, err
}

func (p *Prover) startOnce(ctx context.Context, header, text string, flags []string) (_ *worker, err error) {
	doing := fmt.Sprintf("starting Lean %s (%s)", p.found.Info.Version, p.found.Info.Variant)

	options := p.found.Server(flags)
	options.MemoryLimit = p.config.MemoryLimit
	var recorder Recorder
	if p.config.Record != nil {
		recorder, err = p.config.Record("lean")
		if err != nil {
			return nil, fmt.Errorf("%s: recording its traffic: %w", doing, err)
		}
		options.OnStderr = recorder.Stderr
	}
	child, err := process.Start(p.ctx, options)
	if err != nil {
		if recorder != nil {
			_ = recorder.Close()
		}
		return nil, &provers.Error{Kind: provers.StartFailed, Doing: doing, Err: err, Hint: "Run 'ansatz provers' to see what was found and how to repair it."}
	}
	w := &worker{process: child, header: header, updated: make(chan struct{}, 1), hangs: p.hangs}
	defer func() {
		if err == nil {
			return
		}
		var exit process.Exit
		died := false
		if ctx.Err() == nil && !errors.Is(err, errHangs) {
			// The connection can end a moment before the process does.
			dying, cancel := context.WithTimeout(ctx, time.Second)
			var waitErr error
			exit, waitErr = child.Wait(dying)
			cancel()
			died = waitErr == nil
		}
		w.close()
		var refused *lsp.ResponseError
		switch {
		case errors.Is(err, errHangs):
			err = &provers.Error{Kind: provers.StartFailed, Doing: doing, Err: errHangs, Hint: "Run it again; --record DIR keeps what was said."}
		case died:
			err = &provers.Error{Kind: provers.StartFailed, Doing: doing, Err: &exitError{exit}, Hint: "Run 'ansatz provers' to see what was found; --record DIR keeps what was said."}
		case errors.As(err, &refused):
			// The watchdog lives, but not its worker.
			detail := refused.Message
			if exit, ok := child.Exit(); ok && strings.TrimSpace(exit.Stderr) != "" {
				detail += ": " + lastLines(strings.TrimSpace(exit.Stderr), 3)
			}
			err = &provers.Error{Kind: provers.StartFailed, Doing: doing, Detail: detail, Hint: "Lean itself may be damaged, or a library that is imported: build it anew. --record DIR keeps what was said."}
		case errors.Is(err, context.DeadlineExceeded):
			err = &provers.Error{Kind: provers.StartFailed, Doing: doing, Detail: fmt.Sprintf("no answer within %s", p.config.StartTimeout), Err: err, Hint: "A slow machine may need a longer --start-timeout."}
		}
	}()
	connOptions := lsp.Options{MaxGarbage: 1 << 20}
	if recorder != nil {
		connOptions.Tap = recorder.Tap
		w.closeRecord = recorder.Close
	}
	w.conn = lsp.NewConn(p.ctx, child.Stream(), connOptions)
	params := lsp.InitializeParams{InitializationOptions: map[string]any{"hasWidgets": false}}
	if p.found.Watchdog {
		pid := os.Getpid()
		params.ProcessID = &pid
		_, err = w.conn.Initialize(ctx, params)
	} else {
		err = w.conn.InitializeWorker(ctx, params)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	w.doc, err = w.conn.OpenDocument(ctx, lsp.DocumentOptions{
		URI:        p.found.DocumentURI(p.documents.Add(1)),
		LanguageID: "lean4",
		Text:       text,
		// Building the user's project is not ours to begin.
		Extra: map[string]any{"dependencyBuildMode": "never"},
		OnUpdate: func(lsp.Snapshot) {
			select {
			case w.updated <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	done := w.answer(waiting, w.doc.Version())
	pulse := w.process.Pulse(w.hangs)
	defer pulse.Stop()
	for {
		select {
		case a := <-done:
			if a.err != nil {
				return nil, fmt.Errorf("%s: %w", doing, a.err)
			}
			return w, nil
		case <-pulse.C():
			if pulse.Idle() {
				stop()
				<-done
				return nil, fmt.Errorf("%s: %w", doing, errHangs)
			}
		}
	}
}

// answer is what a server said of a version of its document in the end.
type answer struct {
	snapshot lsp.Snapshot
	err      error
}

// answer waits for what the server says of a version, until ctx is done.
func (w *worker) answer(ctx context.Context, version int) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		s, err := w.doc.WaitForDiagnostics(ctx, version)
		done <- answer{s, err}
	}()
	return done
}

// hangTime is how long a Lean that owes an answer may do nothing at all. Deadlocks
// in Lean's task manager and in the runtime below it are rare, and depend on the
// order of events: what hung once is worth another try.
const hangTime = 15 * time.Second

var errHangs = errors.New("it hangs: it owes an answer and does nothing")

// exitError says that a process ended before its time.
type exitError struct{ exit process.Exit }

func (e *exitError) Error() string { return e.exit.String() }

// close ends the server. It does not wait for it to be polite: a worker has
// nothing to save.
func (w *worker) close() {
	w.process.Kill(process.Closed)
	if w.conn != nil {
		// The process is gone, so the connection has ended; its error is old news.
		_ = w.conn.Close()
	}
	_ = w.process.Close()
	if w.closeRecord != nil {
		_ = w.closeRecord()
	}
}

// checkResult is what a server said about a text.
type checkResult struct {
	diagnostics []lsp.Diagnostic
	// complete means that the server has finished with the text.
	complete bool
	// enough means that what was known sufficed, and the rest was given up.
	enough bool
	// died says how the process ended, if it did.
	died string
}

// check has the server elaborate a text. marks counts, in what is known so far,
// how many candidates were begun; whenever it grows, a new span of time begins.
// The check is given up when a span is longer than wall (or than first, before
// any candidate began), or, if enough is set, when it says so. A worker that
// hangs is ended.
func (w *worker) check(ctx context.Context, text string, first, wall time.Duration, marks func([]lsp.Diagnostic) int, enough func([]lsp.Diagnostic) bool) (checkResult, error) {
	w.edits++
	w.rest = cut // unless it turns out otherwise
	version, err := w.doc.Change(ctx, text)
	if err != nil {
		return w.ended(ctx, err)
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	done := w.answer(waiting, version)
	pulse := w.process.Pulse(w.hangs)
	defer pulse.Stop()
	begun := 0
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case a := <-done:
			if a.err != nil {
				return w.ended(ctx, a.err)
			}
			w.rest = nothing
			return checkResult{diagnostics: a.snapshot.Diagnostics, complete: true}, nil
		case <-w.updated:
			known := w.doc.Snapshot().Diagnostics
			if n := marks(known); n > begun {
				begun = n
				timer.Reset(wall)
				if enough != nil && enough(known) {
					stop()
					<-done
					w.rest = dropped
					return checkResult{diagnostics: known, enough: true}, nil
				}
			}
		case <-timer.C:
			stop()
			<-done
			return checkResult{diagnostics: w.doc.Snapshot().Diagnostics}, nil
		case <-pulse.C():
			if pulse.Idle() {
				stop()
				<-done
				return w.ended(ctx, errHangs)
			}
		}
	}
}

const (
	// settleTime bounds how long a worker may take to drop what it is doing.
	settleTime = 3 * time.Second
	// settleLook is how long it is watched after that.
	settleLook = 200 * time.Millisecond
)

// settles reports whether the worker stops working when it is told to. A tactic
// that does not ask whether it was cancelled (the kernel never does) goes on in
// its thread, and would take its core from everything that follows; and a server
// that hangs would keep all that follows waiting.
func (w *worker) settles(ctx context.Context) bool {
	was := w.rest
	result, err := w.check(ctx, w.header+"\n", settleTime, settleTime, noMarks, nil)
	if err != nil || !result.complete {
		return false
	}
	if was != cut {
		return true // it was not slow
	}
	w.rest = cut
	before, err := w.process.CPU()
	if err != nil {
		w.rest = nothing
		return true // it cannot be seen here
	}
	timer := time.NewTimer(settleLook)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return false
	}
	after, err := w.process.CPU()
	if err != nil || after-before >= settleLook/2 {
		return false
	}
	w.rest = nothing
	return true
}

// ended tells a dead server from a caller that has given up.
func (w *worker) ended(ctx context.Context, cause error) (checkResult, error) {
	if ctx.Err() != nil {
		return checkResult{}, ctx.Err()
	}
	// The connection can end a moment before the process does.
	w.process.Kill(process.Closed)
	died := cause.Error()
	if exit, ok := w.process.Exit(); ok {
		died = exit.String()
		if exit.Killed() && exit.Reason == process.Closed {
			died = cause.Error()
			if lines := strings.TrimSpace(exit.Stderr); lines != "" {
				died += ": " + lastLines(lines, 3)
			}
		}
	}
	return checkResult{diagnostics: w.doc.Snapshot().Diagnostics, died: died}, nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
