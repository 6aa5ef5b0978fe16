package lean

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/ansatz-prover/ansatz/provers"
)

// unsolvedGoals begins the message with which Lean reports the goals that a
// block of tactics leaves open.
const unsolvedGoals = "unsolved goals"

// parsedGoal is a goal together with the names that must be given to its
// inaccessible hypotheses before a tactic can mention them.
type parsedGoal struct {
	provers.Goal
	// names are the arguments of rename_i; empty if every name is accessible.
	names []string
}

// parseGoals reads goals in the form in which Lean prints them: separated by a
// blank line, hypotheses one to a line (continued by indentation), then the
// target after a turnstile. Names that a tactic cannot mention (Lean prints a
// dagger behind them) are replaced by fresh ones.
func parseGoals(text string) []parsedGoal {
	var goals []parsedGoal
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if g, ok := parseGoal(block); ok {
			goals = append(goals, g)
		}
	}
	return goals
}

func parseGoal(block string) (parsedGoal, bool) {
	var (
		goal      provers.Goal
		lines     []string // logical lines, continuations joined
		sawTarget bool
	)
	for _, line := range strings.Split(block, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case len(lines) > 0 && (line[0] == ' ' || sawTarget):
			lines[len(lines)-1] += " " + strings.TrimSpace(line)
		default:
			lines = append(lines, line)
			sawTarget = strings.HasPrefix(line, "⊢")
		}
	}
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "⊢"); ok {
			goal.Target = strings.TrimSpace(rest)
			continue
		}
		if rest, ok := strings.CutPrefix(line, "case "); ok && len(goal.Hypotheses) == 0 && !strings.Contains(rest, " : ") {
			goal.Case = strings.TrimSpace(rest)
			continue
		}
		names, typ, ok := strings.Cut(line, " : ")
		if !ok {
			continue
		}
		h := provers.Hypothesis{Names: strings.Fields(names), Type: typ}
		// A let-bound hypothesis prints its value; a type that contains ":="
		// itself is always bracketed or begins with a binder.
		if t, v, ok := strings.Cut(typ, " := "); ok && !strings.ContainsAny(t, "({[λ") && !strings.HasPrefix(t, "let ") && !strings.HasPrefix(t, "have ") && !strings.HasPrefix(t, "fun ") {
			h.Type, h.Value = t, v
		}
		goal.Hypotheses = append(goal.Hypotheses, h)
	}
	if goal.Target == "" {
		return parsedGoal{}, false
	}
	return makeAccessible(goal), true
}

// inaccessible matches a name with a dagger; Lean adds superscripts to tell
// several of them apart.
var inaccessible = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_'!?.₀-₉]*✝[⁰¹²³⁴-⁹]*`)

func makeAccessible(goal provers.Goal) parsedGoal {
	used := map[string]bool{}
	for _, h := range goal.Hypotheses {
		for _, n := range h.Names {
			used[n] = true
		}
	}
	fresh := map[string]string{}
	var names []string
	for _, h := range goal.Hypotheses {
		for _, n := range h.Names {
			base, _, hidden := strings.Cut(n, "✝")
			if !hidden {
				continue
			}
			base = baseName(base, h.Type)
			name := base
			for i := 1; used[name]; i++ {
				name = base + "_" + strconv.Itoa(i)
			}
			used[name] = true
			fresh[n] = name
			names = append(names, name)
		}
	}
	if len(fresh) > 0 {
		replace := func(s string) string {
			return inaccessible.ReplaceAllStringFunc(s, func(n string) string {
				if name, ok := fresh[n]; ok {
					return name
				}
				return n
			})
		}
		for i := range goal.Hypotheses {
			h := &goal.Hypotheses[i]
			renamed := make([]string, len(h.Names))
			for j, n := range h.Names {
				renamed[j] = n
				if name, ok := fresh[n]; ok {
					renamed[j] = name
				}
			}
			h.Names, h.Type, h.Value = renamed, replace(h.Type), replace(h.Value)
		}
		goal.Target = replace(goal.Target)
	}
	goal.Metavariables = metavariables(goal)
	return parsedGoal{Goal: goal, names: names}
}

