package search

import (
	"sync"
	"time"
)

// How often the search shows itself, and over how long it measures its rate.
const (
	tickInterval = 100 * time.Millisecond
	rateWindow   = 5 * time.Second
)

// Progress is a snapshot of a running search.
type Progress struct {
	Counts Counts
	Spent  Spent
	// Stage is the number of the current stage, from 0.
	Stage     int
	StageName string
	// Rate is the number of attempts per second over the last few seconds.
	Rate float64
	// InFlight is the number of actions that are being tried.
	InFlight int
	// Checking is set while a proof of the root is checked.
	Checking bool
	// Best is the node that comes next, or 0; its first goal, its priority and
	// its depth.
	Best         NodeID
	BestGoal     string
	BestPriority float64
	BestDepth    int
	// Left is the wall time that is left of the budget, or negative if the
	// budget has no bound on it.
	Left time.Duration
	// End is set at the end.
	End EndReason
}

// meter measures the rate of attempts and hands snapshots to the observer.
type meter struct {
	box     chan Progress // holds the latest snapshot that was not seen yet
	done    sync.WaitGroup
	samples []sample
}

type sample struct {
	at       time.Time
	attempts int64
}

// startMeter begins to show snapshots to an observer, which may be nil.
func startMeter(observe func(Progress)) *meter {
	m := &meter{}
	if observe == nil {
		return m
	}
	m.box = make(chan Progress, 1)
	m.done.Go(func() {
		for p := range m.box {
			observe(p)
		}
	})
	return m
}

// show replaces the snapshot that was not seen yet.
func (m *meter) show(p Progress) {
	select {
	case <-m.box:
	default:
	}
	m.box <- p
}

// close waits until the observer has seen the last snapshot.
func (m *meter) close() {
	if m.box != nil {
		close(m.box)
	}
	m.done.Wait()
}

// rate notes how many attempts there are now and returns how many a second
// there were of late.
func (m *meter) rate(now time.Time, attempts int64) float64 {
	m.samples = append(m.samples, sample{now, attempts})
	for len(m.samples) > 2 && now.Sub(m.samples[0].at) > rateWindow {
		m.samples = m.samples[1:]
	}
	first := m.samples[0]
	elapsed := now.Sub(first.at).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(attempts-first.attempts) / elapsed
}

func (r *run) showProgress(now time.Time) {
	if r.meter.box == nil {
		return
	}
	spent := r.spentAt(now)
	p := Progress{Counts: r.tree.Counts(), Spent: spent, Stage: r.tree.stage, Rate: r.meter.rate(now, spent.Attempts),
		InFlight: int(r.flying.Attempts), Checking: r.checking, Left: -1, End: r.end}
	if r.tree.stage >= 0 && r.tree.stage < len(r.cfg.Info.Stages) {
		p.StageName = r.cfg.Info.Stages[r.tree.stage].Name
	}
	if r.front.order != nil {
		if o := r.front.order.best(); o != nil {
			n := &r.tree.nodes[o.id-1]
			p.Best, p.BestPriority, p.BestDepth = o.id, o.priority, o.depth
			if len(n.goals) > 0 {
				p.BestGoal = n.goals[0].Target
			}
		}
	}
	if wall := r.cfg.Info.Budget.Wall; wall > 0 {
		p.Left = max(wall-spent.Wall, 0)
	}
	r.meter.show(p)
}
