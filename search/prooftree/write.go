package prooftree

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runid"
	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runlock"
)

// Writer appends the events of one run, which it owns until it is closed. It
// implements the log that a search writes to. It is safe for concurrent use.
type Writer struct {
	store *Store
	info  search.RunInfo // as the run was created
	run   int64          // run.id
	claim *runlock.Lock

	mu         sync.Mutex
	conn       *sql.Conn
	statements [statementCount]*sql.Stmt
	at         position
	closed     bool
}

// position is where a run's sequence of events ends.
type position struct {
	seq      int64
	node     search.NodeID
	attempt  search.AttemptID
	maxDepth int
	ended    bool
}

// CreateRun stores a new run, without events yet, and owns it. If info has no ID
// it gets a new one, see [Writer.Info]. An ID that is taken is an error of kind [RunExists].
func (s *Store) CreateRun(ctx context.Context, info search.RunInfo) (*Writer, error) {
	made := info.ID == ""
	for tries := 0; ; tries++ {
		if made {
			id, err := runid.New(time.Now(), rand.Reader)
			if err != nil {
				return nil, err
			}
			info.ID = id
		}
		w, err := s.createRun(ctx, info)
		// Made IDs collide once in a thousand runs that begin within 82 ms.
		if made && tries < 20 && (KindOf(err) == RunExists || KindOf(err) == RunActive) {
			continue
		}
		return w, err
	}
}

func (s *Store) createRun(ctx context.Context, info search.RunInfo) (*Writer, error) {
	if !runid.Valid(info.ID) {
		return nil, &Error{Kind: Failed, Doing: fmt.Sprintf("creating run %q", info.ID), Detail: "this cannot be the ID of a run",
			Hint: `use up to 64 letters, digits, dots, dashes and underscores, not "last" or "latest"`}
	}
	w, err := s.open(ctx, info.ID, fmt.Sprintf("creating run %s for %s", info.ID, info.Problem.Name), func(ctx context.Context, w *Writer) error {
		w.info = info
		return w.insertRun(ctx)
	})
	if isUniqueViolation(err) {
		return nil, &Error{Kind: RunExists, Doing: "creating run " + info.ID, Detail: "its ID is taken", Err: err}
	}
	return w, err
}

// OpenRun owns a stored run in order to append to it. The ID is a whole one, see
// [Store.ResolveRun]. A run that another writer owns is an error of kind [RunActive].
func (s *Store) OpenRun(ctx context.Context, id string) (*Writer, error) {
	return s.open(ctx, id, "opening run "+id, func(ctx context.Context, w *Writer) error {
		run, err := s.loadRun(ctx, w.conn, id)
		if err != nil {
			return err
		}
		w.run, w.info = run.key, run.RunInfo
		return w.readPosition(ctx)
	})
}

// open claims a run and makes a writer; body, in a transaction, sets its run, info and position.
func (s *Store) open(ctx context.Context, id, doing string, body func(context.Context, *Writer) error) (*Writer, error) {
	conn, err := s.writerConn(ctx)
	if err != nil {
		return nil, describe(err, "%s in %s", doing, s.path)
	}
	w := &Writer{store: s, conn: conn}
	if err := w.start(ctx, id, body); err != nil {
		return nil, errors.Join(describe(err, "%s in %s", doing, s.path), w.shut())
	}
	return w, nil
}

