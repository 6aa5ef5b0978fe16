package spec

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

// field is a key of the file format. The table of fields is the only place that
// knows the format: reading, writing, hashing and variants go by it.
type field struct {
	// key is dotted for what is in a table.
	key string
	// at points to the value: a *string, *bool, *int, *int64, *uint64,
	// *time.Duration, *File, or a *[]string, *[]int or *[]File.
	at func(*Spec) any
	// kind is that of the runs that have the field; empty is all.
	kind trial.Kind
	// beside is set for what changes no result, and so is not hashed.
	beside bool
	// check says what is wrong with a value of the right type, or nothing.
	check func(value any) string
}

// fields is the format, in the order in which it is written.
var fields = []field{
	{key: "name", at: func(s *Spec) any { return &s.Name }, beside: true, check: of(nameable)},
	{key: "description", at: func(s *Spec) any { return &s.Description }, beside: true, check: of(isText)},
	{key: "kind", at: func(s *Spec) any { return (*string)(&s.Kind) }, check: of(among("kind", string(trial.Search), string(trial.Prover)))},
	{key: "trials", at: func(s *Spec) any { return &s.Trials }, check: of(between(1, 1_000_000))},
	{key: "pass_at", at: func(s *Spec) any { return &s.PassAt }, kind: trial.Search, beside: true, check: of(everyPositive)},
	{key: "seed", at: func(s *Spec) any { return &s.Seed }, kind: trial.Search, check: of(isSeed)},
	{key: "workers", at: func(s *Spec) any { return &s.Workers }, kind: trial.Search, beside: true, check: of(notNegative[int])},

	{key: "dataset.files", at: func(s *Spec) any { return &s.Dataset.Files }, kind: trial.Search, beside: true, check: of(areFiles)},
	{key: "dataset.names", at: func(s *Spec) any { return &s.Dataset.Names }, kind: trial.Search, check: of(areGlobs)},
	{key: "dataset.live", at: func(s *Spec) any { return &s.Dataset.Live }, kind: trial.Search},
	{key: "dataset.requires", at: func(s *Spec) any { return &s.Dataset.Requires }, kind: trial.Search, check: of(among("library", "", "core", "mathlib"))},
	{key: "dataset.limit", at: func(s *Spec) any { return &s.Dataset.Limit }, kind: trial.Search, check: of(notNegative[int])},
	{key: "dataset.shard", at: func(s *Spec) any { return &s.Dataset.Shard }, kind: trial.Search, check: of(isShard)},
	{key: "dataset.references", at: func(s *Spec) any { return &s.Dataset.References }, kind: trial.Search, check: of(func(f File) string { return isText(f.Given) })},
	{key: "dataset.origin", at: func(s *Spec) any { return &s.Dataset.Origin }, kind: trial.Search, beside: true, check: of(isText)},

	{key: "search.prover", at: func(s *Spec) any { return &s.Search.Prover }, kind: trial.Search, check: of(among("prover", append([]string{""}, Provers()...)...))},
	{key: "search.method", at: func(s *Spec) any { return &s.Search.Method }, kind: trial.Search, check: of(among("method", append([]string{""}, Methods()...)...))},
	{key: "search.policy", at: func(s *Spec) any { return &s.Search.Policy }, kind: trial.Search, check: of(nameable)},
	{key: "search.without", at: func(s *Spec) any { return &s.Search.Without }, kind: trial.Search, check: of(areParts)},
	{key: "search.strategy", at: func(s *Spec) any { return &s.Search.Strategy }, kind: trial.Search, check: of(among("strategy", Strategies()...))},
	{key: "search.beam_width", at: func(s *Spec) any { return &s.Search.BeamWidth }, kind: trial.Search, check: of(between(1, math.MaxInt32))},
	{key: "search.sessions", at: func(s *Spec) any { return &s.Search.Sessions }, kind: trial.Search, check: of(between(1, 1000))},
	{key: "search.heartbeats", at: func(s *Spec) any { return &s.Search.Heartbeats }, kind: trial.Search, check: of(notNegative[int64])},
	{key: "search.action_timeout", at: func(s *Spec) any { return &s.Search.ActionTimeout }, kind: trial.Search, check: of(notNegative[time.Duration])},
	{key: "search.any_form", at: func(s *Spec) any { return &s.Search.AnyForm }, kind: trial.Search},

	{key: "budget.wall", at: func(s *Spec) any { return &s.Budget.Wall }, kind: trial.Search, check: of(notNegative[time.Duration])},
	{key: "budget.expansions", at: func(s *Spec) any { return &s.Budget.Expansions }, kind: trial.Search, check: of(notNegative[int64])},
	{key: "budget.attempts", at: func(s *Spec) any { return &s.Budget.Attempts }, kind: trial.Search, check: of(notNegative[int64])},
	{key: "budget.nodes", at: func(s *Spec) any { return &s.Budget.Nodes }, kind: trial.Search, check: of(notNegative[int64])},
	{key: "budget.verify", at: func(s *Spec) any { return &s.Budget.Verify }, kind: trial.Search, check: of(notNegative[time.Duration])},
	{key: "budget.backward", at: func(s *Spec) any { return &s.Budget.Backward }, kind: trial.Search, check: of(notNegative[time.Duration])},

	{key: "probe.operations", at: func(s *Spec) any { return &s.Probe.Operations }, kind: trial.Prover, check: of(areOperations)},
	{key: "probe.timeout", at: func(s *Spec) any { return &s.Probe.Timeout }, kind: trial.Prover, check: of(notNegative[time.Duration])},
}

