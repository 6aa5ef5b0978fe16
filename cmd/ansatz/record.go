package main

import (
	"fmt"

	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/provers/transcript"
)

// recorders makes transcripts in a folder, for --record.
func recorders(dir string, command lean.Command, say func(string)) func(string) (lean.Recorder, error) {
	return func(name string) (lean.Recorder, error) {
		r, err := transcript.Create(dir, name, func(err error) {
			say(fmt.Sprintf("a recording in %s is not complete: %v", dir, err))
		})
		if err != nil {
			return nil, err
		}
		r.Started(command.Argv, command.Dir)
		return r, nil
	}
}
