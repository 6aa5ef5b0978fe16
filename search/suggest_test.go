package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// tried lists the actions that were tried at a node, with their sources if
// these are not the policy.
func tried(tree *search.Tree, id search.NodeID) string {
	var all []string
	for _, id := range tree.AttemptsAt(id) {
		a, _ := tree.Attempt(id)
		text := a.Candidate.Action.Text
		if a.Candidate.Source == search.SourceSuggestion {
			text = "*" + text
		}
		if a.Candidate.Action.Goal > 0 {
			text += fmt.Sprint("@", a.Candidate.Action.Goal)
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// endlessQuery suggests another query each time.
type endlessQuery struct{ *proverstest.Graph }

func (endlessQuery) Apply(_, action string) proverstest.Effect {
	return proverstest.Effect{Rejected: true, Suggestions: []string{action + "?"}}
}

func TestSuggestions(t *testing.T) {
	// ask is a query that the prover answers.
	ask := func(suggestions ...string) proverstest.Space {
		return &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
			"s": {"ask": {Rejected: true, Suggestions: suggestions}},
		}}
	}
	tests := []struct {
		name   string
		space  proverstest.Space
		policy string
		batch  int
		most   int
		want   string
	}{
		{"in front, in order", ask("x", "y"), "ask p q", 1, 9, "ask *x *y p q"},
		{"batch", ask("x", "y"), "ask p q", 3, 9, "ask p q *x *y"},
		{"known to the policy too", ask("q"), "ask p q r", 1, 9, "ask *q p r"},
		{"tried before", ask("p", "x"), "p ask q", 1, 9, "p ask *x q"},
		{"tried in the same batch", ask("p", "x"), "ask p q", 2, 9, "ask p *x q"},
		{"itself", ask("ask"), "ask p", 1, 9, "ask p"},
		{"blank and repeated", ask("", "x", " \n", "x"), "ask p", 1, 9, "ask *x p"},
		{"too many", ask("1", "2", "3", "4", "5", "6"), "ask p", 1, 9, "ask *1 *2 *3 *4 p"},
		{"too many were tried", ask("p", "1", "q", "2", "3", "4", "5"), "p q ask r", 1, 9, "p q ask *1 *2 *3 *4 r"},
		{"on top of what the policy may propose", ask("x"), "ask p", 1, 1, "ask *x"},
		{"without end", endlessQuery{&proverstest.Graph{}}, "a", 1, 9,
			"a *a? *a?? *a??? *a???? *a????? *a?????? *a??????? *a???????? *a????????? *a?????????? *a??????????? *a???????????? *a????????????? *a?????????????? *a??????????????? *a????????????????"},
		{"by a step", &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
			"s": {"go": {Next: []string{"t"}, Suggestions: []string{"x"}}},
		}}, "go p", 1, 9, "go *x p"},
		{"back to where it was tried", &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
			"s": {"go": {Next: []string{"s"}, Suggestions: []string{"x"}}},
		}}, "go p q", 1, 9, "go *x p q"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(proverstest.New(test.space, proverstest.Options{}), test.space, "")
			cfg.Policy = flatPolicyWith(strings.Fields(test.policy)...)
			stage := cfg.Info.Stages[0]
			stage.Batch, stage.MaxCandidates, stage.MaxDepth = test.batch, test.most, 1
			// All that is suggested is done with in the first stage.
			cfg.Info.Stages = []search.Stage{stage, stage}
			r := run(t, cfg)
			if got := tried(r.Tree, 1); r.End != search.EndExhausted || got != test.want {
				t.Errorf("end %s, tried %s; want %s", r.End, got, test.want)
			}
		})
	}
}

func TestSuggestionProves(t *testing.T) {
	g := &proverstest.Graph{Start: "a", Edges: map[string]map[string]proverstest.Effect{
		"a": {"go": {Next: []string{"b"}}, "other": {Next: []string{"c"}}},
		"b": {"ask": {Rejected: true, Suggestions: []string{"exact it"}}, "exact it": {}},
	}}
	cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
	cfg.Info.Stages[0].Batch = 1
	cfg.Policy = flatPolicyWith("ask", "go", "other")
	if r := run(t, cfg); r.End != search.EndProved || r.Script != "go\nexact it\n" {
		t.Errorf("end %s, script %q", r.End, r.Script)
	}
}

