package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// DocumentOptions says what to open and how.
type DocumentOptions struct {
	URI        string
	LanguageID string // such as "lean4" or "dafny"
	Text       string
	// Extra adds members to the parameters of didOpen, such as Lean's
	// "dependencyBuildMode": "never".
	Extra map[string]any
	// OnUpdate, if set, is called after each message about the current version,
	// in order, by the goroutine that handles notifications; the same rules
	// hold as for [Options.OnNotification].
	OnUpdate func(Snapshot)
	// AcceptUnversioned takes diagnostics without a version for those of the
	// current text. Use it only for a server that never sends a version.
	AcceptUnversioned bool
}

// Snapshot is what a server has said about one version of a document so far.
type Snapshot struct {
	Version int
	// Diagnostics are in the order of arrival. They are shared: do not change them.
	Diagnostics []Diagnostic
	// Published is how many times diagnostics came for this version. A first
	// empty list often means no more than that the server has begun.
	Published int
	// Processing are the ranges that Lean still works at; Reported tells an
	// empty list from none so far. An empty list can come before the last
	// diagnostics: only [Document.WaitForDiagnostics] is a barrier.
	Processing []Progress
	Reported   bool
	// Complete means that [Document.WaitForDiagnostics] returned for this version.
	Complete bool
}

// Fatal reports whether Lean said that its worker failed on this version.
func (s Snapshot) Fatal() bool {
	return slices.ContainsFunc(s.Processing, func(p Progress) bool { return p.Kind == FatalError })
}

// Document is an open text. Versions are numbered over all documents of a
// connection, so that a number never means two texts, not even if a document is
// closed and opened again under the same URI. Methods may be used by several
// goroutines at once.
type Document struct {
	conn *Conn
	opts DocumentOptions

	mu      sync.Mutex
	text    string
	mapper  *Mapper // of text; nil until it is needed
	state   Snapshot
	stale   int
	closed  bool
	changed chan struct{} // closed and replaced when anything above changes
}

// OpenDocument sends textDocument/didOpen. A URI can be open once at a time.
func (c *Conn) OpenDocument(ctx context.Context, opts DocumentOptions) (*Document, error) {
	d := &Document{conn: c, opts: opts, text: opts.Text, changed: make(chan struct{})}
	c.docMu.Lock()
	if c.documents[opts.URI] != nil {
		c.docMu.Unlock()
		return nil, fmt.Errorf("opening %s: already open", opts.URI)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Version = c.newVersion()
	c.documents[opts.URI] = d
	c.docMu.Unlock()

	params := maps.Clone(opts.Extra)
	if params == nil {
		params = make(map[string]any)
	}
	params["textDocument"] = map[string]any{
		"uri": opts.URI, "languageId": opts.LanguageID, "version": d.state.Version, "text": opts.Text,
	}
	if err := c.Notify(ctx, "textDocument/didOpen", params); err != nil {
		d.closed = true
		c.forget(d)
		return nil, fmt.Errorf("opening %s: %w", opts.URI, err)
	}
	return d, nil
}

func (c *Conn) newVersion() int { return int(c.versions.Add(1)) }

func (c *Conn) forget(d *Document) {
	c.docMu.Lock()
	defer c.docMu.Unlock()
	if c.documents[d.opts.URI] == d {
		delete(c.documents, d.opts.URI)
	}
}

// URI names the document.
func (d *Document) URI() string { return d.opts.URI }

// Version is the current version.
func (d *Document) Version() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state.Version
}

// Text is the current text.
func (d *Document) Text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

// Mapper converts positions in the current text.
func (d *Document) Mapper() *Mapper {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mapper == nil {
		d.mapper = NewMapper(d.text)
	}
	return d.mapper
}

// Snapshot returns what is known about the current version.
func (d *Document) Snapshot() Snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.snapshot()
}

// snapshot is the state without room to append to. The caller holds mu.
func (d *Document) snapshot() Snapshot {
	s := d.state
	s.Diagnostics = slices.Clip(s.Diagnostics)
	return s
}

// Stale is how many messages were dropped because they were not about the
// version that was current when they came.
func (d *Document) Stale() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stale
}

