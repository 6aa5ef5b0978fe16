package dafny

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/provers"
)

const (
	// quickLimit is the limit of each query in a Houdini round. A clause on which
	// the solver takes longer is dropped: with dozens of them, each that needs its
	// whole time would take a round of minutes.
	quickLimit = time.Second
	// patientWall is the time of an action from which on a round may take longer.
	patientWall = 25 * time.Second
)

// houdini finds out which of many edits stand together: it inserts all of them,
// drops those that are refused, and begins again, until none is. It is a query:
// its outcome is never a step, but what it found is suggested as one, as few
// edits as do the same.
func (s *session) houdini(ctx context.Context, at position, edits []annotation.Edit, deadline time.Time) provers.Outcome {
	limit := quickLimit
	if time.Until(deadline) > patientWall {
		limit = shortLimit
	}
	all, rounds := len(edits), 0
	for len(edits) > 0 {
		rounds++
		c, refused := s.candidate(at, edits)
		if refused != nil {
			// One of them may be what is not well formed.
			if len(edits) == 1 {
				return *refused
			}
			edits = s.wellFormed(at, edits)
			if _, refused = s.candidate(at, edits); refused != nil {
				return *refused
			}
			continue
		}
		f, failed := s.once(ctx, c, limit)
		if failed != nil {
			if failed.Status == provers.TimedOut && len(edits) < all {
				// What was found out so far is not lost.
				return provers.Outcome{Status: provers.Rejected, Class: "houdini",
					Message:     fmt.Sprintf("time ran out in round %d; %d of %d are left", rounds, len(edits), all),
					Suggestions: []string{annotation.Action{Houdini: true, Edits: edits}.String()}}
			}
			return *failed
		}
		drop := c.toDrop(f)
		if len(drop) == 0 {
			if c.refused(f) != "" || f.incomplete {
				return s.outcome(at, c, f)
			}
			return s.stands(ctx, at, c, f, all, rounds, limit, deadline)
		}
		edits = c.without(drop)
	}
	return provers.Outcome{Status: provers.Rejected, Message: "nothing of it holds", Class: "houdini"}
}

// wellFormed leaves out edits that are refused by themselves.
func (s *session) wellFormed(at position, edits []annotation.Edit) (list []annotation.Edit) {
	for _, e := range edits {
		if _, refused := s.candidate(at, []annotation.Edit{e}); refused == nil {
			list = append(list, e)
		}
	}
	return list
}

// without are the edits that the candidate adds, but for some of them.
func (c *candidate) without(drop map[int]bool) (kept []annotation.Edit) {
	for i := c.before; i < len(c.edits); i++ {
		if !drop[i] {
			kept = append(kept, c.edits[i])
		}
	}
	return kept
}

// toDrop are the edits that a round refutes, by index.
func (c *candidate) toDrop(f finding) map[int]bool {
	drop := make(map[int]bool)
	for _, list := range [][]located{f.frontEnd, f.errors} {
		for _, l := range list {
			if l.origin.Edit >= c.before {
				drop[l.origin.Edit] = true
			}
		}
	}
	if len(drop) > 0 || len(f.undecided) == 0 {
		return drop
	}
	// The solver ran out of time without saying on what. Quantified clauses are
	// what makes it slow, and later ones were thought less likely.
	var suspects []int
	for i := c.before; i < len(c.edits); i++ {
		if annotation.Quantified(c.edits[i].Text) {
			suspects = append(suspects, i)
		}
	}
	if len(suspects) == 0 {
		for i := c.before; i < len(c.edits); i++ {
			suspects = append(suspects, i)
		}
	}
	for _, i := range suspects[len(suspects)*2/3:] {
		drop[i] = true
	}
	return drop
}

// stands is the outcome of a set of edits that stand together.
func (s *session) stands(ctx context.Context, at position, c *candidate, f finding, offered, rounds int, limit time.Duration, deadline time.Time) provers.Outcome {
	added := c.edits[c.before:]
	o := provers.Outcome{Status: provers.Rejected, Class: "houdini",
		Message: fmt.Sprintf("%d of %d stand (round %d)", len(added), offered, rounds)}
	if f.improves(at) {
		least := s.minimize(ctx, at, added, f, limit, earlier(deadline, time.Now().Add(minimizeTime)))
		o.Suggestions = append(o.Suggestions, annotation.Action{Edits: least}.String())
	}
	// All invariants may be what a later step needs. A statement that changes
	// nothing now seldom does later.
	if all := (annotation.Action{Edits: clauses(added)}).String(); len(clauses(added)) > 0 && !slices.Contains(o.Suggestions, all) {
		o.Suggestions = append(o.Suggestions, all)
	}
	return o
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// clauses are those of the edits that insert a clause.
func clauses(edits []annotation.Edit) (list []annotation.Edit) {
	for _, e := range edits {
		if e.IsClause() {
			list = append(list, e)
		}
	}
	return list
}

// improves reports whether fewer obligations are open than at a position. Where
// exactly a path ends does not count.
func (f finding) improves(at position) bool {
	count := len(f.errors) + len(f.undecided)
	return len(f.unproved) < len(at.names) || count < at.open
}

// open are the open obligations, each as a text.
func (f finding) open() map[string]bool {
	set := make(map[string]bool)
	for _, l := range f.errors {
		set[fmt.Sprint(l.decl, l.Kind, l.origin.Offset, l.related)] = true
	}
	for name, status := range f.undecided {
		set[name+" "+string(status)] = true
	}
	for _, name := range f.unproved {
		set[name] = true
	}
	return set
}

func subset(a, b map[string]bool) bool {
	for x := range a {
		if !b[x] {
			return false
		}
	}
	return true
}
