package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app is what the commands use of the world outside. Tests replace parts of it.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	// width is the number of columns of the terminal behind stderr, or 0 if
	// there is none.
	width func() int
	// connect finds a prover and makes it ready to be started.
	connect func(ctx context.Context, o connectOptions) (*connection, error)
	// exit ends the process at once, after a second interrupt.
	exit func(code int)

	json    bool   // --json
	db      string // --db; empty means the default place
	config  string // --config
	verbose bool   // --verbose
}

func newApp() *app {
	return &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, connect: connectProver, exit: os.Exit,
		width: func() int { return terminalWidth(os.Stderr) },
	}
}

// terminalWidth is the number of columns of a terminal, or 0 for anything else.
func terminalWidth(f *os.File) int {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) || os.Getenv("TERM") == "dumb" {
		return 0
	}
	width, _, err := term.GetSize(fd)
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// errInterrupted is the cause of a context that a signal ended.
var errInterrupted = errors.New("interrupted by a signal")

// run executes a command line and returns the exit code.
func run(a *app, args []string) int {
	ctx, stop := a.interruptible(context.Background())
	defer stop()
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errInterrupted) && !errors.As(err, new(*exitError)) {
		err = &exitError{code: exitInterrupted, err: errInterrupted}
	}
	return a.conclude(err)
}

// interruptible returns a context that the first SIGINT or SIGTERM ends. The
// second one ends the process; its children die with it (see package process).
func (a *app) interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for seen := 0; ; seen++ {
			select {
			case <-done:
				return
			case <-signals:
				if seen > 0 {
					a.exit(exitInterrupted)
				}
				cancel(errInterrupted)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		<-finished
		cancel(nil)
	}
}

// newRoot builds the tree of commands. It does no I/O: every call of ansatz
// pays for it.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "ansatz",
		Short: "Search for formal proofs and have a prover check every step",
		Long: `ansatz searches for proofs of statements in Lean, and for the annotations with
which Dafny verifies a program. It guesses steps, has a prover try every one, keeps
the tree of what came of them, and lets a fresh prover check what it found. Nothing
else counts as proved.`,
		Example: `  ansatz provers install lean                     # once, on a machine without Lean
  ansatz prove --statement '∀ n : Nat, n + 0 = n'
  ansatz prove Todo.lean --write                  # fill in the sorries that can be proved
  ansatz prove problems.jsonl --timeout 1m --json > results.jsonl
  ansatz verify Sum.dfy                           # what Dafny cannot verify, and where
  ansatz prove Sum.dfy --write                    # add the invariants that are missing
  ansatz show last                                # what the last search did
  ansatz bench run benchmarks/bundled.toml        # measure, compare, report`,
		SilenceErrors: true, SilenceUsage: true,
		Version:           versionLine(),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.configure(cmd) },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err, "see: "+cmd.CommandPath()+" --help")
	})
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "print JSON for machines instead of text (see: ansatz help json)")
	flags.StringVar(&a.db, "db", "", "the database of searches (default $XDG_DATA_HOME/ansatz/ansatz.db)")
	flags.StringVar(&a.config, "config", "", "the configuration file (default $XDG_CONFIG_HOME/ansatz/config.json)")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "say more on stderr")
	root.AddGroup(
		&cobra.Group{ID: "search", Title: "Searching:"},
		&cobra.Group{ID: "look", Title: "Looking at searches:"},
		&cobra.Group{ID: "bench", Title: "Measuring:"},
		&cobra.Group{ID: "setup", Title: "Setting up:"})
	root.AddCommand(newProve(a), newSolve(a), newResume(a), newVerify(a), newCheck(a), newShow(a), newRuns(a), newExport(a), newProvers(a), newVersion(a))
	root.AddCommand(newDataset(a))
	root.AddCommand(newRPE(a))
	root.AddCommand(newBench(a), newWorker(a))
	root.AddCommand(helpTopics()...)
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
	return root
}
