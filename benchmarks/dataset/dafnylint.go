package dataset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// The rules for problems for Dafny. Those about what is trusted without a proof
// hold for the program, where no search can change it, or for the ground truth.
const (
	// MalformedProgram: the program or the ground truth is no text that Dafny reads.
	MalformedProgram Rule = "malformed-program"
	// EmptyProgram: the program has nothing but comments.
	EmptyProgram Rule = "empty-program"
	// NotOnlyHints: the program is other than the ground truth without some of its
	// hints, each left out as a whole. Hints are assert statements, loop invariants
	// and decreases clauses.
	NotOnlyHints Rule = "not-only-hints"
	// HintsLeft: the program has assert statements or loop invariants.
	HintsLeft Rule = "hints-left"
	// DecreasesRemoved: decreases clauses are among the hints that were left out.
	DecreasesRemoved Rule = "decreases-removed"
	// NoHints: the program is the ground truth.
	NoHints Rule = "no-hints"
	// ProvedAsItStands: the file says that the program needs no hints.
	ProvedAsItStands Rule = "proved-as-it-stands"
	// Assume: a condition is taken for granted by an assume statement.
	Assume Rule = "assume"
	// Axiom: something has the attribute {:axiom}.
	Axiom Rule = "axiom"
	// VerifyFalse: something is exempt from verification by {:verify false}.
	VerifyFalse Rule = "verify-false"
	// Extern: something is implemented elsewhere, and what it says is trusted.
	Extern Rule = "extern"
	// Include: another file is needed.
	Include Rule = "include"
	// BodylessLemma: a lemma has no proof.
	BodylessLemma Rule = "bodyless-lemma"
)

// dafny looks at a problem for Dafny.
func (l *linter) dafny(text string) {
	program := l.parse("the program", text)
	var truth *dafnyText
	if r := l.record.Reference; r != nil {
		truth = l.parse("the ground truth", r.Text)
	} else {
		l.report(NoReference, Notable, "there is no ground truth")
	}
	switch {
	case program != nil && len(program.tokens) == 0:
		l.report(EmptyProgram, Wrong, "the program is empty")
	case program != nil && truth != nil:
		l.hints(program, truth)
	}
	for _, t := range []*dafnyText{program, truth} {
		if t != nil {
			l.trusted(t)
		}
	}
	if facts := l.record.Dafny; facts != nil && facts.VerifiesWithoutHints != nil && *facts.VerifiesWithoutHints {
		l.report(ProvedAsItStands, Notable, "Dafny proves the program as it stands: there is nothing to find")
	}
}

// dafnyText is a program that was taken apart.
type dafnyText struct {
	*syntax.Program
	what string // for messages
	// tokens are those of the program without the one that marks the end.
	tokens []syntax.Token
	// clauses are where invariants and decreases clauses begin and end.
	clauses map[int]int
}

// parse takes a program apart, or returns nil for a text that Dafny cannot read.
func (l *linter) parse(what, text string) *dafnyText {
	p, err := syntax.Parse(text)
	if err != nil {
		place := ""
		if e := (*syntax.Error)(nil); errors.As(err, &e) {
			line, _ := syntax.NewLines(text).Position(e.Offset)
			place, err = fmt.Sprintf(", line %d", line), errors.New(e.Message)
		}
		l.report(MalformedProgram, Wrong, "%s%s: %v", what, place, err)
		return nil
	}
	t := &dafnyText{Program: p, what: what, tokens: p.Tokens[:len(p.Tokens)-1], clauses: map[int]int{}}
	add := func(list []syntax.Clause) {
		for _, c := range list {
			if c.Kind == syntax.Invariant || c.Kind == syntax.Decreases {
				t.clauses[c.Begin] = c.End
			}
		}
	}
	for d := range p.All {
		add(d.Clauses)
		for s := range d.Body.Walk {
			add(s.Clauses)
		}
	}
	return t
}

// line is the line of a token, or of the end.
func (t *dafnyText) line(i int) int {
	line, _ := t.Lines.Position(t.Tokens[i].Offset)
	return line
}

// text is a token for a message.
func (t *dafnyText) text(i int) string {
	if i == len(t.tokens) {
		return "the end"
	}
	return fmt.Sprintf("%q", t.tokens[i].Text)
}

// is reports whether the tokens from i on are these.
func (t *dafnyText) is(i int, texts ...string) bool {
	for k, text := range texts {
		if i+k >= len(t.tokens) || !t.tokens[i+k].Is(text) {
			return false
		}
	}
	return true
}

// hints compares a program with the ground truth that it was made of.
func (l *linter) hints(program, truth *dafnyText) {
	i, j, ok := withoutHints(truth, program)
	switch {
	case len(program.tokens) == len(truth.tokens) && ok:
		l.report(NoHints, Notable, "the program is the ground truth: no hint was removed")
		return
	case !ok:
		l.report(NotOnlyHints, Wrong, "the program has %s on line %d where the ground truth has %s on line %d: more or less than whole hints was removed",
			program.text(j), program.line(j), truth.text(i), truth.line(i))
	}
	if left := program.count("assert", "invariant"); left > 0 {
		l.report(HintsLeft, Notable, "the program still has %d of %d asserts and invariants", left, truth.count("assert", "invariant"))
	}
	if removed := truth.count("decreases") - program.count("decreases"); removed > 0 {
		l.report(DecreasesRemoved, Notable, "%d decreases %s removed: asserts and invariants may not be all that is missing", removed, plural("clause was", "clauses were", removed))
	}
}

