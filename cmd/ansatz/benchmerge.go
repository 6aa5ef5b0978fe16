package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/merge"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

// mergeFlags are the flags of "ansatz bench merge".
type mergeFlags struct {
	title   string
	noTrees bool
	mixed   bool
}

func newBenchMerge(a *app) *cobra.Command {
	var f mergeFlags
	cmd := &cobra.Command{
		Use: "merge RUN RUN...", Short: "Put runs together that were made apart: shards, or tries with other seeds",
		Long: `Put runs together that were made apart: parts of the problems (--shard), tries with
other seeds (--seed), or both. The merged run is a new one; its parts stay. A run of
another database is FILE:RUN. Variants must be the same, and versions too unless
--mixed is given. What no part has can be done by ansatz bench resume.`,
		Example: `  ansatz bench merge b261125-k3f9q1 other.db:last
  ansatz bench run spec.toml --shard 1/2 --db one.db    # and 2/2 on another machine
  ansatz bench merge one.db:last two.db:last --title whole`,
		Args: cobra.MinimumNArgs(2), ValidArgsFunction: a.benchIDs(100),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchMerge(cmd.Context(), f, args) },
	}
	cmd.Flags().StringVar(&f.title, "title", "", "the merged run's name (default: that of the first)")
	cmd.Flags().BoolVar(&f.noTrees, "no-trees", false, "do not copy proof trees")
	cmd.Flags().BoolVar(&f.mixed, "mixed", false, "merge also what different versions of ansatz or of the prover did")
	return cmd
}

// sourceStore is where a part of a merged run is.
type sourceStore struct {
	store *prooftree.Store
	other bool // to be closed
}

// partStore opens the database of a run that is to be merged.
func (a *app) partStore(store *prooftree.Store, typed string) (sourceStore, string, error) {
	at := strings.LastIndex(typed, ":")
	if at < 0 {
		return sourceStore{store: store}, typed, nil
	}
	other, err := prooftree.OpenReadOnly(typed[:at])
	if err != nil {
		return sourceStore{}, "", err
	}
	return sourceStore{other, true}, typed[at+1:], nil
}

// benchMerge is "ansatz bench merge".
func (a *app) benchMerge(ctx context.Context, f mergeFlags, typed []string) (err error) {
	store, err := a.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // what was merged is stored
	var parts []merge.Part
	var sources []sourceStore
	defer func() {
		for _, s := range sources {
			if s.other {
				_ = s.store.Close() // opened for reading
			}
		}
	}()
	for _, name := range typed {
		source, run, err := a.partStore(store, name)
		if err != nil {
			return err
		}
		sources = append(sources, source)
		found, err := readRun(ctx, source.store, run)
		if err != nil {
			return err
		}
		encoded, err := source.store.BenchmarkProblems(ctx, found.ID)
		if err != nil {
			return err
		}
		if found.Running {
			a.errorf("run %s is not finished; what it has so far is taken\n", found.ID)
		}
		parts = append(parts, merge.Part{Run: found.run, Problems: encoded, Trials: found.trials})
	}
	id, err := prooftree.NewBenchmarkID(time.Now())
	if err != nil {
		return err
	}
	merged, err := merge.Runs(id, parts, f.mixed, time.Now())
	if err != nil {
		return usage(err, "ansatz bench compare compares runs that differ")
	}
	if f.title != "" {
		merged.Run.Name = f.title
	}
	if err := a.storeMerged(ctx, store, sources, merged, f.noTrees); err != nil {
		// A part of a run would look like a whole one.
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if undone := store.DeleteBenchmark(undo, id); prooftree.KindOf(undone) != prooftree.UnknownRun {
			err = errors.Join(err, undone)
		}
		return err
	}
	if merged.Twice > 0 {
		a.errorf("%s of several runs with the same seed: those of the run named first are taken\n", console.Plural(int64(merged.Twice), "trial"))
	}
	a.errorf("merged %s into %s\n", console.Plural(int64(len(merged.Trials)), "trial"), id)
	return a.benchShow(ctx, id, false)
}

// storeMerged stores a merged run with copies of the proof trees.
func (a *app) storeMerged(ctx context.Context, store *prooftree.Store, sources []sourceStore, merged merge.Merged, noTrees bool) error {
	document, err := json.Marshal(merged.Run)
	if err != nil {
		return fmt.Errorf("storing the merged run: %w", err)
	}
	b := prooftree.Benchmark{ID: merged.Run.ID, Created: merged.Run.Created, Ended: merged.Run.Ended, Document: document}
	if err := store.CreateBenchmark(ctx, b, merged.Problems); err != nil {
		return err
	}
	for _, placed := range merged.Trials {
		t := placed.Trial
		var trees []string
		copies := make(map[string]string)
		for i, tree := range t.Trees {
			if noTrees {
				break
			}
			as := fmt.Sprintf("%s.%d.%d.%d", merged.Run.ID, placed.Place.Variant, placed.Place.Problem, placed.Place.Number)
			if i > 0 {
				as += fmt.Sprintf(".t%d", i+1)
			}
			if err := store.CopyRun(ctx, sources[placed.Part].store, tree, merged.Run.ID, as, copies); err != nil {
				return err
			}
			copies[tree] = as
			trees = append(trees, as)
		}
		t.Trees = trees
		document, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("storing %s: %w", t.Key, err)
		}
		if _, err := store.AddTrial(ctx, merged.Run.ID, prooftree.StoredTrial{Place: placed.Place, Document: document}, trees); err != nil {
			return err
		}
	}
	return nil
}
