package distribute

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// A test that needs another process starts the test binary again with envRole, and
// tells it the rest in the other variables.
const (
	envRole     = "ANSATZ_DISTRIBUTE_ROLE" // "coordinator" or "worker"
	envDatabase = "ANSATZ_DISTRIBUTE_DATABASE"
	envQueue    = "ANSATZ_DISTRIBUTE_QUEUE"  // the folder of a coordinator's queue
	envListen   = "ANSATZ_DISTRIBUTE_LISTEN" // where a coordinator listens for workers; then it does no trial itself
	envURL      = "ANSATZ_DISTRIBUTE_URL"    // of a worker's queue
	envMode     = "ANSATZ_DISTRIBUTE_MODE"   // what hangs, see below
)

// What hangs in a process, for it to be killed there.
const (
	hangExecuting = "executing" // every trial
	hangRecording = "recording" // the coordinator, once it has recorded a trial
)

// What a process says, one a line.
const (
	saysBegun    = "begun"    // a trial
	saysExecuted = "executed" // a trial, of which the result is sent now
	saysRecorded = "recorded" // a trial
)

func TestMain(m *testing.M) {
	var run func(context.Context) error
	switch os.Getenv(envRole) {
	case "":
		os.Exit(m.Run())
	case "coordinator":
		run = coordinate
	case "worker":
		run = serve
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// speaker says lines, whole ones also from several goroutines.
func speaker() func(string) {
	var mu sync.Mutex
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(line)
	}
}

// talking is a lab that says what it does.
func talking(say func(string)) *lab {
	return &lab{
		before: func(ctx context.Context, _ Task) error {
			say(saysBegun)
			if os.Getenv(envMode) == hangExecuting {
				<-ctx.Done()
			}
			return ctx.Err()
		},
		after: func(Task) { say(saysExecuted) },
	}
}

// coordinate is the process of a coordinator.
func coordinate(ctx context.Context) (err error) {
	store, err := prooftree.Open(os.Getenv(envDatabase), prooftree.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	server, err := queue.Serve(queue.ServerOptions{Dir: os.Getenv(envQueue), Listen: os.Getenv(envListen), Token: "secret"})
	if err != nil {
		return err
	}
	defer server.Close()
	q, err := server.Connect(ctx, queue.Options{Silence: silence})
	if err != nil {
		return err
	}
	defer q.Close()
	run, problems, err := readStored(ctx, store)
	if err != nil {
		return err
	}
	say := speaker()
	c := Coordinator{Store: store, Queue: q, Run: run, Problems: problems, Workers: 2, Executor: talking(say), Alone: true,
		Recorded: func(trial.Trial) {
			say(saysRecorded)
			if os.Getenv(envMode) == hangRecording {
				<-ctx.Done()
			}
		}}
	if os.Getenv(envListen) != "" {
		c.Workers, c.Executor, c.Alone = 0, nil, false
	}
	return c.Do(ctx)
}

// serve is the process of a worker, which ends when its standard input does.
func serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until it ends, however
		stop()
	}()
	q, err := queue.Connect(ctx, os.Getenv(envURL), queue.Options{Silence: silence})
	if err != nil {
		return err
	}
	defer q.Close()
	l := talking(speaker())
	return Serve(ctx, ServeConfig{Queue: q, Slots: 2, Say: func(string, ...any) {},
		Prepare: func(context.Context, Announcement) (Executor, error) { return l, nil }})
}

// process is another process of a test.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
	stdin io.Closer
}

func start(t *testing.T, env ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.CommandContext(within(t), self, "-test.run=^$")}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (b *bench) startCoordinator(t *testing.T, env ...string) *process {
	return start(t, append(env, envRole+"=coordinator", envDatabase+"="+b.store.Path(), envQueue+"="+b.dir)...)
}

func startWorker(t *testing.T, url string, env ...string) *process {
	return start(t, append(env, envRole+"=worker", envURL+"="+url)...)
}

// await reads what the process says until it has said something so many times.
// It returns how often it said each thing, and whether it still goes on.
func (p *process) await(line string, times int) (said map[string]int, on bool) {
	said = make(map[string]int)
	for said[line] < times {
		if !p.lines.Scan() {
			return said, false
		}
		said[p.lines.Text()]++
	}
	return said, true
}

// must is await for what has to be said.
func (p *process) must(line string, times int) map[string]int {
	p.t.Helper()
	said, on := p.await(line, times)
	if !on {
		p.t.Fatalf("the process ended and said %v", said)
	}
	return said
}

// kill kills the process with SIGKILL, and reports whether it ended before.
func (p *process) kill() (ended bool) {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.Exited()) {
		p.t.Fatalf("the process failed before it was killed: %v", err)
	}
	return err == nil
}

// finish waits until the process ends by itself.
func (p *process) finish() {
	p.t.Helper()
	for p.lines.Scan() {
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Error(err)
	}
}

// stop tells a worker to stop.
func (p *process) stop() {
	p.t.Helper()
	if err := p.stdin.Close(); err != nil {
		p.t.Error(err)
	}
	p.finish()
}

