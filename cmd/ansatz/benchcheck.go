package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/solutions"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/dfps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// benchCheckFlags are the flags of "ansatz bench check".
type benchCheckFlags struct {
	connect  connectOptions
	workers  int
	variants []string
	names    []string
}

func newBenchCheck(a *app) *cobra.Command {
	var f benchCheckFlags
	cmd := &cobra.Command{
		Use: "check RUN", Short: "Check the proofs of a benchmark run once more, with the prover of this machine",
		Long: `Check every proof that a benchmark run counts, once more and from nothing: the
statement is the one that the run was given, the prover the one of this machine.
For runs whose trials were done elsewhere, and for another version of the prover.
That an answer equals its reference is not checked again (see: ansatz rpe).`,
		Example: `  ansatz bench check last
  ansatz bench check last --variant beam --lean ~/lean4/bin/lean`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.benchIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchCheck(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.variants, "variant", nil, "only trials of this variant (may be repeated)")
	flags.StringArrayVar(&f.names, "name", nil, "only trials of this problem (may be repeated)")
	flags.IntVar(&f.workers, "workers", 0, "checks at the same time (0: as processors and memory allow)")
	f.connect.register(flags)
	f.connect.places.registerDafny(flags)
	return cmd
}

// recheckJSON is one proof that was checked once more.
type recheckJSON struct {
	Version  int    `json:"version"`
	Type     string `json:"type"` // "recheck"
	Variant  string `json:"variant"`
	Problem  string `json:"problem"`
	Number   int    `json:"number"`
	Accepted bool   `json:"accepted"`
	// Class and Reason say why not.
	Class   string  `json:"class,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Elapsed float64 `json:"elapsed_s"`
}

// recheckSummaryJSON is the sum of them.
type recheckSummaryJSON struct {
	Version  int    `json:"version"`
	Type     string `json:"type"` // "recheck_summary"
	Run      string `json:"run"`
	Solved   int    `json:"solved"` // trials that count as solved, of those that were chosen
	Checked  int    `json:"checked"`
	Accepted int    `json:"accepted"`
}

// benchCheck is "ansatz bench check".
func (a *app) benchCheck(ctx context.Context, f benchCheckFlags, typed string) error {
	if f.workers < 0 {
		return usagef("", "--workers must not be negative")
	}
	store, found, err := a.storedBenchmark(ctx, typed)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // opened for reading
	if found.run.Kind != trial.Search {
		return usagef("", "run %s measures operations of provers; it has no proofs", found.ID)
	}
	problems, err := runProblems(ctx, store, found)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(found.trials), func(t trial.Trial) bool {
		return t.Result != trial.Solved || len(f.variants) > 0 && !slices.Contains(f.variants, t.Variant) || len(f.names) > 0 && !slices.Contains(f.names, t.Problem)
	})
	if len(chosen) == 0 {
		return usagef("see: ansatz bench show "+found.ID+" --problems", "there is no proof to check")
	}
	f.connect.say = func(what string) { a.errorf("%s\n", what) }
	e, err := a.newExecutor(ctx, found.run, needed(found.run), f.connect)
	if err != nil {
		return err
	}
	if f.workers == 0 {
		f.workers = defaultWorkers(e.memory())
	}
	sum, err := a.recheck(ctx, e, chosen, problems, f.workers)
	sum.Run = found.ID
	if a.json {
		a.printJSON(sum)
	} else {
		a.printf("accepted %d of %s\n", sum.Accepted, console.Plural(int64(sum.Solved), "proof"))
	}
	return a.outcome(ctx, errors.Join(err, e.Close()), sum.Accepted == sum.Solved)
}

// runProblems are the problems of a run by their names.
func runProblems(ctx context.Context, store *prooftree.Store, found storedRun) (map[string]plan.Problem, error) {
	encoded, err := store.BenchmarkProblems(ctx, found.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[string]plan.Problem)
	for _, text := range encoded {
		var p plan.Problem
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("reading a problem of benchmark %s: %w", found.ID, err)
		}
		out[p.Name] = p
	}
	return out, nil
}

// recheck checks the proofs of trials. Trials with the same proof are checked once.
func (a *app) recheck(ctx context.Context, e *executor, trials []trial.Trial, problems map[string]plan.Problem, workers int) (recheckSummaryJSON, error) {
	sum := recheckSummaryJSON{Version: results.Version, Type: "recheck_summary", Solved: len(trials)}
	same := make(map[string][]trial.Trial)
	for _, t := range trials {
		key := strings.Join([]string{t.Problem, t.Method, t.Proof}, "\x00")
		same[key] = append(same[key], t)
	}
	var mu sync.Mutex
	group, checking := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, key := range slices.Sorted(maps.Keys(same)) {
		list := same[key]
		group.Go(func() error {
			if checking.Err() != nil {
				return nil
			}
			begin := time.Now()
			verdict, err := e.verify(checking, list[0], problems[list[0].Problem])
			if err != nil {
				if checking.Err() != nil {
					return nil
				}
				return fmt.Errorf("checking the proof of %s: %w", list[0].Key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, t := range list {
				sum.Checked++
				if verdict.Accepted {
					sum.Accepted++
				}
				a.printRecheck(recheckJSON{Version: results.Version, Type: "recheck", Variant: t.Variant, Problem: t.Problem, Number: t.Number,
					Accepted: verdict.Accepted, Class: verdict.Class, Reason: verdict.Reason, Elapsed: time.Since(begin).Seconds()})
			}
			return nil
		})
	}
	err := group.Wait()
	return sum, err
}

// printRecheck prints what came of one check: for people, what was refused.
func (a *app) printRecheck(r recheckJSON) {
	switch {
	case a.json:
		a.printJSON(r)
	case !r.Accepted:
		a.printf("refused   %s, %s, try %d: %s\n", console.OneLine(r.Problem), console.OneLine(r.Variant), r.Number+1, console.Clip(console.OneLine(r.Reason), 200))
	case a.verbose:
		a.printf("accepted  %s, %s, try %d\n", console.OneLine(r.Problem), console.OneLine(r.Variant), r.Number+1)
	}
}

// The classes of proofs that are accepted here, and of which the run has another
// text or another answer.
const (
	classOtherText   = "other_text"
	classOtherAnswer = "other_answer"
)

// verify checks the proof of a trial against the problem as the run was given it.
func (e *executor) verify(ctx context.Context, t trial.Trial, p plan.Problem) (provers.Verdict, error) {
	conn := e.conns[p.Prover]
	if conn == nil {
		return provers.Verdict{}, fmt.Errorf("there is no connection to %q", p.Prover)
	}
	statement, err := statementOf(t, p)
	if err != nil {
		return provers.Verdict{}, err
	}
	if t.Proof == "" {
		return provers.Verdict{Class: classOtherText, Reason: "the run has no proof of it"}, nil
	}
	v, err := conn.verifier.Verify(ctx, provers.Claim{Problem: statement, Proof: t.Proof})
	if err != nil || !v.Accepted {
		return v, err
	}
	switch {
	case v.Text != t.Text:
		v.Accepted, v.Class, v.Reason = false, classOtherText, "the text that the run shows as checked is not the text of its proof"
	case p.Find != nil:
		count := len(p.Find.Answers)
		if t.Method == string(prooftree.DFPS) {
			count = 1
		}
		if got := answerText(v.Answers, count); got != t.Answer {
			v.Accepted, v.Class, v.Reason = false, classOtherAnswer, fmt.Sprintf("the answer of the proof is %q, and the run shows %q", got, t.Answer)
		}
	}
	return v, nil
}

// answerText is the first answers of a proof as a trial has them.
func answerText(list []provers.Answer, count int) string {
	return (&solutions.Submission{Answers: list[:min(count, len(list))]}).Text()
}

// statementOf is what the proof of a trial proves.
func statementOf(t trial.Trial, p plan.Problem) (provers.Problem, error) {
	switch {
	case p.Prove != nil:
		return *p.Prove, nil
	case p.Find == nil:
		return provers.Problem{}, fmt.Errorf("the run has no problem %s", t.Problem)
	case t.Method == string(prooftree.DFPS):
		return dfps.Problem{Problem: *p.Find}.Forward()
	}
	return p.Find.Prover()
}
