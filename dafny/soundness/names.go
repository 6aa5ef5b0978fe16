package soundness

import "github.com/ansatz-prover/ansatz/dafny/syntax"

// names is what is known of the names in a program. It is made of tokens, not of
// declarations, so that what the parser does not understand counts as well.
type names struct {
	// declared has the words that the name is declared with ("lemma", "method").
	declared map[string][]string
	// included says that there are declarations that cannot be seen.
	included bool
}

// declaring are the words that may stand before the name of what is called.
var declaring = map[string]bool{
	"method": true, "lemma": true, "colemma": true, "comethod": true, "constructor": true, "iterator": true,
	"function": true, "predicate": true, "copredicate": true,
}

func readNames(tokens []syntax.Token) *names {
	n := &names{declared: map[string][]string{}}
	for i, t := range tokens {
		if t.Kind != syntax.Word {
			continue
		}
		if t.Text == "include" {
			n.included = true
		}
		if !declaring[t.Text] {
			continue
		}
		// lemma {:induction n} Name, function method Name
		for i++; i < len(tokens); i++ {
			if tokens[i].Is("{") && i+1 < len(tokens) && tokens[i+1].Is(":") {
				i = closing(tokens, i)
				continue
			}
			if tokens[i].Kind == syntax.Word && !declaring[tokens[i].Text] {
				n.declared[tokens[i].Text] = append(n.declared[tokens[i].Text], t.Text)
			}
			break
		}
	}
	return n
}

// closing is the index of the brace that closes the one at i.
func closing(tokens []syntax.Token, i int) int {
	for depth := 0; i < len(tokens); i++ {
		if tokens[i].Is("{") {
			depth++
		} else if tokens[i].Is("}") {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens) - 1
}

// lemma reports whether everything of a name is a lemma, so that a call does
// nothing.
func (n *names) lemma(name string) bool {
	return !n.included && len(n.declared[name]) > 0 && n.all(name, "lemma", "colemma")
}

// harmless reports whether applying what has the name does nothing: if it is
// declared, then as a lemma or a function. Constructors of datatypes and
// variables are not declared in this sense.
func (n *names) harmless(name string) bool {
	return !n.included && n.all(name, "lemma", "colemma", "function", "predicate", "copredicate")
}

func (n *names) all(name string, words ...string) bool {
	for _, declared := range n.declared[name] {
		found := false
		for _, w := range words {
			found = found || w == declared
		}
		if !found {
			return false
		}
	}
	return true
}

// vocabulary are the words of a program.
func vocabulary(tokens []syntax.Token) map[string]bool {
	words := map[string]bool{}
	for _, t := range tokens {
		if t.Kind == syntax.Word || t.Kind == syntax.Number {
			words[t.Text] = true
		}
	}
	return words
}
