package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/distribute"
	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/solutions"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// executor does the trials of one run with the commands' own searches. Nothing is
// carried from one trial to the next but running processes of the prover.
type executor struct {
	app      *app
	run      trial.Run
	spec     spec.Spec
	variants []spec.Variant
	conns    map[string]*connection // by the prover's name
	options  connectOptions
}

// newExecutor connects to the provers of a run.
func (a *app) newExecutor(ctx context.Context, run trial.Run, provers []string, o connectOptions) (e *executor, err error) {
	s, err := spec.Parse(run.Name, []byte(run.Spec))
	if err != nil {
		return nil, fmt.Errorf("reading the specification of run %s: %w", run.ID, err)
	}
	e = &executor{app: a, run: run, spec: s, variants: s.Expand(), conns: make(map[string]*connection), options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	if len(e.variants) != len(run.Variants) {
		return e, fmt.Errorf("run %s has %d variants, and its specification %d", run.ID, len(run.Variants), len(e.variants))
	}
	for _, v := range e.variants {
		e.options.verifyTimeout = max(e.options.verifyTimeout, v.Budget.Verify)
	}
	for _, name := range provers {
		o := e.options
		o.prover = name
		if e.conns[name], err = a.connect(ctx, o); err != nil {
			delete(e.conns, name)
			return e, err
		}
	}
	return e, nil
}

var _ distribute.Executor = (*executor)(nil)

// Close implements [distribute.Executor].
func (e *executor) Close() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(e.conns)) {
		errs = append(errs, e.conns[name].close())
	}
	return errors.Join(errs...)
}

// provers are the provers that are connected.
func (e *executor) provers() map[string]provers.Info {
	out := make(map[string]provers.Info)
	for name, c := range e.conns {
		out[name] = c.prover.Info()
	}
	return out
}

// memory is what the largest worker usually takes, in bytes.
func (e *executor) memory() int64 {
	most := int64(1)
	for _, c := range e.conns {
		most = max(most, c.memory)
	}
	return most
}

// Execute implements [distribute.Executor].
func (e *executor) Execute(ctx context.Context, t distribute.Task, trees *distribute.TreeWriter) (trial.Trial, error) {
	var p plan.Problem
	if err := json.Unmarshal(t.Problem, &p); err != nil {
		return trial.Trial{}, fmt.Errorf("reading the problem: %w", err)
	}
	if t.Place.Variant < 0 || t.Place.Variant >= len(e.variants) {
		return trial.Trial{}, fmt.Errorf("run %s has no variant %d", e.run.ID, t.Place.Variant+1)
	}
	if p.Operation != "" {
		return e.measure(ctx, t.Place.Variant, p)
	}
	v := e.variants[t.Place.Variant]
	conn := e.conns[p.Prover]
	if conn == nil {
		return trial.Trial{}, fmt.Errorf("there is no connection to %s", p.Prover)
	}
	proposer, err := languageOf(p.Prover).policyWithout(v.Search.Policy, v.Search.Without)
	if err != nil {
		return trial.Trial{}, err
	}
	one := &oneTrial{variant: v, seed: t.Seed}
	one.batch = &batch{app: e.app, runner: runner{conn: conn, keep: onTheWay{trees}, policy: proposer, workers: v.Search.Sessions,
		display: console.NewDisplay(io.Discard, func() int { return 0 }, true), done: one.add}}
	defer one.batch.runner.display.Close()
	if p.Find != nil {
		err = one.solve(ctx, p)
	} else {
		err = one.prove(ctx, p)
	}
	if metered, ok := proposer.(policy.Metered); ok {
		one.trial.Cost.PromptTokens, one.trial.Cost.CompletionTokens = metered.Tokens()
	}
	return one.trial, err
}

// oneTrial is a trial while it is being done.
type oneTrial struct {
	variant spec.Variant
	seed    uint64
	batch   *batch
	trial   trial.Trial
}

// add adds what a search took.
func (o *oneTrial) add(r results.Result) {
	c := &o.trial.Cost
	c.Wall += r.Elapsed
	c.Starting += r.Starting
	c.Checking += r.Checking
	c.Prover += r.Seconds["prover"]
	c.Policy += r.Seconds["policy"]
	c.Store += r.Seconds["store"]
	c.Expansions += r.Expansions
	c.Attempts += r.Attempts
	c.Nodes += int64(r.Nodes)
	c.Units += r.Units
}

// prove searches for a proof.
func (o *oneTrial) prove(ctx context.Context, p plan.Problem) error {
	stages, err := o.stages(languageOf(p.Prover))
	if err != nil {
		return err
	}
	b := o.variant.Budget
	o.trial.Source = p.Prove.Source
	budget := search.Budget{Wall: b.Wall, Expansions: b.Expansions, Attempts: b.Attempts, Nodes: b.Nodes}
	r, err := o.batch.runner.run(ctx, searchPlan{info: search.RunInfo{Problem: *p.Prove, Seed: o.seed, Budget: budget, Stages: stages}})
	if err != nil {
		return err
	}
	o.trial.Result, o.trial.Reason = resultOf(r)
	o.trial.Proof, o.trial.Axioms, o.trial.Text = r.Proof, r.Axioms, r.Text
	return nil
}

