package prooftree

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runid"
	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runlock"
)

// Benchmark is a stored run of a benchmark. Its document is JSON and belongs to
// whoever stored it.
type Benchmark struct {
	ID             string
	Created, Ended time.Time // Ended is zero while trials are missing
	Document       json.RawMessage
	// Recorded counts the trials that are stored.
	Recorded int
	// Running says that a process works on it now.
	Running bool
}

// Place is a trial's place in its benchmark: indexes of the variant and the
// problem, and the number of the trial, all from 0.
type Place struct{ Variant, Problem, Number int }

// StoredTrial is a trial as it was recorded.
type StoredTrial struct {
	Place
	Document json.RawMessage
}

// benchmarkPrefix sets the IDs of benchmarks apart from those of runs.
const benchmarkPrefix = "b"

// NewBenchmarkID makes an ID for a benchmark. IDs sort by time.
func NewBenchmarkID(now time.Time) (string, error) {
	id, err := runid.New(now, rand.Reader)
	return benchmarkPrefix + id, err
}

// CreateBenchmark stores a benchmark with its problems and without trials. An ID
// that is taken is an error of kind [RunExists].
func (s *Store) CreateBenchmark(ctx context.Context, b Benchmark, problems []json.RawMessage) error {
	if !runid.Valid(b.ID) {
		return &Error{Kind: Failed, Doing: fmt.Sprintf("creating benchmark %q", b.ID), Detail: "this cannot be the ID of a benchmark",
			Hint: `use up to 64 letters, digits, dots, dashes and underscores, not "last" or "latest"`}
	}
	err := s.change(ctx, func(ctx context.Context, conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, "INSERT INTO benchmark (name, created, ended, document) VALUES (?, ?, ?, ?)",
			b.ID, nanoseconds(b.Created), endOf(b.Ended), string(b.Document))
		if err != nil {
			return err
		}
		id, err := result.LastInsertId()
		if err != nil {
			return err
		}
		for place, problem := range problems {
			if _, err := conn.ExecContext(ctx, "INSERT INTO benchmark_problem (benchmark, place, document) VALUES (?, ?, ?)", id, place, string(problem)); err != nil {
				return err
			}
		}
		return nil
	})
	if isUniqueViolation(err) {
		return &Error{Kind: RunExists, Doing: "creating benchmark " + b.ID, Detail: "its ID is taken", Err: err}
	}
	return describe(err, "storing benchmark %s in %s", b.ID, s.path)
}

// UpdateBenchmark replaces the document of a benchmark and when it ended.
func (s *Store) UpdateBenchmark(ctx context.Context, b Benchmark) error {
	err := s.change(ctx, func(ctx context.Context, conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, "UPDATE benchmark SET ended = ?, document = ? WHERE name = ?", endOf(b.Ended), string(b.Document), b.ID)
		return s.oneBenchmark(ctx, conn, b.ID, result, err)
	})
	return describe(err, "storing benchmark %s in %s", b.ID, s.path)
}

// endOf is a time as a column, NULL for none.
func endOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return nanoseconds(t)
}

// oneBenchmark is the error of a statement that must have changed one benchmark.
func (s *Store) oneBenchmark(ctx context.Context, q querier, id string, result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return s.unknownBenchmark(ctx, q, id)
}

// change runs body in one transaction.
func (s *Store) change(ctx context.Context, body func(context.Context, *sql.Conn) error) (err error) {
	conn, err := s.writerConn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the transaction is committed, or has failed
	return s.write(ctx, conn, func(ctx context.Context) error { return body(ctx, conn) })
}

// CreateTree creates a run, as [Store.CreateRun] does, that is a proof tree of a
// benchmark from its beginning, also while the trial is not recorded yet. The info
// has an ID.
func (s *Store) CreateTree(ctx context.Context, benchmark string, info search.RunInfo) (*Writer, error) {
	w, err := s.open(ctx, info.ID, fmt.Sprintf("creating proof tree %s of benchmark %s", info.ID, benchmark), func(ctx context.Context, w *Writer) error {
		w.info = info
		if err := w.insertRun(ctx); err != nil {
			return err
		}
		_, err := w.conn.ExecContext(ctx, "UPDATE run SET benchmark = (SELECT id FROM benchmark WHERE name = ?) WHERE id = ?", benchmark, w.run)
		return err
	})
	if isUniqueViolation(err) {
		return nil, &Error{Kind: RunExists, Doing: "creating proof tree " + info.ID, Detail: "its ID is taken", Err: err}
	}
	return w, err
}

