package prooftree

import (
	"context"
	"fmt"
	"math"
	"reflect"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// The statements that a writer prepares.
const (
	advanceRun = iota
	startRun
	endRun
	reopenRun
	spendRun
	insertRunStart
	insertStageStart
	openStates
	insertRunEnd
	insertSpending
	insertNote
	insertState
	insertAttempt
	insertChild
	scoreState
	insertDecision
	exhaustState
	proveState
	killState
	reopenState
	unproveState
	barAttempt
	insertVerdict
	addTally
	statementCount
)

var statementTexts = [statementCount]string{
	// The condition is a second guard against two writers of one run.
	advanceRun:       `UPDATE run SET last_seq = ?3, max_depth = ?4 WHERE id = ?1 AND last_seq = ?2`,
	startRun:         `UPDATE run SET started = coalesce(started, ?2) WHERE id = ?1`,
	endRun:           `UPDATE run SET ended = ?2, end_reason = ?3, end_detail = ?4 WHERE id = ?1`,
	reopenRun:        `UPDATE run SET ended = NULL, end_reason = NULL, end_detail = NULL WHERE id = ?1`,
	spendRun:         `UPDATE run SET expansions = ?2, wall = ?3, in_prover = ?4, in_policy = ?5, in_store = ?6 WHERE id = ?1`,
	insertRunStart:   `INSERT INTO run_start (run, seq, time, info) VALUES (?, ?, ?, ?)`,
	insertStageStart: `INSERT INTO stage_start (run, seq, time, stage) VALUES (?, ?, ?, ?)`,
	openStates:       `UPDATE state SET exhausted = 0 WHERE run = ? AND status IN ('open', 'proved', 'dead') AND exhausted = 1`,
	insertRunEnd:     `INSERT INTO run_end (run, seq, time, reason, detail) VALUES (?, ?, ?, ?, ?)`,
	insertSpending: `INSERT INTO spending (run, seq, time, event, expansions, attempts, units, wall, in_prover, in_policy, in_store)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	insertNote: `INSERT INTO note (run, seq, time, kind, detail) VALUES (?, ?, ?, ?, ?)`,
	insertState: `INSERT INTO state (run, seq, time, node, key, depth, attempt, goals, logprob, score)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	insertAttempt: `INSERT INTO attempt (run, seq, time, id, node, goal, action, logprob, source, stage, status, class, message, suggestions, units, elapsed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	insertChild: `INSERT INTO attempt_child (run, attempt, place, child, layout) VALUES (?, ?, ?, ?, nullif(?, ''))`,
	// Only the attempt by which a state was reached first gives it its score.
	scoreState: `UPDATE state SET (logprob, score) =
			(SELECT p.logprob + ?5, (p.logprob + ?5) / (state.depth + 1) FROM state p WHERE p.run = ?1 AND p.node = ?4)
		WHERE run = ?1 AND node = ?2 AND attempt = ?3`,
	insertDecision: `INSERT INTO decision (run, seq, time, kind, node, attempt, stage, final, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	exhaustState:   `UPDATE state SET exhausted = ?3 WHERE run = ?1 AND node = ?2`,
	proveState:     `UPDATE state SET status = 'proved', proved_by = ?3 WHERE run = ?1 AND node = ?2`,
	killState:      `UPDATE state SET status = 'dead', proved_by = NULL WHERE run = ?1 AND node = ?2`,
	reopenState:    `UPDATE state SET status = 'open', proved_by = NULL WHERE run = ?1 AND node = ?2`,
	// A node that another attempt proves stays proved. If the node has another
	// proof, the event that says so follows.
	unproveState: `UPDATE state SET status = 'open', proved_by = NULL WHERE run = ?1 AND node = ?2 AND proved_by = ?3`,
	barAttempt:   `UPDATE attempt SET barred = ?4 WHERE run = ?1 AND node = ?2 AND id = ?3`,
	insertVerdict: `INSERT INTO verdict (run, seq, time, accepted, class, reason, axioms, messages,
			prover_name, prover_version, prover_variant, prover_path, prover_options, text, elapsed, answers)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	addTally: `INSERT INTO attempt_tally (run, source, status, count, units, elapsed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET count = count + excluded.count, units = units + excluded.units, elapsed = elapsed + excluded.elapsed`,
}

type tallyKey struct {
	source string
	status provers.Status
}

type tallyCount struct{ count, units, elapsed int64 }

// batch stores events in one transaction of a writer. Its position replaces the
// writer's once the transaction is committed.
type batch struct {
	w     *Writer
	at    position
	tally map[tallyKey]tallyCount
}

func (b *batch) exec(ctx context.Context, statement int, args ...any) error {
	_, err := b.w.statements[statement].ExecContext(ctx, args...)
	return err
}

// execOne is exec for a statement that must change one row.
func (b *batch) execOne(ctx context.Context, statement int, args ...any) error {
	result, err := b.w.statements[statement].ExecContext(ctx, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return invalid("it speaks of a node, an attempt or a position that the stored run does not have")
	}
	return nil
}

func invalid(format string, args ...any) error {
	return &Error{Kind: InvalidEvents, Doing: "checking the event", Detail: fmt.Sprintf(format, args...)}
}

func (b *batch) store(ctx context.Context, events []search.Event) error {
	before := b.at.seq
	for i := range events {
		e := &events[i]
		if e.Seq != b.at.seq+1 {
			return invalid("event %d follows event %d", e.Seq, b.at.seq)
		}
		b.at.seq = e.Seq
		if err := b.insert(ctx, e); err != nil {
			return fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind, err)
		}
	}
	for key, n := range b.tally {
		if err := b.exec(ctx, addTally, b.w.run, key.source, string(key.status), n.count, n.units, n.elapsed); err != nil {
			return err
		}
	}
	return b.execOne(ctx, advanceRun, b.w.run, before, b.at.seq, b.at.maxDepth)
}

func (b *batch) insert(ctx context.Context, e *search.Event) error {
	if b.at.ended && e.Kind != search.RunEnded {
		b.at.ended = false
		if err := b.exec(ctx, reopenRun, b.w.run); err != nil {
			return err
		}
	}
	switch e.Kind {
	case search.RunStarted:
		return b.runStarted(ctx, e)
	case search.StageStarted:
		if err := b.exec(ctx, insertStageStart, b.w.run, e.Seq, nanoseconds(e.Time), e.Stage); err != nil {
			return err
		}
		if err := b.exec(ctx, openStates, b.w.run); err != nil {
			return err
		}
		return b.spent(ctx, e)
	case search.StateReached:
		return b.stateReached(ctx, e)
	case search.AttemptTried:
		return b.attemptTried(ctx, e)
	case search.NodeExhausted, search.NodeProved, search.NodeDead, search.NodeReopened, search.AttemptCleared:
		return b.decided(ctx, e)
	case search.BudgetSpent:
		if e.Spent == nil {
			return invalid("it does not say what was spent")
		}
		return b.spent(ctx, e)
	case search.UserActed, search.ProverRestarted:
		return b.exec(ctx, insertNote, b.w.run, e.Seq, nanoseconds(e.Time), string(e.Kind), e.Detail)
	case search.VerdictGiven:
		return b.verdictGiven(ctx, e)
	case search.RunEnded:
		return b.runEnded(ctx, e)
	}
	return invalid("its kind is unknown")
}

func (b *batch) runStarted(ctx context.Context, e *search.Event) error {
	if e.Run == nil {
		return invalid("it does not say what was started")
	}
	if e.Run.ID != b.w.info.ID || e.Run.Problem != b.w.info.Problem {
		return invalid("it starts run %s of problem %q, not this one", e.Run.ID, e.Run.Problem.Name)
	}
	var info any
	if !reflect.DeepEqual(*e.Run, b.w.info) {
		text, err := jsonText(e.Run)
		if err != nil {
			return err
		}
		info = text
	}
	if err := b.exec(ctx, insertRunStart, b.w.run, e.Seq, nanoseconds(e.Time), info); err != nil {
		return err
	}
	return b.exec(ctx, startRun, b.w.run, nanoseconds(e.Time))
}

func (b *batch) stateReached(ctx context.Context, e *search.Event) error {
	switch {
	case e.State == nil || e.State.Key == "":
		return invalid("it has no state or one without a key")
	case e.Node != b.at.node+1:
		return invalid("node %d follows node %d", e.Node, b.at.node)
	case (e.Attempt == 0) != (e.Node == 1):
		return invalid("node %d was reached by attempt %d", e.Node, e.Attempt)
	}
	goals, err := jsonText(e.State.Goals)
	if err != nil {
		return err
	}
	// The score of another node comes with the attempt that led there.
	var score any
	if e.Node == 1 {
		score = 0.0
	}
	b.at.node = e.Node
	b.at.maxDepth = max(b.at.maxDepth, e.Depth)
	return b.exec(ctx, insertState, b.w.run, e.Seq, nanoseconds(e.Time), int64(e.Node), e.State.Key, e.Depth, int64(e.Attempt), goals, score, score)
}

func (b *batch) attemptTried(ctx context.Context, e *search.Event) error {
	switch {
	case e.Candidate == nil || e.Outcome == nil:
		return invalid("it has no candidate or no outcome")
	case e.Attempt != b.at.attempt+1:
		return invalid("attempt %d follows attempt %d", e.Attempt, b.at.attempt)
	case e.Node < 1 || e.Node > b.at.node:
		return invalid("there is no node %d", e.Node)
	case math.IsNaN(e.Candidate.LogProb):
		return invalid("the log-probability is not a number")
	case e.Layouts != nil && len(e.Layouts) != len(e.Children):
		return invalid("it has %d layouts of %d nodes", len(e.Layouts), len(e.Children))
	}
	for _, child := range e.Children {
		if child < 1 || child > b.at.node {
			return invalid("there is no node %d", child)
		}
	}
	suggestions, err := optionalJSON(e.Outcome.Suggestions)
	if err != nil {
		return err
	}
	c, o := e.Candidate, e.Outcome
	err = b.exec(ctx, insertAttempt, b.w.run, e.Seq, nanoseconds(e.Time), int64(e.Attempt), int64(e.Node), c.Action.Goal, c.Action.Text, c.LogProb, c.Source,
		e.Stage, string(o.Status), o.Class, shortened(o.Message), suggestions, o.Units, int64(o.Elapsed))
	if err != nil {
		return err
	}
	for place, child := range e.Children {
		layout := ""
		if e.Layouts != nil {
			layout = e.Layouts[place]
		}
		if err := b.exec(ctx, insertChild, b.w.run, int64(e.Attempt), place, int64(child), layout); err != nil {
			return err
		}
		if err := b.exec(ctx, scoreState, b.w.run, int64(child), int64(e.Attempt), int64(e.Node), c.LogProb); err != nil {
			return err
		}
	}
	b.at.attempt = e.Attempt
	key := tallyKey{c.Source, o.Status}
	n := b.tally[key]
	b.tally[key] = tallyCount{n.count + 1, n.units + o.Units, n.elapsed + int64(o.Elapsed)}
	return nil
}

func (b *batch) decided(ctx context.Context, e *search.Event) error {
	run, node, attempt := b.w.run, int64(e.Node), int64(e.Attempt)
	err := b.exec(ctx, insertDecision, run, e.Seq, nanoseconds(e.Time), string(e.Kind), node, attempt, e.Stage, e.Final, e.Detail)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == search.NodeExhausted:
		how := 1
		if e.Final {
			how = 2
		}
		return b.execOne(ctx, exhaustState, run, node, how)
	case e.Kind == search.NodeProved:
		return b.execOne(ctx, proveState, run, node, attempt)
	case e.Kind == search.NodeDead:
		return b.execOne(ctx, killState, run, node)
	case e.Kind == search.AttemptCleared:
		return b.execOne(ctx, barAttempt, run, node, attempt, false)
	case e.Attempt == 0:
		return b.execOne(ctx, reopenState, run, node)
	}
	if err := b.execOne(ctx, barAttempt, run, node, attempt, true); err != nil {
		return err
	}
	return b.exec(ctx, unproveState, run, node, attempt)
}

func (b *batch) verdictGiven(ctx context.Context, e *search.Event) error {
	v := e.Verdict
	if v == nil {
		return invalid("it has no verdict")
	}
	axioms, err := optionalJSON(v.Axioms)
	if err != nil {
		return err
	}
	messages, err := optionalJSON(v.Messages)
	if err != nil {
		return err
	}
	options, err := optionalJSON(v.Prover.Options)
	if err != nil {
		return err
	}
	answers, err := optionalJSON(v.Answers)
	if err != nil {
		return err
	}
	return b.exec(ctx, insertVerdict, b.w.run, e.Seq, nanoseconds(e.Time), v.Accepted, v.Class, v.Reason, axioms, messages,
		v.Prover.Name, v.Prover.Version, string(v.Prover.Variant), v.Prover.Path, options, v.Text, int64(v.Elapsed), answers)
}

func (b *batch) runEnded(ctx context.Context, e *search.Event) error {
	if err := b.exec(ctx, insertRunEnd, b.w.run, e.Seq, nanoseconds(e.Time), string(e.End), e.Detail); err != nil {
		return err
	}
	b.at.ended = true
	if err := b.exec(ctx, endRun, b.w.run, nanoseconds(e.Time), string(e.End), e.Detail); err != nil {
		return err
	}
	return b.spent(ctx, e)
}

// spent stores what an event says that was spent.
func (b *batch) spent(ctx context.Context, e *search.Event) error {
	s := e.Spent
	if s == nil {
		return nil
	}
	err := b.exec(ctx, insertSpending, b.w.run, e.Seq, nanoseconds(e.Time), string(e.Kind),
		s.Expansions, s.Attempts, s.Units, int64(s.Wall), int64(s.InProver), int64(s.InPolicy), int64(s.InStore))
	if err != nil {
		return err
	}
	return b.exec(ctx, spendRun, b.w.run, s.Expansions, int64(s.Wall), int64(s.InProver), int64(s.InPolicy), int64(s.InStore))
}
