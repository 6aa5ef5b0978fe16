package soundness

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// Finding is something in a preamble that a reader of a verdict must know. The
// preamble comes from the user and is a part of the statement, so that nothing
// in it is refused.
type Finding struct {
	// Rule is a stable name of what was found ("axiom", "sorry", "notation").
	Rule string
	// Line and Column are a place in the preamble, from 1.
	Line, Column int
	// Excerpt is the text that was found.
	Excerpt string
	// Reason says in one line what it can change.
	Reason string
	// Relative is set if a verdict holds only relative to the preamble: it may
	// add axioms, leave out the kernel's check or hide a sorry. Without it, the
	// finding can only change what the statement means.
	Relative bool
}

// String is the finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("line %d, column %d: %q: %s", f.Line, f.Column, f.Excerpt, f.Reason)
}

// Relative reports whether a finding makes verdicts relative to the preamble.
func Relative(findings []Finding) bool {
	for _, f := range findings {
		if f.Relative {
			return true
		}
	}
	return false
}

// CheckPreamble lists what in a problem's preamble can change the meaning of
// its statement or the worth of a proof, in the order of the text.
func CheckPreamble(p provers.Problem) []Finding {
	tokens, err := source.Scan("", p.Preamble)
	if err != nil {
		f := Finding{Rule: "unreadable", Reason: err.Error(), Relative: true}
		var place *source.Error
		if errors.As(err, &place) {
			f.Line, f.Column, f.Reason = place.Line, place.Column, place.Reason
		}
		return []Finding{f}
	}
	var findings []Finding
	commands := source.Commands(tokens)
	unproved := findUnproved(commands)
	for i, c := range commands {
		findings = append(findings, commandFindings(c)...)
		if direct, found := unproved.commands[i]; found {
			findings = append(findings, unprovedFinding(c, direct))
		}
	}
	return findings
}

func commandFindings(c source.Command) []Finding {
	var out []Finding
	add := func(t source.Token, rule, reason string, relative bool) {
		out = append(out, Finding{
			Rule: rule, Line: t.Line, Column: t.Column, Excerpt: shorten(t.Text, 60), Reason: reason, Relative: relative,
		})
	}
	keyword := c.Tokens[c.KeywordIndex]
	name, named := declaredName(c)
	subject := keyword
	if named {
		subject = name
	}
	switch c.Keyword {
	case "axiom", "constant":
		add(subject, "axiom", "it is assumed without a proof", true)
	case "init_quot":
		add(keyword, "axiom", "it adds the quotient's axioms", true)
	case "notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix", "binder_predicate", "unif_hint":
		add(keyword, "notation", "a notation can make the statement mean something else than it seems to", false)
	case "syntax", "macro", "macro_rules", "declare_syntax_cat":
		add(keyword, "macro", "a macro can make the statement, or a tactic, mean something else than it seems to", false)
	case "elab", "elab_rules", "simproc", "dsimproc", "simproc_decl", "dsimproc_decl", "initialize", "builtin_initialize",
		"run_cmd", "run_elab", "run_meta", "builtin_simproc", "builtin_dsimproc":
		add(keyword, "code", "it runs code in the prover, which can declare what the kernel never checked", true)
	case "instance", "deriving":
		add(keyword, "instance", "an instance can change what an operation in the statement means", false)
	}
	if strings.HasPrefix(c.Keyword, "#") {
		add(keyword, "hash_command", "it runs while the text is checked, and its messages stand among the others", false)
	}
	for i, t := range c.Tokens {
		tokenFindings(c, i, func(rule, reason string, relative bool) { add(t, rule, reason, relative) })
	}
	return out
}

// unprovedFinding reports a command that rests on a sorry. A theorem that only
// its name can reach is watched by the rules for proofs; everything else can be
// used by a proof without a trace in its text.
func unprovedFinding(c source.Command, direct bool) Finding {
	t, named := declaredName(c)
	if !named {
		t = c.Tokens[c.KeywordIndex]
	}
	relative := c.Keyword != "theorem" && c.Keyword != "lemma" && c.Keyword != "example" ||
		slices.ContainsFunc(c.Tokens[:c.KeywordIndex], func(t source.Token) bool { return t.Is("@[") })
	reason := "it is declared with sorry"
	if !direct {
		reason = "it uses what is declared with sorry"
	}
	if relative {
		reason += ", and a proof can rest on it without naming it"
	} else {
		reason += "; a proof that names it is refused"
	}
	return Finding{
		Rule: "sorry", Line: t.Line, Column: t.Column, Excerpt: shorten(t.Text, 60), Reason: reason, Relative: relative,
	}
}

// tokenFindings looks at one token of a command.
func tokenFindings(c source.Command, i int, add func(rule, reason string, relative bool)) {
	t := c.Tokens[i]
	if t.Kind != source.Ident && t.Kind != source.NameLit {
		return
	}
	for _, part := range t.Components() {
		if why, found := forbiddenNames[part]; found && part != "sorry" && part != "admit" && part != "sorryAx" && part != "skipKernelTC" {
			add("unsound_name", part+" "+why, true)
		}
	}
	switch t.Text {
	case "extern", "csimp":
		add("compiled_code", t.Text+" replaces compiled code without a proof", true)
	case "unsafe":
		add("unsafe", "unsafe code is not checked", true)
	case "set_option":
		if i+1 < len(c.Tokens) {
			optionFinding(strings.Join(c.Tokens[i+1].Components(), "."), add)
		}
	}
}

func optionFinding(name string, add func(rule, reason string, relative bool)) {
	switch {
	case strings.HasPrefix(name, "debug."):
		add("option", "the option "+name+" can turn checks off", true)
	case name == "warn.sorry":
		add("option", "the option warn.sorry can hide that a proof is incomplete", true)
	case strings.HasPrefix(name, "Elab."), strings.HasPrefix(name, "compiler."), strings.HasPrefix(name, "trust"):
		add("option", "the option "+name+" changes how declarations are checked or compiled", true)
	case name == "autoImplicit", name == "relaxedAutoImplicit":
		add("option", "with "+name+" a misspelt name in the statement can become a variable", false)
	case !allowedOption(name):
		add("option", "the option "+name+" is not known to be harmless", false)
	}
}
