package npm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxMetadata bounds what is read of a package's metadata. Packuments of
	// packages with thousands of versions reach some 10 MB.
	maxMetadata = 64 << 20
	// maxTries bounds attempts that fail one after the other without a byte of progress.
	maxTries = 4
	// firstWait doubles with each try that fails; longestWait is also the most
	// that a server can ask for by Retry-After.
	firstWait   = time.Second
	longestWait = 30 * time.Second
	// defaultStall is how long a transfer may stand still before it is begun anew.
	defaultStall = 60 * time.Second
)

// registryClient fetches packages from one registry.
type registryClient struct {
	config Config
	http   *http.Client
	stall  time.Duration
	wait   func(context.Context, time.Duration) error
	report func(Progress)
	create createFunc
}

// transientError is a failure that may be gone at the next try.
type transientError struct {
	err   error
	after time.Duration // what the server asked for, or zero
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// statusError is an answer of the registry other than success.
type statusError struct {
	code int
	url  string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.url, e.code, http.StatusText(e.code))
}

func (e *statusError) Is(target error) bool { return target == ErrRegistry }

// display is an address without what may be secret: password and query (signed
// addresses carry their signature there).
func display(u *url.URL) string {
	d := *u
	d.User, d.RawQuery, d.Fragment = nil, "", ""
	return d.String()
}

// get sends one request. Its errors hold no secrets; those of the network are
// transient.
func (c *registryClient) get(ctx context.Context, u *url.URL, header map[string]string) (*http.Response, error) {
	plain := *u
	plain.User = nil // sent as a header, so that a redirect to another host loses it
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, plain.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: bad address %s", ErrRegistry, display(u))
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	req.Header.Set("User-Agent", "ansatz")
	if auth := c.config.authorization(u); auth != "" {
		req.Header.Set("Authorization", auth)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		// *url.Error prints the address of a redirect with its query.
		if ue := (*url.Error)(nil); errors.As(err, &ue) {
			err = ue.Err
		}
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
			return nil, err
		}
		return nil, &transientError{err: fmt.Errorf("%w: %s: %w", ErrRegistry, display(u), err)}
	}
	switch {
	case resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusPartialContent:
		return resp, nil
	case resp.StatusCode == http.StatusRequestTimeout, resp.StatusCode == http.StatusTooEarly,
		resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= 500:
		err = &transientError{err: &statusError{resp.StatusCode, display(u)}, after: retryAfter(resp)}
	default:
		err = &statusError{resp.StatusCode, display(u)}
	}
	resp.Body.Close()
	return nil, err
}

func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestWait)
}

// retry runs try until it succeeds, fails for good, or has failed transiently
// maxTries times in a row without progress.
func (c *registryClient) retry(ctx context.Context, pkg string, try func() (progress bool, err error)) error {
	failed := 0
	for {
		progress, err := try()
		var transient *transientError
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !errors.As(err, &transient) {
			return err
		}
		if progress {
			failed = 0
		}
		if failed++; failed == maxTries {
			return fmt.Errorf("gave up after %d tries: %w", maxTries, err)
		}
		pause := transient.after
		if pause == 0 {
			pause = min(firstWait<<(failed-1), longestWait)
		}
		c.report(Progress{Phase: Retrying, Package: pkg, Text: fmt.Sprintf("in %s (try %d of %d) after: %v", pause, failed+1, maxTries, err)})
		if err := c.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// wait returns after d, or with the context's error.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// distribution is the part of a version's metadata that says where its tarball is
// (https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md).
type distribution struct {
	Dist struct {
		Tarball   string `json:"tarball"`
		Integrity string `json:"integrity"`
	} `json:"dist"`
}

// resolve asks the registry where the tarball of a package is. Registries that
// mirror others rewrite this address, so it cannot be pinned.
func (c *registryClient) resolve(ctx context.Context, pkg Package) (*url.URL, error) {
	c.report(Progress{Phase: Resolving, Package: pkg.String(), Text: display(c.config.registry())})
	found, err := c.version(ctx, pkg)
	if err != nil {
		return nil, err
	}
	if i := found.Dist.Integrity; i != "" && strings.HasPrefix(i, "sha512-") && i != pkg.Integrity {
		return nil, fmt.Errorf("%w: %s offers another build of %s (%s)", ErrIntegrity, display(c.config.registry()), pkg, i)
	}
	registry := c.config.registry()
	tarball, err := registry.Parse(found.Dist.Tarball)
	if err != nil || found.Dist.Tarball == "" || tarball.Scheme != "https" && tarball.Scheme != "http" {
		return nil, fmt.Errorf("%w: no usable tarball address for %s in its metadata", ErrRegistry, pkg)
	}
	// npm's replace-registry-host=npmjs, its default: a mirror that hands on the
	// public registry's metadata means its own copy of the file.
	if public, _ := url.Parse(publicRegistry); tarball.Host == public.Host && registry.Host != public.Host {
		tarball.Scheme, tarball.Host = registry.Scheme, registry.Host
		tarball.Path = registry.Path + strings.TrimPrefix(tarball.Path, "/")
	}
	return tarball, nil
}

// version fetches the metadata of one version, by the address of the version or,
// where a registry lacks that, out of the packument.
func (c *registryClient) version(ctx context.Context, pkg Package) (distribution, error) {
	// A scope's slash is escaped: @scope%2fname.
	name := strings.ReplaceAll(pkg.Name, "/", "%2f")
	var one distribution
	err := c.json(ctx, pkg, name+"/"+pkg.Version, "application/json", &one)
	if err == nil && one.Dist.Tarball != "" {
		return one, nil
	}
	var status *statusError
	if err != nil && (!errors.As(err, &status) || status.code != http.StatusNotFound && status.code != http.StatusMethodNotAllowed) {
		return one, err
	}
	var packument struct {
		Versions map[string]distribution `json:"versions"`
	}
	err = c.json(ctx, pkg, name, "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8", &packument)
	if err != nil {
		return one, err
	}
	one, ok := packument.Versions[pkg.Version]
	if !ok {
		return one, fmt.Errorf("%w: %s knows no version %s of %s", ErrRegistry, display(c.config.registry()), pkg.Version, pkg.Name)
	}
	return one, nil
}

func (c *registryClient) json(ctx context.Context, pkg Package, path, accept string, into any) error {
	u, err := c.config.registry().Parse(path)
	if err != nil {
		return fmt.Errorf("%w: bad address for %s", ErrRegistry, pkg)
	}
	return c.retry(ctx, pkg.String(), func() (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, c.stall)
		defer cancel()
		resp, err := c.get(ctx, u, map[string]string{"Accept": accept})
		if err != nil {
			if ctx.Err() != nil {
				err = &transientError{err: fmt.Errorf("%w: %s: no answer in %s", ErrRegistry, display(u), c.stall)}
			}
			return false, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata))
		if err != nil {
			return false, &transientError{err: fmt.Errorf("%w: %s: %w", ErrRegistry, display(u), err)}
		}
		if err := json.Unmarshal(body, into); err != nil {
			return false, fmt.Errorf("%w: %s is not npm metadata: %w", ErrRegistry, display(u), err)
		}
		return true, nil
	})
}
