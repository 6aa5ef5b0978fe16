// Package soundness is the lexical half of the final check of a Lean proof. A
// result counts as proved only if its text is the given statement byte for
// byte, followed by a proof that cannot add axioms, redefine anything, run
// code, escape from its place or hide a sorry. The other half, a fresh prover
// that reads the whole text, is the Lean adapter's.
//
// The rules are lists of what is allowed wherever the set of allowed things can
// be written down: options, messages' severities, axioms, what may follow a
// "#". Names cannot be listed so, for a library has hundreds of thousands; but a
// proof that may begin no command, carry no attribute and run no tactic written
// in itself can reach the unsound parts of Lean through few names, and those are
// refused wherever they stand.
//
// Where Lean's reading of the text depends on what no scanner can know (see
// [source.Token]), the words inside of strings and comments must pass the rules
// too. The price is that such a proof may be refused for a word in a comment.
package soundness
