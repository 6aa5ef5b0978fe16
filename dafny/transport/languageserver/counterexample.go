package languageserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// counterExampleDepth is how far Dafny looks into objects, as its editors ask for.
const counterExampleDepth = 5

// CounterExample is what the solver took to be the case at a place on the way to
// an obligation that it could not prove. It may be wrong.
type CounterExample struct {
	Position transport.Position `json:"position"`
	// Assumption is a statement of Dafny: "assume -1 == y && |a| == 0;".
	Assumption string `json:"assumption"`
}

// CounterExamples has the whole program verified and returns what could be found.
// None are returned for a program that is not accepted, and whenever Dafny has
// trouble with them.
func (s *Service) CounterExamples(ctx context.Context, text string) ([]CounterExample, error) {
	const doing = "asking Dafny for counterexamples"
	if err := transport.CheckText(text); err != nil {
		return nil, err
	}
	current, err := s.acquire(ctx, short)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	list, err := current.counterExamples(ctx, text)
	if err != nil {
		s.failed(ctx, short, current, err)
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	s.answered(short, current)
	return list, nil
}

func (s *server) counterExamples(ctx context.Context, text string) ([]CounterExample, error) {
	doc, f, err := s.open(ctx, text)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, s.lost(err)
	}
	defer s.shut(ctx, doc)
	known, err := s.await(ctx, f, snapshot.compiled)
	if err != nil || known.status != resolutionSucceeded {
		return nil, err
	}
	var found []struct {
		Position   lsp.Position `json:"position"`
		Assumption string       `json:"assumption"`
	}
	params := map[string]any{"textDocument": lsp.TextDocumentIdentifier{URI: f.uri}, "counterExampleDepth": counterExampleDepth}
	err = s.conn.Call(ctx, methodCounterExample, params, &found)
	var refused *lsp.ResponseError
	switch {
	case errors.As(err, &refused):
		return nil, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, s.lost(err)
	}
	a := answer{mapper: doc.Mapper()}
	list := make([]CounterExample, 0, len(found))
	for _, c := range found {
		list = append(list, CounterExample{Position: a.position(c.Position), Assumption: c.Assumption})
	}
	return list, nil
}
