package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/distribute"
	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/report"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/problems"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// benchRunFlags are the flags of "ansatz bench run". Those that are given replace
// what a specification says.
type benchRunFlags struct {
	coordination
	title      string
	datasets   []string
	names      []string
	variants   []string
	live       bool
	requires   string
	limit      int
	shard      string
	references string
	method     string
	policy     string
	without    []string
	strategy   string
	beamWidth  int
	sessions   int
	heartbeats int64
	action     time.Duration
	timeout    time.Duration
	expansions int64
	attempts   int64
	nodes      int64
	trials     int
	passAt     []int
	seed       uint64
	dryRun     bool
}

// coordination is how a run is spread over workers.
type coordination struct {
	connect  connectOptions
	workers  int
	nats     string
	listen   string
	replicas int
	silence  time.Duration
	mixed    bool
	// keepGoing is distribute.WorkConfig's.
	keepGoing bool
}

func (c *coordination) register(flags *pflag.FlagSet) {
	flags.IntVar(&c.workers, "workers", -1, "trials at the same time in this process (0: none, they are left to ansatz worker; default: as processors and memory allow)")
	flags.StringVar(&c.nats, "nats", "", "share the run over the NATS server at this `URL`, which must have JetStream (see: ansatz worker --help)")
	flags.StringVar(&c.listen, "listen", "", "let ansatz worker of other machines join, by a NATS server inside this process at this `HOST:PORT`")
	flags.IntVar(&c.replicas, "replicas", 1, "of a cluster of NATS servers, how many keep each stream")
	flags.DurationVar(&c.silence, "silence", 30*time.Second, "how long a worker may say nothing before its trial is given to another")
	flags.BoolVar(&c.keepGoing, "keep-going", false, "count trials that the prover cannot begin as crashed, however many; without it, several in a row stop the run")
	c.connect.register(flags)
	c.connect.places.registerDafny(flags)
}

func (c *coordination) check() error {
	switch {
	case c.nats != "" && c.listen != "":
		return usagef("a server of your own: --nats URL; one inside this process: --listen HOST:PORT", "--nats and --listen exclude each other")
	case c.workers == 0 && c.nats == "" && c.listen == "":
		return usagef("let workers join: --listen HOST:PORT or --nats URL", "with --workers 0 nobody can do the trials")
	case c.workers < -1 || c.replicas < 1 || c.silence < time.Second:
		return usagef("", "--workers must not be negative, --replicas at least 1 and --silence at least 1s")
	}
	return nil
}

