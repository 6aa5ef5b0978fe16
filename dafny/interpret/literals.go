package interpret

import (
	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// literals are the constants that occur in a program. A program that compares
// something with 42 should be run on 42.
type literals struct {
	ints    []int64
	chars   []rune
	strings []string
}

// maxLiterals bounds how many constants are taken.
const maxLiterals = 60

func readLiterals(p *syntax.Program) (l literals) {
	seen := map[string]bool{}
	for _, t := range p.Tokens {
		if seen[t.Text] || len(seen) > maxLiterals {
			continue
		}
		switch t.Kind {
		case syntax.Number, syntax.Text, syntax.Char:
		default:
			continue
		}
		seen[t.Text] = true
		v, ok := literalValue(t.Text)
		if !ok {
			continue
		}
		switch t.Kind {
		case syntax.Number:
			if n, ok := v.Int64(); ok && n < 1_000_000 {
				l.ints = append(l.ints, n)
			}
		case syntax.Char:
			l.chars = append(l.chars, rune(v.n))
		case syntax.Text:
			list := v.elements()
			if len(list) > 40 {
				continue
			}
			runes := make([]rune, len(list))
			for i, x := range list {
				runes[i] = rune(x.n)
			}
			l.strings = append(l.strings, string(runes))
		}
	}
	return l
}
