package search

import (
	"slices"
	"time"
)

const (
	// windowPerWorker is how many jobs are given out for each worker: one that
	// it works on and one that waits for it.
	//
	// A larger window keeps the workers busier while the oldest job takes long.
	// But each node is chosen knowing less, and what a job led to is gone on with
	// only when the whole window before it has passed. With 4 workers and an
	// in-memory prover whose batches take about 0.3 s, log-normally spread (σ = 1
	// for each of 4 actions), windows of 1, 2, 4 and 8 jobs for each worker keep
	// them busy for 71, 93, 98 and 98 % of the time, but to go straight down to a
	// proof at depth 25 takes 11, 16, 29 and 53 s. When one action in a hundred
	// takes 10 s longer, windows of 2 and 8 keep them busy for 48 and 75 %
	// without patience, and a window of 2 for 95 % with it.
	windowPerWorker = 2
	// patience is how long what is known waits for what was asked before it.
	patience = 2 * time.Second
)

// flight holds the jobs that are given out. Their outcomes are applied in the
// order in which they were given out, and another job is given out after each,
// so that what a search does depends on the outcomes and not on how long they
// took: it is the same in every run with the same seed.
//
// That ends where an outcome has waited for patience, because a job before it
// takes so long. The slow job is late then: it holds up no others any more, its
// place in the window is given to another, and what becomes of it is applied
// when it comes. So a batch that runs for a minute keeps one worker from its
// work and not all, and a proof that others have found meanwhile is seen. From
// there on the search depends on time, as it does after an action that used up
// its wall time.
type flight struct {
	workers, window int
	ordered         []*job
	late            []*job // at most as many as workers
}

func newFlight(workers int) flight {
	f := flight{workers: workers, window: 1}
	if workers > 1 {
		f.window = windowPerWorker * workers
	}
	return f
}

// most is how many jobs can be given out at a time.
func (f *flight) most() int { return f.window + f.workers }

func (f *flight) empty() bool { return len(f.ordered)+len(f.late) == 0 }

// room reports whether another job may be given out.
func (f *flight) room() bool { return len(f.ordered) < f.window }

func (f *flight) add(j *job) { f.ordered = append(f.ordered, j) }

// forget lets go of all jobs: what becomes of them is of no use any more.
func (f *flight) forget() { f.ordered, f.late = nil, nil }

func isDone(j *job) bool { return j.done }

// ready reports whether next has a job.
func (f *flight) ready() bool {
	return slices.ContainsFunc(f.late, isDone) || len(f.ordered) > 0 && f.ordered[0].done
}

// next takes out the job to be applied next, or returns nil if it is not done.
func (f *flight) next() *job {
	if i := slices.IndexFunc(f.late, isDone); i >= 0 {
		j := f.late[i]
		f.late = slices.Delete(f.late, i, i+1)
		return j
	}
	if len(f.ordered) > 0 && f.ordered[0].done {
		j := f.ordered[0]
		f.ordered = slices.Delete(f.ordered, 0, 1)
		return j
	}
	return nil
}

// overtake makes late the jobs that others have waited for long enough.
func (f *flight) overtake(now time.Time) {
	n := 0 // jobs up to the last one that has waited long enough
	for i, j := range f.ordered {
		if j.done && now.Sub(j.arrived) >= patience {
			n = i
		}
	}
	for i := 0; i < n && len(f.late) < f.workers; {
		if f.ordered[i].done {
			i++
			continue
		}
		f.late = append(f.late, f.ordered[i])
		f.ordered = slices.Delete(f.ordered, i, i+1)
		n--
	}
}
