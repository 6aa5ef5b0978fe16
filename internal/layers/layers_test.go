// Package layers keeps the direction of imports.
package layers

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/ansatz-prover/ansatz/"

// rules say what a package (and everything below it) must not import, and why.
// They hold for what is compiled, not for tests.
var rules = []struct{ from, not, why string }{
	{"provers", "search", "a prover must not know who searches"},
	{"provers", "lean", "the contract must not know its adapters"},
	{"provers", "cmd", "imports point from the front ends down"},
	{"search", "lean", "the search drives the contract, so that any prover can be searched with"},
	{"search", "cmd", "imports point from the front ends down"},
	{"provers", "rpe", "a prover must not know who judges"},
	{"search", "rpe", "nothing that searches may know how, and with which reference, its answer is judged"},
	{"search", "benchmarks", "a record of a benchmark has its reference with it"},
	{"rpe", "benchmarks", "the judge gets a reference as a text"},
	{"rpe", "cmd", "imports point from the front ends down"},
	{"benchmarks", "cmd", "imports point from the front ends down"},
	{"lean", "search", "an adapter must be usable without the search"},
	{"lean", "cmd", "imports point from the front ends down"},
	{"provers", "dafny", "the contract must not know its adapters"},
	{"search", "dafny/transport", "the search drives the contract, so that any prover can be searched with"},
	{"lean", "dafny", "adapters do not know one another"},
	{"dafny", "lean", "adapters do not know one another"},
	{"dafny", "search", "an adapter must be usable without the search"},
	{"dafny", "cmd", "imports point from the front ends down"},
	{"dafny", "rpe", "a prover must not know who judges"},
	{"dafny/transport", "dafny/syntax", "a transport carries texts and reads none"},
	{"dafny/transport", "dafny/annotation", "a transport carries texts and reads none"},
	{"dafny/transport", "dafny/soundness", "a transport carries texts and judges none"},
	{"dafny/syntax", "provers/process", "reading programs starts no process"},
	{"dafny/soundness", "provers/process", "the textual check starts no process"},
	{"dafny/soundness", "dafny/annotation", "the check must not depend on what proposes"},
	{"lean/source", "provers/process", "reading source text starts no process"},
	{"lean/soundness", "provers/process", "the lexical check starts no process"},
	{"lean/soundness", "provers/lsp", "the lexical check talks to nobody"},
}

// itself are rules about a package that do not hold for those below it.
var itself = []struct{ from, not, why string }{
	{"dafny/transport", "dafny", "a transport must not know what it is used for"},
	{"search", "dafny", "the search drives the contract, so that any prover can be searched with"},
}

func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}: {{join .Deps " "}}`, "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		path, deps, _ := strings.Cut(line, ": ")
		path = strings.TrimPrefix(path, module)
		packages++
		for _, dep := range strings.Fields(deps) {
			dep, ours := strings.CutPrefix(dep, module)
			if !ours {
				continue
			}
			if path == "provers" {
				t.Errorf("provers imports %s: the contract imports nothing of ours", dep)
			}
			for _, r := range itself {
				if within(path, r.from) && dep == r.not {
					t.Errorf("%s imports %s: %s", path, dep, r.why)
				}
			}
			for _, r := range rules {
				if within(path, r.from) && within(dep, r.not) {
					t.Errorf("%s imports %s: %s", path, dep, r.why)
				}
			}
		}
	}
	if packages < 10 {
		t.Errorf("only %d packages were looked at", packages)
	}
}

func within(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }
