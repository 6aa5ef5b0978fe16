package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Run is the jobs of one benchmark run with their results.
type Run struct {
	queue   *Queue
	id      string
	jobs    jetstream.Consumer
	results jetstream.Stream
	blobs   jetstream.ObjectStore
}

const bucketOfRuns = "ansatz-runs"

func jobsStream(id string) string    { return "ansatz-jobs-" + id }
func resultsStream(id string) string { return "ansatz-results-" + id }
func blobsBucket(id string) string   { return "ansatz-blobs-" + id }
func jobSubject(id, job string) string {
	return "ansatz.jobs." + id + "." + job
}
func resultSubject(id, job string) string {
	return "ansatz.results." + id + "." + job
}

// validName reports whether a name can be a part of the names of streams and subjects.
func validName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// Announce makes a run known to workers, which may begin as soon as jobs are
// offered. It may be repeated: the document is replaced, jobs and results stay.
// The id is of letters, digits, - and _.
func (q *Queue) Announce(ctx context.Context, id string, document []byte) (*Run, error) {
	if !validName(id) {
		return nil, fmt.Errorf("announcing run %q: a name is of letters, digits, - and _", id)
	}
	err := q.insist(ctx, func(ctx context.Context) error { return q.createStreams(ctx, id) })
	if err != nil {
		return nil, fmt.Errorf("announcing run %s: %w", id, err)
	}
	if err := q.insist(ctx, func(ctx context.Context) error {
		runs, err := q.streams.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucketOfRuns, Description: "benchmark runs of ansatz", Replicas: max(q.options.Replicas, 1), Storage: jetstream.FileStorage})
		if err != nil {
			return err
		}
		_, err = runs.Put(ctx, id, document)
		return err
	}); err != nil {
		return nil, fmt.Errorf("announcing run %s: %w", id, err)
	}
	return q.Open(ctx, id)
}

// createStreams makes all that a run needs, or finds it there.
func (q *Queue) createStreams(ctx context.Context, id string) error {
	replicas := max(q.options.Replicas, 1)
	// One message a subject, and no new one while it is there: what waits or is
	// being worked on cannot be offered twice, and there is one result.
	_, err := q.streams.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: jobsStream(id), Subjects: []string{jobSubject(id, ">")}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, Replicas: replicas})
	if err != nil {
		return err
	}
	_, err = q.streams.CreateOrUpdateConsumer(ctx, jobsStream(id), q.jobsConsumer())
	if err != nil {
		return err
	}
	_, err = q.streams.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: resultsStream(id), Subjects: []string{resultSubject(id, ">")}, Storage: jetstream.FileStorage, AllowDirect: true,
		Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, Replicas: replicas})
	if err != nil {
		return err
	}
	_, err = q.streams.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: blobsBucket(id), Replicas: replicas, Storage: jetstream.FileStorage})
	return err
}

// The durable consumers: of the jobs, and of the results.
const (
	workers     = "workers"
	coordinator = "coordinator"
)

func (q *Queue) jobsConsumer() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{Durable: workers, AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.options.Silence,
		MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 4096}
}

