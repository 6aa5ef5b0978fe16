package prooftree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/ansatz-prover/ansatz/provers"
	"github.com/ansatz-prover/ansatz/search"
)

// View answers questions about one stored tree without reading the whole of it,
// also while the tree grows. It is safe for concurrent use.
type View struct {
	store *Store
	run   storedRun
}

// View opens the tree of a run.
func (s *Store) View(ctx context.Context, id string) (*View, error) {
	run, err := s.loadRun(ctx, s.reader, id)
	if err != nil {
		return nil, describe(err, "opening the tree of run %s in %s", id, s.path)
	}
	return &View{s, run}, nil
}

func (v *View) describe(err error, doing string) error {
	return describe(err, "%s of run %s in %s", doing, v.run.ID, v.store.path)
}

// Info is what the run was created with.
func (v *View) Info() search.RunInfo { return v.run.RunInfo }

// Counts sums up the tree.
func (v *View) Counts(ctx context.Context) (search.Counts, error) {
	c := search.Counts{ByStatus: make(map[provers.Status]int)}
	err := v.store.snapshot(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `SELECT max_depth,
				(SELECT count(*) FROM note WHERE run = ?1 AND kind = 'prover_restarted'),
				(SELECT count(*) FROM verdict WHERE run = ?1 AND NOT accepted),
				(SELECT count(*) FROM state WHERE run = ?1 AND status = 'open'),
				(SELECT count(*) FROM state WHERE run = ?1 AND status = 'proved'),
				(SELECT count(*) FROM state WHERE run = ?1 AND status = 'dead')
			FROM run WHERE id = ?1`, v.run.key)
		if err := row.Scan(&c.MaxDepth, &c.Restarts, &c.Refused, &c.Open, &c.Proved, &c.Dead); err != nil {
			return err
		}
		c.Nodes = c.Open + c.Proved + c.Dead
		var err error
		c.ByStatus, err = countsByStatus(ctx, tx, "SELECT status, sum(count) FROM attempt_tally WHERE run = ? GROUP BY status", v.run.key)
		for _, n := range c.ByStatus {
			c.Attempts += n
		}
		return err
	})
	return c, v.describe(err, "counting the nodes")
}

func countsByStatus(ctx context.Context, q querier, query string, args ...any) (map[provers.Status]int, error) {
	type count struct {
		status provers.Status
		n      int
	}
	all, err := queryAll(ctx, q, func(rows *sql.Rows) (c count, err error) { return c, rows.Scan(&c.status, &c.n) }, query, args...)
	counts := make(map[provers.Status]int)
	for _, c := range all {
		counts[c.status] = c.n
	}
	return counts, err
}

const nodeQuery = `SELECT s.node, s.status, s.exhausted <> 0, s.goals, s.key, coalesce(s.logprob, 0), s.depth, s.attempt,
	(SELECT count(*) FROM attempt a WHERE a.run = s.run AND a.node = s.node), coalesce(s.proved_by, 0) FROM state s `

func scanNode(rows *sql.Rows) (search.Node, error) {
	var n search.Node
	var goals sql.NullString
	err := rows.Scan(&n.ID, &n.Status, &n.Exhausted, &goals, &n.Key, &n.Score, &n.Depth, &n.Parent, &n.Attempts, &n.ProvedBy)
	return n, errors.Join(err, decodeJSON(goals, &n.Goals))
}

// Node is one node. Its Score and Depth are those of the path by which it was
// reached first, where [search.Tree] has those of the best.
func (v *View) Node(ctx context.Context, id search.NodeID) (search.Node, error) {
	n, err := v.node(ctx, v.store.reader, id)
	return n, v.describe(err, fmt.Sprintf("reading node %d", id))
}

func (v *View) node(ctx context.Context, q querier, id search.NodeID) (search.Node, error) {
	nodes, err := queryAll(ctx, q, scanNode, nodeQuery+"WHERE s.run = ? AND s.node = ?", v.run.key, int64(id))
	if err != nil {
		return search.Node{}, err
	}
	if len(nodes) == 0 {
		return search.Node{}, &Error{Kind: UnknownNode, Doing: "looking for the node", Detail: "there is no such node"}
	}
	return nodes[0], nil
}

