package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// searchFlags say how to search.
type searchFlags struct {
	connect       connectOptions
	timeout       time.Duration
	workers       int
	policy        string
	noLearn       bool
	learnMost     int
	heartbeats    int64
	actionTimeout time.Duration
}

func (s *searchFlags) register(flags *pflag.FlagSet) {
	flags.DurationVar(&s.timeout, "timeout", 2*time.Minute, "time for each problem, starts of the prover left out (0: no limit)")
	flags.IntVar(&s.workers, "workers", 0, "prover processes that work on a problem at the same time (0: as processors and memory allow)")
	flags.StringVar(&s.policy, "policy", policies[0], "what proposes steps: builtin; for baselines one-tactic (Lean) and houdini (Dafny, one Houdini pass)")
	flags.BoolVar(&s.noLearn, "no-learn", false, "do not learn from stored searches at the start")
	flags.IntVar(&s.learnMost, "learn-most", 5000, "learn from this many of the newest stored attempts")
	s.connect.register(flags)
}

func (s *searchFlags) check() error {
	switch {
	case s.timeout < 0:
		return usagef("", "--timeout must not be negative")
	case s.workers < 0:
		return usagef("", "--workers must not be negative")
	}
	return nil
}

// proveFlags are the flags of "ansatz prove".
type proveFlags struct {
	searchFlags
	statement     string
	names         []string
	seed          uint64
	maxExpansions int64
	maxAttempts   int64
	maxNodes      int64
	strategy      string
	beamWidth     int
	noStore       bool
	live          bool
	write         bool
	writeTo       string
}

// portfolio is the name for the stages that suit the prover.
const portfolio = "portfolio"

// strategies are the names for --strategy.
var strategies = []string{portfolio, search.BestFirst, search.Beam, search.Sweep}

func newProve(a *app) *cobra.Command {
	var f proveFlags
	cmd := &cobra.Command{
		Use:     "prove [FILE.lean | FILE.dfy | DATASET.jsonl]... [--statement TEXT]",
		GroupID: "search",
		Short:   "Search for proofs and for annotations",
		Long: `Search for proofs of theorems in Lean: those of a .lean file whose proof is sorry,
those of a dataset (JSON lines with name, formal_statement and header), or a
statement. Or search for the annotations with which Dafny verifies a program: of
.dfy files, of folders of them, or of a dataset in the layout of DafnyBench. What
is found for a program is loop invariants, decreases clauses, assertions and
lemmas; nothing of the program itself is changed, and nothing is assumed.

Problems are tried one after another, each with all workers. A result counts as
proved only after a fresh prover has checked the whole text. Searches are kept
in the database, can be looked at while they run (ansatz show) and go on later
(ansatz resume). Ctrl-C stops at once and keeps what was found.`,
		Example: `  ansatz prove --statement '(a b : Nat) (h : a < b) : a + 1 ≤ b'
  ansatz prove Todo.lean --name 'add_*' --timeout 30s
  ansatz prove Todo.lean --write                 # put proofs in place of sorry
  ansatz prove valid.jsonl --json > results.jsonl
  ansatz prove Sum.dfy --write                   # put the annotations into the file
  ansatz prove dafnybench.jsonl --live --timeout 90s --json > results.jsonl
  ansatz prove Hard.lean --project ~/mathlib4 --strategy best-first --timeout 10m`,
		ValidArgsFunction: completeFiles("lean", "dfy", "jsonl", "json"),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.prove(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.statement, "statement", "", "a proposition, binders with a goal, or a theorem")
	flags.StringArrayVar(&f.names, "name", nil, "only problems whose name matches this `glob` (may be repeated)")
	flags.BoolVar(&f.live, "live", false, "only problems of DafnyBench that are live by what their file says: proved with their hints, and not without")
	f.register(flags)
	f.connect.places.registerDafny(flags)
	flags.Uint64Var(&f.seed, "seed", 0, "seed of what is chosen at random")
	flags.Int64Var(&f.maxExpansions, "max-expansions", 0, "states to expand for each problem (0: no limit)")
	flags.Int64Var(&f.maxAttempts, "max-attempts", 0, "actions to try for each problem (0: no limit)")
	flags.Int64Var(&f.maxNodes, "max-nodes", 0, "states to keep for each problem (0: no limit)")
	flags.Int64Var(&f.heartbeats, "heartbeats", 0, "for Lean: maxHeartbeats for each action (0: as the stage has it)")
	flags.DurationVar(&f.actionTimeout, "action-timeout", 0, "time for each action (0: as the stage has it)")
	flags.StringVar(&f.strategy, "strategy", portfolio, "how to choose the next state: "+strings.Join(strategies, ", "))
	flags.IntVar(&f.beamWidth, "beam-width", 16, "states kept at each depth, for --strategy beam")
	flags.BoolVar(&f.noStore, "no-store", false, "keep nothing in the database")
	flags.BoolVar(&f.write, "write", false, "write what was found into the files themselves: proofs in place of sorry, annotations into programs")
	flags.StringVar(&f.writeTo, "write-to", "", "write the file with what was found to this new `file`")
	cmd.MarkFlagsMutuallyExclusive("write", "write-to")
	mustComplete(cmd, "strategy", strategies)
	mustComplete(cmd, "policy", policies)
	return cmd
}

// mustComplete registers the values of a flag for shell completion.
func mustComplete(cmd *cobra.Command, flag string, values []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag does not exist: a mistake in this program
	}
}

