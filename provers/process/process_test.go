//go:build unix

package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// childVariable makes the test binary play one of the children below.
const childVariable = "ANSATZ_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childVariable); role != "" {
		child(role, os.Args[1:])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(role string, args []string) {
	switch role {
	case "echo":
		io.Copy(os.Stdout, os.Stdin)
	case "environment":
		dir, _ := os.Getwd()
		fmt.Println(dir, os.Getenv("GREETING"))
	case "exit":
		code, _ := strconv.Atoi(args[0])
		fmt.Fprintln(os.Stderr, "first line\nünexpected token ∀")
		os.Exit(code)
	case "stack":
		var limit syscall.Rlimit
		syscall.Getrlimit(syscall.RLIMIT_STACK, &limit)
		fmt.Println(uint64(limit.Cur), uint64(limit.Max))
	case "hang":
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "spin":
		fmt.Println("ready")
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "polite":
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		fmt.Println("ready")
		<-c
		fmt.Fprintln(os.Stderr, "goodbye")
		os.Exit(3)
	case "murdered":
		syscall.Kill(os.Getpid(), syscall.SIGKILL) // as the kernel does when memory is short
		time.Sleep(time.Hour)
	case "garbage":
		block := strings.Repeat("garbage ", 1<<13)
		for range 100 << 20 / len(block) {
			if _, err := os.Stdout.WriteString(block); err != nil {
				os.Exit(1)
			}
		}
	case "noise":
		w := bufio.NewWriter(os.Stderr)
		for i := range 100_000 {
			fmt.Fprintf(w, "line %d\n", i)
		}
		fmt.Fprint(w, strings.Repeat("λ", 20_000), "\r\nend")
		w.Flush()
	case "supervisor":
		p, err := Start(context.Background(), options("hang"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(9)
		}
		fmt.Println(p.Pid())
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "memory":
		// The grandchild eats, so that the whole tree must be looked at.
		spawn("eat", nil)
		time.Sleep(time.Hour)
	case "eat":
		var kept [][]byte
		for range 400 {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			kept = append(kept, b)
		}
		time.Sleep(time.Hour)
		runtime.KeepAlive(kept)
	case "family":
		// One grandchild stays in the group, one leaves it, one leaves the session.
		for _, attr := range []*syscall.SysProcAttr{nil, {Setpgid: true}, {Setsid: true}} {
			fmt.Println(spawn("stubborn", attr).Process.Pid)
		}
		fmt.Println("ready")
		if args[0] == "leave" {
			return
		}
		time.Sleep(time.Hour)
	}
}

// spawn starts a grandchild that shares standard output and error.
func spawn(role string, attr *syscall.SysProcAttr) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+role)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	return cmd
}

func options(role string, args ...string) Options {
	// The race detector otherwise makes each child sleep before it ends.
	return Options{Path: os.Args[0], Args: args, Env: []string{childVariable + "=" + role, "GORACE=atexit_sleep_ms=0"}}
}

func start(t *testing.T, opts Options) *Process {
	t.Helper()
	p, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// readUntilReady returns the lines before "ready".
func readUntilReady(t *testing.T, p *Process) []string {
	t.Helper()
	var lines []string
	scanner := bufio.NewScanner(p.Stdout())
	for scanner.Scan() {
		if scanner.Text() == "ready" {
			return lines
		}
		lines = append(lines, scanner.Text())
	}
	exit, _ := p.Wait(t.Context())
	t.Fatalf("the child ended before it was ready: %v, stderr %q", exit, exit.Stderr)
	return nil
}

func wait(t *testing.T, p *Process) Exit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	exit, err := p.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return exit
}

// checkGoroutines fails the test if, in the end, there are more goroutines than
// at the beginning.
func checkGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		deadline := time.Now().Add(5 * time.Second)
		for runtime.NumGoroutine() > before {
			if time.Now().After(deadline) {
				buf := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, %d at the beginning:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
			}
			runtime.Gosched()
		}
	})
}

