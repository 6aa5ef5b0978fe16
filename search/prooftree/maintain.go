package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runlock"
)

// Check looks for damage: it reads the whole file, and checks that every row
// that another refers to is there. A damaged file is an error of kind [Corrupt].
func (s *Store) Check(ctx context.Context) error {
	doing := "checking " + s.path
	faults, err := queryAll(ctx, s.reader, scanString, "PRAGMA quick_check(10)")
	if err != nil {
		return describe(err, "%s", doing)
	}
	if len(faults) == 1 && faults[0] == "ok" {
		faults, err = queryAll(ctx, s.reader, func(rows *sql.Rows) (string, error) {
			var table, parent string
			var row, key sql.NullInt64
			err := rows.Scan(&table, &row, &parent, &key)
			return fmt.Sprintf("a row of %s refers to one of %s that is not there", table, parent), err
		}, "SELECT * FROM pragma_foreign_key_check LIMIT 10")
		if err != nil {
			return describe(err, "%s", doing)
		}
	}
	if len(faults) > 0 {
		return &Error{Kind: Corrupt, Doing: doing, Detail: strings.Join(faults, "; "), Hint: hintCorrupt}
	}
	return nil
}

// deleteStep is the number of rows that one transaction deletes.
const deleteStep = 5000

// DeleteRun deletes a run that no writer owns. It does so in short transactions,
// the first of which hides the run; if it is cut short, a second call goes on.
// The space is used again, see also [Store.Vacuum].
func (s *Store) DeleteRun(ctx context.Context, id string) error {
	return describe(s.deleteRun(ctx, id), "deleting run %s in %s", id, s.path)
}

func (s *Store) deleteRun(ctx context.Context, id string) (err error) {
	conn, err := s.writerConn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var run, problem int64
	err = conn.QueryRowContext(ctx, "SELECT id, problem FROM run WHERE name = ?", id).Scan(&run, &problem)
	if errors.Is(err, sql.ErrNoRows) {
		return s.unknownRun(ctx, conn, "looking for the run")
	}
	if err != nil {
		return err
	}
	claim, err := runlock.Acquire(ctx, s.claimPath(id))
	if errors.Is(err, runlock.ErrTaken) {
		return s.activeRun(ctx, conn, id)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.Release()) }()
	exec := func(query string, args ...any) (rows int64, err error) {
		err = s.write(ctx, conn, func(ctx context.Context) error {
			result, err := conn.ExecContext(ctx, query, args...)
			if err != nil {
				return err
			}
			rows, err = result.RowsAffected()
			return err
		})
		return rows, err
	}
	if _, err := exec("UPDATE run SET deleting = 1 WHERE id = ?", run); err != nil {
		return err
	}
	// The attempts go first, for the states are what they refer to.
	for _, table := range []string{"attempt", "state", "decision", "spending"} {
		key := map[string]string{"attempt": "id", "state": "node"}[table]
		if key == "" {
			key = "seq"
		}
		query := fmt.Sprintf("DELETE FROM %[1]s WHERE run = ?1 AND %[2]s IN (SELECT %[2]s FROM %[1]s WHERE run = ?1 LIMIT ?2)", table, key)
		for rows := int64(deleteStep); rows == deleteStep; {
			if rows, err = exec(query, run, deleteStep); err != nil {
				return err
			}
		}
	}
	if _, err := exec("DELETE FROM run WHERE id = ?", run); err != nil {
		return err
	}
	_, err = exec("DELETE FROM problem WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM run WHERE problem = ?1)", problem)
	return err
}

// Vacuum completes deletions that were cut short, and gives the free space of
// the file back to the device. It needs as much space again while it runs, and
// other writers wait.
func (s *Store) Vacuum(ctx context.Context) error {
	cut, err := queryAll(ctx, s.reader, scanString, "SELECT name FROM run WHERE deleting")
	if err != nil {
		return describe(err, "compacting %s", s.path)
	}
	for _, id := range cut {
		if err := s.DeleteRun(ctx, id); err != nil && KindOf(err) != RunActive {
			return err
		}
	}
	conn, err := s.writerConn(ctx)
	if err != nil {
		return describe(err, "compacting %s", s.path)
	}
	_, err = retryBusy(ctx, s.options.BusyTimeout, func() (sql.Result, error) { return conn.ExecContext(ctx, "VACUUM") })
	return describe(errors.Join(err, conn.Close()), "compacting %s", s.path)
}
