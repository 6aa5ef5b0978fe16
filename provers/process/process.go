//go:build unix

package process

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// CookieVariable is the environment variable that marks a process and all its
// descendants with a value that is unique to one [Process].
const CookieVariable = "ANSATZ_PROCESS_COOKIE"

// UnlimitedStack, as [Options.StackLimit], asks for no limit of the stack size.
const UnlimitedStack uint64 = math.MaxUint64

const (
	defaultMemoryPoll = 250 * time.Millisecond
	defaultStderrTail = 64 << 10
	// sweepTime bounds how long a kill waits for the tree to be gone. A process
	// in an uninterruptible system call can outlast it.
	sweepTime = 900 * time.Millisecond
	// stderrGrace is how long an ended process's standard error may stay open.
	stderrGrace = 250 * time.Millisecond
)

// Options says what to run and within which limits.
type Options struct {
	// Path is the program, looked up in PATH if it has no slash.
	Path string
	// Args are its arguments, without the program's name.
	Args []string
	// Env is added to the environment of this process; later entries win.
	Env []string
	// Dir is the working directory; empty means that of this process.
	Dir string

	// StackLimit raises the soft limit of the stack size (RLIMIT_STACK), in
	// bytes, as far as the hard limit allows. Zero leaves it as it is.
	StackLimit uint64
	// MemoryLimit bounds the resident set summed over the process tree, in
	// bytes. Pages that processes share count once for each. Zero means no
	// limit. It is enforced only where [TreeSupported].
	MemoryLimit int64
	// MemoryPoll is how often memory is looked at; zero means 250 ms.
	MemoryPoll time.Duration
	// TimeLimit bounds the life of the process. Zero means no limit.
	TimeLimit time.Duration
	// IdleLimit bounds how long the process tree may do nothing at all (see
	// [Pulse]). Zero means no limit: most servers idle by rights.
	IdleLimit time.Duration
	// TerminateGrace is how long the group may live after SIGTERM before it
	// gets SIGKILL. Zero means SIGKILL at once.
	TerminateGrace time.Duration

	// StderrTail is how many of the last bytes of standard error are kept;
	// zero means 64 KiB.
	StderrTail int
	// OnStderr, if set, is called with each line of standard error, without its
	// line ending, in order, from one goroutine. Lines longer than 8 KiB arrive
	// in pieces. It must not block for long: that would stall the process.
	OnStderr func(line string)
}

// Process is a running child. Its methods may be used by several goroutines.
type Process struct {
	opts    Options
	cmd     *exec.Cmd
	pid     int
	cookie  string
	started time.Time

	stdin  *os.File
	stdout *os.File
	stderr *stderrReader

	tree tree // what is known of the descendants

	mu     sync.Mutex
	ended  bool   // the leader has ended
	reaped bool   // the pid may belong to somebody else from now on
	kill   Reason // why we are ending it; empty if we are not
	detail string // in which circumstances, for the reader of the reason
	exit   Exit   // valid once done is closed

	done  chan struct{}
	watch sync.WaitGroup
}

// Start starts a process that lives no longer than ctx: when ctx is done, the
// process is killed, for the reason [Interrupted] or, after a deadline,
// [TimeLimit]. For a process that is to outlive the call that starts it, pass a
// context that does too.
//
// The caller must call Close in the end, also if the process ends by itself.
func Start(ctx context.Context, opts Options) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", opts.Path, context.Cause(ctx))
	}
	if opts.MemoryPoll <= 0 {
		opts.MemoryPoll = defaultMemoryPoll
	}
	if opts.StderrTail <= 0 {
		opts.StderrTail = defaultStderrTail
	}
	var random [16]byte
	rand.Read(random[:]) // never fails: it ends the program instead

	p := &Process{
		opts:   opts,
		cmd:    exec.Command(opts.Path, opts.Args...),
		cookie: CookieVariable + "=" + hex.EncodeToString(random[:]),
		done:   make(chan struct{}),
	}
	p.cmd.Dir = opts.Dir
	p.cmd.Env = append(append(os.Environ(), opts.Env...), p.cookie)
	p.cmd.SysProcAttr = attributes()

	theirs, err := p.pipes()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", opts.Path, err)
	}
	result := make(chan error, 1)
	go p.supervise(result)
	err = <-result
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		p.stdin.Close()
		p.stdout.Close()
		p.stderr.file.Close()
		return nil, fmt.Errorf("starting %s: %w", opts.Path, err)
	}
	p.watch.Add(1)
	go p.guard(ctx)
	return p, nil
}

