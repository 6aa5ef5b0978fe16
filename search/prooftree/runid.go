package prooftree

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// alphabet is Crockford's base 32: no letter looks like a digit, and the order
// of the bytes is the order of the values.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// NewRunID makes an ID such as "260410-f2k7qx" from the time in UTC and two
// random bytes: the date, the time of day in steps of 82 ms, and 10 random
// bits. IDs sort by time.
func NewRunID(now time.Time, random io.Reader) (string, error) {
	var noise [2]byte
	if _, err := io.ReadFull(random, noise[:]); err != nil {
		return "", fmt.Errorf("making a run's ID: %w", err)
	}
	now = now.UTC()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	const day, steps = 24 * time.Hour, 1 << 20
	n := uint64(now.Sub(midnight))*steps/uint64(day)<<10 | (uint64(noise[0])<<8|uint64(noise[1]))&(1<<10-1)
	var tail [6]byte
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = alphabet[n%32]
		n /= 32
	}
	return now.Format("060102-") + string(tail[:]), nil
}

var runIDPattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$`)

func checkRunID(id string) error {
	if !runIDPattern.MatchString(id) || isLatest(id) {
		return &Error{Kind: Failed, Doing: fmt.Sprintf("creating run %q", id), Detail: "this cannot be the ID of a run",
			Hint: `use up to 64 letters, digits, dots, dashes and underscores, not "last" or "latest"`}
	}
	return nil
}

func isLatest(s string) bool { return s == "last" || s == "latest" }

// ResolveRun finds the ID of a stored run from what a user typed: the ID, an
// unambiguous beginning of it or of the part after its date, or "last" or
// "latest" for the run that was created last. The error for an unknown or
// ambiguous one lists candidates.
func (s *Store) ResolveRun(ctx context.Context, typed string) (string, error) {
	doing := fmt.Sprintf("looking for run %q in %s", typed, s.path)
	if isLatest(typed) {
		names, err := s.runNames(ctx, "ORDER BY id DESC LIMIT 1")
		if err != nil {
			return "", describe(err, "%s", doing)
		}
		if len(names) == 0 {
			return "", &Error{Kind: UnknownRun, Doing: doing, Detail: "no run is stored"}
		}
		return names[0], nil
	}
	// The last part of a query's LIKE pattern is the only wildcard.
	pattern := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(typed) + "%"
	const most = 8
	for _, condition := range []string{`name = ?1`, `name LIKE ?2 ESCAPE '\'`, `substr(name, instr(name, '-') + 1) LIKE ?2 ESCAPE '\'`} {
		if typed == "" {
			break
		}
		names, err := s.runNames(ctx, "AND "+condition+" ORDER BY id DESC LIMIT ?3", typed, pattern, most+1)
		if err != nil {
			return "", describe(err, "%s", doing)
		}
		switch {
		case len(names) == 1:
			return names[0], nil
		case len(names) > 1:
			return "", &Error{Kind: AmbiguousRun, Doing: doing, Detail: "several runs' IDs begin so: " + listed(names, most)}
		}
	}
	return "", s.unknownRun(ctx, s.reader, doing)
}

// unknownRun is the error for a run that is not stored; it names those that are.
func (s *Store) unknownRun(ctx context.Context, q querier, doing string) error {
	const most = 8
	names, err := queryAll(ctx, q, scanString, "SELECT name FROM run WHERE NOT deleting ORDER BY id DESC LIMIT ?", most+1)
	if err != nil {
		return describe(err, "%s", doing)
	}
	e := &Error{Kind: UnknownRun, Doing: doing, Detail: "there is no such run", Hint: "no run is stored"}
	if len(names) > 0 {
		e.Detail += "; the latest are " + listed(names, most)
		e.Hint = "choose one of these"
	}
	return e
}

func (s *Store) runNames(ctx context.Context, rest string, args ...any) ([]string, error) {
	return queryAll(ctx, s.reader, scanString, "SELECT name FROM run WHERE NOT deleting "+rest, args...)
}

func listed(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}
