package npm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

const (
	// A caller may name a folder that has other things in it, even his home: what
	// is removed without a look inside has names that are ours alone.
	lockName      = ".ansatz-lock"
	downloadsName = ".ansatz-downloads"
	stagingPrefix = ".ansatz-staging-" // a tree that is being made
	trashPrefix   = ".ansatz-trash-"   // a tree that is being removed
	lockPoll      = 200 * time.Millisecond
)

// Options says how to install. The zero value installs to [DefaultDir].
type Options struct {
	// Dir is the folder that holds the installation, lock and downloads.
	Dir string
	// Force installs again even if a complete installation is there.
	Force bool
	// Node is a Node.js to use instead of the packaged one, at least version 24.
	// Where there is no packaged one (other than on linux/amd64), empty means
	// `node` on PATH.
	Node string
	// Config is npm's configuration; nil means that of the machine, [LoadConfig].
	Config *Config
	// Progress, if set, is called with reports, never by two goroutines at once.
	// It must return quickly.
	Progress func(Progress)

	// For tests.
	packages []Package
	launcher []byte
	platform string
	stall    time.Duration
	wait     func(context.Context, time.Duration) error
	create   createFunc
	free     func(dir string) (int64, error)
}

// setDefaults fills what the caller left open.
func (o *Options) setDefaults() error {
	if o.Dir == "" {
		dir, err := DefaultDir()
		if err != nil {
			return fail("finding the user's data folder", err)
		}
		o.Dir = dir
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return fail("finding "+o.Dir, err)
	}
	o.Dir = dir
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.packages == nil {
		o.packages = pinned()
	}
	if o.launcher == nil {
		o.launcher = launcherSource
	}
	if o.platform == "" {
		o.platform = platform()
	}
	if o.stall == 0 {
		o.stall = defaultStall
	}
	if o.wait == nil {
		o.wait = wait
	}
	if o.create == nil {
		o.create = createOnDisk
	}
	if o.free == nil {
		o.free = freeSpace
	}
	return nil
}

func (o *Options) target() string { return filepath.Join(o.Dir, Version) }

// Install brings npm Lean to the machine: about 180 MB to fetch, 720 MB on disk,
// 1 GB while it installs. If it is there already, its files are compared with their digests and
// nothing else is done. Calls in several processes wait for one another. A call
// that ends early, however it does, leaves at most downloads that the next call
// resumes, and never half an installation.
//
// Errors are of type *provers.Error with a hint, and wrap a sentinel of this
// package where one fits.
func Install(ctx context.Context, o Options) (Installation, error) {
	if err := o.setDefaults(); err != nil {
		return Installation{}, err
	}
	unlock, err := lock(ctx, &o, true)
	if err != nil {
		return Installation{}, fail("locking "+o.Dir, err)
	}
	defer unlock()
	in, err := install(ctx, &o)
	if err != nil {
		return Installation{}, fail("installing Lean "+Version+" from npm", err)
	}
	return in, nil
}

func install(ctx context.Context, o *Options) (Installation, error) {
	if err := removeLeftovers(o.Dir); err != nil {
		return Installation{}, err
	}
	packages, node, err := choosePackages(ctx, o)
	if err != nil {
		return Installation{}, err
	}
	if _, err := readManifest(o.target()); errors.Is(err, errForeign) {
		return Installation{}, err
	}
	if !o.Force {
		switch err := checkInstalled(ctx, o, packages, node); {
		case err == nil:
			in, err := refresh(ctx, o, node)
			if err == nil {
				o.Progress(Progress{Phase: Ready, Text: fmt.Sprintf("Lean %s is already installed in %s", Version, in.Dir)})
			}
			return in, err
		case ctx.Err() != nil:
			return Installation{}, ctx.Err()
		case !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged):
			o.Progress(Progress{Phase: Checking, Text: fmt.Sprintf("installing again: %v", err)})
		}
	}
	downloads := filepath.Join(o.Dir, downloadsName)
	if err := os.MkdirAll(downloads, 0o755); err != nil {
		return Installation{}, err
	}
	if err := checkSpace(o, packages, downloads); err != nil {
		return Installation{}, err
	}
	tarballs, err := fetchAll(ctx, o, packages, downloads)
	if err != nil {
		return Installation{}, err
	}
	if err := place(ctx, o, packages, tarballs, node); err != nil {
		return Installation{}, err
	}
	if err := os.RemoveAll(downloads); err != nil {
		return Installation{}, err
	}
	in, err := refresh(ctx, o, node)
	if err == nil {
		o.Progress(Progress{Phase: Ready, Text: fmt.Sprintf("Lean %s is installed in %s", Version, in.Dir)})
	}
	return in, err
}

