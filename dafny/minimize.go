package dafny

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/provers"
)

var _ provers.Minimizer = (*session)(nil)

// minimizeTime bounds how long the search waits while fewer edits are looked for.
const minimizeTime = 6 * time.Second

// Minimize implements [provers.Minimizer]: it leaves out the insertions without
// which the program verifies as well.
func (s *session) Minimize(ctx context.Context, p provers.Proof) (string, error) {
	edits, err := proofEdits(p)
	if err != nil {
		return "", err
	}
	var at position
	for _, e := range edits {
		d, err := s.program.places.Declaration(e)
		if err != nil {
			return "", fmt.Errorf("minimizing the proof: %w", err)
		}
		if name := d.QualifiedName(); !slices.Contains(at.names, name) {
			at.names = append(at.names, name)
		}
	}
	least := s.minimize(ctx, at, edits, finding{}, shortLimit, time.Now().Add(minimizeTime))
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("minimizing the proof: %w", err)
	}
	a, err := s.program.places.Apply(least)
	if err != nil {
		return "", fmt.Errorf("minimizing the proof: %w", err)
	}
	return a.Text, nil
}

// minimize leaves out as many of the edits as can be missed without anything
// being proved less, until the deadline.
func (s *session) minimize(ctx context.Context, at position, edits []annotation.Edit, f finding, limit time.Duration, deadline time.Time) []annotation.Edit {
	want := f.open()
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	keeps := func(edits []annotation.Edit) bool {
		c, refused := s.candidate(at, edits)
		if refused != nil {
			return false
		}
		g, failed := s.once(ctx, c, limit)
		return failed == nil && !g.incomplete && c.refused(g) == "" && len(g.undecided) == 0 && subset(g.open(), want)
	}
	edits = slices.Clone(edits)
	for size := max(len(edits)/2, 1); size > 0; size /= 2 {
		for end := len(edits); end > 0; end -= size {
			if ctx.Err() != nil {
				return edits
			}
			end = min(end, len(edits))
			less := slices.Delete(slices.Clone(edits), max(end-size, 0), end)
			if keeps(less) {
				edits = less
			}
		}
	}
	return edits
}
