// Package plan makes a run of a benchmark from its specification: it reads the
// problems, chooses from them, and notes everything that the run depends on.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// Problem is a problem with everything that a trial of it needs. Either Prove or
// Find is set, or Operation in a run of kind [trial.Prover].
type Problem struct {
	Name string `json:"name"`
	// Prover names the prover that it is for.
	Prover string           `json:"prover,omitempty"`
	Prove  *provers.Problem `json:"prove,omitempty"`
	Find   *fps.Problem     `json:"find,omitempty"`
	// Reference is for comparing an answer after the search only.
	Reference *dataset.Reference `json:"reference,omitempty"`
	// Operation is one of package probe's.
	Operation string `json:"operation,omitempty"`
}

// Record is the problem as a record of a dataset, for package dataset's use of it.
func (p Problem) Record() *dataset.Record {
	return &dataset.Record{Name: p.Name, Prover: p.Prover, Find: p.Find, Prove: p.Prove, Reference: p.Reference}
}

// Plan is what a specification comes to.
type Plan struct {
	Spec     spec.Spec
	Variants []spec.Variant
	Problems []Problem
	// Rows are the problems as a run shows them, in the same order.
	Rows    []trial.Problem
	Dataset trial.Dataset
	// Provers are the names of the provers that are needed.
	Provers []string
	// Mistakes are the places of the files that cannot be used.
	Mistakes []source.LineError
}

// InAnotherShard is why problems are left out that another shard has.
const InAnotherShard = "in another shard"

// ErrNothing says that no problem is left to run.
var ErrNothing = errors.New("no problem is left to run")

// Make reads the problems of a specification and chooses from them. The plan is
// valid with [ErrNothing] too, to tell why.
func Make(s spec.Spec) (Plan, error) {
	p := Plan{Spec: s, Variants: s.Expand(), Dataset: trial.Dataset{LeftOut: make(map[string]int)}}
	if s.Kind == trial.Prover {
		for _, operation := range s.Probe.Operations {
			p.Problems = append(p.Problems, Problem{Name: operation, Operation: operation})
			p.Rows = append(p.Rows, trial.Problem{Name: operation, Statement: operation})
		}
		for _, t := range s.Probe.Targets {
			p.needs(t.Prover)
		}
		p.Dataset.SHA256 = hashOf(p.Problems)
		return p, nil
	}
	if err := p.read(); err != nil {
		return p, err
	}
	p.Dataset.SHA256 = hashOf(p.Problems)
	if len(p.Problems) == 0 {
		return p, ErrNothing
	}
	return p, nil
}

func (p *Plan) needs(prover string) {
	if !slices.Contains(p.Provers, prover) {
		p.Provers = append(p.Provers, prover)
	}
}

// hashOf is the hash of the problems: their names, texts, references and order.
func hashOf(list []Problem) string {
	h := sha256.New()
	encoder := json.NewEncoder(h)
	for _, p := range list {
		// Where a problem was read from does not change what it is.
		if p.Prove != nil {
			problem := *p.Prove
			problem.Source = ""
			p.Prove = &problem
		}
		if p.Find != nil {
			problem := *p.Find
			problem.Source = ""
			p.Find = &problem
		}
		if err := encoder.Encode(p); err != nil {
			panic(err) // strings can be encoded
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Hash is the hash of problems as they were encoded, as [trial.Dataset] has it.
func Hash(encoded []json.RawMessage) (string, error) {
	list := make([]Problem, len(encoded))
	for i := range encoded {
		if err := json.Unmarshal(encoded[i], &list[i]); err != nil {
			return "", fmt.Errorf("reading problem %d: %w", i+1, err)
		}
	}
	return hashOf(list), nil
}

// read reads the files and chooses problems.
func (p *Plan) read() error {
	d := p.Spec.Dataset
	if len(d.Files) == 0 {
		return withOrigin(errors.New("the specification names no file with problems"), d.Origin)
	}
	// Files of different layouts are read one by one.
	var records []dataset.Record
	for _, file := range d.Files {
		set, err := dataset.Read([]string{file.Path}, dataset.Options{References: d.References.Path})
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = withOrigin(err, d.Origin)
			}
			return err
		}
		for _, r := range set.Records {
			records = append(records, relocated(r, file))
		}
		p.Mistakes = append(p.Mistakes, set.Errors...)
		for _, read := range set.Files {
			p.Dataset.Files = append(p.Dataset.Files, trial.File{Path: given(file, read.Path), SHA256: read.SHA256})
		}
	}
	records, err := p.choose(records)
	if err != nil {
		return err
	}
	taken := make(map[string]bool)
	for _, r := range records {
		problem, row, why := p.problem(r)
		if why != "" {
			p.Dataset.LeftOut[why]++
			continue
		}
		// Several files may use the same name; a run needs one for each problem.
		for n := 2; taken[row.Name]; n++ {
			row.Name = fmt.Sprintf("%s (%d)", problem.Name, n)
		}
		taken[row.Name], problem.Name = true, row.Name
		p.needs(problem.Prover)
		p.Problems = append(p.Problems, problem)
		p.Rows = append(p.Rows, row)
	}
	if d.Limit > 0 && len(p.Problems) > d.Limit {
		p.Dataset.LeftOut["beyond the limit"] += len(p.Problems) - d.Limit
		p.Problems, p.Rows = p.Problems[:d.Limit], p.Rows[:d.Limit]
	}
	// The shards together are what the run would be without them.
	if part, of, ok := spec.ParseShard(d.Shard); ok {
		p.shard(part, of)
	}
	return nil
}

// withOrigin adds where the files come from to an error that they are not there.
func withOrigin(err error, origin string) error {
	if origin == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, origin)
}

