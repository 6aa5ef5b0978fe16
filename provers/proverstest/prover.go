package proverstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// FaultKind says how an action goes wrong.
type FaultKind int

// The faults.
const (
	// Hang runs until the action's wall limit (TimedOut) or until it is stopped
	// (Interrupted).
	Hang FaultKind = iota
	// Crash kills the prover each time: the outcome is Crashed.
	Crash
	// Lose takes the prover away: the whole batch is Lost.
	Lose
	// Late answers after Fault.Delay.
	Late
	// Break makes Try return an error: the session is unusable.
	Break
	// Flood adds a message of a megabyte.
	Flood
)

// Fault makes some actions go wrong.
type Fault struct {
	Kind FaultKind
	// On says which actions; nil means all.
	On func(state, action string) bool
	// Times bounds how often it happens, over all sessions; 0 means always.
	Times int
	Delay time.Duration
}

// Options says how a [Prover] behaves.
type Options struct {
	Faults []Fault
	// FailOpen, if set, is asked before each session, with its number from 1.
	FailOpen func(n int) error
	// Distrust makes the final check refuse scripts with such an action.
	Distrust func(action string) bool
}

// ForbiddenWord is what no action may contain: the in-memory prover's "sorry".
const ForbiddenWord = "sorry"

// Prover is an in-memory prover over a [Space]. It implements
// [provers.Prover] and [provers.Verifier].
type Prover struct {
	space   Space
	options Options

	mu    sync.Mutex
	times []int // how often each fault happened

	opened, closed, ran atomic.Int64
}

// New returns a prover over a space.
func New(space Space, o Options) *Prover {
	return &Prover{space: space, options: o, times: make([]int, len(o.Faults))}
}

// Info implements [provers.Prover].
func (p *Prover) Info() provers.Info {
	return provers.Info{Name: "proverstest", Version: "1", Variant: provers.Fake}
}

// Close implements [provers.Prover].
func (p *Prover) Close() error { return nil }

// Sessions says how many sessions were opened and how many of them are closed.
func (p *Prover) Sessions() (opened, closed int) {
	return int(p.opened.Load()), int(p.closed.Load())
}

// Ran says how many actions were run. Forbidden ones are not.
func (p *Prover) Ran() int { return int(p.ran.Load()) }

// Open implements [provers.Prover].
func (p *Prover) Open(ctx context.Context, problem provers.Problem, _ provers.Limits) (provers.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n := p.opened.Add(1)
	if p.options.FailOpen != nil {
		if err := p.options.FailOpen(int(n)); err != nil {
			p.closed.Add(1)
			return nil, err
		}
	}
	root, err := p.space.Root(problem.Statement)
	if err != nil {
		p.closed.Add(1)
		return nil, &provers.Error{Kind: provers.InvalidProblem, Doing: "opening " + problem.Name, Err: err}
	}
	return &session{prover: p, root: root}, nil
}

// fault returns the fault that befalls an action now, if any.
func (p *Prover) fault(state, action string) *Fault {
	for i := range p.options.Faults {
		f := &p.options.Faults[i]
		if f.On != nil && !f.On(state, action) {
			continue
		}
		p.mu.Lock()
		happens := f.Times == 0 || p.times[i] < f.Times
		if happens {
			p.times[i]++
		}
		p.mu.Unlock()
		if happens {
			return f
		}
	}
	return nil
}

// session implements [provers.Session].
type session struct {
	prover   *Prover
	root     string
	restarts int
	reason   string
	closed   bool
}

const keyPrefix = "state:"

func makeState(name string, path []provers.Step) provers.State {
	return provers.State{Goals: goals(name), Key: keyPrefix + name, Path: path}
}

func (s *session) Root() provers.State { return makeState(s.root, nil) }

func (s *session) Restarts() (int, string) { return s.restarts, s.reason }

func (s *session) Close() error {
	if !s.closed {
		s.closed = true
		s.prover.closed.Add(1)
	}
	return nil
}

func (s *session) restart(reason string) {
	s.restarts++
	s.reason = reason
}

func (s *session) Try(ctx context.Context, from provers.State, actions []provers.Action, l provers.Limits) ([]provers.Outcome, error) {
	if s.closed {
		return nil, errors.New("trying actions: the session is closed")
	}
	name, ok := strings.CutPrefix(from.Key, keyPrefix)
	if !ok {
		return nil, fmt.Errorf("trying actions: %q is no state of this prover", from.Key)
	}
	outcomes := make([]provers.Outcome, len(actions))
	for i, a := range actions {
		if ctx.Err() != nil {
			outcomes[i] = provers.Outcome{Status: provers.Interrupted}
			continue
		}
		if strings.Contains(a.Text, ForbiddenWord) {
			outcomes[i] = provers.Outcome{Status: provers.Forbidden, Message: "the action contains " + ForbiddenWord}
			continue
		}
		o, err := s.try(ctx, from, name, a, l)
		if err != nil {
			return nil, err
		}
		if o.Status == provers.Lost {
			for k := range outcomes {
				outcomes[k] = o
			}
			return outcomes, nil
		}
		outcomes[i] = o
	}
	return outcomes, nil
}

