package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/solutions"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/rpe"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/answers"
	"github.com/ansatz-prover/ansatz/search/dfps"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// solver solves one problem after another.
type solver struct {
	batch   *batch
	flags   solveFlags
	judge   *rpe.Judge
	profile string // that references were compared with, once one was
}

func newSolver(b *batch, f solveFlags) *solver {
	return &solver{batch: b, flags: f, judge: rpe.New(rpe.Config{Prover: b.runner.conn.prover, Fresh: b.runner.conn.verifier, FreshOnly: true})}
}

// solve does everything about one problem. The result is valid in any case; the
// error is one that the next problem would meet too.
func (s *solver) solve(ctx context.Context, r *dataset.Record) (solutions.Solution, error) {
	begin := time.Now()
	out := solutions.Solution{Version: results.Version, Type: "solution", Name: r.Name, Source: r.Find.Source, Result: solutions.Unsolved}
	err := s.search(ctx, *r.Find, &out)
	if err == nil && r.Reference != nil && ctx.Err() == nil {
		err = s.compare(ctx, r, &out)
	}
	out.Conclude()
	if out.Result != solutions.Invalid {
		out.Kind = "" // another method could do with it
	}
	if ctx.Err() != nil && (out.Result == solutions.Unsolved || out.Result == solutions.Failed) {
		out.Result, out.Reason = solutions.Interrupted, ""
	}
	out.Elapsed = time.Since(begin).Seconds()
	return out, err
}

// search looks for answers. It is given the problem and not its record, so that
// it cannot see the reference.
func (s *solver) search(ctx context.Context, p fps.Problem, out *solutions.Solution) error {
	// What is known of the problem without its reference.
	for _, f := range dataset.Lint(dataset.Record{Name: p.Name, Find: &p}) {
		switch f.Rule {
		case dataset.AnswerUnused, dataset.ReferenceLeaked:
			out.Result, out.Reason = solutions.IllPosed, f.Message
		case dataset.PremiseMentionsAnswer:
			out.Warnings = append(out.Warnings, f.Message)
		}
	}
	if out.Result == solutions.IllPosed && !s.flags.force {
		return nil
	}
	statement, err := p.Prover()
	if err != nil {
		s.invalid(out, err)
		return nil
	}
	// Lean binds a misspelt name of any length, which no look at the text can tell
	// from a name of the library. An encoded statement has the options already.
	if p.Written != "" && !s.flags.force && !strings.Contains(p.Preamble, "autoImplicit true") {
		if bound, err := s.autoBound(ctx, statement); err != nil || bound != "" {
			if bound != "" {
				out.Result, out.Kind = solutions.Invalid, "auto_bound"
				out.Reason = "a name of the statement is declared nowhere, and Lean would make a variable of it: " + bound + "; declare it, or use --force"
			}
			return err
		}
	}
	if p.Written == "" && !s.flags.force {
		vacuous, err := s.vacuous(ctx, p)
		if err != nil || vacuous {
			if vacuous {
				out.Result, out.Reason = solutions.Vacuous, "its hypotheses contradict one another (proved): every value is an answer"
			}
			return err
		}
	}
	out.Result = solutions.Unsolved
	for _, m := range methods[s.flags.method] {
		if ctx.Err() != nil {
			return nil
		}
		var attempt solutions.Attempt
		var err error
		switch m {
		case prooftree.FPS:
			attempt, err = s.fps(ctx, p, statement)
		case prooftree.DFPS:
			attempt, err = s.dfps(ctx, dfps.Problem{Problem: p})
		}
		if attempt.Result == results.Invalid && out.Kind == "" {
			if out.Kind = invalidKind(attempt.Reason); attempt.Run == "" && p.Check() != nil {
				out.Kind = encodingKind(p.Check())
			}
		}
		out.Attempts = append(out.Attempts, attempt)
		if err != nil {
			return err
		}
	}
	return nil
}

// autoBound returns what Lean says of a statement that it refuses without its
// option autoImplicit, and nothing of one that it takes.
func (s *solver) autoBound(ctx context.Context, p provers.Problem) (string, error) {
	if p.Preamble != "" && !strings.HasSuffix(p.Preamble, "\n") {
		p.Preamble += "\n"
	}
	p.Preamble += fps.NoAutoImplicit
	session, err := s.batch.runner.conn.prover.Open(ctx, p, provers.Limits{})
	if err == nil {
		return "", session.Close()
	}
	switch detail, ok := refusedStatement(err); {
	case !ok:
		return "", err
	case invalidKind(detail) == "unknown_identifier":
		return detail, nil
	}
	return "", nil // the search will say it
}

