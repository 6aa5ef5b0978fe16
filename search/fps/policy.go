package fps

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/answers"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// Policy proposes steps for a problem that asks for an answer: the shell at the
// root, and answers where one is missing, computed from the goals that mention
// it or enumerated by the prover. Every other step, also such as would determine
// the answer by unification, comes from the policy inside, which may propose
// answers as well: they are actions on the answer's own goal.
type Policy struct {
	problem Problem
	shell   string
	scope   []string
	policy.Around
}

var (
	_ policy.Policy  = (*Policy)(nil)
	_ policy.Learner = (*Policy)(nil)
	_ policy.Slow    = (*Policy)(nil)
)

// NewPolicy makes the policy of a problem around another.
func NewPolicy(p Problem, inner policy.Policy) *Policy {
	return &Policy{problem: p, shell: p.Shell(), scope: p.Scope(), Around: policy.Around{Inner: inner}}
}

// Name implements [policy.Policy].
func (p *Policy) Name() string { return "fps(" + p.Inner.Name() + ")" }

// Slow implements [policy.Slow]: proposals are computed for up to a second.
func (p *Policy) Slow() bool { return true }

// Weights of what the framework proposes, and factors on what the inner policy
// proposes where an answer is open: a step that closes a goal of the answer by
// unification most often fills in a term that is not worked out.
const (
	mostGuesses       = 12
	enumerationWeight = 0.25
	// strongGuess is the weight of a guess next to which nothing is enumerated.
	strongGuess = 0.5
	// Next to a guess of weight sureGuess, none below weakGuess is worth the time
	// that refuting it takes.
	sureGuess, weakGuess = 0.9, 0.3
	coupledFactor        = 0.35
	guessedFactor        = 0.05 // instead, next to a strong guess
	dataFactor           = 0.05
)

// Propose implements [policy.Policy].
func (p *Policy) Propose(ctx context.Context, r policy.Request) ([]policy.Candidate, error) {
	if r.Depth == 0 {
		return []policy.Candidate{{Action: provers.Action{Text: p.shell}, Source: "shell"}}, nil
	}
	open := p.open(r.State)
	inner, err := p.Inner.Propose(ctx, r)
	if err != nil || len(open) == 0 {
		return inner, err
	}
	var list []policy.Candidate
	for _, at := range open {
		list = append(list, p.propose(r.State, at, open)...)
	}
	best := 0.0
	for _, c := range list {
		best = max(best, math.Exp(c.LogProb))
	}
	coupled := coupledFactor
	if best >= strongGuess {
		coupled = guessedFactor
	}
	for _, c := range inner {
		g := r.State.Goals[min(max(c.Action.Goal, 0), len(r.State.Goals)-1)]
		switch {
		case best >= sureGuess && r.Stage == 0 && (g.Metavariable != "" || len(g.Metavariables) > 0):
			// The same steps can be taken once the answer is filled in. Here, they
			// would race with it, and fill in something that is not worked out.
			continue
		case g.Metavariable != "":
			c.LogProb += math.Log(dataFactor)
		case len(g.Metavariables) > 0:
			c.LogProb += math.Log(coupled)
		}
		list = append(list, c)
	}
	return policy.Best(list, r.Max), nil
}

// open are the indices of the goals of answers that are not given yet.
func (p *Policy) open(s provers.State) []int {
	var list []int
	for i, g := range s.Goals {
		if slices.Contains(p.problem.Metavariables(), g.Metavariable) && g.Metavariable != "" {
			list = append(list, i)
		}
	}
	return list
}

// propose proposes answers at the goal of one of the open answers.
func (p *Policy) propose(s provers.State, at int, open []int) []policy.Candidate {
	answer := s.Goals[at]
	var about []provers.Goal
	for _, g := range s.Goals {
		if slices.Contains(g.Metavariables, answer.Metavariable) && g.Metavariable == "" {
			about = append(about, g)
		}
	}
	if len(about) == 0 {
		return nil
	}
	// Goals that came of one have the same context, unless one has more.
	sort.SliceStable(about, func(i, j int) bool { return len(about[i].Hypotheses) > len(about[j].Hypotheses) })
	targets := make([]string, len(about))
	for i, g := range about {
		targets[i] = g.Target
		if len(about) > 1 {
			targets[i] = "(" + g.Target + ")"
		}
	}
	q := answers.Question{Hypotheses: about[0].Hypotheses, Target: strings.Join(targets, " ∧ "),
		Answer: answer.Metavariable, Type: answer.Target, Scope: p.scope}
	if len(open) > 1 {
		return p.together(s, at, q, open)
	}
	var list []policy.Candidate
	best := 0.0
	for _, g := range answers.Values(q, mostGuesses) {
		if best = max(best, g.Weight); best >= sureGuess && g.Weight < weakGuess {
			break // the likeliest come first
		}
		list = append(list, policy.Candidate{Action: provers.Action{Goal: at, Text: "exact " + argument(p.workOut(g.Term, answer.Target))},
			LogProb: policy.LogProb(g.Weight), Source: "answer_" + g.Source})
	}
	if best < strongGuess && len(about) == 1 {
		for i, text := range enumerations(answer.Target) {
			list = append(list, policy.Candidate{Action: provers.Action{Goal: at, Text: text},
				LogProb: math.Log(enumerationWeight * math.Pow(0.6, float64(i))), Source: "answer_enumerated"})
		}
	}
	return list
}

