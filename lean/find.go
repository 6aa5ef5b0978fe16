package lean

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/lean/npm"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/discovery"
	"github.com/ansatz-prover/ansatz/provers/process"
)

const (
	// defaultFindTimeout bounds one program's answer to --version. Lean takes
	// some 10 ms, on a cold disk seconds.
	defaultFindTimeout = 10 * time.Second
	// maxVersionOutput bounds what a program may print when asked for its version.
	maxVersionOutput = 64 << 10
)

// Environment variables that stand for a [FindOptions] field that is empty.
const (
	EnvLean    = "ANSATZ_LEAN"
	EnvProject = "ANSATZ_LEAN_PROJECT"
)

// FindOptions says where to look for Lean.
type FindOptions struct {
	// Lean is a lean executable, or the folder of a toolchain.
	Lean string
	// Project is the folder of a Lake project, whose packages problems may import.
	Project string
	// NpmDir is the Dir of npm.Options; empty means its default.
	NpmDir string
	// Timeout bounds each program that is asked for its version; zero means 10 s.
	Timeout time.Duration
}

// Command is the beginning of a command line; see [Command.Options].
type Command struct {
	Argv []string
	Env  []string // added to that of this process
	Dir  string   // working directory; empty means that of this process
	// StackLimit is process.Options.StackLimit.
	StackLimit uint64
}

// Options returns what package process needs to run the command with further arguments.
func (c Command) Options(args ...string) process.Options {
	return process.Options{
		Path: c.Argv[0], Args: append(slices.Clone(c.Argv[1:]), args...),
		Env: c.Env, Dir: c.Dir, StackLimit: c.StackLimit,
	}
}

// Found is one place where Lean was looked for.
type Found struct {
	discovery.Place

	// Serve starts the language server: with Worker, a file worker (one file a
	// process), otherwise the watchdog. Batch runs lean on files.
	Serve, Batch Command
	Worker       bool

	Project *Project          // of a Lake project
	Npm     *npm.Installation // of npm Lean; if it is not Current, call npm.Refresh first
}

// place is one row of the table of where to look.
type place struct {
	name     string
	explicit bool
	// locate returns a lean executable and the folder to run it in. An empty path
	// leaves the row out, an error makes it a place that cannot be used.
	locate func(*finder) (path, dir string, err error)
	// versionArgs make the executable print what version matches.
	versionArgs []string
	version     *regexp.Regexp
	// look replaces all of this for places that are no executable, and then
	// completes what is found.
	look     func(context.Context, *finder) Found
	complete func(*finder, *Found, string)
}

// leanVersion matches "Lean (version 4.9.0, x86_64-unknown-linux-gnu, commit ..., Release)".
var leanVersion = regexp.MustCompile(`Lean \(version ([^,)\s]+)`)

var versionSwitch = []string{"--version"}

func places() []place {
	return []place{
		{name: "Lake project", explicit: true, locate: locateInProject, versionArgs: versionSwitch, version: leanVersion, complete: completeProject},
		{name: "given path", explicit: true, locate: locateGiven, versionArgs: versionSwitch, version: leanVersion, complete: completeNative},
		{name: "lean on PATH", locate: locateOnPath, versionArgs: versionSwitch, version: leanVersion, complete: completeNative},
		{name: "elan", locate: locateInElan, versionArgs: versionSwitch, version: leanVersion, complete: completeNative},
		{name: "npm", look: lookAtNpm},
	}
}

// finder is one search.
type finder struct {
	lean, project, npmDir string
	timeout               time.Duration
	elan                  string   // elan's home
	seen                  []string // executables that have been asked
}

const nativeHint = "install elan, Lean's toolchain manager: https://lean-lang.org/install"

// Find looks for Lean everywhere and returns all places in the order of
// preference: a Lake project or path that the user has named, lean on PATH, elan,
// npm. Nothing is installed or downloaded. The only error is that of the context.
func Find(ctx context.Context, o FindOptions) ([]Found, error) {
	f := &finder{
		lean: o.Lean, project: o.Project, npmDir: o.NpmDir, timeout: o.Timeout,
		elan: os.Getenv("ELAN_HOME"),
	}
	if f.lean == "" {
		f.lean = os.Getenv(EnvLean)
	}
	if f.project == "" {
		f.project = os.Getenv(EnvProject)
	}
	if f.timeout <= 0 {
		f.timeout = defaultFindTimeout
	}
	if f.elan == "" {
		if home, err := os.UserHomeDir(); err == nil {
			f.elan = filepath.Join(home, ".elan")
		}
	}
	var all []Found
	for _, p := range places() {
		found, ok := f.at(ctx, p)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("looking for Lean: %w", err)
		}
		if ok {
			all = append(all, found)
		}
	}
	return all, nil
}

// Choose returns the place to use, as [discovery.Choose] does.
func Choose(all []Found) (Found, error) { return discovery.Choose("Lean", all) }

