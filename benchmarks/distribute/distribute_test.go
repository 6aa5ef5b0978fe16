package distribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

func TestUndisturbedRun(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 2)
	l := &lab{}
	c := b.coordinator(l)
	var shown []Progress
	c.Observe = func(p Progress) { shown = append(shown, p) }
	var recorded []trial.Key
	c.Recorded = func(one trial.Trial) { recorded = append(recorded, one.Key) }
	if err := c.Do(within(t)); err != nil {
		t.Fatal(err)
	}
	if len(recorded) != b.run.Total() || l.did.Load() != int64(b.run.Total()) {
		t.Errorf("%d trials were done and %d told of, want %d", l.did.Load(), len(recorded), b.run.Total())
	}
	last := shown[len(shown)-1]
	if last.Recorded != last.Total || last.Total != b.run.Total() || last.Left != 0 || len(last.Busy) != 0 || last.Elsewhere != 0 {
		t.Errorf("at the end the progress is %+v", last)
	}
	solved := 0
	own := make(map[string]bool)
	for place, one := range b.trials() {
		if one.Result == trial.Solved {
			solved++
		}
		if one.Seed != b.run.Seed+uint64(place.Number) || one.Key != c.key(place) || one.Worker == "" || one.Delivery != 1 || one.Ended.Before(one.Started) {
			t.Errorf("%v is recorded as %+v", place, one)
		}
		first := fmt.Sprintf("%s.%d.%d.%d", b.run.ID, place.Variant, place.Problem, place.Number)
		want := []string{first}
		if place.Variant == 1 {
			want = append(want, first+".t2")
		}
		if !slices.Equal(one.Trees, want) {
			t.Errorf("%v has the trees %q, want %q", place, one.Trees, want)
		}
		for _, id := range one.Trees {
			own[id] = true
		}
	}
	if solved == 0 || solved == b.run.Total() || last.Solved != solved || last.Variants[0].Solved+last.Variants[1].Solved != solved {
		t.Errorf("%d trials are solved, and the progress says %+v", solved, last)
	}
	table(t, b.store, b.run)
	// Proof trees of trials are stored, and are not among the user's own searches.
	all, err := b.store.Runs(t.Context(), prooftree.RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if !own[r.ID] || r.Status != prooftree.RunDone {
			t.Errorf("%s is %s and of no trial", r.ID, r.Status)
		}
	}
	if len(all) != len(own) {
		t.Errorf("%d runs are stored, want %d", len(all), len(own))
	}
	if mine, err := b.store.Runs(t.Context(), prooftree.RunFilter{NoTrials: true}); err != nil || len(mine) != 0 {
		t.Errorf("%d searches of the user's own, %v", len(mine), err)
	}
	if id, err := b.store.ResolveRun(t.Context(), "last"); err == nil {
		t.Errorf("the last run is %s, which is a trial's", id)
	}
	stored := b.stored()
	found, err := b.store.Benchmark(t.Context(), b.run.ID)
	if err != nil || found.Ended.IsZero() || stored.Ended.IsZero() || stored.Elapsed <= 0 || len(stored.Notes) > 0 || found.Running {
		t.Errorf("at the end the run is %+v, stored as %+v, %v", found, stored, err)
	}
	if _, err := b.queue.Open(t.Context(), b.run.ID); !queue.Gone(err) {
		t.Errorf("the queue still has the run: %v", err)
	}
	wantAnnounced(t, b)
	if l.closed.Load() != 0 {
		t.Error("the executor was closed, which is its owner's")
	}
}

// wantAnnounced checks which runs are announced.
func wantAnnounced(t *testing.T, b *bench, want ...string) {
	t.Helper()
	list, err := b.queue.Announced(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("announced are %q, want %q", ids, want)
	}
}

