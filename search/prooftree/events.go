package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// Events gives back the events of a run in their order, as they were when the
// iteration began. Their fold is the run's proof tree. The iteration ends after
// the first error.
func (s *Store) Events(ctx context.Context, id string) iter.Seq2[search.Event, error] {
	return func(yield func(search.Event, error) bool) {
		stopped := false
		err := s.snapshot(ctx, func(tx *sql.Tx) error {
			run, err := s.loadRun(ctx, tx, id)
			if err != nil {
				return err
			}
			m, err := newMerger(ctx, tx, run)
			if err != nil {
				return errors.Join(err, m.close())
			}
			for err == nil && m.seq < run.lastSeq && !stopped {
				var e search.Event
				if e, err = m.next(); err == nil {
					stopped = !yield(e, nil)
				}
			}
			return errors.Join(err, m.close())
		})
		if err != nil && !stopped {
			yield(search.Event{}, describe(err, "reading the events of run %s in %s", id, s.path))
		}
	}
}

// cursor reads the events of one table in their order.
type cursor struct {
	rows *sql.Rows
	scan func(*sql.Rows, *search.Event) error
	head search.Event
	done bool
}

func (c *cursor) advance() error {
	c.head = search.Event{}
	if !c.rows.Next() {
		c.done = true
		return c.rows.Err()
	}
	return c.scan(c.rows, &c.head)
}

// merger merges the tables of events by the numbers of the events.
type merger struct {
	cursors []*cursor
	seq     int64
	strings map[string]string // the few that many attempts share
	// The children of attempts, and the next row of them.
	children  *sql.Rows
	parent    search.AttemptID
	child     search.NodeID
	layout    sql.NullString
	noMoreRow bool
}

const spentColumns = "p.expansions, p.attempts, p.units, p.wall, p.in_prover, p.in_policy, p.in_store"