func (s *session) try(ctx context.Context, from provers.State, name string, a provers.Action, l provers.Limits) (provers.Outcome, error) {
	s.prover.ran.Add(1)
	var message string
	if f := s.prover.fault(name, a.Text); f != nil {
		switch f.Kind {
		case Hang:
			return provers.Outcome{Status: wait(ctx, l.Wall)}, nil
		case Crash:
			s.restart("crashed on " + a.Text)
			return provers.Outcome{Status: provers.Crashed}, nil
		case Lose:
			s.restart("lost")
			return provers.Outcome{Status: provers.Lost}, nil
		case Late:
			if f.Delay > 0 && wait(ctx, f.Delay) == provers.Interrupted {
				return provers.Outcome{Status: provers.Interrupted}, nil
			}
		case Break:
			return provers.Outcome{}, fmt.Errorf("trying %q: the session broke", a.Text)
		case Flood:
			message = strings.Repeat("x", 1<<20)
		}
	}
	e := s.prover.space.Apply(name, a.Text)
	o := provers.Outcome{Units: max(e.Units, 1), Message: message, Suggestions: e.Suggestions}
	switch {
	case l.Units > 0 && o.Units > l.Units:
		o.Status, o.Units = provers.OutOfBudget, l.Units
	case e.Rejected:
		o.Status, o.Class = provers.Rejected, "no_effect"
	case len(e.Next) == 0:
		o.Status = provers.Solved
	default:
		o.Status = provers.Progress
		o.Next = make([]provers.State, len(e.Next))
		for i, next := range e.Next {
			path := append(from.Path[:len(from.Path):len(from.Path)], provers.Step{Action: a, Index: i, Layout: e.layout(i)})
			o.Next[i] = makeState(next, path)
		}
	}
	return o, nil
}

// layout is the note that comes with a state that is left.
func (e *Effect) layout(i int) string {
	if i < len(e.Layouts) {
		return e.Layouts[i]
	}
	return ""
}

// wait runs for a time, or, if it is 0, until it is stopped.
func wait(ctx context.Context, d time.Duration) provers.Status {
	var after <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-ctx.Done():
		return provers.Interrupted
	case <-after:
		return provers.TimedOut
	}
}

func (s *session) Restore(ctx context.Context, path []provers.Step) (provers.State, error) {
	if err := ctx.Err(); err != nil {
		return provers.State{}, err
	}
	name := s.root
	for i, step := range path {
		e := s.prover.space.Apply(name, step.Action.Text)
		if e.Rejected || step.Index < 0 || step.Index >= len(e.Next) {
			return provers.State{}, fmt.Errorf("restoring a state: step %d (%q) does not lead to state %d", i+1, step.Action.Text, step.Index)
		}
		if want := e.layout(step.Index); step.Layout != want {
			return provers.State{}, fmt.Errorf("restoring a state: step %d (%q) has the layout %q, not %q", i+1, step.Action.Text, step.Layout, want)
		}
		name = e.Next[step.Index]
	}
	return makeState(name, path), nil
}

// Script writes the actions of a proof one a line, each before those of the
// states that it leaves.
func (s *session) Script(p provers.Proof) (string, error) {
	var b strings.Builder
	if err := writeProof(&b, p); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeProof(b *strings.Builder, p provers.Proof) error {
	if strings.Contains(p.Action.Text, "\n") {
		return fmt.Errorf("the action %q spans lines", p.Action.Text)
	}
	b.WriteString(p.Action.Text)
	b.WriteByte('\n')
	for _, c := range p.Children {
		if err := writeProof(b, c); err != nil {
			return err
		}
	}
	return nil
}

// Verify implements [provers.Verifier]: it runs the script from the root.
func (p *Prover) Verify(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return provers.Verdict{}, err
	}
	v := provers.Verdict{Prover: p.Info(), Text: c.Proof}
	root, err := p.space.Root(c.Problem.Statement)
	if err != nil {
		return v, &provers.Error{Kind: provers.InvalidProblem, Doing: "checking " + c.Problem.Name, Err: err}
	}
	open := []string{root} // the next at the end
	for line := range strings.Lines(c.Proof) {
		action := strings.TrimSuffix(line, "\n")
		switch {
		case len(open) == 0:
			v.Class, v.Reason = "prover_error", fmt.Sprintf("nothing is left for %q", action)
			return v, nil
		case strings.Contains(action, ForbiddenWord):
			v.Class, v.Reason = ForbiddenWord, fmt.Sprintf("%q is forbidden", action)
			return v, nil
		case p.options.Distrust != nil && p.options.Distrust(action):
			v.Class, v.Reason = "axiom", fmt.Sprintf("%q is not trusted", action)
			return v, nil
		}
		e := p.space.Apply(open[len(open)-1], action)
		if e.Rejected {
			v.Class, v.Reason = "prover_error", fmt.Sprintf("%q does not apply to %s", action, open[len(open)-1])
			return v, nil
		}
		open = open[:len(open)-1]
		for i := range e.Next {
			open = append(open, e.Next[len(e.Next)-1-i])
		}
	}
	if len(open) > 0 {
		v.Class, v.Reason = "prover_error", fmt.Sprintf("%d states are left", len(open))
		return v, nil
	}
	v.Accepted = true
	return v, nil
}
