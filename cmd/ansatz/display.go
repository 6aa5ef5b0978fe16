package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/search"
)

// How often the state is shown: on a terminal as a few lines that are
// rewritten, elsewhere as a new line now and then.
const (
	liveInterval  = 200 * time.Millisecond
	plainInterval = 15 * time.Second
)

// status is what a display shows.
type status struct {
	index, total int // the problem's number from 1, and how many there are
	name         string
	phase        string // what is being done, if it is not searching
	since        time.Time
	searching    bool
	progress     search.Progress
	timeout      time.Duration // of a problem
	mean         time.Duration // per problem so far, or 0
	note         string        // shown instead of all else, if it is set
}

// lines is the state in up to two lines.
func (s status) lines(now time.Time) []string {
	if s.note != "" {
		return []string{s.note}
	}
	at := fmt.Sprintf("[%d/%d] %s", s.index, s.total, clip(oneLine(s.name), 40))
	if s.total == 0 {
		at = ""
	}
	if !s.searching {
		return []string{strings.TrimSpace(at + "  " + s.phase + " " + durationText(now.Sub(s.since)))}
	}
	p := s.progress
	elapsed := now.Sub(s.since)
	budget := ""
	if p.Left >= 0 {
		budget = "/" + durationText(elapsed+p.Left)
	}
	what := p.StageName
	if p.Checking {
		what = "checking a proof"
	}
	first := fmt.Sprintf("%s  %s%s  %s  %.1f/s  %s", at, durationText(elapsed), budget, plural(p.Spent.Attempts, "attempt"), p.Rate, plural(p.Spent.Expansions, "expansion"))
	if what != "" {
		first += "  " + what
	}
	if eta := s.eta(elapsed); eta > 0 {
		first += "  ETA " + durationText(eta)
	}
	if p.BestGoal == "" {
		return []string{first}
	}
	return []string{first, fmt.Sprintf("  best open goal (depth %d): ⊢ %s", p.BestDepth, oneLine(p.BestGoal))}
}

// eta estimates the time until all problems are done: those to come take as
// long as those before, or at most their time limit.
func (s status) eta(elapsed time.Duration) time.Duration {
	if s.total <= 1 {
		return 0
	}
	each := s.mean
	if each == 0 {
		each = s.timeout
	}
	return max(each-elapsed, 0) + time.Duration(s.total-s.index)*each
}

// display shows on stderr how the work is getting on. Its methods may be called
// by several goroutines.
type display struct {
	width func() int // 0 if there is no terminal
	quiet bool

	mu     sync.Mutex
	out    io.Writer
	status status
	drawn  int // lines on the terminal that are ours
	active bool

	stop chan struct{}
	done sync.WaitGroup
}

// newDisplay begins to show. With quiet, only messages are written.
func newDisplay(out io.Writer, width func() int, quiet bool) *display {
	d := &display{out: out, width: width, quiet: quiet, stop: make(chan struct{})}
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

// close takes the lines off the terminal.
func (d *display) close() {
	close(d.stop)
	d.done.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
}

// update changes what is shown.
func (d *display) update(change func(*status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.status)
	d.active = true
}

// live reports whether lines are rewritten.
func (d *display) live() bool { return d.width() > 0 }

// idle shows nothing until the next update.
func (d *display) idle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = false
	d.erase()
}

// phase says what is being done.
func (d *display) phase(what string) {
	d.update(func(s *status) {
		s.phase, s.searching, s.since, s.progress = what, false, time.Now(), search.Progress{}
	})
	if d.width() > 0 && !d.quiet {
		d.draw(time.Now())
	}
}

// observe takes in a search's progress.
func (d *display) observe(p search.Progress) { d.update(func(s *status) { s.progress = p }) }

// say writes a line on stderr.
func (d *display) say(format string, args ...any) {
	d.above(func() { fmt.Fprintf(d.out, format+"\n", args...) })
}

// above writes something, which may also go to stdout, where the live lines are
// and puts them below it again.
func (d *display) above(write func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	write()
}

func (d *display) draw(now time.Time) {
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
		b.WriteString(clip(line, width-1))
		b.WriteByte('\n')
	}
	d.drawn = len(lines)
	_, _ = io.WriteString(d.out, b.String()) // nothing can be done about an error of stderr
}

func (d *display) erase() {
	var b strings.Builder
	d.eraseTo(&b)
	_, _ = io.WriteString(d.out, b.String())
}

// eraseTo writes what takes our lines off the terminal (ECMA-48: CPL, ED).
func (d *display) eraseTo(b *strings.Builder) {
	if d.drawn > 0 {
		fmt.Fprintf(b, "\x1b[%dF\x1b[J", d.drawn)
		d.drawn = 0
	}
}

// widestName is the width of the column of names.
func widestName(tasks []task) int {
	const most = 40
	width := 0
	for _, t := range tasks {
		width = max(width, utf8.RuneCountInString(oneLine(t.problem.Name)))
	}
	return min(width, most)
}