// Open opens a run that was announced.
func (q *Queue) Open(ctx context.Context, id string) (*Run, error) {
	r := &Run{queue: q, id: id}
	err := q.insist(ctx, func(ctx context.Context) (err error) {
		if r.jobs, err = q.streams.Consumer(ctx, jobsStream(id), workers); err != nil {
			return err
		}
		if r.results, err = q.streams.Stream(ctx, resultsStream(id)); err != nil {
			return err
		}
		r.blobs, err = q.streams.ObjectStore(ctx, blobsBucket(id))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening run %s: %w", id, err)
	}
	return r, nil
}

// ID is the run's name.
func (r *Run) ID() string { return r.id }

// HandOutAgain forgets to whom jobs were handed out, so that all that have no
// result are handed out anew. It is for when no worker can be alive.
func (r *Run) HandOutAgain(ctx context.Context) error {
	err := r.queue.insist(ctx, func(ctx context.Context) error {
		err := r.queue.streams.DeleteConsumer(ctx, jobsStream(r.id), workers)
		if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		r.jobs, err = r.queue.streams.CreateOrUpdateConsumer(ctx, jobsStream(r.id), r.queue.jobsConsumer())
		return err
	})
	if err != nil {
		return fmt.Errorf("handing out the jobs of run %s again: %w", r.id, err)
	}
	return nil
}

// ReadAgain has [Run.Results] give all results once more, also those that were
// taken. It is for a coordinator that takes over: what the last one was given and
// did not take would come only after a silence.
func (r *Run) ReadAgain(ctx context.Context) error {
	err := r.queue.insist(ctx, func(ctx context.Context) error {
		err := r.queue.streams.DeleteConsumer(ctx, resultsStream(r.id), coordinator)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the results of run %s again: %w", r.id, err)
	}
	return nil
}

// Offer adds a job. One that is offered already, or has a result, is left as it is.
func (r *Run) Offer(ctx context.Context, job string, body []byte) error {
	if _, done, err := r.result(ctx, job); err != nil || done {
		return err
	}
	err := r.queue.insist(ctx, func(ctx context.Context) error {
		_, err := r.queue.streams.Publish(ctx, jobSubject(r.id, job), body)
		if refused(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("offering job %s of run %s: %w", job, r.id, err)
	}
	return nil
}

// refused reports whether the server has a message of that subject already, and
// takes no other.
func refused(err error) bool {
	// JSStreamStoreFailedF with ErrMaxMsgsPerSubject; there is no code of its own.
	var said *jetstream.APIError
	return errors.As(err, &said) && strings.Contains(said.Description, "maximum messages per subject exceeded")
}

// result reads the result of a job, if it has one.
func (r *Run) result(ctx context.Context, job string) (body []byte, found bool, err error) {
	err = r.queue.insist(ctx, func(ctx context.Context) error {
		m, err := r.results.GetLastMsgForSubject(ctx, resultSubject(r.id, job))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err == nil {
			body, found = m.Data, true
		}
		return r.present(ctx, err)
	})
	if err != nil {
		return nil, false, fmt.Errorf("looking for a result of job %s of run %s: %w", job, r.id, err)
	}
	return body, found, nil
}

// present says of an error that nobody answers whether it is because the run was
// removed, which does not pass, or because the server cannot be reached.
func (r *Run) present(ctx context.Context, err error) error {
	if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrNoStreamResponse) {
		return err
	}
	if _, err := r.queue.streams.Stream(ctx, resultsStream(r.id)); errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	return err
}

// A blob that is small travels behind the result in its message, which then says
// how long the result itself is; others go through the object store, whose every
// use takes several messages and a goroutine. A server takes a megabyte a message
// unless it is told otherwise.
const (
	bodyHeader = "Ansatz-Body-Length"
	inlineMost = 512 << 10
)

// split takes the data of a result's message apart.
func split(m jetstream.Msg) (body, blob []byte) {
	data := m.Data()
	n, err := strconv.Atoi(m.Headers().Get(bodyHeader))
	if err != nil || n < 0 || n > len(data) {
		return data, nil
	}
	return data[:n], data[n:]
}

// Result is what a worker sent back for a job.
type Result struct {
	Job  string
	Body []byte
	// inline is the blob, if it came with the result.
	inline []byte
	run    *Run
	m      jetstream.Msg
}

// Blob reads what the worker sent beside the result, or nothing.
func (r *Result) Blob(ctx context.Context) (blob []byte, err error) {
	if r.inline != nil {
		return r.inline, nil
	}
	err = r.run.queue.insist(ctx, func(ctx context.Context) error {
		blob, err = r.run.blobs.GetBytes(ctx, r.Job)
		if errors.Is(err, jetstream.ErrObjectNotFound) {
			blob, err = nil, nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fetching what came with job %s of run %s: %w", r.Job, r.run.id, err)
	}
	return blob, nil
}

// Taken says that the result is kept elsewhere now. Before that it would be given
// again by a later call of [Run.Results].
func (r *Result) Taken(ctx context.Context) error {
	if err := r.run.queue.acknowledge(ctx, r.m); err != nil {
		return fmt.Errorf("acknowledging the result of job %s of run %s: %w", r.Job, r.run.id, err)
	}
	if r.inline == nil {
		// What came with it is the largest part; a failure to remove it loses nothing.
		_ = r.run.blobs.Delete(ctx, r.Job)
	}
	return nil
}

// Results gives the results that were not taken yet, as they come, until the
// context ends. idle is called when there is none at the moment; if it returns
// false, the sequence ends. There is one reader of a run's results.
func (r *Run) Results(ctx context.Context, idle func() bool) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		var consumer jetstream.Consumer
		err := r.queue.insist(ctx, func(ctx context.Context) (err error) {
			consumer, err = r.results.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
				Durable: coordinator, AckPolicy: jetstream.AckExplicitPolicy, AckWait: r.queue.options.Silence, MaxDeliver: -1})
			return err
		})
		for err == nil {
			var m jetstream.Msg
			m, err = next(ctx, consumer)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && passing(err):
				// Cut off: there may be more later.
				if err = nil; !idle() {
					return
				}
			case err == nil && m == nil:
				if !idle() {
					return
				}
			case err == nil:
				job := strings.TrimPrefix(m.Subject(), resultSubject(r.id, ""))
				body, blob := split(m)
				if !yield(&Result{Job: job, Body: body, inline: blob, run: r, m: m}, nil) {
					return
				}
			}
		}
		if ctx.Err() == nil {
			yield(nil, fmt.Errorf("reading the results of run %s: %w", r.id, err))
		}
	}
}

