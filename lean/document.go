package lean

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/lsp"
)

// forkName is the theorem that copies a goal: from p it makes p and p. It stands
// before the statement while exploring, never in a text that is checked.
const forkName = "ansatz_fork"

// markPrefix begins the message that an action was begun. Only what was begun
// can have succeeded: silence is never success.
const markPrefix = "ansatz:"

// document is the text in which actions are tried.
type document struct {
	w             writer
	problem       provers.Problem
	statementLine int
	byLine        int // the line with the block of tactics, where its unsolved goals are reported
	block         int // the line of the innermost focused block, or byLine
	candidates    []span
	forked        bool
}

// span is the lines of one action, to excluded.
type span struct {
	from, to int
	column   int // of the bullet before it, in UTF-16 units; -1 if it has none
}

// begin writes everything up to the first tactic. units is the budget of one
// action. Lean counts heartbeats over a whole declaration, so a batch shares one
// budget: that of two actions, since most need next to nothing and one that runs
// away should not take the time of eight.
func (s *session) begin(units int64, actions int) *document {
	d := &document{problem: s.problem}
	d.w.raw(s.problem.Preamble)
	if !strings.HasSuffix(s.problem.Preamble, "\n") {
		d.w.raw("\n")
	}
	d.w.raw("theorem " + forkName + " {p : Prop} (a _b : p) : p := a\n")
	if units > 0 {
		d.w.raw("set_option maxHeartbeats " + strconv.FormatInt(units*int64(min(max(actions, 1), 2)), 10) + " in\n")
	}
	d.statementLine = d.w.line
	d.w.raw(s.problem.Statement + " := by\n")
	d.byLine = d.w.line - 1
	d.block = d.byLine
	d.w.indent = 2
	return d
}

// path writes the steps to a state, and returns how that state is laid out.
func (d *document) path(root layout, steps []provers.Step) (layout, error) {
	at := root
	for _, step := range steps {
		d.w.act(at, step.Action)
		next, err := decodeLayout(step.Layout)
		if err != nil {
			return layout{}, err
		}
		d.w.enter(next)
		if d.w.bullet {
			d.block = d.w.line
		}
		at = next
	}
	return at, nil
}

func mark(i int) string { return fmt.Sprintf("trace \"%s%d\"", markPrefix, i) }

// single writes one action that works on the state itself.
func (d *document) single(a provers.Action, l layout) {
	from := d.w.line
	d.w.put(mark(0))
	d.w.act(l, provers.Action{Goal: a.Goal, Text: strict(a.Text)})
	d.candidates = append(d.candidates, span{from, d.w.line, -1})
}

// fork writes several actions, each on its own copy of the state's only goal.
func (d *document) fork(names []string, actions []provers.Action, batch []int) {
	if len(batch) == 1 {
		d.single(actions[batch[0]], layout{Goals: 1, At: []int{0}, Names: [][]string{names}})
		return
	}
	d.forked = true
	d.w.name(names)
	d.w.put("refine " + strings.Repeat(forkName+" ?_ (", len(batch)-1) + "?_" + strings.Repeat(")", len(batch)-1))
	indent := d.w.indent
	for k, i := range batch {
		d.w.bullet = true
		from := d.w.line
		d.w.put(mark(k))
		d.w.put(strict(actions[i].Text))
		d.candidates = append(d.candidates, span{from, d.w.line, indent})
		d.w.indent = indent
	}
}

func (d *document) text() string { return d.w.b.String() + d.problem.Closing + "\n" }

// strict makes Lean give an action up at its first error. Otherwise it would
// admit what a nested proof failed to show and go on with the rest of the
// action, which was refused already.
func strict(tactic string) string {
	return "first\n| " + strings.ReplaceAll(tactic, "\n", "\n  ")
}

// begun counts the actions that were begun, as far as messages tell.
func (d *document) begun(messages []lsp.Diagnostic) int {
	n := 0
	for _, m := range messages {
		if m.Severity == lsp.SeverityInformation && strings.HasPrefix(m.Message, markPrefix) {
			n++
		}
	}
	return n
}

// canFork reports whether a state's actions can be tried in one document: its
// goal is alone, and no action can change another's goal through a metavariable.
func canFork(s provers.State) bool {
	return len(s.Goals) == 1 && len(s.Goals[0].Metavariables) == 0
}

// namesHole matches an action that names a metavariable. A name means the same
// metavariable everywhere in a declaration, so such an action cannot share one.
var namesHole = regexp.MustCompile(`(^|[^\pL\pN_'!.])\?[\pL]`)

