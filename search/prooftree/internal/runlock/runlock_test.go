//go:build darwin || linux

package runlock_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ansatz-prover/ansatz/search/prooftree/internal/runlock"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks", "run.lock")
	var holders, taken atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				lock, err := runlock.Acquire(context.Background(), path)
				if errors.Is(err, runlock.ErrTaken) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				taken.Add(1)
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				holders.Add(-1)
				if err := lock.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if taken.Load() == 0 {
		t.Error("nobody ever got the lock")
	}
}

func TestLookingDoesNotTakeTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.lock")
	if held, err := runlock.Taken(path); held || err != nil {
		t.Fatalf("a lock without a file: %v, %v", held, err)
	}
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := runlock.Taken(path); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 200 {
		lock, err := runlock.Acquire(context.Background(), path)
		if err != nil {
			t.Fatalf("a look was taken for a holder: %v", err)
		}
		if held, err := runlock.Taken(path); !held || err != nil {
			t.Errorf("a held lock: %v, %v", held, err)
		}
		if _, err := runlock.Acquire(context.Background(), path); !errors.Is(err, runlock.ErrTaken) {
			t.Fatalf("a held lock was acquired: %v", err)
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	group.Wait()
}
