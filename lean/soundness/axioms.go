package soundness

import (
	"fmt"
	"slices"
	"strings"
)

// permittedAxioms are the three axioms of Lean's own library. Everything else is
// refused: since Lean 4.29 each use of compiled code has an axiom of its own name.
var permittedAxioms = []string{"propext", "Classical.choice", "Quot.sound"}

// Axioms reads the message of "#print axioms name", in either of its forms:
//
//	'name' depends on axioms: [propext, Classical.choice]
//	'name' does not depend on any axioms
//
// The list may go over several lines. It is empty and not nil if there are none.
// An error means that the message is something else.
func Axioms(message string) ([]string, error) {
	text := strings.Join(strings.Fields(message), " ")
	fail := func() ([]string, error) {
		return nil, fmt.Errorf("reading the prover's list of axioms: unexpected message %q", shorten(text, 200))
	}
	if !strings.HasPrefix(text, "'") {
		return fail()
	}
	if name, rest, ok := strings.Cut(text[1:], "' does not depend on any axioms"); ok {
		if name == "" || rest != "" {
			return fail()
		}
		return []string{}, nil
	}
	name, rest, ok := strings.Cut(text[1:], "' depends on axioms: [")
	list, closed := strings.CutSuffix(rest, "]")
	if !ok || name == "" || !closed {
		return fail()
	}
	axioms := strings.Split(list, ",")
	for i, axiom := range axioms {
		axioms[i] = strings.TrimSpace(axiom)
		if axioms[i] == "" || strings.ContainsAny(axioms[i], "[]") {
			return fail()
		}
	}
	return axioms, nil
}

// CheckAxioms checks that a proof uses permitted axioms only: propext,
// Classical.choice, Quot.sound, and those that the caller takes over from the
// preamble and tells its user of.
func CheckAxioms(axioms []string, fromPreamble ...string) *Violation {
	for _, axiom := range axioms {
		if axiom == "sorryAx" {
			return &Violation{Class: ClassSorry, Rule: "sorry_axiom", Excerpt: axiom, Reason: "the proof is incomplete"}
		}
	}
	for _, axiom := range axioms {
		if !slices.Contains(permittedAxioms, axiom) && !slices.Contains(fromPreamble, axiom) {
			return &Violation{Class: ClassAxiom, Rule: "axiom", Excerpt: axiom, Reason: "the proof rests on an axiom that is not permitted"}
		}
	}
	return nil
}
