// Package dataset reads benchmarks of formal problems, in the layouts in which
// they are published, into one kind of [Record]: problems to prove, and problems
// that ask for an answer with the reference answer kept apart.
//
// A place that cannot be read is listed with its file and line, and reading goes
// on. [Lint] looks for what makes a problem easier, harder or other than it was
// meant; [ToExistential] and [ToAbbreviation] convert between the two ways of
// writing a problem that asks for an answer, and [ConversionCheck] has Lean
// confirm that both mean the same.
package dataset

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// The provers that problems are written for.
const (
	ForLean  = "lean"
	ForDafny = "dafny"
)

// Record is one problem of a benchmark. Either Prove or Find is set.
type Record struct {
	// Name is unique within its file, and an identifier of Lean where the problem is
	// for Lean and the layout allows.
	Name string `json:"name"`
	// Prover names the prover in whose language the problem is written, as
	// [provers.Info] does: [ForLean] or [ForDafny]. Empty means Lean.
	Prover string `json:"prover"`
	// Origin is the problem's name where the benchmark has it from, or empty.
	Origin string `json:"origin,omitempty"`
	// Index is the record's number as the file itself counts, or -1 if it does not.
	Index int `json:"index"`
	// Split is the part of the benchmark ("valid", "test"), or empty.
	Split string `json:"split,omitempty"`
	// File and Line are where the record begins, Line from 1.
	File string `json:"file"`
	Line int    `json:"line"`
	// Prove is a problem that asks for a proof.
	Prove *provers.Problem `json:"prove,omitempty"`
	// Find is a problem that asks for an answer. It never holds the reference.
	Find *fps.Problem `json:"find,omitempty"`
	// Abbreviation is the problem as its author wrote it, if the answer is a
	// definition there; the definition's value is taken out.
	Abbreviation *source.Abbreviation `json:"-"`
	// Reference is the answer that the benchmark's author gives, or nil. It must
	// not reach anything that searches. For Dafny it is the program with its hints.
	Reference *Reference `json:"-"`
	// Imports are the modules that the problem imports, in order.
	Imports []string `json:"imports,omitempty"`
	// Requires are the libraries that the imports need beside Lean itself, for
	// example "Mathlib".
	Requires []string `json:"requires,omitempty"`
	Informal Informal `json:"-"`
	// Tags are the author's own: subject, level, source.
	Tags []string `json:"tags,omitempty"`
	// Dafny is what the file says about a problem for Dafny, or nil.
	Dafny *DafnyFacts `json:"dafny,omitempty"`
	// Core says whether the problem elaborates without any library; nil if the
	// file does not tell.
	Core *bool `json:"core,omitempty"`
}

// Kind is what the record asks for.
func (r Record) Kind() provers.Kind {
	if r.Find != nil {
		return provers.Find
	}
	return provers.Prove
}

// Problem is the record as a prover gets it.
func (r Record) Problem() (provers.Problem, error) {
	switch {
	case r.Find != nil:
		return r.Find.Prover()
	case r.Prove != nil:
		return *r.Prove, nil
	}
	return provers.Problem{}, fmt.Errorf("%s has no problem", r.Name)
}

// ReferenceKind says how a [Reference] is to be read.
type ReferenceKind string

// The kinds of references.
const (
	// Term is a term of the answer's type, for example "{1, 2}".
	Term ReferenceKind = "term"
	// Proposition is a proposition about the answer's name, for example "answer = 9".
	Proposition ReferenceKind = "proposition"
	// Program is the whole program, with the hints that have Dafny prove it.
	Program ReferenceKind = "program"
)

// Reference is an answer that is known to be right, in the prover's language.
type Reference struct {
	Text string        `json:"text"`
	Kind ReferenceKind `json:"kind"`
	// Further are the terms for the problem's second answer and on, in order.
	Further []string `json:"further,omitempty"`
}

// Terms are the terms for the problem's answers in order, or nil for a reference
// that is no term.
func (r *Reference) Terms() []string {
	if r == nil || r.Kind != Term {
		return nil
	}
	return append([]string{r.Text}, r.Further...)
}

// Informal is the problem in the language of mathematics.
type Informal struct {
	Problem string `json:"problem,omitempty"`
	// Answer is the reference answer, informally.
	Answer string `json:"answer,omitempty"`
}

// File is a file that was read.
type File struct {
	Path string `json:"path"`
	// SHA256 is the hash of the file's bytes, in hexadecimal: a run of a
	// benchmark notes it, so that it is known later what was run.
	SHA256  string `json:"sha256"`
	Layout  Layout `json:"layout"`
	Records int    `json:"records"`
}

