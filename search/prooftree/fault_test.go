//go:build linux

package prooftree_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// fill appends notes until it fails, checks the error, and that everything
// before is there. It returns the batch that failed.
func fill(t *testing.T, s *prooftree.Store, w *prooftree.Writer) []search.Event {
	t.Helper()
	g := growing("full")
	if err := w.Append(context.Background(), g.events); err != nil {
		t.Fatal(err)
	}
	seq := int64(len(g.events))
	for {
		batch := notes(seq, 500)
		err := w.Append(context.Background(), batch)
		if err != nil {
			wantKind(t, err, prooftree.Full)
			var e *prooftree.Error
			if !errors.As(err, &e) || e.Hint == "" || !strings.Contains(err.Error(), "no space is left") {
				t.Errorf("the error is not clear: %v", err)
			}
			if n := checkGrown(t, s, "full"); n != int(seq) {
				t.Errorf("%d events are left; want %d", n, seq)
			}
			return batch
		}
		seq += int64(len(batch))
		if seq > 1e6 {
			t.Fatal("the database never got full")
		}
	}
}

func TestDatabaseReachesItsBound(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "runs.db"), prooftree.Options{MaxBytes: 500_000})
	fill(t, s, create(t, s, newGenerator("full", 7)))
}

// tmpfs mounts a small file system, or skips the test where that is not allowed.
func tmpfs(t *testing.T, options string) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

func TestDeviceIsFull(t *testing.T) {
	folder := tmpfs(t, "size=4m")
	s := openAt(t, filepath.Join(folder, "runs.db"), prooftree.Options{})
	w := create(t, s, newGenerator("full", 7))
	ballast := filepath.Join(folder, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	batch := fill(t, s, w)
	// Once there is space again, the same batch can be appended.
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := w.Append(context.Background(), batch); err != nil {
		t.Error(err)
	}
	if n, want := checkGrown(t, s, "full"), batch[len(batch)-1].Seq; int64(n) != want {
		t.Errorf("%d events are stored; want %d", n, want)
	}
}

func TestReadOnlyDevice(t *testing.T) {
	folder := tmpfs(t, "size=8m")
	path := filepath.Join(folder, "runs.db")
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := generate("run", 1, 100)
	store(t, s, g)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("cannot make the file system read-only: %v", err)
	}
	_, err = prooftree.Open(path, prooftree.Options{})
	wantReadOnly(t, err)
	_, err = prooftree.Open(filepath.Join(folder, "new", "runs.db"), prooftree.Options{})
	wantReadOnly(t, err)
	_, err = prooftree.Open(filepath.Join(folder, "new.db"), prooftree.Options{})
	wantReadOnly(t, err)
	viewer, err := prooftree.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer viewer.Close()
	if got := events(t, viewer, "run"); !reflect.DeepEqual(got, g.events) {
		t.Error("the events cannot be read")
	}
}

func wantReadOnly(t *testing.T, err error) {
	t.Helper()
	wantKind(t, err, prooftree.ReadOnly)
	var e *prooftree.Error
	if !errors.As(err, &e) || e.Hint == "" {
		t.Errorf("the error has no hint: %v", err)
	}
}

func TestReadOnlyFileAndFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everything; see TestReadOnlyDevice")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "runs.db")
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), os.Chmod(path, 0o444)); err != nil {
		t.Fatal(err)
	}
	_, err = prooftree.Open(path, prooftree.Options{})
	wantReadOnly(t, err)
	if err := errors.Join(os.Chmod(path, 0o644), os.Chmod(folder, 0o555)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o755)
	_, err = prooftree.Open(path, prooftree.Options{})
	wantReadOnly(t, err)
}

func TestOtherFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	database := func(name, statements string) string {
		path := filepath.Join(folder, name)
		db, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(statements)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := filepath.Join(folder, "newer.db")
	if s, err := prooftree.Open(newer, prooftree.Options{}); err != nil {
		t.Fatal(err)
	} else if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	database("newer.db", "PRAGMA user_version = 1000")
	empty := write("empty.db", nil)
	tests := []struct {
		path           string
		open, readOnly prooftree.ErrorKind
	}{
		{write("text.db", []byte(strings.Repeat("this is no database\n", 500))), prooftree.NotDatabase, prooftree.NotDatabase},
		{database("other.db", "CREATE TABLE music (title TEXT)"), prooftree.NotDatabase, prooftree.NotDatabase},
		{newer, prooftree.NewerSchema, prooftree.NewerSchema},
		{folder, prooftree.NotDatabase, prooftree.NotDatabase},
		{empty, "", prooftree.OlderSchema}, // read-only first
		{filepath.Join(folder, "none.db"), "", prooftree.NotFound},
		{filepath.Join(folder, "text.db", "runs.db"), prooftree.Failed, prooftree.Failed},
	}
	for _, test := range tests {
		t.Run(filepath.Base(test.path), func(t *testing.T) {
			before, _ := os.ReadFile(test.path)
			s, err := prooftree.OpenReadOnly(test.path)
			if err == nil {
				s.Close()
			}
			wantKind(t, err, test.readOnly)
			s, err = prooftree.Open(test.path, prooftree.Options{})
			if err == nil {
				s.Close()
			}
			wantKind(t, err, test.open)
			if after, _ := os.ReadFile(test.path); err != nil && string(before) != string(after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store(t, s, generate("run", 1, 2000))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 3; i < len(content)*2/3; i++ {
		content[i] = 0x55
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path, prooftree.Options{})
	wantKind(t, s.Check(context.Background()), prooftree.Corrupt)
	var last error
	for _, err := range s.Events(context.Background(), "run") {
		last = err
	}
	wantKind(t, last, prooftree.Corrupt)
}

func TestAnotherWriterTakesTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	s := openAt(t, path, prooftree.Options{BusyTimeout: 10 * time.Millisecond})
	g := growing("run")
	w := create(t, s, g)
	other, err := sql.Open("sqlite3", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.Append(context.Background(), g.events), prooftree.Busy)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.Append(ctx, g.events); !errors.Is(err, context.Canceled) {
		t.Errorf("the error under an ended context is %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := w.Append(context.Background(), g.events); err != nil {
		t.Error(err)
	}
	checkGrown(t, s, "run")
}

func TestViewerReadsWhileARunIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	s := openAt(t, path, prooftree.Options{})
	g := generate("run", 1, 200)
	w := create(t, s, g)
	if err := w.Append(context.Background(), g.events[:100]); err != nil {
		t.Fatal(err)
	}
	viewer, err := prooftree.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer viewer.Close()
	n := 0
	for _, err := range viewer.Events(context.Background(), "run") {
		if err != nil {
			t.Fatal(err)
		}
		if n == 50 { // a reader in the middle sees what was there when it began
			if err := w.Append(context.Background(), g.events[100:]); err != nil {
				t.Fatal(err)
			}
		}
		n++
	}
	if n != 100 {
		t.Errorf("the viewer saw %d events; want 100", n)
	}
	if got := events(t, viewer, "run"); !reflect.DeepEqual(got, g.events) {
		t.Error("the viewer does not see what was appended")
	}
	if r, err := viewer.Run(context.Background(), "run"); err != nil || r.Status != prooftree.RunDone {
		t.Errorf("the run is %q, %v", r.Status, err)
	}
	_, err = viewer.CreateRun(context.Background(), newGenerator("new", 1).info)
	wantKind(t, err, prooftree.ReadOnly)
}
