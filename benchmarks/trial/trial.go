// Package trial holds what a run of a benchmark consists of, as plain data: the
// run with everything that it depends on, and its trials.
//
// A trial is one try of a method at one problem, with settings that are called a
// variant and with a seed of its own. The literature calls it a sample or an
// attempt; in ansatz an attempt is an action that is tried at a state.
package trial

import (
	"fmt"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// Key names a trial within its run.
type Key struct {
	Variant string `json:"variant"`
	Problem string `json:"problem"`
	// Number counts the trials of the same variant at the same problem, from 0.
	Number int `json:"number"`
}

// String is for messages.
func (k Key) String() string {
	return fmt.Sprintf("%s, %s, trial %d", k.Variant, k.Problem, k.Number+1)
}

// Result says what a trial came to. The set is closed.
type Result string

// The results. Only Solved counts; every other one is a kind of failure.
const (
	// Solved: a fresh check accepted the proof; of a problem that asks for an
	// answer, the answer is also in normal form and, where there is a reference,
	// was shown to be equal to it.
	Solved Result = "solved"
	// NotElaborated: the prover refuses the statement.
	NotElaborated Result = "not_elaborated"
	// IllPosed: the problem's hypotheses contradict one another, or its answer is
	// not asked for.
	IllPosed Result = "ill_posed"
	// TimeOut: the wall time is spent.
	TimeOut Result = "time_out"
	// OutOfBudget: another bound of the budget is reached; Reason says which.
	OutOfBudget Result = "out_of_budget"
	// Exhausted: nothing is left to try.
	Exhausted Result = "exhausted"
	// CheckRefused: proofs were found, and the final check accepted none.
	CheckRefused Result = "check_refused"
	// NotNormal: the only answers that were proved are not in normal form.
	NotNormal Result = "not_normal"
	// NotEquivalent: an answer was proved that was not shown to equal the reference.
	NotEquivalent Result = "not_equivalent"
	// Crashed: the prover died or its worker vanished, more often than is tried again.
	Crashed Result = "crash"
	// Failed: any other error.
	Failed Result = "error"
)

// Results lists all results in the order of tables.
func Results() []Result {
	return []Result{Solved, TimeOut, OutOfBudget, Exhausted, CheckRefused, NotNormal, NotEquivalent, NotElaborated, IllPosed, Crashed, Failed}
}

// Trial is one trial with its result; it is also its JSON form.
type Trial struct {
	Key
	// Source is where the problem stands, as FILE:LINE.
	Source string `json:"source,omitempty"`
	Seed   uint64 `json:"seed"`
	Result Result `json:"result"`
	// Reason says more about a failure, for people.
	Reason string `json:"reason,omitempty"`
	Cost   Cost   `json:"cost"`
	// Proof is what was found, as it stands behind the statement; Text is the whole
	// text that the fresh check accepted. Both are empty unless a proof was accepted.
	Proof string `json:"proof,omitempty"`
	Text  string `json:"text,omitempty"`
	// Axioms are those that the proof depends on, where the prover tells.
	Axioms []string `json:"axioms,omitempty"`
	// Answer is the answer that was found, of a problem that asks for one, and
	// Reference what it was compared with.
	Answer    string `json:"answer,omitempty"`
	Reference string `json:"reference,omitempty"`
	// Method is what found the answer: "fps" or "dfps".
	Method string `json:"method,omitempty"`
	// Trees are the IDs of the stored proof trees, the one that decided first.
	Trees []string `json:"trees,omitempty"`
	// Worker names who did it: host, process and place.
	Worker string `json:"worker,omitempty"`
	// Delivery counts how often the trial was handed out, from 1: more than 1 means
	// that a worker vanished on it.
	Delivery int       `json:"delivery,omitempty"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
}

// Cost is what a trial took. Times are in seconds.
type Cost struct {
	// Wall is the time of the search with its final checks, from when the prover
	// was ready; Starting is the time before that.
	Wall     float64 `json:"wall_s"`
	Starting float64 `json:"starting_s"`
	// Checking is the time of the last final check, a part of Wall.
	Checking float64 `json:"checking_s"`
	// Prover, Policy and Store are the times spent waiting for each, summed over
	// the trial's prover sessions.
	Prover float64 `json:"prover_s"`
	Policy float64 `json:"policy_s"`
	Store  float64 `json:"store_s"`
	// Expansions counts the batches of actions, Attempts the actions that were
	// tried, Nodes the states that were reached.
	Expansions int64 `json:"expansions"`
	Attempts   int64 `json:"attempts"`
	Nodes      int64 `json:"nodes"`
	// Units is in the prover's own unit (heartbeats, resource units); 0 where it
	// does not tell.
	Units int64 `json:"units,omitempty"`
	// PromptTokens and CompletionTokens are those of a model; 0 without one.
	PromptTokens     int64 `json:"prompt_tokens,omitempty"`
	CompletionTokens int64 `json:"completion_tokens,omitempty"`
}

// Kind says what a run measures.
type Kind string

// The kinds of runs.
const (
	// Search: each trial is a search, and the share that is solved is of interest.
	Search Kind = "search"
	// Prover: each trial measures one operation of a prover, and Cost.Wall is of
	// interest. The variants are provers, the problems are operations.
	Prover Kind = "prover"
)

// Run is a run of a benchmark, without its trials; it is also its JSON form.
type Run struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Kind        Kind   `json:"kind"`
	// Created is when the run was set up. Ended is when its last trial was
	// recorded, zero while some are missing.
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`
	// Ansatz is the version of this program.
	Ansatz string `json:"ansatz"`
	// Provers are the provers by their name in [provers.Info].
	Provers map[string]provers.Info `json:"provers"`
	Dataset Dataset                 `json:"dataset"`
	// Spec is the whole specification as TOML with nothing left to defaults, and
	// SpecHash its SHA-256 in hexadecimal.
	Spec     string  `json:"spec"`
	SpecHash string  `json:"spec_sha256"`
	Machine  Machine `json:"machine"`
	// Variants, Problems and Trials span the trials of the run: one for each
	// variant, problem and number below Trials.
	Variants []Variant `json:"variants"`
	Problems []Problem `json:"problems"`
	Trials   int       `json:"trials"`
	// Seed is that of the first trial at each problem; the next have Seed+1 and so on.
	Seed uint64 `json:"seed"`
	// PassAt are the k for which pass@k is reported.
	PassAt []int `json:"pass_at"`
	// Workers is the number of trials that ran at the same time on this machine.
	Workers int `json:"workers"`
	// Elapsed is for how long the run was worked on, pauses left out, in seconds.
	Elapsed float64 `json:"elapsed_s"`
	// Merged are the IDs of the runs that this one was put together from.
	Merged []string `json:"merged,omitempty"`
	// Notes say what a reader must know of how the run was made.
	Notes []string `json:"notes,omitempty"`
}

// Total is the number of the run's trials.
func (r Run) Total() int { return len(r.Variants) * len(r.Problems) * r.Trials }

// Problem is a problem of a run.
type Problem struct {
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	// Statement is the problem's text for people, without its preamble.
	Statement string `json:"statement"`
}

// Variant names settings. What is not in Settings is the same for all.
type Variant struct {
	Name string `json:"name"`
	// Settings says how the variant differs from the run's base, as "key = value".
	Settings []string `json:"settings,omitempty"`
}

// Dataset says what was run, so that it can be recognised.
type Dataset struct {
	Files []File `json:"files"`
	// SHA256 is the hash of the chosen problems: their names, texts and order.
	SHA256 string `json:"sha256"`
	// LeftOut counts the problems that were read and not chosen, by reason.
	LeftOut map[string]int `json:"left_out,omitempty"`
}

// File is a file of a dataset. Path is as it was given.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Machine is where the coordinator of a run was started.
type Machine struct {
	System    string `json:"system"` // as "linux/amd64"
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`
	Memory    int64  `json:"memory_bytes,omitempty"`
}
