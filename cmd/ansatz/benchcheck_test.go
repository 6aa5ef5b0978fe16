package main

import (
	"context"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
)

// strict accepts one proof of one statement.
type strict struct {
	statement, proof string
	answers          []provers.Answer
}

func (s strict) Verify(_ context.Context, c provers.Claim) (provers.Verdict, error) {
	v := provers.Verdict{Text: c.Problem.Statement + " := " + c.Proof, Answers: s.answers}
	if v.Accepted = c.Problem.Statement == s.statement && c.Proof == s.proof; !v.Accepted {
		v.Class, v.Reason = "rejected", "not this proof"
	}
	return v, nil
}

// TestRecheck changes what a run says of a proof in every way that a worker could.
func TestRecheck(t *testing.T) {
	record, err := dataset.FromStatement("∃ x : Nat, x = 2")
	if err != nil {
		t.Fatal(err)
	}
	find := *record.Find
	encoded, err := find.Prover()
	if err != nil {
		t.Fatal(err)
	}
	problems := map[string]plan.Problem{
		"p": {Name: "p", Prover: "lean", Prove: &provers.Problem{Name: "p", Statement: "theorem p : True"}},
		"q": {Name: "q", Prover: "lean", Find: &find},
	}
	proved := trial.Trial{Key: trial.Key{Problem: "p"}, Result: trial.Solved, Proof: "trivial", Text: "theorem p : True := trivial"}
	answered := trial.Trial{Key: trial.Key{Problem: "q"}, Result: trial.Solved, Proof: "⟨2, rfl⟩", Text: encoded.Statement + " := ⟨2, rfl⟩", Answer: "2", Method: "fps"}
	for _, c := range []struct {
		name   string
		trial  trial.Trial
		change func(*trial.Trial)
		want   string // class; empty is accepted
	}{
		{"a proof", proved, func(*trial.Trial) {}, ""},
		{"an answer", answered, func(*trial.Trial) {}, ""},
		{"another proof", proved, func(t *trial.Trial) { t.Proof = "sorry" }, "rejected"},
		{"no proof", proved, func(t *trial.Trial) { t.Proof = "" }, classOtherText},
		{"another text", proved, func(t *trial.Trial) { t.Text = "theorem p : False := trivial" }, classOtherText},
		{"another answer", answered, func(t *trial.Trial) { t.Answer = "3" }, classOtherAnswer},
		{"another method", answered, func(t *trial.Trial) { t.Method = "dfps" }, "rejected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := c.trial
			c.change(&one)
			s := strict{"theorem p : True", "trivial", nil}
			if one.Problem == "q" {
				s = strict{encoded.Statement, "⟨2, rfl⟩", []provers.Answer{{Text: "2"}}}
			}
			e := &executor{conns: map[string]*connection{"lean": {verifier: s}}}
			v, err := e.verify(t.Context(), one, problems[one.Problem])
			if err != nil {
				t.Fatal(err)
			}
			if v.Accepted != (c.want == "") || v.Class != c.want {
				t.Errorf("accepted %t, class %q (%s), want %q", v.Accepted, v.Class, v.Reason, c.want)
			}
		})
	}
	e := &executor{conns: map[string]*connection{}}
	if _, err := e.verify(t.Context(), proved, problems["p"]); err == nil {
		t.Error("checked without a prover")
	}
}
