package term

// Form says what an [Opaque] term turns out to be on a closer look.
type Form int

// The forms that Structure knows.
const (
	Unknown     Form = iota // nothing that is known
	Tuple                   // (a, b) or ⟨a, b⟩; Parts are the components
	List                    // [a, b]; Parts are the elements
	Ascription              // (a : T); Parts[0] is a, Text the type
	Conditional             // if c then a else b; Parts are c, a and b
	Factorial               // a !; Parts[0] is a
	Inverse                 // a⁻¹; Parts[0] is a
	Field                   // a.f; Parts[0] is a, Text the name of the field
	Decimal                 // 1.25; Text has it
	SetBuilder              // {x : T | p}; Parts[0] is fun (x : T) => p
	SetLiteral              // {a, b}; Parts are the elements
)

// Structure is an opaque term taken apart.
type Structure struct {
	Form  Form
	Parts []*Term
	Text  string
}

// Structure takes an [Opaque] term apart, for callers that understand more than
// arithmetic. To the others such a term is one leaf, whatever is inside.
func (t *Term) Structure() Structure {
	if t.Kind != Opaque {
		return Structure{}
	}
	p := parser{source: t.Text, tokens: lex(t.Text)}
	last := len(p.tokens) - 1
	if last < 0 {
		return Structure{}
	}
	first, closing := p.tokens[0].text, p.tokens[last].text
	switch {
	case first == "if":
		return p.conditional()
	case last == 0 && p.tokens[0].kind == 's' && first[0] >= '0' && first[0] <= '9':
		return Structure{Form: Decimal, Text: first}
	case p.encloses(0, last):
		switch first + closing {
		case "()":
			if colon := p.find(1, last, ":"); colon > 0 {
				return Structure{Form: Ascription, Parts: []*Term{p.between(1, colon)}, Text: p.text(colon+1, last)}
			}
			return Structure{Form: Tuple, Parts: p.list(1, last)}
		case "⟨⟩":
			return Structure{Form: Tuple, Parts: p.list(1, last)}
		case "[]":
			return Structure{Form: List, Parts: p.list(1, last)}
		case "{}":
			bar := p.find(1, last, "|")
			if bar < 0 {
				return Structure{Form: SetLiteral, Parts: p.list(1, last)}
			}
			binder := Parse("fun (" + p.text(1, bar) + ") => " + p.text(bar+1, last))
			if p.find(1, bar, ":") < 0 {
				binder = Parse("fun " + p.text(1, bar) + " => " + p.text(bar+1, last))
			}
			if binder.Kind == Quantifier {
				return Structure{Form: SetBuilder, Parts: []*Term{binder}}
			}
		}
	case closing == "!":
		return Structure{Form: Factorial, Parts: []*Term{p.between(0, last)}}
	case closing == "⁻¹":
		return Structure{Form: Inverse, Parts: []*Term{p.between(0, last)}}
	case last >= 2 && p.tokens[last-1].text == ".":
		return Structure{Form: Field, Parts: []*Term{p.between(0, last-1)}, Text: closing}
	}
	return Structure{}
}

func (p *parser) conditional() Structure {
	then := p.find(1, len(p.tokens), "then")
	if then < 0 {
		return Structure{}
	}
	// An inner conditional has its own "else".
	for at, open := then+1, 0; at < len(p.tokens); at++ {
		switch p.tokens[at].text {
		case "if":
			open++
		case "else":
			if open == 0 {
				return Structure{Form: Conditional, Parts: []*Term{p.between(1, then), p.between(then+1, at), p.between(at+1, len(p.tokens))}}
			}
			open--
		}
	}
	return Structure{}
}

// nesting is how much deeper or shallower the token at the position leads.
func (p *parser) nesting(at int) int {
	switch p.tokens[at].text {
	case "(", "[", "{", "⟨", "⦃":
		return 1
	case ")", "]", "}", "⟩", "⦄":
		return -1
	}
	return 0
}

// encloses reports whether the bracket at from is closed by the one at to.
func (p *parser) encloses(from, to int) bool {
	for at, depth := from, 0; at <= to; at++ {
		if depth += p.nesting(at); depth == 0 {
			return at == to && to > from
		}
	}
	return false
}

// find is the first token with the text outside brackets; -1 if there is none.
func (p *parser) find(from, to int, text string) int {
	for at, depth := from, 0; at < to; at++ {
		if depth == 0 && p.tokens[at].text == text {
			return at
		}
		depth += p.nesting(at)
	}
	return -1
}

func (p *parser) between(from, to int) *Term { return Parse(p.text(from, to)) }

// list reads what commas separate.
func (p *parser) list(from, to int) []*Term {
	parts := []*Term{}
	for from < to {
		comma := p.find(from, to, ",")
		if comma < 0 {
			comma = to
		}
		parts = append(parts, p.between(from, comma))
		from = comma + 1
	}
	return parts
}
