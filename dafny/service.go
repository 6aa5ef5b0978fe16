package dafny

import (
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
)

// ServiceConfig bounds a running Dafny. Each zero field has a default.
type ServiceConfig struct {
	// TimeLimit and ErrorLimit are those of a request that has none: 10 s, 5.
	TimeLimit  time.Duration
	ErrorLimit int
	// AllowAssumptions lets the program assume what it wants, as Dafny does; by
	// default an assumption is taken for an assertion.
	AllowAssumptions bool
	// MemoryLimit bounds the memory of Dafny and its solver, in bytes: 4 GiB.
	MemoryLimit int64
}

// NewService makes a service over this Dafny, with the protocol that its version
// speaks. No process is started before the first request. The place must be usable.
func (f Found) NewService(c ServiceConfig) transport.Service {
	return lineserver.New(lineserver.Options{
		Argv: f.Server, TimeLimit: c.TimeLimit, ErrorLimit: c.ErrorLimit,
		AllowAssumptions: c.AllowAssumptions, MemoryLimit: c.MemoryLimit,
	})
}
