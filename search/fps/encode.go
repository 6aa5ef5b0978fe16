package fps

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/ansatz-prover/ansatz/provers"
)

// checkedOptions end the preamble of an encoded problem: with auto-binding, a
// misspelt name in the problem would silently become a variable (trap T6). Names are
// printed in full, so that policies recognise them.
const checkedOptions = NoAutoImplicit + "set_option pp.fullNames true\n"

// NoAutoImplicit are the commands that make an unknown name an error, on lines of
// their own.
const NoAutoImplicit = "set_option autoImplicit false\nset_option relaxedAutoImplicit false\n"

// ErrNoAnswerType is the error of a problem that does not say of which type its
// answer is.
var ErrNoAnswerType = errors.New("the problem does not say of which type its answer is")

// Check reports what is missing for the problem to be asked at all.
func (p Problem) Check() error {
	switch {
	case len(p.Answers) == 0:
		return errors.New("the problem asks for nothing: it has no answer")
	case len(p.Outros) == 0:
		return errors.New("the problem says nothing about its answer: it has no query")
	}
	for _, a := range p.Answers {
		if a.anonymous() {
			return errors.New("the answer has no name")
		}
		if strings.TrimSpace(a.Type) == "" {
			return fmt.Errorf("%w (%s)", ErrNoAnswerType, a.Name)
		}
	}
	for _, list := range [][]Binder{p.Intros, p.Outros} {
		for _, b := range list {
			if strings.TrimSpace(b.Type) == "" {
				return fmt.Errorf("the binder %s has no type", b.Name)
			}
		}
	}
	return nil
}

// Parts are a problem's outros, sorted by what they are in the encoding.
type Parts struct {
	// Assumptions are the variables and hypotheses that do not depend on the
	// answer: the solver may assume them.
	Assumptions []Binder
	// Requirements are what the answer has to satisfy: the query and, unlike in
	// the published encoding, every other hypothesis that depends on the answer.
	// Assumed instead, a wrong answer could make one of them false and win by
	// contradiction (trap T1). A variable whose type depends on the answer stays
	// a binder, in front of the requirements that mention it.
	Requirements []Requirement
}

// Requirement is a proposition that the answer has to satisfy, or a variable in
// its way.
type Requirement struct {
	Binder
	// Data is set for a variable, and for an assumption on nothing but such
	// variables: what follows is to hold for all of its values.
	Data bool
}

// Parts sorts the outros.
func (p Problem) Parts() Parts {
	var parts Parts
	answers := p.AnswerNames()
	var dependent, data []string
	for i, b := range p.Outros {
		last := i == len(p.Outros)-1
		direct := mentionsAny(b.Type, answers) || mentionsAny(b.Type, dependent)
		switch {
		case last:
			parts.Requirements = append(parts.Requirements, Requirement{Binder: b})
		case direct && proposition(b):
			parts.Requirements = append(parts.Requirements, Requirement{Binder: b})
			dependent = append(dependent, b.Name)
		case direct, mentionsAny(b.Type, data):
			parts.Requirements = append(parts.Requirements, Requirement{Binder: b, Data: true})
			data = append(data, b.Name)
		default:
			parts.Assumptions = append(parts.Assumptions, b)
		}
	}
	return parts
}

// Requirement is all requirements as one proposition.
func (p Parts) Requirement() string { return conjunction(p.Requirements) }

func conjunction(list []Requirement) string {
	head, rest := list[0], list[1:]
	if len(rest) == 0 {
		return "(" + head.Type + ")"
	}
	tail := conjunction(rest)
	switch {
	case head.Data:
		return "(∀ " + head.String() + ", " + tail + ")"
	case slices.ContainsFunc(rest, func(r Requirement) bool { return mentionsAny(r.Type, []string{head.Name}) }):
		// What follows has the proof of this one in it.
		return "(∃ " + head.String() + ", " + tail + ")"
	}
	return "(" + head.Type + ") ∧ " + tail
}

// Prover is the problem as a prover gets it.
func (p Problem) Prover() (provers.Problem, error) {
	if p.Written != "" {
		return p.problem("", p.Written), nil
	}
	if err := p.Check(); err != nil {
		return provers.Problem{}, fmt.Errorf("encoding %s: %w", p.Name, err)
	}
	parts := p.Parts()
	statement := "theorem " + Identifier(p.Name) + " :" + ForAll(p.Intros) +
		"\n  ∃ " + binders(p.Answers) + "," + ForAll(parts.Assumptions) + "\n  " + parts.Requirement()
	return p.problem(checkedOptions, statement), nil
}

func (p Problem) problem(options, statement string) provers.Problem {
	preamble := p.Preamble
	if preamble != "" && !strings.HasSuffix(preamble, "\n") {
		preamble += "\n"
	}
	return provers.Problem{Name: p.Name, Source: p.Source, Kind: provers.Find,
		Preamble: preamble + options, Statement: statement, Closing: p.Closing}
}

// Shell is the part of the proof that the framework runs: it introduces what
// comes before the answer, makes the answer a metavariable (?w), and introduces
// the assumptions.
func (p Problem) Shell() string {
	intros, outros := p.Intros[min(p.Bound, len(p.Intros)):], p.Parts().Assumptions
	if p.Written != "" {
		outros = p.Outros[:max(len(p.Outros)-1, 0)]
	}
	var lines []string
	if len(intros) > 0 {
		lines = append(lines, "intro "+strings.Join(IntroNames(intros), " "))
	}
	lines = append(lines, "refine ⟨"+strings.Join(p.Metavariables(), ", ")+", ?h⟩")
	if len(outros) > 0 {
		lines = append(lines, "case' h => intro "+strings.Join(IntroNames(outros), " "))
	}
	return strings.Join(lines, "\n")
}

