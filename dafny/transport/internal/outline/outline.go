// Package outline finds the modules and types that declarations of a program are
// in, by their braces alone. It is for reports, in which a name that is wrong does
// no harm: nothing is accepted or refused by it.
package outline

import "strings"

// Container is a module or a type that has members.
type Container struct {
	// Path is its name with those of what it is in, joined by dots.
	Path string
	// Module tells modules from types.
	Module bool
	// Begin and End are the offsets of its braces.
	Begin, End int
}

// containers are the keywords of what has members between braces.
var containers = map[string]bool{"module": true, "class": true, "trait": true, "datatype": true, "codatatype": true}

// others are the keywords of declarations that end what was begun before them: a
// datatype need not have braces.
var others = map[string]bool{
	"method": true, "function": true, "predicate": true, "lemma": true, "constructor": true, "iterator": true,
	"const": true, "var": true, "type": true, "newtype": true, "import": true, "export": true, "include": true,
	"copredicate": true, "colemma": true, "inductive": true, "least": true, "greatest": true, "twostate": true,
}

// Containers lists the containers of a program in the order in which they begin.
func Containers(text string) []Container {
	var (
		all     []Container
		within  []int // those that are open, as indices of all
		depths  []int // of their braces
		depth   int
		keyword string // of a container whose brace has not come yet
		name    string // its name, if that has come
	)
	for words := (&scanner{text: text}); ; {
		word := words.next()
		switch {
		case word == "":
			for _, i := range within {
				all[i].End = len(text)
			}
			return all
		case word == "{":
			if keyword != "" && name == "" { // an attribute, {:name ...}
				words.skipBraces()
				continue
			}
			depth++
			if keyword != "" {
				c := Container{Path: name, Module: keyword == "module", Begin: words.at - 1}
				if n := len(within); n > 0 {
					c.Path = all[within[n-1]].Path + "." + name
				}
				within, depths = append(within, len(all)), append(depths, depth)
				all = append(all, c)
				keyword, name = "", ""
			}
		case word == "}":
			if n := len(depths); n > 0 && depths[n-1] == depth {
				all[within[n-1]].End = words.at
				within, depths = within[:n-1], depths[:n-1]
			}
			depth--
		case containers[word]:
			keyword, name = word, ""
		case others[word]:
			keyword, name = "", ""
		case keyword != "" && name == "" && isName(word):
			name = word
		}
	}
}

// Modules are the full paths of the modules by their last parts, which is all that
// Dafny 2 prints. A last part that several modules share is left out.
func Modules(text string) map[string]string {
	paths := make(map[string]string)
	if !strings.Contains(text, "module") {
		return paths
	}
	for _, c := range Containers(text) {
		if !c.Module {
			continue
		}
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		if old, seen := paths[last]; seen && old != c.Path {
			paths[last] = ""
		} else {
			paths[last] = c.Path
		}
	}
	return paths
}

// Qualify puts before a name the container that an offset is in.
func Qualify(all []Container, offset int, name string) string {
	for i := len(all) - 1; i >= 0; i-- { // the innermost began last
		if all[i].Begin <= offset && offset < all[i].End {
			return all[i].Path + "." + name
		}
	}
	return name
}

// scanner splits a program into names (with their dots) and other characters,
// without comments, strings and white space.
type scanner struct {
	text string
	at   int
}

// next returns the next word, or nothing at the end.
func (s *scanner) next() string {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case strings.HasPrefix(rest, "//"):
			s.skipTo("\n")
		case strings.HasPrefix(rest, "/*"):
			s.skipComment()
		case strings.HasPrefix(rest, `@"`):
			s.at += 2
			s.skipTo(`"`) // a doubled quote begins another string, which does no harm
		case rest[0] == '"':
			s.skipString()
		case rest[0] <= ' ':
			s.at++
		case isNameByte(rest[0]):
			start := s.at
			for s.at < len(s.text) && (isNameByte(s.text[s.at]) || s.text[s.at] == '.') {
				s.at++
			}
			return s.text[start:s.at]
		default:
			s.at++
			return rest[:1]
		}
	}
	return ""
}

func (s *scanner) skipTo(end string) {
	i := strings.Index(s.text[s.at:], end)
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += i + len(end)
}

// skipComment skips a comment, which may hold others.
func (s *scanner) skipComment() {
	depth := 0
	for s.at < len(s.text) {
		switch rest := s.text[s.at:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			s.at += 2
			if depth == 0 {
				return
			}
		default:
			s.at++
		}
	}
}

func (s *scanner) skipString() {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '"', '\n':
			s.at++
			return
		}
	}
}

// skipBraces skips to the closing brace of one that was just read.
func (s *scanner) skipBraces() {
	for depth := 1; depth > 0; {
		switch s.next() {
		case "":
			return
		case "{":
			depth++
		case "}":
			depth--
		}
	}
}

func isNameByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '\'' || c == '?'
}

func isName(word string) bool { return isNameByte(word[0]) }
