package term

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Binding strengths, as in Lean's own notation declarations.
const (
	levelQuantifier = 1
	levelApply      = 1023
	levelMax        = 1024
)

type operator struct {
	level       int
	left, right int // least level of each side
}

// operators has Lean's infix operators with their binding strength.
var operators = map[string]operator{
	"↔": {20, 21, 21}, "→": {25, 26, 25}, "∨": {30, 31, 30}, "∧": {35, 36, 35},
	"=": {50, 51, 51}, "≠": {50, 51, 51}, "<": {50, 51, 51}, ">": {50, 51, 51}, "≤": {50, 51, 51}, "≥": {50, 51, 51},
	"∣": {50, 51, 51}, "∈": {50, 51, 51}, "∉": {50, 51, 51}, "==": {50, 51, 51}, "!=": {50, 51, 51}, "≡": {50, 51, 51},
	"⊆": {50, 51, 51}, "&&": {35, 35, 36}, "||": {30, 30, 31},
	"++": {65, 65, 66}, "::": {67, 68, 67}, "+": {65, 65, 66}, "-": {65, 65, 66},
	"*": {70, 70, 71}, "/": {70, 70, 71}, "%": {70, 70, 71}, "^": {75, 76, 75}, "∘": {90, 91, 90},
	"<<<": {75, 75, 76}, ">>>": {75, 75, 76},
}

type prefix struct{ level, operand int }

var prefixes = map[string]prefix{
	"-": {75, 75}, "¬": {levelMax, 40}, "↑": {levelMax, levelMax}, "!": {40, 40}, "⇑": {levelMax, levelMax}, "√": {100, 100},
}

type token struct {
	text  string
	start int
	end   int
	kind  byte // 'n' numeral, 'i' identifier, 's' symbol
}

// longSymbols are the symbols of more than one rune, longest first.
var longSymbols = []string{"<<<", ">>>", "=>", ":=", "::", "++", "==", "!=", "&&", "||", "<|", "|>", "..", "⁻¹"}

func lex(s string) []token {
	var tokens []token
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
			continue
		case r >= '0' && r <= '9':
			j := i
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			// A decimal point belongs to the numeral only if a digit follows.
			if j+1 < len(s) && s[j] == '.' && s[j+1] >= '0' && s[j+1] <= '9' {
				for j++; j < len(s) && s[j] >= '0' && s[j] <= '9'; j++ {
				}
				tokens = append(tokens, token{s[i:j], i, j, 's'})
			} else {
				tokens = append(tokens, token{s[i:j], i, j, 'n'})
			}
			i = j
			continue
		case identifierStart(r):
			j := i + size
			for j < len(s) {
				r, n := utf8.DecodeRuneInString(s[j:])
				if identifierRest(r) {
					j += n
					continue
				}
				// A dot continues a name only if another component follows.
				if r == '.' && j+1 < len(s) {
					if next, _ := utf8.DecodeRuneInString(s[j+1:]); identifierStart(next) || next >= '0' && next <= '9' {
						j++
						continue
					}
				}
				break
			}
			tokens = append(tokens, token{s[i:j], i, j, 'i'})
			i = j
			continue
		}
		n := size
		for _, sym := range longSymbols {
			if strings.HasPrefix(s[i:], sym) {
				n = len(sym)
				break
			}
		}
		text := s[i : i+n]
		if text == "↦" {
			text = "=>"
		}
		tokens = append(tokens, token{text, i, i + n, 's'})
		i += n
	}
	return tokens
}

func identifierStart(r rune) bool {
	return r == '_' || r == '?' || r != 'λ' && r != 'Π' && r != 'Σ' && unicode.IsLetter(r)
}

func identifierRest(r rune) bool {
	return identifierStart(r) || r == '\'' || r == '!' || r == '✝' || r >= '₀' && r <= '₉' || unicode.IsDigit(r) || r >= '⁰' && r <= '⁹' || r == '¹' || r == '²' || r == '³'
}

// keywords end an application.
var keywords = map[string]bool{
	"if": true, "then": true, "else": true, "match": true, "with": true, "let": true, "have": true, "fun": true,
	"show": true, "from": true, "in": true, "do": true, "at": true, "by": true,
}

type parser struct {
	source string
	tokens []token
	at     int
	depth  int
}

// maxDepth bounds the recursion on hostile input.
const maxDepth = 400

