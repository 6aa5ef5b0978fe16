package npm

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// unpacker writes the files of packages that their rules keep below one folder.
type unpacker struct {
	dir    string
	create createFunc
	files  []manifestFile // what was written
}

// unpack reads one tarball. The whole of it is checked, kept or not: an entry
// that is a link, a device or has a name outside the archive makes it refused.
func (u *unpacker) unpack(ctx context.Context, tarball io.Reader, pkg Package) error {
	rules := make(map[string]keepRule, len(pkg.keep))
	for _, rule := range pkg.keep {
		rules[rule.from] = rule
	}
	err := eachFile(ctx, tarball, func(name string, r io.Reader) error {
		rule, ok := rules[name]
		if !ok {
			return nil
		}
		delete(rules, name)
		if rule.suffix == "" {
			return u.write(rule.to, rule.mode, r)
		}
		before := len(u.files)
		err := eachFile(ctx, r, func(name string, r io.Reader) error {
			if !strings.HasSuffix(name, rule.suffix) {
				return nil
			}
			return u.write(path.Join(rule.to, name), rule.mode, r)
		})
		if err != nil {
			return fmt.Errorf("in %s: %w", rule.from, err)
		}
		if len(u.files) == before {
			return fmt.Errorf("%w: %s has no %s files", ErrArchive, rule.from, rule.suffix)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", pkg, err)
	}
	for name := range rules {
		return fmt.Errorf("unpacking %s: %w: it has no file %s", pkg, ErrArchive, name)
	}
	return nil
}

// eachFile calls f for the regular files of a .tar.gz, by their clean names.
func eachFile(ctx context.Context, r io.Reader, f func(name string, r io.Reader) error) error {
	gz, err := gzip.NewReader(bufio.NewReaderSize(&contextReader{ctx, r}, 256<<10))
	if err != nil {
		return archiveError(ctx, err)
	}
	entries := tar.NewReader(gz)
	for {
		header, err := entries.Next()
		if err == io.EOF {
			// The rest is padding; reading it has gzip compare its checksum.
			_, err := io.Copy(io.Discard, gz)
			return archiveError(ctx, err)
		}
		if err != nil {
			return archiveError(ctx, err)
		}
		if strings.ContainsAny(header.Name, "\\\x00") || !filepath.IsLocal(header.Name) {
			return fmt.Errorf("%w: the name %q leaves the archive", ErrArchive, header.Name)
		}
		switch header.Typeflag {
		case tar.TypeReg:
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		default:
			return fmt.Errorf("%w: %q is of type %q, only files and folders are taken", ErrArchive, header.Name, header.Typeflag)
		}
		name := path.Clean(header.Name)
		if strings.HasPrefix(path.Base(name), "._") {
			continue // AppleDouble: what macOS tar makes of extended attributes
		}
		source := &sourceReader{r: entries}
		if err := f(name, source); err != nil {
			if source.err != nil {
				return archiveError(ctx, err)
			}
			return err
		}
	}
}

// sourceReader tells a failure to read from one to write.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func archiveError(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, ErrArchive) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return err // the disk's fault, not the archive's
	}
	return fmt.Errorf("%w: %w", ErrArchive, err)
}

// write copies r to a new file and notes its size and digest.
func (u *unpacker) write(name string, mode fs.FileMode, r io.Reader) error {
	full := filepath.Join(u.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	// The folder is new and holds no links, so O_EXCL is what keeps an entry from
	// replacing another.
	f, err := u.create(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: two entries for %s", ErrArchive, name)
	}
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	u.files = append(u.files, manifestFile{Path: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))})
	return nil
}
