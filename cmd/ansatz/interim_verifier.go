package main

import (
	"context"

	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/dafny/soundness"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// interimVerifier stands in until package dafny has its verifier.
type interimVerifier struct{ found dafny.Found }

// Verify implements [provers.Verifier].
func (v interimVerifier) Verify(ctx context.Context, c provers.Claim) (provers.Verdict, error) {
	out := provers.Verdict{Prover: v.found.Info, Text: c.Proof}
	if violation := soundness.Check(c.Problem.Statement, c.Proof); violation != nil {
		out.Class, out.Reason = violation.Class, violation.Error()
		return out, nil
	}
	r, err := v.found.Batch(ctx, c.Proof, dafny.BatchLimits{})
	if err != nil {
		return out, err
	}
	out.Elapsed = r.Elapsed
	out.Accepted = r.Resolved && r.Complete
	for _, d := range r.Diagnostics {
		if d.Severity == transport.SeverityError {
			out.Accepted, out.Class, out.Reason = false, "prover_error", d.Message
		}
	}
	for _, d := range r.Results {
		if d.Status != transport.Verified {
			out.Accepted, out.Class = false, "prover_error"
		}
	}
	return out, nil
}
