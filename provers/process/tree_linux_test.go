package process

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// running tells whether a process lives, waiting a little for its end.
func running(pid int) bool {
	for range 1000 {
		if _, _, alive := stat(pid); !alive {
			return false
		}
		timer := time.NewTimer(time.Millisecond)
		<-timer.C
	}
	return true
}

func TestFamilyIsKilled(t *testing.T) {
	for _, how := range []string{"kill", "leave"} {
		t.Run(how, func(t *testing.T) {
			checkGoroutines(t)
			p := start(t, options("family", how))
			var pids []int
			for _, line := range readUntilReady(t, p) {
				pid, err := strconv.Atoi(line)
				if err != nil {
					t.Fatal(err)
				}
				pids = append(pids, pid)
			}
			if len(pids) != 3 {
				t.Fatalf("%d grandchildren", len(pids))
			}
			if how == "kill" {
				p.Kill(Closed)
			}
			if exit := wait(t, p); exit.Killed() != (how == "kill") {
				t.Errorf("exit = %v", exit)
			}
			for _, pid := range append(pids, p.Pid()) {
				if running(pid) {
					t.Errorf("process %d is left", pid)
				}
			}
		})
	}
}

// TestSupervisorDies checks that a child does not outlive a supervisor that is
// killed without a chance to clean up.
func TestSupervisorDies(t *testing.T) {
	supervisor := exec.Command(os.Args[0])
	supervisor.Env = append(os.Environ(), childVariable+"=supervisor")
	out, err := supervisor.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := supervisor.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	if err := supervisor.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	supervisor.Wait()
	if running(pid) {
		t.Errorf("process %d outlived its supervisor", pid)
	}
}

func TestMemory(t *testing.T) {
	checkGoroutines(t)
	opts := options("memory")
	opts.MemoryLimit = 200 << 20
	opts.MemoryPoll = 10 * time.Millisecond
	p := start(t, opts)
	if used, err := p.Memory(); err != nil || used <= 0 {
		t.Errorf("memory %d, error %v", used, err)
	}
	exit := wait(t, p)
	if exit.Reason != MemoryLimit || exit.Detail == "" {
		t.Errorf("exit = %v", exit)
	}
	if used, err := p.Memory(); err != nil || used != 0 {
		t.Errorf("memory after the end %d, error %v", used, err)
	}
}

// TestStrangerIsSpared checks that a process which reuses a known number is not
// taken for a member of the tree.
func TestStrangerIsSpared(t *testing.T) {
	stranger := start(t, options("hang"))
	readUntilReady(t, stranger)
	start, _, _ := stat(stranger.Pid())
	known := tree{cookie: []byte("no such cookie"), seen: map[identity]struct{}{{stranger.Pid(), start - 1}: {}}}
	if alive := known.signal(killNow); alive != 0 {
		t.Errorf("%d processes got a signal", alive)
	}
	if _, ended := stranger.Exit(); ended || len(known.seen) != 0 {
		t.Error("the stranger was taken for a member")
	}
}
