package rpe_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/rpe"
)

// mathlib is a prover that stands for some version of Mathlib: it knows some of
// the tactics, of which one closes every goal. As in Lean, a proof that names a
// tactic that it does not know cannot be parsed.
type mathlib struct {
	known     []string
	forbidden string // a tactic that the rules of the check refuse
	closes    string
	probes    int
	verified  []string
}

func (m *mathlib) Info() provers.Info {
	return provers.Info{Name: "mathlib", Version: "1", Variant: provers.Fake}
}
func (m *mathlib) Close() error { return nil }

func (m *mathlib) Open(_ context.Context, p provers.Problem, _ provers.Limits) (provers.Session, error) {
	if strings.Contains(p.Statement, "_tactics") {
		m.probes++
	}
	return &mathlibSession{m}, nil
}

func (m *mathlib) status(text string) provers.Status {
	words := strings.Fields(text)
	for _, tactic := range []string{"norm_num", "ring_nf", "rw_search", "aesop"} {
		switch {
		case !slices.Contains(words, tactic):
		case tactic == m.forbidden:
			return provers.Forbidden
		case !slices.Contains(m.known, tactic):
			return provers.Unparsed
		}
	}
	if slices.Contains(words, m.closes) && !slices.Contains(words, "fail") {
		return provers.Solved
	}
	return provers.Rejected
}

func (m *mathlib) Verify(_ context.Context, c provers.Claim) (provers.Verdict, error) {
	m.verified = append(m.verified, c.Proof)
	accepted := m.status(c.Proof) == provers.Solved
	return provers.Verdict{Accepted: accepted, Class: "prover_error"}, nil
}

type mathlibSession struct{ *mathlib }

func (s *mathlibSession) Root() provers.State { return provers.State{Key: "root"} }
func (s *mathlibSession) Try(_ context.Context, _ provers.State, actions []provers.Action, _ provers.Limits) ([]provers.Outcome, error) {
	outcomes := make([]provers.Outcome, len(actions))
	for i, a := range actions {
		outcomes[i].Status = s.status(a.Text)
	}
	return outcomes, nil
}
func (s *mathlibSession) Restore(context.Context, []provers.Step) (provers.State, error) {
	return s.Root(), nil
}
func (s *mathlibSession) Script(p provers.Proof) (string, error) { return p.Action.Text, nil }
func (s *mathlibSession) Restarts() (int, string)                { return 0, "" }

