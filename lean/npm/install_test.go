package npm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

func mustInstall(t *testing.T, o Options) Installation {
	t.Helper()
	in, err := Install(t.Context(), o)
	if err != nil {
		t.Fatalf("Install: %v", err)
	}
	return in
}

const installedTree = `.ansatz-lock
4.28.0-pre/launch.js
4.28.0-pre/lib/lean/Init/Core.olean
4.28.0-pre/lib/lean/Init.olean
4.28.0-pre/manifest.json
4.28.0-pre/node/LICENSE
4.28.0-pre/node/bin/node
4.28.0-pre/package.json
4.28.0-pre/prepared
4.28.0-pre/wasm/lean.js
4.28.0-pre/wasm/lean.wasm
4.28.0-pre/wasm/package.json
`

func TestInstallFindUninstall(t *testing.T) {
	r := newRegistry(t)
	o := r.options(t)
	if _, ok, err := find(o); ok || err != nil {
		t.Fatalf("Find before: %v, %v", ok, err)
	}
	report, lines := collect()
	o.Progress = report
	in := mustInstall(t, o)
	if got := tree(t, o.Dir); got != installedTree {
		t.Errorf("installed files:\n%s", got)
	}
	if info, err := os.Stat(in.Node); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("node is not executable: %v, %v", info, err)
	}
	if want := "preparing: prepared with --stack-size=60000 " + in.Launcher + " --prepare"; !strings.Contains(lines(), want) {
		t.Errorf("no %q in\n%s", want, lines())
	}
	if _, err := os.Stat(in.CacheDir); err != nil {
		t.Errorf("the prepare step did not see LEAN_CACHE: %v", err)
	}
	found, ok, err := find(o)
	if !ok || err != nil || found != in || !found.Current {
		t.Errorf("Find after: %+v, %v, %v; installed %+v", found, ok, err, in)
	}

	requests := len(r.requests())
	report, lines = collect()
	o.Progress = report
	mustInstall(t, o)
	if len(r.requests()) != requests || !strings.Contains(lines(), "already installed") {
		t.Errorf("the second installation did something:\n%s", lines())
	}
	o.Force = true
	mustInstall(t, o)
	if len(r.requests()) != requests+2 {
		t.Error("Force did not fetch anew")
	}

	other := filepath.Join(o.Dir, "mine.txt")
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if removed, err := Uninstall(t.Context(), o.Dir); !removed || err != nil {
		t.Errorf("Uninstall: %v, %v", removed, err)
	}
	if got := tree(t, o.Dir); got != "mine.txt\n" {
		t.Errorf("left after Uninstall:\n%s", got)
	}
	if removed, err := Uninstall(t.Context(), o.Dir); removed || err != nil {
		t.Errorf("second Uninstall: %v, %v", removed, err)
	}
}

