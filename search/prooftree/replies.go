package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// maxReplies bounds how many replies are kept; a few kilobytes each.
const maxReplies = 50_000

// pruneReplies is after how many replies the oldest are looked for.
const pruneReplies = 1000

// Reply returns what was kept under a key, which is a hash of everything that the
// reply depends on. Nothing is known under a key of which found is false.
func (s *Store) Reply(ctx context.Context, key []byte) (value []byte, found bool, err error) {
	err = s.reader.QueryRowContext(ctx, "SELECT value FROM reply WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return value, err == nil, describe(err, "reading a kept reply in %s", s.path)
}

// KeepReply keeps a reply, and forgets the oldest ones when there are too many.
func (s *Store) KeepReply(ctx context.Context, key, value []byte) (err error) {
	doing := "keeping a reply in " + s.path
	conn, err := s.writerConn(ctx)
	if err != nil {
		return describe(err, "%s", doing)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = s.write(ctx, conn, func(ctx context.Context) error {
		if _, err := conn.ExecContext(ctx, "INSERT INTO reply (key, value, kept) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, kept = excluded.kept",
			key, value, time.Now().UnixNano()); err != nil {
			return err
		}
		if s.replies.Add(1)%pruneReplies != 1 {
			return nil
		}
		_, err := conn.ExecContext(ctx, "DELETE FROM reply WHERE kept <= (SELECT kept FROM reply ORDER BY kept DESC LIMIT 1 OFFSET ?)", maxReplies)
		return err
	})
	return describe(err, "%s", doing)
}
