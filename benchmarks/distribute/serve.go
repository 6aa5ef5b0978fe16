package distribute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// ServeConfig says what workers do that take part in any run.
type ServeConfig struct {
	Queue *queue.Queue
	Slots int
	// Prepare gets ready for the trials of a run. An error says why this machine
	// cannot do them; the run is left to others then.
	Prepare func(ctx context.Context, a Announcement) (Executor, error)
	// UntilDone ends the work when no run is announced that can be worked on here,
	// once any was announced.
	UntilDone bool
	Busy      *Busy
	// Done is told of every trial whose result was sent, if it is set.
	Done func(trial.Trial)
	// Say is told what people may want to know.
	Say func(format string, args ...any)
}

// lookEvery is how often the list of runs is read.
const lookEvery = 2 * time.Second

// Serve does trials of all runs that are announced, the oldest run first, until
// the context ends or, with UntilDone, there is nothing to take part in any more.
func Serve(ctx context.Context, c ServeConfig) (err error) {
	s := &serving{config: c, worker: worker{busy: c.Busy, done: c.Done}, known: make(map[string]*joined)}
	ctx, done := context.WithCancel(ctx)
	defer done()
	s.finished = done
	defer func() { err = errors.Join(err, s.closeAll()) }()
	return inSlots(ctx, c.Slots, s.slot)
}

// serving is what the slots share.
type serving struct {
	config   ServeConfig
	worker   worker
	finished func()

	mu    sync.Mutex
	at    time.Time
	order []*joined // runs that can be worked on
	known map[string]*joined
	some  bool // a run was there
	// closing are errors of closing executors.
	closing []error
}

// joined is a run that was seen.
type joined struct {
	document []byte
	run      *queue.Run
	executor Executor // nil if this machine cannot take part
	// working is how many slots are at it. The executor is closed when the run is
	// over and there is none.
	working int
	over    bool
}

// slot works until there is nothing to do any more.
func (s *serving) slot(ctx context.Context, slot int) error {
	for ctx.Err() == nil {
		runs, err := s.runs(ctx)
		if err != nil {
			return err
		}
		worked := false
		for _, r := range runs {
			if !s.begin(r) {
				continue
			}
			worked, err = s.worker.next(ctx, r.run, r.executor, slot)
			s.end(r)
			if err != nil {
				return err
			}
			if worked {
				break // the list may have changed meanwhile
			}
		}
		if !worked && len(runs) == 0 {
			wait(ctx, lookEvery)
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// runs are the runs to work on now.
func (s *serving) runs(ctx context.Context) ([]*joined, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.at) < lookEvery {
		return s.order, nil
	}
	announced, err := s.config.Queue.Announced(ctx)
	if err != nil {
		return nil, err
	}
	s.at = time.Now()
	s.order = nil
	before := s.known
	s.known = make(map[string]*joined)
	for _, a := range announced {
		s.some = true
		// A coordinator that goes on announces the same again.
		if r := before[a.ID]; r != nil && bytes.Equal(r.document, a.Document) {
			s.known[a.ID] = r
			delete(before, a.ID)
		}
	}
	for _, r := range before {
		s.leave(r)
	}
	for _, a := range announced {
		r := s.known[a.ID]
		if r == nil {
			if r, err = s.join(ctx, a); err != nil {
				return nil, err
			}
			if r == nil {
				continue
			}
			s.known[a.ID] = r
		}
		if r.executor != nil {
			s.order = append(s.order, r)
		}
	}
	if len(s.order) == 0 && s.some && s.config.UntilDone {
		s.finished()
	}
	return s.order, nil
}

// begin takes note that a slot turns to a run, and reports whether it may.
func (s *serving) begin(r *joined) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.over {
		return false
	}
	r.working++
	return true
}

// end takes note that a slot turns away from a run.
func (s *serving) end(r *joined) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.working--
	s.close(r)
}

// leave takes no further part in a run.
func (s *serving) leave(r *joined) {
	r.over = true
	s.close(r)
}

// close closes the executor of a run that is over, once.
func (s *serving) close(r *joined) {
	if r.over && r.working == 0 && r.executor != nil {
		if err := r.executor.Close(); err != nil {
			s.closing = append(s.closing, err)
		}
		r.executor = nil
	}
}

// join gets ready for a run, or says why it cannot be worked on here. It returns
// nil if the run has gone meanwhile.
func (s *serving) join(ctx context.Context, a queue.Announced) (*joined, error) {
	r := &joined{document: a.Document}
	var announcement Announcement
	err := json.Unmarshal(a.Document, &announcement)
	if err == nil && announcement.Version != FormatVersion {
		err = fmt.Errorf("it is of another version of ansatz (%s)", announcement.Run.Ansatz)
	}
	if err == nil {
		r.run, err = s.config.Queue.Open(ctx, a.ID)
		if queue.Gone(err) {
			return nil, nil
		}
	}
	if err == nil {
		r.executor, err = s.config.Prepare(ctx, announcement)
	}
	switch {
	case ctx.Err() != nil:
		if r.executor != nil {
			err = r.executor.Close()
		}
		return nil, errors.Join(context.Cause(ctx), err)
	case err != nil:
		s.config.Say("not working on run %s: %v", a.ID, err)
	default:
		s.config.Say("working on run %s (%s)", a.ID, announcement.Run.Name)
	}
	return r, nil
}

func (s *serving) closeAll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.known {
		s.leave(r)
	}
	return errors.Join(s.closing...)
}
