// Package spec is the specification of a run of a benchmark: which problems,
// how they are searched, with which variants, within which bounds. It is a file
// in TOML that people write by hand, and a [Spec] that the command works with.
//
// Reading is strict. What is unknown, of the wrong type or of no use is an error,
// and all errors are reported together, each with its line.
package spec

import (
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// Spec specifies a run. The zero value is not usable; see [Default], [Parse] and
// [Load]. Tags are not needed: the names in the file are those in [Spec.Canonical].
type Spec struct {
	// Name names the run. Like the names of variants it can be the name of a
	// file: letters, digits and . _ - +.
	Name        string
	Description string
	Kind        trial.Kind
	// Trials is how often each problem is tried, or each operation of a prover
	// measured.
	Trials int
	// PassAt are the k for which pass@k is reported, in increasing order.
	PassAt []int
	// Seed is that of the first trial at each problem; the next have Seed+1 and so on.
	Seed uint64
	// Workers is the number of trials that run at the same time; 0 is as
	// processors and memory allow.
	Workers int
	// Dataset, Search, Budget and Variants are those of a run of kind
	// [trial.Search], and empty in the other kind.
	Dataset Dataset
	Search  Search
	Budget  Budget
	// Variants are the settings to compare, in order. Without any there is one,
	// which is named like the strategy; see [Spec.Expand].
	Variants []Override
	// Probe is that of a run of kind [trial.Prover], and empty in the other kind.
	Probe Probe
}

// File is a file that a specification names: as it was given, for display, and
// where it is. They differ where the specification is in another folder.
type File struct {
	Given, Path string
}

// Files are files that are given relative to the working folder.
func Files(paths ...string) []File {
	var list []File
	for _, path := range paths {
		list = append(list, File{Given: path, Path: path})
	}
	return list
}

// Dataset says which problems.
type Dataset struct {
	Files []File
	// Names are globs; a problem is chosen if one of them matches its name.
	Names []string
	// Live chooses, of DafnyBench, the problems that are live by what their file says.
	Live bool
	// Requires chooses the problems that need no more than this: "core" or
	// "mathlib", or empty for all.
	Requires string
	// Limit chooses the first so many of them; 0 is all.
	Limit int
	// Shard chooses one of several equal parts of what is left, as "2/4"; empty is all.
	Shard string
	// References is the file of reference answers, or empty for the one beside
	// each file.
	References File
	// Origin says where to get the files, for when they are not there.
	Origin string
}

// Search says how a problem is searched.
type Search struct {
	// Prover is "lean" or "dafny", or empty for the one that the problems are for.
	Prover string
	// Method is one of [Methods], or empty: prove what asks for a proof, and fps
	// for what asks for an answer.
	Method string
	Policy string
	// Without are the parts of the policy that are left out. Which there are, the
	// policy knows.
	Without []string
	// Strategy is one of [Strategies].
	Strategy string
	// BeamWidth is the number of states kept at each depth, for [search.Beam].
	BeamWidth int
	// Sessions is the number of prover processes that work on one trial.
	Sessions int
	// Heartbeats and ActionTimeout bound each action; 0 is as the stage has it.
	Heartbeats    int64
	ActionTimeout time.Duration
	// AnyForm takes an answer in whatever form.
	AnyForm bool
}

// Budget bounds a trial. A zero field means no bound.
type Budget struct {
	Wall       time.Duration
	Expansions int64
	Attempts   int64
	Nodes      int64
	// Verify bounds the final check of a proof, and Backward the backward part of dfps.
	Verify   time.Duration
	Backward time.Duration
}

// Override is a variant as it is written: a name, and settings that replace those
// of the base.
type Override struct {
	Name     string
	Settings []Setting
}

// Setting sets one key of [search] or [budget], for example "search.strategy", to
// a value in TOML, for example "\"beam\"".
type Setting struct {
	Key, Value string
}

// Variant is a variant with all of its settings.
type Variant struct {
	Name   string
	Search Search
	Budget Budget
	// Settings say how it differs from the base, as "search.strategy = beam", in
	// the order of the file format.
	Settings []string
}

// Probe says what is measured of provers.
type Probe struct {
	// Operations are some of the operations that package probe knows.
	Operations []string
	// Timeout bounds each measurement.
	Timeout time.Duration
	// Targets are what is measured; they are the run's variants.
	Targets []Target
}

// Target is a prover with something for it to do, as [probe.Target] has it. What
// only operations need that are not measured may be missing.
type Target struct {
	Name string
	// Prover is "lean" or "dafny".
	Prover string
	// Preamble and Statement are the problem.
	Preamble  string
	Statement string
	// Step and Batch are templates of actions that make progress at the root, with
	// [probe.Number] in them.
	Step  string
	Batch []string
	// Proof is a whole proof: the text behind the statement's ":=", for Dafny the
	// whole program.
	Proof string
}

// Portfolio is the strategy of the stages that suit the prover.
const Portfolio = "portfolio"

// Strategies are the names of strategies, the default first.
func Strategies() []string {
	return []string{Portfolio, search.BestFirst, search.Beam, search.Sweep}
}

// Methods are the names of methods.
func Methods() []string { return []string{"prove", "fps", "dfps", "both"} }

// Provers are the names of provers.
func Provers() []string { return []string{"lean", "dafny"} }

// Default is the specification in which everything is left to its default. It
// names no files.
func Default() Spec {
	return Spec{
		Name:    "run",
		Kind:    trial.Search,
		Trials:  1,
		PassAt:  DefaultPassAt(1),
		Seed:    1,
		Dataset: Dataset{Names: []string{"*"}},
		Search:  Search{Policy: "builtin", Strategy: Portfolio, BeamWidth: 16, Sessions: 1},
		Budget:  Budget{Wall: 2 * time.Minute, Verify: 5 * time.Minute, Backward: 30 * time.Second},
	}
}

// DefaultPassAt is what pass_at is where it is not given: 1, and the number of
// trials if that is more.
func DefaultPassAt(trials int) []int {
	if trials > 1 {
		return []int{1, trials}
	}
	return []int{1}
}

// Probe is the target as what measures it gets it.
func (t Target) Probe() probe.Target {
	return probe.Target{
		Problem: provers.Problem{Name: t.Name, Kind: provers.Prove, Preamble: t.Preamble, Statement: t.Statement},
		Step:    t.Step, Batch: t.Batch, Proof: t.Proof,
	}
}