func TestInstallLeavesForeignFolders(t *testing.T) {
	o := newRegistry(t).options(t)
	mine := filepath.Join(o.target(), "thesis.txt")
	if err := errors.Join(os.MkdirAll(filepath.Dir(mine), 0o755), os.WriteFile(mine, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, o.Force = range []bool{false, true} {
		if _, err := Install(t.Context(), o); !errors.Is(err, errForeign) {
			t.Errorf("Install, force %v: %v", o.Force, err)
		}
	}
	if _, err := Uninstall(t.Context(), o.Dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

func TestInstallRepairs(t *testing.T) {
	for name, damage := range map[string]func(in Installation) error{
		"a file is gone": func(in Installation) error { return os.Remove(filepath.Join(in.LeanPath, "Init.olean")) },
		"a file is cut":  func(in Installation) error { return os.Truncate(filepath.Join(in.WasmDir, "lean.wasm"), 7) },
		"a manifest is bad": func(in Installation) error {
			return os.WriteFile(filepath.Join(in.Dir, manifestName), []byte("{"), 0o644)
		},
		"a byte is different": func(in Installation) error {
			return os.WriteFile(filepath.Join(in.WasmDir, "lean.js"), []byte("scripT"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newRegistry(t).options(t)
			in := mustInstall(t, o)
			if err := damage(in); err != nil {
				t.Fatal(err)
			}
			// Find compares sizes only.
			if _, ok, err := find(o); name != "a byte is different" && (ok || !errors.Is(err, ErrDamaged)) {
				t.Errorf("Find: %v, %v", ok, err)
			}
			mustInstall(t, o)
			if got := tree(t, o.Dir); got != installedTree {
				t.Errorf("installed files:\n%s", got)
			}
			if got, err := os.ReadFile(filepath.Join(in.WasmDir, "lean.js")); string(got) != "script" || err != nil {
				t.Errorf("lean.js is %q, %v", got, err)
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	o := newRegistry(t).options(t)
	if _, err := Refresh(t.Context(), o); err == nil {
		t.Error("Refresh of nothing succeeded")
	}
	old := mustInstall(t, o)
	o.launcher = []byte("// a newer launcher, --prepare\n")
	if found, ok, err := find(o); !ok || err != nil || found.Current {
		t.Errorf("Find with a newer launcher: %+v, %v, %v", found, ok, err)
	}
	in, err := Refresh(t.Context(), o)
	if err != nil || !in.Current || in.CacheDir == old.CacheDir {
		t.Fatalf("Refresh: %+v, %v", in, err)
	}
	if got, _ := os.ReadFile(in.Launcher); !bytes.Equal(got, o.launcher) {
		t.Errorf("launcher is %q", got)
	}
	if _, err := os.Stat(old.CacheDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old launcher's cache is left: %v", err)
	}
	// A launcher without the step has nothing to run.
	o.launcher = []byte("// no step\n")
	report, lines := collect()
	o.Progress = report
	if in, err := Refresh(t.Context(), o); err != nil || !in.Current || strings.Contains(lines(), "preparing") {
		t.Errorf("Refresh without a step: %+v, %v\n%s", in, err, lines())
	}
}

func TestPrepareFails(t *testing.T) {
	r := newRegistry(t)
	r.node = tarball(t, entry{name: "package/bin/node", body: "#!/bin/sh\necho 'TypeError: boo' >&2\nexit 3\n"}, entry{name: "package/LICENSE"})
	o := r.options(t)
	_, err := Install(t.Context(), o)
	var shaped *provers.Error
	if !errors.As(err, &shaped) || shaped.Kind != provers.StartFailed || !strings.Contains(err.Error(), "TypeError: boo") {
		t.Fatalf("Install: %v", err)
	}
	if in, ok, err := find(o); !ok || err != nil || in.Current {
		t.Errorf("Find: %+v, %v, %v", in, ok, err)
	}
}

func TestConcurrentInstalls(t *testing.T) {
	r := newRegistry(t)
	o := r.options(t)
	o.wait = nil // the lock is polled with it
	const n = 4
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { _, errs[i] = Install(context.Background(), o) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := len(r.requests()); got != 2 {
		t.Errorf("%d tarballs were fetched, want 2", got)
	}
}

func TestLockWaitEnds(t *testing.T) {
	r := newRegistry(t)
	o := r.options(t)
	if err := o.setDefaults(); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(t.Context(), &o, true)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p Progress) {
		if p.Phase == Waiting {
			cancel()
		}
	}
	if _, err := Install(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Install: %v", err)
	}
}

// fullDisk fails after a number of bytes, over all files.
type fullDisk struct {
	left int
	err  error
}

type fullFile struct {
	*os.File
	disk *fullDisk
}

// ReadFrom is hidden: it would go round Write.
func (f fullFile) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{f}, r)
}

func (f fullFile) Write(p []byte) (int, error) {
	if f.disk.left -= len(p); f.disk.left < 0 {
		return 0, f.disk.err
	}
	return f.File.Write(p)
}

func TestDiskFull(t *testing.T) {
	r := newRegistry(t)
	for _, test := range []struct {
		name string
		left int
		err  error
	}{
		{"at once", 0, syscall.ENOSPC},
		{"while downloading", 300_000, syscall.ENOSPC},
		{"while unpacking", len(r.lean) + len(r.node) + 300_000, syscall.EDQUOT},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := r.options(t)
			disk := &fullDisk{test.left, &fs.PathError{Op: "write", Path: "x", Err: test.err}}
			o.create = func(name string, flag int, mode fs.FileMode) (file, error) {
				f, err := os.OpenFile(name, flag, mode)
				return fullFile{f, disk}, err
			}
			_, err := Install(t.Context(), o)
			var shaped *provers.Error
			if !errors.Is(err, ErrNoSpace) || !errors.As(err, &shaped) || !strings.Contains(shaped.Hint, "disk space") {
				t.Fatalf("Install: %v", err)
			}
			for _, line := range strings.Fields(tree(t, o.Dir)) {
				if line != lockName && !strings.HasPrefix(line, downloadsName) {
					t.Errorf("left behind: %s", line)
				}
			}
			o.create = nil
			mustInstall(t, o)
		})
	}
	t.Run("known before", func(t *testing.T) {
		o := r.options(t)
		o.free = func(string) (int64, error) { return 1 << 20, nil }
		before := len(r.requests())
		if _, err := Install(t.Context(), o); !errors.Is(err, ErrNoSpace) || !strings.Contains(err.Error(), "1.0 MB are free") {
			t.Errorf("Install: %v", err)
		}
		if len(r.requests()) != before {
			t.Error("something was fetched")
		}
	})
}

func TestOtherPlatforms(t *testing.T) {
	script := func(body string) string {
		path := filepath.Join(t.TempDir(), "node")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		name, node string
		want       error
	}{
		{"new", script(`[ "$1" = --version ] && echo v24.1.0; exit 0`), nil},
		{"old", script("echo v20.20.2"), ErrNoRuntime},
		{"not node", script("echo hello"), ErrNoRuntime},
		{"failing", script("exit 1"), ErrNoRuntime},
		{"absent", "/nonexistent/node", ErrNoRuntime},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t)
			o := r.options(t)
			o.platform, o.Node = "linux/arm64", test.node
			in, err := Install(t.Context(), o)
			if !errors.Is(err, test.want) {
				t.Fatalf("Install: %v", err)
			}
			if err == nil && (in.Node != test.node || len(r.requests()) != 1) {
				t.Errorf("installed %+v with %d packages", in, len(r.requests()))
			}
		})
	}
}

// TestMain lets the test binary be an installing process that can be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("ANSATZ_TEST_INSTALL_DIR"); dir != "" {
		installAndHang(dir)
		return
	}
	os.Exit(m.Run())
}