// Change replaces the whole text and returns its version. From then on nothing
// about earlier versions is taken in.
func (d *Document) Change(ctx context.Context, text string) (version int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, fmt.Errorf("changing %s: document closed", d.opts.URI)
	}
	// The version goes up even if sending fails, for the server may have got it.
	d.text, d.mapper = text, nil
	d.state = Snapshot{Version: d.conn.newVersion()}
	d.notify()
	// Sending does not block, so the lock is held only for a moment; it keeps
	// versions in order on the wire.
	err = d.conn.Notify(ctx, "textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": d.opts.URI, "version": d.state.Version},
		"contentChanges": []map[string]any{{"text": text}},
	})
	if err != nil {
		return 0, fmt.Errorf("changing %s: %w", d.opts.URI, err)
	}
	return d.state.Version, nil
}

// Close sends textDocument/didClose. Only the first call has an effect.
func (d *Document) Close(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	d.notify()
	d.conn.forget(d)
	err := d.conn.Notify(ctx, "textDocument/didClose", map[string]any{
		"textDocument": TextDocumentIdentifier{URI: d.opts.URI},
	})
	if err != nil {
		return fmt.Errorf("closing %s: %w", d.opts.URI, err)
	}
	return nil
}

// WaitForDiagnostics waits until the server has sent all diagnostics of a
// version (textDocument/waitForDiagnostics, of Lean) and returns them. If a
// newer version was made meanwhile, the error is [ErrSuperseded].
func (d *Document) WaitForDiagnostics(ctx context.Context, version int) (Snapshot, error) {
	params := map[string]any{"uri": d.opts.URI, "version": version}
	if err := d.conn.Call(ctx, "textDocument/waitForDiagnostics", params, nil); err != nil {
		return Snapshot{}, fmt.Errorf("waiting for the diagnostics of %s: %w", d.opts.URI, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.superseded(version); err != nil {
		return Snapshot{}, err
	}
	d.state.Complete = true
	d.notify()
	return d.snapshot(), nil
}

// Await waits until what is known about a version satisfies a condition, and
// returns it. It looks at every state at least once unless a newer one has
// replaced it, so that diagnostics can be seen while elaboration goes on. If a
// newer version is made first, the error is [ErrSuperseded].
func (d *Document) Await(ctx context.Context, version int, satisfied func(Snapshot) bool) (Snapshot, error) {
	for last := false; ; {
		d.mu.Lock()
		state, changed, err := d.snapshot(), d.changed, d.superseded(version)
		d.mu.Unlock()
		switch {
		case err != nil:
			return Snapshot{}, err
		case satisfied(state):
			return state, nil
		case last:
			return state, fmt.Errorf("waiting for %s: %w", d.opts.URI, d.conn.Err())
		}
		select {
		case <-changed:
		case <-d.conn.drained:
			last = true // the last messages may satisfy the condition
		case <-ctx.Done():
			return state, fmt.Errorf("waiting for %s: %w", d.opts.URI, ctx.Err())
		}
	}
}

// superseded says whether a version is not current. The caller holds mu.
func (d *Document) superseded(version int) error {
	if d.closed || d.state.Version != version {
		return fmt.Errorf("%s, version %d: %w", d.opts.URI, version, ErrSuperseded)
	}
	return nil
}

// notify wakes those that wait for a change. The caller holds mu.
func (d *Document) notify() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// current reports whether a message is about the current version, and counts it
// if not. The caller holds mu.
func (d *Document) current(version *int, unversioned bool) bool {
	if !d.closed && (version == nil && unversioned || version != nil && *version == d.state.Version) {
		return true
	}
	d.stale++
	return false
}

// publish takes in diagnostics.
func (d *Document) publish(p PublishDiagnosticsParams) {
	d.mu.Lock()
	if !d.current(p.Version, d.opts.AcceptUnversioned) {
		d.mu.Unlock()
		return
	}
	list := p.Diagnostics
	if p.IsIncremental {
		// Snapshots that were handed out end before what is appended here.
		list = append(d.state.Diagnostics, p.Diagnostics...)
	}
	d.state.Diagnostics = list
	d.state.Published++
	d.update()
}

// progress takes in what Lean works at.
func (d *Document) progress(p FileProgressParams) {
	d.mu.Lock()
	if !d.current(p.TextDocument.Version, false) {
		d.mu.Unlock()
		return
	}
	d.state.Processing, d.state.Reported = p.Processing, true
	d.update()
}

// update tells everyone that the state changed. The caller holds mu, which is
// released before the callback.
func (d *Document) update() {
	state := d.snapshot()
	d.notify()
	d.mu.Unlock()
	if d.opts.OnUpdate != nil {
		d.opts.OnUpdate(state)
	}
}
