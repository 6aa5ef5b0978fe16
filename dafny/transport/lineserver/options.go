package lineserver

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/transport/internal/defaults"
)

// The defaults of [Options].
const (
	DefaultTimeLimit     = 10 * time.Second
	DefaultErrorLimit    = 5
	DefaultMemoryLimit   = 4 << 30
	DefaultMaxRequests   = 120
	DefaultRecycleMemory = 1 << 30
	DefaultMaxOutput     = 16 << 20
)

// Options says how to run the server. Only Argv is needed.
type Options struct {
	// Argv is the command: mono and the path of DafnyServer.exe.
	Argv []string
	// Env is added to the environment of this process.
	Env []string
	// Args are further options of Dafny, such as "/arith:1".
	Args []string

	// TimeLimit and ErrorLimit are those of a request that has none.
	TimeLimit  time.Duration
	ErrorLimit int
	// AllowAssumptions leaves out /noCheating, with which Dafny takes every
	// assumption for an assertion, and refuses what has a specification but no body.
	AllowAssumptions bool

	// MemoryLimit bounds the memory of the process and its solver, in bytes.
	MemoryLimit int64
	// MaxRequests and RecycleMemory say when a process is replaced although
	// nothing is wrong with it: after so many requests, or when it holds so many
	// bytes after one.
	MaxRequests   int
	RecycleMemory int64
	// MaxOutput bounds the reply to one request, in bytes.
	MaxOutput int64
	// TempDir is where the working folder of each process is made; empty means
	// the system's folder for temporary files.
	TempDir string
}

func (o *Options) setDefaults() {
	defaults.Set(&o.TimeLimit, DefaultTimeLimit)
	defaults.Set(&o.ErrorLimit, DefaultErrorLimit)
	defaults.Set(&o.MemoryLimit, DefaultMemoryLimit)
	defaults.Set(&o.MaxRequests, DefaultMaxRequests)
	defaults.Set(&o.RecycleMemory, DefaultRecycleMemory)
	defaults.Set(&o.MaxOutput, DefaultMaxOutput)
}

// Switches that make Dafny print a line for each procedure. TraceTimes costs
// nothing, but prints whatever else takes long, so TraceOutcomes is better where
// each line of the output counts.
const (
	TraceTimes    = "/trace"
	TraceOutcomes = "/tracePOs"
)

// noCache turns off the server's cache of results, which believes a change of a
// constant or of a subset type to change nothing. It is not for the command line,
// which with it looks for other files, verifies nothing, and says that all is well.
const noCache = "/verifySnapshots:0"

// Limits are the options of Dafny that bound and restrict a verification. They
// are the same for the server and for the command line.
type Limits struct {
	// TimeLimit is rounded up to whole seconds; 0 is no limit.
	TimeLimit  time.Duration
	ErrorLimit int // 0 is Dafny's default, 5
	// AllowAssumptions is [Options.AllowAssumptions].
	AllowAssumptions bool
}

// Args writes the limits as options.
func (l Limits) Args() []string {
	var args []string
	if !l.AllowAssumptions {
		args = append(args, "/noCheating:1")
	}
	if l.TimeLimit > 0 {
		args = append(args, fmt.Sprintf("/timeLimit:%d", l.seconds()))
	}
	if l.ErrorLimit > 0 { // 0 would mean 1 to Dafny 2
		args = append(args, "/errorLimit:"+strconv.Itoa(l.ErrorLimit))
	}
	return args
}

func (l Limits) seconds() int64 { return int64(math.Ceil(l.TimeLimit.Seconds())) }

// Effective is the time limit that Dafny gets.
func (l Limits) Effective() time.Duration { return time.Duration(l.seconds()) * time.Second }
