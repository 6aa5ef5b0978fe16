package search_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
)

// story builds sequences of events by hand.
type story struct {
	events []search.Event
}

func (s *story) add(e search.Event) *story {
	e.Seq = int64(len(s.events) + 1)
	s.events = append(s.events, e)
	return s
}

func (s *story) reach(id search.NodeID, by search.AttemptID, key string) *story {
	return s.add(search.Event{Kind: search.StateReached, Node: id, Attempt: by,
		State: &provers.State{Key: key, Goals: []provers.Goal{{Target: key}}}})
}

func (s *story) try(id search.AttemptID, at search.NodeID, text string, logProb float64, status provers.Status, children ...search.NodeID) *story {
	c := candidate(text, logProb)
	return s.add(search.Event{Kind: search.AttemptTried, Attempt: id, Node: at, Candidate: &c,
		Outcome: &provers.Outcome{Status: status, Message: strings.Repeat("é", 300), Units: 2}, Children: children})
}

// laidOut gives the last attempt's children layouts.
func (s *story) laidOut(layouts ...string) *story {
	s.events[len(s.events)-1].Layouts = layouts
	return s
}

func (s *story) exhaust(ids ...search.NodeID) *story {
	for _, id := range ids {
		s.add(search.Event{Kind: search.NodeExhausted, Node: id})
	}
	return s
}

// cycle is a <-> b and a -> c, all exhausted.
func cycle() *story {
	return new(story).reach(1, 0, "a").
		reach(2, 1, "b").try(1, 1, "to b", -1, provers.Progress, 2).
		try(2, 2, "back", -1, provers.Progress, 1).
		reach(3, 3, "c").try(3, 1, "to c", -2, provers.Progress, 3).
		exhaust(1, 2)
}

func TestCycle(t *testing.T) {
	status := func(tree *search.Tree) string {
		var all []string
		for id := range search.NodeID(tree.Nodes()) {
			all = append(all, string(tree.Status(id+1)))
		}
		return strings.Join(all, " ")
	}
	tree := fold(t, cycle().events)
	if got := status(tree); got != "open open open" {
		t.Errorf("while c is open: %s", got)
	}
	tree = fold(t, cycle().exhaust(3).events)
	if got := status(tree); got != "dead dead dead" {
		t.Errorf("when c is exhausted: %s", got)
	}
	if got := tree.Changed(); len(got) != 3 {
		t.Errorf("the last event changed %v", got)
	}
	tree = fold(t, cycle().try(4, 3, "end", -1, provers.Solved).events)
	if got := status(tree); got != "proved proved proved" {
		t.Errorf("when c is solved: %s", got)
	}
	proof, ok := tree.Proof()
	if !ok || proof.Action.Text != "to c" || proof.Children[0].Action.Text != "end" {
		t.Errorf("proof %+v", proof)
	}
	want := []provers.Step{{Action: provers.Action{Text: "to c"}}}
	if got := proof.Children[0].State.Path; !reflect.DeepEqual(got, want) {
		t.Errorf("path %v", got)
	}
	if err := tree.Check(); err != nil {
		t.Error(err)
	}
	// A new stage opens what was not exhausted for good.
	tree = fold(t, cycle().exhaust(3).add(search.Event{Kind: search.StageStarted, Stage: 1}).events)
	if got := status(tree); got != "open open open" {
		t.Errorf("in the next stage: %s", got)
	}
	final := cycle().exhaust(3)
	for i := range final.events {
		final.events[i].Final = final.events[i].Kind == search.NodeExhausted
	}
	tree = fold(t, final.add(search.Event{Kind: search.StageStarted, Stage: 1}).events)
	if got := status(tree); got != "dead dead dead" {
		t.Errorf("in the next stage, when all is final: %s", got)
	}
}

