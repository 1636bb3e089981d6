package koatraces

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/go-holdall/holdall/core"
)

// A store records its calls in Koa's terms. It has the three methods of
// Koa's.
type store struct {
	mu      sync.Mutex
	records map[string][]byte
	calls   []Call
	fail    map[string]bool
}

var _ core.Store = (*store)(nil)

// begin makes the store ready for a step. The client of a trace takes its time:
// no tombstone of an earlier step is left, so that D24 is not met.
func (s *store) begin(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, r.Drop)
	maps.DeleteFunc(s.records, func(_ string, data []byte) bool { return isTombstone(data) })
	s.calls, s.fail = []Call{}, r.Fail
}

// end returns the calls of a step.
func (s *store) end() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *store) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = map[string][]byte{}
}

// call records a call, and returns its error if the step wants one.
func (s *store) call(c Call) error {
	s.calls = append(s.calls, c)
	if s.fail[c.Op] {
		return errors.New("mock " + c.Op + " error")
	}
	return nil
}

// setCall is the call of Koa that leaves this record.
func setCall(key string, data []byte, ttl time.Duration) Call {
	c := Call{Op: "set", Key: key, TTL: new(ttl.Milliseconds())}
	if err := json.Unmarshal(data, &c.Doc); err != nil {
		c.Doc = "no JSON: " + string(data)
	}
	if record, ok := c.Doc.(object); ok {
		nameNow(record["cookie"])
	}
	return c
}

// nameNow puts sentNow in the place of the moment when a cookie was sent.
func nameNow(attributes any) {
	cookie, _ := attributes.(object)
	at, ok := cookie["sent"].(float64)
	if ok && time.Since(time.Unix(int64(at), 0)).Abs() < clockGrain {
		cookie["sent"] = sentNow
	}
}

// Get implements core.Store.
func (s *store) Get(_ context.Context, key string) (data []byte, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call(Call{Op: "get", Key: key}); err != nil {
		return nil, false, err
	}
	data, found = s.records[key]
	return data, found, nil
}

// Set implements core.Store.
func (s *store) Set(_ context.Context, key string, data []byte, ttl time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call(setCall(key, data, ttl)); err != nil {
		return err
	}
	s.records[key] = append([]byte(nil), data...)
	return nil
}

// Destroy implements core.Store.
func (s *store) Destroy(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call(Call{Op: "destroy", Key: key}); err != nil {
		return err
	}
	delete(s.records, key)
	return nil
}

// A swapStore has every capability that changes the calls, and says each in
// the terms of a store that has none of them.
type swapStore struct{ *store }

var (
	_ core.Swapper = swapStore{}
	_ core.Toucher = swapStore{}
)

// isTombstone reports whether data is what a regenerated or ended session
// leaves behind: Koa's destroy.
func isTombstone(data []byte) bool { return string(bytes.TrimSpace(data)) == "null" }

// Swap implements core.Swapper.
func (s swapStore) Swap(_ context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := setCall(key, new, ttl)
	if new == nil || isTombstone(new) {
		c = Call{Op: "destroy", Key: key}
	}
	if err := s.call(c); err != nil {
		return nil, false, err
	}
	now, found := s.records[key]
	if found != (old != nil) || string(now) != string(old) {
		s.calls = append(s.calls, Call{Op: "conflict", Key: key}) // there is nobody to be in conflict with
		return now, false, nil
	}
	if s.records[key] = append([]byte(nil), new...); new == nil {
		delete(s.records, key)
	}
	return nil, true, nil
}

// Touch implements core.Toucher: Koa extends a life by a set.
func (s swapStore) Touch(_ context.Context, key string, ttl time.Duration) (found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, found := s.records[key]
	return found, s.call(setCall(key, data, ttl))
}
