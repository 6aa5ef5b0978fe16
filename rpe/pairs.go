package rpe

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Pair is one line of a file of pairs: an answer with what it is to be compared
// to.
type Pair struct {
	Name   string `json:"name,omitempty"`
	Answer string `json:"answer"`
	// Reference or References, or both.
	Reference  string   `json:"reference,omitempty"`
	References []string `json:"references,omitempty"`
	Type       string   `json:"type"`
	// Given has binders, "(n : Nat)".
	Given []string `json:"given,omitempty"`
	// Preamble and Closing are those of the problem.
	Preamble string `json:"preamble,omitempty"`
	Closing  string `json:"closing,omitempty"`
	// About is the name of the answer in propositions about it. If it is set, an
	// answer that mentions it is a proposition too.
	About string `json:"about,omitempty"`
	// Expected is "equivalent", "not_equivalent" or "error:" with a [Kind], or empty.
	Expected string `json:"expected,omitempty"`
	// Line is where the pair stands in its file, from 1.
	Line int `json:"-"`
}

// Query is the pair as a query without its references, which stand apart.
func (p Pair) Query() (Query, []Side, error) {
	q := Query{Name: p.Name, Preamble: p.Preamble, Closing: p.Closing, Type: p.Type, AnswerName: p.About}
	for _, text := range p.Given {
		binders, err := ParseGiven(text)
		if err != nil {
			return q, nil, err
		}
		q.Given = append(q.Given, binders...)
	}
	name := q.answerName()
	q.Answer = Side{Text: p.Answer, Proposition: p.About != "" && Mentions(p.Answer, name)}
	texts := p.References
	if p.Reference != "" {
		texts = append([]string{p.Reference}, texts...)
	}
	if len(texts) == 0 {
		return q, nil, errors.New("there is no reference to compare the answer to")
	}
	references := make([]Side, len(texts))
	for i, text := range texts {
		references[i] = Side{Text: text, Proposition: Mentions(text, name)}
	}
	return q, references, nil
}

// Meets reports whether a result is the one that the pair expects. It is true if
// the pair expects nothing.
func (p Pair) Meets(r Result) bool {
	switch r.Status {
	case Equivalent:
		return p.Expected == "" || p.Expected == "equivalent"
	case NotShown:
		return p.Expected == "" || p.Expected == "not_equivalent"
	}
	return p.Expected == "" || p.Expected == "error:"+string(r.Kind)
}

// maxPairLine bounds one line of a file of pairs.
const maxPairLine = 16 << 20

// ReadPairs reads JSON lines. An error names the line that cannot be used.
func ReadPairs(r io.Reader) ([]Pair, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxPairLine)
	var pairs []Pair
	for line := 1; scanner.Scan(); line++ {
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 {
			continue
		}
		p := Pair{Line: line}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&p); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if p.Name == "" {
			p.Name = fmt.Sprintf("line_%d", line)
		}
		if e := p.Expected; e != "" && e != "equivalent" && e != "not_equivalent" && !strings.HasPrefix(e, "error:") {
			return nil, fmt.Errorf(`line %d: expected is %q; it may be "equivalent", "not_equivalent" or "error:" with a kind`, line, e)
		}
		pairs = append(pairs, p)
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	return pairs, nil
}
