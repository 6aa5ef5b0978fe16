package main

import (
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/treeview"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/policy/annotations"
	"github.com/ansatz-prover/ansatz/search/policy/builtin"
	"github.com/ansatz-prover/ansatz/search/policy/parts"
)

// language is what the commands know of a prover beside how it is connected:
// what proposes steps in its language, and how they are best searched.
type language struct {
	name  string // as in provers.Info
	title string // for people
	// extension is that of its files, without a dot.
	extension string
	policies  map[string]func() policy.Policy
	// parts are those of the policy builtin, and without makes it without some.
	parts   func() parts.List
	without func(names []string) (policy.Policy, error)
	// stages is the portfolio, and stage the only stage of another strategy.
	stages func() []search.Stage
	stage  search.Stage
	// style draws its trees.
	style treeview.Style
	// units says that the prover counts units for each action (--heartbeats).
	units bool
}

// languages are those of the provers that can be searched with, the default first.
var languages = []language{
	{
		name: dataset.ForLean, title: "Lean", extension: "lean", style: treeview.Tactics, stages: search.DefaultStages, units: true,
		policies: map[string]func() policy.Policy{
			policyBuiltin:   func() policy.Policy { return builtin.New() },
			policyOneTactic: func() policy.Policy { return builtin.OneTactic() },
		},
		parts: builtin.Parts,
		without: func(names []string) (policy.Policy, error) {
			option, err := builtin.Without(names...)
			if err != nil {
				return nil, err
			}
			return builtin.New(option), nil
		},
		stage: search.Stage{Batch: 8, MaxCandidates: 64, MaxDepth: 100, LengthPenalty: 0.5,
			Limits: provers.Limits{Units: 200_000, Wall: 30 * time.Second}},
	},
	{
		name: dataset.ForDafny, title: "Dafny", extension: "dfy", style: treeview.Annotations, stages: dafnyStages,
		policies: map[string]func() policy.Policy{
			policyBuiltin: func() policy.Policy { return annotations.New() },
			policyHoudini: func() policy.Policy { return annotations.New(annotations.HoudiniOnly()) },
		},
		parts: annotations.Parts,
		without: func(names []string) (policy.Policy, error) {
			option, err := annotations.Without(names...)
			if err != nil {
				return nil, err
			}
			return annotations.New(option), nil
		},
		stage: search.Stage{Batch: 1, MaxCandidates: 200, MaxDepth: 12, LengthPenalty: 0.5, Limits: provers.Limits{Wall: 40 * time.Second}},
	},
}

// The names for --policy.
const (
	policyBuiltin   = "builtin"
	policyHoudini   = "houdini"
	policyOneTactic = builtin.OneTacticName
)

// policies are all names for --policy, the default first.
var policies = []string{policyBuiltin, policyOneTactic, policyHoudini}

// dafnyStages is the portfolio for Dafny. One action is a program to verify, or
// many of them (Houdini), and few actions lead far: there are no cheap ones to
// try first, and none are held back for a batch.
func dafnyStages() []search.Stage {
	return []search.Stage{
		{Name: "best-first", Strategy: search.BestFirst, Batch: 1, MaxCandidates: 200, MaxDepth: 8, LengthPenalty: 0.5,
			Limits: provers.Limits{Wall: 20 * time.Second}, Share: 0.6},
		{Name: "deeper", Strategy: search.BestFirst, Batch: 1, MaxCandidates: 200, MaxDepth: 12, LengthPenalty: 1,
			Limits: provers.Limits{Wall: 40 * time.Second}, Retry: true},
	}
}

// languageOf is the language of a prover; that of an unknown prover is the default.
func languageOf(prover string) *language {
	i := slices.IndexFunc(languages, func(l language) bool { return l.name == prover })
	return &languages[max(i, 0)]
}

// policy makes a policy by its name.
func (l *language) policy(name string) (policy.Policy, error) {
	if newPolicy := l.policies[name]; newPolicy != nil {
		return newPolicy(), nil
	}
	var known []string
	for _, p := range policies {
		if l.policies[p] != nil {
			known = append(known, p)
		}
	}
	return nil, usagef("known are: "+strings.Join(known, ", "), "unknown policy %q for %s", name, l.title)
}

// policyWithout makes a policy by its name, with some of its parts left out.
func (l *language) policyWithout(name string, without []string) (policy.Policy, error) {
	if len(without) == 0 {
		return l.policy(name)
	}
	if name != policyBuiltin {
		return nil, usagef("leave out parts of the policy builtin", "the policy %s has no parts that can be left out", name)
	}
	p, err := l.without(without)
	if err != nil {
		return nil, usage(err, "see: ansatz help policies")
	}
	return p, nil
}

// proverTitle is a prover's name for people.
func proverTitle(info provers.Info) string {
	if l := languageOf(info.Name); l.name == info.Name {
		return l.title
	}
	return info.Name
}
