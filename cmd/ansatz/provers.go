package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/lean/npm"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/discovery"
	"github.com/spf13/cobra"
)

// proverJSON is one place of "ansatz provers --json".
type proverJSON struct {
	Source  string       `json:"source"`
	Prover  provers.Info `json:"prover"`
	Usable  bool         `json:"usable"`
	Chosen  bool         `json:"chosen"` // what prove would use for the prover's language
	Problem string       `json:"problem,omitempty"`
	Hint    string       `json:"hint,omitempty"`
	Notes   []string     `json:"notes,omitempty"`
	// Of Dafny: how its server is spoken to, and the solver.
	Transport string      `json:"transport,omitempty"`
	Solver    *solverJSON `json:"solver,omitempty"`
}

// solverJSON is the SMT solver of a Dafny.
type solverJSON struct {
	Path    string `json:"path"`
	Version string `json:"version,omitempty"`
}

// proversJSON is what "ansatz provers --json" prints.
type proversJSON struct {
	Version int          `json:"version"`
	Type    string       `json:"type"` // "provers"
	Provers []proverJSON `json:"provers"`
}

func newProvers(a *app) *cobra.Command {
	var p places
	cmd := &cobra.Command{
		Use: "provers", GroupID: "setup", Short: "List the provers that were found, install and uninstall them",
		Long: `List every place where a prover was looked for: its version, whether it can be
used and, if not, why and what to do; of Dafny also how it is spoken to and which
solver it has. Nothing is installed or downloaded.`,
		Example: `  ansatz provers
  ansatz provers install lean
  ansatz provers --project ~/mathlib4`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listProvers(cmd.Context(), p) },
	}
	p.register(cmd.Flags())
	p.registerDafny(cmd.Flags())
	cmd.AddCommand(newInstall(a), newUninstall(a))
	return cmd
}

func (a *app) listProvers(ctx context.Context, p places) error {
	ofLean, leanErr, err := listLean(ctx, p)
	if err != nil {
		return err
	}
	ofDafny, dafnyErr, err := listDafny(ctx, p)
	if err != nil {
		return err
	}
	list := append(ofLean, ofDafny...)
	if a.json {
		a.printJSON(proversJSON{Version: results.Version, Type: "provers", Provers: list})
	} else {
		a.printf("%s", proversText(list))
	}
	if leanErr != nil && dafnyErr != nil {
		return &exitError{code: exitNoProver, err: errors.New("no prover can be used"), hint: "install one: ansatz provers install lean"}
	}
	return nil
}

// listLean lists the places where Lean was looked for. chooseErr says why none of
// them can be used.
func listLean(ctx context.Context, p places) (list []proverJSON, chooseErr, err error) {
	all, err := lean.Find(ctx, p.options())
	if err != nil {
		return nil, nil, err
	}
	chosen, chooseErr := lean.Choose(all)
	for _, f := range all {
		list = append(list, newProverJSON(f.Place, chosen.Place, chooseErr))
	}
	return list, chooseErr, nil
}

// listDafny is listLean for Dafny.
func listDafny(ctx context.Context, p places) (list []proverJSON, chooseErr, err error) {
	all, err := dafny.Find(ctx, dafny.FindOptions{Dafny: p.dafny})
	if err != nil {
		return nil, nil, err
	}
	chosen, chooseErr := dafny.Choose(all)
	for _, f := range all {
		place := newProverJSON(f.Place, chosen.Place, chooseErr)
		place.Transport = string(f.Protocol)
		if f.Solver.Path != "" {
			place.Solver = &solverJSON{f.Solver.Path, f.Solver.Version}
		}
		list = append(list, place)
	}
	return list, chooseErr, nil
}

// newProverJSON is a place as it is listed.
func newProverJSON(p, chosen discovery.Place, chooseErr error) proverJSON {
	return proverJSON{Source: p.Source, Prover: p.Info, Usable: p.Usable, Problem: p.Problem, Hint: p.Hint, Notes: p.Notes,
		Chosen: chooseErr == nil && p.Source == chosen.Source && p.Info.Path == chosen.Info.Path}
}

// choose picks one of the places where a prover was found. If there is none that
// can be used, and the user named none, the error's hint says how to get one.
func choose[F discovery.Found](prover string, all []F, hint func(*provers.Error) string) (F, error) {
	found, err := discovery.Choose(prover, all)
	if e := (*provers.Error)(nil); errors.As(err, &e) && !slices.ContainsFunc(all, func(f F) bool { return f.At().Explicit }) {
		err = &exitError{code: exitNoProver, err: fmt.Errorf("no usable %s was found (%s)", prover, e.Detail), hint: hint(e)}
	}
	return found, err
}

