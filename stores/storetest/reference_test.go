package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"
)

var errClosed = errors.New("closed")

// A reference is a store that keeps the whole contract, with one lock and
// nothing clever. Broken stores are made of it by replacing a function.
type reference struct {
	mu      sync.Mutex
	records map[string]record
	closed  bool

	get      func(ctx context.Context, key string) ([]byte, bool, error)
	set      func(ctx context.Context, key string, data []byte, ttl time.Duration) error
	destroy  func(ctx context.Context, key string) error
	touch    func(ctx context.Context, key string, ttl time.Duration) (bool, error)
	getTouch func(ctx context.Context, key string, ttl time.Duration) ([]byte, bool, error)
	swap     func(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error)
	outage   func(key string) (time.Time, <-chan struct{})
	close    func() error
}

type record struct {
	data    []byte
	expires time.Time
}

func newReference() *reference {
	s := &reference{records: map[string]record{}}
	s.get, s.set, s.destroy = s.doGet, s.doSet, s.doDestroy
	s.touch, s.getTouch, s.swap = s.doTouch, s.doGetTouch, s.doSwap
	s.outage = func(string) (time.Time, <-chan struct{}) { return time.Time{}, nil }
	s.close = s.doClose
	return s
}

func (s *reference) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return s.get(ctx, key)
}

func (s *reference) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	return s.set(ctx, key, data, ttl)
}

func (s *reference) Destroy(ctx context.Context, key string) error {
	return s.destroy(ctx, key)
}

func (s *reference) Touch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	return s.touch(ctx, key, ttl)
}

func (s *reference) GetTouch(ctx context.Context, key string, ttl time.Duration) ([]byte, bool, error) {
	return s.getTouch(ctx, key, ttl)
}

func (s *reference) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	return s.swap(ctx, key, old, new, ttl)
}

func (s *reference) Outage(key string) (time.Time, <-chan struct{}) { return s.outage(key) }

func (s *reference) Close() error { return s.close() }

// begin takes the lock.
func (s *reference) begin() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errClosed
	}
	return nil
}

// live returns the data of a record, nil if it is missing or expired.
func (s *reference) live(key string) []byte {
	if r, ok := s.records[key]; ok && time.Now().Before(r.expires) {
		return r.data
	}
	return nil
}

func (s *reference) put(key string, data []byte, ttl time.Duration) {
	if data == nil || ttl <= 0 {
		delete(s.records, key)
		return
	}
	s.records[key] = record{data: append([]byte{}, data...), expires: time.Now().Add(ttl)}
}

func (s *reference) doGet(_ context.Context, key string) ([]byte, bool, error) {
	if err := s.begin(); err != nil {
		return nil, false, err
	}
	defer s.mu.Unlock()
	held := s.live(key)
	return bytes.Clone(held), held != nil, nil
}

func (s *reference) doSet(_ context.Context, key string, data []byte, ttl time.Duration) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.put(key, append([]byte{}, data...), ttl)
	return nil
}

func (s *reference) doDestroy(_ context.Context, key string) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.mu.Unlock()
	delete(s.records, key)
	return nil
}

func (s *reference) doTouch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	_, found, err := s.doGetTouch(ctx, key, ttl)
	return found, err
}

func (s *reference) doGetTouch(_ context.Context, key string, ttl time.Duration) ([]byte, bool, error) {
	if err := s.begin(); err != nil {
		return nil, false, err
	}
	defer s.mu.Unlock()
	held := s.live(key)
	if held != nil {
		s.put(key, held, ttl)
	}
	return bytes.Clone(held), held != nil, nil
}

func (s *reference) doSwap(_ context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	if err := s.begin(); err != nil {
		return nil, false, err
	}
	defer s.mu.Unlock()
	held := s.live(key)
	if (held == nil) != (old == nil) || !bytes.Equal(held, old) {
		return bytes.Clone(held), false, nil
	}
	s.put(key, new, ttl)
	return nil, true, nil
}

func (s *reference) doClose() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