// given is a path, or a place in a file, with the path as it was given, also of a
// file inside a folder.
func given(file spec.File, read string) string {
	if rest, ok := strings.CutPrefix(read, file.Path); ok {
		return file.Given + rest
	}
	return read
}

// relocated is a record that names its file as it was given: a run is passed on, and
// where the user keeps files is nobody's business.
func relocated(r dataset.Record, file spec.File) dataset.Record {
	if r.Prove != nil {
		p := *r.Prove
		p.Source = given(file, p.Source)
		r.Prove = &p
	}
	if r.Find != nil {
		p := *r.Find
		p.Source = given(file, p.Source)
		r.Find = &p
	}
	return r
}

// choose keeps the records that the specification asks for.
func (p *Plan) choose(records []dataset.Record) ([]dataset.Record, error) {
	d := p.Spec.Dataset
	for _, pattern := range d.Names {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("dataset.names: %q: %w", pattern, err)
		}
	}
	drop := func(why string, unwanted func(dataset.Record) bool) {
		before := len(records)
		records = slices.DeleteFunc(records, unwanted)
		if n := before - len(records); n > 0 {
			p.Dataset.LeftOut[why] += n
		}
	}
	if len(d.Names) > 0 {
		drop("another name", func(r dataset.Record) bool {
			return !slices.ContainsFunc(d.Names, func(pattern string) bool {
				matches, err := path.Match(pattern, r.Name)
				return err == nil && matches || pattern == r.Name
			})
		})
	}
	if d.Live {
		live, out := dataset.Live(records)
		records = live
		for _, o := range out {
			p.Dataset.LeftOut[o.Reason] += o.Records
		}
	}
	if d.Requires != "" {
		kept, out := dataset.Filter(records, []string{d.Requires})
		records = kept
		for _, o := range out {
			p.Dataset.LeftOut[o.Reason] += o.Records
		}
	}
	return records, nil
}

// problem is a record as a problem of the run, or why it is none.
func (p *Plan) problem(r dataset.Record) (problem Problem, row trial.Problem, why string) {
	prover := r.Prover
	if prover == "" {
		prover = dataset.ForLean
	}
	problem = Problem{Name: r.Name, Prover: prover}
	whole, err := r.Problem()
	if err != nil {
		return problem, row, "it cannot be encoded"
	}
	row = trial.Problem{Name: r.Name, Source: whole.Source, Statement: whole.Statement}
	// The variants may differ in their method; then each must suit.
	methods := make(map[string]bool)
	for _, v := range p.Variants {
		methods[v.Search.Method] = true
		if v.Search.Prover != "" && v.Search.Prover != prover {
			return problem, row, "it is for another prover"
		}
	}
	finds := methods["fps"] || methods["dfps"] || methods["both"]
	switch {
	case finds && methods["prove"]:
		return problem, row, "the variants want it both proved and answered"
	case finds && r.Find == nil:
		return problem, row, "it asks for no answer"
	case methods["prove"] && r.Find != nil:
		whole.Kind = provers.Prove
		problem.Prove = &whole
	case r.Find != nil:
		problem.Find, problem.Reference = r.Find, r.Reference
	default:
		problem.Prove = r.Prove
	}
	return problem, row, ""
}

// shard keeps every of-th problem.
func (p *Plan) shard(part, of int) {
	var problems []Problem
	var rows []trial.Problem
	for i := range p.Problems {
		if i%of == part-1 {
			problems, rows = append(problems, p.Problems[i]), append(rows, p.Rows[i])
		}
	}
	if n := len(p.Problems) - len(problems); n > 0 {
		p.Dataset.LeftOut[InAnotherShard] += n
	}
	p.Problems, p.Rows = problems, rows
}
