package dataset

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
)

// TestProgramsAreKept checks that a Dafny program reaches the prover byte for byte.
func TestProgramsAreKept(t *testing.T) {
	set := read(t, Options{}, filepath.Join("testdata", "programs"))
	if len(set.Records) != 2 || len(set.Errors) != 1 {
		t.Fatalf("%d records, %v", len(set.Records), set.Errors)
	}
	for _, r := range set.Records {
		data, err := os.ReadFile(r.File)
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.Problem()
		if err != nil {
			t.Fatal(err)
		}
		if want := (provers.Problem{Name: r.Name, Source: r.File + ":1", Kind: provers.Prove, Statement: string(data)}); p != want {
			t.Errorf("%+v, want %+v", p, want)
		}
		if r.Prover != ForDafny || r.Reference != nil {
			t.Errorf("%s is for %q and has the reference %v", r.Name, r.Prover, r.Reference)
		}
	}
}

// TestGroundTruths checks that ground truths are no problems where there are
// programs without hints beside them, and are problems where they are asked for.
func TestGroundTruths(t *testing.T) {
	root := filepath.Join("testdata", "DafnyBench")
	for _, c := range []struct {
		path       string
		names      string
		references int
	}{
		{root, "count_up, no truth", 1},
		{filepath.Join(root, "hints_removed"), "count_up, no truth", 1},
		{filepath.Join(root, "hints_removed", "count_up_no_hints.dfy"), "count_up", 1},
		{filepath.Join(root, "ground_truth"), "count_up", 0},
	} {
		set := read(t, Options{}, c.path)
		var names []string
		references := 0
		for _, r := range set.Records {
			names = append(names, r.Name)
			if r.Reference != nil {
				references++
			}
		}
		if got := strings.Join(names, ", "); got != c.names || references != c.references || len(set.Errors) != 0 {
			t.Errorf("%s: the problems %s with %d references, %v", c.path, got, references, set.Errors)
		}
	}
}

func TestLive(t *testing.T) {
	yes, no := true, false
	said := func(name string, live, without *bool) Record {
		return Record{Name: name, Dafny: &DafnyFacts{Live: live, VerifiesWithoutHints: without}}
	}
	kept, out := Live([]Record{
		said("a", &yes, &no), said("b", &no, &yes), said("c", &no, &no), said("d", &no, nil), said("e", nil, &no), said("f", nil, &yes), said("g", &yes, nil), {Name: "h"},
	})
	names := ""
	for _, r := range kept {
		names += r.Name
	}
	want := []LeftOut{{"verifies without hints", 2}, {"not live on Dafny 2.3.0", 2}, {"not said whether it is live", 2}}
	if names != "ag" || !reflect.DeepEqual(out, want) {
		t.Errorf("kept %s, left out %v", names, out)
	}
}

func TestLayoutProver(t *testing.T) {
	for _, l := range Layouts() {
		want := ForLean
		if strings.HasPrefix(string(l), "dafny") {
			want = ForDafny
		}
		if got := l.Prover(); got != want {
			t.Errorf("%s is for %s", l, got)
		}
	}
}