// choosePackages leaves out packages of other platforms. If that is the
// runtime, or the caller has one, it returns the path of the Node.js to use.
func choosePackages(ctx context.Context, o *Options) (packages []Package, node string, err error) {
	packaged := false
	for _, p := range o.packages {
		if p.Platform != "" && (p.Platform != o.platform || o.Node != "") {
			continue
		}
		packaged = packaged || p.Platform != ""
		packages = append(packages, p)
	}
	if packaged {
		return packages, "", nil
	}
	node, err = findNode(ctx, o.Node)
	return packages, node, err
}

// checkInstalled returns nil if exactly these packages are installed, whole and unchanged.
func checkInstalled(ctx context.Context, o *Options, packages []Package, node string) error {
	m, err := readManifest(o.target())
	if err != nil {
		return err
	}
	if !m.installs(packages, node) {
		return fmt.Errorf("what is installed in %s is of other packages", o.target())
	}
	if err := m.checkSizes(o.target()); err != nil {
		return err
	}
	progress := newMeter(o.Progress, Progress{Phase: Checking, Text: "installed files", Total: m.size()}, 0)
	return m.checkDigests(ctx, o.target(), progress)
}

// checkSpace asks for room for what is still to be fetched and written.
func checkSpace(o *Options, packages []Package, downloads string) error {
	var need int64 = prepareSpace
	for _, p := range packages {
		need += p.Size + p.Unpacked
		sum, err := parseIntegrity(p.Integrity)
		if err != nil {
			return fmt.Errorf("package %s: %w", p, err)
		}
		for _, suffix := range []string{"", ".part"} {
			if info, err := os.Stat(filepath.Join(downloads, tarballName(p, sum)+suffix)); err == nil {
				need -= min(info.Size(), p.Size)
			}
		}
	}
	free, err := o.free(o.Dir)
	if err != nil {
		return fmt.Errorf("asking for free disk space: %w", err)
	}
	if free < need {
		return fmt.Errorf("%w: %s needs %s, and %s are free", ErrNoSpace, o.Dir, megabytes(need), megabytes(free))
	}
	return nil
}

func fetchAll(ctx context.Context, o *Options, packages []Package, downloads string) ([]string, error) {
	config := o.Config
	if config == nil {
		loaded, err := LoadConfig(ctx)
		if err != nil {
			return nil, err
		}
		config = &loaded
	}
	transport, err := config.transport()
	if err != nil {
		return nil, err
	}
	defer transport.CloseIdleConnections()
	client := &registryClient{
		config: *config, http: &http.Client{Transport: transport},
		stall: o.stall, wait: o.wait, report: o.Progress, create: o.create,
	}
	var tarballs []string
	for _, p := range packages {
		tarball, err := client.fetch(ctx, p, downloads)
		if err != nil {
			return nil, err
		}
		tarballs = append(tarballs, tarball)
	}
	return tarballs, nil
}

// place unpacks into a folder beside the target and renames it there.
func place(ctx context.Context, o *Options, packages []Package, tarballs []string, node string) (err error) {
	staging, err := os.MkdirTemp(o.Dir, stagingPrefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(staging))
		}
	}()
	if err := os.Chmod(staging, 0o755); err != nil {
		return err
	}
	u := &unpacker{dir: staging, create: o.create}
	for i, p := range packages {
		if err := unpackFile(ctx, o, u, p, tarballs[i]); err != nil {
			return err
		}
	}
	// Otherwise Node takes the module system from a package.json in a folder above.
	if err := u.write("package.json", 0o644, strings.NewReader(`{"private":true,"type":"commonjs"}`+"\n")); err != nil {
		return err
	}
	m := manifest{Format: manifestFormat, Version: Version, Packages: packagesOf(packages), Node: node, Files: u.files}
	if err := m.write(staging); err != nil {
		return err
	}
	if err := discard(o.Dir, o.target()); err != nil {
		return err
	}
	return os.Rename(staging, o.target())
}

func unpackFile(ctx context.Context, o *Options, u *unpacker, p Package, tarball string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	progress := newMeter(o.Progress, Progress{Phase: Unpacking, Package: p.String(), Total: p.Size}, 0)
	return u.unpack(ctx, &meteredReader{r: f, meter: progress}, p)
}

// meteredReader reports what is read through it.
type meteredReader struct {
	r     *os.File
	n     int64
	meter *meter
}

func (m *meteredReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	m.meter.at(m.n)
	return n, err
}

// Find looks for a complete installation in dir, the Dir of [Options] ("" for
// [DefaultDir]). It reads no file's contents but the manifest's and the launcher's,
// and changes nothing. If there is an installation that cannot be used, the error
// says why and wraps [ErrDamaged].
func Find(dir string) (Installation, bool, error) {
	return find(Options{Dir: dir})
}