// at looks at one place. ok is false if there is nothing to say about it.
func (f *finder) at(ctx context.Context, p place) (found Found, ok bool) {
	if p.look != nil {
		found = p.look(ctx, f)
		found.Source = p.name
		return found, true
	}
	path, dir, err := p.locate(f)
	found = Found{Place: discovery.Place{Source: p.name, Explicit: p.explicit, Info: provers.Info{Name: "lean", Variant: provers.Native, Path: path}}}
	if err == nil && path == "" {
		return found, false
	}
	if err == nil && !p.explicit {
		// The same executable may be reached by PATH and as elan's.
		real, evalErr := filepath.EvalSymlinks(path)
		if evalErr == nil && slices.Contains(f.seen, filepath.Dir(path)+real) {
			return found, false
		}
		f.seen = append(f.seen, filepath.Dir(path)+real)
	}
	if err == nil {
		err = f.checkToolchain(path, dir)
	}
	if err == nil {
		found.Info.Version, err = f.ask(ctx, path, dir, p)
	}
	found.Usable = err == nil
	if p.complete != nil {
		p.complete(f, &found, dir)
	}
	if err != nil {
		found.Refuse(err)
	}
	return found, true
}

var errDownloading = errors.New("it began to download a toolchain, and was stopped")

// ask runs an executable for its version. Elan downloads a toolchain that it
// lacks when its lean is run; that is not for a search to begin.
func (f *finder) ask(ctx context.Context, path, dir string, p place) (string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var printed []string
	out, err := process.Run(ctx, process.Options{
		Path: path, Args: p.versionArgs, Dir: dir, TimeLimit: f.timeout,
		OnStderr: func(line string) {
			if printed = append(printed, line); strings.Contains(line, "downloading") {
				cancel(errDownloading)
			}
		},
	}, nil, maxVersionOutput)
	hint := nativeHint
	if f.isElan(path) {
		hint = "see what `elan show` says, and install a toolchain: elan default leanprover/lean4:stable"
	}
	command := filepath.Base(path) + " " + strings.Join(p.versionArgs, " ")
	switch {
	case errors.Is(context.Cause(ctx), errDownloading):
		return "", discovery.Missing(errDownloading.Error(), hint)
	case err != nil:
		return "", discovery.Missing(err.Error(), hint)
	case out.Exit.Reason == process.TimeLimit:
		return "", discovery.Missing(fmt.Sprintf("`%s` gave no answer within %s", command, f.timeout), hint)
	case !out.Exit.Success():
		problem := fmt.Sprintf("`%s` failed: %s", command, out.Exit)
		if len(printed) > 0 && !strings.Contains(problem, printed[0]) {
			problem += ": " + printed[0]
		}
		return "", discovery.Missing(problem, hint)
	}
	m := p.version.FindSubmatch(out.Stdout)
	if m == nil {
		return "", discovery.Missing(fmt.Sprintf("`%s` printed no version of Lean 4: %.60q", command, out.Stdout), hint)
	}
	return string(m[1]), nil
}

// locateGiven takes an executable or a toolchain's folder.
func locateGiven(f *finder) (path, dir string, err error) {
	if f.lean == "" {
		return "", "", nil
	}
	path = f.lean
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		if isLakeProject(path) {
			return path, "", discovery.Missing("this is a Lake project, not a lean executable", "give it as the project: --project "+path)
		}
		path = filepath.Join(path, "bin", "lean")
	}
	found, err := exec.LookPath(path)
	if err != nil {
		return path, "", discovery.Missing("there is no such program: "+path, "give the path of a lean executable, or of a toolchain that has bin/lean")
	}
	path, err = filepath.Abs(found)
	return path, neutralDir, err
}

// neutralDir is where a Lean without a project runs, so that no lean-toolchain
// file in the current folder picks another toolchain.
const neutralDir = "/"

func locateOnPath(*finder) (path, dir string, err error) {
	found, err := exec.LookPath("lean")
	if err != nil {
		return "", "", discovery.Missing("there is no `lean` on PATH", nativeHint)
	}
	path, err = filepath.Abs(found)
	return path, neutralDir, err
}

func locateInElan(f *finder) (path, dir string, err error) {
	path = filepath.Join(f.elan, "bin", "lean")
	if _, err := exec.LookPath(path); err != nil {
		return "", "", nil
	}
	return path, neutralDir, nil
}

func completeNative(_ *finder, found *Found, dir string) {
	found.Serve = Command{Argv: []string{found.Info.Path, "--server"}, Dir: dir}
	found.Batch = Command{Argv: []string{found.Info.Path}, Dir: dir}
}

func lookAtNpm(_ context.Context, f *finder) Found {
	found := Found{Place: discovery.Place{Info: provers.Info{Name: "lean", Variant: provers.Npm}}}
	in, ok, err := npm.Find(f.npmDir)
	switch {
	case err != nil:
		found.Problem = err.Error()
		if shaped := (*provers.Error)(nil); errors.As(err, &shaped) {
			found.Hint = shaped.Hint
		}
	case !ok:
		found.Problem = "not installed"
		found.Hint = fmt.Sprintf("ansatz can install Lean %s from npm (no root, no Mathlib, 180 MB to fetch, 720 MB on disk)", npm.Version)
	default:
		found.Usable, found.Worker, found.Npm = true, true, &in
		found.Info.Version, found.Info.Path = in.Version, in.Dir
		serve, env := in.Command("--worker")
		batch, _ := in.Command()
		found.Serve = Command{Argv: serve, Env: env, StackLimit: npm.StackLimit}
		found.Batch = Command{Argv: batch, Env: env, StackLimit: npm.StackLimit}
		found.Notes = append(found.Notes, "Init, Std and Lean only: problems that import Mathlib need a native Lean")
		if !in.Current {
			found.Notes = append(found.Notes, "its launcher is of another ansatz, and is replaced at the next start")
		}
	}
	return found
}