// invalid says of a problem what cannot be encoded.
func (s *solver) invalid(out *solutions.Solution, err error) {
	out.Result, out.Reason, out.Kind = solutions.Invalid, err.Error(), encodingKind(err)
}

// encodingKind names what keeps a problem from being encoded.
func encodingKind(err error) string {
	if errors.Is(err, fps.ErrNoAnswerType) {
		return "no_answer_type"
	}
	return "not_encoded"
}

// budget bounds one search.
func (s *solver) budget(wall time.Duration) search.Budget {
	return search.Budget{Wall: wall, Expansions: s.flags.maxExpansions, Attempts: s.flags.maxAttempts}
}

// Bounds of the check for contradictory hypotheses.
const (
	vacuityTime       = 8 * time.Second
	vacuityExpansions = 12
)

// vacuous reports whether the hypotheses are proved to contradict one another. A
// model of them settles it without the prover.
func (s *solver) vacuous(ctx context.Context, p fps.Problem) (bool, error) {
	assumptions := p.Parts().Assumptions
	if len(assumptions) == 0 {
		return false, nil
	}
	var hypotheses []provers.Hypothesis
	for _, b := range slices.Concat(p.Intros, assumptions) {
		hypotheses = append(hypotheses, provers.Hypothesis{Names: []string{b.Name}, Type: b.Type})
	}
	if _, found := answers.Satisfiable(hypotheses); found {
		return false, nil
	}
	statement, err := p.Question("vacuous", assumptions, "False")
	if err != nil {
		return false, err
	}
	s.batch.runner.display.Phase("looking for contradictory hypotheses")
	budget := search.Budget{Wall: vacuityTime, Expansions: vacuityExpansions}
	found, err := s.batch.runner.run(ctx, searchPlan{info: search.RunInfo{Problem: statement, Seed: s.flags.seed, Budget: budget}, passing: true})
	return found.Result == results.Proved, err
}

// collector judges the answers of checked proofs and keeps the first that was
// refused for its form.
type collector struct {
	anyForm bool
	count   int
	form    formOf
	raw     *solutions.Submission
	last    *solutions.Submission
}

// formOf says which form an answer to a problem has.
type formOf func(provers.Answer) (fps.Form, string)

// fpsForm is for answers that a proof filled in.
func fpsForm(p fps.Problem) formOf {
	allowed, requirement := p.Scope(), p.Parts().Requirement()
	return func(a provers.Answer) (fps.Form, string) {
		form, why := fps.Judge(a.Explicit, allowed)
		if form == fps.Unevaluated && fps.Restates(a.Text, requirement) {
			return fps.NoAnswer, "it only asks the question again"
		}
		return form, why
	}
}

// submission is the answers with the worst of their forms.
func (f formOf) submission(list []provers.Answer) *solutions.Submission {
	s := &solutions.Submission{Answers: list, Form: fps.NormalForm}
	for _, a := range list {
		form, why := f(a)
		if form != fps.NormalForm && s.Form != fps.NoAnswer {
			s.Form, s.Why = form, why
		}
	}
	return s
}

// The classes of verdicts on answers.
const (
	classNoAnswer    = "no_answer"
	classUnevaluated = "answer_unevaluated"
)

// verify is the final check of a proof with its answer. Once an answer was refused
// for its form, the next is looked at on a warm worker first: whether its proof
// holds does not matter if its answer is refused again.
func (c *collector) verify(ctx context.Context, claim provers.Claim, conn *connection) (provers.Verdict, error) {
	if c.raw != nil && conn.warm != nil {
		v, err := conn.warm.Verify(ctx, claim)
		if err != nil {
			return v, err
		}
		if v.Accepted {
			if v, _ = c.judge(v); !v.Accepted {
				return v, nil
			}
		}
	}
	v, err := conn.verifier.Verify(ctx, claim)
	if err == nil && v.Accepted {
		var s *solutions.Submission
		if v, s = c.judge(v); s != nil {
			c.last = s
			if s.Form == fps.Unevaluated && (c.raw == nil || c.anyForm) {
				c.raw = s
			}
		}
	}
	return v, err
}

