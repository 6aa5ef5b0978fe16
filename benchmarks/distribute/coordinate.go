package distribute

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Coordinator runs a benchmark that is stored already, from wherever it stands.
type Coordinator struct {
	Store *prooftree.Store
	Queue *queue.Queue
	// Run is the run, and Problems its problems as the executor wrote them.
	Run      trial.Run
	Problems []json.RawMessage
	// Workers is how many trials are done here at the same time, by Executor; 0
	// leaves all to workers elsewhere.
	Workers  int
	Executor Executor
	// Alone says that there can be no worker elsewhere, so that what a dead process
	// was working on can be handed out at once.
	Alone bool
	// KeepGoing is that of [WorkConfig].
	KeepGoing bool
	// Observe is told how the run is getting on, if it is set: after every trial
	// and at least every few seconds. It is called by one goroutine.
	Observe func(Progress)
	// Recorded is told of every trial that was recorded, if it is set.
	Recorded func(trial.Trial)
}

// Do does the trials that are missing and records them. It returns when all are
// recorded, or the context ends, or the run cannot go on. What was recorded stays,
// and workers elsewhere begin no further trial after it returns.
func (c *Coordinator) Do(ctx context.Context) (err error) {
	claim, err := c.Store.ClaimBenchmark(ctx, c.Run.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.Release()) }()
	f, err := c.newFold(ctx)
	if err != nil {
		return err
	}
	document, err := json.Marshal(Announcement{Version: FormatVersion, Run: withoutProblems(c.Run)})
	if err != nil {
		return fmt.Errorf("announcing benchmark %s: %w", c.Run.ID, err)
	}
	jobs, err := c.Queue.Announce(ctx, c.Run.ID, document)
	if err != nil {
		return err
	}
	f.jobs = jobs
	err = c.work(ctx, jobs, f)
	// The last words are said also after an interrupt.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	c.Run.Elapsed = f.elapsed()
	if f.missing() == 0 {
		c.Run.Ended = time.Now().UTC()
		return errors.Join(c.save(last), jobs.Remove(last))
	}
	return errors.Join(err, c.save(last), jobs.Withdraw(last))
}

// lastWords bounds what is done after a run was stopped.
const lastWords = 10 * time.Second

// withoutProblems is a run as workers need it: the same whenever it is announced.
func withoutProblems(r trial.Run) trial.Run {
	r.Problems, r.Dataset, r.Elapsed, r.Ended, r.Notes = nil, trial.Dataset{}, 0, time.Time{}, nil
	return r
}

// save stores the run as it is now.
func (c *Coordinator) save(ctx context.Context) error {
	document, err := json.Marshal(c.Run)
	if err != nil {
		return fmt.Errorf("storing benchmark %s: %w", c.Run.ID, err)
	}
	return c.Store.UpdateBenchmark(ctx, prooftree.Benchmark{ID: c.Run.ID, Ended: c.Run.Ended, Document: document})
}

// work offers, does and records trials until none is missing.
func (c *Coordinator) work(ctx context.Context, jobs *queue.Run, f *fold) error {
	// What was done and not recorded when the last process ended comes first.
	if err := jobs.ReadAgain(ctx); err != nil {
		return err
	}
	if err := f.results(ctx, func() bool { return false }); err != nil {
		return err
	}
	if f.missing() == 0 {
		return nil
	}
	if c.Alone {
		if err := jobs.HandOutAgain(ctx); err != nil {
			return err
		}
	}
	// Workers may begin before all is offered.
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop(nil)
	all.Go(func() {
		if err := c.offer(working, jobs, f.places); err != nil && working.Err() == nil {
			stop(err)
		}
	})
	if c.Workers > 0 {
		all.Go(func() {
			if err := Work(working, WorkConfig{Run: jobs, Executor: c.Executor, Slots: c.Workers, KeepGoing: c.KeepGoing, Busy: f.busy}); err != nil && working.Err() == nil {
				stop(err)
			}
		})
	}
	err := f.results(working, func() bool {
		f.show()
		return f.missing() > 0
	})
	if cause := context.Cause(working); cause != nil && ctx.Err() == nil {
		err = cause
	}
	stop(nil)
	all.Wait()
	if f.missing() == 0 {
		return nil
	}
	// What the workers here finished in the meantime is there now.
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	return errors.Join(err, f.results(rest, func() bool { return false }))
}

// offer offers the trials that are missing: the first trial of all problems
// before the second, and of each problem all variants one after another, so that
// what is there at any time can be compared.
func (c *Coordinator) offer(ctx context.Context, jobs *queue.Run, missing []prooftree.Place) error {
	places := slices.SortedFunc(slices.Values(missing), func(a, b prooftree.Place) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Problem, b.Problem), cmp.Compare(a.Variant, b.Variant))
	})
	for _, p := range places {
		body, err := json.Marshal(Task{Place: p, Seed: c.Run.Seed + uint64(p.Number), Problem: c.Problems[p.Problem],
			Key: c.key(p), ID: c.treeID(p)})
		if err != nil {
			return fmt.Errorf("offering %s of benchmark %s: %w", jobName(p), c.Run.ID, err)
		}
		if err := jobs.Offer(ctx, jobName(p), body); err != nil {
			return err
		}
	}
	return nil
}

// key is the name of the trial at a place, and treeID the ID of its first proof tree.
func (c *Coordinator) key(p prooftree.Place) trial.Key {
	return trial.Key{Variant: c.Run.Variants[p.Variant].Name, Problem: c.Run.Problems[p.Problem].Name, Number: p.Number}
}

func (c *Coordinator) treeID(p prooftree.Place) string { return c.Run.ID + "." + jobName(p) }

