package lean

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
)

// How many steps Lean's printer may take for a proof; behind them it leaves
// things out. The answer stands in front of everything that can be long, but
// for the statement.
const (
	plainSteps    = 20_000
	explicitSteps = 200_000
)

// answerCommands print a theorem's proof twice: for a reader, and so that terms
// read back as they are. The messages are told apart by their lines: plain and
// explicit are those of the two commands, counted from that of the first line.
func answerCommands(name string) (text string, plain, explicit int) {
	text = fmt.Sprintf(`set_option pp.maxSteps %d in
set_option pp.deepTerms true in
set_option pp.funBinderTypes true in
#print %[2]s
set_option pp.maxSteps %[3]d in
set_option pp.deepTerms true in
set_option pp.funBinderTypes true in
set_option pp.fullNames true in
set_option pp.explicit true in
set_option pp.notation false in
set_option pp.structureInstances false in
#print %[2]s
`, plainSteps, name, explicitSteps)
	return text, 3, 11
}

// readAnswers reads the witnesses of nested existential quantifiers from both
// prints of a proof, the outermost first. It stops at the first that the prints
// do not show.
func readAnswers(plain, explicit string) []provers.Answer {
	full := witnesses(explicit, "@Exists.intro", 2)
	short := witnesses(plain, "Exists.intro", 0)
	answers := make([]provers.Answer, len(full))
	for i, term := range full {
		answers[i] = provers.Answer{Text: term, Explicit: term}
		if i < len(short) {
			answers[i].Text = short[i]
		}
	}
	return answers
}

// witnesses reads what "#print" printed of a theorem, "theorem name : statement :=
// proof": the proof has to be functions around a constructor with its witness
// behind the given number of other arguments.
func witnesses(printed, constructor string, before int) []string {
	const assign = ":=\n"
	for rest := printed; ; {
		at := strings.Index(rest, assign)
		if at < 0 {
			return nil
		}
		rest = rest[at+len(assign):]
		if list := chain(rest, constructor, before); len(list) > 0 {
			return list
		}
	}
}

func chain(term, constructor string, before int) []string {
	var list []string
	for {
		term = strings.TrimSpace(term)
		for enclosed(term) {
			term = strings.TrimSpace(term[1 : len(term)-1])
		}
		if rest, ok := strings.CutPrefix(term, "fun "); ok && len(list) == 0 {
			at := arrow(rest)
			if at < 0 {
				return list
			}
			term = rest[at:]
			continue
		}
		rest, ok := strings.CutPrefix(term, constructor)
		if !ok || !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\n") {
			return list
		}
		for range before {
			_, rest = argument(rest)
		}
		var witness string
		if witness, rest = argument(rest); witness == "" || strings.ContainsRune(witness, '⋯') {
			return list
		}
		list = append(list, unfold(witness))
		term = rest
	}
}

// unfold puts a term on one line, without the parentheses that only an argument needs.
func unfold(term string) string {
	if enclosed(term) && !strings.ContainsAny(term, ",:") {
		term = strings.TrimSpace(term[1 : len(term)-1])
	}
	return strings.Join(strings.Fields(term), " ")
}

// enclosed reports whether one pair of parentheses holds the whole term.
func enclosed(term string) bool {
	return len(term) > 2 && strings.HasPrefix(term, "(") && strings.HasSuffix(term, ")") && groupEnd(term) == len(term)
}

// argument reads the next argument of an application: brackets with what is in
// them, a function up to the end, or what stands up to the next space.
func argument(text string) (argument, rest string) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "fun ") {
		return text, ""
	}
	i := 0
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(" \n", r):
			return text[:i], text[i:]
		case strings.ContainsRune(openers, r):
			i += groupEnd(text[i:])
		case r == '"':
			i += stringEnd(text[i:])
		default:
			i += size
		}
	}
	return text, ""
}

const (
	openers = "([{⟨"
	closers = ")]}⟩"
)

// groupEnd is the length of the bracketed group that a text begins with, or of
// the whole text if it does not end.
func groupEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '"':
			i += stringEnd(text[i:])
			continue
		case strings.ContainsRune(openers, r):
			depth++
		case strings.ContainsRune(closers, r):
			if depth--; depth == 0 {
				return i + size
			}
		}
		i += size
	}
	return len(text)
}

// stringEnd is the length of the string literal that a text begins with.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// arrow is where the body of a function begins, behind the "=>" of its binders.
func arrow(text string) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(openers, r):
			i += groupEnd(text[i:])
			continue
		case strings.HasPrefix(text[i:], "=>"):
			return i + 2
		case r == '↦':
			return i + size
		}
		i += size
	}
	return -1
}
