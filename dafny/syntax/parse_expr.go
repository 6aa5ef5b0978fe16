package syntax

import (
	"slices"
	"strings"
)

// typ reads a type.
func (p *parser) typ() Type {
	p.enter()
	defer p.leave()
	t := p.typeAtom()
	for _, arrow := range []string{"->", "~>", "-->"} {
		if p.accept(arrow) {
			args := []Type{t}
			if t.Name == "()" {
				args = slices.Clip(t.Args)
			}
			return Type{Name: arrow, Args: append(args, p.typ())}
		}
	}
	return t
}

func (p *parser) typeAtom() Type {
	if p.accept("(") {
		t := Type{Name: "()"}
		for !p.accept(")") {
			p.accept("ghost")
			t.Args = append(t.Args, p.typ())
			if !p.accept(",") {
				p.expect(")")
				break
			}
		}
		if len(t.Args) == 1 {
			return t.Args[0]
		}
		return t
	}
	word := p.peek()
	if word.Kind != Word {
		p.fail("a type is expected, not %q", word.Text)
	}
	t := Type{Name: p.next().Text}
	for p.is(".") && p.ahead(1).Kind == Word {
		p.next()
		t.Name += "." + p.next().Text
	}
	if name, ok := strings.CutSuffix(t.Name, "?"); ok && name != "" {
		t.Name, t.Nullable = name, true
	}
	if !p.is("<") {
		return t
	}
	// In "x as nat < y" it is a comparison.
	args := p.try(func() {
		p.next()
		for {
			t.Args = append(t.Args, p.typ())
			if !p.accept(",") {
				break
			}
		}
		p.expect(">")
	})
	if !args {
		t.Args = nil
	} else {
		for p.is(".") && p.ahead(1).Kind == Word { // the constructor of a generic class
			p.next()
			p.next()
		}
	}
	return t
}

// opaqueExpr reads an expression; one that is not understood is gone over up to a
// closing symbol.
func (p *parser) opaqueExpr(read func() *Expr, closing string) (e *Expr) {
	at, begin := p.at, p.begin()
	err := p.attempt(func() {
		e = read()
		if !p.is(closing) {
			p.fail("%q is not expected here", p.peek().Text)
		}
	})
	if err == nil {
		return e
	}
	if p.strict {
		panic(failure{err.(*Error)})
	}
	p.opaque = append(p.opaque, err.(*Error))
	p.at = at
	for !p.is(closing) {
		switch {
		case p.peek().Kind == EOF:
			p.fail("%q is expected", closing)
		case p.is("(") || p.is("[") || p.is("{"):
			p.skipGroup()
		default:
			p.next()
		}
	}
	span := p.since(begin)
	return &Expr{Kind: Opaque, Span: span, Name: span.In(p.text)}
}

// sequence reads an expression that may be a list of statements before an
// expression: "Lemma(x); e".
func (p *parser) sequence() *Expr {
	begin := p.begin()
	e := p.expression()
	if p.is(";") && !p.ahead(1).Is("}") {
		p.next()
		then := &Expr{Kind: Then, Name: e.Span.In(p.text) + ";"}
		if e.Kind == Apply {
			then.Stmt = &Stmt{Kind: Call, Span: p.since(begin), Rhs: []*Expr{e}}
		}
		then.Args = []*Expr{p.sequence()}
		then.Span = p.since(begin)
		return then
	}
	return e
}

func (p *parser) expression() *Expr {
	p.enter()
	defer p.leave()
	return p.equivalence()
}

func (p *parser) binary(begin int, op string, x, y *Expr) *Expr {
	return &Expr{Kind: Binary, Span: p.since(begin), Name: op, Args: []*Expr{x, y}}
}

func (p *parser) equivalence() *Expr {
	begin := p.begin()
	x := p.implication()
	for p.accept("<==>") {
		x = p.binary(begin, "<==>", x, p.implication())
	}
	return x
}

func (p *parser) implication() *Expr {
	begin := p.begin()
	x := p.logical()
	switch {
	case p.accept("==>"):
		p.enter()
		defer p.leave()
		return p.binary(begin, "==>", x, p.implication())
	case p.is("<=="):
		for p.accept("<==") {
			x = p.binary(begin, "<==", x, p.logical())
		}
	}
	return x
}