func find(o Options) (Installation, bool, error) {
	if err := o.setDefaults(); err != nil {
		return Installation{}, false, err
	}
	m, err := readManifest(o.target())
	if errors.Is(err, fs.ErrNotExist) {
		return Installation{}, false, nil
	}
	if err == nil {
		err = m.checkSizes(o.target())
	}
	if err == nil && m.Version != Version {
		err = fmt.Errorf("%w: the manifest is of Lean %s", ErrDamaged, m.Version)
	}
	if err == nil && m.Node != "" {
		if _, statErr := os.Stat(m.Node); statErr != nil {
			err = fmt.Errorf("%w: the Node.js that it was installed for is gone: %w", ErrDamaged, statErr)
		}
	}
	if err != nil {
		return Installation{}, false, fail("looking at "+o.target(), err)
	}
	in := installationAt(o.target(), m.Node, o.launcher)
	in.Current = isCurrent(in, o.launcher)
	return in, true, nil
}

// Uninstall removes everything that [Install] has made in dir ("" for
// [DefaultDir]) and reports whether there was anything. A folder without an
// installation of ours is left alone.
func Uninstall(ctx context.Context, dir string) (bool, error) {
	o := Options{Dir: dir}
	if err := o.setDefaults(); err != nil {
		return false, err
	}
	unlock, err := lock(ctx, &o, false)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fail("locking "+o.Dir, err)
	}
	defer unlock()
	removed, err := uninstall(&o)
	if err != nil {
		return removed, fail("removing Lean from "+o.Dir, err)
	}
	return removed, nil
}

func uninstall(o *Options) (removed bool, err error) {
	if err := removeLeftovers(o.Dir); err != nil {
		return false, err
	}
	if _, err := os.Lstat(filepath.Join(o.target(), manifestName)); err == nil {
		removed = true
		if err := discard(o.Dir, o.target()); err != nil {
			return removed, err
		}
	}
	downloads := filepath.Join(o.Dir, downloadsName)
	if _, err := os.Lstat(downloads); err == nil {
		removed = true
		if err := os.RemoveAll(downloads); err != nil {
			return removed, err
		}
	}
	// Whoever waits for the lock notices that the file is gone, see lock.
	if err := os.Remove(filepath.Join(o.Dir, lockName)); err != nil {
		return removed, err
	}
	if err := os.Remove(o.Dir); err != nil && !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, syscall.EEXIST) {
		return removed, err
	}
	return removed, nil
}

// discard removes a tree such that it is never seen in part: a rename comes first.
func discard(root, path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	trash, err := os.MkdirTemp(root, trashPrefix)
	if err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(trash, filepath.Base(path))); err != nil {
		return errors.Join(err, os.RemoveAll(trash))
	}
	return os.RemoveAll(trash)
}

// removeLeftovers removes what a killed process left in the middle of its work.
// The caller holds the lock, so nobody is at work on them.
func removeLeftovers(root string) error {
	for _, prefix := range []string{stagingPrefix, trashPrefix} {
		left, err := filepath.Glob(filepath.Join(globEscape(root), prefix+"*"))
		if err != nil {
			return err
		}
		for _, path := range left {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// fail gives an error the form that a user is shown.
func fail(doing string, err error) error {
	var shaped *provers.Error
	if errors.As(err, &shaped) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return &provers.Error{Kind: provers.NotFound, Doing: doing, Hint: hint(err), Err: err}
}

// hint says what a user can do about an error. The first row that fits counts.
func hint(err error) string {
	var status *statusError
	code := 0
	if errors.As(err, &status) {
		code = status.code
	}
	rows := []struct {
		applies bool
		hint    string
	}{
		{errors.Is(err, ErrNoSpace), "free some disk space, or choose a folder on another disk; what has been downloaded is kept"},
		{errors.Is(err, ErrIntegrity), "try again; if it stays so, the registry or a proxy alters packages: npm config set registry " + publicRegistry},
		{code == http.StatusUnauthorized || code == http.StatusForbidden, "the registry wants a login: npm login, or a line //HOST/:_authToken=${TOKEN} in ~/.npmrc"},
		{code == http.StatusProxyAuthRequired, "the proxy wants a login: set HTTPS_PROXY, or https-proxy in ~/.npmrc"},
		{code == http.StatusNotFound, "this registry lacks the package: npm config set registry " + publicRegistry},
		{errors.Is(err, ErrRegistry), "check the network, HTTPS_PROXY and `npm config get registry`, then try again: what has been downloaded is kept"},
		{errors.Is(err, ErrNoRuntime), fmt.Sprintf("install Node.js %d or newer from https://nodejs.org, or a native Lean with elan", minNode)},
		{errors.Is(err, ErrArchive), "this is not the package that ansatz knows; report it"},
		{errors.Is(err, errForeign), "move it away, or install to another folder"},
		{errors.Is(err, ErrDamaged), "install it again"},
		{errors.Is(err, fs.ErrPermission), "choose a folder that you may write to"},
	}
	for _, row := range rows {
		if row.applies {
			return row.hint
		}
	}
	return ""
}
