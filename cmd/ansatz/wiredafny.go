package main

import (
	"context"
	"math"
	"slices"

	"github.com/ansatz-prover/ansatz/dafny"
	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/spf13/pflag"
)

// registerDafny adds the flag that says where Dafny is.
func (p *places) registerDafny(flags *pflag.FlagSet) {
	flags.StringVar(&p.dafny, "dafny", "", "a dafny executable, or the folder that Dafny.exe or Dafny.dll is in")
}

// findDafny finds the Dafny to use. Nothing is started but to ask for versions.
func findDafny(ctx context.Context, p places) (dafny.Found, error) {
	all, err := dafny.Find(ctx, dafny.FindOptions{Dafny: p.dafny})
	if err != nil {
		return dafny.Found{}, err
	}
	return choose("Dafny", all, func(e *provers.Error) string {
		return e.Hint + "\nor name your own: --dafny PATH\nsee what was looked at: ansatz provers"
	})
}

// dafnyMemory is what one worker usually takes: Dafny and its solver.
const dafnyMemory = 0.6e9

// connectDafny finds Dafny. It starts no server yet.
func connectDafny(ctx context.Context, o connectOptions) (*connection, error) {
	found, err := findDafny(ctx, o.places)
	if err != nil {
		return nil, err
	}
	service := dafny.ServiceConfig{}
	switch o.memoryLimit {
	case defaultMemoryLimit: // that of the service is lower
	case 0:
		service.MemoryLimit = math.MaxInt64
	default:
		service.MemoryLimit = int64(o.memoryLimit)
	}
	prover := dafny.New(found.Info, dafny.Config{StopAtSolved: true, Memory: o.replies,
		Service: func() transport.Service { return found.NewService(service) }})
	return &connection{prover: prover, verifier: dafny.NewVerifier(found, dafny.VerifyConfig{Wall: o.verifyTimeout}), memory: dafnyMemory, settled: nothingOpen}, nil
}

// nothingOpen reports whether a state of Dafny's has no open obligation.
func nothingOpen(s provers.State) bool {
	return !slices.ContainsFunc(s.Goals, func(g provers.Goal) bool {
		_, open := annotation.ObligationOf(g)
		return open
	})
}

// replies keeps what Dafny said in the store of a batch, as soon as there is one.
type replies struct{ store *prooftree.Store }

var _ dafny.Memory = (*replies)(nil)

// Reply implements [dafny.Memory].
func (r *replies) Reply(ctx context.Context, key []byte) ([]byte, bool, error) {
	if r.store == nil {
		return nil, false, nil
	}
	return r.store.Reply(ctx, key)
}

// KeepReply implements [dafny.Memory].
func (r *replies) KeepReply(ctx context.Context, key, value []byte) error {
	if r.store == nil {
		return nil
	}
	return r.store.KeepReply(ctx, key, value)
}
