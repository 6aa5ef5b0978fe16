package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// OutcomeFilter selects attempts over all stored runs. A zero field selects all.
type OutcomeFilter struct {
	Run    string    // the run's ID
	Prover string    // the prover's name
	Since  time.Time // tried then or later
	Limit  int       // at most so many
}

// SourceStats counts the attempts that one source of candidates proposed.
type SourceStats struct {
	Source   string
	Attempts int64
	ByStatus map[provers.Status]int64
	// Proved counts the attempts that prove their node.
	Proved  int64
	Units   int64
	Elapsed time.Duration
}

// Sources counts the attempts of each source over the selected runs, in the
// order of the sources' names. Of the filter, Run and Prover count, and Since
// selects runs by their creation.
func (s *Store) Sources(ctx context.Context, f OutcomeFilter) ([]SourceStats, error) {
	const selected = `FROM run r WHERE NOT r.deleting AND (?1 = '' OR r.name = ?1) AND (?2 = '' OR r.prover_name = ?2) AND r.created >= ?3`
	args := []any{f.Run, f.Prover, nanoseconds(f.Since)}
	var all []SourceStats
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		type row struct {
			source         string
			status         provers.Status
			count, units   int64
			elapsed        time.Duration
			provedBySource int64
		}
		rows, err := queryAll(ctx, tx, func(rows *sql.Rows) (r row, err error) {
			return r, rows.Scan(&r.source, &r.status, &r.count, &r.units, &r.elapsed)
		}, `SELECT source, status, sum(count), sum(units), sum(elapsed) FROM attempt_tally
			WHERE run IN (SELECT r.id `+selected+`) GROUP BY source, status ORDER BY source, status`, args...)
		if err != nil {
			return err
		}
		proved, err := queryAll(ctx, tx, func(rows *sql.Rows) (r row, err error) {
			return r, rows.Scan(&r.source, &r.provedBySource)
		}, `SELECT a.source, count(*) FROM state s JOIN attempt a ON a.run = s.run AND a.id = s.proved_by
			WHERE s.run IN (SELECT r.id `+selected+`) AND s.status = 'proved' GROUP BY a.source`, args...)
		if err != nil {
			return err
		}
		bySource := make(map[string]int64)
		for _, r := range proved {
			bySource[r.source] = r.provedBySource
		}
		for _, r := range rows {
			if len(all) == 0 || all[len(all)-1].Source != r.source {
				all = append(all, SourceStats{Source: r.source, Proved: bySource[r.source], ByStatus: make(map[provers.Status]int64)})
			}
			stats := &all[len(all)-1]
			stats.Attempts += r.count
			stats.Units += r.units
			stats.Elapsed += r.elapsed
			stats.ByStatus[r.status] = r.count
		}
		return nil
	})
	return all, describe(err, "counting the attempts in %s", s.path)
}

// Outcomes gives the conclusive attempts that the filter selects, the newest
// first, for a policy to learn from. OnProof is set for an attempt that proves
// its node. The states have no path, the outcomes no next states. The iteration
// ends after the first error.
func (s *Store) Outcomes(ctx context.Context, f OutcomeFilter) iter.Seq2[policy.Observation, error] {
	return func(yield func(policy.Observation, error) bool) {
		stopped := false
		if f.Limit <= 0 {
			f.Limit = -1 // which is no limit in SQL
		}
		err := s.snapshot(ctx, func(tx *sql.Tx) (err error) {
			// attempt.rowid rises with time: an INSERT takes the largest and one.
			rows, err := tx.QueryContext(ctx, `SELECT r.problem, s.run, s.key, s.depth, s.goals,
					coalesce(s.proved_by = a.id, 0), a.goal, a.action, a.logprob, a.source,
					a.status, a.class, a.message, a.suggestions, a.units, a.elapsed
				FROM attempt a CROSS JOIN state s ON s.run = a.run AND s.node = a.node CROSS JOIN run r ON r.id = a.run
				WHERE NOT r.deleting AND (?1 = '' OR r.name = ?1) AND (?2 = '' OR r.prover_name = ?2) AND a.time >= ?3
					AND a.status NOT IN ('timed_out', 'interrupted', 'lost')
				ORDER BY a.rowid DESC LIMIT ?4`, f.Run, f.Prover, nanoseconds(f.Since), f.Limit)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, rows.Close()) }()
			scan := observationScanner{problems: make(map[int64]provers.Problem)}
			for !stopped && rows.Next() {
				o, err := scan.row(ctx, tx, rows)
				if err != nil {
					return err
				}
				stopped = !yield(o, nil)
			}
			return rows.Err()
		})
		if err != nil && !stopped {
			yield(policy.Observation{}, describe(err, "reading the outcomes in %s", s.path))
		}
	}
}

// observationScanner keeps what successive rows share.
type observationScanner struct {
	problems map[int64]provers.Problem
	run      int64
	state    provers.State
}

func (c *observationScanner) row(ctx context.Context, q querier, rows *sql.Rows) (policy.Observation, error) {
	var o policy.Observation
	var problem, run int64
	var key string
	var goals, suggestions sql.NullString
	err := rows.Scan(&problem, &run, &key, &o.Request.Depth, &goals, &o.OnProof,
		&o.Candidate.Action.Goal, &o.Candidate.Action.Text, &o.Candidate.LogProb, &o.Candidate.Source,
		&o.Outcome.Status, &o.Outcome.Class, &o.Outcome.Message, &suggestions, &o.Outcome.Units, &o.Outcome.Elapsed)
	if err != nil {
		return o, err
	}
	if err := decodeJSON(suggestions, &o.Outcome.Suggestions); err != nil {
		return o, err
	}
	if c.run != run || c.state.Key != key {
		c.run, c.state = run, provers.State{Key: key}
		if err := decodeJSON(goals, &c.state.Goals); err != nil {
			return o, err
		}
	}
	o.Request.State = c.state
	p, known := c.problems[problem]
	if !known {
		err := q.QueryRowContext(ctx, "SELECT name, source, kind, preamble, statement, closing FROM problem WHERE id = ?", problem).
			Scan(&p.Name, &p.Source, &p.Kind, &p.Preamble, &p.Statement, &p.Closing)
		if err != nil {
			return o, err
		}
		c.problems[problem] = p
	}
	o.Request.Problem = p
	return o, nil
}