// State is the state of a node with the path by which it was reached first: what
// a session needs to restore it.
func (v *View) State(ctx context.Context, id search.NodeID) (provers.State, error) {
	var state provers.State
	err := v.store.snapshot(ctx, func(tx *sql.Tx) error {
		n, err := v.node(ctx, tx, id)
		if err != nil {
			return err
		}
		// The node that an attempt is at was reached before what it led to:
		// numbers fall on the way up, and it ends even in a damaged file.
		state = provers.State{Goals: n.Goals, Key: n.Key}
		state.Path, err = queryAll(ctx, tx, func(rows *sql.Rows) (s provers.Step, err error) {
			var layout sql.NullString
			err = rows.Scan(&s.Action.Text, &s.Action.Goal, &s.Index, &layout)
			s.Layout = layout.String
			return s, err
		}, `WITH RECURSIVE up (node, attempt, parent, level) AS (
				SELECT s.node, a.id, a.node, 0 FROM state s JOIN attempt a ON a.run = ?1 AND a.id = s.attempt WHERE s.run = ?1 AND s.node = ?2
				UNION ALL
				SELECT s.node, a.id, a.node, level + 1 FROM up JOIN state s ON s.run = ?1 AND s.node = up.parent
					JOIN attempt a ON a.run = ?1 AND a.id = s.attempt WHERE s.node < up.node)
			SELECT a.action, a.goal, c.place, c.layout
			FROM up JOIN attempt a ON a.run = ?1 AND a.id = up.attempt
				LEFT JOIN attempt_child c ON c.run = ?1 AND c.attempt = up.attempt AND c.place =
					(SELECT min(place) FROM attempt_child WHERE run = ?1 AND attempt = up.attempt AND child = up.node)
			ORDER BY level DESC`, v.run.key, int64(id))
		return err
	})
	return state, v.describe(err, fmt.Sprintf("reading the state of node %d", id))
}

// NodeView is what a viewer shows of one node.
type NodeView struct {
	search.Node
	// ByStatus counts the attempts at the node.
	ByStatus map[provers.Status]int
	// Attempts are the first attempts at the node, at most [MaxAttempts]; see
	// [View.Attempts] for the others.
	Attempts []search.Attempt
	// Parents are the attempts that led to the node, the oldest first.
	Parents []search.AttemptID
}

// MaxAttempts bounds the attempts of one [NodeView].
const MaxAttempts = 1000

// NodeView reads a node with its attempts.
func (v *View) NodeView(ctx context.Context, id search.NodeID) (NodeView, error) {
	var view NodeView
	err := v.store.snapshot(ctx, func(tx *sql.Tx) (err error) {
		if view.Node, err = v.node(ctx, tx, id); err != nil {
			return err
		}
		view.ByStatus, err = countsByStatus(ctx, tx, "SELECT status, count(*) FROM attempt WHERE run = ? AND node = ? GROUP BY status", v.run.key, int64(id))
		if err != nil {
			return err
		}
		view.Parents, err = queryAll(ctx, tx, func(rows *sql.Rows) (a search.AttemptID, err error) { return a, rows.Scan(&a) },
			"SELECT DISTINCT attempt FROM attempt_child WHERE run = ? AND child = ? ORDER BY attempt", v.run.key, int64(id))
		if err != nil {
			return err
		}
		view.Attempts, err = v.attempts(ctx, tx, id, 0, MaxAttempts)
		return err
	})
	return view, v.describe(err, fmt.Sprintf("reading node %d", id))
}

// Attempts lists the attempts at a node with numbers above after, at most limit.
func (v *View) Attempts(ctx context.Context, id search.NodeID, after search.AttemptID, limit int) ([]search.Attempt, error) {
	var all []search.Attempt
	err := v.store.snapshot(ctx, func(tx *sql.Tx) (err error) {
		all, err = v.attempts(ctx, tx, id, after, limit)
		return err
	})
	return all, v.describe(err, fmt.Sprintf("reading the attempts at node %d", id))
}

func (v *View) attempts(ctx context.Context, tx *sql.Tx, id search.NodeID, after search.AttemptID, limit int) (all []search.Attempt, err error) {
	if limit <= 0 {
		return nil, nil
	}
	yield := func(a search.Attempt) bool {
		all = append(all, a)
		return len(all) < limit
	}
	err = readAttempts(ctx, tx, yield, attemptQuery+"WHERE run = ? AND node = ? AND id > ? ORDER BY id",
		childQuery+"WHERE a.run = ? AND a.node = ? AND a.id > ? ORDER BY a.id, c.place", v.run.key, int64(id), int64(after))
	return all, err
}

const (
	attemptQuery = "SELECT " + attemptColumns + ", barred FROM attempt "
	childQuery   = `SELECT c.attempt, c.child, c.layout, s.status FROM attempt a JOIN attempt_child c ON c.run = a.run AND c.attempt = a.id
		JOIN state s ON s.run = c.run AND s.node = c.child `
)

// readAttempts merges attempts with their children, both in the order of the
// attempts' numbers. The queries have the same arguments.
func readAttempts(ctx context.Context, tx *sql.Tx, yield func(search.Attempt) bool, attemptQuery, childQuery string, args ...any) (err error) {
	attempts, err := tx.QueryContext(ctx, attemptQuery, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, attempts.Close()) }()
	children, err := tx.QueryContext(ctx, childQuery, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, children.Close()) }()
	var parent search.AttemptID
	var child search.NodeID
	var layout sql.NullString
	var status search.NodeStatus
	more := true
	advance := func() error {
		if more = children.Next(); !more {
			return children.Err()
		}
		return children.Scan(&parent, &child, &layout, &status)
	}
	if err := advance(); err != nil {
		return err
	}
	for attempts.Next() {
		var a search.Attempt
		var o provers.Outcome
		if err := attempts.Scan(append(attemptTargets(&a.ID, &a.Node, &a.Candidate, &a.Stage, &o), &a.Barred)...); err != nil {
			return err
		}
		a.Status, a.Class, a.Message, a.Units, a.Elapsed = o.Status, o.Class, o.Message, o.Units, o.Elapsed
		proved, dead := 0, 0
		for more && parent <= a.ID {
			if parent == a.ID {
				a.Children = append(a.Children, child)
				a.Layouts = addLayout(a.Layouts, len(a.Children), layout.String)
				switch status {
				case search.NodeIsProved:
					proved++
				case search.NodeIsDead:
					dead++
				}
			}
			if err := advance(); err != nil {
				return err
			}
		}
		a.Fate = fate(&a, proved, dead)
		if !yield(a) {
			return nil
		}
	}
	return attempts.Err()
}

