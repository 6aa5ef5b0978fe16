package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// Limits on how often a broken session is replaced.
const (
	// maxJobFailures is how many sessions one batch of actions may break before
	// its actions count as lost.
	maxJobFailures = 2
	// maxSessionFailures is how many sessions in a row a worker may lose without
	// one success before it gives up.
	maxSessionFailures = 5
)

type jobKind int

const (
	jobRoot     jobKind = iota // what is the root?
	jobPropose                 // ask a slow policy
	jobTry                     // try actions at a state
	jobConclude                // write down and check a proof of the root
)

// job is one piece of work outside the loop that owns the tree. The loop fills
// in the first part and a worker the second.
type job struct {
	kind       jobKind
	node       NodeID
	request    policy.Request
	rootKey    string // what the root's key must be, if it is known
	candidates []policy.Candidate
	actions    []provers.Action
	limits     provers.Limits
	proof      provers.Proof

	root     provers.State
	proposed []policy.Candidate
	outcomes []provers.Outcome // nil if the job was stopped before it began
	script   string
	verdict  *provers.Verdict
	err      error
	failures int      // sessions that broke on it
	restarts []string // why the prover was started again meanwhile
	inProver time.Duration
	inPolicy time.Duration
	// Used by the loop.
	done    bool
	arrived time.Time // when it was done
}

// report is what a worker sends to the loop: a job that is done, or, if retired
// is set, the job that it could not do when it gave up.
type report struct {
	job     *job
	retired error
}

// pool runs the workers.
type pool struct {
	cfg     *Config
	jobs    chan *job
	urgent  chan *job
	reports chan report
	quit    chan struct{}
	workers sync.WaitGroup
	live    int // workers that have not given up; used by the loop
}

// startPool starts the workers. At most so many jobs may be given out at a time,
// and one urgent one, so that nobody ever waits to send.
func startPool(work, try context.Context, cfg *Config, most int) *pool {
	p := &pool{
		cfg:     cfg,
		jobs:    make(chan *job, most+1),
		urgent:  make(chan *job, 1),
		reports: make(chan report, most+cfg.Workers+2),
		quit:    make(chan struct{}),
		live:    cfg.Workers,
	}
	for range cfg.Workers {
		p.workers.Go(func() {
			w := worker{pool: p, work: work, try: try}
			w.run()
		})
	}
	return p
}

// close ends the workers and their sessions and waits for them.
func (p *pool) close() {
	close(p.quit)
	p.workers.Wait()
}

// worker owns one session.
type worker struct {
	pool     *pool
	work     context.Context // until the run ends
	try      context.Context // until nothing more is to be tried
	session  provers.Session
	opened   bool // a session was opened at some time
	failures int  // sessions lost since the last success
	restarts int  // as the session last said
}

func (w *worker) run() {
	defer w.drop()
	for {
		j := w.take()
		if j == nil {
			return
		}
		if err := w.do(j); err != nil {
			w.pool.reports <- report{job: j, retired: err}
			return
		}
		w.pool.reports <- report{job: j}
	}
}

// take waits for the next job; nil means that there will be none.
func (w *worker) take() *job {
	select {
	case <-w.pool.quit:
		return nil
	case j := <-w.pool.urgent:
		return j
	default:
	}
	select {
	case <-w.pool.quit:
		return nil
	case j := <-w.pool.urgent:
		return j
	case j := <-w.pool.jobs:
		return j
	}
}

// do does a job. An error means that the worker can go on no more and that
// somebody else has to do it.
func (w *worker) do(j *job) error {
	switch j.kind {
	case jobPropose:
		begin := time.Now()
		j.proposed, j.err = w.pool.cfg.Policy.Propose(w.try, j.request)
		j.inPolicy += time.Since(begin)
		return nil
	case jobTry:
		return w.tryActions(j)
	case jobConclude:
		return w.conclude(j)
	default:
		err := w.open(w.try, j)
		if err == nil {
			j.root = w.session.Root()
		}
		return w.unlessStopped(w.try, j, err)
	}
}

// unlessStopped turns an error that comes of stopping into one of the job.
func (w *worker) unlessStopped(ctx context.Context, j *job, err error) error {
	if err != nil && ctx.Err() != nil {
		j.err = err
		return nil
	}
	return err
}

// open makes sure that there is a session. A first session that cannot be
// opened is final; one that replaces another is tried for a few times.
func (w *worker) open(ctx context.Context, j *job) error {
	for w.session == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		begin := time.Now()
		s, err := w.pool.cfg.Open(ctx)
		j.inProver += time.Since(begin)
		if err != nil {
			err = fmt.Errorf("opening a session: %w", err)
			if w.failures++; !w.opened || w.failures >= maxSessionFailures || hopeless(err) {
				return err
			}
			continue
		}
		if key := s.Root().Key; j.rootKey != "" && key != j.rootKey {
			return errors.Join(fmt.Errorf("the prover's first state is not the one that the search began with: %.200q, not %.200q", key, j.rootKey), s.Close())
		}
		w.session, w.opened, w.restarts = s, true, 0
	}
	return nil
}

