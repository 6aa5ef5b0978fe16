package rpe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ansatz-prover/ansatz/lean/source"
	"github.com/ansatz-prover/ansatz/provers"
)

// Profile is a fixed list of tactics. A verdict is worth something only together
// with the name of the profile that it was made with.
type Profile struct {
	Name string
	// Tactics are in the order in which they are run. Each may span lines.
	Tactics []Tactic
	// Sequential runs the tactics one after another in one proof, each on what
	// those before have left. Otherwise each has the whole goal for itself, and the
	// first that closes it counts.
	Sequential bool
	// Limits bounds a decision: Wall as a whole, Memory as anywhere.
	Limits provers.Limits
}

// Tactic is one entry of a [Profile].
type Tactic struct {
	// Name is what results call it.
	Name string
	// Text is what is run; empty means the name.
	Text string
}

func (t Tactic) text() string {
	if t.Text == "" {
		return t.Name
	}
	return t.Text
}

func named(names ...string) []Tactic {
	list := make([]Tactic, len(names))
	for i, name := range names {
		list[i].Name = name
	}
	return list
}

// Automatic is the name for choosing a profile by what the preamble imports and
// the prover knows.
const Automatic = "auto"

// Profiles are the built-in profiles.
//
//   - rpe-2505 is the paper's list, in one proof with try before each.
//   - rpe-modern is the same without rw_search, which was removed from Mathlib in
//     2026 and does not work since Lean 4.23. Mathlib without it cannot even parse
//     a proof that names it, so that everything would be judged unequal.
//   - rpe-core-1 is for Lean without Mathlib, see [coreTactics].
func Profiles() []Profile {
	paper := provers.Limits{Wall: 300 * time.Second} // the paper's limit for a command
	return []Profile{
		{Name: "rpe-2505", Tactics: named("rfl", "norm_num", "ring_nf", "rw_search", "aesop"), Sequential: true, Limits: paper},
		{Name: "rpe-modern", Tactics: named("rfl", "norm_num", "ring_nf", "aesop"), Sequential: true, Limits: paper},
		{Name: "rpe-core-1", Tactics: coreTactics(), Limits: provers.Limits{Wall: 60 * time.Second}},
	}
}

// ProfileNames are the names of the built-in profiles and [Automatic].
func ProfileNames() []string {
	names := []string{Automatic}
	for _, p := range Profiles() {
		names = append(names, p.Name)
	}
	return names
}

func profile(name string) (Profile, bool) {
	all := Profiles()
	if i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name }); i >= 0 {
		return all[i], true
	}
	return Profile{}, false
}

// candidate is one attempt at the whole goal.
type candidate struct {
	tactic string // what to name if it closes the goal
	text   string
}

// candidates are the attempts of a profile: in a sequential one the growing
// prefixes of its proof, so that the first that closes the goal names the tactic
// that did.
func (p Profile) candidates() []candidate {
	list := make([]candidate, len(p.Tactics))
	var before []string
	for i, t := range p.Tactics {
		list[i] = candidate{t.Name, t.text()}
		if p.Sequential {
			before = append(before, "try "+strings.ReplaceAll(t.text(), "\n", "\n  "))
			list[i].text = strings.Join(before, "\n")
		}
	}
	return list
}

// ProfileError says that a profile cannot be used with a prover.
type ProfileError struct {
	Profile string
	// Missing are the tactics that the prover does not know, with why.
	Missing []string
}

// Error implements error.
func (e *ProfileError) Error() string {
	if len(e.Missing) == 0 {
		return fmt.Sprintf("there is no profile %s (known are %s)", e.Profile, strings.Join(ProfileNames(), ", "))
	}
	return fmt.Sprintf("the profile %s cannot be used here: %s", e.Profile, strings.Join(e.Missing, "; "))
}

