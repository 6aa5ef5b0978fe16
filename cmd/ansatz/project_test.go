package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestProject runs scripts with Lake projects that have Mathlib, to show that the
// same commands take them. There is no Mathlib here and no native Lean, so both are
// stand-ins: a Mathlib.olean of a few lines that the real Lean from npm has
// compiled (testdata/mathlib), and programs lake and lean around that Lean
// (standin_test.go). A script has two projects: paper, whose Mathlib has
// rw_search, and modern, whose Mathlib does not.
func TestProject(t *testing.T) {
	dir := os.Getenv(envLeanDir)
	if dir == "" {
		t.Skipf("SKIPPED: the scripts with a Lake project need %s, the folder of 'ansatz provers install lean --dir'", envLeanDir)
	}
	root := t.TempDir()
	toolchain := filepath.Join(root, "toolchain", "bin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(toolchain, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lake", "lean"} {
		if err := os.Symlink(self, filepath.Join(toolchain, name)); err != nil {
			t.Fatal(err)
		}
	}
	built := map[string]string{}
	aesop := compiled(t, filepath.Join(root, "aesop"), nil, "Aesop", "Aesop.lean")
	built["paper"] = compiled(t, filepath.Join(root, "paper"), []string{aesop}, "Mathlib", "Mathlib.lean", "RwSearch.lean")
	built["modern"] = compiled(t, filepath.Join(root, "modern"), []string{aesop}, "Mathlib", "Mathlib.lean")

	p := params(t, "testdata/project", "ANSATZ_NPM_DIR="+filepath.Join(root, "no-npm"), envLeanDir+"="+dir, "ANSATZ_WORKERS=1", "ELAN_HOME="+filepath.Join(root, "no-elan"))
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		e.Setenv("PATH", toolchain+string(filepath.ListSeparator)+e.Getenv("PATH"))
		for name, mathlib := range built {
			if err := makeProject(filepath.Join(e.WorkDir, name), map[string]string{"mathlib": mathlib, "aesop": aesop}); err != nil {
				return err
			}
		}
		return setup(e)
	}
	p.Deadline = time.Now().Add(9 * time.Minute)
	testscript.RunT(serial{t}, p)
}

// compiled compiles a module from the texts of files in testdata/mathlib, and
// returns the folder it is in.
func compiled(t *testing.T, dir string, imports []string, module string, files ...string) string {
	t.Helper()
	var text []byte
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join("testdata", "mathlib", f))
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, data...)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), module+".lean")
	if err := os.WriteFile(source, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := npmLean(imports, "-o", filepath.Join(dir, module+".olean"), filepath.Base(source))
	if err != nil {
		t.Fatal(err)
	}
	c.Dir = filepath.Dir(source) // Lean names modules by their paths below it
	var said strings.Builder
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		t.Fatalf("compiling %s: %v\n%s", module, err, said.String())
	}
	return dir
}

// makeProject makes a Lake project that depends on packages: for each, the folder
// of its compiled modules.
func makeProject(dir string, packages map[string]string) error {
	for _, link := range []string{"mathlib", "aesop"} {
		lib := filepath.Join(dir, ".lake", "packages", link, ".lake", "build", "lib")
		if err := os.MkdirAll(lib, 0o755); err != nil {
			return err
		}
		if err := os.Symlink(packages[link], filepath.Join(lib, "lean")); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"lean-toolchain": "leanprover/lean4:v4.28.0-pre\n",
		"lakefile.toml":  "name = \"problems\"\n\n[[require]]\nname = \"mathlib\"\nscope = \"leanprover-community\"\n",
		"lake-manifest.json": `{"version": "1.1.0", "packagesDir": ".lake/packages", "packages": [
  {"url": "https://github.com/leanprover-community/mathlib4", "type": "git", "subDir": null, "scope": "leanprover-community", "rev": "0000000", "name": "mathlib", "manifestFile": "lake-manifest.json", "inputRev": "master", "inherited": false, "configFile": "lakefile.lean"},
  {"url": "https://github.com/leanprover-community/aesop", "type": "git", "subDir": null, "scope": "leanprover-community", "rev": "0000000", "name": "aesop", "manifestFile": "lake-manifest.json", "inputRev": "master", "inherited": true, "configFile": "lakefile.toml"}],
 "name": "problems", "lakeDir": ".lake"}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
