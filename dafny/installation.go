package dafny

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/provers/discovery"
	"github.com/ansatz-prover/ansatz/provers/process"
)

// The versions that ansatz knows. It is tested with Dafny 2.3.0; of Dafny 4 it
// knows what is documented of 4.11.
const (
	oldestMajor = 2
	newestMajor = 4
)

// installation is a Dafny on disk.
type installation struct {
	executable string // dafny itself, or empty
	folder     string // with the assemblies, or empty if it is not known
	assembly   string // Dafny.exe or Dafny.dll in folder, or empty if the executable has it within
	server     string // DafnyServer.exe or DafnyServer.dll, or empty
}

// file identifies the installation: the file that is run in the end.
func (in installation) file() string {
	if in.assembly != "" {
		return in.assembly
	}
	if real, err := filepath.EvalSymlinks(in.executable); err == nil {
		return real
	}
	return in.executable
}

// examine finds out what a path is of: an executable, an assembly, or a folder.
func examine(path string) (installation, error) {
	info, err := os.Stat(path)
	if err != nil {
		return installation{}, discovery.Missing("it cannot be read: "+err.Error(), installHint)
	}
	if info.IsDir() {
		in := assemblies(path)
		if in.assembly == "" {
			if dafny := filepath.Join(path, "dafny"); isExecutable(dafny) {
				return examine(dafny)
			}
			return installation{}, discovery.Missing("there is no Dafny in this folder", "it must have Dafny.exe, Dafny.dll or dafny in it")
		}
		return in, nil
	}
	if name := filepath.Base(path); strings.HasPrefix(name, "Dafny") && (strings.HasSuffix(name, ".exe") || strings.HasSuffix(name, ".dll")) {
		return examine(filepath.Dir(path))
	}
	if !isExecutable(path) {
		return installation{}, discovery.Missing(path+" is not executable", "give the path of the dafny executable, or of the folder that has Dafny.exe or Dafny.dll")
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return installation{}, fmt.Errorf("following %s: %w", path, err)
	}
	in := assemblies(filepath.Dir(real))
	if in.assembly == "" {
		in = assemblies(scriptFolder(real))
	}
	in.executable = path
	return in, nil
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// assemblies looks for the files of Dafny in a folder.
func assemblies(folder string) installation {
	in := installation{folder: folder}
	if folder == "" {
		return in
	}
	for _, ending := range []string{".exe", ".dll"} {
		if in.assembly == "" && isFile(filepath.Join(folder, "Dafny"+ending)) {
			in.assembly = filepath.Join(folder, "Dafny"+ending)
		}
		if in.server == "" && isFile(filepath.Join(folder, "DafnyServer"+ending)) {
			in.server = filepath.Join(folder, "DafnyServer"+ending)
		}
	}
	return in
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// named matches the assembly that a script such as Debian's /usr/bin/dafny runs.
var named = regexp.MustCompile(`(/[^\s"']*)/Dafny\.(?:exe|dll)`)

// scriptFolder is the folder of the assembly that a script runs, or empty.
func scriptFolder(path string) string {
	const most = 8 << 10 // bytes; a program is longer than a script
	info, err := os.Stat(path)
	if err != nil || info.Size() > most {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(text, []byte("#!")) {
		return ""
	}
	if m := named.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// run begins the command line that runs an assembly.
func run(assembly string) ([]string, error) {
	if strings.HasSuffix(assembly, ".exe") && runtime.GOOS != "windows" {
		for _, name := range []string{"mono", "cli"} { // Debian's packages may have only the second
			if path, err := exec.LookPath(name); err == nil {
				return []string{path, assembly}, nil
			}
		}
		return nil, discovery.Missing(filepath.Base(assembly)+" needs Mono, and there is no `mono` or `cli` on PATH", "install Mono (on Debian: apt-get install mono-runtime)")
	}
	path, err := exec.LookPath("dotnet")
	if err != nil {
		return nil, discovery.Missing(filepath.Base(assembly)+" needs .NET, and there is no `dotnet` on PATH", "install the .NET 8 runtime: https://dotnet.microsoft.com/download")
	}
	return []string{path, assembly}, nil
}

// complete finds out the version and how to run an installation.
func (f *finder) complete(ctx context.Context, found *Found, in installation) (err error) {
	if in.assembly != "" {
		found.Command, err = run(in.assembly)
	} else {
		found.Command = []string{in.executable}
	}
	if err != nil {
		return err
	}
	if err := f.askVersion(ctx, found); err != nil {
		return err
	}
	major, _, _ := strings.Cut(found.Info.Version, ".")
	number, _ := strconv.Atoi(major) // the expression that found it allows digits only
	switch {
	case number < oldestMajor:
		return discovery.Missing(fmt.Sprintf("Dafny %s is too old: ansatz needs Dafny %d or later", found.Info.Version, oldestMajor), installHint)
	case number < 4:
		found.Protocol = LineServer
		if in.server == "" {
			return discovery.Missing(fmt.Sprintf("there is no DafnyServer beside this Dafny %s", found.Info.Version), "install the whole of Dafny, or a Dafny 4, which does without: "+installHint)
		}
		if found.Server, err = run(in.server); err != nil {
			return err
		}
	default:
		found.Protocol = LanguageServer
		found.Server = append(found.Command[:len(found.Command):len(found.Command)], "server")
		found.Notes = append(found.Notes, "ansatz knows Dafny 4 from its documentation (4.11), and is not tested with it")
		if number > newestMajor {
			found.Notes = append(found.Notes, fmt.Sprintf("Dafny %s is newer than any that ansatz knows", found.Info.Version))
		}
	}
	return f.askSolver(ctx, found, in)
}

var (
	// bannerVersion matches what "/version" prints, "Dafny 2.3.0.10506", plainVersion
	// what "--version" does, "4.11.0+fcb2042d6d043a2634f0854338c08feeaaaf4ae2".
	bannerVersion = regexp.MustCompile(`(?m)^Dafny (\d+\.[\w.+-]+)`)
	plainVersion  = regexp.MustCompile(`(?m)^(\d+\.\d+\.[\w.+-]+)\s*$`)
	solverTrace   = regexp.MustCompile(`(?m)^\[TRACE\] Using prover: (.+?)\r?$`)
	solverVersion = regexp.MustCompile(`Z3 version (\d[\w.]*)`)
)

// askVersion asks Dafny for its version, in the old manner and in the new. The
// old Dafny complains of its own switch, and Debian's fails with it, so the exit
// status means nothing. Its trace names the solver.
func (f *finder) askVersion(ctx context.Context, found *Found) error {
	type way struct {
		args    []string
		version *regexp.Regexp
	}
	ways := []way{{[]string{"--version"}, plainVersion}, {[]string{"/trace", "/version"}, bannerVersion}}
	if strings.HasSuffix(found.Command[len(found.Command)-1], ".exe") {
		slices.Reverse(ways)
	}
	var said string
	for _, way := range ways {
		text, err := f.ask(ctx, found.Command, way.args...)
		if err != nil {
			return err
		}
		if m := way.version.FindStringSubmatch(text); m != nil {
			found.Info.Version = m[1]
			if m := solverTrace.FindStringSubmatch(text); m != nil {
				found.Solver.Path = m[1]
			}
			return nil
		}
		said = text
	}
	if strings.Contains(said, "Cannot find") && strings.Contains(said, "prover") {
		return discovery.Missing("Dafny does not find z3: "+excerpt(said), "install z3 (on Debian: apt-get install z3)")
	}
	return discovery.Missing("it did not say its version, but: "+excerpt(said), installHint)
}

// ask runs a program and returns what it prints on both outputs.
func (f *finder) ask(ctx context.Context, command []string, args ...string) (string, error) {
	const most = 1 << 20 // bytes
	out, err := process.Run(ctx, process.Options{
		Path: command[0], Args: append(command[1:len(command):len(command)], args...), TimeLimit: f.timeout,
		// A program must not find options for it in the current folder.
		Dir: os.TempDir(),
	}, nil, most)
	what := filepath.Base(command[len(command)-1]) + " " + strings.Join(args, " ")
	switch {
	case err != nil:
		return "", discovery.Missing(err.Error(), installHint)
	case out.Exit.Reason == process.TimeLimit:
		return "", discovery.Missing(fmt.Sprintf("`%s` gave no answer within %s", what, f.timeout), installHint)
	case out.Exit.Killed() || out.Exit.Signal != 0:
		return "", discovery.Missing(fmt.Sprintf("`%s` failed: %s", what, out.Exit), installHint)
	}
	return string(out.Stdout) + out.Exit.Stderr, nil
}

// askSolver finds the solver and asks it for its version.
func (f *finder) askSolver(ctx context.Context, found *Found, in installation) error {
	if found.Solver.Path == "" {
		found.Solver.Path = bundledSolver(in.folder)
	}
	if found.Solver.Path == "" {
		path, err := exec.LookPath("z3")
		switch {
		case err == nil:
			found.Solver.Path = path
		case found.Protocol == LineServer:
			return discovery.Missing("there is no `z3` on PATH", "install z3 (on Debian: apt-get install z3)")
		default:
			// The tool of .NET may have its own somewhere else.
			found.Notes = append(found.Notes, "which z3 it uses is not known")
			found.Info.Options = map[string]string{"z3": "unknown"}
			return nil
		}
	}
	said, err := f.ask(ctx, []string{found.Solver.Path}, "--version")
	if err != nil {
		return fmt.Errorf("its solver: %w", err)
	}
	m := solverVersion.FindStringSubmatch(said)
	if m == nil {
		return discovery.Missing(fmt.Sprintf("its solver %s did not say its version, but: %s", found.Solver.Path, excerpt(said)), "install z3 (on Debian: apt-get install z3)")
	}
	found.Solver.Version = m[1]
	found.Info.Options = map[string]string{"z3": m[1]}
	return nil
}

// bundledSolver is the z3 that a release of Dafny 4 has within. The one that
// Dafny prefers is 4.12.1.
func bundledSolver(folder string) string {
	if folder == "" {
		return ""
	}
	for _, name := range []string{"z3-4.12.1", "z3"} {
		if path := filepath.Join(folder, "z3", "bin", name); isExecutable(path) {
			return path
		}
	}
	return ""
}

func excerpt(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	const most = 200 // bytes: the line is put into messages
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "..."
	}
	if line == "" {
		return "nothing"
	}
	return strings.TrimRight(line, "\r")
}
