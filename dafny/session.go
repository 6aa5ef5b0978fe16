package dafny

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/dafny/annotation"
	"github.com/ansatz-prover/ansatz/dafny/soundness"
	"github.com/ansatz-prover/ansatz/dafny/syntax"
	"github.com/ansatz-prover/ansatz/dafny/transport"
	"github.com/ansatz-prover/ansatz/provers"
)

const (
	// messageLimit bounds what an Outcome keeps of Dafny's messages, in bytes.
	messageLimit = 4 << 10
	// defaultWall bounds an action for which no limit is given.
	defaultWall = time.Minute
	// shortLimit is the limit of a verification condition on the first try; most
	// that can be verified at all take less.
	shortLimit = 3 * time.Second
	// longLimit is that of the second, for what ran out of the first.
	longLimit = 10 * time.Second
	// errorLimit is how many errors of a declaration are asked for. Each wrong
	// clause that a Houdini round inserts has one.
	errorLimit = 60
	// maxRestarts is how many processes in a row may die without a single
	// conclusive outcome before the session is given up.
	maxRestarts = 5
)

// session explores one program. Each state has the program with insertions
// before it; nothing of the service's is kept between two requests.
type session struct {
	prover  *Prover
	problem provers.Problem
	program *program
	checker *soundness.Checker
	service transport.Service
	root    provers.State
	cache   map[cacheKey]transport.Report
	barren  int // processes that died since the last conclusive outcome
	closed  bool
}

var _ provers.Session = (*session)(nil)

// cacheKey is everything that a report depends on, but for the version of Dafny.
type cacheKey struct {
	text  string
	only  string
	limit time.Duration
}

// Open implements [provers.Prover]. The problem's statement is the whole program.
func (p *Prover) Open(ctx context.Context, problem provers.Problem, _ provers.Limits) (provers.Session, error) {
	doing := "opening " + problem.Name
	program, err := newProgram(problem.Statement)
	if err != nil {
		return nil, &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: placed(problem.Statement, err)}
	}
	checker, violation := soundness.NewChecker(problem.Statement)
	if violation != nil {
		return nil, &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: violation.Error()}
	}
	service, err := p.acquire()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	s := &session{prover: p, problem: problem, program: program, checker: checker, service: service, cache: make(map[cacheKey]transport.Report)}
	if err := s.open(ctx, doing); err != nil {
		_ = s.Close() // the error of opening says more
		return nil, err
	}
	return s, nil
}

func (s *session) open(ctx context.Context, doing string) error {
	a, err := s.program.places.Apply(nil)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	report, err := s.verify(ctx, a.Text, nil, longLimit)
	if err != nil {
		if lost := (*transport.Lost)(nil); errors.As(err, &lost) {
			return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "the program kills Dafny: " + lost.Reason}
		}
		return fmt.Errorf("%s: %w", doing, err)
	}
	f := s.program.read(a, report)
	switch {
	case len(f.frontEnd) > 0:
		return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "Dafny does not accept the program: " + s.program.messages(f.frontEnd)}
	case f.incomplete:
		return &provers.Error{Kind: provers.InvalidProblem, Doing: doing, Detail: "Dafny does not read the program to its end; is a comment open, or a file included that is not there?"}
	}
	if len(f.unproved) == 0 {
		goal := provers.Goal{Target: "nothing is left to prove"}
		s.root = provers.State{Goals: []provers.Goal{goal}, Key: s.program.key(nil, nil, []provers.Goal{goal})}
		return nil
	}
	s.root = s.program.state(f, f.unproved, nil)
	return nil
}

// Root implements [provers.Session].
func (s *session) Root() provers.State { return s.root }

// Restarts implements [provers.Session].
func (s *session) Restarts() (int, string) { return s.service.Restarts() }

// Close implements [provers.Session]. The service is kept for the next session.
func (s *session) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.prover.release(s.service)
	return nil
}

// Restore implements [provers.Session].
func (s *session) Restore(ctx context.Context, path []provers.Step) (provers.State, error) {
	state := s.root
	for i, step := range path {
		outcomes, err := s.Try(ctx, state, []provers.Action{step.Action}, provers.Limits{})
		if err != nil {
			return provers.State{}, fmt.Errorf("restoring step %d of %d: %w", i+1, len(path), err)
		}
		if o := outcomes[0]; step.Index >= len(o.Next) {
			return provers.State{}, fmt.Errorf("restoring step %d of %d: it left state %d, and is now %s with %d states: %s", i+1, len(path), step.Index, o.Status, len(o.Next), o.Message)
		}
		state = outcomes[0].Next[step.Index]
	}
	return state, nil
}

