package rpe

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/soundness"
	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/search/fps"
)

// fault is what is wrong with a query before Lean is asked.
type fault struct {
	kind          Kind
	part, message string
}

// check looks at the texts of a query.
func (q *Query) check() *fault {
	name := q.answerName()
	if tokens, err := source.Scan("", name); err != nil || len(tokens) != 1 || tokens[0].Kind != source.Ident || len(tokens[0].Components()) != 1 || source.CommandWord(name) {
		return &fault{GivenNotElaborated, "given", fmt.Sprintf("%q cannot be the name of the answer: an identifier without dots is needed", name)}
	}
	if strings.TrimSpace(q.Type) == "" {
		return &fault{NoType, "type", "the type of the answer is not given, so that nobody can tell what equal means"}
	}
	// The checker reads the preamble; the statement is not its concern here.
	frame := q.problem(theoremName, "", " True")
	checker := soundness.NewChecker(frame)
	for _, b := range q.Given {
		if b.Name == name {
			return &fault{GivenNotElaborated, "given", fmt.Sprintf("%s is given, and is the name of the answer too: choose another name for the answer", name)}
		}
		if reason := checkText(checker, b.Type); reason != "" {
			return &fault{Forbidden, "given", fmt.Sprintf("the type of %s: %s", b.Name, reason)}
		}
		if tokens, err := source.Scan("", b.Name); err != nil || len(tokens) > 1 || len(tokens) == 1 && tokens[0].Kind != source.Ident {
			return &fault{Forbidden, "given", fmt.Sprintf("%q is no name for a variable", b.Name)}
		}
	}
	for _, t := range []struct{ part, text string }{{"type", q.Type}, {"answer", q.Answer.Text}, {"reference", q.Reference.Text}} {
		if reason := checkText(checker, t.text); reason != "" {
			return &fault{Forbidden, t.part, reason}
		}
	}
	if !q.Answer.Proposition && Mentions(q.Answer.Text, name) {
		return &fault{SelfReference, "answer", fmt.Sprintf("an answer that is a term must not mention %s, which stands for the answer itself: it would be an equation, not a value", name)}
	}
	if !q.Reference.Proposition && !q.direct() && Mentions(q.Reference.Text, name) {
		return &fault{SelfReference, "reference", fmt.Sprintf("a reference that mentions %s is a proposition about it, not a term", name)}
	}
	if reason := checkAnswer(q.Answer.Text); reason != "" {
		return &fault{Forbidden, "answer", reason}
	}
	return nil
}

// checkText says why a text cannot stand in the theorem, or nothing. It must be
// such that it begins and ends where its brackets say, whatever notations there
// are: a text that is more than one term could take in what stands around it.
func checkText(checker *soundness.Checker, text string) string {
	tokens, err := source.Scan("", text)
	if err != nil {
		return err.Error()
	}
	if len(tokens) == 0 {
		return "it is empty"
	}
	for _, t := range tokens {
		switch {
		case t.Kind == source.Comment || t.Kind == source.DocComment:
			// A notation may have a token with a comment's sign in it, so that
			// taking comments out could make another term of the text.
			return fmt.Sprintf("%q is a comment: take it out", t.Text)
		case t.Ambiguous:
			return fmt.Sprintf("%q can be read in several ways; put spaces around it, or write it without quotes and interpolation", t.Text)
		case strings.Contains(t.Text, "\n"):
			return "a string goes over several lines: write \\n instead"
		}
	}
	if t, found := source.Unmatched(tokens); found {
		return fmt.Sprintf("%q at column %d has no partner: the text must be one term", t.Text, t.Column)
	}
	if v := checker.Tactic(text); v != nil {
		return v.Error()
	}
	return ""
}

// choiceNames are declarations that give a value from a proof that there is one.
// "The x such that P" restates a problem, and its specification is a lemma away.
var choiceNames = []string{"Classical.choice", "Classical.choose", "Classical.epsilon", "Classical.arbitrary", "Classical.indefiniteDescription",
	"Classical.strongIndefiniteDescription", "Classical.some", "Exists.choose", "Exists.classicalRecOn", "Nonempty.some", "Nonempty.choose", "Classical.inhabited_of_nonempty",
	"Classical.inhabited_of_exists", "Classical.exists_true_of_nonempty", "Classical.ofNonempty", "Classical.choose_spec"}

// proofTactics can prove a proposition and give no other value.
var proofTactics = []string{"decide", "omega", "rfl", "norm_num", "positivity"}

