// Package export writes stored proof trees for other programs: as JSON, and as
// a graph for Graphviz. Both are written as they are read, so that a tree of any
// size can be exported.
//
// # The JSON format, version 1
//
// One object with the members
//
//	format    "ansatz-proof-tree"
//	version   1; it rises if a reader of this description could misread a file
//	run       what the run was started with (id, problem, prover, policy, seed,
//	          budget, stages), status ("running", "stale", "ended"), end and
//	          end_detail (if ended), started and ended (RFC 3339), spent, proved
//	          (the search found a proof) and verified (a final check accepted it)
//	counts    numbers of nodes and attempts by status
//	verdicts  what final checks said, the last first
//	attempts  the actions that were tried, by id from 1: node (where), goal (its
//	          index there; absent for 0), action, logprob (absent if infinite),
//	          source (who proposed it), status, class and message (the prover's),
//	          units, elapsed, stage, barred (suspected since a final check refused
//	          a proof with it), children (the nodes that it left, all of which
//	          must be proved), layouts (the prover's notes on how each of children
//	          is arranged in what was left), fate ("proved", "dead", "open": what
//	          follows)
//	nodes     the states that were reached, by id from 1, which is the root: key,
//	          status ("open", "proved", "dead"), exhausted (nothing is left to
//	          try), depth, parent (the attempt that reached it first), proved_by
//	          (attempt), logprob (summed over the path; absent if infinite), goals
//
// Members that are zero or empty may be absent. Durations are nanoseconds. In
// the export of a run that is being written, nodes can be newer than attempts;
// every node that an attempt names is there.
package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
)

// Version is the version of the JSON format.
const Version = 1

type jsonRun struct {
	search.RunInfo
	Status   prooftree.RunStatus `json:"status"`
	End      search.EndReason    `json:"end,omitempty"`
	Detail   string              `json:"end_detail,omitempty"`
	Started  time.Time           `json:"started,omitzero"`
	Ended    time.Time           `json:"ended,omitzero"`
	Spent    search.Spent        `json:"spent"`
	Proved   bool                `json:"proved"`
	Verified bool                `json:"verified"`
}

type jsonAttempt struct {
	ID       search.AttemptID  `json:"id"`
	Node     search.NodeID     `json:"node"`
	Goal     int               `json:"goal,omitempty"`
	Action   string            `json:"action"`
	LogProb  *float64          `json:"logprob,omitempty"`
	Source   string            `json:"source,omitempty"`
	Status   provers.Status    `json:"status"`
	Class    string            `json:"class,omitempty"`
	Message  string            `json:"message,omitempty"`
	Units    int64             `json:"units,omitempty"`
	Elapsed  time.Duration     `json:"elapsed,omitempty"`
	Stage    int               `json:"stage,omitempty"`
	Barred   bool              `json:"barred,omitempty"`
	Children []search.NodeID   `json:"children,omitempty"`
	Layouts  []string          `json:"layouts,omitempty"`
	Fate     search.NodeStatus `json:"fate"`
}

type jsonNode struct {
	ID        search.NodeID     `json:"id"`
	Key       string            `json:"key"`
	Status    search.NodeStatus `json:"status"`
	Exhausted bool              `json:"exhausted,omitempty"`
	Depth     int               `json:"depth"`
	Parent    search.AttemptID  `json:"parent,omitempty"`
	ProvedBy  search.AttemptID  `json:"proved_by,omitempty"`
	LogProb   *float64          `json:"logprob,omitempty"`
	Goals     []provers.Goal    `json:"goals,omitempty"`
}

// JSON writes the proof tree of a run in the format that the package describes.
func JSON(ctx context.Context, w io.Writer, store *prooftree.Store, run string) error {
	if err := writeJSON(ctx, w, store, run); err != nil {
		return fmt.Errorf("exporting run %s as JSON: %w", run, err)
	}
	return nil
}

func writeJSON(ctx context.Context, w io.Writer, store *prooftree.Store, run string) error {
	summary, err := store.Run(ctx, run)
	if err != nil {
		return err
	}
	view, err := store.View(ctx, run)
	if err != nil {
		return err
	}
	counts, err := view.Counts(ctx)
	if err != nil {
		return err
	}
	verdicts, err := store.Verdicts(ctx, run)
	if err != nil {
		return err
	}
	out := &jsonWriter{buffer: bufio.NewWriter(w)}
	out.text(fmt.Sprintf("{\"format\": \"ansatz-proof-tree\", \"version\": %d,\n\"run\": ", Version))
	out.value(jsonRun{summary.RunInfo, summary.Status, summary.EndReason, summary.EndDetail,
		summary.Started, summary.Ended, summary.Spent, summary.Proved, summary.Verified()})
	out.text(",\n\"counts\": ")
	out.value(counts)
	if verdicts == nil {
		verdicts = []provers.Verdict{}
	}
	out.text(",\n\"verdicts\": ")
	out.value(verdicts)
	out.text(",\n\"attempts\": [")
	err = list(out, view.AllAttempts(ctx), func(a search.Attempt) any {
		return jsonAttempt{a.ID, a.Node, a.Candidate.Action.Goal, a.Candidate.Action.Text, finite(a.Candidate.LogProb), a.Candidate.Source,
			a.Status, a.Class, a.Message, a.Units, a.Elapsed, a.Stage, a.Barred, a.Children, a.Layouts, a.Fate}
	})
	if err != nil {
		return err
	}
	out.text("],\n\"nodes\": [")
	err = list(out, view.Nodes(ctx), func(n search.Node) any {
		return jsonNode{n.ID, n.Key, n.Status, n.Exhausted, n.Depth, n.Parent, n.ProvedBy, finite(n.Score), n.Goals}
	})
	if err != nil {
		return err
	}
	out.text("]}\n")
	if out.err != nil {
		return out.err
	}
	return out.buffer.Flush()
}

// finite is a number that JSON can hold.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	return &x
}

// jsonWriter remembers the first error and writes no more after it.
type jsonWriter struct {
	buffer *bufio.Writer
	err    error
}

func (w *jsonWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.buffer.WriteString(s)
	}
}

func (w *jsonWriter) value(v any) {
	if w.err != nil {
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if w.err = encoder.Encode(v); w.err == nil {
		_, w.err = w.buffer.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	}
}

// list writes the elements of an array, a line each.
func list[T any](w *jsonWriter, all iter.Seq2[T, error], element func(T) any) error {
	separator := "\n"
	for v, err := range all {
		if err != nil {
			return err
		}
		w.text(separator)
		w.value(element(v))
		if w.err != nil {
			return w.err
		}
		separator = ",\n"
	}
	return nil
}
