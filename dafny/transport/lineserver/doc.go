// Package lineserver drives the DafnyServer of Dafny 1 to 3 (Debian's package
// dafny has that of 2.3.0), which speaks lines of text.
//
// A request is a verb, a line of base64 and an end mark; the answer is what the
// command line would print, and an end mark. Requests have no numbers, cannot be
// cancelled, and are answered one at a time, so a request that is given up costs
// the process: it is killed, and the next request starts another.
//
// [Parse] reads what Dafny prints, here and on the command line.
package lineserver
