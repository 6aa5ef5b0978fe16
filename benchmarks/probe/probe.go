// Package probe measures how long single operations of a prover take, against
// the contract in package provers alone.
//
// An operation that does not end as it should measures nothing: a step that is
// rejected is an error, not a fast step. No repetition may be answered from what
// the prover remembers, so that each has actions of its own; see [Number].
package probe

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// The operations.
const (
	// Start is from no process at all to the first session that is ready on the
	// problem, with a prover of its own each time. Looking for the installation is
	// not in it.
	Start = "start"
	// WarmStep tries one action at the root, in a session that has done so before.
	WarmStep = "warm-step"
	// Batch tries [BatchSize] actions at the root at once, in a session that has
	// done so before.
	Batch = "batch-16"
	// FreshCheck is the final check of a whole proof.
	FreshCheck = "fresh-check"
)

// BatchSize is the number of actions of [Batch].
const BatchSize = 16

// Operations are the names of all operations.
func Operations() []string { return []string{Start, WarmStep, Batch, FreshCheck} }

// Number stands in a template of an action for a number that no action of the
// same [Runner] has had before. Provers keep what they have elaborated or verified,
// so that an action that is tried again takes no time.
const Number = "{{n}}"

// Target is a problem with something for the prover to do.
type Target struct {
	Problem provers.Problem
	// Step is the template of an action that makes progress at the root.
	Step string
	// Batch are templates of actions that make progress at the root. They are
	// taken in turn until there are enough.
	Batch []string
	// Proof is a whole proof of the problem, as in [provers.Claim].
	Proof string
}

// Check says what a target lacks for an operation.
func (t Target) Check(operation string) error {
	if strings.TrimSpace(t.Problem.Statement) == "" {
		return errors.New("it has no statement")
	}
	switch operation {
	case Start:
	case WarmStep:
		return template(operation, t.Step)
	case Batch:
		if len(t.Batch) == 0 || len(t.Batch) > BatchSize {
			return fmt.Errorf("%s needs between 1 and %d templates of actions, not %d", operation, BatchSize, len(t.Batch))
		}
		for _, text := range t.Batch {
			if err := template(operation, text); err != nil {
				return err
			}
		}
	case FreshCheck:
		if strings.TrimSpace(t.Proof) == "" {
			return fmt.Errorf("%s needs a proof", operation)
		}
	default:
		return fmt.Errorf("unknown operation %q: known are %s", operation, strings.Join(Operations(), ", "))
	}
	return nil
}

func template(operation, text string) error {
	if !strings.Contains(text, Number) {
		return fmt.Errorf("%s needs actions with %s in them, a number that is another one each time, and %q has none", operation, Number, text)
	}
	return nil
}

// Connect makes a prover that has not started anything yet, and a verifier. Close
// of the prover ends both.
type Connect func(ctx context.Context) (provers.Prover, provers.Verifier, error)

// Runner measures operations on one target. It keeps what is warm from one
// measurement to the next, and is used by one goroutine at a time.
type Runner struct {
	connect  Connect
	target   Target
	prover   provers.Prover
	verifier provers.Verifier
	session  provers.Session
	warmed   map[string]bool // the operations that the session has done
	next     int
}

// firstNumber is where [Number] begins: the numbers are of one length for long.
const firstNumber = 1000

// New makes a runner. It starts nothing.
func New(connect Connect, t Target) *Runner {
	return &Runner{connect: connect, target: t, next: firstNumber}
}

// Close ends everything that the runner has started.
func (r *Runner) Close() error {
	var errs []error
	if r.session != nil {
		errs = append(errs, r.session.Close())
	}
	if r.prover != nil {
		errs = append(errs, r.prover.Close())
	}
	r.session, r.prover, r.verifier = nil, nil, nil
	return errors.Join(errs...)
}

// Measure returns how long an operation took. What has to be there before, a warm
// session for a step, is not in it.
func (r *Runner) Measure(ctx context.Context, operation string) (time.Duration, error) {
	took, err := r.measure(ctx, operation)
	if err != nil {
		return 0, fmt.Errorf("measuring %s of %s: %w", operation, r.target.Problem.Name, err)
	}
	return took, nil
}