// choose is the profile to use for a query, and why it is not another.
func (j *Judge) choose(ctx context.Context, q *Query) (Profile, error) {
	p, ok := profile(j.config.Profile)
	if j.config.Profile == Automatic {
		p, ok = Profile{}, true
	}
	if !ok {
		return p, &ProfileError{Profile: j.config.Profile}
	}
	imports := source.Requires(provers.Problem{Preamble: q.Preamble})
	if p.Name == "" && !slices.ContainsFunc(imports, fromMathlib) {
		p, _ = profile("rpe-core-1")
	}
	if !p.Sequential && p.Name != "" {
		return j.limited(p), nil // it makes do with core Lean
	}
	missing, err := j.missing(ctx, q, imports)
	if err != nil {
		return p, err
	}
	lacks := func(p Profile) (list []string) {
		for _, t := range p.Tactics {
			if why := missing[t.Name]; why != "" {
				list = append(list, t.Name+" "+why)
			}
		}
		return list
	}
	if p.Name != "" {
		if list := lacks(p); len(list) > 0 {
			return p, &ProfileError{Profile: p.Name, Missing: list}
		}
		return j.limited(p), nil
	}
	for _, p := range Profiles() {
		if len(lacks(p)) == 0 {
			return j.limited(p), nil
		}
	}
	p, _ = profile("rpe-core-1")
	return j.limited(p), nil
}

func (j *Judge) limited(p Profile) Profile {
	if j.config.Limits.Wall > 0 {
		p.Limits.Wall = j.config.Limits.Wall
	}
	if j.config.Limits.Memory > 0 {
		p.Limits.Memory = j.config.Limits.Memory
	}
	return p
}

func fromMathlib(module string) bool {
	return module == "Mathlib" || strings.HasPrefix(module, "Mathlib.")
}

// missing says of the tactics of Mathlib's profiles which are not to be had with
// these imports, and why. A tactic that Lean does not know is an error of syntax,
// and spoils the whole proof that names it; so each is tried by itself. Behind it
// stands fail, so that none can solve the goal and keep the others from being
// tried. Only the imports matter, and the answer is kept.
func (j *Judge) missing(ctx context.Context, q *Query, imports []string) (map[string]string, error) {
	info := j.config.Prover.Info()
	key := strings.Join([]string{info.Name, info.Version, string(info.Variant), info.Path, strings.Join(imports, " ")}, "\x00")
	if known, ok := j.tactics[key]; ok {
		return known, nil
	}
	var b strings.Builder
	for _, module := range imports {
		b.WriteString("import " + module + "\n")
	}
	session, err := j.config.Prover.Open(ctx, provers.Problem{Name: "the tactics of " + q.Name, Kind: provers.Prove,
		Preamble: b.String(), Statement: "theorem " + theoremName + "_tactics : True"}, provers.Limits{})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	var names []string
	for _, p := range Profiles() {
		for _, t := range p.Tactics {
			if p.Sequential && !slices.Contains(names, t.Name) {
				names = append(names, t.Name)
			}
		}
	}
	actions := make([]provers.Action, len(names))
	for i, name := range names {
		actions[i].Text = "try " + name + "\nfail"
	}
	outcomes, err := session.Try(ctx, session.Root(), actions, provers.Limits{Wall: time.Minute})
	if err != nil {
		return nil, fmt.Errorf("looking for the tactics of the profiles: %w", err)
	}
	missing := map[string]string{}
	for i, o := range outcomes {
		switch o.Status {
		case provers.Rejected:
		case provers.Unparsed:
			missing[names[i]] = "is not known to this Lean"
		case provers.Forbidden:
			missing[names[i]] = "is not accepted by the final check (" + o.Message + ")"
		case provers.Interrupted:
			return nil, context.Cause(ctx)
		default:
			missing[names[i]] = fmt.Sprintf("could not be tried (%s %s)", o.Status, o.Message)
		}
	}
	j.tactics[key] = missing
	return missing, nil
}