func newBenchRun(a *app) *cobra.Command {
	var f benchRunFlags
	cmd := &cobra.Command{
		Use:   "run [SPEC.toml]",
		Short: "Run a benchmark",
		Long: `Run a benchmark: of a specification in TOML, of flags, or of a specification with
flags that replace what it says. A policy's parts for --without are listed by
ansatz help policies.

Everything is recorded in the database as it comes: ansatz bench show tells at any
time how far the run is. Ctrl-C stops at once; ansatz bench resume goes on, also
after the process was killed, and comes to the same table. Wall time as the only
bound makes results depend on the machine; bounds on expansions or attempts do not.

A NATS server with JetStream inside the process hands the trials to workers. With
--listen or --nats, ansatz worker on other machines takes part.`,
		Example: `  ansatz bench run benchmarks/bundled.toml
  ansatz bench run benchmarks/minif2f-core.toml --dataset valid.jsonl --variant best-first --variant beam
  ansatz bench run --dataset valid.jsonl --policy builtin --trials 4 --pass-at 1,4 --timeout 1m
  ansatz bench run benchmarks/find.toml --listen 0.0.0.0:4222 --workers 1`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: completeFiles("toml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.benchRun(cmd.Context(), f, cmd.Flags().Changed, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	base := spec.Default()
	flags.StringVar(&f.title, "title", "", "the run's name")
	flags.StringArrayVar(&f.datasets, "dataset", nil, "a `file` or folder with problems (may be repeated; replaces those of the specification)")
	flags.StringArrayVar(&f.names, "name", nil, "only problems whose name matches this `glob` (may be repeated)")
	flags.StringArrayVar(&f.variants, "variant", nil, "only this variant of the specification (may be repeated)")
	flags.BoolVar(&f.live, "live", false, "of DafnyBench, only problems that are live by what their file says")
	flags.StringVar(&f.requires, "requires", "", "only problems that need no more than this: core, or mathlib")
	flags.IntVar(&f.limit, "limit", 0, "only the first so many problems (0: all)")
	flags.StringVar(&f.shard, "shard", "", "only one of several equal parts of the problems, as `2/4`; ansatz bench merge puts the runs together")
	flags.StringVar(&f.references, "references", "", "a JSON `file` of reference answers (default: FILE.answers.json)")
	flags.StringVar(&f.method, "method", base.Search.Method, strings.Join(spec.Methods(), ", ")+" (default: as the problems are)")
	flags.StringVar(&f.policy, "policy", base.Search.Policy, "what proposes steps")
	flags.StringSliceVar(&f.without, "without", nil, "a `part` of the policy that is left out (may be repeated)")
	flags.StringVar(&f.strategy, "strategy", base.Search.Strategy, strings.Join(spec.Strategies(), ", "))
	flags.IntVar(&f.beamWidth, "beam-width", base.Search.BeamWidth, "states kept at each depth, for --strategy beam")
	flags.IntVar(&f.sessions, "sessions", base.Search.Sessions, "prover processes that work on one trial")
	flags.Int64Var(&f.heartbeats, "heartbeats", 0, "for Lean: maxHeartbeats for each action (0: as the stage has it)")
	flags.DurationVar(&f.action, "action-timeout", 0, "time for each action (0: as the stage has it)")
	flags.DurationVar(&f.timeout, "timeout", base.Budget.Wall, "time for each trial, starts of the prover left out (0: no limit)")
	flags.Int64Var(&f.expansions, "max-expansions", 0, "states to expand in each trial (0: no limit)")
	flags.Int64Var(&f.attempts, "max-attempts", 0, "actions to try in each trial (0: no limit)")
	flags.Int64Var(&f.nodes, "max-nodes", 0, "states to keep in each trial (0: no limit)")
	flags.IntVarP(&f.trials, "trials", "k", base.Trials, "tries at each problem")
	flags.IntSliceVar(&f.passAt, "pass-at", nil, "the k for which pass@k is reported (default 1 and --trials)")
	flags.Uint64Var(&f.seed, "seed", base.Seed, "seed of the first try; the next have one more each")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the whole specification and how many trials it has, and run nothing")
	f.register(flags)
	mustComplete(cmd, "strategy", spec.Strategies())
	mustComplete(cmd, "method", spec.Methods())
	mustComplete(cmd, "policy", policies)
	mustComplete(cmd, "requires", []string{"core", "mathlib"})
	return cmd
}

// spec is the specification that the command line asks for.
func (f *benchRunFlags) spec(changed func(string) bool, args []string) (spec.Spec, error) {
	s := spec.Default()
	if len(args) > 0 {
		var err error
		switch strings.ToLower(filepath.Ext(args[0])) {
		case ".lean", ".dfy", ".jsonl":
			return s, usagef("give problems with --dataset "+args[0], "%s is no specification in TOML", args[0])
		}
		if s, err = spec.Load(args[0]); err != nil {
			return s, usage(err, "see: ansatz bench run --help")
		}
	}
	if s.Kind == trial.Prover {
		for _, flag := range []string{"dataset", "name", "live", "requires", "limit", "shard", "references", "method", "policy", "without", "strategy", "beam-width",
			"sessions", "heartbeats", "action-timeout", "timeout", "max-expansions", "max-attempts", "max-nodes"} {
			if changed(flag) {
				return s, usagef("change the specification", "--%s is for searches, and %s measures operations of provers", flag, args[0])
			}
		}
	}
	for _, o := range []struct {
		flag string
		set  func()
	}{
		{"title", func() { s.Name = f.title }},
		{"dataset", func() { s.Dataset.Files = spec.Files(f.datasets...) }},
		{"name", func() { s.Dataset.Names = f.names }},
		{"live", func() { s.Dataset.Live = f.live }},
		{"requires", func() { s.Dataset.Requires = strings.ToLower(f.requires) }},
		{"limit", func() { s.Dataset.Limit = f.limit }},
		{"shard", func() { s.Dataset.Shard = f.shard }},
		{"references", func() { s.Dataset.References = spec.Files(f.references)[0] }},
		{"method", func() { s.Search.Method = f.method }},
		{"policy", func() { s.Search.Policy = f.policy }},
		{"without", func() { s.Search.Without = f.without }},
		{"strategy", func() { s.Search.Strategy = f.strategy }},
		{"beam-width", func() { s.Search.BeamWidth = f.beamWidth }},
		{"sessions", func() { s.Search.Sessions = f.sessions }},
		{"heartbeats", func() { s.Search.Heartbeats = f.heartbeats }},
		{"action-timeout", func() { s.Search.ActionTimeout = f.action }},
		{"timeout", func() { s.Budget.Wall = f.timeout }},
		{"max-expansions", func() { s.Budget.Expansions = f.expansions }},
		{"max-attempts", func() { s.Budget.Attempts = f.attempts }},
		{"max-nodes", func() { s.Budget.Nodes = f.nodes }},
		{"trials", func() { s.Trials, s.PassAt = f.trials, spec.DefaultPassAt(f.trials) }},
		{"pass-at", func() { s.PassAt = f.passAt }},
		{"seed", func() { s.Seed = f.seed }},
	} {
		if changed(o.flag) {
			o.set()
		}
	}
	if len(f.variants) > 0 {
		if err := keepVariants(&s, f.variants); err != nil {
			return s, err
		}
	}
	if err := s.Check(); err != nil {
		return s, usage(err, "see: ansatz bench run --help")
	}
	return s, nil
}

// keepVariants leaves only some of the variants.
func keepVariants(s *spec.Spec, names []string) error {
	var known []string
	for _, v := range s.Expand() {
		known = append(known, v.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return usagef("it has: "+strings.Join(known, ", "), "the specification has no variant %q", name)
		}
	}
	s.Variants = slices.DeleteFunc(s.Variants, func(o spec.Override) bool { return !slices.Contains(names, o.Name) })
	s.Probe.Targets = slices.DeleteFunc(s.Probe.Targets, func(t spec.Target) bool { return !slices.Contains(names, t.Name) })
	return nil
}

// checkPolicies makes sure that the policies and their parts are known for every
// prover that the run needs.
func checkPolicies(p plan.Plan) error {
	if p.Spec.Kind == trial.Prover {
		return nil
	}
	for _, v := range p.Variants {
		for _, prover := range p.Provers {
			if _, err := languageOf(prover).policyWithout(v.Search.Policy, v.Search.Without); err != nil {
				e := classify(err)
				return usagef(e.hint, "variant %s: %w", v.Name, e)
			}
		}
	}
	return nil
}

// benchRun is "ansatz bench run".
func (a *app) benchRun(ctx context.Context, f benchRunFlags, changed func(string) bool, args []string) error {
	s, err := f.spec(changed, args)
	if err != nil {
		return err
	}
	if len(args) == 0 && len(s.Dataset.Files) == 0 {
		return usagef("see: ansatz bench run --help", "nothing to run: give a specification or --dataset")
	}
	if err := f.check(); err != nil {
		return err
	}
	p, err := plan.Make(s)
	for _, m := range p.Mistakes {
		a.reportMistake(problems.Mistake{File: m.File, Line: m.Line, Column: m.Column, Reason: m.Reason})
	}
	for _, why := range slices.Sorted(maps.Keys(p.Dataset.LeftOut)) {
		a.errorf("left out %s: %s\n", console.Plural(int64(p.Dataset.LeftOut[why]), "problem"), why)
	}
	if err != nil {
		return usage(err, "see: ansatz dataset list")
	}
	if err := checkPolicies(p); err != nil {
		return err
	}
	if f.dryRun {
		a.printf("%s", s.Canonical())
		a.errorf("%s (%s × %s × %d)\n", console.Plural(int64(len(p.Variants)*len(p.Problems)*s.Trials), "trial"),
			console.Plural(int64(len(p.Variants)), "variant"), console.Plural(int64(len(p.Problems)), "problem"), s.Trials)
		return nil
	}
	store, err := a.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // what was recorded is stored
	run, encoded, err := newRun(p)
	if err != nil {
		return err
	}
	f.connect.say = func(what string) { a.errorf("%s\n", what) }
	e, err := a.newExecutor(ctx, run, p.Provers, f.connect)
	if err != nil {
		return err
	}
	run.Provers = e.provers()
	run.Workers = f.atOnce(s.Workers, e)
	document, err := json.Marshal(run)
	if err != nil {
		return errors.Join(fmt.Errorf("storing benchmark %s: %w", run.ID, err), e.Close())
	}
	create := func() error {
		return store.CreateBenchmark(ctx, prooftree.Benchmark{ID: run.ID, Created: run.Created, Document: document}, encoded)
	}
	return a.coordinate(ctx, store, storedRun{run: run}, encoded, e, f.coordination, create)
}

// newRun is a new run of a plan, with its problems as workers get them.
func newRun(p plan.Plan) (trial.Run, []json.RawMessage, error) {
	id, err := prooftree.NewBenchmarkID(time.Now())
	if err != nil {
		return trial.Run{}, nil, err
	}
	s := p.Spec
	run := trial.Run{ID: id, Name: s.Name, Description: s.Description, Kind: s.Kind, Created: time.Now().UTC(), Ansatz: benchVersion(),
		Dataset: p.Dataset, Spec: string(s.Canonical()), SpecHash: s.Hash(), Machine: plan.ThisMachine(), Problems: p.Rows,
		Trials: s.Trials, Seed: s.Seed, PassAt: s.PassAt}
	for _, v := range p.Variants {
		run.Variants = append(run.Variants, trial.Variant{Name: v.Name, Settings: v.Settings})
	}
	encoded := make([]json.RawMessage, len(p.Problems))
	for i := range p.Problems {
		if encoded[i], err = json.Marshal(p.Problems[i]); err != nil {
			return run, nil, fmt.Errorf("storing problem %s: %w", p.Problems[i].Name, err)
		}
	}
	return run, encoded, nil
}

// benchVersion is the version of this program as runs note it.
func benchVersion() string { return strings.TrimPrefix(versionLine(), "ansatz ") }

// atOnce is the number of trials that run at the same time in this process.
func (c *coordination) atOnce(ofSpec int, e *executor) int {
	switch {
	case c.workers >= 0:
		return c.workers
	case ofSpec > 0:
		return ofSpec
	}
	sessions := 1
	for _, v := range e.variants {
		sessions = max(sessions, v.Search.Sessions)
	}
	return max(defaultWorkers(e.memory())/sessions, 1)
}

func newBenchResume(a *app) *cobra.Command {
	var f coordination
	cmd := &cobra.Command{
		Use: "resume RUN", Short: "Go on with a benchmark run that was stopped or killed",
		Long: `Go on with a benchmark run: trials that are recorded stay, the others are done. The
files of the dataset are not needed any more. A run that was shared with --nats or
--listen must be given the same again, so that what workers did in the meantime is
not lost.`,
		Example: `  ansatz bench resume last
  ansatz bench resume b261125-k3f9q1 --nats nats://queue.example:4222`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.benchIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.benchResume(cmd.Context(), f, args[0]) },
	}
	cmd.Flags().SortFlags = false
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.mixed, "mixed", false, "go on although ansatz or the prover is another version, and note it in the run")
	return cmd
}

