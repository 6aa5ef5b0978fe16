package dataset

import (
	"fmt"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// FromStatement makes a record of a statement typed by hand that asks for an
// answer, in any of the forms of [source.FromStatement].
func FromStatement(text string) (Record, error) {
	p, err := source.FromStatement(text)
	if err != nil {
		return Record{}, err
	}
	e, err := source.ParseExistential(p)
	if err != nil {
		return Record{}, fmt.Errorf("reading the statement: %w", err)
	}
	find := findOfExistential(p, e)
	find.Name, find.Source = p.Name, p.Source
	return Record{Name: p.Name, Prover: ForLean, Index: -1, File: "statement", Line: 1, Find: find,
		Imports: source.Requires(p), Requires: requires(source.Requires(p))}, nil
}