func (p *parser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

func (p *parser) expression(min int) *Term {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return p.rest()
	}
	left := p.prefixed()
	for {
		op, ok := operators[p.peek().text]
		if !ok || p.peek().kind != 's' || op.level < min {
			return left
		}
		symbol := p.peek().text
		p.at++
		right := p.expression(op.right)
		left = &Term{Kind: Binary, Text: symbol, Args: []*Term{left, right}}
	}
}

func (p *parser) prefixed() *Term {
	t := p.peek()
	switch {
	case t.text == "∀" || t.text == "∃" || t.text == "∃!" || t.text == "fun" || t.text == "λ":
		if q := p.quantifier(); q != nil {
			return q
		}
		return p.rest()
	case t.text == "if" || t.text == "let" || t.text == "have" || t.text == "match" || t.text == "show":
		return p.rest()
	}
	if t.text == "∑" || t.text == "∏" {
		if sum := p.bigOperator(); sum != nil {
			return sum
		}
		return p.rest()
	}
	if op, ok := prefixes[t.text]; ok && t.kind == 's' && t.text != "↑" && t.text != "⇑" {
		p.at++
		return &Term{Kind: Prefix, Text: t.text, Args: []*Term{p.expression(op.operand)}}
	}
	return p.application()
}

// bigOperator reads ∑ x ∈ s, e as Finset.sum s fun x => e, which is what it stands for.
func (p *parser) bigOperator() *Term {
	start, head := p.at, "Finset.sum"
	if p.peek().text == "∏" {
		head = "Finset.prod"
	}
	p.at++
	variable := p.peek()
	p.at++
	if in := p.peek().text; variable.kind == 'i' && (in == "∈" || in == "in") {
		p.at++
		domain := p.expression(51)
		if p.peek().text == "," {
			p.at++
			body := &Term{Kind: Quantifier, Text: "fun", Binders: []Binder{{Name: variable.text}}, Args: []*Term{p.expression(67)}}
			return &Term{Kind: Apply, Args: []*Term{{Kind: Name, Text: head}, domain, body}}
		}
	}
	p.at = start
	return nil
}

// rest swallows everything up to the bracket that closes the current group.
func (p *parser) rest() *Term {
	from, depth := p.at, 0
	for ; p.at < len(p.tokens); p.at++ {
		switch p.tokens[p.at].text {
		case "(", "[", "{", "⟨":
			depth++
		case ")", "]", "}", "⟩":
			depth--
		}
		if depth < 0 {
			break
		}
	}
	return &Term{Kind: Opaque, Text: p.text(from, p.at)}
}

func (p *parser) application() *Term {
	head := p.atom()
	if head == nil {
		return p.rest()
	}
	args := []*Term{head}
	for {
		t := p.peek()
		if !startsAtom(t) {
			break
		}
		a := p.atom()
		if a == nil {
			break
		}
		args = append(args, a)
	}
	if len(args) == 1 {
		return head
	}
	return &Term{Kind: Apply, Args: args}
}

func startsAtom(t token) bool {
	switch t.kind {
	case 'n':
		return true
	case 'i':
		return !keywords[t.text]
	case 's':
		return t.text == "(" || t.text == "[" || t.text == "⟨" || t.text == "{" || t.text == "↑" || t.text == "⇑" || len(t.text) > 1 && t.text[0] >= '0' && t.text[0] <= '9'
	}
	return false
}

func (p *parser) atom() *Term {
	t := p.peek()
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return p.rest()
	}
	switch {
	case t.kind == 'n':
		p.at++
		v, _ := new(big.Int).SetString(t.text, 10)
		return p.postfix(&Term{Kind: Numeral, Value: v})
	case t.kind == 'i' && !keywords[t.text]:
		p.at++
		return p.postfix(&Term{Kind: Name, Text: t.text})
	case t.text == "↑" || t.text == "⇑":
		p.at++
		a := p.atom()
		if a == nil {
			return nil
		}
		return &Term{Kind: Prefix, Text: t.text, Args: []*Term{a}}
	case t.text == "(":
		p.at++
		inner := p.expression(0)
		if p.peek().text == ")" {
			p.at++
			return p.postfix(inner)
		}
		// A type ascription or a tuple: keep its text.
		rest := p.rest()
		if p.peek().text == ")" {
			p.at++
		}
		return p.postfix(&Term{Kind: Opaque, Text: "(" + inner.String() + " " + rest.Text + ")", atomic: true})
	case t.text == "|": // an absolute value
		start := p.at
		p.at++
		inner := p.expression(65)
		if p.peek().text == "|" {
			p.at++
			return &Term{Kind: Apply, Args: []*Term{{Kind: Name, Text: "abs"}, inner}}
		}
		p.at = start
		return nil
	case t.text == "[" || t.text == "⟨" || t.text == "{":
		closing := map[string]string{"[": "]", "⟨": "⟩", "{": "}"}[t.text]
		p.at++
		rest := p.rest()
		if p.peek().text == closing {
			p.at++
		}
		return p.postfix(&Term{Kind: Opaque, Text: t.text + rest.Text + closing, atomic: true})
	case t.kind == 's' && len(t.text) > 1 && t.text[0] >= '0' && t.text[0] <= '9':
		p.at++
		return &Term{Kind: Opaque, Text: t.text, atomic: true}
	}
	return nil
}

