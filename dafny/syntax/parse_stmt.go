package syntax

import "slices"

// block reads { ... }.
func (p *parser) block() *Stmt {
	p.enter()
	defer p.leave()
	begin := p.begin()
	s := &Stmt{Kind: Block}
	p.expect("{")
	for !p.is("}") {
		if p.peek().Kind == EOF {
			p.fail("a block has no end")
		}
		s.Body = append(s.Body, p.statementOrSkip())
	}
	p.next()
	s.Span = p.since(begin)
	return s
}

// statementOrSkip goes over a statement that it does not understand to the
// semicolon or the block that seems to end it.
func (p *parser) statementOrSkip() (s *Stmt) {
	at, begin := p.at, p.begin()
	err := p.attempt(func() { s = p.statement() })
	if err == nil {
		return s
	}
	if p.strict {
		panic(failure{err.(*Error)})
	}
	p.opaque = append(p.opaque, err.(*Error))
	p.at = at
	for {
		switch {
		case p.peek().Kind == EOF || p.is("}"):
		case p.is("{"):
			p.skipGroup()
		case p.is("(") || p.is("["):
			p.skipGroup()
			continue
		default:
			if !p.next().Is(";") {
				continue
			}
		}
		return &Stmt{Kind: OpaqueStmt, Span: p.since(begin)}
	}
}

func (p *parser) statement() *Stmt {
	p.enter()
	defer p.leave()
	begin := p.begin()
	s := &Stmt{}
	if p.is("@") {
		s.Attributes = p.attributes()
	}
	p.bareStatement(s)
	s.Span = p.since(begin)
	return s
}

func (p *parser) bareStatement(s *Stmt) {
	t := p.peek()
	if t.Is("{") {
		inner := p.block()
		s.Kind, s.Body = Block, inner.Body
		return
	}
	if t.Kind == Word && t.Text == "ghost" && p.ahead(1).Is("var") {
		p.next()
		s.Ghost = true
		t = p.peek()
	}
	if t.Kind != Word {
		p.assignment(s)
		return
	}
	s.Op = t.Text
	switch t.Text {
	case "label":
		p.next()
		p.next()
		p.expect(":")
		p.bareStatement(s)
	case "var":
		p.varDecl(s)
	case "if":
		p.ifStmt(s)
	case "while":
		p.while(s)
	case "for":
		p.forLoop(s)
	case "match":
		p.matchStmt(s)
	case "return", "yield":
		p.next()
		s.Kind = Return
		if t.Text == "yield" {
			s.Kind = Jump
		}
		if !p.is(";") {
			s.Rhs = p.rightSides()
		}
		p.expect(";")
	case "break", "continue":
		p.next()
		s.Kind = Jump
		for !p.accept(";") {
			if p.next().Kind == EOF {
				p.fail("; is expected")
			}
		}
	case "assert", "assume", "expect":
		p.assertion(s, t.Text)
	case "forall":
		p.forallStmt(s)
	case "calc":
		p.calc(s)
	case "print":
		p.next()
		s.Kind, s.Rhs = Print, p.rightSides()
		p.expect(";")
	case "new": // where a constructor's second part begins
		p.next()
		s.Kind = Other
		p.expect(";")
	case "reveal", "modify", "hide":
		p.next()
		s.Kind = Other
		for !p.accept(";") {
			switch {
			case p.is("{"):
				p.skipGroup()
				return
			case p.next().Kind == EOF:
				p.fail("; is expected")
			}
		}
	default:
		p.assignment(s)
	}
}

// rightSides reads what may stand to the right of an assignment, with commas.
func (p *parser) rightSides() (list []*Expr) {
	for {
		list = append(list, p.rightSide())
		if !p.accept(",") {
			return list
		}
	}
}

