// Package source reads and writes Lean 4 source text without running Lean.
//
// It has a scanner that is careful enough for soundness rules ([Scan]), a
// splitter of files into commands that finds the theorems whose proof is
// `sorry` ([ParseFile]), readers for statements typed by hand
// ([FromStatement]) and for JSONL datasets ([ReadDataset]), and the way back:
// proofs written in place of `sorry` ([ReplaceProofs], [WriteFile]).
//
// Lean's grammar is extensible, so no reader outside of Lean can be exact. The
// package follows two rules. First, where Lean's reading depends on something
// that text alone does not tell (a notation's own tokens, whether a string is
// interpolated), the token is marked [Token.Ambiguous] and package soundness
// treats the text as if every reading were the true one. Second, a declaration
// that is not surely understood is reported with a reason instead of guessed at.
//
// Positions: offsets are in bytes from 0, lines and columns count from 1, and a
// column is a number of Unicode code points, as in most editors.
package source
