package syntax

import "slices"

// modifiers may stand before the word that says what is declared.
var modifiers = []string{"abstract", "static", "ghost", "protected", "opaque", "inductive", "least", "greatest", "twostate", "private", "replaceable"}

// declWords maps the word of a declaration to its kind.
func declKind(word string) (DeclKind, bool) {
	switch word {
	case "method":
		return Method, true
	case "lemma", "colemma", "comethod":
		return Lemma, true
	case "constructor":
		return Constructor, true
	case "iterator":
		return Iterator, true
	case "function":
		return Function, true
	case "predicate", "copredicate":
		return Predicate, true
	case "module":
		return Module, true
	case "class":
		return Class, true
	case "trait":
		return Trait, true
	case "datatype", "codatatype":
		return Datatype, true
	case "type", "newtype":
		return TypeDecl, true
	case "const":
		return Constant, true
	case "var":
		return Field, true
	case "import":
		return Import, true
	case "include":
		return Include, true
	case "export":
		return Export, true
	}
	return "", false
}

// declares reports whether a declaration may begin at the n-th token from here.
func (p *parser) declares(n int) bool {
	for p.ahead(n).Kind == Word && slices.Contains(modifiers, p.ahead(n).Text) {
		n++
	}
	_, ok := declKind(p.ahead(n).Text)
	return ok && p.ahead(n).Kind == Word
}

// declarations reads up to the end of the text, or to the brace that closes a
// module or a class.
func (p *parser) declarations(path []string, inner bool) (list []*Decl) {
	for {
		switch {
		case p.peek().Kind == EOF:
			return list
		case p.is("}") && inner:
			return list
		case p.accept(";"):
			continue
		}
		list = append(list, p.declarationOrSkip(path, inner))
	}
}

// declarationOrSkip goes over a declaration that it does not understand to where
// the next one seems to begin.
func (p *parser) declarationOrSkip(path []string, inner bool) (d *Decl) {
	at := p.at
	err := p.attempt(func() { d = p.declaration(path) })
	if err == nil {
		return d
	}
	if p.strict {
		panic(failure{err.(*Error)})
	}
	p.opaque = append(p.opaque, err.(*Error))
	p.at = at
	begin := p.begin()
	_ = p.attempt(func() {
		for first := true; p.peek().Kind != EOF; first = false {
			if !first && p.declares(0) || inner && p.is("}") {
				return
			}
			if p.is("{") || p.is("(") || p.is("[") {
				p.skipGroup()
			} else {
				p.next()
			}
		}
	})
	d = &Decl{Kind: Unknown, Span: p.since(begin), Path: path}
	p.nameUnknown(d, at)
	return d
}

// nameUnknown gives what was not understood its kind's word and its name, if
// they are where they usually are.
func (p *parser) nameUnknown(d *Decl, at int) {
	for i := at; i < p.at; i++ {
		t := p.tokens[i]
		d.Words = append(d.Words, t.Text)
		if _, ok := declKind(t.Text); ok {
			if n := p.tokens[i+1]; n.Kind == Word && i+1 < p.at {
				d.Name, d.NameAt = n.Text, Span{n.Offset, n.End()}
			}
			return
		}
	}
}

func (p *parser) declaration(path []string) *Decl {
	p.enter()
	defer p.leave()
	d := &Decl{Path: path}
	begin := p.begin()
	d.Attributes = p.attributes()
	for p.peek().Kind == Word && slices.Contains(modifiers, p.peek().Text) {
		d.Words = append(d.Words, p.next().Text)
	}
	t := p.peek()
	kind, ok := declKind(t.Text)
	if t.Kind != Word || !ok {
		p.fail("a declaration is expected, not %q", t.Text)
	}
	p.next()
	d.Kind = kind
	d.Words = append(d.Words, t.Text)
	d.Attributes = append(d.Attributes, p.attributes()...)
	switch kind {
	case Method, Lemma, Constructor, Iterator:
		p.callable(d)
	case Function, Predicate:
		p.function(d)
	case Module:
		p.module(d)
	case Class, Trait:
		p.class(d)
	case Datatype:
		p.datatype(d)
	case TypeDecl:
		p.typeDecl(d)
	case Constant, Field:
		p.field(d)
	case Include:
		if p.next().Kind != Text {
			p.fail("a file name is expected")
		}
	default:
		p.skipRest()
	}
	d.Span = p.since(begin)
	return d
}

