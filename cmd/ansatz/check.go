package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/spf13/cobra"
)

// checkResult is what a fresh check says about one theorem.
type checkResult struct {
	Version  int      `json:"version"`
	Type     string   `json:"type"` // "check_result"
	Name     string   `json:"name"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Accepted bool     `json:"accepted"`
	Class    string   `json:"class,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Axioms   []string `json:"axioms,omitempty"` // absent if the prover cannot tell
	// Warnings are about the text before the theorem, which the verdict depends on.
	Warnings []string `json:"warnings,omitempty"`
	Elapsed  float64  `json:"elapsed_s"`
}

// checkSummary adds them up.
type checkSummary struct {
	Version     int          `json:"version"`
	Type        string       `json:"type"` // "check_summary"
	Prover      provers.Info `json:"prover"`
	Theorems    int          `json:"theorems"`
	Accepted    int          `json:"accepted"`
	Refused     int          `json:"refused"`
	InputErrors int          `json:"input_errors"`
	Elapsed     float64      `json:"elapsed_s"`
}

func newCheck(a *app) *cobra.Command {
	var connect connectOptions
	var against string
	var names []string
	cmd := &cobra.Command{
		Use: "check FILE.lean | check [ORIGINAL.dfy] FILE.dfy", GroupID: "search", Short: "Check complete proofs in a fresh prover",
		Long: `Check each theorem of a file as a search's own proofs are checked: by rules about
its text (no sorry, no axioms, nothing that runs code or redefines anything), and
by a fresh prover that reads the whole text. With --against, the file must be the
same as the original but for the proofs that are sorry there.

A Dafny program is checked as one annotated by a search is: it must be the original
with annotations added, by its text and by what Dafny prints of both after it has
inferred types, and a fresh Dafny must verify all of it. Without an original, it
must be verified; what the program takes for granted itself is noted.`,
		Example: `  ansatz check Done.lean
  ansatz check Done.lean --against Todo.lean
  ansatz check Sum.dfy SumAnnotated.dfy
  ansatz check SumAnnotated.dfy --against Sum.dfy`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeFiles("lean", "dfy"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case isDafnyFile(args[len(args)-1]):
				if len(args) == 2 {
					if against != "" {
						return usagef("", "the original is given twice: %s and --against %s", args[0], against)
					}
					against = args[0]
				}
				return a.checkDafny(cmd.Context(), connect, args[len(args)-1], against)
			case len(args) == 2:
				return usagef("ansatz check FILE.lean --against ORIGINAL.lean", "check takes one file in Lean, and two only for Dafny")
			}
			return a.check(cmd.Context(), connect, args[0], against, names)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&against, "against", "", "the original `file`, with sorry or without annotations")
	cmd.Flags().StringArrayVar(&names, "name", nil, "only theorems whose name matches this `glob` (may be repeated)")
	connect.register(cmd.Flags())
	connect.places.registerDafny(cmd.Flags())
	return cmd
}

func (a *app) check(ctx context.Context, connect connectOptions, path, against string, names []string) error {
	var none problems.Input
	if err := none.Choose(names); err != nil {
		return usage(err, "")
	}
	claims, unclear, err := a.claims(path, against)
	if err != nil {
		return err
	}
	for _, m := range unclear {
		a.reportMistake(m)
	}
	if len(names) > 0 {
		kept := claims[:0]
		for _, c := range claims {
			if problems.NameMatches(c.Problem.Name, names) {
				kept = append(kept, c)
			}
		}
		claims = kept
	}
	if len(claims) == 0 {
		return usagef("", "%s has no theorem to check", path)
	}
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	connect.say = func(what string) { d.Say("%s", what) }
	conn, err := a.connect(ctx, connect)
	if err != nil {
		return err
	}
	sum, err := a.checkAll(ctx, conn, d, path, claims, len(unclear))
	return checkOutcome(ctx, sum, errors.Join(err, conn.close()))
}

// checkOutcome is the error, and so the exit code, that sums up checks.
func checkOutcome(ctx context.Context, sum checkSummary, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		return &exitError{code: exitInterrupted}
	case err != nil:
		return err
	case sum.Refused > 0 || sum.InputErrors > 0:
		return &exitError{code: exitUnproved}
	}
	return nil
}

