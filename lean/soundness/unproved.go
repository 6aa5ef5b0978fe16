package soundness

import (
	"slices"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// unproved is what in a preamble rests on a sorry. Lean warns of a sorry only
// where it is written, not where a declaration with one is used: a proof by such
// a theorem would look complete to everything but "#print axioms".
type unproved struct {
	// names are the last components of the declarations' names.
	names map[string]bool
	// commands says of a command's index whether it has a sorry itself (true) or
	// names a declaration that rests on one (false).
	commands map[int]bool
}

// findUnproved follows names from one command to the next. A name counts as
// used wherever it is a component of an identifier, even if that is in fact a
// variable: that errs to the safe side.
func findUnproved(commands []source.Command) unproved {
	u := unproved{names: map[string]bool{}, commands: map[int]bool{}}
	for i, c := range commands {
		name, named := declaredName(c)
		direct := hasSorry(c)
		if !direct && !u.usedBy(c, name) {
			continue
		}
		u.commands[i] = direct
		if named {
			parts := name.Components()
			u.names[parts[len(parts)-1]] = true
		}
	}
	return u
}

// usedBy reports whether a command other than by its own declared name mentions
// something unproved in a way that lets later text use it.
func (u unproved) usedBy(c source.Command, declared source.Token) bool {
	switch c.Keyword {
	case "", "namespace", "section", "end", "open", "example", "import", "/-!":
		return false
	}
	if c.Keyword[0] == '#' {
		return false
	}
	return slices.ContainsFunc(c.Tokens, func(t source.Token) bool {
		return t.Start != declared.Start && slices.ContainsFunc(t.Components(), func(part string) bool { return u.names[part] })
	})
}

func hasSorry(c source.Command) bool {
	return slices.ContainsFunc(c.Tokens, func(t source.Token) bool {
		return t.Is("sorry") || t.Is("admit") || slices.Contains(t.Components(), "sorryAx")
	})
}

// declaredName returns the name that a command declares.
func declaredName(c source.Command) (source.Token, bool) {
	switch c.Keyword {
	case "theorem", "lemma", "def", "abbrev", "instance", "opaque", "axiom", "inductive", "structure", "class",
		"irreducible_def", "alias", "constant":
		if rest := c.Tokens[c.KeywordIndex+1:]; len(rest) > 0 && rest[0].Kind == source.Ident {
			return rest[0], true
		}
	}
	return source.Token{Start: -1}, false
}