// position is where a state is: its declarations and the edits on the way to it.
type position struct {
	names []string
	edits []annotation.Edit
	// open is the number of open obligations.
	open int
}

// locate reads a state. Its declarations are those of its goals.
func (s *session) locate(from provers.State) (position, error) {
	at := position{open: len(from.Goals)}
	for i, step := range from.Path {
		if step.Action.Text == splitAction {
			continue
		}
		a, err := annotation.Parse(step.Action.Text)
		if err != nil {
			return position{}, fmt.Errorf("step %d of the way to the state: %w", i+1, err)
		}
		at.edits = append(at.edits, a.Edits...)
	}
	for _, g := range from.Goals {
		if o, ok := annotation.ObligationOf(g); ok && !slices.Contains(at.names, o.Declaration) {
			at.names = append(at.names, o.Declaration)
		}
	}
	// What was inserted into other declarations does not matter here.
	at.edits = slices.DeleteFunc(at.edits, func(e annotation.Edit) bool {
		d, err := s.program.places.Declaration(e)
		return err == nil && !slices.Contains(at.names, d.QualifiedName())
	})
	return at, nil
}

// splitAction separates the declarations of a state, which do not depend on one
// another. It is what every action does, with nothing inserted.
const splitAction = "split"

// Try implements [provers.Session].
func (s *session) Try(ctx context.Context, from provers.State, actions []provers.Action, l provers.Limits) ([]provers.Outcome, error) {
	if s.closed {
		return nil, errors.New("the session is closed")
	}
	at, err := s.locate(from)
	if err != nil {
		return nil, err
	}
	outcomes := make([]provers.Outcome, len(actions))
	solved := false
	for i, a := range actions {
		if ctx.Err() != nil || solved && s.prover.config.StopAtSolved {
			outcomes[i] = provers.Outcome{Status: provers.Interrupted}
			continue
		}
		begin := time.Now()
		outcomes[i] = s.try(ctx, at, a, l)
		outcomes[i].Elapsed = time.Since(begin)
		for k := range outcomes[i].Next {
			outcomes[i].Next[k].Path = append(slices.Clip(slices.Clone(from.Path)), provers.Step{Action: a, Index: k})
		}
		switch {
		case outcomes[i].Status.Conclusive():
			s.barren = 0
		case outcomes[i].Status == provers.Lost:
			if s.barren++; s.barren > maxRestarts {
				_, reason := s.service.Restarts()
				return nil, &provers.Error{Kind: provers.Unusable, Doing: "exploring " + s.problem.Name, Detail: fmt.Sprintf("Dafny ended %d times in a row, the last time: %s", s.barren, reason)}
			}
		}
		solved = solved || outcomes[i].Status == provers.Solved
	}
	return outcomes, nil
}

func (s *session) try(ctx context.Context, at position, a provers.Action, l provers.Limits) provers.Outcome {
	if strings.TrimSpace(a.Text) == splitAction {
		if len(at.names) < 2 {
			return provers.Outcome{Status: provers.Rejected, Message: "this state is about one declaration"}
		}
		return s.insert(ctx, at, nil)
	}
	action, err := annotation.Parse(a.Text)
	if err != nil {
		return provers.Outcome{Status: provers.Unparsed, Message: err.Error(), Class: "syntax"}
	}
	wall := cmp.Or(l.Wall, defaultWall)
	ctx, cancel := context.WithTimeoutCause(ctx, wall, errWall)
	defer cancel()
	if action.Houdini {
		return s.houdini(ctx, at, action.Edits, time.Now().Add(wall))
	}
	return s.insert(ctx, at, action.Edits)
}

// errWall is why an action that ran out of its wall time was stopped.
var errWall = errors.New("the action's time is up")

// insert tries edits, all of which must hold.
func (s *session) insert(ctx context.Context, at position, edits []annotation.Edit) provers.Outcome {
	c, refused := s.candidate(at, edits)
	if refused != nil {
		return *refused
	}
	f, failed := s.look(ctx, c)
	if failed != nil {
		return *failed
	}
	return s.outcome(at, c, f)
}

