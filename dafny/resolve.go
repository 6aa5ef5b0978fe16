package dafny

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

const resolvedFile = "resolved.dfy"

// refusedError says that Dafny's front end does not accept a program.
type refusedError struct{ detail string }

func (e *refusedError) Error() string { return "Dafny does not accept the program: " + e.detail }

// resolved has a fresh Dafny print a program with the types of all its variables,
// without verifying it. The error is a [*refusedError] if Dafny does not accept
// the program, and else like that of [Found.Batch].
func (f Found) resolved(ctx context.Context, text string, l BatchLimits) (printed string, err error) {
	const doing = "having Dafny resolve a program"
	if !f.Usable {
		return "", &provers.Error{Kind: provers.NotFound, Doing: doing, Detail: f.Problem, Hint: f.Hint}
	}
	dir, err := os.MkdirTemp("", "ansatz-dafny-")
	if err != nil {
		return "", fmt.Errorf("%s: making a folder for it: %w", doing, err)
	}
	defer func() {
		if removeErr := os.RemoveAll(dir); removeErr != nil {
			err = errors.Join(err, fmt.Errorf("%s: removing the folder: %w", doing, removeErr))
		}
	}()
	if err := os.WriteFile(filepath.Join(dir, batchFile), []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("%s: writing it: %w", doing, err)
	}
	args := f.Command[1:len(f.Command):len(f.Command)]
	if f.Protocol == LineServer {
		args = append(args, "/compile:0", "/noVerify", "/rprint:"+resolvedFile, batchFile)
	} else {
		args = append(args, "resolve", batchFile, "--rprint", resolvedFile)
	}
	if l.Memory <= 0 {
		l.Memory = defaultBatchMemory
	}
	out, err := process.Run(ctx, process.Options{
		Path: f.Command[0], Args: args, Dir: dir,
		Env:         []string{"LC_ALL=C.UTF-8", "TMPDIR=" + dir},
		MemoryLimit: l.Memory, TimeLimit: l.Wall,
	}, nil, maxBatchOutput)
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s: %w", doing, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("%s: %w", doing, err)
	case out.Exit.Killed() || out.Exit.Signal != 0:
		return "", fmt.Errorf("%s: %w", doing, &transport.Lost{Reason: out.Exit.String(), Fatal: true})
	case out.Exit.Code != exitVerified:
		return "", fmt.Errorf("%s: %w", doing, &refusedError{firstError(string(out.Stdout))})
	}
	whole, err := os.ReadFile(filepath.Join(dir, resolvedFile))
	if err != nil {
		return "", fmt.Errorf("%s: reading what it printed: %w", doing, err)
	}
	return string(whole), nil
}

// firstError is the first line with an error in an output of Dafny.
func firstError(output string) string {
	for line := range strings.Lines(output) {
		if strings.Contains(line, "Error") {
			return strings.TrimPrefix(strings.TrimSpace(line), batchFile)
		}
	}
	return "it does not say why"
}