// claims reads what is to be checked.
func (a *app) claims(path, against string) ([]problems.Claim, []problems.Mistake, error) {
	claimed, err := readLean(path)
	if err != nil {
		return nil, nil, err
	}
	if against == "" {
		claims, unclear := problems.Claims(claimed)
		return claims, unclear, nil
	}
	original, err := readLean(against)
	if err != nil {
		return nil, nil, err
	}
	claims, err := problems.ClaimsAgainst(original, claimed)
	if err != nil {
		return nil, nil, &exitError{code: exitUnproved, err: err, hint: "only proofs that are sorry in the original may change"}
	}
	return claims, nil, nil
}

func readLean(path string) (source.File, error) {
	if filepath.Ext(path) != ".lean" {
		return source.File{}, usagef("", "%s is not a .lean or .dfy file", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return source.File{}, usage(err, "")
	}
	file, err := source.ParseFile(path, data)
	if err != nil {
		return file, usage(err, "")
	}
	return file, nil
}

func (a *app) checkAll(ctx context.Context, conn *connection, d *console.Display, path string, claims []problems.Claim, unclear int) (checkSummary, error) {
	begin := time.Now()
	sum := checkSummary{Version: results.Version, Type: "check_summary", Prover: conn.prover.Info(), Theorems: len(claims), InputErrors: unclear}
	width := 0
	for _, c := range claims {
		width = max(width, min(utf8.RuneCountInString(c.Problem.Name), 40))
	}
	check := checkOne
	if sum.Prover.Name == dataset.ForDafny {
		check = checkProgram
	}
	for i, c := range claims {
		d.Update(func(s *console.Status) { s.Index, s.Total, s.Name = i+1, len(claims), c.Problem.Name })
		d.Phase("checking")
		r, err := check(ctx, conn.verifier, c)
		d.Idle()
		if err != nil {
			return sum, err
		}
		r.File = path
		if r.Accepted {
			sum.Accepted++
		} else {
			sum.Refused++
		}
		d.Above(func() {
			if a.json {
				a.printJSON(r)
			} else {
				a.printf("%s\n", r.line(width))
			}
		})
	}
	sum.Elapsed = time.Since(begin).Seconds()
	d.Above(func() {
		if a.json {
			a.printJSON(sum)
		} else {
			a.printf("\naccepted %d of %d in %s\n", sum.Accepted, sum.Theorems, console.Duration(results.Seconds(sum.Elapsed)))
		}
	})
	return sum, nil
}

// checkOne checks a claim. What the rules refuse is not given to the prover.
func checkOne(ctx context.Context, v provers.Verifier, c problems.Claim) (checkResult, error) {
	begin := time.Now()
	p := c.Problem
	r := checkResult{Version: results.Version, Type: "check_result", Name: p.Name, Line: c.Line}
	for _, f := range soundness.CheckPreamble(p) {
		if f.Relative {
			r.Warnings = append(r.Warnings, f.String())
		}
	}
	if violation := soundness.CheckProof(p, c.Proof); violation != nil {
		r.Class, r.Reason = violation.Class, violation.Error()
		return r, nil
	}
	verdict, err := v.Verify(ctx, c.Claim)
	if err != nil {
		return r, fmt.Errorf("checking %s: %w", p.Name, err)
	}
	r.Accepted, r.Class, r.Reason, r.Axioms = verdict.Accepted, verdict.Class, verdict.Reason, verdict.Axioms
	r.Elapsed = time.Since(begin).Seconds()
	return r, nil
}

// line is the result on one line, with its warnings below.
func (r checkResult) line(nameWidth int) string {
	word, rest := "accepted", ""
	switch {
	case !r.Accepted:
		word, rest = "refused", console.Clip(console.OneLine(r.Class+": "+r.Reason), 200)
	case len(r.Axioms) > 0:
		rest = "axioms: " + strings.Join(r.Axioms, ", ")
	case r.Axioms != nil:
		rest = "no axioms"
	}
	s := strings.TrimRight(fmt.Sprintf("%-8s  %s  %7s  %s", word, console.Pad(console.Clip(console.OneLine(r.Name), nameWidth), nameWidth), console.Duration(results.Seconds(r.Elapsed)), rest), " ")
	for _, w := range r.Warnings {
		s += "\n          note: " + console.Clip(console.OneLine(w), 200)
	}
	return s
}
