package prooftree

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// applicationID marks a SQLite file as one of ansatz ("ansz").
const applicationID = 0x616e737a

// migration brings a database from one version of the schema to the next.
type migration struct {
	name string
	sql  string
}

// migrations lists the steps in order; after the first n of them user_version is n.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	list := make([]migration, 0, len(names))
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{path.Base(name), string(text)})
	}
	return list, nil
}

// querier is what sql.Conn, sql.DB and sql.Tx have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schemaVersion reads the version of the schema and makes sure that the file is
// one of ansatz and not newer than this program. An empty file has version 0.
func schemaVersion(ctx context.Context, q querier, known int) (int, error) {
	var version, application, objects int
	// One statement, so that no other process creates the schema in between.
	row := q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM sqlite_schema), v.user_version, a.application_id
		FROM pragma_user_version v, pragma_application_id a`)
	if err := row.Scan(&objects, &version, &application); err != nil {
		return 0, err
	}
	switch {
	case application != applicationID && (application != 0 || version != 0 || objects != 0):
		return 0, &Error{Kind: NotDatabase, Doing: "checking the schema",
			Detail: "the file is a SQLite database of another program", Hint: "choose another path"}
	case version > known:
		return 0, &Error{Kind: NewerSchema, Doing: "checking the schema",
			Detail: fmt.Sprintf("a newer ansatz wrote the database (schema %d, this one knows %d)", version, known),
			Hint:   "use that ansatz, or choose another database"}
	}
	return version, nil
}

// migrate brings the database to the newest schema, one transaction a step. It
// takes the write lock even if there is nothing to do, so that a database that
// cannot be written is reported when it is opened and not by the first batch.
func (s *Store) migrate(ctx context.Context, conn *sql.Conn) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	for done := false; !done; {
		err := s.write(ctx, conn, func(ctx context.Context) error {
			version, err := schemaVersion(ctx, conn, len(steps))
			if err != nil {
				return err
			}
			if version == len(steps) {
				done = true
				return nil
			}
			if _, err := conn.ExecContext(ctx, steps[version].sql); err != nil {
				return fmt.Errorf("migration %s: %w", steps[version].name, err)
			}
			_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
				applicationID, version+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
