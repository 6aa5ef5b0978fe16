package lineserver

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// Service is a [transport.Service] over one server process at a time, which is
// started when it is needed.
type Service struct {
	options Options

	mu      sync.Mutex // guards what follows
	current *server    // nil if there is none
	closed  bool
	starts  int
	reason  string // why the last process was given up
	number  int    // of the last request
}

var _ transport.Service = (*Service)(nil)

// New makes a service. No process is started before the first request.
func New(o Options) *Service {
	o.setDefaults()
	return &Service{options: o}
}

// Verify implements [transport.Service]. A text that Dafny would not read as it
// is (see [transport.CheckText]) is an error, for which no process is bothered.
func (s *Service) Verify(ctx context.Context, r transport.Request) (transport.Report, error) {
	if err := ctx.Err(); err != nil {
		return transport.Report{}, fmt.Errorf("verifying with Dafny: %w", err)
	}
	if err := transport.CheckText(r.Text); err != nil {
		return transport.Report{}, err
	}
	began := time.Now()
	current, err := s.acquire()
	if err != nil {
		return transport.Report{}, err
	}
	limits := Limits{TimeLimit: s.options.TimeLimit, ErrorLimit: s.options.ErrorLimit, AllowAssumptions: s.options.AllowAssumptions || r.AllowAssumptions}
	if r.TimeLimit > 0 {
		limits.TimeLimit = r.TimeLimit
	}
	if r.ErrorLimit > 0 {
		limits.ErrorLimit = r.ErrorLimit
	}
	args := slices.Concat([]string{noCache, TraceTimes}, limits.Args(), s.options.Args)
	// Whether Dafny reads the program to its end is asked apart, of the front end: the
	// solver finds other proofs, or none, as soon as one declaration is added.
	canary, whole := transport.NewCanary(r.Text)
	reply, err := s.ask(ctx, current, "symbols", request{Args: args, Source: whole}, r.Text, limits)
	if err != nil {
		return transport.Report{}, err
	}
	report := reply.Report(canary, CanaryResolved)
	if reply.Whole().Resolved && !r.FrontEndOnly {
		complete := report.Complete
		args = append(args, Only(r.Only...)...)
		if reply, err = s.ask(ctx, current, "verify", request{Args: args, Source: r.Text}, r.Text, limits); err != nil {
			return transport.Report{}, err
		}
		report = reply.Whole()
		report.Complete = report.Complete && complete
		// Behind an open comment there is no canary, but what was read was resolved.
		report.Resolved = report.Resolved && (complete || len(report.Results) > 0)
	}
	s.recycle(current)
	report.Elapsed = time.Since(began)
	return report, nil
}

// ask makes one request of a process. If that has no reply, the process is given up.
func (s *Service) ask(ctx context.Context, p *server, verb string, r request, program string, limits Limits) (Reply, error) {
	// A name of its own for each request tells a diagnostic from that of another.
	r.Filename = fmt.Sprintf("r%d.dfy", s.next())
	text, err := p.ask(ctx, verb, r, s.options.MaxOutput)
	if err != nil {
		s.giveUp(p, reasonOf(err))
		return Reply{}, fmt.Errorf("verifying with Dafny: %w", err)
	}
	reply := Parse(text, ParseOptions{
		File: r.Filename, TimeLimit: limits.Effective(), Parallel: cores() > 1, Text: program,
	})
	switch reply.Ending {
	case Fatal:
		s.giveUp(p, reply.Failure)
		// A broken pipe is the end of the solver, which need not be the program's doing.
		fault := !strings.HasPrefix(reply.Failure, "Write fault")
		return Reply{}, fmt.Errorf("verifying with Dafny: %w", &transport.Lost{
			Reason: reply.Failure, Fatal: fault || p.served <= 2, // a program takes two requests
		})
	case Refused:
		s.giveUp(p, reply.Failure)
		return Reply{}, &provers.Error{
			Kind: provers.ProtocolBroken, Doing: "verifying with Dafny", Detail: reply.Failure,
			Hint: "Is this a DafnyServer of Dafny 1 to 3?",
		}
	}
	return reply, nil
}

// Only are the options that restrict a verification to declarations, none if there
// are none.
func Only(declarations ...transport.Declaration) (patterns []string) {
	for _, d := range declarations {
		patterns = append(patterns, procedures(d.Name)...)
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	for i := range patterns {
		patterns[i] = "/proc:" + patterns[i]
	}
	return patterns
}

// cores is how many procedures the server verifies at a time.
func cores() int { return max(1, runtime.NumCPU()/2) }

// next is the number of a request.
func (s *Service) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	return s.number
}

// acquire returns the process, which it starts if there is none.
func (s *Service) acquire() (*server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, transport.ErrClosed
	}
	if s.current == nil {
		started, err := startServer(s.options)
		if err != nil {
			return nil, err
		}
		s.current = started
		s.starts++
	}
	return s.current, nil
}

// giveUp ends a process. Its errors are of no interest: what matters of it was said.
func (s *Service) giveUp(old *server, reason string) {
	s.mu.Lock()
	if s.current == old {
		s.current = nil
		s.reason = reason
	}
	s.mu.Unlock()
	_ = old.close()
}

// recycle replaces a process that has served its time.
func (s *Service) recycle(current *server) {
	if current.served >= s.options.MaxRequests {
		s.giveUp(current, fmt.Sprintf("replaced after %d requests", current.served))
		return
	}
	// Where memory cannot be seen, the number of requests has to do.
	if used, err := current.process.Memory(); err == nil && used > s.options.RecycleMemory {
		s.giveUp(current, fmt.Sprintf("replaced because it held %d MiB", used>>20))
	}
}

func reasonOf(err error) string {
	var lost *transport.Lost
	switch {
	case errors.As(err, &lost):
		return lost.Reason
	case errors.Is(err, context.DeadlineExceeded):
		return "a request took too long"
	case errors.Is(err, context.Canceled):
		return "a request was given up"
	}
	return err.Error()
}

// Restarts implements [transport.Service]. Planned replacements count too.
func (s *Service) Restarts() (n int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.starts-1), s.reason
}

// Close implements [transport.Service]. A request that is under way fails.
func (s *Service) Close() error {
	s.mu.Lock()
	old := s.current
	s.current, s.closed = nil, true
	s.mu.Unlock()
	if old == nil {
		return nil
	}
	if err := old.close(); err != nil {
		return fmt.Errorf("closing the Dafny service: %w", err)
	}
	return nil
}
