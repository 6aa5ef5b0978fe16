package spec_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ansatz-prover/ansatz/benchmarks/dataset"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/policy/annotations"
	"github.com/ansatz-prover/ansatz/search/policy/builtin"
)

// TestSpecs reads the specifications that come with ansatz. What they name must be
// there: files, policies and parts of policies.
func TestSpecs(t *testing.T) {
	paths, err := filepath.Glob("../*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no specification: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			s, err := spec.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Base(path); s.Name+".toml" != want {
				t.Errorf("the name is %q, and the file's %s", s.Name, want)
			}
			if s.Description == "" {
				t.Error("it is not described")
			}
			if s.Kind == trial.Prover {
				return
			}
			if len(s.Dataset.Files) == 0 && s.Dataset.Origin == "" {
				t.Error("nothing says where to get the problems")
			}
			for _, f := range s.Dataset.Files {
				if _, err := os.Stat(f.Path); err != nil {
					t.Error(err)
				}
			}
			for _, v := range s.Expand() {
				if err := known(v.Search); err != nil {
					t.Errorf("variant %s: %v", v.Name, err)
				}
			}
			if again, err := spec.Parse("canonical", s.Canonical()); err != nil || again.Hash() != s.Hash() {
				t.Errorf("its canonical text reads as another one: %v", err)
			}
		})
	}
}

// known reports an error if a policy or one of its parts is not known.
func known(s spec.Search) error {
	dafny := s.Prover == dataset.ForDafny
	switch {
	case s.Policy == "builtin" && !dafny:
		_, err := builtin.Without(s.Without...)
		return err
	case s.Policy == "builtin", s.Policy == "houdini" && dafny:
		_, err := annotations.Without(s.Without...)
		return err
	case s.Policy == builtin.OneTacticName && !dafny && len(s.Without) == 0:
		return nil
	}
	return &spec.Error{Message: "no policy is called " + s.Policy}
}

// TestMiniF2F wants the baseline to be what it says, and the ablation to leave out
// every part once.
func TestMiniF2F(t *testing.T) {
	strategies, err := spec.Load("../minif2f-core.toml")
	if err != nil {
		t.Fatal(err)
	}
	if v := strategies.Expand()[0]; v.Name != "one-tactic" || v.Search.Policy != builtin.OneTacticName || v.Search.Strategy != "sweep" {
		t.Errorf("the baseline is %+v", v)
	}
	s, err := spec.Load("../minif2f-parts.toml")
	if err != nil {
		t.Fatal(err)
	}
	if v := s.Expand()[0]; v.Name != "portfolio" || len(v.Settings) != 0 {
		t.Errorf("the whole policy is %+v", v)
	}
	if s.Budget != strategies.Budget {
		t.Errorf("the budgets are %+v and %+v", s.Budget, strategies.Budget)
	}
	var left []string
	for _, v := range s.Expand() {
		if len(v.Search.Without) == 1 && v.Name == "without-"+v.Search.Without[0] && v.Search.Strategy == spec.Portfolio {
			left = append(left, v.Search.Without[0])
		}
	}
	if !slices.Equal(left, builtin.Parts().Names()) {
		t.Errorf("left out are %v, and the parts are %v", left, builtin.Parts().Names())
	}
}
