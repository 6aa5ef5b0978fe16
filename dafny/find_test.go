package dafny

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// script writes an executable shell script.
func script(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// choose looks at one place that the user names, where nothing else is installed.
func choose(t *testing.T, dafny string) (Found, error) {
	t.Helper()
	all, err := Find(t.Context(), FindOptions{Dafny: dafny})
	if err != nil {
		t.Fatal(err)
	}
	return Choose(all)
}

// TestFind uses scripts that answer as the programs do.
func TestFind(t *testing.T) {
	const (
		old   = `case "$*" in *--version*) echo "Dafny: Error: unknown switch: --version"; exit 1;; esac; echo "[TRACE] Using prover: %s"; echo "Dafny %s"; echo "*** Error"; exit 1`
		new4  = `case "$*" in *--version*) echo "%s";; *) echo "Unrecognized command"; exit 1;; esac`
		z3old = `echo "Z3 version 4.8.12 - 64 bit"`
	)
	for _, test := range []struct {
		name string
		make func(t *testing.T, dir string) (dafny string)
		// want is "version, protocol, z3", or a part of the problem.
		want, problem, hint string
		notes               int
	}{
		{name: "Dafny 2 in a folder", want: "2.3.0.10506, DafnyServer, 4.8.12", make: func(t *testing.T, dir string) string {
			z3 := script(t, dir+"/bin/z3", z3old)
			script(t, dir+"/bin/mono", fmt.Sprintf(old, z3, "2.3.0.10506"))
			script(t, dir+"/lib/Dafny.exe", "")
			script(t, dir+"/lib/DafnyServer.exe", "")
			return dir + "/lib"
		}},
		{name: "Dafny 2 by a script", want: "2.3.0.10506, DafnyServer, 4.8.12", make: func(t *testing.T, dir string) string {
			z3 := script(t, dir+"/elsewhere/z3", z3old)
			script(t, dir+"/bin/cli", fmt.Sprintf(old, z3, "2.3.0.10506"))
			script(t, dir+"/lib/Dafny.exe", "")
			script(t, dir+"/lib/DafnyServer.exe", "")
			return script(t, dir+"/bin/dafny", "exec cli "+dir+"/lib/Dafny.exe \"$@\"")
		}},
		{name: "Dafny 3 with .NET", want: "3.9.1.41027, DafnyServer, 4.8.12", make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/z3", z3old)
			script(t, dir+"/bin/dotnet", fmt.Sprintf(old, dir+"/bin/z3", "3.9.1.41027"))
			script(t, dir+"/lib/Dafny.dll", "")
			script(t, dir+"/lib/DafnyServer.dll", "")
			return dir + "/lib/DafnyServer.dll"
		}},
		{name: "Dafny 4", want: "4.11.0, language server, 4.12.1", notes: 1, make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/z3", z3old)
			script(t, dir+"/bin/dotnet", fmt.Sprintf(new4, "4.11.0"))
			script(t, dir+"/dafny/Dafny.dll", "")
			script(t, dir+"/dafny/z3/bin/z3-4.12.1", `echo "Z3 version 4.12.1 - 64 bit - build hashcode bfeb15672356"`)
			return dir + "/dafny"
		}},
		{name: "Dafny 4 as one executable", want: "4.9.1+abc, language server, 4.8.12", notes: 1, make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/z3", z3old)
			return script(t, dir+"/tools/dafny", fmt.Sprintf(new4, "4.9.1+abc"))
		}},
		{name: "Dafny 4 with a hidden solver", want: "4.9.1, language server, ", notes: 2, make: func(t *testing.T, dir string) string {
			return script(t, dir+"/tools/dafny", fmt.Sprintf(new4, "4.9.1"))
		}},
		{name: "Dafny 5", want: "5.0.0, language server, 4.8.12", notes: 2, make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/z3", z3old)
			return script(t, dir+"/tools/dafny", fmt.Sprintf(new4, "5.0.0"))
		}},
		{name: "too old", problem: "too old", hint: "dotnet tool install", make: func(t *testing.T, dir string) string {
			return script(t, dir+"/tools/dafny", fmt.Sprintf(old, "z3", "1.9.9"))
		}},
		{name: "no Mono", problem: "needs Mono", hint: "mono-runtime", make: func(t *testing.T, dir string) string {
			script(t, dir+"/lib/Dafny.exe", "")
			return dir + "/lib"
		}},
		{name: "no .NET", problem: "needs .NET", hint: ".NET 8", make: func(t *testing.T, dir string) string {
			script(t, dir+"/lib/Dafny.dll", "")
			return dir + "/lib"
		}},
		{name: "no solver", problem: "no `z3`", hint: "apt-get install z3", make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/mono", `echo "Dafny 2.3.0.10506"`)
			script(t, dir+"/lib/Dafny.exe", "")
			script(t, dir+"/lib/DafnyServer.exe", "")
			return dir + "/lib"
		}},
		{name: "a solver that is none", problem: "its solver", make: func(t *testing.T, dir string) string {
			z3 := script(t, dir+"/bin/z3", "echo no")
			script(t, dir+"/bin/mono", fmt.Sprintf(old, z3, "2.3.0.10506"))
			script(t, dir+"/lib/Dafny.exe", "")
			script(t, dir+"/lib/DafnyServer.exe", "")
			return dir + "/lib"
		}},
		{name: "no server", problem: "no DafnyServer", make: func(t *testing.T, dir string) string {
			script(t, dir+"/bin/mono", fmt.Sprintf(old, "z3", "2.3.0.10506"))
			script(t, dir+"/lib/Dafny.exe", "")
			return dir + "/lib"
		}},
		{name: "no Dafny at all", problem: "did not say its version, but: hello", make: func(t *testing.T, dir string) string {
			return script(t, dir+"/tools/dafny", "echo hello")
		}},
		{name: "an empty folder", problem: "no Dafny in this folder", make: func(t *testing.T, dir string) string { return dir }},
		{name: "nothing there", problem: "no such file", make: func(t *testing.T, dir string) string { return dir + "/dafny" }},
		{name: "not executable", problem: "not executable", make: func(t *testing.T, dir string) string {
			if err := os.WriteFile(dir+"/dafny", nil, 0o644); err != nil {
				t.Fatal(err)
			}
			return dir + "/dafny"
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PATH", dir+"/bin")
			t.Setenv("HOME", dir)
			found, err := choose(t, test.make(t, dir))
			if test.problem != "" {
				var missing *provers.Error
				if !errors.As(err, &missing) || missing.Kind != provers.NotFound || !strings.Contains(err.Error(), test.problem) || !strings.Contains(missing.Hint, test.hint) {
					t.Errorf("error %v, %+v", err, missing)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%s, %s, %s", found.Info.Version, found.Protocol, found.Solver.Version)
			if got != test.want || len(found.Notes) != test.notes || found.Info.Options["z3"] == "" {
				t.Errorf("found %s, want %s: %+v", got, test.want, found)
			}
		})
	}
}

