// Package discovery is what adapters share that look for their provers in several
// places: what is known of a place, and which of them to use.
package discovery

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// Place is one place where a prover was looked for. Adapters embed it in what they
// know besides.
type Place struct {
	// Source is the name of the place, for people: "lean on PATH".
	Source string
	// Explicit reports that the user named this place.
	Explicit bool
	// Info is what is known; the version is empty if it could not be had.
	Info provers.Info
	// Usable reports whether the prover can be started there. If not, Problem says
	// why and Hint what to do about it.
	Usable        bool
	Problem, Hint string
	// Notes are things to know about a usable place.
	Notes []string
}

// At is the place itself.
func (p Place) At() Place { return p }

// Refuse says that the place cannot be used, and why. The hint is that of an error
// made by [Missing], if it is one.
func (p *Place) Refuse(err error) {
	p.Usable = false
	p.Problem, p.Hint = err.Error(), ""
	if m := (*missing)(nil); errors.As(err, &m) {
		p.Hint = m.hint
	}
}

// Missing is an error that says what a place lacks, and a hint what to do about it.
func Missing(problem, hint string) error { return &missing{problem, hint} }

type missing struct{ problem, hint string }

func (m *missing) Error() string { return m.problem }

// Found is a type that embeds [Place].
type Found interface{ At() Place }

// Choose returns the place to use: the first usable one. A place that the user
// has named is never passed over in silence: if it cannot be used, that is an
// error, as it is if none can. Such an error is a [*provers.Error] of kind
// [provers.NotFound] that speaks of the prover by its name.
func Choose[F Found](prover string, all []F) (chosen F, err error) {
	var tried, hints []string
	for _, f := range all {
		p := f.At()
		if p.Usable {
			return f, nil
		}
		if p.Explicit {
			return chosen, &provers.Error{
				Kind: provers.NotFound, Doing: fmt.Sprintf("using %s of the %s %s", prover, p.Source, p.Info.Path), Detail: p.Problem, Hint: p.Hint,
			}
		}
		tried = append(tried, p.Source+": "+p.Problem)
		if p.Hint != "" && !slices.Contains(hints, p.Hint) {
			hints = append(hints, p.Hint)
		}
	}
	return chosen, &provers.Error{
		Kind: provers.NotFound, Doing: "looking for " + prover, Detail: strings.Join(tried, "; "), Hint: strings.Join(hints, "; or "),
	}
}
