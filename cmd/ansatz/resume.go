package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

func newResume(a *app) *cobra.Command {
	var f searchFlags
	cmd := &cobra.Command{
		Use: "resume RUN", GroupID: "search", Short: "Go on with a stored search",
		Long: `Go on with a stored search from where it stopped: one that was interrupted, whose
process was killed, or whose budget is spent. Without --timeout, what is left of
its budget is used; with it, the search may go on for so long. RUN is a run's
ID, a beginning of it, or last.`,
		Example: `  ansatz resume last
  ansatz resume 260410-f2k --timeout 10m`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.runIDs,
		RunE: func(cmd *cobra.Command, args []string) error {
			fresh := cmd.Flags().Changed("timeout")
			return a.resume(cmd.Context(), f, fresh, cmd.Flags().Changed("policy"), args[0])
		},
	}
	cmd.Flags().SortFlags = false
	f.register(cmd.Flags())
	f.connect.places.registerDafny(cmd.Flags())
	return cmd
}

// resume is "ansatz resume". With fresh, the flags' time limit counts from now; the
// policy is the stored one unless another is chosen.
func (a *app) resume(ctx context.Context, f searchFlags, fresh, chosen bool, typed string) error {
	if err := f.check(); err != nil {
		return err
	}
	p, err := a.stored(ctx, f, fresh, typed)
	if err != nil {
		return err
	}
	f.connect.prover = p.info.Prover.Name
	if !chosen && languageOf(f.connect.prover).policies[p.info.Policy] != nil {
		f.policy = p.info.Policy
	}
	b, err := a.begin(ctx, f, false)
	if err != nil {
		return err
	}
	if was, is := p.info.Prover, b.runner.conn.prover.Info(); was.Name != is.Name {
		return errors.Join(usagef("", "run %s was made with %s, and this is %s", p.info.ID, was.Name, is.Name), b.end())
	} else if was.Version != is.Version || was.Variant != is.Variant {
		b.runner.display.Say("the run was made with %s %s (%s); what it found may not hold with %s (%s)", was.Name, was.Version, was.Variant, is.Version, is.Variant)
	}
	if p.question != nil {
		var known *collector
		if p, known, err = a.again(p, b); err != nil {
			return errors.Join(err, b.end())
		}
		defer func() { a.sayAnswer(known) }()
	}
	sum := results.NewSummary(1)
	sum.Seed = p.info.Seed
	err = b.all(ctx, sum, []problems.Task{{Problem: p.info.Problem}}, func(*problems.Task) searchPlan { return p }, func(*problems.Task, results.Result) {})
	return a.outcome(ctx, errors.Join(err, b.end()), sum.Complete())
}

// stored reads what a stored run needs to go on.
func (a *app) stored(ctx context.Context, f searchFlags, fresh bool, typed string) (searchPlan, error) {
	store, err := a.readStore()
	if err != nil {
		return searchPlan{}, err
	}
	defer func() { _ = store.Close() }() // opened for reading
	run, err := resolveRun(ctx, store, typed)
	if err != nil {
		return searchPlan{}, err
	}
	if benchmark, _, trial := strings.Cut(run, "."); trial {
		return searchPlan{}, usagef("ansatz bench resume "+benchmark+" does the trials that are missing", "%s is the tree of a trial of benchmark %s, and stays as it was measured", run, benchmark)
	}
	summary, err := store.Run(ctx, run)
	if err != nil {
		return searchPlan{}, err
	}
	switch {
	case summary.Status == prooftree.RunRunning:
		return searchPlan{}, usagef("wait for it, or stop it with Ctrl-C where it runs", "another process works on run %s", run)
	case summary.EndReason == search.EndProved && summary.Status == prooftree.RunDone:
		return searchPlan{}, usagef("see: ansatz show "+run, "run %s has a proof already", run)
	}
	tree, err := load(ctx, store, run)
	if err != nil {
		return searchPlan{}, err
	}
	p := searchPlan{info: summary.RunInfo, resume: tree, before: tree.Spent()}
	if question, found, err := store.Question(ctx, run); err != nil {
		return searchPlan{}, err
	} else if found {
		p.question = &question
	}
	if last := tree.Info(); last.ID != "" {
		p.info.Budget, p.info.Stages = last.Budget, last.Stages // as the last resume had it
	}
	if f.heartbeats > 0 {
		for i := range p.info.Stages {
			p.info.Stages[i].Limits.Units = f.heartbeats
		}
	}
	p.info.Budget, err = budgetLeft(p.info.Budget, p.before, fresh, f.timeout)
	if err != nil {
		return searchPlan{}, usagef("give it more: ansatz resume "+run+" --timeout 5m", "run %s has %w", run, err)
	}
	return p, nil
}

// budgetLeft is the budget of a run that goes on. A new time limit replaces the
// other bounds too: they were those of the first search.
func budgetLeft(b search.Budget, spent search.Spent, fresh bool, timeout time.Duration) (search.Budget, error) {
	if fresh {
		if timeout == 0 {
			return search.Budget{}, nil
		}
		return search.Budget{Wall: spent.Wall + timeout}, nil
	}
	over := func(bound, used int64) bool { return bound > 0 && used >= bound }
	switch {
	case over(int64(b.Wall), int64(spent.Wall)):
		return b, errors.New("no time left")
	case over(b.Expansions, spent.Expansions), over(b.Attempts, spent.Attempts), over(b.Units, spent.Units):
		return b, errors.New("no budget left")
	}
	return b, nil
}
