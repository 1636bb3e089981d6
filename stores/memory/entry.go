package memorystore

import (
	"math"
	"strings"
	"time"
)

// An entry is a record with its key in front, in one allocation. It never
// changes, so its data can be copied out after the lock is released.
type entry struct {
	text    string
	keyLen  uint32
	expires time.Duration // since the start of the store
}

// over is what to store in place of a record that is to be removed.
var over = entry{}

func (e entry) key() string  { return e.text[:e.keyLen] }
func (e entry) data() string { return e.text[e.keyLen:] }
func (e entry) size() int64  { return int64(len(e.text)) }

// newEntry copies key and data. It does so before any lock is taken: making
// the copy may have to help the garbage collector.
func (s *Store) newEntry(key string, data []byte, now, ttl time.Duration) (entry, error) {
	if ttl <= 0 {
		return over, nil
	}
	if int64(len(key))+int64(len(data)) > s.maxRecord || int64(len(key)) > math.MaxUint32 {
		return entry{}, ErrTooLarge
	}
	var b strings.Builder
	b.Grow(len(key) + len(data))
	b.WriteString(key)
	b.Write(data)
	return entry{text: b.String(), keyLen: uint32(len(key)), expires: deadline(now, ttl)}, nil
}

// deadline returns when a record ends: not after now if it is over already,
// and at the end of time if the sum overflows.
func deadline(now, ttl time.Duration) time.Duration {
	if ttl > math.MaxInt64-now {
		return math.MaxInt64
	}
	return now + ttl
}