// benchResume is "ansatz bench resume".
func (a *app) benchResume(ctx context.Context, f coordination, typed string) error {
	if err := f.check(); err != nil {
		return err
	}
	if _, err := a.readStore(); err != nil {
		return err
	}
	store, err := a.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // what was recorded is stored
	found, err := readRun(ctx, store, typed)
	switch {
	case err != nil:
		return err
	case found.Running:
		return usagef("wait for it, or stop it with Ctrl-C where it runs; ansatz bench show "+found.ID+" tells how far it is", "another process works on benchmark %s", found.ID)
	case found.Recorded == found.run.Total():
		return usagef("see: ansatz bench show "+found.ID, "benchmark %s is finished", found.ID)
	}
	encoded, err := store.BenchmarkProblems(ctx, found.ID)
	if err != nil {
		return err
	}
	if len(encoded) != len(found.run.Problems) {
		return fmt.Errorf("benchmark %s has %d problems, and %d of them are stored", found.ID, len(found.run.Problems), len(encoded))
	}
	f.connect.say = func(what string) { a.errorf("%s\n", what) }
	e, err := a.newExecutor(ctx, found.run, needed(found.run), f.connect)
	if err != nil {
		return err
	}
	if err := a.sameVersions(&found.run, e, f.mixed); err != nil {
		return errors.Join(err, e.Close())
	}
	if f.workers < 0 && found.run.Workers > 0 {
		f.workers = found.run.Workers
	}
	found.run.Workers = f.atOnce(0, e)
	return a.coordinate(ctx, store, found, encoded, e, f, func() error { return nil })
}

