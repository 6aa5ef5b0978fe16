package distribute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/ansatz-prover/ansatz/search"
	"github.com/ansatz-prover/ansatz/search/prooftree"
	"github.com/klauspost/compress/zstd"
)

// TreeWriter collects the proof trees of one trial, compressed, for their way to
// the coordinator. It is safe for concurrent use.
type TreeWriter struct {
	first string
	// keep is false if nothing is to be kept.
	keep bool

	mu      sync.Mutex
	packed  bytes.Buffer
	zip     *zstd.Encoder
	encoder *json.Encoder
	ids     []string
	err     error
}

// line is one line of a collection of trees: a tree begins, one of its events, or
// whether its answer equals a reference.
type line struct {
	Tree        *treeHead              `json:"tree,omitempty"`
	Run         int                    `json:"run,omitempty"` // which tree, from 1, in order of appearance
	Event       *search.Event          `json:"event,omitempty"`
	Equivalence *prooftree.Equivalence `json:"equivalence,omitempty"`
}

type treeHead struct {
	Info     search.RunInfo      `json:"info"`
	Question *prooftree.Question `json:"question,omitempty"`
}

// compressedWindow bounds the memory of compression, in bytes, for there is a
// writer for each trial at work.
const compressedWindow = 1 << 20

// NewTreeWriter collects trees, of which the first gets an ID. Without keep, only
// IDs are given out.
func NewTreeWriter(first string, keep bool) (*TreeWriter, error) {
	w := &TreeWriter{first: first, keep: keep}
	var err error
	w.zip, err = zstd.NewWriter(&w.packed, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(compressedWindow), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("collecting proof trees: %w", err)
	}
	w.encoder = json.NewEncoder(w.zip)
	return w, nil
}

// Begin begins a tree, and returns its ID and where its events go.
func (w *TreeWriter) Begin(info search.RunInfo, q *prooftree.Question) (id string, log search.Log, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	info.ID = treeID(w.first, len(w.ids)+1)
	w.ids = append(w.ids, info.ID)
	w.put(line{Tree: &treeHead{Info: info, Question: q}})
	return info.ID, treeLog{w, len(w.ids)}, w.err
}

// treeID is the ID of a trial's n-th tree, from 1.
func treeID(first string, n int) string {
	if n == 1 {
		return first
	}
	return fmt.Sprintf("%s.t%d", first, n)
}

// Equivalence adds whether the answer of a tree equals a reference.
func (w *TreeWriter) Equivalence(id string, e prooftree.Equivalence) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, known := range w.ids {
		if known == id {
			w.put(line{Run: i + 1, Equivalence: &e})
			return w.err
		}
	}
	return fmt.Errorf("there is no proof tree %s in this trial", id)
}

func (w *TreeWriter) put(l line) {
	if w.keep && w.err == nil {
		w.err = w.encoder.Encode(l)
	}
}

// IDs are the IDs of the trees in order; none if none is kept.
func (w *TreeWriter) IDs() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.keep {
		return nil
	}
	return append([]string(nil), w.ids...)
}

// pack ends the collection.
func (w *TreeWriter) pack() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := errors.Join(w.err, w.zip.Close()); err != nil {
		return nil, fmt.Errorf("collecting proof trees: %w", err)
	}
	if len(w.ids) == 0 || !w.keep {
		return nil, nil
	}
	return w.packed.Bytes(), nil
}

// treeLog is where the events of one tree go.
type treeLog struct {
	w   *TreeWriter
	run int
}

// Append implements [search.Log].
func (l treeLog) Append(_ context.Context, batch []search.Event) error {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	for i := range batch {
		l.w.put(line{Run: l.run, Event: &batch[i]})
	}
	return l.w.err
}

// Bounds of one transaction of unpacking.
const (
	unpackBatch = 2000
	// unpackedMost bounds what a damaged or hostile collection can unpack to.
	unpackedMost = 4 << 30
)

