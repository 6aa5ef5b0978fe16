package npm

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnpackRefuses(t *testing.T) {
	good := entry{name: "package/f", body: "good"}
	for _, test := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"parent", []entry{good, {name: "../evil", body: "x"}}, "leaves the archive"},
		{"parent within", []entry{good, {name: "package/../../evil", body: "x"}}, "leaves the archive"},
		{"absolute", []entry{good, {name: "/tmp/evil", body: "x"}}, "leaves the archive"},
		{"backslash", []entry{good, {name: `..\evil`, body: "x"}}, "leaves the archive"},
		{"symlink", []entry{good, {name: "package/l", kind: tar.TypeSymlink, link: "/etc"}}, "only files"},
		{"hard link", []entry{good, {name: "package/l", kind: tar.TypeLink, link: "package/f"}}, "only files"},
		{"device", []entry{good, {name: "package/d", kind: tar.TypeChar}}, "only files"},
		{"fifo", []entry{good, {name: "package/p", kind: tar.TypeFifo}}, "only files"},
		{"twice, clean", []entry{good, good}, ""},
		{"missing", []entry{{name: "package/other", body: "x"}}, "it has no file package/f"},
		{"empty", nil, "it has no file"},
		{"evil within", []entry{good, {name: "package/lib", body: string(tarball(t, entry{name: "../../evil.olean", body: "x"}))}}, "leaves the archive"},
		{"twice within", []entry{good, {name: "package/lib", body: string(tarball(t, entry{name: "a.olean"}, entry{name: "./a.olean"}))}}, "two entries"},
		{"nothing within", []entry{good, {name: "package/lib", body: string(tarball(t, entry{name: "a.c"}))}}, "no .olean files"},
		{"no archive within", []entry{good, {name: "package/lib", body: "this is not gzip"}}, "invalid header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			u := &unpacker{dir: filepath.Join(root, "a", "b"), create: createOnDisk}
			p := Package{Name: "p", Version: "1", keep: []keepRule{{from: "package/f", to: "f", mode: 0o644}}}
			if strings.Contains(test.name, "within") && test.name != "parent within" {
				p.keep = append(p.keep, keepRule{from: "package/lib", to: "lib", mode: 0o644, suffix: ".olean"})
			}
			err := u.unpack(t.Context(), bytes.NewReader(tarball(t, test.entries...)), p)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			for _, name := range []string{"evil", "a/evil", "evil.olean", "a/evil.olean", "a/b/l"} {
				if _, err := os.Lstat(filepath.Join(root, name)); err == nil {
					t.Errorf("%s was written", name)
				}
			}
		})
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(tarball(f, entry{name: "package/f", body: "x"}))
	f.Add(tarball(f, entry{name: "../f", body: "x"}))
	f.Add([]byte("not gzip"))
	f.Fuzz(func(t *testing.T, data []byte) {
		root := t.TempDir()
		u := &unpacker{dir: filepath.Join(root, "a"), create: createOnDisk}
		_ = u.unpack(t.Context(), bytes.NewReader(data), Package{keep: []keepRule{{from: "package/f", to: "f", mode: 0o644}}})
		for _, name := range strings.Fields(tree(t, root)) {
			if name != "a/f" {
				t.Errorf("%q was written", name)
			}
		}
	})
}
