package proverstest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// Suite is what [Conformance] needs to know of an adapter.
type Suite struct {
	// Prover is closed by the caller.
	Prover provers.Prover
	// Verifier checks the scripts, if it is set.
	Verifier provers.Verifier
	Samples  []Sample
	// Limits bounds each action.
	Limits provers.Limits
	// Prompt is how long a cancelled Try may go on; 0 means ten seconds, so
	// that only one that does not listen at all is found out.
	Prompt time.Duration
}

// Tactic is one step of a sample's proof, with those for the states that it leaves.
type Tactic struct {
	Action   provers.Action
	Children []Tactic
}

// Sample is a problem of which is known what some actions do.
type Sample struct {
	Problem provers.Problem
	// Proof proves the root.
	Proof Tactic
	// Wrong are actions that the prover does not accept at the root.
	Wrong []provers.Action
	// Forbidden are actions that must not be run.
	Forbidden []provers.Action
	// Slow, if it has a text, is an action at the root that runs for so long
	// that it can be interrupted. It is run without limits.
	Slow provers.Action
	// Ran, if set, says how many actions the prover has run so far.
	Ran func() int
}

// Conformance checks that an adapter keeps to the contract of package provers.
// Every adapter runs it in its own tests, on samples in its own language.
func Conformance(t *testing.T, s Suite) {
	if s.Prover.Info().Name == "" || s.Prover.Info().Version == "" {
		t.Errorf("the prover does not say its name and version: %+v", s.Prover.Info())
	}
	for _, sample := range s.Samples {
		t.Run(sample.Problem.Name, func(t *testing.T) {
			c := &conformance{T: t, suite: &s, sample: &sample}
			c.open()
			c.root()
			c.outcomes()
			c.forbidden()
			proof := c.proof(c.session.Root(), sample.Proof)
			c.script(proof)
			c.cancel()
			c.close()
		})
	}
}

// conformance checks one sample.
type conformance struct {
	*testing.T
	suite   *Suite
	sample  *Sample
	session provers.Session
}

func (c *conformance) open() {
	c.Helper()
	session, err := c.suite.Prover.Open(c.Context(), c.sample.Problem, c.suite.Limits)
	if err != nil {
		c.Fatalf("opening: %v", err)
	}
	c.session = session
	c.Cleanup(func() { _ = session.Close() })
}

func (c *conformance) root() {
	root := c.session.Root()
	if root.Key == "" || len(root.Goals) == 0 || len(root.Path) > 0 {
		c.Errorf("the root has key %q, %d goals and a path of %d steps", root.Key, len(root.Goals), len(root.Path))
	}
	if again := c.session.Root(); again.Key != root.Key {
		c.Errorf("the root's key was %q and is now %q", root.Key, again.Key)
	}
	restored, err := c.session.Restore(c.Context(), nil)
	if err != nil || restored.Key != root.Key {
		c.Errorf("restoring the root gives key %q and error %v, not %q", restored.Key, err, root.Key)
	}
}

func (c *conformance) try(from provers.State, actions ...provers.Action) []provers.Outcome {
	c.Helper()
	outcomes, err := c.session.Try(c.Context(), from, actions, c.suite.Limits)
	if err != nil {
		c.Fatalf("trying %+v: %v", actions, err)
	}
	if len(outcomes) != len(actions) {
		c.Fatalf("%d outcomes for %d actions", len(outcomes), len(actions))
	}
	for i, o := range outcomes {
		switch {
		case (o.Status == provers.Progress) != (len(o.Next) > 0):
			c.Errorf("%q: %s with %d states left", actions[i].Text, o.Status, len(o.Next))
		case o.Units < 0 || o.Elapsed < 0:
			c.Errorf("%q: cost of %d units and %s", actions[i].Text, o.Units, o.Elapsed)
		}
		for k, next := range o.Next {
			want := append(slices.Clone(from.Path), provers.Step{Action: actions[i], Index: k})
			if n := len(next.Path); n == len(want) {
				want[n-1].Layout = next.Path[n-1].Layout // the adapter's own affair
			}
			if next.Key == "" || len(next.Goals) == 0 || !slices.Equal(next.Path, want) {
				c.Errorf("%q: state %d has key %q, %d goals and path %v", actions[i].Text, k, next.Key, len(next.Goals), next.Path)
			}
		}
	}
	return outcomes
}

// outcomes checks that outcomes come in order, and that equal actions have
// equal outcomes, in one batch and in two.
func (c *conformance) outcomes() {
	root := c.session.Root()
	good := c.sample.Proof.Action
	actions := []provers.Action{good}
	for _, wrong := range c.sample.Wrong {
		actions = append(actions, wrong, good)
	}
	outcomes := c.try(root, actions...)
	for i, o := range outcomes {
		if accepted := o.Status.Accepted(); accepted != (i%2 == 0) {
			c.Errorf("action %d, %q, is %s: %s", i, actions[i].Text, o.Status, o.Message)
		}
		if first := outcomes[0]; i%2 == 0 && !sameOutcome(o, first) {
			c.Errorf("%q once led to %s %v and once to %s %v", good.Text, first.Status, keys(first), o.Status, keys(o))
		}
	}
	if again := c.try(root, good); !sameOutcome(again[0], outcomes[0]) {
		c.Errorf("%q led to %s %v and then to %s %v", good.Text, outcomes[0].Status, keys(outcomes[0]), again[0].Status, keys(again[0]))
	}
	if none := c.try(root); len(none) > 0 {
		c.Errorf("no actions have %d outcomes", len(none))
	}
}

