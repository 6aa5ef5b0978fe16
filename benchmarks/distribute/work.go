package distribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"golang.org/x/sync/errgroup"
)

// WorkConfig says what workers of this process do.
type WorkConfig struct {
	Run      *queue.Run
	Executor Executor
	// Slots is the number of trials at the same time.
	Slots int
	// KeepGoing has trials that cannot be done count as crashed, however many they
	// are; without it, the work ends where it seems to be the worker's fault.
	KeepGoing bool
	// Busy is told what is being done, if it is set.
	Busy *Busy
}

const (
	// mostTries is how often a process tries a trial that it cannot do, and
	// mostDeliveries how often one may be handed out, for workers may vanish on it;
	// then it counts as crashed. What was given back because a worker was stopped is
	// handed out once more too, so that the second must be the larger.
	mostTries      = 3
	mostDeliveries = 12
	// mostFailures is how many different trials in a row the workers of a process may
	// be unable to do before they give up: it is not the trials then.
	mostFailures = 4
)

// returnPause is after how long a trial that could not be done is handed out
// again, times the number of tries.
const returnPause = 2 * time.Second

// Work does trials of one run until the context ends, which is no error, or
// trials cannot be done here. A trial that is under way when the context ends is
// given back.
func Work(ctx context.Context, c WorkConfig) error {
	w := worker{busy: c.Busy, keepGoing: c.KeepGoing}
	return inSlots(ctx, c.Slots, func(ctx context.Context, slot int) error {
		for ctx.Err() == nil {
			if _, err := w.next(ctx, c.Run, c.Executor, slot); err != nil {
				return err
			}
		}
		return nil
	})
}

// inSlots runs a body for each slot, until one fails or the context ends.
func inSlots(ctx context.Context, n int, body func(ctx context.Context, slot int) error) error {
	group, working := errgroup.WithContext(ctx)
	for slot := range n {
		group.Go(func() error {
			err := body(working, slot)
			if working.Err() != nil {
				return nil // stopped
			}
			return err
		})
	}
	return group.Wait()
}

// worker is what the slots of one process share.
type worker struct {
	busy *Busy
	done func(trial.Trial) // may be nil
	// keepGoing is [WorkConfig].KeepGoing.
	keepGoing bool

	mu sync.Mutex
	// failed are the trials in a row that could not be done, and tries how often each
	// trial could not be.
	failed map[string]bool
	tries  map[string]int
}

// failure takes note of a trial that could not be done: how often that was, and
// whether there were too many in a row.
func (w *worker) failure(job string) (tries int, tooMany bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed, w.tries = make(map[string]bool), make(map[string]int)
	}
	w.failed[job] = true
	w.tries[job]++
	return w.tries[job], len(w.failed) >= mostFailures && !w.keepGoing
}

func (w *worker) success() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.failed)
}

// next waits a short while for a trial, does it, and reports whether there was one.
func (w *worker) next(ctx context.Context, run *queue.Run, e Executor, slot int) (found bool, err error) {
	job, err := run.Next(ctx)
	if err != nil || job == nil {
		return false, err
	}
	var task Task
	if err := json.Unmarshal(job.Body, &task); err != nil {
		return true, errors.Join(fmt.Errorf("reading trial %s of run %s: %w", job.Name, run.ID(), err), job.Return(returnPause))
	}
	name := workerName(slot)
	if w.busy != nil {
		w.busy.begin(name, task.Key)
		defer w.busy.end(task.Key)
	}
	began := time.Now()
	t, blob, err := w.execute(ctx, e, task, job.Delivery)
	if ctx.Err() != nil {
		// It would count for what its worker was stopped for.
		return true, job.Return(0)
	}
	if err != nil {
		tries, tooMany := w.failure(run.ID() + " " + job.Name)
		if tooMany {
			return true, errors.Join(fmt.Errorf("%s: %w", task.Key, err), job.Return(returnPause))
		}
		if tries < mostTries && job.Delivery < mostDeliveries {
			return true, job.Return(returnPause * time.Duration(tries))
		}
		t, blob = trial.Trial{Result: trial.Crashed, Reason: fmt.Sprintf("given up after %d tries: %v", tries, err)}, nil
	} else {
		w.success()
	}
	t.Key, t.Seed, t.Worker, t.Delivery = task.Key, task.Seed, name, job.Delivery
	t.Started, t.Ended = began.UTC(), time.Now().UTC()
	result, err := json.Marshal(Report{Trial: t})
	if err != nil {
		return true, errors.Join(fmt.Errorf("reporting %s: %w", task.Key, err), job.Return(returnPause))
	}
	// A result that was worked for is sent also if the process is told to stop now.
	sending, stop := outlast(ctx, lastWords)
	defer stop()
	_, err = job.Done(sending, result, blob)
	if queue.Gone(err) {
		return true, nil // nobody wants it any more
	}
	if err != nil {
		return true, err
	}
	if w.done != nil {
		w.done(t)
	}
	return true, nil
}

// execute does one trial.
func (w *worker) execute(ctx context.Context, e Executor, task Task, delivery int) (trial.Trial, []byte, error) {
	if delivery > mostDeliveries {
		return trial.Trial{Result: trial.Crashed, Reason: fmt.Sprintf("its worker vanished, failed or was stopped %d times", delivery-1)}, nil, nil
	}
	trees, err := NewTreeWriter(task.ID, true)
	if err != nil {
		return trial.Trial{}, nil, err
	}
	t, err := e.Execute(ctx, task, trees)
	if err != nil {
		return t, nil, err
	}
	t.Trees = trees.IDs()
	blob, err := trees.pack()
	return t, blob, err
}

// outlast is a context that ends some time after another.
func outlast(ctx context.Context, by time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var timer *time.Timer
	var mu sync.Mutex
	forget := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(by, cancel)
	})
	return longer, func() {
		forget()
		cancel()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
	}
}

// workerName names a worker for people: where it runs and which it is.
func workerName(slot int) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%d", host, os.Getpid(), slot+1)
}
