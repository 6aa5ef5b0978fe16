package search

import (
	"context"
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/search/policy"
)

// run is the state of a running search. It belongs to the goroutine that called
// [Run], the only one that touches the tree.
type run struct {
	cfg     *Config
	tree    *Tree
	front   frontier
	pool    *pool
	meter   *meter
	learner policy.Learner
	slow    bool // ask the policy in a worker

	ctx       context.Context
	work      context.Context // the workers' lives
	try       context.Context // as long as there is something to try
	cancelTry context.CancelFunc
	deadline  <-chan time.Time
	tick      <-chan time.Time

	flight flight
	flying Spent // expansions and attempts in flight

	began time.Time
	base  time.Duration // wall time of earlier runs
	spent Spent         // without Wall, Attempts and Units

	batch   []Event
	changed []NodeID
	flushed time.Time

	checking bool
	suspects suspects
	end      EndReason // why nothing new is begun, if it is set
	detail   string
	err      error
	result   Result
}

// Run searches for a proof of the problem until one is found and checked,
// nothing is left to try, the budget is spent, or ctx is done. It returns when
// every goroutine that it began has ended and every session is closed.
//
// The error says why the search could not go on or, with End EndUnverified, why
// a proof that was found could not be checked. A search that was interrupted
// returns no error. The result is valid in any case but that of a wrong Config.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if err := cfg.check(); err != nil {
		return Result{End: EndFailed, Detail: err.Error()}, err
	}
	r := newRun(ctx, &cfg)
	work, cancelWork := context.WithCancel(ctx)
	defer cancelWork()
	r.work = work
	r.try, r.cancelTry = context.WithCancel(work)
	defer r.cancelTry()
	if wall := cfg.Info.Budget.Wall; wall > 0 {
		timer := time.NewTimer(max(wall-r.base, 0))
		defer timer.Stop()
		r.deadline = timer.C
	}
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	r.tick = ticker.C
	r.meter = startMeter(cfg.Observe)
	defer r.meter.close()
	r.pool = startPool(r.work, r.try, &cfg, r.flight.most())

	r.search()
	r.cancelTry()
	r.finish()
	cancelWork()
	r.pool.close()
	r.showProgress(time.Now())
	return r.result, r.err
}

func newRun(ctx context.Context, cfg *Config) *run {
	r := &run{cfg: cfg, ctx: ctx, tree: cfg.Resume, flight: newFlight(cfg.Workers), began: time.Now()}
	if r.tree == nil {
		r.tree = NewTree()
	}
	r.flushed = r.began
	r.spent = r.tree.spent
	r.base = r.spent.Wall
	r.front = frontier{tree: r.tree, seed: cfg.Info.Seed}
	r.learner, _ = cfg.Policy.(policy.Learner)
	if s, ok := cfg.Policy.(policy.Slow); ok {
		r.slow = s.Slow()
		r.front.keep = r.slow
	}
	return r
}

// search does everything between the start and the end of a run.
func (r *run) search() {
	r.teachPast()
	r.emit(Event{Kind: RunStarted, Run: &r.cfg.Info})
	r.suspectAgain()
	if r.tree.Nodes() == 0 {
		r.give(&job{kind: jobRoot})
	} else if r.tree.stage >= len(r.cfg.Info.Stages) {
		r.stop(EndExhausted, fmt.Sprintf("the run was in stage %d, and there are only %d", r.tree.stage+1, len(r.cfg.Info.Stages)), nil)
	} else if r.tree.stage >= 0 {
		r.beginStage()
	}
	for {
		if r.ctx.Err() != nil {
			r.stop(EndInterrupted, context.Cause(r.ctx).Error(), nil)
		}
		if !r.mustConclude() {
			if j := r.flight.next(); j != nil {
				r.apply(j)
				r.rotateSuspects()
			}
		}
		if r.mustConclude() {
			r.conclude()
			continue
		}
		r.dispatch()
		switch {
		case r.mustConclude():
		case !r.flight.empty():
			if !r.flight.ready() {
				r.await()
			}
		case r.end != "":
			return
		case r.stageSpent() || !r.suspectOthers():
			r.nextStage()
		}
	}
}

