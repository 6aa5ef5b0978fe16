package npm

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// createFunc opens a file for writing and reading, so that tests can put a full
// disk in its place.
type createFunc func(name string, flag int, mode fs.FileMode) (file, error)

type file interface {
	io.ReadWriteSeeker
	io.Closer
	Truncate(size int64) error
}

func createOnDisk(name string, flag int, mode fs.FileMode) (file, error) {
	return os.OpenFile(name, flag, mode)
}

var errStalled = errors.New("the transfer stands still")

// parseIntegrity reads npm's form of a SHA-512 digest (Subresource Integrity).
func parseIntegrity(s string) ([]byte, error) {
	rest, ok := strings.CutPrefix(s, "sha512-")
	if !ok {
		return nil, fmt.Errorf("not a sha512 integrity: %q", s)
	}
	sum, err := base64.StdEncoding.DecodeString(rest)
	if err != nil || len(sum) != sha512.Size {
		return nil, fmt.Errorf("not a sha512 integrity: %q", s)
	}
	return sum, nil
}

// tarballName names the download after its digest, so that a partial file of
// another build is never resumed.
func tarballName(pkg Package, sum []byte) string {
	return fmt.Sprintf("%s-%s-%s.tgz", strings.NewReplacer("/", "-", "@", "").Replace(pkg.Name), pkg.Version, hex.EncodeToString(sum[:4]))
}

// fetch makes sure that the verified tarball of pkg lies in dir, and returns its
// path. What an earlier call left there is used: a whole file is verified, a
// partial one resumed.
func (c *registryClient) fetch(ctx context.Context, pkg Package, dir string) (string, error) {
	sum, err := parseIntegrity(pkg.Integrity)
	if err != nil {
		return "", fmt.Errorf("package %s: %w", pkg, err)
	}
	final := filepath.Join(dir, tarballName(pkg, sum))
	if same, err := c.verified(ctx, final, pkg, sum); err != nil || same {
		return final, err
	}
	tarball, err := c.resolve(ctx, pkg)
	if err != nil {
		return "", err
	}
	part := final + ".part"
	for {
		resumed, err := c.download(ctx, pkg, tarball, part, sum)
		if err == nil {
			return final, os.Rename(part, final)
		}
		if !errors.Is(err, ErrIntegrity) {
			return "", err
		}
		if rmErr := os.Remove(part); rmErr != nil {
			return "", errors.Join(err, rmErr)
		}
		if !resumed {
			return "", fmt.Errorf("%w; the file was deleted", err)
		}
		// The bad bytes may be those of the earlier, interrupted download.
		c.report(Progress{Phase: Retrying, Package: pkg.String(), Text: "the resumed download has a wrong digest and was deleted; from the start again"})
	}
}

// verified reports whether path is the pinned tarball. A file that is not is removed.
func (c *registryClient) verified(ctx context.Context, path string, pkg Package, sum []byte) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	h := sha512.New()
	c.report(Progress{Phase: Checking, Package: pkg.String(), Text: "an earlier download"})
	if _, err := io.Copy(h, &contextReader{ctx, f}); err != nil {
		return false, err
	}
	if bytes.Equal(h.Sum(nil), sum) {
		return true, nil
	}
	return false, os.Remove(path)
}

