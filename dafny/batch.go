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
	canary, whole := transport.NewCanary(text)
	if err := os.WriteFile(filepath.Join(dir, batchFile), []byte(whole), 0o600); err != nil {
		return transport.Report{}, fmt.Errorf("writing the program: %w", err)
	}
	if l.Memory <= 0 {
		l.Memory = defaultBatchMemory
	}
	args := f.Command[1:len(f.Command):len(f.Command)]
	limits := lineserver.Limits{TimeLimit: l.TimeLimit, ErrorLimit: l.ErrorLimit, AllowAssumptions: l.AllowAssumptions}
	if f.Protocol == LineServer {
		args = append(append(args, "/compile:0", lineserver.TraceOutcomes), append(limits.Args(), batchFile)...)
	} else {
		args = append(args, verifyArgs(l, limits)...)
	}
	out, err := process.Run(ctx, process.Options{
		Path: f.Command[0], Args: args, Dir: dir,
		Env:         []string{"LC_ALL=C.UTF-8", "TMPDIR=" + dir},
		MemoryLimit: l.Memory, TimeLimit: l.Wall,
	}, nil, maxBatchOutput)
	switch {
	case ctx.Err() != nil:
		return transport.Report{}, ctx.Err()
	case err != nil:
		return transport.Report{}, err
	case out.Exit.Killed() || out.Exit.Signal != 0:
		return transport.Report{}, &transport.Lost{Reason: out.Exit.String(), Fatal: true}
	}
	switch out.Exit.Code {
	case exitVerified, exitFrontEnd, exitFailed:
	default:
		// Dafny 2 ends so when it fails itself.
		return transport.Report{}, &transport.Lost{Reason: out.Exit.String(), Fatal: true}
	}
	var report transport.Report
	if f.Protocol == LineServer {
		report = readBatch(string(out.Stdout), out.Exit.Code, canary, lineserver.ParseOptions{
			File: batchFile, Text: text,
			Parallel: true, // not so, but a failure of the solver is to leave nothing confirmed
		})
	} else {
		report = readVerify(dir, text, string(out.Stdout), out.Exit.Code, canary)
	}
	report.Elapsed = out.Exit.Elapsed
	return report, nil
}

// readBatch reads what the command line of Dafny 1 to 3 printed.
func readBatch(output string, status int, canary transport.Canary, o lineserver.ParseOptions) transport.Report {
	reply := lineserver.Parse(output, o)
	report := reply.Report(canary, lineserver.CanaryVerified)
	verified := 0
	for _, r := range reply.Results {
		if r.Status == transport.Verified {
			verified++
		}
	}
	all := verified == len(reply.Results) && !reply.Rejected
	t := reply.Trailer
	agreed := t != nil && t.Verified == verified && len(reply.Unknown) == 0 && !reply.Rejected &&
		(status == exitVerified) == all && (t.Errors == 0 && t.Others == "") == all
	if !agreed {
		doubt(&report)
	}
	return report
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
