//go:build unix

package process

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// Reason says why we ended a process. Callers may use their own.
type Reason string

// The reasons that this package gives.
const (
	MemoryLimit Reason = "memory limit"
	TimeLimit   Reason = "time limit"
	OutputLimit Reason = "output limit"
	IdleLimit   Reason = "idle limit"
	Interrupted Reason = "interrupted"
	Closed      Reason = "closed"
)

// Exit says how a process ended.
type Exit struct {
	// Reason is why we ended it, or empty if it ended by itself.
	Reason Reason
	// Detail says in which circumstances we ended it, or is empty.
	Detail string
	// Code is the exit status, or -1 if a signal ended the process.
	Code int
	// Signal is the signal that ended the process, or 0.
	Signal syscall.Signal
	// Stderr is the end of what it wrote to standard error.
	Stderr string
	// StderrDropped is how many bytes came before Stderr.
	StderrDropped int64
	// Elapsed is the time from start to end.
	Elapsed time.Duration
}

// Success reports whether the process ended by itself with status 0.
func (e Exit) Success() bool { return e.Reason == "" && e.Signal == 0 && e.Code == 0 }

// Killed reports whether it was we who ended the process.
func (e Exit) Killed() bool { return e.Reason != "" }

// String says in one line how the process ended, with the last line of its
// standard error if it did not end well by itself.
func (e Exit) String() string {
	var b strings.Builder
	switch {
	case e.Reason != "":
		fmt.Fprintf(&b, "killed: %s", e.Reason)
		if e.Detail != "" {
			fmt.Fprintf(&b, " (%s)", e.Detail)
		}
		return b.String()
	case e.Signal != 0:
		fmt.Fprintf(&b, "ended by signal %d (%v)", int(e.Signal), e.Signal)
	default:
		fmt.Fprintf(&b, "exit status %d", e.Code)
	}
	if line := lastLine(e.Stderr); line != "" && !e.Success() {
		fmt.Fprintf(&b, ": %s", line)
	}
	return b.String()
}

func lastLine(s string) string {
	const most = 300 // bytes: the line is put into messages
	s = strings.TrimSpace(s)
	s = strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// setStatus fills in how the process ended. polite says that it was asked to
// end by SIGTERM first, which it may answer with any exit status.
func (e *Exit) setStatus(state *os.ProcessState, err error, polite bool) {
	e.Code = -1
	if state == nil {
		e.Detail = strings.TrimPrefix(fmt.Sprintf("%s; waiting for it failed: %v", e.Detail, err), "; ")
		return
	}
	e.Code = state.ExitCode()
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal()
	}
	// A process that is just dying by itself closes its output first, whereupon
	// its client closes the process. That must not hide the true cause: what
	// did not end as our signals end a process ended by itself.
	ours := e.Signal == killNow || polite && (e.Signal == 0 || e.Signal == terminate)
	if !ours {
		e.Reason, e.Detail = "", ""
	}
}
