package builtin

import (
	"maps"
	"slices"

	"github.com/ansatz-prover/ansatz/search/policy/parts"
)

// The parts. All but partLearning are rules.
const (
	partClosing      = "closing"
	partIntroduction = "introduction"
	partWitnesses    = "witnesses"
	partElimination  = "elimination"
	partRewriting    = "rewriting"
	partInduction    = "induction"
	partDefinitions  = "definitions"
	partFunctional   = "functional-equations"
	partRecurrences  = "recurrences"
	partModular      = "modular"
	partPowers       = "powers"
	partBounds       = "bounds"
	partEnumeration  = "enumeration"
	partPolynomials  = "polynomials"
	partDivisibility = "divisibility"
	partTuples       = "tuples"
	partInequalities = "inequalities"
	partLearning     = "learning"
)

// Parts returns what the policy is made of, with a line about each: what
// [Without] can leave out.
func Parts() parts.List {
	return parts.List{
		{Name: partClosing, Description: "tactics that finish a goal or fail, as omega, decide, simp and grind"},
		{Name: partIntroduction, Description: "steps that the target's shape asks for, as intro and constructor"},
		{Name: partWitnesses, Description: "values for an existential target, guessed or computed"},
		{Name: partElimination, Description: "taking hypotheses apart, and applying them"},
		{Name: partRewriting, Description: "using equations, instances of universal hypotheses, unfolding"},
		{Name: partInduction, Description: "induction on numbers, lists and own types, and along recursive functions"},
		{Name: partDefinitions, Description: "the problem's own functions and theorems, as hints and by name"},
		{Name: partFunctional, Description: "functional equations along a chain of arguments, periodic recurrences"},
		{Name: partRecurrences, Description: "values of unknown functions, one instance of a hypothesis after the other"},
		{Name: partModular, Description: "splitting by the remainder of a variable"},
		{Name: partPowers, Description: "powers with symbolic exponents, which are periodic modulo a numeral"},
		{Name: partBounds, Description: "literal bounds of variables, and what follows from them"},
		{Name: partEnumeration, Description: "all values of variables that have literal bounds or divide a number"},
		{Name: partPolynomials, Description: "eliminating variables and finding cofactors"},
		{Name: partDivisibility, Description: "combining divisibilities as Euclid's algorithm does"},
		{Name: partTuples, Description: "equations of pairs as equations of their parts"},
		{Name: partInequalities, Description: "squares and products of inequalities"},
		{Name: partLearning, Description: "ranking by how the rules fared on similar goals"},
	}
}

// allRules are the rules with their parts, in the order in which they propose.
var allRules = []struct {
	part string
	rule rule
}{
	{partClosing, closing}, {partIntroduction, introduction}, {partWitnesses, witnesses}, {partElimination, elimination},
	{partRewriting, rewriting}, {partInduction, induction}, {partDefinitions, declared}, {partFunctional, functions},
	{partRecurrences, recurrences}, {partModular, modular}, {partPowers, cycles}, {partBounds, bounds},
	{partEnumeration, finite}, {partPolynomials, polynomials}, {partWitnesses, evaluatedWitness},
	{partDivisibility, divisibility}, {partTuples, tupleEquations}, {partInequalities, algebra},
}

// Option changes what a policy does.
type Option func(*Policy)

// Without leaves parts out. A name that is not in [Parts] is an error.
func Without(names ...string) (Option, error) {
	set, err := Parts().Set(names)
	if err != nil {
		return nil, err
	}
	return func(p *Policy) { maps.Copy(p.without, set) }, nil
}

// rulesWithout are the rules of all parts but some.
func rulesWithout(left map[string]bool) (list []rule) {
	for _, r := range allRules {
		if !left[r.part] {
			list = append(list, r.rule)
		}
	}
	return list
}

// OneTacticName is the name of the policy that [OneTactic] makes.
const OneTacticName = "one-tactic"

// OneTactic is a baseline: single tactics of general automation, the same for
// every goal, in a fixed order. Each is one tactic and not a script, none is a
// query for a lemma (exact?), none is told anything about the goal, and nothing
// is learned. A search that expands only the root with it solves what one of
// these tactics proves at once; a tactic that only makes progress counts for nothing.
func OneTactic() *Policy {
	return &Policy{name: OneTacticName, rules: []rule{oneTactic}}
}

// coreTactics come with Lean, mathlibTactics with Mathlib. The order is from cheap
// to dear.
var (
	coreTactics    = []string{"rfl", "assumption", "contradiction", "decide", "omega", "simp", "simp_all", "simp +arith", "grind", "decide +kernel"}
	mathlibTactics = []string{"trivial", "norm_num", "ring", "positivity", "linarith", "tauto", "nlinarith", "aesop"}
)

func oneTactic(v *view, emit emitter) {
	list := coreTactics
	if v.mathlib {
		list = slices.Concat(coreTactics, mathlibTactics)
	}
	for i, tactic := range list {
		if tactic == "decide +kernel" && v.hugePower() {
			continue // the kernel panics, and takes Lean with it
		}
		emit(0.9-0.01*float64(i), "one_tactic_"+tactic, tactic)
	}
}
