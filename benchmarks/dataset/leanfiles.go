package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// skipped lists the theorems of a .lean file that cannot be used. Definitions that
// are sorry are no mistake here: they are answers.
func (in *input) skipped() {
	for _, s := range in.lean.Skipped {
		if !strings.HasPrefix(s.Reason, "only theorem") {
			in.fail(s.Line, s.Column, "%s: %s", s.Name, s.Reason)
		}
	}
}

// leanRecord is what the records of all .lean layouts have in common.
func leanRecord(t source.Target) Record {
	return Record{Name: t.Problem.Name, Index: -1, Line: t.Line, Informal: Informal{Problem: docComment(t.Problem.Statement)}}
}

// docComment is the text of the doc comment that a statement begins with.
func docComment(statement string) string {
	tokens, _ := source.Scan("", statement)
	if len(tokens) == 0 || tokens[0].Kind != source.DocComment {
		return ""
	}
	text := strings.TrimSuffix(strings.TrimPrefix(tokens[0].Text, "/--"), "-/")
	return strings.TrimSpace(text)
}

// readMiniF2F reads layout [MiniF2F]. The fields of its JSON lines are those of
// [source.ReadDataset].
func readMiniF2F(in *input) {
	if in.lean != nil {
		in.skipped()
		for _, t := range in.lean.Targets {
			r := leanRecord(t)
			r.Prove, r.Split = &t.Problem, in.split()
			in.add(r)
		}
		return
	}
	// The lines that are no JSON have been listed already.
	for _, o := range in.objects {
		set, err := source.ReadDataset(in.path, strings.NewReader(string(o.raw)))
		if err != nil {
			in.fail(o.line, 0, "%v", err)
		}
		for _, e := range set.Errors {
			in.fail(o.line, e.Column, "%s", e.Reason)
		}
		for _, r := range set.Records {
			in.add(Record{Name: r.Problem.Name, Index: -1, Line: o.line, Split: r.Split, Prove: &r.Problem})
		}
	}
}

// split tells the split of a file by the folders that it is in.
func (in *input) split() string {
	parts := strings.Split(filepath.ToSlash(filepath.Dir(in.path)), "/")
	for _, part := range slices.Backward(append(parts, baseName(in.path))) {
		switch part := strings.ToLower(part); part {
		case "valid", "test", "train":
			return part
		case "validation":
			return "valid"
		}
	}
	return ""
}

func readPutnam(in *input) {
	if in.lean == nil {
		return
	}
	in.skipped()
	for _, t := range in.lean.Targets {
		r := leanRecord(t)
		p := t.Problem
		var references map[string]string
		p.Preamble, references = cutReferences(p.Preamble)
		a, err := source.ParseAbbreviation(p)
		switch {
		case errors.Is(err, source.ErrNoAbbreviation), err == nil && a.Answer != "":
			r.Prove = &p
		case err != nil:
			in.fail(t.Line, t.Column, "%v", err)
			continue
		default:
			if value := references[a.AnswerName]; value != "" {
				r.Reference = &Reference{Text: value, Kind: Term}
			}
			r.Abbreviation = &a
			if r.Find, err = findOfAbbreviation(a); err != nil {
				in.fail(t.Line, t.Column, "%s: %v", p.Name, err)
				continue
			}
		}
		in.add(r)
	}
}

// cutReferences takes the comments behind all definitions that are sorry out of a
// text: also what another problem of the file asks for is not to be seen.
func cutReferences(text string) (rest string, references map[string]string) {
	tokens, _ := source.Scan("", text)
	references = map[string]string{}
	var b strings.Builder
	end := 0
	for _, c := range source.Commands(tokens) {
		code := c.Tokens[c.KeywordIndex:]
		if c.Keyword != "abbrev" && c.Keyword != "def" || len(code) < 2 || !code[len(code)-1].Is("sorry") {
			continue
		}
		comment, behind := cutComment(text[c.End:])
		if comment == "" {
			continue
		}
		references[code[1].Text] = comment
		b.WriteString(text[end:c.End])
		end = len(text) - len(behind)
	}
	return b.String() + text[end:], references
}

// cutComment takes the comment that a text begins with out of it. A comment on
// lines of its own goes up to the first line that is none, or that is a note.
func cutComment(text string) (comment, rest string) {
	tokens, _ := source.Scan("", text)
	var lines []string
	end, line := 0, 0
	for _, t := range tokens {
		content, ok := strings.CutPrefix(t.Text, "--")
		content = strings.TrimSpace(content)
		note := strings.HasPrefix(strings.ToLower(content), "note")
		if t.Kind != source.Comment || !ok || note || line > 0 && t.Line != line+1 {
			break
		}
		lines = append(lines, content)
		end, line = t.End, t.Line
	}
	return strings.Join(lines, "\n"), text[end:]
}

func readLean(in *input) {
	if in.lean == nil {
		return
	}
	in.skipped()
	path := in.options.References
	if path == "" {
		path = answersPath(in.path)
	}
	references := in.references(path)
	for _, t := range in.lean.Targets {
		r := leanRecord(t)
		e, err := source.ParseExistential(t.Problem)
		switch terms, given := references[r.Name]; {
		case err == nil && given && len(terms) != len(e.Answers):
			in.fail(t.Line, t.Column, "%s: the theorem asks for %d answers, and the reference has %d", r.Name, len(e.Answers), len(terms))
			delete(references, r.Name)
			continue
		case err == nil:
			r.Find = findOfExistential(t.Problem, e)
			if given {
				r.Reference = &Reference{Text: terms[0], Kind: Term, Further: terms[1:]}
				delete(references, r.Name)
			}
		default:
			// A statement that is not understood can still be proved as it is.
			r.Prove = &t.Problem
		}
		in.add(r)
	}
	names := make([]string, 0, len(references))
	for name := range references {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		in.failIn(path, "there is a reference for %s, but %s has no theorem of this name that asks for an answer", name, in.path)
	}
}

// failIn lists what is wrong with a file that belongs to this one.
func (in *input) failIn(path, format string, args ...any) {
	in.errors = append(in.errors, source.LineError{File: path, Line: 1, Reason: fmt.Sprintf(format, args...)})
}

// references reads the file of references for a .lean file. It need not be there
// unless it was asked for.
func (in *input) references(path string) map[string][]string {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && in.options.References == "" {
		return nil
	}
	if err != nil {
		in.failIn(path, "%v", err)
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		in.failIn(path, "the references must be a JSON object from names to terms: %v", err)
		return nil
	}
	out := make(map[string][]string, len(raw))
	for name, value := range raw {
		var one string
		var several []string
		switch {
		case json.Unmarshal(value, &one) == nil && strings.TrimSpace(one) != "":
			out[name] = []string{one}
		case json.Unmarshal(value, &several) == nil && len(several) > 0:
			out[name] = several
		default:
			in.failIn(path, "the reference for %s is neither a term nor a list of terms", name)
		}
	}
	return out
}
