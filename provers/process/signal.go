//go:build unix

package process

import (
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	terminate = syscall.SIGTERM
	killNow   = syscall.SIGKILL
)

// stackMutex guards this process's own stack limit, which is process-wide and
// so needs a process-wide lock: see startWithStack.
var stackMutex sync.Mutex

// startWithStack starts a command with a raised soft limit of the stack size.
// The limit must be there before the program is executed, because the kernel
// lays out memory by it and the C library takes the size of thread stacks from
// it. A child inherits the limits of its parent, so ours is raised for the
// moment of the fork; that does not disturb this process, whose main stack
// merely may grow further in the meantime.
func startWithStack(cmd *exec.Cmd, want uint64) error {
	if want == 0 {
		return cmd.Start()
	}
	stackMutex.Lock()
	defer stackMutex.Unlock()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_STACK, &old); err != nil || old.Cur >= want {
		return cmd.Start()
	}
	raised := old
	raised.Cur = min(want, old.Max)
	if syscall.Setrlimit(syscall.RLIMIT_STACK, &raised) == nil {
		defer syscall.Setrlimit(syscall.RLIMIT_STACK, &old)
	}
	return cmd.Start()
}

// signal sends a signal to the group and to the descendants that left it.
func (p *Process) signal(sig syscall.Signal) (alive int) {
	// The pid is ours as long as the leader is not reaped, and a process that
	// holds mu is not reaped meanwhile.
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		// No such process: the group is empty, which is what we want.
		_ = syscall.Kill(-p.pid, sig)
	}
	return p.tree.signal(sig)
}

// sweep kills until nothing of the tree is left, or sweepTime has passed.
func (p *Process) sweep() {
	const pause = 5 * time.Millisecond
	deadline := time.NewTimer(sweepTime)
	defer deadline.Stop()
	for {
		if p.signal(killNow) == 0 {
			return
		}
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-deadline.C:
			again.Stop()
			return
		}
	}
}
