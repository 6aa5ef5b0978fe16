package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/console"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/solutions"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/dfps"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// questionJSON is what a run that looks for an answer asks, and what came of it.
type questionJSON struct {
	Method  prooftree.Method `json:"method"`
	Problem fps.Problem      `json:"problem"`
	PartOf  string           `json:"part_of,omitempty"`
	// Answers are those of the last accepted proof; Refused are those that were
	// refused for their form.
	Answers      []provers.Answer        `json:"answers,omitempty"`
	Form         fps.Form                `json:"form,omitempty"`
	Refused      []refusedJSON           `json:"refused,omitempty"`
	Equivalences []prooftree.Equivalence `json:"equivalences,omitempty"`
	// Complete and Sound are the parts of the deductive variant.
	Complete    solutions.Part `json:"complete,omitempty"`
	Sound       solutions.Part `json:"sound,omitempty"`
	BackwardRun string         `json:"backward_run,omitempty"`
}

// refusedJSON is an answer that was refused for its form.
type refusedJSON struct {
	Answers []provers.Answer `json:"answers"`
	Class   string           `json:"class"`
	Reason  string           `json:"reason"`
}

// readQuestion reads what a run asks; nil for one that only proves.
func readQuestion(ctx context.Context, store *prooftree.Store, run string, verdicts []provers.Verdict) (*questionJSON, error) {
	question, found, err := store.Question(ctx, run)
	if err != nil || !found {
		return nil, err
	}
	q := questionJSON{Method: question.Method, PartOf: question.PartOf}
	if err := json.Unmarshal(question.Problem, &q.Problem); err != nil {
		return nil, fmt.Errorf("reading what run %s looks for: %w", run, err)
	}
	for _, v := range verdicts {
		switch {
		case v.Accepted && q.Answers == nil && len(v.Answers) > 0:
			q.Answers, q.Form = v.Answers, q.form(v.Answers)
		case v.Class == classNoAnswer || v.Class == classUnevaluated:
			q.Refused = append(q.Refused, refusedJSON{v.Answers, v.Class, v.Reason})
		}
	}
	if q.Equivalences, err = store.Equivalences(ctx, run); err != nil {
		return nil, err
	}
	if q.Method != prooftree.DFPS || q.Answers == nil {
		return &q, nil
	}
	q.Complete, q.Sound = solutions.Proved, solutions.NotShown
	parts, err := store.Parts(ctx, run)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		summary, err := store.Run(ctx, part)
		if err != nil {
			return nil, err
		}
		q.BackwardRun = part
		if summary.Verified() {
			q.Sound = solutions.Proved
		}
	}
	return &q, nil
}

// form is the form of the answers together.
func (q *questionJSON) form(list []provers.Answer) fps.Form {
	form := fpsForm(q.Problem)
	if q.Method == prooftree.DFPS {
		form = dfps.Problem{Problem: q.Problem}.Judge
	}
	return form.submission(list).Form
}

// rows are the lines of "ansatz show" about the question.
func (q *questionJSON) rows() [][]string {
	var asks []string
	for _, b := range q.Problem.Answers {
		asks = append(asks, strings.TrimSuffix(b.Name+" : "+console.OneLine(b.Type), " : "))
	}
	rows := [][]string{{"asks for", strings.Join(asks, ", ") + "; method " + string(q.Method)}}
	if q.PartOf != "" {
		rows = append(rows, []string{"part of", "run " + q.PartOf})
	}
	if q.Answers != nil {
		form := map[fps.Form]string{fps.NormalForm: "in normal form", fps.Unevaluated: "not worked out", fps.NoAnswer: "no answer"}[q.Form]
		rows = append(rows, []string{"answer", console.Clip(texts(q.Answers), 200) + "  (" + form + ")"})
	}
	if q.Complete != "" {
		sound := "not shown to be sound"
		if q.Sound == solutions.Proved {
			sound = "sound"
		}
		if q.BackwardRun != "" {
			sound += " (run " + q.BackwardRun + ")"
		}
		rows = append(rows, []string{"submission", "complete, " + sound})
	}
	for _, r := range q.Refused {
		rows = append(rows, []string{"refused", console.Clip(console.OneLine(r.Reason), 200)})
	}
	for _, e := range q.Equivalences {
		text := fmt.Sprintf("%s: %s", e.Status, console.OneLine(e.Reference))
		if e.Answer != texts(q.Answers) {
			text = fmt.Sprintf("%s: %s, for %s", e.Status, console.OneLine(e.Reference), console.OneLine(e.Answer))
		}
		switch e.Status {
		case "equivalent":
			text += fmt.Sprintf("  (by %s of %s)", e.Tactic, e.Profile)
		case "error":
			text += "  (" + console.OneLine(e.Message) + ")"
		default:
			text += fmt.Sprintf("  (%s)", e.Profile)
		}
		rows = append(rows, []string{"reference", console.Clip(text, 240)})
	}
	return rows
}

// texts are answers as they are printed.
func texts(list []provers.Answer) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = console.OneLine(a.Text)
	}
	return strings.Join(out, ", ")
}

// again makes the plan of a stored search for an answer go on as it began.
func (a *app) again(p searchPlan, b *batch) (searchPlan, *collector, error) {
	var problem fps.Problem
	if err := json.Unmarshal(p.question.Problem, &problem); err != nil {
		return p, nil, fmt.Errorf("reading what run %s looks for: %w", p.info.ID, err)
	}
	var fresh searchPlan
	var c *collector
	switch p.question.Method {
	case prooftree.FPS:
		fresh, c = planFPS(search.RunInfo{}, problem, b, false)
	case prooftree.DFPS:
		fresh, c = planForward(search.RunInfo{}, dfps.Problem{Problem: problem}, b, false)
	default:
		return p, nil, nil // a backward part is a proof like any other
	}
	p.policy, p.collect, p.question = fresh.policy, fresh.collect, nil
	return p, c, nil
}

// sayAnswer prints the answer that a resumed search found.
func (a *app) sayAnswer(c *collector) {
	if c == nil || c.last == nil || c.last.Form != fps.NormalForm {
		return
	}
	if a.json {
		a.printJSON(answerJSON{Version: results.Version, Type: "answer", Submission: *c.last})
		return
	}
	a.printf("answer: %s\n", console.OneLine(c.last.Text()))
}

// answerJSON is what "ansatz resume --json" prints of an answer.
type answerJSON struct {
	Version int    `json:"version"`
	Type    string `json:"type"` // "answer"
	solutions.Submission
}
