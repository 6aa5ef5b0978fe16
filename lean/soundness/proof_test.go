package soundness_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/provers"
)

type proofCase struct {
	name, want, why string
	problem         provers.Problem
	proof           string
}

// readCases reads a file of testdata; its first paragraph explains the format.
func readCases(t *testing.T, path string) []proofCase {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []proofCase
	for _, block := range strings.Split(string(text), "\n== ")[1:] {
		name, rest, _ := strings.Cut(block, "\n")
		c := proofCase{name: name, problem: provers.Problem{Name: "t", Kind: provers.Prove, Statement: "theorem t : 1 = 2"}}
		for {
			line, after, _ := strings.Cut(rest, "\n")
			key, value, ok := strings.Cut(line, ": ")
			if !ok || strings.ContainsAny(key, " (.") {
				break
			}
			switch key {
			case "want":
				c.want = value
			case "why":
				c.why = value
			default:
				unquoted, err := strconv.Unquote(value)
				if err != nil {
					t.Fatalf("%s: %s: %v", name, line, err)
				}
				switch key {
				case "preamble":
					c.problem.Preamble = unquoted
				case "statement":
					c.problem.Statement = unquoted
				case "closing":
					c.problem.Closing = unquoted
				default:
					t.Fatalf("%s: unknown key %q", name, key)
				}
			}
			rest = after
		}
		c.proof = strings.TrimRight(rest, "\n")
		cases = append(cases, c)
	}
	return cases
}

func TestCheatsAreRefused(t *testing.T) {
	cases := readCases(t, "testdata/cheats.txt")
	if len(cases) < 25 {
		t.Fatalf("only %d cases were read", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.why == "" || c.want == "" {
				t.Fatal("a case needs a reason and a rule")
			}
			v := soundness.CheckProof(c.problem, c.proof)
			if v == nil {
				t.Fatalf("accepted, though %s:\n%s", c.why, c.proof)
			}
			if got := v.Class + "/" + v.Rule; got != c.want {
				t.Errorf("refused by %s (%v), want %s", got, v, c.want)
			}
			if v.Reason == "" || v.Error() == "" {
				t.Error("the violation gives no reason")
			}
		})
	}
}

func TestHonestProofsPass(t *testing.T) {
	cases := readCases(t, "testdata/honest.txt")
	if len(cases) < 25 {
		t.Fatalf("only %d cases were read", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if v := soundness.CheckProof(c.problem, c.proof); v != nil {
				t.Errorf("refused by %s/%s: %v\n%s", v.Class, v.Rule, v, c.proof)
			}
			crlf := strings.ReplaceAll(c.proof, "\n", "\r\n")
			if v := soundness.CheckProof(c.problem, crlf); v != nil {
				t.Errorf("refused with CRLF: %v", v)
			}
		})
	}
}
