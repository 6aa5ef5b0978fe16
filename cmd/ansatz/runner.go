package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// runner searches for proofs of one problem after another.
type runner struct {
	conn    *connection
	keep    keeper // nil if nothing is to be kept
	policy  policy.Policy
	workers int
	display *console.Display
	// done is told of every search, also of those that are only a means, if it is set.
	done func(results.Result)
}

// searchPlan is one search: a new one, or one that goes on with a stored one.
type searchPlan struct {
	info   search.RunInfo
	resume *search.Tree
	before search.Spent
	// policy replaces the runner's, if it is set.
	policy policy.Policy
	// collect has the last word on a proof that the final check accepted, if it is set.
	collect *collector
	// question is stored with a run that looks for an answer.
	question *prooftree.Question
	// passing is set for a search that is only a means: it is not stored.
	passing bool
}

// run does one search. The result is valid in any case; the error is one that
// the next problem would meet too.
func (r *runner) run(ctx context.Context, p searchPlan) (results.Result, error) {
	out, err := r.search(ctx, p)
	if r.done != nil {
		r.done(out)
	}
	return out, err
}

func (r *runner) search(ctx context.Context, p searchPlan) (results.Result, error) {
	problem := p.info.Problem
	begin := time.Now()
	r.display.Phase("starting " + proverTitle(r.conn.prover.Info()))
	sessions, err := r.open(ctx, problem)
	starting := time.Since(begin).Seconds()
	if err != nil {
		return r.notOpened(ctx, problem, starting, err)
	}
	defer sessions.close()
	if p.resume == nil && r.conn.settled != nil && sessions.settled(r.conn.settled) {
		return r.asItIs(ctx, problem, starting)
	}

	config := search.Config{Info: p.info, Open: sessions.take, Workers: len(sessions.ready), Policy: cmp.Or(p.policy, r.policy),
		Verify: r.conn.verifier.Verify, Resume: p.resume, Observe: r.display.Observe}
	if p.collect != nil {
		config.Verify = func(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
			return p.collect.verify(ctx, c, r.conn)
		}
	}
	config.Info.Prover, config.Info.Policy = r.conn.prover.Info(), config.Policy.Name()
	if r.keep != nil && !p.passing {
		kept, err := r.keep.begin(ctx, config.Info, p.resume != nil, p.question)
		if err != nil {
			return results.NotSearched(problem, results.Failed, err.Error()), err
		}
		defer kept.close()
		config.Log, config.Info.ID = kept.log, kept.id
	}
	r.display.Update(func(s *console.Status) { s.Searching, s.Since = true, time.Now() })
	found, err := search.Run(ctx, config)
	out := results.New(problem, config.Info.ID, found, config.Workers, p.before)
	out.Starting = starting
	if err != nil && out.Result != results.Interrupted {
		if out.Reason == "" {
			out.Reason = err.Error()
		}
		if e := (*prooftree.Error)(nil); errors.As(err, &e) {
			return out, err
		}
	}
	return out, nil
}

// notOpened is the result of a problem on which no session could be opened.
func (r *runner) notOpened(ctx context.Context, p provers.Problem, starting float64, err error) (results.Result, error) {
	out := results.NotSearched(p, results.Failed, err.Error())
	out.Starting = starting
	if ctx.Err() != nil {
		out.Result, out.Reason = results.Interrupted, ""
		return out, nil
	}
	if detail, ok := refusedStatement(err); ok {
		out.Result, out.Reason = results.Invalid, detail
		return out, nil
	}
	return out, err
}

// sessions are opened before the clock of a search starts, so that the start of
// a prover's process does not count.
type sessions struct {
	prover  provers.Prover
	problem provers.Problem
	ready   chan provers.Session
}

// open opens a session for each worker at the same time. If only some could be
// opened, the search has to do with these.
func (r *runner) open(ctx context.Context, p provers.Problem) (*sessions, error) {
	s := &sessions{prover: r.conn.prover, problem: p, ready: make(chan provers.Session, r.workers)}
	errs := make([]error, r.workers)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			session, err := s.prover.Open(ctx, p, provers.Limits{})
			if err != nil {
				errs[i] = err
				return
			}
			s.ready <- session
		})
	}
	all.Wait()
	var first error
	for _, err := range errs {
		if err != nil && first == nil {
			first = err
		}
	}
	if first == nil {
		return s, nil
	}
	if len(s.ready) > 0 && ctx.Err() == nil {
		r.display.Say("only %d of %d workers started: %s", len(s.ready), r.workers, console.OneLine(first.Error()))
		return s, nil
	}
	s.close()
	return nil, first
}

// take hands out an open session, or opens another.
func (s *sessions) take(ctx context.Context) (provers.Session, error) {
	select {
	case session := <-s.ready:
		return session, nil
	default:
		return s.prover.Open(ctx, s.problem, provers.Limits{})
	}
}

// close closes what was not handed out.
func (s *sessions) close() {
	for {
		select {
		case session := <-s.ready:
			_ = session.Close() // the prover answers for its processes
		default:
			return
		}
	}
}

// load folds the events of a stored run.
func load(ctx context.Context, store *prooftree.Store, run string) (*search.Tree, error) {
	tree := search.NewTree()
	for e, err := range store.Events(ctx, run) {
		if err != nil {
			return nil, err
		}
		if err := tree.Apply(e); err != nil {
			return nil, fmt.Errorf("reading run %s: %w", run, err)
		}
	}
	return tree, nil
}
