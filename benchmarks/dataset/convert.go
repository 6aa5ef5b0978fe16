package dataset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// ToExistential writes a problem whose answer is a definition as a statement
// with an existential quantifier:
//
//	abbrev x : T := sorry                ⟶   theorem t :
//	theorem t (n : Nat) : P n x                ∃ (x : T), ∀ (n : Nat), P n x
//
// It is an error if a declaration between the definition and the theorem
// mentions the definition, which then cannot become a variable.
func ToExistential(a source.Abbreviation) (provers.Problem, error) {
	if err := movable(a); err != nil {
		return provers.Problem{}, err
	}
	return provers.Problem{
		Name: a.Theorem.Name, Kind: provers.Find, Preamble: a.Before + a.Between, Closing: a.Closing,
		Statement: a.Theorem.Head + a.Theorem.Name + " :\n  " + existential(a),
	}, nil
}

func movable(a source.Abbreviation) error {
	if strings.ContainsAny(a.AnswerName, ".«") {
		return fmt.Errorf("the name %s cannot be that of a variable", a.AnswerName)
	}
	if source.Mentions(code(a.Between), a.AnswerName) {
		return fmt.Errorf("a declaration between %s and the theorem mentions it, so that it cannot become a variable", a.AnswerName)
	}
	return nil
}

// existential is the proposition of [ToExistential].
func existential(a source.Abbreviation) string {
	return "∃ (" + a.AnswerName + " : " + a.AnswerType + "),\n  " + closed(a.Theorem)
}

// closed is a theorem's statement as a proposition.
func closed(s source.Signature) string {
	if s.BindersText == "" {
		return s.Body
	}
	return "∀ " + s.BindersText + ",\n  " + s.Body
}

// ToAbbreviation writes a problem with an existential quantifier as one whose
// answers are definitions, with the given values or, without any, sorry:
//
//	theorem t (n : Nat) : ∃ x : T, P n x   ⟶   abbrev t_answer : ∀ (n : Nat), T := sorry
//	                                           theorem t (n : Nat) : P n (t_answer n)
//
// An answer that may depend on variables becomes a function of all of them. The
// values are terms of the answers' types and may mention these variables.
func ToAbbreviation(p provers.Problem, values []string) (provers.Problem, error) {
	e, err := source.ParseExistential(p)
	if err != nil {
		return provers.Problem{}, err
	}
	if len(values) > 0 && len(values) != len(e.Answers) {
		return provers.Problem{}, fmt.Errorf("%s asks for %d answers and not %d", p.Name, len(e.Answers), len(values))
	}
	taken := identifiers(p.Statement)
	intros := named(e.Intros, taken)
	renamed := map[string]string{}
	var definitions strings.Builder
	for i, answer := range e.Answers {
		if answer.Type == "" {
			return provers.Problem{}, fmt.Errorf("%s: %w (%s)", p.Name, fps.ErrNoAnswerType, answer.Name)
		}
		name := e.Name + "_answer"
		if i > 0 {
			name = fmt.Sprintf("%s_%d", name, i+1)
		}
		typ, value := rename(answer.Type, renamed), "sorry"
		if len(values) > 0 {
			value = values[i]
		}
		use := name
		if len(intros) > 0 {
			typ = "∀ " + printed(intros) + ", " + typ
			use = "(@" + name + arguments(intros) + ")"
			if len(values) > 0 {
				value = "fun" + arguments(intros) + " => " + value
			}
		}
		renamed[answer.Name] = use
		fmt.Fprintf(&definitions, "noncomputable abbrev %s : %s := %s\n\n", name, typ, value)
	}
	signature, err := source.ParseSignature(p)
	if err != nil {
		return provers.Problem{}, err
	}
	outros := slices.Clone(e.Outros)
	for i := range outros {
		outros[i].Type = rename(outros[i].Type, renamed)
	}
	out := p
	out.Kind = provers.Prove
	out.Preamble += definitions.String()
	out.Statement = strings.TrimRight(signature.Head+e.Name+" "+printed(slices.Concat(intros, outros)), " ") + " :\n  " + rename(e.Body, renamed)
	return out, nil
}

