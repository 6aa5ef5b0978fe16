// Package rpe decides restricted propositional equivalence: whether a submitted
// answer is equal to a reference answer by nothing but a fixed list of tactics.
// It is the judgement of "Beyond Theorem Proving: Formulation, Framework and
// Benchmark for Formal Problem-Solving" (arXiv 2505.04528, section 4.1 and
// appendix D.3). The list is restricted so that whoever restates the problem
// instead of solving it is not judged to be right: proving the restatement equal
// to the reference would take more than the list can do.
//
// What Lean is asked is, for a term of the type T,
//
//	theorem ansatz_rpe (given) (answer : T) :
//	    (answer = (ANSWER : T)) ↔ (REFERENCE)
//
// where REFERENCE is a proposition about answer, or "answer = (REFERENCE : T)" if
// it is a term. A submission of the deductive variant is a proposition about
// answer too, and stands for itself. Where T is Prop and nobody mentions answer,
// the two propositions are compared directly.
//
// The texts come from whoever submits answers, and nothing they do may make them
// equal to what they are not. They are checked three times: as text, they must be
// one balanced term without comments, tactics that compute, choice, or anything
// that package soundness refuses; as terms, they are elaborated where answer is
// not in scope (Lean's clear%), so that no way of mentioning it, be it a lookup by
// type or by instance, makes an equation with itself; and the proof that a tactic
// found counts only if a [provers.Verifier] accepts the whole text.
//
// Equivalence says that the list could evaluate what was submitted, not that it
// was worked out: 2004 % 12 is equivalent to 0. Whether an answer is in a form that
// counts as one is for others to say (search/fps).
//
// The package uses lean/source and lean/soundness, so package search must not
// import it.
package rpe
