package lineserver

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestParse reads replies that were recorded from Dafny 2.3.0 with z3 4.8.12.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded replies: ", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			reply := Parse(string(text), ParseOptions{
				File: "r1.dfy", TimeLimit: 10 * time.Second, Text: "module A { module B {} }",
			})
			for i := range reply.Results {
				reply.Results[i].Elapsed = 0 // of the machine that recorded it
			}
			got, err := json.MarshalIndent(reply, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".txt") + ".json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got)+"\n" != string(want) {
				t.Errorf("read %s\nas  %s\nnot %s", text, got, want)
			}
		})
	}
}

const noise = `Prover error: line 18 column 28: unknown parameter 'model_compress'
Legal parameters are:
  auto_config (bool) (default: true)
  unicode (bool)
`

func TestParseSolver(t *testing.T) {
	const verified = "Verifying Impl$$_module.__default.A ...\n  [1.5 s, 1 proof obligation]  verified\n"
	const failed = "Verifying Impl$$_module.__default.B ...\n  [2.5 s, 2 proof obligations]  error\n"
	for _, test := range []struct {
		name, text string
		parallel   bool
		limit      time.Duration
		want       []transport.Status
	}{
		{name: "noise", text: noise + "\n" + verified, want: []transport.Status{transport.Verified}},
		{name: "noise without an empty line", text: noise + verified, want: []transport.Status{transport.Verified}},
		{name: "slow", text: "Linearising   [0.517977 s]\n" + verified, want: []transport.Status{transport.Verified}},
		{name: "error before", text: "Prover error: out of memory\n" + verified + failed,
			want: []transport.Status{transport.Unknown, transport.Failed}},
		{name: "noise hides nothing", text: noise + "Prover error: out of memory\n\n" + verified,
			want: []transport.Status{transport.Unknown}},
		{name: "error between", text: verified + "Prover error: line 3 column 1: invalid command\n" + failed,
			want: []transport.Status{transport.Verified, transport.Unknown}},
		{name: "error in parallel", text: verified + "Prover error: x\n" + failed, parallel: true,
			want: []transport.Status{transport.Unknown, transport.Unknown}},
		{name: "error of nothing", text: verified + failed + "Prover error: x\n",
			want: []transport.Status{transport.Unknown, transport.Unknown}},
		{name: "a late error", text: verified + failed, limit: 2 * time.Second,
			want: []transport.Status{transport.Verified, transport.TimedOut}},
		{name: "no outcome", text: verified + "Verifying Impl$$_module.__default.B ...\n",
			want: []transport.Status{transport.Verified, transport.Unknown}},
		{name: "an outcome of nothing", text: "  [1 proof obligation]  verified\n"},
		{name: "a new outcome", text: "Verifying Impl$$_module.__default.B ...\n  [1 proof obligation]  undecided\n",
			want: []transport.Status{transport.Unknown}},
		{name: "forged in a message", text: "r1.dfy(1,2): Info: trigger {f(@\"\n " +
			"Verifying Impl$$_module.__default.A ...\n   [1 proof obligation]  verified\n " + endSucceeded + "\n \")}\n" + failed,
			want: []transport.Status{transport.Failed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := Parse(test.text, ParseOptions{File: "r1.dfy", Parallel: test.parallel, TimeLimit: test.limit})
			var got []transport.Status
			for _, r := range reply.Results {
				got = append(got, r.Status)
			}
			if len(got) != len(test.want) {
				t.Fatalf("statuses %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("statuses %v, want %v", got, test.want)
				}
			}
			if reply.Ending != NoEnding || len(reply.Unknown) > 0 && len(test.want) > 0 {
				t.Errorf("ending %d", reply.Ending)
			}
		})
	}
}

// FuzzParse checks that no reply is fatal to the parser, and that nothing counts
// as verified without a line that says so.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		reply := Parse(text, ParseOptions{File: "r1.dfy"})
		verified := 0
		for _, r := range reply.Results {
			if r.Status == transport.Verified {
				verified++
			}
		}
		if said := strings.Count(text, "]  verified"); verified > said {
			t.Errorf("%d verified, but it is said %d times", verified, said)
		}
		if reply.Ending == Succeeded && !strings.Contains(text, endSucceeded) {
			t.Error("succeeded without an end mark")
		}
	})
}

func TestNames(t *testing.T) {
	for _, name := range []string{"Sum", "a_b", "push'", "ok?", "_x__", "12", "x_k", "a'_?", "k"} {
		if got := unescape(escape(name)); got != name {
			t.Errorf("%q is escaped as %q and read as %q", name, escape(name), got)
		}
	}
	modules := map[string]string{"B": "A.B"}
	for procedure, want := range map[string]string{
		"Impl$$_module.__default.Sum":           "Sum",
		"CheckWellformed$$_module.C__d.ok_q":    "C_d.ok?",
		"Impl$$_0_B.Cell.push_k":                "A.B.Cell.push'",
		"Impl$$_12_C.__default.Walk":            "C.Walk",
		"Impl$$_3_D__x_k.__default.m":           "D_x'.m",
		"Impl$$_module.__default.Cl_h":          "Cl",
		"CheckWellformed$$_module.Pos":          "Pos",
		"OverrideCheck$$_0_B.K.m":               "A.B.K.m",
		"Impl$$_0_B.Cell.__ctor":                "A.B.Cell._ctor",
		"Impl$$_module.__default.A__m_kq_q":     "A_m'q?",
		"CheckWellformed$$_0_B.It.Valid":        "A.B.It.Valid",
		"nothing that Dafny would call like it": "nothing that Dafny would call like it",
	} {
		if _, got := splitProcedure(procedure, modules); got != want {
			t.Errorf("%s is of %q, want %q", procedure, got, want)
		}
	}
}
