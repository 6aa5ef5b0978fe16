package syntax

// casePattern reads the pattern of a case, up to its arrow. It returns nil, and
// reads nothing, if what comes is none.
func (p *parser) casePattern() (pattern *Pattern) {
	ok := p.try(func() {
		pattern = p.pattern()
		if p.is("|") {
			pattern = &Pattern{Or: []*Pattern{pattern}}
			for p.accept("|") {
				pattern.Or = append(pattern.Or, p.pattern())
			}
		}
		if !p.is("=>") {
			p.fail("=> is expected")
		}
	})
	if !ok {
		return nil
	}
	return pattern
}

func (p *parser) pattern() *Pattern {
	p.enter()
	defer p.leave()
	x := &Pattern{}
	t := p.peek()
	switch {
	case t.Is("("):
		p.patternArgs(x)
	case t.Is("-"):
		p.next()
		x.Name, x.Literal = "-"+p.next().Text, true
	case t.Kind == Number || t.Kind == Text || t.Kind == Char || t.Is("true") || t.Is("false") || t.Is("null"):
		p.next()
		x.Name, x.Literal = t.Text, true
	default:
		x.Name = p.word().Text
		for p.accept(".") {
			x.Name += "." + p.word().Text
		}
		if p.is("(") {
			p.patternArgs(x)
		} else if p.accept(":") {
			typ := p.typ()
			x.Type = &typ
		}
	}
	return x
}

func (p *parser) patternArgs(x *Pattern) {
	x.Applied = true
	p.expect("(")
	for !p.accept(")") {
		x.Args = append(x.Args, p.pattern())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
}

// patternVariable reads (a, b) or Cons(x, xs), which is declared like a variable.
func (p *parser) patternVariable() Variable {
	begin, at := p.begin(), p.at
	var pattern *Pattern
	if !p.try(func() { pattern = p.pattern() }) {
		p.at, pattern = at, nil
		if p.peek().Kind == Word {
			p.next()
		}
		p.skipGroup()
	}
	span := p.since(begin)
	return Variable{Name: span.In(p.text), Pattern: pattern, Span: span}
}

// caseGuard reads the condition of a case of an if or a while, up to its arrow.
// What is not understood is left to the caller.
func (p *parser) caseGuard(c *Stmt) {
	noLambda := p.noLambda
	ok := p.try(func() {
		p.noLambda = true
		c.Vars = p.bindingGuard()
		c.Guard = p.guard()
		if !p.is("=>") {
			p.fail("=> is expected")
		}
	})
	p.noLambda = noLambda
	if !ok {
		c.Vars, c.Guard = nil, nil
	}
}

// bindingGuard reads "x, y :|" if that is what comes.
func (p *parser) bindingGuard() (vars []Variable) {
	bound := p.try(func() {
		for {
			vars = append(vars, p.bound())
			if !p.accept(",") {
				break
			}
		}
		p.expect(":|")
	})
	if !bound {
		return nil
	}
	return vars
}

// allocation reads what follows "new".
func (p *parser) allocation() *Allocation {
	a := &Allocation{}
	if !p.is("[") { // new [n] has an inferred type
		t := p.typ()
		a.Type = &t
		if len(t.Args) > 0 && p.at >= 3 && p.tokens[p.at-3].Is(">") && p.tokens[p.at-2].Is(".") {
			a.Constructor = p.tokens[p.at-1].Text
		}
	}
	switch {
	case p.accept("["):
		a.Array = true
		a.Lengths = p.list("]")
		for p.is("(") || p.is("[") {
			at := p.at
			if !p.try(func() { a.Init = p.allocationInit() }) {
				p.at = at
				p.skipGroup()
			}
		}
	case p.accept("("):
		a.Called = true
		a.Args = p.list(")")
	}
	return a
}

// allocationInit reads (function) or [elements].
func (p *parser) allocationInit() *Expr {
	if p.is("[") {
		return p.primary()
	}
	p.expect("(")
	e := p.within(false, p.expression)
	p.expect(")")
	return e
}