// sameVersions refuses to mix versions in one run, unless it is wanted.
func (a *app) sameVersions(run *trial.Run, e *executor, mixed bool) error {
	var differences []string
	if here := benchVersion(); here != run.Ansatz {
		differences = append(differences, "it was begun with ansatz "+run.Ansatz+", and this is ansatz "+here)
	}
	if err := sameProvers(run.Provers, e.provers()); err != nil {
		differences = append(differences, err.Error())
	}
	if len(differences) == 0 {
		return nil
	}
	if !mixed {
		return usagef("with --mixed it goes on, and the run notes it", "run %s would mix versions: %s", run.ID, strings.Join(differences, "; "))
	}
	run.Notes = append(run.Notes, fmt.Sprintf("went on at %s with other versions: %s", time.Now().UTC().Format(time.DateTime), strings.Join(differences, "; ")))
	return nil
}

// queueDir is where the queue of a run is kept that no server of the user's keeps.
func queueDir(store *prooftree.Store, id string) string {
	return filepath.Join(store.Path()+".queues", id)
}

// openQueue connects to the queue of a run, or starts one.
func (a *app) openQueue(ctx context.Context, store *prooftree.Store, id string, c coordination, disturbed func(error)) (q *queue.Queue, alone bool, end func(finished bool) error, err error) {
	options := queue.Options{Silence: c.silence, Replicas: c.replicas, Name: "ansatz bench " + id, Disturbed: disturbed}
	if c.nats != "" {
		q, err = queue.Connect(ctx, c.nats, options)
		if err != nil {
			return nil, false, nil, &exitError{code: exitUsage, err: err, hint: "a server is started with: nats-server -js; without --nats none is needed"}
		}
		return q, false, func(bool) error { q.Close(); return nil }, nil
	}
	dir := queueDir(store, id)
	_, missing := os.Stat(dir)
	fresh := errors.Is(missing, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, nil, fmt.Errorf("starting a queue: %w", err)
	}
	token, err := keptToken(filepath.Join(dir, "token"))
	if err != nil {
		return nil, false, nil, fmt.Errorf("starting a queue: %w", err)
	}
	server, err := queue.Serve(queue.ServerOptions{Dir: dir, Listen: c.listen, Token: token})
	if err != nil {
		if fresh {
			_ = os.RemoveAll(dir) // there is nothing in it yet
			_ = os.Remove(filepath.Dir(dir))
		}
		return nil, false, nil, usage(err, "")
	}
	if q, err = server.Connect(ctx, options); err != nil {
		server.Close()
		return nil, false, nil, err
	}
	if url := server.URL(); url != "" {
		a.errorf("workers join with: ansatz worker --nats '%s'\n", url)
	}
	return q, c.listen == "", func(finished bool) error {
		q.Close()
		if finished {
			server.Linger(ctx, linger)
		}
		server.Close()
		if !finished {
			return nil
		}
		// The parent goes with the last queue.
		err := os.RemoveAll(dir)
		_ = os.Remove(filepath.Dir(dir))
		return err
	}, nil
}

