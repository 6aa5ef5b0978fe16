// Package proverstest has an in-memory prover over small problem spaces, with
// faults on demand, and the conformance suite that every adapter passes.
package proverstest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// Effect is what an action does to a state of a [Space].
type Effect struct {
	// Next are the states that are left, each to be solved apart. An accepted
	// action that leaves none solves the state.
	Next []string
	// Layouts are the notes that come with each of Next ([provers.Step].Layout);
	// nil if all are empty.
	Layouts []string
	// Suggestions are what the prover proposes to try instead or next.
	Suggestions []string
	// Rejected is set if the action does not apply.
	Rejected bool
	// Units is what it costs; 0 counts as 1.
	Units int64
}

// Space is a deterministic problem space. Its methods are safe for concurrent
// use.
type Space interface {
	// Root is the state of a statement. An error means that the statement is
	// not well formed.
	Root(statement string) (string, error)
	// Actions lists the actions that apply to a state, in a fixed order. Others
	// may be tried; they are rejected.
	Actions(state string) []string
	// Apply says what an action does to a state.
	Apply(state, action string) Effect
}

// Numbers is a puzzle: the statement "reach n" is solved by breaking n down to
// 1. The actions are "dec" (n-1), "halve" (n/2, for even n), "split a" (a and
// n-a, each to be solved) and "done" (for 1).
type Numbers struct{}

// Root implements [Space].
func (Numbers) Root(statement string) (string, error) {
	text, ok := strings.CutPrefix(statement, "reach ")
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 1 {
		return "", fmt.Errorf("%q does not say \"reach\" and a positive number", statement)
	}
	return text, nil
}

// Actions implements [Space].
func (Numbers) Actions(state string) []string {
	n, err := strconv.Atoi(state)
	switch {
	case err != nil || n < 1:
		return nil
	case n == 1:
		return []string{"done"}
	}
	actions := []string{"dec"}
	if n%2 == 0 {
		actions = append(actions, "halve")
	}
	for a := 1; a <= n/2 && a <= 3; a++ {
		actions = append(actions, "split "+strconv.Itoa(a))
	}
	return actions
}

// Apply implements [Space].
func (s Numbers) Apply(state, action string) Effect {
	n, err := strconv.Atoi(state)
	if err != nil || n < 1 {
		return Effect{Rejected: true}
	}
	switch {
	case action == "done" && n == 1:
		return Effect{}
	case action == "dec" && n > 1:
		return Effect{Next: []string{strconv.Itoa(n - 1)}}
	case action == "halve" && n%2 == 0:
		return Effect{Next: []string{strconv.Itoa(n / 2)}}
	}
	if text, ok := strings.CutPrefix(action, "split "); ok {
		if a, err := strconv.Atoi(text); err == nil && a > 0 && a < n {
			return Effect{Next: []string{strconv.Itoa(a), strconv.Itoa(n - a)}}
		}
	}
	return Effect{Rejected: true}
}

// Graph is a finite space that is written down: what each action does to each
// state. States may repeat, so it may have cycles.
type Graph struct {
	Start string
	Edges map[string]map[string]Effect
}

// Root implements [Space]; every statement means the start.
func (g *Graph) Root(string) (string, error) { return g.Start, nil }

// Actions implements [Space].
func (g *Graph) Actions(state string) []string {
	actions := make([]string, 0, len(g.Edges[state]))
	for a := range g.Edges[state] {
		actions = append(actions, a)
	}
	slices.Sort(actions)
	return actions
}

// Apply implements [Space].
func (g *Graph) Apply(state, action string) Effect {
	e, ok := g.Edges[state][action]
	if !ok {
		e.Rejected = true
	}
	return e
}

// Provable finds by brute force the states that can be solved: it goes over all
// actions again and again until nothing changes. Actions for which without
// returns true are left out; it may be nil.
func (g *Graph) Provable(without func(state, action string) bool) map[string]bool {
	proved := make(map[string]bool)
	for changed := true; changed; {
		changed = false
		for state, actions := range g.Edges {
			for action, e := range actions {
				if proved[state] || e.Rejected || (without != nil && without(state, action)) {
					continue
				}
				if !slices.ContainsFunc(e.Next, func(s string) bool { return !proved[s] }) {
					proved[state], changed = true, true
				}
			}
		}
	}
	return proved
}

// RandomGraph makes a graph with a number of states, each with some actions, of
// which about the given part solve their state at once. The states that an
// action leaves are any of the graph's, so there are cycles and shared states.
func RandomGraph(seed uint64, states, actions int, solving float64) *Graph {
	rng := rand.New(rand.NewPCG(seed, 0))
	name := func(i int) string { return "s" + strconv.Itoa(i) }
	g := &Graph{Start: name(0), Edges: make(map[string]map[string]Effect, states)}
	for i := range states {
		edges := make(map[string]Effect, actions)
		for k := range actions {
			var e Effect
			switch p := rng.Float64(); {
			case p < solving:
			case p < 0.4:
				e.Rejected = true
			default:
				for range 1 + rng.IntN(3) {
					e.Next = append(e.Next, name(rng.IntN(states)))
				}
			}
			e.Units = 1 + rng.Int64N(10)
			edges["a"+strconv.Itoa(k)] = e
		}
		g.Edges[name(i)] = edges
	}
	return g
}

// Endless is a tree without end or solution: every state has Branching actions,
// of which one in Rejecting is rejected (none if it is 0) and the others lead
// to a new state each.
type Endless struct{ Branching, Rejecting int }

// Root implements [Space]; every statement means the same.
func (Endless) Root(string) (string, error) { return "r", nil }

// Actions implements [Space].
func (s Endless) Actions(string) []string {
	actions := make([]string, s.Branching)
	for i := range actions {
		actions[i] = strconv.Itoa(i)
	}
	return actions
}

// Apply implements [Space].
func (s Endless) Apply(state, action string) Effect {
	i, err := strconv.Atoi(action)
	if err != nil || i < 0 || i >= s.Branching || (s.Rejecting > 0 && i%s.Rejecting == 0) {
		return Effect{Rejected: true}
	}
	return Effect{Next: []string{state + "." + action}}
}

// goals is how a state is shown.
func goals(state string) []provers.Goal {
	return []provers.Goal{{Target: state}}
}