// ReplaceTree is [Store.CreateTree], but a tree of that ID that is there already, as
// one is whose storing was cut short, is replaced.
func (s *Store) ReplaceTree(ctx context.Context, benchmark string, info search.RunInfo) (*Writer, error) {
	w, err := s.CreateTree(ctx, benchmark, info)
	if KindOf(err) != RunExists {
		return w, err
	}
	if err := s.DeleteRun(ctx, info.ID); err != nil {
		return nil, err
	}
	return s.CreateTree(ctx, benchmark, info)
}

// AddTrial stores a trial with the runs that are its proof trees, which become
// trials of the benchmark. A trial that is stored already stays as it is, and
// added is false.
func (s *Store) AddTrial(ctx context.Context, id string, t StoredTrial, trees []string) (added bool, err error) {
	err = s.change(ctx, func(ctx context.Context, conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, `INSERT INTO trial (benchmark, variant, problem, number, recorded, document)
			SELECT id, ?, ?, ?, ?, ? FROM benchmark WHERE name = ? ON CONFLICT DO NOTHING`,
			t.Variant, t.Problem, t.Number, time.Now().UnixNano(), string(t.Document), id)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if added = n == 1; !added {
			var known int
			if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM benchmark WHERE name = ?", id).Scan(&known); err != nil {
				return err
			}
			if known == 0 {
				return s.unknownBenchmark(ctx, conn, id)
			}
			return nil
		}
		for _, tree := range trees {
			if _, err := conn.ExecContext(ctx, "UPDATE run SET benchmark = (SELECT id FROM benchmark WHERE name = ?) WHERE name = ?", id, tree); err != nil {
				return err
			}
		}
		return nil
	})
	return added, describe(err, "storing a trial of benchmark %s in %s", id, s.path)
}

const benchmarkColumns = `SELECT b.name, b.created, b.ended, b.document, (SELECT count(*) FROM trial WHERE benchmark = b.id) FROM benchmark b`

func (s *Store) scanBenchmark(rows *sql.Rows) (b Benchmark, err error) {
	var created int64
	var ended sql.NullInt64
	var document string
	if err := rows.Scan(&b.ID, &created, &ended, &document, &b.Recorded); err != nil {
		return b, err
	}
	b.Created, b.Ended, b.Document = fromNanoseconds(created), fromNanoseconds(ended.Int64), json.RawMessage(document)
	b.Running, err = runlock.Taken(s.claimPath(b.ID))
	return b, err
}

// Benchmarks lists the stored benchmarks, the last created first.
func (s *Store) Benchmarks(ctx context.Context) ([]Benchmark, error) {
	all, err := queryAll(ctx, s.reader, s.scanBenchmark, benchmarkColumns+" ORDER BY b.id DESC")
	return all, describe(err, "listing the benchmarks in %s", s.path)
}

// Benchmark finds a benchmark by what a user typed: its ID, an unambiguous
// beginning of it (with or without the first letter), "last", or its title, of
// which the newest is taken.
func (s *Store) Benchmark(ctx context.Context, typed string) (Benchmark, error) {
	doing := fmt.Sprintf("looking for benchmark %q in %s", typed, s.path)
	pattern := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(typed) + "%"
	for _, condition := range []string{
		"b.name = ?1", "?1 IN ('last', 'latest') AND b.id = (SELECT max(id) FROM benchmark)",
		`b.name LIKE ?2 ESCAPE '\' OR substr(b.name, 2) LIKE ?2 ESCAPE '\' OR substr(b.name, instr(b.name, '-') + 1) LIKE ?2 ESCAPE '\'`,
		"b.id = (SELECT max(id) FROM benchmark WHERE title = ?1)"} {
		if typed == "" {
			break
		}
		found, err := queryAll(ctx, s.reader, s.scanBenchmark, benchmarkColumns+" WHERE "+condition+" AND ?2 IS NOT NULL LIMIT 5", typed, pattern)
		if err != nil {
			return Benchmark{}, describe(err, "%s", doing)
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			var names []string
			for _, b := range found {
				names = append(names, b.ID)
			}
			return Benchmark{}, &Error{Kind: AmbiguousRun, Doing: doing, Detail: "several benchmarks' IDs begin so: " + listed(names, 4)}
		}
	}
	return Benchmark{}, s.unknownBenchmark(ctx, s.reader, typed)
}

