package prooftree

import (
	"context"
	"errors"

	"github.com/ansatz-prover/ansatz/search"
)

// copyBatch is how many events of a copy are one transaction.
const copyBatch = 2000

// CopyRun copies a run, with what is known of its answers, from a store, which may
// be the same one, under another ID, as a proof tree of a benchmark (empty: of none). A copy of that ID that is there already, as
// one that was cut short is, is replaced. Of a run that is a part of another one,
// copies says what that one is called here; without an entry it is a part of none.
func (s *Store) CopyRun(ctx context.Context, from *Store, id, benchmark, as string, copies map[string]string) (err error) {
	defer func() { err = describe(err, "copying run %s from %s to %s", id, from.path, s.path) }()
	original, err := from.loadRun(ctx, from.reader, id)
	if err != nil {
		return err
	}
	info := original.RunInfo
	info.ID = as
	writer, err := s.ReplaceTree(ctx, benchmark, info)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, writer.Close()); err != nil {
			// Half a copy would look like a run that can go on. If it cannot be deleted
			// now, the next copy replaces it.
			_ = s.DeleteRun(context.WithoutCancel(ctx), as)
		}
	}()
	if q, found, err := from.Question(ctx, id); err != nil {
		return err
	} else if found {
		q.PartOf = copies[q.PartOf]
		if err := writer.SetQuestion(ctx, q); err != nil {
			return err
		}
	}
	batch := make([]search.Event, 0, copyBatch)
	for event, err := range from.Events(ctx, id) {
		if err != nil {
			return err
		}
		if event.Run != nil {
			info := *event.Run
			info.ID = as
			event.Run = &info
		}
		if batch = append(batch, event); len(batch) == copyBatch {
			if err := writer.Append(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := writer.Append(ctx, batch); err != nil {
		return err
	}
	known, err := from.Equivalences(ctx, id)
	if err != nil {
		return err
	}
	for _, e := range known {
		if err := s.AddEquivalence(ctx, as, e); err != nil {
			return err
		}
	}
	return nil
}
