package syntax

import (
	"fmt"
	"slices"
	"strings"
)

// Parse reads a program. A text that cannot be split into tokens is an *[Error];
// what cannot be understood otherwise is in [Program.Opaque].
func Parse(text string) (*Program, error) {
	tokens, err := Scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	program := &Program{Text: text, Tokens: tokens, Lines: NewLines(text)}
	program.Decls = p.declarations(nil, false)
	program.Opaque = p.opaque
	return program, nil
}

// ParseExpr reads a text that is one expression.
func ParseExpr(text string) (e *Expr, err error) {
	err = whole(text, func(p *parser) { e = p.sequence() })
	return e, err
}

// ParseStmts reads a text that is a list of statements.
func ParseStmts(text string) (list []*Stmt, err error) {
	err = whole(text, func(p *parser) {
		for p.peek().Kind != EOF {
			list = append(list, p.statement())
		}
	})
	return list, err
}

// ParseClauses reads a text that is a list of specification clauses.
func ParseClauses(text string) (list []Clause, err error) {
	err = whole(text, func(p *parser) { list = p.clauses() })
	return list, err
}

// ParseDecls reads a text that is a list of declarations.
func ParseDecls(text string) ([]*Decl, error) {
	p, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if len(p.Opaque) > 0 {
		return nil, p.Opaque[0]
	}
	return p.Decls, nil
}

func whole(text string, read func(*parser)) error {
	tokens, err := Scan(text)
	if err != nil {
		return err
	}
	p := &parser{text: text, tokens: tokens, strict: true}
	return p.attempt(func() {
		read(p)
		if t := p.peek(); t.Kind != EOF {
			p.fail("%q is not expected here", t.Text)
		}
	})
}

// maxDepth bounds how deep expressions and statements are nested, so that a
// hostile text cannot use up the stack.
const maxDepth = 400

type parser struct {
	text     string
	tokens   []Token
	at       int
	depth    int
	strict   bool // fail where a part is not understood
	bar      bool // "|" ends an expression
	noLambda bool // "=>" ends an expression
	opaque   []*Error
}

// failure is how the parser gives up a part of the text. It never leaves this package.
type failure struct{ *Error }

func (p *parser) fail(format string, args ...any) {
	panic(failure{&Error{p.peek().Offset, fmt.Sprintf(format, args...)}})
}

// attempt reads something and returns why it was not understood.
func (p *parser) attempt(read func()) (err error) {
	depth, bar, noLambda := p.depth, p.bar, p.noLambda
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			p.depth, p.bar, p.noLambda = depth, bar, noLambda
			err = f.Error
		}
	}()
	read()
	return nil
}

// try is attempt for what may as well be something else: if it fails, nothing was read.
func (p *parser) try(read func()) bool {
	at, opaque, strict := p.at, len(p.opaque), p.strict
	p.strict = true
	err := p.attempt(read)
	p.strict = strict
	if err != nil {
		p.at, p.opaque = at, p.opaque[:opaque]
	}
	return err == nil
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail("this is nested too deeply")
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) peek() Token { return p.tokens[p.at] }

func (p *parser) ahead(n int) Token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() Token {
	t := p.tokens[p.at]
	if t.Kind != EOF {
		p.at++
	}
	return t
}

func (p *parser) is(text string) bool { return p.peek().Is(text) }

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(text string) Token {
	if !p.is(text) {
		p.fail("%q is expected, not %q", text, p.peek().Text)
	}
	return p.next()
}

func (p *parser) word() Token {
	if t := p.peek(); t.Kind != Word || reserved(t.Text) {
		p.fail("a name is expected, not %q", t.Text)
	}
	return p.next()
}

// begin and since make the span of what is read in between.
func (p *parser) begin() int { return p.peek().Offset }

func (p *parser) since(begin int) Span {
	end := begin
	if p.at > 0 {
		end = max(begin, p.tokens[p.at-1].End())
	}
	return Span{begin, end}
}

// skipGroup goes over a bracket and all up to its partner.
func (p *parser) skipGroup() {
	depth := 0
	for {
		t := p.next()
		switch {
		case t.Kind == EOF:
			p.fail("a bracket is not closed")
		case t.Is("(") || t.Is("[") || t.Is("{"):
			depth++
		case t.Is(")") || t.Is("]") || t.Is("}"):
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// reserved reports whether a word cannot be a name.
func reserved(word string) bool { return slices.Contains(keywords, word) }

var keywords = strings.Fields(`assert assume break calc case class codatatype const constructor datatype
 else ensures exists expect false forall fresh function if imap import in include invariant iset iterator
 label lemma map match method modifies modify module multiset new newtype null old predicate print reads requires
 return set static then this trait true type unchanged var while yield decreases ghost`)

// attributes reads {:name ...} as often as it comes and returns the names.
func (p *parser) attributes() (names []string) {
	for p.is("{") && p.ahead(1).Is(":") {
		names = append(names, p.ahead(2).Text)
		p.skipGroup()
	}
	// Dafny 4 also writes @name(...).
	for p.is("@") && p.ahead(1).Kind == Word {
		p.next()
		names = append(names, p.next().Text)
		if p.is("(") {
			p.skipGroup()
		}
	}
	return names
}
