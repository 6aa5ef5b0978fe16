package distribute

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/benchmarks/queue"
	"github.com/ansatz-prover/ansatz/benchmarks/trial"
	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/provers/proverstest"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/policy"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

const (
	silence = 1500 * time.Millisecond
	patient = 2 * time.Minute
)

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	t.Cleanup(cancel)
	return ctx
}

// noLeaks fails the test if it leaves goroutines behind. It comes first in a test,
// so that it is looked at last, and not in one that runs beside others.
func noLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, %d at the beginning:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
}

// question is the problem of a trial here: what the in-memory prover gets.
type question struct{ Reach int }

// newRun makes a run of trials of the in-memory prover: of two variants the
// second gives up early, and of the problems some are too hard for it.
func newRun(t testing.TB, problems, trials int) (trial.Run, []json.RawMessage) {
	t.Helper()
	created := time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)
	id, err := prooftree.NewBenchmarkID(created)
	if err != nil {
		t.Fatal(err)
	}
	run := trial.Run{ID: id, Name: "numbers", Kind: trial.Search, Created: created, Ansatz: "test", Trials: trials, Seed: 7,
		Variants: []trial.Variant{{Name: "patient"}, {Name: "hasty"}}}
	var encoded []json.RawMessage
	for i := range problems {
		q, err := json.Marshal(question{Reach: 2 + 3*i})
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, q)
		run.Problems = append(run.Problems, trial.Problem{Name: fmt.Sprint("reach_", 2+3*i), Statement: fmt.Sprint("reach ", 2+3*i)})
	}
	return run, encoded
}

// lab is an executor whose trials depend on nothing but their task.
type lab struct {
	// before is called when a trial begins; an error of it is the trial's.
	before func(context.Context, Task) error
	// after is called when a trial is over, before its result is sent.
	after func(Task)
	// tap may wrap the log of the trial's n-th search, from 0.
	tap    func(n int, log search.Log) search.Log
	did    atomic.Int64
	closed atomic.Int64
}

func (l *lab) Close() error {
	l.closed.Add(1)
	return nil
}

// Execute implements [Executor]: one search for the patient variant, and two of
// which the second is a part of the first for the hasty one.
func (l *lab) Execute(ctx context.Context, t Task, trees *TreeWriter) (trial.Trial, error) {
	if l.before != nil {
		if err := l.before(ctx, t); err != nil {
			return trial.Trial{}, err
		}
	}
	var q question
	if err := json.Unmarshal(t.Problem, &q); err != nil {
		return trial.Trial{}, err
	}
	info := search.RunInfo{Problem: provers.Problem{Name: t.Key.Problem, Kind: provers.Prove, Statement: fmt.Sprint("reach ", q.Reach)},
		Seed: t.Seed, Budget: search.Budget{Attempts: 500}, Stages: []search.Stage{{Name: "all", Strategy: search.BestFirst, Batch: 3, MaxCandidates: 100}}}
	out, first, err := l.search(ctx, info, trees, nil)
	if err != nil {
		return trial.Trial{}, err
	}
	if t.Place.Variant == 1 {
		info.Budget.Attempts = 4
		asked := &prooftree.Question{Method: prooftree.DFPSBackward, Problem: json.RawMessage(`{"name": "part"}`), PartOf: first}
		second, id, err := l.search(ctx, info, trees, asked)
		if err != nil {
			return trial.Trial{}, err
		}
		if err := trees.Equivalence(id, prooftree.Equivalence{Answer: "1", Reference: "2", Status: "not_shown"}); err != nil {
			return trial.Trial{}, err
		}
		second.Cost.Attempts += out.Cost.Attempts
		out = second
	}
	out.Cost.Wall = float64(q.Reach)
	l.did.Add(1)
	if l.after != nil {
		l.after(t)
	}
	return out, ctx.Err()
}

