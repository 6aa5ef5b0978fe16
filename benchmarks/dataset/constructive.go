package dataset

import (
	"errors"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
)

// constructiveRecord is one object of layout [Constructive].
type constructiveRecord struct {
	Name string `json:"name"`
	// Problem and Answer are the informal problem and its answer.
	Problem string `json:"problem"`
	Answer  string `json:"answer"`
	// Category is a subject, in the files of MathArena.
	Category string `json:"category"`
	// Header is the imports and commands before everything else.
	Header string `json:"header"`
	// Formalization is the whole text, answer included: the header, the answer's
	// abbreviation, the theorem. ConstructiveBench itself has only its parts.
	Formalization string `json:"formalization"`
	// AnswerPart is the abbreviation, with the answer or with sorry for it.
	AnswerPart string `json:"answer_part"`
	// AnswerInfo are declarations between the abbreviation and the theorem.
	AnswerInfo string `json:"additional_info_after_answer"`
	// TheoremPart is the theorem that mentions the abbreviation, with declarations
	// of its own before it.
	TheoremPart string `json:"theorem_part"`
	// TheoremFull is the statement as "∃ (answer : type), ...", in the files in
	// existential form. It was printed by Lean, and so differs in its text.
	TheoremFull string `json:"theorem_part_full"`
	// AnswerType and FormalAnswer are the type and the value of the abbreviation.
	AnswerType   string `json:"answer_type"`
	FormalAnswer string `json:"formal_answer"`
}

func readConstructive(in *input) {
	for _, o := range in.objects {
		var c constructiveRecord
		if !in.decode(o, &c) {
			continue
		}
		if c.Name == "" {
			in.fail(o.line, 0, "there is no name")
			continue
		}
		r := Record{Name: c.Name, Index: -1, Line: o.line, Informal: Informal{Problem: c.Problem, Answer: c.Answer}}
		if c.Category != "" {
			r.Tags = []string{c.Category}
		}
		if err := c.fill(&r); err != nil {
			in.fail(o.line, 0, "%s: %v", c.Name, err)
			continue
		}
		in.add(r)
	}
}

func (c constructiveRecord) fill(r *Record) error {
	text := c.Formalization
	if text == "" {
		text = join(c.Header, c.AnswerPart, c.AnswerInfo, c.TheoremPart)
	}
	p, err := source.ParseProblem("the formalization", text)
	if err != nil {
		return err
	}
	a, err := source.ParseAbbreviation(p)
	if err != nil {
		return err
	}
	value := a.Answer
	if value == "" {
		value = c.FormalAnswer
	}
	if value = termOf(value); value != "" {
		r.Reference = &Reference{Text: value, Kind: Term}
	}
	a.Answer = ""
	r.Abbreviation = &a
	if c.TheoremFull == "" {
		r.Find, err = findOfAbbreviation(a)
		return err
	}
	full, err := source.ParseProblem("the existential form", join(c.Header, c.AnswerInfo, c.TheoremFull))
	if err != nil {
		return err
	}
	e, err := source.ParseExistential(full)
	if err != nil {
		return err
	}
	if len(e.Answers) != 1 || len(e.Intros) > 0 {
		return errors.New("the existential form must begin with one answer, as the abbreviation has one")
	}
	r.Find = findOfExistential(full, e)
	return nil
}

// termOf is the term that a text begins with. In some records the declarations
// behind the abbreviation were taken for a part of its value.
func termOf(text string) string {
	commands := source.Commands(code(text))
	if len(commands) < 2 || commands[0].Keyword != "" {
		return text
	}
	return text[:commands[0].End]
}

// join writes parts of a Lean text, those that there are, a line apart.
func join(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		if strings.TrimSpace(part) != "" {
			b.WriteString(strings.TrimRight(part, " \n") + "\n\n")
		}
	}
	return b.String()
}