func (w *Writer) start(ctx context.Context, id string, body func(context.Context, *Writer) error) error {
	if !runid.Valid(id) {
		// An invalid one must not name a lock file.
		return w.store.unknownRun(ctx, w.conn, fmt.Sprintf("looking for run %q", id))
	}
	var err error
	w.claim, err = runlock.Acquire(ctx, w.store.claimPath(id))
	if errors.Is(err, runlock.ErrTaken) {
		return w.store.activeRun(ctx, w.conn, id)
	}
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // only a message needs it
	}
	err = w.store.write(ctx, w.conn, func(ctx context.Context) error {
		if err := body(ctx, w); err != nil {
			return err
		}
		_, err := w.conn.ExecContext(ctx, "UPDATE run SET owner_pid = ?, owner_host = ?, owner_since = ? WHERE id = ?",
			os.Getpid(), host, time.Now().UnixNano(), w.run)
		return err
	})
	if err != nil {
		return err
	}
	for i, text := range statementTexts {
		if w.statements[i], err = w.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// activeRun is the error for a run that another writer owns.
func (s *Store) activeRun(ctx context.Context, q querier, id string) error {
	e := &Error{Kind: RunActive, Doing: "claiming run " + id, Detail: "another search is writing it",
		Hint: "wait until it ends, or stop it"}
	var pid, since sql.NullInt64
	var host sql.NullString
	err := q.QueryRowContext(ctx, "SELECT owner_pid, owner_host, owner_since FROM run WHERE name = ?", id).Scan(&pid, &host, &since)
	if err == nil && pid.Valid {
		e.Detail += fmt.Sprintf(" (process %d on %s since %s)", pid.Int64, host.String,
			fromNanoseconds(since.Int64).Format(time.RFC3339))
	}
	return e
}

func (w *Writer) insertRun(ctx context.Context) error {
	problem, err := w.insertProblem(ctx, w.info.Problem)
	if err != nil {
		return err
	}
	options, err := optionalJSON(w.info.Prover.Options)
	if err != nil {
		return err
	}
	stages, err := jsonText(w.info.Stages)
	if err != nil {
		return err
	}
	prover, budget := w.info.Prover, w.info.Budget
	result, err := w.conn.ExecContext(ctx, `INSERT INTO run
		(name, problem, prover_name, prover_version, prover_variant, prover_path, prover_options, policy, seed,
		 budget_expansions, budget_attempts, budget_nodes, budget_wall, budget_units, stages, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.info.ID, problem, prover.Name, prover.Version, string(prover.Variant), prover.Path, options, w.info.Policy, int64(w.info.Seed),
		budget.Expansions, budget.Attempts, budget.Nodes, int64(budget.Wall), budget.Units, stages, time.Now().UnixNano())
	if err != nil {
		return err
	}
	w.run, err = result.LastInsertId()
	return err
}

func (w *Writer) insertProblem(ctx context.Context, p provers.Problem) (id int64, err error) {
	hash := problemHash(p)
	_, err = w.conn.ExecContext(ctx, `INSERT INTO problem (hash, name, source, kind, preamble, statement, closing)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
		hash, p.Name, p.Source, string(p.Kind), p.Preamble, p.Statement, p.Closing)
	if err != nil {
		return 0, err
	}
	err = w.conn.QueryRowContext(ctx, "SELECT id FROM problem WHERE hash = ?", hash).Scan(&id)
	return id, err
}

func (w *Writer) readPosition(ctx context.Context) error {
	return w.conn.QueryRowContext(ctx, `SELECT last_seq, max_depth, ended IS NOT NULL,
		(SELECT coalesce(max(node), 0) FROM state WHERE run = ?1), (SELECT coalesce(max(id), 0) FROM attempt WHERE run = ?1)
		FROM run WHERE id = ?1`, w.run).
		Scan(&w.at.seq, &w.at.maxDepth, &w.at.ended, &w.at.node, &w.at.attempt)
}

// Info is what the run was created with.
func (w *Writer) Info() search.RunInfo { return w.info }

// Append stores a batch of events in one transaction: all of them, or, with an
// error, none. The first must have the number after the last event stored.
// After an error that may pass (kinds [Busy], [Full], [ReadOnly], [IOFailed])
// the same batch can be appended again.
func (w *Writer) Append(ctx context.Context, events []search.Event) error {
	if len(events) == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	doing := fmt.Sprintf("storing %d events of run %s (%s) in %s", len(events), w.info.ID, w.info.Problem.Name, w.store.path)
	if w.closed {
		return &Error{Kind: Failed, Doing: doing, Detail: "the writer is closed"}
	}
	b := batch{w: w, at: w.at, tally: make(map[tallyKey]tallyCount)}
	err := w.store.write(ctx, w.conn, func(ctx context.Context) error { return b.store(ctx, events) })
	if err != nil {
		return describe(err, "%s", doing)
	}
	w.at = b.at
	return nil
}

// Close gives the run up. What was appended is stored already.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	// The owner is named in messages only, while the claim holds: that it cannot
	// be erased on a full device does not matter.
	_ = w.store.write(context.Background(), w.conn, func(ctx context.Context) error {
		_, err := w.conn.ExecContext(ctx, "UPDATE run SET owner_pid = NULL, owner_host = NULL, owner_since = NULL WHERE id = ?", w.run)
		return err
	})
	return describe(w.shut(), "closing run %s in %s", w.info.ID, w.store.path)
}

// shut releases what the writer holds.
func (w *Writer) shut() error {
	w.closed = true
	var errs []error
	for _, statement := range w.statements {
		if statement != nil {
			errs = append(errs, statement.Close())
		}
	}
	errs = append(errs, w.conn.Close())
	if w.claim != nil {
		errs = append(errs, w.claim.Release())
	}
	return errors.Join(errs...)
}
