package page

import (
	"context"
	"sync"
)

// TreeFunc draws the stored proof tree with an ID as plain text, bounded in size.
// It is called from several goroutines at once.
type TreeFunc func(ctx context.Context, id string) (string, error)

// atOnce is how many trees are drawn at the same time.
const atOnce = 4

// trees draws the trees of the trials that decided. A tree that cannot be drawn
// says so in its place; only the end of ctx is an error.
func (b *builder) trees(ctx context.Context, draw TreeFunc) error {
	if draw == nil {
		return ctx.Err()
	}
	var deciding []*trialData
	for _, p := range b.Problems {
		deciding = append(deciding, decided(p.Trials)...)
	}
	type drawn struct {
		text string
		err  error
	}
	drawings := make([]drawn, len(deciding))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(atOnce, len(deciding)) {
		workers.Go(func() {
			for i := range next {
				text, err := draw(ctx, deciding[i].trial.Trees[0])
				drawings[i] = drawn{text, err}
			}
		})
	}
	for i := range deciding {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	// Texts are numbered in the order of the problems, whichever was drawn first.
	for i, d := range drawings {
		t := deciding[i]
		t.TreeID = b.text(t.trial.Trees[0])
		switch {
		case d.err != nil:
			t.TreeFailed = b.text(d.err.Error())
		case d.text == "":
			t.TreeFailed = b.text("it is empty")
		default:
			t.Tree = b.text(d.text)
		}
	}
	return nil
}

// decided are the trials at one problem, by variant and number, whose trees are
// shown: of each variant the solved one that took the least time, and where none
// is solved the first. Those without a tree do not count.
func decided(trials []*trialData) []*trialData {
	var best, first []*trialData
	for _, t := range trials {
		switch last := len(best) - 1; {
		case len(t.trial.Trees) == 0:
		case t.Result != 0:
			if first == nil {
				first = []*trialData{t}
			}
		case last < 0 || best[last].Variant != t.Variant:
			best = append(best, t)
		case t.trial.Cost.Wall < best[last].trial.Cost.Wall:
			best[last] = t
		}
	}
	if len(best) == 0 {
		return first
	}
	return best
}
