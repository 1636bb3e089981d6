package memorystore

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// sweepBatch is how many slots a sweep looks at before it lets go of a shard: as
// many as a writer waits for without giving up its core, which it may not have
// back for milliseconds.
const sweepBatch = 8

// A sweeper starts the sweeps of a store. It has a timer only while there is
// something to sweep, and never a goroutine that waits.
type sweeper struct {
	interval  time.Duration
	scheduled atomic.Bool    // a sweep is due or going on
	running   sync.WaitGroup // that sweep

	mu      sync.Mutex // guards the fields below
	timer   *time.Timer
	stopped bool
}

func (w *sweeper) schedule(sweep func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.scheduled.Load() {
		return
	}
	w.scheduled.Store(true)
	w.running.Add(1)
	w.timer = time.AfterFunc(w.interval, sweep)
}

// stop cancels the sweep that is due. One that goes on is not waited for.
func (w *sweeper) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.timer != nil && w.timer.Stop() {
		w.running.Done()
	}
}

// scheduleSweep sees to it that a record just stored will be swept. It comes
// after the store: a sweep that ends unschedules itself before it looks for
// records left, so one of the two sees the other.
func (s *Store) scheduleSweep() {
	if !s.sweeper.scheduled.Load() {
		s.sweeper.schedule(s.sweep)
	}
}

// sweep frees what has expired. It goes round the shards, a batch at each, so
// that a writer waiting for a shard has it to itself before the next batch.
func (s *Store) sweep() {
	defer s.sweeper.running.Done()
	for from, more := uint32(none+1), true; more; from += sweepBatch {
		more = false
		for i := range s.shards {
			if s.shards[i].sweep(from, s.now()) {
				more = true
			}
			runtime.Gosched() // on a single core, the others' turn
		}
	}
	s.sweeper.scheduled.Store(false)
	if s.Stats().Sessions > 0 {
		s.scheduleSweep()
	}
}

// sweep frees the expired records of one batch of slots. It reports whether
// there are slots beyond. A shard that is empty gives its memory back.
func (sh *shard) sweep(from uint32, now time.Duration) (more bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	end := min(from+sweepBatch, sh.slots.last+1)
	for n := from; n < end; n++ {
		if expires := sh.slots.at(n).expires; expires != 0 && expires <= now {
			sh.remove(n)
			sh.expired++
		}
	}
	if sh.sessions == 0 {
		sh.release()
	}
	return end <= sh.slots.last
}