// stop begins no new work any more. The first reason counts, but an error
// overrides what would have been a regular end.
func (r *run) stop(end EndReason, detail string, err error) {
	if r.end == "" || (err != nil && r.err == nil) {
		r.end, r.detail, r.err = end, detail, err
		r.cancelTry()
	}
}

func (r *run) fail(err error) {
	err = fmt.Errorf("searching for a proof of %s: %w", r.cfg.Info.Problem.Name, err)
	r.stop(EndFailed, err.Error(), err)
}

func (r *run) rootIs(s nodeState) bool {
	return len(r.tree.nodes) > 0 && r.tree.nodes[0].status == s
}

// mustConclude reports whether there is a proof to be checked, and still
// somebody who wants to know.
func (r *run) mustConclude() bool {
	return r.rootIs(stateProved) && (r.end == "" || r.end == EndBudget) && r.ctx.Err() == nil
}

// emit numbers and folds an event, with what follows from it.
func (r *run) emit(e Event) {
	if r.end == EndFailed && e.Kind != RunEnded {
		return
	}
	e.Seq, e.Time = r.tree.seq+1, time.Now()
	if err := r.tree.Apply(e); err != nil {
		r.fail(fmt.Errorf("the search contradicts itself: %w", err))
		return
	}
	r.batch = append(r.batch, e)
	if r.front.order != nil {
		r.front.improved(r.tree.improved)
	}
	if len(r.tree.changed) == 0 {
		return
	}
	r.changed = append(r.changed[:0], r.tree.changed...)
	for _, id := range r.changed {
		n := &r.tree.nodes[id-1]
		switch {
		case n.status == stateProved:
			r.follow(Event{Kind: NodeProved, Node: id, Attempt: AttemptID(n.support[provable])})
		case n.status == stateDead:
			r.follow(Event{Kind: NodeDead, Node: id})
		case e.Kind != NodeReopened || e.Node != id:
			r.follow(Event{Kind: NodeReopened, Node: id})
		}
	}
}

// follow emits an event that follows from the one before.
func (r *run) follow(e Event) {
	e.Seq, e.Time = r.tree.seq+1, time.Now()
	if err := r.tree.Apply(e); err != nil {
		r.fail(fmt.Errorf("the search contradicts itself: %w", err))
		return
	}
	r.batch = append(r.batch, e)
}

func (r *run) spentAt(now time.Time) Spent {
	s := r.spent
	s.Attempts, s.Units = r.tree.spent.Attempts, r.tree.spent.Units
	s.Wall = r.base + now.Sub(r.began)
	return s
}

// Batches of events are stored when they are long, or old and the loop waits.
const (
	longBatch = 512
	oldBatch  = 200 * time.Millisecond
)

// flush stores the events that are not stored yet. It is not cut short when the
// run is stopped.
func (r *run) flush() {
	if r.cfg.Log == nil {
		clear(r.batch)
		r.batch = r.batch[:0]
		return
	}
	if len(r.batch) == 0 {
		return
	}
	begin := time.Now()
	if r.batch[len(r.batch)-1].Kind != RunEnded {
		spent := r.spentAt(begin)
		r.emit(Event{Kind: BudgetSpent, Spent: &spent})
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), storeTimeout)
	defer cancel()
	err := r.cfg.Log.Append(ctx, r.batch)
	r.flushed = time.Now()
	r.spent.InStore += r.flushed.Sub(begin)
	clear(r.batch)
	r.batch = r.batch[:0]
	if err != nil {
		r.cfg.Log = nil
		r.fail(fmt.Errorf("storing the search: %w", err))
	}
}

// storeTimeout bounds how long one batch of events may take to be stored, also
// the last one, after the run was stopped.
const storeTimeout = 10 * time.Second