func TestSlowTrialHoldsNoOther(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 2)
	others := make(chan struct{})
	l := &lab{before: func(ctx context.Context, task Task) error {
		if task.Place != (prooftree.Place{}) {
			return nil
		}
		select {
		case <-others:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}
	c := b.coordinator(l)
	recorded := 0
	c.Recorded = func(trial.Trial) {
		if recorded++; recorded == b.run.Total()-1 {
			close(others)
		}
	}
	if err := c.Do(within(t)); err != nil {
		t.Fatal(err)
	}
	if recorded != b.run.Total() {
		t.Errorf("%d trials were recorded", recorded)
	}
}

// TestInterrupt interrupts a run while all of its trials are under way, more often
// than a trial is tried that cannot be done: an interrupt is no try.
func TestInterrupt(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 1, 1)
	for round := range mostTries + 2 {
		ctx, interrupt := context.WithCancel(within(t))
		busy := make(chan struct{}, 2)
		l := &lab{before: func(ctx context.Context, _ Task) error {
			busy <- struct{}{}
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		c := b.coordinator(l)
		c.Alone = false // so that what was handed out counts
		ended := make(chan error, 1)
		go func() { ended <- c.Do(ctx) }()
		<-busy
		<-busy
		interrupt()
		began := time.Now()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if took := time.Since(began); took > lastWords {
			t.Errorf("it took %s to stop", took)
		}
		if n := len(b.trials()); n > 0 {
			t.Fatalf("in round %d %d trials are recorded, and none was done", round, n)
		}
		if stored := b.stored(); !stored.Ended.IsZero() {
			t.Errorf("the interrupted run ended at %s", stored.Ended)
		}
		wantAnnounced(t, b) // no worker begins another
	}
	// Nor is it much that a trial fails once after all that.
	var failed sync.Map
	b.do(&lab{before: func(_ context.Context, task Task) error {
		if _, again := failed.LoadOrStore(task.Place, true); !again {
			return errBroken
		}
		return nil
	}})
	wantTable(t, table(t, b.store, b.run), undisturbed(t, 1, 1))
}

// TestInterruptKeepsWhatIsDone interrupts a run between trials: what was recorded
// is not done again.
func TestInterruptKeepsWhatIsDone(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 2)
	ctx, interrupt := context.WithCancel(within(t))
	defer interrupt()
	c := b.coordinator(&lab{})
	recorded := 0
	c.Recorded = func(trial.Trial) {
		if recorded++; recorded == 4 {
			interrupt()
		}
	}
	if err := c.Do(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	kept := len(b.trials())
	if kept < 4 || kept == b.run.Total() {
		t.Fatalf("%d trials are recorded of %d", kept, b.run.Total())
	}
	rest := &lab{}
	b.do(rest)
	// One more may have been done, whose result was on its way to be recorded.
	if n := rest.did.Load(); n > int64(b.run.Total()-kept) || n < int64(b.run.Total()-kept-2) {
		t.Errorf("%d trials were done after %d of %d", n, kept, b.run.Total())
	}
	wantTable(t, table(t, b.store, b.run), undisturbed(t, 3, 2))
}

func TestExecutorThatAlwaysFails(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 2)
	err := b.coordinator(&lab{before: func(context.Context, Task) error { return errBroken }}).Do(within(t))
	if !errors.Is(err, errBroken) {
		t.Errorf("the run ended with %v", err)
	}
	if n := len(b.trials()); n != 0 {
		t.Errorf("%d trials are recorded", n)
	}
	b.do(&lab{})
	wantTable(t, table(t, b.store, b.run), undisturbed(t, 3, 2))
}

// TestKeepGoing has all trials fail, with the wish that they count as crashed.
func TestKeepGoing(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 1)
	c := b.coordinator(&lab{before: func(context.Context, Task) error { return errBroken }})
	c.KeepGoing = true
	if err := c.Do(within(t)); err != nil {
		t.Fatal(err)
	}
	for place, one := range b.trials() {
		if one.Result != trial.Crashed || !strings.Contains(one.Reason, errBroken.Error()) {
			t.Errorf("%v came to %s: %s", place, one.Result, one.Reason)
		}
	}
	if n := len(b.trials()); n != b.run.Total() || n < mostFailures {
		t.Errorf("%d trials are recorded of %d", n, b.run.Total())
	}
}

