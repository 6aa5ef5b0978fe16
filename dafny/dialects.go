package dafny

import (
	"context"
	"errors"

	"github.com/ansatz-prover/ansatz/dafny/dialect"
	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// language is the version of the language that this Dafny reads.
func (f Found) language() dialect.Version {
	if f.Protocol == LanguageServer {
		return dialect.New
	}
	return dialect.Old
}

// BatchEither is [Found.Batch] for programs of both dialects, see package dialect.
func (f Found) BatchEither(ctx context.Context, text string, l BatchLimits) (transport.Report, error) {
	return dialect.Check(text, f.language(), func(text string, _ *dialect.Converted) (transport.Report, error) {
		return f.Batch(ctx, text, l)
	})
}

// either is an installation that reads programs of both dialects.
type either struct{ Found }

var _ freshDafny = either{}

// Batch implements [freshDafny].
func (e either) Batch(ctx context.Context, text string, l BatchLimits) (transport.Report, error) {
	return e.BatchEither(ctx, text, l)
}

func (e either) resolved(ctx context.Context, text string, l BatchLimits) (string, error) {
	printed, err := e.Found.resolved(ctx, text, l)
	refused := (*refusedError)(nil)
	if err == nil || !errors.As(err, &refused) {
		return printed, err
	}
	c, ok := dialect.Convert(text, e.language())
	if !ok {
		return "", err
	}
	printed, other := e.Found.resolved(ctx, c.Text, l)
	if errors.As(other, &refused) {
		return "", err // what is wrong with the text as it is says more
	}
	return printed, other
}
