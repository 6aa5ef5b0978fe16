// Package insertions tells what an annotated Dafny program adds to the program
// that was given.
package insertions

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// Insertion is one annotation that was added, on lines of its own.
type Insertion struct {
	// Line and Column are the place in the program as it was given before which
	// the annotation stands: both counted from 1, the column in characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// NewLine is the line of the annotated program on which it begins, from 1.
	NewLine int `json:"new_line"`
	// Text is the annotation without the indentation of its first line.
	Text string `json:"text"`
	// Removed is what the annotated program has no more. It is only set where the
	// programs differ in another way than by lines that were added.
	Removed string `json:"removed,omitempty"`

	indent string
}

// line is a line of a program with its tokens.
type line struct {
	text   string
	tokens []syntax.Token
}

// Between finds the insertions that make a program of another. The result is not
// nil, and empty if the programs are the same but for white space and comments.
func Between(original, annotated string) []Insertion {
	given, err := syntax.Scan(original)
	before, after := lines(original), lines(annotated)
	if err == nil {
		if added, ok := match(given, after); ok {
			return group(original, given, after, added)
		}
	}
	return replaced(original, before, after)
}

// lines splits a text. A token belongs to the line on which it begins.
func lines(text string) []line {
	var list []line
	for l := range strings.Lines(text) {
		list = append(list, line{text: strings.TrimRight(l, "\r\n")})
	}
	tokens, err := syntax.Scan(text)
	if err != nil {
		return list
	}
	places := syntax.NewLines(text)
	for _, t := range tokens {
		if t.Kind == syntax.EOF {
			break
		}
		n, _ := places.Position(t.Offset)
		list[n-1].tokens = append(list[n-1].tokens, t)
	}
	return list
}

// maxSteps bounds the search for a way to match two programs.
const maxSteps = 1 << 18

// match finds the lines that were added: without them, the rest has the tokens
// that were given. It returns, for each of the lines that were added, the index
// of the token before which it stands.
func match(given []syntax.Token, after []line) (added map[int]int, ok bool) {
	// A line is first taken for one that was there, and for an added one if that
	// leads nowhere.
	type choice struct{ line, at int }
	var skipped []choice
	var back []choice // lines that were taken for old ones
	dead := make(map[choice]bool)
	at := 0
	for i, steps := 0, 0; ; steps++ {
		if i == len(after) && at == len(given)-1 { // the last is the end
			added = make(map[int]int, len(skipped))
			for _, s := range skipped {
				added[s.line] = s.at
			}
			return added, true
		}
		here := choice{i, at}
		switch {
		case steps > maxSteps:
			return nil, false
		case i < len(after) && !dead[here] && begins(given[at:], after[i].tokens):
			if len(after[i].tokens) > 0 {
				back = append(back, here)
			}
			at += len(after[i].tokens)
			i++
		case i < len(after) && !dead[here]:
			skipped = append(skipped, here)
			i++
		default:
			if len(back) == 0 {
				return nil, false
			}
			last := back[len(back)-1]
			back = back[:len(back)-1]
			dead[here] = true
			for len(skipped) > 0 && skipped[len(skipped)-1].line >= last.line {
				dead[skipped[len(skipped)-1]] = true
				skipped = skipped[:len(skipped)-1]
			}
			skipped = append(skipped, last)
			i, at = last.line+1, last.at
		}
	}
}

// begins reports whether a list of tokens begins with others.
func begins(list, first []syntax.Token) bool {
	if len(first) >= len(list) { // the end is no token of a line
		return false
	}
	return slices.EqualFunc(list[:len(first)], first, func(a, b syntax.Token) bool { return a.Kind == b.Kind && a.Text == b.Text })
}

// group makes insertions of the lines that were added.
func group(original string, given []syntax.Token, after []line, added map[int]int) []Insertion {
	list := []Insertion{}
	places := syntax.NewLines(original)
	depth := 0
	var first line // of the annotation that was begun last
	for i, l := range after {
		at, ok := added[i]
		if !ok {
			depth = 0
			continue
		}
		if _, goesOn := added[i-1]; goesOn && (depth > 0 || !starts(first, after[i-1], l)) {
			last := &list[len(list)-1]
			last.Text += "\n" + strings.TrimPrefix(l.text, last.indent)
		} else {
			n, column := places.Position(given[at].Offset)
			text := strings.TrimLeft(l.text, " \t")
			list = append(list, Insertion{
				Line: n, Column: utf8.RuneCountInString(places.Line(n)[:column]) + 1, NewLine: i + 1,
				Text: strings.TrimRight(text, " \t"), indent: l.text[:len(l.text)-len(text)],
			})
			depth, first = 0, l
		}
		depth += nesting(l.tokens)
	}
	return list
}

// starts reports whether a line begins an annotation of its own: a clause behind
// clauses, or a statement or a lemma behind what has ended. first is the first
// line of the annotation before, and last its last so far.
func starts(first, last, l line) bool {
	if len(first.tokens) == 0 || len(last.tokens) == 0 || len(l.tokens) == 0 || l.tokens[0].Kind != syntax.Word {
		return false
	}
	switch l.tokens[0].Text {
	case "invariant", "decreases":
		return first.tokens[0].Is("invariant") || first.tokens[0].Is("decreases")
	case "in", "then", "else", "by":
		return false
	}
	end := last.tokens[len(last.tokens)-1]
	return end.Is(";") || end.Is("}")
}

// nesting is how many brackets more tokens open than they close.
func nesting(tokens []syntax.Token) (depth int) {
	for _, t := range tokens {
		switch {
		case t.Is("("), t.Is("["), t.Is("{"):
			depth++
		case t.Is(")"), t.Is("]"), t.Is("}"):
			depth--
		}
	}
	return depth
}

// replaced is the difference of programs that differ in more than added lines:
// what is between their first and their last difference.
func replaced(original string, before, after []line) []Insertion {
	first := 0
	for first < min(len(before), len(after)) && before[first].text == after[first].text {
		first++
	}
	last := 0
	for last < min(len(before), len(after))-first && before[len(before)-1-last].text == after[len(after)-1-last].text {
		last++
	}
	text := func(list []line) string {
		var parts []string
		for _, l := range list[first : len(list)-last] {
			parts = append(parts, l.text)
		}
		return strings.Join(parts, "\n")
	}
	if original == "" && len(after) == 0 || first+last == len(before) && first+last == len(after) {
		return []Insertion{}
	}
	return []Insertion{{Line: first + 1, Column: 1, NewLine: first + 1, Text: text(after), Removed: text(before)}}
}

// Text writes insertions as lines of the annotated program with their numbers.
func Text(list []Insertion) string {
	width := 5
	for _, in := range list {
		width = max(width, len(fmt.Sprint(in.NewLine)))
	}
	var b strings.Builder
	for _, in := range list {
		if in.Removed != "" {
			for i, l := range strings.Split(in.Removed, "\n") {
				fmt.Fprintf(&b, "%*d - %s\n", width, in.Line+i, l)
			}
		}
		if in.Text == "" {
			continue
		}
		for i, l := range strings.Split(in.Text, "\n") {
			fmt.Fprintf(&b, "%*d + %s%s\n", width, in.NewLine+i, in.indent, l)
		}
	}
	return b.String()
}