// download brings the file part to pkg.Size bytes and compares the digest. It
// reports whether any of the bytes are from an earlier call.
func (c *registryClient) download(ctx context.Context, pkg Package, tarball *url.URL, part string, sum []byte) (resumed bool, err error) {
	f, err := c.create(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d := &transfer{client: c, pkg: pkg, url: tarball, file: f, hash: sha512.New()}
	if d.size, err = io.Copy(d.hash, &contextReader{ctx, f}); err != nil {
		return false, err
	}
	if d.size > pkg.Size {
		if err := d.restart(); err != nil {
			return false, err
		}
	}
	d.kept, d.best = d.size > 0, d.size
	d.meter = newMeter(c.report, Progress{Phase: Downloading, Package: pkg.String(), Total: pkg.Size}, d.size)
	if d.size < pkg.Size {
		if err := c.retry(ctx, pkg.String(), func() (bool, error) { return d.attempt(ctx) }); err != nil {
			return d.kept, err
		}
	}
	d.meter.end(d.size)
	if got := d.hash.Sum(nil); !bytes.Equal(got, sum) {
		return d.kept, fmt.Errorf("%w: %s from %s has sha512-%s", ErrIntegrity, pkg, display(tarball), base64.StdEncoding.EncodeToString(got))
	}
	return d.kept, nil
}

// transfer is one download in progress: file, hash and size agree at all times.
type transfer struct {
	client *registryClient
	pkg    Package
	url    *url.URL
	file   file
	hash   hash.Hash
	size   int64
	kept   bool  // some of the bytes are from an earlier run
	best   int64 // the largest size so far: a server that cannot resume makes no progress below it
	meter  *meter
}

func (d *transfer) restart() error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	d.hash.Reset()
	d.size, d.kept = 0, false
	return nil
}

// attempt asks for the bytes from d.size on and appends them. It reports
// whether any came.
func (d *transfer) attempt(ctx context.Context) (progress bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(d.client.stall, func() { cancel(errStalled) })
	defer watchdog.Stop()

	header := map[string]string{"Accept": "application/octet-stream, */*;q=0.5", "Accept-Encoding": "identity"}
	if d.size > 0 {
		header["Range"] = fmt.Sprintf("bytes=%d-", d.size)
	}
	resp, err := d.client.get(ctx, d.url, header)
	if err != nil {
		var status *statusError
		switch {
		case errors.Is(err, errStalled):
			return false, &transientError{err: d.broken(err)}
		case d.size > 0 && errors.As(err, &status) && status.code == http.StatusRequestedRangeNotSatisfiable:
			// What we have does not belong to what the server has.
			if err := d.restart(); err != nil {
				return false, err
			}
			return false, &transientError{err: err}
		}
		return false, err
	}
	defer resp.Body.Close()
	if d.size > 0 {
		var start int64 = -1
		if resp.StatusCode == http.StatusPartialContent {
			fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &start)
		}
		if start != d.size { // the server does not resume, and begins at the first byte
			if resp.StatusCode == http.StatusPartialContent {
				return false, fmt.Errorf("%w: %s answered with a range that was not asked for", ErrRegistry, display(d.url))
			}
			if err := d.restart(); err != nil {
				return false, err
			}
		}
	}
	if n := resp.ContentLength; n >= 0 && d.size+n != d.pkg.Size {
		return false, fmt.Errorf("%w: %s has %d bytes, not the %d of %s", ErrIntegrity, display(d.url), d.size+n, d.pkg.Size, d.pkg)
	}
	buffer := make([]byte, 256<<10)
	for {
		n, readErr := resp.Body.Read(buffer)
		if n > 0 {
			watchdog.Reset(d.client.stall)
			if d.size+int64(n) > d.pkg.Size {
				return progress, fmt.Errorf("%w: %s is longer than the %d bytes of %s", ErrIntegrity, display(d.url), d.pkg.Size, d.pkg)
			}
			if _, err := d.file.Write(buffer[:n]); err != nil {
				return progress, err
			}
			d.hash.Write(buffer[:n])
			d.size += int64(n)
			if d.size > d.best {
				d.best, progress = d.size, true
			}
			d.meter.at(d.size)
		}
		switch {
		case readErr == io.EOF && d.size == d.pkg.Size:
			return progress, nil
		case readErr == io.EOF:
			return progress, &transientError{err: d.broken(io.ErrUnexpectedEOF)}
		case readErr != nil && errors.Is(context.Cause(ctx), errStalled):
			return progress, &transientError{err: d.broken(errStalled)}
		case readErr != nil && ctx.Err() != nil:
			return progress, context.Cause(ctx)
		case readErr != nil:
			return progress, &transientError{err: d.broken(readErr)}
		}
	}
}

func (d *transfer) broken(err error) error {
	return fmt.Errorf("%w: %s broke off after %s of %s: %w", ErrRegistry, display(d.url), megabytes(d.size), megabytes(d.pkg.Size), err)
}

// contextReader ends a long copy when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
