package queue

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	silence = 1500 * time.Millisecond
	patient = 60 * time.Second
)

func serve(t *testing.T, dir, listen string) *Server {
	t.Helper()
	s, err := Serve(ServerOptions{Dir: dir, Listen: listen, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	t.Cleanup(cancel)
	return ctx
}

func announce(t *testing.T, s *Server, id string, jobs int) *Run {
	t.Helper()
	ctx := within(t)
	q, err := s.Connect(ctx, Options{Silence: silence})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	r, err := q.Announce(ctx, id, []byte("document of "+id))
	if err != nil {
		t.Fatal(err)
	}
	for i := range jobs {
		if err := r.Offer(ctx, fmt.Sprint("0.", i), []byte(fmt.Sprint("job ", i))); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func join(t *testing.T, url, id string) *Run {
	t.Helper()
	ctx := within(t)
	q, err := Connect(ctx, url, Options{Silence: silence})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	r, err := q.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// work does jobs until there is none for a while, and returns how many.
func work(ctx context.Context, r *Run, result string) (done int, err error) {
	for idle := 0; idle < 2; {
		j, err := r.Next(ctx)
		if err != nil {
			return done, err
		}
		if j == nil {
			idle++
			continue
		}
		idle = 0
		if _, err := j.Done(ctx, []byte(result+" "+string(j.Body)), bytes.Repeat([]byte(j.Name), 300_000)); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// collect takes results until there are so many, or none comes for a while.
func collect(t *testing.T, r *Run, want int) map[string]string {
	t.Helper()
	got := make(map[string]string)
	idle := 0
	for result, err := range r.Results(within(t), func() bool { idle++; return idle < 20 && len(got) < want }) {
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := got[result.Job]; twice {
			t.Errorf("the result of %s came twice", result.Job)
		}
		got[result.Job] = string(result.Body)
		blob, err := result.Blob(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Repeat(result.Job, 300_000); string(blob) != want && !strings.Contains(got[result.Job], "no blob") {
			t.Errorf("%s came with %d bytes, want %d", result.Job, len(blob), len(want))
		}
		if err := result.Taken(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) == want {
			return got
		}
	}
	if len(got) < want {
		t.Errorf("%d of %d results came", len(got), want)
	}
	return got
}

func TestWorkIsSharedAndDoneOnce(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	r := announce(t, s, "r1", 20)
	ctx := within(t)
	// What is offered twice is done once, also while somebody works on it.
	held, err := r.Next(ctx)
	if err != nil || held == nil {
		t.Fatal(held, err)
	}
	for i := range 20 {
		if err := r.Offer(ctx, fmt.Sprint("0.", i), []byte("again")); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	var total atomic.Int64
	for range 3 {
		other := join(t, s.URL(), "r1")
		all.Go(func() {
			n, err := work(ctx, other, "did")
			if err != nil {
				t.Error(err)
			}
			total.Add(int64(n))
		})
	}
	all.Wait()
	if total.Load() != 19 {
		t.Errorf("%d jobs were done while one was held, want 19", total.Load())
	}
	if first, err := held.Done(ctx, []byte("did "+string(held.Body)), bytes.Repeat([]byte(held.Name), 300_000)); err != nil || !first {
		t.Errorf("first %t, %v", first, err)
	}
	if err := r.Offer(ctx, held.Name, []byte("again")); err != nil {
		t.Fatal(err)
	}
	if j, err := r.Next(ctx); j != nil || err != nil {
		t.Errorf("a job that has a result was handed out: %v, %v", j, err)
	}
	for job, result := range collect(t, r, 20) {
		if want := "did job " + strings.TrimPrefix(job, "0."); result != want {
			t.Errorf("%s: %q, want %q", job, result, want)
		}
	}
	if got := collect(t, r, 0); len(got) != 0 {
		t.Errorf("results that were taken came again: %v", got)
	}
}

func TestSilentWorkerLosesItsJob(t *testing.T) {
	s := serve(t, t.TempDir(), "")
	r := announce(t, s, "r", 1)
	ctx := within(t)
	lost, err := r.Next(ctx)
	if err != nil || lost == nil {
		t.Fatal(lost, err)
	}
	// As long as it says that it is alive, the job is its own.
	if j, err := r.Next(ctx); j != nil || err != nil {
		t.Fatal(j, err)
	}
	if j, err := r.Next(ctx); j != nil || err != nil {
		t.Fatal("a job that is being worked on was handed out", err)
	}
	lost.end() // it falls silent
	var j *Job
	for j == nil && err == nil {
		j, err = r.Next(ctx)
	}
	if err != nil || j.Delivery != 2 {
		t.Fatal(j, err)
	}
	if first, err := j.Done(ctx, []byte("second: no blob"), nil); err != nil || !first {
		t.Error(first, err)
	}
	// It comes back, and its result is not the one that counts.
	lost.stop, lost.alive = func() {}, sync.WaitGroup{}
	if first, err := lost.Done(ctx, []byte("first: no blob"), nil); err != nil || first {
		t.Error(first, err)
	}
	if got := collect(t, r, 1); got["0.0"] != "second: no blob" {
		t.Errorf("got %q", got)
	}
}

// TestBothResultsAtOnce has the second result arrive after the check that there is none.
func TestBothResultsAtOnce(t *testing.T) {
	s := serve(t, t.TempDir(), "")
	r := announce(t, s, "r", 1)
	ctx := within(t)
	j, err := r.Next(ctx)
	if err != nil || j == nil {
		t.Fatal(j, err)
	}
	if _, err := r.queue.streams.Publish(ctx, resultSubject("r", j.Name), []byte("first: no blob")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.queue.streams.Publish(ctx, resultSubject("r", j.Name), []byte("second")); !refused(err) || passing(err) {
		t.Errorf("a second result: %v", err)
	}
	if got := collect(t, r, 1); got["0.0"] != "first: no blob" {
		t.Errorf("got %q", got)
	}
}

// TestBlobs sends what goes with a result, on both ways.
func TestBlobs(t *testing.T) {
	s := serve(t, t.TempDir(), "")
	sizes := map[string]int{"0.0": 0, "0.1": 1, "0.2": inlineMost - len("result"), "0.3": inlineMost, "0.4": 3 * inlineMost}
	r := announce(t, s, "r", len(sizes))
	ctx := within(t)
	for range sizes {
		j, err := r.Next(ctx)
		if err != nil || j == nil {
			t.Fatal(j, err)
		}
		if _, err := j.Done(ctx, []byte("result"), bytes.Repeat([]byte{7}, sizes[j.Name])); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for result, err := range r.Results(ctx, func() bool { return false }) {
		if err != nil {
			t.Fatal(err)
		}
		blob, err := result.Blob(ctx)
		if err != nil || len(blob) != sizes[result.Job] || string(result.Body) != "result" || len(bytes.Trim(blob, "\a")) > 0 {
			t.Errorf("%s: %q with %d bytes, want %d; %v", result.Job, result.Body, len(blob), sizes[result.Job], err)
		}
		if inline := result.inline != nil; inline != (sizes[result.Job] < inlineMost) {
			t.Errorf("%s of %d bytes: within the result %t", result.Job, sizes[result.Job], inline)
		}
		if err := result.Taken(ctx); err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if seen != len(sizes) {
		t.Errorf("%d results came", seen)
	}
}

func TestReturnedJob(t *testing.T) {
	s := serve(t, t.TempDir(), "")
	r := announce(t, s, "r", 1)
	ctx := within(t)
	for delivery := 1; delivery <= 3; delivery++ {
		var j *Job
		var err error
		for j == nil && err == nil {
			j, err = r.Next(ctx)
		}
		if err != nil || j.Delivery != delivery {
			t.Fatal(j, err)
		}
		if err := j.Return(10 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServerGoesOnFromItsFolder(t *testing.T) {
	dir := t.TempDir()
	ctx := within(t)
	func() {
		s, err := Serve(ServerOptions{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		r := announce(t, s, "r", 5)
		for range 2 {
			j, err := r.Next(ctx)
			if err != nil || j == nil {
				t.Fatal(j, err)
			}
			if j.Name == "0.0" {
				if _, err := j.Done(ctx, []byte("did "+string(j.Body)), bytes.Repeat([]byte(j.Name), 300_000)); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.queue.Close()
	}()
	s := serve(t, dir, "")
	r := announce(t, s, "r", 5)
	if err := r.HandOutAgain(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := work(ctx, r, "did"); n != 4 || err != nil {
		t.Errorf("%d jobs were left, want 4; %v", n, err)
	}
	collect(t, r, 5)
}

func TestRunsComeAndGo(t *testing.T) {
	s := serve(t, t.TempDir(), "")
	ctx := within(t)
	a := announce(t, s, "a", 1)
	b := announce(t, s, "b", 1)
	names := func() (list []string) {
		runs, err := a.queue.Announced(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			list = append(list, r.ID+": "+string(r.Document))
		}
		return list
	}
	if got := names(); !slices.Equal(got, []string{"a: document of a", "b: document of b"}) {
		t.Errorf("got %q", got)
	}
	if err := a.Withdraw(ctx); err != nil {
		t.Fatal(err)
	}
	if got := names(); !slices.Equal(got, []string{"b: document of b"}) {
		t.Errorf("got %q", got)
	}
	if j, err := a.Next(ctx); err != nil || j == nil {
		t.Errorf("the jobs of a withdrawn run are gone: %v", err)
	}
	held, err := b.Next(ctx)
	if err != nil || held == nil {
		t.Fatal(held, err)
	}
	if err := b.Remove(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := held.Done(ctx, []byte("too late"), nil); !Gone(err) {
		t.Errorf("a result for a removed run: %v", err)
	}
	if err := b.Remove(ctx); err != nil {
		t.Errorf("removing twice: %v", err)
	}
	if _, err := b.queue.Open(ctx, "b"); !Gone(err) {
		t.Errorf("a removed run: %v", err)
	}
	if j, err := b.Next(ctx); j != nil || err != nil {
		t.Errorf("a job of a removed run: %v, %v", j, err)
	}
}

// TestPartition cuts a worker off for longer than it may be silent, while it works.
func TestPartition(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	r := announce(t, s, "r", 2)
	wire := newWire(t, strings.TrimPrefix(s.URL(), "nats://secret@"))
	far := join(t, "nats://secret@"+wire.address, "r")
	ctx := within(t)
	j, err := far.Next(ctx)
	if err != nil || j == nil {
		t.Fatal(j, err)
	}
	wire.cut()
	// Its job goes to another.
	near := join(t, s.URL(), "r")
	var again *Job
	for again == nil || again.Name != j.Name {
		if again, err = near.Next(ctx); err != nil {
			t.Fatal(err)
		}
		if again != nil && again.Name != j.Name {
			if _, err := again.Done(ctx, []byte("near: no blob"), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	finished := make(chan error, 1)
	go func() {
		_, err := j.Done(ctx, []byte("far: no blob"), nil)
		finished <- err
	}()
	select {
	case err := <-finished:
		t.Fatalf("a result got through a cut wire: %v", err)
	case <-time.After(silence):
	}
	wire.mend()
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
	if first, err := again.Done(ctx, []byte("near: no blob"), nil); err != nil || first {
		t.Errorf("first %t, %v", first, err)
	}
	got := collect(t, r, 2)
	if got[j.Name] != "far: no blob" {
		t.Errorf("got %q", got)
	}
}

// wire is a TCP connection that can be cut.
type wire struct {
	address string
	mu      sync.Mutex
	broken  bool
	open    map[net.Conn]bool
}

func newWire(t *testing.T, to string) *wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: listener.Addr().String(), open: make(map[net.Conn]bool)}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		w.cut()
		all.Wait()
	})
	all.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			target, err := net.Dial("tcp", to)
			if err != nil || !w.add(from, target) {
				_ = from.Close()
				continue
			}
			for _, pair := range [][2]net.Conn{{from, target}, {target, from}} {
				all.Go(func() {
					_, _ = io.Copy(pair[0], pair[1])
					_ = pair[0].Close()
				})
			}
		}
	})
	return w
}

func (w *wire) add(list ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range list {
		if w.broken {
			_ = c.Close()
		}
		w.open[c] = true
	}
	return !w.broken
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = true
	for c := range w.open {
		_ = c.Close()
	}
	clear(w.open)
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = false
}

// TestKilledWorkers has workers in processes of their own, of which two are killed
// while they work.
func TestKilledWorkers(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	r := announce(t, s, "r", 12)
	start := func(hang bool) (*exec.Cmd, io.Reader) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^$")
		cmd.Env = append(os.Environ(), "ANSATZ_QUEUE_WORKER="+s.URL(), fmt.Sprint("ANSATZ_QUEUE_HANG=", hang))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	for range 2 {
		doomed, out := start(true)
		// It writes a byte when it has a job.
		if _, err := out.Read(make([]byte, 1)); err != nil {
			t.Fatalf("the worker got no job: %v", err)
		}
		if err := doomed.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = doomed.Wait()
	}
	c, _ := start(false)
	d, _ := start(false)
	if got := collect(t, r, 12); len(got) != 12 {
		t.Errorf("got %q", got)
	}
	for _, cmd := range []*exec.Cmd{c, d} {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestMain(m *testing.M) {
	if url := os.Getenv("ANSATZ_QUEUE_WORKER"); url != "" {
		os.Exit(workerProcess(url))
	}
	os.Exit(m.Run())
}

// workerProcess is a worker in a process of its own.
func workerProcess(url string) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	q, err := Connect(ctx, url, Options{Silence: silence})
	if err != nil {
		return fail(err)
	}
	defer q.Close()
	r, err := q.Open(ctx, "r")
	if err != nil {
		return fail(err)
	}
	if os.Getenv("ANSATZ_QUEUE_HANG") == "true" {
		if _, err := r.Next(ctx); err != nil {
			return fail(err)
		}
		fmt.Print(".")
		<-ctx.Done()
		return 1
	}
	for quiet := time.Now(); time.Since(quiet) < 3*silence; {
		n, err := work(ctx, r, "did")
		if err != nil {
			return fail(err)
		}
		if n > 0 {
			quiet = time.Now()
		}
	}
	return 0
}

func TestPassing(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nats.ErrTimeout, true},
		{fmt.Errorf("publishing: %w", nats.ErrNoResponders), true},
		{&jetstream.APIError{Code: 503, ErrorCode: 10008, Description: "JetStream system temporarily unavailable"}, true},
		{&jetstream.APIError{Code: 503, ErrorCode: 10077, Description: "maximum messages per subject exceeded"}, false},
		{&jetstream.APIError{Code: 500, ErrorCode: 10047, Description: "insufficient storage resources available"}, false},
		{&jetstream.APIError{Code: 500, ErrorCode: 10069, Description: "write meta.inf.tmp: no space left on device"}, false},
		{&jetstream.APIError{Code: 404, ErrorCode: 10059, Description: "stream not found"}, false},
		{nats.ErrAuthorization, false},
	} {
		if got := passing(c.err); got != c.want {
			t.Errorf("%v: passing %t, want %t", c.err, got, c.want)
		}
	}
}

func TestLinger(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	announce(t, s, "r", 0) // a connection within the process, which does not count
	ctx := within(t)
	begin := time.Now()
	s.Linger(ctx, patient)
	if took := time.Since(begin); took > patient/2 {
		t.Errorf("waited %s for nobody", took)
	}
	q, err := Connect(ctx, s.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		// It finds that nothing is left to do, and goes.
		_, _ = q.Announced(ctx)
		q.Close()
	}()
	s.Linger(ctx, patient)
	if n := s.others(); n != 0 || ctx.Err() != nil {
		t.Errorf("%d are still connected: %v", n, ctx.Err())
	}
	other, err := Connect(ctx, s.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if s.others() != 1 {
		t.Error("a client is not counted")
	}
	s.Linger(ctx, time.Millisecond)
}

func TestRefusals(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	ctx := within(t)
	if _, err := Connect(ctx, strings.Replace(s.URL(), "secret", "guess", 1), Options{}); err == nil || strings.Contains(err.Error(), "guess") {
		t.Errorf("with a wrong token: %v", err)
	}
	q, err := s.Connect(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for _, id := range []string{"", "a.b", "a b", "*", ">", "ä"} {
		if _, err := q.Announce(ctx, id, nil); err == nil {
			t.Errorf("run %q was announced", id)
		}
	}
	if _, err := Serve(ServerOptions{Dir: t.TempDir(), Listen: strings.TrimPrefix(s.URL(), "nats://secret@")}); err == nil {
		t.Error("two servers listen on one port")
	}
	if _, err := Connect(ctx, "nats://127.0.0.1:1", Options{}); err == nil {
		t.Error("connected to nothing")
	}
	stopped, cancel := context.WithCancel(ctx)
	r := announce(t, s, "r", 0)
	cancel()
	if _, err := r.Next(stopped); err == nil {
		t.Error("waited with a context that is done")
	}
}
