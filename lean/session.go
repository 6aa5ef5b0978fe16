package lean

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

const (
	// messageLimit bounds what an Outcome keeps of Lean's messages, in bytes.
	messageLimit = 4 << 10
	// prefixTime is how long the way to a state may take, in addition to what
	// the actions may: usually it is elaborated already.
	prefixTime = 20 * time.Second
	// defaultWall bounds an action for which no limit is given.
	defaultWall = time.Minute
	// maxRestarts is how many processes in a row may die without a single
	// conclusive outcome before the session is given up.
	maxRestarts = 5
)

// session explores one problem in one document of one worker. The worker can be
// replaced at any time: everything that a state needs is in its path.
type session struct {
	prover   *Prover
	problem  provers.Problem
	checker  *soundness.Checker
	worker   *worker
	root     provers.State
	rootRole layout // how to name the root's hypotheses

	restarts int
	reason   string
	barren   int // restarts since the last conclusive outcome
}

var _ provers.Session = (*session)(nil)

// Open implements [provers.Prover].
func (p *Prover) Open(ctx context.Context, problem provers.Problem, l provers.Limits) (provers.Session, error) {
	doing := "opening " + problem.Name
	w, err := p.acquire(ctx, header(problem.Preamble))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	s := &session{prover: p, problem: problem, checker: soundness.NewChecker(problem), worker: w, rootRole: layout{Goals: 1, At: []int{0}}}
	if err := s.open(ctx, doing); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *session) open(ctx context.Context, doing string) error {
	d := s.begin(0, 1)
	d.single(provers.Action{Text: "skip"}, layout{Goals: 1})
	var result checkResult
	for try := 0; ; try++ {
		used := s.worker.edits > 0
		var err error
		result, err = s.worker.check(ctx, d.text(), s.prover.config.StartTimeout, defaultWall, d.begun, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		if result.complete {
			break
		}
		switch late := result.died == ""; {
		case late && used && try == 0:
			// What it did before may be to blame, and not the statement.
			result.died = "the statement did not elaborate in time on a worker that was used before"
		case late:
			return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "the statement did not elaborate in time"}
		case try > 0:
			return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "the statement kills Lean: " + result.died}
		}
		if err := s.restart(ctx, result.died); err != nil {
			return err
		}
	}
	for _, m := range result.diagnostics {
		if m.Severity != lsp.SeverityError || isUnsolved(m) {
			continue
		}
		what, line := "the statement does not elaborate", m.Range.Start.Line-d.statementLine+1
		if m.Range.Start.Line < d.statementLine {
			what, line = "the text before the statement does not elaborate", m.Range.Start.Line+1
		}
		return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: fmt.Sprintf("%s (its line %d): %s", what, line, shorten(m.Message))}
	}
	for _, m := range result.diagnostics {
		if isUnsolved(m) {
			goals := parseGoals(strings.TrimPrefix(m.Message, unsolvedGoals))
			if len(goals) != 1 {
				break
			}
			s.rootRole.Names = [][]string{goals[0].names}
			list := []provers.Goal{goals[0].Goal}
			s.root = provers.State{Goals: list, Key: stateKey(list)}
			return nil
		}
	}
	return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "Lean reports no goal for the statement; is it a complete theorem without its proof?"}
}

func isUnsolved(d lsp.Diagnostic) bool {
	return d.Severity == lsp.SeverityError && strings.HasPrefix(d.Message, unsolvedGoals)
}

// Root implements [provers.Session].
func (s *session) Root() provers.State { return s.root }

// Restarts implements [provers.Session].
func (s *session) Restarts() (int, string) { return s.restarts, s.reason }

// Close implements [provers.Session]. The worker is kept for the next session.
func (s *session) Close() error {
	if s.worker != nil {
		s.prover.release(s.worker)
		s.worker = nil
	}
	return nil
}

// restart replaces the worker.
func (s *session) restart(ctx context.Context, reason string) error {
	s.restarts++
	s.barren++
	s.reason = reason
	s.worker.close()
	if s.barren > maxRestarts {
		return &provers.Error{Kind: provers.Unusable, Doing: "exploring " + s.problem.Name, Detail: fmt.Sprintf("Lean ended %d times in a row, the last time: %s", s.barren, reason)}
	}
	w, err := s.prover.acquire(ctx, s.worker.header)
	if err != nil {
		return fmt.Errorf("replacing a worker that ended (%s): %w", reason, err)
	}
	s.worker = w
	return nil
}