// pipes makes the three pipes and returns the child's ends of them. They are
// made by hand because exec.Cmd's own close the reading end as soon as the
// process is waited for, which loses output that has not been read.
func (p *Process) pipes() (theirs []*os.File, err error) {
	var all []*os.File
	defer func() {
		if err != nil {
			for _, f := range all {
				f.Close()
			}
		}
	}()
	pipe := func() (r, w *os.File) {
		if err != nil {
			return nil, nil
		}
		if r, w, err = os.Pipe(); err == nil {
			all = append(all, r, w)
		}
		return r, w
	}
	inR, inW := pipe()
	outR, outW := pipe()
	errR, errW := pipe()
	if err != nil {
		return nil, fmt.Errorf("making pipes: %w", err)
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = inR, outW, errW
	p.stdin, p.stdout = inW, outR
	p.stderr = newStderrReader(errR, p.opts.StderrTail, p.opts.OnStderr)
	return []*os.File{inR, outW, errW}, nil
}

// supervise starts the process, waits for its end and ends what it left behind.
func (p *Process) supervise(result chan<- error) {
	// The parent-death signal is sent when the *thread* that forked ends, so
	// this thread must live as long as the child does.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	p.started = time.Now()
	if err := startWithStack(p.cmd, p.opts.StackLimit); err != nil {
		result <- err
		return
	}
	p.pid = p.cmd.Process.Pid
	p.tree.init(p.pid, p.cookie)
	go p.stderr.run()
	result <- nil

	// As long as the leader is not reaped its number cannot be reused, so that
	// the group can be signalled safely. Where one cannot wait without reaping,
	// the group is swept right afterwards: numbers are not reused that soon.
	var err error
	unreaped := awaitExit(p.pid)
	if !unreaped {
		err = p.cmd.Wait()
	}
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	p.sweep()
	p.mu.Lock()
	p.reaped = true
	p.mu.Unlock()
	if unreaped {
		err = p.cmd.Wait()
	}

	tail, dropped := p.stderr.finish(stderrGrace)
	p.mu.Lock()
	p.exit = Exit{
		Reason:        p.kill,
		Detail:        p.detail,
		Stderr:        tail,
		StderrDropped: dropped,
		Elapsed:       time.Since(p.started),
	}
	p.exit.setStatus(p.cmd.ProcessState, err, p.opts.TerminateGrace > 0)
	p.mu.Unlock()
	close(p.done)
}

// guard ends the process when its context, its time or its memory runs out, or
// when it idles.
func (p *Process) guard(ctx context.Context) {
	defer p.watch.Done()
	var expired, look, beat <-chan time.Time
	if p.opts.TimeLimit > 0 {
		timer := time.NewTimer(p.opts.TimeLimit)
		defer timer.Stop()
		expired = timer.C
	}
	if p.opts.MemoryLimit > 0 && TreeSupported {
		ticker := time.NewTicker(p.opts.MemoryPoll)
		defer ticker.Stop()
		look = ticker.C
	}
	var pulse *Pulse
	if p.opts.IdleLimit > 0 && TreeSupported {
		pulse = p.Pulse(p.opts.IdleLimit)
		defer pulse.Stop()
		beat = pulse.C()
	}
	for {
		select {
		case <-p.done:
			return
		case <-beat:
			if pulse.Idle() {
				p.end(IdleLimit, fmt.Sprintf("it did nothing for %v", p.opts.IdleLimit))
				return
			}
		case <-ctx.Done():
			reason := Interrupted
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				reason = TimeLimit
			}
			p.end(reason, context.Cause(ctx).Error())
			return
		case <-expired:
			p.end(TimeLimit, fmt.Sprintf("it ran for %v", p.opts.TimeLimit))
			return
		case <-look:
			used := p.tree.memory()
			if used > p.opts.MemoryLimit {
				p.end(MemoryLimit, fmt.Sprintf("it used %d of %d bytes", used, p.opts.MemoryLimit))
				return
			}
		}
	}
}

// Pid is the number of the process, which is also that of its group.
func (p *Process) Pid() int { return p.pid }

// Stdin is the process's standard input. Closing it is how many programs are
// asked to end.
func (p *Process) Stdin() io.WriteCloser { return p.stdin }

// Stdout is the process's standard output. What was written before the end of
// the process can still be read after it, until Close.
func (p *Process) Stdout() io.Reader { return p.stdout }

// Stream joins standard output and input for a protocol client. Its Close is
// [Process.Close].
func (p *Process) Stream() io.ReadWriteCloser { return stream{p} }

type stream struct{ p *Process }

