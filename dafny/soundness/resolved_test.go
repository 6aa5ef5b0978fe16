package soundness_test

import (
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
)

// What Dafny 2.3.0 prints after it resolved a program, shortened.
const resolved = `// Dafny 2.3.0.10506
// program.dfy
method M(k: nat, c: C) returns (r: int)
  ensures exists i: int, _t#0: int {:trigger i - _t#0} | _t#0 == i + 1 :: i < _t#0
  decreases k
{
  var n: int := 200;
  var d: C := c;
  var w: int :| w * w == 4;
  while n > 0
    decreases n - 0
  {
    n := n - 1;
  }
  r := n;
}
`

func TestCheckResolved(t *testing.T) {
	for name, test := range map[string]struct {
		edits []string
		want  string // in the reason, or empty if it is accepted
	}{
		"the same":                          {nil, ""},
		"an invariant":                      {[]string{"    decreases n - 0\n", "    invariant n >= 0\n    decreases n\n"}, ""},
		"other serial numbers":              {[]string{"_t#0: int", "_t#7: int", "i - _t#0", "i - _t#7", "_t#0 ==", "_t#7 ==", "i < _t#0", "i < _t#7"}, ""},
		"a type that excludes values":       {[]string{"var n: int", "var n: nat"}, ""},
		"a type with null":                  {[]string{"var d: C", "var d: C?"}, ""},
		"a bit-vector":                      {[]string{"var n: int", "var n: bv8"}, `"bv8" for "int"`},
		"a type that excludes guessed ones": {[]string{"var w: int", "var w: nat"}, "the given program"},
		"a parameter":                       {[]string{"k: nat", "k: int"}, "the given program"},
		"a bound variable":                  {[]string{"exists i: int", "exists i: nat"}, "the given program"},
		"a dropped postcondition":           {[]string{"  ensures", "  /* ensures", "i < _t#0\n", "i < _t#0 */\n"}, "the given program"},
		"not a program":                     {[]string{"method", "/*"}, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			v := soundness.CheckResolved(resolved, edit(resolved, test.edits...))
			switch {
			case test.want == "" && v != nil:
				t.Error(v)
			case test.want != "" && v == nil:
				t.Error("accepted")
			case v != nil && (v.Line != 0 || !strings.Contains(v.Reason, test.want) && test.want[0] != '"'):
				t.Errorf("got %+v", v)
			}
		})
	}
}
