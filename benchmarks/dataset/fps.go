package dataset

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/search/fps"
)

// fpsRecord is one line of layout [FPS].
type fpsRecord struct {
	// Index is the record's number in the file as it was published, from 0.
	Index *int `json:"index"`
	// InformalProblem, InformalAnswer and InformalSolution are what was formalised.
	InformalProblem  string `json:"informal_problem"`
	InformalAnswer   string `json:"informal_answer"`
	InformalSolution string `json:"informal_solution"`
	// Header is commands before the statement, without imports; null stands for
	// [fpsHeader].
	Header *string `json:"header"`
	// Intros are the variables and hypotheses that the answer may mention.
	Intros []fpsBinder `json:"intros"`
	// FormalAnswer is a proposition about "answer", with every implicit argument.
	FormalAnswer string `json:"formal_answer"`
	// FormalAnswerType is the type of "answer".
	FormalAnswerType string `json:"formal_answer_type"`
	// Outros are further variables and hypotheses; the last is the query.
	Outros []fpsBinder `json:"outros"`
	// Metainfo differs from file to file: level and subject (FormalMath500), id
	// and split (MiniF2F-Solving), problem_name and tags (PutnamBench-Solving).
	Metainfo struct {
		Level       string   `json:"level"`
		Subject     string   `json:"subject"`
		ID          string   `json:"id"`
		Split       string   `json:"split"`
		ProblemName string   `json:"problem_name"`
		Tags        []string `json:"tags"`
	} `json:"metainfo"`
	// Core says whether the statement elaborates without Mathlib. Only some
	// copies of the files have it.
	Core *bool `json:"core"`
}

// fpsBinder is a variable or a hypothesis.
type fpsBinder struct {
	// Type is Lean text.
	Type string `json:"t"`
	// Value is always null in what was published.
	Value *string `json:"v"`
	// Name is null for an instance.
	Name *string `json:"name"`
}

const (
	// fpsImports and fpsHeader are what the benchmark's own programs put before a
	// statement whose header is null.
	fpsImports = "import Mathlib\nimport Aesop\n"
	fpsHeader  = "open BigOperators Real Nat Topology\n"
	// coreHeader is what a statement needs that was written for Mathlib and needs
	// none of it.
	coreHeader = "notation \"ℕ\" => Nat\nnotation \"ℤ\" => Int\nopen Nat\n"
)

func readFPS(in *input) {
	base := fps.Identifier(baseName(in.path))
	for _, o := range in.objects {
		var f fpsRecord
		if !in.decode(o, &f) {
			continue
		}
		r := Record{Index: -1, Line: o.line, Origin: f.Metainfo.ProblemName + f.Metainfo.ID, Split: f.Metainfo.Split, Core: f.Core,
			Informal: Informal{Problem: f.InformalProblem, Answer: f.InformalAnswer}, Tags: f.Metainfo.Tags}
		number := o.position
		if f.Index != nil {
			number, r.Index = *f.Index, *f.Index
		}
		r.Name = fmt.Sprintf("%s_%d", base, number)
		for _, tag := range []string{f.Metainfo.Subject, f.Metainfo.Level} {
			if tag != "" {
				r.Tags = append(r.Tags, tag)
			}
		}
		problem, err := f.problem(in.options.Core)
		if err != nil {
			in.fail(o.line, 0, "%s: %v", r.Name, err)
			continue
		}
		r.Find = problem
		if f.FormalAnswer != "" {
			r.Reference = &Reference{Text: f.FormalAnswer, Kind: Proposition}
		}
		in.add(r)
	}
}

func (f fpsRecord) problem(core bool) (*fps.Problem, error) {
	p := fps.Problem{Answers: []fps.Binder{{Name: "answer", Type: f.FormalAnswerType}}}
	if f.Core != nil {
		core = *f.Core
	}
	switch {
	case core:
		p.Preamble = coreHeader
	case f.Header == nil:
		p.Preamble = fpsImports + fpsHeader
	default:
		p.Preamble = fpsImports
	}
	if f.Header != nil && strings.TrimSpace(*f.Header) != "" {
		p.Preamble += strings.TrimRight(*f.Header, " \n") + "\n"
	}
	for _, list := range []struct {
		from []fpsBinder
		to   *[]fps.Binder
		name string
	}{{f.Intros, &p.Intros, "intros"}, {f.Outros, &p.Outros, "outros"}} {
		for i, b := range list.from {
			switch {
			case b.Value != nil:
				return nil, fmt.Errorf("the binder %d of %s has a value, which the layout does not define", i+1, list.name)
			case strings.TrimSpace(b.Type) == "":
				return nil, fmt.Errorf("the binder %d of %s has no type", i+1, list.name)
			}
			out := fps.Binder{Type: b.Type}
			if b.Name != nil {
				out.Name = *b.Name
			}
			*list.to = append(*list.to, out)
		}
	}
	if len(p.Outros) == 0 {
		return nil, fmt.Errorf("there are no outros, and so no query")
	}
	return &p, nil
}
