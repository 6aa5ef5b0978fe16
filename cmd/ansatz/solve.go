package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/solutions"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
)

// solveFlags are the flags of "ansatz solve".
type solveFlags struct {
	searchFlags
	statement     string
	names         []string
	method        string
	references    string
	requires      string
	seed          uint64
	maxExpansions int64
	maxAttempts   int64
	noStore       bool
	anyForm       bool
	proven        bool
	force         bool
	backward      time.Duration
}

// methods are the values of --method.
var methods = map[string][]prooftree.Method{
	"fps": {prooftree.FPS}, "dfps": {prooftree.DFPS}, "both": {prooftree.FPS, prooftree.DFPS},
}

func newSolve(a *app) *cobra.Command {
	var f solveFlags
	cmd := &cobra.Command{
		Use:     "solve [FILE | DATASET | FOLDER]... [--statement TEXT]",
		GroupID: "search",
		Short:   "Search for answers together with their proofs",
		Long: `Solve problems whose answer is unknown: find the answer and prove it.

A problem is a statement that something exists, as in "∃ x : Nat, 3 * x = 12", a
theorem like that in a .lean file, or a record of a dataset (see: ansatz dataset).
An answer counts only if a fresh prover has checked the whole proof, the answer
was read from that proof, and it is in normal form: a numeral and not 54 % 6.

Two methods look for it. fps proves "∃ answer, ..." with the answer as a
metavariable that the proof fills in. dfps reasons forward from the problem to a
proposition such as "answer = 4" (complete: every answer satisfies it), and then
tries to prove the way back (sound: whatever satisfies it is an answer).

Where the input has reference answers, they are read after the searches, and
compared by restricted propositional equivalence (see: ansatz rpe --help).`,
		Example: `  ansatz solve --statement '∃ x : Nat, 3 * x + 2 = 14'
  ansatz solve --statement '(n : Nat) (h : n % 7 = 3) : ∃ r : Nat, r = (n * n) % 7' --method both
  ansatz solve benchmarks/bundled/find.lean --name 'digits_*'
  ansatz solve formal_math500.jsonl --requires core --method both --json > solutions.jsonl
  ansatz solve Olympiad.lean --project ~/mathlib4 --timeout 10m`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return []cobra.Completion{"lean", "jsonl", "json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.solve(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.statement, "statement", "", `a statement "∃ answer : T, ...", perhaps with binders before it`)
	flags.StringArrayVar(&f.names, "name", nil, "only problems whose name matches this `glob` (may be repeated)")
	flags.StringVar(&f.method, "method", "fps", "fps, dfps or both")
	flags.StringVar(&f.references, "references", "", "a JSON `file` of reference answers: an object from names to Lean terms (default: FILE.answers.json)")
	flags.StringVar(&f.requires, "requires", "", "only problems that need no more than this: core, or mathlib")
	f.register(flags)
	flags.DurationVar(&f.backward, "backward-timeout", 30*time.Second, "time for the backward part of dfps")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of what is chosen at random")
	flags.Int64Var(&f.maxExpansions, "max-expansions", 0, "states to expand for each search (0: no limit)")
	flags.Int64Var(&f.maxAttempts, "max-attempts", 0, "actions to try for each search (0: no limit)")
	flags.BoolVar(&f.anyForm, "any-form", false, "take the first answer in whatever form, as published results do")
	flags.BoolVar(&f.proven, "proven", false, "also search for a proof of the problem with its reference filled in, after the searches for an answer")
	flags.BoolVar(&f.force, "force", false, "search also where every value is an answer: contradictory hypotheses, an answer that is not asked for")
	flags.BoolVar(&f.noStore, "no-store", false, "keep nothing in the database")
	mustComplete(cmd, "method", []string{"fps", "dfps", "both"})
	mustComplete(cmd, "policy", policies)
	mustComplete(cmd, "requires", []string{"core", "mathlib"})
	return cmd
}

func (f *solveFlags) check(args []string) error {
	switch {
	case len(args) == 0 && f.statement == "":
		return usagef("see: ansatz solve --help", "nothing to solve: give a .lean file, a dataset or --statement")
	case methods[f.method] == nil:
		return usagef("known are: fps, dfps, both", "unknown method %q", f.method)
	case f.requires != "" && !slices.Contains([]string{"core", "mathlib"}, strings.ToLower(f.requires)):
		return usagef("known are: core, mathlib", "unknown library %q", f.requires)
	case f.maxExpansions < 0 || f.maxAttempts < 0 || f.backward < 0:
		return usagef("", "--max-expansions, --max-attempts and --backward-timeout must not be negative")
	}
	return f.searchFlags.check()
}

// solve is "ansatz solve".
func (a *app) solve(ctx context.Context, f solveFlags, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	in, err := a.readFind(f, args)
	if err != nil {
		return err
	}
	for _, m := range in.mistakes {
		a.reportMistake(m)
	}
	for _, out := range in.leftOut {
		a.errorf("left out %s: %s\n", console.Plural(int64(out.Records), "problem"), out.Reason)
	}
	if len(in.records) == 0 {
		return usagef(`a problem that asks for an answer reads "theorem t : ∃ x : Nat, ... := by sorry"`, "nothing to solve: %s", in.why(f))
	}
	b, err := a.begin(ctx, f.searchFlags, f.noStore)
	if err != nil {
		return err
	}
	s := newSolver(b, f)
	sum := solutions.NewSummary(len(in.records), methods[f.method])
	sum.Seed, sum.InputErrors, sum.LeftOut = f.seed, len(in.mistakes), in.reasons()
	err = errors.Join(s.all(ctx, sum, in.records), b.end())
	return a.outcome(ctx, err, sum.Complete())
}

// findInput is what a command line asks to solve.
type findInput struct {
	records  []dataset.Record
	mistakes []problems.Mistake
	leftOut  []dataset.LeftOut
	read     int // records of any kind that were read
	find     int // of them, those that ask for an answer
}

func (in findInput) reasons() map[string]int {
	if len(in.leftOut) == 0 {
		return nil
	}
	out := make(map[string]int)
	for _, l := range in.leftOut {
		out[l.Reason] += l.Records
	}
	return out
}

// why explains an input without problems.
func (in findInput) why(f solveFlags) string {
	switch {
	case in.find == 0 && in.read > 0:
		return fmt.Sprintf("none of %s asks for an answer; see: ansatz prove", console.Plural(int64(in.read), "problem"))
	case len(in.mistakes) > 0 && in.read == 0:
		return "no problem of the input can be used"
	case len(f.names) > 0:
		return "no problem has a name that matches " + strings.Join(f.names, " or ")
	case len(in.leftOut) > 0:
		return "all problems were left out"
	}
	return "no problem was found"
}

// readFind reads the problems that ask for an answer.
func (a *app) readFind(f solveFlags, args []string) (findInput, error) {
	var in findInput
	var none problems.Input
	if err := none.Choose(f.names); err != nil {
		return in, usage(err, "a pattern is a name with *, ? and [a-z]")
	}
	var records []dataset.Record
	if f.statement != "" {
		r, err := dataset.FromStatement(f.statement)
		if err != nil {
			return in, usage(err, `a statement asks for something that exists, as in '∃ x : Nat, 3 * x = 12'`)
		}
		records = append(records, r)
	}
	if len(args) > 0 {
		set, err := dataset.Read(args, dataset.Options{References: f.references})
		if err != nil {
			return in, usage(err, "see: ansatz dataset --help")
		}
		for _, e := range set.Errors {
			in.mistakes = append(in.mistakes, problems.Mistake{File: e.File, Line: e.Line, Column: e.Column, Reason: e.Reason})
		}
		records = append(records, set.Records...)
	}
	if !slices.ContainsFunc(records, func(r dataset.Record) bool { return r.Prover != dataset.ForDafny }) {
		// Among others, programs are passed over like all that asks for no answer.
		if err := refuseDafny("solve", records); err != nil {
			return in, err
		}
	}
	in.read = len(records)
	records = slices.DeleteFunc(records, func(r dataset.Record) bool { return r.Find == nil })
	in.find = len(records)
	if len(f.names) > 0 {
		records = slices.DeleteFunc(records, func(r dataset.Record) bool { return !problems.NameMatches(r.Name, f.names) })
	}
	if f.requires != "" {
		records, in.leftOut = dataset.Filter(records, []string{f.requires})
	}
	in.records = records
	return in, nil
}

// all solves the problems one after another and reports.
func (s *solver) all(ctx context.Context, sum *solutions.Summary, records []dataset.Record) error {
	b := s.batch
	sum.Prover, sum.Policy, sum.Workers = b.runner.conn.prover.Info(), b.runner.policy.Name(), b.runner.workers
	width := 0
	for _, r := range records {
		width = min(max(width, len([]rune(r.Name))), 40)
		if r.Reference != nil {
			sum.References++
		}
	}
	var stop error
	last := ""
	for i := range records {
		if ctx.Err() != nil {
			break
		}
		r := &records[i]
		b.showProblem(i, len(records), r.Name)
		var solution solutions.Solution
		solution, stop = s.solve(ctx, r)
		b.runner.display.Idle()
		sum.Add(solution)
		if sum.Profile == "" {
			sum.Profile = s.profile
		}
		s.report(solution, width)
		for _, attempt := range solution.Attempts {
			if attempt.Result == results.Interrupted {
				last = attempt.Run
			}
		}
		if stop != nil {
			break
		}
	}
	sum.Interrupted = ctx.Err() != nil
	sum.Finish(time.Since(b.began))
	b.printSummary(sum, sum.Text)
	if sum.Interrupted {
		b.sayStopped(last)
	}
	return stop
}

// report prints one solution.
func (s *solver) report(solution solutions.Solution, width int) {
	a := s.batch.app
	s.batch.runner.display.Above(func() {
		if a.json {
			a.printJSON(solution)
			return
		}
		a.printf("%s\n", solution.Line(width))
		for _, w := range solution.Warnings {
			a.printf("             note: %s\n", console.Clip(console.OneLine(w), 200))
		}
		if a.verbose {
			for _, attempt := range solution.Attempts {
				if attempt.Proof != "" {
					a.printf("%s\n", console.Indent(console.Printable(attempt.Proof), "    "))
				}
			}
		}
	})
}
