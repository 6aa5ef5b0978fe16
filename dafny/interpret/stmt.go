package interpret

import (
	"errors"
	"maps"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// step is a compiled statement.
type step func(m *machine, f *frame) flow

// flow says where a run goes on.
type flow uint8

const (
	onward flow = iota
	breaking
	continuing
	returning // also after an error
)

// errDiscard ends a run that an assumption excludes from there on.
var errDiscard = errors.New("an assumption does not hold")

// failing is a step that ends the run.
func failing(what string) step {
	return func(m *machine, _ *frame) flow {
		m.unsupported(what)
		return returning
	}
}

func nothing(*machine, *frame) flow { return onward }

// block compiles the statements of a block.
func (c *compiler) block(s *syntax.Stmt) step {
	mark := c.mark()
	defer c.release(mark)
	steps := make([]step, 0, len(s.Body))
	for _, x := range s.Body {
		steps = append(steps, c.stmt(x))
	}
	var end *point
	if c.points != nil && c.braced(s) {
		end = c.points.add(c.points.before, s.End-1, c)
	}
	return func(m *machine, f *frame) flow {
		for _, x := range steps {
			if to := x(m, f); to != onward {
				return to
			}
		}
		if end != nil && f.observer != nil {
			f.observer.record(end, m, f)
		}
		return onward
	}
}

// braced reports whether a block ends with its own brace; those of cases do not.
func (c *compiler) braced(s *syntax.Stmt) bool {
	text := c.in.program.Text
	return s.Begin >= 0 && s.End <= len(text) && s.Begin < s.End && text[s.End-1] == '}' && !strings.HasPrefix(s.Op, "case")
}

func (c *compiler) stmt(s *syntax.Stmt) step {
	c.depth++
	c.deep = max(c.deep, c.depth)
	defer func() { c.depth-- }()
	if c.depth > maxNesting || c.exhausted() {
		return failing("statements that are nested too deeply")
	}
	var before *point
	if c.points != nil {
		before = c.points.add(c.points.before, s.Begin, c)
	}
	label := c.label(s)
	kept := label != "" && strings.Contains(c.in.program.Text, "@"+label)
	body := c.bareStmt(s, label)
	return func(m *machine, f *frame) flow {
		if m.charge(1); m.err != nil {
			return returning
		}
		if kept {
			f.labels = maps.Clone(f.labels)
			if f.labels == nil {
				f.labels = map[string]*heap{}
			}
			f.labels[label] = m.freeze()
		}
		if before != nil && f.observer != nil {
			f.observer.record(before, m, f)
		}
		to := body(m, f)
		if m.err != nil {
			return returning
		}
		if to == breaking && label != "" && m.label == label {
			m.label = ""
			return onward
		}
		return to
	}
}

// label is a statement's label, or empty.
func (c *compiler) label(s *syntax.Stmt) string {
	text := c.in.program.Text
	if s.Begin < 0 || s.Begin > len(text) {
		return ""
	}
	rest, ok := strings.CutPrefix(text[s.Begin:], "label")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(rest, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" || strings.ContainsAny(name, " \n\t;(){}") || rest[0] > ' ' {
		return ""
	}
	return name
}

func (c *compiler) bareStmt(s *syntax.Stmt, label string) step {
	switch s.Kind {
	case syntax.Block:
		return c.block(s)
	case syntax.VarDecl:
		return c.varDecl(s)
	case syntax.Assign:
		return c.assign(s)
	case syntax.Call:
		return c.callStmt(s.Rhs[0])
	case syntax.IfStmt:
		return c.ifStmt(s)
	case syntax.Alternative:
		if s.Guard != nil {
			return c.matchStmt(s)
		}
		return c.alternative(s)
	case syntax.While:
		return c.while(s, label)
	case syntax.For:
		return c.forLoop(s, label)
	case syntax.Return:
		return c.returnStmt(s)
	case syntax.Assume, syntax.Expect:
		x := c.expr(s.Guard)
		return func(m *machine, f *frame) flow {
			if v, ok := m.attempt(x, f); ok && v.kind == Bool && v.n == 0 {
				m.fail(errDiscard)
			}
			return onward
		}
	case syntax.ForallStmt:
		return c.forallStmt(s)
	case syntax.Assert, syntax.Calc, syntax.Print:
		return nothing
	case syntax.Jump:
		return c.jump(s)
	case syntax.Other:
		if s.Op == "modify" {
			return failing("modify")
		}
		return nothing
	}
	if text := c.in.program.Text; s.Begin >= 0 && s.End <= len(text) && s.Begin <= s.End {
		// It divides the body of a constructor.
		if strings.Join(strings.Fields(text[s.Begin:s.End]), "") == "new;" {
			return nothing
		}
	}
	return failing("a statement that was not understood")
}

func (c *compiler) jump(s *syntax.Stmt) step {
	text := c.in.program.Text
	if s.Begin < 0 || s.End > len(text) || s.Begin >= s.End {
		return failing("a jump")
	}
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(text[s.Begin:s.End]), ";"))
	to, levels, label := breaking, 0, ""
	for _, w := range words {
		switch w {
		case "break":
			levels++
		case "continue":
			to = continuing
			levels++
		case "yield":
			return failing("yield")
		default:
			label = w
		}
	}
	return func(m *machine, _ *frame) flow {
		m.label, m.levels = label, levels-1
		return to
	}
}

