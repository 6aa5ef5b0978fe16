package prooftree

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
)

// MaxMessage is the length, in bytes, to which the writer shortens the message
// of an attempt. The shortened message says how much was left out.
const MaxMessage = 4096

func shortened(message string) string {
	if len(message) <= MaxMessage {
		return message
	}
	const room = 40 // for the note
	cut := MaxMessage - room
	for cut > 0 && !utf8.RuneStart(message[cut]) {
		cut--
	}
	return fmt.Sprintf("%s\n[%d more bytes]", message[:cut], len(message)-cut)
}

// problemHash identifies a problem by its content.
func problemHash(p provers.Problem) string {
	h := sha256.New()
	for _, field := range []string{p.Name, p.Source, string(p.Kind), p.Preamble, p.Statement, p.Closing} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		h.Write(length[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// nanoseconds is a time as it is stored: the zero time, which is beyond the range, is 0.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanoseconds(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// jsonText is the JSON of v. Every type that is stored as JSON consists of
// strings and numbers, so it can fail only for a number that is not finite.
func jsonText(v any) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // "=>" and "<" are common in goals
	err := encoder.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// optionalJSON is the JSON of a slice or a map, or NULL for nil.
func optionalJSON[T []string | map[string]string | []provers.Answer](v T) (any, error) {
	if v == nil {
		return nil, nil
	}
	return jsonText(v)
}

// decodeJSON reads a column of JSON into v; NULL leaves v as it is.
func decodeJSON(column sql.NullString, v any) error {
	if !column.Valid {
		return nil
	}
	return json.Unmarshal([]byte(column.String), v)
}

// queryAll runs a query and scans every row.
func queryAll[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func scanString(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }
