package solutions

import (
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/cmd/ansatz/internal/results"
	"github.com/ansatz-prover/ansatz/internal/golden"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/fps"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

func submission(text string, form fps.Form, statuses ...string) *Submission {
	s := &Submission{Answers: []provers.Answer{{Text: text}}, Form: form}
	for _, status := range statuses {
		s.Equivalences = append(s.Equivalences, prooftree.Equivalence{Status: status, Tactic: "rfl", Message: "it is\nno term"})
	}
	return s
}

func examples() []Solution {
	return []Solution{
		{Name: "both", Elapsed: 12.5, Proven: results.Proved, Attempts: []Attempt{
			{Method: prooftree.FPS, Result: results.Proved, Submission: submission("41", fps.NormalForm, "equivalent")},
			{Method: prooftree.DFPS, Result: results.Proved, Submission: submission("answer = 41", fps.NormalForm, "equivalent"), Complete: Proved, Sound: Proved}}},
		{Name: "copy", Elapsed: 30, Attempts: []Attempt{
			{Method: prooftree.FPS, Result: results.Unproved, Reason: "time is up", Raw: submission("54 % 6", fps.Unevaluated, "equivalent")},
			{Method: prooftree.DFPS, Result: results.Unproved, Reason: "time is up"}}},
		{Name: "copied first, then worked out", Elapsed: 30, Attempts: []Attempt{
			{Method: prooftree.FPS, Result: results.Proved, Raw: submission("54 % 6", fps.Unevaluated, "equivalent"), Submission: submission("0", fps.NormalForm, "equivalent")}}},
		{Name: "another answer", Elapsed: 3, Attempts: []Attempt{
			{Method: prooftree.FPS, Result: results.Proved, Submission: submission("2", fps.NormalForm, "not_shown")},
			{Method: prooftree.DFPS, Result: results.Proved, Submission: submission("answer = 2 ∨ answer = 3", fps.NormalForm, "not_shown"), Complete: Proved, Sound: NotShown}}},
		{Name: "only backward from a hypothesis", Elapsed: 3, Proven: results.Unproved, Attempts: []Attempt{
			{Method: prooftree.FPS, Result: results.Unproved, Reason: "time is up"},
			{Method: prooftree.DFPS, Result: results.Proved, Submission: submission("answer = 8", fps.NormalForm, "equivalent"), Complete: Proved, Sound: NotShown}}},
		{Name: "no reference", Elapsed: 3, Attempts: []Attempt{{Method: prooftree.FPS, Result: results.Proved, Submission: submission("[1, 2]", fps.NormalForm)}}},
		{Name: "bad reference", Elapsed: 3, Attempts: []Attempt{{Method: prooftree.FPS, Result: results.Proved, Submission: submission("7", fps.NormalForm, "error")}}},
		{Name: "vacuous", Result: Vacuous, Reason: "its hypotheses contradict one another", Elapsed: 1},
		{Name: "typo", Elapsed: 1, Attempts: []Attempt{{Method: prooftree.FPS, Result: results.Invalid, Reason: "unknown identifier\x1b[31m"}}},
		{Name: "chosen", Elapsed: 9, Attempts: []Attempt{{Method: prooftree.FPS, Result: results.Unverified, Reason: "no answer", Raw: submission("Classical.choose h", fps.NoAnswer)}}},
	}
}

func TestSummary(t *testing.T) {
	s := NewSummary(12, []prooftree.Method{prooftree.FPS, prooftree.DFPS})
	s.References, s.InputErrors, s.Profile = 9, 1, "rpe-core-1"
	var b strings.Builder
	for _, solution := range examples() {
		solution.Conclude()
		s.Add(solution)
		b.WriteString(solution.Line(20) + "\n")
	}
	s.Finish(90 * time.Second)
	golden.Check(t, "summary.txt", b.String()+"\n"+s.Text())
}

func TestOneMethodHasNoUnion(t *testing.T) {
	if s := NewSummary(1, []prooftree.Method{prooftree.DFPS}); len(s.Table) != 1 || s.Table[0].Method != "dfps" {
		t.Errorf("%+v", s.Table)
	}
}
