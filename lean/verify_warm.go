package lean

import (
	"context"
	"errors"

	"github.com/ansatz-prover/ansatz/provers/lsp"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// WarmVerifier is the final check on a worker of the prover instead of a fresh
// process: the same rules on the text, the whole text elaborated and checked by
// Lean's kernel, the same reading of its messages. It saves the start of a
// process, which costs more than most checks.
//
// What it gives up is independence from what the worker did before. Lean keeps
// of earlier versions of a document what stands before the first difference, and
// has elaborated that by the same rules; a proof may run no code, so that it can
// leave nothing else behind. Where a result is evidence for others, check it with
// [NewVerifier].
func (p *Prover) WarmVerifier() *Verifier {
	v := NewVerifier(p.found, p.config)
	v.run = p.runWarm
	return v
}

// runWarm has a worker check a text. A worker may have died while it was idle,
// or die of what it did before, so that a death counts on the second time only.
func (p *Prover) runWarm(ctx context.Context, text, marker string) (report, process.Exit, error) {
	for again := true; ; again = false {
		r, exit, err := p.checkWarm(ctx, text, marker)
		if err != nil || exit.Reason == process.TimeLimit || exit.Success() || !again {
			return r, exit, err
		}
	}
}

func (p *Prover) checkWarm(ctx context.Context, text, marker string) (report, process.Exit, error) {
	w, err := p.acquireSound(ctx, header(text))
	if err != nil {
		var died *exitError
		if ctx.Err() == nil && errors.As(err, &died) {
			return report{}, died.exit, nil
		}
		return report{}, process.Exit{}, err
	}
	result, err := w.check(ctx, text, p.config.VerifyTimeout, p.config.VerifyTimeout, noMarks, nil)
	switch {
	case err != nil:
		w.close()
		return report{}, process.Exit{}, err
	case result.died != "":
		exit, ok := w.process.Exit()
		w.close()
		if !ok || exit.Success() {
			exit = process.Exit{Reason: process.Closed, Detail: result.died}
		}
		return report{}, exit, nil
	case !result.complete:
		w.close() // it may go on for ever with what it was told to drop
		return report{}, process.Exit{Reason: process.TimeLimit}, nil
	}
	p.release(w)
	return readDiagnostics(result.diagnostics, marker), process.Exit{}, nil
}

// acquireSound is acquire for a worker that must not be worn out already.
func (p *Prover) acquireSound(ctx context.Context, header string) (*worker, error) {
	w, err := p.acquire(ctx, header)
	if err != nil || !p.worn(w) {
		return w, err
	}
	w.close()
	return p.acquire(ctx, header)
}

// noMarks is for a check that has no candidates to tell apart.
func noMarks([]lsp.Diagnostic) int { return 0 }
