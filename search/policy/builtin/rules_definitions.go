package builtin

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/ansatz-prover/ansatz/search/policy/builtin/term"
)

// declaration is something that the problem's own preamble declares.
type declaration struct {
	keyword string // def, theorem, inductive, …; abbrev counts as def, lemma as theorem
	name    string
}

// declarations reads the names that a preamble declares.
func declarations(preamble string) []declaration {
	var list []declaration
	// A theorem that rests on sorry must not be used: such a proof is refused.
	unproved := func() {
		if n := len(list); n > 0 && list[n-1].keyword == "theorem" {
			list = list[:n-1]
		}
	}
	for line := range strings.Lines(preamble) {
		if slices.Contains(strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }), "sorry") {
			if !beginsDeclaration(line) {
				unproved()
			}
			continue
		}
		words := strings.Fields(line)
		for len(words) > 1 && (strings.HasPrefix(words[0], "@[") || slices.Contains([]string{"private", "protected", "noncomputable", "partial", "unsafe"}, words[0])) {
			words = words[1:]
		}
		if len(words) < 2 {
			continue
		}
		keyword := words[0]
		switch keyword {
		case "abbrev":
			keyword = "def"
		case "lemma", "axiom":
			keyword = "theorem"
		case "def", "theorem", "inductive", "structure":
		default:
			continue
		}
		name := strings.TrimFunc(words[1], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '\'' })
		if name != "" {
			list = append(list, declaration{keyword, name})
		}
	}
	return list
}

// beginsDeclaration reports whether a line of a preamble begins a declaration, and
// does not go on with the one before.
func beginsDeclaration(line string) bool {
	return line != "" && !unicode.IsSpace(rune(line[0]))
}

// declare tells the view what the problem's own preamble declares.
func (v *view) declare(list []declaration) {
	if len(list) > 0 {
		v.declared, v.words = list, v.goalWords()
	}
}

// lastComponent is a name without its namespace, as Lean prints a method.
func lastComponent(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// definitions are the problem's own functions that the goal mentions, in full
// or after a dot.
func (v *view) definitions() []string { return v.mentioned("def") }

func (v *view) mentioned(keyword string) []string {
	var list []string
	for _, d := range v.declared {
		if d.keyword == keyword && len(list) < 8 && (v.words[d.name] || strings.Contains(d.name, ".") && v.words[lastComponent(d.name)]) {
			list = append(list, d.name)
		}
	}
	return list
}

// goalWords are the name components in the goal's facts and target.
func (v *view) goalWords() map[string]bool {
	words := map[string]bool{}
	add := func(s string) {
		for _, w := range strings.FieldsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '\'' && r != '.'
		}) {
			words[w] = true
			words[lastComponent(w)] = true
		}
	}
	add(v.goal.Target)
	for _, h := range v.facts {
		add(h.text)
	}
	return words
}

// inductiveType reports whether the type is one that the preamble declares.
func (v *view) inductiveType(typ string) bool {
	head, _, _ := strings.Cut(typ, " ")
	return slices.ContainsFunc(v.declared, func(d declaration) bool {
		return (d.keyword == "inductive" || d.keyword == "structure") && d.name == head
	})
}

// appliedToOne reports whether the goal applies f to one argument.
func (v *view) appliedToOne(f string) bool {
	found := false
	v.target.Walk(func(t *term.Term) bool {
		found = found || t.Kind == term.Apply && t.Head() == f && len(t.Args) == 2
		return !found
	})
	return found
}

// unfoldingLemmas are lemmas of core Lean that a step of an induction needs for
// a function, and that neither simp nor grind uses by itself.
var unfoldingLemmas = []struct{ function, lemma string }{
	{"List.range", "List.range_succ"},
	{"List.foldl", "List.foldl_append"},
	{"List.foldr", "List.foldr_append"},
	{"List.replicate", "List.replicate_succ"},
	{"List.sum", "List.sum_append_nat"},
}

// hints are the problem's own functions and theorems, and lemmas about what the
// goal mentions, as arguments for simp and grind; empty if there are none.
func (v *view) hints() string {
	list := v.definitions()
	for _, d := range v.declared {
		if d.keyword == "theorem" && len(list) < 12 {
			list = append(list, d.name)
		}
	}
	text := v.goal.Target
	for _, l := range unfoldingLemmas {
		if strings.Contains(text, l.function) || strings.Contains(text, ").") && strings.Contains(text, "."+lastComponent(l.function)) {
			list = append(list, l.lemma)
		}
	}
	return strings.Join(list, ", ")
}

// declared proposes to use the problem's own functions and theorems.
func declared(v *view, emit emitter) {
	functions := v.definitions()
	if hints := v.hints(); hints != "" {
		emit(0.65, "hints_simp", fmt.Sprintf("simp [%s]", hints))
		emit(0.7, "hints_grind", fmt.Sprintf("grind [%s]", hints))
		emit(0.6, "hints_simp_all", fmt.Sprintf("simp_all [%s]", hints))
		emit(0.35, "hints_omega", fmt.Sprintf("simp [%s] at *\nomega", hints))
	}
	for _, f := range functions {
		emit(0.2, "unfold", "unfold "+f)
	}
	if len(functions) > 1 {
		emit(0.25, "unfold_all", "unfold "+strings.Join(functions, " "))
	}
	if len(functions) > 0 && v.closed(v.target) {
		emit(0.5, "decide_kernel", "decide +kernel")
	}
	theorems := 0
	for _, d := range v.declared {
		if d.keyword == "theorem" && theorems < 8 {
			theorems++
			emit(0.3, "apply_declared", "apply "+d.name)
			emit(0.2, "rewrite_declared", fmt.Sprintf("rw [%s]", d.name))
		}
	}
	// Evidence for an inductive proposition, or data that the target does not mention.
	for _, x := range v.variables {
		if v.inductiveType(x.typ) && !v.target.Mentions(x.name) {
			emit(0.3, "cases_declared", fmt.Sprintf("cases %s <;> simp_all", x.name))
			emit(0.25, "induction_declared", fmt.Sprintf("induction %s <;> simp_all", x.name))
			emit(0.15, "cases_declared_open", "cases "+x.name)
		}
	}
	if v.inductiveType(v.goal.Target) {
		emit(0.5, "constructor", "constructor")
	}
}
