package languageserver

import (
	"context"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// answer is what came of a request.
type answer struct {
	snapshot
	uri    string
	mapper *lsp.Mapper
	// asked are the declarations that were to be verified, as they were listed
	// when that was asked.
	asked []symbol
	// refused are those that the server did not want to verify.
	refused map[lsp.Position]bool
}

// verify has a program verified. The text has the canary.
func (s *server) verify(ctx context.Context, text string, r transport.Request, canary transport.Canary) (a answer, err error) {
	doc, f, err := s.open(ctx, text)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return answer{}, s.lost(err)
	}
	defer s.shut(ctx, doc)
	a = answer{uri: f.uri, mapper: doc.Mapper(), refused: make(map[lsp.Position]bool)}
	if a.snapshot, err = s.await(ctx, f, snapshot.compiled); err != nil {
		return answer{}, err
	}
	if a.status != resolutionSucceeded {
		return a, nil
	}
	if _, listed := canaryOf(a.snapshot, canary); !listed {
		// The list comes with the news of the resolution. Without the canary in it
		// nothing can be believed, so the server gets another chance to send one.
		if err := s.documentBarrier(ctx, f); err != nil {
			return answer{}, err
		}
		a.snapshot = f.snapshot()
	}
	if r.FrontEndOnly {
		return a, nil
	}
	a.asked = a.wanted(r.Only, canary)
	return s.verifySymbols(ctx, f, a)
}

// wanted are the declarations that a request is about: all, or those at the
// positions that it names, and the canary.
func (a answer) wanted(only []transport.Declaration, canary transport.Canary) []symbol {
	if len(only) == 0 {
		return a.symbols
	}
	var list []symbol
	for _, y := range a.symbols {
		at := a.position(y.NameRange.Start)
		for _, d := range only {
			if d.Position == at {
				list = append(list, y)
			}
		}
	}
	if y, ok := canaryOf(a.snapshot, canary); ok {
		list = append(list, y)
	}
	return list
}

// verifySymbols verifies declarations and waits until all are at rest.
func (s *server) verifySymbols(ctx context.Context, f *file, a answer) (answer, error) {
	// Whether the server answers before or after the verification does not matter.
	var calls sync.WaitGroup
	calling, cancel := context.WithCancel(ctx)
	defer calls.Wait()
	defer cancel()
	var mu sync.Mutex // guards refused
	for _, y := range a.asked {
		calls.Go(func() {
			var accepted bool
			err := s.conn.Call(calling, methodVerify, place(f, y), &accepted)
			if calling.Err() == nil && (err != nil || !accepted) {
				mu.Lock()
				a.refused[y.NameRange.Start] = true
				mu.Unlock()
				f.update(func() {})
			}
		})
	}
	done := func(known snapshot) bool {
		if known.ended() {
			return true
		}
		mu.Lock()
		defer mu.Unlock()
		for _, asked := range a.asked {
			y, listed := known.find(asked)
			if listed && y.Status < atRest && !(y.Status == stale && a.refused[y.NameRange.Start]) {
				return false
			}
		}
		return true
	}
	for {
		if _, err := s.await(ctx, f, done); err != nil {
			if ctx.Err() != nil {
				s.cancel(ctx, f, a.asked)
			}
			return answer{}, err
		}
		// A declaration with several parts can seem to be at rest between them.
		if err := s.documentBarrier(ctx, f); err != nil {
			return answer{}, err
		}
		if known := f.snapshot(); done(known) {
			a.snapshot = known
			cancel()
			calls.Wait() // from here on nobody else writes to the answer
			return a, nil
		}
	}
}

// cancel tells the server to give up what it has not done.
func (s *server) cancel(ctx context.Context, f *file, asked []symbol) {
	for _, y := range asked {
		if now, listed := f.snapshot().find(y); listed && now.Status < atRest {
			// Whether it does is seen before the next request.
			_ = s.conn.Post(context.WithoutCancel(ctx), methodCancel, place(f, y))
		}
	}
}

// documentBarrier is a barrier after everything about the open document.
func (s *server) documentBarrier(ctx context.Context, f *file) error {
	return s.barrier(ctx, "textDocument/documentSymbol", map[string]any{"textDocument": lsp.TextDocumentIdentifier{URI: f.uri}})
}

func place(f *file, y symbol) lsp.TextDocumentPositionParams {
	return lsp.TextDocumentPositionParams{TextDocument: lsp.TextDocumentIdentifier{URI: f.uri}, Position: y.NameRange.Start}
}

// canaryOf returns the canary's entry, which is the one in its line.
func canaryOf(s snapshot, c transport.Canary) (symbol, bool) {
	for _, y := range s.symbols {
		if y.NameRange.Start == (lsp.Position{Line: c.Line - 1, Character: transport.CanaryColumn}) {
			return y, true
		}
	}
	return symbol{}, false
}
