package dataset

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// answersSuffix ends the name of a file of references.
const answersSuffix = ".answers.json"

// ErrUnknownLayout is the error of a file whose content shows none of the layouts.
var ErrUnknownLayout = errors.New("the content shows no known layout")

// format is how a file is written.
type format string

const (
	leanFormat  format = ".lean"
	dafnyFormat format = dafnyExtension
	jsonFormat  format = ".json" // and .jsonl
)

// formatOf tells a file's format by the end of its name, or returns "".
func formatOf(path string) format {
	switch f := format(strings.ToLower(filepath.Ext(path))); f {
	case leanFormat, dafnyFormat, jsonFormat:
		return f
	case ".jsonl", ".ndjson":
		return jsonFormat
	}
	return ""
}

// extensions are what a folder is looked through for.
const extensions = ".lean, .dfy, .jsonl or .json"

// reader reads one file of a layout, which has one of these formats.
type reader struct {
	read    func(in *input)
	formats []format
}

var readers = map[Layout]reader{
	FPS:          {readFPS, []format{jsonFormat}},
	MiniF2F:      {readMiniF2F, []format{jsonFormat, leanFormat}},
	Putnam:       {readPutnam, []format{leanFormat}},
	Constructive: {readConstructive, []format{jsonFormat}},
	Lean:         {readLean, []format{leanFormat}},
	DafnyBench:   {readDafnyBench, []format{jsonFormat, dafnyFormat}},
	Dafny:        {readDafny, []format{dafnyFormat}},
}

// Read reads files, and folders with all files below that a layout may have
// (.lean, .dfy, .jsonl, .json). What cannot be used is listed in Set.Errors and does
// not hinder the rest; the error is for a file that cannot be read at all.
func Read(paths []string, o Options) (Set, error) {
	var set Set
	if _, known := readers[o.Layout]; o.Layout != "" && !known {
		return set, fmt.Errorf("there is no layout %q (known: %s)", o.Layout, layoutNames())
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return set, err
		}
		files := []string{path}
		if info.IsDir() {
			if files, err = walk(path); err != nil {
				return set, err
			}
			if len(files) == 0 {
				return set, fmt.Errorf("%s has no %s file", path, extensions)
			}
		}
		if err := set.read(files, info.IsDir(), o); err != nil {
			return set, err
		}
	}
	return set, nil
}

func layoutNames() string {
	var names []string
	for _, l := range Layouts() {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}

// walk lists the files below a folder that a layout may have, in order.
func walk(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && path != root; hidden && d.IsDir() {
			return fs.SkipDir // .git, .lake with the sources of libraries
		} else if path != root && d.IsDir() && holdsReferences(path) {
			return fs.SkipDir // a program's reference is read with it
		} else if hidden || d.IsDir() || strings.HasSuffix(path, answersSuffix) {
			return nil
		}
		switch filepath.Ext(path) {
		case ".lean", dafnyExtension, ".jsonl", ".json":
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// input is one file on its way into a set.
type input struct {
	path    string
	data    []byte
	options Options
	objects []object     // of a JSON file
	lean    *source.File // of a .lean file that can be read
	program *string      // of a .dfy file that can be read
	layout  Layout       // or empty until it is known
	set     *Set
	lines   map[string]int // name of a record -> its line
	errors  []source.LineError
}

// fail lists a place that cannot be used.
func (in *input) fail(line, column int, format string, args ...any) {
	in.errors = append(in.errors, source.LineError{File: in.path, Line: line, Column: column, Reason: fmt.Sprintf(format, args...)})
}

// add adds a record and completes what all layouts have in common.
func (in *input) add(r Record) {
	r.File, r.Prover = in.path, in.layout.Prover()
	if first := in.lines[r.Name]; first > 0 {
		in.fail(r.Line, 0, "the name %q was used on line %d already", r.Name, first)
		return
	}
	in.lines[r.Name] = r.Line
	place := fmt.Sprintf("%s:%d", in.path, r.Line)
	preamble := ""
	if r.Find != nil {
		r.Find.Name, r.Find.Source, preamble = r.Name, place, r.Find.Preamble
	} else {
		r.Prove.Name, r.Prove.Source, preamble = r.Name, place, r.Prove.Preamble
	}
	r.Imports = source.Requires(provers.Problem{Preamble: preamble})
	r.Requires = requires(r.Imports)
	in.set.Records = append(in.set.Records, r)
}

// read reads the files of one argument.
func (s *Set) read(paths []string, folder bool, o Options) error {
	inputs := make([]*input, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		in, err := s.open(path, data, o)
		if err != nil {
			return err
		}
		inputs = append(inputs, in)
	}
	s.readInputs(inputs, folder, o)
	return nil
}

// open takes a file's text apart as far as is possible without its layout.
func (s *Set) open(path string, data []byte, o Options) (*input, error) {
	in := &input{path: path, data: data, options: o, set: s, lines: map[string]int{}}
	switch formatOf(path) {
	case leanFormat:
		file, err := source.ParseFile(path, data)
		if e := (*source.Error)(nil); errors.As(err, &e) {
			in.fail(e.Line, e.Column, "%s", e.Reason)
		} else if err == nil {
			in.lean = &file
		}
	case dafnyFormat:
		in.readProgram()
	case jsonFormat:
		in.readObjects()
	default:
		return nil, fmt.Errorf("%s is no %s file", path, extensions)
	}
	return in, nil
}

func (s *Set) readInputs(inputs []*input, folder bool, o Options) {
	ofLean := leanLayout(inputs, folder)
	for _, in := range inputs {
		in.layout = o.Layout
		if in.layout == "" {
			switch {
			case in.lean != nil:
				in.layout = ofLean
			case in.program != nil:
				in.layout = programLayout(in.path)
			case len(in.objects) > 0:
				in.layout = jsonLayout(in.objects)
			}
		}
		before := len(s.Records)
		switch {
		case in.layout != "" && !slices.Contains(readers[in.layout].formats, formatOf(in.path)):
			in.fail(1, 0, "the layout %s has no %s files", in.layout, filepath.Ext(in.path))
		case in.layout != "":
			readers[in.layout].read(in)
		case len(in.objects) > 0:
			in.fail(in.objects[0].line, 0, "%v; known are: %s", ErrUnknownLayout, layoutNames())
		}
		sum := sha256.Sum256(in.data)
		s.Files = append(s.Files, File{Path: in.path, SHA256: hex.EncodeToString(sum[:]), Layout: in.layout, Records: len(s.Records) - before})
		slices.SortStableFunc(in.errors, func(a, b source.LineError) int {
			return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Reason, b.Reason))
		})
		s.Errors = append(s.Errors, in.errors...)
	}
}

// leanLayout tells the layout of .lean files, which is one for a whole folder.
func leanLayout(inputs []*input, folder bool) Layout {
	answers := false
	for _, in := range inputs {
		if in.lean == nil {
			continue
		}
		for _, t := range in.lean.Targets {
			if a, err := source.ParseAbbreviation(t.Problem); err == nil && a.Answer == "" {
				return Putnam
			}
		}
		_, err := os.Stat(answersPath(in.path))
		answers = answers || err == nil
	}
	if folder && !answers {
		return MiniF2F
	}
	return Lean
}

// jsonLayout tells the layout by the fields of the first object, or returns "".
func jsonLayout(objects []object) Layout {
	var fields map[string]json.RawMessage
	if json.Unmarshal(objects[0].raw, &fields) != nil {
		return ""
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { _, ok := fields[n]; return !ok })
	}
	switch {
	case has("outros", "formal_answer_type"):
		return FPS
	case has("hints_removed"):
		return DafnyBench
	case has("theorem_part"):
		return Constructive
	case has("formal_statement"), has("statement"), has("lean4_code"), has("theorem"):
		return MiniF2F
	}
	return ""
}

