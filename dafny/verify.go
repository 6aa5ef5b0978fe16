package dafny

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/soundness"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// VerifyConfig bounds a final check. The zero value is useful.
type VerifyConfig struct {
	// TimeLimit bounds each verification condition; 0 means 30 s.
	TimeLimit time.Duration
	// Wall bounds the whole check of a claim; 0 means 10 minutes.
	Wall time.Duration
	// Memory bounds each process and its solver, in bytes; 0 means 8 GiB.
	Memory int64
}

// Verifier is the final check of an annotated program, in three steps of which
// nothing is shared with a session:
//
//   - package soundness compares the text with the given program;
//   - a fresh Dafny verifies all of it;
//   - a fresh Dafny prints both programs as it understands them, with inferred
//     types, and what it printed is compared as well.
//
// In a claim, the statement is the given program and the proof the whole annotated
// program.
type Verifier struct {
	info   provers.Info
	dafny  freshDafny
	config VerifyConfig
}

// freshDafny starts processes for each call. It is a [Found].
type freshDafny interface {
	Batch(ctx context.Context, text string, l BatchLimits) (transport.Report, error)
	resolved(ctx context.Context, text string, l BatchLimits) (string, error)
}

var (
	_ provers.Verifier = (*Verifier)(nil)
	_ freshDafny       = Found{}
)

// NewVerifier makes the final check of an installation.
func NewVerifier(found Found, config VerifyConfig) *Verifier {
	return newVerifier(found.Info, either{found}, config)
}

func newVerifier(info provers.Info, dafny freshDafny, config VerifyConfig) *Verifier {
	if config.TimeLimit <= 0 {
		config.TimeLimit = 30 * time.Second
	}
	if config.Wall <= 0 {
		config.Wall = 10 * time.Minute
	}
	return &Verifier{info, dafny, config}
}

// Classes of refusals that come from running Dafny; those that come from the text
// are package soundness's.
const (
	classUnproved = "unproved"
	classProver   = "prover_error"
	classTimedOut = "timed_out"
	classCrashed  = "crashed"
)

// Verify implements [provers.Verifier]. The verdict's Axioms are what the given
// program takes for granted itself; they are never nil.
func (v *Verifier) Verify(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
	started := time.Now()
	verdict := provers.Verdict{Prover: v.info, Text: c.Proof, Axioms: []string{}}
	refusal, err := v.check(ctx, c, &verdict)
	verdict.Elapsed = time.Since(started)
	if err != nil {
		return verdict, fmt.Errorf("checking the annotations of %s: %w", c.Problem.Name, err)
	}
	verdict.Accepted = refusal == nil
	if refusal != nil {
		verdict.Class, verdict.Reason = refusal.class, refusal.reason
	}
	return verdict, nil
}

// refusal says why a claim is not accepted.
type refusal struct{ class, reason string }

func violated(v *soundness.Violation) *refusal { return &refusal{v.Class, v.Error()} }

func (v *Verifier) check(parent context.Context, c provers.Claim, verdict *provers.Verdict) (*refusal, error) {
	original := c.Problem.Preamble + c.Problem.Statement + c.Problem.Closing
	checker, violation := soundness.NewChecker(original)
	if violation != nil {
		return violated(violation), nil
	}
	for _, a := range checker.Inherited() {
		verdict.Axioms = append(verdict.Axioms, a.String())
	}
	if violation := checker.Check(c.Proof); violation != nil {
		return violated(violation), nil
	}
	ctx, cancel := context.WithTimeout(parent, v.config.Wall)
	defer cancel()
	// What the program takes for granted itself is what it claims to depend on; that
	// nothing was added to it has just been checked.
	refused, err := v.verify(ctx, c.Proof, len(verdict.Axioms) > 0, verdict)
	if err != nil {
		return v.failed(parent, ctx, err)
	}
	if refused != nil {
		return refused, nil
	}
	var printed [2]string
	for i, text := range []string{original, c.Proof} {
		if printed[i], err = v.dafny.resolved(ctx, text, BatchLimits{Memory: v.config.Memory}); err != nil {
			if refused := (*refusedError)(nil); errors.As(err, &refused) {
				return &refusal{classProver, "what the annotations change cannot be told: " + refused.detail + " (in the " + []string{"given", "annotated"}[i] + " program)"}, nil
			}
			return v.failed(parent, ctx, err)
		}
	}
	if violation := soundness.CheckResolved(printed[0], printed[1]); violation != nil {
		return violated(violation), nil
	}
	return nil, nil
}

