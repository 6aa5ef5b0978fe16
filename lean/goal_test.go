package lean

import (
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func TestParseGoals(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // goals in a compact form
	}{
		{"one", "n : Nat\n⊢ n = n", "[n : Nat] ⊢ n = n"},
		{"cases", "\ncase left\na b : Nat\nh : a ≤ b\n⊢ a < b + 1\n\ncase right\na b : Nat\nh : a ≤ b\n⊢ 0 ≤ b",
			"left [a b : Nat][h : a ≤ b] ⊢ a < b + 1 | right [a b : Nat][h : a ≤ b] ⊢ 0 ≤ b"},
		{"continued hypothesis", "hk :\n  let y := 3;\n  y = x 3\n⊢ True", "[hk : let y := 3; y = x 3] ⊢ True"},
		{"continued target", "⊢ ∀ n,\n    n = n", "⊢ ∀ n, n = n"},
		{"let variable", "k : Nat := 5\n⊢ k = 5", "[k : Nat := 5] ⊢ k = 5"},
		{"structure literal is no value", "h : x = { val := 3 }\n⊢ True", "[h : x = { val := 3 }] ⊢ True"},
		{"inaccessible", "case succ\nm n✝ : Nat\na✝ : n✝ < 5\nh : n✝ + 1 < 5\n⊢ m < n✝",
			"succ as n h_1 [m n : Nat][h_1 : n < 5][h : n + 1 < 5] ⊢ m < n"},
		{"shadowed", "h✝ : n = m\nh : m = 3\n⊢ n = 3", "as h_1 [h_1 : n = m][h : m = 3] ⊢ n = 3"},
		{"two inaccessible of a name", "a✝¹ : p → q\na✝ : p\n⊢ q", "as h a [h : p → q][a : p] ⊢ q"},
		{"metavariables", "case h\n⊢ ?w + m = n\n\ncase w\n⊢ Nat", "h ⊢ ?w + m = n {?w} | w ⊢ Nat"},
		{"name with question mark", "h? : p\n⊢ h?.1 = 2", "[h? : p] ⊢ h?.1 = 2"},
		{"no goal", "something else", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var list []string
			for _, g := range parseGoals(tt.text) {
				list = append(list, compact(g))
			}
			if got := strings.Join(list, " | "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func compact(g parsedGoal) string {
	var b strings.Builder
	if g.Case != "" {
		b.WriteString(g.Case + " ")
	}
	if len(g.names) > 0 {
		b.WriteString("as " + strings.Join(g.names, " ") + " ")
	}
	for _, h := range g.Hypotheses {
		b.WriteString("[" + strings.Join(h.Names, " ") + " : " + h.Type)
		if h.Value != "" {
			b.WriteString(" := " + h.Value)
		}
		b.WriteString("]")
	}
	if len(g.Hypotheses) > 0 {
		b.WriteString(" ")
	}
	b.WriteString("⊢ " + g.Target)
	if len(g.Metavariables) > 0 {
		b.WriteString(" {" + strings.Join(g.Metavariables, " ") + "}")
	}
	return b.String()
}

func TestClusters(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       [][]int
	}{
		{"independent", "case a\n⊢ p\n\ncase b\n⊢ q", [][]int{{0}, {1}}},
		{"coupled", "case h\n⊢ ?w = 3\n\ncase w\n⊢ Nat", [][]int{{0, 1}}},
		{"coupled and apart", "case h\n⊢ ?w = 3\n\ncase b\n⊢ q\n\ncase w\n⊢ Nat", [][]int{{0, 2}, {1}}},
		{"nobody owns the metavariable", "⊢ ?m.12 < 3\n\n⊢ q\n\n⊢ Nat", [][]int{{0, 1, 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := clusters(parseGoals(tt.text))
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if len(got[i]) != len(tt.want[i]) || got[i][0] != tt.want[i][0] {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
}

func TestStateKey(t *testing.T) {
	key := func(text string) string {
		var goals []provers.Goal
		for _, g := range parseGoals(text) {
			goals = append(goals, g.Goal)
		}
		return stateKey(goals)
	}
	if key("case a\nn : Nat\n⊢ n = n") != key("case b\nn : Nat\n⊢ n = n") {
		t.Error("the name of the case matters")
	}
	if key("⊢ ?m.12 < ?m.13") != key("⊢ ?m.7 < ?m.9") {
		t.Error("the numbers of metavariables matter")
	}
	if key("⊢ ?m.12 < ?m.13") == key("⊢ ?m.7 < ?m.7") {
		t.Error("different metavariables are taken for one")
	}
	if key("n : Nat\n⊢ n = n") == key("n : Int\n⊢ n = n") {
		t.Error("the type of a hypothesis does not matter")
	}
}

// TestScript lays out proofs whose actions leave several goals.
func TestScript(t *testing.T) {
	leaf := func(text, layout string) provers.Proof {
		return provers.Proof{Action: provers.Action{Text: text}, Layout: layout}
	}
	at := func(n int, names []string, goals ...int) string {
		l := layout{Goals: n, At: goals}
		for range goals {
			l.Names = append(l.Names, names)
		}
		return l.encode()
	}
	for _, tt := range []struct {
		name  string
		proof provers.Proof
		want  string
	}{
		{"one step", leaf("simp", ""), "by\n  simp"},
		{"a chain", provers.Proof{Action: provers.Action{Text: "intro h"}, Children: []provers.Proof{leaf("exact h", "")}}, "by\n  intro h\n  exact h"},
		{"two goals", provers.Proof{Action: provers.Action{Text: "induction n"}, Children: []provers.Proof{
			leaf("rfl", at(2, nil, 0)), leaf("omega", at(2, []string{"n", "ih"}, 1))}},
			"by\n  induction n\n  · rfl\n  · rename_i n ih\n    omega"},
		{"several lines", provers.Proof{Action: provers.Action{Text: "constructor"}, Children: []provers.Proof{
			leaf("first\n| rfl\n| simp", at(2, nil, 0)), leaf("simp", at(2, nil, 1))}},
			"by\n  constructor\n  · first\n    | rfl\n    | simp\n  · simp"},
		{"coupled goals around one apart", provers.Proof{Action: provers.Action{Text: "refine ⟨?w, ?h, ?k⟩"}, Children: []provers.Proof{
			leaf("exact (rfl : 1 = 1)", at(3, nil, 0, 2)), leaf("trivial", at(3, nil, 1))}},
			"by\n  refine ⟨?w, ?h, ?k⟩\n  rotate_left 1\n  · trivial\n  rotate_left 1\n  exact (rfl : 1 = 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := session{rootRole: layout{Goals: 1, At: []int{0}}}
			got, err := s.Script(tt.proof)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	t.Run("a goal without proof", func(t *testing.T) {
		s := session{rootRole: layout{Goals: 1, At: []int{0}}}
		if _, err := s.Script(provers.Proof{Action: provers.Action{Text: "constructor"}, Children: []provers.Proof{leaf("rfl", at(2, nil, 0))}}); err == nil {
			t.Error("a proof of one goal of two was written")
		}
	})
}

func TestClassify(t *testing.T) {
	c := newClassifier()
	for _, tt := range []struct {
		message, class string
		status         provers.Status
	}{
		{"unknown tactic", "syntax", provers.Unparsed},
		{"unexpected token ')'; expected term", "syntax", provers.Unparsed},
		{"expected '{' or indented tactic sequence", "syntax", provers.Unparsed},
		{"Expected type must not contain free variables\n  m < 25", "decide", provers.Rejected},
		{"(deterministic) timeout at `whnf`, maximum number of heartbeats (200000) has been reached", "heartbeats", provers.OutOfBudget},
		{"maximum recursion depth has been reached", "recursion", provers.Rejected},
		{"Unknown identifier `foo`", "unknown_identifier", provers.Rejected},
		{"unknown constant 'Nat.foo'", "unknown_identifier", provers.Rejected},
		{"omega could not prove the goal:\na possible counterexample", "arithmetic", provers.Rejected},
		{"`simp` made no progress", "no_progress", provers.Rejected},
		{"`grind` failed\ncase grind", "automation", provers.Rejected},
		{"Type mismatch\n  h", "type_mismatch", provers.Rejected},
		{"failed to synthesize\n  Decidable p", "instance", provers.Rejected},
		{"Tactic `rfl` failed: The left-hand side", "tactic_failed", provers.Rejected},
		{"unsolved goals\n⊢ p", "unsolved", provers.Rejected},
		{"something new", "other", provers.Rejected},
	} {
		if class, status := c.classify(tt.message); class != tt.class || status != tt.status {
			t.Errorf("%q: %s (%s), want %s (%s)", tt.message, class, status, tt.class, tt.status)
		}
	}
}

func TestSuggestions(t *testing.T) {
	got := suggestions("Try these:\n  [apply] solve_by_elim\n  [apply] simp only [Nat.add_zero, h]\n  [apply] grind")
	if len(got) != 3 || got[1] != "simp only [Nat.add_zero, h]" {
		t.Errorf("got %q", got)
	}
	if got := suggestions("Try this:\n  [apply] exact Nat.succ_inj.mp h"); len(got) != 1 || got[0] != "exact Nat.succ_inj.mp h" {
		t.Errorf("got %q", got)
	}
	if got := suggestions("some other message"); got != nil {
		t.Errorf("got %q", got)
	}
}

func FuzzParseGoals(f *testing.F) {
	for _, s := range []string{"n : Nat\n⊢ n = n", "case a\n⊢ p\n\n⊢ ?w", "a✝¹ : p\n⊢ a✝¹", " : \n⊢", "⊢ \n\n ⊢ x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		goals := parseGoals(s)
		covered := 0
		for _, c := range clusters(goals) {
			covered += len(c)
		}
		if covered != len(goals) {
			t.Errorf("clusters cover %d of %d goals", covered, len(goals))
		}
	})
}