// TestKilledCoordinator kills the process that coordinates a run and does its
// trials, again and again, and has it resumed each time by a new one.
func TestKilledCoordinator(t *testing.T) {
	t.Parallel()
	const problems, trials = 4, 3
	want := undisturbed(t, problems, trials)
	b := newBench(t, problems, trials)
	b.disconnect()
	total := b.run.Total()

	// Results are stored in the queue, and the first of them is recorded and not
	// taken from it yet: a slot begins a trial when the result before is stored.
	p := b.startCoordinator(t, envMode+"="+hangRecording)
	said := p.must(saysBegun, 8)
	if said[saysRecorded] > 1 || said[saysExecuted] < 6 {
		t.Fatalf("the process said %v", said)
	}
	p.must(saysExecuted, total-said[saysExecuted])
	if p.kill() {
		t.Fatal("the process ended before it was killed")
	}
	if n := len(b.trials()); n != 1 {
		t.Fatalf("%d trials are recorded, want 1", n)
	}
	// Every result but the last two was stored, so that a process that can do no
	// trial records the rest.
	p = b.startCoordinator(t, envMode+"="+hangExecuting)
	p.must(saysRecorded, total-3)
	p.kill()
	wantNoneUnread(t, b)

	p = b.startCoordinator(t)
	p.finish()
	wantTable(t, table(t, b.store, b.run), want)
	wantFinished(t, b)
}

// TestCoordinatorKilledAtRandom is the same with any moments to be killed at.
func TestCoordinatorKilledAtRandom(t *testing.T) {
	t.Parallel()
	const problems, trials, kills = 4, 3, 5
	want := undisturbed(t, problems, trials)
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			b := newBench(t, problems, trials)
			b.disconnect()
			killed := 0
			for range kills {
				p := b.startCoordinator(t)
				moment := []string{saysBegun, saysExecuted, saysRecorded}[rng.IntN(3)]
				_, on := p.await(moment, 1+rng.IntN(4))
				if ended := p.kill(); ended || !on {
					break
				}
				killed++
			}
			if killed < 2 {
				t.Errorf("the process was killed %d times", killed)
			}
			b.startCoordinator(t).finish()
			wantTable(t, table(t, b.store, b.run), want)
			wantFinished(t, b)
		})
	}
}

// wantFinished checks what is left of a run that is over.
func wantFinished(t *testing.T, b *bench) {
	t.Helper()
	if stored := b.stored(); stored.Ended.IsZero() || len(stored.Notes) > 0 {
		t.Errorf("at the end the run is %+v", stored)
	}
	if err := b.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
	wantNoneUnread(t, b)
	var trees int
	for _, one := range b.trials() {
		trees += len(one.Trees)
	}
	if all, err := b.store.Runs(t.Context(), prooftree.RunFilter{}); err != nil || len(all) != trees {
		t.Errorf("%d proof trees are stored, and the trials have %d; %v", len(all), trees, err)
	}
}

// wantNoneUnread checks that no proof tree of a trial is among the user's own
// searches, also if the trial was not recorded yet.
func wantNoneUnread(t *testing.T, b *bench) {
	t.Helper()
	own, err := b.store.Runs(t.Context(), prooftree.RunFilter{NoTrials: true})
	if err != nil || len(own) > 0 {
		t.Errorf("among the user's searches are %d proof trees of trials, %v", len(own), err)
	}
}

// TestKilledWorkers has workers in processes of their own, of which two are killed
// while they do trials.
func TestKilledWorkers(t *testing.T) {
	t.Parallel()
	const problems, trials = 3, 2
	want := undisturbed(t, problems, trials)
	b := newBench(t, problems, trials)
	b.disconnect()
	b.connect("127.0.0.1:0")
	c := b.coordinator(nil)
	c.Alone = false
	recorded := make(map[trial.Key]int)
	c.Recorded = func(one trial.Trial) { recorded[one.Key]++ }
	var last Progress
	c.Observe = func(p Progress) { last = p }
	ended := make(chan error, 1)
	go func() { ended <- c.Do(within(t)) }()
	for range 2 {
		doomed := startWorker(t, b.server.URL(), envMode+"="+hangExecuting)
		doomed.must(saysBegun, 2)
		doomed.kill()
	}
	workers := []*process{startWorker(t, b.server.URL()), startWorker(t, b.server.URL())}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, w := range workers {
		w.stop()
	}
	for key, n := range recorded {
		if n != 1 {
			t.Errorf("%s was recorded %d times", key, n)
		}
	}
	if len(recorded) != b.run.Total() || last.Recorded != last.Total || last.Elsewhere == 0 {
		t.Errorf("%d trials were recorded; the progress ends with %+v", len(recorded), last)
	}
	again := 0
	for _, one := range b.trials() {
		if one.Delivery > 1 {
			again++
		}
	}
	if again == 0 {
		t.Error("no trial was handed out again, and workers were killed at four")
	}
	wantTable(t, table(t, b.store, b.run), want)
	wantFinished(t, b)
}

// TestCoordinatorComesBack has the coordinator's process, with its server, go and
// come again while workers in other processes stay.
func TestCoordinatorComesBack(t *testing.T) {
	t.Parallel()
	const problems, trials = 4, 3
	want := undisturbed(t, problems, trials)
	b := newBench(t, problems, trials)
	b.disconnect()
	b.connect("127.0.0.1:0")
	url := b.server.URL()
	listen := strings.TrimPrefix(url, "nats://secret@")
	workers := []*process{startWorker(t, url), startWorker(t, url)}

	// First it stops in order, after some trials.
	ctx, interrupt := context.WithCancel(within(t))
	c := b.coordinator(nil)
	c.Alone = false
	recorded := 0
	c.Recorded = func(trial.Trial) {
		if recorded++; recorded == 3 {
			interrupt()
		}
	}
	if err := c.Do(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b.disconnect()

	// Then it is killed.
	p := b.startCoordinator(t, envListen+"="+listen)
	_, on := p.await(saysRecorded, 5)
	if ended := p.kill(); !ended || on {
		p = b.startCoordinator(t, envListen+"="+listen)
		p.finish()
	}
	for _, w := range workers {
		w.stop()
	}
	wantTable(t, table(t, b.store, b.run), want)
	wantFinished(t, b)
}
