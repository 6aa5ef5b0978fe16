//go:build unix

package process

import (
	"testing"
	"time"
)

// idles asks a pulse until it says that the process idles, or the time is up.
func idles(t *testing.T, p *Process, limit, within time.Duration) bool {
	t.Helper()
	pulse := p.Pulse(limit)
	defer pulse.Stop()
	timer := time.NewTimer(within)
	defer timer.Stop()
	for {
		select {
		case <-pulse.C():
			if pulse.Idle() {
				return true
			}
		case <-timer.C:
			return false
		}
	}
}

func TestPulse(t *testing.T) {
	if !TreeSupported {
		t.Skip("a process tree cannot be seen on this system")
	}
	sleeps := start(t, options("hang"))
	readUntilReady(t, sleeps)
	if !idles(t, sleeps, 300*time.Millisecond, 30*time.Second) {
		t.Error("a process that sleeps is not seen to idle")
	}
	sleeps.Kill("")
	if idles(t, sleeps, 50*time.Millisecond, 300*time.Millisecond) {
		t.Error("a process that has ended is said to idle")
	}
	works := start(t, options("spin"))
	readUntilReady(t, works)
	if idles(t, works, time.Second, 3*time.Second) {
		t.Error("a process that works is said to idle")
	}
}

func TestIdleLimit(t *testing.T) {
	if !TreeSupported {
		t.Skip("a process tree cannot be seen on this system")
	}
	checkGoroutines(t)
	o := options("hang")
	o.IdleLimit = 300 * time.Millisecond
	if exit := wait(t, start(t, o)); exit.Reason != IdleLimit || exit.Detail == "" {
		t.Errorf("it ended as %v", exit)
	}
}