func (c *compiler) ifStmt(s *syntax.Stmt) step {
	mark := c.mark()
	condition := c.guard(s)
	then := c.block(s.Body[0])
	c.release(mark)
	otherwise := nothing
	if s.Else != nil {
		if s.Else.Kind == syntax.Block {
			otherwise = c.block(s.Else)
		} else {
			otherwise = c.stmt(s.Else)
		}
	}
	return func(m *machine, f *frame) flow {
		if condition(m, f) {
			return then(m, f)
		}
		if m.err != nil {
			return returning
		}
		return otherwise(m, f)
	}
}

// guard compiles the condition of a branch or a case; without one, chance decides.
func (c *compiler) guard(s *syntax.Stmt) func(m *machine, f *frame) bool {
	switch {
	case len(s.Vars) > 0:
		return c.choice(s.Vars, s.Guard)
	case s.Guard == nil:
		return func(m *machine, _ *frame) bool { return m.rand.IntN(2) == 0 }
	}
	x := c.expr(s.Guard)
	return func(m *machine, f *frame) bool { return m.truth(x(m, f)) }
}

type branch struct {
	guard func(m *machine, f *frame) bool
	body  step
}

func (c *compiler) branches(s *syntax.Stmt) []branch {
	var list []branch
	for _, x := range s.Cases {
		mark := c.mark()
		list = append(list, branch{c.guard(x), c.block(x)})
		c.release(mark)
	}
	return list
}

// take runs one of the branches whose guards hold.
func take(m *machine, f *frame, list []branch) (to flow, taken bool) {
	if len(list) == 0 {
		return onward, false
	}
	// Each guard is tried, from a random one on; the first that holds is taken.
	from := m.rand.IntN(len(list))
	for i := range list {
		b := list[(from+i)%len(list)]
		if b.guard(m, f) {
			return b.body(m, f), true
		}
		if m.err != nil {
			return returning, true
		}
	}
	return onward, false
}

func (c *compiler) alternative(s *syntax.Stmt) step {
	list := c.branches(s)
	return func(m *machine, f *frame) flow {
		to, taken := take(m, f, list)
		if !taken {
			m.undefined("no case holds")
		}
		return to
	}
}

func (c *compiler) matchStmt(s *syntax.Stmt) step {
	x := c.expr(s.Guard)
	var matchers []matcher
	var bodies []step
	for _, k := range s.Cases {
		mark := c.mark()
		matchers = append(matchers, c.pattern(k.Pattern))
		bodies = append(bodies, c.block(k))
		c.release(mark)
	}
	return func(m *machine, f *frame) flow {
		v := x(m, f)
		for i, matches := range matchers {
			if m.err != nil {
				return returning
			}
			if matches(m, f, v) {
				return bodies[i](m, f)
			}
		}
		m.undefined("no case matches")
		return returning
	}
}

// loopFlow says what a loop does after its body.
func loopFlow(m *machine, to flow, label string) (leave bool, out flow) {
	if m.err != nil || to == returning {
		return true, returning
	}
	if to == onward {
		return false, onward
	}
	switch {
	case m.label != "" && m.label != label:
		return true, to
	case m.label == "" && m.levels > 0:
		m.levels--
		return true, to
	}
	m.label = ""
	return to == breaking, onward
}