// stages is the portfolio that the flags ask for.
func (f *proveFlags) stages(l *language) ([]search.Stage, error) {
	stages := l.stages()
	if f.strategy != portfolio {
		if !slices.Contains(strategies, f.strategy) {
			return nil, usagef("known are: "+strings.Join(strategies, ", "), "unknown strategy %q", f.strategy)
		}
		stage := l.stage
		stage.Name, stage.Strategy = f.strategy, f.strategy
		if f.strategy == search.Beam {
			if f.beamWidth < 1 {
				return nil, usagef("", "--beam-width must be at least 1")
			}
			stage.BeamWidth = f.beamWidth
		}
		stages = []search.Stage{stage}
	}
	for i := range stages {
		if f.heartbeats > 0 {
			stages[i].Limits.Units = f.heartbeats
		}
		if f.actionTimeout > 0 {
			stages[i].Limits.Wall = f.actionTimeout
		}
	}
	return stages, nil
}

func (f *proveFlags) check(args []string) error {
	if len(args) == 0 && f.statement == "" {
		return usagef("see: ansatz prove --help", "nothing to prove: give a .lean or .dfy file, a .jsonl dataset or --statement")
	}
	for _, n := range []struct {
		flag  string
		value int64
	}{{"max-expansions", f.maxExpansions}, {"max-attempts", f.maxAttempts}, {"max-nodes", f.maxNodes}, {"heartbeats", f.heartbeats}, {"action-timeout", int64(f.actionTimeout)}} {
		if n.value < 0 {
			return usagef("", "--%s must not be negative", n.flag)
		}
	}
	if f.write || f.writeTo != "" {
		for _, path := range args {
			if extension := filepath.Ext(path); extension != ".lean" && extension != ".dfy" {
				return usagef("the proofs of a dataset are in the output of --json", "only .lean and .dfy files can be written to, not %s", path)
			}
		}
		if len(args) == 0 || f.writeTo != "" && len(args) != 1 {
			return usagef("", "--write needs .lean or .dfy files, and --write-to exactly one")
		}
	}
	if f.writeTo != "" {
		if _, err := os.Lstat(f.writeTo); err == nil {
			return usagef("choose another name, or use --write", "%s exists already", f.writeTo)
		}
	}
	return f.searchFlags.check()
}

// prove is "ansatz prove".
func (a *app) prove(ctx context.Context, f proveFlags, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	in, err := a.readProblems(f, args)
	if err != nil {
		return err
	}
	language, err := f.adapt(in)
	if err != nil {
		return err
	}
	stages, err := f.stages(language)
	if err != nil {
		return err
	}
	if len(in.Tasks) == 0 {
		return a.nothingToProve(f, in)
	}
	if language.name == dataset.ForLean {
		a.noteAutoBound(in.Tasks)
	}
	s, err := a.begin(ctx, f.searchFlags, f.noStore)
	if err != nil {
		return err
	}
	budget := search.Budget{Wall: f.timeout, Expansions: f.maxExpansions, Attempts: f.maxAttempts, Nodes: f.maxNodes}
	sum := results.NewSummary(len(in.Tasks))
	sum.Seed, sum.InputErrors = f.seed, len(in.Mistakes)
	proofs := make(map[*problems.Task]string)
	err = s.all(ctx, sum, in.Tasks, func(t *problems.Task) searchPlan {
		return searchPlan{info: search.RunInfo{Problem: t.Problem, Seed: f.seed, Budget: budget, Stages: stages}}
	}, func(t *problems.Task, r results.Result) {
		if r.Result == results.Proved {
			proofs[t] = r.Proof
		}
	})
	// Also after an interrupt: what was proved is proved.
	if f.write || f.writeTo != "" {
		err = errors.Join(err, a.writeBack(in, proofs, f.writeTo))
	}
	err = errors.Join(err, s.end())
	return a.outcome(ctx, err, sum.Complete())
}