// judge looks at the answer of a proof that was accepted, if the proof shows it.
func (c *collector) judge(v provers.Verdict) (provers.Verdict, *solutions.Submission) {
	refuse := func(class, reason string) provers.Verdict {
		v.Accepted, v.Class, v.Reason = false, class, reason
		return v
	}
	if len(v.Answers) < c.count {
		return refuse(classNoAnswer, "the proof was accepted, but does not show its answer"), nil
	}
	v.Answers = v.Answers[:c.count]
	s := c.form.submission(v.Answers)
	switch {
	case s.Form == fps.NoAnswer:
		return refuse(classNoAnswer, fmt.Sprintf("%s is no answer: %s", s.Text(), s.Why)), s
	case s.Form == fps.Unevaluated && !c.anyForm:
		return refuse(classUnevaluated, fmt.Sprintf("the answer %s is not worked out: %s", s.Text(), s.Why)), s
	}
	return v, s
}

// attempt sums up a search.
func (c *collector) attempt(m prooftree.Method, r results.Result) solutions.Attempt {
	a := solutions.Attempt{Method: m, Run: r.Run, Result: r.Result, Reason: r.Reason, Raw: c.raw, Proof: r.Proof, Text: r.Text, End: r.End, Detail: r.Detail,
		Elapsed: r.Elapsed, Attempts: r.Attempts, Expansions: r.Expansions}
	if r.Result == results.Proved && c.last != nil && c.last.Form == fps.NormalForm {
		a.Submission = c.last
	}
	return a
}

// question is what a run looks for, to be stored with it.
func question(m prooftree.Method, p fps.Problem, partOf string) *prooftree.Question {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings can be encoded
	}
	return &prooftree.Question{Method: m, Problem: text, PartOf: partOf}
}

// planFPS is the plan of a search with the answer as a metavariable.
func planFPS(info search.RunInfo, p fps.Problem, b *batch, anyForm bool) (searchPlan, *collector) {
	c := &collector{anyForm: anyForm, count: len(p.Answers), form: fpsForm(p)}
	return searchPlan{info: info, policy: fps.NewPolicy(p, b.runner.policy), collect: c, question: question(prooftree.FPS, p, "")}, c
}

// planForward is the plan of a search for a submission.
func planForward(info search.RunInfo, p dfps.Problem, b *batch, anyForm bool) (searchPlan, *collector) {
	c := &collector{anyForm: anyForm, count: 1, form: p.Judge}
	return searchPlan{info: info, policy: dfps.NewPolicy(p, b.runner.policy), collect: c, question: question(prooftree.DFPS, p.Problem, "")}, c
}

func (s *solver) fps(ctx context.Context, p fps.Problem, statement provers.Problem) (solutions.Attempt, error) {
	info := search.RunInfo{Problem: statement, Seed: s.flags.seed, Budget: s.budget(s.flags.timeout), Stages: fps.Stages()}
	search, c := planFPS(info, p, s.batch, s.flags.anyForm)
	found, err := s.batch.runner.run(ctx, search)
	return c.attempt(prooftree.FPS, found), err
}

func (s *solver) dfps(ctx context.Context, p dfps.Problem) (solutions.Attempt, error) {
	forward, err := p.Forward()
	if err != nil {
		return solutions.Attempt{Method: prooftree.DFPS, Result: results.Invalid, Reason: err.Error()}, nil
	}
	info := search.RunInfo{Problem: forward, Seed: s.flags.seed, Budget: s.budget(s.flags.timeout), Stages: fps.Stages()}
	search, c := planForward(info, p, s.batch, s.flags.anyForm)
	found, err := s.batch.runner.run(ctx, search)
	attempt := c.attempt(prooftree.DFPS, found)
	if err != nil || attempt.Submission == nil && (attempt.Raw == nil || found.Result != results.Proved) {
		return attempt, err
	}
	attempt.Complete = solutions.Proved
	return attempt, s.backward(ctx, p, &attempt)
}

// backward tries the backward part of a submission.
func (s *solver) backward(ctx context.Context, p dfps.Problem, attempt *solutions.Attempt) error {
	submission := attempt.Submission
	if submission == nil {
		submission = attempt.Raw
	}
	attempt.Sound = solutions.NotShown
	if ctx.Err() != nil {
		return nil
	}
	statement, err := p.Backward(submission.Answers[0].Explicit)
	if err != nil {
		return nil // Forward has been encoded from the same parts
	}
	s.batch.runner.display.Phase("proving the backward part")
	found, err := s.batch.runner.run(ctx, searchPlan{
		info:     search.RunInfo{Problem: statement, Seed: s.flags.seed, Budget: s.budget(s.flags.backward)},
		question: question(prooftree.DFPSBackward, p.Problem, attempt.Run)})
	attempt.BackwardRun = found.Run
	attempt.Elapsed += found.Elapsed
	attempt.Attempts += found.Attempts
	attempt.Expansions += found.Expansions
	if found.Result == results.Proved {
		attempt.Sound, attempt.BackwardProof = solutions.Proved, found.Proof
	}
	return err
}