// object is one JSON object of a file.
type object struct {
	line int
	raw  json.RawMessage
	// position counts the objects of the file from 0, unreadable ones too.
	position int
}

// readObjects splits JSON lines, or one JSON array, into objects.
func (in *input) readObjects() {
	data := bytes.TrimPrefix(in.data, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(data)
	if bytes.HasPrefix(trimmed, []byte("[")) {
		in.readArray(data)
		return
	}
	if bytes.ContainsRune(trimmed, '\n') && json.Valid(trimmed) {
		in.fail(1, 0, "the file is one JSON value over several lines; expected is one object a line, or an array of objects")
		return
	}
	number, position := 0, 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		o := object{line: number, raw: line, position: position}
		position++
		if !utf8.Valid(line) {
			in.fail(number, 0, "the line is not valid UTF-8")
		} else if column, err := validObject(line); err != nil {
			in.fail(number, column, "%v", err)
		} else {
			in.objects = append(in.objects, o)
		}
	}
}

// validObject says in which column a line is not a JSON object.
func validObject(line []byte) (column int, err error) {
	var fields map[string]json.RawMessage
	err = json.Unmarshal(line, &fields)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		before := min(max(syntax.Offset-1, 0), int64(len(line)))
		return utf8.RuneCount(line[:before]) + 1, fmt.Errorf("invalid JSON: %w", err)
	}
	if err != nil || fields == nil {
		return 0, errors.New("the line is JSON, but not an object with fields")
	}
	return 0, nil
}

// readArray reads the objects of a JSON array. Behind a mistake in the JSON there
// is no telling where the next object begins.
func (in *input) readArray(data []byte) {
	line, counted := 1, int64(0)
	lineAt := func(offset int64) int {
		line += bytes.Count(data[counted:offset], []byte("\n"))
		counted = offset
		return line
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, err := decoder.Token(); err != nil {
		in.fail(1, 0, "invalid JSON: %v", err)
		return
	}
	for position := 0; decoder.More(); position++ {
		start := decoder.InputOffset()
		start += int64(len(data[start:]) - len(bytes.TrimLeft(data[start:], ", \t\r\n")))
		var raw json.RawMessage
		at := lineAt(start)
		if err := decoder.Decode(&raw); err != nil {
			in.fail(at, 0, "invalid JSON in the record that begins here: %v; the rest of the file is not read", err)
			return
		}
		if _, err := validObject(raw); err != nil {
			in.fail(at, 0, "record %d is not an object with fields", position+1)
			if position == 0 {
				return // an array of something else
			}
			continue
		}
		in.objects = append(in.objects, object{line: at, raw: raw, position: position})
	}
}

// decode reads an object's fields, or lists what is wrong with them.
func (in *input) decode(o object, into any) bool {
	err := json.Unmarshal(o.raw, into)
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		in.fail(o.line, 0, "the field %s must not be a %s", kind.Field, kind.Value)
		return false
	}
	if err != nil {
		in.fail(o.line, 0, "%v", err)
		return false
	}
	return true
}

// baseName is a file's name without folder and extension.
func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// answersPath is where the references for a .lean file are.
func answersPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + answersSuffix
}
