// Package problems reads what is to be proved or checked.
package problems

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// Task is one problem, and where its proof can be written back to.
type Task struct {
	Problem provers.Problem
	// Prover names the prover that the problem is for, as [dataset.Record] does.
	Prover string
	File   *source.File // nil for what did not come from a .lean file
	Target source.Target
	// Program is the file of a program for Dafny, or nil for what did not come from
	// a .dfy file, and Facts is what a dataset says of it, or nil.
	Program *Program
	Facts   *dataset.DafnyFacts
}

// Mistake is a place of the input that cannot be used.
type Mistake struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`   // from 1; 0 if none is meant
	Column int    `json:"column,omitempty"` // from 1; 0 if the whole line is meant
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason"`
}

// String has the form of a compiler's message.
func (m Mistake) String() string {
	s := m.File
	if m.Line > 0 {
		s += fmt.Sprintf(":%d", m.Line)
		if m.Column > 0 {
			s += fmt.Sprintf(":%d", m.Column)
		}
	}
	if m.Name != "" {
		s += ": " + m.Name
	}
	return s + ": " + m.Reason
}

// Input is what the files and the statement of a command line hold.
type Input struct {
	Tasks    []Task
	Files    []*source.File
	Mistakes []Mistake
}

// Read reads problems. What cannot be used is listed and does not hinder
// the rest; the error is for a file that cannot be read at all.
func Read(paths []string, statement string) (Input, error) {
	var in Input
	if statement != "" {
		p, err := source.FromStatement(statement)
		if err != nil {
			in.fail("--statement", err)
		} else {
			in.Tasks = append(in.Tasks, Task{Problem: p, Prover: dataset.ForLean})
		}
	}
	for _, path := range paths {
		if err := in.add(path); err != nil {
			return in, err
		}
	}
	return in, nil
}

// add reads what one path of the command line names.
func (in *Input) add(path string) error {
	extension := strings.ToLower(filepath.Ext(path))
	if isFolder(path) {
		if ok, err := in.addDafny(path); ok || err != nil {
			return err
		}
		return fmt.Errorf("%s is a folder without programs for Dafny; name the files with problems for Lean", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	switch extension {
	case ".lean":
		in.addFile(path, data)
		return nil
	case ".dfy":
		_, err := in.addDafny(path)
		return err
	case ".jsonl", ".ndjson", ".json":
		// What is no dataset for Dafny is for Lean to read, or to refuse.
		if ok, err := in.addDafny(path); ok && err == nil {
			return nil
		}
		if extension != ".json" {
			return in.addDataset(path, data)
		}
	}
	return fmt.Errorf("%s: neither a .lean or .dfy file nor a dataset for one of them", path)
}

// fail lists an error of package source.
func (in *Input) fail(name string, err error) {
	if e := (*source.Error)(nil); errors.As(err, &e) {
		in.Mistakes = append(in.Mistakes, Mistake{name, e.Line, e.Column, "", e.Reason})
		return
	}
	in.Mistakes = append(in.Mistakes, Mistake{name, 0, 0, "", err.Error()})
}

func (in *Input) addFile(path string, data []byte) {
	file, err := source.ParseFile(path, data)
	if err != nil {
		in.fail(path, err)
		return
	}
	in.Files = append(in.Files, &file)
	for _, s := range file.Skipped {
		in.Mistakes = append(in.Mistakes, Mistake{path, s.Line, s.Column, s.Name, s.Reason})
	}
	for _, t := range file.Targets {
		in.Tasks = append(in.Tasks, Task{Problem: t.Problem, Prover: dataset.ForLean, File: &file, Target: t})
	}
}

func (in *Input) addDataset(path string, data []byte) error {
	set, err := source.ReadDataset(path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	for _, e := range set.Errors {
		in.Mistakes = append(in.Mistakes, Mistake{path, e.Line, e.Column, "", e.Reason})
	}
	for _, p := range set.Problems() {
		in.Tasks = append(in.Tasks, Task{Problem: p, Prover: dataset.ForLean})
	}
	return nil
}

// Choose keeps the tasks whose names match one of the patterns; none keeps all.
func (in *Input) Choose(patterns []string) error {
	if len(patterns) == 0 {
		return nil
	}
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("the pattern %q: %w", p, err)
		}
	}
	in.Tasks = slices.DeleteFunc(in.Tasks, func(t Task) bool { return !NameMatches(t.Problem.Name, patterns) })
	in.Mistakes = slices.DeleteFunc(in.Mistakes, func(m Mistake) bool { return m.Name != "" && !NameMatches(m.Name, patterns) })
	return nil
}

// NameMatches reports whether a name matches one of the patterns. Package path
// treats slashes apart, which mean nothing in a name.
func NameMatches(name string, patterns []string) bool {
	noSlash := strings.NewReplacer("/", "\x00")
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(noSlash.Replace(p), noSlash.Replace(name))
		return ok
	})
}