// unknownBenchmark is the error for a benchmark that is not stored; it names those that are.
func (s *Store) unknownBenchmark(ctx context.Context, q querier, typed string) error {
	const most = 8
	doing := fmt.Sprintf("looking for benchmark %q", typed)
	names, err := queryAll(ctx, q, scanString, "SELECT name || coalesce(' (' || title || ')', '') FROM benchmark ORDER BY id DESC LIMIT ?", most+1)
	if err != nil {
		return describe(err, "%s", doing)
	}
	e := &Error{Kind: UnknownRun, Doing: doing, Detail: "there is no such run of a benchmark", Hint: "none is stored; start one with: ansatz bench run"}
	if len(names) > 0 {
		e.Detail += "; the latest are " + listed(names, most)
		e.Hint = "choose one of these"
	}
	return e
}

// BenchmarkProblems are the problems of a benchmark in their order.
func (s *Store) BenchmarkProblems(ctx context.Context, id string) ([]json.RawMessage, error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (document json.RawMessage, err error) {
		var text string
		err = rows.Scan(&text)
		return json.RawMessage(text), err
	}, "SELECT p.document FROM benchmark_problem p JOIN benchmark b ON b.id = p.benchmark WHERE b.name = ? ORDER BY p.place", id)
	return all, describe(err, "reading the problems of benchmark %s in %s", id, s.path)
}

// Trials are the trials that are recorded, in the order of their places.
func (s *Store) Trials(ctx context.Context, id string) ([]StoredTrial, error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (t StoredTrial, err error) {
		var text string
		err = rows.Scan(&t.Variant, &t.Problem, &t.Number, &text)
		t.Document = json.RawMessage(text)
		return t, err
	}, "SELECT variant, problem, number, document FROM trial WHERE benchmark = (SELECT id FROM benchmark WHERE name = ?) ORDER BY variant, problem, number", id)
	return all, describe(err, "reading the trials of benchmark %s in %s", id, s.path)
}

// TrialPlaces are the places of the trials that are recorded.
func (s *Store) TrialPlaces(ctx context.Context, id string) (map[Place]bool, error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (p Place, err error) {
		return p, rows.Scan(&p.Variant, &p.Problem, &p.Number)
	}, "SELECT variant, problem, number FROM trial WHERE benchmark = (SELECT id FROM benchmark WHERE name = ?)", id)
	places := make(map[Place]bool, len(all))
	for _, p := range all {
		places[p] = true
	}
	return places, describe(err, "reading the trials of benchmark %s in %s", id, s.path)
}

// DeleteBenchmark deletes a benchmark with its trials and their proof trees.
func (s *Store) DeleteBenchmark(ctx context.Context, id string) error {
	doing := "deleting benchmark " + id
	claim, err := s.ClaimBenchmark(ctx, id)
	if err != nil {
		return err
	}
	err = func() error {
		// The trees are large, and go first, each in steps.
		trees, err := queryAll(ctx, s.reader, scanString, "SELECT name FROM run WHERE benchmark = (SELECT id FROM benchmark WHERE name = ?)", id)
		if err != nil {
			return err
		}
		for _, tree := range trees {
			if err := s.deleteRun(ctx, tree); err != nil {
				return err
			}
		}
		return s.change(ctx, func(ctx context.Context, conn *sql.Conn) error {
			result, err := conn.ExecContext(ctx, "DELETE FROM benchmark WHERE name = ?", id)
			return s.oneBenchmark(ctx, conn, id, result, err)
		})
	}()
	return describe(errors.Join(err, claim.Release()), "%s in %s", doing, s.path)
}

// BenchmarkClaim is the right to work on a benchmark. The kernel takes it back
// when the process ends, however it ends.
type BenchmarkClaim struct{ lock *runlock.Lock }

// ClaimBenchmark takes the right to work on a benchmark. That another process has
// it is an error of kind [RunActive].
func (s *Store) ClaimBenchmark(ctx context.Context, id string) (*BenchmarkClaim, error) {
	if !runid.Valid(id) {
		// An invalid one must not name a lock file.
		return nil, s.unknownBenchmark(ctx, s.reader, id)
	}
	lock, err := runlock.Acquire(ctx, s.claimPath(id))
	if errors.Is(err, runlock.ErrTaken) {
		return nil, &Error{Kind: RunActive, Doing: "claiming benchmark " + id, Detail: "another process works on it", Hint: "wait until it ends, or stop it"}
	}
	if err != nil {
		return nil, describe(err, "claiming benchmark %s in %s", id, s.path)
	}
	return &BenchmarkClaim{lock}, nil
}

// Release gives the right up.
func (c *BenchmarkClaim) Release() error { return c.lock.Release() }