// Metavariables are the names of the answers' metavariables in the shell.
func (p Problem) Metavariables() []string {
	list := []string{"?w"}
	for i := 1; i < len(p.Answers); i++ {
		list = append(list, fmt.Sprintf("?w_%d", i+1))
	}
	return list
}

// Question is the problem's answer as ordinary variables in the context of the
// assumptions: what the deductive variant and the checks before a search build
// their statements from. The statement is "∀ introductions, ∀ answers, ∀
// further, target".
func (p Problem) Question(name string, further []Binder, target string) (provers.Problem, error) {
	if err := p.Check(); err != nil {
		return provers.Problem{}, fmt.Errorf("encoding %s: %w", p.Name, err)
	}
	statement := "theorem " + Identifier(p.Name+"_"+name) + " :" +
		ForAll(slices.Concat(p.Intros, further)) + "\n  " + target
	out := p.problem(checkedOptions, statement)
	out.Kind = provers.Prove
	return out, nil
}

// Scope are the names that an answer may mention: those of the introductions.
func (p Problem) Scope() []string { return names(p.Intros) }

func names(list []Binder) []string {
	var out []string
	for _, b := range list {
		if !b.anonymous() {
			out = append(out, b.Name)
		}
	}
	return out
}

// AnswerNames are the names of what is asked for.
func (p Problem) AnswerNames() []string { return names(p.Answers) }

// IntroNames are the names under which a proof introduces the binders.
func IntroNames(list []Binder) []string {
	out := make([]string, len(list))
	for i, b := range list {
		if out[i] = b.Name; b.anonymous() {
			out[i] = "_"
		}
	}
	return out
}

func binders(list []Binder) string {
	text := make([]string, len(list))
	for i, b := range list {
		text[i] = b.String()
	}
	return strings.Join(text, " ")
}

// ForAll is a quantifier over the binders, or nothing.
func ForAll(list []Binder) string {
	if len(list) == 0 {
		return ""
	}
	return "\n  ∀ " + binders(list) + ","
}

// Identifier makes a name that Lean accepts of any text.
func Identifier(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '_', unicode.IsLetter(r), unicode.IsDigit(r) && i > 0:
			b.WriteRune(r)
		case i == 0 && unicode.IsDigit(r):
			b.WriteString("problem_")
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	if b.Len() == 0 {
		return "problem"
	}
	return b.String()
}

// mentionsAny reports whether one of the names is an identifier of the text, or
// its first component. Comments and strings count too: what is wrongly taken for
// a mention only moves an assumption among the requirements.
func mentionsAny(text string, list []string) bool {
	if len(list) == 0 {
		return false
	}
	found := false
	identifiers(text, func(name string) { found = found || slices.Contains(list, name) })
	return found
}

// Mentions reports whether the name is an identifier of the text.
func Mentions(text, name string) bool { return mentionsAny(text, []string{name}) }

// identifiers calls f for the first component of each identifier of a text.
func identifiers(text string, f func(name string)) {
	inside := func(r rune) bool {
		return r == '_' || r == '\'' || r == '!' || r == '?' || unicode.IsLetter(r) && r != 'λ' && r != 'Π' && r != 'Σ' ||
			unicode.IsDigit(r) || r >= '₀' && r <= '₉' || r >= 'ₐ' && r <= 'ₜ' || r >= 'ᵢ' && r <= 'ᵥ'
	}
	start := -1
	after := rune(0) // what stands before the current identifier
	last := rune(0)
	end := func(to int) {
		if start >= 0 && after != '.' {
			name := text[start:to]
			f(name)
			// "answer!" is the factorial of answer.
			if trimmed := strings.TrimRight(name, "!?"); trimmed != name {
				f(trimmed)
			}
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case inside(r) && start < 0:
			start, after = i, last
		case !inside(r):
			end(i)
		}
		last = r
	}
	end(len(text))
}

// relations and other signs that only a proposition has outside of brackets.
const propositionSigns = "=≠<>≤≥∣∧∨¬↔∈∉⊆⊂≡∃"

// proposition tells a hypothesis from a variable by its type's text. Lean would
// know; a wrong guess makes a statement that Lean refuses.
func proposition(b Binder) bool {
	if b.anonymous() {
		return false
	}
	depth := 0
	for _, r := range b.Type {
		switch r {
		case '(', '[', '{', '⟨':
			depth++
		case ')', ']', '}', '⟩':
			depth--
		default:
			if strings.ContainsRune(propositionSigns, r) && (depth == 0 || !strings.HasPrefix(strings.TrimSpace(b.Type), "{")) {
				return true
			}
		}
	}
	head, _, _ := strings.Cut(strings.TrimLeft(b.Type, "( \n\t"), " ")
	switch head {
	case "True", "False", "Nat.Prime", "Prime", "Even", "Odd", "Function.Injective", "Function.Surjective", "Function.Bijective",
		"Irreducible", "Squarefree", "StrictMono", "Monotone", "Continuous", "Differentiable", "IsLeast", "IsGreatest", "Nat.Coprime",
		"Irrational", "IsUnit", "Set.Finite", "Set.Infinite", "Set.Nonempty":
		return true
	}
	return strings.HasPrefix(b.Name, "h") && strings.HasPrefix(strings.TrimSpace(b.Type), "∀")
}

// Restates reports whether an answer only repeats a part of what the problem asks
// for, up to spaces. It is meant for answers that are not in normal form.
func Restates(answer, requirement string) bool {
	squeeze := func(s string) string {
		return strings.NewReplacer(" ", "", "\n", "", "\t", "", "(", "", ")", "").Replace(s)
	}
	a := squeeze(answer)
	return strings.ContainsAny(a, propositionSigns+"|{∀") && strings.Contains(squeeze(requirement), a)
}