// Set is what [Read] read.
type Set struct {
	Records []Record
	// Errors are the places that could not be used, in order.
	Errors []source.LineError
	Files  []File
}

// Layout is a way of writing a benchmark down.
type Layout string

// The layouts. The fields of the JSON layouts are documented at the types that
// they are read into.
const (
	// FPS is JSON lines with introductions, answer type and outros: FormalMath500,
	// MiniF2F-Solving and PutnamBench-Solving. All records are [provers.Find].
	FPS Layout = "fps"
	// MiniF2F is JSON lines with a name, a header and a formal statement, or a
	// folder of .lean files whose theorems are to be proved; there the folders
	// Valid and Test name the split. All records are [provers.Prove].
	MiniF2F Layout = "minif2f"
	// Putnam is .lean files in which "abbrev NAME_solution : TYPE := sorry" stands
	// before a theorem that mentions it; a comment behind the sorry is the
	// reference. A theorem without such a definition is to be proved.
	Putnam Layout = "putnam"
	// Constructive is JSON lines or one JSON array, with the answer as an
	// abbreviation, and in some files also with the statement as an existential:
	// ConstructiveBench, and PutnamBench and MathArena as the ECP project has them.
	Constructive Layout = "constructivebench"
	// Lean is a .lean file: "theorem NAME : ∃ ... := by sorry" asks for an answer,
	// every other theorem without a proof asks for one. References are beside it
	// in NAME.answers.json: a JSON object from a theorem's name to its reference, a
	// term or, for several answers, a list of terms.
	Lean Layout = "lean"
	// DafnyBench is JSON lines or one JSON array of programs with and without their
	// hints, or a folder hints_removed of NAME_no_hints.dfy files with the ground
	// truths as NAME.dfy in a folder ground_truth beside it. The program without
	// hints is to be proved, the one with them is the reference.
	DafnyBench Layout = "dafnybench"
	// Dafny is a .dfy file, which is one problem: the program is to be proved.
	Dafny Layout = "dafny"
)

// Layouts returns all layouts.
func Layouts() []Layout {
	return []Layout{FPS, MiniF2F, Putnam, Constructive, Lean, DafnyBench, Dafny}
}

// Prover names the prover that the problems of a layout are written for.
func (l Layout) Prover() string {
	if l == DafnyBench || l == Dafny {
		return ForDafny
	}
	return ForLean
}

// Options say how to read. The zero value finds everything out itself.
type Options struct {
	// Layout is the layout of all files, or empty to tell from their content.
	Layout Layout
	// Core reads the records of layout [FPS] that do not say whether they need
	// Mathlib as if they did not.
	Core bool
	// References is the file with the references for layout [Lean], instead of
	// the one beside each file.
	References string
}

// libraries that come with Lean, and those that Mathlib brings along.
var (
	shipped   = []string{"Init", "Std", "Lean", "Lake"}
	ofMathlib = []string{"Aesop", "Batteries", "Qq", "ProofWidgets", "ImportGraph", "LeanSearchClient", "Plausible", "Cli"}
)

// requires are the libraries that imports need.
func requires(imports []string) []string {
	var roots []string
	mathlib := false
	for _, module := range imports {
		root, _, _ := strings.Cut(module, ".")
		mathlib = mathlib || root == "Mathlib"
		if !contains(shipped, root) && !contains(roots, root) {
			roots = append(roots, root)
		}
	}
	if !mathlib {
		return roots
	}
	var kept []string
	for _, root := range roots {
		if !contains(ofMathlib, root) {
			kept = append(kept, root)
		}
	}
	return kept
}

// contains reports whether list has name, upper and lower case the same.
func contains(list []string, name string) bool {
	for _, other := range list {
		if strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// LeftOut is why records were left out, and how many.
type LeftOut struct {
	Reason  string `json:"reason"`
	Records int    `json:"records"`
}

// Filter keeps the records that need nothing but the available libraries, upper
// and lower case the same. What comes with Lean itself ("core") is always there,
// and Mathlib brings the libraries that it is built on.
func Filter(records []Record, available []string) (kept []Record, out []LeftOut) {
	if contains(available, "Mathlib") {
		available = append(append([]string(nil), available...), ofMathlib...)
	}
	for _, r := range records {
		var missing []string
		for _, library := range r.Requires {
			if !contains(available, library) {
				missing = append(missing, library)
			}
		}
		if len(missing) == 0 {
			kept = append(kept, r)
			continue
		}
		out = count(out, "needs "+strings.Join(missing, ", "))
	}
	return kept, out
}

func count(list []LeftOut, reason string) []LeftOut {
	for i := range list {
		if list[i].Reason == reason {
			list[i].Records++
			return list
		}
	}
	return append(list, LeftOut{Reason: reason, Records: 1})
}