// waitNext is how long one request for a message waits.
const waitNext = time.Second

// next is the next message, or nil if there is none for a while.
func next(ctx context.Context, c jetstream.Consumer) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, waitNext)
	defer cancel()
	m, err := c.Next(jetstream.FetchContext(ctx))
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) {
		return nil, nil
	}
	if passing(err) || Gone(err) {
		<-ctx.Done() // it may say so at once, again and again
	}
	return m, err
}

// Remove makes the server forget the run, with its jobs and results.
func (r *Run) Remove(ctx context.Context) error { return r.queue.Remove(ctx, r.id) }

// Remove makes the server forget a run, with its jobs and results, if it knows it.
func (q *Queue) Remove(ctx context.Context, id string) error {
	err := q.insist(ctx, func(ctx context.Context) error {
		if runs, err := q.streams.KeyValue(ctx, bucketOfRuns); err == nil {
			if err := runs.Purge(ctx, id); err != nil {
				return err
			}
		} else if !errors.Is(err, jetstream.ErrBucketNotFound) {
			return err
		}
		for _, remove := range []func() error{
			func() error { return q.streams.DeleteStream(ctx, jobsStream(id)) },
			func() error { return q.streams.DeleteStream(ctx, resultsStream(id)) },
			func() error { return q.streams.DeleteObjectStore(ctx, blobsBucket(id)) },
		} {
			if err := remove(); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrBucketNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("removing run %s from the queue: %w", id, err)
	}
	return nil
}

// Withdraw takes a run off the list that workers look at: those that work on a
// job of it finish it, and none begins another. Jobs and results stay.
func (r *Run) Withdraw(ctx context.Context) error {
	err := r.queue.insist(ctx, func(ctx context.Context) error {
		runs, err := r.queue.streams.KeyValue(ctx, bucketOfRuns)
		if err != nil {
			return err
		}
		return runs.Purge(ctx, r.id)
	})
	if err != nil {
		return fmt.Errorf("withdrawing run %s: %w", r.id, err)
	}
	return nil
}

// putBlob stores what goes with a result.
func (r *Run) putBlob(ctx context.Context, job string, blob []byte) error {
	return r.queue.insist(ctx, func(ctx context.Context) error {
		_, err := r.blobs.Put(ctx, jetstream.ObjectMeta{Name: job}, io.Reader(bytes.NewReader(blob)))
		return err
	})
}
