//go:build unix

package process

import "time"

const (
	// pulseLooks is how often a process is looked at in the time that it may idle.
	pulseLooks = 3
	// idleShare is the part of a core that counts as nothing: also a process whose
	// threads all wait wakes up now and then.
	idleShare = 0.02
	// idleGrowth is the change of memory that counts as nothing, in bytes.
	idleGrowth = 4 << 20
)

// Pulse tells a process tree that works at something from one that does nothing.
// What computes uses the processor or at least wants to, and what loads waits for
// the disk or grows; a tree whose threads wait for each other does none of that.
type Pulse struct {
	process *Process
	limit   time.Duration
	ticker  *time.Ticker
	since   time.Time // when the tree was last seen to do something
	cpu     time.Duration
	memory  int64
}

// Pulse begins to watch a process that should be at work. The caller must call
// Stop in the end.
func (p *Process) Pulse(limit time.Duration) *Pulse {
	return &Pulse{process: p, limit: limit, ticker: time.NewTicker(max(limit/pulseLooks, time.Millisecond))}
}

// Stop ends the watch.
func (p *Pulse) Stop() { p.ticker.Stop() }

// C says when to call Idle. The first look is only taken down, so that what is done
// before it costs nothing.
func (p *Pulse) C() <-chan time.Time { return p.ticker.C }

// Idle reports whether the tree has done nothing for longer than the limit. It is
// false where the tree cannot be seen (see [TreeSupported]), and for a process
// that has ended.
func (p *Pulse) Idle() bool {
	cpu, err := p.process.CPU()
	if err != nil {
		return false
	}
	memory, err := p.process.Memory()
	if _, ended := p.process.Exit(); ended || err != nil {
		return false
	}
	now := time.Now()
	idle := now.Sub(p.since)
	// A child that ends takes its time with it.
	worked := cpu < p.cpu || float64(cpu-p.cpu) > idleShare*float64(idle)
	grew := max(memory-p.memory, p.memory-memory) > idleGrowth
	if p.since.IsZero() || worked || grew || p.process.tree.busy() {
		p.since, p.cpu, p.memory = now, cpu, memory
		return false
	}
	return idle >= p.limit
}
