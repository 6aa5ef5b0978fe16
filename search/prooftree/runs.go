package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runlock"
)

func duration(n int64) time.Duration { return time.Duration(n) }

// storedRun is a row of the table run, with its problem.
type storedRun struct {
	search.RunInfo
	key     int64
	lastSeq int64
}

// runColumns are scanned by storedRun.columns. They are of the join of run r with problem p.
const runColumns = `r.id, r.name, r.last_seq, p.name, p.source, p.kind, p.preamble, p.statement, p.closing,
	r.prover_name, r.prover_version, r.prover_variant, r.prover_path, r.prover_options, r.policy, r.seed,
	r.budget_expansions, r.budget_attempts, r.budget_nodes, r.budget_wall, r.budget_units, r.stages`

type runRow struct {
	storedRun
	seed            int64
	options, stages sql.NullString
}

func (r *runRow) columns() []any {
	return []any{&r.key, &r.ID, &r.lastSeq,
		&r.Problem.Name, &r.Problem.Source, &r.Problem.Kind, &r.Problem.Preamble, &r.Problem.Statement, &r.Problem.Closing,
		&r.Prover.Name, &r.Prover.Version, &r.Prover.Variant, &r.Prover.Path, &r.options, &r.Policy, &r.seed,
		&r.Budget.Expansions, &r.Budget.Attempts, &r.Budget.Nodes, &r.Budget.Wall, &r.Budget.Units, &r.stages}
}

func (r *runRow) decode() (storedRun, error) {
	r.Seed = uint64(r.seed)
	err := errors.Join(decodeJSON(r.options, &r.Prover.Options), decodeJSON(r.stages, &r.Stages))
	return r.storedRun, err
}

func (s *Store) loadRun(ctx context.Context, q querier, id string) (storedRun, error) {
	var row runRow
	err := q.QueryRowContext(ctx, "SELECT "+runColumns+" FROM run r JOIN problem p ON p.id = r.problem WHERE r.name = ? AND NOT r.deleting", id).
		Scan(row.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return storedRun{}, s.unknownRun(ctx, q, fmt.Sprintf("looking for run %q", id))
	}
	if err != nil {
		return storedRun{}, err
	}
	return row.decode()
}

// RunStatus says whether a run goes on.
type RunStatus string

// The statuses of a run.
const (
	RunRunning RunStatus = "running" // a writer owns it
	RunStale   RunStatus = "stale"   // its process ended before the run did; it can be resumed
	RunDone    RunStatus = "ended"   // its last event is its end
)

// RunSummary is what a list of runs shows.
type RunSummary struct {
	search.RunInfo
	Status RunStatus
	// EndReason and EndDetail are set if Status is [RunDone].
	EndReason search.EndReason
	EndDetail string
	// Created is when the run was stored, Started when it started first (zero if
	// not yet), Ended when it ended (zero unless Status is [RunDone]).
	Created, Started, Ended time.Time
	// Spent has attempts and units exactly, the rest as of the last event that told.
	Spent search.Spent
	// Proved says that the search found a proof of the root. Only a verdict makes it count.
	Proved bool
	// Verdict is the last that accepted a proof, or else the last, or nil. Check
	// it with [Stale] before it counts. Its Messages and Text are left out.
	Verdict *provers.Verdict
	// Method is how the run looks for an answer; empty if it only proves.
	Method Method
}

// Verified reports whether a proof was accepted, by whatever prover.
func (r RunSummary) Verified() bool { return r.Verdict != nil && r.Verdict.Accepted }

// Stale reports whether a verdict was given by another installation than the
// current one: it may be shown then, but must not be counted.
func Stale(v provers.Verdict, current provers.Info) bool {
	return !v.Prover.SameBuild(current) || v.Prover.Path != current.Path
}

// RunFilter selects runs. A zero field selects all.
type RunFilter struct {
	Problem string    // the problem's name
	Source  string    // the problem's source
	Prover  string    // the prover's name
	Since   time.Time // created then or later
	Status  RunStatus
	// NoTrials leaves out the proof trees of benchmarks' trials.
	NoTrials bool
	Limit    int
}

// Runs lists the runs that the filter selects, the last created first.
func (s *Store) Runs(ctx context.Context, f RunFilter) ([]RunSummary, error) {
	// The last end tells of a status except whether a run without one is owned.
	var ended any
	if f.Status != "" {
		ended = f.Status == RunDone
	}
	var all []RunSummary
	err := s.snapshot(ctx, func(tx *sql.Tx) (err error) {
		rows, err := tx.QueryContext(ctx, summaryQuery+`
			WHERE NOT r.deleting AND (?1 = '' OR p.name = ?1) AND (?2 = '' OR p.source = ?2) AND (?3 = '' OR r.prover_name = ?3)
				AND r.created >= ?4 AND (?5 IS NULL OR (r.ended IS NOT NULL) = ?5)
				AND (NOT ?6 OR r.benchmark IS NULL)
			ORDER BY r.id DESC`, f.Problem, f.Source, f.Prover, nanoseconds(f.Since), ended, f.NoTrials)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for (f.Limit <= 0 || len(all) < f.Limit) && rows.Next() {
			r, err := s.scanSummary(rows)
			if err != nil {
				return err
			}
			if f.Status == "" || r.Status == f.Status {
				all = append(all, r)
			}
		}
		return rows.Err()
	})
	return all, describe(err, "listing the runs in %s", s.path)
}

