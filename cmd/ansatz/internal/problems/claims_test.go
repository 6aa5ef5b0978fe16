package problems

import (
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/lean/source"
)

func parse(t *testing.T, text string) source.File {
	t.Helper()
	file, err := source.ParseFile("test.lean", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // statement | proof
		unclear    int
	}{
		{"term", "theorem a : 1 = 1 := rfl", []string{"theorem a : 1 = 1|rfl"}, 0},
		{"block", "theorem a : 1 = 1 := by\n  have h : 1 = 1 := rfl\n  exact h\n", []string{"theorem a : 1 = 1|by\n  have h : 1 = 1 := rfl\n  exact h"}, 0},
		{"next line", "theorem a : 1 = 1 :=\n  rfl", []string{"theorem a : 1 = 1|\n  rfl"}, 0},
		{"let in the statement", "theorem a : let x := 1; x = 1 := rfl", []string{"theorem a : let x := 1; x = 1|rfl"}, 0},
		{"default argument", "theorem a (n : Nat := 3) : n = n := rfl", []string{"theorem a (n : Nat := 3) : n = n|rfl"}, 0},
		{"several", "theorem a : 1 = 1 := rfl\ndef x := 2\nexample : x = 2 := rfl\nlemma b : x = 2 := sorry",
			[]string{"theorem a : 1 = 1|rfl", "example : x = 2|rfl", "lemma b : x = 2|sorry"}, 0},
		{"pattern matching", "theorem a : ∀ n : Nat, n = n\n  | 0 => rfl\n  | _ => rfl\ntheorem b : 1 = 1 := rfl", []string{"theorem b : 1 = 1|rfl"}, 1},
		{"nothing", "def x := 1", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims, unclear := Claims(parse(t, c.text))
			var got []string
			for _, claim := range claims {
				got = append(got, claim.Problem.Statement+"|"+claim.Proof)
			}
			if strings.Join(got, "\n---\n") != strings.Join(c.want, "\n---\n") || len(unclear) != c.unclear {
				t.Errorf("got %q and %d unclear, want %q and %d", got, len(unclear), c.want, c.unclear)
			}
		})
	}
}

// TestClaimsPreamble checks that a claim has all proofs before it, not sorry.
func TestClaimsPreamble(t *testing.T) {
	text := "namespace N\ntheorem a : 1 = 1 := rfl\ntheorem b : 1 = 1 := a\nend N\n"
	claims, _ := Claims(parse(t, text))
	if len(claims) != 2 {
		t.Fatalf("%d claims", len(claims))
	}
	b := claims[1]
	if b.Problem.Name != "N.b" || b.Line != 3 || b.Problem.Preamble != "namespace N\ntheorem a : 1 = 1 := rfl\n" || !strings.Contains(b.Problem.Closing, "end N") {
		t.Errorf("got %+v", b)
	}
}

// FuzzClaims checks that claims are parts of the text, in order.
func FuzzClaims(f *testing.F) {
	for _, text := range []string{"theorem a : 1 = 1 := rfl", "theorem a : let x := 1; x = 1 := by\n  rfl\nexample : 1 = 1 := sorry", "theorem := := :=", "lemma «a b» (h : x := 2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := source.ParseFile("fuzz.lean", []byte(text))
		if err != nil {
			return
		}
		claims, _ := Claims(file)
		for _, c := range claims {
			if whole := c.Problem.Preamble + c.Problem.Statement; !strings.HasPrefix(text, whole) || !strings.Contains(text[len(whole):], c.Proof) {
				t.Errorf("%q is no part of the text behind %q", c.Proof, whole)
			}
		}
	})
}