// compare judges the answers by the reference, after the searches.
func (s *solver) compare(ctx context.Context, r *dataset.Record, out *solutions.Solution) error {
	for i := range out.Attempts {
		a := &out.Attempts[i]
		for _, submission := range []*solutions.Submission{a.Submission, a.Raw} {
			if submission == nil || submission.Form == fps.NoAnswer || ctx.Err() != nil {
				continue
			}
			s.batch.runner.display.Phase("comparing with the reference")
			if err := s.equivalent(ctx, r, a, submission); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}
	}
	if !s.flags.proven || ctx.Err() != nil {
		return nil
	}
	statement, err := dfps.Problem{Problem: *r.Find}.Backward(referenceProposition(r))
	if err != nil {
		return nil // the solution says so already
	}
	found, err := s.batch.runner.run(ctx, searchPlan{info: search.RunInfo{Problem: statement, Seed: s.flags.seed, Budget: search.Budget{Wall: s.flags.timeout}}})
	out.Proven, out.ProvenRun = found.Result, found.Run
	return err
}

// referenceProposition is the reference as a proposition about the answers.
func referenceProposition(r *dataset.Record) string {
	terms := r.Reference.Terms()
	if terms == nil {
		return r.Reference.Text
	}
	var list []string
	for i, a := range r.Find.Answers {
		if i < len(terms) {
			list = append(list, fmt.Sprintf("%s = (%s : %s)", a.Name, terms[i], a.Type))
		}
	}
	return strings.Join(list, " ∧ ")
}

// equivalent compares one submission with the reference.
func (s *solver) equivalent(ctx context.Context, r *dataset.Record, a *solutions.Attempt, submission *solutions.Submission) error {
	p := r.Find
	q := rpe.Query{Name: p.Name, Preamble: p.Preamble, Closing: p.Closing, Given: p.Intros, Type: p.Answers[0].Type, AnswerName: p.Answers[0].Name,
		Answer: rpe.Side{Text: submission.Answers[0].Explicit, Proposition: a.Method == prooftree.DFPS}}
	reference := rpe.Side{Text: r.Reference.Text, Proposition: r.Reference.Kind == dataset.Proposition}
	if terms := r.Reference.Terms(); len(p.Answers) > 1 {
		// Several answers are compared as a tuple.
		var types, given []string
		for i, answer := range p.Answers {
			types = append(types, "("+answer.Type+")")
			if i < len(submission.Answers) {
				given = append(given, submission.Answers[i].Explicit)
			}
		}
		if terms == nil || len(terms) != len(p.Answers) || q.Answer.Proposition {
			return nil
		}
		q.Type, q.Answer.Text, reference.Text = strings.Join(types, " × "), "("+strings.Join(given, ", ")+")", "("+strings.Join(terms, ", ")+")"
	}
	q.Reference = reference
	result, err := s.judge.Judge(ctx, q)
	if err != nil {
		return err
	}
	if s.profile == "" {
		s.profile = result.Profile
	}
	e := prooftree.Equivalence{Time: time.Now(), Answer: submission.Text(), Reference: reference.Text, Status: string(result.Status),
		Class: string(result.Kind), Message: result.Message, Profile: result.Profile, Tactic: result.Tactic,
		Statement: result.Statement, Proof: result.Proof, Elapsed: result.Elapsed}
	submission.Equivalences = append(submission.Equivalences, e)
	if s.batch.runner.keep == nil || a.Run == "" {
		return nil
	}
	return s.batch.runner.keep.equivalence(ctx, a.Run, e)
}

// invalidKind names what is wrong with a statement that Lean refuses.
func invalidKind(message string) string {
	for _, k := range []struct{ kind, sign string }{
		{"unknown_identifier", "nknown identifier"}, {"unknown_identifier", "nknown constant"},
		{"universe_mismatch", "universe"}, {"type_mismatch", "ype mismatch"}, {"type_mismatch", "failed to synthesize"},
		{"syntax", "unexpected token"}, {"syntax", "expected '"},
	} {
		if strings.Contains(message, k.sign) {
			return k.kind
		}
	}
	return "not_elaborated"
}
