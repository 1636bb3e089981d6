// Package memorystore keeps session records in the memory of the process.
//
// It suits development, tests, and services of one process whose users may
// be signed out by a restart. Processes do not share it.
//
// # Bounds
//
// A store is always bounded, by number and by bytes, so that a flood of new
// sessions cannot exhaust the process. It is made of shards, each with a lock
// and an equal share of the bounds; a shard that is full gives up its least
// recently used records, and [Stats] counts them. Which shard a key belongs
// to depends on a seed made in [New], so that nobody outside can aim at one.
//
// Keys do not spread quite evenly, so a store with several shards may begin
// to evict a few per cent before its bounds. It never exceeds them. One with
// fewer than 8,192 sessions or 16 MiB has a single shard, and is exact.
//
// # Expiry
//
// An expired record is never returned. It is freed when its key is next used,
// or else by a sweep, of which a timer starts one each SweepInterval for as
// long as there are records. Freeing only while writing would do without the
// timer, but a service gone quiet would keep its busiest hour in memory. A
// goroutine that waits for ticks would leak with every store that is not
// closed; the timer is gone once the last record is. A sweep holds the lock
// of one shard at a time, for a few records.
//
// Time is that of the monotonic clock: setting the system's clock neither
// ends sessions nor extends them.
package memorystore

import (
	"context"
	"errors"
	"hash/maphash"
	"math/bits"
	"time"
)

var (
	// ErrClosed is returned by every operation on a store after Close.
	ErrClosed = errors.New("memorystore: store is closed")

	// ErrTooLarge is returned for a record that does not fit in the store
	// even alone. What was stored under its key before is still there.
	ErrTooLarge = errors.New("memorystore: record is too large")
)

// A Store holds records in memory. It is safe for several goroutines. Make
// one with [New]: the zero value is not usable.
//
// No operation waits for anything but a lock that is held for microseconds,
// so none looks at its context. Data is copied in. What is returned is the
// record itself, the same bytes for all who ask, and must not be changed. The
// only errors are [ErrClosed] and [ErrTooLarge].
type Store struct {
	hash      func(key string) uint64
	shift     uint // leaves the bits of a hash that choose the shard
	shards    []shard
	maxRecord int64
	start     time.Time
	sweeper   sweeper
}

// New makes a store. The zero Options give the defaults. An error names all
// that is wrong with the options.
func New(opts Options) (*Store, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	seed := maphash.MakeSeed()
	shards := opts.shards()
	s := &Store{
		hash:      func(key string) uint64 { return maphash.String(seed, key) },
		shift:     uint(64 - bits.TrailingZeros(uint(shards))),
		shards:    make([]shard, shards),
		maxRecord: opts.MaxBytes / int64(shards),
		start:     time.Now(),
		sweeper:   sweeper{interval: opts.SweepInterval},
	}
	for i := range s.shards {
		s.shards[i].maxSessions = opts.MaxSessions / shards
		s.shards[i].maxBytes = s.maxRecord
	}
	return s, nil
}

// Get returns the record under key, which counts as a use of it. The data is
// read-only.
func (s *Store) Get(_ context.Context, key string) (data []byte, found bool, err error) {
	sh, hash := s.locate(key)
	return sh.get(hash, key, s.now())
}

// Set stores a record for ttl, in place of any other. A ttl that is not
// positive removes the record. Nil data is stored as data of no length.
func (s *Store) Set(_ context.Context, key string, data []byte, ttl time.Duration) error {
	now := s.now()
	entry, err := s.newEntry(key, data, now, ttl)
	if err != nil {
		return err
	}
	sh, hash := s.locate(key)
	if err := sh.set(hash, key, entry, now); err != nil {
		return err
	}
	s.scheduleSweep()
	return nil
}

// Destroy removes a record. A missing one is no error.
func (s *Store) Destroy(_ context.Context, key string) error {
	sh, hash := s.locate(key)
	return sh.set(hash, key, over, s.now())
}

// Touch makes a record live for ttl from now, without rewriting it; found
// tells whether there was one. A ttl that is not positive removes it.
func (s *Store) Touch(_ context.Context, key string, ttl time.Duration) (found bool, err error) {
	now := s.now()
	sh, hash := s.locate(key)
	_, found, err = sh.touch(hash, key, now, deadline(now, ttl))
	return found, err
}

// GetTouch is Get and Touch in one step; the data is read-only. With a ttl that
// is not positive it removes the record and returns it a last time.
func (s *Store) GetTouch(_ context.Context, key string, ttl time.Duration) (data []byte, found bool, err error) {
	now := s.now()
	sh, hash := s.locate(key)
	return sh.touch(hash, key, now, deadline(now, ttl))
}

// Swap stores new under key for ttl if the record there now is old, byte for
// byte. A nil old means that there is none. A nil new, or a ttl that is not
// positive, removes the record. If it did not swap, current is what is there
// now, read-only, or nil for nothing; a record of no length is empty but not
// nil.
func (s *Store) Swap(_ context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error) {
	now := s.now()
	entry := over
	if new != nil {
		if entry, err = s.newEntry(key, new, now, ttl); err != nil {
			return nil, false, err
		}
	}
	sh, hash := s.locate(key)
	current, swapped, err = sh.swap(hash, key, old, entry, now)
	if swapped {
		s.scheduleSweep()
	}
	return current, swapped, err
}

// Close drops every record and ends the sweeps: when it returns, nothing of
// the store runs any more. It may be called again, and never fails.
func (s *Store) Close() error {
	s.sweeper.stop()
	for i := range s.shards {
		s.shards[i].close()
	}
	s.sweeper.running.Wait()
	return nil
}

// locate returns the shard of a key, chosen by the upper bits of its hash,
// and the lower bits, by which that shard finds it.
func (s *Store) locate(key string) (*shard, uint32) {
	hash := s.hash(key)
	return &s.shards[hash>>s.shift], uint32(hash)
}

func (s *Store) now() time.Duration {
	return time.Since(s.start)
}
