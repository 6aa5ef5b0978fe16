package source

import "strings"

// scope is an open namespace, section or mutual block.
type scope struct {
	keyword string // "namespace", "section", "mutual"
	name    string // one component, or empty
	// opens is set for the first component of "namespace A.B", which opens two scopes.
	opens bool
}

type scopeStack []scope

// apply follows a command that opens or closes a scope.
func (s *scopeStack) apply(c Command) {
	switch c.Keyword {
	case "namespace", "section", "mutual", "end":
	default:
		return
	}
	names := []string{""}
	if rest := c.Tokens[c.KeywordIndex+1:]; c.Keyword != "mutual" && len(rest) > 0 && rest[0].Kind == Ident {
		names = splitName(rest[0].Text)
	}
	if c.Keyword == "end" {
		*s = (*s)[:max(0, len(*s)-len(names))]
		return
	}
	for i, name := range names {
		*s = append(*s, scope{keyword: c.Keyword, name: name, opens: i == 0})
	}
}

func (s scopeStack) inMutual() bool { return len(s) > 0 && s[len(s)-1].keyword == "mutual" }

// qualify returns the full name of a declaration.
func (s scopeStack) qualify(name string) string {
	if rest, ok := strings.CutPrefix(name, "_root_."); ok {
		return rest
	}
	var parts []string
	for _, sc := range s {
		if sc.keyword == "namespace" {
			parts = append(parts, sc.name)
		}
	}
	return strings.Join(append(parts, name), ".")
}

// closing is the text that ends every open scope, the innermost first. It
// begins with an empty line so that it cannot run into the end of a proof.
func (s scopeStack) closing() string {
	var b strings.Builder
	for end := len(s); end > 0; {
		start := end - 1
		for start > 0 && !s[start].opens {
			start--
		}
		var names []string
		for _, sc := range s[start:end] {
			if sc.name != "" {
				names = append(names, sc.name)
			}
		}
		if b.Len() == 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.TrimRight("\nend "+strings.Join(names, "."), " "))
		end = start
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// splitName splits a dotted name as written, quotes kept.
func splitName(name string) []string {
	var parts []string
	quoted, start := false, 0
	for i, r := range name {
		switch {
		case r == '«':
			quoted = true
		case r == '»':
			quoted = false
		case r == '.' && !quoted:
			parts = append(parts, name[start:i])
			start = i + 1
		}
	}
	return append(parts, name[start:])
}