// verify has a fresh Dafny verify a text. If nothing was confirmed and nothing
// disproved, which is how the solver fails on a busy machine, another one is asked.
func (v *Verifier) verify(ctx context.Context, text string, assumes bool, verdict *provers.Verdict) (refused *refusal, err error) {
	const tries = 2
	for range tries {
		report, err := v.dafny.Batch(ctx, text, BatchLimits{TimeLimit: v.config.TimeLimit, Memory: v.config.Memory, AllowAssumptions: assumes})
		if err != nil {
			return nil, err
		}
		verdict.Messages = messages(report.Diagnostics)
		refused = judge(report, text)
		if refused == nil || refused.class != classProver || !report.Resolved {
			break
		}
	}
	return refused, nil
}

// failed is the verdict of a run that gave no report, if there can be one.
func (v *Verifier) failed(parent, ctx context.Context, err error) (*refusal, error) {
	switch lost := (*transport.Lost)(nil); {
	case parent.Err() != nil:
		return nil, parent.Err()
	case ctx.Err() != nil:
		return &refusal{classTimedOut, fmt.Sprintf("the check took longer than %s", v.config.Wall)}, nil
	case errors.As(err, &lost):
		return &refusal{classCrashed, lost.Error()}, nil
	}
	return nil, err
}

// judge reads a report: only what was confirmed counts, and all of it must be.
func judge(r transport.Report, text string) *refusal {
	for _, d := range r.Diagnostics {
		if !r.Resolved && d.Severity == transport.SeverityError {
			return &refusal{classProver, "Dafny does not accept the program: " + messageOf(d)}
		}
	}
	if !r.Resolved {
		return &refusal{classProver, "Dafny does not accept the program"}
	}
	for _, result := range r.Results {
		if result.Status == transport.TimedOut || result.Status == transport.OutOfResource {
			return &refusal{classTimedOut, nameOf(result) + " used up the prover's time or memory"}
		}
	}
	for _, result := range r.Results {
		if result.Status == transport.Failed {
			return &refusal{classUnproved, nameOf(result) + " was not verified" + firstOf(r.Diagnostics)}
		}
	}
	for _, d := range r.Diagnostics {
		switch d.Severity {
		case transport.SeverityWarning, transport.SeverityInfo:
		default: // what is not understood does not pass
			return &refusal{classUnproved, messageOf(d)}
		}
	}
	for _, result := range r.Results {
		if result.Status != transport.Verified {
			return &refusal{classProver, "nothing is known of " + nameOf(result)}
		}
	}
	if !r.Complete {
		return &refusal{classProver, "Dafny did not confirm that it read and verified the whole program"}
	}
	if name := unlisted(r, text); name != "" {
		return &refusal{classProver, "Dafny did not say that it verified " + name}
	}
	return nil
}

// unlisted is a declaration that surely has something to be verified, and of which
// the report says nothing; or empty.
func unlisted(r transport.Report, text string) string {
	program, err := syntax.Parse(text)
	if err != nil {
		return "" // package soundness read it
	}
	listed := map[string]bool{}
	for _, result := range r.Results {
		listed[result.Name] = true
	}
	for d := range program.All {
		if d.Body != nil && (d.Kind == syntax.Method || d.Kind == syntax.Lemma) && asserts(d) && !listed[d.QualifiedName()] {
			return d.QualifiedName()
		}
	}
	return ""
}

// asserts reports whether there is an assertion in a declaration's own body that
// Dafny cannot take for trivial.
func asserts(d *syntax.Decl) (found bool) {
	for _, a := range d.Attributes {
		if a == "verify" || a == "extern" || a == "axiom" {
			return false // the given program has it, and says so in what it assumes
		}
	}
	d.Body.Walk(func(s *syntax.Stmt) bool {
		found = found || s.Kind == syntax.Assert && s.Guard != nil && s.Guard.Kind != syntax.Literal
		return !found
	})
	return found
}

func nameOf(r transport.Result) string {
	if r.Name == "" {
		return "the declaration at " + lineColumn(r.Position)
	}
	return r.Name
}

func firstOf(list []transport.Diagnostic) string {
	for _, d := range list {
		if d.Severity == transport.SeverityError {
			return ": " + messageOf(d)
		}
	}
	return ""
}

// messages writes what Dafny said, without what is only for information.
func messages(list []transport.Diagnostic) (texts []string) {
	for _, d := range list {
		if d.Severity != transport.SeverityInfo {
			texts = append(texts, messageOf(d))
		}
	}
	return texts
}

func messageOf(d transport.Diagnostic) string {
	text := lineColumn(d.Position) + ": " + string(d.Severity) + ": " + shorten(d.Message)
	for _, r := range d.Related {
		text += " (" + lineColumn(r.Position) + ": " + shorten(r.Message) + ")"
	}
	return text
}

// lineColumn writes a position as line:column, both from 1.
func lineColumn(p transport.Position) string {
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column+1)
}