func (c *compiler) while(s *syntax.Stmt, label string) step {
	var head *point
	if c.points != nil {
		head = c.points.add(c.points.loops, s.Begin, c)
	}
	var once func(m *machine, f *frame) (to flow, taken bool)
	switch {
	case len(s.Cases) > 0:
		list := c.branches(s)
		once = func(m *machine, f *frame) (flow, bool) { return take(m, f, list) }
	case len(s.Body) == 0:
		return failing("a loop without a body")
	default:
		guard := func(m *machine, _ *frame) bool { return m.rand.IntN(4) > 0 }
		if s.Guard != nil {
			guard = c.guard(s)
		}
		body := c.block(s.Body[0])
		once = func(m *machine, f *frame) (flow, bool) {
			if guard(m, f) {
				return body(m, f), true
			}
			return onward, false
		}
	}
	return func(m *machine, f *frame) flow {
		for {
			if m.charge(1); m.err != nil {
				return returning
			}
			if head != nil && f.observer != nil {
				f.observer.record(head, m, f)
			}
			to, taken := once(m, f)
			if !taken {
				return onward
			}
			if leave, to := loopFlow(m, to, label); leave {
				return to
			}
		}
	}
}

func (c *compiler) forLoop(s *syntax.Stmt, label string) step {
	mark := c.mark()
	defer c.release(mark)
	first := c.expr(s.Rhs[0])
	var last code
	if s.Rhs[1] != nil {
		last = c.expr(s.Rhs[1])
	}
	t := s.Vars[0].Type
	if t == nil {
		t = named("int")
	}
	slot := c.bind(s.Vars[0].Name, t)
	var head *point
	if c.points != nil {
		head = c.points.add(c.points.loops, s.Begin, c)
	}
	if len(s.Body) == 0 {
		return failing("a loop without a body")
	}
	// The bounds are computed once, and kept where no name reaches them.
	hidden := c.hidden()
	body := c.block(s.Body[0])
	down := s.Op == "downto"
	return func(m *machine, f *frame) flow {
		i := first(m, f)
		f.slots[hidden] = Value{}
		if last != nil {
			f.slots[hidden] = last(m, f)
		}
		for {
			if m.charge(1); m.err != nil {
				return returning
			}
			f.slots[slot] = i
			if head != nil && f.observer != nil {
				f.observer.record(head, m, f)
			}
			if last != nil {
				low, high := i, f.slots[hidden]
				if down {
					low, high = high, low
				}
				if !m.less(low, high, true) {
					return onward
				}
			}
			if down {
				i = m.subtract(i, integer(1))
				f.slots[slot] = i
			}
			if leave, to := loopFlow(m, body(m, f), label); leave {
				return to
			}
			if !down {
				i = m.add(i, integer(1))
			}
		}
	}
}

// forallStmt compiles simultaneous updates of the heap. Any other body is a proof.
func (c *compiler) forallStmt(s *syntax.Stmt) step {
	if len(s.Body) != 1 || len(s.Body[0].Body) != 1 || s.Body[0].Body[0].Kind != syntax.Assign {
		return nothing
	}
	a := s.Body[0].Body[0]
	if len(a.Lhs) != 1 || len(a.Rhs) != 1 || a.Op != ":=" {
		return failing("an assignment in forall")
	}
	mark := c.mark()
	defer c.release(mark)
	q := c.search(s.Vars, []*syntax.Expr{s.Guard}, func(b *bounds) { b.collect(s.Guard, true) })
	within := constant(boolean(true))
	if s.Guard != nil {
		within = c.expr(s.Guard)
	}
	to, value := c.place(a.Lhs[0]), c.expr(a.Rhs[0])
	return func(m *machine, f *frame) flow {
		var writes []func()
		complete := q.run(m, f, 0, func() bool {
			if m.truth(within(m, f)) {
				store := to(m, f)
				v := value(m, f)
				writes = append(writes, func() { store(v) })
				m.room(len(writes))
			}
			return m.err == nil
		})
		if !complete {
			m.unsupported("forall without finite bounds")
		}
		for _, write := range writes {
			if m.err != nil {
				return returning
			}
			write()
		}
		return onward
	}
}
