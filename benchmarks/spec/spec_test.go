package spec_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/probe"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
)

var update = flag.Bool("update", false, "rewrite golden files")

func parse(t *testing.T, text string) spec.Spec {
	t.Helper()
	s, err := spec.Parse("x.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// full sets everything to something else than its default.
const full = `
name = "all.of_it+1"
description = """two "lines"
of \\ text"""
trials = 4
pass_at = [2, 4]
seed = 7
workers = 3

[dataset]
files = ["a.lean", "b/c.jsonl"]
names = ["a*", "[bc]?"]
live = true
requires = "core"
limit = 9
shard = "2/4"
references = "answers.json"
origin = "from\tthere"

[search]
prover = "lean"
method = "both"
policy = "other"
without = ["induction", "learning"]
strategy = "best-first"
beam_width = 4
sessions = 2
heartbeats = 1000
action_timeout = "1500ms"
any_form = true

[budget]
wall = 3600
expansions = 1
attempts = 2
nodes = 3
verify = "1h1m"
backward = "0s"

[[variant]]
name = "beam"
search.strategy = "beam"
budget.wall = "30s"

[[variant]]
name = "whole"
[variant.search]
without = []
beam_width = 4
`

func wantFull() spec.Spec {
	return spec.Spec{
		Name: "all.of_it+1", Description: "two \"lines\"\nof \\ text", Kind: trial.Search, Trials: 4, PassAt: []int{2, 4}, Seed: 7, Workers: 3,
		Dataset: spec.Dataset{Files: spec.Files("a.lean", "b/c.jsonl"), Names: []string{"a*", "[bc]?"}, Live: true, Requires: "core", Limit: 9, Shard: "2/4",
			References: spec.Files("answers.json")[0], Origin: "from\tthere"},
		Search: spec.Search{Prover: "lean", Method: "both", Policy: "other", Without: []string{"induction", "learning"}, Strategy: "best-first", BeamWidth: 4,
			Sessions: 2, Heartbeats: 1000, ActionTimeout: 1500 * time.Millisecond, AnyForm: true},
		Budget: spec.Budget{Wall: time.Hour, Expansions: 1, Attempts: 2, Nodes: 3, Verify: 61 * time.Minute},
		Variants: []spec.Override{
			{Name: "beam", Settings: []spec.Setting{{Key: "search.strategy", Value: `"beam"`}, {Key: "budget.wall", Value: `"30s"`}}},
			{Name: "whole", Settings: []spec.Setting{{Key: "search.without", Value: "[]"}, {Key: "search.beam_width", Value: "4"}}},
		},
	}
}

func TestParse(t *testing.T) {
	if got, want := parse(t, full), wantFull(); !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestDefaults(t *testing.T) {
	want := spec.Default()
	want.Name = "a"
	if got := parse(t, `name = "a"`); !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
	if err := want.Check(); err != nil {
		t.Errorf("the default is refused: %v", err)
	}
	if got := parse(t, "name = 'a'\ntrials = 8").PassAt; !slices.Equal(got, []int{1, 8}) {
		t.Errorf("with 8 trials, pass_at is %v, want 1 and 8", got)
	}
}

// TestCanonical has the canonical text of a specification be read back as an equal
// one and written again as it was; the golden file shows what it looks like.
func TestCanonical(t *testing.T) {
	for name, s := range map[string]spec.Spec{"default": spec.Default(), "full": wantFull(), "provers": parse(t, provers)} {
		t.Run(name, func(t *testing.T) {
			text := s.Canonical()
			back := parse(t, string(text))
			if !reflect.DeepEqual(back, s) {
				t.Errorf("read back as\n%+v\nwant\n%+v", back, s)
			}
			golden(t, name+".toml", text)
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

const provers = `
name = "provers"
kind = "prover"
trials = 3
[probe]
operations = ["start", "warm-step"]
[[probe.target]]
name = "lean"
prover = "lean"
preamble = "\n"
statement = "theorem t : True"
step = "have h{{n}} := {{n}}"
`

func TestProverKind(t *testing.T) {
	s := parse(t, provers)
	want := spec.Spec{Name: "provers", Kind: trial.Prover, Trials: 3, Workers: 1, Probe: spec.Probe{
		Operations: []string{probe.Start, probe.WarmStep}, Timeout: 2 * time.Minute,
		Targets: []spec.Target{{Name: "lean", Prover: "lean", Preamble: "\n", Statement: "theorem t : True", Step: "have h{{n}} := {{n}}"}},
	}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("read\n%+v\nwant\n%+v", s, want)
	}
	if got, want := s.Expand(), []spec.Variant{{Name: "lean", Search: spec.Search{Prover: "lean"}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("variants %+v, want %+v", got, want)
	}
	target := s.Probe.Targets[0].Probe()
	if target.Problem.Statement != "theorem t : True" || target.Problem.Name != "lean" || target.Step != s.Probe.Targets[0].Step {
		t.Errorf("the target is %+v", target)
	}
}

// TestHash says what the hash depends on and what not.
func TestHash(t *testing.T) {
	base := wantFull()
	for name, change := range map[string]func(*spec.Spec){
		"name":        func(s *spec.Spec) { s.Name = "b" },
		"description": func(s *spec.Spec) { s.Description = "" },
		"workers":     func(s *spec.Spec) { s.Workers = 9 },
		"pass_at":     func(s *spec.Spec) { s.PassAt = []int{1} },
		"files":       func(s *spec.Spec) { s.Dataset.Files = spec.Files("elsewhere") },
		"origin":      func(s *spec.Spec) { s.Dataset.Origin = "" },
	} {
		s := wantFull()
		if change(&s); s.Hash() != base.Hash() {
			t.Errorf("%s changes the hash", name)
		}
	}
	for name, change := range map[string]func(*spec.Spec){
		"trials":   func(s *spec.Spec) { s.Trials = 5 },
		"seed":     func(s *spec.Spec) { s.Seed = 8 },
		"shard":    func(s *spec.Spec) { s.Dataset.Shard = "1/4" },
		"names":    func(s *spec.Spec) { s.Dataset.Names = []string{"*"} },
		"without":  func(s *spec.Spec) { s.Search.Without = nil },
		"sessions": func(s *spec.Spec) { s.Search.Sessions = 1 },
		"wall":     func(s *spec.Spec) { s.Budget.Wall++ },
		"variant":  func(s *spec.Spec) { s.Variants = s.Variants[:1] },
	} {
		s := wantFull()
		if change(&s); s.Hash() == base.Hash() {
			t.Errorf("%s does not change the hash", name)
		}
	}
	if h := base.Hash(); len(h) != 64 {
		t.Errorf("the hash is %q", h)
	}
}

func TestExpand(t *testing.T) {
	s := parse(t, full)
	beam, whole := s.Search, s.Search
	beam.Strategy = "beam"
	whole.Without = nil
	short := s.Budget
	short.Wall = 30 * time.Second
	want := []spec.Variant{
		{Name: "beam", Search: beam, Budget: short, Settings: []string{"search.strategy = beam", "budget.wall = 30s"}},
		{Name: "whole", Search: whole, Budget: s.Budget, Settings: []string{"search.without = []"}},
	}
	if got := s.Expand(); !reflect.DeepEqual(got, want) {
		t.Errorf("variants\n%+v\nwant\n%+v", got, want)
	}
	// A flag that changes the base changes the variants that do not say otherwise.
	s.Budget.Wall, s.Search.Sessions = time.Second, 5
	if got := s.Expand(); got[0].Budget.Wall != 30*time.Second || got[1].Budget.Wall != time.Second || got[0].Search.Sessions != 5 {
		t.Errorf("after the base was changed: %+v", got)
	}
	one := spec.Default()
	if got := one.Expand(); len(got) != 1 || got[0].Name != "portfolio" || got[0].Settings != nil || !reflect.DeepEqual(got[0].Search, one.Search) {
		t.Errorf("without variants: %+v", got)
	}
}

// TestErrors reads specifications that are wrong; the golden files have everything
// that is reported.
func TestErrors(t *testing.T) {
	inputs, err := filepath.Glob("testdata/wrong/*.toml")
	if err != nil || len(inputs) < 5 {
		t.Fatalf("%d inputs, %v", len(inputs), err)
	}
	for _, path := range inputs {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := spec.Parse(name, text)
			if err == nil {
				t.Fatal("no error")
			}
			if !reflect.DeepEqual(s, spec.Spec{}) {
				t.Errorf("with the error came %+v", s)
			}
			if at := (*spec.Error)(nil); !errors.As(err, &at) || at.File != name {
				t.Errorf("the error is %#v", err)
			}
			golden(t, filepath.Join("wrong", strings.TrimSuffix(name, ".toml")+".txt"), []byte(err.Error()+"\n"))
		})
	}
}

// TestCheck looks at specifications that no file could have.
func TestCheck(t *testing.T) {
	for want, change := range map[string]func(*spec.Spec){
		"seed: must be at most":                       func(s *spec.Spec) { s.Seed = 1 << 63 },
		"pass_at: names no k":                         func(s *spec.Spec) { s.PassAt = nil },
		"pass@2 needs as many trials":                 func(s *spec.Spec) { s.PassAt = []int{1, 2} },
		"dataset.origin: must be UTF-8":               func(s *spec.Spec) { s.Dataset.Origin = "\xff" },
		"unknown kind":                                func(s *spec.Spec) { s.Kind = "x" },
		"variant v: name: is no key":                  func(s *spec.Spec) { set(s, "name", `"x"`) },
		"1\nsearch.sessions = 2 is no value":          func(s *spec.Spec) { set(s, "search.beam_width", "1\nsearch.sessions = 2") },
		`search.strategy: unknown strategy "x"`:       func(s *spec.Spec) { set(s, "search.strategy", `"x"`) },
		"search.sessions: must be an integer, not tr": func(s *spec.Spec) { set(s, "search.sessions", "true") },
	} {
		s := spec.Default()
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func set(s *spec.Spec, key, value string) {
	s.Variants = []spec.Override{{Name: "v", Settings: []spec.Setting{{Key: key, Value: value}}}}
}

func TestLoad(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "s.toml")
	absolute := filepath.Join(folder, "far.lean")
	text := "name = 's'\n[dataset]\nfiles = ['data/x.lean', '" + filepath.ToSlash(absolute) + "']\nreferences = '../r.json'\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := spec.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []spec.File{{Given: "data/x.lean", Path: filepath.Join(folder, "data", "x.lean")}, {Given: absolute, Path: absolute}}
	if !reflect.DeepEqual(s.Dataset.Files, want) {
		t.Errorf("files %+v, want %+v", s.Dataset.Files, want)
	}
	if want := (spec.File{Given: "../r.json", Path: filepath.Join(filepath.Dir(folder), "r.json")}); s.Dataset.References != want {
		t.Errorf("references %+v, want %+v", s.Dataset.References, want)
	}
	if _, err := spec.Load(filepath.Join(folder, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// FuzzParse has whatever is read be written and read back as the same.
func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(provers)
	f.Add("variant = [{name = 'a', search.strategy = 'beam'}, {name = 'b', budget = {wall = 1}}]\nname = 'x'")
	f.Add("[[variant]]\n[variant.search]\n[[variant.search.without]]\n[[probe.target]]\n[probe.target.x]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := spec.Parse("x.toml", []byte(text))
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Fatalf("it was read, and is refused: %v", err)
		}
		canonical := s.Canonical()
		back, err := spec.Parse("x.toml", canonical)
		if err != nil {
			t.Fatalf("%v\n%s", err, canonical)
		}
		if !reflect.DeepEqual(s, back) {
			t.Fatalf("read back as\n%+v\nwas\n%+v", back, s)
		}
		if back.Hash() != s.Hash() || string(back.Canonical()) != string(canonical) {
			t.Fatal("the same specification is written in two ways")
		}
		if n := len(s.Expand()); n == 0 {
			t.Fatal("no variant")
		}
	})
}
