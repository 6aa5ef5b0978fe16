package languageserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
)

// Service is a [transport.Service] over one server process for each of two time
// limits, which is started when it is needed.
type Service struct {
	options Options

	mu      sync.Mutex // guards what follows
	servers [classes]*server
	begun   [classes]bool // there was one before
	closed  bool
	starts  int // those that replaced another
	reason  string
}

var _ transport.Service = (*Service)(nil)

// New makes a service. No process is started before the first request.
func New(o Options) *Service {
	o.setDefaults()
	return &Service{options: o}
}

// Verify implements [transport.Service]. A declaration of [transport.Request.Only]
// is known by its position. The error limit of a request is not heeded, and its
// time limit is rounded up to one of the two that there are; see [Options].
func (s *Service) Verify(ctx context.Context, r transport.Request) (transport.Report, error) {
	const doing = "verifying with Dafny"
	began := time.Now()
	if err := transport.CheckText(r.Text); err != nil {
		return transport.Report{}, err
	}
	class := s.options.classFor(r.TimeLimit)
	current, err := s.acquire(ctx, class)
	if err != nil {
		return transport.Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	canary, text := transport.NewCanary(r.Text)
	a, err := current.verify(ctx, text, r, canary)
	if err != nil {
		s.failed(ctx, class, current, err)
		return transport.Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	s.answered(class, current)
	report := a.report(r.Text, r, canary)
	report.Elapsed = time.Since(began)
	return report, nil
}

// failed decides whether a server can go on after an error.
func (s *Service) failed(ctx context.Context, c class, old *server, err error) {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		old.unsettled = true
		return
	}
	s.giveUp(c, old, reasonOf(err))
}

// acquire returns the server of a class, which it starts if there is none.
func (s *Service) acquire(ctx context.Context, c class) (*server, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	current, closed := s.servers[c], s.closed
	s.mu.Unlock()
	if closed {
		return nil, transport.ErrClosed
	}
	if current != nil {
		err := current.settle(ctx)
		if err == nil {
			return current, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		s.giveUp(c, current, "it did not settle after a request was given up: "+reasonOf(err))
	}
	started, err := startServer(ctx, &s.options, c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errors.Join(transport.ErrClosed, started.close())
	}
	s.servers[c] = started
	if s.begun[c] {
		s.starts++
	}
	s.begun[c] = true
	s.mu.Unlock()
	return started, nil
}

// answered counts a request, and replaces a server that has served its time.
func (s *Service) answered(c class, current *server) {
	current.served++
	if current.served >= s.options.MaxRequests {
		s.giveUp(c, current, fmt.Sprintf("replaced after %d requests", current.served))
		return
	}
	// Where memory cannot be seen, the number of requests has to do.
	if used, err := current.process.Memory(); err == nil && used > s.options.RecycleMemory {
		s.giveUp(c, current, fmt.Sprintf("replaced because it held %d MiB", used>>20))
	}
}

// giveUp ends a server. Its errors are of no interest: what matters of it was said.
func (s *Service) giveUp(c class, old *server, reason string) {
	s.mu.Lock()
	if s.servers[c] == old {
		s.servers[c] = nil
		s.reason = reason
	}
	s.mu.Unlock()
	_ = old.close()
}

func reasonOf(err error) string {
	var lost *transport.Lost
	if errors.As(err, &lost) {
		return lost.Reason
	}
	return err.Error()
}

// Restarts implements [transport.Service]. Planned replacements count too.
func (s *Service) Restarts() (n int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts, s.reason
}

// Close implements [transport.Service]. A request that is under way fails.
func (s *Service) Close() error {
	s.mu.Lock()
	servers := s.servers
	s.servers, s.closed = [classes]*server{}, true
	s.mu.Unlock()
	var errs []error
	for _, old := range servers {
		if old != nil {
			errs = append(errs, old.close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the Dafny service: %w", err)
	}
	return nil
}
