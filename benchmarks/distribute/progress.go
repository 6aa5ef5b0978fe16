package distribute

import (
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Progress says how a run is getting on.
type Progress struct {
	// Recorded of Total trials are done, Solved of them with success.
	Recorded, Total, Solved int
	// Variants are the same for each variant.
	Variants []VariantProgress
	// Busy are the trials that are being done here, the longest first.
	Busy []BusyTrial
	// Elsewhere counts the workers of other processes that sent a result lately.
	Elsewhere int
	Elapsed   time.Duration
	// Left estimates the time until all are done: those to come take as long as
	// those before of the same variant. Negative while there is nothing to tell by.
	Left time.Duration
}

// VariantProgress is how one variant is getting on.
type VariantProgress struct {
	Name                    string
	Recorded, Total, Solved int
}

// BusyTrial is a trial that is being done.
type BusyTrial struct {
	Key   trial.Key
	Since time.Time
}

// Busy are the trials that the workers of this process are doing. It is safe for
// concurrent use; the zero value is ready.
type Busy struct {
	mu   sync.Mutex
	list []BusyTrial
	// workers are the names of this process's workers.
	workers map[string]bool
}

func (b *Busy) begin(worker string, k trial.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.workers == nil {
		b.workers = make(map[string]bool)
	}
	b.workers[worker] = true
	b.list = append(b.list, BusyTrial{k, time.Now()})
}

func (b *Busy) end(k trial.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.list {
		if b.list[i].Key == k {
			b.list = append(b.list[:i], b.list[i+1:]...)
			return
		}
	}
}

// Now is a copy of the list, the longest first.
func (b *Busy) Now() []BusyTrial {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]BusyTrial(nil), b.list...)
}

func (b *Busy) here(worker string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.workers[worker]
}

// meter measures a run.
type meter struct {
	slots    int
	total    int
	variants []VariantProgress
	// spent sums up what recorded trials took, by variant.
	spent []time.Duration
	// did is the same for those that were recorded since the start of this process.
	did  time.Duration
	seen map[string]time.Time // workers, when they sent a result
}

func newMeter(r trial.Run, slots int) meter {
	m := meter{slots: slots, total: r.Total(), spent: make([]time.Duration, len(r.Variants)), seen: make(map[string]time.Time)}
	for _, v := range r.Variants {
		m.variants = append(m.variants, VariantProgress{Name: v.Name, Total: len(r.Problems) * r.Trials})
	}
	return m
}

func (m *meter) add(p prooftree.Place, t trial.Trial, now bool) {
	v := &m.variants[p.Variant]
	v.Recorded++
	if t.Result == trial.Solved {
		v.Solved++
	}
	took := time.Duration((t.Cost.Starting + t.Cost.Wall) * float64(time.Second))
	m.spent[p.Variant] += took
	if now {
		m.did += took
		m.seen[t.Worker] = time.Now()
	}
}

// lately is for how long a worker counts that sent a result.
const lately = 10 * time.Minute

func (m *meter) progress(missing int, busy *Busy, elapsed time.Duration) Progress {
	p := Progress{Total: m.total, Recorded: m.total - missing, Variants: append([]VariantProgress(nil), m.variants...),
		Busy: busy.Now(), Elapsed: elapsed, Left: -1}
	var all time.Duration
	for i, v := range m.variants {
		p.Solved += v.Solved
		all += m.spent[i]
	}
	for worker, at := range m.seen {
		if time.Since(at) < lately && !busy.here(worker) {
			p.Elsewhere++
		}
	}
	if p.Recorded == 0 {
		return p
	}
	mean := all / time.Duration(p.Recorded)
	var work time.Duration
	for i, v := range m.variants {
		each := mean
		if v.Recorded > 0 {
			each = m.spent[i] / time.Duration(v.Recorded)
		}
		work += each * time.Duration(v.Total-v.Recorded)
	}
	// As many at a time as it was so far, or else as there are here.
	atOnce := float64(max(m.slots, 1))
	if m.did > 0 && elapsed > time.Minute && p.Elsewhere > 0 {
		atOnce = max(float64(m.did)/float64(elapsed), 0.1)
	}
	p.Left = time.Duration(float64(work) / atOnce)
	return p
}
