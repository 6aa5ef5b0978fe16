package problems

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
)

func TestReadDafny(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	program := write("sum.dfy", "lemma A() {}\n")
	bench := write("bench.jsonl", `{"test_file": "live.dfy", "hints_removed": "lemma L() {}", "live_on_2_3_0": true}
{"test_file": "other.dfy", "hints_removed": "lemma O() {}", "verifies_without_hints": true}
`)
	write("folder/a.dfy", "lemma A() {}")
	write("mixed/a.dfy", "lemma A() {}")
	write("mixed/b.lean", "theorem a : 1 = 1 := by sorry")
	write("lean/b.lean", "theorem a : 1 = 1 := by sorry")
	bad := write("bad.dfy", "lemma \xff() {}\n")
	theorem := write("t.lean", "theorem a : 1 = 1 := by sorry")

	in, err := Read([]string{program, bench, filepath.Join(dir, "folder"), bad}, "")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, task := range in.Tasks {
		names = append(names, task.Problem.Name)
	}
	if got := strings.Join(names, " "); got != "sum live other a" || in.Prover() != dataset.ForDafny {
		t.Errorf("problems %s for %q", got, in.Prover())
	}
	if in.Tasks[0].Program == nil || in.Tasks[0].Program.Path != program || in.Tasks[1].Program != nil {
		t.Errorf("files: %+v, %+v", in.Tasks[0].Program, in.Tasks[1].Program)
	}
	if len(in.Mistakes) != 1 || !strings.Contains(in.Mistakes[0].Reason, "UTF-8") {
		t.Errorf("mistakes: %v", in.Mistakes)
	}
	out := in.KeepLive()
	if len(in.Tasks) != 1 || in.Tasks[0].Problem.Name != "live" || len(out) != 2 {
		t.Errorf("kept %d, left out %v", len(in.Tasks), out)
	}

	if in, err = Read([]string{program, theorem}, ""); err != nil || in.Prover() != "" {
		t.Errorf("%q, %v", in.Prover(), err)
	}
	for _, folder := range []string{"mixed", "lean", "nothing"} {
		if _, err := Read([]string{filepath.Join(dir, folder)}, ""); err == nil {
			t.Errorf("%s: no error", folder)
		}
	}
}
