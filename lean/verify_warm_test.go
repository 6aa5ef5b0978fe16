package lean

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// TestRealWarmVerdicts gives the warm check what must not be believed, one claim
// after another, so that each finds what those before have left on the worker.
func TestRealWarmVerdicts(t *testing.T) {
	p := New(realLean(t), Config{})
	defer p.Close()
	v := p.WarmVerifier()
	wrong := problem("theorem wrong (n : Nat) : n + 1 = n")
	with := func(preamble string) provers.Problem {
		return provers.Problem{Name: wrong.Name, Kind: provers.Prove, Preamble: preamble, Statement: wrong.Statement}
	}
	for _, tt := range []struct {
		name    string
		problem provers.Problem
		proof   string
		class   string // empty: accepted
	}{
		{"a proof", problem("theorem two (n : Nat) : n + 0 = n"), "by\n  simp", ""},
		{"a false statement", wrong, "by\n  omega", "prover_error"},
		{"a lemma for what follows", with("theorem assumed (n : Nat) : n + 1 = n := sorry\n"), "by\n  exact Nat.succ_ne_self n", "prover_error"},
		{"a lemma of an earlier text", wrong, "assumed n", "prover_error"},
		{"the theorem of an earlier text", wrong, "two n", "prover_error"},
		{"the helper of a session", wrong, "ansatz_fork (two n) rfl", "prover_error"},
		{"sorry", wrong, "by\n  sorry", "sorry"},
		{"sorry under another name", with("macro \"finish\" : tactic => `(tactic| sorry)\n"), "by\n  finish", "sorry"},
		{"a macro of an earlier text", wrong, "by\n  finish", "prover_error"},
		{"an option of an earlier text", with("set_option warn.sorry false\nmacro \"finish\" : tactic => `(tactic| sorry)\n"), "by\n  exact absurd rfl (by finish)", "prover_error"},
		{"an end that comes too early", wrong, "by\n  omega\n  #exit", "forbidden"},
		{"a proof again", problem("theorem two (n : Nat) : n + 0 = n"), "rfl", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, p, tt.problem) // as before every check: something is tried
			try(t, s, s.Root(), provers.Limits{}, "rfl", "simp")
			s.Close()
			verdict, err := v.Verify(t.Context(), provers.Claim{Problem: tt.problem, Proof: tt.proof})
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Accepted != (tt.class == "") || verdict.Class != tt.class {
				t.Errorf("accepted %v, class %q, want %q: %s", verdict.Accepted, verdict.Class, tt.class, verdict.Reason)
			}
		})
	}
}

// TestRealWarmWorkerDies checks that a worker that died while it was idle costs
// no verdict, and that a proof that never ends costs no more than its time.
func TestRealWarmWorkerDies(t *testing.T) {
	p := New(realLean(t), Config{VerifyTimeout: 5 * time.Second})
	defer p.Close()
	v := p.WarmVerifier()
	good := provers.Claim{Problem: problem("theorem two (n : Nat) : n + 0 = n"), Proof: "rfl"}
	accepted := func(when string) {
		t.Helper()
		if verdict, err := v.Verify(t.Context(), good); err != nil || !verdict.Accepted {
			t.Errorf("%s: accepted %v (%s), error %v", when, verdict.Accepted, verdict.Reason, err)
		}
	}
	accepted("at first")
	p.mu.Lock()
	idle := len(p.idle)
	if idle == 1 {
		p.idle[0].process.Kill(process.Reason("test"))
	}
	p.mu.Unlock()
	if idle != 1 {
		t.Fatalf("%d idle workers after a check", idle)
	}
	accepted("after a death")

	endless := provers.Claim{Problem: problem("theorem endless : ∀ x, x < 3000 → ∀ y, y < 3000 → x * y ≠ 8999999999"), Proof: "by\n  decide +kernel"}
	verdict, err := v.Verify(t.Context(), endless)
	if err != nil || verdict.Accepted || verdict.Class != classTimedOut && verdict.Class != classCrashed {
		t.Errorf("endless: accepted %v, class %q, error %v", verdict.Accepted, verdict.Class, err)
	}
	accepted("after one that does not end")

	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := v.Verify(ctx, endless); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: error %v", err)
	}
	accepted("after an interrupt")
}
