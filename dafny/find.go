package dafny

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/discovery"
)

// EnvDafny is the environment variable that stands for [FindOptions.Dafny] if
// that is empty.
const EnvDafny = "ANSATZ_DAFNY"

// debianFolder is where Debian's package dafny puts Dafny.
const debianFolder = "/usr/lib/dafny"

// defaultFindTimeout bounds one program's answer about its version. Dafny takes
// some 200 ms, on a cold disk seconds.
const defaultFindTimeout = 20 * time.Second

// installHint says how to get a Dafny. Only Debian 12 is known to have one.
const installHint = "on Debian 12, `apt-get install dafny` gives Dafny 2.3.0; elsewhere, `dotnet tool install --global dafny` " +
	"or a release from https://github.com/dafny-lang/dafny/releases gives Dafny 4"

// FindOptions says where to look for Dafny.
type FindOptions struct {
	// Dafny is the executable dafny, one of the files Dafny.exe, Dafny.dll or
	// DafnyServer.exe, or the folder that they are in.
	Dafny string
	// Timeout bounds each program that is asked for its version; zero means 20 s.
	Timeout time.Duration
}

// Protocol is how a running Dafny is spoken to.
type Protocol string

// The protocols.
const (
	LineServer     Protocol = "DafnyServer"     // Dafny 1 to 3: package lineserver
	LanguageServer Protocol = "language server" // Dafny 4: package languageserver
)

// Solver is the SMT solver that a Dafny uses.
type Solver struct {
	Path    string
	Version string // "4.8.12", or empty if it is not known
}

// Found is one place where Dafny was looked for.
type Found struct {
	discovery.Place

	// Protocol is that of Server.
	Protocol Protocol
	// Server and Command begin the command lines of the server and of the
	// verifier for files.
	Server, Command []string
	Solver          Solver
}

// place is one row of the table of where to look.
type place struct {
	name     string
	explicit bool
	// locate returns an executable, an assembly or a folder. An empty path leaves
	// the row out, an error makes it a place that cannot be used.
	locate func(*finder) (path string, err error)
}

func places() []place {
	return []place{
		{"given path", true, locateGiven},
		{"dafny on PATH", false, locateOnPath},
		{"Debian's package", false, locateFolder(func(*finder) string { return debianFolder })},
		{".NET tool", false, locateFolder(func(f *finder) string { return filepath.Join(f.home, ".dotnet", "tools", "dafny") })},
		{"VS Code extension", false, locateInCode},
	}
}

// finder is one search.
type finder struct {
	dafny   string
	home    string
	timeout time.Duration
	seen    []string // what has been found already, by the file that is run
}

// Find looks for Dafny everywhere and returns all places in the order of
// preference: a path that the user has named, dafny on PATH, Debian's package,
// the .NET tool, the extension of VS Code. Nothing is installed or downloaded.
// The only error is that of the context.
func Find(ctx context.Context, o FindOptions) ([]Found, error) {
	f := &finder{dafny: o.Dafny, timeout: o.Timeout}
	if f.dafny == "" {
		f.dafny = os.Getenv(EnvDafny)
	}
	if f.timeout <= 0 {
		f.timeout = defaultFindTimeout
	}
	f.home, _ = os.UserHomeDir() // without one there is nothing to find in it
	var all []Found
	for _, p := range places() {
		found, ok := f.at(ctx, p)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("looking for Dafny: %w", err)
		}
		if ok {
			all = append(all, found)
		}
	}
	return all, nil
}

// Choose returns the place to use, as [discovery.Choose] does.
func Choose(all []Found) (Found, error) { return discovery.Choose("Dafny", all) }

// at looks at one place. ok is false if there is nothing to say about it.
func (f *finder) at(ctx context.Context, p place) (found Found, ok bool) {
	path, err := p.locate(f)
	if err == nil && path == "" {
		return Found{}, false
	}
	found = Found{Place: discovery.Place{Source: p.name, Explicit: p.explicit, Info: provers.Info{Name: "dafny", Variant: provers.Native, Path: path}}}
	var in installation
	if err == nil {
		in, err = examine(path)
	}
	if err == nil {
		// The same Dafny may be reached by PATH and in its folder.
		if !p.explicit && slices.Contains(f.seen, in.file()) {
			return Found{}, false
		}
		f.seen = append(f.seen, in.file())
		err = f.complete(ctx, &found, in)
	}
	found.Usable = err == nil
	if err != nil {
		found.Refuse(err)
	}
	return found, true
}

// locateGiven takes what the user has named, as a path or as a command on PATH.
func locateGiven(f *finder) (string, error) {
	if f.dafny == "" {
		return "", nil
	}
	path := f.dafny
	if _, err := os.Stat(path); err != nil {
		found, lookErr := exec.LookPath(path)
		if lookErr != nil {
			return path, discovery.Missing("there is no such file: "+path, "give the path of the dafny executable, or of the folder that has Dafny.exe or Dafny.dll")
		}
		path = found
	}
	return filepath.Abs(path)
}

func locateOnPath(*finder) (string, error) {
	path, err := exec.LookPath("dafny")
	if err != nil {
		return "", discovery.Missing("there is no `dafny` on PATH", installHint)
	}
	return filepath.Abs(path)
}

// locateFolder takes a path if it is there.
func locateFolder(path func(*finder) string) func(*finder) (string, error) {
	return func(f *finder) (string, error) {
		if _, err := os.Stat(path(f)); err != nil {
			return "", nil
		}
		return path(f), nil
	}
}

// locateInCode takes the newest Dafny that the extension of VS Code has fetched.
func locateInCode(f *finder) (string, error) {
	folders, _ := filepath.Glob(filepath.Join(f.home, ".vscode", "extensions", "dafny-lang.ide-vscode-*", "out", "resources", "*", "github", "dafny"))
	newest, at := "", time.Time{}
	for _, folder := range folders {
		if info, err := os.Stat(folder); err == nil && info.ModTime().After(at) {
			newest, at = folder, info.ModTime()
		}
	}
	return newest, nil
}
