// Package languageserver drives "dafny server", the language server of Dafny 4.
//
// Each request opens a document of its own, so that nothing that is said late
// about one program is taken for another. The server verifies nothing by itself
// (--verify-on:Never): once a program is resolved, the declarations that are asked
// for are verified one by one, each with dafny/textDocument/verifySymbol, and the
// answer is complete when dafny/textDocument/symbolStatus has them all at rest.
//
// The package was written from the documentation and the source of Dafny 4.11,
// and is tested with a server that behaves as they say.
package languageserver
