package lean

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/lean/npm"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

// envTestLean names the folder of the npm Lean that tests drive.
const envTestLean = "ANSATZ_TEST_LEAN_DIR"

// realLean is the npm Lean, or the test is skipped aloud.
func realLean(t testing.TB) Installation {
	t.Helper()
	dir := os.Getenv(envTestLean)
	if dir == "" {
		t.Skip("SKIPPED: no real Lean; set " + envTestLean + " to the folder of 'ansatz provers install lean --dir', or run 'make test'")
	}
	in, ok, err := npm.Find(dir)
	if err != nil || !ok {
		t.Fatalf("%s=%s has no usable npm Lean: %v", envTestLean, dir, err)
	}
	if !in.Current {
		if in, err = npm.Refresh(t.Context(), npm.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Find(t.Context(), FindOptions{NpmDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Npm != nil && f.Usable {
			return f.Installation()
		}
	}
	t.Fatal("npm Lean is installed but was not found")
	return Installation{}
}

// shared is one prover for all tests that leave it intact: a Lean takes seconds
// to start, and gigabytes.
type sharedProver struct {
	once   sync.Once
	prover *Prover
}

var shared sharedProver //nolint:gochecknoglobals // of the test binary only

func TestMain(m *testing.M) {
	if file := os.Getenv(envReplay); file != "" {
		os.Exit(replay(file))
	}
	code := m.Run()
	if shared.prover != nil {
		shared.prover.Close()
	}
	os.Exit(code)
}

func realProver(t testing.TB) *Prover {
	in := realLean(t)
	shared.once.Do(func() { shared.prover = New(in, Config{}) })
	return shared.prover
}

func problem(statement string) provers.Problem {
	name, _, _ := strings.Cut(strings.TrimPrefix(statement, "theorem "), " ")
	return provers.Problem{Name: name, Kind: provers.Prove, Statement: statement}
}

func open(t testing.TB, p *Prover, problem provers.Problem) provers.Session {
	t.Helper()
	s, err := p.Open(t.Context(), problem, provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func tactics(texts ...string) []provers.Action {
	list := make([]provers.Action, len(texts))
	for i, s := range texts {
		list[i].Text = s
	}
	return list
}

func try(t testing.TB, s provers.Session, from provers.State, l provers.Limits, texts ...string) []provers.Outcome {
	t.Helper()
	outcomes, err := s.Try(t.Context(), from, tactics(texts...), l)
	if err != nil {
		t.Fatal(err)
	}
	if len(outcomes) != len(texts) {
		t.Fatalf("%d outcomes for %d actions", len(outcomes), len(texts))
	}
	return outcomes
}

func TestRealConformance(t *testing.T) {
	p := realProver(t)
	tactic := func(text string, children ...proverstest.Tactic) proverstest.Tactic {
		return proverstest.Tactic{Action: provers.Action{Text: text}, Children: children}
	}
	proverstest.Conformance(t, proverstest.Suite{
		Prover: p, Verifier: NewVerifier(realLean(t), Config{}),
		Samples: []proverstest.Sample{
			{
				Problem: problem("theorem split_and_induct (n : Nat) (p q : Prop) (hp : p) (hq : p → q) : (p ∧ q) ∧ 0 + n = n"),
				Proof: tactic("constructor",
					tactic("exact ⟨hp, hq hp⟩"),
					tactic("induction n", tactic("rfl"), tactic("omega"))),
				Wrong:     tactics("exact hp", "omega", "simp [no_such_lemma]", "exact (", "nlinarith"),
				Forbidden: tactics("sorry", "exact sorryAx _ true", "native_decide", "run_tac pure ()"),
			},
			{
				Problem: problem("theorem coupled (m n : Nat) (h : n = m) : ∃ k, k + m = n"),
				Proof: tactic("refine ⟨?w, ?h⟩",
					proverstest.Tactic{Action: provers.Action{Goal: 1, Text: "rw [h]"}, Children: []proverstest.Tactic{tactic("exact Nat.zero_add m")}}),
				Wrong: tactics("exact ⟨1, rfl⟩"),
			},
			{
				Problem: provers.Problem{Name: "Foo.in_namespace", Kind: provers.Prove,
					Preamble: "namespace Foo\nnotation \"ℕ\" => Nat\nvariable (k : ℕ)\n\n", Statement: "theorem in_namespace (h : k = 2) : k + k = 4", Closing: "\n\nend Foo"},
				Proof: tactic("subst h", tactic("rfl")),
			},
		},
		Limits: provers.Limits{Units: 20_000, Wall: 30 * time.Second},
	})
}

// TestRealOutcomes checks that each action of a batch gets its own outcome,
// whatever the others do.
func TestRealOutcomes(t *testing.T) {
	s := open(t, realProver(t), problem("theorem batch (n m : Nat) (h : n < 5) (e : m = n * n) : m < 25 ∧ True"))
	left := try(t, s, s.Root(), provers.Limits{}, "constructor")[0].Next
	if len(left) != 2 {
		t.Fatalf("constructor leaves %d states", len(left))
	}
	for _, tt := range []struct {
		tactic string
		status provers.Status
		class  string
		next   int
	}{
		{"subst e", provers.Progress, "", 1},
		{"omega", provers.Rejected, "arithmetic", 0},
		{"nonsense tactic", provers.Unparsed, "syntax", 0},
		{"have : n * n ≤ 4 * 4 := Nat.mul_le_mul (by omega) (by omega)\nomega", provers.Solved, "", 0},
		{"simp [e", provers.Unparsed, "syntax", 0},
		{"induction n", provers.Progress, "", 2},
		{"skip", provers.Rejected, "no_progress", 0},
		{"exact nothing_like_it", provers.Rejected, "unknown_identifier", 0},
		{"have x : n = 7 := by omega\nomega", provers.Rejected, "arithmetic", 0},
		{"exact?", provers.Rejected, "", 0},
	} {
		t.Run(tt.tactic, func(t *testing.T) {
			for _, batch := range [][]string{{tt.tactic}, {"rfl", tt.tactic, "skip"}} {
				at := len(batch) / 2
				o := try(t, s, left[0], provers.Limits{Units: 200_000}, batch...)[at]
				if o.Status != tt.status || tt.class != "" && o.Class != tt.class || len(o.Next) != tt.next {
					t.Errorf("in a batch of %d: %s (%s) with %d states: %s", len(batch), o.Status, o.Class, len(o.Next), o.Message)
				}
			}
		})
	}
}

func TestRealInvalidProblems(t *testing.T) {
	p := realProver(t)
	for _, tt := range []struct{ name, preamble, statement, want string }{
		{"unknown identifier", "", "theorem bad : Nat.no_such_thing = 1", "no_such_thing"},
		{"syntax", "", "theorem bad (n : Nat : n = n", "does not elaborate"},
		{"preamble", "open NoSuchNamespace\n", "theorem fine : 1 = 1", "before the statement"},
		{"unknown import", "import NoSuchModule\n", "theorem fine : 1 = 1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := p.Open(t.Context(), provers.Problem{Name: "bad", Preamble: tt.preamble, Statement: tt.statement}, provers.Limits{})
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error does not name the cause: %v", err)
			}
		})
	}
}

func TestRealUnicodeAndLongLines(t *testing.T) {
	s := open(t, realProver(t), provers.Problem{Name: "unicode", Preamble: "/- 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " + strings.Repeat("x", 100_000) + " -/\n",
		Statement: "theorem unicode («a b» αβ₁ 𝓍 : Nat) (h' : «a b» = αβ₁) (h'' : αβ₁ = 𝓍) : «a b» = 𝓍"})
	if o := try(t, s, s.Root(), provers.Limits{}, "rfl", "rw [h', h''] -- "+strings.Repeat("𝔁", 20_000)); o[1].Status != provers.Solved {
		t.Errorf("%s: %s", o[1].Status, o[1].Message)
	}
}

// TestRealSurvives has one subtest for each way in which npm Lean was seen to
// die. The search must go on with the next action.
func TestRealSurvives(t *testing.T) {
	p := New(realLean(t), Config{})
	defer p.Close()
	sound := func(t *testing.T, s provers.Session) {
		t.Helper()
		if o := try(t, s, s.Root(), provers.Limits{}, "exact Nat.zero_add n"); o[0].Status != provers.Solved {
			t.Errorf("after it, a good action ends as %s: %s", o[0].Status, o[0].Message)
		}
	}
	statement := "theorem survive (n : Nat) : 0 + n = n"
	for _, tt := range []struct{ name, tactic string }{
		// INTERNAL PANIC: Nat.pow exponent is too big
		{"exponent too big for the kernel", "have h : 2 ^ 100000000000 % 3 = 1 := by decide +kernel\nomega"},
		// RangeError: Maximum call stack size exceeded
		{"recursion too deep for the stack", "have h : (List.replicate 1000000 0).foldr (· + ·) 0 = 0 := by set_option maxRecDepth 100000000 in decide +kernel\nomega"},
		{"runs for ever", "have h : ∀ x, x < 3000 → ∀ y, y < 3000 → x * y ≠ 8999999999 := by decide +kernel\nomega"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, p, problem(statement))
			o := try(t, s, s.Root(), provers.Limits{Units: 20_000, Wall: 5 * time.Second}, "rfl", tt.tactic, "exact Nat.zero_add _")
			if o[1].Status.Accepted() {
				t.Errorf("the bad action ended as %s", o[1].Status)
			}
			if o[2].Status != provers.Solved {
				t.Errorf("the action behind it ended as %s: %s", o[2].Status, o[2].Message)
			}
			t.Logf("the bad action ended as %s: %.200s", o[1].Status, o[1].Message)
			sound(t, s)
		})
	}
	// Out of memory after some 400 threads, that is 25 edits, without the launcher's cure.
	t.Run("many edits", func(t *testing.T) {
		s := open(t, p, problem(statement))
		for range 60 {
			try(t, s, s.Root(), provers.Limits{}, "rfl", "simp", "cases n")
		}
		if n, reason := s.Restarts(); n > 0 {
			t.Errorf("%d restarts: %s", n, reason)
		}
		sound(t, s)
	})
	t.Run("killed at a random moment", func(t *testing.T) {
		s := open(t, p, problem(statement))
		w := s.(*session).worker
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.process.Kill(process.Reason("test"))
		}()
		o := try(t, s, s.Root(), provers.Limits{}, "cases n", "exact Nat.zero_add n", "rfl")
		<-done
		if o[1].Status != provers.Solved {
			t.Errorf("the action ended as %s: %s", o[1].Status, o[1].Message)
		}
		sound(t, s)
	})
}