// proversText is the list for people.
func proversText(list []proverJSON) string {
	var b strings.Builder
	for _, p := range list {
		mark := "✗"
		if p.Usable {
			mark = "✓"
		}
		title := p.Prover.Name
		if p.Prover.Version != "" {
			title += " " + p.Prover.Version
		}
		fmt.Fprintf(&b, "%s %s (%s): %s", mark, title, p.Prover.Variant, p.Source)
		if p.Chosen {
			b.WriteString("  ← used")
		}
		b.WriteByte('\n')
		if p.Prover.Path != "" {
			fmt.Fprintf(&b, "    at %s\n", p.Prover.Path)
		}
		if p.Transport != "" {
			fmt.Fprintf(&b, "    driven through its %s\n", p.Transport)
		}
		if s := p.Solver; s != nil {
			fmt.Fprintf(&b, "    solver z3 %sat %s\n", strings.TrimPrefix(s.Version+" ", " "), s.Path)
		}
		if p.Problem != "" {
			fmt.Fprintf(&b, "    %s\n", console.OneLine(p.Problem))
		}
		if p.Hint != "" {
			fmt.Fprintf(&b, "    to do: %s\n", console.OneLine(p.Hint))
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&b, "    note: %s\n", console.OneLine(n))
		}
	}
	return b.String()
}

// installJSON is what "ansatz provers install --json" and uninstall print.
type installJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "installed" or "uninstalled"
	Prover  string `json:"prover"`
	Release string `json:"release,omitempty"`
	Dir     string `json:"dir,omitempty"`
	Changed bool   `json:"changed"`
}

// installable are the provers that can be installed.
var installable = []cobra.Completion{"lean"}

func checkInstallable(_ *cobra.Command, args []string) error {
	if len(args) == 1 && args[0] == dataset.ForDafny {
		return usagef("on Debian 12: apt-get install --no-install-recommends dafny\nelsewhere: https://github.com/dafny-lang/dafny/releases, and --dafny PATH", "only lean can be installed by ansatz, Dafny by other means")
	}
	if len(args) != 1 || args[0] != "lean" {
		return usagef("", "give the prover: only lean can be installed")
	}
	return nil
}

func newInstall(a *app) *cobra.Command {
	var o npm.Options
	cmd := &cobra.Command{
		Use: "install lean", Short: "Install Lean from npm (no root, no npm command, no Mathlib)",
		Long: fmt.Sprintf(`Install Lean %s, compiled to WebAssembly, with the Node.js that it needs: 180 MB
to fetch, 720 MB on disk. What is there already is checked, and a download that
was cut short goes on.`, npm.Version),
		Example: `  ansatz provers install lean
  ansatz provers install lean --dir /srv/lean-npm   # then: ansatz prove --npm-dir /srv/lean-npm`,
		Args: checkInstallable, ValidArgs: installable,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.install(cmd.Context(), o) },
	}
	registerDir(cmd, &o.Dir)
	cmd.Flags().BoolVar(&o.Force, "force", false, "install again")
	cmd.Flags().StringVar(&o.Node, "node", "", "a Node.js to use instead of the packaged one, at least version 24")
	return cmd
}

// registerDir adds the flag --dir, which --npm-dir stands for too.
func registerDir(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "the folder (default $XDG_DATA_HOME/ansatz/lean-npm)")
	cmd.Flags().StringVar(dir, "npm-dir", "", "the same as --dir")
	cmd.MarkFlagsMutuallyExclusive("dir", "npm-dir")
}

func (a *app) install(ctx context.Context, o npm.Options) error {
	d := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer d.Close()
	phase := npm.Phase("")
	changed := false
	o.Progress = func(p npm.Progress) {
		switch p.Phase {
		case npm.Downloading, npm.Unpacking:
			changed = true
		}
		if d.Live() {
			d.Update(func(s *console.Status) { s.Note = p.String() })
		} else if p.Phase != phase && p.Phase != npm.Ready && !a.json {
			d.Say("%s", p.String())
		}
		phase = p.Phase
	}
	begin := time.Now()
	in, err := npm.Install(ctx, o)
	if err != nil {
		return err
	}
	d.Idle()
	d.Above(func() {
		if a.json {
			a.printJSON(installJSON{Version: results.Version, Type: "installed", Prover: "lean", Release: in.Version, Dir: in.Dir, Changed: changed})
			return
		}
		if !changed {
			a.printf("Lean %s is installed in %s\n", in.Version, in.Dir)
			return
		}
		a.printf("installed Lean %s in %s, in %s\n", in.Version, in.Dir, console.Duration(time.Since(begin)))
	})
	return nil
}

func newUninstall(a *app) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "uninstall lean", Short: "Remove Lean installed from npm",
		Example: `  ansatz provers uninstall lean`,
		Args:    checkInstallable, ValidArgs: installable,
		RunE: func(cmd *cobra.Command, _ []string) error {
			removed, err := npm.Uninstall(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(installJSON{Version: results.Version, Type: "uninstalled", Prover: "lean", Dir: dir, Changed: removed})
				return nil
			}
			if removed {
				a.printf("removed Lean\n")
			} else {
				a.printf("nothing to remove\n")
			}
			return nil
		},
	}
	registerDir(cmd, &dir)
	return cmd
}
