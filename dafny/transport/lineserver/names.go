package lineserver

import (
	"strings"
)

// escapes are what Dafny writes for the characters that Boogie does not allow in
// names.
var escapes = []struct{ plain, escaped string }{
	{"_", "__"}, {"'", "_k"}, {"?", "_q"}, {"#", "_h"},
}

// escape writes a name of the program as Dafny names it in Boogie.
func escape(name string) string {
	if name != "" && '0' <= name[0] && name[0] <= '9' {
		return "_" + name
	}
	var b strings.Builder
	for _, c := range name {
		written := string(c)
		for _, e := range escapes {
			if written == e.plain {
				written = e.escaped
			}
		}
		b.WriteString(written)
	}
	return b.String()
}

// unescape is the inverse of escape. What it does not know it leaves.
func unescape(name string) string {
	if len(name) > 1 && name[0] == '_' && '0' <= name[1] && name[1] <= '9' {
		return name[1:]
	}
	var b strings.Builder
next:
	for name != "" {
		for _, e := range escapes {
			if rest, ok := strings.CutPrefix(name, e.escaped); ok {
				b.WriteString(e.plain)
				name = rest
				continue next
			}
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String()
}

const (
	mainModule   = "_module"   // what is in no module
	defaultClass = "__default" // what is in no class
)

// procedures are the patterns (of the option /proc) of the Boogie procedures in
// which Dafny verifies a declaration. A module has a number in Boogie and only
// the last part of its path, so the patterns may fit more than was meant.
func procedures(declaration string) []string {
	parts := strings.Split(declaration, ".")
	for i := range parts {
		parts[i] = escape(parts[i])
	}
	name, within := parts[len(parts)-1], parts[:len(parts)-1]
	module := func(path []string) string {
		if len(path) == 0 {
			return mainModule
		}
		return "_*_" + path[len(path)-1]
	}
	owners := []string{module(within) + "." + defaultClass, module(within)}
	if len(within) > 0 {
		last := len(within) - 1
		owners = append(owners, module(within[:last])+"."+within[last])
	}
	var patterns []string
	for _, owner := range owners {
		full := "*$$" + owner + "." + name
		// A colemma has a prefix lemma, name#; an iterator has members.
		patterns = append(patterns, full, full+"_h", full+".*")
	}
	return patterns
}

// splitProcedure reads the name of a Boogie procedure. The prefix says what is
// verified: "Impl" is a body, "CheckWellformed" a specification. modules are the
// full paths of modules by their last parts.
func splitProcedure(procedure string, modules map[string]string) (prefix, declaration string) {
	prefix, name, found := strings.Cut(procedure, "$$")
	if !found {
		return "", procedure
	}
	parts := strings.Split(name, ".")
	var path []string
	if module := parts[0]; module != mainModule {
		module = strings.TrimPrefix(module, "_")
		if number, rest, ok := strings.Cut(module, "_"); ok && isNumber(number) {
			module = rest
		}
		module = unescape(module)
		if full := modules[module]; full != "" {
			module = full
		}
		path = append(path, module)
	}
	for _, part := range parts[1:] {
		if part == defaultClass {
			continue
		}
		// A prefix lemma belongs to its colemma.
		part, _, _ = strings.Cut(unescape(part), "#")
		path = append(path, part)
	}
	return prefix, strings.Join(path, ".")
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