// checkAnswer says why a text cannot be an answer: an answer says its value,
// while a tactic, a choice or a hole leaves it to be found.
func checkAnswer(text string) string {
	tokens, err := source.Scan("", text)
	if err != nil {
		return err.Error() // checkText was before
	}
	for i, t := range tokens {
		switch {
		case t.Is("by"):
			if !provesOnly(tokens[i+1:]) {
				return "an answer is a term; of tactics, only a proof by one of " + strings.Join(proofTactics, ", ") + " may stand in it"
			}
		case t.Is("‹"):
			return "‹…› looks for a hypothesis: name what is meant"
		case t.Is("?") && i+1 < len(tokens) && tokens[i+1].Start == t.End && tokens[i+1].Kind == source.Ident:
			return "?" + tokens[i+1].Text + " is a hole: an answer leaves nothing to be found"
		case t.Kind == source.Ident:
			name := strings.TrimPrefix(strings.Join(t.Components(), "."), "_root_.")
			if slices.Contains(choiceNames, name) || slices.Contains(unqualifiedChoice, name) {
				return name + " chooses a value that is known to exist: an answer says which one it is"
			}
		}
	}
	return ""
}

// unqualifiedChoice are the names that "open Classical" makes of [choiceNames]
// and that mean nothing else by themselves.
var unqualifiedChoice = []string{"choice", "epsilon", "arbitrary", "indefiniteDescription", "strongIndefiniteDescription", "ofNonempty"}

// provesOnly reports whether what follows "by" is one tactic that proves, up to
// a closing bracket, a comma or the end.
func provesOnly(rest []source.Token) bool {
	if len(rest) == 0 || !slices.ContainsFunc(proofTactics, rest[0].Is) {
		return false
	}
	return len(rest) == 1 || slices.ContainsFunc([]string{")", "⟩", "]", "}", ","}, rest[1].Is)
}

// Mentions reports whether an identifier of the text is the name or a field of it.
func Mentions(text, name string) bool {
	tokens, _ := source.Scan("", text) // what cannot be read is found elsewhere
	return slices.ContainsFunc(tokens, func(t source.Token) bool {
		parts := t.Components()
		return t.Kind == source.Ident && len(parts) > 0 && parts[0] == name
	})
}

// ParseGiven reads binders as Lean has them: "(n m : Nat) (h : n < m) [Foo a]".
func ParseGiven(text string) ([]fps.Binder, error) {
	tokens, err := source.Scan("", text)
	if err != nil {
		return nil, fmt.Errorf("reading the binders %q: %w", text, err)
	}
	bad := func(why string) ([]fps.Binder, error) {
		return nil, fmt.Errorf("reading the binders %q: %s; write them as in (n m : Nat) (h : n < m)", text, why)
	}
	tokens = source.Code(tokens)
	if t, found := source.Unmatched(tokens); found {
		return bad(fmt.Sprintf("%q has no partner", t.Text))
	}
	var list []fps.Binder
	for len(tokens) > 0 {
		if !slices.ContainsFunc([]string{"(", "{", "["}, tokens[0].Is) {
			return bad(fmt.Sprintf("%q is not in brackets", tokens[0].Text))
		}
		depth, end, colon := 0, 0, 0
		for i, t := range tokens {
			switch t.Text {
			case "(", "{", "[", "⟨":
				depth++
			case ")", "}", "]", "⟩":
				depth--
			case ":":
				if depth == 1 && colon == 0 {
					colon = i
				}
			}
			if depth == 0 {
				end = i
				break
			}
		}
		instance := tokens[0].Is("[")
		from := tokens[0].End
		var names []string
		if colon > 0 {
			from = tokens[colon].End
			for _, t := range tokens[1:colon] {
				if t.Kind != source.Ident {
					return bad(fmt.Sprintf("%q is no name", t.Text))
				}
				names = append(names, t.Text)
			}
		}
		written := strings.TrimSpace(text[from:tokens[end].Start])
		switch {
		case written == "":
			return bad("a type is missing")
		case len(names) == 0 && !instance:
			return bad("a name and a colon are missing")
		case len(names) == 0:
			names = []string{""}
		}
		for _, name := range names {
			list = append(list, fps.Binder{Name: name, Type: written})
		}
		tokens = tokens[end+1:]
	}
	if len(list) == 0 {
		return nil, errors.New("reading the binders: there are none; write them as in (n : Nat)")
	}
	return list, nil
}