// TestRealCancel checks that a cancelled Try returns at once, and that Close
// leaves no process.
func TestRealCancel(t *testing.T) {
	p := New(realLean(t), Config{})
	s := open(t, p, problem("theorem slow (n : Nat) : 0 + n = n"))
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	o, err := s.Try(ctx, s.Root(), tactics("have h : ∀ x, x < 3000 → ∀ y, y < 3000 → x * y ≠ 8999999999 := by decide +kernel\nomega"), provers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if o[0].Status != provers.Interrupted {
		t.Errorf("it ended as %s", o[0].Status)
	}
	child := s.(*session).worker.process
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-child.Done():
	case <-time.After(5 * time.Second):
		t.Error("the process lives on after Close")
	}
}

// TestRealVerdicts checks claims that must not be believed, with the real Lean
// where the text alone does not give them away.
func TestRealVerdicts(t *testing.T) {
	v := NewVerifier(realLean(t), Config{})
	two := problem("theorem two (n : Nat) : n + 0 = n")
	wrong := problem("theorem wrong (n : Nat) : n + 1 = n")
	for _, tt := range []struct {
		name    string
		problem provers.Problem
		proof   string
		class   string // empty: accepted
	}{
		{"a proof", two, "by\n  simp", ""},
		{"a term", two, "rfl", ""},
		{"a false statement", wrong, "by\n  omega", "prover_error"},
		{"sorry", wrong, "by\n  sorry", "sorry"},
		{"sorry under another name", provers.Problem{Name: "wrong", Preamble: "macro \"finish\" : tactic => `(tactic| sorry)\n", Statement: wrong.Statement}, "by\n  finish", "sorry"},
		{"a lemma that rests on sorry", provers.Problem{Name: "wrong", Preamble: "theorem lemma1 (n : Nat) : n + 1 = n := sorry\n", Statement: wrong.Statement}, "lemma1 n", ""},
		{"decide with a wrong instance", provers.Problem{Name: "wrong", Statement: "theorem wrong : 1 = 2"}, "@of_decide_eq_true _ (.isTrue (by assumption)) rfl", "prover_error"},
		{"an error inside", wrong, "by\n  have h : n = n + 1 := by omega\n  exact h.symm", "prover_error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			verdict, err := v.Verify(t.Context(), provers.Claim{Problem: tt.problem, Proof: tt.proof})
			if err != nil {
				t.Fatal(err)
			}
			if tt.name == "a lemma that rests on sorry" {
				if verdict.Accepted {
					t.Error("it was accepted")
				}
				return
			}
			if verdict.Accepted != (tt.class == "") || verdict.Class != tt.class {
				t.Errorf("accepted %v, class %q: %s", verdict.Accepted, verdict.Class, verdict.Reason)
			}
		})
	}
}
