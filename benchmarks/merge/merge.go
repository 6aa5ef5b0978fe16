// Package merge puts runs of one benchmark together that were made apart: parts
// of the problems (shards), tries with other seeds, or both.
package merge

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/plan"
	"github.com/ansatz-prover/ansatz/benchmarks/spec"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Part is a run that is to be merged.
type Part struct {
	Run      trial.Run
	Problems []json.RawMessage // as workers get them
	Trials   []trial.Trial
}

// Placed is a trial of the merged run, and where it is from.
type Placed struct {
	Place prooftree.Place
	Trial trial.Trial
	// Part is the index of the run that it is from.
	Part int
}

// Merged is what several runs are together.
type Merged struct {
	Run      trial.Run
	Problems []json.RawMessage
	Trials   []Placed
	// Twice counts the trials that several parts have, of which the first is taken.
	Twice int
}

// Runs merges runs. The merged run is named by an ID and has the problems of all
// parts, in their order, and a number for each seed from the least to the largest:
// a trial that no part has is missing, and can be done later. It is an error if
// the parts differ in anything else that results depend on: variants, texts of
// problems of the same name, and, unless mixed is set, the versions of ansatz and
// of the provers.
func Runs(id string, parts []Part, mixed bool, now time.Time) (Merged, error) {
	var out Merged
	if len(parts) < 2 {
		return out, errors.New("two runs are needed to merge")
	}
	first := parts[0].Run
	for _, p := range parts[1:] {
		if err := sameExperiment(first, p.Run, mixed); err != nil {
			return out, fmt.Errorf("runs %s and %s cannot be merged: %w", first.ID, p.Run.ID, err)
		}
	}
	least, largest, err := seeds(parts)
	if err != nil {
		return out, err
	}
	merged, err := spec.Parse(first.Name, []byte(first.Spec))
	if err != nil {
		return out, fmt.Errorf("reading the specification of run %s: %w", first.ID, err)
	}
	merged.Seed, merged.Trials, merged.Dataset.Shard = least, int(largest-least)+1, ""
	if merged.Kind == trial.Search {
		merged.PassAt = spec.DefaultPassAt(merged.Trials)
	}
	out.Run = first
	out.Run.ID, out.Run.Created, out.Run.Ended, out.Run.Elapsed = id, now.UTC(), time.Time{}, 0
	out.Run.Seed, out.Run.Trials, out.Run.PassAt = merged.Seed, merged.Trials, merged.PassAt
	out.Run.Spec, out.Run.SpecHash = string(merged.Canonical()), merged.Hash()
	out.Run.Merged, out.Run.Problems, out.Run.Notes = nil, nil, nil
	out.Run.Dataset = trial.Dataset{LeftOut: maps.Clone(first.Dataset.LeftOut)}
	for _, p := range parts {
		out.Run.Merged = append(out.Run.Merged, p.Run.ID)
		out.Run.Elapsed += p.Run.Elapsed
		out.Run.Notes = append(out.Run.Notes, p.Run.Notes...)
		for _, f := range p.Run.Dataset.Files {
			if !slices.Contains(out.Run.Dataset.Files, f) {
				out.Run.Dataset.Files = append(out.Run.Dataset.Files, f)
			}
		}
		if p.Run.Machine != first.Machine {
			out.Run.Notes = append(out.Run.Notes, fmt.Sprintf("run %s was made on another machine: %s, %d cores", p.Run.ID, p.Run.Machine.Processor, p.Run.Machine.Cores))
		}
	}
	delete(out.Run.Dataset.LeftOut, plan.InAnotherShard)
	if err := out.add(parts); err != nil {
		return out, err
	}
	if out.Run.Dataset.SHA256, err = plan.Hash(out.Problems); err != nil {
		return out, err
	}
	if len(out.Trials) == out.Run.Total() {
		out.Run.Ended = now.UTC()
	}
	return out, nil
}

