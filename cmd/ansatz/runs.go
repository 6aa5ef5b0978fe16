package main

import (
	"context"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

// runJSON is one run of "ansatz runs --json".
type runJSON struct {
	Run        string           `json:"run"`
	Name       string           `json:"name"`
	Source     string           `json:"source,omitempty"`
	Method     prooftree.Method `json:"method,omitempty"` // of a run that looks for an answer
	Answer     string           `json:"answer,omitempty"` // that an accepted proof gives
	State      string           `json:"state"`            // proved, unproved, unverified, interrupted, error, running, stale
	Status     string           `json:"status"`
	End        search.EndReason `json:"end,omitempty"`
	Detail     string           `json:"detail,omitempty"`
	Created    time.Time        `json:"created"`
	Elapsed    float64          `json:"elapsed_s"`
	Attempts   int64            `json:"attempts"`
	Expansions int64            `json:"expansions"`
	Prover     provers.Info     `json:"prover"`
	Policy     string           `json:"policy"`
	Seed       uint64           `json:"seed"`
}

// runsJSON is what "ansatz runs --json" prints.
type runsJSON struct {
	Version int       `json:"version"`
	Type    string    `json:"type"` // "runs"
	Runs    []runJSON `json:"runs"`
}

func newRunJSON(r prooftree.RunSummary) runJSON {
	answer := ""
	if r.Verified() {
		answer = texts(r.Verdict.Answers)
	}
	return runJSON{Run: r.ID, Name: r.Problem.Name, Source: r.Problem.Source, Method: r.Method, Answer: answer, State: runState(r), Status: string(r.Status),
		End: r.EndReason, Detail: r.EndDetail, Created: r.Created, Elapsed: r.Spent.Wall.Seconds(),
		Attempts: r.Spent.Attempts, Expansions: r.Spent.Expansions, Prover: r.Prover, Policy: r.Policy, Seed: r.Seed}
}

// runState is what is known of a run, in one word.
func runState(r prooftree.RunSummary) string {
	if r.Status != prooftree.RunDone {
		return string(r.Status)
	}
	switch r.EndReason {
	case search.EndProved:
		return string(results.Proved)
	case search.EndBudget, search.EndExhausted:
		return string(results.Unproved)
	case search.EndUnverified:
		return string(results.Unverified)
	case search.EndInterrupted:
		return string(results.Interrupted)
	}
	return string(results.Failed)
}

func newRuns(a *app) *cobra.Command {
	var problems []string
	var limit int
	var trials bool
	cmd := &cobra.Command{
		Use: "runs", GroupID: "look", Short: "List stored searches, the newest first",
		Long: `List stored searches, the newest first. A run is running while a process works
on it, and stale if its process ended before the search did; resume goes on with
a stale, an interrupted or an unproved one.`,
		Example: `  ansatz runs
  ansatz runs --problem 'add_*' --limit 5`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runs(cmd.Context(), problems, limit, trials) },
	}
	cmd.Flags().StringArrayVar(&problems, "problem", nil, "only problems whose name matches this `glob` (may be repeated)")
	cmd.Flags().IntVarP(&limit, "limit", "n", 20, "how many (0: all)")
	cmd.Flags().BoolVar(&trials, "trials", false, "also the trials of benchmarks (see: ansatz bench list)")
	return cmd
}

func (a *app) runs(ctx context.Context, patterns []string, limit int, trials bool) error {
	var none problems.Input
	if err := none.Choose(patterns); err != nil {
		return usage(err, "")
	}
	store, err := a.readStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	filter := prooftree.RunFilter{NoTrials: !trials}
	if len(patterns) == 0 {
		filter.Limit = limit
	}
	all, err := store.Runs(ctx, filter)
	if err != nil {
		return err
	}
	list := make([]runJSON, 0, len(all))
	for _, r := range all {
		if limit > 0 && len(list) == limit {
			break
		}
		if len(patterns) == 0 || problems.NameMatches(r.Problem.Name, patterns) {
			list = append(list, newRunJSON(r))
		}
	}
	if a.json {
		a.printJSON(runsJSON{Version: results.Version, Type: "runs", Runs: list})
		return nil
	}
	a.printf("%s", runsText(list, time.Local))
	return nil
}

// runsText is the list for people.
func runsText(list []runJSON, zone *time.Location) string {
	if len(list) == 0 {
		return "no runs\n"
	}
	rows := make([][]string, 0, len(list))
	for _, r := range list {
		name := console.Clip(console.OneLine(r.Name), 40)
		if r.Method != "" {
			name += " (" + string(r.Method) + ")"
		}
		rows = append(rows, []string{r.Run, r.State, name, console.Duration(results.Seconds(r.Elapsed)), console.Count(r.Attempts),
			r.Created.In(zone).Format("2006-01-02 15:04"), r.Prover.Name + " " + r.Prover.Version})
	}
	return console.Columns([]string{"run", "state", "problem", ">time", ">attempts", "created", "prover"}, rows)
}

// resolveRun finds the run that a user means: by its ID or a beginning of it, as
// the last one, or as the last one of the problem with that name. What came last of
// a problem can be the backward part of a search; its forward part has the answer.
func resolveRun(ctx context.Context, store *prooftree.Store, typed string) (string, error) {
	run, err := store.ResolveRun(ctx, typed)
	if prooftree.KindOf(err) != prooftree.UnknownRun {
		return run, err
	}
	named, listErr := store.Runs(ctx, prooftree.RunFilter{Problem: typed})
	if listErr != nil || len(named) == 0 {
		return run, err
	}
	whole := slices.IndexFunc(named, func(r prooftree.RunSummary) bool { return r.Method != prooftree.DFPSBackward })
	return named[max(whole, 0)].ID, nil
}