// search does one search with the in-memory prover.
func (l *lab) search(ctx context.Context, info search.RunInfo, trees *TreeWriter, q *prooftree.Question) (trial.Trial, string, error) {
	prover := proverstest.New(proverstest.Numbers{}, proverstest.Options{})
	info.Prover, info.Policy = prover.Info(), "seeded"
	id, log, err := trees.Begin(info, q)
	if err != nil {
		return trial.Trial{}, "", err
	}
	info.ID = id
	if l.tap != nil {
		log = l.tap(len(trees.IDs())-1, log)
	}
	result, err := search.Run(ctx, search.Config{Info: info, Policy: seeded(info.Seed), Log: log, Verify: prover.Verify,
		Open: func(ctx context.Context) (provers.Session, error) {
			return prover.Open(ctx, info.Problem, provers.Limits{})
		}})
	if err != nil {
		return trial.Trial{}, "", err
	}
	t := trial.Trial{Result: trial.OutOfBudget, Proof: result.Script,
		Cost: trial.Cost{Attempts: result.Spent.Attempts, Expansions: result.Spent.Expansions, Nodes: int64(result.Tree.Nodes())}}
	if result.End == search.EndProved {
		t.Result = trial.Solved
	}
	return t, id, nil
}

// seeded is a policy that prefers what its seed says.
type seeded uint64

func (seeded) Name() string { return "seeded" }
func (seeded) Slow() bool   { return false }

func (s seeded) Propose(_ context.Context, r policy.Request) ([]policy.Candidate, error) {
	var all []policy.Candidate
	state := r.State.Goals[0].Target
	for _, action := range (proverstest.Numbers{}).Actions(state) {
		h := fnv.New32a()
		fmt.Fprint(h, uint64(s), state, action)
		all = append(all, policy.Candidate{Action: provers.Action{Text: action}, LogProb: -0.1 - float64(h.Sum32()%1000)/300, Source: "seeded"})
	}
	slices.SortFunc(all, func(a, b policy.Candidate) int {
		return cmp.Or(cmp.Compare(b.LogProb, a.LogProb), strings.Compare(a.Action.Text, b.Action.Text))
	})
	return all[:min(len(all), r.Max)], nil
}

// bench is a run with what coordinates it in this process.
type bench struct {
	t      testing.TB
	store  *prooftree.Store
	dir    string // of the queue
	run    trial.Run
	asked  []json.RawMessage
	server *queue.Server
	queue  *queue.Queue
}

// newBench stores a new run in a new database, and opens a queue for it.
func newBench(t testing.TB, problems, trials int) *bench {
	t.Helper()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "queue")}
	b.run, b.asked = newRun(t, problems, trials)
	b.store = openStore(t, filepath.Join(t.TempDir(), "runs.db"))
	create(t, b.store, b.run, b.asked)
	b.connect("")
	return b
}

