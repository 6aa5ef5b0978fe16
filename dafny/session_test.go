package dafny

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
)

// needDafny skips a test aloud where Dafny's DafnyServer cannot be had, and fails
// it where the test script said that it can.
func needDafny(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("dafny"); err != nil {
		if os.Getenv("ANSATZ_TEST_DAFNY") == "1" {
			t.Fatal("dafny is not installed, and ANSATZ_TEST_DAFNY=1 says that it is")
		}
		t.Skip("needs Dafny: apt-get install dafny (Debian 12)")
	}
}

func act(text string) provers.Action { return provers.Action{Text: text} }

const twoMethods = `method Sum(n: nat) returns (s: nat)
  ensures 2 * s == n * (n + 1)
{
  var i := 0;
  s := 0;
  while i < n
  {
    i := i + 1;
    s := s + i;
  }
}

method Twice(n: nat) returns (r: nat)
  ensures r == 2 * n
{
  r := 0;
  var i := 0;
  while i < n { i := i + 1; r := r + 2; }
}
`

// slow is a claim on which the solver spends all the time that it is given.
const slow = `13: lemma Cubes(x: int, y: int, z: int) requires x > 0 && y > 0 && z > 0 ensures x * x * x + y * y * y != z * z * z {}`

func TestConformance(t *testing.T) {
	needDafny(t)
	p := New(provers.Info{Name: "dafny", Version: "2.3.0", Variant: provers.Native}, Config{Service: func() transport.Service {
		return lineserver.New(lineserver.Options{Argv: []string{"/usr/bin/cli", "/usr/lib/dafny/DafnyServer.exe"}})
	}})
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	proverstest.Conformance(t, proverstest.Suite{Prover: p, Limits: provers.Limits{Wall: 30 * time.Second}, Samples: []proverstest.Sample{{
		Problem: provers.Problem{Name: "Sum", Kind: provers.Prove, Statement: twoMethods},
		Proof: proverstest.Tactic{Action: act("split"), Children: []proverstest.Tactic{
			{Action: act("6: invariant 0 <= i <= n\n6: invariant 2 * s == i * (i + 1)")},
			{Action: act("18: invariant 0 <= i <= n"), Children: []proverstest.Tactic{
				{Action: act("18:2: invariant r == 2 * i")},
			}},
		}},
		Wrong: []provers.Action{
			act("6: invariant s == i"),
			act("6: invariant s = i"),
			act("6: invariant unknown == i"),
			act("7: invariant 0 <= i"),
			act("nonsense"),
			act("8: assert i == n;"),
			act("8: assert true; }"),
		},
		Forbidden: []provers.Action{
			act("8: assume false;"),
			act("13: lemma Bad() ensures false"),
			act("13: lemma {:axiom} Bad() ensures false"),
			act("6: decreases *"),
			act("8: i := n;"),
		},
		Slow: act(slow),
	}}})
}
