package prooftree

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Options changes how a database is opened. The zero value is good.
type Options struct {
	// BusyTimeout bounds the wait for another process's transaction; 0 means 30 s.
	BusyTimeout time.Duration
	// MaxBytes bounds the size of the file, roughly; 0 means no bound. An append
	// beyond it fails like one on a full device.
	MaxBytes int64
}

// busyStep is how long SQLite itself waits for a lock before the context is looked at again.
const busyStep = 250 * time.Millisecond

// Store is one open database. It is safe for concurrent use.
type Store struct {
	path     string
	options  Options
	readOnly bool
	reader   *sql.DB // query_only connections
	writer   *sql.DB // nil if readOnly
	// writing has room for one: writers of one process queue here and not in
	// SQLite, whose waiting is by polling and unfair.
	writing chan struct{}
	// replies counts those that were kept since the database was opened.
	replies atomic.Int64
}

// Open opens the database at path for reading and writing. It creates the file
// and its folders if they do not exist, and brings an older schema up to date.
func Open(path string, o Options) (*Store, error) {
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 30 * time.Second
	}
	path, err := absolute(path)
	if err != nil {
		return nil, describe(err, "opening the database %s", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, describe(err, "creating the folder of the database %s", path)
	}
	s := &Store{path: path, options: o, writing: make(chan struct{}, 1)}
	step := min(busyStep, o.BusyTimeout)
	common := url.Values{"_busy_timeout": {strconv.FormatInt(step.Milliseconds(), 10)}, "_foreign_keys": {"1"}}
	s.writer, err = sql.Open("sqlite3", dataSource(path, common, url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_cache_size": {"-32768"},
	}))
	if err != nil {
		return nil, describe(err, "opening the database %s", path)
	}
	s.reader, err = sql.Open("sqlite3", dataSource(path, common, url.Values{"_query_only": {"1"}}))
	if err != nil {
		return nil, errors.Join(describe(err, "opening the database %s", path), s.Close())
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(describe(err, "opening the database %s", path), s.Close())
	}
	return s, nil
}

// OpenReadOnly opens the database at path for reading, also while a search
// writes to it. It changes nothing: an older schema is an error.
func OpenReadOnly(path string) (*Store, error) {
	path, err := absolute(path)
	if err != nil {
		return nil, describe(err, "opening the database %s", path)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, describe(err, "opening the database %s", path)
	}
	s, err := openReader(path, url.Values{"mode": {"ro"}})
	if KindOf(err) == ReadOnly {
		// Reading in WAL mode needs a file beside the database, which cannot be
		// made on a read-only device. Without a log there is nothing that such a
		// file would protect from: read the database as it is.
		if _, statErr := os.Stat(path + "-wal"); errors.Is(statErr, fs.ErrNotExist) {
			return openReader(path, url.Values{"mode": {"ro"}, "immutable": {"1"}})
		}
	}
	return s, err
}