// postfix reads what sticks to the end of an atom: "!" for factorial, ".1".
func (p *parser) postfix(t *Term) *Term {
	for p.at < len(p.tokens) && p.at > 0 {
		next := p.tokens[p.at]
		if next.start != p.tokens[p.at-1].end {
			return t
		}
		switch next.text {
		case "⁻¹":
			p.at++
			t = &Term{Kind: Opaque, Text: t.group() + "⁻¹", atomic: true}
		case "!":
			p.at++
			t = &Term{Kind: Opaque, Text: t.group() + "!", atomic: true}
		case ".":
			if p.at+1 < len(p.tokens) && (p.tokens[p.at+1].kind == 'i' || p.tokens[p.at+1].kind == 'n') {
				field := p.tokens[p.at+1].text
				p.at += 2
				t = &Term{Kind: Opaque, Text: t.group() + "." + field, atomic: true}
				continue
			}
			return t
		default:
			return t
		}
	}
	return t
}

func (p *parser) quantifier() *Term {
	start := p.at
	t := &Term{Kind: Quantifier, Text: p.peek().text}
	if t.Text == "λ" {
		t.Text = "fun"
	}
	p.at++
	if t.Text == "∃" && p.peek().text == "!" {
		t.Text = "∃!"
		p.at++
	}
	end := ","
	if t.Text == "fun" {
		end = "=>"
	}
	for p.peek().text != end {
		switch tok := p.peek(); {
		case tok.kind == 'i' && !keywords[tok.text]:
			p.at++
			t.Binders = append(t.Binders, Binder{Name: tok.text})
		case tok.text == ":": // ∃ x : T, or ∀ x y : T,
			p.at++
			from := p.at
			for p.at < len(p.tokens) && p.peek().text != end {
				p.at++
			}
			typ := p.text(from, p.at)
			for i := range t.Binders {
				if t.Binders[i].Type == "" {
					t.Binders[i].Type = typ
				}
			}
		case tok.text == "(" || tok.text == "{" || tok.text == "[" || tok.text == "⦃":
			p.at++
			var names []string
			for p.peek().kind == 'i' {
				names = append(names, p.peek().text)
				p.at++
			}
			if p.peek().text != ":" {
				p.at = start
				return nil
			}
			p.at++
			from, depth := p.at, 0
			for p.at < len(p.tokens) {
				switch p.peek().text {
				case "(", "[", "{", "⟨":
					depth++
				case ")", "]", "}", "⟩", "⦄":
					depth--
				}
				if depth < 0 {
					break
				}
				p.at++
			}
			typ := p.text(from, p.at)
			p.at++
			for _, n := range names {
				t.Binders = append(t.Binders, Binder{n, typ})
			}
		case operators[tok.text].level == 50 && len(t.Binders) > 0:
			// A bounded quantifier, ∀ n ≥ 5, means ∀ n, n ≥ 5 → …
			p.at++
			bound := p.expression(51)
			if p.peek().text != end {
				p.at = start
				return nil
			}
			p.at++
			variable := &Term{Kind: Name, Text: t.Binders[len(t.Binders)-1].Name}
			condition := &Term{Kind: Binary, Text: tok.text, Args: []*Term{variable, bound}}
			connective := "→"
			if t.Text != "∀" {
				connective = "∧"
			}
			t.Args = []*Term{{Kind: Binary, Text: connective, Args: []*Term{condition, p.expression(0)}}}
			return t
		default:
			p.at = start
			return nil
		}
	}
	p.at++
	if len(t.Binders) == 0 {
		p.at = start
		return nil
	}
	t.Args = []*Term{p.expression(0)}
	return t
}

// text is the source from one token up to another, as it was written.
func (p *parser) text(from, to int) string {
	if from >= to {
		return ""
	}
	return p.source[p.tokens[from].start:p.tokens[to-1].end]
}

// group prints the term so that a postfix can follow.
func (t *Term) group() string {
	var b strings.Builder
	t.print(&b, levelMax)
	return b.String()
}
