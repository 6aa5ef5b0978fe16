package lean

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// freeze makes a Lean hang: it is there, takes its input, and does nothing. What is
// ended gets SIGKILL, which a frozen process obeys too.
func freeze(t *testing.T, w *worker) {
	t.Helper()
	if !process.TreeSupported {
		t.Skip("SKIPPED: a process tree cannot be seen on this system, nor whether it hangs")
	}
	if err := syscall.Kill(-w.process.Pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

// onlyIdle is the one idle worker of a prover.
func onlyIdle(t *testing.T, p *Prover) *worker {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) != 1 {
		t.Fatalf("%d idle workers, not 1", len(p.idle))
	}
	return p.idle[0]
}

// restarted checks that a session has replaced its worker, and why.
func restarted(t *testing.T, s provers.Session, times int, why string) {
	t.Helper()
	if n, reason := s.Restarts(); n != times || !strings.Contains(reason, why) {
		t.Errorf("%d restarts (%q), want %d of %q", n, reason, times, why)
	}
}

func gone(t *testing.T, w *worker) {
	t.Helper()
	if _, ended := w.process.Exit(); !ended {
		t.Error("the worker that hung is still there")
	}
}

// testHangs is short, for the tests' sake, and long enough for a busy machine.
const testHangs = 4 * time.Second

// TestRealHang freezes a worker wherever it may owe an answer.
func TestRealHang(t *testing.T) {
	p := New(realLean(t), Config{})
	p.hangs = testHangs
	defer p.Close()
	open(t, p, problem("theorem one (n : Nat) : n = n")).Close()

	w := onlyIdle(t, p)
	freeze(t, w)
	s := open(t, p, problem("theorem two (n : Nat) : n + 0 = n"))
	restarted(t, s, 1, "hangs")
	gone(t, w)

	w = s.(*session).worker
	freeze(t, w)
	outcomes := try(t, s, s.Root(), provers.Limits{}, "simp", "cases n")
	if outcomes[0].Status != provers.Solved || outcomes[1].Status != provers.Progress {
		t.Errorf("actions on a worker that hung: %s, %s", outcomes[0].Status, outcomes[1].Status)
	}
	restarted(t, s, 2, "hangs")
	gone(t, w)
	s.Close()

	w = onlyIdle(t, p)
	freeze(t, w)
	verdict, err := p.WarmVerifier().Verify(t.Context(), provers.Claim{Problem: s.(*session).problem, Proof: "rfl"})
	if err != nil || !verdict.Accepted {
		t.Errorf("a check on a worker that hung: accepted %v (%s), error %v", verdict.Accepted, verdict.Reason, err)
	}
	gone(t, w)
}

// TestRealLateOnUsedWorker: a statement is not to blame for what was before it on
// the worker, and such a worker is not used again. That it hangs is not seen here.
func TestRealLateOnUsedWorker(t *testing.T) {
	p := New(realLean(t), Config{StartTimeout: 30 * time.Second})
	p.hangs = time.Hour
	defer p.Close()
	open(t, p, problem("theorem one (n : Nat) : n = n")).Close()
	w := onlyIdle(t, p)
	freeze(t, w)
	s := open(t, p, problem("theorem two (n : Nat) : n + 0 = n"))
	restarted(t, s, 1, "in time")
	gone(t, w)
}

// TestRealInterruptedWorker: a caller that is gone leaves a worker that goes on
// with what it was told to drop. The next session must not get it.
func TestRealInterruptedWorker(t *testing.T) {
	p := New(realLean(t), Config{})
	defer p.Close()
	s := open(t, p, problem("theorem endless : ∀ x, x < 3000 → ∀ y, y < 3000 → x * y ≠ 8999999999"))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	outcomes, err := s.Try(ctx, s.Root(), tactics("decide +kernel"), provers.Limits{})
	if err != nil || outcomes[0].Status != provers.Interrupted {
		t.Fatalf("%v, error %v", outcomes, err)
	}
	s.Close()
	w := onlyIdle(t, p)
	open(t, p, problem("theorem two (n : Nat) : n + 0 = n"))
	gone(t, w)
}

// TestRealCheckHangs: a final check whose Lean hangs is begun again, once.
func TestRealCheckHangs(t *testing.T) {
	if !process.TreeSupported {
		t.Skip("SKIPPED: a process tree cannot be seen on this system, nor whether it hangs")
	}
	found := realLean(t)
	server, batch := found.Server, found.Batch
	starts, hang := 0, 1
	begin := func(o process.Options) process.Options {
		if starts++; starts <= hang {
			o.Path, o.Args = "sleep", []string{"3600"}
		}
		return o
	}
	found.Server = func(options []string) process.Options { return begin(server(options)) }
	found.Batch = func(file string, options []string) process.Options { return begin(batch(file, options)) }
	claim := provers.Claim{Problem: problem("theorem two (n : Nat) : n + 0 = n"), Proof: "rfl"}
	for _, slow := range []bool{true, false} {
		found.SlowBatch = slow
		v := NewVerifier(found, Config{})
		v.hangs = testHangs
		starts, hang = 0, 1
		if verdict, err := v.Verify(t.Context(), claim); err != nil || !verdict.Accepted || starts != 2 {
			t.Errorf("server %v: %d starts, accepted %v (%s), error %v", slow, starts, verdict.Accepted, verdict.Reason, err)
		}
		starts, hang = 0, 2
		if verdict, err := v.Verify(t.Context(), claim); err != nil || verdict.Class != classCrashed || starts != 2 {
			t.Errorf("server %v, hanging again: %d starts, class %q (%s), error %v", slow, starts, verdict.Class, verdict.Reason, err)
		}
	}
}