// fate is what follows for an attempt, as [search.Tree] says it.
func fate(a *search.Attempt, proved, dead int) search.NodeStatus {
	switch {
	case a.Barred, a.Status.Conclusive() && !a.Status.Accepted(), dead > 0:
		return search.NodeIsDead
	case a.Status.Accepted() && proved == len(a.Children):
		return search.NodeIsProved
	}
	return search.NodeOpen
}

// Children lists the nodes that the attempts at a node left, by their numbers.
func (v *View) Children(ctx context.Context, id search.NodeID) ([]search.Node, error) {
	all, err := queryAll(ctx, v.store.reader, scanNode, nodeQuery+`WHERE s.run = ?1 AND s.node IN
		(SELECT c.child FROM attempt a JOIN attempt_child c ON c.run = a.run AND c.attempt = a.id WHERE a.run = ?1 AND a.node = ?2)
		ORDER BY s.node`, v.run.key, int64(id))
	return all, v.describe(err, fmt.Sprintf("reading the children of node %d", id))
}

// BestOpen lists the limit open nodes with something left to try that have the
// highest mean log-probability on the path by which they were reached first.
func (v *View) BestOpen(ctx context.Context, limit int) ([]search.Node, error) {
	all, err := queryAll(ctx, v.store.reader, scanNode,
		nodeQuery+"WHERE s.run = ? AND s.status = 'open' AND s.exhausted = 0 ORDER BY s.score DESC LIMIT ?", v.run.key, limit)
	return all, v.describe(err, "reading the best open nodes")
}

// ProofStep is one node of a proof with the attempt that proves it.
type ProofStep struct {
	Node    search.Node
	Attempt search.Attempt
}

// Proof lists the proof of the root, each node before what its attempt left and
// none twice. It is empty if the root is not proved.
func (v *View) Proof(ctx context.Context) ([]ProofStep, error) {
	var steps []ProofStep
	err := v.store.snapshot(ctx, func(tx *sql.Tx) error {
		seen := make(map[search.NodeID]bool)
		var visit func(id search.NodeID) error
		visit = func(id search.NodeID) error {
			if seen[id] {
				return nil
			}
			seen[id] = true
			n, err := v.node(ctx, tx, id)
			if err != nil || n.ProvedBy == 0 {
				return err
			}
			step := ProofStep{Node: n}
			err = readAttempts(ctx, tx, func(a search.Attempt) bool { step.Attempt = a; return true },
				attemptQuery+"WHERE run = ? AND id = ?", childQuery+"WHERE a.run = ? AND a.id = ? ORDER BY c.place", v.run.key, int64(n.ProvedBy))
			if err != nil {
				return err
			}
			steps = append(steps, step)
			for _, child := range step.Attempt.Children {
				if err := visit(child); err != nil {
					return err
				}
			}
			return nil
		}
		err := visit(1)
		if KindOf(err) == UnknownNode {
			return nil // not even the root was reached
		}
		return err
	})
	return steps, v.describe(err, "reading the proof")
}

// Nodes gives every node, by number. It ends after the first error.
func (v *View) Nodes(ctx context.Context) iter.Seq2[search.Node, error] {
	return stream(v, ctx, "reading the nodes", func(tx *sql.Tx, yield func(search.Node) bool) (err error) {
		rows, err := tx.QueryContext(ctx, nodeQuery+"WHERE s.run = ? ORDER BY s.node", v.run.key)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			n, err := scanNode(rows)
			if err != nil {
				return err
			}
			if !yield(n) {
				return nil
			}
		}
		return rows.Err()
	})
}

// AllAttempts gives every attempt, by number. It ends after the first error.
func (v *View) AllAttempts(ctx context.Context) iter.Seq2[search.Attempt, error] {
	return stream(v, ctx, "reading the attempts", func(tx *sql.Tx, yield func(search.Attempt) bool) error {
		return readAttempts(ctx, tx, yield, attemptQuery+"WHERE run = ? ORDER BY id",
			childQuery+"WHERE a.run = ? ORDER BY a.id, c.place", v.run.key)
	})
}

// stream turns reading with a callback in a snapshot into an iterator.
func stream[T any](v *View, ctx context.Context, doing string, read func(*sql.Tx, func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := false
		err := v.store.snapshot(ctx, func(tx *sql.Tx) error {
			return read(tx, func(t T) bool {
				stopped = !yield(t, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			var none T
			yield(none, v.describe(err, doing))
		}
	}
}