// workOut puts values in the place of what is left to compute in a guess that
// mentions introductions, so that it can be a normal form.
func (p *Policy) workOut(guess, typ string) string {
	if len(p.scope) == 0 {
		return guess
	}
	t := term.Parse(guess)
	if worked := p.fold(t, typ); worked != t {
		return worked.String()
	}
	return guess
}

func (p *Policy) fold(t *term.Term, typ string) *term.Term {
	if t.Kind != term.Binary {
		return t
	}
	if !slices.ContainsFunc(p.scope, t.Mentions) {
		for _, v := range answers.Values(answers.Question{Target: "?w = " + t.String(), Answer: "?w", Type: typ}, 1) {
			if v.Weight >= sureGuess {
				return term.Parse(v.Term)
			}
		}
		return t
	}
	left, right := p.fold(t.Left(), typ), p.fold(t.Right(), typ)
	if left == t.Left() && right == t.Right() {
		return t
	}
	u := *t
	u.Args = []*term.Term{left, right}
	return &u
}

// together proposes an answer that further open answers depend on: values that
// satisfy the goals all at once, if there are any to be found.
func (p *Policy) together(s provers.State, at int, q answers.Question, open []int) []policy.Candidate {
	facts := slices.Clone(q.Hypotheses)
	target := q.Target
	for _, i := range open {
		name := "answer_" + strings.TrimPrefix(s.Goals[i].Metavariable, "?")
		target = strings.ReplaceAll(target+" ", s.Goals[i].Metavariable+" ", name+" ")
		target = strings.ReplaceAll(target, s.Goals[i].Metavariable+")", name+")")
		facts = append(facts, provers.Hypothesis{Names: []string{name}, Type: s.Goals[i].Target})
	}
	facts = append(facts, provers.Hypothesis{Names: []string{"h_answers"}, Type: strings.TrimSpace(target)})
	model, found := answers.Satisfiable(facts)
	value := model["answer_"+strings.TrimPrefix(s.Goals[at].Metavariable, "?")]
	if !found || value == "" {
		return nil
	}
	weight := sureGuess
	if len(q.Hypotheses) > 0 {
		weight = enumerationWeight // the model is one of many that it has to fit
	}
	return []policy.Candidate{{Action: provers.Action{Goal: at, Text: "exact " + argument(value)}, LogProb: math.Log(weight), Source: "answer_together"}}
}

// argument puts a term in parentheses where it is not a single word.
func argument(term string) string {
	if strings.ContainsAny(term, " -") && !strings.HasPrefix(term, "(") && !strings.HasPrefix(term, "[") {
		return "(" + term + ")"
	}
	return term
}

// closers decide a goal whose answer is filled in.
const closers = "first | omega | decide | (simp; done) | (intros; omega) | (refine ⟨?_, ?_⟩ <;> first | omega | decide | (simp; done))"

// enumerations let the prover try one value after another: for what cannot be
// computed here, such as the problem's own functions.
func enumerations(typ string) []string {
	var ranges [][]string
	integers := func(from, to int) []string {
		var list []string
		for n := from; n < to; n++ {
			list = append(list, fmt.Sprint(n))
		}
		return list
	}
	switch strings.TrimSpace(typ) {
	case "Nat", "ℕ":
		ranges = [][]string{integers(0, 13), integers(13, 40), integers(40, 100)}
	case "Int", "ℤ":
		var mixed []string
		for n := range 13 {
			mixed = append(mixed, fmt.Sprint(n))
			if n > 0 {
				mixed = append(mixed, fmt.Sprintf("(-%d)", n))
			}
		}
		ranges = [][]string{mixed, integers(13, 40)}
	case "Bool":
		ranges = [][]string{{"true", "false"}}
	case "Prop":
		ranges = [][]string{{"True", "False"}}
	default:
		var n int
		if count, err := fmt.Sscanf(strings.TrimSpace(typ), "Fin %d", &n); err == nil && count == 1 && n > 0 {
			ranges = [][]string{integers(0, min(n, 40))}
		}
	}
	var list []string
	for _, values := range ranges {
		var alternatives []string
		for _, v := range values {
			alternatives = append(alternatives, "(exact "+v+"; ("+closers+"))")
		}
		list = append(list, "first | "+strings.Join(alternatives, " | "))
	}
	return list
}
