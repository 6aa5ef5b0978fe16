// Package layers keeps the direction of imports.
package layers

import (
	"maps"
	"os/exec"
	"slices"
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
	{"provers", "benchmarks", "a prover must not know that it is measured"},
	{"lean", "benchmarks", "a prover must not know that it is measured"},
	{"dafny", "benchmarks", "a prover must not know that it is measured"},
	{"benchmarks", "rpe", "an answer is judged by who does a trial, not by who plans, moves or counts it"},
	{"benchmarks/trial", "search", "what a trial is holds for anything that proves"},
	{"benchmarks/report", "search", "a report is made of trials alone, so that it can be made anywhere"},
	{"benchmarks/report", "benchmarks/dataset", "a report is made of trials alone: references stay with the problems"},
	{"benchmarks/report", "benchmarks/distribute", "a report must not know how the trials were spread"},
	{"benchmarks/plan", "search/prooftree", "a plan is made of files alone"},
	{"benchmarks/spec", "search/prooftree", "a specification is read without a database"},
	{"benchmarks/spec", "benchmarks/dataset", "a specification is read without its problems"},
	{"benchmarks/probe", "lean", "operations are measured through the contract"},
	{"benchmarks/probe", "dafny", "operations are measured through the contract"},
	{"benchmarks/distribute", "benchmarks/dataset", "who moves a problem must not read its reference"},
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

// alone import nothing of ours.
var alone = map[string]string{
	"provers":             "the contract imports nothing of ours",
	"benchmarks/metrics":  "statistics are functions of numbers, so that they can be checked against their sources",
	"benchmarks/queue":    "a queue moves bytes, and must not know what of",
	"search/policy/parts": "the names of parts are for every policy",
}

// only says who may import a package; for others there is something above it.
var only = []struct {
	what string
	by   []string
	why  string
}{
	{"benchmarks/queue", []string{"benchmarks/distribute", "cmd"}, "what goes over the queue, and what it means, is distribute's"},
	{"benchmarks/trial", []string{"benchmarks", "cmd"}, "what searches must not know that it is measured"},
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
	seen := make(map[string]bool)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		path, deps, _ := strings.Cut(line, ": ")
		path = strings.TrimPrefix(path, module)
		seen[path] = true
		for _, dep := range strings.Fields(deps) {
			dep, ours := strings.CutPrefix(dep, module)
			if !ours {
				continue
			}
			if why, ok := alone[path]; ok {
				t.Errorf("%s imports %s: %s", path, dep, why)
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
	// A rule about what is not there any more says nothing.
	for _, r := range append(slices.Clone(rules), itself...) {
		for _, named := range []string{r.from, r.not} {
			if !has(seen, named) {
				t.Errorf("a rule names %s, and there is no such package", named)
			}
		}
	}
	for _, named := range slices.Sorted(maps.Keys(alone)) {
		if !seen[named] {
			t.Errorf("a rule names %s, and there is no such package", named)
		}
	}
	direct(t)
}

// direct checks who imports what only some may import.
func direct(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		path = strings.TrimPrefix(path, module)
		for _, dep := range strings.Fields(imports) {
			for _, r := range only {
				if strings.TrimPrefix(dep, module) != r.what {
					continue
				}
				used[r.what] = true
				if !slices.ContainsFunc(r.by, func(by string) bool { return within(path, by) }) {
					t.Errorf("%s imports %s: %s", path, r.what, r.why)
				}
			}
		}
	}
	for _, r := range only {
		if !used[r.what] {
			t.Errorf("nothing imports %s", r.what)
		}
	}
}

// has reports whether a package, or one below it, is there.
func has(seen map[string]bool, parent string) bool {
	for path := range seen {
		if within(path, parent) {
			return true
		}
	}
	return false
}

func within(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }
