package answers

import (
	"math/big"
	"strings"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// op says what a node computes.
type op uint8

const (
	opBroken  op = iota // text that was not understood
	opLiteral           // value
	opUnknown           // the unknown with the index
	opLocal             // the bound variable at the level given by the index
	opCell              // an unknown function, given by the index, at the arguments
	opApply             // args[0], a function value, at the other arguments
	opAdd
	opSubtract
	opMultiply
	opDivide
	opRemainder
	opPower
	opNegate
	opEqual
	opLess
	opAtMost
	opDivides
	opMember
	opAnd
	opOr
	opNot
	opImplies
	opIff
	opForall    // args[0] is the body; the bound variable has the level given by the index
	opExists    // the same
	opBuilder   // the set of the values for which args[0] holds
	opLambda    // the same, as a function of as many variables as width says
	opCondition // if args[0] then args[1] else args[2]
	opTuple
	opList
	opProject // the component with the index
	opCall    // the primitive
)

// node is a term whose types and names are resolved.
type node struct {
	op    op
	sort  *sort
	args  []*node
	value value
	index int
	width int
	call  *primitive
}

var broken = &node{op: opBroken}

func literal(v value, s *sort) *node { return &node{op: opLiteral, value: v, sort: s} }

type local struct {
	name string
	sort *sort // nil while it is being inferred
}

// elaborator resolves the names and the types of terms, as far as Lean's
// elaborator does it for arithmetic.
type elaborator struct {
	names  map[string]*node // the unknowns; a function has an opCell node without arguments
	locals []local
}

// lookup finds a variable; level is -1 for one that is not bound.
func (e *elaborator) lookup(name string) (s *sort, level int, n *node, ok bool) {
	for i := len(e.locals) - 1; i >= 0; i-- {
		if e.locals[i].name == name {
			return e.locals[i].sort, i, nil, true
		}
	}
	if n, ok := e.names[name]; ok {
		return n.sort, -1, n, true
	}
	return nil, -1, nil, false
}

// application is a term as a name applied to arguments. Field notation is
// resolved, so that a.gcd b becomes Nat.gcd a b; a projection has the name ".1".
func (e *elaborator) application(t *term.Term) (name string, args []*term.Term, ok bool) {
	head := t
	if t.Kind == term.Apply {
		head, args = t.Args[0], t.Args[1:]
	}
	switch head.Kind {
	case term.Name:
		if _, _, _, known := e.lookup(head.Text); known {
			return head.Text, args, true
		}
		if _, known := primitives[head.Text]; known {
			return head.Text, args, true
		}
		dot := strings.LastIndexByte(head.Text, '.')
		if dot <= 0 {
			// Lean leaves out the name of an open namespace.
			for _, namespace := range []string{"Nat.", "Int.", "List."} {
				if _, known := primitives[namespace+head.Text]; known && len(args) > 0 {
					return namespace + head.Text, args, true
				}
			}
			return head.Text, args, true
		}
		receiver := &term.Term{Kind: term.Name, Text: head.Text[:dot]}
		root, _, _ := strings.Cut(head.Text, ".")
		if _, _, _, known := e.lookup(root); !known {
			return head.Text, args, true
		}
		return e.method(receiver, head.Text[dot+1:], args)
	case term.Opaque:
		if s := head.Structure(); s.Form == term.Field {
			return e.method(s.Parts[0], s.Text, args)
		}
	case term.Apply:
		return e.application(&term.Term{Kind: term.Apply, Args: append(append([]*term.Term{}, head.Args...), args...)})
	}
	return "", args, false
}

func (e *elaborator) method(receiver *term.Term, field string, args []*term.Term) (string, []*term.Term, bool) {
	switch field {
	case "1", "fst":
		return ".1", append([]*term.Term{receiver}, args...), true
	case "2", "snd":
		return ".2", append([]*term.Term{receiver}, args...), true
	}
	s := e.natural(receiver)
	if s == nil {
		s = sortNat
	}
	for _, prefix := range map[sortKind][]string{
		natural: {"Nat."}, whole: {"Int."}, fraction: {"Rat.", "Real."}, listOf: {"List."}, setOf: {"Finset.", "Set."}, boolean: {"Bool."},
	}[s.kind] {
		if p, ok := primitives[prefix+field]; ok {
			at := min(p.receiver, len(args))
			all := append([]*term.Term{}, args[:at]...)
			return prefix + field, append(append(all, receiver), args[at:]...), true
		}
	}
	return "", nil, false
}

// natural is the sort that a term has by itself; nil if it adapts to its context.
func (e *elaborator) natural(t *term.Term) *sort {
	switch t.Kind {
	case term.Name, term.Apply:
		name, args, ok := e.application(t)
		if !ok {
			return nil
		}
		if s, _, _, known := e.lookup(name); known {
			if len(args) > 0 && s.is(arrow) {
				parameters, result := s.signature()
				if len(args) == len(parameters) {
					return result
				}
				return nil
			}
			return s
		}
		if name == ".1" || name == ".2" {
			return component(e.natural(args[0]), name)
		}
		if name == "True" || name == "False" {
			return sortProp
		}
		if p, ok := primitives[name]; ok && len(args) == len(p.parameters) {
			return e.resultSort(p, args)
		}
	case term.Binary:
		switch t.Text {
		case "+", "-", "*", "/", "%", "++":
			return joined(e.natural(t.Left()), e.natural(t.Right()))
		case "^":
			return e.natural(t.Left())
		case "::":
			if s := e.natural(t.Right()); s != nil {
				return s
			}
			return &sort{kind: listOf, args: []*sort{e.natural(t.Left())}}
		case "&&", "||", "==", "!=":
			return sortBool
		}
		return sortProp
	case term.Prefix:
		switch t.Text {
		case "-":
			return e.natural(t.Args[0])
		case "√":
			return sortRat
		case "!":
			return sortBool
		case "¬":
			return sortProp
		}
	case term.Quantifier:
		if t.Text != "fun" {
			return sortProp
		}
	case term.Opaque:
		switch s := t.Structure(); s.Form {
		case term.Field:
			return e.natural(&term.Term{Kind: term.Apply, Args: []*term.Term{t}})
		case term.Ascription:
			return parseSort(s.Text)
		case term.Conditional:
			return joined(e.natural(s.Parts[1]), e.natural(s.Parts[2]))
		case term.Factorial:
			return sortNat
		case term.Inverse:
			return e.natural(s.Parts[0])
		case term.List, term.SetLiteral:
			r := &sort{kind: listOf, args: []*sort{nil}}
			if s.Form == term.SetLiteral {
				r.kind = setOf
			}
			for _, p := range s.Parts {
				r.args[0] = joined(r.args[0], e.natural(p))
			}
			return r
		case term.SetBuilder:
			return &sort{kind: setOf, args: []*sort{binderSort(s.Parts[0].Binders[0])}}
		case term.Tuple:
			r := &sort{kind: product}
			for _, p := range s.Parts {
				r.args = append(r.args, e.natural(p))
			}
			return r
		}
	}
	return nil
}

// component is the sort of the first component, or of all the others.
func component(s *sort, name string) *sort {
	switch {
	case !s.is(product) || len(s.args) < 2:
		return nil
	case name == ".1":
		return s.args[0]
	case len(s.args) == 2:
		return s.args[1]
	}
	return &sort{kind: product, args: s.args[1:]}
}

func (e *elaborator) resultSort(p *primitive, args []*term.Term) *sort {
	switch p.result {
	case anyNumber:
		var s *sort
		for i, a := range args {
			if p.parameters[i] == anyNumber {
				s = joined(s, e.natural(a))
			}
		}
		return s
	case anyList:
		for i, a := range args {
			if p.parameters[i] == anyList {
				return e.natural(a)
			}
		}
	case anyElement:
		for i, a := range args {
			if p.parameters[i] == anyList {
				if s := e.natural(a); s != nil && len(s.args) == 1 {
					return s.args[0]
				}
			}
		}
	case anyValue:
		return nil
	default:
		return p.result
	}
	return nil
}

// number is the sort for arithmetic on the terms: what they have by themselves,
// or what is expected of them if that is more.
func (e *elaborator) number(expected *sort, terms ...*term.Term) *sort {
	var s *sort
	for _, t := range terms {
		s = joined(s, e.natural(t))
	}
	if s == nil || s.isNumeric() && expected.isNumeric() {
		s = joined(s, expected)
	}
	return settled(s)
}

// elaborate resolves a term of which a sort is expected, or nothing if that is nil.
func (e *elaborator) elaborate(t *term.Term, expected *sort) *node {
	switch t.Kind {
	case term.Numeral:
		if !expected.isNumeric() {
			expected = sortNat
		}
		return literal(fromBig(t.Value), expected)
	case term.Name, term.Apply:
		return e.elaborateApplication(t, expected)
	case term.Binary:
		return e.binary(t, expected)
	case term.Prefix:
		return e.prefix(t, expected)
	case term.Quantifier:
		return e.quantifier(t, expected)
	case term.Opaque:
		if t.Structure().Form == term.Field {
			return e.elaborateApplication(t, expected)
		}
		return e.opaque(t, expected)
	}
	return broken
}

var arithmetic = map[string]op{"+": opAdd, "-": opSubtract, "*": opMultiply, "/": opDivide, "%": opRemainder}

var connectives = map[string]op{"∧": opAnd, "∨": opOr, "→": opImplies, "↔": opIff, "&&": opAnd, "||": opOr}

func (e *elaborator) binary(t *term.Term, expected *sort) *node {
	l, r := t.Left(), t.Right()
	if o, ok := arithmetic[t.Text]; ok {
		s := e.number(expected, l, r)
		return &node{op: o, sort: s, args: []*node{e.elaborate(l, s), e.elaborate(r, s)}}
	}
	if o, ok := connectives[t.Text]; ok {
		s := sortProp
		if t.Text == "&&" || t.Text == "||" {
			s = sortBool
		}
		return &node{op: o, sort: s, args: []*node{e.elaborate(l, s), e.elaborate(r, s)}}
	}
	relate := func(o op, l, r *term.Term) *node {
		s := settled(joined(e.natural(l), e.natural(r)))
		return &node{op: o, sort: sortProp, args: []*node{e.elaborate(l, s), e.elaborate(r, s)}}
	}
	not := func(n *node) *node { return &node{op: opNot, sort: n.sort, args: []*node{n}} }
	switch t.Text {
	case "^":
		s := e.number(expected, l)
		return &node{op: opPower, sort: s, args: []*node{e.elaborate(l, s), e.elaborate(r, e.number(nil, r))}}
	case "=":
		return relate(opEqual, l, r)
	case "≠":
		return not(relate(opEqual, l, r))
	case "==", "!=":
		n := relate(opEqual, l, r)
		n.sort = sortBool
		if t.Text == "!=" {
			n = not(n)
		}
		return n
	case "<":
		return relate(opLess, l, r)
	case ">":
		return relate(opLess, r, l)
	case "≤":
		return relate(opAtMost, l, r)
	case "≥":
		return relate(opAtMost, r, l)
	case "∣":
		return relate(opDivides, l, r)
	case "∈", "∉":
		collection := e.elaborate(r, nil)
		var element *sort
		if collection.sort != nil && len(collection.sort.args) == 1 {
			element = joined(e.natural(l), collection.sort.args[0])
		}
		n := &node{op: opMember, sort: sortProp, args: []*node{e.elaborate(l, element), collection}}
		if t.Text == "∉" {
			n = not(n)
		}
		return n
	case "≡": // a ≡ b [MOD n]
		if r.Kind == term.Apply && len(r.Args) == 2 && r.Args[1].Kind == term.Opaque {
			inside := strings.Trim(r.Args[1].Text, "[]")
			kind, modulus, _ := strings.Cut(inside, " ")
			s := sortNat
			if kind == "ZMOD" {
				s = sortInt
			}
			m := e.elaborate(term.Parse(modulus), s)
			side := func(t *term.Term) *node {
				return &node{op: opRemainder, sort: s, args: []*node{e.elaborate(t, s), m}}
			}
			return &node{op: opEqual, sort: sortProp, args: []*node{side(l), side(r.Args[0])}}
		}
	case "++", "::":
		s := expected
		if s == nil {
			s = settled(e.natural(t))
		}
		name, left := "List.append", s
		if t.Text == "::" {
			name = "List.cons"
			if s.is(listOf) {
				left = s.args[0]
			}
		}
		return &node{op: opCall, sort: s, call: primitives[name], args: []*node{e.elaborate(l, left), e.elaborate(r, s)}}
	}
	return broken
}

func (e *elaborator) prefix(t *term.Term, expected *sort) *node {
	a := t.Args[0]
	switch t.Text {
	case "-":
		s := e.number(expected, a)
		if s.kind == natural {
			s = sortInt
		}
		n := e.elaborate(a, s)
		if n.op == opLiteral {
			return literal(negate(n.value), s)
		}
		return &node{op: opNegate, sort: s, args: []*node{n}}
	case "¬":
		return &node{op: opNot, sort: sortProp, args: []*node{e.elaborate(a, sortProp)}}
	case "!":
		return &node{op: opNot, sort: sortBool, args: []*node{e.elaborate(a, sortBool)}}
	case "↑":
		// The operand keeps its own type: a difference of natural numbers stays one.
		n := e.elaborate(a, e.natural(a))
		if !n.sort.isNumeric() {
			return n
		}
		to := expected
		if !to.isNumeric() || to.kind < n.sort.kind {
			to = sortInt
			if n.sort.kind >= whole {
				to = sortRat
			}
		}
		u := *n
		u.sort = to
		if n.op >= opAdd && n.op <= opNegate {
			return &node{op: opCall, sort: to, call: primitives["cast"], args: []*node{n}}
		}
		return &u
	case "√":
		return &node{op: opCall, sort: sortRat, call: primitives["Real.sqrt"], args: []*node{e.elaborate(a, sortRat)}}
	}
	return broken
}

func (e *elaborator) opaque(t *term.Term, expected *sort) *node {
	s := t.Structure()
	each := func(sorts func(int) *sort) []*node {
		args := make([]*node, len(s.Parts))
		for i, p := range s.Parts {
			args[i] = e.elaborate(p, sorts(i))
		}
		return args
	}
	switch s.Form {
	case term.Ascription:
		as := parseSort(s.Text)
		n := e.elaborate(s.Parts[0], as)
		if as.isNumeric() && n.sort.isNumeric() && n.sort.kind < as.kind && n.op != opLiteral {
			return &node{op: opCall, sort: as, call: primitives["cast"], args: []*node{n}}
		}
		return n
	case term.Conditional:
		if expected == nil || expected.isNumeric() {
			expected = e.number(expected, s.Parts[1], s.Parts[2])
		}
		args := []*node{e.elaborate(s.Parts[0], sortProp), e.elaborate(s.Parts[1], expected), e.elaborate(s.Parts[2], expected)}
		return &node{op: opCondition, sort: expected, args: args}
	case term.Factorial:
		return &node{op: opCall, sort: sortNat, call: primitives["Nat.factorial"], args: each(func(int) *sort { return sortNat })}
	case term.Inverse:
		to := e.number(expected, s.Parts[0])
		return &node{op: opDivide, sort: to, args: []*node{literal(integer(1), to), e.elaborate(s.Parts[0], to)}}
	case term.Decimal:
		if r, ok := new(big.Rat).SetString(s.Text); ok {
			return literal(fromRat(r), sortRat)
		}
	case term.List, term.SetLiteral:
		to := settled(joined(e.natural(t), expected))
		if len(to.args) != 1 {
			return broken
		}
		n := &node{op: opList, sort: to, args: each(func(int) *sort { return to.args[0] })}
		if s.Form == term.SetLiteral {
			return &node{op: opCall, sort: to, call: primitives["toSet"], args: []*node{n}}
		}
		return n
	case term.SetBuilder:
		return e.binders(opBuilder, s.Parts[0].Binders[:1], s.Parts[0].Args[0], expected)
	case term.Tuple:
		to := joined(e.natural(t), expected)
		if !to.is(product) || len(to.args) != len(s.Parts) {
			return broken
		}
		args := each(func(i int) *sort { return to.args[i] })
		flat := &node{op: opTuple, sort: &sort{kind: product}}
		for i, a := range args {
			if i == len(args)-1 && a.op == opTuple { // (a, (b, c)) is (a, b, c)
				flat.args = append(flat.args, a.args...)
				flat.sort.args = append(flat.sort.args, a.sort.args...)
			} else {
				flat.args = append(flat.args, a)
				flat.sort.args = append(flat.sort.args, a.sort)
			}
		}
		return flat
	}
	return broken
}

func (e *elaborator) quantifier(t *term.Term, expected *sort) *node {
	o := map[string]op{"∀": opForall, "∃": opExists, "fun": opLambda, "∃!": opExists}[t.Text]
	if t.Text == "∃!" && len(t.Binders) != 1 {
		return broken
	}
	return e.binders(o, t.Binders, t.Args[0], expected)
}

// binders elaborates what a body means under bound variables.
func (e *elaborator) binders(o op, bound []term.Binder, body *term.Term, expected *sort) *node {
	depth := len(e.locals)
	defer func() { e.locals = e.locals[:depth] }()
	for i, b := range bound {
		s := binderSort(b)
		if s == nil && b.Type != "" {
			if o == opForall { // a hypothesis with a name
				premise := &term.Term{Kind: term.Binary, Text: "→", Args: []*term.Term{term.Parse(b.Type), body}}
				if i == len(bound)-1 {
					return e.wrap(o, depth, e.elaborate(premise, sortProp))
				}
			}
			return broken
		}
		if s == nil && expected != nil {
			switch {
			case o == opLambda && expected.is(arrow) && i < len(expected.args):
				s = expected.args[i]
			case o == opBuilder && expected.is(setOf):
				s = expected.args[0]
			}
		}
		e.locals = append(e.locals, local{b.Name, s})
	}
	for i := depth; i < len(e.locals); i++ {
		if e.locals[i].sort == nil {
			e.locals[i].sort = settled(e.infer(i, body))
		}
	}
	if o == opLambda {
		var result *sort
		if expected.is(arrow) && len(expected.args) > len(bound) {
			result = expected.args[len(bound)]
		}
		inner := e.elaborate(body, result)
		s := &sort{kind: arrow}
		for _, l := range e.locals[depth:] {
			s.args = append(s.args, l.sort)
		}
		s.args = append(s.args, inner.sort)
		return &node{op: opLambda, sort: s, index: depth, width: len(bound), args: []*node{inner}}
	}
	return e.wrap(o, depth, e.elaborate(body, sortProp))
}

// wrap puts a body under the quantifiers for the locals from a depth on.
func (e *elaborator) wrap(o op, depth int, inner *node) *node {
	for i := len(e.locals) - 1; i >= depth; i-- {
		s := sortProp
		if o == opBuilder {
			s = &sort{kind: setOf, args: []*sort{e.locals[i].sort}}
		}
		inner = &node{op: o, sort: s, index: i, width: 1, args: []*node{inner}, value: value{ref: e.locals[i].sort}}
	}
	return inner
}

// infer finds the sort of a bound variable, whose type is not printed, from what
// it is added to, compared with or given to.
func (e *elaborator) infer(level int, body *term.Term) *sort {
	name := e.locals[level].name
	var found *sort
	// exposed reports whether the variable has the same type as the term.
	var exposed func(t *term.Term) bool
	exposed = func(t *term.Term) bool {
		switch {
		case t.Kind == term.Name:
			return t.Text == name
		case t.Kind == term.Binary && t.Text == "^":
			return exposed(t.Left())
		case t.Kind == term.Binary && arithmetic[t.Text] != 0:
			return exposed(t.Left()) || exposed(t.Right())
		case t.Kind == term.Prefix && t.Text == "-":
			return exposed(t.Args[0])
		}
		return false
	}
	note := func(s *sort) {
		if s != nil && s.kind != arrow {
			found = joined(found, s)
		}
	}
	body.Walk(func(t *term.Term) bool {
		switch t.Kind {
		case term.Binary:
			switch t.Text {
			case "=", "≠", "<", ">", "≤", "≥", "∣", "==", "!=":
				if exposed(t.Left()) || exposed(t.Right()) {
					note(joined(e.natural(t.Left()), e.natural(t.Right())))
				}
			case "∈", "∉":
				if exposed(t.Left()) {
					if s := e.natural(t.Right()); s != nil && len(s.args) == 1 {
						note(s.args[0])
					}
				}
			}
		case term.Apply:
			head, args, ok := e.application(t)
			if !ok {
				break
			}
			for i, a := range args {
				if !exposed(a) {
					continue
				}
				if s, _, _, known := e.lookup(head); known && s.is(arrow) && i < len(s.args)-1 {
					note(s.args[i])
				} else if p := primitives[head]; p != nil && i < len(p.parameters) && p.parameters[i].isNumeric() && p.parameters[i] != anyNumber {
					note(p.parameters[i])
				}
			}
		}
		return true
	})
	return found
}

func (e *elaborator) elaborateApplication(t *term.Term, expected *sort) *node {
	name, args, ok := e.application(t)
	if !ok {
		return broken
	}
	if s, level, n, known := e.lookup(name); known {
		if n == nil {
			n = &node{op: opLocal, sort: s, index: level}
		}
		if len(args) == 0 {
			return n
		}
		if !s.is(arrow) || len(args) != len(s.args)-1 {
			return broken
		}
		parameters, result := s.signature()
		nodes := make([]*node, len(args))
		for i, a := range args {
			nodes[i] = e.elaborate(a, parameters[i])
		}
		if n.op == opCell {
			return &node{op: opCell, sort: result, index: n.index, args: nodes}
		}
		return &node{op: opApply, sort: result, args: append([]*node{n}, nodes...)}
	}
	switch {
	case name == "True" || name == "False" || name == "true" || name == "false":
		s := sortProp
		if name[0] == 't' || name[0] == 'f' {
			s = sortBool
		}
		return literal(truthOf(strings.EqualFold(name, "true")), s)
	case name == ".1" || name == ".2":
		inner := e.elaborate(args[0], nil)
		s := component(inner.sort, name)
		if s == nil {
			return broken
		}
		if inner.op == opTuple {
			if name == ".1" {
				return inner.args[0]
			}
			if len(inner.args) == 2 {
				return inner.args[1]
			}
			return &node{op: opTuple, sort: s, args: inner.args[1:]}
		}
		return &node{op: opProject, sort: s, index: int(name[1] - '1'), args: []*node{inner}}
	}
	p := primitives[name]
	if p == nil || len(args) != len(p.parameters) {
		return broken
	}
	return e.primitive(p, args, expected)
}

func (e *elaborator) primitive(p *primitive, args []*term.Term, expected *sort) *node {
	var numbers []*term.Term
	for i, a := range args {
		if p.parameters[i] == anyNumber {
			numbers = append(numbers, a)
		}
	}
	var number *sort
	if len(numbers) > 0 {
		if p.result != anyNumber {
			expected = nil
		}
		number = e.number(expected, numbers...)
	}
	n := &node{op: opCall, call: p, args: make([]*node, len(args))}
	var element *sort
	for i, a := range args {
		switch p.parameters[i] {
		case anyFunction, anyValue:
		case anyNumber:
			n.args[i] = e.elaborate(a, number)
		case anyList:
			n.args[i] = e.elaborate(a, nil)
			if s := n.args[i].sort; s != nil && len(s.args) == 1 {
				element = s.args[0]
			}
		default:
			n.args[i] = e.elaborate(a, p.parameters[i])
		}
	}
	var accumulator *sort
	for i, a := range args {
		if p.parameters[i] == anyValue {
			want := element
			if p.accumulates {
				want = joined(e.natural(a), expected)
			}
			n.args[i] = e.elaborate(a, want)
			accumulator = n.args[i].sort
		}
	}
	var produced *sort
	for i, a := range args {
		if p.parameters[i] == anyFunction {
			s := &sort{kind: arrow}
			switch {
			case p.accumulates && p.receiver == 2:
				s.args = p.order(accumulator, element)
			default:
				s.args = []*sort{element}
				if p.predicate {
					s.args = append(s.args, sortProp)
				}
			}
			n.args[i] = e.elaborate(a, s)
			if f := n.args[i].sort; f.is(arrow) {
				_, produced = f.signature()
			}
		}
	}
	switch p.result {
	case anyNumber:
		n.sort = number
	case anyList:
		n.sort = &sort{kind: listOf, args: []*sort{settled(element)}}
		if p.produces {
			n.sort.args[0] = settled(produced)
		}
	case anyElement:
		n.sort = settled(element)
	case anyValue:
		if n.sort = accumulator; p.produces {
			n.sort = settled(produced)
		}
	default:
		n.sort = p.result
	}
	return n
}
