package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// task is one problem, and where its proof can be written back to.
type task struct {
	problem provers.Problem
	file    *source.File // nil for what did not come from a .lean file
	target  source.Target
}

// inputError is a place of the input that cannot be used.
type inputError struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "input_error"
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Name    string `json:"name,omitempty"`
	Reason  string `json:"reason"`
}

func newInputError(file string, line, column int, name, reason string) inputError {
	return inputError{Version: jsonVersion, Type: "input_error", File: file, Line: line, Column: column, Name: name, Reason: reason}
}

// String has the form of a compiler's message.
func (e inputError) String() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			s += fmt.Sprintf(":%d", e.Column)
		}
	}
	if e.Name != "" {
		s += ": " + e.Name
	}
	return s + ": " + e.Reason
}

// input is what the files and the statement of a command line hold.
type input struct {
	tasks  []task
	files  []*source.File
	errors []inputError
}

// readInput reads problems. What cannot be used is listed and does not hinder
// the rest; the error is for a file that cannot be read at all.
func readInput(paths []string, statement string) (input, error) {
	var in input
	if statement != "" {
		p, err := source.FromStatement(statement)
		if err != nil {
			in.fail("--statement", err)
		} else {
			in.tasks = append(in.tasks, task{problem: p})
		}
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return in, usage(err, "")
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".lean":
			in.addFile(path, data)
		case ".jsonl", ".ndjson":
			if err := in.addDataset(path, data); err != nil {
				return in, err
			}
		default:
			return in, usagef("give .lean files, .jsonl datasets or --statement", "%s: neither a .lean file nor a .jsonl dataset", path)
		}
	}
	return in, nil
}

// fail lists an error of package source.
func (in *input) fail(name string, err error) {
	if e := (*source.Error)(nil); errors.As(err, &e) {
		in.errors = append(in.errors, newInputError(name, e.Line, e.Column, "", e.Reason))
		return
	}
	in.errors = append(in.errors, newInputError(name, 0, 0, "", err.Error()))
}

func (in *input) addFile(path string, data []byte) {
	file, err := source.ParseFile(path, data)
	if err != nil {
		in.fail(path, err)
		return
	}
	in.files = append(in.files, &file)
	for _, s := range file.Skipped {
		in.errors = append(in.errors, newInputError(path, s.Line, s.Column, s.Name, s.Reason))
	}
	for _, t := range file.Targets {
		in.tasks = append(in.tasks, task{problem: t.Problem, file: &file, target: t})
	}
}

func (in *input) addDataset(path string, data []byte) error {
	set, err := source.ReadDataset(path, bytes.NewReader(data))
	if err != nil {
		return usage(err, "")
	}
	for _, e := range set.Errors {
		in.errors = append(in.errors, newInputError(path, e.Line, e.Column, "", e.Reason))
	}
	for _, p := range set.Problems() {
		in.tasks = append(in.tasks, task{problem: p})
	}
	return nil
}

// choose keeps the tasks whose names match one of the patterns; none keeps all.
func (in *input) choose(patterns []string) error {
	if len(patterns) == 0 {
		return nil
	}
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return usagef(`patterns are names with *, ? and [a-z]`, "--name %q: %w", p, err)
		}
	}
	in.tasks = slices.DeleteFunc(in.tasks, func(t task) bool { return !nameMatches(t.problem.Name, patterns) })
	in.errors = slices.DeleteFunc(in.errors, func(e inputError) bool { return e.Name != "" && !nameMatches(e.Name, patterns) })
	return nil
}

// nameMatches reports whether a name matches one of the patterns. Package path
// treats slashes apart, which mean nothing in a name.
func nameMatches(name string, patterns []string) bool {
	noSlash := strings.NewReplacer("/", "\x00")
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(noSlash.Replace(p), noSlash.Replace(name))
		return ok
	})
}
