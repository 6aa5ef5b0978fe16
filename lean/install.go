package lean

import (
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// Installation describes how to run the Lean that was found.
func (f Found) Installation() Installation {
	folder := "/ansatz" // nothing is read from there: the text comes from the client
	if f.Project != nil {
		// Lake resolves a document's imports by the folder that it is in.
		folder = f.Serve.Dir
	}
	return Installation{
		Info:     f.Info,
		Watchdog: !f.Worker,
		Server:   func(options []string) process.Options { return f.Serve.Options(options...) },
		Batch: func(file string, options []string) process.Options {
			return f.Batch.Options(append(append([]string{"--json"}, options...), file)...)
		},
		DocumentURI: func(n int64) string {
			path := filepath.Join(folder, fmt.Sprintf("AnsatzProblem%d.lean", n))
			return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
		},
		PrintAxioms: f.Info.Variant == provers.Native,
		SlowBatch:   f.Worker,
	}
}