func (p *parser) logical() *Expr {
	begin := p.begin()
	if !p.accept("&&") { // a list of conjuncts may begin with the operator
		p.accept("||")
	}
	x := p.relation()
	for p.is("&&") || p.is("||") {
		op := p.next().Text
		x = p.binary(begin, op, x, p.relation())
	}
	return x
}

var relations = []string{"==", "!=", "<", "<=", ">", ">=", "in", "!in", "!!"}

func (p *parser) relation() *Expr {
	begin := p.begin()
	x := p.shift()
	args, names := []*Expr{x}, []string(nil)
	for slices.ContainsFunc(relations, p.is) {
		names = append(names, p.next().Text)
		if p.is("#") && p.ahead(1).Is("[") { // ==#[k]
			p.next()
			p.skipGroup()
		}
		args = append(args, p.shift())
	}
	switch len(names) {
	case 0:
		return x
	case 1:
		return p.binary(begin, names[0], args[0], args[1])
	}
	return &Expr{Kind: Chain, Span: p.since(begin), Names: names, Args: args}
}

func (p *parser) shift() *Expr {
	begin := p.begin()
	x := p.sum()
	for _, angle := range []string{"<", ">"} {
		for p.is(angle) && p.ahead(1).Is(angle) && p.ahead(1).Offset == p.peek().End() {
			p.next()
			p.next()
			x = p.binary(begin, angle+angle, x, p.sum())
		}
	}
	return x
}

func (p *parser) sum() *Expr {
	begin := p.begin()
	x := p.product()
	for p.is("+") || p.is("-") {
		op := p.next().Text
		x = p.binary(begin, op, x, p.product())
	}
	return x
}

func (p *parser) product() *Expr {
	begin := p.begin()
	x := p.bits()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.next().Text
		x = p.binary(begin, op, x, p.bits())
	}
	return x
}

func (p *parser) bits() *Expr {
	begin := p.begin()
	x := p.conversion()
	for p.is("&") || p.is("^") || p.is("|") && !p.bar {
		op := p.next().Text
		x = p.binary(begin, op, x, p.conversion())
	}
	return x
}

func (p *parser) conversion() *Expr {
	begin := p.begin()
	x := p.unary()
	for p.peek().Kind == Word && (p.is("as") || p.is("is")) {
		name := p.next().Text
		t := p.typ()
		x = &Expr{Kind: Convert, Span: p.since(begin), Name: name, Args: []*Expr{x}, Type: &t}
	}
	return x
}

func (p *parser) unary() *Expr {
	begin := p.begin()
	if p.is("-") || p.is("!") || p.is("!!") {
		p.enter()
		defer p.leave()
		op := p.next().Text
		x := p.unary()
		if op == "!!" { // two negations, not the operator
			op, x = "!", &Expr{Kind: Unary, Span: x.Span, Name: "!", Args: []*Expr{x}}
		}
		return &Expr{Kind: Unary, Span: p.since(begin), Name: op, Args: []*Expr{x}}
	}
	return p.suffixes(begin, p.primary())
}

func (p *parser) suffixes(begin int, x *Expr) *Expr {
	for {
		switch {
		case p.is("."):
			x = p.member(begin, x)
		case p.is("("):
			p.next()
			args := p.list(")")
			x = &Expr{Kind: Apply, Span: p.since(begin), Args: append([]*Expr{x}, args...)}
		case p.is("["):
			x = p.indexing(begin, x)
		case p.is("<") && (x.Kind == Ident || x.Kind == Member):
			// f<int>(x): what follows cannot be a comparison.
			called := p.try(func() {
				p.next()
				p.typ()
				for p.accept(",") {
					p.typ()
				}
				p.expect(">")
				if !p.is("(") && !p.is(".") {
					p.fail("no type arguments")
				}
			})
			if !called {
				return x
			}
		case p.is("#") && p.ahead(1).Is("["): // P#[k](x)
			p.next()
			p.skipGroup()
		case p.is("@") && x.Kind != Binary && p.ahead(1).Kind == Word: // heap labels
			p.next()
			p.next()
		default:
			return x
		}
	}
}

