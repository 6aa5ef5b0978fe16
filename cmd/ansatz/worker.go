package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/distribute"
	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/spf13/cobra"
)

// workerFlags are the flags of "ansatz worker".
type workerFlags struct {
	connect   connectOptions
	nats      string
	workers   int
	silence   time.Duration
	untilDone bool
}

// envNATS is the environment variable that stands for --nats, so that a token
// need not be on a command line.
const envNATS = "ANSATZ_NATS"

func newWorker(a *app) *cobra.Command {
	var f workerFlags
	cmd := &cobra.Command{
		Use: "worker --nats URL", GroupID: "bench", Short: "Do trials of benchmarks for coordinators on other machines",
		Long: `Do trials for every run that ansatz bench run --nats or --listen shares, the oldest
run first, until it is stopped. Any number of workers may take part, may come and
go at any time and may be killed: a trial of a worker that falls silent is given to
another, and of two results of one trial the first counts.

ansatz and the provers must be the same versions as the coordinator's; a run that
does not fit is left to others, with a message. The URL may have a token or a user
and password in it, and may be given in the environment variable ` + envNATS + `.`,
		Example: `  ansatz worker --nats nats://TOKEN@coordinator:4222
  ansatz worker --nats nats://queue.example:4222 --workers 8
  ansatz worker --nats nats://queue.example:4222 --until-done`,
		Args: cobra.NoArgs, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.worker(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.nats, "nats", "", "the `URL` of the coordinator or of a NATS server; several with commas between")
	flags.IntVar(&f.workers, "workers", 0, "trials at the same time (0: as processors and memory allow)")
	flags.DurationVar(&f.silence, "silence", 30*time.Second, "must be as the coordinator has it")
	flags.BoolVar(&f.untilDone, "until-done", false, "end when no run is left")
	f.connect.register(flags)
	f.connect.places.registerDafny(flags)
	return cmd
}

// worker is "ansatz worker".
func (a *app) worker(ctx context.Context, f workerFlags) error {
	if f.nats == "" {
		f.nats = a.getenv(envNATS)
	}
	switch {
	case f.nats == "":
		return usagef("the coordinator prints it: ansatz bench run --listen HOST:PORT", "say where the trials are: --nats URL")
	case strings.Contains(f.nats, "//HOST:"), strings.Contains(f.nats, "@HOST:"):
		return usagef("", "put the name or address of the coordinator's machine in place of HOST")
	case f.workers < 0 || f.silence < time.Second:
		return usagef("", "--workers must not be negative and --silence at least 1s")
	}
	say := func(format string, args ...any) { a.errorf("%s\n", console.Printable(fmt.Sprintf(format, args...))) }
	f.connect.say = func(what string) { say("%s", what) }
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	q, err := queue.Connect(ctx, f.nats, queue.Options{Silence: f.silence, Name: "ansatz worker on " + host, Disturbed: func(err error) {
		if err != nil {
			say("the queue cannot be reached: %v; trying again", err)
		} else {
			say("the queue is reached again")
		}
	}})
	if err != nil {
		return usage(err, "is the coordinator running, and the URL whole?")
	}
	defer q.Close()
	slots := f.workers
	if slots == 0 {
		slots = defaultWorkers(nativeMemory)
	}
	say("connected to %s; up to %s at a time", queue.Redacted(f.nats), console.Plural(int64(slots), "trial"))
	err = distribute.Serve(ctx, distribute.ServeConfig{Queue: q, Slots: slots, UntilDone: f.untilDone, Say: say,
		Prepare: func(ctx context.Context, announced distribute.Announcement) (distribute.Executor, error) {
			return a.prepare(ctx, announced, f.connect)
		},
		Done: func(t trial.Trial) { a.printTrial(t, 30, true) }})
	return a.outcome(ctx, err, true)
}

// prepare gets ready for the trials of a run that another machine coordinates.
func (a *app) prepare(ctx context.Context, announced distribute.Announcement, o connectOptions) (distribute.Executor, error) {
	run := announced.Run
	if here := benchVersion(); here != run.Ansatz {
		return nil, fmt.Errorf("it is of ansatz %s, and this is ansatz %s", run.Ansatz, here)
	}
	e, err := a.newExecutor(ctx, run, needed(run), o)
	if err != nil {
		return nil, err
	}
	if err := sameProvers(run.Provers, e.provers()); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}
