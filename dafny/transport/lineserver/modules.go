package lineserver

import "strings"

// ModulePaths finds the modules that a program declares: their full paths, by
// their last parts, which is all that Dafny prints. A last part that several
// modules share is left out.
func ModulePaths(text string) map[string]string {
	paths := make(map[string]string)
	if !strings.Contains(text, "module") {
		return paths
	}
	type open struct {
		depth int
		path  string
	}
	var (
		within  []open
		depth   int
		pending string // a module whose brace has not come yet
		wanted  bool   // the next name is that of a module
	)
	for words := (&scanner{text: text}); ; {
		word := words.next()
		switch {
		case word == "":
			return paths
		case word == "{":
			if wanted { // an attribute, {:name ...}
				words.skipBraces()
				continue
			}
			depth++
			if pending != "" {
				within = append(within, open{depth, pending})
				pending = ""
			}
		case word == "}":
			if n := len(within); n > 0 && within[n-1].depth == depth {
				within = within[:n-1]
			}
			depth--
		case word == "module":
			wanted = true
		case wanted && isName(word):
			wanted = false
			pending = word
			if n := len(within); n > 0 {
				pending = within[n-1].path + "." + word
			}
			last := word[strings.LastIndexByte(word, '.')+1:]
			if old, seen := paths[last]; seen && old != pending {
				paths[last] = ""
			} else {
				paths[last] = pending
			}
		}
	}
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
