// Package dafny drives Dafny: version 4 through its language server, versions 1
// to 3 through the line protocol of the DafnyServer that comes with them.
//
// A problem is a program that does not verify. Its state are the obligations that
// were not proved; an action inserts annotations (see package annotation), all of
// which must hold. Declarations are verified apart from each other, so that a
// program with several that fail becomes several states. Nothing of this is
// believed: see [Verifier].
package dafny

import (
	"context"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// Config says how a [Prover] uses its Dafny. The zero value is useful.
type Config struct {
	// StopAtSolved gives up the rest of a batch once an action of it has solved
	// the state.
	StopAtSolved bool
	// Service makes a running Dafny.
	Service func() transport.Service
	// Memory, if it is set, keeps reports, so that what was verified once is not
	// verified again while searching.
	Memory Memory
}

// Memory keeps reports between processes. What it loses is asked for again; what
// it says is never taken for a proof.
type Memory interface {
	// Reply returns what was kept under a key.
	Reply(ctx context.Context, key []byte) (value []byte, found bool, err error)
	// KeepReply keeps a value.
	KeepReply(ctx context.Context, key, value []byte) error
}

// Prover is one Dafny installation with its running services.
type Prover struct {
	info   provers.Info
	config Config

	mu     sync.Mutex
	all    []transport.Service
	idle   []transport.Service
	closed bool
}

var _ provers.Prover = (*Prover)(nil)

// New makes a prover. It starts nothing yet.
func New(info provers.Info, config Config) *Prover {
	return &Prover{info: info, config: config}
}

// Info implements [provers.Prover].
func (p *Prover) Info() provers.Info { return p.info }

// acquire gives out a service that nobody uses.
func (p *Prover) acquire() (transport.Service, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, &provers.Error{Kind: provers.Unusable, Doing: "starting Dafny", Detail: "the prover is closed"}
	}
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return s, nil
	}
	s := p.config.Service()
	p.all = append(p.all, s)
	return s, nil
}

func (p *Prover) release(s transport.Service) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, s)
}

// Close implements [provers.Prover]. It also ends the services of sessions that
// are still open.
func (p *Prover) Close() error {
	p.mu.Lock()
	all := p.all
	p.all, p.idle, p.closed = nil, nil, true
	p.mu.Unlock()
	var first error
	for _, s := range all {
		if err := s.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