// named gives every hypothesis without a name one that is not taken yet, and
// every instance too: a definition's arguments need names.
func named(list []source.Binder, taken map[string]bool) []source.Binder {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Name == "" || out[i].Name == "_" {
			out[i].Name = fresh("h", taken)
		}
	}
	return out
}

// fresh is a name that is not taken, and takes it.
func fresh(base string, taken map[string]bool) string {
	name := base
	for i := 1; taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	taken[name] = true
	return name
}

func printed(list []source.Binder) string {
	text := make([]string, len(list))
	for i, b := range list {
		text[i] = b.String()
	}
	return strings.Join(text, " ")
}

func arguments(list []source.Binder) string {
	var b strings.Builder
	for _, binder := range list {
		b.WriteString(" " + binder.Name)
	}
	return b.String()
}

// rename replaces identifiers. A variable of the text with the same name is
// replaced too where it is bound, which Lean would refuse; it does not change the
// meaning unnoticed.
func rename(text string, names map[string]string) string {
	var b strings.Builder
	end := 0
	tokens := code(text)
	for i, t := range tokens {
		field := i > 0 && tokens[i-1].Is(".") && tokens[i-1].End == t.Start
		argument := i+1 < len(tokens) && tokens[i+1].Is(":=")
		if t.Kind != source.Ident || field || argument {
			continue
		}
		first, rest, dotted := strings.Cut(t.Text, ".")
		to, ok := names[first]
		if !ok {
			continue
		}
		b.WriteString(text[end:t.Start] + to)
		if dotted {
			b.WriteString("." + rest)
		}
		end = t.End
	}
	return b.String() + text[end:]
}

// code is the tokens of a text without comments, as far as it can be read.
func code(text string) []source.Token {
	tokens, _ := source.Scan("", text)
	return source.Code(tokens)
}

// identifiers are the first components of all identifiers of a text.
func identifiers(text string) map[string]bool {
	out := map[string]bool{}
	for _, t := range code(text) {
		if t.Kind == source.Ident {
			first, _, _ := strings.Cut(t.Text, ".")
			out[first] = true
		}
	}
	return out
}

// findOfAbbreviation is the problem that an abbreviation states. It is made of
// its parts, so that a hypothesis on the answer is one that the solver has to prove.
func findOfAbbreviation(a source.Abbreviation) (*fps.Problem, error) {
	if err := movable(a); err != nil {
		return nil, err
	}
	taken := identifiers(a.Theorem.BindersText + " " + a.Theorem.Body)
	outros := bindersOf(a.Theorem.Binders, taken)
	return &fps.Problem{
		Preamble: a.Before + a.Between, Closing: a.Closing,
		Answers: []fps.Binder{{Name: a.AnswerName, Type: a.AnswerType}},
		Outros:  append(outros, fps.Binder{Name: fresh("h_answer", taken), Type: a.Theorem.Body}),
	}, nil
}

// findOfExistential is the problem that a statement with an existential
// quantifier states. The statement is proved as it is written.
func findOfExistential(p provers.Problem, e source.Existential) *fps.Problem {
	taken := identifiers(p.Statement)
	out := fps.Problem{Preamble: p.Preamble, Closing: p.Closing, Written: p.Statement, Bound: e.Bound,
		Intros: bindersOf(e.Intros, taken), Outros: bindersOf(e.Outros, taken)}
	for _, a := range e.Answers {
		// A type that is not written stays empty: guessing it is not for a reader.
		out.Answers = append(out.Answers, fps.Binder{Name: a.Name, Type: a.Type})
	}
	assumed, query := implication(e.Body)
	for i, premise := range assumed {
		if slices.ContainsFunc(out.Answers, func(a fps.Binder) bool { return fps.Mentions(premise, a.Name) }) {
			// It is no assumption; see [PremiseMentionsAnswer].
			query = strings.Join(append(assumed[i:], query), " → ")
			break
		}
		out.Outros = append(out.Outros, fps.Binder{Name: fresh("h", taken), Type: premise})
	}
	out.Outros = append(out.Outros, fps.Binder{Name: fresh("h_answer", taken), Type: query})
	return &out
}

