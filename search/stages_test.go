package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func TestConfigErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*search.Config)
		want   string
	}{
		{"no session", func(c *search.Config) { c.Open = nil }, "open a session"},
		{"no policy", func(c *search.Config) { c.Policy = nil }, "no policy"},
		{"strategy", func(c *search.Config) { c.Info.Stages[0].Strategy = "dfs" }, `unknown strategy "dfs"`},
		{"beam", func(c *search.Config) { c.Info.Stages[0].Strategy = search.Beam }, "beam_width"},
		{"batch", func(c *search.Config) { c.Info.Stages[0].Batch = 0 }, "batch"},
		{"candidates", func(c *search.Config) { c.Info.Stages[0].MaxCandidates = 0 }, "max_candidates"},
		{"share", func(c *search.Config) { c.Info.Stages[0].Share = 2 }, "share"},
		{"penalty", func(c *search.Config) { c.Info.Stages[0].LengthPenalty = -1 }, "length_penalty"},
		{"depth", func(c *search.Config) { c.Info.Stages[0].MaxDepth = -1 }, "max_depth"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
			cfg := config(p, proverstest.Numbers{}, "reach 3")
			test.change(&cfg)
			_, err := search.Run(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
			if opened, _ := p.Sessions(); opened > 0 {
				t.Error("a session was opened")
			}
		})
	}
}

func TestDefaultStages(t *testing.T) {
	p := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	cfg := config(p, proverstest.Numbers{}, "reach 20")
	cfg.Info.Stages = nil
	r := run(t, cfg)
	if r.End != search.EndProved || len(r.Tree.Info().Stages) != len(search.DefaultStages()) {
		t.Errorf("end %s after stages %+v", r.End, r.Tree.Info().Stages)
	}
}

// ladder is a space with one way: a0 -> a1 -> ... -> an, whose last step needs
// some units.
func ladder(n int, units int64) *proverstest.Graph {
	g := &proverstest.Graph{Start: "a0", Edges: make(map[string]map[string]proverstest.Effect)}
	for i := range n {
		g.Edges[fmt.Sprintf("a%d", i)] = map[string]proverstest.Effect{"up": {Next: []string{fmt.Sprintf("a%d", i+1)}}, "no": {Rejected: true}}
	}
	g.Edges[fmt.Sprintf("a%d", n)] = map[string]proverstest.Effect{"end": {Units: units}}
	return g
}

