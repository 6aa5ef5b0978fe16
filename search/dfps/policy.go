package dfps

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/answers"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// Policy proposes forward steps: the shell at the root, and where the submission
// is open, facts about the answer, computed from the hypotheses and each to be
// proved in a goal of its own, and the submission by exact of such a fact. Of the
// policy inside, it takes the steps that work on hypotheses, and everything at
// goals without the submission.
type Policy struct {
	problem Problem
	shell   string
	policy.Around
}

var (
	_ policy.Policy  = (*Policy)(nil)
	_ policy.Learner = (*Policy)(nil)
	_ policy.Slow    = (*Policy)(nil)
)

// NewPolicy makes the policy of a problem around another.
func NewPolicy(p Problem, inner policy.Policy) *Policy {
	return &Policy{problem: p, shell: p.Shell(), Around: policy.Around{Inner: inner}}
}

// Name implements [policy.Policy].
func (p *Policy) Name() string { return "dfps(" + p.Inner.Name() + ")" }

// Slow implements [policy.Slow]: proposals are computed for up to a second.
func (p *Policy) Slow() bool { return true }

// reliable is the weight of a value in whose computation every fact was understood.
const reliable = 0.7

// forwardFactor is for the inner policy's steps on hypotheses, which the facts
// about the answer seldom need: where they do, the proof of the fact makes them.
const forwardFactor = 0.3

// Propose implements [policy.Policy].
func (p *Policy) Propose(ctx context.Context, r policy.Request) ([]policy.Candidate, error) {
	if r.Depth == 0 {
		return []policy.Candidate{{Action: provers.Action{Text: p.shell}, Source: "shell"}}, nil
	}
	at := slices.IndexFunc(r.State.Goals, func(g provers.Goal) bool {
		return strings.HasPrefix(g.Target, "?") && slices.Contains(g.Metavariables, g.Target)
	})
	inner, err := p.Inner.Propose(ctx, r)
	if err != nil || at < 0 {
		return inner, err
	}
	goal := r.State.Goals[at]
	list := p.submissions(at, goal)
	list = append(list, p.facts(at, goal)...)
	for _, c := range inner {
		if c.Action.Goal == at && forward.MatchString(c.Action.Text) {
			c.LogProb += math.Log(forwardFactor)
			list = append(list, c)
		}
	}
	return policy.Best(list, r.Max), nil
}

// forward matches steps that leave the target alone.
var forward = regexp.MustCompile(`^(obtain|rcases|have|subst|(simp|norm_num|simp only|rw|ring_nf|zify|push_cast)\b[^\n]* at h?\S*)[^\n]*$`)

// submissions are the hypotheses that say of the answer what it is.
func (p *Policy) submissions(at int, g provers.Goal) []policy.Candidate {
	var list []policy.Candidate
	for _, h := range g.Hypotheses {
		weight := p.worth(term.Parse(h.Type))
		for _, name := range h.Names {
			if weight > 0 && !strings.Contains(name, "✝") {
				list = append(list, policy.Candidate{Action: provers.Action{Goal: at, Text: "exact " + name},
					LogProb: math.Log(weight), Source: "submission"})
			}
		}
	}
	return list
}

// worth is the weight of a fact as a submission: equations of an answer with a
// value, joined by or; 0 for others.
func (p *Policy) worth(t *term.Term) float64 {
	switch {
	case t.Is("∨"), t.Is("∧"):
		return min(p.worth(t.Left()), p.worth(t.Right()))
	case t.Is("="):
		for _, b := range p.problem.Answers {
			if t.Left().Kind == term.Name && t.Left().Text == b.Name && p.value(t.Right()) {
				return 1
			}
		}
	}
	return 0
}

// value reports whether a term needs no more work: literals and constructors of them.
func (p *Policy) value(t *term.Term) bool {
	switch t.Kind {
	case term.Numeral:
		return true
	case term.Prefix:
		return t.Text == "-" && t.Args[0].Kind == term.Numeral
	case term.Name:
		return t.Text == "True" || t.Text == "False" || t.Text == "true" || t.Text == "false"
	case term.Opaque, term.Apply, term.Quantifier:
		return false
	}
	for _, a := range t.Args {
		if !p.value(a) {
			return false
		}
	}
	return t.Kind != term.Binary || t.Is("/")
}

// facts are facts about the answer that would do as submissions.
func (p *Policy) facts(at int, g provers.Goal) []policy.Candidate {
	if len(p.problem.Answers) != 1 {
		return nil
	}
	answer := p.problem.Answers[0]
	typ := answer.Type
	for _, h := range g.Hypotheses {
		if slices.Contains(h.Names, answer.Name) {
			typ = h.Type
		}
	}
	for _, h := range g.Hypotheses {
		if p.worth(term.Parse(h.Type)) > 0 {
			return nil // one is enough
		}
	}
	q := answers.Question{Hypotheses: g.Hypotheses, Answer: answer.Name, Type: typ, Scope: p.problem.Scope()}
	propose := func(weight float64, source string, values ...string) policy.Candidate {
		equations := make([]string, len(values))
		for i, v := range values {
			equations[i] = answer.Name + " = " + v
		}
		return policy.Candidate{Action: provers.Action{Goal: at, Text: "have " + SubmissionName + " : " + strings.Join(equations, " ∨ ") + " := ?_"},
			LogProb: policy.LogProb(weight), Source: source}
	}
	var list []policy.Candidate
	guesses, complete := answers.All(q)
	// Several values are an answer only if they are all of them and no others:
	// the search cannot tell a set that is too large.
	loose := slices.ContainsFunc(guesses, func(g answers.Guess) bool { return g.Weight < reliable })
	if len(guesses) == 1 || len(guesses) > 1 && complete && !loose {
		values := make([]string, len(guesses))
		weight := 1.0
		for i, v := range guesses {
			values[i] = v.Term
			weight = min(weight, v.Weight)
		}
		source := "answer_some"
		if complete {
			source = "answer_all"
		} else {
			weight *= 0.5
		}
		list = append(list, propose(weight, source, values...))
	}
	// A value that the hypotheses force is the only one.
	q.Target = "?w = " + answer.Name
	q.Answer = "?w"
	const few = 4
	for _, v := range answers.Values(q, few) {
		list = append(list, propose(v.Weight*0.8, "answer_"+v.Source, v.Term))
	}
	return list
}
