package problems

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
)

// Program is a file with a program for Dafny, into which annotations can be written.
type Program struct {
	Path string
	// Sum is the hash of what was read, to see whether the file was changed since.
	Sum [sha256.Size]byte
}

// addDafny adds the programs of a .dfy file, of a folder or of a dataset in a
// layout for Dafny. It reports false, and adds nothing, if there are none.
func (in *Input) addDafny(path string) (bool, error) {
	set, err := dataset.Read([]string{path}, dataset.Options{})
	if err != nil {
		return false, err
	}
	// A program that cannot be read has no layout.
	forDafny := func(f dataset.File) bool { return f.Layout.Prover() == dataset.ForDafny || isProgram(f.Path) }
	if !slices.ContainsFunc(set.Files, forDafny) {
		return false, nil
	}
	if i := slices.IndexFunc(set.Files, func(f dataset.File) bool { return !forDafny(f) }); i >= 0 {
		return false, fmt.Errorf("%s has problems for Dafny, and %s is for Lean", path, set.Files[i].Path)
	}
	for _, e := range set.Errors {
		in.Mistakes = append(in.Mistakes, Mistake{e.File, e.Line, e.Column, "", e.Reason})
	}
	for _, r := range set.Records {
		if r.Prove == nil {
			continue
		}
		t := Task{Problem: *r.Prove, Prover: dataset.ForDafny, Facts: r.Dafny}
		if isProgram(r.File) {
			t.Program = &Program{Path: r.File, Sum: sha256.Sum256([]byte(t.Problem.Statement))}
		}
		in.Tasks = append(in.Tasks, t)
	}
	return true, nil
}

// isProgram reports whether a file is a program for Dafny by its name.
func isProgram(path string) bool { return strings.EqualFold(filepath.Ext(path), ".dfy") }

// isFolder reports whether a path is a folder.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// KeepLive keeps the problems that are known to be live ([dataset.Live]), and
// says why the others were left out.
func (in *Input) KeepLive() (out []dataset.LeftOut) {
	in.Tasks = slices.DeleteFunc(in.Tasks, func(t Task) bool {
		kept, left := dataset.Live([]dataset.Record{{Dafny: t.Facts}})
		for _, l := range left {
			i := slices.IndexFunc(out, func(o dataset.LeftOut) bool { return o.Reason == l.Reason })
			if i < 0 {
				i = len(out)
				out = append(out, dataset.LeftOut{Reason: l.Reason})
			}
			out[i].Records += l.Records
		}
		return len(kept) == 0
	})
	return out
}

// Prover names the prover that all problems are for, or is empty if there are
// problems for several.
func (in *Input) Prover() string {
	name := ""
	for i, t := range in.Tasks {
		if i > 0 && t.Prover != name {
			return ""
		}
		name = t.Prover
	}
	return name
}
