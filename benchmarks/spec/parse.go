package spec

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Load reads the file of a specification. The files that it names are relative to
// its folder.
func Load(path string) (Spec, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, fmt.Errorf("reading the specification of a benchmark: %w", err)
	}
	s, err := Parse(path, text)
	if err != nil {
		return Spec{}, err
	}
	s.Dataset.in(filepath.Dir(path))
	return s, nil
}

// in resolves the files against a folder.
func (d *Dataset) in(folder string) {
	at := func(f *File) {
		if f.Given != "" && !filepath.IsAbs(f.Given) {
			f.Path = filepath.Join(folder, filepath.FromSlash(f.Given))
		}
	}
	for i := range d.Files {
		at(&d.Files[i])
	}
	at(&d.References)
}

// Parse reads a specification in TOML. The name is that of the file, for errors:
// it returns everything that is wrong at once, as several [Error] that are joined.
func Parse(name string, text []byte) (Spec, error) {
	var doc map[string]any
	if err := toml.Unmarshal(text, &doc); err != nil {
		e := &Error{File: name, Message: strings.TrimPrefix(err.Error(), "toml: ")}
		if at := (*toml.DecodeError)(nil); errors.As(err, &at) {
			e.Line, _ = at.Position()
		}
		return Spec{}, e
	}
	r := &reader{lines: linesOf(text), failed: make(map[string]bool)}
	s := r.spec(doc)
	for _, p := range s.problems() {
		if !r.failed[p.path] && (p.path != "pass_at" || !r.failed["trials"]) && (p.path != "probe" || !r.failed["probe.target"]) {
			r.list = append(r.list, p)
		}
	}
	if len(r.list) > 0 {
		return Spec{}, r.errors(name)
	}
	return s, nil
}

// blank is the specification of a kind before anything is read.
func blank(kind trial.Kind) Spec {
	s := Default()
	s.Name, s.PassAt = "", nil
	if kind == trial.Prover {
		s = Spec{Trials: 10, Workers: 1, Probe: Probe{Operations: probe.Operations(), Timeout: 2 * time.Minute}}
	}
	s.Kind = kind
	return s
}

// reader reads a document and notes what is wrong.
type reader struct {
	lines  map[string]int
	list   []problem
	failed map[string]bool // paths of which something is wrong
}

func (r *reader) wrong(path, format string, arguments ...any) {
	r.list = append(r.list, problem{path, fmt.Sprintf(format, arguments...)})
	r.failed[path] = true
}