// targetFields are those of a [[probe.target]]. They are read into the first
// target of a Spec.
var targetFields = []field{
	{key: "name", at: func(s *Spec) any { return &s.Probe.Targets[0].Name }, check: of(nameable)},
	{key: "prover", at: func(s *Spec) any { return &s.Probe.Targets[0].Prover }, check: of(among("prover", Provers()...))},
	{key: "preamble", at: func(s *Spec) any { return &s.Probe.Targets[0].Preamble }, check: of(isText)},
	{key: "statement", at: func(s *Spec) any { return &s.Probe.Targets[0].Statement }, check: of(isText)},
	{key: "step", at: func(s *Spec) any { return &s.Probe.Targets[0].Step }, check: of(isText)},
	{key: "batch", at: func(s *Spec) any { return &s.Probe.Targets[0].Batch }},
	{key: "proof", at: func(s *Spec) any { return &s.Probe.Targets[0].Proof }, check: of(isText)},
}

// ofKind are the fields of the runs of a kind.
func ofKind(kind trial.Kind) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.kind != "" && f.kind != kind })
}

// variantFields are those that a variant may set.
var variantFields = slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
	return !strings.HasPrefix(f.key, "search.") && !strings.HasPrefix(f.key, "budget.")
})

// wrong says what is wrong with the field's value in s, or nothing.
func (f field) wrong(s *Spec) string {
	if f.check == nil {
		return ""
	}
	return f.check(f.at(s))
}

// of makes a check of a field from one of its value.
func of[T any](check func(T) string) func(any) string {
	return func(pointer any) string { return check(*pointer.(*T)) }
}

func between(least, most int) func(int) string {
	return func(n int) string {
		switch {
		case n < least:
			return fmt.Sprintf("must be at least %d, not %d", least, n)
		case n > most:
			return fmt.Sprintf("must be at most %d, not %d", most, n)
		}
		return ""
	}
}

func notNegative[T int | int64 | time.Duration](n T) string {
	if n < 0 {
		return "must not be negative"
	}
	return ""
}

func isSeed(n uint64) string {
	if n > math.MaxInt64 {
		return fmt.Sprintf("must be at most %d", math.MaxInt64)
	}
	return ""
}

func everyPositive(list []int) string {
	if len(list) == 0 {
		return "names no k"
	}
	for i, n := range list {
		switch {
		case n < 1:
			return fmt.Sprintf("must be at least 1, not %d", n)
		case slices.Contains(list[:i], n):
			return fmt.Sprintf("has %d twice", n)
		case i > 0 && n < list[i-1]:
			return "must be in increasing order"
		}
	}
	return ""
}

func isText(text string) string {
	if !utf8.ValidString(text) {
		return "must be UTF-8"
	}
	return ""
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_+][A-Za-z0-9._+-]*$`)

// maxName bounds names, which become names of files.
const maxName = 100

// nameable says whether a name can be the name of a file and of a command line.
func nameable(name string) string {
	switch {
	case name == "":
		return "is missing"
	case len(name) > maxName:
		return fmt.Sprintf("must have at most %d letters", maxName)
	case !nameForm.MatchString(name):
		return fmt.Sprintf("%q is no name: it must be of letters, digits and . _ - +, and not begin with . or -", name)
	}
	return ""
}

// among says whether a word is one of those that are known.
func among(what string, known ...string) func(string) string {
	return func(word string) string {
		if slices.Contains(known, word) {
			return ""
		}
		named := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "" })
		if word == "" {
			return "is missing; known are " + strings.Join(named, ", ")
		}
		return fmt.Sprintf("unknown %s %q%s; known are %s", what, word, didYouMean(word, named), strings.Join(named, ", "))
	}
}

func areFiles(list []File) string {
	for _, f := range list {
		if f.Given == "" {
			return "has a file without a name"
		}
		if wrong := isText(f.Given); wrong != "" {
			return wrong
		}
	}
	return ""
}

func areGlobs(list []string) string {
	if len(list) == 0 {
		return `chooses nothing; all problems are "*"`
	}
	for _, glob := range list {
		if _, err := path.Match(glob, ""); err != nil || glob == "" || !utf8.ValidString(glob) {
			return fmt.Sprintf("%q is no glob: a pattern is a name with *, ? and [a-z]", glob)
		}
	}
	return ""
}

func isShard(text string) string {
	if text == "" {
		return ""
	}
	if _, _, ok := ParseShard(text); !ok {
		return fmt.Sprintf(`%q is no shard: the second of four is "2/4"`, text)
	}
	return ""
}

// ParseShard reads a shard: the part, from 1, and of how many.
func ParseShard(text string) (part, of int, ok bool) {
	first, second, found := strings.Cut(text, "/")
	part, err := strconv.Atoi(first)
	of, err2 := strconv.Atoi(second)
	if !found || err != nil || err2 != nil || part < 1 || part > of || text != fmt.Sprintf("%d/%d", part, of) {
		return 0, 0, false
	}
	return part, of, true
}

func areParts(list []string) string {
	for i, part := range list {
		if wrong := nameable(part); wrong != "" {
			return wrong
		}
		if slices.Contains(list[:i], part) {
			return fmt.Sprintf("has %q twice", part)
		}
	}
	return ""
}

func areOperations(list []string) string {
	if len(list) == 0 {
		return "measures nothing"
	}
	for i, name := range list {
		if wrong := among("operation", probe.Operations()...)(name); wrong != "" {
			return wrong
		}
		if slices.Contains(list[:i], name) {
			return fmt.Sprintf("has %q twice", name)
		}
	}
	return ""
}

// didYouMean names the known word that is nearest, if one is near.
func didYouMean(word string, known []string) string {
	best, nearest := "", len(word)/3+2
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < nearest {
			best, nearest = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance is the number of letters to insert, delete or replace.
func distance(a, b string) int {
	if len(a) > maxName {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