// Run sums up one run.
func (s *Store) Run(ctx context.Context, id string) (RunSummary, error) {
	var summary RunSummary
	err := s.snapshot(ctx, func(tx *sql.Tx) (err error) {
		rows, err := tx.QueryContext(ctx, summaryQuery+" WHERE NOT r.deleting AND r.name = ?", id)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return s.unknownRun(ctx, tx, fmt.Sprintf("looking for run %q", id))
		}
		summary, err = s.scanSummary(rows)
		return err
	})
	return summary, describe(err, "reading run %s in %s", id, s.path)
}

const summaryQuery = "SELECT " + runColumns + `,
		r.ended, r.end_reason, r.end_detail, r.created, r.started,
		r.expansions, r.wall, r.in_prover, r.in_policy, r.in_store,
		(SELECT coalesce(sum(count), 0) FROM attempt_tally WHERE run = r.id), (SELECT coalesce(sum(units), 0) FROM attempt_tally WHERE run = r.id),
		coalesce((SELECT status = 'proved' FROM state WHERE run = r.id AND node = 1), 0),
		v.accepted, v.class, v.reason, v.axioms, v.prover_name, v.prover_version, v.prover_variant, v.prover_path, v.prover_options, v.elapsed, v.answers,
		q.method
	FROM run r JOIN problem p ON p.id = r.problem
		LEFT JOIN verdict v ON v.run = r.id AND v.seq = (SELECT seq FROM verdict WHERE run = r.id ORDER BY accepted DESC, seq DESC LIMIT 1)
		LEFT JOIN question q ON q.run = r.id`

func (s *Store) scanSummary(rows *sql.Rows) (RunSummary, error) {
	var r RunSummary
	var row runRow
	var ended, started, elapsed sql.NullInt64
	var accepted sql.NullBool
	var reason, detail, class, refusal, axioms, name, version, variant, path, options, answers, method sql.NullString
	var created int64
	err := rows.Scan(append(row.columns(), &ended, &reason, &detail, &created, &started,
		&r.Spent.Expansions, &r.Spent.Wall, &r.Spent.InProver, &r.Spent.InPolicy, &r.Spent.InStore,
		&r.Spent.Attempts, &r.Spent.Units, &r.Proved,
		&accepted, &class, &refusal, &axioms, &name, &version, &variant, &path, &options, &elapsed, &answers, &method)...)
	if err != nil {
		return r, err
	}
	stored, err := row.decode()
	if err != nil {
		return r, err
	}
	r.RunInfo = stored.RunInfo
	r.Method = Method(method.String)
	r.EndReason, r.EndDetail = search.EndReason(reason.String), detail.String
	r.Created, r.Started, r.Ended = fromNanoseconds(created), fromNanoseconds(started.Int64), fromNanoseconds(ended.Int64)
	if accepted.Valid {
		v := verdictRow{axioms: axioms, options: options, answers: answers, Verdict: provers.Verdict{
			Accepted: accepted.Bool, Class: class.String, Reason: refusal.String, Elapsed: duration(elapsed.Int64),
			Prover: provers.Info{Name: name.String, Version: version.String, Variant: provers.Variant(variant.String), Path: path.String}}}
		verdict, err := v.decode()
		if err != nil {
			return r, err
		}
		r.Verdict = &verdict
	}
	r.Status = RunDone
	if !ended.Valid {
		r.Status = RunStale
		owned, err := runlock.Taken(s.claimPath(r.ID))
		if err != nil {
			return r, err
		}
		if owned {
			r.Status = RunRunning
		}
	}
	return r, nil
}

// Verdicts lists every verdict on a proof of the run's root, the last first.
func (s *Store) Verdicts(ctx context.Context, id string) ([]provers.Verdict, error) {
	all, err := queryAll(ctx, s.reader, func(rows *sql.Rows) (provers.Verdict, error) {
		var row verdictRow
		if err := rows.Scan(row.columns()...); err != nil {
			return provers.Verdict{}, err
		}
		return row.decode()
	}, "SELECT "+verdictColumns+" FROM verdict WHERE run = (SELECT id FROM run WHERE name = ? AND NOT deleting) ORDER BY seq DESC", id)
	return all, describe(err, "reading the verdicts of run %s in %s", id, s.path)
}

// Proof is the last verdict that accepted a proof of the run's root: its Text
// is what was accepted, its Prover who accepted it, see [Stale].
func (s *Store) Proof(ctx context.Context, id string) (verdict provers.Verdict, found bool, err error) {
	all, err := s.Verdicts(ctx, id)
	for _, v := range all {
		if v.Accepted {
			return v, true, err
		}
	}
	return provers.Verdict{}, false, err
}