// baseName is the name that a reader would give: Lean calls every anonymous
// hypothesis "a", and what induction assumes "x_ih".
func baseName(base, typ string) string {
	// A component of a dotted name cannot be used in rename_i.
	if i := strings.LastIndexByte(base, '.'); i >= 0 {
		base = base[i+1:]
	}
	if base == "" || base == "x" && strings.ContainsAny(typ, "=<>≤≥≠∣∧∨→∀∃¬") {
		return "h"
	}
	if base == "a" && strings.ContainsAny(typ, "=<>≤≥≠∣∧∨→∀∃¬") {
		return "h"
	}
	return base
}

var metavariable = regexp.MustCompile(`\?[\p{L}_][\p{L}\p{N}_'.✝₀-₉]*`)

func metavariables(goal provers.Goal) []string {
	set := map[string]bool{}
	collect := func(s string) {
		if !strings.Contains(s, "?") {
			return
		}
		for _, m := range metavariable.FindAllStringIndex(s, -1) {
			// exact? and h? are names, not metavariables.
			if m[0] > 0 && isNameByte(s[m[0]-1]) {
				continue
			}
			set[s[m[0]:m[1]]] = true
		}
	}
	for _, h := range goal.Hypotheses {
		collect(h.Type)
		collect(h.Value)
	}
	collect(goal.Target)
	if len(set) == 0 {
		return nil
	}
	list := make([]string, 0, len(set))
	for m := range set {
		list = append(list, m)
	}
	sort.Strings(list)
	return list
}

func isNameByte(b byte) bool {
	return b == '_' || b == '\'' || b == '.' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// clusters groups the indices of goals that must be solved together, because
// they share metavariables. At most one group has more than one goal: a script
// can focus on single goals only, so all coupled goals are kept in one group.
func clusters(goals []parsedGoal) [][]int {
	owner := map[string]int{}
	for i, g := range goals {
		if g.Case != "" {
			owner["?"+g.Case] = i
		}
	}
	coupled := make([]bool, len(goals))
	unowned := false
	mentioned := false
	for i := range goals {
		for _, m := range goals[i].Metavariables {
			mentioned = true
			coupled[i] = true
			if o, ok := owner[m]; ok {
				coupled[o] = true
				goals[o].Metavariable = m
			} else {
				unowned = true
			}
		}
	}
	if mentioned && unowned {
		// Lean did not say which goal stands for the metavariable, so any may.
		for i := range coupled {
			coupled[i] = true
		}
	}
	var (
		out  [][]int
		join []int
	)
	for i := range goals {
		if coupled[i] {
			join = append(join, i)
		} else {
			out = append(out, []int{i})
		}
	}
	if join != nil {
		out = append(out, join)
		sort.Slice(out, func(a, b int) bool { return out[a][0] < out[b][0] })
	}
	return out
}

var numberedMetavariable = regexp.MustCompile(`\?m\.[0-9]+`)

// stateKey is equal for states whose goals print alike. Names of cases do not
// matter, and neither do the numbers that Lean gives to metavariables.
func stateKey(goals []provers.Goal) string {
	var b strings.Builder
	for _, g := range goals {
		for _, h := range g.Hypotheses {
			b.WriteString(strings.Join(h.Names, " "))
			b.WriteString(" : ")
			b.WriteString(h.Type)
			if h.Value != "" {
				b.WriteString(" := ")
				b.WriteString(h.Value)
			}
			b.WriteByte('\n')
		}
		b.WriteString("⊢ ")
		b.WriteString(g.Target)
		b.WriteString("\n\n")
	}
	text := b.String()
	if strings.Contains(text, "?m.") {
		number := map[string]string{}
		text = numberedMetavariable.ReplaceAllStringFunc(text, func(m string) string {
			if _, ok := number[m]; !ok {
				number[m] = "?m." + strconv.Itoa(len(number))
			}
			return number[m]
		})
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// splitStates turns the goals that an action left into states, with the step
// that leads to each.
func splitStates(from []provers.Step, action provers.Action, goals []parsedGoal) []provers.State {
	groups := clusters(goals)
	states := make([]provers.State, len(groups))
	for i, group := range groups {
		l := layout{Goals: len(goals), At: group}
		var list []provers.Goal
		for _, j := range group {
			list = append(list, goals[j].Goal)
			l.Names = append(l.Names, goals[j].names)
		}
		path := make([]provers.Step, len(from), len(from)+1)
		copy(path, from)
		states[i] = provers.State{
			Goals: list,
			Key:   stateKey(list),
			Path:  append(path, provers.Step{Action: action, Index: i, Layout: l.encode()}),
		}
	}
	return states
}
