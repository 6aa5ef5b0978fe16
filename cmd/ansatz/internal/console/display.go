package console

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/search"
)

// How often the state is shown: on a terminal as a few lines that are
// rewritten, elsewhere as a new line now and then.
const (
	liveInterval  = 200 * time.Millisecond
	plainInterval = 15 * time.Second
)

// Status is what a display shows.
type Status struct {
	Index, Total int    // the problem's number from 1, and how many there are
	Name         string // of the problem
	Phase        string // what is being done, if it is not searching
	Since        time.Time
	Searching    bool
	Progress     search.Progress
	Timeout      time.Duration // of a problem
	Mean         time.Duration // per problem so far, or 0
	Note         string        // shown instead of all else, if it is set
}

// lines is the state in up to two lines.
func (s Status) lines(now time.Time) []string {
	if s.Note != "" {
		return []string{s.Note}
	}
	at := fmt.Sprintf("[%d/%d] %s", s.Index, s.Total, Clip(OneLine(s.Name), 40))
	if s.Total == 0 {
		at = ""
	}
	if !s.Searching {
		return []string{strings.TrimSpace(at + "  " + s.Phase + " " + Duration(now.Sub(s.Since)))}
	}
	p := s.Progress
	elapsed := now.Sub(s.Since)
	budget := ""
	if p.Left >= 0 {
		budget = "/" + Duration(elapsed+p.Left)
	}
	what := p.StageName
	if p.Checking {
		what = "checking a proof"
	}
	first := fmt.Sprintf("%s  %s%s  %s  %.1f/s  %s", at, Duration(elapsed), budget, Plural(p.Spent.Attempts, "attempt"), p.Rate, Plural(p.Spent.Expansions, "expansion"))
	if what != "" {
		first += "  " + what
	}
	if eta := s.eta(elapsed); eta > 0 {
		first += "  ETA " + Duration(eta)
	}
	if p.BestGoal == "" {
		return []string{first}
	}
	return []string{first, fmt.Sprintf("  best open goal (depth %d): ⊢ %s", p.BestDepth, OneLine(p.BestGoal))}
}

// eta estimates the time until all problems are done: those to come take as
// long as those before, or at most their time limit.
func (s Status) eta(elapsed time.Duration) time.Duration {
	if s.Total <= 1 {
		return 0
	}
	each := s.Mean
	if each == 0 {
		each = s.Timeout
	}
	return max(each-elapsed, 0) + time.Duration(s.Total-s.Index)*each
}

// Display shows on stderr how the work is getting on. Its methods may be called
// by several goroutines.
type Display struct {
	width func() int // 0 if there is no terminal
	quiet bool

	mu     sync.Mutex
	out    io.Writer
	status Status
	drawn  int // lines on the terminal that are ours
	active bool

	stop chan struct{}
	done sync.WaitGroup
}

// NewDisplay begins to show. With quiet, only messages are written.
func NewDisplay(out io.Writer, width func() int, quiet bool) *Display {
	d := &Display{out: out, width: width, quiet: quiet, stop: make(chan struct{})}
	if quiet {
		return d
	}
	interval := plainInterval
	if width() > 0 {
		interval = liveInterval
	}
	d.done.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-d.stop:
				return
			case now := <-ticker.C:
				d.draw(now)
			}
		}
	})
	return d
}

// Close takes the lines off the terminal.
func (d *Display) Close() {
	close(d.stop)
	d.done.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
}

// Update changes what is shown.
func (d *Display) Update(change func(*Status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.status)
	d.active = true
}

// Live reports whether lines are rewritten.
func (d *Display) Live() bool { return d.width() > 0 }

// Idle shows nothing until the next update.
func (d *Display) Idle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = false
	d.erase()
}

// Phase says what is being done.
func (d *Display) Phase(what string) {
	d.Update(func(s *Status) {
		s.Phase, s.Searching, s.Since, s.Progress = what, false, time.Now(), search.Progress{}
	})
	if d.width() > 0 && !d.quiet {
		d.draw(time.Now())
	}
}

// Observe takes in a search's progress.
func (d *Display) Observe(p search.Progress) { d.Update(func(s *Status) { s.Progress = p }) }

// Say writes a line on stderr.
func (d *Display) Say(format string, args ...any) {
	d.Above(func() { fmt.Fprintf(d.out, format+"\n", args...) })
}

// Above writes something, which may also go to stdout, where the live lines are
// and puts them below it again.
func (d *Display) Above(write func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	write()
}

func (d *Display) draw(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.active || d.quiet {
		return
	}
	width := d.width()
	lines := d.status.lines(now)
	if width == 0 {
		fmt.Fprintln(d.out, strings.Join(lines, ";"))
		return
	}
	var b strings.Builder
	d.eraseTo(&b)
	for _, line := range lines {
		b.WriteString(Clip(line, width-1))
		b.WriteByte('\n')
	}
	d.drawn = len(lines)
	_, _ = io.WriteString(d.out, b.String()) // nothing can be done about an error of stderr
}

func (d *Display) erase() {
	var b strings.Builder
	d.eraseTo(&b)
	_, _ = io.WriteString(d.out, b.String())
}

// eraseTo writes what takes our lines off the terminal (ECMA-48: CPL, ED).
func (d *Display) eraseTo(b *strings.Builder) {
	if d.drawn > 0 {
		fmt.Fprintf(b, "\x1b[%dF\x1b[J", d.drawn)
		d.drawn = 0
	}
}
