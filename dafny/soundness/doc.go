// Package soundness is the textual half of the final check of an annotated Dafny
// program. A result counts only if the candidate is the user's program with
// annotations added: what is executed and what is specified are the same token
// by token, and what was added can prove something but assume nothing. The other
// half, a fresh Dafny that verifies the whole candidate, is the Dafny adapter's.
//
// # How programs are compared
//
// Both programs are read ([syntax.Parse]). In each, the parts that are pure
// annotations are found: asserts, calculations, calls of lemmas, reveals, loop
// invariants and decreases clauses, and, in the candidate only, what may be
// added but not taken away: new lemmas, ghost variables with new names, and
// statements that hold nothing but annotations. What is left of the two must be
// equal token by token. A part that is not pure, such as an assertion proved by
// an assumption, is never left out, so the original must have it too, at the
// same place.
//
// What is allowed is written down as lists: of statements, of attributes, of
// declarations. What the parser does not understand is compared as it is, and
// nothing may be added behind it in the same declaration.
//
// The text is also searched for what a parser cannot see: compiler directives
// (#if) work even within comments.
//
// # What this cannot see
//
// An annotation can change the type that Dafny infers for a variable of the
// program: "var n := 200; assert n == m" with m of type bv8 makes n a bit-vector,
// whose arithmetic wraps around. The Dafny adapter therefore has Dafny print both
// programs with all inferred types, and compares what was printed by [Check], too.
package soundness