// binding are words and signs behind which everything belongs to a term of their own.
var binding = []string{"∀", "∃", "∃!", "fun", "λ", "let", "have", "show", "if", "match", "by", "do", "Σ", "Π", "∑", "∏", "∫", "⋃", "⋂", "⨆", "⨅"}

// implication takes an implication apart: what it assumes, one after another, and
// what follows. It takes apart only what it understands.
func implication(text string) (assumed []string, query string) {
	from := 0
	level(code(text), func(_ int, t source.Token) bool {
		switch {
		case slices.Contains(binding, t.Text):
			return false
		case t.Is("↔"), t.Is("<->"), t.Is(";"):
			// These bind less than an implication.
			assumed, from = nil, 0
			return false
		case t.Is("→"), t.Is("->"):
			assumed = append(assumed, strings.TrimSpace(text[from:t.Start]))
			from = t.End
		}
		return true
	})
	return assumed, strings.TrimSpace(text[from:])
}

// bindersOf converts binders. A hypothesis without a name gets one, for without
// a name package fps takes it for an instance; a type that is not written is left
// to Lean.
func bindersOf(list []source.Binder, taken map[string]bool) []fps.Binder {
	var out []fps.Binder
	for _, b := range list {
		c := fps.Binder{Name: b.Name, Type: b.Type}
		if (c.Name == "" || c.Name == "_") && b.Open != "[" {
			c.Name = fresh("h", taken)
		}
		if c.Type == "" {
			c.Type = "_"
		}
		out = append(out, c)
	}
	return out
}

// ErrNoConversion is the error of a record that was not converted.
var ErrNoConversion = errors.New("the record was not converted from an abbreviation")

// ConversionCheck returns a claim that only holds if the record's existential
// statement means what the author's abbreviation did.
//
// For a statement that was made from the abbreviation, the claim is that the one
// with the reference for its value implies the other, with the value as the
// witness, by a proof that Lean only takes if both say the same by definition. For
// one that was published beside the abbreviation, the claim is that both are
// equivalent. Without a reference it is claimed for every value.
//
// If a hypothesis mentions the answer, the encoding of package fps is stronger
// than what the author wrote, on purpose; then the claim is about the statement
// of [ToExistential].
func ConversionCheck(r Record) (p provers.Problem, proof string, err error) {
	if r.Abbreviation == nil || r.Find == nil {
		return p, "", ErrNoConversion
	}
	c := conversion{abbreviation: *r.Abbreviation}
	if terms := r.Reference.Terms(); len(terms) == 1 {
		c.value = terms[0]
	}
	if r.Find.Written != "" {
		return c.published(r)
	}
	target, options := existential(c.abbreviation), ""
	if len(r.Find.Parts().Requirements) == 1 {
		encoded, err := r.Find.Prover()
		if err != nil {
			return p, "", err
		}
		signature, err := source.ParseSignature(encoded)
		if err != nil {
			return p, "", err
		}
		target, options = signature.Body, strings.TrimPrefix(encoded.Preamble, r.Find.Preamble)
	}
	name := c.abbreviation.AnswerName
	p = c.problem(r, options, "("+closed(c.abbreviation.Theorem)+") →\n  ("+target+")")
	// With @, implicit variables of the author stay variables.
	proof = "fun h => ⟨" + name + ", @h⟩"
	if c.value == "" {
		proof = "fun " + name + " h => ⟨" + name + ", @h⟩"
	}
	return p, proof, nil
}

