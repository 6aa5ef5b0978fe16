package search

import (
	"reflect"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search/policy"
)

// TestQueueIsMadeAgain drops the queue of a node, as eviction does, and makes it
// again: with what was suggested, it must be as it was, and the number of all
// queued candidates must be right throughout.
func TestQueueIsMadeAgain(t *testing.T) {
	tree := NewTree()
	apply := func(e Event) {
		t.Helper()
		e.Seq = tree.Seq() + 1
		if err := tree.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	var proposed []policy.Candidate
	for i, text := range []string{"ask", "p", "q", "r"} {
		proposed = append(proposed, policy.Candidate{Action: provers.Action{Text: text}, LogProb: -0.01 - 0.02*float64(i)})
	}
	apply(Event{Kind: StateReached, Node: 1, State: &provers.State{Key: "k"}})
	f := frontier{tree: tree}
	if err := f.begin(Stage{Strategy: BestFirst, Batch: 1, MaxCandidates: 3}); err != nil {
		t.Fatal(err)
	}
	o := f.node(1)
	check := func(want ...string) {
		t.Helper()
		var got []string
		for i, c := range o.queue {
			got = append(got, c.Action.Text)
			if i > 0 && c.LogProb > o.queue[i-1].LogProb {
				t.Errorf("%q is likelier than what is before it", c.Action.Text)
			}
		}
		if !reflect.DeepEqual(got, want) || f.queued != len(want) {
			t.Errorf("the queue is %q, %d candidates are counted; want %q", got, f.queued, want)
		}
	}
	f.fill(o, 0, proposed)
	check("ask", "p", "q")
	try := func(suggestions ...string) {
		c := f.take(o, 1)[0]
		apply(Event{Kind: AttemptTried, Attempt: AttemptID(tree.Attempts() + 1), Node: 1, Candidate: &c,
			Outcome: &provers.Outcome{Status: provers.Rejected, Suggestions: suggestions}})
		f.suggest(o, tree.historyAt(1, 0))
	}
	try("x", "q", "r")
	check("x", "q", "r", "p")
	try("y")
	check("q", "r", "y", "p")
	before := o.queue
	f.queued -= len(o.queue)
	o.queue, o.ready = nil, false
	f.fill(o, 0, proposed)
	check("q", "r", "y", "p")
	if !reflect.DeepEqual(o.queue, before) {
		t.Errorf("the queue is %+v and was %+v", o.queue, before)
	}
}

func TestFlight(t *testing.T) {
	start := time.Now()
	at := func(d time.Duration) time.Time { return start.Add(d) }
	f := newFlight(2)
	var jobs []*job
	for f.room() {
		jobs = append(jobs, &job{})
		f.add(jobs[len(jobs)-1])
	}
	if len(jobs) != 4 {
		t.Fatalf("%d jobs have room", len(jobs))
	}
	finish := func(i int, d time.Duration) { jobs[i].done, jobs[i].arrived = true, at(d) }
	expect := func(name string, want ...int) {
		t.Helper()
		for _, i := range want {
			ready := f.ready()
			if j := f.next(); j != jobs[i] || !ready {
				t.Fatalf("%s: next is not job %d (ready: %t)", name, i, ready)
			}
		}
		if j := f.next(); j != nil || f.ready() {
			t.Fatalf("%s: there is one more", name)
		}
	}
	finish(2, 0)
	expect("the first is not done")
	finish(0, time.Second)
	expect("the first is done", 0)
	f.overtake(at(patience - 1))
	expect("not long enough")
	f.overtake(at(patience))
	expect("the second is late", 2)
	if f.empty() || !f.room() || len(f.ordered) != 1 {
		t.Errorf("%d jobs in order, %d late", len(f.ordered), len(f.late))
	}
	finish(1, 5*time.Second)
	expect("it came", 1)

	// Not more than one job for each worker is late, those that are done never.
	for f.room() {
		jobs = append(jobs, &job{})
		f.add(jobs[len(jobs)-1])
	}
	finish(4, time.Minute)
	finish(6, time.Minute)
	f.overtake(at(time.Minute + patience))
	expect("two are late", 4, 6)
	if f.add(&job{done: true, arrived: at(0)}); len(f.late) != 2 {
		t.Fatalf("%d are late", len(f.late))
	}
	f.ordered = append([]*job{{}}, f.ordered...)
	f.overtake(at(time.Hour))
	expect("no more can be late")
	if len(f.ordered)+len(f.late) > f.most() {
		t.Errorf("%d jobs are given out, not at most %d", len(f.ordered)+len(f.late), f.most())
	}
	f.forget()
	if !f.empty() {
		t.Error("jobs are left")
	}
}

func TestBatch(t *testing.T) {
	queue := []policy.Candidate{{LogProb: 0}, {LogProb: -1}, {LogProb: -1.5}, {LogProb: -2.5}, {LogProb: -3}}
	for _, test := range []struct {
		name     string
		stage    Stage
		attempts int32
		want     int
	}{
		{"as many as there are", Stage{Batch: 8}, 0, 5},
		{"a batch", Stage{Batch: 2}, 0, 2},
		{"a small one at first", Stage{Batch: 4, First: 3}, 0, 3},
		{"and then not", Stage{Batch: 4, First: 3}, 3, 4},
		{"what is about as likely", Stage{Batch: 8, Spread: 2}, 0, 3},
		{"at least one", Stage{Batch: 8, Spread: 0.1}, 0, 1},
	} {
		f := frontier{tree: &Tree{nodes: []node{{attempts: test.attempts}}}, stage: test.stage}
		if got := f.batch(&openNode{id: 1, queue: queue}); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
