package dafny

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// The exit statuses of Dafny on the command line, of all versions.
const (
	exitVerified = 0
	exitFrontEnd = 2 // the program was not accepted
	exitFailed   = 4 // something was not verified
)

const (
	batchFile = "program.dfy"
	// maxBatchOutput bounds what a verification may print, in bytes.
	maxBatchOutput = 64 << 20
	// defaultBatchMemory bounds the memory of a verification, in bytes.
	defaultBatchMemory = 8 << 30
)

// BatchLimits bounds a verification in a fresh process.
type BatchLimits struct {
	// TimeLimit bounds each verification condition; 0 means Dafny's default, which
	// is none for Dafny 2.
	TimeLimit time.Duration
	// ErrorLimit is the most errors for one declaration; 0 means Dafny's default, 5.
	ErrorLimit int
	// Wall bounds the process; 0 leaves that to the context.
	Wall time.Duration
	// Memory bounds the process and its solver, in bytes; 0 means 8 GiB.
	Memory int64
	// AllowAssumptions is that of [transport.Request].
	AllowAssumptions bool
}

// Batch verifies a program in a fresh process, in a folder of its own, with every
// assumption taken for an assertion.
//
// The text is followed by a small declaration of ours, which shows that Dafny
// read to the end. A declaration counts as [transport.Verified] only if a line
// says so, the counts in the last line of the output are those of such lines, and
// the exit status fits; the report is Complete only then, and if our declaration
// was verified too.
//
// The error is that of the context (wrapped) if it is done, a [*transport.Lost]
// if the process died or used up its limits.
func (f Found) Batch(ctx context.Context, text string, l BatchLimits) (transport.Report, error) {
	const doing = "checking a program with a fresh Dafny"
	if err := ctx.Err(); err != nil {
		return transport.Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	if !f.Usable {
		return transport.Report{}, &provers.Error{Kind: provers.NotFound, Doing: doing, Detail: f.Problem, Hint: f.Hint}
	}
	if err := transport.CheckText(text); err != nil {
		return transport.Report{}, err
	}
	dir, err := os.MkdirTemp("", "ansatz-dafny-")
	if err != nil {
		return transport.Report{}, fmt.Errorf("%s: making a folder for it: %w", doing, err)
	}
	report, err := f.batchIn(ctx, dir, text, l)
	if removeErr := os.RemoveAll(dir); removeErr != nil {
		err = errors.Join(err, fmt.Errorf("removing the folder: %w", removeErr))
	}
	if err != nil {
		return transport.Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	return report, nil
}

// batchIn is Batch in a given folder.
func (f Found) batchIn(ctx context.Context, dir, text string, l BatchLimits) (transport.Report, error) {
	if l.Memory <= 0 {
		l.Memory = defaultBatchMemory
	}
	limits := lineserver.Limits{TimeLimit: l.TimeLimit, ErrorLimit: l.ErrorLimit, AllowAssumptions: l.AllowAssumptions}
	canary, whole := transport.NewCanary(text)
	if f.Protocol == LanguageServer {
		out, err := f.runBatch(ctx, dir, whole, verifyArgs(l, limits), l)
		if err != nil {
			return transport.Report{}, err
		}
		report := readVerify(dir, text, string(out.Stdout), out.Exit.Code, canary)
		report.Elapsed = out.Exit.Elapsed
		return report, nil
	}
	// The program is verified as the user would have it verified, to the letter: the
	// solver finds other proofs, or none, as soon as one declaration is added. That
	// Dafny reads it to its end, another process shows, which verifies only the canary.
	args := append([]string{"/compile:0", lineserver.TraceOutcomes}, append(limits.Args(), batchFile)...)
	options := lineserver.ParseOptions{File: batchFile, Text: text,
		Parallel: true, // not so, but a failure of the solver is to leave nothing confirmed
	}
	out, err := f.runBatch(ctx, dir, text, args, l)
	if err != nil {
		return transport.Report{}, err
	}
	report := readBatch(string(out.Stdout), out.Exit.Code, options)
	report.Elapsed = out.Exit.Elapsed
	if report.Resolved {
		again, err := f.runBatch(ctx, dir, whole, append(lineserver.Only(transport.Declaration{Name: canary.Name}), args...), l)
		if err != nil {
			return transport.Report{}, err
		}
		if !readToTheEnd(string(again.Stdout), again.Exit.Code, canary, options) {
			doubt(&report)
			report.Resolved = len(report.Results) > 0 // something was read, at least
		}
		report.Elapsed += again.Exit.Elapsed
	}
	return report, nil
}

// runBatch runs Dafny on a program.
func (f Found) runBatch(ctx context.Context, dir, text string, args []string, l BatchLimits) (process.Output, error) {
	if err := os.WriteFile(filepath.Join(dir, batchFile), []byte(text), 0o600); err != nil {
		return process.Output{}, fmt.Errorf("writing the program: %w", err)
	}
	out, err := process.Run(ctx, process.Options{
		Path: f.Command[0], Args: append(f.Command[1:len(f.Command):len(f.Command)], args...), Dir: dir,
		Env:         []string{"LC_ALL=C.UTF-8", "TMPDIR=" + dir},
		MemoryLimit: l.Memory, TimeLimit: l.Wall,
	}, nil, maxBatchOutput)
	switch {
	case ctx.Err() != nil:
		return out, ctx.Err()
	case err != nil:
		return out, err
	case out.Exit.Killed() || out.Exit.Signal != 0:
		return out, &transport.Lost{Reason: out.Exit.String(), Fatal: true}
	}
	switch out.Exit.Code {
	case exitVerified, exitFrontEnd, exitFailed:
		return out, nil
	}
	// Dafny 2 ends otherwise when it fails itself.
	return out, &transport.Lost{Reason: out.Exit.String(), Fatal: true}
}

// readBatch reads what the command line of Dafny 1 to 3 printed. If the signs do
// not agree, nothing is confirmed.
func readBatch(output string, status int, o lineserver.ParseOptions) transport.Report {
	reply := lineserver.Parse(output, o)
	report := reply.Whole()
	if !agrees(reply, status) {
		doubt(&report)
	}
	return report
}

// agrees reports whether all signs say the same: the lines, the counts in the last
// of them, and the exit status.
func agrees(reply lineserver.Reply, status int) bool {
	verified := 0
	for _, r := range reply.Results {
		if r.Status == transport.Verified {
			verified++
		}
	}
	all := verified == len(reply.Results) && !reply.Rejected
	t := reply.Trailer
	return t != nil && t.Verified == verified && len(reply.Unknown) == 0 && !reply.Rejected &&
		(status == exitVerified) == all && (t.Errors == 0 && t.Others == "") == all
}

// readToTheEnd reads what was printed about a program with the canary, of which
// only the canary was to be verified.
func readToTheEnd(output string, status int, canary transport.Canary, o lineserver.ParseOptions) bool {
	reply := lineserver.Parse(output, o)
	return agrees(reply, status) && reply.Report(canary, lineserver.CanaryVerified).Complete
}

// doubt takes back what a report confirms: the signs do not agree.
func doubt(report *transport.Report) {
	report.Complete = false
	for i := range report.Results {
		if report.Results[i].Status == transport.Verified {
			report.Results[i].Status = transport.Unknown
		}
	}
}
