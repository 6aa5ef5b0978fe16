package annotations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/interpret"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// analysis is what is known of one program.
type analysis struct {
	program *syntax.Program
	places  *annotation.Places
	// types are the program's own types, functions its functions and predicates,
	// lemmas its lemmas, by their names without modules.
	types, functions, lemmas map[string]*syntax.Decl
	// decls are all declarations by qualified name.
	decls       map[string]*syntax.Decl
	interpreter *interpret.Interpreter
	// without are the parts of the policy that are left out.
	without map[string]bool

	mu   sync.Mutex
	done map[string]*knowledge
}

// knowledge is what is known of one declaration.
type knowledge struct {
	decl   *syntax.Decl
	types  map[string]syntax.Type
	loops  []*loop
	traces *interpret.Traces // nil if the declaration could not be run
	// clauses are the invariants proposed for each loop.
	clauses [][]clause
	asserts []statement
	// formulas are those of the specification, see analysis.formulas.
	formulas []formula
	// recursion are what may decrease where the declaration calls itself.
	recursion []string
}

// declared are the variables of a declaration, with their inferred types.
func declared(s *syntax.Stmt, types map[string]syntax.Type) []syntax.Variable {
	vars := slices.Clone(s.Vars)
	for i, v := range vars {
		if v.Type != nil {
			continue
		}
		if t, ok := types[v.Name]; ok {
			vars[i].Type = &t
		}
	}
	return vars
}

// clause is a proposed invariant.
type clause struct {
	expr   *syntax.Expr
	text   string
	source string
	// weight says how likely the rule thinks it is, between 0 and 1.
	weight float64
	// checked says that it held whenever the program was run.
	checked bool
	// redundant says that other clauses say as much.
	redundant bool
}

// statement is a proposed statement before a place.
type statement struct {
	line, column int
	text         string
	source       string
	weight       float64
}

func newAnalysis(text string) (*analysis, error) {
	p, err := syntax.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the program: %w", err)
	}
	a := &analysis{program: p, places: annotation.NewPlaces(p),
		types: make(map[string]*syntax.Decl), functions: make(map[string]*syntax.Decl), lemmas: make(map[string]*syntax.Decl),
		decls: p.ByName(), interpreter: interpret.New(p), done: make(map[string]*knowledge)}
	for d := range p.All {
		switch d.Kind {
		case syntax.Function, syntax.Predicate:
			a.functions[d.Name] = d
		case syntax.Lemma:
			a.lemmas[d.Name] = d
		case syntax.Datatype, syntax.TypeDecl, syntax.Class, syntax.Trait:
			a.types[d.Name] = d
		}
	}
	return a, nil
}

// How many runs and snapshots are looked at. More find more wrong candidates, and
// take longer.
const (
	observedRuns  = 40
	observedMoves = 80
)

// know finds out about a declaration, once.
func (a *analysis) know(ctx context.Context, name string) (*knowledge, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.done[name]; k != nil {
		return k, nil
	}
	d := a.decls[name]
	if d == nil {
		return nil, nil
	}
	k := &knowledge{decl: d, types: a.interpreter.Locals(d), formulas: a.formulas(d)}
	if !a.without[partTermination] {
		k.recursion = a.recursion(d)
	}
	if d.Body != nil {
		k.loops = loops(d, k.types, a.lemmas)
	}
	if !a.without[partExecution] {
		traces, err := a.interpreter.Observe(ctx, d, interpret.Options{Runs: observedRuns, MaxSnapshots: observedMoves, Seed: 1})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && traces.Runs > 0 {
			k.traces = traces
		}
	}
	for _, l := range k.loops {
		if !a.without[partTermination] {
			l.measures = a.measures(l)
		}
		list, err := a.invariants(ctx, k, l)
		if err != nil {
			return nil, err
		}
		k.clauses = append(k.clauses, list)
	}
	if err := a.assertions(ctx, k); err != nil {
		return nil, err
	}
	a.done[name] = k
	return k, nil
}

// judge is what running the program says about a candidate.
type judge uint8

const (
	unknown judge = iota // it could not be evaluated, or the program not be run
	holds
	fails
)

// ask evaluates a candidate at snapshots. Where it is undefined it is no
// candidate: Dafny would ask for the proof that it is defined.
func ask(e *syntax.Expr, at []*interpret.Snapshot) judge {
	if len(at) == 0 {
		return unknown
	}
	for _, s := range at {
		ok, err := s.Holds(e)
		if errors.Is(err, interpret.ErrUnsupported) {
			return unknown
		}
		if err != nil || !ok {
			return fails
		}
	}
	return holds
}

// trivial reports whether a candidate would hold with anything in place of the
// variables that change: it says nothing about the loop.
func trivial(e *syntax.Expr, l *loop) bool {
	free := names(e)
	for v := range l.modified {
		if free[v] {
			return false
		}
	}
	for v := range l.written {
		if free[v] {
			return false
		}
	}
	return !l.called
}

// observed are the snapshots at a loop's head.
func (k *knowledge) observed(l *loop) []*interpret.Snapshot {
	if k.traces == nil {
		return nil
	}
	return k.traces.Loops[l.stmt.Begin]
}

// returned are the expressions that the declaration returns or assigns to a
// result, by the result's name.
func returned(d *syntax.Decl) map[string][]*syntax.Expr {
	values := make(map[string][]*syntax.Expr)
	d.Body.Walk(func(s *syntax.Stmt) bool {
		switch {
		case s.Kind == syntax.Return && len(s.Rhs) == len(d.Results):
			for i, r := range d.Results {
				values[r.Name] = append(values[r.Name], s.Rhs[i])
			}
		case s.Kind == syntax.Assign && len(s.Lhs) == len(s.Rhs):
			for i, lhs := range s.Lhs {
				if lhs.Kind == syntax.Ident && slices.ContainsFunc(d.Results, func(v syntax.Variable) bool { return v.Name == lhs.Name }) {
					values[lhs.Name] = append(values[lhs.Name], s.Rhs[i])
				}
			}
		}
		return true
	})
	return values
}
