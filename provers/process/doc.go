// Package process runs a prover as a supervised child process.
//
// A [Process] is the leader of its own process group. It ends when its context
// is done, when it exceeds a limit, when [Process.Kill] or [Process.Close] is
// called, or by itself; in every case all its descendants are ended too, also
// those that left the process group, and [Process.Exit] says what happened.
//
// Descendants that were orphaned are recognised by a variable in their
// environment ([CookieVariable]), which children inherit. A descendant that
// both clears its environment and is orphaned between two looks of the memory
// watch is the one that can escape.
//
// The package works on Linux; on other Unix systems it builds with less: see
// [TreeSupported].
package process