// TestSuggestionsByGoal keeps apart what is suggested for different goals.
func TestSuggestionsByGoal(t *testing.T) {
	g := &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
		"s": {"ask": {Rejected: true, Suggestions: []string{"x"}}},
	}}
	cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
	cfg.Info.Stages[0].Batch = 1
	second := candidate("ask", -2)
	second.Action.Goal = 1
	cfg.Policy = flatPolicy{candidate("ask", -1), second}
	if got := tried(run(t, cfg).Tree, 1); got != "ask *x ask@1 *x@1" {
		t.Errorf("tried %s", got)
	}
}

// TestSuggestionLost tries a suggestion again that was lost.
func TestSuggestionLost(t *testing.T) {
	g := &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
		"s": {"ask": {Rejected: true, Suggestions: []string{"x", "y"}}},
	}}
	cfg := config(proverstest.New(g, proverstest.Options{Faults: []proverstest.Fault{
		{Kind: proverstest.Lose, Times: 1, On: func(_, a string) bool { return a == "x" }},
	}}), g, "")
	cfg.Info.Stages[0].Batch = 1
	cfg.Policy = flatPolicyWith("ask", "p")
	r := run(t, cfg)
	if got := tried(r.Tree, 1); got != "ask *x *y *x p" {
		t.Errorf("tried %s", got)
	}
}

// TestSuggestionsInTheNextStage tries them there if there was no time before.
func TestSuggestionsInTheNextStage(t *testing.T) {
	g := &proverstest.Graph{Start: "s", Edges: map[string]map[string]proverstest.Effect{
		"s": {"ask": {Rejected: true, Suggestions: []string{"x", "y"}}},
	}}
	cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
	first := cfg.Info.Stages[0]
	first.Batch, first.Share = 1, 0.2
	second := first
	second.Share = 0
	cfg.Info.Stages = []search.Stage{first, second}
	cfg.Info.Budget.Attempts = 10
	cfg.Policy = flatPolicyWith("ask", "p")
	r := run(t, cfg)
	a, _ := r.Tree.Attempt(3)
	if got := tried(r.Tree, 1); got != "ask *x *y p" || a.Stage != 1 {
		t.Errorf("tried %s, the third in stage %d", got, a.Stage)
	}
}

// available says which actions a policy that knows some comes to try at each
// state: these, and what is suggested when it tries them, and so on.
func available(g *proverstest.Graph, known proverstest.Space) func(state, action string) bool {
	all := make(map[string][]string)
	for state := range g.Edges {
		list := known.Actions(state)
		for i := 0; i < len(list); i++ {
			for _, a := range g.Edges[state][list[i]].Suggestions {
				if !slices.Contains(list, a) {
					list = append(list, a)
				}
			}
		}
		all[state] = list
	}
	return func(state, action string) bool { return slices.Contains(all[state], action) }
}

// TestSuggestedBruteForce compares exhaustive searches by a policy that knows
// only some actions with brute force.
func TestSuggestedBruteForce(t *testing.T) {
	var proved, byKnown int
	for seed := range uint64(100) {
		g := proverstest.RandomGraph(seed, 10, 4, 0.1)
		annotate(g, seed, 4)
		known := hiding{g, []string{"a1", "a3"}}
		isAvailable := available(g, known)
		cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
		cfg.Policy = &spacePolicy{space: known}
		cfg.Workers = 1 + int(seed%3)
		cfg.Info.Stages[0].Batch = 1 + int(seed%2)
		strict(t, &cfg)
		want := search.EndExhausted
		if g.Provable(func(state, action string) bool { return !isAvailable(state, action) })[g.Start] {
			want = search.EndProved
			proved++
		}
		if g.Provable(func(_, action string) bool { return slices.Contains(known.hidden, action) })[g.Start] {
			byKnown++
		}
		r := run(t, cfg)
		if r.End != want {
			t.Errorf("seed %d: end %s, want %s", seed, r.End, want)
		}
		if err := r.Tree.Check(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		seen := make(map[string]bool)
		for id := range search.AttemptID(r.Tree.Attempts()) {
			a, _ := r.Tree.Attempt(id + 1)
			key := fmt.Sprint(a.Node, a.Candidate.Action)
			if seen[key] && a.Status != provers.Lost {
				t.Errorf("seed %d: %s was tried twice", seed, key)
			}
			seen[key] = true
		}
	}
	if proved < byKnown+10 || proved > 90 {
		t.Errorf("%d of 100 graphs are provable, %d of them without suggestions: the test is lopsided", proved, byKnown)
	}
}