func TestTrialThatCannotBeDone(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 3, 1)
	bad := prooftree.Place{Variant: 1, Problem: 1}
	b.do(&lab{before: func(_ context.Context, task Task) error {
		if task.Place == bad {
			return errBroken
		}
		return nil
	}})
	for place, one := range b.trials() {
		switch {
		case place != bad && (one.Result == trial.Crashed || one.Delivery != 1):
			t.Errorf("%v came to %s after %d tries: %s", place, one.Result, one.Delivery, one.Reason)
		case place == bad && (one.Result != trial.Crashed || one.Delivery != mostTries || !strings.Contains(one.Reason, errBroken.Error()) || one.Trees != nil):
			t.Errorf("the trial that cannot be done is %+v", one)
		}
	}
	table(t, b.store, b.run)
}

func TestTwoCoordinators(t *testing.T) {
	b := newBench(t, 1, 1)
	other := openStore(t, b.store.Path())
	began, end := make(chan struct{}, b.run.Total()), make(chan struct{})
	l := &lab{before: func(context.Context, Task) error {
		began <- struct{}{}
		<-end
		return nil
	}}
	ended := make(chan error, 1)
	go func() { ended <- b.coordinator(l).Do(within(t)) }()
	<-began
	if found, err := other.Benchmark(t.Context(), b.run.ID); err != nil || !found.Running {
		t.Errorf("a run that is being worked on: %+v, %v", found, err)
	}
	second := b.coordinator(&lab{})
	second.Store = other
	if err := second.Do(within(t)); prooftree.KindOf(err) != prooftree.RunActive {
		t.Errorf("the second coordinator: %v", err)
	}
	close(end)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	table(t, b.store, b.run)
}