// count counts the tokens that are one of these words.
func (t *dafnyText) count(words ...string) (n int) {
	for _, token := range t.tokens {
		if token.Kind == syntax.Word && slices.Contains(words, token.Text) {
			n++
		}
	}
	return n
}

// withoutHints reports whether a program is the ground truth with none, some or
// all of its hints left out, each as a whole. If it is not, i and j are the tokens
// of truth and program that cannot be brought together, as late as possible.
func withoutHints(truth, program *dafnyText) (i, j int, ok bool) {
	// at[i] are the tokens of the program that token i of the ground truth can be
	// brought together with: with equal hints behind each other there are several.
	at := make([][]int, len(truth.tokens)+1)
	add := func(i, j int) {
		if !slices.Contains(at[i], j) {
			at[i] = append(at[i], j)
		}
	}
	add(0, 0)
	bestI, bestJ := 0, 0
	for i := range truth.tokens {
		end := truth.hintEnd(i)
		for _, j := range at[i] {
			if j > bestJ {
				bestI, bestJ = i, j
			}
			if j < len(program.tokens) && program.tokens[j].Text == truth.tokens[i].Text {
				add(i+1, j+1)
			}
			if end > i {
				add(end, j)
			}
		}
	}
	for _, j := range at[len(truth.tokens)] {
		if j == len(program.tokens) {
			return 0, 0, true
		}
		if j > bestJ {
			bestI, bestJ = len(truth.tokens), j
		}
	}
	return bestI, bestJ, false
}

// hintEnd is the index behind the assert statement or the clause that begins at
// token i, or i if none does.
func (t *dafnyText) hintEnd(i int) int {
	if end, ok := t.clauses[t.tokens[i].Offset]; ok {
		for i < len(t.tokens) && t.tokens[i].Offset < end {
			i++
		}
		return i
	}
	if !t.is(i, "assert") {
		return i
	}
	for end := i + 1; end < len(t.tokens); {
		switch {
		case t.is(end, ";"):
			return end + 1
		case t.is(end, "by", "{"):
			return t.blockEnd(end + 1)
		case t.is(end, "("), t.is(end, "["), t.is(end, "{"):
			end = t.blockEnd(end)
		case t.is(end, ")"), t.is(end, "]"), t.is(end, "}"):
			return i
		default:
			end++
		}
	}
	return i
}

// blockEnd is the index behind the bracket that closes the one at token i.
func (t *dafnyText) blockEnd(i int) int {
	for depth := 0; i < len(t.tokens); i++ {
		switch {
		case t.is(i, "("), t.is(i, "["), t.is(i, "{"):
			depth++
		case t.is(i, ")"), t.is(i, "]"), t.is(i, "}"):
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

// trusted looks for what is trusted without a proof. What the program has, the
// ground truth has too, and is not said twice.
func (l *linter) trusted(t *dafnyText) {
	lines := map[Rule][]string{}
	add := func(rule Rule, offset int) {
		line, _ := t.Lines.Position(offset)
		if text := fmt.Sprint(line); !slices.Contains(lines[rule], text) {
			lines[rule] = append(lines[rule], text)
		}
	}
	for i, token := range t.tokens {
		switch {
		case t.is(i, "assume"):
			add(Assume, token.Offset)
		case t.is(i, "include"):
			add(Include, token.Offset)
		case t.is(i, "{", ":", "axiom"):
			add(Axiom, token.Offset)
		case t.is(i, "{", ":", "verify", "false"):
			add(VerifyFalse, token.Offset)
		case t.is(i, "{", ":", "extern"):
			add(Extern, token.Offset)
		}
	}
	for d := range t.All {
		if d.Kind == syntax.Lemma && d.Body == nil {
			add(BodylessLemma, d.NameAt.Begin)
		}
	}
	for _, c := range []struct {
		rule Rule
		what string
	}{
		{Assume, "assume"}, {Axiom, "{:axiom}"}, {VerifyFalse, "{:verify false}"}, {Extern, "{:extern}"}, {Include, "include"}, {BodylessLemma, "a lemma without a body"},
	} {
		said := slices.ContainsFunc(l.findings, func(f Finding) bool { return f.Rule == c.rule })
		if n := len(lines[c.rule]); n > 0 && !said {
			l.report(c.rule, Doubtful, "%s has %s on %s %s", t.what, c.what, plural("line", "lines", n), strings.Join(lines[c.rule], ", "))
		}
	}
}

// plural chooses the word for a number.
func plural(one, more string, n int) string {
	if n == 1 {
		return one
	}
	return more
}

// programKey is what two programs have in common that differ in blanks and
// comments alone.
func programKey(text string) string {
	tokens, err := syntax.Scan(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Text + "\n")
	}
	return strings.TrimSpace(b.String())
}
