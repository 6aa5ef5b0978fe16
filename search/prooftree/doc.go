// Package prooftree keeps runs and their proof trees in one SQLite file.
//
// A proof tree is the fold of an append-only sequence of events (package
// search). The store keeps that sequence in relational tables, one for each
// kind of event, so that a question about a tree is a query and not a replay;
// [Store.Events] gives the sequence back in its order. The schema, with a
// comment for each column that needs one, is in the folder migrations.
//
// # Who may write
//
// Any number of processes may use one file at the same time. A [Writer] owns
// one run, by a lock on a file that the kernel releases when the process ends,
// however it ends; so a run that is being searched cannot be resumed elsewhere,
// and one whose process was killed can. Every batch of events is one short
// transaction: after a crash the file holds a prefix of the events, without gaps.
// Readers see a consistent snapshot and never wait for writers.
//
// # What is not kept
//
// A message of an attempt longer than [MaxMessage] is shortened. Only the fields
// that package search names for a kind of event are stored, so a state has no
// path ([View.State] rebuilds it from the attempts that led there) and an
// outcome no next states. Times are given back in UTC.
package prooftree