// Script implements [provers.Session].
func (s *session) Script(p provers.Proof) (string, error) {
	w := writer{indent: 2}
	w.raw("by\n")
	if err := w.proof(s.rootRole, p); err != nil {
		return "", fmt.Errorf("writing the proof of %s: %w", s.problem.Name, err)
	}
	return strings.TrimRight(w.b.String(), "\n"), nil
}

// Restore implements [provers.Session]. It elaborates the whole path, so it
// also says whether the path still leads anywhere.
func (s *session) Restore(ctx context.Context, path []provers.Step) (provers.State, error) {
	if len(path) == 0 {
		return s.root, nil
	}
	from := provers.State{Goals: make([]provers.Goal, 1), Path: path[:len(path)-1]}
	last := path[len(path)-1]
	if n := len(path); n > 1 {
		l, err := decodeLayout(path[n-2].Layout)
		if err != nil {
			return provers.State{}, err
		}
		from.Goals = make([]provers.Goal, len(l.At))
	}
	outcomes, err := s.Try(ctx, from, []provers.Action{last.Action}, provers.Limits{})
	if err != nil {
		return provers.State{}, err
	}
	o := outcomes[0]
	if o.Status != provers.Progress || last.Index >= len(o.Next) {
		return provers.State{}, fmt.Errorf("restoring a state of %s: %q now ends as %s: %s", s.problem.Name, last.Action.Text, o.Status, o.Message)
	}
	return o.Next[last.Index], nil
}

// Try implements [provers.Session].
func (s *session) Try(ctx context.Context, from provers.State, actions []provers.Action, l provers.Limits) ([]provers.Outcome, error) {
	outcomes := make([]provers.Outcome, len(actions))
	var queue [][]int // batches of indices still to run
	var open []int
	for i, a := range actions {
		if violation := s.forbidden(a.Text); violation != "" {
			outcomes[i] = provers.Outcome{Status: provers.Forbidden, Message: violation, Class: "forbidden"}
			continue
		}
		if problem := malformed(a.Text); problem != "" {
			outcomes[i] = provers.Outcome{Status: provers.Unparsed, Message: problem, Class: "syntax"}
			continue
		}
		open = append(open, i)
	}
	if len(open) == 0 {
		return outcomes, nil
	}
	if s.worker == nil {
		return nil, fmt.Errorf("exploring %s: the session is closed", s.problem.Name)
	}
	if s.prover.worn(s.worker) {
		s.worker.close()
		w, err := s.prover.acquire(ctx, s.worker.header)
		if err != nil {
			return nil, fmt.Errorf("replacing a worn-out worker: %w", err)
		}
		s.worker = w
	}
	fork := canFork(from)
	var together []int
	for _, i := range open {
		if fork && !namesHole.MatchString(actions[i].Text) {
			together = append(together, i)
		} else {
			queue = append(queue, []int{i})
		}
	}
	if len(together) > 0 {
		queue = append(queue, together)
	}
	alone := map[int]bool{} // tried alone on a fresh worker already
	for len(queue) > 0 {
		batch := queue[0]
		queue = queue[1:]
		fresh := s.worker.edits <= 1
		started := time.Now()
		verdicts, died, stalled, err := s.run(ctx, from, actions, batch, l, fork)
		if err != nil {
			if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				interruptRest(outcomes)
				return outcomes, nil
			}
			return nil, fmt.Errorf("exploring %s: %w", s.problem.Name, err)
		}
		share := time.Since(started) / time.Duration(len(batch))
		var undecided []int
		timedOut := false
		suspect := -1 // the action during which the worker died
		for k, i := range batch {
			v := verdicts[k]
			switch {
			case v.decided:
				v.outcome.Elapsed = share
				outcomes[i] = v.outcome
				timedOut = timedOut || v.outcome.Status == provers.TimedOut
				if v.outcome.Status.Conclusive() {
					s.barren = 0
				}
			case v.begun && died != "":
				suspect = i
			default:
				undecided = append(undecided, i)
			}
		}
		if died != "" {
			if len(batch) == 1 && suspect < 0 {
				suspect = batch[0]
				undecided = nil
			}
			if suspect < 0 {
				// Nobody knows which of them it was, so each goes alone.
				for _, i := range undecided {
					queue = append(queue, []int{i})
				}
				undecided = nil
			}
			if suspect >= 0 {
				if fresh || alone[suspect] {
					o := provers.Outcome{Status: provers.Crashed, Class: "crash", Message: shorten(died), Elapsed: share}
					if stalled {
						o.Status, o.Class = provers.TimedOut, "wall_time"
					}
					outcomes[suspect] = o
					s.barren = 0
				} else {
					alone[suspect] = true
					queue = append([][]int{{suspect}}, queue...)
				}
			}
			if err := s.restart(ctx, died); err != nil {
				if ctx.Err() != nil {
					interruptRest(outcomes)
					return outcomes, nil
				}
				return nil, err
			}
		}
		if timedOut && died == "" && !s.worker.settles(ctx) && ctx.Err() == nil {
			if err := s.restart(ctx, "it went on with an action that had run out of time"); err != nil {
				return nil, err
			}
			s.barren = 0 // it was we who ended it
		}
		if len(undecided) == len(batch) && died == "" {
			// Nothing came of the batch, so trying it again would not end. One by
			// one, each must come to something.
			if len(batch) == 1 {
				outcomes[batch[0]] = provers.Outcome{Status: provers.Lost, Message: "Lean did not begin the action", Elapsed: share}
				undecided = nil
			} else {
				for _, i := range undecided {
					queue = append(queue, []int{i})
				}
				undecided = nil
			}
		}
		if len(undecided) > 0 {
			queue = append([][]int{undecided}, queue...)
		}
	}
	return outcomes, nil
}