// skipRest goes on to the next declaration.
func (p *parser) skipRest() {
	for p.peek().Kind != EOF && !p.is("}") && !p.declares(0) {
		if p.is("{") || p.is("(") {
			p.skipGroup()
		} else {
			p.next()
		}
	}
}

func (p *parser) name(d *Decl) {
	t := p.next()
	if t.Kind != Word && t.Kind != Number {
		p.fail("a name is expected, not %q", t.Text)
	}
	d.Name, d.NameAt = t.Text, Span{t.Offset, t.End()}
}

func (p *parser) callable(d *Decl) {
	if d.Kind != Constructor || p.peek().Kind == Word && !reserved(p.peek().Text) {
		p.name(d)
	} else {
		d.NameAt = Span{p.tokens[p.at-1].Offset, p.tokens[p.at-1].End()}
	}
	d.TypeParams = p.typeParams()
	if p.is("[") { // colemma L[k](...)
		p.skipGroup()
	}
	if !p.accept("...") { // what is refined has no parameters of its own
		d.Params = p.params()
	}
	if p.accept("returns") || p.accept("yields") {
		d.Results = p.params()
	}
	d.Clauses = p.clauses()
	if p.is("{") {
		begin := p.begin()
		d.Body = p.block()
		d.BodySpan = p.since(begin)
	}
}

func (p *parser) function(d *Decl) {
	if p.is("method") {
		d.Words = append(d.Words, p.next().Text)
	}
	d.Attributes = append(d.Attributes, p.attributes()...)
	p.name(d)
	d.TypeParams = p.typeParams()
	if p.is("[") {
		p.skipGroup()
	}
	if p.is("(") {
		d.Params = p.params()
	}
	if p.accept(":") {
		if p.is("(") && p.ahead(1).Kind == Word && p.ahead(2).Is(":") { // a named result
			result := p.params()
			d.Results, d.ResultType = result, result[0].Type
		} else {
			t := p.typ()
			d.ResultType = &t
		}
	} else if d.Kind == Predicate {
		d.ResultType = &Type{Name: "bool"}
	}
	d.Clauses = p.clauses()
	begin := p.begin()
	if p.accept("{") {
		if !p.is("}") {
			d.Value = p.opaqueExpr(func() *Expr { return p.sequence() }, "}")
		}
		p.expect("}")
		d.BodySpan = p.since(begin)
		if p.is("by") && p.ahead(1).Is("method") {
			p.next()
			p.next()
			d.Words = append(d.Words, "by")
			d.Body = p.block()
			d.BodySpan = p.since(begin)
		}
	}
}

func (p *parser) module(d *Decl) {
	p.name(d)
	for p.accept(".") {
		d.Name += "." + p.next().Text
	}
	d.NameAt = p.since(d.NameAt.Begin)
	for !p.is("{") && !p.is(";") { // refines M
		if p.next().Kind == EOF {
			p.fail("a module has no body")
		}
	}
	p.members(d)
}

func (p *parser) class(d *Decl) {
	d.Attributes = append(d.Attributes, p.attributes()...)
	p.name(d)
	d.TypeParams = p.typeParams()
	p.accept("...")
	if p.accept("extends") {
		for {
			d.Extends = append(d.Extends, p.typ())
			if !p.accept(",") {
				break
			}
		}
	}
	p.members(d)
}

func (p *parser) members(d *Decl) {
	if !p.is("{") {
		return
	}
	begin := p.begin()
	p.next()
	d.Members = p.declarations(append(slices.Clip(d.Path), d.Name), true)
	p.expect("}")
	d.BodySpan = p.since(begin)
}

func (p *parser) datatype(d *Decl) {
	p.name(d)
	d.TypeParams = p.typeParams()
	if p.accept("extends") {
		p.typ()
	}
	p.expect("=")
	p.accept("|")
	for {
		p.attributes()
		p.accept("ghost")
		c := DatatypeConstructor{Name: p.word().Text}
		if p.is("(") {
			c.Fields = p.params()
		}
		d.Constructors = append(d.Constructors, c)
		if !p.accept("|") {
			break
		}
	}
	p.members(d)
}

