package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// The exit codes, as "ansatz help exit-codes" documents them.
const (
	exitOK          = 0
	exitUnproved    = 1
	exitUsage       = 2
	exitNoProver    = 3
	exitInternal    = 4
	exitInterrupted = 130
)

// exitError is an error together with what it means for the exit code.
type exitError struct {
	code int
	// err is nil if everything has been said already.
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage is an error in what the user typed or gave.
func usage(err error, hint string) error {
	return &exitError{code: exitUsage, err: err, hint: hint}
}

func usagef(hint, format string, args ...any) error { return usage(fmt.Errorf(format, args...), hint) }

// classify says what an error means for the exit code and what to do about it.
func classify(err error) *exitError {
	if known := (*exitError)(nil); errors.As(err, &known) {
		return known
	}
	if ofProver := (*provers.Error)(nil); errors.As(err, &ofProver) {
		e := &exitError{code: exitNoProver, err: err, hint: ofProver.Hint}
		if ofProver.Kind == provers.InvalidProblem {
			e.code = exitUsage
		}
		return e
	}
	if ofStore := (*prooftree.Error)(nil); errors.As(err, &ofStore) {
		e := &exitError{code: exitInternal, err: err, hint: ofStore.Hint}
		switch ofStore.Kind {
		case prooftree.UnknownRun, prooftree.AmbiguousRun, prooftree.RunActive, prooftree.NotFound:
			e.code = exitUsage
		}
		return e
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{code: exitInterrupted, err: errInterrupted}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return &exitError{code: exitUsage, err: err}
	case strings.HasPrefix(err.Error(), "unknown command"), strings.Contains(err.Error(), "arg(s)"),
		strings.HasPrefix(err.Error(), "if any flags in the group"), strings.HasPrefix(err.Error(), "required flag"):
		// Cobra has no types for these.
		return &exitError{code: exitUsage, err: err, hint: "see: ansatz --help"}
	}
	return &exitError{code: exitInternal, err: err}
}

// refusedStatement reports whether an error is a prover's refusal of a statement,
// and what it says of it.
func refusedStatement(err error) (detail string, ok bool) {
	e := (*provers.Error)(nil)
	if !errors.As(err, &e) || e.Kind != provers.InvalidProblem {
		return "", false
	}
	if e.Detail == "" {
		return err.Error(), true
	}
	return e.Detail, true
}

// errorJSON is what --json prints on stderr about an error.
type errorJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "error"
	Error   string `json:"error"`
	Hint    string `json:"hint,omitempty"`
	Code    int    `json:"exit_code"`
}

// conclude reports an error of a command and returns the exit code.
func (a *app) conclude(err error) int {
	if err == nil {
		return exitOK
	}
	e := classify(err)
	if e.err == nil {
		return e.code
	}
	if a.json {
		// Nothing can be done about an error of stderr.
		_ = json.NewEncoder(a.stderr).Encode(errorJSON{Version: results.Version, Type: "error", Error: e.err.Error(), Hint: e.hint, Code: e.code})
		return e.code
	}
	fmt.Fprintf(a.stderr, "ansatz: %s\n", console.Printable(e.err.Error()))
	if e.hint != "" {
		fmt.Fprintf(a.stderr, "  %s\n", strings.ReplaceAll(console.Printable(e.hint), "\n", "\n  "))
	}
	return e.code
}