func TestStreams(t *testing.T) {
	checkGoroutines(t)
	p := start(t, options("echo"))
	long := strings.Repeat("∀ x, 𝔸 x → ", 50_000)
	go func() {
		io.WriteString(p.Stdin(), long)
		p.Stdin().Close()
	}()
	got, err := io.ReadAll(p.Stdout())
	if err != nil || string(got) != long {
		t.Fatalf("got %d bytes back, want %d; error %v", len(got), len(long), err)
	}
	if exit := wait(t, p); !exit.Success() || exit.String() != "exit status 0" {
		t.Errorf("exit = %v", exit)
	}
}

func TestOutputIsKeptAfterTheEnd(t *testing.T) {
	opts := options("environment")
	opts.Dir = t.TempDir()
	opts.Env = append(opts.Env, "GREETING=grüezi")
	p := start(t, opts)
	wait(t, p)
	got, err := io.ReadAll(p.Stdout())
	if err != nil || !strings.HasSuffix(string(got), " grüezi\n") || !strings.Contains(string(got), opts.Dir) {
		t.Errorf("output %q, error %v", got, err)
	}
}

func TestStartErrors(t *testing.T) {
	checkGoroutines(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		opts Options
		want error
	}{
		{"no such program", t.Context(), Options{Path: "/no/such/program"}, os.ErrNotExist},
		{"not in PATH", t.Context(), Options{Path: "no-such-program-in-path"}, exec.ErrNotFound},
		{"no such folder", t.Context(), Options{Path: os.Args[0], Dir: "/no/such/folder"}, os.ErrNotExist},
		{"cancelled", cancelled, options("hang"), context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := Start(test.ctx, test.opts)
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if p != nil {
				p.Close()
			}
		})
	}
}

func TestExit(t *testing.T) {
	for _, test := range []struct {
		role   string
		args   []string
		code   int
		signal syscall.Signal
		text   string
	}{
		{"exit", []string{"0"}, 0, 0, "exit status 0"},
		{"exit", []string{"2"}, 2, 0, "exit status 2: ünexpected token ∀"},
		{"murdered", nil, -1, syscall.SIGKILL, "ended by signal 9 (killed)"},
	} {
		t.Run(test.text, func(t *testing.T) {
			p := start(t, options(test.role, test.args...))
			exit := wait(t, p)
			if exit.Code != test.code || exit.Signal != test.signal || exit.Killed() {
				t.Errorf("code %d, signal %v, reason %q", exit.Code, exit.Signal, exit.Reason)
			}
			if got := exit.String(); !strings.HasPrefix(got, test.text) {
				t.Errorf("got %q, want %q", got, test.text)
			}
			p.Kill(MemoryLimit)
			if again, _ := p.Exit(); again.Killed() {
				t.Error("a kill after the end changed the reason")
			}
		})
	}
}

func TestKill(t *testing.T) {
	for _, test := range []struct {
		name, role string
		grace      time.Duration
		code       int
		signal     syscall.Signal
	}{
		{"at once", "hang", 0, -1, syscall.SIGKILL},
		{"ignores SIGTERM", "stubborn", 50 * time.Millisecond, -1, syscall.SIGKILL},
		{"obeys SIGTERM", "polite", 20 * time.Second, 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkGoroutines(t)
			opts := options(test.role)
			opts.TerminateGrace = test.grace
			p := start(t, opts)
			readUntilReady(t, p)
			var together sync.WaitGroup
			for range 3 {
				together.Go(func() { p.Kill("the test wants it") })
			}
			together.Wait()
			exit, ended := p.Exit()
			if !ended {
				t.Fatal("Kill returned before the end")
			}
			if exit.Reason != "the test wants it" || exit.Code != test.code || exit.Signal != test.signal {
				t.Errorf("exit = %+v", exit)
			}
			if err := errors.Join(p.Close(), p.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestContextAndTime(t *testing.T) {
	for _, test := range []struct {
		name string
		want Reason
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		time time.Duration
	}{
		{"cancelled", Interrupted, context.WithCancel, 0},
		{"deadline", TimeLimit, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 100*time.Millisecond)
		}, 0},
		{"time limit", TimeLimit, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return ctx, func() {}
		}, 100 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkGoroutines(t)
			ctx, cancel := test.ctx(t.Context())
			opts := options("hang")
			opts.TimeLimit = test.time
			p, err := Start(ctx, opts)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if test.want == Interrupted {
				readUntilReady(t, p)
				cancel()
			}
			defer cancel()
			if exit := wait(t, p); exit.Reason != test.want || exit.Detail == "" {
				t.Errorf("exit = %v", exit)
			}
		})
	}
}