// newMerger opens the cursors of a run's events. It returns a merger to close also with an error.
func newMerger(ctx context.Context, q querier, run storedRun) (*merger, error) {
	m := &merger{strings: make(map[string]string)}
	tables := []struct {
		query string
		scan  func(*sql.Rows, *search.Event) error
	}{
		{"SELECT seq, time, info FROM run_start WHERE run = ? ORDER BY seq", run.scanStart},
		{"SELECT t.seq, t.time, t.stage, " + spentColumns + " FROM stage_start t LEFT JOIN spending p USING (run, seq) WHERE t.run = ? ORDER BY t.seq", scanStage},
		{"SELECT seq, time, node, key, depth, attempt, goals FROM state WHERE run = ? ORDER BY node", scanState},
		{"SELECT seq, time, " + attemptColumns + ", suggestions FROM attempt WHERE run = ? ORDER BY id", m.scanAttempt},
		{"SELECT seq, time, kind, node, attempt, stage, final, detail FROM decision WHERE run = ? ORDER BY seq", scanDecision},
		{"SELECT p.seq, p.time, " + spentColumns + " FROM spending p WHERE p.run = ? AND p.event = 'budget_spent' ORDER BY p.seq", scanSpending},
		{"SELECT seq, time, kind, detail FROM note WHERE run = ? ORDER BY seq", scanNote},
		{"SELECT seq, time, " + verdictColumns + " FROM verdict WHERE run = ? ORDER BY seq", scanVerdictEvent},
		{"SELECT t.seq, t.time, t.reason, t.detail, " + spentColumns + " FROM run_end t LEFT JOIN spending p USING (run, seq) WHERE t.run = ? ORDER BY t.seq", scanEnd},
	}
	var err error
	m.children, err = q.QueryContext(ctx, "SELECT attempt, child, layout FROM attempt_child WHERE run = ? ORDER BY attempt, place", run.key)
	if err != nil {
		return m, err
	}
	if err := m.nextChild(); err != nil {
		return m, err
	}
	for _, table := range tables {
		rows, err := q.QueryContext(ctx, table.query, run.key)
		if err != nil {
			return m, err
		}
		c := &cursor{rows: rows, scan: table.scan}
		m.cursors = append(m.cursors, c)
		if err := c.advance(); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (m *merger) close() error {
	var errs []error
	for _, c := range m.cursors {
		errs = append(errs, c.rows.Close())
	}
	if m.children != nil {
		errs = append(errs, m.children.Close())
	}
	return errors.Join(errs...)
}

func (m *merger) next() (search.Event, error) {
	for _, c := range m.cursors {
		if !c.done && c.head.Seq == m.seq+1 {
			m.seq++
			e := c.head
			return e, c.advance()
		}
	}
	return search.Event{}, &Error{Kind: Corrupt, Doing: "putting the events in order",
		Detail: fmt.Sprintf("event %d is missing or not in its place", m.seq+1), Hint: hintCorrupt}
}

// head scans the columns that begin every row, and then others.
func head(rows *sql.Rows, e *search.Event, columns ...any) error {
	var nanos int64
	err := rows.Scan(append([]any{&e.Seq, &nanos}, columns...)...)
	e.Time = fromNanoseconds(nanos)
	return err
}

func (r storedRun) scanStart(rows *sql.Rows, e *search.Event) error {
	e.Kind = search.RunStarted
	var text sql.NullString
	if err := head(rows, e, &text); err != nil {
		return err
	}
	info := r.RunInfo
	if text.Valid {
		info = search.RunInfo{}
	}
	e.Run = &info
	return decodeJSON(text, e.Run)
}

// spentRow scans the columns of spending, which are all NULL if there is no row.
type spentRow [7]sql.NullInt64

func (s *spentRow) columns() []any {
	columns := make([]any, len(s))
	for i := range s {
		columns[i] = &s[i]
	}
	return columns
}

func (s *spentRow) spent() *search.Spent {
	if !s[0].Valid {
		return nil
	}
	return &search.Spent{Expansions: s[0].Int64, Attempts: s[1].Int64, Units: s[2].Int64,
		Wall: duration(s[3].Int64), InProver: duration(s[4].Int64), InPolicy: duration(s[5].Int64), InStore: duration(s[6].Int64)}
}

func scanStage(rows *sql.Rows, e *search.Event) error {
	e.Kind = search.StageStarted
	var spent spentRow
	err := head(rows, e, append([]any{&e.Stage}, spent.columns()...)...)
	e.Spent = spent.spent()
	return err
}

func scanSpending(rows *sql.Rows, e *search.Event) error {
	e.Kind = search.BudgetSpent
	var spent spentRow
	err := head(rows, e, spent.columns()...)
	e.Spent = spent.spent()
	return err
}

func scanEnd(rows *sql.Rows, e *search.Event) error {
	e.Kind = search.RunEnded
	var spent spentRow
	err := head(rows, e, append([]any{&e.End, &e.Detail}, spent.columns()...)...)
	e.Spent = spent.spent()
	return err
}

func scanState(rows *sql.Rows, e *search.Event) error {
	e.Kind, e.State = search.StateReached, &provers.State{}
	var goals sql.NullString
	if err := head(rows, e, &e.Node, &e.State.Key, &e.Depth, &e.Attempt, &goals); err != nil {
		return err
	}
	return decodeJSON(goals, &e.State.Goals)
}

// attemptColumns are scanned by attemptTargets.
const attemptColumns = "id, node, goal, action, logprob, source, stage, status, class, message, units, elapsed"

func attemptTargets(id *search.AttemptID, node *search.NodeID, c *policy.Candidate, stage *int, o *provers.Outcome) []any {
	return []any{id, node, &c.Action.Goal, &c.Action.Text, &c.LogProb, &c.Source, stage, &o.Status, &o.Class, &o.Message, &o.Units, &o.Elapsed}
}

func (m *merger) scanAttempt(rows *sql.Rows, e *search.Event) error {
	e.Kind, e.Candidate, e.Outcome = search.AttemptTried, &policy.Candidate{}, &provers.Outcome{}
	var suggestions sql.NullString
	targets := append(attemptTargets(&e.Attempt, &e.Node, e.Candidate, &e.Stage, e.Outcome), &suggestions)
	if err := head(rows, e, targets...); err != nil {
		return err
	}
	e.Candidate.Source = m.intern(e.Candidate.Source)
	e.Outcome.Class = m.intern(e.Outcome.Class)
	e.Outcome.Status = provers.Status(m.intern(string(e.Outcome.Status)))
	for !m.noMoreRow && m.parent == e.Attempt {
		e.Children = append(e.Children, m.child)
		e.Layouts = addLayout(e.Layouts, len(e.Children), m.intern(m.layout.String))
		if err := m.nextChild(); err != nil {
			return err
		}
	}
	return decodeJSON(suggestions, &e.Outcome.Suggestions)
}

func (m *merger) nextChild() error {
	if !m.children.Next() {
		m.noMoreRow = true
		return m.children.Err()
	}
	return m.children.Scan(&m.parent, &m.child, &m.layout)
}

// addLayout notes the layout of the last of n children. The list stays nil
// while all are empty.
func addLayout(layouts []string, n int, layout string) []string {
	if layout == "" && layouts == nil {
		return nil
	}
	if layouts == nil {
		layouts = make([]string, n-1, n)
	}
	return append(layouts, layout)
}

func (m *merger) intern(s string) string {
	if known, ok := m.strings[s]; ok {
		return known
	}
	m.strings[s] = s
	return s
}

func scanDecision(rows *sql.Rows, e *search.Event) error {
	return head(rows, e, &e.Kind, &e.Node, &e.Attempt, &e.Stage, &e.Final, &e.Detail)
}

func scanNote(rows *sql.Rows, e *search.Event) error { return head(rows, e, &e.Kind, &e.Detail) }

const verdictColumns = `accepted, class, reason, axioms, messages,
	prover_name, prover_version, prover_variant, prover_path, prover_options, text, elapsed, answers`

// verdictRow scans verdictColumns.
type verdictRow struct {
	provers.Verdict
	axioms, messages, options, answers sql.NullString
}

func (v *verdictRow) columns() []any {
	return []any{&v.Accepted, &v.Class, &v.Reason, &v.axioms, &v.messages,
		&v.Prover.Name, &v.Prover.Version, &v.Prover.Variant, &v.Prover.Path, &v.options, &v.Text, &v.Elapsed, &v.answers}
}

func (v *verdictRow) decode() (provers.Verdict, error) {
	err := errors.Join(decodeJSON(v.axioms, &v.Axioms), decodeJSON(v.messages, &v.Messages), decodeJSON(v.options, &v.Prover.Options), decodeJSON(v.answers, &v.Answers))
	return v.Verdict, err
}

func scanVerdictEvent(rows *sql.Rows, e *search.Event) error {
	e.Kind = search.VerdictGiven
	var row verdictRow
	if err := head(rows, e, row.columns()...); err != nil {
		return err
	}
	v, err := row.decode()
	e.Verdict = &v
	return err
}
