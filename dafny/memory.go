package dafny

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

// memoryVersion changes whenever what is kept does.
const memoryVersion = 1

// memoryKey is a hash of everything that a report depends on: the request, and
// the versions and options of Dafny and of its solver. It is nil if nothing is kept.
func (p *Prover) memoryKey(r transport.Request) []byte {
	if p.config.Memory == nil {
		return nil
	}
	// Where Dafny was found does not matter.
	info := p.info
	info.Path = ""
	text, err := json.Marshal(struct {
		Version int
		Info    provers.Info
		Request transport.Request
	}{memoryVersion, info, r})
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// recall returns a report that was kept. A memory that fails has none.
func (p *Prover) recall(ctx context.Context, key []byte) (r transport.Report, ok bool) {
	if key == nil {
		return r, false
	}
	value, found, err := p.config.Memory.Reply(ctx, key)
	if err != nil || !found || json.Unmarshal(value, &r) != nil {
		return transport.Report{}, false
	}
	return r, true
}

// keep keeps a report in which everything was decided: what ran out of time here
// and now may be verified at another time.
func (p *Prover) keep(ctx context.Context, key []byte, r transport.Report) {
	limited := slices.ContainsFunc(r.Results, func(x transport.Result) bool {
		return x.Status != transport.Verified && x.Status != transport.Failed
	})
	if key == nil || limited {
		return
	}
	if value, err := json.Marshal(r); err == nil {
		_ = p.config.Memory.KeepReply(ctx, key, value) // it is only asked again
	}
}