// errors are all problems in the order of their lines, those of no line first.
func (r *reader) errors(name string) error {
	var list []*Error
	for _, p := range r.list {
		list = append(list, &Error{File: name, Line: r.line(p.path), Message: p.message})
	}
	slices.SortStableFunc(list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	var errs []error
	for _, e := range list {
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// line is that of a path, or else of the table that it would be in.
func (r *reader) line(path string) int {
	for path != "" {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 0
}

func (r *reader) spec(doc map[string]any) Spec {
	kind := trial.Search
	if v, ok := doc["kind"].(string); ok && v == string(trial.Prover) {
		kind = trial.Prover
	}
	s := blank(kind)
	tables := r.table(doc, "", "", fields, kind, &s)
	if variants, ok := tables["variant"]; ok {
		if kind != trial.Search {
			r.wrong("variant", "variant: is of no use in a run of kind %s", kind)
		} else {
			r.variants(variants, &s)
		}
	}
	if targets, ok := tables["probe.target"]; ok && kind == trial.Prover {
		r.targets(targets, &s)
	}
	if _, given := doc["pass_at"]; !given && kind == trial.Search {
		s.PassAt = DefaultPassAt(s.Trials)
	}
	return s
}

// lists are the keys of lists of tables.
var lists = []string{"variant", "probe.target"}

// table reads a table into s, and returns the lists of tables that are in it.
// Prefix is the key of the table with a dot, and path where it is in the document.
func (r *reader) table(table map[string]any, path, prefix string, known []field, kind trial.Kind, s *Spec) map[string]any {
	found := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(table)) {
		key, at, value := prefix+name, path+name, table[name]
		i := slices.IndexFunc(known, func(f field) bool { return f.key == key })
		nested, isTable := value.(map[string]any)
		switch {
		case i >= 0 && known[i].kind != "" && known[i].kind != kind:
			r.wrong(at, "%s: is of no use in a run of kind %s", key, kind)
		case i >= 0:
			if w := decode(known[i].at(s), value); w != "" {
				r.wrong(at, "%s: %s", key, w)
			}
		case slices.Contains(lists, key):
			found[key] = value
		case slices.ContainsFunc(known, func(f field) bool { return strings.HasPrefix(f.key, key+".") }):
			if !isTable {
				r.wrong(at, "%s: must be a table", key)
				continue
			}
			maps.Copy(found, r.table(nested, at+".", key+".", known, kind, s))
		default:
			r.wrong(at, "unknown key %q%s", key, suggestKey(name, prefix, known))
		}
	}
	return found
}

// suggestKey says what an unknown name in a table may be meant for: a key of the
// same name elsewhere, or a similar one in the table.
func suggestKey(name, prefix string, known []field) string {
	for _, f := range known {
		if strings.HasSuffix(f.key, "."+name) || f.key == name {
			return fmt.Sprintf(" (did you mean %q?)", f.key)
		}
	}
	return didYouMean(name, names(known, prefix))
}

// names are the names that can stand in a table.
func names(known []field, prefix string) (list []string) {
	keys := slices.Clone(lists)
	for _, f := range known {
		keys = append(keys, f.key)
	}
	for _, key := range keys {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			list = append(list, name)
		}
	}
	return list
}

// each calls f for every table of a list.
func (r *reader) each(value any, key string, f func(table map[string]any, path string)) {
	list, ok := value.([]any)
	if !ok {
		r.wrong(key, "%s: must be written as [[%s]]", key, key)
		return
	}
	for i, v := range list {
		table, ok := v.(map[string]any)
		if !ok {
			r.wrong(key, "%s: must be written as [[%s]]", key, key)
			return
		}
		f(table, fmt.Sprintf("%s[%d].", key, i))
	}
}

func (r *reader) variants(value any, s *Spec) {
	r.each(value, "variant", func(table map[string]any, path string) {
		scratch := *s
		var o Override
		known := append([]field{{key: "name", at: func(*Spec) any { return &o.Name }}}, variantFields...)
		for key := range r.table(table, path, "", known, trial.Search, &scratch) {
			r.wrong(path+key, "unknown key %q", key)
		}
		for _, f := range variantFields {
			if given(table, f.key) && !r.failed[path+f.key] {
				o.Settings = append(o.Settings, Setting{f.key, format(f.at(&scratch))})
			}
		}
		s.Variants = append(s.Variants, o)
	})
}

// given reports whether a dotted key is in a table.
func given(table map[string]any, key string) bool {
	parent, name, _ := strings.Cut(key, ".")
	nested, _ := table[parent].(map[string]any)
	_, ok := nested[name]
	return ok
}

func (r *reader) targets(value any, s *Spec) {
	r.each(value, "probe.target", func(table map[string]any, path string) {
		one := Spec{Probe: Probe{Targets: make([]Target, 1)}}
		for key := range r.table(table, path, "", targetFields, trial.Prover, &one) {
			r.wrong(path+key, "unknown key %q", key)
		}
		s.Probe.Targets = append(s.Probe.Targets, one.Probe.Targets[0])
	})
}

// decode puts a value of TOML where a field points to. It says what is wrong, or nothing.
func decode(pointer, value any) string {
	switch p := pointer.(type) {
	case *string:
		return decodeAs(p, value, "a string")
	case *bool:
		return decodeAs(p, value, "true or false")
	case *int64:
		return decodeAs(p, value, "an integer")
	case *int:
		var n int64
		if w := decodeAs(&n, value, "an integer"); w != "" {
			return w
		}
		if n != int64(int(n)) {
			return "is too large"
		}
		*p = int(n)
	case *uint64:
		var n int64
		if w := decodeAs(&n, value, "an integer"); w != "" {
			return w
		}
		if n < 0 {
			return "must not be negative"
		}
		*p = uint64(n)
	case *time.Duration:
		return decodeDuration(p, value)
	case *File:
		var path string
		if w := decodeAs(&path, value, "a string"); w != "" {
			return w
		}
		*p = File{Given: path, Path: path}
	case *[]string:
		return decodeList(p, value)
	case *[]int:
		return decodeList(p, value)
	case *[]File:
		return decodeList(p, value)
	default:
		panic(fmt.Sprintf("spec: a field of type %T", pointer)) // a mistake in the table
	}
	return ""
}

func decodeAs[T any](pointer *T, value any, what string) string {
	v, ok := value.(T)
	if !ok {
		return fmt.Sprintf("must be %s, not %s", what, describe(value))
	}
	*pointer = v
	return ""
}

func decodeList[T any](pointer *[]T, value any) string {
	list, ok := value.([]any)
	if !ok {
		return "must be a list, not " + describe(value)
	}
	var out []T
	for i, v := range list {
		var one T
		if w := decode(&one, v); w != "" {
			return fmt.Sprintf("entry %d %s", i+1, w)
		}
		out = append(out, one)
	}
	*pointer = out
	return ""
}

// decodeDuration reads "90s", "2m" or whole seconds.
func decodeDuration(pointer *time.Duration, value any) string {
	switch v := value.(type) {
	case int64:
		if v > math.MaxInt64/int64(time.Second) || v < math.MinInt64/int64(time.Second) {
			return "is too long"
		}
		*pointer = time.Duration(v) * time.Second
		return ""
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return fmt.Sprintf(`%q is no duration: write "90s", "2m" or seconds`, v)
		}
		*pointer = d
		return ""
	}
	return `must be a duration like "90s", "2m" or seconds, not ` + describe(value)
}

// describe names a value of TOML for people.
func describe(value any) string {
	switch v := value.(type) {
	case string:
		return "a string"
	case bool:
		return fmt.Sprint(v)
	case int64:
		return fmt.Sprint(v)
	case float64:
		return fmt.Sprint(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// parseValue reads one value in TOML.
func parseValue(text string) (any, error) {
	var doc map[string]any
	if err := toml.Unmarshal([]byte("value = "+text), &doc); err != nil {
		return nil, err
	}
	if len(doc) != 1 {
		return nil, errors.New("more than one value")
	}
	return doc["value"], nil
}

// longestPath bounds the paths whose lines are noted. Keys that are known are shorter.
const longestPath = 200

// linesOf finds the line of every key and table of a document that can be read.
func linesOf(text []byte) map[string]int {
	lines := make(map[string]int)
	tables := make(map[string]int) // how many of each list of tables there were
	note := func(path string, line int) {
		if _, ok := lines[path]; !ok {
			lines[path] = line
		}
	}
	var p unstable.Parser
	p.Reset(text)
	var pair func(prefix string, n *unstable.Node)
	var inside func(path string, n *unstable.Node)
	// follow goes down a key from a table, noting where each part of it is.
	follow := func(prefix string, key unstable.Iterator, last func(path string, line int) string) string {
		path, line := prefix, 0
		for key.Next() && len(path) < longestPath {
			if n := key.Node(); n.Raw.Length > 0 {
				line = p.Shape(n.Raw).Start.Line
			}
			path += string(key.Node().Data)
			final := key.IsLast()
			if final && last != nil {
				path = last(path, line)
			} else if count, ok := tables[path]; ok && prefix == "" {
				path = fmt.Sprintf("%s[%d]", path, count-1)
			}
			note(path, line)
			if !final {
				path += "."
			}
		}
		return path
	}
	pair = func(prefix string, n *unstable.Node) { inside(follow(prefix, n.Key(), nil), n.Value()) }
	inside = func(path string, n *unstable.Node) {
		children := n.Children()
		switch n.Kind {
		case unstable.InlineTable:
			for children.Next() {
				pair(path+".", children.Node())
			}
		case unstable.Array:
			for i := 0; children.Next(); i++ {
				inside(fmt.Sprintf("%s[%d]", path, i), children.Node())
			}
		}
	}
	current := ""
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.Table:
			current = follow("", n.Key(), nil) + "."
		case unstable.ArrayTable:
			current = follow("", n.Key(), func(path string, line int) string {
				note(path, line)
				tables[path]++
				return fmt.Sprintf("%s[%d]", path, tables[path]-1)
			}) + "."
		case unstable.KeyValue:
			pair(current, n)
		}
	}
	return lines
}