// stages are those that the variant asks for.
func (o *oneTrial) stages(l *language) ([]search.Stage, error) {
	s := o.variant.Search
	f := proveFlags{strategy: cmp.Or(s.Strategy, portfolio), beamWidth: s.BeamWidth}
	f.heartbeats, f.actionTimeout = s.Heartbeats, s.ActionTimeout
	return f.stages(l)
}

// resultOf says what a search for a proof came to.
func resultOf(r results.Result) (trial.Result, string) {
	switch r.Result {
	case results.Proved:
		return trial.Solved, ""
	case results.Unverified:
		return trial.CheckRefused, r.Reason
	case results.Invalid:
		return trial.NotElaborated, r.Reason
	case results.Unproved:
		switch {
		case r.End == search.EndExhausted:
			return trial.Exhausted, r.Reason
		case r.Detail == "wall":
			return trial.TimeOut, r.Reason
		}
		return trial.OutOfBudget, r.Reason
	}
	if r.End == search.EndFailed {
		// The search goes on without a worker that dies; this was the last.
		return trial.Crashed, r.Reason
	}
	return trial.Failed, r.Reason
}

// solve searches for an answer, and compares it with the reference.
func (o *oneTrial) solve(ctx context.Context, p plan.Problem) error {
	v := o.variant
	f := solveFlags{method: cmp.Or(v.Search.Method, "fps"), seed: o.seed, maxExpansions: v.Budget.Expansions, maxAttempts: v.Budget.Attempts,
		anyForm: v.Search.AnyForm, backward: v.Budget.Backward}
	f.timeout = v.Budget.Wall
	o.trial.Source = p.Find.Source
	s := newSolver(o.batch, f)
	found, err := s.solve(ctx, p.Record())
	if err != nil {
		return err
	}
	o.trial.Result, o.trial.Reason = resultOfSolution(found)
	o.trial.Answer = found.Answer
	if p.Reference != nil {
		o.trial.Reference = p.Reference.Text
	}
	for _, a := range found.Attempts {
		decided := a.Submission != nil && a.Submission.Text() == found.Answer || a.Submission == nil && a.Raw != nil && a.Raw.Text() == found.Answer
		if decided && o.trial.Method == "" {
			o.trial.Method, o.trial.Proof, o.trial.Text = string(a.Method), a.Proof, a.Text
		}
	}
	return nil
}

// resultOfSolution says what a search for an answer came to.
func resultOfSolution(s solutions.Solution) (trial.Result, string) {
	switch s.Result {
	case solutions.Solved, solutions.Answered:
		return trial.Solved, ""
	case solutions.Different:
		return trial.NotEquivalent, "the answer " + s.Answer + " was proved, and not shown to equal the reference"
	case solutions.Unevaluated:
		return trial.NotNormal, "the answer " + s.Answer + " is not in normal form"
	case solutions.Vacuous, solutions.IllPosed:
		return trial.IllPosed, s.Reason
	case solutions.Invalid:
		return trial.NotElaborated, s.Reason
	case solutions.Unsolved:
		return unsolvedResult(s), s.Reason
	}
	return trial.Failed, s.Reason
}

// unsolvedResult is why no method found an answer, by the last of them.
func unsolvedResult(s solutions.Solution) trial.Result {
	out := trial.Exhausted
	for _, a := range s.Attempts {
		switch {
		case a.Result == results.Unverified:
			out = trial.CheckRefused
		case a.Result == results.Failed:
			out = trial.Crashed
		case a.End == search.EndBudget && a.Detail == "wall":
			out = trial.TimeOut
		case a.End == search.EndBudget:
			out = trial.OutOfBudget
		}
	}
	return out
}

// measure measures an operation of a prover.
func (e *executor) measure(ctx context.Context, variant int, p plan.Problem) (trial.Trial, error) {
	target := e.spec.Probe.Targets[variant]
	if limit := e.spec.Probe.Timeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	took, err := probe.Measure(ctx, p.Operation, func(ctx context.Context) (provers.Prover, provers.Verifier, error) {
		o := e.options
		o.prover = target.Prover
		conn, err := e.app.connect(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		return conn.prover, conn.verifier, nil
	}, target.Probe())
	out := trial.Trial{Result: trial.Solved, Cost: trial.Cost{Wall: took.Seconds()}}
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		out.Result, out.Reason = trial.TimeOut, err.Error()
	case err != nil:
		out.Result, out.Reason = trial.Failed, err.Error()
	}
	return out, nil
}

// needed are the provers that a run was made with.
func needed(run trial.Run) []string { return slices.Sorted(maps.Keys(run.Provers)) }

// sameProvers says how provers here differ from those of a run, as far as results
// may depend on it; where they are installed does not matter.
func sameProvers(run, here map[string]provers.Info) error {
	for _, name := range slices.Sorted(maps.Keys(run)) {
		was, is := run[name], here[name]
		if !was.SameBuild(is) {
			return fmt.Errorf("the run was begun with %s %s (%s), and this is %s %s (%s)%s", name, was.Version, was.Variant, name, is.Version, is.Variant, optionsText(was.Options, is.Options))
		}
	}
	return nil
}

func optionsText(was, is map[string]string) string {
	if maps.Equal(was, is) {
		return ""
	}
	list := func(m map[string]string) string {
		var out []string
		for _, key := range slices.Sorted(maps.Keys(m)) {
			out = append(out, key+" "+m[key])
		}
		return strings.Join(out, ", ")
	}
	return "; " + list(was) + " and " + list(is)
}