func (p *parser) member(begin int, x *Expr) *Expr {
	p.next()
	if p.accept("(") { // d.(field := e)
		e := &Expr{Kind: With, Args: []*Expr{x}}
		for !p.accept(")") {
			e.Names = append(e.Names, p.next().Text)
			p.expect(":=")
			e.Args = append(e.Args, p.expression())
			if !p.accept(",") {
				p.expect(")")
				break
			}
		}
		e.Span = p.since(begin)
		return e
	}
	t := p.next()
	if t.Kind != Word && t.Kind != Number {
		p.fail("a member's name is expected, not %q", t.Text)
	}
	return &Expr{Kind: Member, Span: p.since(begin), Name: t.Text, Args: []*Expr{x}}
}

func (p *parser) indexing(begin int, x *Expr) *Expr {
	p.next()
	if p.accept("..") {
		var high *Expr
		if !p.is("]") {
			high = p.expression()
		}
		p.expect("]")
		return &Expr{Kind: Slice, Span: p.since(begin), Args: []*Expr{x, nil, high}}
	}
	first := p.expression()
	switch {
	case p.accept(".."):
		var high *Expr
		if !p.is("]") {
			high = p.expression()
		}
		p.expect("]")
		return &Expr{Kind: Slice, Span: p.since(begin), Args: []*Expr{x, first, high}}
	case p.accept(":="):
		args := []*Expr{x, first, p.expression()}
		for p.accept(",") {
			args = append(args, p.expression())
			p.expect(":=")
			args = append(args, p.expression())
		}
		p.expect("]")
		return &Expr{Kind: Update, Span: p.since(begin), Args: args}
	}
	args := []*Expr{x, first}
	for p.accept(",") {
		args = append(args, p.expression())
	}
	p.expect("]")
	return &Expr{Kind: Index, Span: p.since(begin), Args: args}
}

// within reads an expression; bar says that a "|" ends it.
func (p *parser) within(bar bool, read func() *Expr) *Expr {
	before, lambda := p.bar, p.noLambda
	p.bar, p.noLambda = bar, false
	defer func() { p.bar, p.noLambda = before, lambda }()
	return read()
}

// list reads expressions with commas up to a closing symbol and goes over it.
func (p *parser) list(closing string) (list []*Expr) {
	for !p.accept(closing) {
		if p.peek().Kind == Word && p.ahead(1).Is(":=") { // a named argument
			p.next()
			p.next()
		}
		list = append(list, p.within(false, p.sequence))
		if !p.accept(",") {
			p.expect(closing)
			break
		}
	}
	return list
}

func (p *parser) primary() *Expr {
	p.enter()
	defer p.leave()
	begin := p.begin()
	t := p.peek()
	switch t.Kind {
	case Number, Text, Char:
		p.next()
		return &Expr{Kind: Literal, Span: p.since(begin), Name: t.Text}
	case Symbol:
		return p.bracketed(begin, t)
	case Word:
		return p.wordExpr(begin, t)
	}
	p.fail("an expression is expected")
	return nil
}

func (p *parser) bracketed(begin int, t Token) *Expr {
	switch t.Text {
	case "(":
		if e := p.lambda(begin); e != nil {
			return e
		}
		p.next()
		list := p.list(")")
		if len(list) == 1 {
			return list[0]
		}
		return &Expr{Kind: Tuple, Span: p.since(begin), Args: list}
	case "[":
		p.next()
		return &Expr{Kind: SeqDisplay, Args: p.list("]"), Span: p.since(begin)}
	case "{":
		p.next()
		args := p.list("}")
		return &Expr{Kind: SetDisplay, Name: "set", Args: args, Span: p.since(begin)}
	case "|":
		p.next()
		x := p.within(true, p.expression)
		p.expect("|")
		return &Expr{Kind: Unary, Name: "#", Args: []*Expr{x}, Span: p.since(begin)}
	}
	p.fail("an expression is expected, not %q", t.Text)
	return nil
}

// lambda reads (x, y: T) => e if that is what comes.
func (p *parser) lambda(begin int) (e *Expr) {
	p.try(func() {
		vars := p.boundIn()
		e = p.lambdaBody(begin, vars)
	})
	return e
}

