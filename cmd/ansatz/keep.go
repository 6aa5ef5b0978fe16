package main

import (
	"context"

	"github.com/ansatz-prover/ansatz/benchmarks/distribute"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// keeper keeps searches while they run, and what is found out about them.
type keeper interface {
	// begin keeps a new search, or goes on to keep one that is stored.
	begin(ctx context.Context, info search.RunInfo, stored bool, q *prooftree.Question) (kept, error)
	equivalence(ctx context.Context, run string, e prooftree.Equivalence) error
}

// kept is a search that is being kept.
type kept struct {
	id    string
	log   search.Log
	close func()
}

// inStore keeps searches in the database.
type inStore struct{ store *prooftree.Store }

func (k inStore) begin(ctx context.Context, info search.RunInfo, stored bool, q *prooftree.Question) (kept, error) {
	var writer *prooftree.Writer
	var err error
	if stored {
		writer, err = k.store.OpenRun(ctx, info.ID)
	} else {
		writer, err = k.store.CreateRun(ctx, info)
	}
	if err != nil {
		return kept{}, err
	}
	out := kept{id: writer.Info().ID, log: writer, close: func() { _ = writer.Close() }} // what was appended is stored
	if q != nil {
		if err := writer.SetQuestion(ctx, *q); err != nil {
			out.close()
			return kept{}, err
		}
	}
	return out, nil
}

func (k inStore) equivalence(ctx context.Context, run string, e prooftree.Equivalence) error {
	return k.store.AddEquivalence(ctx, run, e)
}

// onTheWay keeps the searches of a trial for their way to the coordinator.
type onTheWay struct{ trees *distribute.TreeWriter }

func (k onTheWay) begin(_ context.Context, info search.RunInfo, _ bool, q *prooftree.Question) (kept, error) {
	id, log, err := k.trees.Begin(info, q)
	return kept{id: id, log: log, close: func() {}}, err
}

func (k onTheWay) equivalence(_ context.Context, run string, e prooftree.Equivalence) error {
	return k.trees.Equivalence(run, e)
}