func (s stream) Read(b []byte) (int, error)  { return s.p.stdout.Read(b) }
func (s stream) Write(b []byte) (int, error) { return s.p.stdin.Write(b) }
func (s stream) Close() error                { return s.p.Close() }

// Stderr returns the last bytes of standard error so far, and how many earlier
// ones were dropped.
func (p *Process) Stderr() (tail string, dropped int64) { return p.stderr.tail() }

// Memory returns the resident set of the process tree now, in bytes, counting
// shared pages once for each process. The error is [errors.ErrUnsupported]
// where the tree cannot be seen.
func (p *Process) Memory() (int64, error) {
	if !TreeSupported {
		return 0, fmt.Errorf("memory of process %d: %w", p.pid, errors.ErrUnsupported)
	}
	select {
	case <-p.done:
		return 0, nil
	default:
		return p.tree.memory(), nil
	}
}

// CPU returns the processor time that the process tree has used so far, in steps
// of about 10 ms. Two readings tell a process that waits from one that works.
// The error is [errors.ErrUnsupported] where the tree cannot be seen.
func (p *Process) CPU() (time.Duration, error) {
	if !TreeSupported {
		return 0, fmt.Errorf("processor time of process %d: %w", p.pid, errors.ErrUnsupported)
	}
	select {
	case <-p.done:
		return 0, nil
	default:
		return p.tree.cpu(), nil
	}
}

// Done is closed when the process and its descendants are gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end of the process and says how it ended. If ctx is done
// first, it returns ctx's error, and the process goes on.
func (p *Process) Wait(ctx context.Context) (Exit, error) {
	select {
	case <-p.done:
		return p.exit, nil
	default:
	}
	select {
	case <-p.done:
		return p.exit, nil
	case <-ctx.Done():
		return Exit{}, fmt.Errorf("waiting for %s: %w", p.opts.Path, ctx.Err())
	}
}

// Exit says how the process ended; ok is false while it runs.
func (p *Process) Exit() (exit Exit, ok bool) {
	select {
	case <-p.done:
		return p.exit, true
	default:
		return Exit{}, false
	}
}

// Kill ends the process and all its descendants, and returns when they are
// gone, after about a second (and [Options.TerminateGrace]) at most. The first
// reason given is the one that is reported; a process that already ended keeps
// its own. An empty reason means [Closed].
func (p *Process) Kill(reason Reason) { p.end(reason, "") }

func (p *Process) end(reason Reason, detail string) {
	if reason == "" {
		reason = Closed
	}
	select {
	case <-p.done:
		return
	default:
	}
	p.mu.Lock()
	if p.kill == "" && !p.ended {
		p.kill, p.detail = reason, detail
	}
	p.mu.Unlock()
	if p.opts.TerminateGrace > 0 {
		p.signal(terminate)
		if p.waitFor(p.opts.TerminateGrace) {
			return
		}
	}
	p.sweep()
	p.waitFor(sweepTime)
}

func (p *Process) waitFor(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.done:
		return true
	case <-timer.C:
		return false
	}
}

// Close kills the process if it still runs and releases the pipes. Only the
// first call has an effect, but each returns after the process is gone.
func (p *Process) Close() error {
	p.end(Closed, "")
	p.watch.Wait()
	p.stdin.Close() // closing twice is an error without meaning here
	p.stdout.Close()
	if _, ended := p.Exit(); !ended {
		return fmt.Errorf("closing %s: process %d does not end", p.opts.Path, p.pid)
	}
	return nil
}

// Output is what a finished command left.
type Output struct {
	Stdout []byte
	Exit   Exit
}

// Run runs a command to its end, with the given standard input, and collects its
// output. More than maxOutput bytes of output end it for the reason
// [OutputLimit]. A command that fails is not an error of Run: see Exit.
func Run(ctx context.Context, opts Options, stdin []byte, maxOutput int64) (Output, error) {
	p, err := Start(ctx, opts)
	if err != nil {
		return Output{}, err
	}
	defer p.Close()
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		// The command need not read its input; its exit status tells.
		_, _ = p.stdin.Write(stdin)
		p.stdin.Close()
	}()
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(p.stdout, maxOutput+1))
	if n > maxOutput {
		p.end(OutputLimit, fmt.Sprintf("more than %d bytes", maxOutput))
		out.Truncate(int(maxOutput))
	}
	<-p.done
	p.stdin.Close()
	<-fed
	if err != nil {
		return Output{}, fmt.Errorf("reading the output of %s: %w", opts.Path, err)
	}
	return Output{Stdout: out.Bytes(), Exit: p.exit}, nil
}
