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
	info.ID = w.first
	if n := len(w.ids); n > 0 {
		info.ID = fmt.Sprintf("%s.t%d", w.first, n+1)
	}
	w.ids = append(w.ids, info.ID)
	w.put(line{Tree: &treeHead{Info: info, Question: q}})
	return info.ID, treeLog{w, len(w.ids)}, w.err
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

// unpack stores the trees of a collection. Those that are there in part, from an
// unpacking that was cut short, are replaced.
func unpack(ctx context.Context, store *prooftree.Store, packed []byte) (err error) {
	if len(packed) == 0 {
		return nil
	}
	zip, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(unpackedMost))
	if err != nil {
		return fmt.Errorf("unpacking proof trees: %w", err)
	}
	defer zip.Close()
	var trees []*unpacking
	defer func() {
		for _, t := range trees {
			err = errors.Join(err, t.writer.Close())
		}
	}()
	decoder := json.NewDecoder(io.LimitReader(zip, unpackedMost))
	for {
		var l line
		switch err := decoder.Decode(&l); {
		case errors.Is(err, io.EOF):
			for _, t := range trees {
				if err := t.flush(ctx); err != nil {
					return err
				}
			}
			return nil
		case err != nil:
			return fmt.Errorf("unpacking proof trees: %w", err)
		}
		if l.Tree != nil {
			t, err := beginUnpacking(ctx, store, *l.Tree)
			if err != nil {
				return err
			}
			trees = append(trees, t)
			continue
		}
		if l.Run < 1 || l.Run > len(trees) {
			return fmt.Errorf("unpacking proof trees: there is no tree %d", l.Run)
		}
		t := trees[l.Run-1]
		switch {
		case l.Event != nil:
			t.batch = append(t.batch, *l.Event)
			if len(t.batch) >= unpackBatch {
				err = t.flush(ctx)
			}
		case l.Equivalence != nil:
			err = store.AddEquivalence(ctx, t.writer.Info().ID, *l.Equivalence)
		}
		if err != nil {
			return err
		}
	}
}

// unpacking is a tree that is being stored.
type unpacking struct {
	writer *prooftree.Writer
	batch  []search.Event
}

func beginUnpacking(ctx context.Context, store *prooftree.Store, head treeHead) (*unpacking, error) {
	writer, err := store.CreateRun(ctx, head.Info)
	if prooftree.KindOf(err) == prooftree.RunExists {
		if err := store.DeleteRun(ctx, head.Info.ID); err != nil {
			return nil, err
		}
		writer, err = store.CreateRun(ctx, head.Info)
	}
	if err != nil {
		return nil, err
	}
	if head.Question != nil {
		if err := writer.SetQuestion(ctx, *head.Question); err != nil {
			return nil, errors.Join(err, writer.Close())
		}
	}
	return &unpacking{writer: writer}, nil
}

func (t *unpacking) flush(ctx context.Context) error {
	err := t.writer.Append(ctx, t.batch)
	t.batch = t.batch[:0]
	return err
}