func TestStages(t *testing.T) {
	sweep := search.Stage{Name: "sweep", Strategy: search.Sweep, Batch: 2, MaxCandidates: 10}
	cheap := search.Stage{Name: "cheap", Strategy: search.BestFirst, Batch: 2, MaxCandidates: 10, Limits: provers.Limits{Units: 5}}
	costly := search.Stage{Name: "costly", Strategy: search.BestFirst, Batch: 2, MaxCandidates: 10, Limits: provers.Limits{Units: 500}}
	retry, shallow, few := costly, costly, cheap
	retry.Retry = true
	shallow.MaxDepth = 3
	few.MaxCandidates = 1
	tests := []struct {
		name   string
		space  proverstest.Space
		stages []search.Stage
		end    search.EndReason
		stage  int // at the end
	}{
		{"sweep is enough", ladder(0, 1), []search.Stage{sweep, costly}, search.EndProved, 0},
		{"sweep stays at the root", ladder(1, 1), []search.Stage{sweep}, search.EndExhausted, 0},
		{"after the sweep", ladder(3, 1), []search.Stage{sweep, cheap}, search.EndProved, 1},
		{"out of units", ladder(3, 100), []search.Stage{sweep, cheap}, search.EndExhausted, 1},
		{"no retry", ladder(3, 100), []search.Stage{cheap, costly}, search.EndExhausted, 1},
		{"retry", ladder(3, 100), []search.Stage{cheap, retry}, search.EndProved, 1},
		{"retry after a sweep", ladder(0, 100), []search.Stage{{Name: "s", Strategy: search.Sweep, Batch: 1, MaxCandidates: 1, Limits: provers.Limits{Units: 5}}, retry}, search.EndProved, 1},
		{"retry is not enough", ladder(3, 1000), []search.Stage{cheap, retry}, search.EndExhausted, 1},
		{"too deep", ladder(3, 1), []search.Stage{shallow}, search.EndExhausted, 0},
		{"deep enough", ladder(2, 1), []search.Stage{shallow}, search.EndProved, 0},
		{"deeper in the next", ladder(5, 1), []search.Stage{shallow, costly}, search.EndProved, 1},
		{"more candidates in the next", ladder(3, 1), []search.Stage{few, costly}, search.EndProved, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(proverstest.New(test.space, proverstest.Options{}), test.space, "")
			if test.name == "more candidates in the next" {
				// The candidate that leads nowhere comes first.
				cfg.Policy = flatPolicy{{Action: provers.Action{Text: "no"}, LogProb: -1}, {Action: provers.Action{Text: "up"}, LogProb: -2}, {Action: provers.Action{Text: "end"}, LogProb: -3}}
			}
			cfg.Info.Stages = test.stages
			log := &memoryLog{}
			cfg.Log = log
			r := run(t, cfg)
			if r.End != test.end || r.Tree.Stage() != test.stage {
				t.Errorf("end %s in stage %d, want %s in %d", r.End, r.Tree.Stage(), test.end, test.stage)
			}
			tree := search.NewTree()
			for _, e := range log.all() {
				if err := tree.Apply(e); err != nil {
					t.Fatal(err)
				}
				if err := tree.Check(); err != nil {
					t.Fatalf("after event %d (%s): %v", e.Seq, e.Kind, err)
				}
			}
			// An action is tried again only if it was not finished.
			seen := make(map[string]provers.Status)
			for id := range search.AttemptID(r.Tree.Attempts()) {
				a, _ := r.Tree.Attempt(id + 1)
				key := fmt.Sprint(a.Node, a.Candidate.Action)
				if s := seen[key]; s != "" && s != provers.OutOfBudget {
					t.Errorf("%s was tried again after it was %s", key, s)
				}
				seen[key] = a.Status
			}
		})
	}
}

// TestShare goes on to the next stage when the first has used its share.
func TestShare(t *testing.T) {
	space := proverstest.Endless{Branching: 3}
	for _, bound := range []string{"attempts", "expansions", "units", "wall"} {
		t.Run(bound, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := config(proverstest.New(space, slowly), space, "")
				first, second := cfg.Info.Stages[0], cfg.Info.Stages[0]
				first.Share = 0.25
				cfg.Info.Stages = []search.Stage{first, second}
				cfg.Info.Budget = map[string]search.Budget{
					"attempts": {Attempts: 120}, "expansions": {Expansions: 40}, "units": {Units: 120}, "wall": {Wall: 120 * time.Second},
				}[bound]
				r := run(t, cfg)
				if r.End != search.EndBudget || r.Detail != bound {
					t.Errorf("end %s (%s)", r.End, r.Detail)
				}
				var by [2]int
				for id := range search.AttemptID(r.Tree.Attempts()) {
					a, _ := r.Tree.Attempt(id + 1)
					by[a.Stage]++
				}
				if by[0] != 30 || by[1] < 87 || by[1] > 93 {
					t.Errorf("attempts by stage: %v", by)
				}
			})
		})
	}
}

