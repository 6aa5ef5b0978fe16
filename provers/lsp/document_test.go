package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const testURI = "file:///a.lean"

// open opens a document and lets the server take it in.
func open(t *testing.T, c *Conn, s *fakeServer, opts DocumentOptions) *Document {
	t.Helper()
	opts.URI, opts.LanguageID = testURI, "lean4"
	d, err := c.OpenDocument(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	s.receive("textDocument/didOpen")
	return d
}

func (s *fakeServer) publish(version string, incremental bool, messages ...string) {
	s.t.Helper()
	list := make([]Diagnostic, len(messages))
	for i, m := range messages {
		list[i] = Diagnostic{Severity: SeverityError, Message: m}
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sendf(`{"method":"textDocument/publishDiagnostics","params":{"uri":%q,%s"isIncremental":%t,"diagnostics":%s}}`,
		testURI, version, incremental, encoded)
}

func (s *fakeServer) progress(version int, processing string) {
	s.t.Helper()
	s.sendf(`{"method":"$/lean/fileProgress","params":{"textDocument":{"uri":%q,"version":%d},"processing":[%s]}}`,
		testURI, version, processing)
}

// barrier answers a WaitForDiagnostics after sending what it must wait for.
func barrier(t *testing.T, s *fakeServer, d *Document, version int, before func()) (Snapshot, error) {
	t.Helper()
	var state Snapshot
	var err error
	wait := async(t, func() { state, err = d.WaitForDiagnostics(t.Context(), version) })
	m := s.receive("textDocument/waitForDiagnostics")
	if want := fmt.Sprintf(`{"uri":%q,"version":%d}`, testURI, version); string(m.Params) != want {
		t.Errorf("params %s, want %s", m.Params, want)
	}
	before()
	s.sendf(`{"id":%s,"result":{}}`, m.ID)
	wait()
	return state, err
}

func messages(s Snapshot) string {
	var list []string
	for _, d := range s.Diagnostics {
		list = append(list, d.Message)
	}
	return strings.Join(list, " ")
}

func version(v int) string { return fmt.Sprintf(`"version":%d,`, v) }

func TestDocumentVersions(t *testing.T) {
	c, s := connect(t, Options{})
	d := open(t, c, s, DocumentOptions{Text: "one"})
	state, err := barrier(t, s, d, 1, func() {
		s.publish(version(1), false)
		s.publish(version(1), false, "first", "second")
		s.publish(version(1), false, "third")
	})
	if err != nil || messages(state) != "third" || !state.Complete || state.Published != 3 {
		t.Errorf("state %+v, error %v", state, err)
	}

	v, err := d.Change(t.Context(), "two")
	if err != nil || v != 2 || d.Version() != 2 || d.Text() != "two" || d.Mapper().Lines() != 1 {
		t.Fatalf("version %d, error %v", v, err)
	}
	if got := s.receive("textDocument/didChange"); string(got.Params) != `{"contentChanges":[{"text":"two"}],"textDocument":{"uri":"file:///a.lean","version":2}}` {
		t.Errorf("params %s", got.Params)
	}
	if state := d.Snapshot(); state.Complete || len(state.Diagnostics) != 0 {
		t.Errorf("a new version begins with %+v", state)
	}
	state, err = barrier(t, s, d, 2, func() {
		s.publish(version(1), false, "late")
		s.publish(version(1), true, "late")
		s.publish(version(3), false, "from the future")
		s.publish("", false, "without version")
		s.progress(1, `{"range":{},"kind":2}`)
	})
	if err != nil || len(state.Diagnostics) != 0 || state.Published != 0 || state.Reported || state.Fatal() || d.Stale() != 5 {
		t.Errorf("%d stale messages, state %+v, error %v", d.Stale(), state, err)
	}

	state, err = barrier(t, s, d, 2, func() {
		if _, err := d.Change(t.Context(), "three"); err != nil {
			t.Error(err)
		}
		s.receive("textDocument/didChange")
		s.publish(version(2), false, "late")
	})
	if !errors.Is(err, ErrSuperseded) || len(state.Diagnostics) != 0 {
		t.Errorf("state %+v, error %v", state, err)
	}
	if _, err := d.Await(t.Context(), 2, func(Snapshot) bool { return true }); !errors.Is(err, ErrSuperseded) {
		t.Errorf("error %v", err)
	}
}

func TestDocumentIncremental(t *testing.T) {
	c, s := connect(t, Options{})
	var seen []string
	d := open(t, c, s, DocumentOptions{OnUpdate: func(s Snapshot) {
		seen = append(seen, fmt.Sprintf("%d:%s", s.Version, messages(s)))
	}})
	if _, err := barrier(t, s, d, 1, func() {
		s.publish(version(1), false, "a")
		s.publish(version(1), true, "b", "c")
		s.publish(version(1), true)
		s.publish(version(1), true, "d")
		s.publish(version(1), false, "e")
		s.publish(version(1), true, "f")
	}); err != nil {
		t.Error(err)
	}
	if want := []string{"1:a", "1:a b c", "1:a b c", "1:a b c d", "1:e", "1:e f"}; !slices.Equal(seen, want) {
		t.Errorf("saw %q, want %q", seen, want)
	}
}

// TestSnapshotsDoNotShare checks that appending to what was handed out does not
// change what comes later.
func TestSnapshotsDoNotShare(t *testing.T) {
	c, s := connect(t, Options{})
	d := open(t, c, s, DocumentOptions{})
	for i := range 5 {
		state, err := barrier(t, s, d, 1, func() { s.publish(version(1), true, fmt.Sprint(i)) })
		if err != nil {
			t.Fatal(err)
		}
		_ = append(state.Diagnostics, Diagnostic{Message: "intruder"})
	}
	if got := messages(d.Snapshot()); got != "0 1 2 3 4" {
		t.Errorf("got %q", got)
	}
}

func TestDocumentUnversioned(t *testing.T) {
	c, s := connect(t, Options{})
	d := open(t, c, s, DocumentOptions{AcceptUnversioned: true})
	state, err := barrier(t, s, d, 1, func() { s.publish("", false, "a") })
	if err != nil || messages(state) != "a" {
		t.Errorf("state %+v, error %v", state, err)
	}
	state, err = barrier(t, s, d, 1, func() { s.publish(version(7), false, "b") })
	if err != nil || messages(state) != "a" {
		t.Errorf("state %+v, error %v", state, err)
	}
}

// TestAwait checks that diagnostics are seen while elaboration goes on.
func TestAwait(t *testing.T) {
	c, s := connect(t, Options{})
	d := open(t, c, s, DocumentOptions{})
	hasError := func(s Snapshot) bool { return len(s.Diagnostics) > 0 }
	var state Snapshot
	var err error
	wait := async(t, func() { state, err = d.Await(t.Context(), 1, hasError) })
	s.progress(1, `{"range":{"start":{"line":0,"character":0},"end":{"line":3,"character":0}},"kind":1}`)
	s.publish(version(1), false)
	s.publish(version(1), false, "failed")
	wait()
	if err != nil || messages(state) != "failed" || len(state.Processing) != 1 || state.Processing[0].Range.End.Line != 3 || state.Complete {
		t.Errorf("state %+v, error %v", state, err)
	}

	wait = async(t, func() {
		_, err = d.Await(t.Context(), 1, func(s Snapshot) bool { return s.Reported && len(s.Processing) == 0 })
	})
	s.progress(1, ``)
	if wait(); err != nil {
		t.Error(err)
	}
	wait = async(t, func() { state, err = d.Await(t.Context(), 1, Snapshot.Fatal) })
	s.progress(1, `{"range":{},"kind":2}`)
	if wait(); err != nil {
		t.Error(err)
	}

	never := func(Snapshot) bool { return false }
	ctx, cancel := context.WithCancel(t.Context())
	wait = async(t, func() { _, err = d.Await(ctx, 1, never) })
	cancel()
	if wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	wait = async(t, func() { _, err = d.Await(t.Context(), 1, never) })
	if _, err := d.Change(t.Context(), "new"); err != nil {
		t.Error(err)
	}
	if wait(); !errors.Is(err, ErrSuperseded) {
		t.Errorf("error %v", err)
	}
	s.receive("textDocument/didChange")

	// What came before the server's end is seen in any case.
	s.publish(version(2), false, "last words")
	s.end.Close()
	await(t, c.Done())
	if state, err := d.Await(t.Context(), 2, hasError); err != nil || messages(state) != "last words" {
		t.Errorf("state %+v, error %v", state, err)
	}
	if _, err := d.Await(t.Context(), 2, never); !errors.Is(err, ErrServerClosed) {
		t.Errorf("error %v", err)
	}
}

func TestCloseAndReopen(t *testing.T) {
	c, s := connect(t, Options{})
	d := open(t, c, s, DocumentOptions{})
	if _, err := c.OpenDocument(t.Context(), DocumentOptions{URI: testURI}); err == nil || !strings.Contains(err.Error(), "already open") {
		t.Errorf("error %v", err)
	}
	if err := errors.Join(d.Close(t.Context()), d.Close(t.Context())); err != nil {
		t.Error(err)
	}
	if got := s.receive("textDocument/didClose"); string(got.Params) != `{"textDocument":{"uri":"file:///a.lean"}}` {
		t.Errorf("params %s", got.Params)
	}
	if _, err := d.Change(t.Context(), "x"); err == nil {
		t.Error("a closed document was changed")
	}
	again := open(t, c, s, DocumentOptions{})
	if again.Version() == 1 {
		t.Error("a version number has two meanings")
	}
	state, err := barrier(t, s, again, again.Version(), func() { s.publish(version(1), false, "of the closed one") })
	if err != nil || len(state.Diagnostics) != 0 {
		t.Errorf("state %+v, error %v", state, err)
	}
}

func TestLeanDiagnostic(t *testing.T) {
	const text = `{"fullRange":{"end":{"character":9,"line":4},"start":{"character":47,"line":0}},"isSilent":true,"leanTags":[1],
		"message":"unsolved goals\n⊢ 𝔸","range":{"end":{"character":0,"line":1},"start":{"character":47,"line":0}},"severity":1,"source":"Lean 4","code":"lean.x"}`
	var d Diagnostic
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d.Severity != SeverityError || !d.IsSilent || !slices.Equal(d.LeanTags, []LeanTag{UnsolvedGoals}) ||
		d.Extent().End != (Position{4, 9}) || d.Source != "Lean 4" || string(d.Code) != `"lean.x"` || !strings.Contains(d.Message, "⊢ 𝔸") {
		t.Errorf("got %+v", d)
	}
	d.FullRange = nil
	if d.Extent().End != (Position{1, 0}) || !d.Extent().Contains(Position{0, 47}) || d.Extent().Contains(Position{1, 1}) {
		t.Errorf("extent %v", d.Extent())
	}
}
