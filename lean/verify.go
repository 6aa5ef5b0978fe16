package lean

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// maxBatchOutput bounds what Lean may print during a final check.
const maxBatchOutput = 32 << 20

// Verifier is the final check: lexical rules on the proof's text first, then a
// fresh Lean process on the whole text. Nothing of a session is reused.
type Verifier struct {
	found  Installation
	config Config
	hangs  time.Duration // see [hangTime]
	// run has Lean read a text; nil starts a fresh process. See [Prover.WarmVerifier].
	run func(ctx context.Context, text, marker string) (report, process.Exit, error)
}

var _ provers.Verifier = (*Verifier)(nil)

// NewVerifier makes the final check of an installation.
func NewVerifier(found Installation, config Config) *Verifier {
	if config.VerifyTimeout == 0 {
		config.VerifyTimeout = 5 * time.Minute
	}
	return &Verifier{found: found, config: config, hangs: hangTime}
}

// Classes of refusals that come from running Lean; those that come from the
// text are package soundness's.
const (
	classTimedOut = "timed_out"
	classCrashed  = "crashed"
)

// Verify implements [provers.Verifier].
func (v *Verifier) Verify(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
	started := time.Now()
	verdict := provers.Verdict{Prover: v.found.Info, Text: source.Text(c.Problem, c.Proof)}
	refuse := func(class, reason string) (provers.Verdict, error) {
		verdict.Class, verdict.Reason, verdict.Elapsed = class, reason, time.Since(started)
		return verdict, nil
	}
	if violation := soundness.CheckProof(c.Problem, c.Proof); violation != nil {
		return refuse(violation.Class, violation.Error())
	}
	probe, err := v.instrument(c.Problem, verdict.Text)
	if err != nil {
		return refuse(soundness.ClassStatement, err.Error())
	}
	run := v.runBatch
	if v.found.SlowBatch {
		run = v.runServer
	}
	if v.run != nil {
		run = v.run
	}
	report, exit, err := run(ctx, probe.text, probe.marker)
	if err != nil {
		return verdict, fmt.Errorf("checking the proof of %s: %w", c.Problem.Name, err)
	}
	for _, m := range report.messages {
		if m.Severity != "information" {
			verdict.Messages = append(verdict.Messages, fmt.Sprintf("%d: %s: %s", m.Line, m.Severity, shorten(m.Text)))
		}
	}
	switch {
	case exit.Reason == process.TimeLimit:
		return refuse(classTimedOut, fmt.Sprintf("the check took longer than %s", v.config.VerifyTimeout))
	case exit.Killed():
		return refuse(classCrashed, "Lean was ended during the check: "+exit.String())
	}
	first := 1 + strings.Count(c.Problem.Preamble, "\n")
	if violation := soundness.CheckMessages(report.messages, first, report.complete); violation != nil {
		if !report.complete && !exit.Success() && len(verdict.Messages) == 0 {
			return refuse(classCrashed, "Lean ended during the check: "+exit.String())
		}
		return refuse(violation.Class, violation.Error())
	}
	if !exit.Success() {
		return refuse(classCrashed, "Lean reported no error but did not end well: "+exit.String())
	}
	if v.found.PrintAxioms && probe.theorem != "" {
		axioms, err := soundness.Axioms(report.axioms)
		if err != nil {
			return refuse(soundness.ClassAxiom, "what #print axioms said could not be read: "+err.Error())
		}
		verdict.Axioms = axioms
		if violation := soundness.CheckAxioms(axioms); violation != nil {
			return refuse(violation.Class, violation.Error())
		}
	}
	if probe.plain > 0 {
		verdict.Answers = readAnswers(report.at(probe.plain), report.at(probe.explicit))
	}
	verdict.Accepted, verdict.Elapsed = true, time.Since(started)
	return verdict, nil
}

// instrumented is a text with commands behind it that tell about it.
type instrumented struct {
	text    string
	marker  string // is in the message of the last command
	theorem string // the theorem's full name, or empty
	// plain and explicit are the lines of the commands that print the proof of a
	// problem that asks for an answer, from 1; 0 if there are none.
	plain, explicit int
}

// instrument adds what tells that Lean came to the end of the text, which axioms
// the theorem uses and what its answer is. It all stands behind the text, where
// it cannot change it.
func (v *Verifier) instrument(p provers.Problem, text string) (instrumented, error) {
	var nonce [16]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return instrumented{}, err
	}
	out := instrumented{marker: "ansatz-end-" + hex.EncodeToString(nonce[:])}
	var b strings.Builder
	b.WriteString(text)
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	if v.found.PrintAxioms || p.Kind == provers.Find {
		file, err := source.ParseFile("", []byte(source.Text(p, "sorry")))
		if err != nil {
			return out, fmt.Errorf("the problem's own text cannot be read: %w", err)
		}
		if n := len(file.Targets); n > 0 && !strings.HasPrefix(file.Targets[n-1].Problem.Name, "example_") {
			out.theorem = file.Targets[n-1].Problem.Name
		}
	}
	if p.Kind == provers.Find && out.theorem != "" {
		first := 1 + strings.Count(b.String(), "\n")
		commands, plain, explicit := answerCommands(out.theorem)
		b.WriteString(commands)
		out.plain, out.explicit = first+plain, first+explicit
	}
	if v.found.PrintAxioms && out.theorem != "" {
		fmt.Fprintf(&b, "#print axioms %s\n", out.theorem)
	}
	fmt.Fprintf(&b, "#check %q\n", out.marker)
	out.text = b.String()
	return out, nil
}