// malformed says what is wrong with an action's brackets, comments or strings.
// In a batch they would swallow a part of the next action.
func malformed(tactic string) string {
	tokens, err := source.Scan("", tactic)
	if err != nil {
		return err.Error()
	}
	if t, found := source.Unmatched(source.Code(tokens)); found {
		return fmt.Sprintf("%q has no partner", t.Text)
	}
	return ""
}

// interruptRest ends what has no outcome yet.
func interruptRest(outcomes []provers.Outcome) {
	for i := range outcomes {
		if outcomes[i].Status == "" {
			outcomes[i].Status = provers.Interrupted
		}
	}
}

// verdictOf is what one run of a batch says about one of its actions.
type verdictOf struct {
	begun   bool
	decided bool
	outcome provers.Outcome
}

// run tries a batch once. died says how the worker ended, or why it has to be
// replaced: it may have stalled, that is, it never began an action.
func (s *session) run(ctx context.Context, from provers.State, actions []provers.Action, batch []int, l provers.Limits, fork bool) (verdicts []verdictOf, died string, stalled bool, err error) {
	d := s.begin(l.Units, len(batch))
	last, err := d.path(s.rootRole, from.Path)
	if err != nil {
		return nil, "", false, err
	}
	if fork {
		d.fork(last.names(0), actions, batch)
	} else {
		d.single(actions[batch[0]], last)
	}
	wall := l.Wall
	if wall == 0 {
		wall = defaultWall
	}
	read := func(r checkResult) []verdictOf {
		return d.read(s.prover.classifier, from, actions, batch, r, len(batch) == 1)
	}
	var enough func([]lsp.Diagnostic) bool
	if s.prover.config.StopAtSolved && len(batch) > 1 {
		enough = func(known []lsp.Diagnostic) bool {
			return firstSolved(read(checkResult{diagnostics: known, enough: true})) >= 0
		}
	}
	result, err := s.worker.check(ctx, d.text(), prefixTime+wall, wall, d.begun, enough)
	if err != nil {
		return nil, "", false, err
	}
	verdicts = read(result)
	if !result.complete && result.died == "" && d.begun(result.diagnostics) == 0 {
		// The way to the state itself takes too long; a worker that is still busy
		// with something it was told to drop does that.
		return verdicts, fmt.Sprintf("no action was begun within %s", prefixTime+wall), true, nil
	}
	if enough != nil {
		if k := firstSolved(verdicts); k >= 0 {
			for i := range verdicts[k+1:] {
				verdicts[k+1+i] = verdictOf{begun: true, decided: true, outcome: provers.Outcome{Status: provers.Interrupted, Message: "the state was solved before"}}
			}
		}
	}
	return verdicts, result.died, false, nil
}

// firstSolved is the index of the first action that solves the state, or -1.
func firstSolved(verdicts []verdictOf) int {
	return slices.IndexFunc(verdicts, func(v verdictOf) bool { return v.decided && v.outcome.Status == provers.Solved })
}

func shorten(message string) string {
	if len(message) <= messageLimit {
		return message
	}
	return strings.ToValidUTF8(message[:messageLimit], "") + " …"
}
