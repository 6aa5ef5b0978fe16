package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Announced is a run that workers may work on.
type Announced struct {
	ID       string
	Document []byte
	Since    time.Time
}

// Announced lists the runs that are announced, the oldest first.
func (q *Queue) Announced(ctx context.Context) ([]Announced, error) {
	var list []Announced
	err := q.insist(ctx, func(ctx context.Context) error {
		list = nil
		runs, err := q.streams.KeyValue(ctx, bucketOfRuns)
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		keys, err := runs.Keys(ctx)
		if err != nil && !errors.Is(err, jetstream.ErrNoKeysFound) {
			return err
		}
		for _, key := range keys {
			entry, err := runs.Get(ctx, key)
			if errors.Is(err, jetstream.ErrKeyNotFound) {
				continue // withdrawn in between
			}
			if err != nil {
				return err
			}
			list = append(list, Announced{ID: key, Document: entry.Value(), Since: entry.Created()})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for runs to work on: %w", err)
	}
	slices.SortFunc(list, func(a, b Announced) int { return a.Since.Compare(b.Since) })
	return list, nil
}

// Job is a job that was handed out to this worker. It stays so until Done or
// Return: in between the server is told that the worker is alive.
type Job struct {
	// Name is what it was offered as.
	Name string
	Body []byte
	// Delivery counts how often it was handed out, from 1: more than 1 means that
	// a worker vanished on it or gave it back.
	Delivery int
	run      *Run
	m        jetstream.Msg
	stop     context.CancelFunc
	alive    sync.WaitGroup
}

// Next waits a short while for a job. It returns nil if there is none, also if the
// server cannot be reached or the run is no longer there.
func (r *Run) Next(ctx context.Context) (*Job, error) {
	for {
		m, err := next(ctx, r.jobs)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			// The consumer is deleted while a worker waits for its next job if the run
			// ends just then.
			if passing(err) || Gone(err) {
				return nil, nil
			}
			return nil, fmt.Errorf("waiting for a job of run %s: %w", r.id, err)
		}
		if m == nil {
			return nil, nil
		}
		j, err := r.begin(ctx, m)
		if Gone(err) {
			return nil, nil
		}
		if err != nil || j != nil {
			return j, err
		}
	}
}

// begin takes a message as a job, unless the job has a result already.
func (r *Run) begin(ctx context.Context, m jetstream.Msg) (*Job, error) {
	about, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("reading a job of run %s: %w", r.id, err)
	}
	j := &Job{Name: strings.TrimPrefix(m.Subject(), jobSubject(r.id, "")), Body: m.Data(), Delivery: int(about.NumDelivered), run: r, m: m}
	// A server that was killed counts deliveries anew, so the count does not say
	// that nobody did it yet.
	_, done, err := r.result(ctx, j.Name)
	if err != nil {
		return nil, err
	}
	if done {
		return nil, j.acknowledge(ctx)
	}
	living, stop := context.WithCancel(context.WithoutCancel(ctx))
	j.stop = stop
	j.alive.Go(func() { j.stayAlive(living) })
	return j, nil
}

// stayAlive says to the server that the job is being worked on.
func (j *Job) stayAlive(ctx context.Context) {
	ticker := time.NewTicker(j.run.queue.options.Silence / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// If it does not get through, the job is handed out to another, and the
			// result that comes first counts.
			_ = j.m.InProgress()
		}
	}
}

func (j *Job) end() {
	j.stop()
	j.alive.Wait()
}

// acknowledge says that the job is done. One that has a result and is handed out
// again, as its acknowledgement was lost, is acknowledged then.
func (j *Job) acknowledge(ctx context.Context) error {
	if err := j.run.queue.acknowledge(ctx, j.m); err != nil {
		return fmt.Errorf("acknowledging job %s of run %s: %w", j.Name, j.run.id, err)
	}
	return nil
}

// Done sends the result of the job back, with a blob beside it that may be large
// (nil: none). It tries until the server has it or the context ends. first is
// false if there was a result already, of another worker; that one counts. Of an
// error that [Gone] holds of, the run was removed and nobody wants the result.
func (j *Job) Done(ctx context.Context, result, blob []byte) (first bool, err error) {
	defer j.end()
	if _, done, err := j.run.result(ctx, j.Name); err != nil {
		return false, err
	} else if done {
		return false, j.acknowledge(ctx)
	}
	m := &nats.Msg{Subject: resultSubject(j.run.id, j.Name), Data: result}
	switch {
	case blob == nil:
	case len(result)+len(blob) <= inlineMost:
		m.Header = nats.Header{bodyHeader: {strconv.Itoa(len(result))}}
		m.Data = slices.Concat(result, blob)
	default:
		if err := j.run.putBlob(ctx, j.Name, blob); err != nil {
			return false, fmt.Errorf("sending what goes with the result of job %s: %w", j.Name, err)
		}
	}
	first = true
	err = j.run.queue.insist(ctx, func(ctx context.Context) error {
		_, err := j.run.queue.streams.PublishMsg(ctx, m)
		if refused(err) {
			first = false
			return nil
		}
		return j.run.present(ctx, err)
	})
	if err != nil {
		return false, fmt.Errorf("sending the result of job %s: %w", j.Name, err)
	}
	return first, j.acknowledge(ctx)
}

// Return gives the job back for another worker, after a pause.
func (j *Job) Return(pause time.Duration) error {
	j.end()
	if err := j.m.NakWithDelay(pause); err != nil {
		return fmt.Errorf("giving back job %s of run %s: %w", j.Name, j.run.id, err)
	}
	return nil
}

// Gone reports whether an error says that a run is not there any more.
func Gone(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) ||
		errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrBucketNotFound)
}