// readProblems reads what the command line names, and reports what cannot be used.
func (a *app) readProblems(f proveFlags, args []string) (problems.Input, error) {
	in, err := problems.Read(args, f.statement)
	if err != nil {
		return in, usage(err, "give .lean files, .dfy files and folders of them, .jsonl datasets or --statement")
	}
	if err := in.Choose(f.names); err != nil {
		return in, usage(err, "a pattern is a name with *, ? and [a-z]")
	}
	for _, m := range in.Mistakes {
		a.reportMistake(m)
	}
	if f.live {
		if slices.ContainsFunc(in.Tasks, func(t problems.Task) bool { return t.Prover != dataset.ForDafny }) {
			return in, usagef("", "--live is for datasets of programs for Dafny")
		}
		for _, out := range in.KeepLive() {
			a.errorf("left out %s: %s\n", console.Plural(int64(out.Records), "problem"), out.Reason)
		}
	}
	return in, nil
}

// adapt chooses the prover that the problems are for.
func (f *proveFlags) adapt(in problems.Input) (*language, error) {
	prover := in.Prover()
	if prover == "" && len(in.Tasks) > 0 {
		return nil, usagef("prove them in two calls, or choose with --name", "the problems are for different provers: some for Lean, some for Dafny")
	}
	f.connect.prover = prover
	l := languageOf(prover)
	if _, err := l.policy(f.policy); err != nil {
		return nil, err
	}
	switch {
	case f.heartbeats > 0 && !l.units:
		return nil, usagef("use --action-timeout", "--heartbeats is for Lean")
	case f.connect.record != "" && l.name != dataset.ForLean:
		return nil, usagef("", "--record works with Lean only")
	}
	return l, nil
}

// noteAutoBound says which names of statements are declared nowhere: unless they
// are the library's, Lean makes variables of them, and proves something else.
func (a *app) noteAutoBound(tasks []problems.Task) {
	if a.json {
		return
	}
	for i := range tasks {
		for _, f := range dataset.Lint(dataset.Record{Name: tasks[i].Problem.Name, Prove: &tasks[i].Problem}) {
			if f.Rule == dataset.AutoBound {
				a.errorf("note: %s: %s\n", console.OneLine(tasks[i].Problem.Name), console.Clip(console.OneLine(f.Message), 200))
			}
		}
	}
}

// nothingToProve explains an input without problems.
func (a *app) nothingToProve(f proveFlags, in problems.Input) error {
	switch {
	case len(in.Mistakes) > 0:
		return usagef("", "nothing to prove: no problem of the input can be used")
	case f.live:
		return usagef("see: ansatz dataset list", "nothing to prove: no problem is known to be live")
	case len(f.names) > 0:
		return usagef("", "nothing to prove: no problem has a name that matches %s", strings.Join(f.names, " or "))
	}
	return usagef("a theorem to prove ends in := by sorry", "nothing to prove: no theorem without a proof was found")
}

// inputErrorJSON is a place of the input that cannot be used.
type inputErrorJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "input_error"
	problems.Mistake
}

// reportMistake reports a place of the input that cannot be used.
func (a *app) reportMistake(m problems.Mistake) {
	if a.json {
		a.printJSON(inputErrorJSON{Version: results.Version, Type: "input_error", Mistake: m})
		return
	}
	a.errorf("%s\n", console.Clip(console.OneLine(m.String()), 400))
}

// printJSON writes one object on one line of stdout.
func (a *app) printJSON(v any) {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // a reader who has gone does not want to know
}

// outcome is the error, and so the exit code, that sums up several searches;
// complete says that all of the input came to what it asks for.
func (a *app) outcome(ctx context.Context, err error, complete bool) error {
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		if err != nil {
			a.conclude(err)
		}
		return &exitError{code: exitInterrupted}
	case err != nil:
		return err
	case !complete:
		return &exitError{code: exitUnproved}
	}
	return nil
}