// TestUnusableResults puts results into the queue that no worker should send. A
// run must not be stopped by one: it would be stopped each time it is resumed.
func TestUnusableResults(t *testing.T) {
	good := func(b *bench, change func(*Report)) []byte {
		r := Report{Trial: trial.Trial{Key: b.coordinator(nil).key(prooftree.Place{}), Seed: b.run.Seed, Result: trial.Solved}}
		if change != nil {
			change(&r)
		}
		return []byte(encode(t, r))
	}
	packed := func(id string, damage func([]byte) []byte) []byte {
		trees, err := NewTreeWriter(id, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (&lab{}).Execute(t.Context(), Task{Place: prooftree.Place{Variant: 1}, Problem: json.RawMessage(`{"Reach": 30}`)}, trees); err != nil {
			t.Fatal(err)
		}
		blob, err := trees.pack()
		if err != nil {
			t.Fatal(err)
		}
		return damage(blob)
	}
	whole := func(b []byte) []byte { return b }
	first := func(b *bench) string { return b.run.ID + ".0.0.0" }
	const own = "own-search"
	tests := map[string]struct {
		job    string
		body   func(*bench) []byte
		blob   func(*bench) []byte
		result trial.Result // what is recorded for the first trial; empty: what its worker finds
		reason string
		note   string
	}{
		"not asked for":      {job: "9.0.0", note: `"9.0.0" that run`},
		"number not asked":   {job: "0.0.1", note: `"0.0.1" that run`},
		"no place":           {job: "0.0", note: `"0.0" that run`},
		"no number":          {job: "0.x.0", note: `"0.x.0" that run`},
		"negative":           {job: "0.-1.0", note: `"0.-1.0" that run`},
		"cut off":            {job: "0.0.0", body: func(*bench) []byte { return []byte(`{"trial": {`) }, result: trial.Failed, reason: "cannot be used: unexpected end", note: "cannot be used"},
		"empty":              {job: "0.0.0", body: func(*bench) []byte { return nil }, result: trial.Failed, reason: "cannot be used", note: "cannot be used"},
		"null":               {job: "0.0.0", body: func(*bench) []byte { return []byte("null") }, result: trial.Failed, reason: "cannot be used", note: "cannot be used"},
		"of another trial":   {job: "0.0.0", body: func(b *bench) []byte { return good(b, func(r *Report) { r.Trial.Number = 1 }) }, result: trial.Failed, reason: "it is of patient, reach_2, trial 2", note: "cannot be used"},
		"unknown result":     {job: "0.0.0", body: func(b *bench) []byte { return good(b, func(r *Report) { r.Trial.Result = "won" }) }, result: trial.Failed, reason: `the unknown result "won"`, note: "cannot be used"},
		"good without trees": {job: "0.0.0", body: func(b *bench) []byte { return good(b, nil) }, result: trial.Solved},
		"trees missing": {job: "0.0.0", body: func(b *bench) []byte { return good(b, func(r *Report) { r.Trial.Trees = []string{own} }) },
			result: trial.Solved, note: "has no proof trees: unpacking proof trees: they did not come"},
		"trees cut off": {job: "0.0.0", body: func(b *bench) []byte { return good(b, nil) },
			blob:   func(b *bench) []byte { return packed(first(b), func(b []byte) []byte { return b[:len(b)-4] }) },
			result: trial.Solved, note: "has no proof trees"},
		"trees of another run": {job: "0.0.0", body: func(b *bench) []byte { return good(b, nil) },
			blob: func(*bench) []byte { return packed(own, whole) }, result: trial.Solved, note: `there is a tree "own-search" in place of`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 1, 1)
			ctx := within(t)
			mine, err := b.store.CreateRun(ctx, search.RunInfo{ID: own})
			if err != nil {
				t.Fatal(err)
			}
			if err := mine.Close(); err != nil {
				t.Fatal(err)
			}
			jobs, err := b.queue.Announce(ctx, b.run.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := jobs.Offer(ctx, test.job, nil); err != nil {
				t.Fatal(err)
			}
			job, err := jobs.Next(ctx)
			if err != nil || job == nil {
				t.Fatal(job, err)
			}
			var body, blob []byte
			if test.body != nil {
				body = test.body(b)
			}
			if test.blob != nil {
				blob = test.blob(b)
			}
			if _, err := job.Done(ctx, body, blob); err != nil {
				t.Fatal(err)
			}
			b.do(&lab{})
			all := b.trials()
			if len(all) != b.run.Total() {
				t.Fatalf("%d trials are recorded", len(all))
			}
			one := all[prooftree.Place{}]
			want := test.result
			if want == "" {
				if want = trial.Solved; len(one.Trees) != 1 {
					t.Errorf("the first trial has the trees %q", one.Trees)
				}
			} else if one.Trees != nil {
				t.Errorf("the first trial has the trees %q", one.Trees)
			}
			if one.Result != want || !strings.Contains(one.Reason, test.reason) || one.Key != b.coordinator(nil).key(prooftree.Place{}) {
				t.Errorf("the first trial is %+v", one)
			}
			notes := strings.Join(b.stored().Notes, "\n")
			if (notes != "") != (test.note != "") || !strings.Contains(notes, test.note) {
				t.Errorf("the run's notes are %q", notes)
			}
			table(t, b.store, b.run) // reads the trees
			runs, err := b.store.Runs(ctx, prooftree.RunFilter{NoTrials: true})
			if err != nil || len(runs) != 1 || runs[0].ID != own {
				t.Errorf("the user's own searches are %+v, %v", runs, err)
			}
		})
	}
}

// TestServeLeavesAlone has runs announced that a worker cannot work on.
func TestServeLeavesAlone(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 1, 1)
	ctx := within(t)
	for id, document := range map[string]string{"newer": encode(t, Announcement{Version: FormatVersion + 1, Run: trial.Run{Ansatz: "9.9"}}), "nonsense": "{", "elsewhere": encode(t, Announcement{Version: FormatVersion})} {
		jobs, err := b.queue.Announce(ctx, id, []byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if err := jobs.Offer(ctx, "0.0.0", []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var said []string
	err := Serve(ctx, ServeConfig{Queue: b.queue, Slots: 2, UntilDone: true,
		Prepare: func(context.Context, Announcement) (Executor, error) { return nil, errBroken },
		Say: func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, fmt.Sprintf(format, args...))
		}})
	if err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err())
	}
	slices.Sort(said)
	want := []string{"not working on run elsewhere: the prover is broken", "not working on run newer: it is of another version of ansatz (9.9)", "not working on run nonsense: unexpected end of JSON input"}
	if !slices.Equal(said, want) {
		t.Errorf("it said %q, want %q", said, want)
	}
	for _, id := range []string{"newer", "nonsense", "elsewhere"} {
		jobs, err := b.queue.Open(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if job, err := jobs.Next(ctx); err != nil || job == nil || job.Delivery != 1 {
			t.Errorf("the trial of %s is %+v, %v", id, job, err)
		} else if err := job.Return(0); err != nil {
			t.Error(err)
		}
	}
}