func (r *Runner) measure(ctx context.Context, operation string) (time.Duration, error) {
	if err := r.target.Check(operation); err != nil {
		return 0, err
	}
	switch operation {
	case Start:
		return r.start(ctx)
	case WarmStep:
		return r.try(ctx, operation, []string{r.target.Step})
	case Batch:
		templates := make([]string, BatchSize)
		for i := range templates {
			templates[i] = r.target.Batch[i%len(r.target.Batch)]
		}
		return r.try(ctx, operation, templates)
	}
	return r.check(ctx)
}

// start has a connection of its own: nothing of it is warm.
func (r *Runner) start(ctx context.Context) (took time.Duration, err error) {
	prover, _, err := r.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, prover.Close()) }()
	begin := time.Now()
	session, err := prover.Open(ctx, r.target.Problem, provers.Limits{})
	took = time.Since(begin)
	if err != nil {
		return 0, err
	}
	return took, session.Close()
}

func (r *Runner) connected(ctx context.Context) error {
	if r.prover != nil {
		return nil
	}
	var err error
	r.prover, r.verifier, err = r.connect(ctx)
	return err
}

// warm opens the session, if there is none, and has it do the operation once: what
// is done for the first time takes longer (code is compiled, libraries are loaded).
func (r *Runner) warm(ctx context.Context, operation string, templates []string) error {
	if r.session == nil {
		if err := r.connected(ctx); err != nil {
			return err
		}
		session, err := r.prover.Open(ctx, r.target.Problem, provers.Limits{})
		if err != nil {
			return err
		}
		r.session, r.warmed = session, make(map[string]bool)
	}
	if r.warmed[operation] {
		return nil
	}
	if _, err := r.tried(ctx, r.actions(templates)); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	r.warmed[operation] = true
	return nil
}

// actions fills in the templates.
func (r *Runner) actions(templates []string) []provers.Action {
	var list []provers.Action
	for _, text := range templates {
		list = append(list, provers.Action{Text: strings.ReplaceAll(text, Number, strconv.Itoa(r.next))})
		r.next++
	}
	return list
}

func (r *Runner) try(ctx context.Context, operation string, templates []string) (time.Duration, error) {
	if err := r.warm(ctx, operation, templates); err != nil {
		return 0, err
	}
	return r.tried(ctx, r.actions(templates))
}

// tried runs actions at the root, all of which must make progress on the process
// that was there before. A session that did otherwise is not used again.
func (r *Runner) tried(ctx context.Context, actions []provers.Action) (took time.Duration, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, r.session.Close())
			r.session = nil
		}
	}()
	before, _ := r.session.Restarts()
	begin := time.Now()
	outcomes, err := r.session.Try(ctx, r.session.Root(), actions, provers.Limits{})
	took = time.Since(begin)
	if err != nil {
		return 0, err
	}
	if len(outcomes) != len(actions) {
		return 0, fmt.Errorf("%d actions have %d outcomes", len(actions), len(outcomes))
	}
	for i, o := range outcomes {
		if o.Status != provers.Progress {
			return 0, fmt.Errorf("the action %q ended as %s, and is to make progress: %s", actions[i].Text, o.Status, o.Message)
		}
	}
	if after, reason := r.session.Restarts(); after != before {
		return 0, fmt.Errorf("the prover was started again meanwhile: %s", reason)
	}
	return took, nil
}

func (r *Runner) check(ctx context.Context) (time.Duration, error) {
	if err := r.connected(ctx); err != nil {
		return 0, err
	}
	if r.verifier == nil {
		return 0, errors.New("there is no verifier")
	}
	begin := time.Now()
	verdict, err := r.verifier.Verify(ctx, provers.Claim{Problem: r.target.Problem, Proof: r.target.Proof})
	took := time.Since(begin)
	if err != nil {
		return 0, err
	}
	if !verdict.Accepted {
		return 0, fmt.Errorf("the proof is refused: %s", verdict.Reason)
	}
	return took, nil
}

// Measure measures once, with nothing warm that a runner would keep.
func Measure(ctx context.Context, operation string, connect Connect, t Target) (took time.Duration, err error) {
	r := New(connect, t)
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Measure(ctx, operation)
}
