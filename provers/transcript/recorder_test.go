package transcript

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers/lsp"
)

func TestRecorder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var paths []string
	for range 3 {
		r, err := Create(dir, "lean 4/µ", func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, r.Path())
		r.Started([]string{"lean", "--worker"}, "/project")
		r.Tap(lsp.ToServer, []byte(`{"method": "x<y>", "big": 12345678901234567890}`))
		r.Tap(lsp.FromServer, []byte(`{"result":"∀ 𝔸"}`))
		r.Tap(lsp.FromServer, []byte(`no JSON`))
		r.Stderr("warning:\t∀")
		r.Exited("exit status 0")
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
		r.Exited("after Close")
	}
	if !slices.IsSorted(paths) || len(slices.Compact(slices.Clone(paths))) != 3 {
		t.Errorf("paths %q", paths)
	}
	if !strings.HasSuffix(paths[0], "Z-lean_4__.jsonl") || filepath.Dir(paths[0]) != dir {
		t.Errorf("path %q", paths[0])
	}
	entries, err := ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var last time.Duration
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d %s%s%q", e.Kind, e.Event, e.Message, e.Text))
		if e.At < last {
			t.Errorf("time goes back from %v to %v", last, e.At)
		}
		last = e.At
	}
	want := []string{
		`2 start""`,
		`0 {"method":"x<y>","big":12345678901234567890}""`,
		`1 {"result":"∀ 𝔸"}""`,
		`1 "no JSON"`,
		`2 stderr"warning:\t∀"`,
		`2 exit"exit status 0"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(entries[0].Command, []string{"lean", "--worker"}) || entries[0].Dir != "/project" {
		t.Errorf("start mark %+v", entries[0])
	}
}

func TestNilRecorder(t *testing.T) {
	var r *Recorder
	r.Started(nil, "")
	r.Tap(lsp.ToServer, nil)
	r.Stderr("")
	r.Exited("")
	if r.Close() != nil || r.Path() != "" {
		t.Error("a nil recorder did something")
	}
}

func TestCreateFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, "lean", nil); err == nil || !strings.Contains(err.Error(), "creating a transcript") {
		t.Errorf("error %v", err)
	}
}

// disk is a file whose writes wait for a permission, or fail.
type disk struct {
	permit chan struct{}
	err    error
	mu     sync.Mutex
	data   strings.Builder
}

func (d *disk) Write(p []byte) (int, error) {
	if d.permit != nil {
		<-d.permit
	}
	if d.err != nil {
		return 0, d.err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data.Write(p)
}

func (d *disk) Close() error { return nil }

// TestSlowDisk checks that a disk that hangs stops nobody, that memory is
// bounded, and that the transcript says what is missing.
func TestSlowDisk(t *testing.T) {
	d := &disk{permit: make(chan struct{})}
	r := newRecorder(d, "path", "lean", time.Now(), nil)
	r.limit = 64 << 10
	big := fmt.Appendf(nil, `{"method":%q}`, strings.Repeat("x", 1<<10))
	const many = 256
	for range many {
		r.Tap(lsp.FromServer, big)
	}
	r.mu.Lock()
	pending := len(r.pending)
	r.mu.Unlock()
	if pending > r.limit {
		t.Errorf("%d bytes wait", pending)
	}
	close(d.permit)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	entries, err := Read(strings.NewReader(d.data.String()))
	if err != nil {
		t.Fatal(err)
	}
	messages, dropped := 0, 0
	for _, e := range entries {
		dropped += e.Count
		if e.Kind == FromProver {
			messages++
		}
	}
	if messages+dropped != many || dropped == 0 {
		t.Errorf("%d messages, %d dropped", messages, dropped)
	}
	if err := replay(entries); err == nil || !strings.Contains(err.Error(), "lines are missing in the record") {
		t.Errorf("error %v", err)
	}
}

func replay(entries []Entry) error {
	s := NewServer(entries, ServerOptions{})
	defer s.Close()
	return s.Err()
}

func TestBrokenDisk(t *testing.T) {
	full := errors.New("no space left on device")
	var reported []error
	r := newRecorder(&disk{err: full}, "some/path", "lean", time.Now(), func(err error) { reported = append(reported, err) })
	for range 100 {
		r.Tap(lsp.ToServer, []byte("{}"))
	}
	err := r.Close()
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "some/path") {
		t.Errorf("error %v", err)
	}
	if len(reported) != 1 || !errors.Is(reported[0], full) {
		t.Errorf("reported %v", reported)
	}
}