// add adds the problems and trials of all parts.
func (m *Merged) add(parts []Part) error {
	places := make(map[string]int) // of problems, by name
	hashes := make(map[string]string)
	variants := make(map[string]int)
	for i, v := range m.Run.Variants {
		variants[v.Name] = i
	}
	seen := make(map[prooftree.Place]bool)
	for index, p := range parts {
		if len(p.Problems) != len(p.Run.Problems) {
			return fmt.Errorf("run %s has %d problems, and %d of them are stored", p.Run.ID, len(p.Run.Problems), len(p.Problems))
		}
		for i, row := range p.Run.Problems {
			hash, err := plan.Hash(p.Problems[i : i+1])
			if err != nil {
				return err
			}
			switch known, found := hashes[row.Name]; {
			case !found:
				hashes[row.Name], places[row.Name] = hash, len(m.Problems)
				m.Problems, m.Run.Problems = append(m.Problems, p.Problems[i]), append(m.Run.Problems, row)
			case known != hash:
				return fmt.Errorf("problem %s of run %s is another one than that of this name before", row.Name, p.Run.ID)
			}
		}
		for _, t := range p.Trials {
			variant, known := variants[t.Variant]
			problem, found := places[t.Problem]
			if !known || !found {
				return fmt.Errorf("run %s has a trial of %s that it did not ask for", p.Run.ID, t.Key)
			}
			place := prooftree.Place{Variant: variant, Problem: problem, Number: int(t.Seed - m.Run.Seed)}
			if seen[place] {
				m.Twice++
				continue
			}
			seen[place] = true
			t.Number = place.Number
			m.Trials = append(m.Trials, Placed{Place: place, Trial: t, Part: index})
		}
	}
	return nil
}

// mostTrials bounds the number of trials at a problem, against runs whose seeds
// are far apart.
const mostTrials = 10_000

// seeds are the least and the largest seed of all parts.
func seeds(parts []Part) (least, largest uint64, err error) {
	least = parts[0].Run.Seed
	for _, p := range parts {
		least = min(least, p.Run.Seed)
		largest = max(largest, p.Run.Seed+uint64(p.Run.Trials)-1)
	}
	if largest-least >= mostTrials {
		return 0, 0, fmt.Errorf("the seeds of the runs are too far apart: from %d to %d", least, largest)
	}
	return least, largest, nil
}

// sameExperiment says how two runs differ in what results depend on, other than
// their problems and seeds.
func sameExperiment(a, b trial.Run, mixed bool) error {
	specA, err := spec.Parse(a.Name, []byte(a.Spec))
	if err != nil {
		return fmt.Errorf("reading the specification of run %s: %w", a.ID, err)
	}
	specB, err := spec.Parse(b.Name, []byte(b.Spec))
	if err != nil {
		return fmt.Errorf("reading the specification of run %s: %w", b.ID, err)
	}
	variantsA, variantsB := specA.Expand(), specB.Expand()
	switch {
	case specA.Kind != specB.Kind:
		return errors.New("one measures searches, the other operations of provers")
	case len(variantsA) != len(variantsB):
		return fmt.Errorf("they have %d and %d variants", len(variantsA), len(variantsB))
	case !reflect.DeepEqual(specA.Probe, specB.Probe):
		return errors.New("they measure other operations or targets")
	}
	for i := range variantsA {
		if variantsA[i].Name != variantsB[i].Name {
			return fmt.Errorf("their variants %d are %s and %s", i+1, variantsA[i].Name, variantsB[i].Name)
		}
		if !reflect.DeepEqual(variantsA[i].Search, variantsB[i].Search) || variantsA[i].Budget != variantsB[i].Budget {
			return fmt.Errorf("their variants %s have other settings", variantsA[i].Name)
		}
	}
	if mixed {
		return nil
	}
	if a.Ansatz != b.Ansatz {
		return fmt.Errorf("they were made with ansatz %s and %s", a.Ansatz, b.Ansatz)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Provers)) {
		was, is := a.Provers[name], b.Provers[name]
		// A run whose problems are for one prover knows nothing of the other.
		if _, both := b.Provers[name]; both && !was.SameBuild(is) {
			return fmt.Errorf("they were made with %s %s (%s) and %s (%s)", name, was.Version, was.Variant, is.Version, is.Variant)
		}
	}
	return nil
}