// damaged is the error of a collection of trees that cannot be stored, however
// often that is tried.
type damaged struct{ err error }

func (d damaged) Error() string { return "unpacking proof trees: " + d.err.Error() }
func (d damaged) Unwrap() error { return d.err }

// orDamaged is an error of the store as one of a collection, if that is what it
// is about.
func orDamaged(err error) error {
	if kind := prooftree.KindOf(err); kind == prooftree.InvalidEvents || kind == prooftree.Failed {
		return damaged{err}
	}
	return err
}

// unpack stores the trees of a trial of a benchmark, of which the first has the
// ID first, and returns their IDs. Those that are there in part, from an unpacking
// that was cut short, are replaced. Of a damaged collection nothing stays.
func unpack(ctx context.Context, store *prooftree.Store, benchmark, first string, packed []byte) (ids []string, err error) {
	if len(packed) == 0 {
		return nil, nil
	}
	u := unpacking{store: store, benchmark: benchmark, first: first}
	err = errors.Join(u.unpack(ctx, packed), u.close())
	if errors.As(err, new(damaged)) {
		for _, t := range u.trees {
			err = errors.Join(err, store.DeleteRun(ctx, t.writer.Info().ID))
		}
	}
	if err != nil {
		return nil, err
	}
	for _, t := range u.trees {
		ids = append(ids, t.writer.Info().ID)
	}
	return ids, nil
}

// unpacking is a collection that is being stored.
type unpacking struct {
	store            *prooftree.Store
	benchmark, first string
	trees            []*unpackedTree
}

// unpackedTree is a tree that is being stored.
type unpackedTree struct {
	writer *prooftree.Writer
	batch  []search.Event
}

func (u *unpacking) unpack(ctx context.Context, packed []byte) error {
	zip, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(unpackedMost))
	if err != nil {
		return fmt.Errorf("unpacking proof trees: %w", err)
	}
	defer zip.Close()
	decoder := json.NewDecoder(io.LimitReader(zip, unpackedMost))
	for {
		var l line
		err := decoder.Decode(&l)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged{err}
		}
		if err := u.line(ctx, l); err != nil {
			return err
		}
	}
	for _, t := range u.trees {
		if err := t.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// line stores one line of the collection.
func (u *unpacking) line(ctx context.Context, l line) error {
	if l.Tree != nil {
		return u.begin(ctx, *l.Tree)
	}
	if l.Run < 1 || l.Run > len(u.trees) {
		return damaged{fmt.Errorf("there is no tree %d", l.Run)}
	}
	t := u.trees[l.Run-1]
	switch {
	case l.Event != nil:
		if t.batch = append(t.batch, *l.Event); len(t.batch) >= unpackBatch {
			return t.flush(ctx)
		}
	case l.Equivalence != nil:
		return orDamaged(u.store.AddEquivalence(ctx, t.writer.Info().ID, *l.Equivalence))
	}
	return nil
}

// begin begins a tree. Its ID must be its own: others are of other runs, which
// must not be replaced.
func (u *unpacking) begin(ctx context.Context, head treeHead) error {
	if want := treeID(u.first, len(u.trees)+1); head.Info.ID != want {
		return damaged{fmt.Errorf("there is a tree %q in place of %s", head.Info.ID, want)}
	}
	writer, err := u.store.ReplaceTree(ctx, u.benchmark, head.Info)
	if err != nil {
		return orDamaged(err)
	}
	u.trees = append(u.trees, &unpackedTree{writer: writer})
	if head.Question != nil {
		return orDamaged(writer.SetQuestion(ctx, *head.Question))
	}
	return nil
}

func (u *unpacking) close() error {
	var errs []error
	for _, t := range u.trees {
		errs = append(errs, t.writer.Close())
	}
	return errors.Join(errs...)
}

func (t *unpackedTree) flush(ctx context.Context) error {
	err := t.writer.Append(ctx, t.batch)
	t.batch = t.batch[:0]
	return orDamaged(err)
}
