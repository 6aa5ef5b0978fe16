// Command ansatz searches for formal proofs: it makes educated guesses and has
// a prover check every one. Run "ansatz help" for what it can do.
package main

import "os"

func main() { os.Exit(run(newApp(), os.Args[1:])) }