// finish says that the run ended.
func (r *run) finish() {
	spent := r.spentAt(time.Now())
	r.emit(Event{Kind: RunEnded, End: r.end, Detail: r.detail, Spent: &spent})
	r.flush()
	r.result.End, r.result.Detail, r.result.Tree = r.end, r.detail, r.tree
	r.result.Spent, r.result.Refused, r.result.Verdict = r.spentAt(time.Now()), len(r.tree.refused), r.tree.verdict
}

// give hands a job to the workers.
func (r *run) give(j *job) {
	if len(r.tree.nodes) > 0 {
		j.rootKey = r.tree.nodes[0].key
	}
	r.flight.add(j)
	r.pool.jobs <- j
}

// await waits until something happens outside the loop.
func (r *run) await() {
	select {
	case rep := <-r.pool.reports:
		r.receive(rep)
	case <-r.ctx.Done():
		// The workers are stopping; wait for them.
		r.stop(EndInterrupted, context.Cause(r.ctx).Error(), nil)
		r.receive(<-r.pool.reports)
	case <-r.deadline:
		r.deadline = nil
		r.stop(EndBudget, "wall", nil)
	case now := <-r.tick:
		r.flight.overtake(now)
		r.ticked(now)
	}
}

func (r *run) ticked(now time.Time) {
	r.showProgress(now)
	if now.Sub(r.flushed) >= oldBatch {
		r.flush()
	}
}

// receive takes in what a worker reports.
func (r *run) receive(rep report) {
	if rep.retired == nil {
		rep.job.done, rep.job.arrived = true, time.Now()
		return
	}
	if r.pool.live--; r.pool.live == 0 {
		r.fail(rep.retired)
		r.flight.forget()
		rep.job.err, rep.job.done = rep.retired, true
		return
	}
	r.emit(Event{Kind: ProverRestarted, Detail: fmt.Sprintf("a worker gave up: %v", rep.retired)})
	if rep.job.kind == jobConclude {
		r.pool.urgent <- rep.job
		return
	}
	r.pool.jobs <- rep.job
}

// stageSpent reports whether the current stage has used its share.
func (r *run) stageSpent() bool {
	if r.tree.stage < 0 {
		return true
	}
	s := r.spentAt(time.Now())
	s.Expansions += r.flying.Expansions
	s.Attempts += r.flying.Attempts
	return r.front.stage.spentUp(r.cfg.Info.Budget, r.tree.stageSpent, s)
}

// overBudget names the bound of the budget that is reached, if any, counting
// what is in flight.
func (r *run) overBudget() string {
	b, s := &r.cfg.Info.Budget, r.spentAt(time.Now())
	over := func(bound, used int64) bool { return bound > 0 && used >= bound }
	switch {
	case over(b.Expansions, s.Expansions+r.flying.Expansions):
		return "expansions"
	case over(b.Attempts, s.Attempts+r.flying.Attempts):
		return "attempts"
	case over(b.Nodes, int64(len(r.tree.nodes))):
		return "nodes"
	case over(b.Units, s.Units):
		return "units"
	case over(int64(b.Wall), int64(s.Wall)):
		return "wall"
	}
	return ""
}

// nextStage goes on to the next stage, or ends the run.
func (r *run) nextStage() {
	next := r.tree.stage + 1
	if next >= len(r.cfg.Info.Stages) {
		if n := len(r.tree.refused); n > 0 {
			r.stop(EndUnverified, fmt.Sprintf("the final check refused %d proofs and nothing is left to try", n), nil)
			return
		}
		r.stop(EndExhausted, "", nil)
		return
	}
	spent := r.spentAt(time.Now())
	r.emit(Event{Kind: StageStarted, Stage: next, Spent: &spent})
	r.beginStage()
}

func (r *run) beginStage() {
	if err := r.front.begin(r.cfg.Info.Stages[r.tree.stage]); err != nil {
		r.fail(err)
		return
	}
	r.refill()
}

// refill gives the frontier all open nodes that are not in it.
func (r *run) refill() {
	if r.front.order == nil {
		return
	}
	r.front.parked = 0
	for id := NodeID(1); id <= NodeID(len(r.tree.nodes)); id++ {
		r.enter(id)
	}
}
