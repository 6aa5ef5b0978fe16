package annotations

import (
	"maps"

	"github.com/ansatz-prover/ansatz/search/policy/parts"
)

// The parts.
const (
	partBounds        = "bounds"
	partRelations     = "relations"
	partSpecification = "specification"
	partSiblings      = "siblings"
	partFrame         = "frame"
	partPredicates    = "predicates"
	partElements      = "elements"
	partFlags         = "flags"
	partTermination   = "termination"
	partSlices        = "slices"
	partWitnesses     = "witnesses"
	partEquations     = "equations"
	partPreconditions = "preconditions"
	partLemmas        = "lemmas"
	partInduction     = "induction"
	partSplitting     = "splitting"
	partExecution     = "execution"
	partLearning      = "learning"
)

// Parts returns what the policy is made of, with a line about each: what
// [Without] can leave out.
func Parts() parts.List {
	return parts.List{
		{Name: partBounds, Description: "invariants: integers and lengths compared with what bounds them"},
		{Name: partRelations, Description: "invariants: linear equations that hold whenever the program runs"},
		{Name: partSpecification, Description: "invariants: the specification, said of the part that is done"},
		{Name: partSiblings, Description: "invariants: those that other loops have already"},
		{Name: partFrame, Description: "invariants: what is not reached yet is as it was"},
		{Name: partPredicates, Description: "invariants: the program's predicates, said of what is in scope"},
		{Name: partElements, Description: "invariants: what holds of all or some elements of a range"},
		{Name: partFlags, Description: "invariants: what a variable of type bool says"},
		{Name: partTermination, Description: "decreases clauses of loops and of recursive declarations"},
		{Name: partSlices, Description: "assertions: how sequences are put together of their parts"},
		{Name: partWitnesses, Description: "assertions: what exists, said of a variable in scope"},
		{Name: partEquations, Description: "assertions: collections that are equal whenever the program runs"},
		{Name: partPreconditions, Description: "assertions: that what is called next may be called"},
		{Name: partLemmas, Description: "calls of the program's lemmas"},
		{Name: partInduction, Description: "calls of a lemma by itself: the induction hypothesis"},
		{Name: partSplitting, Description: "taking a state apart into its declarations"},
		{Name: partExecution, Description: "running the program, to drop what is wrong and to find what holds"},
		{Name: partLearning, Description: "ranking by which shapes of assertions were of use"},
	}
}

// Without leaves parts out. A name that is not in [Parts] is an error.
func Without(names ...string) (Option, error) {
	set, err := Parts().Set(names)
	if err != nil {
		return nil, err
	}
	return func(p *Policy) { maps.Copy(p.without, set) }, nil
}