// TestServeGoesFromRunToRun has two runs one after the other, done by the same
// worker, which closes what it needs for a run when the run is over.
func TestServeGoesFromRunToRun(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 2, 1)
	ctx, stop := context.WithCancel(within(t))
	var mu sync.Mutex
	executors := make(map[string]*lab)
	closed := func(id string) int64 {
		mu.Lock()
		defer mu.Unlock()
		return executors[id].closed.Load()
	}
	looked := make(chan struct{}, 1)
	served := make(chan error, 1)
	var told int
	go func() {
		defer stop()
		served <- Serve(ctx, ServeConfig{Queue: b.queue, Slots: 2, Busy: &Busy{},
			Prepare: func(_ context.Context, a Announcement) (Executor, error) {
				mu.Lock()
				defer mu.Unlock()
				if executors[a.Run.ID] != nil {
					t.Errorf("it got ready for run %s twice", a.Run.ID)
				}
				executors[a.Run.ID] = &lab{}
				return executors[a.Run.ID], nil
			},
			Done: func(trial.Trial) {
				mu.Lock()
				defer mu.Unlock()
				told++
			},
			Say: func(string, ...any) {
				select {
				case looked <- struct{}{}:
				default:
				}
			}})
	}()
	do := func() {
		if err := b.coordinator(nil).Do(ctx); err != nil || ctx.Err() != nil {
			t.Fatal(err, ctx.Err(), <-served)
		}
	}
	first := b.run
	do()
	<-looked
	// The second run is over as well when the worker has left the first.
	second, asked := newRun(t, 2, 1)
	second.ID += "x"
	create(t, b.store, second, asked)
	b.run, b.asked = second, asked
	do()
	<-looked
	if n := closed(first.ID); n != 1 {
		t.Errorf("the executor of the run that is over was closed %d times", n)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if n := closed(second.ID); n != 1 {
		t.Errorf("the executor of the last run was closed %d times", n)
	}
	mu.Lock()
	defer mu.Unlock()
	if told != first.Total()+second.Total() {
		t.Errorf("it told of %d trials", told)
	}
	table(t, b.store, first)
	table(t, b.store, second)
}

// TestServerGoesAndComes closes the server in order while workers wait for trials
// of a run that is announced, and opens it again where it was.
func TestServerGoesAndComes(t *testing.T) {
	noLeaks(t)
	b := newBench(t, 2, 1)
	b.disconnect()
	b.connect("127.0.0.1:0")
	url := b.server.URL()
	ctx, stop := context.WithCancel(within(t))
	defer stop()
	if _, err := b.queue.Announce(ctx, b.run.ID, []byte(encode(t, Announcement{Version: FormatVersion, Run: withoutProblems(b.run)}))); err != nil {
		t.Fatal(err)
	}
	lost := make(chan error, 8)
	far, err := queue.Connect(ctx, url, queue.Options{Silence: silence, Disturbed: func(err error) {
		if err != nil {
			lost <- err
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	joined := make(chan struct{}, 1)
	served := make(chan error, 1)
	go func() {
		defer stop()
		served <- Serve(ctx, ServeConfig{Queue: far, Slots: 4, Say: func(string, ...any) { joined <- struct{}{} },
			Prepare: func(context.Context, Announcement) (Executor, error) { return &lab{}, nil }})
	}()
	<-joined
	// Its slots wait for a trial while this one waits for one.
	jobs, err := b.queue.Open(ctx, b.run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if job, err := jobs.Next(ctx); job != nil || err != nil {
		t.Fatal(job, err)
	}
	b.disconnect()
	<-lost
	b.connect(strings.TrimPrefix(url, "nats://secret@"))
	c := b.coordinator(nil)
	c.Alone = false
	if err := c.Do(ctx); err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err(), <-served)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	table(t, b.store, b.run)
}