func sameOutcome(a, b provers.Outcome) bool {
	return a.Status == b.Status && slices.Equal(keys(a), keys(b))
}

func keys(o provers.Outcome) []string {
	var all []string
	for _, s := range o.Next {
		all = append(all, s.Key)
	}
	return all
}

func (c *conformance) forbidden() {
	if len(c.sample.Forbidden) == 0 {
		return
	}
	before := 0
	if c.sample.Ran != nil {
		before = c.sample.Ran()
	}
	for i, o := range c.try(c.session.Root(), c.sample.Forbidden...) {
		if o.Status != provers.Forbidden {
			c.Errorf("%q is %s, not forbidden", c.sample.Forbidden[i].Text, o.Status)
		}
	}
	if c.sample.Ran != nil && c.sample.Ran() != before {
		c.Errorf("forbidden actions were run")
	}
}

// proof follows the sample's proof from a state, restoring every state on the
// way in a second session.
func (c *conformance) proof(from provers.State, step Tactic) provers.Proof {
	c.Helper()
	restored, err := c.session.Restore(c.Context(), from.Path)
	if err != nil {
		c.Fatalf("restoring %v: %v", from.Path, err)
	}
	if restored.Key != from.Key {
		c.Errorf("restoring %v gives key %q, not %q", from.Path, restored.Key, from.Key)
	}
	o := c.try(from, step.Action)[0]
	if !o.Status.Accepted() || len(o.Next) != len(step.Children) {
		c.Fatalf("%q is %s with %d states left, not %d: %s", step.Action.Text, o.Status, len(o.Next), len(step.Children), o.Message)
	}
	p := provers.Proof{State: from, Action: step.Action}
	for i, next := range o.Next {
		child := c.proof(next, step.Children[i])
		if n := len(next.Path); n > 0 {
			child.Layout = next.Path[n-1].Layout
		}
		p.Children = append(p.Children, child)
	}
	return p
}

// script checks the proof's text, and that a state of it can be used in a new
// session that has only its path.
func (c *conformance) script(p provers.Proof) {
	text, err := c.session.Script(p)
	if err != nil {
		c.Fatalf("writing the proof: %v", err)
	}
	if c.suite.Verifier != nil {
		v, err := c.suite.Verifier.Verify(c.Context(), provers.Claim{Problem: c.sample.Problem, Proof: text})
		if err != nil {
			c.Fatalf("checking the proof: %v", err)
		}
		if !v.Accepted {
			c.Errorf("the proof is refused (%s: %s):\n%s\n%v", v.Class, v.Reason, text, v.Messages)
		}
		if v.Prover.Name == "" {
			c.Errorf("the verdict does not say whose it is")
		}
	}
	deepest := p
	for len(deepest.Children) > 0 {
		deepest = deepest.Children[len(deepest.Children)-1]
	}
	if err := c.session.Close(); err != nil {
		c.Errorf("closing: %v", err)
	}
	c.open()
	if o := c.try(deepest.State, deepest.Action)[0]; o.Status != provers.Solved {
		c.Errorf("%q at the end of %v is %s in a new session: %s", deepest.Action.Text, deepest.State.Path, o.Status, o.Message)
	}
}

// cancel stops a slow action, and tries with a context that is done already.
func (c *conformance) cancel() {
	ctx, cancel := context.WithCancel(c.Context())
	if c.sample.Slow.Text != "" {
		stop := time.AfterFunc(50*time.Millisecond, cancel)
		defer stop.Stop()
		c.stopped(ctx, c.sample.Slow)
	}
	cancel()
	c.stopped(ctx, c.sample.Proof.Action)
}

// stopped checks that a cancelled Try ends, with an error or with what was interrupted.
func (c *conformance) stopped(ctx context.Context, a provers.Action) {
	c.Helper()
	prompt := c.suite.Prompt
	if prompt == 0 {
		prompt = 10 * time.Second
	}
	type result struct {
		outcomes []provers.Outcome
		err      error
	}
	results := make(chan result, 1)
	go func() {
		outcomes, err := c.session.Try(ctx, c.session.Root(), []provers.Action{a}, provers.Limits{})
		results <- result{outcomes, err}
	}()
	var r result
	select {
	case r = <-results:
	case <-ctx.Done():
		timer := time.NewTimer(prompt)
		defer timer.Stop()
		select {
		case r = <-results:
		case <-timer.C:
			c.Fatalf("a cancelled Try goes on for more than %s", prompt)
		}
	}
	if r.err == nil && (len(r.outcomes) != 1 || r.outcomes[0].Status != provers.Interrupted) {
		c.Errorf("the interrupted %q has the outcomes %+v", a.Text, r.outcomes)
	}
}

func (c *conformance) close() {
	for range 2 {
		if err := c.session.Close(); err != nil {
			c.Errorf("closing: %v", err)
		}
	}
	if _, err := c.session.Try(c.Context(), c.session.Root(), []provers.Action{c.sample.Proof.Action}, c.suite.Limits); err == nil {
		c.Errorf("a closed session still tries actions")
	}
}