// rightSide reads an expression, "*" or "new ...". The last is opaque: it says
// nothing that could be written in a specification.
func (p *parser) rightSide() *Expr {
	begin := p.begin()
	if p.accept("*") {
		return &Expr{Kind: Literal, Name: "*", Span: p.since(begin)}
	}
	if !p.is("new") {
		e := p.expression()
		p.attributes()
		return e
	}
	p.next()
	e := &Expr{Kind: Opaque, New: p.allocation()}
	e.Type = e.New.Type
	if e.New.Array && e.Type != nil { // the lengths of an array are kept
		e.Args = e.New.Lengths
	}
	e.Span = p.since(begin)
	e.Name = e.Span.In(p.text)
	return e
}

func (p *parser) varDecl(s *Stmt) {
	s.Kind = VarDecl
	p.expect("var")
	p.attributes()
	for {
		if p.peek().Kind == Word && !p.ahead(1).Is("(") {
			s.Vars = append(s.Vars, p.bound())
		} else {
			s.Vars = append(s.Vars, p.patternVariable())
		}
		if !p.accept(",") {
			break
		}
	}
	p.attributes()
	p.assigned(s)
	p.expect(";")
}

// assigned reads the right side of an assignment, if there is one.
func (p *parser) assigned(s *Stmt) {
	switch {
	case p.accept(":="):
		s.Op = ":="
		s.Rhs = p.rightSides()
	case p.accept(":|"):
		s.Op = ":|"
		if p.is("assume") {
			p.next()
			s.Attributes = append(s.Attributes, "assume")
			p.attributes()
		}
		s.Rhs = []*Expr{p.expression()}
	case p.accept(":-"):
		s.Op = ":-"
		if p.is("expect") || p.is("assert") || p.is("assume") {
			p.next()
		}
		s.Rhs = p.rightSides()
	}
}

func (p *parser) assignment(s *Stmt) {
	for {
		s.Lhs = append(s.Lhs, p.expression())
		if !p.accept(",") {
			break
		}
	}
	p.attributes()
	s.Op = ""
	p.assigned(s)
	switch {
	case s.Op != "":
		s.Kind = Assign
	case len(s.Lhs) == 1 && s.Lhs[0].Kind == Apply:
		s.Kind, s.Rhs, s.Lhs = Call, s.Lhs, nil
	default:
		p.fail("an assignment or a call is expected")
	}
	if s.Kind == Call && p.is("by") || s.Kind == Assign && p.is("by") {
		p.next()
		p.block()
		return
	}
	p.expect(";")
}

// guard reads the condition of an if or a while; nil stands for "*".
func (p *parser) guard() *Expr {
	if p.is("*") {
		p.next()
		return nil
	}
	if p.is("(") && p.ahead(1).Is("*") && p.ahead(2).Is(")") {
		p.next()
		p.next()
		p.next()
		return nil
	}
	return p.expression()
}

func (p *parser) ifStmt(s *Stmt) {
	p.next()
	p.attributes()
	if p.is("{") || p.is("case") {
		s.Kind = Alternative
		p.cases(s)
		return
	}
	s.Kind = IfStmt
	s.Vars = p.bindingGuard()
	s.Guard = p.guard()
	s.Body = []*Stmt{p.block()}
	if p.accept("else") {
		if p.is("if") {
			s.Else = p.statement()
		} else {
			s.Else = p.block()
		}
	}
}

// cases reads "case guard => statements" as often as it comes, with or without
// braces around all of them.
func (p *parser) cases(s *Stmt) {
	braces := p.accept("{")
	for p.is("case") {
		begin := p.begin()
		p.next()
		p.attributes()
		// What the case is about may be an expression, a pattern or a binding guard.
		c := &Stmt{Kind: Block}
		if s.Op == "match" {
			c.Pattern = p.casePattern()
		} else {
			p.caseGuard(c)
		}
		for !p.is("=>") {
			switch {
			case p.is("(") || p.is("[") || p.is("{"):
				p.skipGroup()
			case p.next().Kind == EOF:
				p.fail("=> is expected")
			}
		}
		p.next()
		c.Op = p.since(begin).In(p.text)
		for !p.is("case") && !p.is("}") {
			if p.peek().Kind == EOF {
				p.fail("a case has no end")
			}
			c.Body = append(c.Body, p.statementOrSkip())
		}
		c.Span = p.since(begin)
		s.Cases = append(s.Cases, c)
	}
	if braces {
		p.expect("}")
	}
}

