package insertions

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

const program = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0; s := 0;
  while i < n
  {
    i := i + 1;
    s := s + i;
  }
}

` + oneLiner + "\n"

const oneLiner = "lemma Öfter(n: nat) ensures n + n == 2 * n { var é := n; while é > 0 { é := é - 1; } }"

func annotate(t *testing.T, text string, edits ...string) string {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := annotation.Parse(strings.Join(edits, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := annotation.NewPlaces(p).Apply(a.Edits)
	if err != nil {
		t.Fatal(err)
	}
	return out.Text
}

func TestBetween(t *testing.T) {
	got := Between(program, annotate(t, program,
		"5: invariant 0 <= i <= n", "5: invariant forall x: nat ::\n  x < i ==>\n  x < n",
		"8: assert s == s by {\n  assert i == i;\n}",
		"12: lemma Help(n: nat)\n  ensures n == n\n{\n}",
		fmt.Sprintf("12:%d: decreases é", strings.Index(oneLiner, "while"))))
	want := []Insertion{
		{Line: 6, Column: 3, NewLine: 6, Text: "invariant 0 <= i <= n"},
		{Line: 6, Column: 3, NewLine: 7, Text: "invariant forall x: nat ::\n  x < i ==>\n  x < n"},
		{Line: 8, Column: 5, NewLine: 12, Text: "assert s == s by {\n  assert i == i;\n}"},
		{Line: 12, Column: 1, NewLine: 19, Text: "lemma Help(n: nat)\n  ensures n == n\n{\n}"},
		{Line: 12, Column: 70, NewLine: 24, Text: "decreases é"},
	}
	for i := range got {
		got[i].indent = ""
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestText(t *testing.T) {
	got := Text(Between(program, annotate(t, program, "5: invariant forall x: nat ::\n  x < i ==> x < n", "7: assert i < n;")))
	want := "    6 +     invariant forall x: nat ::\n    7 +       x < i ==> x < n\n    9 +     assert i < n;\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestSame(t *testing.T) {
	for _, text := range []string{"", program, "not Dafny \"", "/* open"} {
		if got := Between(text, text); got == nil || len(got) != 0 {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// TestOther is about programs that differ in more than added lines, as no proof
// does: the difference is still told.
func TestOther(t *testing.T) {
	got := Text(Between("lemma A() {}\nlemma B() {\n  assert true;\n}\n", "lemma A() {}\nlemma B() {\n}\n"))
	if want := "    3 -   assert true;\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got = Text(Between("a \" b", "a \" c"))
	if want := "    1 - a \" b\n    1 + a \" c\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRepeated is about lines that could be taken for old ones and for new ones.
func TestRepeated(t *testing.T) {
	loop := "  while i < n\n    invariant i <= n\n    invariant i <= n\n  {\n  }\n"
	got := Between("  while i < n\n    invariant i <= n\n  {\n  }\n", loop)
	if len(got) != 1 || got[0].Text != "invariant i <= n" {
		t.Errorf("got %+v", got)
	}
	// The first "x" line must be taken for a new one.
	got = Between("a\nx\nb\nc\n", "a\nx\nx\ny\nb\nc\n")
	if want := "    3 + x\n    4 + y\n"; Text(got) != want {
		t.Errorf("got %q, want %q", Text(got), want)
	}
	got = Between("x\ny\n", "x\nq\nx\ny\n")
	if Text(got) == "" || strings.Contains(Text(got), "- ") {
		t.Errorf("got %q", Text(got))
	}
}

// TestLong checks that the time is bounded where nothing matches.
func TestLong(t *testing.T) {
	before := strings.Repeat("a\n", 20_000) + "end\n"
	after := strings.Repeat("a\n", 25_000) + "other\n"
	if got := Between(before, after); len(got) == 0 {
		t.Error("no difference")
	}
}

func FuzzBetween(f *testing.F) {
	f.Add(program, program)
	f.Add("a\nb\n", "a\nc\nb\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		_ = Text(Between(before, after))
	})
}
