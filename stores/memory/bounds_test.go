package memorystore

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func set(t *testing.T, s *Store, keys ...string) {
	t.Helper()
	for _, key := range keys {
		require.NoError(t, s.Set(ctx, key, []byte("data"), time.Hour))
	}
}

// held returns those of the keys that have a record, without using them.
func held(s *Store, keys ...string) string {
	var found []string
	for _, key := range keys {
		sh, hash := s.locate(key)
		if sh.find(hash, key, s.now()) != none {
			found = append(found, key)
		}
	}
	return strings.Join(found, " ")
}

func TestShards(t *testing.T) {
	for _, tt := range []struct {
		sessions int
		bytes    int64
		want     int
	}{
		{0, 0, 64},
		{1, 0, 1},
		{8_191, 0, 1},
		{8_192, 0, 2},
		{100_000, 0, 16},
		{1 << 40, 0, 64},
		{0, 1, 1},
		{0, 16<<20 - 1, 1},
		{0, 16 << 20, 2},
		{0, 1 << 40, 64},
		{8_192, 1 << 40, 2},
	} {
		s := newStore(t, Options{MaxSessions: tt.sessions, MaxBytes: tt.bytes})
		assert.Len(t, s.shards, tt.want, "MaxSessions %d, MaxBytes %d", tt.sessions, tt.bytes)
	}
}

// A small store holds exactly as many as it is allowed.
func TestMaxSessionsIsExact(t *testing.T) {
	for _, limit := range []int{1, 2, 10, 1000} {
		s := newStore(t, Options{MaxSessions: limit})
		for i := range 3 * limit {
			set(t, s, fmt.Sprint("key ", i))
			assert.Equal(t, min(i+1, limit), s.Stats().Sessions)
		}
		assert.EqualValues(t, 2*limit, s.Stats().Evicted)
		checkStructure(t, s)
	}
}

// A large one may hold a little less, and never more.
func TestMaxSessionsOfManyShards(t *testing.T) {
	const limit = 16 * minShardSessions
	s := newStore(t, Options{MaxSessions: limit})
	require.Len(t, s.shards, 16)
	for i := range limit {
		set(t, s, fmt.Sprint("key ", i))
	}
	assert.InDelta(t, limit, s.Stats().Sessions, 0.02*limit)
	for i := range limit {
		set(t, s, fmt.Sprint("another key ", i))
		if i%1000 == 0 {
			require.LessOrEqual(t, s.Stats().Sessions, limit)
		}
	}
	checkStructure(t, s)
}

func TestLeastRecentlyUsedGoesFirst(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f", "g"}
	uses := map[string]func(s *Store, key string) error{
		"Get":      func(s *Store, key string) error { _, _, err := s.Get(ctx, key); return err },
		"Set":      func(s *Store, key string) error { return s.Set(ctx, key, []byte("new"), time.Hour) },
		"Touch":    func(s *Store, key string) error { _, err := s.Touch(ctx, key, time.Hour); return err },
		"GetTouch": func(s *Store, key string) error { _, _, err := s.GetTouch(ctx, key, time.Hour); return err },
		"Swap": func(s *Store, key string) error {
			_, _, err := s.Swap(ctx, key, []byte("data"), []byte("new"), time.Hour)
			return err
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, Options{MaxSessions: 4})
			set(t, s, "a", "b", "c", "d")
			require.NoError(t, use(s, "a"))
			require.NoError(t, use(s, "c"))
			set(t, s, "e")
			assert.Equal(t, "a c d e", held(s, all...))
			set(t, s, "f")
			assert.Equal(t, "a c e f", held(s, all...))
			set(t, s, "g")
			assert.Equal(t, "c e f g", held(s, all...))
			assert.EqualValues(t, 3, s.Stats().Evicted)
		})
	}
}

func TestMaxBytes(t *testing.T) {
	s := newStore(t, Options{MaxBytes: 100})
	set := func(key string, size int) {
		t.Helper()
		require.NoError(t, s.Set(ctx, key, make([]byte, size), time.Hour))
	}
	set("a", 39)
	set("b", 59)
	assert.Equal(t, Stats{Sessions: 2, Bytes: 100}, s.Stats())

	set("a", 40) // the other one has to go
	assert.Equal(t, Stats{Sessions: 1, Bytes: 41, Evicted: 1}, s.Stats())

	set("c", 9)
	set("d", 9)
	set("e", 99) // all others have to
	assert.Equal(t, Stats{Sessions: 1, Bytes: 100, Evicted: 4}, s.Stats())
	assert.Equal(t, "e", held(s, "a", "b", "c", "d", "e"))
}

func TestTooLarge(t *testing.T) {
	s := newStore(t, Options{MaxBytes: 100})
	require.NoError(t, s.Set(ctx, "key", []byte("old"), time.Hour))
	large := make([]byte, 98)

	assert.ErrorIs(t, s.Set(ctx, "key", large, time.Hour), ErrTooLarge)
	_, _, err := s.Swap(ctx, "key", []byte("old"), large, time.Hour)
	assert.ErrorIs(t, err, ErrTooLarge)
	data, _, err := s.Get(ctx, "key")
	require.NoError(t, err)
	assert.Equal(t, "old", string(data))

	assert.NoError(t, s.Set(ctx, "key", large[:97], time.Hour), "the largest")
	assert.NoError(t, s.Set(ctx, "key", large, 0), "nothing is stored, so nothing is too large")
	assert.Zero(t, s.Stats().Sessions)
}

// A record of 8 MiB fits in any store that may hold as much.
func TestLargestRecord(t *testing.T) {
	for _, limit := range []int64{8 << 20, 17 << 20, 100 << 20, 0} {
		s := newStore(t, Options{MaxBytes: limit})
		assert.NoError(t, s.Set(ctx, "key", make([]byte, 8<<20-3), time.Hour))
		assert.Equal(t, 1, s.Stats().Sessions)
	}
}

func TestExpiredIsNotCountedAsEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{MaxSessions: 2})
		require.NoError(t, s.Set(ctx, "a", []byte("data"), time.Second))
		time.Sleep(time.Second)
		set(t, s, "b", "c", "d")
		assert.Equal(t, Stats{Sessions: 2, Bytes: 10, Evicted: 1, Expired: 1}, s.Stats())
	})
}
