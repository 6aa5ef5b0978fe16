package prooftree_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// A test that needs another process starts the test binary again with these
// variables: the database and the run that the child appends.
const (
	childDatabase = "ANSATZ_PROOFTREE_TEST_DATABASE"
	childRun      = "ANSATZ_PROOFTREE_TEST_RUN"
	childEvents   = 100_000
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childDatabase); path != "" {
		if err := appendInChild(path, os.Getenv(childRun)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// growing makes the events of a child's run: like those of a generator, but with
// a tree that needs no search through all of its nodes.
func growing(id string) *generator {
	g := newGenerator(id, 7)
	g.start()
	for len(g.events) < 100 {
		g.attempt()
	}
	return g
}

// appendInChild creates a run and appends batches, and says so after each.
func appendInChild(path, id string) (err error) {
	ctx := context.Background()
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	g := growing(id)
	w, err := s.CreateRun(ctx, g.info)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	events := g.events
	seq := int64(0)
	for seq < childEvents {
		if err := w.Append(ctx, events); err != nil {
			return err
		}
		seq += int64(len(events))
		fmt.Println(seq)
		events = notes(seq, 100)
	}
	return nil
}

// notes are n events after event seq.
func notes(seq int64, n int) []search.Event {
	var events []search.Event
	for i := range int64(n) {
		events = append(events, search.Event{Seq: seq + i + 1, Kind: search.UserActed, Detail: fmt.Sprint("note ", seq+i+1)})
	}
	return events
}

// checkGrown checks that a run has the first events of a child's, all of them up to some number.
func checkGrown(t *testing.T, s *prooftree.Store, id string) int {
	t.Helper()
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
	want := growing(id).events
	got := events(t, s, id)
	if len(got) > len(want) {
		want = append(want, notes(int64(len(want)), len(got)-len(want))...)
	}
	if !reflect.DeepEqual(got, want[:len(got)]) {
		t.Error("the events are not those that the child appended")
	}
	return len(got)
}

func child(t *testing.T, path, id string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), executable)
	cmd.Env = append(os.Environ(), childDatabase+"="+path, childRun+"="+id)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestKilledWhileAppending(t *testing.T) {
	for _, batches := range []int{0, 1, 5} {
		t.Run(fmt.Sprint(batches), func(t *testing.T) {
			ctx := context.Background()
			path := filepath.Join(t.TempDir(), "runs.db")
			cmd, out := child(t, path, "killed")
			told := 0
			for told < batches+1 && out.Scan() {
				told++
			}
			s := openAt(t, path, prooftree.Options{})
			if r, err := s.Run(ctx, "killed"); err != nil || r.Status != prooftree.RunRunning {
				t.Errorf("while it is written the run is %q, %v", r.Status, err)
			}
			_, err := s.OpenRun(ctx, "killed")
			wantKind(t, err, prooftree.RunActive)
			if !strings.Contains(err.Error(), fmt.Sprintf("process %d", cmd.Process.Pid)) {
				t.Errorf("the error does not name the owner: %v", err)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Fatal("the child ended by itself: it was not killed while appending")
			}
			if r, err := s.Run(ctx, "killed"); err != nil || r.Status != prooftree.RunStale {
				t.Errorf("after its writer was killed the run is %q, %v", r.Status, err)
			}
			n := checkGrown(t, s, "killed")
			if n < told*100 {
				t.Errorf("%d events are left of %d batches", n, told)
			}
			w, err := s.OpenRun(ctx, "killed")
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Append(ctx, notes(int64(n), 50)), w.Close()); err != nil {
				t.Error(err)
			}
			if got := checkGrown(t, s, "killed"); got != n+50 {
				t.Errorf("after the run went on it has %d events; want %d", got, n+50)
			}
		})
	}
}

func TestViewerOpensWhatAKilledWriterLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	cmd, out := child(t, path, "killed")
	if !out.Scan() {
		t.Fatal("the child appended nothing")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself: it was not killed while appending")
	}
	viewer, err := prooftree.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer viewer.Close()
	if n := checkGrown(t, viewer, "killed"); n < 100 {
		t.Errorf("%d events are left", n)
	}
}

func TestTwoProcessesAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	ids := []string{"one", "two"}
	var children []*exec.Cmd
	var outputs []*bufio.Scanner
	for _, id := range ids {
		cmd, out := child(t, path, id)
		children, outputs = append(children, cmd), append(outputs, out)
	}
	for i, cmd := range children {
		var last string
		for outputs[i].Scan() {
			last = outputs[i].Text()
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("child %d: %v: %s", i, err, last)
		}
	}
	s := openAt(t, path, prooftree.Options{})
	for _, id := range ids {
		if n := checkGrown(t, s, id); n < childEvents {
			t.Errorf("run %s has %d events", id, n)
		}
	}
	if _, err := os.Stat(path + ".locks"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the locks were left behind: %v", err)
	}
}
