package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/rpe"
	"github.com/spf13/cobra"
)

// rpeFlags are the flags of "ansatz rpe".
type rpeFlags struct {
	connect  connectOptions
	typ      string
	given    []string
	preamble string // file
	header   string
	about    string
	profile  string
	limit    time.Duration
	fresh    bool
	pairs    string
}

func newRPE(a *app) *cobra.Command {
	var f rpeFlags
	cmd := &cobra.Command{
		Use:     "rpe ANSWER REFERENCE... --type TYPE | --pairs FILE.jsonl",
		GroupID: "search",
		Short:   "Judge whether an answer is equal to a reference",
		Long: `Judge an answer by restricted propositional equivalence (arXiv 2505.04528): is it
equal to the reference by nothing but a fixed list of tactics? The list can
evaluate and rearrange. It cannot solve the problem, so that an answer that only
restates the problem is not accepted. With several references, one must be equal.

A reference is a term of the type, or a proposition that mentions the answer by
its name ("answer = 5"). ANSWER is a term; with --about it may be such a
proposition too. With --type Prop, two propositions are compared.

What is equivalent was proved in Lean and checked as a whole text: on the running
Lean, or with --fresh in a fresh one. "not shown" is no proof of the contrary.
"error" comes with a stable kind, such as type_mismatch, answer_not_closed (it
mentions something that is neither given nor known), self_reference or forbidden.

The profile names the list: rpe-2505 (the paper's), rpe-modern (the same for a
Mathlib without rw_search), rpe-core-1 (for Lean without Mathlib), or auto, by
what the preamble imports and what Lean knows.

--pairs reads JSON lines with answer, reference or references, type, and if needed
name, given (a list), preamble, closing, about, expected ("equivalent",
"not_equivalent", "error:KIND"). --type, --given, --preamble and --about hold for
lines without their own. --json prints one object of type rpe for each answer
(status, kind, part, message, profile, tactic, statement, proof, fresh, elapsed_s,
checking_s, references) and, for pairs, an rpe_summary.

Exit code: 0 equivalent (or, for pairs that all say what they expect: as
expected), 1 not shown, 2 ill-formed, 3 no prover.`,
		Example: `  ansatz rpe '2004 % 12' 0 --type Nat
  ansatz rpe '(n + 1) * n / 2' 'n * (n + 1) / 2' --type Nat --given '(n : Nat)'
  ansatz rpe 'x = 1 ∨ x = 2' 'x ∈ [2, 1]' --type Nat --about x
  ansatz rpe --type Int -- -3 'answer = 0 - 3'        # -- before what begins with -
  ansatz rpe '√2 / 2' '1 / √2' --type ℝ --header 'import Mathlib
    open Real' --project ~/mathlib4
  ansatz rpe --pairs answers.jsonl --fresh --json`,
		Args: func(_ *cobra.Command, args []string) error { return f.checkArguments(args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.rpe(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.typ, "type", "", "the `type` of the answer")
	flags.StringArrayVar(&f.given, "given", nil, "variables and hypotheses that may be mentioned, as `(n : Nat)` (may be repeated)")
	flags.StringVar(&f.preamble, "preamble", "", "a .lean `file` that comes before: imports, definitions")
	flags.StringVar(&f.header, "header", "", "the same as a `text`")
	flags.StringVar(&f.about, "about", "", "the `name` of the answer in propositions about it, which ANSWER may be too (default \"answer\" in references)")
	flags.StringVar(&f.profile, "profile", rpe.Automatic, "the list of tactics: "+strings.Join(rpe.ProfileNames(), ", "))
	flags.DurationVar(&f.limit, "limit", 0, "time for one comparison (0: 300s with Mathlib, 60s without)")
	flags.BoolVar(&f.fresh, "fresh", false, "check each proof in a fresh Lean, as evidence for others")
	flags.StringVar(&f.pairs, "pairs", "", "judge the pairs of this JSONL `file` (-: stdin) with one Lean")
	f.connect.register(flags)
	cmd.MarkFlagsMutuallyExclusive("preamble", "header")
	mustComplete(cmd, "profile", rpe.ProfileNames())
	for flag, extension := range map[string]string{"pairs": "jsonl", "preamble": "lean"} {
		if err := cmd.MarkFlagFilename(flag, extension); err != nil {
			panic(err) // the flag does not exist: a mistake in this program
		}
	}
	return cmd
}

func (f *rpeFlags) checkArguments(args []string) error {
	const example = "for example: ansatz rpe '2004 % 12' 0 --type Nat"
	switch {
	case f.limit < 0:
		return usagef("", "--limit must not be negative")
	case !slices.Contains(rpe.ProfileNames(), f.profile):
		return usagef("known are: "+strings.Join(rpe.ProfileNames(), ", "), "unknown profile %q", f.profile)
	case f.pairs != "" && len(args) > 0:
		return usagef("put the answer in the file, or leave out --pairs", "--pairs and an answer on the command line exclude each other")
	case f.pairs != "":
		return nil
	case len(args) == 0:
		return usagef(example, "nothing to compare: give an answer and a reference, or --pairs FILE")
	case len(args) == 1:
		return usagef(example, "the answer has no reference to be compared to")
	case f.typ == "":
		return usagef(example, "the type of the answer is missing: give --type, so that it is clear what equal means")
	}
	return nil
}

// read makes pairs of the command line.
func (f *rpeFlags) read(a *app, args []string) ([]rpe.Pair, error) {
	preamble := f.header
	if f.preamble != "" {
		text, err := os.ReadFile(f.preamble)
		if err != nil {
			return nil, usage(err, "--preamble names a file; --header takes the text itself")
		}
		preamble = string(text)
	}
	pairs := []rpe.Pair{{}}
	if f.pairs != "" {
		var err error
		if pairs, err = a.readPairs(f.pairs); err != nil {
			return nil, usage(fmt.Errorf("reading the pairs of %s: %w", f.pairs, err), "see: ansatz rpe --help")
		}
		if len(pairs) == 0 {
			return nil, usagef("", "%s has no pairs", f.pairs)
		}
	} else {
		pairs[0].Answer, pairs[0].References = args[0], args[1:]
	}
	for i := range pairs {
		p := &pairs[i]
		if p.Type == "" && !strings.HasPrefix(p.Expected, "error:") {
			p.Type = f.typ
		}
		if len(p.Given) == 0 {
			p.Given = f.given
		}
		if p.Preamble == "" {
			p.Preamble = preamble
		}
		if p.About == "" {
			p.About = f.about
		}
		if _, _, err := p.Query(); err != nil {
			if p.Line > 0 {
				err = fmt.Errorf("%s, line %d: %w", f.pairs, p.Line, err)
			}
			return nil, usage(err, "")
		}
	}
	return pairs, nil
}

func (a *app) readPairs(path string) ([]rpe.Pair, error) {
	if path == "-" {
		return rpe.ReadPairs(a.stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // opened for reading
	return rpe.ReadPairs(io.Reader(file))
}

// rpeResult is what --json prints about one answer.
type rpeResult struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "rpe"
	Name    string `json:"name,omitempty"`
	Line    int    `json:"line,omitempty"`
	rpeDecision
	Expected   string        `json:"expected,omitempty"`
	AsExpected *bool         `json:"as_expected,omitempty"` // absent if nothing is expected
	Warnings   []string      `json:"warnings,omitempty"`    // about the preamble, which the verdict depends on
	References []rpeDecision `json:"references"`
}

// rpeDecision is about one reference, or about the best of them.
type rpeDecision struct {
	Reference string `json:"reference,omitempty"`
	rpe.Result
	Elapsed  float64 `json:"elapsed_s"`
	Checking float64 `json:"checking_s"`
}

// rpeSummary adds the pairs up.
type rpeSummary struct {
	Version    int            `json:"version"`
	Type       string         `json:"type"` // "rpe_summary"
	Prover     provers.Info   `json:"prover"`
	Pairs      int            `json:"pairs"`
	Judged     int            `json:"judged"`
	Equivalent int            `json:"equivalent"`
	NotShown   int            `json:"not_shown"`
	Errors     map[string]int `json:"errors"` // a count a kind
	// Expecting are the pairs that say what they expect; Unexpected are those of
	// them that came out otherwise, and FalseAcceptances those of these that are
	// said to be equivalent.
	Expecting        int     `json:"expecting"`
	Unexpected       int     `json:"unexpected"`
	FalseAcceptances int     `json:"false_acceptances"`
	Median           float64 `json:"median_s"` // of what was decided
	Elapsed          float64 `json:"elapsed_s"`
	Interrupted      bool    `json:"interrupted"`
}

// rpe is "ansatz rpe".
func (a *app) rpe(ctx context.Context, f rpeFlags, args []string) error {
	pairs, err := f.read(a, args)
	if err != nil {
		return err
	}
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	f.connect.say = func(what string) { d.Say("%s", what) }
	conn, err := a.connect(ctx, f.connect)
	if err != nil {
		return err
	}
	config := rpe.Config{Prover: conn.prover, Fresh: conn.verifier, FreshOnly: f.fresh, Profile: f.profile, Limits: provers.Limits{Wall: f.limit}}
	if p, ok := conn.prover.(*lean.Prover); ok {
		config.Warm = p.WarmVerifier()
	}
	sum, worst, err := a.judge(ctx, rpe.New(config), d, pairs, f.pairs != "")
	sum.Prover, sum.Interrupted = conn.prover.Info(), errors.Is(context.Cause(ctx), errInterrupted)
	if f.pairs != "" && (err == nil || sum.Interrupted) {
		d.Above(func() {
			if a.json {
				a.printJSON(sum)
			} else {
				a.printf("%s\n", sum.lines())
			}
		})
	}
	err = errors.Join(err, conn.close())
	switch ofProfile := (*rpe.ProfileError)(nil); {
	case sum.Interrupted:
		return &exitError{code: exitInterrupted}
	case errors.As(err, &ofProfile):
		return usage(err, "--profile auto takes what there is; rpe-modern needs Mathlib, rpe-core-1 does not")
	case err != nil:
		return err
	case worst != exitOK:
		return &exitError{code: worst}
	}
	return nil
}

// judge judges the pairs one after another, prints what came of each and returns
// the exit code.
func (a *app) judge(ctx context.Context, j *rpe.Judge, d *console.Display, pairs []rpe.Pair, many bool) (sum rpeSummary, code int, err error) {
	begin := time.Now()
	sum = rpeSummary{Version: results.Version, Type: "rpe_summary", Pairs: len(pairs), Errors: map[string]int{}}
	var times []time.Duration
	defer func() { // also after an interrupt
		slices.Sort(times)
		if len(times) > 0 {
			sum.Median = times[len(times)/2].Seconds()
		}
		sum.Elapsed = time.Since(begin).Seconds()
	}()
	width := 0
	for _, p := range pairs {
		width = max(width, min(utf8.RuneCountInString(p.Name), 40))
	}
	for i, p := range pairs {
		d.Update(func(s *console.Status) { s.Index, s.Total, s.Name = i+1, len(pairs), p.Name })
		d.Phase("comparing")
		q, references, err := p.Query()
		if err != nil {
			return sum, code, usage(err, "")
		}
		report, err := j.All(ctx, q, references)
		d.Idle()
		if err != nil {
			return sum, code, err
		}
		r := newRPEResult(p, references, report)
		for _, finding := range soundness.CheckPreamble(provers.Problem{Preamble: p.Preamble}) {
			if finding.Relative {
				r.Warnings = append(r.Warnings, finding.String())
			}
		}
		sum.add(p, report)
		if report.Status != rpe.Failed {
			times = append(times, report.Elapsed)
		}
		code = max(code, exitCodeOf(p, report.Result, many))
		d.Above(func() {
			switch {
			case a.json:
				a.printJSON(r)
			case many:
				a.printf("%s\n", r.line(width))
			default:
				a.printf("%s", r.text(a.verbose))
			}
		})
	}
	return sum, code, nil
}

func exitCodeOf(p rpe.Pair, r rpe.Result, many bool) int {
	switch {
	case p.Expected != "" && p.Meets(r):
		return exitOK
	case r.Status == rpe.Equivalent && p.Expected == "":
		return exitOK
	case r.Status == rpe.Failed && r.Kind != rpe.OfProver && !many:
		return exitUsage
	}
	return exitUnproved
}

func newRPEResult(p rpe.Pair, references []rpe.Side, report rpe.Report) rpeResult {
	decision := func(reference string, r rpe.Result) rpeDecision {
		return rpeDecision{Reference: reference, Result: r, Elapsed: r.Elapsed.Seconds(), Checking: r.Checking.Seconds()}
	}
	out := rpeResult{Version: results.Version, Type: "rpe", Name: p.Name, Line: p.Line, rpeDecision: decision("", report.Result), Expected: p.Expected}
	for i, r := range report.References {
		out.References = append(out.References, decision(references[i].Text, r))
	}
	if p.Expected != "" {
		as := p.Meets(report.Result)
		out.AsExpected = &as
	}
	return out
}

func (s *rpeSummary) add(p rpe.Pair, report rpe.Report) {
	s.Judged++
	switch report.Status {
	case rpe.Equivalent:
		s.Equivalent++
	case rpe.NotShown:
		s.NotShown++
	default:
		s.Errors[string(report.Kind)]++
	}
	if p.Expected == "" {
		return
	}
	s.Expecting++
	if !p.Meets(report.Result) {
		s.Unexpected++
		if report.Status == rpe.Equivalent {
			s.FalseAcceptances++
		}
	}
}

// lines is the summary for people.
func (s rpeSummary) lines() string {
	failed := 0
	for _, n := range s.Errors {
		failed += n
	}
	text := fmt.Sprintf("\nequivalent %d of %d, not shown %d, errors %d, median %d ms, in %s", s.Equivalent, s.Pairs, s.NotShown, failed,
		time.Duration(s.Median*float64(time.Second)).Milliseconds(), console.Duration(results.Seconds(s.Elapsed)))
	if s.Expecting > 0 {
		text += fmt.Sprintf("\nas expected %d of %d, false acceptances %d", s.Expecting-s.Unexpected, s.Expecting, s.FalseAcceptances)
	}
	if s.Interrupted {
		text += fmt.Sprintf("\ninterrupted after %d of %d", s.Judged, s.Pairs)
	}
	return text
}

// words are what people read for a status.
var words = map[rpe.Status]string{rpe.Equivalent: "equivalent", rpe.NotShown: "not shown", rpe.Failed: "error"}

// explained is a decision in one line without its status.
func (r rpeDecision) explained() string {
	if r.Status == rpe.Equivalent {
		how := "checked on the running prover"
		if r.Fresh {
			how = "checked by a fresh prover"
		}
		return fmt.Sprintf("by %s (%s, %s, %s)", r.Tactic, r.Profile, how, console.Duration(results.Seconds(r.Elapsed)))
	}
	text := console.OneLine(r.Message)
	switch {
	case r.Kind != "" && r.Part != "":
		text = fmt.Sprintf("%s in the %s: %s", r.Kind, r.Part, text)
	case r.Kind != "":
		text = fmt.Sprintf("%s: %s", r.Kind, text)
	}
	return text
}

// line is the result of one pair of many.
func (r rpeResult) line(nameWidth int) string {
	text := strings.TrimRight(fmt.Sprintf("%-10s  %s  %s", words[r.Status], console.Pad(console.Clip(console.OneLine(r.Name), nameWidth), nameWidth),
		console.Clip(r.explained(), 200)), " ")
	if r.AsExpected != nil && !*r.AsExpected {
		text += "  ← expected " + r.Expected
	}
	return text
}

// text is the result of one answer.
func (r rpeResult) text(verbose bool) string {
	var b strings.Builder
	for _, d := range r.References {
		if len(r.References) > 1 {
			fmt.Fprintf(&b, "%-10s  %s  %s\n", words[d.Status], console.Clip(console.OneLine(d.Reference), 60), console.Clip(d.explained(), 400))
		} else {
			fmt.Fprintf(&b, "%-10s  %s\n", words[d.Status], console.Clip(d.explained(), 600))
		}
		if verbose && d.Statement != "" {
			fmt.Fprintf(&b, "%s\n", console.Printable(strings.TrimSpace(d.Statement+" := "+d.Proof)))
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "note: %s\n", console.Clip(console.OneLine(w), 200))
	}
	return b.String()
}