func (p *parser) matchStmt(s *Stmt) {
	p.next()
	s.Kind = Alternative
	s.Guard = p.expression()
	p.cases(s)
}

func (p *parser) while(s *Stmt) {
	p.next()
	s.Kind = While
	s.Attributes = append(s.Attributes, p.attributes()...)
	if p.is("{") || p.is("case") || p.is("invariant") || p.is("decreases") || p.is("modifies") {
		s.Clauses = p.clauses()
		p.cases(s)
		return
	}
	s.Guard = p.guard()
	s.Clauses = p.clauses()
	if p.is("{") {
		s.Body = []*Stmt{p.block()}
	}
}

func (p *parser) forLoop(s *Stmt) {
	p.next()
	s.Kind = For
	s.Vars = []Variable{p.bound()}
	p.expect(":=")
	low := p.expression()
	s.Op = p.next().Text
	if s.Op != "to" && s.Op != "downto" {
		p.fail("to or downto is expected, not %q", s.Op)
	}
	s.Rhs = []*Expr{low, nil}
	if !p.accept("*") {
		s.Rhs[1] = p.expression()
	}
	s.Clauses = p.clauses()
	if p.is("{") {
		s.Body = []*Stmt{p.block()}
	}
}

func (p *parser) assertion(s *Stmt, word string) {
	p.next()
	switch word {
	case "assert":
		s.Kind = Assert
	case "assume":
		s.Kind = Assume
	default:
		s.Kind = Expect
	}
	s.Attributes = append(s.Attributes, p.attributes()...)
	if p.ahead(1).Is(":") && (p.peek().Kind == Number || p.peek().Kind == Word && !reserved(p.peek().Text)) { // a label
		p.next()
		p.next()
	}
	s.Guard = p.expression()
	if word == "expect" && p.accept(",") {
		p.expression()
	}
	if p.accept("by") {
		s.Body = []*Stmt{p.block()}
		p.accept(";")
		return
	}
	p.expect(";")
}

func (p *parser) forallStmt(s *Stmt) {
	p.next()
	s.Kind = ForallStmt
	parens := p.accept("(") // an old form
	s.Vars, s.Guard = p.boundVars()
	p.attributes()
	if p.accept("|") {
		s.Guard = conjoin(s.Guard, p.expression())
	}
	if parens {
		p.expect(")")
	}
	s.Clauses = p.clauses()
	if p.is("{") {
		s.Body = []*Stmt{p.block()}
	} else {
		p.accept(";")
	}
}

// calc reads a calculation. The operators between its lines are not kept.
func (p *parser) calc(s *Stmt) {
	p.next()
	s.Kind = Calc
	s.Attributes = append(s.Attributes, p.attributes()...)
	p.calcOperator()
	p.expect("{")
	for !p.accept("}") {
		s.Rhs = append(s.Rhs, p.within(false, p.expression))
		if !p.is("}") { // Dafny 4 lets the last semicolon be left out
			p.expect(";")
		}
		p.calcOperator()
		for p.is("{") && !p.ahead(1).Is(":") || p.is("calc") {
			s.Cases = append(s.Cases, p.statement())
		}
	}
}

var calcOperators = []string{"==", "<", "<=", ">", ">=", "!=", "<==>", "==>", "<==", "≤", "≥", "≠", "⇔", "⇒", "⇐"}

func (p *parser) calcOperator() {
	if !slices.ContainsFunc(calcOperators, p.is) {
		return
	}
	if p.next(); p.is("#") && p.ahead(1).Is("[") { // ==#[k]
		p.next()
		p.skipGroup()
	}
}
