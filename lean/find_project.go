package lean

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers/discovery"
)

// Dependency says how far a package that a Lake project wants is there.
type Dependency string

// The states of a dependency.
const (
	NotRequired Dependency = "not_required"
	NotFetched  Dependency = "not_fetched" // in the manifest, not on disk
	NotBuilt    Dependency = "not_built"   // sources without .olean files
	Built       Dependency = "built"
)

// Project is what is known about a Lake project without running Lake, which
// may fetch and build when asked anything.
type Project struct {
	Dir string
	// Toolchain is the content of lean-toolchain, for example
	// "leanprover/lean4:v4.15.0", or empty.
	Toolchain string
	// Built reports that the project itself has been built.
	Built bool
	// Mathlib is the state of Mathlib, which may be the project itself.
	Mathlib Dependency
	// NotFetched are the names of packages in the manifest that are not on disk.
	NotFetched []string
}

func isLakeProject(dir string) bool {
	return exists(filepath.Join(dir, "lakefile.lean")) || exists(filepath.Join(dir, "lakefile.toml"))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lakeManifest is the part of lake-manifest.json that says where packages are.
type lakeManifest struct {
	PackagesDir string `json:"packagesDir"`
	Packages    []struct {
		Name string `json:"name"`
		Type string `json:"type"` // "git" or "path"
		Dir  string `json:"dir"`  // of a "path", relative to the project
	} `json:"packages"`
}

// inspectProject reads the files of a Lake project.
func inspectProject(dir string) (Project, error) {
	p := Project{Dir: dir, Mathlib: NotRequired}
	if !isLakeProject(dir) {
		return p, discovery.Missing("there is no lakefile.lean or lakefile.toml in "+dir, "give the folder of a Lake project; make one with: lake init NAME math")
	}
	toolchain, err := os.ReadFile(filepath.Join(dir, "lean-toolchain"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("reading the project's toolchain: %w", err)
	}
	p.Toolchain = strings.TrimSpace(string(toolchain))
	p.Built = exists(filepath.Join(dir, ".lake", "build")) || exists(filepath.Join(dir, "build", "lib"))
	if exists(filepath.Join(dir, "Mathlib.lean")) {
		p.Mathlib = stateOf(dir, "Mathlib")
	}

	data, err := os.ReadFile(filepath.Join(dir, "lake-manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil // without dependencies there need not be one
	}
	if err != nil {
		return p, fmt.Errorf("reading the project's manifest: %w", err)
	}
	m := lakeManifest{PackagesDir: filepath.Join(".lake", "packages")}
	if err := json.Unmarshal(data, &m); err != nil {
		return p, discovery.Missing("lake-manifest.json is not readable: "+err.Error(), "make it anew: lake update")
	}
	for _, pkg := range m.Packages {
		if pkg.Name == "" {
			continue // manifests before Lean 4.5; Lake says itself that it does not read them
		}
		folder := filepath.Join(dir, m.PackagesDir, pkg.Name)
		if pkg.Type == "path" {
			folder = pkg.Dir
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(dir, folder)
			}
		}
		state := NotFetched
		if exists(folder) {
			state = stateOf(folder, "Mathlib")
		} else {
			p.NotFetched = append(p.NotFetched, pkg.Name)
		}
		if strings.EqualFold(pkg.Name, "mathlib") {
			p.Mathlib = state
		}
	}
	return p, nil
}

// stateOf looks for the .olean file of a package's root module; Lake 5 moved
// these from lib to lib/lean.
func stateOf(dir, module string) Dependency {
	for _, lib := range []string{".lake/build/lib/lean", ".lake/build/lib", "build/lib"} {
		if exists(filepath.Join(dir, filepath.FromSlash(lib), module+".olean")) {
			return Built
		}
	}
	return NotBuilt
}

// problem says what keeps the project from being used as it is: what Lake would
// download or build for hours when the server starts.
func (p Project) problem() error {
	switch {
	case len(p.NotFetched) > 0:
		return discovery.Missing("packages are not fetched: "+strings.Join(p.NotFetched, ", "), "in the project: lake exe cache get (with Mathlib) or lake build")
	case p.Mathlib == NotBuilt:
		return discovery.Missing("Mathlib is not built", "in the project: lake exe cache get")
	}
	return nil
}

// locateInProject finds the lean that Lake would run in the project: beside the
// lake of the given toolchain, on PATH, or elan's.
func locateInProject(f *finder) (path, dir string, err error) {
	if f.project == "" {
		return "", "", nil
	}
	dir, err = filepath.Abs(f.project)
	if err != nil {
		return f.project, f.project, err
	}
	if _, err := inspectProject(dir); err != nil {
		return dir, dir, err
	}
	lake, err := f.lake()
	if err != nil {
		return dir, dir, err
	}
	return filepath.Join(filepath.Dir(lake), "lean"), dir, nil
}

// lake finds the lake to run a project with.
func (f *finder) lake() (string, error) {
	candidates := []string{"lake", filepath.Join(f.elan, "bin", "lake")}
	if f.lean != "" { // the user has named the toolchain too
		lean, _, err := locateGiven(f)
		if err != nil {
			return "", err
		}
		candidates = []string{filepath.Join(filepath.Dir(lean), "lake")}
	}
	for _, c := range candidates {
		if path, err := exec.LookPath(c); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", discovery.Missing("there is no `lake`: "+strings.Join(candidates, ", "), nativeHint)
}

// completeProject adds what the project's files say.
func completeProject(_ *finder, found *Found, dir string) {
	lean := found.Info.Path
	found.Info.Path = dir
	project, err := inspectProject(dir)
	if err != nil {
		return // locateInProject has said so
	}
	found.Project = &project
	if err := project.problem(); err != nil && found.Usable {
		found.Refuse(err)
	}
	if !project.Built {
		found.Notes = append(found.Notes, "the project is not built: its own modules cannot be imported before `lake build`")
	}
	if project.Mathlib == NotRequired {
		found.Notes = append(found.Notes, "the project does not have Mathlib")
	}
	lake := filepath.Join(filepath.Dir(lean), "lake")
	found.Serve = Command{Argv: []string{lake, "serve", "--"}, Dir: dir}
	found.Batch = Command{Argv: []string{lake, "env", "lean"}, Dir: dir}
}

// isElan reports whether an executable is one of elan's proxies, which lie
// beside elan and pick the toolchain when they are run.
func (f *finder) isElan(path string) bool {
	return exists(filepath.Join(filepath.Dir(path), "elan"))
}

var (
	// release matches toolchains whose folder below elan's home is known from
	// their name. Channels ("stable") and the names of linked ones are for elan.
	release          = regexp.MustCompile(`^[\w.-]+/[\w.-]+:v?\d[\w.+-]*$`)
	defaultToolchain = regexp.MustCompile(`(?m)^\s*default_toolchain\s*=\s*["']([^"']*)["']`)
)

// checkToolchain says of elan's lean, without running it, whether running it
// would find a toolchain, because elan downloads one (some 400 MB) that it lacks.
func (f *finder) checkToolchain(path, dir string) error {
	if !f.isElan(path) {
		return nil
	}
	toolchain, from := os.Getenv("ELAN_TOOLCHAIN"), "ELAN_TOOLCHAIN"
	if toolchain == "" {
		if data, err := os.ReadFile(filepath.Join(dir, "lean-toolchain")); err == nil {
			toolchain, from = strings.TrimSpace(string(data)), "lean-toolchain"
		}
	}
	settings, err := os.ReadFile(filepath.Join(f.elan, "settings.toml"))
	if toolchain == "" && err == nil {
		m := defaultToolchain.FindSubmatch(settings)
		if m == nil {
			return discovery.Missing("elan has no default toolchain", "elan default leanprover/lean4:stable")
		}
		toolchain, from = string(m[1]), "elan's settings"
	}
	if !release.MatchString(toolchain) {
		return nil
	}
	folder := strings.NewReplacer("/", "--", ":", "---").Replace(toolchain)
	installed, err := os.ReadDir(filepath.Join(f.elan, "toolchains"))
	if err != nil || !slices.ContainsFunc(installed, func(e fs.DirEntry) bool { return e.Name() == folder }) {
		return discovery.Missing(fmt.Sprintf("the toolchain %s (from %s) is not installed", toolchain, from), "elan toolchain install "+toolchain)
	}
	return nil
}