// TestFindElsewhere looks where nobody has named a place.
func TestFindElsewhere(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+"/bin")
	t.Setenv("HOME", dir)
	t.Setenv(EnvDafny, "")
	script(t, dir+"/bin/z3", `echo "Z3 version 4.12.1 - 64 bit"`)
	script(t, dir+"/bin/dotnet", `echo 4.10.0`)
	script(t, dir+"/.dotnet/tools/dafny", `echo 4.11.0`)
	script(t, dir+"/.vscode/extensions/dafny-lang.ide-vscode-3.5.0/out/resources/4.10.0/github/dafny/Dafny.dll", "")
	all, err := Find(t.Context(), FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	usable := make(map[string]string)
	for _, f := range all {
		if f.Usable {
			usable[f.Source] = f.Info.Version
		}
	}
	if usable[".NET tool"] != "4.11.0" || usable["VS Code extension"] != "4.10.0" {
		t.Errorf("found %+v", all)
	}
	// The environment stands for the option, and a place that is named is never
	// passed over.
	t.Setenv(EnvDafny, dir+"/nowhere")
	all, err = Find(t.Context(), FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Choose(all); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error %v", err)
	}
}

// TestRealFind shows that an installation is found by all its names.
func TestRealFind(t *testing.T) {
	found := realDafny(t)
	if found.Info.Version == "" || found.Solver.Version == "" || found.Info.Options["z3"] != found.Solver.Version {
		t.Errorf("found %+v", found)
	}
	if found.Protocol != LineServer {
		t.Skip("what follows is about Dafny 2")
	}
	for _, path := range []string{"dafny", debianFolder, debianFolder + "/DafnyServer.exe", debianFolder + "/Dafny.exe"} {
		f, err := choose(t, path)
		if err != nil || f.Info.Version != found.Info.Version || !f.Explicit {
			t.Errorf("%s: %+v, error %v", path, f, err)
		}
	}
	s := found.NewService(ServiceConfig{})
	defer s.Close()
	report, err := s.Verify(t.Context(), transport.Request{Text: sumProgram})
	if err != nil || !report.Complete || summary(report) != "Max verified, Sum verified" {
		t.Errorf("report %+v, error %v", report, err)
	}
}