// candidate is a program with insertions, to be verified.
type candidate struct {
	*annotation.Annotated
	names []string // the declarations to verify
	// before is how many of the edits are those of the state.
	before int
	edits  []annotation.Edit
}

// candidate makes a program of edits, or says why it may not be tried.
func (s *session) candidate(at position, edits []annotation.Edit) (*candidate, *provers.Outcome) {
	for _, e := range edits {
		if d, err := s.program.places.Declaration(e); err != nil {
			return nil, &provers.Outcome{Status: provers.Unparsed, Message: err.Error(), Class: "place"}
		} else if len(at.names) > 0 && !slices.Contains(at.names, d.QualifiedName()) {
			return nil, &provers.Outcome{Status: provers.Rejected, Message: "this state is about " + strings.Join(at.names, ", ") + ", not about " + d.QualifiedName(), Class: "place"}
		}
	}
	c := &candidate{names: at.names, before: len(at.edits), edits: slices.Concat(at.edits, edits)}
	var err error
	if c.Annotated, err = s.program.places.Apply(c.edits); err != nil {
		return nil, &provers.Outcome{Status: provers.Unparsed, Message: err.Error(), Class: "place"}
	}
	if v := s.checker.Check(c.Text); v != nil {
		status := provers.Forbidden
		if v.Class == soundness.Syntax {
			status = provers.Unparsed
		}
		return nil, &provers.Outcome{Status: status, Message: v.Error(), Class: v.Class}
	}
	return c, nil
}

// look verifies a candidate, with a short limit and then, if that ran out, with a
// longer one. The outcome is set if nothing can be said.
func (s *session) look(ctx context.Context, c *candidate) (finding, *provers.Outcome) {
	f, failed := s.once(ctx, c, shortLimit)
	if failed != nil || len(f.undecided) == 0 || c.refused(f) != "" {
		return f, failed
	}
	return s.once(ctx, c, longLimit)
}

// once verifies a candidate with one limit.
func (s *session) once(ctx context.Context, c *candidate, limit time.Duration) (finding, *provers.Outcome) {
	report, err := s.verify(ctx, c.Text, c.names, limit)
	if err != nil {
		return finding{}, s.failure(ctx, err)
	}
	return s.program.read(c.Annotated, report), nil
}

// failure is the outcome of an action that got no report.
func (s *session) failure(ctx context.Context, err error) *provers.Outcome {
	if lost := (*transport.Lost)(nil); errors.As(err, &lost) {
		status := provers.Lost
		if lost.Fatal {
			status = provers.Crashed
		}
		return &provers.Outcome{Status: status, Message: lost.Reason}
	}
	if errors.Is(context.Cause(ctx), errWall) {
		return &provers.Outcome{Status: provers.TimedOut, Message: errWall.Error()}
	}
	if ctx.Err() != nil {
		return &provers.Outcome{Status: provers.Interrupted}
	}
	return &provers.Outcome{Status: provers.Lost, Message: shorten(err.Error())}
}

// verify asks the service, or the cache.
func (s *session) verify(ctx context.Context, text string, names []string, limit time.Duration) (transport.Report, error) {
	key := cacheKey{text: text, only: strings.Join(names, " "), limit: limit}
	if report, ok := s.cache[key]; ok {
		return report, nil
	}
	r := transport.Request{Text: text, TimeLimit: limit, ErrorLimit: errorLimit, AllowAssumptions: len(s.checker.Inherited()) > 0}
	if len(names) < len(s.program.decls) {
		r.Only = s.only(text, names)
	}
	stored := s.prover.memoryKey(r)
	if report, ok := s.prover.recall(ctx, stored); ok {
		s.cache[key] = report
		return report, nil
	}
	report, err := s.service.Verify(ctx, r)
	if err == nil && !undecided(report) {
		s.cache[key] = report
		s.prover.keep(ctx, stored, report)
	}
	return report, err
}

// undecided reports whether something in a report may be different the next time.
func undecided(r transport.Report) bool {
	return slices.ContainsFunc(r.Results, func(x transport.Result) bool { return x.Status == transport.Unknown })
}

// only are the declarations to verify: those of the state, and what was inserted.
func (s *session) only(text string, names []string) (list []transport.Declaration) {
	if len(names) == 0 {
		return nil
	}
	p, err := syntax.Parse(text)
	if err != nil {
		return nil // Dafny will say so
	}
	decls := p.ByName()
	for _, name := range slices.Sorted(maps.Keys(decls)) {
		if s.program.decls[name] != nil && !slices.Contains(names, name) {
			continue
		}
		d := transport.Declaration{Name: name}
		d.Position.Line, d.Position.Column = p.Lines.Position(decls[name].NameAt.Begin)
		list = append(list, d)
	}
	return list
}

