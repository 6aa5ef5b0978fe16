package lean

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/lean/npm"
	"github.com/ansatz-prover/ansatz/provers"
)

// machine is a fake one: a PATH, an elan and a home in temporary folders.
type machine struct {
	t              *testing.T
	bin, elan, npm string
}

func newMachine(t *testing.T) machine {
	root := t.TempDir()
	m := machine{t: t, bin: filepath.Join(root, "bin"), elan: filepath.Join(root, "home", ".elan"), npm: filepath.Join(root, "npm")}
	m.mkdir(m.bin)
	t.Setenv("PATH", m.bin)
	t.Setenv("HOME", filepath.Join(root, "home"))
	for _, name := range []string{"ELAN_HOME", "ELAN_TOOLCHAIN", EnvLean, EnvProject} {
		t.Setenv(name, "")
	}
	return m
}

func (m machine) mkdir(path string) {
	m.t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) file(path, content string) string {
	m.t.Helper()
	m.mkdir(filepath.Dir(path))
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func (m machine) script(path, body string) string {
	m.file(path, "#!/bin/sh\n"+body+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func (m machine) find(o FindOptions) []Found {
	m.t.Helper()
	o.NpmDir = m.npm
	all, err := Find(m.t.Context(), o)
	if err != nil {
		m.t.Fatal(err)
	}
	return all
}

func printsVersion(v string) string {
	return "[ \"$1\" = --version ] && echo 'Lean (version " + v + ", x86_64-unknown-linux-gnu, commit 0123456789ab, Release)'"
}

// placeNamed returns the place of this name, or fails.
func placeNamed(t *testing.T, all []Found, name string) Found {
	t.Helper()
	for _, f := range all {
		if f.Source == name {
			return f
		}
	}
	t.Fatalf("no %q among %+v", name, all)
	return Found{}
}

func TestFindNative(t *testing.T) {
	for _, test := range []struct {
		name, body    string
		version       string
		problem, hint string
	}{
		{name: "release", body: printsVersion("4.15.0"), version: "4.15.0"},
		{name: "candidate", body: printsVersion("4.16.0-rc1"), version: "4.16.0-rc1"},
		{name: "version alone", body: "echo 'Lean (version 4.9.0)'", version: "4.9.0"},
		{name: "fails", body: "echo boo >&2; exit 1", problem: "boo", hint: "elan"},
		{name: "hangs", body: "while :; do read x < /dev/zero; done", problem: "no answer", hint: "elan"},
		{name: "other program", body: "echo lean mean 3", problem: "no version of Lean 4", hint: "elan"},
		{name: "floods", body: "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", problem: "output limit", hint: "elan"},
		{name: "downloads", body: "echo 'info: downloading component lean' >&2; while :; do read x < /dev/zero; done", problem: "began to download", hint: "elan"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			path := m.script(filepath.Join(m.bin, "lean"), test.body)
			o := FindOptions{Timeout: 300 * time.Millisecond}
			if test.name != "hangs" {
				o.Timeout = time.Minute
			}
			all := m.find(o)
			f := placeNamed(t, all, "lean on PATH")
			if f.Usable != (test.problem == "") || f.Info.Version != test.version || f.Info.Path != path || f.Info.Variant != provers.Native {
				t.Errorf("found %+v", f)
			}
			if !strings.Contains(f.Problem, test.problem) || !strings.Contains(f.Hint, test.hint) || f.Usable && f.Problem+f.Hint != "" {
				t.Errorf("problem %q, hint %q", f.Problem, f.Hint)
			}
			chosen, err := Choose(all)
			if f.Usable && (err != nil || chosen.Info.Path != path || !slices.Equal(chosen.Serve.Options("-DElab.async=false").Args, []string{"--server", "-DElab.async=false"})) {
				t.Errorf("chosen %+v, %v", chosen, err)
			}
			if !f.Usable && (err == nil || !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("Choose: %v", err)
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	m := newMachine(t)
	_, err := Choose(m.find(FindOptions{}))
	var shaped *provers.Error
	if !errors.As(err, &shaped) || shaped.Kind != provers.NotFound || !strings.Contains(shaped.Hint, "elan") || !strings.Contains(shaped.Hint, "npm") {
		t.Errorf("Choose: %#v", err)
	}
}

// What the user names is used or an error, never passed over.
func TestFindGiven(t *testing.T) {
	m := newMachine(t)
	m.script(filepath.Join(m.bin, "lean"), printsVersion("4.1.0"))
	toolchain := filepath.Join(t.TempDir(), "toolchain")
	given := m.script(filepath.Join(toolchain, "bin", "lean"), printsVersion("4.2.0"))
	project := t.TempDir()
	m.file(filepath.Join(project, "lakefile.toml"), "")
	for _, test := range []struct{ lean, want, problem string }{
		{given, "4.2.0", ""},
		{toolchain, "4.2.0", ""},
		{"/nonexistent/lean", "", "no such program"},
		{t.TempDir(), "", "no such program"},
		{project, "", "Lake project"},
	} {
		for _, byEnv := range []bool{false, true} {
			o := FindOptions{Lean: test.lean}
			t.Setenv(EnvLean, "")
			if byEnv {
				o.Lean = ""
				t.Setenv(EnvLean, test.lean)
			}
			f, err := Choose(m.find(o))
			if f.Info.Version != test.want || (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
				t.Errorf("%s: %+v, %v", test.lean, f.Info, err)
			}
		}
	}
}

func TestFindElan(t *testing.T) {
	const v415 = "leanprover--lean4---v4.15.0"
	for _, test := range []struct {
		name, settings, env string
		problem, hint       string
	}{
		{name: "installed", settings: "version = \"12\"\ndefault_toolchain = \"leanprover/lean4:v4.15.0\"\n"},
		{name: "channel", settings: "default_toolchain = \"stable\"\n"},
		{name: "no settings"},
		{name: "no default", settings: "version = \"12\"\n", problem: "no default toolchain", hint: "elan default"},
		{name: "not installed", settings: "default_toolchain = \"leanprover/lean4:v4.99.0\"\n", problem: "v4.99.0", hint: "elan toolchain install leanprover/lean4:v4.99.0"},
		{name: "not installed, environment", env: "leanprover/lean4:v4.98.0", problem: "from ELAN_TOOLCHAIN", hint: "elan toolchain install"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			t.Setenv("ELAN_TOOLCHAIN", test.env)
			m.mkdir(filepath.Join(m.elan, "toolchains", v415))
			if test.settings != "" {
				m.file(filepath.Join(m.elan, "settings.toml"), test.settings)
			}
			m.script(filepath.Join(m.elan, "bin", "elan"), "exit 1")
			ran := filepath.Join(m.elan, "ran")
			path := m.script(filepath.Join(m.elan, "bin", "lean"), ": > "+ran+"\n"+printsVersion("4.15.0"))
			f := placeNamed(t, m.find(FindOptions{}), "elan")
			if f.Usable != (test.problem == "") || !strings.Contains(f.Problem, test.problem) || !strings.Contains(f.Hint, test.hint) || f.Info.Path != path {
				t.Errorf("found %+v", f)
			}
			if _, err := os.Stat(ran); (err == nil) != f.Usable {
				t.Errorf("elan's lean was run: %v, usable: %v", err == nil, f.Usable)
			}
			// The same folder on PATH is the same place.
			t.Setenv("PATH", filepath.Dir(path))
			all := m.find(FindOptions{})
			if slices.ContainsFunc(all, func(f Found) bool { return f.Source == "elan" }) || placeNamed(t, all, "lean on PATH").Usable != f.Usable {
				t.Errorf("with elan on PATH: %+v", all)
			}
		})
	}
}

func TestFindProject(t *testing.T) {
	const mathlib = `{"version": "1.1.0", "packagesDir": ".lake/packages", "packages": [
		{"name": "mathlib", "type": "git"}, {"name": "local", "type": "path", "dir": "../local"}]}`
	for _, test := range []struct {
		name  string
		files map[string]string
		want  Project
		// problem is empty for a usable project
		problem, hint string
	}{
		{
			name:  "plain",
			files: map[string]string{"p/lakefile.toml": "", "p/lean-toolchain": "leanprover/lean4:v4.15.0\n"},
			want:  Project{Toolchain: "leanprover/lean4:v4.15.0", Mathlib: NotRequired},
		},
		{
			name: "Mathlib built",
			files: map[string]string{
				"p/lakefile.lean": "", "p/lake-manifest.json": mathlib, "local/x": "", "p/.lake/build/x": "",
				"p/.lake/packages/mathlib/.lake/build/lib/lean/Mathlib.olean": "",
			},
			want: Project{Mathlib: Built, Built: true},
		},
		{
			name: "Mathlib built, older Lake",
			files: map[string]string{
				"p/lakefile.lean": "", "p/lake-manifest.json": mathlib, "local/x": "",
				"p/.lake/packages/mathlib/.lake/build/lib/Mathlib.olean": "",
			},
			want: Project{Mathlib: Built},
		},
		{
			name:    "Mathlib not built",
			files:   map[string]string{"p/lakefile.lean": "", "p/lake-manifest.json": mathlib, "local/x": "", "p/.lake/packages/mathlib/Mathlib.lean": ""},
			want:    Project{Mathlib: NotBuilt},
			problem: "Mathlib is not built", hint: "lake exe cache get",
		},
		{
			name:    "not fetched",
			files:   map[string]string{"p/lakefile.lean": "", "p/lake-manifest.json": mathlib},
			want:    Project{Mathlib: NotFetched, NotFetched: []string{"mathlib", "local"}},
			problem: "not fetched: mathlib, local", hint: "lake",
		},
		{
			name:  "Mathlib itself",
			files: map[string]string{"p/lakefile.lean": "", "p/Mathlib.lean": "", "p/.lake/build/lib/lean/Mathlib.olean": ""},
			want:  Project{Mathlib: Built, Built: true},
		},
		{name: "no project", files: map[string]string{"p/x": ""}, problem: "no lakefile", hint: "lake init"},
		{name: "bad manifest", files: map[string]string{"p/lakefile.lean": "", "p/lake-manifest.json": "{"}, problem: "not readable", hint: "lake update"},
		{
			name:  "toolchain not installed",
			files: map[string]string{"p/lakefile.toml": "", "p/lean-toolchain": "leanprover/lean4:v4.99.0", "bin/elan": ""},
			want:  Project{Toolchain: "leanprover/lean4:v4.99.0", Mathlib: NotRequired}, problem: "v4.99.0 (from lean-toolchain) is not installed", hint: "elan toolchain install",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			root := filepath.Dir(m.bin)
			for name, content := range test.files {
				m.file(filepath.Join(root, name), content)
			}
			dir := filepath.Join(root, "p")
			lake := m.script(filepath.Join(m.bin, "lake"), "exit 1") // must not be run
			// Elan's lean picks the toolchain by the folder that it runs in.
			m.script(filepath.Join(m.bin, "lean"), "[ \"$PWD\" = "+dir+" ] && "+printsVersion("4.15.0")+" || "+printsVersion("4.1.0"))
			all := m.find(FindOptions{Project: dir})
			f := placeNamed(t, all, "Lake project")
			if f.Usable != (test.problem == "") || !strings.Contains(f.Problem, test.problem) || !strings.Contains(f.Hint, test.hint) {
				t.Fatalf("usable %v, problem %q, hint %q", f.Usable, f.Problem, f.Hint)
			}
			chosen, err := Choose(all)
			if (err == nil) != f.Usable {
				t.Errorf("Choose: %+v, %v", chosen, err)
			}
			if f.Usable && (f.Info.Version != "4.15.0" || f.Info.Path != dir ||
				!slices.Equal(f.Serve.Argv, []string{lake, "serve", "--"}) || f.Serve.Dir != dir ||
				!slices.Equal(f.Batch.Argv, []string{lake, "env", "lean"})) {
				t.Errorf("found %+v", f)
			}
			if test.want.Mathlib == "" {
				return
			}
			if p := f.Project; p == nil || p.Toolchain != test.want.Toolchain || p.Mathlib != test.want.Mathlib ||
				p.Built != test.want.Built || !slices.Equal(p.NotFetched, test.want.NotFetched) {
				t.Errorf("project %+v, want %+v", p, test.want)
			}
		})
	}
}

func TestFindProjectWithoutLake(t *testing.T) {
	m := newMachine(t)
	dir := t.TempDir()
	m.file(filepath.Join(dir, "lakefile.toml"), "")
	if f := placeNamed(t, m.find(FindOptions{Project: dir}), "Lake project"); f.Usable || !strings.Contains(f.Problem, "no `lake`") {
		t.Errorf("found %+v", f)
	}
	// The lake of the toolchain that the user names goes before that on PATH.
	m.script(filepath.Join(m.bin, "lake"), "")
	m.script(filepath.Join(m.bin, "lean"), printsVersion("4.1.0"))
	toolchain := t.TempDir()
	lake := m.script(filepath.Join(toolchain, "bin", "lake"), "")
	m.script(filepath.Join(toolchain, "bin", "lean"), printsVersion("4.2.0"))
	f, err := Choose(m.find(FindOptions{Project: dir, Lean: toolchain}))
	if err != nil || f.Info.Version != "4.2.0" || f.Serve.Argv[0] != lake {
		t.Errorf("chosen %+v, %v", f, err)
	}
}

func TestFindNpm(t *testing.T) {
	m := newMachine(t)
	target := filepath.Join(m.npm, npm.Version)
	m.file(filepath.Join(target, "manifest.json"), `{"format": 1, "version": "`+npm.Version+`", "files": [{"path": "wasm/lean.js", "size": 2}]}`)
	if f := placeNamed(t, m.find(FindOptions{}), "npm"); f.Usable || f.Problem == "" || f.Hint == "" {
		t.Errorf("a damaged one: %+v", f)
	}
	m.file(filepath.Join(target, "wasm", "lean.js"), "js")
	f, err := Choose(m.find(FindOptions{}))
	if err != nil || !f.Worker || f.Npm == nil || f.Info.Version != npm.Version || f.Info.Variant != provers.Npm || f.Info.Path != target {
		t.Fatalf("chosen %+v, %v", f, err)
	}
	if o := f.Serve.Options(); o.StackLimit != npm.StackLimit || o.Path != f.Npm.Node || !slices.Contains(o.Args, "--worker") || !slices.Contains(o.Env, "LEAN_PATH="+f.Npm.LeanPath) {
		t.Errorf("serve with %+v", o)
	}
	// A native one goes before it.
	m.script(filepath.Join(m.bin, "lean"), printsVersion("4.15.0"))
	if f, err := Choose(m.find(FindOptions{})); err != nil || f.Info.Variant != provers.Native {
		t.Errorf("chosen %+v, %v", f, err)
	}
}

func TestFindEndsWithItsContext(t *testing.T) {
	m := newMachine(t)
	m.script(filepath.Join(m.bin, "lean"), "while :; do read x < /dev/zero; done")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Find(ctx, FindOptions{NpmDir: m.npm, Timeout: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Find: %v", err)
	}
}
