package main

import (
	"context"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/provers"
)

// settled reports whether nothing is left to prove in the root of the sessions.
func (s *sessions) settled(is func(root provers.State) bool) bool {
	select {
	case session := <-s.ready:
		defer func() { s.ready <- session }()
		return is(session.Root())
	default:
		return false
	}
}

// asItIs is the result of a problem in which nothing is left to prove, so that
// there is nothing to search for: as in any other case, a fresh check has the last
// word. No run is stored.
func (r *runner) asItIs(ctx context.Context, p provers.Problem, starting float64) (results.Result, error) {
	r.display.Phase("checking")
	begin := time.Now()
	verdict, err := r.conn.verifier.Verify(ctx, provers.Claim{Problem: p, Proof: p.Statement})
	out := results.NotSearched(p, results.Proved, "nothing to insert: it is verified as it is")
	out.Starting, out.Checking = starting, time.Since(begin).Seconds()
	out.Elapsed = out.Checking
	switch {
	case ctx.Err() != nil:
		out.Result, out.Reason = results.Interrupted, ""
	case err != nil:
		out.Result, out.Reason = results.Failed, err.Error()
		return out, err
	case !verdict.Accepted:
		out.Result, out.Reason = results.Unverified, "the search found nothing to prove, but the final check refused the program: "+verdict.Reason
	default:
		out.Proof, out.Axioms, out.Text = p.Statement, verdict.Axioms, verdict.Text
	}
	return out, nil
}