func (p *parser) boundIn() (vars []Variable) {
	p.expect("(")
	for !p.accept(")") {
		vars = append(vars, p.bound())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	return vars
}

func (p *parser) lambdaBody(begin int, vars []Variable) *Expr {
	noLambda := p.noLambda
	p.noLambda = true // the arrow ends the clause
	clauses := p.clauses()
	p.noLambda = noLambda
	p.expect("=>")
	body := p.expression()
	e := &Expr{Kind: Lambda, Vars: vars, Args: []*Expr{body}, Span: p.since(begin)}
	for _, c := range clauses {
		e.Names = append(e.Names, c.Span.In(p.text))
	}
	return e
}

// bound reads a bound variable.
func (p *parser) bound() Variable {
	begin := p.begin()
	v := Variable{Name: p.word().Text}
	if p.accept(":") {
		t := p.typ()
		v.Type = &t
	}
	v.Span = p.since(begin)
	return v
}

func (p *parser) wordExpr(begin int, t Token) *Expr {
	switch t.Text {
	case "true", "false", "null", "this":
		p.next()
		return &Expr{Kind: Literal, Name: t.Text, Span: p.since(begin)}
	case "forall", "exists":
		return p.quantifier(begin)
	case "set", "iset":
		if p.ahead(1).Is("{") && !p.ahead(2).Is(":") {
			p.next()
			p.next()
			return &Expr{Kind: SetDisplay, Name: t.Text, Args: p.list("}"), Span: p.since(begin)}
		}
		return p.comprehension(begin, SetOf)
	case "map", "imap":
		if p.ahead(1).Is("[") {
			return p.mapDisplay(begin)
		}
		return p.comprehension(begin, MapOf)
	case "multiset":
		p.next()
		if p.accept("{") {
			return &Expr{Kind: SetDisplay, Name: "multiset", Args: p.list("}"), Span: p.since(begin)}
		}
		p.expect("(")
		x := p.expression()
		p.expect(")")
		return &Expr{Kind: MultisetOf, Args: []*Expr{x}, Span: p.since(begin)}
	case "seq":
		return p.seqInit(begin)
	case "if":
		return p.conditional(begin)
	case "match":
		return p.matchExpr(begin)
	case "var", "ghost":
		return p.let(begin)
	case "assert", "assume", "expect", "calc", "reveal", "forall!":
		at := p.at
		s := p.statement()
		if s.Kind == OpaqueStmt || p.at == at {
			p.fail("this statement is not understood")
		}
		text := p.since(begin).In(p.text)
		rest := p.sequence()
		return &Expr{Kind: Then, Name: text, Stmt: s, Args: []*Expr{rest}, Span: p.since(begin)}
	case "old", "fresh", "allocated", "unchanged":
		return p.heap(begin)
	case "iterator", "in":
		p.fail("%q is no expression", t.Text)
	}
	if reserved(t.Text) {
		p.fail("an expression is expected, not %q", t.Text)
	}
	p.next()
	if !p.noLambda && (p.is("=>") || p.is("requires") || p.is("reads")) {
		var e *Expr
		if p.try(func() { e = p.lambdaBody(begin, []Variable{{Name: t.Text, Span: Span{t.Offset, t.End()}}}) }) {
			return e
		}
	}
	return &Expr{Kind: Ident, Name: t.Text, Span: p.since(begin)}
}

func (p *parser) quantifier(begin int) *Expr {
	kind := Forall
	if p.next().Text == "exists" {
		kind = Exists
	}
	vars, bounds := p.boundVars()
	p.attributes()
	if p.accept("|") {
		bounds = conjoin(bounds, p.expression())
	}
	p.expect("::")
	body := p.expression()
	return &Expr{Kind: kind, Vars: vars, Args: []*Expr{bounds, body}, Span: p.since(begin)}
}

// boundVars reads x: T, y <- S; what says where a variable is from becomes a part
// of the range.
func (p *parser) boundVars() (vars []Variable, bounds *Expr) {
	for {
		begin := p.begin()
		v := p.bound()
		vars = append(vars, v)
		if p.accept("<-") {
			domain := p.within(true, p.expression)
			x := &Expr{Kind: Ident, Name: v.Name, Span: v.Span}
			bounds = conjoin(bounds, p.binary(begin, "in", x, domain))
		}
		p.attributes()
		if !p.bar && p.accept("|") { // each variable may have its range (Dafny 4)
			bounds = conjoin(bounds, p.expression())
		}
		if !p.accept(",") {
			return vars, bounds
		}
	}
}

func conjoin(x, y *Expr) *Expr {
	if x == nil {
		return y
	}
	return &Expr{Kind: Binary, Name: "&&", Args: []*Expr{x, y}, Span: Span{x.Begin, y.End}}
}

func (p *parser) comprehension(begin int, kind ExprKind) *Expr {
	e := &Expr{Kind: kind, Name: p.next().Text}
	var bounds *Expr
	p.attributes()
	e.Vars, bounds = p.boundVars()
	p.attributes()
	if p.accept("|") {
		bounds = conjoin(bounds, p.expression())
	}
	e.Args = []*Expr{bounds}
	if p.accept("::") {
		e.Args = append(e.Args, p.expression())
		if kind == MapOf && p.accept(":=") {
			e.Args = append(e.Args, p.expression())
		}
	} else {
		e.Args = append(e.Args, nil)
	}
	e.Span = p.since(begin)
	return e
}

func (p *parser) mapDisplay(begin int) *Expr {
	e := &Expr{Kind: MapDisplay, Name: p.next().Text}
	p.expect("[")
	for !p.accept("]") {
		e.Args = append(e.Args, p.expression())
		p.expect(":=")
		e.Args = append(e.Args, p.expression())
		if !p.accept(",") {
			p.expect("]")
			break
		}
	}
	e.Span = p.since(begin)
	return e
}

func (p *parser) seqInit(begin int) *Expr {
	p.next()
	if !p.is("(") && !p.is("<") {
		return &Expr{Kind: Ident, Name: "seq", Span: p.since(begin)}
	}
	if p.accept("<") {
		p.typ()
		p.expect(">")
	}
	p.expect("(")
	args := p.list(")")
	if len(args) != 2 {
		p.fail("seq(length, function) is expected")
	}
	return &Expr{Kind: SeqInit, Args: args, Span: p.since(begin)}
}

func (p *parser) conditional(begin int) *Expr {
	p.next()
	if p.accept("case") {
		p.fail("there is no such expression")
	}
	if p.accept("var") { // a binding guard
		p.fail("binding guards of expressions are not understood")
	}
	c := p.expression()
	p.expect("then")
	x := p.expression()
	p.expect("else")
	y := p.expression()
	return &Expr{Kind: If, Args: []*Expr{c, x, y}, Span: p.since(begin)}
}

func (p *parser) matchExpr(begin int) *Expr {
	p.next()
	e := &Expr{Kind: Match, Args: []*Expr{p.expression()}}
	braces := p.accept("{")
	for p.accept("case") {
		from := p.begin()
		pattern := p.casePattern()
		for !p.is("=>") {
			if p.is("(") {
				p.skipGroup()
			} else if p.next().Kind == EOF {
				p.fail("=> is expected")
			}
		}
		e.Names = append(e.Names, p.since(from).In(p.text))
		e.Patterns = append(e.Patterns, pattern)
		p.next()
		e.Args = append(e.Args, p.sequence())
	}
	if braces {
		p.expect("}")
	}
	e.Span = p.since(begin)
	return e
}

func (p *parser) let(begin int) *Expr {
	p.accept("ghost")
	p.expect("var")
	e := &Expr{Kind: Let}
	for {
		if p.peek().Kind == Word && !p.ahead(1).Is("(") && !p.is("(") {
			e.Vars = append(e.Vars, p.bound())
		} else { // a pattern: (a, b) or Cons(x, xs)
			e.Vars = append(e.Vars, p.patternVariable())
		}
		if !p.accept(",") {
			break
		}
	}
	p.attributes()
	e.Name = p.next().Text
	if e.Name != ":=" && e.Name != ":|" && e.Name != ":-" {
		p.fail("an assignment is expected, not %q", e.Name)
	}
	for {
		e.Args = append(e.Args, p.expression())
		if !p.accept(",") {
			break
		}
	}
	p.expect(";")
	e.Args = append(e.Args, p.sequence())
	e.Span = p.since(begin)
	return e
}

func (p *parser) heap(begin int) *Expr {
	name := p.next().Text
	var label []string
	if p.accept("@") {
		label = []string{p.next().Text}
	}
	p.expect("(")
	var args []*Expr
	for !p.accept(")") {
		args = append(args, p.frame())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	if len(args) == 0 {
		p.fail("an argument is expected")
	}
	return &Expr{Kind: Unary, Name: name, Names: label, Args: args, Span: p.since(begin)}
}