func TestBudgets(t *testing.T) {
	space := proverstest.Endless{Branching: 3}
	for _, workers := range []int{1, 3} {
		for _, test := range []struct {
			budget search.Budget
			detail string
			over   func(search.Result) bool
		}{
			{search.Budget{Attempts: 50}, "attempts", func(r search.Result) bool { return r.Spent.Attempts != 50 }},
			{search.Budget{Expansions: 20}, "expansions", func(r search.Result) bool { return r.Spent.Expansions != 20 }},
			{search.Budget{Nodes: 30}, "nodes", func(r search.Result) bool { return r.Tree.Nodes() < 30 || r.Tree.Nodes() > 30+18 }},
			{search.Budget{Units: 40}, "units", func(r search.Result) bool { return r.Spent.Units < 40 || r.Spent.Units > 40+18 }},
			{search.Budget{Wall: 100 * time.Second}, "wall", func(r search.Result) bool { return r.Spent.Wall != 100*time.Second }},
		} {
			t.Run(fmt.Sprint(test.detail, workers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cfg := config(proverstest.New(space, slowly), space, "")
					cfg.Workers, cfg.Info.Budget = workers, test.budget
					log := &memoryLog{}
					cfg.Log = log
					r := run(t, cfg)
					if r.End != search.EndBudget || r.Detail != test.detail || test.over(r) {
						t.Errorf("end %s (%s), spent %+v, %d nodes", r.End, r.Detail, r.Spent, r.Tree.Nodes())
					}
					tree := fold(t, log.all())
					if got := tree.Spent(); got != r.Spent {
						t.Errorf("the log says %+v, the result %+v", got, r.Spent)
					}
					// With a larger budget it goes on.
					cfg.Resume, cfg.Log = tree, nil
					b := test.budget
					cfg.Info.Budget = search.Budget{Attempts: 2 * b.Attempts, Expansions: 2 * b.Expansions, Nodes: 2 * b.Nodes, Units: 2 * b.Units, Wall: 2 * b.Wall}
					again := run(t, cfg)
					if again.End != search.EndBudget || again.Spent.Attempts <= r.Spent.Attempts {
						t.Errorf("after resuming: end %s (%s), spent %+v", again.End, again.Detail, again.Spent)
					}
				})
			})
		}
	}
}

// TestBeam expands no more states of a depth than its width, and the best ones.
func TestBeam(t *testing.T) {
	space := proverstest.Endless{Branching: 4}
	for _, workers := range []int{1, 3} {
		cfg := config(proverstest.New(space, proverstest.Options{}), space, "")
		cfg.Workers = workers
		cfg.Info.Stages = []search.Stage{{Name: "beam", Strategy: search.Beam, BeamWidth: 3, Batch: 2, MaxCandidates: 4, MaxDepth: 6}}
		r := run(t, cfg)
		if r.End != search.EndExhausted {
			t.Errorf("end %s", r.End)
		}
		expanded := make(map[int][]float64)
		left := make(map[int][]float64)
		for id := range search.NodeID(r.Tree.Nodes()) {
			n, _ := r.Tree.Node(id + 1)
			// A node's priority when it is chosen includes its best action.
			c, _ := cfg.Policy.Propose(t.Context(), policy.Request{State: provers.State{Goals: n.Goals}, Max: 1})
			if n.Attempts > 0 {
				expanded[n.Depth] = append(expanded[n.Depth], n.Score+c[0].LogProb)
				if n.Attempts != 4 {
					t.Errorf("node %d has %d attempts", id+1, n.Attempts)
				}
			} else {
				left[n.Depth] = append(left[n.Depth], n.Score+c[0].LogProb)
			}
		}
		for depth := range 6 {
			if want := min(3, map[bool]int{true: 1, false: 3}[depth == 0]); len(expanded[depth]) != want {
				t.Errorf("depth %d: %d states expanded, want %d", depth, len(expanded[depth]), want)
			}
			if len(left[depth]) > 0 && slices.Min(expanded[depth]) < slices.Max(left[depth]) {
				t.Errorf("depth %d: a state was left out that is better than one that was expanded", depth)
			}
		}
	}
}

func TestBeamProves(t *testing.T) {
	cfg := config(proverstest.New(proverstest.Numbers{}, proverstest.Options{}), proverstest.Numbers{}, "reach 64")
	cfg.Info.Stages = []search.Stage{{Name: "beam", Strategy: search.Beam, BeamWidth: 8, Batch: 2, MaxCandidates: 8}}
	if r := run(t, cfg); r.End != search.EndProved {
		t.Errorf("end %s", r.End)
	}
}
