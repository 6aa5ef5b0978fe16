package merge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
)

// part is a finished run of two variants over some problems.
func part(t *testing.T, id string, seed uint64, trials int, problems ...string) Part {
	t.Helper()
	s, err := spec.Parse("test.toml", []byte(`
name = "test"
[dataset]
files = ["a.lean"]
[[variant]]
name = "beam"
search.strategy = "beam"
[[variant]]
name = "best-first"
search.strategy = "best-first"
`))
	if err != nil {
		t.Fatal(err)
	}
	s.Seed, s.Trials, s.PassAt = seed, trials, spec.DefaultPassAt(trials)
	p := Part{Run: trial.Run{ID: id, Name: "test", Kind: trial.Search, Ansatz: "v1", Spec: string(s.Canonical()), SpecHash: s.Hash(),
		Provers:  map[string]provers.Info{"lean": {Name: "lean", Version: "4.28"}},
		Variants: []trial.Variant{{Name: "beam"}, {Name: "best-first"}}, Trials: trials, Seed: seed, PassAt: s.PassAt, Elapsed: 10,
		Dataset: trial.Dataset{Files: []trial.File{{Path: "a.lean", SHA256: "1"}}, LeftOut: map[string]int{plan.InAnotherShard: 1}}}}
	for _, name := range problems {
		p.problem(t, name, "theorem "+name+" : True")
	}
	return p
}

func (p *Part) problem(t *testing.T, name, statement string) {
	t.Helper()
	// Where it was read from is another place in each part.
	text, err := json.Marshal(plan.Problem{Name: name, Prover: "lean", Prove: &provers.Problem{Name: name, Statement: statement, Source: p.Run.ID + ":1"}})
	if err != nil {
		t.Fatal(err)
	}
	p.Problems = append(p.Problems, text)
	p.Run.Problems = append(p.Run.Problems, trial.Problem{Name: name, Statement: statement})
	for _, v := range p.Run.Variants {
		for n := range p.Run.Trials {
			p.Trials = append(p.Trials, trial.Trial{Key: trial.Key{Variant: v.Name, Problem: name, Number: n}, Seed: p.Run.Seed + uint64(n), Result: trial.Solved, Reason: p.Run.ID})
		}
	}
}

// texts lists the trials of a merged run: place, seed and the part that each is from.
func texts(m Merged) (list []string) {
	for _, p := range m.Trials {
		list = append(list, fmt.Sprintf("%s/%s/%d seed %d of %s", p.Trial.Variant, p.Trial.Problem, p.Trial.Number, p.Trial.Seed, p.Trial.Reason))
		if p.Place.Number != p.Trial.Number {
			list = append(list, "number and place differ")
		}
	}
	slices.Sort(list)
	return list
}

func TestShards(t *testing.T) {
	m, err := Runs("m", []Part{part(t, "one", 1, 1, "p", "q"), part(t, "two", 1, 1, "r")}, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"beam/p/0 seed 1 of one", "beam/q/0 seed 1 of one", "beam/r/0 seed 1 of two",
		"best-first/p/0 seed 1 of one", "best-first/q/0 seed 1 of one", "best-first/r/0 seed 1 of two"}
	if got := texts(m); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if m.Run.Ended.IsZero() || m.Run.Total() != 6 || m.Run.Elapsed != 20 || len(m.Run.Dataset.LeftOut) != 0 || len(m.Run.Dataset.Files) != 1 {
		t.Errorf("the run is %+v", m.Run)
	}
	// The hash is that of a run that was never in parts.
	whole := part(t, "whole", 1, 1, "p", "q", "r")
	if hash, err := plan.Hash(whole.Problems); err != nil || m.Run.Dataset.SHA256 != hash {
		t.Errorf("the hash of the problems is %s, want %s; %v", m.Run.Dataset.SHA256, hash, err)
	}
}

func TestSeeds(t *testing.T) {
	// Seeds 5, 6 and 8, 9: of seed 7 nothing is there.
	m, err := Runs("m", []Part{part(t, "late", 8, 2, "p"), part(t, "early", 5, 2, "p")}, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"beam/p/0 seed 5 of early", "beam/p/1 seed 6 of early", "beam/p/3 seed 8 of late", "beam/p/4 seed 9 of late",
		"best-first/p/0 seed 5 of early", "best-first/p/1 seed 6 of early", "best-first/p/3 seed 8 of late", "best-first/p/4 seed 9 of late"}
	if got := texts(m); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if !m.Run.Ended.IsZero() || m.Run.Trials != 5 || m.Run.Seed != 5 || !slices.Equal(m.Run.PassAt, []int{1, 5}) {
		t.Errorf("the run is %+v", m.Run)
	}
	if s, err := spec.Parse("", []byte(m.Run.Spec)); err != nil || s.Trials != 5 || s.Seed != 5 || s.Hash() != m.Run.SpecHash {
		t.Errorf("its specification is %+v, %v", s, err)
	}
}

func TestTheSameTwice(t *testing.T) {
	m, err := Runs("m", []Part{part(t, "one", 1, 2, "p"), part(t, "two", 2, 1, "p")}, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(m); m.Twice != 2 || len(got) != 4 || strings.Contains(strings.Join(got, " "), "two") {
		t.Errorf("%d are there twice, and taken were %q", m.Twice, got)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, p *Part)
		want   string
		mixed  bool // whether mixed allows it
	}{
		{"another text of a problem", func(t *testing.T, p *Part) { p.problem(t, "p", "theorem p : False") }, "problem p of run two is another one", false},
		{"another version of ansatz", func(_ *testing.T, p *Part) { p.Run.Ansatz = "v2" }, "made with ansatz v1 and v2", true},
		{"another version of the prover", func(_ *testing.T, p *Part) {
			p.Run.Provers = map[string]provers.Info{"lean": {Name: "lean", Version: "4.29"}}
		}, "lean 4.28", true},
		{"other settings", func(_ *testing.T, p *Part) {
			p.Run.Spec = strings.Replace(p.Run.Spec, `strategy = "beam"`, `strategy = "sweep"`, 1)
		}, "their variants beam have other settings", false},
		{"another budget", func(_ *testing.T, p *Part) {
			p.Run.Spec = strings.Replace(p.Run.Spec, "expansions = 0", "expansions = 9", 1)
		}, "have other settings", false},
		{"seeds far apart", func(_ *testing.T, p *Part) { p.Run.Seed = 1 << 40 }, "too far apart", false},
		{"a problem that is not stored", func(_ *testing.T, p *Part) { p.Run.Problems = append(p.Run.Problems, trial.Problem{Name: "x"}) }, "has 2 problems, and 1 of them", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, mixed := range []bool{false, true} {
				other := part(t, "two", 1, 1)
				if !strings.Contains(c.name, "text") {
					other.problem(t, "r", "theorem r : True")
				}
				c.change(t, &other)
				_, err := Runs("m", []Part{part(t, "one", 1, 1, "p"), other}, mixed, time.Now())
				switch {
				case c.mixed && mixed:
					if err != nil {
						t.Errorf("mixed: %v", err)
					}
				case err == nil || !strings.Contains(err.Error(), c.want):
					t.Errorf("mixed %t: got %v, want %q", mixed, err, c.want)
				}
			}
		})
	}
	if _, err := Runs("m", []Part{part(t, "one", 1, 1, "p")}, false, time.Now()); err == nil {
		t.Error("one run was merged")
	}
}
