package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/spf13/cobra"
)

// versionJSON is what "ansatz version --json" prints.
type versionJSON struct {
	Version  int    `json:"version"`
	Type     string `json:"type"` // "version"
	Ansatz   string `json:"ansatz"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func buildVersion() versionJSON {
	v := versionJSON{Version: results.Version, Type: "version", Ansatz: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Ansatz = m
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func versionLine() string {
	v := buildVersion()
	s := "ansatz " + v.Ansatz
	if v.Revision != "" {
		s += " " + v.Revision[:min(len(v.Revision), 12)]
	}
	if v.Modified {
		s += " (modified)"
	}
	return fmt.Sprintf("%s %s %s", s, v.Go, v.Platform)
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "version", GroupID: "setup", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				a.printJSON(buildVersion())
				return nil
			}
			a.printf("%s\n", versionLine())
			return nil
		},
	}
}
