// Package distribute runs the trials of a benchmark: a [Coordinator] offers them,
// workers ([Work], [Serve]) do them, the coordinator records what comes back. In
// between is a queue (package queue), on one machine as well as on several. How a
// trial is done is not known here, see [Executor].
//
// The database is what counts: a trial is done when it is recorded there with its
// proof trees, and a run that goes on offers what is not. A trial starts from
// nothing and learns from none before it, so that it comes to the same whichever
// worker does it and whatever was done before.
package distribute

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Announcement is what workers are told of a run.
type Announcement struct {
	// Version is that of the format of announcements, tasks and reports.
	Version int `json:"version"`
	// Run is the run without its problems.
	Run trial.Run `json:"run"`
}

// FormatVersion is the version of what coordinators and workers say to each
// other. Other versions are not understood.
const FormatVersion = 1

// Task is a trial to do, as a worker gets it.
type Task struct {
	Place prooftree.Place `json:"place"`
	Key   trial.Key       `json:"key"`
	Seed  uint64          `json:"seed"`
	// Problem is the problem as the executor wrote it.
	Problem json.RawMessage `json:"problem"`
	// ID is the ID for the trial's first proof tree.
	ID string `json:"id"`
}

// Report is what a worker sends back.
type Report struct {
	Trial trial.Trial `json:"trial"`
}

// Executor does trials. Its methods may be called at the same time.
type Executor interface {
	// Execute does a trial, and writes its proof trees. The trial has its result,
	// its cost and what else was found; the rest is filled in. An error says that
	// nothing was found out because of the worker's surroundings (its prover cannot
	// be started), so that another worker should try.
	Execute(ctx context.Context, t Task, trees *TreeWriter) (trial.Trial, error)
	Close() error
}

// jobName is a task's name in the queue.
func jobName(p prooftree.Place) string {
	return fmt.Sprintf("%d.%d.%d", p.Variant, p.Problem, p.Number)
}

// placeOf is the place by a task's name in the queue.
func placeOf(job string) (p prooftree.Place, err error) {
	parts := strings.Split(job, ".")
	if len(parts) == 3 {
		for i, to := range []*int{&p.Variant, &p.Problem, &p.Number} {
			if *to, err = strconv.Atoi(parts[i]); err != nil || *to < 0 {
				return p, fmt.Errorf("%q is no trial's name", job)
			}
		}
		return p, nil
	}
	return p, fmt.Errorf("%q is no trial's name", job)
}
