package distribute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/klauspost/compress/zstd"
)

// collected is a log that keeps a copy of what goes to another.
type collected struct {
	search.Log
	events *[]search.Event
}

func (c collected) Append(ctx context.Context, batch []search.Event) error {
	*c.events = append(*c.events, batch...)
	return c.Log.Append(ctx, batch)
}

// collect packs a real search, and a second one that is a part of it, and returns
// their events.
func collect(t *testing.T, first string, reach int) (packed []byte, ids []string, events [2][]search.Event) {
	t.Helper()
	trees, err := NewTreeWriter(first, true)
	if err != nil {
		t.Fatal(err)
	}
	task := Task{Place: prooftree.Place{Variant: 1}, Problem: json.RawMessage(encode(t, question{Reach: reach})), Seed: 3}
	task.Key.Problem = "reach"
	if _, err := (&lab{tap: func(n int, log search.Log) search.Log { return collected{log, &events[n]} }}).Execute(t.Context(), task, trees); err != nil {
		t.Fatal(err)
	}
	ids = trees.IDs()
	if packed, err = trees.pack(); err != nil {
		t.Fatal(err)
	}
	return packed, ids, events
}

// folded is the proof tree of events, as a text.
func folded(t *testing.T, events []search.Event) string {
	t.Helper()
	tree := search.NewTree()
	for _, e := range events {
		if err := tree.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	var nodes []any
	for id := range search.NodeID(tree.Nodes()) {
		n, _ := tree.Node(id + 1)
		nodes = append(nodes, n.ID, n.Status, n.ProvedBy, n.Depth, tree.Attempts())
	}
	return encode(t, nodes)
}

func storedEvents(t *testing.T, s *prooftree.Store, id string) (all []search.Event) {
	t.Helper()
	for e, err := range s.Events(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// treeStore is a database with one benchmark.
func treeStore(t *testing.T) (*prooftree.Store, string) {
	t.Helper()
	s := openStore(t, t.TempDir()+"/runs.db")
	run, problems := newRun(t, 1, 1)
	create(t, s, run, problems)
	return s, run.ID
}

func TestTreesComeBack(t *testing.T) {
	s, benchmark := treeStore(t)
	packed, ids, events := collect(t, "one", 300)
	if want := []string{"one", "one.t2"}; !slices.Equal(ids, want) {
		t.Fatalf("the IDs are %q, want %q", ids, want)
	}
	if len(events[0]) < 100 || len(events[1]) < 5 {
		t.Fatalf("the searches have %d and %d events", len(events[0]), len(events[1]))
	}
	// The second time they replace the first.
	for range 2 {
		got, err := unpack(t.Context(), s, benchmark, "one", packed)
		if err != nil || !slices.Equal(got, ids) {
			t.Fatalf("unpacked were %q, %v", got, err)
		}
		if own, err := s.Runs(t.Context(), prooftree.RunFilter{NoTrials: true}); err != nil || len(own) != 0 {
			t.Errorf("%d of them are among the user's own searches, %v", len(own), err)
		}
		for i, id := range ids {
			back := storedEvents(t, s, id)
			if folded(t, back) != folded(t, events[i]) {
				t.Errorf("%s is another tree", id)
			}
			for k := range events[i] {
				events[i][k].Time = events[i][k].Time.UTC() // as JSON has it
			}
			if got, want := encode(t, back), encode(t, events[i]); got != want {
				t.Errorf("the events of %s are\n%s\nof\n%s", id, got, want)
			}
		}
		question, found, err := s.Question(t.Context(), "one.t2")
		if err != nil || !found || question.PartOf != "one" || question.Method != prooftree.DFPSBackward {
			t.Errorf("the part asks %+v, %v", question, err)
		}
		if equal, err := s.Equivalences(t.Context(), "one.t2"); err != nil || len(equal) != 1 || equal[0].Reference != "2" {
			t.Errorf("the equivalences are %+v, %v", equal, err)
		}
	}
	if runs, err := s.Runs(t.Context(), prooftree.RunFilter{}); err != nil || len(runs) != 2 {
		t.Errorf("%d runs are stored, %v", len(runs), err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	// They are of the benchmark already, and go with it.
	if err := s.DeleteBenchmark(t.Context(), benchmark); err != nil {
		t.Fatal(err)
	}
	if runs, err := s.Runs(t.Context(), prooftree.RunFilter{}); err != nil || len(runs) != 0 {
		t.Errorf("%d runs are stored, %v", len(runs), err)
	}
}

// TestUnpackOverHalfATree has the trees there in part, as a process leaves them
// that is killed while it unpacks.
func TestUnpackOverHalfATree(t *testing.T) {
	s, benchmark := treeStore(t)
	packed, _, events := collect(t, "one", 300)
	half, err := s.CreateTree(t.Context(), benchmark, *events[0][0].Run)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(half.Append(t.Context(), events[0][:len(events[0])/2]), half.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := unpack(t.Context(), s, benchmark, "one", packed); err != nil {
		t.Fatal(err)
	}
	for i, id := range []string{"one", "one.t2"} {
		if folded(t, storedEvents(t, s, id)) != folded(t, events[i]) {
			t.Errorf("%s is another tree", id)
		}
	}
}

func TestDamagedTrees(t *testing.T) {
	packed, _, events := collect(t, "one", 40)
	head := func(id string) line { return line{Tree: &treeHead{Info: search.RunInfo{ID: id}}} }
	pack := func(lines ...line) []byte {
		var out bytes.Buffer
		zip, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(zip)
		for _, l := range lines {
			if err := encoder.Encode(l); err != nil {
				t.Fatal(err)
			}
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	invalid := search.Event{Seq: 5, Kind: search.StateReached, Node: 7, State: &provers.State{Key: "k"}}
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 0x40
	tests := map[string]struct {
		blob []byte
		want string
	}{
		"cut off":             {packed[:len(packed)/2], "unexpected EOF"},
		"last byte missing":   {packed[:len(packed)-1], "unexpected EOF"},
		"a bit is wrong":      {flipped, ""},
		"no collection":       {[]byte("PNG..."), "magic number"},
		"no JSON":             {pack(head("one"))[:12], ""},
		"unknown tree":        {pack(head("one"), line{Run: 2, Event: &events[0][0]}), "there is no tree 2"},
		"event before a tree": {pack(line{Run: 1, Event: &events[0][0]}), "there is no tree 1"},
		"negative tree":       {pack(head("one"), line{Run: -1, Event: &events[0][0]}), "there is no tree -1"},
		"of another":          {pack(head("mine")), `"mine" in place of one`},
		"second of another":   {pack(head("one"), head("mine")), `"mine" in place of one.t2`},
		"twice":               {pack(head("one"), head("one")), `"one" in place of one.t2`},
		"no continuation":     {pack(head("one"), line{Run: 1, Event: &invalid}), "event"},
		"unknown equivalence": {pack(head("one"), line{Run: 1, Equivalence: &prooftree.Equivalence{Status: "perhaps"}}), "CHECK"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, benchmark := treeStore(t)
			mine, err := s.CreateRun(t.Context(), search.RunInfo{ID: "mine"})
			if err != nil {
				t.Fatal(err)
			}
			if err := mine.Close(); err != nil {
				t.Fatal(err)
			}
			ids, err := unpack(t.Context(), s, benchmark, "one", test.blob)
			if !errors.As(err, new(damaged)) || !strings.Contains(err.Error(), test.want) || ids != nil {
				t.Errorf("unpacked were %q: %v", ids, err)
			}
			runs, err := s.Runs(t.Context(), prooftree.RunFilter{})
			if err != nil || len(runs) != 1 || runs[0].ID != "mine" {
				t.Errorf("stored are %+v, %v", runs, err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTheDatabaseIsNotTheTrees has unpacking fail for a reason that passes: the
// trial must come again.
func TestTheDatabaseIsNotTheTrees(t *testing.T) {
	s, benchmark := treeStore(t)
	packed, _, _ := collect(t, "one", 40)
	reader, err := prooftree.OpenReadOnly(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := unpack(t.Context(), reader, benchmark, "one", packed); prooftree.KindOf(err) != prooftree.ReadOnly || errors.As(err, new(damaged)) {
		t.Errorf("in a database that cannot be written: %v", err)
	}
}

func TestTreesThatAreNotKept(t *testing.T) {
	trees, err := NewTreeWriter("one", false)
	if err != nil {
		t.Fatal(err)
	}
	id, log, err := trees.Begin(search.RunInfo{}, nil)
	if err != nil || id != "one" {
		t.Fatal(id, err)
	}
	if err := log.Append(t.Context(), []search.Event{{Seq: 1, Kind: search.UserActed}}); err != nil {
		t.Error(err)
	}
	if err := trees.Equivalence("two", prooftree.Equivalence{}); err == nil {
		t.Error("there is an equivalence of a tree that is not there")
	}
	packed, err := trees.pack()
	if err != nil || packed != nil || trees.IDs() != nil {
		t.Errorf("%d bytes and %q are kept, %v", len(packed), trees.IDs(), err)
	}
	s, benchmark := treeStore(t)
	if ids, err := unpack(t.Context(), s, benchmark, "one", packed); ids != nil || err != nil {
		t.Errorf("unpacked were %q, %v", ids, err)
	}
}