// linger is how long workers of other processes have to see that a run is finished,
// before the server that told them goes.
const linger = 6 * time.Second

// keptToken is the token of a queue, the same as long as its folder is there, so
// that workers find back after the coordinator was away.
func keptToken(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil && len(text) > 0 {
		return string(text), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	token := queue.NewToken()
	return token, os.WriteFile(path, []byte(token), 0o600)
}

// coordinate does what is missing of a run, shows how it is getting on, and ends
// with its table. A new run is created once nothing of what was typed can fail.
func (a *app) coordinate(ctx context.Context, store *prooftree.Store, found storedRun, encoded []json.RawMessage, e *executor, c coordination, create func() error) (err error) {
	run := found.run
	display := console.NewDisplay(a.stderr, a.width, a.json && a.width() == 0)
	defer display.Close()
	defer func() { err = errors.Join(err, e.Close()) }()
	q, alone, end, err := a.openQueue(ctx, store, run.ID, c, func(err error) {
		if err != nil {
			display.Say("the queue cannot be reached: %v; trying again", err)
		} else {
			display.Say("the queue is reached again")
		}
	})
	if err != nil {
		return err
	}
	if err := create(); err != nil {
		return errors.Join(err, end(true))
	}
	display.Say("run %s (%s): %s, %s at a time here", run.ID, console.OneLine(run.Name), console.Plural(int64(run.Total()-found.Recorded), "trial"), console.Count(int64(run.Workers)))
	width := 0
	for _, p := range run.Problems {
		width = min(max(width, len([]rune(p.Name))), 40)
	}
	coordinator := distribute.Coordinator{Store: store, Queue: q, Run: run, Problems: encoded, Workers: run.Workers, Executor: e, Alone: alone, KeepGoing: c.keepGoing,
		Observe: func(p distribute.Progress) {
			display.Update(func(s *console.Status) { s.Note = progressLines(p) })
		},
		Recorded: func(t trial.Trial) {
			display.Above(func() { a.printTrial(t, width, len(run.Variants) > 1) })
		},
	}
	err = coordinator.Do(ctx)
	display.Idle()
	done, reading := readRun(context.WithoutCancel(ctx), store, run.ID)
	if reading != nil {
		return errors.Join(err, reading, end(false))
	}
	err = errors.Join(err, end(!done.Ended.IsZero()))
	summary := report.Summarize(done.run, done.trials)
	display.Above(func() {
		if a.json {
			_ = a.printReport(summary, nil) // a reader who has gone does not want to know
		} else {
			a.printf("\n")
			_ = report.Text(a.stdout, summary, false)
		}
	})
	if done.Ended.IsZero() {
		display.Say("stopped; what was recorded is kept. To go on: ansatz bench resume %s", run.ID)
	} else {
		display.Say("see: ansatz bench report %s -o report.html", run.ID)
	}
	return a.outcome(ctx, err, true)
}

// trialJSON is one trial that was recorded, in the output of "ansatz bench run --json".
type trialJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "trial"
	trial.Trial
}

