// Package faultstore is a session store for tests: it records its calls in
// order, and fails when told to.
package faultstore

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/go-holdall/holdall/core"
)

// A Store keeps records in a map. It has every capability that the engine
// knows of; Plain has none. Make one with New.
type Store struct {
	mu      sync.Mutex
	records map[string]Record
	calls   []Call
	faults  map[string]error
	lost    map[string]bool
	during  func(Call)
	waiting func()
	since   time.Time
	back    chan struct{} // closed when the store is back; nil while it is up
}

// A Record is what the store holds under a key.
type Record struct {
	Data string
	// TTL is how long it was given to live.
	TTL     time.Duration
	expires time.Time
}

// A Call is one that the store was asked for. Op is "get", "gettouch", "set",
// "destroy", "touch" or "swap".
type Call struct {
	Op, Key string
	// Old and New are what Swap was given, New what Set was: nil for none.
	Old, New *string
	TTL      time.Duration
}

// ErrDown is the error of every call while the store is down.
var ErrDown error = downError{}

type downError struct{}

func (downError) Error() string     { return "faultstore: down" }
func (downError) Unavailable() bool { return true }

// ErrAnswerLost is the error of a call that was carried out, and whose answer
// did not arrive.
var ErrAnswerLost error = lostError{}

type lostError struct{}

func (lostError) Error() string     { return "faultstore: answer lost" }
func (lostError) Unavailable() bool { return true }

var (
	_ core.Store        = (*Store)(nil)
	_ core.Toucher      = (*Store)(nil)
	_ core.Swapper      = (*Store)(nil)
	_ core.Availability = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	return &Store{records: map[string]Record{}, faults: map[string]error{}, lost: map[string]bool{}}
}

// Plain returns the store with the three methods of koa-generic-session's,
// and no other.
func (s *Store) Plain() core.Store { return struct{ core.Store }{s} }

// Put stores a record without a call.
func (s *Store) Put(key, data string, ttl time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(key, data, ttl)
}

func (s *Store) put(key, data string, ttl time.Duration) {
	s.records[key] = Record{data, ttl, time.Now().Add(ttl)}
}

// Records returns what the store holds, by key.
func (s *Store) Records() map[string]Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.records)
}

// Calls returns the calls so far, the first one first.
func (s *Store) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Fail makes every call of an operation fail with err, until it is nil.
func (s *Store) Fail(op string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[op] = err
}

// LoseAnswer has the next call of an operation carried out and its answer
// lost: it fails with ErrAnswerLost.
func (s *Store) LoseAnswer(op string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost[op] = true
}

// During runs f in each call, before anything is done.
func (s *Store) During(f func(Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.during = f
}

// Waiting runs f whenever somebody learns that the store is down, and so is
// about to wait for it.
func (s *Store) Waiting(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = f
}

// Down takes the store down, since that moment: every call fails with
// ErrDown until Up.
func (s *Store) Down(since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.back = since, make(chan struct{})
}

// Up brings the store back and wakes all who wait for it.
func (s *Store) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.back != nil {
		close(s.back)
		s.back = nil
	}
}

// Outage implements core.Availability.
func (s *Store) Outage(string) (since time.Time, back <-chan struct{}) {
	s.mu.Lock()
	since, back = s.since, s.back
	waiting := s.waiting
	s.mu.Unlock()
	if back != nil && waiting != nil {
		waiting()
	}
	return since, back
}

// call records a call and, unless it is to fail, does it under the lock.
func (s *Store) call(ctx context.Context, c Call, do func()) error {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	during := s.during
	s.mu.Unlock()
	if during != nil {
		during(c)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.back != nil:
		return ErrDown
	case s.faults[c.Op] != nil:
		return s.faults[c.Op]
	}
	do()
	if s.lost[c.Op] {
		delete(s.lost, c.Op)
		return ErrAnswerLost
	}
	return nil
}

// current returns the record under key, if it is alive.
func (s *Store) current(key string) (r Record, found bool) {
	r, found = s.records[key]
	return r, found && time.Now().Before(r.expires)
}

// Get implements core.Store.
func (s *Store) Get(ctx context.Context, key string) (data []byte, found bool, err error) {
	err = s.call(ctx, Call{Op: "get", Key: key}, func() {
		var r Record
		if r, found = s.current(key); found {
			data = []byte(r.Data)
		}
	})
	return data, found, err
}

// Set implements core.Store.
func (s *Store) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	return s.call(ctx, Call{Op: "set", Key: key, New: text(data), TTL: ttl}, func() {
		if s.put(key, string(data), ttl); ttl <= 0 {
			delete(s.records, key)
		}
	})
}

// Destroy implements core.Store.
func (s *Store) Destroy(ctx context.Context, key string) error {
	return s.call(ctx, Call{Op: "destroy", Key: key}, func() { delete(s.records, key) })
}

// Touch implements core.Toucher.
func (s *Store) Touch(ctx context.Context, key string, ttl time.Duration) (found bool, err error) {
	err = s.call(ctx, Call{Op: "touch", Key: key, TTL: ttl}, func() {
		var r Record
		if r, found = s.current(key); found {
			s.put(key, r.Data, ttl)
		}
	})
	return found, err
}

// Swap implements core.Swapper.
func (s *Store) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error) {
	op := "swap"
	if new == nil || ends(new, ttl) {
		op = "destroy"
	}
	err = s.call(ctx, Call{Op: op, Key: key, Old: text(old), New: text(new), TTL: ttl}, func() {
		r, found := s.current(key)
		if found != (old != nil) || r.Data != string(old) && found {
			if found {
				current = []byte(r.Data)
			}
			return
		}
		swapped = true
		if s.put(key, string(new), ttl); new == nil || ttl <= 0 {
			delete(s.records, key)
		}
	})
	return current, swapped, err
}

// ends reports whether a record is what Destroy leaves behind: a tombstone that
// stays for a moment.
func ends(data []byte, ttl time.Duration) bool {
	return ttl < time.Minute && string(bytes.TrimSpace(data)) == "null"
}

func text(data []byte) *string {
	if data == nil {
		return nil
	}
	return new(string(data))
}

// ErrRefused is an error for Fail: that of a store that answered, with no.
var ErrRefused = errors.New("faultstore: refused")
