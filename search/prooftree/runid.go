package prooftree

import (
	"context"
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runid"
)

// ResolveRun finds the ID of a stored run from what a user typed: the ID, an
// unambiguous beginning of it or of the part after its date, or "last" or
// "latest" for the run that was created last and is no trial of a benchmark. The error for an unknown or
// ambiguous one lists candidates.
func (s *Store) ResolveRun(ctx context.Context, typed string) (string, error) {
	doing := fmt.Sprintf("looking for run %q in %s", typed, s.path)
	if runid.Latest(typed) {
		names, err := s.runNames(ctx, "AND benchmark IS NULL ORDER BY id DESC LIMIT 1")
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