// printTrial prints a trial that was recorded.
func (a *app) printTrial(t trial.Trial, width int, variants bool) {
	if a.json {
		a.printJSON(trialJSON{Version: results.Version, Type: "trial", Trial: t})
		return
	}
	line := fmt.Sprintf("%-14s  %s", t.Result, console.Pad(console.Clip(console.OneLine(t.Problem), width), width))
	if variants {
		line += "  " + console.Clip(console.OneLine(t.Variant), 30)
	}
	if t.Number > 0 {
		line += fmt.Sprintf("  try %d", t.Number+1)
	}
	line += "  " + console.Duration(results.Seconds(t.Cost.Wall))
	switch {
	case t.Answer != "":
		line += "  " + console.Clip(console.OneLine(t.Answer), 60)
	case t.Result == trial.Solved && t.Proof != "":
		line += "  " + console.ProofLine(t.Proof, 60)
	case t.Reason != "":
		line += "  " + console.Clip(console.OneLine(t.Reason), 120)
	}
	a.printf("%s\n", line)
}

// progressLines is how a run is getting on, on one line.
func progressLines(p distribute.Progress) string {
	line := fmt.Sprintf("[%d/%d]  %s solved  %s", p.Recorded, p.Total, console.Count(int64(p.Solved)), console.Duration(p.Elapsed))
	if p.Left >= 0 && p.Recorded < p.Total {
		line += "  ETA " + console.Duration(p.Left)
	}
	if p.Elsewhere > 0 {
		line += "  " + console.Plural(int64(p.Elsewhere), "worker") + " elsewhere"
	}
	var busy []string
	for _, b := range p.Busy {
		busy = append(busy, fmt.Sprintf("%s %s", console.Clip(console.OneLine(b.Key.Problem), 30), console.Duration(time.Since(b.Since))))
	}
	if len(busy) > 0 {
		line += "  " + strings.Join(busy, ", ")
	}
	return line
}