func openReader(path string, mode url.Values) (*Store, error) {
	s := &Store{path: path, readOnly: true}
	var err error
	s.reader, err = sql.Open("sqlite3", dataSource(path, mode, url.Values{"_busy_timeout": {"5000"}, "_query_only": {"1"}}))
	if err != nil {
		return nil, describe(err, "opening the database %s", path)
	}
	steps, err := migrations()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	version, err := schemaVersion(context.Background(), s.reader, len(steps))
	if err != nil {
		return nil, errors.Join(describe(err, "opening the database %s for reading", path), s.Close())
	}
	if version < len(steps) {
		err := &Error{Kind: OlderSchema, Doing: "opening the database " + path + " for reading",
			Detail: fmt.Sprintf("an older ansatz wrote it (schema %d, this one reads %d)", version, len(steps)),
			Hint:   "open it once for writing, which brings it up to date"}
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// absolute follows symbolic links, so that one database has one path, and with it one folder of locks.
func absolute(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if info, err := os.Stat(abs); err == nil && !info.Mode().IsRegular() {
		return abs, &Error{Kind: NotDatabase, Doing: "looking at the path", Detail: "it is not a file", Hint: "give the path of a file"}
	}
	return abs, nil
}

func dataSource(path string, parameters ...url.Values) string {
	all := url.Values{}
	for _, values := range parameters {
		for name, value := range values {
			all[name] = value
		}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + all.Encode()
}

// prepare makes sure that the database can be written and has the newest schema.
func (s *Store) prepare() error {
	ctx := context.Background()
	if info, err := os.Stat(s.path); err == nil && info.Size() > 0 {
		// Look before the first connection for writing sets WAL mode, which
		// changes the file, whosever it is.
		steps, err := migrations()
		if err != nil {
			return err
		}
		if _, err := schemaVersion(ctx, s.reader, len(steps)); err != nil {
			return err
		}
	}
	// Setting WAL mode writes, and two processes may do it at the same time.
	conn, err := retryBusy(ctx, s.options.BusyTimeout, func() (*sql.Conn, error) { return s.writer.Conn(ctx) })
	if err != nil {
		return err
	}
	defer conn.Close()
	return s.migrate(ctx, conn)
}

// writerConn is a connection for writing that its caller closes.
func (s *Store) writerConn(ctx context.Context) (*sql.Conn, error) {
	if s.readOnly {
		return nil, &Error{Kind: ReadOnly, Doing: "writing to " + s.path, Detail: "the database was opened for reading only"}
	}
	conn, err := retryBusy(ctx, s.options.BusyTimeout, func() (*sql.Conn, error) { return s.writer.Conn(ctx) })
	if err != nil {
		return nil, err
	}
	if s.options.MaxBytes > 0 {
		var pageSize int64
		if err := conn.QueryRowContext(ctx, "PRAGMA page_size").Scan(&pageSize); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", max(1, s.options.MaxBytes/pageSize))); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// claimPath is the file whose lock is the ownership of a run.
func (s *Store) claimPath(run string) string {
	return filepath.Join(s.path+".locks", run+".lock")
}

// Path is the absolute path of the database.
func (s *Store) Path() string { return s.path }

// Close closes the database. Every [Writer] must be closed before.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// write runs body in one transaction on conn. It waits for other writers no
// longer than the busy timeout and ctx allow. The context given to body does not
// end: transactions are short, and SQLite's driver starts a goroutine for each
// statement under a context that can.
func (s *Store) write(ctx context.Context, conn *sql.Conn, body func(context.Context) error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	free := context.WithoutCancel(ctx)
	_, err := retryBusy(ctx, s.options.BusyTimeout, func() (sql.Result, error) {
		return conn.ExecContext(free, "BEGIN IMMEDIATE")
	})
	if err != nil {
		return err
	}
	if err := body(free); err != nil {
		return errors.Join(err, rollback(free, conn))
	}
	if _, err := conn.ExecContext(free, "COMMIT"); err != nil {
		return errors.Join(err, rollback(free, conn))
	}
	return nil
}

// rollback ends the transaction of conn, if an error has not done so already.
func rollback(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "ROLLBACK")
	if err == nil {
		return nil
	}
	ended := false
	rawErr := conn.Raw(func(c any) error {
		if c, ok := c.(*sqlite3.SQLiteConn); ok {
			ended = c.AutoCommit()
		}
		if !ended {
			return driver.ErrBadConn // never use it again: closing it rolls back
		}
		return nil
	})
	if ended {
		return nil
	}
	return errors.Join(fmt.Errorf("rolling back: %w", err), rawErr)
}

// retryBusy calls try until it returns something else than that the database is busy.
func retryBusy[T any](ctx context.Context, limit time.Duration, try func() (T, error)) (T, error) {
	deadline := time.Now().Add(limit)
	for {
		v, err := try()
		if err == nil || !isBusy(err) || time.Now().After(deadline) {
			return v, err
		}
		// SQLite has waited for busyStep, except where it saw a deadlock coming.
		timer := time.NewTimer(5 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return v, ctx.Err()
		}
	}
}

// snapshot runs body in one read transaction, so that all its queries see the same state.
func (s *Store) snapshot(ctx context.Context, body func(*sql.Tx) error) error {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	// A read transaction has nothing to commit: rolling back ends it.
	err = errors.Join(body(tx), ignoreDone(tx.Rollback()))
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // what ended the transaction
	}
	return err
}

// ignoreDone drops the error of rolling back a transaction that its context ended.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
