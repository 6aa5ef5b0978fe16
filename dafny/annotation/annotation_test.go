package annotation

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/provers"
)

const sum = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0; s := 0;
  while i < n {
    i := i + 1; s := s + i;
  }
  assert i == n;
}

function F(n: nat): nat { if n == 0 then 0 else 1 + F(n - 1) }
`

func places(t testing.TB, text string) *Places {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return NewPlaces(p)
}

func TestApply(t *testing.T) {
	for _, test := range []struct {
		name, program, action, want string
	}{
		{"clauses of a loop whose brace is on its line", sum,
			"5: invariant 0 <= i <= n\n5:2: decreases n - i",
			strings.Replace(sum, "while i < n {", "while i < n\n    invariant 0 <= i <= n\n    decreases n - i\n  {", 1)},
		{"clauses of a loop whose brace is on a line of its own", "method M() {\n\twhile true\n\t{\n\t}\n}\n",
			"2: invariant true",
			"method M() {\n\twhile true\n\t\tinvariant true\n\t{\n\t}\n}\n"},
		{"a statement before the first of a line", sum, "6: assert i < n;",
			strings.Replace(sum, "    i := i + 1;", "    assert i < n;\n    i := i + 1;", 1)},
		{"a statement within a line", sum, "6:16: assert i <= n;",
			strings.Replace(sum, "i + 1; s :=", "i + 1;\n    assert i <= n;\n    s :=", 1)},
		{"a statement at the end of a block", sum, "7: assert s >= 0;",
			strings.Replace(sum, "  }\n", "    assert s >= 0;\n  }\n", 1)},
		{"two statements at one place, in their order", sum, "6: assert i < n;\n6: assert s >= 0;",
			strings.Replace(sum, "    i := i + 1;", "    assert i < n;\n    assert s >= 0;\n    i := i + 1;", 1)},
		{"a lemma on several lines", sum, "1: lemma L()\n  ensures true\n{\n}",
			"lemma L()\n  ensures true\n{\n}\n" + sum},
		{"a decreases clause of a declaration", sum, "11: decreases n",
			strings.Replace(sum, "F(n: nat): nat {", "F(n: nat): nat\n  decreases n\n{", 1)},
		{"an assertion is dropped", sum, "8: drop", strings.Replace(sum, "assert i == n;", "", 1)},
		{"lines that end as in Windows", "method M() {\r\n  assert true;\r\n}\r\n", "2: assert 1 == 1;",
			"method M() {\r\n  assert 1 == 1;\r\n  assert true;\r\n}\r\n"},
		{"a column is counted in bytes", "method M() { var s := \"äö\"; assert true; }", "1:30: assert 1 == 1;",
			"method M() { var s := \"äö\";\nassert 1 == 1;\nassert true; }"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := Parse(test.action)
			if err != nil {
				t.Fatal(err)
			}
			if again := a.String(); again != test.action {
				t.Errorf("the action is written %q", again)
			}
			got, err := places(t, test.program).Apply(a.Edits)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != test.want {
				t.Errorf("got\n%s\nwant\n%s", got.Text, test.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	s := places(t, sum)
	for _, test := range []struct{ action, want string }{
		{"", "says no place"},
		{"assert true;", "says no place"},
		{"3:", "nothing is said"},
		{"houdini", "inserts nothing"},
		{"4: invariant true", "line 4: there is no loop"},
		{"99: assert true;", "line 99: there is no statement"},
		{"6:5: assert true;", "line 6, column 5: there is no statement"},
		{"2: lemma L() {}", "line 2: there is no declaration"},
		{"6: drop", "line 6: there is no assert"},
	} {
		a, err := Parse(test.action)
		if err == nil {
			_, err = s.Apply(a.Edits)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v does not say %q", test.action, err, test.want)
		}
	}
}

// TestOrigin follows every character of an annotated program to where it comes
// from.
func TestOrigin(t *testing.T) {
	s := places(t, sum)
	random := rand.New(rand.NewPCG(1, 2))
	all := []string{"5: invariant i <= n", "6: assert i < n;", "6:16: assert true;", "7: assert s >= 0;", "8: drop", "8: assert i <= n;", "9: assert true;", "1: lemma L() {}", "11: decreases n"}
	for range 200 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		a, err := Parse(strings.Join(all[:1+random.IntN(len(all))], "\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Apply(a.Edits)
		if err != nil {
			t.Fatalf("%v: %v", a, err)
		}
		if _, err := syntax.ParseDecls(got.Text); err != nil {
			t.Fatalf("%v: %v\n%s", a, err, got.Text)
		}
		inserted := make([]strings.Builder, len(a.Edits))
		for i := range len(got.Text) {
			switch o := got.Origin(i); {
			case o.Edit >= 0:
				inserted[o.Edit].WriteByte(got.Text[i])
			case got.Text[i] != sum[o.Offset]:
				t.Fatalf("%v: offset %d is said to be from %d, which is %q", a, i, o.Offset, sum[o.Offset])
			}
		}
		for i, e := range a.Edits {
			if text := strings.TrimSpace(inserted[i].String()); text != e.Text {
				t.Errorf("%v: of edit %d there is %q", a, i+1, text)
			}
		}
	}
}

func TestGoals(t *testing.T) {
	o := Obligation{Declaration: "M.Sum", Kind: "postcondition", Line: 5, Column: 2, Message: "A postcondition might not hold.", Source: "while i < n {", Related: []RelatedPlace{{Line: 2, Source: "ensures s | t == 0"}}}
	scope := []provers.Hypothesis{{Names: []string{"n"}, Type: "nat"}}
	g := o.Goal(scope)
	got, ok := ObligationOf(g)
	if !ok || got.Declaration != o.Declaration || got.Kind != o.Kind || got.Line != o.Line || got.Column != o.Column || got.Message != o.Message || got.Source != o.Source || !slices.Equal(got.Related, o.Related) {
		t.Errorf("%+v became %+v", o, got)
	}
	if _, ok := ObligationOf(provers.Goal{Target: "n + 0 = n"}); ok {
		t.Error("a goal of Lean is no obligation")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("houdini\n5: invariant 0 <= i\n6:16: assert true;\n  x\n8: drop")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(a.String())
		if err != nil || again.String() != a.String() {
			t.Errorf("%q is written %q, and that is read as %v, %v", text, a.String(), again, err)
		}
		_, _ = places(t, sum).Apply(a.Edits) // must not panic
	})
}
