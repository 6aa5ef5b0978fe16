package soundness_test

import (
	"slices"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// FuzzCheck compares the check with what can be said without a parser.
func FuzzCheck(f *testing.F) {
	for _, c := range cheats() {
		f.Add(given, edit(given, c.edits...))
	}
	for _, edits := range annotations() {
		f.Add(given, edit(given, edits...))
		f.Add(edit(given, edits...), given)
	}
	f.Add("method M() { x := a - b; }", "method M() { x := a - assert true; b; }")
	f.Add("function F(): int { 1 }", "function F(): int { assert true; 1 }")
	f.Fuzz(func(t *testing.T, original, candidate string) {
		v := soundness.Check(original, candidate)
		_ = soundness.CheckResolved(original, candidate)
		if v != nil {
			if v.Class == "" || v.Reason == "" {
				t.Fatalf("no reason: %+v", v)
			}
			return
		}
		was, err := syntax.Scan(original)
		if err != nil {
			t.Fatalf("accepted, but the original cannot be read: %v", err)
		}
		is, err := syntax.Scan(candidate)
		if err != nil {
			t.Fatalf("accepted, but the candidate cannot be read: %v", err)
		}
		for _, word := range []string{"assume", "expect", "print", "new", "requires", "modifies", "reads", "method", "class", "axiom", "verify"} {
			// An added lemma may have a precondition.
			if n, m := count(was, word), count(is, word); n > m || n < m && (word != "requires" || count(was, "lemma") == count(is, "lemma")) {
				t.Fatalf("accepted with %d times %q, not %d", m, word, n)
			}
		}
		if !slices.ContainsFunc([]string{"assert", "calc", "invariant", "decreases", "reveal", "lemma", "colemma"}, func(w string) bool { return count(was, w) > 0 }) {
			// Nothing can have been taken away.
			i := 0
			for _, token := range is {
				if i < len(was) && token.Kind == was[i].Kind && token.Text == was[i].Text {
					i++
				}
			}
			if i < len(was) {
				t.Fatalf("accepted without %q", was[i].Text)
			}
		}
		if soundness.Check(candidate, candidate) != nil {
			t.Fatal("an accepted candidate is no annotation of itself")
		}
	})
}

func count(tokens []syntax.Token, word string) (n int) {
	for _, t := range tokens {
		if t.Is(word) {
			n++
		}
	}
	return n
}