func (p *parser) typeDecl(d *Decl) {
	p.name(d)
	for p.is("(") { // (==), (!new)
		p.skipGroup()
	}
	d.TypeParams = p.typeParams()
	if p.accept("=") {
		begin := p.begin()
		subset := p.try(func() {
			v := Variable{Name: p.word().Text}
			if p.accept(":") {
				t := p.typ()
				v.Type = &t
			}
			p.expect("|")
			v.Span = p.since(begin)
			d.Params = []Variable{v}
			d.Value = p.expression()
		})
		if subset {
			for p.is("witness") || p.is("ghost") && p.ahead(1).Is("witness") {
				p.accept("ghost")
				p.next()
				if !p.accept("*") {
					p.expression()
				}
			}
		} else {
			d.Params, d.Value = nil, nil
			t := p.typ()
			d.ResultType = &t
		}
	}
	p.members(d)
}

func (p *parser) field(d *Decl) {
	p.name(d)
	if p.accept(":") {
		t := p.typ()
		d.ResultType = &t
	}
	if p.accept(":=") {
		d.Value = p.expression()
	}
	for p.accept(",") {
		t := p.next()
		v := Variable{Name: t.Text, Span: Span{t.Offset, t.End()}}
		if p.accept(":") {
			typ := p.typ()
			v.Type = &typ
		}
		d.Params = append(d.Params, v)
	}
	p.accept(";")
}

// typeParams reads <T, U(==)> and returns the names.
func (p *parser) typeParams() (names []string) {
	if !p.is("<") {
		return nil
	}
	p.next()
	for depth := 0; ; {
		t := p.next()
		switch {
		case t.Kind == EOF:
			p.fail("the type parameters have no end")
		case t.Is(">") && depth == 0:
			return names
		case t.Is("(") || t.Is("<"):
			depth++
		case t.Is(")") || t.Is(">"):
			depth--
		case t.Kind == Word && depth == 0 && t.Text != "extends":
			names = append(names, t.Text)
		}
	}
}

// params reads a list of parameters with its parentheses.
func (p *parser) params() (list []Variable) {
	p.expect("(")
	for !p.accept(")") {
		list = append(list, p.param())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	return list
}

func (p *parser) param() (v Variable) {
	begin := p.begin()
	p.attributes()
	for {
		switch {
		case p.accept("ghost"):
			v.Ghost = true
		case p.accept("new"):
		case (p.is("nameonly") || p.is("older")) && p.ahead(1).Kind == Word:
			p.next()
		default:
			// The fields of a datatype need no names.
			if p.ahead(1).Is(":") && (p.peek().Kind == Word || p.peek().Kind == Number) {
				v.Name = p.next().Text
				p.next()
			}
			t := p.typ()
			v.Type = &t
			if p.accept(":=") {
				p.expression()
			}
			v.Span = p.since(begin)
			return v
		}
	}
}

func (p *parser) clauses() (list []Clause) {
	for {
		begin := p.begin()
		if (p.is("free") || p.is("yield")) && p.ahead(1).Kind == Word {
			p.next()
		}
		kind := ClauseKind(p.peek().Text)
		switch kind {
		case Requires, Ensures, Invariant, Decreases, Modifies, Reads:
		default:
			return list
		}
		if p.peek().Kind != Word {
			return list
		}
		list = append(list, p.clause(begin, kind))
	}
}

func (p *parser) clause(begin int, kind ClauseKind) Clause {
	p.next()
	c := Clause{Kind: kind, Attributes: p.attributes()}
	switch kind {
	case Requires, Ensures, Invariant:
		if p.peek().Kind == Word && p.ahead(1).Is(":") && !reserved(p.peek().Text) { // a label
			p.next()
			p.next()
		}
		c.Exprs = []*Expr{p.expression()}
	default:
		for {
			c.Exprs = append(c.Exprs, p.frame())
			if !p.accept(",") {
				break
			}
		}
	}
	p.accept(";")
	c.Span = p.since(begin)
	return c
}

// frame reads what modifies, reads and decreases list.
func (p *parser) frame() *Expr {
	begin := p.begin()
	if p.accept("*") {
		return &Expr{Kind: Literal, Span: p.since(begin), Name: "*"}
	}
	if p.accept("`") {
		name := p.next().Text
		return &Expr{Kind: Ident, Span: p.since(begin), Name: "`" + name}
	}
	e := p.expression()
	if p.accept("`") {
		name := p.next().Text
		e = &Expr{Kind: Member, Span: p.since(begin), Name: "`" + name, Args: []*Expr{e}}
	}
	return e
}