// refused says why what a candidate inserts does not stand, or nothing.
func (c *candidate) refused(f finding) string {
	for _, list := range [][]located{f.frontEnd, f.errors} {
		for _, l := range list {
			if l.origin.Edit >= c.before {
				return fmt.Sprintf("%q: %s", firstLine(c.edits[l.origin.Edit].Text), oneLine(l.Message))
			}
		}
	}
	if len(f.frontEnd) > 0 {
		return oneLine(f.frontEnd[0].Message)
	}
	for _, name := range f.unproved {
		if !slices.Contains(c.names, name) {
			return name + " is not verified"
		}
	}
	return ""
}

// outcome tells what a candidate led to.
func (s *session) outcome(at position, c *candidate, f finding) provers.Outcome {
	if why := c.refused(f); why != "" {
		o := provers.Outcome{Status: provers.Rejected, Message: shorten(why), Class: "obligation"}
		if len(f.frontEnd) > 0 {
			o.Class = string(f.frontEnd[0].Kind)
			if f.frontEnd[0].Kind == transport.KindSyntax {
				o.Status = provers.Unparsed
			}
		}
		return o
	}
	if f.incomplete {
		return provers.Outcome{Status: provers.Rejected, Message: "Dafny does not read the program to its end", Class: "syntax"}
	}
	if len(f.undecided) > 0 && len(f.errors) == 0 && c.before < len(c.edits) {
		// Whether it helps is not known; a state in which nothing is known about
		// any declaration is none to go on from.
		return provers.Outcome{Status: provers.OutOfBudget, Message: "the solver ran out of time", Class: "timeout"}
	}
	if len(f.unproved) == 0 {
		return provers.Outcome{Status: provers.Solved}
	}
	o := provers.Outcome{Status: provers.Progress}
	for _, name := range f.unproved {
		names := []string{name}
		o.Next = append(o.Next, s.program.state(f, names, s.editsOf(names, c.edits)))
	}
	return o
}

// editsOf are those of the edits that are in one of the declarations.
func (s *session) editsOf(names []string, edits []annotation.Edit) (list []annotation.Edit) {
	for _, e := range edits {
		if d, err := s.program.places.Declaration(e); err == nil && slices.Contains(names, d.QualifiedName()) {
			list = append(list, e)
		}
	}
	return list
}

// Script implements [provers.Session]: it writes the whole program with the
// proof's insertions.
func (s *session) Script(p provers.Proof) (string, error) {
	edits, err := proofEdits(p)
	if err != nil {
		return "", err
	}
	a, err := s.program.places.Apply(edits)
	if err != nil {
		return "", fmt.Errorf("writing the program: %w", err)
	}
	return a.Text, nil
}

// proofEdits are the edits of a proof, each once.
func proofEdits(p provers.Proof) ([]annotation.Edit, error) {
	var list []annotation.Edit
	var visit func(p provers.Proof) error
	visit = func(p provers.Proof) error {
		if p.Action.Text != splitAction {
			a, err := annotation.Parse(p.Action.Text)
			if err != nil {
				return fmt.Errorf("reading the proof: %w", err)
			}
			for _, e := range a.Edits {
				if !slices.Contains(list, e) {
					list = append(list, e)
				}
			}
		}
		for _, child := range p.Children {
			if err := visit(child); err != nil {
				return err
			}
		}
		return nil
	}
	return list, visit(p)
}

// messages writes diagnostics with their places in the user's program.
func (p *program) messages(list []located) string {
	var b strings.Builder
	for i, l := range list {
		if i == 5 {
			fmt.Fprintf(&b, "; and %d more", len(list)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(positionText(p.Lines.Position(l.origin.Offset)) + ": " + oneLine(l.Message))
	}
	return b.String()
}

func firstLine(text string) string {
	line, rest, more := strings.Cut(text, "\n")
	if more && strings.TrimSpace(rest) != "" {
		return line + " ..."
	}
	return line
}

func shorten(text string) string {
	if len(text) <= messageLimit {
		return text
	}
	return strings.ToValidUTF8(text[:messageLimit], "") + " ..."
}
