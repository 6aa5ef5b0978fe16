package dfps

import (
	"context"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/policy"
)

func problem(intros []fps.Binder, typ string, outros ...fps.Binder) Problem {
	return Problem{fps.Problem{Name: "p", Intros: intros, Answers: []fps.Binder{{Name: "answer", Type: typ}}, Outros: outros}}
}

func TestEncoding(t *testing.T) {
	tests := []struct {
		name                     string
		problem                  Problem
		forward, backward, shell string
	}{
		{
			name:     "assumptions and the query are hypotheses of the forward part",
			problem:  problem([]fps.Binder{{Name: "n", Type: "Nat"}}, "ℕ", fps.Binder{Name: "b", Type: "ℕ"}, fps.Binder{Name: "h₀", Type: "b = n"}, fps.Binder{Name: "h", Type: "answer = b"}),
			forward:  "theorem p_forward :\n  ∀ (n : Nat) (answer : ℕ),\n  ∃ (h_submission : Prop),\n  ∀ (b : ℕ) (h₀ : b = n) (h : answer = b),\n  h_submission",
			backward: "theorem p_backward :\n  ∀ (n : Nat) (answer : ℕ) (h_submission : answer = 9),\n  ∀ (b : ℕ) (h₀ : b = n),\n  (answer = b)",
			shell:    "intro n answer\nrefine ⟨?w, ?h⟩\ncase' h => intro b h₀ h",
		},
		{
			name:     "an earlier hypothesis on the answer is to be proved by the backward part",
			problem:  problem(nil, "ℕ", fps.Binder{Name: "h₀", Type: "answer < 100"}, fps.Binder{Name: "h", Type: "answer * 9 % 100 = 1"}),
			forward:  "theorem p_forward :\n  ∀ (answer : ℕ),\n  ∃ (h_submission : Prop),\n  ∀ (h₀ : answer < 100) (h : answer * 9 % 100 = 1),\n  h_submission",
			backward: "theorem p_backward :\n  ∀ (answer : ℕ) (h_submission : answer = 9),\n  (answer < 100) ∧ (answer * 9 % 100 = 1)",
			shell:    "intro answer\nrefine ⟨?w, ?h⟩\ncase' h => intro h₀ h",
		},
		{
			name:     "a requirement on all values of a variable is one hypothesis",
			problem:  problem(nil, "ℕ", fps.Binder{Name: "x", Type: "Fin answer"}, fps.Binder{Name: "h", Type: "x.val < 5"}),
			forward:  "theorem p_forward :\n  ∀ (answer : ℕ),\n  ∃ (h_submission : Prop),\n  ∀ (h : (∀ (x : Fin answer), (x.val < 5))),\n  h_submission",
			backward: "theorem p_backward :\n  ∀ (answer : ℕ) (h_submission : answer = 9),\n  (∀ (x : Fin answer), (x.val < 5))",
			shell:    "intro answer\nrefine ⟨?w, ?h⟩\ncase' h => intro h",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forward, err := test.problem.Forward()
			if err != nil {
				t.Fatal(err)
			}
			if forward.Statement != test.forward || forward.Kind != provers.Find {
				t.Errorf("forward (%s)\n%s\nwant\n%s", forward.Kind, forward.Statement, test.forward)
			}
			backward, err := test.problem.Backward("answer = 9")
			if err != nil {
				t.Fatal(err)
			}
			if backward.Statement != test.backward || backward.Kind != provers.Prove {
				t.Errorf("backward (%s)\n%s\nwant\n%s", backward.Kind, backward.Statement, test.backward)
			}
			if got := test.problem.Shell(); got != test.shell {
				t.Errorf("shell\n%s\nwant\n%s", got, test.shell)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	p := problem([]fps.Binder{{Name: "n", Type: "Nat"}}, "Nat", fps.Binder{Name: "h", Type: "answer = n"})
	for explicit, want := range map[string]fps.Form{
		"@Eq Nat answer (@OfNat.ofNat Nat (nat_lit 9) i)": fps.NormalForm,
		"@Eq Nat answer n": fps.NormalForm,
		"Or (@Eq Nat answer (nat_lit 1)) (@Eq Nat answer (nat_lit 2))":      fps.NormalForm,
		"@Eq Nat answer (@HMod.hMod Nat Nat Nat i (nat_lit 9) (nat_lit 4))": fps.Unevaluated,
		"True":                                fps.NoAnswer,
		"@Eq Nat n n":                         fps.NoAnswer,
		"@LT.lt Nat i n (nat_lit 3)":          fps.NoAnswer,
		"@Eq Nat answer (Classical.choose h)": fps.NoAnswer,
	} {
		if got, why := p.Judge(provers.Answer{Text: explicit, Explicit: explicit}); got != want {
			t.Errorf("%s: %s (%s), want %s", explicit, got, why, want)
		}
	}
}

// fixed proposes the same actions everywhere.
type fixed []string

func (f fixed) Name() string { return "fixed" }

func (f fixed) Propose(context.Context, policy.Request) ([]policy.Candidate, error) {
	var list []policy.Candidate
	for _, text := range f {
		list = append(list, policy.Candidate{Action: provers.Action{Text: text}})
	}
	return list, nil
}

func TestPolicy(t *testing.T) {
	inner := fixed{"assumption", "exact h₀", "omega", "simp_all", "subst h₀", "obtain ⟨a, b⟩ := h₀", "simp at h₀", "constructor", "trivial\nsimp at h₀"}
	p := NewPolicy(problem(nil, "Nat", fps.Binder{Name: "b", Type: "Nat"}, fps.Binder{Name: "h₀", Type: "b = 3"}, fps.Binder{Name: "h", Type: "answer = b + 1"}), inner)
	propose := func(depth int, state provers.State) []string {
		list, err := p.Propose(t.Context(), policy.Request{State: state, Depth: depth, Max: 50})
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, c := range list {
			texts = append(texts, c.Action.Text)
		}
		return texts
	}
	if got := propose(0, provers.State{Goals: []provers.Goal{{Target: "∀ answer, …"}}}); len(got) != 1 || got[0] != p.shell {
		t.Errorf("at the root: %q", got)
	}
	hypotheses := []provers.Hypothesis{{Names: []string{"answer", "b"}, Type: "Nat"}, {Names: []string{"h₀"}, Type: "b = 3"}, {Names: []string{"h"}, Type: "answer = b + 1"}}
	open := func(more ...provers.Hypothesis) provers.State {
		return provers.State{Goals: []provers.Goal{
			{Case: "h", Hypotheses: append(append([]provers.Hypothesis{}, hypotheses...), more...), Target: "?w", Metavariables: []string{"?w"}},
			{Case: "w", Target: "Prop", Metavariable: "?w"}}}
	}
	got := propose(1, open())
	if len(got) == 0 || got[0] != "have h_submission : answer = 4 := ?_" {
		t.Errorf("the computed fact does not come first: %q", got)
	}
	for _, text := range got {
		// Nothing may fill in the submission but exact of a fact about the answer.
		if !strings.HasPrefix(text, "have ") && text != "subst h₀" && !strings.HasPrefix(text, "obtain ") && text != "simp at h₀" {
			t.Errorf("proposes %q", text)
		}
	}
	got = propose(2, open(provers.Hypothesis{Names: []string{"h_submission"}, Type: "answer = 4"}))
	if len(got) == 0 || got[0] != "exact h_submission" {
		t.Errorf("the fact is not submitted: %q", got)
	}
	// Where the submission is not open, everything goes.
	if got := propose(2, provers.State{Goals: []provers.Goal{{Hypotheses: hypotheses, Target: "answer = 4"}}}); len(got) != len(inner) {
		t.Errorf("at another goal: %q", got)
	}
}
