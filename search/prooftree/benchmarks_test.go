package prooftree_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/search/prooftree"
)

var firstOfApril = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

// benchmark stores a benchmark with a title.
func benchmark(t testing.TB, s *prooftree.Store, id, title string) {
	t.Helper()
	b := prooftree.Benchmark{ID: id, Created: firstOfApril, Document: json.RawMessage(fmt.Sprintf(`{"id":%q,"name":%q}`, id, title))}
	if err := s.CreateBenchmark(t.Context(), b, []json.RawMessage{[]byte(`{"name":"p"}`), []byte(`{"name":"q"}`)}); err != nil {
		t.Fatal(err)
	}
}

// addTrial stores a trial with trees, and reports whether it was added.
func addTrial(t testing.TB, s *prooftree.Store, id string, p prooftree.Place, document string, trees ...string) bool {
	t.Helper()
	added, err := s.AddTrial(t.Context(), id, prooftree.StoredTrial{Place: p, Document: json.RawMessage(document)}, trees)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// query asks the database itself, as a user's own program does.
func query(t testing.TB, path, question string) (rows []string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+strings.NewReplacer("%", "%25", "?", "%3f").Replace(path)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.Query(question)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var row string
		if err := found.Scan(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestBenchmarkIsKept(t *testing.T) {
	s, ctx := open(t), t.Context()
	if all, err := s.Benchmarks(ctx); err != nil || len(all) != 0 {
		t.Errorf("a new database has %v, %v", all, err)
	}
	benchmark(t, s, "b260401-aaaaaa", "first")
	benchmark(t, s, "b260401-bbbbbb", "second")
	all, err := s.Benchmarks(ctx)
	if err != nil || len(all) != 2 || all[0].ID != "b260401-bbbbbb" {
		t.Fatalf("stored are %+v, %v", all, err)
	}
	want := prooftree.Benchmark{ID: "b260401-aaaaaa", Created: firstOfApril, Document: json.RawMessage(`{"id":"b260401-aaaaaa","name":"first"}`)}
	if !reflect.DeepEqual(all[1], want) {
		t.Errorf("the first came back as %+v", all[1])
	}
	problems, err := s.BenchmarkProblems(ctx, want.ID)
	if err != nil || len(problems) != 2 || string(problems[0]) != `{"name":"p"}` || string(problems[1]) != `{"name":"q"}` {
		t.Errorf("its problems are %s, %v", problems, err)
	}

	want.Ended, want.Document = firstOfApril.Add(time.Hour+time.Nanosecond), json.RawMessage(`{"name":"renamed"}`)
	if err := s.UpdateBenchmark(ctx, want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Benchmark(ctx, want.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it was changed to %+v, %v", got, err)
	}
	if got, err := s.Benchmark(ctx, "b260401-bbbbbb"); err != nil || !got.Ended.IsZero() || !strings.Contains(string(got.Document), "second") {
		t.Errorf("the other is now %+v, %v", got, err)
	}
	// One that goes on has no end.
	want.Ended = time.Time{}
	if err := s.UpdateBenchmark(ctx, want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Benchmark(ctx, want.ID); err != nil || !got.Ended.IsZero() {
		t.Errorf("it ended at %s, %v", got.Ended, err)
	}
	wantKind(t, s.UpdateBenchmark(ctx, prooftree.Benchmark{ID: "b260401-cccccc", Document: json.RawMessage("{}")}), prooftree.UnknownRun)
	wantKind(t, s.CreateBenchmark(ctx, prooftree.Benchmark{ID: want.ID, Document: json.RawMessage("{}")}, nil), prooftree.RunExists)
	for _, id := range []string{"", "last", "../b", "a b", "a/b"} {
		wantKind(t, s.CreateBenchmark(ctx, prooftree.Benchmark{ID: id, Document: json.RawMessage("{}")}, nil), prooftree.Failed)
	}
	if all, err := s.Benchmarks(ctx); err != nil || len(all) != 2 {
		t.Errorf("stored are %+v, %v", all, err)
	}
}

func TestNewBenchmarkID(t *testing.T) {
	first, err := prooftree.NewBenchmarkID(firstOfApril)
	if err != nil {
		t.Fatal(err)
	}
	second, err := prooftree.NewBenchmarkID(firstOfApril.Add(time.Second))
	if err != nil || first >= second || !strings.HasPrefix(first, "b260401-") {
		t.Errorf("the IDs are %q and %q, %v", first, second, err)
	}
}

func TestFindBenchmark(t *testing.T) {
	s := open(t)
	_, err := s.Benchmark(t.Context(), "last")
	wantKind(t, err, prooftree.UnknownRun)
	if e := (*prooftree.Error)(nil); !errors.As(err, &e) || !strings.Contains(e.Hint, "ansatz bench run") {
		t.Errorf("in an empty database: %v", err)
	}
	const old, mid, late, odd = "b260401-aaaaaa", "b260401-abbbbb", "b260402-cccccc", "x_1"
	benchmark(t, s, old, "nightly")
	benchmark(t, s, mid, "nightly")
	benchmark(t, s, odd, "100% odd_")
	benchmark(t, s, late, "weekly")
	tests := []struct {
		typed, want string
		kind        prooftree.ErrorKind
		mentions    []string
	}{
		{typed: old, want: old},
		{typed: "b260402", want: late},
		{typed: "260402", want: late},
		{typed: "cc", want: late},
		{typed: "aa", want: old},
		{typed: "B260402", want: late},
		{typed: "last", want: late},
		{typed: "latest", want: late},
		{typed: "nightly", want: mid},
		{typed: "weekly", want: late},
		{typed: "100% odd_", want: odd},
		{typed: "x_", want: odd},
		{typed: "b260401", kind: prooftree.AmbiguousRun, mentions: []string{old, mid}},
		{typed: "a", kind: prooftree.AmbiguousRun, mentions: []string{old, mid}},
		{typed: "", kind: prooftree.UnknownRun, mentions: []string{late + " (weekly)"}},
		{typed: "%", kind: prooftree.UnknownRun, mentions: []string{old + " (nightly)", mid, late, odd}},
		{typed: "b_60401", kind: prooftree.UnknownRun, mentions: []string{late}},
		{typed: "night", kind: prooftree.UnknownRun, mentions: []string{late}},
	}
	for _, test := range tests {
		t.Run(test.typed, func(t *testing.T) {
			got, err := s.Benchmark(t.Context(), test.typed)
			if test.kind == "" {
				if err != nil || got.ID != test.want {
					t.Errorf("found %q, %v; want %s", got.ID, err, test.want)
				}
				return
			}
			wantKind(t, err, test.kind)
			for _, part := range test.mentions {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not mention %s", err, part)
				}
			}
		})
	}
	// An ID is found also if others begin so.
	benchmark(t, s, "b26", "short")
	if got, err := s.Benchmark(t.Context(), "b26"); err != nil || got.ID != "b26" {
		t.Errorf("found %q, %v", got.ID, err)
	}
}

func TestTrials(t *testing.T) {
	s, ctx := open(t), t.Context()
	const id = "b260401-aaaaaa"
	benchmark(t, s, id, "first")
	benchmark(t, s, "b260401-bbbbbb", "second")
	for _, run := range []string{"tree", "other", "mine"} {
		store(t, s, generate(run, 5, 30))
	}
	places := []prooftree.Place{{Variant: 1, Problem: 0, Number: 0}, {Variant: 0, Problem: 10, Number: 0}, {Variant: 0, Problem: 2, Number: 1}, {Variant: 0, Problem: 2, Number: 0}}
	for i, p := range places {
		var trees []string
		if i == 0 {
			trees = []string{"tree"}
		}
		if !addTrial(t, s, id, p, fmt.Sprintf(`{"result":"solved","at":%d}`, i), trees...) {
			t.Errorf("%v was not added", p)
		}
	}
	// One that is there stays as it is, and takes no trees.
	if addTrial(t, s, id, places[0], `{"result":"crash"}`, "other") {
		t.Error("a trial was added twice")
	}
	// The same place of another benchmark is another trial.
	if !addTrial(t, s, "b260401-bbbbbb", places[0], `{"result":"error"}`) {
		t.Error("a trial of the second benchmark was not added")
	}
	_, err := s.AddTrial(ctx, "b260401-cccccc", prooftree.StoredTrial{Document: json.RawMessage("{}")}, []string{"mine"})
	wantKind(t, err, prooftree.UnknownRun)

	got, err := s.Trials(ctx, id)
	want := []prooftree.StoredTrial{{Place: places[3], Document: json.RawMessage(`{"result":"solved","at":3}`)}, {Place: places[2], Document: json.RawMessage(`{"result":"solved","at":2}`)},
		{Place: places[1], Document: json.RawMessage(`{"result":"solved","at":1}`)}, {Place: places[0], Document: json.RawMessage(`{"result":"solved","at":0}`)}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the trials are %+v, %v", got, err)
	}
	done, err := s.TrialPlaces(ctx, id)
	if err != nil || len(done) != len(places) || !done[places[1]] || done[prooftree.Place{}] {
		t.Errorf("the places are %v, %v", done, err)
	}
	for typed, want := range map[string]int{id: 4, "b260401-bbbbbb": 1} {
		if b, err := s.Benchmark(ctx, typed); err != nil || b.Recorded != want {
			t.Errorf("%s has %d trials, want %d; %v", typed, b.Recorded, want, err)
		}
	}
	var own []string
	runs, err := s.Runs(ctx, prooftree.RunFilter{NoTrials: true})
	for _, r := range runs {
		own = append(own, r.ID)
	}
	if err != nil || !slices.Equal(own, []string{"mine", "other"}) {
		t.Errorf("the user's own searches are %q, %v", own, err)
	}
	for list, err := range map[string]error{
		"trials": func() error { all, err := s.Trials(ctx, "none"); return errors.Join(err, none(len(all))) }(),
		"places": func() error { all, err := s.TrialPlaces(ctx, "none"); return errors.Join(err, none(len(all))) }(),
	} {
		if err != nil {
			t.Errorf("the %s of an unknown benchmark: %v", list, err)
		}
	}
}

func none(n int) error {
	if n > 0 {
		return fmt.Errorf("there are %d", n)
	}
	return nil
}

// TestLastRunIsNoTrial checks that "last" is the user's own last search.
func TestLastRunIsNoTrial(t *testing.T) {
	s, ctx := open(t), t.Context()
	benchmark(t, s, "b260401-aaaaaa", "first")
	store(t, s, generate("mine", 1, 20))
	g := generate("tree", 2, 20)
	// It is a trial's before the trial is recorded.
	w, err := s.CreateTree(ctx, "b260401-aaaaaa", g.info)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Append(ctx, g.events), w.Close()); err != nil {
		t.Fatal(err)
	}
	if id, err := s.ResolveRun(ctx, "last"); err != nil || id != "mine" {
		t.Errorf("the last run is %q, %v", id, err)
	}
	if id, err := s.ResolveRun(ctx, "tr"); err != nil || id != "tree" {
		t.Errorf("by its name the tree is %q, %v", id, err)
	}
	_, err = s.CreateTree(ctx, "b260401-aaaaaa", g.info)
	wantKind(t, err, prooftree.RunExists)
	if err := s.DeleteBenchmark(ctx, "b260401-aaaaaa"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(ctx, "tree")
	wantKind(t, err, prooftree.UnknownRun)
}

func TestDeleteBenchmark(t *testing.T) {
	s, ctx := open(t), t.Context()
	const doomed, kept = "b260401-aaaaaa", "b260401-bbbbbb"
	var want []string // what stays, with its events
	for i, id := range []string{doomed, kept} {
		benchmark(t, s, id, "bench")
		for n := range 3 {
			tree := fmt.Sprintf("%s.0.0.%d", id, n)
			store(t, s, generate(tree, uint64(10*i+n), 300))
			addTrial(t, s, id, prooftree.Place{Number: n}, `{"result":"solved"}`, tree)
		}
	}
	store(t, s, generate("mine", 99, 300))
	for _, id := range []string{"mine", kept + ".0.0.0", kept + ".0.0.1", kept + ".0.0.2"} {
		want = append(want, fmt.Sprint(id, len(events(t, s, id))))
	}
	claim, err := s.ClaimBenchmark(ctx, doomed)
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.DeleteBenchmark(ctx, doomed), prooftree.RunActive)
	if all, err := s.Trials(ctx, doomed); err != nil || len(all) != 3 {
		t.Errorf("of a benchmark that is worked on %d trials are left, %v", len(all), err)
	}
	if err := claim.Release(); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteBenchmark(ctx, doomed); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.DeleteBenchmark(ctx, doomed), prooftree.UnknownRun)
	wantKind(t, s.DeleteBenchmark(ctx, "../"+kept), prooftree.UnknownRun)
	var got []string
	runs, err := s.Runs(ctx, prooftree.RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		got = append(got, fmt.Sprint(r.ID, len(events(t, s, r.ID))))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
	if all, err := s.Benchmarks(ctx); err != nil || len(all) != 1 || all[0].ID != kept || all[0].Recorded != 3 {
		t.Errorf("left are %+v, %v", all, err)
	}
	for _, table := range []string{"trial", "benchmark_problem"} {
		if n := query(t, s.Path(), "SELECT count(*) FROM "+table+" WHERE benchmark NOT IN (SELECT id FROM benchmark)"); n[0] != "0" {
			t.Errorf("%s rows of %s are of no benchmark", n[0], table)
		}
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.Path() + ".locks"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the locks were left behind: %v", err)
	}
	// An ID is free again, and what it was is forgotten.
	benchmark(t, s, doomed, "again")
	if b, err := s.Benchmark(ctx, doomed); err != nil || b.Recorded != 0 {
		t.Errorf("a new one of that ID is %+v, %v", b, err)
	}
}

func TestClaimBenchmark(t *testing.T) {
	s, ctx := open(t), t.Context()
	other := openAt(t, s.Path(), prooftree.Options{})
	benchmark(t, s, "b260401-aaaaaa", "first")
	benchmark(t, s, "b260401-bbbbbb", "second")
	running := func() (list []string) {
		all, err := other.Benchmarks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			if b.Running {
				list = append(list, b.ID)
			}
		}
		return list
	}
	for range 2 {
		if list := running(); len(list) != 0 {
			t.Errorf("%q are worked on", list)
		}
		claim, err := s.ClaimBenchmark(ctx, "b260401-aaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		if list := running(); !slices.Equal(list, []string{"b260401-aaaaaa"}) {
			t.Errorf("%q are worked on", list)
		}
		for _, store := range []*prooftree.Store{s, other} {
			_, err := store.ClaimBenchmark(ctx, "b260401-aaaaaa")
			wantKind(t, err, prooftree.RunActive)
		}
		second, err := other.ClaimBenchmark(ctx, "b260401-bbbbbb")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(claim.Release(), second.Release()); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.ClaimBenchmark(ctx, "../b260401-aaaaaa")
	wantKind(t, err, prooftree.UnknownRun)
}

// TestQuestionsInSQL asks what the generated columns are for.
func TestQuestionsInSQL(t *testing.T) {
	s := open(t)
	benchmark(t, s, "b260401-aaaaaa", "first")
	for n, document := range []string{
		`{"result":"solved","cost":{"wall_s":1.5,"prover_s":1,"expansions":3}}`,
		`{"result":"solved","cost":{"wall_s":2,"prover_s":0.25,"expansions":4}}`,
		`{"result":"time_out","cost":{"wall_s":60.25,"prover_s":59,"expansions":100}}`,
		`{"result":"crash"}`,
	} {
		addTrial(t, s, "b260401-aaaaaa", prooftree.Place{Number: n}, document)
	}
	for question, want := range map[string][]string{
		"SELECT result || ' ' || count(*) FROM trial GROUP BY result ORDER BY result":                      {"crash 1", "solved 2", "time_out 1"},
		"SELECT sum(wall) FROM trial WHERE result = 'solved'":                                              {"3.5"},
		"SELECT number FROM trial WHERE wall > 1.75 AND in_prover < 1":                                     {"1"},
		"SELECT sum(expansions) FROM trial":                                                                {"107"},
		"SELECT typeof(wall) || typeof(expansions) FROM trial WHERE number = 1":                            {"realinteger"},
		"SELECT count(*) FROM trial WHERE wall IS NULL":                                                    {"1"},
		"SELECT b.title || ' ' || t.number FROM trial t JOIN benchmark b ON b.id = t.benchmark LIMIT 1":    {"first 0"},
		"SELECT document ->> 'name' FROM benchmark_problem WHERE benchmark = 1 AND place = 1":              {"q"},
		"SELECT count(*) FROM benchmark WHERE ended IS NULL AND created = 1775044800 * 1000 * 1000 * 1000": {"1"},
	} {
		if got := query(t, s.Path(), question); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", question, got, want)
		}
	}
}

// TestFromSchema3 opens a database that an ansatz without benchmarks wrote.
func TestFromSchema3(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0001_proof_trees.sql", "0002_answers.sql", "0003_replies.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(string(text)); err != nil {
			t.Fatal(name, err)
		}
	}
	_, err = db.Exec(`PRAGMA application_id = 1634628474; PRAGMA user_version = 3;
		INSERT INTO problem (hash, name, source, kind, preamble, statement, closing) VALUES ('h', 'p', 'a.lean:1', 'prove', '', 'theorem p : True', '');
		INSERT INTO run (name, problem, prover_name, prover_version, prover_variant, prover_path, policy, seed,
			budget_expansions, budget_attempts, budget_nodes, budget_wall, budget_units, stages, created)
		VALUES ('old', 1, 'lean', '4', '', '', 'builtin', 1, 0, 0, 0, 0, 0, '[]', 5)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if reader, err := prooftree.OpenReadOnly(path); err == nil {
		reader.Close()
		t.Error("an old database was read without being brought up to date")
	} else {
		wantKind(t, err, prooftree.OlderSchema)
	}
	s, ctx := openAt(t, path, prooftree.Options{}), t.Context()
	runs, err := s.Runs(ctx, prooftree.RunFilter{NoTrials: true})
	if err != nil || len(runs) != 1 || runs[0].ID != "old" || runs[0].Problem.Statement != "theorem p : True" {
		t.Errorf("the old runs are %+v, %v", runs, err)
	}
	if all, err := s.Benchmarks(ctx); err != nil || len(all) != 0 {
		t.Errorf("the benchmarks are %+v, %v", all, err)
	}
	benchmark(t, s, "b260401-aaaaaa", "first")
	addTrial(t, s, "b260401-aaaaaa", prooftree.Place{}, `{"result":"solved"}`, "old")
	if id, err := s.ResolveRun(ctx, "last"); err == nil {
		t.Errorf("the last run is %s, which is a trial's", id)
	}
	if err := s.DeleteBenchmark(ctx, "b260401-aaaaaa"); err != nil {
		t.Error(err)
	}
	if runs, err := s.Runs(ctx, prooftree.RunFilter{}); err != nil || len(runs) != 0 {
		t.Errorf("left are %+v, %v", runs, err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}
