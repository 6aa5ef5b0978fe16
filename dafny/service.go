package dafny

import (
	"time"

	"github.com/ansatz-prover/ansatz/dafny/dialect"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/dafny/transport/languageserver"
	"github.com/ansatz-prover/ansatz/dafny/transport/lineserver"
)

// ServiceConfig bounds a running Dafny. Each zero field has a default.
type ServiceConfig struct {
	// TimeLimit and ErrorLimit are those of a request that has none: 10 s, 5.
	TimeLimit  time.Duration
	ErrorLimit int
	// AllowAssumptions lets the program assume what it wants, as Dafny does; by
	// default Dafny 2 takes an assumption for an assertion. Dafny 4 cannot be told
	// to: it warns of what is assumed.
	AllowAssumptions bool
	// MemoryLimit bounds the memory of Dafny and its solver, in bytes: 4 GiB, and 8
	// for Dafny 4.
	MemoryLimit int64
}

// NewService makes a service over this Dafny, with the protocol that its version
// speaks. It reads programs of both dialects, see package dialect. No process is started before the first request. The place must be usable.
func (f Found) NewService(c ServiceConfig) transport.Service {
	return dialect.Service{Service: f.newService(c), Version: f.language()}
}

func (f Found) newService(c ServiceConfig) transport.Service {
	if f.Protocol == LanguageServer {
		return languageserver.New(languageserver.Options{
			Argv: f.Server, TimeLimit: c.TimeLimit, ErrorLimit: c.ErrorLimit, MemoryLimit: c.MemoryLimit,
		})
	}
	return lineserver.New(lineserver.Options{
		Argv: f.Server, TimeLimit: c.TimeLimit, ErrorLimit: c.ErrorLimit,
		AllowAssumptions: c.AllowAssumptions, MemoryLimit: c.MemoryLimit,
	})
}
