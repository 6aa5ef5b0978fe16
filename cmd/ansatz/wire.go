package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/lean"
	"github.com/ansatz-prover/ansatz/lean/npm"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// places says where to look for a prover.
type places struct{ lean, project, npmDir, dafny string }

func (p *places) register(flags *pflag.FlagSet) {
	flags.StringVar(&p.lean, "lean", "", "a lean executable, or the folder of a toolchain")
	flags.StringVar(&p.project, "project", "", "the folder of a Lake project whose packages problems may import")
	flags.StringVar(&p.npmDir, "npm-dir", "", "the folder of Lean installed from npm (default $XDG_DATA_HOME/ansatz/lean-npm)")
}

func (p places) options() lean.FindOptions {
	return lean.FindOptions{Lean: p.lean, Project: p.project, NpmDir: p.npmDir}
}

// connectOptions says which prover to use, and how.
type connectOptions struct {
	prover        string // as in provers.Info; empty is the default
	places        places
	memoryLimit   console.ByteSize
	recycleAbove  console.ByteSize
	startTimeout  time.Duration
	verifyTimeout time.Duration
	record        string // folder, or empty
	say           func(string)
	// replies keeps what Dafny said between processes, if it is set.
	replies dafny.Memory
}

// defaultMemoryLimit is that of a worker in bytes, where the adapter has no other.
const defaultMemoryLimit = 10e9

func (o *connectOptions) register(flags *pflag.FlagSet) {
	o.places.register(flags)
	o.memoryLimit, o.recycleAbove = defaultMemoryLimit, 6e9
	flags.Var(&o.memoryLimit, "memory-limit", "memory of one worker, above which it is killed (0: no limit; a Dafny has 4GiB unless this is set)")
	flags.Var(&o.recycleAbove, "recycle-above", "memory above which a worker is replaced between two batches (0: never)")
	flags.DurationVar(&o.startTimeout, "start-timeout", 2*time.Minute, "time for the start of a worker, imports included")
	flags.DurationVar(&o.verifyTimeout, "verify-timeout", 5*time.Minute, "time for the final check of a proof")
	flags.StringVar(&o.record, "record", "", "keep what is said to and by the prover in this `folder`")
}

// connection is a prover that is ready to be started.
type connection struct {
	prover   provers.Prover
	verifier provers.Verifier
	// warm checks like verifier, but on a running worker: for what is no evidence.
	// It may be nil.
	warm provers.Verifier
	// memory is what one worker usually takes, in bytes.
	memory int64
	// settled reports whether nothing is left to prove in a session's root, so
	// that there is nothing to search for. It may be nil.
	settled func(root provers.State) bool
}

func (c *connection) close() error { return c.prover.Close() }

// What one worker usually takes: Lean from npm holds its library in memory, a
// native Lean maps it.
const (
	npmMemory    = 4e9
	nativeMemory = 2e9
)

// connectProver finds a prover by the name in its provers.Info.
func connectProver(ctx context.Context, o connectOptions) (*connection, error) {
	if o.prover == dataset.ForDafny {
		return connectDafny(ctx, o)
	}
	return connectLean(ctx, o)
}

// connectLean finds Lean. It starts no server yet.
func connectLean(ctx context.Context, o connectOptions) (*connection, error) {
	all, err := lean.Find(ctx, o.places.options())
	if err != nil {
		return nil, err
	}
	found, err := choose("Lean", all, func(*provers.Error) string {
		return "install one from npm (no root, no Mathlib, 180 MB): ansatz provers install lean\nor name your own: --lean PATH, --project DIR\nsee what was looked at: ansatz provers"
	})
	if err != nil {
		return nil, err
	}
	if found.Npm != nil && !found.Npm.Current {
		o.say("preparing Lean, once after an upgrade of ansatz")
		if _, err := npm.Refresh(ctx, npm.Options{Dir: o.places.npmDir}); err != nil {
			return nil, err
		}
	}
	config := lean.Config{StopAtSolved: true, StartTimeout: o.startTimeout, VerifyTimeout: o.verifyTimeout,
		MemoryLimit: int64(o.memoryLimit), RecycleAbove: int64(o.recycleAbove)}
	if o.record != "" {
		config.Record = recorders(o.record, found.Serve, o.say)
	}
	installation := found.Installation()
	prover := lean.New(installation, config)
	c := &connection{prover: prover, verifier: lean.NewVerifier(installation, config), warm: prover.WarmVerifier(), memory: nativeMemory}
	if found.Info.Variant == provers.Npm {
		c.memory = npmMemory
	}
	return c, nil
}

// defaultWorkers is as many workers as there are processors, as far as there is
// memory for them and for the process of a final check.
func defaultWorkers(memory int64) int {
	workers := runtime.GOMAXPROCS(0)
	if available, err := availableMemory(); err == nil {
		workers = min(workers, int(available/memory)-1)
	}
	return max(workers, 1)
}

// availableMemory is what Linux estimates can be had without swapping, in bytes.
func availableMemory() (int64, error) {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("/proc/meminfo has no MemAvailable")
}

// learn teaches a policy the newest outcomes of stored searches, the oldest of
// them first, and returns how many there were.
func learn(ctx context.Context, p policy.Policy, store *prooftree.Store, prover string, most int) (int, error) {
	learner, ok := p.(policy.Learner)
	if !ok || most <= 0 {
		return 0, nil
	}
	var all []policy.Observation
	for o, err := range store.Outcomes(ctx, prooftree.OutcomeFilter{Prover: prover, Limit: most}) {
		if err != nil {
			return 0, fmt.Errorf("learning from stored searches: %w", err)
		}
		all = append(all, o)
	}
	for _, o := range slices.Backward(all) {
		learner.Learn(o)
	}
	return len(all), nil
}

// openStore opens the database for reading and writing.
func (a *app) openStore() (*prooftree.Store, error) {
	store, err := prooftree.Open(a.database(), prooftree.Options{})
	if err != nil {
		e := classify(err)
		if e.hint != "" {
			e.hint += "\n"
		}
		e.hint += "--db FILE chooses another database, and prove --no-store keeps nothing"
		return nil, e
	}
	return store, nil
}

// readStore opens the database for reading.
func (a *app) readStore() (*prooftree.Store, error) {
	path := a.database()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("start one with: ansatz prove", "no search is stored yet: there is no database %s", path)
	}
	return prooftree.OpenReadOnly(path)
}

// runIDs completes the ID of a run.
func (a *app) runIDs(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const most = 50
	if len(args) > 0 || a.configure(cmd) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	store, err := a.readStore()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer func() { _ = store.Close() }() // opened for reading
	runs, err := store.Runs(cmd.Context(), prooftree.RunFilter{Limit: most})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list := []cobra.Completion{cobra.CompletionWithDesc("last", "the run that was created last")}
	for _, r := range runs {
		if strings.HasPrefix(r.ID, typed) {
			list = append(list, cobra.CompletionWithDesc(r.ID, console.Clip(console.OneLine(r.Problem.Name+", "+runState(r)), 60)))
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// writeNew writes a file that must not exist yet, all of it or nothing.
func writeNew(path string, text []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Link(temp.Name(), path)
}