func TestViews(t *testing.T) {
	tree := fold(t, cycle().
		reach(4, 4, "d").try(4, 3, "split", -0.5, provers.Progress, 4, 4, 2).
		try(5, 4, "no", -1, provers.Rejected).try(6, 4, "long", -3, provers.TimedOut).events)
	c := tree.Counts()
	if c.Nodes != 4 || c.Attempts != 6 || c.MaxDepth != 2 || c.ByStatus[provers.Progress] != 4 || c.Open != 4 {
		t.Errorf("counts %+v", c)
	}
	if got := tree.Spent(); got.Attempts != 6 || got.Units != 12 {
		t.Errorf("spent %+v", got)
	}
	d, _ := tree.Node(4)
	if d.Depth != 2 || d.Score != -2.5 || d.Parent != 4 || d.Attempts != 2 || d.Key != "d" {
		t.Errorf("node %+v", d)
	}
	if got := tree.AttemptsAt(4); !slices.Equal(got, []search.AttemptID{5, 6}) {
		t.Errorf("attempts at 4: %v", got)
	}
	if got := tree.Parents(4); !slices.Equal(got, []search.AttemptID{4}) {
		t.Errorf("parents of 4: %v", got)
	}
	if got := tree.Parents(2); !slices.Equal(got, []search.AttemptID{1, 4}) {
		t.Errorf("parents of 2: %v", got)
	}
	split, _ := tree.Attempt(4)
	if !slices.Equal(split.Children, []search.NodeID{4, 4, 2}) || split.Fate != search.NodeOpen || split.Candidate != candidate("split", -0.5) {
		t.Errorf("attempt %+v", split)
	}
	if len(split.Message) > 200 || !strings.HasSuffix(split.Message, "é") {
		t.Errorf("the message is not cut well: %q", split.Message)
	}
	rejected, _ := tree.Attempt(5)
	timedOut, _ := tree.Attempt(6)
	if rejected.Fate != search.NodeIsDead || timedOut.Fate != search.NodeOpen {
		t.Errorf("fates %s and %s", rejected.Fate, timedOut.Fate)
	}
	state, _ := tree.State(4)
	if len(state.Path) != 2 || state.Path[1].Index != 0 || state.Path[1].Action.Text != "split" {
		t.Errorf("path %v", state.Path)
	}
	if id, ok := tree.BestOpen(0); !ok || id != 3 {
		t.Errorf("the best open node is %d", id)
	}
	if id, ok := tree.BestOpen(1); !ok || id != 4 {
		t.Errorf("the best open node by mean is %d", id)
	}
	if got := tree.Sources(); len(got) != 1 || got[0] != (search.SourceStats{Source: "flat", Tried: 6, Accepted: 4}) {
		t.Errorf("sources %+v", got)
	}
	if id, ok := tree.Find("d"); !ok || id != 4 {
		t.Errorf("d is node %d", id)
	}
	if _, ok := tree.Node(5); ok {
		t.Error("there is a node 5")
	}
	if _, ok := tree.Attempt(7); ok {
		t.Error("there is an attempt 7")
	}
	if _, ok := tree.Proof(); ok {
		t.Error("there is a proof")
	}
	if err := tree.Check(); err != nil {
		t.Error(err)
	}
}

// TestLayouts reaches a node in two ways, each of which arranges it in its own:
// its path goes the first, the proof the second.
func TestLayouts(t *testing.T) {
	s := new(story).reach(1, 0, "a").
		reach(2, 1, "b").reach(3, 1, "c").try(1, 1, "split", -1, provers.Progress, 2, 3).laidOut("", "second of two").
		reach(4, 2, "d").try(2, 1, "on", -1, provers.Progress, 4).
		try(3, 4, "swap", -1, provers.Progress, 3, 3).laidOut("first, swapped", "second, swapped").
		try(4, 3, "end", -1, provers.Solved)
	tree := fold(t, s.events)
	step := func(text string, index int, layout string) provers.Step {
		return provers.Step{Action: provers.Action{Text: text}, Index: index, Layout: layout}
	}
	if got, want := tree.Path(3), []provers.Step{step("split", 1, "second of two")}; !slices.Equal(got, want) {
		t.Errorf("the path is %+v, want %+v", got, want)
	}
	if got, want := tree.Path(2), []provers.Step{step("split", 0, "")}; !slices.Equal(got, want) {
		t.Errorf("the path is %+v, want %+v", got, want)
	}
	proof, _ := tree.Proof()
	swap := proof.Children[0]
	if proof.Layout != "" || swap.Layout != "" || len(swap.Children) != 2 {
		t.Fatalf("the proof is %+v", proof)
	}
	for i, want := range []string{"first, swapped", "second, swapped"} {
		c := swap.Children[i]
		if c.Layout != want || !slices.Equal(c.State.Path, []provers.Step{step("on", 0, ""), step("swap", i, want)}) {
			t.Errorf("part %d of the proof has the layout %q and the path %+v", i, c.Layout, c.State.Path)
		}
	}
	for id, want := range map[search.AttemptID][]string{1: {"", "second of two"}, 2: nil, 3: {"first, swapped", "second, swapped"}, 4: nil} {
		if a, _ := tree.Attempt(id); !slices.Equal(a.Layouts, want) {
			t.Errorf("attempt %d has the layouts %q", id, a.Layouts)
		}
	}
}

