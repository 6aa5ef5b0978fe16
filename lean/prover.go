// Package lean drives Lean 4 through its language server: the native one
// (lake serve, lean --server) and the WebAssembly build from npm
// (lean --worker), behind one implementation.
//
// A session explores one problem in one document. A state is a place in that
// document: the script that leads to it, with every other goal admitted. To try
// actions at a state, the goal is copied, once for each action, and each copy
// gets one action; so a single edit tries them all, and the server's incremental
// elaboration keeps everything before. What an action left is read from the
// error about its copy's unsolved goals. Nothing of this is believed: see [Verifier].
package lean

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// Installation says how to run one Lean.
type Installation struct {
	Info provers.Info
	// Watchdog means that the server is Lean's watchdog, which answers
	// initialize, and not a file worker, which does not.
	Watchdog bool
	// Server is how to start a language server with options such as "-Dname=value".
	Server func(options []string) process.Options
	// Batch is how to check a file, with the same options and JSON messages on stdout.
	Batch func(file string, options []string) process.Options
	// DocumentURI names the n-th document. A Lake project wants its documents
	// within its folder.
	DocumentURI func(n int64) string
	// SlowBatch says that a file is checked faster by a fresh server than by
	// Batch. With npm Lean, files are read by the main thread, and in a batch
	// that thread sleeps while others import: each of thousands of reads waits.
	SlowBatch bool
	// PrintAxioms says that #print axioms works, which it does not with npm Lean.
	PrintAxioms bool
}

// Recorder keeps a session's wire traffic; see package transcript.
type Recorder interface {
	Tap(d lsp.Direction, message []byte)
	Stderr(line string)
	Close() error
}

// Config says how a [Prover] uses its Lean. The zero value is useful.
type Config struct {
	// StartTimeout bounds the start of a process, imports included; zero is two minutes.
	StartTimeout time.Duration
	// MemoryLimit bounds the resident set of one process tree, in bytes; zero is no limit.
	MemoryLimit int64
	// RecycleAbove is the resident set, in bytes, above which a worker is
	// replaced between two batches; zero never does.
	RecycleAbove int64
	// RecycleAfter is the number of edits after which a worker is replaced;
	// zero never does. Lean 4.18 to 4.26 keep memory of every version.
	RecycleAfter int
	// StopAtSolved gives up the rest of a batch once an action of it has solved
	// the state: the others end as [provers.Interrupted], also those that were
	// quicker than the news, so that the outcome does not depend on time.
	StopAtSolved bool
	// Record, if set, makes a recorder for each process.
	Record func(name string) (Recorder, error)
	// VerifyTimeout bounds a final check; zero is five minutes.
	VerifyTimeout time.Duration
}

// Prover is one Lean installation with its running workers.
type Prover struct {
	found      Installation
	config     Config
	classifier classifier
	ctx        context.Context // ends with the prover, and with it every process
	stop       context.CancelFunc
	documents  atomic.Int64
	hangs      time.Duration // see [hangTime]

	mu     sync.Mutex
	idle   []*worker
	closed bool
}

var _ provers.Prover = (*Prover)(nil)

// New makes a prover of an installation. It starts nothing yet.
func New(found Installation, config Config) *Prover {
	if config.StartTimeout == 0 {
		config.StartTimeout = 2 * time.Minute
	}
	if config.VerifyTimeout == 0 {
		config.VerifyTimeout = 5 * time.Minute
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Prover{found: found, config: config, classifier: newClassifier(), ctx: ctx, stop: stop, hangs: hangTime}
}

// Info implements [provers.Prover].
func (p *Prover) Info() provers.Info { return p.found.Info }

// Close implements [provers.Prover]. It also ends the processes of sessions
// that are still open.
func (p *Prover) Close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	p.stop()
	for _, w := range idle {
		w.close()
	}
	return nil
}

var importLine = regexp.MustCompile(`(?m)^\s*(public |meta |private )*import\s+(all )?\S+`)

// header is the part of a text that a server loads once and cannot unload.
func header(text string) string {
	return strings.Join(importLine.FindAllString(text, -1), "\n")
}

// acquire returns a worker that has loaded the header: an idle one, or a new one.
// An idle one whose last text was given up has to show first that it is done with
// it: it may hang, or go on for ever with what it was told to drop.
func (p *Prover) acquire(ctx context.Context, header string) (*worker, error) {
	for {
		w, other, err := p.takeIdle(header)
		if err != nil {
			return nil, err
		}
		if other != nil {
			other.close()
		}
		if w == nil {
			break
		}
		if w.rest == nothing || w.settles(ctx) {
			return w, nil
		}
		w.close()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	text := header
	if text != "" {
		text += "\n"
	}
	return p.start(ctx, header, text, serverOptions(p.found.Info.Version))
}

// takeIdle takes an idle worker that has loaded the header. If there is none, other
// is one that has to go: with other imports, it would only take up memory.
func (p *Prover) takeIdle(header string) (w, other *worker, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, errors.New("the prover is closed")
	}
	for i, w := range p.idle {
		if w.header == header {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return w, nil, nil
		}
	}
	if len(p.idle) > 0 {
		other, p.idle = p.idle[0], p.idle[1:]
	}
	return nil, other, nil
}

// release keeps a worker for the next session, unless it is worn out.
func (p *Prover) release(w *worker) {
	if !p.worn(w) {
		p.mu.Lock()
		if !p.closed {
			p.idle = append(p.idle, w)
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
	}
	w.close()
}

// worn reports whether a worker should be replaced.
func (p *Prover) worn(w *worker) bool {
	select {
	case <-w.process.Done():
		return true
	case <-w.conn.Done():
		return true
	default:
	}
	if p.config.RecycleAfter > 0 && w.edits >= p.config.RecycleAfter {
		return true
	}
	if p.config.RecycleAbove > 0 {
		if used, err := w.process.Memory(); err == nil && used > p.config.RecycleAbove {
			return true
		}
	}
	return false
}

// Warm starts workers with no imports in the background of the caller, so that
// sessions that open later need not wait. It returns when they are ready.
func (p *Prover) Warm(ctx context.Context, n int) error {
	errs := make(chan error, n)
	for range n {
		go func() {
			w, err := p.start(ctx, "", "", serverOptions(p.found.Info.Version))
			if err == nil {
				p.release(w)
			}
			errs <- err
		}()
	}
	var first error
	for range n {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}