// read makes outcomes of Lean's messages.
func (d *document) read(c classifier, from provers.State, actions []provers.Action, batch []int, result checkResult, alone bool) []verdictOf {
	type said struct {
		begun    bool
		errors   []lsp.Diagnostic
		unsolved *lsp.Diagnostic
		infos    []string
	}
	about := make([]said, len(batch))
	var stray []lsp.Diagnostic // errors outside of every action
	for _, m := range result.diagnostics {
		line := m.Range.Start.Line
		if !d.forked && isUnsolved(m) && line == d.block {
			about[0].unsolved = &m
			continue
		}
		k := d.find(line)
		if k < 0 {
			if m.Severity == lsp.SeverityError {
				stray = append(stray, m)
			}
			continue
		}
		a := &about[k]
		switch {
		case m.Severity == lsp.SeverityInformation && m.Message == markPrefix+strconv.Itoa(k):
			a.begun = true
		case m.Severity == lsp.SeverityError && isUnsolved(m) && line == d.candidates[k].from && m.Range.Start.Character == d.candidates[k].column:
			a.unsolved = &m
		case m.Severity == lsp.SeverityError:
			a.errors = append(a.errors, m)
		case m.Severity == lsp.SeverityInformation:
			a.infos = append(a.infos, m.Message)
		}
	}
	last := -1
	for k := range about {
		if about[k].begun {
			last = k
		}
	}
	verdicts := make([]verdictOf, len(batch))
	for k, i := range batch {
		a := about[k]
		v := &verdicts[k]
		v.begun = a.begun
		action := actions[i]
		switch {
		case !a.begun:
			if alone {
				// A syntax error can come so early that nothing is begun.
				for _, m := range append(a.errors, stray...) {
					class, status := c.classify(m.Message)
					if status == provers.Unparsed {
						v.decided, v.outcome = true, provers.Outcome{Status: status, Class: class, Message: shorten(m.Message)}
						break
					}
				}
			}
		case k == last && !result.complete:
			if result.died == "" && !result.enough {
				v.decided, v.outcome = true, provers.Outcome{Status: provers.TimedOut, Class: "wall_time", Message: "no result within the wall time"}
			}
		default:
			*v = d.decide(c, from, action, a.errors, stray, a.unsolved, a.infos, k, len(batch), k == last, alone)
		}
	}
	return verdicts
}

func (d *document) find(line int) int {
	for k, s := range d.candidates {
		if line >= s.from && line < s.to {
			return k
		}
	}
	return -1
}

func (d *document) decide(c classifier, from provers.State, action provers.Action, errs, stray []lsp.Diagnostic, unsolved *lsp.Diagnostic, infos []string, k, n int, last, alone bool) verdictOf {
	v := verdictOf{begun: true}
	if len(errs) > 0 {
		m := errs[0]
		class, status := c.classify(m.Message)
		if status == provers.Unparsed && last && !alone {
			// The error may belong to what follows; alone, it is clear.
			return v
		}
		v.decided = true
		v.outcome = provers.Outcome{Status: status, Class: class, Message: shorten(m.Message)}
		return v
	}
	// A syntax error ends the declaration for Lean; it is reported where the
	// parser gave up, which may be after the last action that was begun. Running
	// out of heartbeats is reported for the declaration.
	if last {
		for _, m := range stray {
			class, status := c.classify(m.Message)
			if status == provers.Unparsed || status == provers.OutOfBudget || class == "recursion" {
				if alone {
					v.decided, v.outcome = true, provers.Outcome{Status: status, Class: class, Message: shorten(m.Message)}
				}
				return v
			}
		}
	}
	v.decided = true
	var proposed []string
	for _, info := range infos {
		proposed = append(proposed, suggestions(info)...)
	}
	if unsolved == nil {
		if query.MatchString(action.Text) {
			// A query proves nothing that could be written down; what it suggests does.
			v.outcome = provers.Outcome{Status: provers.Rejected, Class: "suggestion", Message: "a query: see its suggestions", Suggestions: proposed}
			return v
		}
		v.outcome = provers.Outcome{Status: provers.Solved, Suggestions: proposed}
		return v
	}
	text := strings.TrimPrefix(unsolved.Message, unsolvedGoals)
	if d.forked {
		text = d.dropForkCase(text, from, k)
	}
	goals := parseGoals(text)
	if len(goals) == 0 {
		v.outcome = provers.Outcome{Status: provers.Rejected, Class: "unreadable", Message: shorten("Lean reported goals that could not be read: " + unsolved.Message)}
		return v
	}
	next := splitStates(from.Path, action, goals)
	if len(next) == 1 && next[0].Key == from.Key {
		v.outcome = provers.Outcome{Status: provers.Rejected, Class: "no_progress", Message: "the action leaves the goal as it was"}
		return v
	}
	v.outcome = provers.Outcome{Status: provers.Progress, Next: next, Suggestions: proposed}
	return v
}

// query matches tactics that report how a goal can be closed and are not meant to stay.
var query = regexp.MustCompile(`(^|[^\pL\pN_'.])(exact\?|apply\?|rw\?|try\?|simp\?|simp_all\?|simpa\?|grind\?|aesop\?|show_term|hint|says)`)

// dropForkCase removes from names of cases and metavariables what copying the goal added.
func (d *document) dropForkCase(text string, from provers.State, k int) string {
	added := ".refine_" + strconv.Itoa(k+1)
	name := ""
	if len(from.Goals) > 0 {
		name = from.Goals[0].Case
	}
	if name != "" {
		return strings.ReplaceAll(text, name+added, name)
	}
	bare := strings.TrimPrefix(added, ".")
	text = strings.ReplaceAll(text, "case "+bare+"\n", "")
	text = strings.ReplaceAll(text, "case "+bare+".", "case ")
	return strings.ReplaceAll(text, "?"+bare+".", "?")
}

// onlyQuery matches actions that are nothing but a query. The rules for what may
// stand in a proof forbid queries; here they are asked, and their answers tried.
var onlyQuery = regexp.MustCompile(`^(exact\?|apply\?|rw\?|try\?|simp\?|simp_all\?|grind\?)$`)

// forbidden says why an action must not be sent to a prover, or nothing.
func (s *session) forbidden(text string) string {
	if onlyQuery.MatchString(text) {
		return ""
	}
	if v := s.checker.Tactic(text); v != nil {
		return v.Error()
	}
	return ""
}
