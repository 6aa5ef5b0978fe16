package rpe

import (
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// DefaultAnswerName is how propositions name the answer that they are about.
const DefaultAnswerName = "answer"

// theoremName is the theorem that states the equivalence.
const theoremName = "ansatz_rpe"

// Side is one of the two texts that are compared.
type Side struct {
	// Text is Lean source text.
	Text string `json:"text"`
	// Proposition is set for a proposition about the answer, such as "answer = 5";
	// otherwise the text is a term of the answer's type.
	Proposition bool `json:"proposition,omitempty"`
}

// Query asks whether an answer is equal to a reference.
type Query struct {
	// Name identifies the query to a reader.
	Name string
	// Preamble and Closing are those of the problem, as in [provers.Problem].
	Preamble, Closing string
	// Given are the variables and hypotheses that both texts may mention.
	Given []fps.Binder
	// Type is the type of the answer.
	Type string
	// AnswerName is the name of the answer in propositions about it; empty means
	// [DefaultAnswerName].
	AnswerName string
	Answer     Side
	Reference  Side
}

func (q *Query) answerName() string {
	if q.AnswerName == "" {
		return DefaultAnswerName
	}
	return q.AnswerName
}

func (q *Query) isProp() bool { return strings.Trim(q.Type, "() \t\n") == "Prop" }

// direct reports whether two propositions are compared that are about nothing.
func (q *Query) direct() bool {
	return q.isProp() && !Mentions(q.Answer.Text, q.answerName()) && !Mentions(q.Reference.Text, q.answerName())
}

// checkedOptions end the preamble: with auto-binding, a misspelt name would
// silently become a variable and the statement another one. The paper sets no
// limit of heartbeats; time is the limit.
const checkedOptions = fps.NoAutoImplicit + "set_option maxHeartbeats 0\n"

// Problem is the theorem that states the equivalence.
func (q *Query) Problem() provers.Problem {
	if q.direct() {
		return q.problem(theoremName, "", "\n    ("+indented(q.Answer.Text)+")\n    ↔ ("+indented(q.Reference.Text)+")")
	}
	return q.problem(theoremName, q.binder(), "\n    "+q.side(q.Answer)+"\n    ↔ "+q.side(q.Reference))
}

func (q *Query) binder() string {
	return " (" + q.answerName() + " : " + indented(q.Type) + ")"
}

// side is one side of the equivalence. The inner brackets make a text with a
// comma or a colon at its top the term that it seems to be, or an error.
func (q *Query) side(s Side) string {
	if s.Proposition {
		return "(" + indented(s.Text) + ")"
	}
	name := q.answerName()
	return "(" + name + " = (clear% " + name + "; " + q.ascribed(s.Text) + "))"
}

func (q *Query) ascribed(text string) string {
	return "((" + indented(text) + ") : " + indented(q.Type) + ")"
}

// problem makes a theorem in the context of what is given.
func (q *Query) problem(name, binders, target string) provers.Problem {
	preamble := q.Preamble
	if preamble != "" && !strings.HasSuffix(preamble, "\n") {
		preamble += "\n"
	}
	closing := q.Closing
	if closing != "" && !strings.HasPrefix(closing, "\n") {
		closing = "\n" + closing
	}
	var given strings.Builder
	for _, b := range q.Given {
		given.WriteString(" " + indented(b.String()))
	}
	title := q.Name
	if title == "" {
		title = name
	}
	return provers.Problem{Name: title, Kind: provers.Prove, Preamble: preamble + checkedOptions,
		Statement: "theorem " + name + given.String() + binders + " :" + target, Closing: closing}
}

// indented keeps every line of a text behind the first from beginning a command.
func indented(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n      ")
}

// part is a piece of the theorem that can be elaborated by itself, to tell which
// of them is wrong.
type part struct {
	name    string // as in Result.Part
	problem provers.Problem
	// unknown is the kind of error of a name that is not known, wrong that of
	// everything else.
	unknown, wrong Kind
}

// parts are the pieces in the order in which they depend on one another.
func (q *Query) parts() []part {
	list := []part{
		{"preamble", q.problem(theoremName+"_preamble", "", " True"), PreambleNotElaborated, PreambleNotElaborated},
		{"given", q.problem(theoremName+"_given", "", " True"), AutoBound, GivenNotElaborated},
		{"type", q.problem(theoremName+"_type", "", " ∀ _ : "+indented(q.Type)+", True"), AutoBound, TypeNotElaborated},
	}
	list[0].problem.Statement = "theorem " + theoremName + "_preamble : True"
	for _, s := range []struct {
		name           string
		side           Side
		unknown, wrong Kind
	}{{"answer", q.Answer, AnswerNotClosed, AnswerNotElaborated}, {"reference", q.Reference, ReferenceNotClosed, ReferenceNotElaborated}} {
		p := q.problem(theoremName+"_"+s.name, "", fmt.Sprintf(" (fun (_ : %s) => True) %s", indented(q.Type), q.ascribed(s.side.Text)))
		if s.side.Proposition {
			p = q.problem(theoremName+"_"+s.name, q.binder(), " (fun (_ : Prop) => True) ("+indented(s.side.Text)+")")
		}
		list = append(list, part{s.name, p, s.unknown, s.wrong})
	}
	return list
}