// runServer has a fresh server check a text, and ends it.
func (v *Verifier) runServer(ctx context.Context, text, marker string) (report, process.Exit, error) {
	config := v.config
	config.StartTimeout = v.config.VerifyTimeout
	p := New(v.found, config)
	p.hangs = v.hangs
	defer p.Close()
	// Nothing but the delay of reports differs from what an editor does.
	w, err := p.start(ctx, header(text), text, []string{"-Dserver.reportDelayMs=0"})
	if err != nil {
		var died *exitError
		switch {
		case ctx.Err() != nil:
			return report{}, process.Exit{}, ctx.Err()
		case errors.As(err, &died):
			return report{}, died.exit, nil
		case errors.Is(err, errHangs):
			return report{}, process.Exit{Reason: process.IdleLimit, Detail: errHangs.Error()}, nil
		case errors.Is(err, context.DeadlineExceeded):
			return report{}, process.Exit{Reason: process.TimeLimit}, nil
		}
		return report{}, process.Exit{}, err
	}
	defer w.close()
	return readDiagnostics(w.doc.Snapshot().Diagnostics, marker), process.Exit{}, nil
}

// readDiagnostics reads what a server said about a text.
func readDiagnostics(list []lsp.Diagnostic, marker string) report {
	var r report
	for _, m := range list {
		severity := map[lsp.Severity]string{lsp.SeverityError: "error", lsp.SeverityWarning: "warning", lsp.SeverityInformation: "information"}[m.Severity]
		if severity == "" {
			severity = "error" // what is not understood does not pass
		}
		r.add(severity, m.Message, m.Range.Start.Line+1, marker)
	}
	return r
}

// runBatch has Lean check a file. A Lean that hangs is replaced once.
func (v *Verifier) runBatch(ctx context.Context, text, marker string) (report, process.Exit, error) {
	output, err := v.batch(ctx, text)
	if err == nil && output.Exit.Reason == process.IdleLimit {
		output, err = v.batch(ctx, text)
	}
	return readBatch(output.Stdout, marker), output.Exit, err
}

func (v *Verifier) batch(ctx context.Context, text string) (process.Output, error) {
	folder, err := os.MkdirTemp("", "ansatz-check-")
	if err != nil {
		return process.Output{}, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "Check.lean")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return process.Output{}, err
	}
	options := v.found.Batch(file, nil)
	options.TimeLimit = v.config.VerifyTimeout
	options.MemoryLimit = v.config.MemoryLimit
	options.IdleLimit = v.hangs
	output, err := process.Run(ctx, options, nil, maxBatchOutput)
	if err != nil {
		if ctx.Err() != nil {
			return output, ctx.Err()
		}
		return output, &provers.Error{Kind: provers.StartFailed, Doing: "starting Lean for the final check", Err: err, Hint: "Run 'ansatz provers' to see what was found."}
	}
	if ctx.Err() != nil || output.Exit.Reason == process.Interrupted {
		return output, errors.Join(ctx.Err(), context.Canceled)
	}
	return output, nil
}

// report is what Lean said about a whole text.
type report struct {
	messages []soundness.Message
	complete bool
	axioms   string
}

// at is what Lean said of a command on the line, if that was one information.
func (r *report) at(line int) string {
	text, count := "", 0
	for _, m := range r.messages {
		if m.Line == line && m.Severity == "information" {
			text = m.Text
			count++
		}
	}
	if count != 1 {
		return ""
	}
	return text
}

// add takes in one message.
func (r *report) add(severity, text string, line int, marker string) {
	if severity == "information" {
		if strings.Contains(text, marker) {
			r.complete = true
			return
		}
		if strings.Contains(text, "depends on axioms") || strings.Contains(text, "does not depend on any axioms") {
			r.axioms = text
		}
	}
	r.messages = append(r.messages, soundness.Message{Severity: severity, Text: text, Line: line})
}

// readBatch reads what lean --json printed.
func readBatch(stdout []byte, marker string) report {
	var r report
	scanner := bufio.NewScanner(bytes.NewReader(stdout))
	scanner.Buffer(nil, maxBatchOutput)
	for scanner.Scan() {
		var m struct {
			Severity string `json:"severity"`
			Data     string `json:"data"`
			Pos      struct {
				Line int `json:"line"`
			} `json:"pos"`
		}
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 || json.Unmarshal(line, &m) != nil || m.Severity == "" {
			continue // not a message; an incomplete report is noticed by the marker
		}
		r.add(m.Severity, m.Data, m.Pos.Line, marker)
	}
	return r
}