func openStore(t testing.TB, path string) *prooftree.Store {
	t.Helper()
	s, err := prooftree.Open(path, prooftree.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func create(t testing.TB, s *prooftree.Store, run trial.Run, problems []json.RawMessage) {
	t.Helper()
	document, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateBenchmark(t.Context(), prooftree.Benchmark{ID: run.ID, Created: run.Created, Document: document}, problems); err != nil {
		t.Fatal(err)
	}
}

// connect opens the queue's server and connects to it.
func (b *bench) connect(listen string) {
	b.t.Helper()
	var err error
	b.server, err = queue.Serve(queue.ServerOptions{Dir: b.dir, Listen: listen, Token: "secret"})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(b.server.Close)
	b.queue, err = b.server.Connect(within(b.t), queue.Options{Silence: silence})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(b.queue.Close)
}

// disconnect closes the queue's server.
func (b *bench) disconnect() {
	b.queue.Close()
	b.server.Close()
}

// readStored reads the only benchmark of a database.
func readStored(ctx context.Context, s *prooftree.Store) (run trial.Run, problems []json.RawMessage, err error) {
	found, err := s.Benchmark(ctx, "last")
	if err != nil {
		return run, nil, err
	}
	if err := json.Unmarshal(found.Document, &run); err != nil {
		return run, nil, err
	}
	problems, err = s.BenchmarkProblems(ctx, run.ID)
	return run, problems, err
}

// coordinator is one that does trials with an executor, if there is one, two at a time.
func (b *bench) coordinator(e Executor) *Coordinator {
	c := &Coordinator{Store: b.store, Queue: b.queue, Run: b.stored(), Problems: b.asked, Executor: e, Alone: true}
	if e != nil {
		c.Workers = 2
	}
	return c
}

// do has a run done to its end.
func (b *bench) do(e Executor) {
	b.t.Helper()
	if err := b.coordinator(e).Do(within(b.t)); err != nil {
		b.t.Fatal(err)
	}
}

// stored is the run as it is stored.
func (b *bench) stored() (r trial.Run) {
	b.t.Helper()
	found, err := b.store.Benchmark(b.t.Context(), b.run.ID)
	if err == nil {
		err = json.Unmarshal(found.Document, &r)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// trials are the trials that are recorded, by their place, and each once.
func (b *bench) trials() map[prooftree.Place]trial.Trial {
	b.t.Helper()
	return trialsOf(b.t, b.store, b.run.ID)
}

func trialsOf(t testing.TB, s *prooftree.Store, id string) map[prooftree.Place]trial.Trial {
	t.Helper()
	stored, err := s.Trials(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[prooftree.Place]trial.Trial)
	for _, one := range stored {
		var decoded trial.Trial
		if err := json.Unmarshal(one.Document, &decoded); err != nil {
			t.Fatal(err)
		}
		if _, twice := all[one.Place]; twice {
			t.Errorf("%v is recorded twice", one.Place)
		}
		all[one.Place] = decoded
	}
	return all
}

// table is everything about a run that must not depend on how it was worked on:
// its trials and their proof trees, without times and workers.
func table(t testing.TB, s *prooftree.Store, run trial.Run) []string {
	t.Helper()
	trials := trialsOf(t, s, run.ID)
	var rows []string
	for v := range run.Variants {
		for p := range run.Problems {
			for n := range run.Trials {
				place := prooftree.Place{Variant: v, Problem: p, Number: n}
				one, found := trials[place]
				if !found {
					t.Errorf("%v is not recorded", place)
					continue
				}
				one.Worker, one.Delivery, one.Started, one.Ended = "", 0, time.Time{}, time.Time{}
				rows = append(rows, encode(t, one))
				for _, id := range one.Trees {
					rows = append(rows, tree(t, s, id))
				}
				delete(trials, place)
			}
		}
	}
	for place := range trials {
		t.Errorf("%v is recorded, and the run has no such trial", place)
	}
	// IDs differ from one run to the next.
	for i := range rows {
		rows[i] = strings.ReplaceAll(rows[i], run.ID, "ID")
	}
	return rows
}

// tree is a stored proof tree without times.
func tree(t testing.TB, s *prooftree.Store, id string) string {
	t.Helper()
	var events []search.Event
	for e, err := range s.Events(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	question, _, err := s.Question(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	equivalences, err := s.Equivalences(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, timeless(events)) + encode(t, question) + encode(t, equivalences)
}

// timeless are events without what depends on time.
func timeless(events []search.Event) (all []search.Event) {
	for _, e := range events {
		if e.Kind == search.BudgetSpent {
			continue
		}
		e.Seq, e.Time, e.Spent = 0, time.Time{}, nil
		if e.Outcome != nil {
			o := *e.Outcome
			o.Elapsed = 0
			e.Outcome = &o
		}
		if e.Verdict != nil {
			v := *e.Verdict
			v.Elapsed = 0
			e.Verdict = &v
		}
		all = append(all, e)
	}
	return all
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// undisturbedTables are those of [undisturbed], by the size of the run.
var undisturbedTables struct {
	sync.Mutex
	bySize map[[2]int][]string
}

// undisturbed is the table of a run to which nothing happens.
func undisturbed(t *testing.T, problems, trials int) []string {
	t.Helper()
	all := &undisturbedTables
	all.Lock()
	defer all.Unlock()
	size := [2]int{problems, trials}
	if all.bySize == nil {
		all.bySize = make(map[[2]int][]string)
	}
	if all.bySize[size] == nil {
		b := newBench(t, problems, trials)
		b.do(&lab{})
		all.bySize[size] = table(t, b.store, b.run)
	}
	return all.bySize[size]
}

func wantTable(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("the table has %d rows, want %d", len(got), len(want))
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("row %d is\n%s\nof an undisturbed run\n%s", i, got[i], want[i])
			return
		}
	}
}

// errBroken is what a prover says that cannot be started.
var errBroken = errors.New("the prover is broken")
