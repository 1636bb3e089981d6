package core

import (
	"sync"
	"sync/atomic"
	"time"
)

// hookBound is for how long a Load, Save or Commit waits for one call of a hook
// that runs in another goroutine: unless that hook is the caller's own, which
// would wait for ever, a hook is done long before.
const hookBound = 5 * time.Second

// A turn is a lock whose waiters know whether they wait for a hook. Go has no
// identity of goroutines: who asks for the turn from inside a hook, past the
// handle that the hook was given, cannot be told from one who will get it.
type turn struct {
	taken   atomic.Bool
	waiting atomic.Int32 // how many ask to be told of a change

	mu      sync.Mutex
	inHook  bool          // whoever has the turn is inside a hook
	changed chan struct{} // closed at the next change; nil until somebody waits
}

// Lock takes the turn, however long that takes.
func (t *turn) Lock() {
	for t.lockWithin(hookBound) != nil {
	}
}

// TryLock takes the turn, unless somebody has it.
func (t *turn) TryLock() bool { return t.taken.CompareAndSwap(false, true) }

// lockWithin takes the turn, or returns ErrInsideHook if one call of a hook
// keeps it for longer than the bound.
func (t *turn) lockWithin(bound time.Duration) error {
	for !t.TryLock() {
		if !t.wait(bound) {
			return ErrInsideHook
		}
	}
	return nil
}

// Unlock gives the turn back.
func (t *turn) Unlock() {
	t.taken.Store(false)
	if t.waiting.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell()
}

// setHook says that a hook of whoever has the turn begins or is over.
func (t *turn) setHook(inside bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inHook = inside
	t.tell()
}

func (t *turn) tell() {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// wait waits for a change, and reports whether it has come. Only a hook is
// waited for within the bound: a store has bounds of its own.
func (t *turn) wait(bound time.Duration) bool {
	t.waiting.Add(1)
	defer t.waiting.Add(-1)
	changed, inHook := t.watch()
	if !t.taken.Load() {
		return true // given back before this one was counted
	}
	if !inHook {
		<-changed
		return true
	}
	timer := time.NewTimer(bound)
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-timer.C:
		return false
	}
}

func (t *turn) watch() (changed <-chan struct{}, inHook bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.changed, t.inHook
}
