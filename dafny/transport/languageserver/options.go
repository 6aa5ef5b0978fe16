package languageserver

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
	DefaultLongTimeLimit = 60 * time.Second
	DefaultErrorLimit    = 5
	DefaultStartTimeout  = time.Minute
	DefaultAnswerTime    = 5 * time.Second
	DefaultMemoryLimit   = 8 << 30
	DefaultMaxRequests   = 500
	DefaultRecycleMemory = 4 << 30
)

const (
	// silencePerLimit and silenceBase give how long a server may say nothing about
	// a program before it counts as hung: a declaration may have many batches of
	// assertions, each of which may take the time limit.
	silencePerLimit = 10
	silenceBase     = time.Minute
)

// Options says how to run the server. Only Argv is needed.
type Options struct {
	// Argv is the command, such as "dafny server".
	Argv []string
	// Env is added to the environment of this process.
	Env []string
	// Args are further options, such as "--isolate-assertions".
	Args []string

	// A server has one time limit, so there are up to two: one with TimeLimit for
	// requests that ask for no more, and one with LongTimeLimit for all others,
	// which is also the most that a request gets.
	TimeLimit, LongTimeLimit time.Duration
	// ErrorLimit is that of all requests.
	ErrorLimit int
	// Silence is how long a server may say nothing while it has work before it is
	// taken for hung; 0 means ten time limits and a minute.
	Silence time.Duration

	// AnswerTime bounds a request that any server that is well answers at once.
	AnswerTime time.Duration
	// StartTimeout bounds the time from the start to the answer to initialize.
	StartTimeout time.Duration
	// MemoryLimit bounds the memory of a process and its solvers, in bytes.
	MemoryLimit int64
	// MaxRequests and RecycleMemory say when a process is replaced although
	// nothing is wrong with it: after so many requests, or when it holds so many
	// bytes after one.
	MaxRequests   int
	RecycleMemory int64
	// TempDir is where the working folder of each process is made; empty means
	// the system's folder for temporary files.
	TempDir string
}

func (o *Options) setDefaults() {
	defaults.Set(&o.TimeLimit, DefaultTimeLimit)
	defaults.Set(&o.LongTimeLimit, max(DefaultLongTimeLimit, o.TimeLimit))
	defaults.Set(&o.ErrorLimit, DefaultErrorLimit)
	defaults.Set(&o.StartTimeout, DefaultStartTimeout)
	defaults.Set(&o.AnswerTime, DefaultAnswerTime)
	defaults.Set(&o.MemoryLimit, DefaultMemoryLimit)
	defaults.Set(&o.MaxRequests, DefaultMaxRequests)
	defaults.Set(&o.RecycleMemory, DefaultRecycleMemory)
}

// class is one of the two time limits.
type class int

const (
	short class = iota
	long
	classes // how many there are
)

// classFor returns the class of a request's time limit.
func (o *Options) classFor(limit time.Duration) class {
	if limit > o.TimeLimit {
		return long
	}
	return short
}

func (o *Options) limit(c class) time.Duration {
	if c == long {
		return o.LongTimeLimit
	}
	return o.TimeLimit
}

func (o *Options) silence(c class) time.Duration {
	if o.Silence > 0 {
		return o.Silence
	}
	return silencePerLimit*o.limit(c) + silenceBase
}

// args are the options of a server of a class.
func (o *Options) args(c class) []string {
	seconds := int(math.Ceil(o.limit(c).Seconds()))
	return append([]string{
		"--verify-on:Never",
		"--update-throttling:0", // every state is told, so that none is missed
		"--cache-verification:0",
		fmt.Sprintf("--verification-time-limit:%d", seconds),
		"--error-limit:" + strconv.Itoa(o.ErrorLimit),
	}, o.Args...)
}