// hangingFile hangs after its first write.
type hangingFile struct {
	*os.File
	hang func()
}

func (f hangingFile) Write(p []byte) (int, error) {
	defer f.hang()
	return f.File.Write(p)
}

// installAndHang installs until some files have been unpacked, or the first bytes
// of a download are written; it never ends by itself while standard input is open.
func installAndHang(dir string) {
	t := &testing.T{}
	pins := pinned()
	left := 3
	o := Options{
		Dir: dir, launcher: []byte(fakeLauncher), platform: "linux/amd64",
		Config:   &Config{values: map[string]string{"registry": os.Getenv("ANSATZ_TEST_REGISTRY"), "noproxy": "*"}},
		packages: []Package{pin(pins[0], leanTarball(t)), pin(pins[1], nodeTarball(t))},
	}
	hang := func() {
		fmt.Println("hanging")
		io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}
	o.create = func(name string, flag int, mode fs.FileMode) (file, error) {
		part := strings.HasSuffix(name, ".part")
		if !part {
			if left--; left == 0 {
				hang()
			}
		}
		f, err := os.OpenFile(name, flag, mode)
		if part && os.Getenv("ANSATZ_TEST_HANG") == "download" {
			return hangingFile{f, hang}, err
		}
		return f, err
	}
	_, err := Install(context.Background(), o)
	fmt.Println("ended:", err)
}

func TestKilledInTheMiddle(t *testing.T) {
	for _, where := range []string{"download", "unpack"} {
		t.Run(where, func(t *testing.T) {
			r := newRegistry(t)
			o := r.options(t)
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "ANSATZ_TEST_INSTALL_DIR="+o.Dir, "ANSATZ_TEST_REGISTRY="+r.URL, "ANSATZ_TEST_HANG="+where)
			stdin, err1 := cmd.StdinPipe()
			stdout, err2 := cmd.StdoutPipe()
			if err := errors.Join(err1, err2, cmd.Start()); err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			line := make([]byte, 100)
			n, _ := stdout.Read(line)
			if got := string(line[:n]); got != "hanging\n" {
				t.Fatalf("the child printed %q", got)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // killed
			if _, ok, err := find(o); ok || err != nil {
				t.Errorf("half an installation is found: %v, %v", ok, err)
			}
			before := len(r.requests())
			mustInstall(t, o)
			if got := tree(t, o.Dir); got != installedTree {
				t.Errorf("installed files:\n%s", got)
			}
			after := r.requests()[before:]
			switch where {
			case "download":
				if !slices.ContainsFunc(after, func(req *http.Request) bool { return req.Header.Get("Range") != "" }) {
					t.Error("the download was not resumed")
				}
			case "unpack":
				if len(after) != 0 {
					t.Error("verified downloads were fetched again")
				}
			}
		})
	}
}