// TestProfileChoice shows which list is used with which Mathlib, and that a
// tactic that one does not know spoils nothing.
func TestProfileChoice(t *testing.T) {
	paper := []string{"norm_num", "ring_nf", "rw_search", "aesop"}
	modern := []string{"norm_num", "ring_nf", "aesop"}
	for _, tt := range []struct {
		name     string
		prover   mathlib
		preamble string
		profile  string // asked for
		want     string
		tactic   string
		proof    string
		missing  string // of a ProfileError
	}{
		{"the Mathlib of the paper", mathlib{known: paper, closes: "rw_search"}, "import Mathlib\n", "auto", "rpe-2505", "rw_search", "try rfl\ntry norm_num\ntry ring_nf\ntry rw_search", ""},
		{"the first tactic that closes it is named", mathlib{known: paper, closes: "norm_num"}, "import Mathlib\n", "auto", "rpe-2505", "norm_num", "try rfl\ntry norm_num", ""},
		{"a Mathlib without rw_search", mathlib{known: modern, closes: "aesop"}, "import Mathlib\n", "auto", "rpe-modern", "aesop", "try rfl\ntry norm_num\ntry ring_nf\ntry aesop", ""},
		{"rw_search that the check refuses", mathlib{known: paper, forbidden: "rw_search", closes: "aesop"}, "import Mathlib.Tactic\n", "auto", "rpe-modern", "aesop", "try rfl\ntry norm_num\ntry ring_nf\ntry aesop", ""},
		{"the paper's list where it cannot be had", mathlib{known: modern, closes: "rfl"}, "import Mathlib\n", "rpe-2505", "", "", "", "rw_search"},
		{"the modern list on the paper's Mathlib", mathlib{known: paper, closes: "aesop"}, "import Mathlib\n", "rpe-modern", "rpe-modern", "aesop", "try rfl\ntry norm_num\ntry ring_nf\ntry aesop", ""},
		{"a part of Mathlib without the tactics", mathlib{closes: "omega"}, "import Mathlib.Logic.Basic\n", "auto", "rpe-core-1", "omega", "omega", ""},
		{"no Mathlib", mathlib{known: paper, closes: "omega"}, "import Std\n", "auto", "rpe-core-1", "omega", "omega", ""},
		{"core by choice", mathlib{known: paper, closes: "omega"}, "import Mathlib\n", "rpe-core-1", "rpe-core-1", "omega", "omega", ""},
		{"an unknown profile", mathlib{}, "", "rpe-1", "", "", "", "known are"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &tt.prover
			j := rpe.New(rpe.Config{Prover: m, Fresh: m, Profile: tt.profile})
			q := rpe.Query{Name: "q", Preamble: tt.preamble, Type: "Nat", Answer: rpe.Side{Text: "5"}, Reference: rpe.Side{Text: "5"}}
			r, err := j.Judge(t.Context(), q)
			if tt.missing != "" {
				var e *rpe.ProfileError
				if !errors.As(err, &e) || !strings.Contains(e.Error(), tt.missing) {
					t.Errorf("error %v; want one about %s", err, tt.missing)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != rpe.Equivalent || r.Profile != tt.want || r.Tactic != tt.tactic || r.Proof != tt.proof {
				t.Errorf("%s by %s of %s: %q; want %s of %s: %q", r.Status, r.Tactic, r.Profile, r.Proof, tt.tactic, tt.want, tt.proof)
			}
			if !r.Fresh || len(m.verified) != 1 {
				t.Errorf("%d checks, fresh: %v", len(m.verified), r.Fresh)
			}
			before := m.probes
			if _, err := j.Judge(t.Context(), q); err != nil || m.probes != before || before > 1 {
				t.Errorf("the tactics were looked for %d times, then %d: %v", before, m.probes, err)
			}
		})
	}
}

// TestRefusedProof checks that nothing but the verifier makes an answer equivalent.
func TestRefusedProof(t *testing.T) {
	m := &mathlib{closes: "omega"}
	refusing := verifier(func() (provers.Verdict, error) {
		return provers.Verdict{Class: "axiom", Reason: "it uses an axiom"}, nil
	})
	failing := verifier(func() (provers.Verdict, error) { return provers.Verdict{Accepted: true}, errors.New("no prover") })
	q := rpe.Query{Type: "Nat", Answer: rpe.Side{Text: "5"}, Reference: rpe.Side{Text: "5"}}

	r, err := rpe.New(rpe.Config{Prover: m, Warm: refusing, Fresh: m}).Judge(t.Context(), q)
	if err != nil || r.Status != rpe.NotShown || r.Kind != rpe.Refused || r.Fresh || !strings.Contains(r.Message, "it uses an axiom") {
		t.Errorf("refused: %+v, error %v", r, err)
	}
	r, err = rpe.New(rpe.Config{Prover: m, Warm: refusing, Fresh: m, FreshOnly: true}).Judge(t.Context(), q)
	if err != nil || r.Status != rpe.Equivalent || !r.Fresh {
		t.Errorf("fresh: %+v, error %v", r, err)
	}
	if r, err = rpe.New(rpe.Config{Prover: m, Fresh: failing}).Judge(t.Context(), q); err == nil || r.Status == rpe.Equivalent {
		t.Errorf("failing: %+v, error %v", r, err)
	}
}

type verifier func() (provers.Verdict, error)

func (v verifier) Verify(context.Context, provers.Claim) (provers.Verdict, error) { return v() }

// TestSeveralReferences checks that any reference is enough and each is reported.
func TestSeveralReferences(t *testing.T) {
	m := &mathlib{closes: "omega"}
	j := rpe.New(rpe.Config{Prover: m, Fresh: m, Limits: provers.Limits{Wall: time.Second}})
	q := rpe.Query{Type: "Nat", Answer: rpe.Side{Text: "5"}}
	report, err := j.All(t.Context(), q, []rpe.Side{{Text: "sorry"}, {Text: "5"}, {Text: "5"}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Status != rpe.Equivalent || len(report.References) != 3 || report.References[0].Kind != rpe.Forbidden {
		t.Errorf("%+v", report)
	}
	if _, err := j.All(t.Context(), q, nil); err == nil {
		t.Error("no reference is no error")
	}
}

func TestInterrupted(t *testing.T) {
	cause := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	m := &mathlib{closes: "nothing"}
	if _, err := rpe.New(rpe.Config{Prover: m, Fresh: m}).Judge(ctx, rpe.Query{Type: "Nat", Answer: rpe.Side{Text: "5"}, Reference: rpe.Side{Text: "5"}}); !errors.Is(err, cause) {
		t.Errorf("error %v, want the cause", err)
	}
}
