package annotation

import (
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

const sum = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0; s := 0;
  while i < n {
    i := i + 1; s := s + i;
  }
}
`

func TestApply(t *testing.T) {
	p, err := syntax.Parse(sum)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Parse("5: invariant 0 <= i <= n\n5: invariant 2 * s == i * (i + 1)\n6: assert i < n;\n6:16: assert i <= n;\n7: assert true;\n8: assert 2 * s == n * (n + 1);\n1: lemma L() ensures true\n{\n}")
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewPlaces(p).Apply(a.Edits)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(got.Text)
}