func TestStderr(t *testing.T) {
	checkGoroutines(t)
	opts := options("noise")
	opts.StderrTail = 1000
	var lines []string
	opts.OnStderr = func(line string) { lines = append(lines, line) }
	p := start(t, opts)
	exit := wait(t, p)
	if len(exit.Stderr) != 1000 || !strings.HasSuffix(exit.Stderr, "λλλ\r\nend") {
		t.Errorf("%d bytes kept, ending with %q", len(exit.Stderr), exit.Stderr[max(0, len(exit.Stderr)-20):])
	}
	var all int64
	for i := range 100_000 {
		all += int64(len(fmt.Sprintf("line %d\n", i)))
		if lines[i] != fmt.Sprintf("line %d", i) {
			t.Fatalf("line %d is %q", i, lines[i])
		}
	}
	if all += 2*20_000 + 5; exit.StderrDropped+1000 != all {
		t.Errorf("dropped %d of %d bytes", exit.StderrDropped, all)
	}
	long := lines[100_000 : len(lines)-1]
	if len(long) != 40_000/maxStderrLine+1 || strings.Join(long, "") != strings.Repeat("λ", 20_000) {
		t.Errorf("the long line came in %d pieces", len(long))
	}
	if last := lines[len(lines)-1]; last != "end" {
		t.Errorf("the last line is %q", last)
	}
}

func TestStackLimit(t *testing.T) {
	var ours syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_STACK, &ours); err != nil {
		t.Skip(err)
	}
	want := min(uint64(UnlimitedStack), uint64(ours.Max))
	if uint64(ours.Cur) == want {
		t.Skip("the stack is not limited here")
	}
	opts := options("stack")
	opts.StackLimit = UnlimitedStack
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			out, err := Run(t.Context(), opts, nil, 1000)
			if got := strings.TrimSpace(string(out.Stdout)); err != nil || got != fmt.Sprint(want, uint64(ours.Max)) {
				t.Errorf("the child has %q, want %d; error %v", got, want, err)
			}
		})
	}
	together.Wait()
	var after syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_STACK, &after); err != nil || after != ours {
		t.Errorf("our limit was %v and is %v; error %v", ours, after, err)
	}
}

func TestRun(t *testing.T) {
	checkGoroutines(t)
	out, err := Run(t.Context(), options("echo"), []byte("∀ x"), 100)
	if err != nil || string(out.Stdout) != "∀ x" || !out.Exit.Success() {
		t.Errorf("output %q, exit %v, error %v", out.Stdout, out.Exit, err)
	}
	// A child that does not read its input must not make Run wait.
	out, err = Run(t.Context(), options("exit", "1"), make([]byte, 1<<20), 100)
	if err != nil || out.Exit.Code != 1 {
		t.Errorf("exit %v, error %v", out.Exit, err)
	}
	out, err = Run(t.Context(), options("garbage"), nil, 1000)
	if err != nil || len(out.Stdout) != 1000 || out.Exit.Reason != OutputLimit {
		t.Errorf("%d bytes, exit %v, error %v", len(out.Stdout), out.Exit, err)
	}
	if _, err := Run(t.Context(), Options{Path: "/no/such/program"}, nil, 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestWaitHonoursContext(t *testing.T) {
	p := start(t, options("hang"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, ended := p.Exit(); ended {
		t.Error("the process ended")
	}
}
