package prooftree

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// Method says how a run looks for an answer.
type Method string

// The methods.
const (
	FPS          Method = "fps"           // formal problem solving, see package fps
	DFPS         Method = "dfps"          // its deductive variant, the forward part, see package dfps
	DFPSBackward Method = "dfps_backward" // the backward part
)

// Question is what a run looks for, if its statement alone does not say it.
type Question struct {
	Method Method
	// Problem has the problem's parts as JSON, for whoever searches with the
	// method. The reference answer is not among them.
	Problem json.RawMessage
	// PartOf is the ID of the run of the forward part, for [DFPSBackward].
	PartOf string
}

// SetQuestion stores what the writer's run looks for.
func (w *Writer) SetQuestion(ctx context.Context, q Question) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.store.write(ctx, w.conn, func(ctx context.Context) error {
		_, err := w.conn.ExecContext(ctx, `INSERT INTO question (run, method, problem, part_of) VALUES (?, ?, ?, (SELECT id FROM run WHERE name = ?))
			ON CONFLICT DO UPDATE SET method = excluded.method, problem = excluded.problem, part_of = excluded.part_of`,
			w.run, string(q.Method), string(q.Problem), q.PartOf)
		return err
	})
	return describe(err, "storing what run %s looks for in %s", w.info.ID, w.store.path)
}

// Question is what a run looks for; found is false for a run that only proves
// its statement.
func (s *Store) Question(ctx context.Context, id string) (q Question, found bool, err error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (q Question, err error) {
		var text string
		if err := rows.Scan(&q.Method, &text, &q.PartOf); err != nil {
			return q, err
		}
		q.Problem = json.RawMessage(text)
		return q, nil
	}, `SELECT q.method, q.problem, coalesce((SELECT name FROM run WHERE id = q.part_of), '')
		FROM question q JOIN run r ON r.id = q.run WHERE r.name = ? AND NOT r.deleting`, id)
	if err != nil || len(all) == 0 {
		return q, false, describe(err, "reading what run %s looks for in %s", id, s.path)
	}
	return all[0], true, nil
}

// Parts are the IDs of the runs that are a part of the run, oldest first.
func (s *Store) Parts(ctx context.Context, id string) ([]string, error) {
	all, err := queryAll(ctx, s.reader, scanString, `SELECT p.name FROM question q JOIN run p ON p.id = q.run
		WHERE q.part_of = (SELECT id FROM run WHERE name = ?) AND NOT p.deleting ORDER BY p.id`, id)
	return all, describe(err, "reading the parts of run %s in %s", id, s.path)
}

// Equivalence says whether the answer of a run equals a reference (restricted
// propositional equivalence, see package rpe).
type Equivalence struct {
	Time      time.Time     `json:"time"`
	Answer    string        `json:"answer"`
	Reference string        `json:"reference"`
	Status    string        `json:"status"`          // "equivalent", "not_shown" or "error"
	Class     string        `json:"class,omitempty"` // the kind of an error
	Message   string        `json:"message,omitempty"`
	Profile   string        `json:"profile,omitempty"` // the list of tactics that were allowed
	Tactic    string        `json:"tactic,omitempty"`  // the one that closed the goal
	Statement string        `json:"statement,omitempty"`
	Proof     string        `json:"proof,omitempty"`
	Elapsed   time.Duration `json:"elapsed"`
}

// AddEquivalence stores whether the answer of a run equals a reference. The run
// may be over.
func (s *Store) AddEquivalence(ctx context.Context, id string, e Equivalence) (err error) {
	doing := "storing an equivalence of run " + id
	conn, err := s.writerConn(ctx)
	if err != nil {
		return describe(err, "%s in %s", doing, s.path)
	}
	defer func() { _ = conn.Close() }() // the statement has been committed, or has failed
	err = s.write(ctx, conn, func(ctx context.Context) error {
		_, err := conn.ExecContext(ctx, `INSERT INTO equivalence (run, time, answer, reference, status, class, message, profile, tactic, statement, proof, elapsed)
			VALUES ((SELECT id FROM run WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, nanoseconds(e.Time), e.Answer, e.Reference, e.Status, e.Class, e.Message, e.Profile, e.Tactic, e.Statement, e.Proof, int64(e.Elapsed))
		return err
	})
	return describe(err, "%s in %s", doing, s.path)
}

// Equivalences lists what was found out about the run's answer, oldest first.
func (s *Store) Equivalences(ctx context.Context, id string) ([]Equivalence, error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (e Equivalence, err error) {
		var at int64
		err = rows.Scan(&at, &e.Answer, &e.Reference, &e.Status, &e.Class, &e.Message, &e.Profile, &e.Tactic, &e.Statement, &e.Proof, &e.Elapsed)
		e.Time = fromNanoseconds(at)
		return e, err
	}, `SELECT e.time, e.answer, e.reference, e.status, e.class, e.message, e.profile, e.tactic, e.statement, e.proof, e.elapsed
		FROM equivalence e JOIN run r ON r.id = e.run WHERE r.name = ? AND NOT r.deleting ORDER BY e.id`, id)
	return all, describe(err, "reading the equivalences of run %s in %s", id, s.path)
}