// fold records results.
type fold struct {
	c     *Coordinator
	jobs  *queue.Run
	began time.Time
	// places are those that were missing at the start.
	places []prooftree.Place
	done   map[prooftree.Place]bool
	meter  meter
	busy   *Busy
	shown  time.Time
	// before is for how long the run was worked on before this process, in seconds.
	before float64
	saved  time.Time
}

// elapsed is for how long the run was worked on so far, in seconds.
func (f *fold) elapsed() float64 { return f.before + time.Since(f.began).Seconds() }

func (c *Coordinator) newFold(ctx context.Context) (*fold, error) {
	f := &fold{c: c, began: time.Now(), saved: time.Now(), before: c.Run.Elapsed, busy: &Busy{}}
	var err error
	if f.done, err = c.Store.TrialPlaces(ctx, c.Run.ID); err != nil {
		return nil, err
	}
	for v := range c.Run.Variants {
		for p := range c.Run.Problems {
			for n := range c.Run.Trials {
				if place := (prooftree.Place{Variant: v, Problem: p, Number: n}); !f.done[place] {
					f.places = append(f.places, place)
				}
			}
		}
	}
	stored, err := c.Store.Trials(ctx, c.Run.ID)
	if err != nil {
		return nil, err
	}
	f.meter = newMeter(c.Run, c.Workers)
	for _, s := range stored {
		var t trial.Trial
		if err := json.Unmarshal(s.Document, &t); err != nil {
			return nil, fmt.Errorf("reading a trial of benchmark %s: %w", c.Run.ID, err)
		}
		f.meter.add(s.Place, t, false)
	}
	return f, nil
}

func (f *fold) missing() int { return f.c.Run.Total() - len(f.done) }

// results records the results that come, until idle returns false.
func (f *fold) results(ctx context.Context, idle func() bool) error {
	for r, err := range f.jobs.Results(ctx, idle) {
		if err == nil {
			err = f.record(ctx, r)
		}
		if err != nil {
			return err
		}
		f.show()
		if f.missing() == 0 {
			return nil
		}
	}
	return nil
}

// record records one result. What is begun is finished also after an interrupt.
// Whatever comes back, the run goes on: what cannot be used would come again each
// time that the run is resumed, and it could never end.
func (f *fold) record(ctx context.Context, r *queue.Result) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	run := &f.c.Run
	place, err := placeOf(r.Job)
	if err != nil || place.Variant >= len(run.Variants) || place.Problem >= len(run.Problems) || place.Number >= run.Trials {
		f.note("the queue had a result %q that run %s did not ask for; it was left out", r.Job, run.ID)
		return r.Taken(ctx)
	}
	if f.done[place] {
		return r.Taken(ctx)
	}
	t, err := f.read(r, place)
	if err != nil {
		t = trial.Trial{Key: f.c.key(place), Seed: run.Seed + uint64(place.Number), Result: trial.Failed, Reason: err.Error()}
		f.note("%s: %v", t.Key, err)
	} else if t.Trees, err = f.unpack(ctx, r, place, t.Trees); err != nil {
		if !errors.As(err, new(damaged)) {
			return fmt.Errorf("recording %s: %w", t.Key, err)
		}
		f.note("%s has no proof trees: %v", t.Key, err)
	}
	document, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("recording %s: %w", t.Key, err)
	}
	added, err := f.c.Store.AddTrial(ctx, run.ID, prooftree.StoredTrial{Place: place, Document: document}, t.Trees)
	if err != nil {
		return err
	}
	f.done[place] = true
	if time.Since(f.saved) > saveEvery {
		// A process that is killed takes no more than this with it.
		f.c.Run.Elapsed, f.saved = f.elapsed(), time.Now()
		if err := f.c.save(ctx); err != nil {
			return err
		}
	}
	if added {
		f.meter.add(place, t, true)
		if f.c.Recorded != nil {
			f.c.Recorded(t)
		}
	}
	return r.Taken(ctx)
}

// note notes something that a reader of the run must know, once.
func (f *fold) note(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	if !slices.Contains(f.c.Run.Notes, note) {
		f.c.Run.Notes = append(f.c.Run.Notes, note)
	}
}

// read reads what came back for a trial.
func (f *fold) read(r *queue.Result, place prooftree.Place) (trial.Trial, error) {
	var report Report
	err := json.Unmarshal(r.Body, &report)
	t := report.Trial
	switch {
	case err != nil:
	case t.Key != f.c.key(place):
		err = fmt.Errorf("it is of %s", t.Key)
	case !slices.Contains(trial.Results(), t.Result):
		err = fmt.Errorf("it has the unknown result %q", t.Result)
	}
	if err != nil {
		return t, fmt.Errorf("what its worker sent back cannot be used: %w", err)
	}
	return t, nil
}

// unpack stores the proof trees that came back for a trial, if it has any.
func (f *fold) unpack(ctx context.Context, r *queue.Result, place prooftree.Place, trees []string) ([]string, error) {
	blob, err := r.Blob(ctx)
	if err != nil {
		return nil, err
	}
	if len(blob) == 0 && len(trees) > 0 {
		return nil, damaged{errors.New("they did not come with its result")}
	}
	return unpack(ctx, f.c.Store, f.c.Run.ID, f.c.treeID(place), blob)
}

// saveEvery is how often what the run has taken so far is stored.
const saveEvery = 10 * time.Second

// showEvery is how often progress is shown at most.
const showEvery = 200 * time.Millisecond

func (f *fold) show() {
	if f.c.Observe == nil || time.Since(f.shown) < showEvery && f.missing() > 0 {
		return
	}
	f.shown = time.Now()
	f.c.Observe(f.meter.progress(f.missing(), f.busy, time.Since(f.began)))
}
