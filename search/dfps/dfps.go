// Package dfps is the deductive variant of formal problem solving, for problems
// that ask for all answers, or for the only one. The answer is an ordinary
// variable, what is looked for is a proposition about it (the submission), and
// the solver only reasons forward: from the hypotheses, the query among them, to
// the submission, which it hands in by exact. Section 3.3 of "Beyond Theorem
// Proving" (arXiv 2505.04528), as package fps.
//
// That proof makes the submission complete: whatever is an answer satisfies it.
// Whether it is sound, so that whatever satisfies it is an answer, is a theorem
// of its own ([Backward]), which is always tried.
package dfps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// SubmissionName is the name of the proposition that is looked for, and of its
// proof in the backward part.
const SubmissionName = "h_submission"

// Problem is a problem that asks for an answer, in its deductive variant.
type Problem struct{ fps.Problem }

// Forward is the statement of the forward part:
//
//	∀ introductions, ∀ (answer : T), ∃ (h_submission : Prop), ∀ outros, h_submission
//
// The submission can mention the introductions and the answer, and nothing else.
func (p Problem) Forward() (provers.Problem, error) {
	out, err := p.Question("forward", p.Answers,
		"∃ ("+SubmissionName+" : Prop),"+fps.ForAll(p.hypotheses())+"\n  "+SubmissionName)
	out.Kind = provers.Find
	return out, err
}

// Backward is the statement of the backward part for a submission:
//
//	∀ introductions, ∀ (answer : T) (h_submission : submission), ∀ assumptions, requirements
func (p Problem) Backward(submission string) (provers.Problem, error) {
	parts := p.Parts()
	given := append(slices.Clone(p.Answers), fps.Binder{Name: SubmissionName, Type: submission})
	return p.Question("backward", given, strings.TrimPrefix(fps.ForAll(parts.Assumptions)+"\n  "+parts.Requirement(), "\n  "))
}

// hypotheses are what the forward part may use. A requirement about all values of
// a variable is one hypothesis; the variable is not given.
func (p Problem) hypotheses() []fps.Binder {
	parts := p.Parts()
	for _, r := range parts.Requirements {
		if r.Data {
			query := p.Outros[len(p.Outros)-1]
			return append(parts.Assumptions, fps.Binder{Name: query.Name, Type: parts.Requirement()})
		}
	}
	return p.Outros
}

// Shell is the part of the forward proof that the framework runs.
func (p Problem) Shell() string {
	lines := []string{
		"intro " + strings.Join(fps.IntroNames(slices.Concat(p.Intros, p.Answers)), " "),
		"refine ⟨?w, ?h⟩",
	}
	return strings.Join(append(lines, "case' h => intro "+strings.Join(fps.IntroNames(p.hypotheses()), " ")), "\n")
}

// Scope are the names that a submission may mention.
func (p Problem) Scope() []string { return slices.Concat(p.Problem.Scope(), p.AnswerNames()) }

// Judge says which form a submission has: it has to say of the answer what it is.
func (p Problem) Judge(a provers.Answer) (fps.Form, string) {
	form, why := fps.Judge(a.Explicit, p.Scope())
	if form == fps.NoAnswer {
		return form, why
	}
	for _, b := range p.Answers {
		if !fps.Mentions(a.Explicit, b.Name) && a.Text != "False" {
			return fps.NoAnswer, fmt.Sprintf("it says nothing about %s", b.Name)
		}
	}
	return form, why
}
