package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/verification"
	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/spf13/cobra"
)

// verifyFlags are the flags of "ansatz verify".
type verifyFlags struct {
	places    places
	timeLimit time.Duration
	timeout   time.Duration
}

// verifyErrors is how many errors of one declaration are asked for. Dafny's own
// default is 5, which hides where the rest of a specification fails.
const verifyErrors = 20

func newVerify(a *app) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify FILE.dfy...", GroupID: "search", Short: "Say what of Dafny programs is not verified, and where",
		Long: `Verify Dafny programs, each in a fresh process, and say what fails and where, as a
compiler does. Every assumption (assume, {:axiom}, a lemma without a body) is an
error: what is verified here is verified without them. Each file is verified by
itself, so that it cannot include others.

Columns count characters from 1, as editors show them: a tab and an accented
letter are one each. With --json, byte_column and utf16_column count bytes and
UTF-16 units as well. The result of a file is verified, failed, invalid (Dafny
does not accept the program), timed_out (a limit was reached, and nothing is known
to be wrong), unknown (Dafny or its solver failed) or interrupted.`,
		Example: `  ansatz verify Sum.dfy
  ansatz verify src/*.dfy --time-limit 1m
  ansatz verify Sum.dfy --json | jq '.diagnostics[]?'
  ansatz prove Sum.dfy                           # look for the annotations that are missing`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeFiles("dfy"),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.verify(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.DurationVar(&f.timeLimit, "time-limit", 30*time.Second, "time for each verification condition (0: no limit)")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "time for each file (0: no limit)")
	f.places.registerDafny(flags)
	return cmd
}

// completeFiles completes the names of files with these extensions.
func completeFiles(extensions ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// programFile is a .dfy file that was read.
type programFile struct{ path, text string }

func (a *app) verify(ctx context.Context, f verifyFlags, args []string) error {
	if f.timeLimit < 0 || f.timeout < 0 {
		return usagef("", "--time-limit and --timeout must not be negative")
	}
	files, unread, err := a.readPrograms(args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &exitError{code: exitUsage}
	}
	found, err := findDafny(ctx, f.places)
	if err != nil {
		return err
	}
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	begin := time.Now()
	sum := verification.NewSummary(len(files), found.Info)
	sum.InputErrors = unread
	width := a.width()
	if width == 0 {
		width = 160
	}
	for i, file := range files {
		if ctx.Err() != nil {
			break
		}
		d.Update(func(s *console.Status) { s.Index, s.Total, s.Name = i+1, len(files), filepath.Base(file.path) })
		d.Phase("verifying")
		r := verifyFile(ctx, found, f, file)
		d.Idle()
		sum.Add(r)
		d.Above(func() {
			if a.json {
				a.printJSON(r)
			} else {
				a.printf("%s", r.Text(width))
			}
		})
	}
	sum.Interrupted = ctx.Err() != nil
	sum.Elapsed = time.Since(begin).Seconds()
	d.Above(func() {
		if a.json {
			a.printJSON(sum)
		} else {
			a.printf("%s", sum.Text())
		}
	})
	switch {
	case sum.Interrupted:
		return &exitError{code: exitInterrupted}
	case unread > 0:
		return &exitError{code: exitUsage}
	case !sum.Complete():
		return &exitError{code: exitUnproved}
	}
	return nil
}

// readPrograms reads .dfy files. Those that cannot be read are reported and
// counted, and do not hinder the others; the error is for another kind of file.
func (a *app) readPrograms(paths []string) (files []programFile, unread int, err error) {
	for _, path := range paths {
		if !strings.EqualFold(filepath.Ext(path), ".dfy") {
			if info, err := os.Stat(path); err != nil || !info.IsDir() {
				return nil, 0, usagef("proofs in Lean are checked by: ansatz check FILE.lean", "%s is not a .dfy file", path)
			}
		}
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			reason := err.Error()
			if cause := (*os.PathError)(nil); errors.As(err, &cause) {
				reason = cause.Err.Error()
			}
			a.reportMistake(problems.Mistake{File: path, Reason: reason})
			unread++
			continue
		}
		files = append(files, programFile{path, string(data)})
	}
	return files, unread, nil
}

// verifyFile verifies one program.
func verifyFile(ctx context.Context, found dafny.Found, f verifyFlags, file programFile) verification.Result {
	if offset, reason := unreadable(file.text); reason != "" {
		return verification.Refused(file.path, file.text, offset, reason, found.Info)
	}
	begin := time.Now()
	within := ctx
	if f.timeout > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	report, err := found.BatchEither(within, file.text, dafny.BatchLimits{TimeLimit: f.timeLimit, ErrorLimit: verifyErrors})
	elapsed := time.Since(begin)
	switch refused := (*provers.Error)(nil); {
	case err == nil:
		return verification.New(file.path, file.text, report, found.Info)
	case ctx.Err() != nil:
		return verification.Stopped(file.path, file.text, verification.Interrupted, "stopped before it was verified", elapsed, found.Info)
	case within.Err() != nil:
		return verification.Stopped(file.path, file.text, verification.TimedOut, fmt.Sprintf("it was not verified within %s (--timeout)", f.timeout), elapsed, found.Info)
	case errors.As(err, &refused) && refused.Kind == provers.InvalidProblem:
		return verification.Refused(file.path, file.text, -1, refused.Detail, found.Info)
	}
	return verification.Failure(file.path, file.text, err, elapsed, found.Info)
}

// unreadable says where and why a text is none that Dafny would read as it is. The
// reason is empty if it is one.
func unreadable(text string) (offset int, reason string) {
	if !utf8.ValidString(text) {
		for i, r := range text {
			if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
				return i, "the file is not valid UTF-8"
			}
		}
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return i, "the file has a NUL byte"
	}
	return 0, ""
}
