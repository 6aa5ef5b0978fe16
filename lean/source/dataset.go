package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/provers"
)

// MaxRecord is the length of the longest line of a dataset that is read, in bytes.
const MaxRecord = 64 << 20

// The accepted names of each field, the preferred one first.
var (
	nameFields      = []string{"name", "theorem_name", "full_name", "problem_id", "id"}
	headerFields    = []string{"header", "preamble"}
	statementFields = []string{"formal_statement", "statement", "lean4_code", "theorem"}
	splitFields     = []string{"split"}
)

// Record is one problem of a dataset.
type Record struct {
	Problem provers.Problem
	// Line is the record's line, from 1.
	Line int
	// Split is the part of the dataset ("valid", "test"), or empty.
	Split string
}

// LineError is a line of a dataset that could not be used, and why.
type LineError struct {
	File   string
	Line   int // from 1
	Column int // from 1, in code points; 0 if the whole line is meant
	Reason string
}

// Error implements error in the form "file:line:column: reason".
func (e LineError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Dataset is what [ReadDataset] read.
type Dataset struct {
	Records []Record
	// Errors are the lines that are not among Records, in order.
	Errors []LineError
}

// Problems returns the problems of the records.
func (d Dataset) Problems() []provers.Problem {
	problems := make([]provers.Problem, len(d.Records))
	for i, r := range d.Records {
		problems[i] = r.Problem
	}
	return problems
}

// ReadDataset reads problems from JSONL: one JSON object a line, such as
//
//	{"name": "foo", "split": "valid", "header": "import Mathlib", "formal_statement": "theorem foo : 1 = 1"}
//
// Other projects' names for these fields are accepted too. A statement may end
// in ":= by sorry" or a part of it, and may come with its own preamble. Lines
// that cannot be used are reported in Dataset.Errors and the others are still
// read; the error is for r itself.
func ReadDataset(name string, r io.Reader) (Dataset, error) {
	var d Dataset
	lines := make(map[string]int) // name of a problem -> its line
	reader := bufio.NewReaderSize(r, 1<<16)
	for number := 1; ; number++ {
		line, long, err := readLine(reader)
		if err != nil && err != io.EOF {
			return d, fmt.Errorf("reading %s, line %d: %w", name, number, err)
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimRight(line, "\r\n")
		fail := func(column int, format string, args ...any) {
			d.Errors = append(d.Errors, LineError{File: name, Line: number, Column: column, Reason: fmt.Sprintf(format, args...)})
		}
		switch {
		case long:
			fail(0, "the line is longer than %d MiB", MaxRecord>>20)
		case len(bytes.TrimSpace(line)) == 0:
		default:
			record, problem := readRecord(line)
			switch first := lines[record.Problem.Name]; {
			case problem != nil:
				fail(problem.column, "%s", problem.reason)
			case first > 0:
				fail(0, "the name %q was used on line %d already", record.Problem.Name, first)
			default:
				lines[record.Problem.Name] = number
				record.Line = number
				record.Problem.Source = fmt.Sprintf("%s:%d", name, number)
				d.Records = append(d.Records, record)
			}
		}
		if err == io.EOF {
			return d, nil
		}
	}
}

// readLine reads up to the next line feed. Of a line over [MaxRecord] it keeps
// nothing, so that one bad line cannot use up the memory.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > MaxRecord; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

type recordError struct {
	column int
	reason string
}

func readRecord(line []byte) (Record, *recordError) {
	if !utf8.Valid(line) {
		return Record{}, &recordError{reason: "the line is not valid UTF-8"}
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(line, &fields); err != nil {
		return Record{}, jsonError(line, err)
	}
	var record Record
	values := make([]string, 4)
	for i, accepted := range [][]string{nameFields, headerFields, statementFields, splitFields} {
		value, err := field(fields, accepted)
		if err != nil {
			return record, err
		}
		values[i] = value
	}
	name, header, statement := values[0], values[1], values[2]
	if strings.TrimSpace(statement) == "" {
		return record, &recordError{reason: "there is no statement: one of the fields " +
			strings.Join(statementFields, ", ") + " is expected"}
	}
	if header != "" && !strings.HasSuffix(header, "\n") {
		header += "\n"
	}
	text := strings.ReplaceAll(header+statement, "\r\n", "\n")
	problem, err := declared("the header and statement", text)
	if err != nil {
		return record, &recordError{reason: err.Error()}
	}
	switch {
	case name != "":
		problem.Name = name
	case problem.Name == GoalName: // an example
		return record, &recordError{reason: "there is no name: one of the fields " +
			strings.Join(nameFields, ", ") + " is expected"}
	}
	record.Problem, record.Split = problem, values[3]
	return record, nil
}

// field returns the first accepted field that is there and not null. A number
// is taken as it is written: some datasets count their problems.
func field(fields map[string]json.RawMessage, accepted []string) (string, *recordError) {
	for _, name := range accepted {
		raw, ok := fields[name]
		if !ok || string(raw) == "null" {
			continue
		}
		var number json.Number
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return text, nil
		}
		if json.Unmarshal(raw, &number) == nil {
			return number.String(), nil
		}
		return "", &recordError{reason: fmt.Sprintf("the field %s is not a string", name)}
	}
	return "", nil
}

func jsonError(line []byte, err error) *recordError {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		before := min(max(syntax.Offset-1, 0), int64(len(line)))
		return &recordError{column: utf8.RuneCount(line[:before]) + 1, reason: "invalid JSON: " + syntax.Error()}
	case errors.As(err, &kind):
		return &recordError{reason: "the line is JSON, but not an object with fields"}
	}
	return &recordError{reason: "invalid JSON: " + err.Error()}
}