// hopeless reports whether opening again would fail for the same reason.
func hopeless(err error) bool {
	var e *provers.Error
	return errors.As(err, &e) && (e.Kind == provers.InvalidProblem || e.Kind == provers.NotFound)
}

// drop closes the session. What goes wrong then is of no use to anybody: its
// work is done, and the prover answers for its own processes.
func (w *worker) drop() {
	if w.session != nil {
		_ = w.session.Close()
		w.session = nil
	}
}

func (w *worker) tryActions(j *job) error {
	for {
		if err := w.open(w.try, j); err != nil {
			return w.unlessStopped(w.try, j, err)
		}
		begin := time.Now()
		outcomes, err := w.session.Try(w.try, j.request.State, j.actions, j.limits)
		j.inProver += time.Since(begin)
		if n, reason := w.session.Restarts(); n > w.restarts {
			w.restarts = n
			j.restarts = append(j.restarts, reason)
		}
		if err == nil {
			err = checkOutcomes(outcomes, len(j.actions))
		}
		stopped := w.try.Err() != nil
		if err == nil {
			w.failures = 0
			for i := range outcomes {
				if outcomes[i].Status == provers.Interrupted && !stopped && !solved(outcomes[:i]) {
					outcomes[i].Status = provers.Lost
				}
			}
			j.outcomes = outcomes
			return nil
		}
		w.drop()
		if stopped {
			j.outcomes = repeat(provers.Outcome{Status: provers.Interrupted}, len(j.actions))
			return nil
		}
		j.restarts = append(j.restarts, err.Error())
		w.failures++
		j.failures++
		if w.failures >= maxSessionFailures {
			return fmt.Errorf("%d sessions broke one after the other: %w", w.failures, err)
		}
		if j.failures >= maxJobFailures {
			j.outcomes = repeat(provers.Outcome{Status: provers.Lost, Message: err.Error()}, len(j.actions))
			return nil
		}
	}
}

func repeat(o provers.Outcome, n int) []provers.Outcome {
	all := make([]provers.Outcome, n)
	for i := range all {
		all[i] = o
	}
	return all
}

// checkOutcomes holds an adapter to the contract of [provers.Session].
func checkOutcomes(outcomes []provers.Outcome, n int) error {
	if len(outcomes) != n {
		return fmt.Errorf("the prover's adapter gave %d outcomes for %d actions", len(outcomes), n)
	}
	for i := range outcomes {
		o := &outcomes[i]
		if _, ok := statusIndex(o.Status); !ok {
			return fmt.Errorf("the prover's adapter gave the unknown status %q", o.Status)
		}
		if (o.Status == provers.Progress) != (len(o.Next) > 0) {
			return fmt.Errorf("the prover's adapter gave status %s with %d states left", o.Status, len(o.Next))
		}
		for k := range o.Next {
			if o.Next[k].Key == "" {
				return errors.New("the prover's adapter gave a state without a key")
			}
		}
	}
	return nil
}

// conclude writes the proof as a script and has it checked. It goes on when
// nothing more is to be tried, but not when the whole run is stopped.
func (w *worker) conclude(j *job) error {
	if err := w.open(w.work, j); err != nil {
		return w.unlessStopped(w.work, j, err)
	}
	begin := time.Now()
	defer func() { j.inProver += time.Since(begin) }()
	script, err := w.session.Script(j.proof)
	if err != nil {
		j.verdict = &provers.Verdict{Class: "script", Reason: fmt.Sprintf("the proof cannot be written as a script: %v", err), Prover: w.pool.cfg.Info.Prover}
		return nil
	}
	if m, ok := w.session.(provers.Minimizer); ok {
		if less, err := m.Minimize(w.work, j.proof); err == nil && less != script {
			// What was left out may be what a fresh check needs.
			if w.check(j, less); j.err != nil || j.verdict == nil || j.verdict.Accepted {
				return nil
			}
		}
	}
	w.check(j, script)
	return nil
}

// check has a proof checked, if there is a final check.
func (w *worker) check(j *job, script string) {
	j.script = script
	if w.pool.cfg.Verify == nil {
		return
	}
	v, err := w.pool.cfg.Verify(w.work, provers.Claim{Problem: w.pool.cfg.Info.Problem, Proof: script})
	if err != nil {
		j.err = fmt.Errorf("checking the proof: %w", err)
		return
	}
	j.verdict = &v
}

// solved reports whether one of the outcomes solved the state. An adapter may then
// leave out the rest of the batch, and that is no loss.
func solved(outcomes []provers.Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o provers.Outcome) bool { return o.Status == provers.Solved })
}
