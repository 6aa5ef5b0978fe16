// Package lsp is a client for language servers that check proofs: Lean's
// watchdog (lean --server, lake serve), a single Lean file worker
// (lean --worker), and Dafny's server.
//
// A [Conn] speaks the Language Server Protocol over any stream, on top of
// github.com/sourcegraph/jsonrpc2. A [Document] holds one text with its
// versions; what a server says about an older version is never taken for the
// current one. A [Mapper] is the only place where UTF-16 columns are counted.
//
// The protocol: https://microsoft.github.io/language-server-protocol/.
// Lean's additions are those of its module Lean.Data.Lsp.Extra.
package lsp
