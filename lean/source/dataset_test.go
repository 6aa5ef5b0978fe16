package source

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ansatz-prover/ansatz/provers"
)

func TestReadDataset(t *testing.T) {
	lines := []string{
		"\ufeff" + `{"name": "a", "split": "valid", "header": "import Mathlib\nopen Nat", "formal_statement": "theorem a : 1 = 1 := by sorry", "extra": [1]}` + "\r",
		``,
		`  `,
		`{"id": 7, "preamble": "", "statement": "theorem seven : 1 = 1 :=", "header": null}`,
		`{"lean4_code": "import Mathlib\nnamespace N\n/-- hi -/\ntheorem c (ε : ℝ) : ε = ε := by\n  sorry\nend N\n"}`,
		`{"name": "a", "statement": "theorem a2 : 1 = 1"}`,
		`{"name": "ε", "statement": oops}`,
		`{"name": "d", "header": "open Nat"}`,
		`{"name": "e", "statement": "1 = 1"}`,
		`[1, 2]`,
		`{"name": {}, "statement": "theorem f : 1 = 1"}`,
		`{"name": "g", "statement": "theorem g : 1 = 1 := rfl"}`,
		`{"statement": "example : 1 = 1"}`,
		`{"name": "h", "statement": "theorem h : 1 = 1 /- oh"}`,
		"{\"name\": \"\xff\"}",
		`{"name": "i", "statement": "theorem i : 1 = 1"`,
		`{"name": "ansatz_goal", "theorem": "lemma ansatz_goal : 1 = 1"}`,
	}
	d, err := ReadDataset("d.jsonl", strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := []provers.Problem{
		{Name: "a", Source: "d.jsonl:1", Preamble: "import Mathlib\nopen Nat\n", Statement: "theorem a : 1 = 1"},
		{Name: "7", Source: "d.jsonl:4", Statement: "theorem seven : 1 = 1"},
		{Name: "N.c", Source: "d.jsonl:5", Preamble: "import Mathlib\nnamespace N\n",
			Statement: "/-- hi -/\ntheorem c (ε : ℝ) : ε = ε", Closing: "\n\nend N\n"},
		{Name: "ansatz_goal", Source: "d.jsonl:17", Statement: "lemma ansatz_goal : 1 = 1"},
	}
	got := d.Problems()
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		want[i].Kind = provers.Prove
		if got[i] != want[i] {
			t.Errorf("record %d:\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
	if d.Records[0].Split != "valid" || d.Records[1].Line != 4 {
		t.Errorf("got %+v", d.Records[:2])
	}
	wantErrors := []string{
		`d.jsonl:6: the name "a" was used on line 1 already`,
		`d.jsonl:7:28: invalid JSON: `,
		`d.jsonl:8: there is no statement: one of the fields formal_statement, statement, lean4_code, theorem is expected`,
		`d.jsonl:9: reading the header and statement: it has no theorem`,
		`d.jsonl:10: the line is JSON, but not an object`,
		`d.jsonl:11: the field name is not a string`,
		`d.jsonl:12: reading the header and statement: theorem at line 1: it already has a proof`,
		`d.jsonl:13: there is no name: one of the fields name, theorem_name, full_name, problem_id, id is expected`,
		`d.jsonl:14: the header and statement:1:19: this comment is not terminated`,
		`d.jsonl:15: the line is not valid UTF-8`,
		`d.jsonl:16:46: invalid JSON: unexpected end of JSON input`,
	}
	if len(d.Errors) != len(wantErrors) {
		t.Fatalf("got %d errors: %v", len(d.Errors), d.Errors)
	}
	for i, e := range d.Errors {
		if !strings.HasPrefix(e.Error(), wantErrors[i]) {
			t.Errorf("error %d:\n got %s\nwant %s", i, e.Error(), wantErrors[i])
		}
	}
}

// repeat reads as n bytes "x".
type repeat struct{ n int }

func (r *repeat) Read(p []byte) (int, error) {
	n := min(len(p), r.n)
	for i := range n {
		p[i] = 'x'
	}
	if r.n -= n; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestReadDatasetLimits(t *testing.T) {
	const good = `{"name": "a", "statement": "theorem a : 1 = 1"}`
	d, err := ReadDataset("d", io.MultiReader(&repeat{MaxRecord + 1}, strings.NewReader("\n"+good+"\n")))
	if err != nil || len(d.Records) != 1 || d.Records[0].Line != 2 || len(d.Errors) != 1 || !strings.Contains(d.Errors[0].Reason, "longer than 64 MiB") {
		t.Errorf("got %+v, %v", d, err)
	}
	broken := errors.New("the disk is gone")
	d, err = ReadDataset("d", io.MultiReader(strings.NewReader(good+"\n"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(d.Records) != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
}