// conversion builds the claim of [ConversionCheck].
type conversion struct {
	abbreviation source.Abbreviation
	value        string // of the answer, or empty
}

// problem claims a proposition about the answer.
func (c conversion) problem(r Record, options, proposition string) provers.Problem {
	a := c.abbreviation
	p := provers.Problem{Name: a.Theorem.Name + "_conversion", Source: r.Find.Source, Kind: provers.Prove, Closing: a.Closing}
	if c.value != "" {
		p.Preamble = a.Before + a.Declaration + " := " + c.value + a.Between
	} else {
		p.Preamble = a.Before + a.Between
		proposition = "∀ (" + a.AnswerName + " : " + a.AnswerType + "),\n  " + proposition
	}
	if !strings.HasSuffix(p.Preamble, "\n") {
		p.Preamble += "\n"
	}
	p.Preamble += strings.TrimPrefix(options, "\n")
	p.Statement = "theorem " + p.Name + " :\n  " + proposition
	return p
}

// published claims that a published statement is equivalent to the author's. It
// has the author's variables first and then all hypotheses as one conjunction,
// and was printed by Lean.
func (c conversion) published(r Record) (provers.Problem, string, error) {
	e, err := source.ParseExistential(provers.Problem{Name: r.Name, Statement: r.Find.Written})
	if err != nil {
		return provers.Problem{}, "", err
	}
	author, body := c.abbreviation.Theorem, e.Body
	if len(e.Outros) > 0 {
		body = "∀ " + printed(e.Outros) + ",\n  " + body
	}
	p := c.problem(r, "", "("+closed(author)+") ↔\n  ("+body+")")
	taken := identifiers(p.Statement)
	h := fresh("h", taken)
	isVariable := func(b source.Binder) bool {
		return slices.ContainsFunc(e.Outros, func(o source.Binder) bool { return o.Name == b.Name })
	}
	var arguments, hypotheses []string // of the author's statement
	for _, b := range author.Binders {
		switch {
		case b.Open == "[":
			arguments = append(arguments, "inferInstance")
		case isVariable(b):
			arguments = append(arguments, b.Name)
		default:
			hypotheses = append(hypotheses, fresh(h, taken))
			arguments = append(arguments, hypotheses[len(hypotheses)-1])
		}
	}
	var variables []string // of the published statement
	for _, b := range e.Outros {
		name := b.Name
		if name == "" || b.Open == "[" {
			name = "_"
		}
		variables = append(variables, name)
	}
	if len(hypotheses) > 0 {
		conjunction := strings.Join(hypotheses, ", ")
		if len(hypotheses) > 1 {
			conjunction = "⟨" + conjunction + "⟩"
		}
		variables = append(variables, conjunction)
	}
	intro := ""
	if c.value == "" {
		intro = "intro " + c.abbreviation.AnswerName + "\n  "
	}
	proof := "by\n  " + intro + "first\n    | exact Iff.rfl\n    | exact ⟨fun " + h + " => " + regrouped(h, variables, arguments) +
		", fun " + h + " => " + regrouped(h, arguments, variables) +
		"⟩\n    | (constructor <;> intro " + h + " <;> intros <;> simp_all)"
	return p, proof, nil
}

// regrouped is h, applied in one order of its arguments and taking them in another.
func regrouped(h string, parameters, arguments []string) string {
	var b strings.Builder
	if len(parameters) > 0 {
		b.WriteString("fun")
		for _, p := range parameters {
			if p == "inferInstance" {
				p = "_"
			}
			b.WriteString(" " + p)
		}
		b.WriteString(" => ")
	}
	b.WriteString("@" + h)
	for _, a := range arguments {
		if a == "_" {
			a = "inferInstance"
		}
		b.WriteString(" " + a)
	}
	return b.String()
}