func TestDamagedEvents(t *testing.T) {
	c := candidate("x", -1)
	solved := &provers.Outcome{Status: provers.Solved}
	tests := []struct {
		name string
		e    search.Event
		want string
	}{
		{"gap", search.Event{Seq: 99, Kind: search.UserActed}, "expected event"},
		{"kind", search.Event{Kind: "what"}, "unknown kind"},
		{"no run", search.Event{Kind: search.RunStarted}, "no run"},
		{"no verdict", search.Event{Kind: search.VerdictGiven}, "no verdict"},
		{"no state", search.Event{Kind: search.StateReached, Node: 4, Attempt: 4}, "no state"},
		{"no key", search.Event{Kind: search.StateReached, Node: 4, Attempt: 4, State: &provers.State{}}, "no key"},
		{"second root", search.Event{Kind: search.StateReached, Node: 4, State: &provers.State{Key: "z"}}, "by attempt 0"},
		{"node number", search.Event{Kind: search.StateReached, Node: 6, Attempt: 4, State: &provers.State{Key: "z"}}, "expected 4"},
		{"equal state", search.Event{Kind: search.StateReached, Node: 4, Attempt: 4, State: &provers.State{Key: "b"}}, "key of node 2"},
		{"attempt number", search.Event{Kind: search.AttemptTried, Attempt: 9, Node: 1, Candidate: &c, Outcome: solved}, "expected 4"},
		{"no candidate", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Outcome: solved}, "no candidate"},
		{"no outcome", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Candidate: &c}, "no outcome"},
		{"no node", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 9, Candidate: &c, Outcome: solved}, "no node 9"},
		{"status", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Candidate: &c, Outcome: &provers.Outcome{Status: "odd"}}, `status "odd"`},
		{"child", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Candidate: &c, Outcome: &provers.Outcome{Status: provers.Progress}, Children: []search.NodeID{0}}, "no node 0"},
		{"solved with children", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Candidate: &c, Outcome: solved, Children: []search.NodeID{2}}, "1 states left"},
		{"layouts", search.Event{Kind: search.AttemptTried, Attempt: 4, Node: 1, Candidate: &c, Outcome: &provers.Outcome{Status: provers.Progress}, Children: []search.NodeID{2}, Layouts: []string{"", "x"}}, "2 layouts for 1 states"},
		{"stage", search.Event{Kind: search.StageStarted, Stage: 256}, "stage 256"},
		{"proved", search.Event{Kind: search.NodeProved, Node: 1}, "open, not proved"},
		{"dead", search.Event{Kind: search.NodeDead, Node: 1}, "open, not dead"},
		{"barred elsewhere", search.Event{Kind: search.NodeReopened, Node: 2, Attempt: 1}, "not one at node 2"},
		{"exhausted", search.Event{Kind: search.NodeExhausted, Node: -1}, "no node -1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := cycle()
			tree := fold(t, s.events)
			if test.e.Seq == 0 {
				test.e.Seq = tree.Seq() + 1
			}
			if err := tree.Apply(test.e); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestEventsAsJSON folds events that went through JSON, as those of a store may.
func TestEventsAsJSON(t *testing.T) {
	g := proverstest.RandomGraph(4, 20, 3, 0.05)
	cfg := config(proverstest.New(g, proverstest.Options{}), g, "")
	log := &memoryLog{}
	cfg.Log = log
	r := run(t, cfg)
	text, err := json.Marshal(log.all())
	if err != nil {
		t.Fatal(err)
	}
	var events []search.Event
	if err := json.Unmarshal(text, &events); err != nil {
		t.Fatal(err)
	}
	tree := fold(t, events)
	if !reflect.DeepEqual(attempts(tree), attempts(r.Tree)) || !reflect.DeepEqual(tree.Counts(), r.Tree.Counts()) {
		t.Error("the tree is not the same")
	}
}

// FuzzApply feeds the fold with damaged events: it must refuse them or stay consistent.
func FuzzApply(f *testing.F) {
	seed, err := json.Marshal(cycle().try(4, 3, "end", -1, provers.Solved).events)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`[{"seq":1,"kind":"state_reached","node":1,"state":{"key":"a"}},{"seq":2,"kind":"verdict_given","verdict":{}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []search.Event
		if json.Unmarshal(data, &events) != nil {
			return
		}
		tree := search.NewTree()
		for _, e := range events {
			if tree.Apply(e) != nil {
				return
			}
		}
		if err := tree.Check(); err != nil {
			t.Error(err)
		}
		tree.Proof()
		for id := range search.NodeID(tree.Nodes()) {
			tree.State(id + 1)
		}
	})
}
