package npm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/process"
)

const (
	// prepareTimeout bounds the launcher's one-time step, which takes seconds.
	prepareTimeout = 5 * time.Minute
	// versionTimeout bounds `node --version`.
	versionTimeout = 10 * time.Second
	// maxPrinted bounds what either of them may print.
	maxPrinted = 1 << 20
)

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// isCurrent reports whether the installed launcher is this one, and prepared.
func isCurrent(in Installation, launcher []byte) bool {
	installed, err := os.ReadFile(in.Launcher)
	if err != nil || !bytes.Equal(installed, launcher) {
		return false
	}
	stamp, err := os.ReadFile(filepath.Join(in.Dir, preparedName))
	return err == nil && string(stamp) == digestOf(launcher)
}

// Refresh brings the launcher of an installation up to date, which is needed
// after an upgrade of ansatz, and does nothing if it is. Of the options, Dir and
// Progress count. [Install] does the same.
func Refresh(ctx context.Context, o Options) (Installation, error) {
	in, ok, err := find(o)
	if err != nil || ok && in.Current {
		return in, err
	}
	if err := o.setDefaults(); err != nil {
		return Installation{}, err
	}
	if !ok {
		return Installation{}, &provers.Error{Kind: provers.NotFound, Doing: "looking at " + o.target(), Detail: "there is no installation", Hint: "install it first"}
	}
	unlock, err := lock(ctx, &o, true)
	if err != nil {
		return Installation{}, fail("locking "+o.Dir, err)
	}
	defer unlock()
	// Another process may have removed it in the meantime.
	m, err := readManifest(o.target())
	if err == nil {
		in, err = refresh(ctx, &o, m.Node)
	}
	if err != nil {
		return Installation{}, fail("preparing "+o.target(), err)
	}
	return in, nil
}

// refresh writes the launcher and runs its one-time step, if either is due. The
// caller holds the lock.
func refresh(ctx context.Context, o *Options, node string) (Installation, error) {
	in := installationAt(o.target(), node, o.launcher)
	if in.Current = isCurrent(in, o.launcher); in.Current {
		return in, nil
	}
	// What other launchers have prepared is of no use any more.
	if err := os.RemoveAll(filepath.Dir(in.CacheDir)); err != nil {
		return in, err
	}
	if err := os.MkdirAll(filepath.Dir(in.CacheDir), 0o755); err != nil {
		return in, err
	}
	if err := writeAtomically(in.Launcher, o.launcher); err != nil {
		return in, err
	}
	if err := runPrepare(ctx, o, in); err != nil {
		return in, err
	}
	if err := writeAtomically(filepath.Join(in.Dir, preparedName), []byte(digestOf(o.launcher))); err != nil {
		return in, err
	}
	in.Current = true
	return in, nil
}

// runPrepare runs the launcher's one-time step, if it has one.
func runPrepare(ctx context.Context, o *Options, in Installation) error {
	args := startupTable().prepare
	if len(args) == 0 || !bytes.Contains(o.launcher, []byte(args[0])) {
		return nil
	}
	o.Progress(Progress{Phase: Preparing})
	argv, env := in.Command(args...)
	reason := ""
	out, err := process.Run(ctx, process.Options{
		Path: argv[0], Args: argv[1:], Env: env, Dir: in.Dir,
		StackLimit: StackLimit, TimeLimit: prepareTimeout,
		OnStderr: func(line string) {
			// Node's own last line is its version; what it threw comes before.
			if reason == "" && strings.Contains(line, "Error: ") {
				reason = ": " + strings.TrimSpace(line)
			}
			o.Progress(Progress{Phase: Preparing, Text: line})
		},
	}, nil, maxPrinted)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("starting the launcher's one-time step: %w", err)
	case !out.Exit.Success():
		return &provers.Error{
			Kind: provers.StartFailed, Doing: "preparing npm Lean", Detail: out.Exit.String() + reason,
			Hint: "if it was killed for lack of memory, close other programs; then install again",
		}
	}
	return nil
}

var nodeVersion = regexp.MustCompile(`^v(\d+)\.\d+\.\d+`)

// findNode returns the absolute path of a Node.js that is new enough: the given
// one, or that on PATH.
func findNode(ctx context.Context, node string) (string, error) {
	name := first(node, "node")
	path, err := exec.LookPath(name)
	if err != nil {
		if node == "" {
			return "", fmt.Errorf("%w: npm has a packaged one for linux/amd64 only, and there is no `node` on PATH", ErrNoRuntime)
		}
		return "", fmt.Errorf("%w: %w", ErrNoRuntime, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	out, err := process.Run(ctx, process.Options{Path: path, Args: []string{"--version"}, TimeLimit: versionTimeout}, nil, maxPrinted)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoRuntime, err)
	}
	if !out.Exit.Success() {
		return "", errors.Join(ctx.Err(), fmt.Errorf("%w: %s --version: %s", ErrNoRuntime, path, out.Exit))
	}
	printed := strings.TrimSpace(string(out.Stdout))
	m := nodeVersion.FindStringSubmatch(printed)
	if m == nil {
		return "", fmt.Errorf("%w: %s --version printed %.60q", ErrNoRuntime, path, printed)
	}
	if major, err := strconv.Atoi(m[1]); err != nil || major < minNode {
		return "", fmt.Errorf("%w: %s is %s, and Lean needs %d or newer", ErrNoRuntime, path, printed, minNode)
	}
	return path, nil
}
